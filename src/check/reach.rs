//! What a scope can hold at all: the codes that pass all its terms.

use super::rules::{Cond, Expr};
use crate::schema::Schema;
use crate::schema::table::CodeTable;
use crate::schema::value::{Code, FieldId, Type, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Fields whose possible codes a scope narrows; an empty set cannot be met.
pub(super) type Allowed = BTreeMap<FieldId, BTreeSet<Code>>;

/// The codes of each field that pass the terms about it alone.
pub(super) fn allowed(schema: &Schema, scope: &Cond) -> Allowed {
    let mut all = Allowed::new();
    narrow(schema, scope, &mut all);
    all
}

fn narrow(schema: &Schema, cond: &Cond, all: &mut Allowed) {
    match cond {
        Cond::And(parts) => parts.iter().for_each(|p| narrow(schema, p, all)),
        Cond::OneOf { value, codes, negated } => {
            let Some((field, table)) = subject(schema, value) else { return };
            let passing = passing(table, value, codes, *negated);
            let entry = all.entry(field).or_insert_with(|| every(table));
            entry.retain(|c| passing.contains(c));
        }
        _ => {}
    }
}

/// The field that a term is about: the code itself, or an attribute of it read on the as-of date.
fn subject<'s>(schema: &'s Schema, value: &Expr) -> Option<(FieldId, &'s CodeTable)> {
    let field = match value {
        Expr::Field(field) => *field,
        Expr::Attribute { of, on: None, .. } => match of.as_ref() {
            Expr::Field(field) => *field,
            _ => return None,
        },
        _ => return None,
    };
    let Type::Code(table) = schema.field(field)?.typ else { return None };
    Some((field, schema.table(table)?))
}

fn every(table: &CodeTable) -> BTreeSet<Code> {
    (0..table.codes.len()).filter_map(|i| u32::try_from(i).ok()).map(Code).collect()
}

fn passing(table: &CodeTable, value: &Expr, codes: &[Code], negated: bool) -> BTreeSet<Code> {
    match value {
        Expr::Attribute { attribute, .. } => table
            .codes
            .iter()
            .enumerate()
            .filter(|(_, entry)| {
                entry.rows.iter().any(|row| match row.attributes.get(usize::from(*attribute)) {
                    Some(Some(Value::Code(code))) => codes.contains(code) != negated,
                    _ => false,
                })
            })
            .filter_map(|(i, _)| u32::try_from(i).ok())
            .map(Code)
            .collect(),
        _ => every(table).into_iter().filter(|c| codes.contains(c) != negated).collect(),
    }
}

/// Whether some field may hold no code at all.
pub(super) fn impossible(allowed: &Allowed) -> Option<FieldId> {
    allowed.iter().find(|(_, codes)| codes.is_empty()).map(|(field, _)| *field)
}

/// Whether two scopes can hold together, as far as their codes tell.
pub(super) fn together(a: &Allowed, b: &Allowed) -> bool {
    a.iter().all(|(field, codes)| b.get(field).is_none_or(|other| !codes.is_disjoint(other)))
}

