//! The report for machines: all that was measured, not only what stands at the top.

use super::Report;
use super::clock::Stage;
use super::edits::Kind;
use super::text::sentence;
use crate::check::rules::{RuleId, Sure};
use crate::schema::Lang;
use serde_json::{Value, json};

/// The number of the JSON format; it changes when a field changes its meaning or goes.
const FORMAT: u32 = 1;

pub(super) fn of(report: &Report<'_>) -> Value {
    let id = |rule: RuleId| report.costs.all.rule(rule).map(|rule| rule.id.as_str());
    let per_step = report.times.nanos_per_step();
    let of_thousand = |steps: i64| steps as f64 / 1_000.0;
    let stages = report.times.stages.iter().map(|took| {
        json!({
            "stage": name(took.stage),
            "nanos": took.nanos,
            "allocations": took.allocated.map(|(count, _)| count as f64 / 1_000.0),
            "bytes": took.allocated.map(|(_, bytes)| bytes as f64 / 1_000.0),
        })
    });
    let spreads = report.times.spreads.iter().map(|spread| {
        let [p50, p90, p99, p999, longest] = spread.nanos;
        json!({
            "of": span(spread.stage),
            "p50": p50, "p90": p90, "p99": p99, "p99_9": p999, "longest": longest,
        })
    });
    let rates = report.times.rates.iter().map(|rate| {
        json!({
            "threads": rate.threads,
            "judged_a_second": rate.judged,
            "judged_and_written_a_second": rate.written,
        })
    });
    let rules = report.costs.rules.iter().map(|cost| {
        json!({
            "rule": id(cost.rule),
            "fires": cost.fires,
            "undetermined": cost.open,
            "in_scope": cost.asked,
            "steps": cost.steps.map(of_thousand),
            "nanos": cost.steps.map(|steps| of_thousand(steps) * per_step),
        })
    });
    let predicates = report.costs.predicates.iter().map(|one| {
        let [yes, no, open] = one.truths;
        json!({
            "condition": one.text,
            "rules": one.rules.iter().filter_map(|rule| id(*rule)).collect::<Vec<_>>(),
            "asked": one.asked,
            "true": yes, "false": no, "undetermined": open,
            "nanos": one.nanos,
        })
    });
    let edits = report.edits.iter().map(|edit| {
        json!({
            "rule": id(edit.rule),
            "kind": kind(&edit.kind),
            "steps": of_thousand(edit.steps),
            "nanos": of_thousand(edit.steps) * per_step,
            "tried": edit.tried,
            "verdicts_stay_the_same": edit.tried.then_some(edit.same),
            "zh": sentence(report, edit, Lang::Zh),
            "en": sentence(report, edit, Lang::En),
        })
    });
    let steps = report.times.steps;
    json!({
        "format": FORMAT,
        "input": report.sample.name,
        "declarations": report.sample.declarations.len(),
        "wrong": report.sample.wrong,
        "bytes": report.sample.bytes,
        "rules": report.fingerprint,
        "trust": mark(report.trust),
        "stages": stages.collect::<Vec<_>>(),
        "latency": spreads.collect::<Vec<_>>(),
        "throughput": rates.collect::<Vec<_>>(),
        "steps": {
            "mean": steps.total as f64 / steps.declarations.max(1) as f64,
            "most": steps.most,
            "bound": report.bound,
            "nanos": per_step,
        },
        "rules_tried_on": report.costs.declarations,
        "rule_costs": rules.collect::<Vec<_>>(),
        "conditions": predicates.collect::<Vec<_>>(),
        "edits": edits.collect::<Vec<_>>(),
    })
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "read",
        Stage::Parse => "parse",
        Stage::Judge => "judge",
        Stage::Write => "write",
    }
}

fn span(stage: Stage) -> &'static str {
    match stage {
        Stage::Read | Stage::Parse => "read_and_parse",
        Stage::Judge => "judge",
        Stage::Write => "judge_and_write",
    }
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Drop(_) => "drop",
        Kind::First(_) => "first",
        Kind::ListLast(_) => "list_last",
        Kind::Retire => "retire",
        Kind::Narrow { .. } => "narrow",
    }
}

/// A mark as `--trust` takes it.
fn mark(sure: Sure) -> &'static str {
    match sure {
        Sure::Found => "found",
        Sure::High => "high",
        Sure::Medium => "medium",
        Sure::Low => "low",
        Sure::Design => "design",
    }
}
