//! Law 1 for engines that are one block of rules on few facts, as most are: the engine finds its rows
//! in several ways, and each must say what the reference evaluator says.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/seeded.rs"]
mod seeded;
#[path = "support/together.rs"]
#[allow(
    clippy::expect_used,
    reason = "a test says what went wrong by panicking"
)]
mod together;

use kakou::check::compile;
use kakou::check::rules::RuleSet;
use kakou::engine::Scratch;
use kakou::facts::json::from_json;
use kakou::graph::Options;
use kakou::ground::day::Day;
use kakou::ground::truth::Truth;
use kakou::verdict::judgement::Judgement;
use kakou::{Engine, Facts, Folder, Graph, Limits, Reference, Sure};
use seeded::Random;
use std::fmt::Write as _;
use std::sync::Arc;
use together::says_of_all;

/// The code tables: their names and how many codes they have.
const TABLES: [(&str, usize); 5] = [
    ("three", 3),
    ("seven", 7),
    ("forty", 40),
    ("many", 1100),
    ("paper", 80),
];
/// The fields of codes, with the table of each.
const CODES: [(&str, usize); 8] = [
    ("ka", 0),
    ("kb", 1),
    ("kc", 1),
    ("kd", 2),
    ("ke", 2),
    ("kf", 3),
    ("kg", 1),
    ("kh", 0),
];
/// Codes of sets are asked for among these: near each other, and beyond those that a key tells.
const PAPERS: [usize; 12] = [0, 1, 2, 3, 9, 20, 40, 59, 60, 61, 62, 79];
const DAYS: [&str; 8] = [
    "2018-06-15",
    "2019-12-31",
    "2020-01-01",
    "2020-06-15",
    "2020-06-16",
    "2020-07-01",
    "2021-01-31",
    "2024-02-29",
];
const GOODS: [&str; 9] = [
    "84",
    "8471",
    "847130",
    "8471301000",
    "8471301001",
    "0101210000",
    "9999999999",
    "85",
    "0000000000",
];
const AMOUNTS: [&str; 9] = [
    "0",
    "1",
    "5",
    "5.01",
    "-3",
    "0.0000001",
    "999999999999999999",
    "4.999999",
    "5.0000001",
];

fn code(table: usize, number: usize) -> String {
    format!("{}{number}", ["t", "s", "f", "m", "p"][table])
}

fn files() -> Vec<(String, String)> {
    let rows = |table: usize, count: usize| {
        let rows = (0..count).map(|number| format!("{}\n", code(table, number)));
        format!("code\n{}", rows.collect::<String>())
    };
    let mut files: Vec<(String, String)> = TABLES
        .iter()
        .enumerate()
        .map(|(table, (name, count))| (format!("codes/{name}.csv"), rows(table, *count)))
        .collect();
    let more = [
        ("codes/currency.csv", "code\nCNY\nUSD\n"),
        (
            "lists/rates.csv",
            "code,from,until,rate\nUSD,2019-01-01,2020-06-30,7\n",
        ),
        (
            "codes/unit.csv",
            "code,symbol,dimension,factor\n035,kg,mass,1\n036,g,mass,0.001\n",
        ),
    ];
    files.extend(more.map(|(name, text)| (name.to_owned(), text.to_owned())));
    files
}

fn schema(random: &mut Random) -> String {
    let mut out = String::from(
        "outcomes release < review < hold < reject missing hold advice review\n\
         departments customs, commerce, tax, office sees all\n",
    );
    for (name, _) in TABLES {
        let _ = writeln!(out, "codes {name} from \"codes/{name}.csv\" key code");
    }
    out.push_str(
        "units unit from \"codes/unit.csv\" key code\n\
         currencies currency from \"codes/currency.csv\" key code rates \"lists/rates.csv\" in CNY\n\
         declaration judged on date\n  date : date\n",
    );
    // With none required nothing at all is evaluated of most declarations.
    let required = random.pick(&[0, 0, 2, 5]);
    let need = |random: &mut Random| match random.chance(required) {
        true => random.pick(&[
            ", always",
            ", when fa",
            ", when ka is t1",
            ", when na > nb",
            ", when na + 1 > 40",
        ]),
        false => "",
    };
    for (name, table) in CODES {
        let need = if name == "ka" { "" } else { need(random) };
        let _ = writeln!(out, "  {name} : code {}{need}", TABLES[table].0);
    }
    for (name, typ) in [
        ("fa", "bool"),
        ("fb", "bool"),
        ("na", "integer"),
        ("nb", "decimal"),
        ("cur", "code currency"),
        ("m", "money CNY"),
        ("mi", "money in cur"),
        ("q", "quantity kg"),
        ("da", "date"),
        ("db", "date"),
        ("h", "hs"),
        ("t", "text"),
        ("sa", "set of code seven"),
        ("sb", "set of code paper"),
    ] {
        let need = match name {
            "fa" | "na" => "",
            _ => need(random),
        };
        let _ = writeln!(out, "  {name} : {typ}{need}");
    }
    out.push_str(
        "  items : 0 to 5 item\n  item.k : code forty\n  item.n : integer\n  item.h : hs\n  \
         item.s : set of code seven\n",
    );
    out.push_str("law L\n  sure found\nlaw W\n  sure low\n");
    out.push_str("event rough on 2020-06 sure found\n");
    out
}

/// What a rule set is like.
struct Shape {
    /// The fields that conditions are on.
    fields: Vec<usize>,
    pilots: bool,
    over: usize,
    duties: bool,
    residue: usize,
    items: usize,
    force: usize,
    departments: usize,
    shadow: usize,
}

/// So many sorts of tests are told by the key of a fact; two more need a look at it.
const KEYED: usize = 20;

fn shape(random: &mut Random) -> Shape {
    let some = 1 + random.below(KEYED);
    let mut fields: Vec<usize> = (0..some).map(|_| random.below(KEYED)).collect();
    if random.chance(1) {
        fields.push(KEYED + random.below(2));
    }
    Shape {
        fields,
        pilots: random.chance(3),
        over: random.pick(&[0, 0, 0, 1, 4]),
        duties: random.chance(3),
        residue: random.pick(&[0, 0, 0, 1, 4]),
        items: random.pick(&[0, 0, 0, 0, 0, 1, 4, 16]),
        force: random.pick(&[0, 0, 2, 8]),
        departments: random.pick(&[0, 4, 12]),
        shadow: random.pick(&[0, 1, 4]),
    }
}

fn test(random: &mut Random, field: usize) -> String {
    let op = random.pick(&["=", "!=", "<", "<=", ">", ">="]);
    if random.chance(1) {
        let name = match field {
            0..=7 => CODES[field].0,
            _ => [
                "fa", "fb", "na", "nb", "m", "q", "da", "db", "h", "sa", "sb", "sb", "t", "mi",
            ][field - 8],
        };
        return format!("{name} is none");
    }
    match field {
        0..=7 => {
            let (name, table) = CODES[field];
            let most = TABLES[table]
                .1
                .min(if random.chance(1) { 2000 } else { 12 });
            let is = random.pick(&["is", "is", "is", "is not"]);
            let mut numbers: Vec<usize> = (0..1 + random.below(3))
                .map(|_| random.below(most))
                .collect();
            numbers.sort_unstable();
            numbers.dedup();
            let codes: Vec<String> = numbers.iter().map(|number| code(table, *number)).collect();
            format!("{name} {is} {}", codes.join(" or "))
        }
        8 => random.pick(&["fa", "not fa"]).to_owned(),
        9 => random.pick(&["fb", "not fb"]).to_owned(),
        10 => format!("na {op} {}", random.below(300)),
        11 => format!("nb {op} {}.{}", random.below(3), random.below(10)),
        12 => format!("m {op} {} CNY", random.below(6)),
        13 => format!("q {op} {} kg", random.below(40)),
        14 => format!("da {op} {}", random.pick(&DAYS)),
        15 => format!(
            "db {op} 20{:02}-{:02}-01",
            18 + random.below(8),
            1 + random.below(12)
        ),
        16 => {
            let not = random.pick(&["", "", "not "]);
            let prefix = match random.below(2) {
                0 => random.pick(&GOODS).to_owned(),
                _ => format!("84{:02}", random.below(60)),
            };
            format!("{not}(h under {prefix})")
        }
        17 => format!(
            "sa has s{}{}",
            random.below(7),
            match random.chance(3) {
                true => format!(" or s{}", random.below(7)),
                false => String::new(),
            }
        ),
        18 => format!("sb has p{}", random.below(8)),
        19 => format!("sb has p{}", random.pick(&PAPERS)),
        20 => format!("t = \"{}\"", random.pick(&["x", "y"])),
        _ => format!("mi {op} {} USD", random.below(6)),
    }
}

fn item_test(random: &mut Random) -> String {
    match random.below(5) {
        0 => format!("item.k is f{}", random.below(12)),
        1 => format!("item.n > {}", random.below(6)),
        2 => format!("item.h under {}", random.pick(&GOODS)),
        3 => format!("item.s has s{}", random.below(7)),
        _ => format!("item.k is not f{}", random.below(3)),
    }
}

fn condition(random: &mut Random, shape: &Shape) -> String {
    let field = random.pick(&shape.fields);
    let one = test(random, field);
    match random.below(8) {
        0 => format!("(({one}) or ({}))", test(random, field)),
        1 => format!("(not ({one}))"),
        2 if random.chance(shape.residue) => "na < nb".to_owned(),
        3 if random.chance(shape.residue) => {
            let other = random.pick(&shape.fields);
            format!("(({one}) or ({}))", test(random, other))
        }
        4 if random.chance(shape.residue) => format!("as_of > {}", random.pick(&DAYS)),
        _ => format!("({one})"),
    }
}

fn rule(random: &mut Random, shape: &Shape, number: usize, of_items: &mut Vec<bool>) -> String {
    let law = if random.chance(shape.shadow) {
        "W"
    } else {
        "L"
    };
    let mut out = format!("rule R-{number:04}\n  by {law}\n");
    if random.chance(shape.force) {
        let _ = writeln!(
            out,
            "  force {}",
            random.pick(&[
                "from 2019-01-01",
                "until 2020-06-30",
                "from 2020-01-01 until 2020-06-15",
                "from 2020-06-16",
                "from 2018-01-01 until 2024-02-28",
                "from event rough",
            ])
        );
    }
    if random.chance(shape.departments) {
        let departments = [
            "commerce",
            "tax, customs",
            "customs",
            "customs, commerce, tax",
        ];
        let _ = writeln!(out, "  department {}", random.pick(&departments));
    }
    let item = random.chance(shape.items);
    if item {
        out.push_str("  each item\n");
    }
    if shape.pilots && random.chance(3) {
        let _ = writeln!(out, "  pilot {}", random.pick(&["pl", "ps"]));
    }
    if number > 0 && random.chance(shape.over) {
        let other = random.below(number);
        if !item || of_items[other] {
            let _ = writeln!(out, "  over R-{other:04}");
        }
    }
    of_items.push(item);
    let mut tests: Vec<String> = (0..random.pick(&[0, 1, 1, 1, 2, 3]))
        .map(|_| condition(random, shape))
        .collect();
    if item {
        for _ in 0..random.below(3) {
            tests.push(format!("({})", item_test(random)));
        }
    }
    if !tests.is_empty() {
        let _ = writeln!(out, "  when {}", tests.join(" and "));
    }
    let then = match shape.duties && random.chance(4) {
        true => random.pick(&["require route", "waive route", "require bond 5 CNY", "pass"]),
        false => random.pick(&["review", "hold", "reject", "review", "pass", "release"]),
    };
    let _ = writeln!(out, "  then {then}");
    out
}

/// How many rules there are, most often.
const SIZES: [usize; 12] = [1, 8, 9, 10, 11, 12, 15, 20, 30, 40, 50, 100];
/// The same where words and stretches of rows end.
const ENDS: [usize; 19] = [
    7, 8, 9, 63, 64, 65, 127, 128, 129, 255, 256, 257, 512, 513, 767, 768, 769, 1024, 1025,
];

/// The schema and so many members of its one block: rules, then covers.
fn text(random: &mut Random, size: usize) -> String {
    let mut out = schema(random);
    let shape = shape(random);
    if shape.duties {
        out.push_str(
            "requirement route met when fb otherwise hold combine all\n\
             requirement bond : money CNY met when m >= it otherwise review combine largest\n",
        );
    }
    if shape.pilots {
        let mode = random.pick(&["live", "shadow"]);
        let _ = writeln!(out, "pilot pl\n  by L\n  for ka is t1 or t2\n  mode {mode}");
        out.push_str("pilot ps\n  by L\n  for ka is not t0\n  mode shadow\n");
        if random.chance(6) {
            out.push_str("  suspend R-0000\n");
        }
        out.push_str("  over pl\n");
    }
    let covers = if shape.items == 16 && random.chance(10) {
        0
    } else {
        random.below(4)
    };
    let rules = size.saturating_sub(covers).max(1);
    let mut of_items = Vec::new();
    for number in 0..rules {
        let rule = rule(random, &shape, number, &mut of_items);
        out.push_str(&rule);
    }
    for _ in 0..covers {
        let scope = match random.below(3) {
            0 => "ka is t0 or t1 or t2".to_owned(),
            1 => {
                let field = random.below(8);
                test(random, field)
            }
            _ => format!("kb is not s{}", random.below(7)),
        };
        let scope = match scope.contains("none") {
            true => "ka is t0 or t1".to_owned(),
            false => scope,
        };
        let force = random.pick(&["", "", " from 2020-01-01", " until 2020-06-15"]);
        let advice = random.pick(&["", "", " as advice"]);
        let _ = writeln!(out, "covers {scope}{force}{advice}");
    }
    out
}

fn compiled(text: &str) -> Arc<RuleSet> {
    let folder = Folder::from_texts([("a.rules", text)]);
    let folder = files().iter().fold(folder, |folder, (name, text)| {
        folder.with_file(name.as_str(), text.as_str())
    });
    let compiled = compile(&folder, &Limits::default());
    compiled
        .rules
        .unwrap_or_else(|| panic!("{text}\n{:#?}", compiled.diagnostics))
}

/// A value as JSON, or nothing, or null.
fn value(random: &mut Random, name: &str) -> String {
    let quoted = |text: String| format!("\"{text}\"");
    if let Some((_, table)) = CODES.iter().find(|(of, _)| *of == name) {
        let count = TABLES[*table].1;
        let most = match random.chance(13) {
            true => count.min(12),
            false => count,
        };
        return quoted(code(*table, random.below(most)));
    }
    match name {
        "fa" | "fb" => random.pick(&["true", "false"]).to_owned(),
        "na" => match random.chance(1) {
            true => random.pick(&["-5", "999999999999999999"]).to_owned(),
            false => random.below(301).to_string(),
        },
        "nb" => match random.chance(12) {
            true => quoted(format!("{}.{}", random.below(3), random.below(10))),
            false => quoted(random.pick(&AMOUNTS).to_owned()),
        },
        "m" | "mi" => match random.chance(12) {
            true => quoted(random.below(7).to_string()),
            false => quoted(random.pick(&AMOUNTS).to_owned()),
        },
        "q" => match random.chance(12) {
            true => quoted(random.below(41).to_string()),
            false => quoted(random.pick(&AMOUNTS).to_owned()),
        },
        "da" | "db" => match random.below(2) {
            0 => quoted(random.pick(&DAYS).to_owned()),
            _ => quoted(format!(
                "20{:02}-{:02}-{:02}",
                17 + random.below(10),
                1 + random.below(12),
                1 + random.below(2)
            )),
        },
        "h" => match random.below(2) {
            0 => quoted(format!("84{:02}300000", random.below(60))),
            _ => match random.chance(13) {
                true => quoted(random.pick(&GOODS[3..7]).to_owned()),
                false => quoted(random.pick(&GOODS).to_owned()),
            },
        },
        "t" => random
            .pick(&["\"x\"", "\"z\"", "\"long long text\""])
            .to_owned(),
        "cur" => random.pick(&["\"CNY\"", "\"USD\""]).to_owned(),
        "sa" => {
            let codes: Vec<String> = (0..7)
                .filter(|_| random.chance(5))
                .map(|n| format!("\"s{n}\""))
                .collect();
            format!("[{}]", codes.join(","))
        }
        _ => {
            let far = random.chance(3);
            let codes: Vec<String> = PAPERS
                .iter()
                .filter(|n| **n < 62 || far)
                .filter(|_| random.chance(5))
                .map(|n| format!("\"p{n}\""))
                .collect();
            format!("[{}]", codes.join(","))
        }
    }
}

const NAMES: [&str; 22] = [
    "ka", "kb", "kc", "kd", "ke", "kf", "kg", "kh", "fa", "fb", "na", "nb", "cur", "m", "mi", "q",
    "da", "db", "h", "t", "sa", "sb",
];

fn declaration(random: &mut Random) -> String {
    let (unknown, none) = random.pick(&[
        (0, 0),
        (0, 0),
        (0, 1),
        (0, 4),
        (1, 1),
        (4, 2),
        (15, 0),
        (0, 15),
    ]);
    let mut fields = Vec::new();
    for name in NAMES {
        if random.chance(unknown) {
            continue;
        }
        let value = match random.chance(none) {
            true => "null".to_owned(),
            false => value(random, name),
        };
        fields.push(format!("\"{name}\":{value}"));
    }
    if !random.chance(unknown) {
        let items: Vec<String> = (0..random.below(5))
            .map(|_| {
                let mut item = Vec::new();
                for (name, value) in [
                    ("k", format!("\"f{}\"", random.below(14))),
                    ("n", random.below(7).to_string()),
                    ("h", format!("\"{}\"", random.pick(&GOODS))),
                    ("s", format!("[\"s{}\"]", random.below(7))),
                ] {
                    if !random.chance(unknown) {
                        item.push(match random.chance(none) {
                            true => format!("\"{name}\":null"),
                            false => format!("\"{name}\":{value}"),
                        });
                    }
                }
                format!("{{{}}}", item.join(","))
            })
            .collect();
        fields.push(format!("\"items\":[{}]", items.join(",")));
    }
    format!("{{{}}}", fields.join(","))
}

/// A rule set, and the engine made of it.
struct Made {
    text: String,
    rules: Arc<RuleSet>,
    trust: Sure,
    engine: Engine,
    /// The most steps that judging takes.
    steps: u64,
}

impl Made {
    fn of(text: String, trust: Sure) -> Made {
        let rules = compiled(&text);
        let options = Options {
            trust,
            limits: Limits {
                steps: u64::MAX,
                ..Limits::default()
            },
            ..Options::default()
        };
        let graph = Graph::build(&rules, options).unwrap_or_else(|e| panic!("{e:#?}"));
        Made {
            text,
            engine: Engine::from(&graph),
            steps: graph.stats().steps,
            rules,
            trust,
        }
    }

    fn random(seed: u64, size: usize) -> Made {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let text = text(&mut random, size);
        Made::of(text, random.pick(&[Sure::High, Sure::High, Sure::Design]))
    }

    /// Compares what the engine says of a declaration with what it means. Gives nothing where it is none.
    fn agrees(&self, declaration: &str, day: &str, scratch: &mut Scratch) -> Option<Judged> {
        let (schema, limits) = (&self.rules.schema, Limits::default());
        // An amount whose currency is none is refused.
        let facts = from_json(schema, declaration.as_bytes(), &limits).ok()?;
        let day: Day = day.parse().unwrap();
        let expected = Reference::new(&self.rules, self.trust).judge(&facts, day);
        let judged = self.engine.judge(&facts, day, scratch);
        assert_eq!(judged, &expected, "{day} {declaration}\n{}", self.text);
        let (taken, stated) = (scratch.steps(), self.steps);
        // Steps are those of this declaration, whatever was judged before.
        let mut fresh = Scratch::default();
        self.engine.judge(&facts, day, &mut fresh);
        assert_eq!(taken, fresh.steps(), "{day} {declaration}\n{}", self.text);
        assert!(
            taken <= stated,
            "{taken} steps, {stated} stated, {day} {declaration}\n{}",
            self.text
        );
        Some(Judged {
            is_complete: is_complete(declaration),
            facts,
            day,
            expected,
        })
    }

    /// Compares what the engine says of many declarations given together: as they come, and those alone
    /// of which every fact is known, which go another way.
    fn agrees_on_all(&self, judged: &[Judged], scratch: &mut Scratch) {
        let complete = judged.iter().filter(|judged| judged.is_complete);
        for all in [judged.iter().collect(), complete.collect::<Vec<_>>()] {
            if all.is_empty() {
                continue;
            }
            // More than are judged together, and some over; now and then more than a volume looks at.
            let many = if self.text.len().is_multiple_of(5) {
                340
            } else {
                75
            };
            let all: Vec<&Judged> = all.iter().copied().cycle().take(many).collect();
            let given: Vec<(&Facts, Day)> = all
                .iter()
                .map(|judged| (&judged.facts, judged.day))
                .collect();
            let expected: Vec<&Judgement> = all.iter().map(|judged| &judged.expected).collect();
            says_of_all(&self.engine, &given, &expected, scratch, &self.text);
        }
    }
}

/// Whether each fact of the header has a value.
fn is_complete(declaration: &str) -> bool {
    let header = declaration.split("\"items\"").next().unwrap_or(declaration);
    let names = |name: &&str| header.contains(&format!("\"{name}\":"));
    NAMES.iter().all(names) && !header.contains("null")
}

/// A declaration with what is to be said of it.
struct Judged {
    facts: Facts,
    day: Day,
    expected: Judgement,
    /// Whether no fact is unknown or none.
    is_complete: bool,
}

/// How many rule sets are tried; `ROUNDS=10000` hunts longer.
fn rounds(usual: u64) -> u64 {
    std::env::var("ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}

/// Each engine in turn with those made before it and one scratch for all: what one of them leaves must
/// not show in the next.
#[test]
fn engines_that_share_a_scratch_say_what_the_reference_says() {
    let mut scratch = Scratch::default();
    let mut kept: Vec<(Made, Vec<Judged>)> = Vec::new();
    let mut judged = 0;
    for seed in 0..rounds(200) {
        let mut random = Random(seed);
        let size = random.pick(&SIZES);
        kept.push((Made::random(seed, size), Vec::new()));
        if kept.len() > 3 {
            let (made, all) = kept.remove(0);
            made.agrees_on_all(&all, &mut scratch);
        }
        for _ in 0..24 {
            let at = match random.chance(11) {
                true => kept.len() - 1,
                false => random.below(kept.len()),
            };
            let (made, all) = &mut kept[at];
            let declaration = declaration(&mut random);
            let one = made.agrees(&declaration, random.pick(&DAYS), &mut scratch);
            judged += u64::from(one.is_some());
            all.extend(one);
        }
    }
    assert!(
        judged > 20 * rounds(200),
        "{judged} declarations are too few"
    );
}

/// As many rules as fill a word, a stretch or all the stretches that small blocks have, and one more or
/// less.
#[test]
fn rows_end_where_words_and_stretches_do() {
    let mut scratch = Scratch::default();
    for (seed, size) in (7_000..).zip(ENDS) {
        let made = Made::random(seed, size);
        let mut random = Random(seed);
        let mut all = Vec::new();
        for _ in 0..12 {
            let declaration = declaration(&mut random);
            all.extend(made.agrees(&declaration, random.pick(&DAYS), &mut scratch));
        }
        made.agrees_on_all(&all, &mut scratch);
    }
}

/// Nothing but rules on the elements of a list, with rows for them: the cells of the elements of one
/// declaration are not those of the next.
#[test]
fn cells_of_elements_are_found_anew_for_each_declaration() {
    let mut text = schema(&mut Random(0));
    for number in 0..130 {
        let _ = writeln!(
            text,
            "rule R-{number}\n  by L\n  each item\n  when item.n = {number}\n  then hold"
        );
    }
    let (made, mut scratch) = (Made::of(text, Sure::High), Scratch::default());
    for items in [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3},{"n":129}"#, "{}"] {
        let declaration = format!("{{\"items\":[{items}]}}");
        assert!(made.agrees(&declaration, DAYS[3], &mut scratch).is_some());
    }
}

/// More numbers than two levels of a tree hold, each of them, what is beside it and none.
#[test]
fn each_of_many_numbers_is_told_apart() {
    let mut text = schema(&mut Random(0));
    for number in 0..300 {
        let _ = writeln!(
            text,
            "rule R-{number}\n  by L\n  when na = {}\n  then hold",
            number * 2
        );
    }
    let (made, mut scratch) = (Made::of(text, Sure::High), Scratch::default());
    let mut agrees = |declaration: &str| made.agrees(declaration, DAYS[3], &mut scratch).unwrap();
    let values = (-1..601).step_by(7).chain([598, 599, 600]);
    let mut all: Vec<Judged> = values
        .map(|value| agrees(&format!("{{\"na\":{value}}}")))
        .collect();
    all.push(agrees("{\"na\":null}"));
    made.agrees_on_all(&all, &mut scratch);
}

/// A rule on the header that says an outcome and nothing else, as sure as the trust asks or less, for
/// one department, for several or for all.
fn plain_rule(random: &mut Random, shape: &Shape, number: usize) -> String {
    let mut out = rule(random, shape, number, &mut Vec::new());
    // Some rules wait for several facts, and some cannot fire once one is known.
    if random.chance(6) {
        let also = condition(random, shape);
        out = out.replacen("  when ", &format!("  when {also} and "), 1);
    }
    out
}

/// Rules of which nothing but an outcome follows are told as they are found, 64 at once: those that
/// certainly fire beside those that may, in runs and by themselves, with holes where a rule has to be
/// looked at, on both sides of the ends of words, and after others whose traces must be gone.
#[test]
fn undetermined_rules_that_say_an_outcome_are_told_at_once() {
    let mut scratch = Scratch::default();
    let (mut open, mut certain) = (0, 0);
    for (seed, size) in (9_000..).zip([1, 9, 40, 63, 64, 65, 128, 129, 200, 300, 520]) {
        let mut random = Random(seed);
        let mut text = schema(&mut random);
        let shape = Shape {
            fields: (0..KEYED).collect(),
            pilots: false,
            over: 0,
            duties: false,
            residue: random.pick(&[0, 1]),
            items: 0,
            force: random.pick(&[0, 2]),
            departments: random.pick(&[0, 4, 12]),
            shadow: random.pick(&[0, 1, 8]),
        };
        for number in 0..size {
            text.push_str(&plain_rule(&mut random, &shape, number));
        }
        // Covers stand among the rules, certain, open and only informing.
        text.push_str("covers ka is t0 or t1\ncovers kb is s0 or s1 from 2020-01-01 as advice\n");
        let made = Made::of(text, random.pick(&[Sure::High, Sure::Design]));
        let mut all = Vec::new();
        for round in 0..16 {
            let declaration = match round {
                5 | 12 => "{}".to_owned(),
                _ => declaration(&mut random),
            };
            if let Some(one) = made.agrees(&declaration, random.pick(&DAYS), &mut scratch) {
                let fired = &one.expected.fired;
                let count = |is: Truth| fired.iter().filter(|f| f.truth == is).count();
                open += count(Truth::Unknown);
                certain += count(Truth::True);
                all.push(one);
            }
        }
        made.agrees_on_all(&all, &mut scratch);
    }
    assert!(
        open > 4_000 && certain > 5_000,
        "{open} may fire, {certain} do"
    );
}
