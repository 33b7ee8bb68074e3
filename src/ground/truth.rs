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

impl Truth {
    /// Both.
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// At least one.
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    /// The contrary; unknown stays unknown. Named as in Kleene's tables.
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
    pub fn possible(self) -> bool {
        self != Truth::False
    }

    /// Whether it is certainly true.
    pub fn certain(self) -> bool {
        self == Truth::True
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}
