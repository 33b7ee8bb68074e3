//! What a test says of a key, with what it reads besides the key worked out before.

use crate::check::rules::{CompareOp, Quantity};
use crate::facts::key::Key;
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::prefixes::Prefixes;
use crate::schema::table::NamedList;

/// Whether a code is in a mask of codes.
#[inline]
pub(super) fn holds(codes: u64, key: Key) -> bool {
    (0..i64::from(u64::BITS)).contains(&key.0) && codes >> key.0 & 1 == 1
}

/// Whether a tariff code is in one of the stretches.
#[inline]
pub(super) fn under(stretches: &[(i64, i64)], key: Key) -> bool {
    let after = stretches.partition_point(|(first, _)| *first <= key.0);
    let found = after.checked_sub(1).and_then(|at| stretches.get(at));
    found.is_some_and(|(_, last)| key.0 <= *last)
}

fn ask_compare(op: CompareOp, left: Key, right: Key) -> Option<Truth> {
    if left == Key::NONE || right == Key::NONE {
        return Some(Truth::False);
    }
    if right == Key::LOOK {
        return None;
    }
    if left == Key::UNKNOWN || right == Key::UNKNOWN {
        return Some(Truth::Unknown);
    }
    Some(Truth::from(op.holds(left, right)))
}

/// What is said of a code, the other facts being what they are.
#[inline]
pub(super) fn told_of(
    key: Key,
    told: &[Option<Truth>],
    below: usize,
    step: usize,
) -> Option<Truth> {
    let at = key.place().checked_mul(step)?.checked_add(below)?;
    *told.get(at)?
}

fn ask_text(left: Key, right: Key, negated: bool) -> Option<Truth> {
    let op = match negated {
        true => CompareOp::Ne,
        false => CompareOp::Eq,
    };
    match left == right && !left.is_special() && left.is_digest() {
        true => None,
        false => ask_compare(op, left, right),
    }
}

fn ask_has(set: Key, code: Key) -> Option<Truth> {
    // None is never held, not even by a set that is unknown.
    if set == Key::NONE || code == Key::NONE {
        return Some(Truth::False);
    }
    if set == Key::UNKNOWN || code == Key::UNKNOWN {
        return Some(Truth::Unknown);
    }
    let set = u64::try_from(set.0).ok()?;
    (!code.is_special()).then(|| Truth::from(holds(set, code)))
}

fn ask_some(quantity: Quantity, set: Key, told: &[Option<bool>]) -> Option<Truth> {
    let mut rest = match set {
        Key::UNKNOWN => return Some(Truth::Unknown),
        Key::NONE => 0,
        key => u64::try_from(key.0).ok()?,
    };
    let (mut some, mut every) = (false, true);
    while rest != 0 {
        let says = *told.get(rest.trailing_zeros() as usize + 2)?;
        rest &= rest - 1;
        some |= says?;
        every &= says?;
    }
    match quantity {
        Quantity::Any => Some(Truth::from(some)),
        Quantity::No => Some(Truth::from(!some)),
        Quantity::Every => Some(Truth::from(every)),
        Quantity::Exactly(_) | Quantity::AtLeast(_) => None,
    }
}

/// A test with what it reads besides the key.
#[derive(Clone, Copy)]
pub(super) enum Asked<'t> {
    Flag,
    IsNone,
    OneOf {
        codes: u64,
        negated: bool,
    },
    Has(u64),
    HasCode(Key),
    Compare(CompareOp, Key),
    Text {
        other: Key,
        negated: bool,
    },
    Under {
        stretches: &'t [(i64, i64)],
        negated: bool,
    },
    Among {
        keys: &'t [Key],
        negated: bool,
    },
    Listed {
        list: &'t NamedList,
        prefixes: &'t Prefixes,
        day: Day,
        negated: bool,
    },
    Told(&'t [Option<Truth>]),
    /// What is said where the other facts are what they are; the same for each of their places.
    ToldOf {
        told: &'t [Option<Truth>],
        below: usize,
        step: usize,
    },
    Some(Quantity, &'t [Option<bool>]),
}

impl Asked<'_> {
    /// What it says of a key; nothing where the key says too little.
    #[inline(always)]
    pub(super) fn ask(self, key: Key) -> Option<Truth> {
        if key.is_special() {
            return self.ask_special(key);
        }
        let known = match self {
            Asked::Flag => key == Key(1),
            Asked::IsNone => false,
            Asked::OneOf { codes, negated } => holds(codes, key) != negated,
            Asked::Has(codes) => key.0.cast_unsigned() & codes != 0,
            Asked::Compare(op, other) if !other.is_special() => op.holds(key, other),
            Asked::Compare(op, other) => return ask_compare(op, key, other),
            Asked::Text { other, negated } => return ask_text(key, other, negated),
            Asked::Under { stretches, negated } => under(stretches, key) != negated,
            Asked::Among { keys, negated } => match keys.binary_search(&key) {
                // Another long text may have the same key.
                Ok(_) if key.is_digest() => return None,
                found => found.is_ok() != negated,
            },
            Asked::Listed {
                list,
                prefixes,
                day,
                negated,
            } => {
                let code = u64::try_from(key.0).ok()?;
                prefixes.find(list, code, day).is_some() != negated
            }
            Asked::HasCode(code) => return ask_has(key, code),
            Asked::Told(told) => return *told.get(key.place())?,
            Asked::ToldOf { told, below, step } => return told_of(key, told, below, step),
            Asked::Some(quantity, told) => return ask_some(quantity, key, told),
        };
        Some(Truth::from(known))
    }

    /// What it says of a fact that is unknown, none, or has to be looked at.
    pub(super) fn ask_special(self, key: Key) -> Option<Truth> {
        if key == Key::LOOK {
            // What has to be looked at is a value.
            return matches!(self, Asked::IsNone).then_some(Truth::False);
        }
        let unknown = key == Key::UNKNOWN;
        match self {
            Asked::IsNone if unknown => Some(Truth::Unknown),
            Asked::IsNone => Some(Truth::True),
            Asked::Compare(op, other) => ask_compare(op, key, other),
            Asked::Text { other, negated } => ask_text(key, other, negated),
            Asked::HasCode(code) => ask_has(key, code),
            Asked::Told(told) => *told.get(key.place())?,
            Asked::ToldOf { told, below, step } => told_of(key, told, below, step),
            Asked::Some(quantity, told) => ask_some(quantity, key, told),
            _ if unknown => Some(Truth::Unknown),
            _ => Some(Truth::False),
        }
    }
}
