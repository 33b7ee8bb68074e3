//! What holds of every graph: named invariants, each a function, all run once when it was built,
//! in release too. A graph that breaks one is a mistake of ours and is refused as `E0510`.

use super::layout::Layout;
use super::node::{Edge, Node};
use super::plan::{Plan, Subject};
use super::refusal;
use crate::check::rules::Each;
use crate::decide::program::{NodeId, Op, Program};
use crate::ground::diagnostic::Diagnostic;
use crate::schema::value::ListId;
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::BTreeMap;

/// What verifying works out besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The longest weighted path through the plan, requirements included.
    pub(super) steps: u64,
    /// The sum of node sizes.
    pub(super) bytes: u64,
}

type Inner = DiGraph<Node, Edge>;

/// Runs every invariant.
pub(super) fn verify(
    graph: &Inner,
    program: &Program,
    plan: &Plan,
    layout: &Layout,
) -> Result<Bounds, Vec<Diagnostic>> {
    let order = acyclic(graph)?;
    splits_partition(graph, plan)?;
    levels_rise(program)?;
    implemented_once(graph, plan, layout, &order)?;
    let costs = node_costs(program);
    let steps = step_bound(graph, program, plan, layout, &order, &costs)
        .saturating_add(requirement_bound(program, &costs));
    Ok(Bounds {
        steps,
        bytes: bytes(graph),
    })
}

fn broken(what: String) -> Vec<Diagnostic> {
    vec![refusal(
        "E0510",
        format!("the decision graph breaks an invariant: {what}"),
    )]
}

/// No node leads back to itself. Gives the nodes, each before what it leads to.
fn acyclic(graph: &Inner) -> Result<Vec<NodeIndex>, Vec<Diagnostic>> {
    toposort(graph, None).map_err(|cycle| {
        broken(format!(
            "node {} leads back to itself",
            cycle.node_id().index()
        ))
    })
}

/// The cells on the edges of a split are disjoint and cover the domain, unknown and none included.
fn splits_partition(graph: &Inner, plan: &Plan) -> Result<(), Vec<Diagnostic>> {
    for node in graph.node_indices() {
        let Some(Node::Split(axis)) = graph.node_weight(node) else {
            continue;
        };
        let found = plan.axes.iter().find(|planned| planned.axis == *axis);
        let cells = found.map_or(0, |axis| axis.domain.cells());
        let mut covered = vec![0u8; cells as usize];
        for edge in graph.edges(node) {
            let Edge::Cells(ranges) = edge.weight() else {
                continue;
            };
            for cell in ranges.iter().flat_map(|(from, to)| *from..=*to) {
                match covered.get_mut(cell as usize) {
                    Some(count) => *count = count.saturating_add(1),
                    None => return Err(broken(format!("a split has an edge for no cell, {cell}"))),
                }
            }
        }
        if let Some(cell) = covered.iter().position(|count| *count != 1) {
            return Err(broken(format!(
                "a split does not lead one way from cell {cell}"
            )));
        }
    }
    Ok(())
}

/// A rule's level is above those of the rules over it.
fn levels_rise(program: &Program) -> Result<(), Vec<Diagnostic>> {
    for (at, form) in program.forms.iter().enumerate() {
        for over in &form.excused_by {
            if program
                .form(*over)
                .is_none_or(|other| other.level >= form.level)
            {
                return Err(broken(format!("rule {at} is not above a rule over it")));
            }
        }
    }
    Ok(())
}

/// The members of blocks below each plan node, as hashes would not do: sorted numbers, with
/// repetitions, along all forks and along the one branch of each split that holds the most.
///
/// Along every path each rule is implemented exactly once. A split either leads to a branch or,
/// for an unknown fact, to all of them; a branch may leave rules out only where its cells say
/// that they certainly do not apply. So what must hold is that the branch for an unknown fact
/// holds every rule once, and every other branch a part of it.
fn implemented_once(
    graph: &Inner,
    plan: &Plan,
    layout: &Layout,
    order: &[NodeIndex],
) -> Result<(), Vec<Diagnostic>> {
    let mut below: BTreeMap<NodeIndex, Vec<u32>> = BTreeMap::new();
    for node in order.iter().rev() {
        let members = match graph.node_weight(*node) {
            Some(Node::Match(number)) => {
                let block = layout.blocks.get(*number as usize);
                let mut members = block.map(|b| b.members.clone()).unwrap_or_default();
                members.sort_unstable();
                members
            }
            Some(Node::Fork | Node::Each(_)) => {
                let children = graph
                    .edges(*node)
                    .filter(|e| matches!(e.weight(), Edge::Next(_)));
                let mut all: Vec<u32> = children
                    .flat_map(|edge| below.get(&edge.target()).into_iter().flatten().copied())
                    .collect();
                all.sort_unstable();
                all
            }
            Some(Node::Split(_)) => split_members(graph, plan, *node, &below)?,
            _ => continue,
        };
        below.insert(*node, members);
    }
    let all = below.get(&layout.root).cloned().unwrap_or_default();
    let wanted = 0..u32::try_from(plan.members.len()).unwrap_or(u32::MAX);
    if wanted.eq(all.iter().copied()) {
        Ok(())
    } else {
        Err(broken(
            "some rule is not implemented exactly once".to_string(),
        ))
    }
}

/// The members below a split: those of its branch for an unknown fact. Every other branch holds
/// those of them that its cells leave possible.
fn split_members(
    graph: &Inner,
    plan: &Plan,
    split: NodeIndex,
    below: &BTreeMap<NodeIndex, Vec<u32>>,
) -> Result<Vec<u32>, Vec<Diagnostic>> {
    let Some(Node::Split(axis)) = graph.node_weight(split) else {
        return Ok(Vec::new());
    };
    let number = plan.axes.iter().position(|planned| planned.axis == *axis);
    let number = number
        .and_then(|n| u32::try_from(n).ok())
        .unwrap_or(u32::MAX);
    let covers = |edge: &Edge, cell: u32| match edge {
        Edge::Cells(ranges) => ranges
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&cell)),
        _ => false,
    };
    let unknown = graph
        .edges(split)
        .find(|edge| covers(edge.weight(), super::cells::UNKNOWN));
    let all = unknown
        .and_then(|edge| below.get(&edge.target()).cloned())
        .unwrap_or_default();
    for edge in graph.edges(split) {
        let Edge::Cells(ranges) = edge.weight() else {
            continue;
        };
        let here = below.get(&edge.target()).map_or(&[][..], Vec::as_slice);
        let left_out = all
            .iter()
            .filter(|member| here.binary_search(member).is_err());
        for member in left_out {
            let Some(found) = plan.members.get(*member as usize) else {
                continue;
            };
            let told = found
                .told
                .iter()
                .filter_map(|told| plan.told.get(*told as usize));
            let denied = told.filter(|told| told.axis == number).any(|told| {
                ranges
                    .iter()
                    .all(|(from, to)| told.never_between(*from, *to))
            });
            if !denied {
                return Err(broken(format!(
                    "a split drops rule {member} where it may apply"
                )));
            }
        }
        if here.iter().any(|member| all.binary_search(member).is_err()) {
            return Err(broken("a branch of a split runs a rule twice".to_string()));
        }
    }
    Ok(all)
}

/// The most elements that a list can have, over all its owners.
fn most(program: &Program, list: ListId) -> u64 {
    let lists = &program.rules.schema.lists;
    let Some(found) = lists.get(list.0 as usize) else {
        return 1;
    };
    let own = u64::from(found.most.max(1));
    match found.parent.and_then(|parent| lists.get(parent.0 as usize)) {
        Some(parent) => own.saturating_mul(u64::from(parent.most.max(1))),
        None => own,
    }
}

/// The most codes that a set can have.
fn set_size(program: &Program, field: crate::schema::value::FieldId) -> u64 {
    let schema = &program.rules.schema;
    match schema.field(field).map(|f| f.typ) {
        Some(crate::schema::value::Type::Set(table)) => schema
            .table(table)
            .map_or(1, |table| table.codes.len().max(1) as u64),
        _ => 1,
    }
}

/// How often a node's operands are worked out for one time that it is.
fn repeats(program: &Program, op: &Op) -> u64 {
    match op {
        Op::Aggregate { list, .. } => own_most(program, *list),
        Op::Quantified {
            over: Each::List(list),
            ..
        } => own_most(program, *list),
        Op::Quantified {
            over: Each::Set(field),
            ..
        } => set_size(program, *field),
        _ => 1,
    }
}

fn own_most(program: &Program, list: ListId) -> u64 {
    program
        .rules
        .schema
        .lists
        .get(list.0 as usize)
        .map_or(1, |l| u64::from(l.most.max(1)))
}

/// The steps that working out each node takes at the worst, nothing being kept. Operands have
/// smaller numbers than what they are operands of.
fn node_costs(program: &Program) -> Vec<u64> {
    let mut costs: Vec<u64> = Vec::with_capacity(program.ops.len());
    for (number, op) in (0u32..).zip(&program.ops) {
        let inner = program
            .operands(NodeId(number))
            .iter()
            .fold(0u64, |sum, operand| {
                sum.saturating_add(costs.get(operand.0 as usize).copied().unwrap_or(0))
            });
        costs.push(inner.saturating_mul(repeats(program, op)).saturating_add(1));
    }
    costs
}

/// How many elements a rule can judge.
fn instances(program: &Program, each: &[Each]) -> u64 {
    each.iter().fold(1u64, |count, each| {
        count.saturating_mul(match each {
            Each::List(list) => own_most(program, *list),
            Each::Set(field) => set_size(program, *field),
        })
    })
}

/// The longest weighted path through the plan. A block costs a step for four words of each of its
/// rows, in both lanes; an odd fact and every residue cost what evaluating them costs.
fn step_bound(
    graph: &Inner,
    program: &Program,
    plan: &Plan,
    layout: &Layout,
    order: &[NodeIndex],
    costs: &[u64],
) -> u64 {
    let mut bounds: BTreeMap<NodeIndex, u64> = BTreeMap::new();
    for node in order.iter().rev() {
        let below = |edge: NodeIndex| bounds.get(&edge).copied().unwrap_or(0);
        let bound = match graph.node_weight(*node) {
            Some(Node::Match(number)) => block_bound(program, plan, layout, *number, costs),
            Some(Node::Fork | Node::Each(_)) => graph
                .edges(*node)
                .filter(|edge| matches!(edge.weight(), Edge::Next(_)))
                .fold(0u64, |sum, edge| sum.saturating_add(below(edge.target()))),
            Some(Node::Split(_)) => graph
                .edges(*node)
                .filter(|edge| matches!(edge.weight(), Edge::Cells(_)))
                .map(|edge| below(edge.target()))
                .max()
                .unwrap_or(0)
                .saturating_add(1),
            _ => continue,
        };
        bounds.insert(*node, bound);
    }
    bounds.get(&layout.root).copied().unwrap_or(0)
}

fn block_bound(program: &Program, plan: &Plan, layout: &Layout, block: u32, costs: &[u64]) -> u64 {
    let Some(block) = layout.blocks.get(block as usize) else {
        return 0;
    };
    let cost = |node: NodeId| costs.get(node.0 as usize).copied().unwrap_or(1);
    let elements = block.list.map_or(1, |list| most(program, list));
    let mut axes: Vec<u32> = Vec::new();
    let mut evaluated = 0u64;
    for number in &block.members {
        let Some(member) = plan.members.get(*number as usize) else {
            continue;
        };
        let each: &[Each] = match member.subject {
            Subject::Rule(rule) => program.form(rule).map_or(&[], |form| &form.each),
            Subject::Cover(_) => &[],
        };
        let times = instances(program, each);
        for conjunct in &member.residue {
            evaluated = evaluated.saturating_add(cost(conjunct.node).saturating_mul(times));
        }
        for told in member
            .told
            .iter()
            .filter_map(|told| plan.told.get(*told as usize))
        {
            axes.push(told.axis);
            // Both lanes may evaluate the tests of an odd fact.
            let odd = cost(told.conjunct.node)
                .saturating_mul(2)
                .saturating_mul(elements);
            evaluated = evaluated.saturating_add(odd);
        }
    }
    axes.sort_unstable();
    axes.dedup();
    let words = block.members.len().div_ceil(64).div_ceil(4) as u64;
    let rows = (axes.len() as u64)
        .saturating_mul(2)
        .saturating_mul(elements);
    evaluated.saturating_add(words.saturating_mul(rows))
}

/// The steps for arguments, waivers and conditions of being met, in every world and for every
/// department.
fn requirement_bound(program: &Program, costs: &[u64]) -> u64 {
    let cost = |node: Option<NodeId>| {
        node.and_then(|node| costs.get(node.0 as usize).copied())
            .unwrap_or(1)
    };
    let views = 2 + program.shadow_pilots.len() + program.rules.schema.departments.len();
    let mut waivers = vec![0u64; program.kinds.len()];
    for waive in program.forms.iter().flat_map(|form| &form.waives) {
        if let Some(sum) = waivers.get_mut(usize::from(waive.kind.0)) {
            *sum = sum.saturating_add(cost(waive.condition));
        }
    }
    let mut steps = 0u64;
    for form in &program.forms {
        let times = instances(program, &form.each).saturating_mul(views as u64);
        for require in &form.requires {
            let kind = usize::from(require.kind.0);
            let met = program.kinds.get(kind).map_or(1, |kind| cost(kind.met));
            let waived = waivers.get(kind).copied().unwrap_or(0);
            let each = cost(require.argument)
                .saturating_add(met)
                .saturating_add(waived);
            steps = steps.saturating_add(each.saturating_mul(times));
        }
    }
    for cover in &program.covers {
        steps = steps.saturating_add(cost(Some(cover.in_force)) + cost(Some(cover.scope)));
    }
    for required in &program.required {
        let rows = match program.rules.schema.field(required.field).map(|f| f.home) {
            Some(crate::schema::Home::Element(list, _)) => most(program, list),
            _ => 1,
        };
        steps = steps.saturating_add(cost(required.when).saturating_mul(rows));
    }
    steps
}

/// The sum of node sizes, with their edges and what they own.
fn bytes(graph: &Inner) -> u64 {
    let own = |node: &Node| match node {
        Node::Meaning(op) => match op {
            Op::OneOf { codes, .. } => codes.len() * 4,
            Op::Under { prefixes, .. } => prefixes.len() * 16,
            Op::Rows { rows, .. } => rows.len() * 2,
            Op::Aggregate { same, .. } => same.len() * 4,
            _ => 0,
        },
        _ => 0,
    };
    let nodes = graph
        .node_weights()
        .map(|node| size_of::<Node>() + 16 + own(node));
    let edges = graph.edge_weights().map(|edge| match edge {
        Edge::Cells(ranges) => size_of::<Edge>() + 16 + ranges.len() * 8,
        _ => size_of::<Edge>() + 16,
    });
    nodes.chain(edges).map(|bytes| bytes as u64).sum()
}
