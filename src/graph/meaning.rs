//! The meaning layer: checked rules become one graph in which equal parts stand once.
//!
//! A node is found again by its full contents, see [`super::shared`]. Nodes are made in the order of
//! the rules, operands first, so the same rules always give the same numbers. Nothing is simplified:
//! a condition with an unknown operand means what is written, and De Morgan and flattening are left
//! to the plan.

use super::before::Before;
use super::needs::needs_of;
use super::node::{Edge, Node};
use super::shared::{Conditions, Found, Shared};
use crate::check::rules::{Aggregation, Cond, Each, Expr, Rule, RuleSet};
use crate::decide::program::{Needs, NodeId, Op, RequireForm, WaiveForm};
use crate::facts::arith::Unit;
use crate::schema::Schema;
use crate::schema::value::{Code, FieldId, OutcomeId, Type, Value};
use petgraph::graph::NodeIndex;

/// Builds the meaning layer.
pub(super) struct Builder<'a> {
    pub(super) nodes: Shared,
    /// Conditions that were lowered before.
    conditions: Conditions<'a>,
    schema: &'a Schema,
    rules: &'a RuleSet,
    /// The graph before an edit.
    before: Option<Before<'a>>,
    /// What each node needs of the element at hand, by node number.
    pub(super) needs: Vec<Needs>,
}

/// The nodes of one rule.
pub(super) struct RuleNodes {
    pub(super) rule: NodeIndex,
    pub(super) in_force: NodeIndex,
    pub(super) scope: NodeIndex,
    pub(super) when: NodeIndex,
    pub(super) unless: Option<NodeIndex>,
    pub(super) outcome: Option<OutcomeId>,
    pub(super) requires: Vec<RequireForm>,
    pub(super) waives: Vec<WaiveForm>,
}

/// What an expression is an amount of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Amount {
    Plain,
    Money,
    Quantity,
}

impl Amount {
    fn of(typ: Option<Type>) -> Amount {
        match typ {
            Some(Type::Money(_)) => Amount::Money,
            Some(Type::Quantity(_)) => Amount::Quantity,
            _ => Amount::Plain,
        }
    }
}

/// The number of a node in the dense form, which is its number in the graph.
pub(super) fn dense(node: NodeIndex) -> NodeId {
    NodeId(u32::try_from(node.index()).unwrap_or(u32::MAX))
}

/// The node of that number in the graph.
pub(super) fn index(node: NodeId) -> NodeIndex {
    NodeIndex::new(node.0 as usize)
}

impl<'a> Builder<'a> {
    pub(super) fn new(rules: &'a RuleSet, before: Option<Before<'a>>) -> Builder<'a> {
        // Most rules bring so many conditions and values of their own.
        let nodes = rules.rules.len().saturating_mul(4);
        Builder {
            nodes: Shared::with_capacity(nodes),
            conditions: Conditions::with_capacity(rules.rules.len()),
            schema: &rules.schema,
            rules,
            before,
            needs: Vec::new(),
        }
    }

    /// The node with these contents, made where there is none yet.
    pub(super) fn intern(&mut self, node: Node, operands: &[NodeIndex]) -> NodeIndex {
        let (index, made) = self.nodes.intern(node, operands);
        if made {
            self.need(index, operands);
        }
        index
    }

    /// Notes what a new node needs.
    fn need(&mut self, index: NodeIndex, operands: &[NodeIndex]) {
        let node = self.nodes.graph.node_weight(index);
        let needs = node.map(|node| needs_of(self.schema, &self.needs, node, operands));
        self.needs.push(needs.unwrap_or_default());
    }

    /// An edge beside those to operands.
    pub(super) fn edge(&mut self, from: NodeIndex, to: NodeIndex, edge: Edge) {
        self.nodes.graph.add_edge(from, to, edge);
    }

    /// The node of a field or of the as-of date, where some condition reads it.
    pub(super) fn fact(&self, field: Option<FieldId>) -> Option<NodeIndex> {
        let node = Node::Meaning(field.map_or(Op::AsOf, Op::Field));
        self.nodes.find(&node, &[])
    }

    /// A rule with all that hangs on it, apart from the edges to other rules.
    pub(super) fn rule(&mut self, number: u32, rule: &'a Rule) -> RuleNodes {
        let bound = || {
            let sets = rule.each.iter().filter(|e| matches!(e, Each::Set(_)));
            u8::try_from(sets.count()).unwrap_or(u8::MAX)
        };
        let known = self.before.as_ref().and_then(|before| before.rule(rule));
        let (in_force, scope, when, unless) = match known {
            Some((form, _)) => (
                self.again(form.in_force),
                self.again(form.scope),
                self.again(form.when),
                form.unless.map(|unless| self.again(unless)),
            ),
            None => (
                self.cond(&rule.in_force, bound()),
                self.cond(&rule.scope, bound()),
                self.cond(&rule.when, bound()),
                rule.unless.as_ref().map(|cond| self.cond(cond, bound())),
            ),
        };
        let node = Node::Rule(crate::check::rules::RuleId(number));
        let operands = [in_force, scope, when];
        let node = self.nodes.add(node, &operands);
        self.need(node, &operands);
        if let Some(unless) = unless {
            self.edge(node, unless, Edge::Unless);
        }
        let (mut requires, mut waives) = (Vec::new(), Vec::new());
        if let Some((form, _)) = known {
            for require in &form.requires {
                let argument = require.argument.map(|argument| self.again(argument));
                requires.push(RequireForm {
                    argument: argument.map(dense),
                    ..*require
                });
            }
            for waive in &form.waives {
                let condition = waive.condition.map(|condition| self.again(condition));
                waives.push(WaiveForm {
                    condition: condition.map(dense),
                    ..*waive
                });
            }
        } else {
            for require in &rule.requires {
                let argument = require.argument.as_ref();
                requires.push(RequireForm {
                    kind: require.kind,
                    firmly: require.firmly,
                    argument: argument.map(|argument| dense(self.expr(argument, bound()))),
                });
            }
            for waive in &rule.waives {
                let condition = waive.condition.as_ref();
                waives.push(WaiveForm {
                    kind: waive.kind,
                    condition: condition.map(|condition| dense(self.cond(condition, bound()))),
                });
            }
        }
        RuleNodes {
            rule: node,
            in_force,
            scope,
            when,
            unless,
            // The same; but of a known rule the terms, which lie far apart, need not be looked up.
            outcome: known.map_or_else(|| rule.outcome, |(_, standing)| standing.outcome),
            requires,
            waives,
        }
    }

    /// The node that stands for one of the graph before. It is asked for as if its condition were
    /// read: operands first, each as often as it stands there.
    fn again(&mut self, then: NodeId) -> NodeIndex {
        let Some(before) = &self.before else {
            return NodeIndex::end();
        };
        if let Some((now, asked)) = before.now(then) {
            self.nodes.made += asked;
            self.nodes.shared += asked;
            return now;
        }
        let program = before.program;
        let operands = program.operands(then).iter();
        let operands: Vec<NodeIndex> = operands.map(|operand| self.again(*operand)).collect();
        let now = self.meaning(program.op(then).clone(), &operands);
        if let Some(before) = &mut self.before {
            before.found(then, now);
        }
        now
    }

    fn meaning(&mut self, op: Op, operands: &[NodeIndex]) -> NodeIndex {
        self.intern(Node::Meaning(op), operands)
    }

    fn exprs(&mut self, exprs: &'a [Expr], bound: u8) -> Vec<NodeIndex> {
        exprs.iter().map(|expr| self.expr(expr, bound)).collect()
    }

    fn conds(&mut self, conds: &'a [Cond], bound: u8) -> Vec<NodeIndex> {
        conds.iter().map(|cond| self.cond(cond, bound)).collect()
    }

    /// The operands, then the day where there is one.
    fn with_day(
        &mut self,
        mut operands: Vec<NodeIndex>,
        on: Option<&'a Expr>,
        bound: u8,
    ) -> Vec<NodeIndex> {
        if let Some(on) = on {
            operands.push(self.expr(on, bound));
        }
        operands
    }

    /// A condition; `bound` codes of sets are at hand where it stands. Most of what rules join, other
    /// rules join as well, so it is looked for as a whole before it is taken apart.
    pub(super) fn cond(&mut self, cond: &'a Cond, bound: u8) -> NodeIndex {
        match cond {
            Cond::Always => return self.meaning(Op::Always, &[]),
            Cond::And(all) => {
                let operands = self.conds(all, bound);
                return self.meaning(Op::And, &operands);
            }
            Cond::Or(all) => {
                let operands = self.conds(all, bound);
                return self.meaning(Op::Or, &operands);
            }
            Cond::Not(inner) => {
                let inner = self.cond(inner, bound);
                return self.meaning(Op::Not, &[inner]);
            }
            _ => {}
        }
        let hash = self.conditions.hash(cond, bound);
        if let Some(found) = self.conditions.find(hash, cond, bound) {
            self.nodes.made += found.asked;
            self.nodes.shared += found.asked;
            return found.node;
        }
        let before = self.nodes.made;
        let node = self.test(cond, bound);
        let asked = self.nodes.made - before;
        let found = Found { node, asked };
        self.conditions.insert(hash, (cond, bound), found);
        node
    }

    /// A condition that joins no others.
    fn test(&mut self, cond: &'a Cond, bound: u8) -> NodeIndex {
        match cond {
            Cond::Always | Cond::And(_) | Cond::Or(_) | Cond::Not(_) => self.cond(cond, bound),
            Cond::Flag(value) => {
                let value = self.expr(value, bound);
                self.meaning(Op::Flag, &[value])
            }
            Cond::Compare(op, left, right) => {
                let operands = [self.expr(left, bound), self.expr(right, bound)];
                self.meaning(Op::Compare(*op), &operands)
            }
            Cond::IsNone(value) => {
                let value = self.expr(value, bound);
                self.meaning(Op::IsNone, &[value])
            }
            Cond::OneOf {
                value,
                codes,
                negated,
            } => {
                let value = self.expr(value, bound);
                self.meaning(
                    Op::OneOf {
                        codes: codes.clone(),
                        negated: *negated,
                    },
                    &[value],
                )
            }
            Cond::Under {
                value,
                prefixes,
                negated,
            } => {
                let value = self.expr(value, bound);
                let op = Op::Under {
                    prefixes: prefixes.clone(),
                    negated: *negated,
                };
                self.meaning(op, &[value])
            }
            Cond::InList {
                keys,
                list,
                on,
                negated,
            } => {
                let operands = self.exprs(keys, bound);
                let operands = self.with_day(operands, on.as_ref(), bound);
                let op = Op::InList {
                    list: *list,
                    on: on.is_some(),
                    negated: *negated,
                };
                self.meaning(op, &operands)
            }
            Cond::InSet {
                value,
                set,
                negated,
            } => {
                let operands = [self.expr(value, bound), self.expr(set, bound)];
                self.meaning(Op::InSet { negated: *negated }, &operands)
            }
            Cond::Has { set, codes } => {
                let mut operands = vec![self.expr(set, bound)];
                operands.extend(self.exprs(codes, bound));
                self.meaning(Op::Has, &operands)
            }
            Cond::Quantified {
                quantity,
                over,
                body,
            } => {
                let inner = match over {
                    Each::List(_) => bound,
                    Each::Set(_) => bound.saturating_add(1),
                };
                let body = self.cond(body, inner);
                // A list binds no code, so where it stands does not matter to it.
                let binds = if matches!(over, Each::Set(_)) {
                    bound
                } else {
                    0
                };
                let op = Op::Quantified {
                    quantity: *quantity,
                    over: *over,
                    binds,
                };
                self.meaning(op, &[body])
            }
            Cond::Rows {
                table,
                inputs,
                rows,
            } => {
                let operands = self.exprs(inputs, bound);
                self.meaning(
                    Op::Rows {
                        table: *table,
                        rows: rows.to_vec(),
                    },
                    &operands,
                )
            }
        }
    }

    /// A value; `bound` codes of sets are at hand where it stands.
    pub(super) fn expr(&mut self, expr: &'a Expr, bound: u8) -> NodeIndex {
        match expr {
            Expr::Const(value) => self.meaning(Op::Const(value.clone()), &[]),
            Expr::Field(field) => self.meaning(Op::Field(*field), &[]),
            Expr::Bound(number) => self.meaning(Op::Bound(*number), &[]),
            Expr::It => self.meaning(Op::It, &[]),
            Expr::AsOf => self.meaning(Op::AsOf, &[]),
            Expr::Event(event) => self.meaning(Op::Event(*event), &[]),
            Expr::Parameter { parameter, on } => {
                let operands = self.with_day(vec![], on.as_deref(), bound);
                self.meaning(Op::Parameter(*parameter), &operands)
            }
            Expr::Attribute {
                of,
                table,
                attribute,
                on,
            } => {
                let operands = vec![self.expr(of, bound)];
                let operands = self.with_day(operands, on.as_deref(), bound);
                self.meaning(
                    Op::Attribute {
                        table: *table,
                        attribute: *attribute,
                    },
                    &operands,
                )
            }
            Expr::Lookup {
                list,
                keys,
                attribute,
                on,
            } => {
                let operands = self.exprs(keys, bound);
                let operands = self.with_day(operands, on.as_deref(), bound);
                let op = Op::Lookup {
                    list: *list,
                    attribute: *attribute,
                    on: on.is_some(),
                };
                self.meaning(op, &operands)
            }
            Expr::TableCall { table, inputs } => {
                let operands = self.exprs(inputs, bound);
                self.meaning(Op::TableCall(*table), &operands)
            }
            Expr::Arith(op, left, right) => {
                let operands = [self.expr(left, bound), self.expr(right, bound)];
                self.meaning(Op::Arith(*op), &operands)
            }
            Expr::AddDuration { date, months, days } => {
                let operands = [date, months, days].map(|e| self.expr(e, bound));
                self.meaning(Op::AddDuration, &operands)
            }
            Expr::Rounded {
                value,
                divisor,
                places,
                rounding,
            } => {
                let operands = vec![self.expr(value, bound)];
                let operands = self.with_day(operands, divisor.as_deref(), bound);
                self.meaning(
                    Op::Rounded {
                        places: *places,
                        rounding: *rounding,
                    },
                    &operands,
                )
            }
            Expr::Convert {
                value,
                to,
                money,
                on,
            } => {
                let operands = vec![self.expr(value, bound)];
                let operands = self.with_day(operands, on.as_deref(), bound);
                self.meaning(
                    Op::Convert {
                        to: *to,
                        money: *money,
                    },
                    &operands,
                )
            }
            Expr::FirstDigits(count, value) => self.unary(Op::FirstDigits(*count), value, bound),
            Expr::NumberOf(value) => self.unary(Op::NumberOf, value, bound),
            Expr::DaysBetween(a, b) => self.binary(Op::DaysBetween, a, b, bound),
            Expr::Earlier(a, b) => self.binary(Op::Earlier, a, b, bound),
            Expr::Later(a, b) => self.binary(Op::Later, a, b, bound),
            Expr::EndOfMonth(value) => self.unary(Op::EndOfMonth, value, bound),
            Expr::EndOfYear(value) => self.unary(Op::EndOfYear, value, bound),
            Expr::Choice { arms, otherwise } => {
                let mut operands = Vec::with_capacity(arms.len() * 2 + 1);
                for (value, condition) in arms {
                    operands.push(self.cond(condition, bound));
                    operands.push(self.expr(value, bound));
                }
                operands.push(self.expr(otherwise, bound));
                self.meaning(Op::Choice, &operands)
            }
            Expr::Aggregate {
                what,
                value,
                list,
                condition,
                same,
                unit,
            } => {
                let mut operands = Vec::new();
                if let Some(value) = value {
                    operands.push(self.expr(value, bound));
                }
                if let Some(condition) = condition {
                    operands.push(self.cond(condition, bound));
                }
                let op = Op::Aggregate {
                    what: *what,
                    list: *list,
                    value: value.is_some(),
                    condition: condition.is_some(),
                    same: same.clone(),
                    empty: self.unit_of_nothing(*what, value.as_deref(), *unit),
                };
                self.meaning(op, &operands)
            }
            Expr::Test(cond) => {
                let operand = self.cond(cond, bound);
                self.meaning(Op::Test, &[operand])
            }
        }
    }

    /// What a sum over no elements is counted in: the unit that the type states, or nothing for
    /// plain numbers. Open where the type leaves it to the data.
    fn unit_of_nothing(
        &self,
        what: Aggregation,
        value: Option<&Expr>,
        unit: Option<Code>,
    ) -> Option<Unit> {
        if what != Aggregation::Sum {
            return None;
        }
        match self.amount_of(value?) {
            Amount::Plain => Some(Unit::Plain),
            Amount::Money => unit.map(Unit::Money),
            Amount::Quantity => unit.map(Unit::Quantity),
        }
    }

    fn amount_of(&self, expr: &Expr) -> Amount {
        match expr {
            Expr::Const(Value::Money(..)) => Amount::Money,
            Expr::Const(Value::Quantity(..)) => Amount::Quantity,
            Expr::Field(field) => Amount::of(self.schema.field(*field).map(|f| f.typ)),
            Expr::Parameter { parameter, .. } => Amount::of(
                self.rules
                    .parameters
                    .get(parameter.0 as usize)
                    .map(|p| p.typ),
            ),
            Expr::Attribute {
                table, attribute, ..
            } => {
                let table = self.schema.table(*table);
                Amount::of(
                    table
                        .and_then(|t| t.attributes.get(usize::from(*attribute)))
                        .map(|c| c.typ),
                )
            }
            Expr::Lookup {
                list, attribute, ..
            } => {
                let list = self.rules.named_list(*list);
                Amount::of(
                    list.and_then(|l| l.attributes.get(usize::from(*attribute)))
                        .map(|c| c.typ),
                )
            }
            Expr::TableCall { table, .. } => {
                Amount::of(self.rules.decision_table(*table).map(|t| t.gives))
            }
            Expr::Arith(_, left, right) => match self.amount_of(left) {
                Amount::Plain => self.amount_of(right),
                amount => amount,
            },
            Expr::Rounded { value, divisor, .. } => {
                let amount = self.amount_of(value);
                let divided = divisor
                    .as_ref()
                    .is_some_and(|d| self.amount_of(d) == amount);
                if divided { Amount::Plain } else { amount }
            }
            Expr::Convert { money: true, .. } => Amount::Money,
            Expr::Convert { money: false, .. } => Amount::Quantity,
            Expr::Choice { arms, otherwise } => arms
                .iter()
                .map(|(value, _)| self.amount_of(value))
                .find(|amount| *amount != Amount::Plain)
                .unwrap_or_else(|| self.amount_of(otherwise)),
            Expr::Aggregate {
                value: Some(value), ..
            } => self.amount_of(value),
            _ => Amount::Plain,
        }
    }

    fn unary(&mut self, op: Op, value: &'a Expr, bound: u8) -> NodeIndex {
        let operand = self.expr(value, bound);
        self.meaning(op, &[operand])
    }

    fn binary(&mut self, op: Op, left: &'a Expr, right: &'a Expr, bound: u8) -> NodeIndex {
        let operands = [self.expr(left, bound), self.expr(right, bound)];
        self.meaning(op, &operands)
    }
}
