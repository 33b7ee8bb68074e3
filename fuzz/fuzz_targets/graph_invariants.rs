//! Rules as text from the bytes: the graph is built and proved at every trust, twice alike, and no
//! declaration takes more steps than the graph states, the search for missing facts included.
#![no_main]

#[path = "../../tests/support/generate/mod.rs"]
mod generate;

use generate::choices::Choices;
use generate::declaration::{Known, declaration};
use generate::rules::{Shape, rules};
use generate::world;
use kakou::check::rules::Sure;
use kakou::engine::{Engine, Scratch};
use kakou::facts::Facts;
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::limits::Limits;
use libfuzzer_sys::fuzz_target;

/// Larger rule sets than the other targets, so that there is something to split.
const LARGE: Shape = Shape {
    rules: 24,
    depth: 3,
    as_of: true,
    keyed: false,
    amended: 6,
};

fuzz_target!(|bytes: &[u8]| {
    let mut c = Choices::new(bytes);
    // The less is known, the more there is to look for.
    let declarations = [2, 8].map(|unknown| {
        let known = Known { unknown, none: 1 };
        declaration(&mut c, known).to_string()
    });
    let text = rules(&mut c, LARGE);
    let Some(rules) = world::compiled(&text).rules else {
        return;
    };
    let Ok(day) = "2020-06-15".parse() else {
        return;
    };
    let split = Options {
        split_above: 1,
        block: 3,
        ..Options::default()
    };
    let usual = Options::default();
    for (trust, options) in [
        (Sure::Found, usual),
        (Sure::High, usual),
        (Sure::High, split),
        (Sure::Design, split),
        (Sure::Design, usual),
    ] {
        let options = Options { trust, ..options };
        let graph = Graph::build(&rules, options)
            .unwrap_or_else(|e| panic!("an invariant is broken: {e:?}\n{text}"));
        let stats = graph.stats();
        let again = Graph::build(&rules, options).map(|g| g.stats());
        assert_eq!(
            Ok(&stats),
            again.as_ref().map_err(|e| e.len()),
            "built twice\n{text}"
        );
        let graph_of = graph.inner();
        assert_eq!(
            graph_of.node_count() as u64,
            stats.nodes.iter().map(|(_, many)| many).sum::<u64>()
        );
        let engine = Engine::from(&graph);
        let mut scratch = Scratch::default();
        let mut judge = |facts: &Facts, said: &str| {
            engine.judge(facts, day, &mut scratch);
            assert!(
                scratch.steps() <= stats.steps,
                "{} of {} steps\n{text}\n{said}",
                scratch.steps(),
                stats.steps
            );
        };
        for declaration in &declarations {
            let facts = from_json(&rules.schema, declaration.as_bytes(), &Limits::default())
                .unwrap_or_else(|e| panic!("{e}\n{declaration}"));
            judge(&facts, declaration);
        }
        judge(&Facts::unknown(&rules.schema), "nothing is known");
        assert!(engine.bytes() > 0);
    }
});
