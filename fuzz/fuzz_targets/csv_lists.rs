//! Any bytes as a code table, a table of units, of currencies with rates, and as a list. The first
//! byte says in whose place they stand.
#![no_main]

#[path = "../../tests/support/generate/world.rs"]
mod world;

use kakou::check::compile;
use kakou::ground::limits::Limits;
use kakou::ground::render::{Colours, render};
use libfuzzer_sys::fuzz_target;

/// One rule for each way to read a table, so that none is unused.
const RULES: &str = "rule A \"甲\" / \"a\"\n  by L\n  when hs in catalogue and level in levels \
    and (mode, hs) in pairs and pairs(mode, hs).fee > 1 CNY and level.rank > 1\n  then hold\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((place, csv)) = bytes.split_first() else {
        return;
    };
    let Some((name, _)) = world::FILES.get(usize::from(*place) % world::FILES.len()) else {
        return;
    };
    let folder = world::folder([("rules.rules", RULES)]).with_file(*name, csv);
    let limits = Limits {
        list_rows: 2_000,
        ..Limits::default()
    };
    let first = compile(&folder, &limits);
    assert!(first.rules.is_some() || !first.diagnostics.is_empty());
    render(&first.diagnostics, &first.sources, Colours::Plain);
    let again = compile(&folder, &limits);
    assert_eq!(
        first.rules.map(|r| r.fingerprint),
        again.rules.map(|r| r.fingerprint)
    );
});
