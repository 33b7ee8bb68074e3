//! The six comparisons. Text, meaning and facts share them.

/// A comparison.
///
/// ```
/// use kakou::ground::compare::CompareOp;
/// assert_ne!(CompareOp::Lt, CompareOp::Le);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// What a comparison says.
///
/// ```
/// use kakou::ground::compare::CompareOp;
/// assert!(CompareOp::Le.holds(2, 2));
/// assert!(!CompareOp::Ne.holds(2, 2)); // They are equal.
/// ```
impl CompareOp {
    /// The same of the sides in the other order.
    ///
    /// ```
    /// use kakou::ground::compare::CompareOp;
    /// assert_eq!(CompareOp::Lt.turned(), CompareOp::Gt);
    /// assert_eq!(CompareOp::Ne.turned(), CompareOp::Ne); // It has no order.
    /// ```
    pub fn turned(self) -> CompareOp {
        match self {
            CompareOp::Eq => CompareOp::Eq,
            CompareOp::Ne => CompareOp::Ne,
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
        }
    }

    /// Whether it holds between two values that are known.
    ///
    /// ```
    /// use kakou::ground::compare::CompareOp;
    /// let both = |a, b| (CompareOp::Gt.holds(a, b), CompareOp::Ge.holds(a, b));
    /// assert_eq!(both(3, 2), (true, true));
    /// assert_eq!(both(2, 2), (false, true)); // More than itself is nothing.
    /// ```
    #[inline]
    pub fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            CompareOp::Eq => left == right,
            CompareOp::Ne => left != right,
            CompareOp::Lt => left < right,
            CompareOp::Le => left <= right,
            CompareOp::Gt => left > right,
            CompareOp::Ge => left >= right,
        }
    }
}
