//! The texts that were read, and how a byte becomes a line and a column.

use super::span::{SourceId, Span};

/// One text with the name it is reported under.
///
/// ```
/// use kakou::ground::{source::Source, span::{SourceId, Span}};
/// let source = Source::new("gate.rules", "rule G-01\n  when 线别 is second\n");
/// assert_eq!((source.name(), source.text().len()), ("gate.rules", 34));
/// assert_eq!(source.line_column(17), (2, 8));
/// assert_eq!(source.line(1), "rule G-01");
/// assert_eq!(source.slice(Span::new(SourceId(0), 17, 23)), "线别");
/// // A place that is not there, or lies within a letter, is empty.
/// assert_eq!((source.line(9), source.slice(Span::new(SourceId(0), 18, 23))), ("", ""));
/// ```
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl Source {
    /// A text under a name. Lines are found once, here.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut line_starts = vec![0];
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                line_starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Source {
            name: name.into(),
            text,
            line_starts,
        }
    }

    /// The name it is reported under, with `/` between folders on every machine.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The 1-based line and the 1-based column, counted in characters, of a byte.
    /// A byte past the end is the end.
    pub fn line_column(&self, byte: u32) -> (u32, u32) {
        let line = self
            .line_starts
            .partition_point(|start| *start <= byte)
            .max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0) as usize;
        let end = (byte as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |s| s.chars().count());
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(column + 1).unwrap_or(u32::MAX),
        )
    }

    /// The text of a 1-based line without its end; empty where there is none.
    pub fn line(&self, line: u32) -> &str {
        let at = (line.max(1) - 1) as usize;
        let start = self.line_starts.get(at).copied().unwrap_or(u32::MAX) as usize;
        let end = self
            .line_starts
            .get(at + 1)
            .map_or(self.text.len(), |e| *e as usize);
        self.text
            .get(start..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }

    /// The words under a span.
    pub fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }
}

/// All the texts of one compilation.
///
/// ```
/// use kakou::ground::{source::{Source, Sources}, span::SourceId};
/// let mut sources = Sources::default();
/// let id = sources.add(Source::new("gate.rules", "law GATE"));
/// assert_eq!(sources.get(id).map(Source::name), Some("gate.rules"));
/// assert_eq!(sources.iter().count(), 1);
/// assert!(sources.get(SourceId(1)).is_none());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sources {
    all: Vec<Source>,
}

impl Sources {
    /// Adds a text and says its number.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.all.push(source);
        SourceId(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
    }

    /// The text of that number.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.all.get(id.0 as usize)
    }

    /// All texts with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.all
            .iter()
            .enumerate()
            .map(|(i, s)| (SourceId(u32::try_from(i).unwrap_or(u32::MAX)), s))
    }
}
