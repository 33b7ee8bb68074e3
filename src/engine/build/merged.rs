//! Axes of few cells whose rows are found together: fewer rows are then anded in each block.

use super::super::places::Merged;
use super::super::rows::and;
use super::super::{Block, Line};
use super::lines::lay_turns;
use std::cmp::Reverse;

/// The most cells that axes have together.
const CELLS: u32 = 128;

/// Which axes are merged, of those at these places with so many cells: the smallest with each other.
pub(super) fn merged(mut axes: Vec<(u32, u32)>) -> Vec<Merged> {
    axes.sort_unstable_by_key(|(place, cells)| (*cells, *place));
    let mut all: Vec<(u32, Vec<(u32, u32)>)> = Vec::new();
    for (place, cells) in axes {
        // An unknown fact has no row of its own among them.
        let known = cells.saturating_sub(1);
        match all.last_mut() {
            Some((count, parts)) if count.saturating_mul(known) <= CELLS => {
                *count *= known;
                parts.push((place, known));
            }
            _ => all.push((known, vec![(place, known)])),
        }
    }
    let all = all.into_iter().map(|(_, parts)| parts);
    all.filter(|parts| parts.len() > 1)
        .map(Merged::new)
        .collect()
}

/// Adds to a block whose rows stand in the order of cells those of merged axes, which are at the places
/// from the first on, and finds what most rules test before the rest.
pub(super) fn merge(block: &mut Block, merged: &[Merged], first: u32) {
    if block.found.is_empty() {
        return;
    }
    let (mut rows, mut turns) = (block.rows.to_vec(), block.turns.to_vec());
    let mut found: Vec<(usize, (u32, u32))> = Vec::new();
    let mut is_merged = vec![false; block.header.len()];
    for (place, merged) in (first..).zip(merged) {
        let of = |(part, _): &(u32, u32)| block.header.iter().position(|line| line.place == *part);
        let at: Vec<Option<usize>> = merged.parts().iter().map(of).collect();
        if at.iter().flatten().count() < 2 {
            continue;
        }
        let lines: Vec<Option<&Line>> = at.iter().map(|at| block.header.get((*at)?)).collect();
        let begin = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let mut starts: Vec<u32> = Vec::new();
        let mut last = Vec::new();
        for cell in 0..merged.cells() {
            // That of an unknown fact is never asked for.
            let mut row = block.full.to_vec();
            for (line, cell) in lines.iter().zip(merged.cells_of(cell.max(1))) {
                let Some(line) = line else { continue };
                let from = block.cell(line, cell).possible as usize;
                for (to, from) in row.iter_mut().zip(block.rows.get(from..).unwrap_or(&[])) {
                    and(to, from);
                }
            }
            if starts.is_empty() || row != last {
                starts.push(cell);
                rows.extend_from_slice(&row);
                last = row;
            }
        }
        let cells = (merged.cells(), begin, block.stretches());
        let Some(turns) = lay_turns(starts.iter().copied(), cells, &mut turns) else {
            continue;
        };
        let tests = lines.iter().flatten().map(|line| line.tests.len()).sum();
        found.push((tests, (place, turns.get())));
        for at in at.into_iter().flatten() {
            if let Some(is_merged) = is_merged.get_mut(at) {
                *is_merged = true;
            }
        }
    }
    let others = block
        .header
        .iter()
        .zip(is_merged)
        .filter(|(_, is_merged)| !is_merged);
    let others =
        others.filter_map(|(line, _)| Some((line.tests.len(), (line.place, line.turns?.get()))));
    found.extend(others);
    found.sort_by_key(|(tests, _)| Reverse(*tests));
    block.found = found.into_iter().map(|(_, found)| found).collect();
    block.rows = rows.into();
    block.turns = turns.into();
}
