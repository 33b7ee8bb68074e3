//! Facts as lines of NDJSON, many of them: what can be worked out once for a schema is, so that a
//! line costs little more than the bytes it has.
//!
//! Fields stand in the order of the schema's text, and a record of fields where its first field
//! stands. What is unknown is left out; what is none is written as `null`, and left out too where
//! absent means none.

use super::index::{Child, Index, Leaf, NodeId};
use super::{Facts, ListState};
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::value::{Fact, FieldId, ListId, Type, Value};
use crate::schema::{Home, Schema};
use std::fmt::Write as _;
use std::sync::Arc;

/// Writes the facts of declarations as lines; made once for a schema, used from many threads.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::lines::Lines;
/// let lines = Lines::new(&rules.schema);
/// let facts = kakou::Facts::builder(&rules.schema)
///     .set("weight_error", "0.040")
///     .set("id", "D-1")
///     .element("items", |item| item.set("total", "9.00"))
///     .build()?;
/// let mut text = String::new();
/// lines.write(&mut text, &facts, None);
/// assert_eq!(text, "{\"id\":\"D-1\",\"weight_error\":0.04,\"items\":[{\"total\":9}]}\n");
///
/// // It is read back as the same facts; of nothing, nothing is written.
/// let reader = kakou::facts::json::Reader::new(rules.schema.clone());
/// assert_eq!(reader.read(text.as_bytes())?, facts);
/// text.clear();
/// lines.write(&mut text, &kakou::Facts::unknown(&rules.schema), None);
/// assert_eq!(text, "{}\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Lines {
    schema: Arc<Schema>,
    root: Record,
    /// By list, its elements.
    elements: Vec<Record>,
    /// By table, each code as it stands in a line.
    codes: Vec<Vec<Box<str>>>,
    /// The days from [`FIRST_DAY`] on as they stand in a line.
    days: Vec<[u8; 12]>,
}

/// A text that a line has in the place of a fact, whatever the fact is.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::lines::{Instead, Lines};
/// let field = rules.schema.field_by_path("line").ok_or("no such field")?;
/// let third = Instead { field, row: None, text: "\"third\"".into(), twice: false };
/// let mut text = String::new();
/// Lines::new(&rules.schema).write(&mut text, &kakou::Facts::unknown(&rules.schema), Some(&third));
/// assert_eq!(text, "{\"line\":\"third\"}\n");
/// // What is written so need not be what the field may be.
/// let reader = kakou::facts::json::Reader::new(rules.schema.clone());
/// assert_eq!(reader.read(text.as_bytes()).unwrap_err().errors[0].path, "line");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instead {
    /// The field.
    pub field: FieldId,
    /// The row of its list, for a field of an element.
    pub row: Option<u32>,
    /// The JSON in its place.
    pub text: String,
    /// Whether the field is written twice, and this is the first of it.
    pub twice: bool,
}

/// The fields of a declaration or of an element, in the order of the schema's text.
#[derive(Debug, Clone, Default)]
struct Record(Vec<Entry>);

#[derive(Debug, Clone)]
struct Entry {
    /// The name with its quotes and the colon.
    name: Box<str>,
    part: Part,
    /// Whether what is none is left out.
    absent_is_none: bool,
}

#[derive(Debug, Clone)]
enum Part {
    Leaf(Leaf),
    Record(Record),
    List(ListId, FieldId),
}

/// The days that are written without working them out.
const FIRST_DAY: i32 = 10_957;
const DAYS: i32 = 13_000;

/// Writing does not fail: every fact of the schema has a text.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let lines = kakou::facts::lines::Lines::new(&rules.schema);
/// let none = kakou::Facts::builder(&rules.schema).set("line", kakou::facts::given::Given::None).build()?;
/// let mut text = String::from("before ");
/// lines.write(&mut text, &none, None);
/// assert_eq!(text, "before {\"line\":null}\n"); // What was there stays.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Lines {
    /// For declarations of that schema.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let lines = kakou::facts::lines::Lines::new(&rules.schema);
    /// assert_eq!(lines.schema(), &rules.schema);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(schema: &Arc<Schema>) -> Lines {
        let index = Index::new(schema);
        let lists = (0..).map(ListId).zip(&schema.lists);
        let quoted = |text: &str| serde_json::Value::from(text).to_string().into_boxed_str();
        let day = |number: i32| {
            let mut text = [b'"'; 12];
            let written = Day::from_number(number).map_or(String::new(), |day| day.to_string());
            for (place, byte) in text.iter_mut().skip(1).zip(written.bytes().take(10)) {
                *place = byte;
            }
            text
        };
        Lines {
            schema: Arc::clone(schema),
            root: Record::of(schema, &index, index.root()),
            elements: lists
                .map(|(list, _)| Record::of(schema, &index, index.element(list)))
                .collect(),
            codes: schema
                .tables
                .iter()
                .map(|table| table.codes.iter().map(|code| quoted(&code.code)).collect())
                .collect(),
            days: (FIRST_DAY..FIRST_DAY + DAYS).map(day).collect(),
        }
    }

    /// The schema.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let lines = kakou::facts::lines::Lines::new(&rules.schema);
    /// assert!(lines.schema().field_by_path("weight_error").is_some());
    /// assert!(lines.schema().field_by_path("weight").is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Adds a line, its end included; something else than the facts say may stand in one place.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::lines::{Instead, Lines};
    /// let lines = Lines::new(&rules.schema);
    /// let facts = kakou::Facts::builder(&rules.schema).set("id", "D-1").build()?;
    /// let id = rules.schema.id.ok_or("no id")?;
    /// let mut text = String::new();
    /// lines.write(&mut text, &facts, None);
    /// let first = Instead { field: id, row: None, text: "\"D-0\"".into(), twice: true };
    /// lines.write(&mut text, &facts, Some(&first));
    /// assert_eq!(text, "{\"id\":\"D-1\"}\n{\"id\":\"D-0\",\"id\":\"D-1\"}\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(&self, out: &mut String, facts: &Facts, instead: Option<&Instead>) {
        let line = Line {
            lines: self,
            facts,
            instead,
        };
        out.push('{');
        line.record(out, &self.root, 0);
        out.push_str("}\n");
    }
}

impl Record {
    fn of(schema: &Schema, index: &Index, node: NodeId) -> Record {
        let part = |(name, child): (&str, Child)| {
            let name = format!("{}:", serde_json::Value::from(name)).into_boxed_str();
            let part = match child {
                Child::Leaf(leaf) => Part::Leaf(leaf),
                Child::Record(inner) => Part::Record(Record::of(schema, index, inner)),
                Child::List(list, field) => Part::List(list, field),
            };
            let field = match &part {
                Part::Leaf(leaf) => schema.field(leaf.field),
                Part::List(_, field) => schema.field(*field),
                Part::Record(_) => None,
            };
            Entry {
                name,
                part,
                absent_is_none: field.is_some_and(|field| field.absent_means_none),
            }
        };
        let mut entries: Vec<Entry> = index.node(node).children().map(part).collect();
        entries.sort_by_cached_key(|entry| (entry.part.place(schema), entry.name.clone()));
        Record(entries)
    }
}

impl Part {
    /// Where the first field of it stands in the schema's text.
    fn place(&self, schema: &Schema) -> u32 {
        let field = match self {
            Part::Record(inner) => {
                return inner
                    .0
                    .first()
                    .map_or(u32::MAX, |entry| entry.part.place(schema));
            }
            Part::Leaf(leaf) => leaf.field,
            Part::List(_, field) => *field,
        };
        let place = schema.places.0.get(field.0 as usize);
        place.map_or(u32::MAX, |span| span.start)
    }
}

struct Line<'l> {
    lines: &'l Lines,
    facts: &'l Facts,
    instead: Option<&'l Instead>,
}

impl Line<'_> {
    /// Writes the fields of a record; says whether there were any.
    fn record(&self, out: &mut String, record: &Record, row: u32) -> bool {
        let mut first = true;
        for entry in &record.0 {
            let before = out.len();
            if !first {
                out.push(',');
            }
            out.push_str(&entry.name);
            let written = match &entry.part {
                Part::Leaf(leaf) => self.leaf(out, *leaf, row, entry),
                Part::List(list, field) => match self.instead_of(*field, row) {
                    Some(instead) => {
                        out.push_str(&instead.text);
                        true
                    }
                    None => self.list(out, *list, row, entry.absent_is_none),
                },
                Part::Record(inner) => {
                    out.push('{');
                    let some = self.record(out, inner, row);
                    out.push('}');
                    some
                }
            };
            if written {
                first = false;
            } else {
                out.truncate(before);
            }
        }
        !first
    }

    fn instead_of(&self, field: FieldId, row: u32) -> Option<&Instead> {
        let instead = self.instead?;
        let here = instead.field == field && instead.row.is_none_or(|at| at == row);
        here.then_some(instead)
    }

    fn leaf(&self, out: &mut String, leaf: Leaf, row: u32, entry: &Entry) -> bool {
        let fact = match leaf.home {
            Home::Header(slot) => self.facts.header(slot),
            Home::Element(list, column) => match self.facts.rows(list) {
                Some(rows) => rows.cell(row, column),
                None => return false,
            },
        };
        if let Some(instead) = self.instead_of(leaf.field, row) {
            out.push_str(&instead.text);
            if instead.twice {
                out.push(',');
                out.push_str(&entry.name);
                if !self.fact(out, fact, leaf.typ) {
                    out.push_str("null");
                }
            }
            return true;
        }
        let left_out = entry.absent_is_none && *fact == Fact::None;
        !left_out && self.fact(out, fact, leaf.typ)
    }

    fn list(&self, out: &mut String, list: ListId, owner: u32, absent_is_none: bool) -> bool {
        let (Some(rows), Some(record)) = (
            self.facts.rows(list),
            self.lines.elements.get(list.0 as usize),
        ) else {
            return false;
        };
        match rows.state(owner) {
            ListState::Unknown => return false,
            ListState::None if absent_is_none => return false,
            ListState::None => out.push_str("null"),
            ListState::Given => {
                out.push('[');
                for (place, row) in rows.of(owner).enumerate() {
                    out.push_str(if place == 0 { "{" } else { ",{" });
                    self.record(out, record, row);
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
                push_number(out, *number);
            }
            Value::Date(day) => self.day(out, *day),
            Value::Text(text) => push_text(out, text),
            Value::Hs(code) => {
                let _ = write!(out, "\"{code}\"");
            }
            Value::Code(code) => {
                let (Type::Code(table) | Type::Set(table)) = typ else {
                    return false;
                };
                self.code(out, table.0, code.0);
            }
            Value::Set(codes) => {
                let Type::Set(table) = typ else { return false };
                out.push('[');
                for (place, code) in codes.iter().enumerate() {
                    if place > 0 {
                        out.push(',');
                    }
                    self.code(out, table.0, code.0);
                }
                out.push(']');
            }
        }
        true
    }

    fn code(&self, out: &mut String, table: u32, code: u32) {
        let codes = self.lines.codes.get(table as usize);
        let text = codes.and_then(|codes| codes.get(code as usize));
        out.push_str(text.map_or("\"\"", |text| text));
    }

    fn day(&self, out: &mut String, day: Day) {
        let known = usize::try_from(day.number() - FIRST_DAY).ok();
        let text = known.and_then(|at| self.lines.days.get(at));
        match text.and_then(|text| std::str::from_utf8(text).ok()) {
            Some(text) => out.push_str(text),
            None => {
                let _ = write!(out, "\"{day}\"");
            }
        }
    }
}

fn push_text(out: &mut String, text: &str) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// The digits of a number, which are those that the library behind it writes, only sooner.
fn push_number(out: &mut String, number: Number) {
    let (mantissa, scale) = number.parts();
    let Ok(small) = i64::try_from(mantissa) else {
        let _ = write!(out, "{number}");
        return;
    };
    if scale == 0 {
        let _ = write!(out, "{small}");
        return;
    }
    let Some(unit) = 10u64.checked_pow(scale) else {
        let _ = write!(out, "{number}");
        return;
    };
    if small < 0 {
        out.push('-');
    }
    let digits = small.unsigned_abs();
    let (whole, part, width) = (digits / unit, digits % unit, scale as usize);
    let _ = write!(out, "{whole}.{part:0width$}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_everywhere() {
        for text in [
            "0",
            "-0.5",
            "12.05",
            "1200",
            "0.0000000001",
            "-3.07",
            "999999999999999999",
            "123456789012345678.0123456789",
        ] {
            let mut out = String::new();
            push_number(&mut out, text.parse().unwrap());
            assert_eq!(out, text);
        }
    }

    #[test]
    fn texts_are_escaped_where_they_must_be() {
        let mut out = String::new();
        push_text(&mut out, "卡口");
        push_text(&mut out, "a\"b\\c\n");
        assert_eq!(out, "\"卡口\"\"a\\\"b\\\\c\\n\"");
    }
}
