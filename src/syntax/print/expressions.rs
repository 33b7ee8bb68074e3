//! Expressions as text, with the parentheses that are needed and no others.

use super::pieces::{Printer, WIDTH, spaced, width};
use crate::ground::number::Rounding;
use crate::syntax::ast::*;
use crate::syntax::words::{Lang, Word};

/// The production that a place takes, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Everything.
    Expression,
    /// A condition with `and` or `or`.
    Condition,
    /// One part of it.
    Conjunct,
    /// A value that nothing follows which could belong to it.
    Value,
    /// A value with `+`.
    Sum,
    /// A value with `*`.
    Product,
    /// A value with `in` or `on` behind it.
    Postfix,
    /// A value that needs no parentheses.
    Primary,
}

/// The narrowest place that takes the expression without parentheses.
fn level(expr: &Expr) -> Level {
    match &*expr.kind {
        ExprKind::Choice { .. } => Level::Expression,
        ExprKind::Aggregate {
            condition, same, ..
        } if condition.is_some() || !same.is_empty() => Level::Expression,
        ExprKind::And(_) | ExprKind::Or(_) => Level::Condition,
        ExprKind::On(inner, _) if level(inner) < Level::Postfix => Level::Conjunct,
        ExprKind::In { negated: true, .. } => Level::Conjunct,
        ExprKind::Not(_)
        | ExprKind::Compare(..)
        | ExprKind::Is { .. }
        | ExprKind::IsNone(_)
        | ExprKind::Under { .. }
        | ExprKind::Range { .. }
        | ExprKind::Within { .. }
        | ExprKind::Has { .. }
        | ExprKind::Quantified { .. } => Level::Conjunct,
        ExprKind::EarlierOf(..) | ExprKind::LaterOf(..) | ExprKind::DaysBetween(..) => Level::Value,
        ExprKind::Arith(ArithOp::Add | ArithOp::Sub, ..) => Level::Sum,
        ExprKind::Arith(ArithOp::Mul, ..) => Level::Product,
        ExprKind::In { .. } | ExprKind::On(..) | ExprKind::FirstDigits(..) => Level::Postfix,
        _ => Level::Primary,
    }
}

/// Whether an `or` behind it would be read as a further code.
fn ends_open(expr: &Expr) -> bool {
    match &*expr.kind {
        ExprKind::Is { .. } | ExprKind::Under { .. } | ExprKind::Has { .. } => true,
        ExprKind::Not(inner)
        | ExprKind::Quantified {
            body: Some(inner), ..
        } => ends_open(inner),
        _ => false,
    }
}

impl Printer {
    /// The expression as it stands in a place of that level.
    pub fn expr(self, expr: &Expr, place: Level) -> String {
        let text = self.bare(expr);
        if level(expr) < place {
            format!("({text})")
        } else {
            text
        }
    }

    /// Several with `or` between.
    pub fn alternatives(self, codes: &[Expr], place: Level) -> String {
        let all: Vec<String> = codes.iter().map(|c| self.expr(c, place)).collect();
        all.join(&format!(" {} ", self.word(Word::Or)))
    }

    pub fn prefixes(self, prefixes: &[Name]) -> String {
        let all: Vec<String> = prefixes.iter().map(|p| self.code(&p.node)).collect();
        all.join(&format!(" {} ", self.word(Word::Or)))
    }

    pub fn terms(self, terms: &[Expr]) -> String {
        let all: Vec<String> = terms
            .iter()
            .map(|t| self.expr(t, Level::Conjunct))
            .collect();
        all.join("; ")
    }

    pub fn binding(self, binding: &Binding) -> String {
        match binding {
            Binding::Element(name) => self.name(&name.node),
            Binding::In { name, set } => spaced([
                &self.name(&name.node),
                self.word(Word::In),
                &self.name(&set.node),
            ]),
        }
    }

    /// A condition behind its clause word, broken before each `and` or `or` where it is long.
    /// `lead` is what stands before it; the words of the parts stand below its middle.
    pub fn condition(self, lead: &str, expr: &Expr) -> String {
        let whole = format!("{lead}{}", self.expr(expr, Level::Condition));
        let (joint, parts) = match &*expr.kind {
            ExprKind::And(parts) => (Word::And, parts),
            ExprKind::Or(parts) => (Word::Or, parts),
            _ => return whole,
        };
        if width(&whole) <= WIDTH {
            return whole;
        }
        let column = width(lead);
        let mut out = String::new();
        for (n, part) in parts.iter().enumerate() {
            if n == 0 {
                out.push_str(lead);
            } else {
                let word = format!("    {} ", self.word(joint));
                out.push('\n');
                out.push_str(&super::pieces::padded(&word, column));
            }
            out.push_str(&self.part(part, joint));
        }
        out
    }

    fn part(self, part: &Expr, joint: Word) -> String {
        let text = self.expr(part, Level::Conjunct);
        if joint == Word::Or && ends_open(part) && level(part) >= Level::Conjunct {
            format!("({text})")
        } else {
            text
        }
    }

    fn joined(self, parts: &[Expr], joint: Word) -> String {
        let all: Vec<String> = parts.iter().map(|p| self.part(p, joint)).collect();
        all.join(&format!(" {} ", self.word(joint)))
    }

    fn arguments(self, arguments: &[Expr]) -> String {
        let all: Vec<String> = arguments
            .iter()
            .map(|a| self.expr(a, Level::Condition))
            .collect();
        format!("({})", all.join(", "))
    }

    /// Without parentheses around it.
    fn bare(self, expr: &Expr) -> String {
        let w = |word: Word| self.word(word);
        let value = |e: &Expr| self.expr(e, Level::Value);
        let sum = |e: &Expr| self.expr(e, Level::Sum);
        let either = |negated: bool, no: Word, yes: Word| if negated { w(no) } else { w(yes) };
        match &*expr.kind {
            ExprKind::Name(name) => self.name(name),
            ExprKind::Number { digits, unit } => match unit {
                Some(unit) if unit.node == "%" => format!("{digits} %"),
                Some(unit) => format!("{digits} {}", self.name(&unit.node)),
                None => digits.clone(),
            },
            ExprKind::Date(date) => date.clone(),
            ExprKind::Text(text) => self.text(text),
            ExprKind::Bool(true) => w(Word::True).to_string(),
            ExprKind::Bool(false) => w(Word::False).to_string(),
            ExprKind::AsOf => w(Word::AsOf).to_string(),
            ExprKind::It => w(Word::It).to_string(),
            ExprKind::Event(event) => self.led(Word::Event, &self.name(&event.node)),
            ExprKind::Duration { digits, unit } => {
                let unit = match unit {
                    DurationUnit::Days => Word::Days,
                    DurationUnit::Months => Word::Months,
                    DurationUnit::Years => Word::Years,
                };
                spaced([digits.as_str(), w(unit)])
            }
            ExprKind::Not(inner) => self.led(Word::Not, &self.expr(inner, Level::Conjunct)),
            ExprKind::And(parts) => self.joined(parts, Word::And),
            ExprKind::Or(parts) => self.joined(parts, Word::Or),
            ExprKind::Compare(op, a, b) => spaced([value(a).as_str(), comparison(*op), &value(b)]),
            ExprKind::Is {
                value: v,
                negated,
                choices,
            } => spaced([
                value(v).as_str(),
                either(*negated, Word::IsNot, Word::Is),
                &self.alternatives(choices, Level::Primary),
            ]),
            ExprKind::IsNone(v) => spaced([value(v).as_str(), w(Word::Is), w(Word::None)]),
            ExprKind::In {
                value: v,
                negated: true,
                target,
            } => spaced([
                value(v).as_str(),
                w(Word::NotIn),
                &self.expr(target, Level::Primary),
            ]),
            ExprKind::In {
                value: v,
                negated: false,
                target,
            } => spaced([
                self.expr(v, Level::Postfix).as_str(),
                w(Word::In),
                &self.expr(target, Level::Primary),
            ]),
            ExprKind::Tuple(all) => self.arguments(all),
            ExprKind::Under {
                value: v,
                negated,
                prefixes,
            } => spaced([
                value(v).as_str(),
                either(*negated, Word::NotUnder, Word::Under),
                &self.prefixes(prefixes),
            ]),
            ExprKind::Range {
                value: v,
                least,
                most,
            } => spaced([
                value(v).as_str(),
                w(Word::From),
                &sum(least),
                w(Word::To),
                &sum(most),
            ]),
            ExprKind::Within {
                value: v,
                duration,
                of,
            } => match self.lang {
                Lang::En => spaced([
                    value(v).as_str(),
                    w(Word::Within),
                    &sum(duration),
                    w(Word::Of),
                    &sum(of),
                ]),
                Lang::Zh => spaced([
                    value(v).as_str(),
                    w(Word::From),
                    &sum(of),
                    w(Word::Since),
                    &sum(duration),
                    w(Word::Inside),
                ]),
            },
            ExprKind::Has { set, codes } => spaced([
                value(set).as_str(),
                w(Word::Has),
                &self.alternatives(codes, Level::Primary),
            ]),
            ExprKind::Quantified {
                quantity,
                over,
                body,
            } => self.quantified(*quantity, over, body),
            ExprKind::Aggregate {
                what,
                value,
                list,
                condition,
                same,
            } => self.aggregate(*what, value, list, condition, same),
            ExprKind::Arith(op, a, b) => {
                let (sign, place) = match op {
                    ArithOp::Add => ("+", Level::Sum),
                    ArithOp::Sub => ("-", Level::Sum),
                    ArithOp::Mul => ("*", Level::Product),
                };
                // The right side stands one level narrower: the operators lean to the left.
                let right = if place == Level::Sum {
                    Level::Product
                } else {
                    Level::Postfix
                };
                spaced([self.expr(a, place).as_str(), sign, &self.expr(b, right)])
            }
            ExprKind::Rounded {
                value: v,
                divisor,
                places,
                rounding,
            } => {
                let inner = match divisor {
                    Some(divisor) => format!("({} / {})", sum(v), sum(divisor)),
                    None => format!("({})", sum(v)),
                };
                let rounding = match rounding {
                    Rounding::HalfUp => Word::HalfUp,
                    Rounding::HalfEven => Word::HalfEven,
                    Rounding::Up => Word::Up,
                    Rounding::Down => Word::Down,
                };
                let places = places.to_string();
                spaced([
                    w(Word::Rounded),
                    &inner,
                    w(Word::To),
                    &places,
                    w(Word::Places),
                    w(rounding),
                ])
            }
            ExprKind::FirstDigits(count, v) => {
                let count = count.to_string();
                let digits = w(Word::DigitsOf);
                match self.lang {
                    Lang::En => spaced([
                        w(Word::First),
                        &count,
                        digits,
                        &self.expr(v, Level::Primary),
                    ]),
                    Lang::Zh => spaced([
                        self.expr(v, Level::Postfix).as_str(),
                        w(Word::Leading),
                        &count,
                        digits,
                    ]),
                }
            }
            ExprKind::NumberOf(v) => self.led(Word::NumberOf, &self.expr(v, Level::Primary)),
            ExprKind::On(v, day) if level(v) >= Level::Postfix => spaced([
                self.bare(v).as_str(),
                w(Word::On),
                &self.expr(day, Level::Primary),
            ]),
            ExprKind::On(v, day) => {
                let tested = matches!(
                    &*v.kind,
                    ExprKind::Is { .. }
                        | ExprKind::Under { .. }
                        | ExprKind::Has { .. }
                        | ExprKind::In { negated: true, .. }
                );
                let left = if tested {
                    self.bare(v)
                } else {
                    format!("({})", self.bare(v))
                };
                spaced([left.as_str(), w(Word::On), &self.expr(day, Level::Primary)])
            }
            ExprKind::DaysBetween(a, b) => {
                spaced([w(Word::Days), w(Word::From), &sum(a), w(Word::To), &sum(b)])
            }
            ExprKind::EarlierOf(a, b) => {
                spaced([w(Word::EarlierOf), &sum(a), w(Word::And), &sum(b)])
            }
            ExprKind::LaterOf(a, b) => spaced([w(Word::LaterOf), &sum(a), w(Word::And), &sum(b)]),
            ExprKind::EndOfMonth(v) => self.led(Word::EndOfMonth, &self.expr(v, Level::Primary)),
            ExprKind::EndOfYear(v) => self.led(Word::EndOfYear, &self.expr(v, Level::Primary)),
            ExprKind::Choice { arms, otherwise } => {
                let mut out = String::new();
                for (v, condition) in arms {
                    let arm = spaced([
                        value(v).as_str(),
                        w(Word::When),
                        &self.expr(condition, Level::Condition),
                    ]);
                    out.push_str(&arm);
                    out.push_str(", ");
                }
                out + &self.led(Word::Otherwise, &self.expr(otherwise, Level::Condition))
            }
            ExprKind::Call {
                name,
                arguments,
                attribute,
            } => {
                let attribute = attribute
                    .as_ref()
                    .map(|a| format!(".{}", self.name(&a.node)))
                    .unwrap_or_default();
                format!(
                    "{}{}{attribute}",
                    self.name(&name.node),
                    self.arguments(arguments)
                )
            }
        }
    }

    fn quantified(self, quantity: Quantity, over: &Binding, body: &Option<Expr>) -> String {
        let counted = |word: Word, n: u32| match self.lang {
            Lang::En => format!("{} {n}", self.word(word)),
            Lang::Zh => spaced([self.word(word), &n.to_string(), self.word(Word::Pieces)]),
        };
        let first = match quantity {
            Quantity::Any => self.word(Word::Any).to_string(),
            Quantity::Every => self.word(Word::Every).to_string(),
            Quantity::No => self.word(Word::No).to_string(),
            Quantity::Exactly(n) => counted(Word::Exactly, n),
            Quantity::AtLeast(n) => counted(Word::AtLeast, n),
        };
        let body = body
            .as_ref()
            .map(|b| self.led(Word::Has, &self.expr(b, Level::Conjunct)));
        spaced([first, self.binding(over), body.unwrap_or_default()])
    }

    fn aggregate(
        self,
        what: Aggregation,
        value: &Option<Expr>,
        list: &Name,
        condition: &Option<Expr>,
        same: &[Name],
    ) -> String {
        let word = self.word(match what {
            Aggregation::Count => Word::CountOf,
            Aggregation::Sum => Word::SumOf,
            Aggregation::Min => Word::MinOf,
            Aggregation::Max => Word::MaxOf,
        });
        let value = value
            .as_ref()
            .map(|v| self.expr(v, Level::Sum))
            .unwrap_or_default();
        let list = self.name(&list.node);
        let head = match self.lang {
            Lang::En if value.is_empty() => spaced([word, &list]),
            Lang::En => spaced([word, &value, self.word(Word::Over), &list]),
            Lang::Zh => spaced([&list, self.word(Word::Among), &value, word]),
        };
        // A parenthesis says where the condition ends; a name alone needs none.
        let condition = condition.as_ref().map(|c| {
            let text = match &*c.kind {
                ExprKind::Name(_) => self.expr(c, Level::Postfix),
                _ => format!("({})", self.expr(c, Level::Expression)),
            };
            self.led(Word::Where, &text)
        });
        let same = if same.is_empty() {
            String::new()
        } else {
            self.led(Word::WithSame, &self.names(same))
        };
        spaced([head, condition.unwrap_or_default(), same])
    }
}

pub(super) fn comparison(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "=",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}
