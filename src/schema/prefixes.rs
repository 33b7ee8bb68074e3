//! Which rows of a list may hold a tariff code, found with one search.

use super::table::{ListRow, NamedList};
use super::value::{Hs, Type, Value};
use crate::ground::day::Day;

/// The stretches into which the prefixes of a list cut the codes of ten digits, each with the
/// rows whose prefix holds it, the longest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prefixes {
    /// The first code of each stretch.
    starts: Vec<u64>,
    /// Where the rows of each stretch begin; one more than there are stretches.
    begins: Vec<u32>,
    /// Numbers of rows.
    rows: Vec<u32>,
}

impl Prefixes {
    /// Those of a list with one key, a tariff code; none of other lists.
    pub(crate) fn of(list: &NamedList) -> Option<Prefixes> {
        match list.keys.as_slice() {
            [key] if key.typ == Type::Hs => {}
            _ => return None,
        }
        let keyed = (0u32..).zip(&list.rows).filter_map(|(at, row)| {
            let [Value::Hs(prefix)] = row.keys.as_slice() else {
                return None;
            };
            Some((*prefix, at))
        });
        let mut keyed: Vec<(Hs, u32)> = keyed.collect();
        // Prefixes lie inside each other or apart: sorted like this each comes after those it is
        // inside of, and these are the ones on the stack that have not ended.
        keyed.sort_by_key(|(prefix, at)| (prefix.first(), prefix.digits(), *at));
        let mut prefixes = Prefixes {
            starts: vec![0],
            begins: vec![0],
            rows: Vec::new(),
        };
        let mut open: Vec<(Hs, u32)> = Vec::new();
        let mut rest = keyed.into_iter().peekable();
        loop {
            let next = rest.peek().map(|(prefix, _)| prefix.first());
            let end = open.last().map(|(prefix, _)| prefix.last() + 1);
            let start = match (next, end) {
                (Some(next), Some(end)) => next.min(end),
                (Some(start), None) | (None, Some(start)) => start,
                (None, None) => break,
            };
            prefixes.close(start, &open);
            open.retain(|(prefix, _)| prefix.last() >= start);
            while let Some(begun) = rest.next_if(|(prefix, _)| prefix.first() == start) {
                open.push(begun);
            }
        }
        prefixes.close(u64::MAX, &open);
        Some(prefixes)
    }

    /// Ends the stretch being made before a code, with the prefixes that hold it.
    fn close(&mut self, start: u64, open: &[(Hs, u32)]) {
        if self.starts.last() == Some(&start) {
            return;
        }
        let longest_first = open.iter().rev().map(|(_, row)| *row);
        // Rows of one prefix keep their order: periods are looked through as in the list.
        let from = self.rows.len();
        self.rows.extend(longest_first);
        if let Some(mine) = self.rows.get_mut(from..) {
            let digits = |row: &u32| {
                let found = open.iter().find(|(_, of)| of == row);
                found.map_or(0, |(prefix, _)| prefix.digits())
            };
            mine.sort_by_key(|row| (std::cmp::Reverse(digits(row)), *row));
        }
        self.begins
            .push(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.starts.push(start);
    }

    /// The row for a code of ten digits that holds on the day, of the longest prefix.
    pub(crate) fn find<'l>(&self, list: &'l NamedList, code: Hs, day: Day) -> Option<&'l ListRow> {
        let stretch = self
            .starts
            .partition_point(|start| *start <= code.first())
            .checked_sub(1)?;
        let (from, to) = (self.begins.get(stretch)?, self.begins.get(stretch + 1)?);
        self.rows
            .get(*from as usize..*to as usize)?
            .iter()
            .filter_map(|row| list.rows.get(*row as usize))
            .find(|row| row.period.holds(day))
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
                assert_eq!(prefixes.find(&list, code, day), slow, "{code} on {day:?}");
            }
        }
    }

    #[test]
    fn a_list_with_other_keys_has_none() {
        let mut list = list(&[("84", None)]);
        list.keys.push(list.keys[0].clone());
        assert_eq!(Prefixes::of(&list), None);
    }
}
