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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// let text = "rule A\n  then hold\nrul B\n  then hold\nrule C\n  then hold\n# The end.\n";
/// let (file, complaints) = parse(text);
/// // What cannot be read is left out, and the next item is read all the same.
/// assert_eq!((file.items.len(), &file.comments[..]), (2, &["The end.".to_owned()][..]));
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNKNOWN_ITEM);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// The items in the order written.
    pub items: Vec<Item>,
    /// Comments after the last item.
    pub comments: Vec<String>,
}

/// One item: what begins in column 1.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// let text = "# Why.\nrule A\n  then hold\n\n";
/// let (file, _) = parse(text);
/// let at = file.items[0].at.0;
/// assert_eq!(&text[at.start as usize..at.end as usize], "rule A\n  then hold");
/// assert_eq!(file.items[0].notes.before, ["Why."]);
/// // A clause belongs to the item above it; without one it is refused.
/// let (file, complaints) = parse("  then hold\n");
/// assert!(file.items.is_empty());
/// assert_eq!(complaints[0].code, kakou::syntax::codes::OUTSIDE_ITEM);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// let (file, _) = parse("# One.\n\n# Two.\nrule A # Three.\n  then hold\n");
/// let notes = &file.items[0].notes;
/// assert_eq!((&notes.before[..], &notes.gaps[..]), (&["One.".into(), "Two.".into()][..], &[1][..]));
/// assert_eq!(notes.after.as_deref(), Some("Three."));
/// // Unlike places they count: a printer that lost one would be found out.
/// assert_ne!(file, parse("rule A\n  then hold\n").0);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (close, wide) = (parse("let a = 1\n").0, parse("let   a   =   1\n").0);
/// let (ItemKind::Let(one), ItemKind::Let(other)) = (&close.items[0].kind, &wide.items[0].kind) else {
///     panic!("no definitions")
/// };
/// assert_eq!((one.name.at.0.start, other.name.at.0.start), (4, 6));
/// assert_eq!(close, wide); // Places do not count.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What it is.
    pub node: T,
    /// Where it stands.
    pub at: At,
}

/// A clause, field or row with its place and comments.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("rule A\n  # Because.\n  then hold # So.\n");
/// let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("no rule") };
/// let then = &rule.clauses[0];
/// assert_eq!(then.notes.before, ["Because."]);
/// assert_eq!(then.notes.after.as_deref(), Some("So."));
/// assert_eq!(then.at.0.len(), "then hold".len() as u32);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("let 「in」 = 1\n");
/// let ItemKind::Let(in_brackets) = &file.items[0].kind else { panic!("no definition") };
/// assert_eq!(in_brackets.name.node, "in");
/// // Outside 「」 a word of the language is no name.
/// assert_eq!(parse("let in = 1\n").1[0].code, kakou::syntax::codes::RESERVED);
/// ```
pub type Name = Spanned<String>;

/// A text for people in both languages. Either may be missing; a lint says so.
/// Texts in the tree are unescaped.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse(r#"law L "标有 \"样品\"" / "marked \"sample\"""#);
/// let ItemKind::Law(law) = &file.items[0].kind else { panic!("no law") };
/// assert_eq!(law.labels.zh.as_ref().map(|zh| zh.node.as_str()), Some(r#"标有 "样品""#));
/// assert_eq!(law.labels.en.as_ref().map(|en| en.node.as_str()), Some(r#"marked "sample""#));
/// // Only quotation marks and backslashes are escaped.
/// assert_eq!(parse(r#"law L "甲\n""#).1[0].code, kakou::syntax::codes::UNKNOWN_ESCAPE);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// The Chinese text, written first.
    pub zh: Option<Spanned<String>>,
    /// The English text, written after `/`.
    pub en: Option<Spanned<String>>,
}

/// What an item can be.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (english, _) = parse("law L\n");
/// assert!(matches!(&english.items[0].kind, ItemKind::Law(law) if law.id.node == "L"));
/// assert_eq!(english, parse("法规 L\n").0); // One tree stands for both.
/// // No item begins so; the nearest that does is the help.
/// let (_, complaints) = parse("laws L\n");
/// assert_eq!(complaints[0].help, ["did you mean `law`?"]);
/// ```
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
