//! Requirements: who requires what, who waives it, whether it is met, and how several combine.

use super::eval::Evaluator;
use super::program::RequireForm;
use super::resolve::{Room, World, place_of, prefix, speaks};
use crate::check::rules::{Combine, Each, KindId, ObligationState, RuleId};
use crate::facts::eval::{Eval, Reason, comparable};
use crate::ground::truth::Truth;
use crate::schema::value::{DepartmentId, OutcomeId, Value};
use crate::verdict::judgement::{Duty, Element, Fired, Interval, Judgement};
use std::cmp::Ordering;

/// What one rule requires for one element.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    kind: KindId,
    firmly: bool,
    /// Whether the argument is known.
    known: bool,
    argument: Option<Value>,
    fired: Fired,
    /// Which of the rule's requirements it is.
    place: u32,
}

/// A requirement in the making.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) duty: Duty,
    /// Whether a rule that can be waived requires it.
    soft: Truth,
    /// Whether a rule that cannot be waived requires it.
    firm: Truth,
    /// Whether it is owed once waivers are taken into account.
    pub(super) obliged: Truth,
    /// Another of its group takes its place.
    dropped: bool,
    /// The rules that require it, each with the place of its requirement.
    pub(super) requirers: Vec<(RuleId, u32)>,
    /// The worst that its group may ask for.
    pub(super) group_high: OutcomeId,
}

impl<'a> Evaluator<'a, '_> {
    /// Works out the requirements of a world, for one department or all, into the room, and
    /// says what they ask for.
    pub(super) fn duties(
        &mut self,
        applies: &[Fired],
        world: World,
        department: Option<DepartmentId>,
        room: &mut Room,
    ) -> Interval {
        self.no_duties(room);
        self.ask(applies, world, department, room);
        let mut works = std::mem::take(&mut room.works);
        let mut asked = std::mem::take(&mut room.asked);
        for same in asked.chunk_by_mut(|a, b| self.same_duty(a, b).is_eq()) {
            works.extend(self.work(same, room));
        }
        asked.clear();
        room.asked = asked;
        if !works.is_empty() {
            self.waiving(applies, world, room);
        }
        for work in &mut works {
            self.waive(work, applies, room);
            self.meet(work);
        }
        let interval = self.combine(&mut works, room);
        let mut at = 0;
        while let Some(work) = works.get(at) {
            if work.dropped {
                let work = works.swap_remove(at);
                room.reclaim_work(work);
            } else {
                at += 1;
            }
        }
        room.works = works;
        interval
    }

    /// The argument; nothing for a requirement without one.
    fn argument(&mut self, require: &RequireForm) -> Option<Eval> {
        require.argument.map(|node| match self.value(node) {
            Eval::Value(value) => Eval::Value(value),
            Eval::Unknown(reason) => Eval::Unknown(reason),
            Eval::None => Eval::Unknown(Reason::NoneOperand),
            Eval::Between { .. } => Eval::Unknown(Reason::Undetermined),
        })
    }

    /// Gathers what the rules that fire require, what is one requirement side by side.
    fn ask(
        &mut self,
        applies: &[Fired],
        world: World,
        department: Option<DepartmentId>,
        room: &mut Room,
    ) {
        let program = self.program;
        for (fired, truth) in applies.iter().zip(&room.fires) {
            let Some(form) = program.form(fired.rule) else {
                continue;
            };
            if *truth == Truth::False
                || form.requires.is_empty()
                || !speaks(form, world, department)
            {
                continue;
            }
            self.state.enter(&form.each, fired.element);
            for (place, require) in (0u32..).zip(&form.requires) {
                self.state.steps += 1;
                let argument = self.argument(require);
                room.asked.push(Asked {
                    kind: require.kind,
                    firmly: require.firmly,
                    known: !matches!(argument, Some(Eval::Unknown(_))),
                    argument: match argument {
                        Some(Eval::Value(value)) => Some(value),
                        _ => None,
                    },
                    fired: Fired {
                        truth: *truth,
                        ..*fired
                    },
                    place,
                });
            }
            self.state.leave(&form.each);
        }
        room.asked.sort_unstable_by(|a, b| {
            let order = self.same_duty(a, b);
            order.then_with(|| (a.fired.rule, a.place).cmp(&(b.fired.rule, b.place)))
        });
    }

    /// Requirements are one where kind, element and argument are the same.
    fn same_duty(&self, a: &Asked, b: &Asked) -> Ordering {
        let place = |one: &Asked| (one.kind, self.each_of(one.fired.rule), one.fired.element);
        let argument = (a.known, &a.argument).cmp(&(b.known, &b.argument));
        place(a).cmp(&place(b)).then(argument)
    }

    /// One requirement, from all that ask for it.
    fn work(&self, same: &mut [Asked], room: &mut Room) -> Option<Work> {
        let first = same.first_mut()?;
        let mut work = Work {
            duty: Duty {
                kind: first.kind,
                element: first.fired.element,
                argument: first.argument.take(),
                argument_known: first.known,
                required: Truth::False,
                firmly: false,
                met: Truth::False,
                waived: Truth::False,
                state: ObligationState::Undetermined,
                rules: room.spare.pop().unwrap_or_default(),
                waived_by: room.spare.pop().unwrap_or_default(),
            },
            soft: Truth::False,
            firm: Truth::False,
            obliged: Truth::False,
            dropped: false,
            requirers: room.spare_requirers.pop().unwrap_or_default(),
            group_high: OutcomeId(0),
        };
        for asked in same {
            let Fired { rule, truth, .. } = asked.fired;
            if asked.firmly {
                work.firm = work.firm.or(truth);
                work.duty.firmly = true;
            } else {
                work.soft = work.soft.or(truth);
            }
            work.requirers.push((rule, asked.place));
            if work.duty.rules.last() != Some(&rule) {
                work.duty.rules.push(rule);
            }
        }
        Some(work)
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
        for same in applies.chunk_by(|a, b| a.rule == b.rule) {
            let Some(rule) = same.first().map(|fired| fired.rule) else {
                continue;
            };
            let form = self.program.form(rule).filter(|f| world.takes_part(f));
            let waives = form.iter().flat_map(|form| &form.waives);
            room.waiving.extend(waives.map(|waive| (waive.kind, rule)));
        }
        room.waiving.sort_unstable();
        room.waiving.dedup();
    }

    fn waive(&mut self, work: &mut Work, applies: &[Fired], room: &Room) {
        let program = self.program;
        self.state.it = Self::argument_of(&work.duty);
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

    fn group(&self, work: &Work) -> (KindId, &'a [Each], Element) {
        (work.duty.kind, self.each_of_work(work), work.duty.element)
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
        self.state.it = Self::argument_of(&work.duty);
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

    /// What the requirements ask for, group by group of one kind and element.
    fn combine(&self, works: &mut [Work], room: &mut Room) -> Interval {
        let mut interval = Interval::default();
        for group in works.chunk_by_mut(|a, b| self.group(a) == self.group(b)) {
            let kind = group.first().map_or(KindId(0), |work| work.duty.kind);
            let Some(form) = self.program.kinds.get(usize::from(kind.0)) else {
                continue;
            };
            let asks = match form.combine {
                Combine::All => every_one(group, form.otherwise),
                Combine::Largest => best(group, form.otherwise, true, room),
                Combine::Earliest => best(group, form.otherwise, false, room),
                Combine::One => {
                    let asks = every_one(group, form.otherwise);
                    let clash = contradiction(group, self.program.rules.schema.missing);
                    Interval {
                        low: asks.low.max(clash.low),
                        high: asks.high.max(clash.high),
                    }
                }
            };
            for work in group {
                work.group_high = asks.high;
            }
            interval.low = interval.low.max(asks.low);
            interval.high = interval.high.max(asks.high);
        }
        interval
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
            work.requirers.clear();
            room.spare_requirers.push(work.requirers);
            out.duties.push(work.duty);
        }
        room.works = works;
        out.duties.sort_unstable();
    }
}

fn every_one(group: &[Work], otherwise: OutcomeId) -> Interval {
    let mut interval = Interval::default();
    for work in group {
        if work.obliged != Truth::False && work.duty.met != Truth::True {
            interval.high = interval.high.max(otherwise);
        }
        if work.obliged == Truth::True && work.duty.met == Truth::False {
            interval.low = interval.low.max(otherwise);
        }
    }
    interval
}

/// Whether all arguments that count in this way can be compared with each other.
fn all_comparable(group: &[Work], way: fn(Truth) -> bool) -> bool {
    let mut first: Option<&Value> = None;
    let mut due = group.iter().filter(|work| way(work.obliged));
    due.all(|work| match &work.duty.argument {
        Some(value) => comparable(first.get_or_insert(value), value),
        None => true,
    })
}

/// Arguments that cannot be compared count each by itself; where it is open whether those that
/// differ are required at all, only what holds either way is certain.
fn not_compared(group: &[Work], otherwise: OutcomeId) -> Interval {
    let mut interval = every_one(group, otherwise);
    let mut due = group.iter().filter(|work| work.obliged.possible());
    if all_comparable(group, Truth::certain) && !due.all(|work| work.duty.met == Truth::False) {
        interval.low = OutcomeId::default();
    }
    interval
}

/// Only the largest, or the earliest, counts; as long as they can be compared at all.
fn best(group: &mut [Work], otherwise: OutcomeId, largest: bool, room: &mut Room) -> Interval {
    if !all_comparable(group, Truth::possible) {
        return not_compared(group, otherwise);
    }
    let beats = |a: &Value, b: &Value| if largest { a > b } else { a < b };
    let mut certain: Option<Value> = None;
    for work in group.iter().filter(|work| work.obliged == Truth::True) {
        let Some(value) = &work.duty.argument else {
            continue;
        };
        if certain.as_ref().is_none_or(|best| beats(value, best)) {
            certain = Some(value.clone());
        }
    }
    room.group.clear();
    let mut some_certain = false;
    for (at, work) in (0u32..).zip(group.iter_mut()) {
        if work.obliged == Truth::False {
            continue;
        }
        some_certain |= work.obliged == Truth::True;
        let stays = match (&work.duty.argument, &certain) {
            (None, _) | (_, None) => true,
            (Some(value), Some(best)) => {
                if work.obliged == Truth::True {
                    value == best
                } else {
                    beats(value, best)
                }
            }
        };
        if stays {
            room.group.push(at);
        } else {
            work.dropped = true;
        }
    }
    let mut interval = Interval::default();
    let mut all_unmet = true;
    for at in &room.group {
        let Some(work) = group.get(*at as usize) else {
            continue;
        };
        all_unmet &= work.duty.met == Truth::False;
        if work.duty.met != Truth::True {
            interval.high = otherwise;
        }
    }
    if some_certain && all_unmet {
        interval.low = otherwise;
        interval.high = otherwise;
    }
    interval
}

/// Two that differ contradict each other. Those whose argument is not known are one requirement
/// here but may turn out to be several.
fn contradiction(group: &[Work], missing: OutcomeId) -> Interval {
    let (mut certain, mut possible, mut several) = (0u32, 0u32, false);
    for work in group {
        certain += u32::from(work.obliged.certain() && work.duty.argument_known);
        possible += u32::from(work.obliged.possible());
        several |= work.obliged.possible() && !work.duty.argument_known && work.requirers.len() > 1;
    }
    let mild = OutcomeId::default();
    Interval {
        low: if certain > 1 { missing } else { mild },
        high: if certain > 1 || possible > 1 || several {
            missing
        } else {
            mild
        },
    }
}
