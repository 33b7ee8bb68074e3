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

/// Four rules for one chapter of the tariff, four for another, one for both, and one that does not ask.
fn good() -> Graph {
    let mut text = "outcomes release \"放行\" / \"release\" < hold \"暂缓\" / \"hold\" missing hold \
        advice hold\ndeclaration \"申报\" / \"declaration\" judged on date\n  date : date \"日期\" / \
        \"date\"\n  a : integer \"甲\" / \"a\"\n  h : hs \"税号\" / \"code\"\nlaw L \"法\" / \
        \"law\"\n  sure found\n"
        .to_string();
    for number in 0..10 {
        let under = match number {
            0..4 => "h under 01 and ",
            4..8 => "h under 02 and ",
            8 => "h under 01 or 02 and ",
            _ => "",
        };
        let _ = writeln!(
            text,
            "rule R-{number} \"甲\" / \"a\"\n  by L\n  when {under}a > {number}\n  then hold\n"
        );
    }
    let compiled = compile(&Folder::from_texts([("a.rules", text)]), &Limits::default());
    let rules = compiled.rules.expect("rules");
    let options = Options {
        split_above: 6,
        ..Options::default()
    };
    Graph::build(&rules, options).expect("a graph")
}

/// What is said of the good graph after a change; nothing where it is still good.
fn told(change: impl Fn(&mut Parts)) -> Option<String> {
    let good = good();
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
    assert_eq!(
        told(nowhere).as_deref(),
        Some("some rule is not implemented exactly once")
    );
    let twice = |parts: &mut Parts| block(parts, 9).members.push(9);
    assert_eq!(
        told(twice).as_deref(),
        Some("some rule is not implemented exactly once")
    );
}

#[test]
fn a_branch_holds_what_may_apply_in_it_once() {
    let in_one = |parts: &mut Parts| {
        block(parts, 9).members.clear();
        block(parts, 0).members.push(9);
    };
    assert_eq!(
        told(in_one).as_deref(),
        Some("a split drops rule 9 where it may apply")
    );
    let on_elements = |parts: &mut Parts| parts.plan.members[8].is_whole = false;
    assert_eq!(
        told(on_elements).as_deref(),
        Some("a split runs a rule on elements twice")
    );
    let twice = |parts: &mut Parts| block(parts, 0).members.push(0);
    assert_eq!(
        told(twice).as_deref(),
        Some("a branch of a split runs a rule twice")
    );
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
        assert_eq!(
            told(foreign).as_deref(),
            Some("a branch of a split runs a rule that the split has not")
        );
    }
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
    assert!(told(back).unwrap().ends_with("leads back to itself"));
    let alone = |parts: &mut Parts| {
        parts.graph.add_node(Node::Match(0));
    };
    assert_eq!(
        told(alone).as_deref(),
        Some("a part of the plan is never run")
    );
}
