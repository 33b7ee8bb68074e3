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
    graph: Graph,
    engine: Engine,
}

/// The rules with a limit on the weight error; the text of a new version comes from anywhere. What the
/// compiler and the graph before know of rules that stay as they are is used again.
fn version(
    compiler: &mut Compiler,
    before: Option<&InForce>,
    limit: &str,
) -> Result<Arc<InForce>, Box<dyn Error>> {
    let text = std::fs::read_to_string("examples/gate/gate.rules")?.replace("3 % from", limit);
    let gate = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    let folder = gate.with_rules("gate.rules", text);
    let rules = accept(compiler.compile(&folder, &Limits::default()))?;
    let graph = match before {
        Some(before) => before.graph.rebuild(&rules, Options::default()),
        None => Graph::build(&rules, Options::default()),
    };
    let graph = graph.map_err(|refused| format!("{refused:?}"))?;
    Ok(Arc::new(InForce {
        engine: Engine::from(&graph),
        graph,
        rules,
    }))
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
    let mut compiler = Compiler::default();
    let first = version(&mut compiler, None, "3 % from")?;
    let gate = RwLock::new(Arc::clone(&first));
    writeln!(out, "before: {}", check(&gate)?)?;

    thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let checking = scope.spawn(|| (0..200).all(|_| check(&gate).is_ok()));
        // Compiling takes as long as it takes; the others go on with the old rules meanwhile.
        let next = version(&mut compiler, Some(&first), "5 % from")?;
        *gate.write().map_err(|e| e.to_string())? = next;
        assert!(checking.join().is_ok_and(|all_were_judged| all_were_judged));
        Ok(())
    })?;
    writeln!(out, "after: {}", check(&gate)?)?;

    // Rules that do not stand never come into force: the old ones stay.
    let refused = version(&mut compiler, Some(&first), "3 kg from")
        .err()
        .ok_or("kilograms are no rate")?;
    writeln!(out, "refused:\n{refused}")?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}
