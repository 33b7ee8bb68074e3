//! The plan as nodes of the graph: which fields are branched on, and which rules stand together
//! in a block.
//!
//! Branching on a field pays where many rules name one code of it, or one chapter of the tariff:
//! then a declaration passes by all the others. Rules that name several stay in a block of their
//! own beside the split. Nothing is copied: where the field is unknown, all branches are run.

use super::Options;
use super::cells::{Domain, FIRST, NONE, UNKNOWN};
use super::node::{Edge, Node};
use super::plan::{AxisPlan, Plan, Subject, Told};
use crate::ground::truth::Truth;
use crate::schema::value::ListId;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// A split must take this share of the work away: one in so many.
const SPLIT_GAIN: usize = 4;
/// How many splits may stand one below the other.
const SPLIT_DEPTH: usize = 3;

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
    /// By what cells tell, the only group of cells in which it leaves a rule possible.
    groups: Vec<Option<u32>>,
    graph: &'a mut DiGraph<Node, Edge>,
    /// The node of each member.
    nodes: &'a [NodeIndex],
    facts: &'a dyn Fn(u32) -> Option<NodeIndex>,
    options: Options,
    blocks: Vec<Block>,
}

/// A way to split: for each branch the cells and the members.
struct Way {
    axis: u32,
    branches: BTreeMap<u32, Vec<u32>>,
    rest: Vec<u32>,
}

/// Adds the plan to the graph. `nodes` are those of the members, `facts` finds the fact of an axis.
pub(super) fn layout(
    plan: &Plan,
    graph: &mut DiGraph<Node, Edge>,
    (nodes, facts): (&[NodeIndex], &dyn Fn(u32) -> Option<NodeIndex>),
    levels: u32,
    options: Options,
) -> Layout {
    let mut by_list: BTreeMap<Option<ListId>, Vec<u32>> = BTreeMap::new();
    for (number, member) in (0u32..).zip(&plan.members) {
        by_list.entry(member.list).or_default().push(number);
    }
    let root = graph.add_node(Node::Fork);
    let groups = plan.told.iter().map(|told| {
        let axis = plan.axes.get(told.axis as usize)?;
        only_group(&axis.domain, told)
    });
    let mut arranger = Arranger {
        plan,
        groups: groups.collect(),
        graph,
        nodes,
        facts,
        options,
        blocks: Vec::new(),
    };
    let mut next = 0;
    for (list, members) in by_list {
        let inner = arranger.arrange(members, list, 0);
        let child = match list {
            None => inner,
            Some(list) => {
                let each = arranger.graph.add_node(Node::Each(list));
                let fold = arranger.graph.add_node(Node::Fold(list));
                arranger.graph.add_edge(each, inner, Edge::Next(0));
                arranger.graph.add_edge(each, fold, Edge::Next(1));
                each
            }
        };
        arranger.graph.add_edge(root, child, Edge::Next(next));
        next += 1;
    }
    let resolve = arranger.graph.add_node(Node::Resolve(levels));
    arranger.graph.add_edge(root, resolve, Edge::Next(next));
    Layout {
        blocks: arranger.blocks,
        root,
    }
}

/// The most members of which all stretches of a row are worked on at once.
const FEW: usize = 1024;

impl Arranger<'_> {
    fn arrange(&mut self, members: Vec<u32>, list: Option<ListId>, depth: usize) -> NodeIndex {
        if members.len() > self.options.split_above
            && depth < SPLIT_DEPTH
            && let Some(way) = self.best_way(&members)
        {
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
        for (axis, _) in members.iter().flat_map(|member| self.narrows(*member)) {
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
            for (axis, group) in self.narrows(*member) {
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
        for (at, child) in (0u32..).zip(children) {
            self.graph.add_edge(fork, *child, Edge::Next(at));
        }
        fork
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

    fn split(&mut self, way: Way, list: Option<ListId>, depth: usize) -> NodeIndex {
        let Some(axis) = self.plan.axes.get(way.axis as usize) else {
            return self.fork(&[]);
        };
        let cells = axis.domain.cells();
        let groups: Vec<u32> = (0..cells)
            .map(|cell| group_of(&axis.domain, cell))
            .collect();
        let split = self.graph.add_node(Node::Split(axis.axis.clone()));
        if let Some(fact) = (self.facts)(way.axis) {
            self.graph.add_edge(split, fact, Edge::Implements);
        }
        let mut children = Vec::new();
        let mut covered: Vec<bool> = vec![false; cells as usize];
        for (group, members) in way.branches {
            let child = self.arrange(members, list, depth + 1);
            let mine: Vec<u32> = (FIRST..)
                .zip(groups.iter().skip(FIRST as usize))
                .filter(|(_, of)| **of == group)
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

    /// The split after which a declaration is expected to meet the fewest rules, if that is worth it.
    fn best_way(&self, members: &[u32]) -> Option<Way> {
        let branches = |axis: &AxisPlan| {
            axis.list.is_none()
                && matches!(
                    axis.domain,
                    Domain::Bools | Domain::Codes { .. } | Domain::Tariff { .. }
                )
        };
        // By axis, how many members each of its branches would have.
        let mut counts: Vec<BTreeMap<u32, usize>> = vec![BTreeMap::new(); self.plan.axes.len()];
        for number in members {
            for (axis, group) in self.narrows(*number) {
                if let Some(counts) = counts.get_mut(axis as usize) {
                    *counts.entry(group).or_default() += 1;
                }
            }
        }
        let ways = (0u32..).zip(&self.plan.axes).zip(&counts);
        let ways = ways.filter(|((_, axis), _)| branches(axis));
        let ways = ways.map(|((number, _), counts)| {
            let moved: usize = counts.values().sum();
            let squares: usize = counts.values().map(|count| count * count).sum();
            // The members that a declaration still meets, expected.
            let cost = members.len() - moved + squares.checked_div(moved).unwrap_or(0);
            (cost, number, counts.len())
        });
        let (cost, axis, branches) = ways.min_by_key(|(cost, ..)| *cost)?;
        (branches > 1 && cost + members.len() / SPLIT_GAIN <= members.len())
            .then(|| self.way(axis, members))
    }

    fn way(&self, axis: u32, members: &[u32]) -> Way {
        let mut way = Way {
            axis,
            branches: BTreeMap::new(),
            rest: Vec::new(),
        };
        for number in members {
            match self.narrow(axis, *number) {
                Some(group) => way.branches.entry(group).or_default().push(*number),
                None => way.rest.push(*number),
            }
        }
        way
    }

    /// The only group of cells in which a member can apply; none where it can in several.
    fn narrow(&self, axis: u32, member: u32) -> Option<u32> {
        let mut narrows = self.narrows(member);
        narrows.find_map(|(of, group)| (of == axis).then_some(group))
    }

    /// The axes of which a member can apply in one group of cells only, each with that.
    fn narrows(&self, member: u32) -> impl Iterator<Item = (u32, u32)> {
        let member = self.plan.members.get(member as usize);
        let member = member.filter(|member| !matches!(member.subject, Subject::Cover(_)));
        let told = member.map_or(&[][..], |member| &member.told);
        let of = |number: u32| {
            let group = self.groups.get(number as usize).copied().flatten()?;
            Some((self.plan.told.get(number as usize)?.axis, group))
        };
        // Where several conditions are on one field, the first says.
        (0..told.len()).filter_map(move |at| {
            let (axis, group) = of(*told.get(at)?)?;
            let before = told.get(..at)?.iter().filter_map(|number| of(*number));
            let is_first = before.into_iter().all(|(other, _)| other != axis);
            is_first.then_some((axis, group))
        })
    }
}

/// The only group of cells in which a condition leaves a rule possible; none where it does in
/// several, or where the fact is none.
fn only_group(domain: &Domain, told: &Told) -> Option<u32> {
    if told.says(NONE) != Truth::False {
        return None;
    }
    let mut group = None;
    let ends = told
        .runs
        .iter()
        .skip(1)
        .map(|run| run.0)
        .chain([domain.cells()]);
    for ((from, truth), end) in told.runs.iter().zip(ends) {
        let from = (*from).max(FIRST);
        if *truth == Truth::False || from >= end {
            continue;
        }
        let (first, last) = (group_of(domain, from), group_of(domain, end - 1));
        if first != last || group.is_some_and(|known| known != first) {
            return None;
        }
        group = Some(first);
    }
    group
}

/// Cells that are branched on together: each code by itself, tariff codes by chapter.
fn group_of(domain: &Domain, cell: u32) -> u32 {
    const CHAPTER: i64 = 100_000_000;
    match domain {
        Domain::Tariff { cuts } => {
            let first = cell
                .checked_sub(FIRST + 1)
                .and_then(|at| cuts.get(at as usize));
            first.map_or(0, |key| u32::try_from(key / CHAPTER).unwrap_or(0) + 1)
        }
        _ => cell,
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
