//! Sums that do not depend on the order of their numbers.

use super::{Number, pow10};

/// Adds numbers in any order to the same result: the sum is kept exactly, as whole parts and
/// as fractions of 10^28, and only the total has to fit. Small numbers, which nearly all are, are
/// kept apart as fractions of 10^10, where adding and stripping them is cheap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ExactSum {
    whole: i128,
    fraction: i128,
    small: i128,
    /// The most decimal places of a small number.
    places: u32,
}

/// The places that small numbers of a sum are kept in.
const SMALL_PLACES: u32 = 10;

impl ExactSum {
    /// Adds one number. A list has far fewer elements than it takes to overflow.
    pub(crate) fn push(&mut self, number: Number) {
        let (mantissa, scale) = number.parts();
        if let (Ok(small), Some(up)) = (
            i64::try_from(mantissa),
            SMALL_PLACES.checked_sub(scale).and_then(pow10),
        ) {
            self.small = self.small.saturating_add(i128::from(small) * up);
            self.places = self.places.max(scale);
            return;
        }
        let unit = pow10(scale).unwrap_or(1);
        let up = pow10(28 - scale.min(28)).unwrap_or(1);
        self.whole = self.whole.saturating_add(mantissa / unit);
        self.fraction = self
            .fraction
            .saturating_add((mantissa % unit).saturating_mul(up));
    }

    /// The total, where it fits a number.
    pub(crate) fn total(self) -> Option<Number> {
        if (self.whole, self.fraction) == (0, 0) {
            let down = pow10(SMALL_PLACES.checked_sub(self.places)?)?;
            // Nothing is lost: no small number has more places.
            let small = match i64::try_from(self.small) {
                Ok(small) => i128::from(small / i64::try_from(down).ok()?),
                Err(_) => self.small / down,
            };
            return Number::from_parts(small, self.places);
        }
        let unit = pow10(SMALL_PLACES)?;
        let up = pow10(28 - SMALL_PLACES)?;
        let whole = self.whole.checked_add(self.small / unit)?;
        let (mut fraction, mut scale) = (self.fraction, 28);
        fraction = fraction.checked_add((self.small % unit).checked_mul(up)?)?;
        while scale > 0 && fraction % 10 == 0 {
            fraction /= 10;
            scale -= 1;
        }
        let mantissa = whole.checked_mul(pow10(scale)?)?.checked_add(fraction)?;
        Number::from_parts(mantissa, scale)
    }
}
