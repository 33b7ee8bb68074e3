//! Law 1, three-way: reference, walker and engine give the same judgement, for random rule sets
//! with every construct and random declarations.

#[path = "support/random.rs"]
mod random;
#[path = "support/together.rs"]
#[allow(
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]
mod together;

use kakou::check::rules::{CompareOp, Cond, Expr, Rule, RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::graph::{Graph, Options, walk::walk};
use kakou::ground::day::Day;
use kakou::ground::number::Number;
use kakou::reference::Reference;
use kakou::schema::value::Value;
use kakou::verdict::judgement::Judgement;
use std::sync::{Arc, LazyLock};
use together::says_of_all;

static SKELETON: LazyLock<RuleSet> = LazyLock::new(random::skeleton);

fn day() -> Day {
    "2020-06-15".parse().unwrap()
}

fn build(rules: &Arc<RuleSet>, options: Options) -> (Graph, Engine) {
    let graph = Graph::build(rules, options).unwrap_or_else(|e| panic!("{e:#?}"));
    let engine = Engine::from(&graph);
    (graph, engine)
}

/// The usual plan, one that branches and cuts blocks wherever it can, and one whose branches are joined.
fn plans() -> [Options; 3] {
    [(2048, 2048), (1, 3), (16, 20)].map(|(split_above, block)| Options {
        split_above,
        block,
        ..Options::default()
    })
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
    part(
        "common",
        format!("{:?}", a.common),
        format!("{:?}", b.common),
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
    let engines = plans().map(|options| build(rules, options));
    let [(graph, engine), split @ ..] = &engines;
    let reference = Reference::new(rules, Sure::High);
    let mut scratch = Scratch::default();
    let mut others = [Scratch::default(), Scratch::default()];
    let mut all = Vec::new();
    for seed in declarations {
        let json = random::declaration(seed);
        let Some(facts) = random::facts(rules, &json) else {
            continue;
        };
        let expected = reference.judge(&facts, day());
        let walked = walk(graph, &facts, day());
        if let Some(what) = difference(rules, "walker", &expected, &walked) {
            return Err(format!("declaration {seed} {json}\n{what}"));
        }
        // The scratch is used again: what one declaration left must not show in the next.
        let judged = engine.judge(&facts, day(), &mut scratch);
        if let Some(what) = difference(rules, "engine", &expected, judged) {
            return Err(format!("declaration {seed} {json}\n{what}"));
        }
        assert!(
            scratch.steps() <= graph.stats().steps,
            "{} steps",
            scratch.steps()
        );
        for ((graph, split), other) in split.iter().zip(&mut others) {
            let judged = split.judge(&facts, day(), other);
            if let Some(what) = difference(rules, "split engine", &expected, judged) {
                return Err(format!("declaration {seed} {json}\n{what}"));
            }
            assert!(other.steps() <= graph.stats().steps, "{}", other.steps());
        }
        all.push((facts, expected));
    }
    // What is told before judgements are made, and of all together.
    let given: Vec<_> = all.iter().map(|(facts, _)| (facts, day())).collect();
    let expected: Vec<_> = all.iter().map(|(_, expected)| expected).collect();
    says_of_all(engine, &given, &expected, &mut scratch, "");
    for ((_, split), other) in split.iter().zip(&mut others) {
        says_of_all(split, &given, &expected, other, "");
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

/// More rules than a few machine words have bits, with exceptions from one end to the other.
#[test]
fn hundreds_of_rules() {
    try_seeds(rounds(8), 700, 3);
}

/// All conditions up to two connectives deep over three facts, on all ways to give them.
#[test]
fn every_small_condition() {
    let field = |path| Expr::Field(SKELETON.schema.field_by_path(path).unwrap());
    let one = || Expr::Const(Value::Number(Number::from_i64(1)));
    let leaves = vec![
        Cond::Flag(field("flag")),
        Cond::Compare(CompareOp::Eq, field("a"), one()),
        Cond::Compare(CompareOp::Ne, field("b"), one()),
        Cond::Compare(CompareOp::Lt, field("a"), field("b")),
    ];
    let mut simple = leaves.clone();
    simple.extend(leaves.iter().map(|c| Cond::Not(Box::new(c.clone()))));
    for (a, b) in pairs(&leaves) {
        simple.extend([Cond::And(vec![a.clone(), b.clone()]), Cond::Or(vec![a, b])]);
    }
    let mut all = simple.clone();
    all.extend(simple.iter().map(|c| Cond::Not(Box::new(c.clone()))));
    for (a, b) in pairs(&simple) {
        all.extend([Cond::And(vec![a.clone(), b.clone()]), Cond::Or(vec![a, b])]);
    }
    let rules = all.into_iter().enumerate().map(|(number, when)| {
        let mut rule: Rule = SKELETON.rules[0].clone();
        rule.id = format!("X-{number:05}");
        rule.when = when;
        rule
    });
    let rules = Arc::new(RuleSet {
        rules: rules.collect(),
        ..SKELETON.clone()
    });
    let reference = Reference::new(&rules, Sure::High);
    let [(graph, engine), (_, split)] = [512, 64].map(|split_above| {
        build(
            &rules,
            Options {
                split_above,
                ..Options::default()
            },
        )
    });
    for json in given() {
        let facts = random::facts(&rules, &json).unwrap();
        let expected = reference.judge(&facts, day());
        for (name, judged) in [
            ("walker", walk(&graph, &facts, day())),
            ("engine", engine.check(&facts, day())),
            ("split engine", split.check(&facts, day())),
        ] {
            assert_eq!(expected.fired, judged.fired, "{name} {json}");
            assert_eq!(expected, judged, "{name} {json}");
        }
    }
}

fn pairs(all: &[Cond]) -> Vec<(Cond, Cond)> {
    let with = |a: &Cond| {
        all.iter()
            .map(|b| (a.clone(), b.clone()))
            .collect::<Vec<_>>()
    };
    all.iter().flat_map(with).collect()
}

/// Every combination of not given, empty and values.
fn given() -> Vec<String> {
    let mut all = vec![String::from("\"date\":\"2020-06-15\"")];
    for (name, values) in [
        ("flag", ["", "null", "true", "false"]),
        ("a", ["", "null", "1", "0"]),
        ("b", ["", "null", "1", "2"]),
    ] {
        let with = |given: &String| {
            values.map(|value| match value {
                "" => given.clone(),
                value => format!("{given},\"{name}\":{value}"),
            })
        };
        all = all.iter().flat_map(with).collect();
    }
    all.into_iter()
        .map(|given| format!("{{{given}}}"))
        .collect()
}
