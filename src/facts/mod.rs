//! The facts of one declaration, prepared: every value is typed and checked against the schema.
//! Prepared facts belong to a schema and outlive a rule set.
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
pub mod batch;
pub(crate) mod bind;
pub mod builder;
pub mod edit;
pub mod error;
pub(crate) mod eval;
mod finite;
mod gather;
pub mod given;
mod index;
pub mod json;
mod leaf;
pub mod map;
pub mod serde;
mod split;
pub mod write;
mod written;

use crate::ground::day::Day;
use crate::schema::value::{Fact, FieldId, ListId, Value};
use crate::schema::{Home, Schema};

/// Whether a list was given.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::facts::ListState;
/// let list = kakou::schema::value::ListId(0);
/// let state = |facts: &kakou::Facts| facts.rows(list).map(|rows| rows.state(0));
/// assert_eq!(state(&facts), Some(ListState::Given));
/// assert_eq!(state(&kakou::Facts::unknown(&rules.schema)), Some(ListState::Unknown));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ListState {
    /// Not given.
    #[default]
    Unknown,
    /// Given as empty: it has no elements.
    None,
    /// Given, and complete.
    Given,
}

/// The elements of one list of the schema. For a list inside a list, the elements of all its
/// owners follow each other.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// let rows = facts.rows(kakou::schema::value::ListId(0)).ok_or("no list")?;
/// assert_eq!((rows.len(), rows.is_empty(), rows.owners()), (1, false, 1));
/// assert_eq!((rows.of(0), rows.owner_of(0), rows.owner_of(1)), (0..1, Some(0), None));
/// assert_eq!(rows.row(0).first(), Some(rows.cell(0, 0)));
/// // Of a row that is not there nothing is known.
/// assert_eq!(rows.cell(7, 0), &kakou::schema::value::Fact::Unknown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// One for each owner: the declaration, or each element of the parent list.
    states: Vec<ListState>,
    /// The first row of each owner, and one past the last row of the last.
    starts: Vec<u32>,
    /// Row by row, one for each column.
    cells: Vec<Fact>,
    width: u32,
}

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

impl Facts {
    /// Facts of which nothing is known.
    pub fn unknown(schema: &Schema) -> Facts {
        let lists = schema
            .lists
            .iter()
            .map(|list| Rows {
                states: if list.parent.is_none() {
                    vec![ListState::Unknown]
                } else {
                    Vec::new()
                },
                starts: if list.parent.is_none() {
                    vec![0, 0]
                } else {
                    vec![0]
                },
                cells: Vec::new(),
                width: u32::try_from(list.columns.len()).unwrap_or(u32::MAX),
            })
            .collect();
        Facts {
            header: vec![Fact::Unknown; schema.header.len()],
            lists,
            assumed: Vec::new(),
        }
    }

    /// A header fact by slot.
    pub fn header(&self, slot: u32) -> &Fact {
        self.header.get(slot as usize).unwrap_or(&UNKNOWN)
    }

    /// The rows of a list.
    pub fn rows(&self, list: ListId) -> Option<&Rows> {
        self.lists.get(list.0 as usize)
    }

    /// A fact of a header field, or of an element by its row in the whole list.
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
    pub fn assumed(&self) -> &[Assumed] {
        &self.assumed
    }

    /// Notes an assumption.
    pub fn assume(&mut self, assumed: Assumed) {
        self.assumed.push(assumed);
        self.assumed.sort();
    }

    /// Sets a header fact by slot; the builder and the readers check types before.
    pub(crate) fn set_header(&mut self, slot: u32, fact: Fact) {
        if let Some(place) = self.header.get_mut(slot as usize) {
            *place = fact;
        }
    }

    /// The rows of a list, to fill.
    pub(crate) fn rows_mut(&mut self, list: ListId) -> Option<&mut Rows> {
        self.lists.get_mut(list.0 as usize)
    }

    /// The as-of date that the declaration itself gives.
    pub fn as_of(&self, schema: &Schema) -> Option<Day> {
        match self.fact(schema, schema.judged_on, None) {
            Fact::Value(Value::Date(day)) => Some(*day),
            _ => None,
        }
    }

    /// The identifier that the declaration gives.
    pub fn id<'a>(&'a self, schema: &Schema) -> Option<&'a str> {
        match self.fact(schema, schema.id?, None) {
            Fact::Value(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl Rows {
    /// Whether the list of that owner was given; 0 is the only owner of a list of the header.
    pub fn state(&self, owner: u32) -> ListState {
        self.states.get(owner as usize).copied().unwrap_or_default()
    }

    /// The rows of that owner.
    pub fn of(&self, owner: u32) -> std::ops::Range<u32> {
        let at = owner as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => *start..*end,
            _ => 0..0,
        }
    }

    /// How many rows there are, of all owners.
    pub fn len(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A fact by row and column.
    pub fn cell(&self, row: u32, column: u32) -> &Fact {
        self.row(row).get(column as usize).unwrap_or(&UNKNOWN)
    }

    /// All facts of a row, by column.
    pub fn row(&self, row: u32) -> &[Fact] {
        let width = self.width as usize;
        let start = row as usize * width;
        self.cells.get(start..start + width).unwrap_or(&[])
    }

    /// Adds the list of the next owner. Owners come in order.
    pub(crate) fn push_owner(&mut self, state: ListState) {
        self.states.push(state);
        self.starts.push(self.len());
    }

    /// Says of the last owner whether its list was given.
    pub(crate) fn set_last_state(&mut self, state: ListState) {
        if let Some(last) = self.states.last_mut() {
            *last = state;
        }
    }

    /// Adds a row of unknown facts to the last owner and says its number.
    pub(crate) fn push_row(&mut self) -> u32 {
        let row = self.len();
        self.cells
            .extend(std::iter::repeat_n(Fact::Unknown, self.width as usize));
        if let Some(end) = self.starts.last_mut() {
            *end += 1;
        }
        row
    }

    /// Adds a row of these facts, one for each column, to the last owner and says its number.
    pub(crate) fn push_row_of(&mut self, cells: &[Fact]) -> u32 {
        if cells.len() != self.width as usize {
            return self.push_row();
        }
        let row = self.len();
        self.cells.extend_from_slice(cells);
        if let Some(end) = self.starts.last_mut() {
            *end += 1;
        }
        row
    }

    /// Takes away the rows of an owner and says which rows they were.
    pub(crate) fn clear_owner(&mut self, owner: u32, state: ListState) -> std::ops::Range<u32> {
        let gone = self.of(owner);
        let at = owner as usize;
        if let Some(place) = self.states.get_mut(at) {
            *place = state;
        }
        self.drop_cells(&gone);
        for start in self.starts.iter_mut().skip(at + 1) {
            *start -= gone.end - gone.start;
        }
        gone
    }

    /// Takes away owners with their rows and says which rows they were.
    pub(crate) fn remove_owners(&mut self, owners: std::ops::Range<u32>) -> std::ops::Range<u32> {
        let start = self.of(owners.start).start;
        let end = owners
            .end
            .checked_sub(1)
            .map_or(start, |last| self.of(last).end);
        if owners.is_empty() {
            return start..start;
        }
        self.drop_cells(&(start..end));
        let range = owners.start as usize..(owners.end as usize).min(self.states.len());
        self.states.drain(range.clone());
        self.starts.drain(range);
        for later in self.starts.iter_mut().skip(owners.start as usize) {
            *later -= end - start;
        }
        start..end
    }

    fn drop_cells(&mut self, rows: &std::ops::Range<u32>) {
        let width = self.width as usize;
        let end = (rows.end as usize * width).min(self.cells.len());
        self.cells
            .drain((rows.start as usize * width).min(end)..end);
    }

    /// How many owners there are.
    pub fn owners(&self) -> u32 {
        u32::try_from(self.states.len()).unwrap_or(u32::MAX)
    }

    /// The owner of a row.
    pub fn owner_of(&self, row: u32) -> Option<u32> {
        // An owner without rows ends where it starts, so the last start up to the row is its owner's.
        let owner = self
            .starts
            .partition_point(|start| *start <= row)
            .checked_sub(1)?;
        let owner = u32::try_from(owner).ok()?;
        (row < self.len()).then_some(owner)
    }

    /// Sets a fact by row and column.
    pub(crate) fn set_cell(&mut self, row: u32, column: u32, fact: Fact) {
        let at = row as usize * self.width as usize + column as usize;
        if let Some(place) = self.cells.get_mut(at) {
            *place = fact;
        }
    }
}
