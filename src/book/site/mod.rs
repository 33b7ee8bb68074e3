//! The site: the pages of a book as files, in Chinese and in English, with nothing from outside.
//!
//! Templates lay out what the book says; they are compiled, so that one which names what is not
//! there does not build. Search is a script of our own over an index that is loaded as a script:
//! libraries that fetch their index, or run as WebAssembly, do not work on a page opened from the
//! disk, and those that cut texts at blanks take a Chinese sentence for one word.

mod escape;
mod index;
mod pages;

use super::Book;
use crate::graph::draw::Picture;
use crate::schema::Lang;
use askama::Template;
use pages::{
    All, Cover, Coverage, Dates, Departments, Frame, Holes, Law, Laws, Numbers, Pilots, RuleHtml,
    ShelfPage, Start, Trust,
};
use std::collections::BTreeMap;

/// A file of the site: its path with `/`, and its text.
type File = (String, String);

/// Shelves that stand at the head of every page; the start page has them all.
const IN_MENU: usize = 6;

/// Files that are the same whatever the rules are.
const STILL: [(&str, &str); 3] = [
    ("style.css", include_str!("../templates/style.css")),
    ("search.js", include_str!("../templates/search.js")),
    ("place.js", include_str!("../templates/place.js")),
];

/// All files of the site, in the order of their paths.
///
/// # Errors
/// What the templates could not write; there is no text that brings this about.
pub(super) fn files(book: &Book<'_>) -> Result<BTreeMap<String, String>, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in STILL {
        all.insert(path.to_owned(), text.to_owned());
    }
    all.insert("index.js".to_owned(), index::index(book));
    let fingerprint = book.rules.fingerprint.to_string();
    all.insert("index.html".to_owned(), written(&Cover { fingerprint })?);
    for lang in [Lang::Zh, Lang::En] {
        let site = Site {
            book,
            lang,
            menu: menu(book, lang),
        };
        for (path, text) in site.pages()? {
            all.insert(format!("{}/{path}", pages::folder(lang)), text);
        }
    }
    Ok(all)
}

fn written(page: &impl Template) -> Result<String, String> {
    page.render().map_err(|why| why.to_string())
}

/// The links at the head of every page: the file and what it is called.
fn menu(book: &Book<'_>, lang: Lang) -> Vec<(String, String)> {
    let say = |zh: &str, en: &str| super::say::say(lang, zh, en).to_owned();
    let mut menu: Vec<(String, String)> = book
        .shelves
        .iter()
        .take(IN_MENU)
        .map(|shelf| {
            (
                pages::shelf_file(shelf),
                pages::shelf_label(book, shelf, lang),
            )
        })
        .collect();
    menu.push(("laws.html".into(), say("法规", "law")));
    menu.push(("departments.html".into(), say("部门", "department")));
    menu.push(("dates.html".into(), say("日期", "date")));
    menu.push(("all.html".into(), say("编号", "id")));
    menu.push(("trust.html".into(), say("把握程度", "certainty")));
    menu.push(("coverage.html".into(), say("覆盖范围", "coverage")));
    if !book.rules.pilots.is_empty() {
        menu.push(("pilots.html".into(), say("试点", "pilots")));
    }
    if !book.register.not_encoded.is_empty() {
        menu.push(("not_encoded.html".into(), say("未编入", "not encoded")));
    }
    menu
}

/// The pages of one language.
struct Site<'b, 'a> {
    book: &'b Book<'a>,
    lang: Lang,
    menu: Vec<(String, String)>,
}

impl Site<'_, '_> {
    fn frame(&self, here: &str, title: &str) -> Frame<'_> {
        Frame {
            lang: self.lang,
            up: if here.contains('/') { "../" } else { "" },
            here: here.to_owned(),
            title: title.to_owned(),
            menu: &self.menu,
            trust: super::say::mark(self.book.trust, self.lang),
            fingerprint: self.book.rules.fingerprint.to_string(),
        }
    }

    fn say(&self, zh: &str, en: &str) -> String {
        super::say::say(self.lang, zh, en).to_owned()
    }

    fn pages(&self) -> Result<Vec<File>, String> {
        let (book, lang) = (self.book, self.lang);
        let mut all = Vec::new();
        let shelves = pages::shelves(book, lang);
        let departments = book.departments(lang);
        let start = Start {
            f: self.frame("index.html", &self.say("目录", "contents")),
            numbers: Numbers::new(book),
            shelves: &shelves,
            departments: &departments,
        };
        all.push(("index.html".to_owned(), written(&start)?));
        for shelf in &shelves {
            let f = self.frame(
                &shelf.file,
                &format!("{}{}", self.say("按", "by "), shelf.label),
            );
            all.push((shelf.file.clone(), written(&ShelfPage { f, shelf })?));
        }
        let f = self.frame("departments.html", &self.say("按部门", "by department"));
        let page = Departments {
            f,
            departments: &departments,
        };
        all.push(("departments.html".to_owned(), written(&page)?));
        let f = self.frame("all.html", &self.say("按编号", "by id"));
        let groups = pages::groups(book, lang);
        all.push(("all.html".to_owned(), written(&All { f, groups })?));
        let f = self.frame("dates.html", &self.say("按日期", "by date"));
        let years = book.calendar(lang);
        all.push(("dates.html".to_owned(), written(&Dates { f, years })?));
        let f = self.frame("trust.html", &self.say("把握程度", "certainty"));
        let levels = book.levels(lang);
        all.push(("trust.html".to_owned(), written(&Trust { f, levels })?));
        let f = self.frame("coverage.html", &self.say("覆盖范围", "coverage"));
        let claims = book.coverage(lang);
        all.push((
            "coverage.html".to_owned(),
            written(&Coverage { f, claims })?,
        ));
        if !book.rules.pilots.is_empty() {
            let f = self.frame("pilots.html", &self.say("试点", "pilots"));
            let pilots = book.pilots(lang);
            all.push(("pilots.html".to_owned(), written(&Pilots { f, pilots })?));
        }
        let holes = book.holes(lang);
        if !holes.is_empty() {
            let f = self.frame(
                "not_encoded.html",
                &self.say("未编入的条款", "clauses not encoded"),
            );
            all.push(("not_encoded.html".to_owned(), written(&Holes { f, holes })?));
        }
        self.laws(&mut all)?;
        self.rules(&mut all)?;
        Ok(all)
    }

    fn laws(&self, all: &mut Vec<File>) -> Result<(), String> {
        let (book, lang) = (self.book, self.lang);
        let f = self.frame("laws.html", &self.say("按法规", "by law"));
        let rows = book
            .laws()
            .filter_map(|id| book.law_row(id, lang))
            .collect();
        all.push(("laws.html".to_owned(), written(&Laws { f, rows })?));
        for id in book.laws() {
            let Some(law) = book.law_page(id, lang) else {
                continue;
            };
            let here = format!("laws/{}.html", book.law_stem(id));
            let f = self.frame(&here, &law.name);
            all.push((here, written(&Law { f, law })?));
        }
        Ok(())
    }

    fn rules(&self, all: &mut Vec<File>) -> Result<(), String> {
        let (book, lang) = (self.book, self.lang);
        for (number, entry) in book.entries.all.iter().enumerate() {
            let Some(page) = book.rule_page(number, lang) else {
                continue;
            };
            let here = format!("rules/{}.html", entry.stem);
            let f = self.frame(&here, &format!("{} {}", page.id, page.title));
            let pictures = page
                .pictures
                .iter()
                .enumerate()
                .map(|(at, (name, picture))| {
                    let label = format!("{} {}", self.say("决策图", "decision graph"), page.id);
                    (
                        name.clone(),
                        picture.to_inline_svg(&format!("g{at}"), &label),
                    )
                });
            let html = RuleHtml {
                f,
                pictures: pictures.collect(),
                head: Picture::arrow_head(),
                page: &page,
            };
            all.push((here, written(&html)?));
        }
        Ok(())
    }
}
