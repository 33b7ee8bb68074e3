//! Scenarios as text.

use super::expressions::Level;
use super::pieces::{Printer, spaced, with_notes};
use crate::syntax::ast::*;
use crate::syntax::words::Word;

impl Printer {
    /// A line of a scenario with its comments.
    pub fn scenario_line(self, noted: &Noted<ScenarioLine>) -> String {
        let lead = |word| self.lead(word, 9);
        let text = match &noted.node {
            ScenarioLine::Given { file, id } => {
                format!(
                    "{}{} {}",
                    lead(Word::Given),
                    self.text(&file.node),
                    self.code(&id.node)
                )
            }
            ScenarioLine::But(changes) => {
                let one = |(path, value): &(Name, Literal)| {
                    format!("{} = {}", self.name(&path.node), self.given(value))
                };
                lead(Word::But) + &changes.iter().map(one).collect::<Vec<_>>().join(", ")
            }
            ScenarioLine::Without(names) => lead(Word::Without) + &self.names(names),
            ScenarioLine::AsOf(date) => lead(Word::AsOf) + &date.node,
            ScenarioLine::Trust(sure) => lead(Word::Trust) + self.sure(*sure),
            ScenarioLine::Pilot(name) => lead(Word::Pilot) + &self.name(&name.node),
            ScenarioLine::Expect(all) => {
                lead(Word::Expect)
                    + &all
                        .iter()
                        .map(|e| self.expectation(e))
                        .collect::<Vec<_>>()
                        .join(", ")
            }
        };
        with_notes("  ", &noted.notes, &text)
    }

    fn given(self, value: &Literal) -> String {
        match value {
            Literal::None(_) => self.word(Word::None).to_string(),
            Literal::Value(value) => self.expr(value, Level::Primary),
            Literal::Set(codes) => {
                let all: Vec<String> = codes.iter().map(|c| self.code(&c.node)).collect();
                self.led(Word::Set, &all.join(&format!(" {} ", self.word(Word::And))))
            }
        }
    }

    fn expectation(self, expectation: &Expectation) -> String {
        match expectation {
            Expectation::Between(low, high) => spaced([
                &self.name(&low.node),
                self.word(Word::To),
                &self.name(&high.node),
            ]),
            Expectation::Rule { state, rule } => {
                let state = match state {
                    RuleState::Fires => "",
                    RuleState::Not => self.word(Word::Not),
                    RuleState::Undetermined => self.word(Word::Undetermined),
                    RuleState::Shadow => self.word(Word::Shadow),
                };
                spaced([state, &self.name(&rule.node)])
            }
            Expectation::Obligation {
                state,
                kind,
                argument,
            } => {
                let state = match state {
                    ObligationState::Met => Word::Met,
                    ObligationState::Unmet => Word::Unmet,
                    ObligationState::Waived => Word::Waived,
                    ObligationState::Undetermined => Word::Undetermined,
                };
                let argument = argument
                    .as_ref()
                    .map(|a| self.expr(a, Level::Primary))
                    .unwrap_or_default();
                spaced([self.word(state), &self.name(&kind.node), &argument])
            }
            Expectation::Missing(path) => self.led(Word::Missing, &self.name(&path.node)),
        }
    }
}
