//! What the grammar reads: a slice of tokens that nom can walk, and the error that it returns.
//!
//! The error keeps the furthest place reached and what was expected there; a tie joins the sets.
//! Parsers that succeed early (`opt`, `many0`) drop the error of what they tried, so the furthest
//! one is noted beside the input as well.

use super::codes;
use super::lex::{Kind, Token};
use super::words::{Class, Lang, Word};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::{At, Span};
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Needed};
use std::cell::RefCell;

/// What one stretch of text shares: the limit, and how far anybody came.
pub(crate) struct Context {
    /// Levels that an expression may have.
    pub nesting: usize,
    /// Whether places such as `[1]` may stand in names.
    pub places: bool,
    /// The end of the stretch, for complaints that something is missing there.
    pub end: Span,
    furthest: RefCell<Failure>,
}

impl Context {
    pub fn new(nesting: usize, places: bool, end: Span) -> Self {
        Context {
            nesting,
            places,
            end,
            furthest: RefCell::new(Failure::nowhere()),
        }
    }

    /// How far anybody came, joined with the error that ended it.
    pub fn failure(&self, last: Failure) -> Failure {
        self.furthest.borrow().clone().or(last)
    }
}

/// Tokens still to be read, and how deep in an expression we are.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'t> {
    pub rest: &'t [Token<'t>],
    pub context: &'t Context,
    pub depth: usize,
    /// Whether a `/` here divides.
    pub divides: bool,
    /// Whether an `and` stands before, on the same level.
    pub anded: bool,
    /// Whether this is read a second time, to show in a complaint how it would be right.
    pub explaining: bool,
}

/// The outcome of a production.
pub(crate) type Parsed<'t, T> = IResult<Tokens<'t>, T, Failure>;

/// What was expected somewhere. Nearly all of it is forgotten, so it is written out only where it
/// is complained of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Something that is called so.
    Called(&'static str),
    /// A word or a mark that is spelled so.
    Spelled(&'static str),
}

impl From<&'static str> for Expected {
    fn from(called: &'static str) -> Expected {
        Expected::Called(called)
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expected::Called(called) => f.write_str(called),
            Expected::Spelled(spelled) => write!(f, "`{spelled}`"),
        }
    }
}

/// Where reading failed, and what was expected there.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    /// Tokens left at the place.
    left: usize,
    /// What was expected there, in the order tried.
    pub expected: Vec<Expected>,
    /// A complaint made on the spot, which says more than what was expected.
    pub said: Option<Box<Diagnostic>>,
}

impl Failure {
    fn nowhere() -> Self {
        Failure {
            left: usize::MAX,
            expected: Vec::new(),
            said: None,
        }
    }

    /// Tokens left at the place.
    pub fn left(&self) -> usize {
        self.left
    }
}

impl<'t> ParseError<Tokens<'t>> for Failure {
    fn from_error_kind(input: Tokens<'t>, _: ErrorKind) -> Self {
        Failure {
            left: input.rest.len(),
            expected: Vec::new(),
            said: None,
        }
    }

    fn append(_: Tokens<'t>, _: ErrorKind, other: Self) -> Self {
        other
    }

    /// The one that came further; both where they came as far.
    fn or(self, other: Self) -> Self {
        Failure::or(self, other)
    }
}

impl Failure {
    fn or(mut self, other: Self) -> Self {
        if self.said.is_some() || other.said.is_some() {
            return if other.said.is_some() { other } else { self };
        }
        match self.left.cmp(&other.left) {
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Greater => other,
            std::cmp::Ordering::Equal => {
                for one in other.expected {
                    if !self.expected.contains(&one) {
                        self.expected.push(one);
                    }
                }
                self
            }
        }
    }
}

impl<'t> Tokens<'t> {
    /// The next token.
    pub fn first(&self) -> Option<&'t Token<'t>> {
        self.rest.first()
    }

    /// The token after that many.
    pub fn nth(&self, n: usize) -> Option<&'t Token<'t>> {
        self.rest.get(n)
    }

    /// What is left after that many tokens.
    pub fn after(&self, n: usize) -> Self {
        Tokens {
            rest: self.rest.get(n..).unwrap_or(&[]),
            ..*self
        }
    }

    /// Where the next token stands; the end of the stretch where there is none.
    pub fn span(&self) -> Span {
        self.first().map_or(self.context.end, |t| t.span)
    }

    /// From here to the last token before `rest`.
    pub fn at(&self, rest: &Tokens<'t>) -> At {
        let used = self.rest.len().saturating_sub(rest.rest.len());
        let last = used
            .checked_sub(1)
            .and_then(|n| self.nth(n))
            .map_or(self.span(), |t| t.span);
        At(self.span().to(last))
    }

    /// How many tokens spell the word here, in that language or in either.
    pub fn spells(&self, word: Word, lang: Option<Lang>) -> Option<usize> {
        let token = self.first()?;
        if let Some((phrase, n)) = token.phrase
            && phrase == word
            && lang != Some(Lang::Zh)
        {
            return Some(n);
        }
        let (single, spelled) = token.word?;
        (single == word && lang.is_none_or(|l| l == spelled)).then_some(1)
    }

    /// Whether the word stands here, in either language. Notes nothing.
    pub fn sees(&self, word: Word) -> bool {
        self.spells(word, None).is_some()
    }

    /// Whether the mark stands here. Notes nothing.
    pub fn sees_mark(&self, mark: &str) -> bool {
        self.first()
            .is_some_and(|t| t.kind == Kind::Mark && t.text == mark)
    }

    /// Whether a name may stand here. Notes nothing.
    pub fn sees_name(&self) -> bool {
        self.first().is_some_and(|t| {
            let reserved = t.word.is_some_and(|(w, _)| w.class() == Class::Reserved)
                || t.phrase.is_some_and(|(w, _)| w.class() == Class::Reserved);
            t.kind == Kind::Quoted || (t.kind == Kind::Name && !reserved)
        })
    }

    /// Fails here, having expected that.
    pub fn expected<T>(&self, what: impl Into<Expected>) -> Parsed<'t, T> {
        let failure = Failure {
            left: self.rest.len(),
            expected: vec![what.into()],
            said: None,
        };
        let mut furthest = self.context.furthest.borrow_mut();
        // Most failures are not as far as somebody came before.
        if furthest.said.is_none() && furthest.left >= failure.left {
            let before = std::mem::replace(&mut *furthest, Failure::nowhere());
            *furthest = before.or(failure.clone());
        }
        Err(nom::Err::Error(failure))
    }

    /// Fails for good, with a complaint of its own.
    pub fn say<T>(&self, complaint: Diagnostic) -> Parsed<'t, T> {
        let said = Some(Box::new(complaint));
        Err(nom::Err::Failure(Failure {
            left: self.rest.len(),
            expected: Vec::new(),
            said,
        }))
    }

    /// One level deeper, within the limit.
    pub fn deeper(&self) -> Result<Self, nom::Err<Failure>> {
        if self.depth < self.context.nesting {
            return Ok(Tokens {
                depth: self.depth + 1,
                ..*self
            });
        }
        let title = format!(
            "an expression has more than {} levels",
            self.context.nesting
        );
        let complaint = Diagnostic::new(codes::TOO_DEEP, title, self.span())
            .help("give a part of it a name of its own with `let`");
        let said = Some(Box::new(complaint));
        Err(nom::Err::Failure(Failure {
            left: self.rest.len(),
            expected: Vec::new(),
            said,
        }))
    }

    /// Back on the level of `outer`.
    pub fn level_of(&self, outer: &Tokens<'t>) -> Self {
        Tokens {
            depth: outer.depth,
            ..*self
        }
    }

    /// Back to all that held for `outer`.
    pub fn like(&self, outer: &Tokens<'t>) -> Self {
        Tokens {
            rest: self.rest,
            ..*outer
        }
    }

    /// With a `/` that divides, or with none.
    pub fn divisible(&self, divides: bool) -> Self {
        Tokens { divides, ..*self }
    }

    /// Behind an `and`, or not.
    pub fn behind_and(&self, anded: bool) -> Self {
        Tokens { anded, ..*self }
    }

    /// Whether a `/` here divides.
    pub fn inside_rounded(&self) -> bool {
        self.divides
    }
}

impl<'t> nom::Input for Tokens<'t> {
    type Item = &'t Token<'t>;
    type Iter = std::slice::Iter<'t, Token<'t>>;
    type IterIndices = std::iter::Enumerate<std::slice::Iter<'t, Token<'t>>>;

    fn input_len(&self) -> usize {
        self.rest.len()
    }

    fn take(&self, index: usize) -> Self {
        Tokens {
            rest: self.rest.get(..index).unwrap_or(self.rest),
            ..*self
        }
    }

    fn take_from(&self, index: usize) -> Self {
        self.after(index)
    }

    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.after(index), self.take(index))
    }

    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.rest.iter().position(predicate)
    }

    fn iter_elements(&self) -> Self::Iter {
        self.rest.iter()
    }

    fn iter_indices(&self) -> Self::IterIndices {
        self.rest.iter().enumerate()
    }

    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if count <= self.rest.len() {
            Ok(count)
        } else {
            Err(Needed::new(count - self.rest.len()))
        }
    }
}
