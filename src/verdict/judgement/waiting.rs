//! The rules that wait for one fact, as bits: where nothing is known most rules wait for most
//! facts, and writing each pair down would cost more than judging.

use crate::check::rules::RuleId;
use std::cmp::Ordering;
use std::fmt;

/// 64 rules by number, of which some wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Word {
    /// The number of the first rule, by 64.
    at: u32,
    /// A bit for each; never empty.
    rules: u64,
}

/// The rules that wait for a fact, each once and in order. Going through them costs a few
/// instructions a rule; rules whose numbers are near take a few bits each.
///
/// ```
/// use kakou::{check::rules::RuleId, verdict::judgement::Waiting};
/// let waiting: Waiting = [RuleId(700), RuleId(2), RuleId(700)].into_iter().collect();
/// assert_eq!(waiting.iter().collect::<Vec<_>>(), [RuleId(2), RuleId(700)]);
/// assert_eq!(format!("{waiting:?}"), "[RuleId(2), RuleId(700)]");
/// assert!(!waiting.contains(RuleId(3)));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Waiting {
    /// In order, those that are not empty.
    words: Vec<Word>,
}

/// What a list of rules tells, without making one.
///
/// ```
/// use kakou::{check::rules::RuleId, verdict::judgement::Waiting};
/// let waiting = Waiting::from_iter((0..100).map(RuleId));
/// assert_eq!((waiting.len(), waiting.is_empty()), (100, false));
/// assert!(Waiting::default().iter().next().is_none());
/// ```
impl Waiting {
    /// The rules by number, from the first on.
    ///
    /// ```
    /// use kakou::{check::rules::RuleId, verdict::judgement::Waiting};
    /// let waiting = Waiting::from_iter([RuleId(65), RuleId(1)]);
    /// assert!(waiting.iter().eq([RuleId(1), RuleId(65)]));
    /// assert!(!waiting.iter().eq([RuleId(65), RuleId(1)])); // Not as they were put in.
    /// ```
    pub fn iter(&self) -> Rules<'_> {
        Rules {
            words: self.words.iter(),
            first: 0,
            rest: 0,
        }
    }

    /// How many they are.
    ///
    /// ```
    /// use kakou::{check::rules::RuleId, verdict::judgement::Waiting};
    /// assert_eq!(Waiting::from_iter([RuleId(5), RuleId(5)]).len(), 1);
    /// assert_ne!(Waiting::from_iter([RuleId(5), RuleId(500)]).len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        let counts = self.words.iter().map(|word| word.rules.count_ones());
        counts.sum::<u32>() as usize
    }

    /// Whether no rule waits: only the schema asks for the fact.
    ///
    /// ```
    /// use kakou::{check::rules::RuleId, verdict::judgement::Waiting};
    /// assert!(Waiting::default().is_empty());
    /// assert!(!Waiting::from_iter([RuleId(0)]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether this rule waits; looked up by halving, and not rule by rule.
    ///
    /// ```
    /// use kakou::{check::rules::RuleId, verdict::judgement::Waiting};
    /// let waiting = Waiting::from_iter([RuleId(3), RuleId(9_000)]);
    /// assert!(waiting.contains(RuleId(9_000)));
    /// assert!(!waiting.contains(RuleId(4)) && !waiting.contains(RuleId(u32::MAX)));
    /// ```
    pub fn contains(&self, rule: RuleId) -> bool {
        self.word(rule.0 / 64) >> (rule.0 % 64) & 1 == 1
    }

    /// The bytes that the bits take.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }

    /// Whether some rule of every stretch of 64 is in it, up to its last.
    #[inline]
    pub(crate) fn is_whole(&self) -> bool {
        let last = self.words.last().map_or(0, |word| word.at as usize + 1);
        self.words.len() == last
    }

    /// What stands of 64 rules.
    fn word(&self, at: u32) -> u64 {
        let found = self.words.binary_search_by_key(&at, |word| word.at);
        let word = found.ok().and_then(|place| self.words.get(place));
        word.map_or(0, |word| word.rules)
    }

    /// Adds a rule, and says whether it is new. One that stands behind all others costs a few
    /// instructions.
    #[inline]
    pub(crate) fn add(&mut self, rule: RuleId) -> bool {
        let (at, bit) = (rule.0 / 64, 1 << (rule.0 % 64));
        match self.words.last_mut() {
            Some(last) if last.at == at => {
                let new = last.rules & bit == 0;
                last.rules |= bit;
                new
            }
            Some(last) if last.at > at => self.add_between(at, bit),
            _ => {
                self.words.push(Word { at, rules: bit });
                true
            }
        }
    }

    fn add_between(&mut self, at: u32, bit: u64) -> bool {
        match self.words.binary_search_by_key(&at, |word| word.at) {
            Ok(place) => self.words.get_mut(place).is_some_and(|word| {
                let new = word.rules & bit == 0;
                word.rules |= bit;
                new
            }),
            Err(place) => {
                self.words.insert(place, Word { at, rules: bit });
                true
            }
        }
    }

    /// Puts those of 64 rules behind all others.
    #[inline]
    pub(crate) fn push(&mut self, at: u32, rules: u64) {
        if rules != 0 {
            self.words.push(Word { at, rules });
        }
    }

    /// Becomes those of the rules, which come in order, of which something is true.
    #[inline]
    pub(crate) fn become_those(&mut self, rules: impl Iterator<Item = (RuleId, bool)>) {
        self.clear();
        let mut word = Word { at: 0, rules: 0 };
        for (rule, is) in rules {
            let at = rule.0 / 64;
            if at != word.at {
                self.push(word.at, word.rules);
                word = Word { at, rules: 0 };
            }
            word.rules |= u64::from(is) << (rule.0 % 64);
        }
        self.push(word.at, word.rules);
    }

    /// Becomes the rules that are in both, of which one leaves no stretch out.
    #[inline(always)]
    pub(crate) fn become_common_in(&mut self, some: &Waiting, whole: &Waiting) {
        self.clear();
        for word in &some.words {
            // There each stretch is where its number says.
            let Some(beside) = whole.words.get(word.at as usize) else {
                break;
            };
            self.push(word.at, word.rules & beside.rules);
        }
    }

    /// Becomes the rules that are in both.
    pub(crate) fn become_common(&mut self, one: &Waiting, other: &Waiting) {
        self.clear();
        let (few, many) = match one.words.len() <= other.words.len() {
            true => (one, other),
            false => (other, one),
        };
        // Looking each of a few words up costs less than going through many.
        if few.words.len() * 8 < many.words.len() {
            for word in &few.words {
                self.push(word.at, word.rules & many.word(word.at));
            }
            return;
        }
        let (mut few, mut many) = (few.words.as_slice(), many.words.as_slice());
        while let ([a, rest_of_few @ ..], [b, rest_of_many @ ..]) = (few, many) {
            if a.at == b.at {
                self.push(a.at, a.rules & b.rules);
            }
            if a.at <= b.at {
                few = rest_of_few;
            }
            if b.at <= a.at {
                many = rest_of_many;
            }
        }
    }

    /// Becomes the rules that are in either.
    pub(crate) fn become_either(&mut self, one: &Waiting, other: &Waiting) {
        self.clear();
        let (mut one, mut other) = (one.words.as_slice(), other.words.as_slice());
        while let ([a, rest_of_one @ ..], [b, rest_of_other @ ..]) = (one, other) {
            let mut rules = 0;
            if a.at <= b.at {
                rules |= a.rules;
                one = rest_of_one;
            }
            if b.at <= a.at {
                rules |= b.rules;
                other = rest_of_other;
            }
            self.push(a.at.min(b.at), rules);
        }
        self.words.extend_from_slice(one);
        self.words.extend_from_slice(other);
    }

    /// How many stretches of 64 rules some of them are of.
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// Forgets the rules and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.words.clear();
    }

    /// Whether it has room of its own.
    pub(crate) fn has_room(&self) -> bool {
        self.words.capacity() > 0
    }
}

/// The rules that wait, one by one.
///
/// ```
/// use kakou::{check::rules::RuleId, verdict::judgement::Waiting};
/// let waiting = Waiting::from_iter([RuleId(1), RuleId(64)]);
/// let mut rules = waiting.iter();
/// assert_eq!((rules.next(), rules.next()), (Some(RuleId(1)), Some(RuleId(64))));
/// assert_eq!(rules.next(), None);
/// ```
#[derive(Debug, Clone)]
pub struct Rules<'w> {
    words: std::slice::Iter<'w, Word>,
    /// The first rule of the word at hand.
    first: u32,
    /// What is left of it.
    rest: u64,
}

impl Iterator for Rules<'_> {
    type Item = RuleId;

    #[inline]
    fn next(&mut self) -> Option<RuleId> {
        if self.rest == 0 {
            let word = self.words.next()?;
            self.first = word.at * 64;
            self.rest = word.rules;
        }
        let bit = self.rest.trailing_zeros();
        self.rest &= self.rest.wrapping_sub(1);
        Some(RuleId(self.first + bit))
    }
}

impl<'w> IntoIterator for &'w Waiting {
    type Item = RuleId;
    type IntoIter = Rules<'w>;

    fn into_iter(self) -> Rules<'w> {
        self.iter()
    }
}

impl FromIterator<RuleId> for Waiting {
    fn from_iter<I: IntoIterator<Item = RuleId>>(rules: I) -> Waiting {
        let mut waiting = Waiting::default();
        waiting.extend(rules);
        waiting
    }
}

impl Extend<RuleId> for Waiting {
    fn extend<I: IntoIterator<Item = RuleId>>(&mut self, rules: I) {
        for rule in rules {
            self.add(rule);
        }
    }
}

/// As a list of rules.
impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// As lists of rules order.
impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Rules drawn by a small generator, as a set of the standard library and as bits.
    fn drawn(seed: u32, count: u32, below: u32) -> (BTreeSet<RuleId>, Waiting) {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            RuleId((state >> 8) % below)
        };
        let rules: Vec<RuleId> = (0..count).map(|_| next()).collect();
        (rules.iter().copied().collect(), rules.into_iter().collect())
    }

    #[test]
    fn it_holds_what_a_set_holds() {
        for (count, below) in [(0, 1), (1, 9_000), (40, 200), (40, 90_000), (900, 1_000)] {
            let (set, waiting) = drawn(count + below, count, below);
            assert!(waiting.iter().eq(set.iter().copied()));
            assert_eq!(waiting.len(), set.len());
            assert_eq!(waiting.is_empty(), set.is_empty());
            for rule in (0..below.min(2_000)).map(RuleId) {
                assert_eq!(waiting.contains(rule), set.contains(&rule), "{rule:?}");
            }
        }
    }

    #[test]
    fn two_are_joined_and_cut_as_sets_are() {
        let sizes = [(900, 900), (900, 3), (3, 900), (70, 60), (0, 40), (40, 0)];
        // Below 9,000 some stretch is empty; below 300 none is, but for that of the common ones.
        let below = [9_000, 300];
        let mut wholes = 0;
        for ((of_one, of_other), below) in sizes.map(|both| below.map(|n| (both, n))).concat() {
            let (one, other) = (drawn(2, of_one, below), drawn(3, of_other, below));
            let (mut a, mut b) = (one.1, other.1);
            // Something is common even to the small ones, and something stands in one word apart.
            a.extend([64, 4_000, 8_999].map(RuleId));
            b.extend([64, 65, 4_000, 4_001].map(RuleId));
            if below == 300 {
                b = b.iter().filter(|rule| rule.0 < 300).collect();
            }
            let sets = [&a, &b].map(|waiting| waiting.iter().collect::<BTreeSet<_>>());
            let mut waiting = Waiting::from_iter([RuleId(77)]);
            for (one, other) in [(&a, &b), (&b, &a)] {
                if other.is_whole() {
                    waiting.become_common_in(one, other);
                    assert!(waiting.iter().eq(sets[0].intersection(&sets[1]).copied()));
                    wholes += 1;
                }
            }
            waiting.become_common(&a, &b);
            assert!(waiting.iter().eq(sets[0].intersection(&sets[1]).copied()));
            // No word is kept that holds no rule, or two equal ones would differ.
            assert_eq!(waiting, waiting.iter().collect());
            waiting.become_either(&a, &b);
            assert!(waiting.iter().eq(sets[0].union(&sets[1]).copied()));
            assert_eq!(waiting, waiting.iter().collect());
        }
        assert!(wholes > 4, "{wholes} leave no stretch out");
    }

    #[test]
    fn a_rule_is_new_once() {
        let mut waiting = Waiting::default();
        for (rule, new) in [
            (70, true),
            (70, false),
            (1, true),
            (2, true),
            (1, false),
            (640, true),
        ] {
            assert_eq!(waiting.add(RuleId(rule)), new, "{rule}");
        }
    }

    #[test]
    fn rules_of_which_something_is_true_are_taken() {
        let all = [(0, true), (0, false), (63, true), (64, false), (200, true)];
        let mut waiting = Waiting::from_iter([RuleId(3)]);
        waiting.become_those(all.into_iter().map(|(rule, is)| (RuleId(rule), is)));
        assert!(waiting.iter().eq([0, 63, 200].map(RuleId)));
        assert_eq!(waiting, waiting.iter().collect());
    }

    #[test]
    fn they_order_as_lists_do() {
        let of = |rules: &[u32]| rules.iter().copied().map(RuleId).collect::<Waiting>();
        let mut all = [of(&[3]), of(&[0, 900]), of(&[]), of(&[0, 64]), of(&[0])];
        all.sort();
        assert_eq!(
            all,
            [of(&[]), of(&[0]), of(&[0, 64]), of(&[0, 900]), of(&[3])]
        );
    }
}
