//! What a rule compares by order, and how a declaration answers it.
//!
//! A boundary is shown by two declarations that lie on its two sides. Which comparisons a rule has
//! is read from its conditions as they are checked, definitions put in; how they come out is
//! worked out for every element they are made for.

use crate::check::rules::{
    Cell, CompareOp, Cond, DecisionTableId, Each, Expr, Quantity, Rule, RuleSet,
};
use crate::facts::eval::{Eval, compare};
use crate::ground::truth::Truth;
use crate::reference::missing::{operands, parts};
use crate::reference::scene::{Here, Scene};
use crate::reference::table::fitting;

/// Something that is compared by order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ordered {
    /// A comparison, or a number of elements that is asked for.
    Condition(Cond),
    /// A table with a cell that compares.
    Table(DecisionTableId),
}

/// How a comparison comes out for one element, and whether the declaration lies on the limit itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Whether it holds.
    pub truth: Truth,
    /// Whether both sides are equal, or may be where a day is known only roughly. What has no two sides
    /// is always on its limit.
    pub on_limit: bool,
}

/// What a rule compares by order in its `when`, its `unless` and its period on a field, each once.
pub fn ordered(rules: &RuleSet, rule: &Rule) -> Vec<Ordered> {
    let mut found = Walk {
        rules,
        visit: Found::default(),
    };
    for condition in conditions(rule) {
        found.condition(condition);
    }
    found.visit.0
}

/// How each of these comes out for a declaration, for all elements of the rule one after another.
pub fn answers(
    scene: &Scene<'_>,
    rule: &Rule,
    elements: &[Here],
    ordered: &[Ordered],
) -> Vec<Vec<Answer>> {
    let mut answers = vec![Vec::new(); ordered.len()];
    for here in elements {
        for condition in conditions(rule) {
            Asked {
                scene,
                ordered,
                answers: &mut answers,
            }
            .condition(condition, here);
        }
    }
    answers
}

/// The conditions of a rule that may hold a boundary: of the period only what a field decides,
/// since the day itself is tried out elsewhere.
fn conditions(rule: &Rule) -> Vec<&Cond> {
    let mut all = vec![&rule.when];
    all.extend(&rule.unless);
    let periods = match &rule.in_force {
        Cond::And(periods) => periods.as_slice(),
        other => std::slice::from_ref(other),
    };
    let on_field = |c: &&Cond| matches!(c, Cond::Compare(_, Expr::Field(_), _));
    all.extend(periods.iter().filter(on_field));
    all
}

/// Whether a comparison is one by order, or counts a period.
fn compares(condition: &Cond) -> bool {
    match condition {
        Cond::Compare(op, a, b) => match op {
            CompareOp::Eq | CompareOp::Ne => counts_a_period(a) || counts_a_period(b),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => true,
        },
        Cond::Quantified {
            quantity: Quantity::AtLeast(n) | Quantity::Exactly(n),
            ..
        } => *n > 1,
        _ => false,
    }
}

fn counts_a_period(expr: &Expr) -> bool {
    matches!(expr, Expr::DaysBetween(..) | Expr::AddDuration { .. })
        || parts(expr).into_iter().any(counts_a_period)
}

/// Whether a table has a cell that compares by order.
fn has_ordered_cell(rules: &RuleSet, table: DecisionTableId) -> bool {
    rules.decision_table(table).is_some_and(|table| {
        let cells = table.rows.iter().flat_map(|row| &row.cells);
        cells.into_iter().any(|cell| match cell {
            Cell::Compare(op, _) => !matches!(op, CompareOp::Eq | CompareOp::Ne),
            Cell::Range(..) => true,
            Cell::Any | Cell::IsNone | Cell::OneOf(_) | Cell::Under(_) => false,
        })
    })
}

#[derive(Debug, Default)]
struct Found(Vec<Ordered>);

impl Found {
    fn add(&mut self, ordered: Ordered) {
        if !self.0.contains(&ordered) {
            self.0.push(ordered);
        }
    }
}

/// A walk over conditions that looks for what compares by order.
struct Walk<'r> {
    rules: &'r RuleSet,
    visit: Found,
}

impl Walk<'_> {
    fn condition(&mut self, condition: &Cond) {
        if compares(condition) {
            self.visit.add(Ordered::Condition(condition.clone()));
        }
        match condition {
            Cond::And(all) | Cond::Or(all) => all.iter().for_each(|one| self.condition(one)),
            Cond::Not(inner) => self.condition(inner),
            Cond::Quantified { body, .. } => self.condition(body),
            Cond::Rows { table, .. } => self.table(*table),
            _ => {}
        }
        for expr in operands(condition) {
            self.value(expr);
        }
    }

    fn value(&mut self, expr: &Expr) {
        match expr {
            Expr::Choice { arms, otherwise } => {
                for (value, condition) in arms {
                    self.condition(condition);
                    self.value(value);
                }
                self.value(otherwise);
            }
            Expr::Aggregate {
                value, condition, ..
            } => {
                condition.iter().for_each(|c| self.condition(c));
                value.iter().for_each(|v| self.value(v));
            }
            Expr::Test(condition) => self.condition(condition),
            Expr::TableCall { table, .. } => self.table(*table),
            _ => {}
        }
        for part in parts(expr) {
            self.value(part);
        }
    }

    fn table(&mut self, table: DecisionTableId) {
        if has_ordered_cell(self.rules, table) {
            self.visit.add(Ordered::Table(table));
        }
    }
}

/// The same walk, with every element at hand, that notes how each comparison comes out.
struct Asked<'w, 'a> {
    scene: &'w Scene<'a>,
    ordered: &'w [Ordered],
    answers: &'w mut [Vec<Answer>],
}

impl Asked<'_, '_> {
    fn note(&mut self, is: impl Fn(&Ordered) -> bool, all: impl IntoIterator<Item = Answer>) {
        let at = self.ordered.iter().position(is);
        if let Some(answers) = at.and_then(|at| self.answers.get_mut(at)) {
            answers.extend(all);
        }
    }

    fn on_limit(&self, condition: &Cond, here: &Here) -> bool {
        let Cond::Compare(_, a, b) = condition else {
            return true;
        };
        let value = |expr| self.scene.value(expr, here);
        compare(CompareOp::Eq, &value(a), &value(b)).possible()
    }

    fn condition(&mut self, condition: &Cond, here: &Here) {
        if compares(condition) {
            let answer = Answer {
                truth: self.scene.truth(condition, here),
                on_limit: self.on_limit(condition, here),
            };
            let is = |o: &Ordered| matches!(o, Ordered::Condition(c) if c == condition);
            self.note(is, [answer]);
        }
        match condition {
            Cond::And(all) | Cond::Or(all) => all.iter().for_each(|one| self.condition(one, here)),
            Cond::Not(inner) => self.condition(inner, here),
            Cond::Quantified { over, body, .. } => self.inside(*over, here, |walk, inner| {
                walk.condition(body, inner);
            }),
            Cond::Rows { table, inputs, .. } => self.table(*table, inputs, here),
            _ => {}
        }
        for expr in operands(condition) {
            self.value(expr, here);
        }
    }

    fn value(&mut self, expr: &Expr, here: &Here) {
        match expr {
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
                ..
            } => self.inside(Each::List(*list), here, |walk, inner| {
                condition.iter().for_each(|c| walk.condition(c, inner));
                value.iter().for_each(|v| walk.value(v, inner));
            }),
            Expr::Test(condition) => self.condition(condition, here),
            Expr::TableCall { table, inputs } => self.table(*table, inputs, here),
            _ => {}
        }
        for part in parts(expr) {
            self.value(part, here);
        }
    }

    fn inside(&mut self, over: Each, here: &Here, mut visit: impl FnMut(&mut Self, &Here)) {
        for step in self.scene.elements(over, here).unwrap_or_default() {
            visit(self, &here.with(over, step));
        }
    }

    fn table(&mut self, table: DecisionTableId, inputs: &[Expr], here: &Here) {
        let Some(found) = self.scene.rules.decision_table(table) else {
            return;
        };
        let inputs: Vec<Eval> = inputs.iter().map(|e| self.scene.value(e, here)).collect();
        let answer = |truth| Answer {
            truth,
            on_limit: true,
        };
        let fits = fitting(found, &inputs).into_iter().map(answer);
        self.note(|o| *o == Ordered::Table(table), fits);
    }
}
