//! Law 1 on cases that were once judged in two ways: reference, walker and engine say the same
//! of each, and what is written here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/law.rs"]
mod law;

use kakou::check::rules::RuleSet;
use kakou::engine::Engine;
use kakou::graph::{Graph, Options, walk::walk};
use kakou::ground::truth::Truth;
use kakou::verdict::judgement::Judgement;
use law::{day, facts, judge, rules};

/// The interval, then the rules that fire; those that may fire with a question mark.
fn told(rules: &RuleSet, judgement: &Judgement) -> String {
    let outcome = |id: u8| ["release", "review", "hold", "reject"][usize::from(id)];
    let mut out = format!(
        "{}..{}",
        outcome(judgement.counted.low.0),
        outcome(judgement.counted.high.0)
    );
    for fired in &judgement.fired {
        let open = if fired.truth == Truth::Unknown {
            "?"
        } else {
            ""
        };
        out.push_str(&format!(" {}{open}", rules.rule(fired.rule).unwrap().id));
    }
    out
}

/// Judges each declaration, given on `cur` and `date` besides, in every way.
fn agree(text: &str, cases: &[(&str, &str)]) {
    let rules = rules(&format!("{text}covers cur is CNY or USD\n"));
    let cut = Options {
        split_above: 1,
        block: 3,
        ..Options::default()
    };
    let graphs = [Options::default(), cut].map(|o| Graph::build(&rules, o).unwrap());
    for (given, expected) in cases {
        let json = format!(r#"{{"date":"2020-06-15","cur":"USD"{given}}}"#);
        let facts = facts(&rules, &json);
        let reference = judge(&rules, &facts);
        assert_eq!(told(&rules, &reference), *expected, "reference {json}");
        for graph in &graphs {
            let walked = walk(graph, &facts, day());
            assert_eq!(told(&rules, &walked), *expected, "walker {json}");
            assert_eq!(walked, reference, "walker {json}");
            let judged = Engine::from(graph).check(&facts, day());
            assert_eq!(told(&rules, &judged), *expected, "engine {json}");
            assert_eq!(judged, reference, "engine {json}");
        }
    }
}

const SETS: &str = r#"
rule A-1 "甲" / "a"
  by L
  when t(a) is none
  then hold
rule A-2 "乙" / "b"
  by L
  when t(a) has 10
  then hold
rule A-3 "丙" / "c"
  by L
  when mode in t(a)
  then review
rule A-4 "丁" / "d"
  by L
  when mode not in t(a)
  then review
"#;

#[test]
fn any_in_a_table_of_all_rows_is_the_set_of_every_code() {
    let table = r#"
table t(a) "全" / "all" gives set of code mode, all rows that fit
  | from 1 to 2 => any |
  | from 2 to 3 => 20 |
"#;
    agree(
        &format!("{table}{SETS}"),
        &[
            (r#","a":1,"mode":"10""#, "hold..hold A-2 A-3"),
            (r#","a":2,"mode":null"#, "hold..hold A-2"),
            (r#","a":3,"mode":"10""#, "review..review A-4"),
            (r#","a":9,"mode":"10""#, "review..review A-4"),
            (r#","mode":"10""#, "release..hold A-1? A-2? A-3? A-4?"),
        ],
    );
}

#[test]
fn any_in_a_table_of_the_first_row_is_the_set_of_every_code() {
    let table = r#"
table t(a) "首" / "first" gives set of code mode, first row that fits
  | from 1 to 2 => any |
  | 3 => 10 or 20 or 30 |
  | any => 10 or 30 or 20 |
"#;
    agree(
        &format!("{table}{SETS}"),
        &[
            (r#","a":1,"mode":"10""#, "hold..hold A-2 A-3"),
            (r#","a":3,"mode":"10""#, "hold..hold A-2 A-3"),
            (r#","mode":null"#, "hold..hold A-2"),
            ("", "hold..hold A-2 A-3? A-4?"),
        ],
    );
}

#[test]
fn any_in_a_table_of_exactly_one_row_is_the_set_of_every_code() {
    let table = r#"
table t(a) "一" / "one" gives set of code mode, exactly one row fits
  | from 1 to 2 => any |
  | from 2 to 3 => 20 |
"#;
    agree(
        &format!("{table}{SETS}"),
        &[
            (r#","a":1,"mode":"10""#, "hold..hold A-2 A-3"),
            (r#","a":2,"mode":"10""#, "release..hold A-1? A-2? A-3? A-4?"),
        ],
    );
}

/// The amount of 4 CNY cannot be compared with those in USD. Is it required, each counts by
/// itself and the one of 2.5 USD is unmet; is it not, only the one of 5 USD counts, and is met.
#[test]
fn amounts_that_cannot_be_compared_hold_only_if_all_are_required() {
    let text = r#"
requirement bond "保" / "bond" : money CNY met when mi = it otherwise hold combine largest
rule D-1 "保一" / "bond one"
  by L
  when a = 1
  then require bond mi
rule D-2 "保二" / "bond two"
  by L
  when a = 1
  then require bond mi * 0.5
rule D-3 "保三" / "bond three"
  by L
  when flag
  then require bond 4 CNY
"#;
    agree(
        text,
        &[
            (r#","a":1,"mi":"5""#, "release..hold D-1 D-2 D-3?"),
            (r#","a":1,"mi":"5","flag":true"#, "hold..hold D-1 D-2 D-3"),
            (
                r#","a":1,"mi":"5","flag":false"#,
                "release..release D-1 D-2",
            ),
        ],
    );
}

/// Mode 10 was closed on 2020-03-01, mode 20 will be on 2021-01-01, and mode 30 never is.
#[test]
fn a_day_that_stands_beside_a_code_is_compared_with_the_as_of_date() {
    let text = r#"
rule F-1 "已闭" / "closed"
  by L
  when mode.closed < as_of
  then hold
rule F-2 "未闭" / "not yet closed"
  by L
  when flag and as_of <= mode.closed
  then review
rule F-3 "单证已闭" / "a document is closed"
  by L
  when any x in docs has x.closed < as_of
  then reject
"#;
    agree(
        text,
        &[
            (
                r#","flag":true,"mode":"10","docs":["20","30"]"#,
                "hold..hold F-1",
            ),
            (
                r#","flag":true,"mode":"20","docs":["10","20"]"#,
                "reject..reject F-2 F-3",
            ),
            (r#","flag":true,"mode":"30","docs":[]"#, "release..release"),
            (r#","mode":"20","docs":null"#, "release..review F-2?"),
        ],
    );
}

/// What a table says of the as-of date turns at the days that stand in its cells.
#[test]
fn a_table_that_is_asked_of_the_as_of_date_is_asked_of_it_on_its_day() {
    let text = r#"
table t(d1, mode) "日" / "by day" gives code mode, first row that fits
  | < 2020-06-15 | any => 10 |
  | 2020-06-15 | 10 => 20 |
  | any | any => 30 |
table u(d1, mode) "集" / "set" gives set of code mode, all rows that fit
  | from 2020-06-01 to 2020-06-15 | 10 or 20 => any |
rule G-1 "一" / "one"
  by L
  when t(as_of, mode) is 20
  then hold
rule G-2 "二" / "two"
  by L
  when (mode in u(as_of, mode)) or (flag)
  then review
rule G-3 "三" / "three"
  by L
  table as_of, mode, first row that fits
  | <= 2020-06-14 | any => pass |
  | any | 20 => reject |
"#;
    agree(
        text,
        &[
            (r#","mode":"10""#, "hold..hold G-1 G-2"),
            (r#","mode":"20","flag":false"#, "reject..reject G-2 G-3.2"),
            (r#","mode":"30""#, "release..review G-2?"),
            (r#","mode":null,"flag":false"#, "release..release"),
        ],
    );
}
