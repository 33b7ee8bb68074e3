//! The facts that were not given under what is undetermined in a condition or value.

use super::eval::{Elements, Evaluator, Tally};
use super::program::{AggregateForm, NodeId, Op};
use super::state::{At, BoundCode};
use crate::check::rules::Each;
use crate::facts::ListState;
use crate::facts::eval::Eval;
use crate::facts::key::Key;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{Denomination, Fact, FieldId, ListId, Type, Value};
use crate::verdict::judgement::FactRef;

/// Facts as they are found, in no order and with repetitions.
pub(super) type Found = Vec<FactRef>;

impl Evaluator<'_, '_> {
    fn is_unknown(&self, field: FieldId) -> bool {
        if !self.program.is_list(field) {
            return match self.program.homes.get(field.0 as usize) {
                Some(Home::Header(slot)) => self.facts.key(*slot) == Key::UNKNOWN,
                _ => matches!(self.field(field), Fact::Unknown),
            };
        }
        match self.program.rules.schema.field(field).map(|f| f.typ) {
            Some(Type::List(list)) => self.list_state(list) == ListState::Unknown,
            _ => matches!(self.field(field), Fact::Unknown),
        }
    }

    /// The place of a field's fact. Of an element that is not known the list is what is missing.
    pub(super) fn fact_ref(&self, field: FieldId) -> FactRef {
        match self.program.homes.get(field.0 as usize) {
            Some(Home::Element(list, _)) => match self.state.row(*list) {
                At::Row(row) => FactRef::Cell(field, *list, row),
                _ => self.list_ref(*list),
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

    pub(super) fn each_ref(&self, each: Each) -> FactRef {
        match each {
            Each::List(list) => self.list_ref(list),
            Each::Set(field) => self.fact_ref(field),
        }
    }

    /// Whether a condition holds, and the facts under it where that is undetermined. Both in one
    /// go, so that nothing is worked out again on every level of a condition. A step for each
    /// operand looked at, besides those for working out what is compared.
    pub(super) fn under_condition(&mut self, node: NodeId, found: &mut Found) -> Truth {
        self.state.steps += 1;
        let program = self.program;
        let stamp = self.state.stamp(program.memo(node));
        let kept = stamp.and_then(|stamp| self.state.kept_truth(node, stamp));
        if let Some(truth @ (Truth::True | Truth::False)) = kept {
            return truth;
        }
        let before = found.len();
        let operands = program.operands(node);
        let truth = match program.op(node) {
            Op::And => self.under_all(operands, found),
            Op::Or => self.under_any(operands, found),
            Op::Not => match operands.first() {
                Some(operand) => self.under_condition(*operand, found).not(),
                None => Truth::Unknown,
            },
            Op::Quantified {
                quantity,
                over,
                binds,
            } => match operands.first() {
                Some(body) => self
                    .under_elements(*over, *binds, *body, found)
                    .map_or(Truth::Unknown, |tally| tally.holds(*quantity)),
                None => Truth::Unknown,
            },
            _ => {
                let truth = self.truth(node);
                if truth == Truth::Unknown {
                    for operand in operands {
                        self.under_value(*operand, found);
                    }
                }
                truth
            }
        };
        if truth != Truth::Unknown {
            found.truncate(before);
        }
        if let Some(stamp) = stamp {
            self.state.keep_truth(node, stamp, truth);
        }
        truth
    }

    fn under_all(&mut self, operands: &[NodeId], found: &mut Found) -> Truth {
        let mut truth = Truth::True;
        for operand in operands {
            truth = truth.and(self.under_condition(*operand, found));
            if truth == Truth::False {
                break;
            }
        }
        truth
    }

    fn under_any(&mut self, operands: &[NodeId], found: &mut Found) -> Truth {
        let mut truth = Truth::False;
        for operand in operands {
            truth = truth.or(self.under_condition(*operand, found));
            if truth == Truth::True {
                break;
            }
        }
        truth
    }

    /// How many elements satisfy a condition, and the facts under it for those of which that is
    /// undetermined; the list or set itself where it was not given.
    fn under_elements(
        &mut self,
        over: Each,
        binds: u8,
        body: NodeId,
        found: &mut Found,
    ) -> Option<Tally> {
        let mut tally = Tally::default();
        match over {
            Each::List(list) => match self.elements(list) {
                Elements::Unknown => {
                    found.push(self.list_ref(list));
                    return None;
                }
                Elements::Rows(rows) => {
                    let outer = self.state.row(list);
                    for row in rows {
                        self.state.put_row(list, At::Row(row));
                        tally.count(self.under_condition(body, found));
                    }
                    self.state.put_row(list, outer);
                }
            },
            Each::Set(field) => match self.field(field) {
                Fact::Unknown => {
                    found.push(self.fact_ref(field));
                    return None;
                }
                Fact::Value(Value::Set(set)) => {
                    for code in set.iter() {
                        let outer = self.state.put_code(binds, BoundCode::Code(*code));
                        tally.count(self.under_condition(body, found));
                        self.state.put_code(binds, outer);
                    }
                }
                Fact::None => {}
                Fact::Value(_) => return None,
            },
        }
        Some(tally)
    }

    /// The facts that a value reads.
    pub(super) fn under_value(&mut self, node: NodeId, found: &mut Found) {
        self.state.steps += 1;
        let program = self.program;
        let operands = program.operands(node);
        match program.op(node) {
            Op::Field(field) => self.under_field(*field, found),
            Op::Bound(number) => {
                let at = usize::from(*number);
                let code = self.state.bounds.get(at).copied().unwrap_or_default();
                if let (BoundCode::Unknown, Some(set)) = (code, self.state.sets.get(at).copied()) {
                    found.push(self.fact_ref(set));
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
            match self.under_condition(*condition, found) {
                Truth::True => return self.under_value(*value, found),
                Truth::Unknown => return,
                Truth::False => rest = more,
            }
        }
        if let Some(otherwise) = rest.first() {
            self.under_value(*otherwise, found);
        }
    }

    fn under_field(&mut self, field: FieldId, found: &mut Found) {
        found.extend(self.unknown_fact(field));
    }

    /// The fact of a field that is unknown; where only its currency or unit is, that of this field.
    pub(super) fn unknown_fact(&self, field: FieldId) -> Option<FactRef> {
        if !self.is_unknown(field) {
            return None;
        }
        let named = match self.program.rules.schema.field(field).map(|f| f.typ) {
            Some(
                Type::Money(Denomination::Named(of)) | Type::Quantity(Denomination::Named(of)),
            ) if self.is_unknown(of) => of,
            _ => field,
        };
        Some(self.fact_ref(named))
    }

    fn under_aggregate(&mut self, node: NodeId, found: &mut Found) {
        let Some(AggregateForm {
            list,
            value,
            condition,
            same,
            ..
        }) = self.program.aggregate(node)
        else {
            return;
        };
        let Elements::Rows(rows) = self.elements(list) else {
            found.push(self.list_ref(list));
            return;
        };
        let outer = self.state.row(list);
        for row in rows {
            self.state.put_row(list, At::Row(row));
            let before = found.len();
            let holds = condition.map_or(Truth::True, |c| self.under_condition(c, found));
            let member = same.iter().fold(holds, |truth, field| {
                truth.and(self.same(list, *field, outer, row))
            });
            if member == Truth::False {
                found.truncate(before);
                continue;
            }
            for field in same {
                if self.same_unknown(list, *field, outer, row) {
                    self.state.steps += 2;
                    self.under_field(*field, found);
                    self.state.put_row(list, outer);
                    self.under_field(*field, found);
                    self.state.put_row(list, At::Row(row));
                }
            }
            if let Some(value) = value
                && !matches!(self.value(value), Eval::Value(_) | Eval::None)
            {
                self.under_value(value, found);
            }
        }
        self.state.put_row(list, outer);
    }

    fn same_unknown(&self, list: ListId, field: FieldId, outer: At, row: u32) -> bool {
        self.same(list, field, outer, row) == Truth::Unknown
    }
}
