//! Expressions: names become numbers, every part gets a type, definitions are put in.

mod call;
mod cond;
mod literal;
mod name;
mod types;
mod value;

use super::codes;
use super::names::Names;
use super::rules::{Cond, DecisionTable, Each, Expr, Parameter};
use crate::ground::diagnostic::{Code, Diagnostic, Severity};
use crate::ground::limits::Limits;
use crate::ground::span::At;
use crate::schema::Schema;
use crate::schema::table::NamedList;
use crate::schema::value::{ListId, TableId, Type};
use crate::syntax::ast;
use std::collections::BTreeSet;

/// All that expressions may name, and where complaints go.
pub(super) struct Scope<'a> {
    pub schema: &'a Schema,
    pub names: &'a Names<'a>,
    pub lists: &'a [NamedList],
    pub parameters: &'a [Parameter],
    pub tables: &'a [DecisionTable],
    pub limits: &'a Limits,
}

impl Scope<'_> {
    /// Whether no more errors are looked for: more than are shown, so that those shown are the first
    /// ones of most rule folders, and not so many that looking takes long.
    pub fn too_many_errors(&self) -> bool {
        let most = self.limits.diagnostics.saturating_mul(4).max(100);
        self.names.errors.get() >= most
    }
}

/// A code at hand of a set that is ranged over.
#[derive(Debug, Clone)]
pub(super) struct BoundName {
    pub name: String,
    pub table: TableId,
}

/// Lowers the expressions of one item, within what is at hand there.
pub(super) struct Lower<'s, 'a> {
    pub scope: &'s Scope<'a>,
    pub diagnostics: &'s mut Vec<Diagnostic>,
    /// Lists whose element is at hand, from the outside in.
    pub elements: Vec<ListId>,
    /// Codes at hand, from the outside in.
    pub bound: Vec<BoundName>,
    /// The type of a requirement's argument where one is at hand.
    pub it: Option<Type>,
    /// What was used: definitions, parameters, lists and tables, for the lint.
    pub used: &'s mut BTreeSet<String>,
    nodes: usize,
    depth: usize,
    lets: Vec<String>,
    too_large: bool,
    /// Every element may be read: a definition looked at by itself.
    anywhere: bool,
}

/// A lowered value: its expression and type.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub expr: Expr,
    pub typ: Type,
}

/// What an expression turned out to be.
pub(super) enum Lowered {
    Value(Typed),
    Cond(Cond),
}

impl<'s, 'a> Lower<'s, 'a> {
    pub fn new(
        scope: &'s Scope<'a>,
        diagnostics: &'s mut Vec<Diagnostic>,
        used: &'s mut BTreeSet<String>,
    ) -> Self {
        Lower {
            scope,
            diagnostics,
            elements: Vec::new(),
            bound: Vec::new(),
            it: None,
            used,
            nodes: 0,
            depth: 0,
            lets: Vec::new(),
            too_large: false,
            anywhere: false,
        }
    }

    /// Looks at a definition by itself, as if every element were at hand.
    pub fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    /// A condition, or nothing after a complaint.
    pub fn condition(&mut self, expr: &ast::Expr) -> Option<Cond> {
        match self.any(expr)? {
            Lowered::Cond(cond) => Some(cond),
            Lowered::Value(Typed {
                expr,
                typ: Type::Bool,
            }) => Some(Cond::Flag(expr)),
            Lowered::Value(value) => {
                let found = self.type_name(value.typ);
                self.complain(
                    codes::NOT_A_CONDITION,
                    "a value stands where a condition is needed",
                    expr.at,
                    format!("this is {found}"),
                );
                None
            }
        }
    }

    /// A value, or nothing after a complaint.
    pub fn value(&mut self, expr: &ast::Expr) -> Option<Typed> {
        match self.any(expr)? {
            Lowered::Value(value) => Some(value),
            Lowered::Cond(cond) => Some(Typed {
                expr: Expr::Test(Box::new(cond)),
                typ: Type::Bool,
            }),
        }
    }

    /// A value where bare names may be codes of that table. What a rule can read comes first;
    /// what can be both is told.
    pub fn value_or_code(&mut self, expr: &ast::Expr, table: Option<TableId>) -> Option<Typed> {
        use ast::ExprKind as K;
        let Some(table) = table else {
            return self.value(expr);
        };
        match expr.kind.as_ref() {
            K::Text(_) | K::Number { unit: None, .. } => self.code(expr, table),
            K::Name(name) => self.name_or_code(name, table, expr),
            K::Choice { arms, otherwise } => self.choice(arms, otherwise, Some(table), expr.at),
            _ => self.value(expr),
        }
    }

    /// A value or a condition, counted against the limits.
    pub fn any(&mut self, expr: &ast::Expr) -> Option<Lowered> {
        if self.scope.too_many_errors() {
            return None;
        }
        self.nodes += 1;
        if self.nodes > self.scope.limits.rule_nodes {
            // A definition by itself may be of any size: who uses it is told.
            if !self.too_large && !self.anywhere {
                self.too_large = true;
                let limit = self.scope.limits.rule_nodes;
                self.push(
                    Diagnostic::new(
                        codes::RULE_TOO_LARGE,
                        format!(
                            "more than {limit} conditions and values once definitions are put in"
                        ),
                        expr.at.0,
                    )
                    .help("split the rule, or say in a definition what repeats"),
                );
            }
            return None;
        }
        if self.depth > self.deepest() {
            return self.too_deep(expr.at);
        }
        self.depth += 1;
        let lowered = self.dispatch(expr);
        self.depth -= 1;
        lowered
    }

    /// How deeply values may stand inside each other once definitions are put in.
    fn deepest(&self) -> usize {
        self.scope.limits.nesting.saturating_mul(4)
    }

    /// Runs so many levels further in: an attribute of an attribute is one level deeper, as a
    /// definition inside a definition is.
    fn deeper<T>(
        &mut self,
        levels: usize,
        at: At,
        run: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        // The expression that is being looked at has been counted already.
        if self.depth.saturating_add(levels) > self.deepest().saturating_add(1) {
            return self.too_deep(at);
        }
        self.depth += levels;
        let found = run(self);
        self.depth -= levels;
        found
    }

    /// A definition by itself may be of any depth: who uses it is told.
    fn too_deep<T>(&mut self, at: At) -> Option<T> {
        if !self.anywhere {
            self.complain(
                codes::TOO_DEEP,
                "nested too deeply once definitions are put in",
                at,
                "",
            );
        }
        None
    }

    /// Runs with one more element or code at hand.
    pub fn within<T>(
        &mut self,
        each: Each,
        name: Option<&str>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        match each {
            Each::List(list) => {
                self.elements.push(list);
                let result = run(self);
                self.elements.pop();
                result
            }
            Each::Set(field) => {
                let table = match self.scope.schema.field(field).map(|f| f.typ) {
                    Some(Type::Set(table)) => table,
                    _ => TableId(u32::MAX),
                };
                self.bound.push(BoundName {
                    name: name.unwrap_or_default().to_owned(),
                    table,
                });
                let result = run(self);
                self.bound.pop();
                result
            }
        }
    }

    pub fn complain(
        &mut self,
        code: Code,
        title: impl Into<String>,
        at: At,
        label: impl Into<String>,
    ) {
        self.push(Diagnostic::new(code, title, at.0).label(label));
    }

    /// Adds a complaint once: a definition is looked at wherever it is used.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.scope.names.tell();
        let known = self.diagnostics.iter().rev().take(200).any(|d| {
            d.code == diagnostic.code
                && d.span() == diagnostic.span()
                && d.title == diagnostic.title
        });
        if known {
            return;
        }
        let names = self.scope.names;
        if diagnostic.code.severity() == Severity::Error {
            if self.scope.too_many_errors() {
                names.dropped.set(names.dropped.get() + 1);
                return;
            }
            names.errors.set(names.errors.get() + 1);
        }
        self.diagnostics.push(diagnostic);
    }

    /// The conditions and values lowered so far.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// A type as complaints name it.
    pub fn type_name(&self, typ: Type) -> String {
        super::describe::type_name(self.scope.schema, typ)
    }
}
