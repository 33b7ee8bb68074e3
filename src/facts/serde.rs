//! Declarations from a program's own types, through serde.
//!
//! The meaning is that of the value written as JSON. A [`Reader`] takes what is plain straight from
//! the value; what is not is written as JSON and read as any other, which says what is wrong. A
//! binary float is refused with its path: 0.1 is none of its values. Decimals write themselves as
//! texts.

use super::Facts;
use super::error::{self, FactError, FactErrors, shown};
use super::finite::not_finite;
use super::json::{Reader, from_json, too_large};
use super::sheet::Sheet;
use super::straight;
use crate::ground::limits::Limits;
use crate::schema::Schema;
use serde::Serialize;
use serde_json::ser::Formatter;
use std::io;

/// Reads one declaration from a value that serde can write.
///
/// # Errors
/// All that is wrong with it, as for JSON; and every `f32` and `f64`.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Limits, facts::serde::from_serde};
/// let given = serde_json::json!({"id": "D-1", "weight_error": "0.04"});
/// assert!(from_serde(&rules.schema, &given, &Limits::default()).is_ok());
/// // A binary float is not exact.
/// let refused = from_serde(&rules.schema, &serde_json::json!({"weight_error": 0.04}), &Limits::default());
/// assert_eq!(refused.unwrap_err().errors[0].code.0, "E0709");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn from_serde<T: Serialize + ?Sized>(
    schema: &Schema,
    value: &T,
    limits: &Limits,
) -> Result<Facts, FactErrors> {
    from_json(schema, &write(value, limits)?, limits)
}

/// A program's own type, whose names are those of the schema.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::json::Reader;
/// #[derive(serde::Serialize)]
/// struct AtTheGate<'a> {
///     id: &'a str,
///     weight_error: &'a str,
/// }
/// let reader = Reader::new(rules.schema.clone());
/// let facts = reader.read_serde(&AtTheGate { id: "D-1", weight_error: "0.04" })?;
/// assert_eq!(facts, reader.read(br#"{"id": "D-1", "weight_error": 0.04}"#)?);
/// assert!(reader.read_serde(&AtTheGate { id: "D-1", weight_error: "4 %" }).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Reader {
    /// Reads one declaration from a value that serde can write; see [`from_serde`].
    ///
    /// # Errors
    /// All that is wrong with it, as for JSON; and every `f32` and `f64`.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let reader = kakou::facts::json::Reader::new(rules.schema.clone());
    /// assert!(reader.read_serde(&serde_json::json!({"id": "D-1"})).is_ok());
    /// assert!(reader.read_serde(&["D-1"]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_serde<T: Serialize + ?Sized>(&self, value: &T) -> Result<Facts, FactErrors> {
        self.with_sheet(|sheet| self.read_serde_into(value, sheet).map(|_| ()))
    }

    /// Reads one declaration from a value that serde can write on a sheet that is used again; see
    /// [`Reader::read_into`].
    ///
    /// # Errors
    /// All that is wrong with it, as for JSON; and every `f32` and `f64`.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{json::Reader, sheet::Sheet};
    /// #[derive(serde::Serialize)]
    /// struct AtTheGate<'a> {
    ///     id: &'a str,
    ///     line: &'a str,
    /// }
    /// let reader = Reader::new(rules.schema.clone());
    /// let mut sheet = Sheet::default();
    /// let facts = reader.read_serde_into(&AtTheGate { id: "D-1", line: "first" }, &mut sheet)?;
    /// assert_eq!(facts.id(&rules.schema), Some("D-1"));
    /// assert!(reader.read_serde_into(&AtTheGate { id: "D-2", line: "third" }, &mut sheet).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_serde_into<'f, T: Serialize + ?Sized>(
        &self,
        value: &T,
        sheet: &'f mut Sheet,
    ) -> Result<&'f Facts, FactErrors> {
        sheet.begin(&self.tables);
        let limits = self.limits();
        let bounds = (limits.nesting, limits.record_bytes);
        if straight::read(&self.schema, &self.tables, value, bounds, sheet).is_none() {
            let read = write(value, limits).and_then(|json| self.read_with_care(&json));
            sheet.keep(read)?;
        }
        Ok(sheet.facts())
    }
}

fn write<T: Serialize + ?Sized>(value: &T, limits: &Limits) -> Result<Vec<u8>, FactErrors> {
    if let Some(path) = not_finite(value) {
        let message = "a binary float that is no number";
        return Err(FactError::new(error::NOT_EXACT, shown(&path), message).into());
    }
    let mut out = Bounded {
        bytes: Vec::new(),
        most: limits.record_bytes,
    };
    let mut json = serde_json::Serializer::with_formatter(&mut out, FloatsShown);
    match value.serialize(&mut json) {
        Ok(()) => Ok(out.bytes),
        Err(e) if e.is_io() => Err(too_large(limits).into()),
        Err(e) => {
            let message = format!(
                "the value can't be written as JSON: {}",
                shown(&e.to_string())
            );
            Err(FactError::new(error::WRONG_TYPE, "", message).into())
        }
    }
}

/// Writes floats with an exponent, so that the reader knows them and says where they are.
struct FloatsShown;

impl Formatter for FloatsShown {
    fn write_f32<W: io::Write + ?Sized>(&mut self, out: &mut W, value: f32) -> io::Result<()> {
        write!(out, "{value:e}")
    }
    fn write_f64<W: io::Write + ?Sized>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        write!(out, "{value:e}")
    }
}

/// Takes no more bytes than a record may have.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::Error::other("the record is too large"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
