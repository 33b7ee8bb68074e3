//! Which facts a condition, a value or a rule names: fields of the schema, whatever a declaration
//! gives of them.
//!
//! A field of an element names its list too, since without the list there is no element; an amount
//! names the field that holds its currency or unit.

use crate::check::rules::{Cond, Each, Expr, Message, MessagePart, Rule, RuleSet};
use crate::reference::missing::{operands, parts};
use crate::schema::value::{Denomination, FieldId, ListId, Type};
use crate::schema::{Home, Schema};
use std::collections::BTreeSet;

/// The facts that something names.
#[derive(Debug, Clone)]
pub struct Reads<'s> {
    schema: &'s Schema,
    fields: BTreeSet<FieldId>,
    other: bool,
}

impl<'s> Reads<'s> {
    /// Of nothing yet.
    pub fn new(schema: &'s Schema) -> Reads<'s> {
        Reads {
            schema,
            fields: BTreeSet::new(),
            other: false,
        }
    }

    /// The fields so far, in their order.
    pub fn fields(&self) -> &BTreeSet<FieldId> {
        &self.fields
    }

    /// Whether something is named that is no field: a number or sum of elements, the day of the
    /// judgement or of an event, a parameter, the code or the argument at hand.
    pub fn reads_more(&self) -> bool {
        self.other
    }

    /// The same as a set of its own.
    pub fn into_fields(self) -> BTreeSet<FieldId> {
        self.fields
    }

    /// What decides whether a rule fires, exceptions of other rules aside.
    pub fn rule(&mut self, rule: &Rule) {
        for each in &rule.each {
            self.each(*each);
        }
        let conditions = [&rule.in_force, &rule.scope, &rule.when];
        for condition in conditions.into_iter().chain(&rule.unless) {
            self.condition(condition);
        }
    }

    /// What a rule that fires asks for, and when that counts as met.
    pub fn requirements(&mut self, rules: &RuleSet, rule: &Rule) {
        for require in &rule.requires {
            if let Some(argument) = &require.argument {
                self.value(argument);
            }
            let kind = rules.kind(require.kind);
            if let Some(met) = kind.and_then(|kind| kind.met.as_ref()) {
                self.condition(met);
            }
        }
    }

    /// Which requirements a rule waives.
    pub fn waivers(&mut self, rule: &Rule) {
        for condition in rule.waives.iter().filter_map(|w| w.condition.as_ref()) {
            self.condition(condition);
        }
    }

    /// What a message fills in.
    pub fn message(&mut self, message: &Message) {
        for part in message.zh.iter().chain(&message.en) {
            if let MessagePart::Value(expr, _) = part {
                self.value(expr);
            }
        }
    }

    /// A condition.
    pub fn condition(&mut self, condition: &Cond) {
        match condition {
            Cond::And(all) | Cond::Or(all) => all.iter().for_each(|one| self.condition(one)),
            Cond::Not(inner) => self.condition(inner),
            Cond::Quantified { over, body, .. } => {
                self.each(*over);
                self.condition(body);
            }
            _ => operands(condition).into_iter().for_each(|e| self.value(e)),
        }
    }

    /// A value.
    pub fn value(&mut self, expr: &Expr) {
        match expr {
            Expr::Field(field) => self.field(*field),
            Expr::AsOf | Expr::Event(_) | Expr::Bound(_) | Expr::It => self.other = true,
            Expr::Parameter { on, .. } => {
                self.other = true;
                on.iter().for_each(|on| self.value(on));
            }
            Expr::Choice { arms, otherwise } => {
                for (value, condition) in arms {
                    self.condition(condition);
                    self.value(value);
                }
                self.value(otherwise);
            }
            Expr::Aggregate {
                value,
                list,
                condition,
                same,
                ..
            } => {
                self.other = true;
                self.list(*list);
                same.iter().for_each(|field| self.field(*field));
                condition
                    .iter()
                    .for_each(|condition| self.condition(condition));
                value.iter().for_each(|value| self.value(value));
            }
            Expr::Test(condition) => self.condition(condition),
            _ => parts(expr).into_iter().for_each(|part| self.value(part)),
        }
    }

    /// A list or set that is ranged over.
    fn each(&mut self, each: Each) {
        match each {
            Each::List(list) => self.list(list),
            Each::Set(field) => self.field(field),
        }
    }

    /// A field, and what it cannot be read without.
    pub fn field(&mut self, field: FieldId) {
        let Some(declared) = self.schema.field(field) else {
            return;
        };
        if !self.fields.insert(field) {
            return;
        }
        if let Home::Element(list, _) = declared.home {
            self.list(list);
        }
        if let Type::Money(Denomination::Named(of)) | Type::Quantity(Denomination::Named(of)) =
            declared.typ
        {
            self.field(of);
        }
    }

    fn list(&mut self, list: ListId) {
        if let Some(declared) = self.schema.list(list) {
            self.field(declared.field);
        }
    }
}
