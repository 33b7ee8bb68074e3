//! wirefilter: every rule a compiled filter, run one after the other on a prepared context.
//!
//! Its integers have 32 bits. Larger amounts are cut off where no limit of a rule lies above, and
//! beside them stand their upper and lower halves for the rules whose limit does. A set of ranges
//! (`in {5..9}`) costs as much as two comparisons, and a set of values as much as alternatives.

use crate::condition::{Condition, Field, joined};
use crate::race::{Declaration, NUMBER_NAMES};
use crate::racer::Peer;
use wirefilter::{ExecutionContext, Filter, Scheme, Type};

pub struct Wirefilter {
    /// Filters and contexts borrow it, so it lives as long as the program.
    scheme: &'static Scheme,
    filters: Vec<Filter<'static>>,
    /// Numbers with a limit beyond 32 bits: which, and the names of their halves.
    halves: Vec<(usize, String, String)>,
}

const LARGEST: i64 = i32::MAX as i64;

impl Peer for Wirefilter {
    const NAME: &'static str = "wirefilter";
    type Facts = ExecutionContext<'static>;

    fn load(rules: &[Vec<Condition>]) -> Result<Self, String> {
        let mut scheme = Scheme::new();
        let mut add = |name: String, kind| scheme.add_field(name, kind).map_err(|e| e.to_string());
        for field in Field::all() {
            let kind = if field.is_flag() {
                Type::Bool
            } else {
                Type::Int
            };
            add(field.name().to_string(), kind)?;
        }
        let mut halves = Vec::new();
        for (at, name) in NUMBER_NAMES.iter().enumerate() {
            let wide = |condition: &Condition| match condition {
                Condition::Range(field, from, until) => {
                    *field == Field::Number(at) && (*from).max(*until) > Some(LARGEST)
                }
                _ => false,
            };
            if rules.iter().flatten().any(wide) {
                let (high, low) = (format!("{name}.high"), format!("{name}.low"));
                add(high.clone(), Type::Int)?;
                add(low.clone(), Type::Int)?;
                halves.push((at, high, low));
            }
        }
        let scheme: &'static Scheme = Box::leak(Box::new(scheme));
        let filter = |all: &Vec<Condition>| {
            let texts: Vec<String> = all.iter().map(text).collect();
            let text = texts.join(" && ");
            let parsed = scheme.parse(&text).map(|ast| ast.compile());
            parsed.map_err(|e| format!("{e}"))
        };
        let filters = rules.iter().map(filter).collect::<Result<_, _>>()?;
        Ok(Wirefilter {
            scheme,
            filters,
            halves,
        })
    }

    fn facts(&self, d: &Declaration) -> ExecutionContext<'static> {
        let mut context = ExecutionContext::new(self.scheme);
        for field in Field::all() {
            let (name, value) = (field.name(), field.value(d));
            let set = match field.is_flag() {
                true => context.set_field_value(name, value == 1),
                false => context.set_field_value(name, value.min(LARGEST) as i32),
            };
            set.expect("a field of the scheme");
        }
        for (at, high, low) in &self.halves {
            let number = d.numbers[*at];
            let halves = [(high, number >> 31), (low, number & LARGEST)];
            for (name, half) in halves {
                let set = context.set_field_value(name, half as i32);
                set.expect("a field of the scheme");
            }
        }
        context
    }

    fn judge(&mut self, facts: &Self::Facts, mut matched: impl FnMut(u32)) {
        for (rule, filter) in (0u32..).zip(&self.filters) {
            if filter.execute(facts).expect("one scheme") {
                matched(rule);
            }
        }
    }
}

fn text(condition: &Condition) -> String {
    match condition {
        Condition::Is(field, n) => format!("{} == {n}", field.name()),
        Condition::Among(field, all) => format!("{} in {{{}}}", field.name(), joined(all, " ")),
        Condition::Range(field, from, until) => {
            let from = from.map(|n| at_least(*field, n));
            let until = until.map(|n| below(*field, n));
            let both: Vec<String> = from.into_iter().chain(until).collect();
            both.join(" && ")
        }
        Condition::Flag(field, true) => field.name().to_string(),
        Condition::Flag(field, false) => format!("not {}", field.name()),
        Condition::Either(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("({})", all.join(" || "))
        }
    }
}

fn at_least(field: Field, n: i64) -> String {
    let name = field.name();
    if n <= LARGEST {
        return format!("{name} >= {n}");
    }
    let (high, low) = (n >> 31, n & LARGEST);
    format!("({name}.high > {high} || ({name}.high == {high} && {name}.low >= {low}))")
}

fn below(field: Field, n: i64) -> String {
    let name = field.name();
    if n <= LARGEST {
        return format!("{name} < {n}");
    }
    let (high, low) = (n >> 31, n & LARGEST);
    format!("({name}.high < {high} || ({name}.high == {high} && {name}.low < {low}))")
}
