//! The matrix as JSON: `kakou trace --json`.

use super::Page;
use crate::check::rules::Place;
use crate::schema::{Labels, Lang};
use crate::trace::{ClauseRow, PastLaw, RuleRow, ScenarioRow, Shown};
use crate::verdict::mark;
use serde_json::{Value, json};

/// The number of the format; it changes when a field changes its meaning or goes.
const FORMAT: u32 = 1;

impl Page<'_> {
    /// Scenarios are named by their number, from 0, in `scenarios`.
    pub(super) fn json(&self) -> Value {
        let matrix = self.matrix;
        let covers = self.covers().into_iter();
        let covers = covers.map(|(text, advice)| json!({ "text": text, "advice": advice }));
        let clause = |n: &usize| matrix.clauses.get(*n).map(|c| c.id.as_str());
        let rule = |n: &usize| self.rule_name(*n);
        let past = |n: &usize| matrix.past_laws.get(*n).map(past);
        let holes = &self.holes;
        json!({
            "format": FORMAT,
            "rules": self.rules.fingerprint.to_string(),
            "trust": mark(matrix.trust),
            "clauses": matrix.clauses.iter().map(|c| self.clause_json(c)).collect::<Vec<_>>(),
            "written": matrix.rules.iter().map(|r| self.rule_json(r)).collect::<Vec<_>>(),
            "scenarios": matrix.scenarios.iter().map(|s| self.scenario_json(s)).collect::<Vec<_>>(),
            "past_laws": matrix.past_laws.iter().map(self::past).collect::<Vec<_>>(),
            "coverage": covers.collect::<Vec<_>>(),
            "holes": {
                "count": holes.count(),
                "clauses": holes.clauses.iter().filter_map(clause).collect::<Vec<_>>(),
                "encoded_after_all": holes.encoded_after_all.iter().filter_map(clause).collect::<Vec<_>>(),
                "rules": holes.rules.iter().filter_map(rule).collect::<Vec<_>>(),
                "untried": holes.untried.iter().filter_map(rule).collect::<Vec<_>>(),
                "alike": holes.alike,
                "past_laws": holes.past_laws.iter().filter_map(past).collect::<Vec<_>>(),
            },
        })
    }

    fn rule_name(&self, number: usize) -> Option<&str> {
        self.matrix.rules.get(number).map(|rule| rule.id.as_str())
    }

    fn place_json(&self, place: Place) -> Value {
        let source = self.compiled.sources.get(place.0.source);
        source.map_or(Value::Null, |source| {
            let (line, _) = source.line_column(place.0.start);
            json!({ "file": source.name(), "line": line })
        })
    }

    fn clause_json(&self, clause: &ClauseRow) -> Value {
        let rules = clause.rules.iter().filter_map(|n| self.rule_name(*n));
        let others = clause.others.iter().map(|other| other.name(Lang::En));
        let reason = clause.not_encoded.as_ref();
        json!({
            "clause": clause.id,
            "kind": clause.kind.word(),
            "mark": mark(clause.mark),
            "section": clause.section,
            "title": words(&clause.labels),
            "rules": rules.collect::<Vec<_>>(),
            "others": others.collect::<Vec<_>>(),
            "not_encoded": reason.map(|(reason, why)| json!({ "reason": reason.word(), "why": words(why) })),
        })
    }

    fn rule_json(&self, rule: &RuleRow) -> Value {
        let schema = &self.rules.schema;
        let clauses = rule.clauses.iter();
        let clauses = clauses.filter_map(|n| Some(self.matrix.clauses.get(*n)?.id.as_str()));
        let facts = rule.delegated.as_ref().map(|facts| {
            let paths = facts
                .iter()
                .filter_map(|f| Some(schema.field(*f)?.path.as_str()));
            paths.collect::<Vec<_>>()
        });
        let lacks = rule.lacks().into_iter().map(|lack| lack.text(Lang::En));
        json!({
            "rule": rule.id,
            "title": words(&rule.labels),
            "mark": mark(rule.sure),
            "from": rule.force.from.map(|day| day.last.to_string()),
            "until": rule.force.until.map(|day| day.last.to_string()),
            "place": self.place_json(rule.place),
            "clauses": clauses.collect::<Vec<_>>(),
            "shadow": rule.sure > self.matrix.trust,
            "delegated": facts,
            "can_fire": rule.can_fire,
            "caught": rule.caught,
            "passes": rule.passes,
            "missing": rule.missing,
            "boundaries": rule.boundaries.iter().map(shown).collect::<Vec<_>>(),
            "exceptions": rule.exceptions.iter().map(shown).collect::<Vec<_>>(),
            "lacks": lacks.collect::<Vec<_>>(),
        })
    }

    fn scenario_json(&self, scenario: &ScenarioRow) -> Value {
        let fires = scenario.fires.iter().filter_map(|n| self.rule_name(*n));
        json!({
            "title": words(&scenario.labels),
            "place": self.place_json(scenario.place),
            "judged": scenario.judged,
            "fires": fires.collect::<Vec<_>>(),
        })
    }
}

fn shown(shown: &Shown) -> Value {
    json!({ "what": shown.what, "scenarios": shown.by })
}

fn past(law: &PastLaw) -> Value {
    json!({
        "law": law.law,
        "article": law.article,
        "since": law.since.to_string(),
        "replaced_by": law.replaced_by,
        "cited_by": law.cited_by.name(Lang::En),
        "explained": law.explained,
    })
}

fn words(labels: &Labels) -> Value {
    json!({ "zh": labels.zh, "en": labels.en })
}
