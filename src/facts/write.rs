//! Facts as text: a value as people read it, a field's path with its places, and the JSON that
//! the reader reads back as the same facts.

use super::index::{Child, Index, NodeId};
use super::{Facts, ListState};
use crate::schema::value::{Code, Fact, FieldId, ListId, TableId, Type, Value};
use crate::schema::{Home, Schema};
use std::fmt::Write as _;

/// A fact as people read it: `5000 CNY`, `2025-08-31`, `1371`; `none` and `unknown` where there
/// is no value.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{facts::write::fact_text, schema::value::{Fact, Type}};
/// let field = rules.schema.field_by_path("item.total").ok_or("no such field")?;
/// let typ = rules.schema.field(field).ok_or("no such field")?.typ;
/// let fact = facts.fact(&rules.schema, field, Some(0));
/// assert_eq!(fact_text(&rules.schema, fact, typ), "25000 CNY");
/// assert_eq!(fact_text(&rules.schema, &Fact::Unknown, Type::Bool), "unknown");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fact_text(schema: &Schema, fact: &Fact, typ: Type) -> String {
    match fact {
        Fact::Unknown => "unknown".to_owned(),
        Fact::None => "none".to_owned(),
        Fact::Value(value) => value_text(schema, value, typ),
    }
}

/// A value as people read it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{facts::write::value_text, schema::value::{Type, Value}};
/// assert_eq!(value_text(&rules.schema, &Value::Bool(true), Type::Bool), "true");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn value_text(schema: &Schema, value: &Value, typ: Type) -> String {
    let in_table = |table: Option<TableId>, code: Code| {
        table
            .and_then(|t| schema.table(t))
            .map_or("", |t| t.text(code))
    };
    match (value, typ) {
        (Value::Bool(yes), _) => yes.to_string(),
        (Value::Number(number), _) => number.to_string(),
        (Value::Money(number, code), _) => {
            format!("{number} {}", in_table(schema.currencies, *code))
        }
        (Value::Quantity(number, code), _) => {
            // A unit without a symbol is shown by its code.
            let entry = schema
                .units
                .and_then(|t| schema.table(t))
                .and_then(|t| t.entry(*code));
            let symbol = entry
                .and_then(|e| e.unit.as_ref())
                .and_then(|u| u.symbol.as_deref());
            format!(
                "{number} {}",
                symbol.unwrap_or_else(|| in_table(schema.units, *code))
            )
        }
        (Value::Date(day), _) => day.to_string(),
        (Value::Text(text), _) => text.to_string(),
        (Value::Code(code), Type::Code(table) | Type::Set(table)) => {
            in_table(Some(table), *code).to_owned()
        }
        (Value::Code(_) | Value::Set(_), typ) => match (value, typ) {
            (Value::Set(codes), Type::Set(table)) => {
                let texts: Vec<&str> = codes.iter().map(|c| in_table(Some(table), *c)).collect();
                texts.join(", ")
            }
            // A code of which the type does not say the table has only its number.
            (Value::Set(codes), _) => {
                let texts: Vec<String> = codes.iter().map(|c| format!("#{}", c.0)).collect();
                texts.join(", ")
            }
            (Value::Code(code), _) => format!("#{}", code.0),
            _ => String::new(),
        },
        (Value::Hs(hs), _) => hs.to_string(),
    }
}

/// The path of a field in a declaration with the places of its elements, counted from 1 from the
/// outermost list: `items[2].total`. Where a place is not given the list stands without one.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::write::path_of;
/// let field = rules.schema.field_by_path("item.total").ok_or("no such field")?;
/// assert_eq!(path_of(&rules.schema, field, &[2]), "items[2].total");
/// assert_eq!(path_of(&rules.schema, field, &[]), "items.total");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn path_of(schema: &Schema, field: FieldId, places: &[u32]) -> String {
    let mut lists: Vec<FieldId> = Vec::new();
    let mut inner = schema.field(field).map(|f| f.home);
    while let Some(Home::Element(list, _)) = inner {
        let Some(list) = schema.list(list) else { break };
        lists.push(list.field);
        inner = schema.field(list.field).map(|f| f.home);
        // A schema whose lists hold each other would have no end; the checker makes none.
        if lists.len() > schema.lists.len() {
            break;
        }
    }
    let mut out = String::new();
    let mut places = places.iter();
    for list in lists.into_iter().rev() {
        push_parts(&mut out, schema, list);
        if let Some(place) = places.next() {
            let _ = write!(out, "[{place}]");
        }
    }
    push_parts(&mut out, schema, field);
    out
}

fn push_parts(out: &mut String, schema: &Schema, field: FieldId) {
    for part in schema.field(field).map_or(&[][..], |f| &f.parts) {
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(part);
    }
}

/// The path of a field of these facts; the row is that of the field's list over all owners.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::facts::write::fact_path;
/// let field = rules.schema.field_by_path("item.total").ok_or("no such field")?;
/// assert_eq!(fact_path(&rules.schema, &facts, field, Some(0)), "items[1].total");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fact_path(schema: &Schema, facts: &Facts, field: FieldId, row: Option<u32>) -> String {
    let places = match (schema.field(field).map(|f| f.home), row) {
        (Some(Home::Element(list, _)), Some(row)) => facts.places(schema, list, row),
        _ => Vec::new(),
    };
    path_of(schema, field, &places)
}

/// Rows are counted over all owners of a list; people count within each.
///
/// ```
/// # let text = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  items : 0 to 9 item\n\
/// #     \x20 item.seals : 0 to 9 seal\n  seal.number : text\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
/// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
/// use kakou::{Facts, schema::value::ListId};
/// let facts = Facts::builder(&rules.schema)
///     .element("items", |item| item.element("seals", |seal| seal))
///     .element("items", |item| item.element("seals", |seal| seal).element("seals", |seal| seal))
///     .build()?;
/// let seals = ListId(0);
/// // The third of all seals is the second one on the second item.
/// assert_eq!(facts.places(&rules.schema, seals, 2), [2, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Facts {
    /// The places of a row, counted from 1: that of its owner in the outer list, then its own.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
    /// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
    /// #     .build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// let list = kakou::schema::value::ListId(0);
    /// assert_eq!(facts.places(&rules.schema, list, 0), [1]);
    /// assert!(facts.places(&rules.schema, list, 1).is_empty()); // There is no second row.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn places(&self, schema: &Schema, list: ListId, row: u32) -> Vec<u32> {
        let mut places = Vec::new();
        let mut at = Some((list, row));
        while let Some((list, row)) = at {
            let Some(rows) = self.rows(list) else { break };
            let Some(owner) = rows.owner_of(row) else {
                break;
            };
            places.push(row - rows.of(owner).start + 1);
            at = schema
                .list(list)
                .and_then(|l| l.parent)
                .map(|parent| (parent, owner));
            if places.len() > schema.lists.len() {
                break;
            }
        }
        places.reverse();
        places
    }
}

/// The declaration as JSON in one line, in the order of the names, unknown facts left out:
/// what the reader reads back as the same facts. A fact that is unknown although its field says
/// that absent means none can't be written; the reader would read it as none.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Limits, facts::json::from_json, facts::write::to_json};
/// let text = r#"{"date":"2026-08-03","id":"D-1"}"#;
/// let facts = from_json(&rules.schema, text.as_bytes(), &Limits::default())?;
/// assert_eq!(to_json(&rules.schema, &facts), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_json(schema: &Schema, facts: &Facts) -> String {
    let index = Index::new(schema);
    let writer = Writer {
        schema,
        index: &index,
        facts,
    };
    let mut out = String::from("{");
    writer.record(&mut out, index.root(), 0);
    out.push('}');
    out
}

struct Writer<'a> {
    schema: &'a Schema,
    index: &'a Index,
    facts: &'a Facts,
}

impl Writer<'_> {
    fn record(&self, out: &mut String, node: NodeId, row: u32) {
        let mut children: Vec<(&str, Child)> = self.index.node(node).children().collect();
        children.sort_by_key(|(name, _)| *name);
        for (name, child) in children {
            let before = out.len();
            if !out.ends_with('{') {
                out.push(',');
            }
            push_string(out, name);
            out.push(':');
            let written = match child {
                Child::Leaf(leaf) => self.fact(
                    out,
                    self.facts.fact(self.schema, leaf.field, Some(row)),
                    leaf.typ,
                ),
                Child::Record(inner) => {
                    out.push('{');
                    let start = out.len();
                    self.record(out, inner, row);
                    let some = out.len() > start;
                    out.push('}');
                    some
                }
                Child::List(list, _) => self.list(out, list, row),
            };
            if !written {
                out.truncate(before);
            }
        }
    }

    fn list(&self, out: &mut String, list: ListId, owner: u32) -> bool {
        let Some(rows) = self.facts.rows(list) else {
            return false;
        };
        match rows.state(owner) {
            ListState::Unknown => return false,
            ListState::None => out.push_str("null"),
            ListState::Given => {
                out.push('[');
                for row in rows.of(owner) {
                    if !out.ends_with('[') {
                        out.push(',');
                    }
                    out.push('{');
                    self.record(out, self.index.element(list), row);
                    out.push('}');
                }
                out.push(']');
            }
        }
        true
    }

    fn fact(&self, out: &mut String, fact: &Fact, typ: Type) -> bool {
        let value = match fact {
            Fact::Unknown => return false,
            Fact::None => {
                out.push_str("null");
                return true;
            }
            Fact::Value(value) => value,
        };
        match value {
            Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Value::Number(number) | Value::Money(number, _) | Value::Quantity(number, _) => {
                let _ = write!(out, "{number}");
            }
            Value::Set(codes) => {
                let Type::Set(table) = typ else { return false };
                out.push('[');
                for code in codes.iter() {
                    if !out.ends_with('[') {
                        out.push(',');
                    }
                    push_string(out, self.schema.table(table).map_or("", |t| t.text(*code)));
                }
                out.push(']');
            }
            _ => push_string(out, &value_text(self.schema, value, typ)),
        }
        true
    }
}

fn push_string(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
