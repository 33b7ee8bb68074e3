//! A tree becomes text in the canonical layout, in either language.
//!
//! What is printed parses to the same tree again. A name that is a word of the language, or that
//! the lexer would not read back as one name, stands in `「」`; punctuation is ASCII.

mod expressions;
mod items;
mod pieces;
mod scenarios;
mod speakers;

use super::ast::File;
use super::words::Lang;
use pieces::Printer;

/// Prints a file in the canonical layout.
///
/// ```
/// use kakou::ground::{limits::Limits, span::SourceId};
/// use kakou::syntax::{parse, print::print, Lang};
/// let (file, _) = parse(SourceId(0), "rule A\n when x is  in2\n then hold", &Limits::default());
/// assert_eq!(print(&file, Lang::En), "rule A\n  when    x is in2\n  then    hold\n");
/// // A word of the language is no name: it keeps its 「」.
/// let (file, _) = parse(SourceId(0), "let 「in」 = 5", &Limits::default());
/// assert_eq!(print(&file, Lang::Zh), "定义 「in」 = 5\n");
/// ```
pub fn print(file: &File, lang: Lang) -> String {
    let printer = Printer { lang };
    let mut out = String::new();
    let mut before: Option<(std::mem::Discriminant<super::ast::ItemKind>, bool)> = None;
    for item in &file.items {
        let text = printer.item(item);
        let kind = std::mem::discriminant(&item.kind);
        let one_line = text.lines().count() == 1;
        // Items of one line and of one kind stand together; all others have a blank line between.
        if before.is_some_and(|b| b != (kind, true) || !one_line) {
            out.push('\n');
        }
        out.push_str(&text);
        before = Some((kind, one_line));
    }
    if !file.comments.is_empty() && before.is_some() {
        out.push('\n');
    }
    for comment in &file.comments {
        out.push_str(&pieces::comment_line("", comment));
    }
    out
}
