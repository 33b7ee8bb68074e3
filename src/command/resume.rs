//! Going on where a run was broken off, by whatever: its output itself says how far it came. Each
//! record is one line, so whole lines are counted, a broken one is cut off, and the records of the
//! inputs before it are passed over. That rules, inputs and options are the same is seen by judging
//! the first and the last records again: their lines must be the same to the byte.

use super::failure::{Failure, said};
use super::input::Input;
use super::output::{COLUMNS, Format, csv_line};
use crate::ground::render::visible;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::path::Path;

/// How many of the last records are judged again: among so many there are some with a verdict.
pub(super) const AGAIN: u64 = 100;

/// What an earlier run has left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Before {
    /// Records with a whole line.
    pub(super) records: u64,
    /// Bytes of whole lines, the titles of a table included.
    pub(super) bytes: u64,
    /// The line of the first record, or what there is of it.
    pub(super) first: Vec<u8>,
    /// The lines of the last records.
    pub(super) last: VecDeque<Vec<u8>>,
}

/// Refuses what cannot be resumed, before anything is read.
pub(super) fn possible(format: Option<Format>, inputs: &[Input]) -> Result<(), Failure> {
    let lines = "NDJSON, CSV and Parquet can be gone on with";
    match format {
        Some(Format::Table) => {
            return Err(Failure::usage("a table for people cannot be resumed").help(lines));
        }
        Some(Format::Json) => {
            return Err(Failure::usage("one JSON array cannot be resumed").help(lines));
        }
        _ => {}
    }
    for input in inputs {
        if let Err(what) = input.returns() {
            let name = visible(&input.name);
            let said = match input.path {
                None => "the standard input cannot be resumed".to_owned(),
                Some(_) => format!("`{name}` cannot be resumed: it is {what}"),
            };
            return Err(Failure::usage(said).help("give a file that is not packed"));
        }
    }
    Ok(())
}

/// Looks at the output of an earlier run; nothing where there is none.
pub(super) fn look(path: &Path, format: Format) -> Result<Before, Failure> {
    let unreadable = |why: &io::Error| {
        let shown = visible(&path.display().to_string());
        Failure::usage(format!("`{shown}` cannot be read: {}", said(why)))
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Before::default()),
        Err(why) => return Err(unreadable(&why)),
    };
    if !file.metadata().is_ok_and(|data| data.is_file()) {
        let shown = visible(&path.display().to_string());
        return Err(Failure::usage(format!(
            "`{shown}` is no file, and cannot be resumed"
        )));
    }
    let titles = (format == Format::Csv).then(|| csv_line(&COLUMNS));
    let lines = BufReader::with_capacity(1 << 20, file);
    match whole_lines(lines, titles.as_deref()).map_err(|why| unreadable(&why))? {
        Some(before) => Ok(before),
        None => Err(other(path, "it has other columns")),
    }
}

/// That the output is not what this run would have written.
pub(super) fn other(path: &Path, why: &str) -> Failure {
    let shown = visible(&path.display().to_string());
    Failure::usage(format!("`{shown}` is the output of another run: {why}"))
        .help("go on with the same rules, inputs and options, or write to another file")
}

/// Counts whole lines; none if the first is not the titles that it has to be.
fn whole_lines(mut from: impl BufRead, titles: Option<&str>) -> io::Result<Option<Before>> {
    let mut before = Before::default();
    let mut titles = titles.map(str::as_bytes);
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = from.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            match titles {
                Some(titles) if !titles.starts_with(&line) => return Ok(None),
                None if before.records == 0 => before.first = line,
                _ => {}
            }
            return Ok(Some(before));
        }
        before.bytes += n as u64;
        match titles.take() {
            Some(titles) if titles == line => continue,
            Some(_) => return Ok(None),
            None => {}
        }
        before.records += 1;
        if before.records == 1 {
            before.first.clone_from(&line);
        }
        before.last.push_back(std::mem::take(&mut line));
        if before.last.len() as u64 > AGAIN {
            line = before.last.pop_front().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_lines_and_broken_titles_do_not_count() {
        let count = |text: &str, titles| {
            let before = whole_lines(text.as_bytes(), titles).unwrap();
            let last = |b: &Before| b.last.back().map(|l| String::from_utf8(l.clone()).unwrap());
            before.map(|b| (b.records, b.bytes, last(&b).unwrap_or_default()))
        };
        assert_eq!(count("", None), Some((0, 0, String::new())));
        assert_eq!(count("a\nbc\nd", None), Some((2, 5, "bc\n".into())));
        assert_eq!(count("t\na\n", Some("t\n")), Some((1, 4, "a\n".into())));
        assert_eq!(count("t", Some("t\n")), Some((0, 0, String::new())));
        assert_eq!(count("u", Some("t\n")), None);
        assert_eq!(count("u\na\n", Some("t\n")), None);
    }
}
