//! The report for people: tables that fit eighty columns, in Chinese or in English.

use super::super::loading::thousands;
use super::super::table::{Cell, Layout};
use super::super::terminal::Terminal;
use super::Report;
use super::clock::Stage;
use super::edits::{Edit, Kind};
use crate::check::rules::RuleId;
use crate::ground::render::visible;
use crate::schema::Lang;
use crate::verdict::layout::wrap;
use anstyle::AnsiColor;

/// How many rules and conditions are listed.
const TOP: usize = 10;
/// The most columns of what stands first in a row.
const FIRST: usize = 30;

pub(super) fn of(report: &Report<'_>, lang: Lang, terminal: &Terminal) -> String {
    let page = Page {
        report,
        lang,
        terminal,
    };
    [
        page.head(),
        page.stages(),
        page.spreads(),
        page.rates(),
        page.steps(),
        page.rules(),
        page.predicates(),
        page.edits(),
    ]
    .concat()
}

/// The name of a stage.
pub(super) fn stage(stage: Stage, lang: Lang) -> &'static str {
    match stage {
        Stage::Read => lang.pick("读取", "read"),
        Stage::Parse => lang.pick("解析", "parse"),
        Stage::Judge => lang.pick("判定", "judge"),
        Stage::Write => lang.pick("写出", "write"),
    }
}

/// What a latency is of: stages that cannot be told apart for one declaration go together.
pub(super) fn span(stage: Stage, lang: Lang) -> &'static str {
    match stage {
        Stage::Read | Stage::Parse => lang.pick("读取并解析", "read and parse"),
        Stage::Judge => lang.pick("判定", "judge"),
        Stage::Write => lang.pick("判定并写出", "judge and write"),
    }
}

struct Page<'a> {
    report: &'a Report<'a>,
    lang: Lang,
    terminal: &'a Terminal,
}

/// A count of a thousand as one of each, with a decimal place.
fn tenths(of_thousand: u64) -> String {
    let tenths = (of_thousand + 50) / 100;
    format!("{}.{}", thousands(tenths / 10), tenths % 10)
}

impl Page<'_> {
    fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(zh, en)
    }

    fn head(&self) -> String {
        let sample = self.report.sample;
        let (judged, name) = (
            thousands(sample.declarations.len() as u64),
            visible(&sample.name),
        );
        let mut text = match self.lang {
            Lang::Zh => format!("{name} 的 {judged} 份申报"),
            Lang::En => format!("{judged} declarations of {name}"),
        };
        if sample.wrong > 0 {
            let wrong = thousands(sample.wrong);
            text.push_str(&match self.lang {
                Lang::Zh => format!("，另有 {wrong} 份无法判定"),
                Lang::En => format!(", and {wrong} more that could not be judged"),
            });
        }
        format!("{text}\n")
    }

    /// A title and rows below it; all columns but the first and the last stand to the right.
    fn table(&self, title: &str, rows: Vec<Vec<String>>, last_is_text: bool) -> String {
        let mut widths: Vec<usize> = Vec::new();
        for row in &rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(super::super::table::columns(cell));
            }
        }
        let count = widths.len();
        let cell = |(at, text): (usize, String)| {
            let width = widths.get(at).copied().unwrap_or(0);
            let text_column = at == 0 || (last_is_text && at + 1 == count);
            let owed = match text_column {
                true => 0,
                false => width - super::super::table::columns(&text).min(width),
            };
            Cell::new(format!("{}{text}", " ".repeat(owed)))
        };
        let rows: Vec<Vec<Cell>> = rows
            .into_iter()
            .map(|row| row.into_iter().enumerate().map(cell).collect())
            .collect();
        let layout = Layout::new(&rows, FIRST, self.terminal);
        let mut text = format!("\n{}\n", self.terminal.paint(title, AnsiColor::White, true));
        for row in &rows {
            text.push_str(&layout.lines(row, self.terminal));
        }
        text
    }

    fn stages(&self) -> String {
        let times = &self.report.times;
        let all: u64 = times.stages.iter().map(|took| took.nanos).sum();
        let counted = times.stages.iter().any(|took| took.allocated.is_some());
        let mut head = vec![String::new(), "ns".into(), self.say("占比", "share").into()];
        if counted {
            head.extend([
                self.say("分配次数", "allocations").into(),
                self.say("字节", "bytes").into(),
            ]);
        }
        let mut rows = vec![head];
        for took in &times.stages {
            let percent = took.nanos * 100 / all.max(1);
            let mut row = vec![
                stage(took.stage, self.lang).to_owned(),
                thousands(took.nanos),
                format!("{percent} %"),
            ];
            if let Some((count, bytes)) = took.allocated {
                // Writing is measured together with judging.
                row.extend([tenths(count), thousands(bytes / 1_000)]);
            }
            rows.push(row);
        }
        rows.push(vec![
            self.say("合计", "in all").into(),
            thousands(all),
            "100 %".into(),
        ]);
        let title = self.say(
            "时间去向（每份，单线程）",
            "where the time goes, each, on one thread",
        );
        let mut text = self.table(title, rows, false);
        if !counted {
            text.push_str(self.say(
                "未统计分配次数：编译时须加 `--features allocations`\n",
                "allocations are not counted; build with `--features allocations`\n",
            ));
        }
        text
    }

    fn spreads(&self) -> String {
        let mut rows = vec![vec![
            String::new(),
            "50 %".into(),
            "90 %".into(),
            "99 %".into(),
            "99.9 %".into(),
            self.say("最长", "longest").into(),
        ]];
        for spread in &self.report.times.spreads {
            let mut row = vec![span(spread.stage, self.lang).to_owned()];
            row.extend(spread.nanos.iter().map(|nanos| thousands(*nanos)));
            rows.push(row);
        }
        let title = self.say("单份延迟（ns）", "latency of one, in ns");
        self.table(title, rows, false)
    }

    fn rates(&self) -> String {
        let mut rows = vec![vec![
            self.say("线程", "threads").to_owned(),
            self.say("判定", "judged").into(),
            self.say("判定并写出", "judged and written").into(),
        ]];
        for rate in &self.report.times.rates {
            rows.push(vec![
                rate.threads.to_string(),
                thousands(rate.judged),
                thousands(rate.written),
            ]);
        }
        let title = self.say("吞吐量（每秒份数）", "throughput, declarations a second");
        self.table(title, rows, false)
    }

    fn steps(&self) -> String {
        let (steps, bound) = (self.report.times.steps, self.report.bound);
        let mean = tenths(steps.total * 1_000 / steps.declarations.max(1));
        let (most, bound) = (thousands(steps.most), thousands(bound));
        let each = format!("{:.1}", self.report.times.nanos_per_step());
        let title = self.say("判定步数", "steps of judging");
        let rows = vec![
            vec![self.say("平均", "on average").to_owned(), mean],
            vec![self.say("最多", "at most").to_owned(), most],
            vec![
                self.say("编译器上限", "the compiler's bound").to_owned(),
                bound,
            ],
            vec![self.say("每步 ns", "ns a step").to_owned(), each],
        ];
        self.table(title, rows, false)
    }

    fn id(&self, rule: RuleId) -> String {
        let rules = &self.report.costs.all;
        rules
            .rule(rule)
            .map_or(String::new(), |rule| rule.id.clone())
    }

    fn title_of(&self, rule: RuleId) -> String {
        let rules = &self.report.costs.all;
        let found = rules.rule(rule);
        found.map_or(String::new(), |rule| {
            rule.labels.get(self.lang, "").to_owned()
        })
    }

    fn rules(&self) -> String {
        let costs = &self.report.costs;
        let mut rows = vec![vec![
            self.say("规则", "rule").to_owned(),
            self.say("步数", "steps").into(),
            "ns".into(),
            self.say("触发", "fires").into(),
            self.say("未定", "open").into(),
            String::new(),
        ]];
        for cost in costs.rules.iter().take(TOP) {
            let Some(steps) = cost.steps else { continue };
            let sign = if steps < 0 { "-" } else { "" };
            let nanos = steps as f64 / 1_000.0 * self.report.times.nanos_per_step();
            rows.push(vec![
                self.id(cost.rule),
                format!("{sign}{}", tenths(steps.unsigned_abs())),
                format!("{nanos:.1}"),
                thousands(cost.fires),
                thousands(cost.open),
                self.title_of(cost.rule),
            ]);
        }
        let title = self.say(
            "最费时的规则（去掉它每份少走的步数）",
            "rules that cost most: the steps each judgement takes less without the rule",
        );
        let mut text = self.table(title, rows, true);
        let silent = costs
            .rules
            .iter()
            .filter(|cost| cost.fires + cost.open == 0);
        let silent: Vec<String> = silent.map(|cost| self.id(cost.rule)).collect();
        if !silent.is_empty() {
            let (n, all) = (silent.len(), costs.rules.len());
            let said = match self.lang {
                Lang::Zh => format!("{all} 条规则中 {n} 条从未触发："),
                Lang::En => format!("{n} of {all} rules never fired: "),
            };
            let shown: Vec<&str> = silent.iter().take(TOP * 4).map(String::as_str).collect();
            let more = if n > shown.len() { ", …" } else { "" };
            let line = format!("{said}{}{more}", shown.join(", "));
            for line in wrap(&line, self.terminal.width) {
                text.push_str(&format!("{line}\n"));
            }
        }
        text
    }

    fn predicates(&self) -> String {
        let costs = &self.report.costs;
        let mut rows = vec![vec![
            "ns".to_owned(),
            self.say("规则", "rules").into(),
            self.say("真", "true").into(),
            self.say("假", "false").into(),
            self.say("未定", "open").into(),
            self.say("条件", "condition").into(),
        ]];
        for one in costs.predicates.iter().take(TOP) {
            let share = |n: u64| format!("{} %", n * 100 / one.asked.max(1));
            let [yes, no, open] = one.truths;
            rows.push(vec![
                format!("{:.0}", one.nanos),
                one.rules.len().to_string(),
                share(yes),
                share(no),
                share(open),
                one.text.clone(),
            ]);
        }
        let title = self.say(
            "最费时的条件（由通用求值器逐份测得）",
            "conditions that cost most, each declaration, by the plain evaluator",
        );
        self.table(title, rows, true)
    }

    fn edits(&self) -> String {
        let title = self.say("最有用的三处修改", "the edits that would help most");
        let mut text = format!("\n{}\n", self.terminal.paint(title, AnsiColor::White, true));
        if self.report.edits.is_empty() {
            text.push_str(self.say(
                "未发现能省步数的修改\n",
                "none was found that saves steps\n",
            ));
        }
        for (at, edit) in (1..).zip(&self.report.edits) {
            let said = format!("{at}. {}", self.edit(edit));
            for (place, line) in wrap(&said, self.terminal.width.saturating_sub(3))
                .iter()
                .enumerate()
            {
                text.push_str(&format!("{}{line}\n", if place == 0 { "" } else { "   " }));
            }
        }
        text
    }

    fn edit(&self, edit: &Edit) -> String {
        sentence(self.report, edit, self.lang)
    }
}

/// What an edit is and what it saves, in words.
pub(super) fn sentence(report: &Report<'_>, edit: &Edit, lang: Lang) -> String {
    let rule = report.costs.all.rule(edit.rule);
    let id = visible(rule.map_or("", |rule| rule.id.as_str()));
    let what = match (&edit.kind, lang) {
        (Kind::Drop(part), Lang::En) => {
            format!("{id}: drop `{}`, which decided nothing", visible(part))
        }
        (Kind::Drop(part), Lang::Zh) => format!("{id}：去掉从未起决定作用的 `{}`", visible(part)),
        (Kind::First(part), Lang::En) => format!("{id}: put `{}` first", visible(part)),
        (Kind::First(part), Lang::Zh) => format!("{id}：把 `{}` 放在最前", visible(part)),
        (Kind::ListLast(part), Lang::En) => {
            format!("{id}: search the list last, in `{}`", visible(part))
        }
        (Kind::ListLast(part), Lang::Zh) => format!("{id}：最后再查表 `{}`", visible(part)),
        (Kind::Retire, Lang::En) => {
            format!(
                "{id}: keep it in a rule set of the past; it was in force on no day of the input"
            )
        }
        (Kind::Retire, Lang::Zh) => format!("{id}：移入历史规则集，本次数据中从未施行"),
        (Kind::Narrow { asked, hits }, Lang::En) => format!(
            "{id}: narrow what it is `for`; it is asked for {asked} of {} and fires or may fire for {hits}",
            report.costs.declarations
        ),
        (Kind::Narrow { asked, hits }, Lang::Zh) => format!(
            "{id}：收窄适用范围；{} 份中判了 {asked} 份，触发或未定 {hits} 份",
            report.costs.declarations
        ),
    };
    let steps = tenths(edit.steps.unsigned_abs());
    let share = edit.steps.unsigned_abs() * 1_000 / report.costs.base.steps.max(1);
    let share = format!("{}.{} %", share / 10, share % 10);
    let gain = match (edit.tried, lang) {
        (true, Lang::En) => format!("tried: {steps} steps less each, {share}"),
        (true, Lang::Zh) => format!("已试：每份少 {steps} 步，{share}"),
        (false, Lang::En) => format!("estimated: at most {steps} steps less each, {share}"),
        (false, Lang::Zh) => format!("估计：每份至多少 {steps} 步，{share}"),
    };
    let verdicts = match (edit.tried, edit.same, lang) {
        (false, ..) => "",
        (true, true, Lang::En) => "; the verdicts of the sample stay the same",
        (true, true, Lang::Zh) => "，样本判定不变",
        (true, false, Lang::En) => "; it changes verdicts of the sample",
        (true, false, Lang::Zh) => "，样本判定有变",
    };
    match lang {
        Lang::En => format!("{what}. {}{verdicts}.", capital(&gain)),
        Lang::Zh => format!("{what}。{gain}{verdicts}。"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
