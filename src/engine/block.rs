//! Reading the tables of a block.

use super::{Block, Cell, Condition, Line, Member};

impl Block {
    /// Where the rows of a line begin for a fact in that cell.
    #[inline]
    pub(super) fn cell(&self, line: &Line, cell: u32) -> Cell {
        match line.turns {
            None => self.direct(line, cell),
            Some(first) => self.place(line, self.turn(first.get(), line, cell)),
        }
    }

    /// The same of a line in which each cell of the axis stands for itself.
    #[inline(always)]
    pub(super) fn direct(&self, line: &Line, cell: u32) -> Cell {
        // That of a fact which lies in no cell is behind those of all lines.
        self.place(line, cell)
    }

    /// Whether all lines are of that kind.
    #[inline]
    pub(super) fn is_direct(&self) -> bool {
        self.turns.is_empty()
    }

    #[inline(always)]
    fn place(&self, line: &Line, at: u32) -> Cell {
        let found = self.cells.get(line.first as usize + at as usize);
        found.copied().unwrap_or(Cell::ODD)
    }

    /// Among the cells of a line that keeps only those at which something turns, the last that is not
    /// behind this one; first of all stands what is said of facts that lie in no cell.
    #[inline]
    fn turn(&self, first: u32, line: &Line, cell: u32) -> u32 {
        let turn = self.turns.get(first as usize + cell as usize / 64);
        match turn.filter(|_| cell < line.count) {
            Some(turn) => {
                let upto = u64::MAX >> (63 - cell % 64);
                turn.before + (turn.cells & upto).count_ones()
            }
            None => 0,
        }
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
