//! `kakou generate`: declarations made up, for load tests and demonstrations.

#[cfg(feature = "parquet")]
mod columns;
mod form;

use super::failure::Failure;
use super::loading::{self, counted, thousands};
use super::output::{self, Output};
use super::terminal::Terminal;
use super::{End, Language};
#[cfg(feature = "parquet")]
use crate::facts::arrow::Pile;
use crate::facts::lines::Lines;
use crate::facts::write::fact_text;
use crate::generate::{Generator, Options, Record, VERSION};
use crate::ground::day::Day;
use crate::ground::limits::Limits;
use crate::ground::number::Number;
use crate::schema::Lang;
use crate::schema::value::Type;
use form::{Form, Sink};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every other declaration aims at a rule: its facts are at the rule's limits, on \
either side. The same rules, seed and number give the same declaration, on \
every machine and with any number of threads, as long as the version of the \
generator is the same; it is told at the end.

Examples:
  kakou generate rules --count 1000000 --seed 7 --output made.ndjson
  kakou generate rules --count 10000000 --series 10 --output many.ndjson
  kakou generate rules --count 1000000 --output made.ndjson.zst
  kakou generate rules --count 1000000 --output made.parquet
  kakou generate rules --count 1000 --invalid 5 --flaws flaws.ndjson
  kakou generate rules --count 100 | kakou run rules -")]
pub(super) struct Args {
    /// A folder with a schema and perhaps rules, or one `.rules` file.
    rules: PathBuf,
    /// How many.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 1_000)]
    count: u64,
    /// Which of all possible sequences.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// The number of the first, to go on where another run ended.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    start: u64,
    /// Declare each movement so often, with other numbers in its texts: sooner done.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    series: u32,
    /// How many of a hundred have one mistake for which they are refused.
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = percent)]
    invalid: PerMillion,
    /// Where to write which declarations have which mistake, as NDJSON.
    #[arg(long, value_name = "FILE")]
    flaws: Option<PathBuf>,
    /// The first of the usual days to judge on; by default the days around the youngest rule.
    #[arg(long, value_name = "DATE", requires = "until", value_parser = day)]
    from: Option<Day>,
    /// The last of them.
    #[arg(long, value_name = "DATE", requires = "from", value_parser = day)]
    until: Option<Day>,
    /// Where to write the declarations; the standard output where it is not given. NDJSON, also
    /// packed (`.gz`, `.zst`), or a `.parquet` file.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of what is told at the end.
    #[arg(long, value_enum, default_value_t = Language::En)]
    lang: Language,
    /// How many threads work; as many as there are processors where it is not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

/// A share in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PerMillion(u32);

fn percent(text: &str) -> Result<PerMillion, String> {
    let wrong = || "a share is a number from 0 to 100, such as 0.5".to_string();
    let number: Number = text
        .trim_end_matches([' ', '%'])
        .parse()
        .map_err(|_| wrong())?;
    let millionths = number
        .mul(Number::from_i64(10_000))
        .and_then(Number::to_i64);
    match millionths.and_then(|n| u32::try_from(n).ok()) {
        Some(millionths) if millionths <= 1_000_000 => Ok(PerMillion(millionths)),
        _ => Err(wrong()),
    }
}

fn day(text: &str) -> Result<Day, String> {
    text.parse()
        .map_err(|_| "a day is written YYYY-MM-DD, such as 2026-08-03".to_string())
}

/// What a thread made: lines or rows, and which of them have which mistake.
#[derive(Default)]
struct Made {
    lines: String,
    /// The lines as they are written.
    packed: Vec<u8>,
    #[cfg(feature = "parquet")]
    rows: Option<Pile>,
    flaws: String,
    records: u64,
    wrong: u64,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let (_, compiled, rules) = loading::load(&args.rules, &limits, terminal)?;
    let options = Options {
        seed: args.seed,
        invalid_per_million: args.invalid.0,
        days: args.from.zip(args.until),
        series: args.series,
    };
    if options.days.is_some_and(|(first, last)| last < first) {
        return Err(Failure::usage(
            "the last of the usual days is before the first",
        ));
    }
    let last = args
        .start
        .checked_add(args.count)
        .and_then(|end| end.checked_sub(1));
    let Some(last) = last else {
        return Err(Failure::usage(
            "there are no numbers for so many declarations",
        ));
    };
    let mut others = loading::files(&args.rules, &compiled);
    for path in args.output.iter().chain(&args.flaws) {
        output::refuse(path, &[], &others)?;
        others.push(path.clone());
    }
    let form = Form::of(args.output.as_deref())?;
    if form == Form::Parquet && options.invalid_per_million > 0 {
        let what = "a mistake is a text that is no fact, and columns hold facts alone";
        return Err(Failure::usage(what).help("leave `--invalid` out, or write NDJSON"));
    }
    let mut sink = match (form, &args.output) {
        #[cfg(feature = "parquet")]
        (Form::Parquet, Some(path)) => {
            let table = columns::Table::open(path, &rules.schema)?;
            Sink::Parquet(Box::new(table))
        }
        _ => Sink::Lines(Output::open(args.output.as_deref())?),
    };
    let mut key = match &args.flaws {
        Some(path) => Some(Output::open(Some(path))?),
        None => None,
    };
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = args.threads.and_then(|n| NonZeroUsize::new(usize::from(n)));
    let generator = Generator::new(&rules, options);
    let lines = Lines::new(&rules.schema);
    let encode = |made: &mut Made, record: &Record| {
        made.put(record, &lines, form, args.flaws.is_some());
    };
    let (progress, clock) = (bar(args, terminal), Instant::now());
    let mut told = Told::default();
    generator.in_order(
        args.start..=last,
        threads.unwrap_or(processors),
        encode,
        // Whoever made them packs them too, as only one writes.
        |made| made.pack(form),
        |made| {
            told.bytes += match &mut sink {
                Sink::Lines(output) => {
                    output.write(&made.packed)?;
                    made.packed.len() as u64
                }
                #[cfg(feature = "parquet")]
                Sink::Parquet(table) => {
                    if let Some(mut rows) = made.rows {
                        table.put(&mut rows)?;
                    }
                    0
                }
            };
            if let Some(key) = &mut key {
                key.write(made.flaws.as_bytes())?;
            }
            told.records += made.records;
            told.wrong += made.wrong;
            progress.set_position(told.records);
            Ok::<(), Failure>(())
        },
    )?;
    told.bytes += sink.end()?;
    if let Some(key) = &mut key {
        key.flush()?;
    }
    progress.finish_and_clear();
    let took = terminal.err.then(|| clock.elapsed());
    let text = told.text(args, took, &rules.fingerprint.to_string());
    let _ = io::stderr().write_all(text.as_bytes());
    Ok(End::Fine)
}

impl Made {
    /// Adds a declaration.
    fn put(&mut self, record: &Record, lines: &Lines, form: Form, key: bool) {
        match form {
            Form::Lines(_) => record.write(lines, &mut self.lines),
            #[cfg(feature = "parquet")]
            Form::Parquet => {
                let rows = &mut self.rows;
                let rows = rows.get_or_insert_with(|| Pile::new(lines.schema()));
                rows.add(&record.facts);
            }
            #[cfg(not(feature = "parquet"))]
            Form::Parquet => {}
        }
        self.records += 1;
        let Some(flaw) = &record.flaw else { return };
        self.wrong += 1;
        if key {
            let schema = lines.schema();
            let id = schema
                .id
                .map(|id| fact_text(schema, record.facts.fact(schema, id, None), Type::Text));
            let line = json!({
                "record": record.number,
                "id": id,
                "code": flaw.code.0,
                "path": flaw.path,
            });
            self.flaws.push_str(&format!("{line}\n"));
        }
    }

    /// Makes bytes of the lines.
    fn pack(&mut self, form: Form) {
        self.packed = form.pack(std::mem::take(&mut self.lines));
    }
}

/// A bar on the terminal where the declarations go elsewhere.
fn bar(args: &Args, terminal: &Terminal) -> ProgressBar {
    if !terminal.err || (args.output.is_none() && terminal.out) {
        return ProgressBar::hidden();
    }
    let bar =
        ProgressBar::with_draw_target(Some(args.count), ProgressDrawTarget::stderr_with_hz(5));
    let style = ProgressStyle::with_template(match args.lang {
        Language::En => {
            "{percent:>3} % [{bar:30}] {human_pos} of {human_len}, {per_sec}, {eta} to go"
        }
        Language::Zh => "{percent:>3} % [{bar:30}] {human_pos}/{human_len}，{per_sec}，剩余 {eta}",
    });
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// What was made.
#[derive(Default)]
struct Told {
    records: u64,
    wrong: u64,
    bytes: u64,
}

impl Told {
    fn text(&self, args: &Args, took: Option<Duration>, rules: &str) -> String {
        let zh = Lang::from(args.lang) == Lang::Zh;
        let (records, wrong, bytes) = (
            thousands(self.records),
            thousands(self.wrong),
            thousands(self.bytes),
        );
        let mut text = match zh {
            true => format!("{records} 份申报，{bytes} 字节"),
            false => format!("{}, {bytes} bytes", counted(self.records, "declaration")),
        };
        if let Some(took) = took {
            // People are told tenths of a second; nothing depends on it.
            let tenths = u64::try_from(took.as_millis() / 100).unwrap_or(u64::MAX);
            let rate = thousands(self.records * 10 / tenths.max(1));
            text.push_str(&match zh {
                true => format!("，用时 {}.{} 秒，每秒 {rate} 份", tenths / 10, tenths % 10),
                false => format!(", in {}.{} s, {rate} a second", tenths / 10, tenths % 10),
            });
        }
        if self.wrong > 0 {
            text.push_str(&match zh {
                true => format!("\n其中 {wrong} 份各有一处差错"),
                false => format!("\n{wrong} of them with one mistake each"),
            });
        }
        text.push_str(&match zh {
            true => format!("\n生成器版本 {VERSION}，种子 {}，规则 {rules}\n", args.seed),
            false => format!("\ngenerator {VERSION}, seed {}, rules {rules}\n", args.seed),
        });
        text
    }
}
