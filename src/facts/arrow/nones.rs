//! Facts that are none, by their paths: where the nulls of a column say nothing, a column of its own
//! tells which of them say none.

use super::super::Facts;
use super::super::error::{self, shown};
use super::super::given::{no_record, step};
use super::super::index::{Child, Index, Leaf};
use super::super::leaf::Fault;
use crate::schema::value::ListId;

/// What such a column is called.
pub(super) const COLUMN: &str = "kakou.none";

/// What a path leads to: of a list the owner.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Leaf(Leaf, u32),
    Record,
    List(ListId, u32),
}

/// What stands at a path, its places counted from 1: `items[2].total`.
///
/// # Errors
/// A name that the schema does not know, an element that was not given.
pub(super) fn target(index: &Index, facts: &Facts, path: &str) -> Result<Target, Fault> {
    let (mut node, mut row) = (index.root(), 0);
    let mut rest = Some(path);
    while let Some(part) = rest {
        let (part, after) = match part.split_once('.') {
            Some((part, after)) => (part, Some(after)),
            None => (part, None),
        };
        let (name, place) = match part.split_once('[') {
            Some((name, place)) => (name, Some(place)),
            None => (part, None),
        };
        match (step(index, node, name)?, place, after) {
            (Child::Leaf(leaf), None, None) => return Ok(Target::Leaf(leaf, row)),
            (Child::Record(_), None, None) => return Ok(Target::Record),
            (Child::List(list, _), None, None) => return Ok(Target::List(list, row)),
            (Child::Record(inner), None, Some(_)) => node = inner,
            (Child::List(list, _), Some(place), Some(_)) => {
                row = element(facts, list, row, place)
                    .ok_or_else(|| Fault::new(error::BAD_LENGTH, "there is no such element"))?;
                node = index.element(list);
            }
            (Child::List(..), ..)
            | (Child::Leaf(_), Some(_), _)
            | (Child::Record(_), Some(_), _) => {
                let message = format!("`{}` is no fact", shown(part));
                return Err(Fault::new(error::UNKNOWN_FIELD, message));
            }
            (Child::Leaf(_), None, Some(_)) => return Err(no_record(name)),
        }
        rest = after;
    }
    // The path of nothing is empty, and an empty name is no name of the schema.
    Err(no_record(path))
}

/// The row of the element at a place, written with the bracket behind it.
fn element(facts: &Facts, list: ListId, owner: u32, place: &str) -> Option<u32> {
    let place: u32 = place.strip_suffix(']')?.parse().ok()?;
    let rows = facts.rows(list)?.of(owner);
    let row = rows.start.checked_add(place.checked_sub(1)?)?;
    rows.contains(&row).then_some(row)
}
