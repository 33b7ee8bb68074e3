//! What is read in one pass onto a sheet is what the reader with care reads: the same facts, the
//! same keys, the same errors, whatever was on the sheet before.

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
use kakou::facts::batch::Batch;
use kakou::facts::json::{Reader, from_json};
use kakou::facts::map::Map;
use kakou::facts::serde::from_serde;
use kakou::facts::sheet::Sheet;
use kakou::ground::limits::Limits;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Reads texts one after the other on one sheet and holds each against the reader with care.
fn hold_against_care(reader: &Reader, sheet: &mut Sheet, bytes: &[u8]) {
    let careful = from_json(reader.schema(), bytes, reader.limits());
    let shown = String::from_utf8_lossy(bytes);
    match reader.read_into(bytes, sheet) {
        Ok(facts) => assert_eq!(Ok(facts), careful.as_ref(), "{shown}"),
        Err(errors) => assert_eq!(Err(&errors), careful.as_ref(), "{shown}"),
    }
    assert_eq!(reader.read(bytes), careful, "{shown}");
}

fn reader() -> Reader {
    Reader::new(Arc::new(schema::schema()))
}

/// How a text is damaged: a piece in place of some characters.
type Cut = (Index, usize, String);

fn cuts() -> impl Strategy<Value = Vec<Cut>> {
    let piece = prop_oneof![
        "[\\[\\]{}\",:0-9eE.\\\\u +-]{0,3}",
        proptest::sample::select(vec![
            "null",
            "true",
            "\"id\":",
            "\\u0041",
            "\\ud83d\\ude00",
            "\\ud800",
            "\\/",
            "\\n",
            "\u{1}",
            "卡",
            "00",
            "-0",
            "1.50",
            "\"\"",
            "1e3",
            "0.00",
            "99999999999999999999",
            " \n\t\r",
            ",\"id\":null",
            "\"1371\"",
            "[]",
            "{}",
            ",",
            "\u{0}",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec((any::<Index>(), 0usize..3, piece), 0..3)
}

fn damaged(text: &str, cuts: &[Cut]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (at, length, with) in cuts {
        let at = at.index(text.len() + 1);
        let end = (at + length).min(text.len());
        text.splice(at..end, with.chars());
    }
    text.into_iter().collect()
}

/// The same declaration as other programs write it.
fn written(value: &Value, how: u8) -> String {
    match how % 4 {
        0 => value.to_string(),
        1 => serde_json::to_string_pretty(value).unwrap(),
        2 => value
            .to_string()
            .replace("\":", "\": ")
            .replace(",\"", ", \""),
        // As programs do that write ASCII only.
        _ => {
            let mut units = [0; 2];
            let text = value.to_string();
            let ascii = text.chars().map(|c| match c.is_ascii() {
                true => c.to_string(),
                false => {
                    let units = c.encode_utf16(&mut units);
                    units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
                }
            });
            ascii.collect()
        }
    }
}

/// A declaration's fields in another order.
fn turned(value: &Value, by: usize) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let mut all: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}:{}", json!(name), turned(value, by)))
                .collect();
            let places = all.len();
            all.rotate_left(by % places);
            format!("{{{}}}", all.join(","))
        }
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(|value| turned(value, by)).collect();
            format!("[{}]", all.join(","))
        }
        other => other.to_string(),
    }
}

const MAP: &str = r#"{
  "ignore": ["Remark"],
  "fields": {
    "id": {"column": "No."},
    "date": {"column": "Day", "date": "DD/MM/YYYY"},
    "declared": {"column": "Flag", "codes": {"1": "true", "0": "false"}},
    "copies": {"column": "Copies", "default": "1"},
    "index": {"column": "Index", "places": 2},
    "duty_rate": {"column": "Rate", "percent": true},
    "head.supervision_mode": {"column": "Mode", "codes": {"B": "0110"}, "others": "keep"},
    "head.form_no": {"column": "Form", "prefix": "F-", "pad": 6},
    "head.freight": {"column": "Freight"},
    "head.freight_currency": {"column": "Currency"},
    "documents": {"column": "Documents", "split": ";"},
    "items[1].line_no": {"column": "Line 1"},
    "items[1].hs_code": {"column": "Code 1", "pad": 6},
    "items[1].qty": {"column": "Quantity 1", "empty": "unknown"},
    "items[1].unit": {"constant": "035"},
    "items[1].packages[1].number": {"column": "Package 1", "empty": "unknown"},
    "items[1].packages[2].number": {"column": "Package 2", "empty": "unknown"},
    "items[2].line_no": {"column": "Line 2"},
    "items[2].unit": {"column": "Unit 2", "default": "001"},
    "items[2].licences": {"column": "Licences 2", "split": ", "}
  }
}"#;

const COLUMNS: [&str; 20] = [
    "No.",
    "Remark",
    "Day",
    "Flag",
    "Copies",
    "Index",
    "Rate",
    "Mode",
    "Form",
    "Freight",
    "Currency",
    "Documents",
    "Line 1",
    "Code 1",
    "Quantity 1",
    "Package 1",
    "Package 2",
    "Line 2",
    "Unit 2",
    "Licences 2",
];

fn cell(column: usize) -> BoxedStrategy<String> {
    let usual: &[&str] = match COLUMNS[column] {
        "Day" => &[
            "31/12/2025",
            "1/2/2026",
            "30/02/2026",
            "2026-01-01",
            "01/02/26",
        ],
        "Flag" => &["1", "0", "2"],
        "Index" | "Rate" | "Freight" | "Quantity 1" => &[
            "8",
            "8.00",
            "0.08000000000000003",
            "-12.5",
            "1e3",
            "12345678.9",
            "1,5",
        ],
        "Copies" | "Line 1" | "Line 2" => &["1", "2", "2.0", "2.5", "007", "12345678901234567890"],
        "Mode" => &["B", "1371", "0110", "Q"],
        "Code 1" => &["8471", "10690", "8471300000", "84713o"],
        "Currency" => &["CNY", "USD", "EUR"],
        "Documents" | "Licences 2" => &[
            "gate_pass",
            "gate_pass; record_list ;",
            ";",
            "record_list, gate_pass",
            "gate_pass;gate_pass",
        ],
        "Unit 2" => &["001", "035", "999"],
        _ => &[
            "D-1",
            "卡口",
            "a \"quoted\" text",
            "two\nlines",
            "a,b",
            " spaced ",
            "\u{0}",
        ],
    };
    let usual = proptest::sample::select(usual.to_vec()).prop_map(str::to_owned);
    prop_oneof![3 => Just(String::new()), 12 => usual, 1 => "[ -~\n卡]{0,12}"].boxed()
}

fn row() -> impl Strategy<Value = Vec<String>> {
    (0..COLUMNS.len()).map(cell).collect::<Vec<_>>()
}

proptest! {
    #[test]
    fn declarations_and_damaged_ones(
        all in proptest::collection::vec((declaration(), any::<u8>(), cuts()), 1..6),
    ) {
        let reader = reader();
        let mut sheet = Sheet::default();
        for (value, how, cuts) in &all {
            // Whoever has read one twice guesses that its names come in that order again.
            for _ in 0..3 {
                hold_against_care(&reader, &mut sheet, written(value, *how).as_bytes());
            }
            hold_against_care(&reader, &mut sheet, damaged(&written(value, *how), cuts).as_bytes());
            hold_against_care(&reader, &mut sheet, turned(value, usize::from(*how)).as_bytes());
        }
    }

    #[test]
    fn under_any_limits(value in declaration(), nesting in 0usize..7, bytes in 0usize..400) {
        let limits = Limits { nesting, record_bytes: bytes, ..Limits::default() };
        let reader = reader().with_limits(limits);
        hold_against_care(&reader, &mut Sheet::default(), value.to_string().as_bytes());
        let careful = from_serde(reader.schema(), &value, &limits);
        prop_assert_eq!(reader.read_serde(&value), careful);
    }

    #[test]
    fn any_bytes(all in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..4)) {
        let reader = reader();
        let mut sheet = Sheet::default();
        for bytes in &all {
            hold_against_care(&reader, &mut sheet, bytes);
            let within = [b"{\"id\":\"".as_slice(), bytes, b"\",\"copies\":1}"].concat();
            hold_against_care(&reader, &mut sheet, &within);
            let after = [b"{\"copies\":".as_slice(), bytes, b"}"].concat();
            hold_against_care(&reader, &mut sheet, &after);
        }
    }

    #[test]
    fn numbers_as_they_are_written(number in "-?[0-9]{0,20}(\\.[0-9]{0,12})?([eE][0-9])?") {
        let reader = reader();
        let mut sheet = Sheet::default();
        for field in ["copies", "index", "duty_rate", "guarantee", "gross", "id", "date", "declared"] {
            for text in [format!("{{\"{field}\":{number}}}"), format!("{{\"{field}\":\"{number}\"}}")] {
                hold_against_care(&reader, &mut sheet, text.as_bytes());
            }
        }
    }

    #[test]
    fn values_of_programs(all in proptest::collection::vec((declaration(), cuts()), 1..4)) {
        let reader = reader();
        let mut sheet = Sheet::default();
        for (value, cuts) in &all {
            let other = serde_json::from_str(&damaged(&value.to_string(), cuts)).unwrap_or(Value::Null);
            for value in [value, &other] {
                let careful = from_serde(reader.schema(), value, reader.limits());
                let straight = reader.read_serde_into(value, &mut sheet);
                prop_assert_eq!(straight, careful.as_ref().map_err(Clone::clone));
            }
        }
    }

    #[test]
    fn rows_of_a_table(rows in proptest::collection::vec(row(), 1..5), crlf in any::<bool>(), always in any::<bool>()) {
        let schema = Arc::new(schema::schema());
        let map = Map::parse(&schema, MAP).unwrap();
        let bound = map.bind(&COLUMNS).unwrap();
        let mut writer = csv::WriterBuilder::new()
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .quote_style(if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .from_writer(Vec::new());
        writer.write_record(COLUMNS).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let table = writer.into_inner().unwrap();
        let mut batch = Batch::csv(map, Limits::default(), &table[..]);
        let (mut sheet, mut other) = (Sheet::default(), Sheet::default());
        for row in &rows {
            let careful = bound.record(row);
            let (place, read) = batch.next_into(&mut sheet).unwrap();
            match (&read, &careful) {
                (Ok(read), Ok(careful)) => prop_assert_eq!(*read, careful),
                (read, careful) => {
                    // The errors of a row name its place besides.
                    let said = |errors: &kakou::facts::error::FactErrors| -> Vec<_> {
                        errors.errors.iter().map(|e| e.clone().at(None).to_string()).collect()
                    };
                    prop_assert_eq!(read.as_ref().err().map(said), careful.as_ref().err().map(said), "{:?}", place);
                }
            }
            prop_assert_eq!(bound.record_into(row, &mut other), careful.as_ref().map_err(Clone::clone));
        }
        prop_assert!(batch.next_into(&mut sheet).is_none());
    }

    #[test]
    fn tables_in_pieces(text in "[a,\"\n\r]{0,40}", piece in 1usize..9) {
        // What stands across two reads of the input is read as what stands in one.
        let schema = Arc::new(schema::schema());
        let map = Map::parse(&schema, r#"{"fields": {"id": {"column": "a"}, "head.form_no": {"column": "b"}}}"#).unwrap();
        let table = format!("a,b\n{text}");
        let whole = Batch::csv(map.clone(), Limits::default(), table.as_bytes());
        let pieces = std::io::BufReader::with_capacity(piece, table.as_bytes());
        let pieces = Batch::csv(map, Limits::default(), pieces);
        prop_assert_eq!(whole.collect::<Vec<_>>(), pieces.collect::<Vec<_>>());
    }
}

#[test]
fn the_example_declarations_by_the_real_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let reader = Reader::new(rules.schema.clone());
    let text = std::fs::read_to_string(root.join("examples/declarations.ndjson")).unwrap();
    let mut sheet = Sheet::default();
    for line in text.lines() {
        hold_against_care(&reader, &mut sheet, line.as_bytes());
        let value: Value = serde_json::from_str(line).unwrap();
        let careful = from_serde(reader.schema(), &value, reader.limits());
        let straight = reader.read_serde_into(&value, &mut sheet);
        assert_eq!(straight, careful.as_ref().map_err(Clone::clone), "{line}");
        // Every field alone damaged: each value in turn is of another kind.
        for (at, _) in line.match_indices(": ") {
            let damaged = format!("{}: [7]{}", &line[..at], &line[at + 2..]);
            hold_against_care(&reader, &mut sheet, damaged.as_bytes());
        }
    }
}

#[test]
fn a_zero_behind_a_code_is_no_json() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let reader = Reader::new(rules.schema.clone());
    let mut sheet = Sheet::default();
    let text = r#"{"business": "bonded_rd", "zone_id": "jinqiao_cbz", "documents": ["record_list", "customs_declaration"], "head": {"supervision_mode": "5000"}, "items": [{"line_no": 1, "licence_codes": ["P", "n"]}]}"#;
    assert!(reader.read(text.as_bytes()).is_ok());
    for (at, _) in text.match_indices('"') {
        for zeros in ["\0", "\0\0"] {
            let damaged = format!("{}{zeros}{}", &text[..at], &text[at..]);
            hold_against_care(&reader, &mut sheet, damaged.as_bytes());
            assert!(reader.read(damaged.as_bytes()).is_err(), "{damaged:?}");
        }
    }
}

#[test]
fn facts_that_are_kept_do_not_change_with_the_sheet() {
    let reader = reader();
    let mut sheet = Sheet::default();
    let text = |id: &str, documents: &str| format!(r#"{{"id":"{id}","documents":[{documents}]}}"#);
    let first = text("D-1", r#""gate_pass""#);
    let kept = reader
        .read_into(first.as_bytes(), &mut sheet)
        .unwrap()
        .clone();
    let second = text("D-2", r#""record_list""#);
    reader.read_into(second.as_bytes(), &mut sheet).unwrap();
    assert_eq!(
        Ok(kept),
        from_json(reader.schema(), first.as_bytes(), reader.limits())
    );
    assert_eq!(sheet.facts().id(reader.schema()), Some("D-2"));
}

#[test]
fn one_sheet_serves_several_schemas() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let gate = kakou::load(root.join("examples/gate")).unwrap();
    let (small, large) = (Reader::new(gate.schema.clone()), reader());
    let mut sheet = Sheet::default();
    for _ in 0..2 {
        hold_against_care(&small, &mut sheet, br#"{"id": "D-1", "line": "second"}"#);
        hold_against_care(&large, &mut sheet, br#"{"id": "D-1", "copies": 3}"#);
        hold_against_care(&large, &mut sheet, br#"{"id": "D-1", "line": "second"}"#);
    }
}

#[test]
fn keys_of_lists_are_compared_whatever_they_are() {
    let reader = reader();
    let mut sheet = Sheet::default();
    for numbers in [
        "1,2,3",
        "3,2,1",
        "1,1",
        "2,1,2",
        "null,1,null",
        "null,2,1,2",
        "10,9,8,7",
    ] {
        let items: Vec<String> = numbers
            .split(',')
            .map(|n| format!(r#"{{"line_no":{n}}}"#))
            .collect();
        let text = format!(r#"{{"items":[{}]}}"#, items.join(","));
        hold_against_care(&reader, &mut sheet, text.as_bytes());
    }
}

/// A program's own types, in all the ways in which serde passes them.
#[derive(serde::Serialize)]
enum Mode {
    #[serde(rename = "1371")]
    Repair,
    #[serde(rename = "9999")]
    None,
    Wrapped(u8),
}

#[derive(serde::Serialize)]
struct Text<'a>(&'a str);

#[derive(serde::Serialize)]
struct Head<'a> {
    supervision_mode: Mode,
    form_no: Text<'a>,
}

#[derive(serde::Serialize)]
struct Filed<'a> {
    id: Option<&'a str>,
    declared: Option<bool>,
    copies: u128,
    index: i8,
    head: Head<'a>,
    documents: (&'a str, &'a str),
    items: Vec<BTreeMap<&'a str, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross: Option<f64>,
    notes: (),
}

#[test]
fn all_that_serde_can_say() {
    let reader = reader();
    let mut sheet = Sheet::default();
    let filed = |mode, copies, id, gross| Filed {
        id,
        declared: None,
        copies,
        index: -3,
        head: Head {
            supervision_mode: mode,
            form_no: Text("a \"b\"\n"),
        },
        documents: ("record_list", "gate_pass"),
        items: vec![[("line_no", json!(1)), ("hs_code", json!("8471"))].into()],
        gross,
        notes: (),
    };
    let ok = [true, false, false, false, false, true];
    let all = [
        filed(Mode::Repair, 3, Some("D-1"), None),
        filed(Mode::None, 3, None, None),
        filed(Mode::Wrapped(1), 3, None, None),
        filed(Mode::Repair, u128::MAX, None, None),
        filed(Mode::Repair, 0, None, Some(1.5)),
        filed(Mode::Repair, 999_999_999_999_999_999, None, None),
    ];
    for (filed, ok) in all.iter().zip(ok) {
        let careful = from_serde(reader.schema(), filed, reader.limits());
        assert_eq!(careful.is_ok(), ok, "{careful:?}");
        let straight = reader.read_serde_into(filed, &mut sheet);
        assert_eq!(straight, careful.as_ref().map_err(Clone::clone));
    }
    let numbers: BTreeMap<u8, u8> = [(1, 1)].into();
    let careful = from_serde(reader.schema(), &numbers, reader.limits());
    assert_eq!(reader.read_serde(&numbers), careful);
    let raw = serde_json::value::RawValue::from_string(r#"{"id":"D-1"}"#.into()).unwrap();
    let careful = from_serde(reader.schema(), &*raw, reader.limits());
    assert!(careful.is_ok());
    assert_eq!(reader.read_serde(&*raw), careful);
}
