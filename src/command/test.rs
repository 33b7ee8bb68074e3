//! `kakou test`: the scenarios of a rule folder, and what differs from what their authors expect.

use super::failure::Failure;
use super::loading::{self, counted};
use super::terminal::Terminal;
use super::{End, Language};
use crate::check::Compiled;
use crate::check::rules::{Place, RuleId, RuleSet};
use crate::check::scenario::Scenario;
use crate::ground::limits::Limits;
use crate::ground::render::visible;
use crate::reference::Reference;
use crate::reference::judge::pilots;
use crate::scenario::{Outcome, Runner, USUAL_TRUST, counting};
use crate::schema::Lang;
use crate::verdict::text::{Style, to_text};
use crate::verdict::why;
use anstyle::AnsiColor;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

/// Elements for which it is explained why a rule fires or not.
const EXPLAINED: usize = 3;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 all passed, 1 some differ, 2 the rules or the usage are wrong."
)]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// Run only scenarios whose title or file holds this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// List the scenarios that pass too.
    #[arg(long, short)]
    verbose: bool,
    /// The language of titles and verdicts.
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let (folder, compiled, rules) = loading::load(&args.rules, &limits, terminal)?;
    let page = Page {
        args,
        terminal,
        compiled: &compiled,
        rules: &rules,
        lang: args.lang.into(),
    };
    let chosen: Vec<&Scenario> = compiled
        .scenarios
        .iter()
        .filter(|s| page.chosen(s))
        .collect();
    if let (true, Some(text)) = (chosen.is_empty(), &args.filter) {
        let all = counted(compiled.scenarios.len() as u64, "scenario");
        return Err(Failure::usage(format!(
            "of {all} none has `{}` in its title or file",
            visible(text)
        )));
    }
    let mut out = io::stdout().lock();
    let mut runner = Runner::new(&rules, &folder, limits);
    let (mut passed, mut failed) = (0u64, 0u64);
    for scenario in &chosen {
        let outcome = runner.run(scenario);
        if outcome.passed {
            passed += 1;
        } else {
            failed += 1;
        }
        out.write_all(page.told(scenario, &outcome).as_bytes())?;
    }
    let word = |n: u64, text: &str, colour| match n {
        0 => text.to_owned(),
        _ => terminal.paint(text, colour, true),
    };
    let passed = word(passed, &format!("{passed} passed"), AnsiColor::Green);
    let differ = word(failed, &format!("{failed} failed"), AnsiColor::Red);
    let left = compiled.scenarios.len() - chosen.len();
    let left = if left > 0 {
        format!(", {left} not run")
    } else {
        String::new()
    };
    writeln!(
        out,
        "{}: {passed}, {differ}{left}",
        counted(chosen.len() as u64, "scenario")
    )?;
    out.flush()?;
    Ok(if failed > 0 { End::Some } else { End::Fine })
}

struct Page<'a> {
    args: &'a Args,
    terminal: &'a Terminal,
    compiled: &'a Compiled,
    rules: &'a Arc<RuleSet>,
    lang: Lang,
}

impl Page<'_> {
    fn chosen(&self, scenario: &Scenario) -> bool {
        let Some(text) = &self.args.filter else {
            return true;
        };
        let text = text.to_lowercase();
        let titles = [&scenario.labels.zh, &scenario.labels.en]
            .into_iter()
            .flatten();
        let place = self.place(scenario.place);
        titles
            .chain([&place])
            .any(|title| title.to_lowercase().contains(&text))
    }

    /// `cbec/scenarios.rules:31`
    fn place(&self, place: Place) -> String {
        let Some(source) = self.compiled.sources.get(place.0.source) else {
            return String::new();
        };
        let (line, _) = source.line_column(place.0.start);
        format!("{}:{line}", visible(source.name()))
    }

    /// What became of one scenario, for people; nothing for one that passed and need not be listed.
    fn told(&self, scenario: &Scenario, outcome: &Outcome) -> String {
        let title = visible(scenario.labels.get(self.lang, &scenario.id));
        if outcome.passed {
            let ok = self.terminal.paint("ok", AnsiColor::Green, true);
            return if self.args.verbose {
                format!("{ok}      {title}\n")
            } else {
                String::new()
            };
        }
        let failed = self.terminal.paint("failed", AnsiColor::Red, true);
        let mut out = format!(
            "{failed}  {title}\n        {}\n",
            self.place(scenario.place)
        );
        if let Some(broken) = &outcome.broken {
            out.push_str(&format!("  {}\n", visible(&broken.why)));
            if let Some(help) = &broken.help {
                out.push_str(&format!(
                    "  {} {}\n",
                    self.terminal.paint("help:", AnsiColor::White, true),
                    visible(help)
                ));
            }
        }
        for difference in &outcome.differences {
            let (expected, got) = (visible(&difference.expected), visible(&difference.got));
            out.push_str(&format!(
                "  expected  {}\n",
                self.terminal.paint(&expected, AnsiColor::Green, false)
            ));
            out.push_str(&format!(
                "  got       {}\n",
                self.terminal.paint(&got, AnsiColor::Red, false)
            ));
            if let Some(rule) = &difference.rule {
                out.push_str(&self.why(scenario, outcome, rule));
            }
        }
        if let Some(verdict) = &outcome.verdict {
            let style = Style {
                lang: self.lang,
                columns: self.terminal.width - 4,
                ..Style::default()
            };
            let text = to_text(verdict, style);
            // The last line says by which rules was judged, which is plain here.
            let lines: Vec<&str> = text.lines().collect();
            for line in lines.iter().take(lines.len().saturating_sub(1)) {
                out.push_str(
                    format!(
                        "  {} {line}",
                        self.terminal.paint("│", AnsiColor::Blue, false)
                    )
                    .trim_end(),
                );
                out.push('\n');
            }
        }
        out.push('\n');
        out
    }

    /// Why a rule fires, or why not, for its first elements.
    fn why(&self, scenario: &Scenario, outcome: &Outcome, id: &str) -> String {
        let (Some(facts), Some(day)) = (
            &outcome.facts,
            outcome.verdict.as_ref().and_then(|v| v.as_of),
        ) else {
            return String::new();
        };
        let with_pilot = scenario.pilot.map(|pilot| counting(self.rules, pilot));
        let rules = with_pilot.as_ref().unwrap_or(self.rules);
        let trial = Reference::new(rules, scenario.trust.unwrap_or(USUAL_TRUST)).trial(facts, day);
        let world = trial.world(pilots(&trial, true));
        let mut out = String::new();
        let named = (0u32..).map(RuleId).zip(&rules.rules).filter(|(_, rule)| {
            rule.id == id
                || rule
                    .id
                    .strip_prefix(id)
                    .is_some_and(|rest| rest.starts_with('.'))
        });
        let each = named.flat_map(|(rule_id, rule)| {
            trial
                .instances(&rule.each)
                .iter()
                .map(move |instance| (rule_id, rule, instance.element))
        });
        for (id, rule, element) in each.take(EXPLAINED) {
            let Some(mut why) = why::rule(&trial, &world, id, element, self.lang) else {
                continue;
            };
            if let Some(path) = trial.scene.element_path(&rule.each, element) {
                why.text = format!("{} · {path}", why.text);
            }
            for line in why.lines() {
                out.push_str(&format!("            {}\n", visible(&line)));
            }
        }
        out
    }
}
