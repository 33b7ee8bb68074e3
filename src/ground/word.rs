//! Bytes of a text eight at a time, and the digits among them.

/// The eight bytes at a place, the first in the lowest bits; zeros past the end.
#[inline(always)]
pub(crate) fn word(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => last_word(bytes, at),
    }
}

/// The last bytes, of which there are fewer than eight.
#[cold]
fn last_word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The digits that a word begins with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digits {
    /// Each byte less `0`: a digit's value, or something else.
    values: u64,
    /// How many there are, up to eight.
    pub(crate) count: usize,
}

impl Digits {
    /// Those that the text begins with at that place.
    #[inline(always)]
    pub(crate) fn at(bytes: &[u8], at: usize) -> Digits {
        let values = word(bytes, at) ^ 0x3030_3030_3030_3030;
        // Ten and more carry into the highest bit of their byte; what they carry into the bytes
        // above them does not matter, since the digits end there.
        let others = (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
        Digits {
            values,
            count: others.trailing_zeros() as usize / 8,
        }
    }

    /// The first of them as a number.
    #[inline(always)]
    pub(crate) fn first(self, count: usize) -> u64 {
        if count == 0 {
            return 0;
        }
        // Zeros come before the first, so that the last is always in the highest byte.
        let digits = self.values << (8 * (8 - count.min(8)));
        let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
        let low = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
        let high = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
        low.wrapping_add(high) >> 32
    }

    /// How many there are without zeros at the end.
    #[inline(always)]
    pub(crate) fn without_zeros(self) -> usize {
        if self.count == 0 {
            return 0;
        }
        let digits = self.values << (8 * (8 - self.count));
        self.count
            .saturating_sub(digits.leading_zeros() as usize / 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_eight_at_a_time() {
        for (text, count, value, kept) in [
            ("", 0, 0, 0),
            ("x1", 0, 0, 0),
            ("7", 1, 7, 1),
            ("70,\u{ff}", 2, 70, 1),
            ("000", 3, 0, 0),
            ("1234567", 7, 1_234_567, 7),
            ("12345678", 8, 12_345_678, 8),
            ("99999999", 8, 99_999_999, 8),
            ("50000000123", 8, 50_000_000, 1),
            ("0123456:", 7, 123_456, 7),
            ("12/3", 2, 12, 2),
        ] {
            let digits = Digits::at(text.as_bytes(), 0);
            assert_eq!(digits.count, count, "{text}");
            assert_eq!(digits.first(count), value, "{text}");
            assert_eq!(digits.without_zeros(), kept, "{text}");
        }
        for byte in 0u8..=255 {
            let digits = Digits::at(&[b'1', byte, b'2', byte], 0);
            let more = byte.is_ascii_digit();
            assert_eq!(digits.count, if more { 4 } else { 1 }, "{byte}");
        }
    }

    #[test]
    fn a_word_ends_with_the_text() {
        let text = b"abcdefghij";
        assert_eq!(word(text, 0), u64::from_le_bytes(*b"abcdefgh"));
        assert_eq!(word(text, 2), u64::from_le_bytes(*b"cdefghij"));
        assert_eq!(word(text, 3), u64::from_le_bytes(*b"defghij\0"));
        assert_eq!((word(text, 10), word(text, 99)), (0, 0));
    }
}
