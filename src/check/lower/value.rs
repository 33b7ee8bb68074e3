//! Values: arithmetic, durations, rounding, aggregates, choices.

use super::types::{
    add, constant, differ, is_duration, join, negate, open_in_list, product_type, sum_type, times,
};
use super::{Lower, Lowered, Typed};
use crate::check::codes;
use crate::check::rules::{Aggregation, ArithOp, Cond, Each, Expr};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::number::Number;
use crate::ground::span::At;
use crate::schema::Home;
use crate::schema::value::{Denomination, FieldId, TableId, Type, Value};
use crate::syntax::ast::{self, DurationUnit, ExprKind};

impl Lower<'_, '_> {
    pub(super) fn dispatch(&mut self, expr: &ast::Expr) -> Option<Lowered> {
        let at = expr.at;
        let value = |typed: Option<Typed>| typed.map(Lowered::Value);
        let cond = |cond: Option<Cond>| cond.map(Lowered::Cond);
        match expr.kind.as_ref() {
            ExprKind::Name(name) => self.name(name, at),
            ExprKind::Number { digits, unit } => value(self.number(digits, unit.as_ref(), at)),
            ExprKind::Date(text) => value(self.date(text, at)),
            ExprKind::Text(text) => value(Some(Typed {
                expr: Expr::Const(Value::Text(text.as_str().into())),
                typ: Type::Text,
            })),
            ExprKind::Bool(b) => value(Some(Typed {
                expr: Expr::Const(Value::Bool(*b)),
                typ: Type::Bool,
            })),
            ExprKind::AsOf => value(Some(Typed {
                expr: Expr::AsOf,
                typ: Type::Date,
            })),
            ExprKind::It => value(self.it_value(at)),
            ExprKind::Event(name) => value(self.event(name)),
            ExprKind::Duration { .. } => {
                self.complain(
                    codes::TYPE_NOT_HERE,
                    "a duration stands only beside a day",
                    at,
                    "add it to a date",
                );
                None
            }
            ExprKind::Not(inner) => cond(self.condition(inner).map(|c| Cond::Not(Box::new(c)))),
            ExprKind::And(parts) => cond(self.all(parts).map(Cond::And)),
            ExprKind::Or(parts) => cond(self.all(parts).map(Cond::Or)),
            ExprKind::Compare(op, l, r) => cond(self.compare(*op, l, r, at)),
            ExprKind::Is {
                value,
                negated,
                choices,
            } => cond(self.is(value, *negated, choices)),
            ExprKind::IsNone(inner) => cond(self.is_none(inner)),
            ExprKind::In {
                value,
                negated,
                target,
            } => self.is_in(value, *negated, target, None, at),
            ExprKind::Tuple(_) => {
                self.complain(
                    codes::TYPE_NOT_HERE,
                    "several values stand only before `in`",
                    at,
                    "",
                );
                None
            }
            ExprKind::Under {
                value,
                negated,
                prefixes,
            } => cond(self.under(value, *negated, prefixes)),
            ExprKind::Range { value, least, most } => cond(self.range(value, least, most, at)),
            ExprKind::Within {
                value,
                duration,
                of,
            } => cond(self.within_duration(value, duration, of)),
            ExprKind::Has { set, codes } => cond(self.has(set, codes)),
            ExprKind::Quantified {
                quantity,
                over,
                body,
            } => cond(self.quantified(*quantity, over, body.as_ref())),
            ExprKind::Aggregate {
                what,
                value: of,
                list,
                condition,
                same,
            } => value(self.aggregate(*what, of.as_ref(), list, condition.as_ref(), same, at)),
            ExprKind::Arith(op, l, r) => value(self.arith(*op, l, r, at)),
            ExprKind::Rounded {
                value: of,
                divisor,
                places,
                rounding,
            } => value(self.rounded(of, divisor.as_ref(), *places, *rounding, at)),
            ExprKind::FirstDigits(count, inner) => value(self.first_digits(*count, inner, at)),
            ExprKind::NumberOf(inner) => value(self.number_of(inner)),
            ExprKind::On(inner, day) => self.on(inner, day, at),
            ExprKind::DaysBetween(a, b) => value(self.two_days(a, b).map(|(a, b)| Typed {
                expr: Expr::DaysBetween(a, b),
                typ: Type::Integer,
            })),
            ExprKind::EarlierOf(a, b) => value(self.two_days(a, b).map(|(a, b)| Typed {
                expr: Expr::Earlier(a, b),
                typ: Type::Date,
            })),
            ExprKind::LaterOf(a, b) => value(self.two_days(a, b).map(|(a, b)| Typed {
                expr: Expr::Later(a, b),
                typ: Type::Date,
            })),
            ExprKind::EndOfMonth(a) => value(self.typed_as(a, Type::Date).map(|a| Typed {
                expr: Expr::EndOfMonth(Box::new(a)),
                typ: Type::Date,
            })),
            ExprKind::EndOfYear(a) => value(self.typed_as(a, Type::Date).map(|a| Typed {
                expr: Expr::EndOfYear(Box::new(a)),
                typ: Type::Date,
            })),
            ExprKind::Choice { arms, otherwise } => value(self.choice(arms, otherwise, None, at)),
            ExprKind::Call {
                name,
                arguments,
                attribute,
            } => value(self.call(name, arguments, attribute.as_ref(), at)),
        }
    }

    /// A value of exactly that type.
    pub(in crate::check) fn typed_as(&mut self, expr: &ast::Expr, wanted: Type) -> Option<Expr> {
        let typed = self.value(expr)?;
        self.fits(&typed, wanted, expr.at).then_some(typed.expr)
    }

    /// Whether a value can stand where that type is wanted; complains where not.
    pub(in crate::check) fn fits(&mut self, typed: &Typed, wanted: Type, at: At) -> bool {
        let fine = match (typed.typ, wanted) {
            (Type::Integer, Type::Decimal) => true,
            (Type::Money(a), Type::Money(b)) | (Type::Quantity(a), Type::Quantity(b)) => {
                match (a, b) {
                    (Denomination::Fixed(a), Denomination::Fixed(b)) => a == b,
                    _ => true,
                }
            }
            (a, b) => a == b,
        };
        if !fine {
            let (found, wanted) = (self.type_name(typed.typ), self.type_name(wanted));
            self.complain(
                codes::WRONG_TYPE,
                format!("{wanted} is needed"),
                at,
                format!("this is {found}"),
            );
        }
        fine
    }

    fn two_days(&mut self, a: &ast::Expr, b: &ast::Expr) -> Option<(Box<Expr>, Box<Expr>)> {
        let (a, b) = (self.typed_as(a, Type::Date), self.typed_as(b, Type::Date));
        Some((Box::new(a?), Box::new(b?)))
    }

    fn event(&mut self, name: &ast::Name) -> Option<Typed> {
        let names = self.scope.names;
        let found = names.find(&names.events, &name.node, |n| match n {
            crate::check::names::Named::Event(e) => Some(*e),
            _ => None,
        });
        match found {
            Some(event) => {
                self.note(name.at, crate::check::names::Named::Event(event));
                self.used.insert(format!("event {}", name.node));
                Some(Typed {
                    expr: Expr::Event(event),
                    typ: Type::Date,
                })
            }
            None => {
                super::super::law::unknown(
                    self,
                    "event",
                    name,
                    names.events.keys().map(String::as_str),
                );
                None
            }
        }
    }

    fn arith(&mut self, op: ArithOp, left: &ast::Expr, right: &ast::Expr, at: At) -> Option<Typed> {
        if op != ArithOp::Mul && is_duration(right) && !is_duration(left) {
            return self.day_and_durations(op, left, right);
        }
        let (l, r) = (self.value(left), self.value(right));
        let (l, r) = (l?, r?);
        let typ = match op {
            ArithOp::Add | ArithOp::Sub => sum_type(l.typ, r.typ),
            ArithOp::Mul => product_type(l.typ, r.typ),
        };
        let Some(typ) = typ else {
            let (a, b) = (self.type_name(l.typ), self.type_name(r.typ));
            let word = match op {
                ArithOp::Add => "added to",
                ArithOp::Sub => "and its difference from",
                ArithOp::Mul => "multiplied by",
            };
            let units = matches!(
                (l.typ, r.typ),
                (Type::Money(_), Type::Money(_)) | (Type::Quantity(_), Type::Quantity(_))
            );
            let code = if units && op != ArithOp::Mul {
                codes::UNITS_DIFFER
            } else {
                codes::CANNOT_CALCULATE
            };
            let mut diagnostic = Diagnostic::new(code, format!("{a} {word} {b}"), left.at.0)
                .label(a)
                .also(right.at.0, b);
            if units && op != ArithOp::Mul {
                diagnostic = diagnostic.help("convert one of them: `… in CNY`, `… in kg`");
            } else if matches!((l.typ, r.typ), (Type::Date, Type::Date)) {
                diagnostic =
                    diagnostic.help("for the days between two dates write `days from … to …`");
            }
            self.push(diagnostic);
            return None;
        };
        let _ = at;
        Some(Typed {
            expr: Expr::Arith(op, Box::new(l.expr), Box::new(r.expr)),
            typ,
        })
    }

    /// `D + 6 months + n * 6 months`: durations add up first, months before days.
    fn day_and_durations(
        &mut self,
        op: ArithOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<Typed> {
        let (mut months, mut days) = self.signed_duration(op, right)?;
        let mut base = left;
        while let ExprKind::Arith(op, inner, duration) = base.kind.as_ref() {
            if *op == ArithOp::Mul || !is_duration(duration) {
                break;
            }
            let (m, d) = self.signed_duration(*op, duration)?;
            months = add(m, months);
            days = add(d, days);
            base = inner;
        }
        let date = self.typed_as(base, Type::Date)?;
        let expr = Expr::AddDuration {
            date: Box::new(date),
            months: Box::new(months),
            days: Box::new(days),
        };
        Some(Typed {
            expr,
            typ: Type::Date,
        })
    }

    fn signed_duration(&mut self, op: ArithOp, duration: &ast::Expr) -> Option<(Expr, Expr)> {
        let (months, days) = self.duration(duration)?;
        Some(match op {
            ArithOp::Sub => (negate(months), negate(days)),
            _ => (months, days),
        })
    }

    /// Months and days of a duration.
    pub(super) fn duration(&mut self, expr: &ast::Expr) -> Option<(Expr, Expr)> {
        match expr.kind.as_ref() {
            ExprKind::Duration { digits, unit } => {
                let count = digits
                    .parse::<Number>()
                    .ok()
                    .filter(|n| n.to_i64().is_some_and(|n| n.abs() <= 120_000));
                let Some(count) = count else {
                    self.complain(
                        codes::BAD_LITERAL,
                        "a duration has a whole number of days, months or years, at most 120,000",
                        expr.at,
                        "",
                    );
                    return None;
                };
                let months = match unit {
                    DurationUnit::Days => Number::ZERO,
                    DurationUnit::Months => count,
                    DurationUnit::Years => count.mul(Number::from_i64(12))?,
                };
                let days = if *unit == DurationUnit::Days {
                    count
                } else {
                    Number::ZERO
                };
                Some((constant(months), constant(days)))
            }
            ExprKind::Arith(ArithOp::Mul, a, b) => {
                let (count, duration) = if is_duration(b) { (a, b) } else { (b, a) };
                let count = self.typed_as(count, Type::Integer);
                let (months, days) = self.duration(duration)?;
                let count = count?;
                Some((times(&count, months), times(&count, days)))
            }
            ExprKind::Arith(op, a, b) => {
                let (first, second) = (self.duration(a), self.signed_duration(*op, b));
                let ((m1, d1), (m2, d2)) = (first?, second?);
                Some((add(m1, m2), add(d1, d2)))
            }
            _ => {
                self.complain(
                    codes::WRONG_TYPE,
                    "a duration such as `6 months` is needed",
                    expr.at,
                    "not a duration",
                );
                None
            }
        }
    }

    fn rounded(
        &mut self,
        value: &ast::Expr,
        divisor: Option<&ast::Expr>,
        places: u32,
        rounding: crate::ground::number::Rounding,
        at: At,
    ) -> Option<Typed> {
        let typed = self.value(value);
        let by = match divisor {
            Some(divisor) => Some(self.value(divisor)?),
            None => None,
        };
        let typed = typed?;
        if places > 10 {
            self.complain(codes::BAD_LITERAL, "at most 10 places can be kept", at, "");
            return None;
        }
        let typ = match (typed.typ, by.as_ref().map(|b| b.typ)) {
            (
                Type::Integer | Type::Decimal,
                None | Some(Type::Integer | Type::Decimal | Type::Rate),
            ) => Type::Decimal,
            (Type::Rate, None | Some(Type::Integer | Type::Decimal | Type::Rate)) => Type::Rate,
            (
                t @ (Type::Money(_) | Type::Quantity(_)),
                None | Some(Type::Integer | Type::Decimal | Type::Rate),
            ) => t,
            (Type::Money(a), Some(Type::Money(b)))
            | (Type::Quantity(a), Some(Type::Quantity(b)))
                if !differ(a, b) =>
            {
                Type::Decimal
            }
            _ => {
                let found = self.type_name(typed.typ);
                let title = match &by {
                    Some(by) => format!("{found} divided by {}", self.type_name(by.typ)),
                    None => format!("{found} rounded"),
                };
                self.complain(codes::CANNOT_CALCULATE, title, at, "cannot be done");
                return None;
            }
        };
        let expr = Expr::Rounded {
            value: Box::new(typed.expr),
            divisor: by.map(|b| Box::new(b.expr)),
            places,
            rounding,
        };
        Some(Typed { expr, typ })
    }

    /// `first 8 digits of V`
    fn first_digits(&mut self, count: u32, inner: &ast::Expr, at: At) -> Option<Typed> {
        let code = self.typed_as(inner, Type::Hs);
        let Some(count) = u8::try_from(count).ok().filter(|c| (2..=10).contains(c)) else {
            self.complain(
                codes::BAD_LITERAL,
                format!("the first {count} digits of a tariff code"),
                at,
                "a tariff code has 2 to 10",
            );
            return None;
        };
        Some(Typed {
            expr: Expr::FirstDigits(count, Box::new(code?)),
            typ: Type::Hs,
        })
    }

    fn number_of(&mut self, inner: &ast::Expr) -> Option<Typed> {
        let typed = self.value(inner)?;
        if !matches!(typed.typ, Type::Money(_) | Type::Quantity(_) | Type::Rate) {
            let found = self.type_name(typed.typ);
            self.complain(
                codes::WRONG_TYPE,
                "`number of` needs money, a quantity or a rate",
                inner.at,
                format!("this is {found}"),
            );
            return None;
        }
        Some(Typed {
            expr: Expr::NumberOf(Box::new(typed.expr)),
            typ: Type::Decimal,
        })
    }

    /// The values of a choice may be codes of that table.
    pub(super) fn choice(
        &mut self,
        arms: &[(ast::Expr, ast::Expr)],
        otherwise: &ast::Expr,
        table: Option<TableId>,
        at: At,
    ) -> Option<Typed> {
        let mut lowered = Vec::new();
        let mut typ: Option<Option<Type>> = None;
        let mut good = true;
        for (value, condition) in arms {
            let (value_typed, condition) =
                (self.value_or_code(value, table), self.condition(condition));
            match (value_typed, condition) {
                (Some(v), Some(c)) => {
                    typ = Some(match typ {
                        None => Some(v.typ),
                        Some(t) => t.and_then(|t| join(t, v.typ)),
                    });
                    lowered.push((v.expr, c));
                }
                _ => good = false,
            }
        }
        let last = self.value_or_code(otherwise, table)?;
        if !good {
            return None;
        }
        let Some(typ) = typ.flatten().and_then(|t| join(t, last.typ)) else {
            self.complain(
                codes::WRONG_TYPE,
                "the values of a choice have different types",
                at,
                "",
            );
            return None;
        };
        Some(Typed {
            expr: Expr::Choice {
                arms: lowered,
                otherwise: Box::new(last.expr),
            },
            typ,
        })
    }

    fn aggregate(
        &mut self,
        what: Aggregation,
        value: Option<&ast::Expr>,
        list: &ast::Name,
        condition: Option<&ast::Expr>,
        same: &[ast::Name],
        at: At,
    ) -> Option<Typed> {
        let list_id = self.list_named(&list.node, list.at)?;
        if !same.is_empty() && !self.elements.contains(&list_id) && !self.is_anywhere() {
            self.push(
                Diagnostic::new(
                    codes::NO_ELEMENT,
                    "`with same` needs an element at hand",
                    at.0,
                )
                .label(format!("no element of `{}` is at hand", list.node))
                .help("begin the rule with `each`"),
            );
            return None;
        }
        let (value, condition, fields) = self.within(Each::List(list_id), None, |lower| {
            let value = value.map(|v| lower.value(v));
            let condition = condition.map(|c| lower.condition(c));
            let fields: Vec<Option<FieldId>> =
                same.iter().map(|n| lower.same_field(n, list_id)).collect();
            (value, condition, fields)
        });
        let value = match value {
            Some(value) => Some(value?),
            None => None,
        };
        let condition = match condition {
            Some(condition) => Some(Box::new(condition?)),
            None => None,
        };
        let same: Vec<FieldId> = fields.into_iter().collect::<Option<_>>()?;
        let typ = match (what, value.as_ref().map(|v| v.typ)) {
            (Aggregation::Count, _) => Type::Integer,
            (Aggregation::Sum, Some(t @ (Type::Integer | Type::Decimal | Type::Rate))) => t,
            (_, Some(t @ (Type::Money(_) | Type::Quantity(_)))) => open_in_list(self, t),
            (
                Aggregation::Min | Aggregation::Max,
                Some(t @ (Type::Integer | Type::Decimal | Type::Rate | Type::Date)),
            ) => t,
            (_, found) => {
                let found = found.map_or("nothing".to_owned(), |t| self.type_name(t));
                self.complain(
                    codes::CANNOT_CALCULATE,
                    format!("{found} cannot be added up or ordered"),
                    at,
                    "",
                );
                return None;
            }
        };
        let unit = match typ {
            Type::Money(Denomination::Fixed(code)) | Type::Quantity(Denomination::Fixed(code)) => {
                Some(code)
            }
            _ => None,
        };
        let expr = Expr::Aggregate {
            what,
            value: value.map(|v| Box::new(v.expr)),
            list: list_id,
            condition,
            same,
            unit,
        };
        Some(Typed { expr, typ })
    }

    fn same_field(
        &mut self,
        name: &ast::Name,
        list: crate::schema::value::ListId,
    ) -> Option<FieldId> {
        match self.name(&name.node, name.at)? {
            Lowered::Value(Typed {
                expr: Expr::Field(field),
                ..
            }) if matches!(self.scope.schema.field(field).map(|f| f.home), Some(Home::Element(l, _)) if l == list) => {
                Some(field)
            }
            _ => {
                self.complain(
                    codes::WRONG_TYPE,
                    "a field of the list's elements is needed",
                    name.at,
                    "not a field of them",
                );
                None
            }
        }
    }

    fn is_anywhere(&self) -> bool {
        self.anywhere
    }
}
