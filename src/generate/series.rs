//! A series: one movement declared several times with other numbers, as a trader files them. It costs
//! a fraction of as many movements of their own.

use super::Maker;
use crate::facts::Facts;
use crate::schema::Home;
use crate::schema::value::{Fact, FieldId, Type, Value};

/// The digits at the end of texts that are made up.
pub(super) const DIGITS: usize = 6;
/// How far the numbers of two declarations of a series lie apart; it has no divisor in common with the
/// number of numbers, so that they differ for as long as there are any.
const APART: u64 = 7_919;
/// How many numbers there are.
const NUMBERS: u64 = 1_000_000;

/// The same movement with other numbers in its texts: equal texts stay equal, and different ones
/// different. Texts that rules or lists name stay as they are.
pub(super) fn vary(maker: &Maker, facts: &mut Facts, place: u64) {
    let schema = &maker.rules.schema;
    for (field, declared) in (0..).map(FieldId).zip(&schema.fields) {
        if declared.typ != Type::Text {
            continue;
        }
        let limits = maker.plan.field(field).map_or(&[][..], |plan| &plan.limits);
        let other = |fact: &Fact| match fact {
            Fact::Value(value @ Value::Text(text)) if !limits.contains(value) => {
                Some(Fact::Value(Value::Text(renumbered(text, place)?.into())))
            }
            _ => None,
        };
        match declared.home {
            Home::Header(slot) => {
                if let Some(fact) = other(facts.header(slot)) {
                    facts.set_header(slot, fact);
                }
            }
            Home::Element(list, column) => {
                let Some(rows) = facts.rows_mut(list) else {
                    continue;
                };
                for row in 0..rows.len() {
                    if let Some(fact) = other(rows.cell(row, column)) {
                        rows.set_cell(row, column, fact);
                    }
                }
            }
        }
    }
}

/// A text with another number at its end; none where it has no such number.
fn renumbered(text: &str, place: u64) -> Option<String> {
    let (name, digits) = text.split_at_checked(text.len().checked_sub(DIGITS)?)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    let other = (number + place.wrapping_mul(APART) % NUMBERS) % NUMBERS;
    Some(format!("{name}{other:0DIGITS$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_at_the_end_change() {
        assert_eq!(renumbered("LN000012", 1).as_deref(), Some("LN007931"));
        assert_eq!(renumbered("LN999999", 1).as_deref(), Some("LN007918"));
        assert_eq!(
            renumbered("收货地址000012", 0).as_deref(),
            Some("收货地址000012")
        );
        assert_eq!(
            (renumbered("LN000012-2", 1), renumbered("地址1", 1)),
            (None, None)
        );
        assert_eq!(renumbered("", 1), None);
    }
}
