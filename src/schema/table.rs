//! Code tables, lists and exchange rates: CSV beside the rules, read once, sorted, dated.

use super::value::{Code, Hs, TableId, Type, Value};
use super::{Labels, Lang};
use crate::ground::day::Day;
use crate::ground::number::Number;

/// The days on which something holds, both ends included; open where nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Period {
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub until: Option<Day>,
}

impl Period {
    /// Whether it holds on that day.
    pub fn holds(self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether some day is in both.
    pub fn overlaps(self, other: Period) -> bool {
        let before = |until: Option<Day>, from: Option<Day>| matches!((until, from), (Some(u), Some(f)) if u < f);
        !before(self.until, other.from) && !before(other.until, self.from)
    }
}

/// A column that rules may read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// Its name in the CSV and in rules.
    pub name: String,
    /// Its type.
    pub typ: Type,
}

/// A code table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeTable {
    /// Its name.
    pub name: String,
    /// Sorted by code; a code's place is its number.
    pub codes: Vec<CodeEntry>,
    /// What rules may read of a code.
    pub attributes: Vec<Column>,
    /// Whether rows are dated: only then can a code be out of force.
    pub dated: bool,
}

/// One code with its dated rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeEntry {
    /// The code as written in declarations.
    pub code: String,
    /// What people call it, from its latest row.
    pub labels: Labels,
    /// Its rows in the order of their periods, which do not overlap.
    pub rows: Vec<CodeRow>,
    /// For a table of units.
    pub unit: Option<UnitInfo>,
}

/// The most letters of a code that people know by its code: `1371`, `001`, `O`.
const SPOKEN_CODE: usize = 4;

impl CodeEntry {
    /// The code as people read it: with its label, and of a name for programs, which says less
    /// than its label (`special_cbz`, `out`), the label alone.
    pub fn words(&self, lang: Lang) -> String {
        let letters = self.code.chars().count();
        let small = |c: char| c.is_ascii_lowercase() || c == '_';
        let identifier = letters > SPOKEN_CODE || (letters > 1 && self.code.chars().all(small));
        match self.labels.get(lang, &self.code) {
            label if label == self.code => self.code.clone(),
            label if identifier => label.to_owned(),
            label => format!("{} {label}", self.code),
        }
    }
}

/// One dated row of a code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeRow {
    /// When it holds.
    pub period: Period,
    /// The attributes by column; none where the cell is empty.
    pub attributes: Vec<Option<Value>>,
}

/// How a unit converts: an amount in it times `factor` is the amount in the dimension's base.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnitInfo {
    /// What literals write: `kg`.
    pub symbol: Option<String>,
    /// `mass`, `length`, …; units of one dimension convert.
    pub dimension: Option<String>,
    /// To the base of the dimension.
    pub factor: Option<Number>,
}

impl CodeTable {
    /// The number of a code.
    pub fn find(&self, code: &str) -> Option<Code> {
        let at = self
            .codes
            .binary_search_by(|e| e.code.as_str().cmp(code))
            .ok()?;
        u32::try_from(at).ok().map(Code)
    }

    /// The entry of a code.
    pub fn entry(&self, code: Code) -> Option<&CodeEntry> {
        self.codes.get(code.0 as usize)
    }

    /// The text of a code.
    pub fn text(&self, code: Code) -> &str {
        self.entry(code).map_or("", |e| e.code.as_str())
    }

    /// The row of a code that holds on a day; none where the code is not in force that day.
    pub fn row(&self, code: Code, day: Day) -> Option<&CodeRow> {
        self.entry(code)?.rows.iter().find(|r| r.period.holds(day))
    }
}

/// A list beside the rules, keyed by one or several columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamedList {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
    /// The key columns. At most one is of type `hs`; it is matched by prefix, the longest wins.
    pub keys: Vec<Column>,
    /// What rules may read of a row.
    pub attributes: Vec<Column>,
    /// Sorted by key, then by period; equal keys have periods that do not overlap.
    pub rows: Vec<ListRow>,
    /// Whether its first line says that it is an example that stands in for an official annex.
    pub example: bool,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ListRow {
    /// The key by column.
    pub keys: Vec<Value>,
    /// When it holds.
    pub period: Period,
    /// The attributes by column; none where the cell is empty.
    pub attributes: Vec<Option<Value>>,
}

/// What looking something up in a list found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// No row fits.
    Nothing,
    /// This row fits best.
    Row(&'a ListRow),
    /// The tariff code is too short to tell.
    TooShort,
}

impl NamedList {
    /// The best row for a key on a day: equal in all columns, a tariff code under the row's
    /// prefix, the longest prefix first. Costs up to ten binary searches, and for a code of fewer than ten
    /// digits a look at the rows under it.
    pub fn find(&self, key: &[Value], day: Day) -> Found<'_> {
        let hs_at = self.keys.iter().position(|c| c.typ == Type::Hs);
        let Some((hs_at, code)) = hs_at.and_then(|at| match key.get(at) {
            Some(Value::Hs(code)) => Some((at, *code)),
            _ => None,
        }) else {
            return self.exact(key, day).map_or(Found::Nothing, Found::Row);
        };
        if self.longer_exists(key, hs_at, code, day) {
            return Found::TooShort;
        }
        let mut probe = key.to_vec();
        for digits in (2..=code.digits()).rev() {
            let (Some(prefix), Some(slot)) = (code.prefix(digits), probe.get_mut(hs_at)) else {
                continue;
            };
            *slot = Value::Hs(prefix);
            if let Some(row) = self.exact(&probe, day) {
                return Found::Row(row);
            }
        }
        Found::Nothing
    }

    fn exact(&self, key: &[Value], day: Day) -> Option<&ListRow> {
        let start = self.rows.partition_point(|r| r.keys.as_slice() < key);
        let equal = self.rows.get(start..)?;
        equal
            .iter()
            .take_while(|r| r.keys == key)
            .find(|r| r.period.holds(day))
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

/// Dated exchange rates: one unit of a currency is worth `rate` of the base.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rates {
    /// The table of currencies.
    pub currencies: TableId,
    /// The base currency.
    pub base: Code,
    /// Sorted by currency, then by period.
    pub rows: Vec<Rate>,
}

/// One dated rate.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Of which currency.
    pub currency: Code,
    /// When it holds.
    pub period: Period,
    /// What one unit is worth in the base.
    pub rate: Number,
}

impl Rates {
    /// What one unit of the currency is worth in the base on that day; 1 for the base itself.
    pub fn rate(&self, currency: Code, day: Day) -> Option<Number> {
        if currency == self.base {
            return Some(Number::from_i64(1));
        }
        let start = self.rows.partition_point(|r| r.currency < currency);
        let of_currency = self
            .rows
            .get(start..)?
            .iter()
            .take_while(|r| r.currency == currency);
        of_currency
            .into_iter()
            .find(|r| r.period.holds(day))
            .map(|r| r.rate)
    }
}
