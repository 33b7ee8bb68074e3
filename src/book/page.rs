//! The page of a rule.

use super::entries::{Entry, Written};
use super::scenes::{Scene, State};
use super::time::{Given, Timeline, timeline};
use super::words::Word;
use super::{Book, Link, say};
use crate::check::rules::{Basis, Cond, Expr, Force, Rule, RuleId};
use crate::graph::draw::{Picture, Slice, parameters, picture};
use crate::ground::day::RoughDay;
use crate::schema::Lang;
use crate::schema::table::Period;
use crate::schema::value::Type;
use crate::verdict::words::{self, value};
use std::collections::{BTreeMap, BTreeSet};

/// Scenarios of one state that show what a finding reads like; of the others the title is enough.
const MESSAGES: usize = 1;
/// Boxes of a picture of all rules of a page; with more, each rule has its own.
const TOGETHER: usize = 24;
/// Boxes of one picture at the most; with more, it sums up.
const MOST: usize = 120;

/// All that a page says of its rules, in one language.
pub(super) struct RulePage {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) versions: Vec<Version>,
    pub(super) words: Vec<Word>,
    pub(super) pictures: Vec<(String, Picture)>,
    pub(super) timeline: Timeline,
    pub(super) scenes: Vec<SceneGroup>,
    pub(super) scene_count: usize,
    /// The section of the study, its mark and its words, where there is a register of clauses.
    pub(super) clause: Option<String>,
}

/// One rule as written.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) anchor: String,
    pub(super) text: String,
    pub(super) period: String,
    pub(super) basis: Vec<Cited>,
    pub(super) mark: &'static str,
    pub(super) mark_words: &'static str,
    pub(super) decides: bool,
    /// Why it does not, or at which level it would.
    pub(super) why: String,
    pub(super) departments: Vec<Link>,
    /// What follows, part by part; the name of the part where there are several.
    pub(super) parts: Vec<Part>,
    pub(super) over: Vec<Link>,
    pub(super) under: Vec<Link>,
    pub(super) pilot: Option<Link>,
}

/// A place in a law.
pub(super) struct Cited {
    pub(super) law: Link,
    pub(super) article: String,
    pub(super) mark: &'static str,
    pub(super) mark_words: &'static str,
    pub(super) period: String,
}

/// What follows where a rule, or a part of its table, fires.
pub(super) struct Part {
    pub(super) id: String,
    /// The outcome and its place from the mildest in percent; empty for a rule that only excuses,
    /// requires or waives.
    pub(super) outcome: String,
    pub(super) grade: u32,
    pub(super) requires: Vec<String>,
    pub(super) waives: Vec<String>,
}

/// The scenarios of one state on the page of a rule.
pub(super) struct SceneGroup {
    /// What its rules do in them.
    pub(super) title: &'static str,
    pub(super) rows: Vec<SceneRow>,
}

/// A scenario on the page of a rule.
pub(super) struct SceneRow {
    pub(super) title: String,
    pub(super) passed: bool,
    /// The disposition.
    pub(super) outcome: String,
    pub(super) grade: u32,
    /// What the rules of the page say of it.
    pub(super) messages: Vec<String>,
}

impl Book<'_> {
    /// The page of an entry.
    pub(super) fn rule_page(&self, number: usize, lang: Lang) -> Option<RulePage> {
        let entry = self.entry(number)?;
        let scenes = self.scene_groups(number, entry, lang);
        Some(RulePage {
            id: entry.id.clone(),
            title: self.title(entry, lang),
            versions: entry
                .written
                .iter()
                .filter_map(|w| self.version(w, lang))
                .collect(),
            words: self.words(entry.written.iter().map(|w| w.place), lang),
            pictures: self.pictures(entry, lang),
            timeline: self.rule_timeline(entry, lang),
            scene_count: scenes.iter().map(|group| group.rows.len()).sum(),
            scenes,
            clause: self.clause(&entry.id).map(|c| {
                let mark = say::mark(c.mark, lang);
                format!("{} · {mark} · {}", c.section, c.labels.get(lang, ""))
            }),
        })
    }

    fn version(&self, written: &Written, lang: Lang) -> Option<Version> {
        let first = self.rules.rule(*written.rules.first()?)?;
        let others = |ids: BTreeSet<RuleId>| -> Vec<Link> {
            let links: BTreeSet<Link> =
                ids.into_iter().map(|id| self.rule_link(id, lang)).collect();
            links.into_iter().collect()
        };
        let over = written.rules.iter().filter_map(|id| self.rules.rule(*id));
        let under = written
            .rules
            .iter()
            .filter_map(|id| self.excused_by.get(id));
        let department = |id: &crate::schema::value::DepartmentId| {
            let found = self.rules.schema.departments.get(usize::from(id.0))?;
            Some(Link {
                text: found.labels.get(lang, &found.name).to_owned(),
                to: format!("departments.html#d{}", id.0),
            })
        };
        let several = written.rules.len() > 1;
        let parts = written.rules.iter().filter_map(|id| self.rules.rule(*id));
        let decides = self.decides(first);
        Some(Version {
            id: written.id.clone(),
            title: first.labels.get(lang, &first.id).to_owned(),
            anchor: format!("v{}-{}", written.place.0, written.place.1),
            text: self.texts.text(written.place, lang),
            period: say::period(first.force, lang),
            basis: first
                .basis
                .iter()
                .filter_map(|b| self.cited(b, lang))
                .collect(),
            mark: say::grade(first.sure),
            mark_words: say::mark(first.sure, lang),
            decides,
            why: self.why(first, decides, lang),
            departments: first.departments.iter().filter_map(department).collect(),
            parts: parts.map(|rule| self.part(rule, several, lang)).collect(),
            over: others(over.flat_map(|rule| rule.over.iter().copied()).collect()),
            under: others(under.flatten().copied().collect()),
            pilot: first.pilot.and_then(|id| self.pilot_link(id, lang)),
        })
    }

    /// At which level of trust a rule decides, and what else keeps it from deciding.
    fn why(&self, rule: &Rule, decides: bool, lang: Lang) -> String {
        let mark = say::grade(rule.sure);
        let pilot = rule
            .pilot
            .and_then(|id| self.rules.pilots.get(usize::from(id.0)));
        let from = match lang {
            Lang::Zh => format!("自 --trust {mark} 起判定"),
            Lang::En => format!("decides from --trust {mark} on"),
        };
        match pilot.is_some_and(|pilot| !pilot.live) {
            true if !decides => {
                let shadow = say::say(lang, "试点仅供参考", "its pilot only informs");
                format!("{shadow}; {from}")
            }
            _ => from,
        }
    }

    fn cited(&self, basis: &Basis, lang: Lang) -> Option<Cited> {
        let law = self.rules.law(basis.law)?;
        Some(Cited {
            law: self.law_link(basis.law, lang),
            article: say::article(basis, lang),
            mark: say::grade(law.sure),
            mark_words: say::mark(law.sure, lang),
            period: match law.force {
                Force {
                    from: None,
                    until: None,
                } => String::new(),
                force => say::period(force, lang),
            },
        })
    }

    fn part(&self, rule: &Rule, several: bool, lang: Lang) -> Part {
        let schema = &self.rules.schema;
        let outcome = rule.outcome.map(|id| words::outcome(schema, id));
        let requires = rule.requires.iter().filter_map(|require| {
            let kind = self.rules.kind(require.kind)?;
            let mut text = kind.labels.get(lang, &kind.name).to_owned();
            let typ = kind.argument.unwrap_or(Type::Text);
            if let Some(argument) = require
                .argument
                .as_ref()
                .and_then(|a| self.briefly(a, typ, lang))
            {
                text.push_str(say::say(lang, "：", ": "));
                text.push_str(&argument);
            }
            if require.firmly {
                text.push_str(say::say(lang, "（不得免除）", " (cannot be waived)"));
            }
            Some(text)
        });
        let waives = rule.waives.iter().filter_map(|waive| {
            let kind = self.rules.kind(waive.kind)?;
            let text = kind.labels.get(lang, &kind.name);
            let some = match waive.condition.as_ref() {
                None | Some(Cond::Always) => "",
                Some(_) => say::say(lang, "（限正文所列）", " (those that the text names)"),
            };
            Some(format!("{text}{some}"))
        });
        Part {
            id: match several {
                true => rule.id.clone(),
                false => String::new(),
            },
            outcome: outcome.map_or(String::new(), |o| o.labels.get(lang).to_owned()),
            grade: rule.outcome.map_or(0, |id| self.grade(id.0)),
            requires: requires.collect(),
            waives: waives.collect(),
        }
    }

    /// An outcome's place from 0 for the mildest to 4 for the worst, for colours.
    pub(super) fn grade(&self, outcome: u8) -> u32 {
        let worst = u32::from(self.rules.schema.worst().0).max(1);
        (u32::from(outcome) * 4).div_ceil(worst)
    }

    /// A value in a few words; nothing for one that only the text says.
    fn briefly(&self, expr: &Expr, typ: Type, lang: Lang) -> Option<String> {
        let rules = self.rules;
        match expr {
            Expr::Const(known) => Some(value(&rules.schema, typ, known, lang)),
            Expr::Field(id) => rules
                .schema
                .field(*id)
                .map(|f| f.labels.get(lang, &f.path).to_owned()),
            Expr::Parameter { parameter, .. } => rules
                .parameters
                .get(parameter.0 as usize)
                .map(|p| p.labels.get(lang, &p.name).to_owned()),
            _ => None,
        }
    }

    /// A rule by its name; the suspensions of a pilot lead to the pilot.
    pub(super) fn rule_link(&self, id: RuleId, lang: Lang) -> Link {
        let Some(rule) = self.rules.rule(id) else {
            return Link {
                text: String::new(),
                to: String::new(),
            };
        };
        let text = format!("{} {}", rule.id, rule.labels.get(lang, ""));
        match (self.entries.of(id), rule.pilot) {
            (Some(entry), _) => Link {
                text: text.trim_end().to_owned(),
                to: format!("rules/{}.html", entry.stem),
            },
            (None, Some(pilot)) => {
                let suspends = say::say(lang, "（暂停适用）", " (suspends it)");
                let link = self.pilot_link(pilot, lang);
                link.map_or(
                    Link {
                        text: text.clone(),
                        to: String::new(),
                    },
                    |link| Link {
                        text: format!("{}{suspends}", link.text),
                        to: link.to,
                    },
                )
            }
            (None, None) => Link {
                text,
                to: String::new(),
            },
        }
    }

    /// One picture of all rules of the page; one for each where that would be too large.
    fn pictures(&self, entry: &Entry, lang: Lang) -> Vec<(String, Picture)> {
        let ids = self.ids(entry.rules());
        let draw = |ids: &[&str], most: usize| {
            let whole = picture(&self.graph, Slice::Rules(ids), lang, most)?;
            Some(if whole.summary {
                whole
            } else {
                whole.condensed()
            })
        };
        let whole = draw(&ids, TOGETHER).filter(|picture| !picture.summary);
        if let Some(picture) = whole {
            return vec![(String::new(), picture)];
        }
        let each = entry.written.iter().filter_map(|written| {
            let of = self.ids(written.rules.iter().copied());
            let name = match entry.written.len() {
                1 => String::new(),
                _ => written.id.clone(),
            };
            Some((name, draw(&of, MOST)?))
        });
        let mut each: Vec<(String, Picture)> = each.collect();
        // Versions of one name are one slice.
        each.dedup_by(|a, b| a.0 == b.0);
        each
    }

    /// The names of all checked rules of an entry.
    fn ids<'e>(&'e self, rules: impl Iterator<Item = RuleId> + 'e) -> Vec<&'e str> {
        rules
            .filter_map(|id| Some(self.rules.rule(id)?.id.as_str()))
            .collect()
    }

    fn rule_timeline(&self, entry: &Entry, lang: Lang) -> Timeline {
        let mut rows: Vec<Given> = Vec::new();
        for written in &entry.written {
            let Some(rule) = written.rules.first().and_then(|id| self.rules.rule(*id)) else {
                continue;
            };
            match rows.last_mut().filter(|row| row.label == written.id) {
                Some(row) => row.periods.push((rule.force, String::new())),
                None => rows.push(Given {
                    label: written.id.clone(),
                    link: String::new(),
                    class: "rule",
                    periods: vec![(rule.force, String::new())],
                }),
            }
        }
        for id in parameters(&self.graph, &self.ids(entry.rules())) {
            let Some(parameter) = self.rules.parameters.get(id.0 as usize) else {
                continue;
            };
            let periods = parameter.values.iter().map(|v| {
                let text = value(&self.rules.schema, parameter.typ, &v.value, lang);
                (force(v.period), text)
            });
            rows.push(Given {
                label: parameter.labels.get(lang, &parameter.name).to_owned(),
                link: String::new(),
                class: "value",
                periods: periods.collect(),
            });
        }
        timeline(rows, lang)
    }

    /// The scenarios of an entry by what its rules do in them, the most telling first.
    fn scene_groups(&self, number: usize, entry: &Entry, lang: Lang) -> Vec<SceneGroup> {
        let mut groups: BTreeMap<Option<State>, Vec<SceneRow>> = BTreeMap::new();
        for scene in self
            .scenes
            .iter()
            .filter(|scene| scene.entries.contains(&number))
        {
            let state = entry.rules().filter_map(|id| scene.states.get(&id)).min();
            let rows = groups.entry(state.copied()).or_default();
            let told = rows.len() < MESSAGES;
            rows.push(self.scene_row(scene, entry, told, lang));
        }
        // Those in which no rule fires come last.
        let last = groups.remove(&None);
        let all = groups.into_iter().chain(last.map(|rows| (None, rows)));
        all.map(|(state, rows)| {
            let (zh, en) = match state {
                Some(State::Fires) => ("触发", "it fires"),
                Some(State::Undetermined) => ("未定", "undetermined"),
                Some(State::Shadow) => ("影子触发", "it fires in shadow"),
                Some(State::ShadowUndetermined) => ("影子未定", "undetermined in shadow"),
                None => ("不触发", "it does not fire"),
            };
            SceneGroup {
                title: say::say(lang, zh, en),
                rows,
            }
        })
        .collect()
    }

    fn scene_row(&self, scene: &Scene<'_>, entry: &Entry, told: bool, lang: Lang) -> SceneRow {
        let file = &scene.scenario.file;
        let nameless = format!("{file} {}", scene.scenario.id);
        let (outcome, grade) = self.disposition(scene, lang);
        let several = entry.written.len() > 1;
        let fired = entry.rules().filter(|id| scene.states.contains_key(id));
        let messages = fired.filter_map(|id| {
            let name = self.rules.rule(id)?.id.as_str();
            let message = match told {
                true => self.message(scene, name, lang),
                false => String::new(),
            };
            match (several, message.is_empty()) {
                (false, true) => None,
                (false, false) => Some(message),
                (true, true) => told.then(|| name.to_owned()),
                (true, false) => Some(format!("{name}{}{message}", say::say(lang, "：", ": "))),
            }
        });
        SceneRow {
            title: scene.scenario.labels.get(lang, &nameless).to_owned(),
            passed: scene.passed,
            outcome,
            grade,
            messages: messages.collect(),
        }
    }

    /// What became of a scenario, and how grave that is.
    fn disposition(&self, scene: &Scene<'_>, lang: Lang) -> (String, u32) {
        let Some(verdict) = &scene.verdict else {
            return (say::say(lang, "无法判定", "not judged").to_owned(), 4);
        };
        let (low, high) = (&verdict.counted.low, &verdict.counted.high);
        let text = match low == high {
            true => high.labels.get(lang).to_owned(),
            false => {
                let joint = say::say(lang, " 至 ", " to ");
                format!("{}{joint}{}", low.labels.get(lang), high.labels.get(lang))
            }
        };
        (text, self.grade(verdict.counted.grade))
    }

    /// The message of a rule in a scenario, the first of several.
    fn message(&self, scene: &Scene<'_>, rule: &str, lang: Lang) -> String {
        let Some(verdict) = &scene.verdict else {
            return String::new();
        };
        let findings = verdict.findings.iter().chain(&verdict.shadow);
        let mut ours = findings.filter(|finding| finding.rule == rule);
        let Some(first) = ours.next() else {
            return String::new();
        };
        let message = first.message.get(lang);
        // The title stands at the head of the page already.
        let text = match message == first.title.get(lang) {
            true => String::new(),
            false => message.to_owned(),
        };
        match ours.count() {
            0 => text,
            more => {
                format!("{text}{}{more}", say::say(lang, "；另 ", "; and "))
                    + say::say(lang, " 处", " more")
            }
        }
    }
}

/// A period of days that are known.
pub(super) fn force(period: Period) -> Force {
    Force {
        from: period.from.map(RoughDay::exact),
        until: period.until.map(RoughDay::exact),
    }
}
