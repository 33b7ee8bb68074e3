//! Comments find the item, clause, field or row that they belong to.

use super::ast::*;
use super::lex::{Lexed, Token};
use crate::ground::span::At;

/// Hangs each comment on what it stands before or behind.
pub(crate) fn attach(file: &mut File, lexed: &Lexed<'_>, text: &str) {
    if lexed.comments.is_empty() {
        return;
    }
    let mut after_last = Vec::new();
    {
        let mut homes: Vec<(u32, &mut Notes)> = Vec::new();
        for item in &mut file.items {
            homes_of(item, &mut homes);
        }
        homes.sort_by_key(|(start, _)| *start);
        for comment in &lexed.comments {
            let start = comment.span.start;
            let next = lexed
                .tokens
                .partition_point(|t: &Token<'_>| t.span.start < start);
            // The last home that begins at or before a byte.
            let home_at = |byte: u32| homes.partition_point(|(s, _)| *s <= byte).checked_sub(1);
            let follows = lexed.tokens.get(next).map(|t| t.span.start);
            let before = next
                .checked_sub(1)
                .and_then(|n| lexed.tokens.get(n))
                .map(|t| t.span.start);
            let anchor = if comment.own_line { follows } else { before };
            let found = anchor.and_then(home_at).and_then(|n| homes.get_mut(n));
            match found {
                None => after_last.push(comment.text.clone()),
                Some((home, notes)) if !comment.own_line && same_line(text, *home, start) => {
                    notes.after = Some(comment.text.clone());
                }
                Some((home, notes)) => {
                    notes.before.push(comment.text.clone());
                    let parted = comment.own_line && empty_line_follows(text, comment.span.end);
                    if parted && in_first_column(text, *home) {
                        notes.gaps.extend(u32::try_from(notes.before.len()).ok());
                    }
                }
            }
        }
    }
    file.comments = after_last;
}

fn empty_line_follows(text: &str, end: u32) -> bool {
    let rest = text.get(end as usize..).unwrap_or_default();
    let next = rest.lines().nth(1);
    next.is_some_and(|line| line.trim().is_empty())
}

/// Items stand there, and nothing else.
fn in_first_column(text: &str, at: u32) -> bool {
    let before = text.get(..at as usize).unwrap_or_default();
    before.is_empty() || before.ends_with('\n')
}

fn same_line(text: &str, from: u32, to: u32) -> bool {
    text.get(from as usize..to as usize)
        .is_some_and(|between| !between.contains('\n'))
}

fn homes_of<'f>(item: &'f mut Item, homes: &mut Vec<(u32, &'f mut Notes)>) {
    homes.push((item.at.0.start, &mut item.notes));
    match &mut item.kind {
        ItemKind::Outcomes(x) => all(&mut x.outcomes, homes),
        ItemKind::Departments(x) => all(&mut x.departments, homes),
        ItemKind::Declaration(x) => all(&mut x.fields, homes),
        ItemKind::Codes(x) => all(&mut x.attributes, homes),
        ItemKind::List(x) => {
            all(&mut x.keys, homes);
            all(&mut x.attributes, homes);
        }
        ItemKind::Parameter(x) => all(&mut x.values, homes),
        ItemKind::Rule(x) => {
            for clause in &mut x.clauses {
                homes.push((start(clause.at), &mut clause.notes));
                if let Clause::Table(table) = &mut clause.node {
                    all(&mut table.rows, homes);
                }
            }
        }
        ItemKind::Table(x) => all(&mut x.rows, homes),
        ItemKind::Pilot(x) => all(&mut x.clauses, homes),
        ItemKind::Scenario(x) => all(&mut x.lines, homes),
        ItemKind::Requirement(_)
        | ItemKind::Law(_)
        | ItemKind::Event(_)
        | ItemKind::Let(_)
        | ItemKind::Covers(_) => {}
    }
}

fn all<'f, T>(nodes: &'f mut [Noted<T>], homes: &mut Vec<(u32, &'f mut Notes)>) {
    for node in nodes {
        homes.push((start(node.at), &mut node.notes));
    }
}

fn start(at: At) -> u32 {
    at.0.start
}
