//! The plan as nodes of the graph: which fields are branched on, and which rules stand together
//! in a block.
//!
//! Branching on a field pays where many rules name one code of it, or one chapter of the tariff:
//! then a declaration passes by all the others. Rules that name several stay in a block of their
//! own beside the split. Where a rule names a few codes it stands in the branch of each, and where
//! the field is unknown all branches are run. Where rules were amended many times, the as-of date,
//! which is never unknown, is branched on before all else.

use super::Options;
use super::cells::{Axis, FIRST, NONE, UNKNOWN};
use super::node::{Edge, Node};
use super::periods::{Period, Periods};
use super::plan::Plan;
use super::ways::{Branch, Way, Ways, group_of};
use crate::schema::value::ListId;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// How many splits may stand one below the other, beside that of the as-of date.
const SPLIT_DEPTH: usize = 6;

/// Rules that are run together as rows of bits.
#[derive(Debug, Clone)]
pub struct Block {
    /// The list whose elements they judge.
    pub list: Option<ListId>,
    /// Members of the plan, by number.
    pub members: Vec<u32>,
}

/// The blocks, and the plan's root in the graph.
#[derive(Debug, Clone)]
pub struct Layout {
    /// By the number in [`Node::Match`].
    pub blocks: Vec<Block>,
    /// Where running begins.
    pub root: NodeIndex,
}

struct Arranger<'a> {
    plan: &'a Plan,
    ways: Ways<'a>,
    /// How many more members may stand in another branch as well.
    copies: usize,
    graph: &'a mut DiGraph<Node, Edge>,
    /// The node of each member.
    nodes: &'a [NodeIndex],
    facts: &'a dyn Fn(u32) -> Option<NodeIndex>,
    options: Options,
    blocks: Vec<Block>,
}

/// Adds the plan to the graph. `nodes` are those of the members, `facts` finds the fact of an axis.
pub(super) fn layout(
    plan: &Plan,
    graph: &mut DiGraph<Node, Edge>,
    (nodes, facts): (&[NodeIndex], &dyn Fn(u32) -> Option<NodeIndex>),
    levels: u32,
    options: Options,
) -> Layout {
    let root = graph.add_node(Node::Fork);
    let mut arranger = Arranger {
        plan,
        ways: Ways::new(plan, options),
        copies: plan.members.len(),
        graph,
        nodes,
        facts,
        options,
        blocks: Vec::new(),
    };
    let children = match Periods::new(plan, options) {
        Some(periods) => vec![arranger.periods(periods)],
        None => arranger.by_list((0u32..).take(plan.members.len())),
    };
    let resolve = arranger.graph.add_node(Node::Resolve(levels));
    arranger.run(root, children.into_iter().chain([resolve]));
    Layout {
        blocks: arranger.blocks,
        root,
    }
}

/// The most members of which all stretches of a row are worked on at once.
const FEW: usize = 1024;

impl Arranger<'_> {
    /// The declaration's own members, and those of each list.
    fn by_list(&mut self, members: impl IntoIterator<Item = u32>) -> Vec<NodeIndex> {
        let mut by_list: BTreeMap<Option<ListId>, Vec<u32>> = BTreeMap::new();
        for number in members {
            if let Some(member) = self.plan.members.get(number as usize) {
                by_list.entry(member.list).or_default().push(number);
            }
        }
        let lists = by_list.into_iter().map(|(list, members)| {
            let inner = self.arrange(members, list, 0);
            let Some(list) = list else {
                return inner;
            };
            let each = self.graph.add_node(Node::Each(list));
            let fold = self.graph.add_node(Node::Fold(list));
            self.run(each, [inner, fold]);
            each
        });
        lists.collect()
    }

    /// Branches on the as-of date, which is always known.
    fn periods(&mut self, Periods { axis, all }: Periods) -> NodeIndex {
        let split = self.split_on(axis);
        for Period {
            first,
            last,
            members,
        } in all
        {
            // What an earlier period may have of copies takes nothing from a later one.
            self.copies = members.len();
            let lists = self.by_list(members);
            let child = self.fork(&lists);
            let cells = Edge::Cells(vec![(first, last)]);
            self.graph.add_edge(split, child, cells);
        }
        let nothing = self.fork(&[]);
        let never = Edge::Cells(vec![(UNKNOWN, NONE)]);
        self.graph.add_edge(split, nothing, never);
        split
    }

    fn arrange(&mut self, members: Vec<u32>, list: Option<ListId>, depth: usize) -> NodeIndex {
        if members.len() > self.options.split_above
            && depth < SPLIT_DEPTH
            && let Some(way) = self.ways.best(&members, self.copies)
        {
            self.copies = self.copies.saturating_sub(way.copies(members.len()));
            return self.split(way, list, depth);
        }
        let members = self.alike_together(members, depth);
        let chunks = members.chunks(self.options.block.max(1));
        let blocks: Vec<NodeIndex> = chunks.map(|chunk| self.block(chunk, list)).collect();
        match blocks.as_slice() {
            [one] => *one,
            _ => self.fork(&blocks),
        }
    }

    /// Members that name the same codes beside each other, so that a stretch of a row is often
    /// empty after the first few fields and the others need not be read for it.
    fn alike_together(&self, mut members: Vec<u32>, depth: usize) -> Vec<u32> {
        const KEYS: usize = 4;
        // Of few members all stretches are worked on at once, and none of them ends early; where they
        // are all that there is, what applies need not be sorted if they are in the order of the rules.
        if depth == 0 && members.len() <= FEW {
            return members;
        }
        let mut counts = vec![0usize; self.plan.axes.len()];
        for (axis, _) in members.iter().flat_map(|member| self.ways.narrows(*member)) {
            if let Some(count) = counts.get_mut(axis as usize) {
                *count += 1;
            }
        }
        let counted = (0u32..).zip(&self.plan.axes).zip(counts);
        let of_header = counted.filter(|((_, axis), _)| axis.list.is_none());
        let mut axes: Vec<(usize, u32)> = of_header
            .map(|((number, _), count)| (count, number))
            .collect();
        axes.sort_by_key(|(count, number)| (std::cmp::Reverse(*count), *number));
        axes.truncate(KEYS);
        members.sort_by_cached_key(|member| {
            let mut key = [u32::MAX; KEYS];
            for (axis, group) in self.ways.narrows(*member) {
                let at = axes.iter().position(|(_, of)| *of == axis);
                if let Some(place) = at.and_then(|at| key.get_mut(at)) {
                    *place = group;
                }
            }
            (key, *member)
        });
        members
    }

    fn fork(&mut self, children: &[NodeIndex]) -> NodeIndex {
        let fork = self.graph.add_node(Node::Fork);
        self.run(fork, children.iter().copied());
        fork
    }

    /// Lets a node run others, one after the other.
    fn run(&mut self, node: NodeIndex, children: impl IntoIterator<Item = NodeIndex>) {
        for (at, child) in (0u32..).zip(children) {
            self.graph.add_edge(node, child, Edge::Next(at));
        }
    }

    fn block(&mut self, members: &[u32], list: Option<ListId>) -> NodeIndex {
        let number = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        let node = self.graph.add_node(Node::Match(number));
        let residue = self.graph.add_node(Node::Residue(number));
        self.graph.add_edge(node, residue, Edge::Next(0));
        let mut conditions = Vec::new();
        for number in members {
            let Some(member) = self.plan.members.get(*number as usize) else {
                continue;
            };
            if let Some(target) = self.nodes.get(*number as usize) {
                self.graph.add_edge(node, *target, Edge::Implements);
            }
            conditions.extend(member.residue.iter().map(|conjunct| conjunct.node));
        }
        conditions.sort_unstable();
        conditions.dedup();
        for condition in conditions {
            // A number in the dense form is the node's number in the graph.
            self.graph.add_edge(
                residue,
                NodeIndex::new(condition.0 as usize),
                Edge::Implements,
            );
        }
        self.blocks.push(Block {
            list,
            members: members.to_vec(),
        });
        node
    }

    /// A split that leads nowhere yet.
    fn split_on(&mut self, axis: u32) -> NodeIndex {
        let of = self.plan.axes.get(axis as usize);
        let of = of.map_or(Axis::AsOf, |axis| axis.axis.clone());
        let split = self.graph.add_node(Node::Split(of));
        if let Some(fact) = (self.facts)(axis) {
            self.graph.add_edge(split, fact, Edge::Implements);
        }
        split
    }

    fn split(&mut self, way: Way, list: Option<ListId>, depth: usize) -> NodeIndex {
        let Some(axis) = self.plan.axes.get(way.axis as usize) else {
            return self.fork(&[]);
        };
        let cells = axis.domain.cells();
        let groups: Vec<u32> = (0..cells)
            .map(|cell| group_of(&axis.domain, cell))
            .collect();
        let split = self.split_on(way.axis);
        let mut children = Vec::new();
        let mut covered: Vec<bool> = vec![false; cells as usize];
        for Branch {
            groups: own,
            members,
        } in way.branches
        {
            let child = self.arrange(members, list, depth + 1);
            let mine: Vec<u32> = (FIRST..)
                .zip(groups.iter().skip(FIRST as usize))
                .filter(|(_, of)| own.binary_search(of).is_ok())
                .map(|(cell, _)| cell)
                .collect();
            for cell in &mine {
                if let Some(covered) = covered.get_mut(*cell as usize) {
                    *covered = true;
                }
            }
            self.graph
                .add_edge(split, child, Edge::Cells(ranges(&mine)));
            children.push(child);
        }
        let all = self.fork(&children);
        self.graph
            .add_edge(split, all, Edge::Cells(vec![(UNKNOWN, UNKNOWN)]));
        let open: Vec<u32> = (NONE..)
            .zip(covered.iter().skip(NONE as usize))
            .filter(|(_, covered)| !**covered)
            .map(|(cell, _)| cell)
            .collect();
        let nothing = self.fork(&[]);
        self.graph
            .add_edge(split, nothing, Edge::Cells(ranges(&open)));
        if way.rest.is_empty() {
            return split;
        }
        let rest = self.arrange(way.rest, list, depth + 1);
        self.fork(&[split, rest])
    }
}

/// Sorted cells as ranges, both ends included.
fn ranges(cells: &[u32]) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for cell in cells {
        match ranges.last_mut() {
            Some(last) if last.1 + 1 == *cell => last.1 = *cell,
            _ => ranges.push((*cell, *cell)),
        }
    }
    ranges
}
