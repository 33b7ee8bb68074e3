//! Facts of a declaration of which nothing is said yet, as a reader has them before it reads on:
//! what `absent means none` is none, and the rest is unknown.

use super::index::Index;
use super::{Facts, ListState};
use crate::schema::Schema;
use crate::schema::value::ListId;

/// Declarations and elements of which nothing is said yet; made once for a schema.
#[derive(Debug, Clone)]
pub(crate) struct Blank(Index);

impl Blank {
    pub(crate) fn new(schema: &Schema) -> Blank {
        Blank(Index::new(schema))
    }

    /// A declaration.
    pub(crate) fn facts(&self) -> Facts {
        self.0.blank().clone()
    }

    /// Adds an element to the last owner of a list, which is given from now on.
    pub(crate) fn open_row(&self, facts: &mut Facts, list: ListId) -> u32 {
        let Some(rows) = facts.rows_mut(list) else {
            return 0;
        };
        rows.set_last_state(ListState::Given);
        let row = rows.push_row_of(self.0.blank_row(list));
        for (inner, state) in self.0.inner(list) {
            if let Some(rows) = facts.rows_mut(*inner) {
                rows.push_owner(*state);
            }
        }
        row
    }
}
