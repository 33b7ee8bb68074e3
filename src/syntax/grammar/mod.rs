//! The grammar: one function per production, named as in the EBNF of `grammar.md`.
//!
//! [`file`](items::file) cuts the tokens into items by column 1 and into clauses by their first
//! words, so that one mistake spoils one line; each stretch is then read with nom.

pub(crate) mod basic;
pub(crate) mod clauses;
pub(crate) mod expressions;
pub(crate) mod items;
mod joints;
pub(crate) mod primaries;
pub(crate) mod scenarios;
pub(crate) mod schema;
pub(crate) mod stretch;
pub(crate) mod tables;
