//! What scenarios show of the rules: worked out by trying them, not from their names.

use super::boundary::{Answer, answers};
use super::unit::Unit;
use crate::check::rules::{RuleId, RuleSet, RuleState};
use crate::check::scenario::{ChangedTo, Expected, Scenario};
use crate::folder::Folder;
use crate::ground::limits::Limits;
use crate::ground::truth::Truth;
use crate::reference::Reference;
use crate::reference::fires::Trial;
use crate::reference::judge::pilots;
use crate::reference::missing::Settling;
use crate::reference::scene::prefix;
use crate::scenario::{Runner, Tried};
use crate::verdict::judgement::Element;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one scenario shows of one rule as written.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Whether it fires: surely for some element, or possibly.
    pub fires: Option<Truth>,
    /// Whether it is in force and in scope for some element, or its author expects that it does
    /// not fire.
    pub looked_at: bool,
    /// Whether it is open for want of a fact that the scenario takes out.
    pub waits: bool,
    /// Whether its own exception holds where it would fire otherwise.
    pub excepted: bool,
    /// The rules that excuse it where it would fire otherwise.
    pub excused_by: BTreeSet<RuleId>,
    /// By part whether it fires, and how its comparisons come out.
    parts: Vec<(Truth, Vec<Vec<Answer>>)>,
}

/// A scenario as it was tried, rule by rule; nothing where it could not be judged.
pub type Tries = Vec<Option<Vec<Seen>>>;

/// Tries every scenario on every rule.
pub fn tried(
    rules: &Arc<RuleSet>,
    units: &[Unit],
    scenarios: &[Scenario],
    folder: &Folder,
    limits: Limits,
) -> Tries {
    let mut runner = Runner::new(rules, folder, limits);
    let one = |scenario: &Scenario| {
        let tried = runner.tried(scenario).ok()?;
        Some(of_one(&tried, units, scenario))
    };
    scenarios.iter().map(one).collect()
}

fn of_one(tried: &Tried, units: &[Unit], scenario: &Scenario) -> Vec<Seen> {
    let reference = Reference::new(&tried.rules, tried.trust);
    let trial = reference.trial(&tried.facts, tried.day);
    let world = trial.world(pilots(&trial, true));
    let fired = trial.fired(&world).into_iter();
    let found: BTreeMap<(RuleId, Element), Truth> = fired
        .chain(trial.shadow(&world))
        .map(|fired| ((fired.rule, fired.element), fired.truth))
        .collect();
    // Only a fact that is taken out can be missing on purpose.
    let settling = match scenario.without.is_empty() {
        true => Settling::new(),
        false => trial.settling_all(&world),
    };
    let page = Page {
        trial: &trial,
        settling: &settling,
        found: &found,
        scenario,
    };
    units.iter().map(|unit| page.unit(unit)).collect()
}

struct Page<'p, 'a> {
    trial: &'p Trial<'a>,
    settling: &'p Settling,
    found: &'p BTreeMap<(RuleId, Element), Truth>,
    scenario: &'p Scenario,
}

impl Page<'_, '_> {
    fn unit(&self, unit: &Unit) -> Seen {
        let mut seen = Seen::default();
        for id in &unit.parts {
            self.part(unit, *id, &mut seen);
        }
        let surest = seen.parts.iter().map(|(truth, _)| *truth).max();
        seen.fires = surest.filter(|truth| truth.possible());
        let mut expected = self
            .scenario
            .expectations
            .iter()
            .map(|(expected, _)| expected);
        seen.looked_at |= expected.any(|expected| match expected {
            Expected::Rule(RuleState::Not, id) => self.names(id, unit),
            _ => false,
        });
        seen
    }

    /// Whether an identifier in a scenario is that of a rule, of its whole, or of a part of it.
    fn names(&self, id: &str, unit: &Unit) -> bool {
        let rules = self.trial.scene.rules;
        let mut parts = unit.parts.iter().filter_map(|part| rules.rule(*part));
        let whole = unit.id.strip_prefix(id);
        whole.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            || parts.any(|rule| rule.id == id)
    }

    fn part(&self, unit: &Unit, id: RuleId, seen: &mut Seen) {
        let trial = self.trial;
        let Some(rule) = trial.scene.rules.rule(id) else {
            return;
        };
        let instances = trial.instances(&rule.each);
        let mut fires = Truth::False;
        for instance in instances {
            let (here, element) = (&instance.here, instance.element);
            let truth = self.found.get(&(id, element)).copied();
            let truth = truth.unwrap_or(Truth::False);
            fires = fires.or(truth);
            let holds = |condition| trial.scene.truth(condition, here).certain();
            let in_scope = instance.certain && holds(&rule.in_force) && holds(&rule.scope);
            seen.looked_at |= in_scope;
            let unless = rule.unless.as_ref().is_some_and(holds);
            seen.excepted |= in_scope && unless && holds(&rule.when);
            if trial.applies_to(id, element).certain() {
                seen.excused_by.extend(self.excusers(id, element));
            }
            seen.waits |= truth == Truth::Unknown && self.waits(id, element);
        }
        let elements: Vec<_> = instances.iter().map(|i| i.here.clone()).collect();
        let answers = answers(&trial.scene, rule, &elements, &unit.ordered);
        seen.parts.push((fires, answers));
    }

    /// The rules over this one that certainly fire for the element, whether or not they are sure
    /// enough to decide.
    fn excusers(&self, id: RuleId, element: Element) -> Vec<RuleId> {
        let fires = |over: &&RuleId| {
            let found = self.trial.scene.rules.rule(**over);
            let steps = found.map_or(0, |rule| rule.each.len());
            let at = (**over, prefix(element, steps));
            self.found.get(&at).is_some_and(|truth| truth.certain())
        };
        let over = self.trial.excusers(id).iter();
        over.filter(fires).copied().collect()
    }

    /// Whether a fact that would settle the rule is one that the scenario takes out.
    fn waits(&self, id: RuleId, element: Element) -> bool {
        let facts = self.settling.get(&(id, element)).into_iter().flatten();
        facts.into_iter().any(|fact| {
            let (path, _) = self.trial.scene.fact_path(*fact);
            let mut taken = self.scenario.without.iter().map(|(taken, _)| taken);
            taken.any(|taken| within(&path, taken) || within(taken, &path))
        })
    }
}

/// For each unit and each of its comparisons two scenarios, by number, that lie on its two sides:
/// on the same declaration, with one value changed, the rule fires in one and not in the other,
/// the comparison comes out differently, and one of the two is on the limit itself.
pub fn boundaries(
    units: &[Unit],
    scenarios: &[Scenario],
    tries: &Tries,
) -> Vec<Vec<Option<(usize, usize)>>> {
    let none = |unit: &Unit| vec![None; unit.ordered.len()];
    let mut shown: Vec<Vec<Option<(usize, usize)>>> = units.iter().map(none).collect();
    let tried: Vec<(usize, &Scenario, &Vec<Seen>)> = scenarios
        .iter()
        .zip(tries)
        .enumerate()
        .filter_map(|(at, (scenario, seen))| Some((at, scenario, seen.as_ref()?)))
        .collect();
    for (number, (at, one, seen)) in tried.iter().enumerate() {
        for (other_at, other, other_seen) in tried.iter().skip(number + 1) {
            if !one_value_apart(one, other) {
                continue;
            }
            for ((a, b), shown) in seen.iter().zip(other_seen.iter()).zip(&mut shown) {
                for (comparison, pair) in shown.iter_mut().enumerate() {
                    if pair.is_none() && two_sides(a, b, comparison) {
                        *pair = Some((*at, *other_at));
                    }
                }
            }
        }
    }
    shown
}

/// Whether some part of the rule fires in one and not in the other, and a comparison turns, one of
/// the two being on its limit.
fn two_sides(a: &Seen, b: &Seen, comparison: usize) -> bool {
    let mut parts = a.parts.iter().zip(&b.parts);
    parts.any(|((fires, answers), (other, other_answers))| {
        let one = answers.get(comparison).map_or(&[][..], Vec::as_slice);
        let two = other_answers.get(comparison).map_or(&[][..], Vec::as_slice);
        let turned = one.iter().map(|a| a.truth).ne(two.iter().map(|a| a.truth));
        let on_limit = one.iter().chain(two).any(|answer| answer.on_limit);
        let both = [*fires, *other];
        let apart = both == [Truth::True, Truth::False] || both == [Truth::False, Truth::True];
        on_limit && turned && apart
    })
}

/// Whether two scenarios begin with one declaration and differ in one value, be it the day they
/// are judged on. At which level of trust they are looked at does not count: whether a rule fires
/// does not depend on whether it decides.
fn one_value_apart(a: &Scenario, b: &Scenario) -> bool {
    let same = (&a.file, &a.id, a.pilot) == (&b.file, &b.id, b.pilot);
    if !same || taken(a) != taken(b) {
        return false;
    }
    let (values, others) = (values(a), values(b));
    let paths: BTreeSet<&str> = values.keys().chain(others.keys()).copied().collect();
    let mut differ = paths
        .iter()
        .filter(|path| values.get(*path) != others.get(*path))
        .count();
    differ += usize::from(a.as_of != b.as_of);
    differ == 1
}

fn taken(scenario: &Scenario) -> BTreeSet<&str> {
    let without = scenario.without.iter();
    without.map(|(path, _)| path.as_str()).collect()
}

fn values(scenario: &Scenario) -> BTreeMap<&str, &ChangedTo> {
    let changes = scenario.changes.iter();
    changes.map(|c| (c.path.as_str(), &c.given)).collect()
}

/// Whether a path is another or lies in it: `items[1].total` in `items` and in `items[1]`.
fn within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
