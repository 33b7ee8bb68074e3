//! The facts that rules and the requirements of a kind may name, counted for the bound.

use super::bound::most;
use crate::check::rules::{Each, KindId};
use crate::decide::program::{NodeId, Op, Program, RuleForm};
use crate::ground::bits::set_bits;
use crate::schema::Home;
use crate::schema::value::{FieldId, ListId};
use std::collections::{BTreeMap, BTreeSet};

/// The nodes that were come by, forgotten without going through them.
pub(super) struct Seen {
    /// By node, the last walk that came by it.
    walks: Vec<u32>,
    walk: u32,
    /// What this walk has yet to look at.
    waiting: Vec<NodeId>,
}

impl Seen {
    pub(super) fn new(program: &Program) -> Seen {
        Seen {
            walks: vec![0; program.nodes.len()],
            walk: 0,
            waiting: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.walk += 1;
        self.waiting.clear();
    }

    /// This walk comes by a node, and looks at it unless it did before.
    fn meet(&mut self, node: NodeId) {
        if self.is_new(node) {
            self.waiting.push(node);
        }
    }

    /// Whether this walk has not come by the node before; from now on it has.
    fn is_new(&mut self, node: NodeId) -> bool {
        let walk = self.walk;
        let last = self.walks.get_mut(node.0 as usize);
        last.is_some_and(|last| std::mem::replace(last, walk) != walk)
    }
}

/// The facts that a condition, or a rule with all rules over it, may name: a bit for each field, then
/// a bit for each list of which it may name more elements than the one at hand.
pub(super) type Names = [u64];

/// Names of several rules or kinds, one after another.
pub(super) struct AllNames {
    /// Words for the fields.
    fields: usize,
    /// Words for fields and lists.
    width: usize,
    all: Vec<u64>,
}

impl AllNames {
    /// Of so many that name nothing yet.
    fn new(program: &Program, count: usize) -> AllNames {
        let schema = &program.rules.schema;
        let fields = schema.fields.len().div_ceil(64);
        let width = fields + schema.lists.len().div_ceil(64);
        AllNames {
            fields,
            width,
            all: vec![0; width * count],
        }
    }

    pub(super) fn get(&self, number: usize) -> &Names {
        let from = number * self.width;
        self.all.get(from..from + self.width).unwrap_or(&[])
    }

    fn get_mut(&mut self, number: usize) -> &mut Names {
        let from = number * self.width;
        self.all.get_mut(from..from + self.width).unwrap_or(&mut [])
    }

    fn field(&mut self, number: usize, field: FieldId) {
        set_bit(self.get_mut(number), 0, field.0);
    }

    fn ranged(&mut self, number: usize, list: ListId) {
        let fields = self.fields;
        set_bit(self.get_mut(number), fields, list.0);
    }

    /// Adds what is under the nodes.
    fn add(
        &mut self,
        number: usize,
        program: &Program,
        nodes: impl IntoIterator<Item = NodeId>,
        seen: &mut Seen,
    ) {
        seen.clear();
        for node in nodes {
            seen.meet(node);
        }
        while let Some(node) = seen.waiting.pop() {
            match program.op(node) {
                Op::Field(field) => self.field(number, *field),
                Op::Quantified { over, .. } => match over {
                    Each::List(list) => self.ranged(number, *list),
                    Each::Set(field) => self.field(number, *field),
                },
                Op::Aggregate { list, same, .. } => {
                    self.ranged(number, *list);
                    same.iter().for_each(|field| self.field(number, *field));
                }
                _ => {}
            }
            for operand in program.operands(node) {
                seen.meet(*operand);
            }
        }
    }

    /// Adds what another one of these names.
    fn join(&mut self, number: usize, other: usize) {
        for word in 0..self.width {
            let named = self.all.get(other * self.width + word).copied();
            if let Some(mine) = self.all.get_mut(number * self.width + word) {
                *mine |= named.unwrap_or(0);
            }
        }
    }

    /// How many facts these are at the most, for one element of what a rule judges one by one: a
    /// field of the element at hand is one fact, a field of others one for each element.
    pub(super) fn most(&self, program: &Program, names: &Names, each: &[Each]) -> u64 {
        let schema = &program.rules.schema;
        let (fields, ranged) = names.split_at(self.fields.min(names.len()));
        let rows = |list: ListId| {
            let at_hand = each.contains(&Each::List(list)) && !has_bit(ranged, list.0);
            if at_hand { 1 } else { most(program, list) }
        };
        let mut lists: BTreeSet<ListId> = bits(ranged).map(ListId).collect();
        let mut facts = 0u64;
        for each in each {
            match each {
                Each::List(list) => {
                    lists.insert(*list);
                }
                Each::Set(_) => facts += 1,
            }
        }
        for field in bits(fields) {
            facts = facts.saturating_add(match schema.field(FieldId(field)).map(|f| f.home) {
                Some(Home::Element(list, _)) => {
                    lists.insert(list);
                    rows(list)
                }
                _ => 1,
            });
        }
        // A list that was not given is a fact itself, for each element that holds one.
        for list in lists {
            let parent = schema.list(list).and_then(|list| list.parent);
            facts = facts.saturating_add(parent.map_or(1, |parent| rows(parent).saturating_add(1)));
        }
        facts
    }
}

fn set_bit(words: &mut [u64], first: usize, bit: u32) {
    if let Some(word) = words.get_mut(first + bit as usize / 64) {
        *word |= 1 << (bit % 64);
    }
}

fn has_bit(words: &[u64], bit: u32) -> bool {
    let word = words.get(bit as usize / 64);
    word.is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

/// The bits that are set, in order.
fn bits(words: &[u64]) -> impl Iterator<Item = u32> {
    let words = (0u32..).zip(words);
    words.flat_map(|(at, word)| set_bits(*word).map(move |bit| at * 64 + bit))
}

/// The facts that each rule and the rules over it may name.
pub(super) fn names(program: &Program, seen: &mut Seen) -> AllNames {
    let mut order: Vec<(u32, usize)> = program
        .forms
        .iter()
        .enumerate()
        .map(|(at, form)| (form.level, at))
        .collect();
    order.sort_unstable();
    let mut all = AllNames::new(program, program.forms.len());
    for (_, at) in order {
        let Some(form) = program.forms.get(at) else {
            continue;
        };
        all.add(at, program, conditions(form), seen);
        for over in &form.excused_by {
            all.join(at, over.0 as usize);
        }
    }
    all
}

pub(super) fn conditions(form: &RuleForm) -> impl Iterator<Item = NodeId> + use<> {
    [form.in_force, form.scope, form.when]
        .into_iter()
        .chain(form.unless)
}

/// The facts that the requirements of a kind for one element may name, all rules that require it
/// together and those that waive it.
pub(super) fn kinds<'p>(
    program: &'p Program,
    names: &AllNames,
    seen: &mut Seen,
) -> BTreeMap<(KindId, &'p [Each]), Box<Names>> {
    // What is asked for of each, at the place after all rules.
    let mut work = AllNames {
        all: names.all.clone(),
        ..*names
    };
    let here = program.forms.len();
    work.all.resize(work.all.len() + work.width, 0);
    let mut kinds: BTreeMap<(KindId, &[Each]), Vec<usize>> = BTreeMap::new();
    for (at, form) in program.forms.iter().enumerate() {
        for require in &form.requires {
            let rules = kinds.entry((require.kind, &form.each)).or_default();
            if rules.last() != Some(&at) {
                rules.push(at);
            }
        }
    }
    let waiving = program.forms.iter().enumerate();
    let waiving: Vec<(usize, &RuleForm)> = waiving
        .filter(|(_, form)| !form.waives.is_empty())
        .collect();
    let kinds = kinds.into_iter().map(|((kind, each), rules)| {
        work.get_mut(here).fill(0);
        for at in rules {
            work.join(here, at);
            let requires = program.forms.get(at).map(|form| &form.requires);
            let requires = requires.into_iter().flatten();
            let arguments = requires.filter(|require| require.kind == kind);
            let arguments = arguments.filter_map(|require| require.argument);
            work.add(here, program, arguments, seen);
        }
        let of_kind = program.kinds.get(usize::from(kind.0));
        work.add(here, program, of_kind.and_then(|kind| kind.met), seen);
        for (at, form) in &waiving {
            for waive in form.waives.iter().filter(|waive| waive.kind == kind) {
                if each.starts_with(&form.each) {
                    work.join(here, *at);
                    work.add(here, program, waive.condition, seen);
                }
            }
        }
        ((kind, each), work.get(here).into())
    });
    kinds.collect()
}
