//! Declarations in, facts or errors out. `UPDATE=1` writes the expected texts anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that finds nothing shall fail loudly"
)]

#[path = "support/schema.rs"]
mod schema;

use kakou::facts::Facts;
use kakou::facts::ListState;
use kakou::facts::json::from_json;
use kakou::facts::write::{fact_text, path_of, to_json};
use kakou::ground::limits::Limits;
use kakou::schema::value::{Fact, ListId, Type};
use kakou::schema::{Home, Schema};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/facts")
        .join(name)
}

fn cases(of: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder(of))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    cases.sort();
    assert!(cases.len() > 5, "the cases of `{of}` are there");
    cases
}

fn compare(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        found,
        expected,
        "{} (UPDATE=1 writes it anew)",
        path.display()
    );
}

/// All facts that are not unknown, one a line, lists with their state.
fn dump(schema: &Schema, facts: &Facts) -> String {
    let mut out = String::new();
    for field in &schema.header {
        let (path, typ) = (
            &schema.field(*field).unwrap().path,
            schema.field(*field).unwrap().typ,
        );
        match typ {
            Type::List(list) => dump_list(schema, facts, list, 0, &[], &mut out),
            _ => line(
                &mut out,
                path,
                schema,
                facts.fact(schema, *field, None),
                typ,
            ),
        }
    }
    for assumed in facts.assumed() {
        writeln!(out, "assumed {} = {}", assumed.path, assumed.value).unwrap();
    }
    out
}

fn line(out: &mut String, path: &str, schema: &Schema, fact: &Fact, typ: Type) {
    if *fact != Fact::Unknown {
        writeln!(out, "{path} = {}", fact_text(schema, fact, typ)).unwrap();
    }
}

fn dump_list(
    schema: &Schema,
    facts: &Facts,
    list: ListId,
    owner: u32,
    places: &[u32],
    out: &mut String,
) {
    let rows = facts.rows(list).unwrap();
    let shape = schema.list(list).unwrap();
    let path = path_of(schema, shape.field, places);
    match rows.state(owner) {
        ListState::Unknown => return,
        ListState::None => writeln!(out, "{path} = none").unwrap(),
        ListState::Given => writeln!(out, "{path} = {} given", rows.of(owner).len()).unwrap(),
    }
    for (at, row) in rows.of(owner).enumerate() {
        let places = [places, &[at as u32 + 1]].concat();
        assert_eq!(facts.places(schema, list, row), places);
        for field in &shape.columns {
            let found = schema.field(*field).unwrap();
            assert!(matches!(found.home, Home::Element(of, _) if of == list));
            match found.typ {
                Type::List(inner) => dump_list(schema, facts, inner, row, &places, out),
                typ => {
                    let path = path_of(schema, *field, &places);
                    line(
                        out,
                        &path,
                        schema,
                        facts.fact(schema, *field, Some(row)),
                        typ,
                    );
                }
            }
        }
    }
}

#[test]
fn good_declarations() {
    let schema = schema::schema();
    for case in cases("good") {
        let bytes = std::fs::read(&case).unwrap();
        let facts = from_json(&schema, &bytes, &Limits::default())
            .unwrap_or_else(|e| panic!("{}: {e}", case.display()));
        compare(&case.with_extension("facts"), &dump(&schema, &facts));
        let written = to_json(&schema, &facts);
        let again = from_json(&schema, written.as_bytes(), &Limits::default());
        assert_eq!(again.as_ref(), Ok(&facts), "{}: {written}", case.display());
    }
}

#[test]
fn bad_declarations() {
    let schema = schema::schema();
    for case in cases("bad") {
        let bytes = std::fs::read(&case).unwrap();
        let limits = Limits {
            record_bytes: 4000,
            ..Limits::default()
        };
        let errors = from_json(&schema, &bytes, &limits).expect_err(&case.display().to_string());
        compare(&case.with_extension("err"), &format!("{errors}\n"));
    }
}
