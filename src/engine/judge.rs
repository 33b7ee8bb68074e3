//! Judging: facts to cells, rows of bits to rules that are alive, residue, then resolving.

use super::finder::Axis;
use super::order::{Marks, Order};
use super::places::Columns;
use super::rows::{Bits, MEMBERS, WORDS};
use super::{Block, Condition, Desk, Engine, Member, RowRoom, Task};
use crate::check::rules::{Each, RuleId};
use crate::decide::eval::{Elements, Evaluator};
use crate::decide::resolve::{Plain, Room};
use crate::decide::state::At;
use crate::facts::Facts;
use crate::facts::key::Key;
use crate::graph::cells::ODD;
use crate::graph::plan::{Conjunct, Subject};
use crate::ground::bits::set_bits;
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::value::{Fact, ListId, Value};
use crate::verdict::judgement::{Element, Fired, Judgement, Step};

/// Judges one declaration into the desk.
pub(super) fn judge(engine: &Engine, facts: &Facts, as_of: Day, desk: &mut Desk) {
    let movement = Movement { facts, as_of };
    // Where the declaration before missed a fact this one may too, and sifting would be in vain.
    let sieve = engine.sieve.as_ref().filter(|_| !desk.rows.misses);
    if !sieve.is_some_and(|sieve| sieve.judge(engine, movement, desk)) {
        judge_by_cells(engine, movement, desk);
    }
}

/// Judges by the cells of facts, which are put down and may be asked for by any block.
#[inline(never)]
pub(super) fn judge_by_cells(engine: &Engine, movement: Movement, desk: &mut Desk) {
    run(engine, movement, desk, |run, rows| {
        rank_header(engine, movement, rows);
        each_block(engine, rows, |block, rows| {
            run.block(block, rows);
        });
    });
}

/// Finds the cells of the header's facts.
#[inline]
pub(super) fn rank_header(engine: &Engine, movement: Movement<'_>, room: &mut RowRoom) {
    room.ranked = None;
    rank(engine, movement, &mut room.ranks);
}

/// Puts down the cells of the header's facts.
#[inline]
fn rank(engine: &Engine, movement: Movement<'_>, ranks: &mut Vec<u32>) {
    ranks.clear();
    let keys = (movement.facts.keys(), Key::of_day(movement.as_of));
    let look = |axis: Axis| look_at(engine, movement, axis);
    engine.header_axes.find(keys, look, ranks);
    for merged in &engine.merged {
        let cell = merged.cell(ranks);
        ranks.push(cell);
    }
}

/// Finds the cells of the header's facts of some declarations, field by field.
pub(super) fn rank_each<'m>(
    engine: &Engine,
    mut movements: impl ExactSizeIterator<Item = Movement<'m>>,
    columns: &mut Columns,
) {
    // So many at a time, whose keys are near the processor.
    const TOGETHER: usize = 32;
    if movements.len() == 1 {
        let one = movements.next();
        one.into_iter()
            .for_each(|movement| rank(engine, movement, columns.of_one()));
        return;
    }
    let first = engine.header_axes.len();
    columns.begin(first + engine.merged.len(), movements.len());
    let mut from = 0;
    while movements.len() > 0 {
        let mut some = [None; TOGETHER];
        let mut keys: [(&[Key], Key); TOGETHER] = [(&[], Key::UNKNOWN); TOGETHER];
        let mut count = 0;
        let places = some.iter_mut().zip(&mut keys);
        for ((some, keys), movement) in places.zip(&mut movements) {
            *some = Some(movement);
            *keys = (movement.facts.keys(), Key::of_day(movement.as_of));
            count += 1;
        }
        let look = |at: usize, axis: Axis| {
            let movement = some.get(at).copied().flatten();
            movement.map_or(ODD, |movement| look_at(engine, movement, axis))
        };
        let keys = keys.get(..count).unwrap_or(&keys);
        engine.header_axes.find_each(keys, look, (columns, from));
        from += count;
    }
    columns.merge(first, &engine.merged);
}

/// The cell of a fact whose key doesn't tell it.
#[cold]
fn look_at(engine: &Engine, Movement { facts, .. }: Movement<'_>, axis: Axis) -> u32 {
    let domain = engine.axes.get(axis.number as usize);
    let fact = axis.slot.map(|slot| facts.header(slot));
    domain
        .zip(fact)
        .map_or(ODD, |(axis, fact)| axis.domain.cell(fact))
}

/// Runs the plan from its root, at the cells of the facts at hand: calls the function with each
/// block.
#[inline(always)]
pub(super) fn each_block<'a>(
    engine: &'a Engine,
    room: &mut RowRoom,
    mut of: impl FnMut(&'a Block, &mut RowRoom),
) {
    let mut at = engine.root;
    let mut stack = std::mem::take(&mut room.stack);
    stack.clear();
    loop {
        match engine.plan.get(at as usize) {
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
                if let Some(block) = engine.blocks.get(*block as usize) {
                    of(block, room);
                }
            }
            None => {}
        }
        match next_task(engine, &mut stack) {
            Some(next) => at = next,
            None => break,
        }
    }
    room.stack = stack;
}

/// The next child of the innermost fork that has one.
#[inline]
fn next_task(engine: &Engine, stack: &mut Vec<(u32, u32)>) -> Option<u32> {
    while let Some((fork, next)) = stack.last_mut() {
        if let Some(Task::Fork(children)) = engine.plan.get(*fork as usize)
            && let Some(child) = children.get(*next as usize)
        {
            *next += 1;
            return Some(*child);
        }
        stack.pop();
    }
    None
}

/// What is judged: facts on a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Movement<'a> {
    pub(super) facts: &'a Facts,
    pub(super) as_of: Day,
}

impl<'a> From<(&'a Facts, Day)> for Movement<'a> {
    #[inline]
    fn from((facts, as_of): (&'a Facts, Day)) -> Movement<'a> {
        Movement { facts, as_of }
    }
}

impl<'a> From<&'a (Facts, Day)> for Movement<'a> {
    #[inline]
    fn from((facts, as_of): &'a (Facts, Day)) -> Movement<'a> {
        Movement::from((facts, *as_of))
    }
}

/// Finds what applies, in the way that is given, and makes the judgement of it.
#[inline]
pub(super) fn run<'a>(
    engine: &'a Engine,
    movement: Movement<'a>,
    desk: &mut Desk,
    find: impl FnOnce(&mut Run<'a, '_>, &mut RowRoom),
) {
    let Movement { facts, as_of } = movement;
    let Desk {
        state,
        room,
        judgement,
        marks,
        applies,
        rows,
    } = desk;
    let program = &*engine.program;
    state.begin(program);
    marks.begin(program.forms.len());
    applies.clear();
    let mut run = Run {
        engine,
        evaluator: Evaluator {
            program,
            facts,
            as_of,
            state,
        },
        marks,
        applies,
        covers: [Truth::False, Truth::False],
    };
    find(&mut run, rows);
    run.resolve(&mut rows.order, room, judgement);
}

/// One declaration being judged.
pub(super) struct Run<'a, 's> {
    pub(super) engine: &'a Engine,
    pub(super) evaluator: Evaluator<'a, 's>,
    /// The rules that apply to the whole.
    pub(super) marks: &'s mut Marks,
    /// Those that apply to elements.
    pub(super) applies: &'s mut Vec<Fired>,
    /// Whether a cover holds, and one that only informs.
    covers: [Truth; 2],
}

impl<'a> Run<'a, '_> {
    /// Makes the judgement of what applies.
    #[inline(never)]
    fn resolve(mut self, order: &mut Order, room: &mut Room, judgement: &mut Judgement) {
        let program = self.evaluator.program;
        let (marks, applies) = (self.marks, self.applies);
        let [full, advice] = self.covers;
        if applies.is_empty() && marks.are_among(|at| program.masks.of(at).plain) {
            let put = |plain: &mut Plain<'_>| {
                marks.take(|at, possible, certain| plain.put_64(at, possible, certain));
            };
            return self.evaluator.tell(put, (full, advice), room, judgement);
        }
        marks.take_into(applies);
        order.sort(applies, program.forms.len());
        let covers = (full, advice);
        self.evaluator.resolve(applies, covers, room, judgement);
    }

    /// Runs the rules of a block, stretch by stretch of its rows.
    fn block(&mut self, block: &'a Block, room: &mut RowRoom) {
        if block.full.is_empty() {
            return self.small_block(block, room);
        }
        let mut left = std::mem::take(&mut room.left);
        left.clear();
        left.extend(block.full.iter().map(|full| Bits::all(*full)));
        let RowRoom { ranks, looked, .. } = room;
        self.leave_header(block, ranks, &mut left, looked);
        room.misses = looked.differ;
        match block.list {
            None => {
                let mut guests = None;
                room.alive.clear();
                for (at, bits) in left.iter().enumerate() {
                    if !bits.is_empty() {
                        let gathered = (&mut guests, &mut room.alive);
                        self.stretch_of_header(block, at, bits, gathered);
                    }
                }
                self.guests(block, guests, &mut room.alive);
            }
            Some(list) => self.elements(block, list, &mut left, room),
        }
        room.left = left;
    }

    pub(super) fn conjunct(&mut self, conjunct: Conjunct) -> Truth {
        let truth = self.evaluator.truth(conjunct.node);
        if conjunct.denied { truth.not() } else { truth }
    }

    /// Clears the members whose residue on the header fails, once for all elements.
    pub(super) fn header_residue(&mut self, block: &'a Block, at: usize, bits: &mut Bits) {
        for (word, (possible, certain)) in
            bits.possible.iter_mut().zip(&mut bits.certain).enumerate()
        {
            for bit in set_bits(*possible) {
                let member = at * MEMBERS + word * 64 + bit as usize;
                let bit = 1u64 << bit;
                let member = block.members.get(member);
                let of_header = member.map_or(&[][..], Member::of_header);
                let truth = self.all(of_header, Truth::True);
                if truth == Truth::False {
                    *possible &= !bit;
                }
                if truth != Truth::True {
                    *certain &= !bit;
                }
            }
        }
    }

    /// Runs the rules of a block without rows, one by one.
    fn small_block(&mut self, block: &'a Block, room: &mut RowRoom) {
        room.alive.clear();
        let mut guests = block.list;
        for number in (0u32..).take(block.members.len()) {
            let gathered = (&mut guests, &mut room.alive);
            self.alive_of_header(block, number, Truth::True, gathered);
        }
        self.guests(block, guests, &mut room.alive);
    }

    /// Looks at the members of one stretch that are alive, one by one.
    pub(super) fn alive(&mut self, block: &'a Block, at: usize, step: Step, bits: Bits) {
        let cap = match step {
            Step::Unknown => Truth::Unknown,
            _ => Truth::True,
        };
        bits.each(at, |number, truth| {
            if let Some(member) = block.members.get(number as usize) {
                self.member(member, step, truth.and(cap));
            }
        });
    }

    /// Looks at the members of one stretch that the header's rows leave alive: at those together whose
    /// rules follow each other, and at the others one by one.
    fn stretch_of_header(
        &mut self,
        block: &'a Block,
        at: usize,
        bits: &Bits,
        (guests, alive): (&mut Option<ListId>, &mut Vec<(u32, Truth)>),
    ) {
        let lanes = bits.possible.iter().zip(&bits.certain);
        for ((possible, certain), word) in lanes.zip(at * WORDS..) {
            let (possible, certain) = (*possible, *certain);
            if possible == 0 {
                continue;
            }
            let mut rest = possible;
            if let Some(bare) = block.bare.get(word) {
                let straight = possible & bare.straight;
                if straight != 0 {
                    self.marks.put_64(bare.first, straight, certain & straight);
                }
                let others = possible & bare.members & !bare.straight;
                self.marks.put_each(&bare.rules, others, certain & others);
                rest &= !bare.members;
            }
            for bit in set_bits(rest) {
                let number = u32::try_from(word * 64).unwrap_or(u32::MAX) + bit;
                let truth = Truth::by_bit(certain, bit);
                if let Some(member) = block.members.get(number as usize) {
                    let gathered = (&mut *guests, &mut *alive);
                    self.asked_of_header(block, (number, member), truth, gathered);
                }
            }
        }
    }

    /// Looks at a member that the header's rows leave alive. Those that judge the elements of one
    /// list stand together, and are gathered until another one comes.
    #[inline(always)]
    pub(super) fn alive_of_header(
        &mut self,
        block: &'a Block,
        number: u32,
        truth: Truth,
        gathered: (&mut Option<ListId>, &mut Vec<(u32, Truth)>),
    ) {
        let Some(member) = block.members.get(number as usize) else {
            return;
        };
        match (member.is_bare, member.subject) {
            (true, Subject::Rule(rule)) => self.marks.put(rule, truth),
            _ => self.asked_of_header(block, (number, member), truth, gathered),
        }
    }

    /// The same of one of which something is still to be asked.
    fn asked_of_header(
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
        let truth = self.all(member.of_header(), truth);
        if truth != Truth::False {
            alive.push((number, truth));
        }
    }

    /// Judges the elements of a list by the guests that were gathered.
    pub(super) fn guests(
        &mut self,
        block: &'a Block,
        list: Option<ListId>,
        alive: &mut Vec<(u32, Truth)>,
    ) {
        if let (Some(list), false) = (list, alive.is_empty()) {
            self.elements_alive(block, list, alive);
        }
        alive.clear();
    }

    pub(super) fn member(&mut self, member: &'a Member, step: Step, truth: Truth) {
        let truth = self.all(member.as_a_whole(), truth);
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
            Subject::Rule(rule) if step == Step::Whole => self.marks.put(rule, truth),
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

    /// Whether all of these hold, and what is given does.
    #[inline]
    pub(super) fn all(&mut self, conditions: &'a [Condition], mut truth: Truth) -> Truth {
        for Condition { node, atom, denied } in conditions {
            if truth == Truth::False {
                break;
            }
            let found = self.evaluator.truth_by(*node, *atom);
            truth = truth.and(if *denied { found.not() } else { found });
        }
        truth
    }

    /// A rule that judges what is inside the element at hand, or the codes of a set.
    pub(super) fn inside(&mut self, member: &'a Member, rule: RuleId, step: Step, truth: Truth) {
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
        let truth = self.all(member.rest(), truth);
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
