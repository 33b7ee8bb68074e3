//! A sheet on which one declaration after another is written, in the same memory.

use super::error::FactErrors;
use super::index::{Index, Leaf};
use super::key::Key;
use super::rows::Rows;
use super::tables::Tables;
use super::{Assumed, Facts};
use crate::ground::number::Number;
use crate::schema::Home;
use crate::schema::value::{Code, Fact, Text, Value};
use std::sync::Arc;

/// Facts that are read again and again in the same memory, so that reading many declarations
/// allocates nothing once the sheet has grown.
///
/// One thread reads on one sheet. What a sheet holds is the last declaration that was read on it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::{json::Reader, sheet::Sheet};
/// let reader = Reader::new(rules.schema.clone());
/// let mut sheet = Sheet::default();
/// for text in [r#"{"id": "D-1", "line": "first"}"#, r#"{"id": "D-2"}"#] {
///     let facts = reader.read_into(text.as_bytes(), &mut sheet)?;
///     assert_eq!(facts, &reader.read(text.as_bytes())?); // Nothing of the one before is left.
/// }
/// assert_eq!(sheet.facts().id(&rules.schema), Some("D-2"));
/// assert!(reader.read_into(br#"{"idd": "D-3"}"#, &mut sheet).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Sheet {
    pub(super) facts: Facts,
    /// By which tables the facts are laid out; none before the first declaration.
    tables: Option<Arc<Tables>>,
    /// Whether the facts were made elsewhere, so that nothing is known of where they were written.
    foreign: bool,
    /// The header facts that were written: a bit for each slot.
    written: Vec<u64>,
    spares: Spares,
    assumed: Vec<Assumed>,
    /// After each name of a record the name that came next in the last one, by place; one more
    /// than the place for the first name.
    pub(super) guesses: Vec<u16>,
    /// Whether names of JSON mostly came as they did in the record before.
    pub(super) alike: bool,
    pub(super) pending: Vec<Waiting>,
    pub(super) codes: Vec<Code>,
    /// Rows by key, to compare them.
    pub(super) order: Vec<u32>,
    /// A text that is being put together.
    pub(super) scratch: String,
    /// A value of a column as it is spelt.
    #[cfg(feature = "arrow")]
    pub(super) spelt: String,
    /// Memory for the places of elements in columns.
    #[cfg(feature = "arrow")]
    pub(super) rooms: super::arrow::Rooms,
}

/// An amount that waits for its currency or unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiting {
    pub(super) leaf: Leaf,
    pub(super) row: u32,
    pub(super) number: Number,
}

/// Texts and sets that were read before: the memory of those that nobody holds is used again.
#[derive(Debug, Default)]
struct Spares {
    texts: Vec<Text>,
    /// Spare sets, by how many codes they hold.
    sets: Vec<Vec<Arc<[Code]>>>,
}

/// How many texts and sets of each size are kept to be used again, and how large they may be.
const SPARE: usize = 256;
const SPARE_BYTES: usize = 1024;
const SPARE_CODES: usize = 64;

/// What was read last is looked at, or taken.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::{json::Reader, sheet::Sheet};
/// let reader = Reader::new(rules.schema.clone());
/// let mut sheet = Sheet::default();
/// reader.read_into(br#"{"id": "D-1"}"#, &mut sheet)?;
/// let kept = sheet.take();
/// assert_eq!(kept, reader.read(br#"{"id": "D-1"}"#)?);
/// assert_ne!(sheet.facts(), &kept); // Taken once.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Sheet {
    /// The declaration that was read last; where that failed, facts of which nothing is known.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{json::Reader, sheet::Sheet};
    /// let reader = Reader::new(rules.schema.clone());
    /// let mut sheet = Sheet::default();
    /// reader.read_into(br#"{"id": "D-1"}"#, &mut sheet)?;
    /// assert_eq!(sheet.facts().id(&rules.schema), Some("D-1"));
    /// assert!(reader.read_into(br#"{"id": 1}"#, &mut sheet).is_err());
    /// assert_eq!(sheet.facts().id(&rules.schema), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Takes the declaration that was read last off the sheet.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{json::Reader, sheet::Sheet};
    /// let reader = Reader::new(rules.schema.clone());
    /// let mut sheet = Sheet::default();
    /// reader.read_into(br#"{"id": "D-1"}"#, &mut sheet)?;
    /// assert_eq!(sheet.take().id(&rules.schema), Some("D-1"));
    /// assert_eq!(sheet.take().id(&rules.schema), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn take(&mut self) -> Facts {
        let mut facts = std::mem::take(&mut self.facts);
        self.forget();
        facts.lists.iter_mut().for_each(Rows::trim);
        facts
    }

    /// Makes the sheet blank for the next declaration by these tables.
    pub(super) fn begin(&mut self, tables: &Arc<Tables>) {
        let same = self
            .tables
            .as_ref()
            .is_some_and(|own| Arc::ptr_eq(own, tables));
        if same && !self.foreign {
            return self.clear(tables);
        }
        self.pending.clear();
        self.facts.clone_from(tables.blank());
        self.written.clear();
        self.written.resize(self.facts.header.len().div_ceil(64), 0);
        self.foreign = false;
        if !same {
            self.guesses.clear();
            self.guesses.resize(tables.guesses(), 0);
            self.tables = Some(tables.clone());
        }
    }

    /// Keeps what was read elsewhere; nothing is known of what could not be read.
    pub(super) fn keep(&mut self, read: Result<Facts, FactErrors>) -> Result<(), FactErrors> {
        self.foreign = true;
        read.map(|facts| self.facts = facts)
            .inspect_err(|_| self.facts = Facts::default())
    }

    /// Forgets what was read.
    pub(super) fn forget(&mut self) {
        self.foreign = true;
        self.facts = Facts::default();
    }

    fn clear(&mut self, index: &Index) {
        let blank = index.blank();
        for (word, first) in self.written.iter_mut().zip((0u32..).step_by(64)) {
            let mut slots = std::mem::take(word);
            while slots != 0 {
                let slot = first + slots.trailing_zeros();
                slots &= slots - 1;
                let key = blank.key(slot);
                let none = key == Key::NONE;
                let fact = if none { Fact::None } else { Fact::Unknown };
                if let Some(fact) = self.facts.write_header(slot, fact, key) {
                    self.spares.keep(fact);
                }
            }
        }
        for (rows, blank) in self.facts.lists.iter_mut().zip(&blank.lists) {
            if !rows.is_as(blank) {
                rows.reset(blank, |fact| self.spares.keep(fact));
            }
        }
        if !self.facts.assumed.is_empty() {
            self.assumed.append(&mut self.facts.assumed);
        }
        self.pending.clear();
    }

    /// A text in memory that is used again where there is some.
    pub(super) fn text(&mut self, from: &str) -> Text {
        self.spares.text(from)
    }

    /// The codes that were collected as a set, likewise, with its key.
    pub(super) fn set(&mut self) -> (Arc<[Code]>, Key) {
        (self.spares.set(&self.codes), Key::of_codes(&self.codes))
    }

    /// Notes an assumption; they are put in order at the end.
    pub(super) fn assume(&mut self, path: &str, value: &str) {
        let mut assumed = self.assumed.pop().unwrap_or(Assumed {
            path: String::new(),
            value: String::new(),
        });
        assumed.path.clear();
        assumed.path.push_str(path);
        assumed.value.clear();
        assumed.value.push_str(value);
        self.facts.assumed.push(assumed);
    }

    /// Writes a fact.
    #[inline(always)]
    pub(super) fn write(&mut self, home: Home, row: u32, fact: Fact, key: Key) {
        debug_assert_eq!(key, Key::of(&fact), "{fact:?}");
        match home {
            Home::Header(slot) => {
                if let Some(word) = self.written.get_mut(slot as usize / 64) {
                    *word |= 1 << (slot % 64);
                }
                self.facts.write_header(slot, fact, key);
            }
            Home::Element(list, column) => {
                if let Some(rows) = self.facts.rows_mut(list) {
                    rows.write(row, column, fact, key);
                }
            }
        }
    }
}

impl Spares {
    /// Keeps the memory of a text or a set.
    #[inline]
    fn keep(&mut self, fact: Fact) {
        match fact {
            Fact::Value(Value::Text(text))
                if self.texts.len() < SPARE && text.room() <= SPARE_BYTES =>
            {
                self.texts.push(text);
            }
            Fact::Value(Value::Set(set)) if set.len() <= SPARE_CODES => {
                if self.sets.len() <= set.len() {
                    self.sets.resize_with(set.len() + 1, Vec::new);
                }
                if let Some(sets) = self.sets.get_mut(set.len()).filter(|s| s.len() < SPARE) {
                    sets.push(set);
                }
            }
            _ => {}
        }
    }

    /// A text, in spare memory where there is some.
    fn text(&mut self, from: &str) -> Text {
        let Some(mut text) = self.texts.pop() else {
            return from.into();
        };
        match text.emptied() {
            Some(place) => {
                place.push_str(from);
                text
            }
            None => from.into(),
        }
    }

    /// A set, likewise.
    fn set(&mut self, codes: &[Code]) -> Arc<[Code]> {
        let spare = self.sets.get_mut(codes.len()).and_then(Vec::pop);
        let Some(mut set) = spare else {
            return codes.into();
        };
        // An empty one is the same, whoever holds it as well.
        if codes.is_empty() {
            return set;
        }
        match Arc::get_mut(&mut set) {
            Some(place) => {
                place.copy_from_slice(codes);
                set
            }
            None => codes.into(),
        }
    }
}
