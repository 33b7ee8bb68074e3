//! Bytes that are read into room which is kept: it is zeroed when it grows, and not each time that it
//! is read into.

use std::io::{self, ErrorKind, Read};
use std::ops::Deref;

/// Bytes, and room for more.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    room: Vec<u8>,
    /// How many of them there are.
    len: usize,
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.room.get(..self.len).unwrap_or(&self.room)
    }
}

impl Bytes {
    /// Forgets all but the first.
    pub(super) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Forgets the first.
    pub(super) fn forget_first(&mut self, count: usize) {
        let count = count.min(self.len);
        self.room.copy_within(count..self.len, 0);
        self.len -= count;
    }

    /// Adds some.
    pub(super) fn extend_from_slice(&mut self, bytes: &[u8]) {
        if let Some(place) = self.room_for(bytes.len()).get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    /// Adds what there is to read at once, but no more than so many, and says how many that was.
    pub(super) fn read_some(&mut self, from: &mut impl Read, most: usize) -> io::Result<usize> {
        let place = self.room_for(most);
        let read = from.read(place)?.min(place.len());
        self.len += read;
        Ok(read)
    }

    /// Adds so many, or as many as there are, and says how many that was. What came before a failure is
    /// there all the same.
    pub(super) fn read_all(&mut self, from: &mut impl Read, want: usize) -> io::Result<usize> {
        let mut all = 0;
        while all < want {
            match self.read_some(from, want - all) {
                Ok(0) => break,
                Ok(read) => all += read,
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
        }
        Ok(all)
    }

    /// The place of so many more.
    fn room_for(&mut self, count: usize) -> &mut [u8] {
        let end = self.len + count;
        if self.room.len() < end {
            self.room.resize(end, 0);
        }
        self.room.get_mut(self.len..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives three bytes at a time, is interrupted in between, and fails at the end.
    struct Drops<'a>(&'a [u8], bool);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::Interrupted.into());
            }
            if self.0.is_empty() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let count = into.len().min(3).min(self.0.len());
            let (now, later) = self.0.split_at(count);
            into[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn nothing_of_what_was_there_before_comes_back() {
        let mut bytes = Bytes::default();
        let mut from = Drops(b"0123456789", false);
        assert_eq!(bytes.read_all(&mut from, 7).unwrap(), 7);
        assert_eq!(&*bytes, b"0123456");
        bytes.forget_first(2);
        bytes.truncate(3);
        assert_eq!(&*bytes, b"234");
        bytes.extend_from_slice(b"x");
        assert_eq!(
            bytes.read_all(&mut from, 9).unwrap_err().kind(),
            ErrorKind::UnexpectedEof
        );
        assert_eq!(&*bytes, b"234x789");
        bytes.truncate(0);
        bytes.forget_first(1);
        assert_eq!(bytes.read_all(&mut &b"ab"[..], 5).unwrap(), 2);
        assert_eq!(&*bytes, b"ab");
    }
}
