//! Warnings: what works, and that its author should look at.

use super::codes;
use super::message::both_languages;
use super::rules::{Cover, Parameter, Pilot, Rule};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::Schema;
use crate::syntax::ast;
use std::collections::BTreeSet;

/// Whether the title and the message of a rule are there in both languages.
pub(super) fn is_titled(rule: &ast::Rule) -> bool {
    let both = |texts: &ast::Labels| both_languages(&super::law::labels(texts));
    let says = rule.clauses.iter().filter_map(|clause| match &clause.node {
        ast::Clause::Say(texts) => Some(texts),
        _ => None,
    });
    both(&rule.labels) && says.into_iter().all(both)
}

/// Texts for people that lack one of the languages.
pub(super) fn labels<'a>(
    rules: impl Iterator<Item = &'a ast::Rule>,
    schema: &Schema,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for item in rules.filter(|rule| !is_titled(rule)) {
        let titles = super::law::labels(&item.labels);
        if !both_languages(&titles) {
            diagnostics.push(
                Diagnostic::new(
                    codes::LABEL_MISSING,
                    format!("`{}` has no title in one of the languages", item.id.node),
                    item.id.at.0,
                )
                .label("needs `\"中文\" / \"English\"`"),
            );
        }
        for clause in &item.clauses {
            if let ast::Clause::Say(texts) = &clause.node
                && !both_languages(&super::law::labels(texts))
            {
                diagnostics.push(
                    Diagnostic::new(
                        codes::LABEL_MISSING,
                        format!(
                            "the message of `{}` lacks one of the languages",
                            item.id.node
                        ),
                        clause.at.0,
                    )
                    .label("needs `\"中文\" / \"English\"`"),
                );
            }
        }
    }
    for (index, field) in schema.fields.iter().enumerate() {
        if !both_languages(&field.labels) {
            let at = schema.places.0.get(index).copied().unwrap_or_default();
            diagnostics.push(
                Diagnostic::new(
                    codes::LABEL_MISSING,
                    format!("`{}` has no label in one of the languages", field.path),
                    at,
                )
                .label("needs `\"中文\" / \"English\"`"),
            );
        }
    }
}

/// The items whose use is looked after.
pub(super) struct Written<'w, 'a> {
    pub lets: &'w [&'a ast::Let],
    pub parameters: &'w [&'a ast::Parameter],
    pub lists: &'w [&'a ast::List],
    pub tables: &'w [&'a ast::Table],
    /// Where the identifier of the first rule stands.
    pub first_rule: Span,
    pub pilots: &'w [(&'a ast::Pilot, Span)],
}

/// Warnings: what works, and that its author should look at.
pub(super) fn lints(
    written: &Written<'_, '_>,
    rules: &[Rule],
    covers: &[Cover],
    pilots: &[Pilot],
    parameters: &[Parameter],
    used: &BTreeSet<String>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut unused = |key: &str, what: &str, name: &ast::Name| {
        if !used.contains(&format!("{key} {}", name.node)) {
            diagnostics.push(
                Diagnostic::new(
                    codes::NEVER_USED,
                    format!("the {what} `{}` is never used", name.node),
                    name.at.0,
                )
                .label("by no rule"),
            );
        }
    };
    written
        .lets
        .iter()
        .for_each(|l| unused("let", "definition", &l.name));
    written
        .parameters
        .iter()
        .for_each(|p| unused("parameter", "parameter", &p.name));
    written
        .lists
        .iter()
        .for_each(|l| unused("list", "list", &l.name));
    written
        .tables
        .iter()
        .for_each(|t| unused("table", "table", &t.name));
    for parameter in parameters {
        for pair in parameter.values.windows(2) {
            if let [a, b] = pair {
                let next = a.period.until.and_then(|d| d.add(0, 1));
                if next != b.period.from {
                    let at = written
                        .parameters
                        .iter()
                        .find(|p| p.name.node == parameter.name)
                        .map(|p| p.name.at.0);
                    diagnostics.push(
                        Diagnostic::new(
                            codes::PARAMETER_GAP,
                            format!(
                                "`{}` has no value between two of its periods",
                                parameter.name
                            ),
                            at.unwrap_or_default(),
                        )
                        .label("rules that need it are undetermined on those days"),
                    );
                }
            }
        }
    }
    if covers.is_empty() && !rules.is_empty() {
        let at = written.first_rule;
        diagnostics.push(
            Diagnostic::new(
                codes::NO_COVERAGE,
                "nothing is covered, so every movement is outside the law on file",
                at,
            )
            .label("no `covers` beside the rules")
            .help("say with `covers` where the rule set claims to be complete"),
        );
    }
    for rule in rules {
        let idle = rule.outcome.is_none()
            && rule.requires.is_empty()
            && rule.waives.is_empty()
            && rule.over.is_empty();
        if idle && rule.message.zh.is_empty() && rule.message.en.is_empty() {
            diagnostics.push(
                Diagnostic::new(
                    codes::NO_EFFECT,
                    format!("`{}` has no effect when it fires", rule.id),
                    rule.place.0,
                )
                .label("it neither decides, requires, waives, excuses nor says anything"),
            );
        }
    }
    for (pilot, (item, _)) in pilots.iter().zip(super::pilot::sorted(written.pilots)) {
        if pilot.rules.is_empty() && pilot.suspends.is_none() {
            diagnostics.push(
                Diagnostic::new(
                    codes::NO_EFFECT,
                    format!("the pilot `{}` changes nothing", pilot.name),
                    item.name.at.0,
                )
                .label("it has no rules and suspends none")
                .help("say `suspend RULE` here, or `pilot` and its name in a rule"),
            );
        }
    }
}
