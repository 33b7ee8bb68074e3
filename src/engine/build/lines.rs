//! The lines of a block: rows by content, and where those of each cell begin.

use super::super::rows::{Chunk, WORDS, set};
use super::super::{Cell, Turn};
use crate::graph::cells::UNKNOWN;
use crate::graph::plan::Told;
use crate::ground::truth::Truth;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use std::num::NonZeroU32;

/// Rows by content.
pub(in crate::engine) struct RowPool {
    /// Stretches of a row.
    stretches: usize,
    pub(in crate::engine) rows: Vec<Chunk>,
    /// Where each begins. Looked up only; never iterated over.
    known: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl RowPool {
    pub(super) fn new(stretches: usize) -> RowPool {
        RowPool {
            stretches,
            rows: Vec::new(),
            known: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// One of these rows, all different, which keep their places.
    pub(in crate::engine) fn of(rows: &[Chunk], stretches: usize) -> RowPool {
        let mut pool = RowPool::new(stretches);
        for row in rows.chunks(stretches) {
            pool.intern(row);
        }
        pool
    }

    fn intern(&mut self, row: &[Chunk]) -> u32 {
        let (rows, stretches, hasher) = (&self.rows, self.stretches, &self.hasher);
        let at = |from: u32| rows.get(from as usize..from as usize + stretches);
        let hash = hasher.hash_one(row);
        if let Some(found) = self.known.find(hash, |from| at(*from) == Some(row)) {
            return *found;
        }
        let from = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let again = |from: &u32| hasher.hash_one(at(*from).unwrap_or(&[]));
        self.known.insert_unique(hash, from, again);
        self.rows.extend_from_slice(row);
        from
    }

    /// Where the row begins of the members that are in all of these; nothing where one is nowhere.
    pub(in crate::engine) fn all(&mut self, rows: impl Iterator<Item = u32>) -> Option<u32> {
        let mut all = vec![[u64::MAX; WORDS]; self.stretches];
        for from in rows {
            let row = self
                .rows
                .get(from as usize..from as usize + self.stretches)?;
            let both = all.as_flattened_mut().iter_mut().zip(row.as_flattened());
            both.for_each(|(all, word)| *all &= word);
        }
        Some(self.intern(&all))
    }
}

/// The rows of each cell at which they turn. Going from cell to cell only the bits change whose
/// condition says something else from there on.
pub(super) fn lay_runs(
    told: &[Told],
    tests: &[(u32, u32)],
    full: &[Chunk],
    rows: &mut RowPool,
) -> Vec<(u32, Cell)> {
    let mut changes: Vec<(u32, u32, Truth)> = Vec::with_capacity(tests.len() * 3);
    // The tests of a member stand together.
    for mine in tests.chunk_by(|one, other| one.0 == other.0) {
        let of = |(member, number): &(u32, u32)| Some((*member, told.get(*number as usize)?));
        if let [test] = mine {
            let runs = of(test).into_iter();
            changes.extend(runs.flat_map(|(member, told)| {
                told.runs
                    .iter()
                    .map(move |(cell, says)| (*cell, member, *says))
            }));
            continue;
        }
        let all = || mine.iter().filter_map(of);
        let mut starts: Vec<(u32, u32)> = all()
            .flat_map(|(member, told)| told.runs.iter().map(move |run| (run.0, member)))
            .collect();
        starts.sort_unstable();
        starts.dedup();
        changes.extend(starts.into_iter().map(|(cell, member)| {
            let says = all().fold(Truth::True, |truth, (_, told)| truth.and(told.says(cell)));
            (cell, member, says)
        }));
    }
    changes.sort_unstable_by_key(|change| (change.0, change.1));
    let (mut possible, mut certain) = (full.to_vec(), full.to_vec());
    let mut runs = Vec::new();
    for of_cell in changes.chunk_by(|one, next| one.0 == next.0) {
        for (_, member, truth) in of_cell {
            set(&mut possible, *member as usize, truth.possible());
            set(&mut certain, *member as usize, truth.certain());
        }
        let possibly = rows.intern(&possible);
        let at = Cell {
            possible: possibly,
            certain: match possible == certain {
                true => possibly,
                false => rows.intern(&certain),
            },
        };
        let cell = of_cell.first().map_or(0, |change| change.0);
        // What comes back to what was said before is no turn.
        if runs.last().map(|(_, last)| *last) != Some(at) {
            runs.push((cell, at));
        }
    }
    runs
}

/// A block whose lines take so many bytes a member, or so many in all, with a place for each cell of
/// their axes keeps them so: there the cell of a fact is found faster.
pub(super) const ROOMY: usize = 200;
pub(super) const SMALL_TABLES: usize = 1 << 15;
/// So many times the bytes of its turns a line of another block may take for that.
const DIRECT: usize = 2;

/// The bytes of a place for each cell.
pub(super) fn direct_bytes(cells: u32) -> usize {
    cells as usize * size_of::<Cell>()
}

/// Puts the cells of a line down: each cell of its axis, or, where they turn at few of many, one for
/// facts that lie in none and then those that do. Gives where the turns begin in the second case.
pub(super) fn lay_cells(
    runs: &[(u32, Cell)],
    (count, is_roomy): (u32, bool),
    cells: &mut Vec<Cell>,
    turns: &mut Vec<Turn>,
) -> Option<NonZeroU32> {
    let words = (count as usize).div_ceil(64);
    let bytes = (runs.len() + 1) * size_of::<Cell>() + words * size_of::<Turn>();
    if is_roomy || direct_bytes(count) <= DIRECT * bytes {
        let ends = runs.iter().skip(1).map(|run| run.0).chain([count]);
        for ((from, cell), end) in runs.iter().zip(ends) {
            cells.extend((*from..end).map(|_| *cell));
        }
        return None;
    }
    let first = u32::try_from(cells.len()).unwrap_or(u32::MAX);
    cells.extend(runs.iter().map(|run| run.1));
    lay_turns(runs.iter().map(|run| run.0), (count, first, 1), turns)
}

/// Puts the cells down at which a line turns, from where on so much stands for each, and gives where they
/// begin.
pub(super) fn lay_turns(
    starts: impl Iterator<Item = u32>,
    (count, from, each): (u32, u32, u32),
    turns: &mut Vec<Turn>,
) -> Option<NonZeroU32> {
    // No line begins at the first place.
    let first = turns.len().max(1);
    turns.resize(first + (count as usize).div_ceil(64), Turn::default());
    for cell in starts {
        if let Some(turn) = turns.get_mut(first + cell as usize / 64) {
            turn.cells |= 1 << (cell % 64);
        }
    }
    // The first turn, which is counted with each cell, is at the first cell.
    let mut before = from.wrapping_sub(each);
    for turn in turns.iter_mut().skip(first) {
        turn.before = before;
        before = before.wrapping_add(turn.cells.count_ones() * each);
    }
    NonZeroU32::new(u32::try_from(first).unwrap_or(u32::MAX))
}

/// Lays the rows of a line down in the order of its cells, one for each turn, and behind them those of what is
/// certain: that of an unknown fact, or all where the line is open.
pub(super) fn lay_rows(
    runs: &[(u32, Cell)],
    (count, pool): (u32, &RowPool),
    rows: &mut Vec<Chunk>,
    turns: &mut Vec<Turn>,
) -> InOrder {
    let begin = |rows: &[Chunk]| u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let first = begin(rows);
    let mut put = |from: u32| {
        let from = from as usize;
        let row = pool.rows.get(from..from + pool.stretches);
        rows.extend_from_slice(row.unwrap_or(&[]));
        begin(rows)
    };
    let mut end = first;
    for (_, cell) in runs {
        end = put(cell.possible);
    }
    let differs = |(_, cell): &(u32, Cell)| cell.possible != cell.certain;
    // What is said of an unknown fact may be said of others as well.
    let of_unknown = runs.get(1).is_some_and(|run| run.0 == UNKNOWN + 1);
    let is_open = runs.iter().skip(usize::from(of_unknown)).any(differs);
    let certain = if is_open { runs.len() } else { 1 };
    for (_, cell) in runs.iter().take(certain) {
        put(cell.certain);
    }
    let each = u32::try_from(pool.stretches).unwrap_or(0);
    InOrder {
        turns: lay_turns(runs.iter().map(|run| run.0), (count, first, each), turns),
        bank: NonZeroU32::new(end - first),
        is_open,
    }
}

/// How the rows of a line are found that stand in the order of its cells.
pub(super) struct InOrder {
    pub(super) turns: Option<NonZeroU32>,
    pub(super) bank: Option<NonZeroU32>,
    pub(super) is_open: bool,
}
