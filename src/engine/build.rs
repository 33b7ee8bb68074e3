//! From the graph to the engine: plan nodes become tasks, blocks become rows of bits.

use super::{Block, Engine, Line, Member, Source, Task};
use crate::check::rules::Each;
use crate::graph::Graph;
use crate::graph::cells::{Domain, UNKNOWN};
use crate::graph::layout::Block as Members;
use crate::graph::node::{Edge, Node};
use crate::graph::plan::{Conjunct, Plan, Subject, Told};
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::FieldId;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Lays a graph out.
pub(super) fn build(graph: &Graph) -> Engine {
    let plan = graph.plan();
    let program = Arc::clone(graph.program());
    let schema = Arc::clone(&program.rules.schema);
    let source = |field: Option<FieldId>| match field.and_then(|f| schema.field(f)).map(|f| f.home)
    {
        Some(Home::Header(slot)) => Source::Header(slot),
        Some(Home::Element(list, column)) => Source::Element(list, column),
        None => Source::AsOf,
    };
    let sources: Vec<Source> = plan.axes.iter().map(|axis| source(axis.field())).collect();
    let mut element_axes = vec![Vec::new(); schema.lists.len()];
    for (number, from) in (0u32..).zip(&sources) {
        if let Source::Element(list, _) = from
            && let Some(axes) = element_axes.get_mut(list.0 as usize)
        {
            axes.push(number);
        }
    }
    let blocks = graph
        .blocks()
        .iter()
        .map(|b| block(graph, plan, b, &element_axes))
        .collect();
    let (tasks, root) = tasks(graph);
    Engine {
        program,
        axes: plan.axes.clone(),
        sources,
        told: plan.told.clone(),
        plan: tasks,
        root,
        blocks,
        element_axes,
    }
}

/// The plan nodes, each after what it runs.
fn tasks(graph: &Graph) -> (Vec<Task>, u32) {
    let mut numbers: HashMap<NodeIndex, u32> = HashMap::new();
    let mut tasks = Vec::new();
    let root = task(graph, graph.root(), &mut tasks, &mut numbers);
    (tasks, root)
}

/// The task of a plan node; splits and forks stand a few levels deep, so this may call itself.
fn task(
    graph: &Graph,
    node: NodeIndex,
    tasks: &mut Vec<Task>,
    numbers: &mut HashMap<NodeIndex, u32>,
) -> u32 {
    if let Some(number) = numbers.get(&node) {
        return *number;
    }
    let inner = graph.inner();
    let made = match inner.node_weight(node) {
        Some(Node::Match(number)) => Task::Match(*number),
        Some(Node::Split(axis)) => {
            let at = graph
                .plan()
                .axes
                .iter()
                .position(|a| a.axis == *axis)
                .unwrap_or(0);
            let cells = graph.plan().axes.get(at).map_or(0, |a| a.domain.cells());
            let mut by_cell = vec![u32::MAX; cells as usize];
            for edge in inner.edges(node) {
                let Edge::Cells(ranges) = edge.weight() else {
                    continue;
                };
                let child = task(graph, edge.target(), tasks, numbers);
                for cell in ranges.iter().flat_map(|(from, to)| *from..=*to) {
                    if let Some(place) = by_cell.get_mut(cell as usize) {
                        *place = child;
                    }
                }
            }
            let odd = by_cell.get(UNKNOWN as usize).copied().unwrap_or(u32::MAX);
            Task::Split {
                axis: u32::try_from(at).unwrap_or(0),
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
            let children: Vec<NodeIndex> = children
                .into_iter()
                .map(|(_, node)| node)
                .filter(runs)
                .collect();
            Task::Fork(
                children
                    .into_iter()
                    .map(|c| task(graph, c, tasks, numbers))
                    .collect(),
            )
        }
    };
    let number = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
    tasks.push(made);
    numbers.insert(node, number);
    number
}

/// The rows of a block.
fn block(graph: &Graph, plan: &Plan, members: &Members, element_axes: &[Vec<u32>]) -> Block {
    let words = members.members.len().div_ceil(64).next_multiple_of(WORDS);
    let mut full = vec![0u64; words];
    for at in 0..members.members.len() {
        set(&mut full, at, true);
    }
    let mut tests: BTreeMap<u32, Vec<(u32, u32)>> = BTreeMap::new();
    let mut rows = RowPool {
        words,
        rows: Vec::new(),
        known: HashMap::new(),
    };
    let mut made = Vec::new();
    for (at, number) in (0u32..).zip(&members.members) {
        let Some(member) = plan.members.get(*number as usize) else {
            continue;
        };
        for told in &member.told {
            let axis = plan.told.get(*told as usize).map_or(0, |told| told.axis);
            tests.entry(axis).or_default().push((at, *told));
        }
        let each: &[Each] = match member.subject {
            Subject::Rule(rule) => graph.program().form(rule).map_or(&[], |form| &form.each),
            Subject::Cover(_) => &[],
        };
        let deep = each.len() > usize::from(members.list.is_some());
        let needs = |conjunct: &Conjunct| graph.program().needs(conjunct.node).is_header();
        made.push(Member {
            subject: member.subject,
            residue: member.residue.clone(),
            of_header: member.residue.iter().take_while(|c| needs(c)).count(),
            of_elements: members.list.is_some(),
            deep,
        });
    }
    let (mut header, mut element): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    for (axis, tests) in tests {
        let Some(planned) = plan.axes.get(axis as usize) else {
            continue;
        };
        let cells = lay_cells(&planned.domain, &plan.told, &tests, &full, &mut rows);
        let mut line = Line {
            axis,
            place: 0,
            cells,
            tests,
        };
        match planned.list {
            None => header.push(line),
            Some(list) => {
                let axes = element_axes.get(list.0 as usize);
                let place = axes.and_then(|axes| axes.iter().position(|a| *a == axis));
                line.place = u32::try_from(place.unwrap_or(0)).unwrap_or(0);
                element.push(line);
            }
        }
    }
    // What most rules test comes first: it leaves the fewest alive for the rest.
    for lines in [&mut header, &mut element] {
        lines.sort_by_key(|line| std::cmp::Reverse(line.tests.len()));
    }
    Block {
        list: members.list,
        words,
        rows: rows.rows,
        full,
        header,
        element,
        header_residue: made.iter().any(|member| member.of_header > 0),
        members: made,
    }
}

/// Rows are multiples of this many words, so that loops over them have no remainder.
pub(super) const WORDS: usize = 4;

/// Rows by content.
struct RowPool {
    words: usize,
    rows: Vec<u64>,
    /// Looked up only; never iterated over.
    known: HashMap<Vec<u64>, u32>,
}

impl RowPool {
    fn intern(&mut self, row: &[u64]) -> u32 {
        if let Some(at) = self.known.get(row) {
            return *at;
        }
        let at = u32::try_from(self.rows.len() / self.words.max(1)).unwrap_or(u32::MAX);
        self.rows.extend_from_slice(row);
        self.known.insert(row.to_vec(), at);
        at
    }
}

fn set(row: &mut [u64], at: usize, value: bool) {
    if let Some(word) = row.get_mut(at / 64) {
        let bit = 1u64 << (at % 64);
        *word = if value { *word | bit } else { *word & !bit };
    }
}

/// The rows of each cell. Going from cell to cell only the bits change whose condition says
/// something else from there on.
fn lay_cells(
    domain: &Domain,
    told: &[Told],
    tests: &[(u32, u32)],
    full: &[u64],
    rows: &mut RowPool,
) -> Vec<(u32, u32)> {
    let mut by_member: BTreeMap<u32, Vec<&Told>> = BTreeMap::new();
    for (member, number) in tests {
        if let Some(told) = told.get(*number as usize) {
            by_member.entry(*member).or_default().push(told);
        }
    }
    let mut changes: Vec<(u32, u32, Truth)> = Vec::new();
    for (member, told) in &by_member {
        let mut starts: Vec<u32> = told
            .iter()
            .flat_map(|t| t.runs.iter().map(|r| r.0))
            .collect();
        starts.sort_unstable();
        starts.dedup();
        for cell in starts {
            let says = told
                .iter()
                .fold(Truth::True, |truth, told| truth.and(told.says(cell)));
            changes.push((cell, *member, says));
        }
    }
    changes.sort_unstable_by_key(|change| (change.0, change.1));
    let (mut possible, mut certain) = (full.to_vec(), full.to_vec());
    let mut cells = Vec::with_capacity(domain.cells() as usize);
    let mut changes = changes.into_iter().peekable();
    let mut last = None;
    for cell in 0..domain.cells() {
        let mut changed = false;
        while let Some((_, member, truth)) = changes.next_if(|change| change.0 == cell) {
            set(&mut possible, member as usize, truth.possible());
            set(&mut certain, member as usize, truth.certain());
            changed = true;
        }
        let at = match last {
            Some(at) if !changed => at,
            _ => (rows.intern(&possible), rows.intern(&certain)),
        };
        last = Some(at);
        cells.push(at);
    }
    cells
}

/// The bytes of what the engine adds to the dense meaning.
pub(super) fn bytes(engine: &Engine) -> usize {
    let line = |line: &Line| size_of::<Line>() + line.cells.len() * 8 + line.tests.len() * 8;
    let block = |block: &Block| {
        let residue = block
            .members
            .iter()
            .map(|m| m.residue.len() * 8 + size_of::<Member>());
        size_of::<Block>()
            + (block.rows.len() + block.full.len()) * 8
            + block
                .header
                .iter()
                .chain(&block.element)
                .map(line)
                .sum::<usize>()
            + residue.sum::<usize>()
    };
    let task = |task: &Task| match task {
        Task::Fork(children) => size_of::<Task>() + children.len() * 4,
        Task::Split { by_cell, .. } => size_of::<Task>() + by_cell.len() * 4,
        Task::Match(_) => size_of::<Task>(),
    };
    engine.blocks.iter().map(block).sum::<usize>()
        + engine.plan.iter().map(task).sum::<usize>()
        + engine
            .axes
            .iter()
            .map(|axis| axis.domain.bytes())
            .sum::<usize>()
        + engine
            .told
            .iter()
            .map(|told| size_of::<Told>() + told.runs.len() * 8)
            .sum::<usize>()
}
