//! What was expected against what came out, both in the words of rule text.

use super::Difference;
use crate::check::rules::{KindId, ObligationState, RuleSet, RuleState};
use crate::check::scenario::{Expected, Scenario};
use crate::ground::truth::Truth;
use crate::schema::value::{OutcomeId, Type, Value};
use crate::verdict::judgement::{Duty, Fired, Interval, Judgement};
use crate::verdict::{Verdict, state, words};

/// All that differs.
pub(super) fn compare(
    rules: &RuleSet,
    scenario: &Scenario,
    judgement: &Judgement,
    verdict: &Verdict,
) -> Vec<Difference> {
    let page = Page {
        rules,
        judgement,
        verdict,
    };
    let differs = |(expected, place): &(Expected, _)| {
        let rule = match expected {
            Expected::Rule(_, id) => Some(id.clone()),
            _ => None,
        };
        let (expected, got) = page.difference(expected)?;
        Some(Difference {
            expected,
            got,
            rule,
            place: *place,
        })
    };
    scenario.expectations.iter().filter_map(differs).collect()
}

struct Page<'a> {
    rules: &'a RuleSet,
    judgement: &'a Judgement,
    verdict: &'a Verdict,
}

impl Page<'_> {
    fn difference(&self, expected: &Expected) -> Option<(String, String)> {
        match expected {
            Expected::Between(low, high) => {
                let Interval { low: l, high: h } = self.judgement.counted;
                ((l, h) != (*low, *high)).then(|| (self.interval(*low, *high), self.interval(l, h)))
            }
            Expected::Rule(wanted, id) => {
                let got = self.state_of(id);
                (got != *wanted).then(|| (in_state(*wanted, id), in_state(got, id)))
            }
            Expected::Obligation(wanted, kind, argument) => {
                let same = |duty: &&Duty| {
                    duty.kind == *kind
                        && argument
                            .as_ref()
                            .is_none_or(|a| duty.argument.as_ref() == Some(a))
                };
                let duties: Vec<&Duty> = self.judgement.duties.iter().filter(same).collect();
                if duties.iter().any(|duty| duty.state == *wanted) {
                    return None;
                }
                let of_kind: Vec<&Duty> = self
                    .judgement
                    .duties
                    .iter()
                    .filter(|d| d.kind == *kind)
                    .collect();
                let shown = if duties.is_empty() { of_kind } else { duties };
                let mut got: Vec<String> = shown
                    .iter()
                    .map(|d| self.obligation(d.state, d.kind, d.argument.as_ref()))
                    .collect();
                got.dedup();
                let none = || format!("no {} required", self.kind_name(*kind));
                let got = if got.is_empty() {
                    none()
                } else {
                    got.join(", ")
                };
                Some((self.obligation(*wanted, *kind, argument.as_ref()), got))
            }
            Expected::Missing(path) => {
                let is = |missing: &str| missing == path || without_places(missing) == *path;
                if self.verdict.missing.iter().any(|m| is(&m.path)) {
                    return None;
                }
                let all: Vec<String> = self
                    .verdict
                    .missing
                    .iter()
                    .map(|m| format!("missing {}", m.path))
                    .collect();
                let got = if all.is_empty() {
                    "nothing missing".into()
                } else {
                    all.join(", ")
                };
                Some((format!("missing {path}"), got))
            }
        }
    }

    /// What became of the rule of an identifier, in all its versions; where no rule has just that
    /// identifier, of its parts. Of several states the surest; what decides goes before what runs in
    /// shadow.
    fn state_of(&self, id: &str) -> RuleState {
        let exact = self.rules.rules.iter().any(|rule| rule.id == id);
        let is = |fired: &&Fired| {
            self.rules.rule(fired.rule).is_some_and(|rule| {
                let part = rule
                    .id
                    .strip_prefix(id)
                    .is_some_and(|rest| rest.starts_with('.'));
                rule.id == id || (!exact && part)
            })
        };
        let surest = |all: &[Fired]| all.iter().filter(is).map(|fired| fired.truth).max();
        match (
            surest(&self.judgement.fired),
            surest(&self.judgement.shadow),
        ) {
            (Some(Truth::True), _) => RuleState::Fires,
            (Some(_), _) => RuleState::Undetermined,
            (None, Some(Truth::True)) => RuleState::Shadow,
            (None, Some(_)) => RuleState::Undetermined,
            (None, None) => RuleState::Not,
        }
    }

    fn interval(&self, low: OutcomeId, high: OutcomeId) -> String {
        let schema = &self.rules.schema;
        format!(
            "{} to {}",
            schema.outcome_name(low),
            schema.outcome_name(high)
        )
    }

    fn kind_name(&self, kind: KindId) -> &str {
        self.rules.kind(kind).map_or("", |kind| kind.name.as_str())
    }

    fn obligation(&self, of: ObligationState, kind: KindId, argument: Option<&Value>) -> String {
        let typ = self
            .rules
            .kind(kind)
            .and_then(|kind| kind.argument)
            .unwrap_or(Type::Text);
        let argument =
            argument.map(|value| format!(" {}", words::plain(&self.rules.schema, typ, value)));
        format!(
            "{} {}{}",
            state(of),
            self.kind_name(kind),
            argument.unwrap_or_default()
        )
    }
}

fn in_state(state: RuleState, id: &str) -> String {
    match state {
        RuleState::Fires => id.to_owned(),
        RuleState::Not => format!("not {id}"),
        RuleState::Undetermined => format!("undetermined {id}"),
        RuleState::Shadow => format!("shadow {id}"),
    }
}

/// `items[3].total` is `items.total`.
fn without_places(path: &str) -> String {
    let mut inside = false;
    let mut out = String::new();
    for c in path.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}
