//! Conditions: what is true, false or undetermined of a declaration.

use super::{CompareOp, DecisionTableId, Expr, NamedListId, Quantity};
use crate::schema::value::{Code, FieldId, Hs, ListId};

/// A condition. It is evaluated as written, by Kleene's tables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cond {
    /// True.
    Always,
    /// All; true where empty.
    And(Vec<Cond>),
    /// At least one; false where empty.
    Or(Vec<Cond>),
    /// The contrary.
    Not(Box<Cond>),
    /// A bool: none is false.
    Flag(Expr),
    /// A comparison: none on either side is false. Sets are not compared.
    Compare(CompareOp, Expr, Expr),
    /// True for none, false for a value, undetermined for unknown.
    IsNone(Expr),
    /// `is`, `is not`: none is false either way.
    OneOf {
        /// A code.
        value: Expr,
        /// Sorted.
        codes: Vec<Code>,
        /// `is not`
        negated: bool,
    },
    /// `under`, `not under`: none is false either way; a code too short to tell is undetermined.
    Under {
        /// A tariff code.
        value: Expr,
        /// The prefixes, sorted.
        prefixes: Vec<Hs>,
        /// `not under`
        negated: bool,
    },
    /// `in LIST`, `not in LIST`: none in any key is false either way.
    InList {
        /// One for each key column.
        keys: Vec<Expr>,
        /// The list.
        list: NamedListId,
        /// The day on which the list is read; the as-of date where none.
        on: Option<Expr>,
        /// `not in`
        negated: bool,
    },
    /// `in TABLE(…)` where the table gives a set: none is false either way.
    InSet {
        /// A code.
        value: Expr,
        /// A set: a table call, or a field.
        set: Expr,
        /// `not in`
        negated: bool,
    },
    /// The set holds one of the codes: none on either side is false.
    Has {
        /// A set.
        set: Expr,
        /// Codes: constants, a bound code or `it`.
        codes: Vec<Expr>,
    },
    /// So many elements satisfy the condition. A list or set that is none has no elements; one that is
    /// unknown leaves it undetermined.
    Quantified {
        /// How many.
        quantity: Quantity,
        /// Over what.
        over: Each,
        /// The condition; [`Cond::Always`] where none is written.
        body: Box<Cond>,
    },
    /// One of these rows of the table is the one that counts.
    Rows {
        /// The table.
        table: DecisionTableId,
        /// The inputs.
        inputs: Vec<Expr>,
        /// Rows of equal consequence stand together.
        rows: RowNumbers,
    },
}

/// What `each` ranges over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Each {
    /// The elements of a list; for a list inside a list, those of the element at hand.
    List(ListId),
    /// The codes of a set field. The code at hand is [`Expr::Bound`], numbered from the outside in.
    Set(FieldId),
}

/// Rows of a decision table by number from 0, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowNumbers(pub Vec<u16>);

impl std::ops::Deref for RowNumbers {
    type Target = [u16];

    fn deref(&self) -> &[u16] {
        &self.0
    }
}

impl std::hash::Hash for RowNumbers {
    /// One by one: the standard library hashes a run of integers as the machine stores them, and
    /// the fingerprint must not know the machine.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|row| row.hash(state));
    }
}
