//! The words of a rule: what each name in its text stands for.

use super::texts::{self, Place};
use super::{Book, page, say};
use crate::check::Named;
use crate::ground::span::Span;
use crate::schema::Lang;
use crate::schema::table::CodeEntry;
use crate::syntax::ast::ItemKind;
use crate::verdict::words::value;
use std::collections::BTreeSet;

/// A name and what it stands for.
#[derive(Debug)]
pub(super) struct Word {
    /// What people call it.
    pub(super) label: String,
    /// Its identifier, where that differs.
    pub(super) name: String,
    /// What kind of thing it is.
    pub(super) kind: &'static str,
    /// What is to be known of it, one a line.
    pub(super) more: Vec<String>,
    /// The text of a definition or table.
    pub(super) text: String,
}

/// Kinds in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Definition,
    Field,
    Parameter,
    List,
    Table,
    Event,
    Requirement,
    Code,
}

impl Book<'_> {
    /// The words of items, with those of the definitions that they use, each once.
    pub(super) fn words(&self, places: impl Iterator<Item = Place>, lang: Lang) -> Vec<Word> {
        let mut waiting: Vec<Place> = places.collect();
        let mut seen: BTreeSet<Place> = waiting.iter().copied().collect();
        let mut named: BTreeSet<(Kind, Named)> = BTreeSet::new();
        while let Some(place) = waiting.pop() {
            let Some(item) = self.texts.item(place) else {
                continue;
            };
            for (_, one) in within(self.compiled.names(), item.at.0) {
                let Some(kind) = kind(one) else { continue };
                named.insert((kind, one.clone()));
                let inner = match one {
                    Named::Let(name) => self.definition(name),
                    Named::Table(_) => self.declared(one),
                    _ => None,
                };
                waiting.extend(inner.filter(|place| seen.insert(*place)));
            }
        }
        let all = named
            .iter()
            .filter_map(|(kind, one)| Some((*kind, self.word(*kind, one, lang)?)));
        // Of codes, and of facts that no message names, only their names are to be known: they
        // share a line.
        let (brief, mut words): (Vec<_>, Vec<_>) = all.partition(|(kind, word)| match kind {
            Kind::Code => true,
            Kind::Field => word.more.is_empty(),
            _ => false,
        });
        for (kind, zh, en) in [
            (Kind::Field, "其他申报要素", "further facts declared"),
            (Kind::Code, "代码", "codes"),
        ] {
            let ours = brief.iter().filter(|(of, _)| *of == kind);
            let more: BTreeSet<String> = ours
                .map(|(_, word)| match kind {
                    Kind::Code => format!("{} = {}", word.name, word.label),
                    _ if word.name.is_empty() => word.label.clone(),
                    _ => format!("{} = {}", word.label, word.name),
                })
                .collect();
            if !more.is_empty() {
                let word = Word {
                    label: say::say(lang, zh, en).to_owned(),
                    name: String::new(),
                    kind: "",
                    more: more.into_iter().collect(),
                    text: String::new(),
                };
                words.push((kind, word));
            }
        }
        words.sort_by_key(|(kind, _)| *kind);
        words.into_iter().map(|(_, word)| word).collect()
    }

    /// Where a definition is written.
    fn definition(&self, name: &str) -> Option<Place> {
        let found = self.texts.items().find(|(_, item)| match &item.kind {
            ItemKind::Let(item) => item.name.node == name,
            _ => false,
        });
        found.map(|(place, _)| place)
    }

    /// Where a decision table is written.
    fn declared(&self, named: &Named) -> Option<Place> {
        let Named::Table(id) = named else { return None };
        let name = &self.rules.decision_table(*id)?.name;
        let found = self.texts.items().find(|(_, item)| match &item.kind {
            ItemKind::Table(item) => item.name.node == *name,
            _ => false,
        });
        found.map(|(place, _)| place)
    }

    fn word(&self, kind: Kind, named: &Named, lang: Lang) -> Option<Word> {
        let rules = self.rules;
        let schema = &rules.schema;
        let (zh, en) = match kind {
            Kind::Definition => ("定义", "definition"),
            Kind::Field => ("申报要素", "fact declared"),
            Kind::Parameter => ("参数", "parameter"),
            Kind::List => ("清单", "list"),
            Kind::Table => ("表", "table"),
            Kind::Event => ("事件", "event"),
            Kind::Requirement => ("要求", "requirement"),
            Kind::Code => ("代码", "code"),
        };
        let mut word = Word {
            label: String::new(),
            name: String::new(),
            kind: say::say(lang, zh, en),
            more: Vec::new(),
            text: String::new(),
        };
        let mut call = |labels: &crate::schema::Labels, name: &str| {
            word.label = labels.get(lang, name).to_owned();
            if word.label != name {
                word.name = name.to_owned();
            }
        };
        match named {
            Named::Field(id) => {
                let field = schema.field(*id)?;
                call(&field.labels, &field.path);
                if !field.elements.is_empty() {
                    let from = say::say(lang, "报文项 ", "message element ");
                    word.more
                        .push(format!("{from}{}", field.elements.join(", ")));
                }
            }
            Named::Code(table, code) => {
                let table = schema.table(*table)?;
                let CodeEntry { code, labels, .. } = table.entry(*code)?;
                call(labels, code);
                // A word that a Chinese text says in Chinese needs no key.
                let said = lang == Lang::Zh && texts::is_word(code);
                if said || word.name.is_empty() {
                    return None;
                }
            }
            Named::List(id) => {
                let list = rules.named_list(*id)?;
                call(&list.labels, &list.name);
                word.more.push(match lang {
                    Lang::Zh => format!("{} 行", list.rows.len()),
                    Lang::En => format!("{} rows", list.rows.len()),
                });
                if list.example {
                    let example = say::say(
                        lang,
                        "示例，代替正式附件",
                        "an example for the official annex",
                    );
                    word.more.push(example.to_owned());
                }
            }
            Named::Parameter(id) => {
                let parameter = rules.parameters.get(id.0 as usize)?;
                call(&parameter.labels, &parameter.name);
                for v in &parameter.values {
                    let known = value(schema, parameter.typ, &v.value, lang);
                    let period = say::period(page::force(v.period), lang);
                    word.more
                        .push(format!("{known}{}{period}", say::say(lang, "，", ", ")));
                }
                if parameter.values.is_empty() {
                    let unknown = say::say(lang, "尚无公布的值", "no value has been published");
                    word.more.push(unknown.to_owned());
                }
            }
            Named::Event(id) => {
                let event = rules.events.get(id.0 as usize)?;
                call(&event.labels, &event.name);
                let day = event.on.map(|day| say::day(day, lang));
                let unknown = || say::say(lang, "日期不详", "a day not known").to_owned();
                let mark = say::mark(event.sure, lang);
                let sure = say::say(lang, "把握：", "certainty: ");
                word.more.push(day.unwrap_or_else(unknown));
                word.more.push(format!("{sure}{mark}"));
            }
            Named::Kind(id) => {
                let kind = rules.kind(*id)?;
                call(&kind.labels, &kind.name);
                let outcome = crate::verdict::words::outcome(schema, kind.otherwise);
                let unmet = say::say(lang, "未满足时：", "while it is not met: ");
                word.more
                    .push(format!("{unmet}{}", outcome.labels.get(lang)));
            }
            Named::Let(name) => {
                let place = self.definition(name)?;
                let ItemKind::Let(item) = &self.texts.item(place)?.kind else {
                    return None;
                };
                let labels = crate::schema::Labels {
                    zh: item.labels.zh.as_ref().map(|t| t.node.clone()),
                    en: item.labels.en.as_ref().map(|t| t.node.clone()),
                };
                call(&labels, name);
                word.text = self.texts.text(place, lang);
            }
            Named::Table(id) => {
                let table = rules.decision_table(*id)?;
                call(&table.labels, &table.name);
                word.text = self.texts.text(self.declared(named)?, lang);
            }
            Named::Elements(_) | Named::Outcome(_) | Named::Department(_) | Named::Pilot(_) => {
                return None;
            }
        }
        Some(word)
    }
}

fn kind(named: &Named) -> Option<Kind> {
    Some(match named {
        Named::Let(_) => Kind::Definition,
        Named::Field(_) => Kind::Field,
        Named::Parameter(_) => Kind::Parameter,
        Named::List(_) => Kind::List,
        Named::Table(_) => Kind::Table,
        Named::Event(_) => Kind::Event,
        Named::Kind(_) => Kind::Requirement,
        Named::Code(..) => Kind::Code,
        Named::Elements(_) | Named::Outcome(_) | Named::Department(_) | Named::Pilot(_) => {
            return None;
        }
    })
}

/// What was noted inside a place; the notes are in the order of their places.
fn within(all: &[(Span, Named)], whole: Span) -> impl Iterator<Item = &(Span, Named)> {
    let before = |span: &Span| (span.source, span.start) < (whole.source, whole.start);
    let first = all.partition_point(|(span, _)| before(span));
    let inside = move |span: &Span| span.source == whole.source && span.start < whole.end;
    all.iter()
        .skip(first)
        .take_while(move |(span, _)| inside(span))
}
