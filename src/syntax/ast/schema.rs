//! The schema: outcomes, departments, the declaration, code tables, lists, kinds of requirement.

use super::{Expr, Labels, Name, Noted, Spanned};

/// `outcomes release "放行" / "release" < … missing hold advice review`
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("outcomes release < review < hold missing hold advice review\n");
/// let ItemKind::Outcomes(from_the_mildest) = &file.items[0].kind else { panic!("no outcomes") };
/// let name = |at: usize| from_the_mildest.outcomes[at].node.0.node.as_str();
/// assert_eq!([name(0), name(1), name(2)], ["release", "review", "hold"]);
/// assert_eq!(from_the_mildest.advice.as_ref().map(|name| name.node.as_str()), Some("review"));
/// // They have an order, which `<` says.
/// assert_eq!(parse("outcomes release, hold\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// From the mildest to the worst.
    pub outcomes: Vec<Noted<(Name, Labels)>>,
    /// The outcome while a required field is not given, and of requirements that contradict.
    pub missing: Option<Name>,
    /// The least outcome where coverage is only advice.
    pub advice: Option<Name>,
}

/// `departments customs "海关" / "customs", enterprise … sees all`; the first speaks where a rule
/// names none.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("departments customs \"海关\" / \"customs\", ecology\n");
/// let ItemKind::Departments(two) = &file.items[0].kind else { panic!("no departments") };
/// let (customs, ecology) = (&two.departments[0].node, &two.departments[1].node);
/// assert_eq!((customs.name.node.as_str(), customs.labels.zh.is_some()), ("customs", true));
/// assert_eq!((ecology.name.node.as_str(), ecology.labels.zh.is_some()), ("ecology", false));
/// // None is worse than another.
/// assert_eq!(parse("departments customs < ecology\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departments {
    /// In the order written.
    pub departments: Vec<Noted<Department>>,
}

/// `enterprise "企业" / "enterprise" sees all`
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("departments customs, enterprise \"企业\" / \"enterprise\" sees all\n");
/// let ItemKind::Departments(two) = &file.items[0].kind else { panic!("no departments") };
/// assert!(two.departments[1].node.sees_all && !two.departments[0].node.sees_all);
/// // What it sees is all or nothing.
/// assert_eq!(parse("departments customs, enterprise sees\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// The identifier.
    pub name: Name,
    /// What people call it.
    pub labels: Labels,
    /// Its view is of everything, and no rule speaks for it.
    pub sees_all: bool,
}

/// `declaration "申报" / "declaration" judged on date` and its fields.
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let (file, _) = parse("declaration judged on date\n  date : date\n  size : integer\n");
/// let ItemKind::Declaration(movement) = &file.items[0].kind else { panic!("no declaration") };
/// assert_eq!((movement.judged_on.node.as_str(), movement.fields.len()), ("date", 2));
/// // The law of which day? It must be said.
/// assert_eq!(parse("declaration\n  date : date\n").1[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let declare = |field: &str| parse(&format!("declaration judged on date\n  {field}\n"));
/// let (file, _) = declare("head.mode : code mode, always \"方式\" / \"mode\" from DecHead.TradeMode");
/// let ItemKind::Declaration(declaration) = &file.items[0].kind else { panic!("no declaration") };
/// let mode = &declaration.fields[0].node;
/// assert_eq!((mode.path.node.as_str(), mode.elements.len()), ("head.mode", 1));
/// assert!(mode.always && mode.when.is_none() && !mode.absent_means_none);
/// let (_, complaints) = declare("size : integer, always, always");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::TWICE);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, Type};
/// let typ = |text: &str| {
///     let (file, _) = parse(&format!("declaration judged on date\n  f : {text}\n"));
///     match &file.items[0].kind {
///         ItemKind::Declaration(all) => all.fields.first().map(|field| field.node.typ.node.clone()),
///         _ => None,
///     }
/// };
/// assert!(matches!(typ("money CNY"), Some(Type::Money(currency)) if currency.node == "CNY"));
/// assert!(matches!(typ("money in paid_in"), Some(Type::MoneyIn(field)) if field.node == "paid_in"));
/// assert!(matches!(typ("1 to 50 item key seq"), Some(Type::List { most: 50, key: Some(_), .. })));
/// assert_eq!(typ("money"), None); // An amount of what?
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let text = "codes level from \"level.csv\" key code from since until ended with rank : integer\n";
/// let (file, _) = parse(text);
/// let ItemKind::Codes(level) = &file.items[0].kind else { panic!("no codes") };
/// assert_eq!((level.file.node.as_str(), level.key.node.as_str()), ("level.csv", "code"));
/// let dated = level.dated.as_ref().map(|(from, until)| (from.node.as_str(), until.node.as_str()));
/// assert_eq!((dated, level.attributes.len()), (Some(("since", "ended")), 1));
/// // A file is a text, so that a path may stand there.
/// let (_, complaints) = parse("codes level from level.csv key code\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{CodesRole, ItemKind};
/// let role = |text: &str| match &parse(text).0.items[0].kind {
///     ItemKind::Codes(codes) => codes.role.clone(),
///     _ => panic!("no codes"),
/// };
/// assert_eq!(role("codes zone from \"z.csv\" key code\n"), CodesRole::Plain);
/// assert_eq!(role("units unit from \"u.csv\" key code\n"), CodesRole::Units);
/// let currencies = role("currencies currency from \"c.csv\" key code rates \"r.csv\" in CNY\n");
/// let CodesRole::Currencies { rates: Some((_, base)) } = currencies else { panic!("no rates") };
/// assert_eq!(base.node, "CNY");
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{ItemKind, Type};
/// let (file, _) = parse("codes level from \"level.csv\" key code with rank : integer, open : bool\n");
/// let ItemKind::Codes(level) = &file.items[0].kind else { panic!("no codes") };
/// let (rank, open) = (&level.attributes[0].node, &level.attributes[1].node);
/// assert_eq!((rank.name.node.as_str(), &rank.typ.node), ("rank", &Type::Integer));
/// assert_eq!((open.name.node.as_str(), &open.typ.node), ("open", &Type::Bool));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The column.
    pub name: Name,
    /// Its type.
    pub typ: Spanned<Type>,
}

/// `list positive_list of hs : hs from "lists/positive_list.csv" from COLUMN until COLUMN with …`
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::ItemKind;
/// let text = "list wanted of hs : hs, zone : code zone from \"wanted.csv\" with limit : integer\n";
/// let (file, _) = parse(text);
/// let ItemKind::List(wanted) = &file.items[0].kind else { panic!("no list") };
/// let keys: Vec<_> = wanted.keys.iter().map(|key| key.node.name.node.as_str()).collect();
/// assert_eq!((keys, wanted.attributes.len()), (vec!["hs", "zone"], 1));
/// // By what is it asked? A list has a key.
/// let (_, complaints) = parse("list wanted from \"wanted.csv\"\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Combine, ItemKind};
/// let text = "requirement due : date met when as_of <= it otherwise hold combine earliest\n";
/// let (file, _) = parse(text);
/// let ItemKind::Requirement(due) = &file.items[0].kind else { panic!("no requirement") };
/// assert!(due.typ.is_some() && due.met.is_some());
/// assert_eq!((due.otherwise.node.as_str(), due.combine), ("hold", Combine::Earliest));
/// // What follows while it is not met must be said.
/// let (_, complaints) = parse("requirement due : date combine earliest\n");
/// assert_eq!(complaints[0].code, kakou::syntax::codes::UNEXPECTED);
/// ```
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
///
/// ```
/// # let parse = |text: &str| kakou::syntax::parse(Default::default(), text, &kakou::Limits::default());
/// use kakou::syntax::ast::{Combine, ItemKind};
/// let combine = |word: &str| {
///     let (file, _) = parse(&format!("requirement k otherwise hold combine {word}\n"));
///     match &file.items.first()?.kind {
///         ItemKind::Requirement(requirement) => Some(requirement.combine),
///         _ => None,
///     }
/// };
/// assert_eq!((combine("all"), combine("one")), (Some(Combine::All), Some(Combine::One)));
/// assert_eq!(combine("取大"), Some(Combine::Largest));
/// assert_eq!(combine("smallest"), None);
/// ```
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
