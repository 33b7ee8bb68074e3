//! How long each stage takes, how that is spread, how it grows with threads, and what it allocates.

use super::super::failure::Failure;
use super::sample::{Sample, Source};
use crate::engine::{Engine, Scratch};
use crate::facts::Facts;
use crate::ground::day::Day;
use crate::verdict::lines::{Lines, Room};
use hdrhistogram::Histogram;
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a stage is measured at least.
const LEAST: Duration = Duration::from_millis(300);
/// The fewest passes of which a median is taken.
const PASSES: usize = 3;
/// Declarations of which a time is taken: few, so that it is seldom interrupted.
const SLICE: u32 = 32;
/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

/// A stage of what becomes of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Read,
    Parse,
    Judge,
    Write,
}

/// What a stage takes for one declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    pub(super) stage: Stage,
    pub(super) nanos: u64,
    /// Allocations and bytes of a thousand declarations, where they are counted.
    pub(super) allocated: Option<(u64, u64)>,
}

/// How the times of single declarations are spread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) stage: Stage,
    /// The median, 90, 99, 99.9 of a hundred, and the longest.
    pub(super) nanos: [u64; 5],
}

/// Declarations in a second by so many threads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) threads: usize,
    pub(super) judged: u64,
    pub(super) written: u64,
}

/// What the engine counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) total: u64,
    pub(super) most: u64,
    pub(super) declarations: u64,
}

pub(super) struct Times {
    pub(super) stages: Vec<Took>,
    pub(super) spreads: Vec<Spread>,
    pub(super) rates: Vec<Rate>,
    pub(super) steps: Steps,
}

impl Times {
    /// What one step takes, on the whole: the time of judging over its steps.
    pub(super) fn nanos_per_step(&self) -> f64 {
        let judging = self.stages.iter().find(|took| took.stage == Stage::Judge);
        let nanos = judging.map_or(0, |took| took.nanos) as f64;
        nanos * self.steps.declarations as f64 / (self.steps.total.max(1)) as f64
    }
}

/// The memory of a thread that judges and writes.
#[derive(Default)]
struct Memory {
    scratch: Scratch,
    room: Room,
}

pub(super) fn measure(
    source: &Source<'_>,
    sample: &Sample,
    lines: &Lines,
    engine: &Engine,
    threads: usize,
) -> Result<Times, Failure> {
    let count = sample.declarations.len() as u64 + sample.wrong;
    let mut stages = Vec::new();
    if source.again() {
        let bytes = passes(|_| read_bytes(source, sample.bytes))?;
        let parsed = passes(|ticks| {
            source.each(|facts| {
                black_box(facts);
                ticks.tick();
            })?;
            Ok(())
        })?;
        let parsing = parsed.saturating_sub(bytes);
        let allocated = allocations(count, || {
            drop(source.each(|facts| {
                black_box(facts);
            }))
        });
        stages.push(Took {
            stage: Stage::Read,
            nanos: bytes / count.max(1),
            allocated: None,
        });
        stages.push(Took {
            stage: Stage::Parse,
            nanos: parsing / count.max(1),
            allocated,
        });
    }
    let (mut memory, mut out) = (Memory::default(), Vec::new());
    let all = &sample.declarations;
    let judge = |memory: &mut Memory, ticks: &mut Ticks| {
        for (facts, day) in all {
            black_box(engine.judge(facts, *day, &mut memory.scratch));
            ticks.tick();
        }
    };
    let judged = all.len() as u64;
    let judging = passes(|ticks| {
        judge(&mut memory, ticks);
        Ok(())
    })? / judged;
    let mut ticks = Ticks::with_room(all.len());
    let allocated = allocations(judged, || judge(&mut memory, &mut ticks));
    stages.push(Took {
        stage: Stage::Judge,
        nanos: judging,
        allocated,
    });
    let mut both = |memory: &mut Memory, ticks: &mut Ticks| {
        out.clear();
        for (facts, day) in all {
            put(lines, engine, (facts, *day), memory, &mut out);
            ticks.tick();
        }
        black_box(&out);
    };
    let whole = passes(|ticks| {
        both(&mut memory, ticks);
        Ok(())
    })? / judged;
    let mut ticks = Ticks::with_room(all.len());
    let allocated = allocations(judged, || both(&mut memory, &mut ticks));
    stages.push(Took {
        stage: Stage::Write,
        nanos: whole.saturating_sub(judging),
        allocated,
    });
    Ok(Times {
        spreads: spreads(source, sample, lines, engine)?,
        rates: rates(sample, lines, engine, threads),
        steps: steps(sample, engine),
        stages,
    })
}

/// Judges one and writes its verdict.
fn put(
    lines: &Lines,
    engine: &Engine,
    (facts, day): (&Facts, Day),
    memory: &mut Memory,
    out: &mut Vec<u8>,
) {
    let judgement = engine.judge(facts, day, &mut memory.scratch);
    lines.write(out, facts, judgement, &mut memory.room);
}

/// Measures passes over the declarations, in nanoseconds: each slice of them by the median of all
/// passes, so that what a busy machine does to some of them does not count. The first pass fills the
/// caches and is left out.
fn passes(mut pass: impl FnMut(&mut Ticks) -> Result<(), Failure>) -> Result<u64, Failure> {
    pass(&mut Ticks::start())?;
    let (start, mut slices): (Instant, Vec<Vec<u64>>) = (Instant::now(), Vec::new());
    for done in 0..1_000 {
        if done >= PASSES && start.elapsed() >= LEAST {
            break;
        }
        let mut ticks = Ticks::start();
        pass(&mut ticks)?;
        ticks.note();
        slices.resize(slices.len().max(ticks.slices.len()), Vec::new());
        for (times, time) in slices.iter_mut().zip(ticks.slices) {
            times.push(time);
        }
    }
    let median = |times: &mut Vec<u64>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or(0)
    };
    Ok(slices.iter_mut().map(median).sum())
}

/// The times of slices of one pass.
struct Ticks {
    since: Instant,
    count: u32,
    slices: Vec<u64>,
}

impl Ticks {
    fn start() -> Ticks {
        Ticks {
            since: Instant::now(),
            count: 0,
            slices: Vec::new(),
        }
    }

    /// With room for the slices of so many declarations, so that noting them allocates nothing.
    fn with_room(declarations: usize) -> Ticks {
        Ticks {
            slices: Vec::with_capacity(declarations),
            ..Ticks::start()
        }
    }

    /// One more declaration is done.
    fn tick(&mut self) {
        self.count += 1;
        if self.count == SLICE {
            self.note();
        }
    }

    fn note(&mut self) {
        self.slices.push(nanos(self.since.elapsed()));
        (self.since, self.count) = (Instant::now(), 0);
    }
}

fn nanos(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

/// Reads as many bytes as the sample took, and does nothing with them.
fn read_bytes(source: &Source<'_>, bytes: u64) -> Result<(), Failure> {
    let (mut left, mut buffer) = (bytes, vec![0u8; CHUNK]);
    for path in source.inputs.iter().filter_map(|input| input.path.as_ref()) {
        let file = File::open(path).map_err(|why| super::input::unreadable(path, &why))?;
        let mut file = file.take(left);
        loop {
            let n = file
                .read(&mut buffer)
                .map_err(|why| super::input::unreadable(path, &why))?;
            if n == 0 {
                break;
            }
            black_box(&buffer);
            left = left.saturating_sub(n as u64);
        }
    }
    Ok(())
}

/// Each declaration by itself.
fn spreads(
    source: &Source<'_>,
    sample: &Sample,
    lines: &Lines,
    engine: &Engine,
) -> Result<Vec<Spread>, Failure> {
    let mut spreads = Vec::new();
    let (mut memory, mut out) = (Memory::default(), Vec::new());
    if source.again() {
        let mut times = histogram()?;
        let mut before = Instant::now();
        source.each(|facts| {
            note(&mut times, before);
            black_box(facts);
            before = Instant::now();
        })?;
        spreads.push(spread(Stage::Parse, &times));
    }
    let (mut judging, mut writing) = (histogram()?, histogram()?);
    // The first round is for the caches.
    for round in 0..4 {
        for (facts, day) in &sample.declarations {
            let start = Instant::now();
            black_box(engine.judge(facts, *day, &mut memory.scratch));
            if round > 0 {
                note(&mut judging, start);
            }
        }
    }
    for (facts, day) in &sample.declarations {
        out.clear();
        let start = Instant::now();
        put(lines, engine, (facts, *day), &mut memory, &mut out);
        note(&mut writing, start);
    }
    spreads.push(spread(Stage::Judge, &judging));
    spreads.push(spread(Stage::Write, &writing));
    Ok(spreads)
}

/// Three digits of times of up to a minute.
fn histogram() -> Result<Histogram<u64>, Failure> {
    const MINUTE: u64 = 60_000_000_000;
    Histogram::new_with_bounds(1, MINUTE, 3)
        .map_err(|why| Failure::usage(format!("times cannot be counted: {why}")))
}

fn note(times: &mut Histogram<u64>, start: Instant) {
    times.saturating_record(nanos(start.elapsed()).max(1));
}

fn spread(stage: Stage, times: &Histogram<u64>) -> Spread {
    let at = |quantile: f64| times.value_at_quantile(quantile);
    Spread {
        stage,
        nanos: [at(0.5), at(0.9), at(0.99), at(0.999), times.max()],
    }
}

/// One thread, two, four and so on, up to as many as there are.
fn rates(sample: &Sample, lines: &Lines, engine: &Engine, most: usize) -> Vec<Rate> {
    let doubled = std::iter::successors(Some(1usize), |n| n.checked_mul(2));
    let mut counts: Vec<usize> = doubled.take_while(|n| *n < most).collect();
    counts.push(most);
    let rate = |threads: usize| Rate {
        threads,
        judged: rate(sample, threads, |facts, day, memory, _| {
            black_box(engine.judge(facts, day, &mut memory.scratch));
        }),
        written: rate(sample, threads, |facts, day, memory, out| {
            out.clear();
            put(lines, engine, (facts, day), memory, out);
            black_box(&out);
        }),
    };
    counts.into_iter().map(rate).collect()
}

/// Declarations in a second by so many threads, each on a part of its own.
fn rate(
    sample: &Sample,
    threads: usize,
    work: impl Fn(&Facts, Day, &mut Memory, &mut Vec<u8>) + Sync,
) -> u64 {
    let (done, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let share = sample.declarations.len().div_ceil(threads).max(1);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for part in sample.declarations.chunks(share) {
            let (work, done, stop) = (&work, &done, &stop);
            scope.spawn(move || {
                let (mut memory, mut out) = (Memory::default(), Vec::new());
                while !stop.load(Ordering::Relaxed) {
                    for (facts, day) in part {
                        work(facts, *day, &mut memory, &mut out);
                    }
                    done.fetch_add(part.len() as u64, Ordering::Relaxed);
                    if start.elapsed() > LEAST {
                        stop.store(true, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let took = nanos(start.elapsed()).max(1);
    let done = u128::from(done.load(Ordering::Relaxed)) * 1_000_000_000;
    u64::try_from(done / u128::from(took)).unwrap_or(u64::MAX)
}

/// The steps that the engine counts for each declaration.
pub(super) fn steps(sample: &Sample, engine: &Engine) -> Steps {
    let (mut steps, mut scratch) = (Steps::default(), Scratch::default());
    for (facts, day) in &sample.declarations {
        engine.judge(facts, *day, &mut scratch);
        steps.total += scratch.steps();
        steps.most = steps.most.max(scratch.steps());
        steps.declarations += 1;
    }
    steps
}

/// Allocations and bytes of a thousand of so many declarations.
#[cfg(feature = "allocations")]
fn allocations(count: u64, work: impl FnOnce()) -> Option<(u64, u64)> {
    let info = allocation_counter::measure(work);
    let each = |n: u64| n.saturating_mul(1_000) / count.max(1);
    Some((each(info.count_total), each(info.bytes_total)))
}

/// Nothing counts them in this build.
#[cfg(not(feature = "allocations"))]
fn allocations(_: u64, _: impl FnOnce()) -> Option<(u64, u64)> {
    None
}
