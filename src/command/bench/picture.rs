//! The report as a picture: where the time goes, latencies, throughput, and the rules that cost most.

use super::super::failure::Failure;
use super::super::input::Input;
use super::super::loading::thousands;
use super::super::output::same_file;
use super::super::table::{columns, fitted};
use super::Report;
use super::clock::Stage;
use super::text::{span, stage};
use crate::ground::render::visible;
use crate::schema::Lang;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const WIDTH: u64 = 800;
/// Where bars begin, and the longest they are.
const LEFT: u64 = 170;
const LONGEST: u64 = 480;
const ROW: u64 = 24;
/// Colours that are told apart by people who do not see red and green, and printed.
const BLUE: &str = "#0072b2";
const ORANGE: &str = "#e69f00";
const GREEN: &str = "#009e73";
const PURPLE: &str = "#cc79a7";
const GREY: &str = "#777777";
/// How many rules are drawn.
const RULES: usize = 12;
/// The columns of a label.
const LABEL: usize = 24;

/// Refuses a picture in the place of something that is read.
pub(super) fn may_write(path: &Path, inputs: &[Input], read: &[PathBuf]) -> Result<(), Failure> {
    let shown = visible(&path.display().to_string());
    if path.extension().is_none_or(|ending| ending != "svg") {
        return Err(
            Failure::usage(format!("the picture `{shown}` does not end in `.svg`"))
                .help("the picture is drawn as SVG, which browsers show"),
        );
    }
    let inputs = inputs.iter().filter_map(|input| input.path.as_deref());
    for other in inputs.chain(read.iter().map(PathBuf::as_path)) {
        if same_file(path, other) {
            return Err(Failure::usage(format!(
                "the picture `{shown}` is a file that is read"
            )));
        }
    }
    Ok(())
}

/// A bar with what stands before it and behind it.
struct Bar {
    label: String,
    value: u64,
    said: String,
    colour: &'static str,
}

struct Drawing {
    body: String,
    y: u64,
}

pub(super) fn of(report: &Report<'_>, lang: Lang) -> String {
    let mut drawing = Drawing {
        body: String::new(),
        y: 40,
    };
    let sample = report.sample;
    let judged = thousands(sample.declarations.len() as u64);
    let head = match lang {
        Lang::En => format!("kakou bench · {judged} declarations of {}", sample.name),
        Lang::Zh => format!("kakou bench · {} 的 {judged} 份申报", sample.name),
    };
    drawing.text(24, &head, 18, "#000000", "start");
    drawing.y += 12;
    stages(&mut drawing, report, lang);
    latencies(&mut drawing, report, lang);
    let rates = report.times.rates.iter().flat_map(|rate| {
        let threads = match lang {
            Lang::En if rate.threads == 1 => "1 thread".to_owned(),
            Lang::En => format!("{} threads", rate.threads),
            Lang::Zh => format!("{} 线程", rate.threads),
        };
        let bar = |what: &str, value: u64, colour| Bar {
            label: format!("{threads}, {what}"),
            value,
            said: thousands(value),
            colour,
        };
        [
            bar(lang.pick("判定", "judge"), rate.judged, BLUE),
            bar(lang.pick("含写出", "and write"), rate.written, ORANGE),
        ]
    });
    let title = lang.pick("吞吐量（每秒份数）", "throughput, declarations a second");
    drawing.bars(title, rates.collect());
    let rules = report.costs.rules.iter().take(RULES).filter_map(|cost| {
        let steps = u64::try_from(cost.steps?).ok().filter(|steps| *steps > 0)?;
        let rule = report.costs.all.rule(cost.rule)?;
        let hits = thousands(cost.fires);
        let said = format!("{}.{}", thousands(steps / 1_000), steps % 1_000 / 100);
        Some(Bar {
            label: rule.id.clone(),
            value: steps,
            said: match lang {
                Lang::En => format!("{said} steps, fires {hits} times"),
                Lang::Zh => format!("{said} 步，触发 {hits} 次"),
            },
            colour: PURPLE,
        })
    });
    let title = lang.pick(
        "最费时的规则（去掉它每份少走的步数）",
        "rules that cost most: steps less each without the rule",
    );
    drawing.bars(title, rules.collect());
    let bound = match lang {
        Lang::En => format!(
            "{} steps at most, of {} that the compiler allows · rules {}",
            thousands(report.times.steps.most),
            thousands(report.bound),
            report.fingerprint
        ),
        Lang::Zh => format!(
            "至多 {} 步，编译器上限 {} · 规则 {}",
            thousands(report.times.steps.most),
            thousands(report.bound),
            report.fingerprint
        ),
    };
    drawing.y += 12;
    drawing.text(24, &bound, 12, GREY, "start");
    drawing.done(&head)
}

fn colour(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => GREY,
        Stage::Parse => ORANGE,
        Stage::Judge => BLUE,
        Stage::Write => GREEN,
    }
}

/// One bar of all stages, each as long as its share.
fn stages(drawing: &mut Drawing, report: &Report<'_>, lang: Lang) {
    let title = lang.pick(
        "时间去向（每份，单线程）",
        "where the time goes, each, on one thread",
    );
    drawing.title(title);
    let all: u64 = report.times.stages.iter().map(|took| took.nanos).sum();
    let (mut x, whole) = (24, WIDTH - 48);
    let top = drawing.y;
    for took in &report.times.stages {
        let wide = took.nanos * whole / all.max(1);
        drawing.rect(x, top, wide, 28, colour(took.stage));
        x += wide;
    }
    drawing.y += 28 + 18;
    let mut x = 24;
    for took in &report.times.stages {
        let said = format!(
            "{} {} ns, {} %",
            stage(took.stage, lang),
            thousands(took.nanos),
            took.nanos * 100 / all.max(1)
        );
        drawing.rect(x, drawing.y - 10, 11, 11, colour(took.stage));
        drawing.text(x + 16, &said, 12, "#000000", "start");
        x += 188;
    }
    drawing.y += 14;
}

/// A dot for each quantile on a scale of powers of ten.
fn latencies(drawing: &mut Drawing, report: &Report<'_>, lang: Lang) {
    let title = lang.pick(
        "单份延迟（50 %、90 %、99 %、99.9 %、最长）",
        "latency of one: 50 %, 90 %, 99 %, 99.9 %, longest",
    );
    drawing.title(title);
    let longest = report
        .times
        .spreads
        .iter()
        .flat_map(|spread| spread.nanos)
        .max();
    let decades = longest.unwrap_or(1).max(1).ilog10() + 1;
    let first = 2u32;
    let span_of = decades.saturating_sub(first).max(1);
    let place = |nanos: u64| {
        // Thousandths of a decade between powers of ten, which is all that a dot can show.
        let log = (nanos.max(100) as f64).log10() - f64::from(first);
        LEFT + (log / f64::from(span_of) * LONGEST as f64) as u64
    };
    let (top, rows) = (drawing.y, report.times.spreads.len() as u64);
    for decade in first..=decades {
        let x = place(10u64.pow(decade));
        drawing.line(x, top, x, top + rows * ROW);
        let at = drawing.y;
        drawing.y = top + rows * ROW + 14;
        drawing.text(x, &tick(decade), 11, GREY, "middle");
        drawing.y = at;
    }
    for spread in &report.times.spreads {
        drawing.y += 16;
        drawing.text(LEFT - 10, span(spread.stage, lang), 12, "#000000", "end");
        let (start, end) = (place(spread.nanos[0]), place(spread.nanos[4]));
        let middle = drawing.y - 4;
        drawing.line(start, middle, end, middle);
        for (at, nanos) in spread.nanos.iter().enumerate() {
            let size = if at == 0 { 6 } else { 4 };
            let _ = write!(
                drawing.body,
                "<circle cx=\"{}\" cy=\"{middle}\" r=\"{size}\" fill=\"{}\"><title>{} ns</title></circle>",
                place(*nanos),
                colour(spread.stage),
                thousands(*nanos)
            );
        }
        drawing.y += ROW - 16;
    }
    drawing.y += 22;
}

/// A power of ten nanoseconds.
fn tick(decade: u32) -> String {
    let (unit, left) = match decade {
        0..=2 => ("ns", decade),
        3..=5 => ("µs", decade - 3),
        6..=8 => ("ms", decade - 6),
        _ => ("s", decade - 9),
    };
    format!("{} {unit}", thousands(10u64.pow(left)))
}

impl Drawing {
    fn title(&mut self, text: &str) {
        self.y += 32;
        self.text(24, text, 14, "#000000", "start");
        self.y += 10;
    }

    fn text(&mut self, x: u64, text: &str, size: u32, colour: &str, anchor: &str) {
        let _ = writeln!(
            self.body,
            "<text x=\"{x}\" y=\"{}\" font-size=\"{size}\" fill=\"{colour}\" text-anchor=\"{anchor}\">{}</text>",
            self.y,
            escaped(text)
        );
    }

    fn rect(&mut self, x: u64, y: u64, wide: u64, high: u64, colour: &str) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" fill=\"{colour}\"/>"
        );
    }

    fn line(&mut self, x1: u64, y1: u64, x2: u64, y2: u64) {
        let _ = writeln!(
            self.body,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#bbbbbb\"/>"
        );
    }

    fn bars(&mut self, title: &str, bars: Vec<Bar>) {
        let Some(most) = bars.iter().map(|bar| bar.value).max() else {
            return;
        };
        self.title(title);
        for bar in bars {
            let wide =
                (u128::from(bar.value) * u128::from(LONGEST) / u128::from(most.max(1))) as u64;
            self.rect(LEFT, self.y, wide.max(1), 16, bar.colour);
            self.y += 13;
            let label = match columns(&bar.label) > LABEL {
                true => fitted(&bar.label, LABEL),
                false => bar.label,
            };
            self.text(LEFT - 10, &label, 12, "#000000", "end");
            // A long bar is written on; a short one has room behind it.
            match wide * 3 > LONGEST * 2 {
                true => self.text(LEFT + wide - 8, &bar.said, 12, "#ffffff", "end"),
                false => self.text(LEFT + wide + 8, &bar.said, 12, "#000000", "start"),
            }
            self.y += ROW - 13;
        }
    }

    fn done(self, title: &str) -> String {
        let high = self.y + 24;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {high}\" width=\"{WIDTH}\" height=\"{high}\" font-family=\"system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif\" role=\"img\">\n<title>{}</title>\n<rect width=\"{WIDTH}\" height=\"{high}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            escaped(title),
            self.body
        )
    }
}

/// A text as XML has it; what a terminal or a browser would obey is made visible.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
    }

    #[test]
    fn powers_of_ten_are_said_in_units() {
        let said: Vec<String> = (2..=9).map(tick).collect();
        assert_eq!(
            said,
            [
                "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s"
            ]
        );
    }
}
