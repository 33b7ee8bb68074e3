//! Texts in columns. Columns are counted as a terminal shows them, so that Chinese aligns, and a
//! line never becomes longer than the terminal is wide.

use super::terminal::Terminal;
use crate::ground::render::visible;
use crate::verdict::layout::wrap;
use anstyle::AnsiColor;
use unicode_width::UnicodeWidthChar;

/// A blank at which no line is broken; it is shown as a blank.
pub(super) const TOGETHER: &str = "\u{a0}";
/// Blanks between columns.
const GAP: usize = 2;
/// Lines below the first that a row may take.
const BELOW: usize = 4;
/// The least that is left for the last column.
const LEAST: usize = 12;

/// A text and its colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    text: String,
    colour: Option<AnsiColor>,
}

impl Cell {
    /// A text; what a terminal would obey is made visible.
    pub(super) fn new(text: impl AsRef<str>) -> Cell {
        Cell {
            text: visible(text.as_ref()),
            colour: None,
        }
    }

    /// The same in a colour.
    pub(super) fn colour(self, colour: AnsiColor) -> Cell {
        Cell {
            colour: Some(colour),
            ..self
        }
    }
}

/// The widths of columns, found from the rows that are known when the first is shown.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    widths: Vec<usize>,
}

impl Layout {
    /// A layout for these rows. No column but the last takes more than `most` columns, and the
    /// last takes what is left of the terminal.
    pub(super) fn new<'r>(
        rows: impl IntoIterator<Item = &'r Vec<Cell>>,
        most: usize,
        terminal: &Terminal,
    ) -> Layout {
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(columns(&cell.text).min(most));
            }
        }
        let last = widths.pop().map(|_| ());
        let left = |widths: &[usize]| {
            let taken: usize = widths.iter().map(|w| w + GAP).sum();
            terminal.width.saturating_sub(taken)
        };
        // Too narrow: the widest column gives way until the last one can be read.
        while left(&widths) < LEAST {
            match widths.iter_mut().max_by_key(|w| **w).filter(|w| **w > 4) {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
        let rest = left(&widths).max(LEAST);
        widths.extend(last.map(|()| rest));
        Layout { widths }
    }

    /// One row, ended: a text that is too long for its column is cut, one in the last column goes
    /// on below itself for a few lines.
    pub(super) fn lines(&self, row: &[Cell], terminal: &Terminal) -> String {
        let mut line = String::new();
        let (mut owed, mut start) = (0, 0);
        let last = self.widths.len().saturating_sub(1);
        let mut below = Vec::new();
        for (at, (cell, width)) in row.iter().zip(&self.widths).enumerate() {
            let mut text = fitted(&cell.text, *width);
            if at == last && text != cell.text {
                let mut parts = wrap(&parted(&cell.text, *width), *width).into_iter();
                text = parts.next().unwrap_or_default();
                below = parts.collect();
            }
            let taken = columns(&text);
            if !text.is_empty() {
                line.push_str(&" ".repeat(owed));
                owed = 0;
            }
            line.push_str(&match cell.colour {
                Some(colour) => terminal.paint(&text, colour, true),
                None => text,
            });
            owed += width.saturating_sub(taken) + GAP;
            if at < last {
                start += width + GAP;
            }
        }
        line.push('\n');
        let cut = below.len() > BELOW;
        for (at, part) in below.iter().take(BELOW).enumerate() {
            let end = if cut && at + 1 == BELOW { " …" } else { "" };
            line.push_str(&format!("{}{part}{end}\n", " ".repeat(start)));
        }
        line.replace(TOGETHER, " ")
    }
}

/// The text with blanks again in what stays together and yet is wider than a line.
fn parted(text: &str, width: usize) -> String {
    let fits = |word: &str| match columns(word) <= width {
        true => word.to_owned(),
        false => word.replace(TOGETHER, " "),
    };
    text.split(' ').map(fits).collect::<Vec<_>>().join(" ")
}

/// The columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The text cut to so many columns, with `…` where something is left out.
pub(super) fn fitted(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let (mut out, mut taken) = (String::new(), 0);
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if taken + wide + 1 > width {
            break;
        }
        out.push(c);
        taken += wide;
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_wide_characters() {
        assert_eq!(fitted("卡口卡口", 8), "卡口卡口");
        assert_eq!(fitted("卡口卡口", 7), "卡口卡…");
        assert_eq!(fitted("卡口卡口", 6), "卡口…");
        assert_eq!(fitted("abc", 2), "a…");
    }
}
