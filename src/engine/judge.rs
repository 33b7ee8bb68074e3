//! Judging: facts to cells, rows of bits to rules that are alive, residue, then resolving.

use super::rows::{Bits, Looked, MEMBERS, Part};
use super::{Block, Engine, Member, RowRoom, Scratch, Task};
use crate::check::rules::{Each, RuleId};
use crate::decide::eval::{Elements, Evaluator};
use crate::decide::many::{Many, Span, set_bits};
use crate::decide::state::At;
use crate::facts::Facts;
use crate::facts::key::Key;
use crate::graph::cells::{ODD, UNKNOWN};
use crate::graph::plan::{Conjunct, Subject};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{Fact, ListId, Value};
use crate::verdict::judgement::{Element, Fired, Step};

/// Judges one declaration into the scratch.
pub(super) fn judge(engine: &Engine, facts: &Facts, as_of: Day, scratch: &mut Scratch) {
    let Scratch {
        state,
        room,
        judgement,
        applies,
        rows,
    } = scratch;
    state.begin(&engine.program);
    applies.clear();
    let mut run = Run {
        engine,
        evaluator: Evaluator {
            program: &engine.program,
            facts,
            as_of,
            state,
        },
        applies,
        covers: [Truth::False, Truth::False],
    };
    run.rank_header(rows);
    run.tasks(rows);
    let [full, advice] = run.covers;
    in_order(applies, rows);
    let mut evaluator = Evaluator {
        program: &engine.program,
        facts,
        as_of,
        state,
    };
    evaluator.resolve(applies, (full, advice), room, judgement);
}

/// Sorts what applies by rule and element. Nearly always the elements of a rule follow each other in
/// order, and then sorting numbers does, which costs less than moving what they stand for.
fn in_order(applies: &mut Vec<Fired>, room: &mut RowRoom) {
    let Some(first) = applies.first().copied() else {
        return;
    };
    room.order.clear();
    let numbered = (0u64..).zip(applies.iter());
    let numbers = numbered.map(|(at, fired)| u64::from(fired.rule.0) << 32 | at);
    room.order.extend(numbers);
    room.order.sort_unstable();
    room.sorted.clear();
    let sorted = room.order.iter();
    let sorted = sorted.map(|number| applies.get((number & 0xFFFF_FFFF) as usize).copied());
    room.sorted
        .extend(sorted.map(|fired| fired.unwrap_or(first)));
    if !room.sorted.is_sorted_by(|a, b| a.rule < b.rule || a <= b) {
        room.sorted.sort_unstable();
    }
    std::mem::swap(applies, &mut room.sorted);
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
    fn rank_header(&mut self, room: &mut RowRoom) {
        room.ranks.clear();
        room.ranked = None;
        let (facts, as_of) = (self.evaluator.facts, self.evaluator.as_of);
        room.ranks
            .extend(self.engine.header_axes.iter().map(|ranked| {
                let key = match ranked.slot {
                    Some(slot) => facts.key(slot),
                    None => Key::of_day(as_of),
                };
                ranked.finder.cell(key, || {
                    match (ranked.slot, self.engine.axes.get(ranked.axis as usize)) {
                        (Some(slot), Some(axis)) => axis.domain.cell(facts.header(slot)),
                        _ => ODD,
                    }
                })
            }));
    }

    /// Runs the plan from its root.
    fn tasks(&mut self, room: &mut RowRoom) {
        let mut stack = std::mem::take(&mut room.stack);
        stack.clear();
        let mut at = self.engine.root;
        loop {
            match self.engine.plan.get(at as usize) {
                Some(Task::Fork(children)) => {
                    if let Some(first) = children.first() {
                        stack.push((at, 1));
                        at = *first;
                        continue;
                    }
                }
                Some(Task::Split {
                    place,
                    by_cell,
                    odd,
                }) => {
                    let cell = room.ranks.get(*place as usize).copied().unwrap_or(ODD);
                    at = by_cell.get(cell as usize).copied().unwrap_or(*odd);
                    continue;
                }
                Some(Task::Match(block)) => {
                    if let Some(block) = self.engine.blocks.get(*block as usize) {
                        self.block(block, room);
                    }
                }
                None => {}
            }
            match self.next_task(&mut stack) {
                Some(next) => at = next,
                None => break,
            }
        }
        room.stack = stack;
    }

    /// The next child of the innermost fork that has one.
    #[inline]
    fn next_task(&self, stack: &mut Vec<(u32, u32)>) -> Option<u32> {
        while let Some((fork, next)) = stack.last_mut() {
            if let Some(Task::Fork(children)) = self.engine.plan.get(*fork as usize)
                && let Some(child) = children.get(*next as usize)
            {
                *next += 1;
                return Some(*child);
            }
            stack.pop();
        }
        None
    }

    /// Runs the rules of a block, stretch by stretch of its rows.
    fn block(&mut self, block: &'a Block, room: &mut RowRoom) {
        if block.full.is_empty() {
            return self.small_block(block, room);
        }
        let mut looked = std::mem::take(&mut room.looked);
        looked.clear();
        self.look_up(block, &block.header, &room.ranks, &mut looked);
        let header = looked.end_part();
        match block.list {
            None => {
                let mut guests = None;
                room.alive.clear();
                for at in 0..block.full.len() {
                    let bits = self.and_rows(block, &looked, header, at, Bits::full(block, at));
                    for (number, truth) in bits.members(at) {
                        if let Some(member) = block.members.get(number as usize) {
                            let gathered = (&mut guests, &mut room.alive);
                            self.alive_of_header(block, (number, member), truth, gathered);
                        }
                    }
                }
                self.guests(block, guests, &mut room.alive);
            }
            Some(list) => self.elements(block, list, (&mut looked, header), room),
        }
        room.looked = looked;
    }

    pub(super) fn conjunct(&mut self, conjunct: Conjunct) -> Truth {
        let truth = self.evaluator.truth(conjunct.node);
        if conjunct.denied { truth.not() } else { truth }
    }

    /// Clears the members whose residue on the header fails, once for all elements.
    fn header_residue(&mut self, block: &'a Block, at: usize, bits: &mut Bits) {
        for (word, (possible, certain)) in
            bits.possible.iter_mut().zip(&mut bits.certain).enumerate()
        {
            for bit in set_bits(*possible) {
                let member = at * MEMBERS + word * 64 + bit as usize;
                let bit = 1u64 << bit;
                let member = block.members.get(member);
                let residue = member.and_then(|m| m.residue.get(..m.of_header));
                let truth = self.all(residue.unwrap_or(&[]), Truth::True);
                if truth == Truth::False {
                    *possible &= !bit;
                }
                if truth != Truth::True {
                    *certain &= !bit;
                }
            }
        }
    }

    /// Runs the header's lines once, and the element's lines for each element of a list.
    fn elements(
        &mut self,
        block: &'a Block,
        list: ListId,
        (looked, header): (&mut Looked, Part),
        room: &mut RowRoom,
    ) {
        // Whether anything is left of the header is known before an element is looked at.
        let mut left = std::mem::take(&mut room.left);
        left.clear();
        let mut some = false;
        for at in 0..block.full.len() {
            let mut bits = self.and_rows(block, looked, header, at, Bits::full(block, at));
            if block.header_residue {
                self.header_residue(block, at, &mut bits);
            }
            some |= !bits.is_empty();
            left.push(bits);
        }
        if some && Self::few_alive(block, &left, room) {
            self.elements_alive(block, list, &room.alive);
        } else if some {
            let width = self.engine.element_axes.get(list.0 as usize);
            let width = width.map_or(0, Vec::len);
            match self.evaluator.elements(list) {
                Elements::Rows(rows) => {
                    self.rank_elements(list, room);
                    for row in rows {
                        self.evaluator.state.put_row(list, At::Row(row));
                        let first = row as usize * width;
                        let ranks = room.element_ranks.get(first..first + width);
                        looked.again(header);
                        self.look_up(block, &block.element, ranks.unwrap_or(&[]), looked);
                        self.element(block, Step::Row(row), looked, &left);
                    }
                }
                Elements::Unknown => {
                    self.evaluator.state.put_row(list, At::Unknown);
                    looked.again(header);
                    // Of an unknown element every fact is unknown.
                    room.element_ranks.clear();
                    room.element_ranks.resize(width, UNKNOWN);
                    room.ranked = None;
                    self.look_up(block, &block.element, &room.element_ranks, looked);
                    self.element(block, Step::Unknown, looked, &left);
                }
            }
            self.evaluator.state.put_row(list, At::Absent);
        }
        room.left = left;
    }

    /// Runs the rules of a block without rows, one by one.
    fn small_block(&mut self, block: &'a Block, room: &mut RowRoom) {
        room.alive.clear();
        let mut guests = block.list;
        for (number, member) in (0u32..).zip(&block.members) {
            self.alive_of_header(
                block,
                (number, member),
                Truth::True,
                (&mut guests, &mut room.alive),
            );
        }
        self.guests(block, guests, &mut room.alive);
    }

    /// Judges each element of a list by each of the members that are alive.
    fn elements_alive(&mut self, block: &'a Block, list: ListId, alive: &[(u32, Truth)]) {
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
        for conjunct in &member.of_elements {
            let mut found = self.evaluator.many(conjunct.node, span, all.possible);
            if conjunct.denied {
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
            for (number, truth) in bits.members(at) {
                let member = block.members.get(number as usize);
                let told = member.map_or(0, |member| member.element_told.len());
                match most.checked_sub(told) {
                    Some(less) => most = less,
                    None => return false,
                }
                room.alive.push((number, truth));
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
            let truth = self.all(&member.element_told, truth.and(cap));
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
            let keys = rows.keys(row);
            room.element_ranks.extend(ranked.iter().map(|ranked| {
                let column = ranked.slot.unwrap_or(u32::MAX);
                let key = keys.get(column as usize).copied();
                ranked.finder.cell(key.unwrap_or(Key::UNKNOWN), || {
                    let axis = self.engine.axes.get(ranked.axis as usize);
                    axis.map_or(ODD, |axis| axis.domain.cell(rows.cell(row, column)))
                })
            }));
        }
    }

    /// Runs the element's lines, which are looked up, for what the header left.
    fn element(&mut self, block: &'a Block, step: Step, looked: &mut Looked, left: &[Bits]) {
        let part = looked.end_part();
        for (at, from) in left.iter().enumerate() {
            if !from.is_empty() {
                let bits = self.and_rows(block, looked, part, at, *from);
                self.alive(block, at, step, bits);
            }
        }
    }

    /// Looks at the members of one stretch that are alive, one by one.
    fn alive(&mut self, block: &'a Block, at: usize, step: Step, bits: Bits) {
        let cap = match step {
            Step::Unknown => Truth::Unknown,
            _ => Truth::True,
        };
        for (number, truth) in bits.members(at) {
            if let Some(member) = block.members.get(number as usize) {
                self.member(member, step, truth.and(cap));
            }
        }
    }

    /// Looks at a member that the header's rows leave alive. Those that judge the elements of one
    /// list stand together, and are gathered until another one comes.
    fn alive_of_header(
        &mut self,
        block: &'a Block,
        (number, member): (u32, &'a Member),
        truth: Truth,
        (guests, alive): (&mut Option<ListId>, &mut Vec<(u32, Truth)>),
    ) {
        if member.list.is_none() {
            return self.member(member, Step::Whole, truth);
        }
        if *guests != member.list {
            self.guests(block, *guests, alive);
            *guests = member.list;
        }
        let residue = member.residue.get(..member.of_header);
        let truth = self.all(residue.unwrap_or(&[]), truth);
        if truth != Truth::False {
            alive.push((number, truth));
        }
    }

    /// Judges the elements of a list by the guests that were gathered.
    fn guests(&mut self, block: &'a Block, list: Option<ListId>, alive: &mut Vec<(u32, Truth)>) {
        if let (Some(list), false) = (list, alive.is_empty()) {
            self.elements_alive(block, list, alive);
        }
        alive.clear();
    }

    fn member(&mut self, member: &'a Member, step: Step, truth: Truth) {
        // For elements the header's part is done; what is inside one is gone through by itself.
        let from = match member.list {
            Some(_) => member.of_header,
            None => 0,
        };
        let upto = match member.deep {
            true => member.of_header,
            false => member.residue.len(),
        };
        let truth = self.all(member.residue.get(from..upto).unwrap_or(&[]), truth);
        if truth == Truth::False {
            return;
        }
        if member.deep {
            if let Subject::Rule(rule) = member.subject {
                self.inside(member, rule, step, truth);
            }
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

    /// What is left to evaluate of a member once the header's part is done.
    fn residue(&mut self, member: &'a Member, truth: Truth) -> Truth {
        let residue = member.residue.get(member.of_header..);
        self.all(residue.unwrap_or(&[]), truth)
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
