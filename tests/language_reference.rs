//! The language reference against the program: every example does what the page says, every
//! code, limit and word is there. `UPDATE=1` rewrites the two tables at its end.

#[path = "support/golden.rs"]
mod golden;
#[path = "support/grouped.rs"]
mod grouped;

use golden::folder_of;
use grouped::grouped;
use kakou::check::{self, compile};
use kakou::facts::error::CODES as FACTS;
use kakou::folder::FolderError;
use kakou::ground::diagnostic::Severity;
use kakou::ground::limits::Limits;
use kakou::ground::render::{Colours, render};
use kakou::ground::span::SourceId;
use kakou::syntax::print::print;
use kakou::syntax::{self, Lang, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// An example of the reference.
struct Example {
    /// The line on which it begins, for messages.
    line: usize,
    /// The code with which it is refused; none where it works.
    refused: Option<String>,
    text: String,
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/doc/language.md")
}

fn reference() -> String {
    std::fs::read_to_string(page()).expect("the reference")
}

fn examples() -> Vec<Example> {
    let text = reference();
    let mut examples: Vec<Example> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(mark) = line.strip_prefix("```rules") {
            let refused = mark.split_once("refused ").map(|(_, code)| code.to_owned());
            examples.push(Example {
                line: number + 1,
                refused,
                text: String::new(),
            });
            inside = true;
        } else if line == "```" {
            inside = false;
        } else if inside {
            let example = examples.last_mut().expect("an example is open");
            example.text.push_str(line);
            example.text.push('\n');
        }
    }
    assert!(examples.len() > 60, "{} examples", examples.len());
    examples
}

/// The codes of the errors, and the complaints as text.
fn checked(text: &str) -> (Vec<&'static str>, String) {
    let compiled = compile(&folder_of(&[("example.rules", text)]), &Limits::default());
    let errors = compiled
        .diagnostics
        .iter()
        .filter(|d| d.code.severity() == Severity::Error);
    let mut codes: Vec<&str> = errors.map(|d| d.code.0).collect();
    codes.dedup();
    (
        codes,
        render(&compiled.diagnostics, &compiled.sources, Colours::Plain),
    )
}

#[test]
fn every_example_does_what_its_page_says() {
    let mut wrong = String::new();
    for example in examples() {
        let (codes, text) = checked(&example.text);
        let expected: Vec<&str> = example.refused.as_deref().into_iter().collect();
        if codes != expected {
            wrong.push_str(&format!(
                "line {}: expected {expected:?}\n{text}\n",
                example.line
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The pages are the second-level headings above the tables.
#[test]
fn every_page_shows_what_works_and_what_is_refused() {
    let text = reference();
    let pages = text.split("\n# What rules mean").next().expect("pages");
    for page in pages.split("\n## ").skip(1) {
        let title = page.lines().next().unwrap_or_default();
        assert!(
            page.contains("```rules,refused") || page.contains("alone,refused"),
            "{title}"
        );
        assert!(
            page.contains("```rules\n") || page.contains("```rules,alone\n"),
            "{title}"
        );
    }
}

/// Every code of every group, with its meaning.
fn codes() -> BTreeMap<&'static str, String> {
    let plain = |text: &str| text.trim().trim_end_matches('.').to_owned();
    let groups = [
        syntax::codes::ALL,
        check::codes::ALL,
        check::tables::complaint::ALL,
        FACTS,
    ];
    let mut all: BTreeMap<&str, String> = BTreeMap::new();
    for (code, meaning) in groups.into_iter().flatten() {
        let meaning = plain(meaning);
        let first: String = meaning
            .chars()
            .take(1)
            .flat_map(char::to_lowercase)
            .collect();
        let rest: String = meaning.chars().skip(1).collect();
        let meaning = format!("{first}{rest}");
        let known = all.entry(code.0).or_insert_with(|| meaning.clone());
        if *known != meaning {
            known.push_str("; ");
            known.push_str(&meaning);
        }
    }
    let many = FolderError::TooMany { limit: 1 };
    let code = many.code().expect("a code");
    all.insert(
        code.0,
        "a rule set has more files than the limit".to_owned(),
    );
    all
}

/// The files under a folder of expected complaints, in order.
fn expected_files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in [
        "tests/check/bad",
        "tests/syntax/bad",
        "tests/tables/bad",
        "tests/facts/bad",
    ] {
        let mut files: Vec<PathBuf> = std::fs::read_dir(root.join(folder))
            .expect("a folder")
            .map(|f| f.expect("a file").path())
            .filter(|p| p.extension().is_some_and(|e| e == "err"))
            .collect();
        files.sort();
        for file in files {
            let name = file
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&file).expect("to read");
            all.push((format!("{folder}/{name}"), text));
        }
    }
    all
}

/// Codes that no single text brings about, with the test that does.
const ELSEWHERE: &[(&str, &str)] = &[
    ("E0119", "tests/syntax.rs"),
    ("E0502", "tests/folder.rs"),
    ("E0719", "tests/facts_inputs.rs"),
    ("E0720", "tests/facts_inputs.rs"),
    ("E0721", "tests/facts_inputs.rs"),
    ("E0722", "tests/facts_inputs.rs"),
    // A declaration without its day is refused by the command, not by a text.
    ("E0724", "src/facts/error.rs"),
];

fn code_table() -> String {
    let files = expected_files();
    let mut missing = Vec::new();
    let mut table = String::new();
    for (code, meaning) in codes() {
        // Of several, the one in which it comes first.
        let shows = |text: &str| {
            text.match_indices(code).map(|(at, _)| at).find(|at| {
                let next = text[at + code.len()..].chars().next();
                next.is_none_or(|c| !c.is_alphanumeric())
            })
        };
        let shown = files
            .iter()
            .filter_map(|(name, text)| Some((shows(text)?, name.as_str())))
            .min();
        let elsewhere = ELSEWHERE
            .iter()
            .find(|(c, _)| *c == code)
            .map(|(_, test)| *test);
        match shown.map(|(_, name)| name).or(elsewhere) {
            Some(name) => {
                let meaning = meaning.replace('|', "\\|");
                table.push_str(&format!("| `{code}` | {meaning} | `{name}` |\n"));
            }
            None => missing.push(code),
        }
    }
    assert!(missing.is_empty(), "no expected file shows {missing:?}");
    for (code, test) in ELSEWHERE {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(test));
        assert!(
            text.expect("a test").contains(code),
            "{test} does not show {code}"
        );
    }
    table
}

/// The limits with their values and codes; a new limit does not compile until it is listed.
fn limit_table() -> String {
    let Limits {
        source_bytes,
        files,
        nesting,
        rules,
        rule_nodes,
        set_nodes,
        graph_nodes,
        steps,
        list_rows,
        diagnostics,
        record_bytes,
        undetermined,
    } = Limits::default();
    let rows = [
        (
            "bytes of one rule file or list",
            source_bytes as u64,
            "`E0501`",
        ),
        ("rule files of one rule set", files as u64, "`E0502`"),
        (
            "levels of parentheses, choices and quantifiers in one expression",
            nesting as u64,
            "`E0503`",
        ),
        (
            "rules, after tables are taken apart",
            rules as u64,
            "`E0504`",
        ),
        (
            "conditions and values of one rule, once definitions are put in",
            rule_nodes as u64,
            "`E0505`",
        ),
        ("nodes of the decision graph", graph_nodes as u64, "`E0506`"),
        (
            "steps that judging one declaration may take",
            steps,
            "`E0507`",
        ),
        (
            "rows of one list or code table",
            list_rows as u64,
            "`E0508`",
        ),
        (
            "conditions and values of all rules together",
            set_nodes as u64,
            "`E0509`",
        ),
        (
            "complaints that are shown; the rest is counted",
            diagnostics as u64,
            "",
        ),
        (
            "bytes of one declaration or one line of input",
            record_bytes as u64,
            "`E0701`",
        ),
        (
            "undetermined findings listed in one verdict; the rest is counted",
            undetermined as u64,
            "",
        ),
    ];
    rows.iter()
        .map(|(what, value, code)| format!("| {what} | {} | {code} |\n", grouped(*value)))
        .collect()
}

/// What stands under the head of a table.
fn rows_under(text: &str, head: &str) -> (usize, usize) {
    let start = text.find(head).expect("the table");
    let start = start + head.len();
    let end = text[start..]
        .find("\n\n")
        .map_or(text.len(), |e| start + e + 1);
    (start, end)
}

#[test]
fn the_tables_at_the_end_are_those_of_the_program() {
    let mut text = reference();
    for (head, rows) in [
        ("| Limit | Default | Code |\n|---|---|---|\n", limit_table()),
        (
            "| Code | Meaning | Shown by |\n|---|---|---|\n",
            code_table(),
        ),
    ] {
        let (start, end) = rows_under(&text, head);
        if std::env::var_os("UPDATE").is_some() {
            text.replace_range(start..end, &rows);
            std::fs::write(page(), &text).expect("to write");
        }
        let (start, end) = rows_under(&text, head);
        assert_eq!(&text[start..end], rows, "UPDATE=1 rewrites the table");
    }
}

/// Words outside texts, comments and names in `「」`.
fn outside_texts(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' if quoted => drop(chars.next()),
                '"' => quoted = !quoted,
                '#' if !quoted => break,
                c if !quoted => plain.push(c),
                _ => {}
            }
        }
        plain.push('\n');
    }
    plain
}

#[test]
fn every_word_of_the_language_is_shown() {
    let mut texts: Vec<String> = examples()
        .into_iter()
        .filter(|e| e.refused.is_none())
        .map(|e| e.text)
        .collect();
    for path in golden::cases("tests/syntax/good") {
        texts.push(std::fs::read_to_string(path).expect("to read"));
    }
    let mut english = BTreeSet::new();
    let mut chinese = String::new();
    for text in &texts {
        let (file, complaints) = parse(SourceId(0), text, &Limits::default());
        assert!(complaints.is_empty(), "{text}");
        let plain = outside_texts(&print(&file, Lang::En));
        let plain: String = plain
            .chars()
            .map(|c| if "(),;|".contains(c) { ' ' } else { c })
            .collect();
        for line in plain.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            for length in 1..=6 {
                english.extend(words.windows(length).map(|w| w.join(" ")));
            }
        }
        chinese.push_str(&outside_texts(&print(&file, Lang::Zh)));
    }
    let words = include_str!("../src/doc/grammar.md")
        .split("## Words")
        .nth(1)
        .expect("the words");
    let mut seen = 0;
    let mut missing = Vec::new();
    for row in words
        .lines()
        .filter(|l| l.starts_with("| ") && !l.contains("English"))
    {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        for pair in cells.chunks(2) {
            let [en, zh] = pair else { continue };
            seen += 1;
            if *en != "—" && !english.contains(*en) {
                missing.push(*en);
            }
            if *zh != "—" && !zh.split('…').all(|part| chinese.contains(part)) {
                missing.push(*zh);
            }
        }
    }
    assert!(seen > 100, "{seen} words");
    assert!(missing.is_empty(), "no example uses {missing:?}");
}
