//! What an expression gives for the element at hand.

use super::scene::{Here, Scene};
use crate::check::rules::{
    Aggregation, ArithOp, CompareOp, Cond, Each, EventId, Expr, ParameterId, RuleSet,
};
use crate::facts::arith::{self, Unit};
use crate::facts::eval::{Eval, Reason, compare};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::table::{Found, ListRow};
use crate::schema::value::{Code, FieldId, ListId, Type, Value};

impl Scene<'_> {
    /// What an expression gives for the element at hand.
    pub(crate) fn value(&self, expr: &Expr, here: &Here) -> Eval {
        let of = |expr: &Expr| self.value(expr, here);
        match expr {
            Expr::Const(value) => Eval::Value(value.clone()),
            Expr::Field(field) => self.field(*field, here),
            Expr::Bound(number) => match here.bound(*number) {
                Some((_, Some(code))) => Eval::Value(Value::Code(code)),
                _ => Eval::Unknown(Reason::ElementNotGiven),
            },
            Expr::It => here.it.clone().unwrap_or(Eval::Unknown(Reason::NotGiven)),
            Expr::AsOf => Eval::Value(Value::Date(self.as_of)),
            Expr::Event(event) => self.event(*event),
            Expr::Parameter { parameter, on } => self.parameter(*parameter, on.as_deref(), here),
            Expr::Attribute {
                of: code,
                table,
                attribute,
                on,
            } => match of(code) {
                Eval::None => Eval::None,
                Eval::Unknown(reason) => Eval::Unknown(reason),
                code => self
                    .day(on.as_deref(), here)
                    .and_then(|day| {
                        let code = code.code().ok_or(Reason::WrongType)?;
                        let table = self.schema().table(*table).ok_or(Reason::WrongType)?;
                        let row = table.row(code, day).ok_or(Reason::CodeNotInForce)?;
                        Ok(cell(&row.attributes, *attribute))
                    })
                    .into(),
            },
            Expr::Lookup {
                list,
                keys,
                attribute,
                on,
            } => match self.key(keys, here) {
                Ok(None) => Eval::None,
                Err(reason) => Eval::Unknown(reason),
                Ok(Some(key)) => match self.day(on.as_deref(), here) {
                    Err(reason) => Eval::Unknown(reason),
                    Ok(day) => match self.rules.named_list(*list).map(|l| l.find(&key, day)) {
                        Some(Found::Row(ListRow { attributes, .. })) => {
                            cell(attributes, *attribute)
                        }
                        Some(Found::Nothing) => Eval::None,
                        Some(Found::TooShort) => Eval::Unknown(Reason::TooShort),
                        None => Eval::Unknown(Reason::WrongType),
                    },
                },
            },
            Expr::TableCall { table, inputs } => {
                let inputs: Vec<Eval> = inputs.iter().map(of).collect();
                self.table_output(*table, &inputs)
            }
            Expr::Arith(ArithOp::Add, a, b) => arith::add(&of(a), &of(b)),
            Expr::Arith(ArithOp::Sub, a, b) => arith::sub(&of(a), &of(b)),
            Expr::Arith(ArithOp::Mul, a, b) => arith::mul(&of(a), &of(b)),
            Expr::AddDuration { date, months, days } => {
                arith::add_duration(&of(date), &of(months), &of(days))
            }
            Expr::Rounded {
                value,
                divisor,
                places,
                rounding,
            } => {
                let divisor = divisor.as_deref().map(of);
                arith::rounded(&of(value), divisor.as_ref(), *places, *rounding)
            }
            Expr::Convert {
                value,
                to,
                money,
                on,
            } => self.convert(&of(value), *to, *money, on.as_deref(), here),
            Expr::FirstDigits(digits, code) => arith::first_digits(&of(code), *digits),
            Expr::NumberOf(value) => arith::number_of(&of(value)),
            Expr::DaysBetween(from, to) => arith::days_between(&of(from), &of(to)),
            Expr::Earlier(a, b) => arith::earlier(&of(a), &of(b)),
            Expr::Later(a, b) => arith::later(&of(a), &of(b)),
            Expr::EndOfMonth(date) => arith::end_of_month(&of(date)),
            Expr::EndOfYear(date) => arith::end_of_year(&of(date)),
            Expr::Choice { arms, otherwise } => {
                for (value, condition) in arms {
                    match self.truth(condition, here) {
                        Truth::True => return of(value),
                        Truth::False => {}
                        Truth::Unknown => return Eval::Unknown(Reason::Undetermined),
                    }
                }
                of(otherwise)
            }
            Expr::Aggregate {
                what,
                value,
                list,
                condition,
                same,
                unit,
            } => {
                let Some(members) = self.members(*list, condition.as_deref(), same, here) else {
                    return Eval::Unknown(Reason::ElementNotGiven);
                };
                let (Some(value), false) = (value, *what == Aggregation::Count) else {
                    return arith::count(members.map(|(truth, _)| truth));
                };
                let valued = members
                    .filter(|(truth, _)| truth.possible())
                    .map(|(truth, element)| (truth, self.value(value, &element)));
                match what {
                    Aggregation::Min => arith::least(valued),
                    Aggregation::Max => arith::greatest(valued),
                    _ => arith::sum(valued, empty_unit(self.rules, value, *unit)),
                }
            }
            Expr::Test(condition) => Eval::truth(self.truth(condition, here)),
        }
    }

    /// The elements of a list, each with whether it is a member: its condition holds, and it
    /// equals the element at hand in the fields named.
    pub(crate) fn members<'m>(
        &'m self,
        list: ListId,
        condition: Option<&'m Cond>,
        same: &'m [FieldId],
        here: &'m Here,
    ) -> Option<impl Iterator<Item = (Truth, Here)> + 'm> {
        let each = Each::List(list);
        let steps = self.steps(each, here)?;
        let member = move |step| {
            let element = here.with(each, step);
            let holds = condition.map_or(Truth::True, |c| self.truth(c, &element));
            let truth = same.iter().fold(holds, |truth, field| {
                let (its, ours) = (self.field(*field, &element), self.field(*field, here));
                truth.and(compare(CompareOp::Eq, &its, &ours))
            });
            (truth, element)
        };
        Some(steps.map(member))
    }

    /// The day that something is read on: the as-of date where none is named. A rough day is no day.
    pub(crate) fn day(&self, on: Option<&Expr>, here: &Here) -> Result<Day, Reason> {
        on.map_or(Ok(self.as_of), |on| self.value(on, here).day())
    }

    /// The key of a list; nothing where a part of it is none, which wins over what is unknown.
    pub(crate) fn key(&self, keys: &[Expr], here: &Here) -> Result<Option<Vec<Value>>, Reason> {
        let parts: Vec<Eval> = keys.iter().map(|key| self.value(key, here)).collect();
        if parts.contains(&Eval::None) {
            return Ok(None);
        }
        let part = |eval: &Eval| match eval {
            Eval::Value(value) => Ok(value.clone()),
            Eval::Unknown(reason) => Err(*reason),
            Eval::Between { .. } | Eval::None => Err(Reason::RoughDay),
        };
        parts.iter().map(part).collect::<Result<_, _>>().map(Some)
    }

    fn event(&self, event: EventId) -> Eval {
        match self.rules.events.get(event.0 as usize).and_then(|e| e.on) {
            Some(rough) => Eval::days(rough.first, rough.last),
            None => Eval::Unknown(Reason::RoughDay),
        }
    }

    /// A parameter on a day. Where the day is rough all its days must agree.
    fn parameter(&self, parameter: ParameterId, on: Option<&Expr>, here: &Here) -> Eval {
        let on = on.map_or(Eval::Value(Value::Date(self.as_of)), |on| {
            self.value(on, here)
        });
        let (first, last) = match on.ends() {
            Ok((Value::Date(first), Value::Date(last))) => (*first, *last),
            Ok(_) => return Eval::Unknown(Reason::WrongType),
            Err(reason) => return Eval::Unknown(reason),
        };
        let Some(parameter) = self.rules.parameters.get(parameter.0 as usize) else {
            return Eval::Unknown(Reason::NoParameter);
        };
        let value_on = |day| parameter.values.iter().find(|v| v.period.holds(day));
        let Some(found) = value_on(first) else {
            return Eval::Unknown(Reason::NoParameter);
        };
        let mut until = found.period.until;
        while let Some(end) = until.filter(|end| *end < last) {
            match end.add(0, 1).and_then(value_on) {
                Some(next) if next.value == found.value => until = next.period.until,
                _ => return Eval::Unknown(Reason::RoughDay),
            }
        }
        Eval::Value(found.value.clone())
    }

    fn convert(&self, value: &Eval, to: Code, money: bool, on: Option<&Expr>, here: &Here) -> Eval {
        if !money {
            let units = self
                .schema()
                .units
                .and_then(|table| self.schema().table(table));
            return arith::convert_quantity(value, to, units);
        }
        match self.day(on, here) {
            Ok(day) => arith::convert_money(value, to, self.schema().rates.as_ref(), day),
            Err(reason) => Eval::Unknown(reason),
        }
    }
}

/// A cell of a row: none where it is empty.
fn cell(cells: &[Option<Value>], column: u16) -> Eval {
    match cells.get(usize::from(column)) {
        Some(Some(value)) => Eval::Value(value.clone()),
        Some(None) => Eval::None,
        None => Eval::Unknown(Reason::WrongType),
    }
}

/// What a sum of nothing is counted in; nothing where an amount has no stated currency or unit.
pub fn empty_unit(rules: &RuleSet, value: &Expr, unit: Option<Code>) -> Option<Unit> {
    match amount_kind(rules, value)? {
        AmountKind::Plain => Some(Unit::Plain),
        AmountKind::Money => unit.map(Unit::Money),
        AmountKind::Quantity => unit.map(Unit::Quantity),
    }
}

/// What an expression counts, as its form tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountKind {
    /// A plain number.
    Plain,
    /// Money.
    Money,
    /// A quantity.
    Quantity,
}

/// What an expression counts; nothing where it is no amount.
pub fn amount_kind(rules: &RuleSet, expr: &Expr) -> Option<AmountKind> {
    let of_type = |typ: Type| match typ {
        Type::Integer | Type::Decimal | Type::Rate => Some(AmountKind::Plain),
        Type::Money(_) => Some(AmountKind::Money),
        Type::Quantity(_) => Some(AmountKind::Quantity),
        _ => None,
    };
    let of = |expr: &Expr| amount_kind(rules, expr);
    match expr {
        Expr::Const(Value::Number(_)) | Expr::NumberOf(_) | Expr::DaysBetween(..) => {
            Some(AmountKind::Plain)
        }
        Expr::Const(Value::Money(..)) | Expr::Convert { money: true, .. } => {
            Some(AmountKind::Money)
        }
        Expr::Const(Value::Quantity(..)) | Expr::Convert { money: false, .. } => {
            Some(AmountKind::Quantity)
        }
        Expr::Field(field) => of_type(rules.schema.field(*field)?.typ),
        Expr::Parameter { parameter, .. } => {
            of_type(rules.parameters.get(parameter.0 as usize)?.typ)
        }
        Expr::Attribute {
            table, attribute, ..
        } => of_type(
            rules
                .schema
                .table(*table)?
                .attributes
                .get(usize::from(*attribute))?
                .typ,
        ),
        Expr::Lookup {
            list, attribute, ..
        } => of_type(
            rules
                .named_list(*list)?
                .attributes
                .get(usize::from(*attribute))?
                .typ,
        ),
        Expr::TableCall { table, .. } => of_type(rules.decision_table(*table)?.gives),
        Expr::Arith(ArithOp::Mul, a, b) => match of(a)? {
            AmountKind::Plain => of(b),
            kind => Some(kind),
        },
        Expr::Arith(_, a, _) => of(a),
        Expr::Rounded { value, divisor, .. } => match divisor.as_deref().map(of) {
            None | Some(Some(AmountKind::Plain)) => of(value),
            Some(_) => Some(AmountKind::Plain),
        },
        Expr::Choice { otherwise, .. } => of(otherwise),
        Expr::Aggregate {
            what: Aggregation::Count,
            ..
        } => Some(AmountKind::Plain),
        Expr::Aggregate { value, .. } => of(value.as_deref()?),
        _ => None,
    }
}
