//! Inputs: which files, in which form and encoding, and how far they were read.

use super::failure::{Failure, said};
use crate::facts::batch::Batch;
use crate::facts::json::Reader;
use crate::facts::map::Map;
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::render::visible;
use crate::schema::Schema;
use clap::ValueEnum;
use encoding_rs::{Decoder, DecoderResult, GB18030};
use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;
/// A byte that stands in no UTF-8 text: the record that holds it is an error, the others are not.
const NO_TEXT: u8 = 0xFF;

/// How the text of an input is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Encoding {
    /// UTF-8, with or without a byte order mark
    #[default]
    #[value(name = "utf-8")]
    Utf8,
    /// GB18030, which GBK and GB2312 are part of
    #[value(name = "gb18030", alias = "gbk", alias = "gb2312")]
    Gb18030,
}

/// In which form declarations are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Ndjson,
    Json,
    Csv,
}

/// One input.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// The name it is reported under.
    pub(super) name: String,
    /// Its path; none for the standard input.
    pub(super) path: Option<PathBuf>,
    form: Form,
    /// Bytes, where that is known.
    pub(super) bytes: Option<u64>,
}

/// How far the inputs were read, for the progress.
pub(super) type ReadSoFar = Rc<Cell<u64>>;

/// All inputs, looked at before the first is read: what is missing is said at once.
pub(super) fn inputs(paths: &[PathBuf], map: bool) -> Result<Vec<Input>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        found.push(input(path, map)?);
    }
    if found.iter().filter(|input| input.path.is_none()).count() > 1 {
        return Err(Failure::usage(
            "the standard input, `-`, can be read only once",
        ));
    }
    Ok(found)
}

fn input(path: &Path, map: bool) -> Result<Input, Failure> {
    if path.as_os_str() == "-" {
        let form = if map { Form::Csv } else { Form::Ndjson };
        return Ok(Input {
            name: "<stdin>".into(),
            path: None,
            form,
            bytes: None,
        });
    }
    let name = path.display().to_string();
    let data = fs::metadata(path).map_err(|why| unreadable(path, &why))?;
    if data.is_dir() {
        return Err(Failure::usage(format!("`{}` is a folder", visible(&name)))
            .help("give the files in it: `.ndjson`, `.jsonl`, `.json` or `.csv`"));
    }
    let ending = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    let form = match ending.as_deref() {
        Some("ndjson" | "jsonl") => Form::Ndjson,
        Some("json") => Form::Json,
        Some("csv") => Form::Csv,
        _ => {
            return Err(Failure::usage(format!("`{}` has no ending that says what it is", visible(&name)))
                .help("inputs end in `.ndjson`, `.jsonl`, `.json` or `.csv`; `-` reads NDJSON from the standard input"));
        }
    };
    Ok(Input {
        name,
        path: Some(path.to_owned()),
        form,
        bytes: data.is_file().then_some(data.len()),
    })
}

/// That a file cannot be read, with the file that may have been meant.
pub(super) fn unreadable(path: &Path, why: &io::Error) -> Failure {
    let shown = visible(&path.display().to_string());
    let failure = Failure::usage(format!("`{shown}` cannot be read: {}", said(why)));
    if why.kind() != ErrorKind::NotFound {
        return failure;
    }
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let beside = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = beside
        .filter_map(|e| e.file_name().into_string().ok())
        .collect();
    names.sort();
    let wanted = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{}`?", visible(near))),
        None => failure,
    }
}

impl Input {
    /// Whether it is a table, which needs a map.
    pub(super) fn is_table(&self) -> bool {
        self.form == Form::Csv
    }

    /// The declarations in it.
    pub(super) fn open(
        &self,
        reader: &Reader,
        map: Option<&Map>,
        encoding: Encoding,
        limits: &Limits,
        read: &ReadSoFar,
    ) -> Result<Batch<Box<dyn BufRead>>, Failure> {
        let raw: Box<dyn Read> = match &self.path {
            None => Box::new(io::stdin().lock()),
            Some(path) => Box::new(File::open(path).map_err(|why| unreadable(path, &why))?),
        };
        let raw = Counted {
            raw,
            read: read.clone(),
        };
        let text: Box<dyn BufRead> = match encoding {
            Encoding::Utf8 => Box::new(BufReader::with_capacity(CHUNK, raw)),
            Encoding::Gb18030 => Box::new(BufReader::with_capacity(CHUNK, Decoded::new(raw))),
        };
        Ok(match (self.form, map) {
            (Form::Ndjson, _) => Batch::ndjson(reader.clone(), text),
            (Form::Json, _) => Batch::json(reader.clone(), text),
            (Form::Csv, Some(map)) => Batch::csv(map.clone(), *limits, text),
            (Form::Csv, None) => return Err(self.no_map()),
        })
    }

    fn no_map(&self) -> Failure {
        Failure::usage(format!(
            "`{}` is a table, and no map says what its columns are",
            visible(&self.name)
        ))
        .help("give one with `--map FILE`, or put one `*.map.json` into the rule folder")
    }
}

/// The map for tables: the one asked for, or the only one in the rule folder.
pub(super) fn map_file(
    rules: &Path,
    asked: Option<&Path>,
    tables: bool,
) -> Result<Option<PathBuf>, Failure> {
    if let Some(path) = asked {
        return Ok(Some(path.to_owned()));
    }
    if !tables {
        return Ok(None);
    }
    let folder = if rules.is_dir() {
        rules
    } else {
        rules.parent().unwrap_or(Path::new("."))
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = fs::read_dir(folder).map_err(|why| unreadable(folder, &why))?;
    let mut maps: Vec<PathBuf> = entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| is_map(p))
        .collect();
    maps.sort();
    match maps.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|p| format!("`--map {}`", visible(&p.display().to_string())))
                .collect();
            Err(Failure::usage("the rule folder has several maps").help(names.join(" or ")))
        }
    }
}

fn is_map(path: &Path) -> bool {
    path.file_name()
        .and_then(|n| n.to_str())
        .is_some_and(|n| n.ends_with(".map.json"))
        && path.is_file()
}

/// Reads a map and checks it against the schema.
pub(super) fn read_map(path: &Path, schema: &Arc<Schema>, limits: &Limits) -> Result<Map, Failure> {
    let shown = visible(&path.display().to_string());
    let mut bytes = Vec::new();
    let most = limits.source_bytes as u64;
    let file = File::open(path).map_err(|why| unreadable(path, &why))?;
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| unreadable(path, &why))?;
    if bytes.len() as u64 > most {
        return Err(Failure::usage(format!(
            "the map `{shown}` has more than {most} bytes"
        )));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("the map `{shown}` is not UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Map::parse(schema, text).map_err(|errors| {
        let mut failure = Failure::usage(format!("the map `{shown}` is wrong"));
        for error in &errors.errors {
            failure = failure.note(visible(&error.to_string()));
        }
        if errors.more > 0 {
            failure = failure.note(format!("and {} more", errors.more));
        }
        failure
    })
}

/// Counts what is read.
struct Counted<R> {
    raw: R,
    read: ReadSoFar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.raw.read(into)?;
        self.read.set(self.read.get() + n as u64);
        Ok(n)
    }
}

/// An input in GB18030, read as UTF-8. What is no text becomes [`NO_TEXT`].
struct Decoded<R> {
    raw: R,
    decoder: Decoder,
    /// Bytes as they came, from `at` on still to be decoded.
    bytes: Vec<u8>,
    at: usize,
    /// Text, from `given` on still to be given.
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    fn new(raw: R) -> Decoded<R> {
        Decoded {
            raw,
            decoder: GB18030.new_decoder(),
            bytes: Vec::new(),
            at: 0,
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    /// Decodes on until there is text to give, or the end.
    fn fill(&mut self) -> io::Result<()> {
        while self.given >= self.text.len() && !self.ended {
            if self.at >= self.bytes.len() {
                self.bytes.resize(CHUNK, 0);
                let n = self.raw.read(&mut self.bytes)?;
                self.bytes.truncate(n);
                self.at = 0;
            }
            let last = self.bytes.is_empty();
            let from = self.bytes.get(self.at..).unwrap_or_default();
            self.text.resize(from.len().saturating_mul(3).max(64), 0);
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(from, &mut self.text, last);
            self.at += read;
            self.text.truncate(written);
            self.given = 0;
            match result {
                DecoderResult::Malformed(..) => self.text.push(NO_TEXT),
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let ready = self.text.get(self.given..).unwrap_or_default();
        let n = ready.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        Decoded::new(bytes).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn gb18030_is_read_across_chunks_and_what_is_no_text_stays_no_text() {
        assert_eq!(decoded(b"\xbf\xa8\xbf\xda 1"), "卡口 1".as_bytes());
        let long = b"a\xbf\xa8".repeat(CHUNK / 2);
        assert_eq!(decoded(&long), "a卡".repeat(CHUNK / 2).as_bytes());
        assert_eq!(decoded(b"a\xff\nb"), b"a\xff\nb");
        assert_eq!(decoded(b"a\xbf"), b"a\xff");
        assert_eq!(decoded(b""), b"");
    }
}
