//! The facts that would settle what is open: for each rule that could still worsen the verdict
//! the unknown facts under its undetermined operands, its exceptions, waivers and conditions of
//! being met.

use super::duties::{Argument, Group, Owed, it};
use super::fires::{Trial, World};
use super::scene::{Here, Instance, prefix};
use crate::check::rules::{Combine, CompareOp, Cond, Expr, Rule, RuleId, RuleSet};
use crate::facts::eval::{Eval, compare};
use crate::ground::truth::Truth;
use crate::schema::value::{Denomination, FieldId, OutcomeId, Type};
use crate::verdict::judgement::{Coverage, Element, FactRef, Interval, Missing, Step};
use std::collections::{BTreeMap, BTreeSet};

/// Facts that were not given, each with the rules that wait for it.
type Wanted = BTreeMap<FactRef, BTreeSet<RuleId>>;

/// For rules and elements that are undetermined the facts that would settle them.
pub type Settling = BTreeMap<(RuleId, Element), BTreeSet<FactRef>>;

impl Trial<'_> {
    /// The missing facts of a world, sorted.
    pub(super) fn missing(
        &self,
        world: &World,
        interval: Interval,
        groups: &[Group],
        required: &[FactRef],
        coverage: Coverage,
    ) -> Vec<Missing> {
        let mut wanted: Wanted = BTreeMap::new();
        for fact in required {
            wanted.entry(*fact).or_default();
        }
        let open = matches!(coverage, Coverage::Undetermined | Coverage::FullOrAdvice);
        if open && self.coverage_outcome(coverage) > interval.low {
            for fact in self.under_covers() {
                wanted.entry(fact).or_default();
            }
        }
        let settling = self.settling(world);
        for fired in self
            .fired(world)
            .into_iter()
            .filter(|f| f.truth == Truth::Unknown)
        {
            let Some(rule) = self.scene.rules.rule(fired.rule) else {
                continue;
            };
            if worst_consequence(self.scene.rules, rule) > interval.low {
                let facts = settling.get(&(fired.rule, fired.element));
                want(&mut wanted, facts.into_iter().flatten(), &[fired.rule]);
            }
        }
        for group in groups
            .iter()
            .filter(|group| group.interval.high > interval.low)
        {
            for owed in group.owed.iter().filter(|one| self.open(one)) {
                let facts = self.settling_duty(world, &settling, group, owed);
                want(&mut wanted, &facts, &owed.duty.rules);
            }
        }
        let missing = |(fact, rules): (FactRef, BTreeSet<RuleId>)| Missing {
            fact,
            rules: rules.into_iter().collect(),
        };
        wanted.into_iter().map(missing).collect()
    }

    /// Whether a requirement may still worsen the verdict: it is due, and not met where each
    /// counts by itself. Where they combine, one that is met may yet be the one that counts.
    fn open(&self, owed: &Owed) -> bool {
        let kind = self.scene.rules.kind(owed.duty.kind);
        let alone = kind.is_none_or(|kind| kind.combine == Combine::All);
        owed.obliged.possible() && !(alone && owed.duty.met.certain())
    }

    fn under_covers(&self) -> BTreeSet<FactRef> {
        let mut facts = Found::default();
        let here = Here::default();
        for cover in &self.scene.rules.covers {
            let both = [&cover.in_force, &cover.scope];
            let truths = both.iter().map(|c| self.scene.truth(c, &here));
            if truths.fold(Truth::True, Truth::and) == Truth::Unknown {
                for condition in both {
                    self.under_condition(condition, &here, &mut facts);
                }
            }
        }
        facts.0
    }

    /// For every rule and element that is undetermined in a world the unknown facts that would
    /// settle it: those under its own undetermined operands, and those that settle the rules over
    /// it. Each is worked out once, after the rules over it.
    fn settling(&self, world: &World) -> Settling {
        self.settled(world, |rule, element| self.fires(world, rule, element))
    }

    /// The same for rules that take no part too, as if each by itself did.
    pub(crate) fn settling_all(&self, world: &World) -> Settling {
        self.settled(world, |rule, element| self.would_fire(world, rule, element))
    }

    fn settled(&self, world: &World, fires: impl Fn(RuleId, Element) -> Truth) -> Settling {
        let mut all = Settling::new();
        for id in self.excusers_first() {
            let Some(rule) = self.scene.rules.rule(*id) else {
                continue;
            };
            for instance in self.instances(&rule.each) {
                let element = instance.element;
                if fires(*id, element) != Truth::Unknown {
                    continue;
                }
                let mut facts = Found::default();
                self.under_rule(rule, instance, &mut facts);
                for over in self.excusers(*id) {
                    let Some(found) = self.scene.rules.rule(*over) else {
                        continue;
                    };
                    if self.takes_part(world, found) {
                        let part = all.get(&(*over, prefix(element, found.each.len())));
                        facts.0.extend(part.into_iter().flatten());
                    }
                }
                all.insert((*id, element), facts.0);
            }
        }
        all
    }

    /// The unknown facts under what is undetermined in a rule itself.
    fn under_rule(&self, rule: &Rule, instance: &Instance, facts: &mut Found) {
        for (each, step) in rule.each.iter().zip(instance.element.0) {
            if step == Step::Unknown {
                facts.0.insert(self.scene.each_ref(*each, &instance.here));
            }
        }
        let conditions = [&rule.in_force, &rule.scope, &rule.when];
        for condition in conditions.into_iter().chain(&rule.unless) {
            self.under_condition(condition, &instance.here, facts);
        }
    }

    /// The unknown facts that would settle a requirement: whether it is required, waived and
    /// met, and its argument.
    fn settling_duty(
        &self,
        world: &World,
        settling: &Settling,
        group: &Group,
        owed: &Owed,
    ) -> BTreeSet<FactRef> {
        let duty = &owed.duty;
        let mut facts = Found::default();
        let argument = match (&duty.argument, duty.argument_known) {
            (Some(value), _) => Argument::Known(value.clone()),
            (None, true) => Argument::Without,
            (None, false) => Argument::NotKnown,
        };
        for (rule, number) in &owed.requirers {
            if owed.obliged == Truth::Unknown {
                let settle = settling.get(&(*rule, duty.element));
                facts.0.extend(settle.into_iter().flatten());
            }
            if argument == Argument::NotKnown {
                self.under_argument(*rule, *number, duty.element, &mut facts);
            }
        }
        if owed.obliged == Truth::Unknown {
            let waivers = self.waivers(world, duty.kind, &group.each, duty.element, &argument);
            for (rule, _) in waivers
                .into_iter()
                .filter(|(_, truth)| *truth == Truth::Unknown)
            {
                self.under_waiver(settling, rule, owed, &argument, &mut facts);
            }
        }
        let kind = self.scene.rules.kind(duty.kind);
        if let Some(met) = kind.and_then(|kind| kind.met.as_ref()) {
            self.under_condition(met, &Here::default().with_it(it(&argument)), &mut facts);
        }
        facts.0
    }

    fn under_argument(&self, rule: RuleId, number: usize, element: Element, facts: &mut Found) {
        let Some(rule) = self.scene.rules.rule(rule) else {
            return;
        };
        let argument = rule
            .requires
            .get(number)
            .and_then(|require| require.argument.as_ref());
        if let (Some(argument), Some(instance)) = (argument, self.instance(rule, element)) {
            self.under_value(argument, &instance.here, facts);
        }
    }

    fn under_waiver(
        &self,
        settling: &Settling,
        id: RuleId,
        owed: &Owed,
        argument: &Argument,
        facts: &mut Found,
    ) {
        let Some(rule) = self.scene.rules.rule(id) else {
            return;
        };
        let part = prefix(owed.duty.element, rule.each.len());
        facts
            .0
            .extend(settling.get(&(id, part)).into_iter().flatten());
        let Some(instance) = self.instance(rule, part) else {
            return;
        };
        let here = instance.here.with_it(it(argument));
        for waive in rule
            .waives
            .iter()
            .filter(|waive| waive.kind == owed.duty.kind)
        {
            if let Some(condition) = &waive.condition {
                self.under_condition(condition, &here, facts);
            }
        }
    }

    fn under_condition(&self, condition: &Cond, here: &Here, facts: &mut Found) {
        if self.scene.truth(condition, here) != Truth::Unknown {
            return;
        }
        match condition {
            Cond::Always => {}
            Cond::And(all) | Cond::Or(all) => {
                for one in all {
                    self.under_condition(one, here, facts);
                }
            }
            Cond::Not(inner) => self.under_condition(inner, here, facts),
            Cond::Quantified { over, body, .. } => match self.scene.elements(*over, here) {
                None => {
                    facts.0.insert(self.scene.each_ref(*over, here));
                }
                Some(steps) => {
                    for step in steps {
                        self.under_condition(body, &here.with(*over, step), facts);
                    }
                }
            },
            _ => {
                for expr in operands(condition) {
                    self.under_value(expr, here, facts);
                }
            }
        }
    }

    /// The unknown facts that an expression reads.
    fn under_value(&self, expr: &Expr, here: &Here, facts: &mut Found) {
        match expr {
            Expr::Field(field) => self.under_field(*field, here, facts),
            Expr::Bound(number) => {
                if let Some((set, None)) = here.bound(*number) {
                    facts.0.insert(self.scene.fact_ref(set, here));
                }
            }
            Expr::Choice { arms, otherwise } => {
                for (value, condition) in arms {
                    match self.scene.truth(condition, here) {
                        Truth::True => return self.under_value(value, here, facts),
                        Truth::False => {}
                        Truth::Unknown => return self.under_condition(condition, here, facts),
                    }
                }
                self.under_value(otherwise, here, facts);
            }
            Expr::Aggregate { .. } => self.under_aggregate(expr, here, facts),
            Expr::Test(condition) => self.under_condition(condition, here, facts),
            _ => {
                for part in parts(expr) {
                    self.under_value(part, here, facts);
                }
            }
        }
    }

    /// A field that is unknown; where only its currency or unit is, that field.
    fn under_field(&self, field: FieldId, here: &Here, facts: &mut Found) {
        if !self.scene.field(field, here).is_unknown() {
            return;
        }
        let declared = self.scene.schema().field(field);
        let fact = match declared.map(|f| f.typ) {
            Some(
                Type::Money(Denomination::Named(of)) | Type::Quantity(Denomination::Named(of)),
            ) if self.scene.field(of, here).is_unknown() => self.scene.fact_ref(of, here),
            _ => self.scene.fact_ref(field, here),
        };
        facts.0.insert(fact);
    }

    fn under_aggregate(&self, expr: &Expr, here: &Here, facts: &mut Found) {
        let Expr::Aggregate {
            value,
            list,
            condition,
            same,
            ..
        } = expr
        else {
            return;
        };
        let Some(members) = self.scene.members(*list, condition.as_deref(), same, here) else {
            facts.0.insert(self.scene.list_ref(*list, here));
            return;
        };
        for (member, element) in members.filter(|(member, _)| member.possible()) {
            let element = &element;
            if let Some(condition) = condition {
                self.under_condition(condition, element, facts);
            }
            for field in same {
                let both = [element, here].map(|at| self.scene.field(*field, at));
                let [its, ours] = &both;
                if member == Truth::Unknown && compare(CompareOp::Eq, its, ours) == Truth::Unknown {
                    self.under_field(*field, element, facts);
                    self.under_field(*field, here, facts);
                }
            }
            if let Some(value) = value
                && !matches!(
                    self.scene.value(value, element),
                    Eval::Value(_) | Eval::None
                )
            {
                self.under_value(value, element, facts);
            }
        }
    }
}

/// The worst that a rule may make of the movement: its outcome, that of its requirements while
/// they are not met, and that of requirements that contradict.
pub fn worst_consequence(rules: &RuleSet, rule: &Rule) -> OutcomeId {
    let kinds = rule
        .requires
        .iter()
        .filter_map(|require| rules.kind(require.kind));
    let outcomes = kinds.map(|kind| match kind.combine {
        Combine::One => kind.otherwise.max(rules.schema.missing),
        _ => kind.otherwise,
    });
    outcomes
        .chain(rule.outcome)
        .max()
        .unwrap_or_else(|| rules.schema.mildest())
}

/// The facts found.
#[derive(Debug, Default)]
struct Found(BTreeSet<FactRef>);

fn want<'f>(wanted: &mut Wanted, facts: impl IntoIterator<Item = &'f FactRef>, rules: &[RuleId]) {
    for fact in facts {
        wanted.entry(*fact).or_default().extend(rules);
    }
}

/// The expressions that a condition compares; not those of the conditions inside it.
pub fn operands(condition: &Cond) -> Vec<&Expr> {
    match condition {
        Cond::Always | Cond::And(_) | Cond::Or(_) | Cond::Not(_) | Cond::Quantified { .. } => {
            Vec::new()
        }
        Cond::Flag(expr) | Cond::IsNone(expr) => vec![expr],
        Cond::Compare(_, left, right) => vec![left, right],
        Cond::OneOf { value, .. } | Cond::Under { value, .. } => vec![value],
        Cond::InList { keys, on, .. } => keys.iter().chain(on).collect(),
        Cond::InSet { value, set, .. } => vec![value, set],
        Cond::Has { set, codes } => std::iter::once(set).chain(codes).collect(),
        Cond::Rows { inputs, .. } => inputs.iter().collect(),
    }
}

/// The expressions that an expression is made of; conditions and the insides of choices and
/// aggregates are not among them.
pub fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Const(_) | Expr::Field(_) | Expr::Bound(_) | Expr::It | Expr::AsOf => Vec::new(),
        Expr::Event(_) | Expr::Choice { .. } | Expr::Aggregate { .. } | Expr::Test(_) => Vec::new(),
        Expr::Parameter { on, .. } => on.as_deref().into_iter().collect(),
        Expr::Attribute { of, on, .. } => std::iter::once(&**of).chain(on.as_deref()).collect(),
        Expr::Lookup { keys, on, .. } => keys.iter().chain(on.as_deref()).collect(),
        Expr::TableCall { inputs, .. } => inputs.iter().collect(),
        Expr::Arith(_, a, b)
        | Expr::DaysBetween(a, b)
        | Expr::Earlier(a, b)
        | Expr::Later(a, b) => vec![a, b],
        Expr::AddDuration { date, months, days } => vec![date, months, days],
        Expr::Rounded { value, divisor, .. } => std::iter::once(&**value)
            .chain(divisor.as_deref())
            .collect(),
        Expr::Convert { value, on, .. } => std::iter::once(&**value).chain(on.as_deref()).collect(),
        Expr::FirstDigits(_, a) | Expr::NumberOf(a) | Expr::EndOfMonth(a) | Expr::EndOfYear(a) => {
            vec![a]
        }
    }
}
