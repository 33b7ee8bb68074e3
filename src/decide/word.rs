//! Arithmetic on amounts and days that are known and fit a machine word, as nearly all do. Whatever
//! is not known, of another unit or too large is left to the general way, so a word never says
//! anything but what exact arithmetic says.

use super::eval::{Elements, Evaluator};
use super::many::Span;
use super::program::{AggregateForm, NodeForm, NodeId, Op};
use super::seen::Seen;
use super::state::At;
use crate::check::rules::{Aggregation, ArithOp, CompareOp};
use crate::facts::arith::{Unit, amount};
use crate::facts::eval::Eval;
use crate::ground::bits::set_bits;
use crate::ground::day::Day;
use crate::ground::number::{Number, Rounding, power_of_ten, quotient};
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{Code, Fact, ListId, Value};

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Amount(Unit),
    Day,
}

/// An amount or a day that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    mantissa: i64,
    places: u32,
    kind: Kind,
}

/// What is made of an amount; nothing where it is none.
type Made = fn(Word) -> Option<Word>;

impl Word {
    pub(super) fn of(value: &Value) -> Option<Word> {
        if let Value::Date(day) = value {
            return Some(Word::day(*day));
        }
        let (number, unit) = amount(value).ok()?;
        let (mantissa, places) = number.small_parts()?;
        Some(Word {
            mantissa,
            places,
            kind: Kind::Amount(unit),
        })
    }

    fn day(day: Day) -> Word {
        Word {
            mantissa: i64::from(day.number()),
            places: 0,
            kind: Kind::Day,
        }
    }

    fn whole(mantissa: i64, unit: Unit) -> Word {
        Word {
            mantissa,
            places: 0,
            kind: Kind::Amount(unit),
        }
    }

    pub(super) fn eval(self) -> Option<Eval> {
        Some(Eval::Value(match self.kind {
            Kind::Day => Value::Date(self.to_day()?),
            Kind::Amount(unit) => {
                let mantissa = i128::from(self.mantissa);
                unit.of(Number::from_parts(mantissa, self.places)?)
            }
        }))
    }

    fn unit(self) -> Option<Unit> {
        match self.kind {
            Kind::Amount(unit) => Some(unit),
            Kind::Day => None,
        }
    }

    fn to_day(self) -> Option<Day> {
        match self.kind {
            Kind::Day => Day::from_number(i32::try_from(self.mantissa).ok()?),
            Kind::Amount(_) => None,
        }
    }

    /// The number of an amount.
    fn number(self) -> Option<Word> {
        self.unit()?;
        Some(Word {
            kind: Kind::Amount(Unit::Plain),
            ..self
        })
    }

    /// A whole number of months or days.
    fn count(self) -> Option<i32> {
        if self.places == 0 && self.kind == Kind::Amount(Unit::Plain) {
            return i32::try_from(self.mantissa).ok();
        }
        let unit = power_of_ten(self.places)?;
        let whole = self.kind == Kind::Amount(Unit::Plain) && self.mantissa % unit == 0;
        whole
            .then(|| i32::try_from(self.mantissa / unit).ok())
            .flatten()
    }

    /// Both mantissas at the finer measure.
    #[inline]
    fn aligned(self, other: Word) -> Option<(i64, i64, u32)> {
        if self.places == other.places {
            return Some((self.mantissa, other.mantissa, self.places));
        }
        let places = self.places.max(other.places);
        let up = |word: Word| {
            word.mantissa
                .checked_mul(power_of_ten(places - word.places)?)
        };
        Some((up(self)?, up(other)?, places))
    }

    fn add(self, other: Word) -> Option<Word> {
        let (a, b, places) = self.aligned(other)?;
        (self.unit()? == other.unit()?).then_some(Word {
            mantissa: a.checked_add(b)?,
            places,
            kind: self.kind,
        })
    }

    /// How it compares with another one of its unit.
    pub(super) fn compare(self, op: CompareOp, other: Word) -> Option<Truth> {
        let (a, b, _) = self.aligned(other)?;
        (self.kind == other.kind).then(|| Truth::from(op.holds(a, b)))
    }

    fn negated(self) -> Option<Word> {
        Some(Word {
            mantissa: self.mantissa.checked_neg()?,
            ..self
        })
    }

    fn times(self, other: Word) -> Option<Word> {
        let unit = match (self.unit()?, other.unit()?) {
            (unit, Unit::Plain) | (Unit::Plain, unit) => unit,
            _ => return None,
        };
        let places = self.places + other.places;
        power_of_ten(places)?;
        Some(Word {
            mantissa: self.mantissa.checked_mul(other.mantissa)?,
            places,
            kind: Kind::Amount(unit),
        })
    }

    fn rounded(self, divisor: Option<Word>, places: u32, rounding: Rounding) -> Option<Word> {
        let own = self.unit()?;
        let Some(divisor) = divisor else {
            if self.places <= places {
                return Some(self);
            }
            let down = i128::from(power_of_ten(self.places - places)?);
            return Some(Word {
                mantissa: rounded_quotient(i128::from(self.mantissa), down, rounding)?,
                places,
                ..self
            });
        };
        let unit = match (own, divisor.unit()?) {
            (unit, Unit::Plain) => unit,
            (a, b) if a == b => Unit::Plain,
            _ => return None,
        };
        // The quotient at the places asked for is a * 10^(its places + places) / (b * 10^own).
        let (up, down) = (
            power_of_ten(divisor.places + places)?,
            power_of_ten(self.places)?,
        );
        let numerator = i128::from(self.mantissa).checked_mul(i128::from(up))?;
        let denominator = i128::from(divisor.mantissa).checked_mul(i128::from(down))?;
        Some(Word {
            mantissa: rounded_quotient(numerator, denominator, rounding)?,
            places,
            kind: Kind::Amount(unit),
        })
    }
}

/// The quotient as a word.
fn rounded_quotient(numerator: i128, divisor: i128, rounding: Rounding) -> Option<i64> {
    i64::try_from(quotient(numerator, divisor, rounding)?).ok()
}

impl<'a> Evaluator<'a, '_> {
    /// The amount at the place at hand, where it is known and fits.
    pub(super) fn word(&mut self, node: NodeId) -> Option<Word> {
        let program = self.program;
        let form = program.node(node);
        match &form.op {
            Op::Const(value) => return Word::of(value),
            Op::AsOf => return Some(Word::day(self.as_of)),
            Op::Parameter(parameter) if program.operands_of(form).is_empty() => {
                let parameter = program.rules.parameters.get(parameter.0 as usize)?;
                let mut values = parameter.values.iter();
                let holds = values.find(|value| value.period.holds(self.as_of))?;
                return Word::of(&holds.value);
            }
            Op::Field(field) if !program.is_list(*field) => {
                return match self.field(*field) {
                    Fact::Value(value) => Word::of(value),
                    _ => None,
                };
            }
            op if !op.is_arithmetic() => {
                return match self.see(node) {
                    Seen::At(value) => Word::of(value),
                    Seen::Made(Eval::Value(value)) => Word::of(&value),
                    _ => None,
                };
            }
            _ => {}
        }
        let slot = self.state.stamp(form.memo).zip(form.slot);
        if let Some((stamp, slot)) = slot
            && let Some(kept) = self.state.kept_word(slot, stamp)
        {
            return kept;
        }
        self.state.steps += 1;
        let word = self.work_out_word(node, form);
        if let Some((stamp, slot)) = slot {
            self.state.keep_word(slot, stamp, word);
        }
        word
    }

    fn work_out_word(&mut self, node: NodeId, form: &'a NodeForm) -> Option<Word> {
        let program = self.program;
        match (&form.op, program.operands_of(form)) {
            (Op::Arith(op), [left, right]) => {
                // What stands somewhere first: where it is not known the rest need not be worked out.
                let (a, b) = match program.op(*left).is_arithmetic() {
                    true => {
                        let b = self.word(*right)?;
                        (self.word(*left)?, b)
                    }
                    false => (self.word(*left)?, self.word(*right)?),
                };
                match op {
                    ArithOp::Add => a.add(b),
                    ArithOp::Sub => a.add(b.negated()?),
                    ArithOp::Mul => a.times(b),
                }
            }
            (Op::Rounded { places, rounding }, [value, divisor @ ..]) => {
                let value = self.word(*value)?;
                let divisor = match divisor.first() {
                    Some(divisor) => Some(self.word(*divisor)?),
                    None => None,
                };
                value.rounded(divisor, *places, *rounding)
            }
            (Op::Convert { to, money }, [value, on @ ..]) => {
                let value = self.word(*value)?;
                match money {
                    true => self.word_of_money(value, *to, on.first().copied()),
                    false => (value.unit()? == Unit::Quantity(*to)).then_some(value),
                }
            }
            (Op::NumberOf, [value]) => self.word(*value)?.number(),
            (Op::AddDuration, [date, months, days]) => {
                let date = self.word(*date)?.to_day()?;
                let (months, days) = (self.word(*months)?.count()?, self.word(*days)?.count()?);
                date.add(months, days).map(Word::day)
            }
            (Op::DaysBetween, [from, to]) => {
                let (from, to) = (self.word(*from)?.to_day()?, self.word(*to)?.to_day()?);
                let days = i64::from(to.number()) - i64::from(from.number());
                Some(Word::whole(days, Unit::Plain))
            }
            (op @ (Op::Earlier | Op::Later), [left, right]) => {
                let (a, b) = (self.word(*left)?.to_day()?, self.word(*right)?.to_day()?);
                Some(Word::day(match op {
                    Op::Earlier => a.min(b),
                    _ => a.max(b),
                }))
            }
            (Op::EndOfMonth, [date]) => Some(Word::day(self.word(*date)?.to_day()?.end_of_month())),
            (Op::EndOfYear, [date]) => Some(Word::day(self.word(*date)?.to_day()?.end_of_year())),
            (Op::Choice, operands) => {
                let mut rest = operands;
                while let [condition, value, more @ ..] = rest {
                    match self.truth(*condition) {
                        Truth::True => return self.word(*value),
                        Truth::Unknown => return None,
                        Truth::False => rest = more,
                    }
                }
                self.word(*rest.first()?)
            }
            (Op::Aggregate { .. }, _) => {
                let form = program.aggregate(node)?;
                let outer = self.state.row(form.list);
                let word = self.over_rows(form, outer);
                self.state.put_row(form.list, outer);
                word
            }
            _ => None,
        }
    }

    /// Money in the currency of the rates, or in its own.
    fn word_of_money(&mut self, value: Word, to: Code, on: Option<NodeId>) -> Option<Word> {
        let day = match on {
            Some(on) => self.word(on)?.to_day()?,
            None => self.as_of,
        };
        let Unit::Money(from) = value.unit()? else {
            return None;
        };
        if from == to {
            return Some(value);
        }
        let rates = self
            .schema()
            .rates
            .as_ref()
            .filter(|rates| rates.base == to)?;
        let rate = Word::of(&Value::Number(rates.rate(from, day)?))?;
        Some(Word {
            kind: Kind::Amount(Unit::Money(to)),
            ..rate.times(Word {
                kind: Kind::Amount(Unit::Plain),
                ..value
            })?
        })
    }

    fn over_rows(&mut self, form: AggregateForm<'_>, outer: At) -> Option<Word> {
        if !matches!(form.what, Aggregation::Sum | Aggregation::Count) {
            return None;
        }
        let Elements::Rows(rows) = self.elements(form.list) else {
            return None;
        };
        let mut sum = None;
        let mut count = 0;
        for (span, live) in Span::over(form.list, rows.start, rows.end) {
            let members = self.members(form, outer, span, live);
            if members.certain != members.possible {
                return None;
            }
            count += i64::from(members.certain.count_ones());
            if form.what != Aggregation::Sum {
                continue;
            }
            let value = form.value?;
            let column = self.column_of(form.list, value);
            for bit in set_bits(members.certain) {
                let word = match column {
                    Some((column, of)) => {
                        let rows = self.facts.rows(form.list)?;
                        match rows.cell(span.row(bit), column) {
                            Fact::Value(value) => of(Word::of(value)?)?,
                            _ => return None,
                        }
                    }
                    None => {
                        self.state.put_row(form.list, At::Row(span.row(bit)));
                        self.word(value)?
                    }
                };
                word.unit()?;
                sum = Some(match sum {
                    Some(sum) => word.add(sum)?,
                    None => word,
                });
            }
        }
        match form.what {
            Aggregation::Count => Some(Word::whole(count, Unit::Plain)),
            _ => sum.or_else(|| form.empty.map(|unit| Word::whole(0, unit))),
        }
    }

    /// The column of a list that a value is, or whose number it is, and what is made of its amounts.
    fn column_of(&self, list: ListId, value: NodeId) -> Option<(u32, Made)> {
        let program = self.program;
        let (field, of): (_, Made) = match program.op(value) {
            Op::NumberOf => match program.op(*program.operands(value).first()?) {
                Op::Field(field) => (field, Word::number),
                _ => return None,
            },
            Op::Field(field) => (field, Some),
            _ => return None,
        };
        match program.homes.get(field.0 as usize) {
            Some(Home::Element(of_list, column)) if *of_list == list => {
                (!program.is_list(*field)).then_some((*column, of))
            }
            _ => None,
        }
    }

    /// A comparison of amounts, where they are known and fit.
    pub(super) fn compare_words(
        &mut self,
        op: CompareOp,
        left: NodeId,
        right: NodeId,
    ) -> Option<Truth> {
        let left = self.word(left)?;
        left.compare(op, self.word(right)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Word::of(&Value::Number(text.parse().unwrap())).unwrap()
    }

    fn text(word: Option<Word>) -> String {
        match word.and_then(Word::eval) {
            Some(Eval::Value(Value::Number(number))) => number.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn words_say_what_numbers_say() {
        let texts = [
            "0",
            "0.1",
            "-2.345",
            "12",
            "1000000",
            "0.0005",
            "99999999.99",
            "-7",
        ];
        let number = |text: &str| text.parse::<Number>().unwrap();
        let said = |number: Option<Number>| number.map_or("None".into(), |n| n.to_string());
        for a in texts {
            for b in texts {
                let (x, y) = (word(a), word(b));
                assert_eq!(text(x.add(y)), said(number(a).add(number(b))), "{a} + {b}");
                if let Some(product) = x.times(y) {
                    let exact = said(number(a).mul(number(b)));
                    assert_eq!(text(Some(product)), exact, "{a} * {b}");
                }
                for how in [
                    Rounding::Up,
                    Rounding::Down,
                    Rounding::HalfUp,
                    Rounding::HalfEven,
                ] {
                    let quotient = number(a).div_rounded(number(b), 2, how);
                    assert_eq!(
                        text(x.rounded(Some(y), 2, how)),
                        said(quotient),
                        "{a} / {b}"
                    );
                    let rounded = number(a).rounded(1, how);
                    assert_eq!(text(x.rounded(None, 1, how)), said(Some(rounded)), "{a}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_left() {
        let large = word("999999999999999999");
        assert_eq!(large.times(large), None);
        assert_eq!(large.add(word("0.0000000001")), None);
        let money = Word {
            kind: Kind::Amount(Unit::Money(Code(0))),
            ..word("5")
        };
        assert_eq!(money.add(word("5")), None);
        assert_eq!(money.times(money), None);
        assert_eq!(money.rounded(Some(word("0")), 2, Rounding::Up), None);
    }
}
