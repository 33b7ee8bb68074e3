//! The pieces of a text that a parser reads by itself: blanks, names, digits, marks.

use super::{Kind, Lex, is_blank};
use crate::syntax::chars::{self, is_ascii_like, is_cjk, normal, twin};
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::satisfy;
use nom::combinator::{opt, recognize, verify};
use nom::multi::{many0_count, many1_count};
use nom::sequence::{delimited, pair, preceded, terminated};
use std::borrow::Cow;

/// Skips blanks, but no end of a line. A lone carriage return is none.
pub(super) fn blanks(rest: &str) -> &str {
    let result: Lex<'_, &str> = take_while(is_blank).parse(rest);
    result.map_or(rest, |(rest, _)| rest)
}

pub(super) fn comment(input: &str) -> Lex<'_, &str> {
    preceded(satisfy(|c| twin(c) == '#'), take_while(|c| c != '\n')).parse(input)
}

pub(super) fn one(wanted: char) -> impl Fn(&str) -> Lex<'_, char> {
    move |input| satisfy(|c| twin(c) == wanted).parse(input)
}

pub(super) fn digit(c: char) -> bool {
    twin(c).is_ascii_digit()
}

/// `segment { "." segment }`
pub(super) fn name(input: &str) -> Lex<'_, &str> {
    recognize(pair(segment, many0_count(pair(one('.'), segment)))).parse(input)
}

/// `letters { "-" letters }` or CJK letters, with places behind.
pub(super) fn segment(input: &str) -> Lex<'_, &str> {
    let place = delimited(one('['), take_while1(digit), one(']'));
    recognize(pair(alt((dashed, take_while1(is_cjk))), many0_count(place))).parse(input)
}

pub(super) fn dashed(input: &str) -> Lex<'_, &str> {
    let letters = || take_while1(is_ascii_like);
    recognize(pair(letters(), many0_count(pair(one('-'), letters())))).parse(input)
}

/// `,000` once or more, with a part behind the point.
pub(super) fn thousands(input: &str) -> Lex<'_, &str> {
    let group = pair(
        one(','),
        verify(take_while1(digit), |s: &str| s.chars().count() == 3),
    );
    let part = opt(pair(one('.'), take_while1(digit)));
    recognize(pair(many1_count(group), part)).parse(input)
}

pub(super) fn mark(input: &str) -> Lex<'_, &'static str> {
    for two in ["<=", ">=", "!=", "=>"] {
        let mut chars = two.chars();
        if let (Some(a), Some(b)) = (chars.next(), chars.next())
            && let Ok((rest, _)) = pair(one(a), one(b)).parse(input)
        {
            return Ok((rest, two));
        }
    }
    for (c, read) in [("≥", ">="), ("≤", "<="), ("≠", "!=")] {
        if let Some(rest) = input.strip_prefix(c) {
            return Ok((rest, read));
        }
    }
    for sign in [
        "<", ">", "=", "(", ")", ",", ";", ":", "|", "/", "+", "-", "*", "%", ".",
    ] {
        if let Some(c) = sign.chars().next()
            && let Ok((rest, _)) = one(c)(input)
        {
            return Ok((rest, sign));
        }
    }
    Err(nom::Err::Error(nom::error::Error::new(
        input,
        nom::error::ErrorKind::OneOf,
    )))
}

/// `第十条`, `第 5(7) 条`, `第2款`
pub(super) fn numbered(input: &str) -> Lex<'_, (Kind, Cow<'_, str>)> {
    let (rest, _) = tag("第")(input)?;
    let rest = blanks(rest);
    let (rest, number) = alt((chinese_number, latin_number)).parse(rest)?;
    let rest = blanks(rest);
    let (rest, unit) = terminated(satisfy(|c| c == '条' || c == '款'), boundary).parse(rest)?;
    Ok((
        rest,
        (
            if unit == '条' {
                Kind::Article
            } else {
                Kind::Paragraph
            },
            number,
        ),
    ))
}

/// No further CJK letter, but for `第`, as in `第五条第七款`.
pub(super) fn boundary(input: &str) -> Lex<'_, ()> {
    match input.chars().next() {
        Some(c) if is_cjk(c) && c != '第' => Err(nom::Err::Error(nom::error::Error::new(
            input,
            nom::error::ErrorKind::Not,
        ))),
        _ => Ok((input, ())),
    }
}

/// `10`, `5a`, `5(7)`
pub(super) fn latin_number(input: &str) -> Lex<'_, Cow<'_, str>> {
    let inner = recognize((one('('), take_while1(is_ascii_like), one(')')));
    let (rest, text) = recognize(pair(dashed, opt(inner))).parse(input)?;
    Ok((rest, normal(text)))
}

/// `十`, `二十三`, `一百零五`: 1 to 999.
pub(super) fn chinese_number(input: &str) -> Lex<'_, Cow<'_, str>> {
    let (rest, text) = take_while1(|c| "〇零一二两三四五六七八九十百".contains(c)).parse(input)?;
    match chars::chinese_numeral(text) {
        Some(number) => Ok((rest, Cow::Owned(number.to_string()))),
        None => Err(nom::Err::Error(nom::error::Error::new(
            input,
            nom::error::ErrorKind::Digit,
        ))),
    }
}
