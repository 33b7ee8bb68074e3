//! Finds a float that is no number in a value that serde can write. JSON would write it as null,
//! and what nobody could work out would be read as given empty.

use serde::Serialize;
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// Why the search ended.
#[derive(Debug)]
pub(crate) enum Stop {
    /// At that path there is a float that is no number.
    Found(String),
    /// The value can't be written; writing it will say why.
    Unwritable,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the search ended")
    }
}
impl std::error::Error for Stop {}
impl Error for Stop {
    fn custom<T: fmt::Display>(_: T) -> Stop {
        Stop::Unwritable
    }
}

impl Stop {
    /// The same, seen from one level further out.
    fn under(self, step: &str) -> Stop {
        match self {
            Stop::Found(path) if path.is_empty() || path.starts_with('[') => {
                Stop::Found(format!("{step}{path}"))
            }
            Stop::Found(path) => Stop::Found(format!("{step}.{path}")),
            Stop::Unwritable => Stop::Unwritable,
        }
    }
}

type Done = Result<(), Stop>;

/// The path of the first float that is no number.
pub(crate) fn not_finite<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    match value.serialize(Search) {
        Err(Stop::Found(path)) => Some(path),
        _ => None,
    }
}

struct Search;

/// Goes through what a value holds; `place` and `key` say where it is.
#[derive(Default)]
pub(crate) struct Inside {
    place: u64,
    key: String,
}

impl Inside {
    fn next<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.place += 1;
        value
            .serialize(Search)
            .map_err(|stop| stop.under(&format!("[{}]", self.place)))
    }
}

macro_rules! nothing_to_find {
    ($($name:ident: $typ:ty),* $(,)?) => {
        $(fn $name(self, _: $typ) -> Done {
            Ok(())
        })*
    };
}

impl Serializer for Search {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Inside;
    type SerializeTuple = Inside;
    type SerializeTupleStruct = Inside;
    type SerializeTupleVariant = Inside;
    type SerializeMap = Inside;
    type SerializeStruct = Inside;
    type SerializeStructVariant = Inside;

    nothing_to_find! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128, serialize_char: char,
        serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str,
    }
    fn serialize_f32(self, value: f32) -> Done {
        self.serialize_f64(f64::from(value))
    }
    fn serialize_f64(self, value: f64) -> Done {
        if value.is_finite() {
            Ok(())
        } else {
            Err(Stop::Found(String::new()))
        }
    }
    fn serialize_none(self) -> Done {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Done {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Done {
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        value.serialize(self).map_err(|stop| stop.under(variant))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Inside, Stop> {
        Ok(Inside::default())
    }
    fn serialize_tuple(self, _: usize) -> Result<Inside, Stop> {
        Ok(Inside::default())
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside, Stop> {
        Ok(Inside::default())
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inside, Stop> {
        Ok(Inside::default())
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Inside, Stop> {
        Ok(Inside::default())
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside, Stop> {
        Ok(Inside::default())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inside, Stop> {
        Ok(Inside::default())
    }
}

macro_rules! in_a_row {
    ($($name:ident $method:ident),*) => {
        $(impl $name for Inside {
            type Ok = ();
            type Error = Stop;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                self.next(value)
            }
            fn end(self) -> Done {
                Ok(())
            }
        })*
    };
}
in_a_row!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! by_name {
    ($($name:ident),*) => {
        $(impl $name for Inside {
            type Ok = ();
            type Error = Stop;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Done {
                value.serialize(Search).map_err(|stop| stop.under(name))
            }
            fn end(self) -> Done {
                Ok(())
            }
        })*
    };
}
by_name!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Inside {
    type Ok = ();
    type Error = Stop;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        let key = serde_json::to_value(key).map_err(|_| Stop::Unwritable)?;
        self.key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value
            .serialize(Search)
            .map_err(|stop| stop.under(&self.key))
    }
    fn end(self) -> Done {
        Ok(())
    }
}
