//! Axes.
use crate::schema::value::{Code, FieldId};
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis { AsOf, Field(FieldId), Codes(FieldId, Vec<Code>) }
