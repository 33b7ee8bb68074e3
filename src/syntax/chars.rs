//! Characters: full-width twins, CJK letters, invisible characters, Chinese numerals.

use std::borrow::Cow;

/// The ASCII character that a full-width one is read as outside texts; other characters are
/// themselves.
pub(crate) fn twin(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '、' => ',',
        '｡' => '.',
        other => other,
    }
}

/// The text with every full-width character read as its twin.
pub(crate) fn normal(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| twin(c) != c) {
        Cow::Owned(text.chars().map(twin).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A letter of Chinese, Japanese or Korean script. Such letters make runs of their own, so that
/// `6个月` and `第2条` need no blanks.
pub(crate) fn is_cjk(c: char) -> bool {
    let range = matches!(c,
        '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}');
    range && c.is_alphanumeric()
}

/// A letter, digit or `_` of a name that is not CJK.
pub(crate) fn is_ascii_like(c: char) -> bool {
    let c = twin(c);
    c == '_' || c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphabetic() && !is_cjk(c))
}

/// A character that people cannot see: control characters, and those that turn or join others.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `十二` is 12; nothing outside 1 to 999.
pub(crate) fn chinese_numeral(text: &str) -> Option<u32> {
    const DIGITS: &str = "零一二三四五六七八九";
    let value = |c: char| match c {
        '〇' => Some(0),
        '两' => Some(2),
        other => DIGITS
            .chars()
            .position(|d| d == other)
            .and_then(|p| u32::try_from(p).ok()),
    };
    let (mut total, mut digit, mut last_unit): (u32, Option<u32>, u32) = (0, None, 1000);
    for c in text.chars() {
        let unit = match c {
            '百' => 100,
            '十' => 10,
            _ => {
                // Two digits in a row are no numeral, but for a zero that fills a gap: 一百零五.
                if digit.is_some_and(|d| d != 0) || last_unit == 1 {
                    return None;
                }
                digit = Some(value(c)?);
                continue;
            }
        };
        if unit >= last_unit {
            return None;
        }
        let count = match digit.take() {
            None if unit == 10 => 1,
            None | Some(0) => return None,
            Some(count) => count,
        };
        total += count * unit;
        last_unit = unit;
    }
    if let Some(d) = digit {
        if d == 0 {
            return None;
        }
        total += d;
    }
    (1..=999).contains(&total).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numerals() {
        for (text, number) in [
            ("一", 1),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("二十三", 23),
            ("一百", 100),
            ("一百零五", 105),
            ("一百一十", 110),
            ("二百五十六", 256),
            ("九百九十九", 999),
        ] {
            assert_eq!(chinese_numeral(text), Some(number), "{text}");
        }
        for text in ["零", "", "十十", "一二", "百", "十百", "二十零"] {
            assert_eq!(chinese_numeral(text), None, "{text}");
        }
    }

    #[test]
    fn full_width_is_read_as_ascii() {
        assert_eq!(normal("ＣＢ－０１，（"), "CB-01,(");
        assert_eq!(normal("货值"), "货值");
    }
}
