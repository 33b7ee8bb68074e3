//! A rule: where it applies, what it says, and its message.

use super::{Basis, Cond, Each, Expr, Force, PilotId, Place, Require, RuleId, Sure, Waive};
use crate::schema::Labels;
use crate::schema::value::{DepartmentId, OutcomeId, Type};

/// A rule in its checked form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The identifier; parts of a rule's table are called `ID.1`, `ID.2`, …
    pub id: String,
    /// The titles.
    pub labels: Labels,
    /// Where it is written; never empty.
    pub basis: Vec<Basis>,
    /// The weakest of the laws' marks and the rule's own.
    pub sure: Sure,
    /// Whom it speaks for; never empty.
    pub departments: Vec<DepartmentId>,
    /// The pilot it belongs to.
    pub pilot: Option<PilotId>,
    /// The rules that it excuses, all versions of those named.
    pub over: Vec<RuleId>,
    /// What it judges one by one: nothing, a list, a set, or a list and then a list or set inside.
    pub each: Vec<Each>,
    /// The period it is in force, the pilot's included.
    pub in_force: Cond,
    /// The period as declared, for people and for the analysis; `on` another field is in `in_force`.
    pub force: Force,
    /// Where it applies, the pilot's scope included.
    pub scope: Cond,
    /// The condition.
    pub when: Cond,
    /// What excuses it.
    pub unless: Option<Cond>,
    /// Its outcome; none for `pass` and for rules that only require or waive.
    pub outcome: Option<OutcomeId>,
    /// What it requires.
    pub requires: Vec<Require>,
    /// What it waives.
    pub waives: Vec<Waive>,
    /// The message in Chinese and in English; empty where the title serves.
    pub message: Message,
    /// Where it is written in the rule text.
    pub place: Place,
}

/// A message in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Message {
    /// Chinese.
    pub zh: Vec<MessagePart>,
    /// English.
    pub en: Vec<MessagePart>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MessagePart {
    /// As it stands.
    Text(String),
    /// A value filled in, with its type.
    Value(Expr, Type),
}
