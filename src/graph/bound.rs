//! The bound on steps: what judging one declaration takes at the worst, whatever is in it.
//!
//! Three sums: the longest weighted path through the plan, requirements in every world, and the
//! search for missing facts; the last two on the day on which they are most. Nothing that is kept in
//! between is counted on.

use super::layout::Layout;
use super::names::{Seen, conditions, kinds, names};
use super::node::{Edge, Node};
use super::peak::{Days, InForce, peak};
use super::plan::{Plan, Subject};
use crate::check::rules::{Each, RuleId};
use crate::decide::program::{NodeId, Op, Program, RuleForm, WaiveForm};
use crate::schema::Home;
use crate::schema::value::{FieldId, ListId, Type};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::BTreeMap;

/// What judging takes whatever the plan is, and what the bound on the plan is worked out from.
pub(super) struct Costs {
    days: InForce,
    /// By node, what working it out takes.
    nodes: Vec<u64>,
    /// Requirements, covers and required fields, and the search for missing facts.
    beside: u64,
}

impl Costs {
    pub(super) fn new(program: &Program) -> Costs {
        let nodes = node_costs(program);
        let under = under_costs(program, &nodes);
        let days = InForce::new(program);
        let required = requirement_costs(program, &days, &nodes);
        let searched = search_costs(program, &days, (&nodes, &under));
        let of_rules = required.iter().zip(&searched);
        let of_rules: Vec<u64> = of_rules.map(|(a, b)| a.saturating_add(*b)).collect();
        let beside = days.peak(&of_rules);
        Costs {
            beside: beside.saturating_add(schema_bound(program, &nodes, &under)),
            days,
            nodes,
        }
    }
}

/// The steps of judging one declaration, at the worst. `order` are the nodes of the plan, each after
/// those that it runs.
pub(super) fn steps(
    graph: &DiGraph<Node, Edge>,
    program: &Program,
    (plan, layout): (&Plan, &Layout),
    order: &[NodeIndex],
    costs: &Costs,
) -> u64 {
    let own = (&costs.days, costs.nodes.as_slice());
    path_bound(graph, program, plan, layout, order, own).saturating_add(costs.beside)
}

/// The most elements that a list can have, over all its owners.
pub(super) fn most(program: &Program, list: ListId) -> u64 {
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
fn set_size(program: &Program, field: FieldId) -> u64 {
    let schema = &program.rules.schema;
    match schema.field(field).map(|f| f.typ) {
        Some(Type::Set(table)) => schema
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
    let mut costs: Vec<u64> = Vec::with_capacity(program.nodes.len());
    // Amounts are first tried as machine words, all of them below the one asked for.
    let mut words: Vec<u64> = Vec::with_capacity(program.nodes.len());
    for (number, op) in (0u32..).zip(program.nodes.iter().map(|node| &node.op)) {
        let times = repeats(program, op);
        let under = |costs: &[u64]| {
            let operands = program.operands(NodeId(number)).iter();
            let all = operands.fold(0u64, |sum, operand| {
                sum.saturating_add(costs.get(operand.0 as usize).copied().unwrap_or(0))
            });
            all.saturating_mul(times).saturating_add(1)
        };
        let (tried, cost) = (under(&words), under(&costs));
        let of_words = |operand: &NodeId| program.op(*operand).is_arithmetic();
        let tries = match op {
            Op::Compare(_) => program.operands(NodeId(number)).iter().any(of_words),
            op => op.is_arithmetic(),
        };
        costs.push(match tries {
            true => cost.saturating_add(tried),
            false => cost,
        });
        // What is not arithmetic is worked out in the general way, for a word as well.
        words.push(match op.is_arithmetic() {
            true => tried,
            false => costs.last().copied().unwrap_or(1),
        });
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
fn path_bound(
    graph: &DiGraph<Node, Edge>,
    program: &Program,
    plan: &Plan,
    layout: &Layout,
    order: &[NodeIndex],
    (days, costs): (&InForce, &[u64]),
) -> u64 {
    let mut bounds: BTreeMap<NodeIndex, u64> = BTreeMap::new();
    for node in order {
        let below = |edge: NodeIndex| bounds.get(&edge).copied().unwrap_or(0);
        let bound = match graph.node_weight(*node) {
            Some(Node::Match(number)) => block_bound(program, plan, layout, *number, (days, costs)),
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

fn block_bound(
    program: &Program,
    plan: &Plan,
    layout: &Layout,
    block: u32,
    (days, costs): (&InForce, &[u64]),
) -> u64 {
    let Some(block) = layout.blocks.get(block as usize) else {
        return 0;
    };
    let cost = |node: NodeId| costs.get(node.0 as usize).copied().unwrap_or(1);
    let elements = block.list.map_or(1, |list| most(program, list));
    let mut axes: Vec<u32> = Vec::new();
    let (mut evaluated, mut residues) = (0u64, Vec::with_capacity(block.members.len()));
    for number in &block.members {
        let Some(member) = plan.members.get(*number as usize) else {
            continue;
        };
        let (each, in_force): (&[Each], Days) = match member.subject {
            Subject::Rule(rule) => {
                let each = program.form(rule).map_or(&[][..], |form| &form.each);
                (each, days.of(rule))
            }
            Subject::Cover(_) => (&[], Days::ALL),
        };
        let times = instances(program, each);
        // What cells tell comes before it, so on days when a rule is not in force it is not reached.
        let residue = member.residue.iter().fold(0u64, |sum, conjunct| {
            sum.saturating_add(cost(conjunct.node).saturating_mul(times))
        });
        residues.push((in_force, residue));
        for told in member
            .told
            .iter()
            .filter_map(|told| plan.told.get(*told as usize))
        {
            axes.push(told.axis);
            // Both lanes may evaluate the tests of an odd fact; where the block has no line for them,
            // they are evaluated once. What is asked of the header is asked once for all elements.
            let axis = plan.axes.get(told.axis as usize);
            let times = match axis.is_some_and(|axis| axis.list.is_some()) {
                true => elements,
                false => 1,
            };
            let odd = cost(told.conjunct.node)
                .saturating_mul(2)
                .saturating_mul(times);
            evaluated = evaluated.saturating_add(odd);
        }
    }
    evaluated = evaluated.saturating_add(peak(residues.into_iter()));
    axes.sort_unstable();
    axes.dedup();
    let words = block.members.len().div_ceil(64).div_ceil(4) as u64;
    let rows = (axes.len() as u64)
        .saturating_mul(2)
        .saturating_mul(elements);
    evaluated.saturating_add(words.saturating_mul(rows))
}

/// By kind, the most that waivers of it cost on one day, given what each one does.
fn waivers(
    program: &Program,
    days: &InForce,
    cost: impl Fn(RuleId, &WaiveForm) -> u64,
) -> Vec<u64> {
    let mut of_kinds: Vec<Vec<(Days, u64)>> = vec![Vec::new(); program.kinds.len()];
    for (rule, form) in (0u32..).map(RuleId).zip(&program.forms) {
        for waive in &form.waives {
            if let Some(costs) = of_kinds.get_mut(usize::from(waive.kind.0)) {
                costs.push((days.of(rule), cost(rule, waive)));
            }
        }
    }
    of_kinds
        .into_iter()
        .map(|costs| peak(costs.into_iter()))
        .collect()
}

/// By rule, the steps for its requirements, their arguments, waivers and conditions of being met, in
/// every world and for every department.
fn requirement_costs(program: &Program, days: &InForce, costs: &[u64]) -> Vec<u64> {
    let cost = |node: Option<NodeId>| {
        node.and_then(|node| costs.get(node.0 as usize).copied())
            .unwrap_or(1)
    };
    let views = 2 + program.shadow_pilots.len() + program.rules.schema.departments.len();
    let waivers = waivers(program, days, |_, waive| {
        cost(waive.condition).saturating_add(1)
    });
    let of_rule = |form: &RuleForm| {
        let times = instances(program, &form.each).saturating_mul(views as u64);
        form.requires.iter().fold(0u64, |steps, require| {
            let kind = usize::from(require.kind.0);
            let met = program.kinds.get(kind).map_or(1, |kind| cost(kind.met));
            let waived = waivers.get(kind).copied().unwrap_or(0);
            let each = cost(require.argument)
                .saturating_add(met)
                .saturating_add(waived)
                .saturating_add(1);
            steps.saturating_add(each.saturating_mul(times))
        })
    };
    program.forms.iter().map(of_rule).collect()
}

/// The steps for covers and required fields, and for what is missing of them.
fn schema_bound(program: &Program, costs: &[u64], under: &[u64]) -> u64 {
    let cost = |node: Option<NodeId>| {
        node.and_then(|node| costs.get(node.0 as usize).copied())
            .unwrap_or(1)
    };
    let mut steps = 0u64;
    for node in program
        .covers
        .iter()
        .flat_map(|cover| [cover.in_force, cover.scope])
    {
        let looked_at = under.get(node.0 as usize).copied().unwrap_or(0);
        // Worked out for the verdict, and once more where it is searched.
        steps = steps
            .saturating_add(cost(Some(node)).saturating_mul(2))
            .saturating_add(looked_at);
    }
    for required in &program.required {
        let rows = match program.rules.schema.field(required.field).map(|f| f.home) {
            Some(Home::Element(list, _)) => most(program, list),
            _ => 1,
        };
        steps = steps.saturating_add(cost(required.when).saturating_mul(rows));
    }
    steps
}

/// The steps of looking for missing facts under each node: looking at it, and the same for its
/// operands. What is compared is worked out besides, and so are the values that an aggregate is of.
fn under_costs(program: &Program, costs: &[u64]) -> Vec<u64> {
    let mut under: Vec<u64> = Vec::with_capacity(program.nodes.len());
    for ((number, op), cost) in (0u32..)
        .zip(program.nodes.iter().map(|node| &node.op))
        .zip(costs)
    {
        let operands = program.operands(NodeId(number));
        let sum = |of: &[u64]| {
            let of = operands.iter().filter_map(|o| of.get(o.0 as usize));
            of.fold(0u64, |sum, steps| sum.saturating_add(*steps))
        };
        let looked_at = sum(&under);
        let (inside, worked_out) = match op {
            Op::And | Op::Or | Op::Not | Op::Quantified { .. } => (looked_at, 0),
            // A field that members share with the element at hand is looked at on both.
            Op::Aggregate { same, .. } => {
                let same = 2 * same.len() as u64;
                (looked_at.saturating_add(same).saturating_add(sum(costs)), 0)
            }
            op if op.is_condition() => (looked_at, *cost),
            _ => (looked_at, 0),
        };
        let inside = inside.saturating_mul(repeats(program, op));
        under.push(inside.saturating_add(worked_out).saturating_add(1));
    }
    under
}

/// By rule, the steps of looking for missing facts. Each rule and element is gone through once: its own
/// conditions, and the facts that settle the rules over it, each of which is looked up three times: to
/// put it off, to see that nothing is left to do, and to gather. What
/// was found is then put down for the rule, and for every requirement that waits for it.
fn search_costs(program: &Program, days: &InForce, (costs, under): (&[u64], &[u64])) -> Vec<u64> {
    let cost = |of: &[u64], node: Option<NodeId>| {
        node.and_then(|node| of.get(node.0 as usize).copied())
            .unwrap_or(0)
    };
    let mut seen = Seen::new(program);
    let names = names(program, &mut seen);
    let forms = program.forms.iter().enumerate();
    let facts = forms.map(|(at, form)| names.most(program, names.get(at), &form.each));
    let facts: Vec<u64> = facts.collect();
    let settled = |rule: usize| facts.get(rule).copied().unwrap_or(0);
    let kinds = kinds(program, &names, &mut seen);
    let waivers = waivers(program, days, |rule, waive| {
        cost(costs, waive.condition)
            .saturating_add(cost(under, waive.condition))
            .saturating_add(settled(rule.0 as usize))
    });
    let of_rule = |(at, form): (usize, &RuleForm)| {
        let rule = RuleId(u32::try_from(at).unwrap_or(u32::MAX));
        let own = conditions(form).map(|node| cost(under, Some(node)));
        let over = form.excused_by.iter();
        let mut once = own
            .chain(over.map(|over| {
                // One that is not in force then is passed over.
                let facts = match days.of(rule).meet(days.of(*over)) {
                    true => settled(over.0 as usize),
                    false => 0,
                };
                facts.saturating_add(3)
            }))
            .fold(3u64, u64::saturating_add)
            .saturating_add(settled(at).saturating_mul(2));
        for require in &form.requires {
            let kind = usize::from(require.kind.0);
            let met = program.kinds.get(kind).and_then(|kind| kind.met);
            let told = kinds.get(&(require.kind, &form.each));
            let told = told.map_or(0, |of_kind| names.most(program, of_kind, &form.each));
            let parts = [
                settled(at),
                cost(under, require.argument),
                cost(under, met),
                waivers.get(kind).copied().unwrap_or(0),
                told,
            ];
            once = parts.into_iter().fold(once, u64::saturating_add);
        }
        once.saturating_mul(instances(program, &form.each))
    };
    program.forms.iter().enumerate().map(of_rule).collect()
}
