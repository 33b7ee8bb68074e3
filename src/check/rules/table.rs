//! Decision tables: rows of cells, and what a row that fits gives.

use super::{CompareOp, Policy};
use crate::schema::Labels;
use crate::schema::value::{Hs, Type, Value};

/// A decision table. Cells are compared with constants.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let table = |rows| format!("table band(size) gives bool, first row that fits\n{rows}");
/// let rules = compile(&table("  | < 5 => true |\n  | any => none |\n")).rules.ok_or("refused")?;
/// let band = &rules.tables[0];
/// assert_eq!((band.name.as_str(), band.policy), ("band", kakou::check::rules::Policy::First));
/// assert!(band.rows.iter().all(|row| row.cells.len() == band.inputs.len()));
/// // A cell for each input, not more.
/// let refused = compile(&table("  | < 5 | any => true |\n"));
/// let why = kakou::check::codes::WRONG_COUNT;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
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
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::{Cell, Output};
/// use kakou::schema::value::Value;
/// let text = "table band(size, date) gives bool, first row that fits\n  | any | none => true |\n";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let row = &rules.tables[0].rows[0];
/// assert_eq!(row.cells, [Cell::Any, Cell::IsNone]);
/// assert_eq!(row.output, Output::Value(Value::Bool(true)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
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
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::Cell;
/// let table = |cell| format!("table band(size) gives bool, first row that fits
///   | {cell} => true |
/// ");
/// let cell = |text| {
///     compile(&table(text)).rules.map(|rules| rules.tables[0].rows[0].cells[0].clone())
/// };
/// assert!(matches!(cell("7 or 9"), Some(Cell::OneOf(values)) if values.len() == 2));
/// assert!(matches!(cell("from 1 to 5"), Some(Cell::Range(..))));
/// assert!(matches!(cell("any"), Some(Cell::Any)));
/// // A number has no digits to stand under.
/// let refused = compile(&table("under 84"));
/// let why = kakou::check::codes::WRONG_TYPE;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
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
/// # let file = |name: &str| std::fs::read_to_string(format!("examples/gate/{name}")).unwrap();
/// # let beside_the_gate = |text: &str| {
/// #     let texts = [("gate.rules", file("gate.rules")), ("more.rules", text.to_owned())];
/// #     let folder = kakou::Folder::from_texts(texts)
/// #         .with_file("lines.csv", file("lines.csv"))
/// #         .with_file("currencies.csv", file("currencies.csv"));
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::Output;
/// use kakou::schema::value::Value;
/// let text = |output| format!(
///     "table lines(weight_error) gives set of code line, first row that fits
///   | > 5 % => {output} |
/// ",
/// );
/// let output = |text: &str| {
///     beside_the_gate(text).rules.map(|rules| rules.tables[0].rows[0].output.clone())
/// };
/// assert_eq!(output(&text("any")), Some(Output::AnyCode));
/// assert_eq!(output(&text("none")), Some(Output::None));
/// assert!(matches!(output(&text("second")), Some(Output::Value(Value::Set(_)))));
/// // A code that the table of codes does not have.
/// let refused = beside_the_gate(&text("third"));
/// let why = kakou::check::codes::UNKNOWN_CODE;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
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
