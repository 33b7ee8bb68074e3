//! The bits of a word.

/// The places of the bits that are set.
#[inline]
pub(crate) fn set_bits(mut mask: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = mask.checked_sub(1).map(|_| mask.trailing_zeros())?;
        mask &= mask - 1;
        Some(bit)
    })
}
