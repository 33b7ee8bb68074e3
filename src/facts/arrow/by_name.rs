//! Columns that are called as the schema calls its fields: structs are records, and lists of
//! structs are lists.

use super::super::ListState;
use super::super::error::{self, FactError, FactErrors};
use super::super::gather::{CodeSet, Frame, Gather};
use super::super::given::{no_record, step};
use super::super::index::{Child, Index, Leaf, NodeId};
use super::super::leaf::{self, Fault};
use super::super::pen::Pen;
use super::super::tables::Tables;
use super::bits::{WORD, each, first, runs};
use super::block::{Block, Place, There};
use super::cells::{Cells, Null, fits, is_text};
use super::found::{Found, Once};
use super::nones::{self, Target};
use super::{bad_column, called, other_batch};
use crate::schema::Schema;
use crate::schema::value::{Code, Fact, FieldId, ListId, Type};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, LargeListArray, ListArray};
use arrow_schema::{DataType, Field, Fields, Schema as ArrowSchema};
use std::collections::BTreeSet;
use std::ops::Range;

/// Metadata that say what a null is.
pub(super) const EMPTY: &str = "kakou.empty";

/// A column, bound.
#[derive(Debug, Clone)]
pub(super) struct Column {
    name: String,
    what: What,
    /// Whether its nulls say nothing.
    unknown: bool,
}

#[derive(Debug, Clone)]
enum What {
    Leaf(Leaf),
    Set(Leaf),
    Record(NodeId, Vec<Column>),
    List(ListId, Vec<Column>),
    /// The paths of what is none.
    Nones,
}

/// Binds columns to the names of a declaration.
pub(super) fn bind(index: &Index, columns: &ArrowSchema) -> Result<Vec<Column>, FactErrors> {
    let mut binding = Binding {
        index,
        bound: BTreeSet::new(),
        errors: FactErrors::default(),
    };
    let bound = binding.record(index.root(), columns.fields(), "");
    binding.errors.or(bound)
}

struct Binding<'s> {
    index: &'s Index,
    /// The fields that have a column.
    bound: BTreeSet<FieldId>,
    errors: FactErrors,
}

impl Binding<'_> {
    fn record(&mut self, node: NodeId, fields: &Fields, before: &str) -> Vec<Column> {
        let mut bound: Vec<Column> = Vec::new();
        for field in fields {
            let path = match before.is_empty() {
                true => field.name().clone(),
                false => format!("{before}.{}", field.name()),
            };
            if bound.iter().any(|column| column.name == *field.name()) {
                let fault = Fault::new(error::GIVEN_TWICE, "the column is there twice");
                self.errors.push(bad_column(&path, fault));
                continue;
            }
            match self.column(node, field, &path) {
                Ok(column) => bound.push(column),
                Err(fault) => self.errors.push(bad_column(&path, fault)),
            }
        }
        bound
    }

    fn column(&mut self, node: NodeId, field: &Field, path: &str) -> Result<Column, Fault> {
        if field.name() == nones::COLUMN && node == self.index.root() {
            return self.nones(field);
        }
        let child = self.find(node, field.name())?;
        if let Child::Leaf(Leaf { field, .. }) | Child::List(_, field) = child
            && !self.bound.insert(field)
        {
            let message = "the field has a column already, inside a struct or beside it";
            return Err(Fault::new(error::GIVEN_TWICE, message));
        }
        let what = match (child, field.data_type()) {
            (Child::Leaf(leaf), DataType::List(of) | DataType::LargeList(of))
                if matches!(leaf.typ, Type::Set(_)) && may_be(of, is_text) =>
            {
                What::Set(leaf)
            }
            (Child::Leaf(leaf), column) => {
                if matches!(leaf.typ, Type::Set(_)) && *column != DataType::Null {
                    return Err(unfit("a list of texts", column));
                }
                fits(leaf.typ, column)?;
                What::Leaf(leaf)
            }
            (Child::Record(inner), DataType::Struct(fields)) => {
                What::Record(inner, self.record(inner, fields, path))
            }
            (Child::List(list, _), DataType::List(of) | DataType::LargeList(of)) => {
                let element = self.index.element(list);
                match of.data_type() {
                    DataType::Struct(fields) => {
                        What::List(list, self.record(element, fields, path))
                    }
                    // A list that is always empty has elements of no type.
                    DataType::Null => What::List(list, Vec::new()),
                    _ => return Err(unfit("a list of structs", field.data_type())),
                }
            }
            (Child::Record(_), column) => return Err(unfit("a struct", column)),
            (Child::List(..), column) => return Err(unfit("a list of structs", column)),
        };
        Ok(Column {
            name: field.name().clone(),
            what,
            unknown: field.metadata().get(EMPTY).is_some_and(|e| e == "unknown"),
        })
    }

    /// The column that says what is none, unless the schema has a field that is called so.
    fn nones(&self, field: &Field) -> Result<Column, Fault> {
        if self.find(self.index.root(), nones::COLUMN).is_ok() {
            let message = "the schema has a field of this name, which has a meaning of its own";
            return Err(Fault::new(error::BAD_COLUMNS, message));
        }
        match field.data_type() {
            DataType::List(of) | DataType::LargeList(of) if may_be(of, is_text) => Ok(Column {
                name: nones::COLUMN.to_owned(),
                what: What::Nones,
                unknown: true,
            }),
            other => Err(unfit("a list of texts", other)),
        }
    }

    /// What stands under a name, which may lead through records.
    fn find(&self, node: NodeId, name: &str) -> Result<Child, Fault> {
        let mut at = Child::Record(node);
        for part in name.split('.') {
            at = match at {
                Child::Record(node) => step(self.index, node, part)?,
                _ => return Err(no_record(part)),
            };
        }
        Ok(at)
    }
}

/// Whether the elements of a list are as they have to be, or there are none.
fn may_be(of: &Field, fits: impl Fn(&DataType) -> bool) -> bool {
    *of.data_type() == DataType::Null || fits(of.data_type())
}

fn unfit(expected: &str, column: &DataType) -> Fault {
    let message = format!("expected {expected}, found {}", called(column));
    Fault::new(error::BAD_COLUMNS, message)
}

/// Whether a column holds texts that stand for something other than themselves.
#[cfg(feature = "parquet")]
pub(super) fn repeats(columns: &[Column], path: &[&str]) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return false;
    };
    let found = columns.iter().find(|column| column.name == *name);
    found.is_some_and(|column| match &column.what {
        What::Leaf(leaf) => leaf.typ != Type::Text,
        What::Set(_) => true,
        What::Record(_, inner) | What::List(_, inner) => repeats(inner, rest),
        What::Nones => false,
    })
}

/// A column of a batch.
#[derive(Debug)]
pub(super) struct Part<'b> {
    name: &'b str,
    /// Whether its nulls say nothing.
    silent: bool,
    there: There<'b>,
    values: Values<'b>,
}

#[derive(Debug)]
enum Values<'b> {
    Leaf(Leaf, Cells<'b>, Once<Found>),
    Set(Leaf, Spans<'b>, Cells<'b>, Once<Option<Code>>),
    Record(NodeId, Vec<Part<'b>>),
    List(ListId, Spans<'b>, Vec<Part<'b>>),
    /// The paths of what is none.
    Nones(Spans<'b>, Cells<'b>),
}

/// Which elements belong to which row.
#[derive(Debug)]
enum Spans<'b> {
    Short(&'b ListArray),
    Long(&'b LargeListArray),
}

impl<'b> Spans<'b> {
    /// Those of a list, and its elements.
    fn of(array: &'b dyn Array) -> Option<(Spans<'b>, &'b ArrayRef)> {
        if let Some(list) = array.as_list_opt::<i32>() {
            return Some((Spans::Short(list), list.values()));
        }
        let list = array.as_list_opt::<i64>()?;
        Some((Spans::Long(list), list.values()))
    }

    /// The elements of a row that is no null.
    #[inline]
    fn at(&self, row: usize) -> Option<Range<usize>> {
        let place = |n: i64| usize::try_from(n).unwrap_or(0);
        let (start, end) = match self {
            Spans::Short(list) => {
                let at = |n: usize| list.value_offsets().get(n).copied().map(i64::from);
                (at(row)?, at(row + 1)?)
            }
            Spans::Long(list) => {
                let at = |n: usize| list.value_offsets().get(n).copied();
                (at(row)?, at(row + 1)?)
            }
        };
        Some(place(start)..place(end))
    }
}

/// Makes the columns of a batch ready.
pub(super) fn ready<'b>(
    law: (&Schema, &Tables),
    columns: &'b [Column],
    arrays: &'b [ArrayRef],
) -> Result<Vec<Part<'b>>, FactErrors> {
    if columns.len() != arrays.len() {
        let message = "the batch has another number of columns";
        return Err(FactError::new(error::BAD_COLUMNS, "", message).into());
    }
    let mut parts = Vec::with_capacity(columns.len());
    for (column, array) in columns.iter().zip(arrays) {
        let values = values(law, column, array.as_ref())?;
        let part = Part {
            name: &column.name,
            silent: column.unknown,
            there: There::of(array.as_ref()),
            values: values.ok_or_else(|| other_batch(&column.name))?,
        };
        // A column without a value in the whole batch need not be looked at again.
        if !(part.silent && array.null_count() == array.len()) {
            parts.push(part);
        }
    }
    // Elements are there before it is said what of them is none.
    parts.sort_by_key(|part| matches!(part.values, Values::Nones(..)));
    Ok(parts)
}

fn values<'b>(
    (schema, tables): (&Schema, &Tables),
    column: &'b Column,
    array: &'b dyn Array,
) -> Result<Option<Values<'b>>, FactErrors> {
    Ok(match &column.what {
        What::Leaf(leaf) => Cells::of(array)
            .filter(|_| fits(leaf.typ, array.data_type()).is_ok())
            .map(|cells| {
                let once = match leaf.typ {
                    // A text is what it is.
                    Type::Text => Once::default(),
                    typ => cells.once(|raw| Found::quickly(schema, tables, typ, raw)),
                };
                Values::Leaf(*leaf, cells, once)
            }),
        What::Set(leaf) => Spans::of(array).and_then(|(spans, elements)| {
            let Type::Set(table) = leaf.typ else {
                return None;
            };
            let cells = Cells::of(elements.as_ref())?;
            let once = cells.once(|raw| leaf::code(schema, table, raw).ok());
            Some(Values::Set(*leaf, spans, cells, once))
        }),
        What::Record(node, inner) => match array.as_struct_opt() {
            Some(record) => {
                let parts = ready((schema, tables), inner, record.columns())?;
                Some(Values::Record(*node, parts))
            }
            None => None,
        },
        What::List(list, inner) => match Spans::of(array) {
            Some((spans, elements)) => match elements.as_struct_opt() {
                Some(record) => {
                    let parts = ready((schema, tables), inner, record.columns())?;
                    Some(Values::List(*list, spans, parts))
                }
                None if inner.is_empty() => Some(Values::List(*list, spans, Vec::new())),
                None => None,
            },
            None => None,
        },
        What::Nones => Spans::of(array).and_then(|(spans, paths)| {
            let cells = Cells::of(paths.as_ref())?;
            Some(Values::Nones(spans, cells))
        }),
    })
}

/// Writes the records that begin at that row of the arrays, column by column, to these places.
pub(super) fn write(block: &mut Block<'_>, parts: &[Part<'_>], from: usize, places: &[Place]) {
    for part in parts {
        if places.len() <= WORD {
            part.write(block, from, places);
            continue;
        }
        for (before, some) in (0..).step_by(WORD).zip(places.chunks(WORD)) {
            part.write(block, from + before, some);
        }
    }
}

impl Part<'_> {
    /// Writes no more rows than a word has bits.
    fn write(&self, block: &mut Block<'_>, from: usize, places: &[Place]) {
        let there = self.there.bits(from, places.len());
        if self.silent && there == 0 {
            return;
        }
        if !self.silent {
            let nulls = !there & first(places.len());
            block.each(nulls, places, |pen, _, row| self.write_null(pen, row));
        }
        match &self.values {
            Values::Leaf(leaf, cells, once) => {
                let null = match self.silent {
                    true => Null::SaysNothing,
                    false => Null::IsNone,
                };
                cells.write_all(block, *leaf, (from, there, places), once, null);
            }
            Values::Set(leaf, spans, cells, once) => block.each(there, places, |pen, at, row| {
                write_set(pen, (*leaf, row), spans.at(from + at)?, cells, once)
            }),
            Values::Record(_, inner) => {
                for run in runs(there) {
                    let some = places.get(run.clone()).unwrap_or_default();
                    write(block, inner, from + run.start, some);
                }
            }
            Values::List(list, spans, inner) => {
                let elements = each(there).map(|at| (at, spans.at(from + at)));
                write_list(block, *list, elements, places, inner);
            }
            Values::Nones(spans, cells) => block.each(there, places, |pen, at, _| {
                let mut paths = spans.at(from + at)?;
                paths.try_for_each(|path| write_none(pen, cells.text(path)?))
            }),
        }
    }

    /// The elements of a row; none for a null.
    fn elements(&self, spans: &Spans<'_>, row: usize) -> Option<Range<usize>> {
        let there = self.there.bits(row, 1) != 0;
        spans.at(row).filter(|_| there)
    }

    fn write_null(&self, pen: &mut Pen<'_>, row: u32) -> Option<()> {
        match &self.values {
            Values::Leaf(leaf, ..) | Values::Set(leaf, ..) => pen.none(*leaf, row),
            Values::Record(node, _) => no_fields(pen, *node, row)?,
            Values::List(list, ..) => pen.no_list(*list, row)?,
            Values::Nones(..) => {}
        }
        Some(())
    }
}

/// Writes that all fields of a record are none.
fn no_fields(pen: &mut Pen<'_>, node: NodeId, row: u32) -> Option<()> {
    let tables = pen.tables;
    for (_, child) in tables.node(node).children() {
        match child {
            Child::Leaf(leaf) => pen.none(leaf, row),
            Child::Record(inner) => no_fields(pen, inner, row)?,
            Child::List(list, _) => pen.no_list(list, row)?,
        }
    }
    Some(())
}

fn write_none(pen: &mut Pen<'_>, path: &str) -> Option<()> {
    match nones::target(pen.tables, pen.sheet.facts(), path).ok()? {
        Target::Leaf(leaf, row) => pen.none(leaf, row),
        Target::List(list, owner) => pen.no_list(list, owner)?,
        Target::Record => return None,
    }
    Some(())
}

fn write_set(
    pen: &mut Pen<'_>,
    (leaf, row): (Leaf, u32),
    elements: Range<usize>,
    cells: &Cells<'_>,
    once: &Once<Option<Code>>,
) -> Option<()> {
    let table = pen.begin_set(leaf)?;
    for element in elements {
        match cells.known(once, element).flatten() {
            Some(code) => pen.put_in_set(code)?,
            None => {
                let text = cells.text(element)?.as_bytes();
                pen.add_code(table, text, 0, text.len())?;
            }
        }
    }
    pen.end_set(leaf, row);
    Some(())
}

/// Writes lists: each with the place of its owner among these, and its elements among those of the
/// arrays.
fn write_list(
    block: &mut Block<'_>,
    list: ListId,
    owners: impl Iterator<Item = (usize, Option<Range<usize>>)>,
    places: &[Place],
    inner: &[Part<'_>],
) {
    let mut rows = block.room();
    let (mut from, mut end) = (0, 0);
    for (at, elements) in owners {
        let (Some(owner), Some(elements)) = (places.get(at), elements) else {
            continue;
        };
        // Behind a list that is a null there may be elements that are nobody's.
        if elements.start != end {
            write(block, inner, from, &rows);
            rows.clear();
        }
        if rows.is_empty() {
            from = elements.start;
        }
        end = elements.end;
        if !block.open(list, *owner, elements.len(), &mut rows) {
            write(block, inner, from, &rows);
            rows.clear();
            from = end;
        }
    }
    write(block, inner, from, &rows);
    block.put_back(rows);
}

/// Puts a record together with care: from that row of the arrays, into that row of facts.
pub(super) fn fill(gather: &mut Gather<'_>, parts: &[Part<'_>], row: usize) {
    record(gather, parts, row, 0, &Frame::ROOT);
}

fn record(gather: &mut Gather<'_>, parts: &[Part<'_>], from: usize, row: u32, frame: &Frame<'_>) {
    for part in parts {
        let frame = &frame.name(part.name);
        match &part.values {
            Values::Leaf(_, cells, _) if part.silent && cells.is_null(from) => {}
            Values::Leaf(leaf, cells, _) => {
                gather.leaf(*leaf, row, cells.raw(from), None, frame);
            }
            Values::Set(leaf, spans, cells, _) => match part.elements(spans, from) {
                Some(elements) => {
                    let set = set(gather, *leaf, elements, cells, frame);
                    gather.put_set(*leaf, row, set);
                }
                None if part.silent => {}
                None => gather.put(*leaf, row, Fact::None),
            },
            Values::Record(node, inner) => match part.there.bits(from, 1) != 0 {
                true => record(gather, inner, from, row, frame),
                false if part.silent => {}
                false => gather.none(*node, row),
            },
            Values::List(list, spans, inner) => match part.elements(spans, from) {
                Some(elements) => self::list(gather, *list, elements, inner, frame),
                None if part.silent => {}
                None => gather.state(*list, ListState::None),
            },
            Values::Nones(spans, cells) => {
                for at in part.elements(spans, from).into_iter().flatten() {
                    none(gather, cells.text(at).unwrap_or_default());
                }
            }
        }
    }
}

fn none(gather: &mut Gather<'_>, path: &str) {
    match nones::target(gather.index, gather.facts(), path) {
        Ok(Target::Leaf(leaf, row)) => gather.put(leaf, row, Fact::None),
        Ok(Target::List(list, owner)) => {
            let rows = gather.facts_mut().rows_mut(list);
            if !rows.is_some_and(|rows| rows.set_none(owner)) {
                let fault = Fault::new(error::GIVEN_TWICE, "it has elements");
                gather.fault(fault, None, || path.to_owned());
            }
        }
        Ok(Target::Record) => {
            let fault = Fault::new(error::UNKNOWN_FIELD, "a record: say it of its fields");
            gather.fault(fault, None, || path.to_owned());
        }
        Err(fault) => gather.fault(fault, None, || path.to_owned()),
    }
}

fn set(
    gather: &mut Gather<'_>,
    leaf: Leaf,
    elements: Range<usize>,
    cells: &Cells<'_>,
    frame: &Frame<'_>,
) -> CodeSet {
    let mut codes = CodeSet::default();
    for element in elements {
        gather.add_code(&mut codes, leaf, cells.raw(element), None, frame);
    }
    codes
}

fn list(
    gather: &mut Gather<'_>,
    list: ListId,
    elements: Range<usize>,
    inner: &[Part<'_>],
    frame: &Frame<'_>,
) {
    gather.state(list, ListState::Given);
    let given = error::count(elements.len());
    let most = gather.schema.list(list).map_or(0, |l| l.most);
    for (place, element) in (1..=most).zip(elements) {
        let row = gather.open_row(list);
        record(gather, inner, element, row, &frame.place(place));
    }
    gather.close_list(list, given, None, frame);
}
