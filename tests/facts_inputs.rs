//! Builder, changes, maps and inputs by example.

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
use kakou::facts::batch::Batch;
use kakou::facts::edit::{Change, apply};
use kakou::facts::given::Given;
use kakou::facts::json::{Reader, from_json};
use kakou::facts::map::Map;
use kakou::facts::serde::from_serde;
use kakou::facts::write::to_json;
use kakou::ground::limits::Limits;
use kakou::ground::number::Number;
use serde::Serialize;
use std::io::{BufReader, Read};
use std::sync::Arc;

fn read(text: &str) -> Facts {
    from_json(&schema::schema(), text.as_bytes(), &Limits::default()).unwrap()
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn the_builder_says_what_is_wrong() {
    let schema = schema::schema();
    let errors = Facts::builder(&schema)
        .set("head.supervison_mode", "1371")
        .set("copies", number("1.5"))
        .set("copies", 1)
        .set("items", 5)
        .set("guarantee", (number("5"), "USD"))
        .set("index", Number::from_parts(10i128.pow(18), 0).unwrap())
        .element("notes", |note| note.set("text", 7))
        .build()
        .unwrap_err();
    assert_eq!(
        errors.to_string(),
        "E0704 `head.supervison_mode`: the schema has no such field (did you mean `supervision_mode`?)\n\
         E0710 `copies`: 1.5 is not a whole number\n\
         E0705 `copies`: given twice\n\
         E0706 `items`: expected elements, found a value\n\
         E0716 `guarantee`: the amount is always in `CNY`\n\
         E0708 `index`: a number has at most 18 digits before the point and 10 after it\n\
         E0706 `notes[1].text`: expected a text, found a number"
    );
}

#[test]
fn an_amount_brings_its_unit() {
    let schema = schema::schema();
    let built = Facts::builder(&schema)
        .element("items", |item| item.set("total", (number("12.50"), "USD")))
        .build()
        .unwrap();
    assert_eq!(
        built,
        read(r#"{"items":[{"total":12.5,"currency":"USD"}]}"#)
    );
    let other = Facts::builder(&schema)
        .element("items", |item| {
            item.set("total", (number("1"), "USD"))
                .set("currency", "CNY")
        })
        .build()
        .unwrap_err();
    assert_eq!(
        other.to_string(),
        "E0716 `items[1].total`: the amount is in another unit than `items[1].currency` says"
    );
}

#[test]
fn changes() {
    let schema = schema::schema();
    let facts = read(
        r#"{"copies":1,"items":[{"line_no":1,"total":5,"currency":"USD","packages":[{"number":"a"}]},
            {"line_no":2,"total":6,"currency":"CNY","packages":[{"number":"b"},{"number":"c"}]}]}"#,
    );
    let changed =
        |changes: &[Change]| apply(&schema, &facts, changes).map(|f| to_json(&schema, &f));
    let rest = r#""head":{"carrier":{"name":null},"form_no":null},"#;
    let documents = r#""documents":null,"#;
    // The amount keeps its currency, and follows it.
    let made = changed(&[
        Change::set("items[1].total", number("7.5")),
        Change::set("items[2].currency", "USD"),
        Change::without("items[1].packages"),
        Change::without("copies"),
    ]);
    let items = r#""items":[{"currency":"USD","licences":null,"line_no":1,"total":7.5},{"currency":"USD","licences":null,"line_no":2,"packages":[{"number":"b"},{"number":"c"}],"total":6}],"notes":null"#;
    assert_eq!(made.unwrap(), format!("{{{documents}{rest}{items}}}"));
    let made = apply(&schema, &facts, &[Change::set("items[2].currency", "USD")]).unwrap();
    assert_eq!(made, read(&to_json(&schema, &made)));
    let gone = changed(&[Change::set("items[1].total", 9), Change::without("items")]).unwrap();
    assert_eq!(
        gone,
        format!("{{\"copies\":1,{documents}{}\"notes\":null}}", rest)
    );
    // An element goes with all that is inside it, and those behind it move up with theirs.
    let gone = changed(&[
        Change::set("items[1].total", 9),
        Change::without("items[1]"),
        Change::without("items[1].packages[1]"),
    ]);
    let items = r#""items":[{"currency":"CNY","licences":null,"line_no":2,"packages":[{"number":"c"}],"total":6}],"notes":null"#;
    assert_eq!(
        gone.unwrap(),
        format!("{{\"copies\":1,{documents}{rest}{items}}}")
    );
    let wrong = changed(&[
        Change::set("items[3].total", 1),
        Change::set("items[0].total", 1),
        Change::set("copies[1]", 1),
        Change::set("itms", Given::None),
        Change::set("items", 3),
        Change::set("items[2].line_no", 1),
        Change::set("items[1].currency", Given::None),
        Change::without("items[3]"),
    ]);
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "E0722 `items[3].total`: there is no place 3: the list has 2 elements\n\
         E0722 `items[0].total`: `items[0]` is no place: they count from [1]\n\
         E0722 `copies[1]`: `copies` is no list of records\n\
         E0704 `itms`: the schema has no such field (did you mean `items`?)\n\
         E0706 `items`: a record or list as a whole can only be none or taken out\n\
         E0722 `items[3]`: there is no place 3: the list has 2 elements\n\
         E0716 `items[1].total`: an amount is given, but `items[1].currency` is none\n\
         E0714 `items[2].line_no`: the same key as `items[1].line_no`"
    );
}

#[derive(Serialize)]
struct Item {
    line_no: u32,
    total: f64,
}

#[derive(Serialize)]
struct Declaration {
    items: Vec<Item>,
}

#[test]
fn a_binary_float_is_refused_with_its_path() {
    let declare = |total| Declaration {
        items: vec![Item { line_no: 1, total }],
    };
    for (total, text) in [
        (
            0.1,
            "E0709 at 1:32 `items[1].total`: `1e-1` is written with an exponent",
        ),
        (2.0, "E0709"),
    ] {
        let errors =
            from_serde(&schema::schema(), &declare(total), &Limits::default()).unwrap_err();
        assert!(errors.to_string().starts_with(text), "{errors}");
    }
    for total in [f64::NAN, f64::INFINITY] {
        let errors =
            from_serde(&schema::schema(), &declare(total), &Limits::default()).unwrap_err();
        assert!(
            errors
                .to_string()
                .starts_with("E0709 `items[1].total`: a binary float that is no number"),
            "{errors}"
        );
    }
}

const MAP: &str = r#"{
  "ignore": ["Split"],
  "fields": {
    "id": {"column": "Declaration ID"},
    "date": {"column": "Date"},
    "head.supervision_mode": {"column": "Type", "codes": {"B": "0110"}, "others": "keep"},
    "declared": {"column": "Flag", "codes": {"1": "true", "0": "false"}},
    "duty_rate": {"column": "Tax Rate", "percent": true},
    "documents": {"column": "Docs", "split": " "},
    "items[1].hs_code": {"column": "HS6", "pad": 6},
    "items[1].qty": {"column": "Net", "empty": "unknown"},
    "items[1].unit": {"column": "Unit", "default": "035"},
    "items[1].currency": {"constant": "CNY"}
  }
}"#;

fn table(text: &str) -> Vec<String> {
    let schema = Arc::new(schema::schema());
    let map = Map::parse(&schema, MAP).unwrap();
    Batch::csv(
        map,
        Limits {
            record_bytes: 300,
            ..Limits::default()
        },
        text.as_bytes(),
    )
    .map(|(place, record)| match record {
        Ok(facts) => {
            let assumed: Vec<_> = facts
                .assumed()
                .iter()
                .map(|a| format!(" {}={}", a.path, a.value))
                .collect();
            format!(
                "{}@{} {}{}",
                place.record,
                place.line,
                to_json(&schema, &facts),
                assumed.concat()
            )
        }
        Err(e) => format!("{}@{} {e}", place.record, place.line),
    })
    .collect()
}

const HEAD: &str = "\u{feff}Declaration ID,Date,Type,Flag,Tax Rate,Docs,HS6,Net,Unit,Split\r\n";

#[test]
fn a_table_by_its_map() {
    let long = "x".repeat(400);
    let rows = format!(
        "{HEAD}\"7,\"\"a\"\"\n\",2020-01-01,B,1,8.0,gate_pass record_list,10690,108.0,,train\r\n\
         \n8,,1371,,,,,,,train\n9,2020-01-32,Q,2,x,pass,,,,train\nshort\n{long},,,,,,,,,\n10,,,,,,,,,\n\"open,"
    );
    let name = r#""carrier":{"name":null},"form_no":null"#;
    assert_eq!(
        table(&rows),
        [
            format!(
                r#"1@2 {{"date":"2020-01-01","declared":true,"documents":["gate_pass","record_list"],"duty_rate":0.08,"head":{{{name},"supervision_mode":"0110"}},"id":"7,\"a\"\n","items":[{{"currency":"CNY","hs_code":"010690","licences":null,"qty":108,"unit":"035"}}],"notes":null}} items[1].unit=035"#
            ),
            format!(
                r#"2@5 {{"date":null,"declared":null,"documents":null,"duty_rate":null,"head":{{{name},"supervision_mode":"1371"}},"id":"8","items":null,"notes":null}}"#
            ),
            "3@6 E0711 at 6:1 `date`: `2020-01-32` is not a day written YYYY-MM-DD\n\
             E0707 at 6:1 `head.supervision_mode`: `Q` is no code of `mode`\n\
             E0721 at 6:1 `declared`: `2` in the column `Flag` is not among the map's `codes`\n\
             E0721 at 6:1 `duty_rate`: `x` in the column `Tax Rate` is not a number of percent\n\
             E0707 at 6:1 `documents[1]`: `pass` is no code of `document`"
                .to_owned(),
            "4@7 E0721 at 7:1: the row has 1 cells where the table has 10 columns".to_owned(),
            "5@8 E0701 at 8:1: the record is larger than 300 bytes".to_owned(),
            format!(
                r#"6@9 {{"date":null,"declared":null,"documents":null,"duty_rate":null,"head":{{{name},"supervision_mode":null}},"id":"10","items":null,"notes":null}}"#
            ),
            "7@10 E0721 at 10:1: a quote is opened and not closed".to_owned(),
        ]
    );
}

#[test]
fn columns_that_do_not_fit() {
    let rows = HEAD
        .replace("Tax Rate", "Tax rate")
        .replace("Split", "Docs")
        + "1,2\n";
    assert_eq!(
        table(&rows),
        ["1@1 E0720 at 1:1: the column `Docs` is there twice\n\
          E0720 at 1:1 `duty_rate`: there is no column `Tax Rate` (did you mean `Tax rate`?)\n\
          E0720 at 1:1: the map says nothing of the column `Tax rate` (name it under `ignore` if it is not needed)\n\
          E0720 at 1:1: there is no column `Split` to ignore"]
    );
    assert_eq!(table("").len(), 1);
}

#[test]
fn a_map_with_mistakes() {
    let schema = Arc::new(schema::schema());
    let text = "{\"fields\": {\n\"id\": {\"colum\": \"A\"},\n\"head.frieght\": {\"column\": \"A\"},\n\"items[5].qty\": {\"column\": \"A\"},\n\
        \"items.qty\": {\"column\": \"A\"},\n\"date\": {\"column\": \"B\", \"percent\": true, \"empty\": \"zero\"},\n\
        \"copies\": {\"column\": \"C\", \"constant\": \"1\"},\n\"copies\": {\"column\": 5}},\n\"ignored\": []}";
    assert_eq!(
        Map::parse(&schema, text).unwrap_err().to_string(),
        "E0705 at 8:2 `fields`: `copies` is said twice\n\
               E0719 at 2:9 `id`: a map has no word `colum` (did you mean `column`?)\n\
               E0719 at 2:7 `id`: a field has a `column` or a `constant`\n\
               E0704 at 3:17 `head.frieght`: the schema has no such field (did you mean `freight`?)\n\
               E0722 at 4:17 `items[5].qty`: the list has at most 4 elements\n\
               E0719 at 5:14 `items.qty`: say which element: they count from [1]\n\
               E0719 at 6:51 `date`: expected `unknown` or `none`\n\
               E0719 at 6:9 `date`: `percent` is for rates and decimal numbers\n\
               E0719 at 7:39 `copies`: a field has one `column` or one `constant`\n\
               E0719 at 8:22 `copies`: expected a column name\n\
               E0719 at 8:11 `copies`: a field has a `column` or a `constant`\n\
               E0719 at 9:2: a map has no word `ignored` (did you mean `ignore`?)"
    );
    let broken = Map::parse(&schema, "{\"fields\": }").unwrap_err();
    assert!(broken.to_string().starts_with("E0702 at 1:12"), "{broken}");
}

fn json(text: &[u8]) -> Vec<String> {
    let reader = Reader::new(Arc::new(schema::schema())).with_limits(Limits {
        record_bytes: 60,
        ..Limits::default()
    });
    say(Batch::json(reader, text))
}

fn lines(text: &[u8]) -> Vec<String> {
    let reader = Reader::new(Arc::new(schema::schema())).with_limits(Limits {
        record_bytes: 60,
        ..Limits::default()
    });
    say(Batch::ndjson(reader, text))
}

fn say<R: std::io::BufRead>(batch: Batch<R>) -> Vec<String> {
    let schema = schema::schema();
    batch
        .map(|(place, record)| {
            let said = record.map_or_else(
                |e| e.to_string(),
                |f| f.id(&schema).unwrap_or("-").to_owned(),
            );
            format!("{}@{} {said}", place.record, place.line)
        })
        .collect()
}

#[test]
fn lines_of_json() {
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(80));
    let text = [
        b"\xef\xbb\xbf{\"id\":\"a\"}\r\n\r\n  \n{\"id\":\n".as_slice(),
        long.as_bytes(),
        b"\n\xff\n{\"id\":\"b\"} x\n{\"why\":1}\n{\"id\":\"c\"}",
    ]
    .concat();
    assert_eq!(
        lines(&text),
        [
            "1@1 a",
            "2@4 E0702 at 4:6: not JSON: EOF while parsing a value",
            "3@5 E0701 at 5:1: the record is larger than 60 bytes",
            "4@6 E0703 at 6:1: the text is not UTF-8",
            "5@7 E0702 at 7:12: not JSON: trailing characters",
            "6@8 E0704 at 8:2 `why`: the schema has no such field",
            "7@9 c",
        ]
    );
}

#[test]
fn an_array_of_json() {
    let long = format!("{{\"id\":\"{}\"}}", "],x".repeat(30));
    let text =
        format!("[\n {{\"id\":\"a]\\\"\"}},\n {long}, {{\"why\":\n1}},7,\n{{\"id\":\"b\"}}\n]\n");
    assert_eq!(
        json(text.as_bytes()),
        [
            "1@2 a]\"",
            "2@3 E0701 at 3:2: the record is larger than 60 bytes",
            "3@3 E0704 at 3:104 `why`: the schema has no such field",
            "4@4 E0706 at 4:4: expected a record, found a number",
            "5@5 b",
        ]
    );
    assert_eq!(json(b"{\"id\":\"a\"}\n"), ["1@1 a"]);
    assert_eq!(json(b"[]"), [""; 0]);
    assert_eq!(json(b""), ["1@1 E0702 at 1:1: there is no declaration"]);
    assert_eq!(
        json(b"[{}"),
        [
            "1@1 -",
            "2@1 E0702 at 1:4: the array of declarations is not closed"
        ]
    );
    assert_eq!(
        json(b"[{}] x"),
        [
            "1@1 -",
            "2@1 E0702 at 1:6: something follows the declarations"
        ]
    );
}

#[test]
fn a_line_without_end_is_not_kept() {
    // 300 MB in one line pass through a buffer that holds one record.
    let input = b"{\"id\":\"a\"}\n"
        .chain(std::io::repeat(b'x').take(300_000_000))
        .chain(&b"\n{\"id\":\"b\"}\n"[..]);
    let reader = Reader::new(Arc::new(schema::schema()));
    let found = say(Batch::ndjson(reader, BufReader::new(input)));
    assert_eq!(
        found,
        [
            "1@1 a",
            "2@2 E0701 at 2:1: the record is larger than 4194304 bytes",
            "3@3 b"
        ]
    );
}

#[test]
fn facts_may_go_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Facts>();
    shared::<Reader>();
    shared::<Map>();
}

#[test]
fn records_nest_as_deep_as_the_limit() {
    let text = br#"{"head":{"carrier":{"credit":"regular"}}}"#;
    let read = |nesting| {
        from_json(
            &schema::schema(),
            text,
            &Limits {
                nesting,
                ..Limits::default()
            },
        )
    };
    assert!(read(2).is_ok());
    let errors = read(1).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "E0718 at 1:10 `head.carrier`: records nest deeper than 1 levels"
    );
}

#[test]
fn an_input_that_breaks_off_is_an_error_and_ends() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the line is dead"))
        }
    }
    let schema = Arc::new(schema::schema());
    let input = || BufReader::new(b"{\"id\":\"a\"}\n".chain(Broken));
    let reader = Reader::new(schema.clone());
    let dead = "2@2 E0723 at 2:1: the input can't be read on: the line is dead";
    assert_eq!(say(Batch::ndjson(reader.clone(), input())), ["1@1 a", dead]);
    assert_eq!(
        say(Batch::json(reader, BufReader::new(Broken)))[0].get(..12),
        Some("1@1 E0723 at")
    );
    let map = Map::parse(&schema, MAP).unwrap();
    assert_eq!(
        say(Batch::csv(map, Limits::default(), BufReader::new(Broken))).len(),
        1
    );
}
