//! Conditions.

use super::{Lower, Lowered, Typed};
use crate::check::codes;
use crate::check::names::Named;
use crate::check::rules::{CompareOp, Cond, Each, Expr, Quantity};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::At;
use crate::schema::Home;
use crate::schema::value::{Code, Denomination, TableId, Type, Value};
use crate::syntax::ast::{self, Binding, ExprKind};

impl Lower<'_, '_> {
    /// All parts are looked at, so that each mistake is told.
    pub(super) fn all(&mut self, parts: &[ast::Expr]) -> Option<Vec<Cond>> {
        let lowered: Vec<Option<Cond>> = parts.iter().map(|p| self.condition(p)).collect();
        lowered.into_iter().collect()
    }

    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        left: &ast::Expr,
        right: &ast::Expr,
        at: At,
    ) -> Option<Cond> {
        let (l, r) = (self.value(left), self.value(right));
        let (l, r) = (l?, r?);
        self.comparable(op, &l, &r, left, right)?;
        if let (_, ExprKind::Bool(_)) | (ExprKind::Bool(_), _) =
            (left.kind.as_ref(), right.kind.as_ref())
        {
            self.push(
                Diagnostic::new(
                    codes::PLAIN_FACT,
                    "a comparison with `true` or `false`",
                    at.0,
                )
                .label("the fact alone says it")
                .help("write the fact, or `not` and the fact"),
            );
        }
        Some(Cond::Compare(op, l.expr, r.expr))
    }

    /// Complains where the two cannot be compared so.
    fn comparable(
        &mut self,
        op: CompareOp,
        l: &Typed,
        r: &Typed,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<()> {
        let ordered = !matches!(op, CompareOp::Eq | CompareOp::Ne);
        let fine = match (l.typ, r.typ) {
            (Type::Integer | Type::Decimal, Type::Integer | Type::Decimal) => true,
            (Type::Rate, Type::Rate) | (Type::Date, Type::Date) => true,
            (Type::Money(a), Type::Money(b)) | (Type::Quantity(a), Type::Quantity(b)) => {
                if let (Denomination::Fixed(a), Denomination::Fixed(b)) = (a, b)
                    && a != b
                {
                    return self.units_differ(l, r, left, right);
                }
                true
            }
            (Type::Bool, Type::Bool) | (Type::Text, Type::Text) | (Type::Hs, Type::Hs) => !ordered,
            (Type::Code(a), Type::Code(b)) => !ordered && a == b,
            _ => false,
        };
        if fine {
            return Some(());
        }
        let (a, b) = (self.type_name(l.typ), self.type_name(r.typ));
        let mixed = matches!(
            (l.typ, r.typ),
            (Type::Money(_), Type::Quantity(_)) | (Type::Quantity(_), Type::Money(_))
        );
        let code = if mixed {
            codes::UNITS_DIFFER
        } else {
            codes::CANNOT_COMPARE
        };
        let mut diagnostic = Diagnostic::new(code, format!("{a} compared with {b}"), left.at.0)
            .label(a.clone())
            .also(right.at.0, b);
        if matches!(l.typ, Type::Set(_) | Type::List(_)) {
            diagnostic = diagnostic.help("sets and lists are not compared; for a set write `has`");
        } else if l.typ == r.typ || matches!(l.typ, Type::Code(_)) {
            diagnostic = diagnostic
                .help("codes, texts and tariff codes have no order; for codes write `is`");
        } else if matches!((l.typ, r.typ), (Type::Rate, _) | (_, Type::Rate)) {
            diagnostic = diagnostic.help("write a rate with `%`: `70 %`");
        } else if matches!(
            (l.typ, r.typ),
            (
                Type::Money(_) | Type::Quantity(_),
                Type::Integer | Type::Decimal
            ) | (
                Type::Integer | Type::Decimal,
                Type::Money(_) | Type::Quantity(_)
            )
        ) {
            diagnostic = diagnostic.help("write the unit or currency, or compare `number of …`");
        }
        self.push(diagnostic);
        None
    }

    fn units_differ(
        &mut self,
        l: &Typed,
        r: &Typed,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Option<()> {
        let (a, b) = (self.type_name(l.typ), self.type_name(r.typ));
        self.push(
            Diagnostic::new(
                codes::UNITS_DIFFER,
                format!("{a} compared with {b}"),
                left.at.0,
            )
            .label(a)
            .also(right.at.0, b)
            .help("convert one of them: `… in CNY`, `… in kg`"),
        );
        None
    }

    pub(super) fn is(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        choices: &[ast::Expr],
    ) -> Option<Cond> {
        let value_at = value.at;
        let typed = self.value(value)?;
        let Type::Code(table) = typed.typ else {
            let found = self.type_name(typed.typ);
            let help = match typed.typ {
                Type::Hs => "for a tariff code write `under`",
                Type::Set(_) => "for a set write `has`",
                Type::Bool => "write the fact alone, or `not` and the fact",
                _ => "`is` goes with codes; for other values write `=`",
            };
            self.push(
                Diagnostic::new(codes::WRONG_TYPE, "`is` needs a code before it", value_at.0)
                    .label(format!("this is {found}"))
                    .help(help),
            );
            return None;
        };
        let asked = if negated { "is not" } else { "is" };
        let mut codes = self.codes(value, asked, choices, table)?;
        codes.sort();
        codes.dedup();
        Some(Cond::OneOf {
            value: typed.expr,
            codes,
            negated,
        })
    }

    /// The codes behind `is`. A value among them was meant as a test of its own.
    fn codes(
        &mut self,
        value: &ast::Expr,
        asked: &str,
        choices: &[ast::Expr],
        table: TableId,
    ) -> Option<Vec<Code>> {
        let mut found = Vec::new();
        for (number, choice) in choices.iter().enumerate() {
            let before = self.diagnostics.len();
            let code = match self.code(choice, table) {
                Some(Typed {
                    expr: Expr::Const(Value::Code(code)),
                    ..
                }) => Some(code),
                _ => None,
            };
            if code.is_none() {
                self.or_joins_codes(before, value, asked, choices, number);
            }
            found.push(code);
        }
        found.into_iter().collect()
    }

    /// What stands among codes and is none, behind an `or`, may be the next test: says so in what was
    /// complained of it.
    fn or_joins_codes(
        &mut self,
        before: usize,
        value: &ast::Expr,
        asked: &str,
        choices: &[ast::Expr],
        number: usize,
    ) {
        let word = |expr: &ast::Expr| match expr.kind.as_ref() {
            ExprKind::Name(name) => name.clone(),
            ExprKind::Number { digits, .. } => digits.clone(),
            ExprKind::Text(text) => format!("\"{text}\""),
            _ => "…".to_owned(),
        };
        let (Some(codes), Some(choice)) = (choices.get(..number), choices.get(number)) else {
            return;
        };
        if codes.is_empty() || !self.is_test(choice) {
            return;
        }
        let codes: Vec<String> = codes.iter().map(word).collect();
        let help = format!(
            "behind `{asked}` an `or` joins codes; for a test of its own write `({} {asked} {}) or {}`",
            word(value),
            codes.join(" or "),
            word(choice)
        );
        if let Some(told) = self.diagnostics.get_mut(before) {
            told.help = vec![help];
        }
    }

    /// Whether it is a condition by itself; complains of nothing.
    fn is_test(&mut self, expr: &ast::Expr) -> bool {
        let (told, errors) = (self.diagnostics.len(), self.scope.names.errors.get());
        let lowered = self.any(expr);
        self.diagnostics.truncate(told);
        self.scope.names.errors.set(errors);
        match lowered {
            Some(Lowered::Cond(_)) => true,
            Some(Lowered::Value(value)) => value.typ == Type::Bool,
            None => false,
        }
    }

    pub(super) fn is_none(&mut self, value: &ast::Expr) -> Option<Cond> {
        let typed = self.value(value)?;
        if matches!(typed.typ, Type::List(_)) {
            self.push(
                Diagnostic::new(
                    codes::WRONG_TYPE,
                    "a list is not asked whether it is none",
                    value.at.0,
                )
                .label("a list")
                .help("write `no … ` or `count of … = 0`"),
            );
            return None;
        }
        Some(Cond::IsNone(typed.expr))
    }

    pub(super) fn under(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        prefixes: &[ast::Name],
    ) -> Option<Cond> {
        let typed = self.value(value);
        let prefixes = self.prefixes(prefixes);
        let (typed, prefixes) = (typed?, prefixes?);
        if typed.typ != Type::Hs {
            let found = self.type_name(typed.typ);
            self.complain(
                codes::WRONG_TYPE,
                "`under` needs a tariff code before it",
                value.at,
                format!("this is {found}"),
            );
            return None;
        }
        Some(Cond::Under {
            value: typed.expr,
            prefixes,
            negated,
        })
    }

    pub(super) fn range(
        &mut self,
        value: &ast::Expr,
        least: &ast::Expr,
        most: &ast::Expr,
        at: At,
    ) -> Option<Cond> {
        let low = self.compare(CompareOp::Ge, value, least, at);
        let high = self.compare(CompareOp::Le, value, most, at);
        Some(Cond::And(vec![low?, high?]))
    }

    pub(super) fn within_duration(
        &mut self,
        value: &ast::Expr,
        duration: &ast::Expr,
        of: &ast::Expr,
    ) -> Option<Cond> {
        let (day, start) = (
            self.typed_as(value, Type::Date),
            self.typed_as(of, Type::Date),
        );
        let (months, days) = self.duration(duration)?;
        let (day, start) = (day?, start?);
        let end = Expr::AddDuration {
            date: Box::new(start.clone()),
            months: Box::new(months),
            days: Box::new(days),
        };
        Some(Cond::And(vec![
            Cond::Compare(CompareOp::Ge, day.clone(), start),
            Cond::Compare(CompareOp::Le, day, end),
        ]))
    }

    pub(super) fn has(&mut self, set: &ast::Expr, choices: &[ast::Expr]) -> Option<Cond> {
        let typed = self.value(set)?;
        let Type::Set(table) = typed.typ else {
            let found = self.type_name(typed.typ);
            self.complain(
                codes::WRONG_TYPE,
                "`has` needs a set of codes before it",
                set.at,
                format!("this is {found}"),
            );
            return None;
        };
        let mut codes = Vec::new();
        let mut good = true;
        for (number, choice) in choices.iter().enumerate() {
            let before = self.diagnostics.len();
            match self.value_or_code(choice, Some(table)) {
                Some(Typed {
                    expr,
                    typ: Type::Code(found),
                }) if found == table => codes.push(expr),
                Some(other) => {
                    good = false;
                    let found = self.type_name(other.typ);
                    let wanted = self.type_name(Type::Code(table));
                    self.complain(
                        codes::WRONG_TYPE,
                        format!("{wanted} is needed"),
                        choice.at,
                        format!("this is {found}"),
                    );
                    self.or_joins_codes(before, set, "has", choices, number);
                }
                None => good = false,
            }
        }
        good.then_some(Cond::Has {
            set: typed.expr,
            codes,
        })
    }

    pub(super) fn quantified(
        &mut self,
        quantity: Quantity,
        over: &Binding,
        body: Option<&ast::Expr>,
    ) -> Option<Cond> {
        let (each, name) = self.binding(over)?;
        let body = match body {
            Some(body) => self.within(each, name.as_deref(), |lower| lower.condition(body))?,
            None => Cond::Always,
        };
        Some(Cond::Quantified {
            quantity,
            over: each,
            body: Box::new(body),
        })
    }

    /// What `each` or a quantifier ranges over, with the name of the code at hand.
    pub(in crate::check) fn binding(
        &mut self,
        binding: &Binding,
    ) -> Option<(Each, Option<String>)> {
        match binding {
            Binding::Element(name) => self
                .list_named(&name.node, name.at)
                .map(|l| (Each::List(l), None)),
            Binding::In { name, set } => {
                let (field, _) = self.set_named(&set.node, set.at)?;
                let names = self.scope.names;
                if names.fields.contains_key(&name.node)
                    || names.lets.contains_key(&name.node)
                    || names.parameters.contains_key(&name.node)
                    || names.elements.contains_key(&name.node)
                    || self.is_bound(&name.node)
                {
                    self.complain(
                        codes::DUPLICATE_NAME,
                        format!("`{}` is already the name of something", name.node),
                        name.at,
                        "choose another name",
                    );
                    return None;
                }
                Some((Each::Set(field), Some(name.node.clone())))
            }
        }
    }

    /// A term of a scope: codes and list membership of header fields.
    pub(in crate::check) fn term(&mut self, expr: &ast::Expr) -> Option<Cond> {
        let allowed = match expr.kind.as_ref() {
            ExprKind::Is { value, .. } => matches!(value.kind.as_ref(), ExprKind::Name(_)),
            ExprKind::In { value, .. } => matches!(value.kind.as_ref(), ExprKind::Name(_)),
            ExprKind::On(inner, _) => matches!(inner.kind.as_ref(), ExprKind::In { .. }),
            _ => false,
        };
        if !allowed {
            self.push(
                Diagnostic::new(
                    codes::SCOPE_TOO_RICH,
                    "a scope holds only codes and list membership",
                    expr.at.0,
                )
                .label("more than that")
                .help("say it in `when`"),
            );
            return None;
        }
        let cond = self.condition(expr)?;
        let plain = match &cond {
            Cond::OneOf { value, .. } => self.of_header(value),
            Cond::InList { keys, .. } => keys.iter().all(|k| self.of_header(k)),
            Cond::InSet { value, set, .. } => self.of_header(value) && self.of_header(set),
            _ => false,
        };
        if !plain {
            self.push(
                Diagnostic::new(
                    codes::SCOPE_TOO_RICH,
                    "a scope looks at fields of the header and their attributes only",
                    expr.at.0,
                )
                .label("worked out from more than one field")
                .help("say it in `when`"),
            );
            return None;
        }
        Some(cond)
    }

    /// Whether it is a field of the header, or an attribute of one.
    fn of_header(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Field(field) => matches!(
                self.scope.schema.field(*field).map(|f| f.home),
                Some(Home::Header(_))
            ),
            Expr::Attribute { of, .. } => self.of_header(of),
            _ => false,
        }
    }

    /// A boolean fact or condition behind a label, for messages.
    pub(in crate::check) fn named_value(&mut self, name: &str, at: At) -> Option<Typed> {
        match self.name(name, at)? {
            Lowered::Value(value) => Some(value),
            Lowered::Cond(cond) => Some(Typed {
                expr: Expr::Test(Box::new(cond)),
                typ: Type::Bool,
            }),
        }
    }

    /// Whether a label is that of an outcome, for consequences.
    pub(in crate::check) fn outcome(&self, name: &str) -> Option<crate::schema::value::OutcomeId> {
        let names = self.scope.names;
        names.find(&names.outcomes, name, |n| match n {
            Named::Outcome(outcome) => Some(*outcome),
            _ => None,
        })
    }
}
