//! Digests that are the same on every machine.
//!
//! What is hashed feeds SHA-256, with every number written in eight little-endian bytes, so that
//! neither the width of a pointer nor the order of bytes can enter.

use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};

/// So many bytes are gathered before they are digested: most writes are of eight.
const GATHERED: usize = 1 << 14;

/// Gathers what is hashed.
#[derive(Default)]
pub(crate) struct Feed {
    digest: Sha256,
    gathered: Vec<u8>,
}

/// The digest of what one thing feeds.
pub(crate) fn digest(of: &impl Hash) -> [u8; 32] {
    let mut feed = Feed::default();
    of.hash(&mut feed);
    feed.end()
}

impl Feed {
    /// The digest of all that was fed.
    pub(crate) fn end(mut self) -> [u8; 32] {
        self.digest.update(&self.gathered);
        self.digest.finalize().into()
    }
}

impl Hasher for Feed {
    fn finish(&self) -> u64 {
        0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED {
            self.digest.update(&self.gathered);
            self.gathered.clear();
        }
    }
    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }
    fn write_u16(&mut self, n: u16) {
        self.write_u64(u64::from(n));
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }
    fn write_u64(&mut self, n: u64) {
        self.write(&n.to_le_bytes());
    }
    fn write_u128(&mut self, n: u128) {
        self.write(&n.to_le_bytes());
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
    fn write_i8(&mut self, n: i8) {
        self.write_i64(i64::from(n));
    }
    fn write_i16(&mut self, n: i16) {
        self.write_i64(i64::from(n));
    }
    fn write_i32(&mut self, n: i32) {
        self.write_i64(i64::from(n));
    }
    fn write_i64(&mut self, n: i64) {
        self.write(&n.to_le_bytes());
    }
    fn write_i128(&mut self, n: i128) {
        self.write(&n.to_le_bytes());
    }
    fn write_isize(&mut self, n: isize) {
        self.write_i64(n as i64);
    }
}
