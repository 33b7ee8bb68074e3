//! Laws, citations, events, parameters and periods.

use super::codes;
use super::lower::{Lower, Typed};
use super::names::{Named, Names, nearest};
use super::rules::{
    Basis, CompareOp, Cond, Event, EventId, Expr, Force, Law, LawId, Parameter, ParameterValue,
    Sure,
};
use crate::ground::day::RoughDay;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::{At, Span};
use crate::schema::Labels;
use crate::schema::table::Period;
use crate::schema::value::{Type, Value};
use crate::syntax::ast;
use std::collections::BTreeMap;

/// Texts for people without their places.
pub(super) fn labels(labels: &ast::Labels) -> Labels {
    Labels {
        zh: labels.zh.as_ref().map(|t| t.node.clone()),
        en: labels.en.as_ref().map(|t| t.node.clone()),
    }
}

/// `no law is called …`, with the nearest one.
pub(super) fn unknown<'n>(
    lower: &mut Lower<'_, '_>,
    what: &str,
    name: &ast::Name,
    known: impl Iterator<Item = &'n str>,
) {
    lower.push(unknown_name(what, name, known));
}

/// The complaint that a name of some kind is not known.
pub(super) fn unknown_name<'n>(
    what: &str,
    name: &ast::Name,
    known: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        codes::UNKNOWN_NAME,
        format!("no {what} is called `{}`", name.node),
        name.at.0,
    )
    .label("not known");
    if let Some(near) = nearest(&name.node, known) {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    }
    diagnostic
}

/// The days of a period that are known only to the month or the year.
fn rough_days(force: &ast::Force) -> impl Iterator<Item = (&String, RoughDay)> {
    let days = [&force.from, &force.until].into_iter().flatten();
    days.filter_map(|day| match day {
        ast::LegalDay::Date(text) if text.node.len() < 10 => {
            Some((&text.node, RoughDay::parse(&text.node)?))
        }
        _ => None,
    })
}

/// Whether the period of a rule has a day that is known only roughly.
pub(super) fn has_rough_days(rule: &ast::Rule) -> bool {
    let periods = rule.clauses.iter().filter_map(|clause| match &clause.node {
        ast::Clause::Force(force) => Some(force),
        _ => None,
    });
    periods.flat_map(rough_days).next().is_some()
}

/// Days of the law that have a name or are known only roughly, gathered before they are numbered.
#[derive(Debug, Default)]
pub(super) struct Events {
    all: BTreeMap<String, Event>,
}

impl Events {
    /// Notes every event and every rough day that the files write.
    pub fn gather<'a>(
        items: impl Iterator<Item = &'a ast::Item>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Events {
        let mut events = Events::default();
        let mut places: BTreeMap<String, At> = BTreeMap::new();
        for item in items {
            match &item.kind {
                ast::ItemKind::Event(event) => events.declared(event, &mut places, diagnostics),
                ast::ItemKind::Law(law) => law.force.iter().for_each(|f| events.rough(f)),
                ast::ItemKind::Covers(covers) => events.rough(&covers.force),
                ast::ItemKind::Rule(rule) => rule.clauses.iter().for_each(|c| {
                    if let ast::Clause::Force(force) = &c.node {
                        events.rough(force);
                    }
                }),
                ast::ItemKind::Pilot(pilot) => pilot.clauses.iter().for_each(|c| {
                    if let ast::PilotClause::Force(force) = &c.node {
                        events.rough(force);
                    }
                }),
                _ => {}
            }
        }
        events
    }

    fn declared(
        &mut self,
        event: &ast::Event,
        places: &mut BTreeMap<String, At>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        if let Some(first) = places.get(&event.name.node) {
            diagnostics.push(twice("event", &event.name, first.0));
            return;
        }
        places.insert(event.name.node.clone(), event.name.at);
        let on = match &event.on {
            None => None,
            Some(text) => event_day(text, event.to.as_ref(), diagnostics),
        };
        let sure = event.sure.as_ref().map_or(Sure::Found, |s| s.node);
        self.all.insert(
            event.name.node.clone(),
            Event {
                name: event.name.node.clone(),
                labels: labels(&event.labels),
                on,
                sure,
            },
        );
    }

    /// A day that is only a month or a year is an event without a name of its own.
    fn rough(&mut self, force: &ast::Force) {
        for (name, on) in rough_days(force) {
            self.all.entry(name.clone()).or_insert_with(|| Event {
                name: name.clone(),
                labels: Labels::default(),
                on: Some(on),
                sure: Sure::Found,
            });
        }
    }

    /// The events in the order of their names.
    pub fn finish(self, names: &mut Names<'_>) -> Vec<Event> {
        for (index, event) in self.all.values().enumerate() {
            let id = EventId(u32::try_from(index).unwrap_or(u32::MAX));
            names.events.insert(event.name.clone(), id);
            names.label(event.labels.zh.as_deref(), Named::Event(id));
        }
        self.all.into_values().collect()
    }
}

/// The complaint that a name is declared twice, with both places.
pub(super) fn twice(what: &str, name: &ast::Name, first: Span) -> Diagnostic {
    Diagnostic::new(
        codes::DUPLICATE_NAME,
        format!("the {what} `{}` is declared twice", name.node),
        name.at.0,
    )
    .label("again here")
    .also(first, "first here")
}

/// The days from the first of one to the last of the other that an event may be on.
fn event_day(
    on: &ast::Name,
    to: Option<&ast::Name>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<RoughDay> {
    let first = written_day(on, diagnostics);
    let Some(to) = to else { return first };
    let (first, last) = (first?, written_day(to, diagnostics)?);
    if last.last < first.first {
        let complaint = Diagnostic::new(
            codes::BAD_LITERAL,
            format!("`{}` to `{}` runs backwards", on.node, to.node),
            to.at.0,
        );
        diagnostics.push(
            complaint
                .label("before the first")
                .also(on.at.0, "the first"),
        );
        return None;
    }
    Some(RoughDay {
        first: first.first,
        last: last.last,
    })
}

/// A day as written, perhaps only a month or year.
fn written_day(text: &ast::Name, diagnostics: &mut Vec<Diagnostic>) -> Option<RoughDay> {
    let day = RoughDay::parse(&text.node);
    if day.is_none() {
        diagnostics.push(bad_day(text));
    }
    day
}

fn bad_day(text: &ast::Name) -> Diagnostic {
    Diagnostic::new(
        codes::BAD_LITERAL,
        format!("`{}` is no day", text.node),
        text.at.0,
    )
    .label("no such day")
    .help("write `2024-02-29`, or `2024-02` or `2024` where the day is not known")
}

/// The laws in the order of their identifiers.
pub(super) fn laws(
    found: &[&ast::Law],
    names: &mut Names<'_>,
    events: &[Event],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Law> {
    let mut sorted: BTreeMap<&str, &ast::Law> = BTreeMap::new();
    for law in found {
        match sorted.get(law.id.node.as_str()) {
            Some(first) => diagnostics.push(twice("law", &law.id, first.id.at.0)),
            None => {
                sorted.insert(&law.id.node, law);
            }
        }
    }
    let mut laws = Vec::new();
    for (index, law) in sorted.values().enumerate() {
        names.laws.insert(
            law.id.node.clone(),
            LawId(u32::try_from(index).unwrap_or(u32::MAX)),
        );
        let force = match &law.force {
            Some(force) => {
                no_field(force, diagnostics);
                declared_force(force, names, events, diagnostics)
            }
            None => Force::default(),
        };
        forwards(force, "the law", &law.id, diagnostics);
        laws.push(Law {
            id: law.id.node.clone(),
            labels: labels(&law.labels),
            title: law.title.as_ref().map(labels).unwrap_or_default(),
            issuer: law.issuer.as_ref().map(labels).unwrap_or_default(),
            published: law
                .published
                .as_ref()
                .and_then(|day| written_day(day, diagnostics)),
            force,
            sure: law.sure.as_ref().map_or(Sure::Low, |s| s.node),
            replaces: Vec::new(),
        });
    }
    // Only now is every law numbered.
    for (law, written) in laws.iter_mut().zip(sorted.values()) {
        let replaced = written.replaces.iter();
        law.replaces = replaced
            .filter_map(|c| citation(names, c, diagnostics))
            .collect();
    }
    laws
}

/// A period as declared; rough where its days are.
pub(super) fn declared_force(
    force: &ast::Force,
    names: &Names<'_>,
    events: &[Event],
    diagnostics: &mut Vec<Diagnostic>,
) -> Force {
    let mut day = |day: &Option<ast::LegalDay>| match day {
        None => None,
        Some(ast::LegalDay::Date(text)) => written_day(text, diagnostics),
        Some(ast::LegalDay::Event(name)) => match find_event(names, &name.node) {
            Some(event) => {
                let known = events.get(event.0 as usize).and_then(|e| e.on);
                // A day that nobody knows may be any day.
                Some(known.unwrap_or(RoughDay {
                    first: crate::ground::day::Day::MIN,
                    last: crate::ground::day::Day::MAX,
                }))
            }
            None => {
                diagnostics.push(unknown_name(
                    "event",
                    name,
                    names.events.keys().map(String::as_str),
                ));
                None
            }
        },
    };
    Force {
        from: day(&force.from),
        until: day(&force.until),
    }
}

fn find_event(names: &Names<'_>, name: &str) -> Option<EventId> {
    names.find(&names.events, name, |n| match n {
        Named::Event(e) => Some(*e),
        _ => None,
    })
}

/// A period as a test on the as-of date or on the date that a field holds.
pub(super) fn force_cond(lower: &mut Lower<'_, '_>, force: &ast::Force) -> Option<Cond> {
    let on = match &force.on {
        None => Expr::AsOf,
        Some(name) => {
            let typed = lower.named_value(&name.node, name.at)?;
            if !lower.fits(&typed, Type::Date, name.at) {
                return None;
            }
            typed.expr
        }
    };
    let mut tests = Vec::new();
    for (day, op) in [(&force.from, CompareOp::Ge), (&force.until, CompareOp::Le)] {
        let Some(day) = day else { continue };
        let limit = match day {
            ast::LegalDay::Date(text) => match text.node.parse() {
                Ok(day) => Expr::Const(Value::Date(day)),
                Err(_) => Expr::Event(find_event(lower.scope.names, &text.node)?),
            },
            ast::LegalDay::Event(name) => {
                lower.used.insert(format!("event {}", name.node));
                let event = find_event(lower.scope.names, &name.node)?;
                lower.note(name.at, Named::Event(event));
                Expr::Event(event)
            }
        };
        tests.push(Cond::Compare(op, on.clone(), limit));
    }
    Some(match tests.len() {
        0 => Cond::Always,
        1 => tests.pop().unwrap_or(Cond::Always),
        _ => Cond::And(tests),
    })
}

/// The places in laws that are cited, in the order written, and where each is written.
pub(super) fn basis(
    lower: &mut Lower<'_, '_>,
    citations: &[ast::Citation],
) -> (Vec<Basis>, Vec<Span>) {
    citations
        .iter()
        .filter_map(|c| {
            let basis = citation(lower.scope.names, c, lower.diagnostics)?;
            Some((basis, c.law.at.0))
        })
        .unzip()
}

/// Complains where a period ends before it begins.
pub(super) fn forwards(
    force: Force,
    what: &str,
    name: &ast::Name,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let (Some(from), Some(until)) = (force.from, force.until)
        && from.first > until.last
    {
        diagnostics.push(
            Diagnostic::new(
                codes::NEVER_IN_FORCE,
                format!("{what} `{}` is never in force", name.node),
                name.at.0,
            )
            .label(format!(
                "it would begin on {} and end on {}",
                from.first, until.last
            )),
        );
    }
}

/// Complains of `on FIELD` where only the as-of date counts.
pub(super) fn no_field(force: &ast::Force, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(on) = &force.on {
        diagnostics.push(
            Diagnostic::new(
                codes::ON_NOT_HERE,
                "only the period of a rule, a pilot or a `covers` counts on a field",
                on.at.0,
            )
            .label("a field")
            .help(format!(
                "say where it is read on which day it is read: `… on {}`",
                on.node
            )),
        );
    }
}

/// One place in a law.
pub(super) fn citation(
    names: &Names<'_>,
    citation: &ast::Citation,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Basis> {
    let Some(law) = names.laws.get(&citation.law.node).copied() else {
        diagnostics.push(
            unknown_name("law", &citation.law, names.laws.keys().map(String::as_str))
                .help("declare it with `law` before it is cited"),
        );
        return None;
    };
    Some(Basis {
        law,
        article: citation.article.as_ref().map(|a| a.node.clone()),
        paragraph: citation.paragraph.as_ref().map(|p| p.node.clone()),
    })
}

/// A parameter's values in the order of their periods.
pub(super) fn parameter(
    lower: &mut Lower<'_, '_>,
    parameter: &ast::Parameter,
    typ: Type,
) -> Parameter {
    let mut values: Vec<(ParameterValue, Span)> = Vec::new();
    for value in &parameter.values {
        let Some(known) = constant(lower, &value.node.value, typ) else {
            continue;
        };
        no_field(&value.node.force, lower.diagnostics);
        let mut exact = |day: &Option<ast::LegalDay>| match day {
            None => None,
            Some(ast::LegalDay::Date(text)) => {
                let parsed = text.node.parse().ok();
                if parsed.is_none() {
                    lower.diagnostics.push(
                        Diagnostic::new(
                            codes::BAD_LITERAL,
                            "the period of a value needs whole days",
                            text.at.0,
                        )
                        .label("not a day written YYYY-MM-DD"),
                    );
                }
                parsed
            }
            Some(ast::LegalDay::Event(name)) => {
                lower.diagnostics.push(
                    Diagnostic::new(
                        codes::BAD_LITERAL,
                        "the period of a value needs whole days",
                        name.at.0,
                    )
                    .label("an event"),
                );
                None
            }
        };
        let period = Period {
            from: exact(&value.node.force.from),
            until: exact(&value.node.force.until),
        };
        if let (Some(from), Some(until)) = (period.from, period.until)
            && from > until
        {
            lower.push(
                Diagnostic::new(
                    codes::NEVER_IN_FORCE,
                    format!("a value of `{}` never holds", parameter.name.node),
                    value.at.0,
                )
                .label(format!("it would begin on {from} and end on {until}")),
            );
            continue;
        }
        let by = match &value.node.by {
            Some(by) => citation(lower.scope.names, by, lower.diagnostics),
            None => None,
        };
        if let Some((_, first)) = values.iter().find(|(v, _)| v.period.overlaps(period)) {
            let first = *first;
            lower.push(
                Diagnostic::new(
                    codes::PARAMETER_OVERLAP,
                    format!(
                        "two values of `{}` hold on the same day",
                        parameter.name.node
                    ),
                    value.at.0,
                )
                .label("this one")
                .also(first, "and this one")
                .help("end one with `until`, or begin the other later with `from`"),
            );
            continue;
        }
        values.push((
            ParameterValue {
                period,
                value: known,
                by,
            },
            value.at.0,
        ));
    }
    values.sort_by_key(|(v, _)| v.period);
    Parameter {
        name: parameter.name.node.clone(),
        labels: labels(&parameter.labels),
        typ,
        values: values.into_iter().map(|(v, _)| v).collect(),
    }
}

/// A literal of that type.
pub(super) fn constant(lower: &mut Lower<'_, '_>, expr: &ast::Expr, typ: Type) -> Option<Value> {
    let typed = match typ {
        Type::Code(table) => lower.code(expr, table)?,
        Type::Hs => hs_literal(lower, expr)?,
        _ => lower.value(expr)?,
    };
    if !lower.fits(&typed, typ, expr.at) {
        return None;
    }
    match typed.expr {
        Expr::Const(value) => Some(value),
        _ => {
            lower.complain(
                codes::BAD_LITERAL,
                "a value written out is needed",
                expr.at,
                "not a literal",
            );
            None
        }
    }
}

fn hs_literal(lower: &mut Lower<'_, '_>, expr: &ast::Expr) -> Option<Typed> {
    let text = match expr.kind.as_ref() {
        ast::ExprKind::Number { digits, unit: None } => digits.as_str(),
        ast::ExprKind::Text(text) => text.as_str(),
        _ => "",
    };
    match text.parse() {
        Ok(hs) => Some(Typed {
            expr: Expr::Const(Value::Hs(hs)),
            typ: Type::Hs,
        }),
        Err(_) => {
            lower.complain(
                codes::BAD_LITERAL,
                "a tariff code of 2 to 10 digits is needed",
                expr.at,
                "",
            );
            None
        }
    }
}
