//! The texts of facts.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text of a declaration or of a rule; a copy shares it.
///
/// It keeps its memory apart, so that a reader which alone holds a text can write the next one
/// in the same place.
///
/// ```
/// use kakou::schema::value::{Text, Value};
/// let text = Text::from("H2216R260001");
/// assert_eq!((text.len(), &text[..1]), (12, "H"));
/// assert_eq!(Value::Text(text.clone()), Value::Text("H2216R260001".into()));
/// assert_ne!(text, Text::from("h2216r260001")); // Compared whole, letter by letter.
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Arc<String>);

impl Text {
    /// Its memory, emptied to be written again; none where the text is shared.
    pub(crate) fn emptied(&mut self) -> Option<&mut String> {
        let text = Arc::get_mut(&mut self.0)?;
        text.clear();
        Some(text)
    }

    /// How many bytes it has room for.
    pub(crate) fn room(&self) -> usize {
        self.0.capacity()
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}
impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}
impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::from(text.to_owned())
    }
}
impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(Arc::new(text))
    }
}
impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Text {
        Text::from(&*text)
    }
}
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
