//! Values read where they stand: in the facts, in a table, among the constants of the rules. Only
//! what stands nowhere is worked out.

use super::eval::Evaluator;
use super::eval::split_day;
use super::lookup::Found;
use super::program::{Memo, NodeId, Op};
use crate::facts::eval::{Eval, Reason};
use crate::schema::value::{Code, Fact, TableId, Value};

/// A value where it stands, or one that was worked out.
#[derive(Debug, Clone)]
pub(super) enum Seen<'a> {
    Unknown(Reason),
    None,
    /// It stands here.
    At(&'a Value),
    /// It is a value or an interval of them.
    Made(Eval),
}

impl Seen<'_> {
    /// The value, where it is one.
    pub(super) fn known(&self) -> Option<&Value> {
        match self {
            Seen::At(value) => Some(value),
            Seen::Made(made) => made.known(),
            Seen::Unknown(_) | Seen::None => None,
        }
    }

    /// Its least and greatest value.
    pub(super) fn ends(&self) -> Result<(&Value, &Value), Reason> {
        match self {
            Seen::At(value) => Ok((value, value)),
            Seen::Made(made) => made.ends(),
            Seen::Unknown(reason) => Err(*reason),
            Seen::None => Err(Reason::NoneOperand),
        }
    }

    pub(super) fn into_eval(self) -> Eval {
        match self {
            Seen::Unknown(reason) => Eval::Unknown(reason),
            Seen::None => Eval::None,
            Seen::At(value) => Eval::Value(value.clone()),
            Seen::Made(made) => made,
        }
    }
}

impl<'a> Evaluator<'a, '_> {
    /// The first operand, where it stands.
    pub(super) fn see_first(&mut self, operands: &[NodeId]) -> Seen<'a> {
        match operands.first() {
            Some(node) => self.see(*node),
            None => Seen::Unknown(Reason::WrongType),
        }
    }

    /// The code that the first operand is; nothing for none.
    pub(super) fn code_of(&mut self, operands: &[NodeId]) -> Result<Option<Code>, Reason> {
        match self.see_first(operands) {
            Seen::None => Ok(None),
            Seen::At(Value::Code(code)) => Ok(Some(*code)),
            Seen::Made(Eval::Value(Value::Code(code))) => Ok(Some(code)),
            Seen::Unknown(reason) => Err(reason),
            _ => Err(Reason::WrongType),
        }
    }

    /// A value where it stands, if it stands somewhere; else it is worked out.
    pub(super) fn see(&mut self, node: NodeId) -> Seen<'a> {
        let program = self.program;
        let form = program.node(node);
        match &form.op {
            Op::Const(value) => Seen::At(value),
            Op::AsOf => Seen::Made(Eval::Value(Value::Date(self.as_of))),
            Op::Field(field) if !program.is_list(*field) => match self.field(*field) {
                Fact::Unknown => Seen::Unknown(Reason::NotGiven),
                Fact::None => Seen::None,
                Fact::Value(value) => Seen::At(value),
            },
            Op::Attribute { table, attribute } => {
                self.attribute(*table, *attribute, program.operands_of(form))
            }
            Op::Lookup { .. } if form.memo == Memo::No => self.look_up(node),
            _ => match self.value(node) {
                Eval::None => Seen::None,
                Eval::Unknown(reason) => Seen::Unknown(reason),
                made => Seen::Made(made),
            },
        }
    }

    pub(super) fn attribute(
        &mut self,
        table: TableId,
        attribute: u16,
        operands: &[NodeId],
    ) -> Seen<'a> {
        let code = match self.code_of(operands) {
            Ok(Some(code)) => code,
            Ok(None) => return Seen::None,
            Err(reason) => return Seen::Unknown(reason),
        };
        let day = match self.day(operands.get(1).copied()) {
            Ok(day) => day,
            Err(reason) => return Seen::Unknown(reason),
        };
        let row = self.schema().table(table).and_then(|t| t.row(code, day));
        match row.map(|row| row.attributes.get(usize::from(attribute))) {
            None => Seen::Unknown(Reason::CodeNotInForce),
            Some(Some(Some(value))) => Seen::At(value),
            Some(_) => Seen::None,
        }
    }

    /// An attribute of the row that a lookup finds.
    pub(super) fn look_up(&mut self, node: NodeId) -> Seen<'a> {
        let program = self.program;
        let Op::Lookup {
            list,
            attribute,
            on,
        } = program.op(node)
        else {
            return Seen::Unknown(Reason::WrongType);
        };
        let (keys, day) = split_day(program.operands(node), *on);
        match self.found(*list, keys, day) {
            Found::NoneKey | Found::Nothing => Seen::None,
            Found::Unknown(reason) => Seen::Unknown(reason),
            Found::Row(row) => match row.attributes.get(usize::from(*attribute)) {
                Some(Some(value)) => Seen::At(value),
                _ => Seen::None,
            },
        }
    }
}
