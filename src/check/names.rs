//! What every name stands for, and the nearest one where it stands for nothing.

use super::rules::{DecisionTableId, EventId, KindId, LawId, NamedListId, ParameterId, PilotId};
use crate::schema::value::{DepartmentId, FieldId, ListId, OutcomeId, TableId};
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
    /// Errors found in expressions so far.
    pub errors: Cell<usize>,
    /// Complaints that were only counted.
    pub dropped: Cell<u64>,
}

/// What a label can stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Field(FieldId),
    List(NamedListId),
    Kind(KindId),
    Event(EventId),
    Parameter(ParameterId),
    Table(DecisionTableId),
    Let(String),
    Outcome(OutcomeId),
    Department(DepartmentId),
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
