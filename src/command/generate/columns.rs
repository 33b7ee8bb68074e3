//! Made-up declarations as a Parquet file.

use super::super::failure::Failure;
use super::super::output::unwritable;
use super::super::parts::failed;
use crate::facts::arrow::Pile;
use crate::schema::Schema;
use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows of a group: as many as are held in memory until they are written.
const GROUP: usize = 1 << 16;

/// A Parquet file that is being written.
pub(in super::super) struct Table {
    writer: ArrowWriter<File>,
    path: PathBuf,
}

impl Table {
    /// A new file with the columns of that schema.
    pub(super) fn open(path: &Path, schema: &Arc<Schema>) -> Result<Table, Failure> {
        let file = File::create(path).map_err(|why| unwritable(path, &why))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .set_created_by("kakou".into())
            .build();
        let columns = Pile::new(schema).columns().clone();
        let writer = ArrowWriter::try_new(file, columns, Some(properties));
        Ok(Table {
            writer: writer.map_err(|why| failed(path, &why))?,
            path: path.to_owned(),
        })
    }

    /// Writes the declarations of a pile.
    pub(in super::super) fn put(&mut self, pile: &mut Pile) -> Result<(), Failure> {
        let batch: Result<RecordBatch, _> = pile.batch();
        let put = batch.map_err(ParquetError::from);
        let put = put.and_then(|batch| self.writer.write(&batch));
        put.map_err(|why| failed(&self.path, &why))
    }

    /// Writes the last group and what tells of the columns, without which nobody can read them, and
    /// says how many bytes the file has.
    pub(super) fn end(self) -> Result<u64, Failure> {
        let Table { mut writer, path } = self;
        writer.finish().map_err(|why| failed(&path, &why))?;
        Ok(writer.bytes_written() as u64)
    }
}
