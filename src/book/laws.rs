//! The pages of laws: what each is, and which rules cite it where.

use super::{Book, Line, Link, say};
use crate::check::rules::{Basis, LawId};
use crate::schema::Lang;
use crate::verdict::words::value;
use std::collections::{BTreeMap, BTreeSet};

/// A law in the table of all.
pub(super) struct LawRow {
    pub(super) law: Link,
    pub(super) title: String,
    pub(super) period: String,
    pub(super) mark: &'static str,
    pub(super) mark_words: &'static str,
    /// How many entries cite it.
    pub(super) rules: usize,
    /// The laws that replace it, or a part of it.
    pub(super) replaced: Vec<Link>,
}

/// The page of a law.
pub(super) struct LawPage {
    pub(super) id: String,
    pub(super) name: String,
    /// The full title in the language of the page.
    pub(super) title: String,
    /// The short name and the full title in the other language.
    pub(super) other: String,
    pub(super) row: LawRow,
    /// What it replaces.
    pub(super) replaces: Vec<(Link, String)>,
    /// What replaces it, with the article that is replaced.
    pub(super) replaced: Vec<(Link, String)>,
    /// The rules by the article that they cite.
    pub(super) articles: Vec<(String, Vec<Line>)>,
    /// Parameters whose values it fixes.
    pub(super) values: Vec<(String, String)>,
    pub(super) section: String,
}

impl Book<'_> {
    pub(super) fn laws(&self) -> impl Iterator<Item = LawId> {
        (0u32..).map(LawId).take(self.rules.laws.len())
    }

    pub(super) fn law_link(&self, id: LawId, lang: Lang) -> Link {
        let law = self.rules.law(id);
        Link {
            text: law.map_or(String::new(), |law| {
                law.labels.get(lang, &law.id).to_owned()
            }),
            to: format!("laws/{}.html", self.law_stem(id)),
        }
    }

    /// A law as the table of all lists it.
    pub(super) fn law_row(&self, id: LawId, lang: Lang) -> Option<LawRow> {
        let law = self.rules.law(id)?;
        let replaced: BTreeSet<LawId> = self.replacing(id).map(|(law, _)| law).collect();
        Some(LawRow {
            law: self.law_link(id, lang),
            title: law.title.get(lang, "").to_owned(),
            period: say::period(law.force, lang),
            mark: say::grade(law.sure),
            mark_words: say::mark(law.sure, lang),
            rules: self
                .citing(id)
                .into_iter()
                .flat_map(|(_, e)| e)
                .collect::<BTreeSet<_>>()
                .len(),
            replaced: replaced
                .into_iter()
                .map(|id| self.law_link(id, lang))
                .collect(),
        })
    }

    /// The laws that replace a law, and where.
    fn replacing(&self, id: LawId) -> impl Iterator<Item = (LawId, &Basis)> {
        self.laws()
            .zip(&self.rules.laws)
            .flat_map(move |(by, law)| {
                let hits = law.replaces.iter().filter(move |place| place.law == id);
                hits.map(move |place| (by, place))
            })
    }

    /// The entries that cite a law, by the place that they cite.
    fn citing(&self, id: LawId) -> Vec<(Basis, BTreeSet<usize>)> {
        let mut all: BTreeMap<Order, (Basis, BTreeSet<usize>)> = BTreeMap::new();
        for (number, entry) in self.entries.all.iter().enumerate() {
            for rule in entry.rules().filter_map(|rule| self.rules.rule(rule)) {
                for basis in rule.basis.iter().filter(|basis| basis.law == id) {
                    let place = all
                        .entry(order(basis))
                        .or_insert_with(|| (basis.clone(), BTreeSet::new()));
                    place.1.insert(number);
                }
            }
        }
        all.into_values().collect()
    }

    /// The page of a law.
    pub(super) fn law_page(&self, id: LawId, lang: Lang) -> Option<LawPage> {
        let law = self.rules.law(id)?;
        let other = match lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        };
        let whole = || say::say(lang, "整体引用", "as a whole").to_owned();
        let place = |basis: &Basis| match say::article(basis, lang) {
            text if text.is_empty() => whole(),
            text => text,
        };
        let articles = self.citing(id).into_iter();
        let values = self.rules.parameters.iter().flat_map(|parameter| {
            let ours = parameter
                .values
                .iter()
                .filter(|v| v.by.as_ref().is_some_and(|b| b.law == id));
            ours.map(|v| {
                let known = value(&self.rules.schema, parameter.typ, &v.value, lang);
                let period = say::period(super::page::force(v.period), lang);
                let glue = say::say(lang, "，", ", ");
                let place =
                    v.by.as_ref()
                        .map_or(String::new(), |b| say::article(b, lang));
                let place = match place.is_empty() {
                    true => String::new(),
                    false => format!("{glue}{place}"),
                };
                let name = parameter.labels.get(lang, &parameter.name).to_owned();
                (name, format!("{known}{glue}{period}{place}"))
            })
        });
        let far = [law.labels.get(other, ""), law.title.get(other, "")];
        let far = far.into_iter().filter(|text| !text.is_empty());
        Some(LawPage {
            id: law.id.clone(),
            name: law.labels.get(lang, &law.id).to_owned(),
            title: law.title.get(lang, "").to_owned(),
            other: far.collect::<Vec<_>>().join(" · "),
            row: self.law_row(id, lang)?,
            replaces: law
                .replaces
                .iter()
                .map(|basis| (self.law_link(basis.law, lang), say::article(basis, lang)))
                .collect(),
            replaced: self
                .replacing(id)
                .map(|(by, basis)| (self.law_link(by, lang), say::article(basis, lang)))
                .collect(),
            articles: articles
                .map(|(basis, entries)| (place(&basis), self.lines(&entries, lang)))
                .collect(),
            values: values.collect(),
            section: self
                .clause(&law.id)
                .map_or(String::new(), |c| c.section.clone()),
        })
    }
}

/// An article and a paragraph, each with the number that it begins with.
type Order = [(u64, String); 2];

/// Articles in the order of their numbers.
fn order(basis: &Basis) -> Order {
    let part = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        (digits.parse().unwrap_or(0), text.to_owned())
    };
    [part(&basis.article), part(&basis.paragraph)]
}
