//! Kakou: a rule engine for customs supervision.
pub mod ground;
pub mod syntax;
