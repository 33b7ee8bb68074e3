//! The declarations that are measured: the first of the input, held in memory.

use super::super::failure::Failure;
use super::super::input::{Input, Load, ReadSoFar, Reading};
use crate::facts::Facts;
use crate::facts::chunk::Room;
use crate::ground::day::Day;
use crate::schema::Schema;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Where declarations come from, and how many of them are looked at.
pub(super) struct Source<'a> {
    pub(super) inputs: &'a [Input],
    pub(super) reading: &'a Reading,
    pub(super) most: usize,
}

impl Source<'_> {
    /// Passes every record on, up to the most; says how many bytes were read for them.
    pub(super) fn each(&self, mut take: impl FnMut(Option<&Facts>)) -> Result<u64, Failure> {
        let read = ReadSoFar::default();
        let (mut load, mut room) = (Load::default(), Room::default());
        let mut left = self.most;
        for input in self.inputs {
            if left == 0 {
                break;
            }
            let mut source = input.open(self.reading, &read)?;
            while left > 0 && source.next(&mut load) {
                load.each(&mut room, |_, facts| {
                    if left > 0 {
                        left -= 1;
                        take(facts.ok());
                    }
                });
            }
        }
        Ok(read.load(Ordering::Relaxed))
    }

    /// Whether it can be read once more.
    pub(super) fn again(&self) -> bool {
        self.inputs.iter().all(|input| input.path.is_some())
    }
}

/// The declarations, each with its day.
pub(super) struct Sample {
    pub(super) declarations: Vec<(Facts, Day)>,
    /// Records that could not be read, or have no day.
    pub(super) wrong: u64,
    /// Bytes read for all of them; the reader reads ahead a little.
    pub(super) bytes: u64,
    pub(super) name: String,
}

impl Sample {
    pub(super) fn read(source: &Source<'_>, schema: &Arc<Schema>) -> Result<Sample, Failure> {
        let mut sample = Sample {
            declarations: Vec::new(),
            wrong: 0,
            bytes: 0,
            name: source
                .inputs
                .first()
                .map_or(String::new(), |i| i.name.clone()),
        };
        let bytes = source.each(|facts| {
            let known = facts.and_then(|facts| {
                let day = facts.as_of(schema)?;
                Some((facts.clone(), day))
            });
            match known {
                Some(one) => sample.declarations.push(one),
                None => sample.wrong += 1,
            }
        })?;
        sample.bytes = bytes;
        Ok(sample)
    }

    /// So many of them, spread over all.
    pub(super) fn some(&self, most: usize) -> Vec<&(Facts, Day)> {
        let step = self.declarations.len().div_ceil(most.max(1)).max(1);
        self.declarations.iter().step_by(step).collect()
    }
}
