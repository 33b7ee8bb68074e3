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

/// What a code tells without a table: the rule set of these complaints is refused.
///
/// ```
/// use kakou::ground::diagnostic::{Code, Severity};
/// let codes = [Code("W0402"), Code("E0304")];
/// assert!(codes.iter().any(|code| code.severity() == Severity::Error));
/// ```
impl Code {
    /// The gravity that the code's letter tells.
    ///
    /// ```
    /// use kakou::ground::diagnostic::{Code, Severity};
    /// assert_eq!(Code("E0703").severity(), Severity::Error);
    /// assert_eq!(Code("W0703").severity(), Severity::Warning);
    /// ```
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

/// How a complaint is put together: what is wrong, where, and what may help.
///
/// ```
/// use kakou::ground::diagnostic::{Code, Diagnostic};
/// use kakou::ground::render::{Colours, render};
/// use kakou::ground::source::{Source, Sources};
/// use kakou::ground::span::Span;
/// let mut sources = Sources::default();
/// let id = sources.add(Source::new("gate.rules", "law GATE\nlaw GATE\n"));
/// let complaint = Diagnostic::new(Code("E0202"), "`GATE` is declared twice", Span::new(id, 13, 17))
///     .label("again")
///     .also(Span::new(id, 4, 8), "first here")
///     .help("give one of them another name");
/// let drawn = "\
/// error[E0202]: `GATE` is declared twice
///  ┌ gate.rules:2:5
/// 1│ law GATE
///  │     ──── first here
/// 2│ law GATE
///  │     ──── again
///   help: give one of them another name
/// ";
/// assert_eq!(render(&[complaint], &sources, Colours::Plain), drawn);
/// ```
impl Diagnostic {
    /// A complaint about one place, with nothing written at the place yet.
    ///
    /// ```
    /// use kakou::ground::{diagnostic::{Code, Diagnostic}, span::Span};
    /// let complaint = Diagnostic::new(Code("E0201"), "no field is called `lien`", Span::default());
    /// assert_eq!((complaint.labels[0].text.as_str(), complaint.help.len()), ("", 0));
    /// ```
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
    ///
    /// ```
    /// use kakou::ground::{diagnostic::{Code, Diagnostic}, span::Span};
    /// let complaint = Diagnostic::new(Code("E0201"), "no field is called `lien`", Span::default());
    /// // There is one main place: what is said of it last stands.
    /// assert_eq!(complaint.clone().label("what?").label("not known"), complaint.label("not known"));
    /// ```
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Adds a further place.
    ///
    /// ```
    /// use kakou::ground::{diagnostic::{Code, Diagnostic}, span::{SourceId, Span}};
    /// let at = |start| Span::new(SourceId(0), start, start + 4);
    /// let complaint = Diagnostic::new(Code("E0202"), "`GATE` is declared twice", at(13))
    ///     .also(at(4), "first here");
    /// assert_eq!(complaint.labels.len(), 2);
    /// assert_eq!(complaint.span(), at(13)); // The main place stays what it is.
    /// ```
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a line of help.
    ///
    /// ```
    /// use kakou::ground::{diagnostic::{Code, Diagnostic}, span::Span};
    /// let complaint = Diagnostic::new(Code("E0201"), "no field is called `lien`", Span::default())
    ///     .help("did you mean `line`?")
    ///     .help("fields are declared in gate.rules");
    /// assert_eq!(complaint.help, ["did you mean `line`?", "fields are declared in gate.rules"]);
    /// ```
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// The main place.
    ///
    /// ```
    /// use kakou::ground::{diagnostic::{Code, Diagnostic}, span::{SourceId, Span}};
    /// let place = Span::new(SourceId(0), 4, 8);
    /// let mut complaint = Diagnostic::new(Code("E0202"), "`GATE` is declared twice", place);
    /// assert_eq!(complaint.span(), place);
    /// complaint.labels.clear();
    /// assert_eq!(complaint.span(), Span::default()); // One about the whole has no place.
    /// ```
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
