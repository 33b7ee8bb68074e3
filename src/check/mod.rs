//! Syntax becomes checked rules: names, types, units, dates, exceptions.
//!
//! What is lost here: spelling, comments, definitions (put in where they are used), the order of
//! files and items. What is kept: a place for every rule, so that a verdict can point to it.
//!
//! The one gate is [`compile`]: it goes on after a mistake as far as that makes sense, and gives a
//! rule set only where no error was found.

mod assemble;
pub mod codes;
mod conflict;
mod consequence;
mod departments;
mod describe;
pub mod dump;
mod fingerprint;
mod law;
mod lints;
mod lower;
mod message;
mod names;
mod pilot;
mod reach;
mod rule;
pub mod rules;
pub mod scenario;
mod schema;
mod table;
pub mod tables;

use crate::folder::Folder;
use crate::ground::diagnostic::{self, Diagnostic, Severity};
use crate::ground::limits::Limits;
use crate::ground::source::{Source, Sources};
use crate::ground::span::Span;
use crate::syntax::{self, ast};
pub use names::Named;
use rules::RuleSet;
use scenario::Scenario;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What became of a rule folder.
///
/// ```
/// use kakou::{Folder, Limits, compile};
/// let gate = Folder::open("examples/gate".as_ref(), &Limits::default()).unwrap();
/// let compiled = compile(&gate, &Limits::default());
/// assert!(!compiled.has_errors() && compiled.rules.is_some());
/// assert_eq!((compiled.scenarios.len(), compiled.not_shown), (0, 0));
///
/// let broken = Folder::from_texts([("a.rules", "rule X-1\n  when lien is first\n")]);
/// let compiled = compile(&broken, &Limits::default());
/// assert!(compiled.has_errors() && !compiled.diagnostics.is_empty());
/// assert_eq!(compiled.sources.iter().count(), 1);
/// ```
#[derive(Debug)]
pub struct Compiled {
    /// The rule set; none where an error was found.
    pub rules: Option<Arc<RuleSet>>,
    /// Its scenarios, in the order of files and lines.
    pub scenarios: Vec<Scenario>,
    /// What the names in the texts stand for, in the order of their places. What stands inside a
    /// definition is noted there and not again where it is used.
    pub names: Vec<(Span, Named)>,
    /// All complaints, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// How many complaints there were beyond the limit.
    pub not_shown: u64,
    /// The texts that were read, for drawing the complaints.
    pub sources: Sources,
}

/// Warnings do not refuse a rule set, errors do.
///
/// ```
/// use kakou::{Folder, Limits, compile};
/// let text = "outcomes release < hold missing hold advice hold
/// declaration judged on date
///   date : date
/// ";
/// let compiled = compile(&Folder::from_texts([("a.rules", text)]), &Limits::default());
/// assert_eq!(compiled.diagnostics[0].code, kakou::check::codes::LABEL_MISSING);
/// assert!(!compiled.has_errors());
/// ```
impl Compiled {
    /// Whether some complaint is an error.
    ///
    /// ```
    /// use kakou::{Folder, Limits, compile};
    /// let no_schema = compile(&Folder::from_texts([("a.rules", "law L\n")]), &Limits::default());
    /// assert!(no_schema.has_errors() && no_schema.rules.is_none());
    /// ```
    pub fn has_errors(&self) -> bool {
        self.rules.is_none()
    }
}

/// Reads, checks and numbers a whole rule folder.
///
/// ```
/// use kakou::{check::compile, folder::Folder, ground::limits::Limits};
/// let folder = Folder::from_texts([("broken.rules", "rule X-1\n  when lien is first\n")]);
/// let compiled = compile(&folder, &Limits::default());
/// assert!(compiled.rules.is_none());
/// assert!(!compiled.diagnostics.is_empty());
/// ```
pub fn compile(folder: &Folder, limits: &Limits) -> Compiled {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let mut files: Vec<ast::File> = Vec::new();
    for (name, text) in folder.rules() {
        let id = sources.add(Source::new(name, text));
        let (file, found) = syntax::parse(id, text, limits);
        diagnostics.extend(found);
        files.push(file);
    }
    let unreadable = diagnostics
        .iter()
        .any(|d| d.code.severity() == Severity::Error);
    let spoilt: Vec<Span> = diagnostics.iter().map(Diagnostic::span).collect();
    let mut loading = tables::Loading {
        folder,
        limits,
        sources: &mut sources,
        complaints: &mut diagnostics,
        dropped: 0,
    };
    let assembled = assemble::assemble(&files, &mut loading, unreadable);
    let mut not_shown = loading.dropped;
    if unreadable {
        let declared = declared_words(folder);
        diagnostics.retain(|d| {
            let word = sources
                .get(d.span().source)
                .map_or("", |s| s.slice(d.span()));
            if LACKING.contains(&d.code) && lacks_by_syntax(&files, &spoilt, d.span()) {
                return false;
            }
            d.code != codes::UNKNOWN_NAME || !declared.contains(word.trim_matches(['「', '」']))
        });
    }
    diagnostic::sort(&mut diagnostics);
    diagnostics.dedup();
    let errors = diagnostics
        .iter()
        .any(|d| d.code.severity() == Severity::Error)
        || not_shown > 0;
    if diagnostics.len() > limits.diagnostics {
        not_shown += (diagnostics.len() - limits.diagnostics) as u64;
        diagnostics.truncate(limits.diagnostics);
    }
    let (rules, scenarios, names) = match assembled {
        Some((rules, scenarios, names)) if !errors => (Some(Arc::new(rules)), scenarios, names),
        _ => (None, Vec::new(), Vec::new()),
    };
    Compiled {
        rules,
        scenarios,
        names,
        diagnostics,
        not_shown,
        sources,
    }
}

/// Complaints that something is not there, which may be there and not be read.
const LACKING: [diagnostic::Code; 4] = [
    codes::CLAUSE_MISSING,
    codes::SCENARIO_INCOMPLETE,
    codes::SCHEMA_PART_MISSING,
    codes::LABEL_MISSING,
];

/// Whether some text of the item at a place could not be read.
fn lacks_by_syntax(files: &[ast::File], spoilt: &[Span], at: Span) -> bool {
    let starts = files
        .iter()
        .flat_map(|f| &f.items)
        .map(|i| i.at.0)
        .filter(|s| s.source == at.source)
        .map(|s| s.start);
    let (mut from, mut to) = (0, u32::MAX);
    for start in starts {
        if start <= at.start {
            from = from.max(start);
        } else {
            to = to.min(start);
        }
    }
    spoilt
        .iter()
        .any(|s| s.source == at.source && (from..to).contains(&s.start))
}

/// Words that some text tries to declare: where it could not be read, that they are not known is
/// no further mistake.
fn declared_words(folder: &Folder) -> BTreeSet<&str> {
    folder
        .rules()
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            if line.starts_with(char::is_whitespace) {
                words.next()
            } else {
                words.nth(1)
            }
        })
        .map(|word| word.trim_end_matches([',', ':', '(']))
        .map(|word| word.split('(').next().unwrap_or(word))
        .collect()
}
