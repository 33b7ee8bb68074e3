//! A complaint as data: a stable code, a title, labelled places, help.
//! Drawing it is the business of [`render`](super::render).

use super::span::Span;

/// How grave a complaint is.
///
/// ```
/// use kakou::ground::diagnostic::Severity;
/// assert!(Severity::Error < Severity::Warning); // Errors come first.
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The rule set is refused.
    Error,
    /// The rule set works, but its author should look.
    Warning,
}

/// A stable code: `E0304` is an error of the third group, `W0402` a warning of the fourth.
///
/// Groups: 01 text, 02 names, 03 types and units, 04 law (periods, exceptions, pilots,
/// coverage), 05 limits and graph, 06 lists and code tables, 07 declarations, 08 scenarios.
///
/// ```
/// use kakou::ground::diagnostic::{Code, Severity};
/// assert_eq!(Code("W0402").severity(), Severity::Warning);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl Code {
    /// The gravity that the code's letter tells.
    pub fn severity(self) -> Severity {
        if self.0.starts_with('W') {
            Severity::Warning
        } else {
            Severity::Error
        }
    }
}

/// A place with a word on it. The first label of a complaint is its main place.
///
/// ```
/// use kakou::ground::{diagnostic::{Code, Diagnostic, Label}, span::Span};
/// let complaint = Diagnostic::new(Code("E0202"), "`item` is declared twice", Span::default())
///     .also(Span::default(), "first here");
/// assert_eq!(complaint.labels[1], Label { span: Span::default(), text: "first here".into() });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place underlined.
    pub span: Span,
    /// What is to be said of it; may be empty.
    pub text: String,
}

/// One complaint.
///
/// ```
/// use kakou::ground::diagnostic::{Code, Diagnostic, Severity};
/// use kakou::ground::span::Span;
/// let d = Diagnostic::new(Code("E0201"), "no field is called `lien`", Span::default())
///     .label("not known")
///     .help("did you mean `line`?");
/// assert_eq!(d.code.severity(), Severity::Error);
/// assert_eq!(d.labels.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// One line in lower case without a full stop, the user's words in backticks.
    pub title: String,
    /// The places; the first is the main one.
    pub labels: Vec<Label>,
    /// What may help; each is one line.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A complaint about one place, with nothing written at the place yet.
    pub fn new(code: Code, title: impl Into<String>, span: Span) -> Self {
        Diagnostic {
            code,
            title: title.into(),
            labels: vec![Label {
                span,
                text: String::new(),
            }],
            help: Vec::new(),
        }
    }

    /// Writes at the main place.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Adds a further place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a line of help.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The main place.
    pub fn span(&self) -> Span {
        self.labels.first().map(|l| l.span).unwrap_or_default()
    }
}

/// Puts complaints in the order of their places, so that file order on disk cannot show.
///
/// ```
/// use kakou::ground::{diagnostic::{Code, Diagnostic, sort}, span::{SourceId, Span}};
/// let at = |start| Diagnostic::new(Code("E0201"), "x", Span::new(SourceId(0), start, start));
/// let mut complaints = [at(9), at(4)];
/// sort(&mut complaints);
/// assert_eq!(complaints[0].span().start, 4);
/// ```
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| (a.span(), a.code, &a.title).cmp(&(b.span(), b.code, &b.title)));
}
