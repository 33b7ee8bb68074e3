//! Lines of verdicts that are written straight are what rendering says, byte for byte.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/law.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod law;

use kakou::check::rules::{RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::generate::{Generator, Options};
use kakou::graph::{self, Graph};
use kakou::ground::day::Day;
use kakou::ground::limits::Limits;
use kakou::schema::Lang;
use kakou::verdict::json::to_json;
use kakou::verdict::lines::{Lines, Room};
use kakou::verdict::render::render;
use kakou::{Facts, Reference};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares in every language, with few and with all undetermined rules listed.
fn same(rules: &Arc<RuleSet>, trust: Sure, all: &[(Facts, Day)]) {
    let options = graph::Options {
        trust,
        ..graph::Options::default()
    };
    let engine = Engine::from(&Graph::build(rules, options).unwrap());
    let (mut scratch, mut room, mut line) = (Scratch::default(), Room::default(), Vec::new());
    for undetermined in [100, 2] {
        let limits = Limits {
            undetermined,
            ..Limits::default()
        };
        for lang in [None, Some(Lang::Zh), Some(Lang::En)] {
            let mut lines = Lines::new(rules, trust, &limits);
            if let Some(lang) = lang {
                lines = lines.in_language(lang);
            }
            for (facts, day) in all {
                let judgement = engine.judge(facts, *day, &mut scratch);
                line.clear();
                lines.write(&mut line, facts, judgement, &mut room);
                let verdict = render(rules, facts, judgement, trust, &limits);
                let written = std::str::from_utf8(&line).unwrap();
                assert_eq!(written, to_json(&verdict, lang));
            }
        }
    }
}

#[test]
fn of_declarations_made_up_for_the_real_rules() {
    let rules = kakou::load(home("rules")).unwrap();
    let generator = Generator::new(&rules, Options::default());
    let made = (1..=400).map(|number| generator.record(number).facts);
    let mut all: Vec<(Facts, Day)> = made
        .map(|facts| {
            let day = facts.as_of(&rules.schema).unwrap();
            (facts, day)
        })
        .collect();
    let text = std::fs::read_to_string(home("examples/declarations.ndjson")).unwrap();
    for line in text.lines() {
        let facts = from_json(&rules.schema, line.as_bytes(), &Limits::default()).unwrap();
        let day = facts.as_of(&rules.schema).unwrap();
        all.push((facts, day));
    }
    all.push((Facts::unknown(&rules.schema), all[0].1));
    for trust in [Sure::High, Sure::Found, Sure::Design] {
        same(&rules, trust, &all);
    }
}

#[test]
fn of_texts_that_need_escapes_lists_in_lists_and_sets() {
    let text = r#"
requirement paper "许可证" / "licence" : code mode met when docs has it otherwise hold combine all
requirement bond "担保" / "guarantee" : money CNY met when m >= it otherwise hold combine largest
rule A-1 "说\"什么\"" / "says \"what\"\\"
  by L article 1
  each item
  when item.n > 1 and d1 <= 2020-06-15 and mode in docs
  then review, require paper item.k
  say "第 {item.n} 项，{item.v}，{docs}" / "no. {item.n}, {item.v}, {docs}, {flag}, {d1}, {hs}, {a + 1}"
rule A-2 "单" / "one"
  by L article 2 paragraph 3
  each item, code in docs
  when item.n = 3 and code is 20
  then hold, require bond sum of item.v over items
rule A-3 "无" / "none"
  by L
  over A-1, A-2
  when any item has item.v > 4000 CNY or hs under 84
  then reject
covers mode is 10
"#;
    let rules = law::rules(text);
    let all: Vec<(Facts, Day)> = [
        r#"{"id":"一\n\"二\"\\\u0001","date":"2020-06-15","mode":"10","docs":["10","30"],"m":"100",
            "hs":"8471","a":1,"items":[{"n":3,"k":"10","v":"3900"},{"n":2,"k":"20","v":"2000.5"}]}"#,
        r#"{"id":null,"date":"2020-06-15","mode":"10","docs":null,"items":null}"#,
        r#"{"date":"2020-06-15","items":[{"n":3},{},{"v":"4000.01"}],"docs":["20"],"flag":true}"#,
        r#"{"date":"2020-06-15","mode":"20","docs":[],"items":[{"n":3,"k":null}],"d1":"2020-01-01"}"#,
    ]
    .map(|text| (law::facts(&rules, text), law::day()))
    .into();
    for trust in [Sure::High, Sure::Design] {
        same(&rules, trust, &all);
    }
}

#[test]
fn what_a_terminal_would_obey_is_an_escape() {
    let rules = law::rules(
        "rule A-1 \"甲\" / \"a\"\n  by L\n  when a > 1\n  then hold\ncovers mode is 10\n",
    );
    let facts = law::facts(
        &rules,
        "{\"id\":\"\u{9b}2J\u{202e}卡\",\"date\":\"2020-06-15\"}",
    );
    let judgement = Reference::new(&rules, Sure::High).judge(&facts, law::day());
    let mut line = Vec::new();
    let lines = Lines::new(&rules, Sure::High, &Limits::default());
    lines.write(&mut line, &facts, &judgement, &mut Room::default());
    let line = String::from_utf8(line).unwrap();
    assert!(line.contains(r#""id":"\u009b2J\u202e卡""#), "{line}");
}
