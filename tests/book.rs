//! The rulebook: what a page says, where its links lead, how large it is, and that it is safe to
//! open. What a browser makes of it stands in `book/browser.rs`.
//!
//! A golden is what a reader of one page sees, without the markup; `UPDATE=1` writes it anew.

#![cfg(feature = "cli")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "book/browser.rs"]
mod browser;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The most bytes of the whole site.
const MOST: usize = 5_000_000;
/// Clicks from the start page to any rule.
const CLICKS: usize = 3;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A new folder for one test.
pub fn empty(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("book")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn doc(rules: &Path, to: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakou"));
    command
        .env_clear()
        .arg("doc")
        .arg(rules)
        .arg("--output")
        .arg(to);
    command.output().unwrap()
}

/// The book of a rule folder, all files by path.
pub fn book(rules: &str, to: &Path) -> BTreeMap<String, String> {
    let output = doc(&root().join(rules), to);
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{output:?}"
    );
    files(to)
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(inner) = waiting.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let parts = path.strip_prefix(folder).unwrap().iter();
            let name: Vec<&str> = parts.map(|part| part.to_str().unwrap()).collect();
            all.insert(name.join("/"), fs::read_to_string(&path).unwrap());
        }
    }
    all
}

/// All values of an attribute.
fn attributes<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let lead = format!(" {name}=\"");
    let found = text.split(lead.as_str()).skip(1);
    found.map(|rest| &rest[..rest.find('"').unwrap()]).collect()
}

/// Where a link of a page leads: the path from the folder of the site, and the section.
fn leads(page: &str, link: &str) -> (String, String) {
    let (path, section) = link.split_once('#').unwrap_or((link, ""));
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    if path.is_empty() {
        return (page.to_owned(), section.to_owned());
    }
    for part in path.split('/') {
        match part {
            ".." => assert!(
                parts.pop().is_some(),
                "{page}: {link} leads out of the site"
            ),
            part => parts.push(part),
        }
    }
    (parts.join("/"), section.to_owned())
}

/// What a reader sees of the main part of a page: its text, a line for each block.
fn seen(page: &str) -> String {
    let from = page.find("<main>").unwrap();
    let main = &page[from..page.find("</main>").unwrap()];
    let mut text = String::new();
    let mut rest = main;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let end = rest[at..].find('>').unwrap() + at;
        let tag = rest[at + 1..end].trim_start_matches('/');
        let word = tag.split(' ').next().unwrap();
        if !["a", "b", "span", "code", "textPath"].contains(&word) {
            text.push('\n');
        }
        rest = &rest[end + 1..];
    }
    text.push_str(rest);
    let plain = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    let lines = plain
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_page_says_all_there_is_to_say_of_a_rule() {
    let site = book("tests/command/small", &empty("small"));
    for page in [
        "zh/rules/CB-01",
        "en/rules/CB-01",
        "zh/rules/BR-01",
        "en/laws/FST-2018-49",
    ] {
        let said = seen(&site[&format!("{page}.html")]);
        let golden = root()
            .join("tests/book")
            .join(format!("{}.txt", page.replace('/', ".")));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&golden, &said).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(
            said,
            expected,
            "{} differs; UPDATE=1 writes it anew",
            golden.display()
        );
    }
}

#[test]
fn links_lead_somewhere_rules_are_three_clicks_away_and_the_whole_is_small() {
    let site = book("rules", &empty("links"));
    let sections: BTreeMap<&str, BTreeSet<&str>> = site
        .iter()
        .map(|(path, text)| (path.as_str(), attributes(text, "id").into_iter().collect()))
        .collect();
    let mut broken = Vec::new();
    let mut next: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        for name in ["href", "src", "action"] {
            for link in attributes(text, name) {
                if link.contains(':') {
                    broken.push(format!("{path}: {link} is outside the site"));
                    continue;
                }
                let (to, section) = leads(path, link);
                let known = sections.get(to.as_str());
                if known.is_none_or(|ids| !section.is_empty() && !ids.contains(section.as_str())) {
                    broken.push(format!("{path}: {link} leads nowhere"));
                }
                if name == "href" {
                    next.entry(path).or_default().insert(to);
                }
            }
        }
        for outside in [
            "url(http", "@import", "srcset", "<iframe", "<object", "<embed",
        ] {
            assert!(!text.contains(outside), "{path} has {outside}");
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));

    let mut far: BTreeMap<&str, usize> = BTreeMap::from([("index.html", 0)]);
    let mut waiting = VecDeque::from(["index.html"]);
    while let Some(path) = waiting.pop_front() {
        let clicks = far[path] + 1;
        for to in next.get(path).into_iter().flatten() {
            if !far.contains_key(to.as_str()) {
                far.insert(to, clicks);
                waiting.push_back(to);
            }
        }
    }
    let rules: Vec<&String> = site
        .keys()
        .filter(|path| path.contains("/rules/"))
        .collect();
    assert!(rules.len() > 100, "only {} pages of rules", rules.len());
    for rule in rules {
        assert!(
            far.get(rule.as_str()).is_some_and(|n| *n <= CLICKS),
            "{rule}: {:?}",
            far.get(rule.as_str())
        );
    }

    let bytes: usize = site.values().map(String::len).sum();
    assert!(bytes < MOST, "{bytes} bytes; {MOST} are the most");
}

#[test]
fn every_page_is_there_in_both_languages_and_leads_to_the_other() {
    let site = book("rules", &empty("languages"));
    let of = |lang: &str| -> BTreeSet<&str> {
        let lead = format!("{lang}/");
        site.keys()
            .filter_map(|path| path.strip_prefix(lead.as_str()))
            .collect()
    };
    assert_eq!(of("zh"), of("en"));
    for path in of("zh") {
        for (lang, other) in [("zh", "en"), ("en", "zh")] {
            let here = format!("{lang}/{path}");
            let text = &site[&here];
            let switch = text.split("id=\"tongue\"").nth(1).unwrap();
            let (to, _) = leads(&here, attributes(switch, "href")[0]);
            assert_eq!(to, format!("{other}/{path}"));
        }
    }
}

#[test]
fn names_are_those_of_the_language_of_the_page() {
    let site = book("rules", &empty("names"));
    let text = |path: &str| {
        let page = site[path].split("<pre>").nth(1).unwrap();
        page[..page.find("</pre>").unwrap()].to_owned()
    };
    let (zh, en) = (text("zh/rules/CB-03.html"), text("en/rules/CB-03.html"));
    assert!(zh.contains("含本单年度累计 &gt; 年度交易限值"), "{zh}");
    assert!(en.contains("year_total &gt; annual_limit"), "{en}");
}

#[test]
fn the_same_rules_give_the_same_book_and_what_is_gone_is_taken_away() {
    let (one, other) = (empty("once"), empty("twice"));
    let first = book("tests/command/small", &one);
    book("examples/gate", &other);
    let second = book("tests/command/small", &other);
    assert_eq!(first, second);
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let folder = empty("foreign");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("letter.txt"), "dear").unwrap();
    let output = doc(&root().join("examples/gate"), &folder);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(files(&folder).len(), 1);
    // A list that names files elsewhere takes nothing away there.
    fs::write(folder.join("files.txt"), "../kept.txt\n/kept.txt\n").unwrap();
    let kept = folder.parent().unwrap().join("kept.txt");
    fs::write(&kept, "kept").unwrap();
    assert_eq!(
        doc(&root().join("examples/gate"), &folder).status.code(),
        Some(0)
    );
    assert!(kept.exists() && folder.join("letter.txt").exists());
}

#[test]
fn nothing_that_rules_say_is_markup_and_nothing_hides() {
    let rules = empty("evil-rules");
    let small = root().join("tests/command/small");
    for (path, text) in files(&small) {
        let to = rules.join(&path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let evil = "<script>alert(1)</script>\\\"' onload='x";
        let text = match path.as_str() {
            "rules.rules" => text.replace("超过年度限值", evil).replace("财关税", evil),
            // Texts of lists are not those of rule files: a control character may stand in them.
            "codes/business.csv" => text.replace("跨境", "\u{1b}[2J\u{7}\u{202e}<i>跨境"),
            _ => text,
        };
        fs::write(to, text).unwrap();
    }
    let to = empty("evil");
    assert!(doc(&rules, &to).status.code().is_some_and(|code| code < 2));
    let site = files(&to);
    let mut shown = 0;
    for (path, text) in &site {
        let control =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(control), "{path} has a control character");
        assert!(
            !text.contains("<script>alert"),
            "{path} has a script that was written in a rule"
        );
        assert!(
            !text.contains("<i>跨境"),
            "{path} has markup that was written in a list"
        );
        assert!(
            !path.ends_with(".html") || !text.contains("' onload="),
            "{path} has a quotation mark as it was written"
        );
        shown += usize::from(text.contains("&lt;script&gt;alert(1)"));
    }
    assert!(shown > 4, "the text is there as it is read");
}
