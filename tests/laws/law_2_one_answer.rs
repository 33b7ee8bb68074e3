//! Law 2: one answer. Whatever the order of items, the files they stand in and their names, and
//! however many threads judge: the same fingerprint and the same verdict, byte for byte.

use crate::case::{bytes, case, config, day, facts, judge, said, verdict};
use crate::generate::choices::Choices;
use crate::generate::rules::USUAL;
use crate::generate::world;
use kakou::check::compile;
use kakou::engine::{Engine, Scratch};
use kakou::facts::batch::Batch;
use kakou::facts::json::Reader;
use kakou::graph::{Graph, Options};
use kakou::ground::limits::Limits;
use proptest::prelude::*;

/// The items in another order, in up to four files.
fn elsewhere(items: &[String], order: &[u8]) -> Vec<(String, String)> {
    let mut c = Choices::new(order);
    let mut left: Vec<&String> = items.iter().collect();
    let mut files: Vec<(String, String)> = ["z.rules", "a/b.rules", "m.rules", "0.rules"]
        .iter()
        .map(|name| ((*name).to_owned(), "# 说明\n".to_owned()))
        .collect();
    while !left.is_empty() {
        let item = left.swap_remove(c.below(left.len()));
        let file = c.below(files.len());
        files[file].1.push('\n');
        files[file].1.push_str(item);
    }
    files
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn files_and_order_change_nothing(drawn in bytes(), order in proptest::collection::vec(any::<u8>(), 80)) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        let files = elsewhere(&case.items, &order);
        let folder = world::folder(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        let compiled = compile(&folder, &Limits::default());
        let Some(other) = compiled.rules else {
            return Err(TestCaseError::fail(format!("refused in other files: {files:?} {:#?}", compiled.diagnostics)));
        };
        prop_assert_eq!(other.fingerprint, case.rules.fingerprint, "{}\n{:?}", case.text, files);
        for declaration in &case.declarations {
            let facts = facts(&case.rules, declaration);
            let here = verdict(&case.rules, &facts, &judge(&case.rules, declaration));
            let there = verdict(&other, &facts, &judge(&other, declaration));
            prop_assert_eq!(here, there, "{}", said(&case, &[declaration]));
        }
    }

    #[test]
    fn threads_batches_and_repetition_change_nothing(drawn in bytes()) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        let again = world::compiled(&case.text).rules;
        prop_assert_eq!(again.map(|r| r.fingerprint), Some(case.rules.fingerprint));
        let alone: Vec<String> = case
            .declarations
            .iter()
            .map(|d| verdict(&case.rules, &facts(&case.rules, d), &judge(&case.rules, d)))
            .collect();
        let lines: Vec<String> = case.declarations.iter().map(|d| format!("{d}\n")).collect();
        let lines = lines.concat();
        let batch = Batch::ndjson(Reader::new(case.rules.schema.clone()), lines.as_bytes());
        let read: Vec<_> = batch.map(|(_, record)| record.expect("each was read alone")).collect();
        // One engine for all threads, a scratch for each; every thread judges all, in its own order.
        let engine = Engine::from(&Graph::build(&case.rules, Options::default()).expect("a small rule set has a graph"));
        let judged = |first: usize| {
            let mut scratch = Scratch::default();
            let order = (0..read.len()).map(|at| (at + first) % read.len());
            let mut verdicts: Vec<(usize, String)> = order
                .map(|at| (at, verdict(&case.rules, &read[at], engine.judge(&read[at], day(), &mut scratch))))
                .collect();
            verdicts.sort();
            verdicts.into_iter().map(|(_, verdict)| verdict).collect::<Vec<_>>()
        };
        let judged = &judged;
        let apart: Vec<Vec<String>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|first| scope.spawn(move || judged(first))).collect();
            threads.into_iter().map(|t| t.join().expect("no thread panics")).collect()
        });
        for one in apart {
            prop_assert_eq!(&alone, &one, "{}", case.text);
        }
    }
}
