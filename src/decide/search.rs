//! Room for the search for missing facts, used again from declaration to declaration.

use super::under::Found;
use crate::check::rules::RuleId;
use crate::verdict::judgement::{FactRef, Missing};

/// What the search has found so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Search {
    /// By place in the list of rules that apply, where among `facts` those stand that settle it.
    settled: Vec<Option<(u32, u32)>>,
    /// The facts that settle one rule and element after another.
    facts: Vec<FactRef>,
    /// Places to be settled, each after those over it.
    pub(super) waiting: Vec<usize>,
    /// Facts found for what is being looked at.
    pub(super) found: Found,
    /// Facts found for the rule that is being settled; empty in between.
    pub(super) fresh: Found,
    /// The rules that ask for the requirement that is being looked at; empty in between.
    pub(super) asking: Vec<RuleId>,
    /// The missing facts, each with a rule that waits for it; without one where the schema does.
    pub(super) wanted: Vec<(FactRef, Option<RuleId>)>,
}

impl Search {
    /// Makes ready for so many rules and elements.
    pub(super) fn begin(&mut self, places: usize) {
        self.settled.clear();
        self.settled.resize(places, None);
        self.facts.clear();
        self.found.clear();
        self.wanted.clear();
    }

    pub(super) fn is_settled(&self, place: usize) -> bool {
        self.settled.get(place).is_none_or(Option::is_some)
    }

    /// The facts that settle the rule and element at this place.
    pub(super) fn settled(&self, place: usize) -> &[FactRef] {
        let range = self.settled.get(place).copied().flatten();
        range
            .and_then(|(from, to)| self.facts.get(from as usize..to as usize))
            .unwrap_or(&[])
    }

    /// Keeps the facts that settle the rule and element at this place, and empties the list.
    pub(super) fn put_settled(&mut self, place: usize, facts: &mut Found) {
        facts.sort_unstable();
        facts.dedup();
        let at = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let from = at(self.facts.len());
        self.facts.append(facts);
        let to = at(self.facts.len());
        if let Some(settled) = self.settled.get_mut(place) {
            *settled = Some((from, to));
        }
    }

    /// Writes the missing facts down, sorted, each once with all rules that wait for it.
    pub(super) fn tell(&mut self, spare: &mut Vec<Vec<RuleId>>, missing: &mut Vec<Missing>) {
        self.wanted.sort_unstable();
        self.wanted.dedup();
        for same in self.wanted.chunk_by(|a, b| a.0 == b.0) {
            let Some((fact, _)) = same.first() else {
                continue;
            };
            let mut rules = spare.pop().unwrap_or_default();
            rules.extend(same.iter().filter_map(|(_, rule)| *rule));
            missing.push(Missing { fact: *fact, rules });
        }
    }
}
