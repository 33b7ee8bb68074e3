//! The file: cut into items by column 1, and items into clauses, fields, values and rows.

use super::stretch::{Reader, cut_lines, opens_with, place};
use super::{clauses, scenarios, schema, tables};
use crate::ground::diagnostic::Diagnostic;
use crate::syntax::ast::*;
use crate::syntax::codes;
use crate::syntax::input::{Parsed, Tokens};
use crate::syntax::lex::{Kind, Token};
use crate::syntax::words::{self, Class, ITEMS, Lang, Word};

/// `file = { item }`. An item that cannot be read at all is left out.
pub(crate) fn file(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for stretch in cut_items(tokens) {
        if let Some(kind) = item(stretch, reader) {
            items.push(Item {
                at: place(stretch),
                notes: Notes::default(),
                kind,
            });
        }
    }
    items
}

/// Cuts at each token in column 1, but for clause words of the item that is going on.
fn cut_items<'s, 'a>(tokens: &'s [Token<'a>]) -> Vec<&'s [Token<'a>]> {
    let (mut cuts, mut start) = (Vec::new(), 0);
    let mut clauses: &[Word] = &[];
    for (at, token) in tokens.iter().enumerate() {
        if !token.column_one || (opens_with(token, clauses) && !opens_with(token, ITEMS)) {
            continue;
        }
        cuts.extend(tokens.get(start..at).filter(|s| !s.is_empty()));
        start = at;
        clauses = token.word.map_or(&[], |(w, _)| w.clauses());
    }
    cuts.extend(tokens.get(start..).filter(|s| !s.is_empty()));
    cuts
}

/// `item`: its first word says which.
fn item(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let first = tokens.first()?;
    if !first.column_one {
        if !first.bad {
            let complaint = Diagnostic::new(
                codes::OUTSIDE_ITEM,
                "a line stands before the first item",
                first.span,
            );
            reader
                .complaints
                .push(complaint.help("an item begins in column 1"));
        }
        return None;
    }
    let word = match first.word {
        Some((word, _)) if ITEMS.contains(&word) => word,
        _ => {
            unknown_item(first, reader);
            return None;
        }
    };
    for late in tokens.iter().skip(1).filter(|t| t.column_one) {
        let complaint = Diagnostic::new(
            codes::CLAUSE_IN_COLUMN_ONE,
            "a clause begins in column 1",
            late.span,
        );
        reader
            .complaints
            .push(complaint.help("put blanks before it"));
    }
    match word {
        Word::Outcomes => reader.whole(tokens, false, schema::outcomes),
        Word::Departments => reader.whole(tokens, false, schema::departments),
        Word::Declaration => declaration(tokens, reader),
        Word::Codes | Word::Units | Word::Currencies => reader.whole(tokens, false, schema::codes),
        Word::List => reader.whole(tokens, false, schema::list),
        Word::Requirement => reader.whole(tokens, false, schema::requirement),
        Word::Law => law(tokens, reader),
        Word::Event => reader.whole(tokens, false, clauses::event),
        Word::Parameter => parameter(tokens, reader),
        Word::Let => reader.whole(tokens, false, clauses::let_),
        Word::Rule => rule(tokens, reader),
        Word::Table => table(tokens, reader),
        Word::Covers => reader.whole(tokens, false, clauses::covers),
        Word::Pilot => pilot(tokens, reader),
        _ => scenario(tokens, reader),
    }
}

fn unknown_item(first: &Token<'_>, reader: &mut Reader<'_>) {
    if first.bad {
        return;
    }
    let title = match first.kind {
        Kind::Name | Kind::Quoted => format!("no item begins with `{}`", first.text),
        _ => "an item begins with its word".to_string(),
    };
    let complaint = Diagnostic::new(codes::UNKNOWN_ITEM, title, first.span);
    let clause = [Word::Rule, Word::Pilot, Word::Law, Word::Scenario]
        .into_iter()
        .find(|item| opens_with(first, item.clauses()));
    reader
        .complaints
        .push(match (clause, words::nearest_item(&first.text)) {
            (Some(item), _) => complaint.help(format!(
                "it opens a clause of a {}: put it below one, with blanks before it",
                item.spelling(Lang::En)
            )),
            (None, Some(near)) => complaint.help(format!("did you mean `{near}`?")),
            (None, None) => {
                complaint.help("a line that goes on from the one above begins with blanks")
            }
        });
}

/// Whether the clause word nearest to the first word of a line is near enough to be meant.
fn misspelled(tokens: &[Token<'_>], at: usize, clauses: &[Word]) -> Option<&'static str> {
    let token = tokens.get(at).filter(|t| t.kind == Kind::Name)?;
    if token
        .word
        .is_some_and(|(w, _)| w.class() == Class::Reserved)
    {
        return None;
    }
    let before = at.checked_sub(1).and_then(|n| tokens.get(n))?;
    let ends = matches!(
        before.kind,
        Kind::Name | Kind::Quoted | Kind::Digits | Kind::Text | Kind::Date | Kind::Article
    ) && before
        .word
        .is_none_or(|(w, _)| w.class() != Class::Reserved);
    if !ends && before.text != ")" && before.text != "%" {
        return None;
    }
    clauses
        .iter()
        .flat_map(|w| [w.spelling(Lang::En), w.spelling(Lang::Zh)])
        .map(|word| (strsim::damerau_levenshtein(&token.text, word), word))
        .filter(|(far, word)| *far == 1 && word.chars().count() > 2)
        .min()
        .map(|(_, word)| word)
}

/// Cuts an item into its header and its clauses.
fn cut_clauses<'s, 'a>(
    tokens: &'s [Token<'a>],
    item: Word,
) -> (&'s [Token<'a>], Vec<&'s [Token<'a>]>) {
    let begins = |tokens: &[Token<'_>], at: usize| {
        let opens = tokens
            .get(at)
            .is_some_and(|t| opens_with(t, item.clauses()) || t.column_one);
        opens || misspelled(tokens, at, item.clauses()).is_some()
    };
    let mut cuts = cut_lines(tokens, begins).into_iter();
    (cuts.next().unwrap_or(&[]), cuts.collect())
}

/// Says that no clause begins so, where none does.
fn known_clause(tokens: &[Token<'_>], item: Word, reader: &mut Reader<'_>) -> bool {
    let Some(first) = tokens.first() else {
        return false;
    };
    if opens_with(first, item.clauses()) {
        return true;
    }
    let title = format!(
        "no clause of a {} begins with `{}`",
        item.spelling(Lang::En),
        first.text
    );
    let mut complaint = Diagnostic::new(codes::UNKNOWN_CLAUSE, title, first.span);
    let near = item
        .clauses()
        .iter()
        .flat_map(|w| [w.spelling(Lang::En), w.spelling(Lang::Zh)])
        .min_by_key(|word| strsim::damerau_levenshtein(&first.text, word));
    if let Some(near) = near {
        complaint = complaint.help(format!("did you mean `{near}`?"));
    }
    reader.complaints.push(complaint);
    false
}

/// Reads the clauses of an item, each by itself; the same word twice is complained about.
fn each_clause<T>(
    stretches: Vec<&[Token<'_>]>,
    item: Word,
    once: &[Word],
    reader: &mut Reader<'_>,
    mut read: impl FnMut(&mut Reader<'_>, &[Token<'_>]) -> Option<Noted<T>>,
) -> Vec<Noted<T>> {
    let mut clauses = Vec::new();
    let mut seen: Vec<(Word, crate::ground::span::Span)> = Vec::new();
    for stretch in stretches {
        if !known_clause(stretch, item, reader) {
            continue;
        }
        if let Some(((word, _), first)) = stretch.first().and_then(|t| Some((t.word?, t))) {
            match seen.iter().find(|(w, _)| *w == word && once.contains(w)) {
                Some((_, before)) => reader.twice(*before, first.span, &first.text),
                None => seen.push((word, first.span)),
            }
        }
        clauses.extend(read(reader, stretch));
    }
    clauses
}

/// `rule = "rule" NAME labels { clause }`
fn rule(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let (header, stretches) = cut_clauses(tokens, Word::Rule);
    let header = reader.whole(header, false, clauses::rule);
    let clauses = each_clause(
        stretches,
        Word::Rule,
        Word::Rule.clauses(),
        reader,
        rule_clause,
    );
    let (id, labels) = header?;
    Some(ItemKind::Rule(Rule {
        id,
        labels,
        clauses,
    }))
}

/// A clause; that of a table has its rows.
fn rule_clause(reader: &mut Reader<'_>, tokens: &[Token<'_>]) -> Option<Noted<Clause>> {
    let (header, rows) = cut_rows(tokens);
    if !tokens
        .first()
        .is_some_and(|t| opens_with(t, &[Word::Table]))
    {
        return reader.noted(tokens, false, clauses::clause);
    }
    let clause = reader.whole(header, false, clauses::clause);
    let rows = rows
        .into_iter()
        .filter_map(|row| reader.noted(row, false, tables::rule_row))
        .collect();
    let Clause::Table(table) = clause? else {
        return None;
    };
    let node = Clause::Table(RuleTable { rows, ..table });
    Some(Noted {
        node,
        at: place(tokens),
        notes: Notes::default(),
    })
}

fn cut_rows<'s, 'a>(tokens: &'s [Token<'a>]) -> (&'s [Token<'a>], Vec<&'s [Token<'a>]>) {
    let begins = |tokens: &[Token<'_>], at: usize| {
        tokens
            .get(at)
            .is_some_and(|t| t.kind == Kind::Mark && t.text == "|")
    };
    let mut cuts = cut_lines(tokens, begins).into_iter();
    (cuts.next().unwrap_or(&[]), cuts.collect())
}

/// `table` and its rows
fn table(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let (header, rows) = cut_rows(tokens);
    let header = reader.whole(header, false, tables::table);
    let rows = rows
        .into_iter()
        .filter_map(|row| reader.noted(row, false, tables::row))
        .collect();
    Some(ItemKind::Table(Table { rows, ..header? }))
}

/// `pilot` and its clauses
fn pilot(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let (header, stretches) = cut_clauses(tokens, Word::Pilot);
    let header = reader.whole(header, false, clauses::pilot);
    let clauses = each_clause(
        stretches,
        Word::Pilot,
        Word::Pilot.clauses(),
        reader,
        |reader, tokens| reader.noted(tokens, false, clauses::pilot_clause),
    );
    let (name, labels) = header?;
    Some(ItemKind::Pilot(Pilot {
        name,
        labels,
        clauses,
    }))
}

/// `law` and its clauses
fn law(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let (header, stretches) = cut_clauses(tokens, Word::Law);
    let header = reader.whole(header, false, clauses::law);
    let clauses = each_clause(
        stretches,
        Word::Law,
        Word::Law.clauses(),
        reader,
        |reader, tokens| reader.noted(tokens, false, clauses::law_clause),
    );
    let (id, labels) = header?;
    let mut law = Law {
        id,
        labels,
        title: None,
        issuer: None,
        published: None,
        force: None,
        sure: None,
        replaces: Vec::new(),
    };
    for clause in clauses {
        match clause.node {
            clauses::LawClause::Title(title) => law.title = Some(title),
            clauses::LawClause::Issuer(issuer) => law.issuer = Some(issuer),
            clauses::LawClause::Published(day) => law.published = Some(day),
            clauses::LawClause::Force(force) => law.force = Some(force),
            clauses::LawClause::Sure(sure) => law.sure = Some(sure),
            clauses::LawClause::Replaces(replaces) => law.replaces = replaces,
        }
    }
    Some(ItemKind::Law(law))
}

/// `scenario` and its lines
fn scenario(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let (header, stretches) = cut_clauses(tokens, Word::Scenario);
    let header = reader.whole(header, false, scenarios::scenario);
    let once = [Word::AsOf, Word::Trust, Word::Pilot];
    let lines = each_clause(
        stretches,
        Word::Scenario,
        &once,
        reader,
        |reader, tokens| reader.noted(tokens, true, scenarios::scenario_line),
    );
    Some(ItemKind::Scenario(Scenario {
        labels: header?,
        lines,
    }))
}

/// `declaration` and its fields
fn declaration(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let mut cuts = cut_lines(tokens, begins_field).into_iter();
    let header = reader.whole(cuts.next().unwrap_or(&[]), false, schema::declaration);
    let fields = cuts
        .filter_map(|field| reader.noted(field, false, schema::field))
        .collect();
    Some(ItemKind::Declaration(Declaration { fields, ..header? }))
}

/// A name with `:` behind it, or one that cannot go on from the line above.
fn begins_field(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(token) = tokens
        .get(at)
        .filter(|t| matches!(t.kind, Kind::Name | Kind::Quoted))
    else {
        return false;
    };
    if tokens
        .get(at + 1)
        .is_some_and(|t| t.kind == Kind::Mark && t.text == ":")
    {
        return true;
    }
    let goes_on = token.word.is_some_and(|(w, _)| {
        w.class() == Class::Reserved
            || matches!(
                w,
                Word::Always | Word::AbsentMeansNone | Word::Key | Word::JudgedOn
            )
    }) || token.phrase.is_some();
    let before = at.checked_sub(1).and_then(|n| tokens.get(n));
    let ends = before.is_some_and(|t| {
        t.text == ")"
            || (t.kind != Kind::Mark && t.word.is_none_or(|(w, _)| w.class() != Class::Reserved))
    });
    !goes_on && ends
}

/// `parameter` and its values
fn parameter(tokens: &[Token<'_>], reader: &mut Reader<'_>) -> Option<ItemKind> {
    let mut cuts = cut_lines(tokens, begins_value).into_iter();
    let header = reader.whole(cuts.next().unwrap_or(&[]), false, header_of_parameter);
    let values: Vec<_> = cuts
        .filter_map(|value| reader.noted(value, false, clauses::parameter_value))
        .collect();
    let (parameter, unknown) = header?;
    if let (true, Some(first)) = (unknown, values.first()) {
        let complaint = Diagnostic::new(
            codes::UNEXPECTED,
            "a parameter that is unknown has no values",
            first.at.0,
        );
        reader
            .complaints
            .push(complaint.help("take out `unknown`, or the values"));
    }
    Some(ItemKind::Parameter(Parameter {
        values,
        ..parameter
    }))
}

fn header_of_parameter(input: Tokens<'_>) -> Parsed<'_, (Parameter, bool)> {
    clauses::parameter(input)
}

/// Whatever begins a line, but for the parts that go on from the line above. A text with `/`
/// behind it is the label.
fn begins_value(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(token) = tokens.get(at) else {
        return false;
    };
    let next_is = |mark: &str| {
        tokens
            .get(at + 1)
            .is_some_and(|t| t.kind == Kind::Mark && t.text == mark)
    };
    let before_goes_on = at
        .checked_sub(1)
        .and_then(|n| tokens.get(n))
        .is_some_and(|t| {
            t.kind == Kind::Mark && t.text != "%" && t.text != ")"
                || t.word.is_some_and(|(w, _)| {
                    matches!(w, Word::From | Word::Until | Word::On | Word::By)
                })
        });
    if before_goes_on {
        return false;
    }
    match token.kind {
        Kind::Mark | Kind::Article | Kind::Paragraph => false,
        Kind::Text => !next_is("/"),
        _ => !opens_with(
            token,
            &[
                Word::From,
                Word::Until,
                Word::On,
                Word::By,
                Word::Unknown,
                Word::Article,
                Word::Paragraph,
            ],
        ),
    }
}
