//! `kakou trace`: from clause to rule to scenario and back, and what is missing on the way.

mod json;

use super::failure::Failure;
use super::judging::Mark;
use super::loading::{self, counted};
use super::table::{Cell, Layout};
use super::terminal::{self, Terminal};
use super::{End, Language};
use crate::check::Compiled;
use crate::check::rules::{Place, RuleSet, Sure};
use crate::check::tables::register::{self, CLAUSES, NOT_ENCODED, Reason, Register};
use crate::folder::{FileError, Folder};
use crate::ground::day::RoughDay;
use crate::ground::limits::Limits;
use crate::ground::render::{render, visible};
use crate::schema::{Labels, Lang};
use crate::trace::{ClauseKind, ClauseRow, Holes, Matrix, RuleRow, trace};
use crate::verdict::layout::wrap;
use crate::verdict::mark;
use crate::verdict::text::sure_words;
use anstyle::AnsiColor;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The clauses stand beside the rules in `clauses.csv`: clause, kind, mark, section, title_zh,
title_en. Those without a rule stand with their reason in `not_encoded.csv`: clause, reason, why_zh,
why_en.

Exit codes: 0 nothing is missing, 1 there is a hole that nothing explains, 2 the rules, the
register or the usage are wrong.")]
pub(super) struct Args {
    /// A folder with rules.
    rules: PathBuf,
    /// Write the matrix as JSON.
    #[arg(long)]
    json: bool,
    /// List the scenarios too: of each rule, and of each scenario the rules that fire in it.
    #[arg(long, short)]
    verbose: bool,
    /// How sure a rule's basis must be for the rule to decide; the rest is listed as uncertain.
    #[arg(long, value_enum, value_name = "MARK", default_value_t = Mark::High)]
    trust: Mark,
    /// The language of titles.
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let (folder, compiled, rules) = loading::load(&args.rules, &limits, terminal)?;
    let register = read(args, &folder, &limits, terminal)?;
    let trust: Sure = args.trust.into();
    let matrix = trace(&rules, &compiled.scenarios, &register, &folder, trust);
    let page = Page {
        args,
        terminal,
        compiled: &compiled,
        rules: &rules,
        matrix: &matrix,
        holes: matrix.holes(),
        lang: args.lang.into(),
    };
    let text = if args.json {
        format!("{:#}\n", page.json())
    } else {
        page.text()
    };
    terminal::put(text.as_bytes())?;
    Ok(if page.holes.is_empty() {
        End::Fine
    } else {
        End::Some
    })
}

/// The register beside the rules; what is wrong with it is told as what is wrong with rules is.
fn read(
    args: &Args,
    folder: &Folder,
    limits: &Limits,
    terminal: &Terminal,
) -> Result<Register, Failure> {
    for name in [CLAUSES, NOT_ENCODED] {
        if let Err(FileError::Missing { .. }) = folder.file(name) {
            let rules = visible(&args.rules.display().to_string());
            let help = match name {
                CLAUSES => {
                    "it names what the rules answer for, with the columns clause, kind, mark, section, title_zh, title_en"
                }
                _ => {
                    "it names the clauses without a rule, with the columns clause, reason, why_zh, why_en; it may have no rows"
                }
            };
            return Err(Failure::usage(format!("`{rules}` has no `{name}`")).help(help));
        }
    }
    let read = register::read(folder, limits);
    read.register.ok_or_else(|| {
        let mut text = render(&read.diagnostics, &read.sources, terminal.err_colours());
        let errors = read.diagnostics.len() as u64 + read.not_shown;
        text.push_str(&format!(
            "\n{}\n",
            terminal.err_paint(&counted(errors, "error"), AnsiColor::Red, true)
        ));
        let _ = io::stderr().write_all(text.as_bytes());
        Failure::Told
    })
}

struct Page<'a> {
    args: &'a Args,
    terminal: &'a Terminal,
    compiled: &'a Compiled,
    rules: &'a RuleSet,
    matrix: &'a Matrix,
    holes: Holes,
    lang: Lang,
}

impl Page<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).into()
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for (kind, zh, en) in [
            (ClauseKind::Rule, "条款:规则", "clauses: rules"),
            (ClauseKind::Text, "条款:法规", "clauses: texts"),
            (ClauseKind::Article, "条款:条文", "clauses: articles"),
        ] {
            let rows = self.matrix.clauses.iter().filter(|c| c.kind == kind);
            let rows: Vec<_> = rows.map(|clause| self.clause(clause)).collect();
            let titles = [("条款", "CLAUSE"), ("把握", "MARK"), ("规则", "RULES")];
            self.table(&mut out, &self.say(zh, en), &titles, rows);
        }
        let titles = [
            ("规则", "RULE"),
            ("把握", "MARK"),
            ("命中", "CAUGHT"),
            ("通过", "PASSES"),
            ("缺失", "MISSING"),
            ("边界", "BOUNDARY"),
            ("例外", "EXCEPT"),
            ("条款", "CLAUSE"),
        ];
        let rows = self.matrix.rules.iter().map(|rule| self.rule(rule));
        self.table(
            &mut out,
            &self.say("规则", "rules"),
            &titles,
            rows.collect(),
        );
        if self.args.verbose {
            self.scenarios(&mut out);
        }
        self.uncertain(&mut out);
        self.delegated(&mut out);
        self.waiting(&mut out);
        self.coverage(&mut out);
        self.not_encoded(&mut out);
        self.holes(&mut out);
        out.push_str(&self.summary());
        out
    }

    /// A mark, short.
    fn mark(&self, sure: Sure) -> &'static str {
        match self.lang {
            Lang::Zh => sure_words(sure, self.lang),
            Lang::En => mark(sure),
        }
    }

    /// The identifier, with the period where there are several versions.
    fn name(&self, rule: &RuleRow) -> String {
        let versions = self.matrix.rules.iter().filter(|other| other.id == rule.id);
        let period = |word: String, day: RoughDay| format!(" {word} {}", day.last);
        let (from, until) = (rule.force.from, rule.force.until);
        let period = match (versions.count(), from, until) {
            (0 | 1, ..) | (_, None, None) => String::new(),
            (_, Some(from), None) => period(self.say("自", "from"), from),
            (_, None | Some(_), Some(until)) => period(self.say("至", "until"), until),
        };
        format!("{}{period}", rule.id)
    }

    fn title<'l>(&self, labels: &'l Labels, id: &'l str) -> &'l str {
        labels.get(self.lang, id)
    }

    fn clause(&self, clause: &ClauseRow) -> Vec<Cell> {
        let rules = clause
            .rules
            .iter()
            .filter_map(|n| self.matrix.rules.get(*n));
        let mut by: Vec<String> = rules.map(|rule| rule.id.clone()).collect();
        by.dedup();
        by.extend(clause.others.iter().map(|other| other.name(self.lang)));
        let told = match (&clause.not_encoded, by.is_empty()) {
            (Some((reason, _)), _) => Cell::new(format!(
                "{}: {}",
                self.say("未编码", "not encoded"),
                self.reason(*reason)
            )),
            (None, true) => Cell::new(self.say("无规则", "no rule")).colour(AnsiColor::Red),
            (None, false) => Cell::new(by.join(&self.say("、", ", "))),
        };
        vec![
            Cell::new(&clause.id),
            Cell::new(self.mark(clause.mark)),
            told,
        ]
    }

    fn rule(&self, rule: &RuleRow) -> Vec<Cell> {
        let number = |n: usize, wanted: bool| match (n, wanted) {
            (0, true) => Cell::new("0").colour(AnsiColor::Red),
            (0, false) => Cell::new("-"),
            _ => Cell::new(n.to_string()),
        };
        let part = |all: &[crate::trace::Shown]| {
            let seen = all.iter().filter(|shown| !shown.by.is_empty()).count();
            match all.len() {
                0 => Cell::new("-"),
                n if seen < n => Cell::new(format!("{seen}/{n}")).colour(AnsiColor::Red),
                n => Cell::new(format!("{seen}/{n}")),
            }
        };
        let clauses = rule.clauses.iter();
        let clauses = clauses.filter_map(|n| Some(self.matrix.clauses.get(*n)?.id.as_str()));
        let clauses: Vec<&str> = clauses.collect();
        let clause = match clauses.is_empty() {
            true => Cell::new(self.say("无条款", "no clause")).colour(AnsiColor::Red),
            false => Cell::new(clauses.join(", ")),
        };
        vec![
            Cell::new(self.name(rule)),
            Cell::new(self.mark(rule.sure)),
            number(rule.caught.len(), rule.can_fire),
            number(rule.passes.len(), true),
            number(rule.missing.len(), true),
            part(&rule.boundaries),
            part(&rule.exceptions),
            clause,
        ]
    }

    /// A heading, the titles of the columns, and the rows.
    fn table(
        &self,
        out: &mut String,
        heading: &str,
        titles: &[(&str, &str)],
        rows: Vec<Vec<Cell>>,
    ) {
        if rows.is_empty() {
            return;
        }
        self.heading(out, heading, rows.len());
        let titles = titles.iter().map(|(zh, en)| Cell::new(self.say(zh, en)));
        let titles = titles.map(|cell| cell.colour(AnsiColor::White)).collect();
        let mut all: Vec<Vec<Cell>> = vec![titles];
        all.extend(rows);
        self.rows(out, all);
    }

    fn heading(&self, out: &mut String, heading: &str, n: usize) {
        let heading = self.terminal.paint(heading, AnsiColor::Cyan, true);
        let gap = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}{heading} ({n})\n"));
    }

    /// Rows, indented by one column that is empty.
    fn rows(&self, out: &mut String, rows: Vec<Vec<Cell>>) {
        let indented = rows.into_iter().map(|row| {
            let mut cells = vec![Cell::new("")];
            cells.extend(row);
            cells
        });
        let indented: Vec<Vec<Cell>> = indented.collect();
        let layout = Layout::new(&indented, 30, self.terminal);
        for row in &indented {
            out.push_str(&layout.lines(row, self.terminal));
        }
    }

    /// A list under a heading; nothing where it is empty.
    fn list(&self, out: &mut String, (zh, en): (&str, &str), rows: Vec<Vec<Cell>>) {
        if !rows.is_empty() {
            self.heading(out, &self.say(zh, en), rows.len());
            self.rows(out, rows);
        }
    }

    fn rule_at(&self, number: usize) -> Option<&RuleRow> {
        self.matrix.rules.get(number)
    }

    fn scenarios(&self, out: &mut String) {
        let name = |n: &usize| {
            let scenario = self.matrix.scenarios.get(*n)?;
            Some(visible(self.title(&scenario.labels, "")))
        };
        let joint = self.say("；", "; ");
        let heading = self.say("规则与情形", "scenarios of each rule");
        self.heading(out, &heading, self.matrix.rules.len());
        for rule in &self.matrix.rules {
            out.push_str(&format!(
                "  {} {}\n",
                self.name(rule),
                visible(self.title(&rule.labels, ""))
            ));
            let mut shown = vec![
                (self.say("命中", "caught"), rule.caught.clone()),
                (self.say("通过", "passes"), rule.passes.clone()),
                (self.say("缺失", "missing fact"), rule.missing.clone()),
            ];
            for (zh, en, all) in [
                ("边界", "boundary", &rule.boundaries),
                ("例外", "exception", &rule.exceptions),
            ] {
                let word = self.say(zh, en);
                shown.extend(
                    all.iter()
                        .map(|s| (format!("{word}: {}", s.what), s.by.clone())),
                );
            }
            for (what, by) in shown {
                let names: Vec<String> = by.iter().filter_map(name).collect();
                let names = match names.is_empty() {
                    true => self.say("无", "none"),
                    false => names.join(&joint),
                };
                let lines = wrap(&format!("{what}: {names}"), self.terminal.width - 6);
                for (at, line) in lines.iter().enumerate() {
                    let indent = if at == 0 { 4 } else { 6 };
                    out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
                }
            }
        }
        let rows = self.matrix.scenarios.iter().map(|scenario| {
            let fires = scenario.fires.iter().filter_map(|n| self.rule_at(*n));
            let fires: Vec<&str> = fires.map(|rule| rule.id.as_str()).collect();
            vec![
                Cell::new(self.title(&scenario.labels, "")),
                Cell::new(fires.join(", ")),
            ]
        });
        self.list(
            out,
            ("情形中命中的规则", "rules that fire in each scenario"),
            rows.collect(),
        );
    }

    fn uncertain(&self, out: &mut String) {
        let row = |n: &usize| {
            let rule = self.rule_at(*n)?;
            Some(vec![
                Cell::new(self.name(rule)),
                Cell::new(self.mark(rule.sure)),
                Cell::new(self.title(&rule.labels, "")),
            ])
        };
        let rows = self.matrix.uncertain().iter().filter_map(row).collect();
        let heading = ("依据把握不足的规则", "uncertain bases: rules in shadow");
        self.list(out, heading, rows);
    }

    fn delegated(&self, out: &mut String) {
        let schema = &self.rules.schema;
        let row = |n: &usize| {
            let rule = self.rule_at(*n)?;
            let facts = rule.delegated.as_ref()?;
            let facts = facts
                .iter()
                .filter_map(|f| Some(schema.field(*f)?.path.as_str()));
            Some(vec![
                Cell::new(&rule.id),
                Cell::new(facts.collect::<Vec<_>>().join(", ")),
            ])
        };
        let rows = self.matrix.delegated().iter().filter_map(row).collect();
        let heading = (
            "只转述是与否的规则",
            "delegated: rules that only repeat a yes or no of the host",
        );
        self.list(out, heading, rows);
    }

    /// Rules that cannot fire for want of a parameter.
    fn waiting(&self, out: &mut String) {
        let waiting = self.matrix.rules.iter().filter(|rule| !rule.can_fire);
        let row =
            |rule: &RuleRow| vec![Cell::new(&rule.id), Cell::new(self.title(&rule.labels, ""))];
        let heading = (
            "等待未公布参数的规则",
            "rules that wait for a parameter without a value",
        );
        self.list(out, heading, waiting.map(row).collect());
    }

    fn coverage(&self, out: &mut String) {
        let row = |text: String| vec![Cell::new(text)];
        let rows = self.covers().into_iter().map(|(text, _)| row(text));
        self.list(out, ("所声明的覆盖", "coverage as stated"), rows.collect());
    }

    /// Each `covers` as it is written, in one line, and whether it is advice.
    fn covers(&self) -> Vec<(String, bool)> {
        let written = |place: Place| {
            let source = self.compiled.sources.get(place.0.source);
            let text = source.map_or("", |source| source.slice(place.0));
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let covers = self.rules.covers.iter();
        covers.map(|c| (written(c.place), c.advice)).collect()
    }

    fn not_encoded(&self, out: &mut String) {
        let row = |clause: &ClauseRow| {
            let (reason, why) = clause.not_encoded.as_ref()?;
            Some(vec![
                Cell::new(&clause.id),
                Cell::new(self.reason(*reason)),
                Cell::new(self.title(why, "")),
            ])
        };
        let rows = self.matrix.clauses.iter().filter_map(row).collect();
        self.list(out, ("未编码的条款", "clauses not encoded"), rows);
    }

    fn reason(&self, reason: Reason) -> String {
        let (zh, en) = match reason {
            Reason::NotDecidable => ("单次进出不可判定", "not decidable"),
            Reason::TextUnknown => ("未见原文", "text unknown"),
            Reason::Superseded => ("已被取代", "superseded"),
            Reason::NoBasis => ("无依据", "no basis"),
        };
        self.say(zh, en)
    }

    /// `cbec/scenarios.rules:31`
    fn place(&self, place: Place) -> String {
        let Some(source) = self.compiled.sources.get(place.0.source) else {
            return String::new();
        };
        let (line, _) = source.line_column(place.0.start);
        format!("{}:{line}", visible(source.name()))
    }

    fn holes(&self, out: &mut String) {
        let clause = |n: &usize| {
            let clause = self.matrix.clauses.get(*n)?;
            Some(vec![
                Cell::new(&clause.id),
                Cell::new(self.mark(clause.mark)),
                Cell::new(self.title(&clause.labels, "")),
            ])
        };
        let rows = self.holes.clauses.iter().filter_map(clause).collect();
        self.list(
            out,
            ("缺口:无规则的条款", "hole: clauses without a rule"),
            rows,
        );
        let rows = self
            .holes
            .encoded_after_all
            .iter()
            .filter_map(clause)
            .collect();
        let heading = (
            "缺口:列为未编码而已有规则的条款",
            "hole: clauses said not to be encoded that have a rule",
        );
        self.list(out, heading, rows);
        let row = |n: &usize| {
            let rule = self.rule_at(*n)?;
            Some(vec![Cell::new(&rule.id), Cell::new(self.place(rule.place))])
        };
        let rows = self.holes.rules.iter().filter_map(row).collect();
        self.list(
            out,
            ("缺口:无条款的规则", "hole: rules without a clause"),
            rows,
        );
        let row = |n: &usize| {
            let rule = self.rule_at(*n)?;
            let lacks = rule.lacks().into_iter().map(|lack| lack.text(self.lang));
            let lacks: Vec<String> = lacks.collect();
            Some(vec![
                Cell::new(self.name(rule)),
                Cell::new(lacks.join(&self.say("；", "; "))),
            ])
        };
        let rows = self.holes.untried.iter().filter_map(row).collect();
        let heading = (
            "缺口:情形不全的规则",
            "hole: rules whose scenarios do not show all",
        );
        self.list(out, heading, rows);
        let row = |n: &usize| {
            let scenario = self.matrix.scenarios.get(*n)?;
            Some(vec![
                Cell::new(self.place(scenario.place)),
                Cell::new(self.title(&scenario.labels, "")),
            ])
        };
        let rows = self.holes.alike.iter().filter_map(row).collect();
        self.list(out, ("缺口:同名情形", "hole: scenarios of one name"), rows);
        let row = |n: &usize| {
            let law = self.matrix.past_laws.get(*n)?;
            let article = law.article.as_ref();
            let article = article.map_or(String::new(), |a| format!(" article {a}"));
            let by = law.replaced_by.as_ref();
            let by = by.map_or(String::new(), |by| format!(" ({by})"));
            Some(vec![
                Cell::new(format!("{}{article}", law.law)),
                Cell::new(format!("{}{by}", law.since)),
                Cell::new(law.cited_by.name(self.lang)),
            ])
        };
        let rows = self.holes.past_laws.iter().filter_map(row).collect();
        let heading = (
            "缺口:仍被引用的失效法规",
            "hole: laws past their end that are still cited",
        );
        self.list(out, heading, rows);
    }

    fn summary(&self) -> String {
        let matrix = self.matrix;
        let of = |kind| matrix.clauses.iter().filter(|c| c.kind == kind).count() as u64;
        let (rules, texts, articles) = (
            of(ClauseKind::Rule),
            of(ClauseKind::Text),
            of(ClauseKind::Article),
        );
        let clauses = matrix.clauses.len() as u64;
        let explained = matrix
            .clauses
            .iter()
            .filter(|c| c.not_encoded.is_some())
            .count();
        let written = matrix.rules.len() as u64;
        let (shadow, delegated) = (matrix.uncertain().len(), matrix.delegated().len());
        let scenarios = matrix.scenarios.len() as u64;
        let holes = self.holes.count() as u64;
        let text = match self.lang {
            Lang::Zh => format!(
                "条款 {clauses} 条(规则 {rules}、法规 {texts}、条文 {articles},未编码 {explained}),规则 {written} 条(影子 {shadow}、转述 {delegated}),情形 {scenarios} 个"
            ),
            Lang::En => format!(
                "{} ({}, {}, {}, {explained} not encoded), {} ({shadow} in shadow, {delegated} delegated), {}",
                counted(clauses, "clause"),
                counted(rules, "rule"),
                counted(texts, "text"),
                counted(articles, "article"),
                counted(written, "rule"),
                counted(scenarios, "scenario"),
            ),
        };
        let (told, colour) = match (holes, self.lang) {
            (0, Lang::Zh) => ("无缺口".to_owned(), AnsiColor::Green),
            (0, Lang::En) => ("no hole".to_owned(), AnsiColor::Green),
            (n, Lang::Zh) => (format!("缺口 {n} 处"), AnsiColor::Red),
            (n, Lang::En) => (counted(n, "hole"), AnsiColor::Red),
        };
        let lines = wrap(&text, self.terminal.width).join("\n");
        format!("\n{lines}\n{}\n", self.terminal.paint(&told, colour, true))
    }
}
