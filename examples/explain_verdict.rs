//! Explains a verdict: why a rule fired, why another did not, and what a missing fact would do.
//!
//! `cargo run --example explain_verdict`

use kakou::facts::edit::{Change, apply};
use kakou::verdict::{text, why};
use kakou::{Facts, Lang, Limits, Reference, Sure, verdict};
use std::error::Error;
use std::io::Write;

pub fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let rules = kakou::load("examples/gate")?;
    let given = Facts::builder(&rules.schema)
        .set("id", "D-2")
        .set("date", "2026-08-03")
        .set("line", "second")
        .set("guarantee_free", "300000.00")
        .element("items", |item| {
            item.set("hs_code", "9101110000").set("total", "260000.00")
        })
        .build()?;
    let as_of = given
        .as_of(&rules.schema)
        .ok_or("the declaration has no date")?;
    let reference = Reference::new(&rules, Sure::High);

    // The verdict as people read it.
    let judgement = reference.judge(&given, as_of);
    let shown = verdict::render::render(&rules, &given, &judgement, Sure::High, &Limits::default());
    write!(out, "{}", text::to_text(&shown, text::Style::default()))?;

    // The condition of each rule that fires or may fire, in words, in both languages.
    let trial = reference.trial(&given, as_of);
    let world = trial.world([]);
    for fired in &judgement.fired {
        for lang in [Lang::En, Lang::Zh] {
            if let Some(why) = why::rule(&trial, &world, fired.rule, fired.element, lang) {
                writeln!(out, "{}", why.lines().join("\n"))?;
            }
        }
    }

    // What if the weight had been read?
    for weight_error in ["0.01", "0.04"] {
        let changed = apply(
            &rules.schema,
            &given,
            &[Change::set("weight_error", weight_error)],
        )?;
        let outcome = reference.judge(&changed, as_of).counted;
        let name = |id| rules.schema.outcome_name(id);
        writeln!(
            out,
            "with {weight_error}: {} to {}",
            name(outcome.low),
            name(outcome.high)
        )?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}
