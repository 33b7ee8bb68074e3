//! Decision tables: which rows fit, which one counts, what is put out.

use super::eval::{Evaluator, under};
use super::many::Many;
use super::program::{Memo, NodeId};
use crate::check::rules::{Cell, CompareOp, DecisionTable, DecisionTableId, Output, Policy, Row};
use crate::facts::eval::{Eval, Reason, compare_ends};
use crate::ground::bits::set_bits;
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

/// What the cells of a table say of each code of an input: the rows that fit it, 64 at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableForm {
    /// Of all rows that there are.
    all: Vec<Many>,
    /// By input, where it is a code: first what rows say of one that is unknown and of none, then of
    /// each code.
    inputs: Vec<Option<Vec<Many>>>,
}

/// The most codes of an input and rows, multiplied, for which that is worked out beforehand.
const MOST_SAID: usize = 1 << 18;

impl TableForm {
    /// That of a table.
    pub(crate) fn of(table: &DecisionTable, schema: &Schema) -> TableForm {
        let stretches = table.rows.chunks(u64::BITS as usize);
        let all = stretches.map(|rows| Many::all(Truth::True, live(rows)));
        let inputs = table.inputs.iter().enumerate().map(|(at, typ)| {
            let Type::Code(codes) = typ else {
                return None;
            };
            let count = schema.table(*codes)?.codes.len();
            let codes = (0u32..).map(Code).take(count);
            let codes = codes.map(|code| Eval::Value(Value::Code(code)));
            let special = [Eval::Unknown(Reason::NotGiven), Eval::None];
            let inputs = special.into_iter().chain(codes);
            (count.saturating_mul(table.rows.len()) <= MOST_SAID).then(|| {
                let says = inputs.flat_map(|input| {
                    let stretches = table.rows.chunks(u64::BITS as usize);
                    stretches.map(move |rows| fit_cells(rows, at, &input, live(rows)))
                });
                says.collect()
            })
        });
        TableForm {
            all: all.collect(),
            inputs: inputs.collect(),
        }
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let said = self.inputs.iter().flatten().map(Vec::len);
        let many = (self.all.len() + said.sum::<usize>()) * size_of::<Many>();
        size_of::<TableForm>() + self.inputs.len() * size_of::<Option<Vec<Many>>>() + many
    }

    /// How many times 64 rows there are.
    pub(super) fn stretches(&self) -> usize {
        self.all.len()
    }

    /// What the rows say of a code of an input, of none, or of one that is unknown.
    fn says(&self, input: usize, code: Result<Option<Code>, Reason>) -> Option<&[Many]> {
        let place = match code {
            Err(_) => 0,
            Ok(None) => 1,
            Ok(Some(code)) => code.0 as usize + 2,
        };
        let says = self.inputs.get(input)?.as_ref()?;
        let from = place.checked_mul(self.all.len())?;
        says.get(from..from.checked_add(self.all.len())?)
    }
}

/// A bit for each of at most 64 rows.
fn live(rows: &[Row]) -> u64 {
    let count = u32::try_from(rows.len()).unwrap_or(u64::BITS);
    u64::MAX.checked_shr(u64::BITS - count).unwrap_or(0)
}

/// Which of these rows fit one of their inputs, of those that are live.
fn fit_cells(rows: &[Row], input: usize, value: &Eval, live: u64) -> Many {
    let mut found = Many::all(Truth::False, live);
    for bit in set_bits(live) {
        let cell = rows.get(bit as usize).and_then(|row| row.cells.get(input));
        found.put(bit, cell.map_or(Truth::True, |cell| cell_fits(cell, value)));
    }
    found
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
fn pick<'a>(table: &'a DecisionTable, every: u32, fits: &[Many]) -> Counts<'a> {
    match table.policy {
        Policy::ExactlyOne => {
            if fits.iter().any(|fits| fits.certain != fits.possible) {
                return Counts::Unknown(Reason::Undetermined);
            }
            let mut rows = numbered(fits);
            match (
                rows.next().and_then(|(at, _)| table.rows.get(at)),
                rows.next(),
            ) {
                (Some(row), None) => Counts::Output(&row.output),
                _ => Counts::Unknown(Reason::NotOneRow),
            }
        }
        Policy::First => {
            let mut found: Option<&Output> = None;
            for (at, truth) in numbered(fits) {
                let Some(row) = table.rows.get(at) else {
                    break;
                };
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

    /// What calling a table gives.
    pub(super) fn table_value(
        &mut self,
        node: NodeId,
        number: DecisionTableId,
        operands: &[NodeId],
    ) -> Eval {
        let Some(table) = self.table(number) else {
            return Eval::Unknown(Reason::WrongType);
        };
        let every = every_code(table, &self.program.rules.schema);
        self.with_fits(node, number, operands, |fits| {
            if table.policy == Policy::All {
                return whole_set(table, every, fits);
            }
            match pick(table, every, fits) {
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
        node: NodeId,
        number: DecisionTableId,
        code: Option<Code>,
    ) -> Option<Truth> {
        let Some(table) = self.table(number) else {
            return Some(Truth::Unknown);
        };
        let program = self.program;
        let every = every_code(table, &program.rules.schema);
        self.with_fits(node, number, program.operands(node), |fits| {
            if table.policy == Policy::All {
                let Some(code) = code else {
                    return Some(Truth::Unknown);
                };
                return Some(numbered(fits).fold(Truth::False, |truth, (at, fits)| {
                    let row = table.rows.get(at);
                    match row.is_some_and(|row| holds(&row.output, code)) {
                        true => truth.or(fits),
                        false => truth,
                    }
                }));
            }
            match pick(table, every, fits) {
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
        f: impl FnOnce(&[Many]) -> T,
    ) -> T {
        // An input may itself be what a table gives, and has room of its own meanwhile.
        let room = self.state.spare_fits.pop().unwrap_or_default();
        let mut kept = std::mem::replace(&mut self.state.fits, room);
        let header = self.program.memo(node) == Memo::Header;
        let stamp = self.state.stamp(Memo::Header);
        if !header || kept.table != Some((number, stamp)) || kept.inputs != operands {
            kept.table = header.then_some((number, stamp));
            kept.inputs.clear();
            kept.inputs.extend_from_slice(operands);
            self.fits(number, operands, &mut kept.rows);
        }
        let result = f(&kept.rows);
        let room = std::mem::replace(&mut self.state.fits, kept);
        self.state.spare_fits.push(room);
        result
    }

    /// Which rows of a table fit its inputs. What an input says of rows that another one has ruled
    /// out is not asked.
    fn fits(&mut self, number: DecisionTableId, operands: &[NodeId], fits: &mut Vec<Many>) {
        let program = self.program;
        fits.clear();
        let (Some(form), Some(table)) = (program.tables.get(number.0 as usize), self.table(number))
        else {
            return;
        };
        fits.extend_from_slice(&form.all);
        for (at, operand) in operands.iter().enumerate() {
            let told = form.inputs.get(at).is_some_and(Option::is_some);
            let code = told.then(|| self.code_of(&[*operand]));
            if let Some(says) = code.and_then(|code| form.says(at, code)) {
                for (fits, says) in fits.iter_mut().zip(says) {
                    *fits = fits.and(*says);
                }
                continue;
            }
            let value = self.value(*operand);
            let stretches = table.rows.chunks(u64::BITS as usize);
            for (fits, rows) in fits.iter_mut().zip(stretches) {
                *fits = fits.and(fit_cells(rows, at, &value, fits.possible));
            }
        }
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
fn whole_set(table: &DecisionTable, every: u32, fits: &[Many]) -> Eval {
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for (at, truth) in numbered(fits) {
        let Some(row) = table.rows.get(at) else {
            break;
        };
        let codes: &[Code] = match &row.output {
            Output::None => continue,
            Output::AnyCode => {
                possible.extend((0..every).map(Code));
                if truth == Truth::True {
                    certain.extend((0..every).map(Code));
                }
                continue;
            }
            Output::Value(Value::Set(set)) => set,
            Output::Value(Value::Code(code)) => std::slice::from_ref(code),
            Output::Value(_) => return Eval::Unknown(Reason::WrongType),
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

/// The rows that possibly fit, by number, each with whether it does.
fn numbered(fits: &[Many]) -> impl Iterator<Item = (usize, Truth)> {
    let stretches = fits.iter().enumerate();
    stretches.flat_map(|(stretch, fits)| {
        set_bits(fits.possible)
            .map(move |bit| (stretch * u64::BITS as usize + bit as usize, fits.of(bit)))
    })
}

/// Whether a row is among these, which are sorted.
fn among(rows: &[u16], number: usize) -> bool {
    u16::try_from(number).is_ok_and(|number| rows.binary_search(&number).is_ok())
}

fn first_is_one_of(fits: &[Many], rows: &[u16]) -> Truth {
    let (mut inside, mut outside) = (false, false);
    let mut stopped = false;
    for (number, truth) in numbered(fits) {
        match among(rows, number) {
            true => inside = true,
            false => outside = true,
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

fn only_is_one_of(fits: &[Many], rows: &[u16]) -> Truth {
    let (mut certain, mut undetermined, mut ours) = (0u32, false, Truth::False);
    for (number, truth) in numbered(fits) {
        certain += u32::from(truth.certain());
        undetermined |= truth == Truth::Unknown;
        if among(rows, number) {
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

fn any_fits(fits: &[Many], rows: &[u16]) -> Truth {
    rows.iter().fold(Truth::False, |truth, number| {
        let stretch = fits.get(usize::from(*number) / u64::BITS as usize);
        let bit = u32::from(*number) % u64::BITS;
        truth.or(stretch.map_or(Truth::False, |fits| fits.of(bit)))
    })
}
