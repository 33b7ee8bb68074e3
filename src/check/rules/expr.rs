//! Values: constants, facts, what is read beside the rules, and arithmetic on them.

use super::{Aggregation, ArithOp, Cond, DecisionTableId, EventId, NamedListId, ParameterId};
use crate::ground::number::Rounding;
use crate::schema::value::{Code, FieldId, ListId, TableId, Value};

/// A value. What cannot be computed is unknown, with its reason; arithmetic on none cannot be
/// computed. Amounts and days may be known as an interval.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::{Cond, Expr};
/// use kakou::schema::value::Value;
/// let text = |value: &str| format!("rule A-1\n  by L\n  when as_of > {value}\n  then hold\n");
/// let rules = compile(&text("date + 1 years + 2 months + 30 days")).rules.ok_or("refused")?;
/// let Cond::Compare(_, _, Expr::AddDuration { months, days, .. }) = &rules.rules[0].when else {
///     panic!("no duration is added")
/// };
/// // Durations are added up first, and years are months.
/// let number = |n: i64| Expr::Const(Value::Number(kakou::ground::number::Number::from_i64(n)));
/// assert_eq!((&**months, &**days), (&number(14), &number(30)));
/// // A day and a plain number are not added: days, or months?
/// let refused = compile(&text("date + 30"));
/// let why = kakou::check::codes::CANNOT_CALCULATE;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A constant.
    Const(Value),
    /// A field, of the header or of the element at hand.
    Field(FieldId),
    /// The code at hand of a set that is ranged over, numbered from the outside in.
    Bound(u8),
    /// The argument of a requirement.
    It,
    /// The as-of date.
    AsOf,
    /// The day of an event, an interval where it is rough.
    Event(EventId),
    /// A parameter on a day; the as-of date where none.
    Parameter {
        /// The parameter.
        parameter: ParameterId,
        /// The day.
        on: Option<Box<Expr>>,
    },
    /// An attribute of a code on a day. Of none it is none; of a code not in force that day unknown; an
    /// empty cell is none.
    Attribute {
        /// The code.
        of: Box<Expr>,
        /// Its table.
        table: TableId,
        /// The column.
        attribute: u16,
        /// The day; the as-of date where none.
        on: Option<Box<Expr>>,
    },
    /// An attribute of the best row of a list; none where no row fits or a key is none.
    Lookup {
        /// The list.
        list: NamedListId,
        /// One for each key column.
        keys: Vec<Expr>,
        /// The column.
        attribute: u16,
        /// The day; the as-of date where none.
        on: Option<Box<Expr>>,
    },
    /// The output of a decision table.
    TableCall {
        /// The table.
        table: DecisionTableId,
        /// The inputs.
        inputs: Vec<Expr>,
    },
    /// A sum, difference or product.
    Arith(ArithOp, Box<Expr>, Box<Expr>),
    /// A day and so many months, then so many days; the counts are integers and may be negative.
    AddDuration {
        /// The day.
        date: Box<Expr>,
        /// Months, all durations together.
        months: Box<Expr>,
        /// Days, all durations together.
        days: Box<Expr>,
    },
    /// Rounded once, after an exact division where there is one.
    Rounded {
        /// A number, money or quantity.
        value: Box<Expr>,
        /// A number; or money or a quantity, where both are of one currency or unit: the result is a decimal.
        divisor: Option<Box<Expr>>,
        /// Decimal places.
        places: u32,
        /// What happens to what lies between.
        rounding: Rounding,
    },
    /// Converted to a currency by the rate of the day, or to a unit of the same dimension.
    Convert {
        /// Money or a quantity.
        value: Box<Expr>,
        /// The currency or unit.
        to: Code,
        /// Whether it is a currency.
        money: bool,
        /// The day of the rate; the as-of date where none.
        on: Option<Box<Expr>>,
    },
    /// The first digits of a tariff code, at least two. Of none it is none; of a code that has fewer
    /// it cannot be computed.
    FirstDigits(u8, Box<Expr>),
    /// The amount without currency or unit.
    NumberOf(Box<Expr>),
    /// The days from the first to the second, negative where it is earlier.
    DaysBetween(Box<Expr>, Box<Expr>),
    /// The earlier of two days.
    Earlier(Box<Expr>, Box<Expr>),
    /// The later of two days.
    Later(Box<Expr>, Box<Expr>),
    /// The last day of its month.
    EndOfMonth(Box<Expr>),
    /// The last day of its year.
    EndOfYear(Box<Expr>),
    /// The first value whose condition is true; unknown where a condition before it is undetermined.
    Choice {
        /// Each value with its condition.
        arms: Vec<(Expr, Cond)>,
        /// The value where none holds.
        otherwise: Box<Expr>,
    },
    /// Over the elements of a list. Under unknowns, count and sum are the interval from the certain to the
    /// possible elements; a sum with an unknown or none value is unknown; min and max of no element are none.
    Aggregate {
        /// What is worked out.
        what: Aggregation,
        /// The value; none for a count.
        value: Option<Box<Expr>>,
        /// The list.
        list: ListId,
        /// Which elements.
        condition: Option<Box<Cond>>,
        /// Fields of the list in which an element must equal the one at hand.
        same: Vec<FieldId>,
        /// For a sum over no elements: its currency or unit, where the type states one.
        unit: Option<Code>,
    },
    /// A condition as a value of type bool.
    Test(Box<Cond>),
}
