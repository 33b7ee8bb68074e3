//! Random declarations as JSON. Every fact is unknown, none or a value of a small pool, which
//! holds the values at which generated rules turn, and some at which arithmetic gives up.

use super::choices::Choices;
use serde_json::{Map, Value, json};

/// The values of a field: JSON texts.
pub type Pool = &'static [&'static str];

/// The fields of the header, but lists, with their values.
pub const HEADER: &[(&str, Pool)] = &[
    ("a", &["1", "0", "2", "-1", "9"]),
    ("b", &["1", "0", "2", "7"]),
    ("dec", &["\"1.5\"", "\"-0.01\"", "\"999999999999999999\""]),
    ("share", &["\"0.7\"", "\"0\"", "\"1.25\""]),
    ("flag", &["true", "false"]),
    ("other", &["true", "false"]),
    ("mode", &["\"10\"", "\"20\"", "\"30\"", "\"in\""]),
    ("level", &["\"best\"", "\"good\"", "\"old\""]),
    (
        "hs",
        &["\"84713010\"", "\"8471\"", "\"84\"", "\"0101\"", "\"9999\""],
    ),
    (
        "docs",
        &[
            "[]",
            "[\"pass\"]",
            "[\"list\",\"form\"]",
            "[\"pass\",\"list\",\"form\"]",
        ],
    ),
    ("d1", DAYS),
    ("d2", DAYS),
    ("cur", &["\"CNY\"", "\"USD\"", "\"JPY\""]),
    ("m", AMOUNTS),
    ("mi", AMOUNTS),
    ("u", &["\"035\"", "\"036\"", "\"001\""]),
    ("q", AMOUNTS),
    ("qi", AMOUNTS),
    ("t", &["\"x\"", "\"文\""]),
    ("good", GOODS),
    ("plate", TEXTS),
    ("seal", TEXTS),
    ("sort", &["\"x\"", "\"y\""]),
    ("head.form", &["\"F\""]),
    ("head.n", &["1", "0", "3"]),
];
/// Whole tariff codes, and such as are too short to tell.
const GOODS: Pool = &[
    "\"8471301000\"",
    "\"8471301001\"",
    "\"8471300000\"",
    "\"8499000000\"",
    "\"8501000000\"",
    "\"8539000000\"",
    "\"8539999999\"",
    "\"8599000000\"",
    "\"0101210000\"",
    "\"0199000000\"",
    "\"9999999999\"",
    "\"8471\"",
    "\"84713010\"",
    "\"01\"",
];
/// Short and long texts. The two of sixteen letters have the same key.
const TEXTS: Pool = &[
    "\"AB\"",
    "\"沪A1\"",
    "\"ABCDEF\"",
    "\"ABCDEFGHIJ\"",
    "\"沪A12345\"",
    "\"SEAL2020ABCD0001\"",
    "\"KORT7M1S*$B0+-NL\"",
    "\"\"",
    "\"another text that no list has\"",
];
const DAYS: Pool = &[
    "\"2020-06-15\"",
    "\"2018-01-31\"",
    "\"2020-02-29\"",
    "\"2019-11-30\"",
    "\"2019-12-31\"",
    "\"9999-12-31\"",
];
const AMOUNTS: Pool = &[
    "\"5\"",
    "\"0\"",
    "\"12.50\"",
    "\"-3\"",
    "\"999999999999999999\"",
    "\"0.0001\"",
    "\"0.1234567891\"",
    "\"4.8765432109\"",
];

/// The fields of an item, but lists.
pub const ITEM: &[(&str, Pool)] = &[
    ("n", &["1", "0", "2"]),
    ("k", &["\"10\"", "\"20\"", "\"30\""]),
    ("hs", &["\"84713010\"", "\"84\"", "\"0101\""]),
    ("v", AMOUNTS),
    ("cur", &["\"CNY\"", "\"USD\"", "\"JPY\""]),
    ("c", AMOUNTS),
    ("w", AMOUNTS),
    ("on", DAYS),
    ("ok", &["true", "false"]),
    ("lic", &["[]", "[\"pass\"]", "[\"list\",\"form\"]"]),
    ("seq", &["1", "2", "3"]),
    ("good", GOODS),
    ("plate", TEXTS),
    ("seal", TEXTS),
    ("g", AMOUNTS),
    ("due", DAYS),
    ("no", &["true", "false"]),
    ("lv", &["\"best\"", "\"good\"", "\"old\""]),
];

/// The fields of a part.
pub const PART: &[(&str, Pool)] = &[
    ("n", &["1", "0", "2"]),
    ("k", &["\"10\"", "\"20\""]),
    ("good", GOODS),
    ("w", AMOUNTS),
    ("docs", &["[]", "[\"pass\"]"]),
];

/// The fields of a ledger line, but its key.
pub const LINE: &[(&str, Pool)] = &[
    ("q", AMOUNTS),
    ("k", &["\"10\"", "\"20\""]),
    ("v", AMOUNTS),
    ("good", GOODS),
    ("plate", TEXTS),
    ("on", DAYS),
    ("lic", &["[]", "[\"pass\"]", "[\"list\",\"form\"]"]),
];

/// How much of a declaration is known.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Of 16 facts so many are unknown.
    pub unknown: usize,
    /// Of 16 facts so many are none.
    pub none: usize,
}

fn fact(c: &mut Choices<'_>, known: Known, pool: Pool) -> Option<Value> {
    let at = c.below(16);
    if at < known.unknown {
        return None;
    }
    if at < known.unknown + known.none {
        return Some(Value::Null);
    }
    serde_json::from_str(c.pick(pool)).ok()
}

/// Sets a field by its path, or leaves it out.
fn put(record: &mut Map<String, Value>, path: &str, value: Option<Value>) {
    let Some(value) = value else { return };
    match path.split_once('.') {
        None => {
            record.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let outer = record.entry(outer).or_insert_with(|| json!({}));
            if let Value::Object(outer) = outer {
                put(outer, inner, Some(value));
            }
        }
    }
}

fn record(c: &mut Choices<'_>, known: Known, fields: &[(&str, Pool)]) -> Map<String, Value> {
    let mut out = Map::new();
    for (path, pool) in fields {
        put(&mut out, path, fact(c, known, pool));
    }
    settle(&mut out);
    out
}

/// An amount has a currency: one that is none leaves no amount behind.
pub fn settle(record: &mut Map<String, Value>) {
    for (amount, names) in [("mi", "cur"), ("v", "cur"), ("qi", "u")] {
        if record.get(names) == Some(&Value::Null) && record.contains_key(amount) {
            record.insert(amount.to_owned(), Value::Null);
        }
    }
}

fn list(
    c: &mut Choices<'_>,
    known: Known,
    most: usize,
    mut one: impl FnMut(&mut Choices<'_>, usize) -> Value,
) -> Option<Value> {
    let at = c.below(16);
    if at < known.unknown / 2 {
        return None;
    }
    if at < known.unknown / 2 + known.none / 2 {
        return Some(Value::Null);
    }
    let many = c.below(most + 1);
    Some(Value::Array((0..many).map(|n| one(c, n)).collect()))
}

/// An item.
pub fn item(c: &mut Choices<'_>, known: Known) -> Value {
    let mut item = record(c, known, ITEM);
    let parts = list(c, known, 3, |c, _| Value::Object(record(c, known, PART)));
    put(&mut item, "parts", parts);
    Value::Object(item)
}

/// A ledger line; its key is its number, or unknown.
pub fn line(c: &mut Choices<'_>, known: Known, number: usize) -> Value {
    let mut line = record(c, known, LINE);
    if !c.chance(known.unknown) {
        put(&mut line, "seq", Some(json!(number + 1)));
    }
    Value::Object(line)
}

/// A declaration.
pub fn declaration(c: &mut Choices<'_>, known: Known) -> Value {
    let mut out = record(c, known, HEADER);
    put(&mut out, "id", Some(json!("D-1")));
    put(&mut out, "date", Some(json!("2020-06-15")));
    let items = list(c, known, 4, |c, _| item(c, known));
    put(&mut out, "items", items);
    let lines = list(c, known, 4, |c, n| line(c, known, n));
    put(&mut out, "lines", lines);
    Value::Object(out)
}

/// Gives some of the facts that are unknown, a value or none, and changes no other: what comes
/// out knows at least as much. `t` stays, which is none where it is absent.
pub fn learn(c: &mut Choices<'_>, known: Known, declaration: &mut Value) {
    let Value::Object(out) = declaration else {
        return;
    };
    learn_record(c, known, out, HEADER);
    if !out.contains_key("items") {
        let items = list(c, known, 4, |c, _| item(c, known));
        put(out, "items", items);
    } else if let Some(Value::Array(items)) = out.get_mut("items") {
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            learn_record(c, known, item, ITEM);
            if !item.contains_key("parts") {
                let parts = list(c, known, 3, |c, _| Value::Object(record(c, known, PART)));
                put(item, "parts", parts);
            } else if let Some(Value::Array(parts)) = item.get_mut("parts") {
                for part in parts.iter_mut().filter_map(Value::as_object_mut) {
                    learn_record(c, known, part, PART);
                }
            }
        }
    }
    if !out.contains_key("lines") {
        let lines = list(c, known, 4, |c, n| line(c, known, n));
        put(out, "lines", lines);
    } else if let Some(Value::Array(lines)) = out.get_mut("lines") {
        for (number, line) in lines.iter_mut().enumerate() {
            let Value::Object(line) = line else { continue };
            learn_record(c, known, line, LINE);
            if !line.contains_key("seq") && !c.chance(known.unknown) {
                put(line, "seq", Some(json!(number + 1)));
            }
        }
    }
}

fn learn_record(
    c: &mut Choices<'_>,
    known: Known,
    record: &mut Map<String, Value>,
    fields: &[(&str, Pool)],
) {
    for (path, pool) in fields.iter().filter(|(path, _)| *path != "t") {
        if look(record, path).is_none() {
            put(record, path, fact(c, known, pool));
        }
    }
    settle(record);
}

fn look<'v>(record: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    match path.split_once('.') {
        None => record.get(path),
        Some((outer, inner)) => look(record.get(outer)?.as_object()?, inner),
    }
}

/// Gives the fact at a path as verdicts write it, `items[2].parts[1].n`: a value, or none so many
/// times out of 16. A list is given with elements of which nothing is known.
pub fn give(c: &mut Choices<'_>, none: usize, declaration: &mut Value, path: &str) {
    let known = Known { unknown: 0, none };
    let Value::Object(out) = declaration else {
        return;
    };
    let mut record = out;
    let mut fields = HEADER;
    let mut rest = path;
    let mut at = 0;
    while let Some((name, after)) = rest.split_once('[') {
        let Some((place, inner)) = after.split_once("].") else {
            return;
        };
        let Ok(place) = place.parse::<usize>() else {
            return;
        };
        at = place;
        fields = match name {
            "items" => ITEM,
            "parts" => PART,
            _ => LINE,
        };
        let element = record
            .get_mut(name)
            .and_then(|list| list.get_mut(place - 1));
        let Some(Value::Object(element)) = element else {
            return;
        };
        (record, rest) = (element, inner);
    }
    let value = match rest {
        "items" | "lines" | "parts" if c.chance(none) => Some(Value::Null),
        "items" | "lines" | "parts" => Some(Value::Array(vec![json!({}); c.below(3)])),
        "seq" if fields == LINE => Some(json!(1000 + at)),
        _ => {
            let pool = fields.iter().find(|(field, _)| *field == rest);
            pool.and_then(|(_, pool)| fact(c, known, pool))
        }
    };
    put(record, rest, value);
    settle(record);
}
