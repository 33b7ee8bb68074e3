//! Parquet in and out: what it says is what NDJSON and CSV say.

use super::place::Place;
use super::{Came, kakou, run};
use arrow_array::builder::OffsetBufferBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array,
    ListArray, RecordBatch, StringArray, StructArray,
};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

fn ask(args: &[&str]) -> Came {
    run(kakou(args), b"")
}

/// 2026-08-03 as Parquet counts days.
const DAY: i32 = 20_668;

fn texts(all: impl Iterator<Item = String>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(all))
}

/// One zone in ten is none.
fn zone(n: usize) -> &'static str {
    if n % 10 == 9 {
        "Z9"
    } else {
        ["Z1", "Z2"][n % 2]
    }
}

fn total(n: usize) -> usize {
    n * 37 % 9000
}

fn amounts(n: usize) -> ArrayRef {
    let cents = Decimal128Array::from_iter_values((0..n).map(|n| total(n) as i128 * 100));
    Arc::new(cents.with_precision_and_scale(18, 2).unwrap())
}

/// Declarations with a list of items, in columns that are called as the schema calls its fields.
fn by_name(n: usize) -> RecordBatch {
    let zones: DictionaryArray<Int32Type> = (0..n).map(zone).collect();
    let fields = Fields::from(vec![
        Field::new("line_no", DataType::Int64, true),
        Field::new("hs_code", DataType::Utf8, true),
        Field::new("total", DataType::Decimal128(18, 2), true),
        Field::new("currency", DataType::Utf8, true),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values((0..n).map(|_| 1))),
        texts((0..n).map(|_| "8517130000".into())),
        amounts(n),
        texts((0..n).map(|_| "CNY".into())),
    ];
    let items = Arc::new(StructArray::new(fields.clone(), columns, None));
    let mut offsets = OffsetBufferBuilder::<i32>::new(n);
    (0..n).for_each(|_| offsets.push_length(1));
    let field = Arc::new(Field::new_list_field(DataType::Struct(fields), true));
    let items = ListArray::new(field, offsets.finish(), items, None);
    let days = Date32Array::from_iter_values((0..n).map(|_| DAY));
    let all: Vec<(&str, ArrayRef)> = vec![
        ("id", texts((0..n).map(|n| format!("P-{n}")))),
        ("date", Arc::new(days)),
        ("zone", Arc::new(zones)),
        ("business", texts((0..n).map(|_| "cbec".into()))),
        (
            "year_before",
            Arc::new(Int64Array::from_iter_values((0..n).map(|_| 1000))),
        ),
        ("items", Arc::new(items)),
    ];
    RecordBatch::try_from_iter(all).unwrap()
}

/// The same as NDJSON.
fn lines(n: usize) -> String {
    let one = |n: usize| {
        format!(
            "{{\"id\":\"P-{n}\",\"date\":\"2026-08-03\",\"zone\":\"{}\",\"business\":\"cbec\",\
             \"year_before\":\"1000\",\"items\":[{{\"line_no\":1,\"hs_code\":\"8517130000\",\
             \"total\":\"{}.00\",\"currency\":\"CNY\"}}]}}\n",
            zone(n),
            total(n)
        )
    };
    (0..n).map(one).collect()
}

fn write(path: &Path, batch: &RecordBatch) {
    // Several groups of rows, as a large file has.
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(700))
        .build();
    let file = File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// Without places in the text, which a row of columns has not.
fn told(text: &str) -> Vec<serde_json::Value> {
    let one = |line: &str| {
        let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(object) = value.as_object_mut() else {
            return value;
        };
        object.remove("input");
        object.remove("error");
        for error in object
            .get_mut("errors")
            .and_then(|e| e.as_array_mut())
            .into_iter()
            .flatten()
        {
            for place in ["line", "column", "byte"] {
                error[place] = serde_json::Value::Null;
            }
        }
        value
    };
    text.lines().map(one).collect()
}

#[test]
fn columns_called_as_the_schema_calls_them_say_what_ndjson_says() {
    let place = Place::new();
    write(&place.at("a.parquet"), &by_name(2500));
    place.write("a.ndjson", lines(2500));
    let ndjson = ask(&["run", "small", &place.arg("a.ndjson")]);
    let parquet = ask(&["run", "small", &place.arg("a.parquet")]);
    assert_eq!((ndjson.code, parquet.code), (1, 1), "{}", parquet.err);
    assert!(told(&ndjson.out) == told(&parquet.out));
    assert_eq!(
        parquet.err,
        "error: 250 of 2,500 records could not be judged\n"
    );
    let one = ask(&["run", "small", &place.arg("a.parquet"), "--threads", "1"]);
    assert!(one.out == parquet.out);
}

#[test]
fn columns_that_a_map_names_say_what_csv_says() {
    let place = Place::new();
    let n = 300usize;
    let mut csv = String::from("No,Day,Zone,Kind,Code,Price,Remark\n");
    let zones = ["jiading", "yangshan", "mars"];
    for n in 0..n {
        let price = if n.is_multiple_of(7) {
            String::new()
        } else {
            format!("{}.00", total(n))
        };
        csv += &format!(
            "T-{n},03/08/2026,{},CB,8517130000,{price},x\n",
            zones[n % 3]
        );
    }
    let price = |n: usize| (!n.is_multiple_of(7)).then(|| total(n) as i128 * 100);
    let prices = Decimal128Array::from_iter((0..n).map(price));
    let zones: DictionaryArray<Int32Type> = (0..n).map(|n| zones[n % 3]).collect();
    let all: Vec<(&str, ArrayRef)> = vec![
        ("Zone", Arc::new(zones)),
        (
            "Price",
            Arc::new(prices.with_precision_and_scale(20, 2).unwrap()),
        ),
        ("No", texts((0..n).map(|n| format!("T-{n}")))),
        (
            "Day",
            Arc::new(Date32Array::from_iter_values((0..n).map(|_| DAY))),
        ),
        ("Kind", texts((0..n).map(|_| "CB".into()))),
        ("Code", texts((0..n).map(|_| "8517130000".into()))),
        ("Remark", texts((0..n).map(|_| "x".into()))),
    ];
    write(
        &place.at("a.parquet"),
        &RecordBatch::try_from_iter(all).unwrap(),
    );
    place.write("a.csv", csv);
    let map = ["--map", "table.map.json"];
    let csv = ask(&[&["run", "small", &place.arg("a.csv")], map.as_slice()].concat());
    let parquet = ask(&[&["run", "small", &place.arg("a.parquet")], map.as_slice()].concat());
    assert_eq!((csv.code, parquet.code), (1, 1), "{}", parquet.err);
    let without_line = |text: &str| -> Vec<serde_json::Value> {
        let mut all = told(text);
        for value in all.iter_mut().filter(|v| v["line"].is_number()) {
            value["line"] = serde_json::Value::Null;
        }
        all
    };
    assert_eq!(without_line(&csv.out), without_line(&parquet.out));
}

#[test]
fn what_does_not_fit_or_is_broken_is_one_error() {
    let place = Place::new();
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![0.1]));
    let ids = texts(["D-1".into()].into_iter());
    let batch = RecordBatch::try_from_iter([("idd", ids), ("year_before", floats)]).unwrap();
    write(&place.at("unfit.parquet"), &batch);
    write(&place.at("whole.parquet"), &by_name(2000));
    let bytes = fs::read(place.at("whole.parquet")).unwrap();
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle..middle + 200].fill(0xA5);
    place
        .write("cut.parquet", &bytes[..bytes.len() / 2])
        .write("changed.parquet", changed)
        .write("text.parquet", lines(3))
        .write("empty.parquet", "");
    for (name, code) in [
        ("unfit.parquet", "E0704"),
        ("cut.parquet", "E0723"),
        ("changed.parquet", ""),
        ("text.parquet", "E0723"),
        ("empty.parquet", "E0723"),
    ] {
        let came = ask(&["run", "small", &place.arg(name)]);
        assert_eq!(came.code, 1, "{name}: {}", came.err);
        let told = told(&came.out);
        if !code.is_empty() {
            assert_eq!(told.len(), 1, "{name}");
            assert_eq!(told[0]["errors"][0]["code"], code, "{name}: {}", told[0]);
        }
    }
    let came = run(kakou(&["run", "small", "-"]), &bytes);
    assert_eq!((came.code, came.out.as_str()), (2, ""));
    assert!(
        came.err.contains("the standard input is Parquet"),
        "{}",
        came.err
    );
}

/// All rows of a folder of parts, each as the cells of a CSV row would be.
fn rows(folder: &Path) -> Vec<Vec<String>> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    paths.sort();
    let mut rows = Vec::new();
    for path in paths {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
        for batch in reader.build().unwrap().map(Result::unwrap) {
            for row in 0..batch.num_rows() {
                rows.push(
                    batch
                        .columns()
                        .iter()
                        .map(|c| cell(c.as_ref(), row))
                        .collect(),
                );
            }
        }
    }
    rows
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return String::new();
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Int64 => column
            .as_primitive::<arrow_array::types::Int64Type>()
            .value(row)
            .to_string(),
        DataType::Date32 => {
            let day = column
                .as_primitive::<arrow_array::types::Date32Type>()
                .value(row);
            kakou::ground::day::Day::from_number(day)
                .unwrap()
                .to_string()
        }
        DataType::List(_) => {
            let texts = column.as_list::<i32>().value(row);
            let texts: Vec<&str> = texts.as_string::<i32>().iter().flatten().collect();
            texts.join("; ")
        }
        other => panic!("a column of {other}"),
    }
}

#[test]
fn parts_hold_what_a_table_for_spreadsheets_would() {
    let place = Place::new();
    place.write("a.ndjson", lines(250) + "{\"id\":\n");
    let (input, out) = (place.arg("a.ndjson"), place.arg("parts"));
    let csv = ask(&["run", "small", &input, "--format", "csv"]);
    let args = [
        "run", "small", &input, "--format", "parquet", "--output", &out,
    ];
    let came = ask(&[args.as_slice(), &["--part-records", "100"]].concat());
    assert_eq!((came.code, came.out.as_str()), (1, ""), "{}", came.err);
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let said: Vec<Vec<String>> = reader
        .records()
        .map(|r| r.unwrap().iter().map(str::to_owned).collect())
        .collect();
    assert_eq!(rows(&place.at("parts")), said);
    assert_eq!(fs::read_dir(place.at("parts")).unwrap().count(), 3);
    // A folder that holds something is not written over.
    let again = ask(&args);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is not empty"), "{}", again.err);
    // It is for a folder only.
    let nowhere = ask(&["run", "small", &input, "--format", "parquet"]);
    assert!(nowhere.err.contains("--output FOLDER"), "{}", nowhere.err);
}

#[test]
fn parts_are_resumed_behind_the_last_whole_one() {
    let place = Place::new();
    write(&place.at("a.parquet"), &by_name(430));
    let (input, out) = (place.arg("a.parquet"), place.arg("parts"));
    let args = [
        "run",
        "small",
        &input,
        "--format",
        "parquet",
        "--output",
        &out,
        "--part-records",
        "100",
        "--resume",
    ];
    ask(&args);
    let bytes = |n: usize| fs::read(place.at(&format!("parts/part-{n:05}.parquet"))).unwrap();
    let whole: Vec<Vec<u8>> = (0..5).map(bytes).collect();
    for left in 0..5 {
        for n in left..5 {
            fs::remove_file(place.at(&format!("parts/part-{n:05}.parquet"))).unwrap();
        }
        // What was being written when it was killed.
        place.write(&format!("parts/part-{left:05}.open"), &whole[left][..50]);
        let came = ask(&args);
        assert_eq!(came.code, 1, "{}", came.err);
        let again: Vec<Vec<u8>> = (0..5).map(bytes).collect();
        assert!(again == whole, "{left} were left");
        assert_eq!(fs::read_dir(place.at("parts")).unwrap().count(), 5);
    }
    // Parts of another size, of other rules or among other files are left alone.
    let mut other = args;
    other[8] = "50";
    let came = ask(&other);
    assert_eq!(came.code, 2);
    assert!(came.err.contains("of another size"), "{}", came.err);
    let came = ask(&[
        args.as_slice(),
        &["--trust", "found", "--as-of", "2030-01-01"],
    ]
    .concat());
    assert_eq!(came.code, 2, "{}", came.err);
    assert!(came.err.contains("output of another run"), "{}", came.err);
    let again: Vec<Vec<u8>> = (0..5).map(bytes).collect();
    assert!(again == whole);
    place.write("parts/notes.txt", "x");
    let came = ask(&args);
    assert!(came.err.contains("which is no part"), "{}", came.err);
}
