//! Stretches of tokens: cutting an item into clauses, and reading one stretch to its end.

use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::span::{At, Span};
use crate::syntax::ast::{Noted, Notes};
use crate::syntax::codes;
use crate::syntax::complaints::Complaints;
use crate::syntax::input::{Context, Expected, Failure, Parsed, Tokens};
use crate::syntax::lex::{Kind, Token};
use crate::syntax::words::{Class, Word};

/// Operators that one stretch may have: each may make the tree one level deeper.
const OPERATORS: usize = 1000;
/// Levels that stay within the stack of a small thread, whatever the limit says.
const MOST_LEVELS: usize = 128;
/// Alternatives that a complaint names before it says "or something else".
const NAMED: usize = 8;

/// What reading a file shares.
pub(crate) struct Reader<'c> {
    pub complaints: &'c mut Complaints,
    pub limits: &'c Limits,
}

impl Reader<'_> {
    /// Reads a stretch with a production that must take it whole.
    pub fn whole<T>(
        &mut self,
        tokens: &[Token<'_>],
        places: bool,
        production: impl for<'t> Fn(Tokens<'t>) -> Parsed<'t, T>,
    ) -> Option<T> {
        if let Some(over) = tokens.iter().filter(|t| is_operator(t)).nth(OPERATORS) {
            let title = format!("an expression has more than {OPERATORS} operators");
            let complaint = Diagnostic::new(codes::TOO_DEEP, title, over.span);
            self.complaints
                .push(complaint.help("give a part of it a name of its own with `let`"));
            return None;
        }
        let end = tokens.last().map_or(Span::default(), |t| {
            Span::new(t.span.source, t.span.end, t.span.end)
        });
        let context = Context::new(self.limits.nesting.min(MOST_LEVELS), places, end);
        let input = Tokens {
            rest: tokens,
            context: &context,
            depth: 0,
            divides: false,
            anded: false,
            explaining: false,
        };
        let failure = match production(input) {
            Ok((rest, found)) if rest.rest.is_empty() => return Some(found),
            Ok((rest, _)) => match rest.expected::<()>("the end of the line") {
                Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => failure,
                _ => return None,
            },
            Err(nom::Err::Error(failure) | nom::Err::Failure(failure)) => failure,
            Err(nom::Err::Incomplete(_)) => return None,
        };
        self.report(tokens, context.failure(failure), end);
        None
    }

    fn report(&mut self, tokens: &[Token<'_>], failure: Failure, end: Span) {
        let at = tokens.len().saturating_sub(failure.left());
        if let Some(said) = failure.said {
            self.complaints.push(*said);
            return;
        }
        // What the lexer has complained about already is not complained about again.
        if tokens.iter().take(at + 1).any(|t| t.bad) {
            return;
        }
        let expected = joined(&failure.expected);
        let Some(found) = tokens.get(at) else {
            let complaint = Diagnostic::new(codes::UNEXPECTED, format!("expected {expected}"), end);
            self.complaints
                .push(complaint.label("the clause ends here"));
            return;
        };
        let word = found.word.filter(|(w, _)| w.class() == Class::Reserved);
        let wants_name = failure
            .expected
            .iter()
            .any(|e| matches!(e, Expected::Called("a name" | "a code")));
        if let (Some(_), true) = (word, wants_name) {
            let title = format!(
                "expected {expected}, but `{}` is a word of the language",
                found.text
            );
            let complaint = Diagnostic::new(codes::RESERVED, title, found.span);
            self.complaints
                .push(complaint.help(format!("if it is a name, write `「{}」`", found.text)));
            return;
        }
        let complaint = Diagnostic::new(
            codes::UNEXPECTED,
            format!("expected {expected}"),
            found.span,
        );
        self.complaints.push(complaint.label("found this instead"));
    }

    /// Reads one stretch as a clause, field or row with its place.
    pub fn noted<T>(
        &mut self,
        tokens: &[Token<'_>],
        places: bool,
        production: impl for<'t> Fn(Tokens<'t>) -> Parsed<'t, T>,
    ) -> Option<Noted<T>> {
        let node = self.whole(tokens, places, production)?;
        Some(Noted {
            node,
            at: place(tokens),
            notes: Notes::default(),
        })
    }

    /// Complains about the second of two clauses that may stand once.
    pub fn twice(&mut self, first: Span, second: Span, what: &str) {
        let complaint = Diagnostic::new(codes::TWICE, format!("`{what}` stands twice"), second)
            .also(first, "the first is here")
            .help("one clause says all; join them");
        self.complaints.push(complaint);
    }
}

/// From the first token to the last.
pub(crate) fn place(tokens: &[Token<'_>]) -> At {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => At(first.span.to(last.span)),
        _ => At::default(),
    }
}

/// "`a`, `b` or a name"
fn joined(expected: &[Expected]) -> String {
    let expected: Vec<String> = expected.iter().map(Expected::to_string).collect();
    let (head, last) = match expected.get(..NAMED.min(expected.len())) {
        Some(named) if expected.len() > NAMED => (named, Some("something else")),
        Some([head @ .., last]) => (head, Some(last.as_str())),
        _ => (expected.as_slice(), None),
    };
    match (head.is_empty(), last) {
        (true, Some(last)) => last.to_string(),
        (false, Some(last)) => format!("{} or {last}", head.join(", ")),
        (_, None) => "something else".to_string(),
    }
}

fn is_operator(token: &Token<'_>) -> bool {
    let mark = token.kind == Kind::Mark && matches!(token.text.as_ref(), "+" | "-" | "*");
    mark || token
        .word
        .is_some_and(|(w, _)| matches!(w, Word::In | Word::On | Word::When | Word::Leading))
}

/// Cuts tokens before each that begins a line, outside parentheses, and fits. Where a parenthesis
/// is never closed, those behind it are cut as if it were not there.
pub(crate) fn cut_lines<'s, 'a>(
    tokens: &'s [Token<'a>],
    begins: impl Fn(&'s [Token<'a>], usize) -> bool,
) -> Vec<&'s [Token<'a>]> {
    let opens = |t: &Token<'_>| t.kind == Kind::Mark && t.text == "(";
    let closes = |t: &Token<'_>| t.kind == Kind::Mark && t.text == ")";
    // The parentheses that are never closed count for nothing.
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if opens(token) {
            open.push(at);
        } else if closes(token) {
            open.pop();
        }
    }
    let unclosed: std::collections::BTreeSet<usize> = open.into_iter().collect();
    let (mut cuts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (at, token) in tokens.iter().enumerate() {
        if at > start && depth == 0 && token.first_on_line && begins(tokens, at) {
            cuts.extend(tokens.get(start..at));
            start = at;
        }
        if opens(token) && !unclosed.contains(&at) {
            depth += 1;
        } else if closes(token) {
            depth = depth.saturating_sub(1);
        }
    }
    cuts.extend(tokens.get(start..).filter(|rest| !rest.is_empty()));
    cuts
}

/// Whether a token spells one of the words by itself.
pub(crate) fn opens_with(token: &Token<'_>, words: &[Word]) -> bool {
    let phrase = token.phrase.is_some_and(|(w, _)| words.contains(&w));
    phrase || token.word.is_some_and(|(w, _)| words.contains(&w))
}
