//! A random rule set with declarations, and the ways from it to judgements.

use crate::generate::choices::Choices;
use crate::generate::declaration::{Known, declaration};
use crate::generate::rules::{Shape, items};
use crate::generate::world;
use kakou::check::rules::{RuleSet, Sure};
use kakou::facts::Facts;
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use kakou::verdict::judgement::Judgement;
use kakou::verdict::{json, render};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::Value;
use std::sync::Arc;

/// The configuration of every property: as many cases as the environment says, no files written.
pub fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..ProptestConfig::default()
    }
}

/// The bytes that a rule set and its declarations are drawn from.
pub fn bytes() -> impl Strategy<Value = (Vec<u8>, Vec<Vec<u8>>)> {
    use proptest::collection::vec;
    (vec(any::<u8>(), 60..700), vec(vec(any::<u8>(), 0..420), 4))
}

/// A rule set in text and checked, and declarations.
pub struct Case {
    pub items: Vec<String>,
    pub text: String,
    pub rules: Arc<RuleSet>,
    pub declarations: Vec<Value>,
}

/// How much a declaration knows, from hardly anything to everything.
pub const KNOWN: [Known; 4] = [
    Known {
        unknown: 6,
        none: 2,
    },
    Known {
        unknown: 2,
        none: 2,
    },
    Known {
        unknown: 0,
        none: 2,
    },
    Known {
        unknown: 12,
        none: 1,
    },
];

/// The case of these bytes; nothing where the checker refuses the rules.
pub fn case((rules, declarations): &(Vec<u8>, Vec<Vec<u8>>), shape: Shape) -> Option<Case> {
    let items = items(&mut Choices::new(rules), shape);
    let text = items.join("\n");
    let rules = world::compiled(&text).rules?;
    let declarations = declarations
        .iter()
        .zip(KNOWN)
        .map(|(bytes, known)| declaration(&mut Choices::new(bytes), known))
        .collect();
    Some(Case {
        items,
        text,
        rules,
        declarations,
    })
}

/// The facts of a declaration.
pub fn facts(rules: &RuleSet, declaration: &Value) -> Facts {
    from_json(
        &rules.schema,
        declaration.to_string().as_bytes(),
        &Limits::default(),
    )
    .unwrap_or_else(|e| panic!("{declaration}\n{e}"))
}

/// The as-of date of most cases.
pub fn day() -> Day {
    "2020-06-15".parse().unwrap()
}

/// The reference's judgement of a declaration at the usual trust.
pub fn judge(rules: &RuleSet, declaration: &Value) -> Judgement {
    Reference::new(rules, Sure::High).judge(&facts(rules, declaration), day())
}

/// The verdict in JSON, both languages.
pub fn verdict(rules: &RuleSet, facts: &Facts, judgement: &Judgement) -> String {
    let verdict = render::render(rules, facts, judgement, Sure::High, &Limits::default());
    json::to_json(&verdict, None)
}

/// What a failing case says of itself.
pub fn said(case: &Case, declarations: &[&Value]) -> String {
    let mut out = format!("{}\n", case.text);
    for declaration in declarations {
        out.push_str(&format!("{declaration}\n"));
    }
    out
}

/// The generator must not be vacuous: nearly all its texts pass the checker, their rules come out
/// true, undetermined and false, and of some sets most are not in force on any one day.
#[test]
fn generated_rules_pass_and_differ() {
    pass_and_differ(crate::generate::rules::USUAL);
}

/// The same of rules that keys decide.
#[test]
fn generated_rules_that_keys_decide_pass_and_differ() {
    pass_and_differ(crate::generate::rules::KEYED);
}

fn pass_and_differ(shape: Shape) {
    let (mut refused, mut certain, mut open, mut quiet, mut by_day) = (0, 0, 0, 0, 0);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..150 {
        let drawn = bytes().new_tree(&mut runner).unwrap().current();
        let Some(case) = case(&drawn, shape) else {
            refused += 1;
            continue;
        };
        by_day += usize::from(branches_on_days(&case.rules));
        for declaration in &case.declarations {
            let judgement = judge(&case.rules, declaration);
            let truths = judgement.fired.iter().map(|f| f.truth);
            certain += truths
                .clone()
                .filter(|t| *t == kakou::ground::truth::Truth::True)
                .count();
            open += truths
                .filter(|t| *t == kakou::ground::truth::Truth::Unknown)
                .count();
            quiet += usize::from(judgement.fired.is_empty());
        }
    }
    assert!(refused < 15, "{refused} of 150 texts refused");
    assert!(
        certain > 100 && open > 100 && quiet > 10,
        "{certain} {open} {quiet}"
    );
    assert!(
        (15..100).contains(&by_day),
        "{by_day} of 150 branch on days"
    );
}

/// Whether the graph does so, where few rules in one place are branched on.
fn branches_on_days(rules: &Arc<RuleSet>) -> bool {
    let limits = Limits {
        steps: u64::MAX,
        ..Limits::default()
    };
    let options = Options {
        split_above: 1,
        limits,
        ..Options::default()
    };
    let graph = Graph::build(rules, options).unwrap();
    let mut nodes = graph.inner().node_weights();
    nodes.any(|node| format!("{node:?}") == "Split(AsOf)")
}
