//! Every engine finds what the naive loop finds, on some hundreds of declarations, from prepared
//! facts and from JSON. The peers that are built in are tried; the command compares them again
//! before it times them, at every number of rules.

use kakou_race::ours::{Kakou, Naive};
use kakou_race::peers;
use kakou_race::racer::{Hits, Racer, plain};
use kakou_race::workload::Workload;

/// How many declarations are judged.
const DECLARATIONS: u32 = 400;

/// The matches of an engine on the first declarations; an engine of batches judges more.
fn found(racer: &mut dyn Racer, texts: bool) -> Hits {
    let which: Vec<u32> = (0..DECLARATIONS).collect();
    let mut hits = Hits::new();
    match texts {
        false => racer.judge(&which, &mut hits),
        true => racer.judge_texts(&which, &mut hits),
    };
    hits.retain(|hit| hit.0 < DECLARATIONS);
    hits.sort_unstable();
    hits.dedup();
    hits
}

fn all_agree(rules: usize) {
    let workload = Workload::drawn(rules);
    let expected = found(&mut Naive(&workload), false);
    // A workload on which little matches would prove little.
    assert!(expected.len() > DECLARATIONS as usize, "{}", expected.len());

    let mut engines: Vec<Box<dyn Racer + '_>> = vec![
        Box::new(Naive(&workload)),
        Box::new(Kakou::new(&workload).expect("Kakou's rules")),
    ];
    let plain = plain(&workload.race.naive);
    for (name, load) in peers::all() {
        engines.push(load(&workload, &plain).unwrap_or_else(|why| panic!("{name}: {why}")));
    }
    for engine in &mut engines {
        for texts in [false, true] {
            let found = found(engine.as_mut(), texts);
            let name = engine.name();
            assert_eq!(found, expected, "{name}, {rules} rules, from JSON: {texts}");
        }
    }
}

#[test]
fn at_30_rules() {
    all_agree(30);
}

#[test]
fn at_100_rules() {
    all_agree(100);
}

#[test]
fn limits_beyond_32_bits_and_mixed_prefixes() {
    // The generator draws neither amounts of that size nor enough prefixes of different lengths.
    use kakou_race::race::{Dice, Kindred, NaiveRule, Pred, Race};
    let drawn = Workload::drawn(30).race;
    let rule = |header: Vec<Pred>| NaiveRule {
        header,
        item: Vec::new(),
    };
    let rules = vec![
        rule(vec![Pred::AtLeast(4, 5_000_000_000)]),
        rule(vec![
            Pred::AtLeast(4, 2_147_483_647),
            Pred::Below(4, 5_000_000_001),
        ]),
        rule(vec![Pred::Below(4, 2_147_483_648)]),
        rule(vec![Pred::Under(vec![
            (1, 2),
            (203, 4),
            (20_301, 6),
            (4_010_100, 8),
        ])]),
        rule(vec![Pred::Under(vec![(1, 2), (2, 2)]), Pred::Lacks(3)]),
    ];
    let totals = [
        0,
        2_147_483_646,
        2_147_483_647,
        2_147_483_648,
        4_999_999_999,
    ];
    let totals = totals
        .into_iter()
        .chain([5_000_000_000, 5_000_000_001, 9_999_999_999]);
    let mut declarations = Vec::new();
    for (total, of) in totals.zip(drawn.declarations.iter().cycle()) {
        for hs in [
            101_000_000,
            203_010_000,
            203_020_000,
            401_010_000,
            9_701_010_000,
        ] {
            let mut declaration = of.clone();
            declaration.numbers[4] = total;
            declaration.hs = hs;
            declarations.push(declaration);
        }
    }
    let workload = Workload {
        race: Race::of(rules, declarations, &mut Dice(1), Kindred::Header),
        expected: None,
    };
    let all: Vec<u32> = (0..workload.race.declarations.len() as u32).collect();
    let mut expected = Hits::new();
    Naive(&workload).judge(&all, &mut expected);
    for rule in 0..5 {
        assert!(
            expected.iter().any(|hit| hit.1 == rule),
            "rule {rule} never matches"
        );
    }
    let plain = plain(&workload.race.naive);
    for (name, load) in peers::all() {
        let mut engine = load(&workload, &plain).unwrap_or_else(|why| panic!("{name}: {why}"));
        let mut hits = Hits::new();
        engine.judge(&all, &mut hits);
        hits.sort_unstable();
        hits.dedup();
        assert_eq!(hits, expected, "{name}");
    }
}
