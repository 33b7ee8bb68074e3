//! The index that the search of the start page looks through: one line for each rule, law and pilot,
//! in both languages at once.

use super::escape::script;
use crate::book::Book;
use crate::check::rules::{Message, MessagePart, PilotId, RuleId};
use crate::schema::{Labels, Lang};
use std::collections::BTreeSet;

/// The index as a script: `[file, id, Chinese title, English title, further words]`.
pub(super) fn index(book: &Book<'_>) -> String {
    let mut out = String::from("var KAKOU_INDEX = [\n");
    let mut line = |file: &str, id: &str, [zh, en]: [&str; 2], words: &str| {
        let cells = [file, id, zh, en, words].map(script);
        out.push_str(&format!("[{}],\n", cells.join(",")));
    };
    for entry in &book.entries.all {
        let (zh, en) = (book.title(entry, Lang::Zh), book.title(entry, Lang::En));
        let file = format!("rules/{}.html", entry.stem);
        let words = words(book, entry.rules());
        line(&file, &entry.id, [&zh, &en], &words);
    }
    for (id, law) in book.laws().zip(&book.rules.laws) {
        let file = format!("laws/{}.html", book.law_stem(id));
        let labels = [Lang::Zh, Lang::En].map(|lang| law.labels.get(lang, &law.id));
        line(&file, &law.id, labels, &both(&law.title));
    }
    for (number, pilot) in (0u16..).map(PilotId).zip(&book.rules.pilots) {
        let file = format!("pilots.html#p{}", number.0);
        let labels = [Lang::Zh, Lang::En].map(|lang| pilot.labels.get(lang, &pilot.name));
        line(&file, &pilot.name, labels, "");
    }
    out.push_str("];\n");
    out
}

/// What rules say and rest on, each text once.
fn words(book: &Book<'_>, ids: impl Iterator<Item = RuleId>) -> String {
    let mut all: BTreeSet<String> = BTreeSet::new();
    for rule in ids.filter_map(|id| book.rules.rule(id)) {
        all.insert(rule.id.clone());
        all.insert(both(&rule.labels));
        all.insert(said(&rule.message));
        for law in rule
            .basis
            .iter()
            .filter_map(|basis| book.rules.law(basis.law))
        {
            all.insert(format!("{} {}", law.id, both(&law.labels)));
        }
        for id in &rule.departments {
            if let Some(department) = book.rules.schema.departments.get(usize::from(id.0)) {
                all.insert(both(&department.labels));
            }
        }
        for kind in rule.requires.iter().filter_map(|r| book.rules.kind(r.kind)) {
            all.insert(both(&kind.labels));
        }
    }
    all.into_iter().collect::<Vec<_>>().join(" ")
}

fn both(labels: &Labels) -> String {
    let texts = [&labels.zh, &labels.en].into_iter().flatten();
    texts.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The texts of a message without what is filled in.
fn said(message: &Message) -> String {
    let parts = message.zh.iter().chain(&message.en);
    let texts = parts.filter_map(|part| match part {
        MessagePart::Text(text) => Some(text.trim()),
        MessagePart::Value(..) => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}
