//! Why a verb stops: said in one line with what may help, and turned into an exit code.

use super::terminal::Terminal;
use crate::ground::render::visible;
use anstyle::AnsiColor;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// The exit code that a shell reports for a tool whose reader went away.
const CLOSED: u8 = 141;

/// Why a verb stops.
#[derive(Debug)]
pub(super) enum Failure {
    /// What was asked for cannot be done: a missing file, a wrong name.
    Usage {
        /// What is wrong, in lower case without a full stop.
        what: String,
        /// What may help.
        help: Vec<String>,
        /// What belongs to it, line by line.
        notes: Vec<String>,
    },
    /// The result cannot be written.
    Write {
        /// Where to.
        to: String,
        /// What the system says.
        why: io::Error,
        /// What is there nevertheless.
        notes: Vec<String>,
        /// What may help.
        help: Vec<String>,
    },
    /// All that is to be said was said.
    Told,
}

impl Failure {
    /// What was asked for cannot be done.
    pub(super) fn usage(what: impl Into<String>) -> Failure {
        Failure::Usage {
            what: what.into(),
            help: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The result cannot be written there.
    pub(super) fn write(to: impl Into<String>, why: io::Error) -> Failure {
        Failure::Write {
            to: to.into(),
            why,
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Adds a line of help.
    pub(super) fn help(mut self, line: impl Into<String>) -> Failure {
        if let Failure::Usage { help, .. } | Failure::Write { help, .. } = &mut self {
            help.push(line.into());
        }
        self
    }

    /// Adds a line of what belongs to it.
    pub(super) fn note(mut self, line: impl Into<String>) -> Failure {
        if let Failure::Usage { notes, .. } | Failure::Write { notes, .. } = &mut self {
            notes.push(line.into());
        }
        self
    }

    /// Says what went wrong and gives the exit code.
    pub(super) fn report(self, terminal: &Terminal) -> ExitCode {
        let (what, help, notes, code) = match self {
            Failure::Usage { what, help, notes } => (what, help, notes, 2),
            // Nobody is left who could read a message.
            Failure::Write { why, .. } if why.kind() == ErrorKind::BrokenPipe => {
                return ExitCode::from(CLOSED);
            }
            Failure::Write {
                to,
                why,
                notes,
                help,
            } => {
                let what = format!("{} cannot be written: {}", visible(&to), said(&why));
                (what, help, notes, 1)
            }
            Failure::Told => return ExitCode::from(2),
        };
        let mut text = format!(
            "{}: {what}\n",
            terminal.err_paint("error", AnsiColor::Red, true)
        );
        for line in notes {
            text.push_str(&format!("  {line}\n"));
        }
        for line in help {
            text.push_str(&format!(
                "  {} {line}\n",
                terminal.err_paint("help:", AnsiColor::White, true)
            ));
        }
        // Where the standard error is gone too, the exit code is all that can be said.
        let _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(code)
    }
}

impl From<io::Error> for Failure {
    /// An error of the standard output.
    fn from(why: io::Error) -> Failure {
        Failure::write("the output", why)
    }
}

/// What the system says, in the same words on every system where there are such words.
pub(super) fn said(why: &io::Error) -> String {
    match why.kind() {
        ErrorKind::NotFound => "there is no such file or folder".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::NotADirectory => "a part of the path is not a folder".into(),
        ErrorKind::StorageFull => "no space is left".into(),
        kind => kind.to_string(),
    }
}
