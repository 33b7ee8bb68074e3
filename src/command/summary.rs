//! What became of many declarations: how many of each outcome, which rules fired most, which facts
//! were missing most. What is counted is bounded by the rules, not by the declarations.

use super::Language;
use super::loading::thousands;
use super::table::{Cell, Layout};
use super::terminal::Terminal;
use crate::check::rules::RuleSet;
use crate::facts::write::path_of;
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::schema::value::FieldId;
use crate::verdict::Verdict;
use crate::verdict::words;
use anstyle::AnsiColor;
use std::collections::BTreeMap;

/// How many rules and facts are listed.
const TOP: usize = 5;

/// Counts of verdicts.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// Declarations with a verdict.
    pub(super) judged: u64,
    /// Records without one.
    pub(super) wrong: u64,
    outcomes: BTreeMap<u8, u64>,
    open: u64,
    assumed: u64,
    rules: BTreeMap<String, u64>,
    missing: BTreeMap<String, u64>,
}

impl Summary {
    /// Counts a verdict.
    pub(super) fn add(&mut self, verdict: &Verdict) {
        self.judged += 1;
        *self.outcomes.entry(verdict.counted.grade).or_default() += 1;
        self.open += u64::from(verdict.counted.low != verdict.counted.high);
        self.assumed += u64::from(!verdict.assumed.is_empty());
        let mut before: Option<&str> = None;
        for finding in verdict.findings.iter().filter(|f| f.truth == Truth::True) {
            // Findings come by rule: a declaration counts once for each, whatever its elements.
            if before != Some(&finding.rule) {
                *self.rules.entry(finding.rule.clone()).or_default() += 1;
            }
            before = Some(&finding.rule);
        }
        let mut seen: Vec<String> = verdict
            .missing
            .iter()
            .map(|m| without_places(&m.path))
            .collect();
        seen.sort();
        seen.dedup();
        for path in seen {
            *self.missing.entry(path).or_default() += 1;
        }
    }

    /// The counts for people.
    pub(super) fn text(&self, rules: &RuleSet, language: Language, terminal: &Terminal) -> String {
        let say = |zh: &str, en: &str| {
            if language == Language::Zh {
                zh.to_string()
            } else {
                en.to_string()
            }
        };
        let lang: Lang = language.into();
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        let n = thousands(self.judged);
        let plural = if self.judged == 1 { "" } else { "s" };
        let mut out = say(
            &format!("共判定 {n} 份申报\n"),
            &format!("{n} declaration{plural} judged\n"),
        );
        for (grade, count) in self.outcomes.iter().rev() {
            let outcome = words::outcome(&rules.schema, crate::schema::value::OutcomeId(*grade));
            let label =
                Cell::new(outcome.labels.get(lang)).colour(colour(*grade, rules.schema.worst().0));
            rows.push(vec![
                label,
                right(*count),
                Cell::new(percent(*count, self.judged)),
            ]);
        }
        if self.open > 0 {
            let label = say("其中未定", "of these not settled");
            rows.push(vec![
                Cell::new(label),
                right(self.open),
                Cell::new(percent(self.open, self.judged)),
            ]);
        }
        if self.assumed > 0 {
            let label = say("含推定值", "with assumed values");
            rows.push(vec![
                Cell::new(label),
                right(self.assumed),
                Cell::new(percent(self.assumed, self.judged)),
            ]);
        }
        if self.wrong > 0 {
            let label = Cell::new(say("无法判定", "could not be judged")).colour(AnsiColor::Red);
            rows.push(vec![label, right(self.wrong), Cell::new("")]);
        }
        append(&mut out, &rows, terminal);
        let title = |id: &str| {
            let rule = rules.rules.iter().find(|rule| rule.id == id);
            rule.map_or(String::new(), |rule| rule.labels.get(lang, "").to_owned())
        };
        let fired = top(&self.rules)
            .into_iter()
            .map(|(id, n)| vec![Cell::new(id), right(n), Cell::new(title(id))]);
        self.list(
            &mut out,
            say("触发最多的规则", "rules that fired most"),
            fired.collect(),
            terminal,
        );
        let label = |path: &str| {
            let schema = &rules.schema;
            let named = (0u32..).map(FieldId).zip(&schema.fields);
            let mut found = named.filter(|(id, _)| path_of(schema, *id, &[]) == path);
            let field = found.next();
            field.map_or(String::new(), |(_, f)| f.labels.get(lang, "").to_owned())
        };
        let missing = top(&self.missing).into_iter();
        let missing =
            missing.map(|(path, n)| vec![Cell::new(path), right(n), Cell::new(label(path))]);
        self.list(
            &mut out,
            say("缺失最多的要素", "facts missing most"),
            missing.collect(),
            terminal,
        );
        out
    }

    fn list(&self, out: &mut String, title: String, rows: Vec<Vec<Cell>>, terminal: &Terminal) {
        if !rows.is_empty() {
            out.push_str(&format!("{title}\n"));
            append(out, &rows, terminal);
        }
    }
}

fn append(out: &mut String, rows: &[Vec<Cell>], terminal: &Terminal) {
    let indented: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            std::iter::once(Cell::new(""))
                .chain(row.iter().cloned())
                .collect()
        })
        .collect();
    let layout = Layout::new(&indented, 40, terminal);
    for row in &indented {
        out.push_str(&layout.lines(row, terminal));
    }
}

/// The colour of an outcome: green for the mildest, red for the worst, yellow between.
pub(super) fn colour(grade: u8, worst: u8) -> AnsiColor {
    match grade {
        0 => AnsiColor::Green,
        grade if grade >= worst => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    }
}

/// A count that ends where the counts above it end.
fn right(n: u64) -> Cell {
    Cell::new(format!("{:>11}", thousands(n)))
}

/// The share with one decimal, in whole numbers so that it is the same everywhere.
fn percent(part: u64, whole: u64) -> String {
    let tenths = (part.saturating_mul(2000) + whole)
        .checked_div(whole.saturating_mul(2))
        .unwrap_or(0);
    format!("{:>3}.{} %", tenths / 10, tenths % 10)
}

fn top(counts: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let mut all: Vec<(&str, u64)> = counts.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    all.sort_by(|a, b| (std::cmp::Reverse(a.1), a.0).cmp(&(std::cmp::Reverse(b.1), b.0)));
    all.truncate(TOP);
    all
}

/// `items[3].total` becomes `items.total`.
fn without_places(path: &str) -> String {
    let mut inside = false;
    path.chars()
        .filter(|c| {
            inside |= *c == '[';
            let keep = !inside;
            inside &= *c != ']';
            keep
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_paths() {
        assert_eq!(percent(1, 3), " 33.3 %");
        assert_eq!(percent(2, 3), " 66.7 %");
        assert_eq!(percent(3, 3), "100.0 %");
        assert_eq!(percent(0, 0), "  0.0 %");
        assert_eq!(
            without_places("items[12].documents[3].no"),
            "items.documents.no"
        );
    }
}
