//! Declarations that are made up: the same for a seed wherever and with however many threads they are
//! made, valid where they are to be, refused for what was intended where not, and near the limits of
//! the rules. `UPDATE=1` writes what is made now; another text there is another version.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use kakou::check::rules::{RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::Reader;
use kakou::facts::lines::Lines;
use kakou::generate::{FLAWS, Generator, Options, Record};
use kakou::graph::{self, Graph};
use kakou::ground::truth::Truth;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn rules(path: &str) -> Arc<RuleSet> {
    kakou::load(home(path)).unwrap()
}

fn line(record: &Record, lines: &Lines) -> String {
    let mut text = String::new();
    record.write(lines, &mut text);
    text
}

/// The lines of the first declarations of a seed.
fn made(rules: &Arc<RuleSet>, options: Options, count: u64) -> String {
    let (generator, lines) = (Generator::new(rules, options), Lines::new(&rules.schema));
    (1..=count)
        .map(|number| line(&generator.record(number), &lines))
        .collect()
}

fn compare(name: &str, came: &str) {
    let path = home("tests/generate").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, came).unwrap();
    }
    let said = std::fs::read_to_string(&path).unwrap();
    assert_eq!(came, said, "{name}");
}

const SEVEN: Options = Options {
    seed: 7,
    invalid_per_million: 0,
    days: None,
    series: 1,
};

#[test]
fn a_seed_stands_for_the_same_declarations_everywhere() {
    let all = Options {
        invalid_per_million: 1_000_000,
        ..SEVEN
    };
    compare(
        "gate_seed_7.ndjson",
        &made(&rules("examples/gate"), SEVEN, 12),
    );
    compare(
        "gate_seed_7_invalid.ndjson",
        &made(&rules("examples/gate"), all, 12),
    );
    compare("rules_seed_7.ndjson", &made(&rules("rules"), SEVEN, 4));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let rules = rules("rules");
    let some = Options {
        invalid_per_million: 20_000,
        ..SEVEN
    };
    let (generator, lines) = (Generator::new(&rules, some), Lines::new(&rules.schema));
    let by = |threads: usize| {
        let (mut text, threads) = (String::new(), NonZeroUsize::new(threads).unwrap());
        let encode = |chunk: &mut String, record: &Record| record.write(&lines, chunk);
        let took: Result<(), ()> = generator.in_order(
            1..=2_500,
            threads,
            encode,
            |_| {},
            |chunk| {
                text.push_str(&chunk);
                Ok(())
            },
        );
        assert_eq!(took, Ok(()));
        text
    };
    let one = by(1);
    assert_eq!(one.lines().count(), 2_500);
    assert!(one == by(2) && one == by(5), "they differ");
    assert!(
        one.starts_with(&made(&rules, some, 20)),
        "nothing is kept between two"
    );
}

#[test]
fn a_series_is_one_movement_under_other_numbers() {
    let rules = rules("rules");
    let five = Options { series: 5, ..SEVEN };
    let lines = Lines::new(&rules.schema);
    let (one, five) = (Generator::new(&rules, SEVEN), Generator::new(&rules, five));
    let reader = Reader::new(rules.schema.clone());
    let engine = Engine::from(&Graph::build(&rules, graph::Options::default()).unwrap());
    let mut scratch = Scratch::default();
    let mut judged = |record: &Record| {
        let day = record.facts.as_of(&rules.schema).unwrap();
        let judgement = engine.judge(&record.facts, day, &mut scratch);
        (judgement.counted, judgement.fired.clone())
    };
    for movement in 0..60 {
        let all: Vec<Record> = (1..=5).map(|n| five.record(movement * 5 + n)).collect();
        let told = judged(&one.record(movement + 1));
        for record in &all {
            let text = line(record, &lines);
            assert_eq!(reader.read(text.as_bytes()).as_ref(), Ok(&record.facts));
            assert_eq!(judged(record), told, "{text}");
            assert_eq!(record.aims_at, all[0].aims_at);
        }
        assert_ne!(all[0].facts, all[1].facts);
    }
}

#[test]
fn valid_declarations_are_read_as_they_were_made() {
    for folder in ["rules", "examples/gate", "examples/import-risk"] {
        let rules = rules(folder);
        let (generator, lines) = (Generator::new(&rules, SEVEN), Lines::new(&rules.schema));
        let reader = Reader::new(rules.schema.clone());
        let mut ids = BTreeSet::new();
        for number in 1..=1_500 {
            let record = generator.record(number);
            let text = line(&record, &lines);
            let read = reader.read(text.as_bytes());
            assert_eq!(
                read.as_ref(),
                Ok(&record.facts),
                "{folder} {number}: {text}"
            );
            assert!(
                record.facts.as_of(&rules.schema).is_some(),
                "{folder} {number}"
            );
            if let Some(id) = record.facts.id(&rules.schema) {
                assert!(ids.insert(id.to_owned()), "{id} twice");
            }
        }
    }
}

#[test]
fn a_flaw_is_refused_with_its_code_and_its_path() {
    let rules = rules("rules");
    let all = Options {
        invalid_per_million: 1_000_000,
        ..SEVEN
    };
    let (generator, lines) = (Generator::new(&rules, all), Lines::new(&rules.schema));
    let reader = Reader::new(rules.schema.clone());
    let mut seen = BTreeSet::new();
    for number in 1..=1_000 {
        let record = generator.record(number);
        let text = line(&record, &lines);
        let refused = reader.read(text.as_bytes()).unwrap_err();
        let flaw = record.flaw.unwrap();
        let first = &refused.errors[0];
        assert_eq!(
            (first.code, &first.path),
            (flaw.code, &flaw.path),
            "{number}: {text}"
        );
        seen.insert(flaw.code.0);
    }
    let all: BTreeSet<&str> = FLAWS.iter().map(|code| code.0).collect();
    assert_eq!(seen, all, "every mistake is made");
}

#[test]
fn as_many_are_invalid_as_were_asked_for() {
    let rules = rules("examples/gate");
    let some = Options {
        invalid_per_million: 50_000,
        ..SEVEN
    };
    let generator = Generator::new(&rules, some);
    let wrong = (1..=4_000).filter(|number| generator.record(*number).flaw.is_some());
    let wrong = wrong.count();
    assert!(
        (150..=250).contains(&wrong),
        "{wrong} of 4,000, and 200 were asked for"
    );
}

#[test]
fn amounts_lie_at_the_limit_and_a_step_beside_it() {
    let text = made(&rules("examples/gate"), SEVEN, 400);
    for limit in [
        "\"weight_error\":0.03,",
        "\"weight_error\":0.0301",
        "\"weight_error\":0.0299",
    ] {
        assert!(text.contains(limit), "{limit} is not there");
    }
    for limit in [
        "\"total\":100000}",
        "\"total\":100000.01",
        "\"total\":99999.99",
    ] {
        assert!(text.contains(limit), "{limit} is not there");
    }
}

#[test]
fn codes_are_skewed_and_those_that_rules_name_come_first() {
    let rules = rules("rules");
    let generator = Generator::new(&rules, SEVEN);
    let mode = rules.schema.field_by_path("head.supervision_mode").unwrap();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for number in 1..=1_500 {
        let facts = generator.record(number).facts;
        let typ = rules.schema.field(mode).unwrap().typ;
        let fact = facts.fact(&rules.schema, mode, None);
        let text = kakou::facts::write::fact_text(&rules.schema, fact, typ);
        *counts.entry(text).or_default() += 1;
    }
    counts.remove("unknown");
    let mut sorted: Vec<u32> = counts.values().copied().collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let (all, first): (u32, u32) = (sorted.iter().sum(), sorted.iter().take(8).sum());
    assert!(first * 2 > all && sorted.len() > 30, "{sorted:?}");
}

/// Rules that no declaration makes fire on its own day, and why.
const NEVER: &[(&str, &str)] = &[
    ("EX-05", "needs a parameter that nobody has published"),
    ("IZ-02.6", "needs a parameter that nobody has published"),
    ("CD-A.3", "needs a parameter that nobody has published"),
    (
        "CB-17",
        "asks for a day after that of the declaration, which only `--as-of` gives",
    ),
];

#[test]
fn nearly_every_rule_of_the_rulebook_fires_for_some_of_a_few_thousand() {
    let rules = rules("rules");
    let options = graph::Options {
        trust: Sure::Design,
        ..graph::Options::default()
    };
    let engine = Engine::from(&Graph::build(&rules, options).unwrap());
    let (generator, mut scratch) = (Generator::new(&rules, SEVEN), Scratch::default());
    let mut silent: BTreeSet<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    let mut released = 0;
    for number in 1..=6_000 {
        let facts = generator.record(number).facts;
        let day = facts.as_of(&rules.schema).unwrap();
        let judgement = engine.judge(&facts, day, &mut scratch);
        let pilots = judgement.pilots.iter().flat_map(|pilot| &pilot.fired);
        for fired in judgement.fired.iter().chain(pilots) {
            if fired.truth == Truth::True {
                silent.remove(rules.rule(fired.rule).unwrap().id.as_str());
            }
        }
        released += u32::from(judgement.counted.low == rules.schema.mildest());
    }
    for (never, why) in NEVER {
        assert!(
            silent.remove(never),
            "{never} fires, and it was thought that it {why}"
        );
    }
    assert!(
        silent.len() * 20 < rules.rules.len(),
        "these are silent: {silent:?}"
    );
    assert!(
        released > 1_500,
        "{released} of 6,000 have nothing against them"
    );
}
