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
