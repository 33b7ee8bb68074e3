//! Maps: how the columns of a foreign table become the fields of a schema.
//!
//! A map is a JSON file. Every column is either used or ignored by name, so that nothing is
//! skipped in silence; a default that was filled in is noted with the facts.
//!
//! ```json
//! {
//!   "ignore": ["Split"],
//!   "fields": {
//!     "id":                { "column": "Declaration ID" },
//!     "head.mode":         { "column": "Type", "codes": { "B": "0110" }, "others": "keep" },
//!     "duty_rate":         { "column": "Tax Rate", "percent": true },
//!     "items[1].hs_code":  { "column": "HS10 Code", "pad": 10 },
//!     "items[1].qty":      { "column": "Net Mass", "empty": "unknown" },
//!     "items[1].unit":     { "column": "Unit", "default": "035" },
//!     "items[1].currency": { "constant": "CNY" }
//!   }
//! }
//! ```
//! `prefix` puts a text before the cell, `pad` fills it with zeros from the left, `percent` reads
//! 8.0 as 8 %, `places` rounds half up a number of which a program left a float's digits
//! (0.08000000000000003), `split` takes a set of codes apart, `date` says another order (`YYYYMMDD`,
//! `DD/MM/YYYY`, `MM/DD/YYYY`). They apply in the order: `codes`, `places`, `percent`, `prefix`, `pad`.
//! An element none of whose columns holds anything is not made.

pub use super::bind::Bound;

use super::edit::split_place;
use super::error::{self, FactError, FactErrors, Position, did_you_mean, shown};
use super::given::{no_record, step};
use super::index::{Child, Leaf};
use super::json::not_json;
use super::leaf::Fault;
use super::tables::Tables;
use crate::ground::number::MAX_PLACES;
use crate::schema::Schema;
use crate::schema::value::{ListId, Type};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A map of one schema, checked.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::map::Map;
/// let text = r#"{"ignore": ["Clerk"], "fields": {
///     "id": {"column": "No."},
///     "line": {"column": "Line", "codes": {"1": "first", "2": "second"}}
/// }}"#;
/// let bound = Map::parse(&rules.schema, text)?.bind(&["No.", "Clerk", "Line"])?;
/// assert_eq!(bound.record(&["D-1", "Li", "2"])?.id(&rules.schema), Some("D-1"));
/// assert!(bound.record(&["D-1", "Li", "3"]).is_err());
///
/// // A path that the schema does not know is refused with its place in the map.
/// assert!(Map::parse(&rules.schema, r#"{"fields": {"lien": {"column": "Line"}}}"#).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Map {
    pub(crate) schema: Arc<Schema>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) ignore: BTreeSet<String>,
}

/// How one field is made.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// As the map says it: `items[1].hs_code`.
    pub(crate) path: String,
    pub(crate) leaf: Leaf,
    /// The elements on the way, from the outermost list.
    pub(crate) places: Vec<(ListId, u32)>,
    pub(crate) source: Source,
    pub(crate) codes: Option<BTreeMap<String, String>>,
    /// Whether cells that `codes` does not list stay as they are.
    pub(crate) keep_others: bool,
    pub(crate) prefix: String,
    pub(crate) pad: usize,
    pub(crate) percent: bool,
    /// To how many places a number is rounded; exact where nothing is said.
    pub(crate) places_kept: Option<u32>,
    pub(crate) split: Option<String>,
    pub(crate) date: DateOrder,
    pub(crate) empty_is_unknown: bool,
    pub(crate) default: Option<String>,
}

/// Where the text of a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Column(String),
    Constant(String),
}

/// How days are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    Iso,
    Compact,
    DayFirst,
    MonthFirst,
}

/// What a map says is held against the schema before any table is read.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::facts::map::Map;
/// let parse = |fields: &str| Map::parse(&rules.schema, &format!(r#"{{"fields": {{{fields}}}}}"#));
/// assert!(parse(r#""items[1].total": {"column": "Value"}"#).is_ok());
/// let refused = parse(r#""items.total": {"column": "Value"}"#).unwrap_err(); // Of which item?
/// assert_eq!(refused.errors[0].code.0, "E0719");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Map {
    /// Reads a map and checks it against the schema.
    ///
    /// # Errors
    /// Text that is no JSON, words that a map doesn't know, paths that the schema doesn't know,
    /// a field said twice; each with its place in the text.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::facts::map::Map;
    /// assert!(Map::parse(&rules.schema, r#"{"fields": {"line": {"constant": "first"}}}"#).is_ok());
    /// let refused = Map::parse(&rules.schema, r#"{"fields": {"lien": {"constant": "first"}}}"#).unwrap_err();
    /// assert_eq!((refused.errors[0].code.0, refused.errors[0].path.as_str()), ("E0704", "lien"));
    /// assert_eq!(refused.errors[0].help.as_deref(), Some("did you mean `line`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(schema: &Arc<Schema>, text: &str) -> Result<Map, FactErrors> {
        let tables = Arc::new(Tables::new(schema));
        let map = Map {
            schema: schema.clone(),
            tables,
            rules: Vec::new(),
            ignore: BTreeSet::new(),
        };
        let mut parser = Parser {
            map,
            text,
            errors: FactErrors::default(),
        };
        let top: Pairs<'_> = serde_json::from_str(text).map_err(|e| not_json(text, &e))?;
        parser.top(top);
        parser.errors.or(parser.map)
    }
}

/// The pairs of a JSON object in their order; repeated keys are still there.
struct Pairs<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Pairs<'de>, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some((Key(key), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    pairs.push((key, value));
                }
                Ok(Pairs(pairs))
            }
        }
        d.deserialize_map(PairsVisitor)
    }
}

/// A key that is borrowed where its text has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Key<'t>(#[serde(borrow)] Cow<'t, str>);

const RULE_WORDS: [&str; 12] = [
    "codes", "column", "constant", "date", "default", "empty", "others", "pad", "percent",
    "places", "prefix", "split",
];

fn which_element() -> Fault {
    Fault::new(error::BAD_MAP, "say which element: they count from [1]")
}

struct Parser<'t> {
    map: Map,
    text: &'t str,
    errors: FactErrors,
}

impl<'t> Parser<'t> {
    /// Notes an error at a part of the text.
    fn error(&mut self, part: &str, path: &str, fault: Fault) {
        let at = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let at = at.filter(|at| *at < self.text.len());
        let position = at.map(|at| Position::of(self.text.as_bytes(), at));
        self.errors.push(
            FactError::new(fault.code, path, fault.message)
                .at(position)
                .help(fault.help),
        );
    }

    fn bad(&mut self, part: &str, path: &str, message: impl Into<String>) {
        self.error(part, path, Fault::new(error::BAD_MAP, message));
    }

    /// Reads a part of the map as what it has to be.
    fn read<T: Deserialize<'t>>(
        &mut self,
        raw: &'t RawValue,
        path: &str,
        expected: &str,
    ) -> Option<T> {
        let read = serde_json::from_str(raw.get()).ok();
        if read.is_none() {
            self.bad(raw.get(), path, format!("expected {expected}"));
        }
        read
    }

    fn pairs(&mut self, raw: &'t RawValue, path: &str) -> Vec<(Cow<'t, str>, &'t RawValue)> {
        let Pairs(pairs) = self
            .read(raw, path, "an object")
            .unwrap_or(Pairs(Vec::new()));
        self.repeated(&pairs, path);
        pairs
    }

    fn repeated(&mut self, pairs: &[(Cow<'t, str>, &'t RawValue)], path: &str) {
        let mut seen = BTreeSet::new();
        for (key, _) in pairs {
            if !seen.insert(key.as_ref()) {
                let message = format!("`{}` is said twice", shown(key));
                self.error(key, path, Fault::new(error::GIVEN_TWICE, message));
            }
        }
    }

    fn top(&mut self, Pairs(top): Pairs<'t>) {
        self.repeated(&top, "");
        for (key, raw) in &top {
            match key.as_ref() {
                "ignore" => {
                    let names: Vec<String> = self
                        .read(raw, "ignore", "a list of column names")
                        .unwrap_or_default();
                    self.map.ignore.extend(names);
                }
                "fields" => {
                    for (path, raw) in self.pairs(raw, "fields") {
                        self.field(&path, raw);
                    }
                }
                other => self.unknown_word(key, "", other, &["fields", "ignore"]),
            }
        }
        if !top.iter().any(|(key, _)| key == "fields") {
            self.bad(self.text, "", "a map has `fields`");
        }
        let mut said = BTreeSet::new();
        for rule in std::mem::take(&mut self.map.rules) {
            if matches!(&rule.source, Source::Column(column) if self.map.ignore.contains(column)) {
                self.bad(self.text, &rule.path, "the column is used and ignored");
            }
            if !said.insert((rule.leaf.field, rule.places.clone())) {
                self.error(
                    self.text,
                    &rule.path,
                    Fault::new(error::GIVEN_TWICE, "the field is said twice"),
                );
            }
            self.map.rules.push(rule);
        }
        // Elements are made list by list, in the order of their places.
        self.map.rules.sort_by(|a, b| a.places.cmp(&b.places));
    }

    fn unknown_word(&mut self, part: &str, path: &str, word: &str, words: &[&str]) {
        let mut fault = Fault::new(
            error::BAD_MAP,
            format!("a map has no word `{}`", shown(word)),
        );
        fault.help = did_you_mean(word, words.iter().copied());
        self.error(part, path, fault);
    }

    /// Finds the field of a path with places.
    fn target(&self, path: &str) -> Result<(Leaf, Vec<(ListId, u32)>), Fault> {
        let mut at = Child::Record(self.map.tables.root());
        let mut places = Vec::new();
        for part in path.split('.') {
            let node = match at {
                Child::Record(node) => node,
                Child::List(..) => return Err(which_element()),
                Child::Leaf(_) => return Err(no_record(part)),
            };
            let (name, place) = split_place(part)?;
            at = match (step(&self.map.tables, node, name)?, place) {
                (Child::List(list, _), Some(place)) => {
                    let most = self.map.schema.list(list).map_or(0, |l| l.most);
                    if place > most {
                        return Err(Fault::new(
                            error::BAD_PLACE,
                            format!("the list has at most {most} elements"),
                        ));
                    }
                    places.push((list, place));
                    Child::Record(self.map.tables.element(list))
                }
                (_, Some(_)) => {
                    return Err(Fault::new(
                        error::BAD_PLACE,
                        format!("`{}` is no list of records", shown(name)),
                    ));
                }
                (child, None) => child,
            };
        }
        match at {
            Child::Leaf(leaf) => Ok((leaf, places)),
            Child::Record(_) => Err(Fault::new(
                error::BAD_MAP,
                "a record is filled field by field",
            )),
            Child::List(..) => Err(which_element()),
        }
    }

    fn field(&mut self, path: &str, raw: &'t RawValue) {
        let target = self.target(path);
        let (leaf, places) = match target {
            Ok(target) => target,
            Err(fault) => return self.error(raw.get(), path, fault),
        };
        let mut source = None;
        let mut rule = Rule {
            path: path.to_owned(),
            leaf,
            places,
            source: Source::Constant(String::new()),
            codes: None,
            keep_others: false,
            prefix: String::new(),
            pad: 0,
            percent: false,
            places_kept: None,
            split: None,
            date: DateOrder::Iso,
            empty_is_unknown: false,
            default: None,
        };
        for (key, raw) in self.pairs(raw, path) {
            match key.as_ref() {
                "column" | "constant" if source.is_some() => {
                    self.bad(
                        raw.get(),
                        path,
                        "a field has one `column` or one `constant`",
                    );
                }
                "column" => source = self.read(raw, path, "a column name").map(Source::Column),
                "constant" => source = self.read(raw, path, "a text").map(Source::Constant),
                "codes" => rule.codes = Some(self.codes(raw, path)),
                "others" => {
                    rule.keep_others = self.choice(raw, path, &[("keep", true), ("error", false)])
                }
                "prefix" => rule.prefix = self.read(raw, path, "a text").unwrap_or_default(),
                "pad" => {
                    rule.pad = usize::from(
                        self.read::<u8>(raw, path, "a length up to 255")
                            .unwrap_or(0),
                    )
                }
                "percent" => rule.percent = self.read(raw, path, "true or false").unwrap_or(false),
                "places" => {
                    rule.places_kept = self
                        .read::<u8>(raw, path, "a number of places up to 10")
                        .map(u32::from)
                }
                "split" => rule.split = self.read(raw, path, "a text"),
                "date" => rule.date = self.date(raw, path),
                "empty" => {
                    rule.empty_is_unknown =
                        self.choice(raw, path, &[("unknown", true), ("none", false)]);
                }
                "default" => rule.default = self.read(raw, path, "a text"),
                other => self.unknown_word(&key, path, other, &RULE_WORDS),
            }
        }
        match source {
            Some(source) => rule.source = source,
            None => return self.bad(raw.get(), path, "a field has a `column` or a `constant`"),
        }
        self.fits(&rule, raw);
        self.map.rules.push(rule);
    }

    fn codes(&mut self, raw: &'t RawValue, path: &str) -> BTreeMap<String, String> {
        let pairs = self.pairs(raw, path);
        let mut codes = BTreeMap::new();
        for (from, raw) in pairs {
            if let Some(to) = self.read(raw, path, "a text") {
                codes.insert(from.into_owned(), to);
            }
        }
        codes
    }

    fn choice(&mut self, raw: &'t RawValue, path: &str, words: &[(&str, bool)]) -> bool {
        let Some(said) = self.read::<Cow<'_, str>>(raw, path, "a text") else {
            return false;
        };
        match words.iter().find(|(word, _)| *word == said) {
            Some((_, meaning)) => *meaning,
            None => {
                let all: Vec<String> = words.iter().map(|(w, _)| format!("`{w}`")).collect();
                self.bad(raw.get(), path, format!("expected {}", all.join(" or ")));
                false
            }
        }
    }

    fn date(&mut self, raw: &'t RawValue, path: &str) -> DateOrder {
        match self.read::<String>(raw, path, "a text").as_deref() {
            Some("YYYY-MM-DD") | None => DateOrder::Iso,
            Some("YYYYMMDD") => DateOrder::Compact,
            Some("DD/MM/YYYY") => DateOrder::DayFirst,
            Some("MM/DD/YYYY") => DateOrder::MonthFirst,
            Some(_) => {
                let message = "expected `YYYY-MM-DD`, `YYYYMMDD`, `DD/MM/YYYY` or `MM/DD/YYYY`";
                self.bad(raw.get(), path, message);
                DateOrder::Iso
            }
        }
    }

    /// A word that the field's type has no use for is a mistake.
    fn fits(&mut self, rule: &Rule, raw: &'t RawValue) {
        let typ = rule.leaf.typ;
        let number = matches!(typ, Type::Rate | Type::Decimal);
        if rule.percent && !number {
            self.bad(
                raw.get(),
                &rule.path,
                "`percent` is for rates and decimal numbers",
            );
        }
        let amount = number || matches!(typ, Type::Money(_) | Type::Quantity(_));
        if rule.places_kept.is_some() && !amount {
            self.bad(
                raw.get(),
                &rule.path,
                "`places` is for amounts, rates and decimal numbers",
            );
        }
        if rule.places_kept.is_some_and(|n| n as usize > MAX_PLACES) {
            self.bad(raw.get(), &rule.path, "`places` is at most 10");
        }
        if rule.date != DateOrder::Iso && typ != Type::Date {
            self.bad(raw.get(), &rule.path, "`date` is for dates");
        }
        if matches!(typ, Type::Set(_)) != rule.split.is_some() {
            self.bad(
                raw.get(),
                &rule.path,
                "a set of codes, and only that, has `split`: what stands between codes",
            );
        }
        if rule.split.as_deref() == Some("") {
            self.bad(raw.get(), &rule.path, "`split` is not empty");
        }
        if rule.keep_others && rule.codes.is_none() {
            self.bad(raw.get(), &rule.path, "`others` goes with `codes`");
        }
    }
}
