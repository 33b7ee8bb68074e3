//! Changes to a declaration, as scenarios make them: a fact set, or taken out.
//!
//! ```text
//! items[1].total    5000        the amount keeps its currency
//! head.form_no      without     not given any more
//! items[2]          without     gone: the elements behind it move up
//! items             without     nor is it known which elements there are
//! ```

use super::error::{self, FactErrors, shown};
use super::gather::{Frame, Gather};
use super::given::{Given, no_record, step};
use super::index::{Child, Index, Leaf, NodeId};
use super::leaf::Fault;
use super::{Facts, ListState};
use crate::schema::Schema;
use crate::schema::value::{Fact, ListId};

/// One change.
///
/// ```
/// use kakou::facts::edit::Change;
/// assert_eq!(Change::set("items[1].total", "5000").path, "items[1].total");
/// assert_eq!(Change::without("items").to, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The path with places counted from 1: `items[1].total`, `head.form_no`, `items`.
    pub path: String,
    /// What it shall be; nothing takes it out, so that it is unknown.
    pub to: Option<Given>,
}

/// A fact given another value, and a fact taken out: two ways in which a declaration can differ.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, facts::edit::{Change, apply}};
/// let line = |line| Facts::builder(&rules.schema).set("id", "D-1").set("line", line).build();
/// let (first, second) = (line("first")?, line("second")?);
/// let schema = &rules.schema;
/// assert_eq!(apply(schema, &first, &[Change::set("line", "second")])?, second);
/// // What is taken out is gone, whatever it was.
/// let without = [Change::without("line")];
/// assert_eq!(apply(schema, &first, &without)?, apply(schema, &second, &without)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Change {
    /// Gives the fact at a path.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, facts::edit::{Change, apply}};
    /// let facts = Facts::builder(&rules.schema).element("items", |item| item.set("total", "9.00")).build()?;
    /// let change = |path| apply(&rules.schema, &facts, &[Change::set(path, "12.00")]);
    /// assert!(change("items[1].total").is_ok());
    /// assert!(change("items.total").is_err()); // It does not say of which item.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(path: impl Into<String>, to: impl Into<Given>) -> Change {
        Change {
            path: path.into(),
            to: Some(to.into()),
        }
    }

    /// Takes out the fact, record or list at a path: what is there becomes unknown. An element is taken
    /// out of its list, which is complete without it; those behind it move up.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Facts, facts::edit::{Change, apply}};
    /// let facts = Facts::builder(&rules.schema).set("id", "D-1").element("items", |item| item).build()?;
    /// // A list as a whole: nothing is said of items any more.
    /// let without = apply(&rules.schema, &facts, &[Change::without("items")])?;
    /// assert_eq!(without, Facts::builder(&rules.schema).set("id", "D-1").build()?);
    /// assert!(apply(&rules.schema, &facts, &[Change::without("seals")]).is_err());
    /// // One element: the list would be shorter than the schema allows.
    /// let refused = apply(&rules.schema, &facts, &[Change::without("items[1]")]);
    /// assert_eq!(refused.unwrap_err().errors[0].code.0, "E0713");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn without(path: impl Into<String>) -> Change {
        Change {
            path: path.into(),
            to: None,
        }
    }
}

/// Makes the changes in their order, a later one over an earlier one, and checks the whole.
///
/// An amount that is set keeps the currency or unit that its field is given in; where the field
/// that names it is changed, the amounts follow it. An element that is not there can't be changed.
///
/// # Errors
/// All that is wrong: a path that the schema doesn't know, a place that isn't there, a value of
/// another type, a list that is shorter in the end than the schema allows.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::facts::edit::{Change, apply};
/// let changes = [Change::set("items[1].total", "5000"), Change::without("weight_error")];
/// let changed = apply(&rules.schema, &facts, &changes)?;
/// assert_ne!(changed, facts);
///
/// // There is no second item.
/// let refused = apply(&rules.schema, &facts, &[Change::set("items[2].total", "5000")]);
/// assert_eq!(refused.unwrap_err().errors[0].code.0, "E0722");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn apply(schema: &Schema, facts: &Facts, changes: &[Change]) -> Result<Facts, FactErrors> {
    let index = Index::new(schema);
    let mut gather = Gather::of(schema, &index, facts.clone(), "");
    let mut shorter: Vec<(ListId, &str)> = Vec::new();
    for change in changes {
        let frame = &Frame::ROOT.name(&change.path);
        let made = find(&gather, &change.path).and_then(|target| match target {
            Target::Leaf(leaf, row) => {
                set_leaf(&mut gather, leaf, row, change.to.as_ref(), frame);
                Ok(())
            }
            Target::Element(list, row, place) if change.to.is_none() => {
                shorter.push((list, change.path.as_str()));
                take_out(&mut gather, list, row);
                if let Some((path, _)) = change.path.rsplit_once('[') {
                    gather.facts_mut().forget_element(path, place);
                }
                Ok(())
            }
            Target::Element(list, row, _) => {
                let (fact, state) = emptied(change.to.as_ref())?;
                let node = gather.index.element(list);
                void(&mut gather, node, row, &fact, state);
                Ok(())
            }
            Target::Record(node, row) => {
                let (fact, state) = emptied(change.to.as_ref())?;
                void(&mut gather, node, row, &fact, state);
                Ok(())
            }
            Target::List(list, owner) => {
                let (_, state) = emptied(change.to.as_ref())?;
                clear(&mut gather, list, owner, state);
                Ok(())
            }
        });
        if let Err(fault) = made {
            gather.fault(fault, None, || shown(&change.path));
        }
    }
    // Only in the end, and once for each list, whatever order they were taken out in.
    shorter.sort_by_key(|(list, _)| *list);
    shorter.dedup_by_key(|(list, _)| *list);
    for (list, path) in shorter {
        let owners = gather.facts().rows(list).map_or(0, |rows| rows.owners());
        for owner in 0..owners {
            let rows = gather.facts().rows(list);
            let left = rows.map_or(0..0, |rows| rows.of(owner)).len();
            if rows.is_some_and(|rows| rows.state(owner) == ListState::Given) {
                gather.close_list(list, left as u64, None, &Frame::ROOT.name(path));
            }
        }
    }
    gather.finish()
}

/// What a path with places names.
enum Target {
    Leaf(Leaf, u32),
    /// A record in that row.
    Record(NodeId, u32),
    /// An element as a whole: its row, and its place from 1 in the list of its owner.
    Element(ListId, u32, u32),
    /// A list of that owner.
    List(ListId, u32),
}

fn find(gather: &Gather<'_>, path: &str) -> Result<Target, Fault> {
    let mut at = Target::Record(gather.index.root(), 0);
    for part in path.split('.') {
        let (node, row) = match at {
            Target::Record(node, row) => (node, row),
            Target::Element(list, row, _) => (gather.index.element(list), row),
            _ => return Err(no_record(part)),
        };
        let (name, place) = split_place(part)?;
        at = match (step(gather.index, node, name)?, place) {
            (Child::List(list, _), Some(place)) => {
                let rows = gather.facts().rows(list).map_or(0..0, |rows| rows.of(row));
                let found = place.checked_sub(1).and_then(|n| rows.start.checked_add(n));
                let found = found.filter(|row| rows.contains(row)).ok_or_else(|| {
                    let there = rows.end - rows.start;
                    Fault::new(
                        error::BAD_PLACE,
                        format!("there is no place {place}: the list has {there} elements"),
                    )
                })?;
                Target::Element(list, found, place)
            }
            (Child::List(list, _), None) => Target::List(list, row),
            (_, Some(_)) => {
                return Err(Fault::new(
                    error::BAD_PLACE,
                    format!("`{}` is no list of records", shown(name)),
                ));
            }
            (Child::Record(inner), None) => Target::Record(inner, row),
            (Child::Leaf(leaf), None) => Target::Leaf(leaf, row),
        };
    }
    Ok(at)
}

/// Takes `items[2]` apart.
pub(crate) fn split_place(part: &str) -> Result<(&str, Option<u32>), Fault> {
    let Some((name, rest)) = part.split_once('[') else {
        return Ok((part, None));
    };
    let digits = rest
        .strip_suffix(']')
        .filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    match digits.and_then(|d| d.parse().ok()) {
        Some(place) if place > 0 => Ok((name, Some(place))),
        _ => Err(Fault::new(
            error::BAD_PLACE,
            format!("`{}` is no place: they count from [1]", shown(part)),
        )),
    }
}

/// What a record or list can be changed to as a whole: none, or not given.
fn emptied(to: Option<&Given>) -> Result<(Fact, ListState), Fault> {
    match to {
        None => Ok((Fact::Unknown, ListState::Unknown)),
        Some(Given::None) => Ok((Fact::None, ListState::None)),
        Some(_) => Err(Fault::new(
            error::WRONG_TYPE,
            "a record or list as a whole can only be none or taken out",
        )),
    }
}

fn set_leaf(gather: &mut Gather<'_>, leaf: Leaf, row: u32, to: Option<&Given>, frame: &Frame<'_>) {
    gather.forget(leaf.field, row);
    match to {
        Some(given) => gather.given(leaf, row, given, frame),
        None => gather.put(leaf, row, Fact::Unknown),
    }
    gather.rename_units(leaf.field);
}

fn void(gather: &mut Gather<'_>, node: NodeId, row: u32, fact: &Fact, state: ListState) {
    let index = gather.index;
    for (_, child) in index.node(node).children() {
        match child {
            Child::Leaf(leaf) => {
                gather.forget(leaf.field, row);
                gather.put(leaf, row, fact.clone());
            }
            Child::Record(inner) => void(gather, inner, row, fact, state),
            Child::List(list, _) => clear(gather, list, row, state),
        }
    }
    // Only now: an amount of this record has gone with the field that named its unit.
    for (_, child) in index.node(node).children() {
        if let Child::Leaf(leaf) = child {
            gather.rename_units(leaf.field);
        }
    }
}

/// Takes away one element, and the lists inside it.
fn take_out(gather: &mut Gather<'_>, list: ListId, row: u32) {
    let index = gather.index;
    if let Some(rows) = gather.facts_mut().rows_mut(list) {
        rows.remove_row(row);
    }
    let gone = row..row + 1;
    gather.shift_pending(list, &gone);
    remove_inner(gather, index, list, gone);
}

/// Takes away the elements of a list of one owner, and the lists inside them.
fn clear(gather: &mut Gather<'_>, list: ListId, owner: u32, state: ListState) {
    let index = gather.index;
    let Some(rows) = gather.facts_mut().rows_mut(list) else {
        return;
    };
    let gone = rows.clear_owner(owner, state);
    gather.shift_pending(list, &gone);
    remove_inner(gather, index, list, gone);
}

fn remove_inner(
    gather: &mut Gather<'_>,
    index: &Index,
    list: ListId,
    owners: std::ops::Range<u32>,
) {
    for (inner, _) in index.inner(list) {
        let Some(rows) = gather.facts_mut().rows_mut(*inner) else {
            continue;
        };
        let gone = rows.remove_owners(owners.clone());
        gather.shift_pending(*inner, &gone);
        remove_inner(gather, index, *inner, gone);
    }
}
