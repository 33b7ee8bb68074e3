//! Verdicts that were worked out by hand from the study of the law, and committed before anybody
//! ran them: the engine gives the same. `tests/by_hand/README.md` says how a difference is settled.

use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::truth::Truth;
use kakou::verdict::render::render;
use kakou::{Engine, Limits, Sure, Verdict};
use std::collections::BTreeMap;
use std::path::Path;

/// One line of `expected.csv`.
#[derive(serde::Deserialize)]
struct Expected {
    id: String,
    disposition_low: String,
    disposition_high: String,
    fires: String,
    does_not_fire: String,
    missing: String,
}

/// The verdicts of all movements by their number.
fn verdicts(folder: &Path) -> BTreeMap<String, Verdict> {
    let limits = Limits::default();
    let rules = kakou::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    let graph = Graph::build(&rules, Options::default()).unwrap();
    let engine = Engine::from(&graph);
    let text = std::fs::read_to_string(folder.join("movements.ndjson")).unwrap();
    let judged = text.lines().map(|line| {
        let facts = from_json(&rules.schema, line.as_bytes(), &limits)
            .unwrap_or_else(|errors| panic!("{errors}\n{line}"));
        let judgement = engine.check(&facts, facts.as_of(&rules.schema).unwrap());
        let verdict = render(&rules, &facts, &judgement, Sure::High, &limits);
        (facts.id(&rules.schema).unwrap().to_owned(), verdict)
    });
    judged.collect()
}

/// Whether a rule of the study, or a part of it, certainly fires.
fn fires(verdict: &Verdict, rule: &str) -> bool {
    let part = format!("{rule}.");
    let mut certain = verdict.findings.iter().filter(|f| f.truth == Truth::True);
    certain.any(|f| f.rule == rule || f.rule.starts_with(&part))
}

/// What differs from the verdict expected.
fn differences(expected: &Expected, verdict: &Verdict) -> Vec<String> {
    let mut all = Vec::new();
    let between = |low: &str, high: &str| format!("{low} to {high}");
    let found = between(&verdict.counted.low.name, &verdict.counted.high.name);
    let wanted = between(&expected.disposition_low, &expected.disposition_high);
    if found != wanted {
        all.push(format!("{found}, by hand {wanted}"));
    }
    for rule in expected.fires.split_whitespace() {
        if !fires(verdict, rule) {
            all.push(format!("{rule} does not fire"));
        }
    }
    for rule in expected.does_not_fire.split_whitespace() {
        if fires(verdict, rule) {
            all.push(format!("{rule} fires"));
        }
    }
    for fact in expected.missing.split_whitespace() {
        if !verdict.missing.iter().any(|missing| missing.path == fact) {
            all.push(format!("{fact} is not named as missing"));
        }
    }
    all
}

#[test]
fn the_engine_agrees_with_what_was_worked_out_by_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/by_hand");
    let verdicts = verdicts(&folder);
    let mut reader = csv::Reader::from_path(folder.join("expected.csv")).unwrap();
    let expected: Vec<Expected> = reader.deserialize().map(Result::unwrap).collect();
    assert!(expected.len() >= 60, "{} movements", expected.len());
    assert_eq!(expected.len(), verdicts.len());
    let mut wrong = Vec::new();
    for one in &expected {
        let verdict = verdicts
            .get(&one.id)
            .unwrap_or_else(|| panic!("no movement {}", one.id));
        for difference in differences(one, verdict) {
            wrong.push(format!("{}: {difference}", one.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
