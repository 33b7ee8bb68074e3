//! Decision tables, named ones and those of rules.

use super::{CompareOp, Consequence, Expr, Labels, Name, Noted, Spanned, Type};
use crate::ground::span::At;

/// `table NAME(input, input) "…" gives TYPE, POLICY` and its rows.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, Policy};
/// let (file, _) = parse("table levy(value) gives rate, first row that fits
///   | <= 5000 CNY => 0 % |
///   | any => none |
/// ");
/// let ItemKind::Table(levy) = &file.items[0].kind else { panic!("no table") };
/// assert_eq!((levy.inputs.len(), levy.policy, levy.rows.len()), (1, Policy::First, 2));
/// // Which of two rows that fit? It must be said.
/// let (_, complaints) = parse("table levy(value) gives rate\n  | any => none |\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is called.
    pub name: Name,
    /// The fields, attributes or definitions whose types the inputs have.
    pub inputs: Vec<Name>,
    /// What people call it.
    pub labels: Labels,
    /// The type of the output.
    pub gives: Spanned<Type>,
    /// Which rows count.
    pub policy: Policy,
    /// The rows.
    pub rows: Vec<Noted<Row<Output>>>,
}

/// The table of a rule: each row is a part of the rule, named by the rule and the row's number.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Clause, Consequence, ItemKind};
/// let text = "rule A
///   table business, size + 1, first row that fits
///   | rd | < 50 => require licence 7, review |
/// ";
/// let (file, _) = parse(text);
/// let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("no rule") };
/// let Clause::Table(table) = &rule.clauses[0].node else { panic!("no table") };
/// assert_eq!((table.inputs.len(), table.rows[0].node.cells.len()), (2, 2));
/// // What follows stands in its rows, as after `then`.
/// let output = &table.rows[0].node.output;
/// assert!(matches!(output[..], [Consequence::Require { .. }, Consequence::Outcome(_)]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTable {
    /// The values compared with the cells.
    pub inputs: Vec<Expr>,
    /// Which rows count.
    pub policy: Policy,
    /// The rows.
    pub rows: Vec<Noted<Row<Vec<Consequence>>>>,
}

/// Which rows of a table count.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, Policy};
/// let policy = |words: &str| {
///     let (file, complaints) = parse(&format!("table t(a) gives bool, {words}\n  | any => true |\n"));
///     match file.items.first().map(|item| &item.kind) {
///         Some(ItemKind::Table(table)) if complaints.is_empty() => Some(table.policy),
///         _ => None,
///     }
/// };
/// assert_eq!(policy("exactly one row fits"), Some(Policy::ExactlyOne));
/// assert_eq!(policy("全部相符行"), Some(Policy::All));
/// assert_eq!(policy("last row that fits"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Exactly one row fits; none or two cannot be computed.
    ExactlyOne,
    /// The first row that fits; none gives *none*.
    First,
    /// All rows that fit.
    All,
}

/// One row: a cell for each input, and the output.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Cell, ItemKind, Output};
/// let (file, _) = parse("table t(a, b) gives bool, first row that fits
///   | none | any => true | # Why.
/// ");
/// let ItemKind::Table(table) = &file.items[0].kind else { panic!("no table") };
/// let row = &table.rows[0];
/// assert_eq!((&row.node.cells[0].node, &row.node.cells[1].node), (&Cell::None, &Cell::Any));
/// assert!(matches!(&row.node.output, Output::Values(values) if values.len() == 1));
/// assert_eq!(row.notes.after.as_deref(), Some("Why."));
/// // A row gives something.
/// let (_, complaints) = parse("table t(a) gives bool, first row that fits\n  | none |\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// The cells.
    pub cells: Vec<Spanned<Cell>>,
    /// The output.
    pub output: T,
}

/// One cell.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Cell, ItemKind};
/// let cell = |text: &str| {
///     let head = "table t(a) gives bool, first row that fits";
///     match &parse(&format!("{head}\n  | {text} => true |\n")).0.items[0].kind {
///         ItemKind::Table(table) => table.rows.first().map(|row| row.node.cells[0].node.clone()),
///         _ => None,
///     }
/// };
/// assert!(matches!(cell("1371 or 0110"), Some(Cell::Values(codes)) if codes.len() == 2));
/// assert!(matches!(cell("under 8471"), Some(Cell::Under(prefixes)) if prefixes[0].node == "8471"));
/// assert!(matches!(cell("from 1 to 5"), Some(Cell::Range(..))));
/// assert_eq!(cell("> 1 and < 5"), None); // That is `from … to …`, or two rows.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// `any`: fits always, none and unknown too.
    Any,
    /// `none`: fits what is given as empty.
    None,
    /// `1371 or 0110`, `true`, `"in"`, `5000 CNY`: fits where equal to one of them.
    Values(Vec<Expr>),
    /// `under 8471 or 8473`
    Under(Vec<Name>),
    /// `< 5000 CNY`, `>= 3`
    Compare(CompareOp, Expr),
    /// `from 1 to 5`, both included.
    Range(Expr, Expr),
}

/// The output of a table's row.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, Output};
/// let output = |text: &str| {
///     let head = "table t(a) gives set of code mode, first row that fits";
///     match &parse(&format!("{head}\n  | any => {text} |\n")).0.items[0].kind {
///         ItemKind::Table(table) => table.rows.first().map(|row| row.node.output.clone()),
///         _ => None,
///     }
/// };
/// assert!(matches!(output("any"), Some(Output::Any(_))));
/// assert!(matches!(output("1371 or 0110"), Some(Output::Values(codes)) if codes.len() == 2));
/// assert_eq!(output("under 8471"), None); // A row gives codes, not a range of them.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// `any`: for a set, every code.
    Any(At),
    /// `none`
    None(At),
    /// One value, or several codes of a set joined by `or`.
    Values(Vec<Expr>),
}
