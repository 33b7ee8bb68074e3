//! Declarations from JSON, in one pass and led by the schema: no tree is made, numbers are read
//! from their digits, and every fact is typed on the way.

use super::error::{self, FactError, FactErrors, Position, did_you_mean, shown};
use super::gather::{CodeSet, Frame, Gather};
use super::index::{Child, Index, Leaf, Node, NodeId};
use super::leaf::Fault;
use super::written::{Given, Written};
use super::{Facts, ListState};
use crate::ground::limits::Limits;
use crate::schema::Schema;
use crate::schema::value::{Fact, ListId, Type};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::sync::Arc;

/// Reads declarations of one schema; made once, used from many threads.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Limits, facts::json::Reader};
/// let reader = Reader::new(rules.schema.clone());
/// assert!(reader.read(br#"{"id": "D-1", "line": "second"}"#).is_ok());
/// let refused = reader.read(br#"{"id": "D-1", "line": "third"}"#).unwrap_err();
/// assert_eq!(refused.errors[0].path, "line");
///
/// let small = reader.with_limits(Limits { record_bytes: 8, ..Limits::default() });
/// assert!(small.read(br#"{"id": "D-1"}"#).is_err());
/// assert_eq!((small.limits().record_bytes, small.schema()), (8, &rules.schema));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reader {
    schema: Arc<Schema>,
    index: Arc<Index>,
    limits: Limits,
}

/// One reader serves all threads.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::json::Reader;
/// let reader = Reader::new(rules.schema.clone());
/// let texts = [r#"{"id": "D-1"}"#, r#"{"id": "D-2"}"#];
/// let read = std::thread::scope(|scope| {
///     texts.map(|text| scope.spawn(|| reader.read(text.as_bytes()))).map(|thread| thread.join().unwrap())
/// });
/// let ids = read.each_ref().map(|facts| facts.as_ref().ok().and_then(|facts| facts.id(&rules.schema)));
/// assert_eq!(ids, [Some("D-1"), Some("D-2")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Reader {
    /// A reader with the usual limits.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate").unwrap();
    /// use kakou::{Limits, facts::json::Reader};
    /// assert_eq!(Reader::new(rules.schema.clone()).limits(), &Limits::default());
    /// ```
    pub fn new(schema: Arc<Schema>) -> Reader {
        let index = Arc::new(Index::new(&schema));
        Reader {
            schema,
            index,
            limits: Limits::default(),
        }
    }

    /// The same reader with other limits.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate").unwrap();
    /// use kakou::{Limits, facts::json::Reader};
    /// let reader = Reader::new(rules.schema.clone());
    /// let small = reader.clone().with_limits(Limits { record_bytes: 12, ..Limits::default() });
    /// let text = br#"{"id": "D-1"}"#; // 13 bytes
    /// assert!(reader.read(text).is_ok());
    /// assert_eq!(small.read(text).unwrap_err().errors[0].code.0, "E0701");
    /// ```
    pub fn with_limits(self, limits: Limits) -> Reader {
        Reader { limits, ..self }
    }

    /// The schema that it reads by.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate").unwrap();
    /// use kakou::facts::json::Reader;
    /// let reader = Reader::new(rules.schema.clone());
    /// let facts = reader.read(br#"{"id": "D-1"}"#).unwrap();
    /// assert_eq!(facts.id(reader.schema()), Some("D-1")); // The facts are read by the same schema.
    /// ```
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The limits that it keeps.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate").unwrap();
    /// use kakou::{Limits, facts::json::Reader};
    /// let limits = Limits { record_bytes: 512, ..Limits::default() };
    /// let reader = Reader::new(rules.schema.clone()).with_limits(limits);
    /// assert_eq!(reader.limits().record_bytes, 512);
    /// ```
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads one declaration: a JSON object and nothing else.
    ///
    /// # Errors
    /// All that is wrong with it, each with its path; see [`error::CODES`].
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::json::Reader;
    /// let reader = Reader::new(rules.schema.clone());
    /// assert!(reader.read(br#"{"weight_error": 0.04}"#).is_ok());
    /// let code = |text: &str| reader.read(text.as_bytes()).map_err(|refused| refused.errors[0].code.0);
    /// assert_eq!(code(r#"{"weight_error": 4e-2}"#), Err("E0709")); // Not exact as written.
    /// assert_eq!(code(r#"{"id": "D-1", "id": "D-2"}"#), Err("E0705")); // Given twice.
    /// assert_eq!(code(r#"{"id": "D-1"} {}"#), Err("E0702")); // Something follows.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(&self, bytes: &[u8]) -> Result<Facts, FactErrors> {
        read(&self.schema, &self.index, bytes, &self.limits)
    }
}

/// Reads one declaration from JSON; for many of one schema make a [`Reader`].
///
/// # Errors
/// All that is wrong with it, each with its path; see [`error::CODES`].
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Limits, facts::json::from_json};
/// let facts = from_json(&rules.schema, br#"{"date": "2026-08-03"}"#, &Limits::default())?;
/// assert!(facts.as_of(&rules.schema).is_some());
/// let refused = from_json(&rules.schema, br#"{"date": "2026-02-30"}"#, &Limits::default());
/// assert_eq!(refused.unwrap_err().errors[0].code.0, "E0711");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn from_json(schema: &Schema, bytes: &[u8], limits: &Limits) -> Result<Facts, FactErrors> {
    read(schema, &Index::new(schema), bytes, limits)
}

fn read(
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

pub(crate) fn too_large(limits: &Limits) -> FactError {
    FactError::new(
        error::TOO_LARGE,
        "",
        format!("the record is larger than {} bytes", limits.record_bytes),
    )
}

pub(crate) fn not_utf8(bytes: &[u8], at: usize) -> FactError {
    FactError::new(error::NOT_UTF8, "", "the text is not UTF-8").at(Some(Position::of(bytes, at)))
}

/// What the JSON parser says, without the place that it puts at the end of its message.
pub(crate) fn not_json(text: &str, e: &serde_json::Error) -> FactError {
    let line_start = match e.line() {
        0 | 1 => 0,
        line => text
            .match_indices('\n')
            .nth(line - 2)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    let byte = (line_start + e.column().saturating_sub(1)).min(text.len());
    let said = e.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    FactError::new(error::NOT_JSON, "", format!("not JSON: {}", shown(said)))
        .at(Some(Position::of(text.as_bytes(), byte)))
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
