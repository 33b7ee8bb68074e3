//! The meaning of every construct: small rule texts and declarations in, truth out; and the law
//! that knowing more only narrows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/law.rs"]
mod law;

use kakou::check::rules::{RuleSet, Sure};
use kakou::ground::truth::Truth;
use kakou::verdict::judgement::{Coverage, Fired, Judgement};
use kakou::verdict::render::render;
use law::{facts, judge, rules};

/// Condition, declaration, truth; one case a line.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str)] = &[
    // Comparisons: unknown is U even against itself, none is false even against unknown.
    ("a = 1", r#"{"a":1}"#, "T"),
    ("a = 1", r#"{"a":2}"#, "F"),
    ("a = 1", r#"{}"#, "U"),
    ("a != 1", r#"{"a":null}"#, "F"),
    ("not (a = 1)", r#"{"a":null}"#, "T"),
    ("a = a", r#"{}"#, "U"),
    ("a < b", r#"{"a":null}"#, "F"),
    ("a from 1 to 3", r#"{"a":3}"#, "T"),
    ("a is none", r#"{"a":null}"#, "T"),
    ("a is none", r#"{"a":0}"#, "F"),
    ("a is none", r#"{}"#, "U"),
    // Kleene's tables.
    ("a = 1 or b = 1", r#"{"a":1}"#, "T"),
    ("a = 1 and b = 1", r#"{"a":2}"#, "F"),
    ("a < 5 or a >= 5", r#"{}"#, "U"),
    ("flag", r#"{"flag":null}"#, "F"),
    ("not flag", r#"{"flag":false}"#, "T"),
    // Codes, prefixes, lists, sets.
    ("mode is 10 or 20", r#"{"mode":"20"}"#, "T"),
    ("mode is not 10", r#"{"mode":"10"}"#, "F"),
    ("mode is not 10", r#"{"mode":null}"#, "F"),
    ("hs under 8471", r#"{"hs":"84713010"}"#, "T"),
    ("hs under 8471", r#"{"hs":"84"}"#, "U"),
    ("hs not under 8471", r#"{"hs":"0101"}"#, "T"),
    ("hs in pairs", r#"{"hs":"8471301000"}"#, "T"),
    ("hs in pairs", r#"{"hs":"9999"}"#, "F"),
    ("hs in pairs", r#"{"hs":"84"}"#, "U"),
    ("hs not in pairs", r#"{"hs":null}"#, "F"),
    ("not (hs in pairs)", r#"{"hs":null}"#, "T"),
    ("pairs(hs).limit > 4", r#"{"hs":"84713010"}"#, "T"),
    ("pairs(hs).limit is none", r#"{"hs":"0101"}"#, "T"),
    ("pairs(hs).limit is none", r#"{"hs":"9999"}"#, "T"),
    ("mode.rank = 1", r#"{"mode":"10"}"#, "T"),
    ("mode.rank is none", r#"{"mode":"20"}"#, "T"),
    ("mode.rank is none", r#"{"mode":null}"#, "T"),
    // An attribute of an attribute; none goes on as none.
    ("mode.kind.grade = 2", r#"{"mode":"10"}"#, "T"),
    ("mode.kind.grade is none", r#"{"mode":"20"}"#, "T"),
    ("mode.kind.grade is none", r#"{"mode":"30"}"#, "T"),
    ("mode.kind.twin.rank = 1", r#"{"mode":"20"}"#, "T"),
    ("mode.kind.grade is none", r#"{}"#, "U"),
    // What a tariff code begins with: too short cannot be computed, none is none.
    ("first 4 digits of hs = first 4 digits of hs", r#"{"hs":"84713010"}"#, "T"),
    ("first 4 digits of hs under 84", r#"{"hs":"84713010"}"#, "T"),
    ("first 4 digits of hs under 847130", r#"{"hs":"84713010"}"#, "U"),
    ("any item has first 4 digits of item.h = first 4 digits of hs", r#"{"hs":"847130","items":[{"h":"847160"}]}"#, "T"),
    ("any item has first 6 digits of item.h = first 6 digits of hs", r#"{"hs":"847130","items":[{"h":"847160"}]}"#, "F"),
    ("any item has first 6 digits of item.h = first 6 digits of hs", r#"{"hs":"847130","items":[{"h":"8471"}]}"#, "U"),
    ("any item has first 6 digits of item.h != first 6 digits of hs", r#"{"hs":"847130","items":[{"h":null}]}"#, "F"),
    ("first 4 digits of hs is none", r#"{"hs":null}"#, "T"),
    ("first 4 digits of hs in pairs", r#"{"hs":"8471301000"}"#, "T"),
    ("first 2 digits of hs in pairs", r#"{"hs":"8471301000"}"#, "U"),
    ("docs has 10 or 30", r#"{"docs":["30"]}"#, "T"),
    ("docs has 10", r#"{"docs":[]}"#, "F"),
    ("docs has 10", r#"{}"#, "U"),
    // Arithmetic: none cannot be reckoned with, and what cannot be computed is U.
    ("a + b = 3", r#"{"a":1,"b":2}"#, "T"),
    ("a + b = 3", r#"{"a":1,"b":null}"#, "U"),
    ("a * b >= 0", r#"{"a":-3,"b":-2}"#, "T"),
    ("rounded(a / b) to 2 places half up = 0.33", r#"{"a":1,"b":3}"#, "T"),
    ("rounded(a / b) to 2 places half up = 0.33", r#"{"a":1,"b":0}"#, "U"),
    ("mi = 5 CNY", r#"{"mi":"5","cur":"USD"}"#, "U"),
    ("mi in CNY = 35 CNY", r#"{"mi":"5","cur":"USD"}"#, "T"),
    ("mi in CNY on d1 = 35 CNY", r#"{"mi":"5","cur":"USD","d1":"2019-01-01"}"#, "U"),
    ("mi in CNY on d1 = 35 CNY", r#"{"mi":"5","cur":"USD","d1":null}"#, "U"),
    ("number of m = 5", r#"{"m":"5"}"#, "T"),
    // Days: the last day counts, month ends clamp once.
    ("d2 within 6 months of d1", r#"{"d1":"2025-08-31","d2":"2026-02-28"}"#, "T"),
    ("d2 within 6 months of d1", r#"{"d1":"2025-08-31","d2":"2026-03-01"}"#, "F"),
    ("d1 + a * 1 months > d2", r#"{"d1":"9999-12-01","a":1,"d2":"2020-01-01"}"#, "U"),
    ("days from d1 to d2 = 3", r#"{"d1":"2020-02-27","d2":"2020-03-01"}"#, "T"),
    ("earlier of d1 and d2 < later of d1 and d2", r#"{"d1":"2020-02-27","d2":"2020-03-01"}"#, "T"),
    ("end of month of d1 = 2020-02-29", r#"{"d1":"2020-02-03"}"#, "T"),
    ("as_of = 2020-06-15", r#"{}"#, "T"),
    // Quantifiers: a list not given is U, an empty one has no elements.
    ("any item has item.n = 1", r#"{"items":[{"n":1},{}]}"#, "T"),
    ("any item has item.n = 1", r#"{"items":[{"n":2},{}]}"#, "U"),
    ("any item has item.n = 1", r#"{}"#, "U"),
    ("any item has item.n = 1", r#"{"items":[]}"#, "F"),
    ("every item has item.n = 1", r#"{"items":[]}"#, "T"),
    ("every item has item.n = 1", r#"{"items":[{"n":2},{}]}"#, "F"),
    ("no item has item.n = 1", r#"{"items":[{"n":1},{}]}"#, "F"),
    ("exactly 1 item has item.n = 1", r#"{"items":[{"n":1},{}]}"#, "U"),
    ("exactly 1 item has item.n = 1", r#"{"items":[{"n":1},{"n":1},{}]}"#, "F"),
    ("at least 1 item has item.n = 1", r#"{"items":[{"n":1},{}]}"#, "T"),
    ("exactly 2 item", r#"{"items":[{},{}]}"#, "T"),
    // Aggregates: from the certain to the possible elements.
    ("count of items where (item.n = 1) <= 2", r#"{"items":[{"n":1},{}]}"#, "T"),
    ("count of items where (item.n = 1) = 1", r#"{"items":[{"n":1},{}]}"#, "U"),
    ("sum of item.v over items = 7 CNY", r#"{"items":[{"v":"3"},{"v":"4"}]}"#, "T"),
    ("sum of item.v over items = 0 CNY", r#"{"items":[]}"#, "T"),
    ("sum of item.v over items < 100 CNY", r#"{"items":[{"v":"3"},{"v":null}]}"#, "U"),
    ("sum of item.v over items where (item.n = 1) < 8 CNY", r#"{"items":[{"v":"3","n":1},{"v":"4"}]}"#, "T"),
    ("sum of item.v over items where (item.n = 1) < 7 CNY", r#"{"items":[{"v":"3","n":1},{"v":"4"}]}"#, "U"),
    ("max of item.n over items = 4", r#"{"items":[{"n":4},{"n":2}]}"#, "T"),
    ("max of item.n over items is none", r#"{"items":[]}"#, "T"),
    ("min of item.n over items where (item.k is 10) <= 4", r#"{"items":[{"n":4,"k":"10"},{"n":2}]}"#, "T"),
    // Choices: an open condition leaves the value open.
    ("(a when flag, otherwise b) = 1", r#"{"flag":false,"b":1}"#, "T"),
    ("(a when flag, otherwise b) = 1", r#"{"a":1,"b":1}"#, "U"),
    // Tables.
    ("first_of(a) is 10", r#"{"a":1}"#, "T"),
    ("first_of(a) is 20", r#"{"a":9}"#, "F"),
    ("first_of(a) is none", r#"{"a":9}"#, "T"),
    ("first_of(a) is 10", r#"{}"#, "U"),
    ("one_of(a) is 20", r#"{"a":3}"#, "T"),
    ("one_of(a) is 20", r#"{"a":2}"#, "U"),
    ("mode in all_of(a)", r#"{"a":2,"mode":"20"}"#, "T"),
    ("mode in all_of(a)", r#"{"mode":"10"}"#, "U"),
    ("mode in all_of(a)", r#"{"mode":"30"}"#, "F"),
    ("mode not in all_of(a)", r#"{"mode":null}"#, "F"),
    // Events known roughly, parameters.
    ("as_of > event rough", r#"{}"#, "U"),
    ("d1 > event rough", r#"{"d1":"2020-07-01"}"#, "T"),
    ("d1 > event rough", r#"{"d1":"2020-05-31"}"#, "F"),
    ("a > limit", r#"{"a":11}"#, "T"),
    ("a > limit on d1", r#"{"a":11,"d1":"2018-01-01"}"#, "F"),
    ("a > limit on d1", r#"{"a":11,"d1":null}"#, "U"),
    ("a > nobody_knows", r#"{"a":11}"#, "U"),
];

const TABLES: &str = r#"
table first_of(a) "首" / "first" gives code mode, first row that fits
  | from 1 to 2 => 10 |
  | 3 => 20 |
table one_of(a) "一" / "one" gives code mode, exactly one row fits
  | from 1 to 2 => 10 |
  | from 2 to 3 => 20 |
table all_of(a) "全" / "all" gives set of code mode, all rows that fit
  | from 1 to 2 => 10 |
  | from 2 to 3 => 20 |
event rough "大约" / "rough" on 2020-06 sure high
parameter limit : integer "限" / "limit"
  20 until 2018-12-31
  10 from 2019-01-01
parameter nobody_knows : integer "未知数" / "nobody knows" unknown
"#;

/// A rule for each case, in their order.
fn case_rules() -> std::sync::Arc<RuleSet> {
    let mut text = String::from(TABLES);
    for (at, (condition, _, _)) in CASES.iter().enumerate() {
        text.push_str(&format!(
            "rule X-{at:03} \"例\" / \"case\"\n  by L article 1\n  when {condition}\n  then hold\n"
        ));
    }
    rules(&text)
}

fn truth(judgement: &Judgement, rule: usize) -> Truth {
    let fired = judgement.fired.iter().find(|f| f.rule.0 as usize == rule);
    fired.map_or(Truth::False, |f| f.truth)
}

#[test]
fn every_construct() {
    let rules = case_rules();
    let mut wrong = Vec::new();
    for (at, (condition, json, expected)) in CASES.iter().enumerate() {
        let found = match truth(&judge(&rules, &facts(&rules, json)), at) {
            Truth::True => "T",
            Truth::False => "F",
            Truth::Unknown => "U",
        };
        if found != *expected {
            wrong.push(format!("{condition}  {json}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All ways to give some fields, from unknown over none to values; empty is unknown.
const DOMAINS: &[(&str, &[&str])] = &[
    ("a", &["", "null", "1", "2", "9"]),
    ("b", &["", "null", "0", "1"]),
    ("flag", &["", "null", "true", "false"]),
    ("mode", &["", "null", "\"10\"", "\"20\""]),
    ("hs", &["", "null", "\"84\"", "\"84713010\""]),
    ("docs", &["", "null", "[\"10\"]"]),
    ("d1", &["", "null", "\"2018-01-31\"", "\"2020-06-10\""]),
    ("d2", &["", "\"2020-06-20\""]),
    ("cur", &["", "\"USD\""]),
    ("mi", &["", "null", "\"5\""]),
    (
        "items",
        &[
            "",
            "null",
            "[{}]",
            "[{\"n\":1,\"v\":\"3\",\"k\":\"10\"},{}]",
            "[{\"n\":1},{\"n\":2}]",
        ],
    ),
];

/// A declaration that gives, of each field, the choice of that number.
fn declaration(choice: &[usize]) -> String {
    let given = DOMAINS
        .iter()
        .zip(choice)
        .map(|((field, values), at)| (field, values[*at]));
    let parts = given.filter(|(_, value)| !value.is_empty());
    let parts: Vec<String> = parts
        .map(|(field, value)| format!("\"{field}\":{value}"))
        .collect();
    format!("{{{}}}", parts.join(","))
}

/// Pseudo-random choices, the same on every run.
fn choices(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

/// Pairs of a declaration and the same with one unknown field given or none, all fields in turn.
fn refinements(rounds: u64, mut look: impl FnMut(&str, &str)) {
    for seed in 0..rounds {
        let mut pick = choices(seed);
        let mut choice: Vec<usize> = DOMAINS
            .iter()
            .map(|(_, values)| pick(values.len()))
            .collect();
        let at = pick(DOMAINS.len());
        choice[at] = 0;
        let before = declaration(&choice);
        for value in 1..DOMAINS[at].1.len() {
            choice[at] = value;
            look(&before, &declaration(&choice));
        }
    }
}

#[test]
fn knowing_more_only_narrows_every_construct() {
    let rules = case_rules();
    refinements(300, |before, after| {
        let (less, more) = (facts(&rules, before), facts(&rules, after));
        let (less, more) = (judge(&rules, &less), judge(&rules, &more));
        for (at, (condition, ..)) in CASES.iter().enumerate() {
            let (less, more) = (truth(&less, at), truth(&more, at));
            assert!(
                less == Truth::Unknown || less == more,
                "{condition}\n{before}\n{after}"
            );
        }
    });
}

/// Exceptions, waivers, every way to combine, coverage, pilots, trust, elements.
const CASE: &str = r#"
requirement paper "单" / "paper" : code mode met when docs has it otherwise hold combine all
requirement bond "保" / "bond" : money CNY met when m >= it otherwise hold combine largest
requirement tax "税" / "tax" : code mode otherwise release combine one
requirement due "期" / "due" : date met when as_of <= it otherwise reject combine earliest
rule A-1 "总" / "general"
  by L article 1
  when a > 1
  then reject
  say "甲为 {a}" / "a is {a}"
rule A-2 "特" / "special"
  by L article 2
  over A-1
  when flag
  then pass
rule A-3 "更特" / "more special"
  by L
  over A-2
  when b = 1
  then review
rule B-1 "件" / "item"
  by L
  each item
  when item.n = 1
  then review, require paper item.k
rule B-2 "件除外" / "item exception"
  by L
  over B-1
  each item
  when item.k is 20
  then pass
rule C-1 "免" / "waive"
  by L
  when b = 0
  then waive paper where it is 10
rule D-1 "保一" / "bond one"
  by L
  when flag
  then require bond 5 CNY
rule D-2 "保二" / "bond two"
  by L
  when mode is 10
  then require bond 10 CNY
rule E-1 "税一" / "tax one"
  by L
  when a = 2
  then require tax mode
rule E-2 "税二" / "tax two"
  by L
  when b = 1
  then require firmly tax 10
rule F-1 "期一" / "due one"
  by L
  when docs has 10
  then require due d1 + 1 months
rule F-2 "期二" / "due two"
  by L
  when flag
  then require due d2
rule W-1 "弱" / "weak"
  by W
  over A-1
  when hs under 8471
  then reject
covers mode is 10
covers mode is 20 as advice
"#;

fn ids(rules: &RuleSet, fired: &[Fired]) -> Vec<String> {
    let name = |f: &Fired| format!("{}{}", rules.rule(f.rule).unwrap().id, mark(f.truth));
    fired.iter().map(name).collect()
}

fn mark(truth: Truth) -> &'static str {
    if truth == Truth::True { "" } else { "?" }
}

/// Interval, fired rules and states of duties in one line.
fn told(rules: &RuleSet, json: &str) -> String {
    let judgement = judge(rules, &facts(rules, json));
    let schema = &rules.schema;
    let duties = judgement
        .duties
        .iter()
        .map(|d| format!("{:?}", d.state).to_lowercase());
    format!(
        "{} {} | {} | {}",
        schema.outcome_name(judgement.counted.low),
        schema.outcome_name(judgement.counted.high),
        ids(rules, &judgement.fired).join(" "),
        duties.collect::<Vec<_>>().join(" ")
    )
}

/// All that is not of the case given so that it is silent.
fn quiet(json: &str) -> String {
    let rest = [
        ("date", "\"2020-06-15\""),
        ("a", "0"),
        ("b", "9"),
        ("flag", "false"),
        ("mode", "\"10\""),
        ("docs", "[]"),
        ("m", "\"100\""),
        ("items", "null"),
        ("hs", "null"),
    ];
    let mut out = json.trim_end_matches('}').to_string();
    for (field, value) in rest {
        if !json.contains(&format!("\"{field}\"")) {
            out.push_str(&format!(
                "{}\"{field}\":{value}",
                if out.len() > 1 { "," } else { "" }
            ));
        }
    }
    out.push('}');
    out
}

#[test]
fn exceptions_waivers_duties_coverage() {
    let rules = rules(CASE);
    for (json, expected) in [
        (r#"{}"#, "release release | D-2 | met"),
        (r#"{"a":3}"#, "reject reject | A-1 D-2 | met"),
        (
            r#"{"a":3,"flag":true,"d2":"2020-06-20"}"#,
            "release release | A-2 D-1 D-2 F-2 | met met",
        ),
        (
            r#"{"a":3,"flag":true,"b":1,"d2":"2020-06-20"}"#,
            "reject reject | A-1 A-3 D-1 D-2 E-2 F-2 | met met unmet",
        ),
        (
            r#"{"items":[{"n":1,"k":"10"}]}"#,
            "hold hold | B-1 D-2 | met unmet",
        ),
        (
            r#"{"items":[{"n":1,"k":"10"}],"docs":["10"],"d1":"2020-06-01"}"#,
            "review review | B-1 D-2 F-1 | met met met",
        ),
        (
            r#"{"items":[{"n":1,"k":"10"}],"b":0}"#,
            "review review | B-1 C-1 D-2 | met waived",
        ),
        (
            r#"{"a":2,"b":1,"flag":true,"mode":"20","d2":"2020-06-20"}"#,
            "reject reject | A-1 A-3 D-1 E-1 E-2 F-2 | met met unmet unmet",
        ),
        (
            r#"{"items":[{"n":1,"k":"20"}]}"#,
            "release release | B-2 D-2 | met",
        ),
    ] {
        let told = told(&rules, &quiet(json));
        assert_eq!(told, expected, "{json}");
    }
}

#[test]
fn coverage_and_trust() {
    let rules = rules(CASE);
    for (mode, expected) in [
        ("\"10\"", Coverage::Full),
        ("\"20\"", Coverage::Advice),
        ("\"30\"", Coverage::Outside),
        ("null", Coverage::Outside),
    ] {
        let judgement = judge(
            &rules,
            &facts(&rules, &quiet(&format!("{{\"mode\":{mode}}}"))),
        );
        assert_eq!(judgement.coverage, Some(expected), "{mode}");
    }
    let judgement = judge(&rules, &facts(&rules, &quiet(r#"{"a":3,"hs":"84713010"}"#)));
    assert_eq!(ids(&rules, &judgement.shadow), ["W-1"], "reported apart");
    assert_eq!(
        ids(&rules, &judgement.fired),
        ["A-1", "D-2"],
        "and excuses nothing"
    );
}

#[test]
fn silence_never_releases() {
    let rules = rules(CASE);
    refinements(2_000, |before, after| {
        let with = |json: &str| {
            facts(
                &rules,
                &json
                    .replacen('{', r#"{"date":"2020-06-15","#, 1)
                    .replace(",}", "}"),
            )
        };
        let (less, more) = (judge(&rules, &with(before)), judge(&rules, &with(after)));
        let narrower =
            less.counted.low <= more.counted.low && more.counted.high <= less.counted.high;
        assert!(
            narrower,
            "{:?} {:?}\n{before}\n{after}",
            less.counted, more.counted
        );
    });
}

/// A value for every field that may be missing.
fn answer(path: &str) -> serde_json::Value {
    let text = match path.rsplit('.').next().unwrap() {
        "a" => "2",
        "b" | "n" => "1",
        "flag" => "true",
        "mode" | "k" => "\"10\"",
        "docs" => "[\"10\"]",
        "hs" => "\"84713010\"",
        "m" | "v" => "\"7\"",
        "d1" => "\"2020-05-31\"",
        "d2" => "\"2020-06-20\"",
        "items" => "[{},{\"n\":2}]",
        other => panic!("nobody waits for `{other}`"),
    };
    serde_json::from_str(text).unwrap()
}

/// Gives a fact by its path.
fn give(declaration: &mut serde_json::Value, path: &str) {
    let value = answer(path);
    match path
        .strip_prefix("items[")
        .and_then(|rest| rest.split_once("]."))
    {
        Some((place, field)) => {
            let row: usize = place.parse().unwrap();
            declaration["items"][row - 1][field] = value;
        }
        None => declaration[path] = value,
    }
}

/// Law 3, second half: once all that is missing is given, again until nothing is, the interval is
/// a point. Facts that are none are left out, since what is computed from none stays open.
#[test]
fn giving_all_that_is_missing_settles_the_verdict() {
    let rules = rules(CASE);
    let limits = kakou::ground::limits::Limits::default();
    let mut open = 0;
    refinements(2_000, |before, _| {
        let mut json: serde_json::Value = serde_json::from_str(before).unwrap();
        json.as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        json["date"] = "2020-06-15".into();
        for _ in 0..20 {
            let facts = facts(&rules, &json.to_string());
            let judgement = judge(&rules, &facts);
            let verdict = render(&rules, &facts, &judgement, Sure::High, &limits);
            if verdict.missing.is_empty() {
                assert_eq!(
                    judgement.counted.low, judgement.counted.high,
                    "{json}\n{judgement:#?}"
                );
                return;
            }
            open += 1;
            for missing in &verdict.missing {
                give(&mut json, &missing.path);
            }
        }
        panic!("something stays missing: {json}");
    });
    assert!(
        open > 500,
        "most of these declarations leave something open"
    );
}

/// Pilots that count and pilots in shadow, each with a rule that one suspends.
const PILOTS: &str = r#"
rule A-1 "总" / "general"
  by L
  when a > 1
  then reject
rule P-1 "试" / "pilot rule"
  by L
  pilot lively
  when a > 2
  then review
covers mode is 10
pilot lively "正式" / "lively"
  by L
  for mode is 10
  mode live
  suspend A-1
pilot shady "影子" / "shady"
  by L
  for mode is 10
  mode shadow
  suspend P-1
"#;

#[test]
fn worlds_of_pilots() {
    let rules = rules(PILOTS);
    let judgement = judge(&rules, &facts(&rules, &quiet(r#"{"a":3}"#)));
    let name = |outcome| rules.schema.outcome_name(outcome);
    assert_eq!(name(judgement.base.high), "reject", "without pilots");
    assert_eq!(
        name(judgement.counted.high),
        "review",
        "the live pilot suspends the rule"
    );
    assert_eq!(
        judgement.pilots.len(),
        1,
        "only the shadow pilot has a view of its own"
    );
    let view = &judgement.pilots[0];
    assert_eq!(name(view.interval.high), "release", "with both");
    let unknown = judge(&rules, &facts(&rules, r#"{"a":3,"date":"2020-06-15"}"#));
    assert_eq!(name(unknown.base.low), "reject");
    assert_eq!(
        name(unknown.counted.low),
        "release",
        "whether the pilot covers it is open"
    );
    assert_eq!(name(unknown.counted.high), "reject");
    assert!(
        !unknown.missing.is_empty(),
        "and the fact that would tell is missing"
    );
}

/// What could only add a requirement that costs nothing can't make the verdict worse, so nothing is
/// missing for it; unless two of them could contradict each other.
#[test]
fn what_cannot_worsen_is_not_missing() {
    for (combine, missing) in [("all", 0), ("one", 1)] {
        let rules = rules(&format!(
            "requirement fee \"费\" / \"fee\" : code mode otherwise release combine {combine}\n\
             rule F-1 \"费\" / \"fee\"\n  by L\n  when flag\n  then require fee 10\n\
             rule F-2 \"费\" / \"fee\"\n  by L\n  when a = 1\n  then require fee 20\n\
             covers mode is 10\n"
        ));
        let facts = facts(&rules, r#"{"date":"2020-06-15","mode":"10","a":1}"#);
        let judgement = judge(&rules, &facts);
        let open = judgement.fired.iter().filter(|f| f.truth == Truth::Unknown);
        assert_eq!(open.count(), 1);
        assert_eq!(judgement.missing.len(), missing, "combine {combine}");
    }
}
