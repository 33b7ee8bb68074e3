//! What the schema declares, in the order in which its parts need each other: the declaration's
//! fields, code tables, rates, lists.

use super::{Items, type_names};
use crate::check::codes;
use crate::check::departments::departments;
use crate::check::law::twice;
use crate::check::names::{Named, Names};
use crate::check::rules::NamedListId;
use crate::check::schema::{self, Ground};
use crate::check::tables::{Loading, PendingAttributes, read_codes, read_list, read_rates};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::Schema;
use crate::schema::table::{CodeTable, NamedList};
use crate::schema::value::{TableId, Type};
use crate::syntax::ast::{self};
use std::collections::BTreeMap;

pub(super) fn read_schema<'a>(
    items: &Items<'a>,
    names: &mut Names<'a>,
    loading: &mut Loading<'_>,
    partial: bool,
) -> Option<Schema> {
    let one = |found: usize,
               what: &str,
               second: Option<Span>,
               first: Option<Span>,
               loading: &mut Loading<'_>| {
        if let (Some(second), Some(first)) = (second, first) {
            loading.complaints.push(
                Diagnostic::new(
                    codes::SCHEMA_PART_TWICE,
                    format!("`{what}` is declared twice"),
                    second,
                )
                .label("again here")
                .also(first, "first here"),
            );
        }
        if found == 0 && what != "departments" && !partial {
            loading.complaints.push(
                Diagnostic::new(
                    codes::SCHEMA_PART_MISSING,
                    format!("no `{what}` is declared"),
                    Span::default(),
                )
                .help(format!(
                    "the schema beside the rules says `{what}` once; check the folder that holds both"
                )),
            );
        }
    };
    let at = |list: &[Span], i: usize| list.get(i).copied();
    let outcome_places: Vec<Span> = items.outcomes.iter().map(|o| o.1).collect();
    let department_places: Vec<Span> = items.departments.iter().map(|o| o.1).collect();
    let declaration_places: Vec<Span> = items.declarations.iter().map(|o| o.1).collect();
    one(
        outcome_places.len(),
        "outcomes",
        at(&outcome_places, 1),
        at(&outcome_places, 0),
        loading,
    );
    one(
        department_places.len(),
        "departments",
        at(&department_places, 1),
        at(&department_places, 0),
        loading,
    );
    one(
        declaration_places.len(),
        "declaration",
        at(&declaration_places, 1),
        at(&declaration_places, 0),
        loading,
    );
    let (outcomes, outcomes_at) = items.outcomes.first()?;
    let (declaration, _) = items.declarations.first()?;

    let (tables, pending) = code_tables(items, names, loading);
    let role = |plain: fn(&ast::CodesRole) -> bool| {
        items
            .codes
            .iter()
            .find(|c| plain(&c.role))
            .and_then(|c| names.tables.get(&c.name.node))
            .copied()
    };
    let units = role(|r| matches!(r, ast::CodesRole::Units));
    let currencies = role(|r| matches!(r, ast::CodesRole::Currencies { .. }));
    let ground = Ground {
        outcomes: schema::outcomes(outcomes, *outcomes_at, names, loading.complaints),
        departments: departments(
            items.departments.first().map(|d| d.0),
            names,
            loading.complaints,
        ),
        tables,
        units,
        currencies,
    };
    let mut schema = schema::declaration(declaration, ground, names, loading.complaints)?;
    let mut filled = Vec::new();
    for (pending, item) in pending {
        let types: Option<Vec<Type>> = {
            let known = type_names(&schema, names);
            item.attributes
                .iter()
                .map(|a| known.plain(&a.node.typ, loading.complaints))
                .collect()
        };
        if let Some(types) = types {
            let attributes = pending.read(loading, &types, schema.tables.as_slice());
            filled.push((item.name.node.as_str(), attributes));
        } else if let Some(table) = names.tables.get(&item.name.node) {
            names.broken_tables.insert(*table);
        }
    }
    for (name, attributes) in filled {
        if let Some(table) = schema.tables.iter_mut().find(|t| t.name == name) {
            attributes.put_into(table);
        }
    }
    Some(schema)
}

pub(super) type Pending<'a> = Vec<(PendingAttributes, &'a ast::Codes)>;

pub(super) fn code_tables<'a>(
    items: &Items<'a>,
    names: &mut Names<'a>,
    loading: &mut Loading<'_>,
) -> (Vec<CodeTable>, Pending<'a>) {
    let mut sorted: BTreeMap<&str, &'a ast::Codes> = BTreeMap::new();
    let (mut units, mut currencies) = (None, None);
    for codes_item in items.codes.iter().copied() {
        if let Some(first) = sorted.get(codes_item.name.node.as_str()) {
            loading
                .complaints
                .push(twice("code table", &codes_item.name, first.name.at.0));
            continue;
        }
        let only = match codes_item.role {
            ast::CodesRole::Plain => None,
            ast::CodesRole::Units => units.replace(codes_item),
            ast::CodesRole::Currencies { .. } => currencies.replace(codes_item),
        };
        if let Some(first) = only {
            loading.complaints.push(
                Diagnostic::new(
                    codes::SCHEMA_PART_TWICE,
                    "a second table of this kind",
                    codes_item.name.at.0,
                )
                .label("again here")
                .also(first.name.at.0, "first here"),
            );
        }
        sorted.insert(&codes_item.name.node, codes_item);
    }
    let mut tables = Vec::new();
    let mut pending = Vec::new();
    for (name, item) in sorted {
        let table = match read_codes(loading, item) {
            Some((table, rest)) => {
                pending.push((rest, item));
                table
            }
            None => {
                let id = TableId(u32::try_from(tables.len()).unwrap_or(u32::MAX));
                names.broken_tables.insert(id);
                CodeTable {
                    name: name.to_owned(),
                    codes: Vec::new(),
                    attributes: Vec::new(),
                    dated: false,
                }
            }
        };
        names.tables.insert(
            name.to_owned(),
            TableId(u32::try_from(tables.len()).unwrap_or(u32::MAX)),
        );
        tables.push(table);
    }
    (tables, pending)
}

pub(super) fn rates(
    items: &Items<'_>,
    schema: &Schema,
    loading: &mut Loading<'_>,
) -> Option<crate::schema::table::Rates> {
    let table = schema.currencies?;
    let item = items
        .codes
        .iter()
        .find(|c| matches!(c.role, ast::CodesRole::Currencies { rates: Some(_) }))?;
    read_rates(loading, item, table, schema.tables.as_slice())
}

pub(super) fn read_lists<'a>(
    items: &Items<'a>,
    schema: &Schema,
    names: &mut Names<'a>,
    loading: &mut Loading<'_>,
) -> Vec<NamedList> {
    let mut sorted: BTreeMap<&str, &ast::List> = BTreeMap::new();
    for list in &items.lists {
        match sorted.get(list.name.node.as_str()) {
            Some(first) => loading
                .complaints
                .push(twice("list", &list.name, first.name.at.0)),
            None => {
                sorted.insert(&list.name.node, list);
            }
        }
    }
    let mut lists = Vec::new();
    for (name, item) in sorted {
        let types: (Option<Vec<Type>>, Option<Vec<Type>>) = {
            let known = type_names(schema, names);
            let keys = item
                .keys
                .iter()
                .map(|a| known.plain(&a.node.typ, loading.complaints))
                .collect();
            let attributes = item
                .attributes
                .iter()
                .map(|a| known.plain(&a.node.typ, loading.complaints))
                .collect();
            (keys, attributes)
        };
        let (Some(keys), Some(attributes)) = types else {
            names.breaks(name, &item.labels);
            continue;
        };
        let Some(list) = read_list(loading, item, &keys, &attributes, schema.tables.as_slice())
        else {
            names.breaks(name, &item.labels);
            continue;
        };
        let id = NamedListId(u32::try_from(lists.len()).unwrap_or(u32::MAX));
        names.lists.insert(name.to_owned(), id);
        names.label(list.labels.zh.as_deref(), Named::List(id));
        lists.push(list);
    }
    lists
}
