//! The plan: axes and their cells, what every condition on one field says in each cell, and
//! which rules stand together in a block.
//!
//! A rule applies where all its conjuncts hold. Those that one cell of one field tells become
//! bits in rows; what they say in a cell is worked out by evaluating the condition itself on a
//! value of the cell, so the rows are right by construction. The rest is residue, evaluated for
//! the rules that are still alive. Conjunctions are taken apart, and `not (a or b)` is read as
//! `not a and not b`: both hold in Kleene's logic.

use super::MANY;
use super::cells::{Axis, Cuts, Domain, FIRST, NONE, UNKNOWN};
use super::shape::{Points, Shape, field_of, group_codes, shape};
use crate::check::rules::{Each, RuleId};
use crate::decide::eval::Evaluator;
use crate::decide::program::{NodeId, Program};
use crate::decide::state::{At, State};
use crate::decide::waits::conjuncts;
use crate::facts::arith::Unit;
use crate::facts::{Facts, ListState};
use crate::ground::day::Day;
use crate::ground::parallel::in_halves;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{Code, Denomination, Fact, FieldId, ListId, Type, Value};
use std::collections::{BTreeMap, HashMap};

/// The most codes of a set that share an axis.
const SET_CODES: usize = 6;

/// A field with its cells.
#[derive(Debug, Clone)]
pub struct AxisPlan {
    /// What is cut.
    pub axis: Axis,
    /// How.
    pub domain: Domain,
    /// The list whose elements have the field; none for the header.
    pub list: Option<ListId>,
}

impl AxisPlan {
    /// The field that is cut; none for the as-of date.
    pub fn field(&self) -> Option<FieldId> {
        field_of(&self.axis)
    }
}

/// A condition, as it stands or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Conjunct {
    /// The condition.
    pub node: NodeId,
    /// Whether its contrary is meant.
    pub denied: bool,
}

/// What a condition says in each cell of its axis.
#[derive(Debug, Clone)]
pub struct Told {
    /// The condition.
    pub conjunct: Conjunct,
    /// The number of the axis.
    pub axis: u32,
    /// From each of these cells on it says this; the first is cell 0.
    pub runs: Vec<(u32, Truth)>,
}

/// What a row's bit stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A rule.
    Rule(RuleId),
    /// A cover, by number.
    Cover(u32),
}

/// A rule or cover as the plan sees it.
#[derive(Debug, Clone)]
pub struct Member {
    /// Which.
    pub subject: Subject,
    /// Its list, where it judges the elements of one.
    pub list: Option<ListId>,
    /// Whether it judges the declaration as a whole, and neither elements nor the codes of a set.
    pub is_whole: bool,
    /// Numbers of what cells tell.
    pub told: Vec<u32>,
    /// What has to be evaluated; first what reads only the header.
    pub residue: Vec<Conjunct>,
}

/// Axes, conditions and members; the blocks stand in [`super::layout`].
#[derive(Debug, Clone)]
pub struct Plan {
    /// The axes, the as-of date first.
    pub axes: Vec<AxisPlan>,
    /// What cells tell.
    pub told: Vec<Told>,
    /// Rules, then covers.
    pub members: Vec<Member>,
}

impl Told {
    /// What it says in a cell.
    pub fn says(&self, cell: u32) -> Truth {
        let at = self.runs.partition_point(|(from, _)| *from <= cell);
        at.checked_sub(1)
            .and_then(|at| self.runs.get(at))
            .map_or(Truth::Unknown, |run| run.1)
    }
}

impl Told {
    /// What it says, from which cell on, and before which, of so many cells.
    pub(super) fn spans(&self, cells: u32) -> impl Iterator<Item = (u32, u32, Truth)> {
        let ends = self.runs.iter().skip(1).map(|run| run.0).chain([cells]);
        let spans = self.runs.iter().zip(ends);
        spans.map(|((from, truth), end)| (*from, end, *truth))
    }

    /// Whether it is false in all cells from the first to the last.
    pub fn never_between(&self, from: u32, to: u32) -> bool {
        let inside = self.runs.iter().filter(|run| (from..=to).contains(&run.0));
        self.says(from) == Truth::False && inside.into_iter().all(|run| run.1 == Truth::False)
    }
}

/// A member before it is known which of its conjuncts cells can tell.
struct Draft {
    subject: Subject,
    /// The list whose elements it judges.
    list: Option<ListId>,
    is_whole: bool,
    conjuncts: Vec<Conjunct>,
}

fn drafts(program: &Program) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(program.forms.len() + program.covers.len());
    let mut all = Vec::new();
    for (number, form) in (0u32..).zip(&program.forms) {
        let mut add = |node, denied| all.push(Conjunct { node, denied });
        for node in [form.in_force, form.scope, form.when] {
            conjuncts(program, node, false, &mut add);
        }
        if let Some(unless) = form.unless {
            conjuncts(program, unless, true, &mut add);
        }
        drafts.push(Draft {
            subject: Subject::Rule(RuleId(number)),
            list: match form.each.first() {
                Some(Each::List(list)) => Some(*list),
                _ => None,
            },
            is_whole: form.each.is_empty(),
            conjuncts: once_each(&mut all),
        });
    }
    for (number, cover) in (0u32..).zip(&program.covers) {
        let mut add = |node, denied| all.push(Conjunct { node, denied });
        conjuncts(program, cover.in_force, false, &mut add);
        conjuncts(program, cover.scope, false, &mut add);
        drafts.push(Draft {
            subject: Subject::Cover(number),
            list: None,
            is_whole: true,
            conjuncts: once_each(&mut all),
        });
    }
    drafts
}

/// Takes what was gathered, each once.
fn once_each(gathered: &mut Vec<Conjunct>) -> Vec<Conjunct> {
    let mut kept: Vec<Conjunct> = Vec::with_capacity(gathered.len());
    // Most have a handful, and those are looked through faster than a set is made.
    if gathered.len() <= 16 {
        for conjunct in gathered.drain(..) {
            if !kept.contains(&conjunct) {
                kept.push(conjunct);
            }
        }
        return kept;
    }
    let mut seen = std::collections::HashSet::new();
    kept.extend(gathered.drain(..).filter(|conjunct| seen.insert(*conjunct)));
    kept
}

/// Something for each condition, as it stands and denied.
struct ByConjunct<T>(Vec<T>);

impl<T: Copy + Default> ByConjunct<T> {
    fn new(program: &Program) -> Self {
        ByConjunct(vec![T::default(); program.nodes.len() * 2])
    }

    fn at(conjunct: Conjunct) -> usize {
        (conjunct.node.0 as usize) * 2 + usize::from(conjunct.denied)
    }

    fn get(&self, conjunct: Conjunct) -> T {
        self.0.get(Self::at(conjunct)).copied().unwrap_or_default()
    }

    /// Puts it down, and gives what was there.
    fn put(&mut self, conjunct: Conjunct, new: T) -> Option<T> {
        let place = self.0.get_mut(Self::at(conjunct))?;
        Some(std::mem::replace(place, new))
    }
}

/// A plan before its cells are looked at.
pub(super) struct Sketch {
    drafts: Vec<Draft>,
    /// The conditions of all drafts, each once, in the order of the drafts.
    conjuncts: Vec<Conjunct>,
    /// By node, what its condition asks of one field.
    shapes: Vec<Option<Box<Shape>>>,
    axes: Vec<AxisPlan>,
}

/// Works out the conditions of each member, and axes.
pub(super) fn sketch(program: &Program) -> Sketch {
    let drafts = drafts(program);
    let mut shapes: Vec<Option<Box<Shape>>> = vec![None; program.nodes.len()];
    let mut met: ByConjunct<bool> = ByConjunct::new(program);
    let all = drafts.iter().flat_map(|draft| &draft.conjuncts).copied();
    let conjuncts: Vec<Conjunct> = all
        .filter(|conjunct| met.put(*conjunct, true) == Some(false))
        .collect();
    for conjunct in &conjuncts {
        // Denied it has the same shape.
        if let Some(place) = shapes.get_mut(conjunct.node.0 as usize)
            && place.is_none()
        {
            *place = shape(program, conjunct.node).map(Box::new);
        }
    }
    let axes = axes(program, &mut shapes);
    Sketch {
        drafts,
        conjuncts,
        shapes,
        axes,
    }
}

/// Works out what cells tell, and members.
pub(super) fn plan(program: &Program, sketch: Sketch) -> Plan {
    let Sketch {
        drafts,
        conjuncts,
        shapes,
        axes,
    } = sketch;
    let tell = |conjuncts: &[Conjunct]| -> Vec<Told> {
        let mut teller = Teller::new(program, &axes);
        let told = conjuncts.iter().filter_map(|conjunct| {
            let shape = shapes.get(conjunct.node.0 as usize)?.as_ref()?;
            teller.tell(*conjunct, shape)
        });
        told.collect()
    };
    let told = in_halves(MANY, &conjuncts, |_| 1, tell);
    let mut numbers: ByConjunct<Option<u32>> = ByConjunct::new(program);
    for (number, told) in (0u32..).zip(&told) {
        numbers.put(told.conjunct, Some(number));
    }
    let members = drafts.into_iter().map(|draft| {
        let list = draft.list;
        let mut member = Member {
            subject: draft.subject,
            list,
            is_whole: draft.is_whole,
            told: Vec::with_capacity(draft.conjuncts.len()),
            residue: vec![],
        };
        for conjunct in draft.conjuncts {
            let number = numbers.get(conjunct);
            let home = number
                .and_then(|n| told.get(n as usize))
                .and_then(|t| axes.get(t.axis as usize));
            match (number, home) {
                (Some(number), Some(axis)) if axis.list.is_none() || axis.list == list => {
                    member.told.push(number);
                }
                _ => member.residue.push(conjunct),
            }
        }
        member.residue.sort_by_key(|conjunct| {
            let needs = program.needs(conjunct.node);
            (!needs.is_header(), needs.bounds != 0)
        });
        member
    });
    let members = members.collect();
    Plan {
        axes,
        told,
        members,
    }
}

/// The axes of all shapes. Shapes that fit no axis are taken out.
fn axes(program: &Program, shapes: &mut [Option<Box<Shape>>]) -> Vec<AxisPlan> {
    let schema = &program.rules.schema;
    let mut points: BTreeMap<Option<FieldId>, Points> = BTreeMap::new();
    let mut sets: BTreeMap<FieldId, Vec<Vec<Code>>> = BTreeMap::new();
    for place in shapes.iter_mut() {
        let Some(shape) = place else {
            continue;
        };
        shape.points.tidy();
        let typ = shape.field.and_then(|f| schema.field(f)).map(|f| f.typ);
        match (shape.field, typ) {
            (Some(field), Some(Type::Set(_))) => {
                sets.entry(field)
                    .or_default()
                    .push(shape.points.codes.clone());
            }
            _ => {
                if !points.entry(shape.field).or_default().join(&shape.points) {
                    *place = None;
                }
            }
        }
    }
    let mut axes = Vec::new();
    for (field, mut points) in points {
        points.tidy();
        let axis = field.map_or(Axis::AsOf, Axis::Field);
        if let Some(domain) = domain(program, field, &points) {
            axes.push(AxisPlan {
                list: home(program, &axis),
                axis,
                domain,
            });
        }
    }
    for (field, wanted) in sets {
        for group in group_codes(&wanted, SET_CODES) {
            let axis = Axis::Codes(field, group.clone());
            axes.push(AxisPlan {
                list: home(program, &axis),
                axis,
                domain: Domain::Sets(group),
            });
        }
    }
    axes
}

fn home(program: &Program, axis: &Axis) -> Option<ListId> {
    match program.rules.schema.field(field_of(axis)?)?.home {
        Home::Element(list, _) => Some(list),
        Home::Header(_) => None,
    }
}

fn domain(program: &Program, field: Option<FieldId>, points: &Points) -> Option<Domain> {
    let schema = &program.rules.schema;
    let typ = match field {
        None => Type::Date,
        Some(field) => schema.field(field)?.typ,
    };
    let numbers = |unit| {
        let (places, cuts) = Cuts::number_keys(&points.numbers)?;
        Some(Domain::Numbers { unit, places, cuts })
    };
    match typ {
        Type::Bool => Some(Domain::Bools),
        Type::Code(table) => {
            let codes = schema.table(table).map_or(0, |table| table.codes.len());
            let most = points.codes.last().map_or(0, |code| code.0 as usize + 1);
            let mut cells = vec![FIRST; codes.max(most.min(1 << 20))];
            for (at, code) in (FIRST + 1..).zip(&points.codes) {
                if let Some(cell) = cells.get_mut(code.0 as usize) {
                    *cell = at;
                }
            }
            Some(Domain::Codes {
                cells,
                named: points.codes.clone(),
            })
        }
        Type::Integer | Type::Decimal | Type::Rate => numbers(Unit::Plain),
        Type::Money(of) => numbers(points.unit.or_else(|| fixed(of).map(Unit::Money))?),
        Type::Quantity(of) => numbers(points.unit.or_else(|| fixed(of).map(Unit::Quantity))?),
        Type::Date => Some(Domain::Days {
            cuts: Cuts::day_keys(&points.days),
        }),
        Type::Hs => Some(Domain::Tariff {
            cuts: Cuts::tariff_keys(&points.prefixes),
        }),
        Type::Text => Some(Domain::Texts(points.texts.clone())),
        Type::Set(_) | Type::List(_) => None,
    }
}

fn fixed(denomination: Denomination) -> Option<Code> {
    match denomination {
        Denomination::Fixed(code) => Some(code),
        Denomination::Named(_) | Denomination::Open => None,
    }
}

/// Evaluates conditions on values of cells.
struct Teller<'a> {
    program: &'a Program,
    axes: &'a [AxisPlan],
    by_field: HashMap<Option<FieldId>, Vec<u32>>,
    facts: Facts,
    state: State,
}

impl<'a> Teller<'a> {
    fn new(program: &'a Program, axes: &'a [AxisPlan]) -> Teller<'a> {
        let schema = &program.rules.schema;
        let mut facts = Facts::unknown(schema);
        for (number, list) in (0u32..).zip(&schema.lists) {
            if list.parent.is_none()
                && let Some(rows) = facts.rows_mut(ListId(number))
            {
                rows.set_last_state(ListState::Given);
                rows.push_row();
            }
        }
        let mut by_field: HashMap<Option<FieldId>, Vec<u32>> = HashMap::new();
        for (number, axis) in (0u32..).zip(axes) {
            by_field
                .entry(field_of(&axis.axis))
                .or_default()
                .push(number);
        }
        Teller {
            program,
            axes,
            by_field,
            facts,
            state: State::default(),
        }
    }

    /// What a condition says in the cells of its axis; none where it has no axis.
    fn tell(&mut self, conjunct: Conjunct, shape: &Shape) -> Option<Told> {
        let candidates = self.by_field.get(&shape.field)?;
        let fits = |axis: &AxisPlan| match &axis.axis {
            Axis::Codes(_, group) => shape.points.codes.iter().all(|code| group.contains(code)),
            _ => true,
        };
        let number = *candidates
            .iter()
            .find(|number| self.axes.get(**number as usize).is_some_and(fits))?;
        let axis = self.axes.get(number as usize)?;
        let mut runs = vec![
            (UNKNOWN, self.says(conjunct, axis, &Fact::Unknown)?),
            (NONE, self.says(conjunct, axis, &Fact::None)?),
        ];
        let mut cells = own_cells(&axis.domain, &shape.points);
        cells.sort_unstable();
        cells.dedup();
        for cell in cells {
            let value = axis.domain.representative(cell, &[])?;
            runs.push((cell, self.says(conjunct, axis, &Fact::Value(value))?));
        }
        if let Some(named) = spots(&axis.domain, &shape.points) {
            runs = around(runs, &named, axis.domain.cells());
        }
        runs.dedup_by_key(|run| run.1);
        Some(Told {
            conjunct,
            axis: number,
            runs,
        })
    }

    /// What a condition says of a fact.
    fn says(&mut self, conjunct: Conjunct, axis: &AxisPlan, fact: &Fact) -> Option<Truth> {
        let mut as_of = Day::MIN;
        let home = field_of(&axis.axis)
            .and_then(|f| self.program.rules.schema.field(f))
            .map(|f| f.home);
        match (home, fact) {
            (Some(Home::Header(slot)), fact) => self.facts.set_header(slot, fact.clone()),
            (Some(Home::Element(list, column)), fact) => {
                self.facts.rows_mut(list)?.set_cell(0, column, fact.clone());
            }
            (None, Fact::Value(Value::Date(day))) => as_of = *day,
            // The as-of date is always known; nothing is ever looked up in these cells.
            (None, _) => return Some(Truth::Unknown),
        }
        self.state.begin(self.program);
        if let Some(list) = axis.list {
            self.state.put_row(list, At::Row(0));
        }
        let mut evaluator = Evaluator {
            program: self.program,
            facts: &self.facts,
            as_of,
            state: &mut self.state,
        };
        let truth = evaluator.truth(conjunct.node);
        match home {
            Some(Home::Header(slot)) => self.facts.set_header(slot, Fact::Unknown),
            Some(Home::Element(list, column)) => {
                self.facts
                    .rows_mut(list)?
                    .set_cell(0, column, Fact::Unknown);
            }
            None => {}
        }
        Some(if conjunct.denied { truth.not() } else { truth })
    }
}

/// The cells at which what a condition says may change, by its own constants.
fn own_cells(domain: &Domain, points: &Points) -> Vec<u32> {
    let mut cells = vec![FIRST];
    let mut add = |key_cells: &mut dyn Iterator<Item = u32>| cells.extend(key_cells);
    match domain {
        Domain::Bools | Domain::Sets(_) => add(&mut (FIRST..domain.cells())),
        Domain::Codes { .. } => {
            add(&mut points
                .codes
                .iter()
                .map(|code| domain.cell_of(&Value::Code(*code))));
        }
        Domain::Texts(_) => {
            add(&mut points
                .texts
                .iter()
                .map(|text| domain.cell_of(&Value::Text(text.clone().into()))));
        }
        Domain::Numbers { cuts, .. } => {
            let own = Cuts::number_keys_at(&points.numbers, domain);
            add(&mut own.iter().map(|key| Domain::cell_at(cuts, *key)));
        }
        Domain::Days { cuts } => {
            let own = Cuts::day_keys(&points.days);
            add(&mut own.iter().map(|key| Domain::cell_at(cuts, *key)));
        }
        Domain::Tariff { cuts } => {
            let own = Cuts::tariff_keys(&points.prefixes);
            add(&mut own.iter().map(|key| Domain::cell_at(cuts, *key)));
        }
    }
    cells
}

/// The cells of the constants, where the domain has no order and only they differ from the rest.
fn spots(domain: &Domain, points: &Points) -> Option<Vec<u32>> {
    match domain {
        Domain::Codes { .. } | Domain::Texts(_) => {
            let mut cells = own_cells(domain, points);
            cells.retain(|cell| *cell != FIRST);
            cells.sort_unstable();
            cells.dedup();
            Some(cells)
        }
        _ => None,
    }
}

/// After each constant's cell what holds elsewhere holds again.
fn around(runs: Vec<(u32, Truth)>, named: &[u32], cells: u32) -> Vec<(u32, Truth)> {
    let elsewhere = runs
        .iter()
        .find(|run| run.0 == FIRST)
        .map_or(Truth::Unknown, |run| run.1);
    let mut out = Vec::with_capacity(runs.len() * 2);
    for run in runs {
        out.push(run);
        let next = run.0 + 1;
        if named.binary_search(&run.0).is_ok()
            && named.binary_search(&next).is_err()
            && next < cells
        {
            out.push((next, elsewhere));
        }
    }
    out
}
