//! What is required for which element, whether it is waived and met, how several requirements of
//! a kind combine, and what that does to the interval of outcomes.

use super::fires::{Trial, World};
use super::scene::{Here, prefix};
use crate::check::rules::{Combine, Each, Kind, KindId, ObligationState, Require, Rule, RuleId};
use crate::facts::eval::{Eval, Reason, comparable};
use crate::ground::truth::Truth;
use crate::schema::value::{DepartmentId, OutcomeId, Value};
use crate::verdict::judgement::{Duty, Element, Interval};
use std::collections::BTreeMap;

/// The argument of a requirement. What is unknown, none or only an interval is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Argument {
    /// The kind has none.
    Without,
    /// It is this.
    Known(Value),
    /// It is not known.
    NotKnown,
}

/// One requirement with the places that make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// What is reported.
    pub duty: Duty,
    /// Whether it is required and not waived.
    pub obliged: Truth,
    /// The rules that require it, each with the number of its requirement.
    pub requirers: Vec<(RuleId, usize)>,
}

/// The requirements of one kind for one element, combined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The lists and sets that the element is of: row 1 of two lists are two elements.
    pub each: Vec<Each>,
    /// The requirements that count, and the waived ones.
    pub owed: Vec<Owed>,
    /// What they do to the interval of outcomes.
    pub interval: Interval,
}

/// Rules that require the same.
#[derive(Debug, Default)]
struct Requirers {
    soft: Option<Truth>,
    firm: Option<Truth>,
    rules: Vec<(RuleId, usize)>,
}

type Key = (KindId, Vec<Each>, Element, Argument);

impl Trial<'_> {
    /// The requirements in a world, grouped by kind and element. For a department only its rules
    /// require; all rules waive.
    pub(crate) fn duties(&self, world: &World, department: Option<DepartmentId>) -> Vec<Group> {
        let mut groups: BTreeMap<(KindId, Vec<Each>, Element), Vec<Owed>> = BTreeMap::new();
        for (key, requirers) in self.required(world, department) {
            let owed = self.owed(world, &key, requirers);
            let (kind, each, element, _) = key;
            groups.entry((kind, each, element)).or_default().push(owed);
        }
        let combined = groups.into_iter().filter_map(|((kind, each, _), owed)| {
            let kind = self.scene.rules.kind(kind)?;
            let (owed, interval) = combine(kind, self.scene.schema().missing, owed);
            Some(Group {
                each,
                owed,
                interval,
            })
        });
        combined.collect()
    }

    fn required(
        &self,
        world: &World,
        department: Option<DepartmentId>,
    ) -> BTreeMap<Key, Requirers> {
        let mut all: BTreeMap<Key, Requirers> = BTreeMap::new();
        for (id, rule) in self.rules() {
            if department.is_some_and(|d| !rule.departments.contains(&d)) {
                continue;
            }
            for instance in self.elements(id) {
                let fires = self.fires(world, id, instance.element);
                if !fires.possible() {
                    continue;
                }
                for (number, require) in rule.requires.iter().enumerate() {
                    let argument = self.argument(require, &instance.here);
                    let key = (require.kind, rule.each.clone(), instance.element, argument);
                    let requirers = all.entry(key).or_default();
                    let side = if require.firmly {
                        &mut requirers.firm
                    } else {
                        &mut requirers.soft
                    };
                    *side = Some(side.map_or(fires, |truth| truth.or(fires)));
                    requirers.rules.push((id, number));
                }
            }
        }
        all
    }

    /// The argument that a requirement has for an element.
    pub(crate) fn argument(&self, require: &Require, here: &Here) -> Argument {
        match require
            .argument
            .as_ref()
            .map(|expr| self.scene.value(expr, here))
        {
            None => Argument::Without,
            Some(Eval::Value(value)) => Argument::Known(value),
            Some(_) => Argument::NotKnown,
        }
    }

    fn owed(&self, world: &World, key: &Key, requirers: Requirers) -> Owed {
        let (kind, each, element, argument) = key;
        let waivers = self.waivers(world, *kind, each, *element, argument);
        let waived = waivers
            .iter()
            .fold(Truth::False, |truth, (_, w)| truth.or(*w));
        let soft = requirers.soft.unwrap_or(Truth::False);
        let firm = requirers.firm.unwrap_or(Truth::False);
        let obliged = firm.or(soft.and(waived.not()));
        let met = match self
            .scene
            .rules
            .kind(*kind)
            .and_then(|kind| kind.met.as_ref())
        {
            Some(met) => self
                .scene
                .truth(met, &Here::default().with_it(it(argument))),
            None => Truth::False,
        };
        let state = match (obliged, met) {
            (Truth::False, _) => ObligationState::Waived,
            (_, Truth::True) => ObligationState::Met,
            (Truth::True, Truth::False) => ObligationState::Unmet,
            _ => ObligationState::Undetermined,
        };
        let mut rules: Vec<RuleId> = requirers.rules.iter().map(|(rule, _)| *rule).collect();
        rules.dedup();
        let duty = Duty {
            kind: *kind,
            element: *element,
            argument: known(argument).cloned(),
            argument_known: *argument != Argument::NotKnown,
            required: if obliged.possible() {
                obliged
            } else {
                firm.or(soft)
            },
            firmly: firm.possible(),
            met,
            waived,
            state,
            rules,
            waived_by: waivers.into_iter().map(|(rule, _)| rule).collect(),
        };
        Owed {
            duty,
            obliged,
            requirers: requirers.rules,
        }
    }

    /// The rules that waive such a requirement, certainly or possibly, in their order.
    pub(crate) fn waivers(
        &self,
        world: &World,
        kind: KindId,
        each: &[Each],
        element: Element,
        argument: &Argument,
    ) -> Vec<(RuleId, Truth)> {
        let waives = |(id, rule): (RuleId, &Rule)| {
            let truth = self.waives(world, (id, rule), kind, each, element, argument);
            truth.possible().then_some((id, truth))
        };
        self.rules().filter_map(waives).collect()
    }

    /// Whether a rule waives it: it fires for the element, or for what the element is part of,
    /// and its condition holds of the argument.
    fn waives(
        &self,
        world: &World,
        (id, rule): (RuleId, &Rule),
        kind: KindId,
        each: &[Each],
        element: Element,
        argument: &Argument,
    ) -> Truth {
        if !rule.waives.iter().any(|waive| waive.kind == kind) || !each.starts_with(&rule.each) {
            return Truth::False;
        }
        let part = prefix(element, rule.each.len());
        let Some(instance) = self.instance(rule, part) else {
            return Truth::False;
        };
        let here = instance.here.with_it(it(argument));
        let ours = rule.waives.iter().filter(|waive| waive.kind == kind);
        let holds = ours.fold(Truth::False, |truth, waive| {
            truth.or(waive
                .condition
                .as_ref()
                .map_or(Truth::True, |c| self.scene.truth(c, &here)))
        });
        self.fires(world, id, part).and(holds)
    }
}

/// What `it` is in a condition on the argument.
pub fn it(argument: &Argument) -> Eval {
    match argument {
        Argument::Known(value) => Eval::Value(value.clone()),
        Argument::Without | Argument::NotKnown => Eval::Unknown(Reason::NotGiven),
    }
}

fn known(argument: &Argument) -> Option<&Value> {
    match argument {
        Argument::Known(value) => Some(value),
        Argument::Without | Argument::NotKnown => None,
    }
}

/// Worsens an interval by an outcome that certainly or possibly counts.
pub fn raise(interval: &mut Interval, truth: Truth, outcome: OutcomeId) {
    if truth.certain() {
        interval.low = interval.low.max(outcome);
    }
    if truth.possible() {
        interval.high = interval.high.max(outcome);
    }
}

/// Combines the requirements of one kind for one element: which of them count, and what they do
/// to the interval.
fn combine(kind: &Kind, missing: OutcomeId, owed: Vec<Owed>) -> (Vec<Owed>, Interval) {
    match kind.combine {
        Combine::All => {
            let interval = each_by_itself(&owed, kind.otherwise);
            (owed, interval)
        }
        Combine::Largest => one_counts(owed, kind.otherwise, |new, old| new > old),
        Combine::Earliest => one_counts(owed, kind.otherwise, |new, old| new < old),
        Combine::One => {
            let mut interval = each_by_itself(&owed, kind.otherwise);
            raise(&mut interval, contradiction(&owed), missing);
            (owed, interval)
        }
    }
}

/// Every requirement that is due and not met counts.
fn each_by_itself(owed: &[Owed], otherwise: OutcomeId) -> Interval {
    let mut interval = Interval::default();
    for one in owed {
        raise(
            &mut interval,
            one.obliged.and(one.duty.met.not()),
            otherwise,
        );
    }
    interval
}

/// Whether two different arguments are required at once. Those that are not known are one
/// requirement here but may turn out to be several.
fn contradiction(owed: &[Owed]) -> Truth {
    let count = |way: fn(&Owed) -> bool| owed.iter().filter(|one| way(one)).count();
    if count(|one| one.obliged.certain() && one.duty.argument_known) > 1 {
        return Truth::True;
    }
    let possible = count(|one| one.obliged.possible());
    let several =
        |one: &Owed| one.obliged.possible() && !one.duty.argument_known && one.requirers.len() > 1;
    if possible > 1 || owed.iter().any(several) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

/// Only the largest or earliest counts. Arguments that cannot be compared count each by itself;
/// where it is open whether they are required at all, only what holds either way is certain.
fn one_counts(
    owed: Vec<Owed>,
    otherwise: OutcomeId,
    beats: impl Fn(&Value, &Value) -> bool,
) -> (Vec<Owed>, Interval) {
    if all_comparable(&owed, Truth::possible) {
        return extreme(owed, otherwise, beats);
    }
    let mut interval = each_by_itself(&owed, otherwise);
    let mut due = owed.iter().filter(|one| one.obliged.possible());
    if all_comparable(&owed, Truth::certain) && !due.all(|one| one.duty.met == Truth::False) {
        interval.low = OutcomeId::default();
    }
    (owed, interval)
}

fn all_comparable(owed: &[Owed], way: fn(Truth) -> bool) -> bool {
    let mut due = owed.iter().filter(|one| way(one.obliged));
    let mut first = None;
    due.all(|one| match &one.duty.argument {
        Some(value) => comparable(first.get_or_insert(value), value),
        None => true,
    })
}

/// Only the requirement counts whose argument beats all others. Those that may turn out to be it
/// are kept: the best that is certainly required, the possibly required ones that beat it, and
/// those whose argument is not known.
fn extreme(
    owed: Vec<Owed>,
    otherwise: OutcomeId,
    beats: impl Fn(&Value, &Value) -> bool,
) -> (Vec<Owed>, Interval) {
    let mut best: Option<Value> = None;
    for one in owed.iter().filter(|one| one.obliged.certain()) {
        if let Some(value) = &one.duty.argument
            && best.as_ref().is_none_or(|old| beats(value, old))
        {
            best = Some(value.clone());
        }
    }
    let candidate = |one: &Owed| match (&one.duty.argument, &best) {
        (None, _) | (_, None) => true,
        (Some(value), Some(best)) => value == best || beats(value, best),
    };
    let kept: Vec<Owed> = owed
        .into_iter()
        .filter(|one| !one.obliged.possible() || candidate(one))
        .collect();
    let mut counting = kept.iter().filter(|one| one.obliged.possible()).peekable();
    let mut interval = Interval::default();
    if counting.peek().is_some() {
        let certain = kept.iter().any(|one| one.obliged.certain());
        let (mut all_unmet, mut all_met) = (true, true);
        for one in counting {
            all_unmet &= one.duty.met == Truth::False;
            all_met &= one.duty.met == Truth::True;
        }
        if certain && all_unmet {
            raise(&mut interval, Truth::True, otherwise);
        } else if !all_met {
            raise(&mut interval, Truth::Unknown, otherwise);
        }
    }
    (kept, interval)
}
