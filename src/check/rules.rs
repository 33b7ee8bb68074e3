//! The checked rules: names are numbers, everything is typed, definitions are put in, tables
//! of rules are taken apart, pilots have become rules and exceptions. What the rules mean is
//! said by [`reference`](crate::reference) on exactly this form.

mod table;

pub use table::{Cell, DecisionTable, Output, Row};

use crate::ground::day::RoughDay;
use crate::ground::number::Rounding;
use crate::ground::span::Span;
use crate::schema::table::{NamedList, Period};
use crate::schema::value::{
    Code, DepartmentId, FieldId, Hs, ListId, OutcomeId, TableId, Type, Value,
};
use crate::schema::{Labels, Schema};
use std::sync::Arc;

pub use crate::syntax::ast::{
    Aggregation, ArithOp, Combine, CompareOp, ObligationState, Policy, Quantity, RuleState, Sure,
};

/// A rule; rules are numbered in the order of identifier, then period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);
/// A kind of requirement; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(pub u16);
/// A law; numbered in the order of their identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LawId(pub u32);
/// An event; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub u32);
/// A parameter; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);
/// A list beside the rules; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedListId(pub u32);
/// A decision table; named ones in the order of their names, then those of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DecisionTableId(pub u32);
/// A pilot; numbered in the order of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PilotId(pub u16);

/// A place in the text that is no part of a rule's identity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place(pub Span);

impl PartialEq for Place {
    fn eq(&self, _: &Place) -> bool {
        true
    }
}
impl Eq for Place {}
impl std::hash::Hash for Place {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// A rule set that passed every check. Immutable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleSet {
    /// The facts.
    pub schema: Arc<Schema>,
    /// The register of laws.
    pub laws: Vec<Law>,
    /// The events.
    pub events: Vec<Event>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The lists.
    pub lists: Vec<NamedList>,
    /// The decision tables.
    pub tables: Vec<DecisionTable>,
    /// The kinds of requirement.
    pub kinds: Vec<Kind>,
    /// Fields that are always or conditionally required.
    pub required: Vec<Required>,
    /// The rules, those that pilots became included.
    pub rules: Vec<Rule>,
    /// Where the rule set claims to be complete.
    pub covers: Vec<Cover>,
    /// The pilots.
    pub pilots: Vec<Pilot>,
    /// SHA-256 over all of the above but places.
    pub fingerprint: Fingerprint,
}

/// What identifies a rule set: equal for equal meaning and messages, whatever the spelling, the
/// comments, the order or the file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Fingerprint(pub [u8; 32]);

impl std::fmt::Display for Fingerprint {
    /// The first sixteen bytes in hexadecimal, enough to tell rule sets apart.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .take(16)
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text of law.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Law {
    /// The identifier that rules cite.
    pub id: String,
    /// Its short name.
    pub labels: Labels,
    /// Its full title.
    pub title: Labels,
    /// When it is in force.
    pub force: Force,
    /// How sure its text is.
    pub sure: Sure,
    /// The laws, or the articles of laws, that it replaces from its first day.
    pub replaces: Vec<Basis>,
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

/// A kind of requirement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
    /// The type of its argument.
    pub argument: Option<Type>,
    /// When one counts as met; `Expr::It` is the argument. None: never known to be met.
    pub met: Option<Cond>,
    /// The outcome while it is not met.
    pub otherwise: OutcomeId,
    /// How several combine.
    pub combine: Combine,
}

/// A field that must be given.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Required {
    /// The field; in a list, that of every element.
    pub field: FieldId,
    /// When; always where none.
    pub when: Option<Cond>,
}

/// A rule in its checked form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The identifier; parts of a rule's table are called `ID.1`, `ID.2`, …
    pub id: String,
    /// The titles.
    pub labels: Labels,
    /// Where it is written; never empty.
    pub basis: Vec<Basis>,
    /// The weakest of the laws' marks and the rule's own.
    pub sure: Sure,
    /// Whom it speaks for; never empty.
    pub departments: Vec<DepartmentId>,
    /// The pilot it belongs to.
    pub pilot: Option<PilotId>,
    /// The rules that it excuses, all versions of those named.
    pub over: Vec<RuleId>,
    /// What it judges one by one: nothing, a list, a set, or a list and then a list or set inside.
    pub each: Vec<Each>,
    /// The period it is in force, the pilot's included.
    pub in_force: Cond,
    /// The period as declared, for people and for the analysis; `on` another field is in `in_force`.
    pub force: Force,
    /// Where it applies, the pilot's scope included.
    pub scope: Cond,
    /// The condition.
    pub when: Cond,
    /// What excuses it.
    pub unless: Option<Cond>,
    /// Its outcome; none for `pass` and for rules that only require or waive.
    pub outcome: Option<OutcomeId>,
    /// What it requires.
    pub requires: Vec<Require>,
    /// What it waives.
    pub waives: Vec<Waive>,
    /// The message in Chinese and in English; empty where the title serves.
    pub message: Message,
    /// Where it is written in the rule text.
    pub place: Place,
}

/// What `each` ranges over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Each {
    /// The elements of a list; for a list inside a list, those of the element at hand.
    List(ListId),
    /// The codes of a set field. The code at hand is [`Expr::Bound`], numbered from the outside in.
    Set(FieldId),
}

/// A requirement that a rule makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Require {
    /// The kind.
    pub kind: KindId,
    /// It cannot be waived.
    pub firmly: bool,
    /// The argument.
    pub argument: Option<Expr>,
}

/// A waiver that a rule grants.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Waive {
    /// The kind.
    pub kind: KindId,
    /// Which ones; `Expr::It` is the argument.
    pub condition: Option<Cond>,
}

/// A message in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Message {
    /// Chinese.
    pub zh: Vec<MessagePart>,
    /// English.
    pub en: Vec<MessagePart>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MessagePart {
    /// As it stands.
    Text(String),
    /// A value filled in, with its type.
    Value(Expr, Type),
}

/// Where the rule set claims to be complete.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cover {
    /// The period.
    pub in_force: Cond,
    /// What.
    pub scope: Cond,
    /// It only informs.
    pub advice: bool,
    /// Where it is written.
    pub place: Place,
}

/// A pilot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pilot {
    /// Its name.
    pub name: String,
    /// Its titles.
    pub labels: Labels,
    /// Where it is written.
    pub basis: Vec<Basis>,
    /// How sure.
    pub sure: Sure,
    /// Whether it counts, or runs in shadow.
    pub live: bool,
    /// The period.
    pub force: Force,
    /// The rule that stands for its suspensions, over the rules it suspends.
    pub suspends: Option<RuleId>,
    /// Its own rules.
    pub rules: Vec<RuleId>,
}

/// A condition. It is evaluated as written, by Kleene's tables.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cond {
    /// True.
    Always,
    /// All; true where empty.
    And(Vec<Cond>),
    /// At least one; false where empty.
    Or(Vec<Cond>),
    /// The contrary.
    Not(Box<Cond>),
    /// A bool: none is false.
    Flag(Expr),
    /// A comparison: none on either side is false. Sets are not compared.
    Compare(CompareOp, Expr, Expr),
    /// True for none, false for a value, undetermined for unknown.
    IsNone(Expr),
    /// `is`, `is not`: none is false either way.
    OneOf {
        /// A code.
        value: Expr,
        /// Sorted.
        codes: Vec<Code>,
        /// `is not`
        negated: bool,
    },
    /// `under`, `not under`: none is false either way; a code too short to tell is undetermined.
    Under {
        /// A tariff code.
        value: Expr,
        /// The prefixes, sorted.
        prefixes: Vec<Hs>,
        /// `not under`
        negated: bool,
    },
    /// `in LIST`, `not in LIST`: none in any key is false either way.
    InList {
        /// One for each key column.
        keys: Vec<Expr>,
        /// The list.
        list: NamedListId,
        /// The day on which the list is read; the as-of date where none.
        on: Option<Expr>,
        /// `not in`
        negated: bool,
    },
    /// `in TABLE(…)` where the table gives a set: none is false either way.
    InSet {
        /// A code.
        value: Expr,
        /// A set: a table call, or a field.
        set: Expr,
        /// `not in`
        negated: bool,
    },
    /// The set holds one of the codes: none on either side is false.
    Has {
        /// A set.
        set: Expr,
        /// Codes: constants, a bound code or `it`.
        codes: Vec<Expr>,
    },
    /// So many elements satisfy the condition. A list or set that is none has no elements; one that is
    /// unknown leaves it undetermined.
    Quantified {
        /// How many.
        quantity: Quantity,
        /// Over what.
        over: Each,
        /// The condition; [`Cond::Always`] where none is written.
        body: Box<Cond>,
    },
    /// One of these rows of the table is the one that counts.
    Rows {
        /// The table.
        table: DecisionTableId,
        /// The inputs.
        inputs: Vec<Expr>,
        /// Rows of equal consequence stand together.
        rows: RowNumbers,
    },
}

/// Rows of a decision table by number from 0, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowNumbers(pub Vec<u16>);

impl std::ops::Deref for RowNumbers {
    type Target = [u16];

    fn deref(&self) -> &[u16] {
        &self.0
    }
}

impl std::hash::Hash for RowNumbers {
    /// One by one: the standard library hashes a run of integers as the machine stores them, and
    /// the fingerprint must not know the machine.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|row| row.hash(state));
    }
}

/// A value. What cannot be computed is unknown, with its reason; arithmetic on none cannot be
/// computed. Amounts and days may be known as an interval.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A constant.
    Const(Value),
    /// A field, of the header or of the element at hand.
    Field(FieldId),
    /// The code at hand of a set that is ranged over, numbered from the outside in.
    Bound(u8),
    /// The argument of a requirement.
    It,
    /// The as-of date.
    AsOf,
    /// The day of an event, an interval where it is rough.
    Event(EventId),
    /// A parameter on a day; the as-of date where none.
    Parameter {
        /// The parameter.
        parameter: ParameterId,
        /// The day.
        on: Option<Box<Expr>>,
    },
    /// An attribute of a code on a day. Of none it is none; of a code not in force that day unknown; an
    /// empty cell is none.
    Attribute {
        /// The code.
        of: Box<Expr>,
        /// Its table.
        table: TableId,
        /// The column.
        attribute: u16,
        /// The day; the as-of date where none.
        on: Option<Box<Expr>>,
    },
    /// An attribute of the best row of a list; none where no row fits or a key is none.
    Lookup {
        /// The list.
        list: NamedListId,
        /// One for each key column.
        keys: Vec<Expr>,
        /// The column.
        attribute: u16,
        /// The day; the as-of date where none.
        on: Option<Box<Expr>>,
    },
    /// The output of a decision table.
    TableCall {
        /// The table.
        table: DecisionTableId,
        /// The inputs.
        inputs: Vec<Expr>,
    },
    /// A sum, difference or product.
    Arith(ArithOp, Box<Expr>, Box<Expr>),
    /// A day and so many months, then so many days; the counts are integers and may be negative.
    AddDuration {
        /// The day.
        date: Box<Expr>,
        /// Months, all durations together.
        months: Box<Expr>,
        /// Days, all durations together.
        days: Box<Expr>,
    },
    /// Rounded once, after an exact division where there is one.
    Rounded {
        /// A number, money or quantity.
        value: Box<Expr>,
        /// A number; or money or a quantity, where both are of one currency or unit: the result is a decimal.
        divisor: Option<Box<Expr>>,
        /// Decimal places.
        places: u32,
        /// What happens to what lies between.
        rounding: Rounding,
    },
    /// Converted to a currency by the rate of the day, or to a unit of the same dimension.
    Convert {
        /// Money or a quantity.
        value: Box<Expr>,
        /// The currency or unit.
        to: Code,
        /// Whether it is a currency.
        money: bool,
        /// The day of the rate; the as-of date where none.
        on: Option<Box<Expr>>,
    },
    /// The amount without currency or unit.
    NumberOf(Box<Expr>),
    /// The days from the first to the second, negative where it is earlier.
    DaysBetween(Box<Expr>, Box<Expr>),
    /// The earlier of two days.
    Earlier(Box<Expr>, Box<Expr>),
    /// The later of two days.
    Later(Box<Expr>, Box<Expr>),
    /// The last day of its month.
    EndOfMonth(Box<Expr>),
    /// The last day of its year.
    EndOfYear(Box<Expr>),
    /// The first value whose condition is true; unknown where a condition before it is undetermined.
    Choice {
        /// Each value with its condition.
        arms: Vec<(Expr, Cond)>,
        /// The value where none holds.
        otherwise: Box<Expr>,
    },
    /// Over the elements of a list. Under unknowns, count and sum are the interval from the certain to the
    /// possible elements; a sum with an unknown or none value is unknown; min and max of no element are none.
    Aggregate {
        /// What is worked out.
        what: Aggregation,
        /// The value; none for a count.
        value: Option<Box<Expr>>,
        /// The list.
        list: ListId,
        /// Which elements.
        condition: Option<Box<Cond>>,
        /// Fields of the list in which an element must equal the one at hand.
        same: Vec<FieldId>,
        /// For a sum over no elements: its currency or unit, where the type states one.
        unit: Option<Code>,
    },
    /// A condition as a value of type bool.
    Test(Box<Cond>),
}

impl RuleSet {
    /// The rule of that number.
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id.0 as usize)
    }

    /// The kind of that number.
    pub fn kind(&self, id: KindId) -> Option<&Kind> {
        self.kinds.get(usize::from(id.0))
    }

    /// The law of that number.
    pub fn law(&self, id: LawId) -> Option<&Law> {
        self.laws.get(id.0 as usize)
    }

    /// The table of that number.
    pub fn decision_table(&self, id: DecisionTableId) -> Option<&DecisionTable> {
        self.tables.get(id.0 as usize)
    }

    /// The list of that number.
    pub fn named_list(&self, id: NamedListId) -> Option<&NamedList> {
        self.lists.get(id.0 as usize)
    }
}
