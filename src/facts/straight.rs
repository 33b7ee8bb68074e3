//! Declarations from a program's own types without a text between: what serde says of a value is
//! written on a sheet as it is said. What is not plain is given up, and the value is written as
//! JSON and read with care; see [`super::pen`].

use super::ListState;
use super::index::{Child, Leaf, NodeId};
use super::pen::{DEEPEST, Given, Pen};
use super::sheet::Sheet;
use super::tables::Tables;
use crate::schema::Schema;
use crate::schema::value::{ListId, TableId, Type};
use serde::Serialize;
use serde::ser::{
    Error, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple,
    SerializeTupleStruct, Serializer,
};
use std::fmt::{self, Write};

/// Reads a declaration on a blank sheet; nothing where it has to be read with care.
pub(super) fn read<T: Serialize + ?Sized>(
    schema: &Schema,
    tables: &Tables,
    value: &T,
    (nesting, most): (usize, usize),
    sheet: &mut Sheet,
) -> Option<()> {
    let mut run = Run {
        pen: Pen {
            schema,
            tables,
            sheet,
        },
        nesting: nesting.min(DEEPEST),
        room: most,
    };
    let place = Place::Whole(tables.root(), 0);
    let spot = Spot {
        run: &mut run,
        place,
        depth: 0,
    };
    value.serialize(spot).ok()?;
    run.pen.finish()
}

/// What is carried through one value.
struct Run<'r> {
    pen: Pen<'r>,
    nesting: usize,
    /// How many bytes of JSON may still follow; each part is counted as the longest it can be.
    room: usize,
}

impl Run<'_> {
    fn count(&mut self, bytes: usize) -> Done {
        self.room = or(self.room.checked_sub(bytes))?;
        Ok(())
    }
}

/// The most bytes that a byte of a text takes in JSON, and those around a value.
const ESCAPE: usize = 6;
const AROUND: usize = 4;
/// The most bytes of a whole number, true, false or null.
const SCALAR: usize = 24;

/// The value is not plain.
#[derive(Debug)]
struct GivenUp;

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value has to be read with care")
    }
}
impl std::error::Error for GivenUp {}
impl Error for GivenUp {
    fn custom<T: fmt::Display>(_: T) -> GivenUp {
        GivenUp
    }
}

type Done = Result<(), GivenUp>;

#[inline]
fn or<T>(read: Option<T>) -> Result<T, GivenUp> {
    read.ok_or(GivenUp)
}

/// Where a value belongs.
#[derive(Clone, Copy)]
enum Place {
    /// The declaration or an element, which is never none.
    Whole(NodeId, u32),
    Record(NodeId, u32),
    List(ListId),
    Leaf(Leaf, u32),
    /// A code in a set.
    Code(TableId),
}

/// Takes the value that belongs somewhere.
struct Spot<'p, 'r> {
    run: &'p mut Run<'r>,
    place: Place,
    depth: usize,
}

impl<'p, 'r> Spot<'p, 'r> {
    fn text(self, text: &str) -> Done {
        self.run.count(text.len() * ESCAPE + AROUND)?;
        let (pen, bytes) = (&mut self.run.pen, text.as_bytes());
        or(match self.place {
            Place::Leaf(leaf, row) if leaf.typ == Type::Text => pen.words(leaf, row, text),
            Place::Leaf(leaf, row) => pen.text(leaf, row, bytes, 0, bytes.len()),
            Place::Code(table) => pen.add_code(table, bytes, 0, bytes.len()),
            _ => None,
        })
    }

    fn integer(self, number: impl TryInto<i64>) -> Done {
        self.run.count(SCALAR)?;
        match (self.place, number.try_into()) {
            (Place::Leaf(leaf, row), Ok(number)) => or(self.run.pen.integer(leaf, row, number)),
            _ => Err(GivenUp),
        }
    }

    fn none(self) -> Done {
        self.run.count(SCALAR)?;
        match self.place {
            Place::Leaf(leaf, row) => self.run.pen.none(leaf, row),
            Place::Record(node, row) => self.run.pen.no_record(node, row),
            Place::List(list) => self.run.pen.state(list, ListState::None),
            Place::Whole(..) | Place::Code(_) => return Err(GivenUp),
        }
        Ok(())
    }

    fn record(self) -> Result<Fields<'p, 'r>, GivenUp> {
        let (Place::Whole(node, row) | Place::Record(node, row)) = self.place else {
            return Err(GivenUp);
        };
        self.run.count(AROUND)?;
        Ok(Fields {
            guess: self.run.pen.tables.record(node).guesses,
            run: self.run,
            node,
            row,
            depth: self.depth,
            given: Given::default(),
            key: None,
        })
    }

    fn elements(self) -> Result<Elements<'p, 'r>, GivenUp> {
        self.run.count(AROUND)?;
        let of = match self.place {
            Place::List(list) => {
                self.run.pen.state(list, ListState::Given);
                let most = or(self.run.pen.schema.list(list))?.most;
                Of::List(list, self.run.pen.tables.element(list), most)
            }
            Place::Leaf(leaf, row) => {
                let table = or(self.run.pen.begin_set(leaf))?;
                Of::Set(leaf, row, table)
            }
            _ => return Err(GivenUp),
        };
        Ok(Elements {
            run: self.run,
            of,
            depth: self.depth,
            given: 0,
        })
    }
}

macro_rules! integers {
    ($($name:ident: $typ:ty),* $(,)?) => {
        $(
            #[inline]
            fn $name(self, value: $typ) -> Done {
                self.integer(value)
            }
        )*
    };
}

macro_rules! no_variants {
    ($variant:ident, $structure:ident) => {
        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<Self::Ok, GivenUp> {
            Err(GivenUp)
        }
        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::$variant, GivenUp> {
            Err(GivenUp)
        }
        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::$structure, GivenUp> {
            Err(GivenUp)
        }
    };
}

impl<'p, 'r> Serializer for Spot<'p, 'r> {
    type Ok = ();
    type Error = GivenUp;
    type SerializeSeq = Elements<'p, 'r>;
    type SerializeTuple = Elements<'p, 'r>;
    type SerializeTupleStruct = Elements<'p, 'r>;
    type SerializeTupleVariant = Impossible<(), GivenUp>;
    type SerializeMap = Fields<'p, 'r>;
    type SerializeStruct = Fields<'p, 'r>;
    type SerializeStructVariant = Impossible<(), GivenUp>;

    integers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128,
    }
    no_variants!(SerializeTupleVariant, SerializeStructVariant);

    fn serialize_bool(self, yes: bool) -> Done {
        self.run.count(SCALAR)?;
        match self.place {
            Place::Leaf(leaf, row) => or(self.run.pen.bool(leaf, row, yes)),
            _ => Err(GivenUp),
        }
    }
    fn serialize_f32(self, _: f32) -> Done {
        Err(GivenUp)
    }
    fn serialize_f64(self, _: f64) -> Done {
        Err(GivenUp)
    }
    fn serialize_char(self, value: char) -> Done {
        self.text(value.encode_utf8(&mut [0; 4]))
    }
    #[inline]
    fn serialize_str(self, value: &str) -> Done {
        self.text(value)
    }
    fn serialize_bytes(self, _: &[u8]) -> Done {
        Err(GivenUp)
    }
    fn serialize_none(self) -> Done {
        self.none()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Done {
        self.none()
    }
    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.none()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.text(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Elements<'p, 'r>, GivenUp> {
        self.elements()
    }
    fn serialize_tuple(self, _: usize) -> Result<Elements<'p, 'r>, GivenUp> {
        self.elements()
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Elements<'p, 'r>, GivenUp> {
        self.elements()
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'p, 'r>, GivenUp> {
        self.record()
    }
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'p, 'r>, GivenUp> {
        // Under such names the JSON library passes what it alone understands.
        if name.starts_with('$') {
            return Err(GivenUp);
        }
        self.record()
    }
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Done {
        let mut text = std::mem::take(&mut self.run.pen.sheet.scratch);
        text.clear();
        write!(text, "{value}").map_err(|_| GivenUp)?;
        let run = &mut *self.run;
        let spot = Spot {
            run,
            place: self.place,
            depth: self.depth,
        };
        spot.text(&text)?;
        self.run.pen.sheet.scratch = text;
        Ok(())
    }
}

/// Takes the fields of a record.
struct Fields<'p, 'r> {
    run: &'p mut Run<'r>,
    node: NodeId,
    row: u32,
    depth: usize,
    given: Given,
    guess: usize,
    /// The place of the name whose value comes next.
    key: Option<usize>,
}

impl Fields<'_, '_> {
    /// Finds a name, which mostly comes after the same one as in the record before.
    #[inline]
    fn find(&mut self, name: &str) -> Result<usize, GivenUp> {
        self.run.count(name.len() * ESCAPE + AROUND)?;
        let pen = &mut self.run.pen;
        let names = pen.tables.record(self.node);
        let guessed = or(pen.sheet.guesses.get(self.guess).copied())?;
        let mut place = usize::from(guessed);
        if !names.name(place).is_some_and(|known| known.is(name)) {
            place = or(names.find(name.as_bytes()))?;
            let guess = or(pen.sheet.guesses.get_mut(self.guess))?;
            *guess = u16::try_from(place).map_err(|_| GivenUp)?;
        }
        self.guess = names.guesses + place + 1;
        or(self.given.note(place))?;
        Ok(place)
    }

    #[inline]
    fn value<T: Serialize + ?Sized>(&mut self, place: usize, value: &T) -> Done {
        let names = self.run.pen.tables.record(self.node);
        let depth = self.depth + 1;
        let place = match or(names.name(place))?.child {
            Child::Leaf(leaf) => Place::Leaf(leaf, self.row),
            Child::List(list, _) => Place::List(list),
            Child::Record(_) if depth > self.run.nesting => return Err(GivenUp),
            Child::Record(inner) => Place::Record(inner, self.row),
        };
        let run = &mut *self.run;
        value.serialize(Spot { run, place, depth })
    }
}

impl SerializeStruct for Fields<'_, '_> {
    type Ok = ();
    type Error = GivenUp;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Done {
        let place = self.find(key)?;
        self.value(place, value)
    }
    fn end(self) -> Done {
        Ok(())
    }
}

impl SerializeMap for Fields<'_, '_> {
    type Ok = ();
    type Error = GivenUp;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        let place = key.serialize(KeySpot(self))?;
        self.key = Some(place);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        let place = or(self.key.take())?;
        self.value(place, value)
    }
    fn end(self) -> Done {
        Ok(())
    }
}

/// Takes the elements of a list or the codes of a set.
struct Elements<'p, 'r> {
    run: &'p mut Run<'r>,
    of: Of,
    depth: usize,
    given: u32,
}

#[derive(Clone, Copy)]
enum Of {
    List(ListId, NodeId, u32),
    Set(Leaf, u32, TableId),
}

impl Elements<'_, '_> {
    fn next<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        let depth = self.depth + 1;
        let place = match self.of {
            Of::List(list, node, most) => {
                if self.given == most || depth > self.run.nesting {
                    return Err(GivenUp);
                }
                self.given += 1;
                Place::Whole(node, self.run.pen.open_row(list))
            }
            Of::Set(_, _, table) => Place::Code(table),
        };
        let run = &mut *self.run;
        value.serialize(Spot { run, place, depth })
    }

    fn finish(self) -> Done {
        match self.of {
            Of::List(list, ..) => or(self.run.pen.close_list(list, self.given)),
            Of::Set(leaf, row, _) => {
                self.run.pen.end_set(leaf, row);
                Ok(())
            }
        }
    }
}

impl SerializeSeq for Elements<'_, '_> {
    type Ok = ();
    type Error = GivenUp;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.next(value)
    }
    fn end(self) -> Done {
        self.finish()
    }
}
impl SerializeTuple for Elements<'_, '_> {
    type Ok = ();
    type Error = GivenUp;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.next(value)
    }
    fn end(self) -> Done {
        self.finish()
    }
}
impl SerializeTupleStruct for Elements<'_, '_> {
    type Ok = ();
    type Error = GivenUp;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.next(value)
    }
    fn end(self) -> Done {
        self.finish()
    }
}

/// Finds the name that the key of a map is; keys that are no texts are not plain.
struct KeySpot<'f, 'p, 'r>(&'f mut Fields<'p, 'r>);

macro_rules! no_keys {
    ($($name:ident: $typ:ty),* $(,)?) => {
        $(fn $name(self, _: $typ) -> Result<usize, GivenUp> {
            Err(GivenUp)
        })*
    };
}

impl Serializer for KeySpot<'_, '_, '_> {
    type Ok = usize;
    type Error = GivenUp;
    type SerializeSeq = Impossible<usize, GivenUp>;
    type SerializeTuple = Impossible<usize, GivenUp>;
    type SerializeTupleStruct = Impossible<usize, GivenUp>;
    type SerializeTupleVariant = Impossible<usize, GivenUp>;
    type SerializeMap = Impossible<usize, GivenUp>;
    type SerializeStruct = Impossible<usize, GivenUp>;
    type SerializeStructVariant = Impossible<usize, GivenUp>;

    no_keys! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }
    no_variants!(SerializeTupleVariant, SerializeStructVariant);

    fn serialize_str(self, name: &str) -> Result<usize, GivenUp> {
        self.0.find(name)
    }
    fn serialize_none(self) -> Result<usize, GivenUp> {
        Err(GivenUp)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<usize, GivenUp> {
        Err(GivenUp)
    }
    fn serialize_unit(self) -> Result<usize, GivenUp> {
        Err(GivenUp)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<usize, GivenUp> {
        self.0.find(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        key: &T,
    ) -> Result<usize, GivenUp> {
        key.serialize(self)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, GivenUp> {
        Err(GivenUp)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, GivenUp> {
        Err(GivenUp)
    }
    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, GivenUp> {
        Err(GivenUp)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, GivenUp> {
        Err(GivenUp)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, GivenUp> {
        Err(GivenUp)
    }
}
