//! The meaning in dense form, and how it is evaluated and resolved.
//!
//! - [`program`]: every value and condition once, by number; rules, kinds and covers on them;
//! - [`state`]: the element at hand, and results already worked out;
//! - [`eval`], [`lookup`], [`table`], `seen`: one node at the place at hand;
//! - `atom`, `ask`, `atomize`, `tell`: conditions that the keys of facts decide;
//! - `word`: amounts in one machine word;
//! - [`many`]: a condition for many elements at once;
//! - [`standing`]: how a rule stands among others, and in which worlds it takes part;
//! - [`resolve`], `plain`, [`duty`], `group`, [`missing`]: from rules that apply to the judgement;
//! - `waits`: the facts that rules may wait for, told once;
//! - [`under`], [`search`]: the facts under what is undetermined, and room to gather them.
//!
//! The walker and the engine differ in how they find the rules that apply, and share what
//! follows. Nothing here knows the graph library.

mod ask;
pub(crate) mod atom;
pub(crate) mod atomize;
mod bytes;
pub mod duty;
pub mod eval;
mod group;
pub mod lookup;
pub mod many;
pub mod missing;
mod plain;
pub mod program;
pub mod resolve;
pub mod search;
mod seen;
pub mod standing;
pub mod state;
pub mod table;
mod tell;
pub mod under;
pub(crate) mod waits;
pub(crate) mod word;
