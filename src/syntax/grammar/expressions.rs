//! Conditions and values, down to the product.

use super::basic::{code, code_name, integer, listed, mark, name, word, word_in};
use super::joints::{Place, alternatives, mixed};
use super::primaries::{postfix, target};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::At;
use crate::syntax::ast::*;
use crate::syntax::codes;
use crate::syntax::input::{Parsed, Tokens};
use crate::syntax::lex::Kind;
use crate::syntax::words::{Lang, Word};
use nom::Parser;
use nom::combinator::{cut, opt};
use nom::sequence::preceded;

/// An expression of that kind, from `input` up to `rest`.
pub(crate) fn made<'t>(input: Tokens<'t>, rest: Tokens<'t>, kind: ExprKind) -> Expr {
    Expr {
        at: input.at(&rest),
        kind: Box::new(kind),
    }
}

/// `expression = choice | condition`
pub(crate) fn expression(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let inner = input.deeper()?;
    let (rest, (first, is_value)) = condition_or_value(inner)?;
    let (rest, expr) = if is_value && rest.sees(Word::When) {
        choice(inner, first, rest)?
    } else {
        (rest, first)
    };
    Ok((rest.level_of(&input), expr))
}

/// `choice = value "when" condition { "," value "when" condition } "," "otherwise" expression`;
/// the first value has been read.
fn choice<'t>(input: Tokens<'t>, first: Expr, rest: Tokens<'t>) -> Parsed<'t, Expr> {
    let (mut rest, when) = preceded(word(Word::When), cut(condition)).parse(rest)?;
    let mut arms = vec![(first, when)];
    loop {
        (rest, _) = cut(mark(",")).parse(rest)?;
        if rest.sees(Word::Otherwise) {
            let (rest, otherwise) = preceded(word(Word::Otherwise), cut(expression)).parse(rest)?;
            return Ok((
                rest,
                made(input, rest, ExprKind::Choice { arms, otherwise }),
            ));
        }
        let _noted = word(Word::Otherwise)(rest);
        let (after, arm) = cut((value, preceded(word(Word::When), condition))).parse(rest)?;
        arms.push(arm);
        rest = after;
    }
}

/// `condition = conjunct { "and" conjunct } | conjunct { "or" conjunct }`
pub(crate) fn condition(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (rest, (expr, _)) = condition_or_value(input)?;
    Ok((rest, expr))
}

/// A condition, and whether it is a plain value, which may begin a choice.
fn condition_or_value(input: Tokens<'_>) -> Parsed<'_, (Expr, bool)> {
    let (mut rest, (first, is_value)) = conjunct_or_value(input)?;
    let joint = match (rest.sees(Word::And), rest.sees(Word::Or)) {
        (true, _) => Word::And,
        (_, true) => Word::Or,
        _ => {
            let _noted = (word(Word::And)(rest), word(Word::Or)(rest));
            return Ok((rest, (first, is_value)));
        }
    };
    let mut parts = vec![first];
    let mut last = rest;
    while rest.sees(joint) {
        (last, _) = word(joint)(rest)?;
        let (after, part) = cut(conjunct).parse(last.behind_and(joint == Word::And))?;
        parts.push(part);
        rest = after.like(&input);
    }
    let _noted = word(joint)(rest);
    if rest.sees(Word::And) || rest.sees(Word::Or) {
        return mixed(input, last, rest);
    }
    let kind = if joint == Word::And {
        ExprKind::And(parts)
    } else {
        ExprKind::Or(parts)
    };
    Ok((rest, (made(input, rest, kind), false)))
}

/// `conjunct = "not" conjunct | test`
pub(crate) fn conjunct(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (rest, (expr, _)) = conjunct_or_value(input)?;
    Ok((rest, expr))
}

fn conjunct_or_value(input: Tokens<'_>) -> Parsed<'_, (Expr, bool)> {
    if input.sees(Word::Not) {
        let (rest, _) = word(Word::Not)(input)?;
        let (rest, body) = cut(conjunct).parse(rest.deeper()?)?;
        return Ok((
            rest.level_of(&input),
            (made(input, rest, ExprKind::Not(body)), false),
        ));
    }
    test(input)
}

/// `test = quantified | value [ … ] [ "on" value ]`
fn test(input: Tokens<'_>) -> Parsed<'_, (Expr, bool)> {
    if let (rest, Some(expr)) = opt(quantified).parse(input)? {
        return Ok((rest, (expr, false)));
    }
    let (rest, left) = value(input)?;
    let (rest, kind) = match tested(input, rest, &left)? {
        (_, None) => return Ok((rest, (left, true))),
        (rest, Some(kind)) => (rest, kind),
    };
    let tested = made(input, rest, kind);
    if rest.sees(Word::On) {
        let (rest, day) = preceded(word(Word::On), cut(value)).parse(rest)?;
        return Ok((rest, (made(input, rest, ExprKind::On(tested, day)), false)));
    }
    Ok((rest, (tested, false)))
}

/// What is asked about the value at the left, if anything.
fn tested<'t>(input: Tokens<'t>, rest: Tokens<'t>, left: &Expr) -> Parsed<'t, Option<ExprKind>> {
    let left = || left.clone();
    if let Some(op) = sees_comparison(&rest) {
        let (rest, right) = cut(value).parse(rest.after(1))?;
        return Ok((rest, Some(ExprKind::Compare(op, left(), right))));
    }
    for (is, negated) in [(Word::IsNot, true), (Word::Is, false)] {
        if rest.sees(is) {
            let (after, _) = word(is)(rest)?;
            if after.sees(Word::None) {
                if negated {
                    let complaint = Diagnostic::new(
                        codes::UNEXPECTED,
                        "`is not none` is not said",
                        after.span(),
                    );
                    return after.say(complaint.help("write `not x is none`"));
                }
                return Ok((after.after(1), Some(ExprKind::IsNone(left()))));
            }
            let place = Place::Test(input, after);
            let (rest, choices) = cut(|i| alternatives(i, code, place)).parse(after)?;
            return Ok((
                rest,
                Some(ExprKind::Is {
                    value: left(),
                    negated,
                    choices,
                }),
            ));
        }
    }
    if rest.sees(Word::NotIn) {
        let (rest, target) = preceded(word(Word::NotIn), cut(target)).parse(rest)?;
        return Ok((
            rest,
            Some(ExprKind::In {
                value: left(),
                negated: true,
                target,
            }),
        ));
    }
    for (under, negated) in [(Word::NotUnder, true), (Word::Under, false)] {
        if rest.sees(under) {
            let (after, _) = word(under)(rest)?;
            let place = Place::Test(input, after);
            let (rest, prefixes) = cut(|i| alternatives(i, code_name, place)).parse(after)?;
            return Ok((
                rest,
                Some(ExprKind::Under {
                    value: left(),
                    negated,
                    prefixes,
                }),
            ));
        }
    }
    if rest.sees(Word::Has) {
        let (after, _) = word(Word::Has)(rest)?;
        let place = Place::Test(input, after);
        let (rest, codes) = cut(|i| alternatives(i, held, place)).parse(after)?;
        return Ok((rest, Some(ExprKind::Has { set: left(), codes })));
    }
    if rest.spells(Word::Within, Some(Lang::En)).is_some() {
        let (rest, _) = word_in(Lang::En, Word::Within)(rest)?;
        let (rest, (duration, of)) = cut((value, preceded(word(Word::Of), value))).parse(rest)?;
        return Ok((
            rest,
            Some(ExprKind::Within {
                value: left(),
                duration,
                of,
            }),
        ));
    }
    if rest.sees(Word::From) {
        return range(rest, left());
    }
    let _noted: (Parsed<'_, ()>, Parsed<'_, ()>) = (
        rest.expected("a comparison"),
        if input.rest.is_empty() {
            rest.expected("a value")
        } else {
            rest.expected("an operator")
        },
    );
    Ok((rest, None))
}

/// `"from" value "to" value`, or in Chinese also `within = value "自" value "起" value "内"`.
/// Without the second word, `from` belongs to what stands around the condition.
fn range<'t>(input: Tokens<'t>, value_at_left: Expr) -> Parsed<'t, Option<ExprKind>> {
    let chinese = input.spells(Word::From, Some(Lang::Zh)).is_some();
    let (rest, least) = preceded(word(Word::From), value).parse(input)?;
    if rest.sees(Word::To) {
        let (rest, most) = preceded(word(Word::To), cut(value)).parse(rest)?;
        return Ok((
            rest,
            Some(ExprKind::Range {
                value: value_at_left,
                least,
                most,
            }),
        ));
    }
    if chinese && rest.sees(Word::Since) {
        return within(rest, value_at_left, least);
    }
    let _noted = word(Word::To)(rest);
    Ok((input, None))
}

/// The end of `within = value "自" value "起" value "内"`.
fn within<'t>(input: Tokens<'t>, value_at_left: Expr, of: Expr) -> Parsed<'t, Option<ExprKind>> {
    let (rest, duration) = preceded(word(Word::Since), cut(value)).parse(input)?;
    let (rest, _) = cut(word(Word::Inside)).parse(rest)?;
    Ok((
        rest,
        Some(ExprKind::Within {
            value: value_at_left,
            duration,
            of,
        }),
    ))
}

/// `code | "it"`
fn held(input: Tokens<'_>) -> Parsed<'_, Expr> {
    if input.sees(Word::It) {
        let rest = input.after(1);
        return Ok((rest, made(input, rest, ExprKind::It)));
    }
    code(input)
}

/// `comparison = "=" | "!=" | "<" | "<=" | ">" | ">="`, looked at and not taken.
pub(crate) fn sees_comparison(input: &Tokens<'_>) -> Option<CompareOp> {
    let token = input.first().filter(|t| t.kind == Kind::Mark)?;
    match token.text.as_ref() {
        "=" => Some(CompareOp::Eq),
        "!=" => Some(CompareOp::Ne),
        "<" => Some(CompareOp::Lt),
        "<=" => Some(CompareOp::Le),
        ">" => Some(CompareOp::Gt),
        ">=" => Some(CompareOp::Ge),
        _ => None,
    }
}

/// `comparison`
pub(crate) fn comparison(input: Tokens<'_>) -> Parsed<'_, CompareOp> {
    match sees_comparison(&input) {
        Some(op) => Ok((input.after(1), op)),
        None => input.expected("a comparison"),
    }
}

/// `quantified`, in the order of its language.
fn quantified(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (rest, quantity) = quantity(input)?;
    let (rest, over) = cut(binding).parse(rest)?;
    let (rest, body) = if rest.sees(Word::Has) {
        let (rest, _) = word(Word::Has)(rest)?;
        let (rest, body) = cut(conjunct).parse(rest.deeper()?)?;
        (rest.level_of(&input), Some(body))
    } else {
        let _noted = word(Word::Has)(rest);
        (rest, None)
    };
    Ok((
        rest,
        made(
            input,
            rest,
            ExprKind::Quantified {
                quantity,
                over,
                body,
            },
        ),
    ))
}

fn quantity(input: Tokens<'_>) -> Parsed<'_, Quantity> {
    for (first, quantity) in [
        (Word::Any, Quantity::Any),
        (Word::Every, Quantity::Every),
        (Word::No, Quantity::No),
    ] {
        if input.sees(first) {
            let (rest, _) = word(first)(input)?;
            return Ok((rest, quantity));
        }
    }
    let counted: [(Word, fn(u32) -> Quantity); 2] = [
        (Word::Exactly, Quantity::Exactly),
        (Word::AtLeast, Quantity::AtLeast),
    ];
    for (first, quantity) in counted {
        if input.sees(first) {
            let chinese = input.spells(first, Some(Lang::Zh)).is_some();
            let (rest, n) = preceded(word(first), cut(integer)).parse(input)?;
            let (rest, _) = if chinese {
                cut(word(Word::Pieces)).parse(rest)?
            } else {
                (rest, At::default())
            };
            return Ok((rest, quantity(n)));
        }
    }
    input.expected("a condition")
}

/// `binding = NAME | NAME "in" NAME`
pub(crate) fn binding(input: Tokens<'_>) -> Parsed<'_, Binding> {
    let (rest, first) = name(input)?;
    let (rest, set) = opt(preceded(word(Word::In), cut(name))).parse(rest)?;
    Ok((
        rest,
        match set {
            Some(set) => Binding::In { name: first, set },
            None => Binding::Element(first),
        },
    ))
}

/// `value = product { ( "+" | "-" ) product }`
pub(crate) fn value(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (mut rest, mut left) = product(input)?;
    loop {
        let op = match () {
            () if rest.sees_mark("+") => ArithOp::Add,
            () if rest.sees_mark("-") => ArithOp::Sub,
            () => break,
        };
        let (after, right) = cut(product).parse(rest.after(1))?;
        left = made(input, after, ExprKind::Arith(op, left, right));
        rest = after;
    }
    let text_follows = rest.nth(1).is_some_and(|t| t.kind == Kind::Text);
    if rest.sees_mark("/") && !text_follows && !rest.inside_rounded() {
        let complaint = Diagnostic::new(
            codes::DIVISION,
            "a division stands only inside `rounded`",
            rest.span(),
        );
        return rest.say(complaint.help("write `rounded (a / b) to 2 places half up`"));
    }
    Ok((rest, left))
}

/// `product = postfix { "*" postfix }`
fn product(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (mut rest, mut left) = postfix(input)?;
    while rest.sees_mark("*") {
        let (after, right) = cut(postfix).parse(rest.after(1))?;
        left = made(input, after, ExprKind::Arith(ArithOp::Mul, left, right));
        rest = after;
    }
    Ok((rest, left))
}

/// `terms = term { ";" term }`
pub(crate) fn terms(input: Tokens<'_>) -> Parsed<'_, Vec<Expr>> {
    listed(";", term)(input)
}

/// `term = NAME ( "is" | "is not" ) code { "or" code } | NAME ( "in" | "not in" ) NAME [ "on" value ]`
fn term(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (rest, subject) = name(input)?;
    let subject = Expr {
        at: subject.at,
        kind: Box::new(ExprKind::Name(subject.node)),
    };
    for (is, negated) in [(Word::IsNot, true), (Word::Is, false)] {
        if rest.sees(is) {
            let (rest, choices) =
                preceded(word(is), cut(|i| alternatives(i, code, Place::Scope))).parse(rest)?;
            return Ok((
                rest,
                made(
                    input,
                    rest,
                    ExprKind::Is {
                        value: subject,
                        negated,
                        choices,
                    },
                ),
            ));
        }
    }
    for (within, negated) in [(Word::NotIn, true), (Word::In, false)] {
        if rest.sees(within) {
            let (rest, list) = preceded(word(within), cut(name)).parse(rest)?;
            let target = Expr {
                at: list.at,
                kind: Box::new(ExprKind::Name(list.node)),
            };
            let inside = made(
                input,
                rest,
                ExprKind::In {
                    value: subject,
                    negated,
                    target,
                },
            );
            if rest.sees(Word::On) {
                let (rest, day) = preceded(word(Word::On), cut(value)).parse(rest)?;
                return Ok((rest, made(input, rest, ExprKind::On(inside, day))));
            }
            return Ok((rest, inside));
        }
    }
    let _noted = (
        word(Word::Is)(rest),
        word(Word::IsNot)(rest),
        word(Word::In)(rest),
    );
    cut(word(Word::NotIn))
        .parse(rest)
        .map(|(rest, _)| (rest, subject))
}
