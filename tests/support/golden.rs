//! Cases with expected files, and the schema that the examples of the reference stand on.

use kakou::folder::Folder;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The `.rules` files of a folder of cases, in order.
#[allow(dead_code, reason = "not every test has cases")]
pub fn cases(folder: &str) -> Vec<PathBuf> {
    let read = std::fs::read_dir(root().join(folder)).expect("a folder of cases");
    let mut files: Vec<PathBuf> = read.map(|f| f.expect("a file").path()).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "rules"));
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Compares with the expected file, or writes it where `UPDATE` is set.
#[allow(dead_code, reason = "not every test compares with files")]
pub fn golden(path: &Path, found: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, found).expect("to write");
    }
    let wanted = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        wanted,
        found,
        "{} differs; UPDATE=1 rewrites it",
        path.display()
    );
}

/// The shared schema alone.
#[allow(dead_code, reason = "not every test needs it alone")]
pub fn prelude() -> Folder {
    folder_of(&[])
}

/// Texts beside the shared schema; where the first begins with `# alone`, without it. The shared
/// code tables and lists are there either way.
pub fn folder_of(texts: &[(&str, &str)]) -> Folder {
    let base = root().join("tests/language_reference");
    let mut all: Vec<(String, String)> = texts
        .iter()
        .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()))
        .collect();
    if !texts.first().is_some_and(|(_, t)| t.starts_with("# alone")) {
        let text = std::fs::read_to_string(base.join("prelude.rules")).expect("the schema");
        all.push(("prelude.rules".to_owned(), text));
    }
    let mut folder = Folder::from_texts(all);
    for kind in ["codes", "lists"] {
        for file in std::fs::read_dir(base.join(kind)).expect("a folder") {
            let path = file.expect("a file").path();
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let bytes = std::fs::read(&path).expect("to read");
            folder = folder.with_file(format!("{kind}/{name}"), bytes);
        }
    }
    folder
}
