//! Declarations become verdicts: the rules, the day and the level of trust put together.

use super::failure::Failure;
use crate::check::rules::{PilotId, RuleId, RuleSet, Sure};
use crate::department::{View, find};
use crate::engine::{Engine, Scratch};
use crate::facts::Facts;
use crate::facts::batch::Place;
use crate::facts::error::{FactError, FactErrors};
use crate::graph::{Graph, Options};
use crate::ground::day::Day;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::render::visible;
use crate::reference::Reference;
use crate::scenario::counting;
use crate::schema::Lang;
use crate::schema::value::DepartmentId;
use crate::verdict::Verdict;
use crate::verdict::judgement::Judgement;
use crate::verdict::lines::Lines;
use crate::verdict::render::render;
use clap::{Args, ValueEnum};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How declarations are judged.
#[derive(Debug, Args)]
pub(super) struct How {
    /// The day to judge on, instead of the day that each declaration gives.
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,
    /// How sure a rule's basis must be for the rule to decide.
    #[arg(long, value_enum, value_name = "MARK", default_value_t = Mark::High)]
    trust: Mark,
    /// Count this shadow pilot as if it were live.
    #[arg(long, value_name = "NAME")]
    pilot: Option<String>,
    /// Show the view of this department: its own rules, on the facts that they read and no others.
    #[arg(long, value_name = "NAME")]
    department: Option<String>,
}

#[cfg(test)]
impl How {
    /// As it is judged where nothing is asked for.
    pub(super) fn usual() -> How {
        How {
            as_of: None,
            trust: Mark::High,
            pilot: None,
            department: None,
        }
    }
}

fn day(text: &str) -> Result<Day, String> {
    text.parse()
        .map_err(|_| "a day is written YYYY-MM-DD, such as 2026-08-03".to_string())
}

/// How sure a rule is of its basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Mark {
    /// The text was found
    Found,
    /// High
    High,
    /// Medium
    Medium,
    /// Low
    Low,
    /// Our own inference
    Design,
}

impl From<Mark> for Sure {
    fn from(mark: Mark) -> Sure {
        match mark {
            Mark::Found => Sure::Found,
            Mark::High => Sure::High,
            Mark::Medium => Sure::Medium,
            Mark::Low => Sure::Low,
            Mark::Design => Sure::Design,
        }
    }
}

/// A record that has no verdict.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    /// The name of its input.
    pub(super) input: Arc<str>,
    /// Where it stands there.
    pub(super) place: Place,
    /// The identifier, where the record could be read.
    pub(super) id: Option<String>,
    /// What is wrong with it.
    pub(super) errors: FactErrors,
}

/// Judges declarations; used from many threads.
#[derive(Debug)]
pub(super) struct Judge {
    /// The rules, with the pilot that was asked for as a live one.
    pub(super) rules: Arc<RuleSet>,
    trust: Sure,
    as_of: Option<Day>,
    limits: Limits,
    engine: Engine,
    view: Option<View>,
    /// By rule, a number that only rules with the same identifier share.
    same: Vec<u32>,
    /// The pilot that was asked for.
    pub(super) pilot: Option<String>,
}

impl Judge {
    /// A judge of these rules.
    pub(super) fn new(rules: Arc<RuleSet>, how: &How, limits: Limits) -> Result<Judge, Failure> {
        let rules = match &how.pilot {
            Some(name) => with_pilot(&rules, name)?,
            None => rules,
        };
        let view = match &how.department {
            Some(name) => Some(View::of(&rules, department(&rules, name)?)),
            None => None,
        };
        let trust = how.trust.into();
        let judging = view.as_ref().map_or(&rules, View::rules);
        let engine = Engine::from(&graph(judging, trust, limits)?);
        Ok(Judge {
            same: same(&rules),
            rules,
            trust,
            as_of: how.as_of,
            limits,
            engine,
            view,
            pilot: how.pilot.clone(),
        })
    }

    /// The day a declaration is judged on.
    pub(super) fn day(&self, facts: &Facts) -> Result<Day, FactError> {
        match self.as_of {
            Some(day) => Ok(day),
            None => facts
                .day_to_judge(&self.rules.schema)
                .map_err(|error| error.help(Some("give one for all with `--as-of DATE`".into()))),
        }
    }

    /// The evaluator.
    pub(super) fn reference(&self) -> Reference<'_> {
        let rules = self.view.as_ref().map_or(&self.rules, View::rules);
        Reference::new(rules, self.trust)
    }

    /// The facts that are judged: of a department's view only those that its rules read.
    pub(super) fn seen<'f>(&self, facts: &'f Facts) -> Cow<'f, Facts> {
        match &self.view {
            Some(view) => Cow::Owned(view.facts(facts)),
            None => Cow::Borrowed(facts),
        }
    }

    /// Whether a rule is shown: of a department's view only its own are.
    pub(super) fn shows(&self, rule: RuleId) -> bool {
        self.view.as_ref().is_none_or(|view| view.is_own(rule))
    }

    /// Judges one declaration and has told what came of it.
    pub(super) fn told<T>(
        &self,
        facts: &Facts,
        scratch: &mut Scratch,
        tell: impl FnOnce(Told<'_>) -> T,
    ) -> Result<T, FactError> {
        let day = self.day(facts)?;
        let facts = &*self.seen(facts);
        let judgement = self.engine.judge(facts, day, scratch);
        let own = self.view.as_ref().map(|view| view.judgement(judgement));
        Ok(tell(Told {
            judge: self,
            facts,
            judgement: own.as_ref().unwrap_or(judgement),
        }))
    }

    /// What writes verdicts as lines of JSON; nothing where the view of a department is shown, which
    /// is no verdict of the rules that it is a part of.
    pub(super) fn lines(&self, lang: Option<Lang>) -> Option<Lines> {
        if self.view.is_some() {
            return None;
        }
        let mut lines = Lines::new(&self.rules, self.trust, &self.limits);
        if let Some(lang) = lang {
            lines = lines.in_language(lang);
        }
        Some(match &self.pilot {
            Some(pilot) => lines.of_pilot(pilot),
            None => lines,
        })
    }

    /// The verdict on one declaration.
    pub(super) fn verdict(
        &self,
        facts: &Facts,
        scratch: &mut Scratch,
    ) -> Result<Verdict, FactError> {
        self.told(facts, scratch, |told| told.verdict())
    }
}

/// A declaration that was judged: the facts that count, and what they come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    judge: &'a Judge,
    pub(super) facts: &'a Facts,
    pub(super) judgement: &'a Judgement,
}

impl Told<'_> {
    /// A number that only rules with the same identifier share.
    pub(super) fn identifier(&self, rule: RuleId) -> Option<u32> {
        self.judge.same.get(rule.0 as usize).copied()
    }

    /// What is said of it.
    pub(super) fn verdict(&self) -> Verdict {
        let (trust, limits) = (self.judge.trust, &self.judge.limits);
        match &self.judge.view {
            Some(view) => view.verdict(self.facts, self.judgement, trust, limits),
            None => render(&self.judge.rules, self.facts, self.judgement, trust, limits),
        }
    }
}

/// By rule the number of the first with its identifier.
fn same(rules: &RuleSet) -> Vec<u32> {
    let mut first = BTreeMap::new();
    let ids = rules.rules.iter().map(|rule| rule.id.as_str());
    let numbered = ids.zip(0u32..);
    numbered
        .map(|(id, number)| *first.entry(id).or_insert(number))
        .collect()
}

/// The decision graph of rules; that it would be too large is told like a mistake in them.
pub(super) fn graph(rules: &Arc<RuleSet>, trust: Sure, limits: Limits) -> Result<Graph, Failure> {
    Graph::build(
        rules,
        Options {
            trust,
            limits,
            ..Options::default()
        },
    )
    .map_err(|complaints| {
        refused(
            "the decision graph of the rules cannot be built",
            complaints,
        )
    })
}

/// What cannot be made of rules, with the complaints that say why.
pub(super) fn refused(what: &str, complaints: Vec<Diagnostic>) -> Failure {
    let mut failure = Failure::usage(what);
    for complaint in complaints {
        failure = failure.note(format!(
            "{}: {}",
            complaint.code.0,
            visible(&complaint.title)
        ));
        for help in complaint.help {
            failure = failure.help(visible(&help));
        }
    }
    failure
}

/// A department by its name or label.
pub(super) fn department(rules: &RuleSet, name: &str) -> Result<DepartmentId, Failure> {
    if let Some(found) = find(rules, name) {
        return Ok(found);
    }
    let known = rules.schema.departments.iter().map(|d| d.name.as_str());
    let names: Vec<&str> = known.collect();
    let what = format!("the rules have no department `{}`", visible(name));
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", names.join(", ")),
    };
    Err(Failure::usage(what).help(help))
}

/// The same rules with one shadow pilot live, by its name.
fn with_pilot(rules: &Arc<RuleSet>, name: &str) -> Result<Arc<RuleSet>, Failure> {
    let found = (0u16..)
        .map(PilotId)
        .zip(&rules.pilots)
        .find(|(_, pilot)| pilot.name == name);
    if let Some((id, _)) = found {
        return Ok(counting(rules, id));
    }
    let names: Vec<&str> = rules.pilots.iter().map(|p| p.name.as_str()).collect();
    let failure = Failure::usage(format!("the rules have no pilot `{}`", visible(name)));
    Err(
        match (nearest(name, names.iter().copied()), names.as_slice()) {
            (Some(near), _) => failure.help(format!("did you mean `{near}`?")),
            (None, []) => failure.help("they have no pilots at all"),
            (None, all) => failure.help(format!("there are: {}", all.join(", "))),
        },
    )
}
