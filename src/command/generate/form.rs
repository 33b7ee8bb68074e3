//! In which form made-up declarations are written: lines, packed or not, or a Parquet file.

use super::super::failure::Failure;
use super::super::output::{Output, without_parquet};
use super::super::unpack::Packing;
use crate::ground::render::visible;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::Write;
use std::path::Path;

/// The form of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Lines(Packing),
    Parquet,
}

impl Form {
    /// That of a file by the end of its name; lines on the standard output.
    pub(super) fn of(path: Option<&Path>) -> Result<Form, Failure> {
        let Some(path) = path else {
            return Ok(Form::Lines(Packing::Plain));
        };
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let ending = ending.to_ascii_lowercase();
        if ending != "parquet" {
            return Ok(Form::Lines(Packing::of_ending(&ending)));
        }
        match cfg!(feature = "parquet") {
            true => Ok(Form::Parquet),
            false => {
                let name = visible(&path.display().to_string());
                Err(without_parquet(&format!("`{name}`")))
            }
        }
    }

    /// Packs lines as a whole of their own: those behind them are packed as another.
    pub(super) fn pack(self, lines: String) -> Vec<u8> {
        match self {
            Form::Lines(Packing::Gzip) => gzip(lines.as_bytes()),
            Form::Lines(Packing::Zstd) => {
                compress_to_vec(lines.as_bytes(), CompressionLevel::Fastest)
            }
            _ => lines.into_bytes(),
        }
    }
}

/// The same bytes give the same bytes: neither a name nor a time is written.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::default());
    // Writing to memory does not fail.
    let _ = packer.write_all(bytes);
    packer.finish().unwrap_or_default()
}

/// Where declarations go.
pub(super) enum Sink {
    Lines(Output),
    #[cfg(feature = "parquet")]
    Parquet(Box<super::columns::Table>),
}

impl Sink {
    /// The end of it: what is held is written; how many bytes that came to beside those told before.
    pub(super) fn end(self) -> Result<u64, Failure> {
        match self {
            Sink::Lines(mut output) => output.flush().map(|()| 0),
            #[cfg(feature = "parquet")]
            Sink::Parquet(table) => table.end(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    #[test]
    fn what_is_packed_in_wholes_is_unpacked_as_one() {
        let lines = [
            "{\"id\":\"G-1\"}\n".repeat(3000),
            String::new(),
            "{}\n".into(),
        ];
        for packing in [Packing::Plain, Packing::Gzip, Packing::Zstd] {
            let form = Form::Lines(packing);
            let packed: Vec<u8> = lines.iter().flat_map(|l| form.pack(l.clone())).collect();
            let again: Vec<u8> = lines.iter().flat_map(|l| form.pack(l.clone())).collect();
            assert_eq!(packed, again);
            let mut text = String::new();
            let mut unpacked = packing.unpack(Box::new(Cursor::new(packed)));
            unpacked.read_to_string(&mut text).unwrap();
            assert!(text == lines.concat(), "{packing:?}");
        }
    }
}
