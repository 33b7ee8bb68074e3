//! Random rule texts: kinds of requirement of every way to combine, tables of every policy,
//! exceptions, waivers, departments, pilots, coverage.

use super::choices::Choices;
use super::expressions::{self, Scope, date, mode, money, quantity, scope};
use super::keyed;
use std::fmt::Write as _;

/// What a rule set may contain.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The most rules, at least one.
    pub rules: usize,
    /// How deep conditions may nest.
    pub depth: u32,
    /// Whether rules may name the as-of date.
    pub as_of: bool,
    /// Whether conditions are mostly such as keys decide, and rules require much of one kind.
    pub keyed: bool,
    /// In how many of 16 rule sets most rules are in force in one of a few periods.
    pub amended: usize,
}

/// The usual shape.
pub const USUAL: Shape = Shape {
    rules: 6,
    depth: 3,
    as_of: true,
    keyed: false,
    amended: 6,
};

/// Many rules that keys decide, and that require the same and other things of one kind.
pub const KEYED: Shape = Shape {
    rules: 12,
    depth: 2,
    as_of: true,
    keyed: true,
    amended: 6,
};

/// The periods of rules that were amended; no two of them have a day in common.
const PERIODS: [&str; 4] = [
    "until 2019-06-14",
    "from 2019-06-15 until 2020-06-14",
    "from 2020-06-15 until 2020-06-30",
    "from 2020-07-01",
];

/// What a rule judges one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ranges {
    Whole,
    Items,
    Parts,
    Licences,
    Lines,
    Documents,
}

impl Ranges {
    fn clause(self) -> Option<&'static str> {
        match self {
            Ranges::Whole => None,
            Ranges::Items => Some("item"),
            Ranges::Parts => Some("item, part"),
            Ranges::Licences => Some("item, c in item.lic"),
            Ranges::Lines => Some("line"),
            Ranges::Documents => Some("c in docs"),
        }
    }

    fn scope(self, as_of: bool) -> Scope {
        Scope {
            item: matches!(self, Ranges::Items | Ranges::Parts | Ranges::Licences),
            part: self == Ranges::Parts,
            line: self == Ranges::Lines,
            code: matches!(self, Ranges::Licences | Ranges::Documents),
            bound: 0,
            as_of,
        }
    }

    /// Whether a rule over these may be over a rule over those.
    fn excuses(self, other: Ranges) -> bool {
        self == Ranges::Whole
            || self == other
            || (self == Ranges::Items && matches!(other, Ranges::Parts | Ranges::Licences))
    }
}

/// A condition of the shape's sort.
fn condition(c: &mut Choices<'_>, shape: Shape, at: Scope, depth: u32) -> String {
    if shape.keyed && !c.chance(2) {
        keyed::condition(c, at, depth)
    } else {
        expressions::condition(c, at, depth)
    }
}

/// A rule text, one item after another, with a blank line between items.
pub fn rules(c: &mut Choices<'_>, shape: Shape) -> String {
    items(c, shape).join("\n")
}

/// The same, item by item, so that they can stand in any order and in several files.
pub fn items(c: &mut Choices<'_>, shape: Shape) -> Vec<String> {
    let mut out = surroundings(c);
    out.extend(keyed::surroundings(c));
    let many = 1 + c.below(shape.rules);
    let pilots = [0, 0, 1, 2][c.below(4)];
    let amended = c.chance(shape.amended);
    let mut before: Vec<Ranges> = Vec::new();
    for number in 0..many {
        let ranges = match c.below(if shape.keyed { 14 } else { 10 }) {
            0..=2 => Ranges::Whole,
            3 | 4 => Ranges::Items,
            5 => Ranges::Parts,
            6 => Ranges::Licences,
            7 => Ranges::Lines,
            8 => Ranges::Documents,
            10 | 11 => Ranges::Items,
            _ => Ranges::Whole,
        };
        out.push(rule(c, shape, number, (ranges, amended), &before, pilots));
        before.push(ranges);
    }
    for number in 0..pilots {
        out.push(pilot(c, number, many));
    }
    for _ in 0..c.below(4) {
        let advice = if c.chance(5) { " as advice" } else { "" };
        let force = match amended {
            false => c.pick(&["", "from 2019-01-01", "from 2018-06 until 2020-06-30"]),
            true => c.pick(&PERIODS),
        };
        out.push(format!("covers {} {force}{advice}\n", scope(c)));
    }
    out
}

/// Definitions, parameters, an event, tables and the kinds of requirement.
fn surroundings(c: &mut Choices<'_>) -> Vec<String> {
    let met = |c: &mut Choices<'_>, usual: &str| {
        if c.chance(4) {
            String::new()
        } else if c.chance(4) {
            format!(
                " met when ({usual}) or ({})",
                expressions::condition(c, Scope::default(), 1)
            )
        } else {
            format!(" met when {usual}")
        }
    };
    let otherwise =
        |c: &mut Choices<'_>| c.pick(&["hold", "review", "reject", "release", "inspect"]);
    let mut out = Vec::new();
    for (name, typ, usual, combine) in [
        ("paper", " : code doc", "docs has it", "all"),
        ("bond", " : money CNY", "m >= it", "largest"),
        ("tariff", " : code mode", "mode is none", "one"),
        ("due", " : date", "d2 <= it", "earliest"),
        ("stock", " : quantity kg", "q >= it", "largest"),
        ("route", "", "flag", "all"),
    ] {
        let met = met(c, usual);
        out.push(format!(
            "requirement {name} \"种\" / \"kind\"{typ}{met} otherwise {} combine {combine}\n",
            otherwise(c)
        ));
    }
    out.push(format!(
        "event rough \"约\" / \"rough\" on {} sure high\n",
        c.pick(&["2020-06", "2020", "2020-06-15", "unknown"])
    ));
    out.push("parameter limit : integer \"限\" / \"limit\"\n  3 until 2018-12-31\n  1 from 2019-01-01 until 2020-06-30\n  2 from 2020-07-01\n".to_owned());
    out.push("parameter usual_mode : code mode \"常\" / \"usual mode\"\n  10 until 2019-12-31\n  \"in\" from 2020-01-01\n".to_owned());
    let some_mode = c.pick(&[
        "mode",
        "mode.kind.twin",
        "mode when flag, otherwise usual_mode",
        "usual_mode on d1",
    ]);
    out.push(format!("let some_mode = {some_mode} \"某\"\n"));
    out.push("parameter nobody_knows : integer \"未\" / \"nobody knows\" unknown\n".to_owned());
    let inner = Scope {
        item: true,
        ..Scope::default()
    };
    // A definition cannot name itself.
    let restricted = expressions::condition(c, inner, 1).replace("some_count", "2");
    out.push("let total_value = sum of item.v in CNY over items \"值\"\n".to_owned());
    out.push(format!(
        "let some_count = count of items where ({restricted}) \"数\"\n"
    ));
    let plain = c.pick(&[
        "flag",
        "a > b",
        "docs has pass",
        "not (hs under 84)",
        "any item has item.ok",
    ]);
    out.push(format!("let some_truth = {plain} \"真\"\n"));
    let policies = ["first row that fits", "exactly one row fits"];
    let mut table = format!(
        "table first_mode(a, mode) \"首\" / \"first\" gives code mode, {}\n",
        policies[c.below(2)]
    );
    for _ in 0..=c.below(3) {
        let _ = writeln!(
            table,
            "  | {} | {} => {} |",
            number_cell(c),
            mode_cell(c),
            c.pick(&["10", "20", "30", "none"])
        );
    }
    out.push(table);
    let mut table = format!(
        "table only_mode(hs) \"唯\" / \"only\" gives code mode, {}\n",
        policies[c.below(2)]
    );
    for _ in 0..=c.below(3) {
        let cell = c.pick(&[
            "under 84",
            "under 8471 or 01",
            "84713010",
            "none",
            "any",
            "under 847130",
        ]);
        let _ = writeln!(
            table,
            "  | {cell} => {} |",
            c.pick(&["10", "20", "30", "none"])
        );
    }
    out.push(table);
    let mut table =
        "table all_modes(mode, b) \"集\" / \"all\" gives set of code mode, all rows that fit\n"
            .to_owned();
    for _ in 0..=c.below(3) {
        let _ = writeln!(
            table,
            "  | {} | {} => {} |",
            mode_cell(c),
            number_cell(c),
            c.pick(&["10", "20 or 30", "any", "30"])
        );
    }
    out.push(table);
    out
}

fn number_cell(c: &mut Choices<'_>) -> &'static str {
    c.pick(&["any", "1", "from 0 to 2", "> 1", "none", "<= 0", "2 or 3"])
}

fn mode_cell(c: &mut Choices<'_>) -> &'static str {
    c.pick(&["any", "10", "10 or 20", "none", "30"])
}

/// One of a few consequences that meet each other: requirements of one kind with equal and other
/// arguments, and what waives them.
fn of_one_kind(c: &mut Choices<'_>, at: Scope) -> String {
    let firmly = if c.chance(6) { " firmly" } else { "" };
    match c.below(14) {
        0..=2 => {
            let bound: &[&str] = &["c", "c", "pass"];
            let codes: &[&str] = &["pass", "pass", "form", "\"list\""];
            format!(
                "require{firmly} paper {}",
                c.pick(if at.code { bound } else { codes })
            )
        }
        3 => {
            let amounts: &[&str] = &["5 CNY", "5.00 CNY", "money_limit", "m", "mi", "total_value"];
            format!("require{firmly} bond {}", c.pick(amounts))
        }
        4 => format!(
            "require{firmly} tariff {}",
            c.pick(&["10", "20", "usual_mode", "mode"])
        ),
        5 => {
            let days: &[&str] = &["d1", "2020-06-15", "last_day", "date"];
            format!("require{firmly} due {}", c.pick(days))
        }
        6 => {
            let amounts: &[&str] = &["5 kg", "weight_limit", "q", "0.5 kg"];
            format!("require{firmly} stock {}", c.pick(amounts))
        }
        7 | 11 => format!("require{firmly} route"),
        8 => c
            .pick(&[
                "waive paper where it is pass",
                "waive paper where it is none",
                "waive paper",
            ])
            .to_owned(),
        9 | 12 => c
            .pick(&[
                "waive stock",
                "waive route",
                "waive route",
                "waive tariff where it is 20",
                "waive tariff where it is none",
            ])
            .to_owned(),
        10 => c
            .pick(&[
                "waive bond where it < money_limit",
                "waive due where it > last_day",
            ])
            .to_owned(),
        _ => c.pick(&["hold", "review", "pass"]).to_owned(),
    }
}

fn consequence(c: &mut Choices<'_>, shape: Shape, at: Scope) -> String {
    if shape.keyed && !c.chance(3) {
        return of_one_kind(c, at);
    }
    let firmly = if c.chance(4) { " firmly" } else { "" };
    match c.below(14) {
        0..=4 => c
            .pick(&["hold", "review", "reject", "inspect", "release"])
            .to_owned(),
        5 => {
            let code = if at.code && c.chance(8) {
                "c"
            } else {
                c.pick(&["pass", "form", "\"list\""])
            };
            format!("require{firmly} paper {code}")
        }
        6 => format!("require{firmly} bond {}", money(c, at, 1)),
        7 => {
            let code = if c.chance(8) {
                mode(c, at)
            } else {
                c.pick(&["10", "20", "usual_mode"]).to_owned()
            };
            format!("require{firmly} tariff {code}")
        }
        8 => format!("require{firmly} due {}", date(c, at, 1)),
        9 => format!("require{firmly} stock {}", quantity(c, at, 1)),
        10 => format!("require{firmly} route"),
        11 => match c.below(8) {
            0 => "waive paper".to_owned(),
            1 => "waive paper where it is pass or form".to_owned(),
            2 => format!("waive bond where it < {}", money(c, at, 0)),
            3 => "waive route".to_owned(),
            4 => "waive stock".to_owned(),
            5 => format!("waive due where it > {}", date(c, at, 0)),
            6 => format!("waive stock where it >= {}", quantity(c, at, 1)),
            _ => format!("waive tariff where it is {} or 10", c.pick(&["20", "30"])),
        },
        _ => "pass".to_owned(),
    }
}

fn consequences(c: &mut Choices<'_>, shape: Shape, at: Scope) -> String {
    let mut all = vec![consequence(c, shape, at)];
    if c.chance(5) {
        let more = consequence(c, shape, at);
        let outcome = |text: &str| !text.contains(' ');
        if more != all[0]
            && !(outcome(&more) && outcome(&all[0]))
            && more != "pass"
            && all[0] != "pass"
        {
            all.push(more);
        }
    }
    all.join(", ")
}

fn rule(
    c: &mut Choices<'_>,
    shape: Shape,
    number: usize,
    (ranges, amended): (Ranges, bool),
    before: &[Ranges],
    pilots: usize,
) -> String {
    let at = ranges.scope(shape.as_of);
    let mut out = format!("rule R-{number:02} \"题\" / \"title\"\n");
    let law = c.pick(&[
        "L article 1",
        "M",
        "L and M paragraph 2",
        "L, sure medium",
        "W",
    ]);
    let _ = writeln!(out, "  by {law}");
    if amended && c.chance(14) {
        let _ = writeln!(out, "  force {}", c.pick(&PERIODS));
    } else if c.chance(5) {
        let force = c.pick(&[
            "from 2019-01-01",
            "until 2020-06-30",
            "from 2019 until 2020-07",
            "from 2018-01-01 until 2020-12-31 on d1",
            "from event rough",
        ]);
        let _ = writeln!(out, "  force {force}");
    }
    if c.chance(if shape.keyed { 9 } else { 5 }) {
        let _ = writeln!(
            out,
            "  department {}",
            c.pick(&["commerce", "tax, customs", "customs", "commerce, tax"])
        );
    }
    let _ = ranges
        .clause()
        .is_none_or(|over| writeln!(out, "  each {over}").is_ok());
    if pilots > 0 && c.chance(4) {
        let _ = writeln!(out, "  pilot p{}", c.below(pilots));
    }
    let excused: Vec<String> = before
        .iter()
        .enumerate()
        .filter(|(_, other)| ranges.excuses(**other))
        .filter(|_| c.chance(6))
        .map(|(at, _)| format!("R-{at:02}"))
        .collect();
    if !excused.is_empty() {
        let _ = writeln!(out, "  over {}", excused.join(", "));
    }
    if c.chance(5) {
        let _ = writeln!(out, "  for {}", scope(c));
    }
    if c.chance(2) {
        let policy = c.pick(&[
            "first row that fits",
            "exactly one row fits",
            "all rows that fit",
        ]);
        let when = if c.chance(8) {
            format!("  when {}\n", condition(c, shape, at, 1))
        } else {
            String::new()
        };
        out.push_str(&when);
        let counted = c.pick(&["a", "some_count", "head.n"]);
        let _ = writeln!(out, "  table {counted}, {}, {policy}", mode(c, at));
        for _ in 0..=c.below(3) {
            let _ = writeln!(
                out,
                "  | {} | {} => {} |",
                number_cell(c),
                mode_cell(c),
                consequences(c, shape, at)
            );
        }
        return out;
    }
    let _ = writeln!(out, "  when {}", condition(c, shape, at, shape.depth));
    if c.chance(5) {
        let _ = writeln!(out, "  unless {}", condition(c, shape, at, 1));
    }
    let _ = writeln!(out, "  then {}", consequences(c, shape, at));
    if c.chance(4) {
        out.push_str("  say \"甲 {a} {mi}\" / \"a {a + 1} {total_value}\"\n");
    }
    out
}

fn pilot(c: &mut Choices<'_>, number: usize, rules: usize) -> String {
    let mut out = format!(
        "pilot p{number} \"试{number}\" / \"pilot {number}\"\n  by L\n  for {}\n",
        c.pick(&["level is best", "mode is not 30", "level in levels"])
    );
    if c.chance(5) {
        out.push_str("  force from 2019-01-01\n");
    }
    let _ = writeln!(out, "  mode {}", c.pick(&["live", "shadow"]));
    if c.chance(10) {
        let _ = writeln!(out, "  suspend R-{:02}", c.below(rules));
    }
    if number > 0 {
        out.push_str("  over p0\n");
    }
    out
}
