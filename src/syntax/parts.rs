//! A text cut where items begin, so that each part can be read by itself.
//!
//! A part begins with a line whose first word, in column 1, begins an item; reading part after
//! part gives what reading the whole gives. Not every item need begin a part: one that is spelled
//! in full-width letters stands in the part before it.

use super::ast::Item;
use super::complaints::Complaints;
use super::grammar::{self, stretch::Reader};
use super::lex;
use super::words::{self, ITEMS, Word};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::limits::Limits;
use crate::ground::span::SourceId;

/// A part of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'t> {
    /// The byte of the text with which it begins.
    pub start: u32,
    /// What it says.
    pub text: &'t str,
    /// Whether it begins with the word of a rule.
    pub is_rule: bool,
}

/// The parts of a text, which together are the text.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut cuts = vec![(0, false)];
    let mut cut = |at: usize| {
        if let Some(word) = text.get(at..).and_then(item_word) {
            cuts.push((at, word == Word::Rule));
        }
    };
    cut(0);
    outer_lines(text, cut);
    let ends = cuts.iter().skip(1).map(|cut| cut.0).chain([text.len()]);
    let mut parts = Vec::with_capacity(cuts.len());
    parts.extend(cuts.iter().zip(ends).filter_map(|((from, is_rule), to)| {
        Some(Part {
            start: u32::try_from(*from).ok()?,
            text: text.get(*from..to).filter(|part| !part.is_empty())?,
            is_rule: *is_rule,
        })
    }));
    parts
}

/// Says where lines after the first begin, but for those that begin with a space or are empty.
fn outer_lines(text: &str, mut begins: impl FnMut(usize)) {
    /// So many bytes are looked at as one; most of them begin no such line.
    const STRETCH: usize = 64;
    let bytes = text.as_bytes();
    let next = bytes.get(1..).unwrap_or_default();
    let is_before = |(byte, next): (&u8, &u8)| *byte == b'\n' && *next > b' ';
    for (number, (here, next)) in bytes.chunks(STRETCH).zip(next.chunks(STRETCH)).enumerate() {
        // Without a way out, so that many bytes can be compared at once.
        let some = here.iter().zip(next);
        if some.fold(false, |some, pair| some | is_before(pair)) {
            for (at, pair) in here.iter().zip(next).enumerate() {
                if is_before(pair) {
                    begins(number * STRETCH + at + 1);
                }
            }
        }
    }
}

/// The word in column 1 of a line, if items begin with it.
fn item_word(line: &str) -> Option<Word> {
    let word = line.split([' ', '\t', '\u{3000}', '\u{a0}', '\r', '\n']);
    let (word, _) = words::single(word.into_iter().next()?)?;
    ITEMS.contains(&word).then_some(word)
}

/// Whether a text is longer than a file may be, or than places can say.
pub(crate) fn is_too_long(text: &str, limits: &Limits) -> bool {
    text.len() > limits.source_bytes || u32::try_from(text.len()).is_err()
}

/// Reads the parts of one text. Comments are left behind.
pub(crate) struct PartReader<'l> {
    id: SourceId,
    limits: &'l Limits,
    complaints: Complaints,
}

impl<'l> PartReader<'l> {
    /// A reader of the text with that number.
    pub fn new(id: SourceId, limits: &'l Limits) -> Self {
        PartReader {
            id,
            limits,
            complaints: Complaints::new(limits.diagnostics),
        }
    }

    /// The items of a part, and whether nothing was wrong with it.
    pub fn read(&mut self, part: &Part<'_>) -> (Vec<Item>, bool) {
        let before = self.complaints.count();
        let lexed = lex::lex_part(self.id, part.start, part.text, &mut self.complaints);
        let mut reader = Reader {
            complaints: &mut self.complaints,
            limits: self.limits,
        };
        let items = grammar::items::file(&lexed.tokens, &mut reader);
        (items, self.complaints.count() == before)
    }

    /// The complaints by place; nothing where there were more than are kept: which ones are kept
    /// is for reading the whole to say.
    pub fn finish(self) -> Option<Vec<Diagnostic>> {
        self.complaints.all_kept().then(|| self.complaints.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn together(text: &str) -> (Vec<Item>, Vec<Diagnostic>) {
        let limits = Limits::default();
        let mut reader = PartReader::new(SourceId(3), &limits);
        let all = parts(text)
            .iter()
            .flat_map(|part| reader.read(part).0)
            .collect();
        (all, reader.finish().expect("few complaints"))
    }

    #[test]
    fn parts_are_the_text() {
        let text = "\u{feff}# top\nrule A\n  then hold\nwhen b\n规则 B\r\n\n# of C\nrule\tC\nrulex D\nlaw L";
        let found = parts(text);
        let all: String = found.iter().map(|part| part.text).collect();
        assert_eq!(all, text);
        let rules: Vec<&str> = found.iter().filter(|p| p.is_rule).map(|p| p.text).collect();
        assert_eq!(rules.len(), 3, "{rules:?}");
        assert!(
            rules[2].ends_with("rulex D\n"),
            "a word that begins no item cuts nothing"
        );
        for part in &found {
            assert!(text[part.start as usize..].starts_with(part.text));
        }
    }

    /// Items, places and complaints are those of the whole, whatever is wrong.
    #[test]
    fn parts_read_as_the_whole_does() {
        let texts = [
            "rule A\n  when a > 5\n  then hold\n\n# note\nrule B\n  then hold # so\n",
            "  then hold\nrule A\n  when a >\n  then hold\nwhen b\nrul B\nlaw L \"甲\nrule C '\n",
            "rule A\r\n  then hold\r\n规则 B\n  则 暂缓\nｒｕｌｅ C\n  then hold\nlist l of hs from \"a\"\n",
            "rule A \"1,000\" / 1,000\nscenario \"x\"\n  expect A\nrule\nrule\n\trule D\n",
            "",
        ];
        for text in texts {
            let (items, complaints) = together(text);
            let (whole, found) = parse(SourceId(3), text, &Limits::default());
            let bare = |items: &[Item]| -> String {
                items.iter().map(|i| format!("{:?}\n", i.kind)).collect()
            };
            let clean = bare(&whole.items);
            if !text.contains('#') {
                assert_eq!(bare(&items), clean, "{text}");
            }
            let places = |items: &[Item]| items.iter().map(|i| i.at.0).collect::<Vec<_>>();
            assert_eq!(places(&items), places(&whole.items), "{text}");
            assert_eq!(format!("{complaints:?}"), format!("{found:?}"), "{text}");
        }
    }

    #[test]
    fn too_many_complaints_are_left_to_the_whole() {
        let limits = Limits {
            diagnostics: 1,
            ..Limits::default()
        };
        let mut reader = PartReader::new(SourceId(0), &limits);
        for part in parts("rul A\nrule B\n  then\nrule C\n  then\n") {
            reader.read(&part);
        }
        assert!(reader.finish().is_none());
    }
}
