//! Judging the elements of a list: by rows where many rules are left, rule by rule where few are.

use super::finder::{Axis, Finders};
use super::judge::Run;
use super::rows::Bits;
use super::{Block, Condition, Member, RowRoom};
use crate::check::rules::{Each, RuleId};
use crate::decide::eval::Elements;
use crate::decide::many::{Many, Span};
use crate::decide::state::At;
use crate::facts::key::Key;
use crate::graph::cells::{ODD, UNKNOWN};
use crate::graph::plan::Subject;
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::ListId;
use crate::verdict::judgement::{Element, Fired, Step};

impl<'a> Run<'a, '_> {
    /// Runs the element's lines for each element of a list, on what the header's lines left.
    pub(super) fn elements(
        &mut self,
        block: &'a Block,
        list: ListId,
        left: &mut [Bits],
        room: &mut RowRoom,
    ) {
        if block.header_residue {
            for (at, bits) in left.iter_mut().enumerate() {
                self.header_residue(block, at, bits);
            }
        }
        // Whether anything is left of the header is known before an element is looked at.
        if left.iter().all(Bits::is_empty) {
            return;
        }
        if Self::few_alive(block, left, room) {
            return self.elements_alive(block, list, &room.alive);
        }
        let width = self.engine.element_axes.get(list.0 as usize);
        let width = width.map_or(0, Finders::len);
        match self.evaluator.elements(list) {
            Elements::Rows(rows) => {
                self.rank_elements(list, room);
                for row in rows {
                    self.evaluator.state.put_row(list, At::Row(row));
                    self.element(block, Step::Row(row), row as usize * width, left, room);
                }
            }
            Elements::Unknown => {
                self.evaluator.state.put_row(list, At::Unknown);
                // Of an unknown element every fact is unknown.
                room.element_ranks.clear();
                room.element_ranks.resize(width, UNKNOWN);
                room.ranked = None;
                self.element(block, Step::Unknown, 0, left, room);
            }
        }
        self.evaluator.state.put_row(list, At::Absent);
    }

    /// Judges each element of a list by each of the members that are alive.
    pub(super) fn elements_alive(
        &mut self,
        block: &'a Block,
        list: ListId,
        alive: &[(u32, Truth)],
    ) {
        match self.evaluator.elements(list) {
            Elements::Rows(rows) => {
                for (span, live) in Span::over(list, rows.start, rows.end) {
                    for (number, truth) in alive {
                        if let Some(member) = block.members.get(*number as usize) {
                            self.elements_of(member, list, (span, live), *truth);
                        }
                    }
                }
            }
            Elements::Unknown => {
                self.evaluator.state.put_row(list, At::Unknown);
                self.each_alive(block, Step::Unknown, alive);
            }
        }
        self.evaluator.state.put_row(list, At::Absent);
    }

    /// Judges elements by one member, all of them at once.
    fn elements_of(
        &mut self,
        member: &'a Member,
        list: ListId,
        (span, live): (Span, u64),
        truth: Truth,
    ) {
        let mut all = Many::all(truth, live);
        for condition in member.of_elements() {
            let Condition { node, atom, denied } = *condition;
            let mut found = self.evaluator.many_by(node, atom, span, all.possible);
            if denied {
                found = found.not(all.possible);
            }
            all.certain &= found.certain;
            all.possible = found.possible;
            if all.possible == 0 {
                return;
            }
        }
        let Subject::Rule(rule) = member.subject else {
            return;
        };
        if member.deep && self.is_empty_inside(rule, &mut all, (list, span)) {
            return;
        }
        for bit in set_bits(all.possible) {
            let (step, truth) = (Step::Row(span.row(bit)), all.of(bit));
            if member.deep {
                self.evaluator.state.put_row(list, At::Row(span.row(bit)));
                self.inside(member, rule, step, truth);
                continue;
            }
            self.applies.push(Fired {
                rule,
                element: Element([step, Step::Whole]),
                truth,
            });
        }
    }

    /// Leaves out the elements whose set is known to hold no code, where a rule judges the codes of a
    /// set. Says whether none is left.
    fn is_empty_inside(&self, rule: RuleId, all: &mut Many, (list, span): (ListId, Span)) -> bool {
        let program = &self.engine.program;
        let each = program.form(rule).map_or(&[][..], |form| &form.each);
        let (Some(Each::Set(field)), Some(rows)) = (each.last(), self.evaluator.facts.rows(list))
        else {
            return all.possible == 0;
        };
        if let Some(Home::Element(of, column)) = program.homes.get(field.0 as usize)
            && *of == list
        {
            for bit in set_bits(all.possible) {
                let key = rows.keys(span.row(bit)).get(*column as usize);
                if matches!(key, Some(&Key::NONE | &Key(0))) {
                    all.possible &= !(1 << bit);
                }
            }
        }
        all.possible == 0
    }

    /// Gathers the members that the header left, if looking at each by itself costs less than the
    /// element's rows.
    fn few_alive(block: &'a Block, left: &[Bits], room: &mut RowRoom) -> bool {
        room.alive.clear();
        let mut most = block.element.len() * left.len();
        for (at, bits) in left.iter().enumerate() {
            let mut told = 0;
            bits.each(at, |number, truth| {
                let member = block.members.get(number as usize);
                told += member.map_or(0, |member| member.element_told().len());
                room.alive.push((number, truth));
            });
            match most.checked_sub(told) {
                Some(less) => most = less,
                None => return false,
            }
        }
        true
    }

    /// Judges an element by each of the members that are alive.
    fn each_alive(&mut self, block: &'a Block, step: Step, alive: &[(u32, Truth)]) {
        let cap = match step {
            Step::Unknown => Truth::Unknown,
            _ => Truth::True,
        };
        for (number, truth) in alive {
            let Some(member) = block.members.get(*number as usize) else {
                continue;
            };
            let truth = self.all(member.element_told(), truth.and(cap));
            if truth != Truth::False {
                self.member(member, step, truth);
            }
        }
    }

    /// Finds the cells of all elements of a list, once for the declaration.
    fn rank_elements(&mut self, list: ListId, room: &mut RowRoom) {
        if room.ranked == Some(list) {
            return;
        }
        room.ranked = Some(list);
        room.element_ranks.clear();
        let (Some(rows), Some(ranked)) = (
            self.evaluator.facts.rows(list),
            self.engine.element_axes.get(list.0 as usize),
        ) else {
            return;
        };
        for row in 0..rows.len() {
            let look = |axis: Axis| {
                let domain = self.engine.axes.get(axis.number as usize);
                let cell = rows.cell(row, axis.slot.unwrap_or(u32::MAX));
                domain.map_or(ODD, |axis| axis.domain.cell(cell))
            };
            let as_of = Key::UNKNOWN;
            ranked.find((rows.keys(row), as_of), look, &mut room.element_ranks);
        }
    }

    /// Runs the element's lines on what the header left. Its cells begin there.
    fn element(
        &mut self,
        block: &'a Block,
        step: Step,
        first: usize,
        left: &[Bits],
        room: &mut RowRoom,
    ) {
        let RowRoom {
            element_ranks,
            here,
            looked,
            ..
        } = room;
        let ranks = element_ranks.get(first..).unwrap_or(&[]);
        here.clear();
        here.extend_from_slice(left);
        self.leave(block, &block.element, ranks, here, looked);
        for (at, bits) in here.iter().enumerate() {
            if !bits.is_empty() {
                self.alive(block, at, step, *bits);
            }
        }
    }
}
