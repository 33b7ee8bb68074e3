//! The rules of `rules/` on the declarations of `examples/`: what the README promises of them.

use kakou::check::compile;
use kakou::check::rules::{RuleSet, Sure};
use kakou::facts::edit::{Change, apply};
use kakou::facts::json::from_json;
use kakou::facts::write::fact_path;
use kakou::graph::Options;
use kakou::graph::walk::walk;
use kakou::ground::truth::Truth;
use kakou::schema::Home;
use kakou::schema::value::{Fact, FieldId, Type};
use kakou::verdict::judgement::Judgement;
use kakou::verdict::render::render;
use kakou::{Engine, Facts, Folder, Graph, Limits, Reference, Verdict, scenario};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock, RwLock};

/// The rule set, its engine and the example declarations, made once.
static WORLD: LazyLock<World> = LazyLock::new(World::open);

struct World {
    rules: Arc<RuleSet>,
    graph: Graph,
    engine: Engine,
    declarations: Vec<Facts>,
}

impl World {
    fn open() -> World {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let rules = kakou::load(root.join("rules")).unwrap();
        let graph = Graph::build(&rules, Options::default()).unwrap();
        let engine = Engine::from(&graph);
        let text = std::fs::read_to_string(root.join("examples/declarations.ndjson")).unwrap();
        let declarations = text
            .lines()
            .map(|line| from_json(&rules.schema, line.as_bytes(), &Limits::default()).unwrap())
            .collect();
        World {
            rules,
            graph,
            engine,
            declarations,
        }
    }

    fn judge(&self, facts: &Facts) -> Judgement {
        self.engine
            .check(facts, facts.as_of(&self.rules.schema).unwrap())
    }

    fn verdict(&self, facts: &Facts, judgement: &Judgement) -> Verdict {
        render(
            &self.rules,
            facts,
            judgement,
            Sure::High,
            &Limits::default(),
        )
    }

    fn text(&self, facts: &Facts, path: &str) -> String {
        let schema = &self.rules.schema;
        let field = schema.field_by_path(path).unwrap();
        let typ = schema.field(field).unwrap().typ;
        kakou::facts::write::fact_text(schema, facts.fact(schema, field, None), typ)
    }

    fn by_id(&self, id: &str) -> &Facts {
        let schema = &self.rules.schema;
        self.declarations
            .iter()
            .find(|f| f.id(schema) == Some(id))
            .unwrap()
    }
}

/// Every fact that a declaration gives, as a path with places.
fn given(rules: &RuleSet, facts: &Facts) -> Vec<String> {
    let schema = &rules.schema;
    let mut paths = Vec::new();
    for (index, field) in schema.fields.iter().enumerate() {
        let id = FieldId(u32::try_from(index).unwrap());
        let rows = match field.home {
            Home::Header(_) => vec![None],
            Home::Element(list, _) => (0..facts.rows(list).unwrap().len()).map(Some).collect(),
        };
        for row in rows {
            let is_list = matches!(field.typ, Type::List(_));
            // The judging date is not a fact to be without: a declaration without it is an error.
            if id != schema.judged_on && (is_list || *facts.fact(schema, id, row) != Fact::Unknown)
            {
                paths.push(fact_path(schema, facts, id, row));
            }
        }
    }
    paths
}

#[test]
fn every_scenario_holds() {
    for name in ["rules", "examples/import-risk"] {
        let limits = Limits::default();
        let folder =
            Folder::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &limits).unwrap();
        let compiled = compile(&folder, &limits);
        let rules = compiled.rules.as_ref().unwrap();
        let mut runner = scenario::Runner::new(rules, &folder, limits);
        let broken: Vec<String> = compiled
            .scenarios
            .iter()
            .filter_map(|s| {
                let outcome = runner.run(s);
                (!outcome.passed).then(|| format!("{name}: {:?}", s.labels))
            })
            .collect();
        assert!(broken.is_empty(), "{broken:#?}");
        assert!(
            compiled.scenarios.len() > 50,
            "{name}: {}",
            compiled.scenarios.len()
        );
    }
}

#[test]
fn the_examples_cover_businesses_zones_and_lines() {
    let world = &*WORLD;
    assert!(world.declarations.len() >= 40);
    let all = |path: &str| -> BTreeSet<String> {
        world
            .declarations
            .iter()
            .map(|f| world.text(f, path))
            .collect()
    };
    assert_eq!(all("zone_id").len(), 10);
    for business in [
        "bonded_repair",
        "bonded_rd",
        "cbec_import",
        "bonded_exhibition",
    ] {
        assert!(all("business").contains(business), "{business}");
    }
    assert!(all("line").contains("first") && all("line").contains("second"));
}

/// The eight published examples, the outcome that the domain study expects, and the rules it names.
#[test]
fn the_eight_examples_get_the_verdict_expected() {
    let world = &*WORLD;
    let expected: [(&str, &str, &[&str]); 8] = [
        ("BR-E1", "release", &[]),
        ("BR-E3", "reject", &["BR-12", "BR-14"]),
        ("RD-E1", "release", &["RD-06", "RD-13"]),
        ("RD-E2", "release", &[]),
        ("CB-E1", "release", &[]),
        ("CB-E3", "hold", &["CB-03"]),
        ("CR-E1", "release", &["CR-06"]),
        ("EX-E1", "release", &[]),
    ];
    for (id, outcome, rules) in expected {
        let judgement = world.judge(world.by_id(id));
        let schema = &world.rules.schema;
        assert_eq!(schema.outcome_name(judgement.counted.low), outcome, "{id}");
        assert_eq!(schema.outcome_name(judgement.counted.high), outcome, "{id}");
        for wanted in rules {
            let fires = judgement.fired.iter().any(|f| {
                f.truth == Truth::True && world.rules.rule(f.rule).is_some_and(|r| r.id == *wanted)
            });
            assert!(fires, "{id}: {wanted} does not fire");
        }
    }
}

/// Silence never releases, fact by fact; and what a rule then waits for is named.
#[test]
fn without_any_one_fact_the_upper_end_is_no_milder() {
    let world = &*WORLD;
    let schema = &world.rules.schema;
    let mut tried = 0;
    for facts in &world.declarations {
        let before = world.judge(facts);
        let id = facts.id(schema).unwrap_or("?");
        for path in given(&world.rules, facts) {
            let without = apply(schema, facts, &[Change::without(path.as_str())]).unwrap();
            let after = world.judge(&without);
            tried += 1;
            assert!(
                after.counted.high >= before.counted.high,
                "{id} without {path}"
            );
            assert!(
                after.counted.low <= before.counted.low,
                "{id} without {path}"
            );
            let verdict = world.verdict(&without, &after);
            let waits = after.fired.iter().any(|now| {
                let was = before
                    .fired
                    .iter()
                    .find(|f| f.rule == now.rule && f.element == now.element);
                let rule = world.rules.rule(now.rule).unwrap();
                now.truth == Truth::Unknown
                    && was.is_none_or(|w| w.truth == Truth::True)
                    && rule.outcome.is_some_and(|o| o > after.counted.low)
            });
            if waits {
                let named = verdict.missing.iter().any(|m| m.path == path);
                assert!(named, "{id} without {path}: missing {:?}", verdict.missing);
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

/// Law 1 on the real rules: with every declaration whole, and with each fact taken out.
#[test]
fn reference_walker_and_engine_agree_on_the_real_rules() {
    let world = &*WORLD;
    let schema = &world.rules.schema;
    let reference = Reference::new(&world.rules, Sure::High);
    let mut scratch = kakou::engine::Scratch::default();
    for (index, facts) in world.declarations.iter().enumerate() {
        let paths = given(&world.rules, facts);
        // Each declaration leaves out other facts, so that together all kinds are left out.
        let thinned = paths
            .iter()
            .enumerate()
            .filter(|(at, _)| (at + index) % 7 == 0)
            .map(|(_, p)| apply(schema, facts, &[Change::without(p.as_str())]).unwrap());
        for facts in thinned.chain([facts.clone()]) {
            let as_of = facts.as_of(schema).unwrap();
            let meant = reference.judge(&facts, as_of);
            assert_eq!(walk(&world.graph, &facts, as_of), meant);
            assert_eq!(*world.engine.judge(&facts, as_of, &mut scratch), meant);
        }
    }
}

#[test]
fn a_movement_outside_all_coverage_is_not_released() {
    let world = &*WORLD;
    let schema = &world.rules.schema;
    // Long before any law on file.
    let facts = apply(
        schema,
        world.by_id("RD-E2"),
        &[Change::set("date", "1995-01-01")],
    )
    .unwrap();
    let judgement = world.judge(&facts);
    assert_eq!(judgement.counted.high, schema.worst());
}

/// The same rules, but for a yearly limit that nobody reaches.
fn without_the_yearly_limit() -> Arc<RuleSet> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut texts = Vec::new();
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            match path.extension().and_then(|e| e.to_str()) {
                None => folders.push(path),
                Some("rules") => {
                    let text = std::fs::read_to_string(path).unwrap();
                    texts.push((name, text.replace("26000 CNY", "99000 CNY")));
                }
                Some(_) => files.push((name, std::fs::read(path).unwrap())),
            }
        }
    }
    let folder = files
        .into_iter()
        .fold(Folder::from_texts(texts), |folder, (name, bytes)| {
            folder.with_file(name, bytes)
        });
    compile(&folder, &Limits::default()).rules.unwrap()
}

/// A gate that swaps rule sets under load: each verdict is wholly of the one or of the other.
#[test]
fn swapping_rule_sets_gives_every_verdict_one_fingerprint() {
    let world = &*WORLD;
    let other = without_the_yearly_limit();
    assert_ne!(other.fingerprint, world.rules.fingerprint);
    let graph = Graph::build(&other, Options::default()).unwrap();
    let both = [
        (Arc::clone(&world.rules), Engine::from(&world.graph)),
        (other, Engine::from(&graph)),
    ];
    let expected: Vec<Vec<Judgement>> = both
        .iter()
        .map(|(rules, engine)| {
            let day = |f: &Facts| f.as_of(&rules.schema).unwrap();
            world
                .declarations
                .iter()
                .map(|f| engine.check(f, day(f)))
                .collect()
        })
        .collect();
    assert_ne!(expected[0], expected[1]);
    let gate = RwLock::new(0_usize);
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                for _ in 0..20 {
                    for (index, facts) in world.declarations.iter().enumerate() {
                        let now = *gate.read().unwrap();
                        let (rules, engine) = &both[now];
                        let judgement = engine.check(facts, facts.as_of(&rules.schema).unwrap());
                        assert_eq!(judgement, expected[now][index]);
                        let verdict =
                            render(rules, facts, &judgement, Sure::High, &Limits::default());
                        assert_eq!(verdict.rules, rules.fingerprint.to_string());
                    }
                }
            });
        }
        threads.spawn(|| {
            for turn in 0..200 {
                *gate.write().unwrap() = turn % 2;
                std::thread::yield_now();
            }
        });
    });
}
