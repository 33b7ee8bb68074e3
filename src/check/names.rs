//! What every name stands for, and the nearest one where it stands for nothing.

use super::rules::{DecisionTableId, EventId, KindId, LawId, NamedListId, ParameterId, PilotId};
use crate::ground::span::{At, Span};
use crate::schema::value::{Code, DepartmentId, FieldId, ListId, OutcomeId, TableId};
use crate::syntax::ast;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// The names of one rule set. Each map is by identifier; Chinese labels that name exactly one
/// thing are found through [`Names::labels`].
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    pub fields: BTreeMap<String, FieldId>,
    pub elements: BTreeMap<String, ListId>,
    pub tables: BTreeMap<String, TableId>,
    pub lists: BTreeMap<String, NamedListId>,
    pub kinds: BTreeMap<String, KindId>,
    pub laws: BTreeMap<String, LawId>,
    pub events: BTreeMap<String, EventId>,
    pub parameters: BTreeMap<String, ParameterId>,
    pub decision_tables: BTreeMap<String, DecisionTableId>,
    pub outcomes: BTreeMap<String, OutcomeId>,
    pub departments: BTreeMap<String, DepartmentId>,
    pub pilots: BTreeMap<String, PilotId>,
    pub lets: BTreeMap<String, &'a ast::Let>,
    labels: BTreeMap<String, Vec<Named>>,
    /// Names whose own declaration was complained of: that they can't be used is no further mistake.
    broken: RefCell<BTreeSet<String>>,
    /// Code tables whose file could not be read.
    pub broken_tables: BTreeSet<TableId>,
    /// What names in the texts turned out to stand for, with their places.
    noted: RefCell<Vec<(Span, Named)>>,
    /// Errors found in expressions so far.
    pub errors: Cell<usize>,
    /// How often something was said of expressions, also of what it was said of before.
    told: Cell<usize>,
    /// Complaints that were only counted.
    pub dropped: Cell<u64>,
}

/// What a name or a label stands for.
///
/// ```
/// use kakou::{Folder, Limits, check::Named, compile};
/// let gate = Folder::open("examples/gate".as_ref(), &Limits::default()).unwrap();
/// let compiled = compile(&gate, &Limits::default());
/// // Every name that a rule reads is there with its place.
/// let (place, named) = compiled.names().iter().find(|(_, n)| matches!(n, Named::Field(_))).unwrap();
/// let text = compiled.sources.get(place.source).unwrap().slice(*place);
/// let Named::Field(field) = named else { return };
/// let schema = &compiled.rules.as_ref().unwrap().schema;
/// assert!(schema.field(*field).unwrap().path.ends_with(text));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// A field.
    Field(FieldId),
    /// The elements of a list of the declaration.
    Elements(ListId),
    /// A code of a table.
    Code(TableId, Code),
    /// A list beside the rules.
    List(NamedListId),
    /// A kind of requirement.
    Kind(KindId),
    /// An event.
    Event(EventId),
    /// A parameter.
    Parameter(ParameterId),
    /// A decision table.
    Table(DecisionTableId),
    /// A definition.
    Let(String),
    /// An outcome.
    Outcome(OutcomeId),
    /// A department.
    Department(DepartmentId),
    /// A pilot.
    Pilot(PilotId),
}

impl<'a> Names<'a> {
    /// Notes a Chinese label.
    pub fn label(&mut self, label: Option<&str>, named: Named) {
        if let Some(label) = label {
            let all = self.labels.entry(label.to_owned()).or_default();
            if !all.contains(&named) {
                all.push(named);
            }
        }
    }

    /// Notes that a declaration was complained of.
    pub fn breaks(&self, name: &str, labels: &ast::Labels) {
        let mut broken = self.broken.borrow_mut();
        broken.insert(name.to_owned());
        broken.extend(labels.zh.iter().map(|l| l.node.clone()));
    }

    /// Whether the declaration of that name was complained of.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.borrow().contains(name)
    }

    /// Notes what a name at a place turned out to stand for.
    pub fn note(&self, at: At, named: Named) {
        self.noted.borrow_mut().push((at.0, named));
    }

    /// How much was noted.
    pub fn noted(&self) -> usize {
        self.noted.borrow().len()
    }

    /// What was noted since there was so much.
    pub fn noted_since(&self, before: usize) -> Vec<(Span, Named)> {
        let noted = self.noted.borrow();
        noted.get(before..).map_or_else(Vec::new, <[_]>::to_vec)
    }

    /// How often something was said, whether or not it was said before.
    pub fn told(&self) -> usize {
        self.told.get()
    }

    /// Notes that something was said.
    pub fn tell(&self) {
        self.told.set(self.told.get() + 1);
    }

    /// All that was noted.
    pub fn take_noted(&self) -> Vec<(Span, Named)> {
        self.noted.take()
    }

    /// All that a label can stand for.
    pub fn labelled(&self, label: &str) -> &[Named] {
        self.labels.get(label).map_or(&[], Vec::as_slice)
    }

    /// Every label with what it stands for.
    pub fn all_labels(&self) -> impl Iterator<Item = (&String, &Vec<Named>)> {
        self.labels.iter()
    }

    /// The identifier or the label, looked up in one map and among the labels.
    pub fn find<T: Copy>(
        &self,
        map: &BTreeMap<String, T>,
        name: &str,
        pick: impl Fn(&Named) -> Option<T>,
    ) -> Option<T> {
        map.get(name).copied().or_else(|| {
            let mut found = self.labelled(name).iter().filter_map(&pick);
            let first = found.next();
            if found.next().is_some() { None } else { first }
        })
    }

    /// Names that a rule may read as a value, for help.
    pub fn readable(&self) -> impl Iterator<Item = &str> {
        self.fields
            .keys()
            .chain(self.lets.keys())
            .chain(self.parameters.keys())
            .map(String::as_str)
            .chain(
                self.labels
                    .iter()
                    .filter(|(_, n)| n.len() == 1)
                    .map(|(l, _)| l.as_str()),
            )
    }
}

/// The name most like the one given, or the one that only lacks its record: `item.hs_code` for `hs_code`.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let known: Vec<&str> = known.collect();
    let lacks_record = known
        .iter()
        .copied()
        .filter(|k| k.rsplit_once('.').is_some_and(|(_, last)| last == name))
        .min();
    lacks_record.or_else(|| crate::ground::nearest::nearest(name, known))
}
