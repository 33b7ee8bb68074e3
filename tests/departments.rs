//! The view of a department is the judgement of its rules on the facts that they read, and the whole
//! is the worst over the departments and what belongs to none of them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what went wrong by panicking"
)]

#[path = "support/random.rs"]
mod random;

use kakou::check::rules::{Combine, RuleSet};
use kakou::department::{View, read};
use kakou::engine::Scratch;
use kakou::graph::Options;
use kakou::ground::day::Day;
use kakou::schema::value::{DepartmentId, FieldId};
use kakou::verdict::judgement::{Duty, Fired, Judgement};
use kakou::{Engine, Facts, Folder, Graph, Limits, Reference, Sure, compile, scenario};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// A view, and the facts that are listed for its department.
struct Seat {
    department: DepartmentId,
    view: View,
    listed: BTreeSet<FieldId>,
}

/// As many departments as there can be: the last one is judged as well as the first.
#[test]
fn of_256_departments_the_last_has_its_own_outcome() {
    let names: Vec<String> = (0..256).map(|number| format!("d{number}")).collect();
    let text = format!(
        "outcomes release < hold missing hold advice hold\ndepartments {}\n\
         declaration judged on date\n  date : date, always\nlaw L\n  sure found\n\
         rule A-1\n  by L\n  department d255\n  then hold\n",
        names.join(", ")
    );
    let folder = Folder::from_texts([("a.rules", text.as_str())]);
    let rules = kakou::load::accept(compile(&folder, &Limits::default())).unwrap();
    let graph = Graph::build(&rules, Options::default()).unwrap();
    let day: Day = "2026-08-03".parse().unwrap();
    let facts = Facts::builder(&rules.schema)
        .set("date", "2026-08-03")
        .build()
        .unwrap();
    let judged = Engine::from(&graph).check(&facts, day);
    assert_eq!(
        judged,
        Reference::new(&rules, Sure::High).judge(&facts, day)
    );
    let high = |number: usize| rules.schema.outcome_name(judged.departments[number].1.high);
    assert_eq!(judged.departments.len(), 256);
    assert_eq!((high(0), high(255)), ("release", "hold"));
}

fn seats(rules: &Arc<RuleSet>) -> Vec<Seat> {
    let departments = (0..=u8::MAX)
        .map(DepartmentId)
        .zip(&rules.schema.departments);
    let seat = |(department, _)| Seat {
        department,
        view: View::of(rules, department),
        listed: read(rules, Some(department))
            .iter()
            .map(|one| one.field)
            .collect(),
    };
    departments.filter(|(_, d)| !d.sees_all).map(seat).collect()
}

/// What a view says must be what the whole says of the department, and the facts that are listed
/// must be enough for it.
fn agrees(
    rules: &RuleSet,
    whole: &Judgement,
    seat: &Seat,
    facts: &Facts,
    judge: &mut dyn FnMut(&Facts) -> Judgement,
) -> Result<(), String> {
    let view = seat.view.judgement(&judge(facts));
    let of_department = whole
        .departments
        .iter()
        .find(|(d, _)| *d == seat.department);
    let expected = of_department.map(|(_, interval)| *interval);
    if expected != Some(view.counted) {
        return Err(format!(
            "{expected:?} of the whole, {:?} of the view",
            view.counted
        ));
    }
    let speaks = |fired: &&Fired| {
        let rule = rules.rule(fired.rule).unwrap();
        rule.departments.contains(&seat.department)
    };
    for (all, own) in [(&whole.fired, &view.fired), (&whole.shadow, &view.shadow)] {
        let ours: Vec<&Fired> = all.iter().filter(speaks).collect();
        if ours != own.iter().collect::<Vec<_>>() {
            return Err(format!("{ours:?} of the whole, {own:?} of the view"));
        }
    }
    // The same requirement is met and waived in the view as it is in the whole, by whatever rules.
    for duty in &view.duties {
        let same = |other: &&Duty| {
            (other.kind, other.element) == (duty.kind, duty.element)
                && (&other.argument, other.argument_known) == (&duty.argument, duty.argument_known)
        };
        let settled = |duty: &Duty| (duty.met, duty.waived, duty.waived_by.clone());
        if let Some(other) = whole.duties.iter().find(same)
            && settled(other) != settled(duty)
        {
            return Err(format!("{other:?} of the whole, {duty:?} of the view"));
        }
    }
    // The identifier goes along, so that it can be said whose facts they are.
    let mut listed = seat.listed.clone();
    listed.extend(rules.schema.id);
    let seen = facts.only(&rules.schema, &listed);
    if seen != seat.view.facts(facts) {
        return Err("the view sees other facts than are listed".to_owned());
    }
    let with_less = seat.view.judgement(&judge(&seen));
    if with_less != view {
        return Err(format!(
            "with all facts {view:#?}, with those listed {with_less:#?}"
        ));
    }
    // Messages, and the facts that findings show, with all that is said of them.
    let said = |facts: &Facts| {
        let limits = Limits::default();
        let mut verdict = seat.view.verdict(facts, &view, Sure::High, &limits);
        verdict.context.clear();
        verdict
    };
    let (all, less) = (said(facts), said(&seen));
    if all != less {
        return Err(format!(
            "with all facts {all:#?}, with those listed {less:#?}"
        ));
    }
    Ok(())
}

/// Whether two departments may require different arguments of a kind of which one can hold: that
/// contradiction is no department's own.
fn may_contradict(rules: &RuleSet, whole: &Judgement) -> bool {
    whole.duties.iter().enumerate().any(|(at, duty)| {
        let one = rules
            .kind(duty.kind)
            .is_some_and(|k| k.combine == Combine::One);
        let others = whole.duties.iter().skip(at + 1);
        one && (!duty.argument_known || others.clone().any(|other| other.kind == duty.kind))
    })
}

/// The worst over the departments and what belongs to none is the disposition.
fn is_the_worst(rules: &RuleSet, whole: &Judgement) -> bool {
    let departments = whole.departments.iter().map(|(_, interval)| interval.high);
    let worst = departments.chain([whole.common]).max().unwrap();
    let high = whole.counted.high;
    high == worst || (high > worst && may_contradict(rules, whole))
}

#[test]
fn views_of_random_rules_agree_with_the_whole() {
    let skeleton = random::skeleton();
    let day: Day = "2020-06-15".parse().unwrap();
    let (mut looked_at, mut differ) = (0, 0);
    for seed in 0..150 {
        let rules = random::rule_set(&skeleton, seed, 14);
        let reference = Reference::new(&rules, Sure::High);
        for seat in seats(&rules) {
            let graph = Graph::build(seat.view.rules(), Options::default()).unwrap();
            let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
            let own = Reference::new(seat.view.rules(), Sure::High);
            for number in seed * 8..seed * 8 + 8 {
                let json = random::declaration(number);
                let Some(facts) = random::facts(&rules, &json) else {
                    continue;
                };
                let whole = reference.judge(&facts, day);
                let mut judge = |facts: &Facts| {
                    let judgement = own.judge(facts, day);
                    let by_engine = engine.judge(facts, day, &mut scratch);
                    assert_eq!(&judgement, by_engine, "rule set {seed} {json}");
                    judgement
                };
                if let Err(what) = agrees(&rules, &whole, &seat, &facts, &mut judge) {
                    panic!("rule set {seed} {json}\n{what}");
                }
                assert!(is_the_worst(&rules, &whole), "rule set {seed} {json}");
                looked_at += 1;
                let (_, one) = whole.departments[0];
                differ += usize::from(whole.departments.iter().any(|(_, other)| *other != one));
            }
        }
    }
    // Departments that always said the same would show nothing.
    assert!(
        looked_at > 1000 && differ * 5 > looked_at,
        "{differ} of {looked_at}"
    );
}

#[test]
fn views_of_the_rulebook_agree_with_the_whole_on_all_scenarios() {
    let limits = Limits::default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::open(&root.join("rules"), &limits).unwrap();
    let compiled = compile(&folder, &limits);
    let rules = compiled.rules.unwrap();
    let engine =
        |rules: &Arc<RuleSet>| Engine::from(&Graph::build(rules, Options::default()).unwrap());
    let whole = engine(&rules);
    let seats: Vec<(Seat, Engine)> = seats(&rules)
        .into_iter()
        .map(|seat| {
            let engine = engine(seat.view.rules());
            (seat, engine)
        })
        .collect();
    assert_eq!(
        seats.len(),
        11,
        "the enterprise sees all and has no seat of its own"
    );
    let mut runner = scenario::Runner::new(&rules, &folder, limits);
    let (mut scratch, mut own) = (Scratch::default(), Scratch::default());
    let mut judged = 0;
    for scenario in &compiled.scenarios {
        let title = &scenario.labels;
        let facts = runner.run(scenario).facts.unwrap();
        let day = scenario
            .as_of
            .or_else(|| facts.as_of(&rules.schema))
            .unwrap();
        let judgement = whole.judge(&facts, day, &mut scratch);
        assert!(is_the_worst(&rules, judgement), "{title:?}");
        for (seat, engine) in &seats {
            let mut judge = |facts: &Facts| engine.judge(facts, day, &mut own).clone();
            if let Err(what) = agrees(&rules, judgement, seat, &facts, &mut judge) {
                panic!("{title:?}, {:?}\n{what}", seat.department);
            }
        }
        judged += 1;
    }
    assert!(judged > 400, "{judged} scenarios");
}
