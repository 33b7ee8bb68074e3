//! The meaning in dense form: every value and condition of a rule set once, its operands by
//! number, and the rules, kinds, covers and required fields that stand on them.
//!
//! The decision graph makes it from its meaning layer; the walker and the engine read it.
//! Nothing here knows the graph library, and nothing here changes after it was made.

use super::atom::Atoms;
use super::standing::{Masks, Standing};
use super::table::TableForm;
use super::waits::Waits;
use crate::check::rules::{
    Aggregation, ArithOp, Combine, CompareOp, DecisionTableId, Each, EventId, KindId, NamedListId,
    ParameterId, PilotId, Quantity, RuleId, RuleSet,
};
use crate::facts::arith::Unit;
use crate::ground::number::Rounding;
use crate::schema::Home;
use crate::schema::prefixes::Prefixes;
use crate::schema::value::{Code, DepartmentId, FieldId, Hs, ListId, OutcomeId, TableId, Value};
use std::sync::Arc;

/// A value or condition of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// What a value or condition does with its operands. It is the checked form without its
/// children; where an operand can be absent, the operation says whether it is there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(
    missing_docs,
    reason = "each is the construct of the checked rules of the same name"
)]
pub enum Op {
    // Values.
    Const(Value),
    Field(FieldId),
    Bound(u8),
    It,
    AsOf,
    Event(EventId),
    /// The day is the only operand, where there is one.
    Parameter(ParameterId),
    /// The code, then the day where there is one.
    Attribute {
        table: TableId,
        attribute: u16,
    },
    /// The keys, then the day where `on`.
    Lookup {
        list: NamedListId,
        attribute: u16,
        on: bool,
    },
    /// The inputs.
    TableCall(DecisionTableId),
    Arith(ArithOp),
    /// The day, the months, the days.
    AddDuration,
    /// The value, then the divisor where there is one.
    Rounded {
        places: u32,
        rounding: Rounding,
    },
    /// The value, then the day where there is one.
    Convert {
        to: Code,
        money: bool,
    },
    /// So many digits of a tariff code.
    FirstDigits(u8),
    NumberOf,
    DaysBetween,
    Earlier,
    Later,
    EndOfMonth,
    EndOfYear,
    /// Condition, value, condition, value, …, and the value where none holds.
    Choice,
    /// The value where `value`, then the condition where `condition`; `empty` is what a sum of
    /// nothing is counted in.
    Aggregate {
        what: Aggregation,
        list: ListId,
        value: bool,
        condition: bool,
        same: Vec<FieldId>,
        empty: Option<Unit>,
    },
    Test,
    // Conditions.
    Always,
    And,
    Or,
    Not,
    Flag,
    Compare(CompareOp),
    IsNone,
    OneOf {
        codes: Vec<Code>,
        negated: bool,
    },
    Under {
        prefixes: Vec<Hs>,
        negated: bool,
    },
    /// The keys, then the day where `on`.
    InList {
        list: NamedListId,
        on: bool,
        negated: bool,
    },
    /// The code, then the set.
    InSet {
        negated: bool,
    },
    /// The set, then the codes.
    Has,
    /// The condition. A set binds the code of that number.
    Quantified {
        quantity: Quantity,
        over: Each,
        binds: u8,
    },
    /// The inputs.
    Rows {
        table: DecisionTableId,
        rows: Vec<u16>,
    },
}

impl Op {
    /// Whether it is an amount or a day that is worked out as a machine word where it fits one.
    #[inline]
    pub(crate) fn is_arithmetic(&self) -> bool {
        matches!(
            self,
            Op::Arith(_)
                | Op::Rounded { .. }
                | Op::Convert { .. }
                | Op::NumberOf
                | Op::Aggregate { .. }
                | Op::AddDuration
                | Op::DaysBetween
                | Op::Earlier
                | Op::Later
                | Op::EndOfMonth
                | Op::EndOfYear
                | Op::Choice
        )
    }

    /// Whether its value can never be none.
    pub(crate) fn is_never_none(&self) -> bool {
        match self {
            Op::Aggregate { what, .. } => {
                matches!(what, Aggregation::Sum | Aggregation::Count)
            }
            Op::Choice => false,
            op => op.is_arithmetic(),
        }
    }

    /// Whether it gives a truth value rather than a value.
    pub fn is_condition(&self) -> bool {
        matches!(
            self,
            Op::Always
                | Op::And
                | Op::Or
                | Op::Not
                | Op::Flag
                | Op::Compare(_)
                | Op::IsNone
                | Op::OneOf { .. }
                | Op::Under { .. }
                | Op::InList { .. }
                | Op::InSet { .. }
                | Op::Has
                | Op::Quantified { .. }
                | Op::Rows { .. }
        )
    }
}

/// What a node reads of the place where it is evaluated. A node that needs nothing of it has
/// one value for the whole declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Lists of whose element at hand it reads, one bit each; lists from 63 up share the last.
    pub lists: u64,
    /// Codes at hand that it reads, one bit each.
    pub bounds: u64,
    /// Whether it reads the argument of a requirement.
    pub it: bool,
}

impl Needs {
    /// The bit of a list.
    pub fn bit(list: ListId) -> u64 {
        1u64 << list.0.min(63)
    }

    /// The bit of a list that no other list shares; none where it shares it.
    pub(crate) fn own_bit(list: ListId) -> u64 {
        if list.0 < 63 { Needs::bit(list) } else { 0 }
    }

    /// What either needs.
    pub fn union(self, other: Needs) -> Needs {
        Needs {
            lists: self.lists | other.lists,
            bounds: self.bounds | other.bounds,
            it: self.it || other.it,
        }
    }

    /// Whether it is the same for the whole declaration.
    pub fn is_header(self) -> bool {
        self == Needs::default()
    }
}

/// Where the result of a node may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memo {
    /// Nowhere: it is cheap, or depends on more than one element.
    No,
    /// Once for the declaration.
    Header,
    /// Once for each element of the list.
    Element(ListId),
}

/// A value or condition in dense form: all that evaluating it asks for, in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeForm {
    /// What it does.
    pub op: Op,
    /// Where its operands begin among those of all nodes, and where they end.
    pub operands: (u32, u32),
    /// The number of the atom that it is.
    pub(crate) atom: Option<u32>,
    /// Where its result may be kept.
    pub memo: Memo,
    /// Its place among the values that are kept; none for conditions.
    pub slot: Option<u32>,
    /// What it needs.
    pub needs: Needs,
}

/// An aggregate with its operands by name.
#[derive(Debug, Clone, Copy)]
pub struct AggregateForm<'p> {
    /// What is made of the members.
    pub what: Aggregation,
    /// Whose elements may be members.
    pub list: ListId,
    /// The value of a member.
    pub value: Option<NodeId>,
    /// Which elements are members.
    pub condition: Option<NodeId>,
    /// Fields that members share with the element at hand.
    pub same: &'p [FieldId],
    /// What a sum of nothing is counted in.
    pub empty: Option<Unit>,
}

/// A rule in dense form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleForm {
    /// What it judges one by one.
    pub each: Vec<Each>,
    /// The number of that, by which rules order as by that itself.
    pub ranges: u32,
    /// The period.
    pub in_force: NodeId,
    /// The scope.
    pub scope: NodeId,
    /// The condition.
    pub when: NodeId,
    /// What excuses it.
    pub unless: Option<NodeId>,
    /// The rules over it, sorted.
    pub excused_by: Vec<RuleId>,
    /// Above the levels of those over it.
    pub level: u32,
    /// What it requires.
    pub requires: Vec<RequireForm>,
    /// What it waives.
    pub waives: Vec<WaiveForm>,
    /// Whom it speaks for.
    pub departments: Vec<DepartmentId>,
}

/// A requirement in dense form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequireForm {
    /// The kind.
    pub kind: KindId,
    /// It cannot be waived.
    pub firmly: bool,
    /// The argument.
    pub argument: Option<NodeId>,
}

/// A waiver in dense form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaiveForm {
    /// The kind.
    pub kind: KindId,
    /// Which ones.
    pub condition: Option<NodeId>,
}

/// A kind of requirement in dense form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindForm {
    /// When one counts as met.
    pub met: Option<NodeId>,
    /// The outcome while it is not.
    pub otherwise: OutcomeId,
    /// How several combine.
    pub combine: Combine,
}

/// A claim of completeness in dense form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverForm {
    /// The period.
    pub in_force: NodeId,
    /// What.
    pub scope: NodeId,
    /// It only informs.
    pub advice: bool,
}

/// A required field in dense form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredForm {
    /// The field.
    pub field: FieldId,
    /// Where it is, if keys tell whether it has a value; in a list it is one of the header.
    pub keyed: Option<Home>,
    /// When.
    pub when: Option<NodeId>,
}

/// All of a rule set in dense form.
#[derive(Debug, Clone)]
pub struct Program {
    /// The checked rules it stands for.
    pub rules: Arc<RuleSet>,
    /// By field, where its facts are.
    pub homes: Vec<Home>,
    /// By field, whether it is a list.
    pub lists: Vec<bool>,
    /// By field, whether keys of its facts tell whether values are equal; those of long texts only
    /// that they differ.
    pub(crate) keyed: Vec<bool>,
    /// By list beside the rules, its prefixes, where it is keyed by a tariff code.
    pub(crate) prefixes: Vec<Option<Prefixes>>,
    /// By table, what its cells say of codes.
    pub(crate) tables: Vec<TableForm>,
    /// Conditions that keys decide.
    pub(crate) atoms: Atoms,
    /// The values and conditions.
    pub nodes: Vec<NodeForm>,
    /// The operands of all nodes.
    pub operands: Vec<NodeId>,
    /// How many values are kept.
    pub slot_count: u32,
    /// The rules by number.
    pub forms: Vec<RuleForm>,
    /// How each of them stands.
    pub standings: Vec<Standing>,
    /// The same of 64 at once.
    pub masks: Masks,
    /// What each of them may wait for.
    pub(crate) waits: Waits,
    /// The kinds by number.
    pub kinds: Vec<KindForm>,
    /// The covers in order.
    pub covers: Vec<CoverForm>,
    /// The required fields in order.
    pub required: Vec<RequiredForm>,
    /// The departments that see what is theirs, in order.
    pub(crate) own_views: Vec<DepartmentId>,
    /// The pilots that run in shadow, in order.
    pub shadow_pilots: Vec<PilotId>,
    /// Whether some rule belongs to a live pilot.
    pub live_pilots: bool,
}

impl Program {
    /// The node of that number.
    #[inline]
    pub fn node(&self, node: NodeId) -> &NodeForm {
        static ALWAYS: NodeForm = NodeForm {
            op: Op::Always,
            operands: (0, 0),
            atom: None,
            memo: Memo::No,
            slot: None,
            needs: Needs {
                lists: 0,
                bounds: 0,
                it: false,
            },
        };
        self.nodes.get(node.0 as usize).unwrap_or(&ALWAYS)
    }

    /// What a node does.
    #[inline]
    pub fn op(&self, node: NodeId) -> &Op {
        &self.node(node).op
    }

    /// The operands of a node.
    #[inline]
    pub fn operands(&self, node: NodeId) -> &[NodeId] {
        self.operands_of(self.node(node))
    }

    /// The operands of a node that is at hand.
    #[inline]
    pub fn operands_of(&self, form: &NodeForm) -> &[NodeId] {
        let (from, to) = form.operands;
        self.operands.get(from as usize..to as usize).unwrap_or(&[])
    }

    /// The aggregate that a node is.
    pub fn aggregate(&self, node: NodeId) -> Option<AggregateForm<'_>> {
        let Op::Aggregate {
            what,
            list,
            value,
            condition,
            same,
            empty,
        } = self.op(node)
        else {
            return None;
        };
        let mut operands = self.operands(node).iter().copied();
        Some(AggregateForm {
            what: *what,
            list: *list,
            value: if *value { operands.next() } else { None },
            condition: if *condition { operands.next() } else { None },
            same,
            empty: *empty,
        })
    }

    /// Whether a field is a list of records.
    #[inline]
    pub fn is_list(&self, field: FieldId) -> bool {
        self.lists.get(field.0 as usize).copied().unwrap_or(false)
    }

    /// What a node needs.
    #[inline]
    pub fn needs(&self, node: NodeId) -> Needs {
        self.node(node).needs
    }

    /// The rule of that number.
    #[inline]
    pub fn form(&self, rule: RuleId) -> Option<&RuleForm> {
        self.forms.get(rule.0 as usize)
    }

    /// How a rule stands.
    #[inline]
    pub fn standing(&self, rule: RuleId) -> Standing {
        let found = self.standings.get(rule.0 as usize).copied();
        found.unwrap_or(Standing::NONE)
    }

    /// Where the result of a node may be kept.
    #[inline]
    pub fn memo(&self, node: NodeId) -> Memo {
        self.node(node).memo
    }

    /// Works out where results may be kept, from what each node needs. A result that reads
    /// one element is kept for that element. One that also reads the element that holds it is not:
    /// inside a quantifier over the outer list the two need not belong together.
    ///
    /// Looking for what was kept costs as much as comparing a field with a constant, so only
    /// what costs more is kept, and only where it is asked for more than once.
    pub fn memos<'o>(
        ops: &[Op],
        operands: impl Fn(usize) -> &'o [NodeId],
        needs: &[Needs],
        rules: &RuleSet,
    ) -> Vec<Memo> {
        let mut asked = vec![0u32; ops.len()];
        for (at, mine) in needs.iter().enumerate() {
            for operand in operands(at) {
                let place = operand.0 as usize;
                // What needs less than its user is asked for again with each element.
                let often = needs.get(place).is_some_and(|needs| needs != mine);
                if let Some(count) = asked.get_mut(place) {
                    *count += 1 + u32::from(often);
                }
            }
        }
        let cheap = |at: usize| {
            operands(at).iter().all(|operand| {
                matches!(
                    ops.get(operand.0 as usize),
                    Some(Op::Const(_) | Op::Field(_) | Op::Bound(_) | Op::It | Op::AsOf)
                )
            })
        };
        ops.iter()
            .zip(needs)
            .zip(asked)
            .enumerate()
            .map(|(at, ((op, needs), asked))| {
                let keeps = match op {
                    Op::Aggregate { .. } | Op::Choice | Op::TableCall(_) | Op::Lookup { .. } => {
                        true
                    }
                    Op::Quantified { .. } | Op::Rows { .. } | Op::InList { .. } => true,
                    // What a requirement asks for is asked for in every world.
                    Op::Arith(_) | Op::Rounded { .. } | Op::Convert { .. } | Op::AddDuration => {
                        asked != 1
                    }
                    Op::Always | Op::Flag | Op::IsNone | Op::Not => false,
                    // What no other node asks for may be asked for by many rules.
                    Op::And | Op::Or => asked != 1,
                    op => op.is_condition() && !cheap(at),
                };
                match keeps {
                    true => Program::kept_at(*needs, rules),
                    false => Memo::No,
                }
            })
            .collect()
    }

    /// Where the result of a node with these needs can be kept.
    fn kept_at(needs: Needs, rules: &RuleSet) -> Memo {
        if needs.it || needs.bounds != 0 {
            return Memo::No;
        }
        if needs.lists == 0 {
            return Memo::Header;
        }
        rules
            .schema
            .lists
            .iter()
            .enumerate()
            .take(63)
            .filter_map(|(at, list)| u32::try_from(at).ok().map(|at| (ListId(at), list)))
            .find(|(id, _)| needs.lists == Needs::bit(*id))
            .map_or(Memo::No, |(id, _)| Memo::Element(id))
    }
}
