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
        rule.traits.has(Traits::TRUSTED) && self.holds(rule)
    }
}
