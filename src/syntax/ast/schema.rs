//! The schema: outcomes, departments, the declaration, code tables, lists, kinds of requirement.

use super::{Expr, Labels, Name, Noted, Spanned};

/// `outcomes release "放行" / "release" < … missing hold advice review`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// From the mildest to the worst.
    pub outcomes: Vec<Noted<(Name, Labels)>>,
    /// The outcome while a required field is not given, and of requirements that contradict.
    pub missing: Option<Name>,
    /// The least outcome where coverage is only advice.
    pub advice: Option<Name>,
}

/// `departments customs "海关" / "customs", commerce …`; the first speaks where a rule names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departments {
    /// In the order written.
    pub departments: Vec<Noted<(Name, Labels)>>,
}

/// `declaration "申报" / "declaration" judged on date` and its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// What one movement is called.
    pub labels: Labels,
    /// The field that says on which day it is judged.
    pub judged_on: Name,
    /// The fields.
    pub fields: Vec<Noted<Field>>,
}

/// `head.supervision_mode : code supervision_mode, always "监管方式" / "supervision mode" from DecHead.TradeMode`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The whole path; the first part is a list's element name, a record or nothing.
    pub path: Name,
    /// Its type.
    pub typ: Spanned<Type>,
    /// `, always`
    pub always: bool,
    /// `, when CONDITION`
    pub when: Option<Expr>,
    /// `, absent means none`
    pub absent_means_none: bool,
    /// What people call it.
    pub labels: Labels,
    /// The message elements it comes from, such as `DecHead.TradeMode`.
    pub elements: Vec<Name>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the words of the language")]
pub enum Type {
    Bool,
    Integer,
    Decimal,
    Rate,
    Date,
    Text,
    Hs,
    /// `money CNY`
    Money(Name),
    /// `money in currency`
    MoneyIn(Name),
    /// `quantity kg`
    Quantity(Name),
    /// `quantity in unit`
    QuantityIn(Name),
    /// `code TABLE`
    Code(Name),
    /// `set of code TABLE`
    Set(Name),
    /// `1 to 50 item key seq`
    List {
        least: u32,
        most: u32,
        element: Name,
        key: Option<Name>,
    },
}

/// `codes NAME from "file.csv" key COLUMN …`, and with it `units` and `currencies`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// An ordinary table, the table of units, or the table of currencies.
    pub role: CodesRole,
    /// What the table is called.
    pub name: Name,
    /// The CSV file, relative to the rule folder.
    pub file: Spanned<String>,
    /// The column that holds the code.
    pub key: Name,
    /// The columns of the first and last day a row holds.
    pub dated: Option<(Name, Name)>,
    /// The columns of the Chinese and the English name.
    pub label: Option<(Name, Option<Name>)>,
    /// Further columns that rules may read.
    pub attributes: Vec<Noted<Attribute>>,
}

/// What a code table is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodesRole {
    /// `codes`
    Plain,
    /// `units`: columns `symbol`, `dimension` and `factor` say how units convert.
    Units,
    /// `currencies … rates "rates.csv" in CNY`: dated rates, each the worth of one unit in the base.
    Currencies {
        /// The CSV of rates with the columns `code`, `from`, `until` and `rate`.
        rates: Option<(Spanned<String>, Name)>,
    },
}

/// `with rank : integer`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The column.
    pub name: Name,
    /// Its type.
    pub typ: Spanned<Type>,
}

/// `list positive_list of hs : hs from "lists/positive_list.csv" from COLUMN until COLUMN with …`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// What it is called.
    pub name: Name,
    /// What people call it.
    pub labels: Labels,
    /// The key columns.
    pub keys: Vec<Noted<Attribute>>,
    /// The CSV file.
    pub file: Spanned<String>,
    /// The columns of the first and last day a row holds.
    pub dated: Option<(Name, Name)>,
    /// Further columns that rules may read.
    pub attributes: Vec<Noted<Attribute>>,
}

/// `requirement licence "…" : code licence_doc met when … else hold combine all`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its kind.
    pub name: Name,
    /// What people call it.
    pub labels: Labels,
    /// The type of its argument; none where it has no argument.
    pub typ: Option<Spanned<Type>>,
    /// When one counts as met; `it` is the argument.
    pub met: Option<Expr>,
    /// The outcome while it is not met.
    pub otherwise: Name,
    /// How several combine.
    pub combine: Combine,
}

/// How several requirements of one kind combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Combine {
    /// Each is required.
    All,
    /// Only the largest.
    Largest,
    /// Only the earliest.
    Earliest,
    /// Two that differ contradict each other.
    One,
}
