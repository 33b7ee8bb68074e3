//! The items of a schema, and the types.

use super::basic::{integer, labels, listed, mark, name, one_of, string, word};
use super::expressions::condition;
use crate::ground::diagnostic::Diagnostic;
use crate::syntax::ast::*;
use crate::syntax::codes;
use crate::syntax::input::{Parsed, Tokens};
use crate::syntax::words::Word;
use nom::Parser;
use nom::combinator::{cut, map, opt};
use nom::sequence::{pair, preceded};

fn noted<'t, T>(
    one: impl Fn(Tokens<'t>) -> Parsed<'t, T>,
) -> impl Fn(Tokens<'t>) -> Parsed<'t, Noted<T>> {
    move |input| {
        let (rest, node) = one(input)?;
        Ok((
            rest,
            Noted {
                node,
                at: input.at(&rest),
                notes: Notes::default(),
            },
        ))
    }
}

/// `"outcomes" outcome { "<" outcome } [ "missing" NAME ] [ "advice" NAME ]`
pub(crate) fn outcomes(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, outcomes) =
        preceded(word(Word::Outcomes), cut(listed("<", noted(outcome)))).parse(input)?;
    let (rest, missing) = opt(preceded(word(Word::Missing), cut(name))).parse(rest)?;
    let (rest, advice) = opt(preceded(word(Word::Advice), cut(name))).parse(rest)?;
    Ok((
        rest,
        ItemKind::Outcomes(Outcomes {
            outcomes,
            missing,
            advice,
        }),
    ))
}

/// `outcome = NAME labels`
fn outcome(input: Tokens<'_>) -> Parsed<'_, (Name, Labels)> {
    pair(name, labels).parse(input)
}

/// `"departments" department { "," department }`
pub(crate) fn departments(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, departments) =
        preceded(word(Word::Departments), cut(listed(",", noted(department)))).parse(input)?;
    Ok((rest, ItemKind::Departments(Departments { departments })))
}

/// `department = NAME labels [ "sees all" ]`
fn department(input: Tokens<'_>) -> Parsed<'_, Department> {
    let (rest, (name, labels, all)) = (name, labels, opt(word(Word::SeesAll))).parse(input)?;
    let sees_all = all.is_some();
    Ok((
        rest,
        Department {
            name,
            labels,
            sees_all,
        },
    ))
}

/// `"declaration" labels "judged on" NAME`; the fields follow.
pub(crate) fn declaration(input: Tokens<'_>) -> Parsed<'_, Declaration> {
    let (rest, labels) = preceded(word(Word::Declaration), labels).parse(input)?;
    let (rest, judged_on) = cut(preceded(word(Word::JudgedOn), name)).parse(rest)?;
    Ok((
        rest,
        Declaration {
            labels,
            judged_on,
            fields: Vec::new(),
        },
    ))
}

/// `field = NAME ":" type { "," option } labels [ "from" NAME { "," NAME } ]`
pub(crate) fn field(input: Tokens<'_>) -> Parsed<'_, Field> {
    let (rest, path) = name(input)?;
    let (mut rest, typ) = preceded(cut(mark(":")), cut(type_)).parse(rest)?;
    let (mut always, mut when, mut absent_means_none) = (false, None, false);
    while rest.sees_mark(",") {
        let at = rest.after(1);
        let (after, again) = option(at, &mut always, &mut when, &mut absent_means_none)?;
        if again {
            return at.say(Diagnostic::new(
                codes::TWICE,
                "an option stands twice",
                at.span(),
            ));
        }
        rest = after;
    }
    let _noted = mark(",")(rest);
    let (rest, labels) = labels(rest)?;
    let (rest, elements) = opt(preceded(word(Word::From), cut(listed(",", name)))).parse(rest)?;
    let elements = elements.unwrap_or_default();
    Ok((
        rest,
        Field {
            path,
            typ,
            always,
            when,
            absent_means_none,
            labels,
            elements,
        },
    ))
}

/// `option = "always" | "when" condition | "absent means none"`; says whether it stood before.
fn option<'t>(
    input: Tokens<'t>,
    always: &mut bool,
    when: &mut Option<Expr>,
    absent_means_none: &mut bool,
) -> Parsed<'t, bool> {
    if input.sees(Word::When) {
        let (rest, wanted) = preceded(word(Word::When), cut(condition)).parse(input)?;
        return Ok((rest, when.replace(wanted).is_some()));
    }
    let (rest, which) = cut(one_of(&[
        (Word::Always, true),
        (Word::AbsentMeansNone, false),
    ]))
    .parse(input)?;
    let flag = if which.node {
        always
    } else {
        absent_means_none
    };
    Ok((rest, std::mem::replace(flag, true)))
}

/// `type`
pub(crate) fn type_(input: Tokens<'_>) -> Parsed<'_, Spanned<Type>> {
    const PLAIN: &[(Word, fn() -> Type)] = &[
        (Word::Bool, || Type::Bool),
        (Word::Integer, || Type::Integer),
        (Word::Decimal, || Type::Decimal),
        (Word::Rate, || Type::Rate),
        (Word::Date, || Type::Date),
        (Word::Text, || Type::Text),
        (Word::Hs, || Type::Hs),
    ];
    let done = |rest: Tokens<'_>, node| Spanned {
        node,
        at: input.at(&rest),
    };
    for (plain, typ) in PLAIN {
        if input.sees(*plain) {
            let rest = input.after(1);
            return Ok((rest, done(rest, typ())));
        }
    }
    let measured: [(Word, fn(Name) -> Type, fn(Name) -> Type); 2] = [
        (Word::Money, Type::Money, Type::MoneyIn),
        (Word::Quantity, Type::Quantity, Type::QuantityIn),
    ];
    for (first, fixed, by_field) in measured {
        if input.sees(first) {
            let (rest, _) = word(first)(input)?;
            let (rest, of_field) = opt(word(Word::In)).parse(rest)?;
            let (rest, unit) = cut(name).parse(rest)?;
            let typ = if of_field.is_some() {
                by_field(unit)
            } else {
                fixed(unit)
            };
            return Ok((rest, done(rest, typ)));
        }
    }
    if input.sees(Word::Code) {
        let (rest, table) = preceded(word(Word::Code), cut(name)).parse(input)?;
        return Ok((rest, done(rest, Type::Code(table))));
    }
    if input.sees(Word::Set) {
        let (rest, _) = word(Word::Set)(input)?;
        let (rest, (_, _, table)) = cut((word(Word::Of), word(Word::Code), name)).parse(rest)?;
        return Ok((rest, done(rest, Type::Set(table))));
    }
    if let Ok((rest, least)) = integer(input) {
        let (rest, (_, most, element)) = cut((word(Word::To), integer, name)).parse(rest)?;
        let (rest, key) = opt(preceded(word(Word::Key), cut(name))).parse(rest)?;
        return Ok((
            rest,
            done(
                rest,
                Type::List {
                    least,
                    most,
                    element,
                    key,
                },
            ),
        ));
    }
    input.expected("a type")
}

/// `attribute = NAME ":" type`
pub(crate) fn attribute(input: Tokens<'_>) -> Parsed<'_, Attribute> {
    let (rest, (name, typ)) = pair(name, preceded(cut(mark(":")), cut(type_))).parse(input)?;
    Ok((rest, Attribute { name, typ }))
}

fn dated(input: Tokens<'_>) -> Parsed<'_, Option<(Name, Name)>> {
    opt(pair(
        preceded(word(Word::From), cut(name)),
        preceded(cut(word(Word::Until)), cut(name)),
    ))
    .parse(input)
}

fn attributes(input: Tokens<'_>) -> Parsed<'_, Vec<Noted<Attribute>>> {
    let (rest, all) = opt(preceded(
        word(Word::With),
        cut(listed(",", noted(attribute))),
    ))
    .parse(input)?;
    Ok((rest, all.unwrap_or_default()))
}

/// `codes`, and with it `units` and `currencies`
pub(crate) fn codes(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, first) =
        one_of(&[(Word::Codes, 0), (Word::Units, 1), (Word::Currencies, 2)])(input)?;
    let (rest, (name_read, _, file, _, key)) =
        cut((name, word(Word::From), string, word(Word::Key), name)).parse(rest)?;
    let (rest, dated) = dated(rest)?;
    let (rest, label) = opt(preceded(
        word(Word::Label),
        cut(pair(name, opt(preceded(mark("/"), cut(name))))),
    ))
    .parse(rest)?;
    let (rest, role) = match first.node {
        0 => (rest, CodesRole::Plain),
        1 => (rest, CodesRole::Units),
        _ => {
            let both = pair(string, preceded(word(Word::In), name));
            map(opt(preceded(word(Word::Rates), cut(both))), |rates| {
                CodesRole::Currencies { rates }
            })
            .parse(rest)?
        }
    };
    let (rest, attributes) = attributes(rest)?;
    Ok((
        rest,
        ItemKind::Codes(Codes {
            role,
            name: name_read,
            file,
            key,
            dated,
            label,
            attributes,
        }),
    ))
}

/// `list`
pub(crate) fn list(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, (name, labels)) =
        preceded(word(Word::List), cut(pair(name, labels))).parse(input)?;
    let (rest, keys) = cut(preceded(word(Word::Of), listed(",", noted(attribute)))).parse(rest)?;
    let (rest, file) = cut(preceded(word(Word::From), string)).parse(rest)?;
    let (rest, dated) = dated(rest)?;
    let (rest, attributes) = attributes(rest)?;
    Ok((
        rest,
        ItemKind::List(List {
            name,
            labels,
            keys,
            file,
            dated,
            attributes,
        }),
    ))
}

/// `requirement`
pub(crate) fn requirement(input: Tokens<'_>) -> Parsed<'_, ItemKind> {
    let (rest, (name_read, labels)) =
        preceded(word(Word::Requirement), cut(pair(name, labels))).parse(input)?;
    let (rest, typ) = opt(preceded(mark(":"), cut(type_))).parse(rest)?;
    let (rest, met) = opt(preceded(
        word(Word::Met),
        cut(preceded(word(Word::When), condition)),
    ))
    .parse(rest)?;
    let (rest, (_, otherwise, _, combine)) =
        cut((word(Word::Otherwise), name, word(Word::Combine), combine)).parse(rest)?;
    Ok((
        rest,
        ItemKind::Requirement(Requirement {
            name: name_read,
            labels,
            typ,
            met,
            otherwise,
            combine,
        }),
    ))
}

fn combine(input: Tokens<'_>) -> Parsed<'_, Combine> {
    let (rest, found) = one_of(&[
        (Word::All, Combine::All),
        (Word::Largest, Combine::Largest),
        (Word::Earliest, Combine::Earliest),
        (Word::One, Combine::One),
    ])(input)?;
    Ok((rest, found.node))
}
