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

/// Axes of few cells whose rows are found together: each combination of known facts is a cell.
#[derive(Debug, Clone)]
pub(super) struct Merged {
    /// The place of each, and how many cells it has for known facts.
    parts: Box<[(u32, u32)]>,
}

impl Merged {
    pub(super) fn new(parts: Vec<(u32, u32)>) -> Merged {
        Merged {
            parts: parts.into(),
        }
    }

    pub(super) fn parts(&self) -> &[(u32, u32)] {
        &self.parts
    }

    /// How many cells it has, with that of an unknown fact.
    pub(super) fn cells(&self) -> u32 {
        let known: u32 = self.parts.iter().map(|(_, cells)| cells).product();
        known + 1
    }

    /// The cell of the facts in these cells; that of an unknown fact where one is not known or lies in no
    /// cell.
    #[inline(always)]
    pub(super) fn cell(&self, ranks: &[u32]) -> u32 {
        let (mut at, mut all_known) = (0u32, true);
        for (place, cells) in &self.parts {
            let rank = ranks.get(*place as usize).copied().unwrap_or(UNKNOWN);
            let known = rank.wrapping_sub(UNKNOWN + 1);
            all_known &= known < *cells;
            at = at.wrapping_mul(*cells).wrapping_add(known);
        }
        if all_known { at + UNKNOWN + 1 } else { UNKNOWN }
    }

    /// The cells of the parts that such a cell, which is not that of an unknown fact, is made of.
    pub(super) fn cells_of(&self, cell: u32) -> Vec<u32> {
        let mut rest = cell.saturating_sub(UNKNOWN + 1);
        let parts = self.parts.iter().rev();
        let mut cells: Vec<u32> = parts
            .map(|(_, cells)| {
                let known = rest % cells;
                rest /= cells;
                known + UNKNOWN + 1
            })
            .collect();
        cells.reverse();
        cells
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self) + size_of_val(&*self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_combination_of_known_cells_is_a_cell_of_its_own() {
        let merged = Merged::new(vec![(1, 3), (0, 2), (2, 4)]);
        assert_eq!(merged.cells(), 25);
        for cell in 1..25 {
            let cells = merged.cells_of(cell);
            assert_eq!(merged.cell(&[cells[1], cells[0], cells[2]]), cell);
        }
        // The first part has its cells at the second place.
        assert_eq!(merged.cells_of(24), [3, 2, 4]);
        for unknown in [[0, 1, 1], [1, 0, 1], [1, 1, 0], [3, 1, 1], [1, ODD, 1]] {
            assert_eq!(merged.cell(&unknown), UNKNOWN);
        }
        assert_eq!(merged.cell(&[1, 1]), UNKNOWN);
    }
}
