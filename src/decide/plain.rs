//! Judgements in which every rule that applies says an outcome and nothing else, as most are: then all
//! worlds are one, and the judgement is told while rules are found, without a list of them between.

use super::eval::Evaluator;
use super::program::Program;
use super::resolve::{Room, changes_nothing};
use super::standing::{Standing, Traits};
use crate::check::rules::RuleId;
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;
use crate::schema::value::{DepartmentId, OutcomeId};
use crate::verdict::judgement::{Element, Fired, Interval, Judgement, PilotView, Waiting};

/// Rules of which each says an outcome and nothing else, while they are told.
pub struct Plain<'o> {
    program: &'o Program,
    fired: &'o mut Vec<Fired>,
    shadow: &'o mut Vec<Fired>,
    /// The undetermined ones that decide.
    open: &'o mut Waiting,
    /// The worst outcome of those that decide and certainly fire.
    worst: OutcomeId,
    /// The worst of the others that decide.
    possible: OutcomeId,
    /// Whether all that decide speak for every department.
    for_all: bool,
}

impl Plain<'_> {
    /// Tells one that fires or may, and stands like this.
    #[inline(always)]
    pub fn put(&mut self, fired: Fired, standing: Standing) {
        if standing.decides() {
            self.fired.push(fired);
            let worst = match fired.truth {
                Truth::True => &mut self.worst,
                _ => {
                    self.open.add(fired.rule);
                    &mut self.possible
                }
            };
            let outcome = standing.outcome.unwrap_or(*worst);
            *worst = outcome.max(*worst);
            self.for_all &= standing.traits.has(Traits::FOR_ALL);
        } else {
            self.shadow.push(fired);
        }
    }

    /// Tells those of 64 rules on the whole that fire or may, and which of them certainly do. What is
    /// told later is of rules behind them.
    #[inline(always)]
    pub fn put_64(&mut self, at: u32, possible: u64, certain: u64) {
        let masks = &self.program.masks;
        let mask = masks.of(at);
        let decide = possible & mask.trusted;
        push_64(self.fired, at, decide, certain);
        if decide != possible {
            push_64(self.shadow, at, possible & !decide, certain);
        }
        self.for_all &= decide & !mask.for_all == 0;
        let says = masks.says(at);
        let open = decide & !certain;
        self.worst = says.worst(decide & certain, self.worst);
        self.possible = says.worst(open, self.possible);
        self.open.push(at, open);
    }
}

/// Adds these of 64 rules.
#[inline(always)]
fn push_64(fired: &mut Vec<Fired>, at: u32, rules: u64, certain: u64) {
    let first = at * u64::BITS;
    let one = |rule: u32, truth: Truth| Fired {
        rule: RuleId(rule),
        element: Element::default(),
        truth,
    };
    // Where little is known most rules may fire, and those that follow each other are added at once.
    let four = rules & rules >> 1 & rules >> 2 & rules >> 3;
    if four != 0 && rules & certain == 0 {
        let mut rest = rules;
        while rest != 0 {
            let from = rest.trailing_zeros();
            let many = (!(rest >> from)).trailing_zeros();
            let run = (first + from..first + from + many).map(|rule| one(rule, Truth::Unknown));
            fired.extend(run);
            // Adding one at the lowest bit of the run carries through all of it.
            rest &= rest.wrapping_add(1 << (from % u64::BITS));
        }
        return;
    }
    for bit in set_bits(rules) {
        let truth = Truth::by_bit(certain, bit);
        fired.push(one(first + bit, truth));
    }
}

/// Whether all that applies is plain.
#[inline]
pub(super) fn is_plain(program: &Program, applies: &[Fired]) -> bool {
    let is_plain = |fired: &Fired| program.standing(fired.rule).traits.is_plain();
    applies.iter().all(is_plain)
}

impl Evaluator<'_, '_> {
    /// The same of a list of such rules.
    pub(super) fn tell_all(
        &mut self,
        applies: &[Fired],
        covers: (Truth, Truth),
        room: &mut Room,
        out: &mut Judgement,
    ) {
        let put = |plain: &mut Plain<'_>| {
            for fired in applies {
                plain.put(*fired, self.program.standing(fired.rule));
            }
        };
        self.tell(put, covers, room, out);
    }

    /// Fills the judgement where all rules that apply, which are put in order by rule and element, are
    /// plain: then all worlds are one, and nothing is worked out twice.
    #[inline(always)]
    pub fn tell(
        &mut self,
        put: impl FnOnce(&mut Plain<'_>),
        covers: (Truth, Truth),
        room: &mut Room,
        out: &mut Judgement,
    ) {
        let (common, uncovered) = self.begin(covers, room, out);
        let program = self.program;
        let mild = program.rules.schema.mildest();
        let mut plain = Plain {
            program,
            fired: &mut out.fired,
            shadow: &mut out.shadow,
            open: &mut room.search.undetermined,
            worst: mild,
            possible: mild,
            for_all: true,
        };
        put(&mut plain);
        let says = Interval {
            low: plain.worst,
            high: plain.worst.max(plain.possible),
        };
        let for_all = plain.for_all;
        out.counted = Interval {
            low: says.low,
            high: says.high.max(common.high),
        };
        out.base = out.counted;
        if for_all {
            if out.departments.len() != program.own_views.len() {
                let none = (DepartmentId(0), says);
                out.departments.resize(program.own_views.len(), none);
            }
            let own = out.departments.iter_mut().zip(&program.own_views);
            for (department, number) in own {
                *department = (*number, says);
            }
        } else {
            self.outcomes(&out.fired, true, room);
            self.departments(room, out);
        }
        if out.pilots.len() != program.shadow_pilots.len() {
            out.pilots
                .resize_with(program.shadow_pilots.len(), PilotView::default);
        }
        for (view, pilot) in out.pilots.iter_mut().zip(&program.shadow_pilots) {
            view.pilot = Some(*pilot);
            changes_nothing(view, out.counted, &out.fired);
        }
        if covers.0 == Truth::Unknown
            || covers.1 == Truth::Unknown
            || !room.search.undetermined.is_empty()
        {
            self.settle_plain(uncovered, room, out);
        }
    }
}
