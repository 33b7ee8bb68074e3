//! The message of a rule: its text with places for facts.

use super::codes;
use super::lower::Lower;
use super::rules::{Message, MessagePart};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::Span;
use crate::schema::Labels;
use crate::schema::value::Type;
use crate::syntax::ast::{self};

/// A message: texts and values in braces; `{{` and `}}` stand for the braces themselves.
pub(super) fn message(lower: &mut Lower<'_, '_>, texts: &ast::Labels) -> Message {
    let mut parts = |text: &Option<ast::Spanned<String>>| {
        text.as_ref()
            .map(|t| message_parts(lower, t))
            .unwrap_or_default()
    };
    Message {
        zh: parts(&texts.zh),
        en: parts(&texts.en),
    }
}

fn message_parts(lower: &mut Lower<'_, '_>, text: &ast::Spanned<String>) -> Vec<MessagePart> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text.node.as_str();
    let broken = |lower: &mut Lower<'_, '_>, what: &str| {
        lower.push(
            Diagnostic::new(codes::MESSAGE_BRACE, format!("a brace is not {what}"), text.at.0)
                .label("in this text")
                .help("a value stands in braces, `{item.hs_code}`; for the sign itself write `{{` or `}}`"),
        );
    };
    while let Some(at) = rest.find(['{', '}']) {
        let (before, found) = rest.split_at(at);
        plain.push_str(before);
        if let Some(after) = found.strip_prefix("{{") {
            plain.push('{');
            rest = after;
        } else if let Some(after) = found.strip_prefix("}}") {
            plain.push('}');
            rest = after;
        } else if let Some(after) = found.strip_prefix('{') {
            let Some((name, after)) = after.split_once('}') else {
                broken(lower, "closed");
                rest = "";
                break;
            };
            if !plain.is_empty() {
                parts.push(MessagePart::Text(std::mem::take(&mut plain)));
            }
            let at = within(text, name);
            match crate::syntax::expression(name.trim(), at, lower.scope.limits) {
                Ok(expr) => {
                    if let Some(typed) = lower.value(&expr) {
                        if let Type::List(_) = typed.typ {
                            lower.push(
                                Diagnostic::new(
                                    codes::TYPE_NOT_HERE,
                                    "a list cannot be filled into a message",
                                    at,
                                )
                                .label("a list")
                                .help("count its elements, or let the rule judge each of them"),
                            );
                        }
                        parts.push(MessagePart::Value(typed.expr, typed.typ));
                    }
                }
                Err(complaints) => complaints.into_iter().for_each(|c| lower.push(c)),
            }
            rest = after;
        } else {
            broken(lower, "opened");
            rest = "";
            break;
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(MessagePart::Text(plain));
    }
    parts
}

/// The place of a piece of a text, where the text is written as it reads; else of the whole text.
fn within(text: &ast::Spanned<String>, piece: &str) -> Span {
    let whole = text.at.0;
    let start = (piece.as_ptr() as usize).checked_sub(text.node.as_ptr() as usize);
    let place = || {
        let start = u32::try_from(start?).ok()?;
        let length = u32::try_from(piece.len()).ok()?;
        let plain = u32::try_from(text.node.len()).ok()?.checked_add(2)? == whole.len();
        // The quotation mark comes before the text.
        let first = whole.start.checked_add(1)?.checked_add(start)?;
        plain.then(|| Span::new(whole.source, first, first + length))
    };
    place().unwrap_or(whole)
}

/// The texts that a lint asks for in both languages.
pub(super) fn both_languages(labels: &Labels) -> bool {
    labels.zh.is_some() && labels.en.is_some()
}
