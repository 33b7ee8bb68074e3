//! From the graph to the engine: plan nodes become tasks, blocks become rows of bits.

use super::finder::{Finder, Ranked};
use super::rows::{Chunk, MEMBERS, WORDS, set};
use super::{Block, Cell, Engine, Line, Member, Task};
use crate::check::rules::Each;
use crate::graph::Graph;
use crate::graph::cells::{Domain, UNKNOWN};
use crate::graph::layout::Block as Members;
use crate::graph::node::{Edge, Node};
use crate::graph::plan::{Conjunct, Member as PlanMember, Plan, Subject, Told};
use crate::ground::truth::Truth;
use crate::schema::value::ListId;
use crate::schema::{Home, Schema};
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

mod guests;

use guests::{Hosts, hosts};

/// Lays a graph out.
pub(super) fn build(graph: &Graph) -> Engine {
    let plan = graph.plan();
    let program = Arc::clone(graph.program());
    let schema = Arc::clone(&program.rules.schema);
    let hosts = hosts(graph, plan);
    let groups = groups(graph, &hosts);
    let axes = rank(plan, &schema, &used(graph, &groups));
    let blocks = groups
        .into_iter()
        .map(|group| block(graph, plan, group, &axes.places))
        .collect();
    let (tasks, root) = tasks(graph, &hosts, &axes.places);
    Engine {
        program,
        axes: plan.axes.clone(),
        told: plan.told.clone(),
        plan: tasks,
        root,
        blocks,
        header_axes: axes.header,
        element_axes: axes.elements,
    }
}

/// The axes by where their facts are found.
struct Axes {
    header: Vec<Ranked>,
    elements: Vec<Vec<Ranked>>,
    /// By number of the axis, its place among those of the header or of its list.
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

/// By axis, each condition on it with the place of the member that it belongs to.
type Tests = BTreeMap<u32, Vec<(u32, u32)>>;

/// What members ask of cells.
fn tests(plan: &Plan, members: impl IntoIterator<Item = u32>) -> Tests {
    let mut tests: Vec<Vec<(u32, u32)>> = vec![Vec::new(); plan.axes.len()];
    for (at, number) in (0u32..).zip(members) {
        let member = plan.members.get(number as usize);
        for told in member.iter().flat_map(|member| &member.told) {
            let axis = plan.told.get(*told as usize).map_or(0, |told| told.axis);
            if let Some(tests) = tests.get_mut(axis as usize) {
                tests.push((at, *told));
            }
        }
    }
    let all = (0u32..).zip(tests);
    all.filter(|(_, tests)| !tests.is_empty()).collect()
}

/// Whether a block of so many members has a line for an axis that so many tests are on. A line that
/// few of many members ask for costs more than asking those of them that are alive.
fn has_line(plan: &Plan, axis: u32, (tests, members): (usize, usize)) -> bool {
    let list = plan.axes.get(axis as usize).and_then(|axis| axis.list);
    list.is_some() || tests > members / FEW
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
        let lines = tests.filter(|(axis, tests)| {
            has_line(plan, **axis, (tests.len(), group.members.len()))
        });
        lines.map(|(axis, _)| *axis)
    });
    branched.chain(lines).collect()
}

fn rank(plan: &Plan, schema: &Schema, used: &BTreeSet<u32>) -> Axes {
    let mut axes = Axes {
        header: Vec::new(),
        elements: vec![Vec::new(); schema.lists.len()],
        places: Vec::new(),
    };
    for (number, axis) in (0u32..).zip(&plan.axes) {
        let field = axis.field().and_then(|field| schema.field(field));
        let (slot, among) = match field.map(|field| field.home) {
            None => (None, &mut axes.header),
            Some(Home::Header(slot)) => (Some(slot), &mut axes.header),
            Some(Home::Element(list, column)) => match axes.elements.get_mut(list.0 as usize) {
                Some(among) => (Some(column), among),
                None => continue,
            },
        };
        axes.places.push(u32::try_from(among.len()).unwrap_or(0));
        if !used.contains(&number) {
            continue;
        }
        among.push(Ranked {
            axis: number,
            slot,
            finder: Finder::new(&axis.domain, field.map(|field| field.typ)),
        });
    }
    axes
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
fn block(graph: &Graph, plan: &Plan, mut group: Group, places: &[u32]) -> Block {
    let mut tests = std::mem::take(&mut group.tests);
    let chunks = match group.is_small() {
        true => 0,
        false => group.members.len().div_ceil(MEMBERS),
    };
    let mut full = vec![[0u64; WORDS]; chunks];
    for at in 0..group.members.len() {
        set(&mut full, at, true);
    }
    let mut rows = RowPool::new(chunks);
    let mut made = Vec::new();
    for (number, list) in &group.members {
        if let Some(planned) = plan.members.get(*number as usize) {
            made.push(member(graph, plan, planned, *list));
        }
    }
    tests.retain(|axis, tests| {
        let of_header = plan
            .axes
            .get(*axis as usize)
            .is_some_and(|a| a.list.is_none());
        if !group.is_small() && has_line(plan, *axis, (tests.len(), group.members.len())) {
            return true;
        }
        for (member, told) in tests.iter().filter(|_| of_header) {
            let told = plan.told.get(*told as usize);
            if let (Some(member), Some(told)) = (made.get_mut(*member as usize), told) {
                member.residue.insert(0, told.conjunct);
                member.of_header += 1;
            }
        }
        false
    });
    let (mut header, mut element): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    let mut all_cells = Vec::new();
    for (axis, tests) in tests {
        let Some(planned) = plan.axes.get(axis as usize) else {
            continue;
        };
        let cells = lay_cells(&planned.domain, &plan.told, &tests, &full, &mut rows);
        let line = Line {
            place: places.get(axis as usize).copied().unwrap_or(0),
            first: u32::try_from(all_cells.len()).unwrap_or(u32::MAX),
            count: u32::try_from(cells.len()).unwrap_or(u32::MAX),
            tests,
        };
        all_cells.extend(cells);
        all_cells.push(Cell::ODD);
        match planned.list {
            None => header.push(line),
            Some(_) => element.push(line),
        }
    }
    // What most rules test comes first: it leaves the fewest alive for the rest.
    for lines in [&mut header, &mut element] {
        lines.sort_by_key(|line| std::cmp::Reverse(line.tests.len()));
    }
    Block {
        list: group.list,
        rows: rows.rows,
        full,
        cells: all_cells,
        header,
        element,
        header_residue: made.iter().any(|member| member.of_header > 0),
        members: made,
    }
}

/// A member of a block, with all that is told of its element among its conditions.
fn member(graph: &Graph, plan: &Plan, planned: &PlanMember, list: Option<ListId>) -> Member {
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
    let element_told: Vec<Conjunct> = of_element.map(|told| told.conjunct).collect();
    let of_header = planned.residue.iter().take_while(needs).count();
    let deep = each.len() > usize::from(list.is_some());
    let residue = planned.residue.iter().skip(of_header);
    let residue = residue.filter(|_| !deep);
    Member {
        list,
        of_elements: match list {
            Some(_) => element_told.iter().chain(residue).copied().collect(),
            None => Vec::new(),
        },
        element_told,
        subject: planned.subject,
        residue: planned.residue.clone(),
        of_header,
        deep,
    }
}

/// So many members of a block are looked at one by one.
const SMALL: usize = 8;
/// One in so many members of a block is asked what one field of the header tells, and the block has
/// no line for it.
const FEW: usize = 128;

/// Rows by content.
struct RowPool {
    /// Stretches of a row.
    stretches: usize,
    rows: Vec<Chunk>,
    /// Where each begins. Looked up only; never iterated over.
    known: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl RowPool {
    fn new(stretches: usize) -> RowPool {
        RowPool {
            stretches,
            rows: Vec::new(),
            known: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
        }
    }

    fn intern(&mut self, row: &[Chunk]) -> u32 {
        let (rows, stretches, hasher) = (&self.rows, self.stretches, &self.hasher);
        let at = |from: u32| rows.get(from as usize..from as usize + stretches);
        let hash = hasher.hash_one(row);
        if let Some(found) = self.known.find(hash, |from| at(*from) == Some(row)) {
            return *found;
        }
        let from = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let again = |from: &u32| hasher.hash_one(at(*from).unwrap_or(&[]));
        self.known.insert_unique(hash, from, again);
        self.rows.extend_from_slice(row);
        from
    }
}

/// The rows of each cell. Going from cell to cell only the bits change whose condition says
/// something else from there on.
fn lay_cells(
    domain: &Domain,
    told: &[Told],
    tests: &[(u32, u32)],
    full: &[Chunk],
    rows: &mut RowPool,
) -> Vec<Cell> {
    let mut changes: Vec<(u32, u32, Truth)> = Vec::with_capacity(tests.len() * 3);
    // The tests of a member stand together.
    for mine in tests.chunk_by(|one, other| one.0 == other.0) {
        let of = |(member, number): &(u32, u32)| Some((*member, told.get(*number as usize)?));
        if let [test] = mine {
            let runs = of(test).into_iter();
            changes.extend(runs.flat_map(|(member, told)| {
                told.runs
                    .iter()
                    .map(move |(cell, says)| (*cell, member, *says))
            }));
            continue;
        }
        let all = || mine.iter().filter_map(of);
        let mut starts: Vec<(u32, u32)> = all()
            .flat_map(|(member, told)| told.runs.iter().map(move |run| (run.0, member)))
            .collect();
        starts.sort_unstable();
        starts.dedup();
        changes.extend(starts.into_iter().map(|(cell, member)| {
            let says = all().fold(Truth::True, |truth, (_, told)| truth.and(told.says(cell)));
            (cell, member, says)
        }));
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
            _ => {
                let possibly = rows.intern(&possible);
                let same = possible == certain;
                Cell {
                    possible: possibly,
                    certain: if same {
                        possibly
                    } else {
                        rows.intern(&certain)
                    },
                }
            }
        };
        last = Some(at);
        cells.push(at);
    }
    cells
}

/// The bytes of what the engine adds to the dense meaning.
pub(super) fn bytes(engine: &Engine) -> usize {
    let line = |line: &Line| size_of::<Line>() + line.tests.len() * 8;
    let block = |block: &Block| {
        let residue = block.members.iter().map(|m| {
            let conjuncts = m.residue.len() + m.element_told.len() + m.of_elements.len();
            conjuncts * size_of::<Conjunct>() + size_of::<Member>()
        });
        size_of::<Block>()
            + (block.rows.len() + block.full.len()) * size_of::<Chunk>()
            + block.cells.len() * size_of::<Cell>()
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
            .header_axes
            .iter()
            .chain(engine.element_axes.iter().flatten())
            .map(|ranked| size_of::<Ranked>() + ranked.finder.bytes())
            .sum::<usize>()
        + engine
            .told
            .iter()
            .map(|told| size_of::<Told>() + told.runs.len() * 8)
            .sum::<usize>()
}
