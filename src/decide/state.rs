//! What evaluating one declaration needs besides the program and the facts: the element at
//! hand, and results that were worked out already. It is reused from declaration to
//! declaration and allocates only until it has grown to the size it needs.

use super::many::Many;
use super::program::{Memo, NodeId, Program};
use super::word::Word;
use crate::check::rules::{DecisionTableId, Each};
use crate::facts::eval::{Eval, Reason};
use crate::ground::truth::Truth;
use crate::schema::value::{Code, FieldId, ListId, Value};
use crate::verdict::judgement::{Element, Step};

/// The element of a list at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum At {
    /// None: the whole declaration is judged.
    #[default]
    Absent,
    /// Some element of a list that was not given.
    Unknown,
    /// This row.
    Row(u32),
}

/// The code of a set at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BoundCode {
    /// Some code of a set that was not given.
    #[default]
    Unknown,
    /// This code.
    Code(Code),
}

/// Which rows of a table fit its inputs.
#[derive(Debug, Clone, Default)]
pub(super) struct Fits {
    /// The table and when it was worked out; none where it is not kept.
    pub(super) table: Option<(DecisionTableId, Option<u64>)>,
    /// The inputs.
    pub(super) inputs: Vec<NodeId>,
    /// Which rows, 64 at a time.
    pub(super) rows: Vec<Many>,
}

/// What evaluating one declaration changes.
#[derive(Debug, Clone)]
pub struct State {
    /// By list, the element at hand.
    pub(super) rows: Vec<At>,
    /// By number, the code at hand.
    pub(super) bounds: Vec<BoundCode>,
    /// The argument of the requirement at hand.
    pub(super) it: Eval,
    /// By node, when a truth was worked out and what it is.
    truths: Vec<(u64, Truth)>,
    /// By slot, when a value was worked out and what it is.
    values: Vec<(u64, Eval)>,
    /// By slot, when an amount was worked out and what it is.
    words: Vec<(u64, Option<Word>)>,
    /// The number of this declaration among those judged with this state. A stamp is that and, for
    /// what is kept for an element, its row.
    declaration: u32,
    /// By number, the set that the code at hand is of, while missing facts are looked for.
    pub(super) sets: Vec<FieldId>,
    /// Which rows of a table fit.
    pub(super) fits: Fits,
    /// Room for those of tables whose results are inputs of others.
    pub(super) spare_fits: Vec<Fits>,
    /// Room for the keys of a lookup.
    pub(super) keys: Vec<Value>,
    /// Steps taken for this declaration: nodes worked out, and what the engine adds.
    pub steps: u64,
}

impl Default for State {
    fn default() -> Self {
        State {
            rows: Vec::new(),
            bounds: Vec::new(),
            it: Eval::Unknown(Reason::NotGiven),
            truths: Vec::new(),
            values: Vec::new(),
            words: Vec::new(),
            declaration: 0,
            sets: Vec::new(),
            fits: Fits::default(),
            spare_fits: Vec::new(),
            keys: Vec::new(),
            steps: 0,
        }
    }
}

impl State {
    /// Makes ready for a declaration. What was kept for the one before is left behind by its stamps.
    pub fn begin(&mut self, program: &Program) {
        self.steps = 0;
        self.rows.fill(At::Absent);
        let lists = program.rules.schema.lists.len();
        if self.rows.len() != lists {
            self.rows.resize(lists, At::Absent);
        }
        if !matches!(self.it, Eval::Unknown(_)) {
            self.it = Eval::Unknown(Reason::NotGiven);
        }
        self.leave_behind(program);
    }

    /// Leaves what was kept behind; what is at hand stays.
    pub(super) fn leave_behind(&mut self, program: &Program) {
        // Numbers run out after four thousand million declarations; then all is forgotten once.
        let next = self.declaration.checked_add(1);
        if next.is_none()
            || self.truths.len() != program.nodes.len()
            || self.values.len() != program.slot_count as usize
        {
            self.forget(program);
        }
        self.declaration = next.unwrap_or(1);
    }

    fn forget(&mut self, program: &Program) {
        self.truths.clear();
        self.truths.resize(program.nodes.len(), (0, Truth::Unknown));
        self.values.clear();
        self.values
            .resize(program.slot_count as usize, (0, Eval::None));
        self.fits.table = None;
        self.spare_fits.clear();
        self.words.clear();
        self.words.resize(program.slot_count as usize, (0, None));
    }

    /// The element of a list at hand.
    #[inline]
    pub(super) fn row(&self, list: ListId) -> At {
        self.rows.get(list.0 as usize).copied().unwrap_or_default()
    }

    /// Puts an element of a list at hand and says which one was before.
    #[inline]
    pub fn put_row(&mut self, list: ListId, at: At) -> At {
        match self.rows.get_mut(list.0 as usize) {
            Some(place) => std::mem::replace(place, at),
            None => At::Absent,
        }
    }

    /// Puts a code at hand and says which one was before.
    pub fn put_code(&mut self, number: u8, code: BoundCode) -> BoundCode {
        let at = usize::from(number);
        if self.bounds.len() <= at {
            self.bounds.resize(at + 1, BoundCode::Unknown);
        }
        match self.bounds.get_mut(at) {
            Some(place) => std::mem::replace(place, code),
            None => BoundCode::Unknown,
        }
    }

    /// Puts the element of a rule at hand.
    pub fn enter(&mut self, each: &[Each], element: Element) {
        let mut sets = 0;
        for (each, step) in each.iter().zip(element.0) {
            match each {
                Each::List(list) => {
                    let at = match step {
                        Step::Row(row) => At::Row(row),
                        _ => At::Unknown,
                    };
                    self.put_row(*list, at);
                }
                Each::Set(_) => {
                    let code = match step {
                        Step::Code(code) => BoundCode::Code(code),
                        _ => BoundCode::Unknown,
                    };
                    self.put_code(sets, code);
                    sets += 1;
                }
            }
        }
    }

    /// Puts the whole declaration at hand again.
    pub fn leave(&mut self, each: &[Each]) {
        for each in each {
            if let Each::List(list) = each {
                self.put_row(*list, At::Absent);
            }
        }
    }

    /// The stamp under which a result is kept at the place at hand; none where it is not.
    #[inline]
    pub(super) fn stamp(&self, memo: Memo) -> Option<u64> {
        let declaration = u64::from(self.declaration) << 32;
        match memo {
            Memo::No => None,
            Memo::Header => Some(declaration),
            Memo::Element(list) => match self.row(list) {
                At::Row(row) => Some(declaration | u64::from(row)),
                _ => None,
            },
        }
    }

    #[inline]
    pub(super) fn kept_truth(&self, node: NodeId, stamp: u64) -> Option<Truth> {
        let (at, truth) = self.truths.get(node.0 as usize)?;
        (*at == stamp).then_some(*truth)
    }

    #[inline]
    pub(super) fn keep_truth(&mut self, node: NodeId, stamp: u64, truth: Truth) {
        if let Some(place) = self.truths.get_mut(node.0 as usize) {
            *place = (stamp, truth);
        }
    }

    #[inline]
    pub(super) fn kept_word(&self, slot: u32, stamp: u64) -> Option<Option<Word>> {
        let (at, word) = self.words.get(slot as usize)?;
        (*at == stamp).then_some(*word)
    }

    /// Keeps an amount, or that it is none that fits a word.
    #[inline]
    pub(super) fn keep_word(&mut self, slot: u32, stamp: u64, word: Option<Word>) {
        if let Some(place) = self.words.get_mut(slot as usize) {
            *place = (stamp, word);
        }
    }

    pub(super) fn kept_value(&self, slot: u32, stamp: u64) -> Option<&Eval> {
        let (at, value) = self.values.get(slot as usize)?;
        (*at == stamp).then_some(value)
    }

    pub(super) fn keep_value(&mut self, slot: u32, stamp: u64, value: &Eval) {
        if let Some(place) = self.values.get_mut(slot as usize) {
            *place = (stamp, value.clone());
        }
    }
}
