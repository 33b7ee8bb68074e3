//! Names, paths and values in words, for verdicts and explanations.

use super::{Bilingual, Named};
use crate::check::rules::Each;
use crate::facts::eval::Eval;
use crate::reference::scene::Scene;
use crate::schema::value::{Code, FieldId, ListId, OutcomeId, TableId, Type, Value};
use crate::schema::{Home, Labels, Lang, Schema};
use crate::verdict::judgement::{Element, FactRef, Step};
use std::fmt::{self, Write};

/// Labels in both languages, the identifier where there are none.
pub fn labels(labels: &Labels, identifier: &str) -> Bilingual {
    Bilingual::new(|lang| labels.get(lang, identifier).to_string())
}

/// An outcome.
pub fn outcome(schema: &Schema, id: OutcomeId) -> Named {
    let found = schema.outcomes.get(usize::from(id.0));
    found.map_or_else(Named::default, |outcome| Named {
        name: outcome.name.clone(),
        labels: labels(&outcome.labels, &outcome.name),
    })
}

/// A value for people: amounts with thousands separators and their unit, codes with their label.
pub fn value(schema: &Schema, typ: Type, value: &Value, lang: Lang) -> String {
    text(|out| write_value(out, schema, typ, value, lang))
}

/// What evaluating gave, for people.
pub fn eval(schema: &Schema, typ: Type, eval: &Eval, lang: Lang) -> String {
    text(|out| write_eval(out, schema, typ, eval, lang))
}

/// A value for machines: amounts without separators, codes alone.
pub fn plain(schema: &Schema, typ: Type, value: &Value) -> String {
    text(|out| write_plain(out, schema, typ, value))
}

/// What is written, which into memory does not fail.
fn text(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut out = String::new();
    let _ = write(&mut out);
    out
}

/// Writes a value as [`value`] says it.
pub fn write_value(
    out: &mut impl Write,
    schema: &Schema,
    typ: Type,
    value: &Value,
    lang: Lang,
) -> fmt::Result {
    match value {
        Value::Bool(true) => out.write_str(lang.pick("是", "yes")),
        Value::Bool(false) => out.write_str(lang.pick("否", "no")),
        Value::Number(number) if typ == Type::Rate => {
            let hundred = crate::ground::number::Number::from_i64(100);
            match number.mul(hundred) {
                Some(percent) => write!(out, "{percent} %"),
                None => write!(out, "{number}"),
            }
        }
        Value::Number(number) => number.write_for_people(out, 0),
        Value::Money(number, code) => {
            number.write_for_people(out, 2)?;
            write!(out, " {}", unit(schema, true, *code))
        }
        Value::Quantity(number, code) => {
            number.write_for_people(out, 0)?;
            write!(out, " {}", unit(schema, false, *code))
        }
        Value::Date(day) => write!(out, "{day}"),
        Value::Text(text) => out.write_str(text),
        Value::Hs(code) => write!(out, "{code}"),
        Value::Code(code) => write_code(out, schema, table_of(typ), *code, lang),
        Value::Set(codes) => {
            for (at, code) in codes.iter().enumerate() {
                if at > 0 {
                    out.write_str(lang.pick("、", ", "))?;
                }
                write_code(out, schema, table_of(typ), *code, lang)?;
            }
            Ok(())
        }
    }
}

/// Writes what evaluating gave as [`eval`] says it.
pub fn write_eval(
    out: &mut impl Write,
    schema: &Schema,
    typ: Type,
    eval: &Eval,
    lang: Lang,
) -> fmt::Result {
    match eval {
        Eval::Value(value) => write_value(out, schema, typ, value, lang),
        Eval::Between { low, high, .. } => {
            write_value(out, schema, typ, low, lang)?;
            out.write_str(lang.pick(" 至 ", " to "))?;
            write_value(out, schema, typ, high, lang)
        }
        Eval::None => out.write_str(lang.pick("空", "none")),
        Eval::Unknown(reason) => {
            let reason = reason.text(lang);
            match lang {
                Lang::Zh => write!(out, "未知（{reason}）"),
                Lang::En => write!(out, "unknown ({reason})"),
            }
        }
    }
}

/// Writes a value as [`plain`] says it.
pub fn write_plain(out: &mut impl Write, schema: &Schema, typ: Type, value: &Value) -> fmt::Result {
    match value {
        Value::Bool(flag) => write!(out, "{flag}"),
        Value::Number(number) => write!(out, "{number}"),
        Value::Money(number, code) => write!(out, "{number} {}", unit(schema, true, *code)),
        Value::Quantity(number, code) => write!(out, "{number} {}", unit(schema, false, *code)),
        Value::Date(day) => write!(out, "{day}"),
        Value::Text(text) => out.write_str(text),
        Value::Hs(code) => write!(out, "{code}"),
        Value::Code(code) => out.write_str(&code_text(schema, table_of(typ), *code)),
        Value::Set(codes) => {
            for (at, code) in codes.iter().enumerate() {
                if at > 0 {
                    out.write_char(' ')?;
                }
                out.write_str(&code_text(schema, table_of(typ), *code))?;
            }
            Ok(())
        }
    }
}

/// The codes of a set.
pub fn codes(schema: &Schema, typ: Type, value: &Value) -> Vec<String> {
    match value {
        Value::Set(codes) => codes
            .iter()
            .map(|c| code_text(schema, table_of(typ), *c).to_string())
            .collect(),
        _ => Vec::new(),
    }
}

/// A currency or a unit as literals write it.
pub fn unit(schema: &Schema, money: bool, code: Code) -> &str {
    let table = if money {
        schema.currencies
    } else {
        schema.units
    };
    let entry = table
        .and_then(|table| schema.table(table))
        .and_then(|table| table.entry(code));
    let symbol = entry
        .and_then(|entry| entry.unit.as_ref())
        .and_then(|u| u.symbol.as_deref());
    symbol
        .or(entry.map(|entry| entry.code.as_str()))
        .unwrap_or("?")
}

fn table_of(typ: Type) -> Option<TableId> {
    match typ {
        Type::Code(table) | Type::Set(table) => Some(table),
        _ => None,
    }
}

/// A code as declarations write it; its number where its table is not known.
pub fn code_text(schema: &Schema, table: Option<TableId>, code: Code) -> std::borrow::Cow<'_, str> {
    match table.and_then(|table| schema.table(table)?.entry(code)) {
        Some(entry) => entry.code.as_str().into(),
        None => format!("#{}", code.0).into(),
    }
}

/// A code with its label; of an identifier only the label is readable.
pub fn code_words(schema: &Schema, table: Option<TableId>, code: Code, lang: Lang) -> String {
    text(|out| write_code(out, schema, table, code, lang))
}

fn write_code(
    out: &mut impl Write,
    schema: &Schema,
    table: Option<TableId>,
    code: Code,
    lang: Lang,
) -> fmt::Result {
    match table.and_then(|table| schema.table(table)?.entry(code)) {
        Some(entry) => entry
            .said(lang)
            .into_iter()
            .try_for_each(|part| out.write_str(part)),
        None => write!(out, "#{}", code.0),
    }
}

/// What people call a field.
pub fn field(schema: &Schema, field: FieldId) -> Bilingual {
    schema
        .field(field)
        .map_or_else(Bilingual::default, |f| labels(&f.labels, &f.path))
}

impl Scene<'_> {
    /// The path of an element: `items[1]`, `items[1].documents[2]`, `items[1].licences=7`, with
    /// places counted from 1 and `[?]` for one that was not given; nothing for the whole.
    pub(crate) fn element_path(&self, each: &[Each], element: Element) -> Option<String> {
        let mut path = None;
        for (each, step) in each.iter().zip(element.0) {
            path = Some(match (*each, step) {
                (Each::List(list), Step::Row(row)) => self.row_path(list, row),
                (Each::List(list), _) => format!("{}[?]", self.list_path(list, path.as_deref())),
                (Each::Set(field), step) => {
                    let declared = self.schema().field(field);
                    let name = match (declared.map(|f| f.home), &path) {
                        (Some(Home::Element(..)), Some(outer)) => {
                            format!(
                                "{outer}.{}",
                                declared.map_or(String::new(), |f| f.parts.join("."))
                            )
                        }
                        _ => declared.map_or(String::new(), |f| f.path.clone()),
                    };
                    let table = declared.and_then(|f| table_of(f.typ));
                    match step {
                        Step::Code(code) => {
                            format!("{name}={}", code_text(self.schema(), table, code))
                        }
                        _ => format!("{name}=?"),
                    }
                }
            });
        }
        path
    }

    fn list_path(&self, list: ListId, owner: Option<&str>) -> String {
        let Some(declared) = self.schema().list(list) else {
            return String::new();
        };
        let Some(field) = self.schema().field(declared.field) else {
            return String::new();
        };
        match (declared.parent, owner) {
            (Some(_), Some(owner)) => format!("{owner}.{}", field.parts.join(".")),
            _ => field.path.clone(),
        }
    }

    /// The path of a row by its number over all owners.
    pub(crate) fn row_path(&self, list: ListId, row: u32) -> String {
        let parent = self.schema().list(list).and_then(|l| l.parent);
        let Some(rows) = self.facts.rows(list) else {
            return String::new();
        };
        let owners = parent.map_or(1, |p| self.facts.rows(p).map_or(0, |rows| rows.len()));
        let owner = (0..owners)
            .find(|owner| rows.of(*owner).contains(&row))
            .unwrap_or(0);
        let place = row - rows.of(owner).start.min(row) + 1;
        let outer = parent.map(|parent| self.row_path(parent, owner));
        format!("{}[{place}]", self.list_path(list, outer.as_deref()))
    }

    /// The path and label of a fact.
    pub(crate) fn fact_path(&self, fact: FactRef) -> (String, Bilingual) {
        let path = |id: FieldId| {
            self.schema()
                .field(id)
                .map_or(String::new(), |f| f.path.clone())
        };
        match fact {
            FactRef::Header(id) => (path(id), field(self.schema(), id)),
            FactRef::Cell(id, list, row) => {
                let parts = self
                    .schema()
                    .field(id)
                    .map_or(String::new(), |f| f.parts.join("."));
                (
                    format!("{}.{parts}", self.row_path(list, row)),
                    field(self.schema(), id),
                )
            }
            FactRef::List(list) => match self.schema().list(list) {
                Some(list) => (path(list.field), field(self.schema(), list.field)),
                None => (String::new(), Bilingual::default()),
            },
        }
    }
}
