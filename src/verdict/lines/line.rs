//! One line: what depends on the declaration, between the texts that were made ready.

use super::paths::{Paths, natural};
use super::spell::{Inside, quote};
use super::{Lines, Room, RuleTexts};
use crate::check::rules::{MessagePart, Rule, RuleId};
use crate::facts::ListState;
use crate::ground::truth::Truth;
use crate::reference::scene::Scene;
use crate::schema::Lang;
use crate::schema::value::{Fact, ListId, OutcomeId, Type, Value};
use crate::verdict::judgement::{Duty, Element, FactRef, Fired, Interval, Judgement};
use crate::verdict::named::here;
use crate::verdict::{coverage, state, words};
use std::io::Write as _;

/// One line that is being written.
pub(super) struct Line<'l> {
    pub(super) lines: &'l Lines,
    pub(super) scene: Scene<'l>,
    pub(super) paths: Paths<'l>,
    pub(super) out: &'l mut Vec<u8>,
}

/// Writes between the elements of an array what belongs there.
struct Commas(bool);

impl Commas {
    fn next(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.0, true) {
            out.push(b',');
        }
    }
}

impl Line<'_> {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => quote(self.out, text),
            None => self.put("null"),
        }
    }

    fn outcome(&mut self, name: &str, id: OutcomeId) {
        self.put(name);
        self.out.extend_from_slice(self.lines.outcome(id));
    }

    fn span(&mut self, interval: Interval) {
        self.outcome("{\"low\":", interval.low);
        self.outcome(",\"high\":", interval.high);
        self.put("}");
    }

    pub(super) fn verdict(&mut self, judgement: &Judgement, room: &mut Room) {
        let lines = self.lines;
        self.out.extend_from_slice(&lines.begin);
        let facts = self.scene.facts;
        self.text_or_null(facts.id(&lines.rules.schema));
        // Writing to memory does not fail.
        let _ = write!(self.out, ",\"as_of\":\"{}\"", self.scene.as_of);
        self.outcome(",\"low\":", judgement.counted.low);
        self.outcome(",\"high\":", judgement.counted.high);
        self.outcome(",\"disposition\":", judgement.counted.high);
        self.put(",\"findings\":[");
        let not_listed = self.listed(judgement, room);
        let fired = std::mem::take(&mut room.fired);
        self.findings(&fired, room);
        room.fired = fired;
        let _ = write!(self.out, "],\"undetermined_not_listed\":{not_listed}");
        self.put(",\"obligations\":[");
        let mut commas = Commas(false);
        for duty in &judgement.duties {
            self.obligation(duty, &mut commas, room);
        }
        self.put("],\"shadow\":[");
        self.findings(&judgement.shadow, room);
        self.put("],\"base\":");
        self.span(judgement.base);
        self.put(",\"counted\":");
        self.span(judgement.counted);
        self.put(",\"pilots\":[");
        self.pilots(judgement, room);
        self.put("],\"departments\":[");
        let mut commas = Commas(false);
        for (id, interval) in &judgement.departments {
            if let Some(name) = lines.departments.get(usize::from(id.0)) {
                commas.next(self.out);
                self.put("{\"department\":");
                self.out.extend_from_slice(name);
                self.outcome(",\"low\":", interval.low);
                self.outcome(",\"high\":", interval.high);
                self.put("}");
            }
        }
        self.outcome("],\"common\":", judgement.common);
        self.put(",\"coverage\":");
        self.text_or_null(judgement.coverage.map(coverage));
        self.put(",\"missing\":[");
        self.missing(judgement, room);
        self.put("],\"assumed\":[");
        let mut commas = Commas(false);
        for assumed in facts.assumed() {
            commas.next(self.out);
            self.put("{\"path\":");
            quote(self.out, &assumed.path);
            self.put(",\"value\":");
            quote(self.out, &assumed.value);
            self.put("}");
        }
        self.out.extend_from_slice(&lines.end);
    }

    /// The fired rules that become findings, as [`render`](super::render) lists them; how many are
    /// not listed.
    fn listed(&self, judgement: &Judgement, room: &mut Room) -> usize {
        let Room { fired, open, .. } = room;
        let worst = |fired: &Fired| self.lines.worst(fired.rule);
        let undetermined = |fired: &&Fired| fired.truth != Truth::True;
        fired.clear();
        open.clear();
        fired.extend(judgement.fired.iter().filter(|f| !undetermined(f)));
        let all = judgement.fired.len() - fired.len();
        let worsening = judgement.fired.iter().filter(undetermined);
        open.extend(worsening.filter(|f| worst(f) > judgement.counted.low));
        if open.len() > self.lines.limits.undetermined {
            open.sort_unstable_by_key(|f| (std::cmp::Reverse(worst(f)), f.rule, f.element));
            open.truncate(self.lines.limits.undetermined);
        }
        let listed = open.len();
        fired.append(open);
        fired.sort_unstable();
        all - listed
    }

    fn findings(&mut self, all: &[Fired], room: &mut Room) {
        let lines = self.lines;
        let mut commas = Commas(false);
        for fired in all {
            let at = fired.rule.0 as usize;
            let (Some(rule), Some(texts)) = (lines.rules.rule(fired.rule), lines.texts.get(at))
            else {
                continue;
            };
            commas.next(self.out);
            let head = match fired.truth == Truth::True {
                true => &texts.fires,
                false => &texts.open,
            };
            self.out.extend_from_slice(head);
            self.message(rule, texts, fired.element);
            self.out.extend_from_slice(&texts.basis);
            self.element(rule, fired.element, room);
            self.out.extend_from_slice(&texts.speakers);
            self.facts(fired, room);
            self.put("]}");
        }
    }

    /// The message with facts filled in; where a language has none, the title.
    fn message(&mut self, rule: &Rule, texts: &RuleTexts, element: Element) {
        let here = here(&rule.each, element);
        let [zh, en] = &texts.message;
        let schema = self.scene.schema();
        let scene = self.scene;
        let mut say = |before: &str, lang: Lang, parts: &[MessagePart], texts: &[Box<[u8]>]| {
            self.out.extend_from_slice(before.as_bytes());
            self.out.push(b'"');
            for (at, text) in texts.iter().enumerate() {
                self.out.extend_from_slice(text);
                if let Some(MessagePart::Value(expr, typ)) = parts.get(at) {
                    let value = scene.value(expr, &here);
                    let _ = words::write_eval(&mut Inside(self.out), schema, *typ, &value, lang);
                }
            }
            self.out.push(b'"');
        };
        match self.lines.lang {
            Some(Lang::Zh) => say("", Lang::Zh, &rule.message.zh, zh),
            Some(Lang::En) => say("", Lang::En, &rule.message.en, en),
            None => {
                say("{\"zh\":", Lang::Zh, &rule.message.zh, zh);
                say(",\"en\":", Lang::En, &rule.message.en, en);
                self.put("}");
            }
        }
    }

    fn element(&mut self, rule: &Rule, element: Element, room: &mut Room) {
        let some = self.paths.element(&rule.each, element, &mut room.path);
        self.text_or_null(some.then_some(room.path.as_str()));
    }

    /// The facts that a rule and its exceptions name, by path.
    fn facts(&mut self, fired: &Fired, room: &mut Room) {
        let Room {
            facts,
            paths,
            spans,
            ..
        } = room;
        facts.clear();
        self.lines.tracer.finding(self.scene.facts, fired, facts);
        facts.sort_unstable();
        self.sort(facts.iter().copied(), paths, spans);
        let mut commas = Commas(false);
        for (start, end, at) in spans.iter() {
            let Some(fact) = facts.get(*at) else { continue };
            commas.next(self.out);
            self.put("{\"path\":");
            quote(self.out, paths.get(*start..*end).unwrap_or_default());
            self.value(*fact);
            self.put("}");
        }
    }

    /// Writes the paths of facts, and puts them in order.
    fn sort(
        &self,
        facts: impl Iterator<Item = FactRef>,
        paths: &mut String,
        spans: &mut Vec<(usize, usize, usize)>,
    ) {
        paths.clear();
        spans.clear();
        for (at, fact) in facts.enumerate() {
            let start = paths.len();
            self.paths.fact(fact, paths);
            spans.push((start, paths.len(), at));
        }
        let path = |(start, end, _): &(usize, usize, usize)| paths.get(*start..*end);
        spans.sort_unstable_by(|a, b| {
            let order = natural(path(a).unwrap_or_default(), path(b).unwrap_or_default());
            order.then_with(|| a.2.cmp(&b.2))
        });
    }

    fn value(&mut self, fact: FactRef) {
        let schema = self.scene.schema();
        let (field, row) = match fact {
            FactRef::List(list) => return self.list_value(list, 0),
            FactRef::Header(field) => (field, None),
            FactRef::Cell(field, _, row) => (field, Some(row)),
        };
        let typ = schema.field(field).map_or(Type::Text, |f| f.typ);
        if let Type::List(list) = typ {
            return self.list_value(list, row.unwrap_or(0));
        }
        match self.scene.facts.fact(schema, field, row) {
            Fact::Unknown => self.put(",\"unknown\":true"),
            Fact::None => self.put(",\"value\":null"),
            Fact::Value(Value::Set(codes)) => {
                self.put(",\"value\":[");
                let table = match typ {
                    Type::Code(table) | Type::Set(table) => Some(table),
                    _ => None,
                };
                let mut commas = Commas(false);
                for code in codes.iter() {
                    commas.next(self.out);
                    quote(self.out, &words::code_text(schema, table, *code));
                }
                self.put("]");
            }
            Fact::Value(value) => {
                self.put(",\"value\":\"");
                let _ = words::write_plain(&mut Inside(self.out), schema, typ, value);
                self.put("\"");
            }
        }
    }

    /// Of a list the number of its elements.
    fn list_value(&mut self, list: ListId, owner: u32) {
        let rows = self.scene.facts.rows(list);
        match rows.map(|rows| (rows.state(owner), rows.of(owner))) {
            Some((ListState::Given, rows)) => {
                let _ = write!(self.out, ",\"value\":\"{}\"", rows.len());
            }
            Some((ListState::None, _)) => self.put(",\"value\":null"),
            _ => self.put(",\"unknown\":true"),
        }
    }

    fn obligation(&mut self, duty: &Duty, commas: &mut Commas, room: &mut Room) {
        let rules = &self.lines.rules;
        let at = duty.kind.0 as usize;
        let (Some(kind), Some((head, otherwise))) =
            (rules.kind(duty.kind), self.lines.kinds.get(at))
        else {
            return;
        };
        commas.next(self.out);
        self.out.extend_from_slice(head);
        match &duty.argument {
            Some(value) => {
                self.put("\"");
                let typ = kind.argument.unwrap_or(Type::Text);
                let schema = self.scene.schema();
                let _ = words::write_plain(&mut Inside(self.out), schema, typ, value);
                self.put("\"");
            }
            None => self.put("null"),
        }
        let _ = write!(self.out, ",\"argument_known\":{}", duty.argument_known);
        self.put(",\"element\":");
        match duty.rules.first().and_then(|id| rules.rule(*id)) {
            Some(rule) => self.element(rule, duty.element, room),
            None => self.put("null"),
        }
        self.put(",\"state\":");
        quote(self.out, state(duty.state));
        self.put(match duty.required == Truth::True {
            true => ",\"required\":\"T\"",
            false => ",\"required\":\"U\"",
        });
        let _ = write!(self.out, ",\"firmly\":{}", duty.firmly);
        self.out.extend_from_slice(otherwise);
        self.put(",\"rules\":[");
        self.ids(&duty.rules);
        self.put("],\"waived_by\":[");
        self.ids(&duty.waived_by);
        self.put("]}");
    }

    fn ids(&mut self, rules: &[RuleId]) {
        let mut commas = Commas(false);
        for id in rules {
            if let Some(texts) = self.lines.texts.get(id.0 as usize) {
                commas.next(self.out);
                self.out.extend_from_slice(&texts.id);
            }
        }
    }

    fn pilots(&mut self, judgement: &Judgement, room: &mut Room) {
        let lines = self.lines;
        let ids = |fired: &[Fired], to: &mut Vec<(RuleId, Element)>| {
            to.clear();
            to.extend(fired.iter().map(|f| (f.rule, f.element)));
            to.sort_unstable();
            to.dedup();
        };
        if judgement.pilots.is_empty() {
            return;
        }
        let mut without = std::mem::take(&mut room.without);
        let mut with = std::mem::take(&mut room.with);
        ids(&judgement.fired, &mut without);
        let mut commas = Commas(false);
        for view in &judgement.pilots {
            let name = view
                .pilot
                .and_then(|id| lines.pilots.get(usize::from(id.0)));
            let Some(name) = name else { continue };
            ids(&view.fired, &mut with);
            commas.next(self.out);
            self.put("{\"pilot\":");
            self.out.extend_from_slice(name);
            self.outcome(",\"low\":", view.interval.low);
            self.outcome(",\"high\":", view.interval.high);
            self.put(",\"gained\":[");
            self.difference(&with, &without, room);
            self.put("],\"lost\":[");
            self.difference(&without, &with, room);
            self.put("]}");
        }
        (room.without, room.with) = (without, with);
    }

    /// What of the one is not in the other, both in order.
    fn difference(
        &mut self,
        of: &[(RuleId, Element)],
        other: &[(RuleId, Element)],
        room: &mut Room,
    ) {
        let lines = self.lines;
        let mut commas = Commas(false);
        for (id, element) in of {
            if other.binary_search(&(*id, *element)).is_ok() {
                continue;
            }
            let texts = lines.texts.get(id.0 as usize);
            let (Some(rule), Some(texts)) = (lines.rules.rule(*id), texts) else {
                continue;
            };
            commas.next(self.out);
            self.put("{\"rule\":");
            self.out.extend_from_slice(&texts.id);
            self.put(",\"element\":");
            self.element(rule, *element, room);
            self.put("}");
        }
    }

    /// The missing facts by path; what is asked for in two ways is one fact.
    fn missing(&mut self, judgement: &Judgement, room: &mut Room) {
        let Room {
            paths, spans, ids, ..
        } = room;
        let all = judgement.missing.as_slice();
        self.sort(all.iter().map(|missing| missing.fact), paths, spans);
        let path =
            |(start, end, _): &(usize, usize, usize)| paths.get(*start..*end).unwrap_or_default();
        let mut commas = Commas(false);
        for same in spans.chunk_by(|a, b| path(a) == path(b)) {
            let Some(first) = same.first() else { continue };
            let Some(missing) = all.get(first.2) else {
                continue;
            };
            commas.next(self.out);
            self.put("{\"path\":");
            quote(self.out, path(first));
            self.put(",\"label\":");
            let field = match missing.fact {
                FactRef::Header(field) | FactRef::Cell(field, ..) => Some(field),
                FactRef::List(list) => self.scene.schema().list(list).map(|list| list.field),
            };
            self.out.extend_from_slice(self.lines.label(field));
            self.put(",\"rules\":[");
            ids.clear();
            for (_, _, at) in same {
                ids.extend(all.get(*at).into_iter().flat_map(|m| &m.rules));
            }
            ids.sort_unstable();
            ids.dedup();
            self.ids(ids);
            self.put("]}");
        }
    }
}
