//! Columns that a map names, as those of a CSV table: a null is an empty cell.

use super::super::ListState;
use super::super::bind::{raw, translate};
use super::super::error::FactErrors;
use super::super::gather::{CodeSet, Frame, Gather};
use super::super::leaf::{Fault, Raw};
use super::super::map::{Map, Rule, Source};
use super::super::pen::Pen;
use super::super::row;
use super::cells::{self, fits, is_text};
use super::found::{Found, Once};
use super::{assume, bad_column, other_batch};
use crate::schema::Schema;
use crate::schema::value::{Fact, ListId, Type};
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Schema as ArrowSchema};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{Display, Write};

/// The rules that lead into one record, and into the lists in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    rules: Vec<Bound>,
    lists: Vec<(ListId, String, Vec<Group>)>,
}

/// A rule of the map, and its column; none for a constant.
#[derive(Debug, Clone)]
struct Bound {
    rule: Rule,
    column: Option<usize>,
}

/// Finds the columns of a map.
pub(super) fn bind(map: &Map, columns: &ArrowSchema) -> Result<Group, FactErrors> {
    let names: Vec<&str> = columns.fields().iter().map(|f| f.name().as_str()).collect();
    // All that is said of the names of a CSV table is said of these.
    map.bind(&names)?;
    let mut errors = FactErrors::default();
    let mut rules = Vec::new();
    for rule in &map.rules {
        let column = match &rule.source {
            Source::Constant(_) => None,
            Source::Column(name) => names.iter().position(|n| n == name),
        };
        if let Some(field) = column.and_then(|at| columns.fields().get(at))
            && let Err(fault) = can(rule, field.data_type())
        {
            errors.push(bad_column(field.name(), fault));
        }
        let rule = rule.clone();
        rules.push(Bound { rule, column });
    }
    let group = group(map, rules, 0);
    errors.or(group)
}

/// Whether a column of that type can be read by the rule.
fn can(rule: &Rule, column: &DataType) -> Result<(), Fault> {
    if is_text(column) {
        return Ok(());
    }
    let exact = |column: &DataType| fits(Type::Decimal, column).is_ok();
    let spoken = rule.codes.is_some() || rule.pad > 0 || !rule.prefix.is_empty();
    match (rule.leaf.typ, column) {
        // Its digits are rounded, as those of a float in a text would be.
        (_, DataType::Float64) if rule.places_kept.is_some() => Ok(()),
        (Type::Text | Type::Code(_) | Type::Hs | Type::Set(_), column)
            if spoken && exact(column) =>
        {
            Ok(())
        }
        (typ, column) => fits(typ, column),
    }
}

fn group(map: &Map, rules: Vec<Bound>, depth: usize) -> Group {
    let mut here = Group::default();
    let mut inner: BTreeMap<ListId, BTreeMap<u32, Vec<Bound>>> = BTreeMap::new();
    for bound in rules {
        match bound.rule.places.get(depth).copied() {
            None => here.rules.push(bound),
            Some((list, place)) => {
                let elements = inner.entry(list).or_default();
                elements.entry(place).or_default().push(bound);
            }
        }
    }
    for (list, elements) in inner {
        let field = map
            .schema
            .list(list)
            .and_then(|l| map.schema.field(l.field));
        let path = field.map_or(String::new(), |f| f.path.clone());
        let groups = elements.into_values();
        let groups = groups.map(|rules| group(map, rules, depth + 1)).collect();
        here.lists.push((list, path, groups));
    }
    here
}

impl Group {
    /// Whether the texts of a column are looked up.
    #[cfg(feature = "parquet")]
    pub(super) fn repeats(&self, name: &str) -> bool {
        let here = self.rules.iter().any(|bound| {
            bound.rule.source == Source::Column(name.to_owned())
                && bound.rule.leaf.typ != Type::Text
        });
        let mut inner = self.lists.iter().flat_map(|(_, _, groups)| groups);
        here || inner.any(|group| group.repeats(name))
    }
}

/// The columns of a batch, rule by rule.
#[derive(Debug)]
pub(super) struct Cells<'b> {
    rules: Vec<Bind<'b>>,
    lists: Vec<(ListId, &'b str, Vec<Cells<'b>>)>,
}

/// A rule and its column of the batch; none for a constant.
#[derive(Debug)]
struct Bind<'b> {
    rule: &'b Rule,
    column: Option<Column<'b>>,
    /// Whether the map translates nothing.
    plain: bool,
}

#[derive(Debug)]
enum Column<'b> {
    /// Floats that are rounded.
    Floats(&'b arrow_array::Float64Array),
    Cells(cells::Cells<'b>, Once<Found>),
}

/// Makes the columns of a batch ready.
pub(super) fn ready<'b>(
    schema: &Schema,
    group: &'b Group,
    arrays: &'b [ArrayRef],
) -> Result<Cells<'b>, FactErrors> {
    let mut rules = Vec::new();
    for Bound { rule, column } in &group.rules {
        let array = match column {
            None => None,
            Some(at) => Some(arrays.get(*at).ok_or_else(|| other_batch(&rule.path))?),
        };
        let column = array.map(|array| self::column(schema, rule, array.as_ref()));
        let column = column.map(|found| found.ok_or_else(|| other_batch(&rule.path)));
        rules.push(Bind {
            rule,
            column: column.transpose()?,
            plain: row::is_plain(rule),
        });
    }
    let mut lists = Vec::new();
    for (list, path, groups) in &group.lists {
        let groups = groups.iter().map(|group| ready(schema, group, arrays));
        lists.push((*list, path.as_str(), groups.collect::<Result<_, _>>()?));
    }
    Ok(Cells { rules, lists })
}

fn column<'b>(schema: &Schema, rule: &'b Rule, array: &'b dyn Array) -> Option<Column<'b>> {
    if can(rule, array.data_type()).is_err() {
        return None;
    }
    if let Some(floats) = array.as_primitive_opt::<Float64Type>() {
        return Some(Column::Floats(floats));
    }
    let cells = cells::Cells::of(array)?;
    if rule.leaf.typ == Type::Text {
        // A text is what it is.
        return Some(Column::Cells(cells, Once::default()));
    }
    let once = cells.once(|cell| match cell {
        Raw::Text(text) if !text.is_empty() && rule.split.is_none() => {
            let text = translate(rule, text, true);
            text.map_or(Found::ByRow, |text| {
                Found::of(schema, rule.leaf.typ, raw(rule, &text))
            })
        }
        _ => Found::ByRow,
    });
    Some(Column::Cells(cells, once))
}

/// Writes one row of a batch on a sheet; nothing where it has to be read with care.
pub(super) fn write(pen: &mut Pen<'_>, cells: &Cells<'_>, (from, row): (usize, u32)) -> Option<()> {
    for bind in &cells.rules {
        bind.write(pen, (from, row))?;
    }
    for (list, _, groups) in &cells.lists {
        let mut made = 0;
        for group in groups {
            if !group.holds_something(from) {
                continue;
            }
            if made == 0 {
                pen.state(*list, ListState::Given);
            }
            made += 1;
            let row = pen.open_row(*list);
            write(pen, group, (from, row))?;
        }
        match made {
            0 if groups.iter().all(Cells::is_silent) => pen.state(*list, ListState::Unknown),
            0 => pen.state(*list, ListState::None),
            _ => pen.close_list(*list, made)?,
        }
    }
    Some(())
}

impl Bind<'_> {
    fn write(&self, pen: &mut Pen<'_>, (from, at): (usize, u32)) -> Option<()> {
        let rule = self.rule;
        let text =
            |text: &str, pen: &mut Pen<'_>| row::said(rule, true, (text, 0, text.len()), at, pen);
        if let Source::Constant(constant) = &rule.source {
            return text(constant, pen);
        }
        let raw = match &self.column {
            None => Raw::Null,
            Some(Column::Floats(floats)) => match from < floats.len() && floats.is_valid(from) {
                true => return self.spelt(pen, &floats.value(from), at),
                false => Raw::Null,
            },
            Some(Column::Cells(cells, once)) => match cells.known(once, from) {
                Some(Found::ByRow | Found::Nothing) | None => cells.raw(from),
                Some(found) => return found.write(pen, rule.leaf, at),
            },
        };
        match (raw, &rule.default) {
            (Raw::Null | Raw::Text(""), Some(default)) => {
                pen.sheet.assume(&rule.path, default);
                text(default, pen)
            }
            (Raw::Null | Raw::Text(""), None) => {
                row::empty(rule, at, pen);
                Some(())
            }
            (Raw::Text(text), _) => row::said(rule, self.plain, (text, 0, text.len()), at, pen),
            (Raw::Number(number), _) if is_translated(rule) => self.spelt(pen, &number, at),
            (Raw::Bool(yes), _) if is_translated(rule) => {
                self.spelt(pen, if yes { &"true" } else { &"false" }, at)
            }
            (Raw::Number(_) | Raw::Day(_) | Raw::Bool(_), _) => match &self.column {
                Some(Column::Cells(cells, _)) => cells.write(pen, rule.leaf, from, at),
                _ => None,
            },
            _ => None,
        }
    }

    /// Writes what a value is once it is spelt.
    fn spelt(&self, pen: &mut Pen<'_>, value: &dyn Display, at: u32) -> Option<()> {
        let mut text = std::mem::take(&mut pen.sheet.spelt);
        text.clear();
        let written = write!(text, "{value}").ok();
        let written = written
            .and_then(|()| row::said(self.rule, self.plain, (&text, 0, text.len()), at, pen));
        pen.sheet.spelt = text;
        written
    }
}

/// Puts one row of a batch together with care.
pub(super) fn fill(gather: &mut Gather<'_>, cells: &Cells<'_>, from: usize) {
    record(gather, cells, from, 0);
}

fn record(gather: &mut Gather<'_>, cells: &Cells<'_>, from: usize, row: u32) {
    for bind in &cells.rules {
        cell(gather, bind.rule, bind.column.as_ref(), from, row);
    }
    for (list, path, groups) in &cells.lists {
        gather.state(*list, ListState::Given);
        let mut made = 0;
        for group in groups {
            if !group.holds_something(from) {
                continue;
            }
            made += 1;
            let row = gather.open_row(*list);
            record(gather, group, from, row);
        }
        // Empty cells are an empty list, or say nothing where the map says so of all of them.
        match made {
            0 if groups.iter().all(Cells::is_silent) => gather.state(*list, ListState::Unknown),
            0 => gather.state(*list, ListState::None),
            _ => gather.close_list(*list, made, None, &Frame::ROOT.name(path)),
        }
    }
}

impl Cells<'_> {
    /// Whether some column of an element holds something in that row.
    fn holds_something(&self, from: usize) -> bool {
        let here = self.rules.iter().any(|bind| match &bind.column {
            None => false,
            Some(Column::Floats(floats)) => from < floats.len() && floats.is_valid(from),
            Some(Column::Cells(cells, _)) => !matches!(cells.raw(from), Raw::Null | Raw::Text("")),
        });
        let mut inner = self.lists.iter().flat_map(|(_, _, groups)| groups);
        here || inner.any(|group| group.holds_something(from))
    }

    /// Whether the map says that empty cells say nothing.
    fn is_silent(&self) -> bool {
        let quiet = |bind: &Bind<'_>| bind.column.is_none() || bind.rule.empty_is_unknown;
        let mut inner = self.lists.iter().flat_map(|(_, _, groups)| groups);
        self.rules.iter().all(quiet) && inner.all(Cells::is_silent)
    }
}

fn cell(gather: &mut Gather<'_>, rule: &Rule, column: Option<&Column<'_>>, from: usize, row: u32) {
    let said = match column {
        None => Said::Nothing,
        Some(Column::Floats(floats)) => match from < floats.len() && floats.is_valid(from) {
            // The shortest digits that are this float and no other.
            true => Said::Text(Cow::Owned(floats.value(from).to_string())),
            false => Said::Nothing,
        },
        Some(Column::Cells(cells, _)) => said(rule, cells.raw(from)),
    };
    let frame = &Frame::ROOT.name(&rule.path);
    let (text, said) = match (&rule.source, &said, &rule.default) {
        (Source::Constant(text), _, _) => (text.as_str(), false),
        (_, Said::Nothing, Some(default)) => {
            assume(gather, &rule.path, default);
            (default.as_str(), false)
        }
        (_, Said::Nothing, None) => {
            let fact = match rule.empty_is_unknown {
                true => Fact::Unknown,
                false => Fact::None,
            };
            return gather.put(rule.leaf, row, fact);
        }
        (_, Said::Value(raw), _) => return gather.leaf(rule.leaf, row, *raw, None, frame),
        (_, Said::Text(text), _) => (text.as_ref(), true),
    };
    let Some(split) = rule.split.as_deref() else {
        match translate(rule, text, said) {
            Ok(text) => gather.leaf(rule.leaf, row, raw(rule, &text), None, frame),
            Err(fault) => gather.fault(fault, None, || frame.path()),
        }
        return;
    };
    let mut set = CodeSet::default();
    let parts = text.split(split).map(str::trim);
    for part in parts.filter(|part| !part.is_empty()) {
        match translate(rule, part, said) {
            Ok(code) => gather.add_code(&mut set, rule.leaf, Raw::Text(&code), None, frame),
            Err(fault) => gather.fault(fault, None, || frame.path()),
        }
    }
    gather.put_set(rule.leaf, row, set);
}

/// What a cell says.
enum Said<'a> {
    Nothing,
    /// A value that is what it is.
    Value(Raw<'a>),
    /// A text that is translated by the map.
    Text(Cow<'a, str>),
}

/// Whether the map does something with a number or a word.
fn is_translated(rule: &Rule) -> bool {
    rule.codes.is_some()
        || rule.pad > 0
        || !rule.prefix.is_empty()
        || rule.percent
        || rule.places_kept.is_some()
        || rule.split.is_some()
}

fn said<'a>(rule: &Rule, raw: Raw<'a>) -> Said<'a> {
    let translated = is_translated(rule);
    match raw {
        Raw::Null | Raw::Text("") => Said::Nothing,
        Raw::Text(text) => Said::Text(Cow::Borrowed(text)),
        Raw::Number(number) if translated => Said::Text(Cow::Owned(number.to_string())),
        Raw::Bool(yes) if translated => {
            Said::Text(Cow::Borrowed(if yes { "true" } else { "false" }))
        }
        other => Said::Value(other),
    }
}
