//! Law 5: a bound. No declaration takes more steps than the graph says, the longest ones
//! included; a bound beyond the limit is a refusal, not a wait; and the size of the graph follows
//! the size of the rules.

use crate::case::{bytes, case, config, day, facts, said};
use crate::generate::rules::USUAL;
use kakou::engine::{Engine, Scratch};
use kakou::graph::{Graph, Options};
use kakou::ground::limits::Limits;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

/// The declaration with as many elements in every list as the schema allows.
fn longest(declaration: &Value) -> Value {
    let fill = |list: Option<&mut Value>, most: usize| {
        if let Some(Value::Array(elements)) = list {
            let first = elements.first().cloned().unwrap_or_else(|| json!({}));
            elements.resize(most, first);
        }
    };
    let mut out = declaration.clone();
    for (name, most) in [("items", 4), ("lines", 4)] {
        if !out[name].is_array() {
            out[name] = json!([{}]);
        }
        fill(out.get_mut(name), most);
    }
    for (at, line) in out["lines"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .enumerate()
    {
        line["seq"] = json!(at + 1);
    }
    for item in out["items"].as_array_mut().into_iter().flatten() {
        if !item["parts"].is_array() {
            item["parts"] = json!([{}]);
        }
        fill(item.get_mut("parts"), 3);
    }
    out
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_declaration_takes_more_steps_than_stated(drawn in bytes()) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        let graph = Graph::build(&case.rules, Options::default()).expect("a small rule set has a graph");
        let bound = graph.stats().steps;
        let engine = Engine::from(&graph);
        let mut scratch = Scratch::default();
        for declaration in &case.declarations {
            for declaration in [declaration.clone(), longest(declaration)] {
                engine.judge(&facts(&case.rules, &declaration), day(), &mut scratch);
                prop_assert!(scratch.steps() <= bound, "{} steps, {bound} stated\n{}", scratch.steps(), said(&case, &[&declaration]));
            }
        }
        if let Some(steps) = bound.checked_sub(1) {
            let limits = Limits { steps, ..Limits::default() };
            let refused = Graph::build(&case.rules, Options { limits, ..Options::default() });
            prop_assert_eq!(refused.err().map(|e| e[0].code.0), Some("E0507"));
        }
    }

    #[test]
    fn the_graph_is_no_larger_than_the_rules_allow(drawn in bytes()) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        let stats = Graph::build(&case.rules, Options::default()).expect("a small rule set has a graph").stats();
        // Every condition and value is one node at most, and each is written with at least one
        // letter, once for each place where a definition or a part of a table is put in.
        let text = case.text.len() as u64;
        let rules = stats.rules;
        let nodes: u64 = stats.nodes.iter().map(|(_, many)| many).sum();
        prop_assert!(nodes <= text * (rules + 1), "{nodes} nodes of {text} bytes, {rules} rules");
        let again = Graph::build(&case.rules, Options::default()).expect("as before").stats();
        prop_assert_eq!(stats, again);
    }
}

/// The bound must not hold only because nothing is counted, nor be beyond all use.
#[test]
fn steps_are_counted_and_the_bound_is_of_their_size() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut taken, mut stated) = (0, 0);
    for _ in 0..40 {
        let drawn = bytes().new_tree(&mut runner).unwrap().current();
        let Some(case) = case(&drawn, USUAL) else {
            continue;
        };
        let graph = Graph::build(&case.rules, Options::default()).unwrap();
        let mut scratch = Scratch::default();
        let longest = longest(&case.declarations[1]);
        Engine::from(&graph).judge(&facts(&case.rules, &longest), day(), &mut scratch);
        taken += scratch.steps();
        stated += graph.stats().steps;
    }
    assert!(taken > 200 && stated < taken * 1_000, "{taken} {stated}");
}
