//! Finding the rule files of a folder.
//!
//! What lies in the folder itself is read first, links after: a file that has several names is
//! so read once, under its own name, and a link in a ring ends where a folder was seen before.

use super::{FolderError, is_rules, joined, read_rules, shown};
use crate::ground::limits::Limits;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// One walk through a folder.
pub(super) struct Walk<'a> {
    root: &'a Path,
    limits: &'a Limits,
    /// Folders to look into, with their names.
    folders: Vec<(PathBuf, String)>,
    /// Links to follow once the folders are done, by name.
    links: BTreeMap<String, PathBuf>,
    /// Folders and files seen, with all links followed.
    seen: BTreeSet<PathBuf>,
    looked_into: usize,
    rules: BTreeMap<String, String>,
}

impl<'a> Walk<'a> {
    /// A walk through that folder, whose path has no links left in it.
    pub(super) fn new(root: &'a Path, limits: &'a Limits) -> Self {
        Walk {
            root,
            limits,
            folders: vec![(root.to_path_buf(), String::new())],
            links: BTreeMap::new(),
            seen: BTreeSet::new(),
            looked_into: 0,
            rules: BTreeMap::new(),
        }
    }

    /// The rule files by name.
    pub(super) fn run(mut self) -> Result<BTreeMap<String, String>, FolderError> {
        loop {
            if let Some((folder, name)) = self.folders.pop() {
                self.folder(&folder, &name)?;
            } else if let Some((name, path)) = self.links.pop_first() {
                self.link(&path, &name)?;
            } else {
                return Ok(self.rules);
            }
        }
    }

    fn folder(&mut self, folder: &Path, under: &str) -> Result<(), FolderError> {
        let unreadable = |e: std::io::Error| FolderError::Unreadable {
            name: if under.is_empty() {
                ".".to_owned()
            } else {
                under.to_owned()
            },
            why: e.kind(),
        };
        if !self.seen.insert(folder.to_path_buf()) {
            return Ok(());
        }
        self.looked_into += 1;
        if self.looked_into > self.limits.files {
            return Err(self.too_many());
        }
        // Sorted, so that of several errors the same one is always reported.
        let mut entries = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            entries.insert(entry.file_name(), entry);
        }
        let mut folders = Vec::new();
        for (last, entry) in entries {
            let kind = entry.file_type().map_err(unreadable)?;
            let path = entry.path();
            let Some(last) = last.to_str() else {
                if kind.is_dir() || is_rules(&path) {
                    return Err(FolderError::BadName {
                        name: joined(under, &last.to_string_lossy()),
                    });
                }
                continue;
            };
            if last.starts_with('.') {
                continue;
            }
            let name = joined(under, last);
            if kind.is_symlink() {
                self.links.insert(name, path);
            } else if is_rules(&path) {
                self.file(&path, &name, kind.is_file())?;
            } else if kind.is_dir() {
                folders.push((path, name));
            }
        }
        self.folders.extend(folders.into_iter().rev());
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &str, is_file: bool) -> Result<(), FolderError> {
        if !is_file {
            return Err(FolderError::NotAFile {
                name: name.to_owned(),
            });
        }
        if !self.seen.insert(path.to_path_buf()) {
            return Ok(());
        }
        if self.rules.len() >= self.limits.files {
            return Err(self.too_many());
        }
        let text = read_rules(path, name, self.limits)?;
        self.rules.insert(name.to_owned(), text);
        Ok(())
    }

    /// Links that are neither called like rule files nor lead to a folder are no business of ours
    /// until a rule names them.
    fn link(&mut self, path: &Path, name: &str) -> Result<(), FolderError> {
        let broken = |exists| FolderError::Link {
            link: name.to_owned(),
            target: fs::read_link(path).map(|to| shown(&to)).unwrap_or_default(),
            exists,
        };
        let rules = is_rules(path);
        let Ok(whole) = fs::canonicalize(path) else {
            return if rules { Err(broken(false)) } else { Ok(()) };
        };
        if !rules && !whole.is_dir() {
            return Ok(());
        }
        if !whole.starts_with(self.root) {
            return Err(broken(true));
        }
        if rules {
            let is_file = whole.is_file();
            return self.file(&whole, name, is_file);
        }
        self.folders.push((whole, name.to_owned()));
        Ok(())
    }

    fn too_many(&self) -> FolderError {
        FolderError::TooMany {
            limit: u64::try_from(self.limits.files).unwrap_or(u64::MAX),
        }
    }
}
