//! Law: its texts, citations, days and periods, events and parameters.

use super::{Expr, Labels, Name, Noted, Spanned, Type};

/// How sure a text or our use of it is, from the surest.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::{Sure, syntax::ast::ItemKind};
/// // From the surest: the weakest of several marks is the greatest.
/// assert_eq!([Sure::Low, Sure::Found, Sure::High].into_iter().max(), Some(Sure::Low));
/// let (file, _) = parse("law L\n  sure design\n");
/// let ItemKind::Law(law) = &file.items[0].kind else { panic!("no law") };
/// assert_eq!(law.sure.as_ref().map(|sure| sure.node), Some(Sure::Design));
/// assert_eq!(parse("law L\n  sure maybe\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let text = "law NEW-1 \"新规\" / \"new\"
///   force from 2027-03-01
///   sure high
///   replaces OLD-1 article 9, OLD-2
/// ";
/// let (file, _) = parse(text);
/// let ItemKind::Law(law) = &file.items[0].kind else { panic!("no law") };
/// assert_eq!((law.id.node.as_str(), law.replaces.len()), ("NEW-1", 2));
/// assert!(law.replaces[0].article.is_some() && law.replaces[1].article.is_none());
/// // No clause of a law begins so; the nearest that does is the help.
/// let (_, complaints) = parse("law NEW-1\n  sur high\n");
/// assert_eq!(complaints[0].help, ["did you mean `sure`?"]);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Clause, ItemKind};
/// let citations = |by: &str| match &parse(&format!("rule A\n  {by}\n")).0.items[0].kind {
///     ItemKind::Rule(rule) => match &rule.clauses[0].node {
///         Clause::By { citations, .. } => citations.clone(),
///         _ => Vec::new(),
///     },
///     _ => Vec::new(),
/// };
/// let english = citations("by FST-2018-49 article 5(7) paragraph 2 and GAC-233");
/// assert_eq!(english[0].article.as_ref().map(|article| article.node.as_str()), Some("5(7)"));
/// assert_eq!((english[1].law.node.as_str(), &english[1].article), ("GAC-233", &None));
/// // Chinese writes the number inside the word.
/// assert_eq!(english, citations("依据 FST-2018-49 第 5(7) 条 第 2 款 且 GAC-233"));
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, LegalDay};
/// let (file, _) = parse("law L\n  force from 2024-02 until event closed\n");
/// let ItemKind::Law(law) = &file.items[0].kind else { panic!("no law") };
/// let force = law.force.as_ref().unwrap();
/// assert!(matches!(&force.from, Some(LegalDay::Date(month)) if month.node == "2024-02"));
/// assert!(matches!(&force.until, Some(LegalDay::Event(name)) if name.node == "closed"));
/// let (_, complaints) = parse("law L\n  force from 2023-02-29\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::NO_SUCH_DAY);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegalDay {
    /// `2019-01-01`, `2024-02` or `2019 `: the text, whole.
    Date(Spanned<String>),
    /// `event yangshan_closed`
    Event(Name),
}

/// `from D until D on FIELD`; the last day is included.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Clause, ItemKind};
/// let (file, complaints) = parse("rule A
///   force from 2026-01-01 on export_date
/// rule B
///   force until from
/// ");
/// let ItemKind::Rule(rule) = &file.items[0].kind else { panic!("no rule") };
/// let Clause::Force(force) = &rule.clauses[0].node else { panic!("no period") };
/// assert!(force.from.is_some() && force.until.is_none()); // It has not ended.
/// assert_eq!(force.on.as_ref().map(|field| field.node.as_str()), Some("export_date"));
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED); // Until when?
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("event opened on 2020-05 sure low\nevent closed on unknown\n");
/// let day = |at: usize| match &file.items[at].kind {
///     ItemKind::Event(event) => event.on.as_ref().map(|day| day.node.as_str()),
///     _ => panic!("no event"),
/// };
/// assert_eq!((day(0), day(1)), (Some("2020-05"), None));
/// // That nobody knows the day must be said too.
/// assert_eq!(parse("event opened\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("parameter loss : rate unknown
/// parameter most : integer
///   5 until 2025-12-31
///   9 from 2026-01-01
/// ");
/// let values = |item: usize| match &file.items[item].kind {
///     ItemKind::Parameter(parameter) => parameter.values.len(),
///     _ => panic!("no parameter"),
/// };
/// assert_eq!((values(0), values(1)), (0, 2));
/// // Without a type nothing says what its numbers are.
/// assert_eq!(parse("parameter most\n  5\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ExprKind, ItemKind};
/// let (file, _) = parse("parameter most : money CNY
///   5000 CNY from 2019-01-01 by FST-2018-49 article 1
/// ");
/// let ItemKind::Parameter(most) = &file.items[0].kind else { panic!("no parameter") };
/// let value = &most.values[0].node;
/// assert!(matches!(&*value.value.kind, ExprKind::Number { digits, .. } if digits == "5000"));
/// assert_eq!(value.by.as_ref().map(|by| by.law.node.as_str()), Some("FST-2018-49"));
/// // A value is given, not worked out.
/// let (_, complaints) = parse("parameter most : money CNY\n  2 * 2500 CNY\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// The value, a literal.
    pub value: Expr,
    /// The period it holds for.
    pub force: Force,
    /// Where it is written.
    pub by: Option<Citation>,
}
