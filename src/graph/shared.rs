//! Equal parts stand once: nodes by their full contents, and conditions of the checked rules by
//! theirs.
//!
//! A node is found again by what it is and by the numbers of its operands, a condition of a rule by
//! all that it says; a hash alone never decides. Neither table owns what it finds: nodes stand in the
//! graph, conditions in the rules.

use super::node::{Edge, Node};
use crate::check::rules::Cond;
use hashbrown::{DefaultHashBuilder, HashTable};
use petgraph::graph::{DiGraph, NodeIndex};
use std::hash::BuildHasher;

/// The nodes of the meaning layer in the making.
pub(super) struct Shared {
    pub(super) graph: DiGraph<Node, Edge>,
    /// Looked up by contents only; it is never iterated over.
    known: HashTable<NodeIndex>,
    hasher: DefaultHashBuilder,
    operands: Operands,
    /// How many nodes were asked for.
    pub(super) made: u64,
    /// How many of them were there already.
    pub(super) shared: u64,
}

/// The operands of all nodes, one after another.
#[derive(Default)]
pub(super) struct Operands {
    all: Vec<NodeIndex>,
    /// By node, where its own end; they begin where those of the node before end.
    ends: Vec<u32>,
}

impl Operands {
    /// Those of a node.
    pub(super) fn of(&self, node: NodeIndex) -> &[NodeIndex] {
        let (from, to) = self.range(node.index());
        self.all.get(from as usize..to as usize).unwrap_or(&[])
    }

    /// Where those of the node of that number begin and end.
    pub(super) fn range(&self, number: usize) -> (u32, u32) {
        let end = |number: usize| self.ends.get(number).copied();
        let from = number.checked_sub(1).and_then(end).unwrap_or(0);
        (from, end(number).unwrap_or(from))
    }

    /// Those of all nodes.
    pub(super) fn all(&self) -> &[NodeIndex] {
        &self.all
    }
}

impl Shared {
    /// With room for so many nodes.
    pub(super) fn with_capacity(nodes: usize) -> Shared {
        Shared {
            graph: DiGraph::with_capacity(nodes, nodes.saturating_mul(4)),
            known: HashTable::with_capacity(nodes),
            hasher: DefaultHashBuilder::default(),
            operands: Operands::default(),
            made: 0,
            shared: 0,
        }
    }

    /// The node with these contents, if there is one.
    pub(super) fn find(&self, node: &Node, operands: &[NodeIndex]) -> Option<NodeIndex> {
        let hash = self.hasher.hash_one((node, operands));
        let same = |found: &NodeIndex| {
            self.graph.node_weight(*found) == Some(node) && self.operands.of(*found) == operands
        };
        self.known.find(hash, same).copied()
    }

    /// The node with these contents, made where there is none yet; and whether it was made.
    pub(super) fn intern(&mut self, node: Node, operands: &[NodeIndex]) -> (NodeIndex, bool) {
        if let Some(found) = self.find(&node, operands) {
            self.made += 1;
            self.shared += 1;
            return (found, false);
        }
        let hash = self.hasher.hash_one((&node, operands));
        let index = self.add(node, operands);
        let (graph, all, hasher) = (&self.graph, &self.operands, &self.hasher);
        let again = |node: &NodeIndex| {
            let weight = graph.node_weight(*node).unwrap_or(&Node::Fork);
            hasher.hash_one((weight, all.of(*node)))
        };
        self.known.insert_unique(hash, index, again);
        (index, true)
    }

    /// A node that no other can equal.
    pub(super) fn add(&mut self, node: Node, operands: &[NodeIndex]) -> NodeIndex {
        self.made += 1;
        let index = self.graph.add_node(node);
        for (at, operand) in (0u32..).zip(operands) {
            self.graph.add_edge(index, *operand, Edge::Operand(at));
        }
        self.operands.all.extend_from_slice(operands);
        let end = u32::try_from(self.operands.all.len()).unwrap_or(u32::MAX);
        self.operands.ends.push(end);
        index
    }

    /// The operands of all nodes.
    pub(super) fn operands(&self) -> &Operands {
        &self.operands
    }
}

/// Conditions of the checked rules that have their node.
pub(super) struct Conditions<'a> {
    /// Looked up by contents only; it is never iterated over.
    known: HashTable<Known<'a>>,
    hasher: DefaultHashBuilder,
}

/// A condition that has its node.
struct Known<'a> {
    cond: &'a Cond,
    /// How many codes of sets are at hand where it stands.
    bound: u8,
    found: Found,
}

/// The node of a condition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) node: NodeIndex,
    /// How many nodes are asked for with it and below it.
    pub(super) asked: u64,
}

impl<'a> Conditions<'a> {
    /// With room for so many.
    pub(super) fn with_capacity(count: usize) -> Conditions<'a> {
        Conditions {
            known: HashTable::with_capacity(count),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// The hash by which a condition is looked up and put down.
    pub(super) fn hash(&self, cond: &Cond, bound: u8) -> u64 {
        self.hasher.hash_one((cond, bound))
    }

    /// The node of an equal condition.
    pub(super) fn find(&self, hash: u64, cond: &Cond, bound: u8) -> Option<Found> {
        let same = |known: &Known<'_>| known.bound == bound && known.cond == cond;
        self.known.find(hash, same).map(|known| known.found)
    }

    /// Puts down the node of a condition that has none yet.
    pub(super) fn insert(&mut self, hash: u64, (cond, bound): (&'a Cond, u8), found: Found) {
        let known = Known { cond, bound, found };
        let hasher = &self.hasher;
        let again = |known: &Known<'_>| hasher.hash_one((known.cond, known.bound));
        self.known.insert_unique(hash, known, again);
    }
}
