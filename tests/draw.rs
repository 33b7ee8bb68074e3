//! Pictures of the graph: golden text for one rule in both languages, the cap, hostile labels.
//! `UPDATE=1` writes the golden files anew.

#[path = "support/random.rs"]
mod random;

use kakou::check::rules::{CompareOp, Cond, Expr, Rule, RuleId, RuleSet, Terms};
use kakou::graph::draw::{Slice, picture};
use kakou::graph::{Graph, Options};
use kakou::ground::number::Number;
use kakou::schema::Lang;
use kakou::schema::value::{Code, Value};
use std::path::Path;
use std::sync::Arc;

/// A rule with an exception, a set, an amount and a rule over it.
fn graph(title: &str) -> Graph {
    let skeleton = random::skeleton();
    let field = |path| Expr::Field(skeleton.schema.field_by_path(path).unwrap());
    let amount = Value::Money(Number::from_i64(5_000), Code(0));
    let general = Terms {
        id: "A-1".to_string(),
        labels: kakou::schema::Labels {
            zh: Some("总则".to_string()),
            en: Some(title.to_string()),
        },
        when: Cond::And(vec![
            Cond::OneOf {
                value: field("mode"),
                codes: vec![Code(0), Code(2)],
                negated: false,
            },
            Cond::Compare(CompareOp::Gt, field("m"), Expr::Const(amount)),
        ]),
        unless: Some(Cond::Has {
            set: field("docs"),
            codes: vec![Expr::Const(Value::Code(Code(1)))],
        }),
        ..(*skeleton.rules[0]).clone()
    };
    let special = Terms {
        id: "A-2".to_string(),
        when: Cond::Under {
            value: field("hs"),
            prefixes: vec!["8471".parse().unwrap()],
            negated: false,
        },
        ..(*skeleton.rules[0]).clone()
    };
    let place = skeleton.rules[0].place;
    let (general, mut special) = (Rule::new(general, place), Rule::new(special, place));
    special.over = vec![RuleId(0)];
    let rules = Arc::new(RuleSet {
        rules: vec![general, special],
        ..skeleton
    });
    Graph::build(&rules, Options::default()).unwrap()
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/draw")
        .join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expected, text, "{name}");
}

#[test]
fn one_rule() {
    let graph = graph("general");
    for (lang, name) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let drawn = picture(&graph, Slice::Rules(&["A-1"]), lang, 100).unwrap();
        golden(&format!("one_rule.{name}.dot"), &drawn.to_dot());
        golden(&format!("one_rule.{name}.mermaid"), &drawn.to_mermaid());
    }
    assert!(
        picture(&graph, Slice::Rules(&["A-9"]), Lang::En, 100).is_none(),
        "no such rule"
    );
}

#[test]
fn above_the_cap_a_summary() {
    let skeleton = random::skeleton();
    let rules = random::rule_set(&skeleton, 3, 80);
    let graph = Graph::build(&rules, Options::default()).unwrap();
    let drawn = picture(&graph, Slice::Whole, Lang::En, 60).unwrap();
    assert!(drawn.summary);
    assert!(drawn.nodes.len() <= 12, "one box for each class");
    let whole = picture(&graph, Slice::Whole, Lang::En, 1_000_000).unwrap();
    assert!(!whole.summary && whole.nodes.len() > 60);
}

#[test]
fn hostile_titles_stay_inside_their_quotes() {
    let graph = graph("\"]; x [label=\"\\\n\u{1b}[31m\u{202e}<script>#`");
    let drawn = picture(&graph, Slice::Rules(&["A-1"]), Lang::En, 100).unwrap();
    for text in [drawn.to_dot(), drawn.to_mermaid()] {
        assert!(
            !text.contains(['\u{1b}', '\u{202e}']),
            "control characters are replaced"
        );
        assert!(
            text.lines().filter(|line| line.contains("A-1")).count() == 1,
            "{text}"
        );
    }
    assert!(drawn.to_dot().contains(r#"\"]; x [label=\"\\"#));
    assert!(!drawn.to_mermaid().contains("<script"));
}

#[cfg(feature = "cli")]
#[test]
fn svg_holds_every_label() {
    let graph = graph("general");
    let drawn = picture(&graph, Slice::Rules(&["A-1"]), Lang::Zh, 100).unwrap();
    let svg = drawn.to_svg();
    assert!(svg.starts_with("<?xml"));
    assert!(svg.contains("总则") && svg.contains("</svg>"));
    if let Some(path) = std::env::var_os("SVG") {
        std::fs::write(path, svg).unwrap();
    }
}
