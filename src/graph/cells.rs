//! The cells of a field: unknown, none, and the elementary intervals or codes into which the
//! constants that rules compare it with cut its domain.
//!
//! Numbers, days and tariff codes are cut by one mechanism: each value becomes an integer of
//! twice its size, odd where it lies strictly between two whole steps, so that "less than 5",
//! "5" and "more than 5" are three intervals of integers. A fact that lies in no cell, such as
//! a tariff code too short to tell or an amount in another currency, is said to be odd, and its
//! tests are evaluated one by one.

use crate::facts::arith::Unit;
use crate::ground::day::Day;
use crate::ground::number::{Number, power_of_ten};
use crate::schema::value::{Code, Fact, FieldId, Hs, Value};
use std::sync::Arc;

/// What is cut into cells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis {
    /// The as-of date.
    AsOf,
    /// A field.
    Field(FieldId),
    /// Which of these codes a set field holds.
    Codes(FieldId, Vec<Code>),
}

/// The cell of an unknown fact.
pub const UNKNOWN: u32 = 0;
/// The cell of a fact that is none.
pub const NONE: u32 = 1;
/// The first cell of a fact with a value.
pub const FIRST: u32 = 2;
/// Not a cell: the fact's tests are evaluated one by one.
pub const ODD: u32 = u32::MAX >> 1;

/// How facts with a value are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// False, then true.
    Bools,
    /// By number of the code, its cell; codes that no rule names share one.
    Codes {
        /// By number of the code.
        cells: Vec<u32>,
        /// The codes that have cells of their own, in the order of those cells.
        named: Vec<Code>,
    },
    /// Numbers and amounts of one unit.
    Numbers {
        /// The unit; amounts in another one are odd.
        unit: Unit,
        /// The decimal places of the finest cut.
        places: u32,
        /// The least key of each cell but the first.
        cuts: Vec<i64>,
    },
    /// Days.
    Days {
        /// The least key of each cell but the first.
        cuts: Vec<i64>,
    },
    /// Tariff codes; the keys are ten-digit codes.
    Tariff {
        /// The least key of each cell but the first.
        cuts: Vec<i64>,
    },
    /// Texts that rules name; the others share one cell.
    Texts(Vec<Arc<str>>),
    /// Sets, by which of these codes they hold; each is one bit of the cell.
    Sets(Vec<Code>),
}

/// The place of a key among cuts.
#[inline]
fn cell_of_key(cuts: &[i64], key: i64) -> u32 {
    let at = cuts.partition_point(|cut| *cut <= key);
    FIRST + u32::try_from(at).unwrap_or(0)
}

/// The key of a number, in units of half a step of that many decimal places.
#[inline]
pub fn number_key(number: Number, places: u32) -> i64 {
    let (mantissa, scale) = number.parts();
    // Nearly all amounts are small and no finer than the cuts.
    if let (Ok(small), Some(up)) = (
        i64::try_from(mantissa),
        places.checked_sub(scale).and_then(power_of_ten),
    ) && let Some(key) = small.checked_mul(up).and_then(|key| key.checked_mul(2))
    {
        return key;
    }
    let limit = i128::from(i64::MAX);
    let key = if scale <= places {
        let up = power_of_ten(places - scale).unwrap_or(i64::MAX);
        mantissa.saturating_mul(i128::from(up)).saturating_mul(2)
    } else {
        match 10i128.checked_pow(scale - places) {
            Some(down) => {
                let whole = mantissa.div_euclid(down).saturating_mul(2);
                whole + i128::from(mantissa.rem_euclid(down) != 0)
            }
            None => i128::from(mantissa < 0) * -2 + 1,
        }
    };
    i64::try_from(key.clamp(-limit, limit)).unwrap_or(i64::MAX)
}

/// The key of a day.
#[inline]
pub fn day_key(day: Day) -> i64 {
    i64::from(day.number()) * 2
}

impl Domain {
    /// The cell of a key among cuts.
    pub fn cell_at(cuts: &[i64], key: i64) -> u32 {
        cell_of_key(cuts, key)
    }

    /// How many cells there are, those of unknown and none included.
    pub fn cells(&self) -> u32 {
        let values = match self {
            Domain::Bools => 2,
            Domain::Codes { named, .. } => named.len() + 1,
            Domain::Numbers { cuts, .. } | Domain::Days { cuts } | Domain::Tariff { cuts } => {
                cuts.len() + 1
            }
            Domain::Texts(texts) => texts.len() + 1,
            Domain::Sets(codes) => 1 << codes.len(),
        };
        FIRST + u32::try_from(values).unwrap_or(0)
    }

    /// The cell of a fact; [`ODD`] where it is in none.
    #[inline]
    pub fn cell(&self, fact: &Fact) -> u32 {
        match fact {
            Fact::Unknown => UNKNOWN,
            Fact::None => NONE,
            Fact::Value(value) => self.cell_of(value),
        }
    }

    /// The cell of a value; [`ODD`] where it is in none.
    #[inline]
    pub fn cell_of(&self, value: &Value) -> u32 {
        match (self, value) {
            (Domain::Bools, Value::Bool(value)) => FIRST + u32::from(*value),
            (Domain::Codes { cells, .. }, Value::Code(code)) => {
                cells.get(code.0 as usize).copied().unwrap_or(FIRST)
            }
            (Domain::Numbers { unit, places, cuts }, value) => {
                let (number, of) = match value {
                    Value::Number(number) => (*number, Unit::Plain),
                    Value::Money(number, code) => (*number, Unit::Money(*code)),
                    Value::Quantity(number, code) => (*number, Unit::Quantity(*code)),
                    _ => return ODD,
                };
                if of == *unit {
                    cell_of_key(cuts, number_key(number, *places))
                } else {
                    ODD
                }
            }
            (Domain::Days { cuts }, Value::Date(day)) => cell_of_key(cuts, day_key(*day)),
            (Domain::Tariff { cuts }, Value::Hs(code)) => cell_of_tariff(cuts, *code),
            (Domain::Texts(texts), Value::Text(text)) => {
                match texts.binary_search_by(|have| have.as_ref().cmp(text)) {
                    Ok(at) => FIRST + 1 + u32::try_from(at).unwrap_or(0),
                    Err(_) => FIRST,
                }
            }
            (Domain::Sets(codes), Value::Set(set)) => {
                let bits = (0u32..).zip(codes);
                let mask = bits.fold(0, |mask, (bit, code)| {
                    mask | (u32::from(set.binary_search(code).is_ok()) << bit)
                });
                FIRST + mask
            }
            _ => ODD,
        }
    }

    /// A value of the cell, for working out what holds there; none where no such value can be
    /// made, and then nothing is said about the cell.
    pub fn representative(&self, cell: u32, other: &[Code]) -> Option<Value> {
        let at = cell.checked_sub(FIRST)? as usize;
        match self {
            Domain::Bools => Some(Value::Bool(at == 1)),
            Domain::Codes { named, .. } => match at.checked_sub(1) {
                Some(at) => named.get(at).copied().map(Value::Code),
                None => Some(Value::Code(unnamed(named, other))),
            },
            Domain::Numbers { unit, places, cuts } => {
                let number = Number::from_parts(i128::from(key_in(cuts, at)) * 5, places + 1)?;
                Some(match unit {
                    Unit::Plain => Value::Number(number),
                    Unit::Money(code) => Value::Money(number, *code),
                    Unit::Quantity(code) => Value::Quantity(number, *code),
                })
            }
            Domain::Days { cuts } => {
                // Days are whole: after a cut behind a day the next day is the first.
                let key = key_in(cuts, at) + i64::from(at > 0);
                let number = key
                    .div_euclid(2)
                    .clamp(i64::from(Day::MIN.number()), i64::from(Day::MAX.number()));
                Day::from_number(i32::try_from(number).ok()?).map(Value::Date)
            }
            Domain::Tariff { cuts } => {
                let key = key_in(cuts, at).max(0);
                format!("{key:010}").parse::<Hs>().ok().map(Value::Hs)
            }
            Domain::Texts(texts) => match at.checked_sub(1) {
                Some(at) => texts.get(at).map(|text| Value::Text(text.clone().into())),
                None => Some(Value::Text(unnamed_text(texts).into())),
            },
            Domain::Sets(codes) => {
                let held = codes
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| at >> bit & 1 == 1);
                Some(Value::Set(held.map(|(_, code)| *code).collect()))
            }
        }
    }

    /// The bytes it takes.
    pub fn bytes(&self) -> usize {
        match self {
            Domain::Bools => 0,
            Domain::Codes { cells, named } => (cells.len() + named.len()) * 4,
            Domain::Numbers { cuts, .. } | Domain::Days { cuts } | Domain::Tariff { cuts } => {
                cuts.len() * 8
            }
            Domain::Texts(texts) => texts.iter().map(|text| text.len() + 16).sum(),
            Domain::Sets(codes) => codes.len() * 4,
        }
    }
}

/// Some key in the cell of that place: its first, or for the first cell the one before the
/// first cut.
fn key_in(cuts: &[i64], at: usize) -> i64 {
    match at.checked_sub(1) {
        Some(at) => cuts.get(at).copied().unwrap_or(0),
        None => cuts.first().map_or(0, |cut| cut - 1),
    }
}

/// A code that no rule names; one past all where rules name each of them.
fn unnamed(named: &[Code], other: &[Code]) -> Code {
    let free = other.iter().find(|code| !named.contains(code));
    free.copied().unwrap_or(Code(u32::MAX))
}

fn unnamed_text(texts: &[Arc<str>]) -> Arc<str> {
    // Longer than all of them, so equal to none.
    let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
    "x".repeat(longest + 1).into()
}

/// A code of fewer digits is all the ten-digit codes under it; where these lie in one cell every
/// prefix that cuts the domain holds all of them or none.
fn cell_of_tariff(cuts: &[i64], code: Hs) -> u32 {
    let key = |digits: u64| i64::try_from(digits).unwrap_or(i64::MAX);
    let cell = cell_of_key(cuts, key(code.first()));
    if code.digits() == 10 || cell_of_key(cuts, key(code.last())) == cell {
        cell
    } else {
        ODD
    }
}

/// Makes cuts of the constants that rules compare a field with.
#[derive(Debug, Clone, Copy)]
pub struct Cuts;

impl Cuts {
    /// The keys of numbers, with the decimal places that they need; nothing where one does not fit.
    pub fn number_keys(numbers: &[Number]) -> Option<(u32, Vec<i64>)> {
        let places = numbers
            .iter()
            .map(|number| number.parts().1)
            .max()
            .unwrap_or(0);
        let mut cuts = Vec::with_capacity(numbers.len() * 2);
        for number in numbers {
            let key = number.scaled(places)?.checked_mul(2)?;
            // Room is left so that a saturated key lies beyond every cut.
            if !(-(1 << 61)..1 << 61).contains(&key) {
                return None;
            }
            cuts.extend([key, key + 1]);
        }
        cuts.sort_unstable();
        cuts.dedup();
        Some((places, cuts))
    }

    /// The keys of numbers in the measure of a domain.
    pub fn number_keys_at(numbers: &[Number], domain: &Domain) -> Vec<i64> {
        let Domain::Numbers { places, .. } = domain else {
            return Vec::new();
        };
        numbers
            .iter()
            .map(|number| number_key(*number, *places))
            .flat_map(|key| [key, key + 1])
            .collect()
    }

    /// The keys of days.
    pub fn day_keys(days: &[Day]) -> Vec<i64> {
        let mut cuts: Vec<i64> = days
            .iter()
            .flat_map(|d| [day_key(*d), day_key(*d) + 1])
            .collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// The keys of prefixes.
    pub fn tariff_keys(prefixes: &[Hs]) -> Vec<i64> {
        let key = |digits: u64| i64::try_from(digits).unwrap_or(i64::MAX);
        let ends = prefixes
            .iter()
            .flat_map(|p| [key(p.first()), key(p.last()) + 1]);
        let mut cuts: Vec<i64> = ends.collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn a_representative_lies_in_its_cell() {
        let (places, cuts) =
            Cuts::number_keys(&[number("5"), number("7.25"), number("-1")]).unwrap();
        let numbers = Domain::Numbers {
            unit: Unit::Plain,
            places,
            cuts,
        };
        let days = Domain::Days {
            cuts: Cuts::day_keys(&[Day::from_number(100).unwrap()]),
        };
        let prefixes: Vec<Hs> = ["84", "8471", "01"].map(|p| p.parse().unwrap()).to_vec();
        let tariff = Domain::Tariff {
            cuts: Cuts::tariff_keys(&prefixes),
        };
        for domain in [
            numbers,
            tariff,
            Domain::Sets(vec![Code(1), Code(5)]),
            Domain::Bools,
        ] {
            for cell in FIRST..domain.cells() {
                let value = domain.representative(cell, &[]).unwrap();
                assert_eq!(domain.cell_of(&value), cell, "{domain:?} {value:?}");
            }
        }
        // Days have no value strictly between two neighbours, and the cell is never asked for one.
        assert_eq!(
            days.cell_of(&Value::Date(Day::from_number(100).unwrap())),
            FIRST + 1
        );
        assert_eq!(
            days.cell_of(&Value::Date(Day::from_number(101).unwrap())),
            FIRST + 2
        );
    }

    #[test]
    fn finer_numbers_than_the_cuts_fall_between_them() {
        let (places, cuts) = Cuts::number_keys(&[number("5")]).unwrap();
        let domain = Domain::Numbers {
            unit: Unit::Plain,
            places,
            cuts,
        };
        let cell = |text| domain.cell_of(&Value::Number(number(text)));
        assert_eq!(
            (cell("4.9999"), cell("5"), cell("5.0001")),
            (FIRST, FIRST + 1, FIRST + 2)
        );
        assert_eq!(
            (cell("-0.1"), cell("999999999999999999")),
            (FIRST, FIRST + 2)
        );
    }

    #[test]
    fn a_tariff_code_too_short_to_tell_is_odd() {
        let prefixes: Vec<Hs> = vec!["8471".parse().unwrap()];
        let domain = Domain::Tariff {
            cuts: Cuts::tariff_keys(&prefixes),
        };
        let cell = |text: &str| domain.cell_of(&Value::Hs(text.parse().unwrap()));
        assert_eq!(cell("84"), ODD);
        assert_eq!(cell("8471"), cell("8471300000"));
        assert_eq!(cell("8472"), cell("9999999999"));
    }
}
