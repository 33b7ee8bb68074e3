//! A value is brought to a target: backwards through arithmetic, dates, conversions and lists to the
//! fields that it is worked out from.

use super::draft::Draft;
use super::plan::field_of;
use crate::check::rules::{Aggregation, ArithOp, CompareOp, Cond, Each, Expr, NamedListId, Output};
use crate::facts::arith;
use crate::facts::eval::Eval;
use crate::ground::day::Day;
use crate::ground::number::{MAX_PLACES, Number, Rounding};
use crate::reference::Here;
use crate::schema::value::{Code, Denomination, Fact, FieldId, ListId, Type, Value};
use crate::verdict::judgement::Step;

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

    fn aim_aggregate(
        &mut self,
        (what, value, condition): (Aggregation, Option<&Expr>, Option<&Cond>),
        list: ListId,
        target: &Value,
        here: &Here,
    ) -> bool {
        let (maker, each) = (self.maker, Each::List(list));
        let always = Cond::Always;
        let condition = condition.unwrap_or(&always);
        if let (Aggregation::Count, Value::Number(number)) = (what, target) {
            let Some(wanted) = number.to_i64().and_then(|n| u32::try_from(n).ok()) else {
                return false;
            };
            while self.rows(list).end < wanted {
                if self.add_row(list, &maker.plan.usual).is_none() {
                    return false;
                }
            }
            if *condition == Cond::Always {
                self.keep_rows(list, wanted);
            }
            for row in self.rows(list) {
                let element = here.with(each, Step::Row(row));
                self.make(condition, row < wanted, &element);
            }
            return true;
        }
        let Some(value) = value else { return false };
        if self.rows(list).is_empty() && self.add_row(list, &maker.plan.usual).is_none() {
            return false;
        }
        let rows = self.rows(list);
        // The row that is at hand, or else any.
        let last = i64::from(rows.end) - 1;
        let chosen = here
            .row(list)
            .map_or_else(|| self.dice.between(0, last), i64::from);
        let Ok(chosen) = u32::try_from(chosen) else {
            return false;
        };
        let element = here.with(each, Step::Row(chosen));
        if !self.make(condition, true, &element) {
            return false;
        }
        match what {
            Aggregation::Sum => {
                self.supply(value, &element);
                for _ in 0..2 {
                    let mut rest = Eval::Value(target.clone());
                    for row in self.rows(list).filter(|row| *row != chosen) {
                        let other = here.with(each, Step::Row(row));
                        if self.truth(condition, &other).possible() {
                            self.supply(value, &other);
                            rest = arith::sub(&rest, &self.eval(value, &other));
                        }
                    }
                    match rest {
                        Eval::Value(rest) if !is_negative(&rest) => {
                            return self.aim(value, &rest, &element);
                        }
                        // The others are too much, or in another currency: one row alone is left.
                        _ if self.rows(list).end > 1 && chosen == 0 => self.keep_rows(list, 1),
                        _ => break,
                    }
                }
                let alone = self.schema().list(list).is_some_and(|l| l.parent.is_none());
                if alone && here.row(list).is_none() {
                    self.keep_rows(list, 1);
                    let element = here.with(each, Step::Row(0));
                    self.make(condition, true, &element);
                    return self.aim(value, target, &element);
                }
                false
            }
            Aggregation::Min | Aggregation::Max => {
                let op = if what == Aggregation::Min {
                    CompareOp::Ge
                } else {
                    CompareOp::Le
                };
                for row in self.rows(list).filter(|row| *row != chosen) {
                    let other = here.with(each, Step::Row(row));
                    if self.truth(condition, &other).possible() {
                        let stands = Cond::Compare(op, value.clone(), Expr::Const(target.clone()));
                        self.make(&stands, true, &other);
                    }
                }
                self.aim(value, target, &element)
            }
            Aggregation::Count => false,
        }
    }

    /// Takes the last rows of a list away until so many are left, or as few as it may have.
    pub(super) fn keep_rows(&mut self, list: ListId, keep: u32) {
        let Some(declared) = self.schema().list(list) else {
            return;
        };
        let holds_others = self.schema().lists.iter().any(|l| l.parent == Some(list));
        if declared.parent.is_some() || holds_others {
            return;
        }
        let keep = keep.max(declared.least);
        while self.rows(list).end > keep {
            let last = self.rows(list).end - 1;
            if let Some(rows) = self.facts.rows_mut(list) {
                rows.remove_row(last);
            }
        }
    }

    /// All the values that an expression can give, where they are few.
    pub(super) fn candidates(&self, expr: &Expr) -> Option<Vec<Value>> {
        match expr {
            Expr::Attribute {
                table, attribute, ..
            } => {
                let declared = self.schema().table(*table)?;
                let rows = (0..).map(Code).take(declared.codes.len());
                let rows = rows.filter_map(|code| declared.row(code, self.as_of));
                Some(cells(rows.map(|row| row.attributes.as_slice()), *attribute))
            }
            Expr::Lookup {
                list, attribute, ..
            } => {
                let rows = self.maker.rules.named_list(*list)?.rows.iter();
                let now = rows.filter(|row| row.period.holds(self.as_of));
                Some(cells(now.map(|row| row.attributes.as_slice()), *attribute))
            }
            Expr::TableCall { table, .. } => {
                let rows = &self.maker.rules.decision_table(*table)?.rows;
                let values = rows.iter().filter_map(|row| match &row.output {
                    Output::Value(value) => Some(value.clone()),
                    Output::None | Output::AnyCode => None,
                });
                Some(values.collect())
            }
            _ => None,
        }
    }

    /// The decimal places that the fields behind a value have.
    pub(super) fn places(&self, expr: &Expr) -> u32 {
        let mut places = 0;
        let mut known = false;
        super::walk::value(expr, &mut |met| {
            let super::walk::Met::Expr(Expr::Field(field)) = met else {
                return;
            };
            let typ = self.schema().field(*field).map(|f| f.typ);
            let its = match typ {
                Some(Type::Rate) => 4,
                Some(Type::Money(_) | Type::Decimal) => 2,
                Some(Type::Quantity(_)) => 3,
                _ => 0,
            };
            places = places.max(its);
            known = true;
        });
        let counts = matches!(
            expr,
            Expr::Aggregate {
                what: Aggregation::Count,
                ..
            }
        );
        if counts || !known { 0 } else { places }
    }

    /// A value that stands so to a limit: at it, one step beside it, or further off.
    pub(super) fn beyond(
        &mut self,
        op: CompareOp,
        limit: &Value,
        places: u32,
        moving: &Expr,
    ) -> Option<Value> {
        let far = match self.dice.below(10) {
            0..=4 => 0,
            5 | 6 => 1,
            7 => self.dice.between(2, 30),
            8 => self.dice.between(31, 1_000),
            _ => self.dice.between(1_000, 200_000),
        };
        let up = self.dice.percent(50);
        let by = match op {
            CompareOp::Eq => 0,
            CompareOp::Ne if up => far.max(1),
            CompareOp::Ne => -far.max(1),
            CompareOp::Lt => -far.max(1),
            CompareOp::Le => -far,
            CompareOp::Gt => far.max(1),
            CompareOp::Ge => far,
        };
        let moved = |number: Number| number.add(Number::from_parts(i128::from(by), places)?);
        Some(match limit {
            Value::Number(number) => Value::Number(moved(*number)?),
            Value::Money(number, code) => Value::Money(moved(*number)?, *code),
            Value::Quantity(number, code) => Value::Quantity(moved(*number)?, *code),
            Value::Date(day) => Value::Date(shifted(*day, by)?),
            Value::Bool(yes) => Value::Bool((op == CompareOp::Eq) == *yes),
            other if op == CompareOp::Eq => other.clone(),
            Value::Code(_) => {
                let typ = field_of(moving)
                    .and_then(|f| self.schema().field(f))
                    .map(|f| f.typ);
                let Some(Type::Code(table)) = typ else {
                    return None;
                };
                Value::Code(self.code(table)?)
            }
            Value::Hs(_) => Value::Hs(self.tariff()?),
            Value::Text(text) => Value::Text(format!("{text}X").into()),
            Value::Set(_) => return None,
        })
    }
}

fn shifted(day: Day, by: i64) -> Option<Day> {
    // Days that lie further off than a few years say nothing more.
    day.add(0, i32::try_from(by.clamp(-400, 400)).ok()?)
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) | Value::Money(number, _) | Value::Quantity(number, _) => {
            Some(*number)
        }
        _ => None,
    }
}

fn is_negative(value: &Value) -> bool {
    number(value).is_some_and(|number| number < Number::ZERO)
}

fn cells<'r>(rows: impl Iterator<Item = &'r [Option<Value>]>, column: u16) -> Vec<Value> {
    let mut values: Vec<Value> = rows
        .filter_map(|cells| cells.get(usize::from(column))?.clone())
        .collect();
    values.sort();
    values.dedup();
    values
}
