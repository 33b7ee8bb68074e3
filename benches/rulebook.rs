//! Judging by the real rules: the example declarations, each with five items, beside the reference
//! evaluator in the same run; and by the same rules in twenty versions beside one. Read the ratios;
//! the times move from machine to machine.

#[path = "support/turn.rs"]
mod turn;
#[path = "support/versions.rs"]
mod versions;

use criterion::{Criterion, criterion_group, criterion_main};
use kakou::check::rules::RuleSet;
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use kakou::ground::truth::Truth;
use kakou::verdict::judgement::{Element, Judgement};
use kakou::{Facts, Folder, Limits, Reference, Sure, compile};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use turn::turn;
use versions::{Amended, in_versions};

/// How many items a movement has.
const ITEMS: usize = 5;

/// The declaration with its items repeated until there are five, numbered from 1.
fn of_five_items(line: &str) -> Option<String> {
    let mut declaration: Value = serde_json::from_str(line).expect("JSON");
    let items = declaration.get_mut("items")?.as_array_mut()?;
    let few = items.clone();
    *items = few.iter().cycle().take(ITEMS).cloned().collect();
    for (at, item) in (1..).zip(items.iter_mut()) {
        item["line_no"] = json!(at);
    }
    Some(declaration.to_string())
}

/// The median time of one movement, in nanoseconds, of so many rounds.
fn median(rounds: usize, movements: &[(Facts, Day)], mut judge: impl FnMut(&Facts, Day)) -> f64 {
    let mut times: Vec<f64> = (0..=rounds)
        .map(|_| {
            let start = Instant::now();
            movements.iter().for_each(|(facts, day)| judge(facts, *day));
            start.elapsed().as_secs_f64() / movements.len() as f64 * 1e9
        })
        .skip(1)
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn rulebook(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).expect("the rules");
    let graph = Graph::build(&rules, Options::default()).expect("a graph");
    let engine = Engine::from(&graph);
    let reference = Reference::new(&rules, Sure::High);
    let text = std::fs::read_to_string(root.join("examples/declarations.ndjson"));
    let text = text.expect("the examples");
    let read = |line: String| {
        let facts = from_json(&rules.schema, line.as_bytes(), &Limits::default()).expect("facts");
        let day = facts.as_of(&rules.schema).expect("a day");
        (facts, day)
    };
    let movements: Vec<(Facts, Day)> = text.lines().filter_map(of_five_items).map(read).collect();
    assert!(movements.len() > 40, "{} movements", movements.len());

    let mut scratch = Scratch::default();
    let engine_time = median(201, &movements, |facts, day| {
        black_box(engine.judge(facts, day, &mut scratch));
    });
    let reference_time = median(11, &movements, |facts, day| {
        black_box(reference.judge(facts, day));
    });
    let (mut steps, mut alive) = (0, 0);
    for (facts, day) in &movements {
        let judgement = engine.judge(facts, *day, &mut scratch);
        alive += judgement.fired.len() + judgement.shadow.len();
        steps += scratch.steps();
    }
    let count = movements.len() as f64;
    let stats = graph.stats();
    println!(
        "rulebook: {} rules, {} movements of {ITEMS} items: engine {engine_time:.0} ns, reference \
         {reference_time:.0} ns, ratio {:.1}; {:.0} steps of at most {} on the average, {:.1} rules fire",
        rules.rules.len(),
        movements.len(),
        reference_time / engine_time,
        steps as f64 / count,
        stats.steps,
        alive as f64 / count,
    );
    if std::env::var_os("RATIOS_ONLY").is_none() {
        let mut at = 0;
        criterion.bench_function("rulebook/engine", |bench| {
            bench.iter(|| {
                at = (at + 1) % movements.len();
                let (facts, day) = &movements[at];
                black_box(engine.judge(facts, *day, &mut scratch));
            });
        });
    }

    let texts: Vec<String> = text.lines().filter_map(of_five_items).collect();
    let one = Book::new(
        &in_versions(&root.join("rules"), 1, Amended::Days).folder,
        &texts,
    );
    let same = in_versions(&root.join("rules"), VERSIONS, Amended::Days);
    let same = Book::new(&same.folder, &texts);
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(one.found(at), same.found(at), "{text}");
    }
    drop(same);
    let amended = in_versions(&root.join("rules"), VERSIONS, Amended::Amounts);
    let twenty = Book::new(&amended.folder, &texts);
    twenty.agrees();
    versions(&one, &twenty, &amended);
    if std::env::var_os("RATIOS_ONLY").is_none() {
        let mut at = 0;
        criterion.bench_function("rulebook/engine, twenty versions", |bench| {
            bench.iter(|| {
                at = (at + 1) % twenty.movements.len();
                let (facts, day) = &twenty.movements[at];
                black_box(twenty.engine.judge(facts, *day, &mut scratch));
            });
        });
    }
}

/// How many versions of the law there are beside one.
const VERSIONS: usize = 20;

/// A rulebook and the movements as facts of its schema.
struct Book {
    rules: Arc<RuleSet>,
    engine: Engine,
    /// The bound on the steps of one movement.
    steps: u64,
    movements: Vec<(Facts, Day)>,
}

impl Book {
    fn new(folder: &Folder, texts: &[String]) -> Book {
        let compiled = compile(folder, &Limits::default());
        let complaints = compiled.diagnostics.iter();
        let complaints: Vec<String> = complaints
            .map(|d| format!("{} {}", d.code.0, d.title))
            .collect();
        let rules = compiled.rules.clone();
        let rules = rules.unwrap_or_else(|| panic!("{}", complaints.join("\n")));
        // Within the limit of steps, since of twenty versions one is in force on any day.
        let graph = Graph::build(&rules, Options::default()).expect("a graph");
        let read = |text: &String| {
            let facts =
                from_json(&rules.schema, text.as_bytes(), &Limits::default()).expect("facts");
            let day = facts.as_of(&rules.schema).expect("a day");
            (facts, day)
        };
        Book {
            engine: Engine::from(&graph),
            steps: graph.stats().steps,
            movements: texts.iter().map(read).collect(),
            rules,
        }
    }

    /// What is found of a movement, without regard to which version of a rule found it.
    fn found(&self, at: usize) -> impl PartialEq + std::fmt::Debug + use<> {
        let (facts, day) = &self.movements[at];
        let judgement = self.engine.check(facts, *day);
        let name = |id| self.rules.rule(id).map(|rule| rule.id.clone());
        let by_name = |fired: &[kakou::verdict::judgement::Fired]| {
            let mut all: Vec<(Option<String>, Element, Truth)> = fired
                .iter()
                .map(|fired| (name(fired.rule), fired.element, fired.truth))
                .collect();
            all.sort();
            all.dedup();
            all
        };
        let Judgement {
            counted,
            base,
            fired,
            shadow,
            coverage,
            ..
        } = &judgement;
        let outcomes = (counted.low, counted.high, base.low, base.high);
        (outcomes, by_name(fired), by_name(shadow), *coverage)
    }

    /// The engine says what the reference says, of every movement.
    fn agrees(&self) {
        let reference = Reference::new(&self.rules, Sure::High);
        let mut scratch = Scratch::default();
        for (facts, day) in &self.movements {
            let judgement = self.engine.judge(facts, *day, &mut scratch);
            assert_eq!(judgement, &reference.judge(facts, *day));
        }
    }

    fn judge_all(&self, scratch: &mut Scratch) {
        for (facts, day) in &self.movements {
            black_box(self.engine.judge(facts, *day, scratch));
        }
    }

    fn time(&self, scratch: &mut Scratch) -> f64 {
        turn(self.movements.len(), || self.judge_all(scratch))
    }
}

/// Twenty versions beside one, in turns; each movement on its own day, so that most versions are
/// asked.
fn versions(one: &Book, twenty: &Book, cut: &versions::Versions) {
    let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
    let (mut few, mut many, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..9 {
        few.push(one.time(&mut scratch));
        many.push(twenty.time(&mut other));
        ratios.push(many[many.len() - 1] / few[few.len() - 1]);
    }
    let steps = |book: &Book, scratch: &mut Scratch| {
        let steps = book.movements.iter().map(|(facts, day)| {
            book.engine.judge(facts, *day, scratch);
            scratch.steps()
        });
        steps.sum::<u64>() as f64 / book.movements.len() as f64
    };
    println!(
        "rulebook: {VERSIONS} versions ({} rules, {} not cut) cost {:.2} times one ({} rules): {:.0} ns \
         and {:.0} ns; {:.0} steps and {:.0}, of at most {} and {}; {} bytes in the engine and {}",
        twenty.rules.rules.len(),
        cut.uncut.len(),
        turn::median(&mut ratios),
        one.rules.rules.len(),
        turn::median(&mut many),
        turn::median(&mut few),
        steps(twenty, &mut other),
        steps(one, &mut scratch),
        twenty.steps,
        one.steps,
        twenty.engine.bytes(),
        one.engine.bytes(),
    );
}

criterion_group!(benches, rulebook);
criterion_main!(benches);
