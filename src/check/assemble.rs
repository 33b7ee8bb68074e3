//! The steps of checking, in their order: each needs what the ones before it numbered.

mod declared;
mod parts;

use super::codes;
use super::conflict;
use super::law::{self, Events, twice};
use super::lints;
use super::lower::{Lower, Scope};
use super::names::{Named, Names};
use super::pilot;
use super::rule::{self, RuleDraft};
use super::rules::{
    Cover, DecisionTable, DecisionTableId, Event, Fingerprint, KindId, Parameter, ParameterId,
    PilotId, Place, RuleSet,
};
use super::scenario::{self, Scenario};
use super::schema::TypeNames;
use super::table;
use super::tables::Loading;
use crate::ground::diagnostic::{Diagnostic, Severity};
use crate::ground::span::Span;
use crate::schema::Schema;
use crate::schema::table::NamedList;
use crate::syntax::ast::{self, ItemKind};
use declared::{rates, read_lists, read_schema};
use parts::{fill_tables, kind_types, kinds, parameters, required, table_frames};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The items of all files, by kind.
#[derive(Default)]
struct Items<'a> {
    outcomes: Vec<(&'a ast::Outcomes, Span)>,
    departments: Vec<(&'a ast::Departments, Span)>,
    declarations: Vec<(&'a ast::Declaration, Span)>,
    codes: Vec<&'a ast::Codes>,
    lists: Vec<&'a ast::List>,
    requirements: Vec<&'a ast::Requirement>,
    laws: Vec<&'a ast::Law>,
    parameters: Vec<&'a ast::Parameter>,
    lets: Vec<&'a ast::Let>,
    rules: Vec<(&'a ast::Rule, Span)>,
    tables: Vec<&'a ast::Table>,
    covers: Vec<(&'a ast::Covers, Span)>,
    pilots: Vec<(&'a ast::Pilot, Span)>,
    scenarios: Vec<(&'a ast::Scenario, Span)>,
}

impl<'a> Items<'a> {
    fn sort(files: &'a [ast::File]) -> Items<'a> {
        let mut items = Items::default();
        for item in files.iter().flat_map(|f| &f.items) {
            let at = item.at.0;
            match &item.kind {
                ItemKind::Outcomes(i) => items.outcomes.push((i, at)),
                ItemKind::Departments(i) => items.departments.push((i, at)),
                ItemKind::Declaration(i) => items.declarations.push((i, at)),
                ItemKind::Codes(i) => items.codes.push(i),
                ItemKind::List(i) => items.lists.push(i),
                ItemKind::Requirement(i) => items.requirements.push(i),
                ItemKind::Law(i) => items.laws.push(i),
                ItemKind::Event(_) => {}
                ItemKind::Parameter(i) => items.parameters.push(i),
                ItemKind::Let(i) => items.lets.push(i),
                ItemKind::Rule(i) => items.rules.push((i, at)),
                ItemKind::Table(i) => items.tables.push(i),
                ItemKind::Covers(i) => items.covers.push((i, at)),
                ItemKind::Pilot(i) => items.pilots.push((i, at)),
                ItemKind::Scenario(i) => items.scenarios.push((i, at)),
            }
        }
        items
    }
}

/// The rule set, its scenarios, and what the names in the texts stand for.
pub(super) type Assembled = (RuleSet, Vec<Scenario>, Vec<(Span, Named)>);

/// The rule set and its scenarios; nothing where the schema's frame is broken. `partial`: some text
/// could not be read, so that names it declares may be missing without anybody's fault.
pub(super) fn assemble(
    files: &[ast::File],
    loading: &mut Loading<'_>,
    partial: bool,
) -> Option<Assembled> {
    let items = Items::sort(files);
    let mut names = Names::default();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut schema = read_schema(&items, &mut names, loading, partial)?;
    let lists = read_lists(&items, &schema, &mut names, loading);
    schema.rates = rates(&items, &schema, loading);
    let diagnostics = &mut *loading.complaints;
    let events =
        Events::gather(files.iter().flat_map(|f| &f.items), diagnostics).finish(&mut names);
    let laws = law::laws(&items.laws, &mut names, &events, diagnostics);
    number_names(&items, &mut names, diagnostics);
    let parameters = parameters(
        &items,
        &schema,
        &names,
        &lists,
        loading.limits,
        diagnostics,
        &mut used,
    );
    conflict::labels_apart(&schema, &names, &items.parameters, diagnostics);

    let base = |tables| Base {
        schema: &schema,
        names: &names,
        lists: &lists,
        parameters: &parameters,
        tables,
        limits: loading.limits,
    };
    let kind_types = kind_types(&items, &schema, &names, diagnostics);
    let empty_tables = table_frames(&items, &base(&[]), diagnostics, &mut used);
    let mut tables = fill_tables(&items, &base(&empty_tables), diagnostics, &mut used);
    let all = base(&empty_tables);
    let kinds = kinds(&items, &all, &kind_types, diagnostics, &mut used);
    let required = required(&items, &all, diagnostics, &mut used);
    for item in &items.lets {
        let scope = all.scope();
        table::definition(
            Lower::new(&scope, diagnostics, &mut BTreeSet::new()).anywhere(),
            item,
        );
    }
    let frames = pilot::frames(&items.pilots, &all.scope(), &events, diagnostics, &mut used);
    let register = rule::Register {
        laws: &laws,
        kinds: &kind_types,
        pilots: &frames,
    };
    let mut drafts = rules(
        &items,
        &all,
        &events,
        register,
        &mut tables,
        diagnostics,
        &mut used,
    );
    let (mut pilots, pilot_drafts) = pilot::pilots(
        &items.pilots,
        &all.scope(),
        &laws,
        &frames,
        diagnostics,
        &mut used,
    );
    drafts.extend(pilot_drafts);
    if drafts.len() > loading.limits.rules {
        diagnostics.push(Diagnostic::new(
            codes::TOO_MANY_RULES,
            format!(
                "{} rules; at most {} are allowed",
                drafts.len(),
                loading.limits.rules
            ),
            items
                .rules
                .last()
                .map(|(r, _)| r.id.at.0)
                .unwrap_or_default(),
        ));
        return None;
    }
    let covers = covers(&items, &all, diagnostics, &mut used);
    let whole = conflict::Whole {
        schema: &schema,
        laws: &laws,
        items_laws: &items.laws,
        names: &names,
        pilots: &items.pilots,
        frames: &frames,
        written: items.rules.iter().map(|(r, _)| *r).collect(),
    };
    let rules = conflict::number(drafts, &mut pilots, &whole, diagnostics);
    let rule_ids: Vec<&str> = rules
        .iter()
        .map(|r| r.id.as_str())
        .chain(items.rules.iter().map(|(r, _)| r.id.node.as_str()))
        .collect();
    let mut scenarios = Vec::new();
    for (item, at) in &items.scenarios {
        let scope = all.scope();
        let mut lower = Lower::new(&scope, diagnostics, &mut used);
        scenarios.extend(scenario::scenario(
            &mut lower,
            item,
            *at,
            &kind_types,
            &rule_ids,
        ));
    }
    lints::labels(&items.rules, &schema, diagnostics);
    // What errors hide would look unused or without effect.
    if !partial
        && !diagnostics
            .iter()
            .any(|d| d.code.severity() == Severity::Error)
    {
        let written = lints::Written {
            lets: &items.lets,
            parameters: &items.parameters,
            lists: &items.lists,
            tables: &items.tables,
            rules: &items.rules,
            pilots: &items.pilots,
        };
        lints::lints(
            &written,
            &rules,
            &covers,
            &pilots,
            &parameters,
            &used,
            diagnostics,
        );
    }
    loading.dropped += names.dropped.get();
    let mut set = RuleSet {
        schema: Arc::new(schema.clone()),
        laws,
        events,
        parameters: parameters.clone(),
        lists: lists.clone(),
        tables,
        kinds,
        required,
        rules,
        covers,
        pilots,
        fingerprint: Fingerprint::default(),
    };
    set.fingerprint = super::fingerprint::fingerprint(&set);
    Some((set, scenarios, names.take_noted()))
}

/// What expressions may refer to, before the decision tables are all known.
struct Base<'b> {
    schema: &'b Schema,
    names: &'b Names<'b>,
    lists: &'b [NamedList],
    parameters: &'b [Parameter],
    tables: &'b [DecisionTable],
    limits: &'b crate::ground::limits::Limits,
}

impl<'b> Base<'b> {
    fn scope(&self) -> Scope<'b> {
        Scope {
            schema: self.schema,
            names: self.names,
            lists: self.lists,
            parameters: self.parameters,
            tables: self.tables,
            limits: self.limits,
        }
    }

    fn types(&self) -> TypeNames<'b> {
        type_names(self.schema, self.names)
    }
}

fn type_names<'t>(schema: &'t Schema, names: &'t Names<'_>) -> TypeNames<'t> {
    TypeNames {
        tables: &names.tables,
        units: schema.units.and_then(|t| schema.table(t)),
        currencies: schema.currencies.and_then(|t| schema.table(t)),
    }
}

/// Numbers what is told apart by name before anything is looked into.
fn number_names<'a>(items: &Items<'a>, names: &mut Names<'a>, diagnostics: &mut Vec<Diagnostic>) {
    let mut lets: BTreeMap<String, &'a ast::Let> = BTreeMap::new();
    for item in items.lets.iter().copied() {
        if let Some(first) = lets.get(&item.name.node) {
            diagnostics.push(twice("definition", &item.name, first.name.at.0));
            continue;
        }
        if names.fields.contains_key(&item.name.node) {
            diagnostics.push(
                Diagnostic::new(
                    codes::DUPLICATE_NAME,
                    format!("`{}` is a field of the declaration", item.name.node),
                    item.name.at.0,
                )
                .label("choose another name"),
            );
            continue;
        }
        let zh = item.labels.zh.as_ref().map(|l| l.node.as_str());
        names.label(zh, Named::Let(item.name.node.clone()));
        lets.insert(item.name.node.clone(), item);
    }
    names.lets = lets;
    apart(items, names, diagnostics);
    let mut number = |found: Vec<(&ast::Name, &ast::Labels)>, what: &str| {
        let mut sorted: BTreeMap<String, (Span, Option<String>)> = BTreeMap::new();
        for (name, labels) in found {
            if let Some((first, _)) = sorted.get(&name.node) {
                diagnostics.push(twice(what, name, *first));
                continue;
            }
            let zh = labels.zh.as_ref().map(|l| l.node.clone());
            sorted.insert(name.node.clone(), (name.at.0, zh));
        }
        sorted
    };
    let kinds = number(
        items
            .requirements
            .iter()
            .map(|r| (&r.name, &r.labels))
            .collect(),
        "requirement",
    );
    let parameters = number(
        items
            .parameters
            .iter()
            .map(|p| (&p.name, &p.labels))
            .collect(),
        "parameter",
    );
    let tables = number(
        items.tables.iter().map(|t| (&t.name, &t.labels)).collect(),
        "table",
    );
    let pilots = number(
        items
            .pilots
            .iter()
            .map(|(p, _)| (&p.name, &p.labels))
            .collect(),
        "pilot",
    );
    for (found, what) in [(&kinds, "kinds of requirement"), (&pilots, "pilots")] {
        if let Some((at, _)) = found.values().nth(usize::from(u16::MAX)) {
            diagnostics.push(Diagnostic::new(
                codes::WRONG_COUNT,
                format!("at most 65,535 {what} can be told apart"),
                *at,
            ));
        }
    }
    for (i, (name, (_, zh))) in kinds.into_iter().enumerate() {
        let id = KindId(u16::try_from(i).unwrap_or(u16::MAX));
        names.label(zh.as_deref(), Named::Kind(id));
        names.kinds.insert(name, id);
    }
    for (i, (name, (_, zh))) in parameters.into_iter().enumerate() {
        let id = ParameterId(u32::try_from(i).unwrap_or(u32::MAX));
        names.label(zh.as_deref(), Named::Parameter(id));
        names.parameters.insert(name, id);
    }
    for (i, (name, (_, zh))) in tables.into_iter().enumerate() {
        let id = DecisionTableId(u32::try_from(i).unwrap_or(u32::MAX));
        names.label(zh.as_deref(), Named::Table(id));
        names.decision_tables.insert(name, id);
    }
    for (i, (name, (_, zh))) in pilots.into_iter().enumerate() {
        let id = PilotId(u16::try_from(i).unwrap_or(u16::MAX));
        names.label(zh.as_deref(), Named::Pilot(id));
        names.pilots.insert(name, id);
    }
}

/// Names that would hide one another: of what is read as a value, and of what is called.
fn apart(items: &Items<'_>, names: &Names<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for parameter in &items.parameters {
        let name = &parameter.name;
        if let Some(first) = names.lets.get(&name.node) {
            diagnostics.push(hidden(name, "a definition").also(first.name.at.0, "the definition"));
        } else if names.fields.contains_key(&name.node) {
            diagnostics.push(hidden(name, "a field of the declaration"));
        }
    }
    for table in &items.tables {
        let same = items.lists.iter().find(|l| l.name.node == table.name.node);
        if let Some(list) = same {
            diagnostics.push(hidden(&table.name, "a list").also(list.name.at.0, "the list"));
        }
    }
}

fn hidden(name: &ast::Name, what: &str) -> Diagnostic {
    Diagnostic::new(
        codes::DUPLICATE_NAME,
        format!("`{}` is already the name of {what}", name.node),
        name.at.0,
    )
    .label("choose another name")
}

fn rules(
    items: &Items<'_>,
    base: &Base<'_>,
    events: &[Event],
    register: rule::Register<'_>,
    tables: &mut Vec<DecisionTable>,
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<RuleDraft> {
    let scope = base.scope();
    // Tables of rules are numbered in the order of the rules' identifiers and periods.
    let mut sorted: Vec<(&ast::Rule, Span, super::rules::Force)> = items
        .rules
        .iter()
        .map(|(rule, at)| {
            let force = rule.clauses.iter().find_map(|c| match &c.node {
                ast::Clause::Force(force) => Some(force),
                _ => None,
            });
            let declared = force
                .map(|f| law::declared_force(f, base.names, events, diagnostics))
                .unwrap_or_default();
            (*rule, *at, declared)
        })
        .collect();
    sorted.sort_by(|a, b| {
        (&a.0.id.node, a.2.from, a.2.until).cmp(&(&b.0.id.node, b.2.from, b.2.until))
    });
    let mut drafts = Vec::new();
    let mut weight = 0;
    for (item, at, declared) in sorted {
        let mut lower = Lower::new(&scope, diagnostics, used);
        let written = rule::Written { item, at, declared };
        let found = rule::rule(&mut lower, &written, register, tables);
        let frame = found.first().and_then(|d| d.rule.pilot);
        let frame = frame.and_then(|p| register.pilots.get(usize::from(p.0)));
        // A rule without any condition weighs something too.
        let nodes = lower.nodes() + frame.map_or(0, |f| f.nodes) + 8;
        weight += nodes.saturating_mul(found.len().max(1));
        if weight > base.limits.set_nodes {
            lower.push(
                Diagnostic::new(
                    codes::SET_TOO_LARGE,
                    format!(
                        "more than {} conditions and values in all rules together",
                        base.limits.set_nodes
                    ),
                    item.id.at.0,
                )
                .label("the limit is reached here")
                .help("a long condition that many rules share may be stated in one of them, with the others `over` it"),
            );
            return drafts;
        }
        drafts.extend(found);
    }
    drafts
}

fn covers(
    items: &Items<'_>,
    base: &Base<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<Cover> {
    let scope = base.scope();
    let mut all = Vec::new();
    for (item, at) in &items.covers {
        let mut lower = Lower::new(&scope, diagnostics, used);
        let backwards = match (&item.force.from, &item.force.until) {
            (Some(ast::LegalDay::Date(from)), Some(ast::LegalDay::Date(until))) => {
                from.node > until.node
            }
            _ => false,
        };
        if backwards {
            lower.push(
                Diagnostic::new(codes::NEVER_IN_FORCE, "nothing is covered on any day", *at)
                    .label("it ends before it begins"),
            );
        }
        let in_force = law::force_cond(&mut lower, &item.force);
        let terms = rule::scope_cond(&mut lower, &item.terms);
        if let (Some(in_force), Some(terms)) = (in_force, terms) {
            all.push(Cover {
                in_force,
                scope: terms,
                advice: item.advice,
                place: Place(*at),
            });
        }
    }
    // The order of files and lines must not show: covers are sorted by what they say.
    all.sort_by_cached_key(|c| format!("{:?}{:?}{}", c.scope, c.in_force, c.advice));
    all
}
