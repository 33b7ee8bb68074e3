//! Judging: facts to cells, rows of bits to rules that are alive, residue, then resolving.

use super::build::WORDS;
use super::{Block, Engine, Line, Member, Scratch, Source, Task};
use crate::check::rules::{Each, RuleId};
use crate::decide::eval::{Elements, Evaluator};
use crate::decide::state::At;
use crate::facts::Facts;
use crate::graph::cells::ODD;
use crate::graph::plan::{Conjunct, Subject};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::value::{Fact, ListId, Value};
use crate::verdict::judgement::{Element, Fired, Step};

/// Judges one declaration into the scratch.
pub(super) fn judge(engine: &Engine, facts: &Facts, as_of: Day, scratch: &mut Scratch) {
    let Scratch {
        state,
        room,
        judgement,
        applies,
        ..
    } = scratch;
    let (mut state, mut room) = (std::mem::take(state), std::mem::take(room));
    let (mut out, mut applied) = (std::mem::take(judgement), std::mem::take(applies));
    state.begin(&engine.program, facts);
    applied.clear();
    let evaluator = Evaluator {
        program: &engine.program,
        facts,
        as_of,
        state: &mut state,
    };
    let mut run = Run {
        engine,
        evaluator,
        applies: &mut applied,
        covers: [Truth::False, Truth::False],
    };
    run.rank_header(scratch);
    run.tasks(scratch);
    let covers = run.covers;
    let [full, advice] = covers;
    applied.sort_unstable();
    let mut evaluator = Evaluator {
        program: &engine.program,
        facts,
        as_of,
        state: &mut state,
    };
    evaluator.resolve(&applied, (full, advice), &mut room, &mut out);
    scratch.state = state;
    scratch.room = room;
    scratch.judgement = out;
    scratch.applies = applied;
}

/// One declaration being judged.
struct Run<'a, 's> {
    engine: &'a Engine,
    evaluator: Evaluator<'a, 's>,
    applies: &'s mut Vec<Fired>,
    /// Whether a cover holds, and one that only informs.
    covers: [Truth; 2],
}

/// The bits of a block with what is known of them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lanes {
    /// Possible and certain are the same.
    One,
    /// They may differ.
    Two,
}

/// Clears the bits that are not in the row.
#[inline]
fn and(bits: &mut [u64], row: &[u64]) {
    let (chunks, rows) = (bits.as_chunks_mut::<WORDS>().0, row.as_chunks::<WORDS>().0);
    for (bits, row) in chunks.iter_mut().zip(rows) {
        for (bit, word) in bits.iter_mut().zip(row) {
            *bit &= word;
        }
    }
}

/// How many rows are gone through side by side.
const SIDE_BY_SIDE: usize = 32;

/// Clears the bits that are not in all of the rows.
#[inline]
fn and_all(bits: &mut [u64], rows: &[&[[u64; WORDS]]]) {
    for (at, bits) in bits.as_chunks_mut::<WORDS>().0.iter_mut().enumerate() {
        let mut left = *bits;
        for row in rows.iter().filter_map(|row| row.get(at)) {
            for (bit, word) in left.iter_mut().zip(row) {
                *bit &= word;
            }
            // Rules that name the same codes stand together, so a stretch is often empty early.
            if left == [0; WORDS] {
                break;
            }
        }
        *bits = left;
    }
}

impl Block {
    /// The row of that number, in chunks.
    #[inline]
    fn row(&self, at: u32) -> &[[u64; WORDS]] {
        let start = at as usize * self.words;
        self.rows
            .get(start..start + self.words)
            .map_or(&[], |row| row.as_chunks::<WORDS>().0)
    }
}

impl<'a> Run<'a, '_> {
    /// Finds the cells of the header's facts.
    fn rank_header(&mut self, scratch: &mut Scratch) {
        scratch.ranks.clear();
        scratch.ranked = None;
        for (axis, source) in self.engine.axes.iter().zip(&self.engine.sources) {
            scratch.ranks.push(match source {
                Source::AsOf => axis.domain.cell_of(&Value::Date(self.evaluator.as_of)),
                Source::Header(slot) => axis.domain.cell(self.evaluator.facts.header(*slot)),
                Source::Element(..) => ODD,
            });
        }
    }

    /// Runs the plan from its root.
    fn tasks(&mut self, scratch: &mut Scratch) {
        let mut stack = std::mem::take(&mut scratch.stack);
        stack.clear();
        stack.push(self.engine.root);
        while let Some(number) = stack.pop() {
            match self.engine.plan.get(number as usize) {
                Some(Task::Fork(children)) => stack.extend(children.iter().rev()),
                Some(Task::Split { axis, by_cell, odd }) => {
                    let cell = scratch.ranks.get(*axis as usize).copied().unwrap_or(ODD);
                    stack.push(by_cell.get(cell as usize).copied().unwrap_or(*odd));
                }
                Some(Task::Match(block)) => {
                    if let Some(block) = self.engine.blocks.get(*block as usize) {
                        self.block(block, scratch);
                    }
                }
                None => {}
            }
        }
        scratch.stack = stack;
    }

    fn block(&mut self, block: &'a Block, scratch: &mut Scratch) {
        let mut possible = std::mem::take(&mut scratch.possible);
        let mut certain = std::mem::take(&mut scratch.certain);
        possible.clear();
        possible.extend_from_slice(&block.full);
        let ranks = std::mem::take(&mut scratch.ranks);
        let cell = |line: &Line| ranks.get(line.axis as usize).copied().unwrap_or(ODD);
        let lanes = self.and_lines(
            block,
            &block.header,
            cell,
            (&mut possible, &mut certain, &block.full, Lanes::One),
            scratch,
        );
        scratch.ranks = ranks;
        if possible.iter().any(|word| *word != 0) {
            match block.list {
                None => self.alive(block, Step::Whole, &possible, &certain, lanes),
                Some(list) => self.elements(block, list, (&possible, &certain, lanes), scratch),
            }
        }
        scratch.possible = possible;
        scratch.certain = certain;
    }

    /// Ands the rows of some lines into the possible lane, and where they differ into the certain
    /// one, which starts from `from`.
    fn and_lines(
        &mut self,
        block: &'a Block,
        lines: &'a [Line],
        cell: impl Fn(&Line) -> u32,
        (possible, certain, from, before): (&mut [u64], &mut Vec<u64>, &[u64], Lanes),
        scratch: &mut Scratch,
    ) -> Lanes {
        let mut lanes = before;
        self.evaluator.state.steps += ((block.words / WORDS) * lines.len()) as u64;
        // All cells are looked up before any row is touched, and rows are gone through side by
        // side: what is far away in memory is then fetched together and not one after the other.
        for batch in lines.chunks(SIDE_BY_SIDE) {
            let mut rows: [&[[u64; WORDS]]; SIDE_BY_SIDE] = [&[]; SIDE_BY_SIDE];
            let mut count = 0;
            for (line, place) in batch.iter().zip(&mut rows) {
                match line.cells.get(cell(line) as usize) {
                    Some((at, sure)) => {
                        *place = block.row(*at);
                        count += 1;
                        if at != sure {
                            lanes = Lanes::Two;
                        }
                    }
                    None => break,
                }
            }
            and_all(possible, rows.get(..count).unwrap_or(&[]));
            for line in batch.iter().skip(count) {
                match line.cells.get(cell(line) as usize) {
                    Some((at, sure)) => {
                        and(possible, block.row(*at).as_flattened());
                        if at != sure {
                            lanes = Lanes::Two;
                        }
                    }
                    None => {
                        self.odd(block, line, scratch);
                        and(possible, &scratch.odd_possible);
                        lanes = Lanes::Two;
                    }
                }
            }
        }
        if lanes == Lanes::Two {
            self.evaluator.state.steps += ((block.words / WORDS) * lines.len()) as u64;
            certain.clear();
            certain.extend_from_slice(from);
            for line in lines {
                match line.cells.get(cell(line) as usize) {
                    Some((_, sure)) => and(certain, block.row(*sure).as_flattened()),
                    None => {
                        self.odd(block, line, scratch);
                        and(certain, &scratch.odd_certain);
                    }
                }
            }
        }
        lanes
    }

    /// The rows of a fact that lies in no cell: each of its tests is evaluated.
    fn odd(&mut self, block: &'a Block, line: &'a Line, scratch: &mut Scratch) {
        for lane in [&mut scratch.odd_possible, &mut scratch.odd_certain] {
            lane.clear();
            lane.extend_from_slice(&block.full);
        }
        for (member, told) in &line.tests {
            let Some(told) = self.engine.told.get(*told as usize) else {
                continue;
            };
            let truth = self.conjunct(told.conjunct);
            let (word, bit) = (*member as usize / 64, 1u64 << (member % 64));
            if truth != Truth::True
                && let Some(word) = scratch.odd_certain.get_mut(word)
            {
                *word &= !bit;
            }
            if truth == Truth::False
                && let Some(word) = scratch.odd_possible.get_mut(word)
            {
                *word &= !bit;
            }
        }
    }

    fn conjunct(&mut self, conjunct: Conjunct) -> Truth {
        let truth = self.evaluator.truth(conjunct.node);
        if conjunct.denied { truth.not() } else { truth }
    }

    /// Runs the element's lines for each element of a list.
    fn elements(
        &mut self,
        block: &'a Block,
        list: ListId,
        (possible, certain, lanes): (&[u64], &[u64], Lanes),
        scratch: &mut Scratch,
    ) {
        let rows = match self.evaluator.elements(list) {
            Elements::Rows(rows) => rows,
            Elements::Unknown => {
                self.evaluator.state.put_row(list, At::Unknown);
                self.element(
                    block,
                    Step::Unknown,
                    (possible, certain, lanes),
                    None,
                    scratch,
                );
                self.evaluator.state.put_row(list, At::Absent);
                return;
            }
        };
        self.rank_elements(list, scratch);
        let width = self
            .engine
            .element_axes
            .get(list.0 as usize)
            .map_or(0, Vec::len);
        for row in rows {
            self.evaluator.state.put_row(list, At::Row(row));
            let first = row as usize * width;
            self.element(
                block,
                Step::Row(row),
                (possible, certain, lanes),
                Some(first),
                scratch,
            );
        }
        self.evaluator.state.put_row(list, At::Absent);
    }

    /// Finds the cells of all elements of a list, once for the declaration.
    fn rank_elements(&mut self, list: ListId, scratch: &mut Scratch) {
        if scratch.ranked == Some(list) {
            return;
        }
        scratch.ranked = Some(list);
        scratch.element_ranks.clear();
        let Some(rows) = self.evaluator.facts.rows(list) else {
            return;
        };
        let Some(axes) = self.engine.element_axes.get(list.0 as usize) else {
            return;
        };
        for row in 0..rows.len() {
            for axis in axes {
                let at = *axis as usize;
                let cell = match (self.engine.axes.get(at), self.engine.sources.get(at)) {
                    (Some(axis), Some(Source::Element(_, column))) => {
                        axis.domain.cell(rows.cell(row, *column))
                    }
                    _ => ODD,
                };
                scratch.element_ranks.push(cell);
            }
        }
    }

    fn element(
        &mut self,
        block: &'a Block,
        step: Step,
        (possible, certain, lanes): (&[u64], &[u64], Lanes),
        first: Option<usize>,
        scratch: &mut Scratch,
    ) {
        let mut mine = std::mem::take(&mut scratch.row_possible);
        let mut sure = std::mem::take(&mut scratch.row_certain);
        let ranks = std::mem::take(&mut scratch.element_ranks);
        mine.clear();
        mine.extend_from_slice(possible);
        let cell = |line: &Line| match first {
            Some(first) => ranks
                .get(first + line.place as usize)
                .copied()
                .unwrap_or(ODD),
            // Of an unknown element every fact is unknown.
            None => crate::graph::cells::UNKNOWN,
        };
        let from = if lanes == Lanes::Two {
            certain
        } else {
            possible
        };
        let lanes = self.and_lines(
            block,
            &block.element,
            cell,
            (&mut mine, &mut sure, from, lanes),
            scratch,
        );
        self.alive(block, step, &mine, &sure, lanes);
        scratch.element_ranks = ranks;
        scratch.row_possible = mine;
        scratch.row_certain = sure;
    }

    /// Looks at the members that are alive, one by one.
    fn alive(
        &mut self,
        block: &'a Block,
        step: Step,
        possible: &[u64],
        certain: &[u64],
        lanes: Lanes,
    ) {
        let cap = if step == Step::Unknown {
            Truth::Unknown
        } else {
            Truth::True
        };
        for (at, word) in possible.iter().enumerate() {
            let mut rest = *word;
            if rest == 0 {
                continue;
            }
            let sure = match lanes {
                Lanes::One => *word,
                Lanes::Two => certain.get(at).copied().unwrap_or(0),
            };
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                let truth = if sure >> bit & 1 == 1 {
                    cap
                } else {
                    Truth::Unknown
                };
                if let Some(member) = block.members.get(at * 64 + bit as usize) {
                    self.member(member, step, truth);
                }
            }
        }
    }

    fn member(&mut self, member: &'a Member, step: Step, truth: Truth) {
        if member.deep {
            if let Subject::Rule(rule) = member.subject {
                self.inside(member, rule, step, truth);
            }
            return;
        }
        let truth = self.residue(member, truth);
        if truth == Truth::False {
            return;
        }
        match member.subject {
            Subject::Rule(rule) => {
                let element = Element([step, Step::Whole]);
                self.applies.push(Fired {
                    rule,
                    element,
                    truth,
                });
            }
            Subject::Cover(number) => {
                let cover = self.engine.program.covers.get(number as usize);
                let advice = cover.is_some_and(|cover| cover.advice);
                if let Some(place) = self.covers.get_mut(usize::from(advice)) {
                    *place = place.or(truth);
                }
            }
        }
    }

    fn residue(&mut self, member: &'a Member, mut truth: Truth) -> Truth {
        for conjunct in &member.residue {
            truth = truth.and(self.conjunct(*conjunct));
            if truth == Truth::False {
                break;
            }
        }
        truth
    }

    /// A rule that judges what is inside the element at hand, or the codes of a set.
    fn inside(&mut self, member: &'a Member, rule: RuleId, step: Step, truth: Truth) {
        let Some(form) = self.engine.program.form(rule) else {
            return;
        };
        let (outer, inner) = match form.each.as_slice() {
            [inner] => (None, *inner),
            [outer, inner] => (Some(*outer), *inner),
            _ => return,
        };
        let element = |inside: Step| match outer {
            None => Element([inside, Step::Whole]),
            Some(_) => Element([step, inside]),
        };
        match (outer, step) {
            (Some(Each::Set(field)), _) => {
                // The codes of a set, and for each those of the inner range.
                match self.evaluator.field(field) {
                    Fact::Value(Value::Set(set)) => {
                        for code in set.iter() {
                            self.steps(
                                member,
                                rule,
                                form.each.as_slice(),
                                inner,
                                truth,
                                |inside| Element([Step::Code(*code), inside]),
                            );
                        }
                    }
                    Fact::None => {}
                    _ => {
                        let element = Element([Step::Unknown, Step::Unknown]);
                        self.instance(member, rule, &form.each, element, truth.and(Truth::Unknown));
                    }
                }
            }
            (_, Step::Unknown) => {
                self.instance(member, rule, &form.each, element(Step::Unknown), truth);
            }
            _ => self.steps(member, rule, &form.each, inner, truth, element),
        }
    }

    /// The instances of the inner range.
    fn steps(
        &mut self,
        member: &'a Member,
        rule: RuleId,
        each: &'a [Each],
        inner: Each,
        truth: Truth,
        element: impl Fn(Step) -> Element,
    ) {
        let unknown = truth.and(Truth::Unknown);
        match inner {
            Each::List(list) => match self.evaluator.elements(list) {
                Elements::Unknown => {
                    self.instance(member, rule, each, element(Step::Unknown), unknown);
                }
                Elements::Rows(rows) => {
                    for row in rows {
                        self.instance(member, rule, each, element(Step::Row(row)), truth);
                    }
                }
            },
            Each::Set(field) => match self.evaluator.field(field) {
                Fact::None => {}
                Fact::Value(Value::Set(set)) => {
                    for code in set.iter() {
                        self.instance(member, rule, each, element(Step::Code(*code)), truth);
                    }
                }
                _ => self.instance(member, rule, each, element(Step::Unknown), unknown),
            },
        }
    }

    fn instance(
        &mut self,
        member: &'a Member,
        rule: RuleId,
        each: &[Each],
        element: Element,
        truth: Truth,
    ) {
        self.evaluator.state.enter(each, element);
        let truth = self.residue(member, truth);
        // The outer element stays at hand for the rules that follow.
        if let [Each::List(_), Each::List(inner)] = each {
            self.evaluator.state.put_row(*inner, At::Absent);
        }
        if truth != Truth::False {
            self.applies.push(Fired {
                rule,
                element,
                truth,
            });
        }
    }
}
