//! Kakou (卡口, the gate where goods enter and leave a zone): a rule engine for customs supervision.
//!
//! Rules are texts that an officer can read aloud, in Chinese or in English. They are checked as a
//! whole, become one decision graph, and judge declarations; every verdict names the rule, the law
//! and the facts it rests on, and what it would have to know to be sure.
//!
//! ```text
//!   *.rules, *.csv                      folder      the texts of one rule set, nothing outside them
//!        │  read by clause (nom)                    lost: blanks, the spelling of words
//!        ▼
//!   syntax tree                         syntax      Chinese and English are one tree
//!        │  names, types, units, dates              lost: comments, definitions, order of files
//!        ▼
//!   checked rules ───────────────┐      check       numbers for names; one fingerprint
//!        │  conditions shared    │                  lost: who wrote a condition first
//!        ▼                       │
//!   decision graph               │      graph       proved once, then frozen (petgraph)
//!        │  laid out flat        │                  lost: labels that only drawings need
//!        ▼                       ▼
//!   engine                  reference   engine, reference: fast, and slow but plainly right
//!        │  facts of one         │      facts       typed against the schema, unknown or none
//!        ▼  declaration          ▼                  lost: nothing, findings point back to the text
//!   judgement ◀── the same ──▶ judgement
//!        │  names, messages, basis
//!        ▼
//!   verdict                             verdict     JSON for machines, text for people
//! ```
//!
//! No stage knows a later one, and a test holds that. Text and data are other people's: nothing
//! here panics on them, and everything they could make grow has a bound in [`Limits`].
//!
//! # From a folder to a verdict
//!
//! ```
//! use kakou::{Facts, Limits, Reference, Sure, verdict};
//!
//! let rules = kakou::load("examples/gate")?;
//! let facts = Facts::builder(&rules.schema)
//!     .set("id", "D-1")
//!     .set("date", "2026-08-03")
//!     .set("line", "second")
//!     .set("weight_error", "0.04")
//!     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
//!     .build()?;
//! let as_of = facts.as_of(&rules.schema).ok_or("no date")?;
//!
//! let judgement = Reference::new(&rules, Sure::High).judge(&facts, as_of);
//! let verdict = verdict::render::render(&rules, &facts, &judgement, Sure::High, &Limits::default());
//! assert_eq!(verdict.counted.high.name, "hold");
//! assert_eq!(verdict.findings[0].rule, "G-01");
//! assert_eq!(verdict.findings[0].message.en, "an error of 4 % is above 3 %");
//!
//! // A fact that the schema does not know is refused, with its path.
//! let refused = Facts::builder(&rules.schema).set("weigth_error", "0.04").build().unwrap_err();
//! assert!(refused.to_string().contains("weigth_error"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Documents
//!
//! - [`doc::language`]: what every construct of the language means;
//! - [`doc::grammar`]: the grammar, and the words in both languages;
//! - [`doc::verdict`]: how a verdict is read, and the JSON it is written as;
//! - [`Limits`]: every bound with its default and the complaint it raises.

#![warn(missing_docs)]
// Rule text and data are other people's: library code reports, it does not panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]

// The stages, in the order in which text flows through them.

// What every stage stands on: places, complaints, numbers, days, truth, limits.
pub mod ground;

// What a declaration is, and where the texts are.
pub mod schema;

pub mod folder;

// Text to tree, tree to checked rules.
pub mod syntax;

pub mod check;

// Declarations, and what rules mean for them.
pub mod facts;

pub mod reference;

// Checked rules to the graph, and deciding on it.
pub(crate) mod decide;

pub mod graph;

pub mod engine;

// Columns in, judgements out.
#[cfg(feature = "arrow")]
pub mod batches;

// What is said of a declaration.
pub mod verdict;

// Which facts rules name, and the view of one department on just those.
pub(crate) mod reads;

pub mod department;

// One call from folder to rule set.
pub mod load;

// What rule authors expect of their rules, tried out.
pub mod scenario;

// Declarations made up, for load tests and demonstrations.
#[cfg(feature = "generate")]
pub mod generate;

// What the rules answer for, and what of it was tried out.
pub mod trace;

// The rulebook as a site for people to read.
#[cfg(feature = "book")]
pub(crate) mod book;

// The reference: the language, its grammar, the verdict.
pub mod doc;

// The `kakou` command; embedders leave it out.
#[cfg(feature = "cli")]
pub mod command;

pub use check::rules::{RuleSet, Sure};
pub use check::{Compiled, Compiler, compile};
pub use engine::Engine;
pub use facts::Facts;
pub use folder::Folder;
pub use graph::Graph;
pub use ground::limits::Limits;
pub use load::{CompileError, load};
pub use reference::Reference;
pub use schema::{Lang, Schema};
pub use verdict::Verdict;

/// What the READMEs show of Rust is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
