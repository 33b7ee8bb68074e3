//! `kakou run`: one verdict for each declaration, in the order of the input.
//!
//! Records are read one after the other, judged a batch at a time by all processors, and written in
//! their order: no more than one batch is held, whatever the length of the input, and the output is
//! the same with any number of threads.

use super::failure::Failure;
use super::input::{self, Encoding, Input, ReadSoFar};
use super::judging::{How, Judge, Wrong};
use super::loading::{self, counted, thousands};
use super::output::{self, COLUMNS, Format, Output};
use super::summary::{Summary, colour};
use super::table::{Cell, Layout, TOGETHER};
use super::terminal::Terminal;
use super::{End, Language};
use crate::engine::Scratch;
use crate::facts::Facts;
use crate::facts::batch::Place;
use crate::facts::error::{FactErrors, NOT_UTF8};
use crate::facts::json::Reader;
use crate::ground::limits::Limits;
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::verdict::Verdict;
use crate::verdict::judgement::Coverage;
use anstyle::AnsiColor;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Records that are judged at a time by each thread.
const SHARE: usize = 256;
/// Rows from which the widths of the table's columns are found.
const FIRST_ROWS: usize = 100;
/// How often what was written is passed on, and the progress shown.
const OFTEN: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kakou run rules declarations.ndjson
  kakou run rules 2025.csv 2026.csv --map customs.map.json --output verdicts.ndjson
  kakou run rules declarations.ndjson --as-of 2027-01-01 --pilot pudong_off_catalogue

Exit codes: 0 all was judged, 1 some records could not be, 2 the rules or the usage are wrong.")]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// Declarations: `.ndjson`, `.jsonl`, `.json` or `.csv` files, or `-` for the standard input.
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
    /// Where to write the verdicts; the standard output where it is not given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The language of messages; both where it is not given, and English in tables.
    #[arg(long, value_enum)]
    lang: Option<Language>,
    /// How the inputs are encoded.
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
    /// How many threads judge; as many as there are processors where it is not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let inputs = input::inputs(&args.input, args.map.is_some())?;
    let (_, compiled, rules) = loading::load(&args.rules, &limits, terminal)?;
    let judge = Judge::new(rules, &args.how, limits)?;
    let tables = inputs.iter().any(Input::is_table);
    let map_path = input::map_file(&args.rules, args.map.as_deref(), tables)?;
    let schema = &judge.rules.schema;
    let map = map_path
        .as_ref()
        .map(|path| input::read_map(path, schema, &limits))
        .transpose()?;
    let format = args.format.unwrap_or(match (terminal.out, &args.output) {
        (true, None) => Format::Table,
        _ => Format::Ndjson,
    });
    let mut others: Vec<PathBuf> = map_path.iter().cloned().collect();
    others.extend(loading::files(&args.rules, &compiled));
    let mut output = Output::open(args.output.as_deref(), &inputs, &others)?;
    // A file is written without colours, whatever the terminal.
    let terminal = &if args.output.is_some() {
        terminal.plain()
    } else {
        *terminal
    };
    // Whoever writes to the standard input one by one waits for each answer.
    output.at_once = inputs.iter().any(|input| input.path.is_none());
    let reader = Reader::new(schema.clone()).with_limits(limits);
    let mut page = Page::new(args, format, terminal, &judge, output);
    page.begin()?;
    let read = ReadSoFar::default();
    let progress = page.progress(&inputs);
    let clock = Instant::now();
    for input in &inputs {
        let name: Arc<str> = input.name.as_str().into();
        let batch = input.open(&reader, map.as_ref(), args.encoding, &limits, &read)?;
        let mut records =
            batch.map(|(place, facts)| (place, facts.map_err(|e| named(e, args.encoding))));
        let most = if input.path.is_none() {
            1
        } else {
            SHARE * page.threads
        };
        loop {
            let share: Vec<Record> = records.by_ref().take(most).collect();
            if share.is_empty() {
                break;
            }
            page.judge(&name, share)?;
            progress.set_position(read.get());
        }
    }
    progress.finish_and_clear();
    page.end(clock.elapsed())?;
    Ok(if page.summary.wrong > 0 {
        End::Some
    } else {
        End::Fine
    })
}

type Record = (Place, Result<Facts, FactErrors>);

/// Says of text that is none in which encoding it was looked for, and which other one there is.
fn named(mut errors: FactErrors, encoding: Encoding) -> FactErrors {
    for error in errors.errors.iter_mut().filter(|e| e.code == NOT_UTF8) {
        match encoding {
            Encoding::Gb18030 => error.message = "the text is not GB18030".into(),
            Encoding::Utf8 => {
                error.help = Some("`--encoding gb18030` reads GBK and GB18030".into())
            }
        }
    }
    errors
}

/// A record judged, and its text where the form of the output has one.
struct Judged {
    place: Place,
    told: Result<Verdict, Wrong>,
    text: String,
}

/// What is written, and what it comes to.
struct Page<'a> {
    args: &'a Args,
    format: Format,
    terminal: &'a Terminal,
    judge: &'a Judge,
    output: Output,
    summary: Summary,
    threads: usize,
    scratch: Scratch,
    /// Rows of the table that wait until the widths of its columns are known.
    waiting: Vec<Vec<Cell>>,
    layout: Option<Layout>,
    passed_on: Instant,
}

impl<'a> Page<'a> {
    fn new(
        args: &'a Args,
        format: Format,
        terminal: &'a Terminal,
        judge: &'a Judge,
        output: Output,
    ) -> Page<'a> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Page {
            args,
            format,
            terminal,
            judge,
            output,
            summary: Summary::default(),
            threads: args.threads.map_or(processors, usize::from),
            scratch: Scratch::default(),
            waiting: Vec::new(),
            layout: None,
            passed_on: Instant::now(),
        }
    }

    fn language(&self) -> Language {
        self.args.lang.unwrap_or(Language::En)
    }

    /// A bar on the terminal where the verdicts go elsewhere.
    fn progress(&self, inputs: &[Input]) -> ProgressBar {
        let bytes = inputs.iter().map(|input| input.bytes).sum::<Option<u64>>();
        let shown = self.terminal.err && (self.args.output.is_some() || !self.terminal.out);
        match bytes.filter(|_| shown) {
            None => ProgressBar::hidden(),
            Some(bytes) => {
                let bar = ProgressBar::with_draw_target(
                    Some(bytes),
                    ProgressDrawTarget::stderr_with_hz(5),
                );
                let style = ProgressStyle::with_template(
                    "{percent:>3} % [{bar:30}] {bytes} of {total_bytes}, {eta} to go",
                );
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                bar
            }
        }
    }

    fn begin(&mut self) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.output.write("["),
            Format::Csv => self.output.write(&output::csv_line(&COLUMNS)),
            Format::Table | Format::Ndjson => Ok(()),
        }
    }

    /// Judges a batch and writes it.
    fn judge(&mut self, input: &Arc<str>, share: Vec<Record>) -> Result<(), Failure> {
        let each = share.len().div_ceil(self.threads).max(1);
        let judge = self.judge;
        let (format, lang) = (self.format, self.args.lang);
        let work = move |(place, facts): Record, scratch: &mut Scratch| {
            judged(judge, format, lang, input, (place, facts), scratch)
        };
        let judged: Vec<Judged> = if self.threads == 1 || share.len() < 16 {
            let scratch = &mut self.scratch;
            share
                .into_iter()
                .map(|record| work(record, scratch))
                .collect()
        } else {
            parts(share, each, work)
        };
        for one in judged {
            self.put(input, one)?;
        }
        if self.output.at_once || self.passed_on.elapsed() > OFTEN {
            self.output.flush()?;
            self.passed_on = Instant::now();
        }
        Ok(())
    }

    fn put(&mut self, input: &Arc<str>, one: Judged) -> Result<(), Failure> {
        let first = self.summary.judged + self.summary.wrong == 0;
        match &one.told {
            Ok(verdict) => self.summary.add(verdict),
            Err(_) => self.summary.wrong += 1,
        }
        match self.format {
            Format::Json => self.output.write(if first { "\n" } else { ",\n" })?,
            Format::Table => return self.row(input, &one),
            Format::Ndjson | Format::Csv => {}
        }
        self.output.write(&one.text)
    }

    fn row(&mut self, input: &Arc<str>, one: &Judged) -> Result<(), Failure> {
        let cells = match &one.told {
            Ok(verdict) => self.verdict_cells(verdict),
            Err(wrong) => {
                let line = one.place.line;
                // Of several inputs the file is said too; its folders are left out, for the width.
                let place = match input.rsplit(['/', '\\']).next() {
                    Some(file) if self.args.input.len() > 1 => format!("{file}:{line}"),
                    _ => format!("{}{line}{}", self.say("第 ", "line "), self.say(" 行", "")),
                };
                let word = Cell::new(self.say("错误", "ERROR")).colour(AnsiColor::Red);
                vec![
                    Cell::new(place),
                    Cell::new(""),
                    word,
                    Cell::new(output::in_one_line(wrong)),
                ]
            }
        };
        match &self.layout {
            Some(layout) => self.output.write(&layout.lines(&cells, self.terminal)),
            None => {
                self.waiting.push(cells);
                if self.waiting.len() >= FIRST_ROWS || self.output.at_once {
                    self.lay_out()
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Writes the rows that wait, under their titles.
    fn lay_out(&mut self) -> Result<(), Failure> {
        if self.layout.is_some() || self.waiting.is_empty() {
            return Ok(());
        }
        let titles = [
            ("编号", "ID"),
            ("日期", "DATE"),
            ("结论", "VERDICT"),
            ("依据", "BECAUSE"),
        ];
        let titles: Vec<Cell> = titles
            .iter()
            .map(|(zh, en)| Cell::new(self.say(zh, en)).colour(AnsiColor::White))
            .collect();
        let mut rows = vec![titles];
        rows.append(&mut self.waiting);
        let layout = Layout::new(&rows, 28, self.terminal);
        for row in &rows {
            self.output.write(&layout.lines(row, self.terminal))?;
        }
        self.layout = Some(layout);
        Ok(())
    }

    fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        Lang::from(self.language()).pick(zh, en)
    }

    fn verdict_cells(&self, verdict: &Verdict) -> Vec<Cell> {
        let lang = self.language().into();
        let (low, high) = (
            verdict.counted.low.labels.get(lang),
            verdict.counted.high.labels.get(lang),
        );
        let outcome = if low == high {
            high.to_uppercase()
        } else {
            format!("{low}–{}", high.to_uppercase())
        };
        let fired = |f: &crate::verdict::Finding| {
            // A rule and its element stay on one line.
            let rule = output::with_element(&f.rule, f.element.as_deref()).replace(' ', TOGETHER);
            if f.truth == Truth::Unknown {
                format!("{rule}?")
            } else {
                rule
            }
        };
        let mut because: Vec<String> = Vec::new();
        if !verdict.findings.is_empty() {
            because.push(
                verdict
                    .findings
                    .iter()
                    .map(fired)
                    .collect::<Vec<_>>()
                    .join(", "),
            );
        }
        if !verdict.missing.is_empty() {
            let paths: Vec<&str> = verdict.missing.iter().map(|m| m.path.as_str()).collect();
            because.push(format!(
                "{}{}",
                self.say("缺失：", "missing: "),
                paths.join(", ")
            ));
        }
        if verdict.coverage == Some(Coverage::Outside) {
            because.push(self.say("未收录相关法规", "no law is on file").into());
        }
        let advice = [Coverage::Advice, Coverage::FullOrAdvice].map(Some);
        if advice.contains(&verdict.coverage) {
            because.push(self.say("覆盖仅供参考", "coverage is advice only").into());
        }
        let day = verdict.as_of.map(|day| day.to_string()).unwrap_or_default();
        vec![
            Cell::new(verdict.id.as_deref().unwrap_or("-")),
            Cell::new(day),
            Cell::new(outcome).colour(colour(verdict.counted.grade, verdict.counted.worst)),
            Cell::new(because.join("; ")),
        ]
    }

    /// Closes what is open and says what it came to.
    fn end(&mut self, took: Duration) -> Result<(), Failure> {
        self.lay_out()?;
        let n = self.summary.judged + self.summary.wrong;
        if self.format == Format::Json {
            self.output.write(if n == 0 { "]\n" } else { "\n]\n" })?;
        }
        let (rules, terminal) = (&self.judge.rules, self.terminal);
        if self.format == Format::Table {
            let gap = if n == 0 { "" } else { "\n" };
            let text = format!(
                "{gap}{}",
                self.summary.text(rules, self.language(), terminal)
            );
            self.output.write(&text)?;
        }
        self.output.flush()?;
        let mut err = io::stderr().lock();
        if self.format != Format::Table && terminal.err {
            let tenths = took.as_millis() / 100;
            let text = self.summary.text(rules, self.language(), &terminal.plain());
            let _ = writeln!(err, "{text}{}.{} s", tenths / 10, tenths % 10);
        } else if self.format != Format::Table && self.summary.wrong > 0 {
            let (wrong, n) = (thousands(self.summary.wrong), counted(n, "record"));
            let _ = writeln!(
                err,
                "{}: {wrong} of {n} could not be judged",
                terminal.err_paint("error", AnsiColor::Red, true)
            );
        }
        Ok(())
    }
}

/// Works on the parts of a batch at the same time and puts the results together in their order.
fn parts<F>(share: Vec<Record>, each: usize, work: F) -> Vec<Judged>
where
    F: Fn(Record, &mut Scratch) -> Judged + Sync,
{
    let mut rest = share;
    let mut cut = Vec::new();
    while rest.len() > each {
        let tail = rest.split_off(each);
        cut.push(std::mem::replace(&mut rest, tail));
    }
    cut.push(rest);
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = cut
            .into_iter()
            .map(|part| {
                scope.spawn(move || {
                    let mut scratch = Scratch::default();
                    part.into_iter()
                        .map(|record| work(record, &mut scratch))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        // A thread that panics must not lose its records in silence.
        let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<Judged>>| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().flat_map(join).collect()
    })
}

fn judged(
    judge: &Judge,
    format: Format,
    lang: Option<Language>,
    input: &Arc<str>,
    (place, facts): Record,
    scratch: &mut Scratch,
) -> Judged {
    let id = facts
        .as_ref()
        .ok()
        .and_then(|facts| facts.id(&judge.rules.schema))
        .map(str::to_owned);
    let told = facts.and_then(|facts| judge.verdict(&facts, scratch).map_err(FactErrors::from));
    let told = told.map_err(|errors| Wrong {
        input: input.clone(),
        place,
        id,
        errors,
    });
    let json = || match &told {
        Ok(verdict) => output::json_line(verdict, judge.pilot.as_deref(), lang.map(Into::into)),
        Err(wrong) => output::json_error(wrong),
    };
    let text = match format {
        Format::Ndjson => json() + "\n",
        Format::Json => json(),
        Format::Csv => output::csv_row(input, place.record, place.line, told.as_ref()),
        Format::Table => String::new(),
    };
    Judged { place, told, text }
}
