//! Inputs: which files, in which form, packing and encoding, and what is in them.

#[cfg(feature = "parquet")]
use super::columns;
use super::failure::{Failure, said};
use super::output::without_parquet;
use super::unpack::{Begins, Bytes, Counted, Decoded, Packing, begins};
use crate::facts::Facts;
use crate::facts::batch::Place;
use crate::facts::chunk::{Chunk, Chunks, Room};
use crate::facts::error::FactErrors;
use crate::facts::json::Reader;
use crate::facts::map::Map;
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::render::visible;
use crate::schema::Schema;
use clap::ValueEnum;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// What inputs may be called.
const ENDINGS: &str = "`.ndjson`, `.jsonl`, `.json`, `.csv` or `.parquet`";
/// The same when packed.
const PACKED: &str = "all but Parquet also packed: `.ndjson.gz`, `.csv.zst`";

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
    Parquet,
}

/// One input.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// The name it is reported under.
    pub(super) name: String,
    /// Its path; none for the standard input.
    pub(super) path: Option<PathBuf>,
    form: Form,
    packing: Packing,
    /// Bytes, where that is known.
    pub(super) bytes: Option<u64>,
}

/// How far the inputs were read, for the progress.
pub(super) type ReadSoFar = Arc<AtomicU64>;

/// How inputs are read.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// Of JSON.
    pub(super) reader: Reader,
    /// Of tables.
    pub(super) map: Option<Map>,
    /// Whether the map was asked for, and not only found beside the rules.
    #[cfg(feature = "parquet")]
    pub(super) map_asked: bool,
    /// Of text.
    pub(super) encoding: Encoding,
    pub(super) limits: Limits,
}

impl Reading {
    /// How these inputs are read, and the map of tables, if they need one: that which was asked for,
    /// or the one that stands among the rules.
    pub(super) fn of(
        inputs: &[Input],
        rules: &Path,
        map: Option<&Path>,
        encoding: Encoding,
        (schema, limits): (&Arc<Schema>, Limits),
    ) -> Result<(Reading, Option<PathBuf>), Failure> {
        let path = map_file(rules, map, inputs.iter().any(Input::is_table))?;
        let read = path.as_ref().map(|path| read_map(path, schema, &limits));
        let reading = Reading {
            reader: Reader::new(schema.clone()).with_limits(limits),
            map: read.transpose()?,
            #[cfg(feature = "parquet")]
            map_asked: map.is_some(),
            encoding,
            limits,
        };
        Ok((reading, path))
    }
}

/// An input that is being read.
pub(super) enum Source {
    Text(Box<Chunks<Bytes>>),
    #[cfg(feature = "parquet")]
    Columns(Box<columns::Source>),
}

/// Some records of it; one is filled again and again.
#[derive(Default)]
pub(super) struct Load {
    text: Chunk,
    #[cfg(feature = "parquet")]
    columns: Option<columns::Load>,
}

impl Source {
    /// Loads the next records, perhaps none yet. False at the end.
    pub(super) fn next(&mut self, load: &mut Load) -> bool {
        match self {
            Source::Text(chunks) => {
                #[cfg(feature = "parquet")]
                {
                    load.columns = None;
                }
                chunks.next(&mut load.text)
            }
            #[cfg(feature = "parquet")]
            Source::Columns(source) => source.next(load.columns.get_or_insert_default()),
        }
    }
}

impl Load {
    /// How many records there are.
    pub(super) fn len(&self) -> u64 {
        #[cfg(feature = "parquet")]
        if let Some(columns) = &self.columns {
            return columns.len();
        }
        self.text.len()
    }

    /// Leaves the first records out.
    pub(super) fn skip(&mut self, records: u64) {
        #[cfg(feature = "parquet")]
        if let Some(columns) = &mut self.columns {
            return columns.skip(records);
        }
        self.text.skip(records);
    }

    /// Has each record read into the room and told, in order.
    pub(super) fn each(
        &self,
        room: &mut Room,
        tell: impl FnMut(Place, Result<&Facts, FactErrors>),
    ) {
        #[cfg(feature = "parquet")]
        if let Some(columns) = &self.columns {
            return columns.each(room.stack(), tell);
        }
        self.text.each(room, tell);
    }
}

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
            packing: Packing::Plain,
            bytes: None,
        });
    }
    let name = path.display().to_string();
    let data = fs::metadata(path).map_err(|why| unreadable(path, &why))?;
    if data.is_dir() {
        return Err(Failure::usage(format!("`{}` is a folder", visible(&name)))
            .help(format!("give the files in it: {ENDINGS}"))
            .help(PACKED));
    }
    let ending = |path: &Path| {
        let ending = path.extension()?;
        Some(ending.to_string_lossy().to_ascii_lowercase())
    };
    let packing = ending(path).map_or(Packing::Plain, |last| Packing::of_ending(&last));
    let inner = match packing {
        Packing::Plain => ending(path),
        _ => path.file_stem().and_then(|stem| ending(Path::new(stem))),
    };
    let form = match (inner.as_deref(), packing) {
        (Some("ndjson" | "jsonl"), _) => Form::Ndjson,
        (Some("json"), _) => Form::Json,
        (Some("csv"), _) => Form::Csv,
        (Some("parquet"), Packing::Plain) => Form::Parquet,
        (Some("parquet"), _) => {
            return Err(
                Failure::usage(format!("`{}` is Parquet packed again", visible(&name)))
                    .help("Parquet is compressed inside; unpack the file first"),
            );
        }
        _ => {
            let what = format!("`{}` has no ending that says what it is", visible(&name));
            return Err(Failure::usage(what)
                .help(format!("inputs end in {ENDINGS}"))
                .help(PACKED)
                .help("`-` reads the standard input: NDJSON, or CSV where `--map` is given"));
        }
    };
    if form == Form::Parquet && !cfg!(feature = "parquet") {
        return Err(without_parquet(&format!("`{}`", visible(&name))));
    }
    Ok(Input {
        name,
        path: Some(path.to_owned()),
        form,
        packing,
        bytes: data.is_file().then_some(data.len()),
    })
}

/// That the standard input cannot be read.
fn unread(why: &io::Error) -> Failure {
    Failure::usage(format!("the standard input cannot be read: {}", said(why)))
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
    /// Whether it is a table, for which there may be a map.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.form, Form::Csv | Form::Parquet)
    }

    /// Whether one can go back to a record in it; if not, the word for what it is.
    pub(super) fn returns(&self) -> Result<(), &'static str> {
        match self.packing {
            _ if self.path.is_none() => Err("the standard input"),
            _ if self.bytes.is_none() => Err("a pipe"),
            Packing::Gzip => Err("packed by gzip"),
            Packing::Zstd => Err("packed by zstd"),
            Packing::Plain => Ok(()),
        }
    }

    /// Begins to read it.
    pub(super) fn open(&self, how: &Reading, read: &ReadSoFar) -> Result<Source, Failure> {
        #[cfg(feature = "parquet")]
        if let (Form::Parquet, Some(path)) = (self.form, &self.path) {
            let source = columns::Source::open(path, how, read)?;
            return Ok(Source::Columns(Box::new(source)));
        }
        let raw: Bytes = match &self.path {
            None => Box::new(io::stdin()),
            Some(path) => Box::new(File::open(path).map_err(|why| unreadable(path, &why))?),
        };
        let raw: Bytes = Box::new(Counted {
            raw,
            read: read.clone(),
        });
        let (packing, raw) = match self.path {
            Some(_) => (self.packing, raw),
            None => match begins(raw).map_err(|why| unread(&why))? {
                (Begins::Packed(packing), raw) => (packing, raw),
                (Begins::Parquet, _) => {
                    return Err(Failure::usage("the standard input is Parquet")
                        .help("its contents stand at its end: give the file instead of a pipe"));
                }
            },
        };
        let bytes = packing.unpack(raw);
        let text: Bytes = match how.encoding {
            Encoding::Utf8 => bytes,
            Encoding::Gb18030 => Box::new(Decoded::new(bytes)),
        };
        let mut chunks = match (self.form, &how.map) {
            (Form::Json, _) => Chunks::json(how.reader.clone(), text),
            (Form::Csv, Some(map)) => Chunks::csv(map.clone(), how.limits, text),
            (Form::Csv, None) => return Err(self.no_map()),
            (Form::Ndjson | Form::Parquet, _) => Chunks::ndjson(how.reader.clone(), text),
        };
        // Whoever writes to a pipe one by one waits for each answer.
        if self.bytes.is_none() {
            chunks = chunks.at_once();
        }
        if packing != Packing::Plain {
            chunks = chunks.unpacked();
        }
        Ok(Source::Text(Box::new(chunks)))
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
fn map_file(rules: &Path, asked: Option<&Path>, tables: bool) -> Result<Option<PathBuf>, Failure> {
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
fn read_map(path: &Path, schema: &Arc<Schema>, limits: &Limits) -> Result<Map, Failure> {
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
