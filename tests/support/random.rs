//! Random rule sets with every construct of the checked form, and random declarations with
//! unknown and none everywhere. The same seed gives the same rules on every machine.
#![allow(
    dead_code,
    reason = "each test that shares this uses its own part of it"
)]

use kakou::check::compile;
use kakou::check::rules::*;
use kakou::facts::Facts;
use kakou::facts::json::from_json;
use kakou::folder::Folder;
use kakou::ground::day::{Day, RoughDay};
use kakou::ground::limits::Limits;
use kakou::ground::number::{Number, Rounding};
use kakou::schema::Home;
use kakou::schema::value::{Code, DepartmentId, FieldId, Hs, ListId, OutcomeId, Type, Value};
use std::sync::Arc;

/// The world that random rules are about.
pub const WORLD: &str = r#"
outcomes release "放行" / "release" < review "审核" / "review" < hold "暂缓" / "hold"
  < reject "退单" / "reject" missing hold advice review
departments customs "海关" / "customs", commerce "商务" / "commerce"
declaration "申报" / "declaration" judged on date
  id : text "编号" / "number"
  date : date, always "日期" / "date"
  a : integer "甲" / "a"
  b : integer "乙" / "b"
  flag : bool "标志" / "flag"
  mode : code mode "方式" / "mode"
  docs : set of code mode "单证" / "documents"
  hs : hs "税号" / "tariff code"
  m : money CNY "金额" / "amount"
  cur : code currency "币制" / "currency"
  mi : money in cur "总价" / "total"
  d1 : date "起" / "start"
  d2 : date "止" / "end"
  word : text "字" / "word"
  items : 0 to 5 item "商品" / "items"
  item.n : integer "数" / "count"
  item.k : code mode "种类" / "kind"
  item.v : money CNY "价值" / "value"
  item.h : hs "品目" / "heading"
  item.papers : set of code mode "文件" / "papers"
  item.parts : 0 to 3 part "部件" / "parts"
  part.w : integer "重" / "weight"
  part.c : code mode "料" / "material"
  lines : 0 to 5 entry "账册" / "ledger"
  entry.n : integer "账数" / "ledger count"
  entry.k : code mode "账类" / "ledger kind"
codes mode from "mode.csv" key code label zh / en with rank : integer, kind : code kind
codes kind from "kind.csv" key code with grade : integer, twin : code mode
currencies currency from "currency.csv" key code rates "rates.csv" in CNY
list pairs "名录" / "pairs" of hs : hs from "pairs.csv" with limit : integer
law L "法一" / "law one"
  sure found
requirement paper "单" / "paper" : code mode met when docs has it otherwise hold combine all
requirement bond "保" / "bond" : money CNY met when m >= it otherwise hold combine largest
requirement tax "税" / "tax" : code mode otherwise review combine one
requirement due "期" / "due" : date met when as_of <= it otherwise reject combine earliest
requirement seal "封" / "seal" met when flag otherwise review combine all
table first_of(a, mode) "首" / "first" gives code mode, first row that fits
  | from 1 to 2 | any => 10 |
  | 3 | 10 or 20 => 20 |
  | any | none => 10 |
table one_of(a) "一" / "one" gives code mode, exactly one row fits
  | from 1 to 2 => 10 |
  | from 2 to 3 => 20 |
table all_of(a) "全" / "all" gives set of code mode, all rows that fit
  | from 1 to 2 => 10 |
  | from 2 to 3 => 20 or 30 |
event rough "大约" / "rough" on 2020-06 sure high
parameter limit : integer "限" / "limit"
  2 until 2018-12-31
  1 from 2019-01-01
parameter nobody_knows : integer "未知数" / "nobody knows" unknown
rule X-1 "例" / "example"
  by L article 1
  when a = 1
  then hold
"#;

/// The skeleton that random rules are put into.
pub fn skeleton() -> RuleSet {
    let folder = Folder::from_texts([("a.rules", WORLD)])
        .with_file(
            "mode.csv",
            "code,zh,en,rank,kind\n10,甲类,first,1,x\n20,乙类,second,,y\n30,丙类,third,3,\n",
        )
        .with_file("kind.csv", "code,grade,twin\nx,2,20\ny,,10\n")
        .with_file("currency.csv", "code\nCNY\nUSD\n")
        .with_file(
            "rates.csv",
            "code,from,until,rate\nUSD,2020-01-01,2020-12-31,7\n",
        )
        .with_file("pairs.csv", "hs,limit\n8471,2\n0101,\n84,1\n");
    let compiled = compile(&folder, &Limits::default());
    let rules = compiled.rules.clone().unwrap_or_else(|| {
        panic!(
            "{}",
            compiled
                .diagnostics
                .iter()
                .filter(|d| d.code.0.starts_with("E"))
                .map(|d| format!(
                    "{} {} {:?}\n",
                    d.code.0,
                    d.title,
                    WORLD.get(d.span().start as usize..d.span().end as usize)
                ))
                .collect::<String>()
        )
    });
    (*rules).clone()
}

/// Pseudo-random numbers.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    pub fn chance(&mut self, of_ten: usize) -> bool {
        self.below(10) < of_ten
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What is at hand where a condition stands.
#[derive(Clone, Default)]
struct Place {
    lists: Vec<ListId>,
    sets: u8,
    it: Option<Type>,
}

/// Makes rules.
struct Maker<'a> {
    rules: &'a RuleSet,
    dice: Dice,
}

impl Maker<'_> {
    fn fields(&self, place: &Place, wanted: impl Fn(Type) -> bool) -> Vec<FieldId> {
        (0u32..)
            .map(FieldId)
            .zip(&self.rules.schema.fields)
            .filter(|(_, field)| match field.home {
                Home::Header(_) => true,
                Home::Element(list, _) => place.lists.contains(&list),
            })
            .filter(|(_, field)| wanted(field.typ))
            .map(|(id, _)| id)
            .collect()
    }

    fn field(&mut self, place: &Place, wanted: impl Fn(Type) -> bool) -> Expr {
        let fields = self.fields(place, wanted);
        Expr::Field(*self.dice.pick(&fields))
    }

    fn mode(&mut self) -> Code {
        Code(u32::try_from(self.dice.below(3)).unwrap())
    }

    fn day(&mut self) -> Day {
        let days = [
            "2018-01-31",
            "2020-06-10",
            "2020-06-15",
            "2020-06-16",
            "2020-06-30",
            "2020-07-01",
        ];
        self.dice.pick(&days).parse().unwrap()
    }

    fn hs(&mut self) -> Hs {
        self.dice
            .pick(&["84", "8471", "0101", "847130", "8471301000"])
            .parse()
            .unwrap()
    }

    fn list(&mut self, place: &Place) -> ListId {
        let lists: Vec<ListId> = (0u32..)
            .map(ListId)
            .zip(&self.rules.schema.lists)
            .filter(|(_, list)| list.parent.is_none_or(|p| place.lists.contains(&p)))
            .map(|(id, _)| id)
            .collect();
        *self.dice.pick(&lists)
    }

    fn inside(&self, place: &Place, list: ListId) -> Place {
        let mut place = place.clone();
        place.lists.push(list);
        place
    }

    fn number(&mut self, place: &Place, depth: usize) -> Expr {
        let small = |dice: &mut Dice| Value::Number(Number::from_i64(dice.below(5) as i64 - 1));
        match if depth == 0 {
            self.dice.below(4)
        } else {
            self.dice.below(17)
        } {
            0 | 1 => self.field(place, |t| t == Type::Integer),
            2 | 3 => Expr::Const(small(&mut self.dice)),
            4 | 5 => {
                let op = *self.dice.pick(&[ArithOp::Add, ArithOp::Sub, ArithOp::Mul]);
                let (a, b) = (self.number(place, depth - 1), self.number(place, depth - 1));
                Expr::Arith(op, Box::new(a), Box::new(b))
            }
            6 => Expr::Rounded {
                value: Box::new(self.number(place, depth - 1)),
                divisor: Some(Box::new(self.number(place, depth - 1))),
                places: 1,
                rounding: Rounding::HalfUp,
            },
            7 => Expr::DaysBetween(
                Box::new(self.date(place, depth - 1)),
                Box::new(self.date(place, depth - 1)),
            ),
            8 => Expr::NumberOf(Box::new(self.money(place, depth - 1))),
            9 if self.dice.chance(3) => self.of_kind(place, depth, 0),
            9 => Expr::Attribute {
                of: Box::new(self.code(place, depth - 1)),
                table: self.table_of_modes(),
                attribute: 0,
                on: self.on(place, depth),
            },
            10 => Expr::Lookup {
                list: NamedListId(0),
                keys: vec![self.tariff(place)],
                attribute: 0,
                on: self.on(place, depth),
            },
            11 => {
                let parameter = ParameterId(
                    u32::try_from(self.dice.below(self.rules.parameters.len())).unwrap(),
                );
                Expr::Parameter {
                    parameter,
                    on: self.on(place, depth),
                }
            }
            12 => self.choice(place, depth, Maker::number),
            _ => self.aggregate(place, depth),
        }
    }

    /// An attribute of the kind of a mode: an attribute of an attribute.
    fn of_kind(&mut self, place: &Place, depth: usize, attribute: u16) -> Expr {
        let kind = Expr::Attribute {
            of: Box::new(self.code(place, depth - 1)),
            table: self.table_of_modes(),
            attribute: 1,
            on: self.on(place, depth),
        };
        let kinds = self
            .rules
            .schema
            .tables
            .iter()
            .position(|t| t.name == "kind");
        Expr::Attribute {
            of: Box::new(kind),
            table: kakou::schema::value::TableId(u32::try_from(kinds.unwrap()).unwrap()),
            attribute,
            on: self.on(place, depth),
        }
    }

    fn table_of_modes(&self) -> kakou::schema::value::TableId {
        match self
            .rules
            .schema
            .fields
            .iter()
            .find(|f| f.path == "mode")
            .unwrap()
            .typ
        {
            Type::Code(table) => table,
            _ => panic!("mode is a code"),
        }
    }

    fn on(&mut self, place: &Place, depth: usize) -> Option<Box<Expr>> {
        self.dice
            .chance(3)
            .then(|| Box::new(self.date(place, depth - 1)))
    }

    fn choice(
        &mut self,
        place: &Place,
        depth: usize,
        value: impl Fn(&mut Self, &Place, usize) -> Expr,
    ) -> Expr {
        let arms = (0..1 + self.dice.below(2))
            .map(|_| (value(self, place, depth - 1), self.cond(place, depth - 1)))
            .collect();
        Expr::Choice {
            arms,
            otherwise: Box::new(value(self, place, depth - 1)),
        }
    }

    fn aggregate(&mut self, place: &Place, depth: usize) -> Expr {
        let list = self.list(place);
        let inner = self.inside(place, list);
        let what = *self.dice.pick(&[
            Aggregation::Count,
            Aggregation::Sum,
            Aggregation::Min,
            Aggregation::Max,
        ]);
        let value = (what != Aggregation::Count).then(|| Box::new(self.number(&inner, depth - 1)));
        let condition = self
            .dice
            .chance(6)
            .then(|| Box::new(self.cond(&inner, depth - 1)));
        let at_hand = place.lists.contains(&list);
        let columns = self.rules.schema.lists[list.0 as usize].columns.clone();
        let plain: Vec<FieldId> = columns
            .into_iter()
            .filter(|f| {
                matches!(
                    self.rules.schema.fields[f.0 as usize].typ,
                    Type::Integer | Type::Code(_)
                )
            })
            .collect();
        let same = if at_hand && self.dice.chance(5) {
            vec![*self.dice.pick(&plain)]
        } else {
            vec![]
        };
        Expr::Aggregate {
            what,
            value,
            list,
            condition,
            same,
            unit: None,
        }
    }

    fn money(&mut self, place: &Place, depth: usize) -> Expr {
        match if depth == 0 {
            self.dice.below(4)
        } else {
            self.dice.below(9)
        } {
            0..=2 => self.field(place, |t| matches!(t, Type::Money(_))),
            3 => {
                let currency = Code(u32::from(self.dice.chance(2)));
                Expr::Const(Value::Money(
                    Number::from_i64(self.dice.below(8) as i64),
                    currency,
                ))
            }
            4 | 5 => Expr::Convert {
                value: Box::new(self.money(place, depth - 1)),
                to: Code(u32::from(self.dice.chance(3))),
                money: true,
                on: self.on(place, depth),
            },
            6 => {
                let (a, b) = (self.money(place, depth - 1), self.money(place, depth - 1));
                Expr::Arith(ArithOp::Add, Box::new(a), Box::new(b))
            }
            7 => self.choice(place, depth, Maker::money),
            _ => {
                let list = self.list(&Place::default());
                let inner = self.inside(place, list);
                let field = self.money(&inner, depth - 1);
                let unit = self.dice.chance(6).then_some(Code(0));
                let what = *self.dice.pick(&[Aggregation::Sum, Aggregation::Max]);
                let condition = self
                    .dice
                    .chance(5)
                    .then(|| Box::new(self.cond(&inner, depth - 1)));
                Expr::Aggregate {
                    what,
                    value: Some(Box::new(field)),
                    list,
                    condition,
                    same: vec![],
                    unit,
                }
            }
        }
    }

    /// A tariff code, or what it begins with.
    fn tariff(&mut self, place: &Place) -> Expr {
        let code = self.field(place, |t| t == Type::Hs);
        if self.dice.chance(3) {
            Expr::FirstDigits(*self.dice.pick(&[2, 4, 6, 8]), Box::new(code))
        } else {
            code
        }
    }

    fn date(&mut self, place: &Place, depth: usize) -> Expr {
        match if depth == 0 {
            self.dice.below(6)
        } else {
            self.dice.below(11)
        } {
            0 | 1 => self.field(place, |t| t == Type::Date),
            2 => Expr::AsOf,
            3 => Expr::Event(EventId(0)),
            4 | 5 => Expr::Const(Value::Date(self.day())),
            6 => Expr::AddDuration {
                date: Box::new(self.date(place, depth - 1)),
                months: Box::new(self.number(place, 0)),
                days: Box::new(self.number(place, 0)),
            },
            7 => Expr::Earlier(
                Box::new(self.date(place, depth - 1)),
                Box::new(self.date(place, depth - 1)),
            ),
            8 => Expr::Later(
                Box::new(self.date(place, depth - 1)),
                Box::new(self.date(place, depth - 1)),
            ),
            9 => Expr::EndOfMonth(Box::new(self.date(place, depth - 1))),
            _ => Expr::EndOfYear(Box::new(self.date(place, depth - 1))),
        }
    }

    fn code(&mut self, place: &Place, depth: usize) -> Expr {
        let modes = self.table_of_modes();
        match if depth == 0 {
            self.dice.below(5)
        } else {
            self.dice.below(9)
        } {
            0 | 1 => self.field(place, |t| t == Type::Code(modes)),
            2 => Expr::Const(Value::Code(self.mode())),
            3 | 4 if place.sets > 0 => {
                Expr::Bound(u8::try_from(self.dice.below(usize::from(place.sets))).unwrap())
            }
            3 | 4 => match place.it {
                Some(Type::Code(_)) => Expr::It,
                _ => self.field(place, |t| t == Type::Code(modes)),
            },
            5 => self.table_call(place, depth),
            6 => self.of_kind(place, depth, 1),
            _ => self.choice(place, depth, Maker::code),
        }
    }

    fn inputs(&mut self, table: DecisionTableId, place: &Place, depth: usize) -> Vec<Expr> {
        let types = self.rules.tables[table.0 as usize].inputs.clone();
        types
            .into_iter()
            .map(|typ| match typ {
                Type::Integer => self.number(place, depth - 1),
                _ => self.code(place, depth - 1),
            })
            .collect()
    }

    fn table_call(&mut self, place: &Place, depth: usize) -> Expr {
        let codes: Vec<DecisionTableId> = (0u32..)
            .map(DecisionTableId)
            .zip(&self.rules.tables)
            .filter(|(_, table)| table.policy != Policy::All)
            .map(|(id, _)| id)
            .collect();
        let table = *self.dice.pick(&codes);
        Expr::TableCall {
            table,
            inputs: self.inputs(table, place, depth),
        }
    }

    fn set(&mut self, place: &Place) -> Expr {
        self.field(place, |t| matches!(t, Type::Set(_)))
    }

    fn cond(&mut self, place: &Place, depth: usize) -> Cond {
        let many = |this: &mut Self, depth: usize| -> Vec<Cond> {
            (0..1 + this.dice.below(3))
                .map(|_| this.cond(place, depth - 1))
                .collect()
        };
        match if depth == 0 {
            self.dice.below(14)
        } else {
            self.dice.below(24)
        } {
            0 => Cond::Flag(self.field(place, |t| t == Type::Bool)),
            1 | 2 => {
                let op = *self.dice.pick(&OPS);
                let (a, b) = (self.number(place, depth.min(2)), self.number(place, 0));
                if self.dice.chance(3) {
                    Cond::Compare(op, b, a)
                } else {
                    Cond::Compare(op, a, b)
                }
            }
            3 => {
                let op = *self.dice.pick(&OPS);
                Cond::Compare(op, self.money(place, depth.min(2)), self.money(place, 0))
            }
            4 => {
                let op = *self.dice.pick(&OPS);
                Cond::Compare(op, self.date(place, depth.min(2)), self.date(place, 0))
            }
            5 => {
                let op = *self.dice.pick(&[CompareOp::Eq, CompareOp::Ne]);
                Cond::Compare(op, self.code(place, depth.min(1)), self.code(place, 0))
            }
            6 => {
                let field = self.fields(place, |_| true);
                Cond::IsNone(Expr::Field(*self.dice.pick(&field)))
            }
            7 | 8 => {
                let mut codes = vec![self.mode(), self.mode()];
                codes.sort();
                codes.dedup();
                Cond::OneOf {
                    value: self.code(place, depth.min(1)),
                    codes,
                    negated: self.dice.chance(3),
                }
            }
            9 => {
                let mut prefixes = vec![self.hs(), self.hs()];
                prefixes.sort();
                prefixes.dedup();
                let value = self.tariff(place);
                Cond::Under {
                    value,
                    prefixes,
                    negated: self.dice.chance(3),
                }
            }
            10 => {
                let op = *self.dice.pick(&[CompareOp::Eq, CompareOp::Ne]);
                let left = self.tariff(place);
                let right = if self.dice.chance(8) {
                    Expr::Const(Value::Hs(self.hs()))
                } else {
                    self.tariff(place)
                };
                Cond::Compare(op, left, right)
            }
            11 => {
                let op = *self.dice.pick(&[CompareOp::Eq, CompareOp::Ne]);
                let word = *self.dice.pick(&["x", "y"]);
                let left = self.field(place, |t| t == Type::Text);
                Cond::Compare(op, left, Expr::Const(Value::Text(word.into())))
            }
            12 => {
                let set = self.set(place);
                let codes = if depth == 0 || self.dice.chance(5) {
                    vec![
                        Expr::Const(Value::Code(self.mode())),
                        Expr::Const(Value::Code(self.mode())),
                    ]
                } else {
                    vec![self.code(place, 0)]
                };
                Cond::Has { set, codes }
            }
            13 => Cond::InList {
                keys: vec![self.tariff(place)],
                list: NamedListId(0),
                on: if depth == 0 {
                    None
                } else {
                    self.on(place, depth).map(|b| *b)
                },
                negated: self.dice.chance(3),
            },
            14 => {
                let set = if self.dice.chance(5) {
                    self.set(place)
                } else {
                    let all = self
                        .rules
                        .tables
                        .iter()
                        .position(|t| t.policy == Policy::All)
                        .unwrap();
                    let table = DecisionTableId(u32::try_from(all).unwrap());
                    Expr::TableCall {
                        table,
                        inputs: self.inputs(table, place, depth),
                    }
                };
                Cond::InSet {
                    value: self.code(place, depth - 1),
                    set,
                    negated: self.dice.chance(3),
                }
            }
            15 => {
                let table = DecisionTableId(
                    u32::try_from(self.dice.below(self.rules.tables.len())).unwrap(),
                );
                let rows = self.rules.tables[table.0 as usize].rows.len();
                let mut chosen: Vec<u16> = (0..2)
                    .map(|_| u16::try_from(self.dice.below(rows)).unwrap())
                    .collect();
                chosen.sort_unstable();
                chosen.dedup();
                Cond::Rows {
                    table,
                    inputs: self.inputs(table, place, depth),
                    rows: RowNumbers(chosen),
                }
            }
            16 | 17 => Cond::And(many(self, depth)),
            18 | 19 => Cond::Or(many(self, depth)),
            20 => Cond::Not(Box::new(self.cond(place, depth - 1))),
            21 => Cond::Always,
            _ => {
                let quantity = *self.dice.pick(&[
                    Quantity::Any,
                    Quantity::Every,
                    Quantity::No,
                    Quantity::Exactly(1),
                    Quantity::AtLeast(2),
                ]);
                let (over, inner) = if self.dice.chance(7) {
                    let list = self.list(place);
                    (Each::List(list), self.inside(place, list))
                } else {
                    let sets = self.fields(place, |t| matches!(t, Type::Set(_)));
                    let inner = Place {
                        sets: place.sets + 1,
                        ..place.clone()
                    };
                    (Each::Set(*self.dice.pick(&sets)), inner)
                };
                Cond::Quantified {
                    quantity,
                    over,
                    body: Box::new(self.cond(&inner, depth - 1)),
                }
            }
        }
    }

    fn argument(&mut self, kind: KindId, place: &Place) -> Option<Expr> {
        let typ = self.rules.kinds[usize::from(kind.0)].argument?;
        Some(match typ {
            Type::Code(_) => self.code(place, 1),
            Type::Money(_) => self.money(place, 1),
            _ => self.date(place, 1),
        })
    }

    fn field_called(&self, path: &str) -> FieldId {
        self.rules.schema.field_by_path(path).unwrap()
    }

    fn each(&mut self) -> Vec<Each> {
        let list = |name: &str| {
            let field = self.rules.schema.field_by_path(name).unwrap();
            match self.rules.schema.fields[field.0 as usize].typ {
                Type::List(list) => Each::List(list),
                _ => panic!("{name} is a list"),
            }
        };
        let (items, parts, lines) = (list("items"), list("item.parts"), list("lines"));
        let papers = Each::Set(self.field_called("item.papers"));
        let docs = Each::Set(self.field_called("docs"));
        match self.dice.below(12) {
            0..=4 => vec![],
            5..=7 => vec![items],
            8 => vec![items, parts],
            9 => vec![items, papers],
            10 => vec![docs],
            _ => vec![lines],
        }
    }

    fn place_of(&self, each: &[Each]) -> Place {
        let mut place = Place::default();
        for each in each {
            match each {
                Each::List(list) => place.lists.push(*list),
                Each::Set(_) => place.sets += 1,
            }
        }
        place
    }

    fn rule(&mut self, number: usize, before: &[Rule]) -> Rule {
        let each = self.each();
        let place = self.place_of(&each);
        let over = before
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.each.starts_with(&each))
            .map(|(at, _)| RuleId(u32::try_from(at).unwrap()))
            .filter(|_| self.dice.chance(2))
            .collect();
        let depth = self.dice.below(4);
        let kinds = self.rules.kinds.len();
        let kind = |dice: &mut Dice| KindId(u16::try_from(dice.below(kinds)).unwrap());
        let mut requires = Vec::new();
        while self.dice.chance(3) {
            let kind = kind(&mut self.dice);
            let argument = self.argument(kind, &place);
            requires.push(Require {
                kind,
                firmly: self.dice.chance(2),
                argument,
            });
        }
        let mut waives = Vec::new();
        while self.dice.chance(2) {
            let kind = kind(&mut self.dice);
            let it = self.rules.kinds[usize::from(kind.0)].argument;
            let with_it = Place {
                it,
                ..place.clone()
            };
            let condition = self.dice.chance(5).then(|| self.cond(&with_it, 1));
            waives.push(Waive { kind, condition });
        }
        let departments = [vec![0], vec![1], vec![0, 1]];
        let in_force = match self.dice.below(4) {
            0 => Cond::Compare(CompareOp::Ge, Expr::AsOf, Expr::Event(EventId(0))),
            1 => Cond::And(vec![
                Cond::Compare(
                    CompareOp::Ge,
                    Expr::AsOf,
                    Expr::Const(Value::Date(self.day())),
                ),
                Cond::Compare(
                    CompareOp::Le,
                    Expr::AsOf,
                    Expr::Const(Value::Date(self.day())),
                ),
            ]),
            _ => Cond::Always,
        };
        let template = &self.rules.rules[0];
        let terms = Terms {
            id: format!("R-{number:03}"),
            labels: template.labels.clone(),
            basis: template.basis.clone(),
            sure: *self.dice.pick(&[
                Sure::Found,
                Sure::Found,
                Sure::High,
                Sure::High,
                Sure::Medium,
            ]),
            departments: self
                .dice
                .pick(&departments)
                .iter()
                .map(|d| DepartmentId(*d))
                .collect(),
            pilot: self
                .dice
                .chance(3)
                .then(|| PilotId(u16::try_from(self.dice.below(3)).unwrap())),
            in_force,
            force: Force::default(),
            scope: if self.dice.chance(5) {
                self.cond(&Place::default(), 0)
            } else {
                Cond::Always
            },
            when: self.cond(&place, depth),
            unless: self.dice.chance(3).then(|| self.cond(&place, 1)),
            outcome: self
                .dice
                .chance(7)
                .then(|| OutcomeId(u8::try_from(self.dice.below(4)).unwrap())),
            requires,
            waives,
            message: Message::default(),
            each,
        };
        let mut rule = Rule::new(terms, Place_::default());
        rule.over = over;
        rule
    }
}

use kakou::check::rules::Place as Place_;

const OPS: [CompareOp; 6] = [
    CompareOp::Eq,
    CompareOp::Ne,
    CompareOp::Lt,
    CompareOp::Le,
    CompareOp::Gt,
    CompareOp::Ge,
];

/// A random rule set; `skeleton` comes from [`skeleton`].
pub fn rule_set(skeleton: &RuleSet, seed: u64, most: usize) -> Arc<RuleSet> {
    let mut maker = Maker {
        rules: skeleton,
        dice: Dice::new(seed),
    };
    let count = 1 + maker.dice.below(most);
    let mut rules: Vec<Rule> = Vec::new();
    for number in 0..count {
        let rule = maker.rule(number, &rules);
        rules.push(rule);
    }
    let mut covers = Vec::new();
    while maker.dice.chance(5) {
        covers.push(Cover {
            in_force: Cond::Always,
            scope: maker.cond(&Place::default(), 1),
            advice: maker.dice.chance(4),
            place: Place_::default(),
        });
    }
    let items = maker.field_called("item.n");
    let mut required = skeleton.required.clone();
    for (path, chance) in [
        ("item.n", 3),
        ("m", 3),
        ("items", 2),
        ("part.w", 2),
        ("item.parts", 2),
    ] {
        if maker.dice.chance(chance) {
            let field = maker.field_called(path);
            let place = match maker.rules.schema.fields[field.0 as usize].home {
                Home::Element(list, _) if field == items => Place {
                    lists: vec![list],
                    ..Place::default()
                },
                _ => Place::default(),
            };
            let when = maker.dice.chance(5).then(|| maker.cond(&place, 1));
            required.push(Required { field, when });
        }
    }
    let pilot = |number: usize, live: bool| Pilot {
        name: format!("p{number}"),
        labels: Default::default(),
        basis: vec![],
        sure: Sure::Found,
        live,
        force: Force::default(),
        suspends: None,
        rules: vec![],
    };
    let mut set = RuleSet {
        rules,
        covers,
        required,
        ..skeleton.clone()
    };
    set.pilots = vec![pilot(0, true), pilot(1, false), pilot(2, false)];
    if let Some(event) = set.events.first_mut() {
        let spans: [&str; 3] = ["2020-06", "2020-06-15", "2020"];
        event.on = RoughDay::parse(spans[maker.dice.below(3)]);
    }
    Arc::new(set)
}

/// A random declaration as JSON: each field is left out, null or one of some values.
pub fn declaration(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    // Some declarations are complete, so that truths other than undetermined are common.
    let unknown = *dice.pick(&[0, 0, 1, 3]);
    let mut fields = Vec::new();
    let header: &[(&str, &[&str])] = &[
        ("date", &["\"2020-06-15\""]),
        ("a", &["0", "1", "2", "3", "9"]),
        ("b", &["0", "1", "2"]),
        ("flag", &["true", "false"]),
        ("mode", MODES),
        ("docs", SETS),
        ("hs", TARIFF),
        ("m", &["\"5\"", "\"0\"", "\"3.5\"", "\"7\""]),
        ("cur", &["\"USD\"", "\"CNY\""]),
        ("mi", &["\"5\"", "\"1\""]),
        (
            "d1",
            &["\"2018-01-31\"", "\"2020-06-10\"", "\"2020-06-15\""],
        ),
        ("d2", &["\"2020-06-20\"", "\"2020-07-01\""]),
        ("word", &["\"x\"", "\"z\""]),
    ];
    for (name, values) in header {
        field(&mut dice, unknown, name, values, &mut fields);
    }
    list(&mut dice, unknown, "items", 4, &mut fields, |dice| {
        let mut item = Vec::new();
        field(dice, unknown, "n", &["0", "1", "2"], &mut item);
        field(dice, unknown, "k", MODES, &mut item);
        field(dice, unknown, "v", &["\"3\"", "\"4.5\""], &mut item);
        field(dice, unknown, "h", TARIFF, &mut item);
        field(dice, unknown, "papers", SETS, &mut item);
        list(dice, unknown, "parts", 3, &mut item, |dice| {
            let mut part = Vec::new();
            field(dice, unknown, "w", &["0", "1", "2"], &mut part);
            field(dice, unknown, "c", MODES, &mut part);
            part
        });
        item
    });
    list(&mut dice, unknown, "lines", 3, &mut fields, |dice| {
        let mut entry = Vec::new();
        field(dice, unknown, "n", &["0", "1", "2"], &mut entry);
        field(dice, unknown, "k", MODES, &mut entry);
        entry
    });
    format!("{{{}}}", fields.join(","))
}

const MODES: &[&str] = &["\"10\"", "\"20\"", "\"30\""];
const SETS: &[&str] = &["[]", "[\"10\"]", "[\"20\",\"10\"]", "[\"30\",\"20\"]"];
const TARIFF: &[&str] = &[
    "\"84\"",
    "\"8471\"",
    "\"84713010\"",
    "\"8471301000\"",
    "\"0101210000\"",
    "\"9999\"",
];

fn field(dice: &mut Dice, unknown: usize, name: &str, values: &[&str], out: &mut Vec<String>) {
    if dice.chance(unknown) {
        return;
    }
    let value = if dice.chance(1) {
        "null"
    } else {
        dice.pick(values)
    };
    out.push(format!("\"{name}\":{value}"));
}

fn list(
    dice: &mut Dice,
    unknown: usize,
    name: &str,
    most: usize,
    out: &mut Vec<String>,
    mut element: impl FnMut(&mut Dice) -> Vec<String>,
) {
    if dice.chance(unknown.min(2)) {
        return;
    }
    if dice.chance(1) {
        out.push(format!("\"{name}\":null"));
        return;
    }
    let elements: Vec<String> = (0..dice.below(most + 1))
        .map(|_| format!("{{{}}}", element(dice).join(",")))
        .collect();
    out.push(format!("\"{name}\":[{}]", elements.join(",")));
}

/// The facts of a declaration. One that the reader refuses is no declaration.
pub fn facts(rules: &RuleSet, json: &str) -> Option<Facts> {
    from_json(&rules.schema, json.as_bytes(), &Limits::default()).ok()
}
