//! A rule by itself against the days: whether it is ever in force and can ever apply, and whether what
//! it cites is in force then.

use super::codes;
use super::draft::RuleDraft;
use super::names::Names;
use super::rule::PilotFrame;
use super::rules::{Force, Law};
use crate::ground::diagnostic::Diagnostic;
use crate::schema::Schema;
use crate::syntax::ast;

/// What the days of a rule are held against.
#[derive(Clone, Copy)]
pub(super) struct Times<'w, 'a> {
    pub schema: &'w Schema,
    pub laws: &'w [Law],
    pub items_laws: &'w [&'a ast::Law],
    pub names: &'w Names<'a>,
    pub frames: &'w [PilotFrame],
}

/// What there is to say of the days of one rule.
pub(super) fn timely(draft: &RuleDraft, times: &Times<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    reachable(draft, times, diagnostics);
    cited_in_time(draft, times, diagnostics);
}

/// Rules that can never be in force, or whose scope nothing can meet.
fn reachable(draft: &RuleDraft, times: &Times<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let backwards = |force: Force| {
        let days = force.from.zip(force.until);
        days.filter(|(from, until)| from.first > until.last)
    };
    let frame = draft.rule.pilot;
    let frame = frame.and_then(|p| times.frames.get(usize::from(p.0)));
    // A pilot that is never in force is told once, at the pilot.
    if frame.and_then(|f| backwards(f.force)).is_none()
        && let Some((from, until)) = backwards(draft.rule.force)
    {
        diagnostics.push(
            Diagnostic::new(
                codes::NEVER_IN_FORCE,
                format!("`{}` is never in force", draft.shown()),
                draft.id_at(),
            )
            .label(format!(
                "it would begin on {} and end on {}",
                from.first, until.last
            )),
        );
    }
    if let Some(field) = draft.notes.never {
        let path = times.schema.field(field).map_or("?", |f| f.path.as_str());
        diagnostics.push(
            Diagnostic::new(
                codes::NEVER_IN_SCOPE,
                format!("`{}` can never apply", draft.shown()),
                draft.scope_at(),
            )
            .label(format!("no `{path}` meets all of this")),
        );
    }
}

/// No law is cited for days on which it, or the article, is gone.
fn cited_in_time(draft: &RuleDraft, times: &Times<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for (basis, at) in draft.rule.basis.iter().zip(&draft.notes.cited_at) {
        let at = draft.moved.span(*at);
        let Some(law) = times.laws.get(basis.law.0 as usize) else {
            continue;
        };
        let last = draft.rule.force.until.map(|d| d.last);
        if let Some(end) = law.force.until
            && last.is_none_or(|last| last > end.last)
        {
            diagnostics.push(
                Diagnostic::new(
                    codes::LAW_NOT_IN_FORCE,
                    format!(
                        "`{}` cites `{}` for days after its end",
                        draft.shown(),
                        law.id
                    ),
                    at,
                )
                .label(format!("in force until {}", end.last))
                .help(format!("end the rule with `force until {}`", end.last)),
            );
        }
        if let (Some(until), Some(from)) = (draft.rule.force.until, law.force.from)
            && draft.notes.on.is_none()
            && until.last < from.first
        {
            diagnostics.push(
                Diagnostic::new(
                    codes::LAW_NOT_IN_FORCE,
                    format!(
                        "`{}` cites `{}` for days before it was in force",
                        draft.shown(),
                        law.id
                    ),
                    at,
                )
                .label(format!("in force from {}", from.first)),
            );
        }
        for newer in times.items_laws {
            // Who cites the newer text too means the article as it reads since.
            let newer_id = times.names.laws.get(&newer.id.node).copied();
            if draft.rule.basis.iter().any(|b| Some(b.law) == newer_id) {
                continue;
            }
            for replaced in &newer.replaces {
                let same_law = replaced.law.node == law.id;
                let same_article = match (&replaced.article, &basis.article) {
                    (None, _) => true,
                    (Some(r), Some(b)) => {
                        r.node == *b && paragraph_hit(replaced, basis.paragraph.as_deref())
                    }
                    (Some(_), None) => false,
                };
                let since = newer_id
                    .and_then(|id| times.laws.get(id.0 as usize))
                    .and_then(|l| l.force.from);
                let Some(since) = since else { continue };
                if same_law && same_article && last.is_none_or(|last| last >= since.last) {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::ARTICLE_REPLACED,
                            format!("`{}` cites what `{}` replaced on {}", draft.shown(), newer.id.node, since.first),
                            at,
                        )
                        .label("replaced")
                        .also(replaced.law.at.0, "replaced here")
                        .help("end this version the day before, and write a new one that cites the newer text"),
                    );
                }
            }
        }
    }
}

fn paragraph_hit(replaced: &ast::Citation, cited: Option<&str>) -> bool {
    match (&replaced.paragraph, cited) {
        (Some(r), Some(c)) => r.node == c,
        _ => true,
    }
}
