//! The order of identifiers, as people count.

use std::cmp::Ordering;

/// `BR-2` before `BR-10`: runs of digits are compared as numbers.
pub(super) fn natural(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() && !b.is_empty() {
        let (ours, theirs) = (first_run(a), first_run(b));
        let order = ours
            .word
            .cmp(theirs.word)
            .then_with(|| ours.number().cmp(&theirs.number()))
            .then_with(|| ours.digits.cmp(theirs.digits));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (ours.rest, theirs.rest);
    }
    b.is_empty().cmp(&a.is_empty())
}

/// Letters, the digits behind them, and what follows.
struct Run<'t> {
    word: &'t str,
    digits: &'t str,
    rest: &'t str,
}

impl Run<'_> {
    /// The digits as a number; the greatest where there is none or it is too large.
    fn number(&self) -> u64 {
        self.digits.parse().unwrap_or(u64::MAX)
    }
}

fn first_run(text: &str) -> Run<'_> {
    let letters = text.find(|c: char| c.is_ascii_digit());
    let (word, after) = text.split_at(letters.unwrap_or(text.len()));
    let digits = after.find(|c: char| !c.is_ascii_digit());
    let (digits, rest) = after.split_at(digits.unwrap_or(after.len()));
    Run { word, digits, rest }
}

/// How an identifier begins: most are told apart by it, and it stands where rules are compared.
/// Beginnings are in the order of [`natural`] wherever they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beginning {
    /// The first letters, none of which is a zero byte, and in the last byte whether there are more.
    word: u64,
    /// The number behind them; of more letters it says nothing.
    number: u64,
}

impl Beginning {
    /// That of an identifier.
    pub fn of(id: &str) -> Beginning {
        const LETTERS: usize = 7;
        let run = first_run(id);
        let is_whole = run.word.len() <= LETTERS;
        let mut word = [0; LETTERS + 1];
        for (place, byte) in word.iter_mut().zip(run.word.bytes().take(LETTERS)) {
            *place = byte;
        }
        if let Some(last) = word.last_mut() {
            *last = u8::from(!is_whole);
        }
        Beginning {
            word: u64::from_be_bytes(word),
            // Nothing comes before all.
            number: match is_whole && !id.is_empty() {
                true => run.number(),
                false => 0,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_ordered_as_people_count() {
        let wanted = [
            "",
            "01",
            "1",
            "2",
            "A",
            "A-02",
            "A-2",
            "A-2.1",
            "A-10",
            "A-10b",
            "A-",
            "B",
            "BB-BB-1",
            "BB-BB-",
            "BB-BB-B",
            "BB-BB-BB1",
            "BB-BB-BC",
            "BB-BC1",
            "甲-9",
        ];
        let mut found = wanted;
        found.reverse();
        found.sort_by(|a, b| natural(a, b));
        assert_eq!(found, wanted);
        // Where beginnings differ, they say the same.
        for (at, a) in wanted.iter().enumerate() {
            for b in wanted.iter().skip(at) {
                assert!(Beginning::of(a) <= Beginning::of(b), "{a} {b}");
            }
        }
        assert!(Beginning::of("A-2") < Beginning::of("A-10"));
        assert_eq!(Beginning::of("long-word-2"), Beginning::of("long-word-1"));
    }
}
