//! What the nodes and edges of the decision graph carry.

use super::cells::Axis;
use crate::check::rules::{KindId, RuleId};
use crate::decide::program::Op;
use crate::schema::value::{ListId, OutcomeId};

/// A node of the decision graph. The first eight kinds are the meaning, the others the plan.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, graph::{Class, Node, Options}};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let rules_in_it: Vec<&Node> =
///     graph.inner().node_weights().filter(|node| matches!(node, Node::Rule(_))).collect();
/// assert_eq!(rules_in_it.len(), 2);
/// assert!(rules_in_it.iter().all(|node| node.class() == Class::Rule));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// A fact, a value, a test or a condition; see [`Node::class`].
    Meaning(Op),
    /// A rule; its operands are the period, the scope and the condition.
    Rule(RuleId),
    /// A kind of requirement; its operand is when one counts as met.
    Kind(KindId),
    /// A requirement of that kind; its operand is the argument.
    Requirement {
        /// It cannot be waived.
        firmly: bool,
    },
    /// A waiver; its operand is the condition.
    Waiver,
    /// An outcome.
    Outcome(OutcomeId),
    /// A claim of completeness by number; its operands are the period and the scope.
    Cover(u32),
    /// A required field by number; its operand is when.
    Required(u32),
    /// All children are run.
    Fork,
    /// The children whose cells hold the fact are run.
    Split(Axis),
    /// A block of rules run as rows of bits; the number is that of the block.
    Match(u32),
    /// What is below is run for each element.
    Each(ListId),
    /// What the elements gave is put together.
    Fold(ListId),
    /// Conditions that are evaluated one by one, for the rules of a block that are still alive.
    Residue(u32),
    /// Exceptions level by level, then requirements and outcomes; the number is the highest level.
    Resolve(u32),
}

/// An edge of the decision graph.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Graph, graph::{Edge, Options}};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let mut edges = graph.inner().edge_weights();
/// assert!(edges.any(|edge| *edge == Edge::Requires)); // G-02 requires a guarantee,
/// assert!(graph.inner().edge_weights().all(|edge| *edge != Edge::Waives)); // and nothing waives it.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Edge {
    /// An operand, in order.
    Operand(u32),
    /// From the condition's rule to what excuses it.
    Unless,
    /// From a rule to the one it excuses.
    Over,
    /// From a rule to its requirement.
    Requires,
    /// From a rule to its waiver.
    Waives,
    /// From a requirement or waiver to its kind.
    Of,
    /// From a rule or kind to its outcome.
    Gives,
    /// From a plan node to the next; of several, in order.
    Next(u32),
    /// From a split to what is run where the fact lies in one of these cells; sorted ranges, last included.
    Cells(Vec<(u32, u32)>),
    /// From a plan node to the rule, cover or condition it implements.
    Implements,
}

/// The classes of nodes that people see.
///
/// ```
/// use kakou::graph::Class;
/// assert!(Class::ALL.contains(&Class::Rule));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Class {
    Fact,
    Value,
    Test,
    Condition,
    Rule,
    Kind,
    Requirement,
    Waiver,
    Outcome,
    Cover,
    Required,
    Plan,
}

impl Class {
    /// All classes in the order in which they are drawn and counted.
    pub const ALL: [Class; 12] = [
        Class::Fact,
        Class::Value,
        Class::Test,
        Class::Condition,
        Class::Rule,
        Class::Kind,
        Class::Requirement,
        Class::Waiver,
        Class::Outcome,
        Class::Cover,
        Class::Required,
        Class::Plan,
    ];
}

impl Node {
    /// Which class it belongs to.
    ///
    /// ```
    /// use kakou::graph::{Class, Node};
    /// use kakou::schema::value::OutcomeId;
    /// assert_eq!(Node::Outcome(OutcomeId(2)).class(), Class::Outcome);
    /// // All that only the engine needs is one class to people.
    /// assert_eq!((Node::Fork.class(), Node::Match(0).class()), (Class::Plan, Class::Plan));
    /// ```
    pub fn class(&self) -> Class {
        match self {
            Node::Meaning(op) => match op {
                Op::Field(_) | Op::AsOf => Class::Fact,
                Op::And | Op::Or | Op::Not | Op::Always | Op::Quantified { .. } => Class::Condition,
                op if op.is_condition() => Class::Test,
                Op::Aggregate { .. } => Class::Condition,
                _ => Class::Value,
            },
            Node::Rule(_) => Class::Rule,
            Node::Kind(_) => Class::Kind,
            Node::Requirement { .. } => Class::Requirement,
            Node::Waiver => Class::Waiver,
            Node::Outcome(_) => Class::Outcome,
            Node::Cover(_) => Class::Cover,
            Node::Required(_) => Class::Required,
            _ => Class::Plan,
        }
    }
}
