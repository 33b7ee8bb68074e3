//! Takes one JSON text apart: a record, or an array of records.

use super::chunk::{Chunk, TARGET, unreadable};
use super::error::{self, FactError};
use super::split::{Array, Found, Input};
use std::io::{BufReader, Read};

/// An input of one JSON text: a record, or an array of records.
pub(super) struct Elements<R> {
    input: Input<BufReader<R>>,
    buf: Vec<u8>,
    array: Array,
    most: usize,
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
