//! A gate that noise can't fool: the instructions of fifteen paths, counted by callgrind, beside what
//! was recorded for the compiler and the kind of processor in use. A path that takes more than 5 % more
//! than its record fails.
//!
//! ```text
//! cargo bench --bench gate               compare, where valgrind is installed
//! cargo bench --bench gate -- --check    the same; without valgrind an error
//! cargo bench --bench gate -- --record   write what this compiler needs into benches/gate.txt
//! ```
//!
//! The work runs in a child under callgrind. Making the workloads is not looked at: the child asks
//! for the instrumentation when all is made, and counts only what runs within [`counted`].

#[path = "../tests/support/grouped.rs"]
mod grouped;
#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;

use grouped::grouped;
use kakou::engine::{Engine, Scratch, Told};
use kakou::facts::batch::Batch;
use kakou::facts::json::Reader;
use kakou::facts::map::Map;
use kakou::facts::volume::Volume;
use kakou::graph::{Graph, Options};
use kakou::verdict::{json::to_json, render::render, why};
use kakou::{Facts, Lang, Limits, Reference, RuleSet, Sure};
use race::{Kindred, Race, checked};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

type Failure = Box<dyn std::error::Error>;
type Figures = BTreeMap<String, u64>;

/// How much more than its record a path may take, in percent.
const MORE: u64 = 5;
/// What the record calls the compiler's lines, and where it stands.
const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/gate.txt");

/// How often each path is counted. The smallest count is taken: maps of the standard library hash by
/// a seed drawn anew for each, and two strangers that share a place cost a comparison more.
const ROUNDS: usize = 3;

/// The paths, in the order in which they run. A figure is for one pass over the declarations that
/// the path takes, or for one compilation.
const PATHS: [&str; 15] = [
    "read-json",
    "read-csv",
    "judge-header-30",
    "judge-header-1000",
    "judge-header-10000",
    "judge-groups-30",
    "tell-columns-30",
    "tell-header-10000",
    "judge-unknown-1000",
    "judge-items-1000",
    "judge-rulebook",
    "verdict-json",
    "explain",
    "check-1000",
    "graph-1000",
];

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).filter(|w| w != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--child", folder] => child(Path::new(folder)),
        ["--record"] => figures().and_then(|figures| record(&figures)),
        ["--check"] => figures().and_then(|figures| compare(&figures)),
        [] if !has("valgrind") => {
            println!("gate: valgrind is not installed, so that nothing is compared");
            Ok(())
        }
        [] => figures().and_then(|figures| compare(&figures)),
        _ => Err("gate takes --check or --record, or nothing".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("gate: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one path. Callgrind counts from its entry to its exit.
#[inline(never)]
fn counted(path: &mut dyn FnMut()) {
    path();
    // What follows the call keeps it from becoming a jump, which would never come back here.
    black_box(());
}

/// A workload with its engine.
struct Judged {
    race: Race,
    engine: Engine,
}

impl Judged {
    fn new(rules: usize, kin: Kindred) -> Judged {
        let race = Race::new(rules, 7, kin);
        let engine = Engine::from(&Graph::build(&race.rules, Options::default()).expect("a graph"));
        Judged { race, engine }
    }

    /// Judges the first declarations.
    fn judge(&self, scratch: &mut Scratch) {
        for (facts, day) in self.race.movements().take(500) {
            black_box(self.engine.judge(facts, day, scratch));
        }
    }

    /// Judges them together.
    fn judge_all(&self, scratch: &mut Scratch) {
        let all = self.race.movements().take(500);
        self.engine.judge_all(all, scratch, |judgement| {
            black_box(judgement);
        });
    }

    /// Asks of them what fires, and no more.
    fn tell_all(&self, scratch: &mut Scratch) {
        let all = self.race.movements().take(500);
        self.engine.tell_all(all, scratch, |told| heard(&told));
    }

    /// Judges declarations of which nothing is known.
    fn judge_unknown(&self, scratch: &mut Scratch) {
        let unknown = Facts::unknown(&self.race.rules.schema);
        for at in 0..50 {
            black_box(self.engine.judge(&unknown, self.race.day(at), scratch));
        }
    }
}

/// The same of declarations that stand field by field.
fn hear(engine: &Engine, volume: &Volume, scratch: &mut Scratch) {
    engine.tell_volume(volume, scratch, |told| heard(&told));
}

/// Takes what is told.
fn heard(told: &Told<'_>) {
    black_box(told.counted());
    told.each_fired(|fired| {
        black_box(fired.rule);
    });
}

/// The rules of the project with the declarations that are their examples.
struct Rulebook {
    rules: Arc<RuleSet>,
    engine: Engine,
    movements: Vec<Facts>,
}

impl Rulebook {
    fn new() -> Rulebook {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let rules = kakou::load(root.join("rules")).expect("the rules");
        let engine = Engine::from(&Graph::build(&rules, Options::default()).expect("a graph"));
        let text = fs::read_to_string(root.join("examples/declarations.ndjson"));
        let reader = Reader::new(rules.schema.clone());
        let read = |line: &str| reader.read(line.as_bytes()).expect("facts");
        let movements = text.expect("the examples").lines().map(read).collect();
        Rulebook {
            rules,
            engine,
            movements,
        }
    }

    fn judge(&self, scratch: &mut Scratch) {
        for facts in &self.movements {
            let day = facts.as_of(&self.rules.schema).expect("a day");
            black_box(self.engine.judge(facts, day, scratch));
        }
    }

    fn verdicts(&self, scratch: &mut Scratch) {
        for facts in &self.movements {
            let day = facts.as_of(&self.rules.schema).expect("a day");
            let judgement = self.engine.judge(facts, day, scratch);
            let (sure, limits) = (Sure::High, Limits::default());
            let verdict = render(&self.rules, facts, judgement, sure, &limits);
            black_box(to_json(&verdict, None));
        }
    }

    /// Why each rule fires, and what came near, of a few movements: the trace as people read it.
    fn explain(&self, scratch: &mut Scratch) {
        let reference = Reference::new(&self.rules, Sure::High);
        for facts in self.movements.iter().take(5) {
            let day = facts.as_of(&self.rules.schema).expect("a day");
            let judgement = self.engine.judge(facts, day, scratch);
            let trial = reference.trial(facts, day);
            let world = trial.world([]);
            for fired in &judgement.fired {
                black_box(why::rule(
                    &trial,
                    &world,
                    fired.rule,
                    fired.element,
                    Lang::En,
                ));
            }
            black_box(why::near_misses(&trial, &world));
        }
    }
}

/// The header fields of the race as a table, and the map that reads it.
fn table(race: &Race) -> (Map, String) {
    let names = [
        "date", "zone", "line", "business", "mode", "origin", "hs", "value", "quantity",
    ];
    let field = |name: &&str| format!("\"{name}\": {{\"column\": \"{name}\"}}");
    let fields: Vec<String> = names.iter().map(field).collect();
    let map = format!("{{\"fields\": {{{}}}}}", fields.join(","));
    let mut out = names.join(",") + "\n";
    for text in &race.texts {
        let json: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let cell = |name: &&str| {
            json[*name]
                .as_str()
                .map_or(json[*name].to_string(), String::from)
        };
        let cells: Vec<String> = names.iter().map(cell).collect();
        out += &(cells.join(",") + "\n");
    }
    (Map::parse(&race.rules.schema, &map).expect("a map"), out)
}

/// Makes everything, asks for the instrumentation, and runs each path twice: what it allocates for
/// good and what it reads for the first time is not counted.
fn child(folder: &Path) -> Result<(), Failure> {
    let header: Vec<Judged> = [30, 1_000, 10_000]
        .map(|n| Judged::new(n, Kindred::Header))
        .into();
    let items = Judged::new(1_000, Kindred::Full);
    let rulebook = Rulebook::new();
    let race = &header[1].race;
    let reader = Reader::new(race.rules.schema.clone());
    let (map, rows) = table(race);
    let volume = header[0].race.movements().take(500);
    let volume = volume.map(|(facts, day)| (facts.clone(), day)).collect();
    // A scratch that goes from one engine to another is laid out anew, which is no part of judging.
    let mut scratch: [Scratch; 5] = Default::default();
    let mut run = |path: &str| match path {
        "read-json" => race.texts.iter().take(500).for_each(|text| {
            black_box(reader.read(text.as_bytes()).expect("facts"));
        }),
        "read-csv" => {
            let batch = Batch::csv(map.clone(), Limits::default(), rows.as_bytes());
            batch.take(500).for_each(|(_, record)| {
                black_box(record.expect("facts"));
            });
        }
        "judge-header-30" => header[0].judge(&mut scratch[0]),
        "judge-header-1000" => header[1].judge(&mut scratch[1]),
        "judge-header-10000" => header[2].judge(&mut scratch[2]),
        "judge-groups-30" => header[0].judge_all(&mut scratch[0]),
        "tell-columns-30" => hear(&header[0].engine, &volume, &mut scratch[0]),
        "tell-header-10000" => header[2].tell_all(&mut scratch[2]),
        "judge-unknown-1000" => header[1].judge_unknown(&mut scratch[1]),
        "judge-items-1000" => items.judge(&mut scratch[3]),
        "judge-rulebook" => rulebook.judge(&mut scratch[4]),
        "verdict-json" => rulebook.verdicts(&mut scratch[4]),
        "explain" => rulebook.explain(&mut scratch[4]),
        "check-1000" => {
            black_box(checked(&items.race.folder));
        }
        "graph-1000" => {
            let graph = Graph::build(&items.race.rules, Options::default()).expect("a graph");
            black_box(Engine::from(&graph));
        }
        _ => unreachable!("a path without work"),
    };
    for path in PATHS {
        run(path);
    }
    for (at, path) in rounds() {
        ask(folder, at)?;
        counted(&mut || run(path));
    }
    ask(folder, ROUNDS * PATHS.len())
}

/// Every path as often as it is counted, numbered.
fn rounds() -> impl Iterator<Item = (usize, &'static str)> {
    (0..ROUNDS * PATHS.len()).map(|at| (at, PATHS[at % PATHS.len()]))
}

/// Tells whoever counts how many paths have run, and waits until it says to go on.
fn ask(folder: &Path, ran: usize) -> Result<(), Failure> {
    fs::write(folder.join(format!("ran-{ran}")), "")?;
    while !folder.join(format!("go-{ran}")).exists() {
        std::thread::yield_now();
    }
    Ok(())
}

/// How many children count: where memory is taken from differs from process to process, and with it
/// what some paths take by a few in a hundred. The least of all is the same again and again.
const CHILDREN: usize = 3;

/// The instructions of every path, counted in children under callgrind.
fn figures() -> Result<Figures, Failure> {
    for tool in ["valgrind", "vgdb"] {
        if !has(tool) {
            return Err(
                format!("{tool} is not installed; Debian has it in the package valgrind").into(),
            );
        }
    }
    let mut least = Figures::new();
    for child in 0..CHILDREN {
        let folder = env::temp_dir().join(format!("kakou-gate-{}-{child}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let counted = under_callgrind(&folder);
        fs::remove_dir_all(&folder)?;
        for (path, count) in counted? {
            let place = least.entry(path).or_insert(count);
            *place = count.min(*place);
        }
    }
    Ok(least)
}

fn under_callgrind(folder: &Path) -> Result<Figures, Failure> {
    let mut child = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--instr-atstart=no",
            "--collect-atstart=no",
        ])
        .args([
            "--toggle-collect=*gate*counted*",
            "--dump-after=*gate*written*",
        ])
        .arg(format!(
            "--callgrind-out-file={}",
            folder.join("out").display()
        ))
        .arg(format!("--log-file={}", folder.join("log").display()))
        .arg(env::current_exe()?)
        .arg("--child")
        .arg(folder)
        // Copies and comparisons of memory are those of every processor of the kind.
        .env(
            "GLIBC_TUNABLES",
            "glibc.cpu.hwcaps=-AVX2,-AVX512F,-AVX512VL,-ERMS,-FSRM",
        )
        .stdin(Stdio::null())
        .spawn()?;
    let ended = conduct(&mut child, folder).and_then(|()| Ok(child.wait()?));
    let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
    match ended {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(format!("the work ended with {status}\n{}", log()).into()),
        Err(why) => {
            // Nothing is left running; what is wrong is told below.
            let _ = child.kill().and_then(|()| child.wait());
            return Err(format!("{why}\n{}", log()).into());
        }
    }
    let mut figures = Figures::new();
    for (at, path) in rounds() {
        // The first dump was made when nothing had run.
        let count = total(&folder.join(format!("out.{}", at + 2)))?;
        let least = figures.entry(path.to_string()).or_insert(count);
        *least = count.min(*least);
    }
    Ok(figures)
}

/// Has callgrind look at the child once it has made its workloads, and write what it counted after
/// each path.
fn conduct(child: &mut Child, folder: &Path) -> Result<(), Failure> {
    wait(child, &folder.join("ran-0"))?;
    tell(child, &["instrumentation", "on"])?;
    for ran in 0..=ROUNDS * PATHS.len() {
        wait(child, &folder.join(format!("ran-{ran}")))?;
        tell(child, &["dump", "path"])?;
        fs::write(folder.join(format!("go-{ran}")), "")?;
    }
    Ok(())
}

/// Waits for a file of the child.
fn wait(child: &mut Child, file: &Path) -> Result<(), Failure> {
    while !file.exists() {
        if let Some(status) = child.try_wait()? {
            return Err(format!("the work ended with {status} before {}", file.display()).into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Tells callgrind something about the child.
fn tell(child: &Child, words: &[&str]) -> Result<(), Failure> {
    let told = Command::new("vgdb")
        .arg(format!("--pid={}", child.id()))
        .args(words)
        .stdin(Stdio::null())
        .output()?;
    match told.status.success() {
        true => Ok(()),
        false => Err(format!("vgdb: {}", String::from_utf8_lossy(&told.stderr)).into()),
    }
}

/// The instructions that one dump of callgrind adds up.
fn total(part: &PathBuf) -> Result<u64, Failure> {
    let text = fs::read_to_string(part)?;
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let total = line("totals:").or_else(|| line("summary:"));
    Ok(total.ok_or("a dump without a total")?.trim().parse()?)
}

/// The version of the compiler, what it compiles for, and whether the processor has the instructions
/// that loops choose where they can: a record of another does not count.
fn compiler() -> Result<String, Failure> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let said = Command::new(rustc).arg("--version").output()?;
    let version = String::from_utf8(said.stdout)?;
    // Loops over many keys or rows run as the processor can.
    #[cfg(target_arch = "x86_64")]
    let wide = std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let wide = false;
    let wide = if wide { " with AVX2" } else { "" };
    Ok(format!(
        "{} for {}{wide}",
        version.trim(),
        env::consts::ARCH
    ))
}

/// What was recorded, by compiler: a line for the compiler, and an indented one for each path.
fn records() -> Result<BTreeMap<String, Figures>, Failure> {
    let mut records: BTreeMap<String, Figures> = BTreeMap::new();
    let mut compiler = String::new();
    for line in fs::read_to_string(RECORD)?.lines() {
        match line.strip_prefix("  ") {
            _ if line.starts_with('#') || line.is_empty() => {}
            None => compiler = line.to_string(),
            Some(figure) => {
                let (path, count) = figure.split_once(' ').ok_or("a figure without a count")?;
                let figures = records.entry(compiler.clone()).or_default();
                figures.insert(path.to_string(), count.trim().replace(',', "").parse()?);
            }
        }
    }
    Ok(records)
}

/// Writes the figures of this compiler beside those of others.
fn record(figures: &Figures) -> Result<(), Failure> {
    let mut records = records()?;
    records.insert(compiler()?, figures.clone());
    let mut out = "# Instructions of the paths of benches/gate.rs, by compiler. After a change that is meant to\n\
                   # cost more, or for another compiler: cargo bench --bench gate -- --record\n"
        .to_string();
    for (compiler, figures) in &records {
        let _ = writeln!(out, "\n{compiler}");
        for path in PATHS {
            if let Some(count) = figures.get(path) {
                let _ = writeln!(out, "  {path:20}{:>16}", grouped(*count));
            }
        }
    }
    fs::write(RECORD, out)?;
    println!("{RECORD} is written");
    Ok(())
}

/// Holds the figures against the record of this compiler.
fn compare(figures: &Figures) -> Result<(), Failure> {
    let compiler = compiler()?;
    let records = records()?;
    let Some(record) = records.get(&compiler) else {
        println!("gate: nothing is recorded for {compiler}:");
        for path in PATHS {
            println!("  {path:20}{:>16}", grouped(figures[path]));
        }
        println!("cargo bench --bench gate -- --record writes it into benches/gate.txt");
        return Ok(());
    };
    println!("instructions of {compiler}, and how much more they are than recorded");
    let mut worse = Vec::new();
    for path in PATHS {
        let now = figures[path];
        let Some(was) = record.get(path).copied() else {
            return Err(format!("{path} is not recorded for {compiler}; see --record").into());
        };
        let change = (now as f64 / was as f64 - 1.0) * 100.0;
        println!("  {path:20}{:>16}{change:>+9.1} %", grouped(now));
        if now * 100 > was * (100 + MORE) {
            worse.push(path);
        }
    }
    match worse.as_slice() {
        [] => Ok(()),
        worse => Err(format!(
            "more than {MORE} % above the record: {}. If that is meant, record it: \
             cargo bench --bench gate -- --record",
            worse.join(", ")
        )
        .into()),
    }
}

/// Whether a program is on the path.
fn has(program: &str) -> bool {
    Command::new(program).arg("--help").output().is_ok()
}
