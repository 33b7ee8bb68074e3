//! Checked rules to nodes, and the nodes to the dense form that deciding reads.

use super::meaning::{Builder, RuleNodes, dense, index};
use super::{Edge, Node, Options, refusal};
use crate::check::rules::{Each, KindId, PilotId, Rule, RuleId, RuleSet};
use crate::decide::atom::Atoms;
use crate::decide::atomize::keyed;
use crate::decide::program::{
    CoverForm, KindForm, Memo, NodeForm, NodeId, Op, Program, RequiredForm, RuleForm,
};
use crate::decide::standing::{Masks, Standing, Traits};
use crate::decide::table::TableForm;
use crate::decide::waits::Waits;
use crate::ground::diagnostic::{Code, Diagnostic};
use crate::schema::prefixes::Prefixes;
use crate::schema::value::{DepartmentId, FieldId, Type};
use crate::schema::{Home, Schema};
use petgraph::graph::NodeIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The nodes of everything that is not a condition or value.
pub(super) struct Parts {
    rules: Vec<RuleNodes>,
    met: Vec<Option<NodeIndex>>,
    covers: Vec<(NodeIndex, NodeIndex)>,
    pub(super) cover_nodes: Vec<NodeIndex>,
    required: Vec<Option<NodeIndex>>,
}

impl Parts {
    pub(super) fn rule_nodes(&self) -> Vec<NodeIndex> {
        self.rules.iter().map(|nodes| nodes.rule).collect()
    }
}

/// Lowers rules, kinds, covers and required fields, in this order.
pub(super) fn lower<'a>(
    rules: &'a RuleSet,
    builder: &mut Builder<'a>,
    options: Options,
) -> Result<Parts, Vec<Diagnostic>> {
    let mut parts = Parts {
        rules: Vec::new(),
        met: Vec::new(),
        covers: Vec::new(),
        cover_nodes: Vec::new(),
        required: Vec::new(),
    };
    let outcome = |builder: &mut Builder<'_>, outcome| builder.intern(Node::Outcome(outcome), &[]);
    let mut kinds = Vec::new();
    for (number, kind) in (0u16..).zip(&rules.kinds) {
        let met = kind.met.as_ref().map(|met| builder.cond(met, 0));
        let node = builder.intern(Node::Kind(KindId(number)), met.as_slice());
        let gives = outcome(builder, kind.otherwise);
        builder.edge(node, gives, Edge::Gives);
        kinds.push(node);
        parts.met.push(met);
    }
    let kind_node = |id: KindId| kinds.get(usize::from(id.0)).copied();
    for (number, rule) in (0u32..).zip(&rules.rules) {
        let nodes = builder.rule(number, rule);
        if let Some(result) = nodes.outcome {
            let gives = outcome(builder, result);
            builder.edge(nodes.rule, gives, Edge::Gives);
        }
        for require in &nodes.requires {
            let argument = require.argument.map(index);
            let kind = kind_node(require.kind).into_iter();
            let operands: Vec<NodeIndex> = kind.chain(argument).collect();
            let node = builder.intern(
                Node::Requirement {
                    firmly: require.firmly,
                },
                &operands,
            );
            builder.edge(nodes.rule, node, Edge::Requires);
        }
        for waive in &nodes.waives {
            let condition = waive.condition.map(index);
            let kind = kind_node(waive.kind).into_iter();
            let operands: Vec<NodeIndex> = kind.chain(condition).collect();
            let node = builder.intern(Node::Waiver, &operands);
            builder.edge(nodes.rule, node, Edge::Waives);
        }
        parts.rules.push(nodes);
        if builder.nodes.graph.node_count() > options.limits.graph_nodes {
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
                builder.edge(from, to, Edge::Over);
            }
        }
    }
    for (number, cover) in (0u32..).zip(&rules.covers) {
        let both = (
            builder.cond(&cover.in_force, 0),
            builder.cond(&cover.scope, 0),
        );
        let node = builder.intern(Node::Cover(number), &[both.0, both.1]);
        parts.cover_nodes.push(node);
        parts.covers.push(both);
    }
    for (number, required) in (0u32..).zip(&rules.required) {
        let when = required.when.as_ref().map(|when| builder.cond(when, 0));
        builder.intern(Node::Required(number), when.as_slice());
        parts.required.push(when);
    }
    Ok(parts)
}

/// The dense form of the meaning layer. What keys decide and what rules wait for is worked out from
/// it later.
pub(super) fn program(
    rules: &Arc<RuleSet>,
    builder: &Builder<'_>,
    (parts, rank): (Parts, Rank),
) -> Program {
    let lowered = builder.nodes.operands();
    let operands: Vec<NodeId> = lowered.all().iter().map(|node| dense(*node)).collect();
    let ops: Vec<Op> = builder
        .nodes
        .graph
        .node_weights()
        .map(|node| match node {
            Node::Meaning(op) => op.clone(),
            _ => Op::Always,
        })
        .collect();
    let of = |at: usize| {
        let (from, to) = lowered.range(at);
        operands.get(from as usize..to as usize).unwrap_or(&[])
    };
    let memo = Program::memos(&ops, of, &builder.needs, rules);
    let mut slot_count = 0u32;
    let needs = builder.needs.iter();
    let nodes = ops.into_iter().zip(memo).zip(needs).enumerate();
    let nodes = nodes.map(|(at, ((op, memo), needs))| {
        let keeps = memo != Memo::No && !op.is_condition();
        NodeForm {
            slot: keeps.then(|| {
                slot_count += 1;
                slot_count - 1
            }),
            op,
            operands: lowered.range(at),
            atom: None,
            memo,
            needs: *needs,
        }
    });
    let nodes = nodes.collect();
    let Rank {
        frames,
        standings,
        own_views,
    } = rank;
    let forms = parts.rules.into_iter().zip(frames);
    let forms = forms.map(|(nodes, frame)| RuleForm {
        each: frame.each,
        ranges: frame.ranges,
        in_force: dense(nodes.in_force),
        scope: dense(nodes.scope),
        when: dense(nodes.when),
        unless: nodes.unless.map(dense),
        excused_by: frame.excused_by,
        level: frame.level,
        requires: nodes.requires,
        waives: nodes.waives,
        departments: frame.departments,
    });
    let forms: Vec<RuleForm> = forms.collect();
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
            keyed: keyed_home(&rules.schema, required.field),
            when: when.map(dense),
        });
    let shadow_pilots = (0u16..)
        .map(PilotId)
        .zip(&rules.pilots)
        .filter(|(_, pilot)| !pilot.live)
        .map(|(id, _)| id);
    Program {
        atoms: Atoms::default(),
        homes: rules.schema.fields.iter().map(|field| field.home).collect(),
        lists: rules
            .schema
            .fields
            .iter()
            .map(|field| matches!(field.typ, Type::List(_)))
            .collect(),
        keyed: rules
            .schema
            .fields
            .iter()
            .map(|field| keyed(field.typ))
            .collect(),
        prefixes: rules.lists.iter().map(Prefixes::of).collect(),
        tables: rules
            .tables
            .iter()
            .map(|table| TableForm::of(table, &rules.schema))
            .collect(),
        rules: Arc::clone(rules),
        nodes,
        operands,
        slot_count,
        kinds: kinds.collect(),
        covers: covers.collect(),
        required: required.collect(),
        own_views,
        shadow_pilots: shadow_pilots.collect(),
        live_pilots: standings.iter().any(|s| s.traits.is_live_pilot()),
        masks: Masks::new(&standings, rules.schema.outcomes.len()),
        standings,
        waits: Waits::default(),
        forms,
    }
}

/// What is told of rules without their conditions.
pub(super) struct Rank {
    frames: Vec<Frame>,
    standings: Vec<Standing>,
    /// The departments that see what is theirs, in order.
    own_views: Vec<DepartmentId>,
}

/// A rule among the others.
struct Frame {
    each: Vec<Each>,
    /// The number of that, by which rules order as by that itself.
    ranges: u32,
    /// Those that are over it.
    excused_by: Vec<RuleId>,
    level: u32,
    departments: Vec<DepartmentId>,
}

impl Rank {
    pub(super) fn new(rules: &RuleSet, options: Options) -> Result<Rank, Vec<Diagnostic>> {
        let mut excused_by: Vec<Vec<RuleId>> = vec![Vec::new(); rules.rules.len()];
        for (number, rule) in (0u32..).zip(&rules.rules) {
            for over in &rule.over {
                if let Some(list) = excused_by.get_mut(over.0 as usize) {
                    list.push(RuleId(number));
                }
            }
        }
        for list in &mut excused_by {
            list.dedup();
        }
        let ranges: BTreeSet<&[Each]> = rules.rules.iter().map(|rule| &*rule.each).collect();
        let ranges: BTreeMap<&[Each], u32> = ranges.into_iter().zip(0..).collect();
        let own_views: Vec<DepartmentId> = (0..=u8::MAX)
            .map(DepartmentId)
            .zip(&rules.schema.departments)
            .filter(|(_, department)| !department.sees_all)
            .map(|(number, _)| number)
            .collect();
        let mut rank = Rank {
            frames: Vec::with_capacity(rules.rules.len()),
            standings: Vec::with_capacity(rules.rules.len()),
            own_views,
        };
        let all = rules.rules.iter().zip(excused_by).zip(levels(rules)?);
        for ((rule, excused_by), level) in all {
            let excusable = !excused_by.is_empty();
            let standing = standing(rules, rule, (excusable, &rank.own_views), options);
            rank.standings.push(standing);
            rank.frames.push(Frame {
                each: rule.each.clone(),
                ranges: ranges.get(&*rule.each).copied().unwrap_or(0),
                excused_by,
                level,
                departments: rule.departments.clone(),
            });
        }
        Ok(rank)
    }
}

fn standing(
    rules: &RuleSet,
    rule: &Rule,
    (excusable, own_views): (bool, &[DepartmentId]),
    options: Options,
) -> Standing {
    let pilot = rule.pilot.map(|id| rules.pilots.get(usize::from(id.0)));
    Standing {
        pilot: rule.pilot,
        outcome: rule.outcome,
        traits: Traits::of([
            (Traits::TRUSTED, rule.sure <= options.trust),
            (Traits::PILOTED, rule.pilot.is_some()),
            (
                Traits::LIVE,
                pilot.is_none_or(|pilot| pilot.is_some_and(|pilot| pilot.live)),
            ),
            (Traits::EXCUSABLE, excusable),
            (Traits::REQUIRES, !rule.requires.is_empty()),
            (Traits::WAIVES, !rule.waives.is_empty()),
            (
                Traits::FOR_ALL,
                own_views.iter().all(|own| rule.departments.contains(own)),
            ),
        ]),
    }
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

/// Where a field is, if keys tell whether it has a value wherever it is required.
fn keyed_home(schema: &Schema, field: FieldId) -> Option<Home> {
    let field = schema.field(field)?;
    let plain = !matches!(field.typ, Type::List(_));
    let in_header = match field.home {
        Home::Header(_) => true,
        Home::Element(list, _) => schema.list(list).is_some_and(|list| list.parent.is_none()),
    };
    (plain && in_header).then_some(field.home)
}
