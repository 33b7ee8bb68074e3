//! Rules and declarations as text from the bytes: engine, walker and reference give the same
//! judgement at every trust, and the same verdict in JSON.
#![no_main]

#[path = "../../tests/support/generate/mod.rs"]
mod generate;
#[path = "../../tests/support/together.rs"]
mod together;

use generate::choices::Choices;
use generate::declaration::{Known, declaration};
use generate::rules::{KEYED, USUAL, rules};
use generate::world;
use kakou::check::rules::Sure;
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::walk::walk;
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use libfuzzer_sys::fuzz_target;
use together::says_of_all;

/// Above how many rules a place is branched on, and how many go in one block. What is one block by
/// default is so found to be the same as many.
const SIZES: [(usize, usize); 5] = [(2048, 2048), (1, 3), (6, 1), (2, 20), (16, 20)];

/// On which days declarations are judged: on both sides of those on which rules begin and end.
const DAYS: [&str; 6] = [
    "2020-06-15",
    "2019-06-14",
    "2019-06-15",
    "2020-06-14",
    "2020-06-30",
    "2020-07-01",
];

fuzz_target!(|bytes: &[u8]| {
    let mut c = Choices::new(bytes);
    let (split_above, block) = SIZES[c.below(SIZES.len())];
    // The declarations come first, so that they are not all cut short by a long rule set.
    let declarations: Vec<(String, Day)> = [(2, 2), (6, 2), (0, 1)]
        .iter()
        .filter_map(|(unknown, none)| {
            let known = Known {
                unknown: *unknown,
                none: *none,
            };
            let day = DAYS[c.below(DAYS.len())].parse().ok()?;
            Some((declaration(&mut c, known).to_string(), day))
        })
        .collect();
    let shape = if c.chance(8) { KEYED } else { USUAL };
    let text = rules(&mut c, shape);
    let Some(rules) = world::compiled(&text).rules else {
        return;
    };
    for trust in [Sure::High, Sure::Design] {
        let options = Options {
            trust,
            split_above,
            block,
            ..Options::default()
        };
        let graph =
            Graph::build(&rules, options).unwrap_or_else(|e| panic!("no graph: {e:?}\n{text}"));
        let engine = Engine::from(&graph);
        let mut scratch = Scratch::default();
        let mut all = Vec::new();
        for (declaration, day) in &declarations {
            let facts = from_json(&rules.schema, declaration.as_bytes(), &Limits::default())
                .unwrap_or_else(|e| panic!("{e}\n{declaration}"));
            let expected = Reference::new(&rules, trust).judge(&facts, *day);
            assert_eq!(
                expected,
                walk(&graph, &facts, *day),
                "walker\n{text}\n{declaration}"
            );
            let judged = engine.judge(&facts, *day, &mut scratch);
            assert_eq!(&expected, judged, "engine\n{text}\n{declaration}");
            all.push((facts, *day, expected));
        }
        // More than are judged together: all in turn, then the last alone.
        let turns = all.iter().cycle().take(34);
        let many = turns.chain(std::iter::repeat_n(all.last(), 32).flatten());
        let given: Vec<_> = many.clone().map(|(facts, day, _)| (facts, *day)).collect();
        let expected: Vec<_> = many.map(|(_, _, expected)| expected).collect();
        says_of_all(&engine, &given, &expected, &mut scratch, &text);
    }
});
