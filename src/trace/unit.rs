//! A rule as it is written: what checking takes apart, the rows of its table, is one again.

use super::boundary::{Ordered, ordered};
use crate::check::rules::{Cond, Expr, RuleId, RuleSet};
use crate::ground::span::Span;
use crate::reference::missing::{operands, parts};
use std::collections::BTreeMap;

/// A rule as written, with its parts. Versions of one identifier are rules of their own.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The identifier as written.
    pub id: String,
    /// The checked rules that it became: itself, or one for each consequence of its table.
    pub parts: Vec<RuleId>,
    /// What it compares by order.
    pub ordered: Vec<Ordered>,
    /// Whether it can fire at all: one that waits for a parameter that nobody has given cannot.
    pub can_fire: bool,
    /// Whether its own exception can hold.
    pub can_except: bool,
}

/// The rules as written, in the order of identifier and period; the suspensions of pilots, which
/// nobody wrote as rules, are not among them.
pub fn units(rules: &RuleSet) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut at: BTreeMap<Span, usize> = BTreeMap::new();
    for (id, rule) in (0u32..).map(RuleId).zip(&rules.rules) {
        if rules.pilots.iter().any(|pilot| pilot.suspends == Some(id)) {
            continue;
        }
        let number = *at.entry(rule.place.0).or_insert_with(|| {
            units.push(Unit {
                id: rules.written_id(rule).to_owned(),
                parts: Vec::new(),
                ordered: Vec::new(),
                can_fire: false,
                can_except: rule.unless.as_ref().is_some_and(|c| can_hold(rules, c)),
            });
            units.len() - 1
        });
        let Some(unit) = units.get_mut(number) else {
            continue;
        };
        unit.parts.push(id);
        unit.can_fire |= can_hold(rules, &rule.when) && can_hold(rules, &rule.in_force);
        for one in ordered(rules, rule) {
            if !unit.ordered.contains(&one) && can_turn(rules, &one) {
                unit.ordered.push(one);
            }
        }
    }
    units
}

/// Whether a condition can be true of some declaration, as far as parameters without a value tell.
fn can_hold(rules: &RuleSet, condition: &Cond) -> bool {
    match condition {
        Cond::And(all) => all.iter().all(|one| can_hold(rules, one)),
        Cond::Or(all) => all.is_empty() || all.iter().any(|one| can_hold(rules, one)),
        Cond::Not(_) | Cond::Quantified { .. } | Cond::Always => true,
        _ => operands(condition).into_iter().all(|e| known(rules, e)),
    }
}

fn can_turn(rules: &RuleSet, ordered: &Ordered) -> bool {
    match ordered {
        Ordered::Condition(condition) => can_hold(rules, condition),
        Ordered::Table(_) => true,
    }
}

/// Whether a value does not wait for a parameter that nobody has given.
fn known(rules: &RuleSet, expr: &Expr) -> bool {
    if let Expr::Parameter { parameter, .. } = expr {
        let found = rules.parameters.get(parameter.0 as usize);
        return found.is_some_and(|p| !p.values.is_empty());
    }
    parts(expr).into_iter().all(|part| known(rules, part))
}
