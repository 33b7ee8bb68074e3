//! A verdict for machines: JSON, format 1. `doc/verdict.md` says what every field is.
//!
//! The types here are the outer format and nothing else; the verdict itself may change without it.

use super::{
    BasisText, Bilingual, Finding, MissingFact, Named, Obligation, Outcomes, PilotVerdict,
    ShownFact, ShownValue, Verdict, coverage, mark, state,
};
use crate::ground::truth::Truth;
use crate::schema::Lang;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// The number of the format. It changes when a field changes its meaning or goes; new fields may
/// come without a change.
pub const FORMAT: u32 = 1;

/// The verdict as one line of JSON, messages in one language, or in both where none is named.
///
/// ```
/// use kakou::{schema::Lang, verdict::{Verdict, json::to_json}};
/// let line = to_json(&Verdict::default(), Some(Lang::En));
/// assert!(line.starts_with(r#"{"format":1,"id":null,"as_of":null,"#));
/// assert!(!line.contains('\n'));
/// ```
pub fn to_json(verdict: &Verdict, lang: Option<Lang>) -> String {
    // Strings, numbers and maps with string keys always serialize.
    serde_json::to_string(&view(verdict, lang)).unwrap_or_default()
}

/// The verdict as indented JSON.
///
/// ```
/// use kakou::{Verdict, verdict::json::{to_json, to_json_pretty}};
/// let (pretty, line) = (to_json_pretty(&Verdict::default(), None), to_json(&Verdict::default(), None));
/// assert!(pretty.lines().count() > 1 && line.lines().count() == 1);
/// ```
pub fn to_json_pretty(verdict: &Verdict, lang: Option<Lang>) -> String {
    serde_json::to_string_pretty(&view(verdict, lang)).unwrap_or_default()
}

#[derive(Serialize)]
struct View<'a> {
    format: u32,
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<&'a str>,
    as_of: Option<String>,
    low: &'a str,
    high: &'a str,
    disposition: &'a str,
    findings: Vec<FindingView<'a>>,
    undetermined_not_listed: u64,
    obligations: Vec<ObligationView<'a>>,
    shadow: Vec<FindingView<'a>>,
    base: SpanView<'a>,
    counted: SpanView<'a>,
    pilots: Vec<PilotView<'a>>,
    departments: Vec<DepartmentView<'a>>,
    common: &'a str,
    coverage: Option<&'static str>,
    missing: Vec<MissingView<'a>>,
    assumed: Vec<AssumedView<'a>>,
    trust: Option<&'static str>,
    rules: &'a str,
}

#[derive(Serialize)]
struct SpanView<'a> {
    low: &'a str,
    high: &'a str,
}

#[derive(Serialize)]
struct FindingView<'a> {
    rule: &'a str,
    value: &'static str,
    outcome: &'a str,
    title: Words<'a>,
    message: Words<'a>,
    basis: Vec<BasisView<'a>>,
    sure: &'static str,
    element: Option<&'a str>,
    departments: &'a [String],
    pilot: Option<&'a str>,
    facts: Vec<FactView<'a>>,
}

#[derive(Serialize)]
struct BasisView<'a> {
    law: &'a str,
    name: Words<'a>,
    article: Option<&'a str>,
    paragraph: Option<&'a str>,
    sure: &'static str,
}

#[derive(Serialize)]
struct ObligationView<'a> {
    kind: &'a str,
    argument: Option<&'a str>,
    argument_known: bool,
    element: Option<&'a str>,
    state: &'static str,
    required: &'static str,
    firmly: bool,
    otherwise: &'a str,
    rules: &'a [String],
    waived_by: &'a [String],
}

#[derive(Serialize)]
struct PilotView<'a> {
    pilot: &'a str,
    low: &'a str,
    high: &'a str,
    gained: Vec<RuleView<'a>>,
    lost: Vec<RuleView<'a>>,
}

#[derive(Serialize)]
struct RuleView<'a> {
    rule: &'a str,
    element: Option<&'a str>,
}

#[derive(Serialize)]
struct DepartmentView<'a> {
    department: &'a str,
    low: &'a str,
    high: &'a str,
}

#[derive(Serialize)]
struct MissingView<'a> {
    path: &'a str,
    label: Words<'a>,
    rules: &'a [String],
}

#[derive(Serialize)]
struct AssumedView<'a> {
    path: &'a str,
    value: &'a str,
}

/// A text in one language, or in both.
#[derive(Serialize)]
#[serde(untagged)]
enum Words<'a> {
    One(&'a str),
    Both { zh: &'a str, en: &'a str },
}

/// A fact: `value` is null where it was given as empty, and `unknown` stands in its place where
/// it was not given.
struct FactView<'a>(&'a ShownFact);

impl Serialize for FactView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("path", &self.0.path)?;
        match &self.0.value {
            ShownValue::Unknown => map.serialize_entry("unknown", &true)?,
            ShownValue::None => map.serialize_entry("value", &None::<&str>)?,
            ShownValue::One(value) => map.serialize_entry("value", value)?,
            ShownValue::Set(codes) => map.serialize_entry("value", codes)?,
        }
        map.end()
    }
}

fn view(verdict: &Verdict, lang: Option<Lang>) -> View<'_> {
    View {
        format: FORMAT,
        id: verdict.id.as_deref(),
        department: verdict.department.as_ref().map(|d| d.name.as_str()),
        as_of: verdict.as_of.map(|day| day.to_string()),
        low: &verdict.counted.low.name,
        high: &verdict.counted.high.name,
        disposition: &verdict.counted.high.name,
        findings: verdict.findings.iter().map(|f| finding(f, lang)).collect(),
        undetermined_not_listed: verdict.undetermined_not_listed,
        obligations: verdict.obligations.iter().map(obligation).collect(),
        shadow: verdict.shadow.iter().map(|f| finding(f, lang)).collect(),
        base: span(&verdict.base),
        counted: span(&verdict.counted),
        pilots: verdict.pilots.iter().map(pilot).collect(),
        departments: verdict.departments.iter().map(department).collect(),
        common: &verdict.common.high.name,
        coverage: verdict.coverage.map(coverage),
        missing: verdict.missing.iter().map(|m| missing(m, lang)).collect(),
        assumed: verdict
            .assumed
            .iter()
            .map(|a| AssumedView {
                path: &a.path,
                value: &a.value,
            })
            .collect(),
        trust: verdict.trust.map(mark),
        rules: &verdict.rules,
    }
}

fn words(text: &Bilingual, lang: Option<Lang>) -> Words<'_> {
    match lang {
        Some(lang) => Words::One(text.get(lang)),
        None => Words::Both {
            zh: &text.zh,
            en: &text.en,
        },
    }
}

fn span(outcomes: &Outcomes) -> SpanView<'_> {
    SpanView {
        low: &outcomes.low.name,
        high: &outcomes.high.name,
    }
}

fn finding(finding: &Finding, lang: Option<Lang>) -> FindingView<'_> {
    FindingView {
        rule: &finding.rule,
        value: if finding.truth == Truth::True {
            "T"
        } else {
            "U"
        },
        outcome: finding
            .outcome
            .as_ref()
            .map_or("pass", |outcome| &outcome.name),
        title: words(&finding.title, lang),
        message: words(&finding.message, lang),
        basis: finding.basis.iter().map(|b| basis(b, lang)).collect(),
        sure: mark(finding.sure),
        element: finding.element.as_deref(),
        departments: &finding.departments,
        pilot: finding.pilot.as_deref(),
        facts: finding.facts.iter().map(FactView).collect(),
    }
}

fn basis(basis: &BasisText, lang: Option<Lang>) -> BasisView<'_> {
    BasisView {
        law: &basis.law,
        name: words(&basis.name, lang),
        article: basis.article.as_deref(),
        paragraph: basis.paragraph.as_deref(),
        sure: mark(basis.sure),
    }
}

fn obligation(obligation: &Obligation) -> ObligationView<'_> {
    ObligationView {
        kind: &obligation.kind.name,
        argument: obligation.argument.as_deref(),
        argument_known: obligation.argument_known,
        element: obligation.element.as_deref(),
        state: state(obligation.state),
        required: if obligation.certain { "T" } else { "U" },
        firmly: obligation.firmly,
        otherwise: &obligation.otherwise.name,
        rules: &obligation.rules,
        waived_by: &obligation.waived_by,
    }
}

fn pilot(pilot: &PilotVerdict) -> PilotView<'_> {
    PilotView {
        pilot: &pilot.pilot.name,
        low: &pilot.outcomes.low.name,
        high: &pilot.outcomes.high.name,
        gained: pilot.gained.iter().map(rule_view).collect(),
        lost: pilot.lost.iter().map(rule_view).collect(),
    }
}

fn rule_view((rule, element): &(String, Option<String>)) -> RuleView<'_> {
    RuleView {
        rule,
        element: element.as_deref(),
    }
}

fn department((department, outcomes): &(Named, Outcomes)) -> DepartmentView<'_> {
    DepartmentView {
        department: &department.name,
        low: &outcomes.low.name,
        high: &outcomes.high.name,
    }
}

fn missing(missing: &MissingFact, lang: Option<Lang>) -> MissingView<'_> {
    MissingView {
        path: &missing.path,
        label: words(&missing.label, lang),
        rules: &missing.rules,
    }
}
