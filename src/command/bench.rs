//! `kakou bench`: where the time of judging goes, and which edits of the rules would save most.
//!
//! All is measured on the first declarations of the input, which are held in memory; nothing is
//! written. Times are medians of several passes, slice by slice. What a rule costs is the steps that judging takes
//! less without it: the rule set is built once more for each rule, so nothing in the engine has to
//! count by rule. What a condition costs is measured by the plain evaluator, on the declarations that
//! its rule is in force and in scope for.

mod clock;
mod cost;
mod edits;
mod json;
mod picture;
mod sample;
mod text;

use super::failure::Failure;
use super::input::{self, Encoding, Reading};
use super::judging::{self, Mark};
use super::loading;
use super::terminal::{self, Terminal};
use super::{End, Language};
use crate::check::rules::Sure;
use crate::engine::Engine;
use crate::ground::limits::Limits;
use crate::ground::render::visible;
use crate::verdict::lines::Lines;
use clock::Times;
use cost::Costs;
use edits::Edit;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sample::Sample;
use std::num::NonZeroUsize;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
What the figures are:
  stages       medians of passes over the sample on one thread; reading is the
               bytes alone, parsing what reading into facts takes beyond that
  latencies    each declaration by itself, the clock's own time included
  cost of a    the steps that judging takes less without the rule, and these
  rule         steps at the mean time of a step
  cost of a    what the plain evaluator takes for it, where its rule is in
  condition    force and in scope; it is compared with others, not added up
  edits        tried out on the checked rules and judged on the same
               declarations where it says so, else estimated

Examples:
  kakou bench rules declarations.ndjson
  kakou bench rules declarations.ndjson --picture bench.svg --lang zh
  kakou generate rules -n 5000 --output made.ndjson && kakou bench rules made.ndjson")]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// Declarations: `.ndjson`, `.jsonl`, `.json` or `.csv` files, or `-` for the standard input.
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// How many declarations are measured: the first of the input.
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    sample: u32,
    /// What the columns of a table mean; where the rule folder holds one `*.map.json`, that.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// How the inputs are encoded.
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
    /// How sure a rule's basis must be for the rule to decide.
    #[arg(long, value_enum, value_name = "MARK", default_value_t = Mark::High)]
    trust: Mark,
    /// Measure up to so many threads; as many as there are processors where it is not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Write the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Draw the figures.
    #[arg(long, value_name = "FILE.svg")]
    picture: Option<PathBuf>,
    /// The language of the report and the picture.
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
}

/// All that was measured.
struct Report<'a> {
    sample: &'a Sample,
    times: Times,
    costs: Costs,
    edits: Vec<Edit>,
    /// The compiler's bound on the steps of one declaration.
    bound: u64,
    fingerprint: String,
    trust: Sure,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let inputs = input::inputs(&args.input, args.map.is_some())?;
    let (_, compiled, rules) = loading::load(&args.rules, &limits, terminal)?;
    let schema = &rules.schema;
    let law = (schema, limits);
    let (reading, map_path) = Reading::of(
        &inputs,
        &args.rules,
        args.map.as_deref(),
        args.encoding,
        law,
    )?;
    if let Some(path) = &args.picture {
        let mut read: Vec<PathBuf> = map_path.iter().cloned().collect();
        read.extend(loading::files(&args.rules, &compiled));
        picture::may_write(path, &inputs, &read)?;
    }
    let source = sample::Source {
        inputs: &inputs,
        reading: &reading,
        most: args.sample as usize,
    };
    let sample = Sample::read(&source, schema)?;
    if sample.declarations.is_empty() {
        return Err(Failure::usage(
            "the input has no declaration that can be judged",
        ));
    }
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = args.threads.and_then(|n| NonZeroUsize::new(usize::from(n)));
    let threads = threads.unwrap_or(processors).get();
    let trust: Sure = args.trust.into();
    let graph = judging::graph(&rules, trust, limits)?;
    let engine = Engine::from(&graph);
    let progress = bar(args, terminal);
    let lines = Lines::new(&rules, trust, &limits);
    let times = clock::measure(&source, &sample, &lines, &engine, threads)?;
    progress.inc(1);
    let ground = cost::Ground {
        rules: &rules,
        trust,
        sample: &sample,
        threads,
    };
    let costs = cost::measure(&ground, &engine, &progress);
    let edits = edits::propose(&ground, &costs);
    progress.finish_and_clear();
    let report = Report {
        sample: &sample,
        times,
        costs,
        edits,
        bound: graph.stats().steps,
        fingerprint: rules.fingerprint.to_string(),
        trust,
    };
    let text = match args.json {
        true => format!("{:#}\n", json::of(&report)),
        false => text::of(&report, args.lang.into(), terminal),
    };
    terminal::put(text.as_bytes())?;
    if let Some(path) = &args.picture {
        let drawn = picture::of(&report, args.lang.into());
        std::fs::write(path, drawn).map_err(|why| {
            Failure::write(format!("`{}`", visible(&path.display().to_string())), why)
        })?;
    }
    Ok(if sample.wrong > 0 {
        End::Some
    } else {
        End::Fine
    })
}

/// A bar while rules are left out one by one.
fn bar(args: &Args, terminal: &Terminal) -> ProgressBar {
    if !terminal.err {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    let style = ProgressStyle::with_template(match args.lang {
        Language::En => "measuring {pos}",
        Language::Zh => "测量中 {pos}",
    });
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
