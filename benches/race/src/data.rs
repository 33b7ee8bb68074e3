//! A workload given as files: rules, declarations and the matches that are to be found.
//!
//! Codes are numbered in the order of their spelling, which is what any engine would do that is
//! given its facts in their native form; the numbers are the generator's `c0`, `c1` and so on.

use crate::race::{CODES, Declaration, Item, LICENCES, NaiveRule, Pred};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// What the files hold.
pub struct Data {
    pub rules: Vec<NaiveRule>,
    pub declarations: Vec<Declaration>,
    /// The rules that match each declaration, in order.
    pub expected: Vec<Vec<u32>>,
}

/// The code fields, in the order in which a declaration holds them.
const CODE_FIELDS: [&str; 7] = [
    "zone",
    "zone_type",
    "line",
    "direction",
    "business",
    "mode",
    "origin",
];
/// The fields with numbers, likewise.
const NUMBER_FIELDS: [&str; 6] = [
    "value_fen",
    "quantity",
    "credit",
    "date",
    "buyer_ytd_fen",
    "days_in_zone",
];

#[derive(Deserialize)]
struct RuleLine {
    id: u32,
    all: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    field: String,
    equals: Option<serde_json::Value>,
    #[serde(rename = "in")]
    among: Option<Vec<String>>,
    under: Option<Vec<String>>,
    at_least: Option<i64>,
    below: Option<i64>,
    contains: Option<String>,
    lacks: Option<String>,
}

#[derive(Deserialize)]
struct DeclarationLine {
    zone: String,
    zone_type: String,
    line: String,
    direction: String,
    business: String,
    mode: String,
    origin: String,
    hs: String,
    value_fen: i64,
    quantity: i64,
    credit: i64,
    date: i64,
    buyer_ytd_fen: i64,
    days_in_zone: i64,
    has_guarantee: bool,
    licences: Vec<String>,
    items: Vec<ItemLine>,
}

#[derive(Deserialize)]
struct ItemLine {
    hs: String,
    value_fen: i64,
}

impl DeclarationLine {
    fn codes(&self) -> [&str; 7] {
        [
            &self.zone,
            &self.zone_type,
            &self.line,
            &self.direction,
            &self.business,
            &self.mode,
            &self.origin,
        ]
    }
}

/// The spellings of each code field and of the licences, in order.
struct Codes {
    fields: [Vec<String>; 7],
    licences: Vec<String>,
}

impl Codes {
    fn new(rules: &[RuleLine], declarations: &[DeclarationLine]) -> io::Result<Codes> {
        let mut fields: [BTreeSet<&str>; 7] = Default::default();
        let mut licences = BTreeSet::new();
        for d in declarations {
            for (all, code) in fields.iter_mut().zip(d.codes()) {
                all.insert(code);
            }
            licences.extend(d.licences.iter().map(String::as_str));
        }
        for condition in rules.iter().flat_map(|rule| &rule.all) {
            let names = [&condition.contains, &condition.lacks];
            licences.extend(names.into_iter().flatten().map(String::as_str));
            if let Some(field) = position(&CODE_FIELDS, &condition.field) {
                let one = condition.equals.as_ref().and_then(|code| code.as_str());
                let several = condition.among.iter().flatten().map(String::as_str);
                fields[field].extend(one.into_iter().chain(several));
            }
        }
        for (all, most) in fields.iter().zip(CODES) {
            if all.len() > usize::from(most) {
                return Err(wrong(format!(
                    "{} codes where at most {most} fit",
                    all.len()
                )));
            }
        }
        if licences.len() > usize::from(LICENCES) {
            return Err(wrong(format!("{} licences", licences.len())));
        }
        let owned = |set: BTreeSet<&str>| set.into_iter().map(String::from).collect();
        Ok(Codes {
            fields: fields.map(owned),
            licences: owned(licences),
        })
    }

    fn code(&self, field: usize, code: &str) -> io::Result<u16> {
        number(&self.fields[field], code)
    }

    fn licence(&self, code: &str) -> io::Result<u16> {
        number(&self.licences, code)
    }

    fn declaration(&self, line: &DeclarationLine) -> io::Result<Declaration> {
        let mut codes = [0; 7];
        for (field, code) in line.codes().iter().enumerate() {
            codes[field] = self.code(field, code)?;
        }
        let mut licences = 0;
        for code in &line.licences {
            licences |= 1 << self.licence(code)?;
        }
        let item = |item: &ItemLine| {
            Ok(Item {
                hs: digits(&item.hs)?,
                value: item.value_fen,
            })
        };
        Ok(Declaration {
            codes,
            hs: digits(&line.hs)?,
            numbers: [
                line.value_fen,
                line.quantity,
                line.credit,
                line.date,
                line.buyer_ytd_fen,
                line.days_in_zone,
            ],
            licences,
            guarantee: line.has_guarantee,
            items: line.items.iter().map(item).collect::<io::Result<_>>()?,
        })
    }

    fn predicates(&self, condition: &Condition) -> io::Result<Vec<Pred>> {
        let mut all = Vec::new();
        if let Some(field) = position(&CODE_FIELDS, &condition.field) {
            if let Some(code) = condition.equals.as_ref().and_then(|code| code.as_str()) {
                all.push(Pred::Is(field, self.code(field, code)?));
            }
            if let Some(codes) = &condition.among {
                let codes: io::Result<_> = codes.iter().map(|c| self.code(field, c)).collect();
                all.push(Pred::In(field, codes?));
            }
        } else if let Some(field) = position(&NUMBER_FIELDS, &condition.field) {
            all.extend(condition.at_least.map(|n| Pred::AtLeast(field, n)));
            all.extend(condition.below.map(|n| Pred::Below(field, n)));
        } else if condition.field == "has_guarantee" {
            let is = condition.equals.as_ref().and_then(|is| is.as_bool());
            all.extend(is.map(Pred::Guarantee));
        } else if let Some(prefixes) = &condition.under {
            let prefix = |text: &String| Ok((digits(text)?, text.len() as u8));
            let prefixes: io::Result<_> = prefixes.iter().map(prefix).collect();
            all.push(Pred::Under(prefixes?));
        }
        if let Some(code) = &condition.contains {
            all.push(Pred::Has(self.licence(code)?));
        }
        if let Some(code) = &condition.lacks {
            all.push(Pred::Lacks(self.licence(code)?));
        }
        if all.is_empty() {
            return Err(wrong(format!("no condition known on {}", condition.field)));
        }
        Ok(all)
    }
}

/// The workload of so many rules; none where the folder has none of that number.
pub fn read(folder: &Path, rules: usize) -> io::Result<Option<Data>> {
    let path = folder.join(format!("rules_{rules}.ndjson"));
    if !path.exists() {
        return Ok(None);
    }
    let rules_read: Vec<RuleLine> = lines(&path)?;
    let declarations: Vec<DeclarationLine> = lines(&folder.join("declarations.ndjson"))?;
    let codes = Codes::new(&rules_read, &declarations)?;
    let mut drawn = Vec::new();
    for (at, rule) in rules_read.iter().enumerate() {
        if rule.id as usize != at {
            return Err(wrong(format!("rule {} in place {at}", rule.id)));
        }
        let all: io::Result<Vec<_>> = rule.all.iter().map(|c| codes.predicates(c)).collect();
        drawn.push(NaiveRule {
            header: all?.concat(),
            item: Vec::new(),
        });
    }
    let expected = fs::read_to_string(folder.join(format!("expected_{rules}.txt")))?;
    let ids = |line: &str| {
        let ids = line.split(',').filter(|id| !id.is_empty());
        ids.map(|id| id.parse().map_err(wrong)).collect()
    };
    Ok(Some(Data {
        rules: drawn,
        declarations: declarations
            .iter()
            .map(|line| codes.declaration(line))
            .collect::<io::Result<_>>()?,
        expected: expected.lines().map(ids).collect::<io::Result<_>>()?,
    }))
}

fn lines<T: DeserializeOwned>(path: &Path) -> io::Result<Vec<T>> {
    let text = fs::read_to_string(path)?;
    let read = |line| serde_json::from_str(line).map_err(wrong);
    text.lines().map(read).collect()
}

fn position(names: &[&str], name: &str) -> Option<usize> {
    names.iter().position(|known| *known == name)
}

fn number(all: &[String], code: &str) -> io::Result<u16> {
    let found = all.binary_search_by(|known| known.as_str().cmp(code));
    found.map(|at| at as u16).map_err(|_| wrong(code))
}

fn digits(text: &str) -> io::Result<u64> {
    text.parse().map_err(wrong)
}

fn wrong(what: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_string())
}
