//! The complaints of one file, kept up to a limit and counted beyond it.

use super::codes;
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::span::Span;

/// Complaints in the making.
pub(crate) struct Complaints {
    kept: Vec<Diagnostic>,
    most: usize,
    dropped: usize,
    last: Span,
}

impl Complaints {
    /// Keeps at most that many.
    pub fn new(most: usize) -> Self {
        Complaints {
            kept: Vec::new(),
            most,
            dropped: 0,
            last: Span::default(),
        }
    }

    /// Keeps one, or counts it.
    pub fn push(&mut self, complaint: Diagnostic) {
        self.last = complaint.span();
        if self.kept.len() < self.most {
            self.kept.push(complaint);
        } else {
            self.dropped += 1;
        }
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.kept.len() + self.dropped
    }

    /// Whether none was only counted.
    pub fn all_kept(&self) -> bool {
        self.dropped == 0
    }

    /// All that were kept, by place, and last the number of those that were not.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        diagnostic::sort(&mut self.kept);
        if self.dropped > 0 {
            let title = format!("{} more complaints are not shown", self.dropped);
            let help = "mend those above first";
            self.kept
                .push(Diagnostic::new(codes::MORE, title, self.last).help(help));
        }
        self.kept
    }
}
