//! Laws that have ended or were replaced, and are still cited for days after that.
//!
//! The checker refuses a rule that does so alone. What is left are rules that cite the newer text
//! beside the old one, and parameters and pilots.

use super::unit::Unit;
use crate::check::rules::{Basis, Force, LawId, RuleSet};
use crate::ground::day::Day;
use crate::schema::Lang;

/// A law, or an article of it, that is cited for days after its end.
///
/// ```
/// use kakou::trace::{Cites, PastLaw};
/// let law = PastLaw {
///     law: "OLD".into(),
///     article: None,
///     since: "2020-01-01".parse().unwrap(),
///     replaced_by: Some("NEW".into()),
///     cited_by: Cites::Rule("G-01".into()),
///     explained: true,
/// };
/// assert!(law.explained); // The rule cites `NEW` too.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastLaw {
    /// The law.
    pub law: String,
    /// The article, where only that was replaced.
    pub article: Option<String>,
    /// The first day on which it is gone.
    pub since: Day,
    /// The law that replaced it; none where it ended.
    pub replaced_by: Option<String>,
    /// What cites it for later days.
    pub cited_by: Cites,
    /// Whether the newer text is cited beside it.
    pub explained: bool,
}

/// What cites a law.
///
/// ```
/// use kakou::{Lang, trace::Cites};
/// assert_eq!(Cites::Parameter("limit".into()).name(Lang::En), "parameter limit");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cites {
    /// A rule.
    Rule(String),
    /// A value of a parameter.
    Parameter(String),
    /// A pilot.
    Pilot(String),
}

impl Cites {
    /// What it is and what it is called.
    pub fn name(&self, lang: Lang) -> String {
        match (self, lang) {
            (Cites::Rule(id), _) => id.clone(),
            (Cites::Parameter(name), Lang::Zh) => format!("参数 {name}"),
            (Cites::Parameter(name), Lang::En) => format!("parameter {name}"),
            (Cites::Pilot(name), Lang::Zh) => format!("试点 {name}"),
            (Cites::Pilot(name), Lang::En) => format!("pilot {name}"),
        }
    }
}

/// All of them, by what cites.
pub fn past(rules: &RuleSet, units: &[Unit]) -> Vec<PastLaw> {
    let mut all = Vec::new();
    for unit in units {
        let part = unit.parts.first().and_then(|id| rules.rule(*id));
        if let Some(rule) = part {
            let cited: Vec<&Basis> = rule.basis.iter().collect();
            found(rules, &cited, last(rule.force), &mut all, || {
                Cites::Rule(unit.id.clone())
            });
        }
    }
    for parameter in &rules.parameters {
        for value in &parameter.values {
            let cited: Vec<&Basis> = value.by.iter().collect();
            let last = value.period.until;
            found(rules, &cited, last, &mut all, || {
                Cites::Parameter(parameter.name.clone())
            });
        }
    }
    for pilot in &rules.pilots {
        let cited: Vec<&Basis> = pilot.basis.iter().collect();
        found(rules, &cited, last(pilot.force), &mut all, || {
            Cites::Pilot(pilot.name.clone())
        });
    }
    all
}

/// The last day that something may be in force; none where it has no end.
fn last(force: Force) -> Option<Day> {
    force.until.map(|day| day.last)
}

fn found(
    rules: &RuleSet,
    cited: &[&Basis],
    last: Option<Day>,
    all: &mut Vec<PastLaw>,
    cites: impl Fn() -> Cites,
) {
    let after = |since: Day| last.is_none_or(|last| last >= since);
    for basis in cited {
        let Some(law) = rules.law(basis.law) else {
            continue;
        };
        let ended = law.force.until.and_then(|day| day.last.add(0, 1));
        if let Some(since) = ended.filter(|since| after(*since)) {
            all.push(PastLaw {
                law: law.id.clone(),
                article: None,
                since,
                replaced_by: None,
                cited_by: cites(),
                explained: false,
            });
        }
        for (id, newer) in (0u32..).map(LawId).zip(&rules.laws) {
            let replaced = newer.replaces.iter().find(|r| covers(r, basis));
            let since = newer.force.from.map(|day| day.last);
            let (Some(replaced), Some(since)) = (replaced, since.filter(|s| after(*s))) else {
                continue;
            };
            all.push(PastLaw {
                law: law.id.clone(),
                article: replaced.article.clone(),
                since,
                replaced_by: Some(newer.id.clone()),
                cited_by: cites(),
                explained: cited.iter().any(|other| other.law == id),
            });
        }
    }
}

/// Whether what was replaced is what is cited: the law as a whole, or the same article.
fn covers(replaced: &Basis, cited: &Basis) -> bool {
    let article = replaced.article.is_none() || replaced.article == cited.article;
    let paragraph = match (&replaced.paragraph, &cited.paragraph) {
        (Some(replaced), Some(cited)) => replaced == cited,
        _ => true,
    };
    replaced.law == cited.law && article && paragraph
}
