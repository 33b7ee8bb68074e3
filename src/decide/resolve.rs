//! From the rules that apply to the judgement: exceptions level by level, the worlds with and
//! without pilots, outcomes, departments, coverage.
//!
//! What comes in is the list of rules whose own conditions are true or undetermined, by rule
//! and element. It is short for most declarations, so everything here goes over that list and
//! never over the rule set.

use super::duty::{Requirer, Work};
use super::eval::Evaluator;
use super::group::Claim;
use super::program::{Program, Standing};
use super::search::Search;
use crate::check::rules::{KindId, PilotId, RuleId};
use crate::ground::truth::Truth;
use crate::schema::value::{DepartmentId, OutcomeId};
use crate::verdict::judgement::{
    Coverage, Duty, Element, Fired, Interval, Judgement, PilotView, Step,
};

/// Which pilots count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// None.
    Base,
    /// All live ones.
    Counted,
    /// All live ones and this one.
    With(PilotId),
}

impl World {
    /// Whether a rule of this pilot, or of none, is in the world.
    #[inline]
    pub fn holds(self, rule: Standing) -> bool {
        match (rule.pilot, self) {
            (None, _) => true,
            (Some(_), World::Base) => false,
            (Some(_), World::Counted) => rule.live,
            (Some(pilot), World::With(with)) => rule.live || pilot == with,
        }
    }

    /// Whether the rule decides in the world.
    #[inline]
    pub fn takes_part(self, rule: Standing) -> bool {
        rule.trusted && self.holds(rule)
    }
}

/// Room that resolving uses again and again.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// By place in the list of rules that apply, how the rule stands.
    pub(super) standings: Vec<Standing>,
    /// Rules that others may excuse, by level.
    order: Vec<(u32, u32)>,
    /// By place in the list of rules that apply, whether it fires in the world at hand.
    pub(super) fires: Vec<Truth>,
    /// The same in the counted world, kept for what is missing.
    pub(super) counted: Vec<Truth>,
    /// The rules that waive requirements of a kind.
    pub(super) waiving: Vec<(KindId, RuleId)>,
    /// Requirements in the making.
    pub(super) works: Vec<Work>,
    /// Vectors of rules to use again.
    pub(super) spare: Vec<Vec<RuleId>>,
    /// Vectors of requirers to use again.
    pub(super) spare_requirers: Vec<Vec<Requirer>>,
    /// Requirements of a group as they count for all or for a department.
    pub(super) claims: Vec<Claim>,
    /// By department, its interval in the counted world.
    pub(super) views: Vec<Interval>,
    /// The departments that a group of requirements concerns.
    pub(super) named: Vec<DepartmentId>,
    /// What the search for missing facts has found.
    pub(super) search: Search,
}

/// The outcomes that depend on no world and belong to no department.
#[derive(Debug, Clone, Copy)]
pub struct Common {
    /// What required fields that are not given and coverage ask for.
    pub high: OutcomeId,
}

impl Room {
    /// Takes back what a judgement holds, so that the next one need not allocate.
    pub fn reclaim(&mut self, judgement: &mut Judgement) {
        for duty in judgement.duties.drain(..) {
            self.reclaim_duty(duty);
        }
        for missing in judgement.missing.drain(..) {
            // Where only the schema asks for a fact its list was never in use.
            if missing.rules.capacity() > 0 {
                self.reclaim_rules(missing.rules);
            }
        }
        judgement.fired.clear();
        judgement.shadow.clear();
        judgement.departments.clear();
    }

    pub(super) fn reclaim_work(&mut self, mut work: Work) {
        work.requirers.clear();
        self.spare_requirers.push(work.requirers);
        self.reclaim_duty(work.duty);
    }

    pub(super) fn reclaim_duty(&mut self, duty: Duty) {
        self.reclaim_rules(duty.rules);
        self.reclaim_rules(duty.waived_by);
    }

    fn reclaim_rules(&mut self, mut rules: Vec<RuleId>) {
        rules.clear();
        self.spare.push(rules);
    }
}

/// The element of the first steps, for a rule with that many ranges.
#[inline]
pub fn prefix(element: Element, steps: usize) -> Element {
    let [first, second] = element.0;
    match steps {
        0 => Element::default(),
        1 => Element([first, Step::Whole]),
        _ => Element([first, second]),
    }
}

/// The place of a rule and element in the sorted list.
#[inline]
pub fn place_of(applies: &[Fired], rule: RuleId, element: Element) -> Option<usize> {
    let first = applies.partition_point(|fired| fired.rule < rule);
    let mine = applies.get(first..)?;
    let found = match mine.first() {
        Some(fired) if fired.rule != rule => None,
        Some(fired) if fired.element == element => Some(0),
        _ => mine
            .binary_search_by(|fired| (fired.rule, fired.element).cmp(&(rule, element)))
            .ok(),
    };
    found.map(|at| first + at)
}

/// Works out which rules fire in a world.
pub(super) fn fires(program: &Program, applies: &[Fired], world: World, room: &mut Room) {
    room.fires.clear();
    room.order.clear();
    let mut present = [0u64; 4];
    for ((at, fired), standing) in (0u32..).zip(applies).zip(&room.standings) {
        if let Some(word) = present.get_mut(fired.rule.0 as usize / 64 % 4) {
            *word |= 1 << (fired.rule.0 % 64);
        }
        room.fires.push(if world.holds(*standing) {
            fired.truth
        } else {
            Truth::False
        });
        if standing.excusable
            && let Some(form) = program.form(fired.rule)
        {
            room.order.push((form.level, at));
        }
    }
    room.order.sort_unstable();
    for (_, at) in &room.order {
        let Some(fired) = applies.get(*at as usize) else {
            continue;
        };
        let Some(form) = program.form(fired.rule) else {
            continue;
        };
        let mut excused = Truth::False;
        for special in &form.excused_by {
            // Most rules over it do not apply at all, which a bit tells.
            let word = present.get(special.0 as usize / 64 % 4).unwrap_or(&0);
            if word >> (special.0 % 64) & 1 == 0 {
                continue;
            }
            if !world.takes_part(program.standing(*special)) {
                continue;
            }
            let ranges = program.form(*special).map_or(0, |other| other.each.len());
            let element = prefix(fired.element, ranges);
            let found = place_of(applies, *special, element);
            let truth = found.and_then(|place| room.fires.get(place).copied());
            excused = excused.or(truth.unwrap_or(Truth::False));
        }
        if let Some(fires) = room.fires.get_mut(*at as usize) {
            *fires = fires.and(excused.not());
        }
    }
}

impl Evaluator<'_, '_> {
    /// Fills the judgement. `applies` is sorted by rule and element; `full` and `advice` tell
    /// whether a cover of that sort holds.
    pub fn resolve(
        &mut self,
        applies: &[Fired],
        (full, advice): (Truth, Truth),
        room: &mut Room,
        out: &mut Judgement,
    ) {
        let program = self.program;
        let schema = &program.rules.schema;
        room.reclaim(out);
        out.as_of = Some(self.as_of);
        let mut high = schema.mildest();
        self.required(&mut out.missing);
        if !out.missing.is_empty() {
            high = high.max(schema.missing);
        }
        let covered = coverage(full, advice);
        out.coverage = Some(covered.0);
        if covered.1.outside {
            high = high.max(schema.worst());
        }
        if covered.1.advice {
            high = high.max(schema.advice);
        }
        let common = Common { high };
        out.common = high;

        room.standings.clear();
        let standings = applies.iter().map(|fired| program.standing(fired.rule));
        room.standings.extend(standings);
        fires(program, applies, World::Counted, room);
        out.counted = self.interval(applies, (World::Counted, true), common, room);
        self.departments(room, out);
        for ((fired, truth), standing) in applies.iter().zip(&room.fires).zip(&room.standings) {
            if *truth == Truth::False {
                continue;
            }
            let fired = Fired {
                truth: *truth,
                ..*fired
            };
            if standing.trusted {
                out.fired.push(fired);
            } else {
                out.shadow.push(fired);
            }
        }
        std::mem::swap(&mut room.fires, &mut room.counted);
        self.settle_missing(applies, covered.1, room, out);
        self.take_duties(room, out);
        std::mem::swap(&mut room.fires, &mut room.counted);
        self.worlds(applies, common, room, out);
    }

    /// What each department sees, of the intervals in the room.
    fn departments(&self, room: &Room, out: &mut Judgement) {
        let own = self.program.own_views.iter();
        let seen = own.map(|department| {
            let view = room.views.get(usize::from(department.0));
            (*department, view.copied().unwrap_or_default())
        });
        out.departments.extend(seen);
    }

    /// The worlds without pilots and with each shadow pilot; only where they can differ is
    /// anything worked out again.
    fn worlds(&mut self, applies: &[Fired], common: Common, room: &mut Room, out: &mut Judgement) {
        let program = self.program;
        out.base = out.counted;
        // Few movements are any pilot's.
        let piloted = touches(room, |rule| rule.pilot.is_some());
        if program.live_pilots && piloted && touches(room, |r| r.pilot.is_some() && r.live) {
            fires(program, applies, World::Base, room);
            out.base = self.interval(applies, (World::Base, false), common, room);
        }
        out.pilots
            .resize_with(program.shadow_pilots.len(), PilotView::default);
        for (view, pilot) in out.pilots.iter_mut().zip(&program.shadow_pilots) {
            view.pilot = Some(*pilot);
            view.fired.clear();
            if !piloted || !touches(room, |rule| rule.pilot == Some(*pilot)) {
                view.interval = out.counted;
                view.fired.extend_from_slice(&out.fired);
                continue;
            }
            let world = World::With(*pilot);
            fires(program, applies, world, room);
            view.interval = self.interval(applies, (world, false), common, room);
            for ((fired, truth), standing) in applies.iter().zip(&room.fires).zip(&room.standings) {
                if *truth != Truth::False && world.takes_part(*standing) {
                    view.fired.push(Fired {
                        truth: *truth,
                        ..*fired
                    });
                }
            }
        }
    }

    /// The interval in a world whose firing rules are in the room; and, where they are asked for,
    /// those of the departments into the room.
    fn interval(
        &mut self,
        applies: &[Fired],
        (world, departments): (World, bool),
        common: Common,
        room: &mut Room,
    ) -> Interval {
        let mut interval = self.outcomes(applies, (world, departments), room);
        widen(
            &mut interval,
            self.duties(applies, world, departments, room),
        );
        interval.high = interval.high.max(common.high);
        interval
    }

    /// What the rules that fire and decide in a world say.
    fn outcomes(
        &self,
        applies: &[Fired],
        (world, departments): (World, bool),
        room: &mut Room,
    ) -> Interval {
        let mild = self.program.rules.schema.mildest();
        let none = Interval {
            low: mild,
            high: mild,
        };
        let mut interval = none;
        if departments {
            room.views.clear();
            room.views.resize(self.schema().departments.len(), none);
        }
        for ((fired, truth), standing) in applies.iter().zip(&room.fires).zip(&room.standings) {
            let Some(outcome) = standing.outcome else {
                continue;
            };
            if *truth == Truth::False || !world.takes_part(*standing) {
                continue;
            }
            let says = Interval {
                low: if truth.certain() { outcome } else { mild },
                high: outcome,
            };
            widen(&mut interval, says);
            if departments && let Some(form) = self.program.form(fired.rule) {
                for department in &form.departments {
                    if let Some(view) = room.views.get_mut(usize::from(department.0)) {
                        widen(view, says);
                    }
                }
            }
        }
        interval
    }
}

/// Makes an interval as bad as another one besides.
pub(super) fn widen(interval: &mut Interval, by: Interval) {
    interval.low = interval.low.max(by.low);
    interval.high = interval.high.max(by.high).max(interval.low);
}

fn touches(room: &Room, is: impl Fn(&Standing) -> bool) -> bool {
    room.standings.iter().any(is)
}

/// What coverage leaves possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uncovered {
    pub(super) outside: bool,
    pub(super) advice: bool,
}

fn coverage(full: Truth, advice: Truth) -> (Coverage, Uncovered) {
    let possible = match (full, advice) {
        (Truth::True, _) => Uncovered {
            outside: false,
            advice: false,
        },
        (_, Truth::True) => Uncovered {
            outside: false,
            advice: true,
        },
        (_, Truth::Unknown) => Uncovered {
            outside: true,
            advice: true,
        },
        (_, Truth::False) => Uncovered {
            outside: true,
            advice: false,
        },
    };
    let name = match (full, advice) {
        (Truth::True, _) => Coverage::Full,
        (Truth::False, Truth::True) => Coverage::Advice,
        (Truth::False, Truth::False) => Coverage::Outside,
        (Truth::Unknown, Truth::True) => Coverage::FullOrAdvice,
        _ => Coverage::Undetermined,
    };
    (name, possible)
}
