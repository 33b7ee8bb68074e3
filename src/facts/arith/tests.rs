//! Laws of reckoning with intervals: whatever an interval turns out to be once more is known, an
//! operator gives for it what lies in what the operator gave before. An operator that gives
//! nothing for some value inside gave nothing for the interval.

use super::*;
use crate::facts::eval::compare;
use crate::ground::compare::CompareOp;
use crate::schema::Labels;
use crate::schema::table::{CodeEntry, Period, Rate, UnitInfo};
use crate::schema::value::TableId;
use proptest::prelude::*;

const ROUNDINGS: [Rounding; 4] = [
    Rounding::HalfUp,
    Rounding::HalfEven,
    Rounding::Up,
    Rounding::Down,
];

/// Whether what was known before may turn out to be what is known now.
fn narrows(before: &Eval, now: &Eval) -> bool {
    match before {
        Eval::Unknown(_) => true,
        Eval::Between { low, high, places } => now.ends().is_ok_and(|(least, greatest)| {
            comparable(low, least) && low <= least && greatest <= high && now.places() <= *places
        }),
        Eval::None | Eval::Value(_) => before == now,
    }
}

/// Something that is known better and better.
#[derive(Debug, Clone)]
struct Known {
    /// Some value of an interval.
    before: Eval,
    /// Some value of a part of it, perhaps of a single one.
    now: Eval,
    /// One value.
    inside: Eval,
}

/// A coefficient: of any size, close to the largest, and often one that ends in many zeros, so
/// that the ends of an interval are less exact than what lies between.
fn coefficient() -> BoxedStrategy<i128> {
    let largest = 79_228_162_514_264_337_593_543_950_335i128;
    let any_size = (0u32..=28, any::<i128>()).prop_map(|(digits, n)| n % 10i128.pow(digits + 1));
    let round = (any_size.clone(), 0u32..=28)
        .prop_map(|(n, zeros)| n / 10i128.pow(zeros) * 10i128.pow(zeros));
    let bounded = move |n: i128| n.clamp(-largest, largest);
    prop_oneof![
        2 => (-20i128..=20).boxed(),
        2 => any_size.prop_map(bounded).boxed(),
        4 => round.prop_map(bounded).boxed(),
        1 => (0i128..30).prop_map(move |n| largest - n).boxed(),
    ]
    .boxed()
}

/// Amounts with up to 28 decimal places, mostly few.
fn amounts(unit: Unit) -> BoxedStrategy<Known> {
    let places = prop_oneof![3 => 0u32..=3, 2 => 8u32..=12, 1 => 0u32..=28];
    let amount = move |(places, mut four, single): (u32, [i128; 4], bool)| {
        four.sort_unstable();
        if single {
            four = [four[1]; 4];
        }
        let [a, b, c, d] = four.map(|n| Number::from_parts(n, places).unwrap());
        let of = |low, high, places| Eval::between(unit.of(low), unit.of(high), places);
        Known {
            before: of(a, d, places),
            now: of(b, c, b.parts().1.max(c.parts().1)),
            inside: Eval::Value(unit.of(b)),
        }
    };
    let four = [coefficient(), coefficient(), coefficient(), coefficient()];
    (places, four, prop::bool::weighted(0.2))
        .prop_map(amount)
        .boxed()
}

/// Days of all years, many at the end of a month.
fn some_days() -> BoxedStrategy<Known> {
    let day = prop_oneof![
        (1i16..=9999, 1i8..=12, 1i8..=28),
        (2019i16..=2021, 1i8..=3, 25i8..=28),
    ]
    .prop_map(|(y, m, d)| Day::from_ymd(y, m, d).unwrap());
    let day = (day, any::<bool>()).prop_map(|(d, end)| if end { d.end_of_month() } else { d });
    prop::collection::vec(day, 4)
        .prop_map(|mut four| {
            four.sort_unstable();
            Known {
                before: Eval::days(four[0], four[3]),
                now: Eval::days(four[1], four[2]),
                inside: Eval::Value(Value::Date(four[1])),
            }
        })
        .boxed()
}

/// Counts as durations have them, and some that are none.
fn counts() -> BoxedStrategy<Known> {
    let count = |(mut four, places): ([i128; 4], u32)| {
        four.sort_unstable();
        let [a, b, c, d] = four.map(|n| Number::from_parts(n, places).unwrap());
        let of = |low, high| Eval::between(Value::Number(low), Value::Number(high), places);
        Known {
            before: of(a, d),
            now: of(b, c),
            inside: Eval::Value(Value::Number(b)),
        }
    };
    let number = || prop_oneof![6 => -40i128..=40, 1 => -200_000i128..=200_000, 1 => coefficient()];
    let four = [number(), number(), number(), number()];
    (four, prop_oneof![9 => Just(0u32), 1 => Just(1u32)])
        .prop_map(count)
        .boxed()
}

/// One operator on one argument, on all that is known of it.
fn one(argument: &Known, f: impl Fn(&Eval) -> Eval) -> Result<(), TestCaseError> {
    let before = f(&argument.before);
    for now in [&argument.now, &argument.inside] {
        let after = f(now);
        prop_assert!(narrows(&before, &after), "{before:?}\n{now:?} {after:?}");
    }
    Ok(())
}

/// One operator on two arguments, on all pairs of what is known of them.
fn two(left: &Known, right: &Known, f: impl Fn(&Eval, &Eval) -> Eval) -> Result<(), TestCaseError> {
    for known in [&left.before, &left.now, &left.inside] {
        one(right, |right| f(known, right))?;
    }
    for known in [&right.before, &right.now, &right.inside] {
        one(left, |left| f(left, known))?;
    }
    let whole = f(&left.before, &right.before);
    let after = f(&left.inside, &right.inside);
    prop_assert!(narrows(&whole, &after), "{whole:?}\n{after:?}");
    Ok(())
}

const MONEY: Unit = Unit::Money(Code(0));
const GRAMS: Unit = Unit::Quantity(Code(0));

/// Grams, kilograms, pounds and pieces. From grams to pounds not every amount converts.
fn units() -> CodeTable {
    let unit = |(code, dimension, factor): (&str, &str, &str)| CodeEntry {
        code: code.to_owned(),
        labels: Labels::default(),
        rows: Vec::new(),
        unit: Some(UnitInfo {
            symbol: None,
            dimension: Some(dimension.to_owned()),
            factor: factor.parse().ok(),
        }),
    };
    let all = [
        ("g", "mass", "1"),
        ("kg", "mass", "1000"),
        ("lb", "mass", "453.59237"),
        ("st", "pieces", "1"),
    ];
    CodeTable {
        name: "unit".to_owned(),
        codes: all.map(unit).into(),
        attributes: Vec::new(),
        dated: false,
    }
}

/// Rates to currency 0: of currency 1 one with an exact inverse, of currency 2 one without.
fn rates() -> Rates {
    let rate = |(currency, rate): (u32, &str)| Rate {
        currency: Code(currency),
        period: Period::default(),
        rate: rate.parse().unwrap(),
    };
    Rates {
        currencies: TableId(0),
        base: Code(0),
        rows: [(1, "0.0123456789"), (2, "8")].map(rate).into(),
    }
}

/// An element of a list, before and now.
type Element = ((Truth, Eval), (Truth, Eval));

/// Elements whose values and memberships become known.
fn elements(value: BoxedStrategy<Known>) -> impl Strategy<Value = Vec<Element>> {
    let truths = prop_oneof![
        2 => Just((Truth::True, Truth::True)),
        1 => Just((Truth::False, Truth::False)),
        1 => Just((Truth::Unknown, Truth::Unknown)),
        2 => Just((Truth::Unknown, Truth::True)),
        2 => Just((Truth::Unknown, Truth::False)),
    ];
    let element = (value, truths, 0u8..8).prop_map(|(value, (before, now), known)| match known {
        0 => ((before, Eval::Unknown(Reason::NotGiven)), (now, value.now)),
        1 => ((before, Eval::None), (now, Eval::None)),
        2 => ((before, value.before), (now, value.now)),
        3 => ((before, value.before), (now, value.inside)),
        _ => ((before, value.inside.clone()), (now, value.inside)),
    });
    prop::collection::vec(element, 0..5)
}

fn aggregate(
    elements: &[Element],
    f: impl Fn(Vec<(Truth, Eval)>) -> Eval,
) -> Result<(), TestCaseError> {
    let (before, now) = elements.iter().cloned().unzip();
    let (before, now) = (f(before), f(now));
    prop_assert!(narrows(&before, &now), "{before:?}\n{now:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sums_and_differences(left in amounts(MONEY), right in amounts(MONEY)) {
        two(&left, &right, add)?;
        two(&left, &right, sub)?;
    }

    #[test]
    fn products(left in amounts(MONEY), right in amounts(Unit::Plain)) {
        two(&left, &right, mul)?;
        two(&right, &left, mul)?;
    }

    #[test]
    fn quotients(left in amounts(MONEY), right in amounts(MONEY), places in 0u32..=10) {
        for rounding in ROUNDINGS {
            two(&left, &right, |a, b| rounded(a, Some(b), places, rounding))?;
            one(&left, |a| rounded(a, None, places, rounding))?;
        }
    }

    #[test]
    fn conversions(money in amounts(MONEY), other in amounts(Unit::Money(Code(1))), weight in amounts(GRAMS)) {
        let (units, rates, day) = (units(), rates(), Day::from_ymd(2020, 6, 15).unwrap());
        for to in (0..3).map(Code) {
            one(&money, |a| convert_money(a, to, Some(&rates), day))?;
            one(&other, |a| convert_money(a, to, Some(&rates), day))?;
        }
        for to in (0..4).map(Code) {
            one(&weight, |a| convert_quantity(a, to, Some(&units)))?;
        }
        one(&money, number_of)?;
    }

    #[test]
    fn comparisons(left in amounts(MONEY), right in amounts(MONEY), first in some_days(), last in some_days()) {
        let ops = [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];
        for op in ops {
            two(&left, &right, |a, b| Eval::truth(compare(op, a, b)))?;
            two(&first, &last, |a, b| Eval::truth(compare(op, a, b)))?;
        }
    }

    #[test]
    fn days_and_durations(day in some_days(), other in some_days(), months in counts(), more in counts()) {
        two(&day, &other, days_between)?;
        two(&day, &other, earlier)?;
        two(&day, &other, later)?;
        one(&day, end_of_month)?;
        one(&day, end_of_year)?;
        for known in [&more.before, &more.now, &more.inside] {
            two(&day, &months, |a, b| add_duration(a, b, known))?;
        }
        for known in [&months.before, &months.now, &months.inside] {
            two(&day, &more, |a, b| add_duration(a, known, b))?;
        }
    }

    #[test]
    fn aggregates(amounts in elements(amounts(MONEY)), days in elements(some_days())) {
        let truths = |all: Vec<(Truth, Eval)>| count(all.into_iter().map(|(truth, _)| truth));
        aggregate(&amounts, truths)?;
        aggregate(&amounts, |all| sum(all, Some(MONEY)))?;
        aggregate(&amounts, |all| sum(all, None))?;
        for some in [&amounts, &days] {
            aggregate(some, least)?;
            aggregate(some, greatest)?;
        }
    }
}

fn money(text: &str) -> Value {
    Value::Money(text.parse().unwrap(), Code(0))
}

fn plain(text: &str) -> Eval {
    Eval::Value(Value::Number(text.parse().unwrap()))
}

#[test]
fn amounts_of_one_unit_add_up_and_others_do_not() {
    let money = |n, c| Eval::Value(Value::Money(Number::from_i64(n), Code(c)));
    assert_eq!(add(&money(2, 0), &money(3, 0)), money(5, 0));
    let differ = Eval::Unknown(Reason::UnitsDiffer);
    assert_eq!(add(&money(2, 0), &money(3, 1)), differ);
}

/// The ends are 0 and 5, which multiply by anything; the two summands do not.
#[test]
fn a_product_of_what_lies_between_the_ends_counts() {
    let member = |text| (Truth::Unknown, Eval::Value(money(text)));
    let open = sum(
        [member("0.1234567891"), member("4.8765432109")],
        Some(MONEY),
    );
    assert_eq!(
        open.ends(),
        Ok((&money("0"), &money("5"))),
        "an interval with plain ends"
    );
    let rate = plain("0.1234567891");
    let once = mul(&open, &rate);
    assert!(once.ends().is_ok(), "20 decimal places fit: {once:?}");
    let too_large = Eval::Unknown(Reason::TooLarge);
    assert_eq!(mul(&once, &rate), too_large);
    let ends = mul(&mul(&Eval::Value(money("5")), &rate), &rate);
    assert!(ends.ends().is_ok(), "the end alone fits: {ends:?}");
}

/// 10^28 and one fit, and 10^28 and a half do not: of two halves that may be there, one may be.
#[test]
fn a_sum_says_nothing_where_a_part_of_it_would_not_fit() {
    let large = Eval::Value(Value::Number(
        Number::from_parts(10i128.pow(28), 0).unwrap(),
    ));
    let of = |first, second| {
        let members = [
            (Truth::True, large.clone()),
            (first, plain("0.5")),
            (second, plain("0.5")),
        ];
        sum(members, None)
    };
    let too_large = Eval::Unknown(Reason::TooLarge);
    assert_eq!(of(Truth::True, Truth::True), add(&large, &plain("1")));
    assert_eq!(of(Truth::True, Truth::False), too_large);
    assert_eq!(of(Truth::Unknown, Truth::Unknown), too_large);
    let largest = [(Truth::True, plain("0.5")), (Truth::Unknown, large)];
    assert_eq!(greatest(largest), too_large);
}

/// What does lie between is kept: no more is refused than has to be.
#[test]
fn an_interval_that_can_be_computed_is() {
    let open = Eval::between(money("1"), money("2.5"), 2);
    let doubled = mul(&open, &plain("2"));
    assert_eq!(doubled, Eval::between(money("2"), money("5"), 2));
    let third = rounded(&open, Some(&plain("3")), 2, Rounding::HalfUp);
    assert_eq!(third, Eval::between(money("0.33"), money("0.83"), 2));
    let whole = rounded(&open, None, 0, Rounding::Down);
    assert_eq!(whole, Eval::between(money("1"), money("2"), 0));
    assert_eq!(
        rounded(
            &Eval::between(money("1"), money("1.4"), 1),
            None,
            0,
            Rounding::HalfUp
        ),
        Eval::Value(money("1")),
        "one value where all round to it"
    );
}
