//! The facts of a declaration, by name and type: fields, code tables, lists, outcomes,
//! departments. The engine knows nothing of customs but what stands here.
//!
//! A schema is made by the checker from text and never changes after. Everything in it is
//! sorted by name, so that numbers do not depend on the order in which texts were read.

mod lookup;
pub(crate) mod prefixes;
pub mod table;
mod text;
pub mod value;

use crate::ground::span::Span;
use table::{CodeTable, Rates};
use value::{DepartmentId, FieldId, ListId, OutcomeId, TableId, Type};

/// What people call something, in both languages. Where a text is missing, the identifier stands in.
///
/// ```
/// use kakou::{Lang, schema::Labels};
/// let labels = Labels { zh: Some("线别".into()), en: None };
/// assert_eq!(labels.get(Lang::Zh, "line"), "线别");
/// assert_eq!(labels.get(Lang::En, "line"), "线别"); // Better than the identifier,
/// assert_eq!(Labels::default().get(Lang::En, "line"), "line"); // which stands in for nothing.
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Labels {
    /// Chinese.
    pub zh: Option<String>,
    /// English.
    pub en: Option<String>,
}

pub use crate::ground::lang::Lang;

/// A label in the language asked for, or the next best thing.
///
/// ```
/// use kakou::{Lang, schema::Labels};
/// let only_english = Labels { zh: None, en: Some("line".into()) };
/// assert_eq!([Lang::Zh, Lang::En].map(|lang| only_english.get(lang, "head.line")), ["line", "line"]);
/// ```
impl Labels {
    /// The text in that language, or in the other, or the identifier.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::Lang;
    /// let hold = rules.schema.outcomes.last().ok_or("no outcome")?;
    /// assert_eq!(hold.labels.get(Lang::Zh, &hold.name), "暂缓");
    /// // Without a label the identifier is better than nothing.
    /// assert_eq!(kakou::schema::Labels::default().get(Lang::Zh, &hold.name), "hold");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get<'a>(&'a self, lang: Lang, identifier: &'a str) -> &'a str {
        let (first, second) = match lang {
            Lang::Zh => (&self.zh, &self.en),
            Lang::En => (&self.en, &self.zh),
        };
        first.as_deref().or(second.as_deref()).unwrap_or(identifier)
    }
}

/// An outcome, such as `hold`.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let names: Vec<&str> = rules.schema.outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
/// assert_eq!(names, ["release", "review", "hold"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// Its identifier.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
}

/// A department that rules speak for.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// assert_eq!(rules.schema.departments[0].labels.zh.as_deref(), Some("海关"));
/// assert!(!rules.schema.departments[0].sees_all);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Department {
    /// Its identifier.
    pub name: String,
    /// What people call it.
    pub labels: Labels,
    /// Its view is of everything, and no rule speaks for it.
    pub sees_all: bool,
}

/// Where a field lives.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::{Home, value::ListId};
/// let home = |path| rules.schema.field(rules.schema.field_by_path(path)?).map(|field| field.home);
/// assert!(matches!(home("line"), Some(Home::Header(_))));
/// assert!(matches!(home("item.total"), Some(Home::Element(ListId(0), _))));
/// assert_eq!(home("total"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Home {
    /// In the declaration itself: slot number among the header fields.
    Header(u32),
    /// In each element of a list: column number among its fields.
    Element(ListId, u32),
}

/// A field of the declaration or of a list's elements.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let total = rules.schema.field_by_path("item.total").and_then(|id| rules.schema.field(id));
/// let total = total.ok_or("no such field")?;
/// assert_eq!((total.path.as_str(), total.parts[0].as_str()), ("item.total", "total"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// The path as rules write it: `head.supervision_mode`, `item.hs_code`.
    pub path: String,
    /// The parts of the path within its record or element: `["head", "supervision_mode"]`, `["hs_code"]`.
    pub parts: Vec<String>,
    /// Where it lives.
    pub home: Home,
    /// Its type.
    pub typ: Type,
    /// Whether one that is not given counts as given empty.
    pub absent_means_none: bool,
    /// What people call it.
    pub labels: Labels,
    /// The message elements it comes from.
    pub elements: Vec<String>,
}

/// A list of records.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let items = &rules.schema.lists[0];
/// assert_eq!((items.element.as_str(), items.least, items.most), ("item", 1, 50));
/// assert_eq!(items.columns.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct List {
    /// The field that holds it.
    pub field: FieldId,
    /// What one element is called: `item`.
    pub element: String,
    /// The fewest elements.
    pub least: u32,
    /// The most elements.
    pub most: u32,
    /// The field whose values differ between elements.
    pub key: Option<FieldId>,
    /// The list whose elements hold this one.
    pub parent: Option<ListId>,
    /// The fields of an element, by column; lists inside are among them.
    pub columns: Vec<FieldId>,
}

/// The schema of one kind of declaration.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::schema::value::{FieldId, ListId, TableId};
/// let schema = &rules.schema;
/// let hold = schema.outcome("hold").ok_or("no such outcome")?;
/// assert_eq!((schema.outcome_name(hold), schema.worst()), ("hold", hold));
/// assert_eq!(schema.outcome_name(schema.mildest()), "release");
/// assert!(schema.field(schema.judged_on).is_some_and(|field| field.path == "date"));
/// assert!(schema.list(ListId(0)).is_some() && schema.table(TableId(0)).is_some());
///
/// // What the schema does not know is nothing.
/// assert_eq!((schema.field_by_path("lien"), schema.outcome("arrest")), (None, None));
/// assert_eq!(schema.field(FieldId(99)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schema {
    /// What a declaration is called.
    pub labels: Labels,
    /// From the mildest to the worst; never empty.
    pub outcomes: Vec<Outcome>,
    /// The outcome while a required field is not given, and of requirements that contradict.
    pub missing: OutcomeId,
    /// The least outcome where coverage is only advice.
    pub advice: OutcomeId,
    /// Never empty.
    pub departments: Vec<Department>,
    /// In the order of their paths.
    pub fields: Vec<Field>,
    /// The header fields by slot; lists are among them.
    pub header: Vec<FieldId>,
    /// In the order of the paths of their fields.
    pub lists: Vec<List>,
    /// The header field whose date is the as-of date.
    pub judged_on: FieldId,
    /// The header field of type text that identifies a declaration: the one called `id`.
    pub id: Option<FieldId>,
    /// In the order of their names.
    pub tables: Vec<CodeTable>,
    /// The table of units.
    pub units: Option<TableId>,
    /// The table of currencies.
    pub currencies: Option<TableId>,
    /// Dated exchange rates.
    pub rates: Option<Rates>,
    /// Where each field is declared, by field; not part of the meaning.
    pub places: Places,
}

/// Places in the rule text; they are no part of a schema's or rule set's identity.
///
/// ```
/// use kakou::{ground::span::Span, schema::Places};
/// assert_eq!(Places(vec![Span::default()]), Places::default()); // Places tell nothing apart.
/// ```
#[derive(Debug, Clone, Default)]
pub struct Places(pub Vec<Span>);

impl PartialEq for Places {
    fn eq(&self, _: &Places) -> bool {
        true
    }
}
impl Eq for Places {}
impl std::hash::Hash for Places {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// From what people write to numbers and back; what is not declared has no number.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// let schema = &rules.schema;
/// for field in &schema.fields {
///     let id = schema.field_by_path(&field.path).ok_or("declared, and not found")?;
///     assert_eq!(schema.field(id), Some(field));
/// }
/// for outcome in &schema.outcomes {
///     let id = schema.outcome(&outcome.name).ok_or("declared, and not found")?;
///     assert_eq!(schema.outcome_name(id), outcome.name);
///     assert!(schema.mildest() <= id && id <= schema.worst());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Schema {
    /// The field of that number.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::schema::value::FieldId;
    /// let judged_on = rules.schema.field(rules.schema.judged_on);
    /// assert_eq!(judged_on.map(|field| field.path.as_str()), Some("date"));
    /// assert_eq!(rules.schema.field(FieldId(u32::MAX)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.fields.get(id.0 as usize)
    }

    /// The field of that path.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// assert!(rules.schema.field_by_path("item.total").is_some());
    /// // A path is the one that rules write; the list is called otherwise.
    /// assert_eq!(rules.schema.field_by_path("items.total"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn field_by_path(&self, path: &str) -> Option<FieldId> {
        let at = self
            .fields
            .binary_search_by(|f| f.path.as_str().cmp(path))
            .ok()?;
        u32::try_from(at).ok().map(FieldId)
    }

    /// The list of that number.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::schema::{Home, value::ListId};
    /// let total = rules.schema.field_by_path("item.total").and_then(|id| rules.schema.field(id));
    /// let Some(Home::Element(list, _)) = total.map(|field| field.home) else {
    ///     return Err("not in a list".into());
    /// };
    /// assert_eq!(rules.schema.list(list).map(|list| list.most), Some(50));
    /// assert_eq!(rules.schema.list(ListId(list.0 + 1)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list(&self, id: ListId) -> Option<&List> {
        self.lists.get(id.0 as usize)
    }

    /// The code table of that number.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::schema::value::{TableId, Type};
    /// let line = rules.schema.field_by_path("line").and_then(|id| rules.schema.field(id));
    /// let Some(Type::Code(table)) = line.map(|field| field.typ) else {
    ///     return Err("no code".into());
    /// };
    /// assert_eq!(rules.schema.table(table).map(|table| table.codes.len()), Some(2));
    /// assert_eq!(rules.schema.table(TableId(99)), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn table(&self, id: TableId) -> Option<&CodeTable> {
        self.tables.get(id.0 as usize)
    }

    /// The outcome's identifier.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::schema::value::OutcomeId;
    /// assert_eq!(rules.schema.outcome_name(OutcomeId(1)), "review");
    /// assert_eq!(rules.schema.outcome_name(OutcomeId(9)), ""); // It has no such outcome.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn outcome_name(&self, id: OutcomeId) -> &str {
        self.outcomes
            .get(usize::from(id.0))
            .map_or("", |o| o.name.as_str())
    }

    /// The outcome of that name.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// let outcome = |name| rules.schema.outcome(name);
    /// assert!(outcome("release") < outcome("review") && outcome("review") < outcome("hold"));
    /// assert_eq!(outcome("暂缓"), None); // An identifier is asked for, not a label.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn outcome(&self, name: &str) -> Option<OutcomeId> {
        let at = self.outcomes.iter().position(|o| o.name == name)?;
        u8::try_from(at).ok().map(OutcomeId)
    }

    /// Whether the view of that department is of everything.
    ///
    /// ```
    /// use kakou::schema::value::DepartmentId;
    /// let rules = kakou::load("examples/gate")?;
    /// assert!(!rules.schema.sees_all(DepartmentId(0)));
    /// assert!(!rules.schema.sees_all(DepartmentId(99))); // There is none of that number.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sees_all(&self, id: DepartmentId) -> bool {
        self.departments
            .get(usize::from(id.0))
            .is_some_and(|department| department.sees_all)
    }

    /// The mildest outcome: release.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// assert_eq!(rules.schema.outcome_name(rules.schema.mildest()), "release");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mildest(&self) -> OutcomeId {
        OutcomeId(0)
    }

    /// The worst outcome.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// // Of a declaration that says nothing, the worst is possible.
    /// let day = "2026-08-03".parse()?;
    /// let nothing = kakou::Facts::unknown(&rules.schema);
    /// let judgement = kakou::Reference::new(&rules, kakou::Sure::High).judge(&nothing, day);
    /// assert_eq!(judgement.counted.high, rules.schema.worst());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn worst(&self) -> OutcomeId {
        OutcomeId(u8::try_from(self.outcomes.len().saturating_sub(1)).unwrap_or(u8::MAX))
    }
}
