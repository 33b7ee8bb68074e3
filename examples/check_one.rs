//! Checks one declaration that a program holds in a type of its own.
//!
//! `cargo run --example check_one`

use kakou::facts::json::Reader;
use kakou::{Limits, Reference, Sure, verdict};
use serde::Serialize;
use std::error::Error;
use std::io::Write;

/// A movement as the program knows it. The names are those of the schema; money and rates are
/// texts, because no binary float is exact and one would be refused.
#[derive(Serialize)]
struct Movement {
    id: String,
    date: String,
    line: &'static str,
    /// Left out where it is not known: an unknown fact is not an empty one.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_error: Option<String>,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    hs_code: String,
    total: String,
}

fn movement(weight_error: Option<&str>) -> Movement {
    Movement {
        id: "D-1".to_owned(),
        date: "2026-08-03".to_owned(),
        line: "second",
        weight_error: weight_error.map(str::to_owned),
        items: vec![Item {
            hs_code: "8471300000".to_owned(),
            total: "25000.00".to_owned(),
        }],
    }
}

pub fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let rules = kakou::load("examples/gate")?;
    let reader = Reader::new(rules.schema.clone());

    for weight_error in [Some("0.01"), Some("0.04"), None] {
        let facts = reader.read_serde(&movement(weight_error))?;
        let as_of = facts
            .as_of(&rules.schema)
            .ok_or("the declaration has no date")?;
        let judgement = Reference::new(&rules, Sure::High).judge(&facts, as_of);
        let limits = Limits::default();
        let verdict = verdict::render::render(&rules, &facts, &judgement, Sure::High, &limits);
        let (low, high) = (&verdict.counted.low.name, &verdict.counted.high.name);
        writeln!(
            out,
            "weight error {}: {low} to {high}",
            weight_error.unwrap_or("unknown")
        )?;
        for finding in &verdict.findings {
            writeln!(out, "  {} {}", finding.rule, finding.message.en)?;
        }
        for missing in &verdict.missing {
            writeln!(out, "  not known: {}", missing.path)?;
        }
    }

    // What does not fit the schema is an error with its path, and there is no verdict.
    let refused = reader
        .read_serde(&movement(Some("four percent")))
        .unwrap_err();
    writeln!(out, "refused: {refused}")?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}
