//! The syntax tree: what was written, with its place, and nothing of what it means.
//!
//! Names are still text, codes and numbers keep their spelling. Places do not count when two
//! trees are compared, comments do. One tree stands for Chinese and English text alike.

pub use crate::ground::compare::CompareOp;
mod expr;
mod scenario;

pub use expr::*;
pub use scenario::*;

use crate::ground::span::At;

/// One file of rules or of schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    /// The items in the order written.
    pub items: Vec<Item>,
    /// Comments after the last item.
    pub comments: Vec<String>,
}

/// One item: what begins in column 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// From its first word to its last.
    pub at: At,
    /// Its comments.
    pub notes: Notes,
    /// What it is.
    pub kind: ItemKind,
}

/// Comments kept with an item, a clause or a row: those on lines before it, and the one at the
/// end of its first line. A comment inside a clause that runs over several lines moves before it.
/// The text is kept without `#` and without the blank after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// On lines of their own before it.
    pub before: Vec<String>,
    /// Where an empty line parts the comments before an item, or the last of them from the item:
    /// how many of them stand above it. Within an item there are no empty lines.
    pub gaps: Vec<u32>,
    /// At the end of its line.
    pub after: Option<String>,
}

/// Something with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What it is.
    pub node: T,
    /// Where it stands.
    pub at: At,
}

/// A clause, field or row with its place and comments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted<T> {
    /// What it is.
    pub node: T,
    /// Where it stands.
    pub at: At,
    /// Its comments.
    pub notes: Notes,
}

/// A name, path or code as written, without 「」 or quotation marks.
pub type Name = Spanned<String>;

/// A text for people in both languages. Either may be missing; a lint says so.
/// Texts in the tree are unescaped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// The Chinese text, written first.
    pub zh: Option<Spanned<String>>,
    /// The English text, written after `/`.
    pub en: Option<Spanned<String>>,
}

/// What an item can be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant's struct says what it is")]
pub enum ItemKind {
    Outcomes(Outcomes),
    Departments(Departments),
    Declaration(Declaration),
    Codes(Codes),
    List(List),
    Requirement(Requirement),
    Law(Law),
    Event(Event),
    Parameter(Parameter),
    Let(Let),
    Rule(Rule),
    Table(Table),
    Covers(Covers),
    Pilot(Pilot),
    Scenario(Scenario),
}

/// `outcomes release "放行" / "release" < … missing hold advice review`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    /// From the mildest to the worst.
    pub outcomes: Vec<Noted<(Name, Labels)>>,
    /// The outcome while a required field is not given, and of requirements that contradict.
    pub missing: Option<Name>,
    /// The least outcome where coverage is only advice.
    pub advice: Option<Name>,
}

/// `departments customs "海关" / "customs", commerce …`; the first speaks where a rule names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departments {
    /// In the order written.
    pub departments: Vec<Noted<(Name, Labels)>>,
}

/// `declaration "申报" / "declaration" judged on date` and its fields.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The column.
    pub name: Name,
    /// Its type.
    pub typ: Spanned<Type>,
}

/// `list positive_list of hs : hs from "lists/positive_list.csv" from COLUMN until COLUMN with …`
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

/// `law ID "短名" / "short name"` with title, force, sure and what it replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    /// The identifier that rules cite.
    pub id: Name,
    /// Its short name in both languages.
    pub labels: Labels,
    /// `title "全名" / "full title"`
    pub title: Option<Labels>,
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

/// `let NAME = EXPRESSION "…" / "…"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Let {
    /// What it is called.
    pub name: Name,
    /// The value or condition.
    pub value: Expr,
    /// What people call it.
    pub labels: Labels,
}

/// A rule: its identifier, its titles and its clauses in the order written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The identifier.
    pub id: Name,
    /// The titles.
    pub labels: Labels,
    /// The clauses.
    pub clauses: Vec<Noted<Clause>>,
}

/// A clause of a rule. Each may stand once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// `by LAW article 1 and LAW article 2, sure high`
    By {
        /// The citations, joined by `and`.
        citations: Vec<Citation>,
        /// How sure our use of them is.
        sure: Option<Spanned<Sure>>,
    },
    /// `force from D until D on FIELD`
    Force(Force),
    /// `department customs, ecology`
    Department(Vec<Name>),
    /// `pilot NAME`: the rule belongs to that pilot.
    Pilot(Name),
    /// `over RULE, RULE`
    Over(Vec<Name>),
    /// `for TERM; TERM`
    For(Vec<Expr>),
    /// `each item, licence in item.licence_codes`
    Each(Vec<Binding>),
    /// `when CONDITION`
    When(Expr),
    /// `unless CONDITION`
    Unless(Expr),
    /// `table INPUTS, POLICY` and rows whose outputs are consequences; in place of `then`.
    Table(RuleTable),
    /// `then CONSEQUENCE, CONSEQUENCE`
    Then(Vec<Consequence>),
    /// `say "…" / "…"`
    Say(Labels),
}

/// What a quantifier or `each` ranges over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// The elements of a list, by the element's name: `item`.
    Element(Name),
    /// The codes of a set: `licence in item.licence_codes`.
    In {
        /// What each code is called.
        name: Name,
        /// The set.
        set: Name,
    },
}

/// What a rule demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// `pass`: nothing of its own; it excuses what it is over.
    Pass(At),
    /// An outcome of the schema.
    Outcome(Name),
    /// `require firmly KIND ARGUMENT`
    Require {
        /// It cannot be waived.
        firmly: bool,
        /// The kind of requirement.
        kind: Name,
        /// The argument.
        argument: Option<Expr>,
    },
    /// `waive KIND where CONDITION`; `it` is the argument.
    Waive {
        /// The kind of requirement.
        kind: Name,
        /// Which ones; all where nothing is written.
        condition: Option<Expr>,
    },
}

/// `table NAME(input, input) "…" gives TYPE, POLICY` and its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is called.
    pub name: Name,
    /// The fields, attributes or definitions whose types the inputs have.
    pub inputs: Vec<Name>,
    /// What people call it.
    pub labels: Labels,
    /// The type of the output.
    pub gives: Spanned<Type>,
    /// Which rows count.
    pub policy: Policy,
    /// The rows.
    pub rows: Vec<Noted<Row<Output>>>,
}

/// The table of a rule: each row is a part of the rule, named by the rule and the row's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTable {
    /// The values compared with the cells.
    pub inputs: Vec<Expr>,
    /// Which rows count.
    pub policy: Policy,
    /// The rows.
    pub rows: Vec<Noted<Row<Vec<Consequence>>>>,
}

/// Which rows of a table count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Exactly one row fits; none or two cannot be computed.
    ExactlyOne,
    /// The first row that fits; none gives *none*.
    First,
    /// All rows that fit.
    All,
}

/// One row: a cell for each input, and the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<T> {
    /// The cells.
    pub cells: Vec<Spanned<Cell>>,
    /// The output.
    pub output: T,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// `any`: fits always, none and unknown too.
    Any,
    /// `none`: fits what is given as empty.
    None,
    /// `1371 or 0110`, `true`, `"in"`, `5000 CNY`: fits where equal to one of them.
    Values(Vec<Expr>),
    /// `under 8471 or 8473`
    Under(Vec<Name>),
    /// `< 5000 CNY`, `>= 3`
    Compare(CompareOp, Expr),
    /// `from 1 to 5`, both included.
    Range(Expr, Expr),
}

/// The output of a table's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// `any`: for a set, every code.
    Any(At),
    /// `none`
    None(At),
    /// One value, or several codes of a set joined by `or`.
    Values(Vec<Expr>),
}

/// `covers TERM; TERM from D until D as advice`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covers {
    /// What is covered; as in `for`.
    pub terms: Vec<Expr>,
    /// The period.
    pub force: Force,
    /// `as advice`
    pub advice: bool,
}

/// `pilot NAME "…" / "…"` with by, for, force, mode, suspend and over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pilot {
    /// What it is called.
    pub name: Name,
    /// Its titles.
    pub labels: Labels,
    /// Its clauses in the order written.
    pub clauses: Vec<Noted<PilotClause>>,
}

/// A clause of a pilot. Each may stand once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PilotClause {
    /// `by LAW article 5, sure high`
    By {
        /// The citations.
        citations: Vec<Citation>,
        /// How sure our use of them is.
        sure: Option<Spanned<Sure>>,
    },
    /// `for TERM; TERM`
    For(Vec<Expr>),
    /// `force from D until D`
    Force(Force),
    /// `mode live` (true) or `mode shadow` (false)
    Mode(bool),
    /// `suspend RULE, RULE`
    Suspend(Vec<Name>),
    /// `over PILOT, PILOT`: where both touch a rule, this one counts.
    Over(Vec<Name>),
}
