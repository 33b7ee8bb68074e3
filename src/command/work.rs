//! What a thread does with records: it reads, judges and says each, in the form of the output.

use super::Language;
use super::input::{Encoding, Load};
use super::judging::{Judge, Told, Wrong};
use super::output::{self, Format};
#[cfg(feature = "parquet")]
use super::parts::Rows;
use super::summary::{Summary, colour};
use super::table::{Cell, TOGETHER};
use crate::engine::Scratch;
use crate::facts::Facts;
use crate::facts::batch::Place;
use crate::facts::chunk::Room;
use crate::facts::error::{FactErrors, NOT_UTF8};
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::verdict::Verdict;
use crate::verdict::judgement::Coverage;
use crate::verdict::lines::{self as line, Lines};
use anstyle::AnsiColor;
use std::sync::{Arc, Mutex, PoisonError};

/// Records on their way from the reader to the writer.
#[derive(Default)]
pub(super) struct Job {
    /// The name of their input.
    pub(super) input: Arc<str>,
    /// As they were read.
    pub(super) load: Load,
    /// How many of the first are only to be compared with what an earlier run wrote of them.
    pub(super) again: u64,
    /// How many bytes of the text are about those.
    pub(super) there: usize,
    /// How far the inputs were read.
    pub(super) read: u64,
    /// What is said of them, as text.
    pub(super) text: Vec<u8>,
    /// The same as rows for people.
    pub(super) rows: Vec<Vec<Cell>>,
    /// The same as columns.
    #[cfg(feature = "parquet")]
    pub(super) columns: Rows,
    /// How many there were, those only compared included.
    pub(super) records: u64,
    /// Where the last stands.
    pub(super) last: Option<Place>,
}

/// How records are judged and said; all threads share it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) judge: Arc<Judge>,
    /// What writes verdicts as JSON, where that is asked for and it can.
    pub(super) lines: Option<Lines>,
    /// None where only the summary is asked for.
    pub(super) format: Option<Format>,
    pub(super) lang: Option<Language>,
    pub(super) encoding: Encoding,
    /// Whether there are several inputs.
    pub(super) several: bool,
}

/// One thread at work.
pub(super) struct Worker {
    pub(super) work: Arc<Work>,
    pub(super) room: Room,
    pub(super) scratch: Scratch,
    /// For lines of JSON.
    pub(super) line: line::Room,
    /// What this thread counted; read by the writer at the end.
    pub(super) summary: Arc<Mutex<Summary>>,
}

impl Worker {
    /// Judges and says all records of a job.
    pub(super) fn run(&mut self, job: &mut Job) {
        let Worker {
            work,
            room,
            scratch,
            line,
            summary,
        } = self;
        // Nobody else waits for this lock before the end.
        let mut summary = summary.lock().unwrap_or_else(PoisonError::into_inner);
        let Job {
            input,
            load,
            text,
            rows,
            ..
        } = job;
        let mut say = Say {
            work,
            input,
            text,
            line,
            rows,
            #[cfg(feature = "parquet")]
            columns: &mut job.columns,
        };
        say.clear();
        let (again, mut records, mut last, mut there) = (job.again, 0, None, 0);
        load.each(room, |place, facts| {
            (records, last) = (records + 1, Some(place));
            let counted = records > again;
            let facts = facts.map_err(|errors| named(errors, work.encoding));
            let told = facts.map_err(|errors| (None, errors)).and_then(|facts| {
                let tell = |told: Told<'_>| {
                    if counted {
                        summary.add(&work.judge.rules, told);
                    }
                    say.told(place, told);
                };
                let told = work.judge.told(facts, scratch, tell);
                told.map_err(|error| (work.id(facts), error.into()))
            });
            if let Err((id, errors)) = told {
                summary.wrong += u64::from(counted);
                say.wrong(&Wrong {
                    input: input.clone(),
                    place,
                    id,
                    errors,
                });
            }
            if !counted {
                there = say.text.len();
            }
        });
        (job.records, job.last, job.there) = (records, last, there);
    }
}

impl Work {
    fn id(&self, facts: &Facts) -> Option<String> {
        facts.id(&self.judge.rules.schema).map(str::to_owned)
    }

    /// What is said in the language of tables, English where none was asked for.
    pub(super) fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        Lang::from(self.language()).pick(zh, en)
    }

    /// The language of tables.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or(Language::En)
    }

    /// The row of a record without a verdict.
    fn wrong_cells(&self, wrong: &Wrong) -> Vec<Cell> {
        let line = wrong.place.line;
        // Of several inputs the file is said too; its folders are left out, for the width.
        let place = match wrong.input.rsplit(['/', '\\']).next() {
            Some(file) if self.several => format!("{file}:{line}"),
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

    /// The row of a verdict.
    fn verdict_cells(&self, verdict: &Verdict) -> Vec<Cell> {
        let lang = Lang::from(self.language());
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
}

/// Where what is said goes.
struct Say<'a> {
    work: &'a Work,
    input: &'a Arc<str>,
    text: &'a mut Vec<u8>,
    line: &'a mut line::Room,
    rows: &'a mut Vec<Vec<Cell>>,
    #[cfg(feature = "parquet")]
    columns: &'a mut Rows,
}

impl Say<'_> {
    fn clear(&mut self) {
        self.text.clear();
        self.rows.clear();
        #[cfg(feature = "parquet")]
        self.columns.clear();
    }

    fn told(&mut self, place: Place, told: Told<'_>) {
        match (self.work.format, &self.work.lines) {
            // Where only the summary is asked for, no verdict is made.
            (None, _) => {}
            (Some(Format::Ndjson), Some(lines)) => {
                lines.write(self.text, told.facts, told.judgement, self.line);
                self.text.push(b'\n');
            }
            (Some(Format::Json), Some(lines)) => {
                self.text.extend_from_slice(b",\n");
                lines.write(self.text, told.facts, told.judgement, self.line);
            }
            (Some(format), _) => self.say(format, place, Ok(&told.verdict())),
        }
    }

    fn wrong(&mut self, wrong: &Wrong) {
        if let Some(format) = self.work.format {
            self.say(format, wrong.place, Err(wrong));
        }
    }

    fn say(&mut self, format: Format, place: Place, told: Result<&Verdict, &Wrong>) {
        let lang = self.work.lang.map(Lang::from);
        let json = || match told {
            Ok(verdict) => output::json_line(verdict, self.work.judge.pilot.as_deref(), lang),
            Err(wrong) => output::json_error(wrong),
        };
        let mut put = |parts: [&str; 2]| {
            for part in parts {
                self.text.extend_from_slice(part.as_bytes());
            }
        };
        match format {
            Format::Ndjson => put([&json(), "\n"]),
            // The writer takes the comma before the first away.
            Format::Json => put([",\n", &json()]),
            Format::Csv => {
                let row = output::csv_row(self.input, place.record, place.line, told);
                put([&row, ""]);
            }
            Format::Table => self.rows.push(match told {
                Ok(verdict) => self.work.verdict_cells(verdict),
                Err(wrong) => self.work.wrong_cells(wrong),
            }),
            #[cfg(feature = "parquet")]
            Format::Parquet => self.columns.push(self.input, place, told),
            // Refused before anything was read.
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => {}
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::input::Source;
    use crate::command::judging::How;
    use crate::command::unpack::Bytes;
    use crate::facts::chunk::Chunks;
    use crate::facts::json::Reader;
    use crate::ground::limits::Limits;
    use std::io::Cursor;
    use std::path::Path;

    /// The allocations of reading, judging, counting and writing declarations so many times over, once
    /// all memory that is used again has grown.
    fn allocations(worker: &mut Worker, text: &str, times: usize) -> u64 {
        let schema = worker.work.judge.rules.schema.clone();
        let (text, mut job) = (text.repeat(times), Job::default());
        let mut pass = || {
            let bytes: Bytes = Box::new(Cursor::new(text.clone()));
            let chunks = Chunks::ndjson(Reader::new(schema.clone()), bytes);
            let (mut source, mut records) = (Source::Text(Box::new(chunks)), 0);
            while source.next(&mut job.load) {
                worker.run(&mut job);
                records += job.records;
            }
            assert_eq!(records, (text.lines().count()) as u64);
        };
        (0..20).for_each(|_| pass());
        allocation_counter::measure(pass).count_total
    }

    #[test]
    fn from_the_text_to_the_verdict_nothing_is_allocated_for_a_declaration() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let rules = crate::load(root.join("rules")).unwrap();
        let text = std::fs::read_to_string(root.join("examples/declarations.ndjson")).unwrap();
        for format in [None, Some(Format::Ndjson), Some(Format::Json)] {
            let judge = Judge::new(rules.clone(), &How::usual(), Limits::default());
            let judge = Arc::new(judge.unwrap());
            // What is missing is still worked out in memory of its own.
            let reader = Reader::new(judge.rules.schema.clone());
            let settled = |line: &&str| {
                let facts = reader.read(line.as_bytes()).unwrap();
                let missing = |told: Told<'_>| told.judgement.missing.is_empty();
                let told = judge.told(&facts, &mut Scratch::default(), missing);
                told.is_ok_and(|settled| settled)
            };
            let lines = text.lines().filter(settled);
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            assert!(text.lines().count() >= 40);
            let mut worker = Worker {
                work: Arc::new(Work {
                    lines: judge.lines(None),
                    judge,
                    format,
                    lang: None,
                    encoding: Encoding::Utf8,
                    several: false,
                }),
                room: Room::default(),
                scratch: Scratch::default(),
                line: line::Room::default(),
                summary: Arc::default(),
            };
            // What an input itself takes does not depend on how many declarations are in it.
            let few = allocations(&mut worker, &text, 2);
            assert_eq!(allocations(&mut worker, &text, 16), few, "{format:?}");
        }
    }
}
