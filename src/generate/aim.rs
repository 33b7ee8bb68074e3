//! A value is brought to a target: backwards through arithmetic, dates, conversions and lists to the
//! fields that it is worked out from.

use super::draft::Draft;
use super::plan::field_of;
use crate::check::rules::{ArithOp, CompareOp, Cond, Expr, NamedListId, Output};
use crate::facts::arith;
use crate::facts::eval::Eval;
use crate::ground::number::{MAX_PLACES, Number, Rounding};
use crate::reference::Here;
use crate::schema::value::{Code, Denomination, Fact, FieldId, Type, Value};

impl Draft<'_> {
    /// Changes facts so that an expression gives a value; says whether a way was found. Rounding on
    /// the way may miss the value by a little.
    pub(super) fn aim(&mut self, expr: &Expr, target: &Value, here: &Here) -> bool {
        if self.tries == 0 {
            return false;
        }
        self.tries -= 1;
        match expr {
            Expr::Field(field) => {
                let row = self.here_row(*field, here);
                self.put(*field, row, target)
            }
            Expr::AsOf => {
                let judged_on = self.schema().judged_on;
                self.put(judged_on, None, target)
            }
            Expr::Const(_)
            | Expr::Bound(_)
            | Expr::It
            | Expr::Event(_)
            | Expr::Parameter { .. } => self.eval(expr, here) == Eval::Value(target.clone()),
            Expr::Attribute {
                of,
                table,
                attribute,
                ..
            } => {
                let day = self.as_of;
                let Some(declared) = self.schema().table(*table) else {
                    return false;
                };
                let fits = |code: &Code| {
                    let row = declared.row(*code, day);
                    let cell = row.and_then(|row| row.attributes.get(usize::from(*attribute)));
                    cell.is_some_and(|cell| cell.as_ref() == Some(target))
                };
                let plan = self.maker.plan.table(*table);
                let codes = plan.map_or(&[][..], |plan| &plan.codes);
                let fitting: Vec<Code> = codes.iter().copied().filter(fits).collect();
                match self.dice.one(&fitting).copied() {
                    Some(code) => self.aim(of, &Value::Code(code), here),
                    None => false,
                }
            }
            Expr::Lookup {
                list,
                keys,
                attribute,
                ..
            } => self.looked_up(*list, keys, *attribute, target, here),
            Expr::TableCall { table, inputs } => {
                let Some(declared) = self.maker.rules.decision_table(*table) else {
                    return false;
                };
                let gives = |output: &Output| match output {
                    Output::Value(value) => value == target,
                    Output::AnyCode | Output::None => false,
                };
                let rows = declared.rows.iter().enumerate();
                let fitting: Vec<usize> = rows
                    .filter(|(_, row)| gives(&row.output))
                    .map(|(at, _)| at)
                    .collect();
                let Some(row) = self.dice.one(&fitting).copied() else {
                    return false;
                };
                self.fit_row(*table, inputs, row, here);
                true
            }
            Expr::Arith(op, a, b) => self.aim_arith(*op, a, b, target, here),
            Expr::AddDuration { date, months, days } => {
                self.aim_date(date, months, days, target, here)
            }
            Expr::Rounded { value, divisor, .. } => match divisor {
                None => self.aim(value, target, here),
                Some(divisor) => {
                    self.supply(divisor, here);
                    let product =
                        arith::mul(&Eval::Value(target.clone()), &self.eval(divisor, here));
                    match product {
                        Eval::Value(product) => self.aim(value, &product, here),
                        _ => false,
                    }
                }
            },
            Expr::Convert {
                value, to, money, ..
            } => self.aim_convert(value, *to, *money, target, here),
            Expr::FirstDigits(_, of) => match target {
                Value::Hs(prefix) => {
                    let code = self.under(*prefix);
                    self.aim(of, &Value::Hs(code), here)
                }
                _ => false,
            },
            Expr::NumberOf(of) => self.aim_number(of, target, here),
            Expr::DaysBetween(from, to) => self.aim_days(from, to, target, here),
            Expr::Earlier(a, b) => self.aim_end(a, b, target, CompareOp::Ge, here),
            Expr::Later(a, b) => self.aim_end(a, b, target, CompareOp::Le, here),
            Expr::EndOfMonth(date) | Expr::EndOfYear(date) => self.aim(date, target, here),
            Expr::Choice { arms, otherwise } => self.aim_choice(arms, otherwise, target, here),
            Expr::Aggregate {
                what,
                value,
                list,
                condition,
                ..
            } => {
                let parts = (*what, value.as_deref(), condition.as_deref());
                self.aim_aggregate(parts, *list, target, here)
            }
            Expr::Test(cond) => match target {
                Value::Bool(want) => self.make(cond, *want, here),
                _ => false,
            },
        }
    }

    /// Sets a field to a value of its type.
    fn put(&mut self, field: FieldId, row: Option<u32>, target: &Value) -> bool {
        let Some(typ) = self.schema().field(field).map(|f| f.typ) else {
            return false;
        };
        let fits = |number: &Number| {
            let (mantissa, scale) = number.parts();
            scale as usize <= MAX_PLACES && mantissa.unsigned_abs() < 10u128.pow(18)
        };
        let fact = match (typ, target) {
            (Type::Integer, Value::Number(number)) if number.to_i64().is_none() => return false,
            (Type::Integer | Type::Decimal | Type::Rate, Value::Number(number)) => {
                if !fits(number) {
                    return false;
                }
                target.clone()
            }
            (Type::Money(in_what), Value::Money(number, code))
            | (Type::Quantity(in_what), Value::Quantity(number, code)) => {
                if !fits(number) {
                    return false;
                }
                match in_what {
                    Denomination::Fixed(fixed) if fixed != *code => return false,
                    Denomination::Named(naming) => {
                        let at = self.naming_row(field, naming, row);
                        self.set(naming, at, Fact::Value(Value::Code(*code)));
                    }
                    _ => {}
                }
                target.clone()
            }
            (Type::Bool, Value::Bool(_))
            | (Type::Date, Value::Date(_))
            | (Type::Text, Value::Text(_))
            | (Type::Code(_), Value::Code(_))
            | (Type::Set(_), Value::Set(_)) => target.clone(),
            (Type::Hs, Value::Hs(code)) => Value::Hs(self.under(*code)),
            _ => return false,
        };
        self.set(field, row, Fact::Value(fact));
        true
    }

    /// Gives keys of a list that are in it, or that are not.
    pub(super) fn in_list(
        &mut self,
        keys: &[Expr],
        list: NamedListId,
        on: Option<&Expr>,
        inside: bool,
        here: &Here,
    ) {
        if !inside {
            for key in keys {
                if let Some(field) = field_of(key) {
                    let row = self.here_row(field, here);
                    self.draw(field, row);
                }
            }
            return;
        }
        self.looked_at(list, keys, on, |_| true, here);
    }

    fn looked_up(
        &mut self,
        list: NamedListId,
        keys: &[Expr],
        attribute: u16,
        target: &Value,
        here: &Here,
    ) -> bool {
        let fits = |attributes: &[Option<Value>]| {
            let cell = attributes.get(usize::from(attribute));
            cell.is_some_and(|cell| cell.as_ref() == Some(target))
        };
        self.looked_at(list, keys, None, fits, here)
    }

    /// Gives the keys of a row of a list whose attributes fit.
    fn looked_at(
        &mut self,
        list: NamedListId,
        keys: &[Expr],
        on: Option<&Expr>,
        fits: impl Fn(&[Option<Value>]) -> bool,
        here: &Here,
    ) -> bool {
        if let Some(on) = on {
            self.supply(on, here);
        }
        let day = on.and_then(|on| self.eval(on, here).day().ok());
        let day = day.unwrap_or(self.as_of);
        let Some(declared) = self.maker.rules.named_list(list) else {
            return false;
        };
        let held = |row: &&crate::schema::table::ListRow| fits(&row.attributes);
        let fitting: Vec<_> = declared.rows.iter().filter(held).collect();
        let now: Vec<_> = fitting
            .iter()
            .filter(|row| row.period.holds(day))
            .copied()
            .collect();
        let row = match now.is_empty() {
            false => self.dice.one(&now).copied(),
            true => self.dice.one(&fitting).copied(),
        };
        let Some(row) = row else { return false };
        if !row.period.holds(day) {
            // The list knows it on other days only: one of those.
            let other = row.period.from.or(row.period.until);
            let on = on.unwrap_or(&Expr::AsOf);
            if let Some(other) = other {
                self.aim(on, &Value::Date(other), here);
            }
        }
        let mut all = true;
        for (key, value) in keys.iter().zip(&row.keys) {
            if self.eval(key, here) != Eval::Value(value.clone()) {
                all &= self.aim(key, value, here);
            }
        }
        all
    }

    fn aim_arith(&mut self, op: ArithOp, a: &Expr, b: &Expr, target: &Value, here: &Here) -> bool {
        self.supply(a, here);
        self.supply(b, here);
        let goal = Eval::Value(target.clone());
        for first in self.either() {
            let (moving, fixed) = if first { (a, b) } else { (b, a) };
            let known = self.eval(fixed, here);
            let wanted = match (op, first) {
                (ArithOp::Add, _) => arith::sub(&goal, &known),
                (ArithOp::Sub, true) => arith::add(&goal, &known),
                (ArithOp::Sub, false) => arith::sub(&known, &goal),
                (ArithOp::Mul, _) => arith::rounded(&goal, Some(&known), 2, Rounding::HalfUp),
            };
            // An amount below nothing is no amount.
            if let Eval::Value(wanted) = wanted
                && !is_negative(&wanted)
                && self.aim(moving, &wanted, here)
            {
                return true;
            }
        }
        false
    }

    /// Which of two sides to try first: usually the first.
    fn either(&mut self) -> [bool; 2] {
        match self.dice.percent(70) {
            true => [true, false],
            false => [false, true],
        }
    }

    fn aim_date(
        &mut self,
        date: &Expr,
        months: &Expr,
        days: &Expr,
        target: &Value,
        here: &Here,
    ) -> bool {
        let Value::Date(day) = target else {
            return false;
        };
        for part in [date, months, days] {
            self.supply(part, here);
        }
        let whole = |eval: Eval| match eval {
            Eval::Value(Value::Number(number)) => {
                number.to_i64().and_then(|n| i32::try_from(n).ok())
            }
            _ => None,
        };
        let (Some(m), Some(d)) = (whole(self.eval(months, here)), whole(self.eval(days, here)))
        else {
            return false;
        };
        // Days are taken off before months are; a short month may make it a day or two less.
        let start = day
            .add(0, d.saturating_neg())
            .and_then(|day| day.add(m.saturating_neg(), 0));
        if let Some(start) = start
            && self.aim(date, &Value::Date(start), here)
        {
            return true;
        }
        let Ok(from) = self.eval(date, here).day() else {
            return false;
        };
        let between = i64::from(day.number() - from.number());
        m == 0 && self.aim(days, &Value::Number(Number::from_i64(between)), here)
    }

    fn aim_convert(
        &mut self,
        value: &Expr,
        to: Code,
        money: bool,
        target: &Value,
        here: &Here,
    ) -> bool {
        if self.aim(value, target, here) {
            return true;
        }
        // The amount is in another currency or unit for good: what one of it comes to says how much.
        let in_what = field_of(value)
            .and_then(|field| self.schema().field(field))
            .map(|field| field.typ);
        let one = Number::from_i64(1);
        let (single, back): (Value, fn(Number, Code) -> Value) = match in_what {
            Some(Type::Money(Denomination::Fixed(code))) => (Value::Money(one, code), Value::Money),
            Some(Type::Quantity(Denomination::Fixed(code))) => {
                (Value::Quantity(one, code), Value::Quantity)
            }
            _ => return false,
        };
        let convert = Expr::Convert {
            value: Box::new(Expr::Const(single.clone())),
            to,
            money,
            on: None,
        };
        let (Some(rate), Some(wanted)) = (
            self.eval(&convert, here).known().and_then(number),
            number(target),
        ) else {
            return false;
        };
        let own = match single {
            Value::Money(_, code) | Value::Quantity(_, code) => code,
            _ => return false,
        };
        match wanted.div_rounded(rate, 2, Rounding::HalfUp) {
            Some(amount) => self.aim(value, &back(amount, own), here),
            None => false,
        }
    }

    fn aim_number(&mut self, of: &Expr, target: &Value, here: &Here) -> bool {
        let Value::Number(number) = target else {
            return false;
        };
        self.supply(of, here);
        let amount = match self.eval(of, here) {
            Eval::Value(Value::Money(_, code)) => Value::Money(*number, code),
            Eval::Value(Value::Quantity(_, code)) => Value::Quantity(*number, code),
            Eval::Value(Value::Number(_)) => target.clone(),
            _ => return false,
        };
        self.aim(of, &amount, here)
    }

    fn aim_days(&mut self, from: &Expr, to: &Expr, target: &Value, here: &Here) -> bool {
        let Value::Number(number) = target else {
            return false;
        };
        let Some(days) = number.to_i64().and_then(|n| i32::try_from(n).ok()) else {
            return false;
        };
        self.supply(from, here);
        self.supply(to, here);
        for first in self.either() {
            let (moving, fixed, by) = if first {
                (from, to, -days)
            } else {
                (to, from, days)
            };
            let day = self.eval(fixed, here).day().ok();
            if let Some(day) = day.and_then(|day| day.add(0, by))
                && self.aim(moving, &Value::Date(day), here)
            {
                return true;
            }
        }
        false
    }

    /// The earlier or the later of two: one at the target, the other not beyond it.
    fn aim_end(&mut self, a: &Expr, b: &Expr, target: &Value, op: CompareOp, here: &Here) -> bool {
        self.supply(a, here);
        self.supply(b, here);
        for first in self.either() {
            let (moving, other) = if first { (a, b) } else { (b, a) };
            if self.aim(moving, target, here) {
                let limit = Expr::Const(target.clone());
                let stands = Cond::Compare(op, other.clone(), limit);
                self.make(&stands, true, here);
                return true;
            }
        }
        false
    }

    fn aim_choice(
        &mut self,
        arms: &[(Expr, Cond)],
        otherwise: &Expr,
        target: &Value,
        here: &Here,
    ) -> bool {
        // The arm that is taken already, or else any.
        let taken = arms
            .iter()
            .position(|(_, cond)| self.truth(cond, here) != crate::ground::truth::Truth::False);
        let mut order: Vec<usize> = (0..=arms.len()).collect();
        self.dice.shuffle(&mut order);
        if self.dice.percent(60) {
            order.insert(0, taken.unwrap_or(arms.len()));
        }
        for at in order {
            for (_, cond) in arms.iter().take(at) {
                self.make(cond, false, here);
            }
            let value = match arms.get(at) {
                Some((value, cond)) => {
                    if !self.make(cond, true, here) {
                        continue;
                    }
                    value
                }
                None => otherwise,
            };
            if self.aim(value, target, here) {
                return true;
            }
        }
        false
    }
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) | Value::Money(number, _) | Value::Quantity(number, _) => {
            Some(*number)
        }
        _ => None,
    }
}

pub(super) fn is_negative(value: &Value) -> bool {
    number(value).is_some_and(|number| number < Number::ZERO)
}
