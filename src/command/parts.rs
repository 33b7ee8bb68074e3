//! Parquet as an output: a folder of parts, each with the same number of records but the last. A
//! part appears under its name when it is whole, so that whatever breaks a run off, the folder can
//! be read, and a later run goes on behind the last whole part.

use super::failure::{Failure, said};
use super::judging::Wrong;
use super::output::Said;
use super::resume;
use crate::facts::batch::Place;
use crate::ground::render::visible;
use crate::verdict::Verdict;
use arrow_array::builder::{Date32Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::cmp::Ordering;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Records that are encoded at a time; parts are then the same however the records came.
const STEP: usize = 1 << 10;
/// The ending of a part that is not whole yet.
const OPEN: &str = "open";

/// The columns.
fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let texts = |name: &str| {
        let of = Field::new_list_field(DataType::Utf8, true);
        Field::new(name, DataType::List(Arc::new(of)), true)
    };
    Arc::new(Schema::new(vec![
        Field::new("input", DataType::Utf8, false),
        Field::new("record", DataType::Int64, false),
        Field::new("line", DataType::Int64, false),
        text("id"),
        Field::new("as_of", DataType::Date32, true),
        text("low"),
        text("high"),
        text("disposition"),
        texts("findings"),
        texts("undetermined"),
        texts("obligations"),
        texts("missing"),
        text("error"),
        text("rules"),
    ]))
}

/// Verdicts as rows that become a batch.
#[derive(Default)]
pub(super) struct Rows {
    input: StringBuilder,
    record: Int64Builder,
    line: Int64Builder,
    /// The columns of texts: id, low, high, disposition, error, rules.
    texts: [StringBuilder; 6],
    as_of: Date32Builder,
    lists: [ListBuilder<StringBuilder>; 4],
}

impl Rows {
    /// Forgets all rows.
    pub(super) fn clear(&mut self) {
        if self.record.values_slice().is_empty() {
            return;
        }
        *self = Rows::default();
    }

    /// Adds a row.
    pub(super) fn push(&mut self, input: &str, place: Place, told: Result<&Verdict, &Wrong>) {
        let said = Said::of(told);
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.input.append_value(input);
        self.record.append_value(number(place.record));
        self.line.append_value(number(place.line));
        self.as_of.append_option(said.as_of.map(|day| day.number()));
        let texts = [
            said.id,
            said.low,
            said.high,
            said.high,
            said.error.as_deref(),
            said.rules,
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_option(text);
        }
        let lists = [
            said.findings,
            said.undetermined,
            said.obligations,
            said.missing,
        ];
        for (column, texts) in self.lists.iter_mut().zip(lists) {
            for text in &texts {
                column.values().append_value(text);
            }
            // A record without a verdict has no findings, not an empty list of them.
            column.append(said.error.is_none());
        }
    }

    fn batch(&mut self, schema: &SchemaRef) -> Result<RecordBatch, ParquetError> {
        let [id, low, high, disposition, error, rules] = &mut self.texts;
        let [findings, undetermined, obligations, missing] = &mut self.lists;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.input.finish()),
            Arc::new(self.record.finish()),
            Arc::new(self.line.finish()),
            Arc::new(id.finish()),
            Arc::new(self.as_of.finish()),
            Arc::new(low.finish()),
            Arc::new(high.finish()),
            Arc::new(disposition.finish()),
            Arc::new(findings.finish()),
            Arc::new(undetermined.finish()),
            Arc::new(obligations.finish()),
            Arc::new(missing.finish()),
            Arc::new(error.finish()),
            Arc::new(rules.finish()),
        ];
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    }
}

/// The folder of parts.
pub(super) struct Parts {
    folder: PathBuf,
    schema: SchemaRef,
    /// Records of a part.
    part: usize,
    /// Parts that were whole before.
    whole: usize,
    /// The number of the part that is written or comes next.
    next: usize,
    /// Parts of an earlier run that are written anew, and such as were not whole.
    stale: Vec<PathBuf>,
    open: Option<ArrowWriter<File>>,
    /// Records in the open part.
    held: usize,
    /// What is left to be compared.
    last: Option<RecordBatch>,
    /// Records that wait for a step to be full.
    waiting: Vec<RecordBatch>,
    waits: usize,
}

impl Parts {
    /// A folder for parts: a new or an empty one, or that of an earlier run.
    pub(super) fn open(folder: &Path, part: u32, resume: bool) -> Result<Parts, Failure> {
        let shown = visible(&folder.display().to_string());
        let unwritable =
            |why: io::Error| Failure::usage(format!("`{shown}` cannot be written: {}", said(&why)));
        if !folder.exists() {
            fs::create_dir(folder).map_err(unwritable)?;
        }
        let mut parts = Parts {
            folder: folder.to_owned(),
            schema: schema(),
            part: part as usize,
            whole: 0,
            next: 0,
            stale: Vec::new(),
            open: None,
            held: 0,
            last: None,
            waiting: Vec::new(),
            waits: 0,
        };
        let mut names: Vec<String> = Vec::new();
        for entry in fs::read_dir(folder).map_err(unwritable)? {
            let entry = entry.map_err(unwritable)?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        if !resume && !names.is_empty() {
            return Err(Failure::usage(format!("the folder `{shown}` is not empty"))
                .help("give a new folder, or go on with `--resume`"));
        }
        for name in names {
            let path = folder.join(&name);
            let number = name.strip_prefix("part-").unwrap_or_default();
            match number.split_once('.') {
                Some((_, "parquet")) => {
                    let rows = rows(&path);
                    let next = path == parts.path(parts.whole) && parts.stale.is_empty();
                    // Only the last may be shorter, and it is written anew.
                    match rows.map(|rows| rows.cmp(&parts.part)) {
                        Some(Ordering::Equal) if next => parts.whole += 1,
                        Some(Ordering::Less) | None if next => parts.stale.push(path),
                        _ => {
                            let why = "its parts are of another size, or one is missing";
                            return Err(resume::other(folder, why));
                        }
                    }
                }
                Some((_, OPEN)) => parts.stale.push(path),
                _ => {
                    let name = visible(&name);
                    let what = format!("the folder `{shown}` holds `{name}`, which is no part");
                    return Err(Failure::usage(what).help("give a folder for parts alone"));
                }
            }
        }
        parts.next = parts.whole;
        Ok(parts)
    }

    /// Records that are there already.
    pub(super) fn before(&self) -> u64 {
        (self.whole * self.part) as u64
    }

    /// Records in whole parts.
    pub(super) fn written(&self) -> u64 {
        (self.next * self.part) as u64
    }

    fn path(&self, number: usize) -> PathBuf {
        self.folder.join(format!("part-{number:05}.parquet"))
    }

    /// Takes rows; so many of the first are only compared with what an earlier run wrote of them.
    pub(super) fn put(&mut self, rows: &mut Rows, again: u64) -> Result<(), Failure> {
        let batch = rows.batch(&self.schema);
        let mut batch = batch.map_err(|why| self.failed(why))?;
        let again = usize::try_from(again).unwrap_or(0).min(batch.num_rows());
        if again > 0 {
            let last = match self.last.take() {
                Some(last) => Some(last),
                None => self.last_rows(),
            };
            let same = |last: &RecordBatch| {
                last.num_rows() >= again
                    && last.slice(0, again).columns() == batch.slice(0, again).columns()
            };
            let Some(last) = last.filter(same) else {
                let why = "its last records have other verdicts";
                return Err(resume::other(&self.folder, why));
            };
            self.last = Some(last.slice(again, last.num_rows() - again));
            batch = batch.slice(again, batch.num_rows() - again);
        }
        self.waits += batch.num_rows();
        self.waiting.push(batch);
        while self.waits >= STEP.min(self.part - self.held) {
            self.step()?;
        }
        Ok(())
    }

    /// Encodes records that wait, no more than belong to the part.
    fn step(&mut self) -> Result<(), Failure> {
        let all = concat_batches(&self.schema, &self.waiting);
        let all = all.map_err(|why| self.failed(why.into()))?;
        let n = STEP.min(self.part - self.held).min(all.num_rows());
        let rest = all.slice(n, all.num_rows() - n);
        self.waits = rest.num_rows();
        self.waiting = vec![rest];
        self.encode(&all.slice(0, n))
            .map_err(|why| self.failed(why))?;
        self.held += n;
        match self.held >= self.part {
            true => self.close(),
            false => Ok(()),
        }
    }

    fn encode(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                for path in self.stale.drain(..) {
                    fs::remove_file(path)?;
                }
                let file = File::create(self.path(self.next).with_extension(OPEN))?;
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_created_by("kakou".into())
                    .build();
                let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(properties))?;
                self.open.insert(writer)
            }
        };
        open.write(batch)
    }

    /// Gives the open part its name.
    fn close(&mut self) -> Result<(), Failure> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let path = self.path(self.next);
        let rename = || -> Result<(), ParquetError> {
            open.close()?;
            Ok(fs::rename(path.with_extension(OPEN), &path)?)
        };
        rename().map_err(|why| self.failed(why))?;
        (self.next, self.held) = (self.next + 1, 0);
        Ok(())
    }

    /// Writes what is left as the last part; where there is nothing at all, a part without rows.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if self.waits > 0 || (self.next == 0 && self.open.is_none()) {
            if self.waiting.is_empty() {
                self.waiting
                    .push(RecordBatch::new_empty(self.schema.clone()));
            }
            self.step()?;
        }
        self.close()
    }

    /// The last records of the last whole part, as many as are compared and it has.
    fn last_rows(&self) -> Option<RecordBatch> {
        let path = self.path(self.whole.checked_sub(1)?);
        let again = usize::try_from(self.again()).ok()?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).ok()?).ok()?;
        let last = builder.with_offset(self.part - again).with_limit(again);
        let batches: Result<Vec<_>, _> = last.build().ok()?.collect();
        concat_batches(&self.schema, &batches.ok()?).ok()
    }

    /// How many of the records that are there are judged again.
    pub(super) fn again(&self) -> u64 {
        self.before().min(resume::AGAIN).min(self.part as u64)
    }

    fn failed(&self, why: ParquetError) -> Failure {
        failed(&self.folder, &why)
    }
}

/// That a file or folder of Parquet cannot be written on.
pub(super) fn failed(path: &Path, why: &ParquetError) -> Failure {
    // What cannot be written has a reason of the system behind it, however deep.
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(why);
    let mut kind = None;
    while let Some(error) = source {
        kind = kind.or(error.downcast_ref::<io::Error>().map(io::Error::kind));
        source = error.source();
    }
    let why = kind.map_or_else(|| io::Error::other(why.to_string()), io::Error::from);
    Failure::write(format!("`{}`", path.display()), why)
}

/// How many rows a part has; nothing where it cannot be read.
fn rows(path: &Path) -> Option<usize> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).ok()?).ok()?;
    usize::try_from(builder.metadata().file_metadata().num_rows()).ok()
}
