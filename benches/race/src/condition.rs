//! The rules in the languages of the peers.
//!
//! Every peer is given codes as integers, amounts as integers of fen, days as numbers, tariff codes
//! as four integers of 2, 4, 6 and 8 digits, and licences as one flag each: of the forms that were
//! tried, these are the ones in which the peers are fastest.

use crate::race::{CODE_NAMES, Declaration, LICENCES, NUMBER_NAMES, NaiveRule, Pred};
use std::collections::BTreeMap;

/// A field that a condition names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    Code(usize),
    Number(usize),
    /// The first so many digits of the tariff code: 2, 4, 6 or 8.
    Prefix(u8),
    Licence(u16),
    Guarantee,
}

/// The names of the fields by their places.
const NAMES: [&str; 30] = [
    "zone",
    "zone_type",
    "line",
    "direction",
    "business",
    "mode",
    "origin",
    "value",
    "quantity",
    "credit",
    "date",
    "ytd",
    "in_zone",
    "hs2",
    "hs4",
    "hs6",
    "hs8",
    "licence_0",
    "licence_1",
    "licence_2",
    "licence_3",
    "licence_4",
    "licence_5",
    "licence_6",
    "licence_7",
    "licence_8",
    "licence_9",
    "licence_10",
    "licence_11",
    "guarantee",
];

/// How many digits of the tariff code rules name.
pub const PREFIXES: [u8; 4] = [2, 4, 6, 8];

impl Field {
    /// All fields, in one order for every peer.
    pub fn all() -> impl Iterator<Item = Field> {
        let codes = (0..CODE_NAMES.len()).map(Field::Code);
        let numbers = (0..NUMBER_NAMES.len()).map(Field::Number);
        let prefixes = PREFIXES.into_iter().map(Field::Prefix);
        let licences = (0..LICENCES).map(Field::Licence);
        let all = codes.chain(numbers).chain(prefixes).chain(licences);
        all.chain([Field::Guarantee])
    }

    /// Its place in [`Field::all`].
    pub fn place(self) -> usize {
        match self {
            Field::Code(at) => at,
            Field::Number(at) => 7 + at,
            Field::Prefix(digits) => 13 + usize::from(digits / 2 - 1),
            Field::Licence(bit) => 17 + usize::from(bit),
            Field::Guarantee => 29,
        }
    }

    /// An identifier in every peer's language.
    pub fn name(self) -> &'static str {
        NAMES[self.place()]
    }

    /// Whether it holds a truth value; the others hold integers.
    pub fn is_flag(self) -> bool {
        matches!(self, Field::Licence(_) | Field::Guarantee)
    }

    /// Its value in a declaration; a flag is 0 or 1.
    pub fn value(self, d: &Declaration) -> i64 {
        match self {
            Field::Code(at) => i64::from(d.codes[at]),
            Field::Number(at) => d.numbers[at],
            Field::Prefix(digits) => (d.hs / 10u64.pow(10 - u32::from(digits))) as i64,
            Field::Licence(bit) => i64::from(d.licences >> bit & 1),
            Field::Guarantee => i64::from(d.guarantee),
        }
    }
}

/// A condition on one field, or alternatives on several.
#[derive(PartialEq, Eq, Debug)]
pub enum Condition {
    Is(Field, i64),
    Among(Field, Vec<i64>),
    /// At least the first and below the second, where they are given.
    Range(Field, Option<i64>, Option<i64>),
    Flag(Field, bool),
    /// Prefixes of different lengths.
    Either(Vec<Condition>),
}

/// The conditions of a rule, all of which must hold; ranges of one field are one condition, and what
/// is said twice is said once.
pub fn conditions(rule: &NaiveRule) -> Vec<Condition> {
    let mut all: Vec<Condition> = Vec::new();
    for pred in &rule.header {
        match pred {
            Pred::Is(field, code) => all.push(Condition::Is(Field::Code(*field), (*code).into())),
            Pred::In(field, codes) => {
                let codes = codes.iter().map(|code| i64::from(*code)).collect();
                all.push(among(Field::Code(*field), codes));
            }
            Pred::Under(prefixes) => all.push(under(prefixes)),
            Pred::AtLeast(field, n) => range(&mut all, Field::Number(*field), Some(*n), None),
            Pred::Below(field, n) => range(&mut all, Field::Number(*field), None, Some(*n)),
            Pred::Has(bit) => all.push(Condition::Flag(Field::Licence(*bit), true)),
            Pred::Lacks(bit) => all.push(Condition::Flag(Field::Licence(*bit), false)),
            Pred::Guarantee(is) => all.push(Condition::Flag(Field::Guarantee, *is)),
            Pred::ItemUnder(..) | Pred::ItemAtLeast(_) => {
                unreachable!("rules on items are not raced: several peers have no such rules")
            }
        }
        if let Some((last, others)) = all.split_last()
            && others.contains(last)
        {
            all.pop();
        }
    }
    all
}

/// Narrows the range of the field that is there already, or adds one.
fn range(all: &mut Vec<Condition>, field: Field, from: Option<i64>, until: Option<i64>) {
    for condition in all.iter_mut() {
        if let Condition::Range(known, known_from, known_until) = condition
            && *known == field
        {
            *known_from = (*known_from).max(from);
            *known_until = match (*known_until, until) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            return;
        }
    }
    all.push(Condition::Range(field, from, until));
}

fn among(field: Field, mut values: Vec<i64>) -> Condition {
    values.sort_unstable();
    values.dedup();
    match values.as_slice() {
        [one] => Condition::Is(field, *one),
        _ => Condition::Among(field, values),
    }
}

fn under(prefixes: &[(u64, u8)]) -> Condition {
    let mut by_digits: BTreeMap<u8, Vec<i64>> = BTreeMap::new();
    for (prefix, digits) in prefixes {
        by_digits.entry(*digits).or_default().push(*prefix as i64);
    }
    let one = |(digits, values)| among(Field::Prefix(digits), values);
    let mut all: Vec<Condition> = by_digits.into_iter().map(one).collect();
    if all.len() == 1 {
        all.remove(0)
    } else {
        Condition::Either(all)
    }
}

/// Integers with a separator.
pub fn joined(values: &[i64], separator: &str) -> String {
    let texts: Vec<String> = values.iter().map(i64::to_string).collect();
    texts.join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_twice_is_said_once() {
        let rule = NaiveRule {
            header: vec![
                Pred::Is(0, 3),
                Pred::AtLeast(1, 5),
                Pred::Is(0, 3),
                Pred::Below(1, 9),
                Pred::AtLeast(1, 7),
                Pred::Below(1, 20),
            ],
            item: Vec::new(),
        };
        let number = Field::Number(1);
        let expected = [
            Condition::Is(Field::Code(0), 3),
            Condition::Range(number, Some(7), Some(9)),
        ];
        assert_eq!(conditions(&rule), expected);
    }

    #[test]
    fn prefixes_are_told_apart_by_their_length() {
        let one_length = under(&[(8, 2), (1, 2), (8, 2)]);
        assert_eq!(one_length, Condition::Among(Field::Prefix(2), vec![1, 8]));
        let two = [
            Condition::Is(Field::Prefix(2), 8),
            Condition::Is(Field::Prefix(6), 11_100),
        ];
        assert_eq!(under(&[(11_100, 6), (8, 2)]), Condition::Either(two.into()));
    }

    #[test]
    fn every_field_has_its_place() {
        let places: Vec<usize> = Field::all().map(Field::place).collect();
        assert_eq!(places, (0..30).collect::<Vec<_>>());
    }
}
