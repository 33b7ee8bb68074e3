//! Chance without a machine in it: one stream of numbers for each declaration, the same everywhere.
//!
//! No number here is a binary float, and nothing is drawn by a library's distribution, whose stream
//! may change from one version to the next: all there is are whole numbers below a bound.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A source of chance.
#[derive(Debug, Clone)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of one declaration: those of another are another stream of the same cipher, so that a
    /// declaration depends on its number and the seed and on no other declaration.
    pub(super) fn of(seed: u64, version: u32, number: u64) -> Dice {
        let mut key = [0u8; 32];
        let said = seed.to_le_bytes().into_iter().chain(version.to_le_bytes());
        for (place, byte) in key.iter_mut().zip(said) {
            *place = byte;
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(number);
        Dice(rng)
    }

    /// A number below the bound; 0 where the bound is 0. What is lost in evenness is one part in
    /// 2^64 / bound.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// The same for places in a slice.
    pub(super) fn place(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// From the first to the last, both included; the first where the last is before it.
    pub(super) fn between(&mut self, first: i64, last: i64) -> i64 {
        let span = last.saturating_sub(first).max(0).unsigned_abs();
        let more = i64::try_from(self.below(span.saturating_add(1))).unwrap_or(0);
        first.saturating_add(more)
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// True in so many of a million cases.
    pub(super) fn per_million(&mut self, chance: u32) -> bool {
        self.below(1_000_000) < u64::from(chance)
    }

    /// One of them, each as often as the others.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.place(of.len()))
    }

    /// Puts them in a random order.
    pub(super) fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let other = self.place(last + 1);
            all.swap(last, other);
        }
    }
}

/// Places that are the rarer the further back they are: the weight of the n-th is 1/n, as Zipf
/// found it of words and as it is of codes in declarations.
#[derive(Debug, Clone, Default)]
pub(super) struct Skew {
    /// Up to each place, the weights added up.
    sums: Vec<u64>,
}

/// The weight of the first place.
const FIRST: u64 = 1 << 20;

impl Skew {
    /// Over so many places.
    pub(super) fn over(places: usize) -> Skew {
        let mut sum = 0u64;
        let places = u64::try_from(places).unwrap_or(0);
        let weight = |place: u64| (FIRST / place).max(1);
        let sums = (1..=places).map(|place| {
            sum = sum.saturating_add(weight(place));
            sum
        });
        Skew {
            sums: sums.collect(),
        }
    }

    /// A place; 0 where there is none.
    pub(super) fn draw(&self, dice: &mut Dice) -> usize {
        let drawn = dice.below(self.sums.last().copied().unwrap_or(0));
        self.sums.partition_point(|sum| *sum <= drawn)
    }

    /// One of as many things as there are places.
    pub(super) fn one<'a, T>(&self, dice: &mut Dice, of: &'a [T]) -> Option<&'a T> {
        let place = self.draw(dice);
        of.get(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_one_that_is_stated() {
        let mut dice = Dice::of(7, 1, 3);
        let drawn: Vec<u64> = (0..6).map(|_| dice.below(1000)).collect();
        assert_eq!(drawn, DRAWN);
        assert_ne!(drawn[0], Dice::of(7, 1, 4).below(1000));
        assert_ne!(drawn[0], Dice::of(8, 1, 3).below(1000));
        assert_ne!(drawn[0], Dice::of(7, 2, 3).below(1000));
    }

    /// What the first version draws; another line here would be another version.
    const DRAWN: [u64; 6] = [366, 777, 539, 340, 909, 405];

    #[test]
    fn the_first_places_are_the_commonest() {
        let skew = Skew::over(50);
        let mut dice = Dice::of(1, 1, 1);
        let mut counts = [0u32; 50];
        for _ in 0..50_000 {
            counts[skew.draw(&mut dice)] += 1;
        }
        assert!(counts[0] > 9 * counts[9] && counts[49] > 0, "{counts:?}");
        assert_eq!(Skew::over(0).one(&mut dice, &[0u8; 0]), None);
    }
}
