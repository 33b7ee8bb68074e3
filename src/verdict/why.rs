//! Why a condition holds, fails or is open, in words: every part with its truth and the values it
//! compares.

mod names;

use super::layout::visible;
use super::words;
use crate::check::rules::{CompareOp, Cond, Each, Expr, Quantity, Rule, RuleId};
use crate::facts::eval::Eval;
use crate::ground::truth::Truth;
use crate::reference::fires::{Trial, World};
use crate::reference::scene::{Here, Scene, prefix};
use crate::schema::Lang;
use crate::schema::value::{Code, ListId, TableId, Type, Value};
use crate::verdict::judgement::{Element, Step};

/// A condition explained, with its parts.
///
/// ```
/// use kakou::{ground::truth::Truth, verdict::why::Why};
/// let part = |text: &str, truth| Why { text: text.into(), truth, parts: Vec::new() };
/// let why = Why {
///     text: "all of".into(),
///     truth: Truth::False,
///     parts: vec![part("line is second", Truth::True), part("4 % ≤ 3 %", Truth::False)],
/// };
/// assert_eq!(why.lines(), ["✗ all of", "  ✓ line is second", "  ✗ 4 % ≤ 3 %"]);
/// assert_eq!(why.deciding(), [&part("4 % ≤ 3 %", Truth::False)]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What was compared, with the values: `order 3,900.00 ≤ 5,000.00 CNY`.
    pub text: String,
    /// Whether it holds.
    pub truth: Truth,
    /// The parts.
    pub parts: Vec<Why>,
}

/// From the whole to the comparison that decides it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::{Facts, Lang, Reference, Sure, check::rules::RuleId, verdict::{judgement::Element, why}};
/// let facts = Facts::builder(&rules.schema).set("line", "second").set("weight_error", "0.02").build()?;
/// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
/// let world = trial.world([]);
/// let why = why::rule(&trial, &world, RuleId(0), Element::default(), Lang::En).ok_or("no rule")?;
/// let deciding: Vec<&str> = why.deciding().iter().map(|why| why.text.as_str()).collect();
/// assert_eq!(deciding.len(), 1);
/// assert!(deciding[0].contains("2 %") && why.lines().iter().any(|line| line.ends_with(deciding[0])));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Why {
    /// One line for each part, indented under what it is part of: `✓` holds, `✗` fails, `?` is open.
    ///
    /// ```
    /// use kakou::{ground::truth::Truth, verdict::why::Why};
    /// let open = Why { text: "weight error > 3 %\u{1b}[2J".into(), truth: Truth::Unknown, parts: Vec::new() };
    /// // What a terminal would obey is made visible.
    /// assert_eq!(open.lines(), ["? weight error > 3 %␛[2J"]);
    /// ```
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.push(0, &mut lines);
        lines
    }

    fn push(&self, depth: usize, lines: &mut Vec<String>) {
        let mark = match self.truth {
            Truth::True => '✓',
            Truth::False => '✗',
            Truth::Unknown => '?',
        };
        lines.push(format!(
            "{}{mark} {}",
            "  ".repeat(depth),
            visible(&self.text)
        ));
        for part in &self.parts {
            part.push(depth + 1, lines);
        }
    }

    /// The parts without parts of their own that decide: those with the same truth as the whole.
    /// For a near miss these are the comparisons that fail.
    ///
    /// ```
    /// use kakou::{ground::truth::Truth, verdict::why::Why};
    /// let part = |text: &str, truth| Why { text: text.into(), truth, parts: Vec::new() };
    /// let parts = vec![part("line is second", Truth::False), part("2 % > 3 %", Truth::False)];
    /// let any = Why { text: "any of".into(), truth: Truth::False, parts };
    /// assert_eq!(any.deciding().len(), 2); // Both had to fail.
    /// assert_eq!(any.parts[0].deciding(), [&any.parts[0]]); // A part without parts decides itself.
    /// ```
    pub fn deciding(&self) -> Vec<&Why> {
        if self.parts.is_empty() {
            return vec![self];
        }
        let same: Vec<&Why> = self
            .parts
            .iter()
            .filter(|part| part.truth == self.truth)
            .collect();
        if same.is_empty() {
            return self.parts.iter().flat_map(Why::deciding).collect();
        }
        same.into_iter().flat_map(Why::deciding).collect()
    }
}

/// Rules that take part, are in force and in scope, and yet certainly do not fire, by rule and
/// element.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, verdict::why::near_misses};
/// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
/// let near = near_misses(&trial, &trial.world([]));
/// // The goods are not worth enough for G-02.
/// assert_eq!(rules.rule(near[0].0).map(|rule| rule.id.as_str()), Some("G-02"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn near_misses(trial: &Trial<'_>, world: &World) -> Vec<(RuleId, Element)> {
    let mut near = Vec::new();
    for (id, rule) in trial
        .rules()
        .filter(|(_, rule)| trial.takes_part(world, rule))
    {
        for instance in trial.instances(&rule.each) {
            let here = &instance.here;
            let in_scope = trial.scene.truth(&rule.in_force, here).certain()
                && trial.scene.truth(&rule.scope, here).certain();
            if in_scope && trial.fires(world, id, instance.element) == Truth::False {
                near.push((id, instance.element));
            }
        }
    }
    near
}

/// Why a rule fires for an element, or why not.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Lang, Reference, Sure, check::rules::RuleId, verdict::{judgement::Element, why}};
/// let trial = Reference::new(&rules, Sure::High).trial(&facts, day);
/// let world = trial.world([]);
/// let because = why::rule(&trial, &world, RuleId(0), Element::default(), Lang::En).ok_or("no rule")?;
/// assert!(because.lines()[0].starts_with("✓ G-01"));
/// // A rule that is not there has no reasons.
/// assert_eq!(why::rule(&trial, &world, RuleId(9), Element::default(), Lang::En), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rule(
    trial: &Trial<'_>,
    world: &World,
    id: RuleId,
    element: Element,
    lang: Lang,
) -> Option<Why> {
    let rule: &Rule = trial.scene.rules.rule(id)?;
    let here = &trial.instance(rule, element)?.here;
    let words = Words {
        scene: &trial.scene,
        lang,
    };
    let mut parts = Vec::new();
    let named = [
        (&rule.in_force, "施行期", "in force"),
        (&rule.scope, "适用范围", "scope"),
        (&rule.when, "条件", "condition"),
    ];
    for (condition, zh, en) in named {
        if *condition != Cond::Always {
            parts.push(under(words.say(zh, en), words.condition(condition, here)));
        }
    }
    if let Some(unless) = &rule.unless {
        let inner = words.condition(unless, here);
        let truth = inner.truth.not();
        let text = match truth {
            Truth::False => words.say("属除外情形", "excused by its own exception"),
            _ => words.say("不属除外情形", "not excused by its own exception"),
        };
        parts.push(Why {
            text,
            truth,
            parts: vec![inner],
        });
    }
    for over in trial.excusers(id) {
        let Some(found) = trial.scene.rules.rule(*over) else {
            continue;
        };
        let part = prefix(element, found.each.len());
        let truth = trial.fires(world, *over, part).not();
        let title = found.labels.get(lang, &found.id);
        let (zh, en) = match truth {
            Truth::False => ("被", "excused by"),
            _ => ("未被", "not excused by"),
        };
        let zh = format!("{zh} {} {title} 排除", found.id);
        let en = format!("{en} {} {title}", found.id);
        parts.push(Why {
            text: words.say(&zh, &en),
            truth,
            parts: Vec::new(),
        });
    }
    let text = format!("{} {}", rule.id, rule.labels.get(lang, &rule.id));
    Some(Why {
        text,
        truth: trial.fires(world, id, element),
        parts,
    })
}

/// Why a condition holds for the element at hand, or why not.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Lang, Reference, Sure, reference::Here, verdict::why};
/// let scene = Reference::new(&rules, Sure::High).scene(&facts, day);
/// let because = why::condition(&scene, &rules.rules[0].when, &Here::default(), Lang::En);
/// assert!(because.truth.certain());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn condition(scene: &Scene<'_>, condition: &Cond, here: &Here, lang: Lang) -> Why {
    Words { scene, lang }.condition(condition, here)
}

fn under(text: String, inner: Why) -> Why {
    Why {
        text,
        truth: inner.truth,
        parts: vec![inner],
    }
}

struct Words<'s, 'a> {
    scene: &'s Scene<'a>,
    lang: Lang,
}

impl Words<'_, '_> {
    fn say(&self, zh: &str, en: &str) -> String {
        if self.lang == Lang::Zh {
            zh.into()
        } else {
            en.into()
        }
    }

    fn condition(&self, cond: &Cond, here: &Here) -> Why {
        let truth = self.scene.truth(cond, here);
        let leaf = |text: String| Why {
            text,
            truth,
            parts: Vec::new(),
        };
        let all = |text: String, parts: &[Cond]| Why {
            text,
            truth,
            parts: parts
                .iter()
                .map(|part| self.condition(part, here))
                .collect(),
        };
        match cond {
            Cond::Always => leaf(self.say("总是", "always")),
            Cond::And(parts) => all(self.say("全部成立", "all of"), parts),
            Cond::Or(parts) => all(self.say("任一成立", "any of"), parts),
            Cond::Not(inner) => all(self.say("不成立", "not"), std::slice::from_ref(inner)),
            Cond::Flag(expr) => leaf(self.shown(expr, here)),
            Cond::Compare(op, left, right) => leaf(self.comparison(*op, left, right, truth, here)),
            Cond::IsNone(expr) => leaf(match truth {
                Truth::True => self.name_or(expr, here, ("为空", "is none")),
                Truth::False => self.relation(expr, here, ("，不为空", "is not none"), ""),
                Truth::Unknown => self.relation(expr, here, ("为空", "is none"), ""),
            }),
            Cond::OneOf {
                value,
                codes,
                negated,
            } => {
                let table = self.code_table(value);
                let codes: Vec<String> = codes.iter().map(|code| self.code(table, *code)).collect();
                leaf(self.one_of(value, &codes, *negated, truth, here))
            }
            Cond::Under {
                value,
                prefixes,
                negated,
            } => {
                let words = match self.denied(value, *negated, truth, here) {
                    true => ("不属", "not under"),
                    false => ("属", "under"),
                };
                let prefixes = prefixes.iter().map(ToString::to_string);
                leaf(self.relation(value, here, words, &self.either(prefixes)))
            }
            Cond::InList {
                keys,
                list,
                negated,
                ..
            } => {
                let list = self.scene.rules.named_list(*list);
                let name = list.map_or("", |l| l.labels.get(self.lang, &l.name));
                let known = keys.iter().all(|key| self.given(key, here));
                let words = if denied(*negated, truth, known) {
                    ("不在", "not in")
                } else {
                    ("在", "in")
                };
                let keys = keys
                    .iter()
                    .map(|key| self.shown(key, here))
                    .collect::<Vec<_>>();
                leaf(format!(
                    "{} {} {name}",
                    keys.join(", "),
                    self.say(words.0, words.1)
                ))
            }
            Cond::InSet {
                value,
                set,
                negated,
            } => {
                let known = self.given(value, here) && self.given(set, here);
                let words = if denied(*negated, truth, known) {
                    ("不在", "not in")
                } else {
                    ("在", "in")
                };
                leaf(self.relation(value, here, words, &self.shown(set, here)))
            }
            Cond::Has { set, codes } => {
                let codes = codes
                    .iter()
                    .map(|code| self.constant_or_shown(code, set, here));
                let words = match truth {
                    Truth::False => ("，无", "without"),
                    _ => ("有", "has"),
                };
                leaf(self.relation(set, here, words, &self.either(codes)))
            }
            Cond::Quantified {
                quantity,
                over,
                body,
            } => self.quantified(*quantity, *over, body, truth, here),
            Cond::Rows {
                table,
                inputs,
                rows,
            } => {
                let table = self.scene.rules.decision_table(*table);
                let name = table.map_or("", |t| t.labels.get(self.lang, &t.name));
                let inputs = inputs
                    .iter()
                    .map(|i| self.shown(i, here))
                    .collect::<Vec<_>>();
                let rows = rows.iter().map(|row| (u32::from(*row) + 1).to_string());
                let rows = self.either(rows);
                let (takes_zh, takes_en) = match truth {
                    Truth::False => ("不取", "does not take"),
                    _ => ("取", "takes"),
                };
                let zh = format!("{name}（{}）{takes_zh}第 {rows} 行", inputs.join("，"));
                let en = format!("{name} ({}) {takes_en} row {rows}", inputs.join(", "));
                leaf(self.say(&zh, &en))
            }
        }
    }

    /// `order 3,900.00 ≤ 5,000.00 CNY`: the relation that holds where it is known, else the one
    /// that is asked for.
    fn comparison(
        &self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        truth: Truth,
        here: &Here,
    ) -> String {
        let (a, b) = (self.scene.value(left, here), self.scene.value(right, here));
        let holds = truth != Truth::False || !is_given(&a) || !is_given(&b);
        let sign = match (op, holds) {
            (CompareOp::Eq, true) | (CompareOp::Ne, false) => "=",
            (CompareOp::Ne, true) | (CompareOp::Eq, false) => "≠",
            (CompareOp::Lt, true) | (CompareOp::Ge, false) => "<",
            (CompareOp::Le, true) | (CompareOp::Gt, false) => "≤",
            (CompareOp::Gt, true) | (CompareOp::Le, false) => ">",
            (CompareOp::Ge, true) | (CompareOp::Lt, false) => "≥",
        };
        let table = self.code_table(left).or_else(|| self.code_table(right));
        let shorten = same_unit(&a, &b) && !matches!(left, Expr::Const(_));
        let mut first = self.with_table(left, here, table);
        if shorten && let Some((short, _)) = first.rsplit_once(' ') {
            first = short.to_string();
        }
        format!("{first} {sign} {}", self.with_table(right, here, table))
    }

    fn relation(&self, value: &Expr, here: &Here, words: (&str, &str), rest: &str) -> String {
        related(&self.shown(value, here), &self.say(words.0, words.1), rest)
    }

    /// A relation without the value, where the words say it; a constant is its value.
    fn name_or(&self, value: &Expr, here: &Here, words: (&str, &str)) -> String {
        match self.name(value) {
            name if name.is_empty() => self.relation(value, here, words, ""),
            name => related(&name, &self.say(words.0, words.1), ""),
        }
    }

    /// `line is second line, not first line`: which of the codes a known value is, or that it is
    /// another one.
    fn one_of(
        &self,
        value: &Expr,
        codes: &[String],
        negated: bool,
        truth: Truth,
        here: &Here,
    ) -> String {
        let denied = self.denied(value, negated, truth, here);
        let all = self.either(codes.iter().cloned());
        let name = self.name(value);
        let known = matches!(self.scene.value(value, here), Eval::Value(_));
        if truth == Truth::Unknown || !known || name.is_empty() {
            let words = match denied {
                true => ("不为", "is not"),
                false => ("为", "is"),
            };
            return self.relation(value, here, words, &all);
        }
        let shown = self.shown(value, here);
        let shown = shown.strip_prefix(name.as_str()).unwrap_or(&shown).trim();
        let mut text = related(&name, &self.say("为", "is"), shown);
        if denied {
            text.push_str(&self.say(&format!("，不为 {all}"), &format!(", not {all}")));
        } else if codes.len() > 1 {
            text.push_str(&self.say(&format!("（{all}）"), &format!(" (of {all})")));
        }
        text
    }

    /// Whether a relation is to be written as one that does not hold.
    fn denied(&self, value: &Expr, negated: bool, truth: Truth, here: &Here) -> bool {
        denied(negated, truth, self.given(value, here))
    }

    fn given(&self, value: &Expr, here: &Here) -> bool {
        is_given(&self.scene.value(value, here))
    }

    /// A quantifier with the elements that tell: those that satisfy the condition, fail it or are
    /// open, each explained.
    fn quantified(
        &self,
        quantity: Quantity,
        over: Each,
        body: &Cond,
        truth: Truth,
        here: &Here,
    ) -> Why {
        let name = self.each_name(over);
        let (zh, en) = match quantity {
            Quantity::Any => (format!("任一{name}"), format!("any {name}")),
            Quantity::Every => (format!("每一{name}"), format!("every {name}")),
            Quantity::No => (format!("没有{name}"), format!("no {name}")),
            Quantity::Exactly(n) => (format!("恰有 {n} 项{name}"), format!("exactly {n} {name}")),
            Quantity::AtLeast(n) => (format!("至少 {n} 项{name}"), format!("at least {n} {name}")),
        };
        let mut text = self.say(&zh, &en);
        let Some(steps) = self.scene.elements(over, here) else {
            text.push_str(&self.say("（清单未提供）", " (the list was not given)"));
            return Why {
                text,
                truth,
                parts: Vec::new(),
            };
        };
        if *body == Cond::Always {
            let n = steps.len();
            text.push_str(&self.say(&format!("（共 {n} 项）"), &format!(" (there are {n})")));
            return Why {
                text,
                truth,
                parts: Vec::new(),
            };
        }
        let part = |(at, step): (usize, &Step)| {
            let inner = self.condition(body, &here.with(over, *step));
            under(format!("{name}[{}]", at + 1), inner)
        };
        Why {
            text,
            truth,
            parts: steps.iter().enumerate().map(part).collect(),
        }
    }

    fn each_name(&self, each: Each) -> String {
        match each {
            Each::List(list) => self.list_name(list),
            Each::Set(field) => words::field(self.scene.schema(), field)
                .get(self.lang)
                .to_string(),
        }
    }

    fn list_name(&self, list: ListId) -> String {
        let Some(list) = self.scene.schema().list(list) else {
            return String::new();
        };
        words::field(self.scene.schema(), list.field)
            .get(self.lang)
            .to_string()
    }

    /// An expression with its value; of a constant only the value.
    fn shown(&self, expr: &Expr, here: &Here) -> String {
        self.with_table(expr, here, self.code_table(expr))
    }

    fn constant_or_shown(&self, expr: &Expr, beside: &Expr, here: &Here) -> String {
        self.with_table(expr, here, self.code_table(beside))
    }

    fn with_table(&self, expr: &Expr, here: &Here, table: Option<TableId>) -> String {
        let value = self.scene.value(expr, here);
        let typ = table.map_or(self.type_of(expr), Type::Code);
        let text = words::eval(self.scene.schema(), typ, &value, self.lang);
        match self.name(expr) {
            name if name.is_empty() => text,
            name => format!("{name} {text}"),
        }
    }

    fn code(&self, table: Option<TableId>, code: Code) -> String {
        words::code_words(self.scene.schema(), table, code, self.lang)
    }

    fn either(&self, all: impl Iterator<Item = String>) -> String {
        all.collect::<Vec<_>>().join(&self.say(" 或 ", " or "))
    }
}

/// A relation as it is in fact where that is known, else as it is asked for. One with nothing given
/// fails whichever way it is asked, so that it is never turned round.
fn denied(negated: bool, truth: Truth, given: bool) -> bool {
    negated != (given && truth == Truth::False)
}

fn is_given(eval: &Eval) -> bool {
    matches!(eval, Eval::Value(_) | Eval::Between { .. })
}

/// A subject, what is said of it, and of what. Words that begin with a comma stand close.
fn related(subject: &str, words: &str, rest: &str) -> String {
    let gap = if words.starts_with('，') { "" } else { " " };
    format!("{subject}{gap}{words} {rest}")
        .trim_end()
        .to_string()
}

/// Whether two known amounts are of one currency or unit, so that it need be written once.
fn same_unit(a: &Eval, b: &Eval) -> bool {
    match (a.known(), b.known()) {
        (Some(Value::Money(_, a)), Some(Value::Money(_, b)))
        | (Some(Value::Quantity(_, a)), Some(Value::Quantity(_, b))) => a == b,
        _ => false,
    }
}
