//! The fingerprint: SHA-256 over the checked rules, the same on every machine.
//!
//! The rules' own `Hash` feeds the digest, see [`crate::ground::digest`]. Places do not hash.
//! Everything that is numbered is sorted by name first, so order does not enter either.
//!
//! Of the terms of a rule their own digest is hashed: after an edit most rules have theirs.

use super::rules::{Fingerprint, RuleSet};
use crate::ground::digest::Feed;
use std::hash::Hash;

/// The fingerprint of a rule set; the one it carries does not count.
pub(super) fn fingerprint(rules: &RuleSet) -> Fingerprint {
    let mut feed = Feed::default();
    // The version of what is hashed: it changes when the checked form does.
    3u32.hash(&mut feed);
    rules.schema.hash(&mut feed);
    rules.laws.hash(&mut feed);
    rules.events.hash(&mut feed);
    rules.parameters.hash(&mut feed);
    rules.lists.hash(&mut feed);
    rules.tables.hash(&mut feed);
    rules.kinds.hash(&mut feed);
    rules.required.hash(&mut feed);
    rules.rules.hash(&mut feed);
    rules.covers.hash(&mut feed);
    rules.pilots.hash(&mut feed);
    Fingerprint(feed.end())
}
