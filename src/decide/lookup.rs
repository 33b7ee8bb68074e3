//! Values that are looked up or worked out over lists: parameters, conversions, aggregates, rows
//! of lists beside the rules.

use super::eval::{Elements, Evaluator};
use super::many::{Many, Span};
use super::program::{AggregateForm, NodeId};
use super::seen::Seen;
use super::state::At;
use crate::check::rules::{Aggregation, CompareOp, NamedListId};
use crate::facts::arith;
use crate::facts::eval::{Eval, Reason, compare_ends};
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::prefixes::Prefixes;
use crate::schema::table;
use crate::schema::value::{Code, Fact, FieldId, ListId, Value};

/// What looking up in a list gave.
pub(super) enum Found<'a> {
    NoneKey,
    Unknown(Reason),
    Nothing,
    Row(&'a table::ListRow),
}

impl<'a> Evaluator<'a, '_> {
    pub(super) fn parameter(
        &mut self,
        parameter: crate::check::rules::ParameterId,
        operands: &[NodeId],
    ) -> Eval {
        let (first, last) = match operands.first() {
            None => (self.as_of, self.as_of),
            Some(node) => match self.value(*node).ends() {
                Ok((Value::Date(first), Value::Date(last))) => (*first, *last),
                Ok(_) => return Eval::Unknown(Reason::WrongType),
                Err(reason) => return Eval::Unknown(reason),
            },
        };
        let Some(parameter) = self.program.rules.parameters.get(parameter.0 as usize) else {
            return Eval::Unknown(Reason::NoParameter);
        };
        let mut found: Option<&Value> = None;
        let mut day = Some(first);
        while let Some(at) = day.filter(|day| *day <= last) {
            let Some(holds) = parameter.values.iter().find(|v| v.period.holds(at)) else {
                return Eval::Unknown(Reason::NoParameter);
            };
            if found.is_some_and(|value| *value != holds.value) {
                return Eval::Unknown(Reason::RoughDay);
            }
            found = Some(&holds.value);
            day = holds.period.until.and_then(|until| until.add(0, 1));
        }
        found.map_or(Eval::Unknown(Reason::NoParameter), |value| {
            Eval::Value(value.clone())
        })
    }

    pub(super) fn convert(&mut self, to: Code, money: bool, operands: &[NodeId]) -> Eval {
        let value = self.first(operands);
        if !money {
            let units = self.schema().units.and_then(|id| self.schema().table(id));
            return arith::convert_quantity(&value, to, units);
        }
        match self.day(operands.get(1).copied()) {
            Ok(day) => arith::convert_money(&value, to, self.schema().rates.as_ref(), day),
            Err(reason) => Eval::Unknown(reason),
        }
    }

    pub(super) fn aggregate(&mut self, node: NodeId) -> Eval {
        let Some(form) = self.program.aggregate(node) else {
            return Eval::Unknown(Reason::WrongType);
        };
        let Elements::Rows(rows) = self.elements(form.list) else {
            return Eval::Unknown(Reason::ElementNotGiven);
        };
        let outer = self.state.row(form.list);
        let mut spans = Span::over(form.list, rows.start, rows.end);
        let mut at_hand: Option<(Span, Many, u64)> = None;
        let members = std::iter::from_fn(|| {
            loop {
                if let Some((span, found, rest)) = &mut at_hand
                    && let Some(bit) = set_bits(*rest).next()
                {
                    *rest &= *rest - 1;
                    let truth = found.of(bit);
                    self.state.put_row(form.list, At::Row(span.row(bit)));
                    let value = match form.value {
                        Some(node) if truth != Truth::False => self.value(node),
                        _ => Eval::None,
                    };
                    self.state.put_row(form.list, outer);
                    return Some((truth, value));
                }
                let (span, live) = spans.next()?;
                at_hand = Some((span, self.members(form, outer, span, live), live));
            }
        });
        match form.what {
            Aggregation::Count => arith::count(members.map(|(truth, _)| truth)),
            Aggregation::Sum => arith::sum(members, form.empty),
            Aggregation::Min => arith::least(members),
            Aggregation::Max => arith::greatest(members),
        }
    }

    /// Which elements of a span are members of an aggregate, of those that are live.
    pub(super) fn members(
        &mut self,
        form: AggregateForm<'_>,
        outer: At,
        span: Span,
        live: u64,
    ) -> Many {
        let mut members = match form.condition {
            Some(condition) => self.many(condition, span, live),
            None => Many::all(Truth::True, live),
        };
        for field in form.same {
            members = members.and(self.many_same(*field, outer, span, members.possible));
        }
        members
    }

    /// Which of these have the value of the field that the element at hand has.
    fn many_same(&self, field: FieldId, outer: At, span: Span, live: u64) -> Many {
        let mut found = Many::all(Truth::False, live);
        let home = self.program.homes.get(field.0 as usize);
        let keyed = self.program.keyed.get(field.0 as usize) == Some(&true);
        if let (Some(Home::Element(list, column)), At::Row(row), true) = (home, outer, keyed)
            && let Some(rows) = self.facts.rows(*list)
            && let Some(theirs) = rows.keys(row).get(*column as usize)
            && *list == span.list()
        {
            for bit in set_bits(live) {
                let mine = rows.keys(span.row(bit)).get(*column as usize);
                let same = match mine {
                    Some(mine) if mine.is_special() || theirs.is_special() => {
                        self.same(*list, field, outer, span.row(bit))
                    }
                    Some(mine) if mine != theirs => Truth::False,
                    // Two long texts may have one key.
                    Some(mine) if !mine.is_digest() => Truth::True,
                    _ => self.same(*list, field, outer, span.row(bit)),
                };
                found.put(bit, same);
            }
            return found;
        }
        for bit in set_bits(live) {
            found.put(bit, self.same(span.list(), field, outer, span.row(bit)));
        }
        found
    }

    /// Whether the member has the value of the field that the element at hand has.
    pub(super) fn same(&self, list: ListId, field: FieldId, outer: At, row: u32) -> Truth {
        let (Some(Home::Element(_, column)), Some(rows)) = (
            self.program.homes.get(field.0 as usize),
            self.facts.rows(list),
        ) else {
            return Truth::Unknown;
        };
        let theirs = match outer {
            At::Row(outer) => rows.cell(outer, *column),
            _ => &Fact::Unknown,
        };
        match (rows.cell(row, *column), theirs) {
            (Fact::None, _) | (_, Fact::None) => Truth::False,
            (Fact::Value(mine), Fact::Value(theirs)) => {
                compare_ends(CompareOp::Eq, (mine, mine), (theirs, theirs))
            }
            _ => Truth::Unknown,
        }
    }

    pub(super) fn found(
        &mut self,
        list: NamedListId,
        keys: &[NodeId],
        on: Option<NodeId>,
    ) -> Found<'a> {
        if let ([key], Some(Some(prefixes))) = (keys, self.program.prefixes.get(list.0 as usize)) {
            return self.found_under(list, prefixes, *key, on);
        }
        let mut values = std::mem::take(&mut self.state.keys);
        values.clear();
        let (mut none, mut unknown) = (false, None);
        for key in keys {
            match self.value(*key) {
                Eval::None => none = true,
                Eval::Value(value) => values.push(value),
                Eval::Unknown(reason) => unknown = Some(reason),
                Eval::Between { .. } => unknown = Some(Reason::RoughDay),
            }
        }
        let found = if none {
            Found::NoneKey
        } else if let Some(reason) = unknown {
            Found::Unknown(reason)
        } else {
            match self.day(on) {
                Ok(day) => {
                    let list = self.program.rules.named_list(list);
                    match list.map(|list| list.find(&values, day)) {
                        None | Some(table::Found::Nothing) => Found::Nothing,
                        Some(table::Found::Row(row)) => Found::Row(row),
                        Some(table::Found::TooShort) => Found::Unknown(Reason::TooShort),
                    }
                }
                Err(reason) => Found::Unknown(reason),
            }
        };
        // A text that stayed here could not be written anew where the facts have it.
        values.clear();
        self.state.keys = values;
        found
    }

    /// Looks up in a list that is keyed by a tariff code.
    fn found_under(
        &mut self,
        list: NamedListId,
        prefixes: &Prefixes,
        key: NodeId,
        on: Option<NodeId>,
    ) -> Found<'a> {
        let seen = self.see(key);
        let code = match seen.ends() {
            _ if matches!(seen, Seen::None) => return Found::NoneKey,
            Ok((Value::Hs(code), _)) => *code,
            Ok(_) => return Found::Unknown(Reason::WrongType),
            Err(reason) => return Found::Unknown(reason),
        };
        let day = match self.day(on) {
            Ok(day) => day,
            Err(reason) => return Found::Unknown(reason),
        };
        let Some(list) = self.program.rules.named_list(list) else {
            return Found::Nothing;
        };
        let found = match code.digits() {
            10 => prefixes
                .find(list, code.first(), day)
                .map_or(table::Found::Nothing, table::Found::Row),
            _ => list.find(&[Value::Hs(code)], day),
        };
        match found {
            table::Found::Nothing => Found::Nothing,
            table::Found::Row(row) => Found::Row(row),
            table::Found::TooShort => Found::Unknown(Reason::TooShort),
        }
    }
}
