//! Whether a condition holds for the element at hand, by Kleene's tables on it as written.

use super::scene::{Here, Scene};
use crate::check::rules::{Cond, Expr, NamedListId, Policy, Quantity};
use crate::facts::eval::{Eval, compare};
use crate::ground::truth::Truth;
use crate::schema::table::Found;
use crate::schema::value::{Code, Hs, Value};

impl Scene<'_> {
    /// Whether a condition holds for the element at hand.
    pub(crate) fn truth(&self, cond: &Cond, here: &Here) -> Truth {
        match cond {
            Cond::Always => Truth::True,
            Cond::And(parts) => all(parts.iter().map(|c| self.truth(c, here))),
            Cond::Or(parts) => any(parts.iter().map(|c| self.truth(c, here))),
            Cond::Not(inner) => self.truth(inner, here).not(),
            Cond::Flag(expr) => match self.value(expr, here) {
                Eval::Value(Value::Bool(flag)) => Truth::from(flag),
                Eval::None => Truth::False,
                _ => Truth::Unknown,
            },
            Cond::Compare(op, left, right) => {
                compare(*op, &self.value(left, here), &self.value(right, here))
            }
            Cond::IsNone(expr) => match self.value(expr, here) {
                Eval::None => Truth::True,
                Eval::Unknown(_) => Truth::Unknown,
                Eval::Value(_) | Eval::Between { .. } => Truth::False,
            },
            Cond::OneOf {
                value,
                codes,
                negated,
            } => member(&self.value(value, here), *negated, |value| match value {
                Value::Code(code) => Truth::from(codes.contains(code)),
                _ => Truth::Unknown,
            }),
            Cond::Under {
                value,
                prefixes,
                negated,
            } => member(&self.value(value, here), *negated, |value| {
                under(value, prefixes)
            }),
            Cond::InList {
                keys,
                list,
                on,
                negated,
            } => flip(self.in_list(keys, *list, on.as_ref(), here), *negated),
            Cond::InSet {
                value,
                set,
                negated,
            } => self.in_set(value, set, *negated, here),
            Cond::Has { set, codes } => {
                let set = self.value(set, here);
                codes.iter().fold(Truth::False, |truth, code| {
                    truth.or(holds_code(&set, &self.value(code, here)))
                })
            }
            Cond::Quantified {
                quantity,
                over,
                body,
            } => match self.steps(*over, here) {
                None => Truth::Unknown,
                Some(steps) => {
                    let truths = steps.map(|step| self.truth(body, &here.with(*over, step)));
                    quantified(*quantity, truths)
                }
            },
            Cond::Rows {
                table,
                inputs,
                rows,
            } => {
                let inputs: Vec<Eval> = inputs.iter().map(|e| self.value(e, here)).collect();
                self.table_rows(*table, &inputs, rows)
            }
        }
    }

    /// Nothing stands for "none in a key", which is false however negated.
    fn in_list(
        &self,
        keys: &[Expr],
        list: NamedListId,
        on: Option<&Expr>,
        here: &Here,
    ) -> Option<Truth> {
        let Ok(key) = self.key(keys, here) else {
            return Some(Truth::Unknown);
        };
        let key = key?;
        let Ok(day) = self.day(on, here) else {
            return Some(Truth::Unknown);
        };
        Some(
            match self.rules.named_list(list).map(|list| list.find(&key, day)) {
                Some(Found::Row(_)) => Truth::True,
                Some(Found::Nothing) => Truth::False,
                Some(Found::TooShort) | None => Truth::Unknown,
            },
        )
    }

    fn in_set(&self, value: &Expr, set: &Expr, negated: bool, here: &Here) -> Truth {
        let value = self.value(value, here);
        if let Expr::TableCall { table, inputs } = set
            && self
                .rules
                .decision_table(*table)
                .is_some_and(|t| t.policy == Policy::All)
        {
            let inputs: Vec<Eval> = inputs.iter().map(|e| self.value(e, here)).collect();
            return member(&value, negated, |value| match value {
                Value::Code(code) => self.table_gives(*table, &inputs, *code),
                _ => Truth::Unknown,
            });
        }
        match self.value(set, here) {
            Eval::None => Truth::False,
            set => member(&value, negated, |value| {
                holds_code(&set, &Eval::Value(value.clone()))
            }),
        }
    }
}

/// All of them, by Kleene's table; what comes after one that is false changes nothing.
pub(super) fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
    let mut all = Truth::True;
    for truth in truths {
        all = all.and(truth);
        if all == Truth::False {
            break;
        }
    }
    all
}

/// Any of them, by Kleene's table; what comes after one that is true changes nothing.
fn any(truths: impl IntoIterator<Item = Truth>) -> Truth {
    all(truths.into_iter().map(Truth::not)).not()
}

/// A test on a value: none is false however negated, unknown undetermined.
fn member(value: &Eval, negated: bool, test: impl Fn(&Value) -> Truth) -> Truth {
    match value {
        Eval::None => Truth::False,
        Eval::Value(value) => flip(Some(test(value)), negated),
        Eval::Unknown(_) | Eval::Between { .. } => Truth::Unknown,
    }
}

fn flip(truth: Option<Truth>, negated: bool) -> Truth {
    match truth {
        None => Truth::False,
        Some(truth) if negated => truth.not(),
        Some(truth) => truth,
    }
}

/// Whether a tariff code is under one of the prefixes; undetermined where it is too short to tell.
pub(super) fn under(value: &Value, prefixes: &[Hs]) -> Truth {
    let Value::Hs(code) = value else {
        return Truth::Unknown;
    };
    if prefixes.iter().any(|prefix| code.is_under(*prefix)) {
        Truth::True
    } else if prefixes.iter().any(|prefix| code.may_be_under(*prefix)) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

/// Whether a set holds a code: none on either side is false.
fn holds_code(set: &Eval, code: &Eval) -> Truth {
    let holds = |codes: &[Code], code: &Code| Truth::from(codes.contains(code));
    match (set, code) {
        (Eval::None, _) | (_, Eval::None) => Truth::False,
        (Eval::Value(Value::Set(codes)), Eval::Value(Value::Code(code))) => holds(codes, code),
        _ => Truth::Unknown,
    }
}

/// Whether so many of the elements satisfy the condition, from those that certainly and those
/// that possibly do. `every` over nothing is true.
pub fn quantified(quantity: Quantity, truths: impl IntoIterator<Item = Truth>) -> Truth {
    let (mut certain, mut possible, mut all) = (0u32, 0u32, 0u32);
    for truth in truths {
        all += 1;
        certain += u32::from(truth.certain());
        possible += u32::from(truth.possible());
    }
    let decide = |yes: bool, no: bool| match (yes, no) {
        (true, _) => Truth::True,
        (_, true) => Truth::False,
        _ => Truth::Unknown,
    };
    match quantity {
        Quantity::Any => decide(certain >= 1, possible == 0),
        Quantity::Every => decide(certain == all, possible < all),
        Quantity::No => decide(possible == 0, certain >= 1),
        Quantity::Exactly(n) => decide(certain == n && possible == n, n < certain || n > possible),
        Quantity::AtLeast(n) => decide(certain >= n, possible < n),
    }
}
