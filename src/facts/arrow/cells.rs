//! The values of one column, ready to be asked by row.

use super::super::error;
use super::super::leaf::{self, Fault, Raw, Read};
use super::{NOTHING, called};
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::Schema;
use crate::schema::value::{Fact, Type};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, BooleanArray, LargeStringArray, StringArray, StringViewArray};
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

    fn get(&self, row: usize) -> Option<&'b str> {
        if row >= self.len() {
            return None;
        }
        match self {
            Texts::Short(array) => array.is_valid(row).then(|| array.value(row)),
            Texts::Long(array) => array.is_valid(row).then(|| array.value(row)),
            Texts::View(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// The values of a column.
#[derive(Debug)]
pub(super) enum Cells<'b> {
    /// Texts, row by row.
    Texts(Texts<'b>),
    /// Texts that repeat: for each row the place of its own among them.
    Keyed(Vec<u32>, Texts<'b>),
    Bools(&'b BooleanArray),
    /// Numbers and days.
    Plain(Vec<Raw<'static>>),
}

impl<'b> Cells<'b> {
    /// The values of an array; none where its type is not one that holds facts.
    pub(super) fn of(array: &'b dyn Array) -> Option<Cells<'b>> {
        if let Some(texts) = Texts::of(array) {
            return Some(Cells::Texts(texts));
        }
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            let texts = Texts::of(dictionary.values().as_ref())?;
            let keys = dictionary.keys();
            let mut places = vec![NO_PLACE; keys.len()];
            if texts.len() > 0 {
                let all = dictionary.normalized_keys();
                for (row, (place, key)) in places.iter_mut().zip(all).enumerate() {
                    if keys.is_valid(row) {
                        *place = u32::try_from(key).unwrap_or(NO_PLACE);
                    }
                }
            }
            return Some(Cells::Keyed(places, texts));
        }
        /// The numbers of a column of integers; one that is too large is no integer of ours.
        macro_rules! integers {
            ($typ:ty) => {{
                let all = array.as_primitive_opt::<$typ>()?.iter();
                all.map(|n| n.map_or(NOTHING, |n| number(i128::from(n), 0)))
                    .collect()
            }};
        }
        Some(match array.data_type() {
            // Whoever wrote it had no value to take a type from.
            DataType::Null => Cells::Plain(vec![NOTHING; array.len()]),
            DataType::Boolean => Cells::Bools(array.as_boolean_opt()?),
            DataType::Int8 => Cells::Plain(integers!(Int8Type)),
            DataType::Int16 => Cells::Plain(integers!(Int16Type)),
            DataType::Int32 => Cells::Plain(integers!(Int32Type)),
            DataType::Int64 => Cells::Plain(integers!(Int64Type)),
            DataType::UInt8 => Cells::Plain(integers!(UInt8Type)),
            DataType::UInt16 => Cells::Plain(integers!(UInt16Type)),
            DataType::UInt32 => Cells::Plain(integers!(UInt32Type)),
            DataType::UInt64 => Cells::Plain(integers!(UInt64Type)),
            DataType::Decimal128(_, scale) => {
                let scale = u32::try_from(*scale).ok()?;
                let all = array.as_primitive_opt::<Decimal128Type>()?.iter();
                let read = |n: Option<i128>| n.map_or(NOTHING, |n| number(n, scale));
                Cells::Plain(all.map(read).collect())
            }
            DataType::Date32 => {
                let all = array.as_primitive_opt::<Date32Type>()?.iter();
                let day = |n: i32| Day::from_number(n).map_or(Raw::Text("?"), Raw::Day);
                Cells::Plain(all.map(|n| n.map_or(NOTHING, day)).collect())
            }
            _ => return None,
        })
    }

    /// What a row holds.
    pub(super) fn raw(&self, row: usize) -> Raw<'_> {
        let text = |text: Option<&'b str>| text.map_or(NOTHING, Raw::Text);
        match self {
            Cells::Texts(texts) => text(texts.get(row)),
            Cells::Keyed(_, texts) => text(self.place(row).and_then(|place| texts.get(place))),
            Cells::Bools(array) => match row < array.len() && array.is_valid(row) {
                true => Raw::Bool(array.value(row)),
                false => NOTHING,
            },
            Cells::Plain(all) => all.get(row).copied().unwrap_or(NOTHING),
        }
    }

    /// Works out once what is said in several rows; nothing where texts do not repeat.
    pub(super) fn once<T>(&self, mut work: impl FnMut(Raw<'b>) -> T) -> Option<Once<T>> {
        let Cells::Keyed(places, texts) = self else {
            return None;
        };
        // A dictionary larger than its batch would be looked up for rows that are not there.
        if texts.len() > places.len().saturating_mul(2) {
            return None;
        }
        let all = (0..texts.len()).map(|at| work(texts.get(at).map_or(NOTHING, Raw::Text)));
        Some(Once(all.collect()))
    }

    /// Whether a row holds nothing.
    #[inline]
    pub(super) fn is_null(&self, row: usize) -> bool {
        match self {
            Cells::Keyed(places, _) => places.get(row).is_none_or(|place| *place == NO_PLACE),
            Cells::Plain(all) => all.get(row).is_none_or(|raw| *raw == NOTHING),
            other => other.raw(row) == NOTHING,
        }
    }

    /// The place of a row's text among those that were worked out once.
    pub(super) fn place(&self, row: usize) -> Option<usize> {
        match self {
            Cells::Keyed(places, _) => {
                let place = places.get(row).copied().filter(|place| *place != NO_PLACE);
                place.map(|place| place as usize)
            }
            _ => None,
        }
    }
}

/// What was worked out for each text of a dictionary.
#[derive(Debug)]
pub(super) struct Once<T>(Vec<T>);

impl<T> Once<T> {
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.0.get(place)
    }
}

/// The fact that a text of a dictionary is; nothing where it has to be read row by row, to wait for
/// a unit or to be told with its place.
pub(super) fn fact(schema: &Schema, typ: Type, raw: Raw<'_>) -> Option<Fact> {
    match leaf::read(schema, typ, raw) {
        Ok(Read::Fact(fact)) => Some(fact),
        _ => None,
    }
}

fn number(mantissa: i128, scale: u32) -> Raw<'static> {
    // What no number of ours can hold is told as a number that is none.
    Number::from_parts(mantissa, scale).map_or(Raw::Digits("?"), Raw::Number)
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
