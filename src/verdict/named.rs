//! The facts that a rule and its exceptions name, for the element it judged: with just these the
//! reference evaluator finds the same.

use crate::check::rules::{Cond, Each, Expr, MessagePart, Rule, RuleId, RuleSet};
use crate::reference::missing::{operands, parts};
use crate::reference::scene::{Here, Scene, prefix};
use crate::schema::value::{FieldId, ListId};
use crate::schema::{Home, Lang};
use crate::verdict::judgement::{Element, FactRef, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The facts that rules name, each with all rules over it, for one declaration.
#[derive(Debug)]
pub struct NamedFacts<'a> {
    scene: Scene<'a>,
    /// The rules over each rule.
    over: BTreeMap<RuleId, Vec<RuleId>>,
    /// What was asked for already, and what it took to answer that.
    known: BTreeMap<(RuleId, Element), BTreeSet<FactRef>>,
}

impl<'a> NamedFacts<'a> {
    /// Nothing is asked for yet.
    pub fn new(scene: Scene<'a>) -> NamedFacts<'a> {
        NamedFacts {
            over: rules_over(scene.rules),
            scene,
            known: BTreeMap::new(),
        }
    }

    /// The facts that a rule and all rules over it name, for an element. However many rules lead
    /// to one, it is gone through once for its element.
    pub fn by(&mut self, rule: RuleId, element: Element) -> BTreeSet<FactRef> {
        let mut entered = BTreeSet::new();
        let mut waiting = vec![rule];
        while let Some(id) = waiting.last().copied() {
            let part = self.part(id, element);
            if self.known.contains_key(&part) {
                waiting.pop();
            } else if entered.insert(id) {
                // Those over it come first; in a ring, were there one, nothing comes first.
                let over = self.over.get(&id).into_iter().flatten().copied();
                waiting.extend(over.filter(|id| !entered.contains(id)));
            } else {
                waiting.pop();
                let facts = self.gathered(part);
                self.known.insert(part, facts);
            }
        }
        let known = self.known.get(&self.part(rule, element));
        known.cloned().unwrap_or_default()
    }

    /// The part of an element that a rule judges.
    fn part(&self, rule: RuleId, element: Element) -> (RuleId, Element) {
        let steps = self.scene.rules.rule(rule).map_or(0, |r| r.each.len());
        (rule, prefix(element, steps))
    }

    /// The facts that a rule names itself and those known of the rules over it.
    fn gathered(&self, (id, element): (RuleId, Element)) -> BTreeSet<FactRef> {
        let mut facts = BTreeSet::new();
        if let Some(rule) = self.scene.rules.rule(id) {
            let mut gathered = Gathered {
                scene: &self.scene,
                facts: &mut facts,
            };
            Names(&mut gathered).rule(rule, &here(&rule.each, element));
        }
        for over in self.over.get(&id).into_iter().flatten() {
            let known = self.known.get(&self.part(*over, element));
            facts.extend(known.into_iter().flatten());
        }
        facts
    }
}

/// The rules over each rule.
pub(super) fn rules_over(rules: &RuleSet) -> BTreeMap<RuleId, Vec<RuleId>> {
    let mut over = BTreeMap::<RuleId, Vec<RuleId>>::new();
    for (id, rule) in (0u32..).map(RuleId).zip(&rules.rules) {
        for excused in &rule.over {
            over.entry(*excused).or_default().push(id);
        }
    }
    over
}

/// The element for evaluation, without looking whether it exists.
pub fn here(each: &[Each], element: Element) -> Here {
    let steps = each.iter().zip(element.0);
    steps.fold(Here::default(), |here, (each, step)| here.with(*each, step))
}

/// Who is told of what a rule names.
pub trait Naming {
    /// A field of the header or of elements.
    fn field(&mut self, field: FieldId, here: &Here);

    /// A list itself: whether it was given, and how many elements it has.
    fn list(&mut self, list: ListId, here: &Here);
}

/// Goes through a rule and tells of everything that it names.
pub struct Names<'n, N>(pub &'n mut N);

impl<N: Naming> Names<'_, N> {
    /// The rule without those over it.
    pub fn rule(&mut self, rule: &Rule, here: &Here) {
        for each in &rule.each {
            match each {
                Each::List(list) => self.0.list(*list, here),
                Each::Set(field) => self.0.field(*field, here),
            }
        }
        let conditions = [&rule.in_force, &rule.scope, &rule.when];
        for condition in conditions.into_iter().chain(&rule.unless) {
            self.condition(condition, here);
        }
        for argument in rule
            .requires
            .iter()
            .filter_map(|require| require.argument.as_ref())
        {
            self.value(argument, here);
        }
        for lang in [Lang::Zh, Lang::En] {
            let message = match lang {
                Lang::Zh => &rule.message.zh,
                Lang::En => &rule.message.en,
            };
            for part in message {
                if let MessagePart::Value(expr, _) = part {
                    self.value(expr, here);
                }
            }
        }
    }

    fn condition(&mut self, condition: &Cond, here: &Here) {
        match condition {
            Cond::And(all) | Cond::Or(all) => {
                for one in all {
                    self.condition(one, here);
                }
            }
            Cond::Not(inner) => self.condition(inner, here),
            Cond::Quantified { over, body, .. } => {
                match over {
                    Each::List(list) => self.0.list(*list, here),
                    Each::Set(field) => self.0.field(*field, here),
                }
                self.condition(body, &here.with(*over, Step::Unknown));
            }
            _ => {
                for expr in operands(condition) {
                    self.value(expr, here);
                }
            }
        }
    }

    fn value(&mut self, expr: &Expr, here: &Here) {
        match expr {
            Expr::Field(field) => self.0.field(*field, here),
            Expr::Choice { arms, otherwise } => {
                for (value, condition) in arms {
                    self.condition(condition, here);
                    self.value(value, here);
                }
                self.value(otherwise, here);
            }
            Expr::Aggregate {
                value,
                list,
                condition,
                same,
                ..
            } => {
                self.0.list(*list, here);
                let inside = here.with(Each::List(*list), Step::Unknown);
                for field in same {
                    self.0.field(*field, &inside);
                    self.0.field(*field, here);
                }
                if let Some(condition) = condition {
                    self.condition(condition, &inside);
                }
                if let Some(value) = value {
                    self.value(value, &inside);
                }
            }
            Expr::Test(condition) => self.condition(condition, here),
            _ => {
                for part in parts(expr) {
                    self.value(part, here);
                }
            }
        }
    }
}

/// The facts of one declaration.
struct Gathered<'s, 'a, 'f> {
    scene: &'s Scene<'a>,
    facts: &'f mut BTreeSet<FactRef>,
}

impl Naming for Gathered<'_, '_, '_> {
    /// A field of the header or of the element at hand; where the element is ranged over, of
    /// every row.
    fn field(&mut self, field: FieldId, here: &Here) {
        match self.scene.schema().field(field).map(|f| f.home) {
            Some(Home::Element(list, _)) => {
                let rows = self.rows(list, here);
                if rows.is_empty() {
                    self.list(list, here);
                }
                self.facts
                    .extend(rows.into_iter().map(|row| FactRef::Cell(field, list, row)));
            }
            Some(Home::Header(_)) => {
                self.facts.insert(FactRef::Header(field));
            }
            None => {}
        }
    }

    /// A list itself: whether it was given, and how many elements it has.
    fn list(&mut self, list: ListId, here: &Here) {
        let Some(declared) = self.scene.schema().list(list) else {
            return;
        };
        match declared.parent {
            None => {
                self.facts.insert(FactRef::List(list));
            }
            Some(parent) => {
                let field = declared.field;
                let owners = self.rows(parent, here);
                self.facts.extend(
                    owners
                        .into_iter()
                        .map(|row| FactRef::Cell(field, parent, row)),
                );
            }
        }
    }
}

impl Gathered<'_, '_, '_> {
    fn rows(&self, list: ListId, here: &Here) -> Vec<u32> {
        if let Some(row) = here.row(list) {
            return vec![row];
        }
        let Some(rows) = self.scene.facts.rows(list) else {
            return Vec::new();
        };
        let parent = self.scene.schema().list(list).and_then(|l| l.parent);
        match parent.and_then(|parent| here.row(parent)) {
            Some(owner) => rows.of(owner).collect(),
            None => (0..rows.len()).collect(),
        }
    }
}
