//! Decision tables: which rows fit, which one counts, and what it gives.

use super::cond::under;
use super::scene::Scene;
use crate::check::rules::{Cell, CompareOp, DecisionTable, DecisionTableId, Output, Policy, Row};
use crate::facts::eval::{Eval, Reason, compare};
use crate::ground::truth::Truth;
use crate::schema::value::{Code, Type, Value};

impl Scene<'_> {
    /// What a table gives for these inputs.
    pub(crate) fn table_output(&self, table: DecisionTableId, inputs: &[Eval]) -> Eval {
        let Some(table) = self.rules.decision_table(table) else {
            return Eval::Unknown(Reason::WrongType);
        };
        let fits = fitting(table, inputs);
        match table.policy {
            Policy::First => self.first_output(table, &fits),
            Policy::ExactlyOne => match only_one(&fits) {
                Ok(row) => self.row_output(table, row),
                Err(reason) => Eval::Unknown(reason),
            },
            Policy::All => {
                let certain = self.union(table, &fits, Truth::certain);
                let possible = self.union(table, &fits, Truth::possible);
                if certain == possible {
                    Eval::Value(Value::Set(certain.into()))
                } else {
                    Eval::Unknown(Reason::Undetermined)
                }
            }
        }
    }

    /// Whether the set that a table of all rows gives holds a code.
    pub(crate) fn table_gives(&self, table: DecisionTableId, inputs: &[Eval], code: Code) -> Truth {
        let Some(table) = self.rules.decision_table(table) else {
            return Truth::Unknown;
        };
        let fits = fitting(table, inputs);
        if self.union(table, &fits, Truth::certain).contains(&code) {
            Truth::True
        } else if self.union(table, &fits, Truth::possible).contains(&code) {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    /// Whether one of these rows is the one that counts; for a table of all rows, whether one fits.
    pub(crate) fn table_rows(
        &self,
        table: DecisionTableId,
        inputs: &[Eval],
        rows: &[u16],
    ) -> Truth {
        let Some(table) = self.rules.decision_table(table) else {
            return Truth::Unknown;
        };
        let fits = fitting(table, inputs);
        let among = |row: usize| rows.iter().any(|r| usize::from(*r) == row);
        let any_fits = || {
            let ours = fits.iter().enumerate().filter(|(row, _)| among(*row));
            ours.fold(Truth::False, |truth, (_, fit)| truth.or(*fit))
        };
        match table.policy {
            Policy::All => any_fits(),
            Policy::ExactlyOne => match only_one(&fits) {
                Ok(row) => Truth::from(among(row)),
                Err(_) if any_fits() == Truth::False => Truth::False,
                Err(_) => Truth::Unknown,
            },
            Policy::First => {
                let possible = first_possible(&fits);
                let ours = possible.iter().filter(|row| row.is_some_and(among)).count();
                match ours {
                    0 => Truth::False,
                    n if n == possible.len() => Truth::True,
                    _ => Truth::Unknown,
                }
            }
        }
    }

    /// The output where all rows that could be the first to fit agree on it.
    fn first_output(&self, table: &DecisionTable, fits: &[Truth]) -> Eval {
        let output =
            |row: &Option<usize>| row.map_or(Eval::None, |row| self.row_output(table, row));
        let possible: Vec<Eval> = first_possible(fits).iter().map(output).collect();
        match possible.split_first() {
            Some((first, others)) if others.iter().all(|o| o == first) => first.clone(),
            _ => Eval::Unknown(Reason::Undetermined),
        }
    }

    fn row_output(&self, table: &DecisionTable, row: usize) -> Eval {
        match table.rows.get(row).map(|row| &row.output) {
            Some(Output::Value(value)) => Eval::Value(value.clone()),
            Some(Output::AnyCode) => Eval::Value(Value::Set(self.every_code(table).into())),
            Some(Output::None) | None => Eval::None,
        }
    }

    /// Every code of the table that the outputs are from.
    fn every_code(&self, table: &DecisionTable) -> Vec<Code> {
        let (Type::Set(codes) | Type::Code(codes)) = table.gives else {
            return Vec::new();
        };
        let count = self.schema().table(codes).map_or(0, |t| t.codes.len());
        (0..u32::try_from(count).unwrap_or(u32::MAX))
            .map(Code)
            .collect()
    }

    /// The outputs together of the rows that fit in that way, in order and without repetition.
    fn union(&self, table: &DecisionTable, fits: &[Truth], way: fn(Truth) -> bool) -> Vec<Code> {
        let mut codes = Vec::new();
        for (row, _) in fits.iter().enumerate().filter(|(_, fit)| way(**fit)) {
            match self.row_output(table, row) {
                Eval::Value(Value::Set(set)) => codes.extend(set.iter().copied()),
                Eval::Value(Value::Code(code)) => codes.push(code),
                _ => {}
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }
}

/// Whether each row fits.
pub fn fitting(table: &DecisionTable, inputs: &[Eval]) -> Vec<Truth> {
    table.rows.iter().map(|row| fits(row, inputs)).collect()
}

fn fits(row: &Row, inputs: &[Eval]) -> Truth {
    let cells = row.cells.iter().zip(inputs);
    cells.fold(Truth::True, |truth, (cell, input)| {
        truth.and(cell_fits(cell, input))
    })
}

/// Whether a cell fits: an unknown input leaves all but `any` undetermined, none fits only `any`
/// and `none`.
fn cell_fits(cell: &Cell, input: &Eval) -> Truth {
    let holds = |op, constant: &Value| compare(op, input, &Eval::Value(constant.clone()));
    match (cell, input) {
        (Cell::Any, _) => Truth::True,
        (_, Eval::Unknown(_)) => Truth::Unknown,
        (Cell::IsNone, input) => Truth::from(*input == Eval::None),
        (_, Eval::None) => Truth::False,
        (Cell::OneOf(values), _) => values
            .iter()
            .fold(Truth::False, |truth, v| truth.or(holds(CompareOp::Eq, v))),
        (Cell::Under(prefixes), Eval::Value(value)) => under(value, prefixes),
        (Cell::Under(_), _) => Truth::Unknown,
        (Cell::Compare(op, value), _) => holds(*op, value),
        (Cell::Range(from, to), _) => holds(CompareOp::Ge, from).and(holds(CompareOp::Le, to)),
    }
}

/// The rows that could be the first to fit; no row among them where it may be that none fits.
fn first_possible(fits: &[Truth]) -> Vec<Option<usize>> {
    let mut possible = Vec::new();
    for (row, fit) in fits.iter().enumerate() {
        match fit {
            Truth::False => {}
            Truth::Unknown => possible.push(Some(row)),
            Truth::True => {
                possible.push(Some(row));
                return possible;
            }
        }
    }
    possible.push(None);
    possible
}

/// The one row that fits, where it is certain that exactly one does.
fn only_one(fits: &[Truth]) -> Result<usize, Reason> {
    if fits.contains(&Truth::Unknown) {
        return Err(Reason::Undetermined);
    }
    let mut fitting = fits.iter().enumerate().filter(|(_, fit)| fit.certain());
    match (fitting.next(), fitting.next()) {
        (Some((row, _)), None) => Ok(row),
        _ => Err(Reason::NotOneRow),
    }
}
