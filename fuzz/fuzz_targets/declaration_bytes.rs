//! Any bytes as a declaration and as a batch: what is read in one pass is what the reader with care
//! reads, in facts, keys and errors; it is judged at every trust, rendered and written back as the
//! same facts. So are the values of a program and the rows of a table.
#![no_main]

#[path = "../../tests/support/generate/world.rs"]
mod world;

use kakou::check::rules::{RuleSet, Sure};
use kakou::facts::Facts;
use kakou::facts::batch::Batch;
use kakou::facts::json::{Reader, from_json};
use kakou::facts::map::{Bound, Map};
use kakou::facts::serde::from_serde;
use kakou::facts::sheet::Sheet;
use kakou::facts::write::to_json;
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use kakou::verdict;
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

/// Rules that read every field of the schema, with requirements, exceptions and a pilot.
const RULES: &str = include_str!("../rules/every_field.rules");

static WORLD: LazyLock<(Arc<RuleSet>, Reader)> = LazyLock::new(|| {
    let compiled = world::compiled(RULES);
    let rules = compiled.rules.unwrap_or_else(|| {
        panic!(
            "{}",
            kakou::ground::render::render(
                &compiled.diagnostics,
                &compiled.sources,
                kakou::ground::render::Colours::Plain
            )
        )
    });
    let reader = Reader::new(rules.schema.clone());
    (rules, reader)
});

fn judged(rules: &RuleSet, reader: &Reader, facts: &Facts) {
    let schema = &rules.schema;
    let written = to_json(schema, facts);
    let again = reader
        .read(written.as_bytes())
        .unwrap_or_else(|e| panic!("what was written is read: {e}\n{written}"));
    assert_eq!(facts, &again, "{written}");
    for day in facts.as_of(schema).into_iter().chain("2020-06-15".parse()) {
        for trust in [Sure::Found, Sure::High, Sure::Design] {
            let judgement = Reference::new(rules, trust).judge(facts, day);
            assert!(judgement.counted.low <= judgement.counted.high);
            let verdict =
                verdict::render::render(rules, facts, &judgement, trust, &Limits::default());
            assert!(!verdict::json::to_json(&verdict, None).is_empty());
        }
    }
}

/// A column for each field of the header, by its path, as far as a table can hold it.
static MAP: LazyLock<(Map, Vec<String>)> = LazyLock::new(|| {
    let schema = WORLD.1.schema();
    let mut columns: Vec<String> = Vec::new();
    let fields: Vec<String> = schema
        .fields
        .iter()
        .filter(|field| matches!(field.home, kakou::schema::Home::Header(_)))
        .filter_map(|field| {
            use kakou::schema::value::Type;
            let split = match field.typ {
                Type::List(_) => return None,
                Type::Set(_) => r#", "split": ";""#,
                _ => "",
            };
            columns.push(field.path.clone());
            Some(format!(r#""{0}": {{"column": "{0}"{split}}}"#, field.path))
        })
        .collect();
    let text = format!(r#"{{"fields": {{{}}}}}"#, fields.join(", "));
    let map = Map::parse(schema, &text).unwrap_or_else(|e| panic!("{e}"));
    (map, columns)
});

thread_local! {
    /// What was on the sheet before must not show.
    static SHEET: RefCell<Sheet> = RefCell::default();
}

/// One pass and the reader with care agree.
fn agree(reader: &Reader, bytes: &[u8], sheet: &mut Sheet) {
    let careful = from_json(reader.schema(), bytes, reader.limits());
    let quick = reader.read_into(bytes, sheet);
    assert_eq!(quick, careful.as_ref().map_err(Clone::clone));
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) {
        let careful = from_serde(reader.schema(), &value, reader.limits());
        let straight = reader.read_serde_into(&value, sheet);
        assert_eq!(straight, careful.as_ref().map_err(Clone::clone));
    }
}

/// The bytes as the cells of a row, and as the rows of a table in pieces of any size.
fn agree_in_rows(bytes: &[u8], sheet: &mut Sheet) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (map, columns) = &*MAP;
    let bound: Bound = map.bind(columns).unwrap_or_else(|e| panic!("{e}"));
    let mut cells: Vec<&str> = text.split('|').collect();
    cells.resize(columns.len(), "");
    let careful = bound.record(&cells);
    let row = bound.record_into(&cells, sheet);
    assert_eq!(row, careful.as_ref().map_err(Clone::clone));
    let table = format!("{}\n{text}", columns.join(","));
    let whole = Batch::csv(map.clone(), Limits::default(), table.as_bytes());
    let piece = 1 + bytes.len() % 7;
    let pieces = std::io::BufReader::with_capacity(piece, table.as_bytes());
    let pieces = Batch::csv(map.clone(), Limits::default(), pieces);
    assert!(whole.take(64).eq(pieces.take(64)));
}

fuzz_target!(|bytes: &[u8]| {
    let (rules, reader) = &*WORLD;
    SHEET.with_borrow_mut(|sheet| {
        agree(reader, bytes, sheet);
        agree_in_rows(bytes, sheet);
    });
    match reader.read(bytes) {
        Ok(facts) => judged(rules, reader, &facts),
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
    for batch in [
        Batch::ndjson(reader.clone(), bytes),
        Batch::json(reader.clone(), bytes),
    ] {
        for record in batch.take(64) {
            let _ = format!("{:?}", record.0);
        }
    }
});
