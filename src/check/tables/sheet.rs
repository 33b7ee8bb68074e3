//! A CSV file as a sheet: its header, its rows, and the place of every cell.

use super::cell::short;
use super::complaint;
use super::scan::{self, Cells, Trouble};
use crate::folder::{FileError, Folder, normal_name};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::source::{Source, Sources};
use crate::ground::span::{SourceId, Span};
use crate::schema::table::Period;
use crate::syntax::ast::{Name, Spanned};

/// What reading tables needs and where it complains.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::{Folder, Limits, check::tables::{Loading, read_codes}, syntax::ast::ItemKind};
/// let (file, _) = parse("codes zone from \"zones.csv\" key code\n");
/// let ItemKind::Codes(zones) = &file.items[0].kind else { panic!("no codes") };
/// let folder = Folder::from_texts([("a.rules", "")])
///     .with_file("zones.csv", "code\n2249\n2249\n0110\n0110\n");
/// let (mut sources, mut complaints) = (Default::default(), Vec::new());
/// let mut loading = Loading {
///     folder: &folder,
///     limits: &Limits { diagnostics: 1, ..Limits::default() },
///     sources: &mut sources,
///     complaints: &mut complaints,
///     dropped: 0,
/// };
/// read_codes(&mut loading, zones);
/// // Two codes stand twice: one complaint is kept, as the limit says, and the other is counted.
/// assert_eq!((loading.complaints.len(), loading.dropped), (1, 1));
/// // It points into the CSV, which is one of the sources now.
/// let source = sources.get(complaints[0].span().source).map(|source| source.name());
/// assert_eq!(source, Some("zones.csv"));
/// ```
#[derive(Debug)]
pub struct Loading<'a> {
    /// The rule folder.
    pub folder: &'a Folder,
    /// The limits.
    pub limits: &'a Limits,
    /// The texts; each CSV that is read becomes one of them.
    pub sources: &'a mut Sources,
    /// The complaints, up to the limit.
    pub complaints: &'a mut Vec<Diagnostic>,
    /// How many more complaints there were.
    pub dropped: u64,
}

impl Loading<'_> {
    pub(super) fn complain(&mut self, diagnostic: Diagnostic) {
        if self.complaints.len() < self.limits.diagnostics {
            self.complaints.push(diagnostic);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }
}

/// What is being read, for the complaints: `the list `x` is declared here`. Nothing for a file
/// that no rule names.
#[derive(Debug, Clone)]
pub(super) struct Declared(Option<(Span, String)>);

impl Declared {
    pub(super) fn new(kind: &str, name: &Name) -> Declared {
        let words = format!("{kind} `{}` is declared here", name.node);
        Declared(Some((name.at.0, words)))
    }

    /// For a file that is found by its own name.
    pub(super) fn nowhere() -> Declared {
        Declared(None)
    }

    /// The complaint with the place of the declaration beside it.
    pub(super) fn beside(&self, complaint: Diagnostic) -> Diagnostic {
        match &self.0 {
            Some((span, words)) => complaint.also(*span, words),
            None => complaint,
        }
    }
}

/// A CSV file that was read: every row has as many cells as the header.
#[derive(Debug)]
pub(super) struct Sheet {
    source: SourceId,
    header_at: usize,
    header: Vec<String>,
    /// The rows with the byte at which each begins.
    pub rows: Vec<Row>,
    /// Whether the first line says that the list is an example.
    pub example: bool,
    pub declared: Declared,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    start: usize,
    cells: csv::StringRecord,
}

impl Row {
    /// The text of a cell.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or("")
    }
}

/// The most columns: each name is compared with each, and a header that is longer is a file
/// without line ends.
const MOST_COLUMNS: usize = 1_000;

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Sheet {
    /// Reads a file; nothing where no row of it can be trusted.
    pub(super) fn read(
        loading: &mut Loading<'_>,
        file: &Spanned<String>,
        declared: Declared,
    ) -> Option<Sheet> {
        let bytes = match loading.folder.file(&file.node) {
            Ok(bytes) => bytes,
            Err(why) => {
                let complaint = no_file(&why, file.at.0);
                loading.complain(complaint);
                return None;
            }
        };
        if bytes.len() > loading.limits.source_bytes {
            let limit = u64::try_from(loading.limits.source_bytes).unwrap_or(u64::MAX);
            let complaint = no_file(
                &FileError::TooLarge {
                    name: file.node.clone(),
                    limit,
                },
                file.at.0,
            );
            loading.complain(complaint);
            return None;
        }
        let name = normal_name(&file.node).unwrap_or_else(|_| file.node.clone());
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let bad_at = std::str::from_utf8(bytes).err().map(|e| e.valid_up_to());
        let text = String::from_utf8_lossy(bytes).into_owned();
        let source = loading.sources.add(Source::new(name, text));
        if let Some(at) = bad_at {
            let byte = bytes.get(at).copied().unwrap_or_default();
            let span = Span::new(source, offset(at), offset(at + '\u{fffd}'.len_utf8()));
            let complaint = Diagnostic::new(complaint::NOT_UTF8, "the file is not UTF-8", span)
                .label(format!("the byte {byte:#04x} is not part of a character"));
            loading.complain(
                declared
                    .beside(complaint)
                    .help("save the file as UTF-8; files saved as GBK or GB18030 look like this"),
            );
            return None;
        }
        let text = loading.sources.get(source).map(|s| s.text().to_owned())?;
        let (header_at, example) = scan::preamble(&text);
        if !quotes_in_order(loading, source, &text, header_at, &declared) {
            return None;
        }
        let mut sheet = Sheet {
            source,
            header_at,
            header: Vec::new(),
            rows: Vec::new(),
            example,
            declared,
        };
        sheet.fill(loading, &text).then_some(sheet)
    }

    fn fill(&mut self, loading: &mut Loading<'_>, text: &str) -> bool {
        let body = text.get(self.header_at..).unwrap_or("");
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(body.as_bytes());
        let mut records = reader.records();
        let Some(Ok(header)) = records.next() else {
            let complaint = Diagnostic::new(
                complaint::NO_HEADER,
                "the file has no header row",
                self.span(self.header_at, self.header_at),
            )
            .label("the names of the columns are expected here");
            loading.complain(self.declared.beside(complaint));
            return false;
        };
        if header.len() > MOST_COLUMNS {
            let title = format!("the header has more than {MOST_COLUMNS} columns, the limit");
            let complaint = Diagnostic::new(
                complaint::TOO_MANY_COLUMNS,
                title,
                self.cell_at(loading, self.header_at, MOST_COLUMNS),
            )
            .label("the first column beyond the limit");
            loading.complain(self.declared.beside(complaint));
            return false;
        }
        self.header = header.iter().map(|name| name.trim().to_owned()).collect();
        let whole = self.columns_differ(loading);
        for record in records {
            // The text is UTF-8 and rows may have any length, so there is nothing left to fail.
            let Ok(cells) = record else { continue };
            if self.rows.len() >= loading.limits.list_rows {
                let start = self.start(&cells, text);
                let complaint = Diagnostic::new(
                    complaint::TOO_MANY_ROWS,
                    format!(
                        "the file has more than {} rows, the limit for one list",
                        loading.limits.list_rows
                    ),
                    self.row_span(text, start),
                )
                .label("the first row beyond the limit");
                loading.complain(self.declared.beside(complaint));
                return false;
            }
            let start = self.start(&cells, text);
            if cells.len() != self.header.len() {
                let (have, want) = (cells.len(), self.header.len());
                let complaint = Diagnostic::new(
                    complaint::CELL_COUNT,
                    format!(
                        "a row of {have} {}, where the header has {want}",
                        if have == 1 { "cell" } else { "cells" }
                    ),
                    self.row_span(text, start),
                )
                .also(self.row_span(text, self.header_at), "the header");
                let complaint = self.declared.beside(complaint);
                loading.complain(if have > want {
                    complaint.help("a cell with a comma in it is written in quotation marks")
                } else {
                    complaint.help("an empty cell still needs its comma")
                });
                continue;
            }
            self.rows.push(Row { start, cells });
        }
        whole
    }

    /// Where a row begins: the reader counts the line end before it as its own.
    fn start(&self, cells: &csv::StringRecord, text: &str) -> usize {
        let at = cells
            .position()
            .map_or(0, |p| usize::try_from(p.byte()).unwrap_or(usize::MAX));
        let at = self.header_at.saturating_add(at);
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        at + rest
            .iter()
            .take_while(|b| matches!(b, b'\r' | b'\n'))
            .count()
    }

    fn columns_differ(&self, loading: &mut Loading<'_>) -> bool {
        let mut differ = true;
        for (at, name) in self
            .header
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty())
        {
            let Some(first) = self.header.iter().take(at).position(|other| other == name) else {
                continue;
            };
            differ = false;
            let complaint = Diagnostic::new(
                complaint::DUPLICATE_COLUMN,
                format!("two columns are called `{}`", short(name)),
                self.cell_at(loading, self.header_at, at),
            )
            .label("again")
            .also(self.cell_at(loading, self.header_at, first), "first");
            loading.complain(self.declared.beside(complaint));
        }
        differ
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, offset(start), offset(end))
    }

    fn row_span(&self, text: &str, start: usize) -> Span {
        let end = scan::row(text, start)
            .last()
            .map_or(start, |cell| cell.range.end);
        self.span(start, end)
    }

    fn cell_at(&self, loading: &Loading<'_>, start: usize, column: usize) -> Span {
        // Finding a cell takes time, and a complaint beyond the limit is only counted.
        if loading.complaints.len() >= loading.limits.diagnostics {
            return self.span(start, start);
        }
        let text = loading.sources.get(self.source).map_or("", Source::text);
        match scan::row(text, start).get(column) {
            Some(cell) => self.span(cell.range.start, cell.range.end),
            None => self.row_span(text, start),
        }
    }

    /// The place of a cell.
    pub(super) fn cell_span(&self, loading: &Loading<'_>, row: &Row, column: usize) -> Span {
        self.cell_at(loading, row.start, column)
    }

    /// The place of a whole row, by its number.
    pub(super) fn span_of(&self, loading: &Loading<'_>, row: usize) -> Span {
        let text = loading.sources.get(self.source).map_or("", Source::text);
        self.row_span(
            text,
            self.rows.get(row).map_or(self.header_at, |row| row.start),
        )
    }

    /// The columns of the first and last day, where the rows are dated at all; the outer nothing
    /// comes after a complaint.
    #[allow(clippy::option_option, reason = "undated and failed are two things")]
    pub(super) fn dated(
        &self,
        loading: &mut Loading<'_>,
        names: Option<&(Name, Name)>,
    ) -> Option<Option<(usize, usize)>> {
        let Some((from, until)) = names else {
            return Some(None);
        };
        let (from, until) = (self.column(loading, from), self.column(loading, until));
        Some(Some((from?, until?)))
    }

    /// The place of the header row.
    pub(super) fn header_span(&self, loading: &Loading<'_>) -> Span {
        self.row_span(
            loading.sources.get(self.source).map_or("", Source::text),
            self.header_at,
        )
    }

    /// The column that rules name, with a complaint at the rule where there is none.
    pub(super) fn column(&self, loading: &mut Loading<'_>, name: &Name) -> Option<usize> {
        let found = self.find(&name.node);
        if found.is_none() {
            let complaint = self
                .no_column(&name.node, name.at.0)
                .label("not in the header")
                .also(self.header_span(loading), "the header");
            loading.complain(complaint);
        }
        found
    }

    /// The column whose name the language fixes, with a complaint at the header.
    pub(super) fn fixed_column(&self, loading: &mut Loading<'_>, name: &str) -> Option<usize> {
        let found = self.find(name);
        if found.is_none() {
            let complaint = self.no_column(name, self.header_span(loading));
            loading.complain(self.declared.beside(complaint));
        }
        found
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    fn no_column(&self, name: &str, span: Span) -> Diagnostic {
        let complaint = Diagnostic::new(
            complaint::NO_COLUMN,
            format!("no column is called `{}`", short(name)),
            span,
        );
        match nearest(name, self.header.iter().map(String::as_str)) {
            Some(near) => complaint.help(format!("did you mean `{near}`?")),
            None => complaint.help(format!("the columns are {}", named(&self.header))),
        }
    }

    /// A complaint about a cell.
    pub(super) fn bad_cell(
        &self,
        loading: &Loading<'_>,
        code: crate::ground::diagnostic::Code,
        title: impl Into<String>,
        (row, column): (&Row, usize),
    ) -> Diagnostic {
        let header = self.header.get(column).map_or("", String::as_str);
        let complaint = Diagnostic::new(code, title, self.cell_span(loading, row, column))
            .label(format!("in the column `{}`", short(header)));
        self.declared.beside(complaint)
    }

    /// The days a row holds; nothing after a complaint. Undated rows always hold.
    pub(super) fn period(
        &self,
        loading: &mut Loading<'_>,
        row: &Row,
        columns: Option<(usize, usize)>,
    ) -> Option<Period> {
        let Some((from_at, until_at)) = columns else {
            return Some(Period::default());
        };
        let mut days = [None, None];
        let mut whole = true;
        for (day, column) in days.iter_mut().zip([from_at, until_at]) {
            let text = row.cell(column);
            if text.is_empty() {
                continue;
            }
            match text.parse() {
                Ok(read) => *day = Some(read),
                Err(_) => {
                    let title = format!("`{}` is not a day written YYYY-MM-DD", short(text));
                    let complaint =
                        self.bad_cell(loading, complaint::BAD_CELL, title, (row, column));
                    loading.complain(complaint);
                    whole = false;
                }
            }
        }
        let [from, until] = days;
        if let (Some(first), Some(last)) = (from, until)
            && last < first
        {
            let complaint = self
                .bad_cell(
                    loading,
                    complaint::BACKWARDS,
                    format!("the row ends on {last}, before it begins on {first}"),
                    (row, until_at),
                )
                .also(self.cell_span(loading, row, from_at), "it begins here");
            loading.complain(complaint);
            return None;
        }
        whole.then_some(Period { from, until })
    }
}

/// The first names, for a complaint.
fn named(names: &[String]) -> String {
    let mut shown: Vec<String> = names
        .iter()
        .take(12)
        .map(|n| format!("`{}`", short(n)))
        .collect();
    if names.len() > shown.len() {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn no_file(why: &FileError, span: Span) -> Diagnostic {
    let code = match why {
        FileError::Missing { .. } => complaint::NO_FILE,
        FileError::Refused { .. } | FileError::Outside { .. } => complaint::OUTSIDE,
        FileError::NotAFile { .. } | FileError::Unreadable { .. } => complaint::UNREADABLE,
        FileError::TooLarge { .. } => complaint::FILE_TOO_LARGE,
    };
    let complaint = Diagnostic::new(code, why.to_string(), span);
    match why {
        FileError::Missing {
            nearest: Some(near),
            ..
        } => complaint.help(format!("did you mean `{near}`?")),
        _ => complaint,
    }
}

/// Complains of quotation marks; a file with one out of order is not read further.
fn quotes_in_order(
    loading: &mut Loading<'_>,
    source: SourceId,
    text: &str,
    from: usize,
    declared: &Declared,
) -> bool {
    if !text.contains('"') {
        return true;
    }
    let mut in_order = true;
    for cell in Cells::new(text, from) {
        let Some((at, trouble)) = cell.trouble else {
            continue;
        };
        in_order = false;
        let open = Span::new(
            source,
            offset(cell.range.start),
            offset(cell.range.start + 1),
        );
        let next = text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        let here = Span::new(source, offset(at), offset(at + next));
        let complaint = match trouble {
            Trouble::Open => Diagnostic::new(
                complaint::BAD_QUOTE,
                "a quotation mark is never closed",
                open,
            )
            .label("opened here"),
            Trouble::TextAfter => Diagnostic::new(
                complaint::BAD_QUOTE,
                "text follows a closed quotation mark",
                here,
            )
            .label("a comma or the end of the line is expected here")
            .also(open, "opened here"),
            Trouble::Inside => Diagnostic::new(
                complaint::BAD_QUOTE,
                "a quotation mark in a cell that does not begin with one",
                here,
            ),
        };
        loading.complain(declared.beside(complaint).help(
            "write the cell in quotation marks and each mark inside it twice: `\"5\"\" pipe\"`",
        ));
    }
    in_order
}
