//! What the findings of a judgement rest on, in numbers: every fact that a rule and the rules over
//! it name, for the element it judged.
//!
//! A judgement names rules, elements and missing facts as it is. What a [`Trace`] adds is read off
//! lists that a [`Tracer`] makes once for a rule set, so that tracing costs less than judging and
//! leaves it alone; the texts of a [`Verdict`](crate::Verdict) are made later, where somebody reads
//! them.

use super::named::{Names, Naming, rules_over};
use crate::check::rules::{RuleId, RuleSet};
use crate::facts::Facts;
use crate::reference::scene::Here;
use crate::schema::value::{FieldId, ListId};
use crate::schema::{Home, Schema};
use crate::verdict::judgement::{Element, FactRef, Fired, Judgement, Step};
use std::collections::BTreeSet;
use std::ops::Range;

/// Which facts each rule names, worked out once for a rule set; any number of threads share it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::verdict::trace::{Trace, Tracer};
/// use kakou::{Engine, Graph, engine::Scratch, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let (engine, tracer) = (Engine::from(&graph), Tracer::new(&rules));
/// let (mut scratch, mut trace) = (Scratch::default(), Trace::default());
///
/// let judgement = engine.judge(&facts, day, &mut scratch);
/// tracer.trace(&facts, judgement, &mut trace);
/// // G-01 looks at the line and at the weight.
/// assert_eq!(trace.of(0).map(<[_]>::len), Some(2));
/// // There is no second finding.
/// assert_eq!(trace.of(1), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Tracer {
    /// By rule, its part of the uses.
    rules: Vec<Range<usize>>,
    uses: Vec<Use>,
}

/// The facts of each finding of one judgement; made once and used again.
///
/// ```
/// use kakou::verdict::trace::Trace;
/// // Nothing is traced yet.
/// assert_eq!(Trace::default().of(0), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    facts: Vec<FactRef>,
    /// Where the facts of each finding end.
    ends: Vec<usize>,
}

/// A fact that a rule names, before it is known which elements there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Header(FieldId),
    List(ListId),
    Cells(Cells),
}

/// A field of elements of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cells {
    field: FieldId,
    list: ListId,
    /// The step of the rule's element that is the element at hand; none where the rule ranges.
    own: Option<u8>,
    /// The step that is the element of the list around.
    around: Option<u8>,
    /// The list around, with the field that holds this one.
    parent: Option<(ListId, FieldId)>,
    /// Whether the list itself is named where it has no elements.
    or_list: bool,
}

/// Made once for a rule set, and good for all its judgements.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::verdict::trace::{Trace, Tracer};
/// use kakou::{Facts, Reference, Sure};
/// let (tracer, mut trace) = (Tracer::new(&rules), Trace::default());
/// let reference = Reference::new(&rules, Sure::High);
/// let mut findings = |facts: &Facts| {
///     tracer.trace(facts, &reference.judge(facts, day), &mut trace);
///     (0..).take_while(|at| trace.of(*at).is_some()).count()
/// };
/// let facts = Facts::builder(&rules.schema).set("line", "second").set("weight_error", "0.04").build()?;
/// assert!(findings(&facts) > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Tracer {
    /// Goes through all rules.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::verdict::trace::{Trace, Tracer};
    /// use kakou::{Facts, Reference, Sure};
    /// let facts = Facts::unknown(&rules.schema);
    /// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
    /// // A judgement by rules that the tracer does not know rests on nothing.
    /// let none = kakou::check::rules::RuleSet { rules: Vec::new(), ..(*rules).clone() };
    /// let mut trace = Trace::default();
    /// Tracer::new(&none).trace(&facts, &judgement, &mut trace);
    /// assert_eq!(trace.of(0).map(<[_]>::len), Some(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(rules: &RuleSet) -> Tracer {
        let over = rules_over(rules);
        let own = rules.rules.iter().map(|rule| {
            let mut uses = Uses {
                schema: &rules.schema,
                found: BTreeSet::new(),
            };
            // The rows stand for the steps whose rows they will be.
            let steps = Element([Step::Row(0), Step::Row(1)]);
            Names(&mut uses).rule(rule, &super::named::here(&rule.each, steps));
            uses.found
        });
        let own: Vec<BTreeSet<Use>> = own.collect();
        let mut tracer = Tracer {
            rules: Vec::new(),
            uses: Vec::new(),
        };
        for id in (0u32..).map(RuleId).take(own.len()) {
            let mut all = BTreeSet::new();
            let (mut entered, mut waiting) = (BTreeSet::from([id]), vec![id]);
            while let Some(id) = waiting.pop() {
                all.extend(own.get(id.0 as usize).into_iter().flatten());
                let over = over.get(&id).into_iter().flatten().copied();
                waiting.extend(over.filter(|id| entered.insert(*id)));
            }
            let first = tracer.uses.len();
            let needed = all.iter().filter(|one| !covered(one, &all));
            tracer.uses.extend(needed);
            tracer.rules.push(first..tracer.uses.len());
        }
        tracer
    }

    /// Writes down the facts of each finding, those that count and then those in shadow, in the
    /// order of the judgement. Costs a few nanoseconds a fact; nothing is allocated once the trace
    /// has grown.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::verdict::trace::{Trace, Tracer};
    /// use kakou::{Facts, Reference, Sure};
    /// let facts = Facts::builder(&rules.schema).set("line", "second").build()?;
    /// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
    /// let mut trace = Trace::default();
    /// Tracer::new(&rules).trace(&facts, &judgement, &mut trace);
    /// let findings = judgement.fired.len() + judgement.shadow.len();
    /// assert!(trace.of(findings - 1).is_some() && trace.of(findings).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trace(&self, facts: &Facts, judgement: &Judgement, trace: &mut Trace) {
        trace.facts.clear();
        trace.ends.clear();
        for fired in judgement.fired.iter().chain(&judgement.shadow) {
            self.finding(facts, fired, &mut trace.facts);
            trace.ends.push(trace.facts.len());
        }
    }

    /// Adds the facts of one finding, each once.
    pub(super) fn finding(&self, facts: &Facts, fired: &Fired, out: &mut Vec<FactRef>) {
        let uses = self.rules.get(fired.rule.0 as usize);
        let uses = uses.and_then(|range| self.uses.get(range.clone()));
        let start = out.len();
        for one in uses.unwrap_or(&[]) {
            match one {
                Use::Header(field) => out.push(FactRef::Header(*field)),
                Use::List(list) => out.push(FactRef::List(*list)),
                Use::Cells(cells) => cells.push(facts, fired.element, start, out),
            }
        }
    }
}

/// A trace is read finding by finding.
///
/// ```
/// use kakou::verdict::trace::Trace;
/// assert_eq!(Trace::default().of(0), None); // Of no judgement there is nothing to read.
/// ```
impl Trace {
    /// The facts of a finding, by its place in the judgement: first those that count, then those in
    /// shadow. Each fact stands once, in no order that means anything.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::verdict::{judgement::FactRef, trace::{Trace, Tracer}};
    /// use kakou::{Facts, Reference, Sure};
    /// let facts = Facts::builder(&rules.schema).set("line", "second").set("weight_error", "0.04").build()?;
    /// let judgement = Reference::new(&rules, Sure::High).judge(&facts, day);
    /// let mut trace = Trace::default();
    /// Tracer::new(&rules).trace(&facts, &judgement, &mut trace);
    /// let header = |fact: &FactRef| matches!(fact, FactRef::Header(_));
    /// assert!(trace.of(0).is_some_and(|facts| facts.iter().all(header)));
    /// assert_eq!(trace.of(usize::MAX), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(&self, finding: usize) -> Option<&[FactRef]> {
        let end = *self.ends.get(finding)?;
        let first = match finding.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.facts.get(first..end)
    }
}

impl Cells {
    fn push(&self, facts: &Facts, element: Element, start: usize, out: &mut Vec<FactRef>) {
        if let Some(row) = row(self.own, element) {
            return out.push(FactRef::Cell(self.field, self.list, row));
        }
        let Some(rows) = facts.rows(self.list) else {
            return self.list_itself(facts, element, start, out);
        };
        let rows = match row(self.around, element) {
            Some(owner) => rows.of(owner),
            None => 0..rows.len(),
        };
        if rows.is_empty() {
            return self.list_itself(facts, element, start, out);
        }
        out.extend(rows.map(|row| FactRef::Cell(self.field, self.list, row)));
    }

    /// The list in place of elements that it has none of; it may be named already.
    fn list_itself(&self, facts: &Facts, element: Element, start: usize, out: &mut Vec<FactRef>) {
        if !self.or_list {
            return;
        }
        let mut add = |fact: FactRef| {
            if !out.iter().skip(start).any(|known| *known == fact) {
                out.push(fact);
            }
        };
        match self.parent {
            None => add(FactRef::List(self.list)),
            Some((parent, field)) => match row(self.around, element) {
                Some(row) => add(FactRef::Cell(field, parent, row)),
                None => {
                    let rows = facts.rows(parent).map_or(0, |rows| rows.len());
                    (0..rows).for_each(|row| add(FactRef::Cell(field, parent, row)));
                }
            },
        }
    }
}

/// The row of a step, where it is one.
fn row(step: Option<u8>, element: Element) -> Option<u32> {
    match element.0.get(usize::from(step?))? {
        Step::Row(row) => Some(*row),
        _ => None,
    }
}

/// Whether another use names all that this one does.
fn covered(one: &Use, all: &BTreeSet<Use>) -> bool {
    let Use::Cells(cells) = one else {
        return false;
    };
    let wider = |other: &Use| match other {
        Use::Cells(other) => {
            let same = other.field == cells.field && other.list == cells.list;
            let ranges = other.own.is_none() || other.own == cells.own;
            let around = other.around.is_none() || other.around == cells.around;
            // The list of an element at hand is named by itself.
            let list = other.or_list || !cells.or_list || cells.own.is_some();
            same && ranges && around && list && other != cells
        }
        _ => false,
    };
    all.iter().any(wider)
}

/// The uses of one rule.
struct Uses<'a> {
    schema: &'a Schema,
    found: BTreeSet<Use>,
}

impl Uses<'_> {
    fn cells(&mut self, field: FieldId, list: ListId, here: &Here, or_list: bool) {
        let declared = self.schema.list(list);
        let parent = declared.and_then(|declared| Some((declared.parent?, declared.field)));
        let step = |list: ListId| here.row(list).and_then(|step| u8::try_from(step).ok());
        self.found.insert(Use::Cells(Cells {
            field,
            list,
            own: step(list),
            around: parent.and_then(|(parent, _)| step(parent)),
            parent,
            or_list,
        }));
    }
}

impl Naming for Uses<'_> {
    fn field(&mut self, field: FieldId, here: &Here) {
        match self.schema.field(field).map(|declared| declared.home) {
            Some(Home::Element(list, _)) => self.cells(field, list, here, true),
            Some(Home::Header(_)) => {
                self.found.insert(Use::Header(field));
            }
            None => {}
        }
    }

    fn list(&mut self, list: ListId, here: &Here) {
        let Some(declared) = self.schema.list(list) else {
            return;
        };
        match declared.parent {
            None => {
                self.found.insert(Use::List(list));
            }
            Some(parent) => self.cells(declared.field, parent, here, false),
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test says what went wrong by panicking"
)]
mod tests {
    use super::*;
    use crate::facts::json::from_json;
    use crate::reference::scene::Scene;
    use crate::verdict::named::NamedFacts;
    use crate::{Engine, Graph, Limits, graph::Options};

    /// The trace of every example, whole and of what is left of its items, holds what the slow way
    /// through the rules finds.
    #[test]
    fn a_trace_is_what_the_rules_name() {
        let rules = crate::load("rules").unwrap();
        let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
        let (tracer, mut trace) = (Tracer::new(&rules), Trace::default());
        let text = std::fs::read_to_string("examples/declarations.ndjson").unwrap();
        let mut seen = 0;
        for line in text.lines() {
            let mut value: serde_json::Value = serde_json::from_str(line).unwrap();
            for without in ["", "items", "ledger_lines", "context", "head"] {
                value.as_object_mut().unwrap().remove(without);
                let facts = from_json(
                    &rules.schema,
                    value.to_string().as_bytes(),
                    &Limits::default(),
                );
                let facts = facts.unwrap();
                let as_of = facts.as_of(&rules.schema).unwrap();
                let judgement = engine.check(&facts, as_of);
                tracer.trace(&facts, &judgement, &mut trace);
                let mut named = NamedFacts::new(Scene {
                    rules: &rules,
                    facts: &facts,
                    as_of,
                });
                let fired = judgement.fired.iter().chain(&judgement.shadow);
                for (at, fired) in fired.enumerate() {
                    let mut traced = trace.of(at).unwrap().to_vec();
                    traced.sort();
                    let expected = named.by(fired.rule, fired.element);
                    assert!(
                        traced.iter().eq(&expected),
                        "{fired:?}: {traced:?}, {expected:?}"
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 1_000, "{seen}");
    }
}
