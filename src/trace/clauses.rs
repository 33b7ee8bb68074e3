//! Which rules answer for which clause.

use super::unit::Unit;
use super::{Cites, ClauseKind, ClauseRow};
use crate::check::rules::{Basis, RuleSet};
use crate::check::tables::register::{Clause, Register};

/// The clauses in the order of the register, each with what answers for it: rules by their
/// identifier, and what cites the text or the article.
pub fn rows(rules: &RuleSet, units: &[Unit], register: &Register) -> Vec<ClauseRow> {
    let row = |clause: &Clause| {
        let reason = register.not_encoded.iter().find(|n| n.clause == clause.id);
        ClauseRow {
            id: clause.id.clone(),
            kind: clause.kind,
            mark: clause.mark,
            section: clause.section.clone(),
            labels: clause.labels.clone(),
            rules: answering(rules, units, clause),
            others: others(rules, clause),
            not_encoded: reason.map(|n| (n.reason, n.why.clone())),
        }
    };
    register.clauses.iter().map(row).collect()
}

fn answering(rules: &RuleSet, units: &[Unit], clause: &Clause) -> Vec<usize> {
    let answers = |unit: &Unit| match clause.kind {
        ClauseKind::Rule => is_or_has_part(&clause.id, &unit.id),
        ClauseKind::Text | ClauseKind::Article => {
            let parts = unit.parts.iter().filter_map(|id| rules.rule(*id));
            let mut cited = parts.flat_map(|rule| &rule.basis);
            cited.any(|basis| cites(rules, basis, clause))
        }
    };
    super::numbers(units, &answers)
}

/// Parameters and pilots that cite the text or the article.
fn others(rules: &RuleSet, clause: &Clause) -> Vec<Cites> {
    if clause.kind == ClauseKind::Rule {
        return Vec::new();
    }
    let cites = |basis: &Basis| cites(rules, basis, clause);
    let parameters = rules.parameters.iter().filter(|parameter| {
        let mut cited = parameter.values.iter().filter_map(|v| v.by.as_ref());
        cited.any(cites)
    });
    let pilots = rules.pilots.iter().filter(|p| p.basis.iter().any(cites));
    let parameters = parameters.map(|p| Cites::Parameter(p.name.clone()));
    let pilots = pilots.map(|p| Cites::Pilot(p.name.clone()));
    parameters.chain(pilots).collect()
}

fn cites(rules: &RuleSet, basis: &Basis, clause: &Clause) -> bool {
    let law = rules.law(basis.law).map_or("", |law| law.id.as_str());
    match (clause.text(), clause.article()) {
        (Some(text), Some(article)) => {
            let cited = basis.article.as_deref();
            law == text && cited.is_some_and(|cited| is_or_is_within(article, cited))
        }
        _ => law == clause.id,
    }
}

/// `BR-08` is answered by `BR-08`, `BR-08.2` and `BR-08.late`.
fn is_or_has_part(clause: &str, rule: &str) -> bool {
    let rest = rule.strip_prefix(clause);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Article `5` is cited by `5` and by `5(1)`.
fn is_or_is_within(article: &str, cited: &str) -> bool {
    let rest = cited.strip_prefix(article);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_no_part_of_a_longer_one() {
        assert!(is_or_has_part("BR-08", "BR-08") && is_or_has_part("BR-08", "BR-08.late"));
        assert!(!is_or_has_part("BR-08", "BR-081") && !is_or_has_part("BR-08.2", "BR-08"));
        assert!(is_or_is_within("5", "5(1)") && !is_or_is_within("5", "51"));
    }
}
