//! Rules against each other and against the register of laws: identifiers, exceptions, pilots,
//! periods, articles that were replaced; and labels that collide.

use super::codes;
use super::law::{twice, unknown_name};
use super::names::{Named, Names};
use super::pilot::{clauses, overlap, sorted};
use super::reach::{self, Allowed};
use super::rule::{PilotFrame, RuleDraft};
use super::rules::{Force, Law, Pilot, PilotId, Rule, RuleId};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::value::FieldId;
use crate::schema::{Home, Schema};
use crate::syntax::ast;
use hashbrown::{HashMap, HashSet};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::cell::LazyCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What rules are held against.
pub(super) struct Whole<'w, 'a> {
    pub schema: &'w Schema,
    pub laws: &'w [Law],
    pub items_laws: &'w [&'a ast::Law],
    pub names: &'w Names<'a>,
    pub pilots: &'w [(&'a ast::Pilot, Span)],
    pub frames: &'w [PilotFrame],
    /// All rules as written, those that could not be checked included.
    pub written: &'w [&'w str],
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
        natural(&a.rule.id, &b.rule.id).then_with(|| key(a).cmp(&key(b)))
    });
    identifiers(&drafts, diagnostics);
    exceptions(&mut drafts, whole.written, diagnostics);
    exception_cycles(&drafts, diagnostics);
    for (index, draft) in drafts.iter().enumerate() {
        let id = RuleId(u32::try_from(index).unwrap_or(u32::MAX));
        let Some(pilot) = draft
            .rule
            .pilot
            .and_then(|p| pilots.get_mut(usize::from(p.0)))
        else {
            continue;
        };
        if pilot.name == draft.rule.id {
            pilot.suspends = Some(id);
        } else {
            pilot.rules.push(id);
        }
    }
    pilots_apart(&drafts, whole, diagnostics);
    for draft in &drafts {
        reachable(draft, whole, diagnostics);
        cited_in_time(draft, whole, diagnostics);
    }
    drafts.into_iter().map(|d| d.rule).collect()
}

/// `BR-2` before `BR-10`: runs of digits are compared as numbers.
fn natural(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() && !b.is_empty() {
        let (ours, theirs) = (first_run(a), first_run(b));
        let number = |digits: &str| digits.parse().unwrap_or(u64::MAX);
        let order = ours
            .word
            .cmp(theirs.word)
            .then_with(|| number(ours.digits).cmp(&number(theirs.digits)))
            .then_with(|| ours.digits.cmp(theirs.digits));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (ours.rest, theirs.rest);
    }
    b.is_empty().cmp(&a.is_empty())
}

/// Letters, the digits behind them, and what follows.
struct Run<'t> {
    word: &'t str,
    digits: &'t str,
    rest: &'t str,
}

fn first_run(text: &str) -> Run<'_> {
    let letters = text.find(|c: char| c.is_ascii_digit());
    let (word, after) = text.split_at(letters.unwrap_or(text.len()));
    let digits = after.find(|c: char| !c.is_ascii_digit());
    let (digits, rest) = after.split_at(digits.unwrap_or(after.len()));
    Run { word, digits, rest }
}

/// The same identifier twice only with disjoint periods, counted on the same date.
fn identifiers(drafts: &[RuleDraft], diagnostics: &mut Vec<Diagnostic>) {
    // Those of one identifier stand together.
    let alike = drafts.chunk_by(|one, next| one.rule.id == next.rule.id);
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
    /// By identifier, its versions, which stand together.
    versions: HashMap<&'d str, Range<usize>>,
    /// By rule with a table, the parts of that.
    parts: BTreeMap<&'d str, Vec<usize>>,
}

impl<'d> Targets<'d> {
    fn of(drafts: &'d [RuleDraft]) -> Targets<'d> {
        let mut targets = Targets {
            versions: HashMap::with_capacity(drafts.len()),
            parts: BTreeMap::new(),
        };
        let mut first = 0;
        for versions in drafts.chunk_by(|one, next| one.rule.id == next.rule.id) {
            let range = first..first + versions.len();
            first = range.end;
            for (at, draft) in range.clone().zip(versions) {
                targets.versions.insert(&draft.rule.id, range.clone());
                if let Some(whole) = &draft.notes.whole {
                    targets.parts.entry(whole).or_default().push(at);
                }
            }
        }
        targets
    }

    fn knows(&self, name: &str) -> bool {
        self.versions.contains_key(name) || self.parts.contains_key(name)
    }

    fn named(&self, name: &str) -> impl Iterator<Item = usize> {
        let versions = self.versions.get(name).cloned().unwrap_or_default();
        let parts = self.parts.get(name).into_iter().flatten();
        versions.chain(parts.copied())
    }

    fn names(&self) -> BTreeSet<&'d str> {
        let versions = self.versions.keys().copied();
        versions.chain(self.parts.keys().copied()).collect()
    }
}

/// Numbers what `over` names: all versions of a rule, or all parts of a rule's table.
fn exceptions(drafts: &mut [RuleDraft], written: &[&str], diagnostics: &mut Vec<Diagnostic>) {
    for (at, over) in excused(drafts, written, diagnostics) {
        if let Some(draft) = drafts.get_mut(at) {
            draft.rule.over = over;
        }
    }
}

/// The exceptions, by their place, each with the rules that it excuses.
fn excused(
    drafts: &[RuleDraft],
    written: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(usize, Vec<RuleId>)> {
    let written: LazyCell<HashSet<&str>, _> = LazyCell::new(|| written.iter().copied().collect());
    let targets = LazyCell::new(|| Targets::of(drafts));
    let mut resolved = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let mut over = Vec::new();
        for name in &draft.notes.over {
            let name = draft.placed(name);
            if !targets.knows(&name.node) {
                // A rule that was complained of is there all the same.
                let table = name.node.rsplit_once('.').map_or("", |(rule, _)| rule);
                if written.contains(name.node.as_str())
                    || (written.contains(table) && !targets.knows(table))
                {
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
        if let Some(pilot) = draft.rule.pilot {
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

/// Rules that can never be in force, or whose scope nothing can meet.
fn reachable(draft: &RuleDraft, whole: &Whole<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let backwards = |force: Force| {
        let days = force.from.zip(force.until);
        days.filter(|(from, until)| from.first > until.last)
    };
    let frame = draft.rule.pilot;
    let frame = frame.and_then(|p| whole.frames.get(usize::from(p.0)));
    // A pilot that is never in force is told once, at the pilot.
    if frame.and_then(|f| backwards(f.force)).is_none()
        && let Some((from, until)) = backwards(draft.rule.force)
    {
        diagnostics.push(
            Diagnostic::new(
                codes::NEVER_IN_FORCE,
                format!("`{}` is never in force", draft.shown()),
                draft.id_at(),
            )
            .label(format!(
                "it would begin on {} and end on {}",
                from.first, until.last
            )),
        );
    }
    if let Some(field) = draft.notes.never {
        let path = whole.schema.field(field).map_or("?", |f| f.path.as_str());
        diagnostics.push(
            Diagnostic::new(
                codes::NEVER_IN_SCOPE,
                format!("`{}` can never apply", draft.shown()),
                draft.scope_at(),
            )
            .label(format!("no `{path}` meets all of this")),
        );
    }
}

/// No law is cited for days on which it, or the article, is gone.
fn cited_in_time(draft: &RuleDraft, whole: &Whole<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for (basis, at) in draft.rule.basis.iter().zip(&draft.notes.cited_at) {
        let at = draft.moved.span(*at);
        let Some(law) = whole.laws.get(basis.law.0 as usize) else {
            continue;
        };
        let last = draft.rule.force.until.map(|d| d.last);
        if let Some(end) = law.force.until
            && last.is_none_or(|last| last > end.last)
        {
            diagnostics.push(
                Diagnostic::new(
                    codes::LAW_NOT_IN_FORCE,
                    format!(
                        "`{}` cites `{}` for days after its end",
                        draft.shown(),
                        law.id
                    ),
                    at,
                )
                .label(format!("in force until {}", end.last))
                .help(format!("end the rule with `force until {}`", end.last)),
            );
        }
        if let (Some(until), Some(from)) = (draft.rule.force.until, law.force.from)
            && draft.notes.on.is_none()
            && until.last < from.first
        {
            diagnostics.push(
                Diagnostic::new(
                    codes::LAW_NOT_IN_FORCE,
                    format!(
                        "`{}` cites `{}` for days before it was in force",
                        draft.shown(),
                        law.id
                    ),
                    at,
                )
                .label(format!("in force from {}", from.first)),
            );
        }
        for newer in whole.items_laws {
            // Who cites the newer text too means the article as it reads since.
            let newer_id = whole.names.laws.get(&newer.id.node).copied();
            if draft.rule.basis.iter().any(|b| Some(b.law) == newer_id) {
                continue;
            }
            for replaced in &newer.replaces {
                let same_law = replaced.law.node == law.id;
                let same_article = match (&replaced.article, &basis.article) {
                    (None, _) => true,
                    (Some(r), Some(b)) => {
                        r.node == *b && paragraph_hit(replaced, basis.paragraph.as_deref())
                    }
                    (Some(_), None) => false,
                };
                let since = newer_id
                    .and_then(|id| whole.laws.get(id.0 as usize))
                    .and_then(|l| l.force.from);
                let Some(since) = since else { continue };
                if same_law && same_article && last.is_none_or(|last| last >= since.last) {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::ARTICLE_REPLACED,
                            format!("`{}` cites what `{}` replaced on {}", draft.shown(), newer.id.node, since.first),
                            at,
                        )
                        .label("replaced")
                        .also(replaced.law.at.0, "replaced here")
                        .help("end this version the day before, and write a new one that cites the newer text"),
                    );
                }
            }
        }
    }
}

fn paragraph_hit(replaced: &ast::Citation, cited: Option<&str>) -> bool {
    match (&replaced.paragraph, cited) {
        (Some(r), Some(c)) => r.node == c,
        _ => true,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_ordered_as_people_count() {
        let wanted = [
            "", "01", "1", "2", "A", "A-02", "A-2", "A-2.1", "A-10", "A-10b", "A-", "B", "甲-9",
        ];
        let mut found = wanted;
        found.reverse();
        found.sort_by(|a, b| natural(a, b));
        assert_eq!(found, wanted);
    }
}
