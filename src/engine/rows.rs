//! Rows of bits: what the lines of a block say of its members, a stretch of them at once.

use super::judge::Run;
use super::{Block, Cell, Line};
use crate::graph::cells::ODD;
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
    pub(super) fn full(block: &Block, at: usize) -> Bits {
        let full = block.full.get(at).copied().unwrap_or_default();
        Bits {
            possible: full,
            certain: full,
        }
    }

    /// Whether no member is left.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.possible == [0; WORDS]
    }

    /// The members of the stretch at that place that are left, by number, each with whether it
    /// certainly applies.
    #[inline]
    pub(super) fn members(self, at: usize) -> Members {
        let [possible, ..] = self.possible;
        Members {
            bits: self,
            first: u32::try_from(at * MEMBERS).unwrap_or(u32::MAX),
            word: 0,
            rest: possible,
        }
    }
}

/// The members of a stretch one by one.
pub(super) struct Members {
    bits: Bits,
    /// The number of the first member of the word at hand.
    first: u32,
    word: usize,
    /// Its members that are still to come.
    rest: u64,
}

impl Iterator for Members {
    type Item = (u32, Truth);

    #[inline]
    fn next(&mut self) -> Option<(u32, Truth)> {
        while self.rest == 0 {
            self.word += 1;
            self.rest = *self.bits.possible.get(self.word)?;
            self.first = self.first.saturating_add(u64::BITS);
        }
        let bit = self.rest.trailing_zeros();
        self.rest &= self.rest - 1;
        let certain = self.bits.certain.get(self.word)?;
        let truth = match certain >> bit & 1 {
            1 => Truth::True,
            _ => Truth::Unknown,
        };
        Some((self.first + bit, truth))
    }
}

/// The lines of the header, or those of the element at hand, among what is looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    from: usize,
    to: usize,
    /// Whether some line says less for certain than it leaves possible.
    differ: bool,
}

/// The rows of the lines of a block, looked up at the cells of the facts at hand.
#[derive(Debug, Clone, Default)]
pub(super) struct Looked {
    cells: Vec<Cell>,
    /// Where the part being looked up begins.
    from: usize,
    /// Whether its lanes differ.
    differ: bool,
    /// Rows of facts that lie in no cell; they are numbered after those of the block.
    odd: Vec<Chunk>,
}

/// How many rows are anded before it is looked whether a stretch is empty.
const BETWEEN_LOOKS: usize = 4;

impl Looked {
    /// Makes ready for a block.
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.odd.clear();
        self.from = 0;
        self.differ = false;
    }

    /// Ends the part that was looked up.
    pub(super) fn end_part(&mut self) -> Part {
        let to = self.cells.len();
        let part = Part {
            from: self.from,
            to,
            differ: self.differ,
        };
        self.from = to;
        self.differ = false;
        part
    }

    /// Leaves what was looked up of an element behind, if the next one comes.
    pub(super) fn again(&mut self, header: Part) {
        self.cells.truncate(header.to);
        self.from = header.to;
        self.differ = false;
    }
}

/// The first words of a row.
#[inline(always)]
fn first_words<const W: usize>(row: &Chunk) -> Option<[u64; W]> {
    row.first_chunk().copied()
}

/// Clears the bits that are not in the row.
#[inline]
fn and(bits: &mut Chunk, row: &Chunk) {
    for (bit, word) in bits.iter_mut().zip(row) {
        *bit &= word;
    }
}

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
        static NONE: Chunk = [0; WORDS];
        self.odd.get(place - block.rows.len()).unwrap_or(&NONE)
    }

    /// What rows leave of one lane of a stretch.
    #[inline]
    fn one_lane(&self, block: &Block, part: Part, at: usize, mut left: Chunk) -> Chunk {
        for cells in self.part(part).chunks(BETWEEN_LOOKS) {
            for cell in cells {
                let place = cell.possible as usize + at;
                match block.rows.get(place) {
                    Some(row) => and(&mut left, row),
                    None => and(&mut left, self.odd_row(block, place)),
                }
            }
            // Rules that name the same codes stand together, so a stretch is often empty early.
            if left == [0; WORDS] {
                break;
            }
        }
        left
    }

    /// What rows leave of both lanes of a stretch.
    #[inline]
    fn two_lanes(&self, block: &Block, part: Part, at: usize, mut left: Bits) -> Bits {
        for cells in self.part(part).chunks(BETWEEN_LOOKS) {
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

    #[inline]
    fn part(&self, part: Part) -> &[Cell] {
        self.cells.get(part.from..part.to).unwrap_or(&[])
    }
}

impl<'a> Run<'a, '_> {
    /// Looks up what each line says at its cell. All of them are looked up before any row is
    /// touched: what is far away in memory is then fetched together and not one after the other.
    #[inline]
    pub(super) fn look_up(
        &mut self,
        block: &'a Block,
        lines: &'a [Line],
        ranks: &[u32],
        looked: &mut Looked,
    ) {
        let from = looked.cells.len();
        let rank = |line: &Line| ranks.get(line.place as usize).copied().unwrap_or(ODD);
        match block.is_direct() {
            true => {
                let cells = lines.iter().map(|line| block.direct(line, rank(line)));
                looked.cells.extend(cells);
            }
            false => {
                let cells = lines.iter().map(|line| block.cell(line, rank(line)));
                looked.cells.extend(cells);
            }
        }
        let (mut differ, mut odd) = (false, false);
        for cell in looked.cells.get(from..).unwrap_or(&[]) {
            differ |= cell.possible != cell.certain;
            odd |= *cell == Cell::ODD;
        }
        looked.differ |= differ;
        if odd {
            self.look_up_odd(block, lines, from, looked);
        }
    }

    /// What the header's lines leave of a block of few members, by the first words of their rows;
    /// nothing where a fact lies in no cell.
    #[inline]
    pub(super) fn narrow<const W: usize>(&mut self, block: &Block, ranks: &[u32]) -> Option<Bits> {
        let mut bits = Bits::full(block, 0);
        let mut left = first_words::<W>(&bits.possible)?;
        let mut sure = left;
        let direct = block.is_direct();
        for line in &block.header {
            let rank = *ranks.get(line.place as usize)?;
            let cell = match direct {
                true => block.direct(line, rank),
                false => block.cell(line, rank),
            };
            let row = first_words::<W>(block.rows.get(cell.possible as usize)?)?;
            for (left, word) in left.iter_mut().zip(row) {
                *left &= word;
            }
            if cell.certain != cell.possible {
                let row = first_words::<W>(block.rows.get(cell.certain as usize)?)?;
                for (sure, word) in sure.iter_mut().zip(row) {
                    *sure &= word;
                }
            }
        }
        self.evaluator.state.steps += block.header.len() as u64;
        for (to, word) in bits.possible.iter_mut().zip(left) {
            *to = word;
        }
        // What is certain is possible.
        for (to, (left, sure)) in bits.certain.iter_mut().zip(left.iter().zip(sure)) {
            *to = left & sure;
        }
        Some(bits)
    }

    /// Works out the rows of the facts that lie in no cell.
    #[cold]
    fn look_up_odd(
        &mut self,
        block: &'a Block,
        lines: &'a [Line],
        from: usize,
        looked: &mut Looked,
    ) {
        for (at, line) in (from..).zip(lines) {
            if looked.cells.get(at) == Some(&Cell::ODD) {
                let cell = self.odd(block, line, looked);
                looked.differ |= cell.possible != cell.certain;
                if let Some(place) = looked.cells.get_mut(at) {
                    *place = cell;
                }
            }
        }
    }

    /// What lines that were looked up leave of a stretch.
    #[inline]
    pub(super) fn and_rows(
        &mut self,
        block: &'a Block,
        looked: &Looked,
        part: Part,
        at: usize,
        from: Bits,
    ) -> Bits {
        self.evaluator.state.steps += (part.to - part.from) as u64;
        if part.differ {
            self.evaluator.state.steps += (part.to - part.from) as u64;
            return looked.two_lanes(block, part, at, from);
        }
        let possible = looked.one_lane(block, part, at, from.possible);
        // Each line leaves the same in both lanes, and what is certain is possible.
        let mut certain = from.certain;
        and(&mut certain, &possible);
        Bits { possible, certain }
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
