//! Code tables, lists and rates: every bad file with what is said of it, and the properties that
//! no file may break.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "tables/declared.rs"]
mod declared;

use declared::{Kind, Read, read, read_bytes};
use kakou::check::tables::parse_cell;
use kakou::ground::day::Day;
use kakou::ground::limits::Limits;
use kakou::schema::table::{CodeTable, Found, ListRow, NamedList, Period};
use kakou::schema::value::{Hs, Type, Value};
use proptest::prelude::*;
use std::path::Path;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn hs(text: &str) -> Value {
    Value::Hs(text.parse().unwrap())
}

fn clean(kind: Kind, csv: &str) -> Read {
    let read = read(kind, csv);
    assert_eq!(read.rendered(), "", "{csv}");
    read
}

/// Every file of `tables/bad` is read as what the first word of its name says; what is said of it
/// stands beside it in `.err`. `UPDATE=1` writes these anew.
#[test]
fn bad_files_are_complained_of_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables/bad");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "csv"));
    files.sort();
    assert!(files.len() > 20);
    let mut differ = Vec::new();
    for path in files {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let kind = match stem.split('-').next().unwrap() {
            "codes" => Kind::Codes,
            "dated" => Kind::Dated,
            "unit" => Kind::Units,
            "rates" => Kind::Rates,
            "list" => Kind::List,
            other => panic!("no kind of table is called {other}"),
        };
        let limits = match stem {
            "list-too-many-rows" => Limits {
                list_rows: 12,
                ..Limits::default()
            },
            _ => Limits::default(),
        };
        let said = read_bytes(kind, &std::fs::read(&path).unwrap(), &limits).rendered();
        assert_ne!(said, "", "{stem}");
        let golden = path.with_extension("err");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&golden, &said).unwrap();
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != said {
            differ.push(format!("{stem}:\n{said}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn files_that_cannot_be_had_are_complained_of_at_the_declaration() {
    let said =
        |file: &str| declared::read_file(Kind::List, file, b"hs\n", &Limits::default()).rendered();
    assert_eq!(
        declared::read_named(
            Kind::List,
            "lists/lst.csv",
            "lists/list.csv",
            b"",
            &Limits::default()
        )
        .rendered(),
        "E0601 schema.rules:1:51: there is no file `lists/lst.csv` in the rule folder\n  \
         help: did you mean `lists/list.csv`?\n"
    );
    assert!(
        said("../x.csv").starts_with(
            "E0602 schema.rules:1:51: the file name `../x.csv` leaves the rule folder"
        )
    );
    let limits = Limits {
        source_bytes: 2,
        ..Limits::default()
    };
    let large = read_bytes(Kind::List, b"hs\n", &limits).rendered();
    assert!(large.starts_with("E0501 schema.rules:1:51"), "{large}");
}

#[test]
fn ten_bad_rows_give_ten_complaints_up_to_the_limit() {
    let csv = format!(
        "code,name_zh,rank,kind\n{}",
        (0..10).map(|n| format!("{n},,x,\n")).collect::<String>()
    );
    assert_eq!(read(Kind::Codes, &csv).complaints.len(), 10);
    let limits = Limits {
        diagnostics: 4,
        ..Limits::default()
    };
    let cut = read_bytes(Kind::Codes, csv.as_bytes(), &limits);
    assert_eq!((cut.complaints.len(), cut.dropped), (4, 6));
}

#[test]
fn two_key_columns_that_cannot_be_looked_up_are_refused() {
    let said = declared::read_two_tariff_keys().rendered();
    assert!(said.starts_with("E0617 "), "{said}");
}

fn codes(read: &Read) -> &CodeTable {
    read.table.as_ref().unwrap()
}

#[test]
fn codes_keep_their_spelling_and_are_numbered_in_order() {
    let read = clean(
        Kind::Codes,
        "code,name_zh,rank,kind\nb,乙,2,\n0110,一般贸易,-1,x;y\nNA,,,\n#1,井,,x\n",
    );
    let table = codes(&read);
    let texts: Vec<_> = table.codes.iter().map(|e| e.code.as_str()).collect();
    assert_eq!(texts, ["#1", "0110", "NA", "b"]);
    let row = table
        .row(table.find("0110").unwrap(), day("2026-01-01"))
        .unwrap();
    assert_eq!(
        row.attributes[0],
        Some(Value::Number("-1".parse().unwrap()))
    );
    assert!(matches!(&row.attributes[1], Some(Value::Set(codes)) if codes.len() == 2));
    let na = table
        .row(table.find("NA").unwrap(), day("2026-01-01"))
        .unwrap();
    assert_eq!(na.attributes, [None, None]);
    assert_eq!(table.find("110"), None);
}

#[test]
fn labels_come_from_the_latest_row_and_attributes_from_the_row_of_the_day() {
    let csv = "code,from,until,rank,name_zh\na,2026-04-01,,3,新\na,,2026-03-31,4,旧\n";
    let read = clean(Kind::Dated, csv);
    let table = codes(&read);
    let code = table.find("a").unwrap();
    assert_eq!(table.entry(code).unwrap().labels.zh.as_deref(), None);
    let rank = |on| {
        table.row(code, day(on)).unwrap().attributes[0]
            .clone()
            .unwrap()
    };
    assert_eq!(rank("2026-03-31"), Value::Number("4".parse().unwrap()));
    assert_eq!(rank("2026-04-01"), Value::Number("3".parse().unwrap()));
    let read = clean(Kind::DatedLabelled, csv);
    assert_eq!(
        codes(&read).entry(code).unwrap().labels.zh.as_deref(),
        Some("新")
    );
}

#[test]
fn a_code_out_of_force_is_in_the_table_without_a_row() {
    let read = clean(
        Kind::Dated,
        "code,from,until,rank\na,2026-01-01,2026-01-31,1\n",
    );
    let code = codes(&read).find("a").unwrap();
    let holds = |on| codes(&read).row(code, day(on)).is_some();
    assert!(
        holds("2026-01-01") && holds("2026-01-31"),
        "both ends are included"
    );
    assert!(!holds("2025-12-31") && !holds("2026-02-01"));
}

#[test]
fn units_convert_by_symbol_dimension_and_factor() {
    let read = clean(
        Kind::Units,
        "code,symbol,dimension,factor\n035,kg,mass,1\n036,g,mass,0.001\n001,,count,1\n002,,,\n",
    );
    let unit = |code| {
        codes(&read)
            .entry(codes(&read).find(code).unwrap())
            .unwrap()
            .unit
            .clone()
            .unwrap()
    };
    assert_eq!(unit("036").factor, "0.001".parse().ok());
    assert_eq!(
        (unit("001").symbol, unit("001").dimension.as_deref()),
        (None, Some("count"))
    );
    assert_eq!(unit("002").factor, None);
}

#[test]
fn rates_are_read_by_day_and_the_base_is_one() {
    let csv = "code,from,until,rate\nUSD,2026-02-01,,7.2\nUSD,2026-01-01,2026-01-31,7.1\nCNY,,,1\n";
    let read = clean(Kind::Rates, csv);
    let (rates, table) = (read.rates.as_ref().unwrap(), codes(&read));
    let rate = |code: &str, on| {
        rates
            .rate(table.find(code).unwrap(), day(on))
            .map(|n| n.to_string())
    };
    assert_eq!(rate("USD", "2026-01-31").as_deref(), Some("7.1"));
    assert_eq!(rate("USD", "2026-02-01").as_deref(), Some("7.2"));
    assert_eq!(rate("USD", "2025-12-31"), None);
    assert_eq!(rate("EUR", "2026-01-31"), None);
    assert_eq!(rate("CNY", "1999-01-01").as_deref(), Some("1"));
    assert_eq!(rates.rows.len(), 2);
}

const LIST: &str = "hs,zone,limit,share,since,kinds,open\n";

#[test]
fn the_longest_prefix_wins_and_a_short_code_cannot_tell() {
    let read = clean(
        Kind::List,
        &format!("{LIST}84,z1,1,,,,\n847130,z1,2,,,,\n8471,z2,3,,,,\n"),
    );
    let list = read.list.as_ref().unwrap();
    let zone = |name: &str| Value::Code(read.zones.find(name).unwrap());
    let limit = |code: &str, in_zone: &str| match list
        .find(&[hs(code), zone(in_zone)], day("2026-01-01"))
    {
        Found::Row(row) => match &row.attributes[0] {
            Some(Value::Quantity(number, _)) => number.to_string(),
            other => panic!("{other:?}"),
        },
        other => format!("{other:?}"),
    };
    assert_eq!(limit("8471300000", "z1"), "2");
    assert_eq!(limit("8471900000", "z1"), "1");
    assert_eq!(limit("8471", "z1"), "TooShort");
    assert_eq!(limit("847190", "z1"), "1");
    assert_eq!(limit("84", "z1"), "TooShort");
    assert_eq!(limit("8471", "z2"), "3");
    assert_eq!(limit("84", "z2"), "TooShort");
    assert_eq!(limit("8500000000", "z1"), "Nothing");
}

#[test]
fn only_a_first_line_that_says_so_makes_an_example() {
    let example = |before: &str| {
        clean(Kind::List, &format!("{before}{LIST}"))
            .list
            .unwrap()
            .example
    };
    assert!(example("# 示例清单\n"));
    assert!(example("# An EXAMPLE list\r\n# of headings\n"));
    assert!(example("\u{feff}#example\n"));
    assert!(!example("# list\n# example\n"));
    assert!(!example(""));
}

#[test]
fn line_ends_marks_and_other_columns_change_nothing() {
    let plain = "code,name_zh,rank,kind\n1,甲,1,x\n2,\"a,b\",,\n";
    let table = |csv: &str| clean(Kind::Codes, csv).table;
    let first = table(plain);
    assert_eq!(table(&plain.replace('\n', "\r\n")), first);
    assert_eq!(table(&format!("\u{feff}{plain}")), first);
    assert_eq!(
        table(&format!("# a comment, \"open\n\n{}", plain.trim_end())),
        first
    );
    assert_eq!(
        table("remark,kind,code,rank,name_zh\nr,x,1,1,甲\n,,2,,\"a,b\"\n"),
        first
    );
}

#[test]
fn a_column_after_quoted_commas_and_line_ends_is_underlined_itself() {
    let read = read(
        Kind::Codes,
        "# c\r\ncode,name_zh,rank,kind\r\n\r\n1,\"甲,\r\n\"\"乙\",x1,x\r\n",
    );
    let span = read.complaints[0].span();
    let source = read.sources.get(span.source).unwrap();
    assert_eq!(
        (source.slice(span), source.line_column(span.start)),
        ("x1", (5, 6))
    );
}

#[test]
fn cells_are_read_by_type() {
    let tables: [CodeTable; 0] = [];
    let read = |text, typ| parse_cell(text, typ, &tables[..]);
    let number = |text: &str| Ok(Some(Value::Number(text.parse().unwrap())));
    assert_eq!(read("70%", Type::Rate), number("0.7"));
    assert_eq!(read("0.5 %", Type::Rate), number("0.005"));
    assert_eq!(read("0.7", Type::Rate), number("0.7"));
    assert_eq!(read("007", Type::Integer), number("7"));
    assert_eq!(read("", Type::Text), Ok(None));
    assert_eq!(read("NA", Type::Text), Ok(Some(Value::Text("NA".into()))));
    assert_eq!(read(" a ", Type::Text), Ok(Some(Value::Text(" a ".into()))));
    assert_eq!(read("true", Type::Bool), Ok(Some(Value::Bool(true))));
    assert_eq!(read("0101", Type::Hs), Ok(Some(hs("0101"))));
    assert_eq!(
        read("2026-02-28", Type::Date),
        Ok(Some(Value::Date(day("2026-02-28"))))
    );
    let refused = [
        ("1.0", Type::Integer),
        ("TRUE", Type::Bool),
        (" 1", Type::Integer),
        ("1e3", Type::Decimal),
    ];
    for (text, typ) in refused {
        assert!(read(text, typ).is_err(), "{text}");
    }
    assert_eq!(
        read("8471.30", Type::Hs).unwrap_err().help.as_deref(),
        Some("write `847130`")
    );
    assert_eq!(
        read("1,000", Type::Decimal).unwrap_err().help.as_deref(),
        Some("write `1000`")
    );
}

/// What `find` means, said slowly.
fn slow_find<'a>(list: &'a NamedList, code: Hs, zone: &Value, on: Day) -> Found<'a> {
    let rows: Vec<(&ListRow, Hs)> = list
        .rows
        .iter()
        .filter(|row| row.period.holds(on) && row.keys.contains(zone))
        .filter_map(|row| {
            row.keys.iter().find_map(|key| match key {
                Value::Hs(prefix) => Some((row, *prefix)),
                _ => None,
            })
        })
        .collect();
    let (asked, digits) = (code.to_string(), |prefix: &Hs| prefix.to_string());
    if rows
        .iter()
        .any(|(_, p)| digits(p).len() > asked.len() && digits(p).starts_with(&asked))
    {
        return Found::TooShort;
    }
    let fits = rows
        .into_iter()
        .filter(|(_, p)| asked.starts_with(&digits(p)));
    fits.max_by_key(|(_, p)| p.digits())
        .map_or(Found::Nothing, |(row, _)| Found::Row(row))
}

prop_compose! {
    /// Few digits, so that prefixes meet.
    fn any_hs()(digits in prop::collection::vec(0u8..2, 2..=10)) -> String {
        digits.iter().map(|d| d.to_string()).collect()
    }
}

fn month(number: u32) -> String {
    format!("2026-{number:02}-01")
}

/// Rows of a dated list without two that fit equally.
fn any_rows() -> impl Strategy<Value = Vec<String>> {
    let row = (any_hs(), 1..3u32, 1..5u32, 0..4u32, any::<bool>());
    prop::collection::vec(row, 0..40).prop_map(|rows| {
        let mut taken: Vec<(String, u32, Period)> = Vec::new();
        let mut out = Vec::new();
        for (number, (hs, zone, from, length, open)) in rows.into_iter().enumerate() {
            let until = if open {
                String::new()
            } else {
                month(from + length)
            };
            let period = Period {
                from: month(from).parse().ok(),
                until: until.parse().ok(),
            };
            if taken
                .iter()
                .any(|(h, z, p)| (h, *z) == (&hs, zone) && p.overlaps(period))
            {
                continue;
            }
            out.push(format!("{hs},z{zone},{number},{},{until}\n", month(from)));
            taken.push((hs, zone, period));
        }
        out
    })
}

const DATED_LIST: &str = "hs,zone,limit,from,until\n";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_changes_nothing(
        (rows, shuffled) in any_rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
    ) {
        for kind in [Kind::DatedListHsFirst, Kind::DatedListHsLast] {
            let first = clean(kind, &format!("{DATED_LIST}{}", rows.concat()));
            let second = clean(kind, &format!("{DATED_LIST}{}", shuffled.concat()));
            prop_assert_eq!(first.list, second.list);
        }
    }

    #[test]
    fn finding_equals_looking_at_every_row(
        rows in any_rows(),
        asked in prop::collection::vec((any_hs(), 1..3u32, 1..10u32), 1..20),
    ) {
        for (kind, hs_first) in [(Kind::DatedListHsFirst, true), (Kind::DatedListHsLast, false)] {
            let read = clean(kind, &format!("{DATED_LIST}{}", rows.concat()));
            let list = read.list.as_ref().unwrap();
            for (code, zone, on) in &asked {
                let zone = Value::Code(read.zones.find(&format!("z{zone}")).unwrap());
                let key = if hs_first { [hs(code), zone.clone()] } else { [zone.clone(), hs(code)] };
                let slow = slow_find(list, code.parse().unwrap(), &zone, day(&month(*on)));
                prop_assert_eq!(list.find(&key, day(&month(*on))), slow);
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for kind in Kind::ALL {
            read_bytes(kind, &bytes, &Limits::default());
        }
    }

    /// Bytes that look like a list reach further than any bytes do. Every place that is complained
    /// of lies in its text.
    #[test]
    fn nothing_like_a_list_panics(
        body in "([a-z0-9\",;%#. \r\n甲-]|z1|8471|2026-01-01|USD|,){0,80}",
        limit in 0..5usize,
    ) {
        let limits = Limits { list_rows: limit, ..Limits::default() };
        for kind in Kind::ALL {
            let read = read_bytes(kind, format!("{}{body}", kind.header()).as_bytes(), &limits);
            for label in read.complaints.iter().flat_map(|c| &c.labels) {
                let text = read.sources.get(label.span.source).unwrap().text();
                prop_assert!(text.get(label.span.start as usize..label.span.end as usize).is_some());
            }
        }
    }

    /// A cell that is complained of is the cell that was read, whatever stands before it.
    #[test]
    fn the_cell_underlined_is_the_cell_that_is_wrong(
        before in prop::collection::vec(("[a-c]{1,3}", "([a-z ,\r\n甲]|\"){0,6}"), 0..6),
        crlf in any::<bool>(),
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut csv = format!("code,name_zh,rank,kind{end}");
        for (number, (code, text)) in before.iter().enumerate() {
            csv += &format!("{code}{number},\"{}\",,{end}{end}", text.replace('"', "\"\""));
        }
        csv += &format!("last,\"甲\",\"bad\",x{end}");
        let read = read(Kind::Codes, &csv);
        prop_assert_eq!(read.complaints.len(), 1);
        let span = read.complaints[0].span();
        prop_assert_eq!(read.sources.get(span.source).unwrap().slice(span), "\"bad\"");
    }
}
