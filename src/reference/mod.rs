//! The meaning of checked rules, slowly and plainly: the oracle for tests, for fuzzing and for
//! disputes, and the evaluator behind explanations.
//!
//! It reads like the specification. Truth is three-valued and follows Kleene's tables on the
//! conditions as written; nothing is indexed, shared or reordered. Only what can no longer change
//! anything is left out: what follows a false operand of `and`, or a true one of `or`.
//!
//! - `scene`: the facts, the day, and the element at hand; the elements a rule judges;
//! - `expr`, `cond`, `table`: what expressions, conditions and tables give there;
//! - `fires`: which rules apply, and which fire in a world of pilots;
//! - `duties`: what is required, waived and met;
//! - `missing`: the facts that would settle what is open;
//! - `judge`: all of it together, one [`Judgement`].

pub(crate) mod cond;
pub(crate) mod duties;
pub(crate) mod expr;
pub(crate) mod fires;
pub(crate) mod judge;
pub(crate) mod missing;
pub(crate) mod scene;
pub(crate) mod table;

use crate::check::rules::{RuleSet, Sure};
use crate::facts::Facts;
use crate::ground::day::Day;
use crate::verdict::judgement::Judgement;
use fires::Standing;
pub use fires::{Trial, World};
pub use scene::{Here, Instance, Scene};
use std::sync::Arc;

/// The reference evaluator of one rule set at one level of trust.
///
/// ```
/// # use kakou::{check::rules::{RuleSet, Sure}, facts::Facts, ground::day::Day, reference::Reference};
/// # fn example(rules: &RuleSet, facts: &Facts, day: Day) {
/// let judgement = Reference::new(rules, Sure::High).judge(facts, day);
/// assert!(judgement.counted.low <= judgement.counted.high);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Reference<'r> {
    rules: &'r RuleSet,
    trust: Sure,
    standing: Arc<Standing>,
}

impl<'r> Reference<'r> {
    /// The evaluator of these rules; a rule less sure than `trust` decides nothing.
    pub fn new(rules: &'r RuleSet, trust: Sure) -> Reference<'r> {
        Reference {
            rules,
            trust,
            standing: Arc::new(Standing::of(rules)),
        }
    }

    /// Judges one declaration on a day.
    pub fn judge(&self, facts: &Facts, as_of: Day) -> Judgement {
        judge::judge(&self.trial(facts, as_of))
    }

    /// The facts and the day, to evaluate single expressions and conditions.
    pub fn scene<'a>(&self, facts: &'a Facts, as_of: Day) -> Scene<'a>
    where
        'r: 'a,
    {
        Scene {
            rules: self.rules,
            facts,
            as_of,
        }
    }

    /// Every rule applied to every element, to see why rules fire and why not.
    pub fn trial<'a>(&self, facts: &'a Facts, as_of: Day) -> Trial<'a>
    where
        'r: 'a,
    {
        Trial::new(self.scene(facts, as_of), self.trust, &self.standing)
    }
}
