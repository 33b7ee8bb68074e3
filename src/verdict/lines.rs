//! Verdicts as lines of JSON, many of them: what can be worked out once for a rule set is, so that a
//! line costs little more than the bytes it has, and nothing is allocated for it once the memory
//! that is used again has grown.
//!
//! A line is what [`to_json`] writes of what [`render`](super::render::render) makes, byte for byte,
//! but for characters that a terminal would obey, which are escapes here.

mod line;
mod paths;
mod spell;

use super::judgement::{Element, FactRef, Fired, Judgement};
use super::trace::Tracer;
use super::{Bilingual, Verdict, mark, words};
use crate::check::rules::{Basis, MessagePart, Rule, RuleId, RuleSet, Sure};
use crate::facts::Facts;
use crate::ground::limits::Limits;
use crate::reference::missing::worst_consequence;
use crate::reference::scene::Scene;
use crate::schema::Lang;
use crate::schema::value::{FieldId, OutcomeId};
use crate::verdict::json::{FORMAT, to_json};
use line::Line;
use paths::Paths;
use spell::{escape, quote, quoted};
use std::sync::Arc;

#[cfg(feature = "cli")]
pub(crate) use spell::obeyed;

/// Writes verdicts on judgements by one rule set; made once, used from many threads.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::verdict::{json::to_json, lines::{Lines, Room}, render::render};
/// use kakou::{Limits, Reference, Sure, verdict::judgement::Judgement};
/// let (trust, limits) = (Sure::High, Limits::default());
/// let judgement = Reference::new(&rules, trust).judge(&facts, day);
/// let (lines, mut room, mut out) = (Lines::new(&rules, trust, &limits), Room::default(), Vec::new());
/// lines.write(&mut out, &facts, &judgement, &mut room);
/// let verdict = render(&rules, &facts, &judgement, trust, &limits);
/// assert_eq!(String::from_utf8(out)?, to_json(&verdict, None));
///
/// // Where nothing was judged, the verdict is empty.
/// let mut out = Vec::new();
/// lines.write(&mut out, &facts, &Judgement::default(), &mut room);
/// assert_eq!(String::from_utf8(out)?, to_json(&kakou::Verdict::default(), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Lines {
    rules: Arc<RuleSet>,
    limits: Limits,
    lang: Option<Lang>,
    /// What a line begins with, up to the identifier.
    begin: Vec<u8>,
    /// What it ends with, behind the assumptions.
    end: Vec<u8>,
    texts: Vec<RuleTexts>,
    /// The facts that each rule names.
    tracer: Tracer,
    /// Of each kind of requirement what stands before its argument, and what it is else.
    kinds: Vec<(Vec<u8>, Vec<u8>)>,
    outcomes: Vec<Box<[u8]>>,
    departments: Vec<Box<[u8]>>,
    pilots: Vec<Box<[u8]>>,
    /// What each field is called, and what one is called that is not there.
    labels: Vec<Vec<u8>>,
    no_label: Vec<u8>,
}

/// The texts of a rule, as a line has them.
#[derive(Debug, Clone)]
struct RuleTexts {
    id: Box<[u8]>,
    /// Up to the message, where it fires and where that is open.
    fires: Vec<u8>,
    open: Vec<u8>,
    /// The parts of the message that are texts, by language, nothing where a value stands.
    message: [Vec<Box<[u8]>>; 2],
    /// From behind the message up to the element, and from there to the facts.
    basis: Vec<u8>,
    speakers: Vec<u8>,
    /// The worst that may come of it.
    worst: OutcomeId,
}

/// Memory for one line, used again for the next; each thread has its own.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::verdict::{judgement::Judgement, lines::{Lines, Room}};
/// let lines = Lines::new(&rules, kakou::Sure::High, &kakou::Limits::default());
/// let (mut room, mut out) = (Room::default(), Vec::new());
/// for _ in 0..2 {
///     lines.write(&mut out, &kakou::Facts::unknown(&rules.schema), &Judgement::default(), &mut room);
/// }
/// let (first, second) = out.split_at(out.len() / 2);
/// assert_eq!(first, second); // Nothing of the first is left.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Room {
    fired: Vec<Fired>,
    open: Vec<Fired>,
    facts: Vec<FactRef>,
    /// Paths one after the other, and which of them begin and end where.
    paths: String,
    spans: Vec<(usize, usize, usize)>,
    path: String,
    ids: Vec<RuleId>,
    with: Vec<(RuleId, Element)>,
    without: Vec<(RuleId, Element)>,
}

/// Lines are made for the rules as they are.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Lang, verdict::lines::Lines};
/// let lines = Lines::new(&rules, kakou::Sure::High, &kakou::Limits::default());
/// assert!(lines.clone().in_language(Lang::Zh).of_pilot("P-1").in_language(Lang::En).writes(Lang::En));
/// assert!(!lines.in_language(Lang::Zh).writes(Lang::En));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Lines {
    /// Lines of verdicts by these rules, in both languages. It costs about as much as writing each
    /// text of the rules once.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, Limits, Sure, verdict::{judgement::Judgement, lines::{Lines, Room}}};
    /// let mut out = Vec::new();
    /// let lines = Lines::new(&rules, Sure::High, &Limits::default());
    /// lines.write(&mut out, &Facts::unknown(&rules.schema), &Judgement::default(), &mut Room::default());
    /// assert!(out.starts_with(b"{\"format\":1,") && !out.contains(&b'\n'));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(rules: &Arc<RuleSet>, trust: Sure, limits: &Limits) -> Lines {
        let mut lines = Lines {
            rules: rules.clone(),
            limits: *limits,
            lang: None,
            begin: format!("{{\"format\":{FORMAT},\"id\":").into_bytes(),
            end: b"],\"trust\":\"".to_vec(),
            texts: Vec::new(),
            tracer: Tracer::new(rules),
            kinds: Vec::new(),
            outcomes: Vec::new(),
            departments: Vec::new(),
            pilots: Vec::new(),
            labels: Vec::new(),
            no_label: Vec::new(),
        };
        lines.end.extend_from_slice(mark(trust).as_bytes());
        lines.end.extend_from_slice(b"\",\"rules\":");
        quote(&mut lines.end, &rules.fingerprint.to_string());
        lines.end.push(b'}');
        lines.prepare();
        lines
    }

    /// The same with messages in one language.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Lang, verdict::lines::Lines};
    /// let lines = Lines::new(&rules, kakou::Sure::High, &kakou::Limits::default());
    /// assert!(lines.writes(Lang::Zh) && !lines.in_language(Lang::En).writes(Lang::Zh));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_language(mut self, lang: Lang) -> Lines {
        self.lang = Some(lang);
        self.prepare();
        self
    }

    /// Whether messages are written in a language.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Lang, verdict::lines::Lines};
    /// let lines = Lines::new(&rules, kakou::Sure::High, &kakou::Limits::default());
    /// assert!(lines.writes(Lang::Zh) && lines.writes(Lang::En));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn writes(&self, lang: Lang) -> bool {
        self.lang.is_none_or(|own| own == lang)
    }

    /// The same with the name of a pilot before all else: verdicts in which it counts.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, Limits, Sure, verdict::{judgement::Judgement, lines::{Lines, Room}}};
    /// # let facts = kakou::Facts::builder(&rules.schema).set("date", "2026-08-03").build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// let mut out = Vec::new();
    /// let lines = Lines::new(&rules, Sure::High, &Limits::default()).of_pilot("P-1");
    /// let judgement = kakou::Reference::new(&rules, Sure::High).judge(&facts, day);
    /// lines.write(&mut out, &facts, &judgement, &mut Room::default());
    /// assert!(out.starts_with(b"{\"pilot\":\"P-1\",\"format\":1,"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_pilot(mut self, name: &str) -> Lines {
        let begin = self.begin.split_off(1);
        self.begin.extend_from_slice(b"\"pilot\":");
        quote(&mut self.begin, name);
        self.begin.push(b',');
        self.begin.extend(begin);
        self
    }

    /// Adds the line of a verdict, without the line end.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, Limits, Sure, verdict::{judgement::Judgement, lines::{Lines, Room}}};
    /// let lines = Lines::new(&rules, Sure::High, &Limits::default());
    /// let mut out = b"before ".to_vec();
    /// lines.write(&mut out, &Facts::unknown(&rules.schema), &Judgement::default(), &mut Room::default());
    /// assert!(out.starts_with(b"before {")); // What was there stays.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write(&self, out: &mut Vec<u8>, facts: &Facts, judgement: &Judgement, room: &mut Room) {
        let Some(as_of) = judgement.as_of else {
            let empty = to_json(&Verdict::default(), self.lang);
            return out.extend_from_slice(empty.as_bytes());
        };
        let schema = &self.rules.schema;
        let mut line = Line {
            lines: self,
            scene: Scene {
                rules: &self.rules,
                facts,
                as_of,
            },
            paths: Paths { schema, facts },
            out,
        };
        line.verdict(judgement, room);
    }

    /// Works out all that does not depend on a declaration.
    fn prepare(&mut self) {
        let rules = self.rules.clone();
        let schema = &rules.schema;
        let outcomes = schema.outcomes.iter().map(|outcome| quoted(&outcome.name));
        self.outcomes = outcomes.collect();
        let departments = schema.departments.iter().map(|d| quoted(&d.name));
        self.departments = departments.collect();
        self.pilots = rules.pilots.iter().map(|p| quoted(&p.name)).collect();
        let label =
            |field: &crate::schema::Field| self.words(&words::labels(&field.labels, &field.path));
        self.labels = schema.fields.iter().map(label).collect();
        self.no_label = self.words(&Bilingual::default());
        let kinds = rules.kinds.iter().map(|kind| {
            let mut head = b"{\"kind\":".to_vec();
            quote(&mut head, &kind.name);
            head.extend_from_slice(b",\"argument\":");
            let mut otherwise = b",\"otherwise\":".to_vec();
            otherwise.extend_from_slice(self.outcome(kind.otherwise));
            (head, otherwise)
        });
        self.kinds = kinds.collect();
        self.texts = rules.rules.iter().map(|rule| self.texts(rule)).collect();
    }

    fn texts(&self, rule: &Rule) -> RuleTexts {
        let rules = &self.rules;
        let head = |value: &str| {
            let mut out = b"{\"rule\":".to_vec();
            quote(&mut out, &rule.id);
            out.extend_from_slice(b",\"value\":");
            quote(&mut out, value);
            out.extend_from_slice(b",\"outcome\":");
            match rule.outcome {
                Some(outcome) => out.extend_from_slice(self.outcome(outcome)),
                None => quote(&mut out, "pass"),
            }
            out.extend_from_slice(b",\"title\":");
            out.extend(self.words(&words::labels(&rule.labels, &rule.id)));
            out.extend_from_slice(b",\"message\":");
            out
        };
        let parts = |lang: Lang, parts: &[MessagePart]| -> Vec<Box<[u8]>> {
            let escaped = |text: &str| {
                let mut out = Vec::new();
                escape(&mut out, text);
                out.into_boxed_slice()
            };
            if parts.is_empty() {
                return vec![escaped(rule.labels.get(lang, &rule.id))];
            }
            let part = |part: &MessagePart| match part {
                MessagePart::Text(text) => escaped(text),
                MessagePart::Value(..) => Box::default(),
            };
            parts.iter().map(part).collect()
        };
        let mut basis = b",\"basis\":[".to_vec();
        let known = rule.basis.iter().filter_map(|one| self.basis(one));
        for (at, one) in known.enumerate() {
            basis.extend_from_slice(if at > 0 { b"," } else { b"" });
            basis.extend(one);
        }
        basis.extend_from_slice(b"],\"sure\":");
        quote(&mut basis, mark(rule.sure));
        basis.extend_from_slice(b",\"element\":");
        let mut speakers = b",\"departments\":[".to_vec();
        let known =
            |id: &crate::schema::value::DepartmentId| self.departments.get(usize::from(id.0));
        for (at, name) in rule.departments.iter().filter_map(known).enumerate() {
            speakers.extend_from_slice(if at > 0 { b"," } else { b"" });
            speakers.extend_from_slice(name);
        }
        speakers.extend_from_slice(b"],\"pilot\":");
        let pilot = rule.pilot.and_then(|id| self.pilots.get(usize::from(id.0)));
        speakers.extend_from_slice(pilot.map_or(b"null", |name| name));
        speakers.extend_from_slice(b",\"facts\":[");
        RuleTexts {
            id: quoted(&rule.id),
            fires: head("T"),
            open: head("U"),
            message: [
                parts(Lang::Zh, &rule.message.zh),
                parts(Lang::En, &rule.message.en),
            ],
            basis,
            speakers,
            worst: worst_consequence(rules, rule),
        }
    }

    fn basis(&self, basis: &Basis) -> Option<Vec<u8>> {
        let law = self.rules.law(basis.law)?;
        let mut out = b"{\"law\":".to_vec();
        quote(&mut out, &law.id);
        out.extend_from_slice(b",\"name\":");
        out.extend(self.words(&words::labels(&law.labels, &law.id)));
        for (name, part) in [
            (",\"article\":", &basis.article),
            (",\"paragraph\":", &basis.paragraph),
        ] {
            out.extend_from_slice(name.as_bytes());
            match part {
                Some(part) => quote(&mut out, part),
                None => out.extend_from_slice(b"null"),
            }
        }
        out.extend_from_slice(b",\"sure\":");
        quote(&mut out, mark(law.sure));
        out.push(b'}');
        Some(out)
    }

    /// A text in one language, or in both.
    fn words(&self, text: &Bilingual) -> Vec<u8> {
        let mut out = Vec::new();
        match self.lang {
            Some(lang) => quote(&mut out, text.get(lang)),
            None => {
                out.extend_from_slice(b"{\"zh\":");
                quote(&mut out, &text.zh);
                out.extend_from_slice(b",\"en\":");
                quote(&mut out, &text.en);
                out.push(b'}');
            }
        }
        out
    }

    fn outcome(&self, id: OutcomeId) -> &[u8] {
        self.outcomes
            .get(usize::from(id.0))
            .map_or(b"\"\"", |name| name)
    }

    fn label(&self, field: Option<FieldId>) -> &[u8] {
        let label = field.and_then(|field| self.labels.get(field.0 as usize));
        label.unwrap_or(&self.no_label)
    }

    fn worst(&self, rule: RuleId) -> OutcomeId {
        let texts = self.texts.get(rule.0 as usize);
        texts.map_or(OutcomeId::default(), |texts| texts.worst)
    }
}
