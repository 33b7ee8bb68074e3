//! Reading the tables of a block.

use super::{Block, Cell, Condition, Line, Member, Turn};

impl Block {
    /// Where the rows of a line begin for a fact in that cell.
    #[inline(always)]
    pub(super) fn cell(&self, line: &Line, cell: u32) -> Cell {
        let Some(turns) = line.turns else {
            return self.direct(line, cell);
        };
        if cell >= line.count {
            return Cell::ODD;
        }
        match line.bank {
            None => {
                let at = self.turned(turns.get(), cell, 1);
                at.map_or(Cell::ODD, |at| self.place(at))
            }
            Some(bank) => {
                let row = self.turned(turns.get(), cell, self.stretches());
                row.map_or(Cell::ODD, |possible| Cell {
                    possible,
                    certain: match possible == line.first || line.is_open {
                        true => possible + bank.get(),
                        false => possible,
                    },
                })
            }
        }
    }

    /// The same of a line in which each cell of the axis stands for itself.
    #[inline(always)]
    pub(super) fn direct(&self, line: &Line, cell: u32) -> Cell {
        // That of a fact which lies in no cell is behind those of all lines.
        self.place(line.first + cell)
    }

    /// Whether all lines are of that kind.
    #[inline]
    pub(super) fn is_direct(&self) -> bool {
        self.turns.is_empty()
    }

    #[inline(always)]
    fn place(&self, at: u32) -> Cell {
        self.cells.get(at as usize).copied().unwrap_or(Cell::ODD)
    }

    /// Where stands what is said at the last turn that is not behind this cell, where so much stands for
    /// each; nothing where the cell is none.
    #[inline(always)]
    pub(super) fn turned(&self, first: u32, cell: u32, each: u32) -> Option<u32> {
        let turn = self.turns.get(first as usize + cell as usize / 64)?;
        Some(turn.upto(cell, each))
    }

    /// How many stretches a row has.
    #[inline(always)]
    pub(super) fn stretches(&self) -> u32 {
        u32::try_from(self.full.len()).unwrap_or(0)
    }
}

impl Turn {
    /// Where stands what is said at the last turn up to this cell, which is one of its own, where so much
    /// stands for each.
    #[inline(always)]
    pub(super) fn upto(&self, cell: u32, each: u32) -> u32 {
        let upto = (self.cells << (63 - cell % 64)).count_ones();
        self.before.wrapping_add(upto * each)
    }
}

impl Member {
    /// What reads only the header.
    #[inline]
    pub(super) fn of_header(&self) -> &[Condition] {
        self.conditions.get(..self.parts.0 as usize).unwrap_or(&[])
    }

    /// What a cell of one field of the element tells.
    #[inline]
    pub(super) fn element_told(&self) -> &[Condition] {
        let (from, to) = self.parts;
        self.conditions
            .get(from as usize..to as usize)
            .unwrap_or(&[])
    }

    /// What is evaluated besides.
    #[inline]
    pub(super) fn rest(&self) -> &[Condition] {
        self.conditions.get(self.parts.1 as usize..).unwrap_or(&[])
    }

    /// What is asked of elements where all of them are judged at once: what cells tell, and what is
    /// evaluated of an element, but for what is inside one.
    #[inline]
    pub(super) fn of_elements(&self) -> &[Condition] {
        match self.deep {
            true => self.element_told(),
            false => self.conditions.get(self.parts.0 as usize..).unwrap_or(&[]),
        }
    }

    /// What is evaluated of it as a whole; for elements the header's part is done, and what is inside
    /// one is gone through by itself.
    #[inline]
    pub(super) fn as_a_whole(&self) -> &[Condition] {
        match (self.list, self.deep) {
            (None, true) => self.of_header(),
            (None, false) => &self.conditions,
            (Some(_), true) => &[],
            (Some(_), false) => self.rest(),
        }
    }
}
