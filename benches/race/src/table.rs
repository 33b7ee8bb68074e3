//! The results as a text of at most 80 columns.

use crate::ours::{BARE, COLUMNS, GROUPS, KAKOU, NAIVE};
use crate::run::{Entry, Time};
use std::fmt::Write;

/// One table below the other.
pub fn table(entries: &[Entry]) -> String {
    let mut out = String::new();
    let facts = |entry: &Entry, of: fn(&Time) -> String| entry.facts.as_ref().map(of);
    let json = |entry: &Entry, of: fn(&Time) -> String| entry.json.as_ref().map(of);
    let time = |time: &Time| duration(time.ns);
    let base = |time: &Time| ratio(time.to_base);
    let kakou = |time: &Time| ratio(time.to_kakou);
    section(
        &mut out,
        "A declaration, from prepared facts",
        entries,
        |e| facts(e, time),
    );
    section(
        &mut out,
        "The same, as a multiple of the naive loop",
        entries,
        |e| facts(e, base),
    );
    section(&mut out, "The same, as a multiple of Kakou", entries, |e| {
        facts(e, kakou)
    });
    section(&mut out, "From JSON to the verdict", entries, |e| {
        json(e, time)
    });
    section(
        &mut out,
        "The same, as a multiple of the bare parse",
        entries,
        |e| json(e, base),
    );
    section(&mut out, "Loading the rules", entries, |entry| {
        let own = entry.engine != NAIVE && entry.engine != BARE && entry.refuses.is_none();
        own.then(|| duration(entry.load_s * 1e9))
    });
    for entry in entries {
        if let Some(why) = &entry.refuses {
            let why: String = why.chars().take(300).collect();
            let note = format!(
                "{} refuses {} rules: {why}",
                entry.engine,
                grouped(entry.rules)
            );
            out.push_str(&wrapped(&note));
        }
    }
    out
}

/// A table of engines by numbers of rules; engines without a cell are left out.
fn section(
    out: &mut String,
    title: &str,
    entries: &[Entry],
    cell: impl Fn(&Entry) -> Option<String>,
) {
    let sizes = sizes(entries);
    let _ = writeln!(out, "{title}");
    let _ = write!(out, "{:20}", "");
    for size in &sizes {
        let _ = write!(out, "{:>11}", grouped(*size));
    }
    out.push('\n');
    for engine in engines(entries) {
        let own = |size: &usize| {
            let own = |entry: &&Entry| entry.engine == engine && entry.rules == *size;
            entries.iter().find(own)
        };
        let cells: Vec<Option<String>> =
            sizes.iter().map(|size| own(size).and_then(&cell)).collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let _ = write!(out, "{engine:20}");
        for (size, cell) in sizes.iter().zip(cells) {
            let refused = own(size).is_some_and(|entry| entry.refuses.is_some());
            let none = if refused { "refuses" } else { "-" };
            let _ = write!(out, "{:>11}", cell.as_deref().unwrap_or(none));
        }
        out.push('\n');
    }
    out.push('\n');
}

/// The numbers of rules, ascending.
pub fn sizes(entries: &[Entry]) -> Vec<usize> {
    let mut sizes: Vec<usize> = entries.iter().map(|entry| entry.rules).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The engines: Kakou, what it is measured by, and the peers as they came.
pub fn engines(entries: &[Entry]) -> Vec<&str> {
    let mut engines = vec![KAKOU, GROUPS, COLUMNS, NAIVE, BARE];
    for entry in entries {
        if !engines.contains(&entry.engine.as_str()) {
            engines.push(&entry.engine);
        }
    }
    engines
}

/// Nanoseconds, two or three digits and a unit.
pub fn duration(ns: f64) -> String {
    let units = ["ns", "us", "ms", "s"];
    let (mut value, mut at) = (ns, 0);
    while value >= 999.5 && at + 1 < units.len() {
        value /= 1000.0;
        at += 1;
    }
    let places = match value {
        value if value < 9.95 => 2,
        value if value < 99.5 => 1,
        _ => 0,
    };
    // A tenth of a nanosecond is noise.
    let places = if at == 0 { 0 } else { places };
    format!("{value:.places$} {}", units[at])
}

/// A ratio with two or three digits.
fn ratio(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 0.0995 => format!("{ratio:.4}"),
        ratio if ratio < 9.95 => format!("{ratio:.2}"),
        ratio if ratio < 99.5 => format!("{ratio:.1}"),
        ratio => grouped(ratio.round() as usize),
    }
}

/// A number with commas.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Lines of at most 80 columns; those after the first are indented.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        if width > 0 && width + 1 + word.len() > 80 {
            out.push_str("\n  ");
            width = 2;
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += word.len();
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(duration(61.7), "62 ns");
        assert_eq!(duration(999.7), "1.00 us");
        assert_eq!(duration(12_345.0), "12.3 us");
        assert_eq!(duration(345_678_901.0), "346 ms");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(ratio(0.00142), "0.0014");
        assert_eq!(ratio(0.548), "0.55");
        assert_eq!(ratio(1_234.5), "1,235");
    }

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let entry = |engine: &str, rules, refuses: Option<&str>| Entry {
            engine: engine.to_string(),
            rules,
            refuses: refuses.map(String::from),
            load_s: 1.5,
            compared: 2_000,
            judged: 2_000,
            facts: None,
            json: None,
        };
        let why = "the program would have more instructions than it can number, and so on and on";
        let sizes = [30, 100, 1_000, 10_000, 100_000];
        let entries: Vec<Entry> = sizes
            .iter()
            .flat_map(|size| {
                [
                    entry("DataFusion, batches", *size, None),
                    entry("x", *size, Some(why)),
                ]
            })
            .collect();
        let table = table(&entries);
        assert!(table.contains("x refuses 100,000 rules: the program"));
        assert!(table.lines().all(|line| line.len() <= 80), "{table}");
    }
}
