//! Text becomes a tree, and a tree becomes text.
//!
//! [`parse`] reads a file in either language and goes on behind every mistake; [`print`](print::print)
//! writes the canonical layout. Nothing here knows what a name means.

pub mod ast;
mod chars;
pub mod codes;
mod complaints;
#[allow(
    clippy::type_complexity,
    reason = "a table of words and constructors is plainer than a type of its own"
)]
mod grammar;
mod input;
mod lex;
mod notes;
pub(crate) mod parts;
pub mod print;
mod words;

pub use words::Lang;

use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::span::{SourceId, Span};
use complaints::Complaints;
use grammar::stretch::Reader;

/// Reads a file of rules or of schema. What could not be read is left out of the tree and
/// complained about; the tree is whole where there is no complaint.
///
/// ```
/// use kakou::ground::{limits::Limits, span::SourceId};
/// let (file, complaints) =
///     kakou::syntax::parse(SourceId(0), "rule CB-01\n  when a > 5\n  then hold\n", &Limits::default());
/// assert!(complaints.is_empty());
/// assert_eq!(file.items.len(), 1);
/// // A word that no item begins with is refused, with the nearest one as help.
/// let (_, complaints) = kakou::syntax::parse(SourceId(0), "rul CB-01\n", &Limits::default());
/// assert_eq!(complaints[0].help, ["did you mean `rule`?"]);
/// ```
pub fn parse(id: SourceId, text: &str, limits: &Limits) -> (ast::File, Vec<Diagnostic>) {
    let mut complaints = Complaints::new(limits.diagnostics);
    if parts::is_too_long(text, limits) {
        let title = format!(
            "the file has {} bytes, and {} are allowed",
            text.len(),
            limits.source_bytes
        );
        let complaint = Diagnostic::new(codes::TOO_LONG, title, Span::new(id, 0, 0));
        complaints.push(complaint.help("divide it into several files"));
        return (ast::File::default(), complaints.finish());
    }
    let lexed = lex::lex(id, text, &mut complaints);
    let mut reader = Reader {
        complaints: &mut complaints,
        limits,
    };
    let items = grammar::items::file(&lexed.tokens, &mut reader);
    let mut file = ast::File {
        items,
        comments: Vec::new(),
    };
    notes::attach(&mut file, &lexed, text);
    (file, complaints.finish())
}

/// The language of the first item's word, which the formatter keeps; English where there is none.
///
/// ```
/// use kakou::syntax::{language_of, Lang};
/// assert_eq!(language_of("# 说明\n规则 A\n"), Lang::Zh);
/// assert_eq!(language_of("rule A\n"), Lang::En);
/// ```
pub fn language_of(text: &str) -> Lang {
    let lexed = lex::lex(SourceId(0), text, &mut Complaints::new(0));
    let mut firsts = lexed
        .tokens
        .iter()
        .filter(|t| t.column_one)
        .filter_map(|t| t.word);
    firsts
        .find(|(word, _)| words::ITEMS.contains(word))
        .map_or(Lang::En, |(_, lang)| lang)
}

/// Reads one expression inside a text that stands at a place, as messages hold them in braces.
/// `at` is the place of the expression, where it is known, and otherwise of the whole text.
///
/// ```
/// use kakou::ground::{limits::Limits, span::Span};
/// use kakou::syntax::expression;
/// assert!(expression("exit_date + 6 months", Span::default(), &Limits::default()).is_ok());
/// assert!(expression("exit_date + + 6", Span::default(), &Limits::default()).is_err());
/// ```
///
/// # Errors
/// The complaints, all at `at`.
pub fn expression(text: &str, at: Span, limits: &Limits) -> Result<ast::Expr, Vec<Diagnostic>> {
    let mut complaints = Complaints::new(limits.diagnostics);
    let mut lexed = lex::lex(at.source, text, &mut complaints);
    for token in &mut lexed.tokens {
        token.span = at;
        token.column_one = false;
        token.first_on_line = false;
    }
    let mut reader = Reader {
        complaints: &mut complaints,
        limits,
    };
    let read = reader.whole(&lexed.tokens, false, grammar::expressions::expression);
    let found: Vec<Diagnostic> = complaints
        .finish()
        .into_iter()
        .map(|d| Diagnostic {
            labels: vec![crate::ground::diagnostic::Label {
                span: at,
                text: "in this text".to_owned(),
            }],
            ..d
        })
        .collect();
    match read {
        Some(expr) if found.is_empty() => Ok(expr),
        _ => Err(found),
    }
}
