//! Scenarios.

use super::{Expr, Labels, Name, Noted, Spanned, Sure};
use crate::ground::span::At;

/// `scenario "…" / "…"` and its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// What it shows; both languages may be given.
    pub labels: Labels,
    /// Its lines in the order written.
    pub lines: Vec<Noted<ScenarioLine>>,
}

/// A line of a scenario.
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
