//! Rule folders on disk and in memory: what is read, under which name, and what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use kakou::folder::{FileError, Folder, FolderError};
use kakou::ground::limits::Limits;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own for one test, gone when the test is done.
struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("kakou-folder-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Place(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Place {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn open(&self) -> Result<Folder, FolderError> {
        Folder::open(&self.0, &Limits::default())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(folder: &Folder) -> Vec<&str> {
    folder.rules().map(|(name, _)| name).collect()
}

#[test]
fn rules_come_in_the_order_of_their_names_and_hidden_ones_not_at_all() {
    let place = Place::new();
    place
        .write("z.rules", "z")
        .write("a/b.rules", "b")
        .write("a.rules", "a")
        .write("a/c/d.rules", "d");
    place
        .write(".hidden.rules", "h")
        .write(".git/e.rules", "e")
        .write("notes.txt", "n");
    let folder = place.open().unwrap();
    assert_eq!(
        names(&folder),
        ["a.rules", "a/b.rules", "a/c/d.rules", "z.rules"]
    );
    assert_eq!(
        folder.rules().map(|(_, text)| text).collect::<String>(),
        "abdz"
    );
}

#[test]
fn a_mark_of_byte_order_goes_and_line_ends_stay() {
    let place = Place::new();
    place.write("a.rules", "\u{feff}law A\r\nlaw B\r\n");
    assert_eq!(
        place.open().unwrap().rules().next(),
        Some(("a.rules", "law A\r\nlaw B\r\n"))
    );
}

#[test]
fn a_single_file_brings_its_folder_for_lists_but_not_its_neighbours() {
    let place = Place::new();
    place
        .write("a.rules", "a")
        .write("b.rules", "b")
        .write("lists/l.csv", "code\n");
    let folder = Folder::open(&place.at("a.rules"), &Limits::default()).unwrap();
    assert_eq!(names(&folder), ["a.rules"]);
    assert_eq!(folder.file("lists/l.csv").unwrap().as_ref(), b"code\n");
}

#[test]
fn what_is_no_rule_folder_is_said_to_be_so() {
    let place = Place::new();
    let shown = |path: &Path| path.display().to_string();
    assert_eq!(
        place.open().unwrap_err(),
        FolderError::Empty {
            path: shown(&place.0)
        }
    );
    place.write("list.csv", "code\n");
    let file = place.at("list.csv");
    let refused = Folder::open(&file, &Limits::default()).unwrap_err();
    assert_eq!(refused, FolderError::NotAFolder { path: shown(&file) });
    let nowhere = place.at("nowhere");
    let refused = Folder::open(&nowhere, &Limits::default()).unwrap_err();
    assert_eq!(
        refused,
        FolderError::Missing {
            path: shown(&nowhere)
        }
    );
    assert_eq!(
        refused.to_string(),
        format!("there is no folder `{}`", shown(&nowhere))
    );
    fs::create_dir(place.at("folder.rules")).unwrap();
    assert_eq!(
        place.open().unwrap_err(),
        FolderError::NotAFile {
            name: "folder.rules".into()
        }
    );
}

#[test]
fn bad_utf8_is_placed() {
    let place = Place::new();
    place.write("a.rules", b"law A\nlaw \xc4\xe3\n");
    let refused = place.open().unwrap_err();
    assert_eq!(
        refused,
        FolderError::NotUtf8 {
            name: "a.rules".into(),
            byte: 10,
            line: 2
        }
    );
}

#[test]
fn the_limits_hold_at_the_limit_and_not_below() {
    let place = Place::new();
    place
        .write("a.rules", "12345")
        .write("b.rules", "1")
        .write("l.csv", "123456");
    let limits = |source_bytes, files| Limits {
        source_bytes,
        files,
        ..Limits::default()
    };
    let open = |limits| Folder::open(&place.0, &limits);
    assert!(open(limits(5, 2)).is_ok());
    let large = open(limits(4, 2)).unwrap_err();
    assert_eq!(
        large,
        FolderError::TooLarge {
            name: "a.rules".into(),
            limit: 4
        }
    );
    assert_eq!(large.code().unwrap().0, "E0501");
    let many = open(limits(5, 1)).unwrap_err();
    assert_eq!(many, FolderError::TooMany { limit: 1 });
    assert_eq!(many.code().unwrap().0, "E0502");
    let file = open(limits(5, 2)).unwrap().file("l.csv").unwrap_err();
    assert_eq!(
        file,
        FileError::TooLarge {
            name: "l.csv".into(),
            limit: 5
        }
    );
}

#[test]
fn names_that_leave_the_folder_are_refused_and_a_missing_one_is_helped() {
    let place = Place::new();
    place
        .write("rules/a.rules", "a")
        .write("rules/lists/zones.csv", "z")
        .write("secret.csv", "s");
    let disk = Folder::open(&place.at("rules"), &Limits::default()).unwrap();
    let memory = Folder::from_texts([("a.rules", "a")]).with_file("lists/zones.csv", "z");
    for folder in [disk, memory] {
        assert_eq!(folder.file("lists/zones.csv").unwrap().as_ref(), b"z");
        assert_eq!(
            folder.file("x/../lists/./zones.csv").unwrap().as_ref(),
            b"z"
        );
        for name in [
            "../secret.csv",
            "lists/../../secret.csv",
            "/etc/passwd",
            "C:/x.csv",
            "lists\\zones.csv",
            "",
            ".",
        ] {
            let refused = folder.file(name).unwrap_err();
            assert!(
                matches!(refused, FileError::Refused { .. }),
                "{name}: {refused}"
            );
        }
        let near = |name: &str| match folder.file(name) {
            Err(FileError::Missing { nearest, .. }) => nearest,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("lists/zone.csv").as_deref(), Some("lists/zones.csv"));
        assert_eq!(near("zones.csv").as_deref(), Some("lists/zones.csv"));
        assert_eq!(near("tariff/headings.csv"), None);
    }
}

#[test]
fn memory_comes_before_disk_and_both_are_read() {
    let place = Place::new();
    place
        .write("a.rules", "a")
        .write("l.csv", "disk")
        .write("m.csv", "disk");
    let folder = place.open().unwrap().with_file("./l.csv", "memory");
    assert_eq!(folder.file("l.csv").unwrap().as_ref(), b"memory");
    assert_eq!(folder.file("m.csv").unwrap().as_ref(), b"disk");
    let small = folder.with_limits(Limits {
        source_bytes: 5,
        ..Limits::default()
    });
    assert!(matches!(
        small.file("l.csv"),
        Err(FileError::TooLarge { limit: 5, .. })
    ));
}

#[test]
fn a_folder_named_as_a_file_is_not_read() {
    let place = Place::new();
    place.write("a.rules", "a").write("lists/l.csv", "l");
    let refused = place.open().unwrap().file("lists").unwrap_err();
    assert_eq!(
        refused,
        FileError::NotAFile {
            name: "lists".into()
        }
    );
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_link_inside_is_followed_and_a_file_is_read_once() {
        let place = Place::new();
        place
            .write(".store/hidden.rules", "h")
            .write("b.rules", "b")
            .write("a/x.rules", "x");
        symlink(place.at(".store/hidden.rules"), place.at("shown.rules")).unwrap();
        symlink("b.rules", place.at("again.rules")).unwrap();
        symlink("..", place.at("a/up")).unwrap();
        symlink(place.at("a"), place.at("z")).unwrap();
        let folder = place.open().unwrap();
        assert_eq!(names(&folder), ["a/x.rules", "b.rules", "shown.rules"]);
    }

    #[test]
    fn a_link_that_leaves_the_folder_is_named_with_its_target() {
        let place = Place::new();
        place
            .write("out/o.rules", "o")
            .write("out/l.csv", "l")
            .write("rules/a.rules", "a");
        let open = || Folder::open(&place.at("rules"), &Limits::default());
        symlink("../out/l.csv", place.at("rules/l.csv")).unwrap();
        let outside = FileError::Outside {
            name: "l.csv".into(),
            target: "../out/l.csv".into(),
        };
        assert_eq!(open().unwrap().file("l.csv").unwrap_err(), outside);
        for (link, target, exists) in [
            ("o.rules", "../out/o.rules", true),
            ("o", "../out", true),
            ("n.rules", "nowhere", false),
        ] {
            symlink(target, place.at("rules").join(link)).unwrap();
            let refused = FolderError::Link {
                link: link.into(),
                target: target.into(),
                exists,
            };
            assert_eq!(open().unwrap_err(), refused);
            assert!(refused.to_string().contains(link) && refused.to_string().contains(target));
            fs::remove_file(place.at("rules").join(link)).unwrap();
        }
        symlink("../out", place.at("rules/.o")).unwrap();
        assert!(matches!(
            open().unwrap().file(".o/l.csv"),
            Err(FileError::Outside { .. })
        ));
    }

    #[test]
    fn an_unreadable_file_is_named() {
        let place = Place::new();
        place.write("a.rules", "a").write("l.csv", "l");
        for name in ["a.rules", "l.csv"] {
            fs::set_permissions(place.at(name), fs::Permissions::from_mode(0o000)).unwrap();
        }
        // Nothing is unreadable to the superuser, so the test then has nothing to look at.
        if fs::read(place.at("a.rules")).is_ok() {
            return;
        }
        let refused = place.open().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`a.rules` cannot be read: permission denied"
        );
        fs::set_permissions(place.at("a.rules"), fs::Permissions::from_mode(0o600)).unwrap();
        let refused = place.open().unwrap().file("l.csv").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the file `l.csv` cannot be read: permission denied"
        );
    }
}
