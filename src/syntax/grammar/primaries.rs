//! Values that need no parentheses, and what is hung on them.

use super::basic::{integer, listed, literal, mark, name, one_of, word, word_in};
use super::expressions::{expression, made, value};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::number::Rounding;
use crate::syntax::ast::*;
use crate::syntax::codes;
use crate::syntax::input::{Expected, Parsed, Tokens};
use crate::syntax::lex::Kind;
use crate::syntax::words::{Lang, Word};
use nom::Parser;
use nom::combinator::{cut, opt};
use nom::sequence::preceded;

/// `postfix = primary { "in" target | "on" primary }`; in Chinese also `"前" INTEGER "位"`
pub(crate) fn postfix(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (mut rest, mut left) = primary(input)?;
    loop {
        let kind;
        if rest.sees(Word::In) {
            let list;
            (rest, list) = preceded(word(Word::In), cut(target)).parse(rest)?;
            kind = ExprKind::In {
                value: left,
                negated: false,
                target: list,
            };
        } else if rest.sees(Word::On) {
            let day;
            (rest, day) = preceded(word(Word::On), cut(primary)).parse(rest)?;
            kind = ExprKind::On(left, day);
        } else if rest.sees(Word::Leading) {
            let count;
            (rest, count) = preceded(word(Word::Leading), cut(integer)).parse(rest)?;
            (rest, _) = cut(word_in(Lang::Zh, Word::DigitsOf)).parse(rest)?;
            kind = ExprKind::FirstDigits(count, left);
        } else {
            return Ok((rest, left));
        }
        left = made(input, rest, kind);
    }
}

/// Whether a number stands behind the word at hand, which is a name otherwise.
fn counts_digits(input: &Tokens<'_>) -> bool {
    input.nth(1).is_some_and(|t| t.kind == Kind::Digits)
}

/// `target = NAME | call`
pub(crate) fn target(input: Tokens<'_>) -> Parsed<'_, Expr> {
    named(input)
}

/// `primary`: its first token says which.
fn primary(input: Tokens<'_>) -> Parsed<'_, Expr> {
    use ExprKind as K;
    let Some(token) = input.first() else {
        return input.expected("a value");
    };
    if input.sees_mark("(") {
        return parenthesised(input);
    }
    if matches!(token.kind, Kind::Digits | Kind::Date | Kind::Text) {
        return literal(input);
    }
    if input.sees(Word::True) || input.sees(Word::False) {
        return literal(input);
    }
    if input.sees(Word::Event) && input.after(1).sees_name() {
        let (rest, event) = preceded(word(Word::Event), cut(name)).parse(input)?;
        return Ok((rest, made(input, rest, K::Event(event))));
    }
    for (plain, kind) in [(Word::AsOf, K::AsOf), (Word::It, K::It)] {
        if input.sees(plain) {
            let (rest, _) = word(plain)(input)?;
            return Ok((rest, made(input, rest, kind)));
        }
    }
    if input.sees(Word::First) && counts_digits(&input) {
        let (rest, count) = preceded(word(Word::First), integer).parse(input)?;
        let (rest, _) = cut(word_in(Lang::En, Word::DigitsOf)).parse(rest)?;
        let (rest, inner) = cut(primary).parse(rest.deeper()?)?;
        let kind = K::FirstDigits(count, inner);
        return Ok((rest.level_of(&input), made(input, rest, kind)));
    }
    let over_primary: [(Word, fn(Expr) -> K); 3] = [
        (Word::NumberOf, K::NumberOf),
        (Word::EndOfMonth, K::EndOfMonth),
        (Word::EndOfYear, K::EndOfYear),
    ];
    for (first, kind) in over_primary {
        if input.sees(first) {
            let (rest, _) = word(first)(input)?;
            let (rest, inner) = cut(primary).parse(rest.deeper()?)?;
            return Ok((rest.level_of(&input), made(input, rest, kind(inner))));
        }
    }
    let of_two: [(Word, Word, Word, fn(Expr, Expr) -> K); 3] = [
        (Word::EarlierOf, Word::EarlierOf, Word::And, K::EarlierOf),
        (Word::LaterOf, Word::LaterOf, Word::And, K::LaterOf),
        (Word::Days, Word::From, Word::To, K::DaysBetween),
    ];
    for (first, second, between, kind) in of_two {
        if input.sees(first) {
            let (mut rest, _) = word(first)(input)?;
            if second != first {
                (rest, _) = cut(word(second)).parse(rest)?;
            }
            let (rest, (a, b)) =
                cut((value, preceded(word(between), value))).parse(rest.deeper()?)?;
            return Ok((rest.level_of(&input), made(input, rest, kind(a, b))));
        }
    }
    if input.sees(Word::Rounded) {
        return rounded(input);
    }
    if let (rest, Some(expr)) = opt(aggregate).parse(input)? {
        return Ok((rest, expr));
    }
    if input.sees_name() {
        return named(input);
    }
    if input.sees(Word::Leading) {
        let complaint = Diagnostic::new(
            codes::UNEXPECTED,
            "the tariff code stands before its digits",
            input.span(),
        );
        return input.say(complaint.help("write `商品编号 前 8 位`"));
    }
    input.expected("a value")
}

/// A name, or a call.
fn named(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (rest, first) = name(input)?;
    if rest.sees_mark("(") {
        return call(input, first, rest);
    }
    Ok((rest, made(input, rest, ExprKind::Name(first.node))))
}

/// `call = NAME "(" expression { "," expression } ")" [ "." NAME ]`; the name has been read.
fn call<'t>(input: Tokens<'t>, name_read: Name, rest: Tokens<'t>) -> Parsed<'t, Expr> {
    let (rest, arguments) = cut(|i| enclosed(i, listed(",", expression))).parse(rest)?;
    let (rest, attribute) = opt(preceded(mark("."), cut(name))).parse(rest)?;
    Ok((
        rest,
        made(
            input,
            rest,
            ExprKind::Call {
                name: name_read,
                arguments,
                attribute,
            },
        ),
    ))
}

/// `"(" expression { "," expression } ")"`: one stands for itself, several are a tuple.
fn parenthesised(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (rest, mut all) = cut(|i| enclosed(i, listed(",", expression))).parse(input)?;
    let kind = match (all.len(), all.pop()) {
        (1, Some(only)) => return Ok((rest, only)),
        (_, Some(last)) => {
            all.push(last);
            ExprKind::Tuple(all)
        }
        (_, None) => return input.expected("a value"),
    };
    Ok((rest, made(input, rest, kind)))
}

/// `"(" … ")"`. A division outside has no say inside.
fn enclosed<'t, T>(
    input: Tokens<'t>,
    inner: impl Fn(Tokens<'t>) -> Parsed<'t, T>,
) -> Parsed<'t, T> {
    let (rest, _) = mark("(")(input)?;
    let (rest, found) = inner(rest.divisible(false).behind_and(false))?;
    let (rest, _) = mark(")")(rest)?;
    Ok((rest.like(&input), found))
}

/// `"rounded" "(" value [ "/" value ] ")" "to" INTEGER "places" rounding`
fn rounded(input: Tokens<'_>) -> Parsed<'_, Expr> {
    let (rest, _) = word(Word::Rounded)(input)?;
    let (rest, _) = cut(mark("(")).parse(rest)?;
    let (rest, (dividend, divisor)) =
        cut((value, opt(preceded(mark("/"), cut(value))))).parse(rest.deeper()?.divisible(true))?;
    let (rest, (_, _, places, _, rounding)) = cut((
        mark(")"),
        word(Word::To),
        integer,
        word(Word::Places),
        rounding,
    ))
    .parse(rest.like(&input))?;
    let kind = ExprKind::Rounded {
        value: dividend,
        divisor,
        places,
        rounding,
    };
    Ok((rest, made(input, rest, kind)))
}

/// `rounding = "half up" | "half even" | "up" | "down"`
fn rounding(input: Tokens<'_>) -> Parsed<'_, Rounding> {
    let (rest, found) = one_of(&[
        (Word::HalfUp, Rounding::HalfUp),
        (Word::HalfEven, Rounding::HalfEven),
        (Word::Up, Rounding::Up),
        (Word::Down, Rounding::Down),
    ])(input)?;
    Ok((rest, found.node))
}

/// An aggregate, in the order of its language.
fn aggregate(input: Tokens<'_>) -> Parsed<'_, Expr> {
    const ALL: [(Word, Aggregation); 4] = [
        (Word::CountOf, Aggregation::Count),
        (Word::SumOf, Aggregation::Sum),
        (Word::MinOf, Aggregation::Min),
        (Word::MaxOf, Aggregation::Max),
    ];
    if input.sees_name() && input.after(1).sees(Word::Among) {
        let (rest, list) = name(input)?;
        let (rest, _) = word(Word::Among)(rest)?;
        let (rest, inner) = if rest.sees(Word::CountOf) {
            (rest, None)
        } else {
            let (rest, inner) = cut(value).parse(rest.deeper()?)?;
            (rest.level_of(&input), Some(inner))
        };
        // Without a value it can only be a count, with one only the others.
        let fitting = ALL
            .into_iter()
            .filter(|(_, what)| (*what == Aggregation::Count) == inner.is_none());
        for (last, what) in fitting {
            if let Ok((rest, _)) = word_in(Lang::Zh, last)(rest) {
                return restricted(input, rest, what, inner, list);
            }
        }
        return cut(no_aggregate).parse(rest);
    }
    for (first, what) in ALL {
        if input.spells(first, Some(Lang::En)).is_none() {
            continue;
        }
        let (rest, _) = word_in(Lang::En, first)(input)?;
        let (rest, inner) = if what == Aggregation::Count {
            (rest, None)
        } else {
            let (rest, inner) = cut(value).parse(rest.deeper()?)?;
            let (rest, _) = cut(word_in(Lang::En, Word::Over)).parse(rest.level_of(&input))?;
            (rest, Some(inner))
        };
        let (rest, list) = cut(name).parse(rest)?;
        return restricted(input, rest, what, inner, list);
    }
    input.expected("a value")
}

fn no_aggregate(input: Tokens<'_>) -> Parsed<'_, Expr> {
    input.expected(Expected::Spelled("之和"))
}

/// `restriction = [ "where" postfix ] [ "with same" NAME { "," NAME } ]`
fn restricted<'t>(
    input: Tokens<'t>,
    rest: Tokens<'t>,
    what: Aggregation,
    inner: Option<Expr>,
    list: Name,
) -> Parsed<'t, Expr> {
    let (rest, (condition, same)) = restriction(rest)?;
    let kind = ExprKind::Aggregate {
        what,
        value: inner,
        list,
        condition,
        same,
    };
    Ok((rest, made(input, rest, kind)))
}

fn restriction(input: Tokens<'_>) -> Parsed<'_, (Option<Expr>, Vec<Name>)> {
    let (rest, condition) = if input.sees(Word::Where) {
        let (rest, _) = word(Word::Where)(input)?;
        // A parenthesis ends the condition, so that `sum … where (…) > 5` compares the sum.
        let (rest, condition) = cut(postfix).parse(rest.deeper()?)?;
        (rest.level_of(&input), Some(condition))
    } else {
        (input, None)
    };
    let (rest, same) = opt(preceded(word(Word::WithSame), cut(listed(",", name)))).parse(rest)?;
    Ok((rest, (condition, same.unwrap_or_default())))
}
