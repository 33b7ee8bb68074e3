//! What is kept of the rules of one compilation for the next.
//!
//! What a rule means by itself depends on its text and on what stands beside the rules: schema,
//! lists, parameters, definitions, laws, pilots. Where both are the same, what was found is the
//! same but for its places, which move with the text. Texts are compared as a whole, never by a
//! hash alone. Only rules that nothing was said about are kept, so a complaint is always made
//! anew; how rules stand to each other is always worked out anew.

use super::draft::{Moved, RuleDraft};
use super::law;
use super::names::Named;
use super::rules::{DecisionTable, Event, Force, Place};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::source::Sources;
use crate::ground::span::{SourceId, Span};
use crate::syntax;
use crate::syntax::ast::{self, ItemKind};
use crate::syntax::parts::{Part, PartReader, is_too_long, parts};
use hashbrown::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One rule as it was found to be, with the places that it had then.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// Where its text stood.
    pub at: Span,
    /// From its first word to its last.
    pub item_at: Span,
    pub id: String,
    pub first: FirstBytes,
    pub id_at: Span,
    pub declared: Force,
    pub drafts: Vec<RuleDraft>,
    /// The tables it made, and how many there were before: parts of a rule name theirs by number.
    pub tables: Vec<DecisionTable>,
    pub tables_before: usize,
    pub noted: Vec<(Span, Named)>,
    pub used: Vec<String>,
    /// How many conditions and values it counts for.
    pub nodes: usize,
}

impl Kept {
    /// Whether all its places are in its own text; what speaks of other texts cannot move with it.
    pub fn is_by_itself(&self) -> bool {
        let inside = |span: &Span| {
            span.source == self.at.source && span.start >= self.at.start && span.end <= self.at.end
        };
        let drafts = self.drafts.iter().flat_map(|draft| {
            let notes = &draft.notes;
            let own = [draft.rule.place.0, notes.id_at, notes.scope_at];
            let over = notes.over.iter().map(|name| name.at.0);
            own.into_iter()
                .chain(over)
                .chain(notes.cited_at.iter().copied())
        });
        let noted = self.noted.iter().map(|(span, _)| *span);
        let own = [self.item_at, self.id_at];
        own.into_iter()
            .chain(drafts)
            .chain(noted)
            .all(|span| inside(&span))
    }
}

/// The first bytes of an identifier: most are told apart by them, in the order of all their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FirstBytes([u8; 16]);

impl FirstBytes {
    /// Those of an identifier.
    pub fn of(id: &str) -> FirstBytes {
        let mut first = [0; 16];
        for (place, byte) in first.iter_mut().zip(id.bytes()) {
            *place = byte;
        }
        FirstBytes(first)
    }
}

/// The text that is a rule's alone, with its place.
pub(super) type OwnText<'t> = (&'t str, Span);

fn own_text<'t>(id: SourceId, part: &Part<'t>) -> OwnText<'t> {
    let length = u32::try_from(part.text.len()).unwrap_or(u32::MAX);
    (
        part.text,
        Span::new(id, part.start, part.start.saturating_add(length)),
    )
}

/// A rule that is known from before, at its place now.
pub(super) struct Known<'t> {
    pub kept: Arc<Kept>,
    /// Its text now, which is its text then.
    pub part: Part<'t>,
    source: SourceId,
}

impl<'t> Known<'t> {
    /// How far it moved.
    fn way(&self) -> Moved {
        Moved {
            source: self.source,
            then: self.kept.at.start,
            now: self.part.start,
        }
    }

    /// Where a place in it is now.
    pub fn moved(&self, then: Span) -> Span {
        self.way().span(then)
    }

    /// From its first word to its last.
    pub fn at(&self) -> Span {
        self.moved(self.kept.item_at)
    }

    /// Where its text begins: before it, and behind all that stands before it.
    pub fn begins(&self) -> Span {
        Span::new(self.source, self.part.start, self.part.start)
    }

    /// What its names stand for.
    pub fn noted(&self) -> Renoted {
        Renoted {
            kept: Arc::clone(&self.kept),
            moved: self.way(),
        }
    }

    /// What became of it, with the places that it has now.
    pub fn drafts(&self) -> impl Iterator<Item = RuleDraft> {
        let moved = self.way();
        self.kept.drafts.iter().map(move |then| RuleDraft {
            rule: then.rule.moved(Place(moved.span(then.rule.place.0))),
            brief: then.brief,
            notes: Arc::clone(&then.notes),
            moved,
        })
    }

    /// Its text with its place.
    pub fn own_text(&self) -> OwnText<'t> {
        own_text(self.source, &self.part)
    }

    /// Reads it again, where what stands beside it is no longer what it was.
    pub fn read(&self, limits: &Limits) -> Option<(ast::Rule, Span)> {
        let (items, _) = PartReader::new(self.source, limits).read(&self.part);
        let item = items.into_iter().next()?;
        match item.kind {
            ItemKind::Rule(rule) => Some((rule, item.at.0)),
            _ => None,
        }
    }
}

/// What the names of a known rule stand for, at its place now.
#[derive(Debug)]
pub(super) struct Renoted {
    kept: Arc<Kept>,
    moved: Moved,
}

impl Renoted {
    /// The names with the places that they have now.
    pub fn iter(&self) -> impl Iterator<Item = (Span, Named)> {
        let noted = self.kept.noted.iter();
        noted.map(|(at, named)| (self.moved.span(*at), named.clone()))
    }
}

/// A text as it was read: the items that were read anew, and the rules that are known.
pub(super) struct Read<'t> {
    pub items: Vec<ast::Item>,
    pub known: Vec<Known<'t>>,
    /// By its place, the text of each rule that may be kept: it is alone in it, and nothing was
    /// wrong.
    own_texts: HashMap<Span, OwnText<'t>>,
    /// What stands beside the rules.
    beside: Vec<&'t str>,
}

impl<'t> Read<'t> {
    /// Reads a text; a rule that the memo knows is not read again.
    pub fn new(
        id: SourceId,
        text: &'t str,
        limits: &Limits,
        memo: &Memo,
    ) -> (Read<'t>, Vec<Diagnostic>) {
        let mut read = Read {
            items: Vec::new(),
            known: Vec::new(),
            own_texts: HashMap::new(),
            beside: Vec::new(),
        };
        if !is_too_long(text, limits) {
            let mut reader = PartReader::new(id, limits);
            for part in parts(text) {
                if let Some(kept) = memo.find(&part) {
                    read.known.push(Known {
                        kept,
                        part,
                        source: id,
                    });
                    continue;
                }
                let (items, clean) = reader.read(&part);
                read.sort(id, part, &items, clean && memo.keeps);
                read.items.extend(items);
            }
            if let Some(complaints) = reader.finish() {
                return (read, complaints);
            }
        }
        let (file, complaints) = syntax::parse(id, text, limits);
        let whole = Read {
            items: file.items,
            known: Vec::new(),
            own_texts: HashMap::new(),
            beside: vec![text],
        };
        (whole, complaints)
    }

    /// Notes what a part is for the next compilation.
    fn sort(&mut self, id: SourceId, part: Part<'t>, items: &[ast::Item], keep: bool) {
        match items {
            [] => {}
            [item] => match &item.kind {
                ItemKind::Rule(rule) if keep && !law::has_rough_days(rule) => {
                    self.own_texts.insert(item.at.0, own_text(id, &part));
                }
                // What a scenario expects is no concern of the rules.
                ItemKind::Rule(_) | ItemKind::Scenario(_) => {}
                _ => self.beside.push(part.text),
            },
            _ => self.beside.push(part.text),
        }
    }

    /// Where the items begin, those of known rules included.
    pub fn starts(&self) -> impl Iterator<Item = Span> {
        let known = self.known.iter().map(Known::at);
        self.items.iter().map(|item| item.at.0).chain(known)
    }

    /// The own text of the rule at a place, if it may be kept.
    pub fn own_text(&self, item_at: Span) -> Option<OwnText<'t>> {
        self.own_texts.get(&item_at).copied()
    }
}

/// All that the meaning of a rule depends on besides its text.
#[derive(Debug, PartialEq)]
struct Beside {
    /// The texts beside the rules, in the order of files and lines.
    texts: Vec<String>,
    /// The lists that they name, with their names.
    lists: Vec<(String, String)>,
    /// Rules may name months and years, which are numbered like events.
    events: Vec<Event>,
    limits: Limits,
}

fn owned(lists: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    lists.iter().map(owned).collect()
}

/// What is kept from one compilation to the next.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Whether anything is kept.
    keeps: bool,
    rules: HashMap<String, Entry>,
    beside: Option<Beside>,
    /// The number of the compilation.
    now: u64,
}

#[derive(Debug)]
struct Entry {
    kept: Arc<Kept>,
    /// The last compilation that had it. Texts are read on two threads, and each may find it.
    seen: AtomicU64,
}

impl Memo {
    /// One that keeps what it is given.
    pub fn keeping() -> Memo {
        Memo {
            keeps: true,
            ..Memo::default()
        }
    }

    /// Begins the next compilation.
    pub fn begin(&mut self) {
        self.now += 1;
    }

    fn find(&self, part: &Part<'_>) -> Option<Arc<Kept>> {
        let entry = self.rules.get(part.text).filter(|_| part.is_rule)?;
        entry.seen.store(self.now, Ordering::Relaxed);
        Some(Arc::clone(&entry.kept))
    }

    /// Whether what was kept still holds. If not, it is forgotten. The lists are the sources after
    /// the texts.
    pub fn holds(
        &mut self,
        files: &[Read<'_>],
        sources: &Sources,
        events: &[Event],
        limits: &Limits,
    ) -> bool {
        if !self.keeps {
            return false;
        }
        let texts = files.iter().flat_map(|file| &file.beside);
        let lists = sources.iter().skip(files.len());
        let lists: Vec<(&str, &str)> = lists.map(|(_, list)| (list.name(), list.text())).collect();
        let same = self.beside.as_ref().is_some_and(|then| {
            let names = then.lists.iter().map(|(name, text)| (&**name, &**text));
            then.texts
                .iter()
                .map(|text| &**text)
                .eq(texts.clone().copied())
                && names.eq(lists.iter().copied())
                && then.events == events
                && then.limits == *limits
        });
        if !same {
            self.rules.clear();
            self.beside = Some(Beside {
                texts: texts.map(|text| (*text).to_owned()).collect(),
                lists: owned(&lists),
                events: events.to_vec(),
                limits: *limits,
            });
        }
        same
    }

    /// Keeps a rule that nothing was said about.
    pub fn keep(&mut self, text: &str, kept: Kept) {
        if self.keeps && kept.is_by_itself() {
            let entry = Entry {
                kept: Arc::new(kept),
                seen: AtomicU64::new(self.now),
            };
            self.rules.insert(text.to_owned(), entry);
        }
    }

    /// Forgets the rules that this compilation did not have.
    pub fn end(&mut self) {
        let now = self.now;
        self.rules.retain(|_, entry| *entry.seen.get_mut() == now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::compile_with;
    use crate::folder::Folder;

    const SCHEMA: &str = "outcomes release \"放行\" / \"release\" < hold \"暂缓\" / \"hold\" \
        missing hold advice hold\ndeclaration \"申报\" / \"declaration\" judged on date\n  \
        date : date \"日期\" / \"date\"\n  a : integer \"甲\" / \"a\"\nlaw L \"法\" / \"law\"\n  sure found\n";

    fn rule(id: &str, more: i64) -> String {
        format!("rule {id} \"甲\" / \"a\"\n  by L\n  when a > {more}\n  then hold\n\n")
    }

    /// How many rules are known, and how many items are read, of the next state of a folder.
    fn known_and_read(memo: &mut Memo, schema: &str, rules: &str) -> (usize, usize) {
        let limits = Limits::default();
        let folder = Folder::from_texts([("a.rules", schema), ("b.rules", rules)]);
        memo.begin();
        let (read, _) = Read::new(SourceId(1), rules, &limits, memo);
        assert!(!compile_with(memo, &folder, &limits).has_errors());
        (read.known.len(), read.items.len())
    }

    #[test]
    fn only_what_was_edited_is_read() {
        let mut memo = Memo::keeping();
        let all = [rule("A", 1), rule("B", 2), rule("C", 3)].concat();
        assert_eq!(known_and_read(&mut memo, SCHEMA, &all), (0, 3));
        assert_eq!(known_and_read(&mut memo, SCHEMA, &all), (3, 0));
        let edited = format!("# moved\n{}", all.replace("a > 2", "a > 5"));
        assert_eq!(known_and_read(&mut memo, SCHEMA, &edited), (2, 1));
        // What the folder no longer has is forgotten.
        let fewer = [rule("A", 1), rule("C", 3)].concat();
        assert_eq!(known_and_read(&mut memo, SCHEMA, &fewer), (2, 0));
        assert_eq!(memo.rules.len(), 2);
        assert_eq!(known_and_read(&mut memo, SCHEMA, &all), (2, 1));
    }

    #[test]
    fn an_edit_beside_the_rules_makes_them_new() {
        let mut memo = Memo::keeping();
        let all = [rule("A", 1), rule("B", 2)].concat();
        known_and_read(&mut memo, SCHEMA, &all);
        let then = Arc::clone(&memo.rules[&rule("A", 1)].kept);
        let schema = SCHEMA.replace("sure found", "sure low");
        known_and_read(&mut memo, &schema, &all);
        let now = &memo.rules[&rule("A", 1)].kept;
        assert_ne!(now.drafts[0].rule.sure, then.drafts[0].rule.sure);
    }

    #[test]
    fn nothing_is_kept_of_one_compilation_alone() {
        let mut memo = Memo::default();
        let all = rule("A", 1);
        assert_eq!(known_and_read(&mut memo, SCHEMA, &all), (0, 1));
        assert_eq!(known_and_read(&mut memo, SCHEMA, &all), (0, 1));
        assert!(memo.rules.is_empty() && memo.beside.is_none());
    }
}
