//! The facts that would settle what is open: required fields, facts under undetermined covers,
//! rules, exceptions, requirements and waivers.
//!
//! This is the slow part of judging, and it is reached only where something is undetermined or
//! not given.

use super::duty::Work;
use super::eval::{Elements, Evaluator};
use super::program::{NodeId, Op};
use super::resolve::{Room, Uncovered, World, place_of, prefix};
use super::state::{At, BoundCode};
use crate::check::rules::{Combine, Each, RuleId};
use crate::facts::ListState;
use crate::facts::eval::Eval;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{Denomination, Fact, FieldId, ListId, OutcomeId, Type, Value};
use crate::verdict::judgement::{Coverage, Element, FactRef, Fired, Judgement, Missing, Step};
use std::collections::{BTreeMap, BTreeSet};

/// Facts that were not given.
type Found = BTreeSet<FactRef>;

impl Evaluator<'_, '_> {
    /// The facts that the schema requires and that are unknown or none, sorted.
    pub(super) fn required(&mut self, missing: &mut Vec<Missing>) {
        let program = self.program;
        for required in &program.required {
            match program.rules.schema.field(required.field).map(|f| f.home) {
                Some(Home::Element(list, _)) => {
                    self.required_in(list, required.field, required.when, missing);
                }
                _ => self.required_here(required.field, required.when, missing),
            }
        }
        if missing.len() > 1 {
            missing.sort();
            missing.dedup();
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
            rules: Vec::new(),
        });
    }

    fn is_given(&self, field: FieldId) -> bool {
        match self.program.rules.schema.field(field).map(|f| f.typ) {
            Some(Type::List(list)) => self.list_state(list) == ListState::Given,
            _ => matches!(self.field(field), Fact::Value(_)),
        }
    }

    fn is_unknown(&self, field: FieldId) -> bool {
        match self.program.rules.schema.field(field).map(|f| f.typ) {
            Some(Type::List(list)) => self.list_state(list) == ListState::Unknown,
            _ => matches!(self.field(field), Fact::Unknown),
        }
    }

    /// The place of a field's fact. Of an element that is not known the list is what is missing.
    fn fact_ref(&self, field: FieldId) -> FactRef {
        match self.program.rules.schema.field(field).map(|f| f.home) {
            Some(Home::Element(list, _)) => match self.state.row(list) {
                At::Row(row) => FactRef::Cell(field, list, row),
                _ => self.list_ref(list),
            },
            _ => FactRef::Header(field),
        }
    }

    fn list_ref(&self, list: ListId) -> FactRef {
        let declared = self.program.rules.schema.list(list);
        match declared.and_then(|l| l.parent.map(|parent| (l.field, parent))) {
            None => FactRef::List(list),
            Some((field, parent)) => match self.state.row(parent) {
                At::Row(row) => FactRef::Cell(field, parent, row),
                _ => self.list_ref(parent),
            },
        }
    }

    fn each_ref(&self, each: Each) -> FactRef {
        match each {
            Each::List(list) => self.list_ref(list),
            Each::Set(field) => self.fact_ref(field),
        }
    }

    /// Adds what would settle covers, rules and requirements to the required fields, in the
    /// counted world.
    pub(super) fn settle_missing(
        &mut self,
        applies: &[Fired],
        uncovered: Uncovered,
        room: &Room,
        out: &mut Judgement,
    ) {
        let low = out.counted.low;
        let schema = &self.program.rules.schema;
        let covers = match uncovered {
            Uncovered { outside: true, .. } => schema.worst(),
            Uncovered { advice: true, .. } => schema.advice,
            _ => schema.mildest(),
        };
        let open = matches!(
            out.coverage,
            Some(Coverage::Undetermined | Coverage::FullOrAdvice)
        );
        let covers_open = open && covers > low;
        let rules_open = out.fired.iter().any(|fired| fired.truth == Truth::Unknown);
        let duties_open = room.works.iter().any(|work| self.is_open(work, low));
        if !covers_open && !rules_open && !duties_open {
            return;
        }
        // The bound on steps is that of the verdict; looking for what is missing is not in it.
        let steps = self.state.steps;
        let mut wanted: BTreeMap<FactRef, BTreeSet<RuleId>> = BTreeMap::new();
        for missing in out.missing.drain(..) {
            wanted.entry(missing.fact).or_default();
        }
        if covers_open {
            let mut found = Found::new();
            self.under_covers(&mut found);
            for fact in found {
                wanted.entry(fact).or_default();
            }
        }
        for fired in out
            .fired
            .iter()
            .filter(|fired| fired.truth == Truth::Unknown)
        {
            if self.worst_consequence(fired.rule) > low {
                let mut found = Found::new();
                self.settling(applies, room, (fired.rule, fired.element), &mut found);
                for fact in found {
                    wanted.entry(fact).or_default().insert(fired.rule);
                }
            }
        }
        for work in &room.works {
            if self.is_open(work, low) {
                let mut found = Found::new();
                self.settling_duty(applies, room, work, &mut found);
                for fact in found {
                    wanted.entry(fact).or_default().extend(&work.duty.rules);
                }
            }
        }
        let missing = |(fact, rules): (FactRef, BTreeSet<RuleId>)| Missing {
            fact,
            rules: rules.into_iter().collect(),
        };
        out.missing.extend(wanted.into_iter().map(missing));
        self.state.steps = steps;
    }

    /// Whether a requirement may still worsen the verdict: it is due, and not met where each
    /// counts by itself. Where they combine, one that is met may yet be the one that counts.
    fn is_open(&self, work: &Work, low: OutcomeId) -> bool {
        let kind = self.program.kinds.get(usize::from(work.duty.kind.0));
        let alone = kind.is_none_or(|kind| kind.combine == Combine::All);
        let settled = alone && work.duty.met.certain();
        work.group_high > low && work.obliged.possible() && !settled
    }

    fn under_covers(&mut self, found: &mut Found) {
        let program = self.program;
        for cover in &program.covers {
            let truth = self.truth(cover.in_force).and(self.truth(cover.scope));
            if truth == Truth::Unknown {
                self.under_condition(cover.in_force, found);
                self.under_condition(cover.scope, found);
            }
        }
    }

    /// The worst that a rule may make of the movement.
    fn worst_consequence(&self, rule: RuleId) -> OutcomeId {
        let schema = &self.program.rules.schema;
        let Some(form) = self.program.form(rule) else {
            return schema.mildest();
        };
        let mut worst = form.outcome.unwrap_or_else(|| schema.mildest());
        for require in &form.requires {
            let Some(kind) = self.program.kinds.get(usize::from(require.kind.0)) else {
                continue;
            };
            worst = worst.max(kind.otherwise);
            if kind.combine == Combine::One {
                worst = worst.max(schema.missing);
            }
        }
        worst
    }

    /// What would settle whether a rule fires for an element: its own undetermined operands, and
    /// those of the rules over it.
    fn settling(
        &mut self,
        applies: &[Fired],
        room: &Room,
        start: (RuleId, Element),
        found: &mut Found,
    ) {
        let program = self.program;
        let mut seen = BTreeSet::from([start]);
        let mut waiting = vec![start];
        while let Some((rule, element)) = waiting.pop() {
            let Some(form) = program.form(rule) else {
                continue;
            };
            self.under_rule(rule, element, found);
            for special in &form.excused_by {
                let Some(other) = program.form(*special) else {
                    continue;
                };
                if !World::Counted.takes_part(other) {
                    continue;
                }
                let part = (*special, prefix(element, other.each.len()));
                let fires = fires_in(applies, room, part.0, part.1);
                if fires == Truth::Unknown && seen.insert(part) {
                    waiting.push(part);
                }
            }
        }
    }

    fn under_rule(&mut self, rule: RuleId, element: Element, found: &mut Found) {
        let program = self.program;
        let Some(form) = program.form(rule) else {
            return;
        };
        self.state.enter(&form.each, element);
        for (each, step) in form.each.iter().zip(element.0) {
            if step == Step::Unknown {
                found.insert(self.each_ref(*each));
            }
        }
        let conditions = [form.in_force, form.scope, form.when];
        self.at_sets(&form.each, |this| {
            for condition in conditions.into_iter().chain(form.unless) {
                this.under_condition(condition, found);
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

    fn settling_duty(&mut self, applies: &[Fired], room: &Room, work: &Work, found: &mut Found) {
        let program = self.program;
        let element = work.duty.element;
        for (rule, place) in &work.requirers {
            let open = work.obliged == Truth::Unknown;
            if open && fires_in(applies, room, *rule, element) == Truth::Unknown {
                self.settling(applies, room, (*rule, element), found);
            }
            let Some(form) = program.form(*rule) else {
                continue;
            };
            let argument = form.requires.get(*place as usize).and_then(|r| r.argument);
            if let (Some(argument), false) = (argument, work.duty.argument_known) {
                self.state.enter(&form.each, element);
                self.at_sets(&form.each, |this| this.under_value(argument, found));
                self.state.leave(&form.each);
            }
        }
        if work.obliged == Truth::Unknown {
            for waiver in &work.duty.waived_by {
                self.under_waiver(applies, room, work, *waiver, found);
            }
        }
        let kind = program.kinds.get(usize::from(work.duty.kind.0));
        if let Some(met) = kind.and_then(|kind| kind.met) {
            self.state.it = Self::argument_of(&work.duty);
            self.under_condition(met, found);
        }
    }

    fn under_waiver(
        &mut self,
        applies: &[Fired],
        room: &Room,
        work: &Work,
        waiver: RuleId,
        found: &mut Found,
    ) {
        let program = self.program;
        let Some(form) = program.form(waiver) else {
            return;
        };
        let part = prefix(work.duty.element, form.each.len());
        let fires = fires_in(applies, room, waiver, part);
        let ours = || {
            form.waives
                .iter()
                .filter(|waive| waive.kind == work.duty.kind)
        };
        self.state.it = Self::argument_of(&work.duty);
        self.state.enter(&form.each, part);
        let holds = ours().fold(Truth::False, |truth, waive| {
            truth.or(waive.condition.map_or(Truth::True, |c| self.truth(c)))
        });
        if fires.and(holds) == Truth::Unknown {
            self.at_sets(&form.each, |this| {
                for condition in ours().filter_map(|waive| waive.condition) {
                    this.under_condition(condition, found);
                }
            });
        }
        self.state.leave(&form.each);
        if fires == Truth::Unknown && holds != Truth::False {
            self.settling(applies, room, (waiver, part), found);
        }
    }

    fn under_condition(&mut self, node: NodeId, found: &mut Found) {
        if self.truth(node) != Truth::Unknown {
            return;
        }
        let program = self.program;
        let operands = program.operands(node);
        match program.op(node) {
            Op::And | Op::Or | Op::Not => {
                for operand in operands {
                    self.under_condition(*operand, found);
                }
            }
            Op::Quantified { over, binds, .. } => {
                if let Some(body) = operands.first() {
                    self.under_elements(*over, *binds, *body, found);
                }
            }
            _ => {
                for operand in operands {
                    self.under_value(*operand, found);
                }
            }
        }
    }

    fn under_elements(&mut self, over: Each, binds: u8, body: NodeId, found: &mut Found) {
        match over {
            Each::List(list) => match self.elements(list) {
                Elements::Unknown => {
                    found.insert(self.list_ref(list));
                }
                Elements::Rows(rows) => {
                    let outer = self.state.row(list);
                    for row in rows {
                        self.state.put_row(list, At::Row(row));
                        self.under_condition(body, found);
                    }
                    self.state.put_row(list, outer);
                }
            },
            Each::Set(field) => match self.field(field) {
                Fact::Unknown => {
                    found.insert(self.fact_ref(field));
                }
                Fact::Value(Value::Set(set)) => {
                    for code in set.iter() {
                        let outer = self.state.put_code(binds, BoundCode::Code(*code));
                        self.under_condition(body, found);
                        self.state.put_code(binds, outer);
                    }
                }
                _ => {}
            },
        }
    }

    fn under_value(&mut self, node: NodeId, found: &mut Found) {
        let program = self.program;
        let operands = program.operands(node);
        match program.op(node) {
            Op::Field(field) => self.under_field(*field, found),
            Op::Bound(number) => {
                let at = usize::from(*number);
                let code = self.state.bounds.get(at).copied().unwrap_or_default();
                if let (BoundCode::Unknown, Some(set)) = (code, self.state.sets.get(at).copied()) {
                    found.insert(self.fact_ref(set));
                }
            }
            Op::Choice => self.under_choice(operands, found),
            Op::Aggregate { .. } => self.under_aggregate(node, found),
            Op::Test => {
                for operand in operands {
                    self.under_condition(*operand, found);
                }
            }
            _ => {
                for operand in operands {
                    self.under_value(*operand, found);
                }
            }
        }
    }

    fn under_choice(&mut self, operands: &[NodeId], found: &mut Found) {
        let mut rest = operands;
        while let [condition, value, more @ ..] = rest {
            match self.truth(*condition) {
                Truth::True => return self.under_value(*value, found),
                Truth::Unknown => return self.under_condition(*condition, found),
                Truth::False => rest = more,
            }
        }
        if let Some(otherwise) = rest.first() {
            self.under_value(*otherwise, found);
        }
    }

    /// A field that is unknown; where only its currency or unit is, that field.
    fn under_field(&mut self, field: FieldId, found: &mut Found) {
        if !self.is_unknown(field) {
            return;
        }
        let named = match self.program.rules.schema.field(field).map(|f| f.typ) {
            Some(
                Type::Money(Denomination::Named(of)) | Type::Quantity(Denomination::Named(of)),
            ) if self.is_unknown(of) => of,
            _ => field,
        };
        found.insert(self.fact_ref(named));
    }

    fn under_aggregate(&mut self, node: NodeId, found: &mut Found) {
        let program = self.program;
        let Op::Aggregate {
            list,
            value,
            condition,
            same,
            ..
        } = program.op(node)
        else {
            return;
        };
        let operands = program.operands(node);
        let value_node = operands.first().copied().filter(|_| *value);
        let condition = operands
            .get(usize::from(*value))
            .copied()
            .filter(|_| *condition);
        let Elements::Rows(rows) = self.elements(*list) else {
            found.insert(self.list_ref(*list));
            return;
        };
        let outer = self.state.row(*list);
        for row in rows {
            self.state.put_row(*list, At::Row(row));
            let holds = condition.map_or(Truth::True, |c| self.truth(c));
            let member = same.iter().fold(holds, |truth, field| {
                truth.and(self.same(*list, *field, outer, row))
            });
            if member == Truth::False {
                continue;
            }
            if let Some(condition) = condition {
                self.under_condition(condition, found);
            }
            for field in same {
                if self.same_unknown(*list, *field, outer, row) {
                    self.under_field(*field, found);
                    self.state.put_row(*list, outer);
                    self.under_field(*field, found);
                    self.state.put_row(*list, At::Row(row));
                }
            }
            if let Some(value) = value_node
                && !matches!(self.value(value), Eval::Value(_) | Eval::None)
            {
                self.under_value(value, found);
            }
        }
        self.state.put_row(*list, outer);
    }

    fn same_unknown(&self, list: ListId, field: FieldId, outer: At, row: u32) -> bool {
        self.same(list, field, outer, row) == Truth::Unknown
    }
}

/// Whether a rule fires for an element in the world at hand.
fn fires_in(applies: &[Fired], room: &Room, rule: RuleId, element: Element) -> Truth {
    place_of(applies, rule, element)
        .and_then(|place| room.counted.get(place).copied())
        .unwrap_or(Truth::False)
}
