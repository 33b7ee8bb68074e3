//! The smallest productions: words, marks, names, numbers, days, labels and codes.

use crate::ground::day::RoughDay;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::At;
use crate::syntax::ast::*;
use crate::syntax::codes;
use crate::syntax::input::{Expected, Failure, Parsed, Tokens};
use crate::syntax::lex::{Kind, Token};
use crate::syntax::words::{Lang, Word};
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map, opt};
use nom::multi::separated_list1;
use nom::sequence::preceded;

/// A word of the language, in either spelling.
pub(crate) fn word<'t>(word: Word) -> impl Fn(Tokens<'t>) -> Parsed<'t, At> {
    spelled(word, None)
}

/// A word in one language only, for the productions that have an order of their own.
pub(crate) fn word_in<'t>(lang: Lang, word: Word) -> impl Fn(Tokens<'t>) -> Parsed<'t, At> {
    spelled(word, Some(lang))
}

fn spelled<'t>(word: Word, lang: Option<Lang>) -> impl Fn(Tokens<'t>) -> Parsed<'t, At> {
    move |input| match input.spells(word, lang) {
        Some(n) => {
            let rest = input.after(n);
            Ok((rest, input.at(&rest)))
        }
        None => {
            let shown = match lang {
                Some(lang) => word.spelling(lang),
                None if word.spelling(Lang::En).is_empty() => word.spelling(Lang::Zh),
                None => word.spelling(Lang::En),
            };
            input.expected(Expected::Spelled(shown))
        }
    }
}

/// A mark such as `:`.
pub(crate) fn mark<'t>(mark: &'static str) -> impl Fn(Tokens<'t>) -> Parsed<'t, At> {
    move |input| {
        if input.sees_mark(mark) {
            let rest = input.after(1);
            Ok((rest, input.at(&rest)))
        } else {
            input.expected(Expected::Spelled(mark))
        }
    }
}

/// One word of several, with what it stands for.
pub(crate) fn one_of<'t, T: Copy>(
    choices: &'static [(Word, T)],
) -> impl Fn(Tokens<'t>) -> Parsed<'t, Spanned<T>> {
    move |input| {
        let mut last = None;
        for (choice, meaning) in choices {
            match word(*choice)(input) {
                Ok((rest, at)) => return Ok((rest, Spanned { node: *meaning, at })),
                Err(failure) => last = Some(failure),
            }
        }
        match last {
            Some(failure) => Err(failure),
            None => input.expected("a word"),
        }
    }
}

/// One or more, with a mark between.
pub(crate) fn listed<'t, T>(
    between: &'static str,
    one: impl Fn(Tokens<'t>) -> Parsed<'t, T>,
) -> impl Fn(Tokens<'t>) -> Parsed<'t, Vec<T>> {
    move |input| separated_list1(mark(between), &one).parse(input)
}

fn token<'t>(kind: Kind, what: &'static str) -> impl Fn(Tokens<'t>) -> Parsed<'t, &'t Token<'t>> {
    move |input| match input.first() {
        Some(token) if token.kind == kind => Ok((input.after(1), token)),
        _ => input.expected(what),
    }
}

fn spanned(token: &Token<'_>) -> Spanned<String> {
    Spanned {
        node: token.text.to_string(),
        at: At(token.span),
    }
}

/// NAME
pub(crate) fn name(input: Tokens<'_>) -> Parsed<'_, Name> {
    let Some(token) = input.first() else {
        return input.expected("a name");
    };
    if !input.sees_name() {
        return input.expected("a name");
    }
    if token.kind == Kind::Name && token.text.contains('[') && !input.context.places {
        let complaint = Diagnostic::new(
            codes::PLACE,
            "a place such as `[1]` stands only in scenarios",
            token.span,
        );
        return input
            .say(complaint.help("a rule speaks of elements by `each`, `any`, `every` or `no`"));
    }
    Ok((input.after(1), spanned(token)))
}

/// STRING
pub(crate) fn string(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    map(token(Kind::Text, "a text"), spanned).parse(input)
}

/// INTEGER, small enough to count with.
pub(crate) fn integer(input: Tokens<'_>) -> Parsed<'_, u32> {
    let (rest, digits) = token(Kind::Digits, "a whole number").parse(input)?;
    if digits.text.contains('.') {
        return input.expected("a whole number");
    }
    match digits.text.parse() {
        Ok(number) => Ok((rest, number)),
        Err(_) => input.say(Diagnostic::new(
            codes::TOO_LARGE,
            format!("`{}` is too large to count with", digits.text),
            digits.span,
        )),
    }
}

/// DATE | MONTH | YEAR, which the calendar must have.
pub(crate) fn date(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    let (rest, token) = alt((
        token(Kind::Date, "a day such as `2026-01-01`"),
        token(Kind::Month, "a month such as `2026-01`"),
        token(Kind::Digits, "a year"),
    ))
    .parse(input)?;
    if token.kind == Kind::Digits && (token.text.len() != 4 || token.text.contains('.')) {
        return input.expected("a day such as `2026-01-01`");
    }
    in_calendar(input, token)?;
    Ok((rest, spanned(token)))
}

/// DATE
pub(crate) fn day_of_calendar(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    let (rest, token) = token(Kind::Date, "a day such as `2026-01-01`").parse(input)?;
    in_calendar(input, token)?;
    Ok((rest, spanned(token)))
}

fn in_calendar<'t>(input: Tokens<'t>, token: &Token<'_>) -> Result<(), nom::Err<Failure>> {
    if RoughDay::parse(&token.text).is_some() {
        return Ok(());
    }
    let complaint = Diagnostic::new(
        codes::NO_SUCH_DAY,
        format!("the calendar has no `{}`", token.text),
        token.span,
    );
    input.say::<()>(complaint).map(|_| ())
}

/// `labels = [ STRING ] [ "/" STRING ]`
pub(crate) fn labels(input: Tokens<'_>) -> Parsed<'_, Labels> {
    let (rest, zh) = opt(string).parse(input)?;
    let (rest, en) = opt(preceded(mark("/"), cut(string))).parse(rest)?;
    Ok((rest, Labels { zh, en }))
}

/// `code = NAME | DIGITS | STRING`, as an expression.
pub(crate) fn code(input: Tokens<'_>) -> Parsed<'_, Expr> {
    if let Some(token) = input.first() {
        let rest = input.after(1);
        let kind = match token.kind {
            Kind::Digits => Some(ExprKind::Number {
                digits: token.text.to_string(),
                unit: None,
            }),
            Kind::Text => Some(ExprKind::Text(token.text.to_string())),
            _ => None,
        };
        if let Some(kind) = kind {
            return Ok((
                rest,
                Expr {
                    at: At(token.span),
                    kind: Box::new(kind),
                },
            ));
        }
    }
    match name(input) {
        Ok((rest, name)) => Ok((
            rest,
            Expr {
                at: name.at,
                kind: Box::new(ExprKind::Name(name.node)),
            },
        )),
        Err(nom::Err::Error(_)) => input.expected("a code"),
        Err(failure) => Err(failure),
    }
}

/// `code`, as a name: a prefix, the id of a declaration, a code of a set.
pub(crate) fn code_name(input: Tokens<'_>) -> Parsed<'_, Name> {
    let (rest, code) = code(input)?;
    let node = match *code.kind {
        ExprKind::Number { digits, .. } => digits,
        ExprKind::Text(text) | ExprKind::Name(text) => text,
        _ => return input.expected("a code"),
    };
    Ok((rest, Spanned { node, at: code.at }))
}

/// `literal = DIGITS [ NAME | "%" ] | DIGITS ( "days" | … ) | DATE | STRING | "true" | "false"`
pub(crate) fn literal(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let Some(token) = input.first() else {
        return input.expected("a value");
    };
    let rest = input.after(1);
    let done = |kind| Expr {
        at: At(token.span),
        kind: Box::new(kind),
    };
    match token.kind {
        Kind::Digits => number(input, rest, token),
        Kind::Date => {
            in_calendar(input, token)?;
            Ok((rest, done(ExprKind::Date(token.text.to_string()))))
        }
        Kind::Text => Ok((rest, done(ExprKind::Text(token.text.to_string())))),
        _ if input.sees(Word::True) => Ok((rest, done(ExprKind::Bool(true)))),
        _ if input.sees(Word::False) => Ok((rest, done(ExprKind::Bool(false)))),
        _ => input.expected("a value"),
    }
}

/// DIGITS with its unit, `%`, or a unit of time.
fn number<'t>(input: Tokens<'t>, rest: Tokens<'t>, token: &Token<'_>) -> Parsed<'t, Expr> {
    const TIME: &[(Word, DurationUnit)] = &[
        (Word::Days, DurationUnit::Days),
        (Word::Months, DurationUnit::Months),
        (Word::Years, DurationUnit::Years),
    ];
    let digits = token.text.to_string();
    for (word, unit) in TIME {
        if let Some(n) = rest.spells(*word, None) {
            // `5 天 自` cannot be: the unit belongs to the digits wherever it stands behind them.
            let rest = rest.after(n);
            return Ok((
                rest,
                Expr {
                    at: input.at(&rest),
                    kind: Box::new(ExprKind::Duration {
                        digits,
                        unit: *unit,
                    }),
                },
            ));
        }
    }
    let (rest, unit) = if rest.sees_mark("%") {
        (
            rest.after(1),
            Some(Spanned {
                node: "%".to_string(),
                at: At(rest.span()),
            }),
        )
    } else if rest.sees_name() {
        let (rest, unit) = name(rest)?;
        (rest, Some(unit))
    } else {
        (rest, None)
    };
    Ok((
        rest,
        Expr {
            at: input.at(&rest),
            kind: Box::new(ExprKind::Number { digits, unit }),
        },
    ))
}
