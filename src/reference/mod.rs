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
/// # let rules = kakou::load("examples/gate")?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::{Facts, Reference, Sure};
/// let reference = Reference::new(&rules, Sure::High);
/// let facts = Facts::builder(&rules.schema).set("line", "second").set("weight_error", "0.04").build()?;
/// let held = reference.judge(&facts, day).counted;
/// // The weight alone holds the goods; of goods that say nothing, release is possible too.
/// assert_eq!(rules.schema.outcome_name(held.low), "hold");
/// let nothing = reference.judge(&Facts::unknown(&rules.schema), day).counted;
/// assert_eq!(rules.schema.outcome_name(nothing.low), "release");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reference<'r> {
    rules: &'r RuleSet,
    trust: Sure,
    standing: Arc<Standing>,
}

/// Judging is trying every rule, and then counting those that decide.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("line", "second").set("weight_error", "0.04").element("items", |item| item).build()?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::{Reference, Sure};
/// let reference = Reference::new(&rules, Sure::High);
/// let trial = reference.trial(&facts, day);
/// assert_eq!(reference.judge(&facts, day).fired, trial.fired(&trial.world([])));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<'r> Reference<'r> {
    /// The evaluator of these rules; a rule less sure than `trust` decides nothing.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  size : integer\n\
    /// #     law L\n  sure medium\nrule A-1\n  by L\n  when size > 5\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema).set("size", 6).build()?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Reference, Sure};
    /// // The law behind the one rule is known with medium certainty.
    /// let judged = |trust| Reference::new(&rules, trust).judge(&facts, day);
    /// assert_eq!((judged(Sure::Medium).fired.len(), judged(Sure::Medium).shadow.len()), (1, 0));
    /// assert_eq!((judged(Sure::High).fired.len(), judged(Sure::High).shadow.len()), (0, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(rules: &'r RuleSet, trust: Sure) -> Reference<'r> {
        Reference {
            rules,
            trust,
            standing: Arc::new(Standing::of(rules)),
        }
    }

    /// Judges one declaration on a day.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("line", "second").set("weight_error", "0.04").element("items", |item| item).build()?;
    /// use kakou::{Reference, Sure, ground::truth::Truth};
    /// let truth = |day: &str| {
    ///     let judgement = Reference::new(&rules, Sure::High).judge(&facts, day.parse().ok()?);
    ///     judgement.fired.first().map(|fired| fired.truth)
    /// };
    /// assert_eq!(truth("2025-01-01"), Some(Truth::True));
    /// // On that day no limit was laid down yet: the rule is open, not silent.
    /// assert_eq!(truth("2024-12-31"), Some(Truth::Unknown));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn judge(&self, facts: &Facts, as_of: Day) -> Judgement {
        judge::judge(&self.trial(facts, as_of))
    }

    /// The facts and the day, to evaluate single expressions and conditions.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Facts, Lang, Reference, Sure, reference::Here, verdict::why};
    /// let facts = Facts::builder(&rules.schema).set("line", "first").build()?;
    /// let scene = Reference::new(&rules, Sure::High).scene(&facts, day);
    /// // Rule G-01 is about the second line, and nothing is said of the weight.
    /// let here = Here::default();
    /// assert!(!why::condition(&scene, &rules.rules[0].scope, &here, Lang::En).truth.possible());
    /// assert!(why::condition(&scene, &rules.rules[0].when, &here, Lang::En).truth.possible());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Facts, Reference, Sure};
    /// let facts = Facts::builder(&rules.schema)
    ///     .set("line", "second")
    ///     .element("items", |item| item.set("total", "9.00"))
    ///     .element("items", |item| item.set("total", "12.00"))
    ///     .build()?;
    /// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
    /// // G-01 judges the declaration as a whole, G-02 each of its items.
    /// let elements: Vec<usize> = trial.rules().map(|(_, rule)| trial.instances(&rule.each).len()).collect();
    /// assert_eq!(elements, [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trial<'a>(&self, facts: &'a Facts, as_of: Day) -> Trial<'a>
    where
        'r: 'a,
    {
        Trial::new(self.scene(facts, as_of), self.trust, &self.standing)
    }
}
