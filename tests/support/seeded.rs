//! Choices from a seed, the same on every machine.
#![allow(
    dead_code,
    reason = "each test that shares this uses its own part of it"
)]

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    /// True so many times out of 16.
    pub fn chance(&mut self, of_16: usize) -> bool {
        self.below(16) < of_16
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}
