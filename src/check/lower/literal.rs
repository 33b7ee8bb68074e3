//! Literals and codes.

use super::{Lower, Typed};
use crate::check::codes;
use crate::check::names::{Named, nearest};
use crate::check::rules::Expr;
use crate::ground::day::Day;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::number::Number;
use crate::ground::span::At;
use crate::schema::table::CodeTable;
use crate::schema::value::{Code, Denomination, Hs, TableId, Type, Value};
use crate::syntax::ast::{self, ExprKind};

impl Lower<'_, '_> {
    /// `5000 CNY`, `20 kg`, `70 %`, `3`, `0.5`
    pub(super) fn number(
        &mut self,
        digits: &str,
        unit: Option<&ast::Name>,
        at: At,
    ) -> Option<Typed> {
        let number: Number = match digits.parse() {
            Ok(number) => number,
            Err(error) => {
                self.complain(
                    codes::BAD_LITERAL,
                    format!("`{digits}` cannot be kept: {error}"),
                    at,
                    "",
                );
                return None;
            }
        };
        let Some(unit) = unit else {
            let typ = if digits.contains('.') {
                Type::Decimal
            } else {
                Type::Integer
            };
            return Some(Typed {
                expr: Expr::Const(Value::Number(number)),
                typ,
            });
        };
        if unit.node == "%" {
            let Some(rate) = Number::from_parts(1, 2).and_then(|h| number.mul(h)) else {
                self.complain(codes::BAD_LITERAL, "the rate has too many digits", at, "");
                return None;
            };
            return Some(Typed {
                expr: Expr::Const(Value::Number(rate)),
                typ: Type::Rate,
            });
        }
        if let Some(code) = self.currency(&unit.node) {
            let typ = Type::Money(Denomination::Fixed(code));
            return Some(Typed {
                expr: Expr::Const(Value::Money(number, code)),
                typ,
            });
        }
        if let Some(code) = self.unit(&unit.node) {
            let typ = Type::Quantity(Denomination::Fixed(code));
            return Some(Typed {
                expr: Expr::Const(Value::Quantity(number, code)),
                typ,
            });
        }
        let schema = self.scope.schema;
        let units = schema.units.and_then(|t| schema.table(t));
        let currencies = schema.currencies.and_then(|t| schema.table(t));
        let known = units
            .into_iter()
            .flat_map(|t| {
                t.codes
                    .iter()
                    .filter_map(|c| c.unit.as_ref()?.symbol.as_deref())
            })
            .chain(
                currencies
                    .into_iter()
                    .flat_map(|t| t.codes.iter().map(|c| c.code.as_str())),
            );
        let near = nearest(&unit.node, known).map(str::to_owned);
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_UNIT,
            format!("no currency or unit is called `{}`", unit.node),
            unit.at.0,
        )
        .label("not known");
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.push(diagnostic);
        None
    }

    /// The currency of that code.
    pub(in crate::check) fn currency(&self, name: &str) -> Option<Code> {
        let schema = self.scope.schema;
        schema
            .currencies
            .and_then(|t| schema.table(t))
            .and_then(|t| find_unit(t, name))
    }

    /// The unit of that symbol, code or Chinese name.
    pub(in crate::check) fn unit(&self, name: &str) -> Option<Code> {
        let schema = self.scope.schema;
        schema
            .units
            .and_then(|t| schema.table(t))
            .and_then(|t| find_unit(t, name))
    }

    pub(super) fn date(&mut self, text: &str, at: At) -> Option<Typed> {
        match text.parse::<Day>() {
            Ok(day) => Some(Typed {
                expr: Expr::Const(Value::Date(day)),
                typ: Type::Date,
            }),
            Err(error) => {
                self.complain(
                    codes::BAD_LITERAL,
                    format!("`{text}` is {error}"),
                    at,
                    "no such day",
                );
                None
            }
        }
    }

    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().any(|b| b.name == name)
    }

    /// A code of that table, by its text or by a label that only one code has.
    pub(in crate::check) fn code(&mut self, expr: &ast::Expr, table: TableId) -> Option<Typed> {
        let text = match expr.kind.as_ref() {
            ExprKind::Name(text) | ExprKind::Text(text) => text.as_str(),
            ExprKind::Number { digits, unit: None } => digits.as_str(),
            _ => {
                let found = self
                    .scope
                    .schema
                    .table(table)
                    .map_or("?", |t| t.name.as_str());
                self.complain(
                    codes::WRONG_TYPE,
                    format!("a code of `{found}` is needed"),
                    expr.at,
                    "not a code",
                );
                return None;
            }
        };
        let code = self.code_named(text, table, expr.at)?;
        Some(Typed {
            expr: Expr::Const(Value::Code(code)),
            typ: Type::Code(table),
        })
    }

    pub(in crate::check) fn code_named(
        &mut self,
        text: &str,
        table: TableId,
        at: At,
    ) -> Option<Code> {
        let known = self.scope.schema.table(table)?;
        if self.scope.names.broken_tables.contains(&table) {
            return None;
        }
        if let Some(code) = known.find(text) {
            self.note(at, Named::Code(table, code));
            return Some(code);
        }
        let labelled: Vec<(usize, &str)> = labelled(known, text).collect();
        match labelled.as_slice() {
            [] => {}
            [(index, _)] => {
                let code = u32::try_from(*index).ok().map(Code)?;
                self.note(at, Named::Code(table, code));
                return Some(code);
            }
            several => {
                let all: Vec<String> = several.iter().map(|(_, c)| format!("`{c}`")).collect();
                let diagnostic = Diagnostic::new(
                    codes::AMBIGUOUS_LABEL,
                    format!("several codes of `{}` are called `{text}`", known.name),
                    at.0,
                )
                .label("which one?")
                .help(format!("write one of {}", all.join(", ")));
                self.push(diagnostic);
                return None;
            }
        }
        let near = nearest(text, spellings(known)).map(str::to_owned);
        let title = format!("`{text}` is not a code of `{}`", known.name);
        let mut diagnostic =
            Diagnostic::new(codes::UNKNOWN_CODE, title, at.0).label("not in the table");
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.push(diagnostic);
        None
    }

    /// A bare name where a value or a code of that table may stand.
    pub(super) fn name_or_code(
        &mut self,
        name: &str,
        table: TableId,
        expr: &ast::Expr,
    ) -> Option<Typed> {
        let known = self.scope.schema.table(table)?;
        let is_code = known.find(name).is_some() || labelled(known, name).next().is_some();
        match (self.owner_of(name), is_code) {
            (Some(owner), true) => {
                let (what, instead) = self.reading(owner, name);
                let title = format!("`{name}` is {what} and a code of `{}`", known.name);
                self.push(
                    Diagnostic::new(codes::VALUE_OR_CODE, title, expr.at.0)
                        .label("which of the two?")
                        .help(format!("for the code write `\"{name}\"`; {instead}")),
                );
                None
            }
            (Some(_), false) => self.value(expr),
            (None, true) => self.code(expr, table),
            (None, false) if self.scope.names.broken_tables.contains(&table) => None,
            (None, false) => {
                let bound: Vec<String> = self.bound.iter().map(|b| b.name.clone()).collect();
                let values = self.scope.names.readable();
                let all = spellings(known)
                    .chain(values)
                    .chain(bound.iter().map(String::as_str));
                let near = nearest(name, all).map(str::to_owned);
                let title = format!("`{name}` is not a code of `{}`", known.name);
                let mut diagnostic = Diagnostic::new(codes::UNKNOWN_CODE, title, expr.at.0)
                    .label("not in the table, and not the name of a value");
                if let Some(near) = near {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                }
                self.push(diagnostic);
                None
            }
        }
    }

    /// Tariff prefixes as written, sorted.
    pub(in crate::check) fn prefixes(&mut self, names: &[ast::Name]) -> Option<Vec<Hs>> {
        let mut prefixes = Vec::new();
        let mut good = true;
        for name in names {
            match name.node.parse::<Hs>() {
                Ok(prefix) => prefixes.push(prefix),
                Err(error) => {
                    good = false;
                    self.complain(
                        codes::BAD_LITERAL,
                        format!("`{}` is {error}", name.node),
                        name.at,
                        "",
                    );
                }
            }
        }
        prefixes.sort();
        prefixes.dedup();
        good.then_some(prefixes)
    }
}

/// The codes of that Chinese name, by number.
fn labelled<'t>(table: &'t CodeTable, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    let all = table.codes.iter().enumerate();
    all.filter(move |(_, entry)| entry.labels.zh.as_deref() == Some(text))
        .map(|(index, entry)| (index, entry.code.as_str()))
}

/// All that a code can be called.
fn spellings(table: &CodeTable) -> impl Iterator<Item = &str> {
    let codes = table.codes.iter().map(|entry| entry.code.as_str());
    let labels = table
        .codes
        .iter()
        .filter_map(|entry| entry.labels.zh.as_deref());
    codes.chain(labels)
}

fn find_unit(table: &CodeTable, name: &str) -> Option<Code> {
    let by_symbol = table.codes.iter().position(|e| {
        e.unit
            .as_ref()
            .is_some_and(|u| u.symbol.as_deref() == Some(name))
    });
    let by_code = || table.find(name);
    let by_label = || {
        let mut found = table
            .codes
            .iter()
            .enumerate()
            .filter(|(_, e)| e.labels.zh.as_deref() == Some(name));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => u32::try_from(index).ok().map(Code),
            _ => None,
        }
    };
    by_symbol
        .and_then(|i| u32::try_from(i).ok())
        .map(Code)
        .or_else(by_code)
        .or_else(by_label)
}
