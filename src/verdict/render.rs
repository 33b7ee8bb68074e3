//! A judgement becomes a verdict: numbers become names, messages get their facts, fired rules
//! their basis and all facts that they name.

use super::judgement::{Element, FactRef, Fired, Interval, Judgement};
use super::named::{NamedFacts, here};
use super::words;
use super::{
    BasisText, Bilingual, Finding, MissingFact, Named, Obligation, Outcomes, PilotVerdict,
    ShownFact, ShownValue, Verdict,
};
use crate::check::rules::{Basis, Message, MessagePart, Rule, RuleId, RuleSet, Sure};
use crate::facts::{Facts, ListState};
use crate::ground::limits::Limits;
use crate::ground::truth::Truth;
use crate::reference::missing::worst_consequence;
use crate::reference::scene::{Here, Scene};
use crate::schema::value::{Fact, OutcomeId, Type, Value};
use crate::schema::{Home, Lang};
use crate::verdict::judgement::Duty;
use std::collections::{BTreeMap, BTreeSet};

/// How many codes of the header the first line of a text shows.
const CONTEXT: usize = 4;

/// Makes the verdict of a judgement. The same judgement gives the same verdict, whoever judged.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Limits, Reference, Sure, verdict::{judgement::Judgement, render::render}};
/// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// let verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// assert_eq!(verdict.findings[0].message.en, "an error of 4 % is above 3 %");
///
/// // Without a day nothing was judged, and nothing is said.
/// let empty = render(&rules, &facts, &Judgement::default(), Sure::High, &Limits::default());
/// assert_eq!(empty, kakou::Verdict::default());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render(
    rules: &RuleSet,
    facts: &Facts,
    judgement: &Judgement,
    trust: Sure,
    limits: &Limits,
) -> Verdict {
    let Some(as_of) = judgement.as_of else {
        return Verdict::default();
    };
    let scene = Scene {
        rules,
        facts,
        as_of,
    };
    let page = Page { scene };
    let mut named = NamedFacts::new(scene);
    let mut finding = |fired: &Fired| page.finding(*fired, named.by(fired.rule, fired.element));
    let (listed, not_listed) = listed(rules, judgement, limits);
    Verdict {
        id: facts.id(&rules.schema).map(str::to_string),
        department: None,
        as_of: Some(as_of),
        counted: page.outcomes(judgement.counted),
        base: page.outcomes(judgement.base),
        pilots: page.pilots(judgement),
        departments: page.departments(judgement),
        common: page.outcomes(Interval {
            low: rules.schema.mildest(),
            high: judgement.common,
        }),
        context: context(rules, facts),
        findings: listed.iter().filter_map(&mut finding).collect(),
        undetermined_not_listed: not_listed,
        obligations: judgement
            .duties
            .iter()
            .filter_map(|duty| page.obligation(duty))
            .collect(),
        shadow: judgement.shadow.iter().filter_map(&mut finding).collect(),
        coverage: judgement.coverage,
        missing: page.missing(judgement),
        assumed: facts.assumed().to_vec(),
        trust: Some(trust),
        rules: rules.fingerprint.to_string(),
    }
}

/// The fired rules that become findings: all certain ones, and of the undetermined ones that can
/// make the verdict worse the worst, up to the limit. The others are counted.
fn listed(rules: &RuleSet, judgement: &Judgement, limits: &Limits) -> (Vec<Fired>, u64) {
    let worst = |rule: RuleId| {
        rules
            .rule(rule)
            .map_or(OutcomeId::default(), |rule| worst_consequence(rules, rule))
    };
    let (certain, open): (Vec<Fired>, Vec<Fired>) = judgement
        .fired
        .iter()
        .partition(|fired| fired.truth == Truth::True);
    let mut worsening: Vec<Fired> = open
        .iter()
        .filter(|f| worst(f.rule) > judgement.counted.low)
        .copied()
        .collect();
    worsening.sort_by_key(|fired| {
        (
            std::cmp::Reverse(worst(fired.rule)),
            fired.rule,
            fired.element,
        )
    });
    worsening.truncate(limits.undetermined);
    let not_listed = open.len() - worsening.len();
    let mut all = certain;
    all.extend(worsening);
    all.sort();
    (all, u64::try_from(not_listed).unwrap_or(u64::MAX))
}

struct Page<'a> {
    scene: Scene<'a>,
}

impl Page<'_> {
    fn outcomes(&self, interval: Interval) -> Outcomes {
        let schema = self.scene.schema();
        Outcomes {
            low: words::outcome(schema, interval.low),
            high: words::outcome(schema, interval.high),
            grade: interval.high.0,
            worst: schema.worst().0,
        }
    }

    fn departments(&self, judgement: &Judgement) -> Vec<(Named, Outcomes)> {
        let view = |(id, interval): &(crate::schema::value::DepartmentId, Interval)| {
            let department = self.scene.schema().departments.get(usize::from(id.0))?;
            let labels = words::labels(&department.labels, &department.name);
            Some((
                Named {
                    name: department.name.clone(),
                    labels,
                },
                self.outcomes(*interval),
            ))
        };
        judgement.departments.iter().filter_map(view).collect()
    }

    fn pilots(&self, judgement: &Judgement) -> Vec<PilotVerdict> {
        let ids = |fired: &[Fired]| -> BTreeSet<(RuleId, Element)> {
            fired.iter().map(|f| (f.rule, f.element)).collect()
        };
        let without = ids(&judgement.fired);
        let view = |view: &super::judgement::PilotView| {
            let pilot = self.scene.rules.pilots.get(usize::from(view.pilot?.0))?;
            let with = ids(&view.fired);
            let names = |ids: Vec<&(RuleId, Element)>| -> Vec<(String, Option<String>)> {
                ids.into_iter()
                    .filter_map(|(rule, element)| self.name(*rule, *element))
                    .collect()
            };
            Some(PilotVerdict {
                pilot: Named {
                    name: pilot.name.clone(),
                    labels: words::labels(&pilot.labels, &pilot.name),
                },
                outcomes: self.outcomes(view.interval),
                gained: names(with.difference(&without).collect()),
                lost: names(without.difference(&with).collect()),
            })
        };
        judgement.pilots.iter().filter_map(view).collect()
    }

    fn name(&self, rule: RuleId, element: Element) -> Option<(String, Option<String>)> {
        let rule = self.scene.rules.rule(rule)?;
        Some((
            rule.id.clone(),
            self.scene.element_path(&rule.each, element),
        ))
    }

    /// The finding, with the facts that the rule and its exceptions name.
    fn finding(&self, fired: Fired, facts: BTreeSet<FactRef>) -> Option<Finding> {
        let rules = self.scene.rules;
        let rule = rules.rule(fired.rule)?;
        let here = here(&rule.each, fired.element);
        let department = |id: &crate::schema::value::DepartmentId| {
            Some(
                self.scene
                    .schema()
                    .departments
                    .get(usize::from(id.0))?
                    .name
                    .clone(),
            )
        };
        let pilot = rule
            .pilot
            .and_then(|pilot| rules.pilots.get(usize::from(pilot.0)));
        let mut facts: Vec<ShownFact> = facts.into_iter().map(|fact| self.shown(fact)).collect();
        facts.sort_by_cached_key(|fact| natural(&fact.path));
        Some(Finding {
            rule: rule.id.clone(),
            title: words::labels(&rule.labels, &rule.id),
            truth: fired.truth,
            outcome: rule
                .outcome
                .map(|outcome| words::outcome(self.scene.schema(), outcome)),
            message: self.message(rule, &here),
            basis: rule
                .basis
                .iter()
                .filter_map(|basis| basis_text(rules, basis))
                .collect(),
            sure: rule.sure,
            element: self.scene.element_path(&rule.each, fired.element),
            departments: rule.departments.iter().filter_map(department).collect(),
            pilot: pilot.map(|pilot| pilot.name.clone()),
            facts,
        })
    }

    /// The message with facts filled in; where a language has none, the title.
    fn message(&self, rule: &Rule, here: &Here) -> Bilingual {
        let Message { zh, en } = &rule.message;
        Bilingual::new(|lang| {
            let parts = if lang == Lang::Zh { zh } else { en };
            if parts.is_empty() {
                return rule.labels.get(lang, &rule.id).to_string();
            }
            let text = |part: &MessagePart| match part {
                MessagePart::Text(text) => text.clone(),
                MessagePart::Value(expr, typ) => words::eval(
                    self.scene.schema(),
                    *typ,
                    &self.scene.value(expr, here),
                    lang,
                ),
            };
            parts.iter().map(text).collect()
        })
    }

    fn shown(&self, fact: FactRef) -> ShownFact {
        let (path, label) = self.scene.fact_path(fact);
        let schema = self.scene.schema();
        let value = match fact {
            FactRef::List(list) => self.list_value(list, 0),
            FactRef::Header(field) | FactRef::Cell(field, ..) => {
                let row = if let FactRef::Cell(_, _, row) = fact {
                    Some(row)
                } else {
                    None
                };
                let typ = schema.field(field).map_or(Type::Text, |f| f.typ);
                match (typ, self.scene.facts.fact(schema, field, row)) {
                    (Type::List(list), _) => self.list_value(list, row.unwrap_or(0)),
                    (_, Fact::Unknown) => ShownValue::Unknown,
                    (_, Fact::None) => ShownValue::None,
                    (_, Fact::Value(value @ Value::Set(_))) => {
                        ShownValue::Set(words::codes(schema, typ, value))
                    }
                    (_, Fact::Value(value)) => ShownValue::One(words::plain(schema, typ, value)),
                }
            }
        };
        ShownFact { path, label, value }
    }

    /// Of a list the number of its elements.
    fn list_value(&self, list: crate::schema::value::ListId, owner: u32) -> ShownValue {
        match self
            .scene
            .facts
            .rows(list)
            .map(|rows| (rows.state(owner), rows.of(owner)))
        {
            Some((ListState::Given, rows)) => ShownValue::One(rows.len().to_string()),
            Some((ListState::None, _)) => ShownValue::None,
            _ => ShownValue::Unknown,
        }
    }

    fn obligation(&self, duty: &Duty) -> Option<Obligation> {
        let schema = self.scene.schema();
        let kind = self.scene.rules.kind(duty.kind)?;
        let typ = kind.argument.unwrap_or(Type::Text);
        let ids = |rules: &[RuleId]| -> Vec<String> {
            rules
                .iter()
                .filter_map(|id| Some(self.scene.rules.rule(*id)?.id.clone()))
                .collect()
        };
        let each = duty
            .rules
            .first()
            .and_then(|id| self.scene.rules.rule(*id))
            .map(|r| &r.each);
        let argument = duty.argument.as_ref();
        Some(Obligation {
            kind: Named {
                name: kind.name.clone(),
                labels: words::labels(&kind.labels, &kind.name),
            },
            argument: argument.map(|value| words::plain(schema, typ, value)),
            words: argument
                .map(|value| Bilingual::new(|lang| words::value(schema, typ, value, lang))),
            argument_known: duty.argument_known,
            element: each.and_then(|each| self.scene.element_path(each, duty.element)),
            certain: duty.required == Truth::True,
            firmly: duty.firmly,
            state: duty.state,
            otherwise: words::outcome(schema, kind.otherwise),
            rules: ids(&duty.rules),
            waived_by: ids(&duty.waived_by),
        })
    }

    /// The missing facts by path; what is asked for in two ways is one fact.
    fn missing(&self, judgement: &Judgement) -> Vec<MissingFact> {
        let mut all: BTreeMap<Natural, (Bilingual, String, BTreeSet<RuleId>)> = BTreeMap::new();
        for missing in &judgement.missing {
            let (path, label) = self.scene.fact_path(missing.fact);
            let entry = all
                .entry(natural(&path))
                .or_insert((label, path, BTreeSet::new()));
            entry.2.extend(&missing.rules);
        }
        let fact = |(label, path, rules): (Bilingual, String, BTreeSet<RuleId>)| MissingFact {
            path,
            label,
            rules: rules
                .into_iter()
                .filter_map(|id| Some(self.scene.rules.rule(id)?.id.clone()))
                .collect(),
        };
        all.into_values().map(fact).collect()
    }
}

/// The codes of the header that the schema always requires, in words, the first few.
pub(crate) fn context(rules: &RuleSet, facts: &Facts) -> Vec<Bilingual> {
    let always = rules.required.iter().filter(|r| r.when.is_none());
    let known = always.filter_map(|required| {
        let field = rules.schema.field(required.field)?;
        let (Type::Code(table), Home::Header(slot)) = (field.typ, field.home) else {
            return None;
        };
        let Fact::Value(Value::Code(code)) = facts.header(slot) else {
            return None;
        };
        let entry = rules.schema.table(table)?.entry(*code)?;
        Some(words::labels(&entry.labels, &entry.code))
    });
    known.take(CONTEXT).collect()
}

/// A path cut at its places, so that `items[10]` comes after `items[9]`.
type Natural = Vec<(String, u32)>;

fn natural(path: &str) -> Natural {
    let cut = |part: &str| match part.split_once('[') {
        Some((name, place)) => (
            name.to_string(),
            place.trim_end_matches(']').parse().unwrap_or(u32::MAX),
        ),
        None => (part.to_string(), 0),
    };
    path.split('.').map(cut).collect()
}

fn basis_text(rules: &RuleSet, basis: &Basis) -> Option<BasisText> {
    let law = rules.law(basis.law)?;
    Some(BasisText {
        law: law.id.clone(),
        name: words::labels(&law.labels, &law.id),
        article: basis.article.clone(),
        paragraph: basis.paragraph.clone(),
        sure: law.sure,
    })
}
