//! Decision tables: rows of cells, and what a row that fits gives.

use super::{CompareOp, Policy};
use crate::schema::Labels;
use crate::schema::value::{Hs, Type, Value};

/// A decision table. Cells are compared with constants.
///
/// ```
/// let rules = kakou::load("rules").unwrap();
/// let fits = |table: &kakou::check::rules::DecisionTable| {
///     table.rows.iter().all(|row| row.cells.len() == table.inputs.len())
/// };
/// assert!(rules.tables.iter().all(fits));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DecisionTable {
    /// Its name; for the table of a rule, the rule's identifier.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
    /// The types of the inputs.
    pub inputs: Vec<Type>,
    /// The type of the output; `Bool` for the table of a rule, where outputs do not count.
    pub gives: Type,
    /// Which rows count.
    pub policy: Policy,
    /// The rows in the order written.
    pub rows: Vec<Row>,
}

/// One row of a decision table.
///
/// ```
/// use kakou::check::rules::{Cell, Output, Row};
/// let row = Row { cells: vec![Cell::Any, Cell::IsNone], output: Output::None };
/// assert_eq!(row.cells.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// One for each input.
    pub cells: Vec<Cell>,
    /// The output.
    pub output: Output,
}

/// One cell. With an unknown input all but `Any` are undetermined; with none all but `Any` and
/// `IsNone` are false.
///
/// ```
/// use kakou::{check::rules::Cell, schema::value::Value};
/// assert_ne!(Cell::OneOf(vec![Value::Bool(true)]), Cell::Any);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Fits always.
    Any,
    /// Fits what is given as empty.
    IsNone,
    /// Equal to one of them.
    OneOf(Vec<Value>),
    /// Under one of the prefixes.
    Under(Vec<Hs>),
    /// Compares so with the constant.
    Compare(CompareOp, Value),
    /// From the first to the second, both included.
    Range(Value, Value),
}

/// What a row gives.
///
/// ```
/// use kakou::check::rules::Output;
/// assert_ne!(Output::None, Output::AnyCode);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Output {
    /// None.
    None,
    /// Every code of the table.
    AnyCode,
    /// A value; a set where the table gives a set.
    Value(Value),
}
