//! A rule folder: the texts of one rule set and the lists beside them.
//!
//! Nothing outside the folder is ever read, whatever a rule or a link says: a rule set is
//! whole, can be copied elsewhere, and its fingerprint means the same there. Rule files come
//! in the order of their names, so the order on disk cannot show.

mod error;
mod walk;

pub use error::{FileError, FolderError};

use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use walk::Walk;

/// The texts of one rule set, from disk or from memory.
///
/// ```
/// use kakou::folder::Folder;
/// let folder = Folder::from_texts([("b.rules", "law B"), ("a.rules", "law A")])
///     .with_file("lists/zones.csv", "code\n1\n");
/// let names: Vec<_> = folder.rules().map(|(name, _)| name).collect();
/// assert_eq!(names, ["a.rules", "b.rules"]);
/// assert_eq!(folder.file("lists/../lists/zones.csv").unwrap().as_ref(), b"code\n1\n");
/// assert!(folder.file("../zones.csv").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct Folder {
    rules: BTreeMap<String, String>,
    /// Files from memory; they come before those on disk.
    files: BTreeMap<String, Vec<u8>>,
    /// The folder on disk, with all links in its own path followed.
    root: Option<PathBuf>,
    limits: Limits,
}

/// Rules from memory, with the lists that they name beside them, and nothing from outside.
///
/// ```
/// use kakou::{Folder, folder::FileError};
/// let folder = Folder::from_texts([("zones/zones.rules", "law A")])
///     .with_file("lists/zones.csv", "code\n1\n");
/// assert_eq!(folder.rules().next(), Some(("zones/zones.rules", "law A")));
/// assert!(folder.file("lists/zones.csv").is_ok());
/// assert!(matches!(folder.file("/lists/zones.csv"), Err(FileError::Refused { .. })));
/// ```
impl Folder {
    /// Reads all `*.rules` files of a folder and of the folders in it. A single `.rules` file may
    /// be given too; lists are then looked for beside it. Hidden files and folders are skipped. A
    /// link is followed where it stays inside the folder, and a file that has several names is
    /// read once.
    ///
    /// ```
    /// use kakou::folder::{Folder, FolderError};
    /// use kakou::ground::limits::Limits;
    /// let refused = Folder::open("no/such/folder".as_ref(), &Limits::default());
    /// assert!(matches!(refused, Err(FolderError::Missing { .. })));
    /// ```
    pub fn open(path: &Path, limits: &Limits) -> Result<Folder, FolderError> {
        let shown = path.display().to_string();
        let whole = fs::canonicalize(path).map_err(|e| match e.kind() {
            ErrorKind::NotFound => FolderError::Missing {
                path: shown.clone(),
            },
            why => FolderError::Unreadable {
                name: shown.clone(),
                why,
            },
        })?;
        if whole.is_dir() {
            let rules = Walk::new(&whole, limits).run()?;
            if rules.is_empty() {
                return Err(FolderError::Empty { path: shown });
            }
            return Ok(Folder {
                rules,
                files: BTreeMap::new(),
                root: Some(whole),
                limits: *limits,
            });
        }
        let (Some(file), true) = (path.file_name(), is_rules(path)) else {
            return Err(FolderError::NotAFolder { path: shown });
        };
        let name = file.to_str().ok_or(FolderError::BadName {
            name: shown.clone(),
        })?;
        let parent = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let base = fs::canonicalize(parent).map_err(|e| FolderError::Unreadable {
            name: shown,
            why: e.kind(),
        })?;
        let text = read_rules(&whole, name, limits)?;
        let rules = BTreeMap::from([(name.to_owned(), text)]);
        Ok(Folder {
            rules,
            files: BTreeMap::new(),
            root: Some(base),
            limits: *limits,
        })
    }

    /// Rule texts from memory, by name. Of two with one name the later counts.
    ///
    /// ```
    /// use kakou::Folder;
    /// let folder = Folder::from_texts([("a.rules", "law A"), ("a.rules", "\u{feff}law B")]);
    /// // The later text counts, without the mark that some editors put first.
    /// assert_eq!(folder.rules().collect::<Vec<_>>(), [("a.rules", "law B")]);
    /// ```
    pub fn from_texts<N: Into<String>, T: Into<String>>(
        texts: impl IntoIterator<Item = (N, T)>,
    ) -> Folder {
        let rules = texts
            .into_iter()
            .map(|(n, t)| (n.into(), without_mark(t.into())))
            .collect();
        Folder {
            rules,
            files: BTreeMap::new(),
            root: None,
            limits: Limits::default(),
        }
    }

    /// The same with a list or another file added from memory, which comes before one on disk.
    ///
    /// ```
    /// use kakou::{Folder, Limits};
    /// let gate = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    /// let changed = gate.clone().with_file("./lines.csv", "line,name_zh,name_en\nthird,三线,third line\n");
    /// // What is given comes before what lies on disk.
    /// assert!(changed.file("lines.csv")?.starts_with(b"line,name_zh,name_en\nthird"));
    /// assert_ne!(changed.file("lines.csv")?, gate.file("lines.csv")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_file(mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Folder {
        let name = name.into();
        self.files
            .insert(normal_name(&name).unwrap_or(name), bytes.into());
        self
    }

    /// The same with the text of one rule file put in, in place of the one of that name if there is
    /// one: what an editor holds and nobody has written to disk.
    ///
    /// ```
    /// use kakou::Folder;
    /// let folder = Folder::from_texts([("a.rules", "law A"), ("b.rules", "law B")]);
    /// let edited = folder.clone().with_rules("b.rules", "law C").with_rules("c.rules", "law D");
    /// let texts: Vec<&str> = edited.rules().map(|(_, text)| text).collect();
    /// assert_eq!(texts, ["law A", "law C", "law D"]);
    /// assert_eq!(folder.rules().count(), 2); // What it was made from stays as it is.
    /// ```
    pub fn with_rules(mut self, name: impl Into<String>, text: impl Into<String>) -> Folder {
        self.rules.insert(name.into(), without_mark(text.into()));
        self
    }

    /// The same without the rule file of that name; nothing changes where there is none.
    ///
    /// ```
    /// use kakou::Folder;
    /// let folder = Folder::from_texts([("a.rules", "law A"), ("b.rules", "law B")]);
    /// assert_eq!(folder.clone().without_rules("a.rules").rules().count(), 1);
    /// assert_eq!(folder.without_rules("c.rules").rules().count(), 2);
    /// ```
    pub fn without_rules(mut self, name: &str) -> Folder {
        self.rules.remove(name);
        self
    }

    /// The same with other limits for the files that are still to be read.
    ///
    /// ```
    /// use kakou::{Folder, Limits, folder::FileError};
    /// let folder = Folder::from_texts([("a.rules", "law A")]).with_file("codes.csv", "code\n1\n");
    /// assert!(folder.file("codes.csv").is_ok());
    /// let small = folder.with_limits(Limits { source_bytes: 4, ..Limits::default() });
    /// assert!(matches!(small.file("codes.csv"), Err(FileError::TooLarge { limit: 4, .. })));
    /// ```
    pub fn with_limits(mut self, limits: Limits) -> Folder {
        self.limits = limits;
        self
    }

    /// The rule files in the order of their names: name relative to the folder, and text.
    ///
    /// ```
    /// use kakou::{Folder, Limits};
    /// let gate = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    /// let names: Vec<&str> = gate.rules().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["gate.rules"]); // Its lists are no rules.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rules(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rules
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The bytes of a file that a rule names, relative to the folder.
    ///
    /// ```
    /// use kakou::{Folder, Limits, folder::FileError};
    /// let gate = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    /// assert!(gate.file("lines.csv")?.starts_with(b"line,"));
    /// assert!(matches!(gate.file("../import-risk/law.rules"), Err(FileError::Refused { .. })));
    /// // The nearest name is told.
    /// let Err(FileError::Missing { nearest, .. }) = gate.file("line.csv") else {
    ///     return Err("there is no such file".into());
    /// };
    /// assert_eq!(nearest.as_deref(), Some("lines.csv"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn file(&self, relative: &str) -> Result<Cow<'_, [u8]>, FileError> {
        let name = normal_name(relative)?;
        let too_large = || FileError::TooLarge {
            name: relative.to_owned(),
            limit: u64::try_from(self.limits.source_bytes).unwrap_or(u64::MAX),
        };
        if let Some(bytes) = self.files.get(&name) {
            let fits = bytes.len() <= self.limits.source_bytes;
            return if fits {
                Ok(Cow::Borrowed(bytes))
            } else {
                Err(too_large())
            };
        }
        let Some(root) = &self.root else {
            return Err(missing(
                relative,
                &name,
                self.files.keys().map(String::as_str),
            ));
        };
        let path = inside(root, relative, &name, &self.limits)?;
        let unreadable = |e: std::io::Error| FileError::Unreadable {
            name: relative.to_owned(),
            why: e.kind(),
        };
        let bytes = read_at_most(&path, self.limits.source_bytes).map_err(unreadable)?;
        bytes.map(Cow::Owned).ok_or_else(too_large)
    }
}

/// The name without `.` and `..`, or why it is refused. A name is the same on every machine, so
/// what only one system reads as a separator or a drive is refused on all.
///
/// ```
/// use kakou::folder::normal_name;
/// assert_eq!(normal_name("./lists/a/../b.csv").unwrap(), "lists/b.csv");
/// assert!(normal_name("lists/../../b.csv").is_err());
/// assert!(normal_name("/b.csv").is_err());
/// ```
pub fn normal_name(relative: &str) -> Result<String, FileError> {
    let refuse = |why| {
        Err(FileError::Refused {
            name: relative.to_owned(),
            why,
        })
    };
    let mut letters = relative.chars();
    let drive =
        letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.next() == Some(':');
    if relative.starts_with('/') || drive {
        return refuse("is absolute; a name is relative to the rule folder");
    }
    if relative.contains('\\') {
        return refuse("has `\\` in it; write `/` between folders");
    }
    if relative.contains('\0') {
        return refuse("has a NUL character in it");
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return refuse("leaves the rule folder"),
            ".." => {}
            _ => parts.push(part),
        }
    }
    if parts.is_empty() {
        return refuse("names no file");
    }
    Ok(parts.join("/"))
}

/// The path of a file with all links followed, where it lies in the folder.
fn inside(root: &Path, relative: &str, name: &str, limits: &Limits) -> Result<PathBuf, FileError> {
    let path = root.join(name);
    let whole = match fs::canonicalize(&path) {
        Ok(whole) => whole,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Err(match fs::read_link(&path) {
                Ok(to) => FileError::Outside {
                    name: relative.to_owned(),
                    target: shown(&to),
                },
                Err(_) => {
                    let there = names_in(root, limits.files);
                    missing(relative, name, there.iter().map(String::as_str))
                }
            });
        }
        Err(e) => {
            return Err(FileError::Unreadable {
                name: relative.to_owned(),
                why: e.kind(),
            });
        }
    };
    if !whole.starts_with(root) {
        let target = fs::read_link(&path).unwrap_or(whole);
        return Err(FileError::Outside {
            name: relative.to_owned(),
            target: shown(&target),
        });
    }
    // A pipe would be waited for without end.
    if !whole.is_file() {
        return Err(FileError::NotAFile {
            name: relative.to_owned(),
        });
    }
    Ok(whole)
}

/// That a file is missing, with the nearest name that is there: the same name in another folder
/// before one that is spelt much the same.
fn missing<'a>(
    relative: &str,
    name: &str,
    there: impl Iterator<Item = &'a str> + Clone,
) -> FileError {
    let last = |path: &str| path.rsplit('/').next().map(str::to_owned);
    let moved = there.clone().find(|other| last(other) == last(name));
    let near = moved.or_else(|| nearest(name, there)).map(str::to_owned);
    FileError::Missing {
        name: relative.to_owned(),
        nearest: near,
    }
}

/// The names of the files in a folder, sorted, for the nearest name; no links, nothing hidden.
fn names_in(root: &Path, most: usize) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![(root.to_path_buf(), String::new())];
    let mut left = most;
    while let Some((folder, under)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            if left == 0 {
                return names;
            }
            left -= 1;
            let (Ok(kind), Ok(last)) = (entry.file_type(), entry.file_name().into_string()) else {
                continue;
            };
            if last.starts_with('.') {
                continue;
            }
            let name = joined(&under, &last);
            if kind.is_dir() {
                folders.push((entry.path(), name));
            } else if kind.is_file() {
                names.insert(name);
            }
        }
    }
    names
}

fn joined(under: &str, last: &str) -> String {
    if under.is_empty() {
        last.to_owned()
    } else {
        format!("{under}/{last}")
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn is_rules(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "rules")
}

/// The bytes of a file; nothing where there are more than the limit.
fn read_at_most(path: &Path, limit: usize) -> std::io::Result<Option<Vec<u8>>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// The text of a rule file, without the mark that some editors put first.
fn read_rules(path: &Path, name: &str, limits: &Limits) -> Result<String, FolderError> {
    let bytes = read_at_most(path, limits.source_bytes)
        .map_err(|e| FolderError::Unreadable {
            name: name.to_owned(),
            why: e.kind(),
        })?
        .ok_or_else(|| FolderError::TooLarge {
            name: name.to_owned(),
            limit: u64::try_from(limits.source_bytes).unwrap_or(u64::MAX),
        })?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let lines = e
            .as_bytes()
            .iter()
            .take(at)
            .filter(|b| **b == b'\n')
            .count();
        FolderError::NotUtf8 {
            name: name.to_owned(),
            byte: u64::try_from(at).unwrap_or(u64::MAX),
            line: u64::try_from(lines + 1).unwrap_or(u64::MAX),
        }
    })?;
    Ok(without_mark(text))
}

fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
