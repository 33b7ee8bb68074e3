//! Decision tables, named ones and those of rules.

use super::{CompareOp, Consequence, Expr, Labels, Name, Noted, Spanned, Type};
use crate::ground::span::At;

/// `table NAME(input, input) "…" gives TYPE, POLICY` and its rows.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// The cells.
    pub cells: Vec<Spanned<Cell>>,
    /// The output.
    pub output: T,
}

/// One cell.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// `any`: for a set, every code.
    Any(At),
    /// `none`
    None(At),
    /// One value, or several codes of a set joined by `or`.
    Values(Vec<Expr>),
}
