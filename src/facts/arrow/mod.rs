//! Column batches become facts, without a text or a row of texts between.
//!
//! Columns are bound once, to the names of the schema or by a map as those of a CSV table. A batch
//! is made ready column by column: what a dictionary holds is looked up once, however many rows say
//! it, and what holds nothing in the whole batch is left out. Then rows are written straight on
//! [`Sheet`]s, some at a time and column by column; a row that is not plain is put together with care,
//! and only there it is said what is wrong.
//!
//! By name, a column is called like a field (`head.supervision_mode`), or a struct holds the fields
//! of a record and a list of structs the elements of a list; a set of codes is a list of texts. A
//! null is none, as in JSON; a column that is not there leaves its field unknown, and so do the
//! nulls of a column whose metadata say `kakou.empty` = `unknown`; which facts of a row are none all
//! the same is said by their paths (`items[2].total`) in a list of texts called `kakou.none`. Money,
//! quantities and rates are exact: a column of floats is refused, unless a map rounds it.

pub(crate) mod bits;
mod block;
mod by_map;
mod by_name;
mod cells;
mod found;
mod nones;
mod pile;

pub(super) use block::Rooms;
pub(crate) use block::Stack;
pub use pile::Pile;

use super::error::{self, FactError, FactErrors};
use super::gather::Gather;
use super::leaf::{Fault, Raw};
use super::map::Map;
use super::sheet::Sheet;
use super::tables::Tables;
use super::{Assumed, Facts};
use crate::schema::Schema;
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema as ArrowSchema};
use block::Block;
use std::sync::Arc;

/// What the schema or a map knows of the columns of batches.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use arrow_schema::{DataType, Field, Schema};
/// use kakou::facts::arrow::Columns;
/// use std::sync::Arc;
///
/// let text = |name: &str| Field::new(name, DataType::Utf8, true);
/// let table = Schema::new(vec![text("id"), text("line")]);
/// let columns = Columns::by_name(&rules.schema, &table)?;
/// let ids: ArrayRef = Arc::new(StringArray::from(vec!["D-1", "D-2"]));
/// let lines: ArrayRef = Arc::new(StringArray::from(vec!["first", "third"]));
/// let batch = RecordBatch::try_new(Arc::new(table), vec![ids, lines])?;
/// let ready = columns.ready(&batch)?;
/// assert_eq!(ready.facts(0)?.id(&rules.schema), Some("D-1"));
/// // A wrong row is an error of its own.
/// assert_eq!(ready.facts(1).unwrap_err().errors[0].path, "line");
///
/// // A column that the schema does not know, and an amount that is not exact.
/// assert!(Columns::by_name(&rules.schema, &Schema::new(vec![text("lien")])).is_err());
/// let float = Schema::new(vec![Field::new("guarantee_free", DataType::Float64, true)]);
/// let refused = Columns::by_name(&rules.schema, &float).unwrap_err();
/// assert_eq!(refused.errors[0].code.0, "E0709");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Columns {
    schema: Arc<Schema>,
    tables: Arc<Tables>,
    plan: Plan,
}

#[derive(Debug, Clone)]
enum Plan {
    ByName(Vec<by_name::Column>),
    ByMap(by_map::Group),
}

/// Columns are bound before any batch is read, so that what does not fit is said once.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use arrow_schema::{DataType, Field, Schema};
/// use kakou::facts::{arrow::Columns, map::Map};
/// let table = Schema::new(vec![Field::new("No.", DataType::Utf8, true)]);
/// assert!(Columns::by_name(&rules.schema, &table).is_err());
/// let map = Map::parse(&rules.schema, r#"{"fields": {"id": {"column": "No."}}}"#)?;
/// assert!(Columns::by_map(&map, &table).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Columns {
    /// Binds columns that are called as the schema calls its fields.
    ///
    /// # Errors
    /// Columns that the schema does not know, that are there twice, or whose type cannot hold the
    /// field; each with the name of the column.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_schema::{DataType, Field, Fields, Schema};
    /// use kakou::facts::arrow::Columns;
    /// let item = DataType::Struct(Fields::from(vec![Field::new("total", DataType::Decimal128(18, 2), true)]));
    /// let items = DataType::List(Arc::new(Field::new_list_field(item, true)));
    /// # use std::sync::Arc;
    /// assert!(Columns::by_name(&rules.schema, &Schema::new(vec![Field::new("items", items, true)])).is_ok());
    /// let wrong = Schema::new(vec![Field::new("items", DataType::Utf8, true)]);
    /// let refused = Columns::by_name(&rules.schema, &wrong).unwrap_err();
    /// assert_eq!((refused.errors[0].code.0, refused.errors[0].path.as_str()), ("E0720", "items"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_name(schema: &Arc<Schema>, columns: &ArrowSchema) -> Result<Columns, FactErrors> {
        let tables = Arc::new(Tables::new(schema));
        let plan = Plan::ByName(by_name::bind(&tables, columns)?);
        Ok(Columns {
            schema: schema.clone(),
            tables,
            plan,
        })
    }

    /// Binds the columns that a map names, as it would those of a CSV table.
    ///
    /// # Errors
    /// As [`Map::bind`], and columns whose type cannot hold the field.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_schema::{DataType, Field, Schema};
    /// use kakou::facts::{arrow::Columns, map::Map};
    /// let map = Map::parse(&rules.schema, r#"{"fields": {"id": {"column": "No."}}}"#)?;
    /// let of = |names: &[&str]| {
    ///     let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    ///     Columns::by_map(&map, &Schema::new(fields))
    /// };
    /// assert!(of(&["No."]).is_ok());
    /// assert!(of(&["No.", "Clerk"]).is_err()); // The map says nothing of this one.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_map(map: &Map, columns: &ArrowSchema) -> Result<Columns, FactErrors> {
        Ok(Columns {
            schema: map.schema.clone(),
            tables: map.tables.clone(),
            plan: Plan::ByMap(by_map::bind(map, columns)?),
        })
    }

    /// The schema that they are read by.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Makes the rows of a batch ready to be put together.
    ///
    /// # Errors
    /// A batch whose columns are others than those that were bound.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
    /// use arrow_schema::{DataType, Field, Schema};
    /// use kakou::facts::arrow::Columns;
    /// use std::sync::Arc;
    /// let table = Schema::new(vec![Field::new("id", DataType::Utf8, true)]);
    /// let columns = Columns::by_name(&rules.schema, &table)?;
    /// let ids: ArrayRef = Arc::new(StringArray::from(vec!["D-1"]));
    /// assert_eq!(columns.ready(&RecordBatch::try_from_iter([("id", ids)])?)?.len(), 1);
    /// let other: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
    /// assert!(columns.ready(&RecordBatch::try_from_iter([("id", other)])?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ready<'b>(&'b self, batch: &'b RecordBatch) -> Result<Ready<'b>, FactErrors> {
        let parts = match &self.plan {
            Plan::ByName(columns) => {
                let law = (&*self.schema, &*self.tables);
                Parts::ByName(by_name::ready(law, columns, batch.columns())?)
            }
            Plan::ByMap(group) => {
                Parts::ByMap(by_map::ready(&self.schema, group, batch.columns())?)
            }
        };
        Ok(Ready {
            columns: self,
            rows: batch.num_rows(),
            parts,
        })
    }

    /// Whether a column holds codes, tariff codes or the like, so that a dictionary of its texts
    /// would be looked up once and not row by row. The name is that of the column, with the names
    /// of structs before it.
    #[cfg(feature = "parquet")]
    pub(crate) fn repeats(&self, path: &[&str]) -> bool {
        match &self.plan {
            Plan::ByName(columns) => by_name::repeats(columns, path),
            Plan::ByMap(group) => path.first().is_some_and(|name| group.repeats(name)),
        }
    }
}

/// A batch whose rows can be put together.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use kakou::facts::arrow::Columns;
/// use std::sync::Arc;
/// let ids: ArrayRef = Arc::new(StringArray::from(vec![Some("D-1"), None]));
/// let batch = RecordBatch::try_from_iter([("id", ids)])?;
/// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
/// let ready = columns.ready(&batch)?;
/// assert_eq!((ready.len(), ready.is_empty()), (2, false));
/// assert_eq!(ready.facts(1)?.id(&rules.schema), None);
/// assert!(ready.facts(2).is_err()); // There is no third row.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Ready<'b> {
    columns: &'b Columns,
    rows: usize,
    parts: Parts<'b>,
}

#[derive(Debug)]
enum Parts<'b> {
    ByName(Vec<by_name::Part<'b>>),
    ByMap(by_map::Cells<'b>),
}

/// Rows are put together one by one, in any order.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use kakou::{Facts, facts::arrow::Columns};
/// use std::sync::Arc;
/// let lines: ArrayRef = Arc::new(StringArray::from(vec!["first", "second"]));
/// let batch = RecordBatch::try_from_iter([("line", lines)])?;
/// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
/// let ready = columns.ready(&batch)?;
/// assert_eq!(ready.facts(1)?, Facts::builder(&rules.schema).set("line", "second").build()?);
/// assert_ne!(ready.facts(0)?, ready.facts(1)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Ready<'_> {
    /// How many rows there are.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use kakou::facts::arrow::Columns;
    /// let ids: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["D-1"]));
    /// let batch = RecordBatch::try_from_iter([("id", ids)])?;
    /// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
    /// assert_eq!(columns.ready(&batch)?.len(), 1);
    /// assert_eq!(columns.ready(&batch.slice(0, 0))?.len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use kakou::facts::arrow::Columns;
    /// let ids: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["D-1"]));
    /// let batch = RecordBatch::try_from_iter([("id", ids)])?;
    /// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
    /// assert!(columns.ready(&batch.slice(0, 0))?.is_empty());
    /// assert!(!columns.ready(&batch)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The declaration of one row, counted from 0.
    ///
    /// # Errors
    /// All that is wrong with it, each with the path of the field.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use kakou::facts::arrow::Columns;
    /// let dates: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["2026-08-03", "3 August"]));
    /// let batch = RecordBatch::try_from_iter([("date", dates)])?;
    /// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
    /// let ready = columns.ready(&batch)?;
    /// assert!(ready.facts(0)?.as_of(&rules.schema).is_some());
    /// assert_eq!(ready.facts(1).unwrap_err().errors[0].code.0, "E0711");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn facts(&self, row: usize) -> Result<Facts, FactErrors> {
        let mut sheet = Sheet::default();
        self.read_into(row, &mut sheet)?;
        Ok(sheet.take())
    }

    /// The same on a sheet that is used again: once the sheet has grown, reading allocates nothing,
    /// unless something is wrong with the row.
    ///
    /// # Errors
    /// As [`Ready::facts`]; nothing is known of what the sheet then holds.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use kakou::facts::{arrow::Columns, sheet::Sheet};
    /// let ids: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["D-1", "D-2"]));
    /// let batch = RecordBatch::try_from_iter([("id", ids)])?;
    /// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
    /// let ready = columns.ready(&batch)?;
    /// let mut sheet = Sheet::default();
    /// for (row, id) in [(1, "D-2"), (0, "D-1")] {
    ///     assert_eq!(ready.read_into(row, &mut sheet)?.id(&rules.schema), Some(id));
    /// }
    /// assert!(ready.read_into(2, &mut sheet).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_into<'f>(&self, row: usize, sheet: &'f mut Sheet) -> Result<&'f Facts, FactErrors> {
        let mut rooms = std::mem::take(&mut sheet.rooms);
        let sheets = std::slice::from_mut(sheet);
        let lost = row >= self.rows || self.write(row, sheets, &mut rooms) != 0;
        sheet.rooms = rooms;
        if lost {
            let read = self.read_with_care(row);
            sheet.keep(read)?;
        }
        Ok(sheet.facts())
    }

    /// Reads all rows, some at a time, and has each told, in order.
    pub(crate) fn each(
        &self,
        stack: &mut Stack,
        mut tell: impl FnMut(usize, Result<&Facts, FactErrors>),
    ) {
        let Stack { sheets, rooms } = stack;
        sheets.resize_with(block::ROWS, Sheet::default);
        let mut from = 0;
        while from < self.rows {
            let rows = block::ROWS.min(self.rows - from);
            let sheets = sheets.get_mut(..rows).unwrap_or_default();
            let lost = self.write(from, sheets, rooms);
            for (at, sheet) in sheets.iter_mut().enumerate() {
                let row = from + at;
                let read = match lost & 1 << at {
                    0 => Ok(()),
                    _ => sheet.keep(self.read_with_care(row)),
                };
                tell(row, read.map(|()| sheet.facts()));
            }
            from += rows;
        }
    }

    /// Writes the rows from that one on, each on a sheet; a bit for each that has to be read with care.
    fn write(&self, from: usize, sheets: &mut [Sheet], rooms: &mut Rooms) -> u64 {
        let Columns { schema, tables, .. } = self.columns;
        for sheet in sheets.iter_mut() {
            sheet.begin(tables);
        }
        let mut block = Block::new(schema, tables, sheets, rooms);
        let places = block.places();
        match &self.parts {
            Parts::ByName(parts) => by_name::write(&mut block, parts, from, places),
            Parts::ByMap(cells) => block.each(u64::MAX, places, |pen, at, row| {
                by_map::write(pen, cells, (from + at, row))
            }),
        }
        block.end()
    }

    /// Puts a row together and says all that is wrong with it.
    #[cold]
    fn read_with_care(&self, row: usize) -> Result<Facts, FactErrors> {
        if row >= self.rows {
            let message = format!("the batch has {} rows", self.rows);
            return Err(FactError::new(error::BAD_ROW, "", message).into());
        }
        let mut gather = Gather::new(&self.columns.schema, &self.columns.tables, "");
        match &self.parts {
            Parts::ByName(parts) => by_name::fill(&mut gather, parts, row),
            Parts::ByMap(cells) => by_map::fill(&mut gather, cells, row),
        }
        gather.finish()
    }
}

/// That a column cannot be bound.
fn bad_column(name: &str, fault: Fault) -> FactError {
    FactError::new(fault.code, name, fault.message).help(fault.help)
}

/// That a batch has other columns than those that were bound.
fn other_batch(name: &str) -> FactErrors {
    let message = "the column is not of the type that was bound";
    FactError::new(error::BAD_COLUMNS, name, message).into()
}

/// What a column type is called in a message.
fn called(typ: &DataType) -> String {
    match typ {
        DataType::Struct(_) => "a struct".into(),
        DataType::List(_) | DataType::LargeList(_) => "a list".into(),
        other => other.to_string(),
    }
}

/// What a map assumes of an empty cell.
fn assume(gather: &mut Gather<'_>, path: &str, value: &str) {
    gather.facts_mut().assume(Assumed {
        path: path.to_owned(),
        value: value.to_owned(),
    });
}

/// A cell that holds nothing.
const NOTHING: Raw<'static> = Raw::Null;
