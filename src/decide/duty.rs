//! Requirements: who requires what, who waives it, whether it is met, and how several combine.

use super::eval::Evaluator;
use super::group::{Claim, Group, Picked};
use super::program::{KindForm, RequireForm};
use super::resolve::{Room, World, place_of, prefix, widen};
use crate::check::rules::{Combine, Each, KindId, ObligationState, RuleId};
use crate::facts::eval::{Eval, Reason};
use crate::ground::truth::Truth;
use crate::schema::value::{DepartmentId, OutcomeId, Value};
use crate::verdict::judgement::{Duty, Element, Fired, Interval, Judgement};
use std::cmp::Ordering;

/// Requirements of one kind for one element, which count together where the kind says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Of {
    kind: KindId,
    /// What is judged one by one: row 1 of two lists are two elements.
    ranges: u32,
    element: Element,
}

/// What one rule requires for one element.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    of: Of,
    firmly: bool,
    /// Whether the argument is known.
    known: bool,
    argument: Option<Value>,
    fired: Fired,
    /// Which of the rule's requirements it is.
    place: u32,
}

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
    of: Of,
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
        self.ask(applies, world, room);
        let mut works = std::mem::take(&mut room.works);
        let (mut asked, order) = (
            std::mem::take(&mut room.asked),
            std::mem::take(&mut room.asked_order),
        );
        let same = |a: &u32, b: &u32| {
            let both = (asked.get(*a as usize), asked.get(*b as usize));
            matches!(both, (Some(a), Some(b)) if same_duty(a, b).is_eq())
        };
        for same in order.chunk_by(same) {
            let same = same.iter().filter_map(|at| asked.get(*at as usize));
            works.extend(self.work(same, room));
        }
        asked.clear();
        (room.asked, room.asked_order) = (asked, order);
        if !works.is_empty() {
            self.waiving(applies, world, room);
        }
        for work in &mut works {
            self.waive(work, applies, room);
            self.meet(work);
        }
        room.works = works;
        self.combine(departments, room)
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
    fn ask(&mut self, applies: &[Fired], world: World, room: &mut Room) {
        let program = self.program;
        for ((fired, truth), standing) in applies.iter().zip(&room.fires).zip(&room.standings) {
            if *truth == Truth::False || !standing.requires || !world.takes_part(*standing) {
                continue;
            }
            let Some(form) = program.form(fired.rule) else {
                continue;
            };
            self.state.enter(&form.each, fired.element);
            for (place, require) in (0u32..).zip(&form.requires) {
                self.state.steps += 1;
                let argument = self.argument(require);
                room.asked.push(Asked {
                    of: Of {
                        kind: require.kind,
                        ranges: form.ranges,
                        element: fired.element,
                    },
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
        // Their numbers are put in order: what is asked is large and stays where it is.
        let asked = &room.asked;
        room.asked_order.clear();
        room.asked_order.extend((0u32..).take(asked.len()));
        room.asked_order.sort_unstable_by(|a, b| {
            match (asked.get(*a as usize), asked.get(*b as usize)) {
                (Some(a), Some(b)) => {
                    let order = same_duty(a, b);
                    order.then_with(|| (a.fired.rule, a.place).cmp(&(b.fired.rule, b.place)))
                }
                _ => Ordering::Equal,
            }
        });
    }

    /// One requirement, from all that ask for it.
    fn work<'w>(&self, mut same: impl Iterator<Item = &'w Asked>, room: &mut Room) -> Option<Work> {
        let first = same.next()?;
        let mut work = Work {
            duty: Duty {
                kind: first.of.kind,
                element: first.of.element,
                argument: first.argument.clone(),
                argument_known: first.known,
                required: Truth::False,
                firmly: false,
                met: Truth::False,
                waived: Truth::False,
                state: ObligationState::Undetermined,
                rules: room.spare.pop().unwrap_or_default(),
                waived_by: room.spare.pop().unwrap_or_default(),
            },
            of: first.of,
            soft: Truth::False,
            firm: Truth::False,
            obliged: Truth::False,
            dropped: false,
            requirers: room.spare_requirers.pop().unwrap_or_default(),
            group_high: OutcomeId(0),
        };
        for asked in std::iter::once(first).chain(same) {
            let Fired { rule, truth, .. } = asked.fired;
            if asked.firmly {
                work.firm = work.firm.or(truth);
                work.duty.firmly = true;
            } else {
                work.soft = work.soft.or(truth);
            }
            work.requirers.push(Requirer {
                rule,
                place: asked.place,
                firmly: asked.firmly,
                truth,
            });
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
        while let Some(of) = rest.first().map(|work| work.of) {
            let count = rest.iter().take_while(|work| work.of == of).count();
            let (works, others) = rest.split_at_mut(count);
            rest = others;
            let Some(form) = self.program.kinds.get(usize::from(of.kind.0)) else {
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
            if departments {
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

/// Requirements are one where kind, element and argument are the same.
fn same_duty(a: &Asked, b: &Asked) -> Ordering {
    a.of.cmp(&b.of)
        .then_with(|| (a.known, &a.argument).cmp(&(b.known, &b.argument)))
}
