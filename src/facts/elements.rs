//! Takes one JSON text apart: a record, or an array of records.

use super::chunk::{Chunk, TARGET, unreadable};
use super::error::{self, FactError, Position};
use super::split::{ElementEnd, Found, Input};
use std::io::{self, BufRead, BufReader, Read};

/// An input of one JSON text: a record, or an array of records.
pub(super) struct Elements<R> {
    input: Input<BufReader<R>>,
    buf: Vec<u8>,
    array: Array,
    most: usize,
}

/// Where in a JSON text one is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Array {
    Before,
    First,
    Next,
    After,
}

impl<R: Read> Elements<R> {
    /// The records of that input.
    pub(super) fn new(input: R, most: usize) -> Elements<R> {
        Elements {
            input: Input::new(BufReader::with_capacity(TARGET, input)),
            buf: Vec::new(),
            array: Array::Before,
            most,
        }
    }

    /// Copies elements into the chunk. False at the end.
    pub(super) fn next(&mut self, chunk: &mut Chunk) -> bool {
        while chunk.has_room() {
            let (at, found) = match self.array.next(&mut self.input, &mut self.buf, self.most) {
                Ok(Some((at, Ok(found)))) => (at, found),
                Ok(Some((at, Err(message)))) => {
                    let error = FactError::new(error::NOT_JSON, "", message).at(Some(at));
                    chunk.end(at, error.into());
                    return false;
                }
                Ok(None) => return false,
                Err(why) => {
                    let at = self.input.at();
                    chunk.end(at, unreadable(&why, at));
                    return false;
                }
            };
            match found {
                Found::TooLarge(_) => chunk.push(None, at),
                _ => chunk.push(Some(&self.buf), at),
            }
        }
        true
    }
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
