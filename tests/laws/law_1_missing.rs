//! Law 1 where facts are missing: what a rule waits for is told once for conditions on one field,
//! and found for many rules at once. Here are conditions that look like such a one and are none,
//! because another operand may decide or be none, beside some that are.

use crate::case::{day, facts};
use crate::generate::world;
use kakou::check::rules::{RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::graph::walk::walk;
use kakou::graph::{Graph, Options};
use kakou::reference::Reference;
use serde_json::{Value, json};
use std::sync::Arc;

/// In 2020 the usual mode has a rank, and that of its kind's twin has none.
const NAMED: &str = "parameter limit : integer \"限\" / \"limit\"\n  2 from 2019-01-01\n\
    parameter nobody : integer \"未\" / \"nobody\" unknown\n\
    parameter usual : code mode \"常\" / \"usual\"\n  \"in\" from 2019-01-01\n\
    event rough \"约\" / \"rough\" on 2020-06 sure high\n\n";

/// True whatever is unknown.
const CERTAIN: &str = "as_of >= 2020-01-01 or a = 1";

const OF_HEADER: [&str; 26] = [
    "a = 1",
    CERTAIN,
    "as_of < 2020-01-01 or a = 1",
    "(as_of >= 2020-01-01 or a = 1) and b = 1",
    "limit > 2 or a = 1",
    "limit > a",
    "(limit on d1) = a",
    "nobody = 1 or a = 1",
    "event rough < d1 or a = 1",
    "a = 1 or b = 1",
    "a = 1 and not (b = 1 or flag)",
    "a = 1 or a = 2",
    "a = b",
    "a = usual.kind.twin.rank",
    "not (a = usual.kind.twin.rank) and b = 1",
    "a = mode.rank",
    "mode.rank = usual.kind.twin.rank",
    "(usual is 10) or flag",
    "mi > 5 CNY or mi < 1 CNY",
    "mi > 5 CNY and m > 5 CNY",
    "docs has pass or \"list\"",
    "docs is none or docs has pass",
    "(first 4 digits of hs) under 8471",
    "hs in catalogue and t is none",
    "any item has (item.n = a)",
    "any d in docs has (d is pass)",
];

const OF_ITEMS: [&str; 3] = [
    "item.n = 1 and a = 1",
    "item.v > 5 CNY or flag",
    "item.n = a",
];

/// Asks for so many fields that a few rules beside it are looked at one by one.
const WIDE: &str = "dec > 1 and other and d2 > 2020-01-01 and q > 5 kg and good under 01 and \
    plate = \"x\" and seal = \"x\" and sort is x and head.form = \"x\" and head.n = 1 and \
    level is best and cur is CNY and d1 > 2020-01-01 and b = 1";

/// The rules of these conditions, one for each; what is over another one is told by number.
fn rules(conditions: &[(&str, bool)], over: Option<usize>) -> Arc<RuleSet> {
    let rule = |(at, (condition, item)): (usize, &(&str, bool))| {
        let each = if *item { "  each item\n" } else { "" };
        let over = match over {
            Some(other) if other != at => format!("  over R-{other}\n"),
            _ => String::new(),
        };
        // What is certain must leave something to worsen.
        let outcome = if *condition == CERTAIN {
            "review"
        } else {
            "hold"
        };
        format!(
            "rule R-{at} \"题\" / \"title\"\n{each}  by L\n  when {condition}\n{over}  then {outcome}\n\n"
        )
    };
    let text: String = conditions.iter().enumerate().map(rule).collect();
    let compiled = world::compiled(&format!("{NAMED}{text}"));
    let said = format!("{:?}\n{text}", compiled.diagnostics);
    compiled.rules.expect(&said)
}

fn declarations() -> Vec<Value> {
    vec![
        json!({}),
        json!({"a": 1}),
        json!({"a": 3, "flag": false, "t": "x"}),
        json!({"a": null, "mode": "20", "docs": null}),
        json!({"mode": "10", "b": 2, "cur": "USD"}),
        json!({"mi": "7", "cur": "CNY", "docs": ["pass"], "hs": "84"}),
        json!({"mi": "7", "cur": "USD", "d1": "2020-06-20"}),
        json!({"d1": "2018-01-01", "hs": "8471300000", "docs": ["form"]}),
        json!({"items": [{}, {"n": 1}, {"n": 2, "cur": "CNY"}]}),
        json!({"items": [{"n": 1, "v": "9", "cur": "USD"}], "a": 1, "flag": true}),
        json!({"items": null, "flag": false}),
    ]
}

/// Judges all declarations in all three ways, each after the one before; says how many facts miss.
fn alike(rules: &Arc<RuleSet>) -> usize {
    let graph = Graph::build(rules, Options::default()).expect("a small rule set has a graph");
    let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    let reference = Reference::new(rules, Sure::High);
    let mut missing = 0;
    for declaration in declarations() {
        let facts = facts(rules, &declaration);
        let expected = reference.judge(&facts, day());
        assert_eq!(walk(&graph, &facts, day()), expected, "{declaration}");
        let judged = engine.judge(&facts, day(), &mut scratch);
        assert_eq!(judged, &expected, "{declaration}");
        assert!(scratch.steps() <= graph.stats().steps, "{declaration}");
        missing += expected
            .missing
            .iter()
            .map(|m| m.rules.len())
            .sum::<usize>();
    }
    missing
}

fn all() -> Vec<(&'static str, bool)> {
    let header = OF_HEADER.iter().map(|condition| (*condition, false));
    let items = OF_ITEMS.iter().map(|condition| (*condition, true));
    header.chain(items).collect()
}

#[test]
fn each_rule_waits_for_what_the_meaning_says() {
    let waits = |one| alike(&rules(&[one], None)) > 0;
    let never = all().into_iter().filter(|one| !waits(*one));
    // One is true and two are false, whatever is unknown: no rank is equal to none.
    let decided = [
        CERTAIN,
        "a = usual.kind.twin.rank",
        "mode.rank = usual.kind.twin.rank",
    ];
    assert!(never.eq(decided.map(|condition| (condition, false))));
}

#[test]
fn many_rules_wait_for_what_the_meaning_says() {
    let few = alike(&rules(&all(), None));
    // The same conditions again and again, so that there are more than 64 rules.
    let again = all().repeat(4);
    assert_eq!((few > 100, alike(&rules(&again, None))), (true, 4 * few));
}

#[test]
fn few_rules_among_many_fields_wait_for_what_the_meaning_says() {
    let mut some = vec![(WIDE, false)];
    some.extend(all());
    assert!(alike(&rules(&some, None)) > alike(&rules(&all(), None)));
}

#[test]
fn a_rule_waits_for_what_settles_those_over_it() {
    let mut some: Vec<_> = all().into_iter().filter(|(_, item)| !item).collect();
    for wide in [false, true] {
        if wide {
            some.push((WIDE, false));
        }
        let over = alike(&rules(&some, Some(0)));
        assert!(over > 50, "{over}");
    }
}
