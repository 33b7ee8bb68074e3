//! The verdict on one declaration, as plain data with names and texts.
//!
//! Judging gives numbers, a [`Judgement`](judgement::Judgement); [`render`](render::render) makes
//! a [`Verdict`] of them, the same for the reference and for the engine. [`json`] writes it for
//! machines, [`text`] for people, and [`why`] explains a condition in words.
//!
#![doc = include_str!("../doc/verdict.md")]

pub mod json;
pub mod judgement;
pub mod layout;
pub mod lines;
pub(crate) mod named;
pub mod render;
pub mod text;
pub mod trace;
pub mod why;
pub(crate) mod words;

use crate::check::rules::{ObligationState, Sure};
use crate::facts::Assumed;
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::Lang;
use judgement::Coverage;

/// A text in both languages.
///
/// ```
/// use kakou::{Lang, verdict::Bilingual};
/// let text = Bilingual { zh: "放行".into(), en: "release".into() };
/// assert_eq!(text.get(Lang::Zh), "放行");
/// assert_eq!(Bilingual::new(|_| "1371".into()).zh, "1371");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Both texts are there at once, so that a verdict can be read in either language later.
///
/// ```
/// use kakou::{Lang, verdict::Bilingual};
/// let count = Bilingual::new(|lang| match lang {
///     Lang::Zh => "2 项".into(),
///     Lang::En => "2 items".into(),
/// });
/// assert_eq!([Lang::Zh, Lang::En].map(|lang| count.get(lang)), ["2 项", "2 items"]);
/// ```
impl Bilingual {
    /// The text in that language.
    ///
    /// ```
    /// use kakou::{schema::Lang, verdict::Bilingual};
    /// let text = Bilingual::new(|lang| if lang == Lang::Zh { "放行".into() } else { "release".into() });
    /// assert_eq!(text.get(Lang::En), "release");
    /// ```
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// Both texts, each made for its language.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::verdict::Bilingual;
    /// let hold = rules.schema.outcomes.last().ok_or("no outcome")?;
    /// let label = Bilingual::new(|lang| hold.labels.get(lang, &hold.name).to_owned());
    /// assert_eq!((label.zh.as_str(), label.en.as_str()), ("暂缓", "hold"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(text: impl Fn(Lang) -> String) -> Bilingual {
        Bilingual {
            zh: text(Lang::Zh),
            en: text(Lang::En),
        }
    }
}

/// An identifier with what people call it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// # use kakou::{Limits, Reference, Sure, verdict::render::render};
/// # let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// # let verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// let worst = &verdict.counted.high;
/// assert_eq!((worst.name.as_str(), worst.labels.zh.as_str()), ("hold", "暂缓"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Named {
    /// The identifier.
    pub name: String,
    /// What people call it.
    pub labels: Bilingual,
}

/// An interval of outcomes, and how grave its worse end is.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// # use kakou::{Limits, Reference, Sure, verdict::render::render};
/// # let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// # let verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// assert_eq!(verdict.counted.low, verdict.counted.high);
/// assert_eq!((verdict.counted.grade, verdict.counted.worst), (2, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Outcomes {
    /// The mildest that is still possible.
    pub low: Named,
    /// The worst that is still possible.
    pub high: Named,
    /// The place of `high` among the outcomes, from 0 for the mildest.
    pub grade: u8,
    /// The place of the worst outcome of the schema.
    pub worst: u8,
}

/// A disposition is the worse end.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Limits, Reference, Sure, verdict::render::render};
/// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// let counted = render(&rules, &facts, &judgement, Sure::High, &Limits::default()).counted;
/// assert!(counted.grade <= counted.worst);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Outcomes {
    /// The worse end alone.
    pub(crate) fn high_alone(&self) -> Outcomes {
        Outcomes {
            low: self.high.clone(),
            ..self.clone()
        }
    }
}

/// All that is said of one declaration.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Limits, Reference, Sure, Verdict, verdict::render::render};
/// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// let verdict: Verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// assert_eq!(verdict.id.as_deref(), Some("D-1"));
/// assert_eq!(verdict.counted.high.name, "hold");
/// assert_eq!(verdict.findings.len(), 1);
/// assert_eq!(verdict.rules, rules.fingerprint.to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// The identifier that the declaration gives.
    pub id: Option<String>,
    /// The department whose view it is; none for the whole.
    pub department: Option<Named>,
    /// The as-of date.
    pub as_of: Option<Day>,
    /// With all live pilots: what counts.
    pub counted: Outcomes,
    /// Without any pilot.
    pub base: Outcomes,
    /// What each shadow pilot would change.
    pub pilots: Vec<PilotVerdict>,
    /// The view of each department but those that see all: of its own rules and requirements.
    pub departments: Vec<(Named, Outcomes)>,
    /// The worst that belongs to no department: what required fields that are not given and coverage
    /// ask for.
    pub common: Outcomes,
    /// The codes of the header that are always required, in words.
    pub context: Vec<Bilingual>,
    /// Rules that fire, by rule and element.
    pub findings: Vec<Finding>,
    /// Undetermined rules that are not among the findings: those beyond the limit and those that
    /// cannot make the verdict worse than it is.
    pub undetermined_not_listed: u64,
    /// Requirements.
    pub obligations: Vec<Obligation>,
    /// Rules that would fire were their basis sure enough.
    pub shadow: Vec<Finding>,
    /// What coverage says.
    pub coverage: Option<Coverage>,
    /// The facts that would settle what is open; always complete.
    pub missing: Vec<MissingFact>,
    /// Defaults that a map filled in.
    pub assumed: Vec<Assumed>,
    /// The least sure mark that decides.
    pub trust: Option<Sure>,
    /// The fingerprint of the rule set.
    pub rules: String,
}

/// What one shadow pilot would change.
///
/// ```
/// use kakou::verdict::{Named, Outcomes, PilotVerdict};
/// let view = PilotVerdict {
///     pilot: Named { name: "P-1".into(), ..Named::default() },
///     outcomes: Outcomes::default(),
///     gained: vec![("G-03".into(), Some("items[1]".into()))],
///     lost: Vec::new(),
/// };
/// assert_eq!(view.gained[0].0, "G-03");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PilotVerdict {
    /// The pilot.
    pub pilot: Named,
    /// The interval with all live pilots and this one.
    pub outcomes: Outcomes,
    /// The rules that fire with it and not without, certainly or possibly: identifier, element.
    pub gained: Vec<(String, Option<String>)>,
    /// The rules that fire without it and not with it.
    pub lost: Vec<(String, Option<String>)>,
}

/// A rule that fires for one element.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// # use kakou::{Limits, Reference, Sure, verdict::render::render};
/// # let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// # let verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// let finding = &verdict.findings[0];
/// assert_eq!(finding.rule, "G-01");
/// assert_eq!(finding.message.zh, "误差 4 % 超过 3 %");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The rule's identifier.
    pub rule: String,
    /// The rule's title.
    pub title: Bilingual,
    /// `True` or `Unknown`.
    pub truth: Truth,
    /// The outcome; none for a rule that only excuses, requires or waives.
    pub outcome: Option<Named>,
    /// The message with facts filled in; the title where the rule has none.
    pub message: Bilingual,
    /// Where the rule is written.
    pub basis: Vec<BasisText>,
    /// How sure the rule is.
    pub sure: Sure,
    /// The element, such as `items[1]`; none for the whole.
    pub element: Option<String>,
    /// The departments that the rule speaks for.
    pub departments: Vec<String>,
    /// The pilot that the rule belongs to.
    pub pilot: Option<String>,
    /// All facts that the rule and its exceptions name, by path.
    pub facts: Vec<ShownFact>,
}

/// A place in a law, in words.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// # use kakou::{Limits, Reference, Sure, verdict::render::render};
/// # let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// # let verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// let basis = &verdict.findings[0].basis;
/// assert!(basis.iter().any(|basis| basis.law == "GATE"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BasisText {
    /// The law's identifier.
    pub law: String,
    /// Its short name.
    pub name: Bilingual,
    /// The article as written.
    pub article: Option<String>,
    /// The paragraph as written.
    pub paragraph: Option<String>,
    /// How sure the text of the law is.
    pub sure: Sure,
}

/// A fact with its path.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// # use kakou::{Limits, Reference, Sure, verdict::render::render};
/// # let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// # let verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// assert!(verdict.findings[0].facts.iter().any(|fact| fact.path == "weight_error"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ShownFact {
    /// Its path with places counted from 1: `items[1].hs_code`.
    pub path: String,
    /// What people call the field.
    pub label: Bilingual,
    /// What was given.
    pub value: ShownValue,
}

/// What was given for a fact, as text without thousands separators.
///
/// ```
/// use kakou::verdict::ShownValue;
/// assert_ne!(ShownValue::Unknown, ShownValue::None); // Nothing said is not given as empty.
/// assert_eq!(ShownValue::Set(Vec::new()).clone(), ShownValue::Set(vec![]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ShownValue {
    /// Nothing.
    Unknown,
    /// Given as empty.
    None,
    /// A value.
    One(String),
    /// A set of codes.
    Set(Vec<String>),
}

/// A requirement.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, Limits, Reference, Sure, verdict::render::render};
/// let facts = Facts::builder(&rules.schema)
///     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.01")
///     .set("guarantee_free", "1.00")
///     .element("items", |item| item.set("hs_code", "7102390000").set("total", "260000.00"))
///     .build()?;
/// let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
/// let verdict = render(&rules, &facts, &judgement, Sure::High, &Limits::default());
/// let guarantee = &verdict.obligations[0];
/// assert_eq!(guarantee.kind.name, "guarantee");
/// assert_eq!(guarantee.rules, ["G-02"]);
/// assert_eq!(guarantee.otherwise.name, "hold"); // It is refused until the guarantee is given.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Obligation {
    /// Its kind.
    pub kind: Named,
    /// Its argument as text; none for a kind without one, and where it is not known.
    pub argument: Option<String>,
    /// Its argument in words.
    pub words: Option<Bilingual>,
    /// Whether the argument is known.
    pub argument_known: bool,
    /// The element that it is required for.
    pub element: Option<String>,
    /// Whether it is certainly required.
    pub certain: bool,
    /// Whether it cannot be waived.
    pub firmly: bool,
    /// Its state.
    pub state: ObligationState,
    /// The outcome while it is not met.
    pub otherwise: Named,
    /// The rules that require it.
    pub rules: Vec<String>,
    /// The rules that waive it, certainly or possibly.
    pub waived_by: Vec<String>,
}

/// A missing fact.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Facts, Limits, Reference, Sure, verdict::render::render};
/// let nothing = Facts::unknown(&rules.schema);
/// let judgement = Reference::new(&rules, Sure::High).judge(&nothing, day);
/// let verdict = render(&rules, &nothing, &judgement, Sure::High, &Limits::default());
/// assert!(verdict.missing.iter().any(|missing| missing.path == "line" && missing.label.zh == "线别"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MissingFact {
    /// Its path.
    pub path: String,
    /// What people call it.
    pub label: Bilingual,
    /// The rules that wait for it; empty where only the schema or coverage asks for it.
    pub rules: Vec<String>,
}

/// The word of a mark in rule text and JSON.
///
/// ```
/// assert_eq!(kakou::verdict::mark(kakou::Sure::High), "high");
/// ```
pub fn mark(sure: Sure) -> &'static str {
    match sure {
        Sure::Found => "found",
        Sure::High => "high",
        Sure::Medium => "medium",
        Sure::Low => "low",
        Sure::Design => "design",
    }
}

/// The word of a state in rule text and JSON.
///
/// ```
/// use kakou::{check::rules::ObligationState, verdict::state};
/// assert_eq!(state(ObligationState::Waived), "waived");
/// ```
pub fn state(state: ObligationState) -> &'static str {
    match state {
        ObligationState::Met => "met",
        ObligationState::Unmet => "unmet",
        ObligationState::Waived => "waived",
        ObligationState::Undetermined => "undetermined",
    }
}

/// The word of coverage in JSON.
///
/// ```
/// use kakou::verdict::{coverage, judgement::Coverage};
/// assert_eq!(coverage(Coverage::FullOrAdvice), "full or advice");
/// ```
pub fn coverage(coverage: Coverage) -> &'static str {
    match coverage {
        Coverage::Full => "full",
        Coverage::Advice => "advice",
        Coverage::FullOrAdvice => "full or advice",
        Coverage::Undetermined => "undetermined",
        Coverage::Outside => "outside",
    }
}
