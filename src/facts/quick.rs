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
use super::words::plain_end;
use crate::ground::number::Number;
use crate::schema::Schema;
use crate::schema::value::{ListId, Type};

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
        at: 0,
        nesting: nesting.min(DEEPEST),
    };
    quick.space();
    quick.record(tables.root(), 0, 0)?;
    quick.space();
    if quick.at != bytes.len() {
        return None;
    }
    quick.pen.finish()
}

struct Quick<'r> {
    pen: Pen<'r>,
    bytes: &'r [u8],
    at: usize,
    nesting: usize,
}

impl Quick<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Reads past white space.
    #[inline]
    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Reads past a byte.
    #[inline]
    fn eat(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }

    /// Reads past a word.
    #[inline]
    fn eat_all(&mut self, word: &[u8]) -> Option<()> {
        if !self.bytes.get(self.at..)?.starts_with(word) {
            return None;
        }
        self.at += word.len();
        Some(())
    }

    /// Whether another element or field follows, and not the end of what is being read.
    #[inline]
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        self.space();
        let next = self.peek()?;
        self.at += 1;
        if next == b',' {
            self.space();
            return Some(true);
        }
        (next == end).then_some(false)
    }

    /// Reads `null` where it stands there.
    #[inline]
    fn is_null(&mut self) -> Option<bool> {
        if self.peek()? != b'n' {
            return Some(false);
        }
        self.eat_all(b"null")?;
        Some(true)
    }

    /// Reads an object as a record of the schema.
    fn record(&mut self, node: NodeId, row: u32, depth: usize) -> Option<()> {
        if depth > self.nesting {
            return None;
        }
        self.eat(b'{')?;
        self.space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        let tables = self.pen.tables;
        let names = tables.record(node);
        let mut given = Given::default();
        // Names come in the order of the record before, mostly.
        let mut guess = names.guesses;
        loop {
            self.eat(b'"')?;
            let guessed = self.pen.sheet.guesses.get(guess).copied()?;
            let mut place = usize::from(guessed);
            let end = names.name(place).and_then(|n| n.end(self.bytes, self.at));
            match end {
                Some(end) => self.at = end,
                None => {
                    let end = plain_end(self.bytes, self.at);
                    place = names.find(self.bytes, self.at, end)?;
                    self.at = end;
                    self.eat(b'"')?;
                    *self.pen.sheet.guesses.get_mut(guess)? = u16::try_from(place).ok()?;
                }
            }
            guess = names.guesses + place + 1;
            given.note(place)?;
            self.space();
            self.eat(b':')?;
            self.space();
            match names.name(place)?.child {
                Child::Leaf(leaf) => self.leaf(leaf, row)?,
                Child::Record(inner) => {
                    if depth + 1 > self.nesting {
                        return None;
                    }
                    if self.is_null()? {
                        self.pen.no_record(inner, row);
                    } else {
                        self.record(inner, row, depth + 1)?;
                    }
                }
                Child::List(list, _) => self.list(list, depth + 1)?,
            }
            if !self.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    /// Reads the value of a field that is no list.
    #[inline]
    fn leaf(&mut self, leaf: Leaf, row: u32) -> Option<()> {
        match self.peek()? {
            b'"' => {
                let at = self.at + 1;
                let end = plain_end(self.bytes, at);
                if *self.bytes.get(end)? != b'"' {
                    return self.escaped(leaf, row);
                }
                self.at = end + 1;
                self.pen.text(leaf, row, self.bytes, at, end)
            }
            first @ (b'-' | b'0'..=b'9') => {
                if !matches!(
                    leaf.typ,
                    Type::Integer
                        | Type::Decimal
                        | Type::Rate
                        | Type::Money(_)
                        | Type::Quantity(_)
                ) {
                    return None;
                }
                let rest = self.bytes.get(self.at..)?;
                let (number, length) = Number::plain(rest)?;
                // JSON writes no zero before other digits.
                let whole = usize::from(first == b'-');
                let zero = rest.get(whole) == Some(&b'0');
                if zero && rest.get(whole + 1).is_some_and(u8::is_ascii_digit) {
                    return None;
                }
                self.at += length;
                self.pen.number(leaf, row, number)
            }
            b't' => {
                self.eat_all(b"true")?;
                self.pen.bool(leaf, row, true)
            }
            b'f' => {
                self.eat_all(b"false")?;
                self.pen.bool(leaf, row, false)
            }
            b'n' => {
                self.eat_all(b"null")?;
                self.pen.none(leaf, row);
                Some(())
            }
            b'[' => self.set(leaf, row),
            _ => None,
        }
    }

    /// Reads a set of codes.
    fn set(&mut self, leaf: Leaf, row: u32) -> Option<()> {
        let table = self.pen.begin_set(leaf)?;
        self.eat(b'[')?;
        self.space();
        if self.peek()? == b']' {
            self.at += 1;
        } else {
            loop {
                self.eat(b'"')?;
                let (at, end) = (self.at, plain_end(self.bytes, self.at));
                self.at = end;
                self.eat(b'"')?;
                self.pen.add_code(table, self.bytes, at, end)?;
                if !self.goes_on(b']')? {
                    break;
                }
            }
        }
        self.pen.end_set(leaf, row);
        Some(())
    }

    /// Reads a list of records.
    fn list(&mut self, list: ListId, depth: usize) -> Option<()> {
        if self.is_null()? {
            self.pen.state(list, ListState::None);
            return Some(());
        }
        self.eat(b'[')?;
        self.pen.state(list, ListState::Given);
        self.space();
        let most = self.pen.schema.list(list)?.most;
        let node = self.pen.tables.element(list);
        let mut given = 0;
        if self.peek()? == b']' {
            self.at += 1;
        } else {
            loop {
                if given == most {
                    return None;
                }
                given += 1;
                let row = self.pen.open_row(list);
                self.record(node, row, depth + 1)?;
                if !self.goes_on(b']')? {
                    break;
                }
            }
        }
        self.pen.close_list(list, given)
    }

    /// Reads a text with escapes, which only fields of texts have.
    #[cold]
    fn escaped(&mut self, leaf: Leaf, row: u32) -> Option<()> {
        if leaf.typ != Type::Text {
            return None;
        }
        self.at += 1;
        let mut text = std::mem::take(&mut self.pen.sheet.scratch);
        text.clear();
        let read = self.unescape(&mut text);
        if read.is_some() {
            self.pen.words(leaf, row, &text)?;
        }
        self.pen.sheet.scratch = text;
        read
    }

    fn unescape(&mut self, text: &mut String) -> Option<()> {
        loop {
            let end = plain_end(self.bytes, self.at);
            let plain = self.bytes.get(self.at..end)?;
            text.push_str(std::str::from_utf8(plain).ok()?);
            self.at = end + 1;
            match self.bytes.get(end)? {
                b'"' => return Some(()),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let escape = self.peek()?;
        self.at += 1;
        Some(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.half()?;
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first);
                }
                self.eat_all(b"\\u")?;
                let second = self.half()?;
                if !(0xDC00..0xE000).contains(&second) {
                    return None;
                }
                return char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            }
            _ => return None,
        })
    }

    /// Reads the four digits of a `\u`.
    fn half(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |value, digit| {
            Some(value << 4 | char::from(*digit).to_digit(16)?)
        })
    }
}
