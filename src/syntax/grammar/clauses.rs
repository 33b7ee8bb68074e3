//! Laws, events, parameters, definitions, rules and pilots: their headers and clauses.

use super::basic::{date, labels, listed, literal, mark, name, one_of, word, word_in};
use super::expressions::{binding, condition, expression, made, terms, value};
use super::schema::type_;
use super::tables::policy;
use crate::syntax::ast::*;
use crate::syntax::input::{Parsed, Tokens};
use crate::syntax::lex::Kind;
use crate::syntax::words::{Lang, Word};
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map, opt};
use nom::multi::separated_list1;
use nom::sequence::{pair, preceded};

/// A part of a law.
pub(crate) enum LawClause {
    Title(Labels),
    Issuer(Labels),
    Published(Spanned<String>),
    Force(Force),
    Sure(Spanned<Sure>),
    Replaces(Vec<Citation>),
}

/// `"law" NAME labels`; its clauses follow.
pub(crate) fn law(input: Tokens<'_>) -> Parsed<'_, (Name, Labels)> {
    preceded(word(Word::Law), cut(pair(name, labels))).parse(input)
}

/// `"title" labels | "issuer" labels | "published" DAY | "force" force | "sure" mark
/// | "replaces" citation { "," citation }`
pub(crate) fn law_clause(input: Tokens<'_>) -> Parsed<'_, LawClause> {
    alt((
        map(preceded(word(Word::Title), cut(labels)), LawClause::Title),
        map(preceded(word(Word::Issuer), cut(labels)), LawClause::Issuer),
        map(
            preceded(word(Word::Published), cut(date)),
            LawClause::Published,
        ),
        map(preceded(word(Word::Force), cut(force)), LawClause::Force),
        map(
            preceded(word(Word::Sure), cut(mark_of_trust)),
            LawClause::Sure,
        ),
        map(
            preceded(word(Word::Replaces), cut(listed(",", citation))),
            LawClause::Replaces,
        ),
    ))
    .parse(input)
}

/// `force = [ "from" day ] [ "until" day ] [ "on" NAME ]`
pub(crate) fn force(input: Tokens<'_>) -> Parsed<'_, Force> {
    let (rest, from) = opt(preceded(word(Word::From), cut(day))).parse(input)?;
    let (rest, until) = opt(preceded(word(Word::Until), cut(day))).parse(rest)?;
    let (rest, on) = opt(preceded(word(Word::On), cut(name))).parse(rest)?;
    Ok((rest, Force { from, until, on }))
}

/// `day = DATE | MONTH | YEAR | "event" NAME`
fn day(input: Tokens<'_>) -> Parsed<'_, LegalDay> {
    if input.sees(Word::Event) {
        return map(preceded(word(Word::Event), cut(name)), LegalDay::Event).parse(input);
    }
    let _noted = word(Word::Event)(input);
    map(date, LegalDay::Date).parse(input)
}

/// `mark = "found" | "high" | "medium" | "low" | "design"`
pub(crate) fn mark_of_trust(input: Tokens<'_>) -> Parsed<'_, Spanned<Sure>> {
    one_of(&[
        (Word::Found, Sure::Found),
        (Word::High, Sure::High),
        (Word::Medium, Sure::Medium),
        (Word::Low, Sure::Low),
        (Word::Design, Sure::Design),
    ])(input)
}

/// `citation`, in the order of its language
pub(crate) fn citation(input: Tokens<'_>) -> Parsed<'_, Citation> {
    let (rest, law) = name(input)?;
    let (rest, article) = numbered(rest, Kind::Article, Word::Article)?;
    let (rest, paragraph) = numbered(rest, Kind::Paragraph, Word::Paragraph)?;
    Ok((
        rest,
        Citation {
            law,
            article,
            paragraph,
        },
    ))
}

/// `article 5(7)` or `第 5(7) 条`; nothing where neither stands.
fn numbered(input: Tokens<'_>, kind: Kind, first: Word) -> Parsed<'_, Option<Spanned<String>>> {
    if let Some(token) = input.first().filter(|t| t.kind == kind) {
        let found = Spanned {
            node: token.text.to_string(),
            at: crate::ground::span::At(token.span),
        };
        return Ok((input.after(1), Some(found)));
    }
    if input.spells(first, Some(Lang::En)).is_none() {
        let _noted = word_in(Lang::En, first)(input);
        return Ok((input, None));
    }
    let (rest, _) = word_in(Lang::En, first)(input)?;
    let (rest, found) = cut(article).parse(rest)?;
    Ok((rest, Some(found)))
}

/// ARTICLE: `10`, `5a`, `5(7)`
fn article(input: Tokens<'_>) -> Parsed<'_, Spanned<String>> {
    let plain = |t: &crate::syntax::lex::Token<'_>| {
        matches!(t.kind, Kind::Digits | Kind::Name | Kind::Month | Kind::Date)
            && t.text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let Some(first) = input.first().filter(|t| plain(t)) else {
        return input.expected("an article number");
    };
    let mut text = first.text.to_string();
    let mut rest = input.after(1);
    let inner = rest.nth(1).filter(|t| plain(t) && t.glued);
    let closes = rest
        .nth(2)
        .is_some_and(|t| t.kind == Kind::Mark && t.text == ")" && t.glued);
    if let (true, Some(inner), true) = (
        rest.sees_mark("(") && rest.first().is_some_and(|t| t.glued),
        inner,
        closes,
    ) {
        text = format!("{text}({})", inner.text);
        rest = rest.after(3);
    }
    Ok((
        rest,
        Spanned {
            node: text,
            at: input.at(&rest),
        },
    ))
}

type Basis = (Vec<Citation>, Option<Spanned<Sure>>);

/// `citations = citation { "and" citation } [ "," "sure" mark ]`
fn citations(input: Tokens<'_>) -> Parsed<'_, Basis> {
    let (rest, citations) = separated_list1(word(Word::And), citation).parse(input)?;
    let (rest, sure) = opt(preceded(
        mark(","),
        cut(preceded(word(Word::Sure), mark_of_trust)),
    ))
    .parse(rest)?;
    Ok((rest, (citations, sure)))
}

/// `event`
pub(crate) fn event(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, (name, labels)) =
        preceded(word(Word::Event), cut(pair(name, labels))).parse(input)?;
    let (rest, _) = cut(word(Word::On)).parse(rest)?;
    let (rest, on) = cut(alt((map(word(Word::Unknown), |_| None), map(date, Some)))).parse(rest)?;
    let (rest, to) = match on {
        Some(_) => opt(preceded(word(Word::To), cut(date))).parse(rest)?,
        None => (rest, None),
    };
    let (rest, sure) = opt(preceded(word(Word::Sure), cut(mark_of_trust))).parse(rest)?;
    Ok((
        rest,
        ItemKind::Event(Event {
            name,
            labels,
            on,
            to,
            sure,
        }),
    ))
}

/// `"parameter" NAME ":" type labels [ "unknown" ]`; the values follow. Says whether `unknown` stood.
pub(crate) fn parameter(input: Tokens<'_>) -> Parsed<'_, (Parameter, bool)> {
    let (rest, name) = preceded(word(Word::Parameter), cut(name)).parse(input)?;
    let (rest, typ) = cut(preceded(mark(":"), type_)).parse(rest)?;
    let (rest, labels) = labels(rest)?;
    let (rest, unknown) = opt(word(Word::Unknown)).parse(rest)?;
    Ok((
        rest,
        (
            Parameter {
                name,
                typ,
                labels,
                values: Vec::new(),
            },
            unknown.is_some(),
        ),
    ))
}

/// `given force [ "by" citation ]`
pub(crate) fn parameter_value(input: Tokens<'_>) -> Parsed<'_, ParameterValue> {
    let (rest, value) = given(input)?;
    let (rest, force) = force(rest)?;
    let (rest, by) = opt(preceded(word(Word::By), cut(citation))).parse(rest)?;
    Ok((rest, ParameterValue { value, force, by }))
}

/// `given = literal | NAME`: a value that is written down, or a code.
pub(crate) fn given(input: Tokens<'_>) -> Parsed<'_, Expr> {
    alt((literal, |input| {
        let (rest, code) = name(input)?;
        Ok((rest, made(input, rest, ExprKind::Name(code.node))))
    }))
    .parse(input)
}

/// `let`
pub(crate) fn let_(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, name) = preceded(word(Word::Let), cut(name)).parse(input)?;
    let (rest, value) = cut(preceded(mark("="), expression)).parse(rest)?;
    let (rest, labels) = labels(rest)?;
    Ok((
        rest,
        ItemKind::Let(Let {
            name,
            value,
            labels,
        }),
    ))
}

/// `"rule" NAME labels`, `"pilot" NAME labels`; the clauses follow.
pub(crate) fn rule(input: Tokens<'_>) -> Parsed<'_, (Name, Labels)> {
    preceded(word(Word::Rule), cut(pair(name, labels))).parse(input)
}

/// `"pilot" NAME labels`; the clauses follow.
pub(crate) fn pilot(input: Tokens<'_>) -> Parsed<'_, (Name, Labels)> {
    preceded(word(Word::Pilot), cut(pair(name, labels))).parse(input)
}

/// `clause`, but for the rows of its table.
pub(crate) fn clause(input: Tokens<'_>) -> Parsed<'_, Clause> {
    alt((
        map(
            preceded(word(Word::By), cut(citations)),
            |(citations, sure)| Clause::By { citations, sure },
        ),
        map(preceded(word(Word::Force), cut(force)), Clause::Force),
        map(
            preceded(word(Word::Department), cut(listed(",", name))),
            Clause::Department,
        ),
        map(preceded(word(Word::Pilot), cut(name)), Clause::Pilot),
        map(
            preceded(word(Word::Over), cut(listed(",", name))),
            Clause::Over,
        ),
        map(preceded(word(Word::For), cut(terms)), Clause::For),
        map(
            preceded(word(Word::Each), cut(listed(",", binding))),
            Clause::Each,
        ),
        map(preceded(word(Word::When), cut(condition)), Clause::When),
        map(preceded(word(Word::Unless), cut(condition)), Clause::Unless),
        map(preceded(word(Word::Then), cut(consequences)), Clause::Then),
        map(preceded(word(Word::Table), cut(rule_table)), Clause::Table),
        map(preceded(word(Word::Say), cut(labels)), Clause::Say),
    ))
    .parse(input)
}

/// `expression { "," expression } "," policy`
fn rule_table(input: Tokens<'_>) -> Parsed<'_, RuleTable> {
    let (mut rest, first) = expression(input)?;
    let mut inputs = vec![first];
    loop {
        (rest, _) = mark(",")(rest)?;
        if let (rest, Some(policy)) = opt(policy).parse(rest)? {
            return Ok((
                rest,
                RuleTable {
                    inputs,
                    policy,
                    rows: Vec::new(),
                },
            ));
        }
        let next;
        (rest, next) = expression(rest)?;
        inputs.push(next);
    }
}

/// `consequences = consequence { "," consequence }`
pub(crate) fn consequences(input: Tokens<'_>) -> Parsed<'_, Vec<Consequence>> {
    listed(",", consequence)(input)
}

/// `consequence = "pass" | NAME | "require" [ "firmly" ] NAME [ value ] | "waive" NAME [ "where" condition ]`
fn consequence(input: Tokens<'_>) -> Parsed<'_, Consequence> {
    if input.sees(Word::Require) {
        let (rest, firmly) = preceded(word(Word::Require), opt(word(Word::Firmly))).parse(input)?;
        let (rest, kind) = cut(name).parse(rest)?;
        let (rest, argument) = opt(value).parse(rest)?;
        return Ok((
            rest,
            Consequence::Require {
                firmly: firmly.is_some(),
                kind,
                argument,
            },
        ));
    }
    if input.sees(Word::Waive) {
        let (rest, kind) = preceded(word(Word::Waive), cut(name)).parse(input)?;
        let (rest, condition) = opt(preceded(word(Word::Where), cut(condition))).parse(rest)?;
        return Ok((rest, Consequence::Waive { kind, condition }));
    }
    if input.sees(Word::Pass) {
        return map(word(Word::Pass), Consequence::Pass).parse(input);
    }
    let _noted = (
        word(Word::Require)(input),
        word(Word::Waive)(input),
        word(Word::Pass)(input),
    );
    match name(input) {
        Ok((rest, outcome)) => Ok((rest, Consequence::Outcome(outcome))),
        Err(nom::Err::Error(_)) => input.expected("an outcome"),
        Err(failure) => Err(failure),
    }
}

/// A clause of a pilot.
pub(crate) fn pilot_clause(input: Tokens<'_>) -> Parsed<'_, PilotClause> {
    alt((
        map(
            preceded(word(Word::By), cut(citations)),
            |(citations, sure)| PilotClause::By { citations, sure },
        ),
        map(preceded(word(Word::For), cut(terms)), PilotClause::For),
        map(preceded(word(Word::Force), cut(force)), PilotClause::Force),
        map(
            preceded(
                word(Word::Mode),
                cut(one_of(&[(Word::Live, true), (Word::Shadow, false)])),
            ),
            |mode| PilotClause::Mode(mode.node),
        ),
        map(
            preceded(word(Word::Suspend), cut(listed(",", name))),
            PilotClause::Suspend,
        ),
        map(
            preceded(word(Word::Over), cut(listed(",", name))),
            PilotClause::Over,
        ),
    ))
    .parse(input)
}

/// `"covers" terms force [ "as advice" ]`
pub(crate) fn covers(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, terms) = preceded(word(Word::Covers), cut(terms)).parse(input)?;
    let (rest, force) = force(rest)?;
    let (rest, advice) = opt(word(Word::AsAdvice)).parse(rest)?;
    Ok((
        rest,
        ItemKind::Covers(Covers {
            terms,
            force,
            advice: advice.is_some(),
        }),
    ))
}
