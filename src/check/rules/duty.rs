//! What must be given or shown: required fields, kinds of requirement, and what rules require and
//! waive.

use super::{Combine, Cond, Expr, KindId};
use crate::schema::Labels;
use crate::schema::value::{FieldId, OutcomeId, Type};

/// A field that must be given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Required {
    /// The field; in a list, that of every element.
    pub field: FieldId,
    /// When; always where none.
    pub when: Option<Cond>,
}

/// A kind of requirement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
    /// The type of its argument.
    pub argument: Option<Type>,
    /// When one counts as met; `Expr::It` is the argument. None: never known to be met.
    pub met: Option<Cond>,
    /// The outcome while it is not met.
    pub otherwise: OutcomeId,
    /// How several combine.
    pub combine: Combine,
}

/// A requirement that a rule makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Require {
    /// The kind.
    pub kind: KindId,
    /// It cannot be waived.
    pub firmly: bool,
    /// The argument.
    pub argument: Option<Expr>,
}

/// A waiver that a rule grants.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Waive {
    /// The kind.
    pub kind: KindId,
    /// Which ones; `Expr::It` is the argument.
    pub condition: Option<Cond>,
}
