//! What the matrix of clauses, rules and scenarios says, case by case: one claim a file, what came
//! out of it beside it. `UPDATE=1` writes that anew.
//!
//! A case is rule text on a small world. Its clauses stand in comments: `#clause` and a row of the
//! register, `#not_encoded` and a row of what has no rule.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/golden.rs"]
mod golden;

use kakou::check::tables::register;
use kakou::trace::{ClauseRow, Matrix, RuleRow, Shown, trace};
use kakou::verdict::mark;
use kakou::{Folder, Lang, Limits, Sure, compile};
use std::fmt::Write as _;
use std::path::Path;

const WORLD: &str = r#"
outcomes release "放行" / "release" < review "审核" / "review" < hold "暂缓" / "hold"
  missing hold advice review
declaration "申报" / "declaration" judged on date
  id : text, always "编号" / "number"
  date : date, always "日期" / "date"
  a : integer "甲" / "a"
  flag : bool "标志" / "flag"
  other : bool "他标" / "other flag"
  mode : code mode "方式" / "mode"
  docs : set of code mode "单证" / "documents"
  d1 : date "起" / "start"
  items : 0 to 5 item "商品" / "items"
  item.n : integer "数" / "count"
  item.flag : bool "项标" / "flag of the item"
codes mode from "mode.csv" key code label zh / en
law L "法一" / "law one"
  sure found
law W "法二" / "law two"
  sure low
covers mode is 10 or 20
"#;

const DECLARATIONS: &str = r#"{"id":"D","date":"2026-06-15","a":3,"flag":false,"other":false,"mode":"10","docs":["10"],"d1":"2026-06-01","items":[{"n":1,"flag":false},{"n":2,"flag":false}]}
{"id":"NO-FLAG","date":"2026-06-15","a":3,"other":false,"mode":"10"}
"#;

fn matrix(text: &str) -> Matrix {
    let rows = |mark: &str| -> String {
        let rows = text.lines().filter_map(|line| line.strip_prefix(mark));
        rows.map(|row| format!("{}\n", row.trim())).collect()
    };
    let clauses = format!(
        "clause,kind,mark,section,title_zh,title_en\n{}",
        rows("#clause ")
    );
    let reasons = format!("clause,reason,why_zh,why_en\n{}", rows("#not_encoded "));
    let folder = Folder::from_texts([("case.rules", text), ("world.rules", WORLD)])
        .with_file(
            "mode.csv",
            "code,zh,en\n10,甲类,first\n20,乙类,second\n30,丙类,third\n",
        )
        .with_file("d.ndjson", DECLARATIONS)
        .with_file("clauses.csv", clauses)
        .with_file("not_encoded.csv", reasons);
    let limits = Limits::default();
    let compiled = compile(&folder, &limits);
    let titles: Vec<_> = compiled.diagnostics.iter().map(|d| &d.title).collect();
    let rules = compiled.rules.unwrap_or_else(|| panic!("{titles:?}"));
    let read = register::read(&folder, &limits);
    let titles: Vec<_> = read.diagnostics.iter().map(|d| &d.title).collect();
    let register = read.register.unwrap_or_else(|| panic!("{titles:?}"));
    trace(&rules, &compiled.scenarios, &register, &folder, Sure::High)
}

fn told(matrix: &Matrix) -> String {
    let mut out = String::new();
    let titles = |by: &[usize]| -> String {
        let title = |n: &usize| matrix.scenarios.get(*n).and_then(|s| s.labels.en.clone());
        match by {
            [] => "-".to_owned(),
            by => by.iter().filter_map(title).collect::<Vec<_>>().join("; "),
        }
    };
    let ids = |rules: &[usize]| -> Vec<&str> {
        let found = rules.iter().filter_map(|n| matrix.rules.get(*n));
        found.map(|rule| rule.id.as_str()).collect()
    };
    for clause in &matrix.clauses {
        let ClauseRow { id, kind, .. } = clause;
        let mut by: Vec<String> = ids(&clause.rules).into_iter().map(str::to_owned).collect();
        by.extend(clause.others.iter().map(|other| other.name(Lang::En)));
        let reason = clause.not_encoded.as_ref().map(|(reason, _)| reason.word());
        let reason = reason.map_or(String::new(), |r| format!(" ({r})"));
        let (kind, mark) = (kind.word(), mark(clause.mark));
        let by = by.join(", ");
        writeln!(out, "clause {id} {kind} {mark}{reason}: {by}").unwrap();
    }
    for rule in &matrix.rules {
        let RuleRow { id, .. } = rule;
        let delegated = if rule.delegated.is_some() {
            " delegated"
        } else {
            ""
        };
        let waits = if rule.can_fire { "" } else { " cannot fire" };
        writeln!(out, "rule {id} {}{delegated}{waits}", mark(rule.sure)).unwrap();
        for (what, by) in [
            ("caught", &rule.caught),
            ("passes", &rule.passes),
            ("missing fact", &rule.missing),
        ] {
            writeln!(out, "  {what}: {}", titles(by)).unwrap();
        }
        for (word, all) in [
            ("boundary", &rule.boundaries),
            ("exception", &rule.exceptions),
        ] {
            for Shown { what, by } in all {
                writeln!(out, "  {word} {what}: {}", titles(by)).unwrap();
            }
        }
        let lacks = rule.lacks().into_iter().map(|lack| lack.text(Lang::En));
        match lacks.collect::<Vec<_>>().join("; ").as_str() {
            "" => {}
            lacks => writeln!(out, "  lacks {lacks}").unwrap(),
        }
    }
    for law in &matrix.past_laws {
        let article = law
            .article
            .as_deref()
            .map_or(String::new(), |a| format!(" article {a}"));
        let by = law
            .replaced_by
            .as_deref()
            .map_or(String::new(), |by| format!(" by {by}"));
        let explained = if law.explained { ", explained" } else { "" };
        let (law_id, since, cites) = (&law.law, law.since, law.cited_by.name(Lang::En));
        writeln!(
            out,
            "past {law_id}{article} since {since}{by}, cited by {cites}{explained}"
        )
        .unwrap();
    }
    let holes = matrix.holes();
    let clauses = |all: &[usize]| -> String {
        let found = all.iter().filter_map(|n| matrix.clauses.get(*n));
        found.map(|c| format!(" {}", c.id)).collect()
    };
    writeln!(out, "clauses without a rule:{}", clauses(&holes.clauses)).unwrap();
    writeln!(
        out,
        "encoded after all:{}",
        clauses(&holes.encoded_after_all)
    )
    .unwrap();
    writeln!(
        out,
        "rules without a clause: {}",
        ids(&holes.rules).join(" ")
    )
    .unwrap();
    writeln!(out, "untried: {}", ids(&holes.untried).join(" ")).unwrap();
    writeln!(out, "alike: {}", titles(&holes.alike)).unwrap();
    let text: Vec<&str> = out.lines().map(str::trim_end).collect();
    format!("{}\nholes: {}\n", text.join("\n"), holes.count())
}

#[test]
fn every_case_is_told_as_recorded() {
    for path in golden::cases("tests/trace") {
        let text = std::fs::read_to_string(&path).expect("a case");
        golden::golden(&path.with_extension("matrix"), &told(&matrix(&text)));
    }
}

/// The rulebook, traced.
fn rulebook() -> Matrix {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let limits = Limits::default();
    let folder = Folder::open(&root, &limits).expect("the rules");
    let compiled = compile(&folder, &limits);
    let rules = compiled.rules.expect("sound rules");
    let register = register::read(&folder, &limits).register;
    let register = register.expect("a sound register");
    trace(&rules, &compiled.scenarios, &register, &folder, Sure::High)
}

/// What can be had as facts is worked out from them, and not taken from the host as a yes or no.
#[test]
fn what_can_be_computed_is_not_delegated() {
    let computed = [
        "BR-01", "BR-18", "CB-05", "CB-06", "CB-07", "EX-04", "EX-08", "IZ-02", "GT-03", "BA-02",
        "MD-01", "LM-01", "LM-02", "LM-03", "LM-04", "LM-05", "LM-06",
    ];
    let matrix = rulebook();
    for id in computed {
        let mut rules = matrix.rules.iter().filter(|rule| rule.id == id).peekable();
        assert!(rules.peek().is_some(), "there is no {id}");
        assert!(rules.all(|rule| rule.delegated.is_none()), "{id}");
    }
}

/// Every clause has a rule or a reason, every rule a clause, and scenarios show all that they should.
/// `kakou trace rules` tells where each is written.
#[test]
fn the_rulebook_has_no_unexplained_hole() {
    let matrix = rulebook();
    let holes = matrix.holes();
    let mut told = String::new();
    for (what, clauses) in [
        ("has no rule", &holes.clauses),
        ("is encoded after all", &holes.encoded_after_all),
    ] {
        for clause in clauses.iter().filter_map(|n| matrix.clauses.get(*n)) {
            writeln!(told, "{} {what}", clause.id).unwrap();
        }
    }
    for rule in holes.rules.iter().filter_map(|n| matrix.rules.get(*n)) {
        writeln!(told, "{} has no clause", rule.id).unwrap();
    }
    for rule in holes.untried.iter().filter_map(|n| matrix.rules.get(*n)) {
        for lack in rule.lacks() {
            writeln!(told, "{} lacks {}", rule.id, lack.text(Lang::En)).unwrap();
        }
    }
    let alike = holes.alike.iter().filter_map(|n| matrix.scenarios.get(*n));
    for scenario in alike {
        writeln!(told, "{:?} names two scenarios", scenario.labels).unwrap();
    }
    for law in holes
        .past_laws
        .iter()
        .filter_map(|n| matrix.past_laws.get(*n))
    {
        let by = law.cited_by.name(Lang::En);
        writeln!(told, "{by} cites {} after its end", law.law).unwrap();
    }
    assert!(holes.is_empty(), "{} holes\n{told}", holes.count());
}
