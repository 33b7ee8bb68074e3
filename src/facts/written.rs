//! The small pieces of reading JSON: which names were given, and values that are read whole.

use super::error;
use super::leaf::{Fault, Raw};
use std::borrow::Cow;

/// Which names of a record were given: the first 64 in a word, the rest in a list.
#[derive(Default)]
pub(crate) struct Given {
    first: u64,
    rest: Vec<u64>,
}

impl Given {
    /// Notes a name; says whether it is new.
    pub(crate) fn note(&mut self, place: usize) -> bool {
        let bit = 1u64 << (place % 64);
        let word = match (place / 64).checked_sub(1) {
            None => &mut self.first,
            Some(at) => {
                if self.rest.len() <= at {
                    self.rest.resize(at + 1, 0);
                }
                match self.rest.get_mut(at) {
                    Some(word) => word,
                    None => return true,
                }
            }
        };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// A JSON value that is read whole: by its first byte it is known what it is.
pub(crate) enum Written<'t> {
    Null,
    Bool(bool),
    Digits(&'t str),
    Text(Cow<'t, str>),
    Array,
    Object,
}

impl<'t> Written<'t> {
    pub(crate) fn of(json: &'t str) -> Result<Written<'t>, Fault> {
        Ok(match json.as_bytes().first() {
            Some(b'"') => {
                let inner = json
                    .get(1..json.len().saturating_sub(1))
                    .unwrap_or_default();
                if inner.bytes().any(|b| b == b'\\') {
                    // All that the parser has not looked at yet is whether `\u` pairs make characters.
                    let text = serde_json::from_str(json).map_err(|_| {
                        Fault::new(error::NOT_JSON, "an escape that is half a character")
                    })?;
                    Written::Text(Cow::Owned(text))
                } else {
                    Written::Text(Cow::Borrowed(inner))
                }
            }
            Some(b't') => Written::Bool(true),
            Some(b'f') => Written::Bool(false),
            Some(b'n') => Written::Null,
            Some(b'[') => Written::Array,
            Some(b'{') => Written::Object,
            _ => Written::Digits(json),
        })
    }

    pub(crate) fn raw(&self) -> Raw<'_> {
        match self {
            Written::Null => Raw::Null,
            Written::Bool(yes) => Raw::Bool(*yes),
            Written::Digits(digits) => Raw::Digits(digits),
            Written::Text(text) => Raw::Text(text),
            Written::Array => Raw::Array,
            Written::Object => Raw::Object,
        }
    }
}
