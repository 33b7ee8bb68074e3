//! Reading declarations beside a bare typed parse of the same bytes in the same run: from JSON,
//! from a table and from a struct; and from JSON to the verdict at 30 to 10,000 rules.
//! Read the ratios; the times move from machine to machine.

#[path = "support/filed.rs"]
mod filed;
#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "support/turn.rs"]
mod turn;

use criterion::{Criterion, criterion_group, criterion_main};
use kakou::engine::{Engine, Scratch};
use kakou::facts::batch::Batch;
use kakou::facts::json::{Reader, from_json};
use kakou::facts::map::Map;
use kakou::facts::sheet::Sheet;
use kakou::graph::{Graph, Options};
use kakou::ground::limits::Limits;
use race::{Kindred, Race};
use std::cell::RefCell;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use turn::{median, turn};

/// A way of reading all declarations once.
type Pass<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// The medians of five turns of each, taken one after the other, beside that of the first.
fn beside(title: &str, count: usize, bytes: usize, mut all: Vec<Pass<'_>>) {
    let mut times = vec![Vec::new(); all.len()];
    for _ in 0..5 {
        for ((_, pass), times) in all.iter_mut().zip(&mut times) {
            times.push(turn(count, pass));
        }
    }
    println!("{title}, {} bytes of JSON each", bytes / count);
    let mut bare = f64::NAN;
    for ((name, _), times) in all.iter().zip(&mut times) {
        let median = median(times);
        if bare.is_nan() {
            bare = median;
        }
        println!("    {name:<34} {median:>7.0} ns {:>7.2}", median / bare);
    }
}

/// Everything that reads the race's declarations.
fn race_declarations() {
    let race = Race::new(30, 7, Kindred::Full);
    let schema = &race.rules.schema;
    let reader = Reader::new(schema.clone());
    let map = Map::parse(schema, &race::map()).unwrap_or_else(|e| panic!("{e}"));
    let table = race.table();
    let bare: Vec<race::Bare<'_>> = race.texts.iter().map(|t| parsed(t)).collect();
    let sheet = RefCell::new(Sheet::default());
    agree(&reader, race.texts.iter().map(String::as_str));
    let rows = Batch::csv(map.clone(), Limits::default(), table.as_bytes());
    for ((_, row), facts) in rows.zip(&race.facts) {
        assert_eq!(row.as_ref(), Ok(facts), "a row of the table");
    }
    for (bare, facts) in bare.iter().zip(&race.facts) {
        assert_eq!(reader.read_serde(bare).as_ref(), Ok(facts), "a struct");
    }
    let lines = race.texts.join("\n");
    let mut passes = passes(&reader, &race.texts, &sheet, |text| {
        black_box(parsed::<race::Bare<'_>>(text));
    });
    passes.push((
        "lines of a file",
        Box::new(|| {
            let mut batch = Batch::ndjson(reader.clone(), lines.as_bytes());
            let mut sheet = sheet.borrow_mut();
            while let Some((_, record)) = batch.next_into(&mut sheet) {
                black_box(record.expect("facts"));
            }
        }),
    ));
    passes.push((
        "rows of a table",
        Box::new(|| {
            let mut batch = Batch::csv(map.clone(), Limits::default(), table.as_bytes());
            let mut sheet = sheet.borrow_mut();
            while let Some((_, record)) = batch.next_into(&mut sheet) {
                black_box(record.expect("facts"));
            }
        }),
    ));
    passes.push((
        "a struct",
        Box::new(|| {
            let mut sheet = sheet.borrow_mut();
            for bare in &bare {
                black_box(reader.read_serde_into(bare, &mut sheet).expect("facts"));
            }
        }),
    ));
    let bytes = race.texts.iter().map(String::len).sum();
    beside("declarations of the race", race.texts.len(), bytes, passes);
}

/// Everything that reads the example declarations by the real schema.
fn example_declarations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap_or_else(|e| panic!("{e}"));
    let file = std::fs::read_to_string(root.join("examples/declarations.ndjson")).expect("a file");
    let texts: Vec<String> = file.lines().map(str::to_owned).collect();
    let reader = Reader::new(rules.schema.clone());
    let bare: Vec<filed::Filed<'_>> = texts.iter().map(|t| parsed(t)).collect();
    let sheet = RefCell::new(Sheet::default());
    agree(&reader, texts.iter().map(String::as_str));
    let mut passes = passes(&reader, &texts, &sheet, |text| {
        black_box(parsed::<filed::Filed<'_>>(text));
    });
    passes.push((
        "a struct",
        Box::new(|| {
            let mut sheet = sheet.borrow_mut();
            for bare in &bare {
                black_box(reader.read_serde_into(bare, &mut sheet).expect("facts"));
            }
        }),
    ));
    let bytes = texts.iter().map(String::len).sum();
    beside("example declarations", texts.len(), bytes, passes);
}

fn parsed<'t, T: serde::Deserialize<'t>>(text: &'t str) -> T {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// The sheet holds what the reader with care finds.
fn agree<'t>(reader: &Reader, texts: impl Iterator<Item = &'t str>) {
    let mut sheet = Sheet::default();
    for text in texts {
        let careful = from_json(reader.schema(), text.as_bytes(), reader.limits());
        let quick = reader.read_into(text.as_bytes(), &mut sheet);
        assert_eq!(quick, careful.as_ref().map_err(Clone::clone), "{text}");
    }
}

/// The bare parse and the ways from JSON.
fn passes<'a>(
    reader: &'a Reader,
    texts: &'a [String],
    sheet: &'a RefCell<Sheet>,
    bare: impl Fn(&str) + 'a,
) -> Vec<Pass<'a>> {
    vec![
        (
            "bare typed parse, texts borrowed",
            Box::new(move || texts.iter().for_each(|text| bare(text))),
        ),
        (
            "facts on a sheet",
            Box::new(move || {
                let mut sheet = sheet.borrow_mut();
                for text in texts {
                    black_box(
                        reader
                            .read_into(text.as_bytes(), &mut sheet)
                            .expect("facts"),
                    );
                }
            }),
        ),
        (
            "facts of their own",
            Box::new(move || {
                for text in texts {
                    black_box(reader.read(text.as_bytes()).expect("facts"));
                }
            }),
        ),
    ]
}

/// How many rules: all sizes, or those that `RULES=100,1000` names.
fn sizes() -> Vec<usize> {
    match std::env::var("RULES") {
        Ok(named) => named
            .split(',')
            .filter_map(|size| size.parse().ok())
            .collect(),
        Err(_) => vec![30, 100, 1_000, 10_000],
    }
}

/// From JSON to the judgement.
fn to_the_verdict() {
    for rules in sizes() {
        let race = Race::new(rules, 7, Kindred::Full);
        let graph = Graph::build(&race.rules, Options::default()).expect("a graph");
        let engine = Engine::from(&graph);
        let reader = Reader::new(race.rules.schema.clone());
        let (mut sheet, mut scratch, mut other) =
            (Sheet::default(), Scratch::default(), Scratch::default());
        let passes: Vec<Pass<'_>> = vec![
            (
                "bare typed parse, texts borrowed",
                Box::new(|| {
                    for text in &race.texts {
                        black_box(parsed::<race::Bare<'_>>(text));
                    }
                }),
            ),
            (
                "from JSON to the verdict",
                Box::new(|| {
                    for (at, text) in race.texts.iter().enumerate() {
                        let facts = reader.read_into(text.as_bytes(), &mut sheet);
                        let facts = facts.expect("facts");
                        black_box(engine.judge(facts, race.day(at), &mut scratch));
                    }
                }),
            ),
            (
                "judging alone",
                Box::new(|| {
                    for (at, facts) in race.facts.iter().enumerate() {
                        black_box(engine.judge(facts, race.day(at), &mut other));
                    }
                }),
            ),
        ];
        let bytes = race.texts.iter().map(String::len).sum();
        let title = format!("{rules} rules");
        beside(&title, race.texts.len(), bytes, passes);
    }
}

fn ingest(criterion: &mut Criterion) {
    race_declarations();
    example_declarations();
    to_the_verdict();
    if std::env::var_os("RATIOS_ONLY").is_none() {
        timed(criterion);
    }
}

/// Criterion's own times.
fn timed(criterion: &mut Criterion) {
    let race = Race::new(30, 7, Kindred::Full);
    let reader = Reader::new(race.rules.schema.clone());
    let mut sheet = Sheet::default();
    let mut group = criterion.benchmark_group("ingest");
    group
        .measurement_time(Duration::from_secs(2))
        .sample_size(20);
    let mut at = 0;
    group.bench_function("bare", |bench| {
        bench.iter(|| {
            at = (at + 1) % race.texts.len();
            black_box(parsed::<race::Bare<'_>>(&race.texts[at]));
        });
    });
    group.bench_function("facts", |bench| {
        bench.iter(|| {
            at = (at + 1) % race.texts.len();
            let text = race.texts[at].as_bytes();
            black_box(reader.read_into(text, &mut sheet).expect("facts"));
        });
    });
    group.finish();
}

criterion_group!(benches, ingest);
criterion_main!(benches);
