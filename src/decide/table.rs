//! Decision tables: which rows fit, which one counts, what is put out.

use super::eval::{Evaluator, under};
use super::program::{Memo, NodeId};
use crate::check::rules::{Cell, CompareOp, DecisionTable, DecisionTableId, Output, Policy, Row};
use crate::facts::eval::{Eval, Reason, compare_ends};
use crate::ground::truth::Truth;
use crate::schema::Schema;
use crate::schema::value::{Code, Type, Value};

static NO_ROW: Output = Output::None;

/// Which row of a table counts.
enum Counts<'a> {
    /// This output, whatever the unknown inputs are.
    Output(&'a Output),
    /// Not determined.
    Unknown(Reason),
}

/// Whether a row fits its inputs.
fn fits(row: &Row, inputs: &[Eval]) -> Truth {
    let mut truth = Truth::True;
    for (cell, input) in row.cells.iter().zip(inputs) {
        truth = truth.and(cell_fits(cell, input));
        if truth == Truth::False {
            break;
        }
    }
    truth
}

fn cell_fits(cell: &Cell, input: &Eval) -> Truth {
    match (cell, input) {
        (Cell::Any, _) => Truth::True,
        (_, Eval::Unknown(_)) => Truth::Unknown,
        (Cell::IsNone, input) => Truth::from(matches!(input, Eval::None)),
        (_, Eval::None) => Truth::False,
        (Cell::OneOf(values), input) => values.iter().fold(Truth::False, |truth, value| {
            truth.or(against(CompareOp::Eq, input, value))
        }),
        (Cell::Under(prefixes), Eval::Value(Value::Hs(code))) => under(*code, prefixes),
        (Cell::Under(_), _) => Truth::Unknown,
        (Cell::Compare(op, value), input) => against(*op, input, value),
        (Cell::Range(low, high), input) => {
            against(CompareOp::Ge, input, low).and(against(CompareOp::Le, input, high))
        }
    }
}

/// What comparing an input with a constant says.
fn against(op: CompareOp, input: &Eval, value: &Value) -> Truth {
    match input.ends() {
        Ok(ends) => compare_ends(op, ends, (value, value)),
        Err(Reason::NoneOperand) => Truth::False,
        Err(_) => Truth::Unknown,
    }
}

/// The output that counts, where the policy picks one row.
fn pick<'a>(table: &'a DecisionTable, every: u32, inputs: &[Eval]) -> Counts<'a> {
    match table.policy {
        Policy::ExactlyOne => {
            let (mut certain, mut possible) = (None, 0u32);
            for row in &table.rows {
                match fits(row, inputs) {
                    Truth::False => {}
                    Truth::True => {
                        possible += 1;
                        certain = Some(&row.output);
                    }
                    Truth::Unknown => return Counts::Unknown(Reason::Undetermined),
                }
            }
            match certain {
                Some(output) if possible == 1 => Counts::Output(output),
                _ => Counts::Unknown(Reason::NotOneRow),
            }
        }
        Policy::First => {
            let mut found: Option<&Output> = None;
            for row in &table.rows {
                let truth = fits(row, inputs);
                if truth == Truth::False {
                    continue;
                }
                if found.is_some_and(|output| !same(output, &row.output, every)) {
                    return Counts::Unknown(Reason::Undetermined);
                }
                found = Some(&row.output);
                if truth == Truth::True {
                    return Counts::Output(&row.output);
                }
            }
            match found {
                None | Some(Output::None) => Counts::Output(&NO_ROW),
                Some(_) => Counts::Unknown(Reason::Undetermined),
            }
        }
        Policy::All => Counts::Unknown(Reason::WrongType),
    }
}

/// How many codes there are in the table that the outputs are from.
fn every_code(table: &DecisionTable, schema: &Schema) -> u32 {
    let (Type::Set(codes) | Type::Code(codes)) = table.gives else {
        return 0;
    };
    let count = schema.table(codes).map_or(0, |table| table.codes.len());
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whether two outputs are the same value: `any` is the set of every code.
fn same(a: &Output, b: &Output, every: u32) -> bool {
    match (a, b) {
        (Output::AnyCode, Output::Value(Value::Set(set)))
        | (Output::Value(Value::Set(set)), Output::AnyCode) => {
            u32::try_from(set.len()).is_ok_and(|count| count == every)
        }
        (a, b) => a == b,
    }
}

impl<'a> Evaluator<'a, '_> {
    fn table(&self, table: DecisionTableId) -> Option<&'a DecisionTable> {
        self.program.rules.decision_table(table)
    }

    /// Works out the inputs, lets the function see them, and gives their room back.
    fn with_inputs<T>(&mut self, operands: &[NodeId], f: impl FnOnce(&[Eval]) -> T) -> T {
        let mut inputs = std::mem::take(&mut self.state.inputs);
        inputs.clear();
        for operand in operands {
            let value = self.value(*operand);
            inputs.push(value);
        }
        let result = f(&inputs);
        self.state.inputs = inputs;
        result
    }

    /// What calling a table gives.
    pub(super) fn table_value(&mut self, table: DecisionTableId, operands: &[NodeId]) -> Eval {
        let Some(table) = self.table(table) else {
            return Eval::Unknown(Reason::WrongType);
        };
        let every = every_code(table, &self.program.rules.schema);
        self.with_inputs(operands, |inputs| {
            if table.policy == Policy::All {
                return whole_set(table, every, inputs);
            }
            match pick(table, every, inputs) {
                Counts::Unknown(reason) => Eval::Unknown(reason),
                Counts::Output(Output::None) => Eval::None,
                Counts::Output(Output::Value(value)) => Eval::Value(value.clone()),
                Counts::Output(Output::AnyCode) => {
                    Eval::Value(Value::Set((0..every).map(Code).collect()))
                }
            }
        })
    }

    /// Whether a code is in the set that a table gives; nothing where the table gives none.
    pub(super) fn in_table_set(
        &mut self,
        table: DecisionTableId,
        operands: &[NodeId],
        code: Option<Code>,
    ) -> Option<Truth> {
        let Some(table) = self.table(table) else {
            return Some(Truth::Unknown);
        };
        let every = every_code(table, &self.program.rules.schema);
        self.with_inputs(operands, |inputs| {
            if table.policy == Policy::All {
                let Some(code) = code else {
                    return Some(Truth::Unknown);
                };
                return Some(table.rows.iter().fold(Truth::False, |truth, row| {
                    if holds(&row.output, code) {
                        truth.or(fits(row, inputs))
                    } else {
                        truth
                    }
                }));
            }
            match pick(table, every, inputs) {
                Counts::Output(Output::None) => None,
                Counts::Output(output) => {
                    Some(code.map_or(Truth::Unknown, |code| Truth::from(holds(output, code))))
                }
                Counts::Unknown(_) => Some(Truth::Unknown),
            }
        })
    }

    /// Whether one of these rows is the one that counts.
    pub(super) fn table_rows(
        &mut self,
        node: NodeId,
        table: DecisionTableId,
        operands: &[NodeId],
        rows: &[u16],
    ) -> Truth {
        let Some(policy) = self.table(table).map(|table| table.policy) else {
            return Truth::Unknown;
        };
        self.with_fits(node, table, operands, |fits| match policy {
            Policy::First => first_is_one_of(fits, rows),
            Policy::ExactlyOne => only_is_one_of(fits, rows),
            Policy::All => any_fits(fits, rows),
        })
    }

    /// Works out which rows fit and lets the function see it. The rows of one table are rules of
    /// their own, so for inputs of the header it is kept for them.
    fn with_fits<T>(
        &mut self,
        node: NodeId,
        number: DecisionTableId,
        operands: &[NodeId],
        f: impl FnOnce(&[Truth]) -> T,
    ) -> T {
        let mut kept = std::mem::take(&mut self.state.fits);
        let header = self.program.memo(node) == Memo::Header;
        let stamp = self.state.stamp(Memo::Header);
        if !header || kept.table != Some((number, stamp)) || kept.inputs != operands {
            kept.table = header.then_some((number, stamp));
            kept.inputs.clear();
            kept.inputs.extend_from_slice(operands);
            kept.truths.clear();
            let table = self.table(number);
            let rows = table.map_or(&[][..], |table| &table.rows).iter();
            self.with_inputs(operands, |inputs| {
                kept.truths.extend(rows.map(|row| fits(row, inputs)));
            });
        }
        let result = f(&kept.truths);
        self.state.fits = kept;
        result
    }
}

fn holds(output: &Output, code: Code) -> bool {
    match output {
        Output::None => false,
        Output::AnyCode => true,
        Output::Value(Value::Set(set)) => set.binary_search(&code).is_ok(),
        Output::Value(Value::Code(one)) => *one == code,
        Output::Value(_) => false,
    }
}

/// The union over all rows that fit, where it is certain.
fn whole_set(table: &DecisionTable, every: u32, inputs: &[Eval]) -> Eval {
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let truth = fits(row, inputs);
        let codes: &[Code] = match (&row.output, truth) {
            (_, Truth::False) | (Output::None, _) => continue,
            (Output::AnyCode, _) => {
                possible.extend((0..every).map(Code));
                if truth == Truth::True {
                    certain.extend((0..every).map(Code));
                }
                continue;
            }
            (Output::Value(Value::Set(set)), _) => set,
            (Output::Value(Value::Code(code)), _) => std::slice::from_ref(code),
            (Output::Value(_), _) => return Eval::Unknown(Reason::WrongType),
        };
        possible.extend_from_slice(codes);
        if truth == Truth::True {
            certain.extend_from_slice(codes);
        }
    }
    for set in [&mut certain, &mut possible] {
        set.sort_unstable();
        set.dedup();
    }
    if certain == possible {
        Eval::Value(Value::Set(certain.into()))
    } else {
        Eval::Unknown(Reason::Undetermined)
    }
}

fn numbered(fits: &[Truth]) -> impl Iterator<Item = (u16, Truth)> {
    (0u16..).zip(fits.iter().copied())
}

fn first_is_one_of(fits: &[Truth], rows: &[u16]) -> Truth {
    let (mut inside, mut outside) = (false, false);
    let mut stopped = false;
    for (number, truth) in numbered(fits) {
        if truth == Truth::False {
            continue;
        }
        match rows.binary_search(&number) {
            Ok(_) => inside = true,
            Err(_) => outside = true,
        }
        if truth == Truth::True {
            stopped = true;
            break;
        }
    }
    match (inside, outside || !stopped) {
        (true, false) => Truth::True,
        (false, _) => Truth::False,
        (true, true) => Truth::Unknown,
    }
}

fn only_is_one_of(fits: &[Truth], rows: &[u16]) -> Truth {
    let (mut certain, mut undetermined, mut ours) = (0u32, false, Truth::False);
    for (number, truth) in numbered(fits) {
        certain += u32::from(truth.certain());
        undetermined |= truth == Truth::Unknown;
        if rows.binary_search(&number).is_ok() {
            ours = ours.or(truth);
        }
    }
    if certain == 1 && !undetermined {
        return ours;
    }
    if ours == Truth::False {
        Truth::False
    } else {
        Truth::Unknown
    }
}

fn any_fits(fits: &[Truth], rows: &[u16]) -> Truth {
    rows.iter().fold(Truth::False, |truth, number| {
        let row = fits.get(usize::from(*number)).copied();
        truth.or(row.unwrap_or(Truth::False))
    })
}
