//! Where something stands: a half-open range of bytes in one source.

/// The number of a source text within one compilation.
///
/// ```
/// use kakou::ground::span::{SourceId, Span};
/// assert_eq!(Span::default().source, SourceId(0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct SourceId(pub u32);

/// A half-open range of bytes in one source.
///
/// ```
/// use kakou::ground::span::{SourceId, Span};
/// let span = Span::new(SourceId(0), 4, 9);
/// assert_eq!(span.len(), 5);
/// // A range that runs backwards is refused by being empty.
/// assert!(Span::new(SourceId(0), 9, 4).is_empty());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The source the bytes belong to.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A range is never longer than its text says, whoever gives the ends.
///
/// ```
/// use kakou::ground::span::{SourceId, Span};
/// let (word, backwards) = (Span::new(SourceId(0), 4, 8), Span::new(SourceId(0), 8, 4));
/// assert_eq!((word.len(), word.is_empty()), (4, false));
/// assert_eq!((backwards.len(), backwards.is_empty()), (0, true));
/// ```
impl Span {
    /// A range; one that runs backwards becomes empty at its start.
    ///
    /// ```
    /// use kakou::ground::span::{SourceId, Span};
    /// let backwards = Span::new(SourceId(0), 8, 4);
    /// assert_eq!((backwards.start, backwards.end), (8, 8));
    /// ```
    pub fn new(source: SourceId, start: u32, end: u32) -> Self {
        Span {
            source,
            start,
            end: end.max(start),
        }
    }

    /// The number of bytes.
    ///
    /// ```
    /// use kakou::ground::span::{SourceId, Span};
    /// assert_eq!(Span::new(SourceId(0), 4, 4 + "规则".len() as u32).len(), 6); // Bytes, not letters.
    /// ```
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether no byte is in it.
    ///
    /// ```
    /// use kakou::ground::span::{SourceId, Span};
    /// // An empty range still is a place: where something is missing.
    /// let missing = Span::new(SourceId(0), 9, 9);
    /// assert!(missing.is_empty() && missing != Span::default());
    /// ```
    pub fn is_empty(self) -> bool {
        self.end == self.start
    }

    /// The smallest range that holds both; the source of `self` is kept.
    pub(crate) fn to(self, other: Span) -> Span {
        Span::new(
            self.source,
            self.start.min(other.start),
            self.end.max(other.end),
        )
    }
}

/// A place that does not count when two trees are compared, so that a tree
/// printed and parsed again equals the first.
///
/// ```
/// use kakou::ground::span::{At, SourceId, Span};
/// assert_eq!(At(Span::new(SourceId(0), 4, 9)), At::default());
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct At(pub Span);

impl PartialEq for At {
    fn eq(&self, _: &At) -> bool {
        true
    }
}
impl Eq for At {}
