//! What rules refer to: parameters, kinds of requirement, tables, required fields.

use super::{Base, Items, type_names};
use crate::check::codes;
use crate::check::law::{self, labels};
use crate::check::lower::Lower;
use crate::check::names::Names;
use crate::check::rule::KindType;
use crate::check::rules::{DecisionTable, Kind, Parameter, Required};
use crate::check::table;
use crate::ground::diagnostic::Diagnostic;
use crate::schema::Schema;
use crate::schema::table::NamedList;
use crate::schema::value::Type;
use crate::syntax::ast::{self};
use std::collections::{BTreeMap, BTreeSet};

/// The first item of each name, in the order of names.
pub(super) fn by_name<'i, T>(
    items: impl Iterator<Item = &'i T>,
    name: impl Fn(&T) -> &ast::Name,
) -> Vec<&'i T> {
    let mut sorted: BTreeMap<String, &'i T> = BTreeMap::new();
    for item in items {
        sorted.entry(name(item).node.clone()).or_insert(item);
    }
    sorted.into_values().collect()
}

pub(super) fn parameters(
    items: &Items<'_>,
    schema: &Schema,
    names: &Names<'_>,
    lists: &[NamedList],
    limits: &crate::ground::limits::Limits,
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<Parameter> {
    let base = Base {
        schema,
        names,
        lists,
        parameters: &[],
        tables: &[],
        limits,
    };
    let scope = base.scope();
    by_name(items.parameters.iter().copied(), |p| &p.name)
        .into_iter()
        .map(|item| {
            let typ = base
                .types()
                .plain(&item.typ, diagnostics)
                .and_then(|typ| no_set(typ, &item.typ, diagnostics));
            let mut lower = Lower::new(&scope, diagnostics, used);
            match typ {
                Some(typ) => law::parameter(&mut lower, item, typ),
                None => {
                    names.breaks(&item.name.node, &item.labels);
                    Parameter {
                        name: item.name.node.clone(),
                        labels: labels(&item.labels),
                        typ: Type::Bool,
                        values: Vec::new(),
                    }
                }
            }
        })
        .collect()
}

pub(super) fn kind_types(
    items: &Items<'_>,
    schema: &Schema,
    names: &Names<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<KindType> {
    by_name(items.requirements.iter().copied(), |r| &r.name)
        .into_iter()
        .map(|item| {
            let argument = item.typ.as_ref().and_then(|t| {
                let typ = type_names(schema, names).plain(t, diagnostics)?;
                no_set(typ, t, diagnostics)
            });
            KindType {
                broken: item.typ.is_some() && argument.is_none(),
                argument,
            }
        })
        .collect()
}

/// A set cannot be written out, so nothing can be given where one is wanted.
pub(super) fn no_set(
    typ: Type,
    at: &ast::Spanned<ast::Type>,
    found: &mut Vec<Diagnostic>,
) -> Option<Type> {
    if !matches!(typ, Type::Set(_)) {
        return Some(typ);
    }
    found.push(
        Diagnostic::new(
            codes::TYPE_NOT_HERE,
            "a set of codes cannot be given here",
            at.at.0,
        )
        .label("a set")
        .help("a set stands in the declaration, in a list, or as what a table gives"),
    );
    None
}

pub(super) fn kinds(
    items: &Items<'_>,
    base: &Base<'_>,
    types: &[KindType],
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<Kind> {
    let scope = base.scope();
    let mut kinds = Vec::new();
    for (item, typ) in by_name(items.requirements.iter().copied(), |r| &r.name)
        .into_iter()
        .zip(types)
    {
        let mut lower = Lower::new(&scope, diagnostics, used);
        lower.it = typ.argument;
        let met = match &item.met {
            Some(met) if !typ.broken => lower.condition(met),
            _ => None,
        };
        let otherwise = match lower.outcome(&item.otherwise.node) {
            Some(outcome) => outcome,
            None => {
                lower.push(law::unknown_name(
                    "outcome",
                    &item.otherwise,
                    base.names.outcomes.keys().map(String::as_str),
                ));
                base.schema.mildest()
            }
        };
        let ordered = matches!(
            typ.argument,
            Some(
                Type::Integer
                    | Type::Decimal
                    | Type::Rate
                    | Type::Money(_)
                    | Type::Quantity(_)
                    | Type::Date
            )
        );
        if matches!(item.combine, ast::Combine::Largest | ast::Combine::Earliest)
            && !ordered
            && !typ.broken
        {
            lower.push(
                Diagnostic::new(
                    codes::CANNOT_COMPARE,
                    format!("the arguments of `{}` have no order", item.name.node),
                    item.name.at.0,
                )
                .label("none of them is the largest or earliest")
                .help("write `combine all` or `combine one`"),
            );
        }
        kinds.push(Kind {
            name: item.name.node.clone(),
            labels: labels(&item.labels),
            argument: typ.argument,
            met,
            otherwise,
            combine: item.combine,
        });
    }
    kinds
}

pub(super) fn table_frames(
    items: &Items<'_>,
    base: &Base<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<DecisionTable> {
    let scope = base.scope();
    by_name(items.tables.iter().copied(), |t| &t.name)
        .into_iter()
        .map(|item| {
            let mut lower = Lower::new(&scope, diagnostics, used).anywhere();
            let inputs = table::input_types(&mut lower, &item.inputs);
            let gives = base.types().plain(&item.gives, diagnostics);
            if inputs.is_none() || gives.is_none() {
                base.names.breaks(&item.name.node, &item.labels);
            }
            let (inputs, gives) = (inputs.unwrap_or_default(), gives.unwrap_or(Type::Bool));
            DecisionTable {
                name: item.name.node.clone(),
                labels: labels(&item.labels),
                inputs,
                gives,
                policy: item.policy,
                rows: Vec::new(),
            }
        })
        .collect()
}

pub(super) fn fill_tables(
    items: &Items<'_>,
    base: &Base<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<DecisionTable> {
    let scope = base.scope();
    by_name(items.tables.iter().copied(), |t| &t.name)
        .into_iter()
        .zip(base.tables)
        .map(|(item, frame)| {
            if base.names.is_broken(&item.name.node) {
                return frame.clone();
            }
            let mut lower = Lower::new(&scope, diagnostics, used);
            table::table(&mut lower, item, frame.inputs.clone(), frame.gives)
        })
        .collect()
}

pub(super) fn required(
    items: &Items<'_>,
    base: &Base<'_>,
    diagnostics: &mut Vec<Diagnostic>,
    used: &mut BTreeSet<String>,
) -> Vec<Required> {
    let scope = base.scope();
    let mut all = Vec::new();
    let fields = items
        .declarations
        .first()
        .map(|(d, _)| d.fields.as_slice())
        .unwrap_or(&[]);
    for field in fields {
        let Some(id) = base.names.fields.get(&field.node.path.node).copied() else {
            continue;
        };
        if field.node.always {
            all.push(Required {
                field: id,
                when: None,
            });
        } else if let Some(when) = &field.node.when {
            let mut lower = Lower::new(&scope, diagnostics, used);
            if let Some(crate::schema::Home::Element(list, _)) =
                base.schema.field(id).map(|f| f.home)
            {
                if let Some(parent) = base.schema.list(list).and_then(|l| l.parent) {
                    lower.elements.push(parent);
                }
                lower.elements.push(list);
            }
            if let Some(when) = lower.condition(when) {
                all.push(Required {
                    field: id,
                    when: Some(when),
                });
            }
        }
    }
    all.sort_by_key(|r| r.field);
    all
}
