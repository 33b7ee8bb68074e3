//! The texts of the rules as somebody reads them in one language: its words, and the names that
//! things have in it.
//!
//! The language lets a thing be called by its identifier or by its Chinese label. For Chinese pages
//! identifiers are replaced by labels, for English ones labels by identifiers, at the places that
//! the checker noted. What comes out is compiled again, and shown only where it means the same.

use crate::check::rules::RuleSet;
use crate::check::{Compiled, Named, compile};
use crate::folder::Folder;
use crate::ground::limits::Limits;
use crate::ground::span::{SourceId, Span};
use crate::schema::Lang;
use crate::syntax::ast::{self, Clause, File, Item, ItemKind, Labels};
use crate::syntax::parse;
use crate::syntax::print::print;
use std::collections::{BTreeMap, BTreeSet};

/// Where an item stands: the file and the item by number.
pub(super) type Place = (usize, usize);

/// The trees of all files, as written and in each language.
#[derive(Debug)]
pub(super) struct Texts {
    written: Vec<File>,
    zh: Vec<File>,
    en: Vec<File>,
}

impl Texts {
    pub(super) fn new(folder: &Folder, compiled: &Compiled, rules: &RuleSet) -> Texts {
        let limits = Limits::default();
        let named = Calls::new(compiled, rules);
        let texts: Vec<(&str, &str)> = folder.rules().collect();
        let written = trees(texts.iter().map(|(_, text)| *text), &limits);
        let told = |lang| {
            let retold: Vec<String> = (0u32..)
                .zip(&texts)
                .map(|(number, (_, text))| named.retold(SourceId(number), text, lang))
                .collect();
            let again = texts
                .iter()
                .zip(&retold)
                .map(|((name, _), text)| (*name, text.as_str()));
            let lists = compiled.sources.iter().skip(texts.len());
            let whole = lists.fold(Folder::from_texts(again), |whole, (_, list)| {
                whole.with_file(list.name(), list.text())
            });
            let same = compile(&whole, &limits)
                .rules
                .is_some_and(|again| again.fingerprint == rules.fingerprint);
            match same {
                true => trees(retold.iter().map(String::as_str), &limits),
                false => written.clone(),
            }
        };
        let (zh, en) = (told(Lang::Zh), told(Lang::En));
        Texts { written, zh, en }
    }

    /// All items as written, with their places.
    pub(super) fn items(&self) -> impl Iterator<Item = (Place, &Item)> {
        self.written.iter().enumerate().flat_map(|(file, tree)| {
            tree.items
                .iter()
                .enumerate()
                .map(move |(at, item)| ((file, at), item))
        })
    }

    /// The item as written.
    pub(super) fn item(&self, (file, at): Place) -> Option<&Item> {
        self.written.get(file)?.items.get(at)
    }

    /// The item that holds a place of the texts.
    pub(super) fn at(&self, span: Span) -> Option<Place> {
        let file = span.source.0 as usize;
        let items = &self.written.get(file)?.items;
        let at = items.iter().position(|item| {
            let whole = item.at.0;
            whole.start <= span.start && span.end <= whole.end
        })?;
        Some((file, at))
    }

    /// The text of an item in the canonical layout, in one language.
    pub(super) fn text(&self, (file, at): Place, lang: Lang) -> String {
        let files = match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        };
        let Some(item) = files.get(file).and_then(|tree| tree.items.get(at)) else {
            return String::new();
        };
        let mut item = item.clone();
        // What is parted from the item by an empty line is about those that follow too.
        let above = item.notes.gaps.last().copied().unwrap_or(0) as usize;
        item.notes
            .before
            .drain(..above.min(item.notes.before.len()));
        item.notes.gaps.clear();
        // Comments are in one language; where that is not the page's, they are left out.
        let fits = |text: &String| is_chinese(text) == (lang == Lang::Zh);
        item.notes.before.retain(fits);
        item.notes.after = item.notes.after.filter(fits);
        in_one_language(&mut item.kind, lang);
        let file = File {
            items: vec![item],
            comments: Vec::new(),
        };
        let text = print(&file, lang);
        match lang {
            Lang::Zh => text,
            // A name that is a word of the language stands in the marks that both languages have.
            Lang::En => text.replace(['「', '」'], "\""),
        }
    }
}

fn trees<'t>(texts: impl Iterator<Item = &'t str>, limits: &Limits) -> Vec<File> {
    (0u32..)
        .zip(texts)
        .map(|(number, text)| parse(SourceId(number), text, limits).0)
        .collect()
}

/// Whether most of a text is Chinese.
fn is_chinese(text: &str) -> bool {
    let chinese = text
        .chars()
        .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
        .count();
    chinese > text.chars().filter(char::is_ascii_alphabetic).count()
}

/// Of texts for people only that of one language stays, where there is one.
fn in_one_language(kind: &mut ItemKind, lang: Lang) {
    let one = |labels: &mut Labels| {
        let kept = match lang {
            Lang::Zh => labels.zh.take().or(labels.en.take()),
            Lang::En => labels.en.take().or(labels.zh.take()),
        };
        *labels = Labels { zh: kept, en: None };
    };
    match kind {
        ItemKind::Rule(rule) => {
            one(&mut rule.labels);
            for clause in &mut rule.clauses {
                if let Clause::Say(labels) = &mut clause.node {
                    one(labels);
                    // A reader needs no marks around a name that stands alone in its braces.
                    for text in labels.zh.iter_mut() {
                        text.node = text.node.replace("{「", "{").replace("」}", "}");
                    }
                }
            }
        }
        ItemKind::Let(item) => one(&mut item.labels),
        ItemKind::Table(item) => one(&mut item.labels),
        ItemKind::Pilot(item) => one(&mut item.labels),
        ItemKind::Scenario(item) => one(&mut item.labels),
        ItemKind::Parameter(item) => one(&mut item.labels),
        _ => {}
    }
}

/// What things are called in either language, and where they are named.
struct Calls<'a> {
    compiled: &'a Compiled,
    rules: &'a RuleSet,
    /// Labels that mean one thing only.
    labels: BTreeMap<Named, String>,
}

impl<'a> Calls<'a> {
    fn new(compiled: &'a Compiled, rules: &'a RuleSet) -> Calls<'a> {
        let all: BTreeSet<&Named> = compiled.names().iter().map(|(_, named)| named).collect();
        let definitions = definitions(compiled);
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        let mut labels = BTreeMap::new();
        for named in all {
            let Some(label) = label(rules, &definitions, named) else {
                continue;
            };
            if matches!(named, Named::Code(..)) {
                labels.insert(named.clone(), label);
                continue;
            }
            *taken.entry(label.clone()).or_default() += 1;
            labels.insert(named.clone(), label);
        }
        for field in &rules.schema.fields {
            if let Some(label) = &field.labels.zh {
                // A field that no text names may share its label with one that some text does.
                *taken.entry(label.clone()).or_default() += 1;
            }
        }
        labels.retain(|named, label| match named {
            Named::Code(table, _) => {
                let table = rules.schema.table(*table);
                let same = |l: &str| {
                    table.map_or(0, |t| {
                        t.codes
                            .iter()
                            .filter(|c| c.labels.zh.as_deref() == Some(l))
                            .count()
                    })
                };
                same(label) == 1
            }
            // Counted once for being named and once as a field.
            Named::Field(_) => taken.get(label) == Some(&2),
            _ => taken.get(label) == Some(&1),
        });
        Calls {
            compiled,
            rules,
            labels,
        }
    }

    /// A text with the names of that language in it.
    fn retold(&self, source: SourceId, text: &str, lang: Lang) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0usize;
        for (span, named) in self
            .compiled
            .names()
            .iter()
            .filter(|(s, _)| s.source == source)
        {
            let (start, end) = (span.start as usize, span.end as usize);
            let Some(word) = text.get(start..end) else {
                continue;
            };
            let Some(name) = self.name(named, word, lang) else {
                continue;
            };
            if let Some(before) = (start >= done).then(|| text.get(done..start)).flatten() {
                out.push_str(before);
                out.push_str(&name);
                done = end;
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }

    /// The name to write in place of a word; none where the word stays.
    fn name(&self, named: &Named, word: &str, lang: Lang) -> Option<String> {
        let identifier = self.identifier(named)?;
        let plain = word.trim_matches(['"', '「', '」']);
        match lang {
            Lang::Zh => {
                let label = self.labels.get(named)?;
                let spelt = matches!(named, Named::Code(..)) && !is_word(&identifier);
                let fits = plain == identifier && !spelt && !label.contains(['」', '「']);
                fits.then(|| format!("「{label}」"))
            }
            Lang::En => {
                let is_label = plain != identifier && self.labels.get(named)? == plain;
                let number = identifier.bytes().all(|b| b.is_ascii_digit());
                is_label.then(|| match number {
                    true => identifier,
                    false => format!("「{identifier}」"),
                })
            }
        }
    }

    fn identifier(&self, named: &Named) -> Option<String> {
        let rules = self.rules;
        let schema = &rules.schema;
        Some(match named {
            Named::Field(id) => schema.field(*id)?.path.clone(),
            Named::Elements(id) => schema.list(*id)?.element.clone(),
            Named::Code(table, code) => schema.table(*table)?.entry(*code)?.code.clone(),
            Named::List(id) => rules.named_list(*id)?.name.clone(),
            Named::Kind(id) => rules.kind(*id)?.name.clone(),
            Named::Event(id) => rules.events.get(id.0 as usize)?.name.clone(),
            Named::Parameter(id) => rules.parameters.get(id.0 as usize)?.name.clone(),
            Named::Table(id) => rules.decision_table(*id)?.name.clone(),
            Named::Let(name) => name.clone(),
            Named::Outcome(id) => schema.outcomes.get(usize::from(id.0))?.name.clone(),
            Named::Department(id) => schema.departments.get(usize::from(id.0))?.name.clone(),
            Named::Pilot(id) => rules.pilots.get(usize::from(id.0))?.name.clone(),
        })
    }
}

/// Whether a code is a word, such as `bonded_repair`; `1210` and `A` are what officers say.
pub(super) fn is_word(code: &str) -> bool {
    code.len() > 1 && code.chars().any(|c| c.is_ascii_lowercase())
}

/// The labels of definitions by their names.
fn definitions(compiled: &Compiled) -> BTreeMap<String, Option<String>> {
    let limits = Limits::default();
    let mut all = BTreeMap::new();
    for (id, source) in compiled.sources.iter() {
        if !source.name().ends_with(".rules") {
            continue;
        }
        for item in parse(id, source.text(), &limits).0.items {
            if let ItemKind::Let(item) = item.kind {
                all.insert(item.name.node, zh(&item.labels));
            }
        }
    }
    all
}

fn zh(labels: &ast::Labels) -> Option<String> {
    labels.zh.as_ref().map(|text| text.node.clone())
}

/// What something is called in Chinese.
fn label(
    rules: &RuleSet,
    definitions: &BTreeMap<String, Option<String>>,
    named: &Named,
) -> Option<String> {
    let schema = &rules.schema;
    let labels = match named {
        Named::Field(id) => &schema.field(*id)?.labels,
        // The element is named apart from its list.
        Named::Elements(_) => return None,
        Named::Code(table, code) => &schema.table(*table)?.entry(*code)?.labels,
        Named::List(id) => &rules.named_list(*id)?.labels,
        Named::Kind(id) => &rules.kind(*id)?.labels,
        Named::Event(id) => &rules.events.get(id.0 as usize)?.labels,
        Named::Parameter(id) => &rules.parameters.get(id.0 as usize)?.labels,
        Named::Table(id) => &rules.decision_table(*id)?.labels,
        Named::Let(name) => return definitions.get(name)?.clone(),
        Named::Outcome(id) => &schema.outcomes.get(usize::from(id.0))?.labels,
        Named::Department(id) => &schema.departments.get(usize::from(id.0))?.labels,
        Named::Pilot(id) => &rules.pilots.get(usize::from(id.0))?.labels,
    };
    labels.zh.clone()
}
