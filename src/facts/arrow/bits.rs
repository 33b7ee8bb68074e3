//! Rows as the bits of a word.

use crate::ground::bits::set_bits;
use arrow_buffer::BooleanBuffer;
use std::ops::Range;

/// Rows that are looked at in one step: as many as a word has bits.
pub(crate) const WORD: usize = 64;

/// So many bits from that one on, at most [`WORD`].
#[inline]
pub(super) fn bits(buffer: &BooleanBuffer, from: usize, count: usize) -> u64 {
    let at = buffer.offset() + from;
    let bytes = buffer.values().get(at / 8..).unwrap_or_default();
    let (low, high) = match bytes.first_chunk::<9>() {
        Some([low @ .., high]) => (*low, *high),
        None => {
            let mut all = [0; 9];
            for (to, byte) in all.iter_mut().zip(bytes) {
                *to = *byte;
            }
            let [low @ .., high] = all;
            (low, high)
        }
    };
    let by = at % 8;
    let low = u64::from_le_bytes(low) >> by;
    // Shifted in two steps, as no word can be shifted by all of its bits.
    let high = u64::from(high) << 1 << (WORD - 1 - by);
    (low | high) & first(count)
}

/// So many of the first bits.
#[inline]
pub(crate) fn first(bits: usize) -> u64 {
    match WORD.checked_sub(bits) {
        Some(others @ 0..WORD) => u64::MAX >> others,
        Some(_) => 0,
        None => u64::MAX,
    }
}

/// The places of the bits that are set.
#[inline(always)]
pub(crate) fn each(bits: u64) -> impl Iterator<Item = usize> {
    set_bits(bits).map(|at| at as usize)
}

/// The runs of bits that are set.
pub(super) fn runs(mut bits: u64) -> impl Iterator<Item = Range<usize>> {
    std::iter::from_fn(move || {
        let start = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
        let end = start + (bits >> start).trailing_ones() as usize;
        bits &= !first(end);
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_the_rows_wherever_they_stand() {
        let all: Vec<bool> = (0u32..200)
            .map(|n| n.wrapping_mul(2_654_435_761) >> 31 == 1)
            .collect();
        let whole = BooleanBuffer::from(all.clone());
        for offset in [0, 1, 7, 8, 63, 64, 65] {
            let buffer = whole.slice(offset, 200 - offset);
            for from in 0..200 - offset {
                let rows = (200 - offset - from).min(WORD);
                let found = bits(&buffer, from, rows);
                let told: Vec<usize> = each(found).collect();
                let right = (0..rows).filter(|at| all[offset + from + at]);
                assert_eq!(told, right.collect::<Vec<_>>(), "{offset} {from}");
                let in_runs: Vec<usize> = runs(found).flatten().collect();
                assert_eq!(in_runs, told);
            }
        }
        assert_eq!((first(0), first(1), first(64)), (0, 1, u64::MAX));
    }
}
