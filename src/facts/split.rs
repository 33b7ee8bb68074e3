//! Takes an input apart into records without ever holding more of it than one record may have.

use super::error::{self, FactError, Position, count};
use super::words::plain_row;
use std::borrow::Cow;
use std::io::{self, BufRead, Chain, Cursor, Read};

/// An input without its byte order mark, which knows how far it was read.
pub(crate) struct Input<R> {
    from: Chain<Cursor<Vec<u8>>, R>,
    /// What went wrong before anyone read.
    failed: Option<io::Error>,
    at: Position,
}

/// What was found up to the end of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A record that ended with this byte.
    Ended(u8),
    /// The input ended first.
    AtEnd,
    /// The record was too large; it was read past, up to this byte or the end.
    TooLarge(Option<u8>),
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<R: BufRead> Input<R> {
    pub(crate) fn new(mut from: R) -> Input<R> {
        let mut head = Vec::new();
        let failed = from.by_ref().take(3).read_to_end(&mut head).err();
        let mut at = Position {
            line: 1,
            column: 1,
            byte: 0,
        };
        if head == BYTE_ORDER_MARK {
            head.clear();
            at.byte = 3;
        }
        Input {
            from: Cursor::new(head).chain(from),
            failed,
            at,
        }
    }

    /// Where the next byte stands.
    pub(crate) fn at(&self) -> Position {
        self.at
    }

    /// Reads a line into the buffer, without its end.
    pub(crate) fn line(&mut self, buf: &mut Vec<u8>, most: usize) -> io::Result<Found> {
        self.failed.take().map_or(Ok(()), Err)?;
        buf.clear();
        // Two more than a record may have, so that the end of a line still fits.
        let read = self
            .from
            .by_ref()
            .take(count(most).saturating_add(2))
            .read_until(b'\n', buf)?;
        let mut bytes = count(read);
        let ended = buf.last() == Some(&b'\n');
        if ended {
            buf.pop();
            if buf.last() == Some(&b'\r') {
                buf.pop();
            }
        } else if buf.len() > most {
            bytes += count(self.from.skip_until(b'\n')?);
        }
        self.at = Position {
            line: self.at.line + 1,
            column: 1,
            byte: self.at.byte + bytes,
        };
        Ok(match (buf.len() > most, ended) {
            (true, _) => Found::TooLarge(None),
            (_, true) => Found::Ended(b'\n'),
            _ => Found::AtEnd,
        })
    }

    /// Reads bytes into the buffer until one ends the record; that one is read but not kept.
    pub(crate) fn until(
        &mut self,
        buf: &mut Vec<u8>,
        most: usize,
        mut ends: impl FnMut(u8) -> bool,
    ) -> io::Result<Found> {
        buf.clear();
        let mut large = false;
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Ok(if large {
                    Found::TooLarge(None)
                } else {
                    Found::AtEnd
                });
            }
            let end = chunk.iter().position(|b| ends(*b));
            let (kept, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
            large |= buf.len() + kept.len() > most;
            if !large {
                buf.extend_from_slice(kept);
            }
            let last = rest.first().copied();
            let taken = kept.len() + usize::from(last.is_some());
            self.take(taken);
            match last {
                Some(last) if large => return Ok(Found::TooLarge(Some(last))),
                Some(last) => return Ok(Found::Ended(last)),
                None => {}
            }
        }
    }

    /// Reads a row of a table that has no quotes and stands whole in the part of the input that is
    /// at hand; says where the row's cells end. Where it is another, nothing is read.
    pub(crate) fn plain_row(
        &mut self,
        buf: &mut Vec<u8>,
        most: usize,
        cells: &mut Cells,
    ) -> io::Result<bool> {
        buf.clear();
        cells.begin();
        let chunk = self.chunk()?;
        let Some(end) = plain_row(chunk, |comma| cells.end(comma)) else {
            return Ok(false);
        };
        let row = chunk.get(..end).unwrap_or_default();
        if end > most {
            return Ok(false);
        }
        buf.extend_from_slice(row);
        cells.end(end - usize::from(row.last() == Some(&b'\r')));
        self.from.consume(end + 1);
        self.at = Position {
            line: self.at.line + 1,
            column: 1,
            byte: self.at.byte + count(end) + 1,
        };
        Ok(true)
    }

    /// Reads past white space and says what comes next.
    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let chunk = self.chunk()?;
            let spaces = chunk.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let next = chunk.get(spaces).copied();
            let end = chunk.is_empty();
            self.take(spaces);
            if end || next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Reads past one byte.
    pub(crate) fn skip(&mut self) {
        self.take(1);
    }

    fn chunk(&mut self) -> io::Result<&[u8]> {
        self.failed.take().map_or(Ok(()), Err)?;
        while let Err(e) = self.from.fill_buf() {
            if e.kind() != io::ErrorKind::Interrupted {
                return Err(e);
            }
        }
        self.from.fill_buf()
    }

    /// Reads past bytes that were looked at.
    fn take(&mut self, bytes: usize) {
        let Ok(chunk) = self.from.fill_buf() else {
            return;
        };
        let taken = chunk.get(..bytes).unwrap_or(chunk);
        let last = taken.iter().rposition(|b| *b == b'\n');
        let line = taken.get(last.map_or(0, |at| at + 1)..).unwrap_or_default();
        let columns = count(line.iter().filter(|b| **b & 0xC0 != 0x80).count());
        self.at = Position {
            line: self.at.line + count(taken.iter().filter(|b| **b == b'\n').count()),
            column: if last.is_some() {
                columns + 1
            } else {
                self.at.column + columns
            },
            byte: self.at.byte + count(taken.len()),
        };
        self.from.consume(bytes);
    }
}

/// Finds the end of an element of a JSON array: a comma or bracket outside of texts and of
/// anything nested. Whether the element is JSON is for its reader to say.
#[derive(Debug, Default)]
pub(crate) struct ElementEnd {
    depth: u64,
    in_text: bool,
    escaped: bool,
}

impl ElementEnd {
    pub(crate) fn is(&mut self, byte: u8) -> bool {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b',' | b']' if self.depth == 0 => return true,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        false
    }
}

/// Where in a row of a CSV table one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Cell {
    /// A cell begins here.
    #[default]
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that closes the cell, unless another quote follows.
    Closed,
}

impl Cell {
    /// Goes on by a byte; the row ends at a line feed that is not between quotes.
    pub(crate) fn ends(&mut self, byte: u8) -> bool {
        *self = match (*self, byte) {
            (Cell::Quoted, b'"') => Cell::Closed,
            (Cell::Quoted, _) => Cell::Quoted,
            (_, b'\n') => return true,
            (_, b',') => Cell::Start,
            (Cell::Start | Cell::Closed, b'"') => Cell::Quoted,
            _ => Cell::Plain,
        };
        false
    }
}

/// Where the cells of a row are, in memory that is used again.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    /// Where each cell begins and ends.
    bounds: Vec<(usize, usize)>,
    /// Where the cell that is being read begins.
    start: usize,
    /// Those cells whose text is not in the row as it is, since it has quotes in it.
    unquoted: Vec<(usize, String)>,
    quoted: usize,
}

/// A row and where its cells are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'t> {
    text: &'t str,
    cells: &'t Cells,
}

impl Cells {
    fn begin(&mut self) {
        self.bounds.clear();
        self.start = 0;
        self.quoted = 0;
    }

    /// Ends a cell at a comma or at the end of the row.
    #[inline]
    fn end(&mut self, at: usize) {
        self.bounds.push((self.start, at));
        self.start = at + 1;
    }

    /// The row whose cells these are.
    pub(crate) fn of<'t>(&'t self, text: &'t str) -> Row<'t> {
        Row { text, cells: self }
    }

    /// Takes a row with quotes apart, as [`cells`] does; nothing where that finds something wrong.
    pub(crate) fn split(&mut self, row: &str) -> Option<()> {
        self.begin();
        loop {
            let rest = row.get(self.start..)?;
            let Some(quoted) = rest.strip_prefix('"') else {
                match rest.find(',') {
                    Some(comma) => self.end(self.start + comma),
                    None => {
                        self.end(row.len());
                        return Some(());
                    }
                }
                continue;
            };
            let from = self.start + 1;
            let mut end = from + quoted.find('"')?;
            if row.get(end + 1..)?.starts_with('"') {
                let text = self.next_unquoted()?;
                let mut part = from;
                loop {
                    text.push_str(row.get(part..end)?);
                    part = end + 1;
                    if !row.get(part..)?.starts_with('"') {
                        break;
                    }
                    text.push('"');
                    part += 1;
                    end = part + row.get(part..)?.find('"')?;
                }
            }
            self.bounds.push((from, end));
            match row.as_bytes().get(end + 1) {
                None => return Some(()),
                Some(b',') => self.start = end + 2,
                Some(_) => return None,
            }
        }
    }

    /// Empties the place for the text of the cell being read.
    fn next_unquoted(&mut self) -> Option<&mut String> {
        let column = self.bounds.len();
        if self.quoted == self.unquoted.len() {
            self.unquoted.push((column, String::new()));
        }
        let (of, text) = self.unquoted.get_mut(self.quoted)?;
        self.quoted += 1;
        *of = column;
        text.clear();
        Some(text)
    }
}

impl<'t> Row<'t> {
    /// How many cells it has.
    pub(crate) fn width(&self) -> usize {
        self.cells.bounds.len()
    }

    /// The text that holds a cell, and where in it the cell begins and ends.
    #[inline]
    pub(crate) fn at(&self, column: usize) -> Option<(&'t str, usize, usize)> {
        let (start, end) = *self.cells.bounds.get(column)?;
        if self.cells.quoted > 0 {
            let used = self.cells.unquoted.get(..self.cells.quoted)?;
            if let Some((_, text)) = used.iter().find(|(of, _)| *of == column) {
                return Some((text, 0, text.len()));
            }
        }
        Some((self.text, start, end))
    }
}

/// Takes a row of a CSV table apart.
pub(crate) fn cells(row: &str) -> Result<Vec<Cow<'_, str>>, FactError> {
    let bad = |message: &str| FactError::new(error::BAD_ROW, "", message);
    let mut cells = Vec::new();
    let mut rest = row;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (cell, after) = rest
                .split_once(',')
                .map_or((rest, None), |(c, r)| (c, Some(r)));
            cells.push(Cow::Borrowed(cell));
            match after {
                Some(after) => rest = after,
                None => return Ok(cells),
            }
            continue;
        };
        let mut text = Cow::Borrowed("");
        let mut from = quoted;
        let after = loop {
            let (part, after) = from
                .split_once('"')
                .ok_or_else(|| bad("a quote is opened and not closed"))?;
            text += part;
            match after.strip_prefix('"') {
                Some(more) => {
                    text += "\"";
                    from = more;
                }
                None => break after,
            }
        };
        cells.push(text);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(cells),
            None => return Err(bad("text follows a closing quote")),
        }
    }
}

/// Where in a JSON text one is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Array {
    Before,
    First,
    Next,
    After,
}

/// A record in the buffer, or why there is none where one is due.
pub(super) type Element = Result<Found, &'static str>;

impl Array {
    /// Reads the next record, of at most so many bytes, into the buffer.
    pub(super) fn next<R: BufRead>(
        &mut self,
        input: &mut Input<R>,
        buf: &mut Vec<u8>,
        most: usize,
    ) -> io::Result<Option<(Position, Element)>> {
        loop {
            let next = input.peek()?;
            let at = input.at();
            match (*self, next) {
                (Array::Before, Some(b'[')) => {
                    input.skip();
                    *self = Array::First;
                }
                (Array::Before, Some(_)) => {
                    let found = input.until(buf, most, |_| false)?;
                    *self = Array::After;
                    return Ok(Some((at, Ok(found))));
                }
                (Array::First, Some(b']')) => {
                    input.skip();
                    *self = Array::After;
                }
                (Array::First | Array::Next, Some(_)) => {
                    let mut end = ElementEnd::default();
                    let found = input.until(buf, most, |b| end.is(b))?;
                    let closed = matches!(found, Found::Ended(b']') | Found::TooLarge(Some(b']')));
                    *self = if closed { Array::After } else { Array::Next };
                    return Ok(Some((at, Ok(found))));
                }
                (Array::Before, None) => return Ok(Some((at, Err("there is no declaration")))),
                (Array::First | Array::Next, None) => {
                    return Ok(Some((at, Err("the array of declarations is not closed"))));
                }
                (Array::After, Some(_)) => {
                    return Ok(Some((at, Err("something follows the declarations"))));
                }
                (Array::After, None) => return Ok(None),
            }
        }
    }
}
