//! Scenarios.

use super::{Expr, Labels, Name, Noted, Spanned, Sure};
use crate::ground::span::At;

/// `scenario "…" / "…"` and its lines.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("scenario \"重货\" / \"heavy\"\n  given \"d.ndjson\" D-1\n  expect hold\n");
/// let ItemKind::Scenario(heavy) = &file.items[0].kind else { panic!("no scenario") };
/// assert_eq!(heavy.labels.en.as_ref().map(|en| en.node.as_str()), Some("heavy"));
/// assert_eq!(heavy.lines.len(), 2);
/// // No line of a scenario begins so; the nearest that does is the help.
/// let (_, complaints) = parse("scenario \"a\"\n  expct hold\n");
/// assert_eq!(complaints[0].help, ["did you mean `expect`?"]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// What it shows; both languages may be given.
    pub labels: Labels,
    /// Its lines in the order written.
    pub lines: Vec<Noted<ScenarioLine>>,
}

/// A line of a scenario.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, ScenarioLine};
/// let (file, complaints) = parse("scenario \"a\"
///   but items[1].total = 5 CNY, form = none
///   trust medium
///   as_of today
/// ");
/// let ItemKind::Scenario(scenario) = &file.items[0].kind else { panic!("no scenario") };
/// let ScenarioLine::But(changes) = &scenario.lines[0].node else { panic!("nothing is changed") };
/// assert_eq!(changes[0].0.node, "items[1].total"); // Counted from 1.
/// assert_eq!(scenario.lines[1].node, ScenarioLine::Trust(kakou::Sure::Medium));
/// // A scenario says the same tomorrow.
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScenarioLine {
    /// `given "declarations/cbec.ndjson" CB-E3`
    Given {
        /// The file, relative to the rule folder.
        file: Spanned<String>,
        /// The declaration's id.
        id: Name,
    },
    /// `but PATH = LITERAL, PATH = none`; a path may have places: `items[1].total`.
    But(Vec<(Name, Literal)>),
    /// `without PATH, PATH`
    Without(Vec<Name>),
    /// `as_of 2026-08-03`
    AsOf(Spanned<String>),
    /// `trust medium`
    Trust(Sure),
    /// `pilot NAME`: the verdict counted with that pilot is looked at.
    Pilot(Name),
    /// `expect EXPECTATION, EXPECTATION`
    Expect(Vec<Expectation>),
}

/// What a scenario gives a field.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, Literal, ScenarioLine};
/// let given = |text: &str| match &parse(&format!("scenario \"a\"
///   but f = {text}
/// ")).0.items[0].kind {
///     ItemKind::Scenario(scenario) => match scenario.lines.first().map(|line| &line.node) {
///         Some(ScenarioLine::But(changes)) => Some(changes[0].1.clone()),
///         _ => None,
///     },
///     _ => None,
/// };
/// assert!(matches!(given("none"), Some(Literal::None(_))));
/// assert!(matches!(given("set 7 and O"), Some(Literal::Set(codes)) if codes.len() == 2));
/// assert!(matches!(given("set"), Some(Literal::Set(codes)) if codes.is_empty()));
/// assert_eq!(given("size + 1"), None); // Given, not worked out.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `none`
    None(At),
    /// A literal.
    Value(Expr),
    /// `set A and B`: the codes of a set; `set` alone is the empty set.
    Set(Vec<Name>),
}

/// What a scenario expects.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Expectation, ItemKind, ScenarioLine};
/// let (file, complaints) = parse("scenario \"a\"
///   expect release to hold, met licence 7, missing gross
///   expect not
/// ");
/// let ItemKind::Scenario(scenario) = &file.items[0].kind else { panic!("no scenario") };
/// let ScenarioLine::Expect(expected) = &scenario.lines[0].node else { panic!("nothing is expected") };
/// assert!(matches!(&expected[0], Expectation::Between(low, high) if low.node != high.node));
/// assert!(matches!(&expected[1], Expectation::Obligation { argument: Some(_), .. }));
/// assert!(matches!(&expected[2], Expectation::Missing(path) if path.node == "gross"));
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED); // Not what?
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// `release to hold`, or `hold` for both.
    Between(Name, Name),
    /// `CB-03` fires; `not CB-01` certainly does not; `undetermined CB-03`; `shadow EX-06` fires in
    /// shadow. Several rules are joined by `and`.
    Rule {
        /// What is expected of it.
        state: RuleState,
        /// The rule, or the first part of its name.
        rule: Name,
    },
    /// `unmet route general_trade`, `met licence 7`, `waived licence O`, `undetermined licence 7`
    Obligation {
        /// The state expected.
        state: ObligationState,
        /// The kind.
        kind: Name,
        /// The argument; any where none is written.
        argument: Option<Expr>,
    },
    /// `missing PATH`: the fact is named as missing.
    Missing(Name),
}

/// What a scenario expects of a rule.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Expectation, ItemKind, RuleState, ScenarioLine};
/// let (file, _) = parse("scenario \"a\"\n  expect CB-03 and not CB-01, shadow EX-06\n");
/// let ItemKind::Scenario(scenario) = &file.items[0].kind else { panic!("no scenario") };
/// let ScenarioLine::Expect(expected) = &scenario.lines[0].node else { panic!("nothing is expected") };
/// let states: Vec<_> = expected
///     .iter()
///     .filter_map(|one| match one {
///         Expectation::Rule { state, .. } => Some(*state),
///         _ => None,
///     })
///     .collect();
/// assert_eq!(states, [RuleState::Fires, RuleState::Not, RuleState::Shadow]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleState {
    /// It fires and decides.
    Fires,
    /// It certainly does not fire.
    Not,
    /// It is undetermined.
    Undetermined,
    /// It fires in shadow.
    Shadow,
}

/// The state of an obligation.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Expectation, ItemKind, ObligationState, ScenarioLine};
/// let (file, _) = parse("scenario \"a\"
///   expect waived licence O, undetermined licence O, undetermined CB-03
/// ");
/// let ItemKind::Scenario(scenario) = &file.items[0].kind else { panic!("no scenario") };
/// let ScenarioLine::Expect(expected) = &scenario.lines[0].node else { panic!("nothing is expected") };
/// let obliged = |at: usize| match &expected[at] {
///     Expectation::Obligation { state, .. } => Some(*state),
///     _ => None,
/// };
/// assert_eq!(obliged(0), Some(ObligationState::Waived));
/// assert_eq!(obliged(1), Some(ObligationState::Undetermined));
/// assert_eq!(obliged(2), None); // With a name alone it is a rule that is undetermined.
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObligationState {
    /// Its condition holds.
    Met,
    /// It certainly does not hold.
    Unmet,
    /// Another rule waives it.
    Waived,
    /// It is not determined whether it is due or met.
    Undetermined,
}
