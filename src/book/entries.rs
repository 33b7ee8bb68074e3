//! The entries of the book: one page holds all versions and parts of one rule.

use super::texts::{Place, Texts};
use crate::check::rules::{RuleId, RuleSet};
use crate::syntax::ast::ItemKind;
use std::collections::{BTreeMap, BTreeSet};

/// What one page is about.
#[derive(Debug)]
pub(super) struct Entry {
    /// What all its rules are called, or the first part of that.
    pub(super) id: String,
    /// The name of its files, without folder and ending.
    pub(super) stem: String,
    /// The rules as written, in the order of their names and periods.
    pub(super) written: Vec<Written>,
}

/// One rule as written, with the checked rules it became.
#[derive(Debug)]
pub(super) struct Written {
    /// Its identifier.
    pub(super) id: String,
    /// Where it is written.
    pub(super) place: Place,
    /// The checked rules: one, or one for each part of its table.
    pub(super) rules: Vec<RuleId>,
}

impl Entry {
    /// All checked rules of the page.
    pub(super) fn rules(&self) -> impl Iterator<Item = RuleId> {
        self.written.iter().flat_map(|w| w.rules.iter().copied())
    }
}

/// The entries in the order of their identifiers, and the entry of each checked rule.
#[derive(Debug)]
pub(super) struct Entries {
    pub(super) all: Vec<Entry>,
    of_rule: BTreeMap<RuleId, usize>,
    of_name: BTreeMap<String, usize>,
}

impl Entries {
    pub(super) fn new(rules: &RuleSet, texts: &Texts) -> Entries {
        let written: BTreeSet<&str> = texts
            .items()
            .filter_map(|(_, item)| match &item.kind {
                ItemKind::Rule(rule) => Some(rule.id.node.as_str()),
                _ => None,
            })
            .collect();
        let mut all: Vec<Entry> = Vec::new();
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let (mut of_rule, mut of_name) = (BTreeMap::new(), BTreeMap::new());
        for (number, rule) in (0u32..).map(RuleId).zip(&rules.rules) {
            // What stands for the suspensions of a pilot is written in the pilot.
            let Some((place, id)) =
                texts
                    .at(rule.place.0)
                    .and_then(|place| match &texts.item(place)?.kind {
                        ItemKind::Rule(rule) => Some((place, rule.id.node.clone())),
                        _ => None,
                    })
            else {
                continue;
            };
            let base = base(&id, &written);
            let at = *numbers.entry(base.to_owned()).or_insert_with(|| {
                all.push(Entry {
                    id: base.to_owned(),
                    stem: String::new(),
                    written: Vec::new(),
                });
                all.len() - 1
            });
            of_rule.insert(number, at);
            of_name.insert(base.to_owned(), at);
            of_name.insert(id.clone(), at);
            of_name.insert(rule.id.clone(), at);
            if let Some(entry) = all.get_mut(at) {
                match entry.written.iter_mut().find(|w| w.place == place) {
                    Some(written) => written.rules.push(number),
                    None => entry.written.push(Written {
                        id,
                        place,
                        rules: vec![number],
                    }),
                }
            }
        }
        let mut stems = Stems::default();
        for entry in &mut all {
            entry.stem = stems.stem(&entry.id);
        }
        Entries {
            all,
            of_rule,
            of_name,
        }
    }

    /// The entry of a checked rule; none for the suspensions of a pilot.
    pub(super) fn of(&self, rule: RuleId) -> Option<&Entry> {
        self.all.get(*self.of_rule.get(&rule)?)
    }

    /// The number of the entry that a rule of that name stands in.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.of_name.get(name).copied()
    }
}

/// `BA-01` for `BA-01.2` and `CR-06` for `CR-06.late`, where that is a rule; numbers at the end are
/// taken off in any case.
fn base<'i>(id: &'i str, written: &BTreeSet<&str>) -> &'i str {
    let mut shortest = id;
    for (at, _) in id.match_indices('.') {
        if let Some(head) = id.get(..at)
            && written.contains(head)
        {
            return head;
        }
    }
    while let Some((head, tail)) = shortest.rsplit_once('.') {
        if head.is_empty() || !tail.bytes().all(|b| b.is_ascii_digit()) {
            break;
        }
        shortest = head;
    }
    shortest
}

/// Names of files, each once, also where a file system takes `a` and `A` for one.
#[derive(Debug, Default)]
pub(super) struct Stems(BTreeSet<String>);

impl Stems {
    /// A name of letters, digits, `-`, `.` and `_` for an identifier.
    pub(super) fn stem(&mut self, id: &str) -> String {
        let mut stem = String::new();
        for c in id.chars() {
            match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => stem.push(c),
                '.' if !stem.is_empty() => stem.push(c),
                c => stem.push_str(&format!("_{:x}", u32::from(c))),
            }
        }
        let lower = stem.to_ascii_lowercase();
        // Some systems have no files of these names, whatever comes after the point.
        let device = lower.split('.').next().is_some_and(|name| {
            let numbered = |word: &str| {
                name.strip_prefix(word)
                    .is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
            };
            matches!(name, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
        });
        if device || stem.is_empty() {
            stem.insert(0, '_');
        }
        let mut unique = stem.clone();
        let mut number = 2u32;
        while !self.0.insert(unique.to_ascii_lowercase()) {
            unique = format!("{stem}_{number}");
            number += 1;
        }
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_with_their_rule() {
        let written = BTreeSet::from(["BA-01", "CR-06", "CR-06.late", "X.1", "zone.gate"]);
        for (id, expected) in [
            ("BA-01", "BA-01"),
            ("BA-01.2", "BA-01"),
            ("CR-06.late", "CR-06"),
            ("X.1", "X"),
            ("Y.1.2", "Y"),
            ("zone.gate", "zone.gate"),
            ("zone.gate.3", "zone.gate"),
        ] {
            assert_eq!(base(id, &written), expected, "{id}");
        }
    }

    #[test]
    fn file_names_are_safe_and_apart() {
        let mut stems = Stems::default();
        assert_eq!(stems.stem("CB-03"), "CB-03");
        assert_eq!(stems.stem("cb-03"), "cb-03_2");
        assert_eq!(stems.stem("../x"), "_2e._2fx");
        assert_eq!(stems.stem("规则"), "_89c4_5219");
        assert_eq!(stems.stem("con"), "_con");
        assert_eq!(stems.stem("Com1.a"), "_Com1.a");
        assert_eq!(stems.stem("comma"), "comma");
    }
}
