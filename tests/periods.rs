//! Rules of a law that was amended many times: the graph branches on the as-of date, and on each day
//! every way to judge says what the reference says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

#[allow(dead_code, reason = "each test uses a part")]
#[path = "support/law.rs"]
mod law;
#[path = "support/together.rs"]
mod together;

use kakou::check::rules::{RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::graph::{Edge, Graph, Node, Options, walk::walk};
use kakou::ground::day::Day;
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use kakou::verdict::judgement::Judgement;
use law::facts;
use petgraph::graph::NodeIndex;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;
use together::says_of_all;

/// How many versions there are, and of how many rules each.
const VERSIONS: usize = 8;
const RULES: usize = 30;

/// The first day of a version.
fn first(version: usize) -> Day {
    Day::from_number(18_262 + 30 * i32::try_from(version).unwrap()).unwrap()
}

/// The rules of all versions, and those beside them.
fn text(beside: &str) -> String {
    let mut text =
        "covers cur is CNY\nevent rough \"约\" / \"rough\" on 2020-03 sure high\n".to_owned();
    let mut rule = |id: &str, force: &str, rest: &str| {
        let _ = writeln!(text, "rule {id} \"题\" / \"title\"\n  by L\n{force}{rest}");
    };
    for version in 0..VERSIONS {
        // The first has always been in force, and the last still is.
        let from = match version {
            0 => String::new(),
            _ => format!(" from {}", first(version)),
        };
        let until = match version + 1 {
            VERSIONS => String::new(),
            next => format!(
                " until {}",
                Day::from_number(first(next).number() - 1).unwrap()
            ),
        };
        for number in 0..RULES {
            let number_of = version * RULES + number;
            let rest = match number % 5 {
                0 => format!("  each item\n  when item.n > {number}\n  then hold\n"),
                1 => format!("  when a > {number} and d1 < 2020-04-01\n  then review\n"),
                2 => "  when any item has (item.n > a)\n  unless flag\n  then hold\n".to_owned(),
                _ => format!(
                    "  when mode is {}0 and (a > {number} or b = {version})\n  then reject\n",
                    number % 3 + 1
                ),
            };
            rule(
                &format!("V-{number_of:03}"),
                &format!("  force{from}{until}\n"),
                &rest,
            );
        }
    }
    text.push_str(beside);
    text
}

/// Judges some declarations on the days about which rules begin and end, in every way, and says how the
/// graph branches on the as-of date, if it does: how many rules are run in each branch.
fn branches(rules: &Arc<RuleSet>, split_above: usize) -> Option<Vec<usize>> {
    let limits = Limits {
        steps: u64::MAX,
        ..Limits::default()
    };
    let options = Options {
        split_above,
        limits,
        ..Options::default()
    };
    let graph = Graph::build(rules, options).unwrap();
    let engine = Engine::from(&graph);
    let reference = Reference::new(rules, Sure::High);
    let given = [
        r#"{"date":"2020-06-15","cur":"USD","a":12,"b":3,"d1":"2020-03-01","flag":false,"items":[{"n":20},{"n":3}]}"#,
        r#"{"date":"2020-06-15","cur":"CNY","a":40,"items":[{"n":20},{}]}"#,
        r#"{"date":"2020-06-15"}"#,
    ];
    let given = given.map(|json| facts(rules, json));
    let days = (0..=VERSIONS).flat_map(|version| [-1, 0, 1].map(|by| first(version).number() + by));
    let days: Vec<Day> = days.map(|day| Day::from_number(day).unwrap()).collect();
    let mut scratch = Scratch::default();
    let mut all = Vec::new();
    for (at, day) in days.iter().enumerate() {
        let facts = &given[at % 3];
        for facts in &given {
            let expected = reference.judge(facts, *day);
            assert_eq!(expected, walk(&graph, facts, *day), "walker {day}");
            assert_eq!(
                &expected,
                engine.judge(facts, *day, &mut scratch),
                "engine {day}"
            );
        }
        all.push((facts, *day, reference.judge(facts, *day)));
    }
    let many = || all.iter().cycle().take(100);
    let movements: Vec<_> = many().map(|(facts, day, _)| (*facts, *day)).collect();
    let expected: Vec<&Judgement> = many().map(|(_, _, expected)| expected).collect();
    says_of_all(&engine, &movements, &expected, &mut scratch, "many");
    let inner = graph.inner();
    let split = inner
        .node_indices()
        .find(|node| format!("{:?}", inner[*node]) == "Split(AsOf)");
    let split = split?;
    let mut run: Vec<(u32, usize)> = Vec::new();
    for edge in inner.edge_indices() {
        let (from, to) = inner.edge_endpoints(edge).unwrap();
        if let (true, Edge::Cells(cells)) = (from == split, &inner[edge]) {
            run.push((cells[0].0, below(&graph, to)));
        }
    }
    run.sort_unstable();
    // What stands for an unknown day runs nothing.
    assert_eq!(run.remove(0), (0, 0));
    Some(run.into_iter().map(|(_, rules)| rules).collect())
}

/// How many rules a part of the plan runs.
fn below(graph: &Graph, node: NodeIndex) -> usize {
    let inner = graph.inner();
    let (mut rules, mut nodes, mut seen) = (0, vec![node], HashSet::new());
    while let Some(node) = nodes.pop() {
        if !seen.insert(node) {
            continue;
        }
        match &inner[node] {
            Node::Rule(_) => rules += 1,
            // What a rule is made of and what it is over is no part of the plan.
            Node::Meaning(_) | Node::Cover(_) => {}
            _ => nodes.extend(inner.neighbors(node)),
        }
    }
    rules
}

#[test]
fn each_version_is_run_on_its_days_alone() {
    let rules = law::rules(&text(""));
    assert_eq!(branches(&rules, 900), Some(vec![RULES; VERSIONS]));
    // Few rules are run whole.
    assert_eq!(branches(&rules, 4 * (VERSIONS * RULES + 1)), None);
}

/// Within a period it goes on as without: on a code that many of its rules name.
#[test]
fn what_a_day_leaves_is_branched_on_further() {
    let rules = law::rules(&text(""));
    assert_eq!(branches(&rules, 20), Some(vec![RULES; VERSIONS]));
    let options = Options {
        split_above: 20,
        ..Options::default()
    };
    let graph = Graph::build(&rules, options).unwrap();
    let splits = graph.inner().node_weights();
    let splits = splits.filter(|node| format!("{node:?}").starts_with("Split(Field"));
    assert_eq!(splits.count(), VERSIONS);
}

/// Rules that no day rules out are run on all, and one that begins with an event from the first day on
/// which that may have been.
#[test]
fn what_may_be_in_force_on_any_day_is_run_on_all() {
    let rules = law::rules(&text(
        "rule A-1 \"题\" / \"title\"\n  by L\n  when a > 3\n  then hold\n\
         rule A-2 \"题\" / \"title\"\n  by L\n  force from 2020-01-01 until 2020-02-01 on d1\n  \
         each item\n  when item.n > 1\n  then hold\n\
         rule A-3 \"题\" / \"title\"\n  by L\n  force from event rough\n  when b > 1\n  then review\n",
    ));
    // The event may have been on the first day of the third period, and not before.
    let mut expected = vec![RULES + 2; VERSIONS];
    expected[2..].fill(RULES + 3);
    assert_eq!(branches(&rules, 900), Some(expected));
}

/// Where more than half of all rules may be in force on one day, to part them would not pay.
#[test]
fn rules_of_which_most_are_in_force_on_one_day_are_run_whole() {
    let mut beside = String::new();
    let most = (VERSIONS - 2) * RULES;
    for number in 0..=most {
        let _ = write!(
            beside,
            "rule A-{number} \"题\" / \"title\"\n  by L\n  when a > {number}\n  then hold\n"
        );
    }
    assert_eq!(branches(&law::rules(&text(&beside)), 900), None);
}
