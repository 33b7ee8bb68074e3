//! Requirements: who requires what, who waives it, whether it is met, and how several combine.

use super::eval::Evaluator;
use super::group::{Claim, Group, Picked};
use super::program::{KindForm, Op, RequireForm};
use super::resolve::{Room, place_of, prefix, widen};
use super::standing::Traits;
use crate::check::rules::{Combine, Each, KindId, ObligationState, RuleId};
use crate::facts::eval::{Eval, Reason};
use crate::ground::truth::Truth;
use crate::schema::value::{DepartmentId, OutcomeId, Value};
use crate::verdict::judgement::{Duty, Element, Fired, Interval};
use std::cmp::Ordering;

/// That a rule requires something.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) kind: KindId,
    /// What is judged one by one: row 1 of two lists are two elements.
    ranges: u32,
    pub(super) element: Element,
    /// None without one, and where it is not known.
    pub(super) argument: Option<Value>,
    pub(super) argument_known: bool,
    pub(super) rule: RuleId,
    /// Which of the rule's requirements it is.
    pub(super) place: u32,
    firmly: bool,
    /// Whether the rule fires.
    truth: Truth,
}

/// A requirement in the making: what one or more rules ask for.
#[derive(Debug, Clone)]
pub(super) struct Work {
    /// Where among all that is asked for that begins, and where it ends.
    asks: (u32, u32),
    /// The same of those that waive it.
    waivers: (u32, u32),
    pub(super) kind: KindId,
    pub(super) met: Truth,
    waived: Truth,
    /// Whether a rule that can be waived requires it.
    soft: Truth,
    /// Whether a rule that cannot be waived requires it.
    firm: Truth,
    /// Whether it is owed once waivers are taken into account.
    pub(super) obliged: Truth,
    /// Another of its group takes its place.
    pub(super) dropped: bool,
    /// The worst that its group may ask for.
    pub(super) group_high: OutcomeId,
}

/// The requirements of a world.
#[derive(Debug, Clone, Default)]
pub(super) struct Duties {
    /// What each rule asks for; what is one requirement stands together, in the order of the rules.
    asks: Vec<Ask>,
    /// The requirements, those of one kind and element together.
    pub(super) works: Vec<Work>,
    /// The rules that waive one requirement after another.
    waivers: Vec<RuleId>,
}

impl Duties {
    fn clear(&mut self) {
        self.asks.clear();
        self.works.clear();
        self.waivers.clear();
    }

    /// What rules ask for that is this requirement.
    #[inline]
    pub(super) fn asks_of(&self, work: &Work) -> &[Ask] {
        asks_of(&self.asks, work)
    }

    /// The rules that waive it, certainly or possibly, in order.
    pub(super) fn waivers_of(&self, work: &Work) -> &[RuleId] {
        let (from, to) = work.waivers;
        self.waivers.get(from as usize..to as usize).unwrap_or(&[])
    }

    /// Puts together what is one requirement.
    fn put_together(&mut self) {
        if self.asks.len() > 1 {
            self.asks.sort_unstable_by(|a, b| {
                let order = same_duty(a, b);
                order.then_with(|| (a.rule, a.place).cmp(&(b.rule, b.place)))
            });
        }
        let mut from = 0;
        for same in self.asks.chunk_by(|a, b| same_duty(a, b).is_eq()) {
            let Some(first) = same.first() else {
                continue;
            };
            let to = from + u32::try_from(same.len()).unwrap_or(u32::MAX);
            let truth = |firmly| {
                let these = same.iter().filter(|ask| ask.firmly == firmly);
                these.fold(Truth::False, |truth, ask| truth.or(ask.truth))
            };
            self.works.push(Work {
                asks: (from, to),
                waivers: (0, 0),
                kind: first.kind,
                met: Truth::False,
                waived: Truth::False,
                soft: truth(false),
                firm: truth(true),
                obliged: Truth::False,
                dropped: false,
                group_high: OutcomeId(0),
            });
            from = to;
        }
    }
}

#[inline]
pub(super) fn asks_of<'d>(asks: &'d [Ask], work: &Work) -> &'d [Ask] {
    let (from, to) = work.asks;
    asks.get(from as usize..to as usize).unwrap_or(&[])
}

impl<'a> Evaluator<'a, '_> {
    /// Works out the requirements of a world, in which these rules fire and decide, into the room,
    /// and says what they ask for. Where departments are asked for, their intervals in the room are
    /// widened by it.
    pub(super) fn duties(
        &mut self,
        fired: &[Fired],
        departments: bool,
        room: &mut Room,
    ) -> Interval {
        room.duties.clear();
        if !room.gathered.traits.has(Traits::REQUIRES) {
            return Interval::default();
        }
        let mut duties = std::mem::take(&mut room.duties);
        self.ask(fired, &mut duties.asks);
        duties.put_together();
        room.waiving.clear();
        if room.gathered.traits.has(Traits::WAIVES) && !duties.works.is_empty() {
            self.waiving(fired, room);
        }
        let Duties {
            asks,
            works,
            waivers,
        } = &mut duties;
        for work in works {
            let Some(ask) = asks_of(asks, work).first() else {
                continue;
            };
            let met = self.program.kinds.get(usize::from(work.kind.0));
            let met = met.and_then(|kind| kind.met);
            if met.is_some() || !room.waiving.is_empty() {
                self.state.it = Self::argument_of(ask);
            }
            self.waive(work, ask, fired, &room.waiving, waivers);
            work.met = met.map_or(Truth::False, |met| self.truth(met));
        }
        room.duties = duties;
        self.combine(departments, room)
    }

    /// Gathers what the rules that fire require, each by itself.
    fn ask(&mut self, fired: &[Fired], asks: &mut Vec<Ask>) {
        let program = self.program;
        for fired in fired {
            if !program.standing(fired.rule).traits.has(Traits::REQUIRES) {
                continue;
            }
            let Some(form) = program.form(fired.rule) else {
                continue;
            };
            for (place, require) in (0u32..).zip(&form.requires) {
                self.state.steps += 1;
                let argument = self.argument(require, &form.each, fired.element);
                asks.push(Ask {
                    kind: require.kind,
                    ranges: form.ranges,
                    element: fired.element,
                    argument_known: !matches!(argument, Some(Eval::Unknown(_))),
                    argument: match argument {
                        Some(Eval::Value(value)) => Some(value),
                        _ => None,
                    },
                    rule: fired.rule,
                    place,
                    firmly: require.firmly,
                    truth: fired.truth,
                });
            }
        }
    }

    /// The argument for an element; nothing for a requirement without one.
    fn argument(&mut self, require: &RequireForm, each: &[Each], element: Element) -> Option<Eval> {
        let node = require.argument?;
        // Most ask for a code that stands in the rule.
        if let Op::Const(value) = self.program.op(node) {
            return Some(Eval::Value(value.clone()));
        }
        self.state.enter(each, element);
        let value = self.value(node);
        self.state.leave(each);
        Some(match value {
            Eval::Value(value) => Eval::Value(value),
            Eval::Unknown(reason) => Eval::Unknown(reason),
            Eval::None => Eval::Unknown(Reason::NoneOperand),
            Eval::Between { .. } => Eval::Unknown(Reason::Undetermined),
        })
    }

    /// The argument of a requirement as a value to compare with.
    pub(super) fn argument_of(ask: &Ask) -> Eval {
        match &ask.argument {
            Some(value) => Eval::Value(value.clone()),
            None => Eval::Unknown(Reason::NotGiven),
        }
    }

    /// Gathers the rules that waive something and fire for some element, by kind.
    fn waiving(&self, fired: &[Fired], room: &mut Room) {
        for fired in fired {
            let standing = self.program.standing(fired.rule);
            if standing.traits.has(Traits::WAIVES) {
                let form = self.program.form(fired.rule);
                let waives = form.iter().flat_map(|form| &form.waives);
                room.waiving
                    .extend(waives.map(|waive| (waive.kind, fired.rule)));
            }
        }
        room.waiving.sort_unstable();
        room.waiving.dedup();
    }

    /// Works out who waives a requirement, and whether it is owed after that.
    fn waive(
        &mut self,
        work: &mut Work,
        ask: &Ask,
        fired: &[Fired],
        waiving: &[(KindId, RuleId)],
        waivers: &mut Vec<RuleId>,
    ) {
        let program = self.program;
        let from = waivers.len();
        let mine = waiving.partition_point(|(of, _)| *of < ask.kind);
        let waiving = waiving.get(mine..).unwrap_or(&[]);
        for (_, rule) in waiving.iter().take_while(|(of, _)| *of == ask.kind) {
            self.state.steps += 1;
            let Some(form) = program.form(*rule) else {
                continue;
            };
            // The instance of a waiver that speaks of the requirement's element.
            let each = program.form(ask.rule).map_or(&[][..], |form| &form.each);
            if !each.starts_with(&form.each) {
                continue;
            }
            let element = prefix(ask.element, form.each.len());
            let place = place_of(fired, *rule, element);
            let Some(waiver) = place.and_then(|place| fired.get(place)) else {
                continue;
            };
            self.state.enter(&form.each, element);
            let mut waived = Truth::False;
            for waive in form.waives.iter().filter(|w| w.kind == ask.kind) {
                let truth = waive.condition.map_or(Truth::True, |c| self.truth(c));
                waived = waived.or(truth.and(waiver.truth));
            }
            self.state.leave(&form.each);
            if waived != Truth::False {
                waivers.push(*rule);
                work.waived = work.waived.or(waived);
            }
        }
        let at = |place| u32::try_from(place).unwrap_or(u32::MAX);
        work.waivers = (at(from), at(waivers.len()));
        work.obliged = work.firm.or(work.soft.and(work.waived.not()));
    }

    /// What the requirements in the room ask for, group by group; and, where they are asked for, on
    /// behalf of each department.
    fn combine(&self, departments: bool, room: &mut Room) -> Interval {
        let Room {
            duties: Duties { asks, works, .. },
            claims,
            views,
            named,
            ..
        } = room;
        let mut interval = Interval::default();
        let same = |a: &Work, b: &Work| {
            let (a, b) = (asks_of(asks, a).first(), asks_of(asks, b).first());
            a.zip(b).is_some_and(|(a, b)| same_group(a, b).is_eq())
        };
        for works in works.chunk_by_mut(same) {
            let kind = works.first().map_or(KindId(0), |work| work.kind);
            let Some(form) = self.program.kinds.get(usize::from(kind.0)) else {
                continue;
            };
            claims.clear();
            claims.extend((0u32..).zip(works.iter()).map(|(number, work)| Claim {
                work: number,
                obliged: work.obliged,
                several: asks_of(asks, work).len() > 1,
            }));
            let (interval_of_all, picked) = self.asks(
                form,
                Group {
                    works,
                    claims,
                    asks,
                },
            );
            widen(&mut interval, interval_of_all);
            for work in works.iter_mut() {
                work.group_high = interval_of_all.high;
                let argument = asks_of(asks, work).first();
                let argument = argument.and_then(|ask| ask.argument.as_ref());
                work.dropped = !picked.keeps(argument, work.obliged);
            }
            if !departments {
                continue;
            }
            // All that is asked for in the group stands together.
            let first = works.first().map_or(0, |work| work.asks.0);
            let last = works.last().map_or(0, |work| work.asks.1);
            let asked = asks.get(first as usize..last as usize).unwrap_or(&[]);
            if let Some(all) = self.all_for(asked) {
                for department in all {
                    if let Some(view) = views.get_mut(usize::from(department.0)) {
                        widen(view, interval_of_all);
                    }
                }
                continue;
            }
            self.named(asked, named);
            for department in named.iter().copied() {
                let mine = match self.speaks_for_all(department, asked) {
                    true => interval_of_all,
                    false => {
                        claims.clear();
                        let numbered = (0u32..).zip(works.iter());
                        claims.extend(numbered.filter_map(|(number, work)| {
                            self.claim_of(department, (work, asks_of(asks, work)), number)
                        }));
                        let group = Group {
                            works,
                            claims,
                            asks,
                        };
                        self.asks(form, group).0
                    }
                };
                if let Some(view) = views.get_mut(usize::from(department.0)) {
                    widen(view, mine);
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

    /// The departments for which all rules speak that ask for one of these; nothing where not all
    /// speak for the same ones.
    fn all_for(&self, asks: &[Ask]) -> Option<&'a [DepartmentId]> {
        let program = self.program;
        let mut all = asks.iter().filter_map(|ask| program.form(ask.rule));
        let first = all.next().map_or(&[][..], |form| &form.departments);
        all.all(|form| form.departments == first).then_some(first)
    }

    /// The departments for which some rule speaks that asks for one of these, each once.
    fn named(&self, asks: &[Ask], named: &mut Vec<DepartmentId>) {
        named.clear();
        let mut last: &[DepartmentId] = &[];
        for form in asks.iter().filter_map(|ask| self.program.form(ask.rule)) {
            if form.departments != last {
                last = &form.departments;
                named.extend_from_slice(last);
            }
        }
        named.sort_unstable();
        named.dedup();
    }

    /// Whether all rules that ask for one of these speak for the department.
    fn speaks_for_all(&self, department: DepartmentId, asks: &[Ask]) -> bool {
        asks.iter().all(|ask| self.speaks_for(department, ask))
    }

    fn speaks_for(&self, department: DepartmentId, ask: &Ask) -> bool {
        let form = self.program.form(ask.rule);
        form.is_some_and(|form| form.departments.contains(&department))
    }

    /// What a requirement counts as for a department: only its own rules require it.
    fn claim_of(
        &self,
        department: DepartmentId,
        (work, asks): (&Work, &[Ask]),
        number: u32,
    ) -> Option<Claim> {
        let (mut soft, mut firm, mut count) = (Truth::False, Truth::False, 0usize);
        for ask in asks.iter().filter(|ask| self.speaks_for(department, ask)) {
            count += 1;
            let truth = if ask.firmly { &mut firm } else { &mut soft };
            *truth = truth.or(ask.truth);
        }
        (count > 0).then(|| Claim {
            work: number,
            obliged: firm.or(soft.and(work.waived.not())),
            several: count > 1,
        })
    }
}

impl Room {
    /// Gives the requirements that count to the judgement.
    pub(super) fn give_duties(&mut self, out: &mut Vec<Duty>) {
        let duties = &self.duties;
        for work in duties.works.iter().filter(|work| !work.dropped) {
            let asks = duties.asks_of(work);
            let Some(first) = asks.first() else {
                continue;
            };
            let mut rules = self.spare.pop().unwrap_or_default();
            rules.extend(asks.iter().map(|ask| ask.rule));
            rules.dedup();
            let mut waived_by = Vec::new();
            let waivers = duties.waivers_of(work);
            if !waivers.is_empty() {
                waived_by = self.spare.pop().unwrap_or_default();
                waived_by.extend_from_slice(waivers);
            }
            out.push(Duty {
                kind: work.kind,
                element: first.element,
                argument: first.argument.clone(),
                argument_known: first.argument_known,
                required: if work.obliged.possible() {
                    work.obliged
                } else {
                    work.firm.or(work.soft)
                },
                firmly: asks.iter().any(|ask| ask.firmly),
                met: work.met,
                waived: work.waived,
                state: match (work.obliged, work.met) {
                    (Truth::False, _) => ObligationState::Waived,
                    (_, Truth::True) => ObligationState::Met,
                    (Truth::True, Truth::False) => ObligationState::Unmet,
                    _ => ObligationState::Undetermined,
                },
                rules,
                waived_by,
            });
        }
        if out.len() > 1 {
            out.sort_unstable();
        }
    }
}

/// Requirements of one kind for one element count together where the kind says so.
fn same_group(a: &Ask, b: &Ask) -> Ordering {
    let kind = (a.kind, a.ranges).cmp(&(b.kind, b.ranges));
    kind.then_with(|| a.element.cmp(&b.element))
}

/// Requirements are one where kind, element and argument are the same.
fn same_duty(a: &Ask, b: &Ask) -> Ordering {
    same_group(a, b).then_with(|| {
        let known = a.argument_known.cmp(&b.argument_known);
        known.then_with(|| a.argument.cmp(&b.argument))
    })
}
