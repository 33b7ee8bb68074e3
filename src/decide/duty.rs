//! Requirements: who requires what, who waives it, whether it is met, and how several combine.

use super::eval::Evaluator;
use super::group::{Claim, Group, Picked};
use super::program::{KindForm, Op, RequireForm};
use super::resolve::{Room, World, place_of, prefix, widen};
use crate::check::rules::{Combine, Each, ObligationState, RuleId};
use crate::facts::eval::{Eval, Reason};
use crate::ground::truth::Truth;
use crate::schema::value::{DepartmentId, OutcomeId};
use crate::verdict::judgement::{Duty, Element, Fired, Interval, Judgement};
use std::cmp::Ordering;

/// A rule that requires something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requirer {
    pub(super) rule: RuleId,
    /// Which of its requirements it is.
    pub(super) place: u32,
    firmly: bool,
    /// Whether the rule fires.
    truth: Truth,
}

/// A requirement in the making.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) duty: Duty,
    /// What is judged one by one: row 1 of two lists are two elements.
    ranges: u32,
    /// Whether a rule that can be waived requires it.
    soft: Truth,
    /// Whether a rule that cannot be waived requires it.
    firm: Truth,
    /// Whether it is owed once waivers are taken into account.
    pub(super) obliged: Truth,
    /// Another of its group takes its place.
    pub(super) dropped: bool,
    /// The rules that require it.
    pub(super) requirers: Vec<Requirer>,
    /// The worst that its group may ask for.
    pub(super) group_high: OutcomeId,
}

impl<'a> Evaluator<'a, '_> {
    /// Works out the requirements of a world into the room, and says what they ask for.
    /// Where departments are asked for, their intervals in the room are widened by it.
    pub(super) fn duties(
        &mut self,
        applies: &[Fired],
        world: World,
        departments: bool,
        room: &mut Room,
    ) -> Interval {
        self.no_duties(room);
        if !room.standings.iter().any(|standing| standing.requires) {
            return Interval::default();
        }
        let mut works = std::mem::take(&mut room.works);
        self.ask(applies, world, &mut works, room);
        put_together(&mut works, room);
        if !works.is_empty() {
            self.waiving(applies, world, room);
        }
        for work in &mut works {
            self.state.it = Self::argument_of(&work.duty);
            self.waive(work, applies, room);
            self.meet(work);
        }
        room.works = works;
        self.combine(departments, room)
    }

    /// The argument; nothing for a requirement without one.
    fn argument(&mut self, require: &RequireForm) -> Option<Eval> {
        let node = require.argument?;
        // Most ask for a code that stands in the rule.
        if let Op::Const(value) = self.program.op(node) {
            return Some(Eval::Value(value.clone()));
        }
        Some(match self.value(node) {
            Eval::Value(value) => Eval::Value(value),
            Eval::Unknown(reason) => Eval::Unknown(reason),
            Eval::None => Eval::Unknown(Reason::NoneOperand),
            Eval::Between { .. } => Eval::Unknown(Reason::Undetermined),
        })
    }

    /// Gathers what the rules that fire require, each by itself.
    fn ask(&mut self, applies: &[Fired], world: World, works: &mut Vec<Work>, room: &mut Room) {
        let program = self.program;
        for (at, (truth, standing)) in room.fires.iter().zip(&room.standings).enumerate() {
            if *truth == Truth::False || !standing.requires || !world.takes_part(*standing) {
                continue;
            }
            let Some(fired) = applies.get(at) else {
                continue;
            };
            let Some(form) = program.form(fired.rule) else {
                continue;
            };
            self.state.enter(&form.each, fired.element);
            for (place, require) in (0u32..).zip(&form.requires) {
                self.state.steps += 1;
                let argument = self.argument(require);
                let mut rules = room.spare.pop().unwrap_or_default();
                rules.push(fired.rule);
                let mut requirers = room.spare_requirers.pop().unwrap_or_default();
                requirers.push(Requirer {
                    rule: fired.rule,
                    place,
                    firmly: require.firmly,
                    truth: *truth,
                });
                let (soft, firm) = match require.firmly {
                    true => (Truth::False, *truth),
                    false => (*truth, Truth::False),
                };
                works.push(Work {
                    duty: Duty {
                        kind: require.kind,
                        element: fired.element,
                        argument_known: !matches!(argument, Some(Eval::Unknown(_))),
                        argument: match argument {
                            Some(Eval::Value(value)) => Some(value),
                            _ => None,
                        },
                        required: Truth::False,
                        firmly: require.firmly,
                        met: Truth::False,
                        waived: Truth::False,
                        state: ObligationState::Undetermined,
                        rules,
                        waived_by: room.spare.pop().unwrap_or_default(),
                    },
                    ranges: form.ranges,
                    soft,
                    firm,
                    obliged: Truth::False,
                    dropped: false,
                    requirers,
                    group_high: OutcomeId(0),
                });
            }
            self.state.leave(&form.each);
        }
    }

    /// The argument of a requirement as a value to compare with.
    pub(super) fn argument_of(duty: &Duty) -> Eval {
        match &duty.argument {
            Some(value) => Eval::Value(value.clone()),
            None => Eval::Unknown(Reason::NotGiven),
        }
    }

    /// Gathers the rules that waive something and apply to some element, by kind.
    fn waiving(&self, applies: &[Fired], world: World, room: &mut Room) {
        room.waiving.clear();
        for (fired, standing) in applies.iter().zip(&room.standings) {
            if !standing.waives || !world.takes_part(*standing) {
                continue;
            }
            let form = self.program.form(fired.rule);
            let waives = form.iter().flat_map(|form| &form.waives);
            room.waiving
                .extend(waives.map(|waive| (waive.kind, fired.rule)));
        }
        room.waiving.sort_unstable();
        room.waiving.dedup();
    }

    fn waive(&mut self, work: &mut Work, applies: &[Fired], room: &Room) {
        let program = self.program;
        let kind = work.duty.kind;
        let from = room.waiving.partition_point(|(of, _)| *of < kind);
        let waiving = room.waiving.get(from..).unwrap_or(&[]);
        for (_, rule) in waiving.iter().take_while(|(of, _)| *of == kind) {
            self.state.steps += 1;
            let Some(form) = program.form(*rule) else {
                continue;
            };
            let Some((at, element)) = self.waiver_instance(work, *rule, &form.each, applies) else {
                continue;
            };
            let fires = room.fires.get(at).copied().unwrap_or(Truth::False);
            if fires == Truth::False {
                continue;
            }
            self.state.enter(&form.each, element);
            let mut waived = Truth::False;
            for waive in form.waives.iter().filter(|w| w.kind == kind) {
                let truth = waive.condition.map_or(Truth::True, |c| self.truth(c));
                waived = waived.or(truth.and(fires));
            }
            self.state.leave(&form.each);
            if waived != Truth::False {
                work.duty.waived_by.push(*rule);
                work.duty.waived = work.duty.waived.or(waived);
            }
        }
        work.obliged = work.firm.or(work.soft.and(work.duty.waived.not()));
        work.duty.required = if work.obliged.possible() {
            work.obliged
        } else {
            work.firm.or(work.soft)
        };
    }

    /// What the rule that requires it judges one by one: row 1 of two lists are two elements.
    pub(super) fn each_of_work(&self, work: &Work) -> &'a [Each] {
        work.duty
            .rules
            .first()
            .map_or(&[], |rule| self.each_of(*rule))
    }

    fn each_of(&self, rule: RuleId) -> &'a [Each] {
        self.program.form(rule).map_or(&[], |form| &form.each)
    }

    /// The instance of a waiver that speaks of the requirement's element.
    pub(super) fn waiver_instance(
        &self,
        work: &Work,
        waiver: RuleId,
        each: &[Each],
        applies: &[Fired],
    ) -> Option<(usize, Element)> {
        if !self.each_of_work(work).starts_with(each) {
            return None;
        }
        let element = prefix(work.duty.element, each.len());
        place_of(applies, waiver, element).map(|at| (at, element))
    }

    fn meet(&mut self, work: &mut Work) {
        let kind = self.program.kinds.get(usize::from(work.duty.kind.0));
        let met = kind
            .and_then(|kind| kind.met)
            .map_or(Truth::False, |met| self.truth(met));
        work.duty.met = met;
        work.duty.state = match (work.obliged, met) {
            (Truth::False, _) => ObligationState::Waived,
            (_, Truth::True) => ObligationState::Met,
            (Truth::True, Truth::False) => ObligationState::Unmet,
            _ => ObligationState::Undetermined,
        };
    }

    /// What the requirements in the room ask for, group by group; and, where they are asked for, on
    /// behalf of each department.
    fn combine(&self, departments: bool, room: &mut Room) -> Interval {
        let Room {
            works,
            claims,
            views,
            named,
            ..
        } = room;
        let mut interval = Interval::default();
        let mut rest = works.as_mut_slice();
        while let Some(first) = rest.first() {
            let kind = first.duty.kind;
            let same = rest
                .iter()
                .take_while(|work| same_group(first, work).is_eq());
            let count = same.count();
            let (works, others) = rest.split_at_mut(count);
            rest = others;
            let Some(form) = self.program.kinds.get(usize::from(kind.0)) else {
                continue;
            };
            claims.clear();
            claims.extend((0u32..).zip(works.iter()).map(|(number, work)| Claim {
                work: number,
                obliged: work.obliged,
                several: work.requirers.len() > 1,
            }));
            let (asks, picked) = self.asks(form, Group { works, claims });
            widen(&mut interval, asks);
            for work in works.iter_mut() {
                work.group_high = asks.high;
                work.dropped = !picked.keeps(work.duty.argument.as_ref(), work.obliged);
            }
            if departments && let Some(all) = self.all_for(works) {
                for department in all {
                    if let Some(view) = views.get_mut(usize::from(department.0)) {
                        widen(view, asks);
                    }
                }
            } else if departments {
                self.named(works, named);
                for department in named.iter().copied() {
                    let mine = match self.speaks_for_all(department, works) {
                        true => asks,
                        false => {
                            claims.clear();
                            let numbered = (0u32..).zip(works.iter());
                            claims.extend(numbered.filter_map(|(number, work)| {
                                self.claim_of(department, work, number)
                            }));
                            self.asks(form, Group { works, claims }).0
                        }
                    };
                    if let Some(view) = views.get_mut(usize::from(department.0)) {
                        widen(view, mine);
                    }
                }
            }
        }
        interval
    }

    /// What a group asks for, and which of its requirements count.
    fn asks(&self, form: &KindForm, group: Group) -> (Interval, Picked) {
        match form.combine {
            Combine::All => (group.every_one(form.otherwise), Picked::Every),
            Combine::Largest => group.best(form.otherwise, true),
            Combine::Earliest => group.best(form.otherwise, false),
            Combine::One => {
                let mut asks = group.every_one(form.otherwise);
                widen(
                    &mut asks,
                    group.contradiction(self.program.rules.schema.missing),
                );
                (asks, Picked::Every)
            }
        }
    }

    /// The departments for which all rules speak that require one of these; nothing where not all
    /// speak for the same ones.
    fn all_for(&self, works: &[Work]) -> Option<&'a [DepartmentId]> {
        let program = self.program;
        let requirers = works.iter().flat_map(|work| &work.requirers);
        let mut all = requirers.filter_map(|requirer| program.form(requirer.rule));
        let first = all.next().map_or(&[][..], |form| &form.departments);
        all.all(|form| form.departments == first).then_some(first)
    }

    /// The departments for which some rule speaks that requires one of these, each once.
    fn named(&self, works: &[Work], named: &mut Vec<DepartmentId>) {
        named.clear();
        let requirers = works.iter().flat_map(|work| &work.requirers);
        let mut last: &[DepartmentId] = &[];
        for form in requirers.filter_map(|requirer| self.program.form(requirer.rule)) {
            if form.departments != last {
                last = &form.departments;
                named.extend_from_slice(last);
            }
        }
        named.sort_unstable();
        named.dedup();
    }

    /// Whether all rules that require one of these speak for the department.
    fn speaks_for_all(&self, department: DepartmentId, works: &[Work]) -> bool {
        let mut requirers = works.iter().flat_map(|work| &work.requirers);
        requirers.all(|requirer| {
            let form = self.program.form(requirer.rule);
            form.is_some_and(|form| form.departments.contains(&department))
        })
    }

    /// What a requirement counts as for a department: only its own rules require it.
    fn claim_of(&self, department: DepartmentId, work: &Work, number: u32) -> Option<Claim> {
        let (mut soft, mut firm, mut count) = (Truth::False, Truth::False, 0usize);
        for requirer in &work.requirers {
            let form = self.program.form(requirer.rule);
            if !form.is_some_and(|form| form.departments.contains(&department)) {
                continue;
            }
            count += 1;
            let truth = if requirer.firmly {
                &mut firm
            } else {
                &mut soft
            };
            *truth = truth.or(requirer.truth);
        }
        (count > 0).then(|| Claim {
            work: number,
            obliged: firm.or(soft.and(work.duty.waived.not())),
            several: count > 1,
        })
    }

    /// Clears the requirements in the room.
    pub(super) fn no_duties(&mut self, room: &mut Room) {
        let mut works = std::mem::take(&mut room.works);
        for work in works.drain(..) {
            room.reclaim_work(work);
        }
        room.works = works;
    }

    /// Gives the requirements in the room to the judgement.
    pub(super) fn take_duties(&mut self, room: &mut Room, out: &mut Judgement) {
        let mut works = std::mem::take(&mut room.works);
        for mut work in works.drain(..) {
            if work.dropped {
                room.reclaim_work(work);
                continue;
            }
            work.requirers.clear();
            room.spare_requirers.push(work.requirers);
            out.duties.push(work.duty);
        }
        room.works = works;
        out.duties.sort_unstable();
    }
}

/// Requirements of one kind for one element count together where the kind says so.
fn same_group(a: &Work, b: &Work) -> Ordering {
    let kind = a.duty.kind.cmp(&b.duty.kind);
    let ranges = kind.then_with(|| a.ranges.cmp(&b.ranges));
    ranges.then_with(|| a.duty.element.cmp(&b.duty.element))
}

/// Requirements are one where kind, element and argument are the same.
fn same_duty(a: &Work, b: &Work) -> Ordering {
    same_group(a, b).then_with(|| {
        let known = a.duty.argument_known.cmp(&b.duty.argument_known);
        known.then_with(|| a.duty.argument.cmp(&b.duty.argument))
    })
}

/// Puts together what is one requirement; who requires it comes in the order of the rules.
fn put_together(works: &mut Vec<Work>, room: &mut Room) {
    let asked_by = |work: &Work| {
        work.requirers
            .first()
            .map(|first| (first.rule, first.place))
    };
    works.sort_unstable_by(|a, b| {
        let order = same_duty(a, b);
        order.then_with(|| asked_by(a).cmp(&asked_by(b)))
    });
    works.dedup_by(|work, first| {
        if same_duty(work, first).is_ne() {
            return false;
        }
        first.soft = first.soft.or(work.soft);
        first.firm = first.firm.or(work.firm);
        first.duty.firmly |= work.duty.firmly;
        first.requirers.append(&mut work.requirers);
        for rule in &work.duty.rules {
            if first.duty.rules.last() != Some(rule) {
                first.duty.rules.push(*rule);
            }
        }
        room.spare_requirers
            .push(std::mem::take(&mut work.requirers));
        for rules in [&mut work.duty.rules, &mut work.duty.waived_by] {
            rules.clear();
            room.spare.push(std::mem::take(rules));
        }
        true
    });
}
