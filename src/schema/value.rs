//! Types and values of facts.

use crate::ground::day::Day;
use crate::ground::number::Number;
use std::fmt;
use std::sync::Arc;

/// A field of the schema; fields are numbered in the order of their paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u32);
/// A list of records in the declaration; numbered in the order of the paths of their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub u32);
/// A code table; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);
/// A code of a table; numbered in the order of the codes' texts within their table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u32);
/// An outcome; numbered from the mildest, so that the worse is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct OutcomeId(pub u8);
/// A department, in the order declared; the first speaks where a rule names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DepartmentId(pub u8);

/// What an amount is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Denomination {
    /// Always this currency or unit.
    Fixed(Code),
    /// The currency or unit that this field names, in the same record or in the header.
    Named(FieldId),
    /// One that only the data shows: the result of an expression.
    Open,
}

/// The type of a field or of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A rate; 70 % is 0.7.
    Rate,
    /// An amount of money; currencies are codes of the schema's table of currencies.
    Money(Denomination),
    /// An amount in a unit; units are codes of the schema's table of units.
    Quantity(Denomination),
    /// A calendar day.
    Date,
    /// A text, compared whole.
    Text,
    /// A code of a table.
    Code(TableId),
    /// A tariff code of 2 to 10 digits.
    Hs,
    /// A set of codes of a table.
    Set(TableId),
    /// A list of records.
    List(ListId),
}

/// A tariff code or prefix: 2 to 10 digits.
///
/// ```
/// use kakou::schema::value::Hs;
/// let code: Hs = "8471301000".parse().unwrap();
/// assert!(code.is_under("8471".parse().unwrap()));
/// assert!("84713o".parse::<Hs>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hs {
    /// The digits, filled up with zeros to ten.
    first: u64,
    digits: u8,
}

/// The text was not 2 to 10 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnHs;

impl fmt::Display for NotAnHs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a tariff code of 2 to 10 digits")
    }
}
impl std::error::Error for NotAnHs {}

impl Hs {
    /// How many digits it has.
    pub fn digits(self) -> u8 {
        self.digits
    }

    /// The least ten-digit code under it, as an integer.
    pub fn first(self) -> u64 {
        self.first
    }

    /// The greatest ten-digit code under it, as an integer.
    pub fn last(self) -> u64 {
        self.first + 10u64.pow(u32::from(10 - self.digits.min(10))) - 1
    }

    /// Whether its digits begin with those of the prefix.
    pub fn is_under(self, prefix: Hs) -> bool {
        self.digits >= prefix.digits && prefix.first <= self.first && self.first <= prefix.last()
    }

    /// Whether it is too short to tell: the prefix begins with its digits and is longer.
    pub fn may_be_under(self, prefix: Hs) -> bool {
        self.digits < prefix.digits && prefix.is_under(self)
    }

    /// Its first digits; none where it has fewer.
    pub fn prefix(self, digits: u8) -> Option<Hs> {
        if !(2..=self.digits).contains(&digits) {
            return None;
        }
        let unit = 10u64.pow(u32::from(10 - digits));
        Some(Hs {
            first: self.first / unit * unit,
            digits,
        })
    }
}

impl std::str::FromStr for Hs {
    type Err = NotAnHs;

    fn from_str(text: &str) -> Result<Hs, NotAnHs> {
        if !(2..=10).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotAnHs);
        }
        let digits = u8::try_from(text.len()).map_err(|_| NotAnHs)?;
        let value: u64 = text.parse().map_err(|_| NotAnHs)?;
        Ok(Hs {
            first: value * 10u64.pow(u32::from(10 - digits)),
            digits,
        })
    }
}

impl fmt::Display for Hs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.first / 10u64.pow(u32::from(10 - self.digits.min(10)));
        write!(f, "{value:0width$}", width = usize::from(self.digits))
    }
}

/// A value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number, a decimal or a rate.
    Number(Number),
    /// An amount and its currency.
    Money(Number, Code),
    /// An amount and its unit.
    Quantity(Number, Code),
    /// A day.
    Date(Day),
    /// A text.
    Text(Arc<str>),
    /// A code; the table is known by the type.
    Code(Code),
    /// A tariff code.
    Hs(Hs),
    /// A set of codes, in order and without repetition.
    Set(Arc<[Code]>),
}

/// A value, or that there is none, or that nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Fact {
    /// Not given.
    #[default]
    Unknown,
    /// Given as empty.
    None,
    /// Given.
    Value(Value),
}
