//! The fixed world that generated rules and declarations are written in: a schema text with every
//! type, its code tables and lists, and the shortest way from rule text to a rule set.
#![allow(
    dead_code,
    reason = "each test that shares this uses its own part of it"
)]

use kakou::check::{Compiled, compile};
use kakou::folder::Folder;
use kakou::ground::limits::Limits;

/// The schema and the laws.
pub const SCHEMA: &str = include_str!("world/schema.rules");

/// The code tables and lists beside it, by name.
pub const FILES: &[(&str, &str)] = &[
    ("codes/mode.csv", include_str!("world/codes/mode.csv")),
    ("codes/kind.csv", include_str!("world/codes/kind.csv")),
    ("codes/level.csv", include_str!("world/codes/level.csv")),
    ("codes/doc.csv", include_str!("world/codes/doc.csv")),
    ("codes/unit.csv", include_str!("world/codes/unit.csv")),
    (
        "codes/currency.csv",
        include_str!("world/codes/currency.csv"),
    ),
    ("lists/rates.csv", include_str!("world/lists/rates.csv")),
    (
        "lists/catalogue.csv",
        include_str!("world/lists/catalogue.csv"),
    ),
    ("lists/pairs.csv", include_str!("world/lists/pairs.csv")),
    ("lists/levels.csv", include_str!("world/lists/levels.csv")),
];

/// The folder of the world with more rule files beside the schema.
pub fn folder<'a>(rules: impl IntoIterator<Item = (&'a str, &'a str)>) -> Folder {
    let texts = [("schema.rules", SCHEMA)].into_iter().chain(rules);
    FILES
        .iter()
        .fold(Folder::from_texts(texts), |folder, file| {
            folder.with_file(file.0, file.1)
        })
}

/// Compiles one rule text beside the schema.
pub fn compiled(rules: &str) -> Compiled {
    compile(&folder([("rules.rules", rules)]), &Limits::default())
}
