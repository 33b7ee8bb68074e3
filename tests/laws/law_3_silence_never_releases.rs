//! Law 3: silence never releases. Knowing more only narrows, and once all that is missing is
//! given, nothing that is still unknown can change the interval.

use crate::case::{bytes, case, config, facts, judge, said};
use crate::generate::choices::Choices;
use crate::generate::declaration::{Known, declaration, give, learn};
use crate::generate::expressions::reckoning;
use crate::generate::rules::USUAL;
use crate::generate::world;
use kakou::check::rules::Each;
use kakou::check::rules::{RuleSet, Sure};
use kakou::facts::Facts;
use kakou::ground::limits::Limits;
use kakou::ground::truth::Truth;
use kakou::verdict::judgement::{Element, Fired, Interval, Judgement, Step};
use kakou::verdict::render::render;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

fn narrows(less: Interval, more: Interval) -> bool {
    less.low <= more.low && more.high <= less.high
}

/// Every interval of a judgement, in an order that depends on the rule set only.
fn intervals(judgement: &Judgement) -> Vec<Interval> {
    let pilots = judgement.pilots.iter().map(|p| p.interval);
    let departments = judgement.departments.iter().map(|d| d.1);
    let common = Interval {
        high: judgement.common,
        ..Interval::default()
    };
    [judgement.counted, judgement.base, common]
        .into_iter()
        .chain(pilots)
        .chain(departments)
        .collect()
}

/// Whether an element may be one of those that were judged as one.
fn stands_for(less: Element, more: Element) -> bool {
    less.0
        .iter()
        .zip(more.0)
        .all(|(less, more)| *less == more || *less == Step::Unknown)
}

/// Fired rules with the parts of an item counted within the item: counted over all items, their
/// numbers change when another item's parts become known.
fn within(rules: &RuleSet, facts: &Facts, fired: &[Fired]) -> Vec<Fired> {
    let within = |fired: &Fired| {
        let mut steps = fired.element.0;
        let each = &rules.rules[fired.rule.0 as usize].each;
        if let ([_, Each::List(inner)], [Step::Row(owner), Step::Row(row)]) = (&each[..], steps) {
            let first = facts.rows(*inner).map_or(0, |rows| rows.of(owner).start);
            steps[1] = Step::Row(row - first);
        }
        Fired {
            element: Element(steps),
            ..*fired
        }
    };
    fired.iter().map(within).collect()
}

/// What fires for certain goes on, and what fires afterwards was possible before.
fn truths_narrow(less: &[Fired], more: &[Fired]) -> bool {
    let certain = less.iter().filter(|f| f.truth == Truth::True);
    let stays = certain.clone().all(|f| more.contains(f));
    let possible = more.iter().all(|m| {
        less.iter()
            .any(|l| l.rule == m.rule && stands_for(l.element, m.element))
    });
    stays && possible
}

fn missing(rules: &RuleSet, declaration: &Value, judgement: &Judgement) -> Vec<String> {
    let facts = facts(rules, declaration);
    let verdict = render(rules, &facts, judgement, Sure::High, &Limits::default());
    verdict.missing.into_iter().map(|m| m.path).collect()
}

/// Gives all that is missing, again until nothing is or nothing changes any more: what a field
/// that the schema requires is missing for was then given as none.
fn settled(rules: &RuleSet, declaration: &Value, given: &[u8]) -> (Value, Judgement, u32) {
    let mut known = declaration.clone();
    let mut c = Choices::new(given);
    let mut judgement = judge(rules, &known);
    let mut rounds = 0;
    while !judgement.missing.is_empty() && rounds <= 60 {
        rounds += 1;
        let before = known.clone();
        for path in missing(rules, &known, &judgement) {
            give(&mut c, 1, &mut known, &path);
        }
        judgement = judge(rules, &known);
        if before == known {
            break;
        }
    }
    (known, judgement, rounds)
}

/// Most declarations come to an end, many of them with one outcome and some without: the property
/// below looks at something.
#[test]
fn giving_what_is_missing_comes_to_an_end() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut all, mut ended, mut open) = (0, 0, 0);
    for seed in 0..60u8 {
        let drawn = bytes().new_tree(&mut runner).unwrap().current();
        let Some(case) = case(&drawn, USUAL) else {
            continue;
        };
        for declaration in &case.declarations {
            let given: Vec<u8> = (0..200u8).map(|n| n.wrapping_mul(seed | 1)).collect();
            let (_, judgement, _) = settled(&case.rules, declaration, &given);
            all += 1;
            ended += usize::from(judgement.missing.is_empty());
            open += usize::from(judgement.counted.low < judgement.counted.high);
        }
    }
    assert!(
        ended * 2 > all && open > 0 && open < all,
        "{ended} {open} {all}"
    );
}

/// The interval of one rule that holds, with all that the schema requires given.
fn holding(when: &str, items: &Value) -> Interval {
    let text = format!(
        "rule R-1 \"题\" / \"title\"\n  by L\n  when {when}\n  then hold\ncovers mode is 10\n"
    );
    let rules = world::compiled(&text).rules.expect("the rule is right");
    let declaration =
        json!({"date": "2020-06-15", "mode": "10", "flag": false, "docs": [], "items": items});
    judge(&rules, &declaration).counted
}

/// The ends of the open sum, 0 and 5 CNY, can be multiplied exactly; the amount between them that
/// it turns out to be cannot. What is reckoned from the sum is undetermined from the first.
#[test]
fn an_interval_whose_inside_cannot_be_computed_is_undetermined() {
    let when =
        "(sum of item.c over items where (item.k is 10)) * 0.1234567891 * 0.1234567891 < 100 CNY";
    let items = |first: Option<&str>, second: Option<&str>| {
        let mut items =
            json!([{"c": "0.1234567891", "ok": false}, {"c": "4.8765432109", "ok": false}]);
        for (at, kind) in [first, second].into_iter().enumerate() {
            if let Some(kind) = kind {
                items[at]["k"] = json!(kind);
            }
        }
        items
    };
    let open = holding(when, &items(None, None));
    for kinds in [("10", "10"), ("10", "20"), ("20", "10"), ("20", "20")] {
        let known = holding(when, &items(Some(kinds.0), Some(kinds.1)));
        assert!(narrows(open, known), "{open:?} {kinds:?} {known:?}");
    }
    let both = holding(when, &items(Some("10"), Some("10")));
    assert!(both.low == both.high, "the whole sum can be computed");
}

/// A rule for each of several reckonings, over one event.
fn reckonings(c: &mut Choices<'_>) -> String {
    let mut text = "event rough \"约\" / \"rough\" on 2020-01 sure high\n".to_owned();
    for number in 0..6 {
        text.push_str(&format!(
            "rule R-{number} \"题\" / \"title\"\n  by L\n  when {}\n  then hold\n",
            reckoning(c)
        ));
    }
    text
}

/// Takes out of some elements what tells whether they belong.
fn open(c: &mut Choices<'_>, declaration: &mut Value) {
    for list in ["items", "lines"] {
        for element in declaration[list].as_array_mut().into_iter().flatten() {
            let Value::Object(element) = element else {
                continue;
            };
            for field in ["k", "ok"] {
                if c.chance(10) {
                    element.remove(field);
                }
            }
        }
    }
}

const NONE_BUT_VALUES: Known = Known {
    unknown: 0,
    none: 3,
};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn knowing_more_only_narrows(drawn in bytes(), more in proptest::collection::vec(any::<u8>(), 0..300)) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        for declaration in &case.declarations {
            let less = judge(&case.rules, declaration);
            for unknown in [13, 0] {
                let mut known = declaration.clone();
                learn(&mut Choices::new(&more), Known { unknown, none: 3 }, &mut known);
                let after = judge(&case.rules, &known);
                for (less, more) in intervals(&less).into_iter().zip(intervals(&after)) {
                    prop_assert!(narrows(less, more), "{less:?} {more:?}\n{}", said(&case, &[declaration, &known]));
                }
                let (old, new) = (facts(&case.rules, declaration), facts(&case.rules, &known));
                for (less, more) in [(&less.fired, &after.fired), (&less.shadow, &after.shadow)] {
                    let less = within(&case.rules, &old, less);
                    let more = within(&case.rules, &new, more);
                    prop_assert!(truths_narrow(&less, &more), "{less:?}\n{more:?}\n{}", said(&case, &[declaration, &known]));
                }
            }
        }
    }

    #[test]
    fn what_is_reckoned_from_open_counts_only_narrows(
        rules in proptest::collection::vec(any::<u8>(), 80..300),
        facts_of in proptest::collection::vec(any::<u8>(), 250..400),
        opened in proptest::collection::vec(any::<u8>(), 20..60),
        more in proptest::collection::vec(any::<u8>(), 20..60),
    ) {
        let text = reckonings(&mut Choices::new(&rules));
        let compiled = world::compiled(&text);
        let Some(rules) = compiled.rules else {
            return Err(TestCaseError::fail(format!("{:?}\n{text}", compiled.diagnostics)));
        };
        let mut before = declaration(&mut Choices::new(&facts_of), Known { unknown: 0, none: 0 });
        open(&mut Choices::new(&opened), &mut before);
        for unknown in [8, 0] {
            let mut after = before.clone();
            learn(&mut Choices::new(&more), Known { unknown, none: 1 }, &mut after);
            let (less, more) = (judge(&rules, &before), judge(&rules, &after));
            prop_assert!(truths_narrow(&less.fired, &more.fired), "{:?}\n{:?}\n{text}\n{before}\n{after}", less.fired, more.fired);
        }
    }

    #[test]
    fn when_nothing_is_missing_nothing_unknown_matters(
        drawn in bytes(),
        given in proptest::collection::vec(any::<u8>(), 0..300),
        more in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        for declaration in &case.declarations {
            let (known, judgement, rounds) = settled(&case.rules, declaration, &given);
            let mut all = known.clone();
            learn(&mut Choices::new(&more), NONE_BUT_VALUES, &mut all);
            let after = judge(&case.rules, &all);
            prop_assert!(rounds <= 60, "missing never ends: {:?}\n{}", judgement.missing, said(&case, &[declaration, &known]));
            // A required field that was given as none stays missing, and what it hangs on may matter.
            prop_assert!(
                judgement.counted == after.counted || !judgement.missing.is_empty(),
                "{:?} {:?}\n{}", judgement.counted, after.counted, said(&case, &[declaration, &known, &all])
            );
        }
    }
}
