//! Columns that are called as the schema calls its fields: structs are records, and lists of
//! structs are lists.

use super::super::ListState;
use super::super::error::{self, FactError, FactErrors};
use super::super::gather::{CodeSet, Frame, Gather};
use super::super::given::{no_record, step};
use super::super::index::{Child, Index, Leaf, NodeId};
use super::super::leaf::{self, Fault};
use super::cells::{Cells, Once, fact, fits, is_text};
use super::{bad_column, called, other_batch};
use crate::schema::Schema;
use crate::schema::value::{Code, Fact, ListId, Type};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, Fields, Schema as ArrowSchema};

/// Metadata that say what a null is.
const EMPTY: &str = "kakou.empty";

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
}

/// Binds columns to the names of a declaration.
pub(super) fn bind(index: &Index, columns: &ArrowSchema) -> Result<Vec<Column>, FactErrors> {
    let mut binding = Binding {
        index,
        errors: FactErrors::default(),
    };
    let bound = binding.record(index.root(), columns.fields(), "");
    binding.errors.or(bound)
}

struct Binding<'s> {
    index: &'s Index,
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
        let what = match (self.find(node, field.name())?, field.data_type()) {
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
    })
}

/// A column of a batch.
#[derive(Debug)]
pub(super) struct Part<'b> {
    name: &'b str,
    unknown: bool,
    values: Values<'b>,
}

#[derive(Debug)]
enum Values<'b> {
    Leaf(Leaf, Cells<'b>, Option<Once<Option<Fact>>>),
    Set(Leaf, Spans<'b>, Cells<'b>, Option<Once<Option<Code>>>),
    Record(NodeId, &'b dyn Array, Vec<Part<'b>>),
    List(ListId, Spans<'b>, Vec<Part<'b>>),
}

/// Which elements belong to which row.
#[derive(Debug)]
enum Spans<'b> {
    Short(&'b dyn Array, &'b [i32]),
    Long(&'b dyn Array, &'b [i64]),
}

impl<'b> Spans<'b> {
    /// Those of a list, and its elements.
    fn of(array: &'b dyn Array) -> Option<(Spans<'b>, &'b ArrayRef)> {
        if let Some(list) = array.as_list_opt::<i32>() {
            return Some((Spans::Short(array, list.value_offsets()), list.values()));
        }
        let list = array.as_list_opt::<i64>()?;
        Some((Spans::Long(array, list.value_offsets()), list.values()))
    }

    /// The elements of a row; none for a null.
    fn get(&self, row: usize) -> Option<std::ops::Range<usize>> {
        let place = |n: i64| usize::try_from(n).unwrap_or(0);
        let (array, start, end) = match self {
            Spans::Short(array, all) => {
                let at = |n: usize| all.get(n).copied().map(i64::from);
                (array, at(row)?, at(row + 1)?)
            }
            Spans::Long(array, all) => (array, *all.get(row)?, *all.get(row + 1)?),
        };
        array.is_valid(row).then(|| place(start)..place(end))
    }
}

/// Makes the columns of a batch ready.
pub(super) fn ready<'b>(
    schema: &Schema,
    columns: &'b [Column],
    arrays: &'b [ArrayRef],
) -> Result<Vec<Part<'b>>, FactErrors> {
    if columns.len() != arrays.len() {
        let message = "the batch has another number of columns";
        return Err(FactError::new(error::BAD_COLUMNS, "", message).into());
    }
    let part = |(column, array): (&'b Column, &'b ArrayRef)| {
        let values = values(schema, column, array.as_ref())?;
        Ok(Part {
            name: &column.name,
            unknown: column.unknown,
            values: values.ok_or_else(|| other_batch(&column.name))?,
        })
    };
    columns.iter().zip(arrays).map(part).collect()
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
                let once = cells.once(|raw| fact(schema, leaf.typ, raw));
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
                let parts = ready(schema, inner, record.columns())?;
                Some(Values::Record(*node, array, parts))
            }
            None => None,
        },
        What::List(list, inner) => match Spans::of(array) {
            Some((spans, elements)) => match elements.as_struct_opt() {
                Some(record) => {
                    let parts = ready(schema, inner, record.columns())?;
                    Some(Values::List(*list, spans, parts))
                }
                None if inner.is_empty() => Some(Values::List(*list, spans, Vec::new())),
                None => None,
            },
            None => None,
        },
    })
}

/// Puts one row of a batch together.
pub(super) fn fill(gather: &mut Gather<'_>, parts: &[Part<'_>], row: usize) {
    record(gather, parts, row, 0, &Frame::ROOT);
}

/// Fills a record: from that row of the arrays, into that row of facts.
fn record(gather: &mut Gather<'_>, parts: &[Part<'_>], from: usize, row: u32, frame: &Frame<'_>) {
    for part in parts {
        let frame = &frame.name(part.name);
        match &part.values {
            Values::Leaf(_, cells, _) if part.unknown && cells.is_null(from) => {}
            Values::Leaf(leaf, cells, once) => {
                let place = cells.place(from);
                let known = once.as_ref().zip(place).and_then(|(o, p)| o.get(p));
                if let Some(Some(fact)) = known {
                    gather.put(*leaf, row, fact.clone());
                    continue;
                }
                gather.leaf(*leaf, row, cells.raw(from), None, frame);
            }
            Values::Set(leaf, spans, cells, once) => match spans.get(from) {
                Some(elements) => {
                    let set = set(gather, *leaf, elements, cells, once.as_ref(), frame);
                    gather.put_set(*leaf, row, set);
                }
                None if part.unknown => {}
                None => gather.put(*leaf, row, Fact::None),
            },
            Values::Record(node, array, inner) => match array.is_valid(from) {
                true => record(gather, inner, from, row, frame),
                false if part.unknown => {}
                false => gather.none(*node, row),
            },
            Values::List(list, spans, inner) => match spans.get(from) {
                Some(elements) => self::list(gather, *list, elements, inner, frame),
                None if part.unknown => {}
                None => gather.state(*list, ListState::None),
            },
        }
    }
}

fn set(
    gather: &mut Gather<'_>,
    leaf: Leaf,
    elements: std::ops::Range<usize>,
    cells: &Cells<'_>,
    once: Option<&Once<Option<Code>>>,
    frame: &Frame<'_>,
) -> CodeSet {
    let mut codes = CodeSet::default();
    for element in elements {
        // A code that was looked up is known to be there; that it is new is still to be seen.
        let place = cells.place(element);
        let known = once.zip(place).and_then(|(o, p)| o.get(p).copied());
        match known.flatten() {
            Some(code) if codes.add(code) => {}
            _ => gather.add_code(&mut codes, leaf, cells.raw(element), None, frame),
        }
    }
    codes
}

fn list(
    gather: &mut Gather<'_>,
    list: ListId,
    elements: std::ops::Range<usize>,
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
