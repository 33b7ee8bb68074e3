//! From the graph to the engine: plan nodes become tasks, blocks become rows of bits.

use super::finder::{Axis, Finders};
use super::places::Merged;
use super::rows::{MEMBERS, WORDS, set};
use super::sieve::Sieve;
use super::{Bare, Block, Condition, Effect, Engine, Line, Member, Task};
use crate::check::rules::{Each, RuleId};
use crate::decide::atom::NO_ATOM;
use crate::decide::program::Program;
use crate::decide::standing::Standing;
use crate::graph::cells::{Axis as AxisOf, Domain, UNKNOWN};
use crate::graph::layout::Block as Members;
use crate::graph::node::{Edge, Node};
use crate::graph::plan::{Conjunct, Member as PlanMember, Plan, Subject};
use crate::graph::{Graph, MANY};
use crate::ground::parallel::in_halves;
use crate::schema::value::{ListId, Type};
use crate::schema::{Home, Schema};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

mod guests;
pub(super) mod lines;
mod merged;
mod sift;

use guests::{Hosts, hosts};
use lines::{InOrder, ROOMY, RowPool, SMALL_TABLES, direct_bytes, lay_cells, lay_rows, lay_runs};

/// Lays a graph out.
pub(super) fn build(graph: &Graph) -> Engine {
    let plan = graph.plan();
    let program = Arc::clone(graph.program());
    let schema = Arc::clone(&program.rules.schema);
    let hosts = hosts(graph, plan);
    let groups = groups(graph, &hosts);
    let used = used(graph, &groups);
    let axes = rank(plan, &schema, &used);
    // Rows of several blocks are too many to stay near. Where they are found without looking up first
    // where they begin, half as many places are touched. Of several periods one is that of most days.
    let by_field = |node: &Node| matches!(node, Node::Split(axis) if *axis != AxisOf::AsOf);
    let in_order = graph.inner().node_weights().any(by_field);
    let members = |group: &Group| group.members.len();
    let mut blocks = in_halves(MANY, &groups, members, |groups| {
        let blocks = groups
            .iter()
            .map(|group| block(graph, group, (&axes.places, in_order)));
        blocks.collect()
    });
    let of_header = used
        .iter()
        .filter_map(|number| {
            Some((
                axes.places.get(*number as usize)?,
                plan.axes.get(*number as usize)?,
            ))
        })
        .filter(|(_, axis)| in_order && axis.list.is_none());
    let cells = of_header.map(|(place, axis)| (*place, axis.domain.cells()));
    let merged = merged::merged(cells.collect());
    let first = u32::try_from(axes.header.len()).unwrap_or(u32::MAX);
    for block in &mut blocks {
        merged::merge(block, &merged, first);
    }
    let (tasks, root) = tasks(graph, &hosts, &axes.places);
    let sieve = match tasks.get(root as usize) {
        Some(Task::Match(number)) => blocks
            .get_mut(*number as usize)
            .and_then(|block| sift::sieve(&program, &axes.header, (*number, block))),
        _ => None,
    };
    Engine {
        program,
        axes: plan.axes.clone(),
        told: plan.told.iter().map(|told| told.conjunct).collect(),
        plan: tasks,
        root,
        blocks,
        header_axes: axes.header,
        merged: merged.into(),
        element_axes: axes.elements,
        sieve,
    }
}

/// The axes by where their facts are found.
struct Axes {
    header: Finders,
    elements: Vec<Finders>,
    /// By number of the axis, its place among those of the header or of its list; 0 of one that is
    /// not looked for.
    places: Vec<u32>,
}

/// What is run as one block.
struct Group {
    /// The list whose elements its own members judge.
    list: Option<ListId>,
    /// By member, the list whose elements it judges.
    members: Vec<(u32, Option<ListId>)>,
    /// What cells tell of its own members, and of the header of all.
    tests: Tests,
}

impl Group {
    /// Whether its members are looked at one by one.
    fn is_small(&self) -> bool {
        self.members.len() <= SMALL
    }

    /// Looks up what cells tell of its members.
    fn look_up(&mut self, plan: &Plan) {
        self.tests = tests(plan, self.members.iter().map(|(number, _)| *number));
        let own = self.list;
        self.tests.retain(|axis, _| {
            let list = plan.axes.get(*axis as usize).and_then(|axis| axis.list);
            list.is_none() || list == own
        });
    }
}

/// The blocks of the graph, with those that are run with another added to it.
fn groups(graph: &Graph, hosts: &Hosts) -> Vec<Group> {
    let own = |block: &Members| -> Vec<(u32, Option<ListId>)> {
        let members = block.members.iter();
        members.map(|number| (*number, block.list)).collect()
    };
    let mut groups: Vec<Group> = (0u32..)
        .zip(graph.blocks())
        .map(|(number, block)| Group {
            list: block.list,
            members: match hosts.contains_key(&number) {
                true => Vec::new(),
                false => own(block),
            },
            tests: Tests::new(),
        })
        .collect();
    for (guest, host) in hosts {
        let (Some(guest), Some(host)) = (
            graph.blocks().get(*guest as usize),
            groups.get_mut(*host as usize),
        ) else {
            continue;
        };
        host.members.extend(own(guest));
    }
    for group in &mut groups {
        group.look_up(graph.plan());
    }
    groups
}

/// What is asked of cells, by axis.
type Tests = BTreeMap<u32, Asked>;

/// What members ask of the cells of an axis.
#[derive(Debug, Clone, Default)]
struct Asked {
    /// Each condition with the place of the member that it belongs to.
    tests: Vec<(u32, u32)>,
    /// Whether a cover asks.
    by_cover: bool,
}

/// What members ask of cells.
fn tests(plan: &Plan, members: impl IntoIterator<Item = u32>) -> Tests {
    let mut tests: Vec<Asked> = vec![Asked::default(); plan.axes.len()];
    for (at, number) in (0u32..).zip(members) {
        let Some(member) = plan.members.get(number as usize) else {
            continue;
        };
        for told in &member.told {
            let axis = plan.told.get(*told as usize).map_or(0, |told| told.axis);
            if let Some(asked) = tests.get_mut(axis as usize) {
                asked.tests.push((at, *told));
                asked.by_cover |= matches!(member.subject, Subject::Cover(_));
            }
        }
    }
    let all = (0u32..).zip(tests);
    all.filter(|(_, asked)| !asked.tests.is_empty()).collect()
}

/// Whether a block of so many members has a line for an axis of which this is asked. A line that few of
/// many members ask for costs more than asking those of them that are alive; but covers nearly always are.
fn has_line(plan: &Plan, axis: u32, (asked, members): (&Asked, usize)) -> bool {
    let list = plan.axes.get(axis as usize).and_then(|axis| axis.list);
    list.is_some() || asked.by_cover || asked.tests.len() > members / FEW
}

/// The axes that are branched on or that rows speak of.
fn used(graph: &Graph, groups: &[Group]) -> BTreeSet<u32> {
    let plan = graph.plan();
    let branched = graph.inner().node_weights().filter_map(|node| match node {
        Node::Split(axis) => plan.axes.iter().position(|a| a.axis == *axis),
        _ => None,
    });
    let branched = branched.filter_map(|at| u32::try_from(at).ok());
    let large = groups.iter().filter(|group| !group.is_small());
    let lines = large.flat_map(|group| {
        let tests = group.tests.iter();
        let lines =
            tests.filter(|(axis, asked)| has_line(plan, **axis, (*asked, group.members.len())));
        lines.map(|(axis, _)| *axis)
    });
    branched.chain(lines).collect()
}

fn rank(plan: &Plan, schema: &Schema, used: &BTreeSet<u32>) -> Axes {
    let mut header = Vec::new();
    let mut elements = vec![Vec::new(); schema.lists.len()];
    for number in used {
        let Some(planned) = plan.axes.get(*number as usize) else {
            continue;
        };
        let field = planned.field().and_then(|field| schema.field(field));
        let (slot, among) = match field.map(|field| field.home) {
            None => (None, &mut header),
            Some(Home::Header(slot)) => (Some(slot), &mut header),
            Some(Home::Element(list, column)) => match elements.get_mut(list.0 as usize) {
                Some(among) => (Some(column), among),
                None => continue,
            },
        };
        let axis = Axis {
            number: *number,
            slot,
        };
        among.push((axis, &planned.domain, field.map(|field| field.typ)));
    }
    let mut places = vec![0; plan.axes.len()];
    let mut place = |among: &[(Axis, &Domain, Option<Type>)]| {
        let (finders, found) = Finders::new(among);
        for ((axis, ..), at) in among.iter().zip(found) {
            if let Some(place) = places.get_mut(axis.number as usize) {
                *place = at;
            }
        }
        finders
    };
    Axes {
        header: place(&header),
        elements: elements.iter().map(|among| place(among)).collect(),
        places,
    }
}

/// The plan nodes, each after what it runs.
fn tasks(graph: &Graph, hosts: &Hosts, places: &[u32]) -> (Vec<Task>, u32) {
    let mut numbers: HashMap<NodeIndex, u32> = HashMap::new();
    let mut tasks = Vec::new();
    let root = task(
        graph,
        (hosts, places),
        graph.root(),
        &mut tasks,
        &mut numbers,
    );
    (tasks, root)
}

/// The number of no task.
const NOTHING: u32 = u32::MAX;

/// The task of a plan node; splits and forks stand a few levels deep, so this may call itself.
fn task(
    graph: &Graph,
    (hosts, places): (&Hosts, &[u32]),
    node: NodeIndex,
    tasks: &mut Vec<Task>,
    numbers: &mut HashMap<NodeIndex, u32>,
) -> u32 {
    if let Some(number) = numbers.get(&node) {
        return *number;
    }
    let inner = graph.inner();
    let made = match inner.node_weight(node) {
        Some(Node::Match(number)) if hosts.contains_key(number) => return NOTHING,
        Some(Node::Match(number)) => Task::Match(*number),
        Some(Node::Split(axis)) => {
            let at = graph
                .plan()
                .axes
                .iter()
                .position(|a| a.axis == *axis)
                .unwrap_or(0);
            let cells = graph.plan().axes.get(at).map_or(0, |a| a.domain.cells());
            let mut by_cell = vec![NOTHING; cells as usize];
            for edge in inner.edges(node) {
                let Edge::Cells(ranges) = edge.weight() else {
                    continue;
                };
                let child = task(graph, (hosts, places), edge.target(), tasks, numbers);
                for cell in ranges.iter().flat_map(|(from, to)| *from..=*to) {
                    if let Some(place) = by_cell.get_mut(cell as usize) {
                        *place = child;
                    }
                }
            }
            let odd = by_cell.get(UNKNOWN as usize).copied().unwrap_or(NOTHING);
            // Where every cell leads to one task, the fact need not be looked at.
            if by_cell.iter().all(|child| *child == odd) {
                return odd;
            }
            Task::Split {
                place: places.get(at).copied().unwrap_or(0),
                by_cell,
                odd,
            }
        }
        _ => {
            let mut children: Vec<(u32, NodeIndex)> = inner
                .edges(node)
                .filter_map(|edge| match edge.weight() {
                    Edge::Next(at) => Some((*at, edge.target())),
                    _ => None,
                })
                .collect();
            children.sort_unstable();
            let runs = |node: &NodeIndex| {
                !matches!(
                    inner.node_weight(*node),
                    Some(Node::Fold(_) | Node::Resolve(_) | Node::Residue(_))
                )
            };
            let children = children.into_iter().map(|(_, node)| node).filter(runs);
            let children = children.map(|c| task(graph, (hosts, places), c, tasks, numbers));
            let children: Vec<u32> = children.filter(|child| *child != NOTHING).collect();
            match children.as_slice() {
                [] => return NOTHING,
                [only] => return *only,
                _ => Task::Fork(children),
            }
        }
    };
    let number = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
    tasks.push(made);
    numbers.insert(node, number);
    number
}

/// The rows of a block.
fn block(graph: &Graph, group: &Group, (places, in_order): (&[u32], bool)) -> Block {
    let plan = graph.plan();
    let chunks = match group.is_small() {
        true => 0,
        false => group.members.len().div_ceil(MEMBERS),
    };
    let mut full = vec![[0u64; WORDS]; chunks];
    for at in 0..group.members.len() {
        set(&mut full, at, true);
    }
    let mut rows = RowPool::new(chunks);
    // By member, what cells tell and the block has no line for, the last first.
    let mut beside: BTreeMap<u32, Vec<Conjunct>> = BTreeMap::new();
    let is_line = |(axis, asked): &(&u32, &Asked)| {
        !group.is_small() && has_line(plan, **axis, (*asked, group.members.len()))
    };
    let lines = || group.tests.iter().filter(is_line);
    for (axis, asked) in group.tests.iter().filter(|test| !is_line(test)) {
        let planned = plan.axes.get(*axis as usize);
        let of_header = planned.is_some_and(|axis| axis.list.is_none());
        for (member, told) in asked.tests.iter().filter(|_| of_header) {
            if let Some(told) = plan.told.get(*told as usize) {
                beside.entry(*member).or_default().push(told.conjunct);
            }
        }
    }
    let mut members = Vec::with_capacity(group.members.len());
    for (at, (number, list)) in (0u32..).zip(&group.members) {
        if let Some(planned) = plan.members.get(*number as usize) {
            let beside = beside.get(&at).map_or(&[][..], Vec::as_slice);
            members.push(member(graph, plan, planned, (*list, beside)));
        }
    }
    let (mut header, mut element): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    let (mut cells, mut turns, mut laid) = (Vec::new(), Vec::new(), Vec::new());
    let axes = lines().filter_map(|(axis, _)| plan.axes.get(*axis as usize));
    let direct: usize = axes.map(|axis| direct_bytes(axis.domain.cells())).sum();
    let is_roomy = direct <= SMALL_TABLES.max(ROOMY * group.members.len());
    for (axis, Asked { tests, .. }) in lines() {
        let Some(planned) = plan.axes.get(*axis as usize) else {
            continue;
        };
        let runs = lay_runs(&plan.told, tests, &full, &mut rows);
        let count = planned.domain.cells();
        let first = match in_order {
            true => laid.len(),
            false => cells.len(),
        };
        let found = match in_order {
            true => lay_rows(&runs, (count, &rows), &mut laid, &mut turns),
            false => InOrder {
                turns: lay_cells(&runs, (count, is_roomy), &mut cells, &mut turns),
                bank: None,
                is_open: false,
            },
        };
        let line = Line {
            place: places.get(*axis as usize).copied().unwrap_or(0),
            first: u32::try_from(first).unwrap_or(u32::MAX),
            count,
            turns: found.turns,
            bank: found.bank,
            is_open: found.is_open,
            tests: tests.as_slice().into(),
        };
        match planned.list {
            None => header.push(line),
            Some(_) => element.push(line),
        }
    }
    // What most rules test comes first: it leaves the fewest alive for the rest.
    for lines in [&mut header, &mut element] {
        lines.sort_by_key(|line| std::cmp::Reverse(line.tests.len()));
    }
    let is_open = header.iter().any(|line| line.is_open);
    let found = header.iter().filter(|_| in_order && !is_open);
    let found = found.filter_map(|line| Some((line.place, line.turns?.get())));
    Block {
        found: found.collect(),
        list: group.list,
        rows: match in_order {
            true => laid.into(),
            false => rows.rows.into(),
        },
        in_order,
        full: full.into(),
        cells: cells.into(),
        turns: turns.into(),
        header: header.into(),
        element: element.into(),
        header_residue: members.iter().any(|member| member.parts.0 > 0),
        bare: members.chunks(64).map(bare).collect(),
        members: members.into(),
    }
}

/// A member of a block, with all that is told of its element among its conditions. First of all stands
/// what the block has no line for.
fn member(
    graph: &Graph,
    plan: &Plan,
    planned: &PlanMember,
    (list, beside): (Option<ListId>, &[Conjunct]),
) -> Member {
    let program = graph.program();
    let each: &[Each] = match planned.subject {
        Subject::Rule(rule) => program.form(rule).map_or(&[], |form| &form.each),
        Subject::Cover(_) => &[],
    };
    let needs = |conjunct: &&Conjunct| program.needs(conjunct.node).is_header();
    let told = planned.told.iter();
    let told = told.filter_map(|told| plan.told.get(*told as usize));
    let of_element = told.filter(|told| {
        let axis = plan.axes.get(told.axis as usize);
        axis.is_some_and(|axis| axis.list.is_some())
    });
    let of_header = planned.residue.iter().take_while(needs).count();
    let (of_header, rest) = planned.residue.split_at(of_header);
    let condition = |conjunct: &Conjunct| condition(program, *conjunct);
    let of_header = beside.iter().rev().chain(of_header);
    let mut conditions: Vec<Condition> = of_header.map(condition).collect();
    let place = |of: &[Condition]| u32::try_from(of.len()).unwrap_or(u32::MAX);
    let told_from = place(&conditions);
    conditions.extend(of_element.map(|told| condition(&told.conjunct)));
    let rest_from = place(&conditions);
    conditions.extend(rest.iter().map(condition));
    let is_bare = each.is_empty() && conditions.is_empty();
    let effect = match planned.subject {
        Subject::Rule(rule) if is_bare => effect(program.standing(rule)),
        _ => Effect::Open,
    };
    Member {
        list,
        subject: planned.subject,
        is_bare,
        effect,
        conditions: conditions.into(),
        parts: (told_from, rest_from),
        deep: each.len() > usize::from(list.is_some()),
    }
}

/// What a bare rule of that standing does where it applies.
fn effect(standing: Standing) -> Effect {
    match (standing.traits.is_plain(), standing.decides()) {
        (true, true) => Effect::Decides(standing.decided()),
        (true, false) => Effect::Informs,
        (false, _) => Effect::Open,
    }
}

/// Those of 64 members of which nothing is left to ask.
fn bare(members: &[Member]) -> Bare {
    let mut bare = Bare {
        members: 0,
        straight: 0,
        first: 0,
        rules: [RuleId(0); 64],
    };
    let places = bare.rules.iter_mut().zip(0u32..);
    for (member, (place, at)) in members.iter().zip(places) {
        let (Subject::Rule(rule), true) = (member.subject, member.is_bare) else {
            continue;
        };
        *place = rule;
        // Where the first of all would be, if a member's rule were so far from it.
        let Some(first) = rule.0.checked_sub(at) else {
            bare.members |= 1 << at;
            continue;
        };
        if bare.straight == 0 {
            bare.first = first;
        }
        bare.straight |= u64::from(bare.first == first) << at;
        bare.members |= 1 << at;
    }
    bare
}

/// A condition with the number of its atom.
fn condition(program: &Program, conjunct: Conjunct) -> Condition {
    Condition {
        node: conjunct.node,
        atom: program.node(conjunct.node).atom.unwrap_or(NO_ATOM),
        denied: conjunct.denied,
    }
}

/// So many members of a block are looked at one by one.
const SMALL: usize = 8;
/// One in so many members of a block is asked what one field of the header tells, and the block has
/// no line for it.
const FEW: usize = 128;

/// The bytes of all that judging reads.
pub(super) fn bytes(engine: &Engine) -> usize {
    let block = |block: &Block| {
        let lines = block.header.iter().chain(&block.element);
        let lines = lines.map(|line| size_of_val(line) + size_of_val(&*line.tests));
        let members = block.members.iter();
        let members = members.map(|member| size_of_val(member) + size_of_val(&*member.conditions));
        size_of_val(block)
            + size_of_val(&*block.rows)
            + size_of_val(&*block.full)
            + size_of_val(&*block.cells)
            + size_of_val(&*block.turns)
            + size_of_val(&*block.found)
            + size_of_val(&*block.bare)
            + lines.sum::<usize>()
            + members.sum::<usize>()
    };
    let task = |task: &Task| match task {
        Task::Fork(children) => size_of::<Task>() + children.len() * 4,
        Task::Split { by_cell, .. } => size_of::<Task>() + by_cell.len() * 4,
        Task::Match(_) => size_of::<Task>(),
    };
    let axes = engine.axes.iter();
    let axes = axes.map(|axis| size_of_val(axis) + axis.domain.bytes());
    engine.blocks.iter().map(block).sum::<usize>()
        + engine.plan.iter().map(task).sum::<usize>()
        + axes.sum::<usize>()
        + engine.header_axes.bytes()
        + engine.merged.iter().map(Merged::bytes).sum::<usize>()
        + engine.sieve.as_ref().map_or(0, Sieve::bytes)
        + engine
            .element_axes
            .iter()
            .map(Finders::bytes)
            .sum::<usize>()
        + size_of_val(&*engine.told)
        + engine.program.bytes()
}
