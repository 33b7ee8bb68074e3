//! Law: its texts, where in them something is written, the days it holds, events, parameters.

use super::{LawId, Sure};
use crate::ground::day::RoughDay;
use crate::schema::Labels;
use crate::schema::table::Period;
use crate::schema::value::{Type, Value};

/// A text of law.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// use kakou::Sure;
/// let dated = "law M \"新规\" / \"new\"\n  force from 2027-03-01 until 2030-12-31\n  sure high\n";
/// let rules = compile(dated).rules.ok_or("refused")?;
/// let [without_marks, dated] = &rules.laws[..] else { panic!("two laws") };
/// assert_eq!((without_marks.id.as_str(), without_marks.sure), ("L", Sure::Low));
/// assert_eq!((dated.labels.en.as_deref(), dated.sure), (Some("new"), Sure::High));
/// assert_eq!(dated.force.until.map(|day| day.last), Some("2030-12-31".parse()?));
/// // A law cannot be cited for days after its end.
/// let late = "law M
///   force until 2020-12-31
/// rule A-1
///   by M
///   force from 2021-01-01
///   then hold
/// ";
/// let why = kakou::check::codes::LAW_NOT_IN_FORCE;
/// assert!(compile(late).diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = "rule A-1\n  by L article 5(7) paragraph 2\n  then hold\n";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let basis = &rules.rules[0].basis[0];
/// // An article is a text: laws number them in more ways than one.
/// assert_eq!((basis.article.as_deref(), basis.paragraph.as_deref()), (Some("5(7)"), Some("2")));
/// // A law that is not in the register cannot be cited.
/// let refused = compile("rule A-1\n  by M article 1\n  then hold\n");
/// let why = kakou::check::codes::UNKNOWN_NAME;
/// assert!(refused.rules.is_none() && refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = "rule A-1\n  by L\n  force from 2026-01 until 2027-12-31\n  then hold\n";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let force = rules.rules[0].force;
/// // Some day of January: in January the rule is undetermined.
/// let from = force.from.ok_or("open")?;
/// assert_eq!((from.first, from.last), ("2026-01-01".parse()?, "2026-01-31".parse()?));
/// assert_eq!(force.until.map(|day| day.last.to_string()).as_deref(), Some("2027-12-31"));
/// // A period that ends before it begins is refused.
/// let backwards = compile("rule A-1
///   by L
///   force from 2027-01-01 until 2026-01-01
///   then hold
/// ");
/// let why = kakou::check::codes::NEVER_IN_FORCE;
/// assert!(backwards.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Force {
    /// The first day; every span of a rough day is possible.
    pub from: Option<RoughDay>,
    /// The last day.
    pub until: Option<RoughDay>,
}

/// An event.
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = "event closed \"关闭\" / \"closed\" on unknown
/// event opened \"开放\" / \"opened\" on 2024-05 sure medium
/// ";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let [closed, opened] = &rules.events[..] else { panic!("two events") };
/// assert_eq!(closed.on, None);
/// assert_eq!(opened.on, kakou::ground::day::RoughDay::parse("2024-05"));
/// assert_eq!(opened.sure, kakou::Sure::Medium);
/// // One event has one day.
/// let twice = compile("event opened on 2024-05\nevent opened on 2024-06\n");
/// let why = kakou::check::codes::DUPLICATE_NAME;
/// assert!(twice.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let head = "outcomes release < hold missing hold advice hold\n\
/// #     declaration judged on date\n  date : date, always\n  size : integer\nlaw L\n";
/// # let compile = |text: &str| {
/// #     let folder = kakou::Folder::from_texts([("a.rules", head.to_owned() + text)]);
/// #     kakou::compile(&folder, &kakou::Limits::default())
/// # };
/// let text = "parameter most : integer
///   5 from 2020-01-01 until 2025-12-31
///   9 from 2026-01-01
/// parameter loss : rate unknown
/// ";
/// let rules = compile(text).rules.ok_or("refused")?;
/// let [loss, most] = &rules.parameters[..] else { panic!("two parameters") };
/// assert!(loss.values.is_empty()); // What rests on it is undetermined.
/// let holds = |day: &str| {
///     most.values.iter().filter(|value| value.period.holds(day.parse().unwrap())).count()
/// };
/// assert_eq!((holds("2019-12-31"), holds("2025-12-31"), holds("2026-01-01")), (0, 1, 1));
/// // Two values of one day are refused.
/// let two = compile("parameter most : integer\n  5 from 2020-01-01\n  9 from 2026-01-01\n");
/// let why = kakou::check::codes::PARAMETER_OVERLAP;
/// assert!(two.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
/// use kakou::schema::value::Value;
/// let rules = beside_the_gate("").rules.ok_or("refused")?;
/// let tolerance = &rules.parameters[0].values[0];
/// assert_eq!(tolerance.value, Value::Number("0.03".parse()?)); // `3 %` in the text
/// assert!(tolerance.period.holds("2025-01-01".parse()?));
/// assert!(!tolerance.period.holds("2024-12-31".parse()?));
/// assert_eq!(tolerance.by.as_ref().and_then(|by| by.article.as_deref()), Some("3"));
/// // A value is of the type of its parameter.
/// let refused = beside_the_gate("parameter most : rate\n  3 CNY from 2025-01-01\n");
/// let why = kakou::check::codes::WRONG_TYPE;
/// assert!(refused.diagnostics.iter().any(|found| found.code == why));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ParameterValue {
    /// When it holds.
    pub period: Period,
    /// The value.
    pub value: Value,
    /// Where it is written.
    pub by: Option<Basis>,
}
