//! Evaluates one node of the program at the place at hand: a condition to a truth, an
//! expression to a value. Each is worked out at most once for a declaration or element where
//! it reads no more than that.

use super::atom::Atom;
use super::lookup::Found;
use super::many::Span;
use super::program::{NodeForm, NodeId, Op, Program};
use super::seen::Seen;
use super::state::{At, BoundCode, State};
use super::word::Word;
use crate::check::rules::{ArithOp, CompareOp, Each, Quantity};
use crate::facts::arith;
use crate::facts::eval::{Eval, Reason, compare_ends};
use crate::facts::{Facts, ListState};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::value::{Fact, FieldId, Hs, ListId, Type, Value};
use crate::schema::{Home, Schema};
use std::ops::Range;

/// Evaluates the nodes of one program on the facts of one declaration.
pub struct Evaluator<'a, 's> {
    /// The program.
    pub program: &'a Program,
    /// The facts.
    pub facts: &'a Facts,
    /// The as-of date.
    pub as_of: Day,
    /// What changes.
    pub state: &'s mut State,
}

/// The elements that a quantifier or aggregate ranges over.
#[derive(Debug, Clone)]
pub enum Elements {
    /// The list was not given.
    Unknown,
    /// These rows.
    Rows(Range<u32>),
}

/// How many elements satisfy a condition.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    certain: u32,
    possible: u32,
    all: u32,
}

impl<'a> Evaluator<'a, '_> {
    pub(super) fn schema(&self) -> &'a Schema {
        &self.program.rules.schema
    }

    /// A condition at the place at hand.
    #[inline]
    pub fn truth(&mut self, node: NodeId) -> Truth {
        let form = self.program.node(node);
        match form.atom {
            Some(atom) => self.truth_by(node, atom),
            None => self.kept_or_worked_out(node, form),
        }
    }

    /// A condition of which the number of its atom is at hand; [`NO_ATOM`] where it is none.
    #[inline(always)]
    pub(crate) fn truth_by(&mut self, node: NodeId, atom: u32) -> Truth {
        let program = self.program;
        let Some(atom) = program.atoms.get(atom) else {
            return self.kept_or_worked_out(node, program.node(node));
        };
        // Most ask a code or a flag of the header, which takes a few instructions.
        match self.at_once(atom) {
            Some(known) => {
                self.state.steps += 1;
                Truth::from(known)
            }
            None => self.by_keys_or_worked_out(node, atom),
        }
    }

    #[inline(never)]
    fn by_keys_or_worked_out(&mut self, node: NodeId, atom: &Atom) -> Truth {
        match self.by_keys(atom) {
            Some(truth) => {
                self.state.steps += 1;
                truth
            }
            None => self.kept_or_worked_out(node, self.program.node(node)),
        }
    }

    /// A condition that keys do not decide.
    fn kept_or_worked_out(&mut self, node: NodeId, form: &'a NodeForm) -> Truth {
        let stamp = self.state.stamp(form.memo);
        if let Some(stamp) = stamp
            && let Some(truth) = self.state.kept_truth(node, stamp)
        {
            return truth;
        }
        self.state.steps += 1;
        let truth = self.work_out_truth(node, form);
        if let Some(stamp) = stamp {
            self.state.keep_truth(node, stamp, truth);
        }
        truth
    }

    fn work_out_truth(&mut self, node: NodeId, form: &'a NodeForm) -> Truth {
        let program = self.program;
        let operands = program.operands_of(form);
        match &form.op {
            Op::Always => Truth::True,
            Op::And => self.all_of(operands),
            Op::Or => self.any_of(operands),
            Op::Not => self.first_truth(operands).not(),
            Op::Flag => match self.see_first(operands) {
                Seen::None => Truth::False,
                Seen::At(Value::Bool(value)) => Truth::from(*value),
                Seen::Made(Eval::Value(Value::Bool(value))) => Truth::from(value),
                _ => Truth::Unknown,
            },
            Op::Compare(op) => self.comparison(*op, operands),
            Op::IsNone => match self.see_first(operands) {
                Seen::None => Truth::True,
                Seen::Unknown(_) => Truth::Unknown,
                _ => Truth::False,
            },
            Op::OneOf { codes, negated } => match self.code_of(operands) {
                Ok(Some(code)) => flip(Truth::from(codes.binary_search(&code).is_ok()), *negated),
                Ok(None) => Truth::False,
                Err(_) => Truth::Unknown,
            },
            Op::Under { prefixes, negated } => match self.see_first(operands) {
                Seen::None => Truth::False,
                Seen::At(Value::Hs(code)) => flip(under(*code, prefixes), *negated),
                Seen::Made(Eval::Value(Value::Hs(code))) => flip(under(code, prefixes), *negated),
                _ => Truth::Unknown,
            },
            Op::InList { list, on, negated } => {
                let (keys, day) = split_day(operands, *on);
                match self.found(*list, keys, day) {
                    Found::NoneKey => Truth::False,
                    Found::Row(_) => flip(Truth::True, *negated),
                    Found::Nothing => flip(Truth::False, *negated),
                    Found::Unknown(_) => Truth::Unknown,
                }
            }
            Op::InSet { negated } => match operands {
                [value, set] => self.in_set(*value, *set, *negated),
                _ => Truth::Unknown,
            },
            Op::Has => self.has(operands),
            Op::Quantified {
                quantity,
                over,
                binds,
            } => {
                let Some(body) = operands.first() else {
                    return Truth::Unknown;
                };
                match self.tally(*over, *binds, *body) {
                    None => Truth::Unknown,
                    Some(tally) => tally.holds(*quantity),
                }
            }
            Op::Rows { table, rows } => self.table_rows(node, *table, operands, rows),
            _ => Truth::Unknown,
        }
    }

    fn first_truth(&mut self, operands: &[NodeId]) -> Truth {
        operands
            .first()
            .map_or(Truth::Unknown, |node| self.truth(*node))
    }

    pub(super) fn first(&mut self, operands: &[NodeId]) -> Eval {
        match operands.first() {
            Some(node) => self.value(*node),
            None => Eval::Unknown(Reason::WrongType),
        }
    }

    fn all_of(&mut self, operands: &[NodeId]) -> Truth {
        let mut truth = Truth::True;
        for operand in operands {
            truth = truth.and(self.truth(*operand));
            if truth == Truth::False {
                break;
            }
        }
        truth
    }

    fn any_of(&mut self, operands: &[NodeId]) -> Truth {
        let mut truth = Truth::False;
        for operand in operands {
            truth = truth.or(self.truth(*operand));
            if truth == Truth::True {
                break;
            }
        }
        truth
    }

    fn comparison(&mut self, op: CompareOp, operands: &[NodeId]) -> Truth {
        let [left, right] = operands else {
            return Truth::Unknown;
        };
        let program = self.program;
        let worked_out = [left, right].map(|side| program.op(*side).is_arithmetic());
        match worked_out {
            [true, true] => {
                if let Some(truth) = self.compare_words(op, *left, *right) {
                    return truth;
                }
            }
            [true, false] => return self.compare_with(op.turned(), *right, *left),
            [false, true] => return self.compare_with(op, *left, *right),
            [false, false] => {
                if let (Some(left), Some(right)) = (self.fact(*left), self.fact(*right)) {
                    return compare_facts(op, left, right);
                }
            }
        }
        let (left, right) = (self.see(*left), self.see(*right));
        compare_seen(op, &left, &right)
    }

    /// The fact that a node is, where it is one.
    fn fact(&self, node: NodeId) -> Option<&'a Fact> {
        match self.program.op(node) {
            Op::Field(field) if !self.program.is_list(*field) => Some(self.field(*field)),
            _ => None,
        }
    }

    /// Compares what stands somewhere with what has to be worked out; often that need not be done.
    fn compare_with(&mut self, op: CompareOp, stands: NodeId, worked_out: NodeId) -> Truth {
        let left = self.see(stands);
        match &left {
            Seen::None => return Truth::False,
            Seen::Unknown(_) if self.program.op(worked_out).is_never_none() => {
                return Truth::Unknown;
            }
            _ => {}
        }
        if let Some(word) = left.known().and_then(Word::of)
            && let Some(other) = self.word(worked_out)
            && let Some(truth) = word.compare(op, other)
        {
            return truth;
        }
        let right = self.see(worked_out);
        compare_seen(op, &left, &right)
    }

    fn in_set(&mut self, value: NodeId, set: NodeId, negated: bool) -> Truth {
        let program = self.program;
        let code = match self.code_of(&[value]) {
            Ok(None) => return Truth::False,
            Ok(code) => code,
            Err(_) => None,
        };
        let inside = match program.op(set) {
            Op::TableCall(table) => self.in_table_set(set, *table, code),
            _ => match (self.see(set), code) {
                (Seen::None, _) => return Truth::False,
                (set, Some(code)) => Some(match set.known() {
                    Some(Value::Set(set)) => Truth::from(set.binary_search(&code).is_ok()),
                    _ => Truth::Unknown,
                }),
                _ => Some(Truth::Unknown),
            },
        };
        inside.map_or(Truth::False, |inside| flip(inside, negated))
    }

    fn has(&mut self, operands: &[NodeId]) -> Truth {
        let Some((set, codes)) = operands.split_first() else {
            return Truth::Unknown;
        };
        let set = self.see(*set);
        if matches!(set, Seen::None) {
            return Truth::False;
        }
        let mut truth = Truth::False;
        for code in codes {
            // None is never held, not even by a set that is unknown.
            truth = truth.or(match (self.code_of(&[*code]), set.known()) {
                (Ok(None), _) => Truth::False,
                (Ok(Some(code)), Some(Value::Set(set))) => {
                    Truth::from(set.binary_search(&code).is_ok())
                }
                _ => Truth::Unknown,
            });
        }
        truth
    }

    /// The elements of a list at the place at hand.
    pub fn elements(&self, list: ListId) -> Elements {
        let owner = match self.schema().list(list).and_then(|l| l.parent) {
            None => 0,
            Some(parent) => match self.state.row(parent) {
                At::Row(row) => row,
                _ => return Elements::Unknown,
            },
        };
        let Some(rows) = self.facts.rows(list) else {
            return Elements::Unknown;
        };
        match rows.state(owner) {
            ListState::Unknown => Elements::Unknown,
            ListState::None => Elements::Rows(0..0),
            ListState::Given => Elements::Rows(rows.of(owner)),
        }
    }

    fn tally(&mut self, over: Each, binds: u8, body: NodeId) -> Option<Tally> {
        let mut tally = Tally::default();
        match over {
            Each::List(list) => {
                let Elements::Rows(rows) = self.elements(list) else {
                    return None;
                };
                for (span, live) in Span::over(list, rows.start, rows.end) {
                    let found = self.many(body, span, live);
                    let certain = found.certain.count_ones();
                    tally.all += span.count();
                    tally.certain += certain;
                    // Counting bits takes a dozen instructions where no processor is asked for.
                    tally.possible += match found.possible == found.certain {
                        true => certain,
                        false => found.possible.count_ones(),
                    };
                }
            }
            Each::Set(field) => match self.field(field) {
                Fact::Unknown => return None,
                Fact::None => {}
                Fact::Value(Value::Set(set)) => {
                    for code in set.iter() {
                        let outer = self.state.put_code(binds, BoundCode::Code(*code));
                        tally.count(self.truth(body));
                        self.state.put_code(binds, outer);
                    }
                }
                Fact::Value(_) => return None,
            },
        }
        Some(tally)
    }

    /// The fact of a field at the place at hand; unknown where its element is not known.
    #[inline]
    pub fn field(&self, field: FieldId) -> &'a Fact {
        static UNKNOWN: Fact = Fact::Unknown;
        match self.program.homes.get(field.0 as usize) {
            Some(Home::Header(slot)) => self.facts.header(*slot),
            Some(Home::Element(list, column)) => match self.state.row(*list) {
                At::Row(row) => self
                    .facts
                    .rows(*list)
                    .map_or(&UNKNOWN, |r| r.cell(row, *column)),
                _ => &UNKNOWN,
            },
            None => &UNKNOWN,
        }
    }

    /// A value at the place at hand.
    pub fn value(&mut self, node: NodeId) -> Eval {
        let form = self.program.node(node);
        if form.op.is_arithmetic()
            && let Some(value) = self.word(node).and_then(Word::eval)
        {
            return value;
        }
        let (Some(stamp), Some(slot)) = (self.state.stamp(form.memo), form.slot) else {
            return self.work_out_value(node, form);
        };
        if let Some(value) = self.state.kept_value(slot, stamp) {
            return value.clone();
        }
        self.state.steps += 1;
        let value = self.work_out_value(node, form);
        self.state.keep_value(slot, stamp, &value);
        value
    }

    fn work_out_value(&mut self, node: NodeId, form: &'a NodeForm) -> Eval {
        let program = self.program;
        let operands = program.operands_of(form);
        match &form.op {
            Op::Const(value) => Eval::Value(value.clone()),
            Op::Field(field) => self.field_value(*field),
            Op::Bound(number) => match self.state.bounds.get(usize::from(*number)) {
                Some(BoundCode::Code(code)) => Eval::Value(Value::Code(*code)),
                _ => Eval::Unknown(Reason::ElementNotGiven),
            },
            Op::It => self.state.it.clone(),
            Op::AsOf => Eval::Value(Value::Date(self.as_of)),
            Op::Event(event) => {
                match program
                    .rules
                    .events
                    .get(event.0 as usize)
                    .and_then(|e| e.on)
                {
                    Some(day) => Eval::days(day.first, day.last),
                    None => Eval::Unknown(Reason::NotGiven),
                }
            }
            Op::Parameter(parameter) => self.parameter(*parameter, operands),
            Op::Attribute { table, attribute } => {
                self.attribute(*table, *attribute, operands).into_eval()
            }
            Op::Lookup { .. } => self.look_up(node).into_eval(),
            Op::TableCall(table) => self.table_value(node, *table, operands),
            Op::Arith(op) => {
                let f = match op {
                    ArithOp::Add => arith::add,
                    ArithOp::Sub => arith::sub,
                    ArithOp::Mul => arith::mul,
                };
                self.two(operands, f)
            }
            Op::AddDuration => match operands {
                [date, months, days] => {
                    let (date, months) = (self.value(*date), self.value(*months));
                    arith::add_duration(&date, &months, &self.value(*days))
                }
                _ => Eval::Unknown(Reason::WrongType),
            },
            Op::Rounded { places, rounding } => {
                let value = self.first(operands);
                let divisor = operands.get(1).map(|node| self.value(*node));
                arith::rounded(&value, divisor.as_ref(), *places, *rounding)
            }
            Op::Convert { to, money } => self.convert(*to, *money, operands),
            Op::FirstDigits(count) => arith::first_digits(&self.first(operands), *count),
            Op::NumberOf => arith::number_of(&self.first(operands)),
            Op::DaysBetween => self.two(operands, arith::days_between),
            Op::Earlier => self.two(operands, arith::earlier),
            Op::Later => self.two(operands, arith::later),
            Op::EndOfMonth => arith::end_of_month(&self.first(operands)),
            Op::EndOfYear => arith::end_of_year(&self.first(operands)),
            Op::Choice => self.choice(operands),
            Op::Aggregate { .. } => self.aggregate(node),
            Op::Test => Eval::truth(self.first_truth(operands)),
            _ => Eval::Unknown(Reason::WrongType),
        }
    }

    fn two(&mut self, operands: &[NodeId], f: fn(&Eval, &Eval) -> Eval) -> Eval {
        let [left, right] = operands else {
            return Eval::Unknown(Reason::WrongType);
        };
        let left = self.value(*left);
        if let Eval::Unknown(reason) = left {
            return Eval::Unknown(reason);
        }
        f(&left, &self.value(*right))
    }

    fn field_value(&self, field: FieldId) -> Eval {
        match self.schema().field(field).map(|f| f.typ) {
            Some(Type::List(list)) if self.program.is_list(field) => self.list_value(list),
            _ => Eval::fact(self.field(field)),
        }
    }

    /// A list as a value can only be asked whether it is none.
    fn list_value(&self, list: ListId) -> Eval {
        match self.list_state(list) {
            ListState::Unknown => Eval::Unknown(Reason::NotGiven),
            ListState::None => Eval::None,
            ListState::Given => Eval::Value(Value::Bool(true)),
        }
    }

    /// Whether a list was given at the place at hand.
    pub fn list_state(&self, list: ListId) -> ListState {
        let owner = match self.schema().list(list).and_then(|l| l.parent) {
            None => 0,
            Some(parent) => match self.state.row(parent) {
                At::Row(row) => row,
                _ => return ListState::Unknown,
            },
        };
        self.facts
            .rows(list)
            .map_or(ListState::Unknown, |rows| rows.state(owner))
    }

    pub(super) fn day(&mut self, on: Option<NodeId>) -> Result<Day, Reason> {
        match on {
            None => Ok(self.as_of),
            Some(node) => match self.see(node) {
                Seen::At(Value::Date(day)) => Ok(*day),
                seen => seen.into_eval().day(),
            },
        }
    }

    fn choice(&mut self, operands: &[NodeId]) -> Eval {
        let mut rest = operands;
        while let [condition, value, more @ ..] = rest {
            match self.truth(*condition) {
                Truth::True => return self.value(*value),
                Truth::Unknown => return Eval::Unknown(Reason::Undetermined),
                Truth::False => rest = more,
            }
        }
        self.first(rest)
    }
}

fn compare_facts(op: CompareOp, left: &Fact, right: &Fact) -> Truth {
    match (left, right) {
        (Fact::None, _) | (_, Fact::None) => Truth::False,
        (Fact::Value(left), Fact::Value(right)) => compare_values(op, left, right),
        _ => Truth::Unknown,
    }
}

fn compare_values(op: CompareOp, left: &Value, right: &Value) -> Truth {
    if let (Some(left), Some(right)) = (Word::of(left), Word::of(right))
        && let Some(truth) = left.compare(op, right)
    {
        return truth;
    }
    compare_ends(op, (left, left), (right, right))
}

fn compare_seen(op: CompareOp, left: &Seen, right: &Seen) -> Truth {
    if let (Seen::At(left), Seen::At(right)) = (left, right) {
        return compare_values(op, left, right);
    }
    if matches!(left, Seen::None) || matches!(right, Seen::None) {
        return Truth::False;
    }
    match (left.ends(), right.ends()) {
        (Ok(left), Ok(right)) => compare_ends(op, left, right),
        _ => Truth::Unknown,
    }
}

pub(super) fn split_day(operands: &[NodeId], on: bool) -> (&[NodeId], Option<NodeId>) {
    match operands.split_last() {
        Some((day, keys)) if on => (keys, Some(*day)),
        _ => (operands, None),
    }
}

/// The contrary where negated; what is undetermined stays so.
pub(super) fn flip(truth: Truth, negated: bool) -> Truth {
    if negated { truth.not() } else { truth }
}

/// Whether a tariff code is under one of the prefixes; undetermined where it is too short to tell.
pub(super) fn under(code: Hs, prefixes: &[Hs]) -> Truth {
    if prefixes.iter().any(|prefix| code.is_under(*prefix)) {
        Truth::True
    } else if prefixes.iter().any(|prefix| code.may_be_under(*prefix)) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

impl Tally {
    pub(super) fn count(&mut self, truth: Truth) {
        self.all += 1;
        self.certain += u32::from(truth.certain());
        self.possible += u32::from(truth.possible());
    }

    pub(super) fn holds(self, quantity: Quantity) -> Truth {
        let decide = |always: bool, never: bool| match (always, never) {
            (true, _) => Truth::True,
            (_, true) => Truth::False,
            _ => Truth::Unknown,
        };
        match quantity {
            Quantity::Any => decide(self.certain >= 1, self.possible == 0),
            Quantity::No => decide(self.possible == 0, self.certain >= 1),
            Quantity::Every => decide(self.certain == self.all, self.possible < self.all),
            Quantity::Exactly(n) => decide(
                self.certain == n && self.possible == n,
                n < self.certain || n > self.possible,
            ),
            Quantity::AtLeast(n) => decide(self.certain >= n, self.possible < n),
        }
    }
}
