//! A rulebook in versions, as a law is that was amended again and again: every rule, every value of
//! a parameter and every coverage is cut at the same days, so that each day has one version in force
//! of whatever is in force at all.

use kakou::ground::limits::Limits;
use kakou::ground::span::{At, SourceId};
use kakou::syntax::ast::{
    Citation, Clause, ExprKind, File, Force, Item, ItemKind, LegalDay, Noted, Notes, Spanned,
};
use kakou::syntax::{language_of, parse, print::print};
use kakou::{Folder, syntax::Lang};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How the versions differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Amended {
    /// In their days alone: what is said is what one version says.
    Days,
    /// In every amount, weight and rate too, by some hundredths, as an amendment would have it.
    Amounts,
}

/// A rulebook in versions.
pub struct Versions {
    pub folder: Folder,
    /// Those that could not be cut, as their first day is not known.
    pub uncut: Vec<String>,
}

/// The rulebook of a folder in so many versions, a month each but for the first, which has all days
/// before, and the last, which has all days after. Scenarios are left out.
pub fn in_versions(root: &Path, versions: usize, amended: Amended) -> Versions {
    let (mut texts, mut tables) = (Vec::new(), Vec::new());
    files(root, "", &mut texts, &mut tables);
    let files: Vec<(String, File, Lang)> = texts
        .into_iter()
        .map(|(name, text)| {
            let (file, complaints) = parse(SourceId(0), &text, &Limits::default());
            assert!(complaints.is_empty(), "{name}: {complaints:?}");
            (name, file, language_of(&text))
        })
        .collect();
    let mut cut = Cut {
        versions,
        amended,
        events: events(files.iter().flat_map(|(_, file, _)| &file.items)),
        laws: laws(files.iter().flat_map(|(_, file, _)| &file.items)),
        uncut: Vec::new(),
    };
    let texts: Vec<(String, String)> = files
        .into_iter()
        .map(|(name, file, lang)| {
            let items = file.items.into_iter().flat_map(|item| cut.item(item));
            let texts = items.map(|(item, version)| {
                let file = File {
                    items: vec![item],
                    comments: Vec::new(),
                };
                match amended {
                    Amended::Days => print(&file, lang),
                    Amended::Amounts => with_other_amounts(&print(&file, lang), version),
                }
            });
            let text: Vec<String> = texts.collect();
            (name, text.join("\n"))
        })
        .collect();
    let folder = Folder::from_texts(texts);
    Versions {
        folder: tables.into_iter().fold(folder, |folder, (name, bytes)| {
            folder.with_file(name, bytes)
        }),
        uncut: cut.uncut,
    }
}

/// The texts and the tables below a folder, with their names from its root.
fn files(
    root: &Path,
    below: &str,
    texts: &mut Vec<(String, String)>,
    tables: &mut Vec<(String, Vec<u8>)>,
) {
    let all = fs::read_dir(root.join(below)).expect("a folder");
    let mut all: Vec<_> = all.map(|entry| entry.expect("an entry")).collect();
    all.sort_by_key(fs::DirEntry::file_name);
    for entry in all {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(root, &format!("{name}/"), texts, tables);
        } else if name.ends_with(".rules") {
            texts.push((name, fs::read_to_string(entry.path()).expect("a text")));
        } else if name.ends_with(".csv") {
            tables.push((name, fs::read(entry.path()).expect("a table")));
        }
    }
}

/// The last day on which each event may be; those that nobody knows are not among them.
fn events<'a>(items: impl Iterator<Item = &'a Item>) -> BTreeMap<String, String> {
    let last = |item: &Item| match &item.kind {
        ItemKind::Event(event) => {
            let day = event.to.as_ref().or(event.on.as_ref())?;
            Some((event.name.node.clone(), last_day(&day.node)))
        }
        _ => None,
    };
    items.filter_map(last).collect()
}

/// The first day of each law that is known to the day.
fn laws<'a>(items: impl Iterator<Item = &'a Item>) -> BTreeMap<String, String> {
    let begins = |item: &Item| match &item.kind {
        ItemKind::Law(law) => match &law.force.as_ref()?.from {
            Some(LegalDay::Date(day)) => Some((law.id.node.clone(), last_day(&day.node))),
            _ => None,
        },
        _ => None,
    };
    items.filter_map(begins).collect()
}

/// The last day of a day, month or year as written, or one shortly after it.
fn last_day(written: &str) -> String {
    match written.len() {
        4 => format!("{written}-12-31"),
        7 => format!("{written}-31"),
        _ => written.to_string(),
    }
}

/// The first day of a version.
fn first_day(version: usize) -> String {
    let month = 8 + version;
    format!("{}-{:02}-01", 2025 + (month - 1) / 12, (month - 1) % 12 + 1)
}

/// The day before the first day of a version.
fn day_before(version: usize) -> String {
    let first: kakou::ground::day::Day = first_day(version).parse().expect("a day");
    let before = kakou::ground::day::Day::from_number(first.number() - 1);
    before.expect("a day").to_string()
}

/// What is cut, and what was seen on the way.
struct Cut {
    versions: usize,
    amended: Amended,
    events: BTreeMap<String, String>,
    laws: BTreeMap<String, String>,
    uncut: Vec<String>,
}

impl Cut {
    /// The copies of an item, each with the number of its version.
    fn item(&mut self, item: Item) -> Vec<(Item, usize)> {
        let plain = |kind: ItemKind| Item {
            at: item.at,
            notes: Notes::default(),
            kind,
        };
        match &item.kind {
            ItemKind::Scenario(_) => Vec::new(),
            ItemKind::Rule(rule) => {
                let force = rule.clauses.iter().find_map(|clause| match &clause.node {
                    Clause::Force(force) => Some(force),
                    _ => None,
                });
                let copies = self.periods(force, &rule.id.node);
                let copy = |(force, version): (Option<Force>, usize)| {
                    let mut rule = rule.clone();
                    rule.clauses.retain(|c| !matches!(c.node, Clause::Force(_)));
                    for clause in &mut rule.clauses {
                        clause.notes = Notes::default();
                        if let (Clause::By { citations, .. }, Some(force)) =
                            (&mut clause.node, &force)
                        {
                            self.only_known(citations, force);
                        }
                    }
                    if let Some(force) = force {
                        let clause = Noted {
                            node: Clause::Force(force),
                            at: item.at,
                            notes: Notes::default(),
                        };
                        rule.clauses.push(clause);
                    }
                    (plain(ItemKind::Rule(rule)), version)
                };
                copies.into_iter().map(copy).collect()
            }
            ItemKind::Covers(covers) => {
                let copies = self.periods(Some(&covers.force), "covers");
                let copy = |(force, version): (Option<Force>, usize)| {
                    let mut covers = covers.clone();
                    covers.force = force.unwrap_or(NO_FORCE);
                    (plain(ItemKind::Covers(covers)), version)
                };
                copies.into_iter().map(copy).collect()
            }
            ItemKind::Parameter(parameter) => {
                // The versions of a parameter are its values, so that it is written once; what its
                // values become is done here, as each is of another version.
                let mut whole = parameter.clone();
                whole.values.clear();
                for value in &parameter.values {
                    for (force, version) in
                        self.periods(Some(&value.node.force), &parameter.name.node)
                    {
                        let mut value = value.clone();
                        value.notes = Notes::default();
                        value.node.force = force.unwrap_or(NO_FORCE);
                        if let (
                            ExprKind::Number {
                                digits,
                                unit: Some(_),
                            },
                            Amended::Amounts,
                        ) = (value.node.value.kind.as_mut(), self.amended)
                        {
                            *digits = other_amount(digits, version);
                        }
                        whole.values.push(value);
                    }
                }
                vec![(plain(ItemKind::Parameter(whole)), 0)]
            }
            _ => vec![(item, 0)],
        }
    }

    /// Leaves out laws that begin after the period: the version then cites what it can.
    fn only_known(&self, citations: &mut Vec<Citation>, force: &Force) {
        if let Some(LegalDay::Date(until)) = &force.until {
            citations.retain(|citation| {
                let begins = self.laws.get(&citation.law.node);
                begins.is_none_or(|begins| *begins <= until.node)
            });
        }
    }

    /// The parts of a period that fall into each version, with the number of that.
    fn periods(&mut self, force: Option<&Force>, of: &str) -> Vec<(Option<Force>, usize)> {
        if self.versions == 1 {
            return vec![(force.cloned(), 0)];
        }
        let whole = force.cloned().unwrap_or(NO_FORCE);
        let first_cut = first_day(1);
        let from = match &whole.from {
            None => String::new(),
            Some(LegalDay::Date(day)) if day.node.len() == 10 => day.node.clone(),
            Some(LegalDay::Date(day)) => last_day(&day.node),
            Some(LegalDay::Event(event)) => match self.events.get(&event.node) {
                Some(day) => day.clone(),
                None => "unknown".to_string(),
            },
        };
        let exact = matches!(&whole.from, Some(LegalDay::Date(day)) if day.node.len() == 10);
        let until = match &whole.until {
            None => "9999-12-31".to_string(),
            Some(LegalDay::Date(day)) if day.node.len() == 10 => day.node.clone(),
            Some(_) => "unknown".to_string(),
        };
        // A day known roughly must lie before the first cut, or there is nothing to be cut at.
        if from == "unknown" || until == "unknown" || (!exact && from >= first_cut) {
            self.uncut.push(of.to_string());
            return vec![(force.cloned(), 0)];
        }
        let mut parts = Vec::new();
        for version in 0..self.versions {
            let mut part = whole.clone();
            if version > 0 && first_day(version) > from {
                part.from = Some(date(first_day(version)));
            }
            let ends = day_before(version + 1);
            if version + 1 < self.versions && ends < until {
                part.until = Some(date(ends.clone()));
            }
            let begins = match version {
                0 => String::new(),
                _ => first_day(version).max(from.clone()),
            };
            let over = begins > until || (version + 1 < self.versions && from > ends);
            if !over {
                parts.push((Some(part), version));
            }
        }
        parts
    }
}

const NO_FORCE: Force = Force {
    from: None,
    until: None,
    on: None,
};

/// A day as the tree has it; places do not count where a tree is printed.
fn date(day: String) -> LegalDay {
    let at = At::default();
    LegalDay::Date(Spanned { node: day, at })
}

/// The text with every amount, weight and rate outside of quotes a little larger.
fn with_other_amounts(text: &str, version: usize) -> String {
    let parts = text.split('"').enumerate();
    let parts = parts.map(|(part, text)| match part % 2 {
        0 => amounts(text, version),
        _ => text.to_string(),
    });
    parts.collect::<Vec<_>>().join("\"")
}

fn amounts(text: &str, version: usize) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let word = |(at, word): (usize, &&str)| {
        let digits = word.trim_start_matches('(');
        let number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
        let unit = words.get(at + 1).is_some_and(|unit| {
            let unit = unit.trim_end_matches([')', '\n', ',']);
            ["CNY", "kg", "%"].contains(&unit)
        });
        match number && unit {
            true => other_amount(word, version),
            false => (*word).to_string(),
        }
    };
    words
        .iter()
        .enumerate()
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A number some hundredths larger, or what is left out of zero.
fn other_amount(digits: &str, version: usize) -> String {
    let zero = digits
        .trim_start_matches('(')
        .chars()
        .all(|c| "0.".contains(c));
    match (zero || version == 0, digits.contains('.')) {
        (true, _) => digits.to_string(),
        (false, true) => format!("{digits}{version:02}"),
        (false, false) => format!("{digits}.{version:02}"),
    }
}
