//! Periods: stretches of as-of dates, each with the members that can apply in it. Where a law was
//! amended many times, most versions are not in force on any one day, and a declaration passes by
//! all of them at once.

use super::Options;
use super::cells::{Axis, FIRST};
use super::plan::{Plan, Told};
use crate::ground::truth::Truth;

/// Only more members than this share of those above which fields are branched on are parted by days.
const MEMBERS: usize = 4;
/// Fewer than this share of these going out of force do not end a period.
const ENDED: usize = 32;

/// The as-of dates parted.
pub(super) struct Periods {
    /// The axis of the as-of date.
    pub(super) axis: u32,
    /// In order; together they are all days.
    pub(super) all: Vec<Period>,
}

/// Cells of the as-of date that follow each other.
pub(super) struct Period {
    pub(super) first: u32,
    pub(super) last: u32,
    /// The members that can apply in some of them, in their order.
    pub(super) members: Vec<u32>,
}

/// The cells of the as-of date between which a member can apply.
#[derive(Debug, Clone, Copy)]
struct Lasts {
    first: u32,
    last: u32,
}

impl Periods {
    /// Parts the as-of dates. Nothing where a period would have more than half of all members, or where
    /// these are few.
    ///
    /// A period ends where half of its members have gone out of force. No more are taken along to the next
    /// than have gone, and each goes once: all periods together have at most twice as many members as there
    /// are.
    pub(super) fn new(plan: &Plan, options: Options) -> Option<Periods> {
        let count = plan.members.len();
        if count <= options.split_above / MEMBERS {
            return None;
        }
        let axis = plan.axes.iter().position(|axis| axis.axis == Axis::AsOf)?;
        let cells = plan.axes.get(axis)?.domain.cells();
        let axis = u32::try_from(axis).ok()?;
        let lasts = lasts(plan, (axis, cells));
        let firsts = firsts(&lasts, cells, (options.split_above / ENDED).max(1));
        let ends = firsts.iter().skip(1).map(|next| next - 1);
        let ends = ends.chain([cells.saturating_sub(1)]);
        let all = firsts.iter().zip(ends).map(|(first, last)| Period {
            first: *first,
            last,
            members: Vec::new(),
        });
        let mut all: Vec<Period> = all.collect();
        for (number, lasts) in (0u32..).zip(&lasts) {
            let from = all.partition_point(|period| period.last < lasts.first);
            let own = all.iter_mut().skip(from);
            for period in own.take_while(|period| period.first <= lasts.last) {
                period.members.push(number);
            }
        }
        let most = all.iter().map(|period| period.members.len()).max()?;
        (most <= count / 2).then_some(Periods { axis, all })
    }
}

/// By member, how long it lasts; one that is never in force has one cell.
fn lasts(plan: &Plan, (axis, cells): (u32, u32)) -> Vec<Lasts> {
    let always = Lasts {
        first: FIRST,
        last: cells.saturating_sub(1),
    };
    let told = plan.told.iter().map(|told| match told.axis == axis {
        true => between(told, always),
        false => always,
    });
    let told: Vec<Lasts> = told.collect();
    let of_member = plan.members.iter().map(|member| {
        let own = member.told.iter();
        let own = own.filter_map(|number| told.get(*number as usize));
        let both = own.fold(always, |lasts, own| Lasts {
            first: lasts.first.max(own.first),
            last: lasts.last.min(own.last),
        });
        Lasts {
            first: both.first,
            last: both.last.max(both.first),
        }
    });
    of_member.collect()
}

/// The cells between which a condition is not false, outside of which it is.
fn between(told: &Told, always: Lasts) -> Lasts {
    // What it says of an unknown date, or of none, stands before the first cell of a day.
    let of_days = told
        .spans(always.last + 1)
        .filter(|(_, end, _)| *end > FIRST);
    let possible = of_days.filter(|(.., truth)| *truth != Truth::False);
    let mut possible = possible.map(|(from, end, _)| (from.max(FIRST), end - 1));
    let Some((first, last)) = possible.next() else {
        return Lasts {
            first: FIRST,
            last: FIRST,
        };
    };
    let last = possible.last().map_or(last, |(_, last)| last);
    Lasts { first, last }
}

/// The first cells of periods, of which each ends where half of its members have, and so many.
fn firsts(lasts: &[Lasts], cells: u32, least: usize) -> Vec<u32> {
    let mut begin = vec![0usize; cells as usize + 1];
    let mut end = vec![0usize; cells as usize + 1];
    for lasts in lasts {
        for (counts, at) in [(&mut begin, lasts.first), (&mut end, lasts.last + 1)] {
            if let Some(count) = counts.get_mut(at as usize) {
                *count += 1;
            }
        }
    }
    let mut firsts = vec![FIRST];
    // Members of the period at hand, and those of them that have ended.
    let (mut all, mut ended) = (0, 0);
    let each = (0u32..).zip(begin.into_iter().zip(end));
    for (cell, (begin, end)) in each.take(cells as usize).skip(FIRST as usize) {
        ended += end;
        if ended >= least && ended * 2 >= all {
            firsts.push(cell);
            all -= ended;
            ended = 0;
        }
        all += begin;
    }
    firsts
}
