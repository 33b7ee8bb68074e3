//! The most that rules cost together on any one day: of twenty versions of a law nineteen are not in
//! force, and what they would cost need not be added up.

use crate::check::rules::{CompareOp, RuleId};
use crate::decide::program::{NodeId, Op, Program};
use crate::schema::value::Value;

/// The as-of dates on which something may be in force, as days by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    first: i64,
    last: i64,
}

impl Days {
    /// Every day.
    pub(super) const ALL: Days = Days {
        first: i64::MIN,
        last: i64::MAX,
    };

    fn and(self, other: Days) -> Days {
        Days {
            first: self.first.max(other.first),
            last: self.last.min(other.last),
        }
    }

    /// Whether they have a day in common.
    pub(super) fn meet(self, other: Days) -> bool {
        let both = self.and(other);
        both.first <= both.last
    }

    /// Those on which a condition may hold. Only what compares the as-of date with constants rules
    /// days out; whatever else there is may hold on any.
    fn of(program: &Program, node: NodeId) -> Days {
        let operands = program.operands(node);
        match (program.op(node), operands) {
            (Op::And, _) => operands.iter().fold(Days::ALL, |days, operand| {
                days.and(Days::of(program, *operand))
            }),
            (Op::Compare(op), [left, right]) => match (program.op(*left), program.op(*right)) {
                (Op::AsOf, Op::Const(Value::Date(day))) => Days::beside(*op, day.number()),
                (Op::Const(Value::Date(day)), Op::AsOf) => Days::beside(op.turned(), day.number()),
                _ => Days::ALL,
            },
            _ => Days::ALL,
        }
    }

    /// Those that compare so with a day.
    fn beside(op: CompareOp, day: i32) -> Days {
        let day = i64::from(day);
        let (first, last) = match op {
            CompareOp::Eq => (day, day),
            CompareOp::Ne => (i64::MIN, i64::MAX),
            CompareOp::Lt => (i64::MIN, day - 1),
            CompareOp::Le => (i64::MIN, day),
            CompareOp::Gt => (day + 1, i64::MAX),
            CompareOp::Ge => (day, i64::MAX),
        };
        Days { first, last }
    }
}

/// The days of all rules, by number.
pub(super) struct InForce(Vec<Days>);

impl InForce {
    /// Looks at the period of each rule.
    pub(super) fn new(program: &Program) -> InForce {
        let forms = program.forms.iter();
        InForce(forms.map(|form| Days::of(program, form.in_force)).collect())
    }

    /// Those of a rule.
    pub(super) fn of(&self, rule: RuleId) -> Days {
        let found = self.0.get(rule.0 as usize).copied();
        found.unwrap_or(Days::ALL)
    }

    /// The most that all rules cost together on one day, given what each costs.
    pub(super) fn peak(&self, costs: &[u64]) -> u64 {
        peak(self.0.iter().copied().zip(costs.iter().copied()))
    }
}

/// The most that things cost together on one day.
pub(super) fn peak(costs: impl Iterator<Item = (Days, u64)>) -> u64 {
    let mut always = 0u64;
    let mut begins: Vec<(i64, u64)> = Vec::new();
    let mut ends: Vec<(i64, u64)> = Vec::new();
    for (days, cost) in costs.filter(|(days, cost)| days.first <= days.last && *cost > 0) {
        if days == Days::ALL {
            always = always.saturating_add(cost);
            continue;
        }
        begins.push((days.first, cost));
        if days.last < i64::MAX {
            ends.push((days.last + 1, cost));
        }
    }
    begins.sort_unstable();
    ends.sort_unstable();
    // Sums of so many costs may be larger than what is said in the end.
    let (mut sum, mut most) = (0u128, 0u128);
    let mut ends = ends.into_iter().peekable();
    for (day, cost) in begins {
        while let Some((_, gone)) = ends.next_if(|(end, _)| *end <= day) {
            sum = sum.saturating_sub(u128::from(gone));
        }
        sum += u128::from(cost);
        most = most.max(sum);
    }
    always.saturating_add(u64::try_from(most).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: i64, last: i64) -> Days {
        Days { first, last }
    }

    #[test]
    fn what_is_never_in_force_together_is_not_added_up() {
        let costs = |costs: &[(i64, i64, u64)]| {
            peak(costs.iter().map(|(a, b, cost)| (days(*a, *b), *cost)))
        };
        assert_eq!(costs(&[(1, 5, 10), (6, 9, 7)]), 10);
        assert_eq!(costs(&[(1, 6, 10), (6, 9, 7)]), 17); // On the sixth both are.
        assert_eq!(
            costs(&[(1, 5, 10), (i64::MIN, i64::MAX, 3), (9, 9, 11)]),
            14
        );
        assert_eq!(costs(&[(5, 1, 10), (2, 2, 1)]), 1); // On no day at all.
        assert_eq!(
            costs(&[(i64::MIN, 3, u64::MAX), (3, i64::MAX, 1)]),
            u64::MAX
        );
        assert_eq!(costs(&[]), 0);
    }

    #[test]
    fn days_beside_a_day_are_those_that_compare_so() {
        let ops = [
            CompareOp::Eq,
            CompareOp::Ne,
            CompareOp::Lt,
            CompareOp::Le,
            CompareOp::Gt,
            CompareOp::Ge,
        ];
        for op in ops {
            for day in 8..13 {
                let beside = Days::beside(op, 10).meet(days(day, day));
                // Only one day is left out, which days that follow each other cannot tell.
                assert_eq!(
                    beside,
                    op.holds(day, 10) || op == CompareOp::Ne,
                    "{op:?} {day}"
                );
            }
        }
    }
}
