//! A text that is read without complaint is printed and read back as the same tree in both
//! languages, printing twice changes nothing, and where it compiles the fingerprint stays.
#![no_main]

#[path = "../../tests/support/generate/world.rs"]
mod world;

use kakou::check::compile;
use kakou::ground::limits::Limits;
use kakou::ground::span::SourceId;
use kakou::syntax::{Lang, parse, print::print};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let (file, complaints) = parse(SourceId(0), text, &limits);
    if !complaints.is_empty() {
        return;
    }
    let fingerprint = |text: &str| {
        let compiled = compile(&world::folder([("rules.rules", text)]), &limits);
        compiled.rules.map(|r| r.fingerprint)
    };
    let as_written = fingerprint(text);
    for lang in [Lang::En, Lang::Zh] {
        let printed = print(&file, lang);
        let (again, complaints) = parse(SourceId(0), &printed, &limits);
        assert!(complaints.is_empty(), "{printed}\n{complaints:#?}");
        assert_eq!(file, again, "{printed}");
        assert_eq!(print(&again, lang), printed);
        assert_eq!(fingerprint(&printed), as_written, "{printed}");
    }
});
