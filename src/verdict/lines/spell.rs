//! Texts on their way into JSON.

use std::fmt;

/// Writes into a JSON text what is written to it, with its escapes.
#[derive(Debug)]
pub(super) struct Inside<'o>(pub(super) &'o mut Vec<u8>);

impl fmt::Write for Inside<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}

/// Writes a text with its quotes.
pub(super) fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escape(out, text);
    out.push(b'"');
}

/// The same by itself.
pub(super) fn quoted(text: &str) -> Box<[u8]> {
    let mut out = Vec::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out.into()
}

/// Writes a text with the escapes that JSON asks for, and with those of characters that a terminal
/// would obey.
pub(super) fn escape(out: &mut Vec<u8>, text: &str) {
    // The characters that a terminal obeys begin with one of these bytes, as do some others.
    let plain = |byte: u8| !matches!(byte, 0..0x20 | b'"' | b'\\' | 0x7F | 0xC2 | 0xE2);
    let mut rest = text;
    loop {
        let length = rest.bytes().position(|byte| !plain(byte));
        let Some((before, odd)) = length.and_then(|length| rest.split_at_checked(length)) else {
            return out.extend_from_slice(rest.as_bytes());
        };
        out.extend_from_slice(before.as_bytes());
        let mut chars = odd.chars();
        if let Some(c) = chars.next() {
            escape_one(out, c);
        }
        rest = chars.as_str();
    }
}

fn escape_one(out: &mut Vec<u8>, c: char) {
    let short = match c {
        '"' => b'"',
        '\\' => b'\\',
        '\u{8}' => b'b',
        '\t' => b't',
        '\n' => b'n',
        '\u{c}' => b'f',
        '\r' => b'r',
        c if c < ' ' || obeyed(c) => {
            out.extend_from_slice(b"\\u");
            let digits = [12, 8, 4, 0].map(|shift| (u32::from(c) >> shift) & 0xF);
            out.extend(digits.map(|digit| match char::from_digit(digit, 16) {
                Some(digit) => digit as u8,
                None => b'0',
            }));
            return;
        }
        c => return out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    out.extend([b'\\', short]);
}

/// Whether a terminal would obey a character.
pub(crate) fn obeyed(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_everywhere() {
        for code in (0..0x3000).chain(0xFF00..0x1_0200) {
            let Some(c) = char::from_u32(code) else {
                continue;
            };
            let text = format!("a{c}卡{c}");
            let mut written = Vec::new();
            quote(&mut written, &text);
            let written = String::from_utf8(written).unwrap();
            let read: String = serde_json::from_str(&written).unwrap();
            assert_eq!(read, text);
            if obeyed(c) {
                assert!(written.is_ascii() || !written.contains(c), "{code:x}");
            } else {
                assert_eq!(written, serde_json::to_string(&text).unwrap());
            }
        }
    }
}
