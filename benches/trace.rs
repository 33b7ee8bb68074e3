//! A trace beside the judgement without one, in turns: in the race's workload and by the real rules.
//! Read the ratios; the times move from machine to machine.
//!
//! A judgement names rules, elements and missing facts, and has no mode without them: that is what is
//! called untraced. Traced is the same judgement and, of each finding, every fact that its rule and
//! the rules over it name. Apart from both stands the verdict with its texts in two languages.

#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "support/turn.rs"]
mod turn;

use criterion::{Criterion, criterion_group, criterion_main};
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use kakou::verdict::render::render;
use kakou::verdict::trace::{Trace, Tracer};
use kakou::{Facts, Limits, RuleSet, Sure};
use race::{Kindred, Race};
use std::hint::black_box;
use std::path::Path;
use turn::{median, turn};

/// What is judged, and by what.
struct Work<'a> {
    rules: &'a RuleSet,
    engine: Engine,
    tracer: Tracer,
    movements: Vec<(&'a Facts, Day)>,
}

impl<'a> Work<'a> {
    fn new(rules: &'a std::sync::Arc<RuleSet>, movements: Vec<(&'a Facts, Day)>) -> Work<'a> {
        let graph = Graph::build(rules, Options::default()).expect("a graph");
        Work {
            engine: Engine::from(&graph),
            tracer: Tracer::new(rules),
            rules,
            movements,
        }
    }

    /// The trace has as many facts of each finding as the verdict shows; says how many findings and
    /// facts a movement has.
    fn agree(&self) -> (f64, f64) {
        let (mut scratch, mut trace) = (Scratch::default(), Trace::default());
        let limits = Limits {
            undetermined: usize::MAX,
            ..Limits::default()
        };
        let (mut findings, mut facts_of_all) = (0, 0);
        for (facts, day) in &self.movements {
            let judgement = self.engine.judge(facts, *day, &mut scratch);
            self.tracer.trace(facts, judgement, &mut trace);
            let verdict = render(self.rules, facts, judgement, Sure::High, &limits);
            let mut shown = verdict.findings.iter().chain(&verdict.shadow);
            let fired = judgement.fired.iter().chain(&judgement.shadow);
            for (at, fired) in fired.enumerate() {
                let traced = trace.of(at).expect("a finding");
                findings += 1;
                facts_of_all += traced.len();
                // Of what is open the verdict lists only what could make it worse.
                let rule = self.rules.rule(fired.rule).expect("a rule");
                let found = shown
                    .clone()
                    .next()
                    .filter(|found| found.rule == rule.id && found.truth == fired.truth);
                if let Some(found) = found {
                    assert_eq!(traced.len(), found.facts.len(), "{}", rule.id);
                    shown.next();
                }
            }
            assert_eq!(shown.count(), 0);
        }
        let count = self.movements.len() as f64;
        (findings as f64 / count, facts_of_all as f64 / count)
    }

    fn untraced(&self, scratch: &mut Scratch) {
        for (facts, day) in &self.movements {
            black_box(self.engine.judge(facts, *day, scratch));
        }
    }

    fn traced(&self, scratch: &mut Scratch, trace: &mut Trace) {
        for (facts, day) in &self.movements {
            let judgement = self.engine.judge(facts, *day, scratch);
            self.tracer.trace(facts, judgement, trace);
            black_box(&trace);
        }
    }

    fn race(&self, criterion: &mut Criterion, name: &str) {
        let (findings, named) = self.agree();
        let (mut scratch, mut trace) = (Scratch::default(), Trace::default());
        let limits = Limits::default();
        let count = self.movements.len();
        let (mut plain, mut traced, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        let mut ratios = Vec::new();
        for _ in 0..9 {
            plain.push(turn(count, || self.untraced(&mut scratch)));
            traced.push(turn(count, || self.traced(&mut scratch, &mut trace)));
            texts.push(turn(count, || {
                for (facts, day) in &self.movements {
                    let judgement = self.engine.judge(facts, *day, &mut scratch);
                    black_box(render(self.rules, facts, judgement, Sure::High, &limits));
                }
            }));
            ratios.push(traced[traced.len() - 1] / plain[plain.len() - 1]);
        }
        let plain = median(&mut plain);
        let texts = median(&mut texts);
        println!(
            "trace, {name}: {findings:.1} findings that name {named:.1} facts: untraced {plain:.0} ns, traced \
             {:.0} ns, ratio {:.2}; the verdict with its texts {texts:.0} ns, ratio {:.1}",
            median(&mut traced),
            median(&mut ratios),
            texts / plain,
        );
        if std::env::var_os("RATIOS_ONLY").is_none() {
            let mut group = criterion.benchmark_group("trace");
            group.bench_function(format!("untraced/{name}"), |bench| {
                bench.iter(|| self.untraced(&mut scratch));
            });
            group.bench_function(format!("traced/{name}"), |bench| {
                bench.iter(|| self.traced(&mut scratch, &mut trace));
            });
            group.finish();
        }
    }
}

fn trace(criterion: &mut Criterion) {
    for rules in [100, 1_000, 10_000] {
        let race = Race::new(rules, 7, Kindred::Full);
        let movements = race.movements();
        let work = Work::new(&race.rules, movements.collect());
        work.race(criterion, &format!("{rules} rules of the race"));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).expect("the rules");
    let text = std::fs::read_to_string(root.join("examples/declarations.ndjson"));
    let text = text.expect("the examples");
    let read = |line: &str| {
        let facts = from_json(&rules.schema, line.as_bytes(), &Limits::default()).expect("facts");
        let day = facts.as_of(&rules.schema).expect("a day");
        (facts, day)
    };
    let movements: Vec<(Facts, Day)> = text.lines().map(read).collect();
    let movements = movements.iter().map(|(facts, day)| (facts, *day));
    Work::new(&rules, movements.collect()).race(criterion, "the rulebook");
}

criterion_group!(benches, trace);
criterion_main!(benches);
