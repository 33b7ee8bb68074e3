//! The register of clauses: what a rule set has to answer for, kept apart from its rules so that a
//! hole can show, and what of it is not encoded, each with the reason.
//!
//! Both are files beside the rules, found by their names: [`CLAUSES`] with the columns `clause`,
//! `kind`, `mark`, `section`, `title_zh` and `title_en`, and [`NOT_ENCODED`] with `clause`,
//! `reason`, `why_zh` and `why_en`. They are no part of the rule set: its meaning and its
//! fingerprint do not know them.

use super::cell::short;
use super::complaint;
use super::sheet::{Declared, Loading, Row, Sheet};
use crate::folder::Folder;
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::source::Sources;
use crate::ground::span::{At, SourceId, Span};
use crate::schema::Labels;
use crate::syntax::ast::{Spanned, Sure};
use std::collections::BTreeMap;

/// The file of the clauses.
pub const CLAUSES: &str = "clauses.csv";
/// The file of what is not encoded.
pub const NOT_ENCODED: &str = "not_encoded.csv";

/// What a clause is.
///
/// ```
/// use kakou::check::tables::register::ClauseKind;
/// assert_eq!(ClauseKind::Article.word(), "article");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClauseKind {
    /// A rule that the law asks for, by its identifier.
    Rule,
    /// A text of law, by its identifier in the register of laws.
    Text,
    /// An article of a text, as rules cite it: `GACC-2019-27 article 2`.
    Article,
}

/// The words of the column `kind`.
///
/// ```
/// use kakou::check::tables::register::ClauseKind::{Article, Rule, Text};
/// assert_eq!([Rule, Text, Article].map(|kind| kind.word()), ["rule", "text", "article"]);
/// ```
impl ClauseKind {
    const ALL: [ClauseKind; 3] = [ClauseKind::Rule, ClauseKind::Text, ClauseKind::Article];

    /// The word in the file.
    ///
    /// ```
    /// use kakou::check::tables::register::ClauseKind;
    /// assert_eq!(ClauseKind::Text.word(), "text");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            ClauseKind::Rule => "rule",
            ClauseKind::Text => "text",
            ClauseKind::Article => "article",
        }
    }
}

/// Why a clause is not encoded.
///
/// ```
/// use kakou::check::tables::register::Reason;
/// assert_eq!(Reason::NoBasis.word(), "no_basis");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// A movement's facts do not decide it.
    NotDecidable,
    /// Nobody has read the text.
    TextUnknown,
    /// A later text has taken its place.
    Superseded,
    /// It asks nothing of a movement, or no law stands behind it.
    NoBasis,
}

/// The words of the column `reason`.
///
/// ```
/// use kakou::check::tables::register::Reason::{Superseded, TextUnknown};
/// assert_ne!(Superseded.word(), TextUnknown.word());
/// ```
impl Reason {
    const ALL: [Reason; 4] = [
        Reason::NotDecidable,
        Reason::TextUnknown,
        Reason::Superseded,
        Reason::NoBasis,
    ];

    /// The word in the file.
    ///
    /// ```
    /// use kakou::check::tables::register::Reason;
    /// assert_eq!(Reason::NotDecidable.word(), "not_decidable");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            Reason::NotDecidable => "not_decidable",
            Reason::TextUnknown => "text_unknown",
            Reason::Superseded => "superseded",
            Reason::NoBasis => "no_basis",
        }
    }
}

/// A clause that the rules have to answer for.
///
/// ```
/// # use kakou::check::tables::register::{ClauseKind, read};
/// # use kakou::{Folder, Limits};
/// let folder = Folder::from_texts([("a.rules", "")])
///     .with_file("clauses.csv", "clause,kind,mark,section,title_zh,title_en\nG-01,rule,K:h,4,重量,weight\n")
///     .with_file("not_encoded.csv", "clause,reason,why_zh,why_en\n");
/// let register = read(&folder, &Limits::default()).register.ok_or("not sound")?;
/// let clause = &register.clauses[0];
/// assert_eq!((clause.id.as_str(), clause.kind), ("G-01", ClauseKind::Rule));
/// assert_eq!(clause.mark, kakou::Sure::High);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What names it.
    pub id: String,
    /// What it is.
    pub kind: ClauseKind,
    /// How sure its source is of it: `F`, `K:h`, `K:m`, `K:l`, `D` in the file.
    pub mark: Sure,
    /// Where it stands in the study that it is from.
    pub section: String,
    /// What it says, shortly.
    pub labels: Labels,
}

/// A clause for which there is no rule, with the reason.
///
/// ```
/// use kakou::check::tables::register::{NotEncoded, Reason};
/// let row = NotEncoded { clause: "G-02".into(), reason: Reason::Superseded, why: Default::default() };
/// assert_ne!(row.reason, Reason::TextUnknown);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotEncoded {
    /// The clause.
    pub clause: String,
    /// The reason.
    pub reason: Reason,
    /// The reason in words.
    pub why: Labels,
}

/// All clauses of a rule folder, in the order of the file, and those that are not encoded.
///
/// ```
/// use kakou::check::tables::register::Register;
/// assert!(Register::default().clauses.is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// The clauses.
    pub clauses: Vec<Clause>,
    /// What has no rule, and why.
    pub not_encoded: Vec<NotEncoded>,
}

/// What became of the two files.
///
/// ```
/// use kakou::{Folder, Limits, check::tables::register::read};
/// let folder = Folder::from_texts([("a.rules", "")])
///     .with_file("clauses.csv", "clause,kind,mark,section,title_zh,title_en\nG-01,rules,F,4,重量,weight\n")
///     .with_file("not_encoded.csv", "clause,reason,why_zh,why_en\n");
/// let read = read(&folder, &Limits::default());
/// assert!(read.register.is_none());
/// assert_eq!(read.diagnostics[0].title, "`rules` is no kind of clause");
/// ```
#[derive(Debug)]
pub struct Read {
    /// The register; none where something is wrong with it.
    pub register: Option<Register>,
    /// All complaints, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// How many complaints there were beyond the limit.
    pub not_shown: u64,
    /// The texts that were read, for drawing the complaints.
    pub sources: Sources,
}

/// Reads the register of a rule folder.
///
/// ```
/// # use kakou::{Folder, Limits, check::tables::register::read};
/// let folder = Folder::from_texts([("a.rules", "")])
///     .with_file("clauses.csv", "clause,kind,mark,section,title_zh,title_en\nL-1,text,F,4,法,law\n\
///         L-1 article 2,article,F,4,第二条,article 2\n")
///     .with_file("not_encoded.csv", "clause,reason,why_zh,why_en\n");
/// let read = read(&folder, &Limits::default());
/// assert_eq!(read.register.ok_or("not sound")?.clauses.len(), 2);
///
/// // A folder without one is told what is missing.
/// let none = kakou::check::tables::register::read(&Folder::from_texts([("a.rules", "")]), &Limits::default());
/// assert!(none.register.is_none() && !none.diagnostics.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(folder: &Folder, limits: &Limits) -> Read {
    let (mut sources, mut diagnostics) = (Sources::default(), Vec::new());
    let mut loading = Loading {
        folder,
        limits,
        sources: &mut sources,
        complaints: &mut diagnostics,
        dropped: 0,
    };
    let clauses = clauses(&mut loading);
    let not_encoded = not_encoded(&mut loading, clauses.as_deref());
    let not_shown = loading.dropped;
    let register = clauses
        .zip(not_encoded)
        .map(|(clauses, not_encoded)| Register {
            clauses,
            not_encoded,
        })
        .filter(|_| diagnostics.is_empty());
    diagnostic::sort(&mut diagnostics);
    Read {
        register,
        diagnostics,
        not_shown,
        sources,
    }
}

/// A file that is found by its own name: there is no place where rules name it.
fn sheet<const N: usize>(
    loading: &mut Loading<'_>,
    name: &str,
    columns: [&str; N],
) -> Option<(Sheet, [usize; N])> {
    let nowhere = Span::new(SourceId(u32::MAX), 0, 0);
    let file = Spanned {
        node: name.to_owned(),
        at: At(nowhere),
    };
    let sheet = Sheet::read(loading, &file, Declared::nowhere())?;
    let found = columns.map(|name| sheet.fixed_column(loading, name));
    let mut at = [0; N];
    for (place, found) in at.iter_mut().zip(found) {
        *place = found?;
    }
    Some((sheet, at))
}

fn clauses(loading: &mut Loading<'_>) -> Option<Vec<Clause>> {
    let columns = ["clause", "kind", "mark", "section", "title_zh", "title_en"];
    let (sheet, [id, kind, mark, section, zh, en]) = sheet(loading, CLAUSES, columns)?;
    let mut all: Vec<Clause> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (number, row) in sheet.rows.iter().enumerate() {
        let page = Page {
            sheet: &sheet,
            row,
            number,
        };
        let named = page.named(loading, id, &mut places);
        let kinds = ClauseKind::ALL.map(|kind| (kind.word(), kind));
        let kind = page.one_of(loading, kind, "kind of clause", &kinds);
        let mark = page.one_of(loading, mark, "mark", &MARKS);
        let (Some(named), Some(kind), Some(mark)) = (named, kind, mark) else {
            continue;
        };
        all.push(Clause {
            id: named,
            kind,
            mark,
            section: row.cell(section).to_owned(),
            labels: labels(row, zh, en),
        });
    }
    for (number, clause) in all.iter().enumerate() {
        let text = clause.text();
        let known = |id: &str| all.iter().any(|c| c.kind == ClauseKind::Text && c.id == id);
        if clause.kind == ClauseKind::Article && !text.is_some_and(known) {
            let at = places.get(&clause.id).copied().unwrap_or(number);
            if let Some(row) = sheet.rows.get(at) {
                let title = format!("`{}` is no article of a text above", short(&clause.id));
                let complaint = sheet
                    .bad_cell(loading, complaint::BAD_CELL, title, (row, id))
                    .help("an article is written as rules cite it: `TEXT article 2`");
                loading.complain(complaint);
            }
        }
    }
    Some(all)
}

/// An article is named by its text and its number.
///
/// ```
/// # use kakou::{Folder, Limits, check::tables::register::read};
/// let folder = Folder::from_texts([("a.rules", "")])
///     .with_file("clauses.csv", "clause,kind,mark,section,title_zh,title_en\nL-1,text,F,4,法,law\n\
///         L-1 article 2,article,F,4,第二条,article 2\n")
///     .with_file("not_encoded.csv", "clause,reason,why_zh,why_en\n");
/// let read = read(&folder, &Limits::default());
/// let register = read.register.ok_or("not sound")?;
/// assert_eq!(register.clauses[1].text(), Some(register.clauses[0].id.as_str()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Clause {
    /// The text that an article is of: what stands before ` article `.
    ///
    /// ```
    /// # use kakou::{Folder, Limits, check::tables::register::read};
    /// let folder = Folder::from_texts([("a.rules", "")])
    ///     .with_file("clauses.csv", "clause,kind,mark,section,title_zh,title_en\nL-1,text,F,4,法,law\n\
    ///         L-1 article 2,article,F,4,第二条,article 2\n")
    ///     .with_file("not_encoded.csv", "clause,reason,why_zh,why_en\n");
    /// let read = read(&folder, &Limits::default());
    /// let register = read.register.ok_or("not sound")?;
    /// let texts: Vec<Option<&str>> = register.clauses.iter().map(|clause| clause.text()).collect();
    /// assert_eq!(texts, [None, Some("L-1")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self) -> Option<&str> {
        self.id.split_once(ARTICLE).map(|(text, _)| text)
    }

    /// The article within its text.
    ///
    /// ```
    /// # use kakou::{Folder, Limits, check::tables::register::read};
    /// let folder = Folder::from_texts([("a.rules", "")])
    ///     .with_file("clauses.csv", "clause,kind,mark,section,title_zh,title_en\nL-1,text,F,4,法,law\n\
    ///         L-1 article 2,article,F,4,第二条,article 2\n")
    ///     .with_file("not_encoded.csv", "clause,reason,why_zh,why_en\n");
    /// let read = read(&folder, &Limits::default());
    /// let register = read.register.ok_or("not sound")?;
    /// assert_eq!(register.clauses[1].article(), Some("2"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn article(&self) -> Option<&str> {
        self.id.split_once(ARTICLE).map(|(_, article)| article)
    }
}

/// What stands between a text and its article.
const ARTICLE: &str = " article ";

/// The marks as the file writes them.
const MARKS: [(&str, Sure); 5] = [
    ("F", Sure::Found),
    ("K:h", Sure::High),
    ("K:m", Sure::Medium),
    ("K:l", Sure::Low),
    ("D", Sure::Design),
];

fn not_encoded(loading: &mut Loading<'_>, clauses: Option<&[Clause]>) -> Option<Vec<NotEncoded>> {
    let columns = ["clause", "reason", "why_zh", "why_en"];
    let (sheet, [id, reason, zh, en]) = sheet(loading, NOT_ENCODED, columns)?;
    let mut all = Vec::new();
    let mut places = BTreeMap::new();
    for (number, row) in sheet.rows.iter().enumerate() {
        let page = Page {
            sheet: &sheet,
            row,
            number,
        };
        let clause = page.named(loading, id, &mut places);
        if let (Some(clause), Some(known)) = (&clause, clauses)
            && !known.iter().any(|c| c.id == *clause)
        {
            let title = format!("no clause is called `{}`", short(clause));
            let mut complaint = sheet.bad_cell(loading, complaint::BAD_CELL, title, (row, id));
            if let Some(near) = nearest(clause, known.iter().map(|c| c.id.as_str())) {
                complaint = complaint.help(format!("did you mean `{near}`?"));
            }
            loading.complain(complaint);
        }
        let reasons = Reason::ALL.map(|reason| (reason.word(), reason));
        let reason = page.one_of(loading, reason, "reason", &reasons);
        if let (Some(clause), Some(reason)) = (clause, reason) {
            all.push(NotEncoded {
                clause,
                reason,
                why: labels(row, zh, en),
            });
        }
    }
    Some(all)
}

fn labels(row: &Row, zh: usize, en: usize) -> Labels {
    let text = |at: usize| Some(row.cell(at).to_owned()).filter(|text| !text.is_empty());
    Labels {
        zh: text(zh),
        en: text(en),
    }
}

/// A row with its sheet and number.
struct Page<'s> {
    sheet: &'s Sheet,
    row: &'s Row,
    number: usize,
}

impl Page<'_> {
    /// The cell that names the row: not empty, and no two alike.
    fn named(
        &self,
        loading: &mut Loading<'_>,
        column: usize,
        places: &mut BTreeMap<String, usize>,
    ) -> Option<String> {
        let (sheet, row) = (self.sheet, self.row);
        let id = row.cell(column);
        if id.is_empty() {
            let title = "a row without its clause";
            let complaint = sheet.bad_cell(loading, complaint::EMPTY_KEY, title, (row, column));
            loading.complain(complaint);
            return None;
        }
        if let Some(first) = places.get(id) {
            let title = format!("two rows for `{}`", short(id));
            let complaint = sheet
                .bad_cell(loading, complaint::TWO_ROWS_FIT, title, (row, column))
                .also(sheet.span_of(loading, *first), "the first");
            loading.complain(complaint);
            return None;
        }
        places.insert(id.to_owned(), self.number);
        Some(id.to_owned())
    }

    /// The cell as one of the words it may be.
    fn one_of<T: Copy>(
        &self,
        loading: &mut Loading<'_>,
        column: usize,
        what: &str,
        words: &[(&str, T)],
    ) -> Option<T> {
        let text = self.row.cell(column);
        if let Some((_, found)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*found);
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let title = format!("`{}` is no {what}", short(text));
        let complaint = self
            .sheet
            .bad_cell(loading, complaint::BAD_CELL, title, (self.row, column))
            .help(format!("one of {}", known.join(", ")));
        loading.complain(complaint);
        None
    }
}
