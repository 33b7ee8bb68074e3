//! `kakou run`: one verdict for each declaration, in the order of the input.
//!
//! One thread takes the inputs apart into chunks of whole records, as many as there are processors
//! read, judge and say them, and the first thread writes in order. A fixed number of chunks goes
//! round, whatever the length of the input, and the output is the same with any number of threads.

use super::failure::Failure;
use super::flow::{self, Flow};
use super::input::{self, Encoding, Input, ReadSoFar, Reading, Source};
use super::judging::{How, Judge};
use super::loading;
use super::output::{self, Format, Output};
use super::page::{Page, To};
#[cfg(feature = "parquet")]
use super::parts::Parts;
use super::resume;
use super::stop::Stop;
use super::summary::Summary;
use super::terminal::Terminal;
use super::work::{Job, Work, Worker};
use super::{End, Language};
use crate::engine::Scratch;
use crate::facts::chunk::Room;
use crate::ground::limits::Limits;
use crate::verdict::lines as line;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kakou run rules declarations.ndjson
  kakou run rules 2025.csv 2026.csv --map customs.map.json --output verdicts.ndjson
  kakou run rules declarations.ndjson --as-of 2027-01-01 --pilot pudong_off_catalogue
  kakou run rules 2025.parquet --format parquet --output verdicts
  kakou run rules 2025.csv --output verdicts.ndjson --resume

Exit codes: 0 all was judged, 1 some records could not be, 2 the rules or the usage are wrong,
130 stopped by Ctrl-C: what is written is whole.")]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// Declarations: `.ndjson`, `.jsonl`, `.json` or `.csv` files, also with `.gz` or `.zst` behind,
    /// `.parquet` files, or `-` for the standard input.
    #[arg(required = true)]
    input: Vec<PathBuf>,
    #[command(flatten)]
    how: How,
    /// The form of the output; a table on a terminal, else NDJSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// What the columns of a table mean; where the rule folder holds one `*.map.json`, that.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Where to write the verdicts; the standard output where it is not given. Of Parquet a folder.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of messages; both where it is not given, and English in tables.
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// How the inputs are encoded.
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
    /// Go on where an earlier run was broken off, with the same rules, inputs and options.
    #[arg(long, requires = "output")]
    resume: bool,
    /// How many records each part of Parquet holds.
    #[arg(long, value_name = "N", default_value_t = output::PART, value_parser = clap::value_parser!(u32).range(1..=1 << 24))]
    part_records: u32,
    /// Write no verdicts, only what they come to.
    #[arg(long, conflicts_with_all = ["format", "output"])]
    summary_only: bool,
    /// How many threads read and judge; as many as there are processors where it is not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let inputs = input::inputs(&args.input, args.map.is_some())?;
    let format = match (args.summary_only, args.format) {
        (true, _) => None,
        (_, Some(format)) => Some(format),
        (_, None) if terminal.out && args.output.is_none() => Some(Format::Table),
        _ => Some(Format::Ndjson),
    };
    if args.resume {
        resume::possible(format, &inputs)?;
    }
    let (_, compiled, rules) = loading::load(&args.rules, &limits, terminal)?;
    let judge = Arc::new(Judge::new(rules, &args.how, limits)?);
    let law = (&judge.rules.schema, limits);
    let (reading, map_path) = Reading::of(
        &inputs,
        &args.rules,
        args.map.as_deref(),
        args.encoding,
        law,
    )?;
    let mut others: Vec<PathBuf> = map_path.iter().cloned().collect();
    others.extend(loading::files(&args.rules, &compiled));
    let to = to(args, format, &inputs, &others)?;
    // A file is written without colours, whatever the terminal.
    let terminal = &if args.output.is_some() {
        terminal.plain()
    } else {
        *terminal
    };
    let feed = Feed {
        reading,
        inputs: Arc::new(inputs),
        at: 0,
        source: None,
        name: Arc::default(),
        read: ReadSoFar::default(),
        skip: 0,
        again: 0,
        stop: Stop::listen(),
        whole: Arc::default(),
    };
    let json = matches!(format, Some(Format::Ndjson | Format::Json));
    let lines = json.then(|| judge.lines(args.lang.map(Into::into)));
    let work = Arc::new(Work {
        lines: lines.flatten(),
        judge,
        format,
        lang: args.lang,
        encoding: args.encoding,
        several: args.input.len() > 1,
    });
    judge_all(args, terminal, feed, &work, to)
}

/// Where verdicts go. What may not be written is refused before anything is touched.
fn to(
    args: &Args,
    format: Option<Format>,
    inputs: &[Input],
    others: &[PathBuf],
) -> Result<To, Failure> {
    let Some(format) = format else {
        return Ok(To::Nowhere);
    };
    let path = args.output.as_deref();
    if let Some(path) = path {
        output::refuse(path, inputs, others)?;
    }
    #[cfg(not(feature = "parquet"))]
    if format == Format::Parquet {
        return Err(output::without_parquet("the output"));
    }
    #[cfg(feature = "parquet")]
    if format == Format::Parquet {
        let path = path.ok_or_else(|| {
            Failure::usage("Parquet is written as a folder")
                .help("say where with `--output FOLDER`")
        })?;
        return Ok(To::Parts(Box::new(Parts::open(
            path,
            args.part_records,
            args.resume,
        )?)));
    }
    if let (true, Some(path)) = (args.resume, path) {
        return Ok(To::Begun(path.to_owned(), resume::look(path, format)?));
    }
    let mut output = Output::open(path)?;
    // Whoever writes to a pipe one by one waits for each answer.
    output.at_once = inputs.iter().any(|input| input.bytes.is_none());
    Ok(To::Text(output))
}

fn judge_all(
    args: &Args,
    terminal: &Terminal,
    mut feed: Feed,
    work: &Arc<Work>,
    to: To,
) -> Result<End, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.map_or(processors, usize::from);
    if let Some((before, again, first)) = begun(&to) {
        feed.clone_at_start().compare_first(work, &to, first)?;
        (feed.skip, feed.again) = (before - again, again);
    }
    let resumes = args.output.is_some() && resume::possible(work.format, &feed.inputs).is_ok();
    let summaries: Vec<Arc<Mutex<Summary>>> = (0..threads).map(|_| Arc::default()).collect();
    let workers = summaries.iter().map(|summary| {
        let mut worker = Worker {
            work: work.clone(),
            room: Room::default(),
            scratch: Scratch::default(),
            line: line::Room::default(),
            summary: summary.clone(),
        };
        move |job: &mut Job| worker.run(job)
    });
    let (stop, whole) = (feed.stop.clone(), feed.whole.clone());
    let path = args.output.as_deref();
    let mut page = Page::new(work.clone(), terminal, to, path, stop.clone());
    page.show_progress(&feed.inputs);
    let flow = Flow {
        workers: workers.collect(),
        jobs: threads * 2 + 4,
        read: move |job: &mut Job| feed.next(job),
    };
    let ran = page.begin().and_then(|()| flow::run(flow, &mut page));
    let mut summary = Summary::default();
    for one in &summaries {
        summary.join(&one.lock().unwrap_or_else(PoisonError::into_inner));
    }
    let whole = whole.load(Ordering::SeqCst);
    let ended = ran.and_then(|()| page.end(&summary, whole, resumes));
    ended.map_err(|failure| page.settle(failure, resumes))?;
    Ok(match stop.asked().filter(|_| !whole) {
        Some(code) => End::Stopped(code),
        None if summary.wrong > 0 => End::Some,
        None => End::Fine,
    })
}

/// How many records an earlier run wrote, how many of them to judge again, and the first line.
fn begun(to: &To) -> Option<(u64, u64, &[u8])> {
    let begun = match to {
        To::Begun(_, before) => (
            before.records,
            before.last.len() as u64,
            before.first.as_slice(),
        ),
        #[cfg(feature = "parquet")]
        To::Parts(parts) => (parts.before(), parts.again(), [].as_slice()),
        _ => return None,
    };
    (begun.0 > 0 || !begun.2.is_empty()).then_some(begun)
}

/// The inputs, one after the other.
struct Feed {
    inputs: Arc<Vec<Input>>,
    reading: Reading,
    /// The input that is read or comes next.
    at: usize,
    source: Option<Source>,
    name: Arc<str>,
    read: ReadSoFar,
    /// How many records to pass over, and how many behind them are only compared.
    skip: u64,
    again: u64,
    stop: Stop,
    /// Whether all was read.
    whole: Arc<AtomicBool>,
}

impl Feed {
    /// Loads the next records; false at the end, or where somebody asked to stop.
    fn next(&mut self, job: &mut Job) -> Result<bool, Failure> {
        loop {
            if self.stop.asked().is_some() {
                return Ok(false);
            }
            let source = match &mut self.source {
                Some(source) => source,
                None => match self.inputs.get(self.at) {
                    Some(input) => {
                        self.name = input.name.as_str().into();
                        self.source.insert(input.open(&self.reading, &self.read)?)
                    }
                    None => return self.end(),
                },
            };
            if !source.next(&mut job.load) {
                self.source = None;
                self.at += 1;
                continue;
            }
            let skipped = self.skip.min(job.load.len());
            job.load.skip(skipped);
            self.skip -= skipped;
            job.again = self.again.min(job.load.len());
            self.again -= job.again;
            if job.load.len() == 0 {
                continue;
            }
            job.input = self.name.clone();
            job.read = self.read.load(Ordering::Relaxed);
            return Ok(true);
        }
    }

    fn end(&mut self) -> Result<bool, Failure> {
        if self.skip + self.again > 0 {
            return Err(
                Failure::usage("the output has more records than the inputs")
                    .help("go on with the same inputs, or write to another file"),
            );
        }
        self.whole.store(true, Ordering::SeqCst);
        Ok(false)
    }

    /// The same inputs from their beginning.
    fn clone_at_start(&self) -> Feed {
        Feed {
            inputs: self.inputs.clone(),
            reading: self.reading.clone(),
            at: 0,
            source: None,
            name: Arc::default(),
            read: ReadSoFar::default(),
            skip: 0,
            again: 0,
            stop: self.stop.clone(),
            whole: Arc::default(),
        }
    }

    /// Compares what would be written of the first record with what an earlier run wrote.
    fn compare_first(&mut self, work: &Arc<Work>, to: &To, line: &[u8]) -> Result<(), Failure> {
        let mut job = Job::default();
        if !self.next(&mut job)? {
            return Ok(());
        }
        let mut worker = Worker {
            work: work.clone(),
            room: Room::default(),
            scratch: Scratch::default(),
            line: line::Room::default(),
            summary: Arc::default(),
        };
        worker.run(&mut job);
        match to {
            To::Begun(path, _) if !job.text.starts_with(line) => {
                Err(resume::other(path, "its first record has another verdict"))
            }
            _ => Ok(()),
        }
    }
}
