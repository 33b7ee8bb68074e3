//! Law 5: a bound. No declaration takes more steps than the graph says, the longest ones
//! included; a bound beyond the limit is a refusal, not a wait; and the size of the graph follows
//! the size of the rules.

use crate::case::{bytes, case, config, day, facts, said};
use crate::generate::rules::USUAL;
use crate::generate::world;
use kakou::check::rules::{Rule, RuleId, RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::facts::Facts;
use kakou::graph::walk::walk;
use kakou::graph::{Graph, Options};
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};
use std::sync::Arc;

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

/// Rules that all wait for facts, in a row: what each is over is told by its number.
fn exceptions(many: u32, over: impl Fn(u32) -> Vec<u32>) -> Arc<RuleSet> {
    let tests = [
        "a = 1",
        "m > 5 CNY or other",
        "any item has (item.n = 1)",
        "d1 < d2",
    ];
    exceptions_on(&tests, many, over)
}

/// The same with these conditions in turn.
fn exceptions_on(tests: &[&str], many: u32, over: impl Fn(u32) -> Vec<u32>) -> Arc<RuleSet> {
    let text: String = tests
        .iter()
        .enumerate()
        .map(|(at, test)| {
            format!("rule R-{at} \"题\" / \"title\"\n  by L\n  when {test}\n  then hold\n\n")
        })
        .collect();
    let few = world::compiled(&text).rules.expect("the rules are right");
    let rules = (0..many).map(|number| {
        let mut rule: Rule = few.rules[number as usize % tests.len()].clone();
        rule.id = format!("R-{number}");
        rule.over = over(number).into_iter().map(RuleId).collect();
        rule
    });
    Arc::new(RuleSet {
        rules: rules.collect(),
        ..(*few).clone()
    })
}

/// The steps taken and those stated, of a declaration that says nothing.
fn steps_of(rules: &Arc<RuleSet>) -> (u64, u64) {
    let graph = Graph::build(rules, Options::default()).expect("within the limits");
    let mut scratch = Scratch::default();
    let nothing = Facts::unknown(&rules.schema);
    let judgement = Engine::from(&graph).judge(&nothing, day(), &mut scratch);
    let named = judgement.missing.iter().map(|missing| missing.rules.len());
    assert_eq!(
        named.max(),
        Some(rules.rules.len()),
        "all wait for one fact"
    );
    (scratch.steps(), graph.stats().steps)
}

/// A rule that is over a rule that is over a rule: what settles the last settles all before it,
/// and is looked for once. Twice as many rules take about twice the steps, not four times.
#[test]
fn missing_facts_of_many_exceptions_are_looked_for_once() {
    let row = |number: u32| number.checked_sub(1).into_iter().collect::<Vec<_>>();
    let ladder = |number: u32| (number.saturating_sub(2)..number).collect::<Vec<_>>();
    for over in [&row as &dyn Fn(u32) -> Vec<u32>, &ladder] {
        let (few, stated_few) = steps_of(&exceptions(4_000, over));
        let (many, stated_many) = steps_of(&exceptions(8_000, over));
        assert!(few > 2 * 4_000, "{few} steps: each rule is looked at");
        assert!(many < few * 22 / 10, "{few} steps, then {many}");
        assert!(few <= stated_few && many <= stated_many);
        assert!(
            stated_many < stated_few * 22 / 10,
            "{stated_few}, {stated_many}"
        );
    }
}

/// What was found once is found for all who wait for it.
#[test]
fn missing_facts_of_many_exceptions_are_those_of_the_meaning() {
    let some = |number: u32| {
        let before = [
            number / 2,
            number.saturating_sub(1),
            number.saturating_sub(7),
        ];
        before
            .into_iter()
            .filter(|other| *other < number && !number.is_multiple_of(11))
            .collect()
    };
    let rules = exceptions(300, some);
    let graph = Graph::build(&rules, Options::default()).expect("within the limits");
    for declaration in [
        json!({}),
        json!({"a": 1, "m": "3"}),
        json!({"items": [{}, {"n": 2}], "d1": "2020-01-01"}),
    ] {
        let facts = facts(&rules, &declaration);
        let expected = Reference::new(&rules, Sure::High).judge(&facts, day());
        assert!(!expected.missing.is_empty());
        assert_eq!(walk(&graph, &facts, day()), expected, "{declaration}");
        assert_eq!(
            Engine::from(&graph).check(&facts, day()),
            expected,
            "{declaration}"
        );
    }
}

/// Each general rule is put off because one of the rules over it is not settled yet, so the search
/// comes back to all the many that are over it.
#[test]
fn many_rules_over_each_rule_stay_within_the_bound() {
    const MANY: u32 = 40;
    // Conditions that cost next to nothing, or their part of the bound would hide the looks.
    let rules = exceptions_on(&["other"], 3 * MANY, |number| match number / MANY {
        0 => vec![],
        1 => (0..MANY).collect(),
        _ => vec![number % MANY],
    });
    let graph = Graph::build(&rules, Options::default()).expect("within the limits");
    let mut scratch = Scratch::default();
    Engine::from(&graph).judge(&Facts::unknown(&rules.schema), day(), &mut scratch);
    let (taken, stated) = (scratch.steps(), graph.stats().steps);
    assert!(
        taken > u64::from(2 * MANY * MANY),
        "{taken} steps: nothing was put off"
    );
    assert!(taken <= stated, "{taken} steps, {stated} stated");
}

/// A conversion on a day that is worked out in many steps and cannot be: what is tried as a machine
/// word first is counted, whichever way it is read.
#[test]
fn amounts_that_are_no_words_stay_within_the_bound() {
    let day_of = (0..50).fold("d1".to_owned(), |of, _| format!("end of month of {of}"));
    let text = format!(
        "rule R-1 \"题\" / \"title\"\n  by L\n  when m in CNY on ({day_of}) > 100 CNY\n  then hold\n"
    );
    let rules = world::compiled(&text).rules.expect("the rules are right");
    let graph = Graph::build(&rules, Options::default()).expect("within the limits");
    let mut scratch = Scratch::default();
    let facts = facts(&rules, &json!({"m": "5", "cur": "USD"}));
    let judgement = Engine::from(&graph).judge(&facts, day(), &mut scratch);
    assert_eq!(
        judgement,
        &Reference::new(&rules, Sure::High).judge(&facts, day())
    );
    let (taken, stated) = (scratch.steps(), graph.stats().steps);
    assert!(taken > 50, "{taken} steps: no day was tried");
    assert!(taken <= stated, "{taken} steps, {stated} stated");
}
