//! What readers of many records look up: the names of a schema's records and the codes of its
//! tables, by their words.

use super::index::{Child, Index, NodeId, by_length};
use super::words::{self, GOLDEN, Known};
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
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// By length, and then in the order of their bytes.
    names: Vec<Name>,
    slots: Slots,
    /// Where the guesses of this record begin among those of all.
    pub(super) guesses: usize,
}

/// The most names that a record may have to be read in one pass.
pub(super) const MOST_NAMES: usize = 256;

/// A name of a record.
#[derive(Debug, Clone)]
pub(super) struct Name {
    text: Box<str>,
    /// The text with the quote behind it.
    words: [u64; 3],
    /// How long that is. Of a name that is too long, or that JSON writes otherwise, nothing is as long.
    length: usize,
    pub(super) child: Child,
}

impl Name {
    fn new(name: &str, child: Child) -> Name {
        let words = words::quoted_text(name);
        Name {
            length: words.map_or(usize::MAX, |_| name.len() + 1),
            words: words.unwrap_or_default(),
            text: name.into(),
            child,
        }
    }

    /// Whether these are its words.
    #[inline(always)]
    fn has_words(&self, [a, b, c]: [u64; 3]) -> bool {
        // One by one, as they are in registers.
        let [x, y, z] = self.words;
        (a ^ x) | (b ^ y) | (c ^ z) == 0
    }

    /// Whether it is this name.
    #[inline]
    pub(super) fn is(&self, name: &str) -> bool {
        *self.text == *name
    }
}

impl Record {
    /// The name at a place.
    #[inline]
    pub(super) fn name(&self, place: usize) -> Option<&Name> {
        self.names.get(place)
    }

    /// The place of a name.
    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        let known = |known: &Name| by_length(known.text.as_bytes(), name);
        self.names.binary_search_by(known).ok()
    }

    /// The name at that place, where it stands there, with the end of the quote behind it.
    #[inline(always)]
    pub(super) fn is_at(
        &self,
        place: usize,
        bytes: &[u8],
        at: usize,
    ) -> Option<(usize, &Name, usize)> {
        let name = self.names.get(place)?;
        let words = words::up_to(bytes, at, name.length)?;
        let end = at + name.length;
        name.has_words(words).then_some((place, name, end))
    }

    /// The name that stands there, its place, and the end of the quote behind it; nothing where it is not
    /// found at once, though it may be one.
    #[inline(always)]
    pub(super) fn quoted(&self, bytes: &[u8], at: usize) -> Option<(usize, &Name, usize)> {
        let (words, length) = words::up_to_quote(bytes, at)?;
        let place = self.slots.place(words)?;
        let name = self.names.get(place)?;
        // A slot that nobody has leads to some name as well, whose words are others.
        name.has_words(words).then_some((place, name, at + length))
    }
}

/// At a product of a name's words, its place among the names.
#[derive(Debug, Clone)]
struct Slots {
    places: Vec<u8>,
    factor: u64,
    shift: u32,
}

impl Slots {
    const NONE: Slots = Slots {
        places: Vec::new(),
        factor: 0,
        shift: 0,
    };

    /// Names that come to the slot of another are left out: they are found otherwise.
    fn new(names: &[Name]) -> Slots {
        // With eight slots a name or more and so many factors to choose from, hardly any are.
        const FACTORS: u64 = 64;
        let (mut slots, mut least) = (Slots::NONE, usize::MAX);
        for number in 0..FACTORS {
            let (tried, left_out) = Slots::by(GOLDEN.wrapping_mul(2 * number + 1), names);
            if left_out < least {
                (slots, least) = (tried, left_out);
            }
            if least == 0 {
                break;
            }
        }
        slots
    }

    /// Those by a factor, and how many names are left out.
    fn by(factor: u64, names: &[Name]) -> (Slots, usize) {
        let count = (names.len().max(1) * 8).next_power_of_two();
        let mut slots = Slots {
            places: vec![u8::MAX; count],
            factor,
            shift: 64 - count.trailing_zeros(),
        };
        let mut left_out = 0;
        for (place, name) in (0u8..u8::MAX).zip(names) {
            if name.length > words::LONGEST {
                continue;
            }
            let slot = slots.slot(name.words);
            match slots.places.get_mut(slot) {
                Some(free @ &mut u8::MAX) => *free = place,
                _ => left_out += 1,
            }
        }
        (slots, left_out)
    }

    #[inline(always)]
    fn slot(&self, words: [u64; 3]) -> usize {
        (words::fold(words).wrapping_mul(self.factor) >> self.shift) as usize
    }

    #[inline(always)]
    fn place(&self, words: [u64; 3]) -> Option<usize> {
        self.places.get(self.slot(words)).copied().map(usize::from)
    }
}

static NO_RECORD: Record = Record {
    names: Vec::new(),
    slots: Slots::NONE,
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
                slots: Slots::new(&names),
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

    /// The code of a table that ends with a quote there, and its length, where it is found at once.
    #[inline(always)]
    pub(super) fn quoted_code(
        &self,
        table: TableId,
        bytes: &[u8],
        at: usize,
    ) -> Option<(Code, usize)> {
        let codes = self.codes.get(table.0 as usize)?;
        let (number, length) = codes.find_quoted(bytes, at)?;
        Some((Code(number), length))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::value::{FieldId, ListId};

    fn record(names: &[String]) -> Record {
        let child = Child::List(ListId(0), FieldId(0));
        let names: Vec<Name> = names.iter().map(|name| Name::new(name, child)).collect();
        Record {
            slots: Slots::new(&names),
            names,
            guesses: 0,
        }
    }

    #[test]
    fn every_name_is_found_in_one_way_or_the_other() {
        for count in [0, 1, 2, 60, MOST_NAMES] {
            let mut names: Vec<String> = (0..count).map(|at| format!("field_{at}")).collect();
            if let [first, second, .., _] = names.as_mut_slice() {
                *first = "ein_name_der_länger_ist_als_drei_wörter".into();
                *second = "a\nb".into();
            }
            names.sort_unstable_by(|a, b| by_length(a.as_bytes(), b.as_bytes()));
            let record = record(&names);
            let mut at_once = 0;
            for (place, name) in names.iter().enumerate() {
                let text = format!("{name}\": a value and what follows it");
                let bytes = text.as_bytes();
                if let Some((found, is, end)) = record.quoted(bytes, 0) {
                    assert_eq!((found, end), (place, name.len() + 1), "{name}");
                    assert!(is.is(name) && !is.is("field"), "{name}");
                    at_once += 1;
                }
                assert_eq!(record.find(name.as_bytes()), Some(place), "{name}");
                // Whoever guesses right finds those that are not too long, and nobody else does.
                let short = !name.contains('\n') && name.len() < words::LONGEST;
                for guess in [place, (place + 1) % count] {
                    let found = record.is_at(guess, bytes, 0);
                    let found = found.map(|(place, _, end)| (place, end));
                    let right = (guess == place && short).then_some((place, name.len() + 1));
                    assert_eq!(found, right, "{name}, {guess}");
                }
            }
            assert!(
                at_once * 10 >= count.saturating_sub(2) * 9,
                "{at_once} of {count}"
            );
            for other in ["field_", "\0\0\0\0", "field_1\0", "\""] {
                let text = format!("{other}\": a value and what follows it");
                let bytes = text.as_bytes();
                assert!(record.quoted(bytes, 0).is_none(), "{other}");
                assert_eq!(record.find(other.as_bytes()), None, "{other}");
                assert!(
                    (0..count).all(|guess| record.is_at(guess, bytes, 0).is_none()),
                    "{other}"
                );
            }
        }
    }
}
