//! Judging: facts to cells, rows of bits to rules that are alive, residue, then resolving.

use super::rows::{Lanes, Part};
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
pub(super) struct Run<'a, 's> {
    pub(super) engine: &'a Engine,
    pub(super) evaluator: Evaluator<'a, 's>,
    applies: &'s mut Vec<Fired>,
    /// Whether a cover holds, and one that only informs.
    covers: [Truth; 2],
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
            (block, Part::Header),
            cell,
            (&mut possible, &mut certain, &block.full, Lanes::One),
            scratch,
        );
        scratch.ranks = ranks;
        if possible.iter().any(|word| *word != 0) {
            match block.list {
                None => self.alive(block, Step::Whole, &possible, &certain, lanes),
                Some(list) => {
                    let lanes = match block.header_residue {
                        true => self.header_residue(block, (&mut possible, &mut certain), lanes),
                        false => lanes,
                    };
                    if possible.iter().any(|word| *word != 0) {
                        self.elements(block, list, (&possible, &certain, lanes), scratch);
                    }
                }
            }
        }
        scratch.possible = possible;
        scratch.certain = certain;
    }

    pub(super) fn conjunct(&mut self, conjunct: Conjunct) -> Truth {
        let truth = self.evaluator.truth(conjunct.node);
        if conjunct.denied { truth.not() } else { truth }
    }

    /// Clears the members whose residue on the header fails, once for all elements.
    fn header_residue(
        &mut self,
        block: &'a Block,
        (possible, certain): (&mut [u64], &mut Vec<u64>),
        mut lanes: Lanes,
    ) -> Lanes {
        if lanes == Lanes::One {
            certain.clear();
            certain.extend_from_slice(possible);
        }
        for (word, (bits, sure)) in possible.iter_mut().zip(certain.iter_mut()).enumerate() {
            let mut rest = *bits;
            while rest != 0 {
                let bit = rest & rest.wrapping_neg();
                let member = block
                    .members
                    .get(word * 64 + rest.trailing_zeros() as usize);
                rest &= rest - 1;
                let residue = member.and_then(|m| m.residue.get(..m.of_header));
                let truth = self.all(residue.unwrap_or(&[]), Truth::True);
                if truth == Truth::False {
                    *bits &= !bit;
                }
                if truth != Truth::True {
                    *sure &= !bit;
                    lanes = if truth == Truth::Unknown {
                        Lanes::Two
                    } else {
                        lanes
                    };
                }
            }
        }
        lanes
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
        let from = match lanes {
            Lanes::One => possible,
            Lanes::Two => certain,
        };
        let lanes = self.and_lines(
            (block, Part::Element),
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

    /// What is left to evaluate of a member; of one that judges elements the header's part is done.
    fn residue(&mut self, member: &'a Member, truth: Truth) -> Truth {
        let done = if member.of_elements {
            member.of_header
        } else {
            0
        };
        self.all(member.residue.get(done..).unwrap_or(&[]), truth)
    }

    fn all(&mut self, conjuncts: &'a [Conjunct], mut truth: Truth) -> Truth {
        for conjunct in conjuncts {
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
