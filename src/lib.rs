//! Kakou: a rule engine for customs supervision.
pub mod check;
#[cfg(feature = "cli")]
pub mod command;
pub mod decide;
pub mod facts;
pub mod folder;
pub mod graph;
pub mod ground;
pub mod reference;
pub mod scenario;
pub mod schema;
pub mod syntax;
pub mod verdict;
