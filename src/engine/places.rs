//! Where the rows of the facts at hand begin in a block: line by line, by the cells of the axes.

use super::{Block, Cell, Line};
use crate::graph::cells::{ODD, UNKNOWN};

/// The cell of the fact that a line reads.
#[inline(always)]
pub(super) fn cell_of(block: &Block, line: &Line, ranks: &[u32]) -> Cell {
    let rank = ranks.get(line.place as usize).copied().unwrap_or(ODD);
    block.cell(line, rank)
}

/// Puts down where the rows of all lines begin. All are looked up before any row is touched: what is far
/// away in memory is then fetched together and not one after the other. Says whether some line says less
/// for certain than it leaves possible, or some fact lies in no cell.
#[inline(always)]
pub(super) fn look_up(block: &Block, lines: &[Line], ranks: &[u32], places: &mut Vec<u32>) -> bool {
    places.clear();
    let mut is_open = false;
    places.extend(lines.iter().map(|line| {
        let cell = cell_of(block, line, ranks);
        is_open |= cell.possible != cell.certain;
        cell.possible
    }));
    is_open
}

/// The same, by whatever the processor can do.
#[multiversion::multiversion(targets("x86_64+avx2+popcnt"))]
pub(super) fn look_up_alone(
    block: &Block,
    lines: &[Line],
    ranks: &[u32],
    places: &mut Vec<u32>,
) -> bool {
    look_up(block, lines, ranks, places)
}

/// The same of the header's lines of a block whose rows stand in the order of cells; nothing where a fact is
/// unknown or lies in no cell, or less is certain than possible.
#[inline(always)]
pub(super) fn find_rows(block: &Block, ranks: &[u32], places: &mut Vec<u32>) -> Option<()> {
    if block.found.is_empty() {
        return None;
    }
    places.resize(block.found.len(), 0);
    let stretches = block.stretches();
    for (to, (place, turns)) in places.iter_mut().zip(&block.found) {
        let rank = *ranks.get(*place as usize)?;
        if rank == UNKNOWN {
            return None;
        }
        *to = block.turned(*turns, rank, stretches)?;
    }
    Some(())
}

/// The same, by whatever the processor can do.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+popcnt"))]
pub(super) fn find_rows_alone(block: &Block, ranks: &[u32], places: &mut Vec<u32>) -> Option<()> {
    find_rows(block, ranks, places)
}
