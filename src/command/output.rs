//! Where verdicts are written, and in which form. What was written stays: the output is written as
//! the judging goes, and flushed before anything can go wrong elsewhere.

use super::failure::{Failure, said};
use super::input::Input;
use super::judging::Wrong;
use crate::check::rules::ObligationState;
use crate::ground::day::Day;
use crate::ground::render::visible;
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::verdict::Verdict;
use crate::verdict::json::to_json;
use crate::verdict::lines::obeyed;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
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
    /// Parquet, as a folder of parts
    Parquet,
}

/// Records of a part of Parquet, where nothing else is asked for.
pub(super) const PART: u32 = 1 << 17;

/// That this command knows no Parquet.
pub(super) fn without_parquet(what: &str) -> Failure {
    Failure::usage(format!(
        "{what} is Parquet, which this command was built without"
    ))
    .help("build it with `--features parquet`")
}

/// The output.
pub(super) struct Output {
    to: Box<dyn Write>,
    /// Its file, where it is one.
    path: Option<PathBuf>,
    /// Not yet written.
    held: Vec<u8>,
    /// Whether something went wrong, so that what is held must not be written any more.
    broken: bool,
    /// Whether each record is passed on at once.
    pub(super) at_once: bool,
}

impl Output {
    /// A file, or the standard output.
    pub(super) fn open(path: Option<&Path>) -> Result<Output, Failure> {
        let to: Box<dyn Write> = match path {
            None => Box::new(io::stdout().lock()),
            Some(path) => Box::new(File::create(path).map_err(|why| unwritable(path, &why))?),
        };
        Ok(Output::of(to, path))
    }

    /// A file of which so many bytes are kept.
    pub(super) fn go_on(path: &Path, bytes: u64) -> Result<Output, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let open = || -> io::Result<File> {
            let mut file = options.open(path)?;
            file.set_len(bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = open().map_err(|why| unwritable(path, &why))?;
        Ok(Output::of(Box::new(file), Some(path)))
    }

    fn of(to: Box<dyn Write>, path: Option<&Path>) -> Output {
        Output {
            to,
            path: path.map(Path::to_owned),
            held: Vec::with_capacity(BUFFER),
            broken: false,
            at_once: false,
        }
    }

    /// Writes bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.held.len() + bytes.len() <= BUFFER {
            self.held.extend_from_slice(bytes);
            return Ok(());
        }
        self.pass_on()?;
        self.to.write_all(bytes).map_err(|why| self.failed(why))
    }

    /// Passes on what was written.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.pass_on()?;
        self.to.flush().map_err(|why| self.failed(why))
    }

    fn pass_on(&mut self) -> Result<(), Failure> {
        if self.broken {
            return Ok(());
        }
        let written = self.to.write_all(&self.held);
        self.held.clear();
        written.map_err(|why| self.failed(why))
    }

    fn failed(&mut self, why: io::Error) -> Failure {
        self.broken = true;
        self.held.clear();
        match &self.path {
            None => Failure::write("the output", why),
            Some(path) => Failure::write(format!("`{}`", path.display()), why),
        }
    }
}

/// Refuses an output that is read at the same time, or that would pass for rules.
pub(super) fn refuse(path: &Path, inputs: &[Input], others: &[PathBuf]) -> Result<(), Failure> {
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
    Ok(())
}

/// That a file cannot be written.
pub(super) fn unwritable(path: &Path, why: &io::Error) -> Failure {
    let shown = visible(&path.display().to_string());
    Failure::usage(format!("`{shown}` cannot be written: {}", said(why)))
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

/// What tables say of a record.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) as_of: Option<Day>,
    pub(super) low: Option<&'a str>,
    pub(super) high: Option<&'a str>,
    pub(super) findings: Vec<String>,
    pub(super) undetermined: Vec<String>,
    pub(super) obligations: Vec<String>,
    pub(super) missing: Vec<String>,
    pub(super) error: Option<String>,
    pub(super) rules: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// What is said of a verdict, or of a record without one.
    pub(super) fn of(told: Result<&'a Verdict, &'a Wrong>) -> Said<'a> {
        let verdict = match told {
            Ok(verdict) => verdict,
            Err(wrong) => {
                return Said {
                    id: wrong.id.as_deref(),
                    error: Some(in_one_line(wrong)),
                    ..Said::default()
                };
            }
        };
        let fired = |truth: Truth| {
            let all = verdict.findings.iter().filter(|f| f.truth == truth);
            let named = all.map(|f| with_element(&f.rule, f.element.as_deref()));
            named.collect()
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
        Said {
            id: verdict.id.as_deref(),
            as_of: verdict.as_of,
            low: Some(&verdict.counted.low.name),
            high: Some(&verdict.counted.high.name),
            findings: fired(Truth::True),
            undetermined: fired(Truth::Unknown),
            obligations: owed.map(obligation).collect(),
            missing: verdict.missing.iter().map(|m| m.path.clone()).collect(),
            error: None,
            rules: Some(&verdict.rules),
        }
    }
}

/// The row of a record in a table for spreadsheets.
pub(super) fn csv_row(
    input: &str,
    record: u64,
    line: u64,
    told: Result<&Verdict, &Wrong>,
) -> String {
    let said = Said::of(told);
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    csv_line(&[
        input.to_owned(),
        record.to_string(),
        line.to_string(),
        text(said.id),
        said.as_of.map(|day| day.to_string()).unwrap_or_default(),
        text(said.low),
        text(said.high),
        text(said.high),
        said.findings.join("; "),
        said.undetermined.join("; "),
        said.obligations.join("; "),
        said.missing.join("; "),
        text(said.error.as_deref()),
        text(said.rules),
    ])
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
