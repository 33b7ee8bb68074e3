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

/// What is said in either.
///
/// ```
/// use kakou::Lang;
/// assert_eq!(Lang::Zh.pick("放行", "release"), "放行");
/// assert_ne!(Lang::En.pick("放行", "release"), "放行"); // It is Chinese.
/// ```
impl Lang {
    /// Of two ways to say something the one in this language.
    ///
    /// ```
    /// use kakou::Lang;
    /// let count = |lang: Lang| lang.pick(2, 5);
    /// assert_eq!((count(Lang::Zh), count(Lang::En)), (2, 5));
    /// assert_eq!(count(Lang::default()), 5); // English where nobody chose.
    /// ```
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}
