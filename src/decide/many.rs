//! A condition for up to 64 elements of a list at once: one bit for each, in two masks of the
//! elements for which it certainly and possibly holds. What is asked of a key is looked up once and
//! not for each element; `and`, `or` and `not` are one operation for all.

use super::ask::{Asked, holds};
use super::atom::Atom;
use super::eval::Evaluator;
use super::program::{Needs, NodeForm, NodeId, Op};
use super::state::At;
use crate::facts::key::Key;
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;
use crate::schema::value::ListId;

/// Elements of a list that follow each other.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    list: ListId,
    first: u32,
    count: u32,
}

/// The most elements of a span.
pub const MOST: u32 = u64::BITS;

/// For which elements something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Many {
    /// Certainly.
    pub certain: u64,
    /// Possibly.
    pub possible: u64,
}

impl Many {
    /// The same for all of these.
    pub fn all(truth: Truth, live: u64) -> Many {
        Many {
            certain: if truth.certain() { live } else { 0 },
            possible: if truth.possible() { live } else { 0 },
        }
    }

    /// The contrary, of these.
    pub fn not(self, live: u64) -> Many {
        Many {
            certain: live & !self.possible,
            possible: live & !self.certain,
        }
    }

    /// Where both hold.
    pub fn and(self, other: Many) -> Many {
        Many {
            certain: self.certain & other.certain,
            possible: self.possible & other.possible,
        }
    }

    /// What it is for one element.
    pub fn of(self, bit: u32) -> Truth {
        match (self.certain >> bit & 1, self.possible >> bit & 1) {
            (1, _) => Truth::True,
            (_, 1) => Truth::Unknown,
            _ => Truth::False,
        }
    }

    /// Adds what it is for an element of which nothing was said.
    #[inline]
    pub(super) fn put(&mut self, bit: u32, truth: Truth) {
        self.certain |= u64::from(truth.certain()) << bit;
        self.possible |= u64::from(truth.possible()) << bit;
    }
}

impl Span {
    /// The elements of a list from `first` to before `end`, 64 at a time, each time with the mask
    /// of all of them.
    pub fn over(list: ListId, first: u32, end: u32) -> impl Iterator<Item = (Span, u64)> {
        let mut next = first;
        std::iter::from_fn(move || {
            let first = next;
            let count = end.saturating_sub(first).min(MOST);
            next += count;
            let live = u64::MAX.checked_shr(MOST - count)?;
            Some((Span { list, first, count }, live))
        })
    }

    /// The list that it is of.
    pub(super) fn list(self) -> ListId {
        self.list
    }

    /// How many elements it has.
    pub(super) fn count(self) -> u32 {
        self.count
    }

    /// The row of an element.
    pub fn row(self, bit: u32) -> u32 {
        self.first + bit
    }
}

impl<'a> Evaluator<'a, '_> {
    /// For which of the elements of a span a condition holds, of those that are live. Nothing is
    /// said of the others.
    #[inline]
    pub fn many(&mut self, node: NodeId, span: Span, live: u64) -> Many {
        let program = self.program;
        let form = program.node(node);
        if form.needs.lists & Needs::bit(span.list) == 0 {
            return Many::all(self.truth(node), live);
        }
        if let Some(atom) = form.atom.and_then(|atom| program.atoms.get(atom))
            && let Some(found) = self.many_keys(atom, span, live)
        {
            self.state.steps += u64::from(span.count);
            return found;
        }
        self.many_worked_out(node, form, span, live)
    }

    /// The same, of a condition of which the number of its atom is at hand.
    #[inline]
    pub(crate) fn many_by(&mut self, node: NodeId, atom: u32, span: Span, live: u64) -> Many {
        if let Some(atom) = self.program.atoms.get(atom)
            && let Some(column) = atom.column(span.list)
            && let Some(found) = self.many_keys_of(atom, column, span, live)
        {
            self.state.steps += u64::from(span.count);
            return found;
        }
        self.many(node, span, live)
    }

    /// A condition on elements that keys do not decide.
    fn many_worked_out(&mut self, node: NodeId, form: &'a NodeForm, span: Span, live: u64) -> Many {
        let program = self.program;
        let operands = program.operands_of(form);
        match &form.op {
            Op::And => {
                let mut all = Many::all(Truth::True, live);
                for operand in operands {
                    let found = self.many(*operand, span, all.possible);
                    all.certain &= found.certain;
                    all.possible = found.possible;
                    if all.possible == 0 {
                        break;
                    }
                }
                self.state.steps += 1;
                all
            }
            Op::Or => {
                let mut any = Many::all(Truth::False, live);
                for operand in operands {
                    let found = self.many(*operand, span, live & !any.certain);
                    any.certain |= found.certain;
                    any.possible |= found.possible;
                    if any.certain == live {
                        break;
                    }
                }
                self.state.steps += 1;
                any
            }
            Op::Not => {
                self.state.steps += 1;
                let operand = operands.first();
                operand.map_or(Many::all(Truth::Unknown, live), |operand| {
                    self.many(*operand, span, live).not(live)
                })
            }
            _ => {
                let mut found = Many::all(Truth::False, live);
                let outer = self.state.row(span.list);
                for bit in set_bits(live) {
                    self.state.put_row(span.list, At::Row(span.row(bit)));
                    found.put(bit, self.truth(node));
                }
                self.state.put_row(span.list, outer);
                found
            }
        }
    }

    /// What the keys of the elements say; nothing where one says too little.
    fn many_keys(&self, atom: &Atom, span: Span, live: u64) -> Option<Many> {
        if let Some(column) = atom.column(span.list) {
            return self.many_keys_of(atom, column, span, live);
        }
        let rows = self.facts.rows(span.list)?;
        let mut found = Many::all(Truth::False, live);
        for bit in set_bits(live) {
            let keys = rows.keys(span.row(bit));
            found.put(bit, self.by_keys_of(atom, span.list, keys)?);
        }
        Some(found)
    }

    /// What the keys of one column say.
    fn many_keys_of(&self, atom: &Atom, column: u32, span: Span, live: u64) -> Option<Many> {
        let rows = self.facts.rows(span.list)?;
        let (keys, width) = rows.column(span.first, column)?;
        let keys = Keys { keys, width, live };
        // Which test it is is looked at once and not for each element.
        match self.prepared(atom, None) {
            asked @ Asked::Flag => keys.plainly(asked, |key| key == Key(1)),
            asked @ Asked::IsNone => keys.plainly(asked, |_| false),
            asked @ Asked::OneOf { codes, negated } => {
                keys.plainly(asked, |key| holds(codes, key) != negated)
            }
            asked @ Asked::Has(codes) => {
                keys.plainly(asked, |key| key.0.cast_unsigned() & codes != 0)
            }
            asked @ Asked::Compare(op, other) if !other.is_special() => {
                keys.plainly(asked, |key| op.holds(key, other))
            }
            other => keys.ask(|key| other.ask(key)),
        }
    }
}

/// The keys of one column of the elements that are live.
struct Keys<'f> {
    /// From that of the first element on.
    keys: &'f [Key],
    /// How many keys further that of the next element is.
    width: usize,
    live: u64,
}

impl Keys<'_> {
    /// What a test says that says yes or no of every value.
    #[inline]
    fn plainly(&self, asked: Asked, known: impl Fn(Key) -> bool) -> Option<Many> {
        let mut found = Many::all(Truth::False, self.live);
        for bit in set_bits(self.live) {
            let key = *self.keys.get(bit as usize * self.width)?;
            if key.is_special() {
                found.put(bit, asked.ask_special(key)?);
            } else {
                let known = u64::from(known(key)) << bit;
                found.certain |= known;
                found.possible |= known;
            }
        }
        Some(found)
    }

    #[inline]
    fn ask(&self, ask: impl Fn(Key) -> Option<Truth>) -> Option<Many> {
        let mut found = Many::all(Truth::False, self.live);
        for bit in set_bits(self.live) {
            let key = *self.keys.get(bit as usize * self.width)?;
            found.put(bit, ask(key)?);
        }
        Some(found)
    }
}
