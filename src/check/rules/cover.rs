//! Where the rule set claims to be complete, and pilots, which change it for some.

use super::{Basis, Cond, Force, Place, RuleId, Sure};
use crate::schema::Labels;

/// Where the rule set claims to be complete.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cover {
    /// The period.
    pub in_force: Cond,
    /// What.
    pub scope: Cond,
    /// It only informs.
    pub advice: bool,
    /// Where it is written.
    pub place: Place,
}

/// A pilot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pilot {
    /// Its name.
    pub name: String,
    /// Its titles.
    pub labels: Labels,
    /// Where it is written.
    pub basis: Vec<Basis>,
    /// How sure.
    pub sure: Sure,
    /// Whether it counts, or runs in shadow.
    pub live: bool,
    /// The period.
    pub force: Force,
    /// The rule that stands for its suspensions, over the rules it suspends.
    pub suspends: Option<RuleId>,
    /// Its own rules.
    pub rules: Vec<RuleId>,
}
