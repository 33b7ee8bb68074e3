//! The ground that every stage stands on: places in text, complaints as data,
//! exact numbers, days, the three truth values and the limits.
//!
//! Nothing here knows a stage, a schema or a rule.

pub mod span;
pub mod source;
pub mod diagnostic;
pub mod render;
pub mod number;
pub mod day;
pub mod truth;
pub mod limits;
pub mod nearest;
