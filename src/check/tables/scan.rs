//! Where the cells of a CSV text stand, and whether its quotation marks are in order.
//!
//! Reading the cells is the `csv` crate's work. It forgives every quotation mark, though: one
//! that is forgotten swallows rows in silence, and a rule would never see them. So marks are
//! checked here first, and here a cell that is complained of is found again in the text.

use std::ops::Range;

/// What is wrong with a quotation mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It stands inside a cell that does not begin with one.
    Inside,
    /// Text follows it that is no comma and no end of line.
    TextAfter,
    /// It is never closed.
    Open,
}

/// A cell as it stands in the text, its quotation marks included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawCell {
    /// The bytes.
    pub range: Range<usize>,
    /// Whether it ends its row.
    pub last: bool,
    /// Where and what is wrong.
    pub trouble: Option<(usize, Trouble)>,
}

/// The cells of a text, from a byte where a row begins.
pub(super) struct Cells<'a> {
    bytes: &'a [u8],
    at: usize,
    row_begins: bool,
    done: bool,
}

impl<'a> Cells<'a> {
    /// The cells from there on.
    pub(super) fn new(text: &'a str, from: usize) -> Self {
        Cells {
            bytes: text.as_bytes(),
            at: from,
            row_begins: true,
            done: false,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Goes past the cell that begins here; says what was wrong with it.
    fn pass(&mut self) -> Option<(usize, Trouble)> {
        let mut trouble = None;
        if self.peek() == Some(b'"') {
            let open = self.at;
            self.at += 1;
            loop {
                match self.peek() {
                    None => return Some((open, Trouble::Open)),
                    Some(b'"') if self.bytes.get(self.at + 1) == Some(&b'"') => self.at += 2,
                    Some(b'"') => break,
                    Some(_) => self.at += 1,
                }
            }
            self.at += 1;
            if !matches!(self.peek(), None | Some(b',' | b'\r' | b'\n')) {
                trouble = Some((self.at, Trouble::TextAfter));
            }
        }
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b'\r' | b'\n' => break,
                b'"' if trouble.is_none() => trouble = Some((self.at, Trouble::Inside)),
                _ => {}
            }
            self.at += 1;
        }
        trouble
    }
}

impl Iterator for Cells<'_> {
    type Item = RawCell;

    fn next(&mut self) -> Option<RawCell> {
        if self.row_begins {
            // An empty line is no row.
            while matches!(self.peek(), Some(b'\r' | b'\n')) {
                self.at += 1;
            }
            self.done |= self.peek().is_none();
        }
        if self.done {
            return None;
        }
        let start = self.at;
        let trouble = self.pass();
        let range = start..self.at;
        let last = self.peek() != Some(b',');
        if last {
            self.row_begins = true;
        } else {
            self.at += 1;
            self.row_begins = false;
        }
        Some(RawCell {
            range,
            last,
            trouble,
        })
    }
}

/// The cells of the one row that begins there.
pub(super) fn row(text: &str, from: usize) -> Vec<RawCell> {
    let mut cells = Vec::new();
    for cell in Cells::new(text, from) {
        let last = cell.last;
        cells.push(cell);
        if last {
            break;
        }
    }
    cells
}

/// Where the header begins, and whether the first line says that the list is an example. Lines
/// before the header that begin with `#` are comments.
pub(super) fn preamble(text: &str) -> (usize, bool) {
    let mut at = 0;
    let mut example = false;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let words = line.trim_end_matches(['\r', '\n']);
        if words.starts_with('#') {
            example |= number == 0
                && (words.contains("示例") || words.to_ascii_lowercase().contains("example"));
        } else if !words.is_empty() {
            break;
        }
        at += line.len();
    }
    (at, example)
}
