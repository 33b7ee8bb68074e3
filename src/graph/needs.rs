//! What a node reads of the place where it is evaluated.

use super::node::Node;
use crate::check::rules::Each;
use crate::decide::program::{Needs, Op};
use crate::schema::value::{FieldId, ListId};
use crate::schema::{Home, Schema};
use petgraph::graph::NodeIndex;

/// What a node needs of those that its operands need.
pub(super) fn needs_of(
    schema: &Schema,
    of_nodes: &[Needs],
    node: &Node,
    operands: &[NodeIndex],
) -> Needs {
    let mut needs = Needs::default();
    for operand in operands {
        needs = needs.union(of_nodes.get(operand.index()).copied().unwrap_or_default());
    }
    let Node::Meaning(op) = node else {
        return needs;
    };
    match op {
        Op::Field(field) => needs = needs.union(needs_of_field(schema, *field)),
        Op::Bound(number) => needs.bounds |= 1u64 << (*number).min(63),
        Op::It => needs.it = true,
        Op::Aggregate { list, same, .. } => {
            needs.lists &= !Needs::own_bit(*list);
            if !same.is_empty() {
                needs.lists |= Needs::bit(*list);
            }
            needs.lists |= parent_bit(schema, *list);
        }
        Op::Quantified {
            over: Each::List(list),
            ..
        } => {
            needs.lists &= !Needs::own_bit(*list);
            needs.lists |= parent_bit(schema, *list);
        }
        Op::Quantified {
            over: Each::Set(field),
            binds,
            ..
        } => {
            if *binds < 63 {
                needs.bounds &= !(1u64 << *binds);
            }
            needs = needs.union(needs_of_field(schema, *field));
        }
        _ => {}
    }
    needs
}

fn needs_of_field(schema: &Schema, field: FieldId) -> Needs {
    match schema.field(field).map(|f| f.home) {
        Some(Home::Element(list, _)) => Needs {
            lists: Needs::bit(list),
            ..Needs::default()
        },
        _ => Needs::default(),
    }
}

fn parent_bit(schema: &Schema, list: ListId) -> u64 {
    schema
        .list(list)
        .and_then(|l| l.parent)
        .map_or(0, Needs::bit)
}
