//! Where the rows of the facts at hand begin in a block: line by line, by the cells of the axes.

use super::{Block, Cell, Line};
use crate::graph::cells::{ODD, UNKNOWN};

/// The cell of the fact that a line reads.
#[inline(always)]
pub(super) fn cell_of(block: &Block, line: &Line, ranks: &[u32]) -> Cell {
    block.cell(line, rank_at(ranks, line.place))
}

/// The cell of the fact at a place.
#[inline(always)]
fn rank_at(ranks: &[u32], place: u32) -> u32 {
    ranks.get(place as usize).copied().unwrap_or(ODD)
}

/// The cells of the header's facts of many declarations, field by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    ranks: Vec<u32>,
    /// How many declarations there are.
    count: usize,
}

impl Columns {
    /// Makes room for so many fields of so many declarations. What stands there from the time before is to be
    /// written over.
    pub(super) fn begin(&mut self, fields: usize, count: usize) {
        self.count = count;
        let all = fields * count;
        if self.ranks.len() < all {
            self.ranks.resize(all, UNKNOWN);
        }
    }

    /// The cells of one declaration, to be put down field by field.
    pub(super) fn of_one(&mut self) -> &mut Vec<u32> {
        self.count = 1;
        &mut self.ranks
    }

    /// The cells of a field.
    #[inline(always)]
    pub(super) fn of(&self, place: u32) -> &[u32] {
        let from = place as usize * self.count;
        self.ranks.get(from..from + self.count).unwrap_or(&[])
    }

    /// The same, to be put down.
    #[inline(always)]
    pub(super) fn of_mut(&mut self, place: usize) -> &mut [u32] {
        let from = place * self.count;
        self.ranks
            .get_mut(from..from + self.count)
            .unwrap_or(&mut [])
    }

    /// Puts down the cells of merged fields, which stand behind those of all others.
    pub(super) fn merge(&mut self, first: usize, merged: &[Merged]) {
        let count = self.count;
        let Some((parts, ranks)) = self.ranks.split_at_mut_checked(first * count) else {
            return;
        };
        for (merged, to) in merged.iter().zip(ranks.chunks_exact_mut(count.max(1))) {
            merge(merged, (parts, count), to);
        }
    }
}

/// The cells of merged fields, of which those of the parts are given field by field.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn merge(merged: &Merged, (ranks, count): (&[u32], usize), to: &mut [u32]) {
    const TOGETHER: usize = 16;
    for (from, to) in (0..).step_by(TOGETHER).zip(to.chunks_mut(TOGETHER)) {
        let (mut at, mut is_odd) = ([0u32; TOGETHER], [0u32; TOGETHER]);
        for (place, cells) in &merged.parts {
            // Those behind the last declaration's are of another field, and nobody asks for what they make.
            let column = ranks.get(*place as usize * count + from..).unwrap_or(&[]);
            let some: [u32; TOGETHER] = match column.first_chunk() {
                Some(some) => *some,
                None => std::array::from_fn(|at| column.get(at).copied().unwrap_or(UNKNOWN)),
            };
            for ((at, is_odd), rank) in at.iter_mut().zip(&mut is_odd).zip(some) {
                let known = rank.wrapping_sub(UNKNOWN + 1);
                *is_odd |= u32::from(known >= *cells);
                *at = at.wrapping_mul(*cells).wrapping_add(known);
            }
        }
        for (to, (at, is_odd)) in to.iter_mut().zip(at.iter().zip(is_odd)) {
            *to = if is_odd == 0 {
                at + UNKNOWN + 1
            } else {
                UNKNOWN
            };
        }
    }
}

/// Puts down where the rows of all lines begin. All are looked up before any row is touched: what is far
/// away in memory is then fetched together and not one after the other. Says whether some line says less
/// for certain than it leaves possible, or some fact lies in no cell.
#[inline(always)]
pub(super) fn look_up(
    block: &Block,
    lines: &[Line],
    rank: impl Fn(u32) -> u32,
    places: &mut Vec<u32>,
) -> bool {
    places.clear();
    let mut is_open = false;
    places.extend(lines.iter().map(|line| {
        let cell = block.cell(line, rank(line.place));
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
    look_up(block, lines, |place| rank_at(ranks, place), places)
}

/// The same of the header's lines of a block whose rows stand in the order of cells; nothing where a fact is
/// unknown or lies in no cell, or less is certain than possible.
#[inline(always)]
fn find_rows_at(block: &Block, rank: impl Fn(u32) -> u32, places: &mut Vec<u32>) -> Option<()> {
    if block.found.is_empty() {
        return None;
    }
    places.resize(block.found.len(), NOWHERE);
    let stretches = block.stretches();
    for (to, (place, turns)) in places.iter_mut().zip(&block.found) {
        let rank = rank(*place);
        if rank == UNKNOWN {
            return None;
        }
        *to = block.turned(*turns, rank, stretches)?;
    }
    Some(())
}

/// The same, by whatever the processor can do.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+popcnt"))]
pub(super) fn find_rows(block: &Block, ranks: &[u32], places: &mut Vec<u32>) -> Option<()> {
    find_rows_at(block, |place| rank_at(ranks, place), places)
}

/// The same of some declarations, declaration by declaration. Goes line by line, so that what is known of a
/// line is read once. `NOWHERE` stands where a fact is unknown or lies in no cell.
#[inline(always)]
pub(super) fn find_rows_of_each(
    block: &Block,
    numbers: &[u32],
    columns: &Columns,
    places: &mut Vec<u32>,
) {
    let rank_in = |column: &[u32], number: u32| {
        let rank = column.get(number as usize);
        rank.copied().unwrap_or(UNKNOWN)
    };
    if let [number] = numbers {
        let rank = |place| rank_in(columns.of(place), *number);
        if find_rows_at(block, rank, places).is_none() {
            places.fill(NOWHERE);
        }
        return;
    }
    let lines = block.found.len();
    places.resize(numbers.len() * lines, NOWHERE);
    let stretches = block.stretches();
    for (line, (place, turns)) in block.found.iter().enumerate() {
        let turns = block.turns.get(*turns as usize..).unwrap_or(&[]);
        let column = columns.of(*place);
        let places = places.iter_mut().skip(line).step_by(lines);
        for (to, number) in places.zip(numbers) {
            let rank = rank_in(column, *number);
            *to = match turns.get(rank as usize / 64) {
                Some(turn) if rank != UNKNOWN => turn.upto(rank, stretches),
                _ => NOWHERE,
            };
        }
    }
}

/// Where no row begins.
const NOWHERE: u32 = u32::MAX;

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
