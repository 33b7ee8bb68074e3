//! Many declarations from one input, record by record: a wrong one is an error of its own, and
//! the rest goes on. No more than one record is held, and none beyond the limit.

use super::Facts;
use super::bind::Bound;
use super::error::{self, FactError, FactErrors, Position};
use super::json::{Reader, not_utf8, too_large};
use super::map::Map;
use super::sheet::Sheet;
use super::split::{Array, Cell, Cells, Found, Input, cells};
use crate::ground::limits::Limits;
use std::io::{self, BufRead};
use std::iter::FusedIterator;

/// Where a record stands in its input.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::{batch::Batch, json::Reader};
/// let input = "{\"id\":\"D-1\"}\n\n{\"id\":\"D-2\"}\n";
/// let batch = Batch::ndjson(Reader::new(rules.schema.clone()), input.as_bytes());
/// let last = batch.map(|(place, _)| place).last().ok_or("no record")?;
/// assert_eq!((last.record, last.line), (2, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The number of the record, from 1; blank lines and a table's first line don't count.
    pub record: u64,
    /// The line in which it begins, from 1.
    pub line: u64,
}

/// The declarations of one input with their places.
///
/// An input that can't be read on, or whose columns don't fit the map, gives one error and ends.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::{batch::Batch, json::Reader, map::Map};
/// let reader = Reader::new(rules.schema.clone());
///
/// // A wrong record is an error of its own, and the rest goes on.
/// let lines = "{\"id\":\"D-1\"}\n{\"idd\":\"D-2\"}\n{\"id\":\"D-3\"}\n";
/// let read: Vec<bool> = Batch::ndjson(reader.clone(), lines.as_bytes()).map(|(_, r)| r.is_ok()).collect();
/// assert_eq!(read, [true, false, true]);
///
/// let array = r#"[{"id":"D-1"},{"id":"D-2"}]"#;
/// assert_eq!(Batch::json(reader, array.as_bytes()).count(), 2);
///
/// let map = Map::parse(&rules.schema, r#"{"fields": {"id": {"column": "No."}}}"#)?;
/// let table = "No.\nD-1\nD-2\n";
/// assert_eq!(Batch::csv(map.clone(), kakou::Limits::default(), table.as_bytes()).count(), 2);
/// // A column that the map does not know ends the input with one error.
/// let mut other = Batch::csv(map, kakou::Limits::default(), "Number\nD-1\n".as_bytes());
/// assert!(other.next().is_some_and(|(_, record)| record.is_err()) && other.next().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Batch<R> {
    input: Input<R>,
    form: Form,
    limits: Limits,
    buf: Vec<u8>,
    cells: Cells,
    /// For declarations that are handed over.
    sheet: Sheet,
    record: u64,
    array: Array,
    done: bool,
}

enum Form {
    Lines(Reader),
    Json(Reader),
    Table(Map, Option<Box<Bound>>),
}

type Record = Result<Facts, FactErrors>;

/// What reading a record onto the sheet came to.
type Read = Result<(), FactErrors>;

/// One declaration in three forms is the same declaration.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::{batch::Batch, json::Reader, map::Map};
/// let reader = Reader::new(rules.schema.clone());
/// let map = Map::parse(&rules.schema, r#"{"fields": {"id": {"column": "No."}}}"#)?;
/// let only = |batch: Batch<&'static [u8]>| batch.map(|(_, record)| record).last();
/// let from_lines = only(Batch::ndjson(reader.clone(), b"{\"id\": \"D-1\"}\n"));
/// let from_array = only(Batch::json(reader, b"[{\"id\": \"D-1\"}]"));
/// let from_table = only(Batch::csv(map, kakou::Limits::default(), b"No.\nD-1\n"));
/// assert!(from_lines.as_ref().is_some_and(|record| record.is_ok()));
/// assert!(from_lines == from_array && from_array == from_table);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<R: BufRead> Batch<R> {
    /// One JSON object on each line; blank lines are passed over.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Limits, facts::{batch::Batch, json::Reader}};
    /// let limits = Limits { record_bytes: 16, ..Limits::default() };
    /// let reader = Reader::new(rules.schema.clone()).with_limits(limits);
    /// let lines = "{\"id\":\"D-1\"}\n{\"id\":\"D-2\",\"line\":\"first\"}\n{\"id\":\"D-3\"}";
    /// let read: Vec<_> = Batch::ndjson(reader, lines.as_bytes()).map(|(_, record)| record).collect();
    /// // A line that is too long is passed over, and the last one needs no end.
    /// assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    /// assert_eq!(read[1].as_ref().unwrap_err().errors[0].code.0, "E0701");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ndjson(reader: Reader, input: R) -> Batch<R> {
        let limits = *reader.limits();
        Batch::new(input, Form::Lines(reader), limits)
    }

    /// One JSON object, or an array of objects.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{batch::Batch, json::Reader};
    /// let count = |text: &'static str| Batch::json(Reader::new(rules.schema.clone()), text.as_bytes()).count();
    /// assert_eq!(count(r#"{"id": "D-1"}"#), 1);
    /// assert_eq!((count("[]"), count(r#"[{"id": "D-1"}, {"id": "D-2"}]"#)), (0, 2));
    /// // A wrong element is an error of its own, and the rest goes on.
    /// assert_eq!(count(r#"[{"id": "D-1"}, {"idd": 2}, {"id": "D-3"}]"#), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn json(reader: Reader, input: R) -> Batch<R> {
        let limits = *reader.limits();
        Batch::new(input, Form::Json(reader), limits)
    }

    /// A table in CSV with the names of its columns in the first line; each row is a declaration.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Limits, facts::{batch::Batch, map::Map}};
    /// let map = Map::parse(&rules.schema, r#"{"fields": {"id": {"column": "No."}, "line": {"column": "Line"}}}"#)?;
    /// let table = "Line,No.\nfirst,D-1\nsecond\nfirst,\"D-\n3\"\n";
    /// let read: Vec<_> = Batch::csv(map, Limits::default(), table.as_bytes()).collect();
    /// // A row that is too short is an error of its own; a cell in quotes may go on in the next line.
    /// let outcome: Vec<_> = read.iter().map(|(place, record)| (place.line, record.is_ok())).collect();
    /// assert_eq!(outcome, [(2, true), (3, false), (4, true)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn csv(map: Map, limits: Limits, input: R) -> Batch<R> {
        Batch::new(input, Form::Table(map, None), limits)
    }

    fn new(input: R, form: Form, limits: Limits) -> Batch<R> {
        Batch {
            input: Input::new(input),
            form,
            limits,
            buf: Vec::new(),
            cells: Cells::default(),
            sheet: Sheet::default(),
            record: 0,
            array: Array::Before,
            done: false,
        }
    }

    /// Reads the next declaration on a sheet that is used again: once the sheet has grown, nothing
    /// is allocated for a declaration, unless something is wrong with it. None at the end.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{batch::Batch, json::Reader, sheet::Sheet};
    /// let lines = "{\"id\":\"D-1\"}\n{\"idd\":\"D-2\"}\n{\"id\":\"D-3\"}\n";
    /// let mut batch = Batch::ndjson(Reader::new(rules.schema.clone()), lines.as_bytes());
    /// let (mut sheet, mut read) = (Sheet::default(), Vec::new());
    /// while let Some((place, record)) = batch.next_into(&mut sheet) {
    ///     let id = record.map(|facts| facts.id(&rules.schema).map(str::to_owned));
    ///     read.push((place.line, id.ok().flatten()));
    /// }
    /// assert_eq!(read, [(1, Some("D-1".into())), (2, None), (3, Some("D-3".into()))]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_into<'f>(
        &mut self,
        sheet: &'f mut Sheet,
    ) -> Option<(Place, Result<&'f Facts, FactErrors>)> {
        if self.done {
            return None;
        }
        let found = self.step(sheet).unwrap_or_else(|e| {
            self.done = true;
            let at = self.input.at();
            let message = format!("the input can't be read on: {e}");
            let error = FactError::new(error::UNREADABLE, "", message).at(Some(at));
            Some((at, Err(error.into())))
        });
        let Some((at, read)) = found else {
            self.done = true;
            return None;
        };
        self.record += 1;
        let place = Place {
            record: self.record,
            line: at.line,
        };
        if read.is_err() {
            sheet.forget();
        }
        Some((place, read.map(|()| sheet.facts())))
    }

    /// Reads on to the next record.
    fn step(&mut self, sheet: &mut Sheet) -> io::Result<Option<(Position, Read)>> {
        match &self.form {
            Form::Lines(_) => self.line(sheet),
            Form::Json(_) => self.element(sheet),
            Form::Table(..) => self.row(sheet),
        }
    }

    fn line(&mut self, sheet: &mut Sheet) -> io::Result<Option<(Position, Read)>> {
        loop {
            let at = self.input.at();
            let found = self.input.line(&mut self.buf, self.limits.record_bytes)?;
            if !self.buf.iter().all(u8::is_ascii_whitespace) || matches!(found, Found::TooLarge(_))
            {
                return Ok(Some((at, self.read(found, at, sheet))));
            }
            if found == Found::AtEnd {
                return Ok(None);
            }
        }
    }

    /// Reads what is in the buffer.
    fn read(&mut self, found: Found, at: Position, sheet: &mut Sheet) -> Read {
        if matches!(found, Found::TooLarge(_)) {
            return Err(too_large(&self.limits).at(Some(at)).into());
        }
        match &self.form {
            Form::Lines(reader) | Form::Json(reader) => reader
                .read_into(&self.buf, sheet)
                .map(|_| ())
                .map_err(|errors| errors.within(at)),
            Form::Table(_, bound) => {
                let row = text(&self.buf, at)?;
                let Some(bound) = bound else {
                    let error = FactError::new(error::BAD_COLUMNS, "", "there are no columns");
                    return Err(error.into());
                };
                let plain = self.cells.split(row);
                let plain = plain.and_then(|()| bound.read_row(self.cells.of(row), sheet));
                plain.map_or_else(|| with_care(bound, row, at, sheet), Ok)
            }
        }
    }

    fn element(&mut self, sheet: &mut Sheet) -> io::Result<Option<(Position, Read)>> {
        let most = self.limits.record_bytes;
        let next = self.array.next(&mut self.input, &mut self.buf, most)?;
        Ok(match next {
            None => None,
            Some((at, Ok(found))) => Some((at, self.read(found, at, sheet))),
            Some((at, Err(message))) => self.broken(message, at),
        })
    }

    /// An error after which there is no record.
    fn broken(&mut self, message: &str, at: Position) -> Option<(Position, Read)> {
        self.done = true;
        Some((
            at,
            Err(FactError::new(error::NOT_JSON, "", message)
                .at(Some(at))
                .into()),
        ))
    }

    fn row(&mut self, sheet: &mut Sheet) -> io::Result<Option<(Position, Read)>> {
        loop {
            let at = self.input.at();
            if let Form::Table(_, Some(bound)) = &self.form
                && let most = self.limits.record_bytes
                && self.input.plain_row(&mut self.buf, most, &mut self.cells)?
            {
                if matches!(self.buf.as_slice(), b"" | b"\r") {
                    continue;
                }
                let read = text(&self.buf, at).and_then(|row| {
                    let plain = bound.read_row(self.cells.of(row), sheet);
                    plain.map_or_else(|| with_care(bound, row, at, sheet), Ok)
                });
                return Ok(Some((at, read)));
            }
            let mut cell = Cell::default();
            let found = self
                .input
                .until(&mut self.buf, self.limits.record_bytes, |b| cell.ends(b))?;
            let blank =
                matches!(self.buf.as_slice(), b"" | b"\r") && !matches!(found, Found::TooLarge(_));
            let columns_known = matches!(self.form, Form::Table(_, Some(_)));
            match (blank, found) {
                (true, Found::AtEnd) if columns_known => return Ok(None),
                (true, Found::AtEnd) => {}
                (true, _) => continue,
                (false, _) if columns_known => {
                    return Ok(Some((at, self.read(found, at, sheet))));
                }
                (false, _) => {}
            }
            // The first line names the columns; without them no row can be read.
            if let Err(errors) = self.bind(found, at) {
                self.done = true;
                return Ok(Some((at, Err(errors))));
            }
        }
    }

    fn bind(&mut self, found: Found, at: Position) -> Result<(), FactErrors> {
        if matches!(found, Found::TooLarge(_)) {
            return Err(too_large(&self.limits).at(Some(at)).into());
        }
        let columns = cells(text(&self.buf, at)?).map_err(|e| e.at(Some(at)))?;
        let bound = match &self.form {
            Form::Table(map, _) => map.bind(&columns).map_err(|errors| errors.all_at(at))?,
            _ => return Ok(()),
        };
        if let Form::Table(_, place) = &mut self.form {
            *place = Some(Box::new(bound));
        }
        Ok(())
    }
}

/// The row in a buffer, without the rest of its line end.
fn text(buf: &[u8], at: Position) -> Result<&str, FactErrors> {
    let row = buf.strip_suffix(b"\r").unwrap_or(buf);
    std::str::from_utf8(row)
        .map_err(|e| FactErrors::from(not_utf8(row, e.valid_up_to())).within(at))
}

/// Reads a row and says all that is wrong with it.
#[cold]
pub(super) fn with_care(bound: &Bound, row: &str, at: Position, sheet: &mut Sheet) -> Read {
    let read = cells(row)
        .map_err(|e| e.at(Some(at)).into())
        .and_then(|row| bound.record(&row).map_err(|errors| errors.all_at(at)));
    bound.keep(read, sheet)
}

impl<R: BufRead> Iterator for Batch<R> {
    type Item = (Place, Record);

    fn next(&mut self) -> Option<(Place, Record)> {
        let mut sheet = std::mem::take(&mut self.sheet);
        let found = self
            .next_into(&mut sheet)
            .map(|(place, record)| (place, record.map(|_| ())));
        let found = found.map(|(place, read)| (place, read.map(|()| sheet.take())));
        self.sheet = sheet;
        found
    }
}

impl<R: BufRead> FusedIterator for Batch<R> {}
