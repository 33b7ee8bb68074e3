//! The departments that rules speak for, from their item.

use super::codes;
use super::law::{labels, twice};
use super::names::{Named, Names};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::Department;
use crate::schema::value::DepartmentId;
use crate::syntax::ast;
use std::collections::BTreeMap;

/// The departments in the order declared; one without a name where none is declared.
pub(super) fn departments(
    item: Option<&ast::Departments>,
    names: &mut Names<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Department> {
    let mut departments: Vec<Department> = Vec::new();
    let mut places: BTreeMap<&str, Span> = BTreeMap::new();
    for department in item.iter().flat_map(|i| &i.departments) {
        let ast::Department {
            name,
            labels: texts,
            sees_all,
        } = &department.node;
        if let Some(first) = places.get(name.node.as_str()) {
            diagnostics.push(twice("department", name, *first));
            continue;
        }
        places.insert(&name.node, name.at.0);
        let Ok(index) = u8::try_from(departments.len()) else {
            diagnostics.push(Diagnostic::new(
                codes::WRONG_COUNT,
                "at most 256 departments can be told apart",
                name.at.0,
            ));
            break;
        };
        let texts = labels(texts);
        names
            .departments
            .insert(name.node.clone(), DepartmentId(index));
        names.label(texts.zh.as_deref(), Named::Department(DepartmentId(index)));
        if *sees_all && departments.is_empty() {
            diagnostics.push(
                Diagnostic::new(
                    codes::SEES_ALL,
                    format!("`{}` sees all and speaks for no rule", name.node),
                    name.at.0,
                )
                .label("the first department")
                .help("a rule that names no department speaks for the first one: let another stand first"),
            );
        }
        departments.push(Department {
            name: name.node.clone(),
            labels: texts,
            sees_all: *sees_all,
        });
    }
    if departments.is_empty() {
        departments.push(Department {
            name: "administration".to_owned(),
            labels: Default::default(),
            sees_all: false,
        });
    }
    departments
}
