//! Scenarios: what is given, what is changed, what is expected.

use super::basic::{code_name, day_of_calendar, labels, listed, mark, name, one_of, string, word};
use super::clauses::{given, mark_of_trust};
use crate::syntax::ast::*;
use crate::syntax::input::{Parsed, Tokens};
use crate::syntax::words::Word;
use nom::Parser;
use nom::branch::alt;
use nom::combinator::{cut, map, opt};
use nom::multi::separated_list1;
use nom::sequence::{pair, preceded};

/// `"scenario" labels`; its lines follow.
pub(crate) fn scenario(input: Tokens<'_>) -> Parsed<'_, Labels> {
    preceded(word(Word::Scenario), cut(labels)).parse(input)
}

/// A line of a scenario.
pub(crate) fn scenario_line(input: Tokens<'_>) -> Parsed<'_, ScenarioLine> {
    alt((
        map(
            preceded(word(Word::Given), cut(pair(string, code_name))),
            |(file, id)| ScenarioLine::Given { file, id },
        ),
        map(
            preceded(word(Word::But), cut(listed(",", change))),
            ScenarioLine::But,
        ),
        map(
            preceded(word(Word::Without), cut(listed(",", name))),
            ScenarioLine::Without,
        ),
        map(
            preceded(word(Word::AsOf), cut(day_of_calendar)),
            ScenarioLine::AsOf,
        ),
        map(preceded(word(Word::Trust), cut(mark_of_trust)), |mark| {
            ScenarioLine::Trust(mark.node)
        }),
        map(preceded(word(Word::Pilot), cut(name)), ScenarioLine::Pilot),
        map(
            preceded(word(Word::Expect), cut(expectations)),
            ScenarioLine::Expect,
        ),
    ))
    .parse(input)
}

/// `change = NAME "=" ( "none" | given | "set" [ code { "and" code } ] )`
fn change(input: Tokens<'_>) -> Parsed<'_, (Name, Literal)> {
    let (rest, path) = name(input)?;
    let (rest, _) = cut(mark("=")).parse(rest)?;
    if rest.sees(Word::None) {
        let (rest, at) = word(Word::None)(rest)?;
        return Ok((rest, (path, Literal::None(at))));
    }
    if rest.sees(Word::Set) {
        let codes = opt(separated_list1(word(Word::And), code_name));
        let (rest, codes) = preceded(word(Word::Set), codes).parse(rest)?;
        return Ok((rest, (path, Literal::Set(codes.unwrap_or_default()))));
    }
    let (rest, value) = cut(given).parse(rest)?;
    Ok((rest, (path, Literal::Value(value))))
}

/// `expectation { ( "," | "and" ) expectation }`
fn expectations(input: Tokens<'_>) -> Parsed<'_, Vec<Expectation>> {
    let between = |input| alt((map(mark(","), |_| ()), map(word(Word::And), |_| ()))).parse(input);
    separated_list1(between, expectation).parse(input)
}

/// `expectation`
fn expectation(input: Tokens<'_>) -> Parsed<'_, Expectation> {
    if input.sees(Word::Missing) {
        return map(
            preceded(word(Word::Missing), cut(name)),
            Expectation::Missing,
        )
        .parse(input);
    }
    let state = one_of(&[
        (Word::Met, ObligationState::Met),
        (Word::Unmet, ObligationState::Unmet),
        (Word::Waived, ObligationState::Waived),
        (Word::Undetermined, ObligationState::Undetermined),
    ]);
    if let Ok((rest, state)) = state(input) {
        let (rest, kind) = cut(name).parse(rest)?;
        let (rest, argument) = opt(given).parse(rest)?;
        if state.node == ObligationState::Undetermined && argument.is_none() {
            return Ok((
                rest,
                Expectation::Rule {
                    state: RuleState::Undetermined,
                    rule: kind,
                },
            ));
        }
        return Ok((
            rest,
            Expectation::Obligation {
                state: state.node,
                kind,
                argument,
            },
        ));
    }
    let state = one_of(&[
        (Word::Not, RuleState::Not),
        (Word::Shadow, RuleState::Shadow),
    ]);
    if let Ok((rest, state)) = state(input) {
        let (rest, rule) = cut(name).parse(rest)?;
        return Ok((
            rest,
            Expectation::Rule {
                state: state.node,
                rule,
            },
        ));
    }
    let (rest, first) = name(input)?;
    let (rest, high) = opt(preceded(word(Word::To), cut(name))).parse(rest)?;
    Ok((
        rest,
        match high {
            Some(high) => Expectation::Between(first, high),
            None => Expectation::Rule {
                state: RuleState::Fires,
                rule: first,
            },
        },
    ))
}
