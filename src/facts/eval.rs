//! What evaluating an expression gives, and comparing two of them.
//!
//! A result is unknown with its reason, none, a value, or (for numbers, money, quantities and
//! days) an interval of values of one unit. Nothing here knows a rule; arithmetic is in
//! [`arith`](super::arith).

use crate::ground::compare::CompareOp;
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::schema::value::{Code, Fact, Value};

/// Why something is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A fact was not given.
    NotGiven,
    /// The list or set that holds the element was not given.
    ElementNotGiven,
    /// There is nothing to reckon with: an operand is none.
    NoneOperand,
    /// The exact result has more digits than a number holds, or may have.
    TooLarge,
    /// The divisor is zero, or may be.
    DivisionByZero,
    /// Two amounts of different currencies or units, or a sum of nothing without either.
    UnitsDiffer,
    /// No exchange rate for that day.
    NoRate,
    /// The units are not of one dimension.
    OtherDimension,
    /// The conversion has no exact result.
    Inexact,
    /// A count of months or days that is not a whole number within bounds.
    NotWhole,
    /// A day outside the years 1 to 9999.
    DayOutOfRange,
    /// The parameter has no value for that day.
    NoParameter,
    /// The code is not in force on that day.
    CodeNotInForce,
    /// The day is known only roughly.
    RoughDay,
    /// The tariff code is too short to tell.
    TooShort,
    /// It depends on a condition that is undetermined.
    Undetermined,
    /// No row of the table fits, or more than one.
    NotOneRow,
    /// The operands are of types that this is not defined for.
    WrongType,
}

impl Reason {
    /// The reason in words.
    pub fn text(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Reason::NotGiven => ("未提供", "not given"),
            Reason::ElementNotGiven => ("清单未提供", "its list was not given"),
            Reason::NoneOperand => ("为空，无法计算", "none, nothing to reckon with"),
            Reason::TooLarge => ("数值超出范围", "the result does not fit a number"),
            Reason::DivisionByZero => ("除数为零", "division by zero"),
            Reason::UnitsDiffer => ("币制或单位不一致", "currencies or units differ"),
            Reason::NoRate => ("当日无汇率", "no exchange rate for that day"),
            Reason::OtherDimension => ("单位量纲不同", "units of different dimensions"),
            Reason::Inexact => ("换算无精确结果", "the conversion has no exact result"),
            Reason::NotWhole => ("月数或天数不是整数", "not a whole number of months or days"),
            Reason::DayOutOfRange => ("日期超出范围", "the day is outside the years 1 to 9999"),
            Reason::NoParameter => ("参数当日无值", "the parameter has no value for that day"),
            Reason::CodeNotInForce => ("代码当日无效", "the code is not in force on that day"),
            Reason::RoughDay => ("日期不确切", "the day is known only roughly"),
            Reason::TooShort => ("税号位数不足", "the tariff code is too short to tell"),
            Reason::Undetermined => ("条件未定", "it depends on what is undetermined"),
            Reason::NotOneRow => ("表中无唯一相符行", "not exactly one row of the table fits"),
            Reason::WrongType => ("类型不符", "not defined for these types"),
        };
        lang.pick(zh, en)
    }
}

/// What evaluating an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Eval {
    /// Not known, or not to be computed.
    Unknown(Reason),
    /// None.
    None,
    /// One value.
    Value(Value),
    /// Some value from the lower to the higher end, both of one unit. Made by [`Eval::between`].
    ///
    /// Silence must not look like an answer: where a value between the ends could not be computed
    /// with, nothing may come of the interval either, however well its ends compute. So an
    /// interval says how exact its values may be. Any number from `low` to `high` with at most so
    /// many decimal places may be the one, each of them fits a number, and whatever is worked out
    /// of an interval is unknown unless it can be worked out of every one of them.
    Between {
        /// The least value.
        low: Value,
        /// The greatest, above the least.
        high: Value,
        /// The most decimal places of a value between; days have none.
        places: u32,
    },
}

impl Eval {
    /// A fact as it was given.
    pub fn fact(fact: &Fact) -> Eval {
        match fact {
            Fact::Unknown => Eval::Unknown(Reason::NotGiven),
            Fact::None => Eval::None,
            Fact::Value(value) => Eval::Value(value.clone()),
        }
    }

    /// A truth value as a value of type bool.
    pub fn truth(truth: Truth) -> Eval {
        match truth {
            Truth::True => Eval::Value(Value::Bool(true)),
            Truth::False => Eval::Value(Value::Bool(false)),
            Truth::Unknown => Eval::Unknown(Reason::Undetermined),
        }
    }

    /// The values of one unit from the lower to the higher end with at most so many decimal
    /// places: one value where the ends are equal, and unknown where one between may not fit.
    pub fn between(low: Value, high: Value, places: u32) -> Eval {
        let fits = |end: &Value| number(end).is_none_or(|n| n.fits_with(places));
        if low == high {
            Eval::Value(low)
        } else if fits(&low) && fits(&high) {
            Eval::Between { low, high, places }
        } else {
            Eval::Unknown(Reason::TooLarge)
        }
    }

    /// Days from the first to the last.
    pub fn days(first: Day, last: Day) -> Eval {
        Eval::between(Value::Date(first), Value::Date(last), 0)
    }

    /// The most decimal places that its value may have.
    pub fn places(&self) -> u32 {
        match self {
            Eval::Between { places, .. } => *places,
            Eval::Value(value) => number(value).map_or(0, |number| number.parts().1),
            Eval::Unknown(_) | Eval::None => 0,
        }
    }

    /// The one value, where it is known exactly.
    pub fn known(&self) -> Option<&Value> {
        match self {
            Eval::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The ends of the interval; both the value itself where it is known.
    pub fn ends(&self) -> Result<(&Value, &Value), Reason> {
        match self {
            Eval::Unknown(reason) => Err(*reason),
            Eval::None => Err(Reason::NoneOperand),
            Eval::Value(value) => Ok((value, value)),
            Eval::Between { low, high, .. } => Ok((low, high)),
        }
    }

    /// The day, where it is known exactly; a rough day and none are no day.
    pub fn day(&self) -> Result<Day, Reason> {
        match self.ends()? {
            (Value::Date(first), Value::Date(last)) if first == last => Ok(*first),
            (Value::Date(_), Value::Date(_)) => Err(Reason::RoughDay),
            _ => Err(Reason::WrongType),
        }
    }

    /// The code, where there is one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Eval::Value(Value::Code(code)) => Some(*code),
            _ => None,
        }
    }

    /// Whether it is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Eval::Unknown(_))
    }
}

/// The number of an amount.
fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) | Value::Money(number, _) | Value::Quantity(number, _) => {
            Some(*number)
        }
        _ => None,
    }
}

impl From<Result<Eval, Reason>> for Eval {
    fn from(result: Result<Eval, Reason>) -> Eval {
        result.unwrap_or_else(Eval::Unknown)
    }
}

/// A comparison: none on either side is false, whatever stands on the other; unknown on either
/// side is undetermined; intervals are true or false only where all their pairs agree.
pub fn compare(op: CompareOp, left: &Eval, right: &Eval) -> Truth {
    if matches!(left, Eval::None) || matches!(right, Eval::None) {
        return Truth::False;
    }
    match (left.ends(), right.ends()) {
        (Ok(left), Ok(right)) => compare_ends(op, left, right),
        _ => Truth::Unknown,
    }
}

/// What a comparison says of the least and greatest values of either side.
pub fn compare_ends(op: CompareOp, left: (&Value, &Value), right: (&Value, &Value)) -> Truth {
    if !comparable(left.0, right.0) {
        return match op {
            CompareOp::Eq | CompareOp::Ne if same_plain_type(left.0, right.0) => {
                Truth::from((left.0 == right.0) == (op == CompareOp::Eq))
            }
            _ => Truth::Unknown,
        };
    }
    if std::ptr::eq(left.0, left.1) && std::ptr::eq(right.0, right.1) {
        return Truth::from(op.holds(left.0, right.0));
    }
    let all_less = left.1 < right.0;
    let all_greater = left.0 > right.1;
    let equal = left.0 == left.1 && right.0 == right.1 && left.0 == right.0;
    let decide = |always: bool, never: bool| match (always, never) {
        (true, _) => Truth::True,
        (_, true) => Truth::False,
        _ => Truth::Unknown,
    };
    match op {
        CompareOp::Eq => decide(equal, all_less || all_greater),
        CompareOp::Ne => decide(all_less || all_greater, equal),
        CompareOp::Lt => decide(all_less, left.0 >= right.1),
        CompareOp::Ge => decide(left.0 >= right.1, all_less),
        CompareOp::Gt => decide(all_greater, left.1 <= right.0),
        CompareOp::Le => decide(left.1 <= right.0, all_greater),
    }
}

/// Whether two values have an order: numbers, days, and amounts of one currency or unit.
pub fn comparable(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_)) | (Value::Date(_), Value::Date(_)) => true,
        (Value::Money(_, a), Value::Money(_, b))
        | (Value::Quantity(_, a), Value::Quantity(_, b)) => a == b,
        _ => false,
    }
}

/// Whether two values are of a type that is only equal or not; tariff codes are equal by digits.
fn same_plain_type(left: &Value, right: &Value) -> bool {
    matches!(
        (left, right),
        (Value::Bool(_), Value::Bool(_))
            | (Value::Text(_), Value::Text(_))
            | (Value::Code(_), Value::Code(_))
            | (Value::Hs(_), Value::Hs(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_agree_on_all_pairs_or_are_open() {
        let number = |n| Value::Number(Number::from_i64(n));
        let some = Eval::between(number(2), number(5), 0);
        let less = |than| compare(CompareOp::Lt, &some, &Eval::Value(number(than)));
        assert_eq!(less(6), Truth::True);
        assert_eq!(less(3), Truth::Unknown);
        let unknown = Eval::Unknown(Reason::NotGiven);
        assert_eq!(compare(CompareOp::Ne, &Eval::None, &unknown), Truth::False);
    }

    #[test]
    fn a_reason_says_itself() {
        assert_eq!(
            Reason::NoRate.text(Lang::En),
            "no exchange rate for that day"
        );
    }
}
