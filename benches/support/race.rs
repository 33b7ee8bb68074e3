//! A workload like that of the race: declarations with skewed codes, and rules that are drawn by
//! generalising a declaration and kept if they hit about 2.2 of N. The same seed gives the same
//! workload everywhere. The rules are written as text and read like any other; beside them stands
//! the naive loop over typed fields.

use kakou::check::compile;
use kakou::check::rules::RuleSet;
use kakou::facts::Facts;
use kakou::facts::json::from_json;
use kakou::folder::Folder;
use kakou::ground::day::Day;
use kakou::ground::limits::Limits;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

/// How many codes each code field has: zone, zone type, line, direction, business, mode, origin.
pub const CODES: [u16; 7] = [10, 3, 3, 2, 5, 20, 200];
pub const CODE_NAMES: [&str; 7] = [
    "zone",
    "zone_type",
    "line",
    "direction",
    "business",
    "mode",
    "origin",
];
/// Value, quantity, credit, date, total of the year, days in the zone.
pub const NUMBER_NAMES: [&str; 6] = ["value", "quantity", "credit", "date", "ytd", "in_zone"];
pub const LICENCES: u16 = 12;

/// A declaration in typed fields.
#[derive(Clone)]
pub struct Declaration {
    pub codes: [u16; 7],
    pub hs: u64,
    pub numbers: [i64; 6],
    pub licences: u16,
    pub guarantee: bool,
    pub items: Vec<Item>,
}

#[derive(Clone, Copy)]
pub struct Item {
    pub hs: u64,
    pub value: i64,
}

/// A predicate.
#[derive(Clone)]
pub enum Pred {
    Is(usize, u16),
    In(usize, Vec<u16>),
    Under(Vec<(u64, u8)>),
    AtLeast(usize, i64),
    Below(usize, i64),
    Has(u16),
    Lacks(u16),
    Guarantee(bool),
    ItemUnder(u64, u8),
    ItemAtLeast(i64),
}

/// A rule as the naive loop runs it.
#[derive(Clone)]
pub struct NaiveRule {
    pub header: Vec<Pred>,
    pub item: Vec<Pred>,
}

/// Rules, declarations, and both in the engine's form.
pub struct Race {
    pub naive: Vec<NaiveRule>,
    pub declarations: Vec<Declaration>,
    /// The rules as text.
    pub folder: Folder,
    /// The declarations as JSON.
    pub texts: Vec<String>,
    pub rules: Arc<RuleSet>,
    pub facts: Vec<Facts>,
}

/// What rules have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kindred {
    /// Conditions on the header.
    Header,
    /// Three in ten judge each item; a tenth has an exception, a tenth an obligation.
    Full,
}

/// A declaration as a program would read it that knows no schema: the bare typed parse.
#[derive(Deserialize, Serialize)]
#[allow(dead_code, reason = "what is read is not used")]
pub struct Bare<'a> {
    pub zone: &'a str,
    pub zone_type: &'a str,
    pub line: &'a str,
    pub direction: &'a str,
    pub business: &'a str,
    pub mode: &'a str,
    pub origin: &'a str,
    pub hs: &'a str,
    pub value: &'a str,
    pub quantity: i64,
    pub credit: i64,
    pub date: &'a str,
    pub ytd: &'a str,
    pub in_zone: i64,
    pub guarantee: bool,
    free: &'a str,
    #[serde(borrow)]
    pub licences: Vec<&'a str>,
    items: Vec<BareItem<'a>>,
}

#[derive(Deserialize, Serialize)]
#[allow(dead_code, reason = "what is read is not used")]
struct BareItem<'a> {
    hs: &'a str,
    value: &'a str,
}

pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }
    /// Small numbers far more often than large ones.
    pub fn skewed(&mut self, n: u64) -> u64 {
        let unit = self.below(1 << 20) as f64 / (1u64 << 20) as f64;
        ((n as f64).powf(unit) - 1.0).max(0.0) as u64 % n
    }
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }
}

pub fn tariff(dice: &mut Dice) -> u64 {
    let chapter = 1 + dice.skewed(97);
    let heading = 1 + dice.skewed(20);
    let rest = [dice.skewed(10), dice.skewed(10)];
    chapter * 100_000_000 + heading * 1_000_000 + rest[0] * 100_000 + rest[1] * 1_000
}

fn declaration(dice: &mut Dice) -> Declaration {
    let codes = CODES.map(|n| dice.skewed(u64::from(n)) as u16);
    let items: Vec<Item> = (0..1 + dice.below(5))
        .map(|_| Item {
            hs: tariff(dice),
            value: 100 * (1 + dice.skewed(10_000) as i64),
        })
        .collect();
    let value = items.iter().map(|item| item.value).sum();
    Declaration {
        codes,
        hs: items[0].hs,
        numbers: [
            value,
            1 + dice.skewed(2_000) as i64,
            dice.below(5) as i64,
            20_000 + dice.below(900) as i64,
            100 * dice.skewed(60_000) as i64,
            dice.skewed(90) as i64,
        ],
        licences: (0..LICENCES)
            .filter(|_| dice.percent(15))
            .fold(0, |set, bit| set | 1 << bit),
        guarantee: dice.percent(40),
        items,
    }
}

pub fn under(hs: u64, prefix: u64, digits: u8) -> bool {
    hs / 10u64.pow(u32::from(10 - digits)) == prefix
}

impl Pred {
    fn holds(&self, d: &Declaration) -> bool {
        match self {
            Pred::Is(field, code) => d.codes[*field] == *code,
            Pred::In(field, codes) => codes.contains(&d.codes[*field]),
            Pred::Under(prefixes) => prefixes.iter().any(|(p, n)| under(d.hs, *p, *n)),
            Pred::AtLeast(field, at) => d.numbers[*field] >= *at,
            Pred::Below(field, at) => d.numbers[*field] < *at,
            Pred::Has(bit) => d.licences >> bit & 1 == 1,
            Pred::Lacks(bit) => d.licences >> bit & 1 == 0,
            Pred::Guarantee(is) => d.guarantee == *is,
            Pred::ItemUnder(..) | Pred::ItemAtLeast(_) => false,
        }
    }

    fn holds_of(&self, item: &Item) -> bool {
        match self {
            Pred::ItemUnder(prefix, digits) => under(item.hs, *prefix, *digits),
            Pred::ItemAtLeast(at) => item.value >= *at,
            _ => false,
        }
    }
}

impl NaiveRule {
    pub fn matches(&self, d: &Declaration) -> u32 {
        if !self.header.iter().all(|pred| pred.holds(d)) {
            return 0;
        }
        if self.item.is_empty() {
            return 1;
        }
        let fits = |item: &&Item| self.item.iter().all(|pred| pred.holds_of(item));
        d.items.iter().filter(fits).count() as u32
    }
}

/// The declarations that rules are drawn from, in heaps by what most rules name: counting the hits
/// of 100,000 rules over all of them would take an hour.
struct Sample {
    all: Vec<Declaration>,
    by_business_line_mode: HashMap<[u16; 3], Vec<u32>>,
    by_chapter: Vec<Vec<u32>>,
    by_origin: Vec<Vec<u32>>,
}

impl Sample {
    fn new(all: Vec<Declaration>) -> Sample {
        let mut sample = Sample {
            by_business_line_mode: HashMap::new(),
            by_chapter: vec![Vec::new(); 100],
            by_origin: vec![Vec::new(); usize::from(CODES[6])],
            all,
        };
        for (at, d) in (0u32..).zip(&sample.all) {
            let triple = [d.codes[4], d.codes[2], d.codes[5]];
            let heap = sample.by_business_line_mode.entry(triple);
            heap.or_default().push(at);
            sample.by_chapter[(d.hs / 100_000_000) as usize].push(at);
            sample.by_origin[usize::from(d.codes[6])].push(at);
        }
        sample
    }

    /// How many declarations the rule hits; where it is more than so many, at least that many.
    fn hits(&self, rule: &NaiveRule, most: usize) -> u32 {
        let count = |heap: &[u32]| {
            let hit = |at: &&u32| rule.matches(&self.all[**at as usize]) > 0;
            heap.iter().filter(hit).take(most + 1).count() as u32
        };
        // Heaps of different keys share no declaration.
        let counts = |heaps: &[Vec<u32>], mut keys: Vec<usize>| -> u32 {
            keys.sort_unstable();
            keys.dedup();
            keys.iter().map(|key| count(&heaps[*key])).sum()
        };
        let code = |field| {
            rule.header.iter().find_map(|pred| match pred {
                Pred::Is(of, code) if *of == field => Some(*code),
                _ => None,
            })
        };
        if let (Some(business), Some(line), Some(mode)) = (code(4), code(2), code(5)) {
            let heap = self.by_business_line_mode.get(&[business, line, mode]);
            return heap.map_or(0, |heap| count(heap));
        }
        for pred in &rule.header {
            match pred {
                Pred::Under(prefixes) => {
                    let chapter = |(p, n): &(u64, u8)| (p / 10u64.pow(u32::from(n - 2))) as usize;
                    return counts(&self.by_chapter, prefixes.iter().map(chapter).collect());
                }
                Pred::In(6, codes) => {
                    let keys = codes.iter().map(|code| usize::from(*code)).collect();
                    return counts(&self.by_origin, keys);
                }
                _ => {}
            }
        }
        let hit = |d: &&Declaration| rule.matches(d) > 0;
        self.all.iter().filter(hit).take(most + 1).count() as u32
    }
}

/// A predicate that the declaration satisfies.
fn generalise(dice: &mut Dice, d: &Declaration) -> Pred {
    let round = |n: i64| {
        let step = 10i64.pow(((n.max(1) as f64).log10() as u32).saturating_sub(1));
        n / step * step
    };
    match dice.below(10) {
        0 => Pred::Is(0, d.codes[0]),
        1 => Pred::Is(1, d.codes[1]),
        2 => Pred::Is(3, d.codes[3]),
        3 => Pred::Guarantee(d.guarantee),
        4 | 5 => {
            let field = dice.below(6) as usize;
            Pred::AtLeast(field, round(d.numbers[field]))
        }
        6 | 7 => {
            let field = dice.below(6) as usize;
            Pred::Below(field, round(d.numbers[field] * 2) + 10)
        }
        _ => {
            let bit = dice.below(u64::from(LICENCES)) as u16;
            if d.licences >> bit & 1 == 1 {
                Pred::Has(bit)
            } else {
                Pred::Lacks(bit)
            }
        }
    }
}

fn prefix(dice: &mut Dice, hs: u64) -> (u64, u8) {
    let digits = *dice.pick(&[2u8, 2, 4, 4, 6, 8]);
    (hs / 10u64.pow(u32::from(10 - digits)), digits)
}

fn rule(dice: &mut Dice, d: &Declaration, item_rule: bool) -> NaiveRule {
    let mut header = Vec::new();
    match dice.below(100) {
        0..55 => header.extend([4, 2, 5].map(|field| Pred::Is(field, d.codes[field]))),
        55..85 => {
            let mut prefixes = vec![prefix(dice, d.hs)];
            while dice.percent(40) {
                prefixes.push((1 + dice.below(97), 2));
            }
            header.push(Pred::Under(prefixes));
            header.push(Pred::Is(4, d.codes[4]));
        }
        85..95 => {
            let mut codes = vec![d.codes[6]];
            codes.extend((0..dice.below(6)).map(|_| dice.below(200) as u16));
            header.push(Pred::In(6, codes));
            header.push(Pred::Is(2, d.codes[2]));
        }
        _ => header.push(Pred::AtLeast(0, d.numbers[0] / 1000 * 1000)),
    }
    let most = 3 + dice.below(4) as usize;
    while header.len() < most {
        header.push(generalise(dice, d));
    }
    let mut item = Vec::new();
    if item_rule {
        let of = *dice.pick(&d.items);
        let digits = *dice.pick(&[2u8, 4, 4]);
        item.push(Pred::ItemUnder(
            of.hs / 10u64.pow(u32::from(10 - digits)),
            digits,
        ));
        if dice.percent(50) {
            item.push(Pred::ItemAtLeast(of.value / 1000 * 1000));
        }
        header.truncate(3);
    }
    NaiveRule { header, item }
}

const SCHEMA: &str = r#"
outcomes release "放行" / "release" < review "审核" / "review" < inspect "查验" / "inspect"
  < hold "暂缓" / "hold" missing hold advice review
declaration "申报" / "declaration" judged on date
  date : date "日期" / "date"
  zone : code zone "区域" / "zone"
  zone_type : code zone_type "类型" / "zone type"
  line : code line "线别" / "line"
  direction : code direction "方向" / "direction"
  business : code business "业务" / "business"
  mode : code mode "方式" / "mode"
  origin : code origin "原产国" / "origin"
  hs : hs "税号" / "tariff code"
  value : money CNY "货值" / "total"
  quantity : integer "数量" / "quantity"
  credit : integer "信用" / "credit"
  ytd : money CNY "年度累计" / "total of the year"
  in_zone : integer "在区天数" / "days in zone"
  licences : set of code licence "证件" / "licences"
  guarantee : bool "担保" / "guaranteed"
  free : money CNY "担保余额" / "free guarantee"
  items : 1 to 5 item "商品" / "items"
  item.hs : hs "品目" / "tariff code of the item"
  item.value : money CNY "价值" / "value of the item"
currencies currency from "currency.csv" key code
requirement bond "保" / "bond" : money CNY met when free >= it otherwise hold combine largest
law L "法" / "law"
  sure found
covers line is c0 or c1 or c2
"#;

/// The rule set as its author would have it: a text of rules and the code tables beside it.
fn folder(rules: &[String]) -> Folder {
    let mut schema = SCHEMA.to_string();
    let mut files = vec![("currency.csv".to_string(), "code\nCNY\n".to_string())];
    for (name, count) in CODE_NAMES.iter().zip(CODES).chain([(&"licence", LICENCES)]) {
        let _ = writeln!(schema, "codes {name} from \"{name}.csv\" key code");
        let rows = (0..count).fold("code\n".to_string(), |rows, n| rows + &format!("c{n}\n"));
        files.push((format!("{name}.csv"), rows));
    }
    let names: Vec<String> = (0..rules.len())
        .map(|part| format!("rules_{part}.rules"))
        .collect();
    let rules = names
        .iter()
        .zip(rules)
        .map(|(n, t)| (n.as_str(), t.as_str()));
    let schema = [("schema.rules", schema.as_str())];
    let mut folder = Folder::from_texts(schema.into_iter().chain(rules));
    for (name, rows) in &files {
        folder = folder.with_file(name, rows.as_str());
    }
    folder
}

/// The checked rules of a folder; the complaints where it is refused.
pub fn checked(folder: &Folder) -> Arc<RuleSet> {
    let compiled = compile(folder, &Limits::default());
    let complaints = || -> String {
        let all = compiled.diagnostics.iter();
        all.map(|d| format!("{} {}\n", d.code.0, d.title)).collect()
    };
    compiled
        .rules
        .clone()
        .unwrap_or_else(|| panic!("{}", complaints()))
}

pub fn money(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// An amount, a day or a number, as rules write it.
fn number(field: usize, number: i64) -> String {
    match field {
        0 | 4 => format!("{} CNY", money(number)),
        3 => day(number).to_string(),
        _ => number.to_string(),
    }
}

fn day(number: i64) -> Day {
    Day::from_number(number as i32).expect("a day")
}

fn codes(numbers: &[u16]) -> String {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let codes: Vec<String> = numbers.iter().map(|n| format!("c{n}")).collect();
    codes.join(" or ")
}

fn prefixes(prefixes: &[(u64, u8)]) -> String {
    let text = |(p, n): &(u64, u8)| format!("{p:0width$}", width = usize::from(*n));
    let mut prefixes: Vec<String> = prefixes.iter().map(text).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    prefixes.join(" or ")
}

impl Pred {
    /// The condition that a rule author would write.
    fn text(&self) -> String {
        match self {
            Pred::Is(field, code) => format!("{} is c{code}", CODE_NAMES[*field]),
            Pred::In(field, of) => format!("{} is {}", CODE_NAMES[*field], codes(of)),
            Pred::Under(of) => format!("hs under {}", prefixes(of)),
            Pred::AtLeast(f, n) => format!("{} >= {}", NUMBER_NAMES[*f], number(*f, *n)),
            Pred::Below(f, n) => format!("{} < {}", NUMBER_NAMES[*f], number(*f, *n)),
            Pred::Has(bit) => format!("licences has c{bit}"),
            Pred::Lacks(bit) => format!("not (licences has c{bit})"),
            Pred::Guarantee(true) => "guarantee".to_string(),
            Pred::Guarantee(false) => "not guarantee".to_string(),
            Pred::ItemUnder(prefix, digits) => {
                format!("item.hs under {}", prefixes(&[(*prefix, *digits)]))
            }
            Pred::ItemAtLeast(n) => format!("item.value >= {} CNY", money(*n)),
        }
    }
}

/// The rules as texts, none of them beyond what a file may hold. Of the full kind a tenth excuse an
/// earlier rule and a tenth require something.
fn rule_texts(naive: &[NaiveRule], dice: &mut Dice, kin: Kindred) -> Vec<String> {
    let mut files = Vec::new();
    let mut out = String::new();
    for (at, rule) in naive.iter().enumerate() {
        if out.len() > 8 << 20 {
            files.push(std::mem::take(&mut out));
        }
        let _ = writeln!(out, "rule R-{at:05} \"例\" / \"example\"\n  by L");
        let mut bond = None;
        if kin == Kindred::Full && dice.percent(10) {
            // A rule on the header excuses any rule, one on items only rules on items.
            let general =
                |earlier: &usize| rule.item.is_empty() || !naive[*earlier].item.is_empty();
            let all: Vec<usize> = (0..at).filter(general).collect();
            if !all.is_empty() {
                let _ = writeln!(out, "  over R-{:05}", dice.pick(&all));
            }
        } else if kin == Kindred::Full && dice.percent(11) {
            bond = Some(100 * dice.below(1_000) as i64);
        }
        if !rule.item.is_empty() {
            out.push_str("  each item\n");
        }
        let all: Vec<String> = rule
            .header
            .iter()
            .chain(&rule.item)
            .map(Pred::text)
            .collect();
        let _ = writeln!(out, "  when {}", all.join("\n  and "));
        let outcome = ["review", "inspect", "hold"][dice.below(3) as usize];
        let bond = bond.map_or(String::new(), |fen| {
            format!(", require bond {} CNY", money(fen))
        });
        let _ = writeln!(out, "  then {outcome}{bond}\n");
    }
    files.push(out);
    files
}

fn json(d: &Declaration) -> String {
    let money = |fen: i64| format!("\"{}\"", money(fen));
    let mut out = String::from("{");
    for (name, code) in CODE_NAMES.iter().zip(d.codes) {
        let _ = write!(out, "\"{name}\":\"c{code}\",");
    }
    let day = day(d.numbers[3]);
    let _ = write!(
        out,
        "\"hs\":\"{:010}\",\"value\":{},\"quantity\":{},\"credit\":{},\"date\":\"{day}\",\"ytd\":{},\"in_zone\":{},\"guarantee\":{},\"free\":{},",
        d.hs,
        money(d.numbers[0]),
        d.numbers[1],
        d.numbers[2],
        money(d.numbers[4]),
        d.numbers[5],
        d.guarantee,
        money(1_000_000)
    );
    let held = (0..LICENCES)
        .filter(|bit| d.licences >> bit & 1 == 1)
        .map(|b| format!("\"c{b}\""));
    let _ = write!(
        out,
        "\"licences\":[{}],",
        held.collect::<Vec<_>>().join(",")
    );
    let item = |i: &Item| format!("{{\"hs\":\"{:010}\",\"value\":{}}}", i.hs, money(i.value));
    let items: Vec<String> = d.items.iter().map(item).collect();
    let _ = write!(out, "\"items\":[{}]}}", items.join(","));
    out
}

/// The most items of a declaration.
const MOST_ITEMS: usize = 5;

/// The map of the table that [`Race::table`] writes: a column for each field, and of each item.
pub fn map() -> String {
    let mut fields = Vec::new();
    let plain = CODE_NAMES.iter().chain(&["hs"]).chain(&NUMBER_NAMES);
    for name in plain.chain(&["guarantee", "free"]) {
        fields.push(format!(r#""{name}": {{"column": "{name}"}}"#));
    }
    fields.push(r#""licences": {"column": "licences", "split": ";"}"#.to_string());
    for n in 1..=MOST_ITEMS {
        for name in ["hs", "value"] {
            fields.push(format!(
                r#""items[{n}].{name}": {{"column": "{name} {n}", "empty": "unknown"}}"#
            ));
        }
    }
    format!(r#"{{"fields": {{{}}}}}"#, fields.join(", "))
}

/// One row of the table: the names of the columns where there is no declaration.
fn row(d: Option<&Declaration>) -> String {
    let of = |f: &dyn Fn(&Declaration) -> String, name: &str| d.map_or(name.to_string(), f);
    let mut cells = Vec::new();
    for (field, name) in CODE_NAMES.iter().enumerate() {
        cells.push(of(&|d| format!("c{}", d.codes[field]), name));
    }
    cells.push(of(&|d| format!("{:010}", d.hs), "hs"));
    for (field, name) in NUMBER_NAMES.iter().enumerate() {
        let number = |d: &Declaration| match field {
            0 | 4 => money(d.numbers[field]),
            3 => day(d.numbers[field]).to_string(),
            _ => d.numbers[field].to_string(),
        };
        cells.push(of(&number, name));
    }
    cells.push(of(&|d| d.guarantee.to_string(), "guarantee"));
    cells.push(of(&|_| money(1_000_000), "free"));
    let held = |d: &Declaration| {
        let held = (0..LICENCES).filter(|bit| d.licences >> bit & 1 == 1);
        // An empty cell would be none; what stands between codes says that there are none.
        held.map(|bit| format!("c{bit};")).collect::<String>() + ";"
    };
    cells.push(of(&held, "licences"));
    for n in 0..MOST_ITEMS {
        let item =
            |d: &Declaration, f: &dyn Fn(&Item) -> String| d.items.get(n).map_or(String::new(), f);
        cells.push(of(
            &|d| item(d, &|i| format!("{:010}", i.hs)),
            &format!("hs {}", n + 1),
        ));
        cells.push(of(
            &|d| item(d, &|i| money(i.value)),
            &format!("value {}", n + 1),
        ));
    }
    cells.join(",") + "\n"
}

impl Race {
    /// The declarations as a table in CSV.
    pub fn table(&self) -> String {
        let rows = self.declarations.iter().map(|d| row(Some(d)));
        std::iter::once(row(None)).chain(rows).collect()
    }

    /// A workload of so many rules.
    pub fn new(rules: usize, seed: u64, kin: Kindred) -> Race {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        // Twice as many as rules, so that one that hits 2.2 of N hits some at all.
        let drawn = 20_000.max(2 * rules);
        let sample = Sample::new((0..drawn).map(|_| declaration(&mut dice)).collect());
        let wanted = 2.2 / rules as f64 * sample.all.len() as f64;
        let mut naive = Vec::new();
        while naive.len() < rules {
            let item_rule = kin == Kindred::Full && dice.percent(30);
            let of = dice.pick(&sample.all).clone();
            let mut drawn = rule(&mut dice, &of, item_rule);
            let mut kept = false;
            for _ in 0..10 {
                let hits = sample.hits(&drawn, (wanted * 2.0) as usize);
                kept = f64::from(hits) <= wanted * 2.0 && f64::from(hits) * 4.0 >= wanted;
                if kept || drawn.header.len() > 7 {
                    break;
                }
                if f64::from(hits) > wanted {
                    drawn.header.push(generalise(&mut dice, &of));
                } else {
                    drawn.header.pop();
                }
            }
            if kept {
                naive.push(drawn);
            }
        }
        let declarations: Vec<Declaration> = sample.all.into_iter().take(2_000).collect();
        Race::of(naive, declarations, &mut dice, kin)
    }

    /// The workload of these rules and declarations, wherever they are from.
    pub fn of(
        naive: Vec<NaiveRule>,
        declarations: Vec<Declaration>,
        dice: &mut Dice,
        kin: Kindred,
    ) -> Race {
        let folder = folder(&rule_texts(&naive, dice, kin));
        let rules = checked(&folder);
        let texts: Vec<String> = declarations.iter().map(json).collect();
        let limits = Limits::default();
        let facts = texts
            .iter()
            .map(|text| from_json(&rules.schema, text.as_bytes(), &limits))
            .map(|f| f.unwrap_or_else(|e| panic!("{e}")))
            .collect();
        Race {
            naive,
            declarations,
            folder,
            texts,
            rules,
            facts,
        }
    }

    /// The as-of date of a declaration.
    pub fn day(&self, at: usize) -> Day {
        day(self.declarations[at].numbers[3])
    }

    /// Every declaration with its as-of date.
    pub fn movements(&self) -> impl Iterator<Item = (&Facts, Day)> {
        let all = self.facts.iter().enumerate();
        all.map(|(at, facts)| (facts, self.day(at)))
    }

    /// The naive loop: how many rules hit, element by element.
    pub fn naive(&self, at: usize, out: &mut Vec<u32>) {
        out.clear();
        let d = &self.declarations[at];
        for (number, rule) in (0u32..).zip(&self.naive) {
            for _ in 0..rule.matches(d) {
                out.push(number);
            }
        }
    }
}
