//! The two languages that rules are written in and verdicts are read in.

/// Chinese or English.
///
/// ```
/// assert_eq!(kakou::Lang::default(), kakou::Lang::En);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    #[default]
    En,
}
