//! The rulebook: what is worked out from rules, graph and scenarios for people to read, page by
//! page, and the site it is written as.
//!
//! What is worked out knows nothing of HTML; the site lays it out. All is worked out from the rule
//! folder alone, so that the same folder gives the same book.

mod dates;
mod entries;
mod laws;
mod marks;
mod page;
mod say;
mod scenes;
mod shelves;
mod site;
mod texts;
mod time;
mod words;

use crate::check::Compiled;
use crate::check::rules::{LawId, RuleId, RuleSet, Sure};
use crate::check::tables::register::{self, CLAUSES, Clause, Register};
use crate::folder::{FileError, Folder};
use crate::graph::{Graph, Options};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::schema::Lang;
use entries::{Entries, Entry, Stems};
use scenes::Scene;
use shelves::Shelf;
use std::collections::BTreeMap;
use std::sync::Arc;
use texts::Texts;

/// All that the pages are made from.
pub struct Book<'a> {
    compiled: &'a Compiled,
    rules: &'a Arc<RuleSet>,
    /// The level of trust at which rules decide.
    trust: Sure,
    graph: Graph,
    texts: Texts,
    entries: Entries,
    scenes: Vec<Scene<'a>>,
    shelves: Vec<Shelf>,
    /// The rules over each rule.
    excused_by: BTreeMap<RuleId, Vec<RuleId>>,
    /// The names of the files of laws, in their order.
    law_stems: Vec<String>,
    register: Register,
}

impl<'a> Book<'a> {
    /// Works out the book of a rule folder.
    ///
    /// # Errors
    /// What is wrong with the decision graph, or with the register beside the rules.
    pub fn new(
        folder: &Folder,
        compiled: &'a Compiled,
        rules: &'a Arc<RuleSet>,
        trust: Sure,
    ) -> Result<Book<'a>, Vec<Diagnostic>> {
        let options = Options {
            trust,
            limits: Limits::default(),
            ..Options::default()
        };
        let graph = Graph::build(rules, options)?;
        let texts = Texts::new(folder, compiled, rules);
        let entries = Entries::new(rules, &texts);
        let scenes = scenes::scenes((folder, compiled, rules), &entries)?;
        let shelves = shelves::shelves(rules, &entries);
        let mut excused_by: BTreeMap<RuleId, Vec<RuleId>> = BTreeMap::new();
        for (id, rule) in (0u32..).map(RuleId).zip(&rules.rules) {
            for excused in &rule.over {
                excused_by.entry(*excused).or_default().push(id);
            }
        }
        let mut stems = Stems::default();
        let law_stems = rules.laws.iter().map(|law| stems.stem(&law.id)).collect();
        Ok(Book {
            compiled,
            rules,
            trust,
            graph,
            texts,
            entries,
            scenes,
            shelves,
            excused_by,
            law_stems,
            register: clauses(folder)?,
        })
    }

    /// How many scenarios do not give what their authors expect.
    pub fn failed(&self) -> usize {
        self.scenes.iter().filter(|scene| !scene.passed).count()
    }

    /// How many pages of rules there are.
    pub fn pages(&self) -> usize {
        self.entries.all.len()
    }

    /// All files of the site: the path of each with `/`, and its text.
    ///
    /// # Errors
    /// What the templates could not write; no text brings this about.
    pub fn files(&self) -> Result<BTreeMap<String, String>, String> {
        site::files(self)
    }

    /// The clause of the study of that name.
    fn clause(&self, id: &str) -> Option<&Clause> {
        self.register.clauses.iter().find(|clause| clause.id == id)
    }

    fn entry(&self, number: usize) -> Option<&Entry> {
        self.entries.all.get(number)
    }

    /// The file of a law, without folder and ending.
    fn law_stem(&self, law: LawId) -> &str {
        self.law_stems
            .get(law.0 as usize)
            .map_or("", String::as_str)
    }

    /// The title of an entry: that of its first rule as written.
    fn title(&self, entry: &Entry, lang: Lang) -> String {
        let first = entry.rules().next().and_then(|id| self.rules.rule(id));
        first.map_or(String::new(), |rule| {
            rule.labels.get(lang, &rule.id).to_owned()
        })
    }

    /// A line about an entry, as contents list it.
    fn line(&self, entry: &Entry, lang: Lang) -> Line {
        let rules = || entry.rules().filter_map(|id| self.rules.rule(id));
        let deciding = rules().filter(|rule| self.decides(rule)).count();
        let surest = rules().map(|rule| rule.sure).min().unwrap_or(Sure::Design);
        Line {
            id: entry.id.clone(),
            stem: entry.stem.clone(),
            title: self.title(entry, lang),
            mark: say::grade(surest),
            mark_words: say::mark(surest, lang),
            shadow: deciding == 0,
        }
    }

    /// The lines of entries by number.
    fn lines<'n>(&self, numbers: impl IntoIterator<Item = &'n usize>, lang: Lang) -> Vec<Line> {
        let found = numbers.into_iter().filter_map(|number| self.entry(*number));
        found.map(|entry| self.line(entry, lang)).collect()
    }

    /// Whether a rule decides at the level of trust of the book.
    fn decides(&self, rule: &crate::check::rules::Rule) -> bool {
        let pilot = rule
            .pilot
            .and_then(|id| self.rules.pilots.get(usize::from(id.0)));
        rule.sure <= self.trust && pilot.is_none_or(|pilot| pilot.live)
    }
}

/// The register of clauses beside the rules; empty where there is none.
fn clauses(folder: &Folder) -> Result<Register, Vec<Diagnostic>> {
    if let Err(FileError::Missing { .. }) = folder.file(CLAUSES) {
        return Ok(Register::default());
    }
    let read = register::read(folder, &Limits::default());
    read.register.ok_or(read.diagnostics)
}

/// An entry in a list of contents.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    id: String,
    stem: String,
    title: String,
    /// The surest mark of its rules, for the style sheet and in words.
    mark: &'static str,
    mark_words: &'static str,
    /// None of its rules decides.
    shadow: bool,
}

/// A text that may lead somewhere within the book of one language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    text: String,
    /// The file from the folder of the language, with what comes after `#`; empty where nowhere.
    to: String,
}
