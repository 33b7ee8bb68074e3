//! Parquet as an input: read batch by batch, so that a file of any size takes no more memory than a
//! few batches and the pages they come from.

use super::failure::Failure;
use super::input::{ReadSoFar, Reading, unreadable};
use crate::facts::Facts;
use crate::facts::arrow::{Columns, Stack};
use crate::facts::batch::Place;
use crate::facts::error::{FactError, FactErrors, UNREADABLE};
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Rows of a batch.
const ROWS: usize = 2048;

/// A Parquet file that is being read.
pub(super) struct Source {
    /// None once it is at its end.
    batches: Option<ParquetRecordBatchReader>,
    columns: Option<Arc<Columns>>,
    /// What keeps it from being read on.
    fault: Option<FactErrors>,
    /// Rows that were read.
    rows: u64,
    read: ReadSoFar,
    /// Bytes of the file for each row, for the progress.
    bytes: u64,
    all: u64,
}

/// Some rows of it.
#[derive(Default)]
pub(super) struct Load {
    batch: Option<RecordBatch>,
    columns: Option<Arc<Columns>>,
    fault: Option<FactErrors>,
    /// Records of the input before these.
    before: u64,
}

impl Source {
    /// Begins to read a file. What is wrong inside it is told as its only record.
    pub(super) fn open(path: &Path, how: &Reading, read: &ReadSoFar) -> Result<Source, Failure> {
        let file = File::open(path).map_err(|why| unreadable(path, &why))?;
        let bytes = file.metadata().map_or(0, |data| data.len());
        let mut source = Source {
            batches: None,
            columns: None,
            fault: None,
            rows: 0,
            read: read.clone(),
            bytes,
            all: 0,
        };
        match guarded(|| begin(&file, how)) {
            Ok((columns, batches, rows)) => {
                source.columns = Some(Arc::new(columns));
                source.batches = Some(batches);
                source.all = rows;
            }
            Err(errors) => source.fault = Some(errors),
        }
        Ok(source)
    }

    /// Loads the next rows. False at the end.
    pub(super) fn next(&mut self, load: &mut Load) -> bool {
        *load = Load {
            columns: self.columns.clone(),
            before: self.rows,
            ..Load::default()
        };
        if let Some(batches) = &mut self.batches {
            match guarded(|| batches.next().transpose().map_err(|why| broken(&why))) {
                Ok(Some(batch)) => {
                    self.advance(batch.num_rows() as u64);
                    load.batch = Some(batch);
                    return true;
                }
                Ok(None) => self.batches = None,
                Err(errors) => {
                    (self.batches, self.fault) = (None, Some(errors));
                }
            }
        }
        load.fault = self.fault.take();
        load.fault.is_some()
    }

    fn advance(&mut self, rows: u64) {
        let place = |rows: u64| {
            let share = u128::from(self.bytes) * u128::from(rows);
            u64::try_from(share / u128::from(self.all.max(1))).unwrap_or(self.bytes)
        };
        let step = place(self.rows + rows).saturating_sub(place(self.rows));
        self.read.fetch_add(step, Ordering::Relaxed);
        self.rows += rows;
    }
}

impl Load {
    /// How many records there are.
    pub(super) fn len(&self) -> u64 {
        let rows = self.batch.as_ref().map_or(0, RecordBatch::num_rows);
        rows as u64 + u64::from(self.fault.is_some())
    }

    /// Leaves the first records out.
    pub(super) fn skip(&mut self, records: u64) {
        let n = usize::try_from(records).unwrap_or(usize::MAX);
        if let Some(batch) = &mut self.batch {
            let n = n.min(batch.num_rows());
            *batch = batch.slice(n, batch.num_rows() - n);
            self.before += n as u64;
        } else if n > 0 && self.fault.take().is_some() {
            self.before += 1;
        }
    }

    /// Has each record put together and told, in order.
    pub(super) fn each(
        &self,
        stack: &mut Stack,
        mut tell: impl FnMut(Place, Result<&Facts, FactErrors>),
    ) {
        let mut record = self.before;
        let mut place = || {
            record += 1;
            // A row is the line of such a file.
            Place {
                record,
                line: record,
            }
        };
        if let (Some(batch), Some(columns)) = (&self.batch, &self.columns) {
            match columns.ready(batch) {
                Ok(ready) => ready.each(stack, |_, read| tell(place(), read)),
                Err(errors) => {
                    for _ in 0..batch.num_rows() {
                        tell(place(), Err(errors.clone()));
                    }
                }
            }
        }
        if let Some(errors) = &self.fault {
            tell(place(), Err(errors.clone()));
        }
    }
}

type Begun = (Columns, ParquetRecordBatchReader, u64);

fn begin(file: &File, how: &Reading) -> Result<Begun, FactErrors> {
    let plain = ArrowReaderMetadata::load(file, ArrowReaderOptions::new());
    let plain = plain.map_err(|why| broken(&why))?;
    let schema = plain.schema().clone();
    let rows = u64::try_from(plain.metadata().file_metadata().num_rows()).unwrap_or(0);
    let by_name = || Columns::by_name(how.reader.schema(), &schema);
    let columns = match &how.map {
        Some(map) if how.map_asked => Columns::by_map(map, &schema)?,
        // The only map beside the rules may be meant for other tables.
        Some(map) => Columns::by_map(map, &schema).or_else(|why| by_name().map_err(|_| why))?,
        None => by_name()?,
    };
    // Texts that repeat stay a dictionary, so that each is looked up once.
    let wanted = ArrowReaderOptions::new().with_schema(wanted(&schema, &columns));
    let metadata = ArrowReaderMetadata::load(file, wanted).unwrap_or(plain);
    let open = || {
        let file = file.try_clone()?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
        builder.with_batch_size(ROWS).build()
    };
    let batches = open().map_err(|why| broken(&why))?;
    Ok((columns, batches, rows))
}

/// The same columns, with dictionaries where texts are looked up.
fn wanted(schema: &SchemaRef, columns: &Columns) -> SchemaRef {
    let fields = wanted_fields(schema.fields(), columns, &[]);
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn wanted_fields(fields: &Fields, columns: &Columns, before: &[&str]) -> Fields {
    let all = fields.iter().map(|field| {
        let path = [before, &[field.name().as_str()]].concat();
        wanted_field(field, columns, &path)
    });
    all.collect()
}

fn wanted_field(field: &FieldRef, columns: &Columns, path: &[&str]) -> FieldRef {
    // The element of a list has a name of its own, which is no part of the path.
    let element = |of: &FieldRef| wanted_field(of, columns, path);
    let typ = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(wanted_fields(fields, columns, path)),
        DataType::List(of) => DataType::List(element(of)),
        DataType::LargeList(of) => DataType::LargeList(element(of)),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..)
            if columns.repeats(path) =>
        {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        }
        _ => return field.clone(),
    };
    let wanted = Field::new(field.name(), typ, field.is_nullable());
    Arc::new(wanted.with_metadata(field.metadata().clone()))
}

/// Runs what reads a file that somebody else wrote: should it panic on it, that is its own error.
fn guarded<T>(read: impl FnOnce() -> Result<T, FactErrors>) -> Result<T, FactErrors> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let message = "the input can't be read on: it is broken Parquet";
        Err(FactError::new(UNREADABLE, "", message).into())
    })
}

fn broken(why: &impl std::fmt::Display) -> FactErrors {
    let message = format!("the input can't be read on: {why}");
    FactError::new(UNREADABLE, "", message).into()
}
