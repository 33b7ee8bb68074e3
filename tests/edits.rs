//! A rule set that is edited: whatever the edit, the build that uses what it knows from before gives
//! what a full build of the same texts gives, complaints and places included, and the engine judges
//! alike.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a property that is broken may stop its test"
)]

#[path = "support/generate/mod.rs"]
#[allow(
    dead_code,
    reason = "each test that shares this uses its own part of it"
)]
mod generate;

#[path = "laws/case.rs"]
#[allow(
    dead_code,
    reason = "each test that shares this uses its own part of it"
)]
mod case;

use case::{bytes, config, day, verdict};
use generate::choices::Choices;
use generate::declaration::declaration;
use generate::rules::{USUAL, items};
use generate::world;
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::schema::value::Type;
use kakou::{Compiler, Folder, Limits, Sure, compile};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// A rule folder in the making: its items in their files, and the lists.
#[derive(Debug, Clone)]
struct State {
    files: Vec<Vec<String>>,
    lists: Vec<(&'static str, String)>,
}

impl State {
    fn new(items: &[String], files: usize) -> State {
        let mut state = State {
            files: vec![Vec::new(); files],
            lists: world::FILES
                .iter()
                .map(|(name, text)| (*name, (*text).to_owned()))
                .collect(),
        };
        for (at, item) in items.iter().enumerate() {
            state.files[at % files].push(item.clone());
        }
        state
    }

    fn folder(&self) -> Folder {
        let names = ["a.rules", "m/b.rules", "z.rules"];
        let texts = names
            .iter()
            .zip(&self.files)
            .map(|(name, items)| (*name, items.join("\n")));
        let schema = [("schema.rules", world::SCHEMA.to_owned())];
        let folder = Folder::from_texts(schema.into_iter().chain(texts));
        self.lists.iter().fold(folder, |folder, (name, text)| {
            folder.with_file(*name, text.as_str())
        })
    }

    /// One edit; `others` are items that may come in.
    fn edit(&mut self, c: &mut Choices<'_>, others: &[String]) {
        let file = c.below(self.files.len());
        let items = &mut self.files[file];
        let at = c
            .below(items.len().max(1))
            .min(items.len().saturating_sub(1));
        let new = || others[others.len() - 1].clone();
        match c.below(11) {
            _ if items.is_empty() => items.push(new()),
            0 => items[at] = others[c.below(others.len())].clone(),
            1 => drop(items.remove(at)),
            2 => items.insert(at, others[c.below(others.len())].clone()),
            3 => items[at] = another_number(c, &items[at]),
            4 => items[at] = swapped(&items[at]),
            5 => items[at] = broken(c, &items[at]),
            6 => items.insert(0, "# What stands above moves all places.\n".to_owned()),
            7 => items[at].push_str("  # A note behind.\n"),
            8 => {
                let list = c.below(self.lists.len());
                let text = &mut self.lists[list].1;
                let rows: Vec<&str> = text.split_inclusive('\n').collect();
                let left_out = c.below(rows.len());
                let kept = rows.iter().enumerate().filter(|(at, _)| *at != left_out);
                *text = kept.map(|(_, row)| *row).collect();
            }
            9 => {
                let moved = items.remove(at);
                let to = c.below(self.files.len());
                self.files[to].push(moved);
            }
            _ => {
                items[at] = items[at].replace(
                    "\n  then",
                    "\n  force from 2019-06 until 2024-05-31\n  then",
                )
            }
        }
    }
}

/// The text with another digit for one of its digits.
fn another_number(c: &mut Choices<'_>, text: &str) -> String {
    let digits: Vec<usize> = text
        .match_indices(|ch: char| ch.is_ascii_digit())
        .map(|d| d.0)
        .collect();
    match digits.is_empty() {
        true => text.to_owned(),
        false => {
            let (at, digit) = (digits[c.below(digits.len())], c.below(10));
            format!("{}{digit}{}", &text[..at], &text[at + 1..])
        }
    }
}

/// The text with each outcome made another one.
fn swapped(text: &str) -> String {
    text.replace("hold", "HOLD")
        .replace("review", "hold")
        .replace("HOLD", "review")
}

/// The text with something in it that may not stand there.
fn broken(c: &mut Choices<'_>, text: &str) -> String {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let at = ends.get(c.below(ends.len())).copied().unwrap_or(0);
    let bad = c.pick(&[
        "'",
        "\"",
        " and ",
        "\nrul X\n",
        "\nwhen a\n",
        "(",
        "no_such_name ",
        "\nrule Z-9\n",
        "  ",
    ]);
    format!("{}{bad}{}", &text[..at], &text[at..])
}

/// What is known from the state before.
#[derive(Default)]
struct Known {
    compiler: Compiler,
    graph: Option<Graph>,
}

/// Compiles a folder in both ways and holds them against each other; whether it was accepted.
fn alike(
    known: &mut Known,
    folder: &Folder,
    limits: &Limits,
    declarations: &[Value],
) -> Result<bool, TestCaseError> {
    let edited = known.compiler.compile(folder, limits);
    let whole = compile(folder, limits);
    let texts: String = folder
        .rules()
        .skip(1)
        .map(|(name, text)| format!("--- {name}\n{text}"))
        .collect();
    // Places do not count when rules are compared; what is written out has them.
    prop_assert_eq!(
        format!("{:#?}", edited.diagnostics),
        format!("{:#?}", whole.diagnostics),
        "{}",
        texts
    );
    prop_assert_eq!(format!("{edited:?}"), format!("{whole:?}"), "{}", texts);
    let (Some(ours), Some(full)) = (edited.rules, whole.rules) else {
        return Ok(false);
    };
    let options = Options::default();
    let full_graph = Graph::build(&full, options).unwrap();
    let graph = match known.graph.take() {
        Some(before) => before.rebuild(&ours, options).unwrap(),
        None => Graph::build(&ours, options).unwrap(),
    };
    // The rest of a graph is in its engine.
    prop_assert_eq!(graph.stats(), full_graph.stats(), "{}", texts);
    let nodes = |graph: &Graph| format!("{:?}", graph.inner());
    prop_assert_eq!(nodes(&graph), nodes(&full_graph), "{}", texts);
    let engines = [Engine::from(&graph), Engine::from(&full_graph)];
    known.graph = Some(graph);
    prop_assert_eq!(
        format!("{:?}", engines[0]),
        format!("{:?}", engines[1]),
        "{}",
        texts
    );
    let mut scratch = Scratch::default();
    for declaration in declarations {
        // A code may have gone with a row of its list.
        let text = declaration.to_string();
        let Ok(facts) = from_json(&ours.schema, text.as_bytes(), limits) else {
            continue;
        };
        let judged = engines[0].judge(&facts, day(), &mut scratch).clone();
        let said = verdict(&ours, &facts, &judged);
        let judged = engines[1].judge(&facts, day(), &mut scratch).clone();
        prop_assert_eq!(said, verdict(&full, &facts, &judged), "{}", texts);
    }
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..config() })]

    #[test]
    fn an_edited_rule_set_is_that_of_a_full_build(
        (drawn, declared) in bytes(),
        (others, edits) in (bytes().prop_map(|b| b.0), proptest::collection::vec(any::<u8>(), 60)),
        (files, few) in (1usize..4, any::<bool>()),
    ) {
        let limits = if few { Limits { diagnostics: 3, ..Limits::default() } } else { Limits::default() };
        let declarations: Vec<Value> = declared
            .iter()
            .zip(case::KNOWN)
            .map(|(bytes, known)| declaration(&mut Choices::new(bytes), known))
            .collect();
        let first = State::new(&items(&mut Choices::new(&drawn), USUAL), files);
        let others = items(&mut Choices::new(&others), USUAL);
        let mut known = Known::default();
        alike(&mut known, &first.folder(), &limits, &declarations)?;
        let (mut state, mut sound) = (first.clone(), first.clone());
        let mut c = Choices::new(&edits);
        for _ in 0..8 {
            state.edit(&mut c, &others);
            // What was refused is mended in the next state, or edited further.
            match alike(&mut known, &state.folder(), &limits, &declarations)? {
                true => sound = state.clone(),
                false if c.chance(6) => state = sound.clone(),
                false => {}
            }
        }
        alike(&mut known, &first.folder(), &limits, &declarations)?;
    }
}

const SCHEMA: &str = r#"
outcomes release "放行" / "release" < hold "暂缓" / "hold" missing hold advice hold
declaration "申报" / "declaration" judged on date
  date : date "日期" / "date"
  a : integer "甲" / "a"
law L "法" / "law"
  sure found
"#;

fn states(states: &[&str]) {
    let mut compiler = Compiler::default();
    for (at, text) in states.iter().enumerate() {
        let folder = Folder::from_texts([("a.rules", SCHEMA), ("b.rules", text)]);
        let found = format!("{:#?}", compiler.compile(&folder, &Limits::default()));
        assert_eq!(
            found,
            format!("{:#?}", compile(&folder, &Limits::default())),
            "state {at}"
        );
    }
}

const A: &str = "rule A \"甲\" / \"a\"\n  by L\n  when a > 5\n  then hold\n";
const B: &str = "rule B \"乙\" / \"b\"\n  by L\n  over A\n  when a > 7\n  then pass\n";

/// How rules stand to each other is found anew, though both are known.
#[test]
fn rules_are_held_against_each_other_after_each_edit() {
    let both = format!("{A}{B}");
    states(&[
        &both,
        &format!("# moved\n{both}"),
        B,
        &both.replace("over A", "over B"),
        &format!("{both}{A}"),
        &format!("{}{B}", A.replace("  by L\n", "  by L\n  over B\n")),
        &both,
    ]);
}

/// A warning about a rule that nobody edits is given each time.
#[test]
fn what_is_said_of_a_rule_is_said_each_time() {
    let untitled = "rule C \"丙\"\n  by L\n  when a > 5\n  then hold\n";
    let unknown = "rule D \"丁\" / \"d\"\n  by L\n  when b > 5\n  then hold\n";
    let wrong = "let b = a + no_such_name\n";
    let all = format!("{A}{untitled}{unknown}{B}");
    states(&[
        &all,
        &format!("\n{all}"),
        &format!("{wrong}{all}"),
        &format!("{wrong}\n{}", all.replace("when a > 5", "when b > 5")),
        &format!("{wrong}{}", all.replace("when a > 7", "when b > 7")),
        &format!("let b = a + 1\n{all}"),
        &all,
    ]);
}

/// A month that a rule names is numbered like an event, and other rules may name events.
#[test]
fn a_month_in_one_rule_moves_the_events_of_others() {
    let event = "event opened \"开\" / \"opened\" on 2020-05-01\n";
    let by_event = A.replace("  when", "  force from opened\n  when");
    let by_month = B.replace("  when", "  force from 2019-06\n  when");
    states(&[
        &format!("{event}{by_event}{B}"),
        &format!("{event}{by_event}{by_month}"),
        &format!(
            "{event}{by_event}{}",
            by_month.replace("2019-06", "2021-06")
        ),
        &format!("{event}{by_event}{B}"),
    ]);
}

/// The parts of rules with a table name the table by its number.
#[test]
fn tables_of_rules_are_numbered_anew() {
    let table = |id: &str| {
        format!(
            "rule {id} \"表\" / \"t\"\n  by L\n  table a, exactly one row fits\n    | 1 => hold |\n    | 2 => pass |\n"
        )
    };
    let (one, two) = (table("T-1"), table("T-2"));
    states(&[
        &format!("{A}{two}"),
        &format!("{A}{one}{two}"),
        &format!("{A}{two}{one}"),
        &format!("{A}{two}"),
        &one,
    ]);
}

/// Rules share their terms, and what they are read with is another: here a sum that was one of money
/// is one of numbers. Others moved, say another outcome, or are trusted now.
#[test]
fn a_graph_takes_nothing_over_that_would_mean_something_else() {
    let limits = Limits::default();
    let gate = Folder::open("examples/gate".as_ref(), &limits).unwrap();
    let sum = "\nrule G-03 \"总价\" / \"value\"\n  by GATE\n  when sum of item.total over item > 5 CNY\n  \
        then hold\n";
    let text = gate.rules().next().unwrap().1.to_string() + sum;
    let rules = compile(&gate.with_rules("gate.rules", text), &limits).rules;
    let rules = rules.unwrap();
    let before = Graph::build(&rules, Options::default()).unwrap();

    let mut numbers = (*rules).clone();
    let mut schema = (*numbers.schema).clone();
    let total = schema
        .fields
        .iter_mut()
        .find(|field| field.path == "item.total");
    total.unwrap().typ = Type::Integer;
    numbers.schema = Arc::new(schema);
    let mut reversed = (*rules).clone();
    reversed.rules.reverse();
    let mut milder = (*rules).clone();
    milder.rules[0].outcome = rules.schema.outcome("review");
    for changed in [numbers, reversed, milder] {
        let changed = Arc::new(changed);
        for trust in [Sure::High, Sure::Low] {
            let options = Options {
                trust,
                ..Options::default()
            };
            let after = format!("{:?}", before.rebuild(&changed, options).unwrap());
            let whole = format!("{:?}", Graph::build(&changed, options).unwrap());
            assert_eq!(after, whole);
            assert_ne!(after, format!("{before:?}"));
        }
    }
}
