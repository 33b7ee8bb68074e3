//! What readers of many records look up: the names of a schema's records and the codes of its
//! tables, by their words.

use super::index::{Child, Index, NodeId};
use super::words::{self, Known};
use crate::schema::Schema;
use crate::schema::value::{Code, TableId};
use std::ops::Deref;

/// The index of a schema with its names and codes by their words; made once for a reader.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    index: Index,
    records: Vec<Record>,
    codes: Vec<Known>,
    /// How many places all records have for guesses.
    guesses: usize,
}

/// The names of one record.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    names: Vec<Name>,
    known: Known,
    /// Where the guesses of this record begin among those of all.
    pub(super) guesses: usize,
}

/// The most names that a record may have to be read in one pass.
pub(super) const MOST_NAMES: usize = 256;

/// A name with the quote behind it, as its words: what a key begins with.
#[derive(Debug, Clone)]
pub(super) struct Name {
    words: [u64; 2],
    kept: [u64; 2],
    length: usize,
    /// The whole name with its quote, where that is longer than two words.
    long: Option<Box<[u8]>>,
    pub(super) child: Child,
}

impl Name {
    fn new(name: &str, child: Child) -> Name {
        let quoted: Vec<u8> = name.bytes().chain([b'"']).collect();
        let part = |at: usize| words::first(u64::MAX, quoted.len().saturating_sub(at));
        // A name that JSON would write otherwise is never what stands there.
        let plain = words::plain_end(&quoted, 0) == name.len();
        let (words, kept) = match plain {
            true => (
                [words::word(&quoted, 0), words::word(&quoted, 8)],
                [part(0), part(8)],
            ),
            false => ([1; 2], [0; 2]),
        };
        Name {
            words,
            kept,
            length: quoted.len(),
            long: (plain && quoted.len() > 16).then(|| quoted.into()),
            child,
        }
    }

    /// The end of this name with its quote, where it stands there.
    #[inline(always)]
    pub(super) fn end(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let end = at + self.length;
        let first = (words::word(bytes, at) ^ self.words[0]) & self.kept[0];
        let second = (words::word(bytes, at + 8) ^ self.words[1]) & self.kept[1];
        if first | second != 0 {
            return None;
        }
        match &self.long {
            None => Some(end),
            Some(long) => (bytes.get(at..end) == Some(long)).then_some(end),
        }
    }

    /// Whether it is this name.
    #[inline]
    pub(super) fn is(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        if bytes.len() + 1 != self.length {
            return false;
        }
        match &self.long {
            Some(long) => long.starts_with(bytes),
            None => {
                let quote = |at: usize| match bytes.len().checked_sub(at) {
                    Some(before @ 0..=7) => u64::from(b'"') << (8 * before),
                    _ => 0,
                };
                words::word(bytes, 0) | quote(0) == self.words[0]
                    && words::word(bytes, 8) | quote(8) == self.words[1]
            }
        }
    }
}

impl Record {
    /// The name at a place.
    #[inline]
    pub(super) fn name(&self, place: usize) -> Option<&Name> {
        self.names.get(place)
    }

    /// The place of the name that stands there.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], at: usize, end: usize) -> Option<usize> {
        let found = self.known.find(bytes, at, end);
        if found.is_some() || end.checked_sub(at)? <= words::LONGEST {
            return found.map(|place| place as usize);
        }
        let name = bytes.get(at..end)?;
        let is =
            |known: &Name| known.long.as_deref().and_then(|l| l.strip_suffix(b"\"")) == Some(name);
        self.names.iter().position(is)
    }
}

static NO_RECORD: Record = Record {
    names: Vec::new(),
    known: Known::NONE,
    guesses: 0,
};

impl Tables {
    pub(crate) fn new(schema: &Schema) -> Tables {
        let index = Index::new(schema);
        let mut guesses = 0;
        let records = index.nodes().map(|node| {
            let names: Vec<Name> = node
                .children()
                .map(|(n, child)| Name::new(n, child))
                .collect();
            let begin = guesses;
            guesses += names.len() + 1;
            Record {
                known: Known::new(node.names().zip(0..)),
                names,
                guesses: begin,
            }
        });
        let records = records.collect();
        let codes = schema.tables.iter().map(|table| {
            let codes = table.codes.iter().map(|entry| entry.code.as_str());
            Known::new(codes.zip(0..))
        });
        Tables {
            codes: codes.collect(),
            records,
            guesses,
            index,
        }
    }

    /// The names of a record.
    #[inline]
    pub(super) fn record(&self, node: NodeId) -> &Record {
        self.records.get(node.number()).unwrap_or(&NO_RECORD)
    }

    /// How many places all records have for guesses.
    pub(super) fn guesses(&self) -> usize {
        self.guesses
    }

    /// The code of a table that a word is, zeros behind it.
    #[inline(always)]
    pub(super) fn code_of_word(&self, table: TableId, word: u64) -> Option<Code> {
        self.codes.get(table.0 as usize)?.find_word(word).map(Code)
    }

    /// The code of a table that stands there, where it is one of those found by their words.
    #[inline]
    pub(super) fn code(&self, table: TableId, bytes: &[u8], at: usize, end: usize) -> Option<Code> {
        let codes = self.codes.get(table.0 as usize)?;
        codes.find(bytes, at, end).map(Code)
    }
}

impl Deref for Tables {
    type Target = Index;
    fn deref(&self) -> &Index {
        &self.index
    }
}
