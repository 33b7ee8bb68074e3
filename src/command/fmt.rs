//! `kakou fmt`: rule files in the one canonical layout, each in its own language.
//!
//! A file is written only where its new text reads back as the same layout, and then by way of a
//! file beside it, so that a crash leaves the old text or the new one and nothing between.

use super::End;
use super::diff::diff;
use super::failure::{Failure, said};
use super::loading::{self, counted};
use super::terminal::Terminal;
use crate::ground::diagnostic::{Diagnostic, Severity};
use crate::ground::limits::Limits;
use crate::ground::render::{render, visible};
use crate::ground::source::{Source, Sources};
use crate::ground::span::SourceId;
use crate::syntax::{language_of, parse, print::print};
use anstyle::AnsiColor;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 all is laid out, 1 with --check some files differ, 2 a file has errors and was left as it is."
)]
pub(super) struct Args {
    /// A folder with rules, one `.rules` file, or `-` to lay out the standard input.
    rules: PathBuf,
    /// Change nothing; list the files that would change, and how.
    #[arg(long)]
    check: bool,
}

/// What laying out a text gives.
enum Laid {
    Same,
    Changed(String),
    Wrong(Vec<Diagnostic>),
    /// The new text does not read back as what it was made from.
    Unsettled,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    if args.rules.as_os_str() == "-" {
        return standard_input(args, terminal, &limits);
    }
    let folder = loading::open(&args.rules, &limits)?;
    let mut out = io::stdout().lock();
    let (mut same, mut changed, mut wrong) = (0, 0, 0);
    for (name, text) in folder.rules() {
        let path = if args.rules.is_dir() {
            args.rules.join(name)
        } else {
            args.rules.clone()
        };
        // The folder has taken off the mark that some editors put first; the file has it.
        let bytes = fs::read(&path).map_err(|why| unreadable(&path, &why))?;
        let marked = bytes.len() != text.len();
        match (lay_out(text, &limits), args.check) {
            (Laid::Same, _) if !marked => same += 1,
            (Laid::Wrong(complaints), _) => {
                wrong += 1;
                tell_wrong(name, text, &complaints, terminal);
            }
            (Laid::Unsettled, _) => {
                wrong += 1;
                tell_unsettled(name, terminal);
            }
            (laid, true) => {
                changed += 1;
                writeln!(
                    out,
                    "{}",
                    terminal.paint(&visible(name), AnsiColor::White, true)
                )?;
                let new = if let Laid::Changed(new) = &laid {
                    new
                } else {
                    text
                };
                out.write_all(differences(text, new, marked, terminal).as_bytes())?;
            }
            (laid, false) => {
                changed += 1;
                let new = if let Laid::Changed(new) = &laid {
                    new
                } else {
                    text
                };
                replace(&path, new)?;
                writeln!(out, "{}", visible(name))?;
            }
        }
    }
    out.flush()?;
    drop(out);
    let did = if args.check {
        "would change"
    } else {
        "changed"
    };
    let mut told = vec![
        format!("{} {did}", counted(changed, "file")),
        format!("{same} as they should be"),
    ];
    if wrong > 0 {
        told.push(format!(
            "{} with errors left as they are",
            counted(wrong, "file")
        ));
    }
    let _ = writeln!(io::stderr(), "{}", told.join(", "));
    Ok(match (wrong, changed) {
        (1.., _) => End::Refused,
        (_, 1..) if args.check => End::Some,
        _ => End::Fine,
    })
}

fn standard_input(args: &Args, terminal: &Terminal, limits: &Limits) -> Result<End, Failure> {
    let mut bytes = Vec::new();
    let most = limits.source_bytes as u64 + 1;
    let read = io::stdin().lock().take(most).read_to_end(&mut bytes);
    read.map_err(|why| {
        Failure::usage(format!("the standard input cannot be read: {}", said(&why)))
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage("the standard input is not UTF-8; rule files are"))?;
    let plain = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut out = io::stdout().lock();
    let new = match lay_out(plain, limits) {
        Laid::Wrong(complaints) => {
            tell_wrong("<stdin>", plain, &complaints, terminal);
            return Ok(End::Refused);
        }
        Laid::Unsettled => {
            tell_unsettled("<stdin>", terminal);
            return Ok(End::Refused);
        }
        Laid::Same => plain.to_owned(),
        Laid::Changed(new) => new,
    };
    let differs = new != text;
    if !args.check {
        out.write_all(new.as_bytes())?;
    } else if differs {
        out.write_all(differences(plain, &new, plain.len() != text.len(), terminal).as_bytes())?;
    }
    out.flush()?;
    Ok(if args.check && differs {
        End::Some
    } else {
        End::Fine
    })
}

fn lay_out(text: &str, limits: &Limits) -> Laid {
    let (file, complaints) = parse(SourceId(0), text, limits);
    if complaints.iter().any(is_error) {
        return Laid::Wrong(complaints);
    }
    let lang = language_of(text);
    let new = print(&file, lang);
    if new == text {
        return Laid::Same;
    }
    // A file of somebody's rules is not risked on the printer being right.
    let (again, complaints) = parse(SourceId(0), &new, limits);
    if complaints.iter().any(is_error) || print(&again, lang) != new {
        return Laid::Unsettled;
    }
    Laid::Changed(new)
}

fn differences(old: &str, new: &str, marked: bool, terminal: &Terminal) -> String {
    let mut text = String::new();
    if marked {
        text.push_str("  the byte order mark goes\n");
    }
    if old.contains("\r\n") {
        text.push_str("  line ends become LF\n");
    }
    text.push_str(&diff(old, new, terminal));
    text
}

fn tell_wrong(name: &str, text: &str, complaints: &[Diagnostic], terminal: &Terminal) {
    let mut sources = Sources::default();
    sources.add(Source::new(name, text));
    let told = render(complaints, &sources, terminal.err_colours());
    let _ = writeln!(io::stderr(), "{told}");
}

fn tell_unsettled(name: &str, terminal: &Terminal) {
    let error = terminal.err_paint("error", AnsiColor::Red, true);
    let what = "the new layout would not read back the same; this is a mistake of kakou";
    let _ = writeln!(io::stderr(), "{error}: `{}`: {what}", visible(name));
}

fn is_error(complaint: &Diagnostic) -> bool {
    complaint.code.severity() == Severity::Error
}

fn unreadable(path: &Path, why: &io::Error) -> Failure {
    Failure::usage(format!(
        "`{}` cannot be read: {}",
        visible(&path.display().to_string()),
        said(why)
    ))
}

/// Puts a new text in the place of a file, at once or not at all. A link stays a link.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |why: io::Error| Failure::write(format!("`{}`", path.display()), why);
    let whole = fs::canonicalize(path).map_err(failed)?;
    let name = whole
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let beside = whole.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let write = || -> io::Result<()> {
        let allowed = fs::metadata(&whole)?.permissions();
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(allowed)?;
        file.sync_all()?;
        fs::rename(&beside, &whole)
    };
    write().map_err(|why| {
        let _ = fs::remove_file(&beside);
        failed(why)
    })
}
