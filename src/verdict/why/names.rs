//! What people call an expression, and of what type it is as far as printing needs it.

use super::Words;
use crate::check::rules::{Aggregation, ArithOp, Expr};
use crate::schema::Labels;
use crate::schema::value::{Denomination, TableId, Type, Value};
use crate::verdict::words;

impl Words<'_, '_> {
    /// What people call an expression; nothing for a constant.
    pub(super) fn name(&self, expr: &Expr) -> String {
        let rules = self.scene.rules;
        let labels = |labels: &Labels, name: &str| labels.get(self.lang, name).to_string();
        let both = |sign: &str, a: &Expr, b: &Expr| {
            let side = |e: &Expr| match (self.name(e), e) {
                (name, Expr::Const(value)) if name.is_empty() => {
                    words::value(self.scene.schema(), self.type_of(e), value, self.lang)
                }
                (name, _) => name,
            };
            format!("{} {sign} {}", side(a), side(b))
        };
        let of = |zh: &str, en: &str, a: &Expr| {
            let name = self.name(a);
            self.say(&format!("{name}的{zh}"), &format!("{en} {name}"))
        };
        match expr {
            Expr::Const(_) => String::new(),
            Expr::Field(field) => words::field(self.scene.schema(), *field)
                .get(self.lang)
                .to_string(),
            Expr::Bound(_) => self.say("该代码", "the code at hand"),
            Expr::It => self.say("其", "it"),
            Expr::AsOf => self.say("判定日", "as-of date"),
            Expr::Event(event) => rules
                .events
                .get(event.0 as usize)
                .map_or(String::new(), |e| labels(&e.labels, &e.name)),
            Expr::Parameter { parameter, .. } => rules
                .parameters
                .get(parameter.0 as usize)
                .map_or(String::new(), |p| labels(&p.labels, &p.name)),
            Expr::Attribute {
                of,
                table,
                attribute,
                ..
            } => {
                let table = self.scene.schema().table(*table);
                let column = table.and_then(|t| t.attributes.get(usize::from(*attribute)));
                format!("{}.{}", self.name(of), column.map_or("", |c| &c.name))
            }
            Expr::Lookup {
                list, attribute, ..
            } => {
                let list = rules.named_list(*list);
                let column = list.and_then(|l| l.attributes.get(usize::from(*attribute)));
                let name = list.map_or(String::new(), |l| labels(&l.labels, &l.name));
                format!("{name}.{}", column.map_or("", |c| &c.name))
            }
            Expr::TableCall { table, .. } => rules
                .decision_table(*table)
                .map_or(String::new(), |t| labels(&t.labels, &t.name)),
            Expr::Arith(ArithOp::Add, a, b) => both("+", a, b),
            Expr::Arith(ArithOp::Sub, a, b) => both("-", a, b),
            Expr::Arith(ArithOp::Mul, a, b) => both("×", a, b),
            Expr::AddDuration { date, months, days } => {
                let mut text = self.name(date);
                for (count, zh, en) in [(months, "个月", "months"), (days, "天", "days")] {
                    if **count != Expr::Const(Value::Number(crate::ground::number::Number::ZERO)) {
                        let count = match &**count {
                            Expr::Const(Value::Number(n)) => n.to_string(),
                            other => self.name(other),
                        };
                        text.push_str(&format!(" + {count} {}", self.say(zh, en)));
                    }
                }
                text
            }
            Expr::Rounded {
                value,
                divisor: Some(divisor),
                ..
            } => both("/", value, divisor),
            Expr::Rounded {
                value,
                divisor: None,
                ..
            } => self.name(value),
            Expr::Convert { value, .. } => self.name(value),
            Expr::FirstDigits(count, a) => {
                let name = self.name(a);
                self.say(
                    &format!("{name}前 {count} 位"),
                    &format!("first {count} digits of {name}"),
                )
            }
            Expr::NumberOf(a) => of("数值", "number of", a),
            Expr::EndOfMonth(a) => of("月末", "end of month of", a),
            Expr::EndOfYear(a) => of("年末", "end of year of", a),
            Expr::DaysBetween(a, b) => {
                let (a, b) = (self.name(a), self.name(b));
                self.say(
                    &format!("自{a}至{b}的天数"),
                    &format!("days from {a} to {b}"),
                )
            }
            Expr::Earlier(a, b) => both(&self.say("、较早者", "or earlier"), a, b),
            Expr::Later(a, b) => both(&self.say("、较晚者", "or later"), a, b),
            Expr::Choice { arms, otherwise } => {
                let values = arms.iter().map(|(value, _)| value).chain([&**otherwise]);
                let mut names: Vec<String> = values.map(|value| self.name(value)).collect();
                names.retain(|name| !name.is_empty());
                names.dedup();
                names.join(" / ")
            }
            Expr::Aggregate {
                what, value, list, ..
            } => {
                let value = value.as_deref().map(|v| self.name(v)).unwrap_or_default();
                let list = self.list_name(*list);
                let (zh, en) = match what {
                    Aggregation::Count => ("之数", "count of"),
                    Aggregation::Sum => ("之和", "sum of"),
                    Aggregation::Min => ("最小值", "least"),
                    Aggregation::Max => ("最大值", "greatest"),
                };
                match value.is_empty() {
                    true => self.say(&format!("{list}{zh}"), &format!("{en} {list}")),
                    false => self.say(
                        &format!("{list}中{value}{zh}"),
                        &format!("{en} {value} over {list}"),
                    ),
                }
            }
            Expr::Test(_) => self.say("条件", "the condition"),
        }
    }

    /// The type of an expression as far as printing needs it: whose codes it holds, and rates.
    pub(super) fn type_of(&self, expr: &Expr) -> Type {
        let schema = self.scene.schema();
        let rules = self.scene.rules;
        let known = match expr {
            Expr::Field(field) => schema.field(*field).map(|f| f.typ),
            Expr::Parameter { parameter, .. } => {
                rules.parameters.get(parameter.0 as usize).map(|p| p.typ)
            }
            Expr::Attribute {
                table, attribute, ..
            } => schema
                .table(*table)
                .and_then(|t| t.attributes.get(usize::from(*attribute)))
                .map(|column| column.typ),
            Expr::Lookup {
                list, attribute, ..
            } => rules
                .named_list(*list)
                .and_then(|l| l.attributes.get(usize::from(*attribute)))
                .map(|column| column.typ),
            Expr::TableCall { table, .. } => rules.decision_table(*table).map(|t| t.gives),
            Expr::FirstDigits(..) => Some(Type::Hs),
            Expr::Choice { otherwise, .. } => Some(self.type_of(otherwise)),
            _ => None,
        };
        known.unwrap_or(Type::Money(Denomination::Open))
    }

    pub(super) fn code_table(&self, expr: &Expr) -> Option<TableId> {
        match self.type_of(expr) {
            Type::Code(table) | Type::Set(table) => Some(table),
            _ => None,
        }
    }
}
