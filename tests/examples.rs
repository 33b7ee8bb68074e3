//! The examples for embedders do what they say: each is run, and what it prints is kept in
//! `tests/examples/`. `UPDATE=1` writes it anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what went wrong by panicking"
)]
#![allow(dead_code, reason = "each example brings a `main` of its own")]

#[path = "../examples/check_one.rs"]
mod check_one;
#[path = "../examples/draw_graph.rs"]
mod draw_graph;
#[path = "../examples/explain_verdict.rs"]
mod explain_verdict;
#[path = "../examples/share_engine.rs"]
mod share_engine;
#[path = "../examples/swap_rules.rs"]
mod swap_rules;

use std::error::Error;
use std::io::Write;
use std::path::Path;

/// An example as a function that prints into what it is given.
type Run = fn(&mut dyn Write) -> Result<(), Box<dyn Error>>;

const EXAMPLES: &[(&str, Run)] = &[
    ("check_one", check_one::run),
    ("draw_graph", draw_graph::run),
    ("explain_verdict", explain_verdict::run),
    ("share_engine", share_engine::run),
    ("swap_rules", swap_rules::run),
];

#[test]
fn examples_print_what_is_kept() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, run) in EXAMPLES {
        let mut printed = Vec::new();
        run(&mut printed).unwrap_or_else(|e| panic!("{name}: {e}"));
        let printed = String::from_utf8(printed).unwrap();
        let kept = root.join(format!("tests/examples/{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&kept, &printed).unwrap();
        }
        let expected = std::fs::read_to_string(&kept).unwrap_or_default();
        assert_eq!(printed, expected, "{name} prints something else");
    }
}

#[test]
fn examples_are_short_and_all_are_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            EXAMPLES.iter().any(|(known, _)| *known == name),
            "{name} is not run"
        );
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//! "),
            "{name} does not say what it is for"
        );
        let lines = text.lines().count();
        assert!(lines < 80, "{name} has {lines} lines");
    }
}
