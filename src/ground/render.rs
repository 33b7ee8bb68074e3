//! Complaints as text: the title, the places with their lines, what may help.
//!
//! The only file that lays out messages. Columns are counted as a terminal shows them, so that an
//! underline stands under Chinese text where it should; what cannot be seen is made visible.

use super::diagnostic::{Diagnostic, Label, Severity};
use super::source::{Source, Sources};
use super::span::SourceId;
use std::fmt::Write;
use unicode_width::UnicodeWidthChar;

/// Columns of a source line that are shown; a longer one is cut around the label.
const SHOWN: usize = 96;
/// Columns before a label that stay where a line is cut.
const BEFORE: usize = 32;

/// Whether the text is coloured for a terminal.
///
/// ```
/// use kakou::ground::{render::{Colours, render}, source::Sources};
/// assert_eq!(render(&[], &Sources::default(), Colours::Plain), "");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    /// No escapes.
    #[default]
    Plain,
    /// ANSI escapes.
    Ansi,
}

fn paint(colours: Colours, style: &str, text: &str) -> String {
    match colours {
        Colours::Ansi if !text.is_empty() => format!("\u{1b}[{style}m{text}\u{1b}[0m"),
        _ => text.to_string(),
    }
}

/// Draws complaints, one below the other, with a blank line between.
///
/// ```
/// use kakou::ground::diagnostic::{Code, Diagnostic};
/// use kakou::ground::render::{render, Colours};
/// use kakou::ground::source::{Source, Sources};
/// use kakou::ground::span::Span;
/// let mut sources = Sources::default();
/// let id = sources.add(Source::new("a.rules", "rule 规则 x\n"));
/// let d = Diagnostic::new(Code("E0101"), "expected a name", Span::new(id, 5, 11)).label("here");
/// let text = render(&[d], &sources, Colours::Plain);
/// assert_eq!(text, "error[E0101]: expected a name\n ┌ a.rules:1:6\n1│ rule 规则 x\n │      ──── here\n");
/// // A place in a source that is not there is left out.
/// let d = Diagnostic::new(Code("E0101"), "expected a name", Span::default());
/// assert_eq!(render(&[d], &Sources::default(), Colours::Plain), "error[E0101]: expected a name\n");
/// ```
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, colours: Colours) -> String {
    let all: Vec<String> = diagnostics
        .iter()
        .map(|d| one(d, sources, colours))
        .collect();
    all.join("\n")
}

fn one(diagnostic: &Diagnostic, sources: &Sources, colours: Colours) -> String {
    let (word, style) = match diagnostic.code.severity() {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
    };
    let head = paint(colours, style, &format!("{word}[{}]", diagnostic.code.0));
    let mut out = format!("{head}: {}\n", visible(&diagnostic.title));
    let main = diagnostic.span().source;
    let mut files: Vec<SourceId> = vec![main];
    for label in &diagnostic.labels {
        if !files.contains(&label.span.source) {
            files.push(label.span.source);
        }
    }
    let last_line = diagnostic
        .labels
        .iter()
        .filter_map(|l| Some(sources.get(l.span.source)?.line_column(l.span.start).0));
    let gutter = last_line.max().unwrap_or(1).to_string().len();
    for file in files {
        if let Some(source) = sources.get(file) {
            let labels: Vec<&Label> = diagnostic
                .labels
                .iter()
                .filter(|l| l.span.source == file)
                .collect();
            snippet(&mut out, source, &labels, gutter, style, colours);
        }
    }
    let blanks = " ".repeat(gutter);
    for help in &diagnostic.help {
        let _ = writeln!(
            out,
            "{blanks} {} {}",
            paint(colours, "1", "help:"),
            visible(help)
        );
    }
    out
}

/// The lines of one file that have labels.
fn snippet(
    out: &mut String,
    source: &Source,
    labels: &[&Label],
    gutter: usize,
    style: &str,
    colours: Colours,
) {
    let Some(first) = labels.first() else { return };
    let blanks = " ".repeat(gutter);
    let (line, column) = source.line_column(first.span.start);
    let place = format!("{}:{line}:{column}", visible(source.name()));
    let _ = writeln!(out, "{blanks}{} {place}", paint(colours, "34", "┌"));
    let mut lines: Vec<u32> = labels
        .iter()
        .map(|l| source.line_column(l.span.start).0)
        .collect();
    lines.sort_unstable();
    lines.dedup();
    let mut before: Option<u32> = None;
    for line in lines {
        if before.is_some_and(|b| b + 1 < line) {
            let _ = writeln!(out, "{blanks}{}", paint(colours, "34", "┆"));
        }
        before = Some(line);
        let mut marks: Vec<Mark> = labels
            .iter()
            .enumerate()
            .filter(|(_, l)| source.line_column(l.span.start).0 == line)
            .map(|(n, l)| mark(source, l, n == 0 && std::ptr::eq(*l, *first)))
            .collect();
        marks.sort_by_key(|m| (m.start, m.end));
        drawn(
            out,
            source.line(line),
            line,
            &mut marks,
            gutter,
            style,
            colours,
        );
    }
}

/// An underline: the columns it takes, counted as shown, and what is said at it.
struct Mark {
    start: usize,
    end: usize,
    text: String,
    main: bool,
}

fn mark(source: &Source, label: &Label, main: bool) -> Mark {
    let (line, column) = source.line_column(label.span.start);
    let (last, last_column) = source.line_column(label.span.end);
    let text = source.line(line);
    let columns = |chars: u32| -> usize {
        text.chars()
            .take(chars.saturating_sub(1) as usize)
            .map(|c| shown(c).chars().map(columns_of).sum::<usize>())
            .sum()
    };
    let whole: usize = columns(u32::MAX);
    let start = columns(column);
    let mut said = visible(&label.text);
    let end = if last > line {
        let more = format!("(to line {last})");
        said = if said.is_empty() {
            more
        } else {
            format!("{said} {more}")
        };
        whole
    } else {
        columns(last_column)
    };
    Mark {
        start,
        end: end.max(start + 1),
        text: said,
        main,
    }
}

/// One line, cut to what can be shown, and the underlines below it.
fn drawn(
    out: &mut String,
    text: &str,
    line: u32,
    marks: &mut [Mark],
    gutter: usize,
    style: &str,
    colours: Colours,
) {
    let blanks = " ".repeat(gutter);
    let text: String = text.chars().map(shown).collect();
    let whole: usize = text.chars().map(columns_of).sum();
    let first = marks.first().map_or(0, |m| m.start);
    let from = if whole <= SHOWN {
        0
    } else {
        first.saturating_sub(BEFORE)
    };
    let (window, from, cut) = window(&text, from);
    let until = from + window.chars().map(columns_of).sum::<usize>();
    let lead = usize::from(from > 0);
    let number = paint(colours, "34", &format!("{line:>gutter$}│"));
    let dots = |yes: bool| if yes { "…" } else { "" };
    let shown_line = format!("{number} {}{window}{}", dots(lead > 0), dots(cut));
    let _ = writeln!(out, "{}", shown_line.trim_end());
    let bar = paint(colours, "34", &format!("{blanks}│"));
    // The last label stands beside the underlines, those before it each on a line below.
    let mut under = String::new();
    let mut at = 0;
    let mut shown_marks: Vec<&Mark> = Vec::new();
    for mark in marks.iter() {
        let start = mark.start.clamp(from, until.max(from)) - from + lead;
        let end = mark.end.clamp(from, until.max(from) + 1) - from + lead;
        let start = start.max(at);
        if end > start {
            under.push_str(&" ".repeat(start - at));
            under.push_str(&paint(
                colours,
                if mark.main { style } else { "34" },
                &"─".repeat(end - start),
            ));
            at = end;
        }
        shown_marks.push(mark);
    }
    let beside = shown_marks.last().map_or("", |m| m.text.as_str());
    let _ = writeln!(out, "{}", format!("{bar} {under} {beside}").trim_end());
    for mark in shown_marks
        .iter()
        .rev()
        .skip(1)
        .filter(|m| !m.text.is_empty())
    {
        let column = mark.start.clamp(from, until.max(from)) - from + lead;
        let _ = writeln!(out, "{bar} {}{}", " ".repeat(column), mark.text);
    }
}

/// The part of a line from about a column on that can be shown; where it begins; whether more follows.
fn window(text: &str, from: usize) -> (String, usize, bool) {
    let (mut column, mut taken, mut width) = (0, String::new(), 0);
    let mut begins = None;
    for c in text.chars() {
        let columns = columns_of(c);
        if column >= from {
            if width + columns > SHOWN {
                return (taken, begins.unwrap_or(column), true);
            }
            begins.get_or_insert(column);
            taken.push(c);
            width += columns;
        }
        column += columns;
    }
    (taken, begins.unwrap_or(column), false)
}

fn columns_of(c: char) -> usize {
    c.width().unwrap_or(1)
}

/// A character as it is shown: a tab as a blank, what cannot be seen as its number.
fn shown(c: char) -> String {
    match c {
        '\t' => " ".to_string(),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c))
            .unwrap_or('�')
            .to_string(),
        c if c.is_control() || hidden(c) => format!("<U+{:04X}>", u32::from(c)),
        c => c.to_string(),
    }
}

fn hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text as it may be shown anywhere: what a terminal would obey or hide is made visible.
///
/// ```
/// use kakou::ground::render::visible;
/// assert_eq!(visible("卡口\u{1b}[2J\u{202e}"), "卡口␛[2J<U+202E>");
/// ```
pub fn visible(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// The complaints as JSON: a list of code, severity, title, places and help. Lines and columns
/// count from 1, columns in characters; an end is one past the last character.
///
/// ```
/// use kakou::ground::{diagnostic::{Code, Diagnostic}, render::json, source::Sources, span::Span};
/// let d = Diagnostic::new(Code("W0401"), "a text is missing", Span::default());
/// let text = json(&[d], &Sources::default()).to_string();
/// assert!(text.starts_with(r#"[{"code":"W0401""#));
/// // A place in no known source is not made up.
/// assert!(text.contains(r#""places":[]"#));
/// ```
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> serde_json::Value {
    let place = |label: &Label| {
        let source = sources.get(label.span.source)?;
        let (line, column) = source.line_column(label.span.start);
        let (end_line, end_column) = source.line_column(label.span.end);
        Some(serde_json::json!({
            "file": source.name(), "line": line, "column": column,
            "end_line": end_line, "end_column": end_column, "text": label.text,
        }))
    };
    let one = |d: &Diagnostic| {
        let severity = match d.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let places: Vec<_> = d.labels.iter().filter_map(place).collect();
        serde_json::json!({
            "code": d.code.0, "severity": severity, "title": d.title, "places": places, "help": d.help,
        })
    };
    serde_json::Value::Array(diagnostics.iter().map(one).collect())
}
