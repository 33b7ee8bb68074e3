//! The rules, each by itself: read anew, or known from the compilation before.

use super::Base;
use crate::check::codes;
use crate::check::draft::RuleDraft;
use crate::check::law;
use crate::check::lints;
use crate::check::lower::Lower;
use crate::check::memo::{FirstBytes, Kept, Known, Memo, OwnText, Renoted};
use crate::check::rule;
use crate::check::rules::{DecisionTable, Event, Force};
use crate::check::timely::{Times, timely};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::syntax::ast;
use std::collections::BTreeSet;

/// A rule as it was written.
pub(super) enum Written<'a> {
    /// It was read; and its own text, if the rule may be kept.
    Read(&'a ast::Rule, Span, Option<OwnText<'a>>),
    /// It is known from before.
    Known(&'a Known<'a>),
}

impl Written<'_> {
    /// Where it begins, for the order of what is written.
    pub(super) fn begins(&self) -> Span {
        match self {
            Written::Read(_, at, _) => *at,
            Written::Known(known) => known.begins(),
        }
    }

    /// How its identifier begins.
    fn first(&self) -> FirstBytes {
        match self {
            Written::Read(rule, ..) => FirstBytes::of(&rule.id.node),
            Written::Known(known) => known.kept.first,
        }
    }

    /// Its identifier.
    pub(super) fn id(&self) -> &str {
        match self {
            Written::Read(rule, ..) => &rule.id.node,
            Written::Known(known) => &known.kept.id,
        }
    }

    /// Where its identifier stands.
    pub(super) fn id_at(&self) -> Span {
        match self {
            Written::Read(rule, ..) => rule.id.at.0,
            Written::Known(known) => known.moved(known.kept.id_at),
        }
    }
}

/// A rule, its period, and whether nothing was said about it so far.
struct Sorted<'w, 'a> {
    written: &'w Written<'a>,
    first: FirstBytes,
    declared: Force,
    clean: bool,
}

/// What rules are checked with, and where what is found goes.
pub(super) struct Checking<'c> {
    pub(super) events: &'c [Event],
    pub(super) register: rule::Register<'c>,
    pub(super) times: Times<'c, 'c>,
    pub(super) memo: &'c mut Memo,
    pub(super) tables: &'c mut Vec<DecisionTable>,
    pub(super) diagnostics: &'c mut Vec<Diagnostic>,
    pub(super) used: &'c mut BTreeSet<String>,
    /// What is said of days. It is told behind all else, for what is said again and again is looked for
    /// among what was said last.
    pub(super) untimely: Vec<Diagnostic>,
    /// What the names of known rules stand for.
    pub(super) renoted: &'c mut Vec<Renoted>,
}

impl Checking<'_> {
    /// The period of a rule, and whether nothing was said about it.
    fn declared(&mut self, written: &Written<'_>, base: &Base<'_>) -> (Force, bool) {
        let rule = match written {
            Written::Known(known) => return (known.kept.declared, true),
            Written::Read(rule, ..) => rule,
        };
        let told = self.diagnostics.len();
        let force = rule.clauses.iter().find_map(|c| match &c.node {
            ast::Clause::Force(force) => Some(force),
            _ => None,
        });
        let declared = force
            .map(|f| law::declared_force(f, base.names, self.events, self.diagnostics))
            .unwrap_or_default();
        (declared, self.diagnostics.len() == told)
    }

    /// The rules before they are numbered.
    pub(super) fn rules(&mut self, all: &[Written<'_>], base: &Base<'_>) -> Vec<RuleDraft> {
        let drafts = self.each_by_itself(all, base);
        self.diagnostics.append(&mut self.untimely);
        drafts
    }

    fn each_by_itself(&mut self, all: &[Written<'_>], base: &Base<'_>) -> Vec<RuleDraft> {
        // Tables of rules are numbered in the order of the rules' identifiers and periods.
        let mut sorted: Vec<Sorted<'_, '_>> = Vec::with_capacity(all.len());
        for written in all {
            let (declared, clean) = self.declared(written, base);
            sorted.push(Sorted {
                written,
                first: written.first(),
                declared,
                clean,
            });
        }
        sorted.sort_by(|a, b| {
            let key = |s: &Sorted<'_, '_>| (s.declared.from, s.declared.until);
            let begin = a.first.cmp(&b.first);
            begin
                .then_with(|| a.written.id().cmp(b.written.id()))
                .then_with(|| key(a).cmp(&key(b)))
        });
        let mut drafts = Vec::with_capacity(all.len());
        let mut weight = 0usize;
        for rule in sorted {
            let before = drafts.len();
            let nodes = self.rule(&rule, base, &mut drafts);
            let found = drafts.len() - before;
            weight = weight.saturating_add(nodes.saturating_mul(found.max(1)));
            if weight > base.limits.set_nodes {
                self.too_large(rule.written.id_at(), base);
                drafts.truncate(before);
                return drafts;
            }
        }
        drafts
    }

    /// Adds what becomes of one rule, and says how much it weighs.
    fn rule(
        &mut self,
        sorted: &Sorted<'_, '_>,
        base: &Base<'_>,
        drafts: &mut Vec<RuleDraft>,
    ) -> usize {
        let read = match sorted.written {
            Written::Known(known) if self.fits(known, base) => return self.known(known, drafts),
            Written::Known(known) => known.read(base.limits),
            Written::Read(..) => None,
        };
        let (item, at, own_text) = match (sorted.written, &read) {
            (Written::Read(item, at, own_text), _) => (*item, *at, *own_text),
            (Written::Known(known), Some((item, at))) => (item, *at, Some(known.own_text())),
            _ => return 0,
        };
        let told = base.names.told() + self.diagnostics.len();
        let noted = base.names.noted();
        let tables_before = self.tables.len();
        let mut used = BTreeSet::new();
        let scope = base.scope();
        let mut lower = Lower::new(&scope, self.diagnostics, &mut used);
        let written = rule::Written {
            item,
            at,
            declared: sorted.declared,
        };
        let found = rule::rule(&mut lower, &written, self.register, self.tables);
        let frame = found.first().and_then(|d| d.rule.pilot);
        let frame = frame.and_then(|p| self.register.pilots.get(usize::from(p.0)));
        // A rule without any condition weighs something too.
        let nodes = lower.nodes() + frame.map_or(0, |f| f.nodes) + 8;
        let untimely = self.untimely.len();
        for draft in &found {
            timely(draft, &self.times, &mut self.untimely);
        }
        let said =
            base.names.told() + self.diagnostics.len() > told || self.untimely.len() > untimely;
        let clean = sorted.clean && !said && !base.too_many_errors();
        if let Some((text, text_at)) = own_text.filter(|_| clean && lints::is_titled(item)) {
            let kept = Kept {
                at: text_at,
                item_at: at,
                id: item.id.node.clone(),
                first: FirstBytes::of(&item.id.node),
                id_at: item.id.at.0,
                declared: sorted.declared,
                drafts: found.clone(),
                tables: self.tables.get(tables_before..).unwrap_or(&[]).to_vec(),
                tables_before,
                noted: base.names.noted_since(noted),
                used: used.iter().cloned().collect(),
                nodes,
            };
            self.memo.keep(text, kept);
        }
        self.used.append(&mut used);
        drafts.extend(found);
        nodes
    }

    /// Whether a rule would be found now as it was found then.
    fn fits(&self, known: &Known<'_>, base: &Base<'_>) -> bool {
        let same_numbers =
            known.kept.tables.is_empty() || known.kept.tables_before == self.tables.len();
        // Beyond so many errors rules are no longer looked into.
        same_numbers && !base.too_many_errors()
    }

    fn known(&mut self, known: &Known<'_>, drafts: &mut Vec<RuleDraft>) -> usize {
        let kept = &known.kept;
        self.tables.extend(kept.tables.iter().cloned());
        if !kept.noted.is_empty() {
            self.renoted.push(known.noted());
        }
        for name in &kept.used {
            if !self.used.contains(name) {
                self.used.insert(name.clone());
            }
        }
        drafts.extend(known.drafts());
        kept.nodes
    }

    fn too_large(&mut self, at: Span, base: &Base<'_>) {
        let mut used = BTreeSet::new();
        let scope = base.scope();
        Lower::new(&scope, self.diagnostics, &mut used).push(
            Diagnostic::new(
                codes::SET_TOO_LARGE,
                format!(
                    "more than {} conditions and values in all rules together",
                    base.limits.set_nodes
                ),
                at,
            )
            .label("the limit is reached here")
            .help("a long condition that many rules share may be stated in one of them, with the others `over` it"),
        );
    }
}
