//! Declarations made up for load tests and demonstrations: of any schema, skewed as real ones are,
//! and near the limits of the rules.
//!
//! Every other declaration *aims* at a rule: its facts are chosen so that the rule fires, or so that
//! it just does not; an amount is then at the limit, a cent above it or far off, and a day is the last
//! of a period or the first after it. The constants are those of the checked rules, their parameters
//! and their lists. The others aim at none. Most of what else the rules would hold against a
//! declaration is put right. What a rule set does not say is drawn: codes by Zipf's law, those that rules name before others, and those in force on the day; amounts of every length;
//! days before the day that is judged on; texts and numbers that rules compare are usually equal.
//! Which fields a declaration has depends on which rules may apply to it.
//!
//! A declaration depends on the rules, the seed and its number, and on nothing else: neither on the
//! machine, nor on the number of threads, nor on how many others are made. The [`VERSION`] says which
//! stream of numbers and which way of using it that is.
//!
//! ```
//! use kakou::generate::{Generator, Options};
//! let rules = kakou::load("examples/gate")?;
//! let generator = Generator::new(&rules, Options::default());
//! let first = generator.record(1);
//! assert_eq!(first.facts.id(&rules.schema), Some("G0-000000001"));
//! // Valid declarations are read as they were made.
//! let lines = kakou::facts::lines::Lines::new(&rules.schema);
//! let mut text = String::new();
//! first.write(&lines, &mut text);
//! let reader = kakou::facts::json::Reader::new(rules.schema.clone());
//! assert_eq!(reader.read(text.as_bytes())?, first.facts);
//! // Another number is another declaration, and the same number the same.
//! assert_ne!(generator.record(2).facts, first.facts);
//! assert_eq!(generator.record(1).facts, first.facts);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aim;
mod calm;
mod dice;
mod draft;
mod flaw;
mod limit;
mod order;
mod plan;
mod record;
mod series;
mod steer;
mod total;
mod walk;

pub use flaw::{FLAWS, Flaw};

use crate::check::rules::{RuleId, RuleSet, Sure};
use crate::engine::{Engine, Scratch};
use crate::facts::Facts;
use crate::facts::blank::Blank;
use crate::facts::lines::Lines;
use crate::graph::Graph;
use crate::ground::day::Day;
use dice::Dice;
use draft::Draft;
use plan::Plan;
use std::sync::Arc;

/// Which declarations a seed stands for: it changes when the same rules, seed and number would give
/// another declaration.
///
/// ```
/// assert_eq!(kakou::generate::VERSION, 1);
/// // A declaration may be another one under another version, and is the same under the same one.
/// assert_ne!(kakou::generate::VERSION, 0);
/// ```
pub const VERSION: u32 = 1;

/// What is to be made.
///
/// ```
/// use kakou::generate::Options;
/// let options = Options { seed: 7, invalid_per_million: 10_000, ..Options::default() };
/// assert_eq!((options.seed, options.days, options.series), (7, None, 0));
/// assert_eq!(Options::default().invalid_per_million, 0); // Valid ones only.
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Which of all possible sequences.
    pub seed: u64,
    /// Of a million declarations, how many are slightly invalid: one mistake each.
    pub invalid_per_million: u32,
    /// The first and the last of the usual days to judge on. Where it is not said: those around the
    /// day on which the youngest rule came into force.
    pub days: Option<(Day, Day)>,
    /// How often each movement is declared, with other numbers in its texts and an `id` of its own:
    /// 0 and 1 are once. The more often, the sooner a large number of declarations is made.
    pub series: u32,
}

/// Makes declarations; made once for a rule set, used from many threads.
///
/// ```
/// use kakou::generate::{Generator, Options};
/// let rules = kakou::load("examples/gate")?;
/// let of = |seed| Generator::new(&rules, Options { seed, ..Options::default() });
/// assert_eq!(of(1).record(5).facts, of(1).record(5).facts);
/// assert_ne!(of(1).record(5).facts, of(2).record(5).facts);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Generator {
    maker: Maker,
    options: Options,
}

/// What all declarations are made with.
#[derive(Debug)]
struct Maker {
    rules: Arc<RuleSet>,
    plan: Plan,
    blank: Blank,
    /// Says what the rules hold against a declaration. A rule set without rules needs none, and one
    /// whose graph is beyond its limits has none: then nothing is put right.
    engine: Option<Engine>,
}

/// One declaration.
///
/// ```
/// use kakou::generate::{Generator, Options};
/// let rules = kakou::load("examples/gate")?;
/// let all = Options { invalid_per_million: 1_000_000, ..Options::default() };
/// let record = Generator::new(&rules, all).record(1);
/// let flaw = record.flaw.as_ref().ok_or("every one has a flaw")?;
/// let lines = kakou::facts::lines::Lines::new(&rules.schema);
/// let mut text = String::new();
/// record.write(&lines, &mut text);
/// let reader = kakou::facts::json::Reader::new(rules.schema.clone());
/// assert_eq!(reader.read(text.as_bytes()).unwrap_err().errors[0].code, flaw.code);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 1.
    pub number: u64,
    /// Its facts, without the flaw.
    pub facts: Facts,
    /// The rule that it aims at.
    pub aims_at: Option<RuleId>,
    /// The one mistake that it is written with.
    pub flaw: Option<Flaw>,
}

/// What is written is all a reader sees: the facts, and the flaw where there is one.
///
/// ```
/// use kakou::generate::{Generator, Options};
/// let rules = kakou::load("examples/gate")?;
/// let record = Generator::new(&rules, Options::default()).record(3);
/// let mut text = String::new();
/// record.write(&kakou::facts::lines::Lines::new(&rules.schema), &mut text);
/// assert!(text.starts_with("{\"id\":\"G0-000000003\"") && text.ends_with("}\n"));
/// assert_eq!(text.lines().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Record {
    /// Adds the declaration as a line of NDJSON.
    ///
    /// ```
    /// use kakou::generate::{Generator, Options};
    /// let rules = kakou::load("examples/gate")?;
    /// let generator = Generator::new(&rules, Options::default());
    /// let lines = kakou::facts::lines::Lines::new(&rules.schema);
    /// let mut text = String::new();
    /// (1..=3).for_each(|number| generator.record(number).write(&lines, &mut text));
    /// assert_eq!(text.lines().count(), 3);
    /// // A line for another schema would hold other fields.
    /// assert_eq!(lines.schema(), &rules.schema);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(&self, lines: &Lines, out: &mut String) {
        match &self.flaw {
            Some(flaw) => flaw.write(lines, &self.facts, out),
            None => lines.write(out, &self.facts, None),
        }
    }
}

/// Any declaration at any time: nothing is kept between them.
///
/// ```
/// use kakou::generate::{Generator, Options};
/// let rules = kakou::load("examples/gate")?;
/// let generator = Generator::new(&rules, Options::default());
/// let (last, first) = (generator.record(1_000_000_000_000), generator.record(1));
/// assert_eq!(last.facts.id(&rules.schema), Some("G0-1000000000000"));
/// assert_eq!(first, generator.record(1)); // Nothing depends on the order.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Generator {
    /// For a rule set, which may be a schema without any rule.
    ///
    /// ```
    /// use kakou::generate::{Generator, Options};
    /// let schema = "outcomes release < hold missing hold advice hold
    /// declaration judged on date
    ///   id : text, always
    ///   date : date, always
    /// ";
    /// let folder = kakou::Folder::from_texts([("schema.rules", schema)]);
    /// let rules = kakou::compile(&folder, &kakou::Limits::default()).rules.ok_or("refused")?;
    /// let record = Generator::new(&rules, Options::default()).record(1);
    /// assert!(record.facts.as_of(&rules.schema).is_some());
    /// assert_eq!(record.aims_at, None); // There is no rule to aim at.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(rules: &Arc<RuleSet>, options: Options) -> Generator {
        let mut plan = Plan::of(rules);
        if let Some(days) = options.days {
            plan.days = days;
        }
        let all = crate::graph::Options {
            trust: Sure::Design,
            ..crate::graph::Options::default()
        };
        let graph = match rules.rules.is_empty() {
            false => Graph::build(rules, all).ok(),
            true => None,
        };
        let maker = Maker {
            plan,
            engine: graph.as_ref().map(Engine::from),
            blank: Blank::new(&rules.schema),
            rules: Arc::clone(rules),
        };
        Generator { maker, options }
    }

    /// The rules.
    ///
    /// ```
    /// use kakou::generate::{Generator, Options};
    /// let rules = kakou::load("examples/gate")?;
    /// let generator = Generator::new(&rules, Options::default());
    /// assert_eq!(generator.rules(), &rules);
    /// let rule = generator.record(1).aims_at.and_then(|rule| rules.rule(rule));
    /// assert!(rule.is_none_or(|rule| rule.id.starts_with("G-")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.maker.rules
    }

    /// The declaration of that number.
    ///
    /// ```
    /// use kakou::generate::{Generator, Options};
    /// let rules = kakou::load("examples/gate")?;
    /// let generator = Generator::new(&rules, Options::default());
    /// let fires = |number| {
    ///     let facts = generator.record(number).facts;
    ///     let day = facts.as_of(&rules.schema)?;
    ///     let judged = kakou::Reference::new(&rules, kakou::Sure::Design).judge(&facts, day);
    ///     Some(!judged.fired.is_empty())
    /// };
    /// // Some are let through and some are not.
    /// let fired: Vec<bool> = (1..=100).filter_map(fires).collect();
    /// assert!(fired.len() == 100 && fired.contains(&true) && fired.contains(&false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record(&self, number: u64) -> Record {
        self.record_in(number, &mut Room::default())
    }

    /// The same in the room of a thread that makes many.
    fn record_in(&self, number: u64, room: &mut Room) -> Record {
        let options = &self.options;
        let id = format!("G{}-{number:09}", options.seed);
        let series = u64::from(options.series.max(1));
        let movement = number.saturating_sub(1) / series + 1;
        let mut draft = Draft::new(&self.maker, Dice::of(options.seed, VERSION, movement));
        if series == 1 {
            let aims_at = draft.make_up(&id, &mut room.scratch);
            return self.finished(number, draft, aims_at);
        }
        let (facts, aims_at) = match room.last.take() {
            Some((of, facts, aims_at)) if of == movement => (facts, aims_at),
            _ => {
                let aims_at = draft.make_up(&id, &mut room.scratch);
                (std::mem::take(&mut draft.facts), aims_at)
            }
        };
        let mut own = Draft::new(&self.maker, Dice::of(options.seed, VERSION, !number));
        own.facts = facts.clone();
        series::vary(
            &self.maker,
            &mut own.facts,
            number.saturating_sub(1) % series,
        );
        own.name(&id);
        room.last = Some((movement, facts, aims_at));
        self.finished(number, own, aims_at)
    }

    /// A declaration as it is handed out, with a flaw where one is due.
    fn finished(&self, number: u64, mut draft: Draft<'_>, aims_at: Option<RuleId>) -> Record {
        let flaw = match draft.dice.per_million(self.options.invalid_per_million) {
            true => Some(Flaw::draw(&mut draft)),
            false => None,
        };
        Record {
            number,
            facts: draft.facts,
            aims_at,
            flaw,
        }
    }
}

/// What a thread keeps between declarations; none of them depends on it.
#[derive(Debug, Default)]
struct Room {
    scratch: Scratch,
    /// The movement that was made last, with its facts and what it aims at.
    last: Option<(u64, Facts, Option<RuleId>)>,
}
