//! Which facts each rule may wait for, told once: most conditions compare one field with
//! constants, and where such a one is undetermined and its field unknown, that field is what it
//! waits for, whatever else is known. So the rules that wait for a fact of the header are those
//! that ask for it, of those that are undetermined, and nothing has to be looked for.
//!
//! A rule that may still fire, or a cover that may still hold, has no conjunct that is false, so each
//! of its conjuncts can be looked at by itself. What is left over, sums and comparisons of fields and
//! quantifiers, is looked through declaration by declaration.

use super::program::{NodeId, Op, Program};
use super::standing::Traits;
use crate::check::rules::{Combine, Rule, RuleId};
use crate::facts::Facts;
use crate::facts::key::Key;
use crate::schema::Home;
use crate::schema::value::{Denomination, FieldId, OutcomeId, Type};
use crate::verdict::judgement::{FactRef, Waiting};
use std::collections::BTreeMap;

/// What rules may wait for.
#[derive(Debug, Clone, Default)]
pub struct Waits {
    /// The fields of the header that some rule waits for where they are unknown.
    pub(super) header: Vec<Asked>,
    /// Rules that may wait for more than that: for elements, for what settles rules over them, for
    /// what has to be looked through.
    pub(super) apart: Waiting,
    /// Rules that are over others, waive or require something: what settles them is asked for again.
    asked: Waiting,
    /// By outcome, the rules that decide and may make a movement worse than that.
    worse: Vec<Waiting>,
    /// By rule, then by cover, where what follows of it ends among that of all.
    ends: Vec<Ends>,
    /// The fields of the header, then those of the element at hand.
    fields: Vec<FieldId>,
    /// The conditions to be looked through.
    rest: Vec<NodeId>,
}

/// A field of the header.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) field: FieldId,
    /// Where its fact is; none for a list, which has no key.
    slot: Option<u32>,
    /// Whether nothing else can be missing in its stead, as the currency of an amount can.
    alone: bool,
    /// The rules that wait for it where it is unknown and they are undetermined.
    pub(super) by: Waiting,
    /// Whether these leave no stretch of 64 out.
    pub(super) is_whole: bool,
}

impl Asked {
    /// What the keys say of the fact: nothing where it is known, itself where it is what is missing.
    #[inline]
    pub(super) fn look(&self, facts: &Facts) -> Look {
        match self.slot {
            Some(slot) if facts.key(slot) != Key::UNKNOWN => Look::Known,
            Some(_) if self.alone => Look::Missing(FactRef::Header(self.field)),
            _ => Look::Unsaid,
        }
    }
}

/// What keys say of a fact of the header.
pub(super) enum Look {
    Known,
    Missing(FactRef),
    /// They do not say what is missing.
    Unsaid,
}

/// Where what one rule waits for ends.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    header: u32,
    element: u32,
    rest: u32,
}

/// What one rule waits for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Own<'w> {
    /// The fields of the header, where they are unknown.
    pub(super) header: &'w [FieldId],
    /// The fields of the element at hand, where they are unknown.
    pub(super) element: &'w [FieldId],
    /// The conditions that are to be looked through.
    pub(super) rest: &'w [NodeId],
}

impl Waits {
    /// Looks through all rules. The program is complete but for this.
    pub(crate) fn new(program: &Program) -> Waits {
        let outcomes = program.rules.schema.outcomes.len();
        let mut waits = Waits {
            worse: vec![Waiting::default(); outcomes],
            ..Waits::default()
        };
        let mut header: BTreeMap<FieldId, Waiting> = BTreeMap::new();
        let mut reads: Vec<Option<Reads>> = vec![None; program.nodes.len()];
        let mut own = Parts::default();
        for (rule, form) in (0u32..).map(RuleId).zip(&program.forms) {
            for node in [form.in_force, form.scope, form.when] {
                own.take(program, (node, false), &mut reads);
            }
            if let Some(unless) = form.unless {
                own.take(program, (unless, true), &mut reads);
            }
            own.tidy();
            for field in &own.header {
                header.entry(*field).or_default().add(rule);
            }
            let plain = form.each.is_empty() && form.excused_by.is_empty() && own.rest.is_empty();
            waits.sort_in(program, rule, plain);
            waits.put(&mut own);
        }
        for cover in &program.covers {
            for node in [cover.in_force, cover.scope] {
                own.take(program, (node, false), &mut reads);
            }
            own.tidy();
            waits.put(&mut own);
        }
        waits.header = header
            .into_iter()
            .map(|(field, by)| Asked {
                field,
                alone: program.rules.schema.field(field).is_some_and(|field| {
                    !matches!(
                        field.typ,
                        Type::Money(Denomination::Named(_))
                            | Type::Quantity(Denomination::Named(_))
                    )
                }),
                slot: match program.homes.get(field.0 as usize) {
                    Some(Home::Header(slot)) if !program.is_list(field) => Some(*slot),
                    _ => None,
                },
                is_whole: by.is_whole(),
                by,
            })
            .collect();
        waits
    }

    /// Puts what the next rule or cover waits for behind that of all before.
    fn put(&mut self, own: &mut Parts) {
        let end = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        self.fields.append(&mut own.header);
        let header = end(self.fields.len());
        self.fields.append(&mut own.element);
        self.rest.append(&mut own.rest);
        self.ends.push(Ends {
            header,
            element: end(self.fields.len()),
            rest: end(self.rest.len()),
        });
    }

    /// Puts a rule where those of its kind are; a plain one waits for fields of the header only.
    fn sort_in(&mut self, program: &Program, rule: RuleId, plain: bool) {
        if !plain {
            self.apart.add(rule);
        }
        let traits = program.standing(rule).traits;
        let is_over = |rule: &Rule| !rule.over.is_empty();
        if program.rules.rule(rule).is_some_and(is_over)
            || traits.has(Traits::REQUIRES)
            || traits.has(Traits::WAIVES)
        {
            self.asked.add(rule);
        }
        if traits.has(Traits::TRUSTED) {
            let worst = usize::from(program.worst_consequence(rule).0);
            for worse in self.worse.iter_mut().take(worst) {
                worse.add(rule);
            }
        }
    }

    /// The rules that decide and may make a movement worse than an outcome.
    pub(super) fn worse(&self, than: OutcomeId) -> Option<&Waiting> {
        self.worse.get(usize::from(than.0))
    }

    /// The bytes they take.
    pub(super) fn bytes(&self) -> usize {
        let bits = self.header.iter().map(|asked| &asked.by);
        let bits = bits.chain(&self.worse).chain([&self.apart, &self.asked]);
        self.header.len() * size_of::<Asked>()
            + bits.map(Waiting::bytes).sum::<usize>()
            + self.worse.len() * size_of::<Waiting>()
            + self.ends.len() * size_of::<Ends>()
            + self.fields.len() * size_of::<FieldId>()
            + self.rest.len() * size_of::<NodeId>()
    }

    /// Whether what settles a rule may be asked for again.
    pub(super) fn is_asked(&self, rule: RuleId) -> bool {
        self.asked.contains(rule)
    }

    /// What a rule waits for.
    pub(super) fn of(&self, rule: RuleId) -> Own<'_> {
        self.own(rule.0 as usize)
    }

    /// What the covers wait for, in order.
    pub(super) fn of_covers(&self, rules: usize) -> impl Iterator<Item = Own<'_>> {
        (rules..self.ends.len()).map(|at| self.own(at))
    }

    fn own(&self, at: usize) -> Own<'_> {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or_default();
        let (from, to) = (at.checked_sub(1).map_or(Ends::default(), end), end(at));
        Own {
            header: part(&self.fields, from.element, to.header),
            element: part(&self.fields, to.header, to.element),
            rest: part(&self.rest, from.rest, to.rest),
        }
    }
}

fn part<T>(all: &[T], from: u32, to: u32) -> &[T] {
    all.get(from as usize..to as usize).unwrap_or(&[])
}

/// The conjuncts of a rule or cover, by what they read, while they are taken apart.
#[derive(Default)]
struct Parts {
    header: Vec<FieldId>,
    element: Vec<FieldId>,
    rest: Vec<NodeId>,
}

impl Parts {
    /// Adds those of a condition, or of its contrary.
    fn take(
        &mut self,
        program: &Program,
        (node, denied): (NodeId, bool),
        known: &mut Vec<Option<Reads>>,
    ) {
        conjuncts(
            program,
            node,
            denied,
            &mut |node, _| match reads_of(program, node, known) {
                Reads::Nothing => {}
                Reads::Field(field) => match program.homes.get(field.0 as usize) {
                    Some(Home::Header(_)) => self.header.push(field),
                    _ => self.element.push(field),
                },
                Reads::More => self.rest.push(node),
            },
        );
    }

    fn tidy(&mut self) {
        tidy(&mut self.header);
        tidy(&mut self.element);
        tidy(&mut self.rest);
    }
}

/// Sorts, and drops repetitions.
fn tidy<T: Ord>(all: &mut Vec<T>) {
    all.sort_unstable();
    all.dedup();
}

/// Takes a condition apart into conjuncts, each with whether its contrary is meant.
pub(crate) fn conjuncts(
    program: &Program,
    node: NodeId,
    denied: bool,
    f: &mut impl FnMut(NodeId, bool),
) {
    let operands = program.operands(node);
    match (program.op(node), denied) {
        (Op::Always, false) => {}
        (Op::And, false) | (Op::Or, true) => {
            for operand in operands {
                conjuncts(program, *operand, denied, f);
            }
        }
        (Op::Not, _) => {
            for operand in operands {
                conjuncts(program, *operand, !denied, f);
            }
        }
        _ => f(node, denied),
    }
}

/// The facts that a condition or value reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// None.
    Nothing,
    /// This one, and it is undetermined wherever that is unknown.
    Field(FieldId),
    /// Others, or in another way.
    More,
}

fn reads_of(program: &Program, node: NodeId, known: &mut Vec<Option<Reads>>) -> Reads {
    let at = node.0 as usize;
    if let Some(reads) = known.get(at).copied().flatten() {
        return reads;
    }
    let operands = program.operands(node);
    let mut all = Operands::default();
    for operand in operands {
        all.add(reads_of(program, *operand, known));
    }
    let reads = match program.op(node) {
        Op::Field(field) => Reads::Field(*field),
        // These are never none, so that nothing they are compared with is decided by them alone.
        Op::Const(_) | Op::AsOf | Op::Event(_) | Op::Always => Reads::Nothing,
        Op::Parameter(_) if operands.is_empty() => Reads::Nothing,
        // All operands are undetermined at once; one that is not could decide.
        Op::And | Op::Or | Op::Not => all.alike(),
        Op::Flag | Op::IsNone | Op::OneOf { .. } | Op::Under { .. } => all.one(),
        Op::Compare(_) | Op::InList { .. } => all.one(),
        // A known set that holds one of the codes decides, whatever the other codes are.
        Op::Has if all.first_reads => all.one(),
        // Where it reads no fact it may still be none.
        Op::Attribute { .. } | Op::FirstDigits(_) => match all.one() {
            Reads::Nothing => Reads::More,
            reads => reads,
        },
        _ => Reads::More,
    };
    if let Some(place) = known.get_mut(at) {
        *place = Some(reads);
    }
    reads
}

/// What the operands of a node read.
#[derive(Default)]
struct Operands {
    /// Whether the first one reads a fact.
    first_reads: bool,
    nothing: u32,
    fields: u32,
    field: Option<FieldId>,
    more: bool,
}

impl Operands {
    fn add(&mut self, reads: Reads) {
        let is_first = self.nothing + self.fields == 0 && !self.more;
        self.first_reads |= is_first && reads != Reads::Nothing;
        match reads {
            Reads::Nothing => self.nothing += 1,
            Reads::More => self.more = true,
            Reads::Field(field) => {
                self.fields += 1;
                self.more |= self.field.is_some_and(|other| other != field);
                self.field = Some(field);
            }
        }
    }

    /// That of a node that an unknown fact under one operand leaves undetermined.
    fn one(&self) -> Reads {
        match (self.more, self.fields, self.field) {
            (true, ..) => Reads::More,
            (_, 1, Some(field)) => Reads::Field(field),
            (_, 0, _) => Reads::Nothing,
            _ => Reads::More,
        }
    }

    /// That of a node that is undetermined where all of its operands are.
    fn alike(&self) -> Reads {
        match (self.more, self.nothing, self.field) {
            (false, 0, Some(field)) => Reads::Field(field),
            (false, _, None) => Reads::Nothing,
            _ => Reads::More,
        }
    }
}

impl Program {
    /// The worst that a rule may make of the movement.
    pub(super) fn worst_consequence(&self, rule: RuleId) -> OutcomeId {
        let schema = &self.rules.schema;
        let Some(form) = self.form(rule) else {
            return schema.mildest();
        };
        let outcome = self.standing(rule).outcome;
        let mut worst = outcome.unwrap_or_else(|| schema.mildest());
        for require in &form.requires {
            let Some(kind) = self.kinds.get(usize::from(require.kind.0)) else {
                continue;
            };
            worst = worst.max(kind.otherwise);
            if kind.combine == Combine::One {
                worst = worst.max(schema.missing);
            }
        }
        worst
    }
}
