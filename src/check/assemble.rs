//! The steps of checking, in their order: each needs what the ones before it numbered.

mod declared;
mod parts;
mod rules;

use super::codes;
use super::conflict;
use super::law::{self, Events, twice};
use super::lints;
use super::lower::{Lower, Scope};
use super::memo::{Memo, OwnText, Read};
use super::names::{Named, Names};
use super::noted::Noted;
use super::pilot;
use super::rule;
use super::rules::{
    Cover, DecisionTable, DecisionTableId, Fingerprint, KindId, Parameter, ParameterId, PilotId,
    Place, RuleSet,
};
use super::scenario::{self, Scenario};
use super::schema::TypeNames;
use super::table;
use super::tables::Loading;
use super::timely::{Times, timely};
use crate::ground::diagnostic::{Diagnostic, Severity};
use crate::ground::limits::Limits;
use crate::ground::span::Span;
use crate::schema::Schema;
use crate::schema::table::NamedList;
use crate::syntax::ast::{self, ItemKind};
use declared::{rates, read_lists, read_schema};
use parts::{fill_tables, kind_types, kinds, parameters, required, table_frames};
use rules::{Checking, Written};
use std::cell::LazyCell;
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
    rules: Vec<(&'a ast::Rule, Span, Option<OwnText<'a>>)>,
    tables: Vec<&'a ast::Table>,
    covers: Vec<(&'a ast::Covers, Span)>,
    pilots: Vec<(&'a ast::Pilot, Span)>,
    scenarios: Vec<(&'a ast::Scenario, Span)>,
}

impl<'a> Items<'a> {
    fn sort(files: &'a [Read<'a>]) -> Items<'a> {
        let mut items = Items::default();
        let all = files
            .iter()
            .flat_map(|file| file.items.iter().map(move |item| (file, item)));
        for (file, item) in all {
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
                ItemKind::Rule(i) => items.rules.push((i, at, file.own_text(at))),
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
pub(super) type Assembled = (RuleSet, Vec<Scenario>, Noted);

/// The rule set and its scenarios; nothing where the schema's frame is broken. `partial`: some text
/// could not be read, so that names it declares may be missing without anybody's fault.
pub(super) fn assemble(
    files: &[Read<'_>],
    loading: &mut Loading<'_>,
    memo: &mut Memo,
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
    let holds = memo.holds(files, loading.sources, &events, loading.limits);
    let again = match holds {
        true => Vec::new(),
        false => read_again(files, loading.limits),
    };
    let written = written(files, &items, &again);
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
    let times = Times {
        schema: &schema,
        laws: &laws,
        items_laws: &items.laws,
        names: &names,
        frames: &frames,
    };
    let mut renoted = Vec::new();
    let mut checking = Checking {
        events: &events,
        register,
        times,
        untimely: Vec::new(),
        renoted: &mut renoted,
        memo,
        tables: &mut tables,
        diagnostics,
        used: &mut used,
    };
    let mut drafts = checking.rules(&written, &all);
    memo.end();
    let (mut pilots, pilot_drafts) = pilot::pilots(
        &items.pilots,
        &all.scope(),
        &laws,
        &frames,
        diagnostics,
        &mut used,
    );
    for draft in &pilot_drafts {
        timely(draft, &times, diagnostics);
    }
    drafts.extend(pilot_drafts);
    if drafts.len() > loading.limits.rules {
        diagnostics.push(Diagnostic::new(
            codes::TOO_MANY_RULES,
            format!(
                "{} rules; at most {} are allowed",
                drafts.len(),
                loading.limits.rules
            ),
            written.last().map(Written::id_at).unwrap_or_default(),
        ));
        return None;
    }
    let covers = covers(&items, &all, diagnostics, &mut used);
    let written_ids: LazyCell<BTreeSet<&str>, _> =
        LazyCell::new(|| written.iter().map(Written::id).collect());
    let whole = conflict::Whole {
        schema: &schema,
        names: &names,
        pilots: &items.pilots,
        frames: &frames,
        is_written: &|id| written_ids.contains(id),
    };
    let rules = conflict::number(drafts, &mut pilots, &whole, diagnostics);
    let rule_ids: LazyCell<Vec<&str>, _> = LazyCell::new(|| {
        let numbered = rules.iter().map(|rule| rule.id.as_str());
        numbered.chain(written.iter().map(Written::id)).collect()
    });
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
    lints::labels(items.rules.iter().map(|rule| rule.0), &schema, diagnostics);
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
            first_rule: written.first().map(Written::id_at).unwrap_or_default(),
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
        schema: Arc::new(schema),
        laws,
        events,
        parameters,
        lists,
        tables,
        kinds,
        required,
        rules,
        covers,
        pilots,
        fingerprint: Fingerprint::default(),
    };
    set.fingerprint = super::fingerprint::fingerprint(&set);
    let noted = Noted::new(names.take_noted(), renoted);
    Some((set, scenarios, noted))
}

/// A rule that was known and had to be read again.
type Again<'a> = (ast::Rule, Span, OwnText<'a>);

/// The rules that were known from before, read now.
fn read_again<'a>(files: &'a [Read<'_>], limits: &Limits) -> Vec<Again<'a>> {
    let known = files.iter().flat_map(|file| &file.known);
    known
        .filter_map(|known| {
            let (rule, at) = known.read(limits)?;
            Some((rule, at, known.own_text()))
        })
        .collect()
}

/// All rules in the order of files and lines. Those that were known are taken from `again` where
/// they had to be read.
fn written<'a>(
    files: &'a [Read<'a>],
    items: &Items<'a>,
    again: &'a [Again<'a>],
) -> Vec<Written<'a>> {
    let read = items.rules.iter();
    let mut all: Vec<Written<'a>> = read
        .map(|(rule, at, own_text)| Written::Read(rule, *at, *own_text))
        .collect();
    if again.is_empty() {
        all.extend(
            files
                .iter()
                .flat_map(|file| &file.known)
                .map(Written::Known),
        );
    }
    all.extend(
        again
            .iter()
            .map(|(rule, at, text)| Written::Read(rule, *at, Some(*text))),
    );
    all.sort_by_key(Written::begins);
    all
}

/// What expressions may refer to, before the decision tables are all known.
struct Base<'b> {
    schema: &'b Schema,
    names: &'b Names<'b>,
    lists: &'b [NamedList],
    parameters: &'b [Parameter],
    tables: &'b [DecisionTable],
    limits: &'b Limits,
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

    fn too_many_errors(&self) -> bool {
        self.scope().too_many_errors()
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
