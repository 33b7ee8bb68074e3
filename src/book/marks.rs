//! What stands beside rules: levels of trust, departments, pilots, coverage and the clauses that no
//! rule stands for.

use super::{Book, Line, Link, say};
use crate::check::rules::{PilotId, Rule, Sure};
use crate::check::tables::register::{NotEncoded, Reason};
use crate::schema::Lang;
use crate::schema::value::DepartmentId;
use crate::syntax::ast::ItemKind;
use std::collections::BTreeSet;

/// A level of trust and what it decides.
pub(super) struct Level {
    pub(super) mark: &'static str,
    pub(super) words: &'static str,
    /// What the mark stands for.
    pub(super) meaning: &'static str,
    /// Rules, parts and versions counted singly, that decide at this level.
    pub(super) decide: usize,
    /// Those that run in shadow at it.
    pub(super) shadow: usize,
    /// The entries of which some rule comes to decide at it and not before.
    pub(super) come: Vec<Line>,
    /// How many rules come to decide.
    pub(super) more: usize,
    /// The level of the book.
    pub(super) chosen: bool,
}

/// A department and the entries that speak for it.
pub(super) struct Department {
    pub(super) anchor: String,
    pub(super) name: String,
    pub(super) lines: Vec<Line>,
}

/// A pilot.
pub(super) struct PilotPart {
    pub(super) anchor: String,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) period: String,
    pub(super) live: bool,
    pub(super) basis: Vec<(Link, String)>,
    pub(super) suspends: Vec<Link>,
    pub(super) rules: Vec<Link>,
}

/// A clause that no rule stands for.
pub(super) struct Hole {
    pub(super) clause: String,
    pub(super) title: String,
    pub(super) mark: &'static str,
    pub(super) section: String,
    pub(super) reason: &'static str,
    pub(super) why: String,
}

impl Book<'_> {
    /// What each level of trust decides; shadow pilots aside.
    pub(super) fn levels(&self, lang: Lang) -> Vec<Level> {
        let counts = |rule: &&Rule| {
            let pilot = rule
                .pilot
                .and_then(|id| self.rules.pilots.get(usize::from(id.0)));
            pilot.is_none_or(|pilot| pilot.live)
        };
        let ours = || self.entries.all.iter().flat_map(|entry| entry.rules());
        let rules: Vec<&Rule> = ours().filter_map(|id| self.rules.rule(id)).collect();
        let level = |mark: Sure| {
            let decide = rules
                .iter()
                .copied()
                .filter(counts)
                .filter(|rule| rule.sure <= mark)
                .count();
            let come = (0usize..).zip(&self.entries.all).filter(|(_, entry)| {
                let mut rules = entry.rules().filter_map(|id| self.rules.rule(id));
                rules.any(|rule| rule.sure == mark && counts(&rule))
            });
            let come: Vec<usize> = come.map(|(number, _)| number).collect();
            let more = rules
                .iter()
                .copied()
                .filter(counts)
                .filter(|rule| rule.sure == mark)
                .count();
            let (zh, en) = match mark {
                Sure::Found => ("已读到原文", "the text itself was found and read"),
                Sure::High => ("把握高，原文尚未逐字核对", "known with high confidence"),
                Sure::Medium => ("把握中等", "known with medium confidence"),
                Sure::Low => ("把握低", "known with low confidence"),
                Sure::Design => ("本项目的推断，无原文", "an inference of ours, no text"),
            };
            Level {
                mark: say::grade(mark),
                words: say::mark(mark, lang),
                meaning: say::say(lang, zh, en),
                decide,
                shadow: rules.len() - decide,
                come: self.lines(&come, lang),
                more,
                chosen: mark == self.trust,
            }
        };
        say::MARKS.into_iter().map(level).collect()
    }

    /// The departments in the order of the schema, with the entries that speak for them.
    pub(super) fn departments(&self, lang: Lang) -> Vec<Department> {
        let all = (0..=u8::MAX)
            .map(DepartmentId)
            .zip(&self.rules.schema.departments);
        all.map(|(id, department)| {
            let speaks = |number: &usize| {
                let rules = self
                    .entry(*number)
                    .into_iter()
                    .flat_map(|entry| entry.rules());
                let mut rules = rules.filter_map(|id| self.rules.rule(id));
                rules.any(|rule| rule.departments.contains(&id))
            };
            let numbers: Vec<usize> = (0..self.entries.all.len()).filter(speaks).collect();
            Department {
                anchor: format!("d{}", id.0),
                name: department.labels.get(lang, &department.name).to_owned(),
                lines: self.lines(&numbers, lang),
            }
        })
        .collect()
    }

    pub(super) fn pilot_link(&self, id: PilotId, lang: Lang) -> Option<Link> {
        let pilot = self.rules.pilots.get(usize::from(id.0))?;
        Some(Link {
            text: pilot.labels.get(lang, &pilot.name).to_owned(),
            to: format!("pilots.html#p{}", id.0),
        })
    }

    /// The pilots in the order of their names.
    pub(super) fn pilots(&self, lang: Lang) -> Vec<PilotPart> {
        let all = (0u16..).map(PilotId).zip(&self.rules.pilots);
        all.map(|(id, pilot)| {
            let written = self.texts.items().find(|(_, item)| match &item.kind {
                ItemKind::Pilot(item) => item.name.node == pilot.name,
                _ => false,
            });
            let suspended = pilot.suspends.and_then(|id| self.rules.rule(id));
            let suspends = suspended.into_iter().flat_map(|rule| &rule.over);
            let suspends: BTreeSet<Link> = suspends.map(|id| self.rule_link(*id, lang)).collect();
            let own = pilot
                .rules
                .iter()
                .filter(|rule| self.entries.of(**rule).is_some());
            let own: BTreeSet<Link> = own.map(|id| self.rule_link(*id, lang)).collect();
            let basis = pilot.basis.iter();
            PilotPart {
                anchor: format!("p{}", id.0),
                name: pilot.labels.get(lang, &pilot.name).to_owned(),
                text: written.map_or(String::new(), |(place, _)| self.texts.text(place, lang)),
                period: say::period(pilot.force, lang),
                live: pilot.live,
                basis: basis
                    .map(|b| (self.law_link(b.law, lang), say::article(b, lang)))
                    .collect(),
                suspends: suspends.into_iter().collect(),
                rules: own.into_iter().collect(),
            }
        })
        .collect()
    }

    /// Coverage as stated: the text of each claim, and whether it only informs.
    pub(super) fn coverage(&self, lang: Lang) -> Vec<(String, bool)> {
        let claims = self
            .texts
            .items()
            .filter_map(|(place, item)| match &item.kind {
                ItemKind::Covers(covers) => Some((self.texts.text(place, lang), covers.advice)),
                _ => None,
            });
        claims.collect()
    }

    /// The clauses that no rule stands for, with the reason.
    pub(super) fn holes(&self, lang: Lang) -> Vec<Hole> {
        let hole = |one: &NotEncoded| {
            let clause = self.clause(&one.clause);
            Hole {
                clause: one.clause.clone(),
                title: clause.map_or("", |c| c.labels.get(lang, "")).to_owned(),
                mark: clause.map_or("", |c| say::mark(c.mark, lang)),
                section: clause.map_or(String::new(), |c| c.section.clone()),
                reason: reason(one.reason, lang),
                why: one.why.get(lang, "").to_owned(),
            }
        };
        self.register.not_encoded.iter().map(hole).collect()
    }
}

/// Why there is no rule for a clause, in the words of `kakou trace`.
fn reason(reason: Reason, lang: Lang) -> &'static str {
    let (zh, en) = match reason {
        Reason::NotDecidable => ("单次进出不可判定", "not decidable"),
        Reason::TextUnknown => ("未见原文", "text unknown"),
        Reason::Superseded => ("已被取代", "superseded"),
        Reason::NoBasis => ("无依据", "no basis"),
    };
    say::say(lang, zh, en)
}
