//! Most declarations have nothing against them but what they aim at: whatever else the rules would
//! hold against one is put right, as most traders put it right before they declare.
//!
//! The engine says what fires; the facts behind it are then changed until it does not.

use super::draft::Draft;
use crate::check::rules::{Each, KindId, ObligationState, RuleId};
use crate::engine::{Engine, Scratch};
use crate::facts::eval::Eval;
use crate::ground::truth::Truth;
use crate::reference::Here;
use crate::schema::value::Value;
use crate::verdict::judgement::{Element, Judgement, Step};

/// How often the facts are looked at again after some were put right.
const ROUNDS: u32 = 3;
/// How many of a hundred things that rules hold against a declaration are put right.
const PUT_RIGHT: u64 = 95;
/// How many of a hundred rules that wait for a fact get it.
const MADE_KNOWN: u64 = 90;

/// What there is against a declaration.
enum Against {
    Rule(RuleId, Element, Truth),
    Duty(KindId, Value),
}

impl Draft<'_> {
    /// Puts right what the rules hold against the declaration, all but the rule that it aims at.
    pub(super) fn calm(&mut self, goal: Option<RuleId>, engine: &Engine, scratch: &mut Scratch) {
        for _ in 0..ROUNDS {
            let judgement = engine.judge(&self.facts, self.as_of, scratch);
            let against = self.against(judgement, goal);
            if against.is_empty() {
                return;
            }
            for one in against {
                self.put_right(one);
            }
        }
    }

    fn against(&self, judgement: &Judgement, goal: Option<RuleId>) -> Vec<Against> {
        let rules = &self.maker.rules;
        let held = |rule: RuleId| {
            let mildest = rules.schema.mildest();
            let outcome = rules.rule(rule).and_then(|rule| rule.outcome);
            goal != Some(rule) && outcome.is_some_and(|outcome| outcome > mildest)
        };
        let mut fired: Vec<_> = judgement.fired.iter().filter(|f| held(f.rule)).collect();
        fired.sort();
        let mut against: Vec<Against> = fired
            .into_iter()
            .map(|fired| Against::Rule(fired.rule, fired.element, fired.truth))
            .collect();
        for duty in &judgement.duties {
            let of_goal = goal.is_some_and(|goal| duty.rules.contains(&goal));
            if let (ObligationState::Unmet, false, Some(argument)) =
                (duty.state, of_goal, &duty.argument)
            {
                against.push(Against::Duty(duty.kind, argument.clone()));
            }
        }
        against
    }

    fn put_right(&mut self, one: Against) {
        let maker = self.maker;
        match one {
            Against::Rule(id, element, truth) => {
                let chance = if truth == Truth::Unknown {
                    MADE_KNOWN
                } else {
                    PUT_RIGHT
                };
                let Some(rule) = maker.rules.rule(id).filter(|_| self.dice.percent(chance)) else {
                    return;
                };
                let mut here = Here::default();
                for (each, step) in rule.each.iter().zip(element.0) {
                    if let Step::Unknown | Step::Whole = step {
                        self.give_elements(*each, &here);
                        return;
                    }
                    here = here.with(*each, step);
                }
                self.make(&rule.when, false, &here);
            }
            Against::Duty(kind, argument) => {
                let met = maker.rules.kind(kind).and_then(|kind| kind.met.as_ref());
                if let Some(met) = met.filter(|_| self.dice.percent(PUT_RIGHT)) {
                    let here = Here::default().with_it(Eval::Value(argument));
                    self.make(met, true, &here);
                }
            }
        }
    }

    /// Says which elements there are, where that was left open.
    fn give_elements(&mut self, each: Each, here: &Here) {
        match each {
            Each::Set(field) => {
                let row = self.here_row(field, here);
                self.draw(field, row);
            }
            Each::List(list) => {
                let inner = self.schema().lists.get(list.0 as usize);
                let in_header = inner.is_some_and(|list| list.parent.is_none());
                if in_header && self.rows(list).is_empty() {
                    let maker = self.maker;
                    self.fill_list(list, &maker.plan.usual);
                }
            }
        }
    }
}
