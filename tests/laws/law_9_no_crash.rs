//! Law 9: no crash. Damaged rules and damaged declarations are refused or read, and nothing
//! panics. (The fuzz targets look for longer.)

use crate::case::{bytes, case, config, day};
use crate::generate::choices::Choices;
use crate::generate::rules::{USUAL, rules};
use crate::generate::world;
use kakou::check::rules::Sure;
use kakou::facts::json::from_json;
use kakou::ground::limits::Limits;
use kakou::ground::render::{Colours, render};
use kakou::reference::Reference;
use proptest::prelude::*;

/// The text with a piece taken out and another put there.
fn damaged(text: &str, (at, length, put): &(usize, usize, String)) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = at % (letters.len() + 1);
    let end = (at + length).min(letters.len());
    letters[..at]
        .iter()
        .copied()
        .chain(put.chars())
        .chain(letters[end..].iter().copied())
        .collect()
}

fn damage() -> impl Strategy<Value = (usize, usize, String)> {
    let put = "[ \n\"(),|=]{0,3}|\\PC{0,2}|[a-z]{3}|(none|any|each item|over R-00|\\+ 6 months|999999999999999999)";
    (any::<usize>(), 0usize..40, put)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn damaged_rules_are_refused_or_read(drawn in bytes(), damage in damage()) {
        let text = damaged(&rules(&mut Choices::new(&drawn.0), USUAL), &damage);
        let compiled = world::compiled(&text);
        prop_assert!(compiled.rules.is_some() || !compiled.diagnostics.is_empty());
        render(&compiled.diagnostics, &compiled.sources, Colours::Plain);
    }

    #[test]
    fn damaged_declarations_are_refused_or_judged(drawn in bytes(), damage in damage()) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        for declaration in &case.declarations {
            let text = damaged(&declaration.to_string(), &damage);
            if let Ok(facts) = from_json(&case.rules.schema, text.as_bytes(), &Limits::default()) {
                let judgement = Reference::new(&case.rules, Sure::Design).judge(&facts, day());
                prop_assert!(judgement.counted.low <= judgement.counted.high);
            }
        }
    }
}
