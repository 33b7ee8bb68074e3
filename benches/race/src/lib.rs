//! Kakou and seven other engines on the same rules and declarations, in one run.
//!
//! ```text
//!   support/race.rs or --data DIR     workload    rules and declarations as plain data
//!        │  each in its own language
//!        ▼
//!   the naive loop, Kakou, the peers  ours, peers     prepared once
//!        │  every match compared with the naive loop
//!        ▼
//!   turns, one engine after the other run         medians, ratios of one turn
//!        ▼
//!   table.txt, race.svg, results.json table, plot
//! ```
//!
//! What the workload is and how each engine is used stands in the README beside the manifest.

/// The library's own generator and naive loop, which its benchmarks run on too.
#[path = "../../support/race.rs"]
#[allow(dead_code, reason = "the benchmarks use the other parts")]
pub mod race;

pub mod condition;
pub mod data;
pub mod ours;
pub mod peers;
pub mod plot;
pub mod racer;
pub mod read;
pub mod run;
pub mod table;
pub mod workload;
