//! What an engine must be able to do to be raced.

use crate::condition::Condition;
use crate::race::{Declaration, NaiveRule};
use crate::read;
use crate::workload::Workload;
use std::hint::black_box;

/// Which rules matched: the number of the declaration, and of the rule.
pub type Hits = Vec<(u32, u32)>;

/// An engine with its rules and facts in place.
pub trait Racer {
    /// What it is called in the table.
    fn name(&self) -> &'static str;

    /// Judges these declarations from prepared facts and adds every match; says how many
    /// declarations it judged, which for an engine of batches is what a batch holds.
    fn judge(&mut self, which: &[u32], hits: &mut Hits) -> usize;

    /// Judges these declarations from their JSON texts, likewise.
    fn judge_texts(&mut self, which: &[u32], hits: &mut Hits) -> usize;
}

/// An engine that judges one declaration at a time. Facts are made of plain data once; rules are
/// compiled once.
pub trait Peer: Sized {
    /// What it is called in the table.
    const NAME: &'static str;

    /// A declaration in the engine's native form.
    type Facts;

    /// Compiles the rules; the engine's own words where it refuses them.
    fn load(rules: &[Vec<Condition>]) -> Result<Self, String>;

    /// A declaration in the engine's native form.
    fn facts(&self, d: &Declaration) -> Self::Facts;

    /// Adds the numbers of the rules that match.
    fn judge(&mut self, facts: &Self::Facts, matched: impl FnMut(u32));
}

/// A peer with the facts of a workload.
pub struct Lane<'w, P: Peer> {
    peer: P,
    facts: Vec<P::Facts>,
    texts: &'w [String],
}

impl<'w, P: Peer> Lane<'w, P> {
    /// Compiles the rules and prepares the facts.
    pub fn new(workload: &'w Workload, rules: &[Vec<Condition>]) -> Result<Self, String> {
        let peer = P::load(rules)?;
        let declarations = workload.race.declarations.iter();
        let facts = declarations.map(|d| peer.facts(d)).collect();
        Ok(Lane {
            peer,
            facts,
            texts: &workload.race.texts,
        })
    }
}

impl<P: Peer> Racer for Lane<'_, P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn judge(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        for &at in which {
            let facts = black_box(&self.facts[at as usize]);
            self.peer.judge(facts, |rule| hits.push((at, rule)));
        }
        which.len()
    }

    fn judge_texts(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        for &at in which {
            let text = black_box(&self.texts[at as usize]);
            let d = read::declaration(text).expect("the generator's own text");
            let facts = self.peer.facts(&d);
            self.peer.judge(&facts, |rule| hits.push((at, rule)));
        }
        which.len()
    }
}

/// The rules in the plain form that peers are given.
pub fn plain(rules: &[NaiveRule]) -> Vec<Vec<Condition>> {
    rules.iter().map(crate::condition::conditions).collect()
}
