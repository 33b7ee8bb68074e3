//! Looking up a row of a list by its key: codes and texts as they are, a tariff code under the longest
//! prefix that holds it.

use super::table::{Found, ListRow, NamedList};
use super::value::{Hs, Type, Value};
use crate::ground::day::Day;
use std::cmp::Ordering;

/// The most rows that are gone through one after the other.
const MOST_NEAR: usize = 32;

/// A list answers for a day: what it lists from tomorrow on, it does not list today.
///
/// ```
/// use kakou::schema::{Labels, table::{Column, Found, ListRow, NamedList, Period}, value::{Type, Value}};
/// let repairers = NamedList {
///     name: "repairers".into(),
///     labels: Labels::default(),
///     keys: vec![Column { name: "enterprise".into(), typ: Type::Text }],
///     attributes: Vec::new(),
///     rows: vec![ListRow {
///         keys: vec![Value::Text("E-1".into())],
///         period: Period { from: "2026-08-04".parse().ok(), until: None },
///         attributes: Vec::new(),
///     }],
///     example: true,
/// };
/// let on = |day: &str| repairers.find(&[Value::Text("E-1".into())], day.parse().unwrap());
/// assert_eq!((on("2026-08-03"), on("2026-08-04")), (Found::Nothing, Found::Row(&repairers.rows[0])));
/// ```
impl NamedList {
    /// The best row for a key on a day: equal in all columns, a tariff code under the row's
    /// prefix, the longest prefix first. Costs up to ten binary searches, and for a code of fewer than ten
    /// digits a look at the rows under it.
    ///
    /// ```
    /// use kakou::schema::{Labels, table::{Column, Found, ListRow, NamedList, Period}, value::{Type, Value}};
    /// let hs = |text: &str| Value::Hs(text.parse().unwrap());
    /// let key = |zone: &str, code: &str| vec![Value::Text(zone.into()), hs(code)];
    /// let row = |keys| ListRow { keys, period: Period::default(), attributes: Vec::new() };
    /// let list = NamedList {
    ///     name: "allowed".into(),
    ///     labels: Labels::default(),
    ///     keys: vec![
    ///         Column { name: "zone".into(), typ: Type::Text },
    ///         Column { name: "hs".into(), typ: Type::Hs },
    ///     ],
    ///     attributes: Vec::new(),
    ///     rows: vec![row(key("A", "8471")), row(key("B", "84"))],
    ///     example: false,
    /// };
    /// let day = "2026-08-03".parse().unwrap();
    /// assert_eq!(list.find(&key("A", "8471300000"), day), Found::Row(&list.rows[0]));
    /// // The prefix of another zone does not help, and `84` may yet become `8471` in zone A.
    /// assert_eq!(list.find(&key("A", "8501000000"), day), Found::Nothing);
    /// assert_eq!(list.find(&key("A", "84"), day), Found::TooShort);
    /// ```
    pub fn find(&self, key: &[Value], day: Day) -> Found<'_> {
        let hs_at = self.keys.iter().position(|c| c.typ == Type::Hs);
        let Some((hs_at, code)) = hs_at.and_then(|at| match key.get(at) {
            Some(Value::Hs(code)) => Some((at, *code)),
            _ => None,
        }) else {
            return self
                .exact(key, None, day)
                .map_or(Found::Nothing, Found::Row);
        };
        if code.digits() == 10
            && let Some(found) = self.near(key, hs_at, code, day)
        {
            return found;
        }
        if self.longer_exists(key, hs_at, code, day) {
            return Found::TooShort;
        }
        (2..=code.digits())
            .rev()
            .filter_map(|digits| code.prefix(digits))
            .find_map(|prefix| self.exact(key, Some((hs_at, &Value::Hs(prefix))), day))
            .map_or(Found::Nothing, Found::Row)
    }

    /// Looks for a whole tariff code that is the last key among the rows of its chapter, which stand
    /// together; nothing where they are too many to go through.
    fn near(&self, key: &[Value], hs_at: usize, code: Hs, day: Day) -> Option<Found<'_>> {
        let (before, prefix) = (key.get(..hs_at)?, code.prefix(2)?);
        if hs_at + 1 != self.keys.len() {
            return None;
        }
        let place = |row: &ListRow, of: Hs| {
            let order = row.keys.get(..hs_at).cmp(&Some(before));
            order.then_with(|| match row.keys.get(hs_at) {
                Some(Value::Hs(have)) => have.cmp(&of),
                _ => Ordering::Less,
            })
        };
        let start = self.rows.partition_point(|row| place(row, prefix).is_lt());
        let mut found: Option<(Hs, &ListRow)> = None;
        let rows = self.rows.get(start..)?.iter();
        for (count, row) in rows.take_while(|row| place(row, code).is_le()).enumerate() {
            if count == MOST_NEAR {
                return None;
            }
            let Some(Value::Hs(have)) = row.keys.get(hs_at) else {
                continue;
            };
            let longer = found.is_none_or(|(best, _)| best < *have);
            if longer && code.is_under(*have) && row.period.holds(day) {
                found = Some((*have, row));
            }
        }
        Some(found.map_or(Found::Nothing, |(_, row)| Found::Row(row)))
    }

    /// The row with just this key, where one column may have another value.
    fn exact(&self, key: &[Value], other: Option<(usize, &Value)>, day: Day) -> Option<&ListRow> {
        let order = |row: &ListRow| {
            // Most lists have one column of tariff codes.
            if let ([Value::Hs(have)], Some((0, Value::Hs(wanted)))) = (row.keys.as_slice(), other)
            {
                return have.cmp(wanted);
            }
            row.keys
                .iter()
                .cmp(key.iter().enumerate().map(|(at, value)| match other {
                    Some((place, other)) if place == at => other,
                    _ => value,
                }))
        };
        let start = self.rows.partition_point(|row| order(row).is_lt());
        let rows = self.rows.get(start..)?.iter();
        let mut equal = rows.take_while(|row| order(row).is_eq());
        equal.find(|row| row.period.holds(day))
    }

    /// Whether a row in force has a longer prefix that begins with the code. In the order of the
    /// keys, rows under a code stand together just after the code itself, so only they are read.
    fn longer_exists(&self, key: &[Value], hs_at: usize, code: Hs, day: Day) -> bool {
        if code.digits() >= 10 {
            return false;
        }
        let (before, upto) = (key.get(..hs_at), key.get(..=hs_at));
        let start = self
            .rows
            .partition_point(|row| row.keys.get(..=hs_at) <= upto);
        let after = self.rows.get(start..).unwrap_or_default().iter();
        let under = |row: &&ListRow| match row.keys.get(hs_at) {
            Some(Value::Hs(prefix)) => {
                prefix.first() <= code.last() && row.keys.get(..hs_at) == before
            }
            _ => false,
        };
        let mut under = after.take_while(under);
        under.any(|row| {
            row.period.holds(day)
                && row
                    .keys
                    .iter()
                    .zip(key)
                    .enumerate()
                    .all(|(at, (have, want))| match have {
                        Value::Hs(prefix) if at == hs_at => code.may_be_under(*prefix),
                        _ => have == want,
                    })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Labels;
    use super::super::table::{Column, Period};
    use super::*;
    use proptest::prelude::*;

    /// Where the tariff code stands among the keys.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Keys {
        Last,
        First,
        Alone,
    }

    impl Keys {
        fn of<T>(self, zone: T, code: T) -> Vec<T> {
            match self {
                Keys::Last => vec![zone, code],
                Keys::First => vec![code, zone],
                Keys::Alone => vec![code],
            }
        }

        fn value(self, zone: u8, code: Hs) -> Vec<Value> {
            self.of(Value::Text(zone.to_string().into()), Value::Hs(code))
        }
    }

    fn list(rows: &[(u8, Hs, Period)], keys: Keys) -> NamedList {
        let column = |name: &str, typ| Column {
            name: name.into(),
            typ,
        };
        let rows = rows.iter().map(|(zone, hs, period)| ListRow {
            keys: keys.value(*zone, *hs),
            period: *period,
            attributes: Vec::new(),
        });
        let mut rows: Vec<ListRow> = rows.collect();
        rows.sort_by(|a, b| a.keys.cmp(&b.keys));
        NamedList {
            name: "allowed".into(),
            labels: Labels::default(),
            keys: keys.of(column("zone", Type::Text), column("hs", Type::Hs)),
            attributes: Vec::new(),
            rows,
            example: false,
        }
    }

    /// The row of the zone with the longest prefix of the code that holds, one by one; too short where
    /// a longer one may yet fit.
    fn plainly(list: &NamedList, keys: Keys, wanted: (u8, Hs), day: Day) -> Found<'_> {
        let (zone, code) = wanted;
        let mut best: Option<(Hs, &ListRow)> = None;
        for row in &list.rows {
            let have = row.keys.iter().find_map(|key| match key {
                Value::Hs(have) => Some(*have),
                _ => None,
            });
            let Some(have) = have else {
                panic!("no prefix")
            };
            if row.keys != keys.value(zone, have) || !row.period.holds(day) {
                continue;
            }
            if have.digits() > code.digits() && have.is_under(code) {
                return Found::TooShort;
            }
            if code.is_under(have) && best.is_none_or(|(best, _)| best.digits() < have.digits()) {
                best = Some((have, row));
            }
        }
        best.map_or(Found::Nothing, |(_, row)| Found::Row(row))
    }

    fn codes() -> impl Strategy<Value = Hs> {
        "8[45]([0-1]{0,2}|[0-1]{8})".prop_map(|text| text.parse().unwrap())
    }

    fn periods() -> impl Strategy<Value = Period> {
        let day = |text: &str| text.parse().ok();
        prop_oneof![
            Just(Period::default()),
            Just(Period {
                from: day("2026-01-01"),
                until: None
            }),
            Just(Period {
                from: None,
                until: day("2025-12-31")
            }),
        ]
    }

    proptest! {
        /// Many rows of one chapter are searched, few are gone through; wherever the tariff code
        /// stands among the keys, and however short it is.
        #[test]
        fn the_longest_prefix_is_found(
            rows in prop::collection::vec((0u8..3, codes(), periods()), 0..120),
            few in 0usize..120,
            zone in 0u8..4,
            code in prop_oneof![3 => "8[45][0-1]{8}", 1 => "8[45]([0-1]{2}){0,3}"],
        ) {
            let rows = rows.get(..few).unwrap_or(&rows);
            let code: Hs = code.parse().unwrap();
            let day = "2026-08-03".parse().unwrap();
            for keys in [Keys::Last, Keys::First, Keys::Alone] {
                let list = list(rows, keys);
                let expected = plainly(&list, keys, (zone, code), day);
                prop_assert_eq!(list.find(&keys.value(zone, code), day), expected, "{:?}", keys);
            }
        }
    }
}
