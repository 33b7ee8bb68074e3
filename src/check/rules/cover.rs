//! Where the rule set claims to be complete, and pilots, which change it for some.

use super::{Basis, Cond, Force, Place, RuleId, Sure};
use crate::schema::Labels;

/// Where the rule set claims to be complete.
///
/// ```
/// # let file = |name: &str| std::fs::read_to_string(format!("examples/gate/{name}")).unwrap();
/// # let beside_the_gate = |text: &str| {
/// #     let texts = [("gate.rules", file("gate.rules")), ("more.rules", text.to_owned())];
/// #     let folder = kakou::Folder::from_texts(texts)
/// #         .with_file("lines.csv", file("lines.csv"))
/// #         .with_file("currencies.csv", file("currencies.csv"));
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let rules = beside_the_gate("covers line is first as advice\n").rules.ok_or("refused")?;
/// let advice: Vec<bool> = rules.covers.iter().map(|cover| cover.advice).collect();
/// assert_eq!(advice, [false, true]);
/// // What is covered is said by codes and lists, as in `for`, not by what is worked out.
/// let refused = beside_the_gate("covers heavy is first
/// let heavy = line when weight_error > 1 %, otherwise line
/// ");
/// let why = kakou::check::codes::SCOPE_TOO_RICH;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let file = |name: &str| std::fs::read_to_string(format!("examples/gate/{name}")).unwrap();
/// # let beside_the_gate = |text: &str| {
/// #     let texts = [("gate.rules", file("gate.rules")), ("more.rules", text.to_owned())];
/// #     let folder = kakou::Folder::from_texts(texts)
/// #         .with_file("lines.csv", file("lines.csv"))
/// #         .with_file("currencies.csv", file("currencies.csv"));
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let pilot = |name| format!("pilot {name}
///   by GATE
///   for line is second
///   mode live
///   suspend G-01
/// ");
/// let rules = beside_the_gate(&pilot("calm")).rules.ok_or("refused")?;
/// // To suspend a rule is to excuse it where the pilot holds.
/// let calm = &rules.pilots[0];
/// let suspends = calm.suspends.and_then(|id| rules.rule(id)).ok_or("nothing")?;
/// let excused = suspends.over.iter().filter_map(|id| rules.rule(*id));
/// assert_eq!(excused.map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["G-01"]);
/// assert!(calm.live && calm.rules.is_empty());
/// // Two pilots that touch one rule in the same place must say which of them counts.
/// let refused = beside_the_gate(&(pilot("calm") + &pilot("quiet")));
/// let why = kakou::check::codes::PILOTS_COLLIDE;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
