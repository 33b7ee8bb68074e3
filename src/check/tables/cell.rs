//! One cell of a list as a value of its column's type.

use crate::ground::nearest::nearest;
use crate::ground::number::Number;
use crate::schema::table::CodeTable;
use crate::schema::value::{Code, Denomination, TableId, Type, Value};
use std::fmt;

/// What stands between the codes of a set: `A;B`.
pub const SET_SEPARATOR: char = ';';

/// Where the code tables that types name are found.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{check::tables::Tables, schema::value::TableId};
/// let tables = rules.schema.tables.as_slice();
/// assert_eq!(Tables::table(tables, TableId(1)).map(|table| table.name.as_str()), Some("line"));
/// assert!(Tables::table(tables, TableId(9)).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Tables {
    /// The code table of that number.
    ///
    /// ```
    /// use kakou::{check::tables::Tables, schema::{table::CodeTable, value::TableId}};
    /// let none: [CodeTable; 0] = [];
    /// assert!(none.table(TableId(0)).is_none());
    /// ```
    fn table(&self, id: TableId) -> Option<&CodeTable>;
}

impl Tables for [CodeTable] {
    fn table(&self, id: TableId) -> Option<&CodeTable> {
        self.get(id.0 as usize)
    }
}

/// Why a cell does not fit its type.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{check::tables::parse_cell, schema::value::{TableId, Type}};
/// let bad = parse_cell("secnd", Type::Code(TableId(1)), rules.schema.tables.as_slice()).unwrap_err();
/// assert!(bad.to_string().contains("`secnd`"));
/// assert!(bad.help.is_some_and(|help| help.contains("second")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// What is wrong, with the cell's text.
    pub says: String,
    /// What may help.
    pub help: Option<String>,
}

impl fmt::Display for BadCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}
impl std::error::Error for BadCell {}

fn bad<T>(text: &str, is_not: &str, help: Option<String>) -> Result<T, BadCell> {
    Err(BadCell {
        says: format!("`{}` is not {is_not}", short(text)),
        help,
    })
}

/// The text as a complaint shows it: not longer than a line.
pub(super) fn short(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().count() > 60 {
        out.push('…');
    }
    out
}

/// Reads a cell. An empty cell is none; `NA` is a text or code like any other. A rate is written
/// `0.7` or `70%`; amounts without their unit, which the column's type states; the codes of a set
/// are separated by `;`.
///
/// ```
/// use kakou::check::tables::parse_cell;
/// use kakou::schema::{table::CodeTable, value::{Type, Value}};
/// let tables: [CodeTable; 0] = [];
/// let rate = parse_cell("70%", Type::Rate, &tables[..]).unwrap();
/// assert_eq!(rate, Some(Value::Number("0.7".parse().unwrap())));
/// assert_eq!(parse_cell("", Type::Rate, &tables[..]).unwrap(), None);
/// assert!(parse_cell("1.5", Type::Integer, &tables[..]).is_err());
/// ```
pub fn parse_cell<T: Tables + ?Sized>(
    text: &str,
    typ: Type,
    tables: &T,
) -> Result<Option<Value>, BadCell> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.trim() != text && typ != Type::Text {
        let help = format!("write `{}` without blanks around it", short(text.trim()));
        return Err(BadCell {
            says: format!("`{}` has a blank at its edge", short(text)),
            help: Some(help),
        });
    }
    let value = match typ {
        Type::Bool => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return bad(text, "`true` or `false`", None),
        },
        Type::Integer => match text.parse::<Number>() {
            Ok(number) if !text.contains('.') => Value::Number(number),
            _ => return bad(text, "a whole number", without_commas(text)),
        },
        Type::Decimal => Value::Number(number(text)?),
        Type::Rate => Value::Number(rate(text)?),
        Type::Money(Denomination::Fixed(code)) => Value::Money(number(text)?, code),
        Type::Quantity(Denomination::Fixed(code)) => Value::Quantity(number(text)?, code),
        Type::Money(_) | Type::Quantity(_) => {
            let says = "an amount in a list needs one stated currency or unit".to_owned();
            return Err(BadCell { says, help: None });
        }
        Type::Date => match text.parse() {
            Ok(day) => Value::Date(day),
            Err(why) => return bad(text, strip_not(&format!("{why}")), None),
        },
        Type::Text => Value::Text(text.into()),
        Type::Code(table) => Value::Code(code(text, table, tables)?),
        Type::Hs => match text.parse() {
            Ok(hs) => Value::Hs(hs),
            Err(_) => {
                let digits: String = text.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
                let plain = digits.parse::<crate::schema::value::Hs>().is_ok();
                let help = plain.then(|| format!("write `{digits}`"));
                return bad(text, "a tariff code of 2 to 10 digits", help);
            }
        },
        Type::Set(table) => {
            let codes = text.split(SET_SEPARATOR).map(|part| match part.trim() {
                "" => Err(BadCell {
                    says: format!("a code is missing in the set `{}`", short(text)),
                    help: Some(format!("write one `{SET_SEPARATOR}` between two codes")),
                }),
                part => code(part, table, tables),
            });
            let mut codes = codes.collect::<Result<Vec<Code>, BadCell>>()?;
            codes.sort_unstable();
            codes.dedup();
            Value::Set(codes.into())
        }
        Type::List(_) => {
            let says = "a list of records cannot stand in a cell".to_owned();
            return Err(BadCell { says, help: None });
        }
    };
    Ok(Some(value))
}

fn strip_not(text: &str) -> &str {
    text.strip_prefix("not ").unwrap_or(text)
}

fn without_commas(text: &str) -> Option<String> {
    let plain = text.replace([',', '，'], "");
    (plain != text && plain.parse::<Number>().is_ok()).then(|| format!("write `{plain}`"))
}

fn number(text: &str) -> Result<Number, BadCell> {
    match text.parse::<Number>() {
        Ok(number) => Ok(number),
        Err(crate::ground::number::NotANumber::Shape) => bad(
            text,
            "a number written in digits, such as 1234.50",
            without_commas(text),
        ),
        Err(why) => Err(BadCell {
            says: format!("`{}` is too long: {why}", short(text)),
            help: None,
        }),
    }
}

/// A rate, `0.7` or `70%` or `70 %`.
fn rate(text: &str) -> Result<Number, BadCell> {
    let Some(percent) = text.strip_suffix('%') else {
        return number(text);
    };
    let parts = percent.trim_end().parse::<Number>().ok().map(Number::parts);
    let rate = parts.and_then(|(mantissa, places)| Number::from_parts(mantissa, places + 2));
    rate.map_or_else(|| bad(text, "a rate, such as 0.7 or 70%", None), Ok)
}

fn code<T: Tables + ?Sized>(text: &str, id: TableId, tables: &T) -> Result<Code, BadCell> {
    let Some(table) = tables.table(id) else {
        return bad(text, "a code of a table that was read", None);
    };
    table.find(text).map_or_else(
        || {
            let near = nearest(text, table.codes.iter().map(|e| e.code.as_str()));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            bad(text, &format!("a code of `{}`", table.name), help)
        },
        Ok,
    )
}
