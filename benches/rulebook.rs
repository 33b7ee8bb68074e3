//! Judging by the real rules: the example declarations, each with five items, beside the reference
//! evaluator in the same run. Read the ratio; the times move from machine to machine.

use criterion::{Criterion, criterion_group, criterion_main};
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use kakou::{Facts, Limits, Reference, Sure};
use serde_json::{Value, json};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

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
}

criterion_group!(benches, rulebook);
criterion_main!(benches);
