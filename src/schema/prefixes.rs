//! Which rows of a list may hold a tariff code, found with one search.

use super::table::{ListRow, NamedList};
use super::value::{Hs, Type, Value};
use crate::ground::day::Day;
use std::ops::Range;

/// The stretches into which the prefixes of a list cut the codes of ten digits, each with the
/// longest prefix that holds it. As large as the list, however its prefixes lie inside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prefixes {
    /// The first code of each stretch, and the number of its prefix.
    stretches: Vec<(u64, Option<u32>)>,
    prefixes: Vec<Entry>,
}

/// A prefix of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    prefix: Hs,
    /// Its rows, which stand together.
    rows: Range<usize>,
    /// The next shorter prefix that holds it.
    outer: Option<u32>,
}

impl Prefixes {
    /// Those of a list with one key, a tariff code; none of other lists.
    pub(crate) fn of(list: &NamedList) -> Option<Prefixes> {
        match list.keys.as_slice() {
            [key] if key.typ == Type::Hs => {}
            _ => return None,
        }
        let mut made = Prefixes {
            stretches: vec![(0, None)],
            prefixes: Vec::new(),
        };
        // Prefixes lie inside each other or apart, and in the order of the list each comes after
        // those that hold it: they are the ones that are open.
        let mut open: Vec<u32> = Vec::new();
        for (at, row) in list.rows.iter().enumerate() {
            let [Value::Hs(prefix)] = row.keys.as_slice() else {
                return None;
            };
            match made.prefixes.last_mut() {
                Some(last) if last.prefix == *prefix => {
                    last.rows.end = at + 1;
                    continue;
                }
                Some(last) if last.prefix > *prefix => return None,
                _ => {}
            }
            made.close(&mut open, Some(*prefix));
            let number = u32::try_from(made.prefixes.len()).ok()?;
            made.prefixes.push(Entry {
                prefix: *prefix,
                rows: at..at + 1,
                outer: open.last().copied(),
            });
            made.begin(prefix.first(), Some(number));
            open.push(number);
        }
        made.close(&mut open, None);
        Some(made)
    }

    /// Ends the open prefixes that do not hold the next one.
    fn close(&mut self, open: &mut Vec<u32>, next: Option<Hs>) {
        while let Some(entry) = open.last().and_then(|at| self.prefixes.get(*at as usize)) {
            let end = entry.prefix.last();
            if next.is_some_and(|next| next.first() <= end) {
                return;
            }
            open.pop();
            self.begin(end + 1, open.last().copied());
        }
    }

    /// Begins a stretch; where two begin at one code the later one counts.
    fn begin(&mut self, start: u64, prefix: Option<u32>) {
        match self.stretches.last_mut() {
            Some(last) if last.0 == start => last.1 = prefix,
            _ => self.stretches.push((start, prefix)),
        }
    }

    /// The row for a code of ten digits, as an integer, that holds on the day: that of the longest
    /// prefix.
    pub(crate) fn find<'l>(&self, list: &'l NamedList, code: u64, day: Day) -> Option<&'l ListRow> {
        let stretch = self
            .stretches
            .partition_point(|(start, _)| *start <= code)
            .checked_sub(1)?;
        let mut next = self.stretches.get(stretch)?.1;
        while let Some(entry) = next.and_then(|at| self.prefixes.get(at as usize)) {
            let mut rows = list.rows.get(entry.rows.clone())?.iter();
            if let Some(row) = rows.find(|row| row.period.holds(day)) {
                return Some(row);
            }
            next = entry.outer;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::table::{Column, Found, Period};

    fn list(prefixes: &[(&str, Option<&str>)]) -> NamedList {
        let mut rows: Vec<ListRow> = prefixes
            .iter()
            .map(|(prefix, from)| ListRow {
                keys: vec![Value::Hs(prefix.parse().unwrap())],
                period: Period {
                    from: from.map(|day| day.parse().unwrap()),
                    until: None,
                },
                attributes: vec![],
            })
            .collect();
        rows.sort_by(|a, b| (&a.keys, a.period).cmp(&(&b.keys, b.period)));
        NamedList {
            name: "list".into(),
            labels: Default::default(),
            keys: vec![Column {
                name: "hs".into(),
                typ: Type::Hs,
            }],
            attributes: vec![],
            rows,
            example: false,
        }
    }

    #[test]
    fn one_search_finds_what_trying_each_length_finds() {
        let later = Some("2026-01-01");
        let list = list(&[
            ("84", None),
            ("8471", later),
            ("847130", None),
            ("8471300000", later),
            ("8479", None),
            ("85", later),
            ("01", None),
        ]);
        let prefixes = Prefixes::of(&list).unwrap();
        for code in [
            "8471300000",
            "8471300001",
            "8471400000",
            "8400000000",
            "8499999999",
            "8479000000",
            "8500000000",
            "8599999999",
            "8600000000",
            "0100000000",
            "0199999999",
            "0200000000",
            "0000000000",
            "9999999999",
        ] {
            let code: Hs = code.parse().unwrap();
            for day in ["2025-12-31", "2026-01-01"] {
                let day = day.parse().unwrap();
                let slow = match list.find(&[Value::Hs(code)], day) {
                    Found::Row(row) => Some(row),
                    _ => None,
                };
                assert_eq!(
                    prefixes.find(&list, code.first(), day),
                    slow,
                    "{code} on {day:?}"
                );
            }
        }
    }

    #[test]
    fn a_prefix_of_many_periods_costs_its_rows_and_no_more() {
        let many = |count: usize| {
            let mut list = list(&[("84", None)]);
            let row = list.rows.remove(0);
            let inner = (0..count).map(|n| format!("84{n:06}").parse().unwrap());
            let mut inner: Vec<ListRow> = inner
                .map(|prefix| ListRow {
                    keys: vec![Value::Hs(prefix)],
                    ..row.clone()
                })
                .collect();
            list.rows = vec![row; count];
            list.rows.append(&mut inner);
            let made = Prefixes::of(&list).unwrap();
            made.stretches.len() + made.prefixes.len()
        };
        assert_eq!(many(2_000), 4 + 2 * 2_000);
    }

    #[test]
    fn a_list_with_other_keys_has_none() {
        let mut list = list(&[("84", None)]);
        list.keys.push(list.keys[0].clone());
        assert_eq!(Prefixes::of(&list), None);
    }
}
