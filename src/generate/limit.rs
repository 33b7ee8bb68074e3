//! Values that stand so to a limit, and the few values that some expressions can have at all.

use super::draft::Draft;
use super::plan::field_of;
use crate::check::rules::{Aggregation, CompareOp, Expr, Output};
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::value::{Code, Type, Value};

impl Draft<'_> {
    /// All the values that an expression can give, where they are few.
    pub(super) fn candidates(&self, expr: &Expr) -> Option<Vec<Value>> {
        match expr {
            Expr::Attribute {
                table, attribute, ..
            } => {
                let declared = self.schema().table(*table)?;
                let rows = (0..).map(Code).take(declared.codes.len());
                let rows = rows.filter_map(|code| declared.row(code, self.as_of));
                Some(cells(rows.map(|row| row.attributes.as_slice()), *attribute))
            }
            Expr::Lookup {
                list, attribute, ..
            } => {
                let rows = self.maker.rules.named_list(*list)?.rows.iter();
                let now = rows.filter(|row| row.period.holds(self.as_of));
                Some(cells(now.map(|row| row.attributes.as_slice()), *attribute))
            }
            Expr::TableCall { table, .. } => {
                let rows = &self.maker.rules.decision_table(*table)?.rows;
                let values = rows.iter().filter_map(|row| match &row.output {
                    Output::Value(value) => Some(value.clone()),
                    Output::None | Output::AnyCode => None,
                });
                Some(values.collect())
            }
            _ => None,
        }
    }

    /// The decimal places that the fields behind a value have.
    pub(super) fn places(&self, expr: &Expr) -> u32 {
        let mut places = 0;
        let mut known = false;
        super::walk::value(expr, &mut |met| {
            let super::walk::Met::Expr(Expr::Field(field)) = met else {
                return;
            };
            let typ = self.schema().field(*field).map(|f| f.typ);
            let its = match typ {
                Some(Type::Rate) => 4,
                Some(Type::Money(_) | Type::Decimal) => 2,
                Some(Type::Quantity(_)) => 3,
                _ => 0,
            };
            places = places.max(its);
            known = true;
        });
        let counts = matches!(
            expr,
            Expr::Aggregate {
                what: Aggregation::Count,
                ..
            }
        );
        if counts || !known { 0 } else { places }
    }

    /// A value that stands so to a limit: at it, one step beside it, or further off.
    pub(super) fn beyond(
        &mut self,
        op: CompareOp,
        limit: &Value,
        places: u32,
        moving: &Expr,
    ) -> Option<Value> {
        let far = match self.dice.below(10) {
            0..=4 => 0,
            5 | 6 => 1,
            7 => self.dice.between(2, 30),
            8 => self.dice.between(31, 1_000),
            _ => self.dice.between(1_000, 200_000),
        };
        let up = self.dice.percent(50);
        let by = match op {
            CompareOp::Eq => 0,
            CompareOp::Ne if up => far.max(1),
            CompareOp::Ne => -far.max(1),
            CompareOp::Lt => -far.max(1),
            CompareOp::Le => -far,
            CompareOp::Gt => far.max(1),
            CompareOp::Ge => far,
        };
        let moved = |number: Number| number.add(Number::from_parts(i128::from(by), places)?);
        Some(match limit {
            Value::Number(number) => Value::Number(moved(*number)?),
            Value::Money(number, code) => Value::Money(moved(*number)?, *code),
            Value::Quantity(number, code) => Value::Quantity(moved(*number)?, *code),
            Value::Date(day) => Value::Date(shifted(*day, by)?),
            Value::Bool(yes) => Value::Bool((op == CompareOp::Eq) == *yes),
            other if op == CompareOp::Eq => other.clone(),
            Value::Code(_) => {
                let typ = field_of(moving)
                    .and_then(|f| self.schema().field(f))
                    .map(|f| f.typ);
                let Some(Type::Code(table)) = typ else {
                    return None;
                };
                Value::Code(self.code(table)?)
            }
            Value::Hs(_) => Value::Hs(self.tariff()?),
            Value::Text(text) => Value::Text(format!("{text}X").into()),
            Value::Set(_) => return None,
        })
    }
}

fn shifted(day: Day, by: i64) -> Option<Day> {
    // Days that lie further off than a few years say nothing more.
    day.add(0, i32::try_from(by.clamp(-400, 400)).ok()?)
}

/// The different values of a column.
fn cells<'r>(rows: impl Iterator<Item = &'r [Option<Value>]>, column: u16) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for cells in rows {
        // There are few, though rows may be many.
        match cells.get(usize::from(column)) {
            Some(Some(value)) if !values.contains(value) => values.push(value.clone()),
            _ => {}
        }
    }
    values
}
