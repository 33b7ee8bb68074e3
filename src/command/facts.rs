//! `kakou facts`: the facts that rules read, so that a platform can serve those and no others.

use super::failure::Failure;
use super::judging::department;
use super::loading;
use super::table::{Cell, Layout};
use super::terminal::{self, Terminal};
use super::{End, Language};
use crate::check::rules::RuleSet;
use crate::department::{FactUse, read};
use crate::facts::write::path_of;
use crate::ground::limits::Limits;
use crate::ground::render::visible;
use crate::schema::value::{Denomination, DepartmentId, Type};
use crate::schema::{Field, Lang, Schema};
use crate::verdict::layout::wrap;
use crate::verdict::words;
use anstyle::AnsiColor;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The number of the JSON format; it changes when a field changes its meaning or goes.
const FORMAT: u32 = 1;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kakou facts rules --department tax
  kakou facts rules --json")]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// List only what the rules of this department read, with their exceptions and waivers.
    #[arg(long, value_name = "NAME")]
    department: Option<String>,
    /// Write the list as JSON.
    #[arg(long)]
    json: bool,
    /// The language of labels.
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let (_, _, rules) = loading::load(&args.rules, &limits, terminal)?;
    let department = match &args.department {
        Some(name) => Some(department(&rules, name)?),
        None => None,
    };
    let page = Page {
        rules: &rules,
        department,
        facts: read(&rules, department),
        terminal,
        lang: args.lang.into(),
    };
    let text = match args.json {
        true => format!("{:#}\n", page.json()),
        false => page.text(),
    };
    terminal::put(text.as_bytes())?;
    Ok(End::Fine)
}

struct Page<'a> {
    rules: &'a RuleSet,
    department: Option<DepartmentId>,
    facts: Vec<FactUse>,
    terminal: &'a Terminal,
    lang: Lang,
}

impl Page<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).into()
    }

    fn schema(&self) -> &Schema {
        &self.rules.schema
    }

    fn text(&self) -> String {
        let n = self.facts.len();
        let departments = &self.schema().departments;
        let named = self
            .department
            .and_then(|d| departments.get(usize::from(d.0)));
        let head = match named {
            Some(named) => {
                let label = visible(named.labels.get(self.lang, &named.name));
                let (zh, en) = (
                    format!("{label}的规则所读要素"),
                    format!("facts that the rules of {label} read"),
                );
                self.say(&zh, &en)
            }
            None => self.say("规则所读要素", "facts that the rules read"),
        };
        let rows: Vec<Vec<Cell>> = self.facts.iter().filter_map(|one| self.row(one)).collect();
        let layout = Layout::new(&rows, 40, self.terminal);
        let mut out = format!(
            "{} ({n})\n",
            self.terminal.paint(&head, AnsiColor::Cyan, true)
        );
        for (row, one) in rows.iter().zip(&self.facts) {
            out.push_str(&layout.lines(row, self.terminal));
            self.details(&mut out, one);
        }
        out
    }

    fn row(&self, one: &FactUse) -> Option<Vec<Cell>> {
        let field = self.schema().field(one.field)?;
        Some(vec![
            Cell::new(""),
            Cell::new(path_of(self.schema(), one.field, &[])).colour(AnsiColor::White),
            Cell::new(field.labels.get(self.lang, "")),
        ])
    }

    /// Its type and where it comes from, and who reads it, each wrapped under its own beginning.
    fn details(&self, out: &mut String, one: &FactUse) {
        let joint = self.say("、", ", ");
        let typed = self.schema().field(one.field).map(|field| {
            let typ = type_words(self.schema(), field.typ);
            let elements = field.elements.join(&joint);
            match elements.is_empty() {
                true => typ,
                false => self.say(
                    &format!("{typ}，来自 {elements}"),
                    &format!("{typ}, from {elements}"),
                ),
            }
        });
        let by = (!one.rules.is_empty()).then(|| {
            let rules = one.rules.join(&joint);
            self.say(&format!("读者 {rules}"), &format!("read by {rules}"))
        });
        let mut other = Vec::new();
        for (is, zh, en) in [
            (one.judged_on, "判定日", "the day to judge on"),
            (one.required, "必填项", "required fields"),
            (one.coverage, "覆盖", "coverage"),
        ] {
            if is {
                other.push(self.say(zh, en));
            }
        }
        let other = (!other.is_empty()).then(|| {
            let other = other.join(&joint);
            self.say(&format!("用于 {other}"), &format!("for {other}"))
        });
        for line in [typed, by, other].into_iter().flatten() {
            let lines = wrap(
                &visible(&line),
                self.terminal.width.saturating_sub(8).max(20),
            );
            for (at, part) in lines.iter().enumerate() {
                let indent = if at == 0 { 4 } else { 6 };
                out.push_str(&format!("{}{part}\n", " ".repeat(indent)));
            }
        }
    }

    fn json(&self) -> Value {
        let departments = &self.schema().departments;
        let named = self
            .department
            .and_then(|d| departments.get(usize::from(d.0)));
        let facts = self.facts.iter().filter_map(|one| {
            let field: &Field = self.schema().field(one.field)?;
            Some(json!({
                "path": path_of(self.schema(), one.field, &[]),
                "field": field.path,
                "type": type_words(self.schema(), field.typ),
                "label": { "zh": field.labels.zh, "en": field.labels.en },
                "elements": field.elements,
                "rules": one.rules,
                "judged_on": one.judged_on,
                "required": one.required,
                "coverage": one.coverage,
            }))
        });
        json!({
            "format": FORMAT,
            "rules": self.rules.fingerprint.to_string(),
            "department": named.map(|d| d.name.as_str()),
            "facts": facts.collect::<Vec<_>>(),
        })
    }
}

/// A type as a schema writes it.
fn type_words(schema: &Schema, typ: Type) -> String {
    let table = |id| schema.table(id).map_or("?", |table| table.name.as_str());
    let amount = |word: &str, of: Denomination, money: bool| match of {
        Denomination::Fixed(code) => format!("{word} {}", words::unit(schema, money, code)),
        Denomination::Named(field) => {
            let path = schema.field(field).map_or("?", |f| f.path.as_str());
            format!("{word} in {path}")
        }
        Denomination::Open => word.to_owned(),
    };
    match typ {
        Type::Bool => "bool".into(),
        Type::Integer => "integer".into(),
        Type::Decimal => "decimal".into(),
        Type::Rate => "rate".into(),
        Type::Money(of) => amount("money", of, true),
        Type::Quantity(of) => amount("quantity", of, false),
        Type::Date => "date".into(),
        Type::Text => "text".into(),
        Type::Hs => "hs".into(),
        Type::Code(id) => format!("code {}", table(id)),
        Type::Set(id) => format!("set of code {}", table(id)),
        Type::List(id) => match schema.list(id) {
            Some(list) => format!("{} to {} {}", list.least, list.most, list.element),
            None => "list".into(),
        },
    }
}
