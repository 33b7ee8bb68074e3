//! Code tables, lists and exchange rates: CSV beside the rules, read once, sorted, dated.

use super::value::{Code, TableId, Type, Value};
use super::{Labels, Lang};
use crate::ground::day::Day;
use crate::ground::number::Number;

/// The days on which something holds, both ends included; open where nothing is said.
///
/// ```
/// use kakou::schema::table::Period;
/// let period = |from: &str, until: &str| Period { from: from.parse().ok(), until: until.parse().ok() };
/// let may = period("2026-05-01", "2026-05-31");
/// assert!(may.holds("2026-05-31".parse().unwrap()));
/// assert!(!may.holds("2026-06-01".parse().unwrap()));
/// assert!(may.overlaps(period("2026-05-31", "")) && !may.overlaps(period("2026-06-01", "")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Period {
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub until: Option<Day>,
}

/// Two periods that overlap have a day in common, and only such two.
///
/// ```
/// use kakou::schema::table::Period;
/// let (old, new) = (
///     Period { from: None, until: "2018-12-31".parse().ok() },
///     Period { from: "2019-01-01".parse().ok(), until: None },
/// );
/// // One follows the other, so that on every day exactly one holds.
/// assert!(!old.overlaps(new));
/// for day in ["2018-12-31", "2019-01-01"] {
///     let day = day.parse().unwrap();
///     assert_ne!(old.holds(day), new.holds(day));
/// }
/// ```
impl Period {
    /// Whether it holds on that day.
    ///
    /// ```
    /// use kakou::schema::table::Period;
    /// let from = Period { from: "2019-01-01".parse().ok(), until: None };
    /// let holds = |day: &str| from.holds(day.parse().unwrap());
    /// assert!(holds("2019-01-01") && holds("9999-12-31") && !holds("2018-12-31"));
    /// ```
    pub fn holds(self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// The days from which it begins or ceases to hold.
    pub(crate) fn turns(self) -> impl Iterator<Item = Day> {
        let after = self.until.and_then(|until| until.add(0, 1));
        self.from.into_iter().chain(after)
    }

    /// Whether some day is in both.
    ///
    /// ```
    /// use kakou::schema::table::Period;
    /// let always = Period::default();
    /// let one_day = Period { from: "2019-01-01".parse().ok(), until: "2019-01-01".parse().ok() };
    /// assert!(always.overlaps(one_day) && one_day.overlaps(one_day));
    /// assert!(!one_day.overlaps(Period { from: "2019-01-02".parse().ok(), until: None }));
    /// ```
    pub fn overlaps(self, other: Period) -> bool {
        let before = |until: Option<Day>, from: Option<Day>| matches!((until, from), (Some(u), Some(f)) if u < f);
        !before(self.until, other.from) && !before(other.until, self.from)
    }
}

/// A column that rules may read.
///
/// ```
/// use kakou::schema::{table::Column, value::Type};
/// assert_ne!(Column { name: "rank".into(), typ: Type::Integer }, Column { name: "rank".into(), typ: Type::Text });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// Its name in the CSV and in rules.
    pub name: String,
    /// Its type.
    pub typ: Type,
}

/// A code table.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let lines = rules.schema.tables.iter().find(|table| table.name == "line").ok_or("no table")?;
/// let second = lines.find("second").ok_or("no such code")?;
/// assert_eq!(lines.text(second), "second");
/// assert_eq!(lines.entry(second).and_then(|entry| entry.labels.zh.as_deref()), Some("二线"));
/// // Rows without dates hold on every day.
/// assert!(!lines.dated && lines.row(second, "2026-08-03".parse()?).is_some());
/// assert_eq!(lines.find("third"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let lines = rules.schema.tables.iter().find(|table| table.name == "line").ok_or("no table")?;
/// let codes: Vec<&str> = lines.codes.iter().map(|entry| entry.code.as_str()).collect();
/// assert_eq!(codes, ["first", "second"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// A code is shown as the people who read it know it, in either language.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::Lang;
/// let lines = rules.schema.tables.iter().find(|table| table.name == "line").ok_or("no table")?;
/// let shown = |lang| lines.codes.iter().map(|code| code.words(lang)).collect::<Vec<_>>();
/// assert_eq!(shown(Lang::Zh), ["一线", "二线"]);
/// assert_eq!(shown(Lang::En), ["first line", "second line"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl CodeEntry {
    /// The code as people read it: with its label, and of a name for programs, which says less
    /// than its label (`special_cbz`, `out`), the label alone.
    ///
    /// ```
    /// use kakou::{Lang, schema::{Labels, table::CodeEntry}};
    /// let code = |code: &str, zh: Option<&str>| CodeEntry {
    ///     code: code.into(),
    ///     labels: Labels { zh: zh.map(str::to_owned), en: None },
    ///     rows: Vec::new(),
    ///     unit: None,
    /// };
    /// assert_eq!(code("1371", Some("保税维修")).words(Lang::Zh), "1371 保税维修");
    /// assert_eq!(code("out", Some("出区")).words(Lang::Zh), "出区");
    /// assert_eq!(code("out", None).words(Lang::Zh), "out");
    /// ```
    pub fn words(&self, lang: Lang) -> String {
        let [code, gap, label] = self.said(lang);
        [code, gap, label].concat()
    }

    /// The same in parts: the code, a blank and the label, or as much of it as is said.
    pub(crate) fn said(&self, lang: Lang) -> [&str; 3] {
        let letters = self.code.chars().count();
        let small = |c: char| c.is_ascii_lowercase() || c == '_';
        let identifier = letters > SPOKEN_CODE || (letters > 1 && self.code.chars().all(small));
        match self.labels.get(lang, &self.code) {
            label if label == self.code => [&self.code, "", ""],
            label if identifier => ["", "", label],
            label => [&self.code, " ", label],
        }
    }
}

/// One dated row of a code.
///
/// ```
/// use kakou::{ground::number::Number, schema::{table::{CodeRow, Period}, value::Value}};
/// let rank = Value::Number(Number::from_i64(3));
/// let row = CodeRow { period: Period::default(), attributes: vec![Some(rank), None] };
/// assert_eq!(row.attributes[1], None); // An empty cell.
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CodeRow {
    /// When it holds.
    pub period: Period,
    /// The attributes by column; none where the cell is empty.
    pub attributes: Vec<Option<Value>>,
}

/// How a unit converts: an amount in it times `factor` is the amount in the dimension's base.
///
/// ```
/// use kakou::schema::table::UnitInfo;
/// let gram = UnitInfo {
///     symbol: Some("g".into()),
///     dimension: Some("mass".into()),
///     factor: "0.001".parse().ok(),
/// };
/// assert!(gram.factor.is_some_and(|factor| factor < kakou::ground::number::Number::from_i64(1)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnitInfo {
    /// What literals write: `kg`.
    pub symbol: Option<String>,
    /// `mass`, `length`, …; units of one dimension convert.
    pub dimension: Option<String>,
    /// To the base of the dimension.
    pub factor: Option<Number>,
}

/// A dated table: a code that is out of force is still known, and nothing is known of it that day.
///
/// ```
/// use kakou::schema::{Labels, table::{CodeEntry, CodeRow, CodeTable, Period}};
/// let until = Period { from: None, until: "2025-12-31".parse().ok() };
/// let gone = CodeEntry {
///     code: "a".into(),
///     labels: Labels::default(),
///     rows: vec![CodeRow { period: until, attributes: Vec::new() }],
///     unit: None,
/// };
/// let table = CodeTable { name: "level".into(), codes: vec![gone], attributes: Vec::new(), dated: true };
/// let code = table.find("a").unwrap();
/// assert!(table.row(code, "2025-12-31".parse().unwrap()).is_some());
/// assert_eq!(table.row(code, "2026-01-01".parse().unwrap()), None);
/// assert_eq!(table.text(code), "a");
/// ```
impl CodeTable {
    /// The number of a code.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let lines = rules.schema.tables.iter().find(|table| table.name == "line").ok_or("no table")?;
    /// assert!(lines.find("first") < lines.find("second")); // Codes are numbered in their order.
    /// assert_eq!(lines.find("First"), None); // Codes keep their spelling.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find(&self, code: &str) -> Option<Code> {
        let at = self
            .codes
            .binary_search_by(|e| e.code.as_str().cmp(code))
            .ok()?;
        u32::try_from(at).ok().map(Code)
    }

    /// The entry of a code.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::schema::value::Code;
    /// let lines = rules.schema.tables.iter().find(|table| table.name == "line").ok_or("no table")?;
    /// let first = lines.entry(Code(0)).and_then(|entry| entry.labels.en.as_deref());
    /// assert_eq!(first, Some("first line"));
    /// assert_eq!(lines.entry(Code(2)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn entry(&self, code: Code) -> Option<&CodeEntry> {
        self.codes.get(code.0 as usize)
    }

    /// The text of a code.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::schema::value::Code;
    /// let currencies = rules.schema.currencies.and_then(|id| rules.schema.table(id)).ok_or("no table")?;
    /// assert_eq!(currencies.text(Code(0)), "CNY");
    /// assert_eq!(currencies.text(Code(1)), "");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self, code: Code) -> &str {
        self.entry(code).map_or("", |e| e.code.as_str())
    }

    /// The row of a code that holds on a day; none where the code is not in force that day.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// use kakou::schema::{Labels, table::{CodeEntry, CodeRow, CodeTable, Column, Period}, value::{Code, Type, Value}};
    /// let row = |from: &str, until: &str, rank| CodeRow {
    ///     period: Period { from: from.parse().ok(), until: until.parse().ok() },
    ///     attributes: vec![Some(Value::Number(Number::from_i64(rank)))],
    /// };
    /// let table = CodeTable {
    ///     name: "credit_level".into(),
    ///     codes: vec![CodeEntry {
    ///         code: "general".into(),
    ///         labels: Labels::default(),
    ///         rows: vec![row("", "2021-10-31", 3), row("2021-11-01", "", 2)],
    ///         unit: None,
    ///     }],
    ///     attributes: vec![Column { name: "rank".into(), typ: Type::Integer }],
    ///     dated: true,
    /// };
    /// let rank = |day: &str| table.row(Code(0), day.parse().unwrap()).map(|row| row.attributes.clone());
    /// // An attribute is read as it was on the day.
    /// assert_eq!(rank("2021-10-31"), Some(vec![Some(Value::Number(Number::from_i64(3)))]));
    /// assert_eq!(rank("2021-11-01"), Some(vec![Some(Value::Number(Number::from_i64(2)))]));
    /// assert_eq!(table.row(Code(1), "2021-11-01".parse().unwrap()), None);
    /// ```
    pub fn row(&self, code: Code, day: Day) -> Option<&CodeRow> {
        self.entry(code)?.rows.iter().find(|r| r.period.holds(day))
    }
}

/// A list beside the rules, keyed by one or several columns.
///
/// ```
/// use kakou::schema::{Labels, table::{Column, Found, ListRow, NamedList, Period}, value::{Hs, Type, Value}};
/// let hs = |text: &str| Value::Hs(text.parse::<Hs>().unwrap());
/// let row = |text| ListRow { keys: vec![hs(text)], period: Period::default(), attributes: Vec::new() };
/// let list = NamedList {
///     name: "machines".into(),
///     labels: Labels::default(),
///     keys: vec![Column { name: "hs".into(), typ: Type::Hs }],
///     attributes: Vec::new(),
///     rows: vec![row("84"), row("847130")],
///     example: false,
/// };
/// let day = "2026-08-03".parse().unwrap();
/// // The longest prefix wins; a code that may turn out to be under it is too short to tell.
/// assert_eq!(list.find(&[hs("8471300000")], day), Found::Row(&list.rows[1]));
/// assert_eq!(list.find(&[hs("8501")], day), Found::Nothing);
/// assert_eq!(list.find(&[hs("8471")], day), Found::TooShort);
/// ```
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
///
/// ```
/// use kakou::schema::{table::{ListRow, Period}, value::Value};
/// let row = ListRow { keys: vec![Value::Bool(true)], period: Period::default(), attributes: Vec::new() };
/// assert!(row.period.holds("2026-08-03".parse().unwrap()));
/// ```
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
///
/// ```
/// use kakou::schema::table::Found;
/// assert_ne!(Found::Nothing, Found::TooShort); // Too short to tell is not a no.
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// No row fits.
    Nothing,
    /// This row fits best.
    Row(&'a ListRow),
    /// The tariff code is too short to tell.
    TooShort,
}

/// Dated exchange rates: one unit of a currency is worth `rate` of the base.
///
/// ```
/// use kakou::schema::{table::{Period, Rate, Rates}, value::{Code, TableId}};
/// let rates = Rates {
///     currencies: TableId(0),
///     base: Code(0),
///     rows: vec![Rate {
///         currency: Code(1),
///         period: Period { from: "2026-08-01".parse().ok(), until: None },
///         rate: "7.1".parse().unwrap(),
///     }],
/// };
/// let on = |day: &str| rates.rate(Code(1), day.parse().unwrap()).map(|rate| rate.to_string());
/// assert_eq!(on("2026-08-03").as_deref(), Some("7.1"));
/// assert_eq!(on("2026-07-31"), None); // No rate, and none is made up.
/// assert!(rates.rate(Code(0), "2026-07-31".parse().unwrap()).is_some()); // The base is worth 1.
/// ```
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
///
/// ```
/// use kakou::schema::{table::{Period, Rate}, value::Code};
/// let rate = Rate { currency: Code(1), period: Period::default(), rate: "7.1".parse().unwrap() };
/// assert_eq!(rate.rate.to_string(), "7.1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Of which currency.
    pub currency: Code,
    /// When it holds.
    pub period: Period,
    /// What one unit is worth in the base.
    pub rate: Number,
}

/// Amounts convert at the rate of their day.
///
/// ```
/// use kakou::ground::number::Number;
/// use kakou::schema::{table::{Period, Rate, Rates}, value::{Code, TableId}};
/// let (cny, usd) = (Code(0), Code(1));
/// let rate = |from: &str, until: &str, rate: &str| Rate {
///     currency: usd,
///     period: Period { from: from.parse().ok(), until: until.parse().ok() },
///     rate: rate.parse().unwrap(),
/// };
/// let rows = vec![rate("2026-07-01", "2026-07-31", "7.2"), rate("2026-08-01", "", "7.1")];
/// let rates = Rates { currencies: TableId(0), base: cny, rows };
/// let worth = |day: &str| Number::from_i64(100).mul(rates.rate(usd, day.parse().unwrap())?);
/// assert_eq!(worth("2026-07-31"), Some(Number::from_i64(720)));
/// assert_eq!(worth("2026-08-01"), Some(Number::from_i64(710)));
/// assert_eq!(worth("2026-06-30"), None); // Before the first rate.
/// ```
impl Rates {
    /// What one unit of the currency is worth in the base on that day; 1 for the base itself.
    ///
    /// ```
    /// use kakou::ground::number::Number;
    /// use kakou::schema::{table::Rates, value::{Code, TableId}};
    /// // Without rates the base is still worth one, and nothing else is worth anything.
    /// let rates = Rates { currencies: TableId(0), base: Code(0), rows: Vec::new() };
    /// let day = "2026-08-03".parse().unwrap();
    /// assert_eq!(rates.rate(Code(0), day), Some(Number::from_i64(1)));
    /// assert_eq!(rates.rate(Code(1), day), None);
    /// ```
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
