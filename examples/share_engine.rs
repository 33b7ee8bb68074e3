//! Shares one engine between threads: it never changes, and each thread brings its own scratch.
//!
//! `cargo run --example share_engine`

use kakou::engine::{Engine, Scratch};
use kakou::graph::{Graph, Options};
use kakou::{Facts, RuleSet};
use std::error::Error;
use std::io::Write;
use std::thread;

fn declaration(rules: &RuleSet, number: u32) -> Result<Facts, Box<dyn Error + Send + Sync>> {
    let facts = Facts::builder(&rules.schema)
        .set("id", format!("D-{number}"))
        .set("date", "2026-08-03")
        .set(
            "line",
            if number.is_multiple_of(2) {
                "first"
            } else {
                "second"
            },
        )
        .set("weight_error", format!("0.0{}", number % 10))
        .element("items", |item| {
            item.set("hs_code", "8471300000").set("total", "25000.00")
        })
        .build()?;
    Ok(facts)
}

pub fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let rules = kakou::load("examples/gate")?;
    let graph =
        Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    let engine = Engine::from(&graph);

    const THREADS: u32 = 4;
    const EACH: u32 = 1_000;
    let held = thread::scope(|scope| {
        let (engine, rules) = (&engine, &rules);
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                scope.spawn(move || -> Result<u32, Box<dyn Error + Send + Sync>> {
                    let mut scratch = Scratch::default();
                    let mut held = 0;
                    for number in worker * EACH..(worker + 1) * EACH {
                        let facts = declaration(rules, number)?;
                        let as_of = facts.as_of(&rules.schema).ok_or("no date")?;
                        let judgement = engine.judge(&facts, as_of, &mut scratch);
                        held += u32::from(judgement.counted.high == rules.schema.worst());
                    }
                    Ok(held)
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|_| Err("a worker ended early".into()))
            })
            .sum::<Result<u32, _>>()
    })
    .map_err(|e| e.to_string())?;

    writeln!(out, "{held} of {} declarations are on hold", THREADS * EACH)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}
