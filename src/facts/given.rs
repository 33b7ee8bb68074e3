//! What a program gives for a field, and how a path finds the field.

use super::error::{self, did_you_mean, shown};
use super::gather::{CodeSet, Frame, Gather};
use super::index::{Child, Index, Leaf, NodeId};
use super::leaf::{Fault, Raw};
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::value::Type;

/// A value for a field before it is typed. Texts are read as JSON texts are: `"2025-08-31"` is a
/// day where the field is a date, `"12.50"` a number where it is an amount.
///
/// ```
/// use kakou::facts::given::Given;
/// assert_eq!(Given::from(true), Given::Bool(true));
/// assert_eq!(Given::from(vec!["7", "O"]), Given::Codes(vec!["7".into(), "O".into()]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Given as empty.
    None,
    /// True or false.
    Bool(bool),
    /// A text, a code, or anything written as text.
    Text(String),
    /// A number; for an amount its unit is what the schema says.
    Number(Number),
    /// A number with the code of its currency or unit. It says the unit also for the field that
    /// names it, where that is not given.
    Amount(Number, String),
    /// A day.
    Day(Day),
    /// A set of codes.
    Codes(Vec<String>),
}

impl From<&str> for Given {
    fn from(text: &str) -> Given {
        Given::Text(text.to_owned())
    }
}
impl From<String> for Given {
    fn from(text: String) -> Given {
        Given::Text(text)
    }
}
impl From<bool> for Given {
    fn from(yes: bool) -> Given {
        Given::Bool(yes)
    }
}
impl From<i64> for Given {
    fn from(number: i64) -> Given {
        Given::Number(Number::from_i64(number))
    }
}
impl From<i32> for Given {
    fn from(number: i32) -> Given {
        Given::from(i64::from(number))
    }
}
impl From<u32> for Given {
    fn from(number: u32) -> Given {
        Given::from(i64::from(number))
    }
}
impl From<Number> for Given {
    fn from(number: Number) -> Given {
        Given::Number(number)
    }
}
impl From<(Number, &str)> for Given {
    fn from((number, unit): (Number, &str)) -> Given {
        Given::Amount(number, unit.to_owned())
    }
}
impl From<Day> for Given {
    fn from(day: Day) -> Given {
        Given::Day(day)
    }
}
impl From<Vec<&str>> for Given {
    fn from(codes: Vec<&str>) -> Given {
        Given::Codes(codes.into_iter().map(str::to_owned).collect())
    }
}
impl From<Vec<String>> for Given {
    fn from(codes: Vec<String>) -> Given {
        Given::Codes(codes)
    }
}
impl<T: Into<Given>> From<Option<T>> for Given {
    fn from(given: Option<T>) -> Given {
        given.map_or(Given::None, Into::into)
    }
}

impl<'g> From<&'g Given> for Raw<'g> {
    fn from(given: &'g Given) -> Raw<'g> {
        match given {
            Given::None => Raw::Null,
            Given::Bool(yes) => Raw::Bool(*yes),
            Given::Text(text) => Raw::Text(text),
            Given::Number(number) => Raw::Number(*number),
            Given::Amount(number, unit) => Raw::Amount(*number, unit),
            Given::Day(day) => Raw::Day(*day),
            Given::Codes(_) => Raw::Array,
        }
    }
}

impl Gather<'_> {
    /// Stores what a program gives for a field.
    pub(crate) fn given(&mut self, leaf: Leaf, row: u32, given: &Given, frame: &Frame<'_>) {
        match (leaf.typ, given) {
            (Type::Set(_), Given::Codes(codes)) => {
                let mut set = CodeSet::default();
                for code in codes {
                    self.add_code(&mut set, leaf, Raw::Text(code), None, frame);
                }
                self.put_set(leaf, row, set);
            }
            _ => self.leaf(leaf, row, given.into(), None, frame),
        }
    }
}

/// Finds what stands under a path within a record: `head.supervision_mode`.
pub(crate) fn find(index: &Index, from: NodeId, path: &str) -> Result<Child, Fault> {
    let mut at = Child::Record(from);
    for part in path.split('.') {
        let Child::Record(node) = at else {
            return Err(no_record(part));
        };
        at = step(index, node, part)?;
    }
    Ok(at)
}

/// Finds a name in a record.
pub(crate) fn step(index: &Index, node: NodeId, name: &str) -> Result<Child, Fault> {
    let node = index.node(node);
    node.find(name).map(|(_, _, child)| child).ok_or_else(|| {
        let mut names: Vec<&str> = node.names().collect();
        names.sort_unstable();
        Fault {
            code: error::UNKNOWN_FIELD,
            message: "the schema has no such field".to_owned(),
            help: did_you_mean(name, names),
        }
    })
}

/// What comes before a name is no record.
pub(crate) fn no_record(name: &str) -> Fault {
    Fault::new(
        error::UNKNOWN_FIELD,
        format!("what comes before `{}` is no record", shown(name)),
    )
}
