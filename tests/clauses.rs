//! The register of clauses names every rule of the study. The list stands here a second time, so
//! that neither can lose a rule unnoticed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every rule id of the study: the prefix, how many there are, and the ids.
const STUDY: &[(&str, usize, &str)] = &[
    (
        "BR",
        21,
        "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21",
    ),
    (
        "RD",
        21,
        "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21",
    ),
    (
        "CB",
        21,
        "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21",
    ),
    ("CR", 11, "01 02 03 04 05 06 07 08 09 10 11"),
    ("CX", 7, "01 02 03 04 05 06 07"),
    (
        "EX",
        22,
        "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22",
    ),
    ("FL", 12, "01 02 03 04 05 06 07 08 09 10 11 12"),
    ("LM", 6, "01 02 03 04 05 06"),
    ("MD", 1, "01"),
    ("SL", 14, "01 02 03 04 05 06 07 08 09 10 11 12 13 14"),
    ("FM", 4, "01 02 03 04"),
    ("BA", 4, "01 02 03 04"),
    ("IZ", 4, "01 02 03 04"),
    ("GT", 6, "01 02 03 04 05 06"),
    ("CD", 2, "A B"),
];

/// The columns of a row, as far as they hold no quotation marks: the first four never do.
fn rows() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/clauses.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().skip_while(|line| line.starts_with('#'));
    assert_eq!(
        lines.next(),
        Some("clause,kind,mark,section,title_zh,title_en")
    );
    lines
        .map(|line| line.splitn(5, ',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn the_register_has_every_rule_of_the_study_and_no_other() {
    let rows = rows();
    let rules: Vec<&str> = rows
        .iter()
        .filter(|row| row[1] == "rule")
        .map(|row| row[0].as_str())
        .collect();
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &rules {
        *counted.entry(id.split_once('-').unwrap().0).or_default() += 1;
    }
    let expected: BTreeMap<&str, usize> = STUDY.iter().map(|(of, n, _)| (*of, *n)).collect();
    assert_eq!(counted, expected);
    let study: BTreeSet<String> = STUDY
        .iter()
        .flat_map(|(of, _, ids)| ids.split(' ').map(move |id| format!("{of}-{id}")))
        .collect();
    let register: BTreeSet<String> = rules.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(register, study);
    // The 148 of the study's tables, and the eight that it numbers in addition.
    assert_eq!(rules.len(), 148 + 8);
}
