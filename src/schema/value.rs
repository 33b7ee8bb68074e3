//! Types and values of facts.

use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::ground::word::Digits;
use std::fmt;
use std::sync::Arc;

pub use super::text::Text;

/// A field of the schema; fields are numbered in the order of their paths.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::FieldId;
/// assert_eq!(rules.schema.field_by_path("date"), Some(FieldId(0)));
/// assert_eq!(rules.schema.field_by_path("dat"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u32);
/// A list of records in the declaration; numbered in the order of the paths of their fields.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::ListId;
/// assert!(rules.schema.list(ListId(0)).is_some() && rules.schema.list(ListId(1)).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub u32);
/// A code table; numbered in the order of their names.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::TableId;
/// assert_eq!(rules.schema.table(TableId(0)).map(|table| table.name.as_str()), Some("currency"));
/// assert_eq!(rules.schema.table(TableId(9)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);
/// A code of a table; numbered in the order of the codes' texts within their table.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::{Code, TableId};
/// let lines = rules.schema.table(TableId(1)).ok_or("no table")?;
/// assert_eq!((lines.find("first"), lines.find("fist")), (Some(Code(0)), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u32);
/// An outcome; numbered from the mildest, so that the worse is the greater.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::OutcomeId;
/// assert_eq!(rules.schema.outcome("hold"), Some(OutcomeId(2)));
/// assert!(rules.schema.mildest() < rules.schema.worst());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct OutcomeId(pub u8);
/// A department, in the order declared; the first speaks where a rule names none.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::DepartmentId;
/// assert_eq!(rules.rules[0].departments, [DepartmentId(0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DepartmentId(pub u8);

/// What an amount is counted in.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::{Code, Denomination, Type};
/// let total = rules.schema.field_by_path("item.total").and_then(|id| rules.schema.field(id));
/// assert_eq!(total.map(|field| field.typ), Some(Type::Money(Denomination::Fixed(Code(0)))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::Type;
/// let typ = |path| rules.schema.field(rules.schema.field_by_path(path)?).map(|field| field.typ);
/// assert_eq!((typ("date"), typ("item.hs_code")), (Some(Type::Date), Some(Type::Hs)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// use kakou::schema::value::{Hs, NotAnHs};
/// assert_eq!("84713o".parse::<Hs>(), Err(NotAnHs));
/// assert_eq!(NotAnHs.to_string(), "not a tariff code of 2 to 10 digits");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnHs;

impl fmt::Display for NotAnHs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a tariff code of 2 to 10 digits")
    }
}
impl std::error::Error for NotAnHs {}

/// Prefixes are intervals of ten-digit codes, which lie inside each other or apart.
///
/// ```
/// use kakou::schema::value::Hs;
/// let hs = |text: &str| text.parse::<Hs>().unwrap();
/// let (chapter, heading, code) = (hs("84"), hs("8471"), hs("8471300000"));
/// assert!(chapter.first() <= heading.first() && heading.last() <= chapter.last());
/// assert!(code.is_under(heading) && heading.is_under(chapter) && !chapter.is_under(heading));
/// assert_eq!(code.prefix(4), Some(heading));
/// ```
impl Hs {
    /// How many digits it has.
    ///
    /// ```
    /// use kakou::schema::value::Hs;
    /// let digits = |text: &str| text.parse().map(Hs::digits);
    /// assert_eq!(digits("0102"), Ok(4)); // A leading zero counts.
    /// assert!(digits("1").is_err());
    /// ```
    pub fn digits(self) -> u8 {
        self.digits
    }

    /// The least ten-digit code under it, as an integer.
    ///
    /// ```
    /// use kakou::schema::value::Hs;
    /// let first = |text: &str| text.parse().map(Hs::first);
    /// assert_eq!(first("8471"), Ok(8_471_000_000));
    /// assert_eq!(first("8471"), first("8471000000"));
    /// ```
    pub fn first(self) -> u64 {
        self.first
    }

    /// The greatest ten-digit code under it, as an integer.
    ///
    /// ```
    /// use kakou::schema::value::Hs;
    /// let last = |text: &str| text.parse().map(Hs::last);
    /// assert_eq!(last("8471"), Ok(8_471_999_999));
    /// assert_eq!(last("8471300000"), Ok(8_471_300_000)); // Only itself.
    /// ```
    pub fn last(self) -> u64 {
        self.first + 10u64.pow(u32::from(10 - self.digits.min(10))) - 1
    }

    /// Whether its digits begin with those of the prefix.
    ///
    /// ```
    /// use kakou::schema::value::Hs;
    /// let under = |code: &str, prefix: &str| Ok::<_, kakou::schema::value::NotAnHs>(code.parse::<Hs>()?.is_under(prefix.parse()?));
    /// assert_eq!(under("8471", "8471"), Ok(true));
    /// assert_eq!(under("8501", "8471"), Ok(false));
    /// assert_eq!(under("84", "8471"), Ok(false)); // Too short to say so.
    /// ```
    pub fn is_under(self, prefix: Hs) -> bool {
        self.digits >= prefix.digits && prefix.first <= self.first && self.first <= prefix.last()
    }

    /// Whether it is too short to tell: the prefix begins with its digits and is longer.
    ///
    /// ```
    /// use kakou::schema::value::Hs;
    /// let hs = |text: &str| text.parse::<Hs>().unwrap();
    /// assert!(hs("84").may_be_under(hs("8471")));
    /// assert!(!hs("85").may_be_under(hs("8471"))); // It certainly is not,
    /// assert!(!hs("8471").may_be_under(hs("8471"))); // and this certainly is.
    /// ```
    pub fn may_be_under(self, prefix: Hs) -> bool {
        self.digits < prefix.digits && prefix.is_under(self)
    }

    /// Its first digits; none where it has fewer.
    ///
    /// ```
    /// use kakou::schema::value::Hs;
    /// let code: Hs = "8471300000".parse().unwrap();
    /// assert_eq!(code.prefix(6).map(|prefix| prefix.to_string()).as_deref(), Some("847130"));
    /// assert_eq!(code.prefix(1), None); // No prefix is so short.
    /// assert_eq!("8471".parse::<Hs>().unwrap().prefix(6), None);
    /// ```
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

/// Codes are read from their digits.
///
/// ```
/// use kakou::schema::value::Hs;
/// assert_eq!("8471300000".parse().map(Hs::first), Ok(8_471_300_000));
/// assert!("84713".parse::<Hs>().is_ok() && "8471x".parse::<Hs>().is_err()); // No digit.
/// ```
impl Hs {
    /// The code of these digits.
    #[inline]
    pub(crate) fn of_digits(text: &[u8]) -> Option<Hs> {
        let digits = text.len();
        if !(2..=10).contains(&digits) {
            return None;
        }
        let first = Digits::at(text, 0);
        let mut value = first.first(first.count);
        if let Some(more) = digits.checked_sub(8) {
            let next = Digits::at(text, 8);
            if first.count != 8 || next.count != more {
                return None;
            }
            value = value * [1, 10, 100].get(more)? + next.first(more);
        } else if first.count != digits {
            return None;
        }
        let digits = u8::try_from(digits).ok()?;
        Some(Hs {
            first: value * 10u64.pow(u32::from(10 - digits)),
            digits,
        })
    }

    /// The code of the ten digits that stand there, as in nearly all declarations.
    #[inline]
    pub(crate) fn of_ten(text: &[u8], at: usize) -> Option<Hs> {
        let (first, last) = (Digits::at(text, at), Digits::at(text, at + 8));
        let whole = first.count == 8 && last.count == 2;
        whole.then(|| Hs {
            first: first.first(8) * 100 + last.first(2),
            digits: 10,
        })
    }
}

impl std::str::FromStr for Hs {
    type Err = NotAnHs;

    fn from_str(text: &str) -> Result<Hs, NotAnHs> {
        Hs::of_digits(text.as_bytes()).ok_or(NotAnHs)
    }
}

impl fmt::Display for Hs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.first / 10u64.pow(u32::from(10 - self.digits.min(10)));
        write!(f, "{value:0width$}", width = usize::from(self.digits))
    }
}

/// A value of a fact.
///
/// ```
/// use kakou::{ground::number::Number, schema::value::{Code, Value}};
/// let price = |currency| Value::Money(Number::from_i64(5), Code(currency));
/// assert_ne!(price(0), price(1)); // Of different currencies.
/// ```
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
    Text(Text),
    /// A code; the table is known by the type.
    Code(Code),
    /// A tariff code.
    Hs(Hs),
    /// A set of codes, in order and without repetition.
    Set(Arc<[Code]>),
}

/// A value, or that there is none, or that nothing was said.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::schema::value::{Fact, Value};
/// let fact = |path| rules.schema.field_by_path(path).map(|field| facts.fact(&rules.schema, field, None));
/// assert_eq!(fact("weight_error"), Some(&Fact::Value(Value::Number("0.04".parse()?))));
/// assert_eq!(fact("guarantee_free"), Some(&Fact::Unknown));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
