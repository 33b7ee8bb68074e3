//! Judging beside the naive loop over the same rules in the same run, at 30 to 100,000 rules.
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
use turn::{median, turn, used};

/// The median time a declaration of five turns each: naive loop, engine given one declaration at a
/// time, and engine given many, one after the other.
fn ratio(race: &Race, engine: &Engine) -> (f64, f64, f64) {
    let (mut naive, mut ours, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    let count = race.facts.len();
    // Where there are many rules the naive loop judges every tenth declaration, or a pass would last.
    let apart = if race.naive.len() > 10_000 { 10 } else { 1 };
    for _ in 0..5 {
        naive.push(turn(count / apart, || {
            for at in (0..count).step_by(apart) {
                race.naive(at, &mut hits);
                black_box(&hits);
            }
        }));
        ours.push(turn(count, || judge_each(race, engine, &mut scratch)));
        groups.push(turn(count, || judge_groups(race, engine, &mut scratch)));
    }
    let medians = [naive, ours, groups].map(|mut times| median(&mut times));
    medians.into()
}

/// Gives the engine all declarations at a time.
fn judge_groups(race: &Race, engine: &Engine, scratch: &mut Scratch) {
    engine.judge_all(race.movements(), scratch, |judgement| {
        black_box(judgement);
    });
}

/// Judges every declaration once.
fn judge_each(race: &Race, engine: &Engine, scratch: &mut Scratch) {
    for (facts, day) in race.movements() {
        black_box(engine.judge(facts, day, scratch));
    }
}

/// Every rule that fires is one that the naive loop finds, excused ones aside.
fn agree(race: &Race, engine: &Engine, kin: Kindred) {
    let (mut scratch, mut hits) = (Scratch::default(), Vec::new());
    let mut single = Vec::new();
    for (at, (facts, day)) in race.movements().enumerate() {
        race.naive(at, &mut hits);
        let judged = engine.judge(facts, day, &mut scratch);
        let fired: Vec<u32> = judged.fired.iter().map(|fired| fired.rule.0).collect();
        single.push(judged.clone());
        if kin == Kindred::Header {
            assert_eq!(fired, hits, "declaration {at}");
        } else {
            assert!(
                fired.iter().all(|rule| hits.contains(rule)),
                "declaration {at}"
            );
        }
    }
    let mut single = single.iter();
    engine.judge_all(race.movements(), &mut scratch, |judgement| {
        assert_eq!(Some(judgement), single.next());
    });
    assert_eq!(single.next(), None);
}

/// The median time a declaration of the reference evaluator; slow, so only some are judged, the
/// fewer the more rules there are.
fn reference(race: &Race) -> f64 {
    let reference = Reference::new(&race.rules, Sure::High);
    let few = (100_000 / race.naive.len()).clamp(1, 100);
    let mut times = Vec::new();
    for _ in 0..3 {
        let start = used();
        for (at, facts) in race.facts.iter().enumerate().take(few) {
            black_box(reference.judge(facts, race.day(at)));
        }
        times.push((used() - start).as_secs_f64() / few as f64 * 1e9);
    }
    median(&mut times)
}

/// Judging at many rules beside few, in turns: the median of the ratios of nine rounds. Two times
/// taken minutes apart would compare what else the machine did meanwhile.
fn growth(small: &(Race, Engine), large: &(Race, Engine)) -> f64 {
    let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
    let time = |(race, engine): &(Race, Engine), scratch: &mut Scratch| {
        turn(race.facts.len(), || judge_each(race, engine, scratch))
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
        Err(_) => vec![30, 100, 1_000, 10_000, 100_000],
    }
}

fn judge(criterion: &mut Criterion) {
    let named = std::env::var("KIN").ok();
    for (name, kin) in [("header", Kindred::Header), ("full", Kindred::Full)] {
        if named.as_deref().is_some_and(|named| named != name) {
            continue;
        }
        let (mut hundred, mut ten_thousand) = (None, None);
        for rules in sizes() {
            let race = Race::new(rules, 7, kin);
            let start = Instant::now();
            let graph = Graph::build(&race.rules, Options::default()).expect("a graph");
            let engine = Engine::from(&graph);
            let built = start.elapsed();
            agree(&race, &engine, kin);
            let (naive, ours, groups) = ratio(&race, &engine);
            let stats = graph.stats();
            println!(
                "{name} {rules}: naive {naive:.0} ns, engine {ours:.0} ns, ratio {:.1}; in groups \
                 {groups:.0} ns, ratio {:.1}; built in {built:.1?}, \
                 {} nodes ({} shared), {} bytes a rule in the graph and {} in the engine, at most {} steps",
                naive / ours,
                naive / groups,
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
            println!(
                "    the reference is {:.0} times as slow as the engine",
                reference(&race) / ours
            );
            if std::env::var_os("RATIOS_ONLY").is_none() {
                timed(criterion, (name, rules), &race, &engine);
            }
            let own = (race, engine);
            let beside = |other: &Option<(Race, Engine)>, of: &str, most: &str| {
                if let Some(other) = other {
                    let grown = growth(other, &own);
                    println!("{name}: {most} rules cost {grown:.1} times what {of} do");
                }
            };
            match rules {
                100 => hundred = Some(own),
                10_000 => {
                    beside(&hundred, "100", "10,000");
                    ten_thousand = Some(own);
                }
                100_000 => beside(&ten_thousand, "10,000", "100,000"),
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
