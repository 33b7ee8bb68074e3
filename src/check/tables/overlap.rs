//! Rows of one key must not hold on the same day: which of them counted would be chance.

use super::complaint;
use super::sheet::{Loading, Sheet};
use crate::ground::day::Day;
use crate::ground::diagnostic::Diagnostic;
use crate::schema::table::Period;

/// A row of the sheet with its key and period.
#[derive(Debug)]
pub(super) struct Keyed<K> {
    pub key: K,
    pub period: Period,
    /// Its number among the rows of the sheet.
    pub row: usize,
}

/// Sorts by key and period and takes out, with a complaint, each row that holds on a day on which
/// an earlier one of its key holds. Only neighbours need to be compared, because what is kept of
/// one key never overlaps and the last of it reaches furthest.
pub(super) fn settle<K: Ord>(
    loading: &mut Loading<'_>,
    sheet: &Sheet,
    mut rows: Vec<Keyed<K>>,
    show: impl Fn(&K, &Keyed<K>) -> String,
) -> Vec<Keyed<K>> {
    rows.sort_by(|a, b| {
        let end = |p: Period| p.until.unwrap_or(Day::MAX);
        (&a.key, a.period.from, end(a.period), a.row).cmp(&(
            &b.key,
            b.period.from,
            end(b.period),
            b.row,
        ))
    });
    let mut kept: Vec<Keyed<K>> = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(before) = kept
            .last()
            .filter(|b| b.key == row.key && b.period.overlaps(row.period))
        else {
            kept.push(row);
            continue;
        };
        // The row further down is the one to look at: the other stood there first.
        let (first, second) = if before.row < row.row {
            (before, &row)
        } else {
            (&row, before)
        };
        let complaint = Diagnostic::new(
            complaint::TWO_ROWS_FIT,
            format!(
                "two rows for `{}` hold on the same day, and both fit equally",
                show(&row.key, &row)
            ),
            sheet.span_of(loading, second.row),
        )
        .label(words(second.period))
        .also(sheet.span_of(loading, first.row), words(first.period));
        loading.complain(sheet.declared.beside(complaint));
    }
    kept
}

fn words(period: Period) -> String {
    match (period.from, period.until) {
        (None, None) => "holds always".to_owned(),
        (Some(from), None) => format!("holds from {from}"),
        (None, Some(until)) => format!("holds until {until}"),
        (Some(from), Some(until)) => format!("holds from {from} until {until}"),
    }
}
