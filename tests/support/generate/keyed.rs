//! Random conditions that the keys of facts decide: rows of lists keyed by texts and whole tariff
//! codes, tables over codes and flags, days beside codes, parameters, and facts of an element
//! compared with others of the same element or of another list.

use super::choices::Choices;
use super::expressions::Scope;

const COMPARISONS: &[&str] = &["=", ">", "<=", "!=", "<", ">="];
const IN: &[&str] = &["in", "not in"];
const IS: &[&str] = &["is", "is not"];

/// The definitions, parameters and tables that these conditions name.
pub fn surroundings(c: &mut Choices<'_>) -> Vec<String> {
    let mut out = vec![
        "parameter money_limit : money CNY \"钱限\" / \"limit of money\"\n  5 CNY until 2018-12-31\n  0 CNY from 2019-01-01 until 2020-06-14\n  12.50 CNY from 2020-06-15 until 2020-06-30\n  4.8765432109 CNY from 2020-07-02\n".to_owned(),
        "parameter weight_limit : quantity kg \"重限\" / \"limit of weight\"\n  5 kg from 2019-01-01 until 2019-12-31\n  0.1234567891 kg from 2020-01-01\n".to_owned(),
        "parameter last_day : date \"末日\" / \"last day\"\n  2019-12-31 until 2020-06-14\n  2020-02-29 from 2020-06-15\n".to_owned(),
    ];
    let any_policy = [
        "first row that fits",
        "exactly one row fits",
        "all rows that fit",
    ];
    let value_policy = ["first row that fits", "exactly one row fits"];
    let mut table =
        |c: &mut Choices<'_>, head: &str, policies: &[&str], cells: &[&[&str]], gives: &[&str]| {
            let mut text = format!("table {head}, {}\n", policies[c.below(policies.len())]);
            for _ in 0..1 + c.below(5) {
                let row: Vec<&str> = cells.iter().map(|cells| c.pick(cells)).collect();
                text.push_str(&format!("  | {} => {} |\n", row.join(" | "), c.pick(gives)));
            }
            out.push(text);
        };
    const MODE: &[&str] = &["any", "10", "10 or 20", "none", "30", "\"in\" or 20", "any"];
    const LEVEL: &[&str] = &["any", "best", "good or old", "none", "any"];
    const KIND: &[&str] = &["any", "x", "y", "x or y", "none"];
    const BOOL: &[&str] = &["any", "true", "false", "none", "any"];
    const DAY: &[&str] = &[
        "any",
        ">= 2020-06-15",
        "< 2020-01-01",
        "from 2019-12-31 to 2020-06-14",
        "2020-06-15",
        "none",
    ];
    const CODES: &[&str] = &["10", "20", "30", "none", "\"in\""];
    const SETS: &[&str] = &["10", "20 or 30", "any", "30", "none"];
    table(
        c,
        "coded(mode, level, flag, other) \"四\" / \"of four\" gives code mode",
        &value_policy,
        &[MODE, LEVEL, BOOL, BOOL],
        CODES,
    );
    table(
        c,
        "sets(mode, sort, flag) \"集三\" / \"sets of three\" gives set of code mode",
        &any_policy,
        &[MODE, KIND, BOOL],
        SETS,
    );
    table(
        c,
        "dated(d1, mode) \"日\" / \"by day\" gives code mode",
        &value_policy,
        &[DAY, MODE],
        CODES,
    );
    table(
        c,
        "day_sets(d1, mode) \"日集\" / \"sets by day\" gives set of code mode",
        &any_policy,
        &[DAY, MODE],
        SETS,
    );
    table(
        c,
        "worded(plate, good) \"文\" / \"by text\" gives code mode",
        &value_policy,
        &[
            &["any", "\"AB\"", "\"SEAL2020ABCD0001\"", "none"],
            &["any", "under 8471", "8471301000", "under 85 or 01", "none"],
        ],
        CODES,
    );
    out
}

/// A text.
fn text(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let mut all = vec!["plate", "seal"];
    if at.item {
        all.extend(["item.plate", "item.seal", "item.plate", "item.seal"]);
    }
    if at.line {
        all.extend(["line.plate", "line.plate"]);
    }
    c.pick(&all)
}

/// A whole tariff code, nearly always.
fn good(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let mut all = vec!["good", "good", "hs"];
    if at.item {
        all.extend(["item.good", "item.good", "item.hs"]);
    }
    if at.part {
        all.push("part.good");
    }
    if at.line {
        all.extend(["line.good", "line.good"]);
    }
    c.pick(&all)
}

/// A code of the table of modes that stands in a field.
fn mode(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let mut all = vec!["mode"];
    if at.item {
        all.extend(["item.k", "item.k"]);
    }
    if at.part {
        all.push("part.k");
    }
    if at.line {
        all.extend(["line.k", "line.k"]);
    }
    c.pick(&all)
}

fn level(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let all: &[&str] = if at.item {
        &["level", "item.lv"]
    } else {
        &["level"]
    };
    c.pick(all)
}

fn flag(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let all: &[&str] = if at.item {
        &["flag", "other", "item.ok", "item.no"]
    } else {
        &["flag", "other"]
    };
    c.pick(all)
}

fn day(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let mut all = vec!["d1", "d2"];
    if at.item {
        all.extend(["item.on", "item.due", "item.on"]);
    }
    if at.line {
        all.extend(["line.on", "line.on"]);
    }
    if at.as_of {
        all.extend(["as_of", "as_of"]);
    }
    c.pick(&all)
}

/// A day, or one some time after it.
fn moved(c: &mut Choices<'_>, at: Scope) -> String {
    let day = day(c, at);
    match c.below(4) {
        0 => format!("({day} + {} months)", c.below(30)),
        1 => format!("({day} - {} days)", c.below(200)),
        _ => day.to_owned(),
    }
}

fn money(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let mut all = vec!["m", "money_limit", "money_limit", "5 CNY", "mi"];
    if at.item {
        all.extend(["item.g", "item.c", "item.g", "item.v"]);
    }
    if at.line {
        all.extend(["line.v", "line.v"]);
    }
    c.pick(&all)
}

fn weight(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let mut all = vec!["q", "weight_limit", "5 kg", "qi"];
    if at.item {
        all.extend(["item.w", "item.w"]);
    }
    if at.part {
        all.push("part.w");
    }
    if at.line {
        all.extend(["line.q", "line.q"]);
    }
    c.pick(&all)
}

/// A number that stands in a field or a parameter, or is the number of an amount there.
fn number(c: &mut Choices<'_>, at: Scope) -> String {
    let mut all = vec!["a", "b", "limit", "1", "head.n"];
    if at.item {
        all.extend(["item.n", "item.seq", "item.n"]);
    }
    if at.part {
        all.push("part.n");
    }
    if at.line {
        all.extend(["line.seq", "line.seq"]);
    }
    match c.below(8) {
        0 => format!("(number of {})", money(c, at)),
        1 => format!("(number of {})", weight(c, at)),
        2 if at.item => "(number of item.v)".to_owned(),
        3 => "(number of mi)".to_owned(),
        _ => c.pick(&all).to_owned(),
    }
}

/// A few codes and flags together.
fn several(c: &mut Choices<'_>, at: Scope) -> String {
    let one = |c: &mut Choices<'_>| match c.below(6) {
        0 | 1 => flag(c, at).to_owned(),
        2 => format!("{} {} best", level(c, at), c.pick(IS)),
        3 => format!("{}.kind {} x", mode(c, at), c.pick(IS)),
        _ => format!("{} {} 10 or \"in\"", mode(c, at), c.pick(IS)),
    };
    let (a, b, d) = (one(c), one(c), one(c));
    let (first, second) = (c.pick(&["and", "or"]), c.pick(&["and", "or"]));
    match c.below(3) {
        0 => format!("(not ({a})) {first} ({b})"),
        1 => format!("({a}) {first} (({b}) {second} ({d}))"),
        _ => format!("({a}) {first} (not (({b}) {second} ({d})))"),
    }
}

/// What is asked of a table.
fn table(c: &mut Choices<'_>, at: Scope) -> String {
    let (m, other) = (mode(c, at), mode(c, at));
    let coded = format!(
        "coded({m}, {}, {}, {})",
        level(c, at),
        flag(c, at),
        flag(c, at)
    );
    let set = format!(
        "sets({m}, {}, {})",
        c.pick(&["sort", "mode.kind"]),
        flag(c, at)
    );
    let day = day(c, at);
    match c.below(8) {
        0 | 1 => format!(
            "{coded} {} {} or 30",
            c.pick(IS),
            c.pick(&["10", "20", "\"in\""])
        ),
        2 => format!("{coded} is none"),
        3 | 4 => format!("{other} {} {set}", c.pick(IN)),
        5 => format!("dated({day}, {m}) {} 20 or 10", c.pick(IS)),
        6 => format!("{other} {} day_sets({day}, {m})", c.pick(IN)),
        _ => format!(
            "worded({}, {}) {} 20 or 10",
            text(c, at),
            good(c, at),
            c.pick(IS)
        ),
    }
}

/// Whether a list has a row, or what stands in it.
fn listed(c: &mut Choices<'_>, at: Scope) -> String {
    let (text, good) = (text(c, at), good(c, at));
    let (is_in, compare) = (c.pick(IN), c.pick(COMPARISONS));
    let turned = "(goods(good).most)";
    match c.below(11) {
        0 | 1 => format!("{text} {is_in} plates"),
        2 | 3 => format!("{text} {is_in} seals"),
        4 => format!("{good} {is_in} {}", c.pick(&["goods", "catalogue"])),
        5 => format!("({text}, {good}) in permits"),
        6 => format!("({good}, {text}) in turned"),
        7 => format!("permits({text}, {good}).most {compare} {}", c.below(9)),
        8 => format!("turned({good}, {text}).most {compare} {}", c.below(9)),
        9 => format!(
            "goods({good}).most {compare} {}",
            c.pick(&["2", "8", "10", "39", "60", turned])
        ),
        _ => format!("seals({text}).grade {compare} {}", c.below(4)),
    }
}

/// One condition, without parts that are conditions themselves but where several codes are asked.
pub fn test(c: &mut Choices<'_>, at: Scope) -> String {
    let compare = c.pick(COMPARISONS);
    match c.below(22) {
        0..=2 | 20 | 21 => listed(c, at),
        3..=5 => table(c, at),
        6 | 7 => several(c, at),
        8 => {
            let until: &[&str] = if at.as_of {
                &["as_of", "as_of", "2020-06-15", "d1", "last_day"]
            } else {
                &["2020-06-15", "d1", "last_day"]
            };
            let (of, beside) = (mode(c, at), c.pick(&["", "", ".kind.twin"]));
            format!("{of}{beside}.closed {compare} {}", c.pick(until))
        }
        9 => format!(
            "{}{} {} closing",
            mode(c, at),
            c.pick(&["", "", ".kind.twin"]),
            c.pick(IN)
        ),
        10 | 11 => format!("{} {compare} {}", moved(c, at), moved(c, at)),
        12 => format!("{} {compare} {}", money(c, at), money(c, at)),
        13 => format!("{} {compare} {}", weight(c, at), weight(c, at)),
        14 | 15 => format!("{} {compare} {}", number(c, at), number(c, at)),
        16 => {
            let other: &[&str] = &["\"AB\"", "\"SEAL2020ABCD0001\"", "\"KORT7M1S*$B0+-NL\""];
            let other = if c.chance(4) {
                c.pick(other)
            } else {
                text(c, at)
            };
            format!("{} {} {other}", text(c, at), c.pick(&["=", "!="]))
        }
        17 => format!("{} {} {}", good(c, at), c.pick(&["=", "!="]), good(c, at)),
        18 => {
            let lines: &[&str] = &["line.lic", "docs"];
            let items: &[&str] = &["item.lic", "docs"];
            let set = match (at.item, at.line) {
                (_, true) => c.pick(lines),
                (true, _) => c.pick(items),
                _ => "docs",
            };
            format!("{set} has {}", c.pick(&["pass", "form or \"list\""]))
        }
        _ => {
            let of = match c.below(6) {
                0 => text(c, at).to_owned(),
                1 => good(c, at).to_owned(),
                2 => mode(c, at).to_owned(),
                3 => format!("{}.closed", mode(c, at)),
                4 => level(c, at).to_owned(),
                _ => flag(c, at).to_owned(),
            };
            format!("{of} is none")
        }
    }
}

/// A sum, compared.
fn sum(c: &mut Choices<'_>, at: Scope) -> String {
    let lines = c.chance(5);
    let (list, inner) = if lines {
        ("lines", Scope { line: true, ..at })
    } else {
        (
            "items",
            Scope {
                item: true,
                part: false,
                ..at
            },
        )
    };
    let which = if c.chance(10) {
        format!(" where ({})", test(c, inner))
    } else {
        String::new()
    };
    let compare = c.pick(COMPARISONS);
    match c.below(4) {
        0 => {
            let value = if lines {
                "line.v"
            } else {
                c.pick(&["item.c", "item.g", "money_limit", "item.v"])
            };
            let limit: &[&str] = &["money_limit", "m", "5 CNY", "(money_limit on d1)"];
            format!(
                "(sum of {value} over {list}{which}) {compare} {}",
                c.pick(limit)
            )
        }
        1 => {
            let value = if lines { "line.q" } else { "item.w" };
            format!(
                "(sum of {value} over {list}{which}) {compare} {}",
                c.pick(&["weight_limit", "q"])
            )
        }
        2 => {
            let value = if lines {
                c.pick(&["number of line.v", "number of line.q"])
            } else {
                c.pick(&["number of item.v", "number of item.w", "number of item.c"])
            };
            format!(
                "(sum of ({value}) over {list}{which}) {compare} {}",
                c.pick(&["5", "a", "limit", "12.5"])
            )
        }
        _ => {
            let value = if lines {
                "line.seq"
            } else {
                c.pick(&["item.n", "limit", "item.seq"])
            };
            format!(
                "(sum of {value} over {list}{which}) {compare} {}",
                c.pick(&["2", "a", "limit"])
            )
        }
    }
}

/// A condition; children stand in parentheses.
pub fn condition(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    if depth == 0 {
        return test(c, at);
    }
    let depth = depth - 1;
    match c.below(12) {
        0 => format!(
            "({}) and ({})",
            condition(c, at, depth),
            condition(c, at, depth)
        ),
        1 => format!(
            "({}) or ({})",
            condition(c, at, depth),
            condition(c, at, depth)
        ),
        2 => format!("not ({})", condition(c, at, depth)),
        3..=5 => {
            let (over, inner) = match c.below(5) {
                0 if at.item => ("part", Scope { part: true, ..at }),
                1 | 2 => ("line", Scope { line: true, ..at }),
                _ => (
                    "item",
                    Scope {
                        item: true,
                        part: false,
                        ..at
                    },
                ),
            };
            let quantity = c.pick(&["any", "every", "no", "exactly 1", "at least 2"]);
            format!("{quantity} {over} has ({})", condition(c, inner, depth))
        }
        6 | 7 => sum(c, at),
        _ => test(c, at),
    }
}
