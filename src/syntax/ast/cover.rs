//! Where the rule set claims to be complete, and pilots, which change it for some.

use super::{Citation, Expr, Force, Labels, Name, Noted, Spanned, Sure};

/// `covers TERM; TERM from D until D as advice`
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("covers line is first; business is rd from 2019-02-01 as advice\n");
/// let ItemKind::Covers(covers) = &file.items[0].kind else { panic!("no coverage") };
/// assert_eq!((covers.terms.len(), covers.advice), (2, true));
/// assert!(covers.force.from.is_some() && covers.force.until.is_none());
/// // Terms are joined by `;`, each is one test of a code or a list.
/// let (_, complaints) = parse("covers line is first and business is rd\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("pilot port \"港口试点\" / \"pilot of the port\"
///   by FST-2018-49
///   mode shadow
/// ");
/// let ItemKind::Pilot(pilot) = &file.items[0].kind else { panic!("no pilot") };
/// assert_eq!((pilot.name.node.as_str(), pilot.clauses.len()), ("port", 2));
/// // What a pilot demands is said by its rules: it has no `then`.
/// assert_eq!(parse("pilot port\n  then hold\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, PilotClause};
/// let (file, complaints) = parse("pilot port
///   mode live
///   suspend A-1, A-2
/// pilot calm
///   mode quiet
/// ");
/// let ItemKind::Pilot(port) = &file.items[0].kind else { panic!("no pilot") };
/// assert_eq!(port.clauses[0].node, PilotClause::Mode(true));
/// assert!(matches!(&port.clauses[1].node, PilotClause::Suspend(rules) if rules.len() == 2));
/// // Live or shadow, nothing between.
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
