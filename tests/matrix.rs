//! The same movements on the day before and after every date of the register, and on the first
//! and last day of every span in which a date is not known: the law of the day, as a matrix.
//!
//! Reference, walker and engine are compared on every one of these days. What changes from day to
//! day is kept in `tests/matrix/changes.txt`, so that a date that is moved shows what it moves.

#[path = "support/golden.rs"]
mod golden;

use kakou::check::rules::{Force, RuleSet};
use kakou::facts::json::from_json;
use kakou::graph::walk::walk;
use kakou::graph::{Graph, Options};
use kakou::ground::day::{Day, RoughDay};
use kakou::ground::truth::Truth;
use kakou::schema::table::Period;
use kakou::verdict::judgement::Judgement;
use kakou::{Engine, Facts, Limits, Reference, Sure};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// Days on which something may be otherwise than on the day before, each with what begins or
/// ends there.
type Dates = BTreeMap<Day, BTreeSet<String>>;

struct Register {
    dates: Dates,
}

impl Register {
    fn of(rules: &RuleSet) -> Register {
        let mut register = Register {
            dates: Dates::new(),
        };
        for law in &rules.laws {
            register.force(&format!("law {}", law.id), law.force);
        }
        for event in &rules.events {
            register.rough(&format!("event {}", event.name), event.on);
        }
        for rule in &rules.rules {
            register.force(&format!("rule {}", rule.id), rule.force);
        }
        for pilot in &rules.pilots {
            register.force(&format!("pilot {}", pilot.name), pilot.force);
        }
        for parameter in &rules.parameters {
            for value in &parameter.values {
                register.period(&format!("parameter {}", parameter.name), value.period);
            }
        }
        for list in &rules.lists {
            for row in &list.rows {
                register.period(&format!("list {}", list.name), row.period);
            }
        }
        for table in &rules.schema.tables {
            for row in table.codes.iter().flat_map(|code| &code.rows) {
                register.period(&format!("codes {}", table.name), row.period);
            }
        }
        register
    }

    fn note(&mut self, what: String, day: Option<Day>) {
        if let Some(day) = day {
            self.dates.entry(day).or_default().insert(what);
        }
    }

    fn period(&mut self, what: &str, period: Period) {
        self.note(format!("{what} begins"), period.from);
        let after = period.until.and_then(|until| until.add(0, 1));
        self.note(format!("{what} has ended"), after);
    }

    fn force(&mut self, what: &str, force: Force) {
        self.rough(what, force.from);
        let after = |day: Day| day.add(0, 1);
        if let Some(until) = force.until {
            self.note(
                format!("{what} may have ended"),
                after(until.first).filter(|_| until.first != until.last),
            );
            self.note(format!("{what} has ended"), after(until.last));
        }
    }

    /// A day that is not known may have come from its first day on, and has come on its last.
    fn rough(&mut self, what: &str, day: Option<RoughDay>) {
        let Some(day) = day.filter(|day| day.first != Day::MIN) else {
            return;
        };
        if day.first == day.last {
            self.note(format!("{what} begins"), Some(day.first));
        } else {
            self.note(format!("{what} may begin"), Some(day.first));
            self.note(format!("{what} has begun"), Some(day.last));
            self.note(format!("{what} began before"), day.last.add(0, 1));
        }
    }
}

/// The interval and the rules that decide; those that may fire with a question mark.
fn told(rules: &RuleSet, judgement: &Judgement) -> (String, BTreeSet<String>) {
    let name = |id| rules.schema.outcome_name(id);
    let (low, high) = (name(judgement.counted.low), name(judgement.counted.high));
    let fired = judgement.fired.iter().map(|fired| {
        let open = if fired.truth == Truth::Unknown {
            "?"
        } else {
            ""
        };
        format!("{}{open}", rules.rule(fired.rule).unwrap().id)
    });
    let interval = if low == high {
        low.to_owned()
    } else {
        format!("{low} to {high}")
    };
    (interval, fired.collect())
}

#[test]
fn every_date_of_the_register_changes_just_what_is_written_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let graph = Graph::build(&rules, Options::default()).unwrap();
    let engine = Engine::from(&graph);
    let reference = Reference::new(&rules, Sure::High);
    let text = std::fs::read_to_string(root.join("examples/declarations.ndjson")).unwrap();
    let read = |line: &str| from_json(&rules.schema, line.as_bytes(), &Limits::default()).unwrap();
    let movements: Vec<Facts> = text.lines().map(read).collect();

    let judged = |facts: &Facts, day: Day| {
        let judgement = engine.check(facts, day);
        let id = facts.id(&rules.schema).unwrap();
        assert_eq!(judgement, reference.judge(facts, day), "{id} on {day}");
        assert_eq!(judgement, walk(&graph, facts, day), "{id} on {day}");
        told(&rules, &judgement)
    };
    let register = Register::of(&rules);
    assert!(register.dates.len() > 40, "{} dates", register.dates.len());
    let mut out = String::new();
    for (day, what) in &register.dates {
        let before = day.add(0, -1).unwrap();
        let _ = writeln!(out, "{day}");
        for one in what {
            let _ = writeln!(out, "  {one}");
        }
        for facts in &movements {
            let (was, is) = (judged(facts, before), judged(facts, *day));
            if was == is {
                continue;
            }
            let id = facts.id(&rules.schema).unwrap();
            let _ = write!(out, "    {id}: {}", was.0);
            if was.0 != is.0 {
                let _ = write!(out, " -> {}", is.0);
            }
            for gone in was.1.difference(&is.1) {
                let _ = write!(out, " -{gone}");
            }
            for new in is.1.difference(&was.1) {
                let _ = write!(out, " +{new}");
            }
            out.push('\n');
        }
    }
    golden::golden(&root.join("tests/matrix/changes.txt"), &out);
}
