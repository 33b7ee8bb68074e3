//! Where verdicts are written, and in which form. What was written stays: the output is written as
//! the judging goes, and flushed before anything can go wrong elsewhere.

use super::failure::{Failure, said};
use super::input::Input;
use super::judging::Wrong;
use crate::check::rules::ObligationState;
use crate::ground::render::visible;
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::verdict::Verdict;
use crate::verdict::json::to_json;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Bytes that are held before they are written.
const BUFFER: usize = 1 << 16;

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line
    Ndjson,
    /// One JSON array
    Json,
    /// A table for spreadsheets
    Csv,
    /// A table for people, and a summary
    Table,
}

/// The output.
pub(super) struct Output {
    to: BufWriter<Box<dyn Write>>,
    name: String,
    /// Whether each record is passed on at once.
    pub(super) at_once: bool,
}

impl Output {
    /// A file, or the standard output. A file that is read at the same time is refused.
    pub(super) fn open(
        path: Option<&Path>,
        inputs: &[Input],
        others: &[PathBuf],
    ) -> Result<Output, Failure> {
        let Some(path) = path else {
            let to =
                BufWriter::with_capacity(BUFFER, Box::new(io::stdout().lock()) as Box<dyn Write>);
            return Ok(Output {
                to,
                name: "the output".into(),
                at_once: false,
            });
        };
        let shown = visible(&path.display().to_string());
        let read = inputs
            .iter()
            .filter_map(|input| input.path.as_deref())
            .chain(others.iter().map(PathBuf::as_path));
        for other in read {
            if same_file(path, other) {
                return Err(
                    Failure::usage(format!("the output `{shown}` is a file that is read"))
                        .help("write to another file: the input would be lost"),
                );
            }
        }
        if path.extension().is_some_and(|e| e == "rules") {
            return Err(Failure::usage(format!(
                "the output `{shown}` is called like a rule file"
            )));
        }
        let file = File::create(path).map_err(|why| {
            Failure::usage(format!("`{shown}` cannot be written: {}", said(&why)))
        })?;
        let to = BufWriter::with_capacity(BUFFER, Box::new(file) as Box<dyn Write>);
        Ok(Output {
            to,
            name: format!("`{}`", path.display()),
            at_once: false,
        })
    }

    /// Writes a text.
    pub(super) fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.to
            .write_all(text.as_bytes())
            .map_err(|why| self.failed(why))
    }

    /// Passes on what was written.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.to.flush().map_err(|why| self.failed(why))
    }

    fn failed(&self, why: io::Error) -> Failure {
        Failure::Write {
            to: self.name.clone(),
            why,
        }
    }
}

/// Whether two paths lead to one file, by whatever names.
pub(super) fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let number = |path: &Path| fs::metadata(path).ok().map(|m| (m.dev(), m.ino()));
        if let (Some(a), Some(b)) = (number(a), number(b)) {
            return a == b;
        }
    }
    let whole = |path: &Path| -> Option<PathBuf> { fs::canonicalize(path).ok() };
    whole(a).is_some_and(|a| Some(a) == whole(b))
}

/// The line of a verdict in JSON.
pub(super) fn json_line(verdict: &Verdict, pilot: Option<&str>, lang: Option<Lang>) -> String {
    let line = to_json(verdict, lang);
    let line = match (pilot, line.strip_prefix('{')) {
        (Some(pilot), Some(rest)) => format!("{{\"pilot\":{},{rest}", json!(pilot)),
        _ => line,
    };
    shown_as_escapes(line)
}

/// The line of a record without a verdict in JSON: `error` in one line, `errors` in parts.
pub(super) fn json_error(wrong: &Wrong) -> String {
    let errors = wrong.errors.errors.iter().map(|e| ErrorView {
        code: e.code.0,
        path: &e.path,
        message: &e.message,
        line: e.position.map(|p| p.line),
        column: e.position.map(|p| p.column),
        byte: e.position.map(|p| p.byte),
        help: e.help.as_deref(),
    });
    let line = WrongView {
        format: crate::verdict::json::FORMAT,
        id: wrong.id.as_deref(),
        error: in_one_line(wrong),
        input: &wrong.input,
        record: wrong.place.record,
        line: wrong.place.line,
        errors: errors.collect(),
        more: wrong.errors.more,
    };
    // Texts and numbers always serialize.
    shown_as_escapes(serde_json::to_string(&line).unwrap_or_default())
}

/// A record without a verdict as JSON says it.
#[derive(Serialize)]
struct WrongView<'a> {
    format: u32,
    id: Option<&'a str>,
    error: String,
    input: &'a str,
    record: u64,
    line: u64,
    errors: Vec<ErrorView<'a>>,
    more: u64,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    code: &'a str,
    path: &'a str,
    message: &'a str,
    line: Option<u64>,
    column: Option<u64>,
    byte: Option<u64>,
    help: Option<&'a str>,
}

/// What is wrong with a record, on one line.
pub(super) fn in_one_line(wrong: &Wrong) -> String {
    let mut text = wrong
        .errors
        .errors
        .first()
        .map(|e| e.to_string())
        .unwrap_or_default();
    let more = wrong.errors.errors.len().saturating_sub(1) as u64 + wrong.errors.more;
    if more > 0 {
        text.push_str(&format!("; and {more} more"));
    }
    text
}

/// JSON leaves some control characters as they are, and a terminal would obey them: they become
/// escapes, which every reader of JSON takes for the same text.
fn shown_as_escapes(line: String) -> String {
    if !line.chars().any(obeyed) {
        return line;
    }
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        match obeyed(c) {
            true => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => out.push(c),
        }
    }
    out
}

fn obeyed(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first line of a table for spreadsheets.
pub(super) const COLUMNS: [&str; 14] = [
    "input",
    "record",
    "line",
    "id",
    "as_of",
    "low",
    "high",
    "disposition",
    "findings",
    "undetermined",
    "obligations",
    "missing",
    "error",
    "rules",
];

/// The row of a record in a table for spreadsheets.
pub(super) fn csv_row(
    input: &str,
    record: u64,
    line: u64,
    told: Result<&Verdict, &Wrong>,
) -> String {
    let mut cells: Vec<String> = vec![input.into(), record.to_string(), line.to_string()];
    match told {
        Ok(verdict) => {
            let fired = |truth: Truth| {
                let all = verdict.findings.iter().filter(|f| f.truth == truth);
                joined(all.map(|f| with_element(&f.rule, f.element.as_deref())))
            };
            let owed = verdict
                .obligations
                .iter()
                .filter(|o| o.state != ObligationState::Waived);
            let obligation = |o: &crate::verdict::Obligation| {
                let argument = o
                    .argument
                    .as_ref()
                    .map_or(String::new(), |a| format!(" {a}"));
                format!(
                    "{}{argument} ({})",
                    o.kind.name,
                    crate::verdict::state(o.state)
                )
            };
            cells.extend([
                verdict.id.clone().unwrap_or_default(),
                verdict.as_of.map(|day| day.to_string()).unwrap_or_default(),
                verdict.counted.low.name.clone(),
                verdict.counted.high.name.clone(),
                verdict.counted.high.name.clone(),
                fired(Truth::True),
                fired(Truth::Unknown),
                joined(owed.map(obligation)),
                joined(verdict.missing.iter().map(|m| m.path.clone())),
                String::new(),
                verdict.rules.clone(),
            ]);
        }
        Err(wrong) => {
            cells.extend(std::iter::once(wrong.id.clone().unwrap_or_default()));
            cells.extend(std::iter::repeat_n(String::new(), 8));
            cells.extend([in_one_line(wrong), String::new()]);
        }
    }
    csv_line(&cells)
}

/// One line of CSV. A cell that a spreadsheet would run as a formula gets a `'` before it.
pub(super) fn csv_line<S: AsRef<str>>(cells: &[S]) -> String {
    let defused = |cell: &S| {
        let cell = visible(cell.as_ref());
        match cell
            .trim_start()
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        {
            true => format!("'{cell}"),
            false => cell,
        }
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells.iter().map(defused));
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn joined(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join("; ")
}

/// A rule with the element it judged.
pub(super) fn with_element(rule: &str, element: Option<&str>) -> String {
    element.map_or_else(|| rule.to_owned(), |element| format!("{rule} {element}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_nothing() {
        assert_eq!(
            csv_line(&["=1+1", "a,b", "-1", " @x", "卡口"]),
            "'=1+1,\"a,b\",'-1,' @x,卡口\n"
        );
        assert_eq!(csv_line(&["a\tb\r=c"]), "a b␍=c\n");
    }

    #[test]
    fn a_terminal_obeys_nothing() {
        let line = shown_as_escapes("{\"id\":\"\u{9b}2J\u{202e}卡\"}".into());
        assert_eq!(line, r#"{"id":"\u009b2J\u202e卡"}"#);
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&line).unwrap()["id"],
            "\u{9b}2J\u{202e}卡"
        );
    }
}
