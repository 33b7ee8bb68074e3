//! Rules, their clauses and consequences, and definitions.

use super::{Citation, Expr, Force, Labels, Name, Noted, RuleTable, Spanned, Sure};
use crate::ground::span::At;

/// `let NAME = EXPRESSION "…" / "…"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Let {
    /// What it is called.
    pub name: Name,
    /// The value or condition.
    pub value: Expr,
    /// What people call it.
    pub labels: Labels,
}

/// A rule: its identifier, its titles and its clauses in the order written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The identifier.
    pub id: Name,
    /// The titles.
    pub labels: Labels,
    /// The clauses.
    pub clauses: Vec<Noted<Clause>>,
}

/// A clause of a rule. Each may stand once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// `by LAW article 1 and LAW article 2, sure high`
    By {
        /// The citations, joined by `and`.
        citations: Vec<Citation>,
        /// How sure our use of them is.
        sure: Option<Spanned<Sure>>,
    },
    /// `force from D until D on FIELD`
    Force(Force),
    /// `department customs, ecology`
    Department(Vec<Name>),
    /// `pilot NAME`: the rule belongs to that pilot.
    Pilot(Name),
    /// `over RULE, RULE`
    Over(Vec<Name>),
    /// `for TERM; TERM`
    For(Vec<Expr>),
    /// `each item, licence in item.licence_codes`
    Each(Vec<Binding>),
    /// `when CONDITION`
    When(Expr),
    /// `unless CONDITION`
    Unless(Expr),
    /// `table INPUTS, POLICY` and rows whose outputs are consequences; in place of `then`.
    Table(RuleTable),
    /// `then CONSEQUENCE, CONSEQUENCE`
    Then(Vec<Consequence>),
    /// `say "…" / "…"`
    Say(Labels),
}

/// What a quantifier or `each` ranges over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// The elements of a list, by the element's name: `item`.
    Element(Name),
    /// The codes of a set: `licence in item.licence_codes`.
    In {
        /// What each code is called.
        name: Name,
        /// The set.
        set: Name,
    },
}

/// What a rule demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// `pass`: nothing of its own; it excuses what it is over.
    Pass(At),
    /// An outcome of the schema.
    Outcome(Name),
    /// `require firmly KIND ARGUMENT`
    Require {
        /// It cannot be waived.
        firmly: bool,
        /// The kind of requirement.
        kind: Name,
        /// The argument.
        argument: Option<Expr>,
    },
    /// `waive KIND where CONDITION`; `it` is the argument.
    Waive {
        /// The kind of requirement.
        kind: Name,
        /// Which ones; all where nothing is written.
        condition: Option<Expr>,
    },
}
