//! Rows of bits: what the lines of a block say of its members, a stretch of them at once.

use super::judge::Run;
use super::places::{cell_of, find_rows, look_up_alone};
use super::{Block, Cell, Line};
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;

/// Words of a row that are worked on together, so that loops over them have no remainder.
pub(super) const WORDS: usize = 4;
/// The members that one stretch of a row stands for.
pub(super) const MEMBERS: usize = WORDS * 64;

/// A stretch of a row.
pub(super) type Chunk = [u64; WORDS];

/// The members of a stretch that possibly, and that certainly, still apply.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits {
    pub(super) possible: Chunk,
    pub(super) certain: Chunk,
}

impl Bits {
    /// All members of a stretch.
    #[inline]
    pub(super) fn all(full: Chunk) -> Bits {
        Bits {
            possible: full,
            certain: full,
        }
    }

    /// Those of a word and so on, as certain as they are possible.
    pub(super) fn of_words(words: &[u64]) -> Bits {
        let mut full = [0; WORDS];
        for (to, from) in full.iter_mut().zip(words) {
            *to = *from;
        }
        Bits::all(full)
    }

    /// Whether no member is left.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.possible == [0; WORDS]
    }

    /// Calls the function for each member of the stretch at that place that is left, by number, with
    /// whether it certainly applies.
    #[inline(always)]
    pub(super) fn each(self, at: usize, mut f: impl FnMut(u32, Truth)) {
        let mut first = u32::try_from(at * MEMBERS).unwrap_or(u32::MAX);
        for (possible, certain) in self.possible.into_iter().zip(self.certain) {
            for bit in set_bits(possible) {
                let truth = Truth::by_bit(certain, bit);
                f(first + bit, truth);
            }
            first = first.wrapping_add(u64::BITS);
        }
    }
}

/// The rows of lines, looked up at the cells of the facts at hand.
#[derive(Debug, Clone, Default)]
pub(super) struct Looked {
    cells: Vec<Cell>,
    /// Where the rows of possible members begin, by line.
    pub(super) places: Vec<u32>,
    /// Whether some line says less for certain than it leaves possible.
    pub(super) differ: bool,
    /// Rows of facts that lie in no cell; they are numbered after those of the block.
    odd: Vec<Chunk>,
}

/// How many rows are anded before it is looked whether anything is left.
const BETWEEN_LOOKS: usize = 4;

/// So many stretches are anded together: what is left of them stays in registers.
pub(super) const TOGETHER: usize = 8;
const _: () = assert!(TOGETHER == 8, "as_array knows the numbers up to eight");

/// Gives an expression stretches as an array, no more of them than are anded together. Where a loop over
/// what is left over would take them one by one, most of the time would go there.
macro_rules! as_array {
    ($first:ident, $stretches:ident => $call:expr) => {
        match $stretches.len() {
            1 => as_array!(1, $first, $stretches => $call),
            2 => as_array!(2, $first, $stretches => $call),
            3 => as_array!(3, $first, $stretches => $call),
            4 => as_array!(4, $first, $stretches => $call),
            5 => as_array!(5, $first, $stretches => $call),
            6 => as_array!(6, $first, $stretches => $call),
            7 => as_array!(7, $first, $stretches => $call),
            _ => as_array!(TOGETHER, $first, $stretches => $call),
        }
    };
    ($number:expr, $first:ident, $stretches:ident => $call:expr) => {
        if let Some($stretches) = $stretches.$first::<{ $number }>() {
            $call
        }
    };
}
pub(super) use as_array;

/// Clears the bits that are not in the row.
#[inline]
pub(super) fn and(bits: &mut Chunk, row: &Chunk) {
    for (bit, word) in bits.iter_mut().zip(row) {
        *bit &= word;
    }
}

/// Leaves of stretches what the rows that begin there do, each of which leaves the same for certain as it
/// does possible.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn one_lane(rows: &[Chunk], places: &[u32], bits: &mut [Bits]) {
    for (number, bits) in bits.chunks_mut(TOGETHER).enumerate() {
        let at = number * TOGETHER;
        as_array!(first_chunk_mut, bits => lane_of(rows, places, at, bits));
    }
}

/// The same of so many stretches.
#[inline(always)]
fn lane_of<const K: usize>(rows: &[Chunk], places: &[u32], at: usize, bits: &mut [Bits; K]) {
    let full = bits.map(|bits| bits.possible);
    // All rows are there.
    let left = left_of(rows, places, at, full).unwrap_or([NO_MEMBER; K]);
    for (bits, left) in bits.iter_mut().zip(left) {
        // What is certain is possible.
        let mut certain = bits.certain;
        and(&mut certain, &left);
        *bits = Bits {
            possible: left,
            certain,
        };
    }
}

/// What the rows that begin there leave of so many stretches, the first of which is at that place; nothing
/// where there is no such row and something is left without it.
#[inline(always)]
pub(super) fn left_of<const K: usize>(
    rows: &[Chunk],
    places: &[u32],
    at: usize,
    mut left: [Chunk; K],
) -> Option<[Chunk; K]> {
    let rows = rows.get(at..).unwrap_or(&[]);
    for places in places.chunks(BETWEEN_LOOKS) {
        for place in places {
            left.and(<[Chunk; K]>::row(rows, *place as usize)?);
        }
        // Rules that name the same codes stand together, so stretches are often empty early.
        let mut some = NO_MEMBER;
        for one in &left {
            for (some, word) in some.iter_mut().zip(one) {
                *some |= word;
            }
        }
        if some == NO_MEMBER {
            break;
        }
    }
    Some(left)
}

pub(super) const NO_MEMBER: Chunk = [0; WORDS];

impl Looked {
    /// The row that begins there, of the block or of a fact that lies in no cell.
    #[inline]
    fn row<'l>(&'l self, block: &'l Block, place: usize) -> &'l Chunk {
        match block.rows.get(place) {
            Some(row) => row,
            None => self.odd_row(block, place),
        }
    }

    /// The row of a fact that lies in no cell.
    #[cold]
    fn odd_row(&self, block: &Block, place: usize) -> &Chunk {
        self.odd.get(place - block.rows.len()).unwrap_or(&NO_MEMBER)
    }

    /// What rows leave of both lanes of a stretch.
    #[inline]
    fn two_lanes(&self, block: &Block, at: usize, mut left: Bits) -> Bits {
        for cells in self.cells.chunks(BETWEEN_LOOKS) {
            for cell in cells {
                let possible = self.row(block, cell.possible as usize + at);
                and(&mut left.possible, possible);
                let certain = self.row(block, cell.certain as usize + at);
                and(&mut left.certain, certain);
            }
            if left.is_empty() {
                left.certain = [0; WORDS];
                break;
            }
        }
        left
    }
}

/// As much of a row as a block of few members has, so that it stays in registers while lines leave
/// less and less of it.
pub(super) trait Lane: Copy {
    /// Whether it is some words of a stretch.
    const IS_WORDS: bool;
    /// Whether it is one word.
    const IS_ONE: bool;

    /// Its words.
    fn words(&self) -> &[u64];

    /// Calls the function for each member whose bit is set.
    #[inline(always)]
    fn each(&self, mut f: impl FnMut(u32)) {
        let words = self.words();
        // Most words are empty; whether one is, is not worth a branch.
        let filled = words.iter().zip(0u32..).fold(0u64, |filled, (word, at)| {
            filled | u64::from(*word != 0) << (at % u64::BITS)
        });
        for at in set_bits(filled) {
            let word = words.get(at as usize).copied().unwrap_or(0);
            for bit in set_bits(word) {
                f(at * u64::BITS + bit);
            }
        }
    }

    /// Whether all bits are among those.
    #[inline(always)]
    fn is_within(&self, those: &Self) -> bool {
        let both = self.words().iter().zip(those.words());
        both.fold(0, |out, (bits, those)| out | bits & !those) == 0
    }

    /// Whether some bit is among those.
    #[inline(always)]
    fn meets(&self, those: &Self) -> bool {
        let both = self.words().iter().zip(those.words());
        both.fold(0, |within, (bits, those)| within | bits & those) != 0
    }

    /// Both lanes of what is left.
    fn of(bits: &[Bits]) -> Option<(Self, Self)>;

    /// The row that begins there.
    fn row(rows: &[Chunk], place: usize) -> Option<&Self>;

    /// The rows from that number on among some that stand side by side and have no more words than it
    /// is.
    fn short(words: &[u64], number: usize) -> Option<&[Self]>;

    /// The words of some, one after the other.
    fn flat(all: &[Self]) -> &[u64];

    /// The first words of these.
    fn of_words(words: &[u64]) -> Option<&Self>;

    fn and(&mut self, row: &Self);

    /// Writes both lanes of what is left.
    fn put(self, certain: Self, bits: &mut [Bits]);
}

/// Calls a function for the lane of a block, as long as it has members, or gives the last where it has
/// more than stay in registers.
macro_rules! by_lane {
    ($block:expr, $call:ident $arguments:tt, $more:expr) => {
        match ($block.full.len(), $block.members.len()) {
            (_, 0..=64) => $call::<[u64; 1]> $arguments,
            (_, 65..=128) => $call::<[u64; 2]> $arguments,
            (1, _) => $call::<[Chunk; 1]> $arguments,
            (2, _) => $call::<[Chunk; 2]> $arguments,
            (3, _) => $call::<[Chunk; 3]> $arguments,
            (4, _) => $call::<[Chunk; 4]> $arguments,
            _ => $more,
        }
    };
}
pub(super) use by_lane;

/// The first words of a stretch.
impl<const W: usize> Lane for [u64; W] {
    const IS_WORDS: bool = true;
    const IS_ONE: bool = W == 1;

    #[inline(always)]
    fn words(&self) -> &[u64] {
        self
    }

    #[inline(always)]
    fn of(bits: &[Bits]) -> Option<(Self, Self)> {
        let bits = bits.first()?;
        Some((*bits.possible.first_chunk()?, *bits.certain.first_chunk()?))
    }

    #[inline(always)]
    fn row(rows: &[Chunk], place: usize) -> Option<&Self> {
        rows.get(place)?.first_chunk()
    }

    #[inline(always)]
    fn short(words: &[u64], number: usize) -> Option<&[Self]> {
        words.as_chunks().0.get(number..)
    }

    #[inline(always)]
    fn flat(all: &[Self]) -> &[u64] {
        all.as_flattened()
    }

    #[inline(always)]
    fn of_words(words: &[u64]) -> Option<&Self> {
        words.first_chunk()
    }

    #[inline(always)]
    fn and(&mut self, row: &Self) {
        for (left, word) in self.iter_mut().zip(row) {
            *left &= word;
        }
    }

    #[inline(always)]
    fn put(self, certain: Self, bits: &mut [Bits]) {
        if let Some(bits) = bits.first_mut() {
            for (to, word) in bits.possible.iter_mut().zip(self) {
                *to = word;
            }
            for (to, word) in bits.certain.iter_mut().zip(certain) {
                *to = word;
            }
        }
    }
}

/// Whole stretches.
impl<const K: usize> Lane for [Chunk; K] {
    const IS_WORDS: bool = false;
    const IS_ONE: bool = false;

    #[inline(always)]
    fn words(&self) -> &[u64] {
        self.as_flattened()
    }

    #[inline(always)]
    fn of(bits: &[Bits]) -> Option<(Self, Self)> {
        let bits: &[Bits; K] = bits.first_chunk()?;
        Some((
            bits.map(|bits| bits.possible),
            bits.map(|bits| bits.certain),
        ))
    }

    #[inline(always)]
    fn row(rows: &[Chunk], place: usize) -> Option<&Self> {
        rows.get(place..place.saturating_add(K))?.first_chunk()
    }

    #[inline(always)]
    fn short(_: &[u64], _: usize) -> Option<&[Self]> {
        None
    }

    #[inline(always)]
    fn flat(all: &[Self]) -> &[u64] {
        all.as_flattened().as_flattened()
    }

    #[inline(always)]
    fn of_words(words: &[u64]) -> Option<&Self> {
        words.as_chunks().0.first_chunk()
    }

    #[inline(always)]
    fn and(&mut self, row: &Self) {
        for (left, row) in self.iter_mut().zip(row) {
            and(left, row);
        }
    }

    #[inline(always)]
    fn put(self, certain: Self, bits: &mut [Bits]) {
        let lanes = self.into_iter().zip(certain);
        for (bits, (possible, certain)) in bits.iter_mut().zip(lanes) {
            *bits = Bits { possible, certain };
        }
    }
}

/// What lines leave of few members, at the cells of the facts at hand; nothing where a fact lies in
/// no cell. Says how many rows were anded.
#[inline]
fn few<L: Lane>(block: &Block, lines: &[Line], ranks: &[u32], bits: &mut [Bits]) -> Option<usize> {
    match block.is_direct() {
        true => few_at::<L>(block, lines, ranks, bits, |line, rank| {
            block.direct(line, rank)
        }),
        false => few_at::<L>(block, lines, ranks, bits, |line, rank| {
            block.cell(line, rank)
        }),
    }
}

#[inline(always)]
fn few_at<L: Lane>(
    block: &Block,
    lines: &[Line],
    ranks: &[u32],
    bits: &mut [Bits],
    cell: impl Fn(&Line, u32) -> Cell,
) -> Option<usize> {
    let (mut possible, mut certain) = L::of(bits)?;
    let mut rows = lines.len();
    for line in lines {
        let rank = *ranks.get(line.place as usize)?;
        // Of a fact that lies in no cell there is no row.
        let cell = cell(line, rank);
        possible.and(L::row(&block.rows, cell.possible as usize)?);
        if cell.certain != cell.possible {
            rows += 1;
            certain.and(L::row(&block.rows, cell.certain as usize)?);
        }
    }
    // What is certain is possible.
    certain.and(&possible);
    possible.put(certain, bits);
    Some(rows)
}

impl<'a> Run<'a, '_> {
    /// Leaves of the stretches of a block what its header's lines do.
    #[inline]
    pub(super) fn leave_header(
        &mut self,
        block: &'a Block,
        ranks: &[u32],
        bits: &mut [Bits],
        looked: &mut Looked,
    ) {
        if !block.in_order || find_rows(block, ranks, &mut looked.places).is_none() {
            return self.leave(block, &block.header, ranks, bits, looked);
        }
        looked.differ = false;
        self.evaluator.state.steps += (block.header.len() * bits.len()) as u64;
        one_lane(&block.rows, &looked.places, bits);
    }

    /// Leaves of the stretches of a block what its lines do, at the cells of the facts at hand.
    #[inline]
    pub(super) fn leave(
        &mut self,
        block: &'a Block,
        lines: &'a [Line],
        ranks: &[u32],
        bits: &mut [Bits],
        looked: &mut Looked,
    ) {
        let rows = by_lane!(block, few(block, lines, ranks, bits), None);
        match rows {
            Some(rows) => {
                looked.differ = rows > lines.len();
                self.evaluator.state.steps += (rows * bits.len()) as u64;
            }
            None => self.leave_of_many(block, lines, ranks, bits, looked),
        }
    }

    /// The same, several stretches at once, or one by one where a line leaves more possible than it does for
    /// certain.
    fn leave_of_many(
        &mut self,
        block: &'a Block,
        lines: &'a [Line],
        ranks: &[u32],
        bits: &mut [Bits],
        looked: &mut Looked,
    ) {
        looked.differ = look_up_alone(block, lines, ranks, &mut looked.places);
        if !looked.differ {
            self.evaluator.state.steps += (lines.len() * bits.len()) as u64;
            return one_lane(&block.rows, &looked.places, bits);
        }
        looked.odd.clear();
        looked.cells.clear();
        let cells = lines.iter().map(|line| cell_of(block, line, ranks));
        looked.cells.extend(cells);
        self.look_up_odd(block, lines, looked);
        for (at, bits) in bits.iter_mut().enumerate() {
            if !bits.is_empty() {
                self.evaluator.state.steps += 2 * lines.len() as u64;
                *bits = looked.two_lanes(block, at, *bits);
            }
        }
    }

    /// Works out the rows of the facts that lie in no cell.
    #[cold]
    fn look_up_odd(&mut self, block: &'a Block, lines: &'a [Line], looked: &mut Looked) {
        for (at, line) in lines.iter().enumerate() {
            if looked.cells.get(at) == Some(&Cell::ODD) {
                let cell = self.odd(block, line, looked);
                if let Some(place) = looked.cells.get_mut(at) {
                    *place = cell;
                }
            }
        }
    }

    /// The rows of a fact that lies in no cell: each of its tests is evaluated.
    fn odd(&mut self, block: &'a Block, line: &'a Line, looked: &mut Looked) -> Cell {
        let chunks = block.full.len();
        let first = looked.odd.len();
        for _ in 0..2 {
            looked.odd.extend_from_slice(&block.full);
        }
        for (member, told) in &line.tests {
            let truth = self.told(*told);
            let at = *member as usize;
            let (possible, certain) = match looked.odd.get_mut(first..) {
                Some(rows) => rows.split_at_mut(chunks.min(rows.len())),
                None => continue,
            };
            if truth != Truth::True {
                set(certain, at, false);
            }
            if truth == Truth::False {
                set(possible, at, false);
            }
        }
        let row = |at: usize| u32::try_from(block.rows.len() + at).unwrap_or(u32::MAX);
        Cell {
            possible: row(first),
            certain: row(first + chunks),
        }
    }

    /// What a condition on one field says, evaluated.
    fn told(&mut self, told: u32) -> Truth {
        let told = self.engine.told.get(told as usize);
        told.map_or(Truth::True, |told| self.conjunct(*told))
    }
}

/// Sets or clears the bit of a member.
pub(super) fn set(row: &mut [Chunk], member: usize, value: bool) {
    let word = row
        .get_mut(member / MEMBERS)
        .and_then(|chunk| chunk.get_mut(member % MEMBERS / 64));
    if let Some(word) = word {
        let bit = 1u64 << (member % 64);
        *word = if value { *word | bit } else { *word & !bit };
    }
}
