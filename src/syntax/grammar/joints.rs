//! What `and` and `or` join, and what to write where that cannot be seen at a glance.

use super::basic::word;
use super::expressions::{conjunct, sees_comparison};
use crate::ground::diagnostic::Diagnostic;
use crate::syntax::codes;
use crate::syntax::input::{Parsed, Tokens};
use crate::syntax::lex::{Kind, Token};
use crate::syntax::words::Word;

/// A suggestion that is longer says no more than its beginning.
const LONGEST: usize = 160;

/// Where codes stand that `or` joins.
#[derive(Clone, Copy)]
pub(crate) enum Place<'t> {
    /// In a test that begins there, whose codes begin there.
    Test(Tokens<'t>, Tokens<'t>),
    /// In the term of a scope.
    Scope,
    /// In the cell of a table.
    Cell,
}

/// One or more with `or` between. A test behind `or` is refused: in `a is b or c > 1` nobody
/// can see at a glance what the `or` joins.
pub(crate) fn alternatives<'t, T>(
    input: Tokens<'t>,
    one: impl Fn(Tokens<'t>) -> Parsed<'t, T>,
    place: Place<'t>,
) -> Parsed<'t, Vec<T>> {
    let (mut rest, first) = one(input)?;
    let mut all = vec![first];
    while rest.sees(Word::Or) {
        let joint = rest;
        let (after, _) = word(Word::Or)(rest)?;
        let found = one(after);
        let test_follows = match &found {
            Ok((after, _)) => begins_test(after),
            Err(nom::Err::Error(_)) => {
                after.sees(Word::Not) || after.sees_mark("(") || begins_no_code(after)
            }
            Err(_) => false,
        };
        if test_follows && input.explaining {
            return Ok((joint, all));
        }
        if test_follows {
            return joins_codes(joint, after, place);
        }
        let next;
        (rest, next) = found?;
        all.push(next);
    }
    let _noted = word(Word::Or)(rest);
    Ok((rest, all))
}

/// Whether a test goes on behind what could be a code.
fn begins_test(rest: &Tokens<'_>) -> bool {
    use Word::*;
    let words = [Is, IsNot, In, NotIn, Under, NotUnder, Has, Within];
    sees_comparison(rest).is_some()
        || words.iter().any(|w| rest.sees(*w))
        || ["+", "-", "*", "("].iter().any(|m| rest.sees_mark(m))
        // `first 8 digits of …`
        || rest.first().is_some_and(|t| t.kind == Kind::Digits)
}

/// Whether a word stands here that begins a test and is no code.
fn begins_no_code(rest: Tokens<'_>) -> bool {
    use Word::*;
    let words = [
        Any, Every, No, Exactly, AtLeast, SumOf, CountOf, MinOf, MaxOf, NumberOf, Rounded, Days,
        EarlierOf, LaterOf, EndOfMonth, EndOfYear,
    ];
    words.iter().any(|w| rest.sees(*w))
}

/// A test stands behind an `or` that joins codes.
fn joins_codes<'t, T>(joint: Tokens<'t>, after: Tokens<'t>, place: Place<'t>) -> Parsed<'t, T> {
    let say = |what: &str, help: String| {
        let title = format!("behind the codes of {what} an `or` joins codes, and a test follows");
        let complaint = Diagnostic::new(codes::OR_JOINS_CODES, title, joint.span());
        joint.say(complaint.label("joins codes").help(help))
    };
    match place {
        Place::Test(test, codes) => {
            let asked = text(asking_word(test, codes));
            let right = in_parentheses(test, joint, after);
            let help = format!("put the test before it in parentheses: `{right}`");
            say(&format!("`{asked}`"), help)
        }
        Place::Scope => {
            let help = "`;` joins the terms of a scope, which must all hold; what joins tests by `or` is said in `when`";
            say("a scope", help.to_owned())
        }
        Place::Cell => say("a cell", "write a row of its own for it".to_owned()),
    }
}

/// The tokens of `is`, `is not`, `under`, `has` and so on: the last word before the codes.
fn asking_word<'t>(test: Tokens<'t>, codes: Tokens<'t>) -> &'t [Token<'t>] {
    let before = before(test, codes);
    let two = before.len().saturating_sub(2);
    let phrase = before.get(two..).filter(|t| {
        t.first()
            .is_some_and(|t| t.phrase.is_some_and(|(_, n)| n == 2))
    });
    let last = before.len().saturating_sub(1);
    phrase.or(before.get(last..)).unwrap_or(&[])
}

/// The whole `or` with its parts in parentheses.
fn in_parentheses<'t>(test: Tokens<'t>, joint: Tokens<'t>, after: Tokens<'t>) -> String {
    let or = text(joint.rest.get(..1).unwrap_or(&[]));
    let mut right = format!("({})", text(before(test, joint)));
    let mut rest = joint;
    let mut next = after;
    loop {
        let reading = Tokens {
            explaining: true,
            ..next
        };
        let Ok((end, _)) = conjunct(reading) else {
            right.push_str(&format!(" {or} …"));
            break;
        };
        right.push_str(&format!(" {or} {}", enclosed(before(next, end))));
        rest = end;
        match word(Word::Or)(rest) {
            Ok((behind, _)) if right.len() <= LONGEST => next = behind,
            Ok(_) => {
                right.push_str(&format!(" {or} …"));
                break;
            }
            Err(_) => break,
        }
    }
    if joint.anded || rest.sees(Word::And) {
        right = format!("({right})");
    }
    shortened(right)
}

/// `and` and `or` in one condition: it begins at `input`, its last part at `last`, and the other
/// word stands at `at`.
pub(crate) fn mixed<'t, T>(input: Tokens<'t>, last: Tokens<'t>, at: Tokens<'t>) -> Parsed<'t, T> {
    let complaint = Diagnostic::new(
        codes::MIXED_AND_OR,
        "`and` and `or` stand in one condition without parentheses",
        at.span(),
    );
    if input.explaining {
        return at.say(complaint);
    }
    let other = text(at.rest.get(..1).unwrap_or(&[]));
    let next = Tokens {
        explaining: true,
        ..at.after(1)
    };
    let next = conjunct(next).map_or_else(
        |_| "…".to_owned(),
        |(end, _)| text(before(at.after(1), end)),
    );
    let all = text(before(input, at));
    let (head, tail) = (text(before(input, last)), text(before(last, at)));
    let one = shortened(format!("({all}) {other} {next}"));
    let two = shortened(format!("{head} ({tail} {other} {next})"));
    at.say(complaint.help(format!("write `{one}` or `{two}`")))
}

/// The tokens from one place to a later one.
fn before<'t>(from: Tokens<'t>, to: Tokens<'t>) -> &'t [Token<'t>] {
    let many = from.rest.len().saturating_sub(to.rest.len());
    from.rest.get(..many).unwrap_or(&[])
}

/// One part of an `or`, so that nothing behind it can be taken for a part of it.
fn enclosed(part: &[Token<'_>]) -> String {
    let is = |token: Option<&Token<'_>>, mark: &str| {
        token.is_some_and(|t| t.kind == Kind::Mark && t.text == mark)
    };
    let text = text(part);
    if part.len() < 2 || (is(part.first(), "(") && is(part.last(), ")")) {
        text
    } else {
        format!("({text})")
    }
}

/// Tokens as they were written, on one line.
fn text(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    for token in tokens {
        if out.len() > LONGEST {
            out.push_str(" …");
            break;
        }
        if !token.glued && !out.is_empty() {
            out.push(' ');
        }
        match token.kind {
            Kind::Text => {
                let text = token.text.replace('\\', "\\\\").replace('"', "\\\"");
                out.push_str(&format!("\"{text}\""));
            }
            Kind::Quoted => out.push_str(&format!("「{}」", token.text)),
            _ => out.push_str(&token.text),
        }
    }
    out
}

fn shortened(text: String) -> String {
    if text.chars().count() <= LONGEST {
        return text;
    }
    let head: String = text.chars().take(LONGEST).collect();
    format!("{head}…")
}
