//! The small pieces of print: words, names, texts, comments and columns.

use crate::syntax::ast::*;
use crate::syntax::lex::{is_bare_name, is_digits};
use crate::syntax::words::{Lang, Word};
use unicode_width::UnicodeWidthStr;

/// Columns that a line may have before it is broken.
pub(super) const WIDTH: usize = 92;

/// Prints in one language.
#[derive(Clone, Copy)]
pub(super) struct Printer {
    pub lang: Lang,
}

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text with blanks behind it up to that many columns.
pub(super) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// A comment on a line of its own.
pub(super) fn comment_line(indent: &str, comment: &str) -> String {
    if comment.is_empty() {
        format!("{indent}#\n")
    } else {
        format!("{indent}# {comment}\n")
    }
}

/// Lines with their comments: those before, and the one at the end of the first line.
pub(super) fn with_notes(indent: &str, notes: &Notes, text: &str) -> String {
    let mut out = String::new();
    for (n, comment) in (1u32..).zip(&notes.before) {
        out.push_str(&comment_line(indent, comment));
        if notes.gaps.contains(&n) {
            out.push('\n');
        }
    }
    for (n, line) in text.lines().enumerate() {
        out.push_str(line.trim_end());
        if let (0, Some(after)) = (n, &notes.after) {
            out.push_str("  ");
            out.push_str(comment_line("", after).trim_end());
        }
        out.push('\n');
    }
    out
}

/// Joins the parts that are not empty with blanks.
pub(super) fn spaced<S: AsRef<str>>(parts: impl IntoIterator<Item = S>) -> String {
    let mut out = String::new();
    for part in parts {
        if !part.as_ref().is_empty() {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(part.as_ref());
        }
    }
    out
}

impl Printer {
    pub fn word(self, word: Word) -> &'static str {
        word.spelling(self.lang)
    }

    /// A name, in `「」` where it would not be read back as one.
    pub fn name(self, name: &str) -> String {
        // These begin a word of several parts, where `of` follows them.
        let begins_word = [
            "sum", "count", "min", "max", "number", "earlier", "later", "end",
        ]
        .contains(&name);
        if is_bare_name(name) && !begins_word {
            name.to_string()
        } else {
            format!("「{name}」")
        }
    }

    /// A code: digits as they are, a name as it is, anything else as a text.
    pub fn code(self, code: &str) -> String {
        let bare = is_digits(code) || (is_bare_name(code) && !self.name(code).starts_with('「'));
        if bare && !code.contains('[') {
            code.to_string()
        } else {
            self.text(code)
        }
    }

    pub fn text(self, text: &str) -> String {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }

    pub fn names(self, names: &[Name]) -> String {
        let all: Vec<String> = names.iter().map(|n| self.name(&n.node)).collect();
        all.join(", ")
    }

    pub fn labels(self, labels: &Labels) -> String {
        let zh = labels.zh.as_ref().map(|t| self.text(&t.node));
        let en = labels
            .en
            .as_ref()
            .map(|t| format!("/ {}", self.text(&t.node)));
        spaced([zh, en].into_iter().flatten())
    }

    /// A word and what follows it.
    pub fn led(self, word: Word, rest: &str) -> String {
        spaced([self.word(word), rest])
    }

    pub fn sure(self, sure: Sure) -> &'static str {
        self.word(match sure {
            Sure::Found => Word::Found,
            Sure::High => Word::High,
            Sure::Medium => Word::Medium,
            Sure::Low => Word::Low,
            Sure::Design => Word::Design,
        })
    }

    pub fn citation(self, citation: &Citation) -> String {
        let numbered = |number: &Option<Spanned<String>>, word: Word, unit: &str| {
            number.as_ref().map(|n| match self.lang {
                Lang::En => format!("{} {}", self.word(word), n.node),
                Lang::Zh => format!("第 {} {unit}", n.node),
            })
        };
        let article = numbered(&citation.article, Word::Article, "条");
        let paragraph = numbered(&citation.paragraph, Word::Paragraph, "款");
        spaced(
            [Some(self.name(&citation.law.node)), article, paragraph]
                .into_iter()
                .flatten(),
        )
    }

    pub fn basis(self, citations: &[Citation], sure: &Option<Spanned<Sure>>) -> String {
        let all: Vec<String> = citations.iter().map(|c| self.citation(c)).collect();
        let joined = all.join(&format!(" {} ", self.word(Word::And)));
        match sure {
            Some(sure) => format!(
                "{joined}, {} {}",
                self.word(Word::Sure),
                self.sure(sure.node)
            ),
            None => joined,
        }
    }

    pub fn force(self, force: &Force) -> String {
        let day = |word: Word, day: &Option<LegalDay>| match day {
            Some(LegalDay::Date(date)) => self.led(word, &date.node),
            Some(LegalDay::Event(event)) => spaced([
                self.word(word),
                self.word(Word::Event),
                &self.name(&event.node),
            ]),
            None => String::new(),
        };
        let on = force
            .on
            .as_ref()
            .map(|f| self.led(Word::On, &self.name(&f.node)))
            .unwrap_or_default();
        spaced([
            day(Word::From, &force.from),
            day(Word::Until, &force.until),
            on,
        ])
    }

    pub fn typ(self, typ: &Type) -> String {
        let w = |word| self.word(word).to_string();
        let by_field = |word, field: &Name| {
            spaced([
                self.word(word),
                self.word(Word::In),
                &self.name(&field.node),
            ])
        };
        match typ {
            Type::Bool => w(Word::Bool),
            Type::Integer => w(Word::Integer),
            Type::Decimal => w(Word::Decimal),
            Type::Rate => w(Word::Rate),
            Type::Date => w(Word::Date),
            Type::Text => w(Word::Text),
            Type::Hs => w(Word::Hs),
            Type::Money(currency) => self.led(Word::Money, &self.name(&currency.node)),
            Type::MoneyIn(field) => by_field(Word::Money, field),
            Type::Quantity(unit) => self.led(Word::Quantity, &self.name(&unit.node)),
            Type::QuantityIn(field) => by_field(Word::Quantity, field),
            Type::Code(table) => self.led(Word::Code, &self.name(&table.node)),
            Type::Set(table) => spaced([
                w(Word::Set),
                w(Word::Of),
                w(Word::Code),
                self.name(&table.node),
            ]),
            Type::List {
                least,
                most,
                element,
                key,
            } => spaced([
                least.to_string(),
                w(Word::To),
                most.to_string(),
                self.name(&element.node),
                key.as_ref()
                    .map(|k| self.led(Word::Key, &self.name(&k.node)))
                    .unwrap_or_default(),
            ]),
        }
    }

    pub fn policy(self, policy: Policy) -> &'static str {
        self.word(match policy {
            Policy::ExactlyOne => Word::ExactlyOneRowFits,
            Policy::First => Word::FirstRowThatFits,
            Policy::All => Word::AllRowsThatFit,
        })
    }
}
