//! The values of one column, ready to be asked by row. Nothing is converted before it is asked for,
//! but for the texts of a dictionary: what each of them says is found out once a batch.

use super::super::error;
use super::super::index::Leaf;
use super::super::key::Key;
use super::super::leaf::{Fault, Raw};
use super::super::pen::{Pen, value_of};
use super::bits::bits;
use super::block::{Block, Place};
use super::found::{Found, Once, hs};
use super::{NOTHING, called};
use crate::ground::day::Day;
use crate::ground::number::{MAX_INTEGER_DIGITS, MAX_PLACES, Number};
use crate::schema::value::{Type, Value};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Int8Array, Int16Array, Int32Array,
    Int64Array, LargeStringArray, PrimitiveArray, StringArray, StringViewArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use arrow_schema::DataType;

/// That a row has no text of the dictionary.
const NO_PLACE: u32 = u32::MAX;

/// The texts of a column.
#[derive(Debug)]
pub(super) enum Texts<'b> {
    Short(&'b StringArray),
    Long(&'b LargeStringArray),
    View(&'b StringViewArray),
}

impl<'b> Texts<'b> {
    fn of(array: &'b dyn Array) -> Option<Texts<'b>> {
        Some(match array.data_type() {
            DataType::Utf8 => Texts::Short(array.as_string_opt()?),
            DataType::LargeUtf8 => Texts::Long(array.as_string_opt()?),
            DataType::Utf8View => Texts::View(array.as_string_view_opt()?),
            _ => return None,
        })
    }

    fn len(&self) -> usize {
        match self {
            Texts::Short(array) => array.len(),
            Texts::Long(array) => array.len(),
            Texts::View(array) => array.len(),
        }
    }

    /// The text of a row that is no null.
    #[inline]
    fn at(&self, row: usize) -> Option<&'b str> {
        match self {
            Texts::Short(array) => (row < array.len()).then(|| array.value(row)),
            Texts::Long(array) => (row < array.len()).then(|| array.value(row)),
            Texts::View(array) => (row < array.len()).then(|| array.value(row)),
        }
    }

    #[inline]
    fn get(&self, row: usize) -> Option<&'b str> {
        match self {
            Texts::Short(array) => is_there(*array, row).then(|| array.value(row)),
            Texts::Long(array) => is_there(*array, row).then(|| array.value(row)),
            Texts::View(array) => is_there(*array, row).then(|| array.value(row)),
        }
    }
}

/// Whether a row has a value.
#[inline]
fn is_there(array: &impl Array, row: usize) -> bool {
    row < array.len() && array.is_valid(row)
}

/// For each row the place of its text in a dictionary.
#[derive(Debug)]
pub(super) enum Places<'b> {
    /// As readers of Parquet number them.
    Plain(&'b Int32Array),
    Others(Vec<u32>),
}

impl Places<'_> {
    fn len(&self) -> usize {
        match self {
            Places::Plain(keys) => keys.len(),
            Places::Others(places) => places.len(),
        }
    }

    /// The place of a row that is no null.
    #[inline]
    fn at(&self, row: usize) -> Option<usize> {
        match self {
            Places::Plain(keys) => usize::try_from(keys.values().get(row).copied()?).ok(),
            Places::Others(places) => places.get(row).map(|place| *place as usize),
        }
    }

    #[inline]
    fn get(&self, row: usize) -> Option<usize> {
        match self {
            Places::Plain(keys) => value(keys, row).and_then(|key| usize::try_from(key).ok()),
            Places::Others(places) => {
                let place = places.get(row).copied().filter(|place| *place != NO_PLACE);
                place.map(|place| place as usize)
            }
        }
    }
}

/// The value of a row; none for a null.
#[inline]
fn value<T: arrow_array::types::ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    row: usize,
) -> Option<T::Native> {
    let value = array.values().get(row).copied()?;
    array.is_valid(row).then_some(value)
}

/// Columns of whole numbers, of whatever size.
macro_rules! integers {
    ($($size:ident: $array:ident of $typ:ident,)*) => {
        /// The whole numbers of a column.
        #[derive(Debug)]
        pub(super) enum Integers<'b> {
            $($size(&'b $array),)*
        }

        impl<'b> Integers<'b> {
            fn of(array: &'b dyn Array) -> Option<Integers<'b>> {
                match array.data_type() {
                    $(DataType::$size => Some(Integers::$size(array.as_primitive_opt::<$typ>()?)),)*
                    _ => None,
                }
            }

            /// The number of a row that is no null.
            #[inline]
            fn at(&self, row: usize) -> Option<i128> {
                match self {
                    $(Integers::$size(array) => array.values().get(row).map(|n| i128::from(*n)),)*
                }
            }

            #[inline]
            fn is_null(&self, row: usize) -> bool {
                match self {
                    $(Integers::$size(array) => !is_there(*array, row),)*
                }
            }

            #[inline]
            fn get(&self, row: usize) -> Option<i128> {
                match self {
                    $(Integers::$size(array) => value(array, row).map(i128::from),)*
                }
            }
        }
    };
}

integers! {
    Int8: Int8Array of Int8Type,
    Int16: Int16Array of Int16Type,
    Int32: Int32Array of Int32Type,
    Int64: Int64Array of Int64Type,
    UInt8: UInt8Array of UInt8Type,
    UInt16: UInt16Array of UInt16Type,
    UInt32: UInt32Array of UInt32Type,
    UInt64: UInt64Array of UInt64Type,
}

/// What a null of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    IsNone,
    SaysNothing,
}

/// The values of a column.
#[derive(Debug)]
pub(super) enum Cells<'b> {
    /// Texts, row by row.
    Texts(Texts<'b>),
    /// Texts that repeat: for each row the place of its own among them.
    Keyed(Places<'b>, Texts<'b>),
    Bools(&'b BooleanArray),
    Integers(Integers<'b>),
    /// Numbers, and how many of their digits stand behind the point.
    Decimals(&'b Decimal128Array, u32),
    Days(&'b Date32Array),
    /// Whoever wrote it had no value to take a type from.
    Nothing,
}

impl<'b> Cells<'b> {
    /// The values of an array; none where its type is not one that holds facts.
    pub(super) fn of(array: &'b dyn Array) -> Option<Cells<'b>> {
        if let Some(texts) = Texts::of(array) {
            return Some(Cells::Texts(texts));
        }
        if let Some(integers) = Integers::of(array) {
            return Some(Cells::Integers(integers));
        }
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            let texts = Texts::of(dictionary.values().as_ref())?;
            let keys = dictionary.keys();
            if let Some(plain) = keys.as_primitive_opt::<Int32Type>() {
                return Some(Cells::Keyed(Places::Plain(plain), texts));
            }
            let mut places = vec![NO_PLACE; keys.len()];
            if texts.len() > 0 {
                let all = dictionary.normalized_keys();
                for (row, (place, key)) in places.iter_mut().zip(all).enumerate() {
                    if keys.is_valid(row) {
                        *place = u32::try_from(key).unwrap_or(NO_PLACE);
                    }
                }
            }
            return Some(Cells::Keyed(Places::Others(places), texts));
        }
        Some(match array.data_type() {
            DataType::Null => Cells::Nothing,
            DataType::Boolean => Cells::Bools(array.as_boolean_opt()?),
            DataType::Decimal128(_, scale) => {
                let scale = u32::try_from(*scale).ok()?;
                Cells::Decimals(array.as_primitive_opt::<Decimal128Type>()?, scale)
            }
            DataType::Date32 => Cells::Days(array.as_primitive_opt::<Date32Type>()?),
            _ => return None,
        })
    }

    /// What a row holds.
    pub(super) fn raw(&self, row: usize) -> Raw<'b> {
        let text = |text: Option<&'b str>| text.map_or(NOTHING, Raw::Text);
        match self {
            Cells::Texts(texts) => text(texts.get(row)),
            Cells::Keyed(places, texts) => text(places.get(row).and_then(|place| texts.get(place))),
            Cells::Bools(array) => match is_there(*array, row) {
                true => Raw::Bool(array.value(row)),
                false => NOTHING,
            },
            Cells::Integers(integers) => integers.get(row).map_or(NOTHING, |n| number(n, 0)),
            Cells::Decimals(array, scale) => {
                value(array, row).map_or(NOTHING, |n| number(n, *scale))
            }
            Cells::Days(array) => {
                let day = |n: i32| Day::from_number(n).map_or(Raw::Text("?"), Raw::Day);
                value(array, row).map_or(NOTHING, day)
            }
            Cells::Nothing => NOTHING,
        }
    }

    /// Works out once what is said in several rows; nothing where texts do not repeat.
    pub(super) fn once<T>(&self, mut work: impl FnMut(Raw<'b>) -> T) -> Once<T> {
        let Cells::Keyed(places, texts) = self else {
            return Once(Vec::new());
        };
        // A dictionary larger than its batch would be looked up for rows that are not there.
        if texts.len() > places.len().saturating_mul(2) {
            return Once(Vec::new());
        }
        let all = (0..texts.len()).map(|at| work(texts.get(at).map_or(NOTHING, Raw::Text)));
        Once(all.collect())
    }

    /// What was worked out once of what a row says.
    #[inline]
    pub(super) fn known<T: Copy>(&self, once: &Once<T>, row: usize) -> Option<T> {
        match self {
            Cells::Keyed(places, _) => once.0.get(places.get(row)?).copied(),
            _ => None,
        }
    }

    /// Whether a row holds nothing.
    #[inline]
    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Cells::Nothing => true,
            Cells::Decimals(array, _) => !is_there(*array, row),
            Cells::Days(array) => !is_there(*array, row),
            Cells::Bools(array) => !is_there(*array, row),
            Cells::Integers(integers) => integers.is_null(row),
            Cells::Texts(Texts::Short(array)) => !is_there(*array, row),
            other => other.raw(row) == NOTHING,
        }
    }

    /// Writes what a row that is no null holds of a field that is no set and no text; nothing where it
    /// has to be read with care.
    #[inline]
    pub(super) fn write(&self, pen: &mut Pen<'_>, leaf: Leaf, from: usize, row: u32) -> Option<()> {
        match self {
            Cells::Bools(array) => {
                let yes = (from < array.len()).then(|| array.value(from))?;
                pen.bool(leaf, row, yes)
            }
            Cells::Integers(integers) => pen.number(leaf, row, written(integers.at(from)?, 0)?),
            Cells::Decimals(array, scale) => {
                let n = array.values().get(from).copied()?;
                pen.number(leaf, row, written(n, *scale)?)
            }
            Cells::Days(array) => {
                let n = array.values().get(from).copied()?;
                pen.day(leaf, row, Day::from_number(n)?)
            }
            Cells::Keyed(..) | Cells::Texts(_) | Cells::Nothing => None,
        }
    }

    /// Writes what rows hold of a field that is no set: from that row of the array on, those that
    /// have a bit, to their places. Where a text of a dictionary is a null, it is none or says
    /// nothing.
    pub(super) fn write_all(
        &self,
        block: &mut Block<'_>,
        leaf: Leaf,
        (from, there, places): (usize, u64, &[Place]),
        once: &Once<Found>,
        null: Null,
    ) {
        let there = self.put_all(block, leaf, (from, there, places), once);
        match self {
            Cells::Keyed(keys, texts) => block.each(there, places, |pen, at, row| {
                let nothing = |pen: &mut Pen<'_>| {
                    if null == Null::IsNone {
                        pen.none(leaf, row);
                    }
                    Some(())
                };
                let key = keys.at(from + at)?;
                match once.0.get(key) {
                    Some(Found::Nothing) => nothing(pen),
                    Some(Found::ByRow) | None => match texts.get(key) {
                        Some(text) => write_text(pen, leaf, row, text),
                        None => nothing(pen),
                    },
                    Some(found) => found.write(pen, leaf, row),
                }
            }),
            Cells::Texts(texts) => block.each(there, places, |pen, at, row| {
                write_text(pen, leaf, row, texts.at(from + at)?)
            }),
            _ => block.each(there, places, |pen, at, row| {
                self.write(pen, leaf, from + at, row)
            }),
        }
    }

    /// Writes what is plain, and tells which rows are not.
    fn put_all(
        &self,
        block: &mut Block<'_>,
        leaf: Leaf,
        (from, there, places): (usize, u64, &[Place]),
        once: &Once<Found>,
    ) -> u64 {
        let Leaf { home, typ, .. } = leaf;
        match (self, typ) {
            (Cells::Keyed(keys, texts), Type::Hs) if once.0.is_empty() => block.put(
                home,
                there,
                places,
                |at| hs(texts.get(keys.at(from + at)?)?),
            ),
            (Cells::Keyed(keys, _), _) if !once.0.is_empty() => {
                block.put(home, there, places, |at| {
                    once.0.get(keys.at(from + at)?)?.value(typ)
                })
            }
            (Cells::Texts(texts), Type::Hs) => {
                block.put(home, there, places, |at| hs(texts.at(from + at)?))
            }
            (Cells::Bools(array), Type::Bool) => {
                let yes = bits(array.values(), from, places.len());
                block.put(home, there, places, |at| {
                    let yes = yes >> at & 1;
                    Some((Value::Bool(yes == 1), Key(yes.cast_signed())))
                })
            }
            (Cells::Integers(integers), _) => block.put(home, there, places, |at| {
                value_of(typ, written(integers.at(from + at)?, 0)?)
            }),
            (Cells::Decimals(array, scale), _) => {
                let all = array.values().get(from..).unwrap_or_default();
                block.put(home, there, places, |at| {
                    value_of(typ, written(*all.get(at)?, *scale)?)
                })
            }
            (Cells::Days(array), Type::Date) => {
                let all = array.values().get(from..).unwrap_or_default();
                block.put(home, there, places, |at| {
                    let day = Day::from_number(*all.get(at)?)?;
                    Some((Value::Date(day), Key::of_day(day)))
                })
            }
            _ => there,
        }
    }

    /// The text of a row, where it has one.
    #[inline]
    pub(super) fn text(&self, row: usize) -> Option<&'b str> {
        match self {
            Cells::Texts(texts) => texts.get(row),
            Cells::Keyed(places, texts) => texts.get(places.get(row)?),
            _ => None,
        }
    }
}

#[inline]
fn write_text(pen: &mut Pen<'_>, leaf: Leaf, row: u32, text: &str) -> Option<()> {
    match leaf.typ {
        Type::Text => pen.words(leaf, row, text),
        _ => pen.text(leaf, row, text.as_bytes(), 0, text.len()),
    }
}

fn number(mantissa: i128, scale: u32) -> Raw<'static> {
    // What no number of ours can hold is told as a number that is none.
    Number::from_parts(mantissa, scale).map_or(Raw::Digits("?"), Raw::Number)
}

/// A number that could have been written in digits, as nearly all are; the others are looked at with
/// care.
#[inline]
fn written(mantissa: i128, scale: u32) -> Option<Number> {
    const MOST: u64 = 10u64.pow(MAX_INTEGER_DIGITS as u32);
    let small = i64::try_from(mantissa).ok()?;
    if small.unsigned_abs() >= MOST || scale as usize > MAX_PLACES {
        return None;
    }
    Number::from_parts(mantissa, scale)
}

/// Whether a column of that type holds texts.
pub(super) fn is_text(column: &DataType) -> bool {
    match column {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Whether a column of that type can hold a field of this one.
pub(super) fn fits(schema_type: Type, column: &DataType) -> Result<(), Fault> {
    use DataType as D;
    let exact = matches!(
        column,
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64
    ) || matches!(column, D::Decimal128(_, scale) if *scale >= 0);
    let number = matches!(
        schema_type,
        Type::Integer | Type::Decimal | Type::Rate | Type::Money(_) | Type::Quantity(_)
    );
    let fine = match schema_type {
        Type::Bool => *column == D::Boolean,
        Type::Date => *column == D::Date32 || is_text(column),
        _ if number => exact || is_text(column),
        Type::Text | Type::Code(_) | Type::Hs => is_text(column),
        _ => false,
    };
    if fine || *column == D::Null {
        return Ok(());
    }
    if number && matches!(column, D::Float16 | D::Float32 | D::Float64) {
        return Err(Fault {
            code: error::NOT_EXACT,
            message: "the column holds binary floats".into(),
            help: Some("write decimals, or a map with `places` to round them".into()),
        });
    }
    let help = match schema_type {
        Type::Date => Some("write it as date32, or as texts YYYY-MM-DD".into()),
        Type::Text | Type::Code(_) | Type::Hs => Some("write it as texts".into()),
        _ => None,
    };
    Err(Fault {
        code: error::BAD_COLUMNS,
        message: format!("a column of {} cannot hold the field", called(column)),
        help,
    })
}
