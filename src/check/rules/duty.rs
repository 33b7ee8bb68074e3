//! What must be given or shown: required fields, kinds of requirement, and what rules require and
//! waive.

use super::{Combine, Cond, Expr, KindId};
use crate::schema::Labels;
use crate::schema::value::{FieldId, OutcomeId, Type};

/// A field that must be given.
///
/// ```
/// let compile = |field: &str| {
///     let text = format!("outcomes release < hold missing hold advice hold
/// declaration judged on date
///   date : date, always
///   size : integer
///   {field}
/// ");
///     let folder = kakou::Folder::from_texts([("a.rules", text)]);
///     kakou::compile(&folder, &kakou::Limits::default())
/// };
/// let rules = compile("form : text, when size > 5").rules.ok_or("refused")?;
/// let [always, sometimes] = &rules.required[..] else { panic!("two fields") };
/// assert_eq!((Some(always.field), &always.when), (rules.schema.field_by_path("date"), &None));
/// assert_eq!(Some(sometimes.field), rules.schema.field_by_path("form"));
/// assert!(sometimes.when.is_some());
/// // When `size` what?
/// let refused = compile("form : text, when size");
/// let why = kakou::check::codes::NOT_A_CONDITION;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Required {
    /// The field; in a list, that of every element.
    pub field: FieldId,
    /// When; always where none.
    pub when: Option<Cond>,
}

/// A kind of requirement.
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
/// use kakou::check::rules::{CompareOp, Cond, Expr};
/// let rules = beside_the_gate("").rules.ok_or("refused")?;
/// let guarantee = &rules.kinds[0];
/// // Met when what is free reaches the amount that is required.
/// let free = rules.schema.field_by_path("guarantee_free").ok_or("no such field")?;
/// let met = Cond::Compare(CompareOp::Ge, Expr::Field(free), Expr::It);
/// assert_eq!(guarantee.met, Some(met));
/// assert_eq!(Some(guarantee.otherwise), rules.schema.outcome("hold"));
/// // Of texts none is the largest.
/// let refused = beside_the_gate("requirement permit : text otherwise hold combine largest\n");
/// let why = kakou::check::codes::CANNOT_COMPARE;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

/// A requirement that a rule makes.
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
/// let text = |require| format!("rule G-03\n  by GATE\n  then require {require}\n");
/// let rules = beside_the_gate(&text("firmly guarantee 500 CNY")).rules.ok_or("refused")?;
/// let require = &rules.rules[2].requires[0];
/// assert_eq!(rules.kind(require.kind).map(|kind| kind.name.as_str()), Some("guarantee"));
/// assert!(require.firmly && !rules.rules[1].requires[0].firmly);
/// // The kind says of what type the argument is, and that there is one.
/// let refused = beside_the_gate(&text("guarantee"));
/// let why = kakou::check::codes::WRONG_COUNT;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
/// use kakou::check::rules::{CompareOp, Cond, Expr};
/// let text = |waive| format!("rule G-03\n  by GATE\n  then waive {waive}\n");
/// let rules = beside_the_gate(&text("guarantee where it < 500 CNY")).rules.ok_or("refused")?;
/// let small = rules.rules[2].waives[0].condition.as_ref().ok_or("all")?;
/// assert!(matches!(small, Cond::Compare(CompareOp::Lt, Expr::It, Expr::Const(_))));
/// let rules = beside_the_gate(&text("guarantee")).rules.ok_or("refused")?;
/// assert_eq!(rules.rules[2].waives[0].condition, None); // All of them.
/// // A kind that is not declared cannot be waived.
/// let refused = beside_the_gate(&text("licence"));
/// let why = kakou::check::codes::UNKNOWN_NAME;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Waive {
    /// The kind.
    pub kind: KindId,
    /// Which ones; `Expr::It` is the argument.
    pub condition: Option<Cond>,
}
