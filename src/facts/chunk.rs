//! Takes an input apart into chunks of whole records, so that one thread may split while others
//! read. What comes out is what [`Batch`] would give, record by record and place by place.
//!
//! Splitting looks only at line ends, and at quotes where a row of a table holds some; a JSON array
//! is followed through its brackets. No more than a chunk is held, and of a record that is too
//! large nothing: it is read past.

use super::Facts;
#[cfg(feature = "parquet")]
use super::arrow::Stack;
use super::batch::{Place, with_care};
use super::bind::Bound;
use super::elements::Elements;
use super::error::{self, FactError, FactErrors, Position, count};
use super::json::{Reader, not_utf8, too_large};
use super::map::Map;
use super::sheet::Sheet;
use super::split::{Cells, cells};
use crate::ground::limits::Limits;
use std::io::{self, Read};
use std::sync::Arc;

mod bytes;
mod rows;

use bytes::Bytes;
use rows::Rows;

/// Bytes from which on a chunk is handed over.
pub(crate) const TARGET: usize = 1 << 18;
/// Bytes that a record in the way may go on for, in records of the largest size.
const WAY: u64 = 256;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whole records of one input, as they were written. One is filled again and again.
#[derive(Default)]
pub(crate) struct Chunk {
    bytes: Bytes,
    spans: Vec<Span>,
    /// How many records of the input came before.
    before: u64,
    form: Option<Arc<Form>>,
    limits: Limits,
    /// What ended the input behind these records.
    fault: Option<(Position, FactErrors)>,
}

/// Where facts are put while they are looked at; each thread has its own, and once it has grown,
/// nothing is allocated for a declaration that is plain.
#[derive(Debug, Default)]
pub(crate) struct Room {
    sheet: Sheet,
    cells: Cells,
    /// For rows of columns, of which some are read at a time.
    #[cfg(feature = "parquet")]
    stack: Stack,
}

impl Room {
    /// The sheets for rows of columns.
    #[cfg(feature = "parquet")]
    pub(crate) fn stack(&mut self) -> &mut Stack {
        &mut self.stack
    }
}

/// How records are read.
#[derive(Clone)]
enum Form {
    Json(Box<Reader>),
    Table(Map, Option<Arc<Bound>>),
}

impl Form {
    /// Reads one record, which begins there.
    fn read<'r>(
        &self,
        buf: &[u8],
        at: Position,
        room: &'r mut Room,
    ) -> Result<&'r Facts, FactErrors> {
        match self {
            Form::Json(reader) => reader
                .read_into(buf, &mut room.sheet)
                .map_err(|errors| errors.within(at)),
            Form::Table(_, bound) => {
                let row = text(buf, at)?;
                let bound = bound.as_ref().ok_or_else(|| {
                    FactError::new(error::BAD_COLUMNS, "", "there are no columns")
                })?;
                let plain = room.cells.split(row);
                let plain =
                    plain.and_then(|()| bound.read_row(room.cells.of(row), &mut room.sheet));
                if plain.is_none() {
                    with_care(bound, row, at, &mut room.sheet)?;
                }
                Ok(room.sheet.facts())
            }
        }
    }

    /// Finds the columns of a table in its first line.
    fn bind(&mut self, buf: &[u8], at: Position) -> Result<(), FactErrors> {
        if let Form::Table(map, bound) = self {
            let columns = cells(text(buf, at)?).map_err(|e| e.at(Some(at)))?;
            let found = map.bind(&columns).map_err(|errors| errors.all_at(at))?;
            *bound = Some(Arc::new(found));
        }
        Ok(())
    }

    /// Whether it is a table whose first line is still to come.
    fn wants_columns(&self) -> bool {
        matches!(self, Form::Table(_, None))
    }
}

/// A row of a table, without the rest of its line end.
fn text(buf: &[u8], at: Position) -> Result<&str, FactErrors> {
    let row = buf.strip_suffix(b"\r").unwrap_or(buf);
    std::str::from_utf8(row)
        .map_err(|e| FactErrors::from(not_utf8(row, e.valid_up_to())).within(at))
}

/// That an input can't be read on from there.
pub(super) fn unreadable(why: &io::Error, at: Position) -> FactErrors {
    let message = format!("the input can't be read on: {why}");
    FactError::new(error::UNREADABLE, "", message)
        .at(Some(at))
        .into()
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    at: Position,
    large: bool,
}

impl Chunk {
    /// How many records there are, an error that ends the input included.
    pub(crate) fn len(&self) -> u64 {
        count(self.spans.len()) + u64::from(self.fault.is_some())
    }

    /// Leaves the first records out; the others keep their numbers.
    pub(crate) fn skip(&mut self, records: u64) {
        let n = usize::try_from(records)
            .unwrap_or(usize::MAX)
            .min(self.spans.len());
        self.spans.drain(..n);
        self.before += count(n);
        if records > count(n) && self.fault.take().is_some() {
            self.before += 1;
        }
    }

    /// Reads the records one after the other into the room, and has each told.
    pub(crate) fn each(
        &self,
        room: &mut Room,
        mut tell: impl FnMut(Place, Result<&Facts, FactErrors>),
    ) {
        let mut places = self.before + 1..;
        let mut place = |line| Place {
            record: places.next().unwrap_or(u64::MAX),
            line,
        };
        for span in &self.spans {
            tell(place(span.at.line), self.read(span, room));
        }
        if let Some((at, errors)) = &self.fault {
            tell(place(at.line), Err(errors.clone()));
        }
    }

    fn read<'r>(&self, span: &Span, room: &'r mut Room) -> Result<&'r Facts, FactErrors> {
        let bytes = self.bytes.get(span.start..span.end).unwrap_or_default();
        match &self.form {
            Some(form) if !span.large => form.read(bytes, span.at, room),
            _ => Err(too_large(&self.limits).at(Some(span.at)).into()),
        }
    }

    /// Whether more records belong to it.
    pub(super) fn has_room(&self) -> bool {
        self.bytes.len() < TARGET && self.spans.len() < TARGET
    }

    /// Adds a record, or one that was too large to be kept.
    pub(super) fn push(&mut self, record: Option<&[u8]>, at: Position) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(record.unwrap_or_default());
        self.spans.push(Span {
            start,
            end: self.bytes.len(),
            at,
            large: record.is_none(),
        });
    }

    /// Says what ends the input behind these records.
    pub(super) fn end(&mut self, at: Position, errors: FactErrors) {
        self.fault = Some((at, errors));
    }

    /// Makes room for other records of that input, the first of them after so many.
    fn clear(&mut self, before: u64, limits: Limits) {
        self.bytes.truncate(0);
        self.spans.clear();
        self.fault = None;
        (self.before, self.limits) = (before, limits);
    }
}

/// An input that is taken apart.
pub(crate) struct Chunks<R> {
    kind: Kind<R>,
    form: Arc<Form>,
    limits: Limits,
    records: u64,
    done: bool,
}

enum Kind<R> {
    Rows(Rows<R>),
    Json(Elements<R>),
}

impl<R: Read> Chunks<R> {
    /// One JSON object on each line.
    pub(crate) fn ndjson(reader: Reader, input: R) -> Chunks<R> {
        let limits = *reader.limits();
        let rows = Rows::new(input, limits, false);
        Chunks::new(Kind::Rows(rows), Form::Json(Box::new(reader)), limits)
    }

    /// A table in CSV.
    pub(crate) fn csv(map: Map, limits: Limits, input: R) -> Chunks<R> {
        let rows = Rows::new(input, limits, true);
        Chunks::new(Kind::Rows(rows), Form::Table(map, None), limits)
    }

    /// One JSON object, or an array of objects.
    pub(crate) fn json(reader: Reader, input: R) -> Chunks<R> {
        let limits = *reader.limits();
        let elements = Elements::new(input, limits.record_bytes);
        Chunks::new(Kind::Json(elements), Form::Json(Box::new(reader)), limits)
    }

    fn new(kind: Kind<R>, form: Form, limits: Limits) -> Chunks<R> {
        Chunks {
            kind,
            form: Arc::new(form),
            limits,
            records: 0,
            done: false,
        }
    }

    /// Hands records over as soon as there are some, as somebody may wait for their answers.
    pub(crate) fn at_once(mut self) -> Chunks<R> {
        if let Kind::Rows(rows) = &mut self.kind {
            rows.at_once = true;
        }
        self
    }

    /// An input that a small file may have become: a record that goes on and on ends it.
    pub(crate) fn unpacked(mut self) -> Chunks<R> {
        if let Kind::Rows(rows) = &mut self.kind {
            rows.unpacked = true;
        }
        self
    }

    /// Fills a chunk with the next records; there may be none in it yet. False at the end.
    pub(crate) fn next(&mut self, chunk: &mut Chunk) -> bool {
        chunk.clear(self.records, self.limits);
        if self.done {
            return false;
        }
        let more = match &mut self.kind {
            Kind::Rows(rows) => rows.next(&mut self.form, chunk),
            Kind::Json(elements) => elements.next(chunk),
        };
        if chunk.fault.is_some() || !more {
            self.done = true;
        }
        chunk.form = Some(self.form.clone());
        self.records += chunk.len();
        more || chunk.len() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::batch::Batch;
    use crate::load::accept;
    use crate::{Folder, compile};
    use proptest::prelude::*;
    use std::io::ErrorKind;

    const RULES: &str = "outcomes release < hold missing hold advice hold\n\
        declaration judged on date\n  date : date\n  id : text\n  note : text\n";

    /// Gives a few bytes at a time, and fails at the end where it is to.
    struct Drops<'a> {
        bytes: &'a [u8],
        size: usize,
        fails: bool,
    }

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.size.min(into.len()).min(self.bytes.len());
            if n == 0 && self.fails {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let (now, later) = self.bytes.split_at(n);
            into[..n].copy_from_slice(now);
            self.bytes = later;
            Ok(n)
        }
    }

    struct Made {
        reader: Reader,
        map: Map,
        limits: Limits,
    }

    fn made(record_bytes: usize) -> Made {
        let folder = Folder::from_texts([("a.rules", RULES)]);
        let rules = accept(compile(&folder, &Limits::default())).unwrap();
        let limits = Limits {
            record_bytes,
            ..Limits::default()
        };
        let text = r#"{"fields": {"id": {"column": "id"}, "note": {"column": "note"}}}"#;
        Made {
            reader: Reader::new(rules.schema.clone()).with_limits(limits),
            map: Map::parse(&rules.schema, text).unwrap(),
            limits,
        }
    }

    type All = Vec<(Place, Result<Facts, FactErrors>)>;

    fn chunked(mut chunks: Chunks<Drops<'_>>) -> All {
        let (mut chunk, mut room, mut all) = (Chunk::default(), Room::default(), All::new());
        while chunks.next(&mut chunk) {
            let before = all.len();
            chunk.each(&mut room, |place, read| all.push((place, read.cloned())));
            assert_eq!(count(all.len() - before), chunk.len());
        }
        all
    }

    fn same(made: &Made, bytes: &[u8], size: usize, at_once: bool) {
        let drops = || Drops {
            bytes,
            size,
            fails: false,
        };
        let at = |chunks: Chunks<_>| if at_once { chunks.at_once() } else { chunks };
        let (reader, map) = (made.reader.clone(), made.map.clone());
        let lines: All = Batch::ndjson(reader.clone(), bytes).collect();
        assert_eq!(chunked(at(Chunks::ndjson(reader.clone(), drops()))), lines);
        let array: All = Batch::json(reader.clone(), bytes).collect();
        assert_eq!(chunked(at(Chunks::json(reader, drops()))), array);
        let table: All = Batch::csv(map.clone(), made.limits, bytes).collect();
        assert_eq!(chunked(at(Chunks::csv(map, made.limits, drops()))), table);
    }

    proptest! {
        #[test]
        fn chunks_hold_what_a_batch_would_give(
            parts in prop::collection::vec(prop::sample::select(vec![
                "\u{feff}", "{\"id\":\"a\"}", "{\"id\":\"long enough\"}", "\n", "\r\n", "\n", ",", "[", "]",
                "\"", "\"\"", "id,note", "note,id", "a,b", "\"a\nb\",c", "\"a\r\n\",\"\"\"\"", " ", "\t\n", "x",
                "\"open", "0123456789012345678901234567890123456789",
            ]), 0..24),
            titles in any::<bool>(),
            size in 1usize..40,
            most in prop::sample::select(vec![4usize, 12, 24, 1000]),
            at_once in any::<bool>(),
        ) {
            let titles = if titles { "id,note\n" } else { "" };
            let text = format!("{titles}{}", parts.concat());
            same(&made(most), text.as_bytes(), size, at_once);
        }
    }

    #[test]
    fn records_across_chunks_keep_their_numbers_and_places() {
        let mut text = String::from("id,note\n");
        for n in 0..40_000u32 {
            let note = if n.is_multiple_of(7) {
                "\"two\nlines, \"\"\""
            } else {
                "one"
            };
            text += &format!("D-{n},{note}\n");
        }
        for size in [999, TARGET * 3] {
            same(&made(1000), text.as_bytes(), size, false);
        }
    }

    #[test]
    fn what_was_read_before_the_input_broke_off_is_there() {
        let made = made(1000);
        let drops = Drops {
            bytes: b"{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":",
            size: 1000,
            fails: true,
        };
        let all = chunked(Chunks::ndjson(made.reader, drops));
        let ends: Vec<bool> = all.iter().map(|(_, record)| record.is_ok()).collect();
        assert_eq!(ends, [true, true, false]);
        let (place, last) = all.last().unwrap();
        assert_eq!((place.record, place.line), (3, 3));
        assert_eq!(last.as_ref().unwrap_err().errors[0].code, error::UNREADABLE);
    }

    #[test]
    fn a_record_that_goes_on_and_on_ends_an_unpacked_input() {
        let made = made(16);
        let bytes = [b"{}\n".as_slice(), &[0; 5000]].concat();
        let drops = |bytes| Drops {
            bytes,
            size: 100,
            fails: false,
        };
        let bomb = chunked(
            Chunks::ndjson(made.reader.clone(), drops(&bytes))
                .at_once()
                .unpacked(),
        );
        let codes: Vec<_> = bomb[1..]
            .iter()
            .map(|(_, record)| record.as_ref().unwrap_err().errors[0].code)
            .collect();
        assert_eq!(codes, [error::TOO_LARGE, error::UNREADABLE]);
        // What is not packed is as large as its file, and is read past.
        assert_eq!(chunked(Chunks::ndjson(made.reader, drops(&bytes))).len(), 2);
    }

    #[test]
    fn records_that_are_passed_over_count() {
        let made = made(1000);
        let text = "{}\n\n{}\n{}\n";
        let drops = Drops {
            bytes: text.as_bytes(),
            size: 1000,
            fails: false,
        };
        let mut chunk = Chunk::default();
        assert!(Chunks::ndjson(made.reader, drops).next(&mut chunk));
        chunk.skip(2);
        let mut places = Vec::new();
        chunk.each(&mut Room::default(), |place, _| places.push(place));
        assert_eq!(places, [Place { record: 3, line: 4 }]);
    }
}
