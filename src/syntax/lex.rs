//! Text becomes tokens with places, and comments with places.
//!
//! Written with nom over `&str`; a place is the length of the whole less what is left. Blanks are
//! eaten between tokens. Outside texts, comments and names in `「」`, full-width characters are
//! read as their ASCII twins. What has no meaning becomes one `Odd` token and one complaint per
//! run, so that the grammar can go on behind it.

mod pieces;

use super::chars::{is_hidden, normal};
use super::codes;
use super::complaints::Complaints;
use super::words::{self, Lang, Word};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::{SourceId, Span};
use nom::bytes::complete::take_while;
use nom::character::complete::satisfy;
use nom::{IResult, Parser};
use pieces::{blanks, comment, mark, name, numbered, thousands};
use std::borrow::Cow;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or word.
    Name,
    /// A name in `「」`, which is never a word.
    Quoted,
    /// `0110`, `2.50`
    Digits,
    /// `2026-01-01`, by its shape.
    Date,
    /// `2020-05`, by its shape.
    Month,
    /// A text, unescaped.
    Text,
    /// `第 10 条`: its number.
    Article,
    /// `第 2 款`: its number.
    Paragraph,
    /// `<=`, `(`, `,` and so on.
    Mark,
    /// What has no meaning.
    Odd,
}

/// One token.
#[derive(Debug, Clone)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    /// What it says: ASCII twins put in, escapes undone.
    pub text: Cow<'a, str>,
    pub span: Span,
    /// Whether it is the first of its line.
    pub first_on_line: bool,
    /// Whether its line begins with it.
    pub column_one: bool,
    /// Whether no blank stands before it.
    pub glued: bool,
    /// Whether the lexer has complained about it.
    pub bad: bool,
    /// The word of one part that it spells.
    pub word: Option<(Word, Lang)>,
    /// The word of several parts that begins here, and how many tokens it takes.
    pub phrase: Option<(Word, usize)>,
}

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// The text without `#` and the blank after it.
    pub text: String,
    pub span: Span,
    /// Whether nothing stands before it on its line.
    pub own_line: bool,
}

/// All tokens and comments of a text.
pub(crate) struct Lexed<'a> {
    pub tokens: Vec<Token<'a>>,
    pub comments: Vec<Comment>,
}

type Lex<'a, T> = IResult<&'a str, T>;

/// Reads a whole text. What is wrong with it goes to `complaints`.
pub(crate) fn lex<'a>(id: SourceId, text: &'a str, complaints: &mut Complaints) -> Lexed<'a> {
    lex_part(id, 0, text, complaints)
}

/// Reads a part of a text that begins with a line; `start` is the place of its first byte.
pub(crate) fn lex_part<'a>(
    id: SourceId,
    start: u32,
    text: &'a str,
    complaints: &mut Complaints,
) -> Lexed<'a> {
    let mut lexer = Lexer {
        id,
        start,
        text,
        tokens: Vec::new(),
        comments: Vec::new(),
        complaints,
    };
    lexer.run();
    let Lexer {
        mut tokens,
        comments,
        ..
    } = lexer;
    find_phrases(&mut tokens);
    Lexed { tokens, comments }
}

/// Whether a name can be written without `「」`: the lexer reads it back as that one name.
pub(crate) fn is_bare_name(text: &str) -> bool {
    let mut complaints = Complaints::new(1);
    let lexed = lex(SourceId(0), text, &mut complaints);
    complaints.finish().is_empty()
        && lexed.comments.is_empty()
        && matches!(lexed.tokens.as_slice(),
            [one] if one.kind == Kind::Name && one.text == text
                && one.word.is_none_or(|(w, _)| w.class() == words::Class::Free))
}

/// Whether digits are read back as the same digits.
pub(crate) fn is_digits(text: &str) -> bool {
    let all = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) => all(whole) && all(part),
        None => all(text),
    }
}

struct Lexer<'a, 'c> {
    id: SourceId,
    /// The place of the first byte of the text.
    start: u32,
    text: &'a str,
    tokens: Vec<Token<'a>>,
    comments: Vec<Comment>,
    complaints: &'c mut Complaints,
}

impl<'a> Lexer<'a, '_> {
    fn offset(&self, rest: &str) -> usize {
        self.text.len() - rest.len()
    }

    fn span(&self, from: &str, to: &str) -> Span {
        let byte = |rest: &str| {
            let offset = u32::try_from(self.offset(rest)).unwrap_or(u32::MAX);
            self.start.saturating_add(offset)
        };
        Span::new(self.id, byte(from), byte(to))
    }

    fn run(&mut self) {
        let mut rest = match self.start {
            0 => self.text.strip_prefix('\u{feff}').unwrap_or(self.text),
            _ => self.text,
        };
        let (mut first, mut column_one, mut glued) = (true, true, false);
        loop {
            let before = rest;
            rest = blanks(rest);
            if rest.len() != before.len() {
                (column_one, glued) = (false, false);
            }
            if let Some(next) = rest
                .strip_prefix('\n')
                .or_else(|| rest.strip_prefix("\r\n"))
            {
                rest = next;
                (first, column_one, glued) = (true, true, false);
                continue;
            }
            if rest.is_empty() {
                return;
            }
            if let Ok((next, comment)) = comment(rest) {
                self.comment(rest, next, comment, first);
                rest = next;
                continue;
            }
            let (next, kind, text, bad) = self.token(rest);
            let span = self.span(rest, next);
            let word = if kind == Kind::Name {
                words::single(&text)
            } else {
                None
            };
            self.tokens.push(Token {
                kind,
                text,
                span,
                first_on_line: first,
                column_one,
                glued,
                bad,
                word,
                phrase: None,
            });
            (first, column_one, glued) = (false, false, true);
            rest = next;
        }
    }

    fn comment(&mut self, from: &'a str, to: &'a str, text: &'a str, own_line: bool) {
        self.hidden(from, text.len() + 1, "a comment");
        let text = text
            .strip_prefix(' ')
            .unwrap_or(text)
            .trim_end_matches([' ', '\t', '\r']);
        let text = text
            .replace(|c: char| is_hidden(c) && c != '\t', " ")
            .trim_end()
            .to_string();
        self.comments.push(Comment {
            text,
            span: self.span(from, to),
            own_line,
        });
    }

    /// Complains about the hidden characters in the first `len` bytes, once.
    fn hidden(&mut self, from: &'a str, len: usize, place: &str) -> bool {
        let part = from.get(..len).unwrap_or(from);
        let tab_is_fine = place == "a comment";
        let found = part.char_indices().find(|(at, c)| {
            let end_of_line = *c == '\r' && part.len() == at + 1;
            is_hidden(*c) && !(tab_is_fine && *c == '\t') && !end_of_line
        });
        let Some((at, c)) = found else { return false };
        let start = from.get(at..).unwrap_or(from);
        let end = start.get(c.len_utf8()..).unwrap_or(start);
        let title = format!("an invisible character U+{:04X} in {place}", u32::from(c));
        let complaint = Diagnostic::new(codes::CONTROL_CHARACTER, title, self.span(start, end));
        self.complaints
            .push(complaint.help("take it out; a tab is written as blanks"));
        true
    }

    fn token(&mut self, rest: &'a str) -> (&'a str, Kind, Cow<'a, str>, bool) {
        if let Ok((next, (kind, number))) = numbered(rest) {
            return (next, kind, number, false);
        }
        if let Ok((next, open)) =
            satisfy(|c| matches!(c, '"' | '＂' | '“' | '”')).parse(rest) as Lex<'_, char>
        {
            return self.text_token(rest, next, open);
        }
        if let Some(next) = rest.strip_prefix('「') {
            return self.quoted(rest, next);
        }
        if let Ok((next, run)) = name(rest) {
            return self.run_token(rest, next, run);
        }
        if let Ok((next, mark)) = mark(rest) {
            if mark == "-" {
                self.minus(rest, next);
            }
            return (next, Kind::Mark, Cow::Borrowed(mark), false);
        }
        self.odd(rest)
    }

    /// A run of letters and digits: digits, a date, or a name.
    fn run_token(
        &mut self,
        rest: &'a str,
        next: &'a str,
        run: &'a str,
    ) -> (&'a str, Kind, Cow<'a, str>, bool) {
        let text = normal(run);
        let kind = shape(&text);
        if kind == Kind::Digits
            && text.len() <= 3
            && let Ok((after, groups)) = thousands(next)
        {
            let digits = format!("{text}{}", normal(groups)).replace(',', "");
            let span = self.span(rest, after);
            let title = format!("a number is written without commas, `{digits}`");
            let complaint = Diagnostic::new(codes::THOUSANDS, title, span);
            self.complaints.push(complaint.help(format!(
                "write `{digits}`; between two numbers, a blank stands after the comma"
            )));
            return (after, Kind::Digits, Cow::Owned(digits), true);
        }
        (next, kind, text, false)
    }

    fn minus(&mut self, rest: &'a str, next: &'a str) {
        let before = self
            .text
            .get(..self.offset(rest))
            .and_then(|s| s.chars().next_back());
        let blank = |c: Option<char>| c.is_none_or(|c| c.is_whitespace());
        if !blank(before) || !blank(next.chars().next()) {
            let complaint = Diagnostic::new(
                codes::TIGHT_MINUS,
                "a minus stands between blanks",
                self.span(rest, next),
            );
            self.complaints
                .push(complaint.help("`a - b` subtracts; `a-b` is one name"));
        }
    }

    fn quoted(&mut self, rest: &'a str, inside: &'a str) -> (&'a str, Kind, Cow<'a, str>, bool) {
        let (next, body) = until(inside, |c| c == '」' || c == '\n');
        let bad = self.hidden(inside, body.len(), "a name");
        match next.strip_prefix('」') {
            Some(next) if !body.is_empty() => (next, Kind::Quoted, Cow::Borrowed(body), bad),
            closed => {
                let next = closed.unwrap_or(next);
                let complaint = Diagnostic::new(
                    codes::OPEN_NAME,
                    if closed.is_some() {
                        "a name in `「」` is empty"
                    } else {
                        "a name does not end on its line"
                    },
                    self.span(rest, next),
                );
                self.complaints
                    .push(complaint.help("a name of several words is written `「…」`"));
                (next, Kind::Quoted, Cow::Borrowed(body), true)
            }
        }
    }

    fn text_token(
        &mut self,
        rest: &'a str,
        inside: &'a str,
        open: char,
    ) -> (&'a str, Kind, Cow<'a, str>, bool) {
        let close = match open {
            '“' | '”' => '”',
            other => other,
        };
        let mut out = String::new();
        let mut bad = false;
        let mut chars = inside.char_indices();
        let mut end = inside.len();
        let mut closed = false;
        while let Some((at, c)) = chars.next() {
            if c == '\n' {
                end = at;
                break;
            }
            if c == close {
                end = at;
                closed = true;
                break;
            }
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.clone().next() {
                Some((_, escaped @ ('"' | '\\'))) => {
                    chars.next();
                    out.push(escaped);
                }
                _ => {
                    if !bad {
                        let start = inside.get(at..).unwrap_or(inside);
                        let after = start.get(1..).unwrap_or(start);
                        let complaint = Diagnostic::new(
                            codes::UNKNOWN_ESCAPE,
                            "`\\` escapes only `\"` and itself",
                            self.span(start, after),
                        );
                        self.complaints
                            .push(complaint.help("write `\\\\` for one `\\`"));
                    }
                    bad = true;
                    out.push(c);
                }
            }
        }
        bad |= self.hidden(inside, end, "a text");
        let mut next = inside.get(end..).unwrap_or("");
        if closed {
            next = next.get(close.len_utf8()..).unwrap_or("");
        } else {
            let complaint = Diagnostic::new(
                codes::OPEN_TEXT,
                "a text does not end on its line",
                self.span(rest, next),
            )
            .help(format!(
                "close it with `{close}`; within a text, write `\\\"` for a quotation mark"
            ));
            self.complaints.push(complaint);
            bad = true;
        }
        (next, Kind::Text, Cow::Owned(out), bad)
    }

    /// A run of characters without meaning: one token, one complaint.
    fn odd(&mut self, rest: &'a str) -> (&'a str, Kind, Cow<'a, str>, bool) {
        let meaningless = |r: &'a str| {
            r.chars().next().is_some_and(|c| {
                c != '\n'
                    && c != '#'
                    && !is_blank(c)
                    && !"\"＂“”「".contains(c)
                    && name(r).is_err()
                    && mark(r).is_err()
            })
        };
        let mut next = skip_char(rest);
        while meaningless(next) {
            next = skip_char(next);
        }
        let first = rest.chars().next().unwrap_or(' ');
        let title = if is_hidden(first) {
            format!(
                "an invisible character U+{:04X} has no meaning here",
                u32::from(first)
            )
        } else {
            format!("`{first}` has no meaning here")
        };
        let mut complaint = Diagnostic::new(codes::ODD_CHARACTER, title, self.span(rest, next));
        if matches!(first, '\'' | '‘' | '’') {
            complaint = complaint.help("a text stands in `\"…\"`");
        } else if matches!(first, '{' | '}') {
            complaint =
                complaint.help("the language has no braces; clauses are told by their first word");
        } else if first == '。' {
            complaint = complaint.help("lines end without a full stop");
        }
        self.complaints.push(complaint);
        (next, Kind::Odd, Cow::Borrowed(""), true)
    }
}

/// Marks where a word of several parts begins, the longest first.
fn find_phrases(tokens: &mut [Token<'_>]) {
    for at in 0..tokens.len() {
        let Some(token) = tokens
            .get(at)
            .filter(|t| t.kind == Kind::Name && t.text.is_ascii())
        else {
            continue;
        };
        let mut best: Option<(Word, usize)> = None;
        for (word, rest) in words::phrases(&token.text) {
            let parts = rest.split(' ').count();
            let follow = tokens.get(at + 1..=at + parts).unwrap_or(&[]);
            let fits = follow.len() == parts
                && follow.iter().zip(rest.split(' ')).all(|(t, part)| {
                    t.kind == Kind::Name && t.text == part && !t.glued && !t.column_one
                });
            if fits && best.is_none_or(|(_, n)| n < parts + 1) {
                best = Some((word, parts + 1));
            }
        }
        if let Some(token) = tokens.get_mut(at) {
            token.phrase = best;
        }
    }
}

/// What a run of letters, digits, `-` and `.` is, by its shape.
fn shape(text: &str) -> Kind {
    let form: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    match form.as_str() {
        "0000-00-00" => Kind::Date,
        "0000-00" => Kind::Month,
        _ if is_digits(text) => Kind::Digits,
        _ => Kind::Name,
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{3000}' | '\u{a0}')
}

fn skip_char(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.as_str()
}

/// Splits before the first character that fits, or at the end.
fn until(text: &str, stop: impl Fn(char) -> bool) -> (&str, &str) {
    let result: Lex<'_, &str> = take_while(|c| !stop(c)).parse(text);
    result.unwrap_or((text, ""))
}
