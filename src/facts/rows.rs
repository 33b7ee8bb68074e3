//! The elements of lists, row by row.

use super::key::Key;
use crate::schema::List;
use crate::schema::value::{Fact, Value};

/// Puts a fact in the place of another and hands that over where it has memory of its own. What has none
/// is not looked at again, as dropping it would.
#[inline(always)]
pub(super) fn replace(place: &mut Fact, fact: Fact) -> Option<Fact> {
    let before = std::mem::replace(place, fact);
    if has_memory(&before) {
        return Some(before);
    }
    std::mem::forget(before);
    None
}

#[inline(always)]
fn has_memory(fact: &Fact) -> bool {
    let Fact::Value(value) = fact else {
        return false;
    };
    match value {
        Value::Text(_) | Value::Set(_) => true,
        Value::Bool(_) | Value::Number(_) | Value::Money(..) | Value::Quantity(..) => false,
        Value::Date(_) | Value::Code(_) | Value::Hs(_) => false,
    }
}

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
#[derive(Debug, Default)]
pub struct Rows {
    /// One for each owner: the declaration, or each element of the parent list.
    states: Vec<ListState>,
    /// The first row of each owner, and one past the last row of the last.
    starts: Vec<u32>,
    /// Row by row, one for each column. Behind them unknown ones may follow, for rows to come.
    cells: Vec<Fact>,
    /// The keys of the cells.
    keys: Vec<Key>,
    width: u32,
    /// Which cells were written one by one, so that no others need be made blank.
    written: Vec<u32>,
}

/// Without the room for rows to come.
impl Clone for Rows {
    fn clone(&self) -> Rows {
        Rows {
            states: self.states.clone(),
            starts: self.starts.clone(),
            cells: self.cells().to_vec(),
            keys: self.keys.clone(),
            width: self.width,
            written: Vec::new(),
        }
    }
}

/// Equal are lists of the same rows, whatever stood there before.
impl PartialEq for Rows {
    fn eq(&self, other: &Rows) -> bool {
        self.states == other.states
            && self.starts == other.starts
            && self.width == other.width
            && self.cells() == other.cells()
    }
}

impl Eq for Rows {}

/// A list inside a list: the seals of all items stand in one sequence, and each item owns its part.
///
/// ```
/// # let text = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  items : 0 to 9 item\n\
/// #     \x20 item.seals : 0 to 9 seal\n  seal.number : text\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
/// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
/// use kakou::{Facts, schema::value::ListId};
/// let facts = Facts::builder(&rules.schema)
///     .element("items", |item| item.element("seals", |seal| seal.set("number", "A")))
///     .element("items", |item| item.no_elements("seals"))
///     .element("items", |item| item.element("seals", |seal| seal).element("seals", |seal| seal))
///     .build()?;
/// // Lists are numbered by the paths of their fields: `item.seals` comes before `items`.
/// let (seals, items) = (facts.rows(ListId(0)).ok_or("no list")?, facts.rows(ListId(1)).ok_or("no list")?);
/// assert_eq!((items.len(), seals.owners(), seals.len()), (3, 3, 3));
/// for item in 0..items.len() {
///     assert!(seals.of(item).all(|seal| seals.owner_of(seal) == Some(item)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Rows {
    /// A list of which nothing is known. One inside another list has no owner yet.
    pub(super) fn unknown(list: &List) -> Rows {
        let in_header = list.parent.is_none();
        Rows {
            states: vec![ListState::Unknown; usize::from(in_header)],
            starts: vec![0; 1 + usize::from(in_header)],
            cells: Vec::new(),
            keys: Vec::new(),
            width: u32::try_from(list.columns.len()).unwrap_or(u32::MAX),
            written: Vec::new(),
        }
    }

    /// Whether the list of that owner was given; 0 is the only owner of a list of the header.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{Facts, ListState, given::Given};
    /// use kakou::schema::value::ListId;
    /// let state = |facts: &Facts| facts.rows(ListId(0)).map(|rows| rows.state(0));
    /// let given = |builder: kakou::facts::builder::Builder<'_>| builder.build().map(|facts| state(&facts));
    /// let builder = Facts::builder(&rules.schema);
    /// assert_eq!(given(builder.clone().element("items", |item| item))?, Some(ListState::Given));
    /// assert_eq!(given(builder.clone().set("items", Given::None))?, Some(ListState::None));
    /// assert_eq!(given(builder)?, Some(ListState::Unknown));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn state(&self, owner: u32) -> ListState {
        self.states.get(owner as usize).copied().unwrap_or_default()
    }

    /// The rows of that owner.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, schema::value::ListId};
    /// let facts = Facts::builder(&rules.schema)
    ///     .element("items", |item| item)
    ///     .element("items", |item| item)
    ///     .build()?;
    /// let items = facts.rows(ListId(0)).ok_or("no list")?;
    /// assert_eq!(items.of(0), 0..2);
    /// assert!(items.of(1).is_empty()); // The declaration is the only owner.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(&self, owner: u32) -> std::ops::Range<u32> {
        let at = owner as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(start), Some(end)) => *start..*end,
            _ => 0..0,
        }
    }

    /// How many rows there are, of all owners.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, facts::Rows, schema::value::ListId};
    /// let facts = Facts::builder(&rules.schema).element("items", |item| item).build()?;
    /// assert_eq!(facts.rows(ListId(0)).map(Rows::len), Some(1));
    /// // Of a list that was not given no row is there, which does not say that it is empty.
    /// assert_eq!(Facts::unknown(&rules.schema).rows(ListId(0)).map(Rows::len), Some(0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> u32 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there are no rows.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, facts::Rows, schema::value::ListId};
    /// let facts = Facts::builder(&rules.schema).element("items", |item| item).build()?;
    /// assert_eq!(facts.rows(ListId(0)).map(Rows::is_empty), Some(false));
    /// assert!(Rows::default().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A fact by row and column.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, schema::{Home, value::{Fact, ListId}}};
    /// let facts = Facts::builder(&rules.schema)
    ///     .element("items", |item| item.set("total", "9.00"))
    ///     .build()?;
    /// let total = rules.schema.field_by_path("item.total").ok_or("no such field")?;
    /// let Some(Home::Element(list, column)) = rules.schema.field(total).map(|field| field.home) else {
    ///     return Err("not in a list".into());
    /// };
    /// let items = facts.rows(list).ok_or("no list")?;
    /// assert_eq!(items.cell(0, column), facts.fact(&rules.schema, total, Some(0)));
    /// assert_eq!(items.cell(1, column), &Fact::Unknown); // There is no second item.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cell(&self, row: u32, column: u32) -> &Fact {
        self.row(row).get(column as usize).unwrap_or(&Fact::Unknown)
    }

    /// All facts of a row, by column.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, schema::value::{Fact, ListId}};
    /// let facts = Facts::builder(&rules.schema)
    ///     .element("items", |item| item.set("total", "9.00"))
    ///     .build()?;
    /// let items = facts.rows(ListId(0)).ok_or("no list")?;
    /// let known = items.row(0).iter().filter(|fact| **fact != Fact::Unknown).count();
    /// assert_eq!((items.row(0).len(), known), (2, 1));
    /// assert!(items.row(1).is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn row(&self, row: u32) -> &[Fact] {
        let width = self.width as usize;
        let start = row as usize * width;
        self.cells().get(start..start + width).unwrap_or(&[])
    }

    /// The cells of the rows that are there.
    #[inline]
    fn cells(&self) -> &[Fact] {
        self.cells.get(..self.keys.len()).unwrap_or(&self.cells)
    }

    /// The keys of a row.
    #[inline]
    pub(crate) fn keys(&self, row: u32) -> &[Key] {
        let width = self.width as usize;
        let start = row as usize * width;
        self.keys.get(start..start + width).unwrap_or(&[])
    }

    /// The keys from that of a column in a row on, and after how many the one of the next row comes;
    /// nothing where there is no such column.
    #[inline]
    pub(crate) fn column(&self, row: u32, column: u32) -> Option<(&[Key], usize)> {
        let width = self.width as usize;
        let start = row as usize * width + column as usize;
        (column < self.width).then_some((self.keys.get(start..)?, width))
    }

    /// The same rows with some of their columns; the others are unknown.
    pub(super) fn with_columns(&self, keep: impl Fn(usize) -> bool) -> Rows {
        let mut rows = self.clone();
        let width = (self.width as usize).max(1);
        for (at, (cell, key)) in rows.cells.iter_mut().zip(&mut rows.keys).enumerate() {
            if !keep(at % width) {
                (*cell, *key) = (Fact::Unknown, Key::UNKNOWN);
            }
        }
        rows
    }

    /// Adds the list of the next owner. Owners come in order.
    pub(crate) fn push_owner(&mut self, state: ListState) {
        self.states.push(state);
        self.starts.push(self.len());
    }

    /// Says that the list of an owner is given as empty; false where it has elements.
    #[cfg(feature = "arrow")]
    pub(super) fn set_none(&mut self, owner: u32) -> bool {
        let empty = self.of(owner).is_empty();
        match self.states.get_mut(owner as usize) {
            Some(state) if empty => {
                *state = ListState::None;
                true
            }
            _ => false,
        }
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
        let cells = self.keys.len() + self.width as usize;
        if self.cells.len() < cells {
            self.cells.resize_with(cells, || Fact::Unknown);
        }
        self.keys.resize(cells, Key::UNKNOWN);
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
        self.trim();
        self.cells.extend_from_slice(cells);
        self.keys.extend(cells.iter().map(Key::of));
        if let Some(end) = self.starts.last_mut() {
            *end += 1;
        }
        row
    }

    /// Makes it what it is in facts of which nothing is given, in the same memory, and hands over what
    /// stood there in memory of its own. All that was written was written cell by cell.
    pub(super) fn reset(&mut self, blank: &Rows, mut over: impl FnMut(Fact)) {
        self.states.clear();
        self.states.extend_from_slice(&blank.states);
        self.starts.clear();
        self.starts.extend_from_slice(&blank.starts);
        self.keys.clear();
        for at in self.written.drain(..) {
            let cell = self.cells.get_mut(at as usize);
            if let Some(fact) = cell.and_then(|cell| replace(cell, Fact::Unknown)) {
                over(fact);
            }
        }
        debug_assert!(self.cells.iter().all(|cell| *cell == Fact::Unknown));
    }

    /// Lets go of the room for rows to come.
    pub(super) fn trim(&mut self) {
        self.cells.truncate(self.keys.len());
        self.written = Vec::new();
    }

    /// Whether nobody wrote in it since it was blank.
    #[inline]
    pub(super) fn is_as(&self, blank: &Rows) -> bool {
        match (self.states.as_slice(), blank.states.as_slice()) {
            ([state], [was]) => state == was && self.keys.is_empty() && self.is_empty(),
            (now, was) => now.is_empty() && was.is_empty(),
        }
    }

    /// Adds a row to the last owner in which these columns are none and the others unknown.
    #[inline]
    pub(super) fn push_blank_row(&mut self, nones: &[u32]) -> u32 {
        let row = self.push_row();
        for column in nones {
            self.write(row, *column, Fact::None, Key::NONE);
        }
        row
    }

    /// Gives an owner so many rows in which these columns are none and the others unknown, and tells
    /// the first. Owners come in order: nothing where this one or one behind it has rows.
    #[cfg(feature = "arrow")]
    pub(super) fn give(&mut self, owner: u32, rows: u32, nones: &[u32]) -> Option<u32> {
        let (at, first) = (owner as usize, self.len());
        let [start, later @ ..] = self.starts.get_mut(at..)? else {
            return None;
        };
        if *start != first {
            return None;
        }
        later.iter_mut().for_each(|start| *start += rows);
        *self.states.get_mut(at)? = ListState::Given;
        let cells = self.keys.len() + rows as usize * self.width as usize;
        if self.cells.len() < cells {
            self.cells.resize_with(cells, || Fact::Unknown);
        }
        self.keys.resize(cells, Key::UNKNOWN);
        for row in first..first + rows {
            for column in nones {
                self.write(row, *column, Fact::None, Key::NONE);
            }
        }
        Some(first)
    }

    /// Sets a fact whose key is known.
    #[inline(always)]
    pub(super) fn write(&mut self, row: u32, column: u32, fact: Fact, key: Key) {
        let at = row as usize * self.width as usize + column as usize;
        if let (Some(place), Some(of)) = (self.cells.get_mut(at), self.keys.get_mut(at)) {
            *of = key;
            replace(place, fact);
            self.written.push(at as u32);
        }
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

    /// Takes one row away; those behind it move up.
    pub(crate) fn remove_row(&mut self, row: u32) {
        let Some(owner) = self.owner_of(row) else {
            return;
        };
        self.drop_cells(&(row..row + 1));
        for start in self.starts.iter_mut().skip(owner as usize + 1) {
            *start -= 1;
        }
    }

    fn drop_cells(&mut self, rows: &std::ops::Range<u32>) {
        self.trim();
        let width = self.width as usize;
        let end = (rows.end as usize * width).min(self.cells.len());
        let gone = (rows.start as usize * width).min(end)..end;
        self.cells.drain(gone.clone());
        self.keys.drain(gone);
    }

    /// How many owners there are.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, facts::Rows, schema::value::ListId};
    /// // The declaration owns its items, whether or not it says any.
    /// assert_eq!(Facts::unknown(&rules.schema).rows(ListId(0)).map(Rows::owners), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn owners(&self) -> u32 {
        u32::try_from(self.states.len()).unwrap_or(u32::MAX)
    }

    /// The owner of a row.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  items : 0 to 9 item\n\
    /// #     \x20 item.seals : 0 to 9 seal\n  seal.number : text\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// use kakou::{Facts, schema::value::ListId};
    /// let facts = Facts::builder(&rules.schema)
    ///     .element("items", |item| item.no_elements("seals"))
    ///     .element("items", |item| item.element("seals", |seal| seal.set("number", "A")))
    ///     .build()?;
    /// let seals = facts.rows(ListId(0)).ok_or("no list")?;
    /// assert_eq!(seals.owner_of(0), Some(1)); // The first seal is on the second item.
    /// assert_eq!(seals.owner_of(1), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        if let (Some(place), Some(key)) = (self.cells.get_mut(at), self.keys.get_mut(at)) {
            *key = Key::of(&fact);
            *place = fact;
        }
    }
}
