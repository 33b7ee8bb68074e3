//! a-tree: one tree of all expressions, searched with a prepared event.
//!
//! Codes as strings instead of integers cost the same; ranges of the whole tariff code instead of
//! one integer for each length of prefix cost a third more.

use crate::condition::{Condition, Field, joined};
use crate::race::Declaration;
use crate::racer::Peer;
use a_tree::{AttributeDefinition, Event};

pub struct ATree(a_tree::ATree<u32>);

impl Peer for ATree {
    const NAME: &'static str = "a-tree";
    type Facts = Event;

    fn load(rules: &[Vec<Condition>]) -> Result<Self, String> {
        let define = |field: Field| match field.is_flag() {
            true => AttributeDefinition::boolean(field.name()),
            false => AttributeDefinition::integer(field.name()),
        };
        let fields: Vec<_> = Field::all().map(define).collect();
        let mut tree = a_tree::ATree::new(&fields).map_err(|e| format!("{e:?}"))?;
        for (rule, all) in (0u32..).zip(rules) {
            let texts: Vec<String> = all.iter().map(text).collect();
            let text = texts.join(" and ");
            tree.insert(&rule, &text).map_err(|e| format!("{e:?}"))?;
        }
        Ok(ATree(tree))
    }

    fn facts(&self, d: &Declaration) -> Event {
        let mut event = self.0.make_event();
        for field in Field::all() {
            let (name, value) = (field.name(), field.value(d));
            let set = match field.is_flag() {
                true => event.with_boolean(name, value == 1),
                false => event.with_integer(name, value),
            };
            set.expect("a defined attribute");
        }
        event.build().expect("an event")
    }

    fn judge(&mut self, facts: &Event, mut matched: impl FnMut(u32)) {
        let report = self.0.search(facts).expect("a report");
        report.matches().iter().for_each(|rule| matched(**rule));
    }
}

fn text(condition: &Condition) -> String {
    match condition {
        Condition::Is(field, n) => format!("{} = {n}", field.name()),
        Condition::Among(field, all) => format!("{} in [{}]", field.name(), joined(all, ", ")),
        Condition::Range(field, from, until) => {
            let from = from.map(|n| format!("{} >= {n}", field.name()));
            let until = until.map(|n| format!("{} < {n}", field.name()));
            let both: Vec<String> = from.into_iter().chain(until).collect();
            both.join(" and ")
        }
        Condition::Flag(field, true) => field.name().to_string(),
        Condition::Flag(field, false) => format!("not {}", field.name()),
        Condition::Either(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("({})", all.join(" or "))
        }
    }
}
