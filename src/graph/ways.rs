//! Ways to branch: which field parts the most rules, and what a declaration then still meets.

use super::Options;
use super::cells::{Domain, FIRST, NONE, UNKNOWN};
use super::plan::{Plan, Subject, Told};
use crate::ground::truth::Truth;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A split must take this share of the work away: one in so many.
const SPLIT_GAIN: usize = 4;
/// In so many branches a rule may stand.
const MOST: u32 = 4;
/// Branches of fewer members than this share of those that are branched on stand together: rows are read
/// a stretch at a time, and each branch has rows and cells of its own.
const SHARE: usize = 8;
/// So many fields are looked at further.
const TRIED: usize = 6;
/// To find the rows of one block more costs as much as this share of those that are branched on.
const VISIT: usize = 4;

/// A way to split.
pub(super) struct Way {
    /// The field that is branched on.
    pub(super) axis: u32,
    pub(super) branches: Vec<Branch>,
    /// Those that can apply in too many cells to be in branches.
    pub(super) rest: Vec<u32>,
}

/// What is run for some cells of a field.
pub(super) struct Branch {
    /// The groups of its cells, sorted.
    pub(super) groups: Vec<u32>,
    /// The members that can apply in them, in their order.
    pub(super) members: Vec<u32>,
}

impl Branch {
    fn take(&mut self, groups: Vec<u32>, members: Vec<u32>) {
        self.groups.extend(groups);
        self.members.extend(members);
        self.members.sort_unstable();
        self.members.dedup();
    }
}

impl Way {
    /// How many members stand in more than one branch, and in how many more.
    pub(super) fn copies(&self, of: usize) -> usize {
        let branches = self.branches.iter().map(|branch| branch.members.len());
        (branches.sum::<usize>() + self.rest.len()).saturating_sub(of)
    }
}

/// In which cells members can apply.
pub(super) struct Ways<'a> {
    plan: &'a Plan,
    /// Groups of cells, those of one condition after those of another.
    groups: Vec<u32>,
    /// The axes of which each member can apply in few groups of cells.
    fits: Vec<Fit>,
    /// By member, where its own end.
    ends: Vec<usize>,
    options: Options,
}

/// An axis of which a member can apply in few groups of cells.
#[derive(Debug, Clone, Copy)]
struct Fit {
    axis: u32,
    /// Where the groups begin among those of all conditions.
    from: u32,
    /// How many they are.
    count: u32,
}

/// How many members each group of cells of a field would have.
#[derive(Debug, Clone, Default)]
struct Counts {
    by_group: Vec<usize>,
    /// How many members are in some.
    moved: usize,
    /// In how many more groups they stand than in one each.
    copies: usize,
}

impl Counts {
    fn add(&mut self, groups: &[u32]) {
        self.moved += 1;
        self.copies += groups.len().saturating_sub(1);
        for group in groups {
            let at = *group as usize;
            if at >= self.by_group.len() {
                self.by_group.resize(at + 1, 0);
            }
            if let Some(count) = self.by_group.get_mut(at) {
                *count += 1;
            }
        }
    }

    /// Whether there is anything to branch on.
    fn parts(&self) -> bool {
        self.by_group.iter().filter(|count| **count > 0).count() > 1
    }

    /// The members that a declaration is expected to meet in its branch, where each is as likely as it
    /// has members, and none costs less than `least`.
    fn met(&self, least: usize) -> usize {
        let squares = self.by_group.iter().map(|count| count * count.max(&least));
        let all = self.moved + self.copies;
        squares.sum::<usize>().checked_div(all).unwrap_or(0)
    }
}

impl<'a> Ways<'a> {
    pub(super) fn new(plan: &'a Plan, options: Options) -> Ways<'a> {
        let mut all = Vec::new();
        let mut of_told: Vec<Fit> = Vec::with_capacity(plan.told.len());
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        for told in &plan.told {
            let found = plan.axes.get(told.axis as usize);
            let found = found.map_or_else(Vec::new, |axis| groups(&axis.domain, told));
            of_told.push(Fit {
                axis: told.axis,
                from: place(all.len()),
                count: place(found.len()),
            });
            all.extend(found);
        }
        let mut ways = Ways {
            plan,
            groups: all,
            fits: Vec::new(),
            ends: Vec::with_capacity(plan.members.len()),
            options,
        };
        for member in &plan.members {
            // Only what judges the whole may stand in several branches: where all of them are run, it
            // does not matter that it is found twice.
            let most = if member.is_whole { MOST } else { 1 };
            if !matches!(member.subject, Subject::Cover(_)) {
                let own = member.told.iter();
                let own = own.filter_map(|told| of_told.get(*told as usize));
                let fits = own.filter(|fit| (1..=most).contains(&fit.count));
                ways.fits.extend(fits);
            }
            ways.ends.push(ways.fits.len());
        }
        ways
    }

    /// So many members share a branch with others.
    fn few(&self) -> usize {
        self.options.split_above / SHARE
    }

    /// The split after which a declaration is expected to meet the fewest members, if that is worth it.
    /// In no more branches than so many does any stand, and with no more copies than are left.
    pub(super) fn best(&self, members: &[u32], copies: usize) -> Option<Way> {
        let way = self.best_of(members, MOST)?;
        match way.copies(members.len()) <= copies {
            true => Some(way),
            false => self.best_of(members, 1),
        }
    }

    fn best_of(&self, members: &[u32], most: u32) -> Option<Way> {
        let few = self.few();
        let mut all = vec![Counts::default(); self.plan.axes.len()];
        for number in members {
            for (axis, groups) in self.within(*number, most) {
                if let Some(counts) = all.get_mut(axis as usize) {
                    counts.add(groups);
                }
            }
        }
        let met = |counts: &Counts| members.len() - counts.moved + counts.met(few);
        let mut axes: Vec<(usize, u32, &Counts)> = (0u32..)
            .zip(&all)
            .filter(|(_, counts)| counts.parts())
            .map(|(axis, counts)| (met(counts), axis, counts))
            .collect();
        axes.sort_by_key(|(met, axis, _)| (*met, *axis));
        axes.truncate(TRIED);
        let beside = self.beside(members, most, &axes);
        let visit = self.options.split_above / VISIT;
        let costs = axes.iter().zip(beside).map(|((_, axis, counts), beside)| {
            let rest = members.len() - counts.moved;
            // What is left over is branched on again, where it is too much.
            let again = beside
                .iter()
                .map(|counts| rest - counts.moved + counts.met(few) + visit);
            let again = again.min().filter(|_| rest > self.options.split_above);
            let met = counts.met(few) + again.unwrap_or(rest).min(rest);
            (met, counts.copies, *axis)
        });
        let (cost, _, axis) = costs.min()?;
        if cost + members.len() / SPLIT_GAIN > members.len() {
            return None;
        }
        let way = self.way(axis, members, most);
        (way.branches.len() > 1).then_some(way)
    }

    /// By axis and another, the members that are on the other alone.
    fn beside(
        &self,
        members: &[u32],
        most: u32,
        axes: &[(usize, u32, &Counts)],
    ) -> Vec<Vec<Counts>> {
        let mut beside = vec![vec![Counts::default(); axes.len()]; axes.len()];
        for number in members {
            let mut on: [Option<&[u32]>; TRIED] = [None; TRIED];
            for (of, groups) in self.within(*number, most) {
                let at = axes.iter().position(|(_, axis, _)| *axis == of);
                if let Some(place) = at.and_then(|at| on.get_mut(at)) {
                    *place = Some(groups);
                }
            }
            for (counts, _) in beside.iter_mut().zip(&on).filter(|(_, is)| is.is_none()) {
                for (counts, groups) in counts.iter_mut().zip(&on) {
                    groups.iter().for_each(|groups| counts.add(groups));
                }
            }
        }
        beside
    }

    fn way(&self, axis: u32, members: &[u32], most: u32) -> Way {
        let mut by_group: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut rest = Vec::new();
        for number in members {
            let mut within = self.within(*number, most);
            match within.find(|(of, _)| *of == axis) {
                Some((_, groups)) => {
                    for group in groups {
                        by_group.entry(*group).or_default().push(*number);
                    }
                }
                None => rest.push(*number),
            }
        }
        // The largest first, each to the first that has room for it.
        let mut sorted: Vec<(u32, Vec<u32>)> = by_group.into_iter().collect();
        sorted.sort_by_key(|(group, members)| (Reverse(members.len()), *group));
        let few = self.few();
        let mut branches: Vec<Branch> = Vec::new();
        for (group, members) in sorted {
            let room = |branch: &&mut Branch| branch.members.len() + members.len() <= few;
            match branches.iter_mut().find(room) {
                Some(branch) => branch.take(vec![group], members),
                None => branches.push(Branch {
                    groups: vec![group],
                    members,
                }),
            }
        }
        // One that would be nearly empty goes with the one before.
        if branches.len() > 2
            && branches
                .last()
                .is_some_and(|last| last.members.len() <= few / SHARE)
            && let Some(last) = branches.pop()
            && let Some(branch) = branches.last_mut()
        {
            branch.take(last.groups, last.members);
        }
        for branch in &mut branches {
            branch.groups.sort_unstable();
        }
        Way {
            axis,
            branches,
            rest,
        }
    }

    /// The axes of which a member can apply in one group of cells only, each with that.
    pub(super) fn narrows(&self, member: u32) -> impl Iterator<Item = (u32, u32)> {
        self.within(member, 1)
            .filter_map(|(axis, groups)| Some((axis, *groups.first()?)))
    }

    /// The axes of which a member can apply in so few groups of cells, each with these.
    fn within(&self, member: u32, most: u32) -> impl Iterator<Item = (u32, &[u32])> {
        let end = |member: usize| self.ends.get(member).copied();
        let from = (member as usize).checked_sub(1).and_then(end).unwrap_or(0);
        let to = end(member as usize).unwrap_or(from);
        let all = self.fits.get(from..to).unwrap_or_default();
        let fits = move |fit: &Fit| fit.count <= most;
        // Where several conditions are on one field, the first says.
        all.iter().enumerate().filter_map(move |(at, fit)| {
            let mut before = all.iter().take(at);
            let mut is_first = || before.all(|other| other.axis != fit.axis || !fits(other));
            let to = fit.from.saturating_add(fit.count) as usize;
            let groups = self.groups.get(fit.from as usize..to)?;
            (fits(fit) && is_first()).then_some((fit.axis, groups))
        })
    }
}

/// The groups of cells in which a condition leaves a rule possible; nothing where they are too many, where
/// the fact is none, or where the field is not branched on.
fn groups(domain: &Domain, told: &Told) -> Vec<u32> {
    let branches = matches!(
        domain,
        Domain::Bools | Domain::Codes { .. } | Domain::Tariff { .. }
    );
    if !branches || told.says(NONE) != Truth::False {
        return Vec::new();
    }
    let mut groups: Vec<u32> = Vec::new();
    for (from, end, truth) in told.spans(domain.cells()) {
        if truth == Truth::False {
            continue;
        }
        let mut cell = from.max(FIRST);
        while cell < end {
            let group = group_of(domain, cell);
            if !groups.contains(&group) {
                groups.push(group);
            }
            if groups.len() > MOST as usize {
                return Vec::new();
            }
            cell = behind_group(domain, cell);
        }
    }
    // What is certain of an unknown fact would be found twice, and no line would say so.
    if groups.len() > 1 && told.says(UNKNOWN) == Truth::True {
        return Vec::new();
    }
    groups.sort_unstable();
    groups
}

/// Tariff codes of one chapter, whose keys have ten digits.
const CHAPTER: i64 = 100_000_000;

/// Cells that are branched on together: each code by itself, tariff codes by chapter.
pub(super) fn group_of(domain: &Domain, cell: u32) -> u32 {
    match domain {
        Domain::Tariff { cuts } => {
            let first = cell
                .checked_sub(FIRST + 1)
                .and_then(|at| cuts.get(at as usize));
            first.map_or(0, |key| u32::try_from(key / CHAPTER).unwrap_or(0) + 1)
        }
        _ => cell,
    }
}

/// The first cell behind those of a cell's group.
fn behind_group(domain: &Domain, cell: u32) -> u32 {
    match domain {
        Domain::Tariff { cuts } => {
            let chapter = i64::from(group_of(domain, cell));
            let within = cuts.partition_point(|key| key / CHAPTER < chapter);
            u32::try_from(within).map_or(u32::MAX, |within| FIRST + 1 + within)
        }
        _ => cell + 1,
    }
}
