//! Draws a part of the decision graph: a rule with its conditions, and the whole in numbers.
//!
//! `cargo run --example draw_graph | dot -Tsvg > rule.svg`, where Graphviz is at hand.

use kakou::graph::draw::{Slice, picture};
use kakou::graph::{Graph, Options};
use kakou::{Lang, load};
use std::error::Error;
use std::io::Write;

/// A picture of more boxes than this tells nobody anything; a summary by class is drawn instead.
const MOST: usize = 60;

pub fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let rules = load("examples/gate")?;
    let graph =
        Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;

    // One rule and what hangs on it, for Graphviz.
    let rule = picture(&graph, Slice::Rules(&["G-01"]), Lang::En, MOST).ok_or("no such rule")?;
    write!(out, "{}", rule.to_dot())?;

    // The whole graph is a summary as soon as it has more boxes than asked for.
    let whole = picture(&graph, Slice::Whole, Lang::Zh, 5).ok_or("no graph")?;
    assert!(whole.summary && whole.nodes.len() < graph.inner().node_count());

    // A rule that is not there has no picture.
    assert!(picture(&graph, Slice::Rules(&["G-99"]), Lang::En, MOST).is_none());
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut std::io::stdout())
}
