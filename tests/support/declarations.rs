//! Random declarations of the schema by hand.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// A record's fields: left out, null, or a value.
fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| {
            let value = prop_oneof![2 => Just(None), 1 => Just(Some(Value::Null)), 4 => value.prop_map(Some)];
            value.prop_map(move |v| v.map(|v| (name.to_owned(), v)))
        })
        .collect();
    fields
        .prop_map(|fields| Value::Object(fields.into_iter().flatten().collect()))
        .boxed()
}

fn code(codes: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(codes).prop_map(Value::from).boxed()
}

fn number() -> BoxedStrategy<Value> {
    "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{0,9}[1-9])?"
        .prop_map(Value::from)
        .boxed()
}

fn integer() -> BoxedStrategy<Value> {
    (-999_999i64..999_999).prop_map(Value::from).boxed()
}

fn date() -> BoxedStrategy<Value> {
    (1i32..9999, 1u8..=12, 1u8..=28)
        .prop_map(|(y, m, d)| json!(format!("{y:04}-{m:02}-{d:02}")))
        .boxed()
}

fn text() -> BoxedStrategy<Value> {
    prop_oneof![any::<String>(), "[ -~\n\t\"卡口]{0,8}"]
        .prop_map(Value::from)
        .boxed()
}

fn documents() -> BoxedStrategy<Value> {
    proptest::sample::subsequence(vec!["gate_pass", "record_list", "bonded_note_list"], 0..=3)
        .prop_shuffle()
        .prop_map(|codes| json!(codes))
        .boxed()
}

fn list(of: BoxedStrategy<Value>, least: usize, most: usize) -> BoxedStrategy<Value> {
    proptest::collection::vec(of, least..=most)
        .prop_map(Value::Array)
        .boxed()
}

const UNITS: &[&str] = &["001", "035", "036"];
const CURRENCIES: &[&str] = &["CNY", "USD"];

/// Declarations that are right, but for amounts whose unit is none and keys that are the same:
/// those are put right after.
pub fn declaration() -> impl Strategy<Value = Value> {
    let package = || {
        object(vec![
            ("number", text()),
            ("kept", object(vec![("on", date())])),
            ("weight", number()),
        ])
    };
    let item = object(vec![
        ("line_no", integer()),
        ("hs_code", "[0-9]{2,10}".prop_map(Value::from).boxed()),
        ("qty", number()),
        ("unit", code(UNITS)),
        ("total", number()),
        ("currency", code(CURRENCIES)),
        ("net", number()),
        ("licences", documents()),
        ("packages", list(package(), 0, 3)),
    ]);
    let head = object(vec![
        ("supervision_mode", code(&["0110", "1371", "5014"])),
        ("form_no", text()),
        ("freight", number()),
        ("freight_currency", code(CURRENCIES)),
        ("weight_unit", code(UNITS)),
        (
            "carrier",
            object(vec![
                ("credit", code(&["certified", "regular"])),
                ("name", text()),
            ]),
        ),
    ]);
    object(vec![
        ("id", text()),
        ("date", date()),
        ("declared", any::<bool>().prop_map(Value::from).boxed()),
        ("copies", integer()),
        ("index", number()),
        ("duty_rate", number()),
        ("head", head),
        ("guarantee", number()),
        ("gross", number()),
        ("documents", documents()),
        ("items", list(item, 1, 4)),
        ("notes", list(object(vec![("text", text())]), 1, 2)),
    ])
    .prop_map(put_right)
}

fn put_right(mut declaration: Value) -> Value {
    fn drop_null(record: &mut Value, name: &str) {
        if record.get(name) == Some(&Value::Null) {
            record.as_object_mut().unwrap().remove(name);
        }
    }
    if declaration["head"].is_null() {
        declaration.as_object_mut().unwrap().remove("head");
    }
    if let Some(head) = declaration.get_mut("head") {
        drop_null(head, "freight_currency");
        drop_null(head, "weight_unit");
    }
    if let Some(Value::Array(items)) = declaration.get_mut("items") {
        for (at, item) in items.iter_mut().enumerate() {
            if let Some(Value::Array(packages)) = item.get_mut("packages") {
                packages.iter_mut().for_each(|p| drop_null(p, "kept"));
            }
            drop_null(item, "unit");
            drop_null(item, "currency");
            if item["line_no"].is_number() {
                item["line_no"] = json!(at + 1);
            }
        }
    }
    declaration
}
