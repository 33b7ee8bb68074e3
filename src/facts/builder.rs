//! Declarations made by a program, field by field.

use super::error::{self, FactErrors};
use super::gather::{Frame, Gather};
use super::given::{self, Given};
use super::index::{Child, Index, NodeId};
use super::leaf::Fault;
use super::{Facts, ListState};
use crate::schema::Schema;
use crate::schema::value::ListId;
use std::collections::BTreeSet;

/// Collects the facts of one declaration; [`Builder::build`] checks them all.
///
/// Fields that are never set are unknown, or none where the schema says so.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::Facts;
/// let facts = Facts::builder(&rules.schema)
///     .set("id", "D-1")
///     .set("date", "2026-08-03")
///     .with(|record| record.set("line", "second")) // What several places share is a function.
///     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
///     .build()?;
/// assert_eq!(facts.id(&rules.schema), Some("D-1"));
///
/// // All that is wrong is said at once: a code that the table lacks, and a list that is too short.
/// let refused = Facts::builder(&rules.schema).set("line", "third").no_elements("items").build();
/// assert_eq!(refused.unwrap_err().errors.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Builder<'s> {
    schema: &'s Schema,
    record: RecordBuilder,
}

/// Collects the facts of one element of a list.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, facts::builder::RecordBuilder};
/// let laptop = |item: RecordBuilder| item.set("hs_code", "8471300000").set("total", "25000.00");
/// assert!(Facts::builder(&rules.schema).element("items", laptop).build().is_ok());
///
/// // The schema has no lists inside its items.
/// let nested = |item: RecordBuilder| item.element("parts", |part| part).no_elements("seals");
/// let refused = Facts::builder(&rules.schema).element("items", nested).build().unwrap_err();
/// assert_eq!(refused.errors[0].path, "items[1].parts");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RecordBuilder {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    path: String,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Given(Given),
    Elements(Vec<RecordBuilder>),
}

/// Where a program begins a declaration. The schema is asked at the end, for all of it at once.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::Facts;
/// let begun = Facts::builder(&rules.schema).set("id", "D-1");
/// let facts = begun.clone().set("line", "first").build()?;
/// assert_eq!(facts.id(&rules.schema), Some("D-1"));
/// assert!(begun.set("line", "zeroth").build().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Facts {
    /// Begins a declaration of that schema.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// assert!(kakou::Facts::builder(&rules.schema).set("line", "first").build().is_ok());
    /// assert!(kakou::Facts::builder(&rules.schema).set("lien", "first").build().is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(schema: &Schema) -> Builder<'_> {
        Builder {
            schema,
            record: RecordBuilder::default(),
        }
    }
}

/// The same declaration as from JSON, and refused for the same reasons.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, Limits, facts::json::from_json};
/// let built = |line| {
///     let item = |item: kakou::facts::builder::RecordBuilder| item.set("total", "9.00");
///     Facts::builder(&rules.schema).set("line", line).element("items", item).build()
/// };
/// let read = |line| {
///     let text = format!(r#"{{"line": "{line}", "items": [{{"total": "9.00"}}]}}"#);
///     from_json(&rules.schema, text.as_bytes(), &Limits::default())
/// };
/// assert_eq!(built("first")?, read("first")?);
/// let codes = [built("third"), read("third")].map(|refused| refused.map_err(|errors| errors.errors[0].code));
/// assert_eq!(codes[0], codes[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<'s> Builder<'s> {
    /// Gives a field: `set("head.supervision_mode", "1371")`. [`Given::None`] also for a list or
    /// a record says that it is given as empty.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, ground::number::Number};
    /// let text = Facts::builder(&rules.schema).set("guarantee_free", "900.5");
    /// let number = Facts::builder(&rules.schema).set("guarantee_free", "900.50".parse::<Number>()?);
    /// assert_eq!(text.clone().build()?, number.build()?);
    /// // A field is given once.
    /// assert_eq!(text.set("guarantee_free", 1).build().unwrap_err().errors[0].code.0, "E0705");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(self, path: &str, given: impl Into<Given>) -> Builder<'s> {
        Builder {
            record: self.record.set(path, given),
            ..self
        }
    }

    /// Adds an element to a list.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::Facts;
    /// let two = Facts::builder(&rules.schema)
    ///     .element("items", |item| item.set("total", "9.00"))
    ///     .element("items", |item| item.set("total", "12.00"));
    /// assert!(two.build().is_ok());
    /// let refused = Facts::builder(&rules.schema).element("line", |item| item).build();
    /// assert_eq!(refused.unwrap_err().errors[0].message, "expected a value, found elements");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn element(
        self,
        list: &str,
        fill: impl FnOnce(RecordBuilder) -> RecordBuilder,
    ) -> Builder<'s> {
        Builder {
            record: self.record.element(list, fill),
            ..self
        }
    }

    /// Says that a list is given and has no elements.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  seals : 0 to 9 seal\n  seal.number : text\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// use kakou::{Facts, facts::ListState, schema::value::ListId};
    /// let sealed = Facts::builder(&rules.schema).no_elements("seals").build()?;
    /// // It is known that there are no seals, as it is not where nothing is said of them.
    /// let state = |facts: &Facts| facts.rows(ListId(0)).map(|rows| rows.state(0));
    /// assert_eq!(state(&sealed), Some(ListState::Given));
    /// assert_ne!(sealed, Facts::unknown(&rules.schema));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn no_elements(self, list: &str) -> Builder<'s> {
        Builder {
            record: self.record.no_elements(list),
            ..self
        }
    }

    /// Goes on with a function that fills a record, such as one that several places share.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, facts::builder::RecordBuilder};
    /// let of_today = |record: RecordBuilder| record.set("date", "2026-08-03").set("line", "second");
    /// let facts = Facts::builder(&rules.schema).set("id", "D-1").with(of_today).build()?;
    /// assert!(facts.id(&rules.schema).is_some() && facts.as_of(&rules.schema).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with(self, fill: impl FnOnce(RecordBuilder) -> RecordBuilder) -> Builder<'s> {
        Builder {
            record: fill(self.record),
            ..self
        }
    }

    /// Checks everything and makes the facts.
    ///
    /// # Errors
    /// All that is wrong, each with its path, as the JSON reader would say.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::Facts;
    /// let refused = Facts::builder(&rules.schema)
    ///     .set("date", "3 August")
    ///     .element("items", |item| item.set("hs_code", "84x"))
    ///     .build()
    ///     .unwrap_err();
    /// let wrong: Vec<&str> = refused.errors.iter().map(|error| error.path.as_str()).collect();
    /// assert_eq!(wrong, ["date", "items[1].hs_code"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(self) -> Result<Facts, FactErrors> {
        let index = Index::new(self.schema);
        let mut gather = Gather::new(self.schema, &index, "");
        replay(&mut gather, index.root(), 0, &self.record, &Frame::ROOT);
        gather.finish()
    }
}

/// An element is filled as the declaration is; what the schema does not know is refused with its path.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, facts::builder::RecordBuilder};
/// let build = |fill: fn(RecordBuilder) -> RecordBuilder| Facts::builder(&rules.schema).element("items", fill).build();
/// assert!(build(|item| item.set("hs_code", "8471300000").set("total", "9.00")).is_ok());
/// let refused = build(|item| item.set("totl", "9.00")).unwrap_err();
/// assert_eq!(refused.errors[0].path, "items[1].totl");
/// assert_eq!(refused.errors[0].help.as_deref(), Some("did you mean `total`?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl RecordBuilder {
    /// Gives a field of the element: `set("hs_code", "8411121000")`.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::Facts;
    /// let total = |given: &str| Facts::builder(&rules.schema).element("items", |item| item.set("total", given)).build();
    /// assert!(total("25000.00").is_ok());
    /// assert_eq!(total("25,000.00").unwrap_err().errors[0].code.0, "E0708");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(mut self, path: &str, given: impl Into<Given>) -> RecordBuilder {
        self.entries.push(Entry {
            path: path.to_owned(),
            what: What::Given(given.into()),
        });
        self
    }

    /// Adds an element to a list inside the element.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  items : 1 to 9 item\n\
    /// #     \x20 item.seals : 0 to 1 seal\n  seal.number : text\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// use kakou::{Facts, facts::builder::RecordBuilder};
    /// let sealed = |item: RecordBuilder| item.element("seals", |seal| seal.set("number", "A"));
    /// assert!(Facts::builder(&rules.schema).element("items", sealed).build().is_ok());
    /// // The schema allows one seal on an item.
    /// let twice = |item| sealed(sealed(item));
    /// let refused = Facts::builder(&rules.schema).element("items", twice).build().unwrap_err();
    /// assert_eq!((refused.errors[0].path.as_str(), refused.errors[0].code.0), ("items[1].seals", "E0713"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn element(
        mut self,
        list: &str,
        fill: impl FnOnce(RecordBuilder) -> RecordBuilder,
    ) -> RecordBuilder {
        let element = fill(RecordBuilder::default());
        self.add(list, Some(element));
        self
    }

    /// Says that a list inside the element is given and has no elements.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     declaration judged on date\n  date : date, always\n  items : 1 to 9 item\n\
    /// #     \x20 item.seals : 0 to 1 seal\n  seal.number : text\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// use kakou::{Facts, facts::write::to_json};
    /// let facts = Facts::builder(&rules.schema).element("items", |item| item.no_elements("seals")).build()?;
    /// assert_eq!(to_json(&rules.schema, &facts), r#"{"items":[{"seals":[]}]}"#);
    /// // Without it nothing is said of seals.
    /// let silent = Facts::builder(&rules.schema).element("items", |item| item).build()?;
    /// assert_eq!(to_json(&rules.schema, &silent), r#"{"items":[{}]}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn no_elements(mut self, list: &str) -> RecordBuilder {
        self.add(list, None);
        self
    }

    fn add(&mut self, list: &str, element: Option<RecordBuilder>) {
        let there = self.entries.iter_mut().find_map(|e| match &mut e.what {
            What::Elements(elements) if e.path == list => Some(elements),
            _ => None,
        });
        match there {
            Some(elements) => elements.extend(element),
            None => {
                let what = What::Elements(element.into_iter().collect());
                self.entries.push(Entry {
                    path: list.to_owned(),
                    what,
                });
            }
        }
    }
}

fn replay(
    gather: &mut Gather<'_>,
    node: NodeId,
    row: u32,
    record: &RecordBuilder,
    frame: &Frame<'_>,
) {
    let mut given = BTreeSet::new();
    for entry in &record.entries {
        let frame = &frame.name(&entry.path);
        let child = match given::find(gather.index, node, &entry.path) {
            Ok(child) => child,
            Err(fault) => {
                gather.fault(fault, None, || frame.path());
                continue;
            }
        };
        if !given.insert(entry.path.as_str()) {
            gather.fault(Fault::new(error::GIVEN_TWICE, "given twice"), None, || {
                frame.path()
            });
            continue;
        }
        match (child, &entry.what) {
            (Child::Leaf(leaf), What::Given(given)) => gather.given(leaf, row, given, frame),
            (Child::Record(inner), What::Given(Given::None)) => gather.none(inner, row),
            (Child::List(list, _), What::Given(Given::None)) => gather.state(list, ListState::None),
            (Child::List(list, _), What::Elements(elements)) => {
                replay_list(gather, list, elements, frame)
            }
            (child, _) => gather.fault(wrong(child), None, || frame.path()),
        }
    }
}

fn replay_list(
    gather: &mut Gather<'_>,
    list: ListId,
    elements: &[RecordBuilder],
    frame: &Frame<'_>,
) {
    gather.state(list, ListState::Given);
    let most = gather.schema.list(list).map_or(0, |l| l.most);
    for (place, element) in (1..=most).zip(elements) {
        let row = gather.open_row(list);
        let node = gather.index.element(list);
        replay(gather, node, row, element, &frame.place(place));
    }
    gather.close_list(list, error::count(elements.len()), None, frame);
}

fn wrong(child: Child) -> Fault {
    let message = match child {
        Child::Leaf(_) => "expected a value, found elements",
        Child::Record(_) => "expected a record, found a value or elements",
        Child::List(..) => "expected elements, found a value",
    };
    Fault::new(error::WRONG_TYPE, message)
}
