//! Law: its texts, where in them something is written, the days it holds, events, parameters.

use super::{LawId, Sure};
use crate::ground::day::RoughDay;
use crate::schema::Labels;
use crate::schema::table::Period;
use crate::schema::value::{Type, Value};

/// A text of law.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Law {
    /// The identifier that rules cite.
    pub id: String,
    /// Its short name.
    pub labels: Labels,
    /// Its full title.
    pub title: Labels,
    /// Who issued it.
    pub issuer: Labels,
    /// When it was published, perhaps known only to the month or year.
    pub published: Option<RoughDay>,
    /// When it is in force.
    pub force: Force,
    /// How sure its text is.
    pub sure: Sure,
    /// The laws, or the articles of laws, that it replaces from its first day.
    pub replaces: Vec<Basis>,
}

/// A place in a law.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Basis {
    /// The law.
    pub law: LawId,
    /// The article as written.
    pub article: Option<String>,
    /// The paragraph as written.
    pub paragraph: Option<String>,
}

/// From a day until a day, each possibly rough; the last day is included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Force {
    /// The first day; every span of a rough day is possible.
    pub from: Option<RoughDay>,
    /// The last day.
    pub until: Option<RoughDay>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
    /// Its day; none where nobody knows even roughly.
    pub on: Option<RoughDay>,
    /// How sure that is.
    pub sure: Sure,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
    /// Its type.
    pub typ: Type,
    /// Its values in the order of their periods, which do not overlap; none where it is unknown.
    pub values: Vec<ParameterValue>,
}

/// The value of a parameter for a period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ParameterValue {
    /// When it holds.
    pub period: Period,
    /// The value.
    pub value: Value,
    /// Where it is written.
    pub by: Option<Basis>,
}
