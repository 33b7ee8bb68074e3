//! What holds of every graph: named invariants, each a function, all run once when it was built,
//! in release too. A graph that breaks one is a mistake of ours and is refused as `E0510`.

use super::bound::Costs;
use super::cells::{Axis, FIRST, UNKNOWN};
use super::layout::Layout;
use super::node::{Edge, Node};
use super::plan::{Plan, Told};
use super::{MANY, bound, refusal};
use crate::decide::program::{Op, Program};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::parallel::join;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{DfsPostOrder, EdgeFiltered, EdgeRef};
use std::collections::BTreeMap;

/// What verifying works out besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The longest weighted path through the plan, requirements and missing facts included.
    pub(super) steps: u64,
    /// The sum of node sizes.
    pub(super) bytes: u64,
}

type Inner = DiGraph<Node, Edge>;

/// Runs every invariant.
pub(super) fn verify(
    graph: &Inner,
    program: &Program,
    (plan, layout): (&Plan, &Layout),
    costs: &Costs,
) -> Result<Bounds, Vec<Diagnostic>> {
    let order = upwards(graph, layout.root);
    let pays = program.forms.len() >= MANY;
    let ((steps, bytes), found) = join(
        pays,
        || {
            let steps = bound::steps(graph, program, (plan, layout), &order, costs);
            (steps, bytes(graph))
        },
        || {
            leads_down(graph, program, &order)?;
            splits_partition(graph, plan)?;
            levels_rise(program)?;
            implemented_once(graph, plan, layout, &order)
        },
    );
    found?;
    Ok(Bounds { steps, bytes })
}

/// The nodes of the plan, each after those that it runs.
fn upwards(graph: &Inner, root: NodeIndex) -> Vec<NodeIndex> {
    let runs = EdgeFiltered::from_fn(graph, |edge| {
        matches!(edge.weight(), Edge::Next(_) | Edge::Cells(_))
    });
    let mut nodes = DfsPostOrder::new(&runs, root);
    std::iter::from_fn(|| nodes.next(&runs)).collect()
}

fn broken(what: String) -> Vec<Diagnostic> {
    vec![refusal(
        "E0510",
        format!("the decision graph breaks an invariant: {what}"),
    )]
}

/// No node leads back to itself: every edge leads from a node to one that stands lower.
fn leads_down(
    graph: &Inner,
    program: &Program,
    order: &[NodeIndex],
) -> Result<(), Vec<Diagnostic>> {
    let heights = heights(graph, program, order);
    let height = |node: NodeIndex| heights.get(node.index());
    let up = |(from, to): &(NodeIndex, NodeIndex)| height(*from) <= height(*to);
    let edges = graph.raw_edges().iter();
    match edges.map(|edge| (edge.source(), edge.target())).find(up) {
        None => Ok(()),
        Some((from, to)) => Err(broken(format!(
            "node {} leads up to node {}",
            from.index(),
            to.index()
        ))),
    }
}

/// How high each node stands. The plan stands above rules, in the order in which it is run; rules
/// above those that they excuse, and all above what they require, that above its kind, and conditions
/// and values above what they are made of.
fn heights(graph: &Inner, program: &Program, order: &[NodeIndex]) -> Vec<(u8, u32)> {
    let own = |(number, node): (u32, &Node)| match node {
        Node::Outcome(_) => (0, 0),
        Node::Meaning(_) => (0, number),
        Node::Kind(_) => (1, 0),
        Node::Requirement { .. } | Node::Waiver => (2, 0),
        Node::Cover(_) | Node::Required(_) => (3, 0),
        Node::Rule(rule) => {
            let level = program.form(*rule).map_or(0, |form| form.level);
            (3, u32::MAX - level)
        }
        Node::Fork
        | Node::Split(_)
        | Node::Match(_)
        | Node::Each(_)
        | Node::Fold(_)
        | Node::Residue(_)
        | Node::Resolve(_) => (4, 0),
    };
    let mut heights: Vec<(u8, u32)> = (0u32..).zip(graph.node_weights()).map(own).collect();
    for (number, node) in (0u32..).zip(order) {
        if let Some(height) = heights.get_mut(node.index()) {
            height.1 = number;
        }
    }
    heights
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
/// holds every rule, and every other branch a part of it, each once. Where all branches are run,
/// a rule of the whole may be met in several: that it may apply is one bit, whoever says so. The
/// as-of date is never unknown: of its split the branches for days hold every rule together.
fn implemented_once(
    graph: &Inner,
    plan: &Plan,
    layout: &Layout,
    order: &[NodeIndex],
) -> Result<(), Vec<Diagnostic>> {
    let runs = |node: &&Node| matches!(node, Node::Match(_) | Node::Split(_));
    let met = order.iter().filter_map(|node| graph.node_weight(*node));
    if met.filter(runs).count() != graph.node_weights().filter(runs).count() {
        return Err(broken("a part of the plan is never run".to_string()));
    }
    let by_axis = told_by_axis(plan);
    let mut below: BTreeMap<NodeIndex, Vec<u32>> = BTreeMap::new();
    for node in order {
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
            Some(Node::Split(_)) => split_members(graph, (plan, &by_axis), *node, &below)?,
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

/// By axis, what its cells tell of each member, by number, in the order of the members.
fn told_by_axis(plan: &Plan) -> Vec<Vec<(u32, u32)>> {
    let mut by_axis: Vec<Vec<(u32, u32)>> = vec![Vec::new(); plan.axes.len()];
    for (number, member) in (0u32..).zip(&plan.members) {
        for told in &member.told {
            let axis = plan.told.get(*told as usize).map(|told| told.axis as usize);
            if let Some(all) = axis.and_then(|axis| by_axis.get_mut(axis)) {
                all.push((number, *told));
            }
        }
    }
    by_axis
}

/// The members below a split: those of its branch for an unknown fact, or of all branches for days.
/// Every other branch holds those of them that its cells leave possible.
fn split_members(
    graph: &Inner,
    (plan, by_axis): (&Plan, &[Vec<(u32, u32)>]),
    split: NodeIndex,
    below: &BTreeMap<NodeIndex, Vec<u32>>,
) -> Result<Vec<u32>, Vec<Diagnostic>> {
    let Some(Node::Split(axis)) = graph.node_weight(split) else {
        return Ok(Vec::new());
    };
    let number = plan.axes.iter().position(|planned| planned.axis == *axis);
    let edges = graph.edges(split).filter_map(|edge| match edge.weight() {
        Edge::Cells(ranges) => Some((edge.target(), ranges)),
        _ => None,
    });
    let mut branches: Branches = edges.collect();
    let (unknown, mut all) = led_to(axis, &mut branches, below);
    let is_whole = |member: &u32| {
        let member = plan.members.get(*member as usize);
        member.is_some_and(|member| member.is_whole)
    };
    if unknown.is_some() && repeated(&all).any(|member| !is_whole(member)) {
        return Err(broken("a split runs a rule on elements twice".to_string()));
    }
    all.dedup();
    let mut places: Vec<Option<usize>> = vec![None; plan.members.len()];
    for (place, member) in all.iter().enumerate() {
        if let Some(found) = places.get_mut(*member as usize) {
            *found = Some(place);
        }
    }
    let place = |member: u32| places.get(member as usize).copied().flatten();
    let told = number.and_then(|number| by_axis.get(number));
    // A bit for each of so many branches.
    for branches in branches.chunks(64) {
        let mut kept = vec![0u64; all.len()];
        for (bit, (target, _)) in branches.iter().enumerate() {
            let here = below.get(target).map_or(&[][..], Vec::as_slice);
            if Some(*target) != unknown && repeated(here).next().is_some() {
                return Err(broken("a branch of a split runs a rule twice".to_string()));
            }
            for member in here {
                match place(*member).and_then(|place| kept.get_mut(place)) {
                    Some(kept) => *kept |= 1 << bit,
                    None => {
                        return Err(broken(
                            "a branch of a split runs a rule that the split has not".to_string(),
                        ));
                    }
                }
            }
        }
        // By what cells tell, the branches in which it is never so.
        let mut nowhere: Vec<Option<u64>> = vec![None; plan.told.len()];
        let mut denied = vec![0u64; all.len()];
        for (member, number) in told.into_iter().flatten() {
            let Some(denied) = place(*member).and_then(|place| denied.get_mut(place)) else {
                continue;
            };
            let (Some(told), Some(nowhere)) = (
                plan.told.get(*number as usize),
                nowhere.get_mut(*number as usize),
            ) else {
                continue;
            };
            *denied |= *nowhere.get_or_insert_with(|| never_in(told, branches));
        }
        let every = u64::MAX >> (64 - branches.len());
        let found = all.iter().zip(kept).zip(denied);
        let mut dropped = found.filter(|((_, kept), denied)| kept | denied != every);
        if let Some(((member, _), _)) = dropped.next() {
            return Err(broken(format!(
                "a split drops rule {member} where it may apply"
            )));
        }
    }
    Ok(all)
}

type Branches<'a> = Vec<(NodeIndex, &'a Vec<(u32, u32)>)>;

/// The branch of a split for an unknown fact, and all that the split has, sorted. The as-of date is never
/// unknown: what stands for that is not looked at, and the split has what its other branches have.
fn led_to(
    axis: &Axis,
    branches: &mut Branches,
    below: &BTreeMap<NodeIndex, Vec<u32>>,
) -> (Option<NodeIndex>, Vec<u32>) {
    let of = |target: &NodeIndex| below.get(target).map_or(&[][..], Vec::as_slice);
    if *axis == Axis::AsOf {
        branches.retain(|(_, ranges)| ranges.iter().any(|(_, last)| *last >= FIRST));
        let each = branches.iter().flat_map(|(target, _)| of(target));
        let mut all: Vec<u32> = each.copied().collect();
        all.sort_unstable();
        return (None, all);
    }
    let covers = |ranges: &[(u32, u32)]| ranges.iter().any(|(first, _)| *first == UNKNOWN);
    let unknown = branches.iter().find(|(_, ranges)| covers(ranges));
    let unknown = unknown.map(|(target, _)| *target);
    (
        unknown,
        unknown.map_or(Vec::new(), |target| of(&target).to_vec()),
    )
}

/// The branches, a bit each, in whose cells a condition is never so.
fn never_in(told: &Told, branches: &[(NodeIndex, &Vec<(u32, u32)>)]) -> u64 {
    let is_never = |ranges: &[(u32, u32)]| {
        let mut ranges = ranges.iter();
        ranges.all(|(from, to)| told.never_between(*from, *to))
    };
    let all = branches.iter().enumerate();
    let never = all.filter(|(_, (_, ranges))| is_never(ranges));
    never.fold(0, |never, (bit, _)| never | 1 << bit)
}

/// Those of sorted members that stand beside their like.
fn repeated(sorted: &[u32]) -> impl Iterator<Item = &u32> {
    let pairs = sorted.iter().zip(sorted.iter().skip(1));
    pairs.filter_map(|(one, next)| (one == next).then_some(one))
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

#[cfg(test)]
mod tests {
    //! Graphs that break an invariant, each made from a good one, are told by their mistake.

    use super::*;
    use crate::check::compile;
    use crate::folder::Folder;
    use crate::graph::layout::Block;
    use crate::graph::{Graph, Options};
    use crate::ground::limits::Limits;
    use petgraph::graph::EdgeIndex;
    use std::fmt::Write;

    /// What a mistake is made in.
    struct Parts {
        graph: Inner,
        plan: Plan,
        layout: Layout,
    }

    /// Some rules, of which more than six in one place are branched on.
    fn built(rules: &str) -> Graph {
        let text = format!(
            "outcomes release \"放行\" / \"release\" < hold \"暂缓\" / \"hold\" missing hold \
            advice hold\ndeclaration \"申报\" / \"declaration\" judged on date\n  date : date \"日期\" / \
            \"date\"\n  a : integer \"甲\" / \"a\"\n  h : hs \"税号\" / \"code\"\nlaw L \"法\" / \
            \"law\"\n  sure found\n{rules}"
        );
        let compiled = compile(&Folder::from_texts([("a.rules", text)]), &Limits::default());
        let rules = compiled.rules.expect("rules");
        let options = Options {
            split_above: 6,
            ..Options::default()
        };
        Graph::build(&rules, options).expect("a graph")
    }

    /// Four rules for one chapter of the tariff, four for another, one for both, and one that does not ask.
    fn good() -> Graph {
        let mut rules = String::new();
        for number in 0..10 {
            let under = match number {
                0..4 => "h under 01 and ",
                4..8 => "h under 02 and ",
                8 => "h under 01 or 02 and ",
                _ => "",
            };
            let _ = writeln!(
                rules,
                "rule R-{number} \"甲\" / \"a\"\n  by L\n  when {under}a > {number}\n  then hold\n"
            );
        }
        built(&rules)
    }

    /// What is said of the good graph after a change; nothing where it is still good.
    fn told(change: impl Fn(&mut Parts)) -> Option<String> {
        told_of(&good(), change)
    }

    fn told_of(good: &Graph, change: impl Fn(&mut Parts)) -> Option<String> {
        let mut parts = Parts {
            graph: good.graph.clone(),
            plan: good.plan.clone(),
            layout: good.layout.clone(),
        };
        change(&mut parts);
        let costs = Costs::new(&good.program);
        let found = verify(
            &parts.graph,
            &good.program,
            (&parts.plan, &parts.layout),
            &costs,
        );
        let complaints = found.err()?;
        let title = complaints.first().map(|first| first.title.clone());
        title.map(|title| title.replace("the decision graph breaks an invariant: ", ""))
    }

    /// That a change is refused, and in which words.
    fn refused(change: impl Fn(&mut Parts), said: &str) {
        assert_eq!(told(change).as_deref(), Some(said));
    }

    /// The block in which a rule stands.
    fn block(parts: &mut Parts, member: u32) -> &mut Block {
        let mut blocks = parts.layout.blocks.iter_mut();
        let found = blocks.find(|block| block.members.contains(&member));
        found.expect("a block")
    }

    fn edges(parts: &Parts, which: impl Fn(&Edge) -> bool) -> Vec<EdgeIndex> {
        let all = parts.graph.edge_indices();
        all.filter(|edge| which(&parts.graph[*edge])).collect()
    }

    #[test]
    fn the_good_graph_branches_and_is_good() {
        let good = good();
        let blocks = good.layout.blocks.iter();
        let of_both = blocks.filter(|block| block.members.contains(&8));
        assert_eq!((good.layout.blocks.len(), of_both.count()), (3, 2));
        assert_eq!(told(|_| ()), None);
    }

    #[test]
    fn a_rule_that_stands_nowhere_is_missed() {
        let nowhere = |parts: &mut Parts| block(parts, 0).members.retain(|member| *member != 0);
        refused(nowhere, "some rule is not implemented exactly once");
        let twice = |parts: &mut Parts| block(parts, 9).members.push(9);
        refused(twice, "some rule is not implemented exactly once");
    }

    #[test]
    fn a_branch_holds_what_may_apply_in_it_once() {
        let in_one = |parts: &mut Parts| {
            block(parts, 9).members.clear();
            block(parts, 0).members.push(9);
        };
        refused(in_one, "a split drops rule 9 where it may apply");
        let on_elements = |parts: &mut Parts| parts.plan.members[8].is_whole = false;
        refused(on_elements, "a split runs a rule on elements twice");
        let twice = |parts: &mut Parts| block(parts, 0).members.push(0);
        refused(twice, "a branch of a split runs a rule twice");
    }

    #[test]
    fn a_branch_holds_nothing_that_the_split_has_not() {
        // Of the two branches the fork for an unknown code runs only one.
        for left_out in [0, 1] {
            let foreign = |parts: &mut Parts| {
                let split = edges(parts, |edge| matches!(edge, Edge::Cells(_)));
                let unknown = split.into_iter().find(
                    |edge| matches!(&parts.graph[*edge], Edge::Cells(cells) if cells.contains(&(0, 0))),
                );
                let (_, fork) = parts.graph.edge_endpoints(unknown.unwrap()).unwrap();
                let edge = parts.graph.edges(fork).nth(left_out).unwrap().id();
                parts.graph.remove_edge(edge);
            };
            refused(
                foreign,
                "a branch of a split runs a rule that the split has not",
            );
        }
    }

    /// Six rules of three years, two in each, branched on the as-of date.
    fn by_years() -> Graph {
        let mut rules = String::new();
        for number in 0..6 {
            let year = 2020 + number / 2;
            let _ = writeln!(
                rules,
                "rule R-{number} \"甲\" / \"a\"\n  by L\n  force from {year}-01-01 until \
                {year}-12-31\n  when a > {number}\n  then hold\n"
            );
        }
        built(&rules)
    }

    #[test]
    fn each_day_leads_to_all_that_is_in_force_on_it() {
        let of = |change: &dyn Fn(&mut Parts)| told_of(&by_years(), change);
        assert_eq!(of(&|_| ()), None);
        let refused = |change: &dyn Fn(&mut Parts), said| {
            assert_eq!(of(change).as_deref(), Some(said));
        };
        let nowhere = |parts: &mut Parts| block(parts, 2).members.retain(|member| *member != 2);
        refused(&nowhere, "some rule is not implemented exactly once");
        // On other days it is not in force.
        let elsewhere = |parts: &mut Parts| {
            nowhere(parts);
            block(parts, 0).members.push(2);
        };
        refused(&elsewhere, "a split drops rule 2 where it may apply");
        let twice = |parts: &mut Parts| block(parts, 0).members.push(0);
        refused(&twice, "a branch of a split runs a rule twice");
    }

    #[test]
    fn cells_lead_one_way() {
        let with = |cell: u32| {
            told(move |parts: &mut Parts| {
                let first = edges(parts, |edge| matches!(edge, Edge::Cells(_)))[0];
                if let Edge::Cells(cells) = &mut parts.graph[first] {
                    cells.push((cell, cell));
                }
            })
        };
        let twice = with(super::super::cells::UNKNOWN);
        assert_eq!(
            twice.as_deref(),
            Some("a split does not lead one way from cell 0")
        );
        assert_eq!(
            with(99).as_deref(),
            Some("a split has an edge for no cell, 99")
        );
    }

    #[test]
    fn nothing_leads_back_and_all_is_run() {
        let back = |parts: &mut Parts| {
            let last = edges(parts, |edge| matches!(edge, Edge::Next(_)))[0];
            let (from, to) = parts.graph.edge_endpoints(last).unwrap();
            parts.graph.add_edge(to, from, Edge::Next(9));
        };
        assert!(told(back).unwrap().contains(" leads up to node "));
        let alone = |parts: &mut Parts| {
            parts.graph.add_node(Node::Match(0));
        };
        refused(alone, "a part of the plan is never run");
    }
}
