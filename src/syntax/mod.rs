//! Text becomes a tree.
pub mod ast;
