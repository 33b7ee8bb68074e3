//! A declaration from the first fact to the last: what it aims at, which facts it has, and what makes
//! it whole.

use super::draft::Draft;
use super::plan::list_of;
use crate::check::rules::{Cond, Rule, RuleId};
use crate::engine::Scratch;
use crate::facts::arith;
use crate::facts::eval::Eval;
use crate::ground::number::Number;
use crate::ground::truth::Truth;
use crate::reference::Here;
use crate::schema::value::{Code, Denomination, Fact, FieldId, ListId, Type, Value};
use crate::schema::{Home, Schema};
use crate::verdict::judgement::Step;
use std::collections::BTreeSet;

/// How many of a hundred declarations aim at a rule.
const AIMING: u64 = 50;
/// How many of a hundred of these are to miss it by one condition.
const NEAR: u64 = 35;
/// How many of a hundred are judged on a day on which the law changes, or the day before.
const AT_AN_EDGE: u64 = 6;

impl Draft<'_> {
    /// Makes the declaration up; says which rule it aims at.
    pub(super) fn make_up(&mut self, id: &str, scratch: &mut Scratch) -> Option<RuleId> {
        let maker = self.maker;
        self.choose_day();
        // Some rules are commoner than others, and none is so rare that few aim at it.
        let goals = &maker.plan.goals;
        let goal = match (self.dice.percent(AIMING), self.dice.percent(50)) {
            (true, true) => self.dice.one(goals).copied(),
            (true, false) => maker.plan.goal_skew.one(&mut self.dice, goals).copied(),
            (false, _) => None,
        };
        let rule = goal.and_then(|goal| Some((goal, maker.rules.rule(goal)?)));
        let whole = Here::default();
        match rule {
            Some((_, rule)) => {
                self.make(&rule.in_force, true, &whole);
                self.make(&rule.scope, true, &whole);
            }
            None => {
                if let Some(cover) = self.dice.one(&maker.rules.covers) {
                    self.make(&cover.in_force, true, &whole);
                    self.make(&cover.scope, true, &whole);
                }
            }
        }
        let plan = rule.and_then(|(goal, _)| maker.plan.rule(goal));
        let usual = plan.map_or(&maker.plan.usual, |plan| &plan.usual);
        self.give_usual(usual);
        if let (Some((_, rule)), Some(plan)) = (rule, plan) {
            for field in &plan.reads {
                self.give(*field);
            }
            let here = self.element(rule);
            let near = self.dice.percent(NEAR);
            if let Some(here) = &here {
                self.aim_at(rule, near, here);
            }
            if !near {
                for excuser in &plan.excusers {
                    self.not_excused(*excuser);
                }
            }
            self.give_required();
            if let Some(engine) = &maker.engine {
                self.calm(goal, engine, scratch);
            }
            // What was put right may have touched what the declaration aims at, which goes before.
            if let (Some(here), false) = (&here, near) {
                self.aim_at(rule, near, here);
            }
        } else {
            self.give_required();
            if let Some(engine) = &maker.engine {
                self.calm(None, engine, scratch);
            }
        }
        self.make_whole(id);
        goal
    }

    fn choose_day(&mut self) {
        let maker = self.maker;
        let (first, last) = maker.plan.days;
        let number = self
            .dice
            .between(i64::from(first.number()), i64::from(last.number()));
        let mut day = i32::try_from(number)
            .ok()
            .and_then(crate::ground::day::Day::from_number);
        if self.dice.percent(AT_AN_EDGE)
            && let Some(edge) = self.dice.one(&maker.plan.edges)
        {
            let before = i32::from(self.dice.percent(50));
            day = edge.add(0, -before);
        }
        if let Some(day) = day {
            let judged_on = self.schema().judged_on;
            self.set(judged_on, None, Fact::Value(Value::Date(day)));
        }
    }

    /// Draws the fields that declarations of this kind usually have, each as often as they have it.
    fn give_usual(&mut self, usual: &[(FieldId, u64)]) {
        for (field, chance) in usual {
            let Some(declared) = self.schema().field(*field) else {
                continue;
            };
            if matches!(declared.home, Home::Element(..)) || !self.dice.percent(*chance) {
                continue;
            }
            match declared.typ {
                Type::List(list) if self.rows(list).is_empty() => self.fill_list(list, usual),
                Type::List(_) => {}
                _ if self.value(*field, None).is_none() => self.draw(*field, None),
                _ => {}
            }
        }
    }

    /// Gives a field that a rule reads, in the header or in every element there is.
    fn give(&mut self, field: FieldId) {
        match list_of(self.schema(), field) {
            None if self.value(field, None).is_none() => self.draw(field, None),
            None => {}
            Some(list) => {
                for row in self.rows(list) {
                    if self.value(field, Some(row)).is_none() {
                        self.draw(field, Some(row));
                    }
                }
            }
        }
    }

    /// Makes a rule fire, or miss by what its condition or its excuse says.
    fn aim_at(&mut self, rule: &Rule, near: bool, here: &Here) {
        let whole = Here::default();
        for _ in 0..3 {
            self.make(&rule.in_force, true, &whole);
            self.make(&rule.scope, true, &whole);
            self.make(&rule.when, true, here);
            if let Some(unless) = &rule.unless {
                self.make(unless, false, here);
            }
            if self.applies(rule, here) {
                break;
            }
        }
        if near {
            match &rule.unless {
                Some(unless) if self.dice.percent(40) => self.make(unless, true, here),
                _ => self.make(&rule.when, false, here),
            };
        }
    }

    fn applies(&self, rule: &Rule, here: &Here) -> bool {
        let holds = |cond: &Cond| self.truth(cond, here) == Truth::True;
        let excused = |cond: &Cond| self.truth(cond, here) != Truth::False;
        holds(&rule.in_force)
            && holds(&rule.scope)
            && holds(&rule.when)
            && !rule.unless.as_ref().is_some_and(excused)
    }

    /// Keeps a special rule from excusing the one that is aimed at.
    fn not_excused(&mut self, excuser: RuleId) {
        let Some(rule) = self.maker.rules.rule(excuser) else {
            return;
        };
        let whole = Here::default();
        let scope = self.truth(&rule.scope, &whole) != Truth::False;
        let in_force = self.truth(&rule.in_force, &whole) != Truth::False;
        if !(scope && in_force) {
            return;
        }
        match rule.each.as_slice() {
            [] => {
                self.make(&rule.when, false, &whole);
            }
            [each] => {
                let steps = self.scene().elements(*each, &whole).unwrap_or_default();
                for step in steps {
                    self.make(&rule.when, false, &whole.with(*each, step));
                }
            }
            _ => {}
        }
    }

    /// What a declaration has whatever it aims at, and what its facts ask of each other.
    fn make_whole(&mut self, id: &str) {
        let schema = self.schema();
        self.name(id);
        self.give_required();
        for (list, declared) in (0..).map(ListId).zip(&schema.lists) {
            self.fit_length(list, declared.least);
            if let Some(key) = declared.key {
                self.tell_apart(list, key);
            }
        }
        self.fit_units(schema);
    }

    /// Gives the declaration its identifier.
    pub(super) fn name(&mut self, id: &str) {
        if let Some(field) = self.schema().id {
            self.set(field, None, Fact::Value(Value::Text(id.into())));
        }
    }

    /// Gives the fields that the schema requires of this declaration.
    fn give_required(&mut self) {
        let maker = self.maker;
        for required in &maker.rules.required {
            let field = required.field;
            let needs = |draft: &Self, here: &Here| match &required.when {
                None => true,
                Some(when) => draft.truth(when, here).possible(),
            };
            let typ = self.schema().field(field).map(|f| f.typ);
            match (list_of(self.schema(), field), typ) {
                (None, Some(Type::List(list))) => {
                    let given = self.facts.rows(list).map(|rows| rows.state(0));
                    let given = given == Some(crate::facts::ListState::Given);
                    if !given && needs(self, &Here::default()) {
                        self.fill_list(list, &maker.plan.usual);
                    }
                }
                (None, _) => {
                    if self.value(field, None).is_none() && needs(self, &Here::default()) {
                        self.draw(field, None);
                    }
                }
                (Some(list), _) => {
                    for row in self.rows(list) {
                        let each = crate::check::rules::Each::List(list);
                        let here = Here::default().with(each, Step::Row(row));
                        if self.value(field, Some(row)).is_none() && needs(self, &here) {
                            self.draw(field, Some(row));
                        }
                    }
                }
            }
        }
    }

    /// A list that is given and has too few elements gets more.
    fn fit_length(&mut self, list: ListId, least: u32) {
        let given = self.facts.rows(list).map(|rows| rows.state(0));
        if given != Some(crate::facts::ListState::Given) {
            return;
        }
        let usual = &self.maker.plan.usual;
        while self.rows(list).end < least {
            if self.add_row(list, usual).is_none() {
                return;
            }
        }
    }

    /// Elements of a keyed list differ by their key: one that is there already becomes another, or is
    /// left out.
    fn tell_apart(&mut self, list: ListId, key: FieldId) {
        let owners = self.facts.rows(list).map_or(0, |rows| rows.owners());
        for owner in 0..owners {
            let rows = self.facts.rows(list).map_or(0..0, |rows| rows.of(owner));
            let mut seen: BTreeSet<Value> = BTreeSet::new();
            for row in rows {
                let Some(value) = self.value(key, Some(row)).cloned() else {
                    continue;
                };
                if seen.insert(value.clone()) {
                    continue;
                }
                match self.other_key(&value, key, &seen) {
                    Some(other) => {
                        seen.insert(other.clone());
                        self.set(key, Some(row), Fact::Value(other));
                    }
                    None => self.set(key, Some(row), Fact::Unknown),
                }
            }
        }
    }

    fn other_key(&self, value: &Value, key: FieldId, seen: &BTreeSet<Value>) -> Option<Value> {
        let free = |value: &Value| !seen.contains(value);
        match value {
            Value::Number(_) => {
                let numbers = (1..=1_000).map(|n| Value::Number(Number::from_i64(n)));
                numbers.into_iter().find(free)
            }
            Value::Text(text) => {
                let texts = (2..=1_000).map(|n| Value::Text(format!("{text}-{n}").into()));
                texts.into_iter().find(free)
            }
            Value::Code(_) => {
                let Type::Code(table) = self.schema().field(key)?.typ else {
                    return None;
                };
                let codes = self.schema().table(table)?.codes.len();
                (0..).map(Code).take(codes).map(Value::Code).find(free)
            }
            Value::Date(day) => {
                let days = (1..=1_000).filter_map(|n| day.add(0, n)).map(Value::Date);
                days.into_iter().find(free)
            }
            _ => None,
        }
    }

    /// Every amount is in the currency or unit that its field says, whatever came last.
    fn fit_units(&mut self, schema: &Schema) {
        for (field, declared) in (0..).map(FieldId).zip(&schema.fields) {
            let (Type::Money(Denomination::Named(naming))
            | Type::Quantity(Denomination::Named(naming))) = declared.typ
            else {
                continue;
            };
            let rows: Vec<Option<u32>> = match declared.home {
                Home::Header(_) => vec![None],
                Home::Element(list, _) => self.rows(list).map(Some).collect(),
            };
            for row in rows {
                let Some(amount) = self.value(field, row).cloned() else {
                    continue;
                };
                let number = match arith::number_of(&Eval::Value(amount.clone())) {
                    Eval::Value(Value::Number(number)) => number,
                    _ => continue,
                };
                let code = self.denomination(Denomination::Named(naming), field, row);
                let fact = match (code, amount) {
                    (Some(code), Value::Money(..)) => Fact::Value(Value::Money(number, code)),
                    (Some(code), _) => Fact::Value(Value::Quantity(number, code)),
                    (None, _) => Fact::Unknown,
                };
                self.set(field, row, fact);
            }
        }
    }
}
