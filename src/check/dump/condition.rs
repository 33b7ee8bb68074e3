//! Conditions and values as text, every part in parentheses of its own.

use super::codes_of;
use crate::check::describe::type_name;
use crate::check::rules::{
    Aggregation, ArithOp, Basis, CompareOp, Cond, Each, Expr, Quantity, RuleId, RuleSet,
};
use crate::ground::number::Rounding;
use crate::schema::value::{Code, FieldId, ListId, TableId, Type, Value};
use std::cell::RefCell;

/// Turns numbers back into names, with the codes and the argument that are at hand.
pub(super) struct Words<'r> {
    rules: &'r RuleSet,
    /// The type of a requirement's argument where one is at hand.
    pub it: Option<Type>,
    bound: RefCell<Vec<Option<TableId>>>,
}

impl<'r> Words<'r> {
    pub fn new(rules: &'r RuleSet) -> Words<'r> {
        Words {
            rules,
            it: None,
            bound: RefCell::default(),
        }
    }

    pub fn bind(&self, field: FieldId) {
        let typ = self.rules.schema.field(field).map(|f| f.typ);
        self.bound.borrow_mut().push(codes_of(typ));
    }

    pub fn field(&self, field: FieldId) -> &'r str {
        let rules = self.rules;
        rules.schema.field(field).map_or("?", |f| f.path.as_str())
    }

    pub fn element(&self, list: ListId) -> &'r str {
        let rules = self.rules;
        rules.schema.list(list).map_or("?", |l| l.element.as_str())
    }

    pub fn rule(&self, rule: RuleId) -> &'r str {
        let rules = self.rules;
        rules.rule(rule).map_or("?", |r| r.id.as_str())
    }

    pub fn typ(&self, typ: Type) -> String {
        type_name(&self.rules.schema, typ)
    }

    pub fn basis(&self, basis: &Basis) -> String {
        let law = self.rules.law(basis.law).map_or("?", |l| l.id.as_str());
        let article = basis
            .article
            .as_ref()
            .map_or(String::new(), |a| format!(" article {a}"));
        let paragraph = basis
            .paragraph
            .as_ref()
            .map_or(String::new(), |p| format!(" paragraph {p}"));
        format!("{law}{article}{paragraph}")
    }

    pub fn each(&self, each: Each) -> String {
        match each {
            Each::List(list) => self.element(list).to_owned(),
            Each::Set(field) => format!("code in {}", self.field(field)),
        }
    }

    fn code(&self, code: Code, table: Option<TableId>) -> String {
        let table = table.and_then(|t| self.rules.schema.table(t));
        table.map_or_else(|| format!("#{}", code.0), |t| t.text(code).to_owned())
    }

    pub fn value(&self, value: &Value, typ: Option<Type>) -> String {
        let schema = &self.rules.schema;
        match value {
            Value::Bool(b) => b.to_string(),
            Value::Number(n) => n.to_string(),
            Value::Money(n, code) => format!("{n} {}", self.code(*code, schema.currencies)),
            Value::Quantity(n, code) => format!("{n} {}", self.code(*code, schema.units)),
            Value::Date(day) => day.to_string(),
            Value::Text(text) => format!("{text:?}"),
            Value::Code(code) => self.code(*code, codes_of(typ)),
            Value::Hs(hs) => hs.to_string(),
            Value::Set(codes) => {
                let all: Vec<String> = codes.iter().map(|c| self.code(*c, codes_of(typ))).collect();
                format!("{{{}}}", all.join(", "))
            }
        }
    }

    /// The table of the code that an expression gives.
    fn table_of(&self, expr: &Expr) -> Option<TableId> {
        let rules = self.rules;
        let typ = match expr {
            Expr::Field(field) => rules.schema.field(*field)?.typ,
            Expr::It => self.it?,
            Expr::Bound(depth) => return *self.bound.borrow().get(usize::from(*depth))?,
            Expr::Parameter { parameter, .. } => rules.parameters.get(parameter.0 as usize)?.typ,
            Expr::Attribute {
                table, attribute, ..
            } => {
                rules
                    .schema
                    .table(*table)?
                    .attributes
                    .get(usize::from(*attribute))?
                    .typ
            }
            Expr::Lookup {
                list, attribute, ..
            } => {
                rules
                    .named_list(*list)?
                    .attributes
                    .get(usize::from(*attribute))?
                    .typ
            }
            Expr::TableCall { table, .. } => rules.decision_table(*table)?.gives,
            Expr::Choice { arms, otherwise } => {
                return arms
                    .iter()
                    .map(|(value, _)| value)
                    .chain([otherwise.as_ref()])
                    .find_map(|value| self.table_of(value));
            }
            _ => return None,
        };
        codes_of(Some(typ))
    }

    pub fn cond(&self, cond: &Cond) -> String {
        match cond {
            Cond::Always => "always".to_owned(),
            Cond::And(parts) => self.joined(parts, "and"),
            Cond::Or(parts) => self.joined(parts, "or"),
            Cond::Not(inner) => format!("not ({})", self.cond(inner)),
            Cond::Flag(expr) => self.expr(expr),
            Cond::Compare(op, a, b) => {
                let table = self
                    .table_of(a)
                    .or_else(|| self.table_of(b))
                    .map(Type::Code);
                format!(
                    "{} {} {}",
                    self.expr_of(a, table),
                    sign(*op),
                    self.expr_of(b, table)
                )
            }
            Cond::IsNone(expr) => format!("{} is none", self.expr(expr)),
            Cond::OneOf {
                value,
                codes,
                negated,
            } => {
                let table = self.table_of(value);
                let codes: Vec<String> = codes.iter().map(|c| self.code(*c, table)).collect();
                let is = if *negated { "is not" } else { "is" };
                format!("{} {is} {}", self.expr(value), codes.join(" or "))
            }
            Cond::Under {
                value,
                prefixes,
                negated,
            } => {
                let all: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
                let under = if *negated { "not under" } else { "under" };
                format!("{} {under} {}", self.expr(value), all.join(" or "))
            }
            Cond::InList {
                keys,
                list,
                on,
                negated,
            } => {
                let list = self.rules.named_list(*list);
                let keys = self.list_of(keys, list.map(|l| l.keys.iter().map(|c| c.typ)));
                let name = list.map_or("?", |l| l.name.as_str());
                format!(
                    "({keys}) {} {name}{}",
                    membership(*negated),
                    self.on(on.as_ref())
                )
            }
            Cond::InSet {
                value,
                set,
                negated,
            } => {
                let typ = self.table_of(set).map(Type::Code);
                format!(
                    "{} {} {}",
                    self.expr_of(value, typ),
                    membership(*negated),
                    self.expr(set)
                )
            }
            Cond::Has { set, codes } => {
                let typ = self.table_of(set).map(Type::Code);
                let codes: Vec<String> = codes.iter().map(|c| self.expr_of(c, typ)).collect();
                format!("{} has {}", self.expr(set), codes.join(" or "))
            }
            Cond::Quantified {
                quantity,
                over,
                body,
            } => {
                if let Each::Set(field) = over {
                    self.bind(*field);
                }
                let body = self.cond(body);
                if matches!(over, Each::Set(_)) {
                    self.bound.borrow_mut().pop();
                }
                let how_many = match quantity {
                    Quantity::Any => "any".to_owned(),
                    Quantity::Every => "every".to_owned(),
                    Quantity::No => "no".to_owned(),
                    Quantity::Exactly(n) => format!("exactly {n}"),
                    Quantity::AtLeast(n) => format!("at least {n}"),
                };
                format!("{how_many} {} has ({body})", self.each(*over))
            }
            Cond::Rows {
                table,
                inputs,
                rows,
            } => {
                let table = self.rules.decision_table(*table);
                let inputs = self.list_of(inputs, table.map(|t| t.inputs.iter().copied()));
                let rows: Vec<String> = rows
                    .iter()
                    .map(|r| (u32::from(*r) + 1).to_string())
                    .collect();
                let name = table.map_or("?", |t| t.name.as_str());
                format!("{name}({inputs}) at row {}", rows.join(" or "))
            }
        }
    }

    fn joined(&self, parts: &[Cond], word: &str) -> String {
        let parts: Vec<String> = parts
            .iter()
            .map(|p| format!("({})", self.cond(p)))
            .collect();
        if parts.is_empty() {
            return format!("{word} of nothing");
        }
        parts.join(&format!(" {word} "))
    }

    fn list_of(&self, exprs: &[Expr], types: Option<impl Iterator<Item = Type>>) -> String {
        let types: Vec<Type> = types.map(Iterator::collect).unwrap_or_default();
        let all = exprs.iter().enumerate();
        let all: Vec<String> = all
            .map(|(i, e)| self.expr_of(e, types.get(i).copied()))
            .collect();
        all.join(", ")
    }

    fn on(&self, day: Option<&Expr>) -> String {
        day.map_or(String::new(), |day| format!(" on ({})", self.expr(day)))
    }

    pub fn expr(&self, expr: &Expr) -> String {
        self.expr_of(expr, None)
    }

    /// A value of that type; the type tells the table of a code written out.
    pub fn expr_of(&self, expr: &Expr, typ: Option<Type>) -> String {
        let rules = self.rules;
        match expr {
            Expr::Const(value) => self.value(value, typ),
            Expr::Field(field) => self.field(*field).to_owned(),
            Expr::Bound(depth) => format!("code {}", u32::from(*depth) + 1),
            Expr::It => "it".to_owned(),
            Expr::AsOf => "as_of".to_owned(),
            Expr::Event(event) => {
                let name = rules
                    .events
                    .get(event.0 as usize)
                    .map_or("?", |e| e.name.as_str());
                format!("event {name}")
            }
            Expr::Parameter { parameter, on } => {
                let known = rules.parameters.get(parameter.0 as usize);
                format!(
                    "{}{}",
                    known.map_or("?", |p| p.name.as_str()),
                    self.on(on.as_deref())
                )
            }
            Expr::Attribute {
                of,
                table,
                attribute,
                on,
            } => {
                let column = rules
                    .schema
                    .table(*table)
                    .and_then(|t| t.attributes.get(usize::from(*attribute)));
                let column = column.map_or("?", |c| c.name.as_str());
                let of = match of.as_ref() {
                    Expr::Attribute { on: Some(_), .. } | Expr::Lookup { on: Some(_), .. } => {
                        format!("({})", self.expr(of))
                    }
                    _ => self.expr(of),
                };
                format!("{of}.{column}{}", self.on(on.as_deref()))
            }
            Expr::Lookup {
                list,
                keys,
                attribute,
                on,
            } => {
                let list = rules.named_list(*list);
                let keys = self.list_of(keys, list.map(|l| l.keys.iter().map(|c| c.typ)));
                let column = list.and_then(|l| l.attributes.get(usize::from(*attribute)));
                let name = list.map_or("?", |l| l.name.as_str());
                let column = column.map_or("?", |c| c.name.as_str());
                format!("{name}({keys}).{column}{}", self.on(on.as_deref()))
            }
            Expr::TableCall { table, inputs } => {
                let table = rules.decision_table(*table);
                let inputs = self.list_of(inputs, table.map(|t| t.inputs.iter().copied()));
                format!("{}({inputs})", table.map_or("?", |t| t.name.as_str()))
            }
            Expr::Arith(op, a, b) => {
                let sign = match op {
                    ArithOp::Add => "+",
                    ArithOp::Sub => "-",
                    ArithOp::Mul => "*",
                };
                format!("({} {sign} {})", self.expr(a), self.expr(b))
            }
            Expr::AddDuration { date, months, days } => format!(
                "({} + {} months + {} days)",
                self.expr(date),
                self.expr(months),
                self.expr(days)
            ),
            Expr::Rounded {
                value,
                divisor,
                places,
                rounding,
            } => {
                let divisor = divisor
                    .as_ref()
                    .map_or(String::new(), |d| format!(" / {}", self.expr(d)));
                let how = match rounding {
                    Rounding::HalfUp => "half up",
                    Rounding::HalfEven => "half even",
                    Rounding::Up => "up",
                    Rounding::Down => "down",
                };
                format!(
                    "rounded ({}{divisor}) to {places} places {how}",
                    self.expr(value)
                )
            }
            Expr::Convert {
                value,
                to,
                money,
                on,
            } => {
                let table = if *money {
                    rules.schema.currencies
                } else {
                    rules.schema.units
                };
                let to = self.code(*to, table);
                format!("({} in {to}{})", self.expr(value), self.on(on.as_deref()))
            }
            Expr::NumberOf(inner) => format!("number of ({})", self.expr(inner)),
            Expr::DaysBetween(a, b) => {
                format!("days from ({}) to ({})", self.expr(a), self.expr(b))
            }
            Expr::Earlier(a, b) => format!("earlier of ({}) and ({})", self.expr(a), self.expr(b)),
            Expr::Later(a, b) => format!("later of ({}) and ({})", self.expr(a), self.expr(b)),
            Expr::FirstDigits(count, a) => format!("first {count} digits of ({})", self.expr(a)),
            Expr::EndOfMonth(a) => format!("end of month of ({})", self.expr(a)),
            Expr::EndOfYear(a) => format!("end of year of ({})", self.expr(a)),
            Expr::Choice { arms, otherwise } => {
                let typ = typ.or_else(|| self.table_of(expr).map(Type::Code));
                let arms: Vec<String> = arms
                    .iter()
                    .map(|(value, cond)| {
                        format!("{} when {}, ", self.expr_of(value, typ), self.cond(cond))
                    })
                    .collect();
                format!(
                    "({}otherwise {})",
                    arms.concat(),
                    self.expr_of(otherwise, typ)
                )
            }
            Expr::Aggregate {
                what,
                value,
                list,
                condition,
                same,
                unit: _,
            } => {
                let what = match what {
                    Aggregation::Count => "count",
                    Aggregation::Sum => "sum",
                    Aggregation::Min => "min",
                    Aggregation::Max => "max",
                };
                let value = value
                    .as_ref()
                    .map_or(String::new(), |v| format!("{} over ", self.expr(v)));
                let place = condition
                    .as_ref()
                    .map_or(String::new(), |c| format!(" where ({})", self.cond(c)));
                let same: Vec<&str> = same.iter().map(|f| self.field(*f)).collect();
                let same = if same.is_empty() {
                    String::new()
                } else {
                    format!(" with same {}", same.join(", "))
                };
                format!("({what} of {value}{}{place}{same})", self.element(*list))
            }
            Expr::Test(cond) => format!("[{}]", self.cond(cond)),
        }
    }
}

pub(super) fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "=",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}

fn membership(negated: bool) -> &'static str {
    if negated { "not in" } else { "in" }
}
