//! What several requirements of one kind and element ask for together: each of them, or only the
//! largest or the earliest, and whether they contradict each other.

use super::duty::{Ask, Work, asks_of};
use crate::facts::eval::comparable;
use crate::ground::truth::Truth;
use crate::schema::value::{OutcomeId, Value};
use crate::verdict::judgement::Interval;

/// What a requirement counts as among others of its group, for one department or for all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    /// Its place in the group.
    pub(super) work: u32,
    pub(super) obliged: Truth,
    /// Whether several rules require it.
    pub(super) several: bool,
}

/// Requirements of one kind and element.
#[derive(Clone, Copy)]
pub(super) struct Group<'g> {
    pub(super) works: &'g [Work],
    pub(super) claims: &'g [Claim],
    /// What each rule asks for, of all groups.
    pub(super) asks: &'g [Ask],
}

/// Which requirements of a group count.
pub(super) enum Picked {
    /// Each by itself.
    Every,
    /// The largest or the earliest that is certain, and those that may turn out to beat it.
    Best {
        certain: Option<Value>,
        largest: bool,
    },
}

impl Picked {
    pub(super) fn keeps(&self, argument: Option<&Value>, obliged: Truth) -> bool {
        match (self, argument) {
            (Picked::Every, _) | (_, None) | (Picked::Best { certain: None, .. }, _) => true,
            (
                Picked::Best {
                    certain: Some(best),
                    largest,
                },
                Some(value),
            ) => match obliged {
                Truth::False => true,
                Truth::True => value == best,
                Truth::Unknown => beats(value, best, *largest),
            },
        }
    }
}

fn beats(value: &Value, best: &Value, largest: bool) -> bool {
    if largest { value > best } else { value < best }
}

impl<'g> Group<'g> {
    fn each(self) -> impl Iterator<Item = (&'g Work, Claim)> {
        let claims = self.claims.iter();
        claims.filter_map(move |claim| Some((self.works.get(claim.work as usize)?, *claim)))
    }

    /// What a requirement of the group is about.
    fn argument(self, work: &Work) -> Option<&'g Value> {
        asks_of(self.asks, work).first()?.argument.as_ref()
    }

    pub(super) fn every_one(self, otherwise: OutcomeId) -> Interval {
        let mut interval = Interval::default();
        for (work, claim) in self.each() {
            if claim.obliged != Truth::False && work.met != Truth::True {
                interval.high = interval.high.max(otherwise);
            }
            if claim.obliged == Truth::True && work.met == Truth::False {
                interval.low = interval.low.max(otherwise);
            }
        }
        interval
    }

    /// Whether all arguments that count in this way can be compared with each other.
    fn all_comparable(self, way: fn(Truth) -> bool) -> bool {
        let mut first: Option<&Value> = None;
        let mut due = self.each().filter(|(_, claim)| way(claim.obliged));
        due.all(|(work, _)| match self.argument(work) {
            Some(value) => comparable(first.get_or_insert(value), value),
            None => true,
        })
    }

    /// Arguments that cannot be compared count each by itself; where it is open whether those
    /// that differ are required at all, only what holds either way is certain.
    fn not_compared(self, otherwise: OutcomeId) -> Interval {
        let mut interval = self.every_one(otherwise);
        let mut due = self.each().filter(|(_, claim)| claim.obliged.possible());
        if self.all_comparable(Truth::certain) && !due.all(|(work, _)| work.met == Truth::False) {
            interval.low = OutcomeId::default();
        }
        interval
    }

    /// Only the largest, or the earliest, counts; as long as they can be compared at all.
    pub(super) fn best(self, otherwise: OutcomeId, largest: bool) -> (Interval, Picked) {
        if !self.all_comparable(Truth::possible) {
            return (self.not_compared(otherwise), Picked::Every);
        }
        let mut certain: Option<&Value> = None;
        for (work, _) in self
            .each()
            .filter(|(_, claim)| claim.obliged == Truth::True)
        {
            let Some(value) = self.argument(work) else {
                continue;
            };
            if certain.is_none_or(|best| beats(value, best, largest)) {
                certain = Some(value);
            }
        }
        let picked = Picked::Best {
            certain: certain.cloned(),
            largest,
        };
        let mut interval = Interval::default();
        let (mut some_certain, mut all_unmet) = (false, true);
        for (work, claim) in self.each() {
            if claim.obliged == Truth::False {
                continue;
            }
            some_certain |= claim.obliged == Truth::True;
            if !picked.keeps(self.argument(work), claim.obliged) {
                continue;
            }
            all_unmet &= work.met == Truth::False;
            if work.met != Truth::True {
                interval.high = otherwise;
            }
        }
        if some_certain && all_unmet {
            interval.low = otherwise;
            interval.high = otherwise;
        }
        (interval, picked)
    }

    /// Two that differ contradict each other. Those whose argument is not known are one
    /// requirement here but may turn out to be several.
    pub(super) fn contradiction(self, missing: OutcomeId) -> Interval {
        let (mut certain, mut possible, mut several) = (0u32, 0u32, false);
        for (work, claim) in self.each() {
            let known = asks_of(self.asks, work)
                .first()
                .is_some_and(|ask| ask.argument_known);
            certain += u32::from(claim.obliged.certain() && known);
            possible += u32::from(claim.obliged.possible());
            several |= claim.obliged.possible() && !known && claim.several;
        }
        let mild = OutcomeId::default();
        Interval {
            low: if certain > 1 { missing } else { mild },
            high: if certain > 1 || possible > 1 || several {
                missing
            } else {
                mild
            },
        }
    }
}
