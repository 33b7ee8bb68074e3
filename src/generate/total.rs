//! Counts, sums, least and greatest values of lists are brought to a target by one element, and by
//! how many elements there are.

use super::aim::is_negative;
use super::draft::Draft;
use crate::check::rules::{Aggregation, CompareOp, Cond, Each, Expr};
use crate::facts::arith;
use crate::facts::eval::Eval;
use crate::reference::Here;
use crate::schema::value::{ListId, Value};
use crate::verdict::judgement::Step;

impl Draft<'_> {
    pub(super) fn aim_aggregate(
        &mut self,
        (what, value, condition): (Aggregation, Option<&Expr>, Option<&Cond>),
        list: ListId,
        target: &Value,
        here: &Here,
    ) -> bool {
        let (maker, each) = (self.maker, Each::List(list));
        let always = Cond::Always;
        let condition = condition.unwrap_or(&always);
        if let (Aggregation::Count, Value::Number(number)) = (what, target) {
            let Some(wanted) = number.to_i64().and_then(|n| u32::try_from(n).ok()) else {
                return false;
            };
            while self.rows(list).end < wanted {
                if self.add_row(list, &maker.plan.usual).is_none() {
                    return false;
                }
            }
            if *condition == Cond::Always {
                self.keep_rows(list, wanted);
            }
            for row in self.rows(list) {
                let element = here.with(each, Step::Row(row));
                self.make(condition, row < wanted, &element);
            }
            return true;
        }
        let Some(value) = value else { return false };
        if self.rows(list).is_empty() && self.add_row(list, &maker.plan.usual).is_none() {
            return false;
        }
        let rows = self.rows(list);
        // The row that is at hand, or else any.
        let last = i64::from(rows.end) - 1;
        let chosen = here
            .row(list)
            .map_or_else(|| self.dice.between(0, last), i64::from);
        let Ok(chosen) = u32::try_from(chosen) else {
            return false;
        };
        let element = here.with(each, Step::Row(chosen));
        if !self.make(condition, true, &element) {
            return false;
        }
        match what {
            Aggregation::Sum => {
                self.supply(value, &element);
                for _ in 0..2 {
                    let mut rest = Eval::Value(target.clone());
                    for row in self.rows(list).filter(|row| *row != chosen) {
                        let other = here.with(each, Step::Row(row));
                        if self.truth(condition, &other).possible() {
                            self.supply(value, &other);
                            rest = arith::sub(&rest, &self.eval(value, &other));
                        }
                    }
                    match rest {
                        Eval::Value(rest) if !is_negative(&rest) => {
                            return self.aim(value, &rest, &element);
                        }
                        // The others are too much, or in another currency: one row alone is left.
                        _ if self.rows(list).end > 1 && chosen == 0 => self.keep_rows(list, 1),
                        _ => break,
                    }
                }
                let alone = self.schema().list(list).is_some_and(|l| l.parent.is_none());
                if alone && here.row(list).is_none() {
                    self.keep_rows(list, 1);
                    let element = here.with(each, Step::Row(0));
                    self.make(condition, true, &element);
                    return self.aim(value, target, &element);
                }
                false
            }
            Aggregation::Min | Aggregation::Max => {
                let op = if what == Aggregation::Min {
                    CompareOp::Ge
                } else {
                    CompareOp::Le
                };
                for row in self.rows(list).filter(|row| *row != chosen) {
                    let other = here.with(each, Step::Row(row));
                    if self.truth(condition, &other).possible() {
                        let stands = Cond::Compare(op, value.clone(), Expr::Const(target.clone()));
                        self.make(&stands, true, &other);
                    }
                }
                self.aim(value, target, &element)
            }
            Aggregation::Count => false,
        }
    }

    /// Takes the last rows of a list away until so many are left, or as few as it may have.
    pub(super) fn keep_rows(&mut self, list: ListId, keep: u32) {
        let Some(declared) = self.schema().list(list) else {
            return;
        };
        let holds_others = self.schema().lists.iter().any(|l| l.parent == Some(list));
        if declared.parent.is_some() || holds_others {
            return;
        }
        let keep = keep.max(declared.least);
        while self.rows(list).end > keep {
            let last = self.rows(list).end - 1;
            if let Some(rows) = self.facts.rows_mut(list) {
                rows.remove_row(last);
            }
        }
    }
}
