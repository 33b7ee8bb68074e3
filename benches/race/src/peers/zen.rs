//! zen's expressions: an array of the conditions of five hundred rules is one expression, compiled,
//! which is run on one machine and a prepared scope and answers an array of truths.
//!
//! An expression for each rule costs a fifth to a third more. Codes as texts instead of numbers, and
//! alternatives written out instead of lists, cost the same.

use crate::condition::{Condition, Field, joined};
use crate::race::Declaration;
use crate::racer::Peer;
use zen_expression::expression::Standard;
use zen_expression::variable::Variable;
use zen_expression::vm::VM;
use zen_expression::{Expression, Scope, compile_expression};

pub struct Expressions {
    machine: VM,
    parts: Vec<Expression<Standard>>,
}

const RULES_A_PART: u32 = 500;

impl Peer for Expressions {
    const NAME: &'static str = "zen expressions";
    type Facts = Scope;

    fn load(rules: &[Vec<Condition>]) -> Result<Self, String> {
        let rule = |all: &Vec<Condition>| {
            let texts: Vec<String> = all.iter().map(text).collect();
            texts.join(" and ")
        };
        let part = |some: &[Vec<Condition>]| {
            let rules: Vec<String> = some.iter().map(rule).collect();
            compile_expression(&format!("[{}]", rules.join(", "))).map_err(|e| e.to_string())
        };
        let parts = rules.chunks(RULES_A_PART as usize).map(part);
        Ok(Expressions {
            machine: VM::new(),
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    fn facts(&self, d: &Declaration) -> Scope {
        Scope::new(variable(d))
    }

    fn judge(&mut self, facts: &Scope, mut matched: impl FnMut(u32)) {
        for (part, expression) in (0u32..).zip(&self.parts) {
            let value = expression.evaluate_with_scope(facts, &mut self.machine);
            let truths = value.expect("a value").as_array().expect("an array");
            for (rule, truth) in (0u32..).zip(truths.borrow().iter()) {
                if truth.as_bool() == Some(true) {
                    matched(part * RULES_A_PART + rule);
                }
            }
        }
    }
}

/// A declaration as zen holds it.
pub fn variable(d: &Declaration) -> Variable {
    let facts = Variable::empty_object();
    for field in Field::all() {
        let value = match field.is_flag() {
            true => Variable::Bool(field.value(d) == 1),
            false => Variable::Number(field.value(d).into()),
        };
        facts.dot_insert(field.name(), value);
    }
    facts
}

/// The expression of a condition.
pub fn text(condition: &Condition) -> String {
    match condition {
        Condition::Is(field, n) => format!("{} == {n}", field.name()),
        Condition::Among(field, all) => format!("{} in [{}]", field.name(), joined(all, ", ")),
        Condition::Range(field, from, until) => {
            let from = from.map(|n| format!("{} >= {n}", field.name()));
            let until = until.map(|n| format!("{} < {n}", field.name()));
            let both: Vec<String> = from.into_iter().chain(until).collect();
            both.join(" and ")
        }
        Condition::Flag(field, true) => field.name().to_string(),
        Condition::Flag(field, false) => format!("not {}", field.name()),
        Condition::Either(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("({})", all.join(" or "))
        }
    }
}
