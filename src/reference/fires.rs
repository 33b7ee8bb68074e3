//! Which rules apply to which elements, and which fire in a world of pilots.

use super::scene::{Here, Instance, Scene, prefix};
use crate::check::rules::{Each, PilotId, Rule, RuleId, Sure};
use crate::ground::truth::Truth;
use crate::verdict::judgement::{Element, Fired};
use std::collections::{BTreeMap, BTreeSet};

/// Every rule applied to every element it judges. Worlds of pilots differ only in which rules
/// take part, so this is worked out once.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, verdict::judgement::Element};
/// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
/// let world = trial.world([]);
/// let (id, rule) = trial.rules().next().ok_or("no rule")?;
/// assert!(trial.takes_part(&world, rule));
/// assert!(trial.fires(&world, id, Element::default()).certain());
/// assert_eq!((trial.fired(&world).len(), trial.shadow(&world).len()), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Trial<'a> {
    /// The facts, the day and the rules.
    pub scene: Scene<'a>,
    /// The trust level.
    pub trust: Sure,
    instances: BTreeMap<&'a [Each], Vec<Instance>>,
    applies: BTreeMap<(RuleId, Element), Truth>,
    /// For each rule those that are over it.
    excusers: BTreeMap<RuleId, Vec<RuleId>>,
    /// All rules, each after those that are over it.
    order: Vec<RuleId>,
}

/// A world: the pilots that are in force in it, and what fires there.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, reference::World};
/// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
/// assert_ne!(trial.world([]), World::default()); // In the empty world nothing fires.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct World {
    pilots: BTreeSet<PilotId>,
    /// Whether each rule would fire did it take part; those that do take part excuse others.
    would: BTreeMap<(RuleId, Element), Truth>,
}

impl<'a> Trial<'a> {
    /// Applies every rule to every element.
    pub fn new(scene: Scene<'a>, trust: Sure) -> Trial<'a> {
        let mut trial = Trial {
            scene,
            trust,
            instances: BTreeMap::new(),
            applies: BTreeMap::new(),
            excusers: BTreeMap::new(),
            order: Vec::new(),
        };
        for (id, rule) in trial.rules() {
            let each = rule.each.as_slice();
            trial
                .instances
                .entry(each)
                .or_insert_with(|| scene.instances(each));
            for excused in &rule.over {
                trial.excusers.entry(*excused).or_default().push(id);
            }
            for instance in trial.instances.get(each).into_iter().flatten() {
                let truth = applies(scene, rule, instance);
                trial.applies.insert((id, instance.element), truth);
            }
        }
        trial.order = trial.in_order();
        trial
    }

    /// All rules with their numbers.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &'a Rule)> + use<'a> {
        let numbered = (0u32..).map(RuleId);
        numbered.zip(&self.scene.rules.rules)
    }

    /// The elements that rules with this `each` judge.
    pub fn instances(&self, each: &[Each]) -> &[Instance] {
        self.instances.get(each).map_or(&[], Vec::as_slice)
    }

    /// The element of a rule, for evaluation.
    pub(crate) fn instance(&self, rule: &Rule, element: Element) -> Option<&Instance> {
        // Rows and codes are in order, and so are the elements made of them.
        let all = self.instances(&rule.each);
        let at = all.binary_search_by_key(&element, |instance| instance.element);
        at.ok().and_then(|at| all.get(at))
    }

    /// `in force and scope and when and not unless` for one element, exceptions of other rules
    /// aside.
    pub(crate) fn applies(&self, rule: RuleId, element: Element) -> Truth {
        self.applies
            .get(&(rule, element))
            .copied()
            .unwrap_or(Truth::False)
    }

    /// The rules that are over a rule, sorted.
    pub(crate) fn excusers(&self, rule: RuleId) -> &[RuleId] {
        self.excusers.get(&rule).map_or(&[], Vec::as_slice)
    }

    /// All rules, each after those that are over it.
    pub(super) fn excusers_first(&self) -> &[RuleId] {
        &self.order
    }

    /// A rule decides in a world if it is as sure as the trust level asks, and its pilot, where it
    /// has one, is in force there.
    pub fn takes_part(&self, world: &World, rule: &Rule) -> bool {
        rule.sure <= self.trust && rule.pilot.is_none_or(|pilot| world.pilots.contains(&pilot))
    }

    /// The world with these pilots.
    pub fn world(&self, pilots: impl IntoIterator<Item = PilotId>) -> World {
        let mut world = World {
            pilots: pilots.into_iter().collect(),
            would: BTreeMap::new(),
        };
        for id in &self.order {
            let Some(rule) = self.scene.rules.rule(*id) else {
                continue;
            };
            for instance in self.instances(&rule.each) {
                let element = instance.element;
                let excused = self.excused(&world, *id, element);
                let truth = self.applies(*id, element).and(excused.not());
                world.would.insert((*id, element), truth);
            }
        }
        world
    }

    /// Whether a rule that takes part and is over this one fires for the element, or for what the
    /// element is part of.
    pub(crate) fn excused(&self, world: &World, rule: RuleId, element: Element) -> Truth {
        self.excusers(rule)
            .iter()
            .fold(Truth::False, |truth, over| {
                let steps = self
                    .scene
                    .rules
                    .rule(*over)
                    .map_or(0, |rule| rule.each.len());
                truth.or(self.fires(world, *over, prefix(element, steps)))
            })
    }

    /// Whether a rule fires for an element in a world: a rule that takes no part does not.
    pub fn fires(&self, world: &World, rule: RuleId, element: Element) -> Truth {
        match self.scene.rules.rule(rule) {
            Some(found) if self.takes_part(world, found) => self.would_fire(world, rule, element),
            _ => Truth::False,
        }
    }

    /// Whether a rule would fire did it take part.
    pub(crate) fn would_fire(&self, world: &World, rule: RuleId, element: Element) -> Truth {
        world
            .would
            .get(&(rule, element))
            .copied()
            .unwrap_or(Truth::False)
    }

    /// The rules that fire in a world, certainly or possibly, by rule and element.
    pub fn fired(&self, world: &World) -> Vec<Fired> {
        self.selected(world, |rule| self.takes_part(world, rule))
    }

    /// The rules less sure than the trust level that would fire, by rule and element. Rules of
    /// pilots in shadow are not among them.
    pub fn shadow(&self, world: &World) -> Vec<Fired> {
        self.selected(world, |rule| {
            rule.sure > self.trust && rule.pilot.is_none_or(|pilot| world.pilots.contains(&pilot))
        })
    }

    fn selected(&self, world: &World, select: impl Fn(&Rule) -> bool) -> Vec<Fired> {
        let wanted: BTreeSet<RuleId> = self
            .rules()
            .filter(|(_, rule)| select(rule))
            .map(|(id, _)| id)
            .collect();
        let possible = world.would.iter().filter(|(_, truth)| truth.possible());
        possible
            .filter(|((rule, _), _)| wanted.contains(rule))
            .map(|((rule, element), truth)| Fired {
                rule: *rule,
                element: *element,
                truth: *truth,
            })
            .collect()
    }

    /// All rules, each after those that are over it. Exceptions have no cycles; rules of a cycle,
    /// were there one, would be left out and never fire.
    fn in_order(&self) -> Vec<RuleId> {
        let mut waiting: BTreeMap<RuleId, usize> = self
            .rules()
            .map(|(id, _)| (id, self.excusers(id).len()))
            .collect();
        let mut order: Vec<RuleId> = waiting
            .iter()
            .filter(|(_, n)| **n == 0)
            .map(|(id, _)| *id)
            .collect();
        let mut at = 0;
        while let Some(id) = order.get(at).copied() {
            at += 1;
            for excused in self.scene.rules.rule(id).map_or(&[][..], |rule| &rule.over) {
                if let Some(count) = waiting.get_mut(excused) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        order.push(*excused);
                    }
                }
            }
        }
        order
    }
}

/// `in force and scope and when and not unless`, all four evaluated. Of an element that was not
/// given nothing is certain.
fn applies(scene: Scene<'_>, rule: &Rule, instance: &Instance) -> Truth {
    let here: &Here = &instance.here;
    let unless = rule
        .unless
        .as_ref()
        .map_or(Truth::False, |c| scene.truth(c, here));
    let truth = scene
        .truth(&rule.in_force, here)
        .and(scene.truth(&rule.scope, here))
        .and(scene.truth(&rule.when, here))
        .and(unless.not());
    if instance.certain {
        truth
    } else {
        truth.and(Truth::Unknown)
    }
}
