//! Membership, conversion, lookups, table calls, and all of these on another day.

use super::{Lower, Lowered, Typed};
use crate::check::codes;
use crate::check::names::{Named, nearest};
use crate::check::rules::{Cond, Expr, NamedListId};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::span::At;
use crate::schema::value::{Code, Denomination, Type};
use crate::syntax::ast::{self, ExprKind};

impl Lower<'_, '_> {
    /// `x in LIST`, `(a, b) in LIST`, `x in TABLE(…)`, `x in CNY`.
    pub(super) fn is_in(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        target: &ast::Expr,
        on: Option<Expr>,
        at: At,
    ) -> Option<Lowered> {
        match target.kind.as_ref() {
            ExprKind::Name(name) => {
                if let Some(list) = self.find_list(name) {
                    self.note(target.at, Named::List(list));
                    return self
                        .in_list(value, negated, list, on, at)
                        .map(Lowered::Cond);
                }
                if let Some((code, money)) = self.find_unit_name(name) {
                    if negated {
                        self.complain(
                            codes::NOT_A_CONDITION,
                            "a conversion cannot be denied",
                            at,
                            "",
                        );
                        return None;
                    }
                    return self.convert(value, code, money, on).map(Lowered::Value);
                }
                self.in_set_field(value, negated, name, target, on)
            }
            ExprKind::Call {
                name,
                arguments,
                attribute: None,
            } => {
                if on.is_some() {
                    self.complain(codes::ON_NOT_HERE, "a table is not read on a day", at, "");
                    return None;
                }
                let set = self.call(name, arguments, None, target.at)?;
                self.in_set(value, negated, set, target.at)
                    .map(Lowered::Cond)
            }
            _ => {
                self.complain(
                    codes::WRONG_TYPE,
                    "a list, a table, a currency or a unit is needed",
                    target.at,
                    "not one of these",
                );
                None
            }
        }
    }

    /// `x in FIELD` where the field is a set; or the complaint that the name is not known.
    fn in_set_field(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        name: &str,
        target: &ast::Expr,
        on: Option<Expr>,
    ) -> Option<Lowered> {
        if self.scope.names.fields.contains_key(name) && on.is_none() {
            let set = self.value(target)?;
            return self
                .in_set(value, negated, set, target.at)
                .map(Lowered::Cond);
        }
        if self.scope.names.is_broken(name) {
            return None;
        }
        let schema = self.scope.schema;
        let units = schema.units.and_then(|t| schema.table(t));
        let currencies = schema.currencies.and_then(|t| schema.table(t));
        let known = self
            .scope
            .names
            .lists
            .keys()
            .map(String::as_str)
            .chain(units.into_iter().flat_map(|t| {
                t.codes
                    .iter()
                    .filter_map(|c| c.unit.as_ref()?.symbol.as_deref())
            }))
            .chain(
                currencies
                    .into_iter()
                    .flat_map(|t| t.codes.iter().map(|c| c.code.as_str())),
            );
        let near = nearest(name, known).map(str::to_owned);
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_NAME,
            format!("no list, currency or unit is called `{name}`"),
            target.at.0,
        )
        .label("not known");
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.push(diagnostic);
        None
    }

    fn in_set(&mut self, value: &ast::Expr, negated: bool, set: Typed, at: At) -> Option<Cond> {
        let Type::Set(table) = set.typ else {
            let found = self.type_name(set.typ);
            self.complain(
                codes::WRONG_TYPE,
                "a set of codes is needed after `in`",
                at,
                format!("this is {found}"),
            );
            return None;
        };
        let value_typed = self.value_or_code(value, Some(table))?;
        if !self.fits(&value_typed, Type::Code(table), value.at) {
            return None;
        }
        Some(Cond::InSet {
            value: value_typed.expr,
            set: set.expr,
            negated,
        })
    }

    pub(super) fn find_list(&self, name: &str) -> Option<NamedListId> {
        let names = self.scope.names;
        names.find(&names.lists, name, |n| match n {
            Named::List(list) => Some(*list),
            _ => None,
        })
    }

    fn find_unit_name(&self, name: &str) -> Option<(Code, bool)> {
        self.currency(name)
            .map(|c| (c, true))
            .or_else(|| self.unit(name).map(|c| (c, false)))
    }

    fn in_list(
        &mut self,
        value: &ast::Expr,
        negated: bool,
        list: NamedListId,
        on: Option<Expr>,
        at: At,
    ) -> Option<Cond> {
        let parts: Vec<&ast::Expr> = match value.kind.as_ref() {
            ExprKind::Tuple(parts) => parts.iter().collect(),
            _ => vec![value],
        };
        let keys = self.keys(list, &parts, at)?;
        Some(Cond::InList {
            keys,
            list,
            on,
            negated,
        })
    }

    fn keys(&mut self, list: NamedListId, parts: &[&ast::Expr], at: At) -> Option<Vec<Expr>> {
        let lists = self.scope.lists;
        let known = lists.get(list.0 as usize)?;
        self.used.insert(format!("list {}", known.name));
        if known.keys.len() != parts.len() {
            let columns: Vec<&str> = known.keys.iter().map(|k| k.name.as_str()).collect();
            self.push(
                Diagnostic::new(
                    codes::WRONG_COUNT,
                    format!(
                        "`{}` is keyed by {} values, {} given",
                        known.name,
                        known.keys.len(),
                        parts.len()
                    ),
                    at.0,
                )
                .help(format!("its keys: {}", columns.join(", "))),
            );
            return None;
        }
        let mut keys = Vec::new();
        let mut good = true;
        for (part, column) in parts.iter().zip(&known.keys) {
            let table = match column.typ {
                Type::Code(table) => Some(table),
                _ => None,
            };
            match self.value_or_code(part, table) {
                Some(typed) if self.fits(&typed, column.typ, part.at) => keys.push(typed.expr),
                _ => good = false,
            }
        }
        good.then_some(keys)
    }

    fn convert(
        &mut self,
        value: &ast::Expr,
        to: Code,
        money: bool,
        on: Option<Expr>,
    ) -> Option<Typed> {
        let typed = self.value(value)?;
        let typ = match (typed.typ, money) {
            (Type::Money(_), true) => Type::Money(Denomination::Fixed(to)),
            (Type::Quantity(_), false) => Type::Quantity(Denomination::Fixed(to)),
            (found, _) => {
                let found = self.type_name(found);
                let wanted = if money { "money" } else { "a quantity" };
                self.complain(
                    codes::UNITS_DIFFER,
                    format!("only {wanted} converts so"),
                    value.at,
                    format!("this is {found}"),
                );
                return None;
            }
        };
        Some(Typed {
            expr: Expr::Convert {
                value: Box::new(typed.expr),
                to,
                money,
                on: on.map(Box::new),
            },
            typ,
        })
    }

    /// `TABLE(a, b)`, `LIST(a).column`, and attributes of the code that either gives.
    pub(super) fn call(
        &mut self,
        name: &ast::Name,
        arguments: &[ast::Expr],
        attribute: Option<&ast::Name>,
        at: At,
    ) -> Option<Typed> {
        let path = attribute.map_or("", |path| path.node.as_str());
        self.deeper(path.matches('.').count(), at, |lower| {
            lower.called(name, arguments, attribute, at)
        })
    }

    fn called(
        &mut self,
        name: &ast::Name,
        arguments: &[ast::Expr],
        attribute: Option<&ast::Name>,
        at: At,
    ) -> Option<Typed> {
        let names = self.scope.names;
        if names.is_broken(&name.node) {
            return None;
        }
        let table = names.find(&names.decision_tables, &name.node, |n| match n {
            Named::Table(t) => Some(*t),
            _ => None,
        });
        if let Some(table) = table {
            self.note(name.at, Named::Table(table));
            let given = self.table_call(table, arguments, at)?;
            return match attribute {
                Some(path) => self.attributes(given, &path.node, path.at),
                None => Some(given),
            };
        }
        let Some(list) = self.find_list(&name.node) else {
            let known = names
                .decision_tables
                .keys()
                .chain(names.lists.keys())
                .map(String::as_str);
            let near = nearest(&name.node, known).map(str::to_owned);
            let mut diagnostic = Diagnostic::new(
                codes::UNKNOWN_NAME,
                format!("no table or list is called `{}`", name.node),
                name.at.0,
            )
            .label("not known");
            if let Some(near) = near {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            self.push(diagnostic);
            return None;
        };
        self.note(name.at, Named::List(list));
        let parts: Vec<&ast::Expr> = arguments.iter().collect();
        let keys = self.keys(list, &parts, at)?;
        let lists = self.scope.lists;
        let known = lists.get(list.0 as usize)?;
        let Some(attribute) = attribute else {
            self.push(
                Diagnostic::new(
                    codes::WRONG_TYPE,
                    format!("what is to be read of the row of `{}`?", known.name),
                    at.0,
                )
                .label("an attribute is missing")
                .help("write `.` and a column, or ask `… in` the list"),
            );
            return None;
        };
        // A column, and behind it attributes of the code that stands there.
        let (first, rest) = match attribute.node.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (attribute.node.as_str(), None),
        };
        let Some(column) = known.attributes.iter().position(|c| c.name == first) else {
            let columns = known.attributes.iter().map(|c| c.name.as_str());
            let near = nearest(first, columns).map(str::to_owned);
            let mut diagnostic = Diagnostic::new(
                codes::UNKNOWN_NAME,
                format!("`{}` has no column `{first}`", known.name),
                attribute.at.0,
            )
            .label("not known");
            if let Some(near) = near {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            self.push(diagnostic);
            return None;
        };
        let typ = known.attributes.get(column)?.typ;
        let expr = Expr::Lookup {
            list,
            keys,
            attribute: u16::try_from(column).ok()?,
            on: None,
        };
        let found = Typed { expr, typ };
        match rest {
            Some(path) => self.attributes(found, path, attribute.at),
            None => Some(found),
        }
    }

    fn table_call(
        &mut self,
        table: crate::check::rules::DecisionTableId,
        arguments: &[ast::Expr],
        at: At,
    ) -> Option<Typed> {
        let tables = self.scope.tables;
        let known = tables.get(table.0 as usize)?;
        self.used.insert(format!("table {}", known.name));
        if known.inputs.len() != arguments.len() {
            self.complain(
                codes::WRONG_COUNT,
                format!(
                    "`{}` has {} inputs, {} given",
                    known.name,
                    known.inputs.len(),
                    arguments.len()
                ),
                at,
                "",
            );
            return None;
        }
        let mut inputs = Vec::new();
        let mut good = true;
        for (argument, wanted) in arguments.iter().zip(&known.inputs) {
            let code_table = match wanted {
                Type::Code(table) => Some(*table),
                _ => None,
            };
            match self.value_or_code(argument, code_table) {
                Some(typed) if self.fits(&typed, *wanted, argument.at) => inputs.push(typed.expr),
                _ => good = false,
            }
        }
        good.then_some(Typed {
            expr: Expr::TableCall { table, inputs },
            typ: known.gives,
        })
    }

    /// `… on DAY`
    pub(super) fn on(&mut self, inner: &ast::Expr, day: &ast::Expr, at: At) -> Option<Lowered> {
        let day = self.typed_as(day, Type::Date)?;
        if let ExprKind::In {
            value,
            negated,
            target,
        } = inner.kind.as_ref()
        {
            return self.is_in(value, *negated, target, Some(day), at);
        }
        let typed = self.value(inner)?;
        let expr = match read_on(typed.expr, &day) {
            (expr, true) => expr,
            (_, false) => {
                self.push(
                    Diagnostic::new(codes::ON_NOT_HERE, "only the law has a day on which it is read", inner.at.0)
                        .label("not read from a dated table, list or parameter")
                        .help("`on` goes with a parameter, a list, an attribute of a code or a conversion"),
                );
                return None;
            }
        };
        Some(Lowered::Value(Typed {
            expr,
            typ: typed.typ,
        }))
    }
}

/// What is read beside the rules, read on that day: with an attribute also what it is an attribute
/// of, so that a whole path is the law of one day. What has a day of its own keeps it. And whether
/// it is read so at all.
fn read_on(expr: Expr, day: &Expr) -> (Expr, bool) {
    let on = Some(Box::new(day.clone()));
    let expr = match expr {
        Expr::Attribute {
            of,
            table,
            attribute,
            on: None,
        } => Expr::Attribute {
            of: Box::new(read_on(*of, day).0),
            table,
            attribute,
            on,
        },
        Expr::Parameter {
            parameter,
            on: None,
        } => Expr::Parameter { parameter, on },
        Expr::Lookup {
            list,
            keys,
            attribute,
            on: None,
        } => Expr::Lookup {
            list,
            keys,
            attribute,
            on,
        },
        Expr::Convert {
            value,
            to,
            money,
            on: None,
        } => Expr::Convert {
            value,
            to,
            money,
            on,
        },
        other => return (other, false),
    };
    (expr, true)
}
