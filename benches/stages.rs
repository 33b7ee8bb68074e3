//! The stages before judging: reading rule text, checking it, building the graph and the engine,
//! and reading declarations from JSON; at 30 to 10,000 rules.

#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::limits::Limits;
use kakou::ground::span::SourceId;
use kakou::syntax;
use race::{Kindred, Race, checked};
use std::hint::black_box;
use std::time::Duration;

fn stages(criterion: &mut Criterion) {
    let limits = Limits::default();
    for rules in [30, 100, 1_000, 10_000] {
        let race = Race::new(rules, 7, Kindred::Full);
        let graph = Graph::build(&race.rules, Options::default()).expect("a graph");
        let engine = Engine::from(&graph);
        let mut group = criterion.benchmark_group("stages");
        group
            .measurement_time(Duration::from_secs(2))
            .sample_size(10)
            .throughput(Throughput::Elements(rules as u64));

        group.bench_function(BenchmarkId::new("parse", rules), |bench| {
            let texts = race.folder.rules();
            let longest = texts.map(|(_, text)| text).max_by_key(|text| text.len());
            let text = longest.expect("the rules");
            bench.iter(|| black_box(syntax::parse(SourceId(0), text, &limits)));
        });
        group.bench_function(BenchmarkId::new("parse and check", rules), |bench| {
            bench.iter(|| black_box(checked(&race.folder)));
        });
        group.bench_function(BenchmarkId::new("graph", rules), |bench| {
            bench.iter(|| black_box(Graph::build(&race.rules, Options::default())));
        });
        group.bench_function(BenchmarkId::new("engine", rules), |bench| {
            bench.iter(|| black_box(Engine::from(&graph)));
        });

        // From here on the unit is a declaration.
        group.throughput(Throughput::Elements(1));
        let mut at = 0;
        let mut next = || {
            at = (at + 1) % race.texts.len();
            at
        };
        group.bench_function(BenchmarkId::new("bare parse of JSON", rules), |bench| {
            bench.iter_batched(
                &mut next,
                |at| black_box(serde_json::from_str::<race::Bare>(&race.texts[at])),
                BatchSize::SmallInput,
            );
        });
        group.bench_function(BenchmarkId::new("facts from JSON", rules), |bench| {
            bench.iter_batched(
                &mut next,
                |at| {
                    black_box(from_json(
                        &race.rules.schema,
                        race.texts[at].as_bytes(),
                        &limits,
                    ))
                },
                BatchSize::SmallInput,
            );
        });
        let mut scratch = Scratch::default();
        group.bench_function(BenchmarkId::new("judge from JSON", rules), |bench| {
            bench.iter_batched(
                &mut next,
                |at| {
                    let text = race.texts[at].as_bytes();
                    let facts = from_json(&race.rules.schema, text, &limits).expect("facts");
                    black_box(engine.judge(&facts, race.day(at), &mut scratch));
                },
                BatchSize::SmallInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
