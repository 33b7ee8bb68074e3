//! The syntax tree: what was written, with its place, and nothing of what it means.
//!
//! Names are still text, codes and numbers keep their spelling. Places do not count when two
//! trees are compared, comments do. One tree stands for Chinese and English text alike.

mod cover;
mod expr;
mod law;
mod rule;
mod scenario;
mod schema;
mod table;

pub use cover::*;
pub use expr::*;
pub use law::*;
pub use rule::*;
pub use scenario::*;
pub use schema::*;
pub use table::*;

pub use crate::ground::compare::CompareOp;

use crate::ground::span::At;

/// One file of rules or of schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// The items in the order written.
    pub items: Vec<Item>,
    /// Comments after the last item.
    pub comments: Vec<String>,
}

/// One item: what begins in column 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// From its first word to its last.
    pub at: At,
    /// Its comments.
    pub notes: Notes,
    /// What it is.
    pub kind: ItemKind,
}

/// Comments kept with an item, a clause or a row: those on lines before it, and the one at the
/// end of its first line. A comment inside a clause that runs over several lines moves before it.
/// The text is kept without `#` and without the blank after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// On lines of their own before it.
    pub before: Vec<String>,
    /// Where an empty line parts the comments before an item, or the last of them from the item:
    /// how many of them stand above it. Within an item there are no empty lines.
    pub gaps: Vec<u32>,
    /// At the end of its line.
    pub after: Option<String>,
}

/// Something with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What it is.
    pub node: T,
    /// Where it stands.
    pub at: At,
}

/// A clause, field or row with its place and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted<T> {
    /// What it is.
    pub node: T,
    /// Where it stands.
    pub at: At,
    /// Its comments.
    pub notes: Notes,
}

/// A name, path or code as written, without 「」 or quotation marks.
pub type Name = Spanned<String>;

/// A text for people in both languages. Either may be missing; a lint says so.
/// Texts in the tree are unescaped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// The Chinese text, written first.
    pub zh: Option<Spanned<String>>,
    /// The English text, written after `/`.
    pub en: Option<Spanned<String>>,
}

/// What an item can be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant's struct says what it is")]
pub enum ItemKind {
    Outcomes(Outcomes),
    Departments(Departments),
    Declaration(Declaration),
    Codes(Codes),
    List(List),
    Requirement(Requirement),
    Law(Law),
    Event(Event),
    Parameter(Parameter),
    Let(Let),
    Rule(Rule),
    Table(Table),
    Covers(Covers),
    Pilot(Pilot),
    Scenario(Scenario),
}
