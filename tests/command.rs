//! The command as people meet it: arguments in; output, complaints and exit code out.
//!
//! A case is a file in `tests/command/cases`: lines that begin with `$ kakou`, and below each what
//! came back. `UPDATE=1` writes what comes back now. Nothing depends on clock, locale or terminal,
//! and fingerprints are left out, so that only what a person sees is compared.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "command/generated.rs"]
mod generated;
#[path = "support/grouped.rs"]
mod grouped;
#[path = "command/hard.rs"]
mod hard;
#[path = "command/measured.rs"]
mod measured;
#[cfg(feature = "parquet")]
#[path = "command/parquet.rs"]
mod parquet;
#[path = "command/place.rs"]
mod place;
#[path = "command/volumes.rs"]
mod volumes;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder in which cases run.
pub fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command")
}

/// What came back.
pub struct Came {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The command without anything of the machine around it.
pub fn kakou(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakou"));
    command.args(args).current_dir(home()).env_clear();
    command
}

/// Runs to the end with something on the standard input.
pub fn run(mut command: Command, input: &[u8]) -> Came {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A command that stops early closes its input; that is its right.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    Came {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A line `$ kakou …` with an optional `COLUMNS=n` before and `< file` behind it.
fn answer(line: &str) -> String {
    let mut words = line.split_whitespace().peekable();
    let mut columns = None;
    assert_eq!(words.next(), Some("$"), "{line}");
    if let Some(width) = words.peek().and_then(|w| w.strip_prefix("COLUMNS=")) {
        columns = Some(width.to_owned());
        words.next();
    }
    assert_eq!(words.next(), Some("kakou"), "{line}");
    let mut args: Vec<&str> = words.collect();
    let mut input = Vec::new();
    if let Some(at) = args.iter().position(|a| *a == "<") {
        input = fs::read(home().join(args[at + 1])).unwrap();
        args.truncate(at);
    }
    let mut command = kakou(&args);
    if let Some(width) = columns {
        command.env("COLUMNS", width);
    }
    let came = run(command, &input);
    let mut text = format!("{line}\n");
    for (name, part) in [("out", &came.out), ("err", &came.err)] {
        for line in part.lines() {
            text.push_str(format!("{name}| {line}").trim_end());
            text.push('\n');
        }
        if !part.is_empty() && !part.ends_with('\n') {
            text.push_str(&format!("{name}| (no end of line)\n"));
        }
    }
    text.push_str(&format!("exit {}\n", came.code));
    without_fingerprints(&text)
}

/// A fingerprint changes with every change of the checked form; that it is one is enough here.
fn without_fingerprints(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let put = |word: &mut String, out: &mut String| {
        let fingerprint = word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
        out.push_str(if fingerprint { "<fingerprint>" } else { word });
        word.clear();
    };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            word.push(c);
        } else {
            put(&mut word, &mut out);
            out.push(c);
        }
    }
    put(&mut word, &mut out);
    out
}

#[test]
fn what_comes_back_is_what_the_cases_say() {
    let mut differ = Vec::new();
    let mut cases: Vec<PathBuf> = fs::read_dir(home().join("cases"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    cases.sort();
    assert!(cases.len() > 10, "the cases are there");
    for case in cases {
        let said = fs::read_to_string(&case).unwrap();
        let lines = said
            .lines()
            .filter(|line| line.starts_with("$ ") || line.starts_with("# "));
        let came: Vec<String> = lines
            .map(|line| {
                if line.starts_with("# ") {
                    format!("{line}\n")
                } else {
                    answer(line)
                }
            })
            .collect();
        let came = came.join("\n");
        if came == said {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&case, &came).unwrap();
        } else {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            differ.push(format!("==== {name}\n{}", first_difference(&said, &came)));
        }
    }
    assert!(
        differ.is_empty(),
        "{}\n(UPDATE=1 rewrites the cases)",
        differ.join("\n")
    );
}

fn first_difference(said: &str, came: &str) -> String {
    let mut lines = said
        .lines()
        .chain(std::iter::repeat(""))
        .zip(came.lines().chain(std::iter::repeat("")));
    let count = said.lines().count().max(came.lines().count());
    let found = lines
        .by_ref()
        .take(count)
        .enumerate()
        .find(|(_, (a, b))| a != b);
    found.map_or(
        "they differ in their last line end".into(),
        |(n, (a, b))| format!("line {}\n  said {a}\n  came {b}", n + 1),
    )
}
