//! The laws of design section 5 as properties, one module for each. `PROPTEST_CASES` says how
//! many random cases each property looks at.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a law that is broken may stop its test"
)]

#[path = "support/generate/mod.rs"]
mod generate;

#[path = "support/seeded.rs"]
mod seeded;

#[path = "laws/case.rs"]
mod case;

#[path = "laws/law_1_meaning.rs"]
mod law_1_meaning;
#[path = "laws/law_1_missing.rs"]
mod law_1_missing;
#[path = "laws/law_2_one_answer.rs"]
mod law_2_one_answer;
#[path = "laws/law_3_silence_never_releases.rs"]
mod law_3_silence_never_releases;
#[path = "laws/law_4_no_order.rs"]
mod law_4_no_order;
#[path = "laws/law_5_a_bound.rs"]
mod law_5_a_bound;
#[path = "laws/law_6_the_law_of_the_day.rs"]
mod law_6_the_law_of_the_day;
#[path = "laws/law_7_round_trip.rs"]
mod law_7_round_trip;
#[path = "laws/law_8_traceable.rs"]
mod law_8_traceable;
#[path = "laws/law_9_no_crash.rs"]
mod law_9_no_crash;
