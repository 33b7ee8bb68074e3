//! What is wrong with a declaration, a map or an input: a stable code, the path of the fact,
//! the place in the text, and what may help.
//!
//! A reader goes on after an error, so that one look shows all that is wrong with a record.

use crate::ground::diagnostic::Code;
use std::fmt;

/// How many errors of one record are kept; the rest is counted.
pub const MAX_ERRORS: usize = 20;

/// The record is larger than the limit.
pub const TOO_LARGE: Code = Code("E0701");
/// The text is not JSON, or something follows the record.
pub const NOT_JSON: Code = Code("E0702");
/// The text is not UTF-8.
pub const NOT_UTF8: Code = Code("E0703");
/// The schema has no such field.
pub const UNKNOWN_FIELD: Code = Code("E0704");
/// The same field is given twice in one record.
pub const GIVEN_TWICE: Code = Code("E0705");
/// The value is of another kind than the field.
pub const WRONG_TYPE: Code = Code("E0706");
/// The code table has no such code.
pub const UNKNOWN_CODE: Code = Code("E0707");
/// The text is not an exact decimal number within the digits allowed.
pub const BAD_NUMBER: Code = Code("E0708");
/// The number has an exponent or comes from a binary float.
pub const NOT_EXACT: Code = Code("E0709");
/// The number is not whole, or larger than an integer may be.
pub const BAD_INTEGER: Code = Code("E0710");
/// The text is not a day written YYYY-MM-DD.
pub const BAD_DATE: Code = Code("E0711");
/// The text is not a tariff code of 2 to 10 digits.
pub const BAD_HS: Code = Code("E0712");
/// The list has fewer or more elements than the schema allows.
pub const BAD_LENGTH: Code = Code("E0713");
/// Two elements of a keyed list have the same key.
pub const SAME_KEY: Code = Code("E0714");
/// The same code stands twice in a set.
pub const SAME_CODE: Code = Code("E0715");
/// An amount is given whose currency or unit is none, or is another one.
pub const NO_UNIT: Code = Code("E0716");
/// An empty text where the field is no text.
pub const EMPTY: Code = Code("E0717");
/// Records nest deeper than the limit.
pub const TOO_DEEP: Code = Code("E0718");
/// The map file does not say what a map may say.
pub const BAD_MAP: Code = Code("E0719");
/// The columns of the input and of the map do not fit.
pub const BAD_COLUMNS: Code = Code("E0720");
/// A row of the input is malformed or can't be translated.
pub const BAD_ROW: Code = Code("E0721");
/// A path names a place that is not there.
pub const BAD_PLACE: Code = Code("E0722");
/// The input can't be read on.
pub const UNREADABLE: Code = Code("E0723");
/// The day to judge on is not given.
pub const NO_DAY: Code = Code("E0724");

/// Every code of this group with its meaning in one line, in the order of the codes.
///
/// ```
/// use kakou::facts::error::CODES;
/// assert!(CODES.iter().any(|(code, _)| code.0 == "E0704"));
/// assert!(CODES.windows(2).all(|pair| pair[0].0 .0 < pair[1].0 .0));
/// ```
pub const CODES: &[(Code, &str)] = &[
    (TOO_LARGE, "the record is larger than the limit"),
    (
        NOT_JSON,
        "the text is not JSON, or something follows the record",
    ),
    (NOT_UTF8, "the text is not UTF-8"),
    (UNKNOWN_FIELD, "the schema has no such field"),
    (GIVEN_TWICE, "the same field is given twice in one record"),
    (WRONG_TYPE, "the value is of another kind than the field"),
    (UNKNOWN_CODE, "the code table has no such code"),
    (
        BAD_NUMBER,
        "not an exact decimal number within the digits allowed",
    ),
    (
        NOT_EXACT,
        "the number has an exponent or comes from a binary float",
    ),
    (
        BAD_INTEGER,
        "the number is not whole, or larger than an integer may be",
    ),
    (BAD_DATE, "not a day written YYYY-MM-DD"),
    (BAD_HS, "not a tariff code of 2 to 10 digits"),
    (
        BAD_LENGTH,
        "the list has fewer or more elements than the schema allows",
    ),
    (SAME_KEY, "two elements of a keyed list have the same key"),
    (SAME_CODE, "the same code stands twice in a set"),
    (
        NO_UNIT,
        "an amount is given whose currency or unit is none, or is another one",
    ),
    (EMPTY, "an empty text where the field is no text"),
    (TOO_DEEP, "records nest deeper than the limit"),
    (BAD_MAP, "the map file does not say what a map may say"),
    (
        BAD_COLUMNS,
        "the columns of the input and of the map do not fit",
    ),
    (
        BAD_ROW,
        "a row of the input is malformed or can't be translated",
    ),
    (BAD_PLACE, "a path names a place that is not there"),
    (UNREADABLE, "the input can't be read on"),
    (NO_DAY, "the day to judge on is not given"),
];

/// A place in the text of an input.
///
/// ```
/// use kakou::facts::error::Position;
/// let place = Position::of("编号\n线别".as_bytes(), 10);
/// assert_eq!((place.line, place.column, place.byte), (2, 2, 10));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The character within the line, from 1.
    pub column: u64,
    /// The byte within the input, from 0.
    pub byte: u64,
}

/// The place that an editor shows: lines and characters from 1, whatever a character takes in bytes.
///
/// ```
/// use kakou::facts::error::Position;
/// let text = "{\"编号\": 1,\n \"线\": 2}";
/// let at = |what: &str| text.find(what).map(|byte| Position::of(text.as_bytes(), byte));
/// assert_eq!(at(": 1").map(|place| (place.line, place.column)), Some((1, 6)));
/// assert_eq!(at(": 2").map(|place| (place.line, place.column)), Some((2, 5)));
/// ```
impl Position {
    /// The place of a byte of a text; bytes past the end are its end.
    ///
    /// ```
    /// use kakou::facts::error::Position;
    /// let place = Position::of("{\n 卡 1".as_bytes(), 7);
    /// assert_eq!((place.line, place.column, place.byte), (2, 4, 7));
    /// ```
    pub fn of(text: &[u8], byte: usize) -> Position {
        let before = text.get(..byte).unwrap_or(text);
        let start = before
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let line = before.iter().filter(|b| **b == b'\n').count();
        // Bytes that go on with a character don't begin a column.
        let column = before
            .iter()
            .skip(start)
            .filter(|b| **b & 0xC0 != 0x80)
            .count();
        Position {
            line: count(line) + 1,
            column: count(column) + 1,
            byte: count(before.len()),
        }
    }

    /// The same place in an input in which the text begins at `start`.
    fn within(self, start: Position) -> Position {
        Position {
            line: self.line + start.line - 1,
            column: if self.line == 1 {
                self.column + start.column - 1
            } else {
                self.column
            },
            byte: self.byte + start.byte,
        }
    }
}

/// A count as it goes into output, whatever the width of the machine's pointers.
pub(crate) fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// One error of a record.
///
/// ```
/// use kakou::facts::error::{FactError, Position, UNKNOWN_FIELD};
/// let error = FactError::new(UNKNOWN_FIELD, "lien", "the schema has no such field")
///     .at(Some(Position::of(b"{\"lien\": 1}", 1)))
///     .help(Some("did you mean `line`?".to_owned()));
/// let said = "E0704 at 1:2 `lien`: the schema has no such field (did you mean `line`?)";
/// assert_eq!(error.to_string(), said);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactError {
    /// The stable code, one of [`CODES`].
    pub code: Code,
    /// The path of the fact with places counted from 1: `items[2].total`; empty for the record.
    pub path: String,
    /// What is wrong, in lower case without a full stop.
    pub message: String,
    /// Where in the text, where that is known.
    pub position: Option<Position>,
    /// What may help.
    pub help: Option<String>,
}

/// How a host that reads declarations itself says what is wrong, in the form of the readers here.
///
/// ```
/// use kakou::facts::error::{BAD_DATE, FactError, Position};
/// let text = b"date=3 August";
/// let error = FactError::new(BAD_DATE, "date", "not a day written YYYY-MM-DD")
///     .at(Some(Position::of(text, 5)))
///     .help(Some("write 2026-08-03".into()));
/// let said = "E0711 at 1:6 `date`: not a day written YYYY-MM-DD (write 2026-08-03)";
/// assert_eq!(error.to_string(), said);
/// ```
impl FactError {
    /// An error of a fact, or of the record where the path is empty.
    ///
    /// ```
    /// use kakou::facts::error::{FactError, NO_DAY};
    /// // One that is about the whole record has no path.
    /// let error = FactError::new(NO_DAY, "", "the day to judge on is not given");
    /// assert_eq!(error.to_string(), "E0724: the day to judge on is not given");
    /// ```
    pub fn new(code: Code, path: impl Into<String>, message: impl Into<String>) -> FactError {
        FactError {
            code,
            path: path.into(),
            message: message.into(),
            position: None,
            help: None,
        }
    }

    /// Says where in the text.
    ///
    /// ```
    /// use kakou::facts::error::{EMPTY, FactError, Position};
    /// let error = FactError::new(EMPTY, "date", "empty").at(Some(Position::of(b"{\n", 2)));
    /// assert_eq!(error.to_string(), "E0717 at 2:1 `date`: empty");
    /// assert_eq!(error.at(None).to_string(), "E0717 `date`: empty"); // The place is not known after all.
    /// ```
    pub fn at(mut self, position: Option<Position>) -> FactError {
        self.position = position;
        self
    }

    /// Says what may help.
    ///
    /// ```
    /// use kakou::facts::error::{FactError, UNKNOWN_CODE};
    /// let error = FactError::new(UNKNOWN_CODE, "line", "no such code").help(Some("`first` or `second`".into()));
    /// assert!(error.to_string().ends_with("no such code (`first` or `second`)"));
    /// ```
    pub fn help(mut self, help: Option<String>) -> FactError {
        self.help = help;
        self
    }
}

impl fmt::Display for FactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.0)?;
        if let Some(at) = self.position {
            write!(f, " at {}:{}", at.line, at.column)?;
        }
        if !self.path.is_empty() {
            write!(f, " `{}`", self.path)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}
impl std::error::Error for FactError {}

/// All errors of one record, at most [`MAX_ERRORS`] of them, and how many more there were.
///
/// ```
/// use kakou::facts::error::{FactError, FactErrors, WRONG_TYPE};
/// let errors = FactErrors::from(FactError::new(WRONG_TYPE, "items[2].total", "not a number"));
/// assert_eq!(errors.to_string(), "E0706 `items[2].total`: not a number");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactErrors {
    /// In the order found.
    pub errors: Vec<FactError>,
    /// How many more there were.
    pub more: u64,
}

/// All that is wrong with a record is said at once, but not without end.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, facts::error::MAX_ERRORS};
/// let mut builder = Facts::builder(&rules.schema);
/// for number in 0..30 {
///     builder = builder.set(&format!("no_field_{number}"), true);
/// }
/// let errors = builder.build().unwrap_err();
/// assert!(!errors.is_empty());
/// assert_eq!((errors.errors.len(), errors.more), (MAX_ERRORS, 30 - MAX_ERRORS as u64));
/// assert!(errors.to_string().ends_with("\nand 10 more"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl FactErrors {
    /// Whether there is none.
    ///
    /// ```
    /// use kakou::facts::error::{FactError, FactErrors, NOT_JSON};
    /// assert!(FactErrors::default().is_empty());
    /// assert!(!FactErrors::from(FactError::new(NOT_JSON, "", "no JSON")).is_empty());
    /// assert!(!FactErrors { errors: Vec::new(), more: 1 }.is_empty()); // One that was only counted.
    /// ```
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.more == 0
    }

    /// Adds one, or counts it where there are enough.
    pub(crate) fn push(&mut self, error: FactError) {
        if self.is_full() {
            self.more += 1;
        } else {
            self.errors.push(error);
        }
    }

    /// Whether further errors are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= MAX_ERRORS
    }

    /// Counts an error that nobody will read.
    pub(crate) fn skip(&mut self) {
        self.more += 1;
    }

    /// The value where there is no error.
    pub(crate) fn or<T>(self, value: T) -> Result<T, FactErrors> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// The same errors of a record of which only the beginning is known.
    pub(crate) fn all_at(mut self, place: Position) -> FactErrors {
        for error in &mut self.errors {
            error.position = Some(place);
        }
        self
    }

    /// The same errors in an input in which the record begins at that place.
    pub(crate) fn within(mut self, start: Position) -> FactErrors {
        for error in &mut self.errors {
            error.position = error.position.map(|p| p.within(start));
        }
        self
    }
}

impl From<FactError> for FactErrors {
    fn from(error: FactError) -> FactErrors {
        FactErrors {
            errors: vec![error],
            more: 0,
        }
    }
}

impl fmt::Display for FactErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        if self.more > 0 {
            write!(f, "\nand {} more", self.more)?;
        }
        Ok(())
    }
}
impl std::error::Error for FactErrors {}

/// Asks whether the nearest name was meant.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    crate::ground::nearest::nearest(name, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// A text of foreign data as a message shows it: short and without control characters.
pub(crate) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let mut out: String = text.chars().take(MOST).flat_map(shown_char).collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}

fn shown_char(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control();
    let plain = (!escaped).then_some(c);
    plain
        .into_iter()
        .chain(escaped.then(|| c.escape_default()).into_iter().flatten())
}
