//! Rows of bits: what the lines of a block say of its members, all at once or one by one.

use super::build::WORDS;
use super::judge::Run;
use super::{Block, Line, Scratch};
use crate::ground::truth::Truth;

/// The bits of a block with what is known of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lanes {
    /// Possible and certain are the same.
    One,
    /// They may differ.
    Two,
}

/// Clears the bits that are not in the row.
#[inline]
fn and(bits: &mut [u64], row: &[u64]) {
    let (chunks, rows) = (bits.as_chunks_mut::<WORDS>().0, row.as_chunks::<WORDS>().0);
    for (bits, row) in chunks.iter_mut().zip(rows) {
        for (bit, word) in bits.iter_mut().zip(row) {
            *bit &= word;
        }
    }
}

/// The lines of the header, or those of the elements.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Header,
    Element,
}

/// How many rows are gone through side by side.
const SIDE_BY_SIDE: usize = 32;

/// Clears the bits that are not in all of the rows.
#[inline]
fn and_all(bits: &mut [u64], rows: &[&[[u64; WORDS]]]) {
    for (at, bits) in bits.as_chunks_mut::<WORDS>().0.iter_mut().enumerate() {
        let mut left = *bits;
        for row in rows.iter().filter_map(|row| row.get(at)) {
            for (bit, word) in left.iter_mut().zip(row) {
                *bit &= word;
            }
            // Rules that name the same codes stand together, so a stretch is often empty early.
            if left == [0; WORDS] {
                break;
            }
        }
        *bits = left;
    }
}

impl Block {
    fn lines(&self, part: Part) -> &[Line] {
        match part {
            Part::Header => &self.header,
            Part::Element => &self.element,
        }
    }

    /// The row of that number, in chunks.
    #[inline]
    fn row(&self, at: u32) -> &[[u64; WORDS]] {
        let start = at as usize * self.words;
        self.rows
            .get(start..start + self.words)
            .map_or(&[], |row| row.as_chunks::<WORDS>().0)
    }
}

impl<'a> Run<'a, '_> {
    /// Puts together what the lines of the header, or of the element at hand, say of a block's
    /// members. The certain lane counts where the lanes are two; it starts from `from`.
    pub(super) fn and_lines(
        &mut self,
        (block, part): (&'a Block, Part),
        cell: impl Fn(&Line) -> u32,
        (possible, certain, from, before): (&mut [u64], &mut Vec<u64>, &[u64], Lanes),
        scratch: &mut Scratch,
    ) -> Lanes {
        let lines = block.lines(part);
        let mut lanes = before;
        self.evaluator.state.steps += ((block.words / WORDS) * lines.len()) as u64;
        // All cells are looked up before any row is touched, and rows are gone through side by
        // side: what is far away in memory is then fetched together and not one after the other.
        for batch in lines.chunks(SIDE_BY_SIDE) {
            let mut rows: [&[[u64; WORDS]]; SIDE_BY_SIDE] = [&[]; SIDE_BY_SIDE];
            let mut count = 0;
            for (line, place) in batch.iter().zip(&mut rows) {
                match line.cells.get(cell(line) as usize) {
                    Some((at, sure)) => {
                        *place = block.row(*at);
                        count += 1;
                        if at != sure {
                            lanes = Lanes::Two;
                        }
                    }
                    None => break,
                }
            }
            and_all(possible, rows.get(..count).unwrap_or(&[]));
            for line in batch.iter().skip(count) {
                match line.cells.get(cell(line) as usize) {
                    Some((at, sure)) => {
                        and(possible, block.row(*at).as_flattened());
                        if at != sure {
                            lanes = Lanes::Two;
                        }
                    }
                    None => {
                        self.odd(block, line, scratch);
                        and(possible, &scratch.odd_possible);
                        lanes = Lanes::Two;
                    }
                }
            }
        }
        if lanes == Lanes::Two {
            self.evaluator.state.steps += ((block.words / WORDS) * lines.len()) as u64;
            certain.clear();
            certain.extend_from_slice(from);
            for line in lines {
                match line.cells.get(cell(line) as usize) {
                    Some((_, sure)) => and(certain, block.row(*sure).as_flattened()),
                    None => {
                        self.odd(block, line, scratch);
                        and(certain, &scratch.odd_certain);
                    }
                }
            }
        }
        lanes
    }

    /// The rows of a fact that lies in no cell: each of its tests is evaluated.
    fn odd(&mut self, block: &'a Block, line: &'a Line, scratch: &mut Scratch) {
        for lane in [&mut scratch.odd_possible, &mut scratch.odd_certain] {
            lane.clear();
            lane.extend_from_slice(&block.full);
        }
        for (member, told) in &line.tests {
            let truth = self.told(*told);
            let (word, bit) = (*member as usize / 64, 1u64 << (member % 64));
            if truth != Truth::True
                && let Some(word) = scratch.odd_certain.get_mut(word)
            {
                *word &= !bit;
            }
            if truth == Truth::False
                && let Some(word) = scratch.odd_possible.get_mut(word)
            {
                *word &= !bit;
            }
        }
    }

    /// What a condition on one field says, evaluated.
    fn told(&mut self, told: u32) -> Truth {
        let told = self.engine.told.get(told as usize);
        told.map_or(Truth::True, |told| self.conjunct(told.conjunct))
    }
}
