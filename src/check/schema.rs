//! The schema from its items: outcomes, the fields of the declaration.

use super::codes;
use super::law::{labels, twice, unknown_name};
use super::names::{Named, Names};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::table::CodeTable;
use crate::schema::value::{Code, Denomination, FieldId, ListId, OutcomeId, TableId, Type};
use crate::schema::{Department, Field, Home, List, Outcome, Places, Schema};
use crate::syntax::ast;
use std::collections::BTreeMap;

/// What types may refer to.
pub(super) struct TypeNames<'t> {
    pub tables: &'t BTreeMap<String, TableId>,
    pub units: Option<&'t CodeTable>,
    pub currencies: Option<&'t CodeTable>,
}

impl TypeNames<'_> {
    /// A type without lists and without named denominations: of a column, parameter or table.
    pub fn plain(
        &self,
        typ: &ast::Spanned<ast::Type>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Type> {
        let mut table = |name: &ast::Name| {
            let found = self.tables.get(&name.node).copied();
            if found.is_none() {
                diagnostics.push(unknown_name(
                    "code table",
                    name,
                    self.tables.keys().map(String::as_str),
                ));
            }
            found
        };
        Some(match &typ.node {
            ast::Type::Bool => Type::Bool,
            ast::Type::Integer => Type::Integer,
            ast::Type::Decimal => Type::Decimal,
            ast::Type::Rate => Type::Rate,
            ast::Type::Date => Type::Date,
            ast::Type::Text => Type::Text,
            ast::Type::Hs => Type::Hs,
            ast::Type::Code(name) => Type::Code(table(name)?),
            ast::Type::Set(name) => Type::Set(table(name)?),
            ast::Type::Money(name) => Type::Money(Denomination::Fixed(unit(
                name,
                self.currencies,
                "currency",
                diagnostics,
            )?)),
            ast::Type::Quantity(name) => Type::Quantity(Denomination::Fixed(unit(
                name,
                self.units,
                "unit",
                diagnostics,
            )?)),
            ast::Type::MoneyIn(name) | ast::Type::QuantityIn(name) => {
                diagnostics.push(
                    Diagnostic::new(
                        codes::TYPE_NOT_HERE,
                        "no field names the currency or unit here",
                        name.at.0,
                    )
                    .label("only a field of the declaration can be in the unit of another")
                    .help("write the currency or unit itself"),
                );
                return None;
            }
            ast::Type::List { .. } => {
                diagnostics.push(
                    Diagnostic::new(
                        codes::TYPE_NOT_HERE,
                        "a list stands only in the declaration",
                        typ.at.0,
                    )
                    .label("a list"),
                );
                return None;
            }
        })
    }
}

fn unit(
    name: &ast::Name,
    table: Option<&CodeTable>,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Code> {
    let Some(table) = table else {
        diagnostics.push(
            Diagnostic::new(
                codes::UNKNOWN_UNIT,
                format!("no table of {what} codes is declared"),
                name.at.0,
            )
            .label("not known")
            .help("declare one with `currencies` or `units`"),
        );
        return None;
    };
    let by_symbol = table.codes.iter().position(|e| {
        e.unit
            .as_ref()
            .is_some_and(|u| u.symbol.as_deref() == Some(&name.node))
    });
    let found = by_symbol
        .and_then(|i| u32::try_from(i).ok())
        .map(Code)
        .or_else(|| table.find(&name.node));
    if found.is_none() {
        let known = table.codes.iter().flat_map(|e| {
            e.unit
                .as_ref()
                .and_then(|u| u.symbol.as_deref())
                .into_iter()
                .chain([e.code.as_str()])
        });
        let mut diagnostic = unknown_name(what, name, known);
        diagnostic.code = codes::UNKNOWN_UNIT;
        diagnostics.push(diagnostic);
    }
    found
}

/// The outcomes, from the mildest.
pub(super) struct Outcomes {
    pub outcomes: Vec<Outcome>,
    pub missing: OutcomeId,
    pub advice: OutcomeId,
}

/// The outcomes of the one `outcomes` item.
pub(super) fn outcomes(
    item: &ast::Outcomes,
    at: Span,
    names: &mut Names<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Outcomes {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut places: BTreeMap<&str, Span> = BTreeMap::new();
    for outcome in &item.outcomes {
        let (name, texts) = &outcome.node;
        if let Some(first) = places.get(name.node.as_str()) {
            diagnostics.push(twice("outcome", name, *first));
            continue;
        }
        places.insert(&name.node, name.at.0);
        let Ok(index) = u8::try_from(outcomes.len()) else {
            diagnostics.push(Diagnostic::new(
                codes::WRONG_COUNT,
                "at most 256 outcomes can be told apart",
                name.at.0,
            ));
            break;
        };
        let texts = labels(texts);
        names.outcomes.insert(name.node.clone(), OutcomeId(index));
        names.label(texts.zh.as_deref(), Named::Outcome(OutcomeId(index)));
        outcomes.push(Outcome {
            name: name.node.clone(),
            labels: texts,
        });
    }
    let mut find = |name: &Option<ast::Name>, word: &str| match name {
        None => {
            diagnostics.push(
                Diagnostic::new(codes::CLAUSE_MISSING, format!("the outcomes do not say `{word}`"), at)
                    .help("`missing` names the outcome while a required field is not given, `advice` the least one where coverage is only advice"),
            );
            OutcomeId(u8::try_from(outcomes.len().saturating_sub(1)).unwrap_or(u8::MAX))
        }
        Some(name) => names.outcomes.get(&name.node).copied().unwrap_or_else(|| {
            diagnostics.push(unknown_name(
                "outcome",
                name,
                names.outcomes.keys().map(String::as_str),
            ));
            OutcomeId(0)
        }),
    };
    let (missing, advice) = (find(&item.missing, "missing"), find(&item.advice, "advice"));
    Outcomes {
        outcomes,
        missing,
        advice,
    }
}

/// A field as declared, with its place among the others worked out.
struct Draft<'a> {
    field: &'a ast::Field,
    at: Span,
    /// The element whose field it is, where it is one's.
    element: Option<&'a str>,
    parts: Vec<String>,
}

/// All that a schema is made of besides its fields.
pub(super) struct Ground {
    pub outcomes: Outcomes,
    pub departments: Vec<Department>,
    pub tables: Vec<CodeTable>,
    pub units: Option<TableId>,
    pub currencies: Option<TableId>,
}

/// The schema of the one `declaration` item. Nothing where its frame is broken.
pub(super) fn declaration(
    item: &ast::Declaration,
    ground: Ground,
    names: &mut Names<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Schema> {
    let mut drafts: BTreeMap<&str, Draft<'_>> = BTreeMap::new();
    let elements: BTreeMap<&str, &ast::Name> = item
        .fields
        .iter()
        .filter_map(|f| match &f.node.typ.node {
            ast::Type::List { element, .. } => Some((element.node.as_str(), element)),
            _ => None,
        })
        .collect();
    for field in &item.fields {
        let path = field.node.path.node.as_str();
        if let Some(first) = drafts.get(path) {
            diagnostics.push(twice("field", &field.node.path, first.field.path.at.0));
            continue;
        }
        let mut parts: Vec<&str> = path.split('.').collect();
        let element = parts
            .first()
            .copied()
            .filter(|p| parts.len() > 1 && elements.contains_key(p));
        if element.is_some() {
            parts.remove(0);
        }
        let parts = parts.into_iter().map(str::to_owned).collect();
        drafts.insert(
            path,
            Draft {
                field: &field.node,
                at: field.node.path.at.0,
                element,
                parts,
            },
        );
    }
    records_apart(&drafts, diagnostics);

    let list_ids: BTreeMap<&str, ListId> = drafts
        .iter()
        .filter(|(_, d)| matches!(d.field.typ.node, ast::Type::List { .. }))
        .enumerate()
        .filter_map(|(i, (_, d))| match &d.field.typ.node {
            ast::Type::List { element, .. } => {
                Some((element.node.as_str(), ListId(u32::try_from(i).ok()?)))
            }
            _ => None,
        })
        .collect();
    let ids: BTreeMap<&str, FieldId> = drafts
        .keys()
        .enumerate()
        .filter_map(|(i, p)| Some((*p, FieldId(u32::try_from(i).ok()?))))
        .collect();
    let Ground {
        outcomes,
        departments,
        tables,
        units,
        currencies,
    } = ground;
    let type_names = TypeNames {
        tables: &names.tables,
        units: units.and_then(|t| tables.get(t.0 as usize)),
        currencies: currencies.and_then(|t| tables.get(t.0 as usize)),
    };

    let in_order: Vec<&Draft<'_>> = drafts.values().collect();
    let mut broken: Vec<&ast::Field> = Vec::new();
    let mut fields = Vec::new();
    let mut header = Vec::new();
    let mut columns: BTreeMap<ListId, Vec<FieldId>> = BTreeMap::new();
    let mut places = Vec::new();
    for (path, draft) in &drafts {
        let id = *ids.get(path)?;
        let typ = field_type(draft, &ids, &list_ids, &in_order, &type_names, diagnostics);
        if typ.is_none() {
            broken.push(draft.field);
        }
        let typ = typ.unwrap_or(Type::Bool);
        let home = match draft.element.and_then(|e| list_ids.get(e)) {
            None => {
                header.push(id);
                Home::Header(u32::try_from(header.len() - 1).ok()?)
            }
            Some(list) => {
                let of_list = columns.entry(*list).or_default();
                of_list.push(id);
                Home::Element(*list, u32::try_from(of_list.len() - 1).ok()?)
            }
        };
        fields.push(Field {
            path: (*path).to_owned(),
            parts: draft.parts.clone(),
            home,
            typ,
            absent_means_none: draft.field.absent_means_none,
            labels: labels(&draft.field.labels),
            elements: draft
                .field
                .elements
                .iter()
                .map(|e| e.node.clone())
                .collect(),
        });
        places.push(draft.at);
    }
    let lists = lists(&drafts, &ids, &list_ids, columns, diagnostics);

    for field in broken {
        names.breaks(&field.path.node, &field.labels);
    }
    for (path, id) in &ids {
        names.fields.insert((*path).to_owned(), *id);
        if let Some(field) = fields.get(id.0 as usize) {
            names.label(field.labels.zh.as_deref(), Named::Field(*id));
        }
    }
    for (element, list) in &list_ids {
        names.elements.insert((*element).to_owned(), *list);
    }

    let judged_on = ids.get(item.judged_on.node.as_str()).copied();
    let judged_on = match judged_on.and_then(|id| fields.get(id.0 as usize).map(|f| (id, f))) {
        Some((
            id,
            Field {
                typ: Type::Date,
                home: Home::Header(_),
                ..
            },
        )) => id,
        Some(_) => {
            diagnostics.push(
                Diagnostic::new(
                    codes::WRONG_TYPE,
                    "a declaration is judged on a date of its header",
                    item.judged_on.at.0,
                )
                .label("not a date of the header"),
            );
            // Any field will do: a schema that is complained of judges nothing.
            FieldId(0)
        }
        None => {
            diagnostics.push(unknown_name("field", &item.judged_on, ids.keys().copied()));
            FieldId(0)
        }
    };
    let id = ids.get("id").copied().filter(|id| {
        fields
            .get(id.0 as usize)
            .is_some_and(|f| f.typ == Type::Text)
    });
    Some(Schema {
        labels: labels(&item.labels),
        outcomes: outcomes.outcomes,
        missing: outcomes.missing,
        advice: outcomes.advice,
        departments,
        fields,
        header,
        lists,
        judged_on,
        id,
        tables,
        units,
        currencies,
        rates: None,
        places: Places(places),
    })
}

/// A path is a field or a record, not both.
fn records_apart(drafts: &BTreeMap<&str, Draft<'_>>, diagnostics: &mut Vec<Diagnostic>) {
    for (path, draft) in drafts {
        let prefix = format!("{path}.");
        let inside = drafts
            .range(prefix.as_str()..)
            .next()
            .filter(|(p, _)| p.starts_with(&prefix));
        if let Some((_, inner)) = inside
            && (inner.element.is_none() || draft.element == inner.element)
        {
            diagnostics.push(
                Diagnostic::new(
                    codes::DUPLICATE_NAME,
                    format!("`{path}` is a field and a record"),
                    inner.at,
                )
                .label("a field inside it")
                .also(draft.at, "declared as a field"),
            );
        }
    }
}

fn field_type(
    draft: &Draft<'_>,
    ids: &BTreeMap<&str, FieldId>,
    list_ids: &BTreeMap<&str, ListId>,
    in_order: &[&Draft<'_>],
    type_names: &TypeNames<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Type> {
    let mut named = |name: &ast::Name, table: Option<&CodeTable>, what: &str| {
        // A sibling of the same record comes first, then a field of the whole path.
        let sibling = draft
            .field
            .path
            .node
            .rsplit_once('.')
            .map(|(record, _)| format!("{record}.{}", name.node));
        let found = sibling
            .as_deref()
            .and_then(|s| ids.get(s))
            .or_else(|| ids.get(name.node.as_str()))
            .copied();
        let Some(id) = found else {
            diagnostics.push(unknown_name("field", name, ids.keys().copied()));
            return None;
        };
        let target = in_order.get(id.0 as usize)?;
        let table_name = table.map(|t| t.name.as_str());
        let right = matches!(&target.field.typ.node, ast::Type::Code(t) if Some(t.node.as_str()) == table_name)
            && (target.element.is_none() || target.element == draft.element);
        if !right {
            diagnostics.push(
                Diagnostic::new(codes::WRONG_TYPE, format!("`{}` does not hold a {what}", name.node), name.at.0)
                    .label(format!("a code of the table of {what} codes is needed, of the same element or the header")),
            );
            return None;
        }
        Some(Denomination::Named(id))
    };
    match &draft.field.typ.node {
        ast::Type::MoneyIn(name) => named(name, type_names.currencies, "currency").map(Type::Money),
        ast::Type::QuantityIn(name) => named(name, type_names.units, "unit").map(Type::Quantity),
        ast::Type::List { element, .. } => {
            list_ids.get(element.node.as_str()).copied().map(Type::List)
        }
        _ => type_names.plain(&draft.field.typ, diagnostics),
    }
}

fn lists(
    drafts: &BTreeMap<&str, Draft<'_>>,
    ids: &BTreeMap<&str, FieldId>,
    list_ids: &BTreeMap<&str, ListId>,
    mut columns: BTreeMap<ListId, Vec<FieldId>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<List> {
    let mut lists = Vec::new();
    let mut first_of: BTreeMap<&str, Span> = BTreeMap::new();
    for (path, draft) in drafts {
        let ast::Type::List {
            least,
            most,
            element,
            key,
        } = &draft.field.typ.node
        else {
            continue;
        };
        if let Some(first) = first_of.get(element.node.as_str()) {
            diagnostics.push(twice("element", element, *first));
        }
        first_of.insert(&element.node, element.at.0);
        let parent = draft.element.and_then(|e| list_ids.get(e)).copied();
        let grandparent = draft.element.and_then(|e| {
            drafts.values().find(|d| matches!(&d.field.typ.node, ast::Type::List { element, .. } if element.node == e))?.element
        });
        if grandparent.is_some() {
            diagnostics.push(
                Diagnostic::new(
                    codes::TYPE_NOT_HERE,
                    "lists go one inside another, not deeper",
                    draft.at,
                )
                .label("three levels deep"),
            );
        }
        if least > most || *most == 0 {
            diagnostics.push(
                Diagnostic::new(
                    codes::BAD_LITERAL,
                    format!("a list of {least} to {most} elements"),
                    draft.field.typ.at.0,
                )
                .label("the second number is the larger one, and at least 1"),
            );
        }
        let list = list_ids
            .get(element.node.as_str())
            .copied()
            .unwrap_or(ListId(u32::MAX));
        let key_field = key.as_ref().and_then(|key| {
            let path = format!("{}.{}", element.node, key.node);
            let found = ids.get(path.as_str()).copied();
            if found.is_none() {
                let prefix = format!("{}.", element.node);
                let known = ids.keys().filter_map(|p| p.strip_prefix(prefix.as_str()));
                diagnostics.push(unknown_name("field of the element", key, known));
            }
            found
        });
        if columns.get(&list).is_none_or(Vec::is_empty) {
            diagnostics.push(
                Diagnostic::new(
                    codes::SCHEMA_PART_MISSING,
                    format!("`{}` has no fields", element.node),
                    element.at.0,
                )
                .label("no field begins with this name"),
            );
        }
        lists.push(List {
            field: ids.get(path).copied().unwrap_or(FieldId(u32::MAX)),
            element: element.node.clone(),
            least: *least,
            most: *most,
            key: key_field,
            parent,
            columns: columns.remove(&list).unwrap_or_default(),
        });
    }
    lists
}
