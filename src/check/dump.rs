//! The checked rules as text: the same text for the same rules, for expected files and for people
//! who want to see what became of what they wrote.
//!
//! Everything stands in the order of its number, names instead of numbers, every condition with
//! all its parentheses. Places and the fingerprint are left out.

mod condition;

use super::rules::{
    Cell, Cond, Each, Force, Message, MessagePart, Output, Policy, Rule, RuleSet, Sure,
};
use crate::ground::day::RoughDay;
use crate::schema::table::Period;
use crate::schema::value::{TableId, Type, Value};
use crate::schema::{Home, Labels};
use condition::Words;
use std::fmt::{self, Display};

/// A piece of text that is made when it is written.
struct Shown<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> Display for Shown<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

/// The whole rule set as text: its facts, then its rules.
///
/// ```
/// use kakou::check::{compile, dump::dump};
/// use kakou::{folder::Folder, ground::limits::Limits};
/// let text = "outcomes release < hold missing hold advice hold\n\
///             declaration judged on date\n  date : date\n  n : integer\n\
///             law L\nrule R\n  by L\n  when n > 5\n  then hold\n";
/// let compiled = compile(&Folder::from_texts([("a.rules", text)]), &Limits::default());
/// let text = dump(&compiled.rules.unwrap());
/// assert!(text.contains("rule R\n"));
/// assert!(text.contains("  when n > 5\n"));
/// ```
pub fn dump(rules: &RuleSet) -> String {
    format!("{}{}", facts(rules), judgements(rules))
}

/// A condition of a rule with this `each`, as text.
///
/// ```
/// let rules = kakou::load("examples/gate")?;
/// let rule = &rules.rules[0];
/// assert_eq!(kakou::check::dump::condition(&rules, &rule.each, &rule.when), "weight_error > gate_tolerance");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn condition(rules: &RuleSet, each: &[Each], condition: &Cond) -> String {
    let words = Words::new(rules);
    for each in each {
        if let Each::Set(field) = each {
            words.bind(*field);
        }
    }
    words.cond(condition)
}

/// The facts, laws, lists and parameters of a rule set as text.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let text = kakou::check::dump::facts(&rules);
/// assert!(text.starts_with("outcomes release") && !text.contains("rule G-01"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn facts(rules: &RuleSet) -> String {
    let schema = &rules.schema;
    let words = Words::new(rules);
    let mut lines = Vec::new();
    let outcomes: Vec<String> = schema
        .outcomes
        .iter()
        .map(|o| format!("{}{}", o.name, titles(&o.labels)))
        .collect();
    lines.push(format!(
        "outcomes {} missing {} advice {}",
        outcomes.join(" < "),
        schema.outcome_name(schema.missing),
        schema.outcome_name(schema.advice)
    ));
    let departments: Vec<String> = schema
        .departments
        .iter()
        .map(|d| {
            let all = if d.sees_all { " sees all" } else { "" };
            format!("{}{}{all}", d.name, titles(&d.labels))
        })
        .collect();
    lines.push(format!("departments {}", departments.join(", ")));
    lines.push(format!(
        "declaration{} judged on {}",
        titles(&schema.labels),
        words.field(schema.judged_on)
    ));
    for field in &schema.fields {
        let home = match field.home {
            Home::Header(_) => String::new(),
            Home::Element(list, _) => format!(" of one {}", words.element(list)),
        };
        let length = match field.typ {
            Type::List(list) => schema.list(list).map_or(String::new(), |l| {
                let key = l
                    .key
                    .map_or(String::new(), |k| format!(" key {}", words.field(k)));
                format!(" {} to {}{key}", l.least, l.most)
            }),
            _ => String::new(),
        };
        let absent = if field.absent_means_none {
            ", absent means none"
        } else {
            ""
        };
        let from = if field.elements.is_empty() {
            String::new()
        } else {
            format!(" from {}", field.elements.join(", "))
        };
        lines.push(format!(
            "  {} : {}{length}{home}{absent}{}{from}",
            field.path,
            words.typ(field.typ),
            titles(&field.labels)
        ));
    }
    for required in &rules.required {
        let when = match &required.when {
            None => "always".to_owned(),
            Some(when) => format!("when {}", words.cond(when)),
        };
        lines.push(format!("required {} {when}", words.field(required.field)));
    }
    for table in &schema.tables {
        lines.push(format!("codes {}", table.name));
        for entry in &table.codes {
            for row in &entry.rows {
                let cells: Vec<String> = table
                    .attributes
                    .iter()
                    .zip(&row.attributes)
                    .map(|(column, cell)| {
                        format!(", {} {}", column.name, words.cell(cell, column.typ))
                    })
                    .collect();
                lines.push(format!(
                    "  {}{}{}{}",
                    entry.code,
                    titles(&entry.labels),
                    period(row.period),
                    cells.concat()
                ));
            }
        }
    }
    for list in &rules.lists {
        let example = if list.example { " (an example)" } else { "" };
        lines.push(format!(
            "list {}{}{example}",
            list.name,
            titles(&list.labels)
        ));
        for row in &list.rows {
            let keys: Vec<String> = list
                .keys
                .iter()
                .zip(&row.keys)
                .map(|(column, key)| words.value(key, Some(column.typ)))
                .collect();
            let cells: Vec<String> = list
                .attributes
                .iter()
                .zip(&row.attributes)
                .map(|(column, cell)| format!(", {} {}", column.name, words.cell(cell, column.typ)))
                .collect();
            lines.push(format!(
                "  {}{}{}",
                keys.join(" "),
                period(row.period),
                cells.concat()
            ));
        }
    }
    for law in &rules.laws {
        lines.push(format!(
            "law {}{}{} sure {}",
            law.id,
            titles(&law.labels),
            force(law.force),
            sure(law.sure)
        ));
        if law.title != Labels::default() {
            lines.push(format!("  title{}", titles(&law.title)));
        }
        if law.issuer != Labels::default() {
            lines.push(format!("  issuer{}", titles(&law.issuer)));
        }
        if let Some(day) = law.published {
            lines.push(format!("  published {}", rough(day)));
        }
        for replaced in &law.replaces {
            lines.push(format!("  replaces {}", words.basis(replaced)));
        }
    }
    for event in &rules.events {
        let on = event.on.map_or("unknown".to_owned(), rough);
        lines.push(format!(
            "event {}{} on {on} sure {}",
            event.name,
            titles(&event.labels),
            sure(event.sure)
        ));
    }
    for parameter in &rules.parameters {
        lines.push(format!(
            "parameter {} : {}{}",
            parameter.name,
            words.typ(parameter.typ),
            titles(&parameter.labels)
        ));
        for value in &parameter.values {
            let by = value
                .by
                .as_ref()
                .map_or(String::new(), |by| format!(" by {}", words.basis(by)));
            lines.push(format!(
                "  {}{}{by}",
                words.value(&value.value, Some(parameter.typ)),
                period(value.period)
            ));
        }
    }
    for kind in &rules.kinds {
        let mut words = Words::new(rules);
        words.it = kind.argument;
        let argument = kind
            .argument
            .map_or(String::new(), |t| format!(" : {}", words.typ(t)));
        let met = kind.met.as_ref().map_or(String::new(), |met| {
            format!(" met when {}", words.cond(met))
        });
        lines.push(format!(
            "requirement {}{}{argument}{met} otherwise {} combine {}",
            kind.name,
            titles(&kind.labels),
            schema.outcome_name(kind.otherwise),
            match kind.combine {
                super::rules::Combine::All => "all",
                super::rules::Combine::Largest => "largest",
                super::rules::Combine::Earliest => "earliest",
                super::rules::Combine::One => "one",
            }
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The tables, coverage, pilots and rules of a rule set as text.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// assert!(kakou::check::dump::judgements(&rules).contains("rule G-01"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn judgements(rules: &RuleSet) -> String {
    let words = Words::new(rules);
    let mut lines = Vec::new();
    for table in &rules.tables {
        let inputs: Vec<String> = table.inputs.iter().map(|t| words.typ(*t)).collect();
        lines.push(format!(
            "table {}({}){} gives {}, {}",
            table.name,
            inputs.join("; "),
            titles(&table.labels),
            words.typ(table.gives),
            match table.policy {
                Policy::ExactlyOne => "exactly one row fits",
                Policy::First => "first row that fits",
                Policy::All => "all rows that fit",
            }
        ));
        for row in &table.rows {
            let cells: Vec<String> = row
                .cells
                .iter()
                .zip(&table.inputs)
                .map(|(cell, typ)| self::cell(&words, cell, *typ))
                .collect();
            let output = match &row.output {
                Output::None => "none".to_owned(),
                Output::AnyCode => "any".to_owned(),
                Output::Value(value) => words.value(value, Some(table.gives)),
            };
            lines.push(format!("  | {} => {output} |", cells.join(" | ")));
        }
    }
    for cover in &rules.covers {
        let advice = if cover.advice { " as advice" } else { "" };
        lines.push(format!(
            "covers {} in force {}{advice}",
            words.cond(&cover.scope),
            words.cond(&cover.in_force)
        ));
    }
    for pilot in &rules.pilots {
        let mode = if pilot.live { "live" } else { "shadow" };
        let own: Vec<&str> = pilot.rules.iter().map(|r| words.rule(*r)).collect();
        let suspends = pilot
            .suspends
            .map_or(String::new(), |r| format!(" suspends as {}", words.rule(r)));
        lines.push(format!(
            "pilot {}{}{} {mode}{suspends} rules {}",
            pilot.name,
            titles(&pilot.labels),
            force(pilot.force),
            if own.is_empty() {
                "none".to_owned()
            } else {
                own.join(", ")
            }
        ));
    }
    for rule in &rules.rules {
        lines.extend(rule_lines(rules, rule));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn rule_lines(rules: &RuleSet, rule: &Rule) -> Vec<String> {
    let mut words = Words::new(rules);
    let mut lines = vec![format!("rule {}{}", rule.id, titles(&rule.labels))];
    let basis: Vec<String> = rule.basis.iter().map(|b| words.basis(b)).collect();
    lines.push(format!(
        "  by {}, sure {}",
        basis.join(" and "),
        sure(rule.sure)
    ));
    let departments: Vec<&str> = rule
        .departments
        .iter()
        .filter_map(|d| rules.schema.departments.get(usize::from(d.0)))
        .map(|d| d.name.as_str())
        .collect();
    lines.push(format!("  department {}", departments.join(", ")));
    if let Some(pilot) = rule.pilot.and_then(|p| rules.pilots.get(usize::from(p.0))) {
        lines.push(format!("  pilot {}", pilot.name));
    }
    if !rule.over.is_empty() {
        let over: Vec<&str> = rule.over.iter().map(|r| words.rule(*r)).collect();
        lines.push(format!("  over {}", over.join(", ")));
    }
    if rule.in_force != Cond::Always {
        lines.push(format!("  force {}", words.cond(&rule.in_force)));
    }
    if rule.scope != Cond::Always {
        lines.push(format!("  for {}", words.cond(&rule.scope)));
    }
    for each in &rule.each {
        lines.push(format!("  each {}", words.each(*each)));
        if let Each::Set(field) = each {
            words.bind(*field);
        }
    }
    if rule.when != Cond::Always {
        lines.push(format!("  when {}", words.cond(&rule.when)));
    }
    if let Some(unless) = &rule.unless {
        lines.push(format!("  unless {}", words.cond(unless)));
    }
    if let Some(outcome) = rule.outcome {
        lines.push(format!("  then {}", rules.schema.outcome_name(outcome)));
    }
    for require in &rule.requires {
        let kind = rules.kind(require.kind);
        let firmly = if require.firmly { "firmly " } else { "" };
        let argument = require.argument.as_ref().map_or(String::new(), |a| {
            format!(" {}", words.expr_of(a, kind.and_then(|k| k.argument)))
        });
        lines.push(format!(
            "  then require {firmly}{}{argument}",
            kind.map_or("?", |k| k.name.as_str())
        ));
    }
    for waive in &rule.waives {
        let kind = rules.kind(waive.kind);
        words.it = kind.and_then(|k| k.argument);
        let condition = waive
            .condition
            .as_ref()
            .map_or(String::new(), |c| format!(" where {}", words.cond(c)));
        words.it = None;
        lines.push(format!(
            "  then waive {}{condition}",
            kind.map_or("?", |k| k.name.as_str())
        ));
    }
    if rule.message != Message::default() {
        let parts = |parts: &[MessagePart]| -> String {
            let texts = parts.iter().map(|part| match part {
                MessagePart::Text(text) => text.replace('{', "{{").replace('}', "}}"),
                MessagePart::Value(expr, typ) => format!("{{{}}}", words.expr_of(expr, Some(*typ))),
            });
            texts.collect()
        };
        lines.push(format!(
            "  say {:?} / {:?}",
            parts(&rule.message.zh),
            parts(&rule.message.en)
        ));
    }
    lines
}

fn cell(words: &Words<'_>, cell: &Cell, typ: Type) -> String {
    match cell {
        Cell::Any => "any".to_owned(),
        Cell::IsNone => "none".to_owned(),
        Cell::OneOf(values) => {
            let all: Vec<String> = values.iter().map(|v| words.value(v, Some(typ))).collect();
            all.join(" or ")
        }
        Cell::Under(prefixes) => {
            let all: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
            format!("under {}", all.join(" or "))
        }
        Cell::Compare(op, value) => {
            format!("{} {}", condition::sign(*op), words.value(value, Some(typ)))
        }
        Cell::Range(least, most) => format!(
            "from {} to {}",
            words.value(least, Some(typ)),
            words.value(most, Some(typ))
        ),
    }
}

fn titles(labels: &Labels) -> impl Display + '_ {
    Shown(move |f: &mut fmt::Formatter<'_>| {
        if let Some(zh) = &labels.zh {
            write!(f, " {zh:?}")?;
        }
        labels
            .en
            .as_ref()
            .map_or(Ok(()), |en| write!(f, " / {en:?}"))
    })
}

fn rough(day: RoughDay) -> String {
    if day.first == day.last {
        day.first.to_string()
    } else {
        format!("{}..{}", day.first, day.last)
    }
}

fn force(force: Force) -> String {
    let from = force
        .from
        .map_or(String::new(), |d| format!(" from {}", rough(d)));
    let until = force
        .until
        .map_or(String::new(), |d| format!(" until {}", rough(d)));
    from + &until
}

fn period(period: Period) -> String {
    let from = period.from.map_or(String::new(), |d| format!(" from {d}"));
    let until = period
        .until
        .map_or(String::new(), |d| format!(" until {d}"));
    from + &until
}

fn sure(sure: Sure) -> &'static str {
    match sure {
        Sure::Found => "found",
        Sure::High => "high",
        Sure::Medium => "medium",
        Sure::Low => "low",
        Sure::Design => "design",
    }
}

/// The table of a code or of a set of codes.
fn codes_of(typ: Option<Type>) -> Option<TableId> {
    match typ {
        Some(Type::Code(table) | Type::Set(table)) => Some(table),
        _ => None,
    }
}

impl Words<'_> {
    fn cell(&self, cell: &Option<Value>, typ: Type) -> String {
        cell.as_ref()
            .map_or("none".to_owned(), |v| self.value(v, Some(typ)))
    }
}
