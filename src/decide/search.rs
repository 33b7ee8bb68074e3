//! Room for the search for missing facts, used again from declaration to declaration.

use super::under::Found;
use crate::check::rules::RuleId;
use crate::verdict::judgement::{FactRef, Missing, Waiting};

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
    /// Rules that are undetermined for some element.
    undetermined: Waiting,
    /// Those of them that may still worsen the verdict.
    open: Waiting,
    /// Room for those of them that are looked at one by one.
    apart: Waiting,
    /// Rules over the one at hand.
    pub(super) over: Vec<usize>,
    /// The missing facts as they come, each with the rules that wait for it.
    missing: Vec<Missing>,
    /// By field, then by list, and by row, where its fact stands among them.
    places: Vec<Vec<Place>>,
    /// How many fields there are.
    fields: usize,
    /// The number of this search.
    round: u32,
    /// Lists of rules to use again.
    spare: Vec<Waiting>,
}

/// Where a fact stands among those that are missing, if it was put there in this search.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    round: u32,
    at: u32,
}

impl Search {
    /// Makes ready, with the facts that the schema asks for, of so many fields.
    pub(super) fn begin(&mut self, required: &mut Vec<Missing>, fields: usize) {
        self.settled.clear();
        self.facts.clear();
        self.found.clear();
        // Numbers run out after four thousand million searches; then all is forgotten once.
        self.round = self.round.checked_add(1).unwrap_or_else(|| {
            self.places.clear();
            1
        });
        self.fields = fields;
        for missing in required.drain(..) {
            self.waiting_for(missing.fact);
        }
    }

    /// Makes ready for settling rules and elements one by one, of so many that apply.
    pub(super) fn make_room(&mut self, places: usize) {
        if self.settled.len() != places {
            self.settled.clear();
            self.settled.resize(places, None);
        }
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

    /// Takes the rules that are undetermined, in order, and those that may worsen the verdict.
    pub(super) fn open(&mut self, rules: impl Iterator<Item = (RuleId, bool)>, worse: &Waiting) {
        self.undetermined.become_those(rules);
        self.open.become_common(&self.undetermined, worse);
    }

    /// How many stretches of 64 rules some open rule is of.
    pub(super) fn open_words(&self) -> usize {
        self.open.words()
    }

    /// Those of the open rules that are among these, or all of them, to be looked at one by one.
    pub(super) fn one_by_one(&mut self, among: Option<&Waiting>) -> Waiting {
        let mut rules = std::mem::take(&mut self.apart);
        rules.become_common(&self.open, among.unwrap_or(&self.open));
        rules
    }

    /// Takes them back.
    pub(super) fn put_back(&mut self, apart: Waiting) {
        self.apart = apart;
    }

    /// A fact is missing for those of the open rules that ask for it. Says how many stretches of 64
    /// rules they are of.
    pub(super) fn want_where_open(&mut self, fact: FactRef, asking: &Waiting) -> usize {
        let mut rules = self.spare.pop().unwrap_or_default();
        rules.become_common(&self.open, asking);
        let words = rules.words();
        if words > 0 {
            let mut both = self.spare.pop().unwrap_or_default();
            if let Some(waiting) = self.waiting_for(fact) {
                if !waiting.is_empty() {
                    both.become_either(waiting, &rules);
                    std::mem::swap(&mut both, &mut rules);
                }
                std::mem::swap(waiting, &mut rules);
            }
            self.reclaim(both);
        }
        self.reclaim(rules);
        words
    }

    /// The rules that wait for a fact, which from now on is missing.
    pub(super) fn waiting_for(&mut self, fact: FactRef) -> Option<&mut Waiting> {
        let (kind, row) = match fact {
            FactRef::Header(field) => (field.0 as usize, 0),
            FactRef::Cell(field, _, row) => (field.0 as usize, row as usize),
            FactRef::List(list) => (self.fields + list.0 as usize, 0),
        };
        if self.places.len() <= kind {
            self.places.resize_with(kind + 1, Vec::new);
        }
        let rows = self.places.get_mut(kind)?;
        if rows.len() <= row {
            rows.resize(row + 1, Place::default());
        }
        let place = rows.get_mut(row)?;
        if place.round != self.round {
            *place = Place {
                round: self.round,
                at: u32::try_from(self.missing.len()).unwrap_or(u32::MAX),
            };
            let rules = self.spare.pop().unwrap_or_default();
            self.missing.push(Missing { fact, rules });
        }
        let at = place.at as usize;
        self.missing.get_mut(at).map(|missing| &mut missing.rules)
    }

    /// Writes the missing facts down, sorted.
    pub(super) fn tell(&mut self, missing: &mut Vec<Missing>) {
        self.missing.sort_unstable_by_key(|missing| missing.fact);
        std::mem::swap(&mut self.missing, missing);
    }

    /// Takes a list of rules back.
    pub(super) fn reclaim(&mut self, mut rules: Waiting) {
        // Where only the schema asks for a fact its list was never in use.
        if rules.has_room() {
            rules.clear();
            self.spare.push(rules);
        }
    }
}
