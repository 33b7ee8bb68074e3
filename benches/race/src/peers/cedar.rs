//! cedar: every rule a `permit` policy; the reasons of the answer are the rules that match.
//!
//! What most rules name stands in principal, action and resource, the rest in the context: all in the
//! context costs a tenth to a third more, though the authorizer evaluates all policies either way.
//! Alternatives written out instead of sets cost the same.

use crate::condition::{Condition, Field, joined};
use crate::race::Declaration;
use crate::racer::Peer;
use cedar_policy::{
    Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, Policy, PolicyId,
    PolicySet, Request, RestrictedExpression,
};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    /// The types of principal, action and resource.
    kinds: [EntityTypeName; 3],
}

/// The fields that most rules name: principal, action and resource.
const SCOPE: [Field; 3] = [Field::Code(4), Field::Code(2), Field::Code(5)];

/// Their types; an action has no other.
const KINDS: [&str; 3] = ["Business", "Action", "Mode"];

impl Peer for Cedar {
    const NAME: &'static str = "cedar";
    type Facts = Request;

    fn load(rules: &[Vec<Condition>]) -> Result<Self, String> {
        let mut policies = PolicySet::new();
        for (rule, all) in rules.iter().enumerate() {
            let mut scope = ["principal", "action", "resource"].map(String::from);
            let mut texts = Vec::new();
            for condition in all {
                let place = |field| SCOPE.iter().position(|of| *of == field);
                match condition {
                    Condition::Is(field, n) if let Some(at) = place(*field) => {
                        scope[at] += &format!(" == {}::\"{n}\"", KINDS[at]);
                    }
                    condition => texts.push(text(condition)),
                }
            }
            let when = match texts.as_slice() {
                [] => String::new(),
                texts => format!(" when {{ {} }}", texts.join(" && ")),
            };
            let text = format!("permit({}){when};", scope.join(", "));
            let policy = Policy::parse(Some(PolicyId::new(rule.to_string())), text);
            let policy = policy.map_err(|e| e.to_string())?;
            policies.add(policy).map_err(|e| e.to_string())?;
        }
        Ok(Cedar {
            authorizer: Authorizer::new(),
            policies,
            entities: Entities::empty(),
            kinds: KINDS.map(|name| name.parse().expect("a name")),
        })
    }

    fn facts(&self, d: &Declaration) -> Request {
        let pairs = Field::all().map(|field| {
            let value = match field.is_flag() {
                true => RestrictedExpression::new_bool(field.value(d) == 1),
                false => RestrictedExpression::new_long(field.value(d)),
            };
            (field.name().to_string(), value)
        });
        let context = Context::from_pairs(pairs).expect("a context");
        let entity = |at: usize| {
            let kind = self.kinds[at].clone();
            let id = EntityId::new(SCOPE[at].value(d).to_string());
            EntityUid::from_type_name_and_id(kind, id)
        };
        Request::new(entity(0), entity(1), entity(2), context, None).expect("a request")
    }

    fn judge(&mut self, facts: &Request, mut matched: impl FnMut(u32)) {
        let response = self
            .authorizer
            .is_authorized(facts, &self.policies, &self.entities);
        for id in response.diagnostics().reason() {
            let id: &str = id.as_ref();
            matched(id.parse().expect("the number of a rule"));
        }
    }
}

fn text(condition: &Condition) -> String {
    match condition {
        Condition::Is(field, n) => format!("context.{} == {n}", field.name()),
        Condition::Among(field, all) => {
            format!("[{}].contains(context.{})", joined(all, ", "), field.name())
        }
        Condition::Range(field, from, until) => {
            let from = from.map(|n| format!("context.{} >= {n}", field.name()));
            let until = until.map(|n| format!("context.{} < {n}", field.name()));
            let both: Vec<String> = from.into_iter().chain(until).collect();
            both.join(" && ")
        }
        Condition::Flag(field, true) => format!("context.{}", field.name()),
        Condition::Flag(field, false) => format!("!context.{}", field.name()),
        Condition::Either(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("({})", all.join(" || "))
        }
    }
}
