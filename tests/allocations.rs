//! Judging allocates nothing once the scratch has grown: neither does it slow down under many
//! threads that would wait for one allocator, nor does it pause.

#[path = "support/law.rs"]
mod law;

use allocation_counter::measure;
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::verdict::judgement::Judgement;
use kakou::{Facts, Limits};
use std::path::Path;

/// The allocations of judging each of the example declarations by the real rules, in steady state.
fn counted(engine: &Engine, declarations: &[(Facts, kakou::ground::day::Day)]) -> Vec<(u64, bool)> {
    let mut scratch = Scratch::default();
    let open = |judgement: &Judgement| !judgement.missing.is_empty();
    // Small vectors change places in the scratch, so it takes a few rounds until each has grown.
    for _ in 0..20 {
        for (facts, day) in declarations {
            engine.judge(facts, *day, &mut scratch);
        }
    }
    let one = |(facts, day): &(Facts, _)| {
        let mut missing = false;
        let info = measure(|| missing = open(engine.judge(facts, *day, &mut scratch)));
        (info.count_total, missing)
    };
    declarations.iter().map(one).collect()
}

#[test]
fn judging_by_the_real_rules_allocates_nothing_where_nothing_is_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let graph = Graph::build(&rules, Options::default()).unwrap();
    let engine = Engine::from(&graph);
    let text = std::fs::read_to_string(root.join("examples/declarations.ndjson")).unwrap();
    let read = |line: &str| {
        let facts = from_json(&rules.schema, line.as_bytes(), &Limits::default()).unwrap();
        let day = facts.as_of(&rules.schema).unwrap();
        (facts, day)
    };
    let declarations: Vec<_> = text.lines().map(read).collect();
    let counts = counted(&engine, &declarations);
    let settled: Vec<u64> = counts
        .iter()
        .filter(|(_, missing)| !missing)
        .map(|(count, _)| *count)
        .collect();
    assert!(settled.len() >= 40, "{} are settled", settled.len());
    let some: Vec<(usize, u64)> = settled
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(some, [], "settled declarations by number, with allocations");
}

#[test]
fn a_day_beyond_the_last_year_allocates_nothing() {
    let last = kakou::ground::day::Day::MAX;
    let info = measure(|| assert_eq!(last.add(1, 0), None));
    assert_eq!(info.count_total, 0);
}

#[test]
fn a_table_of_what_a_table_gives_allocates_nothing() {
    let text = r#"
table inner(a) "内" / "inner" gives code mode, first row that fits
  | 1 => 10 |
  | any => 20 |
table outer(mode) "外" / "outer" gives code mode, first row that fits
  | 10 => 20 |
  | any => 30 |
rule A-1 "甲" / "a"
  by L
  when outer(inner(a)) is 20
  then hold
covers cur is CNY or USD
"#;
    let rules = law::rules(text);
    let facts = law::facts(&rules, r#"{"date":"2020-06-15","cur":"USD","a":1}"#);
    let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
    let counts = counted(&engine, &[(facts, law::day())]);
    assert_eq!(counts, [(0, false)]);
}

#[test]
fn the_counter_counts() {
    let info = measure(|| drop(std::hint::black_box(vec![1u8; 64])));
    assert_eq!(info.count_total, 1);
}
