//! Tables: headers, policies, rows and cells.

use super::basic::{code_name, labels, listed, mark, name, one_of, word};
use super::clauses::consequences;
use super::expressions::{comparison, sees_comparison, value};
use super::joints::{Place, alternatives};
use super::schema::type_;
use crate::syntax::ast::*;
use crate::syntax::input::{Parsed, Tokens};
use crate::syntax::words::Word;
use nom::Parser;
use nom::combinator::{cut, map};
use nom::multi::separated_list1;
use nom::sequence::{delimited, preceded, terminated};

/// `"table" NAME "(" NAME { "," NAME } ")" labels "gives" type "," policy`; the rows follow.
pub(crate) fn table(input: Tokens<'_>) -> Parsed<'_, Table> {
    let (rest, name_read) = preceded(word(Word::Table), cut(name)).parse(input)?;
    let (rest, inputs) = cut(delimited(mark("("), listed(",", name), mark(")"))).parse(rest)?;
    let (rest, labels) = labels(rest)?;
    let (rest, (gives, policy)) = cut((
        preceded(word(Word::Gives), type_),
        preceded(mark(","), policy),
    ))
    .parse(rest)?;
    Ok((
        rest,
        Table {
            name: name_read,
            inputs,
            labels,
            gives,
            policy,
            rows: Vec::new(),
        },
    ))
}

/// `policy = "exactly one row fits" | "first row that fits" | "all rows that fit"`
pub(crate) fn policy(input: Tokens<'_>) -> Parsed<'_, Policy> {
    let (rest, found) = one_of(&[
        (Word::ExactlyOneRowFits, Policy::ExactlyOne),
        (Word::FirstRowThatFits, Policy::First),
        (Word::AllRowsThatFit, Policy::All),
    ])(input)?;
    Ok((rest, found.node))
}

/// `row = "|" cell { "|" cell } "=>" output "|"` of a table
pub(crate) fn row(input: Tokens<'_>) -> Parsed<'_, Row<Output>> {
    row_of(input, output)
}

/// `row` of the table of a rule
pub(crate) fn rule_row(input: Tokens<'_>) -> Parsed<'_, Row<Vec<Consequence>>> {
    row_of(input, consequences)
}

fn row_of<'t, T>(
    input: Tokens<'t>,
    output: impl Fn(Tokens<'t>) -> Parsed<'t, T>,
) -> Parsed<'t, Row<T>> {
    let (rest, _) = mark("|")(input)?;
    let (rest, cells) = cut(separated_list1(mark("|"), cell)).parse(rest)?;
    let (rest, output) = cut(preceded(mark("=>"), terminated(output, mark("|")))).parse(rest)?;
    Ok((rest, Row { cells, output }))
}

/// `cell`
fn cell(input: Tokens<'_>) -> Parsed<'_, Spanned<Cell>> {
    let (rest, node) = match () {
        () if input.sees(Word::Any) => map(word(Word::Any), |_| Cell::Any).parse(input)?,
        () if input.sees(Word::None) => map(word(Word::None), |_| Cell::None).parse(input)?,
        () if input.sees(Word::Under) => {
            let prefixes = |i| alternatives(i, code_name, Place::Cell);
            map(preceded(word(Word::Under), cut(prefixes)), Cell::Under).parse(input)?
        }
        () if input.sees(Word::From) => {
            let both = (value, preceded(word(Word::To), value));
            map(preceded(word(Word::From), cut(both)), |(least, most)| {
                Cell::Range(least, most)
            })
            .parse(input)?
        }
        () if sees_comparison(&input).is_some() => map((comparison, cut(value)), |(op, right)| {
            Cell::Compare(op, right)
        })
        .parse(input)?,
        () => map(values, Cell::Values).parse(input)?,
    };
    Ok((
        rest,
        Spanned {
            node,
            at: input.at(&rest),
        },
    ))
}

fn values(input: Tokens<'_>) -> Parsed<'_, Vec<Expr>> {
    separated_list1(word(Word::Or), value).parse(input)
}

/// `output = "any" | "none" | value { "or" value }`
fn output(input: Tokens<'_>) -> Parsed<'_, Output> {
    match () {
        () if input.sees(Word::Any) => map(word(Word::Any), Output::Any).parse(input),
        () if input.sees(Word::None) => map(word(Word::None), Output::None).parse(input),
        () => map(values, Output::Values).parse(input),
    }
}
