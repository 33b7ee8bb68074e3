//! The edits that would help most: each is tried out on the checked rules where that can be done, and
//! what it saves is what was counted, not what was hoped for.

use super::cost::{Costs, Ground, Part, Tried, all_of, never_in_force, saved, tried_with};
use crate::check::rules::{Cond, RuleId};
use std::collections::BTreeMap;

/// The edits that are shown.
const SHOWN: usize = 3;
/// Of each kind, so many are tried out.
const TRIES: usize = 6;
/// A condition is said to decide nothing only where it was asked for so often.
const OFTEN: u64 = 30;

/// What is done to a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A part of the condition goes, which decided nothing.
    Drop(String),
    /// The parts of the condition stand in another order: this one first.
    First(String),
    /// A part that searches a list stands last.
    ListLast(String),
    /// The rule goes: it was in force on no day of the input.
    Retire,
    /// The rule costs most: it is asked for so many declarations, and fires or may fire for so many,
    /// of those it was tried on.
    Narrow { asked: u64, hits: u64 },
}

/// An edit and what it saves.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) rule: RuleId,
    pub(super) kind: Kind,
    /// Steps of a thousand declarations.
    pub(super) steps: i64,
    /// Whether it was tried out; else it is the most that it can be.
    pub(super) tried: bool,
    /// Whether the verdicts of the sample stay the same.
    pub(super) same: bool,
}

pub(super) fn propose(ground: &Ground<'_>, costs: &Costs) -> Vec<Edit> {
    let mut edits = Vec::new();
    edits.extend(dropped(ground, costs));
    edits.extend(reordered(ground, costs));
    edits.extend(retired(ground, costs));
    edits.extend(narrowed(costs));
    // What changes a verdict was no help after all. More comes before less, and of two that save as
    // much, the one that was tried out.
    edits.retain(|edit| edit.steps > 0 && (edit.same || !edit.tried));
    edits.sort_by_key(|edit| (std::cmp::Reverse(edit.steps), !edit.tried, edit.rule));
    let mut seen: Vec<RuleId> = Vec::new();
    edits.retain(|edit| {
        let new = !seen.contains(&edit.rule);
        seen.push(edit.rule);
        new
    });
    edits.truncate(SHOWN);
    edits
}

/// Tries an edit of one rule's condition out.
fn tried(ground: &Ground<'_>, costs: &Costs, rule: RuleId, when: Cond, kind: Kind) -> Option<Edit> {
    let some = ground.sample.some(costs.base.told.len());
    let mut rules = (**ground.rules).clone();
    rules.rules.get_mut(rule.0 as usize)?.when = when;
    let after: Tried = tried_with(ground, rules, &some)?;
    Some(Edit {
        rule,
        kind,
        steps: saved(&costs.base, &after),
        tried: true,
        same: after.told == costs.base.told,
    })
}

/// Parts that are false for no element for which the others are not.
fn dropped(ground: &Ground<'_>, costs: &Costs) -> Vec<Edit> {
    let idle = |part: &&Part| part.decides == 0 && part.asked >= OFTEN;
    let mut idle: Vec<&Part> = costs.parts.iter().filter(idle).collect();
    idle.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let edit = |part: &&Part| {
        let parts = all_of(&ground.rules.rule(part.rule)?.when);
        if parts.len() < 2 {
            return None;
        }
        let others = parts.iter().enumerate().filter(|(at, _)| *at != part.at);
        let when = Cond::And(others.map(|(_, one)| one.clone()).collect());
        tried(
            ground,
            costs,
            part.rule,
            when,
            Kind::Drop(part.text.clone()),
        )
    };
    idle.iter().filter_map(edit).take(TRIES).collect()
}

fn weight(part: &Part) -> f64 {
    part.nanos * part.asked as f64
}

/// Conditions whose parts would be settled sooner in another order: cheap ones that are often false
/// first, those that search lists late.
fn reordered(ground: &Ground<'_>, costs: &Costs) -> Vec<Edit> {
    let mut by_rule: BTreeMap<RuleId, Vec<&Part>> = BTreeMap::new();
    for part in costs.parts.iter().filter(|part| part.asked > 0) {
        by_rule.entry(part.rule).or_default().push(part);
    }
    let false_share =
        |part: &Part| part.truths.get(1).copied().unwrap_or(0) as f64 / part.asked as f64;
    // What is spent until the first false part.
    let expected = |parts: &[&Part]| {
        let (mut left, mut sum) = (1.0, 0.0);
        for part in parts {
            sum += left * part.nanos;
            left *= 1.0 - false_share(part);
        }
        sum
    };
    let mut gains: Vec<(f64, RuleId, Vec<&Part>)> = Vec::new();
    for (rule, parts) in by_rule.into_iter().filter(|(_, parts)| parts.len() > 1) {
        let mut sorted = parts.clone();
        let rank = |part: &Part| part.nanos / false_share(part).max(0.001);
        sorted.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        let asked = parts.first().map_or(0, |part| part.asked) as f64;
        let gain = (expected(&parts) - expected(&sorted)) * asked;
        if gain > 0.0 {
            gains.push((gain, rule, sorted));
        }
    }
    gains.sort_by(|a, b| b.0.total_cmp(&a.0));
    let edit = |(_, rule, order): &(f64, RuleId, Vec<&Part>)| {
        let parts = all_of(&ground.rules.rule(*rule)?.when);
        let turned = order.iter().filter_map(|part| parts.get(part.at));
        let turned: Vec<Cond> = turned.cloned().collect();
        if turned.len() != parts.len() {
            return None;
        }
        let (first, last) = (order.first()?, order.last()?);
        let kind = match last.looks_up {
            true => Kind::ListLast(last.text.clone()),
            false => Kind::First(first.text.clone()),
        };
        tried(ground, costs, *rule, Cond::And(turned), kind)
    };
    gains.iter().take(TRIES).filter_map(edit).collect()
}

/// Rules that are in force on no day of the input: what they cost is known already.
fn retired(ground: &Ground<'_>, costs: &Costs) -> Vec<Edit> {
    let never = never_in_force(ground);
    let rules = costs.rules.iter().filter(|cost| never.contains(&cost.rule));
    let edit = |cost: &super::cost::RuleCost| {
        Some(Edit {
            rule: cost.rule,
            kind: Kind::Retire,
            steps: cost.steps?,
            tried: true,
            same: true,
        })
    };
    rules.filter_map(edit).take(TRIES).collect()
}

/// The rules that cost most: a narrower scope saves at most what they cost where they do not fire.
fn narrowed(costs: &Costs) -> Vec<Edit> {
    let edit = |cost: &super::cost::RuleCost| {
        let steps = cost.steps?;
        let sample = costs.sample.max(1);
        let hits = (cost.fires + cost.open) * costs.declarations / sample;
        let idle = cost.asked.checked_sub(hits).filter(|idle| *idle > 0)?;
        let most =
            steps.saturating_mul(i64::try_from(idle).ok()?) / i64::try_from(cost.asked).ok()?;
        Some(Edit {
            rule: cost.rule,
            kind: Kind::Narrow {
                asked: cost.asked,
                hits,
            },
            steps: most,
            tried: false,
            same: false,
        })
    };
    costs.rules.iter().take(TRIES).filter_map(edit).collect()
}
