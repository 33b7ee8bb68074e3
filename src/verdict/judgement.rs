//! What judging works out, in numbers: which rules fire for which elements, which requirements
//! follow and the interval of outcomes. Texts are made of it later, by [`render`](super::render),
//! the same way for the reference and for the engine.

use crate::check::rules::{KindId, ObligationState, PilotId, RuleId};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::value::{Code, DepartmentId, FieldId, ListId, OutcomeId, Value};
use std::cmp::Ordering;

mod waiting;

pub use waiting::{Rules, Waiting};

/// One step to an element that a rule judged.
///
/// ```
/// use kakou::{schema::value::Code, verdict::judgement::Step};
/// assert_eq!(Step::default(), Step::Whole);
/// assert!(Step::Whole < Step::Row(0) && Step::Row(0) < Step::Row(1));
/// assert!(Step::Code(Code(7)) < Step::Unknown);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Step {
    /// No step: the rule judges the whole.
    #[default]
    Whole,
    /// The row of a list, counted from 0 over all owners of the list.
    Row(u32),
    /// A code of a set.
    Code(Code),
    /// Some element of a list or set that was not given.
    Unknown,
}

/// The element that a rule judged: for each of its `each` ranges one step.
///
/// ```
/// use kakou::verdict::judgement::{Element, Step};
/// let second_item = Element([Step::Row(1), Step::Whole]);
/// assert!(Element::default() < second_item);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Element(pub [Step; 2]);

/// Steps order by what they are, then by row or code.
///
/// ```
/// use kakou::{schema::value::Code, verdict::judgement::Step};
/// let mut steps = [Step::Unknown, Step::Code(Code(1)), Step::Row(7), Step::Row(2)];
/// steps.sort();
/// assert_eq!(steps, [Step::Row(2), Step::Row(7), Step::Code(Code(1)), Step::Unknown]);
/// assert!(Step::Row(u32::MAX) < Step::Code(Code(0))); // However large the row.
/// ```
impl Step {
    /// Its place among all steps, so that comparing two is comparing two numbers.
    #[inline]
    fn rank(self) -> u64 {
        match self {
            Step::Whole => 0,
            Step::Row(row) => 1 << 32 | u64::from(row),
            Step::Code(code) => 2 << 32 | u64::from(code.0),
            Step::Unknown => 3 << 32,
        }
    }
}

impl Ord for Step {
    #[inline]
    fn cmp(&self, other: &Step) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Step {
    #[inline]
    fn partial_cmp(&self, other: &Step) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Element {
    #[inline]
    fn cmp(&self, other: &Element) -> Ordering {
        let ([a, b], [c, d]) = (self.0, other.0);
        a.cmp(&c).then(b.cmp(&d))
    }
}

impl PartialOrd for Element {
    #[inline]
    fn partial_cmp(&self, other: &Element) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A rule that fires, certainly or possibly, for one element.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, ground::truth::Truth};
/// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// let first = judgement.fired.first().ok_or("nothing fires")?;
/// assert_eq!(rules.rule(first.rule).map(|rule| rule.id.as_str()), Some("G-01"));
/// assert!(judgement.fired.iter().all(|fired| fired.truth != Truth::False));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fired {
    /// The rule.
    pub rule: RuleId,
    /// The element.
    pub element: Element,
    /// `True` or `Unknown`.
    pub truth: Truth,
}

/// An interval of outcomes.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Facts, Reference, Sure};
/// let reference = Reference::new(&rules, Sure::High);
/// let certain = reference.judge(&facts, day).counted;
/// assert_eq!(certain.low, certain.high);
/// let open = reference.judge(&Facts::unknown(&rules.schema), day).counted;
/// assert!(open.low < open.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Interval {
    /// The mildest that is still possible.
    pub low: OutcomeId,
    /// The worst that is still possible.
    pub high: OutcomeId,
}

/// A requirement that follows, certainly or possibly, for one element.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, Reference, Sure, check::rules::ObligationState};
/// let facts = Facts::builder(&rules.schema)
///     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.01")
///     .set("guarantee_free", "1.00")
///     .element("items", |item| item.set("hs_code", "7102390000").set("total", "260000.00"))
///     .build()?;
/// let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// assert_eq!(judgement.duties.len(), 1);
/// assert_eq!(judgement.duties[0].state, ObligationState::Unmet);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Duty {
    /// Its kind.
    pub kind: KindId,
    /// The element that it was required for.
    pub element: Element,
    /// Its argument; none for a kind without one and where it is not known, see `argument_known`.
    pub argument: Option<Value>,
    /// Whether the argument is known.
    pub argument_known: bool,
    /// Whether it is required: `True` or `Unknown`; a waived one is `True` or `Unknown` before the waiver.
    pub required: Truth,
    /// Whether a rule that cannot be waived requires it.
    pub firmly: bool,
    /// Whether its condition is met.
    pub met: Truth,
    /// Whether it is waived.
    pub waived: Truth,
    /// The state as reported.
    pub state: ObligationState,
    /// The deciding rules that require it, sorted.
    pub rules: Vec<RuleId>,
    /// The deciding rules that waive it, certainly or possibly, sorted.
    pub waived_by: Vec<RuleId>,
}

/// What coverage says of the movement.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, ground::day::Day, verdict::judgement::Coverage};
/// let reference = Reference::new(&rules, Sure::High);
/// assert_eq!(reference.judge(&facts, day).coverage, Some(Coverage::Full));
/// // Of a day before the first law the rules claim nothing.
/// let before = "2020-01-01".parse::<Day>()?;
/// assert_eq!(reference.judge(&facts, before).coverage, Some(Coverage::Outside));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Coverage {
    /// The rule set claims to be complete here.
    Full,
    /// It only informs here.
    Advice,
    /// Full, or advice.
    FullOrAdvice,
    /// It may be covered or not.
    Undetermined,
    /// No law is on file.
    Outside,
}

/// The place of a fact.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Facts, Reference, Sure, verdict::judgement::FactRef};
/// let nothing_known = Reference::new(&rules, Sure::High).judge(&Facts::unknown(&rules.schema), day);
/// let line = rules.schema.field_by_path("line").ok_or("no such field")?;
/// assert!(nothing_known.missing.iter().any(|missing| missing.fact == FactRef::Header(line)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactRef {
    /// A header field, or a list of the header as a whole.
    Header(FieldId),
    /// A field of the row of a list, or a list inside that row as a whole.
    Cell(FieldId, ListId, u32),
    /// A field of some element of a list that was not given: the list is what is missing.
    List(ListId),
}

/// A fact that would settle something.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Facts, Reference, Sure};
/// let reference = Reference::new(&rules, Sure::High);
/// assert!(reference.judge(&facts, day).missing.is_empty());
/// assert!(!reference.judge(&Facts::unknown(&rules.schema), day).missing.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Missing {
    /// The fact.
    pub fact: FactRef,
    /// The rules that wait for it; empty where only the schema requires it.
    pub rules: Waiting,
}

/// What one shadow pilot would change.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, verdict::judgement::PilotView};
/// // The gate has no pilots.
/// assert_eq!(Reference::new(&rules, Sure::High).judge(&facts, day).pilots, Vec::<PilotView>::new());
/// assert_eq!(PilotView::default().pilot, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PilotView {
    /// The pilot.
    pub pilot: Option<PilotId>,
    /// The interval with all live pilots and this one.
    pub interval: Interval,
    /// The rules that fire with it, sorted by rule and element.
    pub fired: Vec<Fired>,
}

/// All that judging one declaration works out.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, verdict::judgement::Judgement};
/// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// assert_eq!(judgement.as_of, Some(day));
/// assert_eq!(judgement.counted, judgement.base); // No pilot counts.
/// assert_eq!(judgement.departments.len(), rules.schema.departments.len());
/// assert_eq!(Judgement::default().as_of, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Judgement {
    /// The as-of date.
    pub as_of: Option<Day>,
    /// With all live pilots: the interval that counts.
    pub counted: Interval,
    /// Without any pilot.
    pub base: Interval,
    /// For each shadow pilot, in the order of pilots.
    pub pilots: Vec<PilotView>,
    /// The counted interval for each department but those that see all, in their order: of its rules
    /// and requirements alone.
    pub departments: Vec<(DepartmentId, Interval)>,
    /// The worst that belongs to no department: what required fields that are not given and coverage
    /// ask for.
    pub common: OutcomeId,
    /// Deciding rules that fire, counted with live pilots, sorted by rule and element; rules that
    /// certainly do not fire are not in it.
    pub fired: Vec<Fired>,
    /// Rules less sure than the trust level that would fire, sorted by rule and element.
    pub shadow: Vec<Fired>,
    /// Requirements, sorted.
    pub duties: Vec<Duty>,
    /// What coverage says.
    pub coverage: Option<Coverage>,
    /// Missing facts, sorted.
    pub missing: Vec<Missing>,
}
