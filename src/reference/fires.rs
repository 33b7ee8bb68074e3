//! Which rules apply to which elements, and which fire in a world of pilots.

use super::cond::all;
use super::scene::{Here, Instance, Scene, prefix};
use crate::check::rules::{Each, PilotId, Rule, RuleId, RuleSet, Sure};
use crate::ground::truth::Truth;
use crate::verdict::judgement::{Element, Fired};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What depends on the rules alone, worked out once for all declarations.
#[derive(Debug)]
pub(crate) struct Standing {
    /// The different `each` of the rules.
    ranges: Vec<Vec<Each>>,
    /// By rule, the number of its `each`.
    range_of: Vec<usize>,
    /// By rule, those that are over it, sorted.
    excusers: Vec<Vec<RuleId>>,
    /// All rules, each after those that are over it.
    order: Vec<RuleId>,
}

impl Standing {
    /// Works it out.
    pub(crate) fn of(rules: &RuleSet) -> Standing {
        let mut standing = Standing {
            ranges: Vec::new(),
            range_of: Vec::new(),
            excusers: vec![Vec::new(); rules.rules.len()],
            order: Vec::new(),
        };
        for (id, rule) in numbered(rules) {
            let known = standing.ranges.iter().position(|each| *each == rule.each);
            standing
                .range_of
                .push(known.unwrap_or(standing.ranges.len()));
            if known.is_none() {
                standing.ranges.push(rule.each.clone());
            }
            for excused in &rule.over {
                if let Some(over) = standing.excusers.get_mut(excused.0 as usize) {
                    over.push(id);
                }
            }
        }
        standing.order = standing.excusers_first(rules);
        standing
    }

    /// The rules that are over a rule, sorted.
    fn excusers(&self, rule: RuleId) -> &[RuleId] {
        self.excusers
            .get(rule.0 as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// All rules, each after those that are over it. Exceptions have no cycles; rules of a cycle,
    /// were there one, would be left out and never fire.
    fn excusers_first(&self, rules: &RuleSet) -> Vec<RuleId> {
        let mut waiting: Vec<usize> = self.excusers.iter().map(Vec::len).collect();
        let free = numbered(rules).zip(&waiting).filter(|(_, n)| **n == 0);
        let mut order: Vec<RuleId> = free.map(|((id, _), _)| id).collect();
        let mut at = 0;
        while let Some(id) = order.get(at).copied() {
            at += 1;
            for excused in rules.rule(id).map_or(&[][..], |rule| &rule.over) {
                if let Some(count) = waiting.get_mut(excused.0 as usize) {
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

/// All rules with their numbers.
fn numbered(rules: &RuleSet) -> impl Iterator<Item = (RuleId, &Rule)> {
    (0u32..).map(RuleId).zip(&rules.rules)
}

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
    standing: Arc<Standing>,
    /// For each different `each` the elements, sorted.
    instances: Vec<Vec<Instance>>,
    /// By rule, where its elements begin in what follows.
    first: Vec<usize>,
    /// For each element of each rule, whether the rule applies to it.
    applies: Vec<Truth>,
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
    /// For each element of each rule, whether the rule would fire did it take part; those that do
    /// take part excuse others.
    would: Vec<Truth>,
}

impl<'a> Trial<'a> {
    /// Applies every rule to every element.
    pub(crate) fn new(scene: Scene<'a>, trust: Sure, standing: &Arc<Standing>) -> Trial<'a> {
        let instances = standing.ranges.iter().map(|each| scene.instances(each));
        let mut trial = Trial {
            scene,
            trust,
            standing: Arc::clone(standing),
            instances: instances.collect(),
            first: Vec::new(),
            applies: Vec::new(),
        };
        for (id, rule) in trial.rules() {
            let truths = trial.elements(id).iter().map(|at| applies(scene, rule, at));
            let truths: Vec<Truth> = truths.collect();
            trial.first.push(trial.applies.len());
            trial.applies.extend(truths);
        }
        trial
    }

    /// All rules with their numbers.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let facts = kakou::Facts::unknown(&rules.schema);
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Reference, Sure};
    /// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
    /// // All of them, whatever they say of these facts.
    /// let ids: Vec<&str> = trial.rules().map(|(_, rule)| rule.id.as_str()).collect();
    /// assert_eq!(ids, ["G-01", "G-02"]);
    /// assert!(trial.rules().all(|(number, rule)| rules.rule(number) == Some(rule)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &'a Rule)> + use<'a> {
        numbered(self.scene.rules)
    }

    /// The elements that rules with this `each` judge.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let facts = kakou::Facts::unknown(&rules.schema);
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Reference, Sure, check::rules::Each, schema::value::{FieldId, ListId}};
    /// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
    /// assert!(trial.instances(&[]).iter().all(|whole| whole.certain)); // The declaration is there.
    /// // Items were not given: one that nothing is known of stands for them.
    /// let items = trial.instances(&[Each::List(ListId(0))]);
    /// assert_eq!(items.iter().map(|item| item.certain).collect::<Vec<_>>(), [false]);
    /// // No rule judges the codes of a set.
    /// assert!(trial.instances(&[Each::Set(FieldId(0))]).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn instances(&self, each: &[Each]) -> &[Instance] {
        let ranges = self.standing.ranges.iter().zip(&self.instances);
        let found = ranges
            .into_iter()
            .find(|(range, _)| range.as_slice() == each);
        found.map_or(&[], |(_, instances)| instances)
    }

    /// The elements that a rule judges.
    pub(crate) fn elements(&self, rule: RuleId) -> &[Instance] {
        let range = self.standing.range_of.get(rule.0 as usize);
        let instances = range.and_then(|range| self.instances.get(*range));
        instances.map_or(&[], Vec::as_slice)
    }

    /// The element of a rule, for evaluation.
    pub(crate) fn instance(&self, rule: &Rule, element: Element) -> Option<&Instance> {
        // Rows and codes are in order, and so are the elements made of them.
        let all = self.instances(&rule.each);
        let at = all.binary_search_by_key(&element, |instance| instance.element);
        at.ok().and_then(|at| all.get(at))
    }

    /// Whether a rule would fire for an element, exceptions of other rules aside.
    pub(crate) fn applies_to(&self, rule: RuleId, element: Element) -> Truth {
        let at = self.place(rule, element);
        let truth = at.and_then(|at| self.applies.get(at)).copied();
        truth.unwrap_or(Truth::False)
    }

    /// The place of a rule's element among those of all rules.
    fn place(&self, rule: RuleId, element: Element) -> Option<usize> {
        let elements = self.elements(rule);
        let at = elements.binary_search_by_key(&element, |instance| instance.element);
        Some(self.first.get(rule.0 as usize)? + at.ok()?)
    }

    /// The rules that are over a rule, sorted.
    pub(crate) fn excusers(&self, rule: RuleId) -> &[RuleId] {
        self.standing.excusers(rule)
    }

    /// All rules, each after those that are over it.
    pub(super) fn excusers_first(&self) -> &[RuleId] {
        &self.standing.order
    }

    /// A rule decides in a world if it is as sure as the trust level asks, and its pilot, where it
    /// has one, is in force there.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  size : integer\n\
    /// #     law L\n  sure medium\nrule A-1\n  by L\n  when size > 5\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::unknown(&rules.schema);
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Reference, Sure};
    /// // The law behind A-1 is known with medium certainty.
    /// let takes_part = |trust| {
    ///     let reference = Reference::new(&rules, trust);
    ///     let trial = reference.trial(&facts, day);
    ///     trial.takes_part(&trial.world([]), &rules.rules[0])
    /// };
    /// assert!(takes_part(Sure::Medium) && !takes_part(Sure::High));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn takes_part(&self, world: &World, rule: &Rule) -> bool {
        rule.sure <= self.trust && rule.pilot.is_none_or(|pilot| world.pilots.contains(&pilot))
    }

    /// The world with these pilots.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     codes zone from \"zones.csv\" key zone\n\
    /// #     declaration judged on date\n  date : date, always\n  zone : code zone\n  size : integer\n\
    /// #     law L\n  sure found\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     pilot larger\n  by L\n  for zone is east\n  mode shadow\n  suspend A-1\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]).with_file("zones.csv", "zone\neast\nwest\n");
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Facts, Reference, Sure, check::rules::PilotId};
    /// let holds = |zone: &str, pilots: &[PilotId]| {
    ///     let facts = Facts::builder(&rules.schema).set("zone", zone).set("size", 6).build()?;
    ///     let reference = Reference::new(&rules, Sure::High);
    ///     let trial = reference.trial(&facts, day);
    ///     let fired = trial.fired(&trial.world(pilots.iter().copied()));
    ///     Ok::<_, Box<dyn std::error::Error>>(fired.iter().any(|fired| rules.rule(fired.rule).is_some_and(|rule| rule.id == "A-1")))
    /// };
    /// // The pilot suspends A-1 in the east, in a world in which it is in force.
    /// assert!(holds("east", &[])? && !holds("east", &[PilotId(0)])?);
    /// assert!(holds("west", &[PilotId(0)])?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn world(&self, pilots: impl IntoIterator<Item = PilotId>) -> World {
        let mut world = World {
            pilots: pilots.into_iter().collect(),
            would: vec![Truth::False; self.applies.len()],
        };
        for id in &self.standing.order {
            let first = self.first.get(id.0 as usize).copied().unwrap_or_default();
            for (at, instance) in (first..).zip(self.elements(*id)) {
                let excused = self.excused(&world, *id, instance.element);
                let applies = self.applies.get(at).copied().unwrap_or(Truth::False);
                if let Some(would) = world.would.get_mut(at) {
                    *would = applies.and(excused.not());
                }
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
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let facts = kakou::Facts::unknown(&rules.schema);
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Reference, Sure, check::rules::RuleId, ground::truth::Truth, verdict::judgement::{Element, Step}};
    /// let reference = Reference::new(&rules, Sure::High);
    /// let trial = reference.trial(&facts, day);
    /// let world = trial.world([]);
    /// assert_eq!(trial.fires(&world, RuleId(0), Element::default()), Truth::Unknown);
    /// // A rule that is not there fires for nothing, and no rule for an element that is not there.
    /// assert_eq!(trial.fires(&world, RuleId(9), Element::default()), Truth::False);
    /// assert_eq!(trial.fires(&world, RuleId(1), Element([Step::Row(7), Step::Whole])), Truth::False);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fires(&self, world: &World, rule: RuleId, element: Element) -> Truth {
        match self.scene.rules.rule(rule) {
            Some(found) if self.takes_part(world, found) => self.would_fire(world, rule, element),
            _ => Truth::False,
        }
    }

    /// Whether a rule would fire did it take part.
    pub(crate) fn would_fire(&self, world: &World, rule: RuleId, element: Element) -> Truth {
        let would = self.place(rule, element).and_then(|at| world.would.get(at));
        would.copied().unwrap_or(Truth::False)
    }

    /// The rules that fire in a world, certainly or possibly, by rule and element.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Facts, Reference, Sure, ground::truth::Truth};
    /// let fired = |builder: kakou::facts::builder::Builder<'_>| {
    ///     let (facts, reference) = (builder.build()?, Reference::new(&rules, Sure::High));
    ///     let trial = reference.trial(&facts, day);
    ///     Ok::<Vec<Truth>, Box<dyn std::error::Error>>(trial.fired(&trial.world([])).iter().map(|f| f.truth).collect())
    /// };
    /// let first_line = Facts::builder(&rules.schema).set("line", "first");
    /// assert_eq!(fired(first_line)?, []); // Both rules are about the second line.
    /// // Of a declaration that says nothing both may be true.
    /// assert_eq!(fired(Facts::builder(&rules.schema))?, [Truth::Unknown, Truth::Unknown]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fired(&self, world: &World) -> Vec<Fired> {
        self.selected(world, |rule| self.takes_part(world, rule))
    }

    /// The rules less sure than the trust level that would fire, by rule and element. Rules of
    /// pilots in shadow are not among them.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  size : integer\n\
    /// #     law L\n  sure medium\nrule A-1\n  by L\n  when size > 5\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema).set("size", 6).build()?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Reference, Sure};
    /// let reference = Reference::new(&rules, Sure::High);
    /// let trial = reference.trial(&facts, day);
    /// let world = trial.world([]);
    /// // A-1 would fire, were its law known better.
    /// assert!(trial.shadow(&world).iter().all(|shadow| shadow.truth.certain()));
    /// assert_eq!((trial.shadow(&world).len(), trial.fired(&world).len()), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shadow(&self, world: &World) -> Vec<Fired> {
        self.selected(world, |rule| {
            rule.sure > self.trust && rule.pilot.is_none_or(|pilot| world.pilots.contains(&pilot))
        })
    }

    fn selected(&self, world: &World, select: impl Fn(&Rule) -> bool) -> Vec<Fired> {
        let mut fired = Vec::new();
        for ((id, rule), first) in self.rules().zip(&self.first) {
            let would = world.would.get(*first..).unwrap_or_default();
            for (instance, truth) in self.elements(id).iter().zip(would) {
                if truth.possible() && select(rule) {
                    fired.push(Fired {
                        rule: id,
                        element: instance.element,
                        truth: *truth,
                    });
                }
            }
        }
        fired
    }
}

/// `in force and scope and when and not unless`. Of an element that was not given nothing is certain.
fn applies(scene: Scene<'_>, rule: &Rule, instance: &Instance) -> Truth {
    let here: &Here = &instance.here;
    let conditions = [&rule.in_force, &rule.scope, &rule.when];
    let holds = conditions.into_iter().map(|c| scene.truth(c, here));
    let excuse = rule.unless.iter().map(|c| scene.truth(c, here).not());
    let truth = all(holds.chain(excuse));
    if instance.certain {
        truth
    } else {
        truth.and(Truth::Unknown)
    }
}
