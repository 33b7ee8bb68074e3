//! What is written of a run: verdicts in the order of the input, a bar while it goes on, and at the
//! end what it came to, or where it stopped.

use super::Language;
use super::failure::Failure;
use super::flow::Writer;
use super::input::Input;
use super::loading::{counted, thousands};
use super::output::{self, COLUMNS, Format, Output};
#[cfg(feature = "parquet")]
use super::parts::Parts;
use super::resume::{self, Before};
use super::stop::Stop;
use super::summary::Summary;
use super::table::{Cell, Layout};
use super::terminal::Terminal;
use super::work::{Job, Work};
use crate::facts::batch::Place;
use crate::ground::render::visible;
use anstyle::AnsiColor;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rows from which the widths of the table's columns are found.
const FIRST_ROWS: usize = 100;
/// How often what was written is passed on, and the progress shown.
const OFTEN: Duration = Duration::from_millis(200);

/// Where verdicts go.
pub(super) enum To {
    /// A file or the standard output.
    Text(Output),
    /// A file of an earlier run; it stays as it is until it is known to be the right one.
    Begun(PathBuf, Before),
    #[cfg(feature = "parquet")]
    Parts(Box<Parts>),
    /// Only the summary is asked for.
    Nowhere,
}

/// What is written, and what it comes to.
pub(super) struct Page<'a> {
    work: Arc<Work>,
    terminal: &'a Terminal,
    to: To,
    /// The file, where the output is one.
    path: Option<&'a Path>,
    stop: Stop,
    progress: ProgressBar,
    begun: Instant,
    passed_on: Instant,
    /// Records that this run wrote.
    written: u64,
    /// Records that were there already.
    before: u64,
    /// Where the last record stands.
    last: Option<(Arc<str>, Place)>,
    /// Rows of the table that wait until the widths of its columns are known.
    waiting: Vec<Vec<Cell>>,
    layout: Option<Layout>,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        work: Arc<Work>,
        terminal: &'a Terminal,
        to: To,
        path: Option<&'a Path>,
        stop: Stop,
    ) -> Page<'a> {
        let before = match &to {
            To::Begun(_, before) => before.records,
            #[cfg(feature = "parquet")]
            To::Parts(parts) => parts.before(),
            _ => 0,
        };
        Page {
            work,
            terminal,
            to,
            path,
            stop,
            progress: ProgressBar::hidden(),
            begun: Instant::now(),
            passed_on: Instant::now(),
            written: 0,
            before,
            last: None,
            waiting: Vec::new(),
            layout: None,
        }
    }

    /// A bar on the terminal where the verdicts go elsewhere.
    pub(super) fn show_progress(&mut self, inputs: &[Input]) {
        let elsewhere = self.path.is_some() || self.work.format.is_none() || !self.terminal.out;
        if !self.terminal.err || !elsewhere {
            return;
        }
        let bytes = inputs.iter().map(|input| input.bytes).sum::<Option<u64>>();
        let target = ProgressDrawTarget::stderr_with_hz(5);
        let bar = ProgressBar::with_draw_target(bytes, target);
        let template = match bytes {
            Some(_) => "{percent:>3} % [{bar:20}] {bytes} of {total_bytes}, {msg}, {eta} to go",
            None => "{spinner} {bytes} read, {msg}",
        };
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message("0/s");
        self.progress = bar;
    }

    /// Writes what stands before the first record.
    pub(super) fn begin(&mut self) -> Result<(), Failure> {
        // A run that wrote no whole record is begun anew.
        if let To::Begun(path, before) = &self.to
            && before.records == 0
        {
            self.to = To::Text(Output::go_on(path, 0)?);
        }
        match self.work.format {
            Some(Format::Json) => self.write(b"["),
            Some(Format::Csv) => self.write(output::csv_line(&COLUMNS).as_bytes()),
            _ => Ok(()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.to {
            To::Text(output) => output.write(bytes),
            _ => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.passed_on = Instant::now();
        match &mut self.to {
            To::Text(output) => output.flush(),
            _ => Ok(()),
        }
    }

    /// Compares the last lines of an earlier run with what this one would have written, and once
    /// all are the same goes on behind them.
    fn compare(&mut self, lines: &[u8]) -> Result<(), Failure> {
        let To::Begun(path, before) = &mut self.to else {
            return Ok(());
        };
        let mut lines = lines;
        while !lines.is_empty() {
            let line = before.last.pop_front().unwrap_or_default();
            lines = match lines.strip_prefix(line.as_slice()) {
                Some(rest) if !line.is_empty() => rest,
                _ => return Err(resume::other(path, "its last records have other verdicts")),
            };
        }
        if before.last.is_empty() {
            self.to = To::Text(Output::go_on(path, before.bytes)?);
        }
        Ok(())
    }

    fn rows(&mut self, rows: &mut Vec<Vec<Cell>>) -> Result<(), Failure> {
        match &self.layout {
            Some(layout) => {
                let lines: String = rows
                    .iter()
                    .map(|row| layout.lines(row, self.terminal))
                    .collect();
                self.write(lines.as_bytes())
            }
            None => {
                self.waiting.append(rows);
                let at_once = matches!(&self.to, To::Text(output) if output.at_once);
                match self.waiting.len() >= FIRST_ROWS || at_once {
                    true => self.lay_out(),
                    false => Ok(()),
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
            .map(|(zh, en)| Cell::new(self.work.say(zh, en)).colour(AnsiColor::White))
            .collect();
        let mut rows = vec![titles];
        rows.append(&mut self.waiting);
        let first = rows.get(..=FIRST_ROWS).unwrap_or(&rows);
        let layout = Layout::new(first, 28, self.terminal);
        let lines: String = rows
            .iter()
            .map(|row| layout.lines(row, self.terminal))
            .collect();
        self.layout = Some(layout);
        self.write(lines.as_bytes())
    }

    /// Records of a second, so far.
    fn rate(&self) -> u64 {
        let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.written.saturating_mul(1000) / millis.max(1)
    }

    /// Closes what is open and says what it came to; `whole` says whether all was read.
    pub(super) fn end(
        &mut self,
        summary: &Summary,
        whole: bool,
        resumes: bool,
    ) -> Result<(), Failure> {
        self.progress.finish_and_clear();
        self.lay_out()?;
        let n = summary.judged + summary.wrong;
        let format = self.work.format;
        let (rules, terminal) = (&self.work.judge.rules.clone(), self.terminal);
        match format {
            Some(Format::Json) => self.write(if n == 0 { b"]\n" } else { b"\n]\n" })?,
            Some(Format::Table) => {
                let gap = if n == 0 { "" } else { "\n" };
                let text = summary.text(rules, self.work.language(), terminal);
                self.write(format!("{gap}{text}").as_bytes())?;
            }
            None => {
                let text = summary.text(rules, self.work.language(), terminal);
                super::terminal::put(text.as_bytes())?;
            }
            _ => {}
        }
        #[cfg(feature = "parquet")]
        if let To::Parts(parts) = &mut self.to {
            parts.end()?;
        }
        self.flush()?;
        let text = self.last_words(summary, whole, resumes);
        // Where the standard error is gone, the exit code is all that can be said.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        Ok(())
    }

    /// What is said on the standard error.
    fn last_words(&self, summary: &Summary, whole: bool, resumes: bool) -> String {
        let (terminal, format) = (self.terminal, self.work.format);
        let n = summary.judged + summary.wrong;
        let mut text = String::new();
        let shown = !matches!(format, Some(Format::Table) | None);
        if shown && terminal.err {
            let rules = &self.work.judge.rules;
            text += &summary.text(rules, self.work.language(), &terminal.plain());
        } else if shown && summary.wrong > 0 {
            let (wrong, n) = (thousands(summary.wrong), counted(n, "record"));
            let word = terminal.err_paint("error", AnsiColor::Red, true);
            text += &format!("{word}: {wrong} of {n} could not be judged\n");
        }
        if self.before > 0 {
            let n = thousands(self.before);
            let before = match self.work.language() {
                Language::Zh => format!("此前已有 {n} 条记录，未计入以上\n"),
                Language::En => format!("{} were there before\n", counted(self.before, "record")),
            };
            text += &before;
        }
        if shown && terminal.err || format.is_none() {
            let tenths = self.begun.elapsed().as_millis() / 100;
            let (seconds, tenths, rate) = (tenths / 10, tenths % 10, thousands(self.rate()));
            text += &match self.work.language() {
                Language::Zh => format!("{seconds}.{tenths} 秒，每秒 {rate} 条\n"),
                Language::En => format!("{seconds}.{tenths} s, {rate} records a second\n"),
            };
        }
        if !whole {
            text += &self.stopped(resumes);
        }
        text
    }

    /// Says where it stopped.
    fn stopped(&self, resumes: bool) -> String {
        let (all, zh) = (
            self.before + self.written,
            self.work.language() == Language::Zh,
        );
        let word = self.work.say("已中断", "stopped");
        let word = self.terminal.err_paint(word, AnsiColor::Yellow, true);
        let place = match &self.last {
            None => String::new(),
            Some((input, place)) => {
                let (input, n) = (visible(input), thousands(place.record));
                match zh {
                    true => format!("，止于 {input} 第 {n} 条"),
                    false => format!(", at record {n} of {input}"),
                }
            }
        };
        let n = match zh {
            true => format!("共 {} 条记录", thousands(all)),
            false => format!("after {}", counted(all, "record")),
        };
        let mut text = format!("{word}: {n}{place}\n");
        if resumes {
            let help = self.terminal.err_paint("help:", AnsiColor::White, true);
            let what = self.work.say(
                "加上 `--resume` 可从此处继续",
                "the same with `--resume` goes on from there",
            );
            text += &format!("  {help} {what}\n");
        }
        text
    }

    /// Has a file that could not be written to the end hold whole records, and says how many.
    pub(super) fn settle(&mut self, failure: Failure, resumes: bool) -> Failure {
        self.progress.finish_and_clear();
        let (Failure::Write { .. }, Some(path)) = (&failure, self.path) else {
            return failure;
        };
        #[cfg(feature = "parquet")]
        if let To::Parts(parts) = &self.to {
            let records = parts.written();
            return whole(failure, records, resumes);
        }
        let format = match self.work.format {
            Some(format @ (Format::Ndjson | Format::Csv)) => format,
            _ => return failure,
        };
        self.to = To::Nowhere;
        let cut = |before: &Before| Output::go_on(path, before.bytes).is_ok();
        let Some(before) = resume::look(path, format).ok().filter(cut) else {
            return failure;
        };
        whole(failure, before.records, resumes)
    }
}

/// Says how many records are there all the same.
fn whole(failure: Failure, records: u64, resumes: bool) -> Failure {
    let records = counted(records, "record");
    let failure = failure.note(format!("{records} written whole"));
    match resumes {
        true => failure.help("make room; the same with `--resume` goes on from there"),
        false => failure,
    }
}

impl Writer<Job> for Page<'_> {
    fn put(&mut self, job: &mut Job) -> Result<(), Failure> {
        let (lines, text) = job.text.split_at(job.there.min(job.text.len()));
        if job.again > 0 {
            self.compare(lines)?;
        }
        let first = self.written == 0;
        match self.work.format {
            // Commas stand between records.
            Some(Format::Json) if first => self.write(job.text.get(1..).unwrap_or_default())?,
            Some(Format::Table) => self.rows(&mut job.rows)?,
            #[cfg(feature = "parquet")]
            Some(Format::Parquet) => {
                if let To::Parts(parts) = &mut self.to {
                    parts.put(&mut job.columns, job.again)?;
                }
            }
            _ => self.write(text)?,
        }
        self.written += job.records.saturating_sub(job.again);
        if let Some(place) = job.last {
            self.last = Some((job.input.clone(), place));
        }
        if self.passed_on.elapsed() > OFTEN {
            self.progress.set_position(job.read);
            self.progress
                .set_message(format!("{}/s", thousands(self.rate())));
            self.flush()?;
        }
        Ok(())
    }

    fn idle(&mut self) -> Result<(), Failure> {
        match matches!(&self.to, To::Text(output) if output.at_once) {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn stops(&self) -> bool {
        self.stop.asked().is_some()
    }
}
