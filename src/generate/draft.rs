//! A declaration while it is made up: its facts so far, the day it is judged on, and what is drawn
//! for a field of which nothing else is asked.

use super::Maker;
use super::dice::Dice;
use super::plan::{Runs, list_of};
use super::series::DIGITS;
use crate::facts::{Facts, ListState};
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::reference::Scene;
use crate::schema::value::{Code, Denomination, Fact, FieldId, Hs, ListId, TableId, Type, Value};
use crate::schema::{Home, Schema};

pub(super) struct Draft<'g> {
    pub(super) maker: &'g Maker,
    pub(super) facts: Facts,
    pub(super) dice: Dice,
    pub(super) as_of: Day,
    /// What may still be tried for this declaration, so that no rule takes for ever.
    pub(super) tries: u32,
}

/// The most that is tried for one declaration.
const TRIES: u32 = 600;
/// The most elements of a list that a declaration usually has.
const USUAL_ROWS: u32 = 5;
/// How many texts of a field there are: enterprises, ledgers, addresses come again.
const TEXTS: u64 = 100_000;

impl<'g> Draft<'g> {
    pub(super) fn new(maker: &'g Maker, dice: Dice) -> Draft<'g> {
        Draft {
            maker,
            facts: maker.blank.facts(),
            dice,
            as_of: maker.plan.days.0,
            tries: TRIES,
        }
    }

    pub(super) fn schema(&self) -> &'g Schema {
        &self.maker.rules.schema
    }

    /// The facts so far, to be evaluated.
    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            rules: &self.maker.rules,
            facts: &self.facts,
            as_of: self.as_of,
        }
    }

    pub(super) fn fact(&self, field: FieldId, row: Option<u32>) -> &Fact {
        self.facts.fact(self.schema(), field, row)
    }

    pub(super) fn value(&self, field: FieldId, row: Option<u32>) -> Option<&Value> {
        match self.fact(field, row) {
            Fact::Value(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, field: FieldId, row: Option<u32>, fact: Fact) {
        if field == self.schema().judged_on
            && let Fact::Value(Value::Date(day)) = &fact
        {
            self.as_of = *day;
        }
        match (self.schema().field(field).map(|f| f.home), row) {
            (Some(Home::Header(slot)), _) => self.facts.set_header(slot, fact),
            (Some(Home::Element(list, column)), Some(row)) => {
                if let Some(rows) = self.facts.rows_mut(list) {
                    rows.set_cell(row, column, fact);
                }
            }
            _ => {}
        }
    }

    /// The rows of a list that stands in the header, or all rows of one inside another.
    pub(super) fn rows(&self, list: ListId) -> std::ops::Range<u32> {
        0..self.facts.rows(list).map_or(0, |rows| rows.len())
    }

    /// Adds an element with what elements of the list usually say; none where the list is full.
    pub(super) fn add_row(&mut self, list: ListId, usual: &[(FieldId, u64)]) -> Option<u32> {
        let most = self.schema().list(list)?.most;
        let rows = self.facts.rows(list)?;
        let owner = rows.owners().checked_sub(1)?;
        let there = rows.of(owner);
        if there.end - there.start >= most {
            return None;
        }
        let row = self.maker.blank.open_row(&mut self.facts, list);
        let maker = self.maker;
        for (field, chance) in usual {
            if list_of(&maker.rules.schema, *field) != Some(list) {
                continue;
            }
            let counts = maker
                .plan
                .field(*field)
                .is_some_and(|f| f.runs == Runs::Counts);
            if counts || self.dice.percent(*chance) {
                self.draw(*field, Some(row));
            }
        }
        let inner = (0..).map(ListId).zip(&maker.rules.schema.lists);
        for (inner, declared) in inner.filter(|(_, declared)| declared.parent == Some(list)) {
            let chance = usual.iter().find(|(field, _)| *field == declared.field);
            if chance.is_some_and(|(_, chance)| self.dice.percent(*chance)) {
                self.fill_list(inner, usual);
            }
        }
        Some(row)
    }

    /// Gives a list as many elements as such lists usually have.
    pub(super) fn fill_list(&mut self, list: ListId, usual: &[(FieldId, u64)]) {
        let Some(declared) = self.schema().list(list) else {
            return;
        };
        let (least, most) = (declared.least, declared.most);
        let longer = u32::try_from(self.maker.plan.lengths.draw(&mut self.dice)).unwrap_or(0);
        let mut length = (least + longer.min(USUAL_ROWS)).clamp(least, most);
        // Few have many: a consolidated declaration, or a whole ledger.
        if self.dice.percent(1) {
            let many = self
                .dice
                .between(i64::from(length), i64::from(most.min(50)));
            length = u32::try_from(many).unwrap_or(length);
        }
        if let Some(rows) = self.facts.rows_mut(list) {
            rows.set_last_state(ListState::Given);
        }
        for _ in 0..length {
            self.add_row(list, usual);
        }
    }

    /// Draws a value for a field and sets it; an amount brings its currency or unit.
    pub(super) fn draw(&mut self, field: FieldId, row: Option<u32>) {
        let Some(declared) = self.schema().field(field) else {
            return;
        };
        if let Type::List(_) = declared.typ {
            return;
        }
        if let Some(value) = self.drawn(field, row, declared.typ) {
            self.set(field, row, Fact::Value(value));
        }
    }

    fn drawn(&mut self, field: FieldId, row: Option<u32>, typ: Type) -> Option<Value> {
        if field == self.schema().judged_on {
            return Some(Value::Date(self.as_of));
        }
        let maker = self.maker;
        let plan = maker.plan.field(field)?;
        if plan.runs == Runs::Counts {
            return Some(Value::Number(Number::from_i64(self.place(field, row))));
        }
        if let Some(value) = self.twin(&plan.twins, row, typ) {
            return Some(value);
        }
        if self.dice.percent(20)
            && let Some(limit) = self.dice.one(&plan.limits)
            && let Some(value) = self.at_limit(limit, typ, field, row)
        {
            return Some(value);
        }
        Some(match typ {
            Type::Bool => Value::Bool(self.dice.percent(90) == plan.usual),
            Type::Integer => Value::Number(Number::from_i64(self.count())),
            Type::Decimal => Value::Number(self.amount(4, 2)?),
            Type::Rate => Value::Number(self.rate()?),
            Type::Money(denomination) => {
                let code = self.denomination(denomination, field, row)?;
                Value::Money(self.amount(6, 2)?, code)
            }
            Type::Quantity(denomination) => {
                let code = self.denomination(denomination, field, row)?;
                Value::Quantity(self.amount(4, 3)?, code)
            }
            Type::Date => Value::Date(self.day(plan.runs)),
            Type::Text => Value::Text(self.text(field).into()),
            Type::Code(table) => Value::Code(self.code(table)?),
            Type::Hs => Value::Hs(self.tariff()?),
            Type::Set(table) => self.set_of(table),
            Type::List(_) => return None,
        })
    }

    /// The place of an element in its list, from 1.
    fn place(&self, field: FieldId, row: Option<u32>) -> i64 {
        let list = list_of(self.schema(), field);
        let rows = list.and_then(|list| self.facts.rows(list));
        let start = rows.zip(row).and_then(|(rows, row)| {
            let owner = rows.owner_of(row)?;
            Some(rows.of(owner).start)
        });
        i64::from(row.unwrap_or(0).saturating_sub(start.unwrap_or(0))) + 1
    }

    /// The value of a field that rules compare this one with: most are equal.
    fn twin(&mut self, twins: &[FieldId], row: Option<u32>, typ: Type) -> Option<Value> {
        for twin in twins {
            let at = self.row_of(*twin, row);
            let Some(value) = self.value(*twin, at).cloned() else {
                continue;
            };
            let fits = matches!(
                (&value, typ),
                (Value::Text(_), Type::Text)
                    | (Value::Hs(_), Type::Hs)
                    | (Value::Date(_), Type::Date)
                    | (Value::Bool(_), Type::Bool)
            );
            let same = match (&value, self.schema().field(*twin).map(|f| f.typ)) {
                (Value::Code(_), Some(other)) => other == typ,
                (Value::Number(number), _) => match typ {
                    Type::Integer => number.to_i64().is_some(),
                    Type::Decimal | Type::Rate => true,
                    _ => false,
                },
                (Value::Money(_, code), _) => typ == Type::Money(Denomination::Fixed(*code)),
                _ => fits,
            };
            if same && self.dice.percent(85) {
                return Some(value);
            }
        }
        None
    }

    /// The row in which a field is looked at from a row of this or another list.
    fn row_of(&mut self, field: FieldId, row: Option<u32>) -> Option<u32> {
        let list = list_of(self.schema(), field)?;
        let rows = self.rows(list);
        match row {
            Some(row) if rows.contains(&row) => Some(row),
            _ if rows.is_empty() => None,
            _ => u32::try_from(self.dice.between(0, i64::from(rows.end) - 1)).ok(),
        }
    }

    /// A value at one of the limits of rules, or just beside it.
    fn at_limit(
        &mut self,
        limit: &Value,
        typ: Type,
        field: FieldId,
        row: Option<u32>,
    ) -> Option<Value> {
        let beside = self.dice.between(-1, 1);
        let by = |number: Number, places: u32| {
            let number = number.add(Number::from_parts(i128::from(beside), places)?)?;
            (number >= Number::ZERO).then_some(number)
        };
        Some(match (limit, typ) {
            (Value::Number(number), Type::Integer) => {
                let number = by(*number, 0)?;
                number.to_i64()?;
                Value::Number(number)
            }
            (Value::Number(number), Type::Rate) => Value::Number(by(*number, 4)?),
            (Value::Number(number), Type::Decimal) => Value::Number(by(*number, 2)?),
            (Value::Number(number) | Value::Money(number, _), Type::Money(denomination)) => {
                let number = by(*number, 2)?;
                Value::Money(number, self.denomination(denomination, field, row)?)
            }
            (Value::Number(number) | Value::Quantity(number, _), Type::Quantity(denomination)) => {
                let number = by(*number, 3)?;
                Value::Quantity(number, self.denomination(denomination, field, row)?)
            }
            (Value::Date(day), Type::Date) => Value::Date(day.add(0, i32::try_from(beside).ok()?)?),
            (Value::Hs(prefix), Type::Hs) => Value::Hs(self.under(*prefix)),
            (Value::Code(_), Type::Code(_)) | (Value::Text(_), Type::Text) => limit.clone(),
            _ => return None,
        })
    }

    /// A small number of things.
    fn count(&mut self) -> i64 {
        match self.dice.percent(80) {
            true => i64::try_from(self.maker.plan.lengths.draw(&mut self.dice)).unwrap_or(0) + 1,
            false => self.dice.between(0, 500),
        }
    }

    /// An amount of one to so many digits, each length as often as another; every other is whole.
    fn amount(&mut self, digits: u32, places: u32) -> Option<Number> {
        let length = u32::try_from(self.dice.between(1, i64::from(digits))).ok()?;
        let least = 10i64.checked_pow(length - 1)?;
        let whole = self.dice.between(least, least * 10 - 1);
        if self.dice.percent(50) {
            return Some(Number::from_i64(whole));
        }
        let unit = 10i64.checked_pow(places)?;
        let part = self.dice.between(0, unit - 1);
        Number::from_parts(i128::from(whole * unit + part), places)
    }

    fn rate(&mut self) -> Option<Number> {
        const USUAL: [i128; 10] = [0, 10, 30, 50, 65, 80, 90, 100, 130, 200];
        match self.dice.percent(70) {
            true => Number::from_parts(*self.dice.one(&USUAL)?, 3),
            false => Number::from_parts(i128::from(self.dice.between(0, 2_000)), 4),
        }
    }

    /// A day before the one that is judged on, or after it where the field says so.
    fn day(&mut self, runs: Runs) -> Day {
        let by = i32::try_from(self.maker.plan.offsets.draw(&mut self.dice)).unwrap_or(0);
        let ahead = self.dice.percent(if runs == Runs::Ahead { 92 } else { 4 });
        let day = self.as_of.add(0, if ahead { by } else { -by });
        day.unwrap_or(self.as_of)
    }

    fn text(&mut self, field: FieldId) -> String {
        let Some(declared) = self.schema().field(field) else {
            return String::new();
        };
        let number = self.dice.below(TEXTS);
        let name = declared.parts.last().map_or("", String::as_str);
        let label = &declared.labels.zh;
        match (name, label) {
            ("name" | "consignee_address" | "exhibition_place" | "place", Some(label)) => {
                format!("{label}{number:0DIGITS$}")
            }
            _ => {
                let initials = name.split('_').filter_map(|word| word.chars().next());
                let initials: String = initials.map(|c| c.to_ascii_uppercase()).collect();
                format!("{initials}{number:0DIGITS$}")
            }
        }
    }

    /// A code of a table: nearly always one that is in force on the day.
    pub(super) fn code(&mut self, table: TableId) -> Option<Code> {
        let plan = self.maker.plan.table(table)?;
        let declared = self.schema().table(table)?;
        for _ in 0..8 {
            let code = *plan.skew.one(&mut self.dice, &plan.codes)?;
            if !declared.dated || declared.row(code, self.as_of).is_some() {
                return Some(code);
            }
        }
        plan.skew.one(&mut self.dice, &plan.codes).copied()
    }

    fn set_of(&mut self, table: TableId) -> Value {
        let mut codes: Vec<Code> = Vec::new();
        // Most have none: most goods need no licence.
        let most = match self.dice.below(10) {
            0..=5 => 0,
            6..=8 => 1,
            _ => 3,
        };
        for _ in 0..most {
            codes.extend(self.code(table));
        }
        codes.sort_unstable();
        codes.dedup();
        Value::Set(codes.into())
    }

    /// A tariff code of ten digits.
    pub(super) fn tariff(&mut self) -> Option<Hs> {
        let plan = &self.maker.plan;
        let prefix = plan.tariff_skew.one(&mut self.dice, &plan.tariff).copied();
        prefix.map(|prefix| self.under(prefix))
    }

    /// A tariff code of ten digits under a prefix; what lies under it is skewed too.
    pub(super) fn under(&mut self, prefix: Hs) -> Hs {
        if prefix.digits() >= 10 {
            return prefix;
        }
        let span = prefix.last() - prefix.first();
        let more = match self.dice.percent(70) {
            true => self.dice.below(span.min(99) + 1),
            false => self.dice.below(span + 1),
        };
        let text = format!("{:010}", prefix.first() + more);
        text.parse().unwrap_or(prefix)
    }

    /// The code in which an amount is: drawn, and set, where the field that names it has none.
    pub(super) fn denomination(
        &mut self,
        denomination: Denomination,
        field: FieldId,
        row: Option<u32>,
    ) -> Option<Code> {
        let naming = match denomination {
            Denomination::Fixed(code) => return Some(code),
            Denomination::Open => return None,
            Denomination::Named(naming) => naming,
        };
        let at = self.naming_row(field, naming, row);
        if let Some(Value::Code(code)) = self.value(naming, at) {
            return Some(*code);
        }
        let Type::Code(table) = self.schema().field(naming)?.typ else {
            return None;
        };
        let code = self.code(table)?;
        self.set(naming, at, Fact::Value(Value::Code(code)));
        Some(code)
    }

    /// The row of the field that names a unit, for an amount in a row: its own, or that of the
    /// element that its list is in.
    pub(super) fn naming_row(
        &self,
        field: FieldId,
        naming: FieldId,
        row: Option<u32>,
    ) -> Option<u32> {
        let (own, other) = (
            list_of(self.schema(), field)?,
            list_of(self.schema(), naming)?,
        );
        match own == other {
            true => row,
            false => self.facts.rows(own)?.owner_of(row?),
        }
    }
}
