//! Facts that are missing: no fact known but the day, and one fact missing of each declaration,
//! beside the same declarations complete, a naive loop in three values and the reference evaluator
//! in the same run. Read the ratios; the times move from machine to machine.

#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "support/turn.rs"]
mod turn;

use criterion::{Criterion, criterion_group, criterion_main};
use kakou::engine::{Engine, Scratch};
use kakou::facts::edit::{Change, apply};
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use kakou::ground::truth::Truth;
use kakou::{Facts, Reference, Sure};
use race::{CODE_NAMES, Declaration, Kindred, NUMBER_NAMES, NaiveRule, Pred, Race};
use std::hint::black_box;
use turn::{median, turn, used};

/// A declaration of which facts may be missing, in typed fields.
#[derive(Default)]
struct Known {
    codes: [Option<u16>; 7],
    hs: Option<u64>,
    numbers: [Option<i64>; 6],
    licences: Option<u16>,
    guarantee: Option<bool>,
}

impl From<&Declaration> for Known {
    fn from(d: &Declaration) -> Known {
        Known {
            codes: d.codes.map(Some),
            hs: Some(d.hs),
            numbers: d.numbers.map(Some),
            licences: Some(d.licences),
            guarantee: Some(d.guarantee),
        }
    }
}

impl Known {
    /// One predicate; unknown where its fact is.
    fn truth(&self, pred: &Pred) -> Truth {
        let known = |truth: Option<bool>| truth.map_or(Truth::Unknown, Truth::from);
        known(match pred {
            Pred::Is(field, code) => self.codes[*field].map(|own| own == *code),
            Pred::In(field, all) => self.codes[*field].map(|own| all.contains(&own)),
            Pred::Under(all) => self.hs.map(|hs| {
                all.iter()
                    .any(|(prefix, digits)| race::under(hs, *prefix, *digits))
            }),
            Pred::AtLeast(field, at) => self.numbers[*field].map(|own| own >= *at),
            Pred::Below(field, at) => self.numbers[*field].map(|own| own < *at),
            Pred::Has(bit) => self.licences.map(|held| held >> bit & 1 == 1),
            Pred::Lacks(bit) => self.licences.map(|held| held >> bit & 1 == 0),
            Pred::Guarantee(is) => self.guarantee.map(|own| own == *is),
            Pred::ItemUnder(..) | Pred::ItemAtLeast(_) => Some(false),
        })
    }

    /// The rules that fire or may.
    fn find(&self, rules: &[NaiveRule], found: &mut Vec<(u32, Truth)>) {
        found.clear();
        for (number, rule) in (0u32..).zip(rules) {
            let mut truth = Truth::True;
            for pred in &rule.header {
                truth = truth.and(self.truth(pred));
                if truth == Truth::False {
                    break;
                }
            }
            if truth != Truth::False {
                found.push((number, truth));
            }
        }
    }
}

/// How much is known of the declarations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gap {
    Nothing,
    /// One fact of the header, another of each declaration.
    One,
    All,
}

/// The declarations of a workload with such a gap, for everybody.
struct Side {
    known: Vec<Known>,
    facts: Vec<Facts>,
    days: Vec<Day>,
}

impl Side {
    fn new(race: &Race, gap: Gap) -> Side {
        let schema = &race.rules.schema;
        let mut side = Side {
            known: Vec::new(),
            facts: Vec::new(),
            days: Vec::new(),
        };
        for (at, (d, whole)) in race.declarations.iter().zip(&race.facts).enumerate() {
            let mut known = Known::from(d);
            let facts = match gap {
                Gap::Nothing => whole.clone(),
                Gap::All => {
                    // The day of judgement is given; the fact of the same name is not.
                    known = Known::default();
                    Facts::unknown(schema)
                }
                Gap::One => {
                    let name = match at % 15 {
                        n @ 0..7 => {
                            known.codes[n] = None;
                            CODE_NAMES[n]
                        }
                        n @ 7..13 => {
                            known.numbers[n - 7] = None;
                            NUMBER_NAMES[n - 7]
                        }
                        13 => {
                            known.hs = None;
                            "hs"
                        }
                        _ => {
                            known.licences = None;
                            "licences"
                        }
                    };
                    apply(schema, whole, &[Change::without(name)]).expect("facts")
                }
            };
            side.known.push(known);
            side.facts.push(facts);
            side.days.push(race.day(at));
        }
        side
    }
}

/// How many rules: all sizes, or those that `RULES=100,1000` names.
fn sizes() -> Vec<usize> {
    match std::env::var("RULES") {
        Ok(named) => named
            .split(',')
            .filter_map(|size| size.parse().ok())
            .collect(),
        Err(_) => vec![100, 1_000, 10_000],
    }
}

fn missing(criterion: &mut Criterion) {
    for rules in sizes() {
        let race = Race::new(rules, 7, Kindred::Header);
        let graph = Graph::build(&race.rules, Options::default()).expect("a graph");
        let engine = Engine::from(&graph);
        let mut complete = Vec::new();
        for gap in [Gap::Nothing, Gap::One, Gap::All] {
            let side = Side::new(&race, gap);
            // Where nothing is known one declaration is like the next.
            let count = match gap {
                Gap::All => 2_000_000 / rules / 100,
                _ => side.facts.len(),
            };
            let undetermined = agree(&race, &engine, &side, count.min(200), gap);
            let (mut naive, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
            let (mut scratch, mut found) = (Scratch::default(), Vec::new());
            let mut judge_all = || {
                for (facts, day) in side.facts.iter().zip(&side.days).take(count) {
                    black_box(engine.judge(facts, *day, &mut scratch));
                }
            };
            for _ in 0..5 {
                naive.push(turn(count, || {
                    for known in side.known.iter().take(count) {
                        known.find(&race.naive, &mut found);
                        black_box(&found);
                    }
                }));
                ours.push(turn(count, &mut judge_all));
                ratios.push(naive[naive.len() - 1] / ours[ours.len() - 1]);
            }
            let few = (200_000 / rules / 10).min(count);
            let slow = reference(&race, &side, few);
            let ours = median(&mut ours);
            complete.push(ours);
            println!(
                "missing {gap:?} of {rules}: {undetermined:.1} rules undetermined: naive {:.0} ns, engine \
                 {ours:.0} ns, ratio {:.2}; the reference {:.0} times as slow as the engine",
                median(&mut naive),
                median(&mut ratios),
                slow / ours,
            );
            if gap != Gap::Nothing {
                println!(
                    "    {:.1} times the complete, {:.0} ns more for each undetermined rule",
                    ours / complete[0],
                    (ours - complete[0]) / undetermined,
                );
            }
            if std::env::var_os("RATIOS_ONLY").is_none() {
                let mut at = 0;
                let name = format!("missing {gap:?}/engine/{rules}");
                criterion.bench_function(&name, |bench| {
                    bench.iter(|| {
                        at = (at + 1) % count;
                        black_box(engine.judge(&side.facts[at], side.days[at], &mut scratch));
                    });
                });
            }
        }
    }
}

/// The nanoseconds a declaration that the reference takes for so many.
fn reference(race: &Race, side: &Side, few: usize) -> f64 {
    let reference = Reference::new(&race.rules, Sure::High);
    let start = used();
    for (facts, day) in side.facts.iter().zip(&side.days).take(few) {
        black_box(reference.judge(facts, *day));
    }
    (used() - start).as_secs_f64() / few as f64 * 1e9
}

/// The naive loop and the engine find the same, and the reference a few of the same judgements; says
/// how many rules are undetermined of a declaration.
fn agree(race: &Race, engine: &Engine, side: &Side, count: usize, gap: Gap) -> f64 {
    let reference = Reference::new(&race.rules, Sure::High);
    let (mut scratch, mut found, mut undetermined) = (Scratch::default(), Vec::new(), 0);
    for (at, facts) in side.facts.iter().enumerate().take(count) {
        let judgement = engine.judge(facts, side.days[at], &mut scratch);
        side.known[at].find(&race.naive, &mut found);
        let fired = judgement
            .fired
            .iter()
            .map(|fired| (fired.rule.0, fired.truth));
        assert_eq!(
            fired.collect::<Vec<_>>(),
            found,
            "{gap:?}, declaration {at}"
        );
        if at < 2 {
            let slow = reference.judge(facts, side.days[at]);
            assert_eq!(judgement, &slow, "{gap:?}, declaration {at}");
        }
        undetermined += found.iter().filter(|f| f.1 == Truth::Unknown).count();
    }
    undetermined as f64 / count as f64
}

criterion_group!(benches, missing);
criterion_main!(benches);
