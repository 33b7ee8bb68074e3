//! What the texts of a dictionary say of a field, and what values are in it.

use super::super::index::Leaf;
use super::super::key::Key;
use super::super::leaf::{self, Raw, Read};
use super::super::pen::{Pen, value_of};
use super::super::tables::Tables;
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::Schema;
use crate::schema::value::{Code, Fact, Hs, Type, Value};

/// What was worked out for each text of a dictionary; nothing where that was not worth it.
#[derive(Debug)]
pub(super) struct Once<T>(pub(super) Vec<T>);

impl<T> Default for Once<T> {
    fn default() -> Once<T> {
        Once(Vec::new())
    }
}

/// What a text of a dictionary says of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found {
    Nothing,
    Bool(bool),
    Code(Code),
    Hs(Hs),
    Day(Day),
    /// A number, or an amount whose unit another field may name.
    Number(Number),
    /// It has to be read row by row: to be copied as a text, or to be told with its place.
    ByRow,
}

impl Found {
    /// What is said of a field of that type.
    pub(super) fn of(schema: &Schema, typ: Type, raw: Raw<'_>) -> Found {
        match leaf::read(schema, typ, raw) {
            Ok(Read::Amount(number, None)) => Found::Number(number),
            Ok(Read::Fact(Fact::None)) => Found::Nothing,
            Ok(Read::Fact(Fact::Value(value))) => match value {
                Value::Bool(yes) => Found::Bool(yes),
                Value::Code(code) => Found::Code(code),
                Value::Hs(code) => Found::Hs(code),
                Value::Date(day) => Found::Day(day),
                Value::Number(n) | Value::Money(n, _) | Value::Quantity(n, _) => Found::Number(n),
                Value::Text(_) | Value::Set(_) => Found::ByRow,
            },
            _ => Found::ByRow,
        }
    }

    /// The same, sooner where it is a code.
    pub(super) fn quickly(schema: &Schema, tables: &Tables, typ: Type, raw: Raw<'_>) -> Found {
        if let (Type::Code(table), Raw::Text(text)) = (typ, raw)
            && let Some(code) = tables.code(table, text.as_bytes(), 0, text.len())
        {
            return Found::Code(code);
        }
        Found::of(schema, typ, raw)
    }

    /// What it is in a field of that type; nothing where that cannot be said so.
    #[inline(always)]
    pub(super) fn value(self, typ: Type) -> Option<(Value, Key)> {
        Some(match self {
            Found::Code(code) => (Value::Code(code), Key(i64::from(code.0))),
            Found::Hs(code) => (Value::Hs(code), Key::of_hs(code)),
            Found::Day(day) => (Value::Date(day), Key::of_day(day)),
            Found::Number(number) => return value_of(typ, number),
            Found::Bool(yes) => (Value::Bool(yes), Key(i64::from(yes))),
            Found::Nothing | Found::ByRow => return None,
        })
    }

    /// Writes it; nothing where it says nothing that could be written.
    #[inline]
    pub(super) fn write(self, pen: &mut Pen<'_>, leaf: Leaf, row: u32) -> Option<()> {
        match self {
            Found::Code(code) => pen.put_code(leaf, row, code),
            Found::Hs(code) => pen.put_hs(leaf, row, code),
            Found::Day(day) => return pen.day(leaf, row, day),
            Found::Number(number) => return pen.number(leaf, row, number),
            Found::Bool(yes) => return pen.bool(leaf, row, yes),
            Found::Nothing | Found::ByRow => return None,
        }
        Some(())
    }
}

#[inline]
pub(super) fn hs(text: &str) -> Option<(Value, Key)> {
    let code = Hs::of_digits(text.as_bytes())?;
    Some((Value::Hs(code), Key::of_hs(code)))
}
