//! Pictures of a part of the graph: DOT, Mermaid and, with the command, SVG.
//!
//! A slice is what hangs on one rule, or the whole graph. Above a number of nodes a summary by
//! class is drawn instead: thousands of nodes tell nobody anything.

use super::Graph;
use super::label::Labeller;
use super::node::{Class, Edge, Node};
#[cfg(feature = "book")]
use crate::check::rules::ParameterId;
use crate::decide::program::{NodeId, Op};
use crate::schema::Lang;
use crate::schema::value::Type;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

/// What to draw.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, Lang, graph::{Options, draw::{Slice, picture}}};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let boxes = |slice| picture(&graph, slice, Lang::En, 1000).map(|picture| picture.nodes.len());
/// assert!(boxes(Slice::Rules(&["G-01"])) < boxes(Slice::Whole));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice<'a> {
    /// The rules of these identifiers, with what hangs on them and the rules beside them.
    Rules(&'a [&'a str]),
    /// All of it.
    Whole,
}

/// A box of a picture.
///
/// ```
/// use kakou::graph::{Class, draw::Drawn};
/// let drawn = Drawn { label: "G-01".into(), class: Class::Rule };
/// assert_eq!(drawn.label, "G-01");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What is written in it.
    pub label: String,
    /// Its class, which tells its shape.
    pub class: Class,
}

/// A picture: boxes, and arrows between them by number, each with a word on it or none.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, Lang, graph::{Options, draw::{Slice, picture}}};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let picture = picture(&graph, Slice::Rules(&["G-01"]), Lang::En, 50).ok_or("no such rule")?;
/// assert!(!picture.summary && !picture.edges.is_empty());
/// assert!(picture.to_dot().starts_with("digraph"));
/// assert!(picture.to_mermaid().starts_with("flowchart"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// The boxes.
    pub nodes: Vec<Drawn>,
    /// The arrows.
    pub edges: Vec<(u32, u32, String)>,
    /// Whether it sums up more than could be drawn.
    pub summary: bool,
}

/// Draws a slice with at most `cap` boxes, or the summary of it. Nothing where no rule is so called.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, Lang, graph::{Options, draw::{Slice, picture}}};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// // More than fits is summed up.
/// assert!(picture(&graph, Slice::Whole, Lang::En, 5).is_some_and(|picture| picture.summary));
/// // A rule that is not there has no picture.
/// assert_eq!(picture(&graph, Slice::Rules(&["G-99"]), Lang::En, 5), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn picture(graph: &Graph, slice: Slice<'_>, lang: Lang, cap: usize) -> Option<Picture> {
    let nodes = match slice {
        Slice::Whole => graph.inner().node_indices().collect(),
        Slice::Rules(ids) => around(graph, ids)?,
    };
    let nodes = without_inlined(graph, nodes);
    Some(if nodes.len() > cap {
        summary(graph, &nodes, lang)
    } else {
        detail(graph, &nodes, lang)
    })
}

/// The parameters that rules of these identifiers read.
#[cfg(feature = "book")]
pub(crate) fn parameters(graph: &Graph, ids: &[&str]) -> BTreeSet<ParameterId> {
    let nodes = around(graph, ids).unwrap_or_default();
    let parameter = |node: &NodeIndex| match graph.inner().node_weight(*node) {
        Some(Node::Meaning(Op::Parameter(id))) => Some(*id),
        _ => None,
    };
    nodes.iter().filter_map(parameter).collect()
}

/// The rules of some identifiers, all that hangs on them, and the rules that excuse them or that
/// they excuse, these without what hangs on them.
fn around(graph: &Graph, ids: &[&str]) -> Option<BTreeSet<NodeIndex>> {
    let inner = graph.inner();
    let rules = graph.rules();
    let is_ours = |node: &NodeIndex| match inner.node_weight(*node) {
        Some(Node::Rule(number)) => rules
            .rule(*number)
            .is_some_and(|rule| ids.contains(&rule.id.as_str())),
        _ => false,
    };
    let ours: Vec<NodeIndex> = inner.node_indices().filter(is_ours).collect();
    if ours.is_empty() {
        return None;
    }
    let mut found: BTreeSet<NodeIndex> = ours.iter().copied().collect();
    let mut waiting: VecDeque<NodeIndex> = ours.iter().copied().collect();
    while let Some(node) = waiting.pop_front() {
        for edge in inner.edges(node) {
            let beside = matches!(edge.weight(), Edge::Over);
            if found.insert(edge.target()) && !beside {
                waiting.push_back(edge.target());
            }
        }
    }
    for node in ours {
        let above = inner.edges_directed(node, Direction::Incoming);
        found.extend(
            above
                .filter(|e| matches!(e.weight(), Edge::Over))
                .map(|e| e.source()),
        );
    }
    Some(found)
}

/// Constants that stand in the label of what they are compared with are not drawn apart, unless
/// something else reads them too.
fn without_inlined(graph: &Graph, nodes: BTreeSet<NodeIndex>) -> BTreeSet<NodeIndex> {
    let labeller = Labeller::new(graph, Lang::En);
    let inner = graph.inner();
    let stays = |node: &NodeIndex| {
        let mut readers = inner.edges_directed(*node, Direction::Incoming).peekable();
        readers.peek().is_none()
            || readers.any(
                |edge| match (inner.node_weight(edge.source()), edge.weight()) {
                    (Some(Node::Meaning(op)), Edge::Operand(at)) => {
                        nodes.contains(&edge.source())
                            && !labeller.is_inlined(op, *at, dense(*node))
                    }
                    (Some(_), Edge::Implements) => !is_constant(graph, *node),
                    _ => true,
                },
            )
    };
    nodes.iter().copied().filter(stays).collect()
}

fn is_constant(graph: &Graph, node: NodeIndex) -> bool {
    matches!(
        graph.inner().node_weight(node),
        Some(Node::Meaning(Op::Const(_)))
    )
}

fn dense(node: NodeIndex) -> NodeId {
    super::meaning::dense(node)
}

/// The types of the requirements among these nodes that have this one as their argument.
fn required(graph: &Graph, nodes: &BTreeSet<NodeIndex>, argument: NodeIndex) -> Vec<Type> {
    let inner = graph.inner();
    let kind_of = |requirement: NodeIndex| {
        inner
            .neighbors(requirement)
            .find_map(|node| match inner.node_weight(node) {
                Some(Node::Kind(kind)) => graph.rules().kind(*kind)?.argument,
                _ => None,
            })
    };
    inner
        .neighbors_directed(argument, Direction::Incoming)
        .filter(|node| nodes.contains(node))
        .filter(|node| matches!(inner.node_weight(*node), Some(Node::Requirement { .. })))
        .filter_map(kind_of)
        .collect()
}

fn detail(graph: &Graph, nodes: &BTreeSet<NodeIndex>, lang: Lang) -> Picture {
    let inner = graph.inner();
    let labeller = Labeller::new(graph, lang);
    let mut picture = Picture::default();
    let numbers: BTreeMap<NodeIndex, u32> = nodes.iter().copied().zip(0u32..).collect();
    for node in nodes {
        let Some(weight) = inner.node_weight(*node) else {
            continue;
        };
        let label = match weight {
            Node::Meaning(Op::Const(value)) => {
                labeller.argument(value, &required(graph, nodes, *node))
            }
            _ => labeller.node(dense(*node).0, weight),
        };
        picture.nodes.push(Drawn {
            label,
            class: weight.class(),
        });
    }
    for (node, from) in &numbers {
        let mut edges: Vec<(u32, u32, String)> = inner
            .edges(*node)
            .filter_map(|edge| {
                let to = numbers.get(&edge.target())?;
                Some((rank(edge.weight()), *to, edge_label(edge.weight(), lang)))
            })
            .collect();
        edges.sort();
        picture
            .edges
            .extend(edges.into_iter().map(|(_, to, label)| (*from, to, label)));
    }
    picture
}

/// Edges are drawn in this order.
fn rank(edge: &Edge) -> u32 {
    match edge {
        Edge::Operand(at) | Edge::Next(at) => *at,
        Edge::Unless => 100_000,
        Edge::Over => 100_001,
        Edge::Requires => 100_002,
        Edge::Waives => 100_003,
        Edge::Of => 100_004,
        Edge::Gives => 100_005,
        Edge::Cells(_) => 100_006,
        Edge::Implements => 100_007,
    }
}

fn edge_label(edge: &Edge, lang: Lang) -> String {
    let (zh, en) = match edge {
        Edge::Unless => ("除非", "unless"),
        Edge::Over => ("优先于", "over"),
        Edge::Requires => ("要求", "requires"),
        Edge::Waives => ("免除", "waives"),
        Edge::Gives => ("则", "then"),
        Edge::Implements => ("实现", "implements"),
        Edge::Operand(_) | Edge::Next(_) | Edge::Of | Edge::Cells(_) => ("", ""),
    };
    lang.pick(zh, en).to_string()
}

/// How many nodes of each class there are, and how many edges lead from class to class.
fn summary(graph: &Graph, nodes: &BTreeSet<NodeIndex>, lang: Lang) -> Picture {
    let inner = graph.inner();
    let mut counts: BTreeMap<Class, u64> = BTreeMap::new();
    let mut links: BTreeMap<(Class, Class), u64> = BTreeMap::new();
    for node in nodes {
        let Some(from) = inner.node_weight(*node).map(Node::class) else {
            continue;
        };
        *counts.entry(from).or_default() += 1;
        for edge in inner
            .edges(*node)
            .filter(|edge| nodes.contains(&edge.target()))
        {
            if let Some(to) = inner.node_weight(edge.target()).map(Node::class) {
                *links.entry((from, to)).or_default() += 1;
            }
        }
    }
    let numbers: BTreeMap<Class, u32> = counts.keys().copied().zip(0u32..).collect();
    let mut picture = Picture {
        summary: true,
        ..Picture::default()
    };
    for (class, count) in &counts {
        let label = format!("{} × {count}", class_name(*class, lang));
        picture.nodes.push(Drawn {
            label,
            class: *class,
        });
    }
    for ((from, to), count) in links {
        if let (Some(from), Some(to)) = (numbers.get(&from), numbers.get(&to))
            && from != to
        {
            picture.edges.push((*from, *to, count.to_string()));
        }
    }
    picture
}

fn class_name(class: Class, lang: Lang) -> &'static str {
    let (zh, en) = match class {
        Class::Fact => ("事实", "facts"),
        Class::Value => ("值", "values"),
        Class::Test => ("判断", "tests"),
        Class::Condition => ("条件", "conditions"),
        Class::Rule => ("规则", "rules"),
        Class::Kind => ("要求种类", "kinds of requirement"),
        Class::Requirement => ("要求", "requirements"),
        Class::Waiver => ("免除", "waivers"),
        Class::Outcome => ("结果", "outcomes"),
        Class::Cover => ("覆盖", "covers"),
        Class::Required => ("必填项", "required fields"),
        Class::Plan => ("计划", "plan"),
    };
    lang.pick(zh, en)
}

/// One picture in each form: every box is drawn once, every arrow too.
///
/// ```
/// use kakou::graph::{Class, draw::{Drawn, Picture}};
/// let drawn = |label: &str, class| Drawn { label: label.into(), class };
/// let picture = Picture {
///     nodes: vec![drawn("G-01", Class::Rule), drawn("hold", Class::Outcome)],
///     edges: vec![(0, 1, "gives".into())],
///     summary: false,
/// };
/// let (dot, mermaid) = (picture.to_dot(), picture.to_mermaid());
/// for text in ["G-01", "hold", "gives"] {
///     assert_eq!((dot.matches(text).count(), mermaid.matches(text).count()), (1, 1), "{text}");
/// }
/// assert_eq!(Picture::default().to_mermaid(), "flowchart LR\n");
/// ```
impl Picture {
    /// As DOT text.
    ///
    /// ```
    /// use kakou::graph::{Class, draw::{Drawn, Picture}};
    /// let node = Drawn { label: r#"code is "O""#.into(), class: Class::Test };
    /// let picture = Picture { nodes: vec![node], ..Picture::default() };
    /// assert!(picture.to_dot().contains(r#"label="code is \"O\"""#)); // A label cannot leave its quotes.
    /// ```
    pub fn to_dot(&self) -> String {
        let mut out =
            String::from("digraph kakou {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n");
        for (number, node) in self.nodes.iter().enumerate() {
            let shape = match node.class {
                Class::Fact => "ellipse",
                Class::Rule => "box3d",
                Class::Outcome => "doubleoctagon",
                Class::Condition => "diamond",
                Class::Plan => "component",
                _ => "box",
            };
            let _ = writeln!(
                out,
                "  n{number} [shape={shape}, label=\"{}\"];",
                dot_text(&node.label)
            );
        }
        for (from, to, label) in &self.edges {
            let _ = match label.as_str() {
                "" => writeln!(out, "  n{from} -> n{to};"),
                label => writeln!(out, "  n{from} -> n{to} [label=\"{}\"];", dot_text(label)),
            };
        }
        out.push_str("}\n");
        out
    }

    /// As Mermaid text.
    ///
    /// ```
    /// use kakou::graph::{Class, draw::{Drawn, Picture}};
    /// let node = Drawn { label: "total > 100".into(), class: Class::Test };
    /// let picture = Picture { nodes: vec![node], ..Picture::default() };
    /// assert_eq!(picture.to_mermaid(), "flowchart LR\n  n0[\"total #gt; 100\"]\n");
    /// ```
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (number, node) in self.nodes.iter().enumerate() {
            let (open, close) = match node.class {
                Class::Fact => ("([\"", "\"])"),
                Class::Rule => ("[[\"", "\"]]"),
                Class::Outcome => ("{{\"", "\"}}"),
                Class::Condition => ("{\"", "\"}"),
                _ => ("[\"", "\"]"),
            };
            let _ = writeln!(out, "  n{number}{open}{}{close}", mermaid_text(&node.label));
        }
        for (from, to, label) in &self.edges {
            let _ = match label.as_str() {
                "" => writeln!(out, "  n{from} --> n{to}"),
                label => writeln!(out, "  n{from} -->|\"{}\"| n{to}", mermaid_text(label)),
            };
        }
        out
    }

    /// As SVG text.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Graph, Lang, graph::{Options, draw::{Slice, picture}}};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let svg = |lang| Some(picture(&graph, Slice::Rules(&["G-01"]), lang, 50)?.to_svg());
    /// assert!(svg(Lang::Zh).is_some_and(|svg| svg.contains("过卡重量误差") && svg.ends_with("</svg>\n")));
    /// assert_eq!(svg(Lang::Zh), svg(Lang::Zh)); // The same picture is the same text.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "book")]
    pub fn to_svg(&self) -> String {
        super::svg::svg(self)
    }

    /// The same with fewer boxes: a test that asks about one fact alone has the fact written in
    /// it, `line` and `is second` become one box, so that a reader sees at once what is asked.
    #[cfg(feature = "book")]
    pub(crate) fn condensed(&self) -> Picture {
        let box_at = |number: u32| self.nodes.get(number as usize);
        let mut below: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (from, to, _) in &self.edges {
            below.entry(*from).or_default().push(*to);
        }
        // The fact that each such test asks about.
        let asks: BTreeMap<u32, u32> = below
            .iter()
            .filter_map(|(from, to)| {
                let (asking, [fact]) = (box_at(*from)?, to.as_slice()) else {
                    return None;
                };
                let alone = asking.class == Class::Test || asking.label.starts_with('→');
                (alone && box_at(*fact)?.class == Class::Fact).then_some((*from, *fact))
            })
            .collect();
        let edges = || {
            self.edges
                .iter()
                .filter(|(from, ..)| !asks.contains_key(from))
        };
        let named: BTreeSet<u32> = asks.values().copied().collect();
        let read: BTreeSet<u32> = edges().map(|(_, to, _)| *to).collect();
        let stays = |number: &u32| !named.contains(number) || read.contains(number);
        let numbers: Vec<u32> = (0u32..)
            .zip(&self.nodes)
            .map(|(n, _)| n)
            .filter(stays)
            .collect();
        let anew: BTreeMap<u32, u32> = numbers.iter().copied().zip(0u32..).collect();
        let drawn = |number: &u32| {
            let node = box_at(*number)?;
            let label = match asks.get(number).and_then(|fact| box_at(*fact)) {
                Some(fact) => format!("{} {}", fact.label, node.label),
                None => node.label.clone(),
            };
            Some(Drawn {
                label,
                class: node.class,
            })
        };
        let edge = |(from, to, word): &(u32, u32, String)| {
            Some((*anew.get(from)?, *anew.get(to)?, word.clone()))
        };
        Picture {
            nodes: numbers.iter().filter_map(drawn).collect(),
            edges: edges().filter_map(edge).collect(),
            summary: self.summary,
        }
    }

    /// As SVG that stands in a page: the names of its parts begin with `prefix`, and the page says
    /// how it looks and holds the head of its arrows.
    #[cfg(feature = "book")]
    pub(crate) fn to_inline_svg(&self, prefix: &str, label: &str) -> String {
        super::svg::inline(self, prefix, label)
    }

    /// The head of an arrow, for pages that hold pictures.
    #[cfg(feature = "book")]
    pub(crate) fn arrow_head() -> &'static str {
        super::svg::HEAD
    }
}

/// Text inside the quotes of DOT.
fn dot_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Text inside the quotes of Mermaid, where `#` begins an entity.
fn mermaid_text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            c => out.push(c),
        }
    }
    out
}
