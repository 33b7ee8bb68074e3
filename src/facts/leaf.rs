//! The one place where what was given for a field becomes a fact of the field's type.

use super::error::{self, did_you_mean, shown};
use crate::ground::day::Day;
use crate::ground::diagnostic::Code as ErrorCode;
use crate::ground::number::{MAX_INTEGER_DIGITS, MAX_PLACES, NotANumber, Number};
use crate::schema::Schema;
use crate::schema::value::{Code, Denomination, Fact, Hs, TableId, Type, Value};

/// What was given for a field, before anyone asked for its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Raw<'a> {
    /// Given as empty.
    Null,
    /// True or false.
    Bool(bool),
    /// A number as it is written.
    Digits(&'a str),
    /// A text.
    Text(&'a str),
    /// A number that is exact already.
    Number(Number),
    /// A number with its currency or unit.
    Amount(Number, &'a str),
    /// A day.
    Day(Day),
    /// A JSON array where no list or set belongs.
    Array,
    /// A JSON object where no record belongs.
    Object,
}

impl Raw<'_> {
    fn what(&self) -> &'static str {
        match self {
            Raw::Null => "null",
            Raw::Bool(_) => "true or false",
            Raw::Digits(_) | Raw::Number(_) => "a number",
            Raw::Text(_) => "a text",
            Raw::Amount(..) => "an amount with its unit",
            Raw::Day(_) => "a day",
            Raw::Array => "a list",
            Raw::Object => "a record",
        }
    }
}

/// What a field was found to hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// Its fact.
    Fact(Fact),
    /// An amount whose currency or unit another field names; the unit where the amount brought it.
    Amount(Number, Option<Code>),
}

/// Why something is no fact of the type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }
}

/// Reads what was given for a field of that type. Sets and lists are read by element: see [`code`].
pub(crate) fn read(schema: &Schema, typ: Type, raw: Raw<'_>) -> Result<Read, Fault> {
    if raw == Raw::Null {
        return Ok(Read::Fact(Fact::None));
    }
    if raw == Raw::Text("") && typ != Type::Text {
        return Err(Fault::new(error::EMPTY, format!("an empty text is no {}", name(schema, typ)))
            .help("write null for none, or leave the field out"));
    }
    let value = match typ {
        Type::Bool => match raw {
            Raw::Bool(yes) => Value::Bool(yes),
            Raw::Text(text @ ("true" | "false")) => {
                return Err(wrong(schema, typ, raw).help(format!("write {text} without quotes")));
            }
            _ => return Err(wrong(schema, typ, raw)),
        },
        Type::Integer => Value::Number(integer(schema, typ, raw)?),
        Type::Decimal | Type::Rate => Value::Number(number(schema, typ, raw)?),
        Type::Money(denomination) => {
            return amount(schema, typ, denomination, schema.currencies, raw);
        }
        Type::Quantity(denomination) => {
            return amount(schema, typ, denomination, schema.units, raw);
        }
        Type::Date => match raw {
            Raw::Day(day) => Value::Date(day),
            Raw::Text(text) => Value::Date(text.parse().map_err(|e| {
                Fault::new(error::BAD_DATE, format!("`{}` is {e}", shown(text)))
            })?),
            _ => return Err(wrong(schema, typ, raw)),
        },
        Type::Text => match raw {
            Raw::Text(text) => Value::Text(text.into()),
            Raw::Digits(digits) => return Err(wrong(schema, typ, raw).help(quote(digits))),
            _ => return Err(wrong(schema, typ, raw)),
        },
        Type::Code(table) => Value::Code(code(schema, table, raw)?),
        Type::Hs => match raw {
            Raw::Text(text) => Value::Hs(text.parse::<Hs>().map_err(|e| {
                Fault::new(error::BAD_HS, format!("`{}` is {e}", shown(text)))
            })?),
            Raw::Digits(digits) => return Err(wrong(schema, typ, raw).help(quote(digits))),
            _ => return Err(wrong(schema, typ, raw)),
        },
        Type::Set(_) | Type::List(_) => return Err(wrong(schema, typ, raw)),
    };
    Ok(Read::Fact(Fact::Value(value)))
}

/// Reads a code of a table.
pub(crate) fn code(schema: &Schema, table: TableId, raw: Raw<'_>) -> Result<Code, Fault> {
    let typ = Type::Code(table);
    let text = match raw {
        Raw::Text("") => {
            return Err(Fault::new(error::EMPTY, format!("an empty text is no {}", name(schema, typ))));
        }
        Raw::Text(text) => text,
        Raw::Digits(digits) => return Err(wrong(schema, typ, raw).help(quote(digits))),
        _ => return Err(wrong(schema, typ, raw)),
    };
    find_code(schema, table, text)
}

fn find_code(schema: &Schema, table: TableId, text: &str) -> Result<Code, Fault> {
    let found = schema.table(table);
    found.and_then(|t| t.find(text)).ok_or_else(|| {
        let known = found.map_or("", |t| t.name.as_str());
        Fault::new(error::UNKNOWN_CODE, format!("`{}` is no code of `{known}`", shown(text)))
    })
}

/// What may help beside what the fault says: the nearest code. It is asked for only where the
/// error is kept, since a record may hold any number of wrong codes.
pub(crate) fn hint(schema: &Schema, typ: Type, raw: Raw<'_>, fault: &Fault) -> Option<String> {
    if fault.code != error::UNKNOWN_CODE {
        return None;
    }
    let (table, text) = match (typ, raw) {
        (Type::Code(table) | Type::Set(table), Raw::Text(text)) => (Some(table), text),
        (Type::Money(_), Raw::Amount(_, text)) => (schema.currencies, text),
        (_, Raw::Amount(_, text)) => (schema.units, text),
        _ => return None,
    };
    let table = schema.table(table?)?;
    did_you_mean(text, table.codes.iter().map(|c| c.code.as_str()))
}

fn amount(
    schema: &Schema,
    typ: Type,
    denomination: Denomination,
    table: Option<TableId>,
    raw: Raw<'_>,
) -> Result<Read, Fault> {
    let (number, unit) = match raw {
        Raw::Amount(n, unit) => {
            let table = table.ok_or_else(|| wrong(schema, typ, raw))?;
            (number(schema, typ, Raw::Number(n))?, Some(find_code(schema, table, unit)?))
        }
        _ => (number(schema, typ, raw)?, None),
    };
    match denomination {
        Denomination::Fixed(fixed) if unit.is_some_and(|u| u != fixed) => {
            let known = table.and_then(|t| schema.table(t)).map_or("", |t| t.text(fixed));
            Err(Fault::new(error::NO_UNIT, format!("the amount is always in `{known}`")))
        }
        Denomination::Fixed(fixed) => Ok(Read::Fact(Fact::Value(amount_of(typ, number, fixed)))),
        Denomination::Named(_) => Ok(Read::Amount(number, unit)),
        Denomination::Open => Err(Fault::new(error::NO_UNIT, "the schema does not say in what the amount is")),
    }
}

/// An amount of money or a quantity, by the type.
pub(crate) fn amount_of(typ: Type, number: Number, unit: Code) -> Value {
    match typ {
        Type::Money(_) => Value::Money(number, unit),
        _ => Value::Quantity(number, unit),
    }
}

fn number(schema: &Schema, typ: Type, raw: Raw<'_>) -> Result<Number, Fault> {
    let text = match raw {
        Raw::Digits(text) | Raw::Text(text) => text,
        Raw::Number(number) => return within_digits(number),
        _ => return Err(wrong(schema, typ, raw)),
    };
    text.parse().map_err(|e: NotANumber| match e {
        NotANumber::Shape if has_exponent(text) => {
            Fault::new(error::NOT_EXACT, format!("`{}` is written with an exponent", shown(text)))
                .help("amounts are exact: write all digits, as in 1234.50")
        }
        NotANumber::Shape => Fault::new(error::BAD_NUMBER, format!("`{}` is {e}", shown(text))),
        NotANumber::TooLong => Fault::new(error::BAD_NUMBER, e.to_string()),
    })
}

fn has_exponent(text: &str) -> bool {
    let mut halves = text.split(['e', 'E']);
    let digits = |half: Option<&str>, more: &[char]| {
        half.is_some_and(|h| !h.is_empty() && h.chars().all(|c| c.is_ascii_digit() || more.contains(&c)))
    };
    digits(halves.next(), &['-', '.']) && digits(halves.next(), &['-', '+']) && halves.next().is_none()
}

/// A number made by a program must be one that could have been written.
fn within_digits(number: Number) -> Result<Number, Fault> {
    let (mantissa, scale) = number.parts();
    let most = 10u128.pow(u32::try_from(MAX_INTEGER_DIGITS).unwrap_or(0));
    let whole = 10u128.checked_pow(scale).map_or(0, |unit| mantissa.unsigned_abs() / unit);
    if scale as usize > MAX_PLACES || whole >= most {
        return Err(Fault::new(error::BAD_NUMBER, NotANumber::TooLong.to_string()));
    }
    Ok(number)
}

fn integer(schema: &Schema, typ: Type, raw: Raw<'_>) -> Result<Number, Fault> {
    let number = number(schema, typ, raw).map_err(|fault| match fault.code {
        error::BAD_NUMBER if fault.message == NotANumber::TooLong.to_string() => {
            Fault { code: error::BAD_INTEGER, ..fault }
        }
        _ => fault,
    })?;
    if number.to_i64().is_none() {
        return Err(Fault::new(error::BAD_INTEGER, format!("{number} is not a whole number")));
    }
    Ok(number)
}

fn wrong(schema: &Schema, typ: Type, raw: Raw<'_>) -> Fault {
    Fault::new(error::WRONG_TYPE, format!("expected {}, found {}", an(name(schema, typ)), raw.what()))
}

fn quote(digits: &str) -> String {
    format!("write it as a text: \"{}\"", shown(digits))
}

fn an(name: String) -> String {
    if name.starts_with("true") {
        return name;
    }
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) { format!("an {name}") } else { format!("a {name}") }
}

/// What a type is called in a message.
pub(crate) fn name(schema: &Schema, typ: Type) -> String {
    let table = |id| schema.table(id).map_or("", |t| t.name.as_str());
    match typ {
        Type::Bool => "true or false".to_owned(),
        Type::Integer => "whole number".to_owned(),
        Type::Decimal => "number".to_owned(),
        Type::Rate => "rate".to_owned(),
        Type::Money(_) => "amount of money".to_owned(),
        Type::Quantity(_) => "quantity".to_owned(),
        Type::Date => "day".to_owned(),
        Type::Text => "text".to_owned(),
        Type::Code(id) => format!("code of `{}`", table(id)),
        Type::Hs => "tariff code".to_owned(),
        Type::Set(id) => format!("list of codes of `{}`", table(id)),
        Type::List(_) => "list of records".to_owned(),
    }
}
