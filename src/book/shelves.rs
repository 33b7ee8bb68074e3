//! Where rules are found: for each field of codes that scopes read, such as business, line or zone,
//! the rules of each code. Which fields those are, the rules themselves say.

use super::entries::{Entries, Entry};
use crate::check::rules::{Cond, Expr, RuleSet};
use crate::ground::truth::Truth;
use crate::schema::table::CodeTable;
use crate::schema::value::{Code, FieldId, Type, Value};
use crate::schema::{Home, Schema};

/// A field is a way to find rules from so many entries on.
const LEAST: usize = 2;
/// Codes of a table that are all listed; of longer tables only those that some rule names.
const SHORT: usize = 40;

/// The rules by the codes of one field.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) field: FieldId,
    /// For each code, in the order of its table, the entries whose scope speaks of the field and
    /// may hold for the code.
    pub(super) codes: Vec<(Code, Vec<usize>)>,
    /// The entries of which some rule says nothing of the field: they hold whatever the code.
    pub(super) everywhere: Vec<usize>,
}

/// All shelves, those that tell most entries apart first.
pub(super) fn shelves(rules: &RuleSet, entries: &Entries) -> Vec<Shelf> {
    let schema = &rules.schema;
    let fields = (0u32..).map(FieldId).zip(&schema.fields);
    let mut all: Vec<Shelf> = fields
        .filter(|(_, field)| matches!(field.home, Home::Header(_)))
        .filter_map(|(id, field)| match field.typ {
            Type::Code(table) => shelf(rules, entries, id, schema.table(table)?),
            _ => None,
        })
        .collect();
    all.sort_by_key(|shelf| shelf.everywhere.len());
    all
}

fn shelf(rules: &RuleSet, entries: &Entries, field: FieldId, table: &CodeTable) -> Option<Shelf> {
    let scopes = |entry: &Entry| -> Vec<&Cond> {
        let found = entry.rules().filter_map(|id| rules.rule(id));
        found.map(|rule| &rule.scope).collect()
    };
    let (mut speaking, mut everywhere) = (Vec::new(), Vec::new());
    for (number, entry) in entries.all.iter().enumerate() {
        let (about, silent): (Vec<&Cond>, Vec<&Cond>) = scopes(entry)
            .into_iter()
            .partition(|scope| speaks(scope, field));
        if !silent.is_empty() {
            everywhere.push(number);
        }
        if !about.is_empty() {
            speaking.push((number, about));
        }
    }
    if speaking.len() < LEAST {
        return None;
    }
    let mut codes: Vec<(Code, Vec<usize>)> = (0u32..)
        .map(Code)
        .zip(&table.codes)
        .map(|(code, _)| {
            let may = |scope: &&Cond| truth(&rules.schema, scope, field, code).possible();
            let found = speaking.iter().filter(|(_, about)| about.iter().any(may));
            (code, found.map(|(number, _)| *number).collect())
        })
        .collect();
    if table.codes.len() > SHORT {
        // What the codes that no rule names have in common is no shelf of its own.
        let usual = most_common(&codes).cloned();
        codes.retain(|(_, found)| Some(found) != usual.as_ref());
    }
    Some(Shelf {
        field,
        codes,
        everywhere,
    })
}

fn most_common(all: &[(Code, Vec<usize>)]) -> Option<&Vec<usize>> {
    all.iter()
        .map(|(_, found)| found)
        .max_by_key(|found| all.iter().filter(|(_, other)| other == *found).count())
}

/// Whether a scope reads the field.
fn speaks(scope: &Cond, field: FieldId) -> bool {
    let reads = |expr: &Expr| is_about(expr, field);
    match scope {
        Cond::And(all) | Cond::Or(all) => all.iter().any(|part| speaks(part, field)),
        Cond::Not(inner) => speaks(inner, field),
        Cond::OneOf { value, .. } => reads(value),
        Cond::InList { keys, .. } => keys.iter().any(reads),
        Cond::InSet { value, set, .. } => reads(value) || reads(set),
        _ => false,
    }
}

fn is_about(expr: &Expr, field: FieldId) -> bool {
    match expr {
        Expr::Field(found) => *found == field,
        Expr::Attribute { of, .. } => is_about(of, field),
        _ => false,
    }
}

/// What a scope is when only the code of one field is known, on whatever day.
fn truth(schema: &Schema, scope: &Cond, field: FieldId, code: Code) -> Truth {
    let part = |part: &Cond| truth(schema, part, field, code);
    match scope {
        Cond::Always => Truth::True,
        Cond::And(all) => all.iter().map(part).fold(Truth::True, Truth::and),
        Cond::Or(all) => all.iter().map(part).fold(Truth::False, Truth::or),
        Cond::Not(inner) => part(inner).not(),
        Cond::OneOf {
            value,
            codes,
            negated,
        } => {
            let holds = |found: Code| match codes.contains(&found) != *negated {
                true => Truth::True,
                false => Truth::False,
            };
            match value {
                Expr::Field(found) if *found == field => holds(code),
                Expr::Attribute {
                    of,
                    table,
                    attribute,
                    ..
                } if matches!(of.as_ref(), Expr::Field(found) if *found == field) => {
                    let rows = schema
                        .table(*table)
                        .and_then(|t| t.entry(code))
                        .map(|e| &e.rows);
                    let mut each = rows.into_iter().flatten().map(|row| {
                        match row.attributes.get(usize::from(*attribute)) {
                            Some(Some(Value::Code(found))) => holds(*found),
                            // What is compared with none is false either way.
                            _ => Truth::False,
                        }
                    });
                    let first = each.next().unwrap_or(Truth::Unknown);
                    match each.all(|other| other == first) {
                        true => first,
                        false => Truth::Unknown,
                    }
                }
                _ => Truth::Unknown,
            }
        }
        _ => Truth::Unknown,
    }
}
