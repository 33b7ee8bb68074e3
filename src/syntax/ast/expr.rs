//! Expressions: values and conditions; which of the two one is, is the checker's business.

use super::{Binding, CompareOp, Name};
use crate::ground::number::Rounding;
use crate::ground::span::At;

/// An expression: a value or a condition; which one is the checker's business.
///
/// ```
/// # let read = |text: &str| kakou::syntax::expression(text, Default::default(), &kakou::Limits::default());
/// use kakou::syntax::ast::ExprKind;
/// let sum = read("a + b > 5 kg").unwrap();
/// let ExprKind::Compare(_, left, _) = *sum.kind else { panic!("no comparison") };
/// assert!(matches!(*left.kind, ExprKind::Arith(..)));
/// // Whether `a` is a weight, nobody asks here; that parts are missing, is refused.
/// assert_eq!(read("a + > 5 kg").unwrap_err()[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub kind: Box<ExprKind>,
}

/// An arithmetic operation. There is no division here; see [`ExprKind::Rounded`].
///
/// ```
/// # let read = |text: &str| kakou::syntax::expression(text, Default::default(), &kakou::Limits::default());
/// use kakou::syntax::ast::{ArithOp, ExprKind};
/// // Products bind closer than sums.
/// let sum = *read("a + b * c").unwrap().kind;
/// let ExprKind::Arith(ArithOp::Add, _, product) = sum else { panic!("no sum") };
/// assert!(matches!(*product.kind, ExprKind::Arith(ArithOp::Mul, ..)));
/// assert_eq!(read("a / b").unwrap_err()[0].code, kakou::syntax::codes::DIVISION);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ArithOp {
    Add,
    Sub,
    Mul,
}

/// How many elements.
///
/// ```
/// # let read = |text: &str| kakou::syntax::expression(text, Default::default(), &kakou::Limits::default());
/// use kakou::syntax::ast::{ExprKind, Quantity};
/// let quantity = |text: &str| match *read(text).ok()?.kind {
///     ExprKind::Quantified { quantity, .. } => Some(quantity),
///     _ => None,
/// };
/// assert_eq!(quantity("at least 2 item has item.food"), Some(Quantity::AtLeast(2)));
/// assert_eq!(quantity("至少 2 项 item 有 item.food"), Some(Quantity::AtLeast(2)));
/// // A number of elements that no list can have.
/// let refused = read("exactly 9999999999 item").unwrap_err();
/// assert_eq!(refused[0].code, kakou::syntax::codes::TOO_LARGE);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// `any`
    Any,
    /// `every`
    Every,
    /// `no`
    No,
    /// `exactly n`
    Exactly(u32),
    /// `at least n`
    AtLeast(u32),
}

/// What an aggregate works out.
///
/// ```
/// # let read = |text: &str| kakou::syntax::expression(text, Default::default(), &kakou::Limits::default());
/// use kakou::syntax::ast::{Aggregation, ExprKind};
/// let what = |text: &str| match *read(text).ok()?.kind {
///     ExprKind::Aggregate { what, value, .. } => Some((what, value.is_some())),
///     _ => None,
/// };
/// assert_eq!(what("max of item.net over items"), Some((Aggregation::Max, true)));
/// assert_eq!(what("count of items where item.food"), Some((Aggregation::Count, false)));
/// // A sum says what it adds up.
/// assert_eq!(read("sum of items").unwrap_err()[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the words of the language")]
pub enum Aggregation {
    Count,
    Sum,
    Min,
    Max,
}

/// The unit of a duration.
///
/// ```
/// # let read = |text: &str| kakou::syntax::expression(text, Default::default(), &kakou::Limits::default());
/// use kakou::syntax::ast::{DurationUnit, ExprKind};
/// let unit = |text: &str| match *read(text).ok()?.kind {
///     ExprKind::Duration { unit, .. } => Some(unit),
///     _ => None,
/// };
/// assert_eq!(unit("6 months"), Some(DurationUnit::Months));
/// assert_eq!(unit("30 天"), Some(DurationUnit::Days));
/// // Weeks are no duration of the language, but a unit that the schema may have.
/// assert_eq!(unit("6 weeks"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum DurationUnit {
    Days,
    Months,
    Years,
}

/// What an expression can be.
///
/// ```
/// # let read = |text: &str| kakou::syntax::expression(text, Default::default(), &kakou::Limits::default());
/// use kakou::syntax::ast::ExprKind;
/// let kind = |text: &str| read(text).map(|expr| *expr.kind);
/// assert!(matches!(kind("a and b and c"), Ok(ExprKind::And(parts)) if parts.len() == 3));
/// assert!(matches!(kind("mode is 1210 or 1239"), Ok(ExprKind::Is { choices, .. }) if choices.len() == 2));
/// // Leading zeros are kept: whether it is a code or a number, the checker knows.
/// assert!(matches!(kind("0110"), Ok(ExprKind::Number { digits, unit: None }) if digits == "0110"));
/// // Who binds closer, `and` or `or`? Readers differ, so parentheses must say it.
/// assert_eq!(kind("a and b or c").unwrap_err()[0].code, kakou::syntax::codes::MIXED_AND_OR);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// A field, attribute, definition, parameter, element or code: `item.hs_code`, `repair`, `1210`.
    /// Digits that stand where a code or prefix is meant arrive as [`ExprKind::Number`].
    Name(String),
    /// Digits as written, with what follows: `5000 CNY`, `20 kg`, `70 %`, `0110`.
    Number {
        /// The digits as written.
        digits: String,
        /// A unit, a currency or `%`.
        unit: Option<Name>,
    },
    /// `2026-01-01`
    Date(String),
    /// `"in"`: a text, or a code that equals a word.
    Text(String),
    /// `true`, `false`
    Bool(bool),
    /// `as_of`
    AsOf,
    /// `it`
    It,
    /// `event NAME`
    Event(Name),
    /// `6 months`; also `extensions * 6 months` by way of [`ExprKind::Arith`].
    Duration {
        /// The number as written.
        digits: String,
        /// Days, months or years.
        unit: DurationUnit,
    },
    /// `not C`
    Not(Expr),
    /// `C and C`
    And(Vec<Expr>),
    /// `C or C`
    Or(Vec<Expr>),
    /// `V < V`
    Compare(CompareOp, Expr, Expr),
    /// `V is A or B`, `V is not A`
    Is {
        /// The value.
        value: Expr,
        /// `is not`
        negated: bool,
        /// The codes.
        choices: Vec<Expr>,
    },
    /// `V is none`
    IsNone(Expr),
    /// `V in NAME`, `V not in NAME`, `V in TABLE(…)`: membership, or conversion where the name is a
    /// currency or unit. The value may be a [`ExprKind::Tuple`].
    In {
        /// The value.
        value: Expr,
        /// `not in`
        negated: bool,
        /// The list, table call, currency or unit.
        target: Expr,
    },
    /// `(a, b)` before `in`
    Tuple(Vec<Expr>),
    /// `V under 8471 or 8473`, `V not under …`
    Under {
        /// The value.
        value: Expr,
        /// `not under`
        negated: bool,
        /// The prefixes as written.
        prefixes: Vec<Name>,
    },
    /// `V from A to B`, both included
    Range {
        /// The value.
        value: Expr,
        /// The least.
        least: Expr,
        /// The most.
        most: Expr,
    },
    /// `D within 6 months of D`: on that day or after, up to and with the last day.
    Within {
        /// The day asked about.
        value: Expr,
        /// How long.
        duration: Expr,
        /// The first day.
        of: Expr,
    },
    /// `V has A or B`: the set holds one of the codes.
    Has {
        /// The set.
        set: Expr,
        /// The codes, or `it`, or a bound name.
        codes: Vec<Expr>,
    },
    /// `every item has C`, `exactly 1 item`
    Quantified {
        /// How many.
        quantity: Quantity,
        /// Over what.
        over: Binding,
        /// The condition.
        body: Option<Expr>,
    },
    /// `sum of V over items where C with same item.serial`
    Aggregate {
        /// What is worked out.
        what: Aggregation,
        /// The value; none for `count`.
        value: Option<Expr>,
        /// The list.
        list: Name,
        /// Which elements.
        condition: Option<Expr>,
        /// Fields in which they must equal the element at hand.
        same: Vec<Name>,
    },
    /// `a + b`, `a - b`, `a * b`
    Arith(ArithOp, Expr, Expr),
    /// `rounded (a / b) to 2 places half up`
    Rounded {
        /// What is rounded.
        value: Expr,
        /// What it is divided by first.
        divisor: Option<Expr>,
        /// Decimal places.
        places: u32,
        /// What happens to what lies between.
        rounding: Rounding,
    },
    /// `first 8 digits of V`: what a tariff code begins with.
    FirstDigits(u32, Expr),
    /// `number of V`: the value without its unit or currency.
    NumberOf(Expr),
    /// `PARAMETER on D`, `x in LIST on D`, `code.attribute on D`: the law as it stood then.
    On(Expr, Expr),
    /// `days from A to B`
    DaysBetween(Expr, Expr),
    /// `earlier of A and B`
    EarlierOf(Expr, Expr),
    /// `later of A and B`
    LaterOf(Expr, Expr),
    /// `end of month of D`
    EndOfMonth(Expr),
    /// `end of year of D`
    EndOfYear(Expr),
    /// `A when C, B when C, otherwise D`
    Choice {
        /// Each value with its condition.
        arms: Vec<(Expr, Expr)>,
        /// The value where none holds.
        otherwise: Expr,
    },
    /// `TABLE(a, b)` or `LIST(a).attribute`
    Call {
        /// The table or list.
        name: Name,
        /// The arguments.
        arguments: Vec<Expr>,
        /// What to read of the row.
        attribute: Option<Name>,
    },
}
