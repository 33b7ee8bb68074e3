//! Declarations from JSON with care: whatever stands there is read to its end, and all that is
//! wrong is said with its path and place.

use super::error::{self, FactErrors, did_you_mean, shown};
use super::gather::{CodeSet, Frame, Gather};
use super::index::{Child, Index, Leaf, Node, NodeId};
use super::json::{not_json, not_utf8, too_large};
use super::leaf::Fault;
use super::written::{Given, Written};
use super::{Facts, ListState};
use crate::ground::limits::Limits;
use crate::schema::Schema;
use crate::schema::value::{Fact, ListId, Type};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Reads one declaration.
pub(super) fn read(
    schema: &Schema,
    index: &Index,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Facts, FactErrors> {
    if bytes.len() > limits.record_bytes {
        return Err(too_large(limits).into());
    }
    let text = std::str::from_utf8(bytes).map_err(|e| not_utf8(bytes, e.valid_up_to()))?;
    let mut run = Run {
        gather: Gather::new(schema, index, text),
        text,
        nesting: limits.nesting,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let seed = RecordSeed {
        run: &mut run,
        node: index.root(),
        row: 0,
        frame: &Frame::ROOT,
        at: Some(0),
        whole: true,
    };
    let end = seed.deserialize(&mut json).and_then(|_| json.end());
    if let Err(e) = end {
        return Err(not_json(text, &e).into());
    }
    run.gather.finish()
}

/// What is carried through one record.
struct Run<'r> {
    gather: Gather<'r>,
    text: &'r str,
    nesting: usize,
}

impl Run<'_> {
    /// The byte at which a part of the text begins.
    fn offset(&self, part: &str) -> Option<usize> {
        let at = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (at <= self.text.len()).then_some(at)
    }

    fn wrong_type(&mut self, expected: &str, found: &str, at: Option<usize>, frame: &Frame<'_>) {
        let message = format!("expected {expected}, found {found}");
        self.gather
            .fault(Fault::new(error::WRONG_TYPE, message), at, || frame.path());
    }
}

/// What a key of a record is.
enum Key {
    /// A name of the schema, by its place among the record's names.
    Known(usize, Option<usize>),
    /// No name of the schema; the error is noted.
    Unknown,
}

/// Reads a key and finds it in the schema.
struct KeySeed<'x, 'r> {
    run: &'x mut Run<'r>,
    node: &'r Node,
    frame: &'x Frame<'x>,
}

impl KeySeed<'_, '_> {
    fn find(self, name: &str, at: Option<usize>) -> Key {
        if let Some((place, _, _)) = self.node.find(name) {
            return Key::Known(place, at);
        }
        let fault = Fault {
            code: error::UNKNOWN_FIELD,
            message: "the schema has no such field".to_owned(),
            help: if self.run.gather.is_full() {
                None
            } else {
                did_you_mean(name, sorted(self.node))
            },
        };
        let frame = self.frame;
        self.run
            .gather
            .fault(fault, at, || frame.name(&shown(name)).path());
        Key::Unknown
    }
}

fn sorted(node: &Node) -> Vec<&str> {
    let mut names: Vec<&str> = node.names().collect();
    names.sort_unstable();
    names
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_, '_> {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Key, D::Error> {
        d.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed<'_, '_> {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }
    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key, E> {
        let at = self.run.offset(name).and_then(|at| at.checked_sub(1));
        Ok(self.find(name, at))
    }
    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(self.find(name, None))
    }
}

/// Reads a record.
struct RecordSeed<'x, 'r> {
    run: &'x mut Run<'r>,
    node: NodeId,
    row: u32,
    frame: &'x Frame<'x>,
    at: Option<usize>,
    /// Whether it is a declaration or an element, which are there or not but never empty.
    whole: bool,
}

/// A visitor's answers to all that is not expected: an error is noted and reading goes on.
macro_rules! anything_else {
    ($expected:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($expected)
        }
        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            self.run
                .wrong_type($expected, "true or false", self.at, self.frame);
            Ok(())
        }
        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            self.run
                .wrong_type($expected, "a number", self.at, self.frame);
            Ok(())
        }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            self.run
                .wrong_type($expected, "a number", self.at, self.frame);
            Ok(())
        }
        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            self.run
                .wrong_type($expected, "a number", self.at, self.frame);
            Ok(())
        }
        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            self.run
                .wrong_type($expected, "a text", self.at, self.frame);
            Ok(())
        }
    };
}

impl<'de> DeserializeSeed<'de> for RecordSeed<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        if self.frame.depth() > self.run.nesting {
            let frame = self.frame;
            let message = format!("records nest deeper than {} levels", self.run.nesting);
            self.run
                .gather
                .fault(Fault::new(error::TOO_DEEP, message), self.at, || {
                    frame.path()
                });
            return d.deserialize_ignored_any(IgnoredAny).map(|_| ());
        }
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_, '_> {
    type Value = ();
    anything_else!("a record");

    fn visit_unit<E>(self) -> Result<(), E> {
        if self.whole {
            self.run.wrong_type("a record", "null", self.at, self.frame);
        } else {
            self.run.gather.none(self.node, self.row);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.run
            .wrong_type("a record", "a list", self.at, self.frame);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let RecordSeed {
            run,
            node,
            row,
            frame,
            ..
        } = self;
        let node = run.gather.index.node(node);
        let mut given = Given::default();
        while let Some(key) = map.next_key_seed(KeySeed { run, node, frame })? {
            let known = match key {
                Key::Known(place, at) => node
                    .at(place)
                    .map(|(_, name, child)| (place, at, name, child)),
                Key::Unknown => None,
            };
            let Some((place, at, name, child)) = known else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let frame = &frame.name(name);
            if !given.note(place) {
                let fault = Fault::new(error::GIVEN_TWICE, "given twice");
                run.gather.fault(fault, at, || frame.path());
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            match child {
                Child::Leaf(leaf) if matches!(leaf.typ, Type::Set(_)) => {
                    map.next_value_seed(SetSeed {
                        run,
                        leaf,
                        row,
                        frame,
                        at,
                    })?;
                }
                Child::Leaf(leaf) => {
                    let raw: &RawValue = map.next_value()?;
                    let at = run.offset(raw.get());
                    match Written::of(raw.get()) {
                        Ok(text) => run.gather.leaf(leaf, row, text.raw(), at, frame),
                        Err(fault) => run.gather.fault(fault, at, || frame.path()),
                    }
                }
                Child::Record(inner) => {
                    map.next_value_seed(RecordSeed {
                        run,
                        node: inner,
                        row,
                        frame,
                        at,
                        whole: false,
                    })?;
                }
                Child::List(list, _) => {
                    map.next_value_seed(ListSeed {
                        run,
                        list,
                        frame,
                        at,
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a list of records.
struct ListSeed<'x, 'r> {
    run: &'x mut Run<'r>,
    list: ListId,
    frame: &'x Frame<'x>,
    at: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_, '_> {
    type Value = ();
    anything_else!("a list of records");

    fn visit_unit<E>(self) -> Result<(), E> {
        self.run.gather.state(self.list, ListState::None);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.run
            .wrong_type("a list of records", "a record", self.at, self.frame);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let ListSeed {
            run,
            list,
            frame,
            at,
        } = self;
        run.gather.state(list, ListState::Given);
        let most = run.gather.schema.list(list).map_or(0, |l| l.most);
        let mut place = 0u32;
        while place < most {
            let element = &frame.place(place.saturating_add(1));
            if seq
                .next_element_seed(ElementSeed {
                    run,
                    list,
                    frame: element,
                    at,
                })?
                .is_none()
            {
                run.gather.close_list(list, u64::from(place), at, frame);
                return Ok(());
            }
            place += 1;
        }
        let mut given = u64::from(place);
        while seq.next_element::<IgnoredAny>()?.is_some() {
            given += 1;
        }
        run.gather.close_list(list, given, at, frame);
        Ok(())
    }
}

/// Reads one element of a list. It is asked only for an element that is there, so it may begin a row.
struct ElementSeed<'x, 'r> {
    run: &'x mut Run<'r>,
    list: ListId,
    frame: &'x Frame<'x>,
    at: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for ElementSeed<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        let ElementSeed {
            run,
            list,
            frame,
            at,
        } = self;
        let row = run.gather.open_row(list);
        let node = run.gather.index.element(list);
        RecordSeed {
            run,
            node,
            row,
            frame,
            at,
            whole: true,
        }
        .deserialize(d)
    }
}

/// Reads a set of codes.
struct SetSeed<'x, 'r> {
    run: &'x mut Run<'r>,
    leaf: Leaf,
    row: u32,
    frame: &'x Frame<'x>,
    at: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for SetSeed<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SetSeed<'_, '_> {
    type Value = ();
    anything_else!("a list of codes");

    fn visit_unit<E>(self) -> Result<(), E> {
        self.run.gather.put(self.leaf, self.row, Fact::None);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.run
            .wrong_type("a list of codes", "a record", self.at, self.frame);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let SetSeed {
            run,
            leaf,
            row,
            frame,
            ..
        } = self;
        let mut codes = CodeSet::default();
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            let at = run.offset(raw.get());
            match Written::of(raw.get()) {
                Ok(text) => run.gather.add_code(&mut codes, leaf, text.raw(), at, frame),
                Err(fault) => run.gather.fault(fault, at, || frame.path()),
            }
        }
        run.gather.put_set(leaf, row, codes);
        Ok(())
    }
}
