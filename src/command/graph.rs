//! `kakou graph`: the decision graph as a picture, of one rule or as a whole, and its measures.

use super::failure::Failure;
use super::judging::{self, Mark};
use super::loading::{self, thousands};
use super::table::{Cell, Layout};
use super::terminal::{self, Terminal};
use super::{End, Language};
use crate::check::rules::RuleSet;
use crate::graph::draw::{Slice, picture};
use crate::graph::node::Class;
use crate::graph::{Graph, Stats};
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::render::visible;
use clap::ValueEnum;
use std::io::{self, Write};
use std::path::PathBuf;

/// The form of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For Graphviz
    Dot,
    /// For Markdown
    Mermaid,
    /// For browsers
    Svg,
    /// How large the graph is, and how many steps judging may take
    Stats,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kakou graph rules --format svg --rule CB-01 > cb-01.svg
  kakou graph rules --format stats")]
pub(super) struct Args {
    /// A folder with rules, or one `.rules` file.
    rules: PathBuf,
    /// The form of the picture.
    #[arg(long, value_enum, default_value = "dot")]
    format: Form,
    /// Draw only this rule, with what hangs on it.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// The most boxes that are drawn; beyond that the picture sums up.
    #[arg(long, value_name = "N", default_value_t = 200)]
    most: u16,
    /// How sure a rule's basis must be for the rule to decide.
    #[arg(long, value_enum, value_name = "MARK", default_value_t = Mark::High)]
    trust: Mark,
    /// The language of labels.
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Result<End, Failure> {
    let limits = Limits::default();
    let (_, _, rules) = loading::load(&args.rules, &limits, terminal)?;
    let graph = judging::graph(&rules, args.trust.into(), limits)?;
    let text = match args.format {
        Form::Stats => measures(&graph.stats(), args.lang, terminal),
        form => drawn(&graph, form, args, &rules)?,
    };
    terminal::put(text.as_bytes())?;
    Ok(End::Fine)
}

fn drawn(graph: &Graph, form: Form, args: &Args, rules: &RuleSet) -> Result<String, Failure> {
    let ids: Vec<&str> = args.rule.as_deref().into_iter().collect();
    let slice = match ids.is_empty() {
        true => Slice::Whole,
        false => Slice::Rules(&ids),
    };
    let Some(picture) = picture(graph, slice, args.lang.into(), usize::from(args.most)) else {
        let id = args.rule.as_deref().unwrap_or_default();
        let failure = Failure::usage(format!("no rule is called `{}`", visible(id)));
        let near = nearest(id, rules.rules.iter().map(|rule| rule.id.as_str()));
        return Err(match near {
            Some(near) => failure.help(format!("did you mean `{}`?", visible(near))),
            None => failure,
        });
    };
    if picture.summary {
        let told = format!(
            "more than {} boxes: a summary is drawn; `--rule ID` draws one rule, `--most N` more\n",
            args.most
        );
        let _ = io::stderr().write_all(told.as_bytes());
    }
    Ok(match form {
        Form::Mermaid => picture.to_mermaid(),
        Form::Svg => picture.to_svg(),
        Form::Dot | Form::Stats => picture.to_dot(),
    })
}

/// The measures of a graph in two columns.
fn measures(stats: &Stats, language: Language, terminal: &Terminal) -> String {
    let say = |zh: &str, en: &str| {
        if language == Language::Zh {
            zh.to_owned()
        } else {
            en.to_owned()
        }
    };
    let mut rows = vec![
        (say("规则", "rules"), stats.rules),
        (say("节点", "nodes"), stats.all_nodes()),
    ];
    for (class, n) in stats.nodes.iter().filter(|(_, n)| *n > 0) {
        let (zh, en) = class_words(*class);
        rows.push((format!("  {}", say(zh, en)), *n));
    }
    rows.extend([
        (say("规则所求节点", "nodes asked for by rules"), stats.made),
        (say("其中共用", "of these shared"), stats.shared),
        (say("规则块", "blocks of rules"), stats.blocks),
        (say("字节", "bytes"), stats.bytes),
        (
            say("每条规则字节", "bytes for each rule"),
            stats.bytes_per_rule(),
        ),
        (say("判定步数上限", "steps at the worst"), stats.steps),
    ]);
    let longest = rows
        .iter()
        .map(|(_, n)| thousands(*n).len())
        .max()
        .unwrap_or(0);
    let rows: Vec<Vec<Cell>> = rows
        .into_iter()
        .map(|(what, n)| {
            vec![
                Cell::new(what),
                Cell::new(format!("{:>longest$}", thousands(n))),
            ]
        })
        .collect();
    let layout = Layout::new(&rows, 40, terminal);
    rows.iter().map(|row| layout.lines(row, terminal)).collect()
}

fn class_words(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::Fact => ("要素", "facts"),
        Class::Value => ("值", "values"),
        Class::Test => ("判断", "tests"),
        Class::Condition => ("条件", "conditions"),
        Class::Rule => ("规则", "rules"),
        Class::Kind => ("要求种类", "kinds of requirement"),
        Class::Requirement => ("要求", "requirements"),
        Class::Waiver => ("免除", "waivers"),
        Class::Outcome => ("结果", "outcomes"),
        Class::Cover => ("覆盖", "covers"),
        Class::Required => ("必填项", "required fields"),
        Class::Plan => ("计划", "plan"),
    }
}
