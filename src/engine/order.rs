//! Putting what applies in order by rule and element.

use crate::check::rules::RuleId;
use crate::ground::bits::set_bits;
use crate::ground::truth::Truth;
use crate::verdict::judgement::{Element, Fired};

/// The rules that apply to the whole, a bit for each, so that they need not be put in order. Empty
/// between declarations.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    /// By 64 rules, those that apply.
    words: Vec<Mark>,
    /// A bit for each of these of which some rule does.
    filled: Vec<u64>,
}

/// Those of 64 rules that possibly, and that certainly, apply.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    possible: u64,
    certain: u64,
}

impl Marks {
    /// Makes ready for so many rules.
    #[inline]
    pub(super) fn begin(&mut self, rules: usize) {
        let words = rules.div_ceil(64);
        if self.words.len() != words {
            self.words.clear();
            self.words.resize(words, Mark::default());
            self.filled.clear();
            self.filled.resize(words.div_ceil(64), 0);
        }
    }

    /// A rule applies.
    #[inline(always)]
    pub(super) fn put(&mut self, rule: RuleId, truth: Truth) {
        let bit = 1 << (rule.0 % 64);
        let certain = match truth {
            Truth::True => bit,
            _ => 0,
        };
        self.put_some(rule.0 / 64, bit, certain);
    }

    /// So do these of 64 rules, from that one on.
    #[inline]
    pub(super) fn put_64(&mut self, first: u32, possible: u64, certain: u64) {
        let (at, up) = (first / 64, first % 64);
        self.put_some(at, possible << up, certain << up);
        // Shifting by a whole word is none.
        let beyond = possible >> 1 >> (63 - up);
        if beyond != 0 {
            self.put_some(at + 1, beyond, certain >> 1 >> (63 - up));
        }
    }

    /// So do these of 64 members, of which these are the rules.
    #[inline]
    pub(super) fn put_each(&mut self, rules: &[RuleId; 64], possible: u64, certain: u64) {
        let rules = |bits: u64| set_bits(bits).filter_map(|bit| rules.get(bit as usize));
        for rule in rules(possible) {
            self.put_some(rule.0 / 64, 1 << (rule.0 % 64), 0);
        }
        for rule in rules(certain) {
            if let Some(word) = self.words.get_mut(rule.0 as usize / 64) {
                word.certain |= 1 << (rule.0 % 64);
            }
        }
    }

    #[inline(always)]
    fn put_some(&mut self, at: u32, possible: u64, certain: u64) {
        let Some(word) = self.words.get_mut(at as usize) else {
            return;
        };
        if word.possible == 0
            && let Some(filled) = self.filled.get_mut(at as usize / 64)
        {
            *filled |= 1 << (at % 64);
        }
        word.possible |= possible;
        word.certain |= certain;
    }

    /// Whether all that apply are among the rules that the function gives, by 64.
    #[inline]
    pub(super) fn are_among(&self, those: impl Fn(u32) -> u64) -> bool {
        (0u32..).zip(&self.filled).all(|(group, filled)| {
            set_bits(*filled).all(|bit| {
                let at = group * 64 + bit;
                let word = self.words.get(at as usize).copied().unwrap_or_default();
                word.possible & !those(at) == 0
            })
        })
    }

    /// Calls the function for each 64 rules of which some apply, in order, and forgets them.
    #[inline]
    pub(super) fn take(&mut self, mut f: impl FnMut(u32, u64, u64)) {
        for (group, filled) in (0u32..).zip(&mut self.filled) {
            for bit in set_bits(std::mem::take(filled)) {
                let at = group * 64 + bit;
                if let Some(word) = self.words.get_mut(at as usize) {
                    let Mark { possible, certain } = std::mem::take(word);
                    f(at, possible, certain);
                }
            }
        }
    }

    /// Adds them to a list, in order, and forgets them.
    pub(super) fn take_into(&mut self, applies: &mut Vec<Fired>) {
        self.take(|at, possible, certain| {
            for bit in set_bits(possible) {
                applies.push(Fired {
                    rule: RuleId(at * 64 + bit),
                    element: Element::default(),
                    truth: Truth::by_bit(certain, bit),
                });
            }
        });
    }
}

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
    use crate::verdict::judgement::Step;

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

    /// What is put by word, by member and one by one is there once, in order, and gone once it was
    /// taken; in one room for few rules and many.
    #[test]
    fn marks_give_back_in_order_what_was_put() {
        let mut seed = 7;
        let mut marks = Marks::default();
        for rules in [1, 64, 65, 700, 9000] {
            for round in 0..40 {
                marks.begin(rules);
                let mut some = vec![None; rules];
                for _ in 0..round {
                    let first = next(&mut seed) % rules as u64;
                    let (possible, certain) =
                        (next(&mut seed) << 33 | next(&mut seed), next(&mut seed));
                    let room = u64::MAX >> 64u64.saturating_sub(rules as u64 - first).min(63);
                    let possible = possible & room;
                    let truth = |bit: u64| match (possible & certain) >> bit & 1 {
                        1 => Truth::True,
                        _ => Truth::Unknown,
                    };
                    let all = (0..64).filter(|bit| possible >> bit & 1 == 1);
                    let places: Vec<u64> = match round % 3 {
                        0 => all.clone().map(|bit| first + bit).collect(),
                        // As members of a block stand whose rules do not follow each other.
                        _ => all
                            .clone()
                            .map(|bit| (first + bit * 37) % rules as u64)
                            .collect(),
                    };
                    let known = places.iter().any(|at| some[*at as usize].is_some());
                    let mut once = places.clone();
                    once.sort_unstable();
                    once.dedup();
                    if known || once.len() < places.len() {
                        continue;
                    }
                    for (bit, at) in all.zip(&places) {
                        some[*at as usize] = Some(truth(bit));
                    }
                    let rule = |at: u64| RuleId(u32::try_from(at).unwrap());
                    match round % 3 {
                        0 => marks.put_64(rule(first).0, possible, possible & certain),
                        1 => {
                            let of = |bit: u64| rule((first + bit * 37) % rules as u64);
                            let of: Vec<RuleId> = (0..64).map(of).collect();
                            marks.put_each(of.first_chunk().unwrap(), possible, possible & certain);
                        }
                        _ => places.iter().for_each(|at| {
                            marks.put(rule(*at), some[*at as usize].unwrap());
                        }),
                    }
                }
                let all = (0..).map(RuleId).zip(&some);
                let all: Vec<Fired> = all
                    .filter_map(|(rule, truth)| {
                        Some(Fired {
                            rule,
                            element: Element::default(),
                            truth: (*truth)?,
                        })
                    })
                    .collect();
                assert!(marks.are_among(|_| u64::MAX));
                assert_eq!(marks.are_among(|_| 0), all.is_empty());
                let mut taken = Vec::new();
                marks.take_into(&mut taken);
                assert_eq!(taken, all, "{rules} rules, round {round}");
                marks.take_into(&mut taken);
                assert_eq!(taken.len(), all.len(), "nothing is left");
            }
        }
    }
}
