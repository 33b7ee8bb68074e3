//! Columns that are called as the schema calls its fields: structs are records, and lists of
//! structs are lists.

use super::super::ListState;
use super::super::error::{self, FactError, FactErrors};
use super::super::gather::{CodeSet, Frame, Gather};
use super::super::given::{no_record, step};
use super::super::index::{Child, Index, Leaf, NodeId};
use super::super::leaf::{self, Fault};
use super::super::pen::Pen;
use super::cells::{Cells, Found, Null, Once, fits, is_text};
use super::nones::{self, Target};
use super::{bad_column, called, other_batch};
use crate::schema::Schema;
use crate::schema::value::{Code, Fact, FieldId, ListId, Type};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, LargeListArray, ListArray, StructArray};
use arrow_schema::{DataType, Field, Fields, Schema as ArrowSchema};
use std::collections::BTreeSet;

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

/// The columns of a record in a batch.
///
/// Most columns hold something in few rows: which of them do in a row is found out for all rows at
/// once, so that a row costs what it holds and not what it could.
#[derive(Debug, Default)]
pub(super) struct Parts<'b> {
    all: Vec<Part<'b>>,
    /// Those that are asked in each row.
    dense: Vec<u32>,
    /// Those of the others that hold something, row by row, and where each row begins.
    sparse: Vec<u32>,
    starts: Vec<u32>,
}

impl<'b> Parts<'b> {
    fn new(mut all: Vec<(Part<'b>, &'b dyn Array)>, rows: usize) -> Parts<'b> {
        // Elements are there before it is said what of them is none.
        all.sort_by_key(|(part, _)| matches!(part.values, Values::Nones(..)));
        let mut parts = Parts {
            starts: vec![0; rows + 1],
            ..Parts::default()
        };
        let is_sparse = |(part, array): &(Part<'_>, &dyn Array)| {
            let few = array.null_count().saturating_mul(4) > array.len();
            part.silent && (few || matches!(part.values, Values::Nones(..)))
        };
        let valid = |array: &'b dyn Array, each: &mut dyn FnMut(usize)| match array.nulls() {
            Some(nulls) => nulls.valid_indices().for_each(each),
            None => (0..array.len()).for_each(each),
        };
        for one in all.iter().filter(|one| is_sparse(one)) {
            valid(one.1, &mut |row| {
                if let Some(count) = parts.starts.get_mut(row + 1) {
                    *count += 1;
                }
            });
        }
        let mut before = 0;
        for start in &mut parts.starts {
            before += *start;
            *start = before;
        }
        parts.sparse = vec![0; before as usize];
        let mut next = parts.starts.clone();
        for (at, one) in (0u32..).zip(&all) {
            if !is_sparse(one) {
                parts.dense.push(at);
                continue;
            }
            valid(one.1, &mut |row| {
                let place = next.get_mut(row);
                let place = place.map_or(usize::MAX, |place| {
                    *place += 1;
                    *place as usize - 1
                });
                if let Some(of) = parts.sparse.get_mut(place) {
                    *of = at;
                }
            });
        }
        parts.all = all.into_iter().map(|(part, _)| part).collect();
        parts
    }

    /// The columns that are asked in each row.
    #[inline]
    fn dense(&self) -> impl Iterator<Item = &Part<'b>> {
        let dense = self.dense.iter();
        dense.filter_map(|at| self.all.get(*at as usize))
    }

    /// The others that hold something in a row.
    #[inline]
    fn sparse(&self, row: usize) -> impl Iterator<Item = &Part<'b>> {
        let at = |row: usize| self.starts.get(row).map_or(0, |start| *start as usize);
        let sparse = self.sparse.get(at(row)..at(row + 1)).unwrap_or_default();
        sparse.iter().filter_map(|at| self.all.get(*at as usize))
    }
}

/// A column of a batch.
#[derive(Debug)]
struct Part<'b> {
    name: &'b str,
    /// Whether its nulls say nothing.
    silent: bool,
    values: Values<'b>,
}

#[derive(Debug)]
enum Values<'b> {
    Leaf(Leaf, Cells<'b>, Once<Found>),
    Set(Leaf, Spans<'b>, Cells<'b>, Once<Option<Code>>),
    Record(NodeId, &'b StructArray, Parts<'b>),
    List(ListId, Spans<'b>, Parts<'b>),
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

    /// The elements of a row; none for a null.
    #[inline]
    fn get(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let place = |n: i64| usize::try_from(n).unwrap_or(0);
        let (valid, start, end) = match self {
            Spans::Short(list) => {
                let at = |n: usize| list.value_offsets().get(n).copied().map(i64::from);
                let (start, end) = (at(row)?, at(row + 1)?);
                (list.is_valid(row), start, end)
            }
            Spans::Long(list) => {
                let at = |n: usize| list.value_offsets().get(n).copied();
                let (start, end) = (at(row)?, at(row + 1)?);
                (list.is_valid(row), start, end)
            }
        };
        valid.then(|| place(start)..place(end))
    }
}

/// Makes the columns of a batch ready.
pub(super) fn ready<'b>(
    schema: &Schema,
    columns: &'b [Column],
    arrays: &'b [ArrayRef],
    rows: usize,
) -> Result<Parts<'b>, FactErrors> {
    if columns.len() != arrays.len() {
        let message = "the batch has another number of columns";
        return Err(FactError::new(error::BAD_COLUMNS, "", message).into());
    }
    let mut parts = Vec::with_capacity(columns.len());
    for (column, array) in columns.iter().zip(arrays) {
        let values = values(schema, column, array.as_ref())?;
        let part = Part {
            name: &column.name,
            silent: column.unknown,
            values: values.ok_or_else(|| other_batch(&column.name))?,
        };
        // A column without a value in the whole batch need not be asked row by row.
        if !(part.silent && array.null_count() == array.len()) {
            parts.push((part, array.as_ref()));
        }
    }
    Ok(Parts::new(parts, rows))
}

fn values<'b>(
    schema: &Schema,
    column: &'b Column,
    array: &'b dyn Array,
) -> Result<Option<Values<'b>>, FactErrors> {
    Ok(match &column.what {
        What::Leaf(leaf) => Cells::of(array)
            .filter(|_| fits(leaf.typ, array.data_type()).is_ok())
            .map(|cells| {
                let once = cells.once(|raw| Found::of(schema, leaf.typ, raw));
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
                let parts = ready(schema, inner, record.columns(), record.len())?;
                Some(Values::Record(*node, record, parts))
            }
            None => None,
        },
        What::List(list, inner) => match Spans::of(array) {
            Some((spans, elements)) => match elements.as_struct_opt() {
                Some(record) => {
                    let parts = ready(schema, inner, record.columns(), record.len())?;
                    Some(Values::List(*list, spans, parts))
                }
                None if inner.is_empty() => Some(Values::List(*list, spans, Parts::default())),
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

/// Writes a record on a sheet: from that row of the arrays, into that row of facts. Nothing where it
/// has to be read with care.
pub(super) fn write(pen: &mut Pen<'_>, parts: &Parts<'_>, (from, row): (usize, u32)) -> Option<()> {
    for part in parts.dense() {
        let null = match part.silent {
            true => Null::SaysNothing,
            false => Null::IsNone,
        };
        part.write(pen, (from, row), null)?;
    }
    for part in parts.sparse(from) {
        part.write(pen, (from, row), Null::IsElsewhere)?;
    }
    Some(())
}

impl Part<'_> {
    #[inline]
    fn write(&self, pen: &mut Pen<'_>, (from, row): (usize, u32), null: Null) -> Option<()> {
        match &self.values {
            Values::Leaf(leaf, cells, once) => {
                return cells.write(pen, *leaf, (from, row), once, null);
            }
            Values::Set(leaf, spans, cells, once) => match spans.get(from) {
                Some(elements) => write_set(pen, (*leaf, row), elements, cells, once)?,
                None if self.silent => {}
                None => pen.none(*leaf, row),
            },
            Values::Record(node, array, inner) => match array.is_valid(from) {
                true => write(pen, inner, (from, row))?,
                false if self.silent => {}
                false => pen.no_record(*node, row),
            },
            Values::List(list, spans, inner) => match spans.get(from) {
                Some(elements) => write_list(pen, *list, elements, inner)?,
                None if self.silent => {}
                None => pen.state(*list, ListState::None),
            },
            Values::Nones(spans, cells) => {
                for at in spans.get(from).into_iter().flatten() {
                    write_none(pen, cells.text(at)?)?;
                }
            }
        }
        Some(())
    }
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
    elements: std::ops::Range<usize>,
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

fn write_list(
    pen: &mut Pen<'_>,
    list: ListId,
    elements: std::ops::Range<usize>,
    inner: &Parts<'_>,
) -> Option<()> {
    let most = pen.schema.list(list)?.most;
    let given = u32::try_from(elements.len()).ok()?;
    if given > most {
        return None;
    }
    pen.state(list, ListState::Given);
    for element in elements {
        let row = pen.open_row(list);
        write(pen, inner, (element, row))?;
    }
    pen.close_list(list, given)
}

/// Puts a record together with care: from that row of the arrays, into that row of facts.
pub(super) fn fill(gather: &mut Gather<'_>, parts: &Parts<'_>, row: usize) {
    record(gather, parts, row, 0, &Frame::ROOT);
}

fn record(gather: &mut Gather<'_>, parts: &Parts<'_>, from: usize, row: u32, frame: &Frame<'_>) {
    for part in &parts.all {
        let frame = &frame.name(part.name);
        match &part.values {
            Values::Leaf(_, cells, _) if part.silent && cells.is_null(from) => {}
            Values::Leaf(leaf, cells, _) => {
                gather.leaf(*leaf, row, cells.raw(from), None, frame);
            }
            Values::Set(leaf, spans, cells, _) => match spans.get(from) {
                Some(elements) => {
                    let set = set(gather, *leaf, elements, cells, frame);
                    gather.put_set(*leaf, row, set);
                }
                None if part.silent => {}
                None => gather.put(*leaf, row, Fact::None),
            },
            Values::Record(node, array, inner) => match array.is_valid(from) {
                true => record(gather, inner, from, row, frame),
                false if part.silent => {}
                false => gather.none(*node, row),
            },
            Values::List(list, spans, inner) => match spans.get(from) {
                Some(elements) => self::list(gather, *list, elements, inner, frame),
                None if part.silent => {}
                None => gather.state(*list, ListState::None),
            },
            Values::Nones(spans, cells) => {
                for at in spans.get(from).into_iter().flatten() {
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
    elements: std::ops::Range<usize>,
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
    elements: std::ops::Range<usize>,
    inner: &Parts<'_>,
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
