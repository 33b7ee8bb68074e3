//! Swaps a rule set while others check: nobody waits, and no declaration meets half of each.
//!
//! `cargo run --example swap_rules`

use kakou::engine::Engine;
use kakou::graph::{Graph, Options};
use kakou::load::accept;
use kakou::{Compiler, Facts, Folder, Limits, RuleSet};
use std::error::Error;
use std::io::Write;
use std::sync::{Arc, RwLock};
use std::thread;

/// What is swapped: a rule set with its engine. Whoever holds it keeps it as long as needed.
struct InForce {
    rules: Arc<RuleSet>,
    engine: Engine,
}

/// What is known of the version before; of rules that stay as they are it is used again.
type Known = (Compiler, Option<Graph>);

/// The rules with a limit on the weight error; the text of a new version comes from anywhere.
fn version((compiler, before): &mut Known, limit: &str) -> Result<Arc<InForce>, Box<dyn Error>> {
    let text = std::fs::read_to_string("examples/gate/gate.rules")?.replace("3 % from", limit);
    let gate = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    let folder = gate.with_rules("gate.rules", text);
    let rules = accept(compiler.compile(&folder, &Limits::default()))?;
    let graph = match before {
        Some(before) => before.rebuild(&rules, Options::default()),
        None => Graph::build(&rules, Options::default()),
    };
    let graph = before.insert(graph.map_err(|refused| format!("{refused:?}"))?);
    let engine = Engine::from(&*graph);
    Ok(Arc::new(InForce { rules, engine }))
}

/// Judges by the rules of the moment. The lock is held for a copy of a pointer, not for the work.
fn check(gate: &RwLock<Arc<InForce>>) -> Result<String, String> {
    let now = gate.read().map_err(|e| e.to_string())?.clone();
    let facts = Facts::builder(&now.rules.schema)
        .set("id", "D-3")
        .set("date", "2026-08-03")
        .set("line", "second")
        .set("weight_error", "0.04")
        .element("items", |item| {
            item.set("hs_code", "8471300000").set("total", "1.00")
        })
        .build()
        .map_err(|e| e.to_string())?;
    let as_of = facts.as_of(&now.rules.schema).ok_or("no date")?;
    let high = now.engine.check(&facts, as_of).counted.high;
    Ok(now.rules.schema.outcome_name(high).to_owned())
}

pub fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let mut known = Known::default();
    let gate = RwLock::new(version(&mut known, "3 % from")?);
    writeln!(out, "before: {}", check(&gate)?)?;
    thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let checking = scope.spawn(|| (0..200).all(|_| check(&gate).is_ok()));
        // Compiling takes as long as it takes; the others go on with the old rules meanwhile.
        let next = version(&mut known, "5 % from")?;
        *gate.write().map_err(|e| e.to_string())? = next;
        assert!(checking.join().is_ok_and(|all_were_judged| all_were_judged));
        Ok(())
    })?;
    writeln!(out, "after: {}", check(&gate)?)?;
    // Rules that do not stand never come into force: the old ones stay.
    let refused = version(&mut known, "3 kg from")
        .err()
        .ok_or("kilograms are no rate")?;
    writeln!(out, "refused:\n{refused}")?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}
