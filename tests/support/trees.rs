//! Random syntax trees, only such as the parser can make.

use kakou::ground::number::Rounding;
use kakou::ground::span::At;
use kakou::syntax::ast::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn spanned<T>(node: T) -> Spanned<T> {
    Spanned {
        node,
        at: At::default(),
    }
}

fn expr(kind: ExprKind) -> Expr {
    Expr {
        at: At::default(),
        kind: Box::new(kind),
    }
}

pub fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        "[a-z]{1,3}(_[a-z0-9]{1,2})?(\\.[a-z]{1,3})?",
        "[A-Z]{2}-[0-9]{2}(\\.[0-9])?",
        "[货值限清一]{1,3}",
        // Words of the language, some of them never names without 「」.
        prop::sample::select(vec![
            "in",
            "not",
            "rule",
            "when",
            "date",
            "set",
            "第十条",
            "的",
            "为",
            "number",
            "met",
            "a b",
            "5",
            "1,000",
            "pass"
        ])
        .prop_map(String::from),
    ]
    .prop_map(spanned)
}

fn text() -> impl Strategy<Value = Spanned<String>> {
    "[a-z\"\\\\{}#|中“”，]{0,8}".prop_map(spanned)
}

fn labels() -> impl Strategy<Value = Labels> {
    (option::of(text()), option::of(text())).prop_map(|(zh, en)| Labels { zh, en })
}

fn notes() -> impl Strategy<Value = Notes> {
    let comment = || "([a-z#\"中][a-z#\" 中]{0,5}[a-z中])?";
    (vec(comment(), 0..2), option::weighted(0.2, comment())).prop_map(|(before, after)| Notes {
        before,
        gaps: Vec::new(),
        after,
    })
}

fn noted<T: std::fmt::Debug>(node: impl Strategy<Value = T>) -> impl Strategy<Value = Noted<T>> {
    (node, notes()).prop_map(|(node, notes)| Noted {
        node,
        at: At::default(),
        notes,
    })
}

fn code() -> impl Strategy<Value = Expr> {
    prop_oneof![
        name().prop_map(|n| expr(ExprKind::Name(n.node))),
        "[0-9]{1,4}".prop_map(|digits| expr(ExprKind::Number { digits, unit: None })),
        text().prop_map(|t| expr(ExprKind::Text(t.node))),
    ]
}

fn literal() -> impl Strategy<Value = Expr> {
    let unit = prop_oneof![name(), Just(spanned("%".to_string()))];
    let time = prop::sample::select(vec![
        DurationUnit::Days,
        DurationUnit::Months,
        DurationUnit::Years,
    ]);
    prop_oneof![
        ("[0-9]{1,4}(\\.[0-9]{1,2})?", option::of(unit))
            .prop_map(|(digits, unit)| expr(ExprKind::Number { digits, unit })),
        ("[0-9]{1,2}", time).prop_map(|(digits, unit)| expr(ExprKind::Duration { digits, unit })),
        Just(expr(ExprKind::Date("2026-01-31".into()))),
        text().prop_map(|t| expr(ExprKind::Text(t.node))),
        any::<bool>().prop_map(|b| expr(ExprKind::Bool(b))),
    ]
}

fn binding() -> impl Strategy<Value = Binding> {
    prop_oneof![
        name().prop_map(Binding::Element),
        (name(), name()).prop_map(|(name, set)| Binding::In { name, set }),
    ]
}

fn target() -> impl Strategy<Value = Expr> {
    name().prop_map(|n| expr(ExprKind::Name(n.node)))
}

/// Any expression; the printer puts parentheses where they are needed.
pub fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        3 => code(),
        2 => literal(),
        1 => Just(expr(ExprKind::AsOf)),
        1 => Just(expr(ExprKind::It)),
        1 => name().prop_map(|n| expr(ExprKind::Event(n))),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let e = move || inner.clone();
        let choice = (vec((e(), e()), 1..3), e())
            .prop_map(|(arms, otherwise)| ExprKind::Choice { arms, otherwise });
        let op = prop::sample::select(vec![
            CompareOp::Eq,
            CompareOp::Ne,
            CompareOp::Lt,
            CompareOp::Le,
            CompareOp::Gt,
            CompareOp::Ge,
        ]);
        let arith = prop::sample::select(vec![ArithOp::Add, ArithOp::Sub, ArithOp::Mul]);
        let quantity = prop_oneof![
            Just(Quantity::Any),
            Just(Quantity::Every),
            Just(Quantity::No),
            (0u32..9).prop_map(Quantity::Exactly),
            (0u32..9).prop_map(Quantity::AtLeast),
        ];
        let what = prop::sample::select(vec![Aggregation::Sum, Aggregation::Min, Aggregation::Max]);
        let rounding = prop::sample::select(vec![
            Rounding::HalfUp,
            Rounding::HalfEven,
            Rounding::Up,
            Rounding::Down,
        ]);
        let conditions = prop_oneof![
            e().prop_map(ExprKind::Not),
            vec(e(), 2..4).prop_map(ExprKind::And),
            vec(e(), 2..4).prop_map(ExprKind::Or),
            (op, e(), e()).prop_map(|(op, a, b)| ExprKind::Compare(op, a, b)),
            (e(), any::<bool>(), vec(code(), 1..3)).prop_map(|(value, negated, choices)| {
                ExprKind::Is {
                    value,
                    negated,
                    choices,
                }
            }),
            e().prop_map(ExprKind::IsNone),
            (e(), any::<bool>(), target()).prop_map(|(value, negated, target)| ExprKind::In {
                value,
                negated,
                target
            }),
            (e(), any::<bool>(), vec(name(), 1..3)).prop_map(|(value, negated, prefixes)| {
                ExprKind::Under {
                    value,
                    negated,
                    prefixes,
                }
            }),
            (e(), e(), e()).prop_map(|(value, least, most)| ExprKind::Range { value, least, most }),
            (e(), e(), e()).prop_map(|(value, duration, of)| ExprKind::Within {
                value,
                duration,
                of
            }),
            (
                e(),
                vec(prop_oneof![code(), Just(expr(ExprKind::It))], 1..3)
            )
                .prop_map(|(set, codes)| ExprKind::Has { set, codes }),
            (quantity, binding(), option::of(e())).prop_map(|(quantity, over, body)| {
                ExprKind::Quantified {
                    quantity,
                    over,
                    body,
                }
            }),
        ];
        let values = prop_oneof![
            vec(e(), 2..4).prop_map(ExprKind::Tuple),
            (what, e(), name(), option::of(e()), vec(name(), 0..3)).prop_map(
                |(what, value, list, condition, same)| {
                    ExprKind::Aggregate {
                        what,
                        value: Some(value),
                        list,
                        condition,
                        same,
                    }
                }
            ),
            (name(), option::of(e())).prop_map(|(list, condition)| ExprKind::Aggregate {
                what: Aggregation::Count,
                value: None,
                list,
                condition,
                same: vec![],
            }),
            (arith, e(), e()).prop_map(|(op, a, b)| ExprKind::Arith(op, a, b)),
            (e(), option::of(e()), 0u32..5, rounding).prop_map(
                |(value, divisor, places, rounding)| {
                    ExprKind::Rounded {
                        value,
                        divisor,
                        places,
                        rounding,
                    }
                }
            ),
            (0u32..12, e()).prop_map(|(count, code)| ExprKind::FirstDigits(count, code)),
            e().prop_map(ExprKind::NumberOf),
            (e(), e()).prop_map(|(a, b)| ExprKind::On(a, b)),
            (e(), e()).prop_map(|(a, b)| ExprKind::DaysBetween(a, b)),
            (e(), e()).prop_map(|(a, b)| ExprKind::EarlierOf(a, b)),
            (e(), e()).prop_map(|(a, b)| ExprKind::LaterOf(a, b)),
            e().prop_map(ExprKind::EndOfMonth),
            e().prop_map(ExprKind::EndOfYear),
            choice,
            (name(), vec(e(), 1..3), option::of(name())).prop_map(
                |(name, arguments, attribute)| {
                    ExprKind::Call {
                        name,
                        arguments,
                        attribute,
                    }
                }
            ),
        ];
        prop_oneof![conditions, values].prop_map(expr)
    })
}

fn consequence() -> impl Strategy<Value = Consequence> {
    prop_oneof![
        Just(Consequence::Pass(At::default())),
        name().prop_map(Consequence::Outcome),
        (any::<bool>(), name(), option::of(expression())).prop_map(|(firmly, kind, argument)| {
            Consequence::Require {
                firmly,
                kind,
                argument,
            }
        }),
        (name(), option::of(expression()))
            .prop_map(|(kind, condition)| Consequence::Waive { kind, condition }),
    ]
}

fn cell() -> impl Strategy<Value = Spanned<Cell>> {
    prop_oneof![
        Just(Cell::Any),
        Just(Cell::None),
        vec(expression(), 1..3).prop_map(Cell::Values),
        vec(name(), 1..3).prop_map(Cell::Under),
        expression().prop_map(|e| Cell::Compare(CompareOp::Le, e)),
        (expression(), expression()).prop_map(|(a, b)| Cell::Range(a, b)),
    ]
    .prop_map(spanned)
}

fn row() -> impl Strategy<Value = Row<Vec<Consequence>>> {
    (vec(cell(), 1..3), vec(consequence(), 1..3)).prop_map(|(cells, output)| Row { cells, output })
}

fn rule() -> impl Strategy<Value = ItemKind> {
    let tail = prop_oneof![
        vec(consequence(), 1..3).prop_map(Clause::Then),
        (vec(expression(), 1..3), vec(noted(row()), 0..3)).prop_map(|(inputs, rows)| {
            Clause::Table(RuleTable {
                inputs,
                policy: Policy::First,
                rows,
            })
        }),
    ];
    let clauses = (
        noted(vec(binding(), 1..3).prop_map(Clause::Each)),
        noted(expression().prop_map(Clause::When)),
        noted(expression().prop_map(Clause::Unless)),
        noted(tail),
        noted(labels().prop_map(Clause::Say)),
    )
        .prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e]);
    (name(), labels(), clauses).prop_map(|(id, labels, clauses)| {
        ItemKind::Rule(Rule {
            id,
            labels,
            clauses,
        })
    })
}

fn item() -> impl Strategy<Value = Item> {
    let outcomes = (vec(noted((name(), labels())), 1..4), option::of(name())).prop_map(
        |(outcomes, missing)| {
            ItemKind::Outcomes(Outcomes {
                outcomes,
                missing,
                advice: None,
            })
        },
    );
    let letting = (name(), expression(), labels()).prop_map(|(name, value, labels)| {
        ItemKind::Let(Let {
            name,
            value,
            labels,
        })
    });
    let value = (
        prop_oneof![literal(), name().prop_map(|n| expr(ExprKind::Name(n.node)))],
        option::of(name()),
    )
        .prop_map(|(value, on)| ParameterValue {
            value,
            force: Force {
                from: None,
                until: None,
                on,
            },
            by: None,
        });
    let parameter =
        (name(), labels(), vec(noted(value), 0..3)).prop_map(|(name, labels, values)| {
            ItemKind::Parameter(Parameter {
                name,
                typ: spanned(Type::Rate),
                labels,
                values,
            })
        });
    let kind = prop_oneof![1 => outcomes, 3 => letting, 1 => parameter, 4 => rule()];
    (kind, notes()).prop_map(|(kind, mut notes)| {
        // Where the first outcome stands on the first line, the comment there is the outcome's.
        if matches!(kind, ItemKind::Outcomes(_)) {
            notes.after = None;
        }
        Item {
            at: At::default(),
            notes,
            kind,
        }
    })
}

/// A whole file.
pub fn file() -> impl Strategy<Value = File> {
    vec(item(), 0..4).prop_map(|items| File {
        items,
        comments: vec![],
    })
}
