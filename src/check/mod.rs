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
mod draft;
pub mod dump;
mod fingerprint;
mod law;
mod lints;
mod lower;
mod memo;
mod message;
mod names;
mod noted;
mod order;
mod pilot;
mod reach;
mod rule;
pub mod rules;
pub mod scenario;
mod schema;
mod table;
pub mod tables;
mod timely;

use crate::folder::Folder;
use crate::ground::diagnostic::{self, Diagnostic, Severity};
use crate::ground::limits::Limits;
use crate::ground::parallel::in_halves;
use crate::ground::source::{Source, Sources};
use crate::ground::span::{SourceId, Span};
use memo::{Memo, Read};
pub use names::Named;
use noted::Noted;
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
    /// All complaints, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// How many complaints there were beyond the limit.
    pub not_shown: u64,
    /// The texts that were read, for drawing the complaints.
    pub sources: Sources,
    noted: Noted,
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

    /// What the names in the texts stand for, in the order of their places; nothing where an error was
    /// found. What stands inside a definition is noted there and not again where it is used. It is put
    /// together when it is first asked for; for that, what a [`Compiler`] knew of rules stays in memory as
    /// long as this does.
    ///
    /// ```
    /// use kakou::{Folder, Limits, check::Named, compile};
    /// let gate = Folder::open("examples/gate".as_ref(), &Limits::default()).unwrap();
    /// let compiled = compile(&gate, &Limits::default());
    /// assert!(compiled.names().is_sorted());
    /// assert!(compiled.names().iter().any(|(_, named)| matches!(named, Named::Kind(_))));
    /// let broken = gate.with_rules("more.rules", "rule G-09\n  when lien is first\n");
    /// assert!(compile(&broken, &Limits::default()).names().is_empty());
    /// ```
    pub fn names(&self) -> &[(Span, Named)] {
        self.noted.all()
    }
}

/// Reads, checks and numbers a whole rule folder. Where there is much text, a second thread helps to
/// read it.
///
/// ```
/// use kakou::{check::compile, folder::Folder, ground::limits::Limits};
/// let folder = Folder::from_texts([("broken.rules", "rule X-1\n  when lien is first\n")]);
/// let compiled = compile(&folder, &Limits::default());
/// assert!(compiled.rules.is_none());
/// assert!(!compiled.diagnostics.is_empty());
/// ```
pub fn compile(folder: &Folder, limits: &Limits) -> Compiled {
    compile_with(&mut Memo::default(), folder, limits)
}

/// Compiles one state of a rule folder after another, as an editor or a host has it that loads
/// changed rules while others judge.
///
/// It keeps what it found of each rule by itself and uses it again where the text of the rule, and
/// all that stands beside the rules, are the same: schema, lists, parameters, definitions, laws,
/// pilots. How rules stand to each other is worked out each time. What comes out, complaints
/// included, is what [`compile`] gives for the same folder; only the time differs. After an edit of
/// some rules most of the time of reading and checking is saved; after an edit beside the rules, such
/// as one of a list or a parameter, it takes as long as [`compile`] does. The graph and the engine are
/// then made as from any rule set, while others judge with the old engine.
///
/// What it keeps takes about as much memory as the rule set. Each call forgets the rules that the
/// folder no longer has.
///
/// ```
/// use kakou::{Compiler, Folder, Graph, Limits, compile, graph::Options};
/// let limits = Limits::default();
/// let gate = Folder::open("examples/gate".as_ref(), &limits)?;
/// let mut compiler = Compiler::default();
/// let before = compiler.compile(&gate, &limits).rules.ok_or("refused")?;
///
/// // One rule is edited: other texts of the folder stay as they are.
/// let text = gate.rules().next().ok_or("no text")?.1.replace("then  hold", "then  review");
/// let edited = gate.clone().with_rules("gate.rules", text);
/// let after = compiler.compile(&edited, &limits).rules.ok_or("refused")?;
/// assert_ne!(after.fingerprint, before.fingerprint);
/// assert_eq!(Some(&after), compile(&edited, &limits).rules.as_ref());
/// assert!(Graph::build(&after, Options::default()).is_ok());
///
/// // A mistake is refused as anywhere else, and the next state is not the worse for it.
/// let broken = edited.clone().with_rules("more.rules", "rule G-09\n  when lien is first\n");
/// let refused = compiler.compile(&broken, &limits);
/// assert!(refused.has_errors());
/// assert_eq!(refused.diagnostics, compile(&broken, &limits).diagnostics);
/// assert_eq!(compiler.compile(&gate, &limits).rules, Some(before));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Compiler {
    memo: Memo,
}

impl Default for Compiler {
    fn default() -> Self {
        Compiler {
            memo: Memo::keeping(),
        }
    }
}

/// The first folder takes as long as with [`compile`]; from the second on it pays.
///
/// ```
/// use kakou::{Compiler, Folder, Limits};
/// let mut compiler = Compiler::default();
/// let refused = compiler.compile(&Folder::from_texts([("a.rules", "law L\n")]), &Limits::default());
/// assert!(refused.has_errors()); // There is no schema.
/// let gate = Folder::open("examples/gate".as_ref(), &Limits::default()).unwrap();
/// assert!(!compiler.compile(&gate, &Limits::default()).has_errors());
/// ```
impl Compiler {
    /// Reads, checks and numbers a whole rule folder, as [`compile`] does.
    ///
    /// ```
    /// use kakou::{Compiler, Folder, Limits, compile};
    /// let gate = Folder::open("examples/gate".as_ref(), &Limits::default()).unwrap();
    /// let mut compiler = Compiler::default();
    /// for _ in 0..2 {
    ///     let compiled = compiler.compile(&gate, &Limits::default());
    ///     assert_eq!(compiled.rules, compile(&gate, &Limits::default()).rules);
    /// }
    /// ```
    pub fn compile(&mut self, folder: &Folder, limits: &Limits) -> Compiled {
        compile_with(&mut self.memo, folder, limits)
    }
}

/// From so many bytes on texts are read on two threads.
const MUCH: usize = 1 << 16;

fn compile_with(memo: &mut Memo, folder: &Folder, limits: &Limits) -> Compiled {
    memo.begin();
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let texts: Vec<(SourceId, &str)> = folder
        .rules()
        .map(|(name, text)| (sources.add(Source::new(name, text)), text))
        .collect();
    let length = |(_, text): &(SourceId, &str)| text.len();
    let known: &Memo = memo;
    let read = in_halves(MUCH, &texts, length, |texts| {
        let read = texts.iter();
        read.map(|(id, text)| Read::new(*id, text, limits, known))
            .collect()
    });
    let (files, found): (Vec<Read<'_>>, Vec<Vec<Diagnostic>>) = read.into_iter().unzip();
    diagnostics.extend(found.into_iter().flatten());
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
    let assembled = assemble::assemble(&files, &mut loading, memo, unreadable);
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
    let (rules, scenarios, noted) = match assembled {
        Some((rules, scenarios, noted)) if !errors => (Some(Arc::new(rules)), scenarios, noted),
        _ => (None, Vec::new(), Noted::default()),
    };
    Compiled {
        rules,
        scenarios,
        diagnostics,
        not_shown,
        sources,
        noted,
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
fn lacks_by_syntax(files: &[Read<'_>], spoilt: &[Span], at: Span) -> bool {
    let starts = files
        .iter()
        .flat_map(Read::starts)
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
