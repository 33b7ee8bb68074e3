//! A verdict for people, in Chinese or in English.

use super::layout::{both_ends, visible, width, wrap};
use super::{BasisText, Finding, Obligation, Outcomes, Verdict};
use crate::check::rules::{ObligationState, Sure};
use crate::ground::truth::Truth;
use crate::schema::Lang;
use crate::verdict::judgement::Coverage;

/// How a verdict is written.
///
/// ```
/// use kakou::{Lang, verdict::text::Style};
/// let narrow = Style { lang: Lang::Zh, columns: 40, ..Style::default() };
/// assert!(!narrow.colour);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// The language.
    pub lang: Lang,
    /// Columns of a line.
    pub columns: usize,
    /// Whether outcomes are coloured.
    pub colour: bool,
    /// Whether each shadow finding that is undetermined stands by itself; they decide nothing, so
    /// a line with their rules is enough for most.
    pub each_shadow: bool,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            lang: Lang::En,
            columns: 80,
            colour: false,
            each_shadow: false,
        }
    }
}

/// The most rules that are named of those that are undetermined in shadow.
const SHADOWS: usize = 12;

/// The verdict as lines of text, each ended.
///
/// ```
/// use kakou::{schema::Lang, verdict::{Verdict, text::{to_text, Style}}};
/// let text = to_text(&Verdict::default(), Style { lang: Lang::Zh, ..Style::default() });
/// assert!(text.contains("缺失：无"));
/// ```
pub fn to_text(verdict: &Verdict, style: Style) -> String {
    let mut page = Page {
        style,
        out: String::new(),
    };
    page.head(verdict);
    let mut told = vec![false; verdict.obligations.len()];
    for finding in &verdict.findings {
        page.finding(finding);
        for (one, told) in verdict.obligations.iter().zip(&mut told) {
            if !*told && one.element == finding.element && one.rules.contains(&finding.rule) {
                page.obligation(one, 9);
                *told = true;
            }
        }
    }
    if verdict.undetermined_not_listed > 0 {
        let n = verdict.undetermined_not_listed;
        page.line(
            2,
            &page.say(
                &format!("另有 {n} 条规则未定"),
                &format!("{n} more undetermined"),
            ),
        );
    }
    for (one, _) in verdict
        .obligations
        .iter()
        .zip(&told)
        .filter(|(_, told)| !**told)
    {
        page.obligation(one, 2);
    }
    page.shadow(verdict);
    page.views(verdict);
    page.missing(verdict);
    page.foot(verdict);
    page.out
}

struct Page {
    style: Style,
    out: String,
}

impl Page {
    fn say(&self, zh: &str, en: &str) -> String {
        if self.style.lang == Lang::Zh {
            zh.into()
        } else {
            en.into()
        }
    }

    /// A paragraph, wrapped and indented; further lines stand under the first.
    fn line(&mut self, indent: usize, text: &str) {
        self.hanging(indent, indent, text);
    }

    fn hanging(&mut self, first: usize, then: usize, text: &str) {
        let columns = self.style.columns.saturating_sub(first.max(then)).max(20);
        for (at, line) in wrap(&visible(text), columns).iter().enumerate() {
            let indent = if at == 0 { first } else { then };
            self.raw(&format!("{}{line}", " ".repeat(indent)));
        }
    }

    fn raw(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn outcome(&self, outcomes: &Outcomes) -> String {
        let (low, high) = (&outcomes.low, &outcomes.high);
        let lang = self.style.lang;
        let label = |text: &str| visible(text).to_uppercase();
        if low.name == high.name {
            return label(high.labels.get(lang));
        }
        let joint = self.say(" 至 ", " TO ");
        format!(
            "{}{joint}{}",
            label(low.labels.get(lang)),
            label(high.labels.get(lang))
        )
    }

    /// The identifier, the context and the day at the left, the outcome at the right.
    fn head(&mut self, verdict: &Verdict) {
        let lang = self.style.lang;
        let view = verdict.department.as_ref().map(|department| {
            let label = visible(department.labels.get(lang));
            self.say(&format!("{label}视图"), &format!("view of {label}"))
        });
        let context = verdict.context.iter().map(|text| visible(text.get(lang)));
        let day = verdict.as_of.map(|day| day.to_string());
        let about: Vec<String> = view.into_iter().chain(context).chain(day).collect();
        let id = visible(verdict.id.as_deref().unwrap_or("-"));
        let left = format!("{id}   {}", about.join(" · "));
        let outcome = self.outcome(&verdict.counted);
        let mut lines = both_ends(&left, &outcome, self.style.columns);
        if width(&left) > self.style.columns {
            // What goes on below the first line stands under the context, not under the identifier.
            let about = wrap(
                &about.join(" · "),
                self.style.columns.saturating_sub(4).max(20),
            );
            lines = vec![id];
            lines.extend(about.iter().map(|line| format!("    {line}")));
            lines.push(format!(
                "{}{outcome}",
                " ".repeat(self.style.columns.saturating_sub(width(&outcome)))
            ));
        }
        if self.style.colour
            && let Some(last) = lines.last_mut()
            && let Some(rest) = last.strip_suffix(&outcome)
        {
            let code = match verdict.counted.grade {
                0 => "32",
                grade if grade == verdict.counted.worst => "31",
                _ => "33",
            };
            *last = format!("{rest}\u{1b}[1;{code}m{outcome}\u{1b}[0m");
        }
        for line in lines {
            self.raw(&line);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let mut title = format!("  {}", finding.rule);
        if finding.truth == Truth::Unknown {
            title.push_str(&self.say(" 未定", " undetermined"));
        }
        self.titled(&title, finding);
        let message = finding.message.get(self.style.lang);
        if message != finding.title.get(self.style.lang) {
            self.line(9, message);
        }
    }

    fn titled(&mut self, start: &str, finding: &Finding) {
        let lang = self.style.lang;
        let element = finding
            .element
            .as_ref()
            .map_or(String::new(), |e| format!("  {e}"));
        let title = finding.title.get(lang);
        let left = visible(&format!("{start}{element}  {title}"));
        let basis: Vec<String> = finding.basis.iter().map(|b| self.basis(b)).collect();
        let basis = visible(&basis.join(&self.say("、", "; ")));
        let columns = self.style.columns;
        if width(&left) <= columns && width(&basis) + 9 <= columns {
            for line in both_ends(&left, &basis, columns) {
                self.raw(&line);
            }
        } else {
            self.hanging(2, 9, left.trim_start());
            self.line(9, &basis);
        }
    }

    fn basis(&self, basis: &BasisText) -> String {
        let mut text = basis.name.get(self.style.lang).to_string();
        for (part, zh, en) in [
            (&basis.article, "条", "art."),
            (&basis.paragraph, "款", "para."),
        ] {
            if let Some(part) = part {
                text.push_str(&self.say(&format!(" 第{part}{zh}"), &format!(" {en} {part}")));
            }
        }
        text
    }

    fn obligation(&mut self, one: &Obligation, indent: usize) {
        let lang = self.style.lang;
        let argument = match (&one.words, one.argument_known) {
            (Some(words), _) => self.say(&format!("：{}", words.zh), &format!(": {}", words.en)),
            (None, false) => self.say("：未知", ": unknown"),
            (None, true) => String::new(),
        };
        let state = match one.state {
            ObligationState::Met => self.say("已满足", "met"),
            ObligationState::Unmet => self.say("未满足", "unmet"),
            ObligationState::Waived => {
                let by = one.waived_by.join(&self.say("、", ", "));
                self.say(&format!("已由 {by} 免除"), &format!("waived by {by}"))
            }
            ObligationState::Undetermined => self.say("未定", "undetermined"),
        };
        let label = one.kind.labels.get(lang);
        let text = self.say(
            &format!("→ {label}{argument}（{state}）"),
            &format!("→ {label}{argument} ({state})"),
        );
        self.hanging(indent, indent + 2, &text);
    }

    /// Those that fire one by one, the undetermined in one line, each rule once.
    fn shadow(&mut self, verdict: &Verdict) {
        let mut open: Vec<&str> = Vec::new();
        for finding in &verdict.shadow {
            let undetermined = finding.truth == Truth::Unknown;
            if undetermined && !self.style.each_shadow {
                if !open.contains(&finding.rule.as_str()) {
                    open.push(&finding.rule);
                }
                continue;
            }
            let mut start = self.say("  影子 ", "  shadow ");
            start.push_str(&finding.rule);
            if undetermined {
                start.push_str(&self.say(" 未定", " undetermined"));
            }
            self.titled(&start, finding);
            let mark = sure_words(finding.sure, self.style.lang);
            self.line(
                9,
                &self.say(
                    &format!("依据把握不足（{mark}），不作判定"),
                    &format!("its basis is not sure enough ({mark}): it decides nothing"),
                ),
            );
        }
        if open.is_empty() {
            return;
        }
        let many = open.len();
        let mut rules = open.get(..many.min(SHADOWS)).unwrap_or(&open).to_vec();
        if many > SHADOWS {
            rules.push("…");
        }
        let text = self.say(
            &format!("影子未定（{many}）：{}", rules.join("、")),
            &format!("shadow, undetermined ({many}): {}", rules.join(", ")),
        );
        self.hanging(2, 4, &text);
    }

    fn views(&mut self, verdict: &Verdict) {
        let lang = self.style.lang;
        let colon = self.say("：", ": ");
        if verdict.base != verdict.counted {
            let text = self.say("无试点", "without pilots");
            self.line(2, &format!("{text}{colon}{}", self.outcome(&verdict.base)));
        }
        for pilot in &verdict.pilots {
            let text = self.say("影子试点", "shadow pilot");
            let label = pilot.pilot.labels.get(lang);
            let mut line = format!("{text} {label}{colon}{}", self.outcome(&pilot.outcomes));
            for (sign, rules) in [("+", &pilot.gained), ("-", &pilot.lost)] {
                for (rule, element) in rules {
                    let element = element.as_ref().map_or(String::new(), |e| format!(" {e}"));
                    line.push_str(&format!(" {sign}{rule}{element}"));
                }
            }
            self.line(2, &line);
        }
        if verdict.departments.len() > 1 {
            self.departments(verdict);
        }
        let coverage = match verdict.coverage {
            None | Some(Coverage::Full) => return,
            Some(Coverage::Advice) => self.say("仅供参考", "advice only"),
            Some(Coverage::FullOrAdvice) => self.say("完整或仅供参考", "full, or advice only"),
            Some(Coverage::Undetermined) => self.say("未定", "undetermined"),
            Some(Coverage::Outside) => {
                self.say("未收录相关法规", "no law is on file for this movement")
            }
        };
        let text = self.say("覆盖", "coverage");
        self.line(2, &format!("{text}{colon}{coverage}"));
    }

    /// Those that have something to say by name; how many are content, as a number. Where all say
    /// the same, it is said once.
    fn departments(&mut self, verdict: &Verdict) {
        let lang = self.style.lang;
        let content = |o: &super::Outcomes| o.grade == 0;
        let first = verdict.departments.first().map(|(_, outcomes)| outcomes);
        let alike = verdict
            .departments
            .iter()
            .all(|(_, outcomes)| Some(outcomes) == first);
        let views: Vec<String> = verdict
            .departments
            .iter()
            .filter(|(_, outcomes)| !alike && !content(outcomes))
            .map(|(department, outcomes)| {
                format!("{} {}", department.labels.get(lang), self.outcome(outcomes))
            })
            .collect();
        let rest = verdict
            .departments
            .iter()
            .find(|(_, outcomes)| alike || content(outcomes));
        let count = verdict.departments.len() - views.len();
        let rest = rest.map(|(_, outcomes)| {
            let mild = self.outcome(outcomes);
            match (lang, views.is_empty()) {
                (Lang::Zh, true) => format!("全部{mild}"),
                (Lang::Zh, false) => format!("其余 {count} 个{mild}"),
                (Lang::En, true) => format!("all {mild}"),
                (Lang::En, false) => format!("{count} others {mild}"),
            }
        });
        let common = (!content(&verdict.common)).then(|| {
            let label = self.say("必填项与覆盖", "required fields and coverage");
            format!("{label} {}", self.outcome(&verdict.common.high_alone()))
        });
        let said = views
            .into_iter()
            .chain(rest)
            .chain(common)
            .collect::<Vec<_>>()
            .join(&self.say("；", "; "));
        let (text, colon) = (self.say("部门", "departments"), self.say("：", ": "));
        self.hanging(2, 4, &format!("{text}{colon}{said}"));
    }

    fn missing(&mut self, verdict: &Verdict) {
        let lang = self.style.lang;
        let colon = self.say("：", ": ");
        let head = self.say("缺失", "missing");
        if verdict.missing.is_empty() {
            let nothing = self.say("无", "nothing");
            self.line(2, &format!("{head}{colon}{nothing}"));
        } else {
            self.line(2, &format!("{head}{}", colon.trim_end()));
        }
        for missing in &verdict.missing {
            let rules = match missing.rules.is_empty() {
                true => String::new(),
                false => self.say(
                    &format!("（{}）", missing.rules.join("、")),
                    &format!(" ({})", missing.rules.join(", ")),
                ),
            };
            let label = missing.label.get(lang);
            let label = if label == missing.path {
                String::new()
            } else {
                format!(" {label}")
            };
            self.hanging(4, 6, &format!("{}{label}{rules}", missing.path));
        }
        for assumed in &verdict.assumed {
            let head = self.say("推定", "assumed");
            self.hanging(
                2,
                4,
                &format!("{head}{colon}{} = {}", assumed.path, assumed.value),
            );
        }
    }

    fn foot(&mut self, verdict: &Verdict) {
        if let Some(department) = &verdict.department
            && verdict.departments.len() == 1
        {
            let label = department.labels.get(self.style.lang);
            let (zh, en) = (
                format!("本视图只含{label}的规则；是否放行以总体结论为准"),
                format!("the rules of {label} alone: only the whole verdict releases"),
            );
            self.line(2, &self.say(&zh, &en));
        }
        let Some(trust) = verdict.trust else { return };
        let mark = sure_words(trust, self.style.lang);
        let rules = &verdict.rules;
        self.line(
            2,
            &self.say(
                &format!("信任：{mark} · 规则 {rules}"),
                &format!("trust: {mark} · rules {rules}"),
            ),
        );
    }
}

/// A mark in words.
///
/// ```
/// use kakou::{Lang, Sure, verdict::text::sure_words};
/// assert_ne!(sure_words(Sure::Low, Lang::En), sure_words(Sure::High, Lang::En));
/// ```
pub fn sure_words(sure: Sure, lang: Lang) -> &'static str {
    let (zh, en) = match sure {
        Sure::Found => ("原文", "text found"),
        Sure::High => ("高", "high"),
        Sure::Medium => ("中等", "medium"),
        Sure::Low => ("低", "low"),
        Sure::Design => ("推定", "our inference"),
    };
    if lang == Lang::Zh { zh } else { en }
}
