//! The book in a real browser: opened from the disk, searched, followed, and as wide as the window.
//!
//! Chromium is looked for by its usual names, or taken from `CHROMIUM`. Where there is none the test
//! says so and ends; with `CI` set it is required. The pages of a copy get a script each, which does
//! what a reader would do and writes down what came of it; the browser prints the page at the end.

use super::{book, empty};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The widths of windows that are tried.
const WIDTHS: [u32; 2] = [360, 1280];
/// The largest pages of rules and of laws that are measured, besides all contents.
const LARGEST: usize = 8;

/// Says how wide a page in a frame is, to the page around it.
const PROBE: &str = r#"
if (parent !== window) {
  var root = document.documentElement;
  parent.postMessage([innerWidth, root.scrollWidth, location.pathname].join(" "), "*");
}
document.body.setAttribute("data-title", document.title);
"#;

/// Types what a reader might type, and follows the first thing found where asked to.
const TYPED: &str = r##"
var box = document.querySelector("input[type=search]");
function typed(text) {
  box.value = text;
  box.dispatchEvent(new Event("input"));
  var links = document.querySelectorAll("#hits a");
  return [].map.call(links, function (a) { return a.getAttribute("href"); }).join(" ");
}
document.body.setAttribute("data-nothing", typed("zzzzzz"));
document.body.setAttribute("data-word", typed("年度"));
document.body.setAttribute("data-apart", typed("年度的交易限值"));
document.body.setAttribute("data-id", typed("cb-03"));
if (location.hash === "#go") document.querySelector("#hits a").click();
"##;

/// Shows each page in a frame of each width, one after another, and lists what they say.
const AROUND: &str = r#"
var jobs = JOBS, frame = null, seen = document.getElementById("seen");
function next() {
  if (frame) frame.remove();
  var job = jobs.shift();
  if (!job) return;
  frame = document.createElement("iframe");
  frame.width = job[1];
  frame.height = 800;
  frame.style.border = 0;
  frame.src = job[0];
  document.body.appendChild(frame);
}
addEventListener("message", function (event) {
  var item = document.createElement("li");
  item.textContent = event.data;
  seen.appendChild(item);
  next();
});
next();
"#;

fn browser() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file())
}

/// The page as the browser has it in the end.
fn opened(browser: &Path, profile: &Path, page: &str) -> String {
    let mut command = Command::new(browser);
    command
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--virtual-time-budget=60000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{page}"));
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("</html>"),
        "{page}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// What the script of a page noted.
fn noted(page: &str, name: &str) -> String {
    let lead = format!("data-{name}=\"");
    let rest = page
        .split(lead.as_str())
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} was noted"));
    rest.split('"').next().unwrap().to_owned()
}

/// Gives a page one more script.
fn with_script(folder: &Path, page: &str, text: &str) {
    let path = folder.join(page);
    let whole = fs::read_to_string(&path).unwrap();
    let script = format!("<script>{text}</script></body>");
    fs::write(&path, whole.replace("</body>", &script)).unwrap();
}

#[test]
fn a_reader_searches_follows_and_never_scrolls_sideways() {
    let Some(browser) = browser() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI tries the book in a browser, and there is none"
        );
        eprintln!("SKIPPED: no Chromium is here, so the book was not tried in a browser");
        return;
    };
    let folder = empty("browser");
    let site = book("rules", &folder);
    let at = folder.display().to_string();
    let profile = empty("profile");
    with_script(&folder, "zh/index.html", TYPED);
    let pages = measured(&site);
    for page in &pages {
        with_script(&folder, page, PROBE);
    }

    // The start page leads to both languages.
    let start = opened(&browser, &profile, &format!("{at}/index.html"));
    assert!(start.contains("zh/index.html") && start.contains("en/index.html"));

    let page = opened(&browser, &profile, &format!("{at}/zh/index.html"));
    assert_eq!(noted(&page, "nothing"), "");
    assert!(
        noted(&page, "word").contains("rules/CB-03.html"),
        "{}",
        noted(&page, "word")
    );
    assert!(
        noted(&page, "apart").contains("rules/CB-03.html"),
        "{}",
        noted(&page, "apart")
    );
    assert_eq!(
        noted(&page, "id").split(' ').next(),
        Some("rules/CB-03.html")
    );

    // What a form on another page asks for is looked up when the page opens.
    let asked = opened(
        &browser,
        &profile,
        &format!("{at}/en/index.html?q=yearly+limit"),
    );
    assert!(
        asked.contains("<li><a href=\"rules/CB-03.html\">"),
        "the form of other pages searches"
    );

    // Following the first thing found arrives at the page of the rule.
    let arrived = opened(&browser, &profile, &format!("{at}/zh/index.html#go"));
    assert!(
        noted(&arrived, "title").starts_with("CB-03 "),
        "{}",
        noted(&arrived, "title")
    );

    widths(&folder, (&browser, &profile), &pages);
}

/// The pages to measure: all contents, and the largest of the others.
fn measured(site: &BTreeMap<String, String>) -> Vec<String> {
    let mut pages: Vec<String> = Vec::new();
    for lang in ["zh", "en"] {
        for (folder, most) in [("", usize::MAX), ("rules/", LARGEST), ("laws/", LARGEST)] {
            let lead = format!("{lang}/{folder}");
            let inside = |path: &&String| {
                path.strip_prefix(lead.as_str())
                    .is_some_and(|rest| rest.ends_with(".html") && !rest.contains('/'))
            };
            let mut found: Vec<&String> = site.keys().filter(inside).collect();
            found.sort_by_key(|path| std::cmp::Reverse(site[*path].len()));
            pages.extend(found.into_iter().take(most).cloned());
        }
    }
    if !pages.contains(&"zh/rules/CB-03.html".to_owned()) {
        pages.push("zh/rules/CB-03.html".to_owned());
    }
    pages
}

fn widths(folder: &Path, (browser, profile): (&Path, &Path), pages: &[String]) {
    // A page that is too wide shows that one would be noticed.
    let wide =
        format!("<body><div style=\"width:2000px\">wide</div><script>{PROBE}</script></body>");
    fs::write(folder.join("wide.html"), wide).unwrap();
    let all: Vec<&str> = pages
        .iter()
        .map(String::as_str)
        .chain(["wide.html"])
        .collect();
    let jobs: Vec<String> = all
        .iter()
        .flat_map(|page| WIDTHS.map(|width| format!("[\"{page}\",{width}]")))
        .collect();
    let script = AROUND.replace("JOBS", &format!("[{}]", jobs.join(",")));
    let around = format!(
        "<!doctype html><html><body><ol id=\"seen\"></ol><script>{script}</script></body></html>"
    );
    fs::write(folder.join("widths.html"), around).unwrap();
    let page = opened(
        browser,
        profile,
        &format!("{}/widths.html", folder.display()),
    );
    let mut too_wide = Vec::new();
    let mut told = 0;
    for item in page.split("<li>").skip(1) {
        let line = item.split("</li>").next().unwrap();
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        let (window, content): (u32, u32) = (words[0].parse().unwrap(), words[1].parse().unwrap());
        told += 1;
        if content > window {
            too_wide.push(line.to_owned());
        }
    }
    assert_eq!(told, jobs.len(), "some pages did not say how wide they are");
    let (control, ours): (Vec<_>, Vec<_>) = too_wide
        .into_iter()
        .partition(|line| line.ends_with("/wide.html"));
    assert_eq!(
        control.len(),
        WIDTHS.len(),
        "a page that is too wide is noticed"
    );
    assert!(
        ours.is_empty(),
        "wider than the window:\n{}",
        ours.join("\n")
    );
}
