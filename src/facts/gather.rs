//! Gathers the facts of one declaration from whatever brings them: JSON, the builder, a map,
//! changes. Every check that is not about a text's spelling stands here, once.

use super::error::{self, FactError, FactErrors, Position};
use super::index::{Child, Index, Leaf, NodeId};
use super::leaf::{self, Fault, Raw, Read};
use super::write::fact_path;
use super::{Facts, ListState};
use crate::ground::number::Number;
use crate::schema::value::{Code, Denomination, Fact, FieldId, ListId, Type, Value};
use crate::schema::{Home, Schema};
use std::collections::HashMap;
use std::fmt::Write as _;

/// A step down from the record to what is being read; a path is made of it only for an error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    up: Option<&'a Frame<'a>>,
    part: Part<'a>,
    depth: usize,
}

#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Root,
    Name(&'a str),
    Place(u32),
}

impl<'a> Frame<'a> {
    /// The record itself.
    pub(crate) const ROOT: Frame<'static> = Frame {
        up: None,
        part: Part::Root,
        depth: 0,
    };

    /// What stands under a name.
    pub(crate) fn name(&'a self, name: &'a str) -> Frame<'a> {
        Frame {
            up: Some(self),
            part: Part::Name(name),
            depth: self.depth + 1,
        }
    }

    /// An element, counted from 1.
    pub(crate) fn place(&'a self, place: u32) -> Frame<'a> {
        Frame {
            up: Some(self),
            part: Part::Place(place),
            depth: self.depth + 1,
        }
    }

    /// How many steps down it is.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// The path as people write it.
    pub(crate) fn path(&self) -> String {
        let mut out = self.up.map_or_else(String::new, Frame::path);
        match self.part {
            Part::Root => {}
            Part::Name(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Part::Place(place) => {
                let _ = write!(out, "[{place}]");
            }
        }
        out
    }
}

/// An amount that waits for its currency or unit.
#[derive(Debug)]
struct Pending {
    leaf: Leaf,
    row: u32,
    number: Number,
    unit: Option<Code>,
    at: Option<usize>,
}

/// A set of codes that is being read: in order, and how many were read.
#[derive(Debug, Default)]
pub(crate) struct CodeSet {
    codes: Vec<Code>,
    place: u32,
}

/// The facts gathered so far and what was wrong with them.
#[derive(Debug)]
pub(crate) struct Gather<'s> {
    pub(crate) schema: &'s Schema,
    pub(crate) index: &'s Index,
    facts: Facts,
    errors: FactErrors,
    pending: Vec<Pending>,
    /// The text that offsets count in.
    text: &'s str,
}

impl<'s> Gather<'s> {
    /// Starts a declaration of which nothing is given.
    pub(crate) fn new(schema: &'s Schema, index: &'s Index, text: &'s str) -> Gather<'s> {
        Gather::of(schema, index, index.blank().clone(), text)
    }

    /// Goes on from facts that are there.
    pub(crate) fn of(
        schema: &'s Schema,
        index: &'s Index,
        facts: Facts,
        text: &'s str,
    ) -> Gather<'s> {
        Gather {
            schema,
            index,
            facts,
            errors: FactErrors::default(),
            pending: Vec::new(),
            text,
        }
    }

    /// The facts gathered so far.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Forgets an amount that waits for its unit: the field was given anew.
    pub(crate) fn forget(&mut self, field: FieldId, row: u32) {
        self.pending
            .retain(|p| (p.leaf.field, p.row) != (field, row));
    }

    /// Rows of a list were taken away: amounts in them wait no more, later ones wait in other rows.
    pub(crate) fn shift_pending(&mut self, list: ListId, gone: &std::ops::Range<u32>) {
        let within = |p: &Pending| matches!(p.leaf.home, Home::Element(of, _) if of == list);
        self.pending
            .retain(|p| !within(p) || !gone.contains(&p.row));
        for p in self
            .pending
            .iter_mut()
            .filter(|p| within(p) && p.row >= gone.end)
        {
            p.row -= gone.end - gone.start;
        }
    }

    /// Has the amounts that a field names take their unit from it again.
    pub(crate) fn rename_units(&mut self, naming: FieldId) {
        let schema = self.schema;
        for (at, field) in (0u32..).zip(&schema.fields) {
            if named_by(field.typ) != Some(naming) {
                continue;
            }
            let leaf = Leaf {
                field: FieldId(at),
                home: field.home,
                typ: field.typ,
            };
            let rows = match field.home {
                Home::Header(_) => 1,
                Home::Element(list, _) => self.facts.rows(list).map_or(0, |r| r.len()),
            };
            for row in 0..rows {
                let waits = self.pending.iter().any(|p| p.leaf == leaf && p.row == row);
                let number = match self.facts.fact(schema, leaf.field, Some(row)) {
                    Fact::Value(Value::Money(n, _) | Value::Quantity(n, _)) if !waits => *n,
                    _ => continue,
                };
                self.pending.push(Pending {
                    leaf,
                    row,
                    number,
                    unit: None,
                    at: None,
                });
            }
        }
    }

    /// The facts gathered so far; amounts may still wait for their unit.
    pub(crate) fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }

    /// Notes an error of what stands at that byte.
    pub(crate) fn fault(&mut self, fault: Fault, at: Option<usize>, path: impl FnOnce() -> String) {
        if self.errors.is_full() {
            return self.errors.skip();
        }
        let position = at.map(|at| Position::of(self.text.as_bytes(), at));
        self.errors.push(
            FactError::new(fault.code, path(), fault.message)
                .at(position)
                .help(fault.help),
        );
    }

    /// Stores what was given for a field that is no list and no set.
    pub(crate) fn leaf(
        &mut self,
        leaf: Leaf,
        row: u32,
        raw: Raw<'_>,
        at: Option<usize>,
        frame: &Frame<'_>,
    ) {
        match leaf::read(self.schema, leaf.typ, raw) {
            Ok(Read::Fact(fact)) => self.put(leaf, row, fact),
            Ok(Read::Amount(number, unit)) => {
                self.pending.push(Pending {
                    leaf,
                    row,
                    number,
                    unit,
                    at,
                });
            }
            Err(fault) => self.bad_value(leaf.typ, raw, fault, at, || frame.path()),
        }
    }

    fn bad_value(
        &mut self,
        typ: Type,
        raw: Raw<'_>,
        mut fault: Fault,
        at: Option<usize>,
        path: impl FnOnce() -> String,
    ) {
        if fault.help.is_none() && !self.errors.is_full() {
            fault.help = leaf::hint(self.schema, typ, raw, &fault);
        }
        self.fault(fault, at, path);
    }

    /// Whether further errors are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.is_full()
    }

    /// Adds a code to a set that is being read.
    pub(crate) fn add_code(
        &mut self,
        set: &mut CodeSet,
        leaf: Leaf,
        raw: Raw<'_>,
        at: Option<usize>,
        frame: &Frame<'_>,
    ) {
        let Type::Set(table) = leaf.typ else { return };
        set.place += 1;
        let fault = match leaf::code(self.schema, table, raw) {
            Ok(code) => match set.codes.binary_search(&code) {
                Err(before) => return set.codes.insert(before, code),
                Ok(_) => {
                    let text = self.schema.table(table).map_or("", |t| t.text(code));
                    Fault::new(
                        error::SAME_CODE,
                        format!("`{text}` stands in the set already"),
                    )
                }
            },
            Err(fault) => fault,
        };
        self.bad_value(leaf.typ, raw, fault, at, || frame.place(set.place).path());
    }

    /// Stores a set that was read.
    pub(crate) fn put_set(&mut self, leaf: Leaf, row: u32, set: CodeSet) {
        self.put(leaf, row, Fact::Value(Value::Set(set.codes.into())));
    }

    /// Stores a fact of the right type.
    pub(crate) fn put(&mut self, leaf: Leaf, row: u32, fact: Fact) {
        match leaf.home {
            Home::Header(slot) => self.facts.set_header(slot, fact),
            Home::Element(list, column) => {
                if let Some(rows) = self.facts.rows_mut(list) {
                    rows.set_cell(row, column, fact);
                }
            }
        }
    }

    /// Says of the list being gathered whether it was given.
    pub(crate) fn state(&mut self, list: ListId, state: ListState) {
        if let Some(rows) = self.facts.rows_mut(list) {
            rows.set_last_state(state);
        }
    }

    /// Begins the next element of the list being gathered.
    pub(crate) fn open_row(&mut self, list: ListId) -> u32 {
        let index = self.index;
        let row = self
            .facts
            .rows_mut(list)
            .map_or(0, |rows| rows.push_row_of(index.blank_row(list)));
        for (inner, state) in index.inner(list) {
            if let Some(rows) = self.facts.rows_mut(*inner) {
                rows.push_owner(*state);
            }
        }
        row
    }

    /// Ends a list that was given with that many elements, some of them perhaps not kept.
    pub(crate) fn close_list(
        &mut self,
        list: ListId,
        given: u64,
        at: Option<usize>,
        frame: &Frame<'_>,
    ) {
        let Some(shape) = self.schema.list(list) else {
            return;
        };
        if given < u64::from(shape.least) || given > u64::from(shape.most) {
            let message = format!(
                "{given} element{} where {} to {} are allowed",
                if given == 1 { "" } else { "s" },
                shape.least,
                shape.most
            );
            self.fault(Fault::new(error::BAD_LENGTH, message), at, || frame.path());
        }
    }

    /// Says that all fields of a record are given as empty.
    pub(crate) fn none(&mut self, node: NodeId, row: u32) {
        let index = self.index;
        for (_, child) in index.node(node).children() {
            match child {
                Child::Leaf(leaf) => self.put(leaf, row, Fact::None),
                Child::Record(inner) => self.none(inner, row),
                Child::List(list, _) => self.state(list, ListState::None),
            }
        }
    }

    /// Gives the amounts their units, compares the keys and hands over the facts.
    pub(crate) fn finish(mut self) -> Result<Facts, FactErrors> {
        let pending = std::mem::take(&mut self.pending);
        for amount in &pending {
            if amount.unit.is_some() {
                self.bring_unit(amount);
            }
        }
        for amount in &pending {
            self.give_unit(amount);
        }
        self.compare_keys();
        self.errors.or(self.facts)
    }

    /// An amount that brings its unit says it also for the field that names it and is not given.
    fn bring_unit(&mut self, amount: &Pending) {
        let (Some(unit), Some(naming)) = (amount.unit, named_by(amount.leaf.typ)) else {
            return;
        };
        let row = naming_row(self.schema, &self.facts, amount.leaf, amount.row, naming);
        if matches!(self.facts.fact(self.schema, naming, row), Fact::Value(_)) {
            return;
        }
        let Some(field) = self.schema.field(naming) else {
            return;
        };
        let leaf = Leaf {
            field: naming,
            home: field.home,
            typ: field.typ,
        };
        self.put(leaf, row.unwrap_or(0), Fact::Value(Value::Code(unit)));
    }

    fn give_unit(&mut self, amount: &Pending) {
        let Some(naming) = named_by(amount.leaf.typ) else {
            return;
        };
        let row = naming_row(self.schema, &self.facts, amount.leaf, amount.row, naming);
        let named = fact_path(self.schema, &self.facts, naming, row);
        let message = match self.facts.fact(self.schema, naming, row) {
            Fact::Value(Value::Code(code)) if amount.unit.is_none_or(|u| u == *code) => {
                let value = leaf::amount_of(amount.leaf.typ, amount.number, *code);
                return self.put(amount.leaf, amount.row, Fact::Value(value));
            }
            Fact::Unknown => return self.put(amount.leaf, amount.row, Fact::Unknown),
            Fact::None => format!("an amount is given, but `{named}` is none"),
            Fact::Value(_) => format!("the amount is in another unit than `{named}` says"),
        };
        let path = fact_path(
            self.schema,
            &self.facts,
            amount.leaf.field,
            Some(amount.row),
        );
        self.fault(Fault::new(error::NO_UNIT, message), amount.at, || path);
    }

    /// In a keyed list no two elements of one owner have the same key.
    fn compare_keys(&mut self) {
        let schema = self.schema;
        let mut same: Vec<(FieldId, u32, u32)> = Vec::new();
        for (list, rows) in schema.lists.iter().zip(&self.facts.lists) {
            let Some(key) = list.key else { continue };
            let Some(Home::Element(_, column)) = schema.field(key).map(|f| f.home) else {
                continue;
            };
            for owner in 0..rows.owners() {
                let mut seen: HashMap<&Value, u32> = HashMap::new();
                for row in rows.of(owner) {
                    let Fact::Value(value) = rows.cell(row, column) else {
                        continue;
                    };
                    if let Some(first) = seen.get(value) {
                        same.push((key, row, *first));
                    } else {
                        seen.insert(value, row);
                    }
                }
            }
        }
        for (key, row, first) in same {
            let path = fact_path(schema, &self.facts, key, Some(row));
            let other = fact_path(schema, &self.facts, key, Some(first));
            let message = format!("the same key as `{other}`");
            self.fault(Fault::new(error::SAME_KEY, message), None, || path);
        }
    }
}

/// The row of the field that names the unit of an amount in that row: the same, or the owner in
/// the outer list.
pub(super) fn naming_row(
    schema: &Schema,
    facts: &Facts,
    leaf: Leaf,
    row: u32,
    naming: FieldId,
) -> Option<u32> {
    let Home::Element(own, _) = leaf.home else {
        return None;
    };
    let Some(Home::Element(other, _)) = schema.field(naming).map(|f| f.home) else {
        return None;
    };
    if own == other {
        Some(row)
    } else {
        facts.rows(own)?.owner_of(row)
    }
}

/// The field that names an amount's currency or unit.
pub(crate) fn named_by(typ: Type) -> Option<FieldId> {
    match typ {
        Type::Money(Denomination::Named(field)) | Type::Quantity(Denomination::Named(field)) => {
            Some(field)
        }
        _ => None,
    }
}
