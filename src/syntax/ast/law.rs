//! Law: its texts, citations, days and periods, events and parameters.

use super::{Expr, Labels, Name, Noted, Spanned, Type};

/// How sure a text or our use of it is, from the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sure {
    /// The text was found.
    Found,
    /// High.
    High,
    /// Medium.
    Medium,
    /// Low.
    Low,
    /// An inference of ours, no text.
    Design,
}

/// `law ID "短名" / "short name"` with title, issuer, days, sure and what it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    /// The identifier that rules cite.
    pub id: Name,
    /// Its short name in both languages.
    pub labels: Labels,
    /// `title "全名" / "full title"`
    pub title: Option<Labels>,
    /// `issuer "海关总署" / "General Administration of Customs"`
    pub issuer: Option<Labels>,
    /// `published D`: the day, or the month or year where the day is not known.
    pub published: Option<Spanned<String>>,
    /// `force from D until D`
    pub force: Option<Force>,
    /// `sure MARK`
    pub sure: Option<Spanned<Sure>>,
    /// `replaces LAW` or `replaces LAW article 10`
    pub replaces: Vec<Citation>,
}

/// One place in a law: `FST-2018-49 article 1 paragraph 2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The law's identifier.
    pub law: Name,
    /// The article, as written: `10`, `5(7)`.
    pub article: Option<Spanned<String>>,
    /// The paragraph.
    pub paragraph: Option<Spanned<String>>,
}

/// A day of the law: a date, a month or year of which the day is not known, or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegalDay {
    /// `2019-01-01`, `2024-02` or `2019 `: the text, whole.
    Date(Spanned<String>),
    /// `event yangshan_closed`
    Event(Name),
}

/// `from D until D on FIELD`; the last day is included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Force {
    /// The first day.
    pub from: Option<LegalDay>,
    /// The last day.
    pub until: Option<LegalDay>,
    /// The field whose date counts; the as-of date where none is named.
    pub on: Option<Name>,
}

/// `event NAME "…" / "…" on 2020-05 sure low`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What it is called.
    pub name: Name,
    /// What people call it.
    pub labels: Labels,
    /// The day, month or year; none where `unknown` is written.
    pub on: Option<Spanned<String>>,
    /// The last day, month or year that it may be, where two were written: `on 2019-01 to 2019-02`.
    pub to: Option<Spanned<String>>,
    /// How sure the day is.
    pub sure: Option<Spanned<Sure>>,
}

/// `parameter NAME : TYPE "…" / "…"` and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What it is called.
    pub name: Name,
    /// Its type.
    pub typ: Spanned<Type>,
    /// What people call it.
    pub labels: Labels,
    /// One a period, each on its own line; none where `unknown` is written.
    pub values: Vec<Noted<ParameterValue>>,
}

/// `5000 CNY from 2019-01-01 by FST-2018-49 article 1`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// The value, a literal.
    pub value: Expr,
    /// The period it holds for.
    pub force: Force,
    /// Where it is written.
    pub by: Option<Citation>,
}
