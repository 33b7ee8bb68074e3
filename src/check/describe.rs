//! Types in the words of the language, for complaints.

use crate::schema::Schema;
use crate::schema::value::{Denomination, TableId, Type};

/// A type as a rule author would write it.
pub(super) fn type_name(schema: &Schema, typ: Type) -> String {
    let table = |id: TableId| schema.table(id).map_or("?", |t| t.name.as_str());
    match typ {
        Type::Bool => "true or false".to_owned(),
        Type::Integer => "an integer".to_owned(),
        Type::Decimal => "a decimal".to_owned(),
        Type::Rate => "a rate".to_owned(),
        Type::Date => "a date".to_owned(),
        Type::Text => "a text".to_owned(),
        Type::Hs => "a tariff code".to_owned(),
        Type::Code(id) => format!("a code of `{}`", table(id)),
        Type::Set(id) => format!("a set of codes of `{}`", table(id)),
        Type::Money(d) => format!("money{}", denomination(schema, d, schema.currencies)),
        Type::Quantity(d) => format!("a quantity{}", denomination(schema, d, schema.units)),
        Type::List(id) => match schema.list(id) {
            Some(list) => format!("a list of `{}`", list.element),
            None => "a list".to_owned(),
        },
    }
}

fn denomination(schema: &Schema, d: Denomination, table: Option<TableId>) -> String {
    match d {
        Denomination::Fixed(code) => {
            let table = table.and_then(|t| schema.table(t));
            let unit = table.and_then(|t| t.entry(code));
            let symbol = unit.and_then(|e| e.unit.as_ref()).and_then(|u| u.symbol.as_deref());
            format!(" in {}", symbol.or(unit.map(|e| e.code.as_str())).unwrap_or("?"))
        }
        Denomination::Named(field) => {
            format!(" in the unit of `{}`", schema.field(field).map_or("?", |f| f.path.as_str()))
        }
        Denomination::Open => " in a unit that only the data shows".to_owned(),
    }
}
