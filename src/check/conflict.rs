//! Rules against each other: identifiers, exceptions, pilots; and labels that collide.

use super::codes;
use super::draft::RuleDraft;
use super::law::{twice, unknown_name};
use super::names::{Named, Names};
use super::order::{Beginning, natural};
use super::pilot::{clauses, overlap, sorted};
use super::reach::{self, Allowed};
use super::rule::PilotFrame;
use super::rules::{Pilot, PilotId, Rule, RuleId};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::value::FieldId;
use crate::schema::{Home, Schema};
use crate::syntax::ast;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What rules are held against.
pub(super) struct Whole<'w, 'a> {
    pub schema: &'w Schema,
    pub names: &'w Names<'a>,
    pub pilots: &'w [(&'a ast::Pilot, Span)],
    pub frames: &'w [PilotFrame],
    /// Whether a rule is written, be it one that could not be checked.
    pub is_written: &'w dyn Fn(&str) -> bool,
}

/// Sorts and numbers the rules, resolves their exceptions and checks them against each other.
pub(super) fn number(
    mut drafts: Vec<RuleDraft>,
    pilots: &mut [Pilot],
    whole: &Whole<'_, '_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Rule> {
    drafts.sort_by(|a, b| {
        let key = |d: &RuleDraft| (d.rule.force.from, d.rule.force.until, d.rule.place.0);
        let begin = a.brief.begins.cmp(&b.brief.begins);
        begin
            .then_with(|| natural(&a.rule.id, &b.rule.id))
            .then_with(|| key(a).cmp(&key(b)))
    });
    identifiers(&drafts, diagnostics);
    exceptions(&mut drafts, whole.is_written, diagnostics);
    exception_cycles(&drafts, diagnostics);
    for (index, draft) in drafts.iter().enumerate() {
        let id = RuleId(u32::try_from(index).unwrap_or(u32::MAX));
        let pilot = draft.brief.pilot;
        let Some(pilot) = pilot.and_then(|p| pilots.get_mut(usize::from(p.0))) else {
            continue;
        };
        if pilot.name == draft.rule.id {
            pilot.suspends = Some(id);
        } else {
            pilot.rules.push(id);
        }
    }
    pilots_apart(&drafts, whole, diagnostics);
    drafts.into_iter().map(|d| d.rule).collect()
}

/// The same identifier twice only with disjoint periods, counted on the same date.
fn identifiers(drafts: &[RuleDraft], diagnostics: &mut Vec<Diagnostic>) {
    // Those of one identifier stand together.
    let alike = drafts
        .chunk_by(|one, next| one.brief.begins == next.brief.begins && one.rule.id == next.rule.id);
    for versions in alike.filter(|versions| versions.len() > 1) {
        for (at, draft) in versions.iter().enumerate() {
            let clash = versions.iter().take(at).find(|other| {
                other.notes.on != draft.notes.on || overlap(other.rule.force, draft.rule.force)
            });
            let Some(other) = clash else {
                continue;
            };
            let name = name_at(draft.shown(), draft.id_at());
            let mut diagnostic = twice("rule", &name, other.id_at());
            diagnostic.code = codes::RULE_TWICE;
            diagnostic.title = format!("two rules are called `{}` on the same days", draft.shown());
            diagnostics.push(
                diagnostic
                    .help("end the older one with `force until`, or give one another identifier"),
            );
        }
    }
}

fn name_at(text: &str, at: Span) -> ast::Name {
    ast::Spanned {
        node: text.to_owned(),
        at: crate::ground::span::At(at),
    }
}

/// The rules that a name after `over` may mean.
struct Targets<'d> {
    /// In the order of their identifiers.
    drafts: &'d [RuleDraft],
    /// By rule with a table, the parts of that.
    parts: BTreeMap<&'d str, Vec<usize>>,
}

impl<'d> Targets<'d> {
    fn of(drafts: &'d [RuleDraft]) -> Targets<'d> {
        let mut parts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let all = drafts.iter().enumerate();
        for (at, draft) in all.filter(|(_, draft)| draft.brief.is_part) {
            if let Some(whole) = &draft.notes.whole {
                parts.entry(whole).or_default().push(at);
            }
        }
        Targets { drafts, parts }
    }

    /// All versions of a rule, which stand together.
    fn versions(&self, name: &str) -> Range<usize> {
        let begins = Beginning::of(name);
        let order = |draft: &RuleDraft| {
            let begin = draft.brief.begins.cmp(&begins);
            begin.then_with(|| natural(&draft.rule.id, name))
        };
        let from = self.drafts.partition_point(|draft| order(draft).is_lt());
        let here = self.drafts.get(from..).unwrap_or_default().iter();
        from..from + here.take_while(|draft| order(draft).is_eq()).count()
    }

    fn knows(&self, name: &str) -> bool {
        !self.versions(name).is_empty() || self.parts.contains_key(name)
    }

    fn named(&self, name: &str) -> impl Iterator<Item = usize> {
        let parts = self.parts.get(name).into_iter().flatten();
        self.versions(name).chain(parts.copied())
    }

    fn names(&self) -> BTreeSet<&'d str> {
        let ids = self.drafts.iter().map(|draft| draft.rule.id.as_str());
        ids.chain(self.parts.keys().copied()).collect()
    }
}

/// Numbers what `over` names: all versions of a rule, or all parts of a rule's table.
fn exceptions(
    drafts: &mut [RuleDraft],
    is_written: &dyn Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (at, over) in excused(drafts, is_written, diagnostics) {
        if let Some(draft) = drafts.get_mut(at) {
            draft.rule.over = over;
        }
    }
}

/// The exceptions, by their place, each with the rules that it excuses.
fn excused(
    drafts: &[RuleDraft],
    is_written: &dyn Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(usize, Vec<RuleId>)> {
    let targets = LazyCell::new(|| Targets::of(drafts));
    let mut resolved = Vec::new();
    let all = drafts.iter().enumerate();
    for (at, draft) in all.filter(|(_, draft)| draft.brief.is_over) {
        let mut over = Vec::new();
        for name in &draft.notes.over {
            let name = draft.placed(name);
            if !targets.knows(&name.node) {
                // A rule that was complained of is there all the same.
                let table = name.node.rsplit_once('.').map_or("", |(rule, _)| rule);
                if is_written(&name.node) || (is_written(table) && !targets.knows(table)) {
                    continue;
                }
                let known = targets.names().into_iter();
                diagnostics.push(unknown_name("rule", &name, known));
                continue;
            }
            for target in targets.named(&name.node) {
                let Some(excused) = drafts.get(target) else {
                    continue;
                };
                if excused.id_at() == draft.id_at() {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::ITSELF,
                            format!("`{}` excuses itself", draft.shown()),
                            name.at.0,
                        )
                        .label("itself"),
                    );
                    continue;
                }
                let known = excused.notes.each_known && draft.notes.each_known;
                if known && !excused.rule.each.starts_with(&draft.rule.each) {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::EXCEPTION_TOO_FINE,
                            format!("`{}` cannot excuse `{}` as a whole", draft.shown(), excused.shown()),
                            name.at.0,
                        )
                        .label("judges other elements than this exception")
                        .also(excused.id_at(), "the rule to be excused")
                        .help("let both begin with the same `each`, or let the exception judge the whole declaration"),
                    );
                    continue;
                }
                over.push(RuleId(u32::try_from(target).unwrap_or(u32::MAX)));
            }
        }
        over.sort();
        over.dedup();
        if !over.is_empty() {
            resolved.push((at, over));
        }
    }
    resolved
}

/// Exceptions must not lead in a circle, over all pilots together.
fn exception_cycles(drafts: &[RuleDraft], diagnostics: &mut Vec<Diagnostic>) {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    // Most rules excuse none and are excused by none.
    let mut nodes: Vec<Option<NodeIndex>> = vec![None; drafts.len()];
    for (at, draft) in drafts.iter().enumerate() {
        for over in &draft.rule.over {
            let mut node = |at: usize| {
                let place = nodes.get_mut(at)?;
                Some(*place.get_or_insert_with(|| graph.add_node(at)))
            };
            if let Some((from, to)) = node(at).zip(node(over.0 as usize)) {
                graph.add_edge(from, to, ());
            }
        }
    }
    for component in tarjan_scc(&graph) {
        if component.len() < 2 {
            continue;
        }
        let mut members: Vec<&RuleDraft> = component
            .iter()
            .filter_map(|n| drafts.get(*graph.node_weight(*n)?))
            .collect();
        members.sort_by_key(|d| d.id_at());
        members.dedup_by_key(|d| d.id_at());
        let Some((first, rest)) = members.split_first() else {
            continue;
        };
        let names: Vec<String> = members.iter().map(|d| format!("`{}`", d.shown())).collect();
        let mut diagnostic = Diagnostic::new(
            codes::EXCEPTION_CYCLE,
            format!("exceptions lead in a circle: {}", names.join(", ")),
            first.id_at(),
        )
        .label("one of them");
        for other in rest {
            diagnostic = diagnostic.also(other.id_at(), "and this one");
        }
        diagnostics.push(diagnostic.help("take one `over` out: which text goes before the other?"));
    }
}

/// Two pilots that touch one rule with overlapping scope and period need an order.
fn pilots_apart(drafts: &[RuleDraft], whole: &Whole<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let items = sorted(whole.pilots);
    let allowed: Vec<Allowed> = whole
        .frames
        .iter()
        .map(|f| reach::allowed(whole.schema, &f.scope))
        .collect();
    let mut touched: BTreeMap<RuleId, BTreeSet<PilotId>> = BTreeMap::new();
    for draft in drafts {
        if let Some(pilot) = draft.brief.pilot {
            for over in &draft.rule.over {
                touched.entry(*over).or_default().insert(pilot);
            }
        }
    }
    let mut told: BTreeSet<(PilotId, PilotId)> = BTreeSet::new();
    for (rule, pilots) in &touched {
        let all: Vec<PilotId> = pilots.iter().copied().collect();
        for (i, a) in all.iter().enumerate() {
            for b in all.iter().skip(i + 1) {
                let frames = (
                    whole.frames.get(usize::from(a.0)),
                    whole.frames.get(usize::from(b.0)),
                );
                let scopes = (allowed.get(usize::from(a.0)), allowed.get(usize::from(b.0)));
                let (Some((fa, fb)), Some((sa, sb))) =
                    (frames.0.zip(frames.1), scopes.0.zip(scopes.1))
                else {
                    continue;
                };
                let (Some((ia, _)), Some((ib, _))) =
                    (items.get(usize::from(a.0)), items.get(usize::from(b.0)))
                else {
                    continue;
                };
                let ordered = says_over(ia, &ib.name.node) || says_over(ib, &ia.name.node);
                if ordered
                    || !overlap(fa.force, fb.force)
                    || !reach::together(sa, sb)
                    || !told.insert((*a, *b))
                {
                    continue;
                }
                let id = drafts
                    .get(rule.0 as usize)
                    .map_or("?", |d| d.rule.id.as_str());
                diagnostics.push(
                    Diagnostic::new(
                        codes::PILOTS_COLLIDE,
                        format!("two pilots touch `{id}` in the same place on the same days"),
                        ib.name.at.0,
                    )
                    .label("this pilot")
                    .also(ia.name.at.0, "and this one")
                    .help(format!(
                        "say which goes first: `over {}` in one of them",
                        ia.name.node
                    )),
                );
            }
        }
    }
    for (item, _) in &items {
        for name in clauses(item, &mut Vec::new()).over {
            if name.node == item.name.node {
                diagnostics.push(
                    Diagnostic::new(
                        codes::ITSELF,
                        format!("`{}` goes before itself", name.node),
                        name.at.0,
                    )
                    .label("itself"),
                );
            } else if !whole.names.pilots.contains_key(&name.node) {
                diagnostics.push(unknown_name(
                    "pilot",
                    name,
                    whole.names.pilots.keys().map(String::as_str),
                ));
            }
        }
    }
}

fn says_over(pilot: &ast::Pilot, other: &str) -> bool {
    clauses(pilot, &mut Vec::new())
        .over
        .iter()
        .any(|n| n.node == other)
}

/// Labels of fields that stand side by side must differ, from each other and from definitions.
pub(super) fn labels_apart(
    schema: &Schema,
    names: &Names<'_>,
    parameters: &[&ast::Parameter],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let parameter_at = |name: &str| {
        let found = parameters.iter().find(|p| p.name.node == name);
        found.map(|p| p.name.at.0)
    };
    let place = |field: FieldId| {
        schema
            .places
            .0
            .get(field.0 as usize)
            .copied()
            .unwrap_or_default()
    };
    for (label, all) in names.all_labels() {
        let mut by_home: BTreeMap<Option<u32>, Vec<FieldId>> = BTreeMap::new();
        for named in all {
            if let Named::Field(field) = named {
                let home = match schema.field(*field).map(|f| f.home) {
                    Some(Home::Element(list, _)) => Some(list.0),
                    _ => None,
                };
                by_home.entry(home).or_default().push(*field);
            }
        }
        let complain = |first: Span, second: Span, diagnostics: &mut Vec<Diagnostic>| {
            diagnostics.push(
                Diagnostic::new(
                    codes::LABEL_COLLISION,
                    format!("two things are called `{label}` where both can stand"),
                    second,
                )
                .label("this one")
                .also(first, "and this one")
                .help("give one of them another label"),
            );
        };
        for fields in by_home.values() {
            if let [first, second, ..] = fields.as_slice() {
                complain(place(*first), place(*second), diagnostics);
            }
        }
        // Definitions and parameters can be read wherever a field can.
        let mut others: Vec<Span> = all
            .iter()
            .filter_map(|n| match n {
                Named::Let(name) => names.lets.get(name).map(|l| l.name.at.0),
                Named::Parameter(id) => {
                    let name = names.parameters.iter().find(|(_, p)| *p == id)?.0;
                    parameter_at(name)
                }
                _ => None,
            })
            .collect();
        others.sort();
        let field = by_home.values().flatten().next().map(|f| place(*f));
        if let Some(first) = field.or(others.first().copied()) {
            let rest = others.iter().skip(usize::from(field.is_none()));
            rest.for_each(|other| complain(first, *other, diagnostics));
        }
    }
}
