//! How a rule stands among others, and in which worlds it takes part.

use crate::check::rules::PilotId;
use crate::schema::value::OutcomeId;

/// How a rule stands among others: what is asked of every rule that applies, again and again, and
/// so small that those of all rules stay near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its pilot.
    pub pilot: Option<PilotId>,
    /// Its outcome.
    pub outcome: Option<OutcomeId>,
    /// What else is true of it.
    pub traits: Traits,
}

/// What is true of a rule, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traits(u8);

impl Traits {
    /// It is sure enough to decide.
    pub const TRUSTED: Traits = Traits(1);
    /// It belongs to a pilot.
    pub const PILOTED: Traits = Traits(1 << 1);
    /// It belongs to no pilot or to a live one.
    pub const LIVE: Traits = Traits(1 << 2);
    /// There are rules over it.
    pub const EXCUSABLE: Traits = Traits(1 << 3);
    /// It requires something.
    pub const REQUIRES: Traits = Traits(1 << 4);
    /// It waives something.
    pub const WAIVES: Traits = Traits(1 << 5);
    /// It speaks for every department that sees only what is its own.
    pub const FOR_ALL: Traits = Traits(1 << 6);

    /// Those of these that are true.
    pub(crate) fn of<const N: usize>(traits: [(Traits, bool); N]) -> Traits {
        let some = traits.into_iter().filter(|(_, is)| *is);
        some.fold(Traits::default(), |all, (one, _)| all.union(one))
    }

    /// Whether it is one of these.
    #[inline]
    pub fn has(self, one: Traits) -> bool {
        self.0 & one.0 != 0
    }

    /// Whether a rule that applies fires in every world, and says an outcome and nothing else.
    #[inline]
    pub fn is_plain(self) -> bool {
        let worlds = Traits::PILOTED.0 | Traits::EXCUSABLE.0;
        self.0 & (worlds | Traits::REQUIRES.0 | Traits::WAIVES.0) == 0
    }

    /// Whether it belongs to a live pilot.
    pub(crate) fn is_live_pilot(self) -> bool {
        self.has(Traits::PILOTED) && self.has(Traits::LIVE)
    }

    /// Those of either.
    #[inline]
    pub fn union(self, other: Traits) -> Traits {
        Traits(self.0 | other.0)
    }
}

impl Standing {
    /// That of no rule, which takes part in nothing.
    pub(crate) const NONE: Standing = Standing {
        pilot: None,
        outcome: None,
        traits: Traits(0),
    };

    /// Whether it is sure enough to decide.
    #[inline]
    pub(crate) fn decides(self) -> bool {
        self.traits.has(Traits::TRUSTED)
    }

    /// The outcome that it asks for where it decides, or the mildest.
    #[inline]
    pub(crate) fn decided(self) -> OutcomeId {
        match self.decides() {
            true => self.outcome.unwrap_or_default(),
            false => OutcomeId::default(),
        }
    }
}

/// How 64 rules whose numbers follow each other stand, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mask {
    /// Those that are plain.
    pub plain: u64,
    /// Those that are sure enough to decide.
    pub trusted: u64,
    /// Those that speak for every department that sees only what is its own.
    pub for_all: u64,
}

/// How all rules stand, 64 at once: what is asked of each rule that applies is asked of so many
/// together.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    of: Vec<Mask>,
    /// By 64 rules, for each outcome but the mildest those that ask for it or for a worse one.
    says: Vec<u64>,
    /// How many outcomes there are besides the mildest.
    worse: usize,
}

impl Masks {
    /// Those of rules that stand like this, where there are so many outcomes.
    pub(crate) fn new(standings: &[Standing], outcomes: usize) -> Masks {
        let worse = outcomes.saturating_sub(1);
        let mut masks = Masks {
            worse,
            ..Masks::default()
        };
        for some in standings.chunks(64) {
            let those = |is: &dyn Fn(&Standing) -> bool| {
                let bits = some.iter().enumerate();
                bits.fold(0, |all, (at, rule)| all | u64::from(is(rule)) << at)
            };
            masks.of.push(Mask {
                plain: those(&|rule| rule.traits.is_plain()),
                trusted: those(&|rule| rule.decides()),
                for_all: those(&|rule| rule.traits.has(Traits::FOR_ALL)),
            });
            for at_least in (1..=u8::MAX).map(OutcomeId).take(worse) {
                let says = |rule: &Standing| rule.outcome.is_some_and(|own| own >= at_least);
                masks.says.push(those(&says));
            }
        }
        masks
    }

    /// How these 64 stand; those that are no rules take part in nothing.
    #[inline(always)]
    pub fn of(&self, at: u32) -> Mask {
        self.of.get(at as usize).copied().unwrap_or_default()
    }

    /// What these 64 ask for.
    #[inline(always)]
    pub(super) fn says(&self, at: u32) -> Says<'_> {
        let says = self.says.get(at as usize * self.worse..).unwrap_or(&[]);
        Says(says.get(..self.worse).unwrap_or(&[]))
    }

    /// The bytes they take.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.of) + size_of_val(&*self.says)
    }
}

/// Of 64 rules, for each outcome but the mildest those that ask for it or for a worse one.
#[derive(Clone, Copy)]
pub(super) struct Says<'m>(&'m [u64]);

impl Says<'_> {
    /// The worst outcome that some of these ask for, or this one, if that is worse.
    #[inline(always)]
    pub(super) fn worst(self, rules: u64, mut worst: OutcomeId) -> OutcomeId {
        // Who asks for a worse outcome asks for the milder ones too.
        while let Some(worse) = self.0.get(usize::from(worst.0)) {
            if rules & worse == 0 {
                break;
            }
            worst.0 += 1;
        }
        worst
    }
}

/// Which pilots count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// None.
    Base,
    /// All live ones.
    Counted,
    /// All live ones and this one.
    With(PilotId),
}

impl World {
    /// Whether a rule of this pilot, or of none, is in the world.
    #[inline]
    pub fn holds(self, rule: Standing) -> bool {
        match (rule.pilot, self) {
            (None, _) => true,
            (Some(_), World::Base) => false,
            (Some(_), World::Counted) => rule.traits.has(Traits::LIVE),
            (Some(pilot), World::With(with)) => rule.traits.has(Traits::LIVE) || pilot == with,
        }
    }

    /// Whether the rule decides in the world.
    #[inline]
    pub fn takes_part(self, rule: Standing) -> bool {
        rule.decides() && self.holds(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules on both sides of the end of a word, with and without an outcome: what masks say of each
    /// is what its own standing does.
    #[test]
    fn masks_say_of_each_rule_what_its_standing_does() {
        let standing = |at: u8| Standing {
            pilot: None,
            outcome: (!at.is_multiple_of(5)).then_some(OutcomeId(at % 4)),
            traits: Traits::of([
                (Traits::TRUSTED, !at.is_multiple_of(3)),
                (Traits::WAIVES, at.is_multiple_of(7)),
                (Traits::FOR_ALL, at.is_multiple_of(2)),
            ]),
        };
        let all: Vec<Standing> = (0..130).map(standing).collect();
        let masks = Masks::new(&all, 4);
        for (number, rule) in all.iter().enumerate() {
            let (at, bit) = (u32::try_from(number / 64).unwrap(), 1u64 << (number % 64));
            let mask = masks.of(at);
            let found = [mask.plain, mask.trusted, mask.for_all].map(|mask| mask & bit != 0);
            let has = |trait_| rule.traits.has(trait_);
            assert_eq!(
                found,
                [
                    rule.traits.is_plain(),
                    has(Traits::TRUSTED),
                    has(Traits::FOR_ALL)
                ],
                "rule {number}"
            );
            for before in (0..4).map(OutcomeId) {
                let worst = before.max(rule.outcome.unwrap_or_default());
                assert_eq!(masks.says(at).worst(bit, before), worst, "rule {number}");
            }
        }
        assert_eq!(masks.of(3), Mask::default());
        assert_eq!(masks.says(3).worst(u64::MAX, OutcomeId(1)), OutcomeId(1));
    }
}
