//! The bound on steps: what judging one declaration takes at the worst, whatever is in it.
//!
//! Three sums: the longest weighted path through the plan, requirements in every world, and the
//! search for missing facts. Nothing that is kept in between is counted on.

use super::layout::Layout;
use super::node::{Edge, Node};
use super::plan::{Plan, Subject};
use crate::check::rules::{Each, KindId};
use crate::decide::many::set_bits;
use crate::decide::program::{NodeId, Op, Program, RuleForm};
use crate::schema::Home;
use crate::schema::value::{FieldId, ListId, Type};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, BTreeSet};

/// The steps of judging one declaration, at the worst.
pub(super) fn steps(
    graph: &DiGraph<Node, Edge>,
    program: &Program,
    plan: &Plan,
    layout: &Layout,
    order: &[NodeIndex],
) -> u64 {
    let costs = node_costs(program);
    path_bound(graph, program, plan, layout, order, &costs)
        .saturating_add(requirement_bound(program, &costs))
        .saturating_add(search_bound(program, &costs))
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
            // Both lanes may evaluate the tests of an odd fact; where the block has no line for them,
            // they are evaluated once.
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

/// The steps for requirements, their arguments, waivers and conditions of being met, in every world
/// and for every department.
fn requirement_bound(program: &Program, costs: &[u64]) -> u64 {
    let cost = |node: Option<NodeId>| {
        node.and_then(|node| costs.get(node.0 as usize).copied())
            .unwrap_or(1)
    };
    let views = 2 + program.shadow_pilots.len() + program.rules.schema.departments.len();
    let mut waivers = vec![0u64; program.kinds.len()];
    for waive in program.forms.iter().flat_map(|form| &form.waives) {
        if let Some(sum) = waivers.get_mut(usize::from(waive.kind.0)) {
            *sum = sum.saturating_add(cost(waive.condition)).saturating_add(1);
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
                .saturating_add(waived)
                .saturating_add(1);
            steps = steps.saturating_add(each.saturating_mul(times));
        }
    }
    for cover in &program.covers {
        steps = steps
            .saturating_add(cost(Some(cover.in_force)))
            .saturating_add(cost(Some(cover.scope)));
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

/// The nodes that were come by, forgotten without going through them.
struct Seen {
    /// By node, the last walk that came by it.
    walks: Vec<u32>,
    walk: u32,
    /// What this walk has yet to look at.
    waiting: Vec<NodeId>,
}

impl Seen {
    fn new(program: &Program) -> Seen {
        Seen {
            walks: vec![0; program.nodes.len()],
            walk: 0,
            waiting: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.walk += 1;
        self.waiting.clear();
    }

    /// This walk comes by a node, and looks at it unless it did before.
    fn meet(&mut self, node: NodeId) {
        if self.is_new(node) {
            self.waiting.push(node);
        }
    }

    /// Whether this walk has not come by the node before; from now on it has.
    fn is_new(&mut self, node: NodeId) -> bool {
        let walk = self.walk;
        let last = self.walks.get_mut(node.0 as usize);
        last.is_some_and(|last| std::mem::replace(last, walk) != walk)
    }
}

/// The facts that a condition, or a rule with all rules over it, may name: a bit for each field, then
/// a bit for each list of which it may name more elements than the one at hand.
type Names = [u64];

/// Names of several rules or kinds, one after another.
struct AllNames {
    /// Words for the fields.
    fields: usize,
    /// Words for fields and lists.
    width: usize,
    all: Vec<u64>,
}

impl AllNames {
    /// Of so many that name nothing yet.
    fn new(program: &Program, count: usize) -> AllNames {
        let schema = &program.rules.schema;
        let fields = schema.fields.len().div_ceil(64);
        let width = fields + schema.lists.len().div_ceil(64);
        AllNames {
            fields,
            width,
            all: vec![0; width * count],
        }
    }

    fn get(&self, number: usize) -> &Names {
        let from = number * self.width;
        self.all.get(from..from + self.width).unwrap_or(&[])
    }

    fn get_mut(&mut self, number: usize) -> &mut Names {
        let from = number * self.width;
        self.all.get_mut(from..from + self.width).unwrap_or(&mut [])
    }

    fn field(&mut self, number: usize, field: FieldId) {
        set_bit(self.get_mut(number), 0, field.0);
    }

    fn ranged(&mut self, number: usize, list: ListId) {
        let fields = self.fields;
        set_bit(self.get_mut(number), fields, list.0);
    }

    /// Adds what is under the nodes.
    fn add(
        &mut self,
        number: usize,
        program: &Program,
        nodes: impl IntoIterator<Item = NodeId>,
        seen: &mut Seen,
    ) {
        seen.clear();
        for node in nodes {
            seen.meet(node);
        }
        while let Some(node) = seen.waiting.pop() {
            match program.op(node) {
                Op::Field(field) => self.field(number, *field),
                Op::Quantified { over, .. } => match over {
                    Each::List(list) => self.ranged(number, *list),
                    Each::Set(field) => self.field(number, *field),
                },
                Op::Aggregate { list, same, .. } => {
                    self.ranged(number, *list);
                    same.iter().for_each(|field| self.field(number, *field));
                }
                _ => {}
            }
            for operand in program.operands(node) {
                seen.meet(*operand);
            }
        }
    }

    /// Adds what another one of these names.
    fn join(&mut self, number: usize, other: usize) {
        for word in 0..self.width {
            let named = self.all.get(other * self.width + word).copied();
            if let Some(mine) = self.all.get_mut(number * self.width + word) {
                *mine |= named.unwrap_or(0);
            }
        }
    }

    /// How many facts these are at the most, for one element of what a rule judges one by one: a
    /// field of the element at hand is one fact, a field of others one for each element.
    fn most(&self, program: &Program, names: &Names, each: &[Each]) -> u64 {
        let schema = &program.rules.schema;
        let (fields, ranged) = names.split_at(self.fields.min(names.len()));
        let rows = |list: ListId| {
            let at_hand = each.contains(&Each::List(list)) && !has_bit(ranged, list.0);
            if at_hand { 1 } else { most(program, list) }
        };
        let mut lists: BTreeSet<ListId> = bits(ranged).map(ListId).collect();
        let mut facts = 0u64;
        for each in each {
            match each {
                Each::List(list) => {
                    lists.insert(*list);
                }
                Each::Set(_) => facts += 1,
            }
        }
        for field in bits(fields) {
            facts = facts.saturating_add(match schema.field(FieldId(field)).map(|f| f.home) {
                Some(Home::Element(list, _)) => {
                    lists.insert(list);
                    rows(list)
                }
                _ => 1,
            });
        }
        // A list that was not given is a fact itself, for each element that holds one.
        for list in lists {
            let parent = schema.list(list).and_then(|list| list.parent);
            facts = facts.saturating_add(parent.map_or(1, |parent| rows(parent).saturating_add(1)));
        }
        facts
    }
}

fn set_bit(words: &mut [u64], first: usize, bit: u32) {
    if let Some(word) = words.get_mut(first + bit as usize / 64) {
        *word |= 1 << (bit % 64);
    }
}

fn has_bit(words: &[u64], bit: u32) -> bool {
    let word = words.get(bit as usize / 64);
    word.is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// The bits that are set, in order.
fn bits(words: &[u64]) -> impl Iterator<Item = u32> {
    let words = (0u32..).zip(words);
    words.flat_map(|(at, word)| set_bits(*word).map(move |bit| at * 64 + bit))
}

/// The facts that each rule and the rules over it may name.
fn names(program: &Program, seen: &mut Seen) -> AllNames {
    let mut order: Vec<(u32, usize)> = program
        .forms
        .iter()
        .enumerate()
        .map(|(at, form)| (form.level, at))
        .collect();
    order.sort_unstable();
    let mut all = AllNames::new(program, program.forms.len());
    for (_, at) in order {
        let Some(form) = program.forms.get(at) else {
            continue;
        };
        all.add(at, program, conditions(form), seen);
        for over in &form.excused_by {
            all.join(at, over.0 as usize);
        }
    }
    all
}

fn conditions(form: &RuleForm) -> impl Iterator<Item = NodeId> + use<> {
    [form.in_force, form.scope, form.when]
        .into_iter()
        .chain(form.unless)
}

/// The steps of looking for missing facts. Each rule and element is gone through once: its own
/// conditions, and the facts that settle the rules over it, each of which is looked up three times: to
/// put it off, to see that nothing is left to do, and to gather. What
/// was found is then put down for the rule, and for every requirement that waits for it.
fn search_bound(program: &Program, costs: &[u64]) -> u64 {
    let under = under_costs(program, costs);
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
    let mut waivers = vec![0u64; program.kinds.len()];
    for (form, facts) in program.forms.iter().zip(&facts) {
        for waive in &form.waives {
            let condition =
                cost(costs, waive.condition).saturating_add(cost(&under, waive.condition));
            if let Some(sum) = waivers.get_mut(usize::from(waive.kind.0)) {
                *sum = sum.saturating_add(condition).saturating_add(*facts);
            }
        }
    }
    let mut steps = 0u64;
    for (at, form) in program.forms.iter().enumerate() {
        let own = conditions(form).map(|node| cost(&under, Some(node)));
        let over = form.excused_by.iter();
        let mut once = own
            .chain(over.map(|over| settled(over.0 as usize).saturating_add(3)))
            .fold(3u64, u64::saturating_add)
            .saturating_add(settled(at).saturating_mul(2));
        for require in &form.requires {
            let kind = usize::from(require.kind.0);
            let met = program.kinds.get(kind).and_then(|kind| kind.met);
            let told = kinds.get(&(require.kind, &form.each));
            let told = told.map_or(0, |of_kind| names.most(program, of_kind, &form.each));
            let parts = [
                settled(at),
                cost(&under, require.argument),
                cost(&under, met),
                waivers.get(kind).copied().unwrap_or(0),
                told,
            ];
            once = parts.into_iter().fold(once, u64::saturating_add);
        }
        steps = steps.saturating_add(once.saturating_mul(instances(program, &form.each)));
    }
    for cover in &program.covers {
        for node in [cover.in_force, cover.scope].map(Some) {
            let looked_at = cost(costs, node).saturating_add(cost(&under, node));
            steps = steps.saturating_add(looked_at);
        }
    }
    steps
}

/// The facts that the requirements of a kind for one element may name, all rules that require it
/// together and those that waive it.
fn kinds<'p>(
    program: &'p Program,
    names: &AllNames,
    seen: &mut Seen,
) -> BTreeMap<(KindId, &'p [Each]), Box<Names>> {
    // What is asked for of each, at the place after all rules.
    let mut work = AllNames {
        all: names.all.clone(),
        ..*names
    };
    let here = program.forms.len();
    work.all.resize(work.all.len() + work.width, 0);
    let mut kinds: BTreeMap<(KindId, &[Each]), Vec<usize>> = BTreeMap::new();
    for (at, form) in program.forms.iter().enumerate() {
        for require in &form.requires {
            let rules = kinds.entry((require.kind, &form.each)).or_default();
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
    }
    let waiving = program.forms.iter().enumerate();
    let waiving: Vec<(usize, &RuleForm)> = waiving
        .filter(|(_, form)| !form.waives.is_empty())
        .collect();
    let kinds = kinds.into_iter().map(|((kind, each), rules)| {
        work.get_mut(here).fill(0);
        for at in rules {
            work.join(here, at);
            let requires = program.forms.get(at).map(|form| &form.requires);
            let requires = requires.into_iter().flatten();
            let arguments = requires.filter(|require| require.kind == kind);
            let arguments = arguments.filter_map(|require| require.argument);
            work.add(here, program, arguments, seen);
        }
        let of_kind = program.kinds.get(usize::from(kind.0));
        work.add(here, program, of_kind.and_then(|kind| kind.met), seen);
        for (at, form) in &waiving {
            for waive in form.waives.iter().filter(|waive| waive.kind == kind) {
                if each.starts_with(&form.each) {
                    work.join(here, *at);
                    work.add(here, program, waive.condition, seen);
                }
            }
        }
        ((kind, each), work.get(here).into())
    });
    kinds.collect()
}
