//! Rows of a table straight onto a sheet, by a map that was laid out for its columns once.
//!
//! What is not plain is given up and read with care; see [`super::pen`] and [`super::bind`].

use super::bind::rounded;
use super::index::Leaf;
use super::key::Key;
use super::map::{DateOrder, Rule, Source};
use super::pen::Pen;
use super::{ListState, split};
use crate::ground::number::Number;
use crate::schema::value::{Fact, ListId, Type};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A row of a table, taken apart.
pub(super) trait Row {
    /// The text that holds a cell, and where in it the cell begins and ends.
    fn cell(&self, column: usize) -> Option<(&str, usize, usize)>;
}

impl<S: AsRef<str>> Row for [S] {
    #[inline]
    fn cell(&self, column: usize) -> Option<(&str, usize, usize)> {
        let text = self.get(column)?.as_ref();
        Some((text, 0, text.len()))
    }
}

impl Row for split::Row<'_> {
    #[inline]
    fn cell(&self, column: usize) -> Option<(&str, usize, usize)> {
        self.at(column)
    }
}

/// The rules of a map by the record that they lead into.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    root: Group,
}

/// The rules of one record.
#[derive(Debug, Clone, Default)]
struct Group {
    /// Rules of the record's own fields.
    rules: Vec<Cell>,
    lists: Vec<Elements>,
}

/// A rule by its number, with the column of its cell; none for a constant.
#[derive(Debug, Clone, Copy)]
struct Cell {
    rule: usize,
    column: Option<usize>,
    /// Whether the cell says what it says in the schema's words.
    plain: bool,
}

/// A list and the elements that the map makes of it, by their places.
#[derive(Debug, Clone)]
struct Elements {
    list: ListId,
    elements: Vec<Element>,
    /// Whether empty cells say nothing of it.
    silent: bool,
}

/// An element: the columns that say whether it is there, and its rules.
#[derive(Debug, Clone)]
struct Element {
    columns: Vec<usize>,
    group: Group,
}

impl Layout {
    /// Lays a map's rules out.
    pub(super) fn new(rules: &[Rule], columns: &[Option<usize>]) -> Layout {
        let all: Vec<(usize, &Rule, Option<usize>)> = rules
            .iter()
            .zip(columns)
            .enumerate()
            .map(|(at, (rule, column))| (at, rule, *column))
            .collect();
        Layout {
            root: Group::new(&all, 0),
        }
    }

    /// Writes a row.
    pub(super) fn write<R: Row + ?Sized>(
        &self,
        rules: &[Rule],
        row: &R,
        pen: &mut Pen<'_>,
    ) -> Option<()> {
        self.root.write(rules, row, 0, pen)?;
        pen.finish()
    }
}

impl Group {
    fn new(rules: &[(usize, &Rule, Option<usize>)], depth: usize) -> Group {
        let mut own = Vec::new();
        let mut inner: BTreeMap<ListId, BTreeMap<u32, Vec<_>>> = BTreeMap::new();
        for (at, rule, column) in rules {
            match rule.places.get(depth) {
                None => own.push(Cell {
                    rule: *at,
                    column: *column,
                    plain: is_plain(rule),
                }),
                Some((list, place)) => {
                    let elements = inner.entry(*list).or_default();
                    elements
                        .entry(*place)
                        .or_default()
                        .push((*at, *rule, *column));
                }
            }
        }
        let lists = inner.into_iter().map(|(list, elements)| Elements {
            list,
            silent: elements
                .values()
                .flatten()
                .all(|(_, rule, column)| column.is_none() || rule.empty_is_unknown),
            elements: elements
                .values()
                .map(|rules| Element {
                    columns: rules.iter().filter_map(|(_, _, column)| *column).collect(),
                    group: Group::new(rules, depth + 1),
                })
                .collect(),
        });
        Group {
            rules: own,
            lists: lists.collect(),
        }
    }

    fn write<R: Row + ?Sized>(
        &self,
        rules: &[Rule],
        row: &R,
        at: u32,
        pen: &mut Pen<'_>,
    ) -> Option<()> {
        for cell in &self.rules {
            cell.write(rules.get(cell.rule)?, row, at, pen)?;
        }
        for Elements {
            list,
            elements,
            silent,
        } in &self.lists
        {
            let mut made = 0;
            for element in elements {
                let mut cells = element.columns.iter().map(|column| row.cell(*column));
                if cells.all(|cell| cell.is_none_or(|(_, at, end)| at == end)) {
                    continue;
                }
                if made == 0 {
                    pen.state(*list, ListState::Given);
                }
                made += 1;
                let inner = pen.open_row(*list);
                element.group.write(rules, row, inner, pen)?;
            }
            match made {
                0 if *silent => pen.state(*list, ListState::Unknown),
                0 => pen.state(*list, ListState::None),
                _ => pen.close_list(*list, made)?,
            }
        }
        Some(())
    }
}

/// Whether the map translates nothing.
pub(super) fn is_plain(rule: &Rule) -> bool {
    rule.codes.is_none()
        && rule.date == DateOrder::Iso
        && rule.places_kept.is_none()
        && !rule.percent
        && rule.prefix.is_empty()
        && rule.pad == 0
}

impl Cell {
    #[inline]
    fn write<R: Row + ?Sized>(
        self,
        rule: &Rule,
        row: &R,
        at: u32,
        pen: &mut Pen<'_>,
    ) -> Option<()> {
        if let Source::Constant(text) = &rule.source {
            return said(rule, true, (text, 0, text.len()), at, pen);
        }
        let cell = row.cell(self.column?)?;
        if cell.1 != cell.2 {
            return said(rule, self.plain, cell, at, pen);
        }
        match &rule.default {
            Some(text) => {
                pen.sheet.assume(&rule.path, text);
                said(rule, true, (text, 0, text.len()), at, pen)
            }
            None => {
                empty(rule, at, pen);
                Some(())
            }
        }
    }
}

/// Writes what an empty cell says where the map has nothing to put in its place.
pub(super) fn empty(rule: &Rule, row: u32, pen: &mut Pen<'_>) {
    let (fact, key) = match rule.empty_is_unknown {
        true => (Fact::Unknown, Key::UNKNOWN),
        false => (Fact::None, Key::NONE),
    };
    pen.sheet.write(rule.leaf.home, row, fact, key);
}

/// Writes what a text says, once it is translated.
#[inline]
pub(super) fn said(
    rule: &Rule,
    plain: bool,
    (text, from, end): (&str, usize, usize),
    row: u32,
    pen: &mut Pen<'_>,
) -> Option<()> {
    let Some(split) = rule.split.as_deref() else {
        if plain {
            return value(rule.leaf, row, (text, from, end), pen);
        }
        let mut scratch = std::mem::take(&mut pen.sheet.scratch);
        let written = translate(rule, text.get(from..end)?, &mut scratch);
        let written =
            written.and_then(|()| value(rule.leaf, row, (&scratch, 0, scratch.len()), pen));
        pen.sheet.scratch = scratch;
        return written;
    };
    let table = pen.begin_set(rule.leaf)?;
    let mut parts = Some(from);
    while let Some(begin) = parts {
        let rest = text.get(begin..end)?;
        let length = match *split.as_bytes() {
            [one] => rest.bytes().position(|byte| byte == one),
            _ => rest.find(split),
        };
        parts = length.map(|length| begin + length + split.len());
        let part = rest.get(..length.unwrap_or(rest.len()))?.trim();
        if part.is_empty() {
            continue;
        }
        if plain {
            let at = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
            pen.add_code(table, text.as_bytes(), at, at + part.len())?;
            continue;
        }
        let mut scratch = std::mem::take(&mut pen.sheet.scratch);
        let written = translate(rule, part, &mut scratch);
        let written =
            written.and_then(|()| pen.add_code(table, scratch.as_bytes(), 0, scratch.len()));
        pen.sheet.scratch = scratch;
        written?;
    }
    pen.end_set(rule.leaf, row);
    Some(())
}

/// Writes a text in the schema's words. A table has texts only: what is true is written as a word.
#[inline]
fn value(
    leaf: Leaf,
    row: u32,
    (text, at, end): (&str, usize, usize),
    pen: &mut Pen<'_>,
) -> Option<()> {
    if leaf.typ == Type::Bool {
        return match text.get(at..end)? {
            "true" => pen.bool(leaf, row, true),
            "false" => pen.bool(leaf, row, false),
            _ => None,
        };
    }
    pen.text(leaf, row, text.as_bytes(), at, end)
}

/// What a cell says in the schema's words, as [`super::bind`] says it.
fn translate(rule: &Rule, text: &str, out: &mut String) -> Option<()> {
    out.clear();
    match &rule.codes {
        None => out.push_str(text),
        Some(codes) => match codes.get(text) {
            Some(code) => out.push_str(code),
            None if rule.keep_others => out.push_str(text),
            None => return None,
        },
    }
    if rule.date != DateOrder::Iso {
        let date = iso_date(rule.date, out.as_bytes())?;
        out.clear();
        out.push_str(std::str::from_utf8(&date).ok()?);
    }
    if let Some(places) = rule.places_kept {
        let number = rounded(out, places)?;
        out.clear();
        write!(out, "{number}").ok()?;
    }
    if rule.percent {
        let percent = out.parse::<Number>().ok()?;
        let rate = percent.mul(Number::from_parts(1, 2)?)?;
        out.clear();
        write!(out, "{rate}").ok()?;
    }
    out.insert_str(0, &rule.prefix);
    if rule.pad > out.len() || !out.is_ascii() {
        let short = rule.pad.saturating_sub(out.chars().count());
        for _ in 0..short {
            out.insert(0, '0');
        }
    }
    Some(())
}

/// A day as the schema writes it; what has other lengths than a day is given up.
fn iso_date(order: DateOrder, text: &[u8]) -> Option<[u8; 10]> {
    let (year, month, day) = match order {
        DateOrder::Iso => return text.try_into().ok(),
        DateOrder::Compact if text.len() == 8 => (text.get(..4)?, text.get(4..6)?, text.get(6..)?),
        DateOrder::Compact => return None,
        DateOrder::DayFirst | DateOrder::MonthFirst => {
            let mut parts = text.split(|byte| *byte == b'/');
            let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
            if parts.next().is_some() {
                return None;
            }
            match order {
                DateOrder::DayFirst => (year, b, a),
                _ => (year, a, b),
            }
        }
    };
    let [a, b, c, d] = *<&[u8; 4]>::try_from(year).ok()?;
    let two = |part: &[u8]| match *part {
        [ones] => Some([b'0', ones]),
        [tens, ones] => Some([tens, ones]),
        _ => None,
    };
    let ([e, f], [g, h]) = (two(month)?, two(day)?);
    Some([a, b, c, d, b'-', e, f, b'-', g, h])
}
