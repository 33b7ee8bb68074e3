//! Any bytes as a declaration and as a batch: what is read is judged at every trust, rendered and
//! written back as the same facts.
#![no_main]

#[path = "../../tests/support/generate/world.rs"]
mod world;

use kakou::check::rules::{RuleSet, Sure};
use kakou::facts::Facts;
use kakou::facts::batch::Batch;
use kakou::facts::json::Reader;
use kakou::facts::write::to_json;
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use kakou::verdict;
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};

/// Rules that read every field of the schema, with requirements, exceptions and a pilot.
const RULES: &str = include_str!("../rules/every_field.rules");

static WORLD: LazyLock<(Arc<RuleSet>, Reader)> = LazyLock::new(|| {
    let compiled = world::compiled(RULES);
    let rules = compiled.rules.unwrap_or_else(|| {
        panic!(
            "{}",
            kakou::ground::render::render(
                &compiled.diagnostics,
                &compiled.sources,
                kakou::ground::render::Colours::Plain
            )
        )
    });
    let reader = Reader::new(rules.schema.clone());
    (rules, reader)
});

fn judged(rules: &RuleSet, reader: &Reader, facts: &Facts) {
    let schema = &rules.schema;
    let written = to_json(schema, facts);
    let again = reader
        .read(written.as_bytes())
        .unwrap_or_else(|e| panic!("what was written is read: {e}\n{written}"));
    assert_eq!(facts, &again, "{written}");
    for day in facts.as_of(schema).into_iter().chain("2020-06-15".parse()) {
        for trust in [Sure::Found, Sure::High, Sure::Design] {
            let judgement = Reference::new(rules, trust).judge(facts, day);
            assert!(judgement.counted.low <= judgement.counted.high);
            let verdict =
                verdict::render::render(rules, facts, &judgement, trust, &Limits::default());
            assert!(!verdict::json::to_json(&verdict, None).is_empty());
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (rules, reader) = &*WORLD;
    match reader.read(bytes) {
        Ok(facts) => judged(rules, reader, &facts),
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
    for batch in [
        Batch::ndjson(reader.clone(), bytes),
        Batch::json(reader.clone(), bytes),
    ] {
        for record in batch.take(64) {
            let _ = format!("{:?}", record.0);
        }
    }
});
