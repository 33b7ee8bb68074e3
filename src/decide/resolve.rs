//! From the rules that apply to the judgement: exceptions level by level, the worlds with and
//! without pilots, outcomes, departments, coverage.
//!
//! What comes in is the list of rules whose own conditions are true or undetermined, by rule
//! and element. It is short for most declarations, so everything here goes over that list and
//! never over the rule set.

use super::duty::Duties;
use super::eval::Evaluator;
use super::group::Claim;
use super::plain::is_plain;
use super::program::Program;
use super::search::Search;
use super::standing::{Standing, Traits, World};
use crate::check::rules::{KindId, RuleId};
use crate::ground::truth::Truth;
use crate::schema::Schema;
use crate::schema::value::{DepartmentId, OutcomeId};
use crate::verdict::judgement::{Coverage, Element, Fired, Interval, Judgement, PilotView, Step};

pub use super::plain::Plain;

/// Room that resolving uses again and again.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// By place in the list of rules that apply, how the rule stands.
    pub(super) standings: Vec<Standing>,
    /// What there is among them.
    pub(super) gathered: Gathered,
    /// Rules that others may excuse, by level.
    order: Vec<(u32, u32)>,
    /// By place in the list of rules that apply, whether it fires in the world at hand.
    fires: Vec<Truth>,
    /// The same in the counted world, kept for what is missing.
    pub(super) counted: Vec<Truth>,
    /// The rules that fire and decide without any pilot.
    based: Vec<Fired>,
    /// The rules that waive requirements of a kind.
    pub(super) waiving: Vec<(KindId, RuleId)>,
    /// Requirements in the making.
    pub(super) duties: Duties,
    /// Vectors of rules to use again.
    pub(super) spare: Vec<Vec<RuleId>>,
    /// Requirements of a group as they count for all or for a department.
    pub(super) claims: Vec<Claim>,
    /// By department, its interval in the counted world.
    pub(super) views: Vec<Interval>,
    /// The departments that a group of requirements concerns.
    pub(super) named: Vec<DepartmentId>,
    /// What the search for missing facts has found.
    pub(super) search: Search,
}

/// What there is among the rules that apply: most declarations have little of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gathered {
    /// Which rules, by the last digits of their numbers: most rules over another do not apply at
    /// all, which a bit tells.
    present: [u64; 4],
    /// What is true of some rule.
    pub(super) traits: Traits,
}

impl Gathered {
    /// The word and the bit of a rule among the present ones.
    #[inline]
    fn bit(rule: RuleId) -> (usize, u64) {
        (rule.0 as usize / 64 % 4, 1 << (rule.0 % 64))
    }

    /// Whether the rule may be among those that apply.
    #[inline]
    fn may_hold(&self, rule: RuleId) -> bool {
        let (word, bit) = Gathered::bit(rule);
        self.present.get(word).is_some_and(|word| word & bit != 0)
    }
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
        judgement.fired.clear();
        judgement.shadow.clear();
        // Most judgements hold no more.
        if !judgement.duties.is_empty() || !judgement.missing.is_empty() {
            self.reclaim_more(judgement);
        }
    }

    #[inline(never)]
    fn reclaim_more(&mut self, judgement: &mut Judgement) {
        for duty in judgement.duties.drain(..) {
            self.reclaim_rules(duty.rules);
            self.reclaim_rules(duty.waived_by);
        }
        for missing in judgement.missing.drain(..) {
            self.search.reclaim(missing.rules);
        }
    }

    fn reclaim_rules(&mut self, mut rules: Vec<RuleId>) {
        // One that was never in use saves nothing.
        if rules.capacity() > 0 {
            rules.clear();
            self.spare.push(rules);
        }
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

/// Gathers of the rules that apply what is the same in every world.
fn gather(program: &Program, applies: &[Fired], room: &mut Room) {
    room.standings.clear();
    room.order.clear();
    let mut gathered = Gathered::default();
    for (at, fired) in (0u32..).zip(applies) {
        let standing = program.standing(fired.rule);
        let (word, bit) = Gathered::bit(fired.rule);
        if let Some(word) = gathered.present.get_mut(word) {
            *word |= bit;
        }
        gathered.traits = gathered.traits.union(standing.traits);
        if standing.traits.has(Traits::EXCUSABLE)
            && let Some(form) = program.form(fired.rule)
        {
            room.order.push((form.level, at));
        }
        room.standings.push(standing);
    }
    room.gathered = gathered;
    if room.order.len() > 1 {
        room.order.sort_unstable();
    }
}

/// Works out which rules fire in a world.
fn fires(program: &Program, applies: &[Fired], world: World, room: &mut Room) {
    room.fires.clear();
    match room.gathered.traits.has(Traits::PILOTED) {
        false => room.fires.extend(applies.iter().map(|fired| fired.truth)),
        true => {
            let both = applies.iter().zip(&room.standings);
            let fires = both.map(|(fired, standing)| match world.holds(*standing) {
                true => fired.truth,
                false => Truth::False,
            });
            room.fires.extend(fires);
        }
    }
    for (_, at) in &room.order {
        let Some(fired) = applies.get(*at as usize) else {
            continue;
        };
        let Some(form) = program.form(fired.rule) else {
            continue;
        };
        let mut excused = Truth::False;
        for special in &form.excused_by {
            if !room.gathered.may_hold(*special) || !world.takes_part(program.standing(*special)) {
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

impl Room {
    /// The rules that fire in the world at hand, and whether each decides.
    fn firing<'r>(&'r self, applies: &'r [Fired]) -> impl Iterator<Item = (Fired, bool)> + 'r {
        let all = applies.iter().zip(&self.fires).zip(&self.standings);
        let firing = all.filter(|((_, truth), _)| **truth != Truth::False);
        firing.map(|((fired, truth), standing)| {
            let truth = *truth;
            (Fired { truth, ..*fired }, standing.decides())
        })
    }

    /// Whether some rule that applies stands like this.
    fn touches(&self, is: impl Fn(&Standing) -> bool) -> bool {
        self.standings.iter().any(is)
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
        if is_plain(program, applies) {
            return self.tell_all(applies, (full, advice), room, out);
        }
        let (common, uncovered) = self.begin((full, advice), room, out);
        gather(program, applies, room);
        let mut put = |fired: Fired, decides: bool| match decides {
            true => out.fired.push(fired),
            false => out.shadow.push(fired),
        };
        fires(program, applies, World::Counted, room);
        for (fired, decides) in room.firing(applies) {
            put(fired, decides);
        }
        out.counted = self.interval(&out.fired, true, common, room);
        self.departments(room, out);
        std::mem::swap(&mut room.fires, &mut room.counted);
        self.settle_missing(applies, uncovered, room, out);
        room.give_duties(&mut out.duties);
        self.worlds(applies, common, room, out);
    }

    /// What depends on no rule: the day, required facts that are not given, and coverage.
    #[inline]
    pub(super) fn begin(
        &mut self,
        (full, advice): (Truth, Truth),
        room: &mut Room,
        out: &mut Judgement,
    ) -> (Common, Uncovered) {
        let schema = &self.program.rules.schema;
        room.reclaim(out);
        out.as_of = Some(self.as_of);
        let mut high = schema.mildest();
        if !self.program.required.is_empty() {
            self.required(&mut out.missing);
        }
        if !out.missing.is_empty() {
            high = high.max(schema.missing);
        }
        let (coverage, uncovered) = coverage(full, advice);
        out.coverage = Some(coverage);
        high = high.max(uncovered.asks(schema));
        out.common = high;
        (Common { high }, uncovered)
    }

    /// What each department sees, of the intervals in the room.
    pub(super) fn departments(&self, room: &Room, out: &mut Judgement) {
        let own = self.program.own_views.iter();
        let seen = own.map(|department| {
            let view = room.views.get(usize::from(department.0));
            (*department, view.copied().unwrap_or_default())
        });
        out.departments.clear();
        out.departments.extend(seen);
    }

    /// The worlds without pilots and with each shadow pilot; only where they can differ is
    /// anything worked out again.
    fn worlds(&mut self, applies: &[Fired], common: Common, room: &mut Room, out: &mut Judgement) {
        let program = self.program;
        out.base = out.counted;
        // Few movements are any pilot's.
        let piloted = room.gathered.traits.has(Traits::PILOTED);
        if piloted && program.live_pilots && room.touches(|rule| rule.traits.is_live_pilot()) {
            fires(program, applies, World::Base, room);
            let mut based = std::mem::take(&mut room.based);
            based.clear();
            based.extend(decide(room.firing(applies)));
            out.base = self.interval(&based, false, common, room);
            room.based = based;
        }
        out.pilots
            .resize_with(program.shadow_pilots.len(), PilotView::default);
        for (view, pilot) in out.pilots.iter_mut().zip(&program.shadow_pilots) {
            view.pilot = Some(*pilot);
            if !piloted || !room.touches(|rule| rule.pilot == Some(*pilot)) {
                changes_nothing(view, out.counted, &out.fired);
                continue;
            }
            fires(program, applies, World::With(*pilot), room);
            view.fired.clear();
            view.fired.extend(decide(room.firing(applies)));
            view.interval = self.interval(&view.fired, false, common, room);
        }
    }

    /// The interval in a world of which these rules fire and decide; and, where they are asked for,
    /// those of the departments into the room.
    fn interval(
        &mut self,
        fired: &[Fired],
        departments: bool,
        common: Common,
        room: &mut Room,
    ) -> Interval {
        let mut interval = self.outcomes(fired, departments, room);
        widen(&mut interval, self.duties(fired, departments, room));
        interval.high = interval.high.max(common.high);
        interval
    }

    /// What the rules that fire and decide say.
    pub(super) fn outcomes(&self, fired: &[Fired], departments: bool, room: &mut Room) -> Interval {
        let program = self.program;
        let mild = program.rules.schema.mildest();
        let none = Interval {
            low: mild,
            high: mild,
        };
        let mut interval = none;
        if departments {
            room.views.clear();
            room.views.resize(self.schema().departments.len(), none);
        }
        for fired in fired {
            let Some(outcome) = program.standing(fired.rule).outcome else {
                continue;
            };
            let says = Interval {
                low: if fired.truth.certain() { outcome } else { mild },
                high: outcome,
            };
            widen(&mut interval, says);
            if departments && let Some(form) = program.form(fired.rule) {
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

/// The view of a pilot none of whose rules applies.
pub(super) fn changes_nothing(view: &mut PilotView, counted: Interval, fired: &[Fired]) {
    view.interval = counted;
    view.fired.clear();
    view.fired.extend_from_slice(fired);
}

/// Those that decide.
fn decide(firing: impl Iterator<Item = (Fired, bool)>) -> impl Iterator<Item = Fired> {
    firing.filter_map(|(fired, decides)| decides.then_some(fired))
}

/// Makes an interval as bad as another one besides.
pub(super) fn widen(interval: &mut Interval, by: Interval) {
    interval.low = interval.low.max(by.low);
    interval.high = interval.high.max(by.high).max(interval.low);
}

/// What coverage leaves possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uncovered {
    pub(super) outside: bool,
    pub(super) advice: bool,
}

impl Uncovered {
    /// The worst that it asks for.
    #[inline]
    fn asks(self, schema: &Schema) -> OutcomeId {
        match (self.outside, self.advice) {
            (true, _) => schema.worst(),
            (false, true) => schema.advice,
            (false, false) => schema.mildest(),
        }
    }
}

/// What coverage asks for, where a cover holds like this and one that only informs does like that.
pub fn asked_by_coverage(schema: &Schema, (full, advice): (Truth, Truth)) -> OutcomeId {
    coverage(full, advice).1.asks(schema)
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
