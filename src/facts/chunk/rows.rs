//! An input of lines taken apart at its line ends, and a table where they stand outside of quotes.

use super::{BYTE_ORDER_MARK, Bytes, Chunk, Form, Span, TARGET, WAY, unreadable};
use crate::facts::error::{self, FactError, Position, count};
use crate::facts::json::too_large;
use crate::facts::split::Cell;
use crate::ground::limits::Limits;
use memchr::{memchr, memchr_iter};
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

/// An input of lines: NDJSON, or a table, whose rows may hold line ends between quotes.
pub(super) struct Rows<R> {
    from: R,
    table: bool,
    limits: Limits,
    pub(super) at_once: bool,
    pub(super) unpacked: bool,
    /// What was read and belongs to no chunk yet.
    rest: Bytes,
    /// Where that begins.
    at: Position,
    begun: bool,
    ended: bool,
    failed: Option<io::Error>,
    /// In the midst of a record that is too large: where in a row one is, and how many bytes it has.
    passing: Option<(Cell, u64)>,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(from: R, limits: Limits, table: bool) -> Rows<R> {
        Rows {
            from,
            table,
            limits,
            at_once: false,
            unpacked: false,
            rest: Bytes::default(),
            at: Position {
                line: 1,
                column: 1,
                byte: 0,
            },
            begun: false,
            ended: false,
            failed: None,
            passing: None,
        }
    }

    /// False once there is no more behind what the chunk holds.
    pub(super) fn next(&mut self, form: &mut Arc<Form>, chunk: &mut Chunk) -> bool {
        std::mem::swap(&mut chunk.bytes, &mut self.rest);
        self.rest.truncate(0);
        // The open record begins at `done`, and up to `seen` no line ends.
        let (mut done, mut seen) = (0, 0);
        if self.passing.is_some() {
            self.read(chunk, done);
        }
        loop {
            if self.begin(chunk) {
                done = self.pass(chunk, done);
                (done, seen) = self.split(form, chunk, done, seen.max(done));
                self.leave_large(form, chunk, done);
            }
            if chunk.fault.is_none() && self.passing.is_none() && self.ended {
                self.last(form, chunk, done);
            }
            if let Some(why) = self.failed.take_if(|_| chunk.fault.is_none()) {
                chunk.fault = Some((self.at, unreadable(&why, self.at)));
            }
            if chunk.fault.is_some() || self.ended {
                return false;
            }
            let enough = self.at_once || chunk.bytes.len() >= TARGET;
            if self.passing.is_some() || (done > 0 && enough) {
                break;
            }
            self.read(chunk, done);
        }
        self.rest
            .extend_from_slice(chunk.bytes.get(done..).unwrap_or_default());
        true
    }

    /// Reads on: as much as is missing to a chunk, or as there is.
    fn read(&mut self, chunk: &mut Chunk, done: usize) {
        let start = chunk.bytes.len();
        // A record that is longer than a chunk is read in steps that grow with it.
        let longer = ((start - done) / 2).max(TARGET / 4);
        let want = TARGET.saturating_sub(start).max(longer);
        let read = match self.at_once {
            // As much as there is, without waiting for more.
            true => chunk.bytes.read_some(&mut self.from, TARGET / 2),
            false => chunk.bytes.read_all(&mut self.from, want),
        };
        match read {
            Ok(n) if self.at_once => self.ended = n == 0,
            Ok(n) => self.ended = n < want,
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => self.failed = Some(why),
        }
    }

    /// Passes over a byte order mark; false while it may still become one.
    fn begin(&mut self, chunk: &mut Chunk) -> bool {
        if !self.begun {
            let head = chunk.bytes.get(..3).unwrap_or(&chunk.bytes);
            if head.len() < 3 && BYTE_ORDER_MARK.starts_with(head) && !self.ended {
                return false;
            }
            if head == BYTE_ORDER_MARK {
                chunk.bytes.forget_first(3);
                self.at.byte = 3;
            }
            self.begun = true;
        }
        true
    }

    /// Reads past what is left of a record that is too large, and says where the next one begins.
    fn pass(&mut self, chunk: &mut Chunk, done: usize) -> usize {
        let Some((mut cell, before)) = self.passing.take() else {
            return done;
        };
        let open = chunk.bytes.get(done..).unwrap_or_default();
        let end = match self.table {
            true => open.iter().position(|b| cell.ends(*b)),
            false => line_end(open),
        };
        let passed = end.map_or(open, |end| open.get(..=end).unwrap_or(open));
        let bytes = count(passed.len());
        self.at.line += line_ends(passed);
        self.at.byte += bytes;
        if let Some(end) = end {
            return done + end + 1;
        }
        let most = count(self.limits.record_bytes).saturating_mul(WAY);
        if self.unpacked && before + bytes > most {
            let message = format!("a record goes on for more than {most} bytes when unpacked");
            let error = FactError::new(error::UNREADABLE, "", message).at(Some(self.at));
            chunk.fault = Some((self.at, error.into()));
        }
        self.passing = Some((cell, before + bytes));
        chunk.bytes.truncate(done);
        done
    }

    /// Notes all records that are whole. Says where the open one begins, and where to look on.
    fn split(
        &mut self,
        form: &mut Arc<Form>,
        chunk: &mut Chunk,
        mut done: usize,
        mut seen: usize,
    ) -> (usize, usize) {
        while chunk.fault.is_none() && self.passing.is_none() {
            let Some(end) = line_end(chunk.bytes.get(seen..).unwrap_or_default()) else {
                return (done, chunk.bytes.len());
            };
            let mut end = seen + end;
            let row = chunk.bytes.get(done..end).unwrap_or_default();
            let mut lines = 1;
            if self.table && row.contains(&b'"') {
                let open = chunk.bytes.get(done..).unwrap_or_default();
                let mut cell = Cell::default();
                let Some(real) = open.iter().position(|b| cell.ends(*b)) else {
                    return (done, end);
                };
                lines = line_ends(open.get(..=real).unwrap_or_default());
                end = done + real;
            }
            self.note(form, chunk, done, end, true);
            self.at.line += lines;
            self.at.byte += count(end + 1 - done);
            (done, seen) = (end + 1, end + 1);
        }
        (done, seen)
    }

    /// Notes one record, or binds the columns of a table, or passes a blank line over.
    fn note(
        &mut self,
        form: &mut Arc<Form>,
        chunk: &mut Chunk,
        start: usize,
        end: usize,
        ended: bool,
    ) {
        let row = chunk.bytes.get(start..end).unwrap_or_default();
        let (at, most) = (self.at, self.limits.record_bytes);
        let mut end = end;
        if !self.table && ended && row.ends_with(b"\r") {
            end -= 1;
        }
        let large = end - start > most;
        let blank = match self.table {
            true => matches!(row, b"" | b"\r"),
            false => row.iter().all(u8::is_ascii_whitespace),
        };
        let columns = form.wants_columns();
        // A table that ends without a first line has no columns, and is told so.
        if blank && !large && (ended || !columns) {
            return;
        }
        if columns {
            let bound = match large {
                true => Err(too_large(&self.limits).at(Some(at)).into()),
                false => Arc::make_mut(form).bind(row, at),
            };
            if let Err(errors) = bound {
                chunk.fault = Some((at, errors));
            }
            return;
        }
        chunk.spans.push(Span {
            start,
            end,
            at,
            large,
        });
    }

    /// Lets go of an open record that is too large already.
    fn leave_large(&mut self, form: &Form, chunk: &mut Chunk, done: usize) {
        let open = chunk.bytes.get(done..).unwrap_or_default();
        // Two bytes more than a record may have, so that the end of a line still fits.
        let fits = open.len() <= self.limits.record_bytes.saturating_add(2);
        if fits || self.passing.is_some() || chunk.fault.is_some() {
            return;
        }
        let at = self.at;
        // Without its columns no row of a table can be read.
        if form.wants_columns() {
            return chunk.end(at, too_large(&self.limits).at(Some(at)).into());
        }
        let mut cell = Cell::default();
        if self.table {
            // It did not end so far.
            open.iter().all(|b| !cell.ends(*b));
        }
        self.passing = Some((cell, count(open.len())));
        self.at.line += line_ends(open);
        self.at.byte += count(open.len());
        chunk.bytes.truncate(done);
        chunk.spans.push(Span {
            start: done,
            end: done,
            at,
            large: true,
        });
    }

    /// Notes what stands behind the last line end.
    fn last(&mut self, form: &mut Arc<Form>, chunk: &mut Chunk, done: usize) {
        let end = chunk.bytes.len();
        if done < end || form.wants_columns() {
            self.note(form, chunk, done, end, false);
        }
    }
}

/// Where the first line ends.
fn line_end(bytes: &[u8]) -> Option<usize> {
    memchr(b'\n', bytes)
}

fn line_ends(bytes: &[u8]) -> u64 {
    count(memchr_iter(b'\n', bytes).count())
}
