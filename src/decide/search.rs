//! Room for the search for missing facts, used again from declaration to declaration.

use super::under::Found;
use super::waits::Asked;
use crate::check::rules::RuleId;
use crate::verdict::judgement::{FactRef, Missing, Waiting};

/// To ask whether so many fields of the header are known costs less than looking at one rule.
const FIELDS: usize = 16;

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
    /// Rules that are undetermined for some element; empty in between.
    pub(super) undetermined: Waiting,
    /// Those of them that may still worsen the verdict.
    open: Waiting,
    /// Whether these leave no stretch of 64 out.
    is_whole: bool,
    /// Room for those of them that are looked at one by one.
    apart: Waiting,
    /// Rules over the one at hand.
    pub(super) over: Vec<usize>,
    /// The missing facts as they come, each with the rules that wait for it.
    missing: Vec<Missing>,
    /// Whether they came in order.
    in_order: bool,
    /// By field, where its fact of the header stands among them.
    of_header: Vec<Place>,
    /// By field, then by list, and by row, where its other facts do.
    places: Vec<Vec<Place>>,
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

/// Where a fact stands among those that are missing.
enum At {
    Known(usize),
    /// Nowhere yet.
    New,
}

impl Search {
    /// Makes ready, with the facts that the schema asks for, of so many fields.
    pub(super) fn begin(&mut self, required: &mut Vec<Missing>, fields: usize) {
        self.settled.clear();
        self.facts.clear();
        self.found.clear();
        self.in_order = true;
        // Numbers run out after four thousand million searches; then all is forgotten once.
        self.round = self.round.checked_add(1).unwrap_or_else(|| {
            self.of_header.clear();
            self.places.clear();
            1
        });
        if self.of_header.len() != fields {
            self.of_header.clear();
            self.of_header.resize(fields, Place::default());
        }
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

    /// Takes of the undetermined rules those that may worsen the verdict.
    pub(super) fn open(&mut self, worse: Option<&Waiting>) {
        match worse {
            Some(worse) => self.open.become_common(&self.undetermined, worse),
            None => self.open.clear(),
        }
        self.is_whole = self.open.is_whole();
        self.undetermined.clear();
    }

    /// Whether looking for all that wait for one of so many fields costs less than looking at each open
    /// rule.
    pub(super) fn are_many(&self, fields: usize) -> bool {
        self.open.len() * FIELDS > fields
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
    #[inline(always)]
    pub(super) fn want_where_open(&mut self, fact: FactRef, asked: &Asked) -> usize {
        let mut rules = self.spare.pop().unwrap_or_default();
        match (asked.is_whole, self.is_whole) {
            (true, _) => rules.become_common_in(&self.open, &asked.by),
            (_, true) => rules.become_common_in(&asked.by, &self.open),
            _ => rules.become_common(&self.open, &asked.by),
        }
        let words = rules.words();
        if words == 0 {
            self.reclaim(rules);
            return 0;
        }
        match self.at(fact) {
            At::New => self.missing.push(Missing { fact, rules }),
            At::Known(at) => self.add_rules(at, rules),
        }
        words
    }

    /// So many rules more wait for a fact that is missing already.
    #[cold]
    fn add_rules(&mut self, at: usize, rules: Waiting) {
        if let Some(missing) = self.missing.get_mut(at) {
            let mut both = self.spare.pop().unwrap_or_default();
            both.become_either(&missing.rules, &rules);
            std::mem::swap(&mut both, &mut missing.rules);
            self.reclaim(both);
        }
        self.reclaim(rules);
    }

    /// The rules that wait for a fact, which from now on is missing.
    pub(super) fn waiting_for(&mut self, fact: FactRef) -> Option<&mut Waiting> {
        let at = match self.at(fact) {
            At::Known(at) => at,
            At::New => {
                let rules = self.spare.pop().unwrap_or_default();
                self.missing.push(Missing { fact, rules });
                self.missing.len() - 1
            }
        };
        self.missing.get_mut(at).map(|missing| &mut missing.rules)
    }

    /// Where a fact stands among those that are missing; a new one is to be put behind them.
    #[inline]
    fn at(&mut self, fact: FactRef) -> At {
        let next = Place {
            round: self.round,
            at: u32::try_from(self.missing.len()).unwrap_or(u32::MAX),
        };
        let place = match fact {
            FactRef::Header(field) => self.of_header.get_mut(field.0 as usize),
            FactRef::Cell(field, _, row) => self.place(field.0 as usize, row as usize),
            FactRef::List(list) => self.place(self.fields() + list.0 as usize, 0),
        };
        match place {
            Some(place) if place.round == next.round => At::Known(place.at as usize),
            place => {
                if let Some(place) = place {
                    *place = next;
                }
                let last = self.missing.last();
                self.in_order &= last.is_none_or(|last| last.fact < fact);
                At::New
            }
        }
    }

    /// The place of a fact that is not one of the header.
    fn place(&mut self, kind: usize, row: usize) -> Option<&mut Place> {
        if self.places.len() <= kind {
            self.places.resize_with(kind + 1, Vec::new);
        }
        let rows = self.places.get_mut(kind)?;
        if rows.len() <= row {
            rows.resize(row + 1, Place::default());
        }
        rows.get_mut(row)
    }

    /// How many fields there are.
    fn fields(&self) -> usize {
        self.of_header.len()
    }

    /// Writes the missing facts down, sorted.
    pub(super) fn tell(&mut self, missing: &mut Vec<Missing>) {
        if !self.in_order {
            self.missing.sort_unstable_by_key(|missing| missing.fact);
        }
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
