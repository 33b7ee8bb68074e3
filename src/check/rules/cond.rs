//! Conditions: what is true, false or undetermined of a declaration.

use super::{CompareOp, DecisionTableId, Expr, NamedListId, Quantity};
use crate::schema::value::{Code, FieldId, Hs, ListId};

/// A condition. It is evaluated as written, by Kleene's tables.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::check::rules::{CompareOp, Cond, Expr};
/// use kakou::ground::truth::Truth;
/// use kakou::{Facts, Lang, Reference, Sure, verdict::why};
/// let too_heavy = &rules.rules[0].when;
/// assert!(matches!(too_heavy, Cond::Compare(CompareOp::Gt, Expr::Field(_), Expr::Parameter { .. })));
/// let truth = |facts: &Facts, condition: &Cond| {
///     let trial = Reference::new(&rules, Sure::High).trial(facts, "2026-08-03".parse().unwrap());
///     why::condition(&trial.scene, condition, &trial.instances(&[])[0].here, Lang::En).truth
/// };
/// let not_given = Facts::builder(&rules.schema).build()?;
/// let five_percent = Facts::builder(&rules.schema).set("weight_error", "0.05").build()?;
/// assert_eq!(truth(&five_percent, too_heavy), Truth::True);
/// assert_eq!(truth(&not_given, too_heavy), Truth::Unknown);
/// // As written: the graph may not be smarter than the text.
/// let either = Cond::Or(vec![too_heavy.clone(), Cond::Not(Box::new(too_heavy.clone()))]);
/// assert_eq!(truth(&not_given, &either), Truth::Unknown);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// What `each` ranges over.
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
/// use kakou::{check::rules::Each, schema::value::ListId};
/// let rules = beside_the_gate("").rules.ok_or("refused")?;
/// assert_eq!(rules.rules[0].each, []); // The declaration as a whole.
/// assert_eq!(rules.rules[1].each, [Each::List(ListId(0))]);
/// // An element is read only where one is at hand.
/// let refused = beside_the_gate("rule G-03\n  by GATE\n  when item.total > 5 CNY\n  then hold\n");
/// let why = kakou::check::codes::NO_ELEMENT;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Each {
    /// The elements of a list; for a list inside a list, those of the element at hand.
    List(ListId),
    /// The codes of a set field. The code at hand is [`Expr::Bound`], numbered from the outside in.
    Set(FieldId),
}

/// Rows of a decision table by number from 0, sorted.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::check::rules::Cond;
/// let text = "rule A-1
///   by L
///   table size, first row that fits
///   | < 0 => hold |
///   | < 5 => release |
///   | > 9 => hold |
/// ";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let rows = |rule: usize| match &rules.rules[rule].when {
///     Cond::Rows { rows, .. } => rows.to_vec(),
///     _ => Vec::new(),
/// };
/// // A part of the rule for each different consequence, named by its first row.
/// assert_eq!((rules.rules[0].id.as_str(), rows(0)), ("A-1.1", vec![0, 2]));
/// assert_eq!((rules.rules[1].id.as_str(), rows(1)), ("A-1.2", vec![1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
