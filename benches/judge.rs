//! Judging beside the naive loop over the same rules in the same run, at 30 to 10,000 rules.
//! Read the ratios; the times move from machine to machine.

#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "support/turn.rs"]
mod turn;

use criterion::{Criterion, criterion_group, criterion_main};
use kakou::check::rules::Sure;
use kakou::engine::{Engine, Scratch};
use kakou::graph::{Graph, Options};
use kakou::reference::Reference;
use race::{Kindred, Race};
use std::hint::black_box;
use std::time::{Duration, Instant};
use turn::{median, turn};

/// The median time a declaration of five turns each, naive loop and engine one after the other.
fn ratio(race: &Race, engine: &Engine) -> (f64, f64) {
    let (mut naive, mut ours) = (Vec::new(), Vec::new());
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    let count = race.facts.len();
    for _ in 0..5 {
        naive.push(turn(count, || {
            for at in 0..count {
                race.naive(at, &mut hits);
                black_box(&hits);
            }
        }));
        ours.push(turn(count, || judge_all(race, engine, &mut scratch)));
    }
    (median(&mut naive), median(&mut ours))
}

/// Judges every declaration once.
fn judge_all(race: &Race, engine: &Engine, scratch: &mut Scratch) {
    for (at, facts) in race.facts.iter().enumerate() {
        black_box(engine.judge(facts, race.day(at), scratch));
    }
}

/// Every rule that fires is one that the naive loop finds, excused ones aside.
fn agree(race: &Race, engine: &Engine, kin: Kindred) {
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    for (at, facts) in race.facts.iter().enumerate() {
        race.naive(at, &mut hits);
        let fired: Vec<u32> = engine
            .judge(facts, race.day(at), &mut scratch)
            .fired
            .iter()
            .map(|f| f.rule.0)
            .collect();
        if kin == Kindred::Header {
            assert_eq!(fired, hits, "declaration {at}");
        } else {
            assert!(
                fired.iter().all(|rule| hits.contains(rule)),
                "declaration {at}"
            );
        }
    }
}

/// The median time a declaration of the reference evaluator; slow, so only some are judged.
fn reference(race: &Race) -> f64 {
    let reference = Reference::new(&race.rules, Sure::High);
    let mut times = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        for (at, facts) in race.facts.iter().enumerate().take(100) {
            black_box(reference.judge(facts, race.day(at)));
        }
        times.push(start.elapsed().as_secs_f64() / 100.0 * 1e9);
    }
    median(&mut times)
}

/// Judging at 10,000 rules beside 100, in turns: the median of the ratios of nine rounds. Two
/// times taken minutes apart would compare what else the machine did meanwhile.
fn growth(small: &(Race, Engine), large: &(Race, Engine)) -> f64 {
    let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
    let time = |(race, engine): &(Race, Engine), scratch: &mut Scratch| {
        turn(race.facts.len(), || judge_all(race, engine, scratch))
    };
    let mut ratios: Vec<f64> = (0..9)
        .map(|_| {
            let small = time(small, &mut scratch);
            time(large, &mut other) / small
        })
        .collect();
    median(&mut ratios)
}

/// How many rules, of the kind that `KIN=header` or `KIN=full` names, or of both: all sizes, or those that `RULES=100,1000` names.
fn sizes() -> Vec<usize> {
    match std::env::var("RULES") {
        Ok(named) => named
            .split(',')
            .filter_map(|size| size.parse().ok())
            .collect(),
        Err(_) => vec![30, 100, 1_000, 10_000],
    }
}

fn judge(criterion: &mut Criterion) {
    let named = std::env::var("KIN").ok();
    for (name, kin) in [("header", Kindred::Header), ("full", Kindred::Full)] {
        if named.as_deref().is_some_and(|named| named != name) {
            continue;
        }
        let mut small = None;
        for rules in sizes() {
            let race = Race::new(rules, 7, kin);
            let start = Instant::now();
            let graph = Graph::build(&race.rules, Options::default()).expect("a graph");
            let engine = Engine::from(&graph);
            let built = start.elapsed();
            agree(&race, &engine, kin);
            let (naive, ours) = ratio(&race, &engine);
            let stats = graph.stats();
            println!(
                "{name} {rules}: naive {naive:.0} ns, engine {ours:.0} ns, ratio {:.1}; built in {built:.1?}, \
                 {} nodes ({} shared), {} bytes a rule in the graph and {} in the engine, at most {} steps",
                naive / ours,
                stats.all_nodes(),
                stats.shared,
                stats.bytes_per_rule(),
                engine.bytes() / rules,
                stats.steps,
            );
            let mut scratch = Scratch::default();
            let (mut steps, mut fired) = (0, 0);
            for (at, facts) in race.facts.iter().enumerate() {
                fired += engine.judge(facts, race.day(at), &mut scratch).fired.len();
                steps += scratch.steps();
            }
            let count = race.facts.len() as f64;
            let (steps, fired) = (steps as f64 / count, fired as f64 / count);
            println!(
                "    {} blocks; on the average {steps:.0} steps, {fired:.1} rules fire",
                engine.blocks().len()
            );
            if rules == 1_000 {
                println!(
                    "{name}: at 1,000 rules the engine is {:.1} times as fast as the naive loop and the \
                     reference {:.1} times as slow",
                    naive / ours,
                    reference(&race) / naive,
                );
            }
            if std::env::var_os("RATIOS_ONLY").is_none() {
                timed(criterion, (name, rules), &race, &engine);
            }
            match rules {
                100 => small = Some((race, engine)),
                10_000 => {
                    let large = (race, engine);
                    let grown = small
                        .as_ref()
                        .map_or(f64::NAN, |small| growth(small, &large));
                    println!("{name}: 10,000 rules cost {grown:.1} times what 100 do");
                }
                _ => {}
            }
        }
    }
}

/// Criterion's own times of the two.
fn timed(criterion: &mut Criterion, (name, rules): (&str, usize), race: &Race, engine: &Engine) {
    let mut group = criterion.benchmark_group(name);
    group
        .measurement_time(Duration::from_secs(2))
        .sample_size(20);
    let mut scratch = Scratch::default();
    let mut at = 0;
    group.bench_function(format!("engine/{rules}"), |bench| {
        bench.iter(|| {
            at = (at + 1) % race.facts.len();
            black_box(engine.judge(&race.facts[at], race.day(at), &mut scratch));
        });
    });
    let mut hits = Vec::new();
    group.bench_function(format!("naive/{rules}"), |bench| {
        bench.iter(|| {
            at = (at + 1) % race.facts.len();
            race.naive(at, &mut hits);
            black_box(&hits);
        });
    });
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
