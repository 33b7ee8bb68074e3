//! Law 4: no order. Elements in another order give the same judgement, with their places
//! renumbered. (The order of rules and files is looked at by law 2.)

use crate::case::{bytes, case, config, facts, judge, said};
use crate::generate::choices::Choices;
use crate::generate::rules::USUAL;
use kakou::check::rules::{Each, RuleId, RuleSet};
use kakou::facts::Facts;
use kakou::schema::value::ListId;
use kakou::verdict::judgement::{Element, FactRef, Judgement, Step};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where each row stands in the other order, by list.
type Moves = BTreeMap<ListId, Vec<u32>>;

/// Another order of so many elements: for each new place the old one.
fn order(c: &mut Choices<'_>, many: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..many).collect();
    (0..many)
        .map(|_| left.swap_remove(c.below(left.len())))
        .collect()
}

fn reordered(list: &mut Value, order: &[usize]) {
    if let Value::Array(elements) = list {
        *elements = order.iter().map(|at| elements[*at].clone()).collect();
    }
}

fn many(list: Option<&Value>) -> usize {
    list.and_then(Value::as_array).map_or(0, Vec::len)
}

/// The declaration with the elements of every list in another order, and where each came from:
/// for items and lines by new place; for the parts of an item by its new place.
fn shuffled(
    c: &mut Choices<'_>,
    declaration: &Value,
) -> (Value, Vec<usize>, Vec<Vec<usize>>, Vec<usize>) {
    let mut out = declaration.clone();
    let items = order(c, many(declaration.get("items")));
    let lines = order(c, many(declaration.get("lines")));
    for (name, order) in [("items", &items), ("lines", &lines)] {
        if let Some(list) = out.get_mut(name) {
            reordered(list, order);
        }
    }
    let mut parts = Vec::new();
    for item in out
        .get_mut("items")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let order = order(c, many(item.get("parts")));
        if let Some(list) = item.get_mut("parts") {
            reordered(list, &order);
        }
        parts.push(order);
    }
    (out, items, parts, lines)
}

fn moves(
    rules: &RuleSet,
    old: &Facts,
    new: &Facts,
    items: &[usize],
    parts: &[Vec<usize>],
    lines: &[usize],
) -> Moves {
    let list = |element: &str| {
        let at = rules.schema.lists.iter().position(|l| l.element == element);
        ListId(u32::try_from(at.unwrap()).unwrap())
    };
    let backwards = |order: &[usize]| {
        let mut to = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            to[*old] = u32::try_from(new).unwrap();
        }
        to
    };
    let part = list("part");
    let mut part_to = vec![0; old.rows(part).map_or(0, |r| r.len()) as usize];
    for (new_item, (old_item, order)) in items.iter().zip(parts).enumerate() {
        let of = |facts: &Facts, item: usize| {
            facts
                .rows(part)
                .unwrap()
                .of(u32::try_from(item).unwrap())
                .start
        };
        for (new_at, old_at) in order.iter().enumerate() {
            let from = of(old, *old_item) as usize + old_at;
            part_to[from] = of(new, new_item) + u32::try_from(new_at).unwrap();
        }
    }
    Moves::from([
        (list("item"), backwards(items)),
        (list("line"), backwards(lines)),
        (part, part_to),
    ])
}

struct Renumber<'r> {
    rules: &'r RuleSet,
    moves: Moves,
}

impl Renumber<'_> {
    fn row(&self, list: ListId, row: u32) -> u32 {
        self.moves
            .get(&list)
            .and_then(|to| to.get(row as usize))
            .copied()
            .unwrap_or(row)
    }

    fn element(&self, rule: RuleId, element: Element) -> Element {
        let each = &self.rules.rules[rule.0 as usize].each;
        let mut steps = element.0;
        for (step, each) in steps.iter_mut().zip(each) {
            if let (Step::Row(row), Each::List(list)) = (&step, each) {
                *step = Step::Row(self.row(*list, *row));
            }
        }
        Element(steps)
    }

    fn fact(&self, fact: FactRef) -> FactRef {
        match fact {
            FactRef::Cell(field, list, row) => FactRef::Cell(field, list, self.row(list, row)),
            other => other,
        }
    }

    fn judgement(&self, mut judgement: Judgement) -> Judgement {
        let pilots = judgement.pilots.iter_mut().map(|p| &mut p.fired);
        for fired in [&mut judgement.fired, &mut judgement.shadow]
            .into_iter()
            .chain(pilots)
        {
            for one in fired.iter_mut() {
                one.element = self.element(one.rule, one.element);
            }
            fired.sort();
        }
        for duty in &mut judgement.duties {
            duty.element = self.element(duty.rules[0], duty.element);
        }
        judgement.duties.sort();
        for missing in &mut judgement.missing {
            missing.fact = self.fact(missing.fact);
        }
        judgement.missing.sort();
        judgement
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn elements_in_any_order_are_judged_alike(drawn in bytes(), order in proptest::collection::vec(any::<u8>(), 40)) {
        let Some(case) = case(&drawn, USUAL) else { return Ok(()) };
        for declaration in &case.declarations {
            let (other, items, parts, lines) = shuffled(&mut Choices::new(&order), declaration);
            let (old, new) = (facts(&case.rules, declaration), facts(&case.rules, &other));
            let moves = moves(&case.rules, &old, &new, &items, &parts, &lines);
            let renumber = Renumber { rules: &case.rules, moves };
            let expected = renumber.judgement(judge(&case.rules, declaration));
            prop_assert_eq!(expected, judge(&case.rules, &other), "{}", said(&case, &[declaration, &other]));
        }
    }
}
