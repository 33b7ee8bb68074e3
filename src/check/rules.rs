//! The checked rules: names are numbers, everything is typed, definitions are put in, tables
//! of rules are taken apart, pilots have become rules and exceptions. What the rules mean is
//! said by [`reference`](crate::reference) on exactly this form.

mod cond;
mod cover;
mod duty;
mod expr;
mod law;
mod rule;
mod table;

pub use cond::{Cond, Each, RowNumbers};
pub use cover::{Cover, Pilot};
pub use duty::{Kind, Require, Required, Waive};
pub use expr::Expr;
pub use law::{Basis, Event, Force, Law, Parameter, ParameterValue};
pub use rule::{Message, MessagePart, Rule, Terms};
pub use table::{Cell, DecisionTable, Output, Row};

pub use crate::syntax::ast::{
    Aggregation, ArithOp, Combine, CompareOp, ObligationState, Policy, Quantity, RuleState, Sure,
};

use crate::ground::span::Span;
use crate::schema::Schema;
use crate::schema::table::NamedList;
use std::sync::Arc;

/// A rule; rules are numbered in the order of identifier, then period.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::RuleId;
/// assert_eq!(rules.rule(RuleId(0)).map(|rule| rule.id.as_str()), Some("G-01"));
/// assert!(rules.rule(RuleId(2)).is_none()); // There are two.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u32);
/// A kind of requirement; numbered in the order of their names.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::KindId;
/// let late = "requirement route otherwise hold combine all
/// requirement due otherwise hold combine all
/// ";
/// let rules = compile(late).rules.ok_or("refused")?;
/// assert_eq!(rules.kind(KindId(0)).map(|kind| kind.name.as_str()), Some("due"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(pub u16);
/// A law; numbered in the order of their identifiers.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::LawId;
/// // A basis holds the number, the register the law.
/// assert_eq!(rules.rules[0].basis[0].law, LawId(0));
/// assert_eq!(rules.law(LawId(0)).map(|law| law.id.as_str()), Some("GATE"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LawId(pub u32);
/// An event; numbered in the order of their names.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::{Cond, EventId, Expr};
/// let text = "event opened on 2024-05
/// event closed on unknown
/// rule A-1
///   by L
///   when date > event opened
///   then hold
/// ";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let Cond::Compare(_, _, opened) = &rules.rules[0].when else { panic!("no comparison") };
/// assert_eq!(*opened, Expr::Event(EventId(1))); // `closed` comes first.
/// assert_eq!(rules.events[1].name, "opened");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId(pub u32);
/// A parameter; numbered in the order of their names.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::{Cond, Expr, ParameterId};
/// let Cond::Compare(_, _, limit) = &rules.rules[0].when else { panic!("no comparison") };
/// assert_eq!(*limit, Expr::Parameter { parameter: ParameterId(0), on: None });
/// assert_eq!(rules.parameters[0].name, "gate_tolerance");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);
/// A list beside the rules; numbered in the order of their names.
///
/// ```
/// let text = "outcomes release < hold missing hold advice hold
/// declaration judged on date
///   date : date
/// list wanted of n : integer from \"n.csv\"
/// list closed of day : date from \"days.csv\"
/// ";
/// let folder = kakou::Folder::from_texts([("a.rules", text)])
///     .with_file("n.csv", "n\n7\n")
///     .with_file("days.csv", "day\n2026-10-01\n");
/// let rules = kakou::compile(&folder, &kakou::Limits::default()).rules.ok_or("refused")?;
/// use kakou::check::rules::NamedListId;
/// let name = |id| rules.named_list(NamedListId(id)).map(|list| list.name.as_str());
/// assert_eq!((name(0), name(1), name(2)), (Some("closed"), Some("wanted"), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedListId(pub u32);
/// A decision table; named ones in the order of their names, then those of rules.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = "rule A-1
///   by L
///   table size, first row that fits
///   | > 5 => hold |
/// table late(date) gives bool, first row that fits
///   | > 2026-06-30 => true |
/// ";
/// let rules = compile(text).rules.ok_or("refused")?;
/// use kakou::check::rules::DecisionTableId;
/// let name = |id| rules.decision_table(DecisionTableId(id)).map(|table| table.name.as_str());
/// assert_eq!((name(0), name(1), name(2)), (Some("late"), Some("A-1"), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DecisionTableId(pub u32);
/// A pilot; numbered in the order of their names.
///
/// ```
/// # let file = |name: &str| std::fs::read_to_string(format!("examples/gate/{name}")).unwrap();
/// # let beside_the_gate = |text: &str| {
/// #     let texts = [("gate.rules", file("gate.rules")), ("more.rules", text.to_owned())];
/// #     let folder = kakou::Folder::from_texts(texts)
/// #         .with_file("lines.csv", file("lines.csv"))
/// #         .with_file("currencies.csv", file("currencies.csv"));
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::PilotId;
/// let text = "pilot port
///   by GATE
///   for line is first
///   mode shadow
/// rule P-01
///   by GATE
///   pilot port
///   then hold
/// ";
/// let rules = beside_the_gate(text).rules.ok_or("refused")?;
/// assert_eq!(rules.rules[2].pilot, Some(PilotId(0))); // After G-01 and G-02, which belong to none.
/// assert_eq!((rules.pilots[0].name.as_str(), rules.rules[0].pilot), ("port", None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PilotId(pub u16);

/// A place in the text that is no part of a rule's identity.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = "rule A-1\n  by L\n  then hold\n";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let moved = compile(&format!("# A comment.\n{text}")).rules.ok_or("refused")?;
/// let (here, there) = (rules.rules[0].place, moved.rules[0].place);
/// assert_ne!(here.0.start, there.0.start);
/// assert_eq!(here, there);
/// assert_eq!(rules.fingerprint, moved.fingerprint);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// let rules = kakou::load("examples/gate")?;
/// let said = |rule: &kakou::check::rules::Rule| rule.labels.get(kakou::Lang::En, &rule.id).to_owned();
/// assert_eq!(rules.rules.iter().map(said).collect::<Vec<_>>(), [
///     "weight error at the gate above the limit",
///     "goods of value",
/// ]);
/// // What does not pass every check is no rule set, not half of one.
/// let broken = kakou::Folder::from_texts([("a.rules", "law L\nrule A-1\n  by L\n  then hodl\n")]);
/// assert!(kakou::compile(&broken, &kakou::Limits::default()).rules.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let fingerprint = |text| compile(text).rules.map(|rules| rules.fingerprint);
/// let english = fingerprint("rule A-1\n  by L\n  when size > 5\n  then hold\n").ok_or("refused")?;
/// let chinese = fingerprint("规则 A-1\n  依据 L\n  当 size > 5   # 五\n  则 hold\n");
/// let another = fingerprint("rule A-1\n  by L\n  when size > 6\n  then hold\n");
/// assert_eq!(Some(english), chinese);
/// assert_ne!(Some(english), another);
/// assert_eq!(english.to_string().len(), 32);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// What a number stands for. A number that no item of this rule set has stands for nothing.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::Basis;
/// // As a verdict does: from the rule to the law, by number.
/// let rule = rules.rule(kakou::check::rules::RuleId(1)).ok_or("no such rule")?;
/// let law = |basis: &Basis| rules.law(basis.law).map(|law| law.id.clone());
/// assert_eq!(rule.basis.iter().filter_map(law).collect::<Vec<_>>(), ["GATE"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl RuleSet {
    /// The rule of that number.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::check::rules::RuleId;
    /// assert_eq!(rules.rule(RuleId(1)).map(|rule| rule.each.len()), Some(1));
    /// assert_eq!(rules.rule(RuleId(9)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id.0 as usize)
    }

    /// The identifier under which a rule is written: that of the whole for a part of its table.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  size : integer\n\
    /// #     law L\nrule A-1\n  by L\n  table size, first row that fits\n    | > 5 => hold |\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// assert_eq!((rules.rules[0].id.as_str(), rules.written_id(&rules.rules[0])), ("A-1.1", "A-1"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn written_id<'r>(&'r self, rule: &'r Rule) -> &'r str {
        let all = match &rule.when {
            Cond::And(all) => all.as_slice(),
            one => std::slice::from_ref(one),
        };
        let tables = all.iter().filter_map(|condition| match condition {
            Cond::Rows { table, .. } => self.decision_table(*table),
            _ => None,
        });
        let whole = tables.map(|table| table.name.as_str()).find(|name| {
            let rest = rule.id.strip_prefix(*name);
            rest.is_some_and(|rest| rest.starts_with('.'))
        });
        whole.unwrap_or(&rule.id)
    }

    /// The kind of that number.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::check::rules::{Combine, KindId};
    /// let required = rules.rules[1].requires[0].kind;
    /// assert_eq!(rules.kind(required).map(|kind| kind.combine), Some(Combine::Largest));
    /// assert_eq!(rules.kind(KindId(9)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kind(&self, id: KindId) -> Option<&Kind> {
        self.kinds.get(usize::from(id.0))
    }

    /// The law of that number.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::check::rules::{LawId, Sure};
    /// assert_eq!(rules.law(LawId(0)).map(|law| law.sure), Some(Sure::Found));
    /// assert_eq!(rules.law(LawId(9)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn law(&self, id: LawId) -> Option<&Law> {
        self.laws.get(id.0 as usize)
    }

    /// The table of that number.
    ///
    /// ```
    /// # let head = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
    /// # let compile = |text: &str| {
    /// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
    /// #     kakou::compile(&folder, &kakou::Limits::default())
    /// # };
    /// use kakou::check::rules::{Cond, DecisionTableId};
    /// let table = "rule A-1
    ///   by L
    ///   table size, first row that fits
    ///   | > 5 => hold |
    ///   | < 0 => release |
    /// ";
    /// let rules = compile(table).rules.ok_or("refused")?;
    /// let Cond::Rows { table, .. } = &rules.rules[0].when else { panic!("no rows") };
    /// assert_eq!(rules.decision_table(*table).map(|table| table.rows.len()), Some(2));
    /// assert_eq!(rules.decision_table(DecisionTableId(9)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decision_table(&self, id: DecisionTableId) -> Option<&DecisionTable> {
        self.tables.get(id.0 as usize)
    }

    /// The list of that number.
    ///
    /// ```
    /// let text = "outcomes release < hold missing hold advice hold
    /// declaration judged on date
    ///   date : date
    /// list closed of day : date from \"days.csv\"
    /// ";
    /// let folder = kakou::Folder::from_texts([("a.rules", text)])
    ///     .with_file("days.csv", "day\n2026-10-01\n");
    /// let rules = kakou::compile(&folder, &kakou::Limits::default()).rules.ok_or("refused")?;
    /// use kakou::{check::rules::NamedListId, schema::value::Value};
    /// let list = rules.named_list(NamedListId(0)).ok_or("no such list")?;
    /// assert_eq!(list.rows[0].keys, [Value::Date("2026-10-01".parse()?)]);
    /// assert_eq!(rules.named_list(NamedListId(1)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn named_list(&self, id: NamedListId) -> Option<&NamedList> {
        self.lists.get(id.0 as usize)
    }
}
