//! What one of clauses, rules and scenarios has and another lacks.

/// What one of the three has and another lacks, by number.
///
/// ```
/// assert!(kakou::trace::Holes::default().is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holes {
    /// Clauses without a rule and without a reason.
    pub clauses: Vec<usize>,
    /// Clauses that are said not to be encoded, and are.
    pub encoded_after_all: Vec<usize>,
    /// Rules that answer for no clause.
    pub rules: Vec<usize>,
    /// Rules of which no scenario shows all that it should.
    pub untried: Vec<usize>,
    /// Scenarios whose title another one has too.
    pub alike: Vec<usize>,
    /// Laws past their end that are cited without the text that replaced them.
    pub past_laws: Vec<usize>,
}

/// The test of a rulebook asks whether there are any.
///
/// ```
/// use kakou::trace::Holes;
/// let holes = Holes { rules: vec![3], alike: vec![0, 7], ..Holes::default() };
/// assert_eq!((holes.count(), holes.is_empty()), (3, false));
/// ```
impl Holes {
    /// Whether there are none.
    ///
    /// ```
    /// use kakou::trace::Holes;
    /// assert!(!Holes { clauses: vec![0], ..Holes::default() }.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many there are.
    ///
    /// ```
    /// use kakou::trace::Holes;
    /// assert_eq!(Holes { untried: vec![1, 2], ..Holes::default() }.count(), 2);
    /// ```
    pub fn count(&self) -> usize {
        let Holes {
            clauses,
            encoded_after_all,
            rules,
            untried,
            alike,
            past_laws,
        } = self;
        let all = [clauses, encoded_after_all, rules, untried, alike, past_laws];
        all.into_iter().map(Vec::len).sum()
    }
}
