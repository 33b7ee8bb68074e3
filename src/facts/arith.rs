//! Exact interval arithmetic on what expressions give: amounts, days, conversions, aggregates.
//!
//! Every operation is exact or says why it cannot be computed. Where the arguments are
//! intervals the result is the interval of all results, and one result that cannot be computed
//! leaves nothing of it: to know more must only narrow what was said before. That none is left out
//! is seen from the decimal places that values between the ends may have, see [`Eval::Between`].

use super::eval::{Eval, Reason, comparable};
use crate::ground::day::Day;
use crate::ground::number::{ExactSum, Number, Rounding};
use crate::ground::truth::Truth;
use crate::schema::table::{CodeTable, Rates};
use crate::schema::value::{Code, Denomination, Type, Value};

/// The decimal places that an exact quotient is looked for in.
const QUOTIENT_PLACES: u32 = 10;

/// What an amount is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Nothing: a plain number.
    Plain,
    /// A currency.
    Money(Code),
    /// A unit.
    Quantity(Code),
}

/// An interval of amounts of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Amount {
    low: Number,
    high: Number,
    /// The most decimal places of an amount between.
    places: u32,
    unit: Unit,
}

impl Unit {
    /// What all values of a type are counted in; none where that differs or is no amount.
    pub fn fixed(typ: Type) -> Option<Unit> {
        match typ {
            Type::Integer | Type::Decimal | Type::Rate => Some(Unit::Plain),
            Type::Money(Denomination::Fixed(code)) => Some(Unit::Money(code)),
            Type::Quantity(Denomination::Fixed(code)) => Some(Unit::Quantity(code)),
            _ => None,
        }
    }

    /// So much of it.
    pub fn of(self, number: Number) -> Value {
        match self {
            Unit::Plain => Value::Number(number),
            Unit::Money(code) => Value::Money(number, code),
            Unit::Quantity(code) => Value::Quantity(number, code),
        }
    }
}

impl Amount {
    fn read(eval: &Eval) -> Result<Amount, Reason> {
        let (low, high) = eval.ends()?;
        let ((low, unit), (high, _)) = (amount(low)?, amount(high)?);
        Ok(Amount {
            low,
            high,
            places: eval.places(),
            unit,
        })
    }

    fn eval(self) -> Eval {
        Eval::between(self.unit.of(self.low), self.unit.of(self.high), self.places)
    }

    /// Whether both ends are one value.
    fn is_known(self) -> bool {
        self.low == self.high
    }

    /// The end that is larger, signs aside.
    fn largest(self) -> Number {
        self.low.neg().max(self.high)
    }

    /// Every amount times a number.
    fn times(self, factor: Number, unit: Unit) -> Result<Eval, Reason> {
        let factor = Amount {
            low: factor,
            high: factor,
            places: factor.parts().1,
            unit: Unit::Plain,
        };
        self.over_ends(factor, unit, self.places + factor.places, Number::mul)
    }

    /// The interval over the four pairs of ends, for what has its extremes there.
    fn over_ends(
        self,
        other: Amount,
        unit: Unit,
        places: u32,
        f: impl Fn(Number, Number) -> Option<Number>,
    ) -> Result<Eval, Reason> {
        let at = |a, b| f(a, b).ok_or(Reason::TooLarge);
        if self.is_known() && other.is_known() {
            return Ok(Eval::Value(unit.of(at(self.low, other.low)?)));
        }
        let (a, b) = (at(self.low, other.low)?, at(self.low, other.high)?);
        let (c, d) = (at(self.high, other.low)?, at(self.high, other.high)?);
        Ok(Amount {
            low: a.min(b).min(c).min(d),
            high: a.max(b).max(c).max(d),
            places,
            unit,
        }
        .eval())
    }
}

/// The number of an amount, and what it is counted in.
pub fn amount(value: &Value) -> Result<(Number, Unit), Reason> {
    match value {
        Value::Number(number) => Ok((*number, Unit::Plain)),
        Value::Money(number, code) => Ok((*number, Unit::Money(*code))),
        Value::Quantity(number, code) => Ok((*number, Unit::Quantity(*code))),
        _ => Err(Reason::WrongType),
    }
}

fn same_unit(a: Unit, b: Unit) -> Result<Unit, Reason> {
    if a == b {
        Ok(a)
    } else {
        Err(Reason::UnitsDiffer)
    }
}

/// The result on two amounts that are known and of one unit, as nearly all are.
fn on_known(left: &Eval, right: &Eval, f: fn(Number, Number) -> Option<Number>) -> Option<Eval> {
    let (Eval::Value(left), Eval::Value(right)) = (left, right) else {
        return None;
    };
    let ((a, unit), (b, other)) = (amount(left).ok()?, amount(right).ok()?);
    let known = |number| Eval::Value(unit.of(number));
    (unit == other).then(|| f(a, b).map_or(Eval::Unknown(Reason::TooLarge), known))
}

/// The sum of two amounts of one unit.
pub fn add(left: &Eval, right: &Eval) -> Eval {
    if let Some(known) = on_known(left, right, Number::add) {
        return known;
    }
    let result = || {
        let (a, b) = (Amount::read(left)?, Amount::read(right)?);
        let unit = same_unit(a.unit, b.unit)?;
        Ok(Amount {
            low: a.low.add(b.low).ok_or(Reason::TooLarge)?,
            high: a.high.add(b.high).ok_or(Reason::TooLarge)?,
            places: a.places.max(b.places),
            unit,
        }
        .eval())
    };
    result().into()
}

/// The difference of two amounts of one unit.
pub fn sub(left: &Eval, right: &Eval) -> Eval {
    if let Some(known) = on_known(left, right, Number::sub) {
        return known;
    }
    let result = || {
        let (a, b) = (Amount::read(left)?, Amount::read(right)?);
        let unit = same_unit(a.unit, b.unit)?;
        Ok(Amount {
            low: a.low.sub(b.high).ok_or(Reason::TooLarge)?,
            high: a.high.sub(b.low).ok_or(Reason::TooLarge)?,
            places: a.places.max(b.places),
            unit,
        }
        .eval())
    };
    result().into()
}

/// The product of two numbers, or of an amount and a number.
pub fn mul(left: &Eval, right: &Eval) -> Eval {
    let result = || {
        let (a, b) = (Amount::read(left)?, Amount::read(right)?);
        let unit = match (a.unit, b.unit) {
            (unit, Unit::Plain) | (Unit::Plain, unit) => unit,
            _ => return Err(Reason::WrongType),
        };
        a.over_ends(b, unit, a.places + b.places, Number::mul)
    };
    result().into()
}

/// Rounded once, after an exact division where there is a divisor. Amounts of one unit divide to
/// a plain number.
pub fn rounded(value: &Eval, divisor: Option<&Eval>, places: u32, rounding: Rounding) -> Eval {
    let result = || {
        let a = Amount::read(value)?;
        let Some(divisor) = divisor else {
            return Ok(Amount {
                low: a.low.rounded(places, rounding),
                high: a.high.rounded(places, rounding),
                places: a.places.min(places),
                ..a
            }
            .eval());
        };
        let b = Amount::read(divisor)?;
        let unit = match (a.unit, b.unit) {
            (unit, Unit::Plain) => unit,
            (x, y) => same_unit(x, y).map(|_| Unit::Plain)?,
        };
        if b.low <= Number::ZERO && Number::ZERO <= b.high {
            return Err(Reason::DivisionByZero);
        }
        // The quotient of two values has the room that they need, whatever others would.
        let open = a.low != a.high || b.low != b.high;
        let divisor = (b.largest(), b.places);
        if open && !a.largest().has_room_to_divide(a.places, divisor, places) {
            return Err(Reason::TooLarge);
        }
        a.over_ends(b, unit, places, |x, y| x.div_rounded(y, places, rounding))
    };
    result().into()
}

/// The amount without its currency or unit.
pub fn number_of(value: &Eval) -> Eval {
    Amount::read(value)
        .map(|a| {
            Amount {
                unit: Unit::Plain,
                ..a
            }
            .eval()
        })
        .into()
}

/// Money in another currency by the rates of a day: to the base by its rate, from the base where
/// that is exact.
pub fn convert_money(value: &Eval, to: Code, rates: Option<&Rates>, day: Day) -> Eval {
    if matches!(value, Eval::Value(Value::Money(_, from)) if *from == to) {
        return value.clone();
    }
    let result = || {
        let a = Amount::read(value)?;
        let Unit::Money(from) = a.unit else {
            return Err(Reason::WrongType);
        };
        if from == to {
            return Ok(a.eval());
        }
        let rates = rates.ok_or(Reason::NoRate)?;
        let one = Number::from_i64(1);
        if to == rates.base {
            let rate = rates.rate(from, day).ok_or(Reason::NoRate)?;
            scale(a, rate, one, Unit::Money(to))
        } else if from == rates.base {
            let rate = rates.rate(to, day).ok_or(Reason::NoRate)?;
            scale(a, one, rate, Unit::Money(to))
        } else {
            Err(Reason::Inexact)
        }
    };
    result().into()
}

/// A quantity in another unit of the same dimension, where that is exact.
pub fn convert_quantity(value: &Eval, to: Code, units: Option<&CodeTable>) -> Eval {
    let result = || {
        let a = Amount::read(value)?;
        let Unit::Quantity(from) = a.unit else {
            return Err(Reason::WrongType);
        };
        if from == to {
            return Ok(a.eval());
        }
        let info = |code| units.and_then(|table| table.entry(code)?.unit.as_ref());
        let (Some(have), Some(want)) = (info(from), info(to)) else {
            return Err(Reason::OtherDimension);
        };
        if have.dimension.is_none() || have.dimension != want.dimension {
            return Err(Reason::OtherDimension);
        }
        match (have.factor, want.factor) {
            (Some(up), Some(down)) => scale(a, up, down, Unit::Quantity(to)),
            _ => Err(Reason::OtherDimension),
        }
    };
    result().into()
}

/// `amount * up / down`, exactly. Where the ratio itself is exact every amount converts; else a
/// single amount may, and an interval does not, since amounts inside it might not.
fn scale(a: Amount, up: Number, down: Number, unit: Unit) -> Result<Eval, Reason> {
    if let Some(ratio) = exact_quotient(up, down) {
        return a.times(ratio, unit);
    }
    if a.low != a.high {
        return Err(Reason::Inexact);
    }
    let product = a.low.mul(up).ok_or(Reason::TooLarge)?;
    let number = exact_quotient(product, down).ok_or(Reason::Inexact)?;
    Ok(Eval::Value(unit.of(number)))
}

fn exact_quotient(number: Number, divisor: Number) -> Option<Number> {
    if divisor == Number::from_i64(1) {
        return Some(number);
    }
    let quotient = number.div_rounded(divisor, QUOTIENT_PLACES, Rounding::HalfEven)?;
    (quotient.mul(divisor)? == number).then_some(quotient)
}

fn days(eval: &Eval) -> Result<(Day, Day), Reason> {
    match eval.ends()? {
        (Value::Date(first), Value::Date(last)) => Ok((*first, *last)),
        _ => Err(Reason::WrongType),
    }
}

fn whole(eval: &Eval) -> Result<(i32, i32), Reason> {
    let a = Amount::read(eval)?;
    let read = |n: Number| {
        n.to_i64()
            .and_then(|n| i32::try_from(n).ok())
            .ok_or(Reason::NotWhole)
    };
    match a.unit {
        Unit::Plain if a.places > 0 => Err(Reason::NotWhole),
        Unit::Plain => Ok((read(a.low)?, read(a.high)?)),
        _ => Err(Reason::WrongType),
    }
}

/// A day and so many months, clamped to the month's end, then so many days. All three keep the
/// order, so the ends of the result come from the ends.
pub fn add_duration(date: &Eval, months: &Eval, more_days: &Eval) -> Eval {
    let result = || {
        let (date, months, more) = (days(date)?, whole(months)?, whole(more_days)?);
        let first = date.0.add(months.0, more.0).ok_or(Reason::DayOutOfRange)?;
        let last = date.1.add(months.1, more.1).ok_or(Reason::DayOutOfRange)?;
        Ok(Eval::days(first, last))
    };
    result().into()
}

/// The days from the first to the second, negative where it is earlier.
pub fn days_between(from: &Eval, to: &Eval) -> Eval {
    let result = || {
        let (from, to) = (days(from)?, days(to)?);
        let count = |a: Day, b: Day| {
            Value::Number(Number::from_i64(
                i64::from(b.number()) - i64::from(a.number()),
            ))
        };
        Ok(Eval::between(count(from.1, to.0), count(from.0, to.1), 0))
    };
    result().into()
}

/// The earlier of two days.
pub fn earlier(left: &Eval, right: &Eval) -> Eval {
    let result = || {
        let (a, b) = (days(left)?, days(right)?);
        Ok(Eval::days(a.0.min(b.0), a.1.min(b.1)))
    };
    result().into()
}

/// The later of two days.
pub fn later(left: &Eval, right: &Eval) -> Eval {
    let result = || {
        let (a, b) = (days(left)?, days(right)?);
        Ok(Eval::days(a.0.max(b.0), a.1.max(b.1)))
    };
    result().into()
}

/// The first digits of a tariff code. Of none there is nothing to read and it is none, as an
/// attribute is; a code of fewer digits does not say them.
pub fn first_digits(code: &Eval, digits: u8) -> Eval {
    match code {
        Eval::None => Eval::None,
        Eval::Unknown(reason) => Eval::Unknown(*reason),
        Eval::Value(Value::Hs(code)) => match code.prefix(digits) {
            Some(prefix) => Eval::Value(Value::Hs(prefix)),
            None => Eval::Unknown(Reason::TooShort),
        },
        _ => Eval::Unknown(Reason::WrongType),
    }
}

/// The last day of its month.
pub fn end_of_month(date: &Eval) -> Eval {
    days(date)
        .map(|(a, b)| Eval::days(a.end_of_month(), b.end_of_month()))
        .into()
}

/// The last day of its year.
pub fn end_of_year(date: &Eval) -> Eval {
    days(date)
        .map(|(a, b)| Eval::days(a.end_of_year(), b.end_of_year()))
        .into()
}

/// How many elements: from the certain to the possible ones.
pub fn count(members: impl IntoIterator<Item = Truth>) -> Eval {
    let (mut certain, mut possible) = (0i64, 0i64);
    for truth in members {
        certain += i64::from(truth.certain());
        possible += i64::from(truth.possible());
    }
    let number = |n| Value::Number(Number::from_i64(n));
    Eval::between(number(certain), number(possible), 0)
}

/// The sum over members, each with its membership and its value. `empty` is the unit of a sum of
/// nothing, where the type states one. Without it a sum without any certain member is unknown:
/// should its possible members fall away, nothing would say what it is counted in.
pub fn sum(members: impl IntoIterator<Item = (Truth, Eval)>, empty: Option<Unit>) -> Eval {
    let (mut low, mut high) = (ExactSum::default(), ExactSum::default());
    let (mut unit, mut failed, mut certain, mut places) = (None, None, empty, 0);
    for (member, value) in members {
        if !member.possible() {
            continue;
        }
        let a = match Amount::read(&value) {
            Ok(a) => a,
            Err(reason) => {
                failed = failed.max(Some(reason));
                continue;
            }
        };
        if *unit.get_or_insert(a.unit) != a.unit {
            failed = failed.max(Some(Reason::UnitsDiffer));
        }
        places = places.max(a.places);
        if member.certain() {
            certain = Some(a.unit);
            low.push(a.low);
            high.push(a.high);
        } else {
            low.push(a.low.min(Number::ZERO));
            high.push(a.high.max(Number::ZERO));
        }
    }
    if let Some(reason) = failed {
        return Eval::Unknown(reason);
    }
    match (unit.or(certain), certain, low.total(), high.total()) {
        (_, None, _, _) | (None, _, _, _) => Eval::Unknown(Reason::UnitsDiffer),
        (Some(unit), Some(_), Some(low), Some(high)) => Amount {
            low,
            high,
            places,
            unit,
        }
        .eval(),
        _ => Eval::Unknown(Reason::TooLarge),
    }
}

/// The least value of members; none where there are none.
pub fn least(members: impl IntoIterator<Item = (Truth, Eval)>) -> Eval {
    extreme(members, |new, old| new < old)
}

/// The greatest value of members; none where there are none.
pub fn greatest(members: impl IntoIterator<Item = (Truth, Eval)>) -> Eval {
    extreme(members, |new, old| new > old)
}

/// The value that beats all others. `near` is the end that only certain members vouch for,
/// `far` the one that a possible member may still reach.
fn extreme(
    members: impl IntoIterator<Item = (Truth, Eval)>,
    beats: impl Fn(&Value, &Value) -> bool,
) -> Eval {
    let (mut near, mut far): (Option<Value>, Option<Value>) = (None, None);
    let (mut failed, mut places) = (None, 0);
    let keep = |best: &mut Option<Value>, value: &Value| {
        if best.as_ref().is_none_or(|old| beats(value, old)) {
            *best = Some(value.clone());
        }
    };
    for (member, value) in members {
        if !member.possible() {
            continue;
        }
        let (low, high) = match value.ends() {
            Ok(ends) => ends,
            Err(reason) => {
                failed = failed.max(Some(reason));
                continue;
            }
        };
        if !comparable(low, far.as_ref().unwrap_or(low)) {
            failed = failed.max(Some(Reason::UnitsDiffer));
            continue;
        }
        let (weak, strong) = if beats(low, high) {
            (high, low)
        } else {
            (low, high)
        };
        places = places.max(value.places());
        keep(&mut far, strong);
        if member.certain() {
            keep(&mut near, weak);
        }
    }
    match (failed, near, far) {
        (Some(reason), _, _) => Eval::Unknown(reason),
        (None, None, None) => Eval::None,
        (None, Some(near), Some(far)) if beats(&far, &near) => {
            let (low, high) = if near <= far {
                (near, far)
            } else {
                (far, near)
            };
            Eval::between(low, high, places)
        }
        (None, Some(near), Some(_)) => Eval::Value(near),
        (None, None, Some(_)) | (None, Some(_), None) => Eval::Unknown(Reason::Undetermined),
    }
}

#[cfg(test)]
mod tests;
