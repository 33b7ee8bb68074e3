//! The declarations that scenarios begin with, and the changes they make.

use crate::check::rules::Place;
use crate::check::scenario::{ChangedTo, Scenario};
use crate::facts::Facts;
use crate::facts::batch::{self, Batch};
use crate::facts::edit::Change;
use crate::facts::error::FactErrors;
use crate::facts::given::Given as Value;
use crate::facts::json::Reader;
use crate::facts::write::path_of;
use crate::folder::{FileError, Folder};
use crate::ground::limits::Limits;
use crate::ground::nearest::nearest;
use crate::ground::number::Number;
use crate::schema::Schema;
use crate::schema::value::{FieldId, Type};
use std::sync::Arc;

/// The declarations of one file, in their order.
#[derive(Debug)]
pub(super) struct Given {
    name: String,
    all: Vec<Facts>,
    schema: Arc<Schema>,
    wrong: Vec<(batch::Place, FactErrors)>,
}

/// Why something is not there, and what may help.
type Missing = (String, Option<String>);

impl Given {
    /// Reads a file of the rule folder.
    pub(super) fn read(
        folder: &Folder,
        name: &str,
        schema: &Arc<Schema>,
        limits: &Limits,
    ) -> Result<Given, String> {
        let bytes = folder.file(name).map_err(|why| match &why {
            FileError::Missing {
                nearest: Some(near),
                ..
            } => format!("{why}; did you mean `{near}`?"),
            _ => why.to_string(),
        })?;
        let reader = Reader::new(schema.clone()).with_limits(*limits);
        let records = match name.rsplit('.').next() {
            Some("ndjson" | "jsonl") => Batch::ndjson(reader, bytes.as_ref()),
            Some("json") => Batch::json(reader, bytes.as_ref()),
            _ => {
                return Err(format!(
                    "scenarios begin with `.ndjson`, `.jsonl` or `.json`, not with `{name}`"
                ));
            }
        };
        let mut given = Given {
            name: name.to_owned(),
            all: Vec::new(),
            schema: schema.clone(),
            wrong: Vec::new(),
        };
        for (place, record) in records {
            match record {
                Ok(facts) => given.all.push(facts),
                Err(errors) => given.wrong.push((place, errors)),
            }
        }
        Ok(given)
    }

    /// The declaration of that identifier; of several the first.
    pub(super) fn find(&self, id: &str) -> Result<&Facts, Missing> {
        let ids = || self.all.iter().filter_map(|facts| facts.id(&self.schema));
        if let Some(facts) = self
            .all
            .iter()
            .find(|facts| facts.id(&self.schema) == Some(id))
        {
            return Ok(facts);
        }
        let help = nearest(id, ids()).map(|near| format!("did you mean `{near}`?"));
        // Where nothing is like it, it may be the record that could not be read.
        if let (None, Some((place, errors))) = (&help, self.wrong.first()) {
            let error = errors
                .errors
                .first()
                .map(|e| e.to_string())
                .unwrap_or_default();
            return Err((
                format!(
                    "`{}` has no `{id}`, and line {} cannot be read: {error}",
                    self.name, place.line
                ),
                None,
            ));
        }
        Err((format!("`{}` has no declaration `{id}`", self.name), help))
    }
}

/// What a scenario changes, with the place of each change.
pub(super) fn changes(schema: &Schema, scenario: &Scenario) -> (Vec<Change>, Vec<Place>) {
    let mut changes = Vec::new();
    let mut places = Vec::new();
    for change in &scenario.changes {
        let given = match &change.given {
            ChangedTo::None => Value::None,
            ChangedTo::Codes(codes) => Value::from(codes.clone()),
            ChangedTo::Text(text, unit) => {
                value(type_of(schema, &change.path), text, unit.as_deref())
            }
        };
        changes.push(Change::set(change.path.clone(), given));
        places.push(change.place);
    }
    // Places count as the declaration gives them: inner elements go before those that hold them,
    // and of one list the last goes first. All other facts go before any element.
    let mut without: Vec<&(String, Place)> = scenario.without.iter().collect();
    without.sort_by_key(|(path, _)| {
        let place = path
            .strip_suffix(']')
            .and_then(|path| path.rsplit_once('['))
            .and_then(|(_, place)| place.parse::<u32>().ok());
        let depth = path.matches('[').count();
        place.map(|place| (std::cmp::Reverse(depth), std::cmp::Reverse(place)))
    });
    for (path, place) in without {
        changes.push(Change::without(path.clone()));
        places.push(*place);
    }
    (changes, places)
}

/// A literal as the field reads it: `true` is a truth only where one is asked for, and a rate is
/// written in percent.
fn value(typ: Option<Type>, text: &str, unit: Option<&str>) -> Value {
    match (typ, text, unit) {
        (Some(Type::Bool), "true", None) => Value::from(true),
        (Some(Type::Bool), "false", None) => Value::from(false),
        (Some(Type::Set(_)), code, None) => Value::from(vec![code]),
        (_, _, Some("%")) => {
            let rate = text
                .parse::<Number>()
                .ok()
                .and_then(|n| n.mul(Number::from_parts(1, 2)?));
            rate.map_or_else(|| Value::from(text), Value::from)
        }
        (_, _, Some(unit)) => match text.parse::<Number>() {
            Ok(number) => Value::from((number, unit)),
            Err(_) => Value::from(format!("{text} {unit}")),
        },
        (_, _, None) => Value::from(text),
    }
}

/// The type of the field at a path with places.
fn type_of(schema: &Schema, path: &str) -> Option<Type> {
    let mut inside = false;
    let plain: String = path
        .chars()
        .filter(|c| {
            inside |= *c == '[';
            let keep = !inside;
            inside &= *c != ']';
            keep
        })
        .collect();
    let named = (0u32..).map(FieldId).zip(&schema.fields);
    let mut found = named.filter(|(id, _)| path_of(schema, *id, &[]) == plain);
    found.next().map(|(_, field)| field.typ)
}
