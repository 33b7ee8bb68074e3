//! Text in, text out: what parses, how it is printed, and what is complained about.
//! `UPDATE=1` rewrites the expected files.

mod support;

use kakou::ground::limits::Limits;
use kakou::ground::render::{Colours, json, render};
use kakou::ground::source::{Source, Sources};
use kakou::ground::span::SourceId;
use kakou::syntax::ast::File;
use kakou::syntax::print::print;
use kakou::syntax::{Lang, codes, parse};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/syntax")
        .join(folder);
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|p| p.extension().is_some_and(|e| e == "rules"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn golden(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let wanted = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        wanted,
        found,
        "{} differs; UPDATE=1 rewrites it",
        path.display()
    );
}

fn complaints(name: &str, text: &str) -> (File, String) {
    let mut sources = Sources::default();
    let id = sources.add(Source::new(name, text));
    let (file, complaints) = parse(id, text, &Limits::default());
    assert!(json(&complaints, &sources).is_array());
    (file, render(&complaints, &sources, Colours::Plain))
}

fn read(text: &str) -> File {
    let (file, complaints) = complaints("printed.rules", text);
    assert!(complaints.is_empty(), "{complaints}\n{text}");
    file
}

fn round_trip(file: &File) {
    for lang in [Lang::En, Lang::Zh] {
        let text = print(file, lang);
        let again = read(&text);
        assert_eq!(file, &again, "{text}");
        assert_eq!(print(&again, lang), text);
    }
}

#[test]
fn good_files_are_printed_as_expected_and_read_back() {
    for path in cases("good") {
        let file = read(&std::fs::read_to_string(&path).unwrap());
        golden(&path.with_extension("printed.en"), &print(&file, Lang::En));
        golden(&path.with_extension("printed.zh"), &print(&file, Lang::Zh));
        round_trip(&file);
    }
}

#[test]
fn bad_files_are_complained_about_as_expected() {
    let mut seen = String::new();
    for path in cases("bad") {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (_, found) = complaints(&name, &text);
        assert!(!found.is_empty(), "{name} has no complaint");
        golden(&path.with_extension("err"), &found);
        seen.push_str(&found);
    }
    // Those about limits have tests of their own.
    for (code, _) in codes::ALL
        .iter()
        .filter(|(c, _)| ![codes::MORE, codes::TOO_LONG, codes::TOO_DEEP].contains(c))
    {
        assert!(seen.contains(code.0), "no case for {}", code.0);
    }
}

#[test]
fn limits_are_complaints() {
    let first =
        |text: &str, limits: &Limits| parse(SourceId(0), text, limits).1.first().map(|d| d.code);
    let all = Limits::default();
    for (open, close) in [
        ("(", ")"),
        ("not ", ""),
        ("number of ", ""),
        ("first 8 digits of ", ""),
        ("any a has ", ""),
        ("f(", ")"),
        ("rounded (", ")"),
    ] {
        let text = format!(
            "let a = {}x{}\n",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        assert_eq!(first(&text, &all), Some(codes::TOO_DEEP), "{open}");
    }
    for chain in [" + 1", " in b", " on b", " * 2", " 前 2 位"] {
        assert_eq!(
            first(&format!("let a = x{}\n", chain.repeat(100_000)), &all),
            Some(codes::TOO_DEEP)
        );
    }
    // What a complaint shows of the rest does not grow with it.
    let text = format!("let a = x is a{}\n", " or y is b".repeat(100_000));
    let (_, complaints) = parse(SourceId(0), &text, &all);
    assert_eq!(complaints[0].code, codes::OR_JOINS_CODES);
    assert!(complaints[0].help[0].len() < 1_000);
    // As deep as the limit allows is fine, on the stack of a small thread.
    let deep = format!("let a = {}x{}\n", "(".repeat(60), ")".repeat(60));
    assert_eq!(first(&deep, &all), None);
    assert_eq!(
        first(
            "let a = 5\n",
            &Limits {
                source_bytes: 4,
                ..all
            }
        ),
        Some(codes::TOO_LONG)
    );
    let (_, many) = parse(
        SourceId(0),
        &"x\n".repeat(10),
        &Limits {
            diagnostics: 3,
            ..all
        },
    );
    assert_eq!(many.len(), 4);
    assert_eq!(many[3].title, "7 more complaints are not shown");
    assert_eq!(many[3].code.0, "E0119");
}

#[test]
fn ten_mistakes_are_ten_complaints() {
    let text = include_str!("syntax/bad/ten_mistakes.rules");
    assert_eq!(parse(SourceId(0), text, &Limits::default()).1.len(), 10);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn trees_are_printed_and_read_back(file in support::trees::file()) {
        round_trip(&file);
    }

    #[test]
    fn any_text_is_read(text in "(rule|规则|let|when|当|[ \n\"(),|#「」第条十0-9a-z=<>.-]|\\PC|.){0,60}") {
        complaints("any.rules", &text);
    }

    #[test]
    fn a_damaged_file_is_read(at in 0usize..6000, len in 0usize..40, put in "[ \n\"(),|=]{0,3}|\\PC|[a-z]{3}") {
        let text = include_str!("syntax/good/english_all_productions.rules");
        let chars: Vec<char> = text.chars().collect();
        let at = at.min(chars.len());
        let end = (at + len).min(chars.len());
        let damaged: String = chars[..at].iter().copied().chain(put.chars()).chain(chars[end..].iter().copied()).collect();
        complaints("damaged.rules", &damaged);
    }
}
