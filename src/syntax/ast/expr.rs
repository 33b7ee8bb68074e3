//! Expressions: values and conditions; which of the two one is, is the checker's business.

use super::{Binding, CompareOp, Name};
use crate::ground::number::Rounding;
use crate::ground::span::At;

/// An expression: a value or a condition; which one is the checker's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub kind: Box<ExprKind>,
}

/// An arithmetic operation. There is no division here; see [`ExprKind::Rounded`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ArithOp {
    Add,
    Sub,
    Mul,
}

/// How many elements.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the words of the language")]
pub enum Aggregation {
    Count,
    Sum,
    Min,
    Max,
}

/// The unit of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum DurationUnit {
    Days,
    Months,
    Years,
}

/// What an expression can be.
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
