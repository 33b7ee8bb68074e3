//! Outcomes and departments as text: who speaks, and what may become of a movement.

use super::pieces::{Printer, WIDTH, spaced, width, with_notes};
use crate::syntax::ast::*;
use crate::syntax::words::Word;

impl Printer {
    /// Outcomes or departments: on one line, or one a line where there are comments.
    fn several(self, word: Word, all: &[(String, &Notes)], between: &str) -> (String, String) {
        let texts: Vec<&str> = all.iter().map(|(text, _)| text.as_str()).collect();
        let joint = if between == "," {
            ", ".to_string()
        } else {
            format!(" {between} ")
        };
        let line = format!("{} {}", self.word(word), texts.join(&joint));
        if width(&line) <= WIDTH && all.iter().all(|(_, notes)| **notes == Notes::default()) {
            return (line, String::new());
        }
        let glue = if between == "," { "," } else { " <" };
        let last = texts.len().saturating_sub(1);
        let lines = all.iter().enumerate().map(|(n, (text, notes))| {
            with_notes(
                "  ",
                notes,
                &format!("  {text}{}", if n < last { glue } else { "" }),
            )
        });
        (self.word(word).to_string(), lines.collect())
    }

    pub(super) fn departments(self, x: &Departments) -> (String, String) {
        let department = |n: &Noted<Department>| {
            let Department {
                name,
                labels,
                sees_all,
            } = &n.node;
            let all = if *sees_all {
                self.word(Word::SeesAll)
            } else {
                ""
            };
            let (name, labels) = (self.name(&name.node), self.labels(labels));
            spaced([name, labels, all.to_owned()])
        };
        let all = x.departments.iter().map(|n| (department(n), &n.notes));
        self.several(Word::Departments, &all.collect::<Vec<_>>(), ",")
    }

    pub(super) fn outcomes(self, x: &Outcomes) -> (String, String) {
        let outcome = |n: &Noted<(Name, Labels)>| {
            let (name, labels) = &n.node;
            spaced([self.name(&name.node), self.labels(labels)])
        };
        let all = x.outcomes.iter().map(|n| (outcome(n), &n.notes));
        let (mut header, mut rest) = self.several(Word::Outcomes, &all.collect::<Vec<_>>(), "<");
        let named =
            |word, name: &Option<Name>| name.as_ref().map(|n| self.led(word, &self.name(&n.node)));
        for part in [
            named(Word::Missing, &x.missing),
            named(Word::Advice, &x.advice),
        ]
        .into_iter()
        .flatten()
        {
            if rest.is_empty() {
                header = spaced([header, part]);
            } else {
                rest.push_str(&format!("  {part}\n"));
            }
        }
        (header, rest)
    }
}
