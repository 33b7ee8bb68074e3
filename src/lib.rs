//! Kakou: a rule engine for customs supervision.
pub mod check;
pub mod decide;
#[cfg(feature = "cli")]
pub mod command;
pub mod facts;
pub mod folder;
pub mod graph;
pub mod ground;
pub mod reference;
pub mod schema;
pub mod syntax;
pub mod verdict;
