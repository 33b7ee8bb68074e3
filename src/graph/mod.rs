//! The decision graph: one directed graph without cycles for a whole rule set, in two layers.
//!
//! - `meaning`: facts, values, tests and conditions, each once; rules and what hangs on them.
//! - `plan`: how the engine finds the rules that apply: splits, forks, blocks of rules as rows
//!   of bits, residues, levels of exceptions. Every node of the plan points to what it implements.
//!
//! It is built from checked rules, proved once against the invariants of `verify`, and then
//! frozen: there is no way to change it. The engine is made from it and from nothing else; the
//! [`walk`]er judges on it plainly; [`draw`] shows a part of it.

mod before;
mod bound;
pub(crate) mod cells;
pub mod draw;
mod label;
pub(crate) mod layout;
mod lower;
mod meaning;
mod names;
mod needs;
pub(crate) mod node;
mod peak;
mod periods;
pub(crate) mod plan;
mod shape;
mod shared;
#[cfg(feature = "book")]
mod svg;
mod verify;
pub mod walk;
mod ways;

pub use node::{Class, Edge, Node};

use crate::check::rules::{RuleSet, Sure};
use crate::decide::atom::Atoms;
use crate::decide::program::Program;
use crate::decide::waits::Waits;
use crate::ground::diagnostic::{Code, Diagnostic};
use crate::ground::limits::Limits;
use crate::ground::parallel::join;
use crate::ground::span::Span;
use before::Before;
use bound::Costs;
use layout::{Block, Layout};
use lower::{Rank, lower, program};
use meaning::Builder;
use petgraph::graph::{DiGraph, NodeIndex};
use plan::Plan;
use std::sync::Arc;
use verify::Bounds;

/// How a graph is built.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, Limits, graph::Options};
/// assert!(Graph::build(&rules, Options::default()).is_ok());
/// let limits = Limits { rules: 1, ..Limits::default() };
/// let refused = Graph::build(&rules, Options { limits, ..Options::default() }).unwrap_err();
/// assert_eq!(refused[0].title, "2 rules are more than the limit of 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// A rule less sure than this decides nothing and runs in shadow.
    pub trust: Sure,
    /// The bounds on its size.
    pub limits: Limits,
    /// More rules than this in one place are branched on, where that pays. A quarter of it suffices for
    /// rules that were amended: where the days can be parted into periods of which each has no more than
    /// half of all rules, these are branched on first.
    pub split_above: usize,
    /// The most rules in one block: it bounds the bytes that a rule can cost, whatever the cuts.
    pub block: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            trust: Sure::High,
            limits: Limits::default(),
            split_above: 2048,
            block: 2048,
        }
    }
}

/// The decision graph of a rule set. Immutable once built.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, Limits, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// assert_eq!(graph.stats().all_nodes(), graph.inner().node_count() as u64);
/// assert_eq!(graph.rules().fingerprint, rules.fingerprint);
///
/// // A graph that is larger than the limit, or judges for longer, is refused.
/// let limits = Limits { graph_nodes: 3, ..Limits::default() };
/// let refused = Graph::build(&rules, Options { limits, ..Options::default() }).unwrap_err();
/// assert_eq!(refused[0].code.0, "E0506");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    graph: DiGraph<Node, Edge>,
    program: Arc<Program>,
    plan: Plan,
    layout: Layout,
    bounds: Bounds,
    made: u64,
    shared: u64,
}

/// A graph is proved when it is built and only read afterwards.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, graph::{Class, Options}};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let count = |class| graph.inner().node_weights().filter(|node| node.class() == class).count();
/// assert_eq!(count(Class::Rule), graph.rules().rules.len());
/// assert!(graph.stats().nodes.iter().all(|(class, counted)| count(*class) as u64 == *counted));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Graph {
    /// Builds the graph of a rule set and proves its invariants. Where rules are many, a second thread
    /// helps for parts of it.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Graph, Limits, graph::Options};
    /// let steps = |steps| {
    ///     let limits = Limits { steps, ..Limits::default() };
    ///     Graph::build(&rules, Options { limits, ..Options::default() }).map(|graph| graph.stats().steps)
    /// };
    /// let bound = steps(u64::MAX).map_err(|refused| format!("{refused:?}"))?;
    /// assert_eq!(steps(bound), Ok(bound));
    /// // One step less, and rules that could take so long are refused.
    /// assert_eq!(steps(bound - 1).unwrap_err()[0].code.0, "E0507");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(rules: &Arc<RuleSet>, options: Options) -> Result<Graph, Vec<Diagnostic>> {
        Graph::made(rules, None, options)
    }

    /// Builds the graph of a rule set that is an edit of this one's, as a [`crate::Compiler`] gives
    /// it: what this graph has of rules that share their terms is taken over where schema and types
    /// are the same, and only other rules are read. What comes out, refusals included, is what
    /// [`Graph::build`] gives; only the time differs.
    ///
    /// ```
    /// use kakou::{Compiler, Folder, Graph, Limits, graph::Options};
    /// let limits = Limits::default();
    /// let gate = Folder::open("examples/gate".as_ref(), &limits)?;
    /// let mut compiler = Compiler::default();
    /// let before = compiler.compile(&gate, &limits).rules.ok_or("refused")?;
    /// let before = Graph::build(&before, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    ///
    /// let text = gate.rules().next().ok_or("no text")?.1.replace("then  hold", "then  review");
    /// let edited = compiler.compile(&gate.with_rules("gate.rules", text), &limits);
    /// let edited = edited.rules.ok_or("refused")?;
    /// let after = before.rebuild(&edited, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let whole = Graph::build(&edited, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// assert_eq!(format!("{after:?}"), format!("{whole:?}"));
    ///
    /// // What is too large is refused here as there.
    /// let limits = Limits { graph_nodes: 3, ..limits };
    /// let refused = before.rebuild(&edited, Options { limits, ..Options::default() }).unwrap_err();
    /// assert_eq!(refused[0].code.0, "E0506");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rebuild(
        &self,
        rules: &Arc<RuleSet>,
        options: Options,
    ) -> Result<Graph, Vec<Diagnostic>> {
        Graph::made(rules, Some(self), options)
    }

    fn made(
        rules: &Arc<RuleSet>,
        before: Option<&Graph>,
        options: Options,
    ) -> Result<Graph, Vec<Diagnostic>> {
        if rules.rules.len() > options.limits.rules {
            return Err(vec![refusal(
                "E0504",
                format!(
                    "{} rules are more than the limit of {}",
                    rules.rules.len(),
                    options.limits.rules
                ),
            )]);
        }
        let before = before.and_then(|before| Before::new(before, rules));
        let mut builder = Builder::new(rules, before);
        let pays = rules.rules.len() >= MANY;
        let (rank, parts) = join(
            pays,
            || Rank::new(rules, options),
            || lower(rules, &mut builder, options),
        );
        let parts = parts?;
        let (rule_nodes, cover_nodes) = (parts.rule_nodes(), parts.cover_nodes.clone());
        let members: Vec<NodeIndex> = rule_nodes.into_iter().chain(cover_nodes).collect();
        let mut program = program(rules, &builder, (parts, rank?));
        let (made, shared) = (builder.nodes.made, builder.nodes.shared);
        let ((atoms, numbers), (sketch, costs)) = join(
            pays,
            || Atoms::new(&program),
            || (plan::sketch(&program), Costs::new(&program)),
        );
        program.atoms = atoms;
        for (node, atom) in program.nodes.iter_mut().zip(numbers) {
            node.atom = atom;
        }
        let plan = plan::plan(&program, sketch);
        let axes = plan.axes.iter();
        let facts: Vec<Option<NodeIndex>> = axes.map(|axis| builder.fact(axis.field())).collect();
        let fact = |axis: u32| facts.get(axis as usize).copied().flatten();
        let levels = program.forms.iter().map(|form| form.level);
        let levels = levels.max().unwrap_or(0);
        let mut graph = builder.nodes.graph;
        let (waits, layout) = join(
            pays,
            || Waits::new(&program),
            || layout::layout(&plan, &mut graph, (&members, &fact), levels, options),
        );
        program.waits = waits;
        let bounds = verify::verify(&graph, &program, (&plan, &layout), &costs)?;
        if graph.node_count() > options.limits.graph_nodes {
            return Err(vec![refusal(
                "E0506",
                format!(
                    "the decision graph has more than {} nodes",
                    options.limits.graph_nodes
                ),
            )]);
        }
        if bounds.steps > options.limits.steps {
            return Err(vec![
                refusal(
                    "E0507",
                    format!(
                        "judging may take {} steps, more than the limit of {}",
                        bounds.steps, options.limits.steps
                    ),
                )
                .help(
                    "shorter lists in the schema, or fewer rules that match lists, lower the bound",
                ),
            ]);
        }
        Ok(Graph {
            graph,
            program: Arc::new(program),
            plan,
            layout,
            bounds,
            made,
            shared,
        })
    }

    /// How large it is, and how long judging may take.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Graph, graph::Options};
    /// let stats = |options| Graph::build(&rules, options).map(|graph| graph.stats());
    /// let usual = stats(Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// // Blocks of one rule each: more of them, and the same rules.
    /// let single = stats(Options { block: 1, ..Options::default() }).map_err(|refused| format!("{refused:?}"))?;
    /// assert!(single.blocks > usual.blocks && single.rules == usual.rules);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stats(&self) -> Stats {
        let mut nodes = [0u64; Class::ALL.len()];
        for node in self.graph.node_weights() {
            let at = Class::ALL.iter().position(|class| *class == node.class());
            if let Some(count) = at.and_then(|at| nodes.get_mut(at)) {
                *count += 1;
            }
        }
        Stats {
            nodes: Class::ALL.into_iter().zip(nodes).collect(),
            made: self.made,
            shared: self.shared,
            rules: self.rules().rules.len() as u64,
            blocks: self.layout.blocks.len() as u64,
            bytes: self.bounds.bytes,
            steps: self.bounds.steps,
        }
    }

    /// What the plan knows of cells and members.
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The blocks of rules.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.layout.blocks
    }

    /// Where running the plan begins.
    pub(crate) fn root(&self) -> NodeIndex {
        self.layout.root
    }

    /// The nodes and edges, to read.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Graph, graph::{Edge, Node, Options}};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let inner = graph.inner();
    /// assert!(!petgraph::algo::is_cyclic_directed(inner));
    /// // G-02 is the rule that requires something.
    /// let requiring: Vec<_> = inner
    ///     .edge_indices()
    ///     .filter(|edge| matches!(inner[*edge], Edge::Requires))
    ///     .filter_map(|edge| match inner[inner.edge_endpoints(edge)?.0] {
    ///         Node::Rule(id) => rules.rule(id).map(|rule| rule.id.as_str()),
    ///         _ => None,
    ///     })
    ///     .collect();
    /// assert_eq!(requiring, ["G-02"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inner(&self) -> &DiGraph<Node, Edge> {
        &self.graph
    }

    /// The meaning in dense form.
    pub(crate) fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The checked rules it stands for.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Graph, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// assert!(std::sync::Arc::ptr_eq(graph.rules(), &rules)); // They are shared, not copied.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.program.rules
    }
}

/// The size of a graph and the bound on judging with it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, graph::Options};
/// let stats = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?.stats();
/// assert_eq!(stats.rules, 2);
/// assert_eq!(stats.bytes_per_rule(), stats.bytes / 2);
/// assert!(stats.shared < stats.made && stats.all_nodes() > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Nodes by class.
    pub nodes: Vec<(Class, u64)>,
    /// How many nodes the rules asked for.
    pub made: u64,
    /// How many of those were there already.
    pub shared: u64,
    /// Rules.
    pub rules: u64,
    /// Blocks of rules.
    pub blocks: u64,
    /// Bytes of the nodes, edges and operands.
    pub bytes: u64,
    /// Steps that judging one declaration takes at the worst.
    pub steps: u64,
}

/// What the numbers come to, for a rule set that is to be kept within bounds.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, graph::Options};
/// let stats = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?.stats();
/// // What was asked for and not there already became a node; the plan's nodes come on top.
/// assert!(stats.all_nodes() >= stats.made - stats.shared);
/// assert!(stats.bytes_per_rule() * stats.rules <= stats.bytes);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Stats {
    /// Nodes of all classes.
    ///
    /// ```
    /// use kakou::graph::{Class, Stats};
    /// let nodes = vec![(Class::Fact, 4), (Class::Rule, 2)];
    /// let stats = Stats { nodes, made: 6, shared: 0, rules: 2, blocks: 1, bytes: 96, steps: 12 };
    /// assert_eq!(stats.all_nodes(), 6);
    /// ```
    pub fn all_nodes(&self) -> u64 {
        self.nodes.iter().map(|(_, count)| count).sum()
    }

    /// Bytes for each rule.
    ///
    /// ```
    /// use kakou::graph::Stats;
    /// let stats = Stats { nodes: Vec::new(), made: 0, shared: 0, rules: 2, blocks: 1, bytes: 96, steps: 12 };
    /// assert_eq!(stats.bytes_per_rule(), 48);
    /// assert_eq!(Stats { rules: 0, ..stats }.bytes_per_rule(), 96); // Nothing is divided by none.
    /// ```
    pub fn bytes_per_rule(&self) -> u64 {
        self.bytes.checked_div(self.rules).unwrap_or(self.bytes)
    }
}

/// From so many rules, conditions or members on they are worked on by two threads.
pub(crate) const MANY: usize = 512;

/// A refusal that is about the whole rule set.
fn refusal(code: &'static str, title: String) -> Diagnostic {
    Diagnostic::new(Code(code), title, Span::default())
}
