//! The three truth values and Kleene's tables on them.

/// True, false or undetermined, with Kleene's strong tables.
///
/// The order is `False < Unknown < True`, so that `and` is the smaller and `or` the greater.
///
/// ```
/// use kakou::ground::truth::Truth::{False, True, Unknown};
/// assert_eq!(False.and(Unknown), False);
/// assert_eq!(True.and(Unknown), Unknown);
/// // Excluded middle does not hold.
/// assert_eq!(Unknown.or(Unknown.not()), Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Certainly not.
    False,
    /// Not determined by what is known.
    Unknown,
    /// Certainly.
    True,
}

/// Kleene's tables, with what is unknown in the middle.
///
/// ```
/// use kakou::ground::truth::Truth::{self, False, True, Unknown};
/// let all = [False, Unknown, True];
/// let table = |of: fn(Truth, Truth) -> Truth| all.map(|a| all.map(|b| of(a, b)));
/// assert_eq!(
///     table(Truth::and),
///     [[False, False, False], [False, Unknown, Unknown], [False, Unknown, True]]
/// );
/// assert_eq!(
///     table(Truth::or),
///     [[False, Unknown, True], [Unknown, Unknown, True], [True, True, True]]
/// );
/// assert_eq!(all.map(|a| a.not()), [True, Unknown, False]);
/// ```
impl Truth {
    /// Of what possibly holds: true where its bit says that it certainly does, and otherwise unknown.
    #[inline(always)]
    pub(crate) fn by_bit(certain: u64, bit: u32) -> Truth {
        match certain >> bit & 1 {
            1 => Truth::True,
            _ => Truth::Unknown,
        }
    }

    /// Both.
    ///
    /// ```
    /// use kakou::ground::truth::Truth::{False, True, Unknown};
    /// assert_eq!(Unknown.and(True), Unknown);
    /// assert_eq!(Unknown.and(False), False); // Whatever it turns out to be.
    /// ```
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// At least one.
    ///
    /// ```
    /// use kakou::ground::truth::Truth::{False, True, Unknown};
    /// assert_eq!(Unknown.or(False), Unknown);
    /// assert_eq!(Unknown.or(True), True); // Whatever it turns out to be.
    /// ```
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    /// The contrary; unknown stays unknown. Named as in Kleene's tables.
    ///
    /// ```
    /// use kakou::ground::truth::Truth::{False, True, Unknown};
    /// assert_eq!(True.not(), False);
    /// assert_eq!(Unknown.not(), Unknown); // What is not known does not hold by being denied.
    /// ```
    #[allow(
        clippy::should_implement_trait,
        reason = "the tables are read as functions"
    )]
    pub fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }

    /// Whether it may still be true.
    ///
    /// ```
    /// use kakou::ground::truth::Truth::{False, True, Unknown};
    /// assert_eq!([False, Unknown, True].map(|truth| truth.possible()), [false, true, true]);
    /// ```
    pub fn possible(self) -> bool {
        self != Truth::False
    }

    /// Whether it is certainly true.
    ///
    /// ```
    /// use kakou::ground::truth::Truth::{False, True, Unknown};
    /// assert_eq!([False, Unknown, True].map(|truth| truth.certain()), [false, false, true]);
    /// ```
    pub fn certain(self) -> bool {
        self == Truth::True
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}
