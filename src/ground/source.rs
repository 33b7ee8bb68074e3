//! The texts that were read, and how a byte becomes a line and a column.

use super::span::{SourceId, Span};
use std::sync::OnceLock;

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
    /// Found when they are first asked for.
    line_starts: OnceLock<Vec<u32>>,
}

/// From the byte of a complaint to what a person looks for: a line, a column, the words there.
///
/// ```
/// use kakou::ground::{source::Source, span::{SourceId, Span}};
/// let source = Source::new("gate.rules", "law GATE\nrule 规则\n");
/// let place = Span::new(SourceId(0), 14, 20);
/// let (line, column) = source.line_column(place.start);
/// assert_eq!((line, column, source.slice(place)), (2, 6, "规则"));
/// assert!(source.line(line).ends_with(source.slice(place)));
/// ```
impl Source {
    /// A text under a name. Lines are found once, when they are first asked for.
    ///
    /// ```
    /// use kakou::ground::source::Source;
    /// // The text may end with its last line or after it.
    /// let lines = |text: &str| (1..4).map(|n| Source::new("a.rules", text).line(n).to_owned()).collect::<Vec<_>>();
    /// assert_eq!(lines("law A\nlaw B"), ["law A", "law B", ""]);
    /// assert_eq!(lines("law A\nlaw B\n"), lines("law A\nlaw B"));
    /// ```
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Source {
            name: name.into(),
            text: text.into(),
            line_starts: OnceLock::new(),
        }
    }

    /// By line, the byte with which it begins.
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let bytes = self.text.bytes().enumerate();
            let ends = bytes.filter(|(_, byte)| *byte == b'\n');
            let starts = ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// The name it is reported under, with `/` between folders on every machine.
    ///
    /// ```
    /// use kakou::Folder;
    /// use kakou::ground::source::Source;
    /// let folder = Folder::from_texts([("cbec/limits.rules", "law A")]);
    /// let (name, text) = folder.rules().next().unwrap();
    /// assert_eq!(Source::new(name, text).name(), "cbec/limits.rules");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    ///
    /// ```
    /// use kakou::ground::source::Source;
    /// assert_eq!(Source::new("a.rules", "law A\r\n").text(), "law A\r\n"); // As it was read.
    /// ```
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The 1-based line and the 1-based column, counted in characters, of a byte.
    /// A byte past the end is the end.
    ///
    /// ```
    /// use kakou::ground::source::Source;
    /// let source = Source::new("a.rules", "规则 A\n");
    /// assert_eq!(source.line_column(6), (1, 3)); // Six bytes, two characters.
    /// assert_eq!(source.line_column(99), source.line_column(9));
    /// ```
    pub fn line_column(&self, byte: u32) -> (u32, u32) {
        let line = self
            .line_starts()
            .partition_point(|start| *start <= byte)
            .max(1);
        let start = self.line_starts().get(line - 1).copied().unwrap_or(0) as usize;
        let end = (byte as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |s| s.chars().count());
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            u32::try_from(column + 1).unwrap_or(u32::MAX),
        )
    }

    /// The text of a 1-based line without its end; empty where there is none.
    ///
    /// ```
    /// use kakou::ground::source::Source;
    /// let source = Source::new("a.rules", "law A\r\nlaw B\n");
    /// assert_eq!((source.line(1), source.line(2)), ("law A", "law B"));
    /// assert_eq!(source.line(3), "");
    /// ```
    pub fn line(&self, line: u32) -> &str {
        let at = (line.max(1) - 1) as usize;
        let start = self.line_starts().get(at).copied().unwrap_or(u32::MAX) as usize;
        let end = self
            .line_starts()
            .get(at + 1)
            .map_or(self.text.len(), |e| *e as usize);
        self.text
            .get(start..end)
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }

    /// The words under a span.
    ///
    /// ```
    /// use kakou::ground::{source::Source, span::{SourceId, Span}};
    /// let source = Source::new("a.rules", "law A\n");
    /// assert_eq!(source.slice(Span::new(SourceId(0), 4, 5)), "A");
    /// assert_eq!(source.slice(Span::new(SourceId(0), 4, 99)), ""); // It leaves the text.
    /// ```
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

/// The texts of a compilation stay with its complaints, which point into them by number.
///
/// ```
/// use kakou::{Folder, Limits, compile};
/// let folder = Folder::from_texts([("a.rules", "law A\n"), ("b.rules", "lwa B\n")]);
/// let compiled = compile(&folder, &Limits::default());
/// let complaint = compiled.diagnostics.iter().find(|d| d.title.contains("lwa")).unwrap();
/// let source = compiled.sources.get(complaint.span().source).unwrap();
/// assert_eq!((source.name(), source.slice(complaint.span())), ("b.rules", "lwa"));
/// ```
impl Sources {
    /// Adds a text and says its number.
    ///
    /// ```
    /// use kakou::ground::source::{Source, Sources};
    /// let mut sources = Sources::default();
    /// let ids = ["a.rules", "b.rules"].map(|name| sources.add(Source::new(name, "")));
    /// assert_eq!(ids.map(|id| id.0), [0, 1]);
    /// ```
    pub fn add(&mut self, source: Source) -> SourceId {
        self.all.push(source);
        SourceId(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
    }

    /// The text of that number.
    ///
    /// ```
    /// use kakou::ground::{source::{Source, Sources}, span::SourceId};
    /// let mut sources = Sources::default();
    /// let id = sources.add(Source::new("a.rules", "law A"));
    /// assert_eq!(sources.get(id).map(Source::text), Some("law A"));
    /// assert!(sources.get(SourceId(id.0 + 1)).is_none());
    /// ```
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.all.get(id.0 as usize)
    }

    /// All texts with their numbers.
    ///
    /// ```
    /// use kakou::ground::source::{Source, Sources};
    /// let mut sources = Sources::default();
    /// let id = sources.add(Source::new("a.rules", "law A"));
    /// let all: Vec<_> = sources.iter().map(|(id, source)| (id, source.name())).collect();
    /// assert_eq!(all, [(id, "a.rules")]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.all
            .iter()
            .enumerate()
            .map(|(i, s)| (SourceId(u32::try_from(i).unwrap_or(u32::MAX)), s))
    }
}
