//! What is told of declarations where an engine has no sieve, most often because rules are many: few
//! stretches of their rows have any left, and only these are put down. Many declarations go through one
//! block before any goes through the next, so that its rows stay near the processor.

use super::judge::{Movement, rank_each};
use super::places::{Columns, find_rows_of_each, look_up};
use super::rows::{Chunk, NO_MEMBER, TOGETHER, as_array, left_of};
use super::{Block, Effect, Engine, Task};
use crate::check::rules::RuleId;
use crate::decide::program::Program;
use crate::decide::resolve::asked_by_coverage;
use crate::graph::cells::ODD;
use crate::graph::plan::Subject;
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;
use crate::schema::value::OutcomeId;
use std::ops::Range;

/// How many declarations that come one by one are taken together.
pub(super) const MANY: usize = 256;
/// How many of a volume are.
pub(super) const OF_VOLUME: usize = 1024;

/// Declarations on their way through the blocks, and what is told of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Passage {
    /// The cells of the header's facts.
    columns: Columns,
    /// Tasks to be done, each with its declarations.
    tasks: Vec<(u32, Range<usize>)>,
    /// The declarations of tasks, by number.
    numbers: Vec<u32>,
    /// Those of a split, each with the task that it goes on to.
    parted: Vec<(u32, u32)>,
    /// The tasks that some go on to.
    onward: Vec<u32>,
    /// By task, how many go on to it, and then where the next of them is put; zero between splits.
    counts: Vec<usize>,
    /// Where the rows of the facts at hand begin.
    places: Vec<u32>,
    /// What rules fire, block by block.
    found: Vec<(u32, RuleId)>,
    sums: Vec<Sum>,
    /// The same, one declaration after the other.
    listed: Vec<RuleId>,
}

/// What is known of one declaration.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Nothing: some fact leaves more possible than it does for certain, or more is to be asked than lines
    /// tell.
    is_open: bool,
    /// What the rules that fire ask for.
    worst: OutcomeId,
    /// Whether a cover holds, and one that only informs.
    covered: [bool; 2],
    /// How many rules fire, and where the last of them is listed.
    count: u32,
    end: u32,
    steps: u64,
}

/// What is told of one declaration.
pub(super) struct Sifted<'p> {
    /// The rules that fire and decide.
    pub(super) listed: &'p [RuleId],
    /// What they ask for, and what coverage does.
    pub(super) asked: (OutcomeId, OutcomeId),
    pub(super) steps: u64,
}

impl Passage {
    /// Works out what there is to tell of some declarations.
    pub(super) fn take<'m>(
        &mut self,
        engine: &Engine,
        movements: impl ExactSizeIterator<Item = Movement<'m>>,
    ) {
        let all = movements.len();
        self.sums.clear();
        self.sums.resize(all, Sum::default());
        self.found.clear();
        rank_each(engine, movements, &mut self.columns);
        self.tasks.clear();
        self.counts.resize(engine.plan.len(), 0);
        self.numbers.clear();
        self.numbers.extend((0u32..).take(all));
        self.tasks.push((engine.root, 0..all));
        while let Some((task, of)) = self.tasks.pop() {
            match engine.plan.get(task as usize) {
                Some(Task::Fork(children)) => {
                    let tasks = children.iter().rev().map(|child| (*child, of.clone()));
                    self.tasks.extend(tasks);
                }
                Some(Task::Split {
                    place,
                    by_cell,
                    odd,
                }) => self.part(*place, (by_cell, *odd), of),
                Some(Task::Match(block)) => {
                    if let Some(block) = engine.blocks.get(*block as usize) {
                        self.through(&engine.program, block, of);
                    }
                }
                None => {}
            }
        }
        self.list();
    }

    /// Parts declarations by the task that each goes on to. They are counted first, for sorting takes
    /// longer than the blocks that they go on to.
    fn part(&mut self, place: u32, (by_cell, odd): (&[u32], u32), of: Range<usize>) {
        let Passage {
            columns,
            tasks,
            numbers,
            parted,
            onward,
            counts,
            ..
        } = self;
        let column = columns.of(place);
        let goes_to = |number: u32| {
            let cell = column.get(number as usize).copied().unwrap_or(ODD);
            by_cell.get(cell as usize).copied().unwrap_or(odd)
        };
        let some = numbers.get(of.clone()).unwrap_or(&[]);
        if let [one] = some {
            return tasks.push((goes_to(*one), of));
        }
        parted.clear();
        parted.extend(some.iter().map(|number| (goes_to(*number), *number)));
        onward.clear();
        for (task, _) in &*parted {
            // What goes on to nothing is not counted.
            if let Some(count) = counts.get_mut(*task as usize) {
                if *count == 0 {
                    onward.push(*task);
                }
                *count += 1;
            }
        }
        let mut end = numbers.len();
        for task in &*onward {
            if let Some(count) = counts.get_mut(*task as usize) {
                let from = end;
                end += *count;
                tasks.push((*task, from..end));
                *count = from;
            }
        }
        numbers.resize(end, 0);
        for (task, number) in &*parted {
            if let Some(next) = counts.get_mut(*task as usize) {
                if let Some(to) = numbers.get_mut(*next) {
                    *to = *number;
                }
                *next += 1;
            }
        }
        for task in &*onward {
            if let Some(count) = counts.get_mut(*task as usize) {
                *count = 0;
            }
        }
    }

    /// Takes declarations through a block.
    fn through(&mut self, program: &Program, block: &Block, of: Range<usize>) {
        let Passage {
            columns,
            numbers,
            places,
            found,
            sums,
            ..
        } = self;
        let numbers = numbers.get(of).unwrap_or(&[]);
        // Rules without rows, and those of elements, are asked one by one.
        if block.full.is_empty() || block.list.is_some() {
            for number in numbers {
                if let Some(sum) = sums.get_mut(*number as usize) {
                    sum.is_open = true;
                }
            }
            return;
        }
        let mut way = Way {
            program,
            block,
            found,
        };
        through(&mut way, numbers, columns, (sums, places));
    }

    /// Lists the rules that fire one declaration after the other.
    fn list(&mut self) {
        let mut end = 0;
        for sum in &mut self.sums {
            sum.end = end;
            end += sum.count;
        }
        self.listed.clear();
        self.listed.resize(end as usize, RuleId(u32::MAX));
        for (number, rule) in &self.found {
            let Some(sum) = self.sums.get_mut(*number as usize) else {
                continue;
            };
            if let Some(place) = self.listed.get_mut(sum.end as usize) {
                *place = *rule;
                sum.end += 1;
            }
        }
        for sum in &self.sums {
            let from = sum.end.saturating_sub(sum.count) as usize;
            if let Some(rules) = self.listed.get_mut(from..sum.end as usize)
                && !rules.is_sorted()
            {
                rules.sort_unstable();
            }
        }
    }

    /// Whether of most declarations that were taken last only the judgement tells.
    pub(super) fn was_in_vain(&self) -> bool {
        let open = self.sums.iter().filter(|sum| sum.is_open).count();
        open * 2 > self.sums.len()
    }

    /// What is told of the declaration at that place; nothing where only its judgement tells.
    #[inline]
    pub(super) fn sifted(&self, program: &Program, at: usize) -> Option<Sifted<'_>> {
        let sum = self.sums.get(at).filter(|sum| !sum.is_open)?;
        let from = sum.end.saturating_sub(sum.count) as usize;
        let covers = sum.covered.map(Truth::from);
        let common = asked_by_coverage(&program.rules.schema, covers.into());
        Some(Sifted {
            listed: self.listed.get(from..sum.end as usize)?,
            asked: (sum.worst, common),
            steps: sum.steps,
        })
    }
}

/// A block that declarations are taken through.
struct Way<'w> {
    program: &'w Program,
    block: &'w Block,
    found: &'w mut Vec<(u32, RuleId)>,
}

/// How many declarations' rows are found together: where they begin stays near the processor.
const TAKEN: usize = 64;

/// Takes declarations through a block, by whatever the processor can do.
#[multiversion::multiversion(targets("x86_64+avx2+bmi1+bmi2+popcnt"))]
fn through(
    way: &mut Way<'_>,
    numbers: &[u32],
    columns: &Columns,
    (sums, places): (&mut [Sum], &mut Vec<u32>),
) {
    let lines = way.block.found.len();
    // Where rows stand in the order of cells and none is found, some known fact leaves more possible than it
    // does for certain.
    let finds = way.block.in_order && lines > 0;
    for numbers in numbers.chunks(TAKEN) {
        if finds {
            find_rows_of_each(way.block, numbers, columns, places);
        }
        for (at, number) in numbers.iter().enumerate() {
            let Some(sum) = sums.get_mut(*number as usize).filter(|sum| !sum.is_open) else {
                continue;
            };
            let block = way.block;
            let rank = |place: u32| {
                let cell = columns.of(place).get(*number as usize);
                cell.copied().unwrap_or(ODD)
            };
            let is_open = !finds && (block.in_order || look_up(block, &block.header, rank, places));
            let places = match finds {
                true => places.get(at * lines..(at + 1) * lines).unwrap_or(&[]),
                false => places,
            };
            sum.is_open = is_open || way.one(*number, places, sum).is_none();
        }
    }
}

impl Way<'_> {
    /// Takes one through it, whose rows begin at these places; nothing where lines don't tell all.
    #[inline(always)]
    fn one(&mut self, number: u32, places: &[u32], sum: &mut Sum) -> Option<()> {
        let block = self.block;
        sum.steps += (block.header.len() * block.full.len()) as u64;
        for (part, full) in block.full.chunks(TOGETHER).enumerate() {
            let at = part * TOGETHER;
            as_array!(first_chunk, full => self.stretches((number, places), (at, *full), sum)?);
        }
        Some(())
    }

    /// What is left of so many stretches.
    #[inline(always)]
    fn stretches<const K: usize>(
        &mut self,
        (number, places): (u32, &[u32]),
        (at, full): (usize, [Chunk; K]),
        sum: &mut Sum,
    ) -> Option<()> {
        let left = left_of(&self.block.rows, places, at, full)?;
        for (left, at) in left.iter().zip(at..) {
            if *left != NO_MEMBER {
                self.add(number, (at, left), sum)?;
            }
        }
        Some(())
    }

    /// Adds the members of a stretch that are left; nothing where one says more than an outcome.
    #[inline]
    fn add(&mut self, number: u32, (at, left): (usize, &Chunk), sum: &mut Sum) -> Option<()> {
        for (word, at) in left.iter().zip(at * left.len()..) {
            for bit in set_bits(*word) {
                let member = self.block.members.get(at * 64 + bit as usize)?;
                match (member.subject, member.effect) {
                    (Subject::Rule(rule), Effect::Decides(outcome)) => {
                        self.found.push((number, rule));
                        sum.count += 1;
                        sum.worst = sum.worst.max(outcome);
                    }
                    (_, Effect::Informs) => {}
                    (Subject::Cover(number), _) if member.is_bare => {
                        let cover = self.program.covers.get(number as usize)?;
                        let [full, advice] = &mut sum.covered;
                        *(if cover.advice { advice } else { full }) = true;
                    }
                    _ => return None,
                }
            }
        }
        Some(())
    }
}
