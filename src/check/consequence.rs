//! What follows from a rule: an outcome, requirements, waivers.

use super::codes;
use super::law::unknown_name;
use super::lower::Lower;
use super::names::{Named, Names};
use super::rule::KindType;
use super::rules::{Expr, KindId, Require, Waive};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::value::{OutcomeId, Type};
use crate::syntax::ast::{self, Consequence};

/// Consequences in their checked form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Consequences {
    pub outcome: Option<OutcomeId>,
    pub requires: Vec<Require>,
    pub waives: Vec<Waive>,
}

/// What follows, checked against the outcomes and kinds of requirement of the schema.
pub(super) fn consequences(
    lower: &mut Lower<'_, '_>,
    found: &[Consequence],
    kinds: &[KindType],
) -> Consequences {
    let mut all = Consequences::default();
    let mut decided: Option<Span> = None;
    for consequence in found {
        let decides = match consequence {
            Consequence::Pass(at) => Some(at.0),
            Consequence::Outcome(name) => Some(name.at.0),
            _ => None,
        };
        if let (Some(first), Some(second)) = (decided, decides) {
            lower.push(
                Diagnostic::new(codes::CLAUSE_TWICE, "a rule has one outcome", second)
                    .label("a second one")
                    .also(first, "the first")
                    .help("keep the one that the text of the law demands"),
            );
            continue;
        }
        decided = decided.or(decides);
        match consequence {
            Consequence::Pass(_) => {}
            Consequence::Outcome(name) => match lower.outcome(&name.node) {
                Some(outcome) => {
                    lower.note(name.at, Named::Outcome(outcome));
                    all.outcome = Some(outcome);
                }
                None => {
                    let names = lower.scope.names;
                    let known = names
                        .outcomes
                        .keys()
                        .map(String::as_str)
                        .chain(["require", "waive", "pass"]);
                    lower.push(unknown_name("outcome", name, known));
                }
            },
            Consequence::Require {
                firmly,
                kind,
                argument,
            } => {
                let Some((id, wanted)) = kind_named(lower, kind, kinds) else {
                    continue;
                };
                if kinds.get(usize::from(id.0)).is_some_and(|k| k.broken) {
                    continue;
                }
                let Some(argument) = argument_of(lower, kind, argument.as_ref(), wanted) else {
                    continue;
                };
                all.requires.push(Require {
                    kind: id,
                    firmly: *firmly,
                    argument,
                });
            }
            Consequence::Waive { kind, condition } => {
                let Some((id, wanted)) = kind_named(lower, kind, kinds) else {
                    continue;
                };
                if kinds.get(usize::from(id.0)).is_some_and(|k| k.broken) {
                    continue;
                }
                let condition = match condition {
                    None => None,
                    Some(condition) => {
                        let before = lower.it.take();
                        lower.it = wanted;
                        let lowered = lower.condition(condition);
                        lower.it = before;
                        match lowered {
                            Some(cond) => Some(cond),
                            None => continue,
                        }
                    }
                };
                all.waives.push(Waive {
                    kind: id,
                    condition,
                });
            }
        }
    }
    all
}

fn argument_of(
    lower: &mut Lower<'_, '_>,
    kind: &ast::Name,
    argument: Option<&ast::Expr>,
    wanted: Option<Type>,
) -> Option<Option<Expr>> {
    match (argument, wanted) {
        (None, None) => Some(None),
        (Some(argument), Some(wanted)) => {
            let table = match wanted {
                Type::Code(table) => Some(table),
                _ => None,
            };
            let typed = lower.value_or_code(argument, table)?;
            lower
                .fits(&typed, wanted, argument.at)
                .then_some(Some(typed.expr))
        }
        (Some(argument), None) => {
            lower.push(
                Diagnostic::new(
                    codes::WRONG_COUNT,
                    format!("`{}` is required without an argument", kind.node),
                    argument.at.0,
                )
                .label("nothing goes here"),
            );
            None
        }
        (None, Some(wanted)) => {
            let wanted = lower.type_name(wanted);
            lower.push(
                Diagnostic::new(
                    codes::WRONG_COUNT,
                    format!("which `{}`?", kind.node),
                    kind.at.0,
                )
                .label(format!("{wanted} is needed after it")),
            );
            None
        }
    }
}

/// The kind of requirement of that name, with the type of its argument.
pub(super) fn kind_named(
    lower: &mut Lower<'_, '_>,
    name: &ast::Name,
    kinds: &[KindType],
) -> Option<(KindId, Option<Type>)> {
    let names = lower.scope.names;
    let found = find_kind(names, &name.node);
    match found {
        Some(id) => {
            lower.note(name.at, Named::Kind(id));
            Some((id, kinds.get(usize::from(id.0)).and_then(|k| k.argument)))
        }
        None => {
            lower.push(unknown_name(
                "kind of requirement",
                name,
                names.kinds.keys().map(String::as_str),
            ));
            None
        }
    }
}

/// The kind of requirement of that name or label.
pub(super) fn find_kind(names: &Names<'_>, name: &str) -> Option<KindId> {
    names.find(&names.kinds, name, |n| match n {
        Named::Kind(k) => Some(*k),
        _ => None,
    })
}
