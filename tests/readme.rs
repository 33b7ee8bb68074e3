//! The two READMEs are true and say the same: rules, verdicts, complaints and limits are held
//! against the library, commands against the command. `UPDATE=1` writes what is printed anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test says what went wrong by panicking"
)]

use kakou::check::rules::RuleSet;
use kakou::facts::json::Reader;
use kakou::ground::render::{Colours, render};
use kakou::ground::span::SourceId;
use kakou::syntax;
use kakou::verdict::text::{Style, to_text};
use kakou::{Folder, Lang, Limits, Reference, Sure, compile, verdict};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

const BOTH: [(&str, Lang); 2] = [("README.md", Lang::En), ("README.zh.md", Lang::Zh)];

static RULES: LazyLock<Arc<RuleSet>> = LazyLock::new(|| kakou::load(root().join("rules")).unwrap());

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: impl AsRef<Path>) -> String {
    let path = root().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The content of the block under a mark, such as `<!-- verdict -->`, held against what it shall
/// be; with `UPDATE=1` it is made so.
fn holds(file: &str, mark: &str, expected: &str) {
    let text = read(file);
    let opening = format!("<!-- {mark} -->\n```text\n");
    let start = text
        .find(&opening)
        .unwrap_or_else(|| panic!("{file} has no `{mark}`"));
    let start = start + opening.len();
    let end = start + text[start..].find("```\n").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let whole = format!("{}{expected}{}", &text[..start], &text[end..]);
        std::fs::write(root().join(file), whole).unwrap();
    } else {
        assert_eq!(&text[start..end], expected, "{file}, `{mark}`");
    }
}

/// The fenced blocks of a language, as `sh` or `rust`.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let opening = format!("```{language}\n");
    let after = text.split(&opening).skip(1);
    after
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

/// The item of a rules file that begins so.
fn item(file: &str, beginning: &str) -> String {
    let text = read(file);
    let start = text
        .find(beginning)
        .unwrap_or_else(|| panic!("{file} has no {beginning}"));
    let lines = text[start..].lines().take_while(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

// One test for all that is printed: they write to the same files.
#[test]
fn what_is_shown_is_what_is_printed() {
    let declarations = read("examples/declarations.ndjson");
    let line = declarations
        .lines()
        .find(|line| line.contains("\"CB-E3\""))
        .unwrap();
    let facts = Reader::new(RULES.schema.clone())
        .read(line.as_bytes())
        .unwrap();
    let as_of = facts.as_of(&RULES.schema).unwrap();
    let judgement = Reference::new(&RULES, Sure::High).judge(&facts, as_of);
    let limits = Limits::default();
    let shown = verdict::render::render(&RULES, &facts, &judgement, Sure::High, &limits);
    for (file, lang) in BOTH {
        let rule = item("rules/cbec/limits.rules", "rule CB-03 ");
        holds(file, "rule", &in_language(&rule, lang));
        holds(
            file,
            "verdict",
            &to_text(
                &shown,
                Style {
                    lang,
                    ..Style::default()
                },
            ),
        );
        holds(file, "complaint", &complaint());
        let scenario = item("rules/cbec/scenarios.rules", "scenario \"CB-03 年度恰");
        holds(file, "scenario", &in_language(&scenario, lang));
    }
}

/// The same items with the words of a language, as `fmt` would lay them out.
fn in_language(text: &str, lang: Lang) -> String {
    let (file, wrong) = syntax::parse(SourceId(0), text, &Limits::default());
    assert!(wrong.is_empty(), "{wrong:?}");
    syntax::print::print(&file, lang)
}

/// What is said of the rule when its limit is a mass.
fn complaint() -> String {
    let folder = Folder::open(&root().join("rules"), &Limits::default()).unwrap();
    let texts: Vec<_> = folder
        .rules()
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    let wrong = texts.into_iter().map(|(name, text)| {
        // The first is the condition of CB-03.
        (
            name,
            text.replacen("year_total > annual_limit", "year_total > 20 kg", 1),
        )
    });
    let mut folder = Folder::from_texts(wrong);
    for kind in ["codes", "lists", "declarations"] {
        for entry in std::fs::read_dir(root().join("rules").join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{kind}/{}", path.file_name().unwrap().to_str().unwrap());
            folder = folder.with_file(name, std::fs::read(&path).unwrap());
        }
    }
    let compiled = compile(&folder, &Limits::default());
    let of_units: Vec<_> = compiled
        .diagnostics
        .into_iter()
        .filter(|d| d.code.0 == "E0304")
        .collect();
    assert_eq!(of_units.len(), 1, "one rule compares money with a mass");
    render(&of_units, &compiled.sources, Colours::Plain)
}

#[test]
fn the_limits_are_the_defaults() {
    // A limit that is added has no place here until it is named, and fails below until it is told.
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
    let expected = [
        ("source_bytes", source_bytes as u64),
        ("files", files as u64),
        ("nesting", nesting as u64),
        ("rules", rules as u64),
        ("rule_nodes", rule_nodes as u64),
        ("set_nodes", set_nodes as u64),
        ("graph_nodes", graph_nodes as u64),
        ("steps", steps),
        ("list_rows", list_rows as u64),
        ("diagnostics", diagnostics as u64),
        ("record_bytes", record_bytes as u64),
        ("undetermined", undetermined as u64),
    ];
    let documented = read("src/ground/limits.rs");
    for (file, _) in BOTH {
        let text = read(file);
        let rows: Vec<(&str, u64)> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(name, rest)| {
                let cells: Vec<&str> = rest.split('|').map(str::trim).collect();
                let code = cells[2];
                let field = format!("pub {name}: ");
                let doc = documented
                    .split(&field)
                    .next()
                    .unwrap()
                    .rsplit("    /// ")
                    .next()
                    .unwrap();
                assert!(
                    code.is_empty() || doc.contains(code),
                    "{file}: {name} raises no {code}"
                );
                (name, cells[1].replace(',', "").parse().unwrap())
            })
            .collect();
        assert_eq!(rows, expected, "{file}");
    }
}

#[test]
fn links_lead_somewhere() {
    for (file, _) in BOTH {
        for rest in read(file).split("](").skip(1) {
            let target = rest.split(')').next().unwrap();
            let local = !target.starts_with("http") && !target.starts_with('#');
            assert!(
                !local || root().join(target).exists(),
                "{file} links to {target}"
            );
        }
    }
}

#[test]
fn both_languages_say_the_same() {
    let [one, other] = BOTH.map(|(file, _)| read(file));
    // The commands are the same, but that the Chinese ones ask for Chinese.
    let in_english = other.replace(" --lang zh", "");
    for language in ["sh", "rust", "toml"] {
        assert_eq!(blocks(&one, language), blocks(&in_english, language));
    }
    let count = |text: &str, beginning: &str| {
        text.lines()
            .filter(|line| line.starts_with(beginning))
            .count()
    };
    for beginning in ["## ", "- ", "| ", "```"] {
        assert_eq!(
            count(&one, beginning),
            count(&other, beginning),
            "`{beginning}`"
        );
    }
    let links = |text: &str| -> BTreeSet<String> {
        let targets = text
            .split("](")
            .skip(1)
            .map(|rest| rest.split(')').next().unwrap().to_owned());
        targets
            .filter(|target| !target.starts_with("README"))
            .collect()
    };
    assert_eq!(links(&one), links(&other));
}

#[cfg(feature = "cli")]
#[test]
fn commands_and_their_options_are_there() {
    let text = read("README.md");
    let lines = blocks(&text, "sh").into_iter().flat_map(str::lines);
    let mut asked = 0;
    for line in lines {
        let line = line.replace("cargo run --release -- ", "kakou ");
        let Some(arguments) = line.strip_prefix("kakou ") else {
            continue;
        };
        let verb = arguments.split(' ').next().unwrap();
        let help = std::process::Command::new(env!("CARGO_BIN_EXE_kakou"))
            .args([verb, "--help"])
            .output()
            .unwrap();
        assert!(help.status.success(), "there is no `kakou {verb}`");
        let help = String::from_utf8(help.stdout).unwrap();
        for option in arguments.split(' ').filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "`kakou {verb}` has no {option}");
            asked += 1;
        }
    }
    assert!(asked > 5, "no command was found");
}
