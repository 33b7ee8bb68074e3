//! What is worked out once of a rule set: which values matter for each field, which fields belong to
//! a movement of a kind, and which rules may be aimed at.

use super::dice::{Dice, Skew};
use super::walk::{self, Met};
use crate::check::rules::{CompareOp, Cond, Expr, Rule, RuleId, RuleSet};
use crate::ground::day::Day;
use crate::reads::Reads;
use crate::schema::table::CodeTable;
use crate::schema::value::{Code, FieldId, Hs, ListId, TableId, Type, Value};
use crate::schema::{Field, Home, Schema};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a field's values are like.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldPlan {
    /// The constants that rules compare it with, in order.
    pub(super) limits: Vec<Value>,
    /// The fields that rules compare it with for equality, which usually have the same value.
    pub(super) twins: Vec<FieldId>,
    /// For a truth value, the one that rules hold nothing against.
    pub(super) usual: bool,
    /// How its name says it runs.
    pub(super) runs: Runs,
    /// How many rules read it.
    pub(super) readers: u32,
    /// Whether every declaration has it.
    pub(super) always: bool,
}

/// What the name of a field says about its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Runs {
    /// Nothing.
    #[default]
    Free,
    /// The number of the element in its list.
    Counts,
    /// A day that is usually still to come.
    Ahead,
}

/// What a code table's codes are like.
#[derive(Debug, Clone, Default)]
pub(super) struct TablePlan {
    /// Its codes, the commonest first: those that rules name before the others.
    pub(super) codes: Vec<Code>,
    pub(super) skew: Skew,
}

/// What aiming at a rule takes.
#[derive(Debug, Clone, Default)]
pub(super) struct RulePlan {
    /// All fields that it reads.
    pub(super) reads: Vec<FieldId>,
    /// The fields that rules read which may apply together with it, each with how many of a hundred
    /// declarations give it.
    pub(super) usual: Vec<(FieldId, u64)>,
    /// The rules that excuse it.
    pub(super) excusers: Vec<RuleId>,
}

#[derive(Debug)]
pub(super) struct Plan {
    /// By field.
    pub(super) fields: Vec<FieldPlan>,
    /// By table.
    pub(super) tables: Vec<TablePlan>,
    /// By rule.
    pub(super) rules: Vec<RulePlan>,
    /// For a declaration that aims at no rule.
    pub(super) usual: Vec<(FieldId, u64)>,
    /// The rules, in the order of how often they are aimed at.
    pub(super) goals: Vec<RuleId>,
    pub(super) goal_skew: Skew,
    /// Tariff codes and prefixes, the commonest first.
    pub(super) tariff: Vec<Hs>,
    pub(super) tariff_skew: Skew,
    /// Days on which the law changes: the first day of something, or the day after its last.
    pub(super) edges: Vec<Day>,
    /// The first and the last of the usual days to judge on.
    pub(super) days: (Day, Day),
    /// How long lists are.
    pub(super) lengths: Skew,
    pub(super) offsets: Skew,
}

/// Tariff codes that no rule names, for the rest of trade.
const OTHER_TARIFF: usize = 300;
/// The longest that lists usually are.
const LENGTHS: usize = 12;
/// As often as this a rule set would have to name another currency for it to be commoner than the
/// one that rates are in.
const RATES_OF_BASE: u32 = 1_000_000;
/// From so many rules of a kind of movement on, a rule more says little of what such a movement has.
const MANY_RULES: u32 = 40;
/// How far days usually lie from each other.
const OFFSETS: usize = 400;
/// The day around which movements are made up where no rule says when it holds.
const NO_LAW: i32 = 20_454;
/// The days before and after the last change of the law that movements are usually of.
const AROUND: (i32, i32) = (300, 240);

impl Plan {
    pub(super) fn of(rules: &RuleSet) -> Plan {
        let schema = &rules.schema;
        let seen = Seen::of(rules);
        let mut order = Dice::of(0, 0, 0);
        let edges: Vec<Day> = seen.edges.iter().copied().collect();
        let (tariff, tables) = (seen.tariff(&mut order), seen.tables(schema, &mut order));
        let (rule_plans, usual) = rule_plans(rules, schema);
        let mut goals: Vec<RuleId> = (0..).map(RuleId).take(rules.rules.len()).collect();
        order.shuffle(&mut goals);
        Plan {
            goal_skew: Skew::over(goals.len()),
            tariff_skew: Skew::over(tariff.len()),
            days: usual_days(rules),
            fields: seen.fields,
            tables,
            rules: rule_plans,
            usual,
            goals,
            tariff,
            edges,
            lengths: Skew::over(LENGTHS),
            offsets: Skew::over(OFFSETS),
        }
    }

    pub(super) fn field(&self, field: FieldId) -> Option<&FieldPlan> {
        self.fields.get(field.0 as usize)
    }

    pub(super) fn table(&self, table: TableId) -> Option<&TablePlan> {
        self.tables.get(table.0 as usize)
    }

    pub(super) fn rule(&self, rule: RuleId) -> Option<&RulePlan> {
        self.rules.get(rule.0 as usize)
    }
}

/// The days around the last day on which a law that is already followed by nothing came into force.
fn usual_days(rules: &RuleSet) -> (Day, Day) {
    let starts = rules.rules.iter().filter_map(|rule| rule.force.from);
    let last = starts.map(|from| from.first).max();
    let last = last
        .or_else(|| Day::from_number(NO_LAW))
        .unwrap_or(Day::MIN);
    let moved = |by: i32| last.add(0, by).unwrap_or(last);
    (moved(-AROUND.0), moved(AROUND.1))
}

/// What the rules name, gathered in one walk.
struct Seen<'r> {
    schema: &'r Schema,
    fields: Vec<FieldPlan>,
    /// By table and code, how often rules name it.
    named: BTreeMap<(TableId, Code), u32>,
    /// How often rules name a prefix.
    prefixes: BTreeMap<Hs, u32>,
    edges: BTreeSet<Day>,
    /// For truth values, how often rules hold it against a declaration that they are true, less how
    /// often that they are false.
    against: BTreeMap<FieldId, i32>,
}

impl<'r> Seen<'r> {
    fn of(rules: &'r RuleSet) -> Seen<'r> {
        let schema = &*rules.schema;
        let mut seen = Seen {
            schema,
            fields: schema
                .fields
                .iter()
                .map(|field| blank(schema, field))
                .collect(),
            named: BTreeMap::new(),
            prefixes: BTreeMap::new(),
            edges: BTreeSet::new(),
            against: BTreeMap::new(),
        };
        for required in rules.required.iter().filter(|r| r.when.is_none()) {
            if let Some(plan) = seen.plan(required.field) {
                plan.always = true;
            }
        }
        walk::rules(rules, &mut |met| match met {
            Met::Cond(cond, plain) => seen.condition(rules, cond, plain),
            Met::Expr(_) => {}
        });
        seen.beside(rules);
        for rule in &rules.rules {
            seen.readers(rule);
        }
        for plan in &mut seen.fields {
            plan.limits.sort();
            plan.limits.dedup();
            plan.twins.sort();
            plan.twins.dedup();
        }
        for (field, against) in std::mem::take(&mut seen.against) {
            if let Some(plan) = seen.plan(field) {
                plan.usual = against <= 0;
            }
        }
        seen
    }

    fn plan(&mut self, field: FieldId) -> Option<&mut FieldPlan> {
        self.fields.get_mut(field.0 as usize)
    }

    fn readers(&mut self, rule: &Rule) {
        let mut reads = Reads::new(self.schema);
        reads.rule(rule);
        for field in reads.into_fields() {
            if let Some(plan) = self.plan(field) {
                plan.readers += 1;
            }
        }
    }

    fn condition(&mut self, rules: &RuleSet, cond: &Cond, plain: bool) {
        match cond {
            Cond::Flag(Expr::Field(field)) => {
                *self.against.entry(*field).or_default() += if plain { 1 } else { -1 };
            }
            Cond::Compare(op, left, right) => {
                for (one, other) in [(left, right), (right, left)] {
                    let Some(field) = field_of(one) else { continue };
                    let equal = matches!(op, CompareOp::Eq | CompareOp::Ne);
                    match other {
                        Expr::Const(value) => self.limit(field, value),
                        Expr::Parameter { parameter, .. } => {
                            let found = rules.parameters.get(parameter.0 as usize);
                            for value in found.map_or(&[][..], |p| &p.values) {
                                self.limit(field, &value.value);
                            }
                        }
                        Expr::Field(twin) if equal => self.twin(field, *twin),
                        Expr::AsOf | Expr::Event(_) => {}
                        _ => {}
                    }
                }
            }
            Cond::OneOf { value, codes, .. } => {
                if let Some(table) = table_of(self.schema, value) {
                    for code in codes {
                        *self.named.entry((table, *code)).or_default() += 1;
                    }
                }
            }
            Cond::Has { set, codes } => {
                let Some(table) = table_of(self.schema, set) else {
                    return;
                };
                for code in codes {
                    if let Expr::Const(Value::Code(code)) = code {
                        *self.named.entry((table, *code)).or_default() += 1;
                    }
                }
            }
            Cond::Under { prefixes, .. } => {
                for prefix in prefixes {
                    *self.prefixes.entry(*prefix).or_default() += 1;
                }
            }
            Cond::InList { keys, list, .. } => {
                let Some(list) = rules.named_list(*list) else {
                    return;
                };
                for (at, key) in keys.iter().enumerate() {
                    let Some(field) = field_of(key) else { continue };
                    for value in list.rows.iter().filter_map(|row| row.keys.get(at)) {
                        self.limit(field, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn limit(&mut self, field: FieldId, value: &Value) {
        match (self.schema.field(field).map(|f| f.typ), value) {
            (Some(Type::Code(table)), Value::Code(code)) => {
                *self.named.entry((table, *code)).or_default() += 1;
            }
            (_, Value::Hs(prefix)) => *self.prefixes.entry(*prefix).or_default() += 1,
            (_, Value::Date(day)) => {
                self.edges.insert(*day);
            }
            _ => {}
        }
        if let Some(plan) = self.plan(field) {
            plan.limits.push(value.clone());
        }
    }

    fn twin(&mut self, field: FieldId, twin: FieldId) {
        if field != twin
            && let Some(plan) = self.plan(field)
        {
            plan.twins.push(twin);
        }
    }

    /// Lists, parameters, rates and periods: their days, their tariff codes and currencies.
    fn beside(&mut self, rules: &RuleSet) {
        if let Some(rates) = &self.schema.rates {
            let currencies = rates.currencies;
            for rate in &rates.rows {
                *self.named.entry((currencies, rate.currency)).or_default() += 1;
            }
            *self.named.entry((currencies, rates.base)).or_default() += RATES_OF_BASE;
        }
        let mut period = |from: Option<Day>, until: Option<Day>| {
            self.edges.extend(from);
            self.edges.extend(until.and_then(|day| day.add(0, 1)));
        };
        for rule in &rules.rules {
            let from = rule.force.from.map(|day| day.first);
            period(from, rule.force.until.map(|day| day.last));
        }
        for value in rules.parameters.iter().flat_map(|p| &p.values) {
            period(value.period.from, value.period.until);
        }
        for row in rules.lists.iter().flat_map(|list| &list.rows) {
            period(row.period.from, row.period.until);
        }
        let codes = self.schema.tables.iter().flat_map(|table| &table.codes);
        for row in codes.flat_map(|code| &code.rows) {
            period(row.period.from, row.period.until);
        }
        for value in rules
            .lists
            .iter()
            .flat_map(|list| &list.rows)
            .flat_map(|row| &row.keys)
        {
            if let Value::Hs(prefix) = value {
                *self.prefixes.entry(*prefix).or_default() += 1;
            }
        }
    }

    /// The tariff codes that declarations have: those of rules and lists, and others.
    fn tariff(&self, dice: &mut Dice) -> Vec<Hs> {
        let mut named: Vec<Hs> = self.prefixes.keys().copied().collect();
        dice.shuffle(&mut named);
        let others = (0..OTHER_TARIFF).filter_map(|_| {
            let (chapter, rest) = (dice.between(1, 97), dice.below(10_000));
            format!("{chapter:02}{rest:04}").parse::<Hs>().ok()
        });
        let others: Vec<Hs> = others.collect();
        // Most of trade is in goods that no rule names: four of every five places are theirs.
        let mut tariff = Vec::with_capacity(named.len() + others.len());
        let mut named = named.into_iter();
        for (at, other) in others.into_iter().enumerate() {
            tariff.push(other);
            if at % 4 == 3 {
                tariff.extend(named.next());
            }
        }
        tariff.extend(named);
        tariff
    }

    fn tables(&self, schema: &Schema, dice: &mut Dice) -> Vec<TablePlan> {
        let plan = |(id, table): (TableId, &CodeTable)| {
            let mut codes: Vec<Code> = (0..).map(Code).take(table.codes.len()).collect();
            dice.shuffle(&mut codes);
            let named = |code: &Code| self.named.get(&(id, *code)).copied().unwrap_or(0);
            codes.sort_by_key(|code| std::cmp::Reverse(named(code)));
            let skew = Skew::over(codes.len());
            TablePlan { codes, skew }
        };
        let tables = (0..).map(TableId).zip(&schema.tables);
        tables.map(plan).collect()
    }
}

fn blank(schema: &Schema, field: &Field) -> FieldPlan {
    let name = field.parts.last().map_or("", String::as_str);
    let key = match field.home {
        Home::Element(list, _) => schema.list(list).and_then(|l| l.key),
        Home::Header(_) => None,
    };
    let counts = key.is_some_and(|key| schema.field(key).is_some_and(|k| k.path == field.path));
    let runs = match field.typ {
        Type::Integer if counts || matches!(name, "line_no" | "seq") => Runs::Counts,
        Type::Date if name.contains("until") || name.contains("valid") => Runs::Ahead,
        _ => Runs::Free,
    };
    FieldPlan {
        runs,
        ..FieldPlan::default()
    }
}

/// The field that a value is, or whose amount it is.
pub(super) fn field_of(expr: &Expr) -> Option<FieldId> {
    match expr {
        Expr::Field(field) => Some(*field),
        Expr::NumberOf(of) | Expr::Convert { value: of, .. } => field_of(of),
        _ => None,
    }
}

/// The table whose codes a value is one of, or a set of.
fn table_of(schema: &Schema, expr: &Expr) -> Option<TableId> {
    match expr {
        Expr::Field(field) => match schema.field(*field)?.typ {
            Type::Code(table) | Type::Set(table) => Some(table),
            _ => None,
        },
        Expr::Attribute {
            table, attribute, ..
        } => {
            let column = schema
                .table(*table)?
                .attributes
                .get(usize::from(*attribute))?;
            match column.typ {
                Type::Code(table) => Some(table),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Which codes the scope of a rule leaves to each field.
type Allowed = BTreeMap<FieldId, BTreeSet<Code>>;

fn allowed(scope: &Cond, into: &mut Allowed) {
    match scope {
        Cond::And(parts) => parts.iter().for_each(|part| allowed(part, into)),
        Cond::OneOf {
            value: Expr::Field(field),
            codes,
            negated: false,
        } => {
            let codes: BTreeSet<Code> = codes.iter().copied().collect();
            into.entry(*field)
                .and_modify(|there| there.retain(|code| codes.contains(code)))
                .or_insert(codes);
        }
        _ => {}
    }
}

fn together(a: &Allowed, b: &Allowed) -> bool {
    a.iter()
        .all(|(field, codes)| b.get(field).is_none_or(|other| !codes.is_disjoint(other)))
}

/// What each rule reads, and which fields a movement that it may apply to has.
fn rule_plans(rules: &RuleSet, schema: &Arc<Schema>) -> (Vec<RulePlan>, Vec<(FieldId, u64)>) {
    let scopes: Vec<Allowed> = rules
        .rules
        .iter()
        .map(|rule| {
            let mut into = Allowed::new();
            allowed(&rule.scope, &mut into);
            into
        })
        .collect();
    let reads: Vec<BTreeSet<FieldId>> = rules
        .rules
        .iter()
        .map(|rule| {
            let mut reads = Reads::new(schema);
            reads.rule(rule);
            reads.requirements(rules, rule);
            reads.into_fields()
        })
        .collect();
    let mut excusers: Vec<Vec<RuleId>> = vec![Vec::new(); rules.rules.len()];
    for (id, rule) in (0..).map(RuleId).zip(&rules.rules) {
        for excused in &rule.over {
            if let Some(of) = excusers.get_mut(excused.0 as usize) {
                of.push(id);
            }
        }
    }
    let usual = |of: &Allowed| {
        let mut readers: BTreeMap<FieldId, u32> = BTreeMap::new();
        let mut rules = 0;
        for (other, fields) in scopes.iter().zip(&reads).filter(|(o, _)| together(of, o)) {
            // A rule of every business tells less about what a movement of this one has.
            let weight = if other.is_empty() { 1 } else { 2 };
            rules += 1;
            for field in fields {
                *readers.entry(*field).or_default() += weight;
            }
        }
        // What few of many rules ask for belongs to few movements; where there are few rules at all,
        // each says more.
        let each = 3 * (MANY_RULES / rules.max(1)).max(1);
        let chance = |weight: u32| u64::from((weight * each).saturating_sub(4).clamp(1, 95));
        let usual = readers
            .into_iter()
            .map(|(field, weight)| (field, chance(weight)));
        usual.collect::<Vec<_>>()
    };
    let plans = scopes.iter().zip(&reads).zip(excusers);
    let plans = plans.map(|((scope, reads), excusers)| RulePlan {
        reads: reads.iter().copied().collect(),
        usual: usual(scope),
        excusers,
    });
    let plans = plans.collect();
    let nothing = if rules.rules.is_empty() {
        // A schema alone: every field is as usual as another.
        (0..)
            .map(FieldId)
            .take(schema.fields.len())
            .map(|field| (field, 80))
            .collect()
    } else {
        usual(&Allowed::new())
    };
    (plans, nothing)
}

/// The list that a field's elements are in.
pub(super) fn list_of(schema: &Schema, field: FieldId) -> Option<ListId> {
    match schema.field(field)?.home {
        Home::Element(list, _) => Some(list),
        Home::Header(_) => None,
    }
}
