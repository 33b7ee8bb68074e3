//! Scenarios: what rule authors expect of their rules. They are no part of a rule set's meaning.

use super::codes;
use super::consequence::{find_kind, kind_named};
use super::law::{constant, labels, unknown_name};
use super::lower::Lower;
use super::names::{Named, nearest};
use super::rule::{KindType, pilot_named};
use super::rules::{KindId, ObligationState, PilotId, Place, RuleState, Sure};
use crate::ground::day::Day;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::{At, Span};
use crate::schema::Labels;
use crate::schema::value::{ListId, OutcomeId, Value};
use crate::syntax::ast::{self, ExprKind, Literal, ScenarioLine};

/// A scenario in its checked form.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// assert_eq!((scenarios[0].file.as_str(), scenarios[0].id.as_str()), ("d.ndjson", "D-1"));
/// assert_eq!(scenarios[0].as_of, None); // The declaration's own day counts.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// What it shows.
    pub labels: Labels,
    /// The file of declarations, relative to the rule folder.
    pub file: String,
    /// The place of the file's name.
    pub file_place: Place,
    /// The declaration's identifier.
    pub id: String,
    /// What is changed, in order.
    pub changes: Vec<Change>,
    /// The paths that are taken out, with places from 1.
    pub without: Vec<(String, Place)>,
    /// The as-of date; the declaration's own where none.
    pub as_of: Option<Day>,
    /// The trust level; the default where none.
    pub trust: Option<Sure>,
    /// The pilot whose verdict is looked at.
    pub pilot: Option<PilotId>,
    /// What is expected.
    pub expectations: Vec<(Expected, Place)>,
    /// Where it is written.
    pub place: Place,
}

/// A field and what it is given.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// let change = &scenarios[0].changes[0];
/// assert_eq!(change.path, "size");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path, with places from 1: `items[1].total`.
    pub path: String,
    /// What it is given.
    pub given: ChangedTo,
    /// Where it is written.
    pub place: Place,
}

/// What a scenario gives a field.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// use kakou::check::scenario::ChangedTo;
/// assert_eq!(scenarios[0].changes[0].given, ChangedTo::Text("3".into(), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedTo {
    /// Given as empty.
    None,
    /// A value as a declaration would write it, and the currency or unit written after it.
    Text(String, Option<String>),
    /// The codes of a set.
    Codes(Vec<String>),
}

/// What is expected.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// use kakou::check::{rules::RuleState, scenario::Expected};
/// assert_eq!(scenarios[0].expectations[0].0, Expected::Rule(RuleState::Fires, "A-1".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// The interval.
    Between(OutcomeId, OutcomeId),
    /// Of a rule, by its identifier or the first part of it.
    Rule(RuleState, String),
    /// Of an obligation; any argument where none.
    Obligation(ObligationState, KindId, Option<Value>),
    /// A fact named as missing.
    Missing(String),
}

/// One scenario; nothing where it lacks what every scenario needs.
pub(super) fn scenario(
    lower: &mut Lower<'_, '_>,
    item: &ast::Scenario,
    at: Span,
    kinds: &[KindType],
    rule_ids: &[&str],
) -> Option<Scenario> {
    let mut found = Scenario {
        labels: labels(&item.labels),
        file: String::new(),
        file_place: Place(at),
        id: String::new(),
        changes: Vec::new(),
        without: Vec::new(),
        as_of: None,
        trust: None,
        pilot: None,
        expectations: Vec::new(),
        place: Place(at),
    };
    for line in &item.lines {
        match &line.node {
            ScenarioLine::Given { file, id } => {
                found.file = file.node.clone();
                found.file_place = Place(file.at.0);
                found.id = id.node.clone();
            }
            ScenarioLine::But(changes) => {
                for (path, literal) in changes {
                    let Some(path_text) = path_of(lower, path) else {
                        continue;
                    };
                    if let Some(given) = changed_to(lower, literal, path.at) {
                        found.changes.push(Change {
                            path: path_text,
                            given,
                            place: Place(path.at.0),
                        });
                    }
                }
            }
            ScenarioLine::Without(paths) => {
                for path in paths {
                    let Some(text) = path_of(lower, path) else {
                        continue;
                    };
                    if let Some((_, first)) = found.without.iter().find(|(p, _)| *p == text) {
                        lower.push(
                            Diagnostic::new(
                                codes::SCENARIO_PATH,
                                format!("`{text}` is taken out twice"),
                                path.at.0,
                            )
                            .label("again")
                            .also(first.0, "here first")
                            .help("places count as the declaration gives them, whatever else is taken out"),
                        );
                        continue;
                    }
                    found.without.push((text, Place(path.at.0)));
                }
            }
            ScenarioLine::AsOf(text) => match text.node.parse() {
                Ok(day) => found.as_of = Some(day),
                Err(_) => lower.complain(
                    codes::BAD_LITERAL,
                    format!("`{}` is no day", text.node),
                    text.at,
                    "no such day",
                ),
            },
            ScenarioLine::Trust(sure) => found.trust = Some(*sure),
            ScenarioLine::Pilot(name) => found.pilot = pilot_named(lower, name),
            ScenarioLine::Expect(expectations) => {
                for expectation in expectations {
                    if let Some((expected, at)) = expected(lower, expectation, kinds, rule_ids) {
                        found.expectations.push((expected, Place(at.0)));
                    }
                }
            }
        }
    }
    if found.file.is_empty()
        || !item
            .lines
            .iter()
            .any(|l| matches!(l.node, ScenarioLine::Expect(_)))
    {
        let lacks = if found.file.is_empty() {
            "`given`"
        } else {
            "`expect`"
        };
        lower.push(
            Diagnostic::new(codes::SCENARIO_INCOMPLETE, "the scenario is not complete", at)
                .label(format!("lacks {lacks}"))
                .help("a scenario has a declaration, `given \"file\" ID`, and what is expected, `expect hold`"),
        );
        return None;
    }
    Some(found)
}

/// The path without places must be a field, and what has a place a list; a label becomes the field's
/// path.
fn path_of(lower: &mut Lower<'_, '_>, path: &ast::Name) -> Option<String> {
    let schema = lower.scope.schema;
    let mut plain = String::new();
    let mut inside = false;
    let mut no_list = None;
    for c in path.node.chars() {
        match c {
            '[' => {
                inside = true;
                let mut lists = (0u32..).map(ListId).zip(&schema.lists);
                let is_list = lists.any(|(list, _)| list_path(schema, list) == plain);
                if !is_list && no_list.is_none() {
                    no_list = Some(plain.clone());
                }
            }
            ']' => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    if known_path(schema, &plain) {
        let Some(no_list) = no_list else {
            if let Some(field) = schema.field_by_path(&path.node) {
                lower.note(path.at, Named::Field(field));
            }
            return Some(path.node.clone());
        };
        lower.push(
            Diagnostic::new(
                codes::SCENARIO_PATH,
                format!("`{no_list}` is no list of elements"),
                path.at.0,
            )
            .label("only an element of a list has a place"),
        );
        return None;
    }
    if let [Named::Field(field)] = lower.scope.names.labelled(&path.node) {
        lower.note(path.at, Named::Field(*field));
        return schema.field(*field).map(|f| f.path.clone());
    }
    let known: Vec<String> = all_paths(schema);
    let near = nearest(&plain, known.iter().map(String::as_str)).map(str::to_owned);
    let mut diagnostic = Diagnostic::new(
        codes::SCENARIO_PATH,
        format!("the declaration has no `{}`", path.node),
        path.at.0,
    )
    .label("not a path of the declaration");
    if let Some(near) = near {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    }
    lower.push(diagnostic);
    None
}

/// Whether some field has that path. A path ends with the last part of its field's name, so that
/// few are written out to be compared.
fn known_path(schema: &crate::schema::Schema, plain: &str) -> bool {
    let last = plain.rsplit_once('.').map_or(plain, |(_, last)| last);
    let mut fields = schema.fields.iter().filter(|f| f.path.ends_with(last));
    fields.any(|field| path(schema, field) == plain)
}

/// Paths as declarations write them: `items.total` rather than `item.total`.
fn all_paths(schema: &crate::schema::Schema) -> Vec<String> {
    schema
        .fields
        .iter()
        .map(|field| path(schema, field))
        .collect()
}

fn path(schema: &crate::schema::Schema, field: &crate::schema::Field) -> String {
    match field.home {
        crate::schema::Home::Header(_) => field.path.clone(),
        crate::schema::Home::Element(list, _) => {
            format!("{}.{}", list_path(schema, list), field.parts.join("."))
        }
    }
}

fn list_path(schema: &crate::schema::Schema, list: ListId) -> String {
    let Some(list) = schema.list(list) else {
        return String::new();
    };
    let Some(field) = schema.field(list.field) else {
        return String::new();
    };
    match list.parent {
        None => field.path.clone(),
        Some(parent) => format!("{}.{}", list_path(schema, parent), field.parts.join(".")),
    }
}

fn changed_to(lower: &mut Lower<'_, '_>, literal: &Literal, at: At) -> Option<ChangedTo> {
    match literal {
        Literal::None(_) => Some(ChangedTo::None),
        Literal::Set(codes) => Some(ChangedTo::Codes(
            codes.iter().map(|c| c.node.clone()).collect(),
        )),
        Literal::Value(expr) => match expr.kind.as_ref() {
            ExprKind::Name(text) | ExprKind::Text(text) | ExprKind::Date(text) => {
                Some(ChangedTo::Text(text.clone(), None))
            }
            ExprKind::Bool(b) => Some(ChangedTo::Text(b.to_string(), None)),
            ExprKind::Number { digits, unit } => Some(ChangedTo::Text(
                digits.clone(),
                unit.as_ref().map(|u| u.node.clone()),
            )),
            _ => {
                lower.complain(
                    codes::BAD_LITERAL,
                    "a value written out is needed",
                    expr.at,
                    "not a literal",
                );
                let _ = at;
                None
            }
        },
    }
}

fn expected(
    lower: &mut Lower<'_, '_>,
    expectation: &ast::Expectation,
    kinds: &[KindType],
    rule_ids: &[&str],
) -> Option<(Expected, At)> {
    match expectation {
        ast::Expectation::Between(low, high) => {
            let (l, h) = (outcome(lower, low), outcome(lower, high));
            Some((Expected::Between(l?, h?), low.at))
        }
        ast::Expectation::Rule { state, rule } => {
            // A bare name is an outcome where one is called so.
            if *state == RuleState::Fires
                && let Some(outcome) = lower.outcome(&rule.node)
            {
                lower.note(rule.at, Named::Outcome(outcome));
                return Some((Expected::Between(outcome, outcome), rule.at));
            }
            let prefix = format!("{}.", rule.node);
            let known = rule_ids
                .iter()
                .any(|id| *id == rule.node || id.starts_with(&prefix));
            // `undetermined NAME` speaks of a kind of requirement where no rule is called so.
            if !known
                && *state == RuleState::Undetermined
                && find_kind(lower.scope.names, &rule.node).is_some()
            {
                let (kind, _) = kind_named(lower, rule, kinds)?;
                let open = ObligationState::Undetermined;
                return Some((Expected::Obligation(open, kind, None), rule.at));
            }
            if !known {
                let names = lower.scope.names;
                let all = rule_ids
                    .iter()
                    .copied()
                    .chain(names.outcomes.keys().map(String::as_str));
                lower.push(unknown_name("rule or outcome", rule, all));
                return None;
            }
            Some((Expected::Rule(*state, rule.node.clone()), rule.at))
        }
        ast::Expectation::Obligation {
            state,
            kind,
            argument,
        } => {
            let (id, wanted) = kind_named(lower, kind, kinds)?;
            let argument = match (argument, wanted) {
                (Some(argument), Some(wanted)) => Some(constant(lower, argument, wanted)?),
                (Some(argument), None) => {
                    lower.complain(
                        codes::WRONG_COUNT,
                        format!("`{}` has no argument", kind.node),
                        argument.at,
                        "",
                    );
                    return None;
                }
                (None, _) => None,
            };
            Some((Expected::Obligation(*state, id, argument), kind.at))
        }
        ast::Expectation::Missing(path) => {
            path_of(lower, path).map(|p| (Expected::Missing(p), path.at))
        }
    }
}

fn outcome(lower: &mut Lower<'_, '_>, name: &ast::Name) -> Option<OutcomeId> {
    let found = lower.outcome(&name.node);
    if let Some(outcome) = found {
        lower.note(name.at, Named::Outcome(outcome));
    }
    if found.is_none() {
        let names = lower.scope.names;
        lower.push(unknown_name(
            "outcome",
            name,
            names.outcomes.keys().map(String::as_str),
        ));
    }
    found
}
