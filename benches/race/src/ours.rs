//! Kakou, the naive loop it is measured by, and the bare parse.

use crate::race::{Bare, Declaration};
use crate::racer::{Hits, Racer};
use crate::read;
use crate::workload::{ROWS, Workload};
use kakou::Facts;
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::Reader;
use kakou::facts::sheet::Sheet;
use kakou::facts::volume::Volume;
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use std::hint::black_box;

/// The names in the table.
pub const KAKOU: &str = "Kakou";
pub const GROUPS: &str = "Kakou, groups";
pub const COLUMNS: &str = "Kakou, columns";
pub const NAIVE: &str = "naive loop";
pub const BARE: &str = "bare typed parse";

/// The production engine: exceptions, obligations, unknown facts and findings are all there, and
/// cost what they cost where rules have none.
pub struct Kakou<'w> {
    workload: &'w Workload,
    engine: Engine,
    scratch: Scratch,
    days: Vec<Day>,
    reader: Reader,
    /// Facts are read onto it again and again, as a system does that reads one after the other.
    sheet: Sheet,
}

impl<'w> Kakou<'w> {
    /// Builds the graph and the engine.
    pub fn new(workload: &'w Workload) -> Result<Self, String> {
        let race = &workload.race;
        let graph = Graph::build(&race.rules, Options::default())
            .map_err(|refused| refused.iter().map(|d| d.title.as_str()).collect::<String>())?;
        Ok(Kakou {
            workload,
            engine: Engine::from(&graph),
            scratch: Scratch::default(),
            days: (0..race.facts.len()).map(|at| race.day(at)).collect(),
            reader: Reader::new(race.rules.schema.clone()),
            sheet: Sheet::default(),
        })
    }

    /// Bytes that the engine holds.
    pub fn bytes(&self) -> usize {
        self.engine.bytes()
    }
}

impl Racer for Kakou<'_> {
    fn name(&self) -> &'static str {
        KAKOU
    }

    fn judge(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        for &at in which {
            let facts = black_box(&self.workload.race.facts[at as usize]);
            let day = self.days[at as usize];
            let judgement = self.engine.judge(facts, day, &mut self.scratch);
            hits.extend(judgement.fired.iter().map(|fired| (at, fired.rule.0)));
        }
        which.len()
    }

    fn judge_texts(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        for &at in which {
            let (facts, day) = read_onto(self.workload, &self.reader, at, &mut self.sheet);
            let judgement = self.engine.judge(facts, day, &mut self.scratch);
            hits.extend(judgement.fired.iter().map(|fired| (at, fired.rule.0)));
        }
        which.len()
    }
}

/// Reads the text of a declaration.
fn read_onto<'s>(
    workload: &Workload,
    reader: &Reader,
    at: u32,
    sheet: &'s mut Sheet,
) -> (&'s Facts, Day) {
    let text = black_box(&workload.race.texts[at as usize]);
    let facts = reader.read_into(text.as_bytes(), sheet).expect("facts");
    let day = facts.as_of(&workload.race.rules.schema);
    (facts, day.expect("a day"))
}

/// The same engine, given many declarations at a time and asked for the outcome and the rules that
/// fire, as everybody here is.
pub struct Groups<'w> {
    kakou: Kakou<'w>,
    /// What is read is put down on these, again and again.
    sheets: Vec<Sheet>,
}

impl<'w> Groups<'w> {
    /// Builds the graph and the engine.
    pub fn new(workload: &'w Workload) -> Result<Self, String> {
        let kakou = Kakou::new(workload)?;
        let sheets = (0..READ_TOGETHER).map(|_| Sheet::default()).collect();
        Ok(Groups { kakou, sheets })
    }
}

/// Adds what many declarations, numbered as said, are told to match.
fn tell<'f>(
    engine: &Engine,
    scratch: &mut Scratch,
    (which, facts): (&[u32], impl Iterator<Item = (&'f Facts, Day)>),
    hits: &mut Hits,
) {
    let mut numbers = which.iter();
    engine.tell_all(facts, scratch, |told| {
        let at = *numbers.next().expect("as much told as declarations");
        black_box(told.counted());
        told.each_fired(|fired| hits.push((at, fired.rule.0)));
    });
}

/// How many texts are read before they are judged.
const READ_TOGETHER: usize = 256;

impl Racer for Groups<'_> {
    fn name(&self) -> &'static str {
        GROUPS
    }

    fn judge(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        let Kakou {
            workload,
            engine,
            scratch,
            days,
            ..
        } = &mut self.kakou;
        let facts = |at: &u32| black_box(&workload.race.facts[*at as usize]);
        let all = which.iter().map(|at| (facts(at), days[*at as usize]));
        tell(engine, scratch, (which, all), hits);
        which.len()
    }

    fn judge_texts(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        let Kakou {
            workload,
            engine,
            scratch,
            reader,
            ..
        } = &mut self.kakou;
        for which in which.chunks(READ_TOGETHER) {
            let sheets = which.iter().zip(&mut self.sheets);
            let read = sheets.map(|(at, sheet)| read_onto(workload, reader, *at, sheet));
            tell(engine, scratch, (which, read), hits);
        }
        which.len()
    }
}

/// The same engine, given a batch of declarations that stands field by field, as DataFusion is: as many
/// of them, prepared before.
pub struct Columns<'w> {
    kakou: Kakou<'w>,
    volume: Volume,
}

impl<'w> Columns<'w> {
    /// Builds the graph and the engine, and fills a batch, over and over again with the declarations
    /// there are.
    pub fn new(workload: &'w Workload) -> Result<Self, String> {
        let kakou = Kakou::new(workload)?;
        let facts = workload.race.facts.iter().cloned();
        let declarations = facts.zip(kakou.days.iter().copied()).collect::<Vec<_>>();
        let volume = declarations.into_iter().cycle().take(ROWS).collect();
        Ok(Columns { kakou, volume })
    }
}

impl Racer for Columns<'_> {
    fn name(&self) -> &'static str {
        COLUMNS
    }

    fn judge(&mut self, _: &[u32], hits: &mut Hits) -> usize {
        let declarations = self.kakou.workload.race.declarations.len();
        let Kakou {
            engine, scratch, ..
        } = &mut self.kakou;
        let mut row = 0;
        engine.tell_volume(black_box(&self.volume), scratch, |told| {
            let at = row as u32;
            black_box(told.counted());
            told.each_fired(|fired| hits.push((at, fired.rule.0)));
            row += 1;
            if row == declarations {
                row = 0;
            }
        });
        ROWS
    }

    fn judge_texts(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        self.kakou.judge_texts(which, hits)
    }
}

/// The rules one after the other over typed fields.
pub struct Naive<'w>(pub &'w Workload);

impl Naive<'_> {
    fn one(&self, at: u32, d: &Declaration, hits: &mut Hits) {
        for (rule, naive) in (0u32..).zip(&self.0.race.naive) {
            if naive.matches(d) > 0 {
                hits.push((at, rule));
            }
        }
    }
}

impl Racer for Naive<'_> {
    fn name(&self) -> &'static str {
        NAIVE
    }

    fn judge(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        for &at in which {
            self.one(at, black_box(&self.0.race.declarations[at as usize]), hits);
        }
        which.len()
    }

    fn judge_texts(&mut self, which: &[u32], hits: &mut Hits) -> usize {
        for &at in which {
            let text = black_box(&self.0.race.texts[at as usize]);
            let d = read::declaration(text).expect("the generator's own text");
            self.one(at, &d, hits);
        }
        which.len()
    }
}

/// Reads each text into a struct of borrowed texts and numbers, and judges nothing: what JSON costs
/// a program that takes it as it comes.
pub fn parse_bare(workload: &Workload, which: &[u32]) -> usize {
    for &at in which {
        let text = black_box(&workload.race.texts[at as usize]);
        let bare: Bare = serde_json::from_str(text).expect("the generator's own text");
        black_box(&bare);
    }
    which.len()
}
