//! What each rule and each condition costs and does on the sample.

use super::sample::Sample;
use crate::check::dump::condition;
use crate::check::rules::{Cond, Expr, Message, Rule, RuleId, RuleSet, Sure};
use crate::engine::{Engine, Scratch};
use crate::facts::Facts;
use crate::graph::{Graph, Options};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::reference::{Here, Reference, Scene};
use crate::verdict::judgement::{Duty, Fired, Interval};
use indicatif::ProgressBar;
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Declarations on which rules are left out and edits tried.
const TRIED_ON: usize = 400;
/// Elements on which a condition is timed.
const ELEMENTS: usize = 600;
/// The most rules that are left out one by one; of more, those whose conditions take longest.
const LEFT_OUT: usize = 500;

/// What costs are measured on.
pub(super) struct Ground<'a> {
    pub(super) rules: &'a Arc<RuleSet>,
    pub(super) trust: Sure,
    pub(super) sample: &'a Sample,
    pub(super) threads: usize,
}

/// A rule on the sample.
#[derive(Debug, Clone)]
pub(super) struct RuleCost {
    pub(super) rule: RuleId,
    /// Declarations for which it fires, or may fire; those of the whole sample.
    pub(super) fires: u64,
    pub(super) open: u64,
    /// Of those that rules are tried on: the declarations for which it is in force and in scope.
    pub(super) asked: u64,
    /// The steps of a thousand declarations that judging takes less without it; none where it was
    /// not left out.
    pub(super) steps: Option<i64>,
}

/// A part of a rule's condition on the sample.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) rule: RuleId,
    /// Its place among the parts of the condition.
    pub(super) at: usize,
    pub(super) text: String,
    /// Whether it looks something up in a list beside the rules.
    pub(super) looks_up: bool,
    /// The elements for which the rule is in force and in scope, and how many of them it is true,
    /// false and undetermined for.
    pub(super) asked: u64,
    pub(super) truths: [u64; 3],
    /// The elements for which it alone is not true.
    pub(super) decides: u64,
    /// What the plain evaluator takes for one element.
    pub(super) nanos: f64,
}

/// A condition, wherever it stands.
#[derive(Debug, Clone)]
pub(super) struct Predicate {
    pub(super) text: String,
    pub(super) rules: Vec<RuleId>,
    pub(super) asked: u64,
    pub(super) truths: [u64; 3],
    /// What the plain evaluator takes for it, for each declaration.
    pub(super) nanos: f64,
}

pub(super) struct Costs {
    pub(super) all: Arc<RuleSet>,
    /// Those that cost most first.
    pub(super) rules: Vec<RuleCost>,
    pub(super) parts: Vec<Part>,
    /// Those that cost most first.
    pub(super) predicates: Vec<Predicate>,
    /// The declarations that rules are tried on.
    pub(super) declarations: u64,
    /// All that were judged.
    pub(super) sample: u64,
    /// The steps of judging a thousand of them, and what they come to.
    pub(super) base: Tried,
}

/// What judging came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) steps: u64,
    pub(super) told: Vec<Told>,
}

/// What is compared of a judgement.
pub(super) type Told = (Interval, Vec<Fired>, Vec<Duty>);

pub(super) fn measure(ground: &Ground<'_>, engine: &Engine, progress: &ProgressBar) -> Costs {
    let some = ground.sample.some(TRIED_ON);
    let base = tried(engine, &some);
    let mut rules = hits(ground, engine);
    let mut parts = Vec::new();
    let reference = Reference::new(ground.rules, ground.trust);
    for cost in &mut rules {
        if let Some(rule) = ground.rules.rule(cost.rule) {
            let asked = parts_of(ground, &reference, (cost.rule, rule), &some, &mut parts);
            cost.asked = asked;
        }
    }
    leave_out(ground, &mut rules, &parts, &some, &base, progress);
    rules.sort_by_key(|cost| std::cmp::Reverse((cost.steps, cost.fires, cost.rule)));
    Costs {
        all: Arc::clone(ground.rules),
        predicates: predicates(&parts, some.len()),
        declarations: some.len() as u64,
        sample: ground.sample.declarations.len() as u64,
        rules,
        parts,
        base,
    }
}

/// Judges declarations: the steps of a thousand, and what it comes to.
pub(super) fn tried(engine: &Engine, some: &[&(Facts, Day)]) -> Tried {
    let (mut steps, mut scratch) = (0u64, Scratch::default());
    let mut told = Vec::with_capacity(some.len());
    for (facts, day) in some {
        let judgement = engine.judge(facts, *day, &mut scratch);
        told.push((
            judgement.counted,
            judgement.fired.clone(),
            judgement.duties.clone(),
        ));
        steps += scratch.steps();
    }
    Tried {
        steps: steps * 1_000 / (some.len() as u64).max(1),
        told,
    }
}

/// The same by other rules; none where their graph cannot be built.
pub(super) fn tried_with(
    ground: &Ground<'_>,
    rules: RuleSet,
    some: &[&(Facts, Day)],
) -> Option<Tried> {
    let options = Options {
        trust: ground.trust,
        ..Options::default()
    };
    let graph = Graph::build(&Arc::new(rules), options).ok()?;
    Some(tried(&Engine::from(&graph), some))
}

/// How often each rule fires, in the pilots' worlds and in shadow too.
fn hits(ground: &Ground<'_>, engine: &Engine) -> Vec<RuleCost> {
    let all = (0..).map(RuleId).take(ground.rules.rules.len());
    let mut costs: Vec<RuleCost> = all
        .map(|rule| RuleCost {
            rule,
            fires: 0,
            open: 0,
            asked: 0,
            steps: None,
        })
        .collect();
    let mut scratch = Scratch::default();
    for (facts, day) in &ground.sample.declarations {
        let judgement = engine.judge(facts, *day, &mut scratch);
        let mut best: BTreeMap<RuleId, Truth> = BTreeMap::new();
        let pilots = judgement.pilots.iter().flat_map(|pilot| &pilot.fired);
        for fired in judgement
            .fired
            .iter()
            .chain(&judgement.shadow)
            .chain(pilots)
        {
            let known = best.entry(fired.rule).or_insert(fired.truth);
            *known = known.or(fired.truth);
        }
        for (rule, truth) in best {
            if let Some(cost) = costs.get_mut(rule.0 as usize) {
                match truth {
                    Truth::True => cost.fires += 1,
                    _ => cost.open += 1,
                }
            }
        }
    }
    costs
}

/// The parts of a condition, of which all have to hold.
pub(super) fn all_of(when: &Cond) -> &[Cond] {
    match when {
        Cond::And(parts) => parts,
        Cond::Always => &[],
        one => std::slice::from_ref(one),
    }
}

/// Measures the parts of a rule's condition; says for how many declarations it is asked for.
fn parts_of(
    ground: &Ground<'_>,
    reference: &Reference<'_>,
    (id, rule): (RuleId, &Rule),
    some: &[&(Facts, Day)],
    into: &mut Vec<Part>,
) -> u64 {
    let (mut asked, mut elements): (u64, Vec<(Scene<'_>, Here)>) = (0, Vec::new());
    for (facts, day) in some {
        let scene = reference.scene(facts, *day);
        let whole = Here::default();
        let applies = |cond: &Cond| scene.truth(cond, &whole).possible();
        if !(applies(&rule.in_force) && applies(&rule.scope)) {
            continue;
        }
        asked += 1;
        if elements.len() < ELEMENTS {
            let instances = scene.instances(&rule.each).into_iter();
            elements.extend(instances.map(|instance| (scene, instance.here)));
        }
    }
    let parts = all_of(&rule.when);
    let truths: Vec<Vec<Truth>> = parts
        .iter()
        .map(|part| {
            elements
                .iter()
                .map(|(scene, here)| scene.truth(part, here))
                .collect()
        })
        .collect();
    for (at, part) in parts.iter().enumerate() {
        let start = Instant::now();
        for (scene, here) in &elements {
            black_box(scene.truth(part, here));
        }
        let took = start.elapsed().as_nanos() as f64;
        let own: &[Truth] = truths.get(at).map_or(&[], Vec::as_slice);
        let count = |truth: Truth| own.iter().filter(|one| **one == truth).count() as u64;
        let alone = |place: usize| {
            let others = truths.iter().enumerate().filter(|(other, _)| *other != at);
            let mut others = others.filter_map(|(_, truths)| truths.get(place));
            others.all(|truth| truth.possible())
        };
        let open_at = own.iter().enumerate().filter(|(_, t)| **t != Truth::True);
        let (number, decides) = (elements.len(), open_at.filter(|(p, _)| alone(*p)).count());
        into.push(Part {
            rule: id,
            at,
            text: condition(ground.rules, &rule.each, part),
            looks_up: looks_up(part),
            asked: number as u64,
            truths: [
                count(Truth::True),
                count(Truth::False),
                count(Truth::Unknown),
            ],
            decides: decides as u64,
            nanos: took / (number.max(1)) as f64,
        });
    }
    asked
}

/// Whether a condition looks something up in a list beside the rules.
fn looks_up(cond: &Cond) -> bool {
    let value = |expr: &Expr| matches!(expr, Expr::Lookup { .. });
    match cond {
        Cond::InList { .. } => true,
        Cond::And(all) | Cond::Or(all) => all.iter().any(looks_up),
        Cond::Not(inner) => looks_up(inner),
        Cond::Quantified { body, .. } => looks_up(body),
        Cond::Compare(_, left, right) => value(left) || value(right),
        Cond::IsNone(expr) | Cond::Flag(expr) => value(expr),
        _ => false,
    }
}

/// Conditions by content: the same one in several rules is one, and the engine works it out once.
fn predicates(parts: &[Part], declarations: usize) -> Vec<Predicate> {
    let mut by_text: BTreeMap<&str, Predicate> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.asked > 0) {
        let all = part.nanos * part.asked as f64 / declarations.max(1) as f64;
        let known = by_text.entry(&part.text).or_insert_with(|| Predicate {
            text: part.text.clone(),
            rules: Vec::new(),
            asked: 0,
            truths: [0; 3],
            nanos: 0.0,
        });
        known.rules.push(part.rule);
        known.asked += part.asked;
        for (sum, one) in known.truths.iter_mut().zip(part.truths) {
            *sum += one;
        }
        known.nanos += all;
    }
    let mut all: Vec<Predicate> = by_text.into_values().collect();
    all.sort_by(|a, b| b.nanos.total_cmp(&a.nanos));
    all
}

/// Builds the rules without each rule, and counts the steps again.
fn leave_out(
    ground: &Ground<'_>,
    costs: &mut [RuleCost],
    parts: &[Part],
    some: &[&(Facts, Day)],
    base: &Tried,
    progress: &ProgressBar,
) {
    let mut weights: BTreeMap<RuleId, f64> = BTreeMap::new();
    for part in parts {
        *weights.entry(part.rule).or_default() += part.nanos * part.asked as f64;
    }
    let mut order: Vec<RuleId> = costs.iter().map(|cost| cost.rule).collect();
    let weight = |rule: &RuleId| weights.get(rule).copied().unwrap_or(0.0);
    order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    order.truncate(LEFT_OUT);
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..ground.threads.max(1) {
            scope.spawn(|| {
                while let Some(rule) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let without = tried_with(ground, without(ground.rules, *rule), some);
                    progress.inc(1);
                    let Some(without) = without else { continue };
                    if let Ok(mut found) = found.lock() {
                        found.insert(*rule, saved(base, &without));
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap_or_default();
    for cost in costs {
        cost.steps = found.get(&cost.rule).copied();
    }
}

/// The steps of a thousand declarations that are saved.
pub(super) fn saved(before: &Tried, after: &Tried) -> i64 {
    let signed = |steps: u64| i64::try_from(steps).unwrap_or(i64::MAX);
    signed(before.steps) - signed(after.steps)
}

/// The rules with one of them silent, so that the others keep their numbers.
fn without(rules: &RuleSet, silent: RuleId) -> RuleSet {
    let mut rules = rules.clone();
    if let Some(rule) = rules.rules.get_mut(silent.0 as usize) {
        rule.over = Vec::new();
        rule.in_force = Cond::Always;
        rule.scope = Cond::Or(Vec::new());
        rule.when = Cond::Always;
        rule.unless = None;
        rule.outcome = None;
        rule.requires = Vec::new();
        rule.waives = Vec::new();
        rule.message = Message::default();
    }
    rules
}

/// The rules that no declaration of the sample is in the period of.
pub(super) fn never_in_force(ground: &Ground<'_>) -> BTreeSet<RuleId> {
    let reference = Reference::new(ground.rules, ground.trust);
    let mut never: BTreeSet<RuleId> = (0..).map(RuleId).take(ground.rules.rules.len()).collect();
    for (facts, day) in &ground.sample.declarations {
        let scene = reference.scene(facts, *day);
        never.retain(|id| {
            let rule = ground.rules.rule(*id);
            rule.is_some_and(|rule| scene.truth(&rule.in_force, &Here::default()) == Truth::False)
        });
        if never.is_empty() {
            break;
        }
    }
    never
}
