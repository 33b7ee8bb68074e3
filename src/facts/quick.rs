//! Declarations from JSON in one pass over the bytes, straight into dense facts: no tree, no text
//! copied, nothing allocated for what is known.
//!
//! It reads what nearly all records are made of and gives up at anything else; see [`super::pen`].
//! That a record is JSON, has no name twice and no name that the schema lacks is decided here for
//! what is read here, so that giving up is the only way of not reading something.

use super::ListState;
use super::index::{Child, Leaf, NodeId};
use super::pen::{DEEPEST, Given, Pen};
use super::sheet::Sheet;
use super::tables::Tables;
use super::words::{plain_end, truth, word};
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::Schema;
use crate::schema::value::{Hs, ListId, Type};

/// Reads a declaration on a blank sheet; nothing where it has to be read with care.
pub(super) fn read(
    schema: &Schema,
    tables: &Tables,
    bytes: &[u8],
    nesting: usize,
    sheet: &mut Sheet,
) -> Option<()> {
    let mut quick = Quick {
        pen: Pen {
            schema,
            tables,
            sheet,
        },
        bytes,
        nesting: nesting.min(DEEPEST),
        seen: 0,
        unforeseen: 0,
    };
    let at = space(bytes, 0);
    let at = quick.record(at, tables.root(), 0, 0)?;
    if space(bytes, at) != bytes.len() {
        return None;
    }
    quick.pen.sheet.alike = quick.unforeseen <= quick.seen / SURE;
    quick.pen.finish()
}

/// Names are guessed where at most one of so many came otherwise than in the record before.
const SURE: u32 = 8;

/// Each function is told where to read and says where it has read to.
struct Quick<'r> {
    pen: Pen<'r>,
    bytes: &'r [u8],
    nesting: usize,
    /// How many names were read.
    seen: u32,
    /// How many of them came after another name than in the record before.
    unforeseen: u32,
}

/// Reads past white space.
#[inline(always)]
fn space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Reads past a byte.
#[inline(always)]
fn eat(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (*bytes.get(at)? == byte).then_some(at + 1)
}

/// Reads past a word.
#[inline]
fn eat_all(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let rest = bytes.get(at..)?;
    rest.starts_with(word).then_some(at + word.len())
}

/// Whether that byte stands there and what is next follows at once, as where nobody is meant to read it.
#[inline(always)]
fn is_tight(bytes: &[u8], at: usize, byte: u8) -> bool {
    matches!(bytes.get(at..at + 2), Some([first, next]) if *first == byte && *next > b' ')
}

/// Reads past the colon between a name and its value.
#[inline(always)]
fn past_colon(bytes: &[u8], at: usize) -> Option<usize> {
    if is_tight(bytes, at, b':') {
        return Some(at + 1);
    }
    Some(space(bytes, eat(bytes, space(bytes, at), b':')?))
}

/// Reads past what stands between values: whether another follows, and where it begins or what is
/// being read has ended.
#[inline(always)]
fn goes_on(bytes: &[u8], at: usize, end: u8) -> Option<(bool, usize)> {
    if is_tight(bytes, at, b',') {
        return Some((true, at + 1));
    }
    let at = space(bytes, at);
    let next = *bytes.get(at)?;
    if next == b',' {
        return Some((true, space(bytes, at + 1)));
    }
    (next == end).then_some((false, at + 1))
}

impl Quick<'_> {
    /// Reads an object as a record of the schema.
    fn record(&mut self, at: usize, node: NodeId, row: u32, depth: usize) -> Option<usize> {
        if depth > self.nesting {
            return None;
        }
        let bytes = self.bytes;
        let mut at = space(bytes, eat(bytes, at, b'{')?);
        if *bytes.get(at)? == b'}' {
            return Some(at + 1);
        }
        let tables = self.pen.tables;
        let names = tables.record(node);
        let mut given = Given::default();
        let mut after = names.guesses;
        loop {
            at = eat(bytes, at, b'"')?;
            let guess = self.pen.sheet.guesses.get_mut(after)?;
            let guessed = match self.pen.sheet.alike {
                true => names.is_at(usize::from(*guess), bytes, at),
                false => None,
            };
            let (place, name, end) = match guessed.or_else(|| names.quoted(bytes, at)) {
                Some(found) => found,
                None => {
                    let end = plain_end(bytes, at);
                    let place = names.find(bytes.get(at..end)?)?;
                    (place, names.name(place)?, eat(bytes, end, b'"')?)
                }
            };
            let next = u16::try_from(place).ok()?;
            self.seen += 1;
            self.unforeseen += u32::from(*guess != next);
            *guess = next;
            after = names.guesses + place + 1;
            given.note(place)?;
            at = past_colon(bytes, end)?;
            at = match name.child {
                Child::Leaf(ref leaf) => self.leaf(at, leaf, row)?,
                Child::Record(_) if depth + 1 > self.nesting => return None,
                Child::Record(inner) if *bytes.get(at)? == b'n' => {
                    self.pen.no_record(inner, row);
                    eat_all(bytes, at, b"null")?
                }
                Child::Record(inner) => self.record(at, inner, row, depth + 1)?,
                Child::List(list, _) => self.list(at, list, depth + 1)?,
            };
            let (more, next) = goes_on(bytes, at, b'}')?;
            at = next;
            if !more {
                return Some(at);
            }
        }
    }

    /// Reads the value of a field that is no list.
    #[inline]
    fn leaf(&mut self, at: usize, leaf: &Leaf, row: u32) -> Option<usize> {
        let bytes = self.bytes;
        let first = *bytes.get(at)?;
        if first == b'n' {
            self.pen.none(*leaf, row);
            return eat_all(bytes, at, b"null");
        }
        match leaf.typ {
            Type::Code(table) if first == b'"' => {
                if let Some((code, length)) = self.pen.tables.quoted_code(table, bytes, at + 1) {
                    self.pen.put_code(*leaf, row, code);
                    return Some(at + length + 2);
                }
                self.text(at + 1, *leaf, row)
            }
            Type::Hs if first == b'"' => {
                if bytes.get(at + 11) == Some(&b'"')
                    && let Some(code) = Hs::of_ten(bytes, at + 1)
                {
                    self.pen.put_hs(*leaf, row, code);
                    return Some(at + 12);
                }
                self.text(at + 1, *leaf, row)
            }
            Type::Integer | Type::Decimal | Type::Rate | Type::Money(_) | Type::Quantity(_) => {
                self.number(at, first, *leaf, row)
            }
            Type::Bool => {
                let (yes, length) = truth(word(bytes, at))?;
                self.pen.bool(*leaf, row, yes)?;
                Some(at + length)
            }
            Type::Date if first == b'"' => {
                // Ten bytes that are a day have no escape among them.
                if bytes.get(at + 11) == Some(&b'"')
                    && let Some(day) = bytes.get(at + 1..at + 11).and_then(Day::of_text)
                {
                    self.pen.day(*leaf, row, day)?;
                    return Some(at + 12);
                }
                self.text(at + 1, *leaf, row)
            }
            Type::Set(_) => self.set(at, *leaf, row),
            _ if first == b'"' => self.text(at + 1, *leaf, row),
            _ => None,
        }
    }

    /// Reads a text up to its quote.
    fn text(&mut self, at: usize, leaf: Leaf, row: u32) -> Option<usize> {
        let end = plain_end(self.bytes, at);
        if *self.bytes.get(end)? != b'"' {
            return self.escaped(at, leaf, row);
        }
        self.pen.text(leaf, row, self.bytes, at, end)?;
        Some(end + 1)
    }

    /// Reads a number, in quotes or not.
    #[inline]
    fn number(&mut self, at: usize, first: u8, leaf: Leaf, row: u32) -> Option<usize> {
        let bytes = self.bytes;
        let quoted = first == b'"';
        let begin = at + usize::from(quoted);
        let Some((number, mut end)) = Number::plain(bytes, begin) else {
            return if quoted {
                self.text(begin, leaf, row)
            } else {
                None
            };
        };
        if quoted {
            end = eat(bytes, end, b'"')?;
        } else {
            // JSON writes no zero before other digits.
            let whole = begin + usize::from(first == b'-');
            let zero = bytes.get(whole) == Some(&b'0');
            if zero && bytes.get(whole + 1).is_some_and(u8::is_ascii_digit) {
                return None;
            }
        }
        self.pen.number(leaf, row, number)?;
        Some(end)
    }

    /// Reads a set of codes.
    fn set(&mut self, at: usize, leaf: Leaf, row: u32) -> Option<usize> {
        let bytes = self.bytes;
        let table = self.pen.begin_set(leaf)?;
        let mut at = space(bytes, eat(bytes, at, b'[')?);
        if *bytes.get(at)? == b']' {
            self.pen.end_set(leaf, row);
            return Some(at + 1);
        }
        loop {
            at = eat(bytes, at, b'"')?;
            if let Some((code, length)) = self.pen.tables.quoted_code(table, bytes, at) {
                self.pen.put_in_set(code)?;
                at += length + 1;
            } else {
                let end = plain_end(bytes, at);
                self.pen.add_code(table, bytes, at, end)?;
                at = eat(bytes, end, b'"')?;
            }
            let (more, next) = goes_on(bytes, at, b']')?;
            at = next;
            if !more {
                self.pen.end_set(leaf, row);
                return Some(at);
            }
        }
    }

    /// Reads a list of records.
    fn list(&mut self, at: usize, list: ListId, depth: usize) -> Option<usize> {
        let bytes = self.bytes;
        if *bytes.get(at)? == b'n' {
            self.pen.state(list, ListState::None);
            return eat_all(bytes, at, b"null");
        }
        let mut at = space(bytes, eat(bytes, at, b'[')?);
        self.pen.state(list, ListState::Given);
        let most = self.pen.schema.list(list)?.most;
        let node = self.pen.tables.element(list);
        let mut given = 0;
        if *bytes.get(at)? == b']' {
            self.pen.close_list(list, given)?;
            return Some(at + 1);
        }
        loop {
            if given == most {
                return None;
            }
            given += 1;
            let row = self.pen.open_row(list);
            at = self.record(at, node, row, depth + 1)?;
            let (more, next) = goes_on(bytes, at, b']')?;
            at = next;
            if !more {
                self.pen.close_list(list, given)?;
                return Some(at);
            }
        }
    }

    /// Reads a text with escapes, which only fields of texts have.
    #[cold]
    fn escaped(&mut self, at: usize, leaf: Leaf, row: u32) -> Option<usize> {
        if leaf.typ != Type::Text {
            return None;
        }
        let mut text = std::mem::take(&mut self.pen.sheet.scratch);
        text.clear();
        let end = unescape(self.bytes, at, &mut text);
        let end = end.filter(|_| self.pen.words(leaf, row, &text).is_some());
        self.pen.sheet.scratch = text;
        end
    }
}

/// Reads a text with escapes up to its quote.
fn unescape(bytes: &[u8], mut at: usize, text: &mut String) -> Option<usize> {
    loop {
        let end = plain_end(bytes, at);
        text.push_str(std::str::from_utf8(bytes.get(at..end)?).ok()?);
        match bytes.get(end)? {
            b'"' => return Some(end + 1),
            b'\\' => {
                let (c, next) = escape(bytes, end + 1)?;
                text.push(c);
                at = next;
            }
            _ => return None,
        }
    }
}

/// The character that an escape stands for.
fn escape(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let escape = *bytes.get(at)?;
    let c = match escape {
        b'"' | b'\\' | b'/' => char::from(escape),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = half(bytes, at + 1)?;
            if !(0xD800..0xDC00).contains(&first) {
                return Some((char::from_u32(first)?, at + 5));
            }
            let second = half(bytes, eat_all(bytes, at + 5, b"\\u")?)?;
            if !(0xDC00..0xE000).contains(&second) {
                return None;
            }
            let both = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            return Some((char::from_u32(both)?, at + 11));
        }
        _ => return None,
    };
    Some((c, at + 1))
}

/// The four digits of a `\u`.
fn half(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |value, digit| {
        Some(value << 4 | char::from(*digit).to_digit(16)?)
    })
}
