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
use std::path::Path;

fn limits_of(text: &str) -> Limits {
    let mut limits = Limits::default();
    let Some(line) = text
        .lines()
        .next()
        .and_then(|l| l.strip_prefix("# limits "))
    else {
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
