//! Law 8: traceable. Every finding names a rule, a basis and facts; with just those facts the
//! reference finds the same for that rule and element.

use crate::case::{bytes, case, config, facts, judge, said};
use crate::generate::rules::USUAL;
use kakou::check::rules::{RuleSet, Sure};
use kakou::ground::limits::Limits;
use kakou::verdict::judgement::Fired;
use kakou::verdict::render::render;
use kakou::verdict::trace::{Trace, Tracer};
use kakou::verdict::{Finding, Verdict};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// The field that names the currency or unit belongs to the amount.
const NAMES: &[(&str, &str)] = &[("mi", "cur"), ("qi", "u"), ("v", "cur")];

/// Whether a path is named, or holds something that is, or names the currency of something that is.
fn kept(named: &BTreeSet<&str>, path: &str) -> bool {
    let holds = |named: &&str| {
        named
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let (record, field) = path
        .rsplit_once('.')
        .map_or(("", path), |(record, field)| (record, field));
    let amount = |(amount, names): &&(&str, &str)| {
        let path = if record.is_empty() {
            (*amount).to_owned()
        } else {
            format!("{record}.{amount}")
        };
        *names == field && named.contains(path.as_str())
    };
    named.iter().any(holds) || NAMES.iter().any(|pair| amount(&pair))
}

/// Takes out what is not named.
fn reduce(named: &BTreeSet<&str>, path: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let join = |name: &str| {
                if path.is_empty() {
                    name.to_owned()
                } else {
                    format!("{path}.{name}")
                }
            };
            fields.retain(|name, _| kept(named, &join(name)));
            for (name, value) in fields {
                reduce(named, &join(name), value);
            }
        }
        Value::Array(elements) => {
            for (at, element) in elements.iter_mut().enumerate() {
                if element.is_object() {
                    reduce(named, &format!("{path}[{}]", at + 1), element);
                }
            }
        }
        _ => {}
    }
}

/// The finding's facts alone, as a declaration.
fn alone(finding: &Finding, declaration: &Value) -> Value {
    let named: BTreeSet<&str> = finding.facts.iter().map(|f| f.path.as_str()).collect();
    let mut out = declaration.clone();
    reduce(&named, "", &mut out);
    out
}

fn rendered(rules: &RuleSet, declaration: &Value) -> (Verdict, Vec<Fired>) {
    let judgement = judge(rules, declaration);
    let limits = Limits {
        undetermined: 10_000,
        ..Limits::default()
    };
    (
        render(
            rules,
            &facts(rules, declaration),
            &judgement,
            Sure::High,
            &limits,
        ),
        judgement.fired,
    )
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_facts_of_a_finding_are_enough_for_it(drawn in bytes()) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        for declaration in &case.declarations {
            let (verdict, _) = rendered(&case.rules, declaration);
            for finding in verdict.findings.iter().chain(&verdict.shadow) {
                prop_assert!(!finding.basis.is_empty() && !finding.rule.is_empty());
                let reduced = alone(finding, declaration);
                let judgement = judge(&case.rules, &reduced);
                let fired = judgement.fired.iter().chain(&judgement.shadow);
                let there = render(&case.rules, &facts(&case.rules, &reduced), &judgement, Sure::High, &Limits { undetermined: 10_000, ..Limits::default() });
                // Undetermined findings that cannot worsen the verdict are counted, not listed.
                let found = there.findings.iter().chain(&there.shadow).find(|f| f.rule == finding.rule && f.element == finding.element);
                let listed = found.map(|f| f.truth);
                let counted = fired.filter(|f| case.rules.rules[f.rule.0 as usize].id == finding.rule).any(|f| f.truth == finding.truth);
                prop_assert!(
                    listed == Some(finding.truth) || (listed.is_none() && counted && finding.truth == kakou::ground::truth::Truth::Unknown),
                    "{} {:?} {:?} {:?}: {:?}\n{}", finding.rule, finding.element, finding.truth, listed, finding.facts.iter().map(|f| &f.path).collect::<Vec<_>>(), said(&case, &[declaration, &reduced])
                );
            }
        }
    }

    #[test]
    fn a_trace_names_the_facts_of_the_verdict(drawn in bytes()) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        let (tracer, mut trace) = (Tracer::new(&case.rules), Trace::default());
        let limits = Limits { undetermined: 10_000, ..Limits::default() };
        for declaration in &case.declarations {
            let facts = facts(&case.rules, declaration);
            let judgement = judge(&case.rules, declaration);
            tracer.trace(&facts, &judgement, &mut trace);
            let verdict = render(&case.rules, &facts, &judgement, Sure::High, &limits);
            let traced = |at: usize| trace.of(at).unwrap_or(&[]);
            for at in 0..judgement.fired.len() + judgement.shadow.len() {
                let once: HashSet<_> = traced(at).iter().collect();
                prop_assert_eq!(once.len(), traced(at).len());
            }
            // Undetermined findings that cannot worsen the verdict are counted, not listed: those of
            // one rule come one after the other, so that what is listed is found in its order.
            let fired = judgement.fired.iter().chain(&judgement.shadow).enumerate();
            let mut shown = verdict.findings.iter().chain(&verdict.shadow).peekable();
            for (at, fired) in fired {
                let rule = &case.rules.rules[fired.rule.0 as usize];
                let same = |finding: &&Finding| finding.rule == rule.id && finding.truth == fired.truth;
                if let Some(finding) = shown.next_if(same) {
                    prop_assert_eq!(traced(at).len(), finding.facts.len(), "{} {:?}\n{}", finding.rule, finding.element, said(&case, &[declaration]));
                }
            }
            prop_assert_eq!(shown.count(), 0);
        }
    }
}
