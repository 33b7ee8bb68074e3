//! Some of the facts of a declaration and no others, as somebody may see them who is not to see
//! all.

use super::write::path_of;
use super::{Assumed, Facts, ListState, Rows};
use crate::schema::Schema;
use crate::schema::value::{FieldId, ListId};
use std::collections::BTreeSet;

/// What is taken out is unknown, and so never read as harmless.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// let none = facts.only(&rules.schema, &Default::default());
/// assert_eq!(none.as_of(&rules.schema), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Facts {
    /// The same declaration with the facts of these fields; all others are unknown. A field of an
    /// element is kept where the list that holds it is.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
    /// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
    /// #     .build()?;
    /// use kakou::facts::write::to_json;
    /// let fields = ["line", "items", "item.total"].map(|path| rules.schema.field_by_path(path));
    /// let some = facts.only(&rules.schema, &fields.into_iter().flatten().collect());
    /// assert_eq!(to_json(&rules.schema, &some), r#"{"items":[{"total":25000}],"line":"second"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn only(&self, schema: &Schema, fields: &BTreeSet<FieldId>) -> Facts {
        let mut some = Facts::unknown(schema);
        for (slot, field) in (0u32..).zip(&schema.header) {
            if fields.contains(field) {
                some.set_header(slot, self.header(slot).clone());
            }
        }
        for (id, list) in (0u32..).map(ListId).zip(&schema.lists) {
            let Some((from, to)) = self.rows(id).zip(some.lists.get_mut(id.0 as usize)) else {
                continue;
            };
            if kept(schema, id, fields) {
                *to = from.with_columns(|column| {
                    let field = list.columns.get(column);
                    field.is_some_and(|field| fields.contains(field))
                });
            } else if let Some(parent) = list.parent.filter(|p| kept(schema, *p, fields)) {
                // Each element of the list around it has such a list, of which nothing is known.
                let owners = self.rows(parent).map_or(0, Rows::len);
                (0..owners).for_each(|_| to.push_owner(ListState::Unknown));
            }
        }
        if !self.assumed.is_empty() {
            let paths = fields.iter().map(|field| path_of(schema, *field, &[]));
            let paths: BTreeSet<String> = paths.collect();
            let ours = |a: &&Assumed| paths.contains(&without_places(&a.path));
            some.assumed = self.assumed.iter().filter(ours).cloned().collect();
        }
        some
    }
}

/// Whether a list is among the fields, and each list around it.
fn kept(schema: &Schema, list: ListId, fields: &BTreeSet<FieldId>) -> bool {
    schema.list(list).is_some_and(|list| {
        let around = list
            .parent
            .is_none_or(|parent| kept(schema, parent, fields));
        around && fields.contains(&list.field)
    })
}

/// `items[3].total` is `items.total`.
fn without_places(path: &str) -> String {
    let parts = path
        .split('.')
        .map(|part| part.split('[').next().unwrap_or(part));
    parts.collect::<Vec<_>>().join(".")
}
