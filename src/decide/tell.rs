//! What a condition says of each fact that it can read, worked out when rules are laid out: where it
//! reads only a few codes and flags, a table of all that they can be.

use super::atom::{Also, Atom, Source, Test, Told};
use super::atomize::Maker;
use super::eval::Evaluator;
use super::program::{NodeId, Op, Program};
use super::state::{At, BoundCode};
use crate::check::rules::{Cell, DecisionTable};
use crate::facts::eval::Eval;
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::table::{Column, Period};
use crate::schema::value::{Code, Fact, TableId, Type, Value};

/// The most nodes of a condition for which that is done.
const MOST_NODES: usize = 64;
/// The most days and facts for which a condition is worked out beforehand.
const MOST_TOLD: usize = 4096;
/// The same where it reads several.
const MOST_OF_SEVERAL: usize = 1024;
/// The same where it asks a decision table, which costs more than the longest way to the memory.
const MOST_OF_TABLES: usize = 32_768;
/// The most facts that such a condition reads.
const MOST_FACTS: usize = 4;

/// What a fact can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Code(TableId),
    Bool,
}

/// The facts that a condition reads, each with what it can be.
type Facts = Vec<(Source, Of)>;

/// What a condition reads.
#[derive(Default)]
struct Reads {
    facts: Facts,
    /// The days from which it may say something else.
    days: Vec<Day>,
    /// The days that stand in it or in the tables it reads.
    stand: Vec<Day>,
    /// Whether it reads the as-of date, and so may compare it with one of those.
    as_of: bool,
    /// How many nodes it has.
    nodes: usize,
    /// Whether it asks a decision table.
    tables: bool,
}

impl Reads {
    /// What it says may change where one of these begins or ends.
    fn periods(&mut self, periods: impl Iterator<Item = Period>) {
        self.days.extend(periods.flat_map(Period::turns));
    }

    /// The days that stand in the cells of a table that it asks, perhaps of the as-of date.
    fn cells(&mut self, table: &DecisionTable) {
        let mut stands = |value: &Value| {
            if let Value::Date(day) = value {
                self.stand.push(*day);
            }
        };
        for cell in table.rows.iter().flat_map(|row| &row.cells) {
            match cell {
                Cell::OneOf(values) => values.iter().for_each(&mut stands),
                Cell::Compare(_, value) => stands(value),
                Cell::Range(low, high) => [low, high].into_iter().for_each(&mut stands),
                Cell::Any | Cell::IsNone | Cell::Under(_) => {}
            }
        }
    }

    /// All days from which it may say something else, in order.
    fn cuts(&self) -> Vec<Day> {
        let stand = self.stand.iter().filter(|_| self.as_of);
        let turns = stand.flat_map(|day| [Some(*day), day.add(0, 1)]).flatten();
        let mut cuts: Vec<Day> = self.days.iter().copied().chain(turns).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// It reads this fact; nothing where it would read too many, or one in two ways.
    fn fact(&mut self, source: Source, of: Of) -> Option<()> {
        match self.facts.iter().find(|(known, _)| *known == source) {
            Some((_, known)) => (*known == of).then_some(()),
            None => {
                self.facts.push((source, of));
                (self.facts.len() <= MOST_FACTS).then_some(())
            }
        }
    }
}

/// The nodes of which only the parts are ever evaluated: rules and covers are taken apart into
/// conjuncts.
pub(super) fn taken_apart(program: &Program) -> Vec<bool> {
    let mut apart = vec![false; program.nodes.len()];
    let of_rules = program.forms.iter().flat_map(|form| {
        let required = [form.in_force, form.scope, form.when].map(|node| (node, false));
        required
            .into_iter()
            .chain(form.unless.map(|node| (node, true)))
    });
    let of_covers = program.covers.iter();
    let of_covers = of_covers.flat_map(|cover| [(cover.in_force, false), (cover.scope, false)]);
    let mut waiting: Vec<(NodeId, bool)> = of_rules.chain(of_covers).collect();
    while let Some((node, denied)) = waiting.pop() {
        let denied_below = match (program.op(node), denied) {
            (Op::And, false) | (Op::Or, true) => denied,
            (Op::Not, _) => !denied,
            _ => continue,
        };
        if let Some(apart) = apart.get_mut(node.0 as usize) {
            *apart = true;
        }
        let operands = program.operands(node).iter();
        waiting.extend(operands.map(|operand| (*operand, denied_below)));
    }
    apart
}

impl Maker<'_> {
    /// A condition that reads a few codes and flags and what stands beside them in their tables.
    pub(super) fn told(&mut self, node: NodeId) -> Option<Atom> {
        let several = self.apart.get(node.0 as usize) == Some(&false);
        let (facts, told) = self.all(node, if several { MOST_FACTS } else { 1 })?;
        let ((source, _), also) = facts.split_first()?;
        let told = Box::new(told);
        let test = match also {
            [] => Test::Told(told),
            also => Test::ToldOf {
                told,
                also: also
                    .iter()
                    .map(|(source, of)| Also {
                        source: *source,
                        places: self.places(*of),
                    })
                    .collect(),
            },
        };
        Some(Atom::new(*source, test))
    }

    /// What a condition says of each code on each day.
    pub(super) fn all_codes(&mut self, node: NodeId) -> Option<(Source, Told<Truth>)> {
        let (facts, told) = self.all(node, 1)?;
        let (source, _) = facts.first()?;
        Some((*source, told))
    }

    /// How many places a fact has: unknown, none, and what it can be.
    fn places(&self, of: Of) -> usize {
        match of {
            Of::Code(table) => self.codes(table).saturating_add(2),
            Of::Bool => 4,
        }
    }

    /// What a condition says of all that it reads, on each day. The last fact changes fastest.
    fn all(&mut self, node: NodeId, most: usize) -> Option<(Facts, Told<Truth>)> {
        let mut reads = Reads::default();
        self.reads(node, &mut reads)?;
        let days = reads.cuts();
        let Reads {
            facts,
            nodes,
            tables,
            ..
        } = reads;
        if facts.is_empty() || facts.len() > most {
            return None;
        }
        let said = facts.iter().try_fold(days.len() + 1, |said, (_, of)| {
            said.checked_mul(self.places(*of))
        })?;
        let limit = match facts.len() {
            1 => MOST_TOLD,
            _ if tables => MOST_OF_TABLES,
            _ => MOST_OF_SEVERAL,
        };
        if said > limit {
            return None;
        }
        self.budget = self.budget.checked_sub(said.checked_mul(nodes)?)?;
        let stretches = [Day::MIN].into_iter().chain(days.iter().copied());
        let mut says = Vec::new();
        for day in stretches {
            let mut on_day = Vec::new();
            self.state.begin(self.program);
            self.each(node, &facts, day, &mut on_day);
            says.push(on_day);
        }
        Some((facts, Told { from: days, says }))
    }

    /// Adds what the condition says on that day, for all that the facts can be, those before them
    /// being put.
    fn each(
        &mut self,
        node: NodeId,
        facts: &[(Source, Of)],
        day: Day,
        says: &mut Vec<Option<Truth>>,
    ) {
        let Some(((source, of), rest)) = facts.split_first() else {
            return says.push(Some(self.says(node, day)));
        };
        for place in 0..self.places(*of) {
            let fact = match (place, of) {
                (0, _) => Fact::Unknown,
                (1, _) => Fact::None,
                (place, Of::Bool) => Fact::Value(Value::Bool(place == 3)),
                (place, Of::Code(_)) => {
                    let code = u32::try_from(place - 2).unwrap_or(u32::MAX);
                    Fact::Value(Value::Code(Code(code)))
                }
            };
            match self.put(*source, &fact) {
                Some(()) => self.each(node, rest, day, says),
                None => {
                    // Of what cannot be nothing is said.
                    let below: usize = rest.iter().map(|(_, of)| self.places(*of)).product();
                    says.resize(says.len() + below, None);
                }
            }
        }
        self.put(*source, &Fact::Unknown);
    }

    /// What the condition says on that day of what was put.
    fn says(&mut self, node: NodeId, day: Day) -> Truth {
        self.state.leave_behind(self.program);
        Evaluator {
            program: self.program,
            facts: &self.facts,
            as_of: day,
            state: &mut self.state,
        }
        .truth(node)
    }

    /// Puts a fact where the source reads it; nothing where it cannot be.
    fn put(&mut self, source: Source, fact: &Fact) -> Option<()> {
        match (source, fact) {
            (Source::Header(slot), fact) => self.facts.set_header(slot, fact.clone()),
            (Source::Element(list, column), fact) => {
                let rows = self.facts.rows_mut(list)?;
                rows.set_cell(0, column, fact.clone());
                self.state.put_row(list, At::Row(0));
            }
            (Source::Bound(number), Fact::Unknown) => {
                self.state.put_code(number, BoundCode::Unknown);
            }
            (Source::Bound(number), Fact::Value(Value::Code(code))) => {
                self.state.put_code(number, BoundCode::Code(*code));
            }
            // No code at hand is none.
            (Source::Bound(_), _) => return None,
            (Source::It, fact) => self.state.it = Eval::fact(fact),
            _ => {}
        }
        Some(())
    }

    /// Gathers what a condition or value reads; nothing where that is more than a few
    /// codes and flags.
    fn reads(&self, node: NodeId, reads: &mut Reads) -> Option<()> {
        let program = self.program;
        let operands = program.operands(node);
        reads.nodes += 1;
        if reads.nodes > MOST_NODES {
            return None;
        }
        match program.op(node) {
            Op::And
            | Op::Or
            | Op::Not
            | Op::Flag
            | Op::IsNone
            | Op::OneOf { .. }
            | Op::Compare(_) => {}
            Op::InSet { .. } => {}
            Op::Rows { table, .. } | Op::TableCall(table) => {
                // What such a table says is kept by code, so that asking it costs little.
                let form = program.tables.get(table.0 as usize)?;
                reads.nodes += form.stretches();
                reads.tables = true;
                reads.cells(program.rules.decision_table(*table)?);
            }
            Op::AsOf => {
                reads.as_of = true;
                return Some(());
            }
            Op::Const(value) => {
                if let Value::Date(day) = value {
                    reads.stand.push(*day);
                }
                return Some(());
            }
            Op::Field(_) => {
                let of = match self.field(node)?.1 {
                    Type::Code(table) if self.codes(table) <= MOST_TOLD => Of::Code(table),
                    Type::Bool => Of::Bool,
                    _ => return None,
                };
                return reads.fact(self.code(node)?, of);
            }
            Op::InList { list, on, .. } => {
                let [of] = operands else {
                    return None;
                };
                let list = program.rules.named_list(*list)?;
                let [
                    Column {
                        typ: Type::Code(table),
                        ..
                    },
                ] = list.keys.as_slice()
                else {
                    return None;
                };
                if *on || self.codes(*table) > MOST_TOLD || list.rows.len() > MOST_TOLD {
                    return None;
                }
                let table = *table;
                reads.periods(list.rows.iter().map(|row| row.period));
                if !matches!(program.op(*of), Op::Attribute { .. }) {
                    return reads.fact(self.code(*of)?, Of::Code(table));
                }
            }
            Op::Attribute { table, attribute } => {
                if operands.len() != 1 {
                    return None;
                }
                let table = *table;
                if self.codes(table) > MOST_TOLD {
                    return None;
                }
                let codes = program.rules.schema.table(table)?.codes.iter();
                let rows = codes.flat_map(|code| &code.rows);
                reads.periods(rows.clone().map(|row| row.period));
                reads.stand.extend(rows.filter_map(|row| {
                    match row.attributes.get(usize::from(*attribute)) {
                        Some(Some(Value::Date(day))) => Some(*day),
                        _ => None,
                    }
                }));
                let of = *operands.first()?;
                if !matches!(program.op(of), Op::Attribute { .. }) {
                    return reads.fact(self.code(of)?, Of::Code(table));
                }
            }
            _ => return None,
        }
        operands.iter().try_for_each(|of| self.reads(*of, reads))
    }

    /// Where a code is read.
    fn code(&self, node: NodeId) -> Option<Source> {
        match self.program.op(node) {
            Op::Bound(number) => Some(Source::Bound(*number)),
            Op::It => Some(Source::It),
            _ => match self.field(node)?.0 {
                Source::Element(list, _)
                    if self.program.rules.schema.list(list)?.parent.is_some() =>
                {
                    None
                }
                source => Some(source),
            },
        }
    }
}
