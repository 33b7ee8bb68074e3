//! Where something is evaluated: the facts, the day, the element at hand, and which elements a
//! rule judges one by one.

use crate::check::rules::{Each, RuleSet};
use crate::facts::eval::{Eval, Reason};
use crate::facts::{Facts, ListState};
use crate::ground::day::Day;
use crate::schema::value::{Code, FieldId, ListId, Type, Value};
use crate::schema::{Home, Schema};
use crate::verdict::judgement::{Element, FactRef, Step};
use std::ops::Range;
use std::sync::Arc;

/// The facts of one declaration, judged on one day by one rule set.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure};
/// let scene = Reference::new(&rules, Sure::High).scene(&facts, day);
/// assert_eq!((scene.as_of, scene.rules.rules.len()), (day, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The rules.
    pub rules: &'a RuleSet,
    /// The facts.
    pub facts: &'a Facts,
    /// The as-of date.
    pub as_of: Day,
}

/// The element at hand: of each list ranged over the step, of each set the code, and the
/// argument of a requirement where there is one.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Lang, Reference, Sure, ground::truth::Truth, verdict::why};
/// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
/// let goods_of_value = &rules.rules[1];
/// let first_item = &trial.instances(&goods_of_value.each)[0].here;
/// let why = why::condition(&trial.scene, &goods_of_value.when, first_item, Lang::En);
/// assert_eq!(why.truth, Truth::False);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Here {
    /// From the outside in; an inner element shadows an outer one of the same list.
    elements: Few<(ListId, Step)>,
    /// From the outside in, as [`Expr::Bound`](crate::check::rules::Expr::Bound) numbers them;
    /// no code where the set was not given.
    codes: Few<(FieldId, Option<Code>)>,
    /// What `it` is.
    pub(crate) it: Option<Eval>,
}

/// Some things in order, of which there are seldom more than a few: these need no memory of their
/// own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Few<T> {
    first: [Option<T>; 3],
    others: Vec<T>,
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few {
            first: [None, None, None],
            others: Vec::new(),
        }
    }
}

impl<T> Few<T> {
    fn push(&mut self, one: T) {
        match self.first.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(one),
            None => self.others.push(one),
        }
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.first.iter().flatten().chain(&self.others)
    }
}

/// The elements of a list or the codes of a set, one after the other.
#[derive(Debug, Clone)]
pub(crate) enum Steps {
    Rows(Range<u32>),
    Codes(Arc<[Code]>, usize),
}

impl Iterator for Steps {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        match self {
            Steps::Rows(rows) => rows.next().map(Step::Row),
            Steps::Codes(codes, at) => {
                let code = codes.get(*at).copied()?;
                *at += 1;
                Some(Step::Code(code))
            }
        }
    }
}

/// One element that a rule judges.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, verdict::judgement::Step};
/// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
/// let items = trial.instances(&rules.rules[1].each);
/// assert_eq!(items[0].element.0[0], Step::Row(0));
/// assert!(items[0].certain);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Which.
    pub element: Element,
    /// The same for evaluation.
    pub here: Here,
    /// Whether it certainly exists: not so where its list or set was not given. Then nothing
    /// about it is more than undetermined.
    pub certain: bool,
}

impl Here {
    /// The same with one more element at hand.
    pub(crate) fn with(&self, each: Each, step: Step) -> Here {
        let mut here = self.clone();
        match (each, step) {
            (Each::List(list), step) => here.elements.push((list, step)),
            (Each::Set(field), Step::Code(code)) => here.codes.push((field, Some(code))),
            (Each::Set(field), _) => here.codes.push((field, None)),
        }
        here
    }

    /// The same with `it` known.
    pub(crate) fn with_it(&self, it: Eval) -> Here {
        Here {
            it: Some(it),
            ..self.clone()
        }
    }

    /// The element at hand of a list; the innermost where there are several.
    pub(crate) fn step(&self, list: ListId) -> Option<Step> {
        self.elements
            .iter()
            .rev()
            .find(|(of, _)| *of == list)
            .map(|(_, step)| *step)
    }

    /// The row at hand of a list.
    pub(crate) fn row(&self, list: ListId) -> Option<u32> {
        match self.step(list) {
            Some(Step::Row(row)) => Some(row),
            _ => None,
        }
    }

    /// The set and the code at hand of that number.
    pub(crate) fn bound(&self, number: u8) -> Option<(FieldId, Option<Code>)> {
        self.codes.iter().nth(usize::from(number)).copied()
    }
}

/// The first steps of an element: as many as a rule that judges a part of the path takes.
pub fn prefix(element: Element, steps: usize) -> Element {
    let mut short = element;
    for step in short.0.iter_mut().skip(steps) {
        *step = Step::Whole;
    }
    short
}

impl<'a> Scene<'a> {
    /// The schema.
    pub(crate) fn schema(&self) -> &'a Schema {
        &self.rules.schema
    }

    /// A field, of the header or of the element at hand. Of a field that holds a list only
    /// unknown and none mean something: one that is given reads as true.
    pub(crate) fn field(&self, field: FieldId, here: &Here) -> Eval {
        let Some(declared) = self.schema().field(field) else {
            return Eval::Unknown(Reason::WrongType);
        };
        if let Type::List(list) = declared.typ {
            return match self.list_state(list, here) {
                ListState::Unknown => Eval::Unknown(Reason::NotGiven),
                ListState::None => Eval::None,
                ListState::Given => Eval::Value(Value::Bool(true)),
            };
        }
        match declared.home {
            Home::Header(slot) => Eval::fact(self.facts.header(slot)),
            Home::Element(list, _) => match here.row(list) {
                Some(row) => Eval::fact(self.facts.fact(self.schema(), field, Some(row))),
                None => Eval::Unknown(Reason::ElementNotGiven),
            },
        }
    }

    /// The owner of a list's elements at hand: 0 for the declaration, or the parent's row.
    fn owner(&self, list: ListId, here: &Here) -> Option<u32> {
        match self.schema().list(list)?.parent {
            None => Some(0),
            Some(parent) => here.row(parent),
        }
    }

    fn list_state(&self, list: ListId, here: &Here) -> ListState {
        let rows = self.facts.rows(list);
        self.owner(list, here)
            .zip(rows)
            .map_or(ListState::Unknown, |(owner, rows)| rows.state(owner))
    }

    /// The elements of a list or the codes of a set; nothing where it was not given.
    pub(crate) fn elements(&self, each: Each, here: &Here) -> Option<Vec<Step>> {
        self.steps(each, here).map(Iterator::collect)
    }

    /// The same one by one.
    pub(crate) fn steps(&self, each: Each, here: &Here) -> Option<Steps> {
        let nothing = Steps::Rows(0..0);
        match each {
            Each::List(list) => match self.list_state(list, here) {
                ListState::Unknown => None,
                ListState::None => Some(nothing),
                ListState::Given => {
                    let rows = self.facts.rows(list)?.of(self.owner(list, here)?);
                    Some(Steps::Rows(rows))
                }
            },
            Each::Set(field) => match self.field(field, here) {
                Eval::None => Some(nothing),
                Eval::Value(Value::Set(codes)) => Some(Steps::Codes(codes, 0)),
                _ => None,
            },
        }
    }

    /// The elements that a rule with this `each` judges: one for the whole where it is empty. A
    /// list or set that was not given has one unknown element, and so has all inside it.
    pub(crate) fn instances(&self, each: &[Each]) -> Vec<Instance> {
        let whole = Instance {
            element: Element::default(),
            here: Here::default(),
            certain: true,
        };
        let mut all = vec![whole];
        for (at, each) in each.iter().enumerate() {
            all = all
                .iter()
                .flat_map(|outer| self.inside(outer, *each, at))
                .collect();
        }
        all
    }

    fn inside(&self, outer: &Instance, each: Each, at: usize) -> Vec<Instance> {
        let known = if outer.certain {
            self.elements(each, &outer.here)
        } else {
            None
        };
        let certain = known.is_some();
        let steps = known.unwrap_or_else(|| vec![Step::Unknown]);
        let instance = |step| {
            let mut element = outer.element;
            if let Some(place) = element.0.get_mut(at) {
                *place = step;
            }
            Instance {
                element,
                here: outer.here.with(each, step),
                certain,
            }
        };
        steps.into_iter().map(instance).collect()
    }

    /// The place of a field's fact. Of an element that is not known it is the list that is missing.
    pub(crate) fn fact_ref(&self, field: FieldId, here: &Here) -> FactRef {
        match self.schema().field(field).map(|f| f.home) {
            Some(Home::Element(list, _)) => match here.row(list) {
                Some(row) => FactRef::Cell(field, list, row),
                None => self.list_ref(list, here),
            },
            _ => FactRef::Header(field),
        }
    }

    /// The place of a list that was not given: the outermost one that is missing.
    pub(crate) fn list_ref(&self, list: ListId, here: &Here) -> FactRef {
        let declared = self.schema().list(list);
        match declared.and_then(|l| l.parent.map(|parent| (l.field, parent))) {
            None => FactRef::List(list),
            Some((field, parent)) => match here.row(parent) {
                Some(row) => FactRef::Cell(field, parent, row),
                None => self.list_ref(parent, here),
            },
        }
    }

    /// The place of a list or set.
    pub(crate) fn each_ref(&self, each: Each, here: &Here) -> FactRef {
        match each {
            Each::List(list) => self.list_ref(list, here),
            Each::Set(field) => self.fact_ref(field, here),
        }
    }
}
