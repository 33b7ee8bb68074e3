//! What embedders take on: the library's own dependencies are a fixed list, each with its reason.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what went wrong by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What the library depends on without the command, and why each is worth its place.
const EMBEDDED: &[(&str, &str)] = &[
    ("nom", "the card's: reading rules"),
    ("petgraph", "the card's: the decision graph"),
    (
        "serde",
        "the card's: declarations from a program's own types",
    ),
    ("serde_json", "the card's: declarations in, verdicts out"),
    (
        "csv",
        "lists and code tables are CSV; quoting is easily got wrong",
    ),
    (
        "jiff",
        "months and their ends; a calendar by hand would be the mistake we warn of",
    ),
    (
        "rust_decimal",
        "exact decimals; money is never a binary float",
    ),
    (
        "hashbrown",
        "equal parts of rules are found without copies of them; petgraph stands on it",
    ),
    (
        "multiversion",
        "the processor tells which of two loops over many declarations runs, without unsafe code here",
    ),
    ("sha2", "the fingerprint that a verdict carries"),
    ("strsim", "the nearest name in a complaint"),
    ("unicode-width", "carets under Chinese text"),
];

/// What the command adds.
const COMMAND: &[&str] = &[
    "anstream",
    "anstyle",
    "askama",
    "clap",
    "clap_complete",
    "encoding_rs",
    "flate2",
    "hdrhistogram",
    "indicatif",
    "layout-rs",
    "memchr",
    "rand_chacha",
    "ruzstd",
    "signal-hook",
    "terminal_size",
];

/// What column batches add, whose memory arrow-buffer is, and what Parquet adds to them.
const ARROW: &[&str] = &["arrow-array", "arrow-buffer", "arrow-schema"];
const PARQUET: &[&str] = &["arrow-select", "parquet"];

/// The dependencies of one kind that cargo itself sees. On a fresh machine it gets those first that the
/// tests themselves do not need.
fn direct(features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree", "--locked", "--edges", "normal", "--depth", "1", "--prefix", "none",
        ])
        .args([
            "--format",
            "{p}",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .args(features)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let names = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next());
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn embedders_take_on_this_list_and_no_more() {
    let allowed: BTreeSet<String> = EMBEDDED
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(direct(&["--no-default-features"]), allowed);
}

#[test]
fn the_command_adds_this_list_and_no_more() {
    let allowed: BTreeSet<String> = EMBEDDED
        .iter()
        .map(|(name, _)| *name)
        .chain(COMMAND.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(direct(&[]), allowed);
}

#[test]
fn columns_add_these_and_no_more() {
    let with = |more: &[&[&str]]| -> BTreeSet<String> {
        let own = EMBEDDED.iter().map(|(name, _)| *name);
        let more = more.iter().copied().flatten().copied();
        own.chain(more).map(str::to_owned).collect()
    };
    let arrow = ["--no-default-features", "--features", "arrow"];
    assert_eq!(direct(&arrow), with(&[ARROW]));
    let parquet = ["--features", "parquet"];
    assert_eq!(direct(&parquet), with(&[ARROW, PARQUET, COMMAND]));
}

#[test]
fn no_dependency_comes_twice_or_from_elsewhere() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name))?;
            line.strip_prefix(" = \"")?.strip_suffix('"')
        };
        let name = field("name").unwrap();
        *versions.entry(name).or_default() += 1;
        if name != "kakou" {
            let source = field("source").unwrap_or("this repository");
            assert!(
                source.starts_with("registry+"),
                "{name} comes from {source}"
            );
        }
    }
    // petgraph stands on one version of it and on indexmap, which stands on another.
    let single = EMBEDDED.iter().filter(|(name, _)| *name != "hashbrown");
    for (name, _) in single {
        assert_eq!(
            versions.get(name),
            Some(&1),
            "{name} is there in several versions"
        );
    }
}
