//! Declarations from JSON, in one pass and led by the schema: no tree is made, numbers are read
//! from their digits, and every fact is typed on the way.
//!
//! A [`Reader`] reads what is plain straight from the bytes, and has what is not read with care,
//! which says what is wrong and where. Both make the same facts.

use super::careful::read;
use super::error::{self, FactError, FactErrors, Position, shown};
use super::index::Index;
use super::sheet::Sheet;
use super::tables::Tables;
use super::{Facts, quick};
use crate::ground::limits::Limits;
use crate::schema::Schema;
use std::sync::{Arc, Mutex};

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
    pub(super) schema: Arc<Schema>,
    pub(super) tables: Arc<Tables>,
    limits: Limits,
    spare: Spare,
}

/// A sheet for those who bring none, so that what was learnt from one record serves the next.
#[derive(Debug, Default)]
struct Spare(Mutex<Sheet>);

impl Clone for Spare {
    fn clone(&self) -> Spare {
        Spare::default()
    }
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
        let tables = Arc::new(Tables::new(&schema));
        Reader {
            schema,
            tables,
            limits: Limits::default(),
            spare: Spare::default(),
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
        self.with_sheet(|sheet| self.read_into(bytes, sheet).map(|_| ()))
    }

    /// Reads one declaration on a sheet that is used again: once the sheet has grown, reading
    /// allocates nothing, unless something is wrong with the record.
    ///
    /// # Errors
    /// All that is wrong with it, as [`Reader::read`] says it.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{json::Reader, sheet::Sheet};
    /// let reader = Reader::new(rules.schema.clone());
    /// let mut sheet = Sheet::default();
    /// let facts = reader.read_into(br#"{"id": "D-1", "line": "first"}"#, &mut sheet)?;
    /// assert_eq!(facts.id(&rules.schema), Some("D-1"));
    /// let refused = reader.read_into(br#"{"id": "D-2", "line": "third"}"#, &mut sheet);
    /// assert_eq!(refused.unwrap_err().errors[0].path, "line");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_into<'f>(
        &self,
        bytes: &[u8],
        sheet: &'f mut Sheet,
    ) -> Result<&'f Facts, FactErrors> {
        sheet.begin(&self.tables);
        let nesting = self.limits.nesting;
        let plain = bytes.len() <= self.limits.record_bytes
            && quick::read(&self.schema, &self.tables, bytes, nesting, sheet).is_some();
        if !plain {
            let read = self.read_with_care(bytes);
            sheet.keep(read)?;
        }
        Ok(sheet.facts())
    }

    /// Reads one declaration and says all that is wrong with it.
    #[cold]
    pub(super) fn read_with_care(&self, bytes: &[u8]) -> Result<Facts, FactErrors> {
        read(&self.schema, &self.tables, bytes, &self.limits)
    }

    /// Reads on the spare sheet, or on a new one while another thread uses that.
    pub(super) fn with_sheet(
        &self,
        read: impl FnOnce(&mut Sheet) -> Result<(), FactErrors>,
    ) -> Result<Facts, FactErrors> {
        let mut new;
        let mut spare;
        let sheet = match self.spare.0.try_lock() {
            Ok(guard) => {
                spare = guard;
                &mut *spare
            }
            Err(_) => {
                new = Sheet::default();
                &mut new
            }
        };
        read(sheet)?;
        Ok(sheet.take())
    }
}

/// Reads one declaration from JSON, plainly; for many of one schema make a [`Reader`], which is
/// far faster and reads the same.
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
