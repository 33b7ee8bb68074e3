//! Judging in groups says what judging one by one does, of facts that fit the schema only by half too.
#![allow(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/together.rs"]
#[allow(
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]
mod together;

use kakou::engine::Scratch;
use kakou::graph::Options;
use kakou::ground::day::Day;
use kakou::schema::Schema;
use kakou::verdict::judgement::Judgement;
use kakou::{Engine, Facts, Folder, Graph, Limits, Reference, Sure, check::compile};
use std::sync::Arc;
use together::says_of_all;

fn rules(first: &str, more: &str) -> Arc<kakou::check::rules::RuleSet> {
    let mut text = format!(
        "outcomes release < hold missing hold advice hold\ndepartments customs\n\
         codes paper from \"paper.csv\" key code\n\
         declaration judged on date\n  date : date\n  a : integer\n  b : {first}\n{more}\
         law L\n  sure found\n"
    );
    let tests: Vec<String> = match first {
        "code paper" => (0..12)
            .map(|n| format!("a >= {n} and b is p{}", n % 5))
            .collect(),
        _ => vec!["a = 3".to_owned()],
    };
    for (number, test) in tests.iter().enumerate() {
        text += &format!("rule R{number}\n  by L\n  when {test}\n  then hold\n");
    }
    let papers: String = (0..9).map(|code| format!("p{code}\n")).collect();
    let folder = Folder::from_texts([("a.rules", text.as_str())]);
    let folder = folder.with_file("paper.csv", format!("code\n{papers}"));
    let compiled = compile(&folder, &Limits::default());
    compiled
        .rules
        .unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

fn compare(engine: &Engine, all: &[Facts]) {
    let day = "2020-01-01".parse().unwrap();
    let mut scratch = Scratch::default();
    let one_by_one: Vec<Judgement> = all
        .iter()
        .map(|facts| engine.judge(facts, day, &mut scratch).clone())
        .collect();
    let given: Vec<(&Facts, Day)> = all.iter().map(|facts| (facts, day)).collect();
    let expected: Vec<&Judgement> = one_by_one.iter().collect();
    says_of_all(engine, &given, &expected, &mut scratch, "");
}

/// A field of codes in whose place another schema has a number below zero, beside a declaration of which
/// nothing is known.
#[test]
fn facts_of_another_schema_are_judged_together_as_they_are_alone() {
    let here = rules("code paper", "");
    let engine = Engine::from(&Graph::build(&here, Options::default()).unwrap());
    let there = rules("integer", "");
    let facts = |schema: &Schema, number: i64| {
        Facts::builder(schema)
            .set("a", number % 14)
            .set("b", -number)
            .build()
            .unwrap()
    };
    let mut all: Vec<Facts> = (1..33).map(|n| facts(&there.schema, n)).collect();
    compare(&engine, &all);
    // The lower half of its key is that of the first code.
    all[3] = facts(&there.schema, 67_108_864);
    compare(&engine, &all);
    all[7] = Facts::unknown(&there.schema);
    compare(&engine, &all);
}

/// Groups of a few more or fewer than are judged together, among which some miss facts.
#[test]
fn groups_of_any_size_are_judged_whole() {
    let rules = rules("code paper", "  c : bool\n");
    let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
    for count in [0, 1, 31, 32, 33, 63, 64, 65] {
        let facts = |n: i64| match n % 9 {
            4 => Facts::unknown(&rules.schema),
            _ => {
                let paper = format!("p{}", n % 9);
                let builder = Facts::builder(&rules.schema).set("a", n % 14);
                builder.set("b", paper.as_str()).build().unwrap()
            }
        };
        compare(&engine, &(0..count).map(facts).collect::<Vec<_>>());
    }
}

/// More stretches of rows than the lanes of small blocks have: fewer than are anded together, as many, one
/// more and several, with rules left in the first, in the last and in between. Of the two rules that the
/// other fields leave the last field leaves one.
#[test]
fn rules_of_many_stretches_are_found_wherever_they_stand() {
    for size in [1300, 1500, 1750, 2048, 2049, 2800] {
        let mut text = "outcomes release < hold missing hold advice hold\ndepartments customs\n\
                        declaration judged on date\n  date : date\n  a : integer\n  b : integer\n  \
                        c : integer\n  d : integer\n  e : integer\nlaw L\n  sure found\n"
            .to_owned();
        for rule in 0..size {
            let tests =
                format!("a >= {rule} and b <= {rule} and c >= 0 and d >= 0 and e >= {rule}");
            text += &format!("rule R{rule}\n  by L\n  when {tests}\n  then hold\n");
        }
        let folder = Folder::from_texts([("a.rules", text.as_str())]);
        let rules = compile(&folder, &Limits::default()).rules.unwrap();
        let limits = Limits {
            steps: u64::MAX,
            ..Limits::default()
        };
        let options = Options {
            limits,
            split_above: 4096,
            block: 4096,
            ..Options::default()
        };
        let engine = Engine::from(&Graph::build(&rules, options).unwrap());
        let most = engine.blocks().iter().map(|(members, _)| *members).max();
        assert_eq!(most, Some(size as usize), "all are in one block");
        let reference = Reference::new(&rules, Sure::High);
        let day = "2020-01-01".parse().unwrap();
        let places = [
            1,
            200,
            255,
            256,
            300,
            600,
            800,
            1023,
            1024,
            1279,
            1280,
            size - 1,
        ];
        let all = places.map(|at| {
            let facts = Facts::builder(&rules.schema).set("a", at).set("b", at - 1);
            let facts = facts.set("c", 1).set("d", 1).set("e", at - 1);
            facts.build().unwrap()
        });
        let given: Vec<(&Facts, Day)> = all.iter().map(|facts| (facts, day)).collect();
        let expected = all.each_ref().map(|facts| reference.judge(facts, day));
        assert!(expected.iter().all(|judgement| !judgement.fired.is_empty()));
        let said = expected.each_ref();
        let text = format!("{size} rules");
        says_of_all(&engine, &given, &said, &mut Scratch::default(), &text);
    }
}

/// Rules in many blocks, in each of which some are left, and some in several: what is told of them comes
/// in the order of rules, each once, and asks for the worst of all, whatever block it comes from. Where the
/// fact that is branched on is missing, all blocks are run.
#[test]
fn rules_of_many_blocks_are_told_as_they_are_judged() {
    let mut text = "outcomes release < look < hold missing hold advice look\ndepartments customs\n\
                    codes paper from \"paper.csv\" key code\n\
                    declaration judged on date\n  date : date\n  a : integer\n  b : integer\n  \
                    k : code paper\n  z : code paper\nlaw L\n  sure found\nlaw M\n  sure low\n"
        .to_owned();
    for rule in 0..900 {
        let (law, outcome) = match rule % 50 {
            7 => ("M", "hold"),
            3 => ("L", "hold"),
            _ => ("L", "look"),
        };
        let code = match rule % 9 {
            0 => String::new(),
            part if rule % 4 == 0 => format!("(k is p{part} or p{}) and ", (part + 4) % 10),
            part => format!("k is p{part} and "),
        };
        text += &format!(
            "rule R{rule}\n  by {law}\n  when {code}a >= {} and b <= {}\n  then {outcome}\n",
            rule * 37 % 900,
            rule * 37 % 900 + 40
        );
    }
    text += "covers z is p0 or p1 or p2 or p3\ncovers z is p4 or p5 as advice\n";
    let papers: String = (0..10).map(|code| format!("p{code}\n")).collect();
    let folder = Folder::from_texts([("a.rules", text.as_str())]);
    let folder = folder.with_file("paper.csv", format!("code\n{papers}"));
    let compiled = compile(&folder, &Limits::default());
    let rules = compiled
        .rules
        .unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let reference = Reference::new(&rules, Sure::High);
    let day = "2020-01-01".parse().unwrap();
    let all: Vec<Facts> = (0..90i64)
        .map(|at| {
            let facts = Facts::builder(&rules.schema).set("a", at * 11 % 950);
            let facts = facts.set("b", at * 11 % 950 + at % 5);
            let (paper, zone) = (format!("p{}", at % 10), format!("p{}", at * 3 % 10));
            let facts = facts.set("z", zone.as_str());
            let facts = match at % 17 {
                5 => facts,
                _ => facts.set("k", paper.as_str()),
            };
            facts.build().unwrap()
        })
        .collect();
    let given: Vec<(&Facts, Day)> = all.iter().map(|facts| (facts, day)).collect();
    let expected: Vec<Judgement> = all
        .iter()
        .map(|facts| reference.judge(facts, day))
        .collect();
    let said: Vec<&Judgement> = expected.iter().collect();
    for (split_above, block) in [(100, 100), (300, 60), (100_000, 100_000)] {
        let options = Options {
            split_above,
            block,
            ..Options::default()
        };
        let engine = Engine::from(&Graph::build(&rules, options).unwrap());
        let text = format!("{:?}", engine.blocks());
        assert!(engine.blocks().len() > 3 || split_above > 900, "{text}");
        // Rules and covers, and besides them those that stand in several blocks.
        let members: usize = engine.blocks().iter().map(|(members, _)| members).sum();
        assert_eq!(members > 902, split_above < 900, "{text}");
        says_of_all(&engine, &given, &said, &mut Scratch::default(), &text);
    }
}
