//! Rules are opened and checked, the same way for every verb.

use super::failure::{Failure, said};
use super::terminal::Terminal;
use crate::check::rules::RuleSet;
use crate::check::{Compiled, compile};
use crate::folder::{Folder, FolderError};
use crate::ground::diagnostic::Severity;
use crate::ground::limits::Limits;
use crate::ground::render::{render, visible};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many complaints a verb other than `check` shows.
const FIRST: usize = 10;

/// Opens a rule folder.
pub(super) fn open(rules: &Path, limits: &Limits) -> Result<Folder, Failure> {
    Folder::open(rules, limits).map_err(|why| {
        let failure = match &why {
            FolderError::Unreadable { name, why } => Failure::usage(format!(
                "`{}` cannot be read: {}",
                visible(name),
                said(&(*why).into())
            )),
            _ => Failure::usage(visible(&why.to_string())),
        };
        match why {
            FolderError::Missing { .. } => {
                failure.help("RULES is a folder with `.rules` files, or one `.rules` file")
            }
            FolderError::Empty { .. } => {
                failure.help("rule files end in `.rules`; hidden files and folders are not read")
            }
            _ => failure,
        }
    })
}

/// Opens and checks rules; where they are wrong, says so on the standard error and stops.
pub(super) fn load(
    rules: &Path,
    limits: &Limits,
    terminal: &Terminal,
) -> Result<(Folder, Compiled, Arc<RuleSet>), Failure> {
    let folder = open(rules, limits)?;
    let mut compiled = compile(&folder, limits);
    let Some(set) = compiled.rules.clone() else {
        let errors = compiled
            .diagnostics
            .iter()
            .filter(|d| d.code.severity() == Severity::Error);
        let first: Vec<_> = errors.take(FIRST).cloned().collect();
        let count = Count::of(&compiled);
        let rest = count.errors.saturating_sub(first.len() as u64);
        let mut text = render(&first, &compiled.sources, terminal.err_colours());
        text.push('\n');
        text.push_str(&count.text(terminal, false));
        let more = if rest > 0 {
            format!("{}; ", counted(rest, "more error"))
        } else {
            String::new()
        };
        let path = visible(&rules.display().to_string());
        text.push_str(&format!("{more}`kakou check {path}` shows all there is\n"));
        let _ = io::stderr().write_all(text.as_bytes());
        return Err(Failure::Told);
    };
    compiled.diagnostics.clear();
    Ok((folder, compiled, set))
}

/// The paths of all texts of a rule set, lists and code tables included.
pub(super) fn files(rules: &Path, compiled: &Compiled) -> Vec<PathBuf> {
    let folder = if rules.is_dir() {
        rules
    } else {
        rules.parent().unwrap_or(Path::new(""))
    };
    compiled
        .sources
        .iter()
        .map(|(_, source)| folder.join(source.name()))
        .collect()
}

/// How many complaints there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    /// Errors, those beyond the limit included.
    pub(super) errors: u64,
    /// Warnings.
    pub(super) warnings: u64,
}

impl Count {
    /// The complaints of one compilation.
    pub(super) fn of(compiled: &Compiled) -> Count {
        let all = compiled.diagnostics.len() as u64;
        let is_error =
            |d: &&crate::ground::diagnostic::Diagnostic| d.code.severity() == Severity::Error;
        let errors = compiled.diagnostics.iter().filter(is_error).count() as u64;
        Count {
            errors: errors + compiled.not_shown,
            warnings: all - errors,
        }
    }

    /// `error: 3 errors, 1 warning` for the end of a list of complaints.
    pub(super) fn text(self, terminal: &Terminal, out: bool) -> String {
        let paint = |text: &str, colour| match out {
            true => terminal.paint(text, colour, true),
            false => terminal.err_paint(text, colour, true),
        };
        let mut parts = Vec::new();
        if self.errors > 0 {
            parts.push(paint(
                &counted(self.errors, "error"),
                anstyle::AnsiColor::Red,
            ));
        }
        if self.warnings > 0 {
            parts.push(paint(
                &counted(self.warnings, "warning"),
                anstyle::AnsiColor::Yellow,
            ));
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!("{}\n", parts.join(", "))
        }
    }
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// A number for people.
pub(super) fn thousands(n: u64) -> String {
    let number = i64::try_from(n).unwrap_or(i64::MAX);
    crate::ground::number::Number::from_i64(number).for_people(0)
}
