//! The register of clauses beside the rules, where there is one: what the rules answer for, and
//! what is not encoded, with the reason.

use crate::folder::{FileError, Folder};
use crate::ground::diagnostic::{Code, Diagnostic};
use crate::ground::span::Span;
use crate::schema::Lang;
use std::collections::BTreeMap;

/// Every clause of the study.
const CLAUSES: &str = "clauses.csv";
/// The clauses that no rule stands for.
const NOT_ENCODED: &str = "not_encoded.csv";

/// A clause of the study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) mark: String,
    pub(super) section: String,
    zh: String,
    en: String,
}

impl Clause {
    /// What it says.
    pub(super) fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A clause that no rule stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotEncoded {
    pub(super) clause: String,
    pub(super) reason: String,
    zh: String,
    en: String,
}

impl NotEncoded {
    /// Why there is no rule for it.
    pub(super) fn why(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// What the two files say; empty where they are not there.
#[derive(Debug, Default)]
pub(super) struct Register {
    clauses: BTreeMap<String, Clause>,
    pub(super) not_encoded: Vec<NotEncoded>,
}

impl Register {
    /// Reads what is there.
    pub(super) fn read(folder: &Folder) -> Result<Register, Vec<Diagnostic>> {
        let clauses = rows(folder, CLAUSES)?;
        let clauses = clauses.into_iter().map(|mut row| {
            let clause = Clause {
                mark: row.take("mark"),
                section: row.take("section"),
                zh: row.take("title_zh"),
                en: row.take("title_en"),
            };
            (row.take("clause"), clause)
        });
        let not_encoded = rows(folder, NOT_ENCODED)?
            .into_iter()
            .map(|mut row| NotEncoded {
                clause: row.take("clause"),
                reason: row.take("reason"),
                zh: row.take("why_zh"),
                en: row.take("why_en"),
            });
        Ok(Register {
            clauses: clauses.collect(),
            not_encoded: not_encoded.collect(),
        })
    }

    /// The clause of that name.
    pub(super) fn clause(&self, id: &str) -> Option<&Clause> {
        self.clauses.get(id)
    }
}

/// One row by its columns.
struct Row(BTreeMap<String, String>);

impl Row {
    fn take(&mut self, column: &str) -> String {
        self.0.remove(column).unwrap_or_default()
    }
}

fn rows(folder: &Folder, name: &str) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let refused = |why: String| {
        vec![Diagnostic::new(
            Code("E0603"),
            format!("`{name}`: {why}"),
            Span::default(),
        )]
    };
    let bytes = match folder.file(name) {
        Ok(bytes) => bytes,
        Err(FileError::Missing { .. }) => return Ok(Vec::new()),
        Err(why) => return Err(refused(why.to_string())),
    };
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(bytes.as_ref());
    let headers = reader
        .headers()
        .map_err(|why| refused(why.to_string()))?
        .clone();
    let mut all = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|why| refused(why.to_string()))?;
        let cells = headers
            .iter()
            .map(str::to_owned)
            .zip(record.iter().map(str::to_owned));
        all.push(Row(cells.collect()));
    }
    Ok(all)
}
