//! The facts that would settle what is open: required fields, facts under undetermined covers,
//! rules, exceptions, requirements and waivers.
//!
//! This is the slow part of judging, and it is reached only where something is undetermined or
//! not given. It goes through each rule and element once, however many others wait for it.

use super::duty::{Ask, Duties, Work};
use super::eval::{Elements, Evaluator};
use super::program::NodeId;
use super::resolve::{Room, Uncovered, place_of, prefix};
use super::search::Search;
use super::standing::{Traits, World};
use super::state::At;
use super::under::Found;
use super::waits::Look;
use crate::check::rules::{Combine, Each, RuleId};
use crate::facts::ListState;
use crate::facts::key::Key;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{Fact, FieldId, ListId, OutcomeId, Type};
use crate::verdict::judgement::{Coverage, Element, Fired, Judgement, Missing, Step, Waiting};

impl Evaluator<'_, '_> {
    /// The facts that the schema requires and that are unknown or none, sorted.
    #[inline(never)]
    pub(super) fn required(&mut self, missing: &mut Vec<Missing>) {
        let program = self.program;
        for required in &program.required {
            if required.keyed.is_some_and(|home| self.has_value(home)) {
                continue;
            }
            match program.homes.get(required.field.0 as usize) {
                Some(Home::Element(list, _)) => {
                    self.required_in(*list, required.field, required.when, missing);
                }
                _ => self.required_here(required.field, required.when, missing),
            }
        }
        if missing.len() > 1 {
            missing.sort_unstable();
            missing.dedup();
        }
    }

    /// Whether the keys say that a field has a value, in each element where it is one of a list of
    /// the header.
    #[inline]
    fn has_value(&self, home: Home) -> bool {
        match home {
            Home::Header(slot) => self.facts.key(slot) > Key::NONE,
            Home::Element(list, column) => {
                let Some(rows) = self.facts.rows(list) else {
                    return false;
                };
                if rows.state(0) != ListState::Given {
                    return false;
                }
                let Some((keys, width)) = rows.column(0, column) else {
                    return rows.is_empty();
                };
                keys.iter().step_by(width).all(|key| *key > Key::NONE)
            }
        }
    }

    /// In every element of a list, over all its owners; in an unknown one where it was not given.
    fn required_in(
        &mut self,
        list: ListId,
        field: FieldId,
        when: Option<NodeId>,
        missing: &mut Vec<Missing>,
    ) {
        let parent = self.program.rules.schema.list(list).and_then(|l| l.parent);
        let Some(parent) = parent else {
            return self.required_rows(list, field, when, missing);
        };
        match self.elements(parent) {
            Elements::Unknown => {
                self.state.put_row(parent, At::Unknown);
                self.required_rows(list, field, when, missing);
            }
            Elements::Rows(rows) => {
                for row in rows {
                    self.state.put_row(parent, At::Row(row));
                    self.required_rows(list, field, when, missing);
                }
            }
        }
        self.state.put_row(parent, At::Absent);
    }

    fn required_rows(
        &mut self,
        list: ListId,
        field: FieldId,
        when: Option<NodeId>,
        missing: &mut Vec<Missing>,
    ) {
        match self.elements(list) {
            Elements::Unknown => {
                self.state.put_row(list, At::Unknown);
                self.required_here(field, when, missing);
            }
            Elements::Rows(rows) => {
                for row in rows {
                    self.state.put_row(list, At::Row(row));
                    self.required_here(field, when, missing);
                }
            }
        }
        self.state.put_row(list, At::Absent);
    }

    fn required_here(&mut self, field: FieldId, when: Option<NodeId>, missing: &mut Vec<Missing>) {
        if self.is_given(field) || when.is_some_and(|c| self.truth(c) == Truth::False) {
            return;
        }
        missing.push(Missing {
            fact: self.fact_ref(field),
            rules: Waiting::default(),
        });
    }

    fn is_given(&self, field: FieldId) -> bool {
        if !self.program.is_list(field) {
            return matches!(self.field(field), Fact::Value(_));
        }
        match self.program.rules.schema.field(field).map(|f| f.typ) {
            Some(Type::List(list)) => self.list_state(list) == ListState::Given,
            _ => false,
        }
    }

    /// Adds what would settle covers, rules and requirements to the required fields, in the
    /// counted world.
    pub(super) fn settle_missing(
        &mut self,
        applies: &[Fired],
        uncovered: Uncovered,
        room: &mut Room,
        out: &mut Judgement,
    ) {
        let low = out.counted.low;
        let covers_open = self.covers_are_open(uncovered, out);
        let rules_open = out.fired.iter().any(|fired| fired.truth == Truth::Unknown);
        let duties_open = room.duties.works.iter().any(|work| self.is_open(work, low));
        if !covers_open && !rules_open && !duties_open {
            return;
        }
        let Room {
            search,
            counted,
            duties,
            ..
        } = room;
        let counted = Counted {
            applies,
            fires: counted,
            duties,
        };
        search.begin(&mut out.missing, self.schema().fields.len());
        if rules_open {
            search.undetermined.become_those(counted.undetermined());
            self.settle_rules(low, search, |this, which, search| {
                this.settle_some(counted, which, search);
            });
        }
        if covers_open {
            self.under_covers(&mut search.found);
            self.want(search, &[]);
        }
        if duties_open {
            search.make_room(applies.len());
            for work in &duties.works {
                if self.is_open(work, low) {
                    self.settle_duty(counted, work, search);
                    let mut rules = std::mem::take(&mut search.asking);
                    rules.extend(duties.asks_of(work).iter().map(|ask| ask.rule));
                    rules.dedup();
                    self.want(search, &rules);
                    rules.clear();
                    search.asking = rules;
                }
            }
        }
        search.tell(&mut out.missing);
    }

    /// The same where all rules that apply are plain: nothing is over them, and nothing is required.
    #[inline(never)]
    pub(super) fn settle_plain(
        &mut self,
        uncovered: Uncovered,
        room: &mut Room,
        out: &mut Judgement,
    ) {
        let covers_open = self.covers_are_open(uncovered, out);
        let search = &mut room.search;
        if !covers_open && search.undetermined.is_empty() {
            return;
        }
        let (low, fired) = (out.counted.low, &out.fired);
        search.begin(&mut out.missing, self.schema().fields.len());
        self.settle_rules(low, search, |this, (rules, header), search| {
            let undetermined = fired.iter().filter(|fired| fired.truth == Truth::Unknown);
            each_of(
                undetermined,
                rules,
                |fired| fired.rule,
                |fired| {
                    this.under_rule(fired.rule, fired.element, header, &mut search.found);
                    this.want(search, &[fired.rule]);
                },
            );
        });
        if covers_open {
            self.under_covers(&mut search.found);
            self.want(search, &[]);
        }
        search.tell(&mut out.missing);
    }

    /// Whether it is undetermined what is covered, and that may still worsen the verdict.
    fn covers_are_open(&self, uncovered: Uncovered, out: &Judgement) -> bool {
        let schema = self.schema();
        let covers = match uncovered {
            Uncovered { outside: true, .. } => schema.worst(),
            Uncovered { advice: true, .. } => schema.advice,
            _ => schema.mildest(),
        };
        let open = matches!(
            out.coverage,
            Some(Coverage::Undetermined | Coverage::FullOrAdvice)
        );
        open && covers > out.counted.low
    }

    /// What would settle the rules that may still worsen the verdict, of those that are undetermined.
    /// Where they are many, all that wait for a fact of the header are found at once; the others are
    /// looked at one by one, as is told, with their fields of the header or without them.
    fn settle_rules(
        &mut self,
        low: OutcomeId,
        search: &mut Search,
        one_by_one: impl FnOnce(&mut Self, (&Waiting, bool), &mut Search),
    ) {
        let waits = &self.program.waits;
        search.open(waits.worse(low));
        let many = search.are_many(waits.header.len());
        if many {
            for asked in &waits.header {
                let fact = match asked.look(self.facts) {
                    Look::Known => continue,
                    Look::Missing(fact) => Some(fact),
                    Look::Unsaid => self.unknown_fact(asked.field),
                };
                if let Some(fact) = fact {
                    self.state.steps += search.want_where_open(fact, asked) as u64;
                }
            }
        }
        let rules = search.one_by_one(many.then_some(&waits.apart));
        if !rules.is_empty() {
            one_by_one(self, (&rules, !many), search);
        }
        search.put_back(rules);
    }

    /// What would settle these rules; the fields of the header only where they are asked for.
    fn settle_some(
        &mut self,
        counted: Counted<'_>,
        (rules, header): (&Waiting, bool),
        search: &mut Search,
    ) {
        search.make_room(counted.applies.len());
        let both = counted.applies.iter().zip(counted.fires).enumerate();
        let undetermined = both.filter(|(_, (_, truth))| **truth == Truth::Unknown);
        each_of(
            undetermined,
            rules,
            |(_, (fired, _))| fired.rule,
            |(place, (fired, _))| {
                self.settle_one(counted, place, header, search);
                self.want(search, &[fired.rule]);
            },
        );
    }

    /// Finds what would settle one rule and element; the fields of the header only where they are
    /// asked for.
    fn settle_one(
        &mut self,
        counted: Counted<'_>,
        place: usize,
        header: bool,
        search: &mut Search,
    ) {
        let Some(fired) = counted.applies.get(place) else {
            return;
        };
        // What others ask for too is kept for them.
        if self.program.waits.is_asked(fired.rule) {
            self.settle(counted, place, search);
            return self.take_settled(place, search);
        }
        self.under_rule(fired.rule, fired.element, header, &mut search.found);
        if self
            .program
            .standing(fired.rule)
            .traits
            .has(Traits::EXCUSABLE)
        {
            let mut over = std::mem::take(&mut search.over);
            self.each_over(counted, place, |_, place| over.push(place));
            for place in over.drain(..) {
                self.settle(counted, place, search);
                self.take_settled(place, search);
            }
            search.over = over;
        }
    }

    /// The facts found are missing, for these rules or for the schema. A step for each pair.
    fn want(&mut self, search: &mut Search, rules: &[RuleId]) {
        let mut found = std::mem::take(&mut search.found);
        for fact in found.drain(..) {
            if let Some(waiting) = search.waiting_for(fact) {
                for rule in rules {
                    self.state.steps += u64::from(waiting.add(*rule));
                }
            }
        }
        search.found = found;
    }

    /// Whether a requirement may still worsen the verdict: it is due, and not met where each
    /// counts by itself. Where they combine, one that is met may yet be the one that counts.
    fn is_open(&self, work: &Work, low: OutcomeId) -> bool {
        let kind = self.program.kinds.get(usize::from(work.kind.0));
        let alone = kind.is_none_or(|kind| kind.combine == Combine::All);
        let settled = alone && work.met.certain();
        !work.dropped && work.group_high > low && work.obliged.possible() && !settled
    }

    fn under_covers(&mut self, found: &mut Found) {
        let program = self.program;
        let waits = program.waits.of_covers(program.forms.len());
        for (cover, own) in program.covers.iter().zip(waits) {
            let truth = self.truth(cover.in_force).and(self.truth(cover.scope));
            if truth == Truth::Unknown {
                self.state.steps += own.header.len() as u64;
                found.extend(own.header.iter().filter_map(|f| self.unknown_fact(*f)));
                for condition in own.rest {
                    self.under_condition(*condition, found);
                }
            }
        }
    }

    /// Finds what would settle whether a rule fires for an element: the facts under its own
    /// undetermined operands, and those that settle the rules over it. However many rules lead to
    /// one, it is gone through once.
    fn settle(&mut self, counted: Counted<'_>, start: usize, search: &mut Search) {
        search.waiting.clear();
        search.waiting.push(start);
        while let Some(place) = search.waiting.last().copied() {
            if search.is_settled(place) {
                search.waiting.pop();
                continue;
            }
            let before = search.waiting.len();
            self.each_over(counted, place, |_, over| {
                if !search.is_settled(over) {
                    search.waiting.push(over);
                }
            });
            if search.waiting.len() > before {
                continue;
            }
            search.waiting.pop();
            // What is found for a requirement meanwhile stays apart.
            let mut found = std::mem::take(&mut search.fresh);
            if let Some(fired) = counted.applies.get(place) {
                self.under_rule(fired.rule, fired.element, true, &mut found);
            }
            self.each_over(counted, place, |this, over| {
                let facts = search.settled(over);
                this.state.steps += facts.len() as u64;
                found.extend_from_slice(facts);
            });
            search.put_settled(place, &mut found);
            search.fresh = found;
        }
    }

    /// Calls the function for every rule over the one at this place that is undetermined. A step
    /// for the rule and for each rule over it.
    fn each_over(
        &mut self,
        counted: Counted<'_>,
        place: usize,
        mut f: impl FnMut(&mut Self, usize),
    ) {
        let program = self.program;
        self.state.steps += 1;
        let Some(fired) = counted.applies.get(place) else {
            return;
        };
        let over = program.form(fired.rule).map_or(&[][..], |f| &f.excused_by);
        for special in over {
            self.state.steps += 1;
            let Some(form) = program.form(*special) else {
                continue;
            };
            let part = prefix(fired.element, form.each.len());
            if World::Counted.takes_part(program.standing(*special))
                && let Some(place) = counted.open_place(*special, part)
            {
                f(self, place);
            }
        }
    }

    /// Adds the facts that settle the rule at this place to those found.
    fn take_settled(&mut self, place: usize, search: &mut Search) {
        let mut found = std::mem::take(&mut search.found);
        let facts = search.settled(place);
        self.state.steps += facts.len() as u64;
        found.extend_from_slice(facts);
        search.found = found;
    }

    /// Adds the facts under the undetermined operands of a rule itself; the fields of the header only
    /// where they are asked for. A step for each field, besides those for the conditions.
    fn under_rule(&mut self, rule: RuleId, element: Element, header: bool, found: &mut Found) {
        let program = self.program;
        let Some(form) = program.form(rule) else {
            return;
        };
        let own = program.waits.of(rule);
        let of_header = if header { own.header } else { &[] };
        self.state.steps += (of_header.len() + own.element.len()) as u64;
        found.extend(of_header.iter().filter_map(|f| self.unknown_fact(*f)));
        if form.each.is_empty() && own.rest.is_empty() {
            return;
        }
        self.state.enter(&form.each, element);
        for (each, step) in form.each.iter().zip(element.0) {
            if step == Step::Unknown {
                found.push(self.each_ref(*each));
            }
        }
        found.extend(own.element.iter().filter_map(|f| self.unknown_fact(*f)));
        self.at_sets(&form.each, |this| {
            for condition in own.rest {
                this.under_condition(*condition, found);
            }
        });
        self.state.leave(&form.each);
    }

    /// Remembers which sets the codes at hand are of, while the function runs.
    fn at_sets(&mut self, each: &[Each], f: impl FnOnce(&mut Self)) {
        let sets = each.iter().filter_map(|each| match each {
            Each::Set(field) => Some(*field),
            Each::List(_) => None,
        });
        self.state.sets.clear();
        self.state.sets.extend(sets);
        f(self);
        self.state.sets.clear();
    }

    /// Finds what would settle a requirement: whether it is required, waived and met, and its
    /// argument.
    fn settle_duty(&mut self, counted: Counted<'_>, work: &Work, search: &mut Search) {
        let program = self.program;
        let asks = counted.duties.asks_of(work);
        for ask in asks {
            if work.obliged == Truth::Unknown
                && let Some(place) = counted.open_place(ask.rule, ask.element)
            {
                self.settle(counted, place, search);
                self.take_settled(place, search);
            }
            let Some(form) = program.form(ask.rule) else {
                continue;
            };
            let require = form.requires.get(ask.place as usize);
            let argument = require.and_then(|require| require.argument);
            if let (Some(argument), false) = (argument, ask.argument_known) {
                self.state.enter(&form.each, ask.element);
                let found = &mut search.found;
                self.at_sets(&form.each, |this| this.under_value(argument, found));
                self.state.leave(&form.each);
            }
        }
        let Some(ask) = asks.first() else {
            return;
        };
        if work.obliged == Truth::Unknown {
            for waiver in counted.duties.waivers_of(work) {
                self.settle_waiver(counted, ask, *waiver, search);
            }
        }
        let kind = program.kinds.get(usize::from(work.kind.0));
        if let Some(met) = kind.and_then(|kind| kind.met) {
            self.state.it = Self::argument_of(ask);
            self.under_condition(met, &mut search.found);
        }
    }

    fn settle_waiver(
        &mut self,
        counted: Counted<'_>,
        ask: &Ask,
        waiver: RuleId,
        search: &mut Search,
    ) {
        let program = self.program;
        let Some(form) = program.form(waiver) else {
            return;
        };
        let part = prefix(ask.element, form.each.len());
        let fires = place_of(counted.applies, waiver, part)
            .and_then(|place| counted.fires.get(place).copied())
            .unwrap_or(Truth::False);
        let ours = || form.waives.iter().filter(|waive| waive.kind == ask.kind);
        self.state.it = Self::argument_of(ask);
        self.state.enter(&form.each, part);
        let holds = ours().fold(Truth::False, |truth, waive| {
            truth.or(waive.condition.map_or(Truth::True, |c| self.truth(c)))
        });
        if fires.and(holds) == Truth::Unknown {
            let found = &mut search.found;
            self.at_sets(&form.each, |this| {
                for condition in ours().filter_map(|waive| waive.condition) {
                    this.under_condition(condition, found);
                }
            });
        }
        self.state.leave(&form.each);
        if holds != Truth::False
            && let Some(place) = counted.open_place(waiver, part)
        {
            self.settle(counted, place, search);
            self.take_settled(place, search);
        }
    }
}

/// What was resolved in the counted world.
#[derive(Clone, Copy)]
struct Counted<'r> {
    /// The rules that apply, in order.
    applies: &'r [Fired],
    /// By place among them, whether it fires.
    fires: &'r [Truth],
    duties: &'r Duties,
}

impl<'r> Counted<'r> {
    /// The rules that apply, each with whether it is undetermined.
    fn undetermined(self) -> impl Iterator<Item = (RuleId, bool)> + 'r {
        let both = self.applies.iter().zip(self.fires);
        both.map(|(fired, truth)| (fired.rule, *truth == Truth::Unknown))
    }

    /// The place of a rule and element that is undetermined.
    fn open_place(self, rule: RuleId, element: Element) -> Option<usize> {
        place_of(self.applies, rule, element)
            .filter(|place| self.fires.get(*place) == Some(&Truth::Unknown))
    }
}

/// Calls the function for each of these, which come in the order of their rules, whose rule is among
/// those.
fn each_of<T: Copy>(
    all: impl Iterator<Item = T>,
    rules: &Waiting,
    rule: impl Fn(T) -> RuleId,
    mut f: impl FnMut(T),
) {
    let mut rules = rules.iter().peekable();
    for one in all {
        while rules.next_if(|among| *among < rule(one)).is_some() {}
        if rules.peek() == Some(&rule(one)) {
            f(one);
        }
    }
}
