//! zen's decision table: a row for each rule that collects, compiled, which builds an index of the
//! cells that are equal to values.
//!
//! A column for each field, and one without a field for prefixes of different lengths.

use super::zen::{text, variable};
use crate::condition::{Condition, Field, joined};
use crate::race::Declaration;
use crate::racer::Peer;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use zen_engine::Decision;
use zen_engine::model::GraphContent;
use zen_expression::variable::Variable;

pub struct Table(Decision);

/// The column of conditions that name several fields.
const MIXED: &str = "mixed";

impl Peer for Table {
    const NAME: &'static str = "zen table";
    type Facts = Variable;

    fn load(rules: &[Vec<Condition>]) -> Result<Self, String> {
        let mut rows = Vec::new();
        for (rule, all) in rules.iter().enumerate() {
            let mut row = Map::new();
            row.insert("_id".to_string(), json!(rule.to_string()));
            row.insert("rule".to_string(), json!(rule.to_string()));
            for condition in all {
                let (column, cell) = cell(condition);
                if row.insert(column.to_string(), json!(cell)).is_some() {
                    return Err(format!("rule {rule} has two conditions in one cell"));
                }
            }
            rows.push(Value::Object(row));
        }
        let column = |field: Field| json!({"id": field.name(), "name": "", "field": field.name()});
        let mut columns: Vec<Value> = Field::all().map(column).collect();
        columns.push(json!({"id": MIXED, "name": ""}));
        let edge = |id, from, to| json!({"id": id, "sourceId": from, "targetId": to});
        let content = json!({
            "nodes": [
                {"id": "in", "name": "in", "type": "inputNode", "content": {}},
                {"id": "table", "name": "table", "type": "decisionTableNode", "content": {
                    "rules": rows,
                    "inputs": columns,
                    "outputs": [{"id": "rule", "name": "", "field": "rule"}],
                    "hitPolicy": "collect",
                }},
                {"id": "out", "name": "out", "type": "outputNode", "content": {}},
            ],
            "edges": [edge("1", "in", "table"), edge("2", "table", "out")],
        });
        let content: GraphContent = serde_json::from_value(content).map_err(|e| e.to_string())?;
        let mut decision = Decision::from(Arc::new(content));
        decision.compile();
        Ok(Table(decision))
    }

    fn facts(&self, d: &Declaration) -> Variable {
        variable(d)
    }

    fn judge(&mut self, facts: &Variable, mut matched: impl FnMut(u32)) {
        let answer = pollster::block_on(self.0.evaluate(facts.clone())).expect("an answer");
        let rows = answer.result.as_array().expect("the rows that match");
        for row in rows.borrow().iter() {
            let row = row.dot("rule").and_then(|rule| rule.as_number());
            let rule = row.and_then(|rule| u32::try_from(rule).ok());
            matched(rule.expect("the number of a rule"));
        }
    }
}

/// The column and the cell of a condition.
fn cell(condition: &Condition) -> (&'static str, String) {
    match condition {
        Condition::Is(field, n) => (field.name(), n.to_string()),
        Condition::Among(field, all) => (field.name(), joined(all, ", ")),
        Condition::Range(field, Some(from), Some(until)) => {
            (field.name(), format!("[{from}..{until})"))
        }
        Condition::Range(field, Some(from), None) => (field.name(), format!(">= {from}")),
        Condition::Range(field, None, Some(until)) => (field.name(), format!("< {until}")),
        Condition::Range(field, None, None) => (field.name(), String::new()),
        Condition::Flag(field, is) => (field.name(), is.to_string()),
        Condition::Either(_) => (MIXED, text(condition)),
    }
}
