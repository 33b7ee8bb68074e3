//! The import table: what each part may import, and what it must not know.
//!
//! In one crate nothing else keeps text flowing one way. The table is in the order of the
//! pipeline, and a part may name only parts above it; the words beside it say what would go wrong
//! if it named another. Tests, comments and documentation do not count as imports.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test says what went wrong by panicking"
)]

#[path = "layering/scan.rs"]
mod scan;

use scan::Imports;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A part of the library and the parts above it that it may import. A part inside another, such as
/// `check::rules`, is a part of its own where its imports differ.
struct Part {
    name: &'static str,
    work: &'static str,
    may_import: &'static [&'static str],
    must_not_know: &'static str,
}

const PARTS: &[Part] = &[
    Part {
        name: "ground",
        work: "places in text, complaints, exact numbers, days, truth, limits",
        may_import: &[],
        must_not_know: "any stage: a complaint is data, whoever makes it",
    },
    Part {
        name: "schema",
        work: "the facts that a declaration may have, code tables, lists",
        may_import: &["ground"],
        must_not_know: "rules and text: another administration brings another schema",
    },
    Part {
        name: "folder",
        work: "the texts of one rule set, from disk or memory",
        may_import: &["ground"],
        must_not_know: "what stands in the texts",
    },
    Part {
        name: "syntax::ast",
        work: "the tree of the text, and the words that text and meaning share",
        may_import: &["ground"],
        must_not_know: "how it is read, and what it means",
    },
    Part {
        name: "syntax",
        work: "text to tree and back",
        may_import: &["ground", "syntax::ast"],
        must_not_know: "the schema: a text can be read and printed without its meaning",
    },
    Part {
        name: "check::rules",
        work: "checked rules: numbers for names, types, units, dates",
        may_import: &["ground", "schema", "syntax::ast"],
        must_not_know: "the checker that makes them and the evaluators that read them",
    },
    Part {
        name: "check",
        work: "tree and lists to checked rules",
        may_import: &[
            "ground",
            "schema",
            "folder",
            "syntax::ast",
            "syntax",
            "check::rules",
        ],
        must_not_know: "evaluation: whether rules are right does not depend on how they run",
    },
    Part {
        name: "facts",
        work: "declarations from JSON, CSV and Rust; arithmetic on facts",
        may_import: &["ground", "schema"],
        must_not_know: "rules: prepared facts outlive a rule set",
    },
    Part {
        name: "verdict::judgement",
        work: "what judging works out, as numbers",
        may_import: &["ground", "schema", "check::rules"],
        must_not_know: "who works it out",
    },
    Part {
        name: "reference",
        work: "the meaning of checked rules, slowly and plainly",
        may_import: &[
            "ground",
            "schema",
            "check::rules",
            "facts",
            "verdict::judgement",
        ],
        must_not_know: "graph and engine, which are compared with it",
    },
    Part {
        name: "decide",
        work: "the dense form of conditions and rules, and deciding on it",
        may_import: &[
            "ground",
            "schema",
            "check::rules",
            "facts",
            "verdict::judgement",
        ],
        must_not_know: "the reference, or the comparison would be with itself",
    },
    Part {
        name: "graph",
        work: "checked rules to one decision graph, proved and frozen",
        may_import: &[
            "ground",
            "schema",
            "check::rules",
            "facts",
            "verdict::judgement",
            "decide",
        ],
        must_not_know: "text, and the engine made from it",
    },
    Part {
        name: "engine",
        work: "the graph laid out flat; judgements by the million",
        may_import: &[
            "ground",
            "schema",
            "check::rules",
            "facts",
            "verdict::judgement",
            "decide",
            "graph",
        ],
        must_not_know: "text, tree and petgraph: it has its own flat form",
    },
    Part {
        name: "batches",
        work: "batches of columns, judged row by row",
        may_import: &["ground", "facts", "verdict::judgement", "engine"],
        must_not_know: "rules and texts: whoever holds columns has an engine already",
    },
    Part {
        name: "verdict",
        work: "judgements as names and texts, for people and machines",
        may_import: &[
            "ground",
            "schema",
            "check::rules",
            "facts",
            "verdict::judgement",
            "reference",
        ],
        must_not_know: "the engine: explaining is the same whoever judged",
    },
    Part {
        name: "reads",
        work: "which facts rules name",
        may_import: &["schema", "check::rules", "reference"],
        must_not_know: "declarations: what a rule names does not depend on what is given",
    },
    Part {
        name: "department",
        work: "the view of one department on the facts that its rules read",
        may_import: &[
            "ground",
            "schema",
            "check::rules",
            "facts",
            "verdict::judgement",
            "verdict",
            "reads",
        ],
        must_not_know: "who judges: a view is a rule set like another",
    },
    Part {
        name: "load",
        work: "a rule folder to a rule set in one call",
        may_import: &["ground", "folder", "check::rules", "check"],
        must_not_know: "evaluation",
    },
    Part {
        name: "scenario",
        work: "what rule authors expect of their rules, tried out",
        may_import: &[
            "ground",
            "schema",
            "folder",
            "check::rules",
            "check",
            "facts",
            "verdict::judgement",
            "reference",
            "verdict",
        ],
        must_not_know: "the command that prints it",
    },
    Part {
        name: "generate",
        work: "declarations made up for a rule set, near its limits",
        may_import: &[
            "ground",
            "schema",
            "check::rules",
            "facts",
            "verdict::judgement",
            "reference",
            "graph",
            "engine",
            "reads",
        ],
        must_not_know: "where they are written and in which form",
    },
    Part {
        name: "trace",
        work: "from clause to rule to scenario, and what is missing on the way",
        may_import: &[
            "ground",
            "schema",
            "folder",
            "check::rules",
            "check",
            "facts",
            "verdict::judgement",
            "reference",
            "reads",
            "scenario",
        ],
        must_not_know: "graph and engine: what scenarios show is the meaning, not how it is run",
    },
    Part {
        name: "book",
        work: "the rulebook, page by page, and the site it is written as",
        may_import: &[
            "ground",
            "schema",
            "folder",
            "syntax::ast",
            "syntax",
            "check::rules",
            "check",
            "facts",
            "verdict::judgement",
            "graph",
            "engine",
            "verdict",
            "scenario",
        ],
        must_not_know: "the command, and how the engine and the graph are made inside",
    },
    Part {
        name: "doc",
        work: "the documents, shown with the interface",
        may_import: &[],
        must_not_know: "anything: it is text",
    },
    Part {
        name: "command",
        work: "the `kakou` command",
        may_import: &[
            "ground",
            "schema",
            "folder",
            "syntax::ast",
            "syntax",
            "check::rules",
            "check",
            "facts",
            "verdict::judgement",
            "reference",
            "decide",
            "graph",
            "engine",
            "verdict",
            "reads",
            "department",
            "load",
            "scenario",
            "generate",
            "trace",
            "book",
        ],
        must_not_know: "nothing; but nothing knows it",
    },
];

/// Each crate from outside, the only places that may name it, and why it is kept there.
const CRATES: &[(&str, &[&str], &str)] = &[
    ("nom", &["syntax"], "reading text is one stage's work"),
    (
        "petgraph",
        &["graph", "check::conflict", "engine::build"],
        "the engine is laid out from the graph once and runs on its own flat form",
    ),
    (
        "hashbrown",
        &[
            "syntax::words",
            "check::memo",
            "graph::before",
            "graph::shared",
            "engine::build",
        ],
        "what is looked up by contents and never walked",
    ),
    (
        "serde",
        &["facts", "verdict::json", "command"],
        "formats are made at the border only",
    ),
    (
        "serde_json",
        &["facts", "verdict::json", "ground::render", "command"],
        "formats are made at the border only",
    ),
    (
        "csv",
        &["check::tables", "facts", "command"],
        "lists and batches",
    ),
    (
        "memchr",
        &["facts::chunk"],
        "large inputs are taken apart in one place",
    ),
    (
        "jiff",
        &["ground::day"],
        "one calendar, one place where its errors end",
    ),
    (
        "rust_decimal",
        &["ground::number"],
        "inexact results are refused in one place",
    ),
    (
        "multiversion",
        &[
            "engine::group",
            "engine::large",
            "engine::lens",
            "engine::places",
            "engine::rows",
            "engine::sifted",
        ],
        "loops that the processor chooses",
    ),
    ("sha2", &["ground::digest"], "one fingerprint"),
    (
        "strsim",
        &["ground::nearest", "syntax"],
        "the nearest name, the nearest word",
    ),
    (
        "unicode_width",
        &[
            "ground::render",
            "syntax::print",
            "verdict::layout",
            "graph::svg",
            "command",
        ],
        "columns matter where text is laid out",
    ),
    (
        "askama",
        &["book::site"],
        "what pages say is worked out without HTML",
    ),
    (
        "allocation_counter",
        &["command"],
        "it replaces the allocator, so only the command may ask for it",
    ),
    (
        "arrow_array",
        &["facts::arrow", "batches", "command"],
        "column batches are one way in and one way out",
    ),
    (
        "arrow_buffer",
        &["facts::arrow", "command"],
        "column batches are one way in and one way out",
    ),
    (
        "arrow_schema",
        &["facts::arrow", "command"],
        "column batches are one way in and one way out",
    ),
    ("arrow_select", &["command"], "files are the command's"),
    ("parquet", &["command"], "files are the command's"),
    ("flate2", &["command"], "files are the command's"),
    ("ruzstd", &["command"], "files are the command's"),
    ("signal_hook", &["command"], "signals are the command's"),
    ("anstream", &["command"], "terminals are the command's"),
    ("anstyle", &["command"], "terminals are the command's"),
    ("clap", &["command"], "arguments are the command's"),
    ("clap_complete", &["command"], "arguments are the command's"),
    (
        "encoding_rs",
        &["command"],
        "old spreadsheets are converted before the library reads them",
    ),
    ("hdrhistogram", &["command"], "measuring is the command's"),
    ("indicatif", &["command"], "terminals are the command's"),
    (
        "layout",
        &["graph", "command"],
        "pictures are drawn from the graph",
    ),
    (
        "rand_chacha",
        &["generate::dice"],
        "one stream of numbers, and no other way to draw one",
    ),
    ("terminal_size", &["command"], "terminals are the command's"),
];

/// Files that may name a hashed collection, and why its order cannot show.
const HASHED: &[(&str, &str)] = &[
    (
        "check/memo.rs",
        "asked for a text; what is forgotten may be so in any order",
    ),
    (
        "check/table.rs",
        "asked for a group; the groups keep the order of the rows",
    ),
    (
        "graph/before.rs",
        "asked for the place of terms, never walked",
    ),
    (
        "engine/build.rs",
        "asked for a number or a row, never walked",
    ),
    (
        "graph/plan.rs",
        "asked for a number or a field, never walked",
    ),
    (
        "facts/gather.rs",
        "asked whether a value was seen, never walked",
    ),
    (
        "engine/build/lines.rs",
        "asked whether a row is known, never walked",
    ),
    (
        "graph/shared.rs",
        "asked whether a node or a condition is known, never walked",
    ),
    ("syntax/words.rs", "asked for one word, never walked"),
];

/// Lines that a file may have, its tests not counted.
const LONGEST: usize = 600;

/// Files that are longer and wait for a place to part; they may only become shorter.
const LONGER: &[(&str, usize)] = &[];

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All files of the library: path below `src` with `/`, and text.
fn files() -> Vec<(String, String)> {
    let root = source_root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let parts: Vec<_> = path.strip_prefix(&root).unwrap().iter().collect();
                let name = parts
                    .iter()
                    .map(|p| p.to_str().unwrap())
                    .collect::<Vec<_>>()
                    .join("/");
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "the library was not found");
    found
}

/// The module that a file holds: `check/rules.rs` is `check::rules`, `lib.rs` is the empty path.
fn module_of(file: &str) -> String {
    let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if stem == "lib" || stem == "main" {
        String::new()
    } else {
        stem.replace('/', "::")
    }
}

fn within(path: &str, part: &str) -> bool {
    path.strip_prefix(part)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The part that a path belongs to: the longest name that it is within.
fn part_of(path: &str) -> Option<&'static Part> {
    PARTS
        .iter()
        .filter(|part| within(path, part.name))
        .max_by_key(|part| part.name.len())
}

fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_part_imports_only_what_the_table_allows() {
    let mut complaints = Vec::new();
    for (file, text) in files() {
        let module = module_of(&file);
        if module.is_empty() {
            continue; // The facade and the program are above all parts.
        }
        let Some(part) = part_of(&module) else {
            complaints.push(format!("src/{file} belongs to no part of the table"));
            continue;
        };
        for path in Imports::of(&module, &text).own {
            let allowed = match part_of(&path) {
                Some(other) => other.name == part.name || part.may_import.contains(&other.name),
                None => false,
            };
            if !allowed {
                complaints.push(format!(
                    "src/{file} names `{path}`; {} ({}) must not know {}",
                    part.name, part.work, part.must_not_know
                ));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn the_table_itself_only_points_up() {
    for (at, part) in PARTS.iter().enumerate() {
        for other in part.may_import {
            let above = PARTS.iter().position(|p| p.name == *other);
            assert!(
                above.is_some_and(|above| above < at),
                "{} may not import {other}",
                part.name
            );
        }
    }
}

#[test]
fn every_row_of_the_table_is_used() {
    let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, text) in files() {
        let module = module_of(&file);
        let Some(part) = part_of(&module) else {
            continue;
        };
        let parts = Imports::of(&module, &text)
            .own
            .into_iter()
            .filter_map(|path| part_of(&path));
        used.entry(part.name)
            .or_default()
            .extend(parts.map(|other| other.name));
    }
    // The command is the top and may come to use anything.
    for part in PARTS.iter().filter(|part| part.name != "command") {
        let used = used
            .get(part.name)
            .unwrap_or_else(|| panic!("{} is not there", part.name));
        for allowed in part.may_import {
            assert!(
                used.contains(allowed),
                "{} no longer imports {allowed}",
                part.name
            );
        }
    }
}

#[test]
fn crates_from_outside_stay_in_their_places() {
    let mut complaints = Vec::new();
    for (file, text) in files() {
        let module = module_of(&file);
        let known: Vec<&str> = CRATES.iter().map(|(name, ..)| *name).collect();
        for name in Imports::of(&module, &text).outside(&known) {
            let (_, places, why) = CRATES.iter().find(|(known, ..)| *known == name).unwrap();
            if !places.iter().any(|place| within(&module, place)) {
                complaints.push(format!(
                    "src/{file} names `{name}`, kept in {places:?}: {why}"
                ));
            }
        }
    }
    complain(&complaints);
}

#[test]
fn every_crate_of_the_manifest_has_its_places() {
    let manifest = std::fs::read_to_string(source_root().join("../Cargo.toml")).unwrap();
    let dependencies = manifest.split("\n[dependencies]\n").nth(1).unwrap();
    for line in dependencies.split("\n[").next().unwrap().lines() {
        let Some((name, _)) = line.split_once(" = ") else {
            continue;
        };
        // The one package whose library has another name.
        let name = if name == "layout-rs" {
            "layout".to_owned()
        } else {
            name.replace('-', "_")
        };
        assert!(
            CRATES.iter().any(|(known, ..)| *known == name),
            "`{name}` has no place"
        );
    }
}

#[test]
fn the_facade_lists_the_parts_in_the_order_of_the_table() {
    let facade = std::fs::read_to_string(source_root().join("lib.rs")).unwrap();
    let listed: Vec<&str> = facade
        .lines()
        .filter_map(|line| {
            let line = line.trim().trim_start_matches("pub(crate) ");
            line.trim_start_matches("pub ").strip_prefix("mod ")
        })
        .filter_map(|rest| rest.strip_suffix(';'))
        .collect();
    let mut expected: Vec<&str> = Vec::new();
    for part in PARTS {
        let top = part.name.split("::").next().unwrap();
        // A folder stands where the last of its parts stands.
        expected.retain(|name| *name != top);
        expected.push(top);
    }
    assert_eq!(listed, expected);
}

#[test]
fn the_folders_are_the_stages() {
    let mut folders: Vec<String> = std::fs::read_dir(source_root())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let expected = [
        "book",
        "check",
        "command",
        "decide",
        "doc",
        "engine",
        "facts",
        "folder",
        "generate",
        "graph",
        "ground",
        "reference",
        "scenario",
        "schema",
        "syntax",
        "trace",
        "verdict",
    ];
    assert_eq!(folders, expected);
}

#[test]
fn every_file_opens_with_what_it_is_for_and_stays_short() {
    let mut complaints = Vec::new();
    for (file, text) in files() {
        if !text.starts_with("//! ") {
            complaints.push(format!("src/{file} does not open with `//!`"));
        }
        let lines = text
            .split("\n#[cfg(test)]\nmod ")
            .next()
            .unwrap_or("")
            .lines()
            .count();
        let known = LONGER.iter().find(|(known, _)| *known == file);
        let most = known.map_or(LONGEST, |(_, most)| *most);
        if lines > most {
            complaints.push(format!("src/{file} has {lines} lines; {most} are the most"));
        }
    }
    complain(&complaints);
}

#[test]
fn the_library_is_whole_and_silent_and_keeps_an_order() {
    let mut complaints = Vec::new();
    for (file, text) in files() {
        let words = scan::words(&text);
        let command = within(&module_of(&file), "command") || file == "main.rs";
        for word in &words {
            let refused = match word.as_str() {
                // The lints that refuse these are named without the sign.
                "todo" | "unimplemented" | "dbg" => text.contains(&format!("{word}!")),
                "FIXME" | "XXX" => true,
                "println" | "print" | "eprintln" | "eprint" => {
                    !command && text.contains(&format!("{word}!"))
                }
                "HashMap" | "HashSet" | "HashTable" => {
                    !HASHED.iter().any(|(known, _)| *known == file)
                }
                _ => false,
            };
            if refused {
                complaints.push(format!("src/{file} says `{word}`"));
            }
        }
    }
    complaints.dedup();
    complain(&complaints);
}
