//! Types of arithmetic: what may be added, multiplied and put together, and in which unit.

use super::Lower;
use crate::check::rules::{ArithOp, Expr};
use crate::ground::number::Number;
use crate::schema::Home;
use crate::schema::value::{Denomination, Type, Value};
use crate::syntax::ast::{self, ExprKind};

/// Whether it is a duration: a literal, a multiple or a sum of such.
pub(super) fn is_duration(expr: &ast::Expr) -> bool {
    match expr.kind.as_ref() {
        ExprKind::Duration { .. } => true,
        ExprKind::Arith(ArithOp::Mul, a, b) => is_duration(a) || is_duration(b),
        ExprKind::Arith(_, a, b) => is_duration(a) && is_duration(b),
        _ => false,
    }
}

pub(super) fn differ(a: Denomination, b: Denomination) -> bool {
    matches!((a, b), (Denomination::Fixed(a), Denomination::Fixed(b)) if a != b)
}

pub(super) fn joined(a: Denomination, b: Denomination) -> Option<Denomination> {
    if differ(a, b) {
        None
    } else if a == b {
        Some(a)
    } else {
        match (a, b) {
            (Denomination::Fixed(_), _) => Some(a),
            (_, Denomination::Fixed(_)) => Some(b),
            _ => Some(Denomination::Open),
        }
    }
}

pub(super) fn sum_type(a: Type, b: Type) -> Option<Type> {
    match (a, b) {
        (Type::Integer, Type::Integer) => Some(Type::Integer),
        (Type::Integer | Type::Decimal, Type::Integer | Type::Decimal) => Some(Type::Decimal),
        (Type::Rate, Type::Rate) => Some(Type::Rate),
        (Type::Money(a), Type::Money(b)) => joined(a, b).map(Type::Money),
        (Type::Quantity(a), Type::Quantity(b)) => joined(a, b).map(Type::Quantity),
        _ => None,
    }
}

pub(super) fn product_type(a: Type, b: Type) -> Option<Type> {
    match (a, b) {
        (Type::Integer, Type::Integer) => Some(Type::Integer),
        (Type::Integer | Type::Decimal, Type::Integer | Type::Decimal) => Some(Type::Decimal),
        (Type::Rate, Type::Integer | Type::Decimal | Type::Rate)
        | (Type::Integer | Type::Decimal, Type::Rate) => Some(Type::Rate),
        (t @ (Type::Money(_) | Type::Quantity(_)), Type::Integer | Type::Decimal | Type::Rate)
        | (Type::Integer | Type::Decimal | Type::Rate, t @ (Type::Money(_) | Type::Quantity(_))) => {
            Some(t)
        }
        _ => None,
    }
}

/// The type of a choice between two values.
pub(super) fn join(a: Type, b: Type) -> Option<Type> {
    // Which of the two it is, and so its currency or unit, only the data shows.
    let open = |a, b| {
        if a == b {
            Some(a)
        } else {
            joined(a, b).map(|_| Denomination::Open)
        }
    };
    match (a, b) {
        (Type::Money(a), Type::Money(b)) => open(a, b).map(Type::Money),
        (Type::Quantity(a), Type::Quantity(b)) => open(a, b).map(Type::Quantity),
        (a, b) if a == b => Some(a),
        (a, b) => sum_type(a, b),
    }
}

/// In a list, a currency named by a field may differ between elements: only the data shows it.
pub(super) fn open_in_list(lower: &Lower<'_, '_>, typ: Type) -> Type {
    let open = |d: Denomination| match d {
        Denomination::Named(field) => match lower.scope.schema.field(field).map(|f| f.home) {
            Some(Home::Element(..)) => Denomination::Open,
            _ => d,
        },
        other => other,
    };
    match typ {
        Type::Money(d) => Type::Money(open(d)),
        Type::Quantity(d) => Type::Quantity(open(d)),
        other => other,
    }
}

pub(super) fn constant(number: Number) -> Expr {
    Expr::Const(Value::Number(number))
}

pub(super) fn add(a: Expr, b: Expr) -> Expr {
    match (&a, &b) {
        (Expr::Const(Value::Number(x)), Expr::Const(Value::Number(y))) => match x.add(*y) {
            Some(sum) => constant(sum),
            None => Expr::Arith(ArithOp::Add, Box::new(a), Box::new(b)),
        },
        (Expr::Const(Value::Number(x)), _) if *x == Number::ZERO => b,
        (_, Expr::Const(Value::Number(y))) if *y == Number::ZERO => a,
        _ => Expr::Arith(ArithOp::Add, Box::new(a), Box::new(b)),
    }
}

pub(super) fn negate(a: Expr) -> Expr {
    match a {
        Expr::Const(Value::Number(n)) => constant(n.neg()),
        other => Expr::Arith(
            ArithOp::Sub,
            Box::new(constant(Number::ZERO)),
            Box::new(other),
        ),
    }
}

pub(super) fn times(count: &Expr, length: Expr) -> Expr {
    match &length {
        Expr::Const(Value::Number(n)) if *n == Number::ZERO => length,
        _ => Expr::Arith(ArithOp::Mul, Box::new(count.clone()), Box::new(length)),
    }
}
