//! Bytes eight at a time: where a text ends, and whether it is one of some that are known.

pub(super) use crate::ground::word::word;
use std::hint::select_unpredictable;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The first bytes of a word, the others zero.
#[inline]
fn first(word: u64, bytes: usize) -> u64 {
    match bytes {
        0 => 0,
        1..=7 => word & ((1 << (8 * bytes)) - 1),
        _ => word,
    }
}

/// Marks the bytes that end a plain stretch of a JSON text: a quote, a backslash, a control
/// character. The lowest mark is right; those above it may not be.
#[inline]
fn stops(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = zero(word ^ (ONES * b'"' as u64));
    let backslash = zero(word ^ (ONES * b'\\' as u64));
    (quote | backslash | below_space) & HIGH
}

/// Marks the bytes of a word that are this one, exactly.
#[inline]
fn marks(word: u64, byte: u8) -> u64 {
    let other = word ^ (ONES * u64::from(byte));
    !(((other & !HIGH) + !HIGH) | other | !HIGH)
}

/// Marks the quotes of a word. The lowest mark is right; those above it may not be.
#[inline(always)]
fn quotes(word: u64) -> u64 {
    let other = word ^ (ONES * u64::from(b'"'));
    other.wrapping_sub(ONES) & !other & HIGH
}

/// A text of up to seven bytes that ends with a quote, as its word without the quote, and its
/// length; nothing where no quote stands in the word, or a zero before it, which is no text of JSON.
#[inline(always)]
fn quoted(word: u64) -> Option<(u64, usize)> {
    let quotes = quotes(word);
    if quotes == 0 {
        return None;
    }
    let lowest = quotes & quotes.wrapping_neg();
    let text = word & (lowest >> 7).wrapping_sub(1);
    // The text without that zero would be the same word.
    (text >= lowest >> 15).then_some((text, quotes.trailing_zeros() as usize / 8))
}

/// What stands there up to a quote and with it, as its words, zeros behind it, and its length; nothing
/// where no quote is among so many bytes, or fewer follow.
#[inline(always)]
pub(super) fn up_to_quote(bytes: &[u8], at: usize) -> Option<([u64; 3], usize)> {
    // Factors that bring the highest bits of all bytes together in the highest byte.
    const TOGETHER: u64 = 0x0002_0408_1020_4081;
    let [a, b, c] = three(bytes, at)?;
    let marked = |word: u64| quotes(word).wrapping_mul(TOGETHER) >> 56;
    // Nobody could foresee how long it is: so no branch asks.
    let quotes = marked(a) | marked(b) << 8 | marked(c) << 16;
    let length = quotes.trailing_zeros() as usize + 1;
    Some((cut([a, b, c], length)?, length))
}

/// So many bytes that stand there, as words; nothing where that is more than three, or fewer follow.
#[inline(always)]
pub(super) fn up_to(bytes: &[u8], at: usize, length: usize) -> Option<[u64; 3]> {
    cut(three(bytes, at)?, length)
}

/// The first bytes of three words, the others zero.
#[inline(always)]
fn cut([a, b, c]: [u64; 3], length: usize) -> Option<[u64; 3]> {
    let [x, y, z] = *UP_TO.get(length)?;
    Some([a & x, b & y, c & z])
}

/// The three words that stand there.
#[inline(always)]
fn three(bytes: &[u8], at: usize) -> Option<[u64; 3]> {
    let all: &[u8; LONGEST] = bytes.get(at..)?.first_chunk()?;
    let ([a, b, c], []) = all.as_chunks::<8>() else {
        return None;
    };
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    Some([word(a), word(b), word(c)])
}

/// Whether a word begins with true or false, and how long that is.
#[inline(always)]
pub(super) fn truth(word: u64) -> Option<(bool, usize)> {
    const TRUE: u64 = u64::from_le_bytes(*b"true\0\0\0\0");
    const FALSE: u64 = u64::from_le_bytes(*b"false\0\0\0");
    let yes = word & 0xFF == TRUE & 0xFF;
    // Neither is more likely, so that it is no branch that asks.
    let said = select_unpredictable(yes, TRUE, FALSE);
    let length = 5 - usize::from(yes);
    let kept = u64::MAX >> (64 - 8 * length);
    (word & kept == said).then_some((yes, length))
}

/// By length, which bytes of three words belong to a text.
#[allow(clippy::indexing_slicing, reason = "worked out when compiling")]
static UP_TO: [[u64; 3]; LONGEST + 1] = {
    let mut all = [[0; 3]; LONGEST + 1];
    let mut length = 1;
    while length <= LONGEST {
        all[length] = all[length - 1];
        all[length][(length - 1) / 8] |= 0xFF << ((length - 1) % 8 * 8);
        length += 1;
    }
    all
};

/// The words that [`up_to_quote`] finds of a text; nothing where JSON writes it otherwise, or where it is
/// too long.
pub(super) fn quoted_text(text: &str) -> Option<[u64; 3]> {
    let mut bytes = text.as_bytes().to_vec();
    let plain = plain_end(&bytes, 0) == bytes.len();
    bytes.push(b'"');
    bytes.resize(bytes.len().max(LONGEST), 0);
    up_to_quote(&bytes, 0)
        .filter(|_| plain)
        .map(|(words, _)| words)
}

/// Goes through a row of a table up to its line feed, and says where that is and where its commas
/// are; nothing where the row does not end here or has quotes.
#[inline]
pub(super) fn plain_row(bytes: &[u8], mut comma: impl FnMut(usize)) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        let word = word(bytes, at);
        let (ends, quotes) = (marks(word, b'\n'), marks(word, b'"'));
        let mut commas = marks(word, b',');
        if ends | quotes != 0 {
            let first = (ends | quotes).trailing_zeros();
            if quotes >> first & 1 == 1 {
                return None;
            }
            commas &= (1 << first) - 1;
        }
        while commas != 0 {
            comma(at + commas.trailing_zeros() as usize / 8);
            commas &= commas - 1;
        }
        if ends != 0 {
            return Some(at + ends.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    None
}

/// The first byte from a place on that ends a plain stretch of a JSON text, or the end.
#[inline]
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let found = stops(word(bytes, at));
        if found != 0 {
            // Past the end there are zeros, which are control characters.
            return (at + found.trailing_zeros() as usize / 8).min(bytes.len());
        }
        at += 8;
    }
}

/// The longest text that is known by its words.
pub(super) const LONGEST: usize = 24;

/// A set of texts of up to [`LONGEST`] bytes, each with a number, that are found by their words.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Texts of up to eight bytes, at the place that a product of their word gives or after it.
    short: Vec<(u64, u32)>,
    /// Longer ones likewise.
    long: Vec<([u64; 3], u32)>,
}

/// No text has this number.
const NOTHING: u32 = u32::MAX;

/// The golden ratio, which spreads what it is multiplied with.
pub(super) const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spreads a word over the places of a table whose size is a power of two.
#[inline]
fn place(word: u64, size: usize) -> usize {
    // The upper half of the product depends on all bits of the word.
    let spread = word.wrapping_mul(GOLDEN) >> 32;
    spread as usize & size.wrapping_sub(1)
}

#[inline]
pub(super) fn fold([a, b, c]: [u64; 3]) -> u64 {
    a ^ b.rotate_left(23) ^ c.rotate_left(46)
}

#[inline(always)]
fn seek<K: PartialEq + Copy>(table: &[(K, u32)], key: K, at: usize) -> Option<u32> {
    let (known, number) = *table.get(at)?;
    if known == key || number == NOTHING {
        return (number != NOTHING).then_some(number);
    }
    seek_on(table, key, at)
}

#[cold]
fn seek_on<K: PartialEq + Copy>(table: &[(K, u32)], key: K, at: usize) -> Option<u32> {
    let (before, from) = table.split_at_checked(at)?;
    let mut slots = from.iter().chain(before);
    let slot = slots.find(|(known, number)| *number == NOTHING || *known == key)?;
    (slot.1 != NOTHING).then_some(slot.1)
}

fn insert<K: Copy>(table: &mut [(K, u32)], key: K, number: u32, at: usize) {
    let (before, from) = table.split_at_mut(at.min(table.len()));
    let free = from.iter_mut().chain(before).find(|slot| slot.1 == NOTHING);
    if let Some(slot) = free {
        *slot = (key, number);
    }
}

impl Known {
    /// The table of texts by their numbers. Those that JSON would write otherwise are left out, so
    /// that a text found between quotes is one that stands there as it is; so are long ones.
    pub(super) fn new<'t>(texts: impl Iterator<Item = (&'t str, u32)> + Clone) -> Known {
        let plain = |text: &str| {
            let bytes = text.as_bytes();
            (1..=LONGEST).contains(&bytes.len()) && plain_end(bytes, 0) == bytes.len()
        };
        let texts = texts.filter(|(text, _)| plain(text));
        let short = texts.clone().filter(|(text, _)| text.len() <= 8);
        let long = texts.filter(|(text, _)| text.len() > 8);
        // At most a quarter is used, so that nearly every text stands at its own place.
        let size = |count: usize| match count {
            0 => 0,
            _ => (count * 4).next_power_of_two(),
        };
        let mut known = Known {
            short: vec![(0, NOTHING); size(short.clone().count())],
            long: vec![([0; 3], NOTHING); size(long.clone().count())],
        };
        for (text, number) in short {
            let key = word(text.as_bytes(), 0);
            let at = place(key, known.short.len());
            insert(&mut known.short, key, number, at);
        }
        for (text, number) in long {
            let key = [0, 8, 16].map(|at| word(text.as_bytes(), at));
            let at = place(fold(key), known.long.len());
            insert(&mut known.long, key, number, at);
        }
        known
    }

    /// The number of the short text that a word is, zeros behind it.
    #[inline(always)]
    pub(super) fn find_word(&self, word: u64) -> Option<u32> {
        seek(&self.short, word, place(word, self.short.len()))
    }

    /// The number of the longer text that words are, zeros behind it.
    #[inline]
    fn find_words(&self, words: [u64; 3]) -> Option<u32> {
        seek(&self.long, words, place(fold(words), self.long.len()))
    }

    /// The number of the text that ends with a quote there, and its length; nothing where it is not found
    /// at once, though it may be one.
    #[inline(always)]
    pub(super) fn find_quoted(&self, bytes: &[u8], at: usize) -> Option<(u32, usize)> {
        match quoted(word(bytes, at)) {
            Some((word, length)) => Some((self.find_word(word)?, length)),
            None => self.find_long_quoted(bytes, at),
        }
    }

    /// The same of a text of eight bytes or more.
    fn find_long_quoted(&self, bytes: &[u8], at: usize) -> Option<(u32, usize)> {
        let (words, with_quote) = up_to_quote(bytes, at)?;
        let length = with_quote - 1;
        // A zero at the end would not show in the words.
        if *bytes.get(at + length.checked_sub(1)?)? == 0 {
            return None;
        }
        let words = cut(words, length)?;
        let number = match length {
            ..8 => None,
            8 => self.find_word(words[0]),
            _ => self.find_words(words),
        };
        Some((number?, length))
    }

    /// The number of the text that stands there.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], at: usize, end: usize) -> Option<u32> {
        let length = end.checked_sub(at)?;
        // A zero at the end would not show in the words.
        if bytes.get(end.checked_sub(1)?) == Some(&0) {
            return None;
        }
        if length <= 8 {
            let key = first(word(bytes, at), length);
            return self.find_word(key);
        }
        if length > LONGEST {
            return None;
        }
        let part = |from: usize| first(word(bytes, at + from), length.saturating_sub(from));
        self.find_words([part(0), part(8), part(16)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_stretch_ends_where_json_says() {
        for (text, end) in [
            ("", 0),
            ("abc", 3),
            ("abc\"def", 3),
            ("abcdefgh\\ijk", 8),
            ("1234567890123456\u{1f}", 16),
            ("卡口\"", 6),
            ("\u{7f} \u{80}\u{ff}!#[]", 10),
            ("0123456\n\"", 7),
        ] {
            assert_eq!(plain_end(text.as_bytes(), 0), end, "{text:?}");
        }
        for byte in 0u8..=255 {
            let text = [b'a', byte, b'b'];
            let stops = byte < 0x20 || byte == b'"' || byte == b'\\';
            assert_eq!(plain_end(&text, 0), if stops { 1 } else { 3 }, "{byte}");
        }
    }

    #[test]
    fn a_short_text_ends_with_its_quote() {
        for (text, length) in [
            ("\"", 0),
            ("c1\",\"", 2),
            ("abcdefg\"", 7),
            ("\u{22}\u{23}\"", 0),
        ] {
            let kept = word(text.as_bytes().get(..length).unwrap(), 0);
            assert_eq!(
                quoted(word(text.as_bytes(), 0)),
                Some((kept, length)),
                "{text}"
            );
        }
        assert_eq!(quoted(word(b"abcdefgh\"", 0)), None);
        assert_eq!(quoted(word(b"ab", 0)), None);
        for zeros in [
            b"\0\"......".as_slice(),
            b"1371\0\"..",
            b"ab\0\0\"...",
            b"abcdef\0\"",
        ] {
            assert_eq!(quoted(word(zeros, 0)), None, "{zeros:?}");
        }
    }

    #[test]
    fn a_name_is_its_words_up_to_its_quote() {
        let longest = "abcdefghijklmnopqrstuvw";
        for text in [
            "",
            "a",
            "abcdefg",
            "abcdefgh",
            "卡口",
            "0123456789abcde",
            longest,
        ] {
            let all = format!("x{text}\":{{\"\\\u{1}\"\" what follows it is long enough");
            let (words, length) = up_to_quote(all.as_bytes(), 1).unwrap();
            assert_eq!(
                (Some(words), length),
                (quoted_text(text), text.len() + 1),
                "{text}"
            );
            let stands: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let quoted = format!("{text}\"");
            assert_eq!(stands.get(..length), Some(quoted.as_bytes()), "{text}");
            assert!(stands.iter().skip(length).all(|byte| *byte == 0), "{text}");
        }
        // One that is longer, or behind which too little stands, is not found so.
        assert_eq!(quoted_text(&format!("{longest}x")), None);
        assert_eq!(up_to_quote(format!("{longest}x\"").as_bytes(), 0), None);
        assert_eq!(up_to_quote(b"id\": 1}", 0), None);
        // A zero behind a name makes another one of it.
        let zero = up_to_quote(b"id\0\": 1, and what follows it", 0).unwrap();
        assert_ne!(Some(zero.0), quoted_text("id"));
        for unlike in ["a\"b", "a\\b", "a\nb"] {
            assert_eq!(
                quoted_text(unlike),
                None,
                "JSON writes {unlike:?} otherwise"
            );
        }
    }

    #[test]
    fn true_and_false_are_told_by_a_word() {
        for (text, is) in [
            ("true", Some((true, 4))),
            ("true,\"a\"", Some((true, 4))),
            ("false", Some((false, 5))),
            ("false}]}", Some((false, 5))),
            ("truf", None),
            ("tru", None),
            ("fals", None),
            ("False", None),
            ("1", None),
            ("", None),
        ] {
            assert_eq!(truth(word(text.as_bytes(), 0)), is, "{text:?}");
        }
    }

    #[test]
    fn a_row_ends_where_its_line_does() {
        for (text, end, commas) in [
            ("a,b\nc,d", Some(3), vec![1]),
            (",,\n", Some(2), vec![0, 1]),
            ("\n", Some(0), vec![]),
            ("0123456789,卡口,\r\n,,,,,,", Some(19), vec![10, 17]),
            ("0123456789,b", None, vec![10]),
            ("a,b,\"c\nd\"\n", None, vec![1, 3]),
            ("", None, vec![]),
        ] {
            let mut found = Vec::new();
            let at = plain_row(text.as_bytes(), |at| found.push(at));
            assert_eq!(at, end, "{text:?}");
            if at.is_some() {
                assert_eq!(found, commas, "{text:?}");
            }
        }
        for byte in 0u8..=255 {
            let marked = (0u8..=255).filter(|other| marks(u64::from(*other), byte) & 0x80 != 0);
            assert_eq!(marked.collect::<Vec<_>>(), [byte]);
            assert_eq!(marks(u64::from_le_bytes([byte ^ 1; 8]), byte), 0);
        }
    }

    #[test]
    fn texts_are_found_by_their_words() {
        let texts = [
            "7",
            "O",
            "1371",
            "1234567",
            "12345678",
            "123456789",
            "customs_declaration",
            "卡口",
            "a\"b",
            "",
            "abcdefghijklmnopqrstuvwx",
            "abcdefghijklmnopqrstuvwxy",
            "pudong_airport_cbz",
        ];
        let known = Known::new(texts.iter().copied().zip(0..));
        for (text, number) in texts.iter().zip(0..) {
            let left_out = text.is_empty() || text.contains('"') || text.len() > LONGEST;
            let all = format!("\"{text}\": what follows it");
            let found = known.find(all.as_bytes(), 1, 1 + text.len());
            assert_eq!(found, (!left_out).then_some(number), "{text}");
            let alone = known.find(text.as_bytes(), 0, text.len());
            assert_eq!(alone, found, "{text}");
            // Found by its quote are those that have room for it.
            let by_quote = text.len() < LONGEST && !left_out;
            let right = by_quote.then_some((number, text.len()));
            let followed = format!("{all} and goes on");
            assert_eq!(known.find_quoted(followed.as_bytes(), 1), right, "{text}");
        }
        for other in [
            b"137".as_slice(),
            b"7\0",
            b"\0",
            b"1234567\0",
            b"12345678\0",
            b"123456789\0",
            b"customs_declaration\0",
            b"cd_pudong_airport_cbz",
        ] {
            assert_eq!(known.find(other, 0, other.len()), None, "{other:?}");
            let quoted = [other, b"\": and all that follows it"].concat();
            assert_eq!(known.find_quoted(&quoted, 0), None, "{other:?}");
        }
        assert_eq!(known.find(b"customs_declaratioN", 0, 19), None);
        assert_eq!(Known::default().find(b"7", 0, 1), None);
    }
}
