//! Which conditions can be told from the cell of one field alone, and where they cut it.

use super::cells::Axis;
use crate::check::rules::CompareOp;
use crate::decide::program::{NodeId, Op, Program};
use crate::facts::arith::Unit;
use crate::ground::day::Day;
use crate::ground::number::Number;
use crate::schema::value::{Code, Denomination, FieldId, Hs, Type, Value};
use std::sync::Arc;

/// The one field that a condition reads, and the constants it compares it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// The field; none for the as-of date.
    pub(super) field: Option<FieldId>,
    pub(super) points: Points,
}

/// The constants that a condition compares its field with, of one type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Points {
    pub(super) codes: Vec<Code>,
    pub(super) numbers: Vec<Number>,
    pub(super) unit: Option<Unit>,
    pub(super) days: Vec<Day>,
    pub(super) prefixes: Vec<Hs>,
    pub(super) texts: Vec<Arc<str>>,
}

/// What was found while looking through a condition.
struct Look<'a> {
    program: &'a Program,
    field: Option<Option<FieldId>>,
    points: Points,
    typ: Option<Type>,
}

/// The shape of a condition; none where it reads more than one field or anything but constants.
pub(super) fn shape(program: &Program, node: NodeId) -> Option<Shape> {
    let mut look = Look {
        program,
        field: None,
        points: Points::default(),
        typ: None,
    };
    look.condition(node)?;
    Some(Shape {
        field: look.field?,
        points: look.points,
    })
}

impl Look<'_> {
    fn condition(&mut self, node: NodeId) -> Option<()> {
        let program = self.program;
        let operands = program.operands(node);
        match program.op(node) {
            Op::And | Op::Or | Op::Not => operands.iter().try_for_each(|c| self.condition(*c)),
            Op::Flag | Op::IsNone => self.subject(*operands.first()?),
            Op::OneOf { codes, .. } => {
                self.subject(*operands.first()?)?;
                self.points.codes.extend(codes);
                Some(())
            }
            Op::Under { prefixes, .. } => {
                self.subject(*operands.first()?)?;
                self.points.prefixes.extend(prefixes);
                Some(())
            }
            Op::Has => {
                let (set, codes) = operands.split_first()?;
                self.subject(*set)?;
                for code in codes {
                    match program.op(*code) {
                        Op::Const(Value::Code(code)) => self.points.codes.push(*code),
                        _ => return None,
                    }
                }
                Some(())
            }
            Op::Compare(op) => match operands {
                [left, right] if self.is_constant(*right) => self.compare(*op, *left, *right),
                [left, right] if self.is_constant(*left) => self.compare(*op, *right, *left),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_constant(&self, node: NodeId) -> bool {
        matches!(self.program.op(node), Op::Const(_) | Op::Event(_))
    }

    /// The field that is looked at; the same everywhere in the condition.
    fn subject(&mut self, node: NodeId) -> Option<()> {
        let field = match self.program.op(node) {
            Op::Field(field) => Some(*field),
            Op::AsOf => None,
            _ => return None,
        };
        self.typ = match field {
            Some(field) => Some(self.program.rules.schema.field(field)?.typ),
            None => Some(Type::Date),
        };
        if matches!(self.typ, Some(Type::List(_))) {
            return None;
        }
        match self.field {
            None => self.field = Some(field),
            Some(known) if known == field => {}
            Some(_) => return None,
        }
        Some(())
    }

    fn compare(&mut self, op: CompareOp, subject: NodeId, constant: NodeId) -> Option<()> {
        self.subject(subject)?;
        let points = &mut self.points;
        match (self.program.op(constant), self.typ?) {
            (Op::Event(event), Type::Date) => {
                let day = self.program.rules.events.get(event.0 as usize)?.on?;
                points.days.extend([day.first, day.last]);
            }
            (Op::Const(value), typ) => match (value, typ) {
                (Value::Bool(_), Type::Bool) => {}
                (Value::Number(number), Type::Integer | Type::Decimal | Type::Rate) => {
                    points.number(*number, Unit::Plain)?;
                }
                (Value::Money(number, code), Type::Money(of)) if fits(of, *code) => {
                    points.number(*number, Unit::Money(*code))?;
                }
                (Value::Quantity(number, code), Type::Quantity(of)) if fits(of, *code) => {
                    points.number(*number, Unit::Quantity(*code))?;
                }
                (Value::Date(day), Type::Date) => points.days.push(*day),
                (Value::Text(text), Type::Text) => points.texts.push(Arc::from(&**text)),
                (Value::Code(code), Type::Code(_)) => points.codes.push(*code),
                // Tariff codes are equal by their digits; only a whole code is told by its cell.
                (Value::Hs(code), Type::Hs)
                    if code.digits() == 10 && matches!(op, CompareOp::Eq | CompareOp::Ne) =>
                {
                    points.prefixes.push(*code);
                }
                _ => return None,
            },
            _ => return None,
        }
        Some(())
    }
}

fn fits(denomination: Denomination, code: Code) -> bool {
    match denomination {
        Denomination::Fixed(fixed) => fixed == code,
        Denomination::Named(_) | Denomination::Open => true,
    }
}

impl Points {
    fn number(&mut self, number: Number, unit: Unit) -> Option<()> {
        if *self.unit.get_or_insert(unit) != unit {
            return None;
        }
        self.numbers.push(number);
        Some(())
    }

    /// Adds those of another condition on the same field; amounts only of the same unit.
    pub(super) fn join(&mut self, other: &Points) -> bool {
        if let (Some(ours), Some(theirs)) = (self.unit, other.unit)
            && ours != theirs
        {
            return false;
        }
        self.unit = self.unit.or(other.unit);
        self.codes.extend(&other.codes);
        self.numbers.extend(&other.numbers);
        self.days.extend(&other.days);
        self.prefixes.extend(&other.prefixes);
        self.texts.extend(other.texts.iter().cloned());
        true
    }

    /// Sorts and drops repetitions.
    pub(super) fn tidy(&mut self) {
        self.codes.sort_unstable();
        self.codes.dedup();
        self.numbers.sort_unstable();
        self.numbers.dedup();
        self.days.sort_unstable();
        self.days.dedup();
        self.prefixes.sort_unstable();
        self.prefixes.dedup();
        self.texts.sort_unstable();
        self.texts.dedup();
    }
}

/// Puts the codes that conditions ask of a set field into groups, each small enough that every
/// combination has a cell of its own. Codes asked for together stand together where they can.
pub(super) fn group_codes(wanted: &[Vec<Code>], most: usize) -> Vec<Vec<Code>> {
    let mut groups: Vec<Vec<Code>> = Vec::new();
    let mut sorted: Vec<&Vec<Code>> = wanted.iter().filter(|codes| codes.len() <= most).collect();
    // Codes whose numbers are near share a group, since their bits then stand side by side.
    sorted.sort_by_key(|codes| (std::cmp::Reverse(codes.len()), *codes));
    for codes in sorted {
        if groups
            .iter()
            .any(|group| codes.iter().all(|code| group.contains(code)))
        {
            continue;
        }
        // A code may be in several groups; asking for it in one is enough.
        let room = groups.iter_mut().find(|group| {
            let new = codes.iter().filter(|code| !group.contains(code)).count();
            group.len() + new <= most
        });
        match room {
            Some(group) => {
                for code in codes {
                    if !group.contains(code) {
                        group.push(*code);
                    }
                }
            }
            None => groups.push(codes.clone()),
        }
    }
    for group in &mut groups {
        group.sort_unstable();
    }
    groups
}

/// The list whose elements hold the field of an axis; none for the header.
pub(super) fn field_of(axis: &Axis) -> Option<FieldId> {
    match axis {
        Axis::AsOf => None,
        Axis::Field(field) | Axis::Codes(field, _) => Some(*field),
    }
}
