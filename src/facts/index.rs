//! The names of a schema's fields as records hold them: a tree of names, made once for a schema
//! and used for every record.

use crate::facts::{Facts, ListState};
use crate::schema::Home;
use crate::schema::Schema;
use crate::schema::value::{Fact, FieldId, ListId, Type};
use std::cmp::Ordering;

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Child {
    /// A field that is no list.
    Leaf(Leaf),
    /// A record within the record.
    Record(NodeId),
    /// A list.
    List(ListId, FieldId),
}

/// A field that is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) field: FieldId,
    pub(crate) home: Home,
    pub(crate) typ: Type,
}

/// A record of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(u32);

impl NodeId {
    /// Its place among the records.
    #[inline]
    pub(crate) fn number(self) -> usize {
        self.0 as usize
    }
}

/// The names of one record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    /// Sorted by length, then by bytes: most comparisons end at the length.
    names: Vec<(Box<str>, Child)>,
}

/// The order of a record's names.
pub(super) fn by_length(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

impl Node {
    /// The place of a name among the record's names, and what stands under it.
    pub(crate) fn find(&self, name: &str) -> Option<(usize, &str, Child)> {
        self.at(self.seek(name).ok()?)
    }

    /// The place of a name, or where it would stand.
    fn seek(&self, name: &str) -> Result<usize, usize> {
        let known = |(known, _): &(Box<str>, Child)| by_length(known.as_bytes(), name.as_bytes());
        self.names.binary_search_by(known)
    }

    /// What stands at a place among the names.
    pub(crate) fn at(&self, at: usize) -> Option<(usize, &str, Child)> {
        self.names
            .get(at)
            .map(|(name, child)| (at, &**name, *child))
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| &**name)
    }

    /// All that stands in the record.
    pub(crate) fn children(&self) -> impl Iterator<Item = (&str, Child)> {
        self.names.iter().map(|(name, child)| (&**name, *child))
    }
}

/// The names of all records of a schema, and what a record is before anything is given.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    nodes: Vec<Node>,
    /// The record of an element, by list.
    elements: Vec<NodeId>,
    /// Facts of which nothing is given: unknown, or none where the schema says so.
    blank: Facts,
    /// An element of which nothing is given, by list.
    rows: Vec<Vec<Fact>>,
    /// The columns in which that is none and not unknown.
    nones: Vec<Vec<u32>>,
    /// The lists inside each list, with what they are while not given.
    inner: Vec<Vec<(ListId, ListState)>>,
}

static NO_NODE: Node = Node { names: Vec::new() };

impl Index {
    /// The tree of a schema's names. Where one field is called like a record that holds others,
    /// which the checker refuses, the record can't be given.
    pub(crate) fn new(schema: &Schema) -> Index {
        let mut index = Index {
            nodes: vec![Node::default(); schema.lists.len() + 1],
            elements: (0..schema.lists.len())
                .map(|n| NodeId(narrow(n + 1)))
                .collect(),
            blank: Facts::unknown(schema),
            rows: schema
                .lists
                .iter()
                .map(|l| vec![Fact::Unknown; l.columns.len()])
                .collect(),
            nones: vec![Vec::new(); schema.lists.len()],
            inner: vec![Vec::new(); schema.lists.len()],
        };
        for (at, field) in schema.fields.iter().enumerate() {
            let id = FieldId(narrow(at));
            let root = match field.home {
                Home::Header(_) => NodeId(0),
                Home::Element(list, _) => index.element(list),
            };
            let child = match field.typ {
                Type::List(list) => Child::List(list, id),
                typ => Child::Leaf(Leaf {
                    field: id,
                    home: field.home,
                    typ,
                }),
            };
            index.insert(root, &field.parts, child);
            index.blank_out(field);
        }
        index
    }

    fn blank_out(&mut self, field: &crate::schema::Field) {
        let state = if field.absent_means_none {
            ListState::None
        } else {
            ListState::Unknown
        };
        match (field.typ, field.home) {
            (Type::List(inner), Home::Element(list, _)) => {
                if let Some(place) = self.inner.get_mut(list.0 as usize) {
                    place.push((inner, state));
                }
            }
            (Type::List(list), Home::Header(_)) => {
                if let Some(rows) = self.blank.rows_mut(list) {
                    rows.set_last_state(state);
                }
            }
            _ if !field.absent_means_none => {}
            (_, Home::Header(slot)) => self.blank.set_header(slot, Fact::None),
            (_, Home::Element(list, column)) => {
                let row = self.rows.get_mut(list.0 as usize);
                if let Some(cell) = row.and_then(|r| r.get_mut(column as usize)) {
                    *cell = Fact::None;
                }
                if let Some(nones) = self.nones.get_mut(list.0 as usize) {
                    nones.push(column);
                }
            }
        }
    }

    fn insert(&mut self, root: NodeId, parts: &[String], child: Child) {
        let Some((last, records)) = parts.split_last() else {
            return;
        };
        let mut node = root;
        for part in records {
            node = match self.node(node).find(part) {
                Some((_, _, Child::Record(inner))) => inner,
                Some(_) => return,
                None => {
                    let inner = NodeId(narrow(self.nodes.len()));
                    self.nodes.push(Node::default());
                    self.put(node, part, Child::Record(inner));
                    inner
                }
            };
        }
        self.put(node, last, child);
    }

    fn put(&mut self, node: NodeId, name: &str, child: Child) {
        let Some(node) = self.nodes.get_mut(node.0 as usize) else {
            return;
        };
        if let Err(at) = node.seek(name) {
            node.names.insert(at, (name.into(), child));
        }
    }

    /// The names of all records, in the order of their numbers.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter()
    }

    /// The declaration's own record.
    pub(crate) fn root(&self) -> NodeId {
        NodeId(0)
    }

    /// The record of a list's elements.
    pub(crate) fn element(&self, list: ListId) -> NodeId {
        self.elements
            .get(list.0 as usize)
            .copied()
            .unwrap_or(NodeId(u32::MAX))
    }

    /// The names of a record.
    pub(crate) fn node(&self, node: NodeId) -> &Node {
        self.nodes.get(node.0 as usize).unwrap_or(&NO_NODE)
    }

    /// Facts of which nothing is given.
    pub(crate) fn blank(&self) -> &Facts {
        &self.blank
    }

    /// An element of which nothing is given.
    pub(crate) fn blank_row(&self, list: ListId) -> &[Fact] {
        self.rows.get(list.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The columns that are none, not unknown, in an element of which nothing is given.
    #[inline]
    pub(crate) fn nones(&self, list: ListId) -> &[u32] {
        self.nones.get(list.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The lists inside a list, with what they are while not given.
    pub(crate) fn inner(&self, list: ListId) -> &[(ListId, ListState)] {
        self.inner.get(list.0 as usize).map_or(&[], Vec::as_slice)
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
