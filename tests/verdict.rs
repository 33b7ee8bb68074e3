//! Verdicts as golden texts: JSON and the text for people in both languages. `UPDATE=1` writes
//! them anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/law.rs"]
mod law;

use kakou::check::rules::{RuleSet, Sure};
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use kakou::schema::Lang;
use kakou::verdict::json::{to_json, to_json_pretty};
use kakou::verdict::layout::width;
use kakou::verdict::render::render;
use kakou::verdict::text::{Style, to_text};
use kakou::verdict::{Verdict, why};
use law::{day, facts, rules};
use std::fmt::Write as _;
use std::path::Path;

const RULES: &str = r#"
requirement paper "许可证" / "licence" : code mode met when docs has it otherwise hold combine all
requirement bond "担保" / "guarantee" : money CNY met when m >= it otherwise hold combine largest
let order_value = sum of item.v over items "订单金额" / "order"
rule CB-01 "超过单次交易限值" / "order above the limit of one order"
  by L article 1
  when order_value > 5000 CNY
  then hold, require bond order_value
  say "订单金额 {order_value} 超过单次限值" / "order of {order_value} is above the limit of one order"
rule CB-02 "件数不符" / "the number does not fit"
  by L article 2 paragraph 3
  each item
  unless item.k is 20
  when item.n = 1
  then review, require paper item.k
rule CB-03 "不在名录" / "not in the list"
  by W
  when hs not in pairs
  then reject
rule CB-04 "件数过多" / "too many"
  by W
  each item
  when item.n > a
  then hold
rule CB-05 "未标" / "not marked"
  by W
  when not flag
  then hold
covers mode is 10
"#;

const FULL: &str = r#"{"id":"CB-E3","date":"2020-06-15","mode":"10","docs":["30"],"m":"100","hs":"9999",
  "items":[{"n":1,"k":"10","v":"3900"},{"n":1,"k":"20","v":"2000.5"}]}"#;
const OPEN: &str = r#"{"id":"一\n二","date":"2020-06-15","mode":"10","m":"100","hs":"8471",
  "items":[{"n":1,"v":"3900"},{"k":"10","v":"1"}]}"#;

fn verdict(rules: &RuleSet, json: &str) -> Verdict {
    let facts = facts(rules, json);
    let judgement = law::judge(rules, &facts);
    let mut verdict = render(rules, &facts, &judgement, Sure::High, &Limits::default());
    // The fingerprint has tests of its own and would change these with every word of the world.
    verdict.rules = "0123456789abcdef".into();
    verdict
}

fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/verdict")
        .join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name} (UPDATE=1 writes it anew)");
}

#[test]
fn golden_texts() {
    let rules = rules(RULES);
    for (name, json) in [("full", FULL), ("open", OPEN)] {
        let verdict = verdict(&rules, json);
        golden(&format!("{name}.json"), &to_json_pretty(&verdict, None));
        for (lang, end) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
            let text = to_text(
                &verdict,
                Style {
                    lang,
                    ..Style::default()
                },
            );
            assert!(text.lines().all(|line| width(line) <= 80), "{text}");
            assert!(!text.contains('\u{1b}'), "no colour unless asked for");
            golden(&format!("{name}.{end}.txt"), &text);
        }
    }
}

#[test]
fn explanations() {
    let rules = rules(RULES);
    let mut out = String::new();
    for (name, json) in [("full", FULL), ("open", OPEN)] {
        let facts = facts(&rules, json);
        let trial = Reference::new(&rules, Sure::High).trial(&facts, day());
        let world = trial.world([]);
        for lang in [Lang::Zh, Lang::En] {
            for (rule, each) in trial.rules() {
                for instance in trial.instances(&each.each) {
                    let why = why::rule(&trial, &world, rule, instance.element, lang).unwrap();
                    writeln!(out, "{name}\n{}", why.lines().join("\n")).unwrap();
                }
            }
        }
        let near = why::near_misses(&trial, &world);
        writeln!(out, "{name}: {} near", near.len()).unwrap();
    }
    golden("explanations.txt", &out);
}

#[test]
fn json_is_one_line_and_colour_is_asked_for() {
    let rules = rules(RULES);
    let verdict = verdict(&rules, OPEN);
    let line = to_json(&verdict, Some(Lang::Zh));
    assert_eq!(line.lines().count(), 1);
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["disposition"], value["high"]);
    assert!(value["findings"][0]["message"].is_string());
    let text = to_text(
        &verdict,
        Style {
            colour: true,
            ..Style::default()
        },
    );
    assert!(text.contains("\u{1b}[1;"));
}

/// What is undetermined in shadow is a line in a verdict and stands by itself where asked for.
#[test]
fn undetermined_shadows_are_one_line() {
    let more: String = (10..30)
        .map(|n| format!("rule S-{n} \"某\" / \"some\"\n  by W\n  when b = 1\n  then hold\n"))
        .collect();
    let rules = rules(&format!("{RULES}{more}"));
    let verdict = verdict(&rules, FULL);
    let text = to_text(&verdict, Style::default());
    let line = "  shadow, undetermined (22): CB-04, CB-05, S-10, S-11, S-12, S-13, S-14, S-15,\n    S-16, S-17, S-18, S-19, …\n";
    assert!(text.contains(line), "{text}");
    // One that fires stands by itself, and of an element each rule is named once.
    assert!(text.contains("  shadow CB-03 "), "{text}");
    assert_eq!(text.matches("CB-04").count(), 1);
    let each = Style {
        each_shadow: true,
        ..Style::default()
    };
    let text = to_text(&verdict, each);
    assert!(text.contains("shadow S-29 undetermined  some"), "{text}");
    assert!(!text.contains("undetermined ("), "{text}");
    assert_eq!(verdict.shadow.len(), 1 + 2 + 1 + 20);
}

#[test]
fn what_is_cut_is_counted_and_missing_stays_complete() {
    let rules = rules(RULES);
    let facts = facts(&rules, OPEN);
    let judgement = law::judge(&rules, &facts);
    let all = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
    let limits = Limits {
        undetermined: 0,
        ..Limits::default()
    };
    let cut = render(&rules, &facts, &judgement, Sure::High, &limits);
    assert!(!all.findings.is_empty());
    let listed = all.findings.len() - cut.findings.len();
    assert_eq!(
        cut.undetermined_not_listed,
        all.undetermined_not_listed + listed as u64
    );
    assert_eq!(cut.missing, all.missing);
}
