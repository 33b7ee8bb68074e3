//! From a rule folder to a rule set in one call, for those who need no more than that.
//!
//! [`compile`] gives complaints as data and warnings beside a good rule set;
//! here there is a rule set, or an error that prints what is wrong with the texts.

use crate::check::rules::RuleSet;
use crate::check::{Compiled, compile};
use crate::folder::{Folder, FolderError};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::render::{Colours, render};
use crate::ground::source::Sources;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Reads and checks the rules of a folder, or of one `.rules` file, within the default limits.
///
/// # Errors
/// That the folder cannot be read, or all that is wrong with the rules in it.
///
/// ```
/// let rules = kakou::load("examples/gate")?;
/// assert_eq!(rules.rules.len(), 2);
/// let refused = kakou::load("examples/no_such_gate").unwrap_err();
/// assert_eq!(refused.to_string(), "there is no folder `examples/no_such_gate`");
/// # Ok::<(), kakou::CompileError>(())
/// ```
pub fn load(path: impl AsRef<Path>) -> Result<Arc<RuleSet>, CompileError> {
    let limits = Limits::default();
    let folder = Folder::open(path.as_ref(), &limits).map_err(|e| CompileError(Why::Folder(e)))?;
    accept(compile(&folder, &limits))
}

/// The rule set of a compilation that found no error. Warnings are left behind.
///
/// # Errors
/// All that is wrong with the rules.
///
/// ```
/// use kakou::{Folder, Limits, compile, load::accept};
/// let folder = Folder::from_texts([("gate.rules", "rule G-01\n  when lien is first\n")]);
/// let refused = accept(compile(&folder, &Limits::default())).unwrap_err();
/// assert!(!refused.diagnostics().is_empty());
/// assert!(refused.to_string().contains("gate.rules:"));
/// ```
pub fn accept(compiled: Compiled) -> Result<Arc<RuleSet>, CompileError> {
    let Compiled {
        rules,
        diagnostics,
        not_shown,
        sources,
        ..
    } = compiled;
    rules.ok_or(CompileError(Why::Rules {
        diagnostics,
        not_shown,
        sources,
    }))
}

/// Why there is no rule set. It owns all it needs to be shown, and [`Display`](fmt::Display) draws
/// the complaints with their lines.
///
/// ```
/// let error = kakou::load("README.md").unwrap_err();
/// assert!(error.diagnostics().is_empty()); // Nothing is wrong in a text; there is none.
/// ```
pub struct CompileError(Why);

#[derive(Debug)]
enum Why {
    Folder(FolderError),
    Rules {
        diagnostics: Vec<Diagnostic>,
        not_shown: u64,
        sources: Sources,
    },
}

/// What an embedder shows of rules that are refused, in its own form.
///
/// ```
/// use kakou::{Folder, Limits, compile, load::accept};
/// let folder = Folder::from_texts([("gate.rules", "law GATE\nlwa GATE\n")]);
/// let error = accept(compile(&folder, &Limits::default())).unwrap_err();
/// let sources = error.sources().ok_or("no texts")?;
/// let words: Vec<&str> = error
///     .diagnostics()
///     .iter()
///     .filter_map(|complaint| Some(sources.get(complaint.span().source)?.slice(complaint.span())))
///     .collect();
/// assert!(words.contains(&"lwa"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl CompileError {
    /// The complaints, in the order of their places; none where the folder itself cannot be read.
    ///
    /// ```
    /// use kakou::{Folder, Limits, compile, load::accept};
    /// let folder = Folder::from_texts([("gate.rules", "lwa GATE\n")]);
    /// let refused = accept(compile(&folder, &Limits::default())).unwrap_err();
    /// assert!(refused.diagnostics().iter().any(|complaint| complaint.title.contains("lwa")));
    /// // A folder that is not there has no texts in which something could be wrong.
    /// assert!(kakou::load("no/such/folder").unwrap_err().diagnostics().is_empty());
    /// ```
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match &self.0 {
            Why::Folder(_) => &[],
            Why::Rules { diagnostics, .. } => diagnostics,
        }
    }

    /// The texts that the complaints point into; none where the folder itself cannot be read.
    ///
    /// ```
    /// use kakou::{Folder, Limits, compile, load::accept};
    /// let folder = Folder::from_texts([("gate.rules", "lwa GATE\n")]);
    /// let refused = accept(compile(&folder, &Limits::default())).unwrap_err();
    /// let names: Vec<&str> = refused.sources().into_iter().flat_map(|s| s.iter()).map(|(_, s)| s.name()).collect();
    /// assert_eq!(names, ["gate.rules"]);
    /// assert!(kakou::load("no/such/folder").unwrap_err().sources().is_none());
    /// ```
    pub fn sources(&self) -> Option<&Sources> {
        match &self.0 {
            Why::Folder(_) => None,
            Why::Rules { sources, .. } => Some(sources),
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Why::Folder(error) => error.fmt(f),
            Why::Rules {
                diagnostics,
                not_shown,
                sources,
            } => {
                f.write_str(&render(diagnostics, sources, Colours::Plain))?;
                match not_shown {
                    0 => Ok(()),
                    more => write!(f, "\n{more} more complaints are not shown\n"),
                }
            }
        }
    }
}

/// The same as it is shown, since this is what a program prints whose `main` returns the error.
impl fmt::Debug for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for CompileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Why::Folder(error) => Some(error),
            Why::Rules { .. } => None,
        }
    }
}
