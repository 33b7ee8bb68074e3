//! Many declarations at a time: their keys are put field by field, so that what is known of a field
//! is looked up once for all of them and several keys are compared at once.

use super::finder::{Cuts, cell_among, reached, reached_of_few};
use super::judge::Movement;
use super::rows::{Chunk, Lane};
use super::sieve::{CodeField, FarSet, Field, ManyCuts, NO_ROW, SetField, Sieve};
use super::Block;
use crate::facts::key::{Key, QUAD};
use crate::graph::cells::{FIRST, NONE};

/// How many declarations are judged together.
pub(super) const GROUP: usize = 32;

/// The keys of a field.
type Column = [i64; GROUP];
/// Something of each declaration.
type Places = [u64; GROUP];

/// Room for a group.
#[derive(Debug, Clone, Default)]
pub(super) struct GroupRoom {
    /// Four fields side by side, as they stand in the keys of a declaration.
    columns: Vec<[Column; QUAD]>,
    /// Line by line, where the rows of the facts begin in the block.
    places: Vec<Places>,
}

/// What the lines leave of each declaration, and bit by bit those of which some fact leaves more
/// possible than it does for certain, or of which a key says too little.
#[inline(always)]
pub(super) fn left<L: Lane>(
    sieve: &Sieve,
    block: &Block,
    movements: &[Movement; GROUP],
    room: &mut GroupRoom,
) -> Option<([L; GROUP], u32)> {
    let mut left = [*L::row(&block.full, 0)?; GROUP];
    find(sieve, movements, L::STRETCHES, room);
    let rows: &[Chunk] = &block.rows;
    let mut open = 0;
    if L::IS_WORDS {
        for places in &room.places {
            for (at, (left, place)) in left.iter_mut().zip(places).enumerate() {
                match L::row(rows, *place as usize) {
                    Some(row) => left.and(row),
                    None => open |= 1 << at,
                }
            }
        }
    } else {
        // Longer ones stay in registers in one loop only.
        for (at, left) in left.iter_mut().enumerate() {
            let mut all = *left;
            for places in &room.places {
                let place = places.get(at).copied().unwrap_or(u64::MAX);
                match L::row(rows, place as usize) {
                    Some(row) => all.and(row),
                    None => open |= 1 << at,
                }
            }
            *left = all;
        }
    }
    Some((left, open))
}

/// Finds where the rows begin.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn find(sieve: &Sieve, movements: &[Movement; GROUP], stretches: u32, room: &mut GroupRoom) {
    let wide = multiversion::target::target_cfg_f!(target_feature = "avx2");
    transpose(movements, sieve, &mut room.columns);
    room.places.clear();
    let columns = &*room.columns;
    let column = |at: u32| columns.as_flattened().get(at as usize).unwrap_or(&UNKNOWN);
    let mut sums = [0; GROUP];
    for field in &sieve.codes {
        field.add(column(field.column), &mut sums);
        if let Some(first) = field.rows {
            let rows = sieve.rows.get(first as usize..).unwrap_or(&[]);
            room.places.push(of_each(&sums, |sum| place(rows, sum)));
            sums = [0; GROUP];
        }
    }
    for SetField { run, field } in &sieve.sets {
        let keys = column(field.column);
        let cells = of_each(keys, |key| u64::from(run.of(Key(key))));
        room.places.push(field.places(keys, cells, stretches));
    }
    for (at, field) in &sieve.few_cuts {
        let cuts = sieve.cuts.get(*at as usize).unwrap_or(&NO_CUTS);
        let keys = column(field.column);
        let cells = match (wide, cuts.first_chunk::<8>()) {
            (true, Some(few)) => counted(keys, few),
            _ => of_each(keys, |key| u64::from(reached_of_few(cuts, Key(key)))),
        };
        room.places.push(field.places(keys, cells, stretches));
    }
    for (at, field) in &sieve.some_cuts {
        let cuts = sieve.cuts.get(*at as usize).unwrap_or(&NO_CUTS);
        let keys = column(field.column);
        let cells = match wide {
            true => counted(keys, cuts),
            false => of_each(keys, |key| u64::from(reached(cuts, Key(key)))),
        };
        room.places.push(field.places(keys, cells, stretches));
    }
    for many in &sieve.many_cuts {
        let keys = column(many.column);
        let places = match wide && many.leaves <= LEAVES && !is_some_special(keys) {
            true => many.places(sieve, keys),
            false => of_each(keys, |key| many.place(sieve, Key(key))),
        };
        room.places.push(places);
    }
    for FarSet { runs, eights, field } in &sieve.far_sets {
        let keys = column(field.column);
        let mut cells = [0; GROUP];
        if wide {
            for run in runs {
                for (cell, key) in cells.iter_mut().zip(keys) {
                    *cell |= u64::from(run.of(Key(*key)));
                }
            }
        } else {
            cells = of_each(keys, |key| {
                let cell = eights.iter().fold(0, |cell, eight| cell | eight.of(Key(key)));
                u64::from(cell)
            });
        }
        room.places.push(field.places(keys, cells, stretches));
    }
    if let Some(many) = &sieve.as_of {
        let place = |movement: Movement| many.place(sieve, Key::of_day(movement.as_of));
        room.places.push(of_each(movements, place));
    }
}

const UNKNOWN: Column = [Key::UNKNOWN.0; GROUP];
const NO_CUTS: Cuts = [i64::MAX; 16];

/// The place of a row, by that of its number.
#[inline(always)]
fn place(rows: &[u32], at: u64) -> u64 {
    let row = usize::try_from(at).ok().and_then(|at| rows.get(at));
    u64::from(row.copied().unwrap_or(NO_ROW))
}

/// How many of some cuts each key reaches.
#[inline(always)]
fn counted<const N: usize>(keys: &Column, cuts: &[i64; N]) -> Places {
    of_each(keys, |key| {
        let mut count = 0;
        for cut in cuts {
            count += u64::from(*cut <= key);
        }
        count
    })
}

/// Puts keys field by field.
#[inline(always)]
fn transpose(movements: &[Movement; GROUP], sieve: &Sieve, columns: &mut Vec<[Column; QUAD]>) {
    columns.resize(sieve.quads.len(), [UNKNOWN; QUAD]);
    for (columns, quad) in columns.iter_mut().zip(&sieve.quads) {
        let mut rows = [[0; QUAD]; GROUP];
        for (row, movement) in rows.iter_mut().zip(movements) {
            let (quads, _) = movement.facts.keys().as_chunks::<QUAD>();
            let quad = quads.get(*quad as usize).unwrap_or(&[Key::UNKNOWN; QUAD]);
            for (to, key) in row.iter_mut().zip(quad) {
                *to = key.0;
            }
        }
        let [a, b, c, d] = columns;
        let four = a.iter_mut().zip(b).zip(c).zip(d);
        for ((((a, b), c), d), [w, x, y, z]) in four.zip(&rows) {
            (*a, *b, *c, *d) = (*w, *x, *y, *z);
        }
    }
}

/// What a function makes of each.
#[inline(always)]
fn of_each<T: Copy>(of: &[T; GROUP], make: impl Fn(T) -> u64) -> Places {
    let mut made = [0; GROUP];
    for (made, of) in made.iter_mut().zip(of) {
        *made = make(*of);
    }
    made
}

/// Whether a key says that the fact is unknown, none, or has to be looked at.
#[inline(always)]
fn is_some_special(keys: &Column) -> bool {
    keys.iter().fold(false, |some, key| some | Key(*key).is_special())
}

impl CodeField {
    /// Adds how far the rows of codes are from the first one's.
    #[inline(always)]
    fn add(&self, keys: &Column, sums: &mut Places) {
        if is_some_special(keys) {
            for (sum, key) in sums.iter_mut().zip(keys) {
                *sum += self.of(Key(*key)).map_or(BEHIND, |of| of as u64);
            }
            return;
        }
        let (count, stride) = (self.count.cast_signed(), u64::from(self.stride));
        for (sum, key) in sums.iter_mut().zip(keys) {
            let number = (*key).min(count).cast_unsigned() & u64::from(u32::MAX);
            *sum += number * stride;
        }
    }
}

/// Further than any row is.
const BEHIND: u64 = 1 << 40;

impl Field {
    /// Where the rows of keys begin in the block, of the cells that values have.
    #[inline(always)]
    fn places(&self, keys: &Column, cells: Places, stretches: u32) -> Places {
        let (first, stretches) = (u64::from(self.first), u64::from(stretches));
        let mut places = of_each(&cells, |cell| first + cell * stretches);
        if is_some_special(keys) {
            for (place, key) in places.iter_mut().zip(keys) {
                match Key(*key) {
                    Key::NONE => *place = u64::from(self.none),
                    key if key.is_special() => *place = u64::from(NO_ROW),
                    _ => {}
                }
            }
        }
        places
    }
}

/// The most leaves of a tree of cuts of which all are compared with several keys at once.
const LEAVES: u32 = 8;

impl ManyCuts {
    /// Where the rows of keys of values begin in the block, each compared with every cut.
    #[inline(always)]
    fn places(&self, sieve: &Sieve, keys: &Column) -> Places {
        let mut cells = [u64::from(self.first + FIRST); GROUP];
        let (from, levels) = self.tree;
        // All but the leaves of so few is one node.
        let leaves = (from + levels - 1) as usize..;
        let leaves = sieve.cuts.get(leaves).unwrap_or(&[]);
        for cuts in leaves.iter().take(self.leaves as usize) {
            for (cell, reached) in cells.iter_mut().zip(counted(keys, cuts)) {
                *cell += reached;
            }
        }
        of_each(&cells, |cell| place(&sieve.rows, cell))
    }

    /// Where the row of a key begins in the block.
    #[inline(always)]
    fn place(&self, sieve: &Sieve, key: Key) -> u64 {
        let cell = match key.is_special() {
            false => cell_among(&sieve.cuts, self.tree, key),
            true if key == Key::NONE => NONE,
            true => return u64::from(NO_ROW),
        };
        place(&sieve.rows, u64::from(self.first + cell))
    }
}
