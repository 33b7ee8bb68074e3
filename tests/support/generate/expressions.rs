//! Random conditions and values as text, typed, so that most of them pass the checker.

use super::choices::Choices;
use super::keyed;

/// What can be named where an expression stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// An item is at hand.
    pub item: bool,
    /// A part of an item is at hand.
    pub part: bool,
    /// A ledger line is at hand.
    pub line: bool,
    /// A code of a set is at hand, called `c`.
    pub code: bool,
    /// How many codes are bound inside.
    pub bound: u8,
    /// The as-of date may be named.
    pub as_of: bool,
}

const DAYS: &[&str] = &[
    "2020-06-15",
    "2018-01-01",
    "2019-12-31",
    "2020-02-29",
    "2020-07-01",
    "9999-12-31",
    "0001-01-01",
];
const PREFIXES: &[&str] = &["8471", "84", "84713010", "01", "847130", "0101"];
const MODES: &[&str] = &["10", "20", "30", "\"in\""];
const DOCS: &[&str] = &["pass", "\"list\"", "form"];
const COMPARISONS: &[&str] = &["=", ">", "<=", "!=", "<", ">="];

/// With as many decimal places as a number may be written with: products of three have too many.
const LONG: &str = "0.1234567891";

/// A whole number, such as durations count with.
fn integer(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    let mut plain = vec!["a", "b", "head.n", "1", "some_count"];
    if at.item {
        plain.push("item.n");
    }
    if depth == 0 || c.chance(6) {
        return c.pick(&plain).to_owned();
    }
    match c.below(4) {
        0 => format!("({} + {})", integer(c, at, 0), integer(c, at, 0)),
        1 => format!("({} * {})", integer(c, at, 0), integer(c, at, 0)),
        _ => aggregate(c, at, depth - 1, "integer"),
    }
}

/// A whole number or a decimal.
pub fn number(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    let mut plain = vec![
        "a",
        "b",
        "1",
        "0",
        "2",
        "limit",
        "nobody_knows",
        "head.n",
        "level.rank",
        "mode.rank",
        "mode.kind.grade",
        "first_mode(a, mode).kind.grade",
    ];
    if at.item {
        plain.extend(["item.n", "item.seq", "item.k.rank", "item.k.kind.grade"]);
    }
    if at.part {
        plain.push("part.n");
    }
    if at.line {
        plain.push("line.seq");
    }
    plain.extend(["dec", "1.50", "some_count", LONG]);
    if depth == 0 || c.chance(7) {
        return c.pick(&plain).to_owned();
    }
    let depth = depth - 1;
    match c.below(16) {
        0 => format!("({} + {})", number(c, at, depth), number(c, at, depth)),
        1 => format!("({} - {})", number(c, at, depth), number(c, at, depth)),
        2 => format!("({} * {})", number(c, at, depth), number(c, at, depth)),
        3 => aggregate(c, at, depth, "number"),
        4 => format!(
            "(rounded({} / {}) to {} places {})",
            number(c, at, depth),
            number(c, at, depth),
            c.pick(&["2", "0", "4"]),
            c.pick(&["half up", "half even", "up", "down"])
        ),
        5 => format!(
            "(days from {} to {})",
            date(c, at, depth),
            date(c, at, depth)
        ),
        6 => format!("(number of {})", money(c, at, depth)),
        7 => format!("(number of {})", quantity(c, at, depth)),
        8 => format!(
            "({} when {}, otherwise {})",
            number(c, at, depth),
            condition(c, at, depth),
            number(c, at, depth)
        ),
        9 => format!("catalogue({}).most", hs(c, at)),
        10 => format!("(limit on {})", date_plain(c, at)),
        11 => integer(c, at, depth),
        12 => format!(
            "(number of ({} in {} on {}))",
            money(c, at, depth),
            c.pick(&["USD", "JPY", "CNY"]),
            date_plain(c, at)
        ),
        13 => format!(
            "(number of ({} in {}))",
            quantity(c, at, depth),
            c.pick(&["g", "t", "kg"])
        ),
        14 => format!("(mode.kind.grade on {})", date_plain(c, at)),
        _ => format!("(level.rank on {})", date_plain(c, at)),
    }
}

/// Money in CNY.
pub fn money(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    let mut plain = vec![
        "m",
        "5 CNY",
        "(mi in CNY)",
        "0 CNY",
        "12.50 CNY",
        "total_value",
    ];
    if at.item {
        plain.extend(["item.c", "(item.v in CNY)"]);
    }
    if at.line {
        plain.push("line.v");
    }
    if depth == 0 || c.chance(7) {
        return c.pick(&plain).to_owned();
    }
    let depth = depth - 1;
    match c.below(8) {
        0 => format!("({} + {})", money(c, at, depth), money(c, at, depth)),
        1 => format!("({} - {})", money(c, at, depth), money(c, at, depth)),
        2 => format!("({} * {})", money(c, at, depth), number(c, at, depth)),
        3 => aggregate(c, at, depth, "money"),
        4 => format!(
            "(rounded({} / 3) to 2 places {})",
            money(c, at, depth),
            c.pick(&["half up", "half even", "up", "down"])
        ),
        5 => format!(
            "pairs({}, {}).fee",
            c.pick(&["mode", "some_mode", "20", "mode.kind.twin"]),
            hs(c, at)
        ),
        6 => format!("({} * {LONG} * {LONG})", aggregate(c, at, depth, "money")),
        _ => format!("(mi in CNY on {})", date_plain(c, at)),
    }
}

/// A quantity in kg.
pub fn quantity(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    let mut plain = vec!["q", "1 kg", "(qi in kg)", "0.5 kg", "20 kg"];
    if at.item {
        plain.push("item.w");
    }
    if at.part {
        plain.push("part.w");
    }
    if at.line {
        plain.push("line.q");
    }
    if depth == 0 || c.chance(8) {
        return c.pick(&plain).to_owned();
    }
    let depth = depth - 1;
    match c.below(4) {
        0 => format!("({} + {})", quantity(c, at, depth), quantity(c, at, depth)),
        1 => format!("({} * {})", quantity(c, at, depth), number(c, at, depth)),
        2 => aggregate(c, at, depth, "quantity"),
        _ => format!("catalogue({}).limit", hs(c, at)),
    }
}

fn date_plain(c: &mut Choices<'_>, at: Scope) -> &'static str {
    let mut plain = vec!["d1", "d2", "date", "2020-06-15", "2018-03-01"];
    if at.item {
        plain.push("item.on");
    }
    c.pick(&plain)
}

/// A day.
pub fn date(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    if depth == 0 || c.chance(8) {
        return match c.below(4) {
            0 | 1 => date_plain(c, at).to_owned(),
            2 if at.as_of => "as_of".to_owned(),
            2 => "event rough".to_owned(),
            _ => c.pick(DAYS).to_owned(),
        };
    }
    let depth = depth - 1;
    match c.below(9) {
        0 => format!(
            "({} {} {} months)",
            date(c, at, depth),
            c.pick(&["+", "-"]),
            c.below(30)
        ),
        1 => format!(
            "({} + {} * {} months)",
            date(c, at, depth),
            integer(c, at, depth),
            c.pick(&["6", "1"])
        ),
        6 => format!(
            "({} - {} * 1 months + {} * 1 days)",
            date(c, at, depth),
            integer(c, at, depth),
            integer(c, at, 0)
        ),
        7 | 8 => aggregate(c, at, depth, "date"),
        2 => format!(
            "(earlier of {} and {})",
            date(c, at, depth),
            date(c, at, depth)
        ),
        3 => format!(
            "(later of {} and {})",
            date(c, at, depth),
            date(c, at, depth)
        ),
        4 => format!("(end of month of {})", date(c, at, depth)),
        _ => format!(
            "(end of year of ({} + {} days))",
            date(c, at, depth),
            c.below(400)
        ),
    }
}

/// A tariff code, or what it begins with.
fn hs(c: &mut Choices<'_>, at: Scope) -> String {
    let code = if at.item && c.chance(10) {
        "item.hs"
    } else {
        "hs"
    };
    if c.chance(3) {
        let digits = c.pick(&["4", "2", "6", "8", "10"]);
        format!("(first {digits} digits of {code})")
    } else {
        code.to_owned()
    }
}

/// A code of the table of modes.
pub fn mode(c: &mut Choices<'_>, at: Scope) -> String {
    let mut plain = vec![
        "mode",
        "first_mode(a, mode)",
        "first_mode(some_count, mode)",
        "only_mode(hs)",
        "pairs(mode, hs).other",
        "mode.kind.twin",
        "pairs(some_mode, hs).other.kind.twin",
        "first_mode(a, usual_mode)",
    ];
    if at.item {
        plain.extend([
            "item.k",
            "only_mode(item.hs)",
            "pairs(item.k, item.hs).other",
        ]);
    }
    if at.part {
        plain.push("part.k");
    }
    if at.line {
        plain.push("line.k");
    }
    c.pick(&plain).to_owned()
}

/// Aggregates of a kind, inside parentheses. The list ranged over hides an outer element of the
/// same list.
fn aggregate(c: &mut Choices<'_>, at: Scope, depth: u32, kind: &str) -> String {
    let depth = depth.min(1);
    let over_line = c.chance(5);
    let (list, inner, same) = if at.item && c.chance(5) {
        ("item.parts", Scope { part: true, ..at }, "part.k")
    } else if over_line {
        ("lines", Scope { line: true, ..at }, "line.k")
    } else {
        (
            "items",
            Scope {
                item: true,
                part: false,
                ..at
            },
            "item.cur",
        )
    };
    let restricted = if c.chance(9) {
        format!(" where ({})", condition(c, inner, depth))
    } else {
        String::new()
    };
    let at_hand = match list {
        "items" => at.item,
        "lines" => at.line,
        _ => at.part,
    };
    let same = if at_hand && c.chance(6) {
        format!(" with same {same}")
    } else {
        String::new()
    };
    if matches!(kind, "number" | "integer") && c.chance(8) {
        return format!("(count of {list}{restricted}{same})");
    }
    let what = match kind {
        "date" => c.pick(&["max of", "min of"]),
        _ => c.pick(&["sum of", "max of", "min of"]),
    };
    let value = match (kind, list) {
        ("number", _) if c.chance(6) => number(c, inner, depth),
        ("number" | "integer", "items") => "item.n".to_owned(),
        ("number" | "integer", "lines") => "line.seq".to_owned(),
        ("number" | "integer", _) => "part.n".to_owned(),
        ("date", "items") if c.chance(10) => "item.on".to_owned(),
        ("date", _) => date(c, inner, depth),
        ("money", _) => money(c, inner, depth),
        _ => quantity(c, inner, depth),
    };
    format!("({what} {value} over {list}{restricted}{same})")
}

/// A condition; children stand in parentheses.
pub fn condition(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    if depth > 0 && !c.chance(6) {
        let depth = depth - 1;
        match c.below(10) {
            0 | 1 => {
                return format!(
                    "({}) and ({})",
                    condition(c, at, depth),
                    condition(c, at, depth)
                );
            }
            2 | 3 => {
                return format!(
                    "({}) or ({})",
                    condition(c, at, depth),
                    condition(c, at, depth)
                );
            }
            4 => return format!("not ({})", condition(c, at, depth)),
            5 | 6 => return quantified(c, at, depth),
            _ => return test(c, at, depth),
        }
    }
    test(c, at, depth)
}

fn quantified(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    let quantity = c.pick(&[
        "any",
        "every",
        "no",
        "exactly 1",
        "at least 2",
        "exactly 0",
        "at least 1",
    ]);
    let (over, inner) = match c.below(5) {
        0 if at.item => ("part".to_owned(), Scope { part: true, ..at }),
        1 => ("line".to_owned(), Scope { line: true, ..at }),
        2 if at.bound < 2 => {
            let name = if at.bound == 0 { "x" } else { "y" };
            let set = if at.item && c.chance(8) {
                "item.lic"
            } else {
                "docs"
            };
            let tests = format!("({name} is {} or {})", c.pick(DOCS), c.pick(DOCS));
            let inner = Scope {
                bound: at.bound + 1,
                ..at
            };
            let rest = condition(c, inner, depth);
            return format!("{quantity} {name} in {set} has ({tests} and ({rest}))");
        }
        _ => (
            "item".to_owned(),
            Scope {
                item: true,
                part: false,
                ..at
            },
        ),
    };
    if c.chance(2) {
        return format!("{quantity} {over}");
    }
    format!("{quantity} {over} has ({})", condition(c, inner, depth))
}

fn test(c: &mut Choices<'_>, at: Scope, depth: u32) -> String {
    let compare = c.pick(COMPARISONS);
    match c.below(26) {
        0 | 1 => format!("{} {compare} {}", number(c, at, depth), number(c, at, 0)),
        2 => {
            let mut flags = vec!["flag", "other", "some_truth"];
            if at.item {
                flags.push("item.ok");
            }
            c.pick(&flags).to_owned()
        }
        3 | 4 => format!(
            "{} {} {} or {}",
            mode(c, at),
            c.pick(&["is", "is not"]),
            c.pick(MODES),
            c.pick(MODES)
        ),
        5 => format!("{} {compare} {}", money(c, at, depth), money(c, at, 0)),
        6 => format!("{} {compare} {}", date(c, at, depth), date(c, at, 0)),
        7 => format!(
            "{} {compare} {}",
            quantity(c, at, depth),
            quantity(c, at, 0)
        ),
        8 => format!(
            "{} {} {} or {}",
            hs(c, at),
            c.pick(&["under", "not under"]),
            c.pick(PREFIXES),
            c.pick(PREFIXES)
        ),
        9 => format!("{} {} catalogue", hs(c, at), c.pick(&["in", "not in"])),
        10 => format!("{} in catalogue on {}", hs(c, at), date_plain(c, at)),
        11 => format!(
            "({}, {}) in pairs",
            c.pick(&["mode", "usual_mode", "10"]),
            hs(c, at)
        ),
        12 => format!("level {} levels", c.pick(&["in", "not in"])),
        13 => {
            let set = if at.item && c.chance(8) {
                "item.lic"
            } else {
                "docs"
            };
            format!("{set} has {} or {}", c.pick(DOCS), c.pick(DOCS))
        }
        14 => format!(
            "{} {} all_modes(mode, b)",
            mode(c, at),
            c.pick(&["in", "not in"])
        ),
        15 => {
            let mut fields = vec![
                "a",
                "flag",
                "mode",
                "hs",
                "docs",
                "d1",
                "cur",
                "m",
                "mi",
                "t",
                "level",
                "level.rank",
                "qi",
            ];
            if at.item {
                fields.extend(["item.n", "item.v", "item.cur", "item.lic"]);
            }
            format!("{} is none", c.pick(&fields))
        }
        16 => format!(
            "{} within {} {} of {}",
            date_plain(c, at),
            c.below(20),
            c.pick(&["days", "months", "years"]),
            date_plain(c, at)
        ),
        17 => format!(
            "{} from {} to {}",
            number(c, at, 0),
            c.below(3),
            c.below(12)
        ),
        18 if at.code => format!("c {} {}", c.pick(&["is", "is not"]), c.pick(DOCS)),
        18 => format!("level is {}", c.pick(&["best", "good", "old"])),
        19 => format!(
            "{} {compare} share",
            c.pick(&["70 %", "share", "(100 % - share)", "(share * share)"])
        ),
        20 => format!("mode.kind is {}", c.pick(&["x", "y"])),
        21 => format!("{} {} {}", hs(c, at), c.pick(&["=", "!="]), hs(c, at)),
        22 => format!(
            "cur {} {}",
            c.pick(&["is", "is not"]),
            c.pick(&["USD", "CNY", "JPY"])
        ),
        _ => keyed::test(c, at),
    }
}

/// A scope: codes and list membership only, at most one term for each field, so that it can hold.
pub fn scope(c: &mut Choices<'_>) -> String {
    let mode = match c.below(5) {
        0 | 1 => format!("mode is {} or {}", c.pick(MODES), c.pick(MODES)),
        2 => format!("mode is not {}", c.pick(MODES)),
        3 => "mode.kind is x".to_owned(),
        _ => String::new(),
    };
    let level = match c.below(4) {
        0 => "level in levels".to_owned(),
        1 => format!("level is {} or best", c.pick(&["good", "old"])),
        _ if mode.is_empty() => "level not in levels".to_owned(),
        _ => return mode,
    };
    if mode.is_empty() {
        return level;
    }
    format!("{mode}; {level}")
}

/// A comparison of what is reckoned from counts, sums, least and greatest over elements of which
/// it may be open whether they belong.
pub fn reckoning(c: &mut Choices<'_>) -> String {
    let compare = c.pick(COMPARISONS);
    match c.below(4) {
        0 => format!(
            "{} {compare} {}",
            reckoned_date(c, 2),
            date_plain(c, Scope::default())
        ),
        1 => format!(
            "{} {compare} {}",
            reckoned_number(c, 2),
            c.pick(&["1", "0", "2.5", LONG])
        ),
        2 => format!(
            "{} {compare} {}",
            reckoned_number(c, 1),
            reckoned_number(c, 1)
        ),
        _ => format!(
            "{} {compare} {}",
            reckoned_money(c, 3),
            c.pick(&["5 CNY", "0 CNY", "100 CNY"])
        ),
    }
}

/// An aggregate of this value of items, or of that of ledger lines.
fn open_aggregate(c: &mut Choices<'_>, what: &[&str], item: &str, line: &str) -> String {
    let what = c.pick(what);
    if c.chance(4) {
        return format!("({what} {line} over lines where (line.k is 10))");
    }
    let belongs = c.pick(&["item.k is 10", "item.ok", "(item.k is not 20) or (item.ok)"]);
    format!("({what} {item} over items where ({belongs}))")
}

fn reckoned_integer(c: &mut Choices<'_>) -> String {
    match c.below(3) {
        0 => "(count of items where (item.ok))".to_owned(),
        _ => open_aggregate(c, &["sum of", "max of", "min of"], "item.n", "line.seq"),
    }
}

fn reckoned_number(c: &mut Choices<'_>, depth: u32) -> String {
    if depth == 0 {
        return reckoned_integer(c);
    }
    let depth = depth - 1;
    match c.below(7) {
        0 => format!(
            "({} - {})",
            reckoned_number(c, depth),
            reckoned_number(c, depth)
        ),
        1 => format!(
            "({} * {})",
            reckoned_number(c, depth),
            reckoned_number(c, depth)
        ),
        2 => format!("({} * {LONG} * {LONG})", reckoned_number(c, depth)),
        3 => format!(
            "(rounded({} / {}) to {} places {})",
            reckoned_money(c, depth),
            reckoned_money(c, depth),
            c.pick(&["0", "2", "10"]),
            c.pick(&["half up", "half even", "up", "down"])
        ),
        4 => format!(
            "(days from {} to {})",
            reckoned_date(c, depth),
            reckoned_date(c, depth)
        ),
        _ => format!(
            "(number of ({} in {}))",
            reckoned_money(c, depth),
            c.pick(&["USD", "JPY", "CNY"])
        ),
    }
}

fn reckoned_money(c: &mut Choices<'_>, depth: u32) -> String {
    if depth == 0 {
        return open_aggregate(
            c,
            &["sum of", "sum of", "max of", "min of"],
            "item.c",
            "line.v",
        );
    }
    let depth = depth - 1;
    match c.below(6) {
        0 => format!(
            "({} + {})",
            reckoned_money(c, depth),
            reckoned_money(c, depth)
        ),
        1 => format!(
            "({} - {})",
            reckoned_money(c, depth),
            reckoned_money(c, depth)
        ),
        2 => format!(
            "({} * {})",
            reckoned_money(c, depth),
            reckoned_number(c, depth)
        ),
        3 | 4 => format!("({} * {LONG})", reckoned_money(c, depth)),
        _ => format!(
            "(rounded({} / {}) to {} places {})",
            reckoned_money(c, depth),
            reckoned_number(c, depth),
            c.pick(&["0", "2", "10"]),
            c.pick(&["half up", "half even", "up", "down"])
        ),
    }
}

fn reckoned_date(c: &mut Choices<'_>, depth: u32) -> String {
    if depth == 0 {
        return match c.below(4) {
            0 => "event rough".to_owned(),
            1 => c.pick(DAYS).to_owned(),
            _ => format!(
                "({} item.on over items where (item.ok))",
                c.pick(&["max of", "min of"])
            ),
        };
    }
    let depth = depth - 1;
    match c.below(4) {
        0 => format!(
            "({} {} {} * {} months)",
            reckoned_date(c, depth),
            c.pick(&["+", "-"]),
            reckoned_integer(c),
            c.pick(&["1", "13"])
        ),
        1 => format!(
            "({} - {} * 1 months + {} * 31 days)",
            reckoned_date(c, depth),
            reckoned_integer(c),
            reckoned_integer(c)
        ),
        2 => format!(
            "({} {} and {})",
            c.pick(&["earlier of", "later of"]),
            reckoned_date(c, depth),
            reckoned_date(c, depth)
        ),
        _ => format!(
            "({} of {})",
            c.pick(&["end of month", "end of year"]),
            reckoned_date(c, depth)
        ),
    }
}
