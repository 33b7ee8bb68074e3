//! What is told of a declaration where an engine has no sieve, most often because rules are many: few
//! stretches of their rows have any left, and only these are put down.

use super::judge::{Movement, each_block, rank_header};
use super::rows::{Chunk, Lane, WORDS};
use super::sifted::Sifted;
use super::{Block, Desk, Engine};
use crate::check::rules::RuleId;
use crate::decide::program::Program;
use crate::graph::cells::ODD;
use crate::graph::plan::Subject;
use crate::ground::bits::set_bits;
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
        if !look_up(block, &rows.ranks, &mut rows.places) {
            return None;
        }
        steps += block.header.len() * block.full.len();
        left.clear();
        leave(&block.rows, &rows.places, &block.full, left);
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
    let schema = &program.rules.schema;
    let common = match covered {
        [true, _] => schema.mildest(),
        [false, true] => schema.advice,
        [false, false] => schema.worst(),
    };
    sifted.put_listed(worst, common);
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

/// Puts down where the rows of all lines begin. All are looked up before any row is touched: what is far
/// away in memory is then fetched together and not one after the other. Says whether each fact leaves the
/// same for certain as it does possible.
#[multiversion::multiversion(targets("x86_64+avx2+popcnt"))]
fn look_up(block: &Block, ranks: &[u32], places: &mut Vec<u32>) -> bool {
    places.clear();
    let mut differ = false;
    places.extend(block.header.iter().map(|line| {
        let rank = ranks.get(line.place as usize).copied().unwrap_or(ODD);
        let cell = block.cell(line, rank);
        // The row of a fact that lies in no cell would have to be worked out.
        differ |= cell.possible != cell.certain || cell.possible == u32::MAX;
        cell.possible
    }));
    !differ
}

/// So many stretches are looked at together.
const TOGETHER: usize = 4;
/// How many rows are anded before it is looked whether anything is left.
const BETWEEN_LOOKS: usize = 4;
/// A stretch of which nothing is left.
const NOTHING: Chunk = [0; WORDS];

/// Puts down the stretches of which rows leave something, by place.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn leave(rows: &[Chunk], places: &[u32], full: &[Chunk], left: &mut Vec<(u32, Chunk)>) {
    let (fours, rest) = full.as_chunks::<TOGETHER>();
    let mut at = 0;
    for four in fours {
        leave_of(rows, places, (at, *four), left);
        at += TOGETHER as u32;
    }
    for one in rest {
        leave_of(rows, places, (at, [*one]), left);
        at += 1;
    }
}

/// The same of so many.
#[inline(always)]
fn leave_of<const K: usize>(
    rows: &[Chunk],
    places: &[u32],
    (at, mut these): (u32, [Chunk; K]),
    left: &mut Vec<(u32, Chunk)>,
) {
    for places in places.chunks(BETWEEN_LOOKS) {
        for place in places {
            match <[Chunk; K]>::row(rows, place.wrapping_add(at) as usize) {
                Some(row) => these.and(row),
                None => these = [NOTHING; K],
            }
        }
        // Rules that name the same codes stand together, so that stretches are often empty early.
        let mut some = NOTHING;
        for one in &these {
            for (some, word) in some.iter_mut().zip(one) {
                *some |= word;
            }
        }
        if some == NOTHING {
            return;
        }
    }
    for (one, at) in these.iter().zip(at..) {
        if *one != NOTHING {
            left.push((at, *one));
        }
    }
}
