//! Putting what applies in order by rule and element.

use crate::ground::bits::set_bits;
use crate::verdict::judgement::Fired;

/// Room to sort in, used again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    /// A bit for each rule that applies.
    marks: Vec<u64>,
    /// By rule, where what applies of it begins.
    places: Vec<u32>,
    /// What applies, in order.
    sorted: Vec<Fired>,
}

impl Order {
    /// Sorts what applies by rule and element. There are so many rules.
    pub(super) fn sort(&mut self, applies: &mut Vec<Fired>, rules: usize) {
        // Few, or few among many rules, are not worth a bit for each rule.
        if applies.len() < 8 || applies.len() * 8 < rules / 64 {
            // Most of what applies is the rules' own, each once.
            let each_once = applies.windows(2).all(|two| match two {
                [one, next] => one.rule < next.rule,
                _ => true,
            });
            if !each_once && !applies.is_sorted() {
                applies.sort_unstable();
            }
        } else if !self.by_rule(applies, rules) {
            applies.sort_unstable();
        }
    }

    /// Puts what applies in order by a bit for each rule, where that of a rule stands together and in
    /// order, as it nearly always does; says whether it does.
    fn by_rule(&mut self, applies: &mut Vec<Fired>, rules: usize) -> bool {
        self.marks.clear();
        self.marks.resize(rules.div_ceil(64), 0);
        self.places.resize(rules, 0);
        let (mut in_order, mut last) = (true, None);
        for (at, fired) in (0u32..).zip(applies.iter()) {
            if let Some(last) = last.replace(fired) {
                let order = fired.rule.cmp(&last.rule);
                if order.is_eq() {
                    if fired.element < last.element {
                        return false;
                    }
                    continue;
                }
                in_order &= order.is_gt();
            }
            let rule = fired.rule.0 as usize;
            let (Some(word), Some(place)) =
                (self.marks.get_mut(rule / 64), self.places.get_mut(rule))
            else {
                return false;
            };
            if *word >> (rule % 64) & 1 == 1 {
                return false;
            }
            *word |= 1 << (rule % 64);
            *place = at;
        }
        if in_order {
            return true;
        }
        self.sorted.clear();
        for (word, places) in self.marks.iter().zip(self.places.chunks(64)) {
            for bit in set_bits(*word) {
                let from = places.get(bit as usize).map_or(0, |place| *place as usize);
                let mut mine = applies.get(from..).unwrap_or(&[]).iter();
                let Some(first) = mine.next() else {
                    continue;
                };
                self.sorted.push(*first);
                for fired in mine.take_while(|fired| fired.rule == first.rule) {
                    self.sorted.push(*fired);
                }
            }
        }
        std::mem::swap(applies, &mut self.sorted);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::rules::RuleId;
    use crate::ground::truth::Truth;
    use crate::verdict::judgement::{Element, Step};

    fn next(seed: &mut u64) -> u64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }

    /// Rules in any order: each with a row of elements, or now and then in two places or backwards,
    /// as rules are whose elements are reached in several ways.
    fn some(seed: &mut u64, rules: usize, runs: u64) -> Vec<Fired> {
        let mut applies = Vec::new();
        for _ in 0..runs {
            let rule = RuleId(u32::try_from(next(seed) % rules as u64).unwrap());
            let rows = match next(seed) % 4 {
                0 => 1 + next(seed) % 200,
                _ => 1 + next(seed) % 3,
            };
            let first = applies.iter().filter(|f: &&Fired| f.rule == rule).count();
            let rows = (0u32..)
                .map(|row| u32::try_from(first).unwrap() + row)
                .zip(0..rows);
            let fired = rows.map(|(row, _)| Fired {
                rule,
                element: Element([Step::Row(row), Step::Whole]),
                truth: Truth::True,
            });
            let from = applies.len();
            applies.extend(fired);
            if next(seed).is_multiple_of(8) {
                applies[from..].reverse();
            }
        }
        applies
    }

    /// Few rules and many, on both sides of the ends of words, and so few of so many that they are
    /// sorted plainly; all in one room, in which nothing may be left.
    #[test]
    fn what_applies_is_put_in_order_however_it_was_found() {
        let mut seed = 1;
        let mut order = Order::default();
        for rules in [1, 2, 63, 64, 65, 128, 129, 700, 3000] {
            for round in 0..60 {
                let mut applies = some(&mut seed, rules, round % 12);
                let mut sorted = applies.clone();
                sorted.sort_unstable();
                order.sort(&mut applies, rules);
                assert_eq!(applies, sorted, "{rules} rules, round {round}");
            }
        }
    }
}
