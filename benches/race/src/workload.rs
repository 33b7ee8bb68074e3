//! What is raced on: rules, declarations, and where they are from.

use crate::data;
use crate::race::{Dice, Kindred, Race};
use std::io;
use std::path::Path;

/// How many declarations a batch of columns holds: DataFusion's own default.
pub const ROWS: usize = 8_192;

/// Rules and declarations, in the form of the naive loop, of Kakou, and as JSON.
pub struct Workload {
    pub race: Race,
    /// The rules that match each declaration, where the data brought the answer along.
    pub expected: Option<Vec<Vec<u32>>>,
}

impl Workload {
    /// Drawn by the library's own generator; the same everywhere.
    pub fn drawn(rules: usize) -> Workload {
        Workload {
            race: Race::new(rules, 7, Kindred::Header),
            expected: None,
        }
    }

    /// Read from `rules_N.ndjson`, `declarations.ndjson` and `expected_N.txt` of a folder; none
    /// where it has no rules of that number.
    pub fn read(folder: &Path, rules: usize) -> io::Result<Option<Workload>> {
        let Some(data) = data::read(folder, rules)? else {
            return Ok(None);
        };
        // Rules on the header draw nothing but their outcome, which nobody is asked for.
        let mut dice = Dice(1);
        Ok(Some(Workload {
            race: Race::of(data.rules, data.declarations, &mut dice, Kindred::Header),
            expected: Some(data.expected),
        }))
    }

    /// The rules that match a declaration, found by the naive loop.
    pub fn matches(&self, at: usize) -> Vec<u32> {
        let mut out = Vec::new();
        self.race.naive(at, &mut out);
        out
    }
}
