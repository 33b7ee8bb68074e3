//! What each template is filled with.

use crate::book::dates::Year;
use crate::book::laws::{LawPage, LawRow};
use crate::book::marks::{Department, Hole, Level, PilotPart};
use crate::book::page::RulePage;
use crate::book::shelves::Shelf;
use crate::book::{Book, Line, say};
use crate::schema::Lang;
use crate::schema::value::Type;
use askama::Template;

/// The folder of a language.
pub(super) fn folder(lang: Lang) -> &'static str {
    say::say(lang, "zh", "en")
}

/// What every page has.
pub(super) struct Frame<'a> {
    pub(super) lang: Lang,
    /// The way from the page to the folder of its language.
    pub(super) up: &'static str,
    /// The page within that folder.
    pub(super) here: String,
    pub(super) title: String,
    pub(super) menu: &'a [(String, String)],
    pub(super) trust: &'static str,
    pub(super) fingerprint: String,
}

impl Frame<'_> {
    fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        say::say(self.lang, zh, en)
    }

    fn zh(&self) -> bool {
        self.lang == Lang::Zh
    }

    fn code(&self) -> &'static str {
        say::say(self.lang, "zh-CN", "en")
    }

    fn other(&self) -> &'static str {
        say::say(self.lang, "en", "zh-CN")
    }

    fn other_folder(&self) -> &'static str {
        say::say(self.lang, "en", "zh")
    }
}

/// What the start page counts.
pub(super) struct Numbers {
    rules: usize,
    laws: usize,
    scenes: usize,
    pilots: usize,
    holes: usize,
    deciding: usize,
    shadow: usize,
}

impl Numbers {
    pub(super) fn new(book: &Book<'_>) -> Numbers {
        let rules = || {
            let ids = book.entries.all.iter().flat_map(|entry| entry.rules());
            ids.filter_map(|id| book.rules.rule(id))
        };
        let deciding = rules().filter(|rule| book.decides(rule)).count();
        Numbers {
            rules: book.entries.all.len(),
            laws: book.rules.laws.len(),
            scenes: book.scenes.len(),
            pilots: book.rules.pilots.len(),
            holes: book.register.not_encoded.len(),
            deciding,
            shadow: rules().count() - deciding,
        }
    }
}

/// The rules of one code.
pub(super) struct CodeLines {
    pub(super) anchor: String,
    pub(super) label: String,
    pub(super) lines: Vec<Line>,
}

/// A shelf in one language.
pub(super) struct ShelfHtml {
    pub(super) file: String,
    pub(super) label: String,
    pub(super) codes: Vec<CodeLines>,
    /// How many rules hold whatever the code.
    pub(super) others: usize,
    /// They; empty where they are most of all rules.
    pub(super) everywhere: Vec<Line>,
}

/// The file of a shelf; fields have numbers, and names that no file could have.
pub(super) fn shelf_file(shelf: &Shelf) -> String {
    format!("by-{}.html", shelf.field.0)
}

/// What the field of a shelf is called.
pub(super) fn shelf_label(book: &Book<'_>, shelf: &Shelf, lang: Lang) -> String {
    let field = book.rules.schema.field(shelf.field);
    field.map_or(String::new(), |f| f.labels.get(lang, &f.path).to_owned())
}

/// All shelves in one language.
pub(super) fn shelves(book: &Book<'_>, lang: Lang) -> Vec<ShelfHtml> {
    let schema = &book.rules.schema;
    let html = |shelf: &Shelf| {
        let table = schema.field(shelf.field).and_then(|field| match field.typ {
            Type::Code(table) => schema.table(table),
            _ => None,
        });
        let codes = shelf.codes.iter().map(|(code, numbers)| CodeLines {
            anchor: format!("c{}", code.0),
            label: table
                .and_then(|table| table.entry(*code))
                .map_or(String::new(), |entry| entry.words(lang)),
            lines: book.lines(numbers, lang),
        });
        ShelfHtml {
            file: shelf_file(shelf),
            label: shelf_label(book, shelf, lang),
            codes: codes.collect(),
            others: shelf.everywhere.len(),
            everywhere: match shelf.everywhere.len() * 2 > book.entries.all.len() {
                true => Vec::new(),
                false => book.lines(&shelf.everywhere, lang),
            },
        }
    };
    book.shelves.iter().map(html).collect()
}

/// All rules by the letters that their identifiers begin with.
pub(super) fn groups(book: &Book<'_>, lang: Lang) -> Vec<(String, Vec<Line>)> {
    let mut groups: Vec<(String, Vec<Line>)> = Vec::new();
    for entry in &book.entries.all {
        let head = entry.id.split(['-', '.']).next().unwrap_or_default();
        let line = book.line(entry, lang);
        match groups.iter_mut().find(|(known, _)| known == head) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((head.to_owned(), vec![line])),
        }
    }
    groups
}

#[derive(Template)]
#[template(path = "cover.html")]
pub(super) struct Cover {
    pub(super) fingerprint: String,
}

#[derive(Template)]
#[template(path = "start.html")]
pub(super) struct Start<'a> {
    pub(super) f: Frame<'a>,
    pub(super) numbers: Numbers,
    pub(super) shelves: &'a [ShelfHtml],
    pub(super) departments: &'a [Department],
}

#[derive(Template)]
#[template(path = "shelf.html")]
pub(super) struct ShelfPage<'a> {
    pub(super) f: Frame<'a>,
    pub(super) shelf: &'a ShelfHtml,
}

#[derive(Template)]
#[template(path = "all.html")]
pub(super) struct All<'a> {
    pub(super) f: Frame<'a>,
    pub(super) groups: Vec<(String, Vec<Line>)>,
}

#[derive(Template)]
#[template(path = "departments.html")]
pub(super) struct Departments<'a> {
    pub(super) f: Frame<'a>,
    pub(super) departments: &'a [Department],
}

#[derive(Template)]
#[template(path = "laws.html")]
pub(super) struct Laws<'a> {
    pub(super) f: Frame<'a>,
    pub(super) rows: Vec<LawRow>,
}

#[derive(Template)]
#[template(path = "law.html")]
pub(super) struct Law<'a> {
    pub(super) f: Frame<'a>,
    pub(super) law: LawPage,
}

#[derive(Template)]
#[template(path = "dates.html")]
pub(super) struct Dates<'a> {
    pub(super) f: Frame<'a>,
    pub(super) years: Vec<Year>,
}

#[derive(Template)]
#[template(path = "trust.html")]
pub(super) struct Trust<'a> {
    pub(super) f: Frame<'a>,
    pub(super) levels: Vec<Level>,
}

#[derive(Template)]
#[template(path = "coverage.html")]
pub(super) struct Coverage<'a> {
    pub(super) f: Frame<'a>,
    pub(super) claims: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "pilots.html")]
pub(super) struct Pilots<'a> {
    pub(super) f: Frame<'a>,
    pub(super) pilots: Vec<PilotPart>,
}

#[derive(Template)]
#[template(path = "holes.html")]
pub(super) struct Holes<'a> {
    pub(super) f: Frame<'a>,
    pub(super) holes: Vec<Hole>,
}

#[derive(Template)]
#[template(path = "rule.html")]
pub(super) struct RuleHtml<'a> {
    pub(super) f: Frame<'a>,
    pub(super) page: &'a RulePage,
    /// The name of what each shows, and the picture.
    pub(super) pictures: Vec<(String, String)>,
    /// The head of their arrows.
    pub(super) head: &'static str,
}
