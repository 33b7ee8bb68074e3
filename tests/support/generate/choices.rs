//! Choices drawn from bytes. When the bytes are used up every choice is the first, which is
//! always the simplest, so that everything ends.

/// The bytes that are left.
#[derive(Debug, Clone)]
pub struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    /// Choices from these bytes.
    pub fn new(bytes: &'a [u8]) -> Choices<'a> {
        Choices { bytes }
    }

    /// Whether no byte is left.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A number below `end`, at most 256 of them.
    pub fn below(&mut self, end: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        usize::from(*first) % end.max(1)
    }

    /// True so many times out of 16; never when the bytes are used up.
    pub fn chance(&mut self, of_16: usize) -> bool {
        !self.is_empty() && self.below(16) < of_16
    }

    /// One of several.
    pub fn pick<'p, T: ?Sized>(&mut self, of: &[&'p T]) -> &'p T {
        of[self.below(of.len())]
    }
}
