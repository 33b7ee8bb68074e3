//! Law 1: the verdict is the meaning: engine, walker and reference give the same judgement.
//!
//! For a small language over three fields the meaning is
//! worked out here a second time, independently of the library, and compared for every rule set
//! of a fixed sample and every declaration there is.

use crate::case::{Case, bytes, case, config, facts, judge, said};
use crate::generate::rules::{KEYED, Shape, USUAL};
use crate::generate::world;
use crate::seeded::Random;
use kakou::check::rules::{RuleSet, Sure};
use kakou::engine::{Engine, Scratch};
use kakou::graph::walk::walk;
use kakou::graph::{Graph, Options};
use kakou::ground::limits::Limits;
use kakou::ground::truth::Truth;
use kakou::reference::Reference;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::sync::Arc;

/// A condition of the small language.
#[derive(Debug, Clone)]
enum Small {
    Above(i64),
    NotOne,
    NoneA,
    Flag,
    Mode(&'static str),
    NotMode(&'static str),
    And(Box<Small>, Box<Small>),
    Or(Box<Small>, Box<Small>),
    Not(Box<Small>),
}

/// A fact of the small language.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Known<T> {
    Unknown,
    None,
    Value(T),
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Small3 {
    a: Known<i64>,
    flag: Known<bool>,
    mode: Known<&'static str>,
}

impl Small {
    fn text(&self) -> String {
        match self {
            Small::Above(n) => format!("a > {n}"),
            Small::NotOne => "a != 1".to_owned(),
            Small::NoneA => "a is none".to_owned(),
            Small::Flag => "flag".to_owned(),
            Small::Mode(m) => format!("mode is {m}"),
            Small::NotMode(m) => format!("mode is not {m}"),
            Small::And(l, r) => format!("({}) and ({})", l.text(), r.text()),
            Small::Or(l, r) => format!("({}) or ({})", l.text(), r.text()),
            Small::Not(c) => format!("not ({})", c.text()),
        }
    }

    /// 0 false, 1 undetermined, 2 true: Kleene's tables are minimum, maximum and 2 minus.
    fn value(&self, facts: &Small3) -> u8 {
        fn test<T: Copy>(fact: Known<T>, holds: impl Fn(T) -> bool) -> u8 {
            match fact {
                Known::Unknown => 1,
                Known::None => 0,
                Known::Value(value) => 2 * u8::from(holds(value)),
            }
        }
        match self {
            Small::Above(n) => test(facts.a, |a| a > *n),
            Small::NotOne => test(facts.a, |a| a != 1),
            Small::NoneA => match facts.a {
                Known::Unknown => 1,
                Known::None => 2,
                Known::Value(_) => 0,
            },
            Small::Flag => test(facts.flag, |f| f),
            Small::Mode(m) => test(facts.mode, |x| x == *m),
            Small::NotMode(m) => test(facts.mode, |x| x != *m),
            Small::And(l, r) => l.value(facts).min(r.value(facts)),
            Small::Or(l, r) => l.value(facts).max(r.value(facts)),
            Small::Not(c) => 2 - c.value(facts),
        }
    }
}

struct SmallRule {
    when: Small,
    unless: Option<Small>,
    over: Vec<usize>,
    /// 0 pass, 1 review, 2 reject, 3 require route, 4 require firmly route, 5 waive route
    then: usize,
}

const THEN: [&str; 6] = [
    "pass",
    "review",
    "reject",
    "require route",
    "require firmly route",
    "waive route",
];
const OUTCOMES: [&str; 5] = ["release", "review", "inspect", "hold", "reject"];

impl Random {
    fn small(&mut self, depth: usize) -> Small {
        if depth > 0 && self.below(4) > 0 {
            let mut next = || Box::new(self.small(depth - 1));
            let (l, r) = (next(), next());
            return match self.below(3) {
                0 => Small::And(l, r),
                1 => Small::Or(l, r),
                _ => Small::Not(l),
            };
        }
        match self.below(6) {
            0 => Small::Above(i64::try_from(self.below(2)).unwrap()),
            1 => Small::NotOne,
            2 => Small::NoneA,
            3 => Small::Flag,
            4 => Small::Mode("10"),
            _ => Small::NotMode("20"),
        }
    }

    fn rules(&mut self) -> Vec<SmallRule> {
        let many = 1 + self.below(4);
        (0..many)
            .map(|at| SmallRule {
                when: self.small(2),
                unless: (self.below(3) == 0).then(|| self.small(1)),
                over: (0..at).filter(|_| self.below(3) == 0).collect(),
                then: self.below(6),
            })
            .collect()
    }
}

const COVERS: &str = "mode is 10 or 20";

fn text(rules: &[SmallRule]) -> String {
    let mut out = String::from(
        "requirement route \"道\" / \"route\" met when flag otherwise hold combine all\n",
    );
    for (at, rule) in rules.iter().enumerate() {
        let _ = writeln!(out, "rule R-{at} \"题\" / \"title\"\n  by L article 1");
        let over: Vec<String> = rule.over.iter().map(|o| format!("R-{o}")).collect();
        if !over.is_empty() {
            let _ = writeln!(out, "  over {}", over.join(", "));
        }
        let _ = writeln!(out, "  when {}", rule.when.text());
        if let Some(unless) = &rule.unless {
            let _ = writeln!(out, "  unless {}", unless.text());
        }
        let _ = writeln!(out, "  then {}", THEN[rule.then]);
    }
    let _ = writeln!(out, "covers {COVERS}");
    out
}

/// The meaning as section 4 of the design says it: truth of every rule, low and high.
fn meaning(rules: &[SmallRule], facts: &Small3) -> (Vec<u8>, usize, usize) {
    let mut fires = vec![0; rules.len()];
    // A rule is excused by later ones only.
    for (at, rule) in rules.iter().enumerate().rev() {
        let applies = rule
            .when
            .value(facts)
            .min(2 - rule.unless.as_ref().map_or(0, |u| u.value(facts)));
        let excused = rules
            .iter()
            .enumerate()
            .filter(|(_, r)| r.over.contains(&at))
            .map(|(s, _)| fires[s])
            .max();
        fires[at] = applies.min(2 - excused.unwrap_or(0));
    }
    let (mut low, mut high) = (0, 0);
    let mut raise = |truth: u8, outcome: usize| {
        if truth == 2 {
            low = low.max(outcome);
        }
        if truth > 0 {
            high = high.max(outcome);
        }
    };
    let worst_of = |then: usize| {
        fires
            .iter()
            .zip(rules)
            .filter(|(_, r)| r.then == then)
            .map(|(f, _)| *f)
            .max()
            .unwrap_or(0)
    };
    raise(worst_of(1), 1);
    raise(worst_of(2), 4);
    let obliged = worst_of(4).max(worst_of(3).min(2 - worst_of(5)));
    let met = Small::Flag.value(facts);
    // Certainly unmet where it is obliged and not met; possibly where neither is excluded.
    raise(obliged.min(2 - met), 3);
    // The schema requires mode always, other where flag is true, and the list of items.
    let covered = Small::Or(Box::new(Small::Mode("10")), Box::new(Small::Mode("20"))).value(facts);
    if covered < 2 {
        high = 4;
    }
    if matches!(facts.mode, Known::Unknown | Known::None) {
        high = high.max(3);
    }
    (fires, low, high)
}

/// Every declaration over the three fields, all else given.
fn declarations() -> Vec<(Small3, Value)> {
    let mut out = Vec::new();
    for a in [
        Known::Unknown,
        Known::None,
        Known::Value(0),
        Known::Value(1),
        Known::Value(2),
    ] {
        for flag in [
            Known::Unknown,
            Known::None,
            Known::Value(false),
            Known::Value(true),
        ] {
            for mode in [
                Known::Unknown,
                Known::None,
                Known::Value("10"),
                Known::Value("20"),
                Known::Value("30"),
            ] {
                let mut record = Map::new();
                let mut put = |name: &str, value: Option<Value>| {
                    value.and_then(|v| record.insert(name.to_owned(), v))
                };
                put("a", given(a));
                put("flag", given(flag));
                put("mode", given(mode));
                put("date", Some(json!("2020-06-15")));
                put("items", Some(json!([{}])));
                put("other", Some(json!(false)));
                put("docs", Some(json!([])));
                put("good", Some(json!("8471301000")));
                put("seal", Some(json!("AB")));
                put("lines", Some(json!([])));
                let mut item = json!({"ok": false, "k": "10", "good": "8471301000", "parts": []});
                std::mem::swap(&mut record["items"][0], &mut item);
                out.push((Small3 { a, flag, mode }, Value::Object(record)));
            }
        }
    }
    out
}

fn given<T: Into<Value>>(fact: Known<T>) -> Option<Value> {
    match fact {
        Known::Unknown => None,
        Known::None => Some(Value::Null),
        Known::Value(value) => Some(value.into()),
    }
}

fn refines<T: PartialEq>(less: Known<T>, more: Known<T>) -> bool {
    less == Known::Unknown || less == more
}

/// The library's truths and interval in the same form.
fn library(rules: &RuleSet, declaration: &Value) -> (Vec<u8>, usize, usize) {
    let judgement = judge(rules, declaration);
    let truth = |at: usize| {
        let fired = judgement.fired.iter().find(|f| f.rule.0 as usize == at);
        fired.map_or(0, |f| if f.truth == Truth::True { 2 } else { 1 })
    };
    let truths = (0..rules.rules.len()).map(truth).collect();
    (
        truths,
        usize::from(judgement.counted.low.0),
        usize::from(judgement.counted.high.0),
    )
}

#[test]
fn small_rule_sets_mean_what_the_design_says_for_every_declaration() {
    let declarations = declarations();
    for seed in 0..200 {
        let small = Random(seed).rules();
        let text = text(&small);
        let compiled = world::compiled(&text);
        let rules = compiled
            .rules
            .unwrap_or_else(|| panic!("{text}{:#?}", compiled.diagnostics));
        let results: Vec<_> = declarations
            .iter()
            .map(|(_, d)| library(&rules, d))
            .collect();
        for ((small3, declaration), found) in declarations.iter().zip(&results) {
            let expected = meaning(&small, small3);
            assert_eq!(
                (&expected.0, OUTCOMES[expected.1], OUTCOMES[expected.2]),
                (&found.0, OUTCOMES[found.1], OUTCOMES[found.2]),
                "{text}{declaration}"
            );
        }
        // Law 3 without sampling: every step of knowing more only narrows.
        for ((less, _), before) in declarations.iter().zip(&results) {
            for ((more, declaration), after) in declarations.iter().zip(&results) {
                if refines(less.a, more.a)
                    && refines(less.flag, more.flag)
                    && refines(less.mode, more.mode)
                {
                    assert!(
                        before.1 <= after.1 && after.2 <= before.2,
                        "{text}{declaration} {less:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn facts_of_the_sample_are_read_as_meant() {
    let rules =
        world::compiled("rule A \"甲\" / \"a\"\n  by L article 1\n  when a > 0\n  then hold\n")
            .rules
            .unwrap();
    for (_, declaration) in declarations() {
        facts(&rules, &declaration);
    }
}

/// Rules that require one kind, for departments that differ, firmly or not, certainly or not, with the
/// same argument and with others; and rules that waive it.
fn of_one_kind(random: &mut Random) -> String {
    let (kind, typ, combine, arguments) = [
        (
            "paper",
            " : code doc met when docs has it",
            "all",
            ["pass", "form", "pass"],
        ),
        (
            "tariff",
            " : code mode met when mode is none",
            "one",
            ["10", "20", "mode"],
        ),
        (
            "bond",
            " : money CNY met when m >= it",
            "largest",
            ["5 CNY", "6 CNY", "m"],
        ),
        (
            "due",
            " : date met when d2 <= it",
            "earliest",
            ["2020-06-15", "2020-06-16", "d1"],
        ),
        ("route", " met when flag", "all", ["", "", ""]),
    ][random.below(5)];
    let mut out =
        format!("requirement {kind} \"种\" / \"kind\"{typ} otherwise hold combine {combine}\n");
    for at in 0..3 + random.below(3) {
        let waives = at > 1 && random.below(2) == 0;
        let department = ["customs", "commerce", "customs, commerce"][random.below(3)];
        let each = ["", "", "", "  each item\n"][random.below(4)];
        let when = ["a > 0", "flag", "mode is 10", "flag"][random.below(4)];
        let firmly = ["", "", "firmly "][random.below(3)];
        let argument = arguments[random.below(3)];
        let then = match waives {
            true => format!("waive {kind}"),
            false => format!("require {firmly}{kind} {argument}"),
        };
        let _ = writeln!(
            out,
            "rule R-{at} \"题\" / \"title\"\n  by L article 1\n  department {department}\n\
             {each}  when {when}\n  then {then}",
        );
    }
    out
}

/// What several departments require of one kind, with nothing beside it that would be worse.
#[test]
fn they_agree_on_what_departments_require_together() {
    for seed in 0..150 {
        let text = of_one_kind(&mut Random(seed));
        let compiled = world::compiled(&text);
        let rules = compiled
            .rules
            .unwrap_or_else(|| panic!("{text}{:#?}", compiled.diagnostics));
        let case = Case {
            items: Vec::new(),
            text,
            rules,
            declarations: declarations().into_iter().map(|(_, d)| d).collect(),
        };
        alike(&case, &case.rules, &case.declarations, &DAYS[3..4]).unwrap();
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn engine_walker_and_reference_agree(drawn in bytes()) {
        agree(&drawn, USUAL)?;
    }

    #[test]
    fn they_agree_on_what_keys_decide(drawn in bytes()) {
        agree(&drawn, KEYED)?;
    }

    #[test]
    fn they_agree_on_more_elements_than_are_judged_at_once(drawn in bytes()) {
        let Some(case) = case(&drawn, KEYED) else { return Ok(()) };
        let rules = world::compiled_for_many_items(&case.text).rules.expect("only the schema differs");
        alike(&case, &rules, &[long(&case.declarations[1])], &DAYS[3..4])?;
    }
}

/// Days on which the law is another one, and days after the last of what no longer holds.
const DAYS: [&str; 6] = [
    "2018-06-15",
    "2019-12-31",
    "2020-01-01",
    "2020-06-15",
    "2020-06-16",
    "2020-07-01",
];

/// A declaration with more items than are judged at once.
fn long(declaration: &Value) -> Value {
    let mut long = declaration.clone();
    if let Some(Value::Array(items)) = long.get_mut("items") {
        let few = items.clone();
        items.extend(few.into_iter().cycle().take(66));
    }
    long
}

/// Judges a case in all three ways at several days and trusts.
fn agree(drawn: &(Vec<u8>, Vec<Vec<u8>>), shape: Shape) -> Result<(), TestCaseError> {
    match case(drawn, shape) {
        Some(case) => alike(&case, &case.rules, &case.declarations, &DAYS),
        None => Ok(()),
    }
}

/// Judges declarations in all three ways, laid out for few rules and for many.
fn alike(
    case: &Case,
    rules: &Arc<RuleSet>,
    declarations: &[Value],
    days: &[&str],
) -> Result<(), TestCaseError> {
    for trust in [Sure::High, Sure::Design] {
        // Lists within long lists may take more steps than are allowed; what they mean is clear.
        let limits = Limits {
            steps: u64::MAX,
            ..Limits::default()
        };
        let usual = Options {
            trust,
            limits,
            ..Options::default()
        };
        let cut = Options {
            split_above: 1,
            block: 3,
            ..usual
        };
        let graphs =
            [usual, cut].map(|o| Graph::build(rules, o).expect("a small rule set has a graph"));
        let engines = graphs.each_ref().map(Engine::from);
        let stated = graphs.each_ref().map(|graph| graph.stats().steps);
        let reference = Reference::new(rules, trust);
        // The scratches are used again: what one declaration left must not show in the next.
        let mut scratches = [Scratch::default(), Scratch::default()];
        for declaration in declarations {
            let facts = facts(rules, declaration);
            for day in days {
                let day = day.parse().unwrap();
                let expected = reference.judge(&facts, day);
                let walked = walk(&graphs[0], &facts, day);
                let said = || said(case, &[declaration]);
                prop_assert_eq!(&expected, &walked, "walker {}\n{}", day, said());
                for ((engine, stated), scratch) in engines.iter().zip(stated).zip(&mut scratches) {
                    let judged = engine.judge(&facts, day, scratch);
                    prop_assert_eq!(&expected, judged, "engine {}\n{}", day, said());
                    let taken = scratch.steps();
                    prop_assert!(
                        taken <= stated,
                        "{taken} steps, {stated} stated, {day}\n{}",
                        said()
                    );
                }
            }
        }
    }
    Ok(())
}
