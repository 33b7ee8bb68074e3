//! The scenarios of a rule folder with their verdicts, worked out when the book is written: the
//! engine judges, and what its authors expect is compared as `kakou test` compares it.

use super::entries::Entries;
use crate::check::Compiled;
use crate::check::rules::{PilotId, RuleId, RuleSet, Sure};
use crate::check::scenario::{Expected, Scenario};
use crate::engine::{Engine, Scratch};
use crate::facts::Facts;
use crate::folder::Folder;
use crate::graph::{Graph, Options};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::truth::Truth;
use crate::scenario::{Runner, USUAL_TRUST, counting};
use crate::verdict::Verdict;
use crate::verdict::judgement::{Fired, Judgement};
use crate::verdict::render::render;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a scenario says of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// It fires.
    Fires,
    /// It may fire.
    Undetermined,
    /// It fires in shadow.
    Shadow,
    /// It may fire in shadow.
    ShadowUndetermined,
}

/// A scenario and what came out.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) scenario: &'a Scenario,
    /// Whether all that was expected came out.
    pub(super) passed: bool,
    /// The verdict; none where the scenario could not be judged.
    pub(super) verdict: Option<Verdict>,
    /// The rules that fire or may, each at its most certain; all others do not.
    pub(super) states: BTreeMap<RuleId, State>,
    /// The entries it belongs to.
    pub(super) entries: BTreeSet<usize>,
}

/// An engine for one level of trust and one pilot that counts.
struct Judge {
    rules: Arc<RuleSet>,
    engine: Engine,
}

/// Judges all scenarios.
pub(super) fn scenes<'a>(
    (folder, compiled, rules): (&Folder, &'a Compiled, &Arc<RuleSet>),
    entries: &Entries,
) -> Result<Vec<Scene<'a>>, Vec<Diagnostic>> {
    let limits = Limits::default();
    let mut runner = Runner::new(rules, folder, limits);
    let mut judges: BTreeMap<(Sure, Option<PilotId>), Judge> = BTreeMap::new();
    let mut scratch = Scratch::default();
    let mut all = Vec::new();
    for scenario in &compiled.scenarios {
        let trust = scenario.trust.unwrap_or(USUAL_TRUST);
        let key = (trust, scenario.pilot);
        if let std::collections::btree_map::Entry::Vacant(free) = judges.entry(key) {
            let rules = scenario
                .pilot
                .map_or_else(|| Arc::clone(rules), |pilot| counting(rules, pilot));
            let options = Options {
                trust,
                limits,
                ..Options::default()
            };
            let engine = Engine::from(&Graph::build(&rules, options)?);
            free.insert(Judge { rules, engine });
        }
        let outcome = runner.run(scenario);
        let judged = judges
            .get(&key)
            .zip(outcome.facts.as_ref())
            .and_then(|(judge, facts)| {
                let day = scenario.as_of.or_else(|| facts.as_of(&rules.schema))?;
                let judgement = judge.engine.judge(facts, day, &mut scratch);
                Some((
                    verdict(&judge.rules, facts, judgement, trust),
                    states(judgement),
                ))
            });
        let (verdict, states) = judged.unzip();
        all.push(Scene {
            scenario,
            // The engine must say what the meaning says, or nothing passes.
            passed: outcome.passed && outcome.verdict == verdict,
            verdict,
            states: states.unwrap_or_default(),
            entries: belongs(scenario, entries),
        });
    }
    Ok(all)
}

/// The verdict with all that is undetermined in it, as scenarios are compared.
fn verdict(rules: &RuleSet, facts: &Facts, judgement: &Judgement, trust: Sure) -> Verdict {
    let all = Limits {
        undetermined: usize::MAX,
        ..Limits::default()
    };
    render(rules, facts, judgement, trust, &all)
}

fn states(judgement: &Judgement) -> BTreeMap<RuleId, State> {
    let mut states: BTreeMap<RuleId, State> = BTreeMap::new();
    let mut note = |fired: &[Fired], certain: State, open: State| {
        for one in fired {
            let state = if one.truth == Truth::True {
                certain
            } else {
                open
            };
            let known = states.entry(one.rule).or_insert(state);
            *known = (*known).min(state);
        }
    };
    note(&judgement.fired, State::Fires, State::Undetermined);
    note(&judgement.shadow, State::Shadow, State::ShadowUndetermined);
    states
}

/// The entries of the rules that a scenario names: in what it expects, or first in its title.
fn belongs(scenario: &Scenario, entries: &Entries) -> BTreeSet<usize> {
    let expected = scenario
        .expectations
        .iter()
        .filter_map(|(expected, _)| match expected {
            Expected::Rule(_, name) => entries.named(name),
            _ => None,
        });
    let titles = [&scenario.labels.zh, &scenario.labels.en]
        .into_iter()
        .flatten();
    let first = titles.filter_map(|title| entries.named(title.split_whitespace().next()?));
    expected.chain(first).collect()
}
