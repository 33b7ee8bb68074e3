//! The facts that a rule and its exceptions name, found out once for a rule: of a declaration only
//! the rows are still to be filled in. What is found is what [`super::super::named`] finds.

use crate::check::rules::{Cond, Each, Expr, MessagePart, Rule, RuleId, RuleSet};
use crate::facts::Facts;
use crate::reference::missing::{operands, parts};
use crate::schema::value::{FieldId, ListId};
use crate::schema::{Home, Schema};
use crate::verdict::judgement::{Element, FactRef, Step};

/// Facts that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    Header(FieldId),
    List(ListId),
    /// A field of rows; where there are none, what says so.
    Cells(FieldId, Rows, Option<Box<Name>>),
}

/// Which rows of a list: that of a step of the element, those of the owner at a step, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    list: ListId,
    row: Option<u8>,
    owner: Option<u8>,
}

/// Adds the facts of a name.
pub(super) fn facts(name: &Name, facts: &Facts, element: Element, to: &mut Vec<FactRef>) {
    match name {
        Name::Header(field) => to.push(FactRef::Header(*field)),
        Name::List(list) => to.push(FactRef::List(*list)),
        Name::Cells(field, rows, else_) => {
            let found = rows.of(facts, element);
            if let (true, Some(list)) = (found.is_empty(), else_) {
                self::facts(list, facts, element, to);
            }
            to.extend(found.map(|row| FactRef::Cell(*field, rows.list, row)));
        }
    }
}

impl Rows {
    fn of(self, facts: &Facts, element: Element) -> std::ops::Range<u32> {
        let row = |step: Option<u8>| match step.and_then(|at| element.0.get(usize::from(at))) {
            Some(Step::Row(row)) => Some(*row),
            _ => None,
        };
        if let Some(row) = row(self.row) {
            return row..row + 1;
        }
        let Some(rows) = facts.rows(self.list) else {
            return 0..0;
        };
        match row(self.owner) {
            Some(owner) => rows.of(owner),
            None => 0..rows.len(),
        }
    }
}

/// What each rule names, with all rules over it.
pub(super) fn of_rules(rules: &RuleSet) -> Vec<Vec<Name>> {
    let own: Vec<Vec<Name>> = rules.rules.iter().map(|rule| own(rules, rule)).collect();
    let mut over: Vec<Vec<usize>> = vec![Vec::new(); own.len()];
    for (id, rule) in rules.rules.iter().enumerate() {
        for RuleId(excused) in &rule.over {
            if let Some(over) = over.get_mut(*excused as usize) {
                over.push(id);
            }
        }
    }
    let all = |rule: usize| {
        let (mut names, mut waiting): (Vec<Name>, _) = (Vec::new(), vec![rule]);
        let mut entered = vec![false; own.len()];
        while let Some(id) = waiting.pop() {
            match entered.get_mut(id) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            for name in own.get(id).into_iter().flatten() {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            waiting.extend(over.get(id).into_iter().flatten());
        }
        names
    };
    (0..own.len()).map(all).collect()
}

fn own(rules: &RuleSet, rule: &Rule) -> Vec<Name> {
    let mut names = Names {
        schema: &rules.schema,
        names: Vec::new(),
    };
    let steps = rule.each.iter().zip(0u8..);
    let here: Vec<(Each, Option<u8>)> = steps.map(|(each, at)| (*each, Some(at))).collect();
    names.rule(rule, &here);
    names.names
}

/// What is ranged over, from the outside in: by a step of the element, or over all.
type Here = [(Each, Option<u8>)];

struct Names<'s> {
    schema: &'s Schema,
    names: Vec<Name>,
}

impl Names<'_> {
    fn add(&mut self, name: Option<Name>) {
        self.names
            .extend(name.filter(|name| !self.names.contains(name)));
    }

    fn rule(&mut self, rule: &Rule, here: &Here) {
        for each in &rule.each {
            self.each(*each, here);
        }
        let conditions = [&rule.in_force, &rule.scope, &rule.when];
        for condition in conditions.into_iter().chain(&rule.unless) {
            self.condition(condition, here);
        }
        let arguments = rule.requires.iter();
        for argument in arguments.filter_map(|require| require.argument.as_ref()) {
            self.value(argument, here);
        }
        for part in rule.message.zh.iter().chain(&rule.message.en) {
            if let MessagePart::Value(expr, _) = part {
                self.value(expr, here);
            }
        }
    }

    fn each(&mut self, each: Each, here: &Here) {
        let name = match each {
            Each::List(list) => self.list(list, here),
            Each::Set(field) => self.field(field, here),
        };
        self.add(name);
    }

    fn condition(&mut self, condition: &Cond, here: &Here) {
        match condition {
            Cond::And(all) | Cond::Or(all) => {
                for one in all {
                    self.condition(one, here);
                }
            }
            Cond::Not(inner) => self.condition(inner, here),
            Cond::Quantified { over, body, .. } => {
                self.each(*over, here);
                self.condition(body, &inside(here, *over));
            }
            _ => {
                for expr in operands(condition) {
                    self.value(expr, here);
                }
            }
        }
    }

    fn value(&mut self, expr: &Expr, here: &Here) {
        match expr {
            Expr::Field(field) => self.each(Each::Set(*field), here),
            Expr::Choice { arms, otherwise } => {
                for (value, condition) in arms {
                    self.condition(condition, here);
                    self.value(value, here);
                }
                self.value(otherwise, here);
            }
            Expr::Aggregate {
                value,
                list,
                condition,
                same,
                ..
            } => {
                self.each(Each::List(*list), here);
                let within = inside(here, Each::List(*list));
                for field in same {
                    self.each(Each::Set(*field), &within);
                    self.each(Each::Set(*field), here);
                }
                if let Some(condition) = condition {
                    self.condition(condition, &within);
                }
                if let Some(value) = value {
                    self.value(value, &within);
                }
            }
            Expr::Test(condition) => self.condition(condition, here),
            _ => {
                for part in parts(expr) {
                    self.value(part, here);
                }
            }
        }
    }

    /// A field of the header or of the element at hand; where the element is ranged over, of
    /// every row.
    fn field(&self, field: FieldId, here: &Here) -> Option<Name> {
        match self.schema.field(field)?.home {
            Home::Header(_) => Some(Name::Header(field)),
            Home::Element(list, _) => {
                let empty = self.list(list, here).map(Box::new);
                Some(Name::Cells(field, self.rows(list, here), empty))
            }
        }
    }

    /// A list itself: whether it was given, and how many elements it has.
    fn list(&self, list: ListId, here: &Here) -> Option<Name> {
        let declared = self.schema.list(list)?;
        Some(match declared.parent {
            None => Name::List(list),
            Some(parent) => Name::Cells(declared.field, self.rows(parent, here), None),
        })
    }

    fn rows(&self, list: ListId, here: &Here) -> Rows {
        let step = |list: ListId| {
            let mut inner = here.iter().rev();
            inner
                .find(|(each, _)| *each == Each::List(list))
                .and_then(|(_, step)| *step)
        };
        let parent = self.schema.list(list).and_then(|list| list.parent);
        Rows {
            list,
            row: step(list),
            owner: parent.and_then(step),
        }
    }
}

fn inside(here: &Here, over: Each) -> Vec<(Each, Option<u8>)> {
    [here, &[(over, None)]].concat()
}
