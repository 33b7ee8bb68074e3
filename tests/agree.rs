//! Law 1, three-way: reference, walker and engine give the same judgement, for random rule sets
//! with every construct and random declarations.

#[path = "support/random.rs"]
mod random;

use kakou::check::rules::{RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::graph::{Graph, Options, walk::walk};
use kakou::ground::day::Day;
use kakou::reference::Reference;
use kakou::verdict::judgement::Judgement;
use std::sync::{Arc, LazyLock};

static SKELETON: LazyLock<RuleSet> = LazyLock::new(random::skeleton);

fn day() -> Day {
    "2020-06-15".parse().unwrap()
}

fn build(rules: &Arc<RuleSet>) -> (Graph, Engine) {
    let graph = Graph::build(rules, Options::default()).unwrap_or_else(|e| panic!("{e:#?}"));
    let engine = Engine::from(&graph);
    (graph, engine)
}

/// What differs, in few words.
fn difference(rules: &RuleSet, name: &str, a: &Judgement, b: &Judgement) -> Option<String> {
    if a == b {
        return None;
    }
    let mut out = format!("{name} differs\n");
    let mut part = |what: &str, a: String, b: String| {
        if a != b {
            out.push_str(&format!("{what}\n  reference {a}\n  {name} {b}\n"));
        }
    };
    part(
        "counted",
        format!("{:?}", a.counted),
        format!("{:?}", b.counted),
    );
    part("base", format!("{:?}", a.base), format!("{:?}", b.base));
    part(
        "pilots",
        format!("{:?}", a.pilots),
        format!("{:?}", b.pilots),
    );
    part(
        "departments",
        format!("{:?}", a.departments),
        format!("{:?}", b.departments),
    );
    part("fired", format!("{:?}", a.fired), format!("{:?}", b.fired));
    part(
        "shadow",
        format!("{:?}", a.shadow),
        format!("{:?}", b.shadow),
    );
    part(
        "duties",
        format!("{:#?}", a.duties),
        format!("{:#?}", b.duties),
    );
    part(
        "coverage",
        format!("{:?}", a.coverage),
        format!("{:?}", b.coverage),
    );
    part(
        "missing",
        format!("{:?}", a.missing),
        format!("{:?}", b.missing),
    );
    for rule in rules.rules.iter().filter(|_| rules.rules.len() <= 3) {
        out.push_str(&format!(
            "{} {:?} over {:?} each {:?}\n in {:?}\n for {:?}\n when {:?}\n unless {:?}\n requires {:?}\n waives {:?}\n",
            rule.id, rule.sure, rule.over, rule.each, rule.in_force, rule.scope, rule.when,
            rule.unless, rule.requires, rule.waives
        ));
    }
    out.push_str(&format!(
        "covers {:?}\nrequired {:?}\n",
        rules.covers, rules.required
    ));
    Some(out)
}

fn compare(
    rules: &Arc<RuleSet>,
    declarations: impl IntoIterator<Item = u64>,
) -> Result<(), String> {
    let (graph, engine) = build(rules);
    let reference = Reference::new(rules, Sure::High);
    let mut scratch = Scratch::default();
    for seed in declarations {
        let json = random::declaration(seed);
        let Some(facts) = random::facts(rules, &json) else {
            continue;
        };
        let expected = reference.judge(&facts, day());
        let walked = walk(&graph, &facts, day());
        if let Some(what) = difference(rules, "walker", &expected, &walked) {
            return Err(format!("declaration {seed} {json}\n{what}"));
        }
        // The scratch is used again: what one declaration left must not show in the next.
        let judged = engine.judge(&facts, day(), &mut scratch);
        if let Some(what) = difference(rules, "engine", &expected, judged) {
            return Err(format!("declaration {seed} {json}\n{what}"));
        }
    }
    Ok(())
}

/// How many rule sets are tried; `ROUNDS=100000` hunts longer.
fn rounds(usual: u64) -> u64 {
    std::env::var("ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}

fn try_seeds(rounds: u64, most: usize, declarations: u64) {
    for seed in 0..rounds {
        let rules = random::rule_set(&SKELETON, seed, most);
        let first = seed * declarations;
        if let Err(what) = compare(&rules, first..first + declarations) {
            panic!("rule set {seed} of at most {most} rules\n{what}");
        }
    }
}

#[test]
fn few_rules() {
    try_seeds(rounds(1500), 3, 12);
}

#[test]
fn many_rules() {
    try_seeds(rounds(150), 80, 8);
}
