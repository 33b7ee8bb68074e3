//! What the graph of the rules before an edit tells of rules that are still the same.
//!
//! A rule that shares its terms with one of that graph means what that one means, if what both are
//! read with is the same; then its nodes are made from those of that one, and its conditions need not
//! be read. Nodes are asked for in the same order either way, so the graph comes out as if nothing
//! had been known.

use super::Graph;
use crate::check::rules::{Rule, RuleSet};
use crate::decide::program::{NodeId, Program, RuleForm};
use crate::decide::standing::Standing;
use hashbrown::HashMap;
use petgraph::graph::NodeIndex;

/// The meaning of the rules before.
pub(super) struct Before<'b> {
    pub(super) program: &'b Program,
    /// By the place of their terms in memory.
    rules: HashMap<usize, KnownRule<'b>>,
    /// By node of that graph, its node in the one that is made.
    now: Vec<Option<NodeIndex>>,
    /// By node of that graph, how many are asked for with it and below it.
    asked: Vec<u64>,
}

/// The form of a rule, and how it stood.
type KnownRule<'b> = (&'b RuleForm, Standing);

impl<'b> Before<'b> {
    /// Nothing, where the rules are read with something else than those of that graph.
    pub(super) fn new(graph: &'b Graph, rules: &RuleSet) -> Option<Before<'b>> {
        let program = &*graph.program;
        if !are_read_alike(&program.rules, rules) {
            return None;
        }
        let mut asked: Vec<u64> = Vec::with_capacity(program.nodes.len());
        for number in (0u32..).take(program.nodes.len()) {
            // Operands have smaller numbers than what they are operands of.
            let below = program.operands(NodeId(number)).iter();
            let below = below.filter_map(|operand| asked.get(operand.0 as usize));
            asked.push(below.fold(1, |sum: u64, asked| sum.saturating_add(*asked)));
        }
        let known = program.forms.iter().zip(program.standings.iter().copied());
        let terms = program.rules.rules.iter().map(Rule::terms_at);
        Some(Before {
            rules: terms.zip(known).collect(),
            now: vec![None; program.nodes.len()],
            asked,
            program,
        })
    }

    /// A rule with these terms.
    pub(super) fn rule(&self, rule: &Rule) -> Option<KnownRule<'b>> {
        self.rules.get(&rule.terms_at()).copied()
    }

    /// The node that stands for one of that graph, and how many are asked for with it.
    pub(super) fn now(&self, then: NodeId) -> Option<(NodeIndex, u64)> {
        let at = then.0 as usize;
        Some(((*self.now.get(at)?)?, *self.asked.get(at)?))
    }

    /// Notes which node stands for one of that graph.
    pub(super) fn found(&mut self, then: NodeId, now: NodeIndex) {
        if let Some(place) = self.now.get_mut(then.0 as usize) {
            *place = Some(now);
        }
    }
}

/// Whether all that lowering a rule reads besides the rule is the same: the schema, and the types of
/// parameters, lists and tables, whose numbers stand in conditions.
fn are_read_alike(then: &RuleSet, now: &RuleSet) -> bool {
    let parameters = |rules: &RuleSet| -> Vec<_> {
        let parameters = rules.parameters.iter();
        parameters.map(|parameter| parameter.typ).collect()
    };
    let lists = |rules: &RuleSet| -> Vec<Vec<_>> {
        let lists = rules.lists.iter();
        let types = lists.map(|list| list.attributes.iter().map(|column| column.typ).collect());
        types.collect()
    };
    let tables =
        |rules: &RuleSet| -> Vec<_> { rules.tables.iter().map(|table| table.gives).collect() };
    then.schema == now.schema
        && parameters(then) == parameters(now)
        && lists(then) == lists(now)
        && tables(then) == tables(now)
}
