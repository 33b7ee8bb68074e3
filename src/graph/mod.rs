//! The decision graph: one directed graph without cycles for a whole rule set, in two layers.
//!
//! - `meaning`: facts, values, tests and conditions, each once; rules and what hangs on them.
//! - `plan`: how the engine finds the rules that apply: splits, forks, blocks of rules as rows
//!   of bits, residues, levels of exceptions. Every node of the plan points to what it implements.
//!
//! It is built from checked rules, proved once against the invariants of `verify`, and then
//! frozen: there is no way to change it. The engine is made from it and from nothing else; the
//! [`walk`]er judges on it plainly; [`draw`] shows a part of it.

mod bound;
pub(crate) mod cells;
pub mod draw;
mod label;
pub(crate) mod layout;
mod meaning;
pub(crate) mod node;
pub(crate) mod plan;
mod shape;
#[cfg(feature = "cli")]
mod svg;
mod verify;
pub mod walk;

pub use node::{Class, Edge, Node};

use crate::check::rules::{RuleId, RuleSet, Sure};
use crate::decide::program::{
    CoverForm, KindForm, Memo, NodeId, Program, RequireForm, RequiredForm, RuleForm, WaiveForm,
};
use crate::ground::diagnostic::{Code, Diagnostic};
use crate::ground::limits::Limits;
use crate::ground::span::Span;
use layout::{Block, Layout};
use meaning::{Builder, RuleNodes, dense};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
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
    /// More rules than this in one place are branched on, where that pays.
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

impl Graph {
    /// Builds the graph of a rule set and proves its invariants.
    pub fn build(rules: &Arc<RuleSet>, options: Options) -> Result<Graph, Vec<Diagnostic>> {
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
        let mut builder = Builder::new(rules);
        let parts = lower(rules, &mut builder, options)?;
        let (rule_nodes, cover_nodes) = (parts.rule_nodes(), parts.cover_nodes.clone());
        let program = program(rules, &builder, parts, options)?;
        let (made, shared) = (builder.made, builder.shared);
        let plan = plan::plan(&program);
        let facts: Vec<Option<NodeIndex>> = plan
            .axes
            .iter()
            .map(|axis| builder.fact(axis.field()))
            .collect();
        let mut graph = builder.graph;
        let members: Vec<NodeIndex> = rule_nodes.into_iter().chain(cover_nodes).collect();
        let levels = program
            .forms
            .iter()
            .map(|form| form.level)
            .max()
            .unwrap_or(0);
        let fact = |axis: u32| facts.get(axis as usize).copied().flatten();
        let layout = layout::layout(&plan, &mut graph, (&members, &fact), levels, options);
        let bounds = verify::verify(&graph, &program, &plan, &layout)?;
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
    pub fn inner(&self) -> &DiGraph<Node, Edge> {
        &self.graph
    }

    /// The meaning in dense form.
    pub(crate) fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The checked rules it stands for.
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

impl Stats {
    /// Nodes of all classes.
    pub fn all_nodes(&self) -> u64 {
        self.nodes.iter().map(|(_, count)| count).sum()
    }

    /// Bytes for each rule.
    pub fn bytes_per_rule(&self) -> u64 {
        self.bytes.checked_div(self.rules).unwrap_or(self.bytes)
    }
}

/// A refusal that is about the whole rule set.
fn refusal(code: &'static str, title: String) -> Diagnostic {
    Diagnostic::new(Code(code), title, Span::default())
}

/// The nodes of everything that is not a condition or value.
struct Parts {
    rules: Vec<RuleNodes>,
    met: Vec<Option<NodeIndex>>,
    covers: Vec<(NodeIndex, NodeIndex)>,
    cover_nodes: Vec<NodeIndex>,
    required: Vec<Option<NodeIndex>>,
}

impl Parts {
    fn rule_nodes(&self) -> Vec<NodeIndex> {
        self.rules.iter().map(|nodes| nodes.rule).collect()
    }
}

/// Lowers rules, kinds, covers and required fields, in this order.
fn lower(
    rules: &RuleSet,
    builder: &mut Builder<'_>,
    options: Options,
) -> Result<Parts, Vec<Diagnostic>> {
    let mut parts = Parts {
        rules: Vec::new(),
        met: Vec::new(),
        covers: Vec::new(),
        cover_nodes: Vec::new(),
        required: Vec::new(),
    };
    let outcome =
        |builder: &mut Builder<'_>, outcome| builder.intern(Node::Outcome(outcome), vec![]);
    let mut kinds = Vec::new();
    for (number, kind) in (0u16..).zip(&rules.kinds) {
        let met = kind.met.as_ref().map(|met| builder.cond(met, 0));
        let node = builder.intern(
            Node::Kind(crate::check::rules::KindId(number)),
            met.into_iter().collect(),
        );
        let gives = outcome(builder, kind.otherwise);
        builder.graph.add_edge(node, gives, Edge::Gives);
        kinds.push(node);
        parts.met.push(met);
    }
    let kind_node = |id: crate::check::rules::KindId| kinds.get(usize::from(id.0)).copied();
    for (number, rule) in (0u32..).zip(&rules.rules) {
        let nodes = builder.rule(number, rule);
        if let Some(result) = rule.outcome {
            let gives = outcome(builder, result);
            builder.graph.add_edge(nodes.rule, gives, Edge::Gives);
        }
        for (require, argument) in rule.requires.iter().zip(&nodes.arguments) {
            let operands: Vec<NodeIndex> = kind_node(require.kind)
                .into_iter()
                .chain(*argument)
                .collect();
            let node = builder.intern(
                Node::Requirement {
                    firmly: require.firmly,
                },
                operands,
            );
            builder.graph.add_edge(nodes.rule, node, Edge::Requires);
        }
        for (waive, condition) in rule.waives.iter().zip(&nodes.waiver_conditions) {
            let operands: Vec<NodeIndex> = kind_node(waive.kind)
                .into_iter()
                .chain(*condition)
                .collect();
            let node = builder.intern(Node::Waiver, operands);
            builder.graph.add_edge(nodes.rule, node, Edge::Waives);
        }
        parts.rules.push(nodes);
        if builder.graph.node_count() > options.limits.graph_nodes {
            return Err(vec![
                Diagnostic::new(
                    Code("E0506"),
                    format!(
                        "the decision graph has more than {} nodes",
                        options.limits.graph_nodes
                    ),
                    rule.place.0,
                )
                .label("the rule with which it grew past the limit"),
            ]);
        }
    }
    for (number, rule) in (0u32..).zip(&rules.rules) {
        let Some(from) = parts.rules.get(number as usize).map(|n| n.rule) else {
            continue;
        };
        for over in &rule.over {
            if let Some(to) = parts.rules.get(over.0 as usize).map(|n| n.rule) {
                builder.graph.add_edge(from, to, Edge::Over);
            }
        }
    }
    for (number, cover) in (0u32..).zip(&rules.covers) {
        let both = (
            builder.cond(&cover.in_force, 0),
            builder.cond(&cover.scope, 0),
        );
        let node = builder.intern(Node::Cover(number), vec![both.0, both.1]);
        parts.cover_nodes.push(node);
        parts.covers.push(both);
    }
    for (number, required) in (0u32..).zip(&rules.required) {
        let when = required.when.as_ref().map(|when| builder.cond(when, 0));
        builder.intern(Node::Required(number), when.into_iter().collect());
        parts.required.push(when);
    }
    Ok(parts)
}

/// The dense form of the meaning layer.
fn program(
    rules: &Arc<RuleSet>,
    builder: &Builder<'_>,
    parts: Parts,
    options: Options,
) -> Result<Program, Vec<Diagnostic>> {
    let graph = &builder.graph;
    let (mut ops, mut starts, mut operands) = (Vec::new(), vec![0u32], Vec::new());
    for index in graph.node_indices() {
        let op = match graph.node_weight(index) {
            Some(Node::Meaning(op)) => op.clone(),
            _ => crate::decide::program::Op::Always,
        };
        let mut mine: Vec<(u32, NodeId)> = graph
            .edges(index)
            .filter_map(|edge| match edge.weight() {
                Edge::Operand(at) => Some((*at, dense(edge.target()))),
                _ => None,
            })
            .collect();
        mine.sort_unstable();
        operands.extend(mine.into_iter().map(|(_, node)| node));
        starts.push(u32::try_from(operands.len()).unwrap_or(u32::MAX));
        ops.push(op);
    }
    let memo = Program::memos(&ops, &builder.needs, rules);
    let mut slot_count = 0u32;
    let slots = ops.iter().zip(&memo).map(|(op, memo)| {
        let keeps = *memo != Memo::No && !op.is_condition();
        keeps.then(|| {
            slot_count += 1;
            slot_count - 1
        })
    });
    let slots = slots.collect();
    let levels = levels(rules)?;
    let mut excused_by: Vec<Vec<RuleId>> = vec![Vec::new(); rules.rules.len()];
    for (number, rule) in (0u32..).zip(&rules.rules) {
        for over in &rule.over {
            if let Some(list) = excused_by.get_mut(over.0 as usize) {
                list.push(RuleId(number));
            }
        }
    }
    let forms = rules
        .rules
        .iter()
        .zip(&parts.rules)
        .zip(excused_by)
        .zip(levels)
        .map(|(((rule, nodes), mut excused_by), level)| {
            excused_by.sort_unstable();
            excused_by.dedup();
            let requires = rule
                .requires
                .iter()
                .zip(&nodes.arguments)
                .map(|(require, argument)| RequireForm {
                    kind: require.kind,
                    firmly: require.firmly,
                    argument: argument.map(dense),
                });
            let waives =
                rule.waives
                    .iter()
                    .zip(&nodes.waiver_conditions)
                    .map(|(waive, condition)| WaiveForm {
                        kind: waive.kind,
                        condition: condition.map(dense),
                    });
            let pilot = rule
                .pilot
                .and_then(|id| rules.pilots.get(usize::from(id.0)));
            RuleForm {
                each: rule.each.clone(),
                in_force: dense(nodes.in_force),
                scope: dense(nodes.scope),
                when: dense(nodes.when),
                unless: nodes.unless.map(dense),
                excused_by,
                level,
                outcome: rule.outcome,
                requires: requires.collect(),
                waives: waives.collect(),
                pilot: rule.pilot,
                live: rule.pilot.is_none() || pilot.is_some_and(|p| p.live),
                trusted: rule.sure <= options.trust,
                departments: rule.departments.clone(),
            }
        });
    let forms: Vec<RuleForm> = forms.collect();
    let live_pilots = forms.iter().any(|form| form.pilot.is_some() && form.live);
    let kinds = rules
        .kinds
        .iter()
        .zip(&parts.met)
        .map(|(kind, met)| KindForm {
            met: met.map(dense),
            otherwise: kind.otherwise,
            combine: kind.combine,
        });
    let covers = rules
        .covers
        .iter()
        .zip(&parts.covers)
        .map(|(cover, (in_force, scope))| CoverForm {
            in_force: dense(*in_force),
            scope: dense(*scope),
            advice: cover.advice,
        });
    let required = rules
        .required
        .iter()
        .zip(&parts.required)
        .map(|(required, when)| RequiredForm {
            field: required.field,
            when: when.map(dense),
        });
    let shadow_pilots = (0u16..)
        .map(crate::check::rules::PilotId)
        .zip(&rules.pilots)
        .filter(|(_, pilot)| !pilot.live)
        .map(|(id, _)| id);
    Ok(Program {
        rules: Arc::clone(rules),
        ops,
        starts,
        operands,
        needs: builder.needs.clone(),
        memo,
        slots,
        slot_count,
        kinds: kinds.collect(),
        covers: covers.collect(),
        required: required.collect(),
        shadow_pilots: shadow_pilots.collect(),
        live_pilots,
        forms,
    })
}

/// The level of each rule: above those of the rules over it. Rules that excuse each other in a
/// ring have none and are refused.
fn levels(rules: &RuleSet) -> Result<Vec<u32>, Vec<Diagnostic>> {
    let mut waiting = vec![0u32; rules.rules.len()];
    for over in rules.rules.iter().flat_map(|rule| &rule.over) {
        if let Some(count) = waiting.get_mut(over.0 as usize) {
            *count += 1;
        }
    }
    let mut levels = vec![0u32; rules.rules.len()];
    let mut ready: Vec<usize> = waiting
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(at, _)| at)
        .collect();
    let mut done = 0;
    while let Some(at) = ready.pop() {
        done += 1;
        let Some(rule) = rules.rules.get(at) else {
            continue;
        };
        let above = levels.get(at).copied().unwrap_or(0) + 1;
        for over in &rule.over {
            let target = over.0 as usize;
            if let (Some(level), Some(count)) = (levels.get_mut(target), waiting.get_mut(target)) {
                *level = (*level).max(above);
                *count -= 1;
                if *count == 0 {
                    ready.push(target);
                }
            }
        }
    }
    if done == rules.rules.len() {
        return Ok(levels);
    }
    let ring: Vec<&str> = rules
        .rules
        .iter()
        .zip(&waiting)
        .filter(|(_, count)| **count > 0)
        .map(|(rule, _)| rule.id.as_str())
        .take(5)
        .collect();
    Err(vec![refusal(
        "E0509",
        format!("rules excuse each other in a ring: {}", ring.join(", ")),
    )])
}
