//! Rules, their clauses and consequences, and definitions.

use super::{Citation, Expr, Force, Labels, Name, Noted, RuleTable, Spanned, Sure};
use crate::ground::span::At;

/// `let NAME = EXPRESSION "…" / "…"`
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ExprKind, ItemKind};
/// let (file, _) = parse("let heavy = gross > 500 kg \"重货\" / \"heavy goods\"\n");
/// let ItemKind::Let(heavy) = &file.items[0].kind else { panic!("no definition") };
/// assert_eq!(heavy.name.node, "heavy");
/// assert!(matches!(*heavy.value.kind, ExprKind::Compare(..)));
/// // A sign that has no meaning in the language.
/// assert_eq!(parse("let heavy ~ gross\n").1[0].code, kakou::syntax::codes::ODD_CHARACTER);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, complaints) = parse("rule BR-08.2 \"重货\" / \"heavy goods\"
///   when gross > 500 kg
///   then hold
/// ");
/// let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("no rule") };
/// assert_eq!((rule.id.node.as_str(), rule.clauses.len()), ("BR-08.2", 2));
/// // That it needs a basis is the checker's business, not the reader's.
/// assert!(complaints.is_empty());
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Clause, ItemKind};
/// let (file, _) = parse("rule A
///   for line is first; business is rd
///   then hold
///   when size > 5
/// ");
/// let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("no rule") };
/// // As written: their order is kept for the printer and says nothing.
/// let [scope, then, when] = &rule.clauses[..] else { panic!("three clauses") };
/// assert!(matches!(&scope.node, Clause::For(terms) if terms.len() == 2));
/// assert!(matches!((&then.node, &when.node), (Clause::Then(_), Clause::When(_))));
/// let (_, complaints) = parse("rule A\n  wen size > 5\n");
/// assert_eq!(complaints[0].help, ["did you mean `when`?"]);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Binding, Clause, ItemKind};
/// let (file, _) = parse("rule A\n  each item, doc in item.licences\n");
/// let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("no rule") };
/// let Clause::Each(bindings) = &rule.clauses[0].node else { panic!("no each") };
/// assert!(matches!(&bindings[0], Binding::Element(name) if name.node == "item"));
/// assert!(matches!(&bindings[1], Binding::In { set, .. } if set.node == "item.licences"));
/// // A set is a field, not a value that is worked out.
/// assert_eq!(parse("rule A\n  each doc in 5\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Clause, Consequence, ItemKind};
/// let (file, _) = parse("rule A
///   then hold, require firmly licence 7, waive route where it is trade
/// ");
/// let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("no rule") };
/// let Clause::Then(then) = &rule.clauses[0].node else { panic!("no then") };
/// assert!(matches!(&then[0], Consequence::Outcome(name) if name.node == "hold"));
/// assert!(matches!(&then[1], Consequence::Require { firmly: true, argument: Some(_), .. }));
/// assert!(matches!(&then[2], Consequence::Waive { condition: Some(_), .. }));
/// // Which kind of requirement?
/// assert_eq!(parse("rule A\n  then require\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
