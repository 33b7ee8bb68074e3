//! Facts are changed until a condition holds, or does not: at the limit where there is one, and by
//! one of the ways there are, so that the next declaration goes another.
//!
//! This is an effort and no proof: what cannot be brought about in a few tries is left, and whoever
//! asked looks at the outcome. What is true already is left alone, so that one part of a condition
//! does not undo another more than it must.

use super::draft::Draft;
use super::plan::{field_of, list_of};
use crate::check::rules::{Cell, CompareOp, Cond, DecisionTableId, Each, Expr, Quantity, Rule};
use crate::facts::ListState;
use crate::facts::eval::Eval;
use crate::ground::truth::Truth;
use crate::reference::Here;
use crate::schema::value::{Code, Fact, FieldId, Type, Value};
use crate::verdict::judgement::Step;

impl Draft<'_> {
    pub(super) fn truth(&self, cond: &Cond, here: &Here) -> Truth {
        self.scene().truth(cond, here)
    }

    pub(super) fn eval(&self, expr: &Expr, here: &Here) -> Eval {
        self.scene().value(expr, here)
    }

    /// Brings about that a condition is true, or that it is false; says whether it is now.
    pub(super) fn make(&mut self, cond: &Cond, want: bool, here: &Here) -> bool {
        let wanted = Truth::from(want);
        for _ in 0..3 {
            if self.truth(cond, here) == wanted {
                return true;
            }
            if self.tries == 0 {
                return false;
            }
            self.tries -= 1;
            self.change(cond, want, here);
        }
        self.truth(cond, here) == wanted
    }

    fn change(&mut self, cond: &Cond, want: bool, here: &Here) {
        match cond {
            Cond::Always => {}
            Cond::And(parts) => self.parts(parts, want, want, here),
            Cond::Or(parts) => self.parts(parts, want, !want, here),
            Cond::Not(inner) => {
                self.make(inner, !want, here);
            }
            Cond::Flag(expr) => {
                self.aim(expr, &Value::Bool(want), here);
            }
            Cond::Compare(op, left, right) => {
                let op = if want { *op } else { opposite(*op) };
                self.relate(op, left, right, here);
            }
            Cond::IsNone(expr) => self.none(expr, want, here),
            Cond::OneOf {
                value,
                codes,
                negated,
            } => self.code_among(value, codes, want != *negated, here),
            Cond::Under {
                value,
                prefixes,
                negated,
            } => {
                let under = want != *negated;
                let prefix = self.dice.one(prefixes).copied();
                let code = match (under, prefix) {
                    (true, Some(prefix)) => Some(self.under(prefix)),
                    _ => self.tariff(),
                };
                if let Some(code) = code {
                    self.aim(value, &Value::Hs(code), here);
                }
            }
            Cond::InList {
                keys,
                list,
                on,
                negated,
            } => {
                let inside = want != *negated;
                self.in_list(keys, *list, on.as_ref(), inside, here);
            }
            Cond::InSet {
                value,
                set,
                negated,
            } => self.in_set(value, set, want != *negated, here),
            Cond::Has { set, codes } => self.has(set, codes, want, here),
            Cond::Quantified {
                quantity,
                over,
                body,
            } => self.quantified(*quantity, *over, body, want, here),
            Cond::Rows {
                table,
                inputs,
                rows,
            } => self.table_row(*table, inputs, rows, want, here),
        }
    }

    /// All parts of a condition, or one of them.
    fn parts(&mut self, parts: &[Cond], want: bool, all: bool, here: &Here) {
        let start = if all { 0 } else { self.dice.place(parts.len()) };
        let turned = parts.iter().cycle().skip(start).take(parts.len());
        let mut order: Vec<&Cond> = turned.collect();
        if !all {
            // What is not known yet is said before what is known is changed.
            order.sort_by_cached_key(|part| self.truth(part, here) != Truth::Unknown);
        }
        for part in order {
            if self.make(part, want, here) != all {
                // One that holds is enough; and where all have to and one cannot, the rest may still
                // come out as wanted in the next try.
                if !all {
                    return;
                }
            }
        }
    }

    /// Brings two values into a relation, by changing either.
    fn relate(&mut self, op: CompareOp, left: &Expr, right: &Expr, here: &Here) {
        self.supply(left, here);
        self.supply(right, here);
        // The day that is judged on is moved last: with it the whole law changes.
        let judged_on = self.schema().judged_on;
        let is_day = |expr: &Expr| matches!(expr, Expr::AsOf) || *expr == Expr::Field(judged_on);
        let usual = self.dice.percent(90);
        let backwards = match (is_day(left), is_day(right)) {
            (true, false) => usual,
            (false, true) => !usual,
            _ => self.dice.percent(15),
        };
        let sides = [(left, op, right), (right, op.turned(), left)];
        for turn in 0..2usize {
            let at = if backwards { 1 - turn } else { turn };
            let Some((moving, op, fixed)) = sides.get(at).copied() else {
                return;
            };
            if self.move_to(moving, op, fixed, here) {
                return;
            }
        }
    }

    fn move_to(&mut self, moving: &Expr, op: CompareOp, fixed: &Expr, here: &Here) -> bool {
        let limit = match self.eval(fixed, here) {
            Eval::Value(value) => value,
            Eval::Between { low, high, .. } => match op {
                CompareOp::Lt | CompareOp::Le => low,
                _ => high,
            },
            Eval::None | Eval::Unknown(_) => return false,
        };
        if let Some(candidates) = self.candidates(moving) {
            let fits = |value: &&Value| {
                let (one, other) = (Eval::Value((*value).clone()), Eval::Value(limit.clone()));
                crate::facts::eval::compare(op, &one, &other) == Truth::True
            };
            let fitting: Vec<&Value> = candidates.iter().filter(fits).collect();
            if let Some(value) = self.dice.one(&fitting).copied().cloned() {
                return self.aim(moving, &value, here);
            }
            return false;
        }
        let places = self.places(moving);
        for _ in 0..3 {
            let Some(value) = self.beyond(op, &limit, places, moving) else {
                return false;
            };
            if !self.aim(moving, &value, here) {
                return false;
            }
            let now = self.eval(moving, here);
            let fixed = self.eval(fixed, here);
            if crate::facts::eval::compare(op, &now, &fixed) == Truth::True {
                return true;
            }
        }
        false
    }

    /// Gives the facts that a value needs and that are not given.
    pub(super) fn supply(&mut self, expr: &Expr, here: &Here) {
        if !matches!(self.eval(expr, here), Eval::Unknown(_) | Eval::None) {
            return;
        }
        let mut fields: Vec<FieldId> = Vec::new();
        super::walk::value(expr, &mut |met| {
            if let super::walk::Met::Expr(Expr::Field(field)) = met {
                fields.push(*field);
            }
        });
        for field in fields {
            match list_of(self.schema(), field) {
                Some(list) if here.row(list).is_none() => {
                    if self.rows(list).is_empty() {
                        self.add_row(list, &[]);
                    }
                    for row in self.rows(list) {
                        if self.value(field, Some(row)).is_none() {
                            self.draw(field, Some(row));
                        }
                    }
                }
                list => {
                    let row = list.and_then(|list| here.row(list));
                    if self.value(field, row).is_none() {
                        self.draw(field, row);
                    }
                }
            }
        }
    }

    fn none(&mut self, expr: &Expr, want: bool, here: &Here) {
        match (want, field_of(expr)) {
            (true, Some(field)) => {
                let row = self.here_row(field, here);
                match self.schema().field(field).map(|f| f.typ) {
                    Some(Type::List(list)) => {
                        if self.schema().list(list).is_some_and(|l| l.parent.is_none())
                            && let Some(rows) = self.facts.rows_mut(list)
                        {
                            rows.clear_owner(0, ListState::None);
                        }
                    }
                    _ => self.set(field, row, Fact::None),
                }
            }
            (false, Some(field)) => {
                let row = self.here_row(field, here);
                self.draw(field, row);
            }
            // A list that has no row for the key gives none.
            (true, None) => {
                if let Expr::Lookup { keys, list, on, .. } = expr {
                    self.in_list(keys, *list, on.as_deref(), false, here);
                } else {
                    self.supply(expr, here);
                }
            }
            (false, None) => {
                if let Expr::Lookup { keys, list, on, .. } = expr {
                    self.in_list(keys, *list, on.as_deref(), true, here);
                } else {
                    self.supply(expr, here);
                }
            }
        }
    }

    pub(super) fn here_row(&self, field: FieldId, here: &Here) -> Option<u32> {
        list_of(self.schema(), field).and_then(|list| here.row(list))
    }

    /// A value that is one of some codes, or another one.
    fn code_among(&mut self, value: &Expr, codes: &[Code], among: bool, here: &Here) {
        if among {
            let mut order = codes.to_vec();
            self.dice.shuffle(&mut order);
            for code in order.iter().take(4) {
                if self.aim(value, &Value::Code(*code), here) {
                    return;
                }
            }
            return;
        }
        let apart = |value: &Value| !matches!(value, Value::Code(code) if codes.contains(code));
        let other = match self.candidates(value) {
            Some(values) => {
                let apart: Vec<&Value> = values.iter().filter(|value| apart(value)).collect();
                self.dice.one(&apart).copied().cloned()
            }
            None => {
                let field = field_of(value).and_then(|f| self.schema().field(f));
                let Some(Type::Code(table)) = field.map(|field| field.typ) else {
                    return;
                };
                let mut drawn = (0..6).filter_map(|_| self.code(table)).map(Value::Code);
                drawn.find(apart)
            }
        };
        if let Some(other) = other {
            self.aim(value, &other, here);
        }
    }

    fn in_set(&mut self, value: &Expr, set: &Expr, inside: bool, here: &Here) {
        self.supply(set, here);
        if let Eval::Value(Value::Set(codes)) = self.eval(set, here) {
            self.code_among(value, &codes, inside, here);
        }
        let Some(field) = field_of(set) else {
            // A table gives the set: another row of it, by other inputs, may give another.
            if let Expr::TableCall { table, inputs } = set {
                let rows = self
                    .maker
                    .rules
                    .decision_table(*table)
                    .map_or(0, |t| t.rows.len());
                let row = self.dice.place(rows);
                self.fit_row(*table, inputs, row, here);
                if let Eval::Value(Value::Set(codes)) = self.eval(set, here) {
                    self.code_among(value, &codes, inside, here);
                }
            }
            return;
        };
        self.supply(value, here);
        if let Eval::Value(Value::Code(code)) = self.eval(value, here) {
            let row = self.here_row(field, here);
            self.change_set(field, row, code, inside);
        }
    }

    /// Puts a code into a set, or takes it out.
    pub(super) fn change_set(&mut self, field: FieldId, row: Option<u32>, code: Code, put: bool) {
        let mut codes: Vec<Code> = match self.value(field, row) {
            Some(Value::Set(codes)) => codes.to_vec(),
            _ => Vec::new(),
        };
        codes.retain(|there| *there != code);
        if put {
            codes.push(code);
            codes.sort_unstable();
        }
        self.set(field, row, Fact::Value(Value::Set(codes.into())));
    }

    fn has(&mut self, set: &Expr, codes: &[Expr], want: bool, here: &Here) {
        let Some(field) = field_of(set) else { return };
        let row = self.here_row(field, here);
        let wanted: Vec<&Expr> = match want {
            true => self.dice.one(codes).into_iter().collect(),
            false => codes.iter().collect(),
        };
        for code in wanted {
            self.supply(code, here);
            if let Eval::Value(Value::Code(code)) = self.eval(code, here) {
                self.change_set(field, row, code, want);
            }
        }
    }

    fn quantified(&mut self, quantity: Quantity, over: Each, body: &Cond, want: bool, here: &Here) {
        // How many elements are to satisfy the condition: so many, or all but so many.
        let (holding, others) = match (quantity, want) {
            (Quantity::Any, true) | (Quantity::No, false) => (Some(1), None),
            (Quantity::Any, false) | (Quantity::No, true) => (Some(0), Some(false)),
            (Quantity::Every, true) => (Some(0), Some(true)),
            (Quantity::Every, false) => (Some(0), None),
            (Quantity::Exactly(n), true) => (Some(n), Some(false)),
            (Quantity::Exactly(n), false) => (Some(n + 1), None),
            (Quantity::AtLeast(n), true) => (Some(n), None),
            (Quantity::AtLeast(n), false) => (n.checked_sub(1), Some(false)),
        };
        let fails_one = matches!((quantity, want), (Quantity::Every, false));
        match over {
            Each::List(list) => {
                let needed = holding.unwrap_or(0) + u32::from(fails_one);
                let maker = self.maker;
                while self.rows(list).end < needed {
                    if self.add_row(list, &maker.plan.usual).is_none() {
                        break;
                    }
                }
                if self.rows(list).is_empty() {
                    self.give_list(list);
                }
                let mut rows: Vec<u32> = self.rows(list).collect();
                // A list that is nearly all of one kind is left with fewer: exactly one item.
                if matches!((quantity, want), (Quantity::Exactly(_), true)) {
                    self.keep_rows(list, needed);
                    rows = self.rows(list).collect();
                }
                self.dice.shuffle(&mut rows);
                for (at, row) in (0u32..).zip(rows) {
                    let element = here.with(over, Step::Row(row));
                    if fails_one && at == 0 {
                        self.make(body, false, &element);
                    } else if at < holding.unwrap_or(0) {
                        self.make(body, true, &element);
                    } else if let Some(other) = others {
                        self.make(body, other, &element);
                    }
                }
            }
            Each::Set(field) => {
                let row = self.here_row(field, here);
                let codes = self.codes_by(field, body, over, here);
                let (yes, no): (Vec<_>, Vec<_>) = codes
                    .into_iter()
                    .partition(|(_, truth)| *truth == Truth::True);
                let mut set: Vec<Code> = Vec::new();
                for _ in 0..holding.unwrap_or(0) {
                    set.extend(self.dice.one(&yes).map(|(code, _)| *code));
                }
                if others == Some(true) {
                    set.extend(self.dice.one(&yes).map(|(code, _)| *code));
                } else if fails_one || self.dice.percent(40) {
                    set.extend(self.dice.one(&no).map(|(code, _)| *code));
                }
                set.sort_unstable();
                set.dedup();
                self.set(field, row, Fact::Value(Value::Set(set.into())));
            }
        }
    }

    /// Says of a list that it is given, whatever it holds.
    fn give_list(&mut self, list: crate::schema::value::ListId) {
        if let Some(rows) = self.facts.rows_mut(list) {
            rows.set_last_state(ListState::Given);
        }
    }

    /// The codes that may stand in a set, each with whether a condition holds of it.
    pub(super) fn codes_by(
        &self,
        field: FieldId,
        body: &Cond,
        over: Each,
        here: &Here,
    ) -> Vec<(Code, Truth)> {
        let Some(Type::Set(table)) = self.schema().field(field).map(|f| f.typ) else {
            return Vec::new();
        };
        let codes = self
            .maker
            .plan
            .table(table)
            .map_or(&[][..], |plan| &plan.codes);
        let judged = |code: &Code| {
            let element = here.with(over, Step::Code(*code));
            (*code, self.truth(body, &element))
        };
        codes.iter().map(judged).collect()
    }

    fn table_row(
        &mut self,
        table: DecisionTableId,
        inputs: &[Expr],
        rows: &[u16],
        want: bool,
        here: &Here,
    ) {
        let count = self
            .maker
            .rules
            .decision_table(table)
            .map_or(0, |t| t.rows.len());
        let all = 0..u16::try_from(count).unwrap_or(u16::MAX);
        let fitting: Vec<u16> = all.filter(|row| rows.contains(row) == want).collect();
        if let Some(row) = self.dice.one(&fitting).copied() {
            self.fit_row(table, inputs, usize::from(row), here);
        }
    }

    /// Gives the inputs of a table values that fit a row of it.
    pub(super) fn fit_row(
        &mut self,
        table: DecisionTableId,
        inputs: &[Expr],
        row: usize,
        here: &Here,
    ) {
        let maker = self.maker;
        let Some(row) = maker
            .rules
            .decision_table(table)
            .and_then(|t| t.rows.get(row))
        else {
            return;
        };
        for (input, cell) in inputs.iter().zip(&row.cells) {
            match cell {
                Cell::Any => self.supply(input, here),
                Cell::IsNone => self.none(input, true, here),
                Cell::OneOf(values) => {
                    if let Some(value) = self.dice.one(values) {
                        self.aim(input, value, here);
                    }
                }
                Cell::Under(prefixes) => {
                    if let Some(prefix) = self.dice.one(prefixes).copied() {
                        let code = self.under(prefix);
                        self.aim(input, &Value::Hs(code), here);
                    }
                }
                Cell::Compare(op, value) => {
                    self.supply(input, here);
                    let limit = Expr::Const(value.clone());
                    self.move_to(input, *op, &limit, here);
                }
                Cell::Range(low, high) => {
                    let end = if self.dice.percent(50) { low } else { high };
                    self.aim(input, end, here);
                }
            }
        }
    }

    /// An element that a rule judges, made where there is none.
    pub(super) fn element(&mut self, rule: &Rule) -> Option<Here> {
        let maker = self.maker;
        let mut here = Here::default();
        for each in &rule.each {
            here = match each {
                Each::List(list) => {
                    if self.rows(*list).is_empty() {
                        self.add_row(*list, &maker.plan.usual);
                    }
                    let rows = self.rows(*list);
                    let row = self
                        .dice
                        .between(i64::from(rows.start), i64::from(rows.end) - 1);
                    if rows.is_empty() {
                        return None;
                    }
                    here.with(*each, Step::Row(u32::try_from(row).ok()?))
                }
                Each::Set(field) => {
                    let row = self.here_row(*field, &here);
                    let codes = self.codes_by(*field, &rule.when, *each, &here);
                    let likely: Vec<Code> = codes
                        .into_iter()
                        .filter(|(_, truth)| truth.possible())
                        .map(|(code, _)| code)
                        .collect();
                    let code = *self.dice.one(&likely)?;
                    self.change_set(*field, row, code, true);
                    here.with(*each, Step::Code(code))
                }
            };
        }
        Some(here)
    }
}

/// The comparison that holds where another does not.
fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Ne => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Le => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Le,
        CompareOp::Ge => CompareOp::Lt,
    }
}
