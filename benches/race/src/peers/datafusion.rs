//! DataFusion: every rule a physical expression, evaluated over a batch of 8,192 declarations in
//! columns.
//!
//! Columns are as narrow as their values allow. Each rule is given a batch of the columns that it
//! names, because a conjunction whose first part holds seldom copies the rows that are left, of all
//! columns of its batch; and conjunctions lean to the right, so that each copy is made of the one
//! before and not of the whole: leaning to the left, as the planner has them, costs 1.6 to 1.9 times
//! as much.

use crate::condition::{Condition, Field};
use crate::race::Declaration;
use crate::racer::{Hits, Racer};
use crate::read;
use crate::workload::{ROWS, Workload};
use datafusion_common::ScalarValue;
use datafusion_common::arrow::array::{
    ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, RecordBatch, RecordBatchOptions,
    UInt8Array, UInt16Array,
};
use datafusion_common::arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion_expr::Operator;
use datafusion_physical_expr::PhysicalExpr;
use datafusion_physical_expr::expressions::{binary, col, in_list, lit, not};
use std::hint::black_box;
use std::sync::Arc;

pub const NAME: &str = "DataFusion, batches";

pub struct DataFusion<'w> {
    rules: Vec<Rule>,
    /// The columns by the places of their fields.
    columns: Vec<ArrayRef>,
    workload: &'w Workload,
}

struct Rule {
    expression: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
    /// The fields it names, in the order of its schema.
    fields: Vec<Field>,
}

/// Compiles the rules and fills a batch, over and over again with the declarations there are.
pub fn load<'w>(
    workload: &'w Workload,
    rules: &[Vec<Condition>],
) -> Result<Box<dyn Racer + 'w>, String> {
    let rules = rules.iter().map(|all| Rule::new(all));
    let rules = rules
        .collect::<Result<_, _>>()
        .map_err(|e: datafusion_common::DataFusionError| e.to_string())?;
    let declarations = workload.race.declarations.iter().cycle().take(ROWS);
    Ok(Box::new(DataFusion {
        rules,
        columns: columns(&declarations.collect::<Vec<_>>()),
        workload,
    }))
}

impl Racer for DataFusion<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn judge(&mut self, _: &[u32], hits: &mut Hits) -> usize {
        self.judge_batch(black_box(&self.columns), hits);
        ROWS
    }

    fn judge_texts(&mut self, _: &[u32], hits: &mut Hits) -> usize {
        let texts = self.workload.race.texts.iter().cycle().take(ROWS);
        let read = |text: &String| read::declaration(black_box(text)).expect("a declaration");
        let read: Vec<Declaration> = texts.map(read).collect();
        let columns = columns(&read.iter().collect::<Vec<_>>());
        self.judge_batch(&columns, hits);
        ROWS
    }
}

impl DataFusion<'_> {
    fn judge_batch(&self, columns: &[ArrayRef], hits: &mut Hits) {
        let declarations = self.workload.race.declarations.len();
        for (number, rule) in (0u32..).zip(&self.rules) {
            let own = rule.fields.iter();
            let own = own
                .map(|field| Arc::clone(&columns[field.place()]))
                .collect();
            let options = RecordBatchOptions::new().with_row_count(Some(ROWS));
            let batch = RecordBatch::try_new_with_options(Arc::clone(&rule.schema), own, &options);
            let value = rule
                .expression
                .evaluate(&batch.expect("columns of one length"));
            let value = value
                .and_then(|value| value.into_array(ROWS))
                .expect("a column");
            let set = value.as_boolean().values().set_indices();
            hits.extend(set.map(|row| ((row % declarations) as u32, number)));
        }
    }
}

impl Rule {
    fn new(all: &[Condition]) -> datafusion_common::Result<Rule> {
        let mut fields = Vec::new();
        all.iter()
            .for_each(|condition| collect(condition, &mut fields));
        let column = |field: &Field| {
            datafusion_common::arrow::datatypes::Field::new(field.name(), kind(*field), false)
        };
        let schema = Arc::new(Schema::new(fields.iter().map(column).collect::<Vec<_>>()));
        let mut parts = Vec::new();
        for condition in all {
            parts.extend(expressions(condition, &schema)?);
        }
        Ok(Rule {
            expression: chained(parts, Operator::And, &schema)?,
            schema,
            fields,
        })
    }
}

fn collect(condition: &Condition, fields: &mut Vec<Field>) {
    match condition {
        Condition::Is(field, _)
        | Condition::Among(field, _)
        | Condition::Range(field, _, _)
        | Condition::Flag(field, _) => {
            if !fields.contains(field) {
                fields.push(*field);
            }
        }
        Condition::Either(all) => all.iter().for_each(|one| collect(one, fields)),
    }
}

/// All parts with one operator, leaning to the right.
fn chained(
    parts: Vec<Arc<dyn PhysicalExpr>>,
    operator: Operator,
    schema: &Schema,
) -> datafusion_common::Result<Arc<dyn PhysicalExpr>> {
    let mut parts = parts.into_iter().rev();
    let last = parts.next().unwrap_or_else(|| lit(true));
    parts.try_fold(last, |right, left| binary(left, operator, right, schema))
}

fn expressions(
    condition: &Condition,
    schema: &Schema,
) -> datafusion_common::Result<Vec<Arc<dyn PhysicalExpr>>> {
    let compare = |field: &Field, operator, n: i64| {
        binary(
            col(field.name(), schema)?,
            operator,
            lit(scalar(*field, n)),
            schema,
        )
    };
    Ok(match condition {
        Condition::Is(field, n) => vec![compare(field, Operator::Eq, *n)?],
        Condition::Among(field, all) => {
            let all = all.iter().map(|n| lit(scalar(*field, *n))).collect();
            vec![in_list(col(field.name(), schema)?, all, &false, schema)?]
        }
        Condition::Range(field, from, until) => {
            let from = from.map(|n| compare(field, Operator::GtEq, n));
            let until = until.map(|n| compare(field, Operator::Lt, n));
            from.into_iter().chain(until).collect::<Result<_, _>>()?
        }
        Condition::Flag(field, true) => vec![col(field.name(), schema)?],
        Condition::Flag(field, false) => vec![not(col(field.name(), schema)?)?],
        Condition::Either(all) => {
            let mut parts = Vec::new();
            for one in all {
                parts.extend(expressions(one, schema)?);
            }
            vec![chained(parts, Operator::Or, schema)?]
        }
    })
}

/// The narrowest type that holds the field.
fn kind(field: Field) -> DataType {
    match field {
        Field::Code(_) | Field::Prefix(2) => DataType::UInt8,
        Field::Prefix(4) => DataType::UInt16,
        Field::Prefix(_) => DataType::Int32,
        // Value and the total of the year are amounts of fen.
        Field::Number(0 | 4) => DataType::Int64,
        Field::Number(_) => DataType::Int32,
        Field::Licence(_) | Field::Guarantee => DataType::Boolean,
    }
}

fn scalar(field: Field, n: i64) -> ScalarValue {
    match kind(field) {
        DataType::UInt8 => ScalarValue::UInt8(Some(n as u8)),
        DataType::UInt16 => ScalarValue::UInt16(Some(n as u16)),
        DataType::Int32 => ScalarValue::Int32(Some(n as i32)),
        _ => ScalarValue::Int64(Some(n)),
    }
}

/// The columns of these declarations, by the places of their fields.
fn columns(declarations: &[&Declaration]) -> Vec<ArrayRef> {
    let column = |field: Field| -> ArrayRef {
        let values = declarations.iter().map(|d| field.value(d));
        match kind(field) {
            DataType::UInt8 => Arc::new(UInt8Array::from_iter_values(values.map(|n| n as u8))),
            DataType::UInt16 => Arc::new(UInt16Array::from_iter_values(values.map(|n| n as u16))),
            DataType::Int32 => Arc::new(Int32Array::from_iter_values(values.map(|n| n as i32))),
            DataType::Boolean => Arc::new(BooleanArray::from(
                values.map(|n| n == 1).collect::<Vec<_>>(),
            )),
            _ => Arc::new(Int64Array::from_iter_values(values)),
        }
    };
    Field::all().map(column).collect()
}
