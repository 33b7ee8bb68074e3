//! Paths of facts and elements, written into memory that is used again, and their order.

use super::super::words::code_text;
use crate::check::rules::Each;
use crate::facts::Facts;
use crate::schema::value::{FieldId, ListId, Type};
use crate::schema::{Home, Schema};
use crate::verdict::judgement::{Element, FactRef, Step};
use std::cmp::Ordering;
use std::fmt::Write;

/// Writes paths of the facts of a declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paths<'a> {
    pub(super) schema: &'a Schema,
    pub(super) facts: &'a Facts,
}

impl Paths<'_> {
    /// The path of a fact.
    pub(super) fn fact(&self, fact: FactRef, out: &mut String) {
        match fact {
            FactRef::Header(field) => self.field(field, out),
            FactRef::Cell(field, list, row) => {
                self.row(list, row, out);
                out.push('.');
                self.parts(field, out);
            }
            FactRef::List(list) => {
                if let Some(declared) = self.schema.list(list) {
                    self.field(declared.field, out);
                }
            }
        }
    }

    fn field(&self, field: FieldId, out: &mut String) {
        out.push_str(self.schema.field(field).map_or("", |field| &field.path));
    }

    fn parts(&self, field: FieldId, out: &mut String) {
        let parts = self.schema.field(field).map_or(&[][..], |f| &f.parts);
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                out.push('.');
            }
            out.push_str(part);
        }
    }

    /// The path of a row by its number over all owners.
    fn row(&self, list: ListId, row: u32, out: &mut String) {
        let (Some(declared), Some(rows)) = (self.schema.list(list), self.facts.rows(list)) else {
            return;
        };
        let owner = rows.owner_of(row).unwrap_or(0);
        match declared.parent {
            Some(parent) => {
                self.row(parent, owner, out);
                out.push('.');
                self.parts(declared.field, out);
            }
            None => self.field(declared.field, out),
        }
        let place = row - rows.of(owner).start.min(row) + 1;
        let _ = write!(out, "[{place}]");
    }

    /// The path of an element; false for the whole.
    pub(super) fn element(&self, each: &[Each], element: Element, out: &mut String) -> bool {
        out.clear();
        let mut some = false;
        for (each, step) in each.iter().zip(element.0) {
            match (*each, step) {
                (Each::List(list), Step::Row(row)) => {
                    out.clear();
                    self.row(list, row, out);
                }
                (Each::List(list), _) => {
                    if let Some(declared) = self.schema.list(list) {
                        let inner = declared.parent.is_some();
                        self.below(declared.field, some && inner, out);
                    } else {
                        out.clear();
                    }
                    out.push_str("[?]");
                }
                (Each::Set(field), step) => {
                    let declared = self.schema.field(field);
                    let inner = declared.is_some_and(|f| matches!(f.home, Home::Element(..)));
                    self.below(field, some && inner, out);
                    let table = declared.and_then(|f| match f.typ {
                        Type::Code(table) | Type::Set(table) => Some(table),
                        _ => None,
                    });
                    out.push('=');
                    match step {
                        Step::Code(code) => out.push_str(&code_text(self.schema, table, code)),
                        _ => out.push('?'),
                    }
                }
            }
            some = true;
        }
        some
    }

    /// A field inside what was written, or by itself.
    fn below(&self, field: FieldId, inside: bool, out: &mut String) {
        if inside {
            out.push('.');
            self.parts(field, out);
        } else {
            out.clear();
            self.field(field, out);
        }
    }
}

/// The order of paths: cut at their places, so that `items[10]` comes after `items[9]`.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    // Whole parts that are the same order nothing: mostly it is the first part behind them.
    let mut pairs = a.bytes().zip(b.bytes());
    let same = pairs
        .position(|(a, b)| a != b)
        .unwrap_or(a.len().min(b.len()));
    let end = a.get(..same).and_then(|same| same.rfind('.'));
    let from = end.map_or(0, |end| end + 1);
    let (a, b) = (a.get(from..).unwrap_or(a), b.get(from..).unwrap_or(b));
    first(a).cmp(&first(b)).then_with(|| parts(a).cmp(parts(b)))
}

/// The parts of a path, each with its place.
fn parts(path: &str) -> impl Iterator<Item = (&str, u32)> {
    path.split('.').map(first)
}

/// The first part, and its place.
fn first(path: &str) -> (&str, u32) {
    let ends = |byte: &u8| matches!(byte, b'.' | b'[');
    // A name is short: looking at its bytes is quicker than a search.
    let end = path.as_bytes().iter().position(ends);
    let Some((name, behind)) = end.and_then(|end| path.split_at_checked(end)) else {
        return (path, 0);
    };
    let Some(place) = behind.strip_prefix('[') else {
        return (name, 0);
    };
    let place = place.split('.').next().unwrap_or(place);
    let place = place.trim_end_matches(']').parse();
    (name, place.unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As it is said: part by part, from the first on.
    fn plainly(a: &str, b: &str) -> Ordering {
        fn cut(part: &str) -> (&str, u32) {
            let Some((name, place)) = part.split_once('[') else {
                return (part, 0);
            };
            let place = place.trim_end_matches(']').parse();
            (name, place.unwrap_or(u32::MAX))
        }
        a.split('.').map(cut).cmp(b.split('.').map(cut))
    }

    proptest! {
        #[test]
        fn paths_order_part_by_part(a in "[ab.]{0,3}(\\[[019]{0,2}\\])?[a.卡\\[]{0,3}", b in "[ab.]{0,3}(\\[[019]{0,2}\\])?[a.卡\\[]{0,3}") {
            prop_assert_eq!(natural(&a, &b), plainly(&a, &b));
        }
    }

    #[test]
    fn the_tenth_comes_after_the_ninth() {
        for (a, b) in [
            ("items[9].total", "items[10].qty"),
            ("items", "items[1]"),
            ("a.b", "a.c"),
        ] {
            assert_eq!(natural(a, b), Ordering::Less, "{a} {b}");
        }
    }
}
