//! Which blocks are run together with another: few rules that judge the elements of a list are
//! found by the rows of the header's rules beside them, and need no rows and no looking up of their
//! own.

use super::super::rows::MEMBERS;
use super::{SMALL, Tests, has_line, tests};
use crate::graph::Graph;
use crate::graph::node::{Edge, Node};
use crate::graph::plan::Plan;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use std::collections::BTreeMap;

/// The most members of a block that is run with another.
const MOST: usize = 128;
/// So many conditions on one field of the header its members must have on the average: then few of
/// them are alive, and rows for the element would not pay.
const HEADER_TESTS: usize = 2;

/// By block that is run with another, which one.
pub(super) type Hosts = BTreeMap<u32, u32>;

/// Finds them: blocks that a fork runs one after the other, where this takes no more steps than the
/// bound counts for them.
pub(super) fn hosts(graph: &Graph, plan: &Plan) -> Hosts {
    let inner = graph.inner();
    let mut hosts = Hosts::new();
    for fork in inner.node_indices() {
        if !matches!(inner.node_weight(fork), Some(Node::Fork)) {
            continue;
        }
        let children: Vec<NodeIndex> = next(graph, fork).collect();
        let host = children.iter().find_map(|child| of_header(graph, *child));
        let Some(host) = host else {
            continue;
        };
        let mut together = vec![host];
        for child in &children {
            let guest = match inner.node_weight(*child) {
                Some(Node::Each(_)) => next(graph, *child).find_map(|node| number(graph, node)),
                _ => None,
            };
            if let Some(guest) = guest.filter(|guest| few_alive(plan, members(graph, *guest)))
                && pays(graph, plan, &together, guest)
            {
                together.push(guest);
                hosts.insert(guest, host);
            }
        }
    }
    hosts
}

/// What a node runs next, in order.
fn next(graph: &Graph, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
    let edges = graph.inner().edges(node);
    let mut next: Vec<(u32, NodeIndex)> = edges
        .filter_map(|edge| match edge.weight() {
            Edge::Next(at) => Some((*at, edge.target())),
            _ => None,
        })
        .collect();
    next.sort_unstable();
    next.into_iter().map(|(_, node)| node)
}

fn number(graph: &Graph, node: NodeIndex) -> Option<u32> {
    match graph.inner().node_weight(node) {
        Some(Node::Match(number)) => Some(*number),
        _ => None,
    }
}

/// The block of the header's rules that a node is.
fn of_header(graph: &Graph, node: NodeIndex) -> Option<u32> {
    let number = number(graph, node)?;
    let block = graph.blocks().get(number as usize)?;
    block.list.is_none().then_some(number)
}

fn members(graph: &Graph, block: u32) -> &[u32] {
    let found = graph.blocks().get(block as usize);
    found.map_or(&[], |block| &block.members)
}

/// Whether few of these are likely to be alive once the header was looked at.
fn few_alive(plan: &Plan, members: &[u32]) -> bool {
    let tests = tests(plan, members.iter().copied());
    let of_header = tests.iter().filter(|(axis, _)| {
        let axis = plan.axes.get(**axis as usize);
        axis.is_some_and(|axis| axis.list.is_none())
    });
    let count: usize = of_header.map(|(_, asked)| asked.tests.len()).sum();
    members.len() <= SMALL || (members.len() <= MOST && count >= members.len() * HEADER_TESTS)
}

/// Whether rows for all of them take no more steps than rows for those before and the guest alone.
fn pays(graph: &Graph, plan: &Plan, before: &[u32], guest: u32) -> bool {
    let of_header = |tests: &Tests| {
        let axes = tests
            .keys()
            .filter_map(|axis| plan.axes.get(*axis as usize));
        axes.filter(|axis| axis.list.is_none()).count()
    };
    let stretches = |count: usize| count.div_ceil(MEMBERS);
    let (mut all, mut alone) = (Vec::new(), 0);
    for block in before.iter().chain([&guest]) {
        let members = members(graph, *block);
        alone += stretches(members.len()) * of_header(&tests(plan, members.iter().copied()));
        all.extend_from_slice(members);
    }
    let mut lines = tests(plan, all.iter().copied());
    lines.retain(|axis, asked| has_line(plan, *axis, (asked, all.len())));
    stretches(all.len()) * of_header(&lines) <= alone
}
