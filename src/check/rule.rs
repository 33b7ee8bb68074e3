//! Rules from their clauses; tables of rules taken apart; messages.

use super::codes;
use super::consequence::{Consequences, consequences};
use super::draft::{Notes, RuleDraft};
use super::law::{basis, force_cond, labels, unknown_name};
use super::lower::Lower;
use super::message::message;
use super::names::Named;
use super::reach;
use super::rules::{Cond, DecisionTable, Each, Force, Law, LawId, Message, PilotId, Sure, Terms};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::value::{DepartmentId, Type};
use crate::syntax::ast::{self, Clause, Consequence};
use std::sync::Arc;

/// What the kinds of requirement take as arguments.
pub(super) struct KindType {
    pub argument: Option<Type>,
    /// The type was complained of.
    pub broken: bool,
}

/// The clauses of a rule, each at most once.
#[derive(Default)]
struct Clauses<'a> {
    by: Option<(&'a [ast::Citation], Option<Sure>, Span)>,
    force: Option<&'a ast::Force>,
    departments: Option<&'a [ast::Name]>,
    pilot: Option<&'a ast::Name>,
    over: Option<&'a [ast::Name]>,
    scope: Option<(&'a [ast::Expr], Span)>,
    each: Option<&'a [ast::Binding]>,
    when: Option<&'a ast::Expr>,
    unless: Option<&'a ast::Expr>,
    table: Option<(&'a ast::RuleTable, Span)>,
    then: Option<&'a [Consequence]>,
    say: Option<(&'a ast::Labels, Span)>,
}

fn clauses<'a>(rule: &'a ast::Rule, diagnostics: &mut Vec<Diagnostic>) -> Clauses<'a> {
    let mut found = Clauses::default();
    let mut first: std::collections::BTreeMap<&str, Span> = std::collections::BTreeMap::new();
    for clause in &rule.clauses {
        let at = clause.at.0;
        let word = match &clause.node {
            Clause::By { citations, sure } => {
                found.by = found
                    .by
                    .or(Some((citations, sure.as_ref().map(|s| s.node), at)));
                "by"
            }
            Clause::Force(force) => {
                found.force = found.force.or(Some(force));
                "force"
            }
            Clause::Department(names) => {
                found.departments = found.departments.or(Some(names));
                "department"
            }
            Clause::Pilot(name) => {
                found.pilot = found.pilot.or(Some(name));
                "pilot"
            }
            Clause::Over(names) => {
                found.over = found.over.or(Some(names));
                "over"
            }
            Clause::For(terms) => {
                found.scope = found.scope.or(Some((terms, at)));
                "for"
            }
            Clause::Each(bindings) => {
                found.each = found.each.or(Some(bindings));
                "each"
            }
            Clause::When(expr) => {
                found.when = found.when.or(Some(expr));
                "when"
            }
            Clause::Unless(expr) => {
                found.unless = found.unless.or(Some(expr));
                "unless"
            }
            Clause::Table(table) => {
                found.table = found.table.or(Some((table, at)));
                "table"
            }
            Clause::Then(consequences) => {
                found.then = found.then.or(Some(consequences));
                "then"
            }
            Clause::Say(texts) => {
                found.say = found.say.or(Some((texts, at)));
                "say"
            }
        };
        if let Some(before) = first.insert(word, at) {
            diagnostics.push(
                Diagnostic::new(
                    codes::CLAUSE_TWICE,
                    format!("`{word}` stands twice in `{}`", rule.id.node),
                    at,
                )
                .label("again here")
                .also(before, "first here"),
            );
        }
    }
    found
}

/// Pilots by number, for the rules that belong to them.
pub(super) struct PilotFrame {
    pub in_force: Cond,
    pub scope: Cond,
    pub force: Force,
    /// How many conditions and values it adds to each of its rules.
    pub nodes: usize,
}

/// A rule as written, with its place and its period.
pub(super) struct Written<'a> {
    pub item: &'a ast::Rule,
    pub at: Span,
    pub declared: Force,
}

/// What rules rest on: the register of laws, the kinds of requirement, the pilots.
#[derive(Clone, Copy)]
pub(super) struct Register<'r> {
    pub laws: &'r [Law],
    pub kinds: &'r [KindType],
    pub pilots: &'r [PilotFrame],
}

/// One rule; several where its table is taken apart. Tables found are added to `tables`.
pub(super) fn rule(
    lower: &mut Lower<'_, '_>,
    written: &Written<'_>,
    register: Register<'_>,
    tables: &mut Vec<DecisionTable>,
) -> Vec<RuleDraft> {
    let Written { item, at, declared } = *written;
    let Register {
        laws,
        kinds,
        pilots,
    } = register;
    let found = clauses(item, lower.diagnostics);
    let (basis, sure, cited_at) = match found.by {
        Some((citations, sure, _)) => {
            let (basis, places) = basis(lower, citations);
            let weakest = weakest(laws, &basis, sure);
            (basis, weakest, places)
        }
        None => {
            lower.push(
                Diagnostic::new(
                    codes::CLAUSE_MISSING,
                    format!("`{}` rests on nothing", item.id.node),
                    item.id.at.0,
                )
                .label("no `by`")
                .help("cite an entry of the register of laws: `by LAW article 1`"),
            );
            (Vec::new(), Sure::Design, Vec::new())
        }
    };
    let departments = departments(lower, found.departments);
    let pilot = found.pilot.and_then(|name| pilot_named(lower, name));
    let force = match found.force {
        Some(force) => force_cond(lower, force),
        None => Some(Cond::Always),
    };
    let scope = match found.scope {
        Some((terms, _)) => scope_cond(lower, terms),
        None => Some(Cond::Always),
    };
    let (in_force, scope, force_declared) = match pilot.and_then(|p| pilots.get(usize::from(p.0))) {
        Some(frame) => (
            force.map(|f| both(frame.in_force.clone(), f)),
            scope.map(|s| both(frame.scope.clone(), s)),
            tighter(declared, frame.force),
        ),
        None => (force, scope, declared),
    };

    let written = found.each.unwrap_or(&[]);
    let (each, bound) = bindings(lower, written);
    let each_known = each.len() == written.len();
    let depth = (lower.elements.len(), lower.bound.len());
    for (each, name) in each.iter().zip(&bound) {
        match each {
            Each::List(list) => lower.elements.push(*list),
            Each::Set(field) => {
                let table = match lower.scope.schema.field(*field).map(|f| f.typ) {
                    Some(Type::Set(table)) => table,
                    _ => continue,
                };
                lower.bound.push(super::lower::BoundName {
                    name: name.clone().unwrap_or_default(),
                    table,
                });
            }
        }
    }
    let when = match found.when {
        Some(expr) => lower.condition(expr),
        None => Some(Cond::Always),
    };
    let unless = match found.unless {
        Some(expr) => lower.condition(expr).map(Some),
        None => Some(None),
    };
    let message = match found.say {
        Some((texts, _)) => message(lower, texts),
        None => Message::default(),
    };
    let parts: Vec<(String, Cond, Consequences)> = match (found.table, found.then) {
        (Some((table, table_at)), None) => {
            super::table::rule_table(lower, item, table, table_at, kinds, tables)
        }
        (None, Some(then)) => {
            vec![(
                item.id.node.clone(),
                Cond::Always,
                consequences(lower, then, kinds),
            )]
        }
        (Some((_, table_at)), Some(_)) => {
            lower.push(
                Diagnostic::new(
                    codes::CLAUSE_TWICE,
                    "a rule has `then` or a table, not both",
                    table_at,
                )
                .label("the table"),
            );
            Vec::new()
        }
        (None, None) => {
            lower.push(
                Diagnostic::new(
                    codes::CLAUSE_MISSING,
                    format!("`{}` says no consequence", item.id.node),
                    item.id.at.0,
                )
                .label("no `then` and no `table`")
                .help("end it with `then hold`, `then require …` or `then pass`"),
            );
            Vec::new()
        }
    };
    lower.elements.truncate(depth.0);
    lower.bound.truncate(depth.1);

    // What was complained of is left open, so that the rule can still be held against the others.
    let or_open = |cond: Option<Cond>| cond.unwrap_or(Cond::Always);
    let (in_force, scope, when) = (or_open(in_force), or_open(scope), or_open(when));
    let unless = unless.flatten();
    let parts = if parts.is_empty() {
        vec![(item.id.node.clone(), Cond::Always, Consequences::default())]
    } else {
        parts
    };
    let whole = found.table.is_some().then(|| item.id.node.clone());
    let notes = Arc::new(Notes {
        over: found.over.unwrap_or(&[]).to_vec(),
        on: found
            .force
            .and_then(|f| f.on.as_ref())
            .map(|n| n.node.clone()),
        id_at: item.id.at.0,
        whole,
        each_known,
        cited_at,
        scope_at: found.scope.map_or(item.id.at.0, |(_, at)| at),
        never: reach::impossible(&reach::allowed(lower.scope.schema, &scope)),
    });
    parts
        .into_iter()
        .map(|(id, selected, consequences)| {
            let terms = Terms {
                id,
                labels: labels(&item.labels),
                basis: basis.clone(),
                sure,
                departments: departments.clone(),
                pilot,
                each: each.clone(),
                in_force: in_force.clone(),
                force: force_declared,
                scope: scope.clone(),
                when: both(when.clone(), selected),
                unless: unless.clone(),
                outcome: consequences.outcome,
                requires: consequences.requires,
                waives: consequences.waives,
                message: message.clone(),
            };
            RuleDraft::new(terms, at, Arc::clone(&notes))
        })
        .collect()
}

/// Both, without needless frames around what is always true.
pub(super) fn both(a: Cond, b: Cond) -> Cond {
    match (a, b) {
        (Cond::Always, other) | (other, Cond::Always) => other,
        (Cond::And(mut all), Cond::And(more)) => {
            all.extend(more);
            Cond::And(all)
        }
        (Cond::And(mut all), one) => {
            all.push(one);
            Cond::And(all)
        }
        (one, Cond::And(more)) => {
            let mut all = vec![one];
            all.extend(more);
            Cond::And(all)
        }
        (a, b) => Cond::And(vec![a, b]),
    }
}

fn tighter(a: Force, b: Force) -> Force {
    let from = match (a.from, b.from) {
        (Some(x), Some(y)) => Some(if x.first >= y.first { x } else { y }),
        (x, y) => x.or(y),
    };
    let until = match (a.until, b.until) {
        (Some(x), Some(y)) => Some(if x.last <= y.last { x } else { y }),
        (x, y) => x.or(y),
    };
    Force { from, until }
}

/// The weakest of the laws' marks and the rule's own.
pub(super) fn weakest(laws: &[Law], basis: &[super::rules::Basis], own: Option<Sure>) -> Sure {
    let of = |id: LawId| laws.get(id.0 as usize).map_or(Sure::Design, |l| l.sure);
    let laws_mark = basis
        .iter()
        .map(|b| of(b.law))
        .max()
        .unwrap_or(Sure::Design);
    own.map_or(laws_mark, |own| own.max(laws_mark))
}

fn departments(lower: &mut Lower<'_, '_>, found: Option<&[ast::Name]>) -> Vec<DepartmentId> {
    let names = lower.scope.names;
    let mut all = Vec::new();
    for name in found.unwrap_or(&[]) {
        let department = names.find(&names.departments, &name.node, |n| match n {
            Named::Department(d) => Some(*d),
            _ => None,
        });
        match department {
            Some(d) if lower.scope.schema.sees_all(d) => lower.push(
                Diagnostic::new(
                    codes::SEES_ALL,
                    format!("`{}` sees all and speaks for no rule", name.node),
                    name.at.0,
                )
                .label("its view is of everything anyway"),
            ),
            Some(d) => {
                lower.note(name.at, Named::Department(d));
                all.push(d);
            }
            None => lower.push(unknown_name(
                "department",
                name,
                names.departments.keys().map(String::as_str),
            )),
        }
    }
    all.sort();
    all.dedup();
    if all.is_empty() {
        all.push(DepartmentId(0));
    }
    all
}

pub(super) fn pilot_named(lower: &mut Lower<'_, '_>, name: &ast::Name) -> Option<PilotId> {
    let names = lower.scope.names;
    let found = names.find(&names.pilots, &name.node, |n| match n {
        Named::Pilot(p) => Some(*p),
        _ => None,
    });
    match found {
        Some(pilot) => lower.note(name.at, Named::Pilot(pilot)),
        None => lower.push(unknown_name(
            "pilot",
            name,
            names.pilots.keys().map(String::as_str),
        )),
    }
    found
}

/// The terms of a scope together.
pub(super) fn scope_cond(lower: &mut Lower<'_, '_>, terms: &[ast::Expr]) -> Option<Cond> {
    let lowered: Vec<Option<Cond>> = terms.iter().map(|t| lower.term(t)).collect();
    let mut all: Vec<Cond> = lowered.into_iter().collect::<Option<_>>()?;
    Some(match all.len() {
        0 => Cond::Always,
        1 => all.pop().unwrap_or(Cond::Always),
        _ => Cond::And(all),
    })
}

/// What `each` ranges over, with the names of codes at hand.
fn bindings(lower: &mut Lower<'_, '_>, found: &[ast::Binding]) -> (Vec<Each>, Vec<Option<String>>) {
    let (mut each, mut names) = (Vec::new(), Vec::new());
    let depth = (lower.elements.len(), lower.bound.len());
    for binding in found {
        let Some((range, name)) = lower.binding(binding) else {
            continue;
        };
        if matches!(each.last(), Some(Each::Set(_))) {
            lower.push(
                Diagnostic::new(
                    codes::TYPE_NOT_HERE,
                    "nothing is inside a code of a set",
                    binding_at(binding),
                )
                .label("after a set")
                .help("range over the list first and over the set last"),
            );
            continue;
        }
        if let Each::Set(field) = range
            && let Some(Type::Set(table)) = lower.scope.schema.field(field).map(|f| f.typ)
        {
            lower.bound.push(super::lower::BoundName {
                name: name.clone().unwrap_or_default(),
                table,
            });
        }
        if let Each::List(list) = range {
            let parent = lower.scope.schema.list(list).and_then(|l| l.parent);
            let outer = each.last().and_then(|e| match e {
                Each::List(l) => Some(*l),
                Each::Set(_) => None,
            });
            if !each.is_empty() && parent != outer {
                let at = binding_at(binding);
                lower.push(
                    Diagnostic::new(
                        codes::TYPE_NOT_HERE,
                        "a list is ranged over first, or inside its owner",
                        at,
                    )
                    .label("not inside what is before it"),
                );
                continue;
            }
            lower.elements.push(list);
        }
        each.push(range);
        names.push(name);
    }
    if each.len() > 2 {
        if let Some(third) = found.get(2) {
            lower.push(
                Diagnostic::new(
                    codes::TYPE_NOT_HERE,
                    "`each` goes over two levels at most",
                    binding_at(third),
                )
                .label("a third"),
            );
        }
        each.truncate(2);
        names.truncate(2);
    }
    lower.elements.truncate(depth.0);
    lower.bound.truncate(depth.1);
    (each, names)
}

fn binding_at(binding: &ast::Binding) -> Span {
    match binding {
        ast::Binding::Element(name) => name.at.0,
        ast::Binding::In { name, set } => name.at.0.to(set.at.0),
    }
}
