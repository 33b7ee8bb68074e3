//! From clause to rule to scenario, and back: what the rules answer for, what stands behind each,
//! and what of it was tried out.
//!
//! A [`Matrix`] is worked out of three things that are written apart: the register of clauses, the
//! rules and the scenarios. What one has and another lacks is a hole. What a scenario shows of a
//! rule is found by trying it:
//!
//! - *caught*: the rule certainly fires for some element;
//! - *passes*: it is in force and in scope for some element and certainly fires for none, or its
//!   author expects that it does not fire, and it does not;
//! - *missing fact*: it is open, and a fact that the scenario takes out would settle it;
//! - *exception*, one for each rule over it and one for its `unless`: that exception holds where
//!   the rule would fire otherwise;
//! - *boundary*, one for each comparison by order in its `when`, its `unless` or its period on a
//!   field: two scenarios on one declaration, one changed value apart, on which the comparison
//!   comes out differently and the rule fires in one and not in the other; one of them lies on the
//!   limit itself, where both sides are equal.
//!
//! A rule counts for this as it is written: the rows of its table are one rule, the versions of an
//! identifier are several, and an exception is shown for all versions at once. Rules in shadow
//! count as they would decide. What waits for a parameter that nobody has given cannot fire, and
//! is not asked for what only firing shows.

mod boundary;
mod clauses;
mod holes;
mod laws;
mod shown;
mod unit;

use crate::check::dump;
use crate::check::rules::{Force, Place, RuleId, RuleSet, Sure};
use crate::check::scenario::Scenario;
use crate::check::tables::register::{Reason, Register};
use crate::folder::Folder;
use crate::ground::limits::Limits;
use crate::ground::truth::Truth;
use crate::reads::Reads;
use crate::schema::value::{FieldId, Type};
use crate::schema::{Labels, Lang};
use boundary::Ordered;
pub use holes::Holes;
use shown::{Seen, Tries};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use unit::Unit;

pub use crate::check::tables::register::ClauseKind;
pub use laws::{Cites, PastLaw};

/// A clause with what answers for it.
///
/// ```
/// # use kakou::{Limits, Sure, check::tables::register::Register, trace::trace};
/// # let folder = kakou::Folder::open("examples/gate".as_ref(), &Limits::default())?;
/// # let compiled = kakou::compile(&folder, &Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// let nothing = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
/// assert!(nothing.clauses.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseRow {
    /// What names it.
    pub id: String,
    /// What it is.
    pub kind: ClauseKind,
    /// How sure its source is of it.
    pub mark: Sure,
    /// Where it stands in the study that it is from.
    pub section: String,
    /// What it says.
    pub labels: Labels,
    /// The rules that answer for it, by number.
    pub rules: Vec<usize>,
    /// What else rests on it: parameters and pilots that cite it.
    pub others: Vec<Cites>,
    /// Why it is not encoded, with the reason in words.
    pub not_encoded: Option<(Reason, Labels)>,
}

/// Something of a rule that a scenario should show.
///
/// ```
/// use kakou::trace::Shown;
/// let exception = Shown { what: "G-02".into(), by: Vec::new() };
/// assert!(exception.by.is_empty()); // No scenario shows it.
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What: `unless`, the rule that excuses, or the comparison.
    pub what: String,
    /// The scenarios that show it, by number: for a boundary its two sides.
    pub by: Vec<usize>,
}

/// A rule as it is written, with its clauses and scenarios.
///
/// ```
/// # use kakou::{Limits, Sure, check::tables::register::Register, trace::trace};
/// # let folder = kakou::Folder::open("examples/gate".as_ref(), &Limits::default())?;
/// # let compiled = kakou::compile(&folder, &Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
/// let rule = &matrix.rules[0];
/// assert_eq!(rule.id, "G-01");
/// assert_eq!(rule.boundaries[0].what, "weight_error > gate_tolerance");
/// // The gate has no scenarios.
/// use kakou::trace::Lack;
/// let boundary = Lack::Boundary("weight_error > gate_tolerance");
/// assert_eq!(rule.lacks(), [Lack::Caught, Lack::Passes, Lack::MissingFact, boundary]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// The identifier as written.
    pub id: String,
    /// The title.
    pub labels: Labels,
    /// How sure it is.
    pub sure: Sure,
    /// Its period as declared, which tells versions apart.
    pub force: Force,
    /// Where it is written.
    pub place: Place,
    /// The clauses of kind `rule` that it answers for, by number.
    pub clauses: Vec<usize>,
    /// Whether it can fire: not while it waits for a parameter that nobody has given.
    pub can_fire: bool,
    /// The yes-or-no facts that it only repeats: all that its `when` and its `unless` read. None for a
    /// rule that works something out.
    pub delegated: Option<Vec<FieldId>>,
    /// The scenarios in which it certainly fires, by number.
    pub caught: Vec<usize>,
    /// The scenarios in which it does not, though it is looked at.
    pub passes: Vec<usize>,
    /// The scenarios in which it is open for want of a fact that they take out.
    pub missing: Vec<usize>,
    /// Each comparison by order.
    pub boundaries: Vec<Shown>,
    /// Each exception.
    pub exceptions: Vec<Shown>,
}

/// What a rule lacks is worked out from what its scenarios showed.
///
/// ```
/// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
/// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
/// # let compiled = kakou::compile(&folder, &Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
/// assert!(matrix.rules[0].caught.is_empty()); // No scenario stands in this folder.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl RuleRow {
    /// What no scenario shows of it.
    ///
    /// ```
    /// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
    /// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    /// # let compiled = kakou::compile(&folder, &Limits::default());
    /// # let rules = compiled.rules.ok_or("not sound")?;
    /// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
    /// assert!(matrix.rules[0].lacks().contains(&Lack::Caught));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lacks(&self) -> Vec<Lack<'_>> {
        let whole = [
            (self.can_fire && self.caught.is_empty(), Lack::Caught),
            (self.passes.is_empty(), Lack::Passes),
            (self.missing.is_empty(), Lack::MissingFact),
        ];
        let unseen = |shown: &&Shown| shown.by.is_empty();
        let boundaries = self.boundaries.iter().filter(unseen);
        let exceptions = self.exceptions.iter().filter(unseen);
        whole
            .into_iter()
            .filter_map(|(lacks, what)| lacks.then_some(what))
            .chain(boundaries.map(|shown| Lack::Boundary(&shown.what)))
            .chain(exceptions.map(|shown| Lack::Exception(&shown.what)))
            .collect()
    }
}

/// What no scenario shows of a rule.
///
/// ```
/// use kakou::{Lang, trace::Lack};
/// assert_eq!(Lack::Boundary("a > 5").text(Lang::En), "boundary: a > 5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack<'a> {
    /// That it fires.
    Caught,
    /// That it does not.
    Passes,
    /// That it is open for want of a fact.
    MissingFact,
    /// Both sides of a comparison.
    Boundary(&'a str),
    /// That an exception holds.
    Exception(&'a str),
}

/// In words, for whoever has to write the scenario.
///
/// ```
/// use kakou::{Lang, trace::Lack};
/// assert_ne!(Lack::Passes.text(Lang::Zh), Lack::Passes.text(Lang::En));
/// ```
impl Lack<'_> {
    /// The same in words.
    ///
    /// ```
    /// use kakou::{Lang, trace::Lack};
    /// assert_eq!(Lack::Exception("R-2").text(Lang::Zh), "例外: R-2");
    /// ```
    pub fn text(&self, lang: Lang) -> String {
        let (zh, en, what) = match self {
            Lack::Caught => ("命中", "caught", None),
            Lack::Passes => ("通过", "passes", None),
            Lack::MissingFact => ("缺失", "missing fact", None),
            Lack::Boundary(what) => ("边界", "boundary", Some(what)),
            Lack::Exception(what) => ("例外", "exception", Some(what)),
        };
        let word = if lang == Lang::Zh { zh } else { en };
        what.map_or(word.to_owned(), |what| format!("{word}: {what}"))
    }
}

/// A scenario with the rules that it shows something of.
///
/// ```
/// # use kakou::{Limits, Sure, check::tables::register::Register, trace::trace};
/// # let folder = kakou::Folder::open("examples/gate".as_ref(), &Limits::default())?;
/// # let compiled = kakou::compile(&folder, &Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
/// assert!(matrix.scenarios.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioRow {
    /// Its title.
    pub labels: Labels,
    /// Where it is written.
    pub place: Place,
    /// Whether it could be judged.
    pub judged: bool,
    /// The rules that certainly fire in it, by number.
    pub fires: Vec<usize>,
}

/// Two scenarios of one title are a hole: nobody could tell which one failed.
///
/// ```
/// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
/// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
/// # let compiled = kakou::compile(&folder, &Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
/// assert!(matrix.holes().alike.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl ScenarioRow {
    /// Its titles, each with the number of its language.
    fn titles(&self) -> impl Iterator<Item = (usize, &str)> {
        let both = [&self.labels.zh, &self.labels.en].into_iter().enumerate();
        both.filter_map(|(lang, title)| Some((lang, title.as_deref()?)))
    }
}

/// Clauses, rules and scenarios, each with what belongs to it.
///
/// ```
/// use kakou::{Folder, Limits, Sure, check::tables::register, trace::trace};
/// let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?
///     .with_file("clauses.csv", "clause,kind,mark,section,title_zh,title_en\n\
///         G-01,rule,F,1,重量,weight\nG-07,rule,F,1,车牌,plate\n")
///     .with_file("not_encoded.csv", "clause,reason,why_zh,why_en\n");
/// let compiled = kakou::compile(&folder, &Limits::default());
/// let rules = compiled.rules.ok_or("not sound")?;
/// let register = register::read(&folder, &Limits::default()).register.ok_or("not sound")?;
/// let matrix = trace(&rules, &compiled.scenarios, &register, &folder, Sure::High);
/// let holes = matrix.holes();
/// assert_eq!(matrix.clauses[holes.clauses[0]].id, "G-07");
/// assert_eq!(matrix.rules[holes.rules[0]].id, "G-02"); // No clause asks for it.
/// assert!(!holes.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The clauses in the order of the register.
    pub clauses: Vec<ClauseRow>,
    /// The rules as written, by identifier and period.
    pub rules: Vec<RuleRow>,
    /// The scenarios in the order of files and lines.
    pub scenarios: Vec<ScenarioRow>,
    /// Laws that have ended or were replaced, and are still cited for later days.
    pub past_laws: Vec<PastLaw>,
    /// The level below which a rule decides nothing.
    pub trust: Sure,
}

/// The matrix answers from any of its three sides.
///
/// ```
/// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
/// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
/// # let compiled = kakou::compile(&folder, &Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
/// assert_eq!((matrix.clauses.len(), matrix.rules.len()), (0, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Matrix {
    /// The holes that nothing explains.
    ///
    /// ```
    /// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
    /// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    /// # let compiled = kakou::compile(&folder, &Limits::default());
    /// # let rules = compiled.rules.ok_or("not sound")?;
    /// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
    /// assert_eq!(matrix.holes().untried, [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn holes(&self) -> Holes {
        let answered = |c: &ClauseRow| !c.rules.is_empty() || !c.others.is_empty();
        let which = |is: &dyn Fn(&ClauseRow) -> bool| numbers(&self.clauses, is);
        let mut titles: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for title in self.scenarios.iter().flat_map(ScenarioRow::titles) {
            *titles.entry(title).or_default() += 1;
        }
        let twice = |s: &ScenarioRow| s.titles().any(|t| titles.get(&t).is_some_and(|n| *n > 1));
        Holes {
            clauses: which(&|c| !answered(c) && c.not_encoded.is_none()),
            encoded_after_all: which(&|c| answered(c) && c.not_encoded.is_some()),
            rules: numbers(&self.rules, &|rule: &RuleRow| rule.clauses.is_empty()),
            untried: numbers(&self.rules, &|rule: &RuleRow| !rule.lacks().is_empty()),
            alike: numbers(&self.scenarios, &twice),
            past_laws: numbers(&self.past_laws, &|law: &PastLaw| !law.explained),
        }
    }

    /// The rules less sure than the level of trust: they run in shadow.
    ///
    /// ```
    /// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
    /// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    /// # let compiled = kakou::compile(&folder, &Limits::default());
    /// # let rules = compiled.rules.ok_or("not sound")?;
    /// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
    /// assert!(matrix.uncertain().iter().all(|at| matrix.rules[*at].sure > matrix.trust));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn uncertain(&self) -> Vec<usize> {
        numbers(&self.rules, &|rule: &RuleRow| rule.sure > self.trust)
    }

    /// The rules that only repeat a yes or no that somebody else has worked out.
    ///
    /// ```
    /// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
    /// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
    /// # let compiled = kakou::compile(&folder, &Limits::default());
    /// # let rules = compiled.rules.ok_or("not sound")?;
    /// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
    /// assert!(matrix.delegated().is_empty()); // Both rules of the gate compare amounts.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn delegated(&self) -> Vec<usize> {
        numbers(&self.rules, &|rule: &RuleRow| rule.delegated.is_some())
    }
}

fn numbers<T>(all: &[T], is: &dyn Fn(&T) -> bool) -> Vec<usize> {
    let numbered = all.iter().enumerate();
    numbered
        .filter(|(_, one)| is(one))
        .map(|(n, _)| n)
        .collect()
}

/// Works out the matrix. Scenarios that begin with files are read from the folder.
///
/// ```
/// # use kakou::{Folder, Limits, Sure, check::tables::register::Register, trace::{Lack, trace}};
/// # let folder = Folder::open("examples/gate".as_ref(), &Limits::default())?;
/// # let compiled = kakou::compile(&folder, &Limits::default());
/// # let rules = compiled.rules.ok_or("not sound")?;
/// let matrix = trace(&rules, &compiled.scenarios, &Register::default(), &folder, Sure::High);
/// let rules: Vec<&str> = matrix.rules.iter().map(|row| row.id.as_str()).collect();
/// assert_eq!(rules, ["G-01", "G-02"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trace(
    rules: &Arc<RuleSet>,
    scenarios: &[Scenario],
    register: &Register,
    folder: &Folder,
    trust: Sure,
) -> Matrix {
    let units = unit::units(rules);
    let tries = shown::tried(rules, &units, scenarios, folder, Limits::default());
    let boundaries = shown::boundaries(&units, scenarios, &tries);
    let mut rows: Vec<RuleRow> = units
        .iter()
        .zip(boundaries)
        .enumerate()
        .filter_map(|(at, (unit, pairs))| {
            let page = Page {
                rules,
                units: &units,
                tries: &tries,
            };
            page.row(at, unit, &pairs)
        })
        .collect();
    let clauses = clauses::rows(rules, &units, register);
    for (number, clause) in clauses.iter().enumerate() {
        for at in &clause.rules {
            if let (ClauseKind::Rule, Some(row)) = (clause.kind, rows.get_mut(*at)) {
                row.clauses.push(number);
            }
        }
    }
    let fires = |seen: &Vec<Seen>| numbers(seen, &|s: &Seen| s.fires == Some(Truth::True));
    let scenario = |(scenario, seen): (&Scenario, &Option<Vec<Seen>>)| ScenarioRow {
        labels: scenario.labels.clone(),
        place: scenario.place,
        judged: seen.is_some(),
        fires: seen.as_ref().map(fires).unwrap_or_default(),
    };
    Matrix {
        clauses,
        scenarios: scenarios.iter().zip(&tries).map(scenario).collect(),
        past_laws: laws::past(rules, &units),
        rules: rows,
        trust,
    }
}

struct Page<'p> {
    rules: &'p RuleSet,
    units: &'p [Unit],
    tries: &'p Tries,
}

impl Page<'_> {
    fn row(&self, at: usize, unit: &Unit, pairs: &[Option<(usize, usize)>]) -> Option<RuleRow> {
        let first = self.rules.rule(*unit.parts.first()?)?;
        let seen = |is: &dyn Fn(&Seen) -> bool| -> Vec<usize> {
            let of_unit = |tried: &Option<Vec<Seen>>| {
                tried.as_ref().and_then(|all| all.get(at)).is_some_and(is)
            };
            numbers(self.tries, &of_unit)
        };
        let boundary = |(ordered, pair): (&Ordered, &Option<(usize, usize)>)| Shown {
            what: match ordered {
                Ordered::Condition(condition) => {
                    dump::condition(self.rules, &first.each, condition)
                }
                Ordered::Table(table) => {
                    let table = self.rules.decision_table(*table);
                    format!("table {}", table.map_or("", |t| t.name.as_str()))
                }
            },
            by: pair.map_or(Vec::new(), |(one, other)| vec![one, other]),
        };
        Some(RuleRow {
            id: unit.id.clone(),
            labels: first.labels.clone(),
            sure: first.sure,
            force: first.force,
            place: first.place,
            clauses: Vec::new(),
            can_fire: unit.can_fire,
            delegated: self.delegated(unit),
            caught: seen(&|s| s.fires == Some(Truth::True)),
            passes: seen(&|s| s.fires.is_none() && s.looked_at),
            missing: seen(&|s| s.fires == Some(Truth::Unknown) && s.waits),
            boundaries: match unit.can_fire {
                true => unit.ordered.iter().zip(pairs).map(boundary).collect(),
                false => Vec::new(),
            },
            exceptions: match unit.can_fire {
                true => self.exceptions(unit),
                false => Vec::new(),
            },
        })
    }

    /// All that `when` and `unless` read, where it is nothing but yes and no.
    fn delegated(&self, unit: &Unit) -> Option<Vec<FieldId>> {
        let schema = &self.rules.schema;
        let mut reads = Reads::new(schema);
        for rule in unit.parts.iter().filter_map(|id| self.rules.rule(*id)) {
            reads.condition(&rule.when);
            rule.unless.iter().for_each(|c| reads.condition(c));
        }
        if reads.reads_more() {
            return None;
        }
        let typ = |field: &FieldId| schema.field(*field).map(|f| f.typ);
        let read = reads.fields().iter().copied();
        let facts: Vec<FieldId> = read
            .filter(|field| !matches!(typ(field), Some(Type::List(_))))
            .collect();
        let only = !facts.is_empty() && facts.iter().all(|f| typ(f) == Some(Type::Bool));
        only.then_some(facts)
    }

    fn exceptions(&self, unit: &Unit) -> Vec<Shown> {
        let mut all = Vec::new();
        // An exception holds for every version of a rule, and is shown by any of them.
        let versions: Vec<usize> = numbers(self.units, &|u: &Unit| u.id == unit.id);
        let seen = |is: &dyn Fn(&Seen) -> bool| -> Vec<usize> {
            let of_any = |tried: &Option<Vec<Seen>>| {
                let all = tried.as_ref();
                all.is_some_and(|all| versions.iter().filter_map(|v| all.get(*v)).any(is))
            };
            numbers(self.tries, &of_any)
        };
        if unit.can_except {
            all.push(Shown {
                what: "unless".into(),
                by: seen(&|s| s.excepted),
            });
        }
        for (name, over) in self.over(unit) {
            all.push(Shown {
                what: name,
                by: seen(&|s| !s.excused_by.is_disjoint(&over)),
            });
        }
        all
    }

    /// The rules over this one that can fire, by the identifier as written; a pilot's suspension
    /// by the pilot's name.
    fn over(&self, unit: &Unit) -> BTreeMap<String, BTreeSet<RuleId>> {
        let mut all: BTreeMap<String, BTreeSet<RuleId>> = BTreeMap::new();
        for (id, rule) in (0u32..).map(RuleId).zip(&self.rules.rules) {
            if !rule.over.iter().any(|excused| unit.parts.contains(excused)) {
                continue;
            }
            let written = self.units.iter().find(|u| u.parts.contains(&id));
            if written.is_none_or(|u| u.can_fire) {
                let name = written.map_or(&rule.id, |u| &u.id);
                all.entry(name.clone()).or_default().insert(id);
            }
        }
        all
    }
}
