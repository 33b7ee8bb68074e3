//! Rule folders in, complaints or checked rules out. `UPDATE=1` rewrites the expected files.
//!
//! A case is one text that stands on the schema of the language reference's examples; one whose
//! first line says `# alone` stands by itself, and `# limits rules=3` lowers a limit.

#[path = "support/golden.rs"]
mod golden;

use golden::{cases, folder_of, golden, prelude};
use kakou::check::{Compiled, codes, compile, dump::dump};
use kakou::ground::diagnostic::{Diagnostic, Severity};
use kakou::ground::limits::Limits;
use kakou::ground::render::{Colours, json, render};
use kakou::ground::span::SourceId;
use kakou::syntax::print::print;
use kakou::syntax::{Lang, parse};
use proptest::prelude::*;
use std::path::Path;

fn limits_of(text: &str) -> Limits {
    let mut limits = Limits::default();
    let mut first = text.lines().take(2);
    let Some(line) = first.find_map(|l| l.strip_prefix("# limits ")) else {
        return limits;
    };
    for word in line.split_whitespace() {
        let (name, value) = word.split_once('=').expect("name=value");
        let value = value.parse().expect("a number");
        match name {
            "rules" => limits.rules = value,
            "rule_nodes" => limits.rule_nodes = value,
            "set_nodes" => limits.set_nodes = value,
            "diagnostics" => limits.diagnostics = value,
            "source_bytes" => limits.source_bytes = value,
            other => panic!("no limit is called {other}"),
        }
    }
    limits
}

/// The complaints about the case itself and its lists: what the shared schema leaves unused is
/// not its business.
fn about(compiled: &Compiled) -> Vec<Diagnostic> {
    let quiet = |d: &&Diagnostic| {
        let source = compiled.sources.get(d.span().source);
        d.code.severity() == Severity::Error || source.is_none_or(|s| s.name() != "prelude.rules")
    };
    compiled.diagnostics.iter().filter(quiet).cloned().collect()
}

fn checked(path: &Path) -> (Compiled, String) {
    let text = std::fs::read_to_string(path).expect("a case");
    let name = path
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let folder = folder_of(&[(&name, &text)]);
    let compiled = compile(&folder, &limits_of(&text));
    let mut found = render(&about(&compiled), &compiled.sources, Colours::Plain);
    if compiled.not_shown > 0 {
        found.push_str(&format!("{} more\n", compiled.not_shown));
    }
    (compiled, found)
}

#[test]
fn bad_cases_are_complained_about_as_expected() {
    let mut seen = String::new();
    for path in cases("tests/check/bad") {
        let (compiled, found) = checked(&path);
        assert!(!found.is_empty(), "{} has no complaint", path.display());
        golden(&path.with_extension("err"), &found);
        if path.with_extension("json").exists() {
            let form = json(&about(&compiled), &compiled.sources);
            let form = serde_json::to_string_pretty(&form).expect("JSON") + "\n";
            golden(&path.with_extension("json"), &form);
        }
        seen.push_str(&found);
    }
    for (code, _) in codes::ALL {
        assert!(
            seen.contains(&format!("[{}]", code.0)),
            "no case for {}",
            code.0
        );
    }
}

#[test]
fn good_cases_are_checked_as_expected() {
    for path in cases("tests/check/good") {
        let (compiled, found) = checked(&path);
        let rules = compiled
            .rules
            .as_ref()
            .unwrap_or_else(|| panic!("{}\n{found}", path.display()));
        let text = found + &dump(rules);
        golden(&path.with_extension("checked"), &text);
    }
}

#[test]
fn the_schema_of_the_examples_is_good() {
    let compiled = compile(&prelude(), &Limits::default());
    let found = render(&compiled.diagnostics, &compiled.sources, Colours::Plain);
    assert!(compiled.rules.is_some(), "{found}");
}

/// A code that is an attribute of itself could be asked for without an end.
#[test]
fn attributes_of_attributes_have_a_limit() {
    let schema = "outcomes release < hold missing hold advice hold\n\
                  declaration judged on date\n  date : date\n  a : code loop\n\
                  codes loop from \"loop.csv\" key code with next : code loop\n\
                  list l of a : code loop from \"list.csv\" with next : code loop\nlaw L\n";
    let told = |rules: String| -> Vec<&str> {
        let folder = kakou::folder::Folder::from_texts([("a.rules", schema), ("b.rules", &rules)])
            .with_file("loop.csv", "code,next\nx,x\n")
            .with_file("list.csv", "a,next\nx,x\n");
        let compiled = compile(&folder, &Limits::default());
        let errors = compiled.diagnostics.iter();
        errors
            .filter(|d| d.code.severity() == Severity::Error)
            .map(|d| d.code.0)
            .collect()
    };
    let rule = |when: &str| format!("rule A\n  by L\n  when {when} is x\n  then hold\n");
    let path = |n: usize| ".next".repeat(n);
    let none: Vec<&str> = Vec::new();
    assert_eq!(told(rule(&format!("a{}", path(200)))), none);
    assert_eq!(told(rule(&format!("l(a){}", path(200)))), none);
    assert_eq!(told(rule(&format!("a{}", path(100_000)))), ["E0503"]);
    assert_eq!(told(rule(&format!("l(a){}", path(100_000)))), ["E0503"]);
    // One on another by way of definitions and of keys is as deep.
    let lets = format!("let b = a{}\n", path(200)) + &rule(&format!("b{}", path(200)));
    assert_eq!(told(lets), ["E0503"]);
    let keys = rule(&format!("l(l(a){0}){0}", path(200)));
    assert_eq!(told(keys), ["E0503"]);
}

#[test]
fn a_list_that_is_no_file_is_complained_of() {
    let root = std::env::temp_dir().join(format!("kakou-check-{}", std::process::id()));
    std::fs::create_dir_all(root.join("folder.csv")).expect("a folder");
    let text = "# alone\noutcomes release < hold missing hold advice hold\n\
                declaration judged on date\n  date : date\n\
                list l of hs : hs from \"folder.csv\"\n";
    std::fs::write(root.join("list_is_a_folder.rules"), text).expect("to write");
    let folder = kakou::folder::Folder::open(&root, &Limits::default()).expect("a rule folder");
    let compiled = compile(&folder, &Limits::default());
    std::fs::remove_dir_all(&root).expect("to remove");
    let errors: Vec<Diagnostic> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.code.severity() == Severity::Error)
        .cloned()
        .collect();
    let found = render(&errors, &compiled.sources, Colours::Plain);
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/bad");
    golden(&cases.join("list_is_a_folder.err"), &found);
}

/// What is wrong with a declaration, where no file of the cases of declarations shows it.
#[test]
fn declarations_that_cannot_be_read_are_complained_of() {
    use kakou::facts::{batch::Batch, json::Reader, json::from_json};
    let compiled = compile(&prelude(), &Limits::default());
    let schema = compiled.rules.expect("the schema is good").schema.clone();
    let deep = br#"{"items":[{"parts":[{"weight":"1"}]}]}"#;
    let flat = Limits {
        nesting: 1,
        ..Limits::default()
    };
    let mut found = match from_json(&schema, deep, &flat) {
        Ok(_) => String::new(),
        Err(errors) => format!("{errors}\n"),
    };
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the line is cut"))
        }
    }
    let reader = Reader::new(schema);
    for (_, record) in Batch::ndjson(reader, std::io::BufReader::new(Broken)) {
        if let Err(errors) = record {
            found.push_str(&format!("{errors}\n"));
        }
    }
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/bad");
    golden(&cases.join("declarations.err"), &found);
}

/// The items of a text: a line in column 1 begins one, and comments go with what follows them.
fn items_of(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let begins = !line.starts_with([' ', '#']) && !line.is_empty();
        match items.last_mut() {
            Some(last) if !(begins && open) => {
                last.push_str(line);
                last.push('\n');
            }
            _ => items.push(format!("{line}\n")),
        }
        if begins {
            open = true;
        }
    }
    items
}

/// The good cases that stand on the shared schema.
fn good_texts() -> Vec<String> {
    cases("tests/check/good")
        .iter()
        .map(|p| std::fs::read_to_string(p).expect("a case"))
        .filter(|t| !t.starts_with("# alone"))
        .collect()
}

fn identity(texts: &[(&str, &str)]) -> (String, String) {
    let compiled = compile(&folder_of(texts), &Limits::default());
    let shown = render(&compiled.diagnostics, &compiled.sources, Colours::Plain);
    let rules = compiled.rules.unwrap_or_else(|| panic!("{shown}"));
    (rules.fingerprint.to_string(), dump(&rules))
}

#[test]
fn spelling_and_comments_do_not_count_and_messages_do() {
    for text in good_texts() {
        let plain = identity(&[("a.rules", &text)]);
        let (file, _) = parse(SourceId(0), &text, &Limits::default());
        for lang in [Lang::En, Lang::Zh] {
            assert_eq!(plain, identity(&[("z.rules", &print(&file, lang))]));
        }
        let noted = text.replace("\nrule ", "\n# another comment\nrule ");
        assert_eq!(plain, identity(&[("a.rules", &noted)]));
        let changed = text.replacen("\" / \"", "!\" / \"", 1);
        assert_ne!(plain.0, identity(&[("a.rules", &changed)]).0);
    }
    let text = good_texts()
        .into_iter()
        .find(|t| t.contains("{{目录外}}"))
        .expect("a message");
    let changed = text.replace("{{目录外}}", "{{目录之外}}");
    assert_ne!(
        identity(&[("a.rules", &text)]).0,
        identity(&[("a.rules", &changed)]).0
    );
}

#[test]
fn many_mistakes_are_told_soon() {
    let mut text = String::new();
    for n in 0..300 {
        text.push_str(&format!(
            "rule R-{n} \"甲\" / \"a\"\n  by FST-2018-49\n  when gros{n} > {n} kg\n  then hold\n"
        ));
    }
    let begin = std::time::Instant::now();
    let compiled = compile(&folder_of(&[("a.rules", &text)]), &Limits::default());
    assert_eq!(
        compiled
            .diagnostics
            .iter()
            .filter(|d| d.code == codes::UNKNOWN_NAME)
            .count(),
        300
    );
    assert_eq!(about(&compiled).len(), 300);
    assert!(begin.elapsed() < std::time::Duration::from_secs(5));
}

#[test]
fn a_folder_without_texts_lacks_its_schema() {
    let compiled = compile(
        &kakou::folder::Folder::from_texts::<String, String>([]),
        &Limits::default(),
    );
    assert_eq!(compiled.diagnostics.len(), 2);
    assert!(compiled.has_errors());
    assert!(render(&compiled.diagnostics, &compiled.sources, Colours::Plain).contains("E0205"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_items_and_files_does_not_count(
        (case, order) in (0..good_texts().len()).prop_flat_map(|case| {
            let items = items_of(&good_texts()[case]);
            (Just(case), Just(items).prop_shuffle())
        }),
        cut in 0usize..10,
    ) {
        let text = good_texts().remove(case);
        let (first, second) = order.split_at(cut.min(order.len()));
        let moved = identity(&[("z.rules", &first.concat()), ("b.rules", &second.concat())]);
        prop_assert_eq!(identity(&[("a.rules", &text)]), moved);
    }
}
