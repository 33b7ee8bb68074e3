//! What became of many declarations: how many of each outcome, which rules fired most, which facts
//! were missing most. What is counted is bounded by the rules, not by the declarations.

use super::Language;
use super::judging::Told;
use super::loading::thousands;
use super::table::{Cell, Layout};
use super::terminal::Terminal;
use crate::check::rules::RuleSet;
use crate::facts::write::path_of;
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::schema::value::{FieldId, OutcomeId};
use crate::verdict::judgement::FactRef;
use crate::verdict::words;
use anstyle::AnsiColor;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many rules and facts are listed.
const TOP: usize = 5;

/// Counts of judgements.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// Declarations with a verdict.
    pub(super) judged: u64,
    /// Records without one.
    pub(super) wrong: u64,
    /// By outcome.
    outcomes: Vec<u64>,
    open: u64,
    assumed: u64,
    /// By rule.
    rules: Vec<u64>,
    /// By field, and the declaration for which the field was counted last.
    missing: Vec<(u64, u64)>,
}

impl Summary {
    /// Counts a judgement.
    pub(super) fn add(&mut self, rules: &RuleSet, told: Told<'_>) {
        let judgement = told.judgement;
        self.judged += 1;
        bump(&mut self.outcomes, usize::from(judgement.counted.high.0), 1);
        self.open += u64::from(judgement.counted.low != judgement.counted.high);
        self.assumed += u64::from(!told.facts.assumed().is_empty());
        let mut before = None;
        for fired in judgement.fired.iter().filter(|f| f.truth == Truth::True) {
            // They come by rule: a declaration counts once for each, whatever its elements.
            let id = told.identifier(fired.rule);
            if before != id {
                bump(&mut self.rules, fired.rule.0 as usize, 1);
            }
            before = id;
        }
        for missing in &judgement.missing {
            let field = match missing.fact {
                FactRef::Header(field) | FactRef::Cell(field, ..) => Some(field),
                FactRef::List(list) => rules.schema.list(list).map(|list| list.field),
            };
            let at = field.map_or(usize::MAX, |field| field.0 as usize);
            if at < rules.schema.fields.len() && self.missing.len() <= at {
                self.missing.resize(rules.schema.fields.len(), (0, 0));
            }
            // Of several elements a field counts once.
            if let Some((count, last)) = self.missing.get_mut(at)
                && *last != self.judged
            {
                (*count, *last) = (*count + 1, self.judged);
            }
        }
    }

    /// Counts what another one counted.
    pub(super) fn join(&mut self, other: &Summary) {
        self.judged += other.judged;
        self.wrong += other.wrong;
        self.open += other.open;
        self.assumed += other.assumed;
        for (at, n) in other.outcomes.iter().enumerate() {
            bump(&mut self.outcomes, at, *n);
        }
        for (at, n) in other.rules.iter().enumerate() {
            bump(&mut self.rules, at, *n);
        }
        let fields = self.missing.len().max(other.missing.len());
        self.missing.resize(fields, (0, 0));
        for ((count, last), (more, _)) in self.missing.iter_mut().zip(&other.missing) {
            (*count, *last) = (*count + more, 0);
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
        let grades = (0u8..).zip(&self.outcomes).filter(|(_, count)| **count > 0);
        for (grade, count) in grades.collect::<Vec<_>>().into_iter().rev() {
            let outcome = words::outcome(&rules.schema, OutcomeId(grade));
            let label =
                Cell::new(outcome.labels.get(lang)).colour(colour(grade, rules.schema.worst().0));
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
        let mut by_id: BTreeMap<String, u64> = BTreeMap::new();
        for (rule, n) in rules.rules.iter().zip(&self.rules) {
            *by_id.entry(rule.id.clone()).or_default() += n;
        }
        let fired = top(by_id)
            .into_iter()
            .map(|(id, n)| vec![Cell::new(&id), right(n), Cell::new(title(&id))]);
        self.list(
            &mut out,
            say("触发最多的规则", "rules that fired most"),
            fired.collect(),
            terminal,
        );
        let fields = (0u32..).map(FieldId).zip(&self.missing);
        let paths = fields.map(|(field, (n, _))| (path_of(&rules.schema, field, &[]), *n));
        let label = |path: &str| {
            let schema = &rules.schema;
            let mut named = (0u32..).map(FieldId).zip(&schema.fields);
            let found = named.find(|(id, _)| path_of(schema, *id, &[]) == path);
            found.map_or(String::new(), |(_, f)| f.labels.get(lang, "").to_owned())
        };
        let missing = top(paths.collect())
            .into_iter()
            .map(|(path, n)| vec![Cell::new(&path), right(n), Cell::new(label(&path))]);
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

fn top(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = counts.into_iter().filter(|(_, n)| *n > 0).collect();
    all.sort_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    all.truncate(TOP);
    all
}

fn bump(counts: &mut Vec<u64>, at: usize, by: u64) {
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    if let Some(count) = counts.get_mut(at) {
        *count += by;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(percent(1, 3), " 33.3 %");
        assert_eq!(percent(2, 3), " 66.7 %");
        assert_eq!(percent(3, 3), "100.0 %");
        assert_eq!(percent(0, 0), "  0.0 %");
    }
}
