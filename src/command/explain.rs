//! `kakou explain`: why each finding holds, why what came near does not, and what is missing.
//!
//! Explanations come from the reference evaluator, which works on the conditions as they are
//! written; the engine gives the same verdict.

use super::failure::Failure;
use super::input::{self, Encoding, Load, ReadSoFar, Reading};
use super::judging::{How, Judge, Wrong};
use super::loading::{self, counted};
use super::output::in_one_line;
use super::terminal::Terminal;
use super::{End, Language};
use crate::check::rules::RuleId;
use crate::engine::Scratch;
use crate::facts::Facts;
use crate::facts::chunk::Room;
use crate::facts::error::FactErrors;
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::render::visible;
use crate::reference::fires::{Trial, World};
use crate::reference::judge::pilots;
use crate::schema::Lang;
use crate::verdict::judgement::Element;
use crate::verdict::layout::wrap;
use crate::verdict::text::{Style, to_text};
use crate::verdict::why::{self, Why};
use anstyle::AnsiColor;
use std::io::{self, Write};
use std::path::PathBuf;

/// Rules that came near and are explained; the others are counted.
const NEAR: usize = 20;
/// Identifiers that are remembered to find the nearest one.
const REMEMBERED: usize = 1000;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 all was explained, 1 some records could not be judged, 2 the rules or the usage are wrong."
)]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// Declarations: one `.ndjson`, `.jsonl`, `.json` or `.csv` file, or `-`.
    input: PathBuf,
    /// Explain only the declarations of this identifier.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    how: How,
    /// What the columns of a table mean; where the rule folder holds one `*.map.json`, that.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// How the input is encoded.
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
    /// The language of the explanation.
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let inputs = input::inputs(std::slice::from_ref(&args.input), args.map.is_some())?;
    let (_, _, rules) = loading::load(&args.rules, &limits, terminal)?;
    let judge = Judge::new(rules, &args.how, limits)?;
    let schema = &judge.rules.schema;
    let law = (schema, limits);
    let (reading, _) = Reading::of(
        &inputs,
        &args.rules,
        args.map.as_deref(),
        args.encoding,
        law,
    )?;
    let page = Page {
        args,
        terminal,
        judge: &judge,
    };
    let mut out = io::stdout().lock();
    let (mut told, mut wrong) = (0u64, 0u64);
    let mut ids: Vec<String> = Vec::new();
    let (mut room, mut scratch) = (Room::default(), Scratch::default());
    for input in &inputs {
        let mut source = input.open(&reading, &ReadSoFar::default())?;
        let mut load = Load::default();
        let mut failed = None;
        while failed.is_none() && source.next(&mut load) {
            load.each(&mut room, |place, facts| {
                let id = facts
                    .as_ref()
                    .ok()
                    .and_then(|f| f.id(schema))
                    .map(str::to_owned);
                if failed.is_some() || (args.id.is_some() && id != args.id) {
                    if ids.len() < REMEMBERED {
                        ids.extend(id);
                    }
                    return;
                }
                match facts.and_then(|f| page.told(f, &mut scratch).map_err(FactErrors::from)) {
                    Ok(text) => {
                        let gap = if told > 0 { "\n" } else { "" };
                        let all = format!("{gap}{text}");
                        let put = out.write_all(all.as_bytes()).and_then(|()| out.flush());
                        failed = put.err();
                        told += 1;
                    }
                    Err(errors) => {
                        wrong += 1;
                        let input = visible(&input.name);
                        let wrong = Wrong {
                            input: input.as_str().into(),
                            place,
                            id,
                            errors,
                        };
                        let word = terminal.err_paint("error", AnsiColor::Red, true);
                        let what = visible(&in_one_line(&wrong));
                        let _ = writeln!(io::stderr(), "{word}: {input}:{}: {what}", place.line);
                    }
                }
            });
        }
        failed.map_or(Ok(()), Err)?;
    }
    match &args.id {
        Some(id) if told + wrong == 0 => {
            let failure = Failure::usage(format!("no declaration is called `{}`", visible(id)));
            let near = nearest(id, ids.iter().map(String::as_str));
            Err(near
                .map(|near| format!("did you mean `{}`?", visible(near)))
                .into_iter()
                .fold(failure, Failure::help))
        }
        _ => Ok(if wrong > 0 { End::Some } else { End::Fine }),
    }
}

struct Page<'a> {
    args: &'a Args,
    terminal: &'a Terminal,
    judge: &'a Judge,
}

impl Page<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        Lang::from(self.args.lang).pick(zh, en).into()
    }

    /// One declaration: its verdict, then the reasons.
    fn told(
        &self,
        facts: &Facts,
        scratch: &mut Scratch,
    ) -> Result<String, crate::facts::error::FactError> {
        let day = self.judge.day(facts)?;
        let verdict = self.judge.verdict(facts, scratch)?;
        let style = Style {
            lang: self.args.lang.into(),
            columns: self.terminal.width,
            colour: self.terminal.out_colours() == crate::ground::render::Colours::Ansi,
            each_shadow: true,
        };
        let mut out = to_text(&verdict, style);
        let reference = self.judge.reference();
        let facts = self.judge.seen(facts);
        let trial = reference.trial(&facts, day);
        let world = trial.world(pilots(&trial, true));
        let mut fired = trial.fired(&world);
        fired.retain(|one| self.judge.shows(one.rule));
        self.section(&mut out, &self.say("因为", "because"), fired.len());
        for one in &fired {
            if let Some(why) = self.why(&trial, &world, one.rule, one.element) {
                self.lines(&mut out, &why.lines());
            }
        }
        let mut near = why::near_misses(&trial, &world);
        near.retain(|(rule, _)| self.judge.shows(*rule));
        self.section(&mut out, &self.say("险些", "nearly"), near.len());
        for (rule, element) in near.iter().take(NEAR) {
            if let Some(why) = self.why(&trial, &world, *rule, *element) {
                let because = why
                    .deciding()
                    .iter()
                    .map(|part| part.text.clone())
                    .collect::<Vec<_>>();
                let joint = self.say("；", "; ");
                self.lines(
                    &mut out,
                    &[
                        format!("✗ {}", why.text),
                        format!("    {}", because.join(&joint)),
                    ],
                );
            }
        }
        if near.len() > NEAR {
            let rest = near.len() - NEAR;
            let more = counted(rest as u64, "more rule");
            self.lines(
                &mut out,
                &[self.say(&format!("另有 {rest} 条规则"), &format!("and {more}"))],
            );
        }
        Ok(out)
    }

    fn why(&self, trial: &Trial<'_>, world: &World, rule: RuleId, element: Element) -> Option<Why> {
        let mut why = why::rule(trial, world, rule, element, self.args.lang.into())?;
        let each = &self.judge.rules.rule(rule)?.each;
        if let Some(path) = trial.scene.element_path(each, element) {
            why.text = format!("{} · {path}", why.text);
        }
        Some(why)
    }

    fn section(&self, out: &mut String, title: &str, n: usize) {
        if n > 0 {
            out.push_str(&format!(
                "{}\n",
                self.terminal.paint(title, AnsiColor::Cyan, true)
            ));
        }
    }

    /// Lines, each wrapped under its own beginning.
    fn lines(&self, out: &mut String, lines: &[String]) {
        for line in lines {
            let shown = visible(line);
            let text = shown.trim_start();
            let indent = shown.len() - text.len() + 2;
            let parts = wrap(text, self.terminal.width.saturating_sub(indent + 2).max(20));
            for (at, part) in parts.iter().enumerate() {
                let more = if at > 0 { 2 } else { 0 };
                out.push_str(&format!("{}{part}\n", " ".repeat(indent + more)));
            }
        }
    }
}
