//! `kakou check`: all that is wrong with rules, and what they hold where nothing is.

use super::End;
use super::failure::Failure;
use super::loading::{self, Count, counted};
use super::terminal::{self, Terminal};
use crate::check::rules::RuleSet;
use crate::check::{Compiled, compile};
use crate::folder::Folder;
use crate::ground::limits::Limits;
use crate::ground::render::{json, render};
use anstyle::AnsiColor;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The number of the JSON format; it changes when a field changes its meaning or goes.
const FORMAT: u32 = 1;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 the rules are sound, 1 there are warnings and --strict is given, 2 there are errors."
)]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// Write the complaints as JSON, for editors and other tools.
    #[arg(long)]
    json: bool,
    /// Do not be content with warnings.
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let folder = loading::open(&args.rules, &limits)?;
    let compiled = compile(&folder, &limits);
    let count = Count::of(&compiled);
    let text = if args.json {
        format!("{:#}\n", as_json(&compiled, &folder, count))
    } else {
        for_people(&compiled, &folder, count, terminal)
    };
    terminal::put(text.as_bytes())?;
    Ok(match count {
        Count {
            errors: 0,
            warnings: 0,
        } => End::Fine,
        Count { errors: 0, .. } if args.strict => End::Some,
        Count { errors: 0, .. } => End::Fine,
        _ => End::Refused,
    })
}

fn for_people(compiled: &Compiled, folder: &Folder, count: Count, terminal: &Terminal) -> String {
    let mut text = render(
        &compiled.diagnostics,
        &compiled.sources,
        terminal.out_colours(),
    );
    if !text.is_empty() {
        text.push('\n');
    }
    if compiled.not_shown > 0 {
        text.push_str(&format!(
            "{} not shown\n",
            counted(compiled.not_shown, "further complaint")
        ));
    }
    text.push_str(&count.text(terminal, true));
    if let Some(rules) = &compiled.rules {
        let ok = terminal.paint("ok", AnsiColor::Green, true);
        let held = holdings(rules, compiled, folder);
        let words: Vec<String> = held
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(what, n)| counted(*n, what))
            .collect();
        text.push_str(&format!("{ok}: {}\n", words.join(", ")));
        text.push_str(&format!("rule set {}\n", rules.fingerprint));
    }
    text
}

/// What a rule set holds, by name.
fn holdings(rules: &RuleSet, compiled: &Compiled, folder: &Folder) -> Vec<(&'static str, u64)> {
    let of = |n: usize| n as u64;
    vec![
        ("file", of(folder.rules().count())),
        ("rule", of(rules.rules.len())),
        ("law", of(rules.laws.len())),
        ("parameter", of(rules.parameters.len())),
        ("list", of(rules.lists.len())),
        ("table", of(rules.tables.len())),
        ("pilot", of(rules.pilots.len())),
        ("field", of(rules.schema.fields.len())),
        ("scenario", of(compiled.scenarios.len())),
    ]
}

fn as_json(compiled: &Compiled, folder: &Folder, count: Count) -> Value {
    let held = compiled.rules.as_deref().map(|rules| {
        let all = holdings(rules, compiled, folder);
        let pairs = all
            .into_iter()
            .map(|(what, n)| (format!("{what}s"), Value::from(n)));
        Value::Object(pairs.collect())
    });
    json!({
        "format": FORMAT,
        "sound": compiled.rules.is_some(),
        "errors": count.errors,
        "warnings": count.warnings,
        "not_shown": compiled.not_shown,
        "complaints": json(&compiled.diagnostics, &compiled.sources),
        "rules": compiled.rules.as_ref().map(|r| r.fingerprint.to_string()),
        "holds": held,
    })
}
