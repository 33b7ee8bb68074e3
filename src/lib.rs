//! Kakou: a rule engine for customs supervision.
pub mod ground;
pub mod schema;
pub mod syntax;
pub mod check;
pub mod facts;
pub mod folder;
pub mod reference;
pub mod verdict;
pub mod decide;
pub mod graph;
pub mod engine;
