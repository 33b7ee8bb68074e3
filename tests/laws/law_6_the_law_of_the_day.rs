//! Law 6: the law of the day. Between two dates that the rule set names, nothing depends on the
//! as-of date, where no rule names it.

use crate::case::{bytes, case, config, facts, said};
use crate::generate::rules::{Shape, USUAL};
use crate::generate::world;
use kakou::check::rules::Sure;
use kakou::ground::day::{Day, RoughDay};
use kakou::reference::Reference;
use kakou::verdict::judgement::Judgement;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The days on which something may change: every date in a text, with a month or a year standing
/// for its first day and the day behind its last; and the days behind last days.
fn turns(text: &str, into: &mut BTreeSet<Day>) {
    let digit = |c: char| c.is_ascii_digit() || c == '-';
    for word in text.split(|c| !digit(c)).filter(|w| w.len() >= 4) {
        let Some(rough) = RoughDay::parse(word) else {
            continue;
        };
        let behind = |day: Day| day.add(0, 1);
        into.extend(
            [
                Some(rough.first),
                behind(rough.first),
                Some(rough.last),
                behind(rough.last),
            ]
            .into_iter()
            .flatten(),
        );
    }
}

fn on(reference: &Reference<'_>, facts: &kakou::facts::Facts, day: Day) -> Judgement {
    Judgement {
        as_of: None,
        ..reference.judge(facts, day)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_changes_between_the_dates_of_the_law(drawn in bytes()) {
        let Some(case) = case(&drawn, Shape { as_of: false, ..USUAL }) else { return Ok(()) };
        let mut days = BTreeSet::from(["2016-01-01".parse().unwrap(), "2023-01-01".parse().unwrap()]);
        turns(&case.text, &mut days);
        turns(world::SCHEMA, &mut days);
        for (_, text) in world::FILES {
            turns(text, &mut days);
        }
        let days: Vec<Day> = days.into_iter().filter(|d| (2015..2024).contains(&year(*d))).collect();
        for declaration in case.declarations.iter().take(2) {
            let facts = facts(&case.rules, declaration);
            let reference = Reference::new(&case.rules, Sure::High);
            for (from, until) in days.iter().zip(days.iter().skip(1)) {
                let last = Day::from_number(until.number() - 1).unwrap();
                prop_assert_eq!(on(&reference, &facts, *from), on(&reference, &facts, last), "{} {}\n{}", from, last, said(&case, &[declaration]));
            }
        }
    }
}

fn year(day: Day) -> i32 {
    day.to_string()[..4].parse().unwrap()
}
