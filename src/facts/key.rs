//! A fact as one integer, worked out when the fact is read, so that judging need not look at it
//! to know in which cell it lies.
//!
//! Keys order as values do: numbers and amounts are counted in half steps of six decimal places
//! (odd where they lie between two), days and tariff codes by their number. Keys of texts have no order;
//! those of long ones differ where the texts do, but not always. A key stands for its value within one field of
//! one unit only; what has none is looked at itself.

use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::value::{Code, Fact, Hs, Value};

/// A fact as one integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Key(pub i64);

/// The decimal places that keys of numbers are exact to.
pub const PLACES: u32 = 6;
/// By decimal places of a number, how many half steps each unit of its last place is.
const UP: [i64; PLACES as usize + 1] = [2_000_000, 200_000, 20_000, 2_000, 200, 20, 2];
/// Codes from this on have no bit in the key of a set.
pub const SET_BITS: u32 = 62;
/// The longest text that is its own key, in bytes.
const SHORT_TEXT: usize = 6;
/// What stands in the place of the length in the key of a longer one.
const DIGEST: i64 = 7;
/// How many keys of a header stand together.
pub(crate) const QUAD: usize = 4;
/// Keys of values stay within this of zero.
const REACH: i64 = 1 << 62;

impl Key {
    /// That of a fact that is unknown.
    pub const UNKNOWN: Key = Key(i64::MIN);
    /// That of none.
    pub const NONE: Key = Key(i64::MIN + 1);
    /// That of a value which has no key.
    pub const LOOK: Key = Key(i64::MIN + 2);

    /// The key of a fact.
    #[inline]
    pub fn of(fact: &Fact) -> Key {
        match fact {
            Fact::Unknown => Key::UNKNOWN,
            Fact::None => Key::NONE,
            Fact::Value(value) => Key::of_value(value),
        }
    }

    fn of_value(value: &Value) -> Key {
        match value {
            Value::Bool(value) => Key(i64::from(*value)),
            Value::Code(code) => Key(i64::from(code.0)),
            Value::Number(number) | Value::Money(number, _) | Value::Quantity(number, _) => {
                Key::of_number(*number).unwrap_or(Key::LOOK)
            }
            Value::Date(day) => Key::of_day(*day),
            Value::Hs(code) => Key::of_hs(*code),
            Value::Set(codes) => Key::of_codes(codes),
            Value::Text(text) => Key::of_text(text),
        }
    }

    /// The key of a set of codes.
    pub fn of_codes(codes: &[Code]) -> Key {
        codes
            .iter()
            .try_fold(0i64, |bits, code| {
                (code.0 < SET_BITS).then(|| bits | 1 << code.0)
            })
            .map_or(Key::LOOK, Key)
    }

    /// The key of a tariff code, which a whole one has.
    #[inline]
    pub fn of_hs(code: Hs) -> Key {
        match (code.digits(), i64::try_from(code.first())) {
            (10, Ok(first)) => Key(first),
            _ => Key::LOOK,
        }
    }

    /// The key of a text: its bytes and how many there are, or a digest of one that is longer.
    #[inline]
    pub(crate) fn of_text(text: &str) -> Key {
        let bytes = text.as_bytes();
        if bytes.len() <= SHORT_TEXT {
            let packed = bytes
                .iter()
                .fold(0, |key, byte| key << 8 | i64::from(*byte));
            return Key(packed << 3 | i64::try_from(bytes.len()).unwrap_or(0));
        }
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        let words = words
            .iter()
            .chain([&last])
            .map(|word| u64::from_le_bytes(*word));
        let seed = bytes.len() as u64;
        let digest = words.fold(seed, |digest, word| {
            (digest.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        });
        Key(i64::try_from(digest >> 5).unwrap_or(0) << 3 | DIGEST)
    }

    /// Whether it is that of a long text: others may have the same one.
    #[inline]
    pub(crate) fn is_digest(self) -> bool {
        self.0 & 7 == DIGEST
    }

    /// The key of a day.
    #[inline]
    pub fn of_day(day: Day) -> Key {
        Key(i64::from(day.number()) * 2)
    }

    /// The day that a key of one stands for.
    pub(crate) fn to_day(self) -> Option<Day> {
        Day::from_number(i32::try_from(self.0 / 2).ok()?)
    }

    /// The key of a number; none where it has more decimal places than keys, or is too large.
    #[inline]
    pub fn of_number(number: Number) -> Option<Key> {
        let (mantissa, scale) = number.small_parts()?;
        let up = UP.get(scale as usize)?;
        let key = mantissa.checked_mul(*up)?;
        (-REACH..REACH).contains(&key).then_some(Key(key))
    }

    /// The place of a key among what is said of codes: first one that is unknown, then none, then the
    /// codes by number. That of a key of no code is behind them all.
    #[inline]
    pub(crate) fn place(self) -> usize {
        let from_unknown = self.0.wrapping_sub(Key::UNKNOWN.0).cast_unsigned();
        let place = match from_unknown < 2 {
            true => from_unknown,
            // One that has to be looked at is behind all codes.
            false => self.0.cast_unsigned().saturating_add(2),
        };
        usize::try_from(place).unwrap_or(usize::MAX)
    }

    /// Whether it says that the fact is unknown, none, or has to be looked at.
    #[inline]
    pub fn is_special(self) -> bool {
        self <= Key::LOOK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Key {
        Key::of(&Fact::Value(Value::Number(text.parse().unwrap())))
    }

    #[test]
    fn keys_of_numbers_order_as_they_do() {
        assert_eq!(number("1.50"), number("1.5"));
        assert!(number("-0.000001") < number("0") && number("0") < number("0.000001"));
        assert!(number("100000000000") > number("99999999999.99"));
    }

    #[test]
    fn what_has_no_key_is_looked_at() {
        assert_eq!(number("0.0000001"), Key::LOOK);
        assert_eq!(number("9999999999999.5"), Key::LOOK);
        let short: Hs = "8471".parse().unwrap();
        assert_eq!(Key::of(&Fact::Value(Value::Hs(short))), Key::LOOK);
        let far = Value::Set([Code(SET_BITS)].into());
        assert_eq!(Key::of(&Fact::Value(far)), Key::LOOK);
    }

    #[test]
    fn texts_have_keys_of_their_own_while_they_are_short() {
        let text = |text: &str| Key::of(&Fact::Value(Value::Text(text.into())));
        let texts = [
            "",
            "\0",
            "\0\0",
            "A",
            "A1",
            "1A",
            "A\0",
            "闸",
            "ABCDEF",
            "~~~~~~",
            "ABCDEFG",
            "沪A12345",
        ];
        for a in texts {
            for b in texts {
                assert_eq!(text(a) == text(b), a == b, "{a:?} {b:?}");
            }
            assert!(!text(a).is_special() && text(a).0 < REACH);
        }
        assert!(text("ABCDEFG").is_digest() && !text("ABCDEF").is_digest());
    }

    #[test]
    fn unknown_none_and_a_value_have_three_keys() {
        let set = |codes: &[Code]| Key::of(&Fact::Value(Value::Set(codes.into())));
        assert!(Key::UNKNOWN < Key::NONE && Key::NONE < Key::LOOK);
        assert!(Key::LOOK < number("-999999999999"));
        assert_eq!((set(&[]), set(&[Code(0), Code(3)])), (Key(0), Key(9)));
        assert!(!set(&[]).is_special() && Key::of(&Fact::None).is_special());
    }
}
