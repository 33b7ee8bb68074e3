//! A plain walker over the meaning: every rule for every element, one after another. It shares
//! the graph with the engine and none of the engine's rows, so that the two can be compared.

use super::Graph;
use crate::check::rules::{Each, RuleId};
use crate::decide::eval::{Elements, Evaluator};
use crate::decide::program::RuleForm;
use crate::decide::resolve::Room;
use crate::decide::state::State;
use crate::facts::Facts;
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::value::{Fact, Value};
use crate::verdict::judgement::{Element, Fired, Judgement, Step};

/// Judges one declaration by walking the graph.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Graph, Reference, Sure, graph::{Options, walk::walk}};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let judgement = walk(&graph, &facts, day);
/// assert_eq!(judgement.counted, Reference::new(&rules, Sure::High).judge(&facts, day).counted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn walk(graph: &Graph, facts: &Facts, as_of: Day) -> Judgement {
    let program = graph.program();
    let mut state = State::default();
    state.begin(program);
    let mut evaluator = Evaluator {
        program,
        facts,
        as_of,
        state: &mut state,
    };
    let mut applies = Vec::new();
    for (number, form) in (0u32..).zip(&program.forms) {
        evaluator.each_instance(RuleId(number), form, &mut applies);
    }
    applies.sort();
    let mut covers = [Truth::False, Truth::False];
    for cover in &program.covers {
        let truth = evaluator
            .truth(cover.in_force)
            .and(evaluator.truth(cover.scope));
        if let Some(place) = covers.get_mut(usize::from(cover.advice)) {
            *place = place.or(truth);
        }
    }
    let [full, advice] = covers;
    let mut out = Judgement::default();
    evaluator.resolve(&applies, (full, advice), &mut Room::default(), &mut out);
    out
}

impl Evaluator<'_, '_> {
    /// Applies a rule to every element it judges.
    fn each_instance(&mut self, rule: RuleId, form: &RuleForm, applies: &mut Vec<Fired>) {
        let mut elements = vec![(Element::default(), Truth::True)];
        for (at, each) in form.each.iter().enumerate() {
            let mut inside = Vec::new();
            for (outer, cap) in elements {
                self.state.enter(&form.each, outer);
                for (step, certain) in self.steps(*each, cap) {
                    let mut element = outer;
                    if let Some(place) = element.0.get_mut(at) {
                        *place = step;
                    }
                    inside.push((element, certain));
                }
            }
            elements = inside;
        }
        for (element, cap) in elements {
            self.state.enter(&form.each, element);
            let excused = form
                .unless
                .map_or(Truth::False, |unless| self.truth(unless));
            let truth = self
                .truth(form.in_force)
                .and(self.truth(form.scope))
                .and(self.truth(form.when))
                .and(excused.not())
                .and(cap);
            if truth != Truth::False {
                applies.push(Fired {
                    rule,
                    element,
                    truth,
                });
            }
        }
        self.state.leave(&form.each);
    }

    /// The steps into a list or set; into one that was not given a single unknown one, of which
    /// nothing is certain.
    fn steps(&self, each: Each, cap: Truth) -> Vec<(Step, Truth)> {
        let unknown = vec![(Step::Unknown, Truth::Unknown)];
        if cap != Truth::True {
            return unknown;
        }
        match each {
            Each::List(list) => match self.elements(list) {
                Elements::Unknown => unknown,
                Elements::Rows(rows) => rows.map(|row| (Step::Row(row), cap)).collect(),
            },
            Each::Set(field) => match self.field(field) {
                Fact::None => Vec::new(),
                Fact::Value(Value::Set(set)) => {
                    set.iter().map(|code| (Step::Code(*code), cap)).collect()
                }
                _ => unknown,
            },
        }
    }
}
