//! Pilots become rules: each of a pilot's own rules holds only within its scope and period, and
//! its suspensions are one rule over those it suspends.

use super::codes;
use super::draft::{Notes, RuleDraft};
use super::law::{self, basis, force_cond, labels};
use super::lower::{Lower, Scope};
use super::reach;
use super::rule::{PilotFrame, scope_cond, weakest};
use super::rules::{Cond, Event, Force, Law, Message, Pilot, PilotId, Sure, Terms};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::value::DepartmentId;
use crate::syntax::ast::{self, PilotClause};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The clauses of a pilot, each at most once.
#[derive(Default)]
pub(super) struct Clauses<'a> {
    pub by: Option<(&'a [ast::Citation], Option<Sure>)>,
    pub scope: Option<(&'a [ast::Expr], Span)>,
    pub force: Option<&'a ast::Force>,
    pub mode: Option<bool>,
    pub suspend: &'a [ast::Name],
    pub over: &'a [ast::Name],
}

pub(super) fn clauses<'a>(pilot: &'a ast::Pilot, diagnostics: &mut Vec<Diagnostic>) -> Clauses<'a> {
    let mut found = Clauses::default();
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for clause in &pilot.clauses {
        let word = match &clause.node {
            PilotClause::By { citations, sure } => {
                found.by = found
                    .by
                    .or(Some((citations, sure.as_ref().map(|s| s.node))));
                "by"
            }
            PilotClause::For(terms) => {
                found.scope = found.scope.or(Some((terms, clause.at.0)));
                "for"
            }
            PilotClause::Force(force) => {
                found.force = found.force.or(Some(force));
                "force"
            }
            PilotClause::Mode(live) => {
                found.mode = found.mode.or(Some(*live));
                "mode"
            }
            PilotClause::Suspend(names) => {
                found.suspend = names;
                "suspend"
            }
            PilotClause::Over(names) => {
                found.over = names;
                "over"
            }
        };
        if let Some(before) = first.insert(word, clause.at.0) {
            diagnostics.push(
                Diagnostic::new(
                    codes::CLAUSE_TWICE,
                    format!("`{word}` stands twice in `{}`", pilot.name.node),
                    clause.at.0,
                )
                .label("again here")
                .also(before, "first here"),
            );
        }
    }
    found
}

/// The first pilot of each name, in the order of names, which numbers them.
pub(super) fn sorted<'i, 'a>(items: &'i [(&'a ast::Pilot, Span)]) -> Vec<(&'a ast::Pilot, Span)> {
    let mut by_name: BTreeMap<&str, (&'a ast::Pilot, Span)> = BTreeMap::new();
    for (pilot, at) in items {
        by_name.entry(&pilot.name.node).or_insert((pilot, *at));
    }
    by_name.into_values().collect()
}

/// The scope and period of every pilot.
pub(super) fn frames(
    items: &[(&ast::Pilot, Span)],
    scope: &Scope<'_>,
    events: &[Event],
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<PilotFrame> {
    sorted(items)
        .into_iter()
        .map(|(item, _)| {
            let found = clauses(item, diagnostics);
            let force = found
                .force
                .map(|f| law::declared_force(f, scope.names, events, diagnostics))
                .unwrap_or_default();
            law::forwards(force, "the pilot", &item.name, diagnostics);
            let mut lower = Lower::new(scope, diagnostics, used);
            let (in_force, within) = (
                found.force.and_then(|f| force_cond(&mut lower, f)),
                found.scope.and_then(|(t, _)| scope_cond(&mut lower, t)),
            );
            PilotFrame {
                in_force: in_force.unwrap_or(Cond::Always),
                scope: within.unwrap_or(Cond::Always),
                nodes: lower.nodes(),
                force,
            }
        })
        .collect()
}

/// The pilots, and a rule for each that suspends others.
pub(super) fn pilots(
    items: &[(&ast::Pilot, Span)],
    scope: &Scope<'_>,
    laws: &[Law],
    frames: &[PilotFrame],
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> (Vec<Pilot>, Vec<RuleDraft>) {
    let (mut pilots, mut drafts) = (Vec::new(), Vec::new());
    for (index, ((item, at), frame)) in sorted(items).into_iter().zip(frames).enumerate() {
        let found = clauses(item, &mut Vec::new());
        let mut lower = Lower::new(scope, diagnostics, used);
        let citations = found.by.map(|(c, _)| c).unwrap_or(&[]);
        let (cited, cited_at) = basis(&mut lower, citations);
        let sure = weakest(laws, &cited, found.by.and_then(|(_, s)| s));
        for (missing, word, help) in [
            (
                citations.is_empty(),
                "by",
                "cite the text that the pilot rests on",
            ),
            (
                found.mode.is_none(),
                "mode",
                "`mode live` counts, `mode shadow` only informs",
            ),
            (
                found.scope.is_none(),
                "for",
                "say where the pilot holds: zones, enterprises, business",
            ),
        ] {
            if missing {
                lower.push(
                    Diagnostic::new(
                        codes::CLAUSE_MISSING,
                        format!("the pilot `{}` has no `{word}`", item.name.node),
                        item.name.at.0,
                    )
                    .help(help),
                );
            }
        }
        let id = PilotId(u16::try_from(index).unwrap_or(u16::MAX));
        let name = item.name.node.clone();
        if !found.suspend.is_empty() {
            let terms = Terms {
                id: name.clone(),
                labels: labels(&item.labels),
                basis: cited.clone(),
                sure,
                departments: vec![DepartmentId(0)],
                pilot: Some(id),
                each: Vec::new(),
                in_force: frame.in_force.clone(),
                force: frame.force,
                scope: frame.scope.clone(),
                when: Cond::Always,
                unless: None,
                outcome: None,
                requires: Vec::new(),
                waives: Vec::new(),
                message: Message::default(),
            };
            let notes = Notes {
                over: found.suspend.to_vec(),
                on: found
                    .force
                    .and_then(|f| f.on.as_ref())
                    .map(|n| n.node.clone()),
                id_at: item.name.at.0,
                whole: None,
                each_known: true,
                cited_at,
                scope_at: found.scope.map_or(item.name.at.0, |(_, at)| at),
                never: reach::impossible(&reach::allowed(scope.schema, &frame.scope)),
            };
            drafts.push(RuleDraft::new(terms, at, Arc::new(notes)));
        }
        pilots.push(Pilot {
            name,
            labels: labels(&item.labels),
            basis: cited,
            sure,
            live: found.mode.unwrap_or(false),
            force: frame.force,
            suspends: None,
            rules: Vec::new(),
        });
    }
    (pilots, drafts)
}

/// Whether two periods share a day that is possible in both.
pub(super) fn overlap(a: Force, b: Force) -> bool {
    let before = |until: Option<crate::ground::day::RoughDay>,
                  from: Option<crate::ground::day::RoughDay>| {
        matches!((until, from), (Some(u), Some(f)) if u.last < f.first)
    };
    !before(a.until, b.from) && !before(b.until, a.from)
}
