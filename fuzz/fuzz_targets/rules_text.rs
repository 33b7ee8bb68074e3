//! Any text as rules: it is read, checked, complained about, drawn and printed without a panic,
//! alone and beside the world that the tests are written in.
#![no_main]

#[path = "../../tests/support/generate/world.rs"]
mod world;

use kakou::check::compile;
use kakou::folder::Folder;
use kakou::ground::limits::Limits;
use kakou::ground::render::{Colours, json, render};
use kakou::ground::span::SourceId;
use kakou::syntax::{Lang, language_of, parse, print::print};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let beside = world::folder([("rules.rules", text)]);
    let alone = Folder::from_texts([("rules.rules", text)]).with_file("a.csv", "code\n1\n");
    for folder in [alone, beside] {
        let compiled = compile(&folder, &limits);
        assert_eq!(
            compiled.has_errors(),
            compiled.rules.is_none(),
            "a rule set comes with no error only"
        );
        assert!(
            compiled.rules.is_some() || !compiled.diagnostics.is_empty(),
            "a refusal says why"
        );
        render(&compiled.diagnostics, &compiled.sources, Colours::Plain);
        let _ = json(&compiled.diagnostics, &compiled.sources);
    }
    let _ = language_of(text);
    let (file, _) = parse(SourceId(0), text, &limits);
    for lang in [Lang::En, Lang::Zh] {
        print(&file, lang);
    }
});
