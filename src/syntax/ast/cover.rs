//! Where the rule set claims to be complete, and pilots, which change it for some.

use super::{Citation, Expr, Force, Labels, Name, Noted, Spanned, Sure};

/// `covers TERM; TERM from D until D as advice`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covers {
    /// What is covered; as in `for`.
    pub terms: Vec<Expr>,
    /// The period.
    pub force: Force,
    /// `as advice`
    pub advice: bool,
}

/// `pilot NAME "…" / "…"` with by, for, force, mode, suspend and over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pilot {
    /// What it is called.
    pub name: Name,
    /// Its titles.
    pub labels: Labels,
    /// Its clauses in the order written.
    pub clauses: Vec<Noted<PilotClause>>,
}

/// A clause of a pilot. Each may stand once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PilotClause {
    /// `by LAW article 5, sure high`
    By {
        /// The citations.
        citations: Vec<Citation>,
        /// How sure our use of them is.
        sure: Option<Spanned<Sure>>,
    },
    /// `for TERM; TERM`
    For(Vec<Expr>),
    /// `force from D until D`
    Force(Force),
    /// `mode live` (true) or `mode shadow` (false)
    Mode(bool),
    /// `suspend RULE, RULE`
    Suspend(Vec<Name>),
    /// `over PILOT, PILOT`: where both touch a rule, this one counts.
    Over(Vec<Name>),
}
