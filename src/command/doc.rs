//! `kakou doc`: the rulebook as a site of files that open from the disk.

use super::failure::Failure;
use super::judging::Mark;
use super::loading::{self, counted, thousands};
use super::terminal::Terminal;
use super::{End, judging};
use crate::book::Book;
use crate::ground::limits::Limits;
use crate::ground::render::visible;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The file that lists what was written, so that the next book can take away what is no longer in it.
const LIST: &str = "files.txt";

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The start page is `index.html` in the folder; nothing but a browser is needed to read it.

Example:
  kakou doc rules --output book")]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// The folder to write to: a new or empty one, or one that holds an earlier book.
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// How sure a rule's basis must be for the rule to decide.
    #[arg(long, value_enum, value_name = "MARK", default_value_t = Mark::High)]
    trust: Mark,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let (folder, compiled, rules) = loading::load(&args.rules, &limits, terminal)?;
    let before = earlier(&args.output)?;
    let book = Book::new(&folder, &compiled, &rules, args.trust.into())
        .map_err(|why| judging::refused("the book of the rules cannot be made", why))?;
    let files = book
        .files()
        .map_err(|why| Failure::usage(format!("a page cannot be laid out: {}", visible(&why))))?;
    write(&args.output, &files, &before)?;
    let bytes: usize = files.values().map(String::len).sum();
    let mut told = format!(
        "{} on {} in {}, {} bytes\n",
        counted(book.pages() as u64, "page"),
        if book.pages() == 1 { "a rule" } else { "rules" },
        counted(files.len() as u64, "file"),
        thousands(bytes as u64)
    );
    let failed = book.failed();
    if failed > 0 {
        told.push_str(&format!(
            "{} not as expected; `kakou test {}` says which\n",
            counted(failed as u64, "scenario"),
            visible(&args.rules.display().to_string())
        ));
    }
    let _ = io::stderr().write_all(told.as_bytes());
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{}",
        visible(&args.output.join("index.html").display().to_string())
    )?;
    out.flush()?;
    Ok(if failed > 0 { End::Some } else { End::Fine })
}

/// The files of an earlier book in a folder; a folder with something else in it is left alone.
fn earlier(folder: &Path) -> Result<Vec<String>, Failure> {
    let shown = visible(&folder.display().to_string());
    let mut inside = match fs::read_dir(folder) {
        Ok(inside) => inside,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(written(folder, why)),
    };
    match fs::read_to_string(folder.join(LIST)) {
        Ok(list) => Ok(list
            .lines()
            .filter(|line| is_ours(line))
            .map(str::to_owned)
            .collect()),
        Err(_) if inside.next().is_none() => Ok(Vec::new()),
        Err(_) => Err(
            Failure::usage(format!("`{shown}` holds something that is no book"))
                .help("name a folder that is new or empty"),
        ),
    }
}

/// Whether a path may be that of a page: within the folder, whatever somebody wrote in the list.
fn is_ours(path: &str) -> bool {
    let ours = |part: &str| !part.is_empty() && part != "." && part != "..";
    !path.contains(['\\', ':']) && path.split('/').all(ours)
}

fn write(to: &Path, files: &BTreeMap<String, String>, before: &[String]) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(|why| written(to, why))?;
    let list: String = files.keys().map(|path| format!("{path}\n")).collect();
    for (path, text) in files {
        let whole = to.join(path);
        if let Some(folder) = whole.parent() {
            fs::create_dir_all(folder).map_err(|why| written(folder, why))?;
        }
        fs::write(&whole, text).map_err(|why| written(&whole, why))?;
    }
    for path in before.iter().filter(|path| !files.contains_key(*path)) {
        // A page that is gone already is what is wanted.
        let _ = fs::remove_file(to.join(path));
    }
    let whole = to.join(LIST);
    fs::write(&whole, list).map_err(|why| written(&whole, why))
}

fn written(path: &Path, why: io::Error) -> Failure {
    Failure::write(format!("`{}`", path.display()), why)
}
