//! Why a rule folder, or a file in it, cannot be read.

use crate::ground::diagnostic::Code;
use std::fmt;
use std::io::ErrorKind;

/// Why the rules of a folder cannot be read. Names inside the folder are relative to it.
///
/// ```
/// use kakou::{Folder, Limits, folder::FolderError};
/// let refused = Folder::open("README.md".as_ref(), &Limits::default()).unwrap_err();
/// assert_eq!(refused, FolderError::NotAFolder { path: "README.md".into() });
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderError {
    /// There is nothing at that path.
    Missing {
        /// The path as given.
        path: String,
    },
    /// The path is a file, and not one of rules.
    NotAFolder {
        /// The path as given.
        path: String,
    },
    /// No rule file is in the folder.
    Empty {
        /// The path as given.
        path: String,
    },
    /// The system does not let us read it.
    Unreadable {
        /// The file or folder.
        name: String,
        /// What the system says.
        why: ErrorKind,
    },
    /// It is called like a rule file but is a pipe, a device or a folder.
    NotAFile {
        /// Its name.
        name: String,
    },
    /// A name that is not Unicode cannot be reported or compared.
    BadName {
        /// The name as far as it can be shown.
        name: String,
    },
    /// A link leads out of the folder, or nowhere.
    Link {
        /// The link.
        link: String,
        /// Where it leads.
        target: String,
        /// Whether there is something.
        exists: bool,
    },
    /// A rule file is not UTF-8.
    NotUtf8 {
        /// The file.
        name: String,
        /// The first bad byte, counted from 0.
        byte: u64,
        /// The line it is on, counted from 1.
        line: u64,
    },
    /// A rule file has more bytes than the limit.
    TooLarge {
        /// The file.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// More rule files or more folders than the limit.
    TooMany {
        /// The limit.
        limit: u64,
    },
}

impl FolderError {
    /// The stable code where a limit was passed; the other causes lie outside the rules.
    ///
    /// ```
    /// use kakou::folder::FolderError;
    /// assert_eq!(FolderError::TooMany { limit: 3 }.code().unwrap().0, "E0502");
    /// assert!(FolderError::Missing { path: "rules".into() }.code().is_none());
    /// ```
    pub fn code(&self) -> Option<Code> {
        match self {
            FolderError::TooLarge { .. } => Some(Code("E0501")),
            FolderError::TooMany { .. } => Some(Code("E0502")),
            _ => None,
        }
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FolderError::Missing { path } => write!(f, "there is no folder `{path}`"),
            FolderError::NotAFolder { path } => {
                write!(
                    f,
                    "`{path}` is a file; give a folder with `.rules` files, or one `.rules` file"
                )
            }
            FolderError::Empty { path } => write!(f, "no `.rules` file is in the folder `{path}`"),
            FolderError::Unreadable { name, why } => write!(f, "`{name}` cannot be read: {why}"),
            FolderError::NotAFile { name } => {
                write!(f, "`{name}` is called like a rule file but is not a file")
            }
            FolderError::BadName { name } => write!(f, "the file name `{name}` is not Unicode"),
            FolderError::Link {
                link,
                target,
                exists: true,
            } => {
                write!(
                    f,
                    "the link `{link}` leads out of the rule folder, to `{target}`"
                )
            }
            FolderError::Link {
                link,
                target,
                exists: false,
            } => {
                write!(f, "the link `{link}` leads to `{target}`, where nothing is")
            }
            FolderError::NotUtf8 { name, byte, line } => {
                write!(
                    f,
                    "`{name}` is not UTF-8 at byte {byte}, on line {line}; save it as UTF-8"
                )
            }
            FolderError::TooLarge { name, limit } => {
                write!(
                    f,
                    "`{name}` has more than {limit} bytes, the limit for one file"
                )
            }
            FolderError::TooMany { limit } => {
                write!(
                    f,
                    "the rule folder holds more than {limit} rule files or folders, the limit"
                )
            }
        }
    }
}

impl std::error::Error for FolderError {}

/// Why a list or another file that rules name cannot be read.
///
/// ```
/// use kakou::{Folder, folder::FileError};
/// let folder = Folder::from_texts([("a.rules", "")]).with_file("lists/zones.csv", "code\n1\n");
/// let nearest = Some("lists/zones.csv".into());
/// let missing = FileError::Missing { name: "zones.csv".into(), nearest };
/// assert_eq!(folder.file("zones.csv").unwrap_err(), missing);
/// assert!(matches!(folder.file("/etc/zones.csv"), Err(FileError::Refused { .. })));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// The name is empty, absolute, has `\` in it, or climbs out of the folder.
    Refused {
        /// The name as written.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file lies outside the folder, by way of a link.
    Outside {
        /// The name as written.
        name: String,
        /// Where it leads.
        target: String,
    },
    /// There is no such file.
    Missing {
        /// The name as written.
        name: String,
        /// A file that is there and called much the same.
        nearest: Option<String>,
    },
    /// It is a folder, a pipe or a device.
    NotAFile {
        /// The name as written.
        name: String,
    },
    /// It has more bytes than the limit.
    TooLarge {
        /// The name as written.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The system does not let us read it.
    Unreadable {
        /// The name as written.
        name: String,
        /// What the system says.
        why: ErrorKind,
    },
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Refused { name, why } => write!(f, "the file name `{name}` {why}"),
            FileError::Outside { name, target } => {
                write!(
                    f,
                    "the file `{name}` leads out of the rule folder, to `{target}`"
                )
            }
            FileError::Missing { name, .. } => {
                write!(f, "there is no file `{name}` in the rule folder")
            }
            FileError::NotAFile { name } => write!(f, "`{name}` is not a file"),
            FileError::TooLarge { name, limit } => {
                write!(
                    f,
                    "the file `{name}` has more than {limit} bytes, the limit for one file"
                )
            }
            FileError::Unreadable { name, why } => {
                write!(f, "the file `{name}` cannot be read: {why}")
            }
        }
    }
}

impl std::error::Error for FileError {}
