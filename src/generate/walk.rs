//! A walk over all that conditions and values hold, definitions and conditions inside values too.

use crate::check::rules::{Cond, Expr, RuleSet};
use crate::reference::missing::{operands, parts};

/// What the walk comes by: a condition with whether it stands under an even number of `not`, or a
/// value.
pub(super) enum Met<'r> {
    Cond(&'r Cond, bool),
    Expr(&'r Expr),
}

/// Calls for each condition within a condition, itself first, and for each value.
pub(super) fn condition<'r>(cond: &'r Cond, plain: bool, met: &mut dyn FnMut(Met<'r>)) {
    met(Met::Cond(cond, plain));
    match cond {
        Cond::And(all) | Cond::Or(all) => all.iter().for_each(|one| condition(one, plain, met)),
        Cond::Not(inner) => condition(inner, !plain, met),
        Cond::Quantified { body, quantity, .. } => {
            let no = matches!(quantity, crate::check::rules::Quantity::No);
            condition(body, plain != no, met);
        }
        _ => operands(cond).into_iter().for_each(|one| value(one, met)),
    }
}

/// Calls for each value within a value, itself first, and for each condition in it.
pub(super) fn value<'r>(expr: &'r Expr, met: &mut dyn FnMut(Met<'r>)) {
    met(Met::Expr(expr));
    match expr {
        Expr::Choice { arms, otherwise } => {
            for (arm, cond) in arms {
                condition(cond, true, met);
                value(arm, met);
            }
            value(otherwise, met);
        }
        Expr::Aggregate {
            value: of,
            condition: only,
            ..
        } => {
            only.iter().for_each(|cond| condition(cond, true, met));
            of.iter().for_each(|of| value(of, met));
        }
        Expr::Test(cond) => condition(cond, true, met),
        _ => parts(expr).into_iter().for_each(|part| value(part, met)),
    }
}

/// Calls for all that the rules of a set hold: scopes, conditions, excuses, what is required when.
pub(super) fn rules<'r>(rules: &'r RuleSet, met: &mut dyn FnMut(Met<'r>)) {
    for rule in &rules.rules {
        condition(&rule.in_force, true, met);
        condition(&rule.scope, true, met);
        condition(&rule.when, true, met);
        rule.unless
            .iter()
            .for_each(|cond| condition(cond, false, met));
        let arguments = rule.requires.iter().filter_map(|r| r.argument.as_ref());
        arguments.for_each(|argument| value(argument, met));
        let waived = rule.waives.iter().filter_map(|w| w.condition.as_ref());
        waived.for_each(|cond| condition(cond, true, met));
    }
    for cover in &rules.covers {
        condition(&cover.in_force, true, met);
        condition(&cover.scope, true, met);
    }
    let met_when = rules.kinds.iter().filter_map(|kind| kind.met.as_ref());
    met_when.for_each(|cond| condition(cond, true, met));
    let required = rules.required.iter().filter_map(|r| r.when.as_ref());
    required.for_each(|cond| condition(cond, true, met));
}
