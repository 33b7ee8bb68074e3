//! What is made up is the same in every form that it is written in.

use super::grouped::grouped;
use super::place::Place;
use super::{Came, kakou, run};
use std::fs;

fn ask(args: &[&str]) -> Came {
    run(kakou(args), b"")
}

/// The verdicts on what was made in that form.
fn judged(place: &Place, name: &str) -> String {
    let path = place.arg(name);
    let made = ask(&[
        "generate", "small", "-n", "2500", "--seed", "5", "-o", &path,
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let bytes = fs::read(place.at(name)).unwrap();
    let told = format!("2,500 declarations, {} bytes", grouped(bytes.len() as u64));
    assert!(made.err.contains(&told), "{} {told}", made.err);
    // With another number of threads every byte is the same.
    let again = place.arg(&format!("again.{name}"));
    ask(&[
        "generate",
        "small",
        "-n",
        "2500",
        "--seed",
        "5",
        "--threads",
        "1",
        "-o",
        &again,
    ]);
    assert!(fs::read(&again).unwrap() == bytes, "{name}");
    let came = ask(&["run", "small", &path, "--lang", "en"]);
    assert_eq!(came.code, 0, "{}", came.err);
    came.out
}

#[test]
fn packed_lines_say_what_lines_say() {
    let place = Place::new();
    let plain = judged(&place, "a.ndjson");
    assert_eq!(plain.lines().count(), 2500);
    assert!(judged(&place, "a.ndjson.gz") == plain);
    assert!(judged(&place, "a.ndjson.zst") == plain);
}

#[cfg(feature = "parquet")]
#[test]
fn columns_say_what_lines_say() {
    let place = Place::new();
    let plain = judged(&place, "a.ndjson");
    assert!(judged(&place, "a.parquet") == plain);
    // A mistake has no place in a column of facts.
    let path = place.arg("b.parquet");
    let came = ask(&["generate", "small", "--invalid", "1", "-o", &path]);
    assert_eq!(came.code, 2);
    assert!(
        came.err.contains("columns hold facts alone"),
        "{}",
        came.err
    );
    assert!(!place.at("b.parquet").exists());
}

#[cfg(not(feature = "parquet"))]
#[test]
fn columns_are_refused_where_they_were_left_out() {
    let place = Place::new();
    let path = place.arg("a.parquet");
    let came = ask(&["generate", "small", "-o", &path]);
    assert_eq!(came.code, 2);
    assert!(came.err.contains("--features parquet"), "{}", came.err);
    assert!(!place.at("a.parquet").exists());
}
