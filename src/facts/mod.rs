//! The facts of one declaration, prepared: every value is typed and checked against the schema.
//! Prepared facts belong to a schema and outlive a rule set.
//!
//! One who reads many declarations makes a [`json::Reader`] once and reads each onto a
//! [`sheet::Sheet`], which allocates nothing in steady state.
//!
//! ```
//! use kakou::facts::Facts;
//! use kakou::facts::edit::{Change, apply};
//! use kakou::facts::json::from_json;
//! use kakou::ground::limits::Limits;
//! # use kakou::schema::value::{FieldId, OutcomeId, Type};
//! # use kakou::schema::{Field, Home, Schema};
//! # let field = |path: &str, slot, typ| Field {
//! #     path: path.to_owned(),
//! #     parts: path.split('.').map(str::to_owned).collect(),
//! #     home: Home::Header(slot),
//! #     typ,
//! #     absent_means_none: false,
//! #     labels: Default::default(),
//! #     elements: Vec::new(),
//! # };
//! # let schema = Schema {
//! #     labels: Default::default(),
//! #     outcomes: Vec::new(),
//! #     missing: OutcomeId(0),
//! #     advice: OutcomeId(0),
//! #     departments: Vec::new(),
//! #     fields: vec![field("date", 0, Type::Date), field("head.copies", 1, Type::Integer)],
//! #     header: vec![FieldId(0), FieldId(1)],
//! #     lists: Vec::new(),
//! #     judged_on: FieldId(0),
//! #     id: None,
//! #     tables: Vec::new(),
//! #     units: None,
//! #     currencies: None,
//! #     rates: None,
//! #     places: Default::default(),
//! # };
//! let text = br#"{"date": "2026-05-12", "head": {"copies": 3}}"#;
//! let facts = from_json(&schema, text, &Limits::default()).unwrap();
//! let built = Facts::builder(&schema).set("date", "2026-05-12").set("head.copies", 3).build();
//! assert_eq!(built.as_ref(), Ok(&facts));
//! let changed = apply(&schema, &facts, &[Change::set("head.copies", 4)]).unwrap();
//! assert_ne!(changed, facts);
//!
//! let errors = from_json(&schema, br#"{"dat": "2026-05-12"}"#, &Limits::default()).unwrap_err();
//! let said = "E0704 at 1:2 `dat`: the schema has no such field (did you mean `date`?)";
//! assert_eq!(errors.to_string(), said);
//! ```

pub(crate) mod arith;
#[cfg(feature = "arrow")]
pub mod arrow;
pub mod batch;
pub(crate) mod bind;
#[cfg(feature = "generate")]
pub(crate) mod blank;
pub mod builder;
mod careful;
#[cfg(feature = "cli")]
pub(crate) mod chunk;
pub mod edit;
#[cfg(feature = "cli")]
mod elements;
pub mod error;
pub(crate) mod eval;
mod finite;
mod gather;
pub mod given;
mod index;
pub mod json;
pub(crate) mod key;
mod leaf;
#[cfg(feature = "generate")]
pub mod lines;
pub mod map;
mod only;
mod pen;
mod quick;
mod row;
mod rows;
pub mod serde;
pub mod sheet;
mod split;
mod straight;
mod tables;
pub mod volume;
mod words;
pub mod write;
mod written;

pub use rows::{ListState, Rows};

use crate::ground::day::Day;
use crate::schema::value::{Fact, FieldId, ListId, Value};
use crate::schema::{Home, Schema};
use key::Key;

/// The facts of one declaration.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::schema::value::Fact;
/// let schema = &rules.schema;
/// assert_eq!(facts.id(schema), Some("D-1"));
/// assert_eq!(facts.as_of(schema).map(|day| day.to_string()).as_deref(), Some("2026-08-03"));
/// assert_eq!(facts.header(0), facts.fact(schema, schema.header[0], None));
/// assert!(facts.assumed().is_empty());
///
/// // What is not given is unknown, and so is the day to judge on.
/// let field = schema.field_by_path("guarantee_free").ok_or("no such field")?;
/// assert_eq!(facts.fact(schema, field, None), &Fact::Unknown);
/// assert_eq!(kakou::Facts::unknown(schema).as_of(schema), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    header: Vec<Fact>,
    /// The keys of these, and behind them unknown ones, so that all stand four by four.
    keys: Vec<Key>,
    lists: Vec<Rows>,
    assumed: Vec<Assumed>,
}

/// A default that a map filled in.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::facts::Assumed;
/// let mut facts = facts;
/// facts.assume(Assumed { path: "items[1].unit".into(), value: "035".into() });
/// assert_eq!(facts.assumed()[0].path, "items[1].unit");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumed {
    /// The field's path, with places: `items[1].unit`.
    pub path: String,
    /// The value as text.
    pub value: String,
}

static UNKNOWN: Fact = Fact::Unknown;

/// How facts are read: by field and, where the field is an element's, by row.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, schema::value::Fact};
/// let schema = &rules.schema;
/// let facts = Facts::builder(schema)
///     .set("line", "first")
///     .element("items", |item| item.set("total", "9.00"))
///     .build()?;
/// let known = |path, row| schema.field_by_path(path).map(|field| *facts.fact(schema, field, row) != Fact::Unknown);
/// assert_eq!((known("line", None), known("item.total", Some(0))), (Some(true), Some(true)));
/// // Without its row, or in a row that is not there, nothing is known of an element.
/// assert_eq!((known("item.total", None), known("item.total", Some(1))), (Some(false), Some(false)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Facts {
    /// Facts of which nothing is known.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::Facts;
    /// // A builder that is given nothing makes the same, and one fact more is another declaration.
    /// let nothing = Facts::unknown(&rules.schema);
    /// assert_eq!(Facts::builder(&rules.schema).build()?, nothing);
    /// assert_ne!(Facts::builder(&rules.schema).set("line", "first").build()?, nothing);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unknown(schema: &Schema) -> Facts {
        let lists = schema.lists.iter().map(Rows::unknown).collect();
        Facts {
            header: vec![Fact::Unknown; schema.header.len()],
            keys: vec![Key::UNKNOWN; schema.header.len().next_multiple_of(key::QUAD)],
            lists,
            assumed: Vec::new(),
        }
    }

    /// A header fact by slot.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, schema::{Home, value::{Fact, Value}}};
    /// let facts = Facts::builder(&rules.schema).set("id", "D-1").build()?;
    /// let id = rules.schema.id.and_then(|id| rules.schema.field(id)).ok_or("no such field")?;
    /// let Home::Header(slot) = id.home else {
    ///     return Err("not in the header".into());
    /// };
    /// assert_eq!(facts.header(slot), &Fact::Value(Value::Text("D-1".into())));
    /// assert_eq!(facts.header(99), &Fact::Unknown); // The schema has no such slot.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header(&self, slot: u32) -> &Fact {
        self.header.get(slot as usize).unwrap_or(&UNKNOWN)
    }

    /// The keys of the header's facts, by slot.
    #[inline]
    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The key of a header fact.
    #[inline]
    pub(crate) fn key(&self, slot: u32) -> Key {
        self.keys
            .get(slot as usize)
            .copied()
            .unwrap_or(Key::UNKNOWN)
    }

    /// The rows of a list.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, schema::value::ListId};
    /// let facts = Facts::builder(&rules.schema)
    ///     .element("items", |item| item.set("total", "9.00"))
    ///     .element("items", |item| item.set("total", "12.00"))
    ///     .build()?;
    /// assert_eq!(facts.rows(ListId(0)).map(|items| items.len()), Some(2));
    /// assert!(facts.rows(ListId(1)).is_none()); // The schema has one list.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rows(&self, list: ListId) -> Option<&Rows> {
        self.lists.get(list.0 as usize)
    }

    /// A fact of a header field, or of an element by its row in the whole list.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, schema::value::{Fact, FieldId, Value}};
    /// let facts = Facts::builder(&rules.schema)
    ///     .element("items", |item| item.set("hs_code", "8471300000"))
    ///     .build()?;
    /// let field = rules.schema.field_by_path("item.hs_code").ok_or("no such field")?;
    /// let code = facts.fact(&rules.schema, field, Some(0));
    /// assert_eq!(code, &Fact::Value(Value::Hs("8471300000".parse()?)));
    /// assert_eq!(facts.fact(&rules.schema, FieldId(99), None), &Fact::Unknown);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fact(&self, schema: &Schema, field: FieldId, row: Option<u32>) -> &Fact {
        match (schema.field(field).map(|f| f.home), row) {
            (Some(Home::Header(slot)), _) => self.header(slot),
            (Some(Home::Element(list, column)), Some(row)) => self
                .rows(list)
                .map_or(&UNKNOWN, |rows| rows.cell(row, column)),
            _ => &UNKNOWN,
        }
    }

    /// What the map assumed.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::map::Map;
    /// let text = r#"{"fields": {"line": {"column": "Line", "default": "second"}}}"#;
    /// let map = Map::parse(&rules.schema, text)?;
    /// let empty = map.record(&["Line"], &[""])?;
    /// assert_eq!((empty.assumed()[0].path.as_str(), empty.assumed()[0].value.as_str()), ("line", "second"));
    /// // What is given need not be assumed.
    /// assert!(map.record(&["Line"], &["first"])?.assumed().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assumed(&self) -> &[Assumed] {
        &self.assumed
    }

    /// Notes an assumption.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{Assumed, Facts};
    /// let assume = |order: [&str; 2]| {
    ///     let mut facts = Facts::unknown(&rules.schema);
    ///     for path in order {
    ///         facts.assume(Assumed { path: path.into(), value: "first".into() });
    ///     }
    ///     facts
    /// };
    /// // The order in which a program assumes does not show in a verdict.
    /// assert_eq!(assume(["line", "id"]), assume(["id", "line"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assume(&mut self, assumed: Assumed) {
        self.assumed.push(assumed);
        self.assumed.sort();
    }

    /// Forgets what was assumed of an element that was taken away, and calls those behind it by their
    /// new places. The path is that of the list, up to its place.
    pub(crate) fn forget_element(&mut self, list: &str, place: u32) {
        self.assumed.retain_mut(|assumed| {
            let of_element = assumed.path.strip_prefix(list).and_then(|rest| {
                let (digits, rest) = rest.strip_prefix('[')?.split_once(']')?;
                Some((digits.parse::<u32>().ok()?, rest.to_owned()))
            });
            match of_element {
                Some((found, _)) if found == place => return false,
                Some((found, rest)) if found > place => {
                    assumed.path = format!("{list}[{}]{rest}", found - 1);
                }
                _ => {}
            }
            true
        });
        self.assumed.sort();
    }

    /// Sets a header fact by slot; the builder and the readers check types before.
    pub(crate) fn set_header(&mut self, slot: u32, fact: Fact) {
        let at = slot as usize;
        if let (Some(place), Some(key)) = (self.header.get_mut(at), self.keys.get_mut(at)) {
            *key = Key::of(&fact);
            *place = fact;
        }
    }

    /// Sets a header fact whose key is known, and hands over the one before where that has memory of its
    /// own.
    #[inline(always)]
    pub(crate) fn write_header(&mut self, slot: u32, fact: Fact, key: Key) -> Option<Fact> {
        let at = slot as usize;
        let (place, of) = (self.header.get_mut(at)?, self.keys.get_mut(at)?);
        *of = key;
        rows::replace(place, fact)
    }

    /// The rows of a list, to fill.
    #[inline]
    pub(crate) fn rows_mut(&mut self, list: ListId) -> Option<&mut Rows> {
        self.lists.get_mut(list.0 as usize)
    }

    /// The as-of date that the declaration itself gives.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::Facts;
    /// let facts = Facts::builder(&rules.schema).set("date", "2026-08-03").build()?;
    /// assert_eq!(facts.as_of(&rules.schema), Some("2026-08-03".parse()?));
    /// // No day is taken from a clock.
    /// assert_eq!(Facts::unknown(&rules.schema).as_of(&rules.schema), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_of(&self, schema: &Schema) -> Option<Day> {
        match self.fact(schema, schema.judged_on, None) {
            Fact::Value(Value::Date(day)) => Some(*day),
            _ => None,
        }
    }

    /// The same, or that it is missed.
    #[cfg(any(feature = "arrow", feature = "cli"))]
    pub(crate) fn day_to_judge(&self, schema: &Schema) -> Result<Day, error::FactError> {
        self.as_of(schema).ok_or_else(|| {
            let field = schema.field(schema.judged_on);
            let path = field.map_or("", |field| field.path.as_str());
            error::FactError::new(error::NO_DAY, path, "the day to judge on is not given")
        })
    }

    /// The identifier that the declaration gives.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::Facts;
    /// let facts = Facts::builder(&rules.schema).set("id", "D-1").build()?;
    /// assert_eq!(facts.id(&rules.schema), Some("D-1"));
    /// assert_eq!(Facts::unknown(&rules.schema).id(&rules.schema), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn id<'a>(&'a self, schema: &Schema) -> Option<&'a str> {
        match self.fact(schema, schema.id?, None) {
            Fact::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}
