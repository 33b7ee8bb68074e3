//! Writes the plain facts of a declaration on a sheet, without a word on what is wrong: at the
//! first thing that is not plain it gives up, and the reader with care begins anew, which finds
//! what is wrong or that nothing is.
//!
//! Each function answers nothing where it gives up. What it has written by then is not looked at.

use super::ListState;
use super::gather::{named_by, naming_row};
use super::index::{Child, Leaf, NodeId};
use super::key::Key;
use super::leaf::amount_of;
use super::sheet::{Sheet, Waiting};
use super::tables::{MOST_NAMES, Tables};
use super::words::LONGEST;
use crate::ground::day::Day;
use crate::ground::number::{MAX_INTEGER_DIGITS, Number};
use crate::schema::value::{Code, Denomination, Fact, FieldId, Hs, ListId, TableId, Type, Value};
use crate::schema::{Home, Schema};
#[cfg(feature = "arrow")]
use std::ops::Range;

/// Writes on a sheet by a schema.
pub(super) struct Pen<'r> {
    pub(super) schema: &'r Schema,
    pub(super) tables: &'r Tables,
    pub(super) sheet: &'r mut Sheet,
}

/// How deep records may nest to be plain; the parser of the reader with care has a limit of its own.
pub(super) const DEEPEST: usize = 60;

/// Which names of a record were given.
#[derive(Default)]
pub(super) struct Given([u64; MOST_NAMES / 64]);

impl Given {
    /// Notes a name; nothing where it was given before.
    #[inline]
    pub(super) fn note(&mut self, place: usize) -> Option<()> {
        let word = self.0.get_mut(place / 64)?;
        let bit = 1 << (place % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new.then_some(())
    }
}

/// Rows whose keys are compared each with each; more are sorted.
const FEW: usize = 8;

/// What a number is in a field of that type; nothing where another field names its unit.
#[inline(always)]
pub(super) fn value_of(typ: Type, number: Number) -> Option<(Value, Key)> {
    let value = match typ {
        Type::Integer => {
            number.to_i64()?;
            Value::Number(number)
        }
        Type::Decimal | Type::Rate => Value::Number(number),
        Type::Money(Denomination::Fixed(unit)) => Value::Money(number, unit),
        Type::Quantity(Denomination::Fixed(unit)) => Value::Quantity(number, unit),
        _ => return None,
    };
    Some((value, Key::of_number(number).unwrap_or(Key::LOOK)))
}

impl Pen<'_> {
    /// Writes none.
    #[inline]
    pub(super) fn none(&mut self, leaf: Leaf, row: u32) {
        self.sheet.write(leaf.home, row, Fact::None, Key::NONE);
    }

    /// Writes what the text there says of a field that is no set.
    pub(super) fn text(
        &mut self,
        leaf: Leaf,
        row: u32,
        bytes: &[u8],
        at: usize,
        end: usize,
    ) -> Option<()> {
        match leaf.typ {
            Type::Code(table) => {
                let code = self.code(table, bytes, at, end)?;
                self.put_code(leaf, row, code);
                Some(())
            }
            Type::Hs => {
                let code = Hs::of_digits(bytes.get(at..end)?)?;
                self.put_hs(leaf, row, code);
                Some(())
            }
            Type::Date => {
                let day = Day::of_text(bytes.get(at..end)?)?;
                self.day(leaf, row, day)
            }
            Type::Text => {
                let text = std::str::from_utf8(bytes.get(at..end)?).ok()?;
                self.words(leaf, row, text)
            }
            Type::Integer | Type::Decimal | Type::Rate | Type::Money(_) | Type::Quantity(_) => {
                let number = match Number::plain(bytes, at) {
                    Some((number, read)) if read == end => number,
                    _ => std::str::from_utf8(bytes.get(at..end)?)
                        .ok()?
                        .parse()
                        .ok()?,
                };
                self.number(leaf, row, number)
            }
            Type::Bool | Type::Set(_) | Type::List(_) => None,
        }
    }

    /// Writes a day.
    #[inline(always)]
    pub(super) fn day(&mut self, leaf: Leaf, row: u32, day: Day) -> Option<()> {
        if leaf.typ != Type::Date {
            return None;
        }
        let fact = Fact::Value(Value::Date(day));
        self.sheet.write(leaf.home, row, fact, Key::of_day(day));
        Some(())
    }

    /// Writes a text.
    pub(super) fn words(&mut self, leaf: Leaf, row: u32, text: &str) -> Option<()> {
        if leaf.typ != Type::Text {
            return None;
        }
        let key = Key::of_text(text);
        let text = self.sheet.text(text);
        let fact = Fact::Value(Value::Text(text));
        self.sheet.write(leaf.home, row, fact, key);
        Some(())
    }

    /// Writes a code.
    #[inline(always)]
    pub(super) fn put_code(&mut self, leaf: Leaf, row: u32, code: Code) {
        let fact = Fact::Value(Value::Code(code));
        self.sheet
            .write(leaf.home, row, fact, Key(i64::from(code.0)));
    }

    /// Writes a tariff code.
    #[inline(always)]
    pub(super) fn put_hs(&mut self, leaf: Leaf, row: u32, code: Hs) {
        let fact = Fact::Value(Value::Hs(code));
        self.sheet.write(leaf.home, row, fact, Key::of_hs(code));
    }

    /// The code that stands there; long ones are sought with all others.
    fn code(&self, table: TableId, bytes: &[u8], at: usize, end: usize) -> Option<Code> {
        let found = self.tables.code(table, bytes, at, end);
        if found.is_some() || end.checked_sub(at)? <= LONGEST {
            return found;
        }
        let text = std::str::from_utf8(bytes.get(at..end)?).ok()?;
        self.schema.table(table)?.find(text)
    }

    /// Writes a number that could have been written in digits.
    #[inline(always)]
    pub(super) fn number(&mut self, leaf: Leaf, row: u32, number: Number) -> Option<()> {
        if let Type::Money(Denomination::Named(_)) | Type::Quantity(Denomination::Named(_)) =
            leaf.typ
        {
            self.sheet.pending.push(Waiting { leaf, row, number });
            return Some(());
        }
        let (value, key) = value_of(leaf.typ, number)?;
        self.sheet.write(leaf.home, row, Fact::Value(value), key);
        Some(())
    }

    /// Writes a whole number of a program.
    pub(super) fn integer(&mut self, leaf: Leaf, row: u32, number: i64) -> Option<()> {
        let most = 10u64.pow(u32::try_from(MAX_INTEGER_DIGITS).ok()?);
        if number.unsigned_abs() >= most {
            return None;
        }
        self.number(leaf, row, Number::from_i64(number))
    }

    /// Writes true or false.
    #[inline(always)]
    pub(super) fn bool(&mut self, leaf: Leaf, row: u32, yes: bool) -> Option<()> {
        if leaf.typ != Type::Bool {
            return None;
        }
        let fact = Fact::Value(Value::Bool(yes));
        self.sheet.write(leaf.home, row, fact, Key(i64::from(yes)));
        Some(())
    }

    /// Begins a set of codes and says of which table.
    #[inline]
    pub(super) fn begin_set(&mut self, leaf: Leaf) -> Option<TableId> {
        let Type::Set(table) = leaf.typ else {
            return None;
        };
        self.sheet.codes.clear();
        Some(table)
    }

    /// Adds the code that stands there to the set.
    #[inline]
    pub(super) fn add_code(
        &mut self,
        table: TableId,
        bytes: &[u8],
        at: usize,
        end: usize,
    ) -> Option<()> {
        let code = self.code(table, bytes, at, end)?;
        self.put_in_set(code)
    }

    /// Adds a code to the set.
    #[inline]
    pub(super) fn put_in_set(&mut self, code: Code) -> Option<()> {
        let codes = &mut self.sheet.codes;
        match codes.last() {
            Some(last) if *last >= code => {
                let before = codes.binary_search(&code).err()?;
                codes.insert(before, code);
            }
            _ => codes.push(code),
        }
        Some(())
    }

    /// Writes the set.
    #[inline]
    pub(super) fn end_set(&mut self, leaf: Leaf, row: u32) {
        let (codes, key) = self.sheet.set();
        let fact = Fact::Value(Value::Set(codes));
        self.sheet.write(leaf.home, row, fact, key);
    }

    /// Says whether the list being written was given.
    pub(super) fn state(&mut self, list: ListId, state: ListState) {
        if let Some(rows) = self.sheet.facts.rows_mut(list) {
            rows.set_last_state(state);
        }
    }

    /// Says that the list of an owner is none; nothing where it has elements.
    #[cfg(feature = "arrow")]
    pub(super) fn no_list(&mut self, list: ListId, owner: u32) -> Option<()> {
        let rows = self.sheet.facts.rows_mut(list)?;
        rows.set_none(owner).then_some(())
    }

    /// Gives an owner's list so many elements of which nothing is known yet, and tells their rows;
    /// nothing where it has some, or an owner behind it.
    #[cfg(feature = "arrow")]
    pub(super) fn elements(&mut self, list: ListId, owner: u32, given: u32) -> Option<Range<u32>> {
        let tables = self.tables;
        let facts = &mut self.sheet.facts;
        let rows = facts.rows_mut(list)?;
        let first = rows.give(owner, given, tables.nones(list))?;
        for (inner, state) in tables.inner(list) {
            if let Some(rows) = facts.rows_mut(*inner) {
                (0..given).for_each(|_| rows.push_owner(*state));
            }
        }
        Some(first..first + given)
    }

    /// Begins the next element of the list being written.
    pub(super) fn open_row(&mut self, list: ListId) -> u32 {
        let tables = self.tables;
        let facts = &mut self.sheet.facts;
        let row = facts
            .rows_mut(list)
            .map_or(0, |rows| rows.push_blank_row(tables.nones(list)));
        for (inner, state) in tables.inner(list) {
            if let Some(rows) = facts.rows_mut(*inner) {
                rows.push_owner(*state);
            }
        }
        row
    }

    /// Ends a list with that many elements.
    pub(super) fn close_list(&self, list: ListId, given: u32) -> Option<()> {
        let shape = self.schema.list(list)?;
        (shape.least..=shape.most).contains(&given).then_some(())
    }

    /// Writes that all fields of a record are none.
    pub(super) fn no_record(&mut self, node: NodeId, row: u32) {
        let tables = self.tables;
        for (_, child) in tables.node(node).children() {
            match child {
                Child::Leaf(leaf) => self.none(leaf, row),
                Child::Record(inner) => self.no_record(inner, row),
                Child::List(list, _) => self.state(list, ListState::None),
            }
        }
    }

    /// Gives the amounts their units, compares the keys and puts what was assumed in order.
    pub(super) fn finish(&mut self) -> Option<()> {
        let pending = std::mem::take(&mut self.sheet.pending);
        let given = pending
            .iter()
            .try_for_each(|amount| self.give_unit(*amount));
        self.sheet.pending = pending;
        given?;
        self.sheet.facts.assumed.sort_unstable();
        self.compare_keys()
    }

    fn give_unit(&mut self, amount: Waiting) -> Option<()> {
        let Waiting { leaf, row, number } = amount;
        let naming = named_by(leaf.typ)?;
        let facts = &self.sheet.facts;
        let of = naming_row(self.schema, facts, leaf, row, naming);
        let (fact, key) = match facts.fact(self.schema, naming, of) {
            Fact::Value(Value::Code(code)) => (
                Fact::Value(amount_of(leaf.typ, number, *code)),
                Key::of_number(number).unwrap_or(Key::LOOK),
            ),
            Fact::Unknown => (Fact::Unknown, Key::UNKNOWN),
            _ => return None,
        };
        self.sheet.write(leaf.home, row, fact, key);
        Some(())
    }

    /// Gives up where two elements of one owner in a keyed list have the same key.
    fn compare_keys(&mut self) -> Option<()> {
        let lists = (0u32..).map(ListId).zip(&self.schema.lists);
        for (id, list) in lists {
            let Some(key) = list.key else { continue };
            let rows = self.sheet.facts.rows(id);
            let rows = rows.filter(|rows| rows.len() > 1);
            for owner in 0..rows.map_or(0, |rows| rows.owners()) {
                self.compare_keys_of(id, owner, key)?;
            }
        }
        Some(())
    }

    fn compare_keys_of(&mut self, list: ListId, owner: u32, key: FieldId) -> Option<()> {
        let Some(Home::Element(_, column)) = self.schema.field(key).map(|f| f.home) else {
            return Some(());
        };
        let Sheet { facts, order, .. } = &mut *self.sheet;
        let rows = facts.rows(list)?;
        let of = rows.of(owner);
        let key = |row: u32| rows.keys(row).get(column as usize).copied();
        let differ = |row: u32, next: u32| {
            let (a, b) = (key(row), key(next));
            a.is_some_and(|a| !a.is_special()) && b.is_some_and(|b| !b.is_special()) && a < b
        };
        // Mostly they are numbered.
        let mut pairs = of.clone().zip(of.clone().skip(1));
        if pairs.all(|(row, next)| differ(row, next)) {
            return Some(());
        }
        let value = |row: u32| match rows.cell(row, column) {
            Fact::Value(value) => Some(value),
            _ => None,
        };
        order.clear();
        order.extend(of.filter(|row| value(*row).is_some()));
        if order.len() > FEW {
            order.sort_unstable_by(|a, b| value(*a).cmp(&value(*b)));
            let mut pairs = order.iter().zip(order.iter().skip(1));
            return pairs.all(|(a, b)| value(*a) != value(*b)).then_some(());
        }
        let mut all = order.iter().enumerate();
        let differ = all.all(|(at, row)| {
            let mut others = order.iter().skip(at + 1);
            others.all(|other| value(*row) != value(*other))
        });
        differ.then_some(())
    }
}
