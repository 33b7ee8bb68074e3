//! A map at work: bound to the columns of one table, it makes a declaration of each row.

use super::error::{self, FactError, FactErrors, did_you_mean, shown};
use super::gather::{CodeSet, Frame, Gather};
use super::leaf::{Fault, Raw};
use super::map::{DateOrder, Map, Rule, Source};
use super::pen::Pen;
use super::row::{Layout, Row};
use super::sheet::Sheet;
use super::{Assumed, Facts, ListState, split};
use crate::ground::number::Number;
use crate::schema::value::{Fact, ListId, Type};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A map and where its columns stand in one table.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::map::Map;
/// let map = Map::parse(&rules.schema, r#"{"fields": {"id": {"column": "No."}}}"#)?;
/// let bound = map.bind(&["No."])?;
/// assert_eq!(bound.record(&["D-1"])?.id(&rules.schema), Some("D-1"));
/// assert!(bound.record(&["D-1", "too much"]).is_err());
/// // A column that the map neither uses nor ignores.
/// assert!(map.bind(&["No.", "Clerk"]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Bound {
    map: Map,
    /// For each rule of the map its column; none for a constant.
    columns: Vec<Option<usize>>,
    layout: Layout,
    width: usize,
}

/// A rule of the map with its cell of one row; none for a constant.
type Filled<'a> = (&'a Rule, Option<&'a str>);

/// A map meets a table: its columns may stand in any order, and none is skipped in silence.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::map::Map;
/// let text = r#"{"fields": {"id": {"column": "No."}, "line": {"column": "Line"}}, "ignore": ["Clerk"]}"#;
/// let map = Map::parse(&rules.schema, text)?;
/// let one = map.record(&["No.", "Line", "Clerk"], &["D-1", "first", "Wu"])?;
/// let other = map.record(&["Clerk", "Line", "No."], &["Li", "first", "D-1"])?;
/// assert_eq!(one, other);
/// assert!(map.bind(&["No.", "Line", "Clerk", "Remark"]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Map {
    /// Finds the map's columns in the first line of a table. A column that the map neither uses
    /// nor ignores is an error, so that nothing is skipped in silence.
    ///
    /// # Errors
    /// Columns that are missing, that the map doesn't know, or that stand there twice.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::map::Map;
    /// let map = Map::parse(&rules.schema, r#"{"fields": {"id": {"column": "Number"}}}"#)?;
    /// assert!(map.bind(&["Number"]).is_ok());
    /// let refused = map.bind(&["Numbr"]).unwrap_err();
    /// assert_eq!((refused.errors[0].code.0, refused.errors[0].path.as_str()), ("E0720", "id"));
    /// assert_eq!(refused.errors[0].help.as_deref(), Some("did you mean `Numbr`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bind<S: AsRef<str>>(&self, headers: &[S]) -> Result<Bound, FactErrors> {
        let mut errors = FactErrors::default();
        let mut bad = |path: &str, message: String, help: Option<String>| {
            errors.push(FactError::new(error::BAD_COLUMNS, path, message).help(help));
        };
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, header) in headers.iter().map(AsRef::as_ref).enumerate() {
            if places.insert(header, at).is_some() {
                bad(
                    "",
                    format!("the column `{}` is there twice", shown(header)),
                    None,
                );
            }
        }
        let mut used: BTreeSet<&str> = self.ignore.iter().map(String::as_str).collect();
        let mut columns = Vec::new();
        for rule in &self.rules {
            columns.push(match &rule.source {
                Source::Constant(_) => None,
                Source::Column(column) => {
                    used.insert(column);
                    let found = places.get(column.as_str()).copied();
                    if found.is_none() {
                        let help = did_you_mean(column, places.keys().copied());
                        bad(
                            &rule.path,
                            format!("there is no column `{}`", shown(column)),
                            help,
                        );
                    }
                    found
                }
            });
        }
        for header in headers.iter().map(AsRef::as_ref) {
            if !used.contains(header) {
                let help = Some("name it under `ignore` if it is not needed".to_owned());
                bad(
                    "",
                    format!("the map says nothing of the column `{}`", shown(header)),
                    help,
                );
            }
        }
        for ignored in &self.ignore {
            if !places.contains_key(ignored.as_str()) {
                let help = did_you_mean(ignored, places.keys().copied());
                bad(
                    "",
                    format!("there is no column `{}` to ignore", shown(ignored)),
                    help,
                );
            }
        }
        errors.or(Bound {
            map: self.clone(),
            layout: Layout::new(&self.rules, &columns),
            columns,
            width: headers.len(),
        })
    }

    /// Makes a declaration of one row of a table with those columns; for many rows bind the map
    /// once.
    ///
    /// # Errors
    /// As [`Map::bind`] and [`Bound::record`].
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::map::Map;
    /// let text = r#"{"fields": {"line": {"column": "Line", "codes": {"1": "first", "2": "second"}}}}"#;
    /// let map = Map::parse(&rules.schema, text)?;
    /// let translated = map.record(&["Line"], &["2"])?;
    /// assert_eq!(translated, kakou::Facts::builder(&rules.schema).set("line", "second").build()?);
    /// assert!(map.record(&["Line"], &["3"]).is_err()); // The map does not say what 3 means.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record<S: AsRef<str>>(&self, headers: &[S], row: &[S]) -> Result<Facts, FactErrors> {
        self.bind(headers)?.record(row)
    }
}

impl Bound {
    /// Makes a declaration of one row.
    ///
    /// # Errors
    /// A row of another length, and all that is wrong with its cells, each with the path of the
    /// field and the name of the column.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::map::Map;
    /// let text = r#"{"fields": {"id": {"column": "No."}, "date": {"column": "Day"}}}"#;
    /// let bound = Map::parse(&rules.schema, text)?.bind(&["Day", "No."])?;
    /// assert_eq!(bound.record(&["2026-08-03", "D-1"])?.id(&rules.schema), Some("D-1"));
    /// let refused = bound.record(&["3 August", "D-2"]).unwrap_err();
    /// assert_eq!(refused.errors[0].path, "date");
    /// assert_eq!(bound.record(&["D-3"]).unwrap_err().errors[0].code.0, "E0721"); // A cell is missing.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record<S: AsRef<str>>(&self, row: &[S]) -> Result<Facts, FactErrors> {
        if row.len() != self.width {
            let message = format!(
                "the row has {} cells where the table has {} columns",
                row.len(),
                self.width
            );
            return Err(FactError::new(error::BAD_ROW, "", message).into());
        }
        let cells: Vec<Option<&str>> = self
            .columns
            .iter()
            .map(|column| column.and_then(|at| row.get(at)).map(AsRef::as_ref))
            .collect();
        let mut gather = Gather::new(&self.map.schema, &self.map.tables, "");
        let rules: Vec<Filled<'_>> = self.map.rules.iter().zip(cells).collect();
        self.fill(&mut gather, &rules, 0, 0);
        gather.finish()
    }

    /// Makes a declaration of one row on a sheet that is used again: once the sheet has grown,
    /// nothing is allocated, unless something is wrong with the row.
    ///
    /// # Errors
    /// As [`Bound::record`].
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::{map::Map, sheet::Sheet};
    /// let text = r#"{"fields": {"id": {"column": "No."}, "line": {"column": "Line"}}}"#;
    /// let bound = Map::parse(&rules.schema, text)?.bind(&["No.", "Line"])?;
    /// let mut sheet = Sheet::default();
    /// let facts = bound.record_into(&["D-1", "first"], &mut sheet)?;
    /// assert_eq!(facts, &bound.record(&["D-1", "first"])?);
    /// assert!(bound.record_into(&["D-2", "third"], &mut sheet).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record_into<'f, S: AsRef<str>>(
        &self,
        row: &[S],
        sheet: &'f mut Sheet,
    ) -> Result<&'f Facts, FactErrors> {
        if row.len() != self.width || self.read(row, sheet).is_none() {
            sheet.begin(&self.map.tables);
            let read = self.record(row);
            sheet.keep(read)?;
        }
        Ok(sheet.facts())
    }

    /// The same of a row that was taken apart; nothing where it has to be read with care.
    pub(super) fn read_row(&self, row: split::Row<'_>, sheet: &mut Sheet) -> Option<()> {
        if row.width() != self.width {
            return None;
        }
        self.read(&row, sheet)
    }

    fn read<R: Row + ?Sized>(&self, row: &R, sheet: &mut Sheet) -> Option<()> {
        sheet.begin(&self.map.tables);
        let mut pen = Pen {
            schema: &self.map.schema,
            tables: &self.map.tables,
            sheet,
        };
        self.layout.write(&self.map.rules, row, &mut pen)
    }

    /// Keeps on a sheet what reading a row with care makes.
    pub(super) fn keep(
        &self,
        read: Result<Facts, FactErrors>,
        sheet: &mut Sheet,
    ) -> Result<(), FactErrors> {
        sheet.begin(&self.map.tables);
        sheet.keep(read)
    }

    /// Fills one record with the rules that lead into it; `depth` lists are behind us.
    fn fill(&self, gather: &mut Gather<'_>, rules: &[Filled<'_>], depth: usize, row: u32) {
        let mut inner: BTreeMap<ListId, BTreeMap<u32, Vec<Filled<'_>>>> = BTreeMap::new();
        for (rule, cell) in rules {
            match rule.places.get(depth) {
                None => self.cell(gather, rule, *cell, row),
                Some((list, place)) => {
                    inner
                        .entry(*list)
                        .or_default()
                        .entry(*place)
                        .or_default()
                        .push((rule, *cell));
                }
            }
        }
        for (list, elements) in inner {
            gather.state(list, ListState::Given);
            let mut made = 0;
            let path = gather
                .schema
                .list(list)
                .and_then(|l| gather.schema.field(l.field));
            let path = path.map_or("", |f| f.path.as_str()).to_owned();
            for rules in elements.values() {
                if rules.iter().all(|(_, cell)| cell.is_none_or(str::is_empty)) {
                    continue;
                }
                made += 1;
                let row = gather.open_row(list);
                self.fill(gather, rules, depth + 1, row);
            }
            // Empty cells are an empty list, or say nothing where the map says so of all of them.
            let silent = elements
                .values()
                .flatten()
                .all(|(rule, cell)| cell.is_none() || rule.empty_is_unknown);
            match made {
                0 if silent => gather.state(list, ListState::Unknown),
                0 => gather.state(list, ListState::None),
                _ => gather.close_list(list, made, None, &Frame::ROOT.name(&path)),
            }
        }
    }

    fn cell(&self, gather: &mut Gather<'_>, rule: &Rule, cell: Option<&str>, row: u32) {
        let (text, said) = match (&rule.source, cell, &rule.default) {
            (Source::Constant(text), _, _) => (text.as_str(), false),
            (_, Some(""), Some(default)) => {
                let assumed = Assumed {
                    path: rule.path.clone(),
                    value: default.clone(),
                };
                gather.facts_mut().assume(assumed);
                (default.as_str(), false)
            }
            (_, Some("") | None, _) => {
                let fact = if rule.empty_is_unknown {
                    Fact::Unknown
                } else {
                    Fact::None
                };
                return gather.put(rule.leaf, row, fact);
            }
            (_, Some(text), _) => (text, true),
        };
        let frame = &Frame::ROOT.name(&rule.path);
        let Some(split) = rule.split.as_deref() else {
            match translate(rule, text, said) {
                Ok(text) => gather.leaf(rule.leaf, row, raw(rule, &text), None, frame),
                Err(fault) => gather.fault(fault, None, || frame.path()),
            }
            return;
        };
        let mut set = CodeSet::default();
        for part in text
            .split(split)
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match translate(rule, part, said) {
                Ok(code) => gather.add_code(&mut set, rule.leaf, Raw::Text(&code), None, frame),
                Err(fault) => gather.fault(fault, None, || frame.path()),
            }
        }
        gather.put_set(rule.leaf, row, set);
    }
}

/// What a cell says in the schema's words. Constants and defaults are in them already.
pub(super) fn translate<'t>(
    rule: &'t Rule,
    text: &'t str,
    said: bool,
) -> Result<Cow<'t, str>, Fault> {
    if !said {
        return Ok(Cow::Borrowed(text));
    }
    let bad = |what: &str| {
        let Source::Column(column) = &rule.source else {
            return Fault::new(error::BAD_ROW, what);
        };
        Fault::new(
            error::BAD_ROW,
            format!("`{}` in the column `{}` {what}", shown(text), shown(column)),
        )
    };
    let mut out = Cow::Borrowed(text);
    if let Some(codes) = &rule.codes {
        match codes.get(text) {
            Some(code) => out = Cow::Borrowed(code.as_str()),
            None if rule.keep_others => {}
            None => return Err(bad("is not among the map's `codes`")),
        }
    }
    if rule.date != DateOrder::Iso {
        out = Cow::Owned(
            iso_date(rule.date, &out).ok_or_else(|| bad("is not a day as the map writes it"))?,
        );
    }
    if let Some(places) = rule.places_kept {
        out = Cow::Owned(
            rounded(&out, places)
                .ok_or_else(|| bad("is not a number to be rounded"))?
                .to_string(),
        );
    }
    if rule.percent {
        let rate = out
            .parse::<Number>()
            .ok()
            .and_then(|n| n.mul(Number::from_parts(1, 2)?));
        out = Cow::Owned(
            rate.ok_or_else(|| bad("is not a number of percent"))?
                .to_string(),
        );
    }
    if !rule.prefix.is_empty() {
        out = Cow::Owned(format!("{}{out}", rule.prefix));
    }
    let short = rule.pad.saturating_sub(out.chars().count());
    if short > 0 {
        out = Cow::Owned(format!("{}{out}", "0".repeat(short)));
    }
    Ok(out)
}

/// A number rounded half up, away from zero; it may have more places than a number can keep.
pub(super) fn rounded(text: &str, places: u32) -> Option<Number> {
    let (negative, digits) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return None;
    }
    let mut kept: i128 = whole.parse().ok()?;
    let mut part = part.bytes();
    for _ in 0..places {
        let digit = part.next().map_or(0, |b| i128::from(b - b'0'));
        kept = kept.checked_mul(10)?.checked_add(digit)?;
    }
    if part.next().is_some_and(|b| b >= b'5') {
        kept = kept.checked_add(1)?;
    }
    Number::from_parts(if negative { -kept } else { kept }, places)
}

/// A table has texts only: what is true in it is written as a word.
pub(super) fn raw<'t>(rule: &Rule, text: &'t str) -> Raw<'t> {
    match (rule.leaf.typ, text) {
        (Type::Bool, "true") => Raw::Bool(true),
        (Type::Bool, "false") => Raw::Bool(false),
        _ => Raw::Text(text),
    }
}

fn iso_date(order: DateOrder, text: &str) -> Option<String> {
    let (year, month, day) = match order {
        DateOrder::Iso => return Some(text.to_owned()),
        DateOrder::Compact if text.len() == 8 => (text.get(..4)?, text.get(4..6)?, text.get(6..)?),
        DateOrder::Compact => return None,
        DateOrder::DayFirst | DateOrder::MonthFirst => {
            let mut parts = text.split('/');
            let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
            if parts.next().is_some() {
                return None;
            }
            if order == DateOrder::DayFirst {
                (year, b, a)
            } else {
                (year, a, b)
            }
        }
    };
    Some(format!("{year}-{month:0>2}-{day:0>2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_from_their_digits() {
        for (text, places, expected) in [
            ("0.08000000000000003", 4, "0.08"),
            ("1477645.4000000001", 2, "1477645.4"),
            ("0.995", 2, "1"),
            ("0.9949999999999999", 2, "0.99"),
            ("-0.005", 2, "-0.01"),
            ("12", 2, "12"),
            ("12.5", 0, "13"),
        ] {
            assert_eq!(
                rounded(text, places).unwrap().to_string(),
                expected,
                "{text}"
            );
        }
        for text in ["", "-", ".5", "1e3", "1,000", "1.2.3", "12."] {
            assert!(rounded(text, 2).is_none(), "{text}");
        }
    }
}
