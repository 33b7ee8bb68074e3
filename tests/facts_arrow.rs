//! Column batches say what JSON and CSV say of the same declarations.
#![cfg(feature = "arrow")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use arrow_array::builder::{
    Decimal128Builder, Int64Builder, ListBuilder, StringBuilder, StringDictionaryBuilder,
    StructBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array,
    Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
};
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use kakou::facts::arrow::Columns;
use kakou::facts::error::FactErrors;
use kakou::facts::json::from_json;
use kakou::facts::map::Map;
use kakou::facts::sheet::Sheet;
use kakou::{Facts, Folder, Limits, RuleSet, compile, load};
use std::collections::HashMap;
use std::sync::Arc;

const RULES: &str = "\
outcomes release < hold missing hold advice hold
declaration judged on date
  id : text, always
  date : date
  urgent : bool
  copies : integer
  rate : rate
  head.mode : code mode
  head.hs : hs
  licences : set of code mode
  value : money CNY
  items : 1 to 3 item
  item.no : integer
  item.total : money in item.currency
  item.currency : code currency
  item.seals : 0 to 2 seal
  seal.number : text
codes mode from \"mode.csv\" key code label name
currencies currency from \"currency.csv\" key code label name
";

fn rules() -> Arc<RuleSet> {
    let folder = Folder::from_texts([("a.rules", RULES)])
        .with_file("mode.csv", "code,name\n1,one\n2,two\n3,three\n")
        .with_file("currency.csv", "code,name\nCNY,yuan\nUSD,dollar\n");
    load::accept(compile(&folder, &Limits::default())).unwrap()
}

fn all(rules: &RuleSet, batch: &RecordBatch) -> Vec<Result<Facts, FactErrors>> {
    let columns = Columns::by_name(&rules.schema, &batch.schema()).unwrap();
    let ready = columns.ready(batch).unwrap();
    // Whatever was in the memory before, it is this row's.
    let mut used = Sheet::default();
    let all: Vec<_> = (0..ready.len()).map(|row| ready.facts(row)).collect();
    for row in (0..ready.len()).rev() {
        assert_eq!(ready.read_into(row, &mut used).cloned(), all[row]);
    }
    all
}

fn json(rules: &RuleSet, text: &str) -> Result<Facts, FactErrors> {
    from_json(&rules.schema, text.as_bytes(), &Limits::default())
}

fn same(rules: &RuleSet, batch: &RecordBatch, texts: &[&str]) {
    let read: Vec<_> = texts.iter().map(|text| json(rules, text)).collect();
    let place = |errors: FactErrors| -> Vec<_> {
        let one = |e: &kakou::facts::error::FactError| (e.code, e.path.clone(), e.message.clone());
        errors.errors.iter().map(one).collect()
    };
    let plain = |all: Vec<Result<Facts, FactErrors>>| -> Vec<_> {
        all.into_iter().map(|one| one.map_err(place)).collect()
    };
    assert_eq!(plain(all(rules, batch)), plain(read));
}

fn array<T: arrow_array::Array + 'static>(array: T) -> ArrayRef {
    Arc::new(array)
}

fn decimal(all: Vec<Option<i128>>, scale: i8) -> ArrayRef {
    let plain = Decimal128Array::from(all);
    array(plain.with_precision_and_scale(30, scale).unwrap())
}

#[test]
fn every_type_of_header_field_from_every_type_of_column() {
    let rules = rules();
    let ids = vec![Some("D-1"), Some("D-2"), None];
    let modes: DictionaryArray<Int32Type> = vec![Some("2"), None, Some("9")].into_iter().collect();
    let batch = RecordBatch::try_from_iter([
        ("id", array(StringArray::from(ids))),
        (
            "date",
            array(Date32Array::from(vec![Some(20_668), None, Some(i32::MAX)])),
        ),
        (
            "urgent",
            array(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ),
        (
            "copies",
            array(Int64Array::from(vec![Some(-3), None, Some(i64::MAX)])),
        ),
        ("rate", decimal(vec![Some(500), None, Some(-1)], 4)),
        ("head.mode", array(modes)),
        (
            "head.hs",
            array(StringViewArray::from(vec![Some("8471"), None, Some("84x")])),
        ),
        (
            "value",
            array(LargeStringArray::from(vec![
                Some("9.50"),
                None,
                Some("9,50"),
            ])),
        ),
    ])
    .unwrap();
    let null = r#"{"id": "D-2", "date": null, "urgent": null, "copies": null, "rate": null,
        "head": {"mode": null, "hs": null}, "value": null}"#;
    let texts = [
        r#"{"id": "D-1", "date": "2026-08-03", "urgent": true, "copies": -3, "rate": 0.05,
            "head": {"mode": "2", "hs": "8471"}, "value": "9.5"}"#,
        null,
        r#"{"id": null, "date": "?", "urgent": false, "copies": 9223372036854775807, "rate": -0.0001,
            "head": {"mode": "9", "hs": "84x"}, "value": "9,50"}"#,
    ];
    same(&rules, &batch, &texts);
    // A part of a batch is read from where it begins.
    same(&rules, &batch.slice(1, 2), &texts[1..]);
}

fn items() -> RecordBatch {
    let fields = |with: Vec<Field>| arrow_schema::Fields::from(with);
    let seal = fields(vec![Field::new("number", DataType::Utf8, true)]);
    let seals = DataType::List(Arc::new(Field::new_list_field(
        DataType::Struct(seal.clone()),
        true,
    )));
    let item = fields(vec![
        Field::new("no", DataType::Int64, true),
        Field::new("total", DataType::Decimal128(18, 2), true),
        Field::new("currency", DataType::Utf8, true),
        Field::new("seals", seals, true),
    ]);
    let total = Decimal128Builder::new()
        .with_precision_and_scale(18, 2)
        .unwrap();
    let item = StructBuilder::new(
        item,
        vec![
            Box::new(Int64Builder::new()),
            Box::new(total),
            Box::new(StringBuilder::new()),
            Box::new(ListBuilder::new(StructBuilder::new(
                seal,
                vec![Box::new(StringBuilder::new())],
            ))),
        ],
    );
    let mut items = ListBuilder::new(item);
    let mut sets = ListBuilder::new(StringDictionaryBuilder::<Int32Type>::new());
    let mut put = |n: i64, seals: &[&str]| {
        let item = items.values();
        item.field_builder::<Int64Builder>(0)
            .unwrap()
            .append_value(n);
        let total = item.field_builder::<Decimal128Builder>(1).unwrap();
        total.append_value(i128::from(n) * 100);
        let currency = if n == 7 { None } else { Some("USD") };
        item.field_builder::<StringBuilder>(2)
            .unwrap()
            .append_option(currency);
        let list = item.field_builder::<ListBuilder<StructBuilder>>(3).unwrap();
        for number in seals {
            let seal = list.values();
            seal.field_builder::<StringBuilder>(0)
                .unwrap()
                .append_value(number);
            seal.append(true);
        }
        list.append(true);
        item.append(true);
    };
    // By row: its items, each with seals.
    put(1, &["A", "B"]);
    put(2, &[]);
    items.append(true);
    items.append(false);
    let mut put = |n: i64| {
        let item = items.values();
        item.field_builder::<Int64Builder>(0)
            .unwrap()
            .append_value(n);
        item.field_builder::<Decimal128Builder>(1)
            .unwrap()
            .append_value(100);
        item.field_builder::<StringBuilder>(2)
            .unwrap()
            .append_value("USD");
        item.field_builder::<ListBuilder<StructBuilder>>(3)
            .unwrap()
            .append(false);
        item.append(true);
    };
    (1..=4).for_each(&mut put);
    items.append(true);
    for set in [Some(vec!["3", "1"]), None, Some(vec!["1", "1", "x"])] {
        let valid = set.is_some();
        for code in set.unwrap_or_default() {
            sets.values().append_value(code);
        }
        sets.append(valid);
    }
    RecordBatch::try_from_iter([
        ("items", array(items.finish())),
        ("licences", array(sets.finish())),
    ])
    .unwrap()
}

#[test]
fn lists_in_lists_and_sets_of_codes() {
    let rules = rules();
    let texts = [
        r#"{"items": [
            {"no": 1, "total": "1", "currency": "USD", "seals": [{"number": "A"}, {"number": "B"}]},
            {"no": 2, "total": "2", "currency": "USD", "seals": []}], "licences": ["1", "3"]}"#,
        r#"{"items": null, "licences": null}"#,
        r#"{"items": [
            {"no": 1, "total": "1", "currency": "USD", "seals": null},
            {"no": 2, "total": "1", "currency": "USD", "seals": null},
            {"no": 3, "total": "1", "currency": "USD", "seals": null},
            {"no": 4, "total": "1", "currency": "USD", "seals": null}],
            "licences": ["1", "1", "x"]}"#,
    ];
    same(&rules, &items(), &texts);
    same(&rules, &items().slice(2, 1), &texts[2..]);
}

#[test]
fn a_column_that_is_not_there_is_unknown_and_so_are_nulls_that_say_so() {
    let rules = rules();
    let says = HashMap::from([("kakou.empty".to_owned(), "unknown".to_owned())]);
    let field = Field::new("copies", DataType::Int64, true).with_metadata(says);
    let schema = Arc::new(ArrowSchema::new(vec![field]));
    let copies = array(Int64Array::from(vec![None, Some(2)]));
    let batch = RecordBatch::try_new(schema, vec![copies]).unwrap();
    same(&rules, &batch, &["{}", r#"{"copies": 2}"#]);
}

#[test]
fn columns_without_any_value_have_no_type_and_fit_everywhere() {
    let rules = rules();
    let nothing = || array(arrow_array::NullArray::new(2));
    let lists = || {
        let mut lists = ListBuilder::new(arrow_array::builder::NullBuilder::new());
        lists.append(true);
        lists.append(false);
        array(lists.finish())
    };
    let batch = RecordBatch::try_from_iter([
        ("copies", nothing()),
        ("value", nothing()),
        ("licences", lists()),
    ])
    .unwrap();
    let null = r#"{"copies": null, "value": null, "licences": null}"#;
    let empty = r#"{"copies": null, "value": null, "licences": []}"#;
    same(&rules, &batch, &[empty, null]);
    let batch = RecordBatch::try_from_iter([("licences", nothing()), ("items", lists())]).unwrap();
    let null = r#"{"licences": null, "items": null}"#;
    let empty = r#"{"licences": null, "items": []}"#;
    same(&rules, &batch, &[empty, null]);
}

#[test]
fn what_does_not_fit_is_said_by_column_before_any_row() {
    let rules = rules();
    let list = |of: DataType| DataType::List(Arc::new(Field::new_list_field(of, true)));
    for (name, typ, code) in [
        ("idd", DataType::Utf8, "E0704"),
        ("head.idd", DataType::Utf8, "E0704"),
        ("id.x", DataType::Utf8, "E0704"),
        ("id", DataType::Int64, "E0720"),
        ("rate", DataType::Float64, "E0709"),
        ("value", DataType::Float32, "E0709"),
        ("date", DataType::Int64, "E0720"),
        ("urgent", DataType::Utf8, "E0720"),
        ("head", DataType::Utf8, "E0720"),
        ("items", list(DataType::Utf8), "E0720"),
        ("licences", DataType::Utf8, "E0720"),
        ("licences", list(DataType::Int64), "E0720"),
    ] {
        let table = ArrowSchema::new(vec![Field::new(name, typ, true)]);
        let refused = Columns::by_name(&rules.schema, &table).unwrap_err();
        let first = &refused.errors[0];
        assert_eq!(
            (first.code.0, first.path.as_str()),
            (code, name),
            "{refused}"
        );
    }
    let twice = Field::new("id", DataType::Utf8, true);
    let table = ArrowSchema::new(vec![twice.clone(), twice]);
    let refused = Columns::by_name(&rules.schema, &table).unwrap_err();
    assert_eq!(refused.errors[0].code.0, "E0705");
}

const MAP: &str = r#"{"ignore": ["Clerk"], "fields": {
    "id":                { "column": "No", "prefix": "D-" },
    "date":              { "column": "Day", "date": "DD/MM/YYYY" },
    "rate":              { "column": "Rate", "percent": true },
    "head.mode":         { "column": "Mode", "codes": { "a": "1", "b": "2" } },
    "head.hs":           { "column": "Code", "pad": 10 },
    "licences":          { "column": "Licences", "split": ";" },
    "value":             { "column": "Value", "places": 2, "default": "7" },
    "items[1].total":    { "column": "T1", "empty": "unknown" },
    "items[1].currency": { "constant": "CNY" },
    "items[2].total":    { "column": "T2", "empty": "unknown" },
    "items[2].currency": { "constant": "USD" }
}}"#;

#[test]
fn columns_of_a_map_are_read_as_cells_of_a_table() {
    let rules = rules();
    let map = Map::parse(&rules.schema, MAP).unwrap();
    let names = [
        "No", "Day", "Rate", "Mode", "Code", "Licences", "Value", "T1", "T2", "Clerk",
    ];
    let rows = [
        [
            "1",
            "03/08/2026",
            "8",
            "a",
            "101210000",
            "1;3",
            "0.08000000000000003",
            "5.00",
            "6",
            "x",
        ],
        [
            "2",
            "31/12/2026",
            "0",
            "b",
            "8471300000",
            "",
            "",
            "",
            "6",
            "x",
        ],
        ["3", "31/02/2026", "1", "c", "1", "1;1", "3", "", "", "x"],
        ["4", "", "", "", "", "9", "2.5", "1", "", "x"],
    ];
    let texts = |at: usize| rows.iter().map(move |row| row[at]);
    let opt = |at: usize| texts(at).map(|t| (!t.is_empty()).then_some(t));
    let number = |t: &str| t.parse::<i64>().ok();
    let modes: DictionaryArray<Int32Type> = opt(3).collect();
    let licences: DictionaryArray<Int32Type> = texts(5).collect();
    let decimals = |at: usize| {
        let cents = |t: &str| Some((t.parse::<f64>().ok()? * 100.0) as i128);
        decimal(texts(at).map(cents).collect(), 2)
    };
    let columns: Vec<ArrayRef> = vec![
        array(Int64Array::from_iter_values(1..=4)),
        array(StringArray::from_iter(opt(1))),
        array(Int64Array::from_iter(texts(2).map(number))),
        array(modes),
        array(Int64Array::from_iter(texts(4).map(number))),
        array(licences),
        array(Float64Array::from_iter(
            texts(6).map(|t| t.parse::<f64>().ok()),
        )),
        decimals(7),
        array(Int64Array::from_iter(texts(8).map(number))),
        array(StringArray::from_iter(opt(9))),
    ];
    let batch = RecordBatch::try_from_iter(names.into_iter().zip(columns)).unwrap();
    let bound = Columns::by_map(&map, &batch.schema()).unwrap();
    let ready = bound.ready(&batch).unwrap();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(ready.facts(at), map.record(&names, row), "row {at}");
    }
    // A column more, a column less, one of a type that no cell of it could be.
    let without = batch
        .schema()
        .project(&[0, 1, 2, 3, 4, 5, 6, 7, 8])
        .unwrap();
    assert!(Columns::by_map(&map, &without).is_err());
    let map = Map::parse(
        &rules.schema,
        r#"{"fields": {"value": {"column": "Value"}}}"#,
    )
    .unwrap();
    let float = ArrowSchema::new(vec![Field::new("Value", DataType::Float64, true)]);
    assert_eq!(
        Columns::by_map(&map, &float).unwrap_err().errors[0].code.0,
        "E0709"
    );
}

/// All rows of a batch, read on one sheet.
fn read(columns: &Columns, batch: &RecordBatch) -> Vec<Result<Facts, FactErrors>> {
    let ready = columns.ready(batch).unwrap();
    let mut sheet = Sheet::default();
    let rows = 0..ready.len();
    rows.map(|row| ready.read_into(row, &mut sheet).cloned())
        .collect()
}

#[cfg(feature = "generate")]
#[test]
fn what_is_piled_up_is_read_back() {
    use kakou::facts::arrow::Pile;
    use kakou::generate::{Generator, Options};
    let rules =
        kakou::load(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")).unwrap();
    let generator = Generator::new(&rules, Options::default());
    let made: Vec<Facts> = (1..=700)
        .map(|number| generator.record(number).facts)
        .collect();
    let (mut pile, mut none) = (Pile::new(&rules.schema), 0);
    let columns = Columns::by_name(&rules.schema, pile.columns()).unwrap();
    for part in made.chunks(300) {
        part.iter().for_each(|facts| pile.add(facts));
        let batch = pile.batch().unwrap();
        none += batch.num_rows() - batch.column_by_name("kakou.none").unwrap().null_count();
        let whole = read(&columns, &batch);
        assert!(whole == part.iter().cloned().map(Ok).collect::<Vec<_>>());
        let middle = read(&columns, &batch.slice(50, 20));
        assert!(middle == whole[50..70]);
    }
    assert!(
        none > 10,
        "{none} declarations say of something that it is none"
    );
}

#[test]
fn what_is_none_among_nulls_that_say_nothing() {
    let rules = rules();
    let says = HashMap::from([("kakou.empty".to_owned(), "unknown".to_owned())]);
    let batch = |paths: &[&[&str]]| {
        let items = items();
        let fields = items.schema();
        let item = fields.field_with_name("items").unwrap().clone();
        let copies = Field::new("copies", DataType::Int64, true).with_metadata(says.clone());
        let mut nones = ListBuilder::new(StringBuilder::new());
        for paths in paths {
            paths
                .iter()
                .for_each(|path| nones.values().append_value(path));
            nones.append(!paths.is_empty());
        }
        let nones = array(nones.finish());
        let none = Field::new("kakou.none", nones.data_type().clone(), true);
        // It may stand before what it is about.
        let table = Arc::new(ArrowSchema::new(vec![none, copies, item]));
        let copies = array(Int64Array::from(vec![None, Some(2), None]));
        let items = items.column_by_name("items").unwrap().clone();
        RecordBatch::try_new(table, vec![nones, copies, items]).unwrap()
    };
    let given = batch(&[
        &["copies", "items[1].seals[2].number", "head.mode"],
        &["licences"],
        &[],
    ]);
    let texts = [
        r#"{"copies": null, "head": {"mode": null}, "items": [
            {"no": 1, "total": "1", "currency": "USD", "seals": [{"number": "A"}, {"number": null}]},
            {"no": 2, "total": "2", "currency": "USD", "seals": []}]}"#,
        r#"{"copies": 2, "items": null, "licences": null}"#,
    ];
    same(&rules, &given.slice(0, 2), &texts);
    let columns = Columns::by_name(&rules.schema, &given.schema()).unwrap();
    for (path, code) in [
        ("copy", "E0704"),
        ("copies.x", "E0704"),
        ("copies[1]", "E0704"),
        ("head", "E0704"),
        ("items[3].no", "E0713"),
        ("items", "E0705"),
        ("", "E0704"),
    ] {
        let batch = batch(&[&[path], &[], &[]]);
        let refused = read(&columns, &batch).swap_remove(0).unwrap_err();
        let first = &refused.errors[0];
        assert_eq!(
            (first.code.0, first.path.as_str()),
            (code, path),
            "{refused}"
        );
    }
}

#[test]
fn a_field_has_one_column() {
    let rules = rules();
    let mode = || Field::new("mode", DataType::Utf8, true);
    let head = DataType::Struct(vec![mode()].into());
    let table = ArrowSchema::new(vec![
        Field::new("head", head, true),
        Field::new("head.mode", DataType::Utf8, true),
    ]);
    let refused = Columns::by_name(&rules.schema, &table).unwrap_err();
    assert_eq!(refused.errors[0].code.0, "E0705");
}
