//! What the names in the texts stand for.

use super::memo::Renoted;
use super::names::Named;
use crate::ground::span::Span;
use std::fmt;
use std::sync::OnceLock;

/// What was noted of names, put together when it is first asked for.
#[derive(Default)]
pub(super) struct Noted {
    read: Vec<(Span, Named)>,
    known: Vec<Renoted>,
    all: OnceLock<Vec<(Span, Named)>>,
}

impl Noted {
    /// Of texts that were read, and of rules that were known.
    pub fn new(read: Vec<(Span, Named)>, known: Vec<Renoted>) -> Noted {
        Noted {
            read,
            known,
            all: OnceLock::new(),
        }
    }

    /// All of it, once for each place, in their order.
    pub fn all(&self) -> &[(Span, Named)] {
        self.all.get_or_init(|| {
            let known = self.known.iter().flat_map(Renoted::iter);
            let mut all: Vec<(Span, Named)> = self.read.iter().cloned().chain(known).collect();
            all.sort();
            all.dedup();
            all
        })
    }
}

impl fmt::Debug for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all().fmt(f)
    }
}
