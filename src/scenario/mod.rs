//! Scenarios at work: a declaration is taken, changed as the scenario says, judged, and what comes
//! out is compared with what its author expects.
//!
//! A [`Runner`] keeps the declarations of every file that it has read, since many scenarios begin
//! with one declaration.

mod compare;
mod given;

use crate::check::rules::{PilotId, Place, RuleSet, Sure};
use crate::check::scenario::Scenario;
use crate::facts::Facts;
use crate::facts::edit::apply;
use crate::folder::Folder;
use crate::ground::day::Day;
use crate::ground::limits::Limits;
use crate::reference::Reference;
use crate::verdict::Verdict;
use crate::verdict::render::render;
use given::Given;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The level of trust where a scenario names none.
///
/// ```
/// assert_eq!(kakou::scenario::USUAL_TRUST, kakou::Sure::High);
/// ```
pub const USUAL_TRUST: Sure = Sure::High;

/// What became of a scenario.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// let outcome = kakou::scenario::run(&rules, &scenarios[0], &folder, kakou::Limits::default());
/// assert!(!outcome.passed && outcome.broken.is_none());
/// assert_eq!(outcome.verdict.map(|verdict| verdict.counted.high.name).as_deref(), Some("hold"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether all that was expected came out.
    pub passed: bool,
    /// What differs, in the order of what was expected.
    pub differences: Vec<Difference>,
    /// Why it could not be judged at all: a file or declaration that is not there, a change that
    /// cannot be made.
    pub broken: Option<Broken>,
    /// The verdict that came out; none where it could not be judged.
    pub verdict: Option<Verdict>,
    /// The facts that were judged, with the scenario's changes.
    pub facts: Option<Facts>,
}

/// An expectation that was not met.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// let outcome = kakou::scenario::run(&rules, &scenarios[0], &folder, kakou::Limits::default());
/// let difference = &outcome.differences[0];
/// assert_eq!((difference.expected.as_str(), difference.got.as_str()), ("A-1", "not A-1"));
/// assert_eq!(difference.rule.as_deref(), Some("A-1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What was expected, in the words of rule text.
    pub expected: String,
    /// What came out, in the same words.
    pub got: String,
    /// The rule that the expectation is about, where it is about one.
    pub rule: Option<String>,
    /// Where the expectation is written.
    pub place: Place,
}

/// Why a scenario could not be judged.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// // The file of declarations is not there.
/// let alone = kakou::Folder::from_texts([("a.rules", "")]);
/// let outcome = kakou::scenario::run(&rules, &scenarios[0], &alone, kakou::Limits::default());
/// assert!(outcome.broken.is_some_and(|broken| broken.why.contains("d.ndjson")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What is wrong, in lower case without a full stop.
    pub why: String,
    /// What may help.
    pub help: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// Runs the scenarios of one rule set.
///
/// ```
/// # let scenario = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", scenario)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// # let scenarios = compiled.scenarios;
/// use kakou::{Limits, scenario::Runner};
/// let mut runner = Runner::new(&rules, &folder, Limits::default());
/// let passed: Vec<bool> = scenarios.iter().map(|scenario| runner.run(scenario).passed).collect();
/// assert_eq!(passed, [false]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Runner<'r> {
    rules: &'r Arc<RuleSet>,
    folder: &'r Folder,
    limits: Limits,
    files: BTreeMap<String, Result<Given, String>>,
}

/// What a scenario puts before the rules: the facts with its changes, and how they are judged.
#[derive(Debug)]
pub(crate) struct Tried {
    /// The rules, with the scenario's pilot as a live one.
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) facts: Facts,
    pub(crate) day: Day,
    pub(crate) trust: Sure,
}

/// Many scenarios, one reading of the declarations that they begin with.
///
/// ```
/// # let text = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
/// #     law L\n  sure found\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
/// #     scenario \"six\"\n  given \"d.ndjson\" D-1\n  expect A-1\n\
/// #     scenario \"three\"\n  given \"d.ndjson\" D-1\n  but size = 3\n  expect not A-1\n\
/// #     scenario \"gone\"\n  given \"d.ndjson\" D-2\n  expect A-1\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", text)])
/// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// use kakou::{Limits, scenario::Runner};
/// let mut runner = Runner::new(&rules, &folder, Limits::default());
/// let outcomes: Vec<_> = compiled.scenarios.iter().map(|scenario| runner.run(scenario)).collect();
/// assert!(outcomes[0].passed && outcomes[1].passed);
/// // A declaration that is not there is no failure of the rules.
/// assert!(outcomes[2].differences.is_empty() && outcomes[2].broken.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<'r> Runner<'r> {
    /// A runner that has read nothing yet.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Folder, Limits, scenario::Runner};
    /// // Files are read when a scenario asks for them, so an empty folder is no error yet.
    /// let empty = Folder::from_texts([("a.rules", "")]);
    /// let runner = Runner::new(&rules, &empty, Limits::default());
    /// assert!(format!("{runner:?}").contains("files: {}"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(rules: &'r Arc<RuleSet>, folder: &'r Folder, limits: Limits) -> Runner<'r> {
        Runner {
            rules,
            folder,
            limits,
            files: BTreeMap::new(),
        }
    }

    /// What a scenario puts before the rules.
    pub(crate) fn tried(&mut self, scenario: &Scenario) -> Result<Tried, Broken> {
        let rules = self.rules;
        let facts = self.facts(scenario)?;
        let day = scenario.as_of.or_else(|| facts.as_of(&rules.schema));
        let day = day.ok_or_else(|| Broken {
            why: format!("`{}` does not say on which day it is judged", scenario.id),
            help: Some("give the day: `as_of 2026-08-03`".into()),
            place: scenario.file_place,
        })?;
        Ok(Tried {
            rules: match scenario.pilot {
                Some(pilot) => counting(rules, pilot),
                None => rules.clone(),
            },
            facts,
            day,
            trust: scenario.trust.unwrap_or(USUAL_TRUST),
        })
    }

    /// Runs one scenario.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  id : text, always\n  date : date, always\n  size : integer\n\
    /// #     law L\n  sure found\nrule A-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     scenario \"no size\"\n  given \"d.ndjson\" D-1\n  without size\n  expect release to hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)])
    /// #     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
    /// # let compiled = kakou::compile(&folder, &kakou::Limits::default());
    /// # let rules = compiled.rules.ok_or("not sound")?;
    /// use kakou::{Limits, scenario::Runner};
    /// let outcome = Runner::new(&rules, &folder, Limits::default()).run(&compiled.scenarios[0]);
    /// let verdict = outcome.verdict.ok_or("not judged")?;
    /// assert!(outcome.passed && verdict.counted.low.name == "release");
    /// assert_eq!(verdict.missing[0].path, "size");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run(&mut self, scenario: &Scenario) -> Outcome {
        let Tried {
            rules,
            facts,
            day,
            trust,
        } = match self.tried(scenario) {
            Ok(tried) => tried,
            Err(broken) => return Outcome::from(broken),
        };
        let judgement = Reference::new(&rules, trust).judge(&facts, day);
        // All that is undetermined counts here, not only what a verdict lists.
        let all = Limits {
            undetermined: usize::MAX,
            ..self.limits
        };
        let verdict = render(&rules, &facts, &judgement, trust, &all);
        let differences = compare::compare(&rules, scenario, &judgement, &verdict);
        Outcome {
            passed: differences.is_empty(),
            differences,
            broken: None,
            verdict: Some(verdict),
            facts: Some(facts),
        }
    }

    /// The declaration of a scenario with its changes.
    fn facts(&mut self, scenario: &Scenario) -> Result<Facts, Broken> {
        let broken = |why: String, help: Option<String>, place: Place| Broken { why, help, place };
        let schema = &self.rules.schema;
        let file = self
            .files
            .entry(scenario.file.clone())
            .or_insert_with(|| Given::read(self.folder, &scenario.file, schema, &self.limits));
        let given = file
            .as_ref()
            .map_err(|why| broken(why.clone(), None, scenario.file_place))?;
        let facts = given
            .find(&scenario.id)
            .map_err(|(why, help)| broken(why, help, scenario.file_place))?;
        let (changes, places) = given::changes(schema, scenario);
        apply(schema, facts, &changes).map_err(|errors| {
            let first = errors.errors.first();
            // The place is that of the change whose path is complained about.
            let at = first.and_then(|e| changes.iter().position(|c| c.path == e.path));
            let place = at.and_then(|at| places.get(at)).copied();
            let more = errors.errors.len().saturating_sub(1);
            let mut why = first.map_or(String::new(), |e| format!("`{}`: {}", e.path, e.message));
            if more > 0 {
                why.push_str(&format!("; and {more} more"));
            }
            let help = first.and_then(|e| e.help.clone());
            broken(why, help, place.unwrap_or(scenario.place))
        })
    }
}

impl From<Broken> for Outcome {
    fn from(broken: Broken) -> Outcome {
        Outcome {
            passed: false,
            differences: Vec::new(),
            broken: Some(broken),
            verdict: None,
            facts: None,
        }
    }
}

/// Runs one scenario; for many of one rule set make a [`Runner`].
///
/// ```
/// use kakou::{check::compile, folder::Folder, ground::limits::Limits, scenario::run};
/// let text = r#"
/// outcomes release "放行" / "release" < hold "暂缓" / "hold"
///   missing hold
///   advice  hold
/// declaration "申报" / "declaration" judged on date
///   id   : text, always      "编号" / "number"
///   date : date, always      "日期" / "date"
///   size : integer           "大小" / "size"
/// law L "法" / "law"
///   sure found
/// rule A-1 "太大" / "too large"
///   by   L
///   when size > 5
///   then hold
/// scenario "六太大" / "six is too large"
///   given  "d.ndjson" D-1
///   expect A-1
/// scenario "三太大" / "three is too large"
///   given  "d.ndjson" D-1
///   but    size = 3
///   expect A-1
/// "#;
/// let folder = Folder::from_texts([("a.rules", text)])
///     .with_file("d.ndjson", r#"{"id":"D-1","date":"2026-08-03","size":6}"#);
/// let limits = Limits::default();
/// let compiled = compile(&folder, &limits);
/// let rules = compiled.rules.expect("the rules are sound");
/// assert!(run(&rules, &compiled.scenarios[0], &folder, limits).passed);
/// let outcome = run(&rules, &compiled.scenarios[1], &folder, limits);
/// assert_eq!(outcome.differences[0].expected, "A-1");
/// assert_eq!(outcome.differences[0].got, "not A-1");
/// ```
pub fn run(rules: &Arc<RuleSet>, scenario: &Scenario, folder: &Folder, limits: Limits) -> Outcome {
    Runner::new(rules, folder, limits).run(scenario)
}

/// The same rules with one shadow pilot live. They keep their fingerprint: it says by what is
/// judged, and which pilot counts is said beside it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{check::rules::PilotId, scenario::counting};
/// // Without such a pilot the rules are the same.
/// assert!(std::sync::Arc::ptr_eq(&counting(&rules, PilotId(0)), &rules));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn counting(rules: &Arc<RuleSet>, pilot: PilotId) -> Arc<RuleSet> {
    match rules.pilots.get(usize::from(pilot.0)) {
        Some(found) if !found.live => {
            let mut rules = RuleSet::clone(rules);
            if let Some(found) = rules.pilots.get_mut(usize::from(pilot.0)) {
                found.live = true;
            }
            Arc::new(rules)
        }
        _ => rules.clone(),
    }
}
