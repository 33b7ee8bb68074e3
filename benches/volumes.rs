//! Volumes: generated declarations from a file of NDJSON through all of `rules/`, with one command
//! and only the summary written, beside a bare typed parse of the same file.
//!
//! What it claims: `kakou run` has at least 0.7 of the rate of the bare parse on the same
//! processors, keeps them at least 85 % busy and takes less than 300 MiB, whatever the number of
//! declarations. Seconds of processor count wherever other work is done beside it; wall-clock time
//! and how busy the processors are say something only where nothing else runs. What the command
//! takes to start, rules read and graph built, is in its time.
//!
//! `COUNT=10000000` makes that many declarations, about 16 GB; `INPUT=many.ndjson` keeps them there
//! and takes them from there the next time.

#[path = "support/filed.rs"]
mod filed;
#[path = "support/turn.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod turn;

use filed::Filed;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use turn::median;
use wait4::Wait4;

const TURNS: usize = 3;
/// Bytes that are read at once; no declaration is longer.
const BLOCK: usize = 1 << 18;
/// Names the file that a process of its own is to parse.
const PARSE: &str = "VOLUMES_PARSE";

fn main() {
    let processors = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    if let Some(input) = std::env::var_os(PARSE) {
        return println!("{}", parsed(Path::new(&input), processors));
    }
    let kept = std::env::var_os("INPUT").map(PathBuf::from);
    let input = kept.clone().unwrap_or_else(|| {
        let name = format!("volumes-{}.ndjson", std::process::id());
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
    });
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    if !input.exists() {
        generate(&rules, &input);
    }
    let bytes = fs::metadata(&input).expect("the declarations").len();
    // Read once, so that it is in the page cache.
    let mut count = 0;
    lines(&input, 0..bytes, |lines| {
        count += lines.iter().filter(|byte| **byte == b'\n').count() as u64;
    });
    let mut run = Command::new(env!("CARGO_BIN_EXE_kakou"));
    run.arg("run").args([&rules, &input]).arg("--summary-only");
    let mut bare = Command::new(std::env::current_exe().expect("this program"));
    bare.env(PARSE, &input);
    let (mut ran, mut parsed) = (Took::default(), Took::default());
    for _ in 0..TURNS {
        // That all have a verdict is its exit code.
        ran.turn(&mut run);
        let said = parsed.turn(&mut bare);
        assert_eq!(said.trim(), count.to_string(), "declarations");
    }
    if kept.is_none() {
        fs::remove_file(&input).expect("the file that was made");
    }
    println!(
        "{count} declarations of {} bytes, {processors} processors, medians of {TURNS} turns",
        bytes / count
    );
    let ran = ran.told("kakou run --summary-only", count, processors);
    let parsed = parsed.told("bare typed parse, texts borrowed", count, processors);
    println!(
        "    rate beside the bare parse: {:.2} by processor time, {:.2} by wall-clock time",
        parsed.0 / ran.0,
        parsed.1 / ran.1
    );
}

/// Has declarations made up.
fn generate(rules: &Path, into: &Path) {
    let count = std::env::var("COUNT").unwrap_or_else(|_| "200000".into());
    let made = Command::new(env!("CARGO_BIN_EXE_kakou"))
        .arg("generate")
        .arg(rules)
        .args(["--count", &count, "--output"])
        .arg(into)
        .status();
    assert!(made.expect("a command").success(), "declarations");
}

/// What a command took in its turns: seconds, and bytes at its peak.
#[derive(Default)]
struct Took {
    processor: Vec<f64>,
    wall: Vec<f64>,
    memory: u64,
}

impl Took {
    /// Runs it once more, to the end, and hands over what it said.
    fn turn(&mut self, command: &mut Command) -> String {
        let begin = Instant::now();
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("a command");
        let mut said = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_to_string(&mut said).expect("text");
        let end = child.wait4().expect("what it took");
        assert!(end.status.success(), "{command:?}: {said}");
        let processor = end.rusage.utime + end.rusage.stime;
        self.wall.push(begin.elapsed().as_secs_f64());
        self.processor.push(processor.as_secs_f64());
        self.memory = self.memory.max(end.rusage.maxrss);
        said
    }

    /// Tells the medians: seconds on processors, and by the clock.
    fn told(&mut self, name: &str, count: u64, processors: u64) -> (f64, f64) {
        let (processor, wall) = (median(&mut self.processor), median(&mut self.wall));
        println!(
            "    {name:<32} {:>6.2} us each, {wall:>6.2} s, {:>3.0} % busy, {:>3} MiB",
            processor * 1e6 / count as f64,
            processor * 100.0 / (wall * processors as f64),
            self.memory.div_ceil(1 << 20)
        );
        (processor, wall)
    }
}

/// Parses all declarations, each thread a stretch of the file, and counts them.
fn parsed(input: &Path, threads: u64) -> u64 {
    let bytes = fs::metadata(input).expect("the declarations").len();
    let border = |thread: u64| line_from(input, bytes / threads * thread);
    let stretch = |thread: u64| match thread + 1 {
        last if last == threads => border(thread)..bytes,
        next => border(thread)..border(next),
    };
    std::thread::scope(|scope| {
        let one = |thread| scope.spawn(move || parsed_of(input, stretch(thread)));
        let all: Vec<_> = (0..threads).map(one).collect();
        let counts = all
            .into_iter()
            .map(|thread| thread.join().expect("a count"));
        counts.sum()
    })
}

fn parsed_of(input: &Path, stretch: Range<u64>) -> u64 {
    let mut count = 0;
    lines(input, stretch, |lines| {
        for one in serde_json::Deserializer::from_slice(lines).into_iter::<Filed<'_>>() {
            black_box(one.expect("a declaration"));
            count += 1;
        }
    });
    count
}

/// Where the first line begins that begins there or later.
fn line_from(input: &Path, at: u64) -> u64 {
    let Some(before) = at.checked_sub(1) else {
        return 0;
    };
    let mut file = File::open(input).expect("the declarations");
    file.seek(SeekFrom::Start(before)).expect("the place");
    let mut rest = Vec::new();
    let read = BufReader::new(file).read_until(b'\n', &mut rest);
    before + read.expect("the rest of a line") as u64
}

/// Reads a stretch of whole lines, some at a time.
fn lines(input: &Path, stretch: Range<u64>, mut each: impl FnMut(&[u8])) {
    let mut file = File::open(input).expect("the declarations");
    file.seek(SeekFrom::Start(stretch.start))
        .expect("the place");
    let mut file = file.take(stretch.end - stretch.start);
    let (mut buffer, mut there) = (vec![0; BLOCK], 0);
    loop {
        let read = file.read(&mut buffer[there..]).expect("bytes");
        if read == 0 {
            return assert_eq!(
                there, 0,
                "a line without an end, or one longer than a block"
            );
        }
        there += read;
        let whole = buffer[..there].iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |last| last + 1);
        each(&buffer[..whole]);
        buffer.copy_within(whole..there, 0);
        there -= whole;
    }
}
