//! The ground that every stage stands on: places in text, complaints as data,
//! exact numbers, days, the three truth values and the limits.
//!
//! Nothing here knows a stage, a schema or a rule.

pub(crate) mod bits;
pub mod compare;
pub mod day;
pub mod diagnostic;
pub(crate) mod digest;
pub mod lang;
pub mod limits;
pub mod nearest;
pub mod number;
pub(crate) mod parallel;
pub mod render;
pub mod source;
pub mod span;
pub mod truth;
pub(crate) mod word;
