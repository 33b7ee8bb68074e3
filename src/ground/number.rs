//! Exact decimal numbers.
//!
//! The representation, reading, printing, ordering and rounding are `rust_decimal`'s: a
//! coefficient of 96 bits and 0 to 28 decimal places. That library rounds in silence where
//! a sum or a product does not fit; a legal limit must not be compared with a rounded
//! amount, so every operation here is exact or says that it can't be done. What can't be
//! done is *undetermined* in the language, with its reason.

use super::word::Digits;
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt::{self, Write as _};

mod sum;

pub(crate) use sum::ExactSum;

/// The most digits before the point that text from outside may have.
pub const MAX_INTEGER_DIGITS: usize = 18;
/// The most digits after the point that text from outside may have.
pub const MAX_PLACES: usize = 10;

/// An exact decimal number, kept in its shortest form: `1.50` is `1.5`.
///
/// ```
/// use kakou::ground::number::Number;
/// let price: Number = "0.1".parse().unwrap();
/// assert_eq!(price.add("0.2".parse().unwrap()).unwrap().to_string(), "0.3");
/// assert!("1e3".parse::<Number>().is_err());
/// assert!("1,000".parse::<Number>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Decimal);

/// How `rounded` treats what lies between.
///
/// ```
/// use kakou::ground::number::{Number, Rounding};
/// let half: Number = "2.5".parse().unwrap();
/// let rounded = |how| half.rounded(0, how).to_string();
/// assert_eq!(rounded(Rounding::HalfUp), "3");
/// assert_eq!(rounded(Rounding::HalfEven), "2");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Away from zero at the middle.
    HalfUp,
    /// To the even neighbour at the middle.
    HalfEven,
    /// Away from zero.
    Up,
    /// Toward zero.
    Down,
}

/// Why a text is no number.
///
/// ```
/// use kakou::ground::number::{NotANumber, Number};
/// assert_eq!("1,000".parse::<Number>(), Err(NotANumber::Shape));
/// assert_eq!("0.00000000001".parse::<Number>(), Err(NotANumber::TooLong));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotANumber {
    /// Not digits with at most one point and an optional leading minus.
    Shape,
    /// More digits than a number of this language may have.
    TooLong,
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotANumber::Shape => f.write_str("not a number written in digits, such as 1234.50"),
            NotANumber::TooLong => write!(
                f,
                "a number has at most {MAX_INTEGER_DIGITS} digits before the point and {MAX_PLACES} after it"
            ),
        }
    }
}
impl std::error::Error for NotANumber {}

/// Arithmetic that is exact, or says that it cannot be.
///
/// ```
/// use kakou::ground::number::Number;
/// let number = |text: &str| text.parse::<Number>().unwrap();
/// let duty = number("25000.05").mul(number("0.13")).unwrap();
/// assert_eq!(duty, number("3250.0065")); // No digit is lost.
/// let most = number("999999999999999999.9999999999");
/// assert_eq!(most.mul(most), None); // What does not fit is not rounded in silence.
/// ```
impl Number {
    /// Nothing.
    pub const ZERO: Number = Number(Decimal::ZERO);

    /// A whole number.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// assert_eq!(Number::from_i64(-12), "-12.00".parse().unwrap());
    /// assert_eq!(Number::from_i64(i64::MIN).to_i64(), Some(i64::MIN));
    /// ```
    pub fn from_i64(value: i64) -> Number {
        Number(Decimal::from(value))
    }

    /// `mantissa / 10^scale`, where that fits.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// assert_eq!(Number::from_parts(1500, 3), "1.5".parse().ok());
    /// assert_eq!(Number::from_parts(1, 29), None); // More than 28 decimal places
    /// assert_eq!(Number::from_parts(1 << 96, 0), None); // or 96 bits do not fit.
    /// ```
    pub fn from_parts(mantissa: i128, scale: u32) -> Option<Number> {
        let (mut mantissa, mut scale) = (mantissa, scale);
        // Nearly all numbers are small, and dividing small ones is far cheaper.
        if let Ok(mut small) = i64::try_from(mantissa) {
            // Most amounts have two places and come with six or none.
            while scale >= 4 && small % 10_000 == 0 {
                small /= 10_000;
                scale -= 4;
            }
            while scale > 0 && small % 10 == 0 {
                small /= 10;
                scale -= 1;
            }
            mantissa = i128::from(small);
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Decimal::try_from_i128_with_scale(mantissa, scale)
            .ok()
            .map(Number)
    }

    /// The coefficient and the number of decimal places, in shortest form.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// let number: Number = "-1.50".parse().unwrap();
    /// assert_eq!(number.parts(), (-15, 1));
    /// assert_eq!(Number::from_parts(-15, 1), Some(number));
    /// ```
    pub fn parts(self) -> (i128, u32) {
        (self.0.mantissa(), self.0.scale())
    }

    /// The number as an integer, where it is one that fits.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// let whole = |text: &str| text.parse::<Number>().unwrap().to_i64();
    /// assert_eq!(whole("12.00"), Some(12));
    /// assert_eq!(whole("12.5"), None); // Nothing is cut off.
    /// ```
    pub fn to_i64(self) -> Option<i64> {
        let (mantissa, scale) = self.parts();
        (scale == 0).then(|| i64::try_from(mantissa).ok()).flatten()
    }

    /// The number times `10^places`, where that is an integer that fits.
    pub(crate) fn scaled(self, places: u32) -> Option<i64> {
        let (mantissa, scale) = self.parts();
        let up = pow10(places.checked_sub(scale)?)?;
        i64::try_from(mantissa.checked_mul(up)?).ok()
    }

    /// Whether every number with at most so many decimal places that is no larger, signs aside,
    /// fits: this one would, were it written with all these places.
    pub(crate) fn fits_with(self, places: u32) -> bool {
        let fits = |digits: i128| digits.unsigned_abs() <= Decimal::MAX.mantissa().unsigned_abs();
        places <= Decimal::MAX_SCALE && self.written_with(places).is_some_and(fits)
    }

    /// The coefficient once the number is written with at least so many decimal places.
    fn written_with(self, places: u32) -> Option<i128> {
        let (mantissa, scale) = self.parts();
        mantissa.checked_mul(pow10(places.saturating_sub(scale))?)
    }

    /// The exact sum.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// let number = |text: &str| text.parse::<Number>().unwrap();
    /// assert_eq!(number("0.1").add(number("0.2")), Some(number("0.3")));
    /// let largest = Number::from_parts((1 << 96) - 1, 0).unwrap();
    /// assert_eq!(largest.add(number("0.1")), None); // The sum has too many digits.
    /// ```
    #[allow(clippy::should_implement_trait, reason = "it can fail")]
    pub fn add(self, other: Number) -> Option<Number> {
        let ((a, sa), (b, sb)) = (self.parts(), other.parts());
        let scale = sa.max(sb);
        let a = a.checked_mul(pow10(scale - sa)?)?;
        let b = b.checked_mul(pow10(scale - sb)?)?;
        Number::from_parts(a.checked_add(b)?, scale)
    }

    /// The exact difference.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// let number = |text: &str| text.parse::<Number>().unwrap();
    /// assert_eq!(number("26000.00").sub(number("27400")), Some(number("-1400")));
    /// let least = Number::from_parts(1 - (1 << 96), 0).unwrap();
    /// assert_eq!(least.sub(Number::from_i64(1)), None);
    /// ```
    #[allow(clippy::should_implement_trait, reason = "it can fail")]
    pub fn sub(self, other: Number) -> Option<Number> {
        self.add(other.neg())
    }

    /// The number with the other sign.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// assert_eq!("1.5".parse::<Number>().unwrap().neg().to_string(), "-1.5");
    /// assert_eq!(Number::ZERO.neg().to_string(), "0"); // There is one zero.
    /// ```
    #[allow(clippy::should_implement_trait, reason = "beside add and sub")]
    pub fn neg(self) -> Number {
        Number((-self.0).normalize())
    }

    /// The exact product.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// let number = |text: &str| text.parse::<Number>().unwrap();
    /// assert_eq!(number("260000").mul(number("0.035")), Some(number("9100")));
    /// let small = number("0.0000000001");
    /// assert_eq!(small.mul(small).and_then(|product| product.mul(small)), None); // 30 places.
    /// ```
    #[allow(clippy::should_implement_trait, reason = "it can fail")]
    pub fn mul(self, other: Number) -> Option<Number> {
        let ((a, sa), (b, sb)) = (self.parts(), other.parts());
        Number::from_parts(a.checked_mul(b)?, sa + sb)
    }

    /// `self / divisor` rounded once, from the exact quotient. Nothing for a divisor of zero
    /// or where a step does not fit.
    ///
    /// ```
    /// use kakou::ground::number::{Number, Rounding};
    /// let divided = |a, b| Number::from_i64(a).div_rounded(Number::from_i64(b), 2, Rounding::HalfUp);
    /// assert_eq!(divided(2, 3), "0.67".parse().ok());
    /// assert_eq!(divided(-2, 3), "-0.67".parse().ok());
    /// assert_eq!(divided(2, 0), None);
    /// ```
    pub fn div_rounded(self, divisor: Number, places: u32, rounding: Rounding) -> Option<Number> {
        let ((a, sa), (b, sb)) = (self.parts(), divisor.parts());
        if b == 0 {
            return None;
        }
        // The quotient scaled by 10^places is a * 10^(sb + places) / (b * 10^sa).
        let up = sb + places;
        let (numerator, denominator) = if up >= sa {
            (a.checked_mul(pow10(up - sa)?)?, b)
        } else {
            (a, b.checked_mul(pow10(sa - up)?)?)
        };
        Number::from_parts(quotient(numerator, denominator, rounding)?, places)
    }

    /// Whether [`div_rounded`](Number::div_rounded) has room for its work, whichever number with at
    /// most `own` decimal places that is no larger than this one is divided by whichever with at
    /// most `its` that is no larger than the divisor, signs aside. Whether the quotient fits is
    /// another matter.
    pub(crate) fn has_room_to_divide(
        self,
        own: u32,
        (divisor, its): (Number, u32),
        places: u32,
    ) -> bool {
        self.written_with(own.max(its + places)).is_some()
            && divisor
                .written_with(its.max(own.saturating_sub(places)))
                .is_some()
    }

    /// The number with at most that many decimal places.
    ///
    /// ```
    /// use kakou::ground::number::{Number, Rounding};
    /// let rounded = |text: &str, how| text.parse::<Number>().unwrap().rounded(2, how).to_string();
    /// assert_eq!(rounded("-2.345", Rounding::HalfUp), "-2.35");
    /// assert_eq!(rounded("-2.345", Rounding::Down), "-2.34");
    /// assert_eq!(rounded("2.3", Rounding::Up), "2.3"); // It is exact already.
    /// ```
    pub fn rounded(self, places: u32, rounding: Rounding) -> Number {
        let strategy = match rounding {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Up => RoundingStrategy::AwayFromZero,
            Rounding::Down => RoundingStrategy::ToZero,
        };
        Number(self.0.round_dp_with_strategy(places, strategy).normalize())
    }

    /// Prints with at least that many decimal places and with `,` between thousands, for people.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// let shown = |text: &str| text.parse::<Number>().unwrap().for_people(2);
    /// assert_eq!(shown("-1234567.5"), "-1,234,567.50");
    /// assert_eq!(shown("0.0375"), "0.0375"); // Digits that are there are not hidden.
    /// ```
    pub fn for_people(self, places: u32) -> String {
        let mut out = String::new();
        // Writing to memory does not fail.
        let _ = self.write_for_people(&mut out, places);
        out
    }

    /// Writes the same.
    pub(crate) fn write_for_people(self, out: &mut impl fmt::Write, places: u32) -> fmt::Result {
        let mut text = Written::default();
        write!(text, "{}", self.0.abs())?;
        let text = text.text();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        if self.0.is_sign_negative() && !self.0.is_zero() {
            out.write_char('-')?;
        }
        let digits = whole.len();
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (digits - i) % 3 == 0 {
                out.write_char(',')?;
            }
            out.write_char(c)?;
        }
        if !part.is_empty() || places > 0 {
            out.write_char('.')?;
            out.write_str(part)?;
            for _ in part.len()..places as usize {
                out.write_char('0')?;
            }
        }
        Ok(())
    }
}

/// A power of ten, where it fits a machine word.
#[inline]
pub(crate) fn power_of_ten(exponent: u32) -> Option<i64> {
    static SMALL: [i64; 19] = {
        let mut powers = [1i64; 19];
        let mut at = 1;
        while at < 19 {
            #[allow(clippy::indexing_slicing, reason = "worked out when compiling")]
            {
                powers[at] = powers[at - 1] * 10;
            }
            at += 1;
        }
        powers
    };
    SMALL.get(exponent as usize).copied()
}

/// The quotient, rounded to a whole number; none for a divisor of zero.
pub(crate) fn quotient(numerator: i128, divisor: i128, rounding: Rounding) -> Option<i128> {
    let negative = (numerator < 0) != (divisor < 0);
    let (n, d) = (numerator.unsigned_abs(), divisor.unsigned_abs());
    // Nearly all are small, and dividing small ones is far cheaper.
    let (quotient, rest) = match (u64::try_from(n), u64::try_from(d)) {
        (Ok(n), Ok(d)) => (u128::from(n.checked_div(d)?), u128::from(n.checked_rem(d)?)),
        _ => (n.checked_div(d)?, n.checked_rem(d)?),
    };
    let up = match rounding {
        Rounding::Up => rest != 0,
        Rounding::Down => false,
        Rounding::HalfUp => rest >= d - rest,
        Rounding::HalfEven => rest > d - rest || (rest == d - rest && quotient % 2 == 1),
    };
    let magnitude = i128::try_from(quotient).ok()?.checked_add(i128::from(up))?;
    Some(if negative { -magnitude } else { magnitude })
}

fn pow10(exponent: u32) -> Option<i128> {
    POWERS.get(exponent as usize).copied()
}

/// The powers of ten that fit.
static POWERS: [i128; 39] = {
    let mut powers = [1i128; 39];
    let mut at = 1;
    while at < 39 {
        #[allow(clippy::indexing_slicing, reason = "worked out when compiling")]
        {
            powers[at] = powers[at - 1] * 10;
        }
        at += 1;
    }
    powers
};

/// The most digits of a number that is read without care for its size: as many fit a word.
const PLAIN_DIGITS: usize = 18;

/// Digits are read many at a time where there are many.
///
/// ```
/// use kakou::ground::number::Number;
/// let parts = |text: &str| text.parse::<Number>().map(Number::parts);
/// assert_eq!(parts("-1234567890.50"), Ok((-12345678905, 1)));
/// assert!(parts("1.").is_err() && parts("1e3").is_err()); // Not as numbers are written here.
/// ```
impl Number {
    /// The number that begins at a place of a text, and where it ends; none where none is there,
    /// or where it has so many digits that it must be looked at whether it fits.
    #[inline(always)]
    pub(crate) fn plain(text: &[u8], at: usize) -> Option<(Number, usize)> {
        let negative = text.get(at) == Some(&b'-');
        let start = at + usize::from(negative);
        let first = Digits::at(text, start);
        let (mut digits, mut count) = (first.first(first.count), first.count);
        if count == 8 {
            let next = Digits::at(text, start + 8);
            if next.count == 8 {
                return None;
            }
            digits = digits * power(next.count)? + next.first(next.count);
            count += next.count;
        }
        if count == 0 {
            return None;
        }
        let (mut end, mut places) = (start + count, 0);
        if text.get(end) == Some(&b'.') {
            let part = Digits::at(text, end + 1);
            // Zeros at the end are left out: the number is kept in its shortest form.
            places = part.without_zeros();
            if part.count == 0 || part.count == 8 || count + places > PLAIN_DIGITS {
                return None;
            }
            digits = digits * power(places)? + part.first(places);
            end += 1 + part.count;
        }
        let (low, high) = (digits as u32, (digits >> 32) as u32);
        let number = Decimal::from_parts(low, high, 0, negative, u32::try_from(places).ok()?);
        Some((Number(number), end))
    }

    /// The coefficient, where it fits a word, and the number of decimal places.
    #[inline]
    pub(crate) fn small_parts(self) -> Option<(i64, u32)> {
        let parts = self.0.unpack();
        let digits = u64::from(parts.mid) << 32 | u64::from(parts.lo);
        let digits = i64::try_from(digits).ok().filter(|_| parts.hi == 0)?;
        Some((if parts.negative { -digits } else { digits }, parts.scale))
    }
}

/// A power of ten for as many digits as stand in a word.
#[inline]
fn power(exponent: usize) -> Option<u64> {
    const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    POWERS.get(exponent).copied()
}

/// A number as it is written, which is never longer than its digits, a point and a zero before it.
#[derive(Default)]
struct Written {
    bytes: [u8; 32],
    length: usize,
}

impl Written {
    fn text(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Write for Written {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::str::FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Number, NotANumber> {
        match Number::plain(text.as_bytes(), 0) {
            Some((number, end)) if end == text.len() => Ok(number),
            _ => Number::with_care(text),
        }
    }
}

/// What has many digits is looked at with care: all of it is kept, or it is refused.
///
/// ```
/// use kakou::ground::number::Number;
/// let said = |text: &str| text.parse::<Number>().map(|number| number.to_string());
/// assert_eq!(said("00000000000000000000012.125"), Ok("12.125".into()));
/// assert!(said(&"9".repeat(40)).is_err()); // More than fits exactly.
/// ```
impl Number {
    /// Reads a number that has many digits, or says why it is none.
    fn with_care(text: &str) -> Result<Number, NotANumber> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = match digits.split_once('.') {
            Some((_, "")) => return Err(NotANumber::Shape),
            Some((whole, part)) => (whole, part),
            None => (digits, ""),
        };
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) {
            return Err(NotANumber::Shape);
        }
        let whole_digits = whole.trim_start_matches('0').len();
        let part = part.trim_end_matches('0');
        if whole_digits > MAX_INTEGER_DIGITS || part.len() > MAX_PLACES {
            return Err(NotANumber::TooLong);
        }
        let mut mantissa: i128 = 0;
        for byte in whole.bytes().chain(part.bytes()) {
            mantissa = mantissa * 10 + i128::from(byte - b'0');
        }
        let mantissa = if text.starts_with('-') {
            -mantissa
        } else {
            mantissa
        };
        let scale = u32::try_from(part.len()).map_err(|_| NotANumber::TooLong)?;
        Number::from_parts(mantissa, scale).ok_or(NotANumber::TooLong)
    }
}

#[cfg(test)]
mod tests;
