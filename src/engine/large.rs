//! What is told of a declaration where an engine has no sieve, most often because rules are many: few
//! stretches of their rows have any left, and only these are put down.

use super::judge::{Movement, each_block, rank_header};
use super::rows::{Chunk, NO_MEMBER, TOGETHER, as_array, left_of, look_up};
use super::sifted::Sifted;
use super::{Block, Desk, Engine};
use crate::check::rules::RuleId;
use crate::decide::program::Program;
use crate::decide::resolve::asked_by_coverage;
use crate::graph::plan::Subject;
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;
use crate::schema::value::OutcomeId;

/// Works out what there is to tell of one declaration; nothing where some fact leaves more possible than it
/// does for certain, or where more is to be asked than lines tell.
pub(super) fn sift_large(
    engine: &Engine,
    movement: Movement<'_>,
    desk: &mut Desk,
    sifted: &mut Sifted,
) -> Option<()> {
    let program = &*engine.program;
    if !program.required.is_empty() {
        return None;
    }
    let Desk { state, rows, .. } = desk;
    rank_header(engine, movement, rows);
    sifted.listed.clear();
    let mut told = Listed {
        program,
        rules: &mut sifted.listed,
        worst: OutcomeId::default(),
        covered: [false; 2],
        in_order: true,
    };
    let (left, mut steps) = (&mut sifted.left, 0);
    each_block(engine, rows, |block, rows| {
        // Rules without rows, and those of elements, are asked one by one.
        if block.full.is_empty() || block.list.is_some() {
            return None;
        }
        let places = &mut rows.looked.places;
        // The row of a fact that lies in no cell would have to be worked out.
        if look_up(block, &block.header, &rows.ranks, places) {
            return None;
        }
        steps += block.header.len() * block.full.len();
        left.clear();
        leave(&block.rows, places, &block.full, left);
        left.iter().try_for_each(|stretch| told.add(block, stretch))
    })?;
    let Listed {
        worst,
        covered,
        in_order,
        ..
    } = told;
    if !in_order {
        sifted.listed.sort_unstable();
    }
    let covers = covered.map(Truth::from);
    sifted.put_listed(
        worst,
        asked_by_coverage(&program.rules.schema, covers.into()),
    );
    state.steps = steps as u64;
    Some(())
}

/// Rules that fire, while they are listed.
struct Listed<'l> {
    program: &'l Program,
    rules: &'l mut Vec<RuleId>,
    worst: OutcomeId,
    /// Whether a cover holds, and one that only informs.
    covered: [bool; 2],
    in_order: bool,
}

impl Listed<'_> {
    /// Adds the members of a stretch that are left; nothing where one says more than an outcome.
    #[inline]
    fn add(&mut self, block: &Block, (at, left): &(u32, Chunk)) -> Option<()> {
        for (word, number) in left.iter().zip(*at as usize * left.len()..) {
            for bit in set_bits(*word) {
                let member = block.members.get(number * 64 + bit as usize)?;
                match member.subject {
                    Subject::Rule(rule) if member.is_bare => {
                        let standing = self.program.standing(rule);
                        if !standing.traits.is_plain() {
                            return None;
                        }
                        if standing.decides() {
                            self.in_order &= self.rules.last().is_none_or(|last| *last < rule);
                            self.rules.push(rule);
                            self.worst = self.worst.max(standing.decided());
                        }
                    }
                    Subject::Cover(number) if member.is_bare => {
                        let cover = self.program.covers.get(number as usize)?;
                        let [full, advice] = &mut self.covered;
                        *(if cover.advice { advice } else { full }) = true;
                    }
                    _ => return None,
                }
            }
        }
        Some(())
    }
}

/// Puts down the stretches of which the rows that begin there leave something, by place.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn leave(rows: &[Chunk], places: &[u32], full: &[Chunk], left: &mut Vec<(u32, Chunk)>) {
    for (number, full) in full.chunks(TOGETHER).enumerate() {
        let at = number * TOGETHER;
        as_array!(first_chunk, full => leave_of(rows, places, (at, *full), left));
    }
}

/// The same of so many.
#[inline(always)]
fn leave_of<const K: usize>(
    rows: &[Chunk],
    places: &[u32],
    (at, full): (usize, [Chunk; K]),
    left: &mut Vec<(u32, Chunk)>,
) {
    for (one, at) in left_of(rows, places, at, full).iter().zip(at..) {
        if *one != NO_MEMBER {
            left.push((u32::try_from(at).unwrap_or(u32::MAX), *one));
        }
    }
}
