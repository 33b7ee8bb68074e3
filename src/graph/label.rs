//! What is written on a node of the drawn graph, in Chinese or English.

use super::Graph;
use super::cells::Axis;
use super::node::Node;
use crate::check::rules::{Aggregation, ArithOp, CompareOp, Each, Quantity};
use crate::decide::program::{NodeId, Op, Program};
use crate::schema::Lang;
use crate::schema::value::{Code, FieldId, ListId, TableId, Type, Value};

/// The most characters of a label; the rest is cut off and said to be.
const MOST: usize = 60;

/// Writes labels in one language.
pub(super) struct Labeller<'a> {
    graph: &'a Graph,
    lang: Lang,
}

impl<'a> Labeller<'a> {
    pub(super) fn new(graph: &'a Graph, lang: Lang) -> Labeller<'a> {
        Labeller { graph, lang }
    }

    fn program(&self) -> &'a Program {
        self.graph.program()
    }

    fn say(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).to_string()
    }

    /// The label of a node, on one line.
    pub(super) fn node(&self, number: u32, node: &Node) -> String {
        let rules = self.graph.rules();
        let text = match node {
            Node::Meaning(op) => self.op(NodeId(number), op),
            Node::Rule(id) => rules.rule(*id).map_or(String::new(), |rule| {
                format!("{} {}", rule.id, rule.labels.get(self.lang, ""))
            }),
            Node::Kind(id) => rules.kind(*id).map_or(String::new(), |kind| {
                kind.labels.get(self.lang, &kind.name).to_string()
            }),
            Node::Requirement { firmly: true } => self.say("必须要求", "require firmly"),
            Node::Requirement { firmly: false } => self.say("要求", "require"),
            Node::Waiver => self.say("免除", "waive"),
            Node::Outcome(id) => rules
                .schema
                .outcomes
                .get(usize::from(id.0))
                .map_or(String::new(), |outcome| {
                    outcome.labels.get(self.lang, &outcome.name).to_string()
                }),
            Node::Cover(number) => format!("{} {}", self.say("覆盖", "covers"), number + 1),
            Node::Required(number) => {
                let field = rules.required.get(*number as usize).map(|r| r.field);
                format!("{} {}", self.say("必填", "required"), self.field(field))
            }
            Node::Fork => self.say("全部", "fork"),
            Node::Split(axis) => format!("{} {}", self.say("分支", "split on"), self.axis(axis)),
            Node::Match(number) => format!("{} {}", self.say("规则块", "block"), number + 1),
            Node::Each(list) => format!("{} {}", self.say("逐项", "each"), self.list(*list)),
            Node::Fold(list) => format!("{} {}", self.say("汇总", "fold"), self.list(*list)),
            Node::Residue(number) => format!("{} {}", self.say("逐条", "residue"), number + 1),
            Node::Resolve(level) => {
                format!(
                    "{} {}",
                    self.say("例外层级", "exceptions, levels"),
                    level + 1
                )
            }
        };
        shorten(&text)
    }

    /// The label of a constant that stands alone as the argument of requirements of these types:
    /// a code is one of a table that only they know.
    pub(super) fn argument(&self, value: &Value, kinds: &[Type]) -> String {
        let tables: Vec<TableId> = kinds
            .iter()
            .filter_map(|typ| match typ {
                Type::Code(table) | Type::Set(table) => Some(*table),
                _ => None,
            })
            .collect();
        if tables.is_empty() {
            return shorten(&self.value(value, None));
        }
        let mut texts: Vec<String> = tables
            .iter()
            .map(|table| self.value(value, Some(*table)))
            .collect();
        texts.sort();
        texts.dedup();
        shorten(&texts.join(" / "))
    }

    fn axis(&self, axis: &Axis) -> String {
        match axis {
            Axis::AsOf => self.say("判定日", "as-of date"),
            Axis::Field(field) | Axis::Codes(field, _) => self.field(Some(*field)),
        }
    }

    fn field(&self, field: Option<FieldId>) -> String {
        field
            .and_then(|id| self.graph.rules().schema.field(id))
            .map_or(String::new(), |field| {
                field.labels.get(self.lang, &field.path).to_string()
            })
    }

    fn list(&self, list: ListId) -> String {
        let field = self.graph.rules().schema.list(list).map(|list| list.field);
        self.field(field)
    }

    fn each(&self, each: Each) -> String {
        match each {
            Each::List(list) => self.list(list),
            Each::Set(field) => self.field(Some(field)),
        }
    }

    fn op(&self, node: NodeId, op: &Op) -> String {
        let operands = self.program().operands(node);
        match op {
            Op::Const(value) => self.value(value, None),
            Op::Field(field) => self.field(Some(*field)),
            Op::Bound(number) => format!("{} {}", self.say("代码", "code"), number + 1),
            Op::It => self.say("其参数", "it"),
            Op::AsOf => self.say("判定日", "as-of date"),
            Op::Event(id) => self
                .graph
                .rules()
                .events
                .get(id.0 as usize)
                .map_or(String::new(), |event| {
                    event.labels.get(self.lang, &event.name).to_string()
                }),
            Op::Parameter(id) => self
                .graph
                .rules()
                .parameters
                .get(id.0 as usize)
                .map_or(String::new(), |parameter| {
                    parameter.labels.get(self.lang, &parameter.name).to_string()
                }),
            Op::Attribute { table, attribute } => {
                let table = self.graph.rules().schema.table(*table);
                let column = table.and_then(|t| t.attributes.get(usize::from(*attribute)));
                format!(".{}", column.map_or("", |column| column.name.as_str()))
            }
            Op::Lookup {
                list, attribute, ..
            } => {
                let list = self.graph.rules().named_list(*list);
                let column = list.and_then(|l| l.attributes.get(usize::from(*attribute)));
                let name = list.map_or("", |l| l.labels.get(self.lang, &l.name));
                format!(
                    "{name}.{}",
                    column.map_or("", |column| column.name.as_str())
                )
            }
            Op::TableCall(id) | Op::Rows { table: id, .. } => {
                let table = self.graph.rules().decision_table(*id);
                table.map_or(String::new(), |t| {
                    t.labels.get(self.lang, &t.name).to_string()
                })
            }
            Op::Arith(ArithOp::Add) => "+".to_string(),
            Op::Arith(ArithOp::Sub) => "−".to_string(),
            Op::Arith(ArithOp::Mul) => "×".to_string(),
            Op::AddDuration => self.say("加期限", "plus duration"),
            Op::Rounded { places, .. } => format!("{} {places}", self.say("取整", "rounded to")),
            Op::Convert { to, money } => format!("→ {}", self.unit(*to, *money)),
            Op::FirstDigits(count) => {
                self.say(&format!("前 {count} 位"), &format!("first {count} digits"))
            }
            Op::NumberOf => self.say("数值", "number of"),
            Op::DaysBetween => self.say("天数", "days from … to …"),
            Op::Earlier => self.say("较早", "earlier of"),
            Op::Later => self.say("较晚", "later of"),
            Op::EndOfMonth => self.say("月末", "end of month"),
            Op::EndOfYear => self.say("年末", "end of year"),
            Op::Choice => self.say("选择", "choice"),
            Op::Aggregate { what, list, .. } => {
                let what = match what {
                    Aggregation::Count => self.say("个数", "count"),
                    Aggregation::Sum => self.say("合计", "sum"),
                    Aggregation::Min => self.say("最小", "min"),
                    Aggregation::Max => self.say("最大", "max"),
                };
                format!("{what} {}", self.list(*list))
            }
            Op::Test => self.say("是否", "whether"),
            Op::Always => self.say("总是", "always"),
            Op::And => self.say("且", "and"),
            Op::Or => self.say("或", "or"),
            Op::Not => self.say("非", "not"),
            Op::Flag => self.say("为真", "is true"),
            Op::Compare(op) => self.compare(*op, operands),
            Op::IsNone => self.say("为空", "is none"),
            Op::OneOf { codes, negated } => {
                let table = operands.first().and_then(|operand| self.table_of(*operand));
                let codes: Vec<String> = codes.iter().map(|c| self.code(*c, table)).collect();
                let word = if *negated {
                    self.say("不为", "is not")
                } else {
                    self.say("为", "is")
                };
                format!("{word} {}", codes.join(&self.say(" 或 ", " or ")))
            }
            Op::Under { prefixes, negated } => {
                let prefixes: Vec<String> = prefixes.iter().map(ToString::to_string).collect();
                let word = if *negated {
                    self.say("不属于", "not under")
                } else {
                    self.say("属于", "under")
                };
                format!("{word} {}", prefixes.join(&self.say(" 或 ", " or ")))
            }
            Op::InList { list, negated, .. } => {
                let list = self.graph.rules().named_list(*list);
                let name = list.map_or("", |l| l.labels.get(self.lang, &l.name));
                let word = if *negated {
                    self.say("不在", "not in")
                } else {
                    self.say("在", "in")
                };
                format!("{word} {name}")
            }
            Op::InSet { negated: true } => self.say("不在其中", "not in the set"),
            Op::InSet { negated: false } => self.say("在其中", "in the set"),
            Op::Has => {
                let table = operands.first().and_then(|operand| self.table_of(*operand));
                let codes = operands
                    .iter()
                    .skip(1)
                    .map(|code| match self.program().op(*code) {
                        Op::Const(value) => self.value(value, table),
                        _ => "…".to_string(),
                    });
                let codes: Vec<String> = codes.collect();
                format!(
                    "{} {}",
                    self.say("含有", "has"),
                    codes.join(&self.say(" 或 ", " or "))
                )
            }
            Op::Quantified { quantity, over, .. } => {
                let what = match quantity {
                    Quantity::Any => self.say("任一", "any"),
                    Quantity::Every => self.say("每一", "every"),
                    Quantity::No => self.say("没有", "no"),
                    Quantity::Exactly(n) => format!("{} {n}", self.say("恰有", "exactly")),
                    Quantity::AtLeast(n) => format!("{} {n}", self.say("至少", "at least")),
                };
                format!("{what} {}", self.each(*over))
            }
        }
    }

    /// A comparison; a constant on the right stands in it and is not drawn apart.
    fn compare(&self, op: CompareOp, operands: &[NodeId]) -> String {
        let sign = match op {
            CompareOp::Eq => "=",
            CompareOp::Ne => "≠",
            CompareOp::Lt => "<",
            CompareOp::Le => "≤",
            CompareOp::Gt => ">",
            CompareOp::Ge => "≥",
        };
        match operands {
            [left, right] => match self.program().op(*right) {
                Op::Const(value) => format!("{sign} {}", self.value(value, self.table_of(*left))),
                _ => sign.to_string(),
            },
            _ => sign.to_string(),
        }
    }

    /// Whether an operand is written into its parent's label.
    pub(super) fn is_inlined(&self, parent: &Op, at: u32, operand: NodeId) -> bool {
        let place = matches!((parent, at), (Op::Compare(_), 1) | (Op::Has, 1..));
        place && matches!(self.program().op(operand), Op::Const(_))
    }

    /// The table whose codes a value is of.
    fn table_of(&self, node: NodeId) -> Option<TableId> {
        let rules = self.graph.rules();
        let typ = match self.program().op(node) {
            Op::Field(field) => rules.schema.field(*field)?.typ,
            Op::TableCall(table) => rules.decision_table(*table)?.gives,
            Op::Parameter(parameter) => rules.parameters.get(parameter.0 as usize)?.typ,
            Op::Attribute { table, attribute } => {
                let attributes = &rules.schema.table(*table)?.attributes;
                attributes.get(usize::from(*attribute))?.typ
            }
            Op::Lookup {
                list, attribute, ..
            } => {
                let attributes = &rules.named_list(*list)?.attributes;
                attributes.get(usize::from(*attribute))?.typ
            }
            _ => return None,
        };
        match typ {
            Type::Code(table) | Type::Set(table) => Some(table),
            _ => None,
        }
    }

    fn code(&self, code: Code, table: Option<TableId>) -> String {
        let table = table.and_then(|table| self.graph.rules().schema.table(table));
        table
            .and_then(|table| table.entry(code))
            .map_or_else(|| format!("#{}", code.0), |entry| entry.words(self.lang))
    }

    fn unit(&self, code: Code, money: bool) -> String {
        let schema = &self.graph.rules().schema;
        let table = if money {
            schema.currencies
        } else {
            schema.units
        };
        table
            .and_then(|table| schema.table(table))
            .map_or(String::new(), |t| t.text(code).to_string())
    }

    fn value(&self, value: &Value, table: Option<TableId>) -> String {
        match value {
            Value::Bool(true) => self.say("真", "true"),
            Value::Bool(false) => self.say("假", "false"),
            Value::Number(number) => number.to_string(),
            Value::Money(number, code) => {
                format!("{} {}", number.for_people(0), self.unit(*code, true))
            }
            Value::Quantity(number, code) => {
                format!("{} {}", number.for_people(0), self.unit(*code, false))
            }
            Value::Date(day) => day.to_string(),
            Value::Text(text) => format!("“{text}”"),
            Value::Code(code) => self.code(*code, table),
            Value::Hs(code) => code.to_string(),
            Value::Set(codes) => {
                let codes: Vec<String> = codes.iter().map(|code| self.code(*code, table)).collect();
                format!("{{{}}}", codes.join(", "))
            }
        }
    }
}

/// One line without control characters, cut where it is long.
fn shorten(text: &str) -> String {
    let clean = |c: char| {
        // Marks that turn the direction of writing would let a label pretend to be another.
        let turns = matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        if c.is_control() || turns {
            '\u{FFFD}'
        } else {
            c
        }
    };
    let mut out: String = text.trim().chars().map(clean).take(MOST).collect();
    if text.trim().chars().count() > MOST {
        out.push('…');
    }
    out
}
