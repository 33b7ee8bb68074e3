//! The checked rules: names are numbers, everything is typed, definitions are put in, tables
//! of rules are taken apart, pilots have become rules and exceptions. What the rules mean is
//! said by [`reference`](crate::reference) on exactly this form.

mod cond;
mod cover;
mod duty;
mod expr;
mod law;
mod rule;
mod table;

pub use cond::{Cond, Each, RowNumbers};
pub use cover::{Cover, Pilot};
pub use duty::{Kind, Require, Required, Waive};
pub use expr::Expr;
pub use law::{Basis, Event, Force, Law, Parameter, ParameterValue};
pub use rule::{Message, MessagePart, Rule};
pub use table::{Cell, DecisionTable, Output, Row};

pub use crate::syntax::ast::{
    Aggregation, ArithOp, Combine, CompareOp, ObligationState, Policy, Quantity, RuleState, Sure,
};

use crate::ground::span::Span;
use crate::schema::Schema;
use crate::schema::table::NamedList;
use std::sync::Arc;

/// A rule; rules are numbered in the order of identifier, then period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);
/// A kind of requirement; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(pub u16);
/// A law; numbered in the order of their identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LawId(pub u32);
/// An event; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub u32);
/// A parameter; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);
/// A list beside the rules; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedListId(pub u32);
/// A decision table; named ones in the order of their names, then those of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DecisionTableId(pub u32);
/// A pilot; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PilotId(pub u16);

/// A place in the text that is no part of a rule's identity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place(pub Span);

impl PartialEq for Place {
    fn eq(&self, _: &Place) -> bool {
        true
    }
}
impl Eq for Place {}
impl std::hash::Hash for Place {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// A rule set that passed every check. Immutable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleSet {
    /// The facts.
    pub schema: Arc<Schema>,
    /// The register of laws.
    pub laws: Vec<Law>,
    /// The events.
    pub events: Vec<Event>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The lists.
    pub lists: Vec<NamedList>,
    /// The decision tables.
    pub tables: Vec<DecisionTable>,
    /// The kinds of requirement.
    pub kinds: Vec<Kind>,
    /// Fields that are always or conditionally required.
    pub required: Vec<Required>,
    /// The rules, those that pilots became included.
    pub rules: Vec<Rule>,
    /// Where the rule set claims to be complete.
    pub covers: Vec<Cover>,
    /// The pilots.
    pub pilots: Vec<Pilot>,
    /// SHA-256 over all of the above but places.
    pub fingerprint: Fingerprint,
}

/// What identifies a rule set: equal for equal meaning and messages, whatever the spelling, the
/// comments, the order or the file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Fingerprint(pub [u8; 32]);

impl std::fmt::Display for Fingerprint {
    /// The first sixteen bytes in hexadecimal, enough to tell rule sets apart.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .take(16)
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl RuleSet {
    /// The rule of that number.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id.0 as usize)
    }

    /// The kind of that number.
    pub fn kind(&self, id: KindId) -> Option<&Kind> {
        self.kinds.get(usize::from(id.0))
    }

    /// The law of that number.
    pub fn law(&self, id: LawId) -> Option<&Law> {
        self.laws.get(id.0 as usize)
    }

    /// The table of that number.
    pub fn decision_table(&self, id: DecisionTableId) -> Option<&DecisionTable> {
        self.tables.get(id.0 as usize)
    }

    /// The list of that number.
    pub fn named_list(&self, id: NamedListId) -> Option<&NamedList> {
        self.lists.get(id.0 as usize)
    }
}
