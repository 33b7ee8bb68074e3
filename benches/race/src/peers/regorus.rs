//! regorus: the rules as one partial set, compiled for its virtual machine, which is kept and only
//! given another input.
//!
//! A program may hold 65,535 instructions, so that 10,000 rules need several; smaller ones cost the
//! same. The input is an array: finding the keys of an object costs a fifth to two fifths more.
//! Prefixes of different lengths as bodies of their own, instead of an array of truths, cost the same.

use crate::condition::{Condition, Field, joined};
use crate::race::Declaration;
use crate::racer::Peer;
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use std::fmt::Write;

pub struct Regorus(Vec<RegoVM>);

const ENTRY: &str = "data.race.hits";
const RULES_A_PROGRAM: usize = 1_000;

impl Peer for Regorus {
    const NAME: &'static str = "regorus VM";
    type Facts = Value;

    fn load(rules: &[Vec<Condition>]) -> Result<Self, String> {
        let mut machines = Vec::new();
        for (part, some) in rules.chunks(RULES_A_PROGRAM).enumerate() {
            let mut policy = "package race\nimport rego.v1\n".to_string();
            for (at, all) in some.iter().enumerate() {
                let texts: Vec<String> = all.iter().map(text).collect();
                let rule = part * RULES_A_PROGRAM + at;
                let _ = writeln!(policy, "hits contains {rule} if {{ {} }}", texts.join("; "));
            }
            let machine = machine(policy).map_err(|e| e.to_string())?;
            machines.push(machine);
        }
        Ok(Regorus(machines))
    }

    fn facts(&self, d: &Declaration) -> Value {
        let value = |field: Field| match field.is_flag() {
            true => Value::from(field.value(d) == 1),
            false => Value::from(field.value(d)),
        };
        Value::from(Field::all().map(value).collect::<Vec<Value>>())
    }

    fn judge(&mut self, facts: &Value, mut matched: impl FnMut(u32)) {
        for machine in &mut self.0 {
            machine.set_input(facts.clone());
            let hits = machine.execute_entry_point_by_index(0).expect("a set");
            for hit in hits.as_set().expect("a set") {
                matched(hit.as_u32().expect("the number of a rule"));
            }
        }
    }
}

fn machine(policy: String) -> Result<RegoVM, Box<dyn std::error::Error>> {
    let mut engine = Engine::new();
    engine.add_policy("race.rego".to_string(), policy)?;
    let compiled = engine.compile_with_entrypoint(&ENTRY.into())?;
    let program = Compiler::compile_from_policy(&compiled, &[ENTRY])?;
    let mut machine = RegoVM::new_with_policy(compiled);
    machine.load_program(program);
    Ok(machine)
}

fn name(field: Field) -> String {
    format!("input[{}]", field.place())
}

fn text(condition: &Condition) -> String {
    match condition {
        Condition::Is(field, n) => format!("{} == {n}", name(*field)),
        Condition::Among(field, all) => format!("{} in {{{}}}", name(*field), joined(all, ", ")),
        Condition::Range(field, from, until) => {
            let from = from.map(|n| format!("{} >= {n}", name(*field)));
            let until = until.map(|n| format!("{} < {n}", name(*field)));
            let both: Vec<String> = from.into_iter().chain(until).collect();
            both.join("; ")
        }
        Condition::Flag(field, true) => name(*field),
        Condition::Flag(field, false) => format!("not {}", name(*field)),
        // Rego has no "or" within a body: the alternatives are counted as a set of truths.
        Condition::Either(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("true in [{}]", all.join(", "))
        }
    }
}
