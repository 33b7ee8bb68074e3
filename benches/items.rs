//! Declarations of fifty line items under rules with quantifiers, counts, sums and rules on each
//! item, beside the naive loop over typed fields and the reference evaluator in the same run. Read
//! the ratios; the times move from machine to machine.

#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "support/turn.rs"]
mod turn;

use criterion::{Criterion, criterion_group, criterion_main};
use kakou::engine::{Engine, Scratch};
use kakou::facts::json::from_json;
use kakou::graph::{Graph, Options};
use kakou::ground::day::Day;
use kakou::verdict::judgement::{Judgement, Step};
use kakou::{Facts, Folder, Limits, Reference, Sure};
use race::{Dice, checked, money, tariff, under};
use std::fmt::Write;
use std::hint::black_box;
use turn::{median, turn, used};

/// How many declarations there are, and how many line items each has at the most.
const DECLARATIONS: usize = 200;
const ITEMS: usize = 50;

/// A declaration in typed fields.
struct Order {
    line: u16,
    business: u16,
    items: Vec<Item>,
}

#[derive(Clone, Copy)]
struct Item {
    hs: u64,
    value: i64,
    quantity: i64,
    origin: u16,
    licensed: bool,
}

/// A condition on one item.
#[derive(Clone)]
enum Test {
    Under(u64, u8),
    Origin(Vec<u16>),
    Value(i64),
    Fewer(i64),
    Licensed(bool),
}

/// What a rule makes of the items that satisfy its conditions.
#[derive(Clone, Copy)]
enum Shape {
    Each,
    Any,
    Every,
    No,
    Exactly(u32),
    AtLeast(u32),
    CountAbove(u32),
    SumAbove(i64),
}

/// A rule as the naive loop runs it.
struct Rule {
    line: Option<u16>,
    business: u16,
    shape: Shape,
    tests: Vec<Test>,
}

impl Test {
    fn holds(&self, item: &Item) -> bool {
        match self {
            Test::Under(prefix, digits) => under(item.hs, *prefix, *digits),
            Test::Origin(all) => all.contains(&item.origin),
            Test::Value(least) => item.value >= *least,
            Test::Fewer(than) => item.quantity < *than,
            Test::Licensed(is) => item.licensed == *is,
        }
    }

    /// The condition that a rule author would write.
    fn text(&self) -> String {
        match self {
            Test::Under(prefix, digits) => {
                format!(
                    "item.hs under {prefix:0width$}",
                    width = usize::from(*digits)
                )
            }
            Test::Origin(all) => {
                let all: Vec<String> = all.iter().map(|code| format!("c{code}")).collect();
                format!("item.origin is {}", all.join(" or "))
            }
            Test::Value(least) => format!("item.value >= {} CNY", money(*least)),
            Test::Fewer(than) => format!("item.quantity < {than}"),
            Test::Licensed(true) => "item.licensed".to_string(),
            Test::Licensed(false) => "not item.licensed".to_string(),
        }
    }

    /// One that the item satisfies.
    fn of(dice: &mut Dice, item: &Item, kind: u64) -> Test {
        match kind {
            0 => {
                let digits = *dice.pick(&[2u8, 2, 4]);
                Test::Under(item.hs / 10u64.pow(u32::from(10 - digits)), digits)
            }
            1 => {
                let mut all = vec![item.origin];
                all.extend((0..dice.below(4)).map(|_| dice.below(50) as u16));
                all.sort_unstable();
                all.dedup();
                Test::Origin(all)
            }
            2 => Test::Value(item.value / 1_000 * 1_000),
            3 => Test::Fewer(item.quantity / 10 * 10 + 10),
            _ => Test::Licensed(item.licensed),
        }
    }
}

impl Rule {
    /// Adds what the rule finds: the number of the item for a rule on each, else none.
    fn find(&self, number: u32, order: &Order, found: &mut Vec<(u32, Option<u32>)>) {
        if order.business != self.business || self.line.is_some_and(|line| order.line != line) {
            return;
        }
        let fits = |item: &&Item| self.tests.iter().all(|test| test.holds(item));
        let fitting = || order.items.iter().filter(fits);
        let at_least = |least: u32| fitting().take(least as usize).count() == least as usize;
        let holds = match self.shape {
            Shape::Each => {
                let items = (0u32..).zip(&order.items).filter(|(_, item)| fits(item));
                found.extend(items.map(|(at, _)| (number, Some(at))));
                return;
            }
            Shape::Any => at_least(1),
            Shape::No => !at_least(1),
            Shape::Every => order.items.iter().all(|item| fits(&item)),
            Shape::AtLeast(least) => at_least(least),
            Shape::CountAbove(most) => at_least(most + 1),
            Shape::Exactly(count) => fitting().take(count as usize + 1).count() == count as usize,
            Shape::SumAbove(most) => fitting().map(|item| item.value).sum::<i64>() > most,
        };
        if holds {
            found.push((number, None));
        }
    }

    fn text(&self, number: usize, dice: &mut Dice) -> String {
        let mut out = format!("rule R-{number:04} \"例\" / \"example\"\n  by L\n");
        let line = self
            .line
            .map_or(String::new(), |line| format!("; line is c{line}"));
        let _ = writeln!(out, "  for business is c{}{line}", self.business);
        let tests: Vec<String> = self.tests.iter().map(Test::text).collect();
        let tests = tests.join(" and ");
        let condition = match self.shape {
            Shape::Each => {
                out.push_str("  each item\n");
                tests
            }
            Shape::Any => format!("any item has ({tests})"),
            Shape::Every => format!("every item has ({tests})"),
            Shape::No => format!("no item has ({tests})"),
            Shape::Exactly(n) => format!("exactly {n} item has ({tests})"),
            Shape::AtLeast(n) => format!("at least {n} item has ({tests})"),
            Shape::CountAbove(n) => format!("(count of items where ({tests})) > {n}"),
            Shape::SumAbove(n) => {
                format!(
                    "(sum of item.value over items where ({tests})) > {} CNY",
                    money(n)
                )
            }
        };
        let outcome = dice.pick(&["review", "inspect", "hold"]);
        let _ = writeln!(out, "  when {condition}\n  then {outcome}\n");
        out
    }
}

const SCHEMA: &str = r#"
outcomes release "放行" / "release" < review "审核" / "review" < inspect "查验" / "inspect"
  < hold "暂缓" / "hold" missing hold advice review
declaration "申报" / "declaration" judged on date
  date : date "日期" / "date"
  line : code line "线别" / "line"
  business : code business "业务" / "business"
  items : 1 to 50 item "商品" / "items"
  item.hs : hs "税号" / "tariff code"
  item.value : money CNY "价值" / "value"
  item.quantity : integer "数量" / "quantity"
  item.origin : code origin "原产国" / "origin"
  item.licensed : bool "有证" / "licensed"
currencies currency from "currency.csv" key code
law L "法" / "law"
  sure found
covers line is c0 or c1 or c2
"#;

fn order(dice: &mut Dice) -> Order {
    let item = |dice: &mut Dice| Item {
        hs: tariff(dice),
        value: 100 * (1 + dice.skewed(10_000) as i64),
        quantity: 1 + dice.skewed(500) as i64,
        origin: dice.skewed(50) as u16,
        licensed: dice.percent(70),
    };
    Order {
        line: dice.skewed(3) as u16,
        business: dice.skewed(5) as u16,
        items: (0..ITEMS).map(|_| item(dice)).collect(),
    }
}

/// A rule drawn from an order, which one in ten to one in two hundred of its business satisfy, so
/// that neither all rules fire nor none.
fn rule(dice: &mut Dice, orders: &[Order]) -> Rule {
    let mut found = Vec::new();
    loop {
        let of = dice.pick(orders);
        let item = *dice.pick(&of.items);
        let first = dice.below(5);
        let mut tests = vec![Test::of(dice, &item, first)];
        while dice.percent(60) {
            let kind = dice.below(5);
            tests.push(Test::of(dice, &item, kind));
        }
        let fitting = of.items.iter().filter(|i| tests.iter().all(|t| t.holds(i)));
        let (count, sum) = fitting.fold((0u32, 0), |(n, sum), item| (n + 1, sum + item.value));
        let shape = match dice.below(10) {
            0..3 => Shape::Each,
            3 => Shape::Any,
            4 => Shape::Every,
            5 => Shape::No,
            6 => Shape::Exactly(count),
            7 => Shape::AtLeast(count),
            8 => Shape::CountAbove(count - 1),
            _ => Shape::SumAbove(sum / 1_000 * 1_000),
        };
        let line = dice.percent(50).then_some(of.line);
        let rule = Rule {
            line,
            business: of.business,
            shape,
            tests,
        };
        found.clear();
        orders
            .iter()
            .for_each(|order| rule.find(0, order, &mut found));
        if (1..=orders.len() / 8).contains(&found.len()) {
            return rule;
        }
    }
}

fn json(order: &Order) -> String {
    let item = |item: &Item| {
        format!(
            "{{\"hs\":\"{:010}\",\"value\":\"{}\",\"quantity\":{},\"origin\":\"c{}\",\"licensed\":{}}}",
            item.hs,
            money(item.value),
            item.quantity,
            item.origin,
            item.licensed
        )
    };
    let items: Vec<String> = order.items.iter().map(item).collect();
    format!(
        "{{\"date\":\"2026-08-03\",\"line\":\"c{}\",\"business\":\"c{}\",\"items\":[{}]}}",
        order.line,
        order.business,
        items.join(",")
    )
}

/// Rules and declarations for everybody.
struct Workload {
    naive: Vec<Rule>,
    orders: Vec<Order>,
    facts: Vec<Facts>,
    day: Day,
    rules: std::sync::Arc<kakou::RuleSet>,
    engine: Engine,
}

impl Workload {
    fn new(rules: usize) -> Workload {
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
        let orders: Vec<Order> = (0..DECLARATIONS).map(|_| order(&mut dice)).collect();
        let naive: Vec<Rule> = (0..rules).map(|_| rule(&mut dice, &orders)).collect();
        let texts = naive.iter().enumerate();
        let texts: String = texts
            .map(|(number, rule)| rule.text(number, &mut dice))
            .collect();
        let mut schema = SCHEMA.to_string();
        let mut folder = Vec::new();
        for (name, count) in [("line", 3), ("business", 5), ("origin", 50)] {
            let _ = writeln!(schema, "codes {name} from \"{name}.csv\" key code");
            let rows = (0..count).fold("code\n".to_string(), |rows, n| rows + &format!("c{n}\n"));
            folder.push((format!("{name}.csv"), rows));
        }
        folder.push(("currency.csv".to_string(), "code\nCNY\n".to_string()));
        let texts = [("schema.rules", schema), ("rules.rules", texts)];
        let files = folder.into_iter();
        let folder = files.fold(Folder::from_texts(texts), |folder, (name, rows)| {
            folder.with_file(name, rows)
        });
        let rules = checked(&folder);
        let graph = Graph::build(&rules, Options::default()).expect("a graph");
        let read = |order: &Order| {
            let text = json(order);
            from_json(&rules.schema, text.as_bytes(), &Limits::default()).expect("facts")
        };
        Workload {
            facts: orders.iter().map(read).collect(),
            engine: Engine::from(&graph),
            day: "2026-08-03".parse().expect("a day"),
            naive,
            orders,
            rules,
        }
    }

    fn find(&self, order: &Order, found: &mut Vec<(u32, Option<u32>)>) {
        found.clear();
        for (number, rule) in (0u32..).zip(&self.naive) {
            rule.find(number, order, found);
        }
    }

    /// The naive loop and the engine find the same, and some of the reference's answers are the
    /// engine's to the last field. Says how many findings a declaration has.
    fn agree(&self, compared: usize) -> f64 {
        let (mut scratch, mut found, mut findings) = (Scratch::default(), Vec::new(), 0);
        let reference = Reference::new(&self.rules, Sure::High);
        for (at, (order, facts)) in self.orders.iter().zip(&self.facts).enumerate() {
            self.find(order, &mut found);
            let judgement: &Judgement = self.engine.judge(facts, self.day, &mut scratch);
            let fired = judgement.fired.iter().map(|fired| {
                let row = match fired.element.0[0] {
                    Step::Row(row) => Some(row),
                    _ => None,
                };
                (fired.rule.0, row)
            });
            assert_eq!(fired.collect::<Vec<_>>(), found, "declaration {at}");
            if at < compared {
                assert_eq!(
                    judgement,
                    &reference.judge(facts, self.day),
                    "declaration {at}"
                );
            }
            findings += found.len();
        }
        findings as f64 / self.orders.len() as f64
    }
}

fn items(criterion: &mut Criterion) {
    for rules in [100, 1_000] {
        let workload = Workload::new(rules);
        let few = 2_000 / rules;
        let findings = workload.agree(few);
        let (mut scratch, mut found) = (Scratch::default(), Vec::new());
        let (mut naive, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..5 {
            naive.push(turn(DECLARATIONS, || {
                for order in &workload.orders {
                    workload.find(order, &mut found);
                    black_box(&found);
                }
            }));
            ours.push(turn(DECLARATIONS, || {
                for facts in &workload.facts {
                    black_box(workload.engine.judge(facts, workload.day, &mut scratch));
                }
            }));
            ratios.push(naive[naive.len() - 1] / ours[ours.len() - 1]);
        }
        let reference = Reference::new(&workload.rules, Sure::High);
        let start = used();
        for facts in workload.facts.iter().take(few) {
            black_box(reference.judge(facts, workload.day));
        }
        let slow = (used() - start).as_secs_f64() / few as f64 * 1e9;
        let ours = median(&mut ours);
        println!(
            "items {rules}: {ITEMS} items a declaration, {findings:.1} findings: naive {:.0} ns, engine \
             {ours:.0} ns, ratio {:.2}; {:.0} ns an item; the reference {:.0} times as slow as the engine",
            median(&mut naive),
            median(&mut ratios),
            ours / ITEMS as f64,
            slow / ours,
        );
        if std::env::var_os("RATIOS_ONLY").is_none() {
            let mut at = 0;
            criterion.bench_function(&format!("items/engine/{rules}"), |bench| {
                bench.iter(|| {
                    at = (at + 1) % DECLARATIONS;
                    black_box(workload.engine.judge(
                        &workload.facts[at],
                        workload.day,
                        &mut scratch,
                    ));
                });
            });
        }
    }
}

criterion_group!(benches, items);
criterion_main!(benches);
