//! Texts in HTML: nothing that somebody wrote in a rule is markup, and nothing hides.

use crate::ground::render::visible;
use std::fmt::{self, Write};

/// What templates put texts through.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Escaped;

impl askama::filters::Escaper for Escaped {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> fmt::Result {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                to.write_char('\n')?;
            }
            for c in visible(line).chars() {
                match c {
                    '&' => to.write_str("&amp;")?,
                    '<' => to.write_str("&lt;")?,
                    '>' => to.write_str("&gt;")?,
                    '"' => to.write_str("&quot;")?,
                    '\'' => to.write_str("&#39;")?,
                    c => to.write_char(c)?,
                }
            }
        }
        Ok(())
    }
}

/// A text as a JavaScript string that may stand in any file.
pub(super) fn script(text: &str) -> String {
    let mut out = String::from("\"");
    for c in visible(text).chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' => out.push_str("\\u003c"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::filters::Escaper;

    #[test]
    fn nothing_is_markup_and_nothing_hides() {
        let mut out = String::new();
        let text = "<b title='x'>\"&\u{1b}\u{202e}\nzwei";
        Escaped.write_escaped_str(&mut out, text).unwrap();
        let expected = "&lt;b title=&#39;x&#39;&gt;&quot;&amp;␛&lt;U+202E&gt;\nzwei";
        assert_eq!(out, expected);
        assert_eq!(
            script("</script>\"\\\u{2028}"),
            "\"\\u003c/script>\\\"\\\\\\u003cU+2028>\""
        );
    }
}
