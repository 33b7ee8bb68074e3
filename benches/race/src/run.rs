//! One run: compare what every engine finds, then time them turn by turn.

use crate::ours::{BARE, COLUMNS, Columns, Groups, KAKOU, Kakou, NAIVE, Naive, parse_bare};
use crate::peers::Load;
use crate::racer::{Hits, Racer, plain};
use crate::workload::Workload;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::Duration;

/// How a run is done.
pub struct Settings {
    /// How many turns each engine has.
    pub turns: usize,
    /// How long a turn lasts at least. A system that judges does nothing else, so what another
    /// engine left in the caches must not count.
    pub turn: Duration,
    /// How long comparing the matches of one engine may take, about.
    pub compare: Duration,
}

/// What one engine did with so many rules.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    pub engine: String,
    pub rules: usize,
    /// Why there are no times.
    pub refuses: Option<String>,
    /// The seconds from the rules in the engine's language to its being ready.
    pub load_s: f64,
    /// How many declarations were compared with the naive loop, and how many a pass judged.
    pub compared: usize,
    pub judged: usize,
    /// The medians of a declaration in nanoseconds, from prepared facts and from JSON.
    pub facts: Option<Time>,
    pub json: Option<Time>,
}

/// Times of the turns, and ratios within each turn.
#[derive(Serialize, Deserialize)]
pub struct Time {
    /// The median in nanoseconds a declaration.
    pub ns: f64,
    /// The fastest and the slowest turn.
    pub fastest_ns: f64,
    pub slowest_ns: f64,
    /// The median over the turns of the ratio to the naive loop, and to Kakou, in the same turn;
    /// of JSON, the first is to the bare parse.
    pub to_base: f64,
    pub to_kakou: f64,
}

/// An engine that takes part.
struct Starter<'w> {
    racer: Box<dyn Racer + 'w>,
    load_s: f64,
    which: Vec<u32>,
    compared: usize,
    facts: Vec<f64>,
    json: Vec<f64>,
}

/// Races all engines on one workload. Fails where an engine's matches differ from the naive loop's,
/// or the naive loop's from those that the data brought along.
pub fn run(
    workload: &Workload,
    peers: &[(&'static str, Load)],
    settings: &Settings,
    tell: &mut dyn FnMut(&str),
) -> Result<Vec<Entry>, String> {
    let rules = workload.race.naive.len();
    if let Some(expected) = &workload.expected {
        for (at, expected) in expected.iter().enumerate() {
            let found = workload.matches(at);
            if found != *expected {
                return Err(format!(
                    "declaration {at}: {found:?}, expected {expected:?}"
                ));
            }
        }
        tell(&format!("{} answers as expected", expected.len()));
    }

    let mut entries = Vec::new();
    let mut starters = Vec::new();
    let plain = plain(&workload.race.naive);
    let began = used();
    let kakou = Kakou::new(workload)?;
    tell(&format!("{KAKOU}: {} bytes a rule", kakou.bytes() / rules));
    starters.push(Starter::new(Box::new(kakou), used() - began));
    let began = used();
    let groups = Groups::new(workload)?;
    starters.push(Starter::new(Box::new(groups), used() - began));
    let began = used();
    let columns = Columns::new(workload)?;
    starters.push(Starter::new(Box::new(columns), used() - began));
    starters.push(Starter::new(Box::new(Naive(workload)), Duration::ZERO));
    for (name, load) in peers {
        tell(&format!("{name}: loads"));
        let began = used();
        match load(workload, &plain) {
            Ok(racer) => starters.push(Starter::new(racer, used() - began)),
            Err(why) => entries.push(Entry::refusal(name, rules, why)),
        }
    }
    for starter in &mut starters {
        starter.compare(workload, settings)?;
        let (name, compared) = (starter.racer.name(), starter.compared);
        tell(&format!("{name}: {compared} declarations compared"));
    }

    let mut bare = Vec::new();
    let all: Vec<u32> = (0..workload.race.texts.len() as u32).collect();
    for turn in 1..=settings.turns {
        tell(&format!("turn {turn} of {}", settings.turns));
        bare.push(settings.time(|| parse_bare(workload, &all)));
        for starter in &mut starters {
            starter.turn(settings);
        }
    }

    let turns = |name: &str| {
        let found = starters.iter().find(|starter| starter.racer.name() == name);
        found.map(|starter| (starter.facts.clone(), starter.json.clone()))
    };
    let (naive, _) = turns(NAIVE).unwrap_or_default();
    let (kakou, kakou_json) = turns(KAKOU).unwrap_or_default();
    let mut timed = vec![Entry {
        engine: BARE.to_string(),
        rules,
        refuses: None,
        load_s: 0.0,
        compared: 0,
        judged: all.len(),
        facts: None,
        json: Some(Time::of(&bare, &bare, &kakou_json)),
    }];
    timed.extend(starters.iter().map(|starter| Entry {
        engine: starter.racer.name().to_string(),
        rules,
        refuses: None,
        load_s: starter.load_s,
        compared: starter.compared,
        judged: starter.which.len(),
        facts: Some(Time::of(&starter.facts, &naive, &kakou)),
        // Texts don't stand field by field.
        json:
            (starter.racer.name() != COLUMNS).then(|| Time::of(&starter.json, &bare, &kakou_json)),
    }));
    timed.append(&mut entries);
    Ok(timed)
}

impl Settings {
    /// The nanoseconds a declaration of one turn. The first pass fills the caches and is not
    /// counted.
    fn time(&self, mut pass: impl FnMut() -> usize) -> f64 {
        pass();
        let (start, mut judged) = (used(), 0);
        while judged == 0 || used() - start < self.turn {
            judged += pass();
        }
        (used() - start).as_secs_f64() / judged as f64 * 1e9
    }
}

/// The processor's time that this thread has used. What else the machine does in between is not in
/// it, though what that leaves in the caches is.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

impl<'w> Starter<'w> {
    fn new(racer: Box<dyn Racer + 'w>, load: Duration) -> Self {
        Starter {
            racer,
            load_s: load.as_secs_f64(),
            which: Vec::new(),
            compared: 0,
            facts: Vec::new(),
            json: Vec::new(),
        }
    }

    /// Compares what the engine finds with the naive loop, from facts and from JSON, on as many
    /// declarations as time allows, spread evenly; and settles how many a pass judges.
    fn compare(&mut self, workload: &Workload, settings: &Settings) -> Result<(), String> {
        let declarations = workload.race.declarations.len();
        let mut hits = Vec::new();
        self.racer.judge(&[0], &mut hits);
        let began = used();
        let judged = self.racer.judge(&[0, 1], &mut hits);
        let one = (used() - began) / judged.max(1) as u32;
        let fit = |time: Duration, least: usize| {
            let fit = time.as_nanos() / one.as_nanos().max(1);
            spread(declarations, (fit as usize).max(least))
        };
        let which = fit(settings.compare, 8);
        for texts in [false, true] {
            hits.clear();
            match texts {
                false => self.racer.judge(&which, &mut hits),
                true => self.racer.judge_texts(&which, &mut hits),
            };
            self.compared = differ(workload, &which, &mut hits, judged > 2)
                .map_err(|why| format!("{}: {why}", self.racer.name()))?;
        }
        self.which = fit(settings.turn, 16);
        Ok(())
    }

    fn turn(&mut self, settings: &Settings) {
        let mut hits: Hits = Vec::new();
        let (racer, which) = (&mut self.racer, &self.which);
        self.facts.push(settings.time(|| {
            hits.clear();
            let judged = racer.judge(which, &mut hits);
            black_box(&hits);
            judged
        }));
        self.json.push(settings.time(|| {
            hits.clear();
            let judged = racer.judge_texts(which, &mut hits);
            black_box(&hits);
            judged
        }));
    }
}

/// So many declarations at most, spread evenly over all.
fn spread(declarations: usize, most: usize) -> Vec<u32> {
    let count = declarations.min(most);
    (0..count)
        .map(|n| (n * declarations / count) as u32)
        .collect()
}

/// Compares the matches with the naive loop's; says how many declarations that were. An engine of
/// batches judges all, and some twice.
fn differ(
    workload: &Workload,
    which: &[u32],
    hits: &mut Hits,
    batch: bool,
) -> Result<usize, String> {
    hits.sort_unstable();
    let all: Vec<u32> = (0..workload.race.declarations.len() as u32).collect();
    if batch {
        hits.dedup();
    }
    let which = if batch { &all } else { which };
    let mut rest = hits.as_slice();
    for &at in which {
        let (own, others) = rest.split_at(rest.partition_point(|hit| hit.0 <= at));
        let found: Vec<u32> = own.iter().map(|hit| hit.1).collect();
        let expected = workload.matches(at as usize);
        if found != expected {
            return Err(format!(
                "declaration {at}: {found:?}, the naive loop {expected:?}"
            ));
        }
        rest = others;
    }
    Ok(which.len())
}

impl Entry {
    fn refusal(engine: &str, rules: usize, why: String) -> Entry {
        Entry {
            engine: engine.to_string(),
            rules,
            refuses: Some(why),
            load_s: 0.0,
            compared: 0,
            judged: 0,
            facts: None,
            json: None,
        }
    }
}

impl Time {
    fn of(turns: &[f64], base: &[f64], kakou: &[f64]) -> Time {
        let ratios = |to: &[f64]| median(turns.iter().zip(to).map(|(a, b)| a / b).collect());
        Time {
            ns: median(turns.to_vec()),
            fastest_ns: turns.iter().copied().fold(f64::INFINITY, f64::min),
            slowest_ns: turns.iter().copied().fold(0.0, f64::max),
            to_base: ratios(base),
            to_kakou: ratios(kakou),
        }
    }
}

/// The middle one.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}
