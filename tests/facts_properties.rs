//! Laws of the readers: what is written is read back, all ways in agree, and nothing panics.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that finds nothing shall fail loudly"
)]

#[path = "support/declarations.rs"]
mod declarations;
#[path = "support/schema.rs"]
mod schema;

use declarations::declaration;
use kakou::facts::Facts;
use kakou::facts::batch::Batch;
use kakou::facts::builder::RecordBuilder;
use kakou::facts::edit::{Change, apply};
use kakou::facts::given::Given;
use kakou::facts::json::{Reader, from_json};
use kakou::facts::map::Map;
use kakou::facts::serde::from_serde;
use kakou::facts::write::to_json;
use kakou::ground::limits::Limits;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::sync::Arc;

/// The same declaration by the builder.
fn build(mut record: RecordBuilder, value: &Value) -> RecordBuilder {
    for (name, value) in value.as_object().unwrap() {
        record = give(record, name, value);
    }
    record
}

fn give(record: RecordBuilder, path: &str, value: &Value) -> RecordBuilder {
    match value {
        Value::Null => record.set(path, Given::None),
        Value::Bool(yes) => record.set(path, *yes),
        Value::Number(n) => record.set(path, n.as_i64().unwrap()),
        Value::String(text) => record.set(path, text.as_str()),
        Value::Array(codes) if matches!(path, "documents" | "licences") => record.set(
            path,
            codes
                .iter()
                .map(|c| c.as_str().unwrap())
                .collect::<Vec<_>>(),
        ),
        Value::Array(elements) => elements.iter().fold(record.no_elements(path), |record, e| {
            record.element(path, |inner| build(inner, e))
        }),
        Value::Object(fields) => fields.iter().fold(record, |record, (name, value)| {
            give(record, &format!("{path}.{name}"), value)
        }),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(declaration in declaration()) {
        let schema = schema::schema();
        let limits = Limits::default();
        let facts = from_json(&schema, declaration.to_string().as_bytes(), &limits).unwrap();
        let written = to_json(&schema, &facts);
        prop_assert_eq!(from_json(&schema, written.as_bytes(), &limits), Ok(facts));
    }

    #[test]
    fn all_ways_in_agree(declaration in declaration()) {
        let schema = Arc::new(schema::schema());
        let reader = Reader::new(schema.clone());
        let text = declaration.to_string();
        let facts = reader.read(text.as_bytes()).unwrap();
        prop_assert_eq!(&from_serde(&schema, &declaration, &Limits::default()).unwrap(), &facts);
        let fields = declaration.as_object().unwrap();
        let builder = fields.iter().fold(Facts::builder(&schema), |builder, (name, value)| {
            builder.with(|record| give(record, name, value))
        });
        prop_assert_eq!(&builder.build().unwrap(), &facts);
        let lines = format!("{text}\r\n\n{text}");
        let array = format!("\u{feff} [{text} , {text}]\n");
        let by_line: Vec<_> = Batch::ndjson(reader.clone(), lines.as_bytes()).map(|(_, f)| f.unwrap()).collect();
        let by_element: Vec<_> = Batch::json(reader, array.as_bytes()).map(|(_, f)| f.unwrap()).collect();
        prop_assert_eq!(&by_line, &vec![facts.clone(), facts]);
        prop_assert_eq!(by_line, by_element);
    }

    #[test]
    fn a_table_is_read_as_the_csv_library_writes_it(rows in proptest::collection::vec(
        ("[a-z\",\n\r 卡]{0,6}", "[a-z\",\n\r 卡]{0,6}"), 1..8,
    )) {
        let schema = Arc::new(schema::schema());
        let fields = r#"{"fields": {"id": {"column": "a"}, "notes[1].text": {"column": "b"}, "head.form_no": {"constant": "x"}}}"#;
        let map = Map::parse(&schema, fields).unwrap();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a", "b"]).unwrap();
        for (a, b) in &rows {
            writer.write_record([a, b]).unwrap();
        }
        let table = writer.into_inner().unwrap();
        let read: Vec<_> = Batch::csv(map, Limits::default(), &table[..])
            .map(|(_, facts)| to_json(&schema, &facts.unwrap()))
            .collect();
        let cell = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
        let expected: Vec<_> = rows.iter().map(|(a, b)| {
            let notes = if b.is_empty() { Value::Null } else { json!([{"text": b}]) };
            json!({"documents": null, "head": {"carrier": {"name": null}, "form_no": "x"}, "id": cell(a), "notes": notes})
                .to_string()
        }).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), small in 0usize..40) {
        let schema = Arc::new(schema::schema());
        let limits = Limits { record_bytes: small, ..Limits::default() };
        let _ = from_json(&schema, &bytes, &Limits::default());
        let reader = Reader::new(schema.clone()).with_limits(limits);
        for (_, record) in Batch::ndjson(reader.clone(), &bytes[..]).chain(Batch::json(reader, &bytes[..])) {
            let _ = record.map_err(|e| e.to_string());
        }
        let map = Map::parse(&schema, r#"{"fields": {"id": {"column": "a"}}}"#).unwrap();
        let table = [b"a\n".as_slice(), &bytes].concat();
        for (_, record) in Batch::csv(map, limits, &table[..]) {
            let _ = record.map_err(|e| e.to_string());
        }
    }

    #[test]
    fn no_mangled_declaration_panics(
        declaration in declaration(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), "[\\[\\]{}\",:0-9eE.\\\\u]{0,3}"), 1..4),
    ) {
        let mut text: Vec<char> = declaration.to_string().chars().collect();
        for (at, with) in cuts {
            let at = at.index(text.len());
            text.splice(at..(at + 1).min(text.len()), with.chars());
            if text.is_empty() { return Ok(()); }
        }
        let text: String = text.into_iter().collect();
        let schema = Arc::new(schema::schema());
        let _ = from_json(&schema, text.as_bytes(), &Limits::default()).map_err(|e| e.to_string());
        let _ = Map::parse(&schema, &text).map_err(|e| e.to_string());
    }

    #[test]
    fn changes_agree_with_the_text(declaration in declaration(), path in select(vec![
        "head", "head.weight_unit", "head.freight_currency", "items", "items[1]", "items[2].packages",
        "items[1].unit", "items[2].packages[1]", "documents", "items[1].packages[2].kept.on",
    ])) {
        let schema = schema::schema();
        let limits = Limits::default();
        let facts = from_json(&schema, declaration.to_string().as_bytes(), &limits).unwrap();
        let Ok(changed) = apply(&schema, &facts, &[Change::without(path)]) else { return Ok(()) };
        // Taking out what is not there any more changes nothing; of a list the next element is there.
        if !path.ends_with(']') {
            prop_assert_eq!(&apply(&schema, &changed, &[Change::without(path)]).unwrap(), &changed);
        }
        // Setting absent-means-none fields back to none makes the text's reading of it.
        let mut without = declaration.clone();
        remove(&mut without, path);
        let read = from_json(&schema, without.to_string().as_bytes(), &limits).unwrap();
        let rewritten = from_json(&schema, to_json(&schema, &changed).as_bytes(), &limits).unwrap();
        prop_assert_eq!(rewritten, read);
    }
}

fn remove(value: &mut Value, path: &str) {
    let pointer = path
        .replace('[', ".[")
        .split('.')
        .fold(String::new(), |out, part| {
            match part.strip_prefix('[').and_then(|p| p.strip_suffix(']')) {
                Some(place) => format!("{out}/{}", place.parse::<usize>().unwrap() - 1),
                None => format!("{out}/{part}"),
            }
        });
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.remove(last);
        }
        Some(Value::Array(elements)) => {
            let at = last.parse::<usize>().unwrap();
            if at < elements.len() {
                elements.remove(at);
            }
        }
        _ => {}
    }
}
