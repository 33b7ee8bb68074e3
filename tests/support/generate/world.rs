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
    ("lists/plates.csv", include_str!("world/lists/plates.csv")),
    ("lists/seals.csv", include_str!("world/lists/seals.csv")),
    ("lists/goods.csv", include_str!("world/lists/goods.csv")),
    ("lists/permits.csv", include_str!("world/lists/permits.csv")),
    ("lists/turned.csv", include_str!("world/lists/turned.csv")),
    ("lists/closing.csv", include_str!("world/lists/closing.csv")),
];

/// The folder of the world with more rule files beside the schema.
pub fn folder<'a>(rules: impl IntoIterator<Item = (&'a str, &'a str)>) -> Folder {
    beside(SCHEMA, rules)
}

fn beside<'a>(schema: &'a str, rules: impl IntoIterator<Item = (&'a str, &'a str)>) -> Folder {
    let texts = [("schema.rules", schema)].into_iter().chain(rules);
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

/// The same where a declaration may have more items than are judged at once.
pub fn compiled_for_many_items(rules: &str) -> Compiled {
    let schema = SCHEMA.replace("items : 0 to 4 item", "items : 0 to 70 item");
    let folder = beside(&schema, [("rules.rules", rules)]);
    compile(&folder, &Limits::default())
}
