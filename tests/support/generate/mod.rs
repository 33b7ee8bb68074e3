//! Random rule sets and declarations as text over one fixed world. Every choice is a byte, so that
//! a property test and a fuzzer draw from the same generator, and fewer bytes make smaller texts.

pub mod choices;
pub mod declaration;
pub mod expressions;
pub mod keyed;
pub mod rules;
pub mod world;
