//! The calendar: what comes into force or ends, and when.

use super::{Book, Link, page, say};
use crate::check::rules::Force;
use crate::ground::day::{Day, RoughDay};
use crate::schema::Lang;
use crate::verdict::words::value;

/// A day and what happens on it.
pub(super) struct Turn {
    pub(super) day: String,
    /// It begins on that day; or the day is its last.
    pub(super) begins: bool,
    /// What kind of thing it is.
    pub(super) kind: &'static str,
    pub(super) what: Link,
    /// What is to be said of it.
    pub(super) more: String,
}

/// A year and its days in order.
pub(super) struct Year {
    pub(super) year: String,
    pub(super) turns: Vec<Turn>,
}

impl Book<'_> {
    /// All that begins or ends, by year. What has no day, or none that anybody knows, is not there.
    pub(super) fn calendar(&self, lang: Lang) -> Vec<Year> {
        let mut all: Vec<(RoughDay, Turn)> = Vec::new();
        let mut note = |force: Force, kind: &'static str, what: &Link, more: &str| {
            for (day, begins) in [(force.from, true), (force.until, false)] {
                let Some(known) = day.filter(|d| d.first != Day::MIN) else {
                    continue;
                };
                let turn = Turn {
                    day: say::day(known, lang),
                    begins,
                    kind,
                    what: what.clone(),
                    more: more.to_owned(),
                };
                all.push((known, turn));
            }
        };
        let rule = say::say(lang, "规则", "rule");
        for entry in &self.entries.all {
            for written in &entry.written {
                let Some(first) = written.rules.first().and_then(|id| self.rules.rule(*id)) else {
                    continue;
                };
                let text = format!("{} {}", written.id, first.labels.get(lang, ""));
                let what = Link {
                    text: text.trim_end().to_owned(),
                    to: format!("rules/{}.html", entry.stem),
                };
                note(first.force, rule, &what, "");
            }
        }
        for id in self.laws() {
            if let Some(law) = self.rules.law(id) {
                let title = law.title.get(lang, "");
                note(
                    law.force,
                    say::say(lang, "法规", "law"),
                    &self.law_link(id, lang),
                    title,
                );
            }
        }
        for parameter in &self.rules.parameters {
            for v in &parameter.values {
                let to = v.by.as_ref().map(|by| self.law_link(by.law, lang).to);
                let what = Link {
                    text: parameter.labels.get(lang, &parameter.name).to_owned(),
                    to: to.unwrap_or_default(),
                };
                let known = value(&self.rules.schema, parameter.typ, &v.value, lang);
                note(
                    page::force(v.period),
                    say::say(lang, "参数", "parameter"),
                    &what,
                    &known,
                );
            }
        }
        for (number, pilot) in (0u16..).zip(&self.rules.pilots) {
            if let Some(what) = self.pilot_link(crate::check::rules::PilotId(number), lang) {
                note(pilot.force, say::say(lang, "试点", "pilot"), &what, "");
            }
        }
        all.sort_by(|(a, x), (b, y)| {
            (a, x.begins, x.kind, &x.what).cmp(&(b, y.begins, y.kind, &y.what))
        });
        let mut years: Vec<Year> = Vec::new();
        for (day, turn) in all {
            let year: String = day.first.to_string().chars().take(4).collect();
            match years.last_mut().filter(|last| last.year == year) {
                Some(last) => last.turns.push(turn),
                None => years.push(Year {
                    year,
                    turns: vec![turn],
                }),
            }
        }
        years
    }
}
