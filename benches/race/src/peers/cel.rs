//! cel: every rule a compiled program, run one after the other; its variables come from a resolver
//! that lends values of CEL's own types and is asked by names of one letter.
//!
//! Alternatives are written out (`a == 1 || a == 2`): a list, which every evaluation builds anew,
//! costs the same.

use crate::condition::{Condition, Field};
use crate::race::Declaration;
use crate::racer::Peer;
use cel::common::types::{CelBool, CelInt};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value};
use std::sync::Arc;

pub struct Cel {
    env: Arc<Env>,
    programs: Vec<Program>,
}

/// The place of the first flag.
const FLAGS: u8 = 17;

/// The fields by their places, in CEL's own types.
pub struct Facts {
    numbers: [CelInt; 17],
    flags: [CelBool; 13],
}

impl VariableResolver for Facts {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        // Numbers have large letters, flags small ones.
        Some(match name.bytes().next()? {
            letter @ b'A'..=b'Z' => CowVal::Borrowed(&self.numbers[usize::from(letter - b'A')]),
            letter => CowVal::Borrowed(&self.flags[usize::from(letter - b'a')]),
        })
    }
}

impl Peer for Cel {
    const NAME: &'static str = "cel";
    type Facts = Facts;

    fn load(rules: &[Vec<Condition>]) -> Result<Self, String> {
        let env = Arc::new(Env::stdlib());
        let program = |all: &Vec<Condition>| {
            let texts: Vec<String> = all.iter().map(text).collect();
            env.compile(&texts.join(" && ")).map_err(|e| e.to_string())
        };
        let programs = rules.iter().map(program).collect::<Result<_, _>>()?;
        Ok(Cel { env, programs })
    }

    fn facts(&self, d: &Declaration) -> Facts {
        let (mut numbers, mut flags) = ([CelInt::default(); 17], [CelBool::default(); 13]);
        for field in Field::all() {
            let (place, value) = (field.place(), field.value(d));
            match field.is_flag() {
                true => flags[place - usize::from(FLAGS)] = CelBool::from(value == 1),
                false => numbers[place] = CelInt::from(value),
            }
        }
        Facts { numbers, flags }
    }

    fn judge(&mut self, facts: &Facts, mut matched: impl FnMut(u32)) {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(facts);
        for (rule, program) in (0u32..).zip(&self.programs) {
            let value = Value::resolve_val(program.expression(), &context).expect("a value");
            if value.downcast_ref::<CelBool>().is_some_and(|b| *b.inner()) {
                matched(rule);
            }
        }
    }
}

/// A letter for each field: a large one for numbers, a small one for flags.
fn name(field: Field) -> char {
    let place = field.place() as u8;
    char::from(match field.is_flag() {
        true => b'a' + (place - FLAGS),
        false => b'A' + place,
    })
}

fn text(condition: &Condition) -> String {
    match condition {
        Condition::Is(field, n) => format!("{} == {n}", name(*field)),
        Condition::Among(field, all) => {
            let one = |n: &i64| format!("{} == {n}", name(*field));
            let all: Vec<String> = all.iter().map(one).collect();
            format!("({})", all.join(" || "))
        }
        Condition::Range(field, from, until) => {
            let from = from.map(|n| format!("{} >= {n}", name(*field)));
            let until = until.map(|n| format!("{} < {n}", name(*field)));
            let both: Vec<String> = from.into_iter().chain(until).collect();
            both.join(" && ")
        }
        Condition::Flag(field, true) => name(*field).to_string(),
        Condition::Flag(field, false) => format!("!{}", name(*field)),
        Condition::Either(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("({})", all.join(" || "))
        }
    }
}
