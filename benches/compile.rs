//! From texts to an engine: a full build, and the build after an edit of one rule; at 100, 1,000
//! and 10,000 rules of the race workload, and for the real rules. The new engine is held against
//! that of a full build of the same texts.

#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "support/turn.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod turn;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kakou::graph::Options;
use kakou::{Compiler, Engine, Folder, Graph, Limits, RuleSet, compile};
use race::{Kindred, Race};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use turn::median;

/// How many builds of each kind stand behind a median.
const ROUNDS: usize = 15;

/// A rule folder, and what an edit does to the text of one rule.
struct Workload {
    name: String,
    folder: Folder,
    edit: fn(&str) -> Option<String>,
}

/// A rule of the race tests one more field.
fn one_more_test(rule: &str) -> Option<String> {
    let (before, after) = rule.split_once("  when ")?;
    Some(format!("{before}  when line is c1\n  and {after}"))
}

/// A rule has another title.
fn another_title(rule: &str) -> Option<String> {
    let (before, after) = rule.split_once("\" / \"")?;
    Some(format!("{before}（改）\" / \"{after}"))
}

fn workloads() -> Vec<Workload> {
    let race = [100, 1_000, 10_000].map(|rules| Workload {
        name: rules.to_string(),
        folder: Race::new(rules, 7, Kindred::Full).folder,
        edit: one_more_test,
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let real = Workload {
        name: "rulebook".to_string(),
        folder: Folder::open(&root, &Limits::default()).expect("the rules"),
        edit: another_title,
    };
    race.into_iter().chain([real]).collect()
}

impl Workload {
    /// The folder with one rule edited, another one for each number.
    fn edited(&self, number: usize) -> Folder {
        let mut rules = Vec::new();
        for (name, text) in self.folder.rules() {
            let starts = text.match_indices("\nrule ").map(|(at, _)| at + 1);
            rules.extend(starts.map(|at| (name, text, at)));
        }
        // Far apart from one another, in an order that is the same each time.
        let (name, text, at) = rules[number * 7_919 % rules.len()];
        let (before, rest) = text.split_at(at);
        let end = rest.find("\n\n").unwrap_or(rest.len());
        let (rule, after) = rest.split_at(end);
        let rule = (self.edit)(rule).expect("a rule that can be edited");
        let text = format!("{before}{rule}{after}");
        self.folder.clone().with_rules(name, text)
    }
}

/// The rules, their graph and their engine.
struct Built {
    rules: Arc<RuleSet>,
    graph: Graph,
    engine: Engine,
}

/// A build and how long its parts took, in milliseconds: text to rules, graph, engine.
fn build(
    checked: impl FnOnce() -> Option<Arc<RuleSet>>,
    before: Option<&Graph>,
) -> (Built, [f64; 3]) {
    let milliseconds = |since: Instant| since.elapsed().as_secs_f64() * 1e3;
    let start = Instant::now();
    let rules = checked().expect("the rules");
    let check = milliseconds(start);
    let start = Instant::now();
    let graph = match before {
        Some(before) => before.rebuild(&rules, Options::default()),
        None => Graph::build(&rules, Options::default()),
    };
    let graph = graph.expect("a graph");
    let made = milliseconds(start);
    let start = Instant::now();
    let engine = Engine::from(&graph);
    let engine_made = milliseconds(start);
    let built = Built {
        rules,
        graph,
        engine,
    };
    (built, [check, made, engine_made])
}

/// What builds of one kind took, in milliseconds: the median of each part and of the sum, and the
/// least sum, which other work on the machine moves the least.
struct Taken {
    parts: [f64; 3],
    all: f64,
    least: f64,
}

impl Taken {
    fn of(times: &[[f64; 3]]) -> Taken {
        let middle =
            |of: &dyn Fn(&[f64; 3]) -> f64| median(&mut times.iter().map(of).collect::<Vec<_>>());
        let sum = |parts: &[f64; 3]| parts.iter().sum::<f64>();
        Taken {
            parts: [middle(&|t| t[0]), middle(&|t| t[1]), middle(&|t| t[2])],
            all: middle(&sum),
            least: times.iter().map(sum).fold(f64::INFINITY, f64::min),
        }
    }
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ([check, graph, engine], all, least) = (self.parts, self.all, self.least);
        write!(
            f,
            "{all:.1} ms (text to rules {check:.1}, graph {graph:.1}, engine {engine:.1}; at \
             least {least:.1})"
        )
    }
}

/// Builds in turns: the edited folder as a whole, and with what is known from the edit before.
fn ratio(work: &Workload) -> (Taken, Taken) {
    let limits = Limits::default();
    let mut compiler = Compiler::default();
    let (first, _) = build(|| compiler.compile(&work.folder, &limits).rules, None);
    let mut before = first.graph;
    let (mut full, mut after) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let folder = work.edited(round);
        let (whole, times) = build(|| compile(&folder, &limits).rules, None);
        full.push(times);
        let edited = || compiler.compile(&folder, &limits).rules;
        let (edited, times) = build(edited, Some(&before));
        after.push(times);
        assert_eq!(whole.rules, edited.rules, "round {round}");
        assert_eq!(whole.graph.stats(), edited.graph.stats(), "round {round}");
        assert_eq!(whole.engine.bytes(), edited.engine.bytes(), "round {round}");
        before = edited.graph;
    }
    (Taken::of(&full), Taken::of(&after))
}

fn compiling(criterion: &mut Criterion) {
    for work in workloads() {
        let (full, after) = ratio(&work);
        println!(
            "compile {}: {full}; after an edit of one rule {after}, ratio {:.1}",
            work.name,
            full.all / after.all,
        );
        if std::env::var_os("RATIOS_ONLY").is_none() {
            timed(criterion, &work);
        }
    }
}

/// Criterion's own times of the two.
fn timed(criterion: &mut Criterion, work: &Workload) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("compile");
    group
        .measurement_time(Duration::from_secs(5))
        .sample_size(10);
    let mut round = 0;
    let mut next = || {
        round += 1;
        work.edited(round)
    };
    group.bench_function(format!("compile/{}", work.name), |bench| {
        let whole = |folder: Folder| black_box(build(|| compile(&folder, &limits).rules, None));
        bench.iter_batched(&mut next, whole, BatchSize::PerIteration);
    });
    let mut compiler = Compiler::default();
    let (first, _) = build(|| compiler.compile(&work.folder, &limits).rules, None);
    group.bench_function(format!("recompile after one edit/{}", work.name), |bench| {
        let edited = |folder: Folder| {
            let edited = || compiler.compile(&folder, &limits).rules;
            black_box(build(edited, Some(&first.graph)))
        };
        bench.iter_batched(&mut next, edited, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, compiling);
criterion_main!(benches);
