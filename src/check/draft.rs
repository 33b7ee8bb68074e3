//! A rule before it is numbered, with what its text says to the others.

use super::order::Beginning;
use super::rules::{PilotId, Place, Rule, Terms};
use crate::ground::span::{At, SourceId, Span};
use crate::schema::value::FieldId;
use crate::syntax::ast;
use std::sync::Arc;

/// A rule before exceptions are numbered.
#[derive(Debug, Clone)]
pub(super) struct RuleDraft {
    pub rule: Rule,
    /// What is asked of every rule when they are held against each other.
    pub brief: Brief,
    /// What else its text says.
    pub notes: Arc<Notes>,
    /// Where its text is now.
    pub moved: Moved,
}

/// What is asked of every rule when rules are held against each other. It stands beside the rule, so
/// that of most rules nothing else need be looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brief {
    /// How its identifier begins.
    pub begins: Beginning,
    /// The pilot it belongs to.
    pub pilot: Option<PilotId>,
    /// Whether it names rules after `over`.
    pub is_over: bool,
    /// Whether it is a part of a rule's table.
    pub is_part: bool,
}

/// What is asked of the text of a rule when rules are held against each other. Its places are those
/// that it had when it was read.
#[derive(Debug)]
pub(super) struct Notes {
    /// The rules named after `over`.
    pub over: Vec<ast::Name>,
    /// The field on which the period counts; the as-of date where none.
    pub on: Option<String>,
    /// Where the identifier stands.
    pub id_at: Span,
    /// For a part of a rule's table: the rule's own identifier.
    pub whole: Option<String>,
    /// Whether all of `each` was understood.
    pub each_known: bool,
    /// Where each citation stands.
    pub cited_at: Vec<Span>,
    /// The scope's place, for complaints.
    pub scope_at: Span,
    /// A field that nothing in the scope can meet.
    pub never: Option<FieldId>,
}

/// How far the text of a rule moved since it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moved {
    /// The text in which it is now.
    pub source: SourceId,
    /// Where it began when it was read.
    pub then: u32,
    /// Where it begins now.
    pub now: u32,
}

impl Moved {
    /// Not at all, in this text.
    pub fn not(source: SourceId) -> Moved {
        Moved {
            source,
            then: 0,
            now: 0,
        }
    }

    /// Where a place in it is now.
    pub fn span(self, then: Span) -> Span {
        let byte = |then: u32| self.now.saturating_add(then.saturating_sub(self.then));
        Span::new(self.source, byte(then.start), byte(then.end))
    }
}

impl RuleDraft {
    /// A rule as it was read.
    pub fn new(terms: Terms, at: Span, notes: Arc<Notes>) -> RuleDraft {
        RuleDraft {
            brief: Brief {
                begins: Beginning::of(&terms.id),
                pilot: terms.pilot,
                is_over: !notes.over.is_empty(),
                is_part: notes.whole.is_some(),
            },
            rule: Rule::new(terms, Place(at)),
            notes,
            moved: Moved::not(at.source),
        }
    }

    /// What its author calls it: a part of a table goes by the name of its rule.
    pub fn shown(&self) -> &str {
        self.notes.whole.as_deref().unwrap_or(&self.rule.id)
    }

    /// Where the identifier stands.
    pub fn id_at(&self) -> Span {
        self.moved.span(self.notes.id_at)
    }

    /// Where the scope stands, for complaints.
    pub fn scope_at(&self) -> Span {
        self.moved.span(self.notes.scope_at)
    }

    /// A name after `over`, at its place.
    pub fn placed(&self, name: &ast::Name) -> ast::Name {
        let mut placed = name.clone();
        placed.at = At(self.moved.span(name.at.0));
        placed
    }
}
