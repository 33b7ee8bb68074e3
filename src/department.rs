//! The view of one department: the judgement of its rules, with their exceptions and waivers, on the
//! facts that they read and no others.
//!
//! A [`View`] is a rule set in which the other rules are silent, so that the view is judged by the
//! same evaluators as the whole. Rules that excuse a rule of the department, or waive what one
//! requires, do that and nothing else in it. Required fields and coverage belong to no department
//! and are not in it. The view of a department that sees all is the whole.

use crate::check::rules::{Cond, Cover, Message, Place, Rule, RuleId, RuleSet, Sure};
use crate::facts::Facts;
use crate::facts::write::path_of;
use crate::ground::limits::Limits;
use crate::reads::Reads;
use crate::schema::value::{DepartmentId, FieldId, OutcomeId};
use crate::verdict::judgement::{Fired, Judgement};
use crate::verdict::render::{context, render};
use crate::verdict::{Named, Verdict, words};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rules of one department, ready to be judged by.
///
/// ```
/// # let text = "outcomes release < hold missing hold advice hold\n\
/// #     departments customs, tax, enterprise sees all\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
/// #     \x20 size : integer\n  paid : bool, always\n\
/// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
/// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\ncovers\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", text.replace("covers\n", "").as_str())]);
/// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
/// use kakou::{Facts, Limits, Reference, Sure, department::{View, find}};
/// let facts = Facts::builder(&rules.schema)
///     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", true)
///     .build()?;
/// let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// let disposition = |name: &str| {
///     let view = View::of(&rules, find(&rules, name)?);
///     let seen = view.facts(&facts);
///     let judgement = view.judgement(&Reference::new(view.rules(), Sure::High).judge(&seen, day));
///     let verdict = view.verdict(&seen, &judgement, Sure::High, &Limits::default());
///     Some((verdict.counted.high.name, verdict.findings.len()))
/// };
/// assert_eq!(disposition("customs"), Some(("hold".to_owned(), 1)));
/// assert_eq!(disposition("tax"), Some(("release".to_owned(), 0)));
/// assert_eq!(disposition("enterprise"), Some(("hold".to_owned(), 1)));
/// assert_eq!(disposition("police"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct View {
    whole: Arc<RuleSet>,
    rules: Arc<RuleSet>,
    department: DepartmentId,
    sees_all: bool,
    own: BTreeSet<RuleId>,
    fields: BTreeSet<FieldId>,
}

/// A view is made once of a rule set and serves for every declaration.
///
/// ```
/// # let text = "outcomes release < hold missing hold advice hold\n\
/// #     departments customs, tax\n\
/// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
/// #     \x20 size : integer\n  paid : bool\n\
/// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
/// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\n";
/// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
/// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", false).build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Reference, Sure, department::{View, find}};
/// let tax = View::of(&rules, find(&rules, "tax").ok_or("no such department")?);
/// let verdict = |facts| {
///     let seen = tax.facts(facts);
///     let judged = Reference::new(tax.rules(), Sure::High).judge(&seen, day);
///     tax.verdict(&seen, &tax.judgement(&judged), Sure::High, &kakou::Limits::default())
/// };
/// assert_eq!(verdict(&facts).findings.len(), 1); // The size is no business of the tax office.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl View {
    /// The view of a department.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     departments customs, tax\n\
    /// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
    /// #     \x20 size : integer\n  paid : bool\n\
    /// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", false).build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// use kakou::{Reference, Sure, department::{View, find}};
    /// let tax = View::of(&rules, find(&rules, "tax").ok_or("no such department")?);
    /// assert_eq!(tax.rules().fingerprint, rules.fingerprint);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(rules: &Arc<RuleSet>, department: DepartmentId) -> View {
        if rules.schema.sees_all(department) {
            return View {
                whole: rules.clone(),
                rules: rules.clone(),
                department,
                sees_all: true,
                own: BTreeSet::new(),
                fields: BTreeSet::new(),
            };
        }
        let part = Part::of(rules, department);
        let mut fields: BTreeSet<FieldId> = part.reads(rules).into_keys().collect();
        fields.extend([rules.schema.judged_on]);
        fields.extend(rules.schema.id);
        View {
            whole: rules.clone(),
            rules: Arc::new(part.alone(rules)),
            department,
            sees_all: false,
            own: part.own,
            fields,
        }
    }

    /// The rules to judge by. They have the numbers and the fingerprint of the whole rule set: it says
    /// by what is judged, and whose view it is is said beside it.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     departments customs, tax\n\
    /// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
    /// #     \x20 size : integer\n  paid : bool\n\
    /// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", false).build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// use kakou::{Reference, Sure, department::{View, find}};
    /// let tax = View::of(&rules, find(&rules, "tax").ok_or("no such department")?);
    /// let judged = Reference::new(tax.rules(), Sure::High).judge(&facts, day);
    /// assert_eq!(judged.fired.len(), 1); // C-1 is still there, but fires for nobody.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.rules
    }

    /// Whether a rule speaks for the department.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     departments customs, tax\n\
    /// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
    /// #     \x20 size : integer\n  paid : bool\n\
    /// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", false).build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// use kakou::{Reference, Sure, department::{View, find}};
    /// let tax = View::of(&rules, find(&rules, "tax").ok_or("no such department")?);
    /// let own: Vec<&str> = (0..).map(kakou::check::rules::RuleId).zip(&rules.rules)
    ///     .filter(|(id, _)| tax.is_own(*id)).map(|(_, rule)| rule.id.as_str()).collect();
    /// assert_eq!(own, ["T-1"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_own(&self, rule: RuleId) -> bool {
        self.sees_all || self.own.contains(&rule)
    }

    /// The facts that its rules read, and what identifies the declaration.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     departments customs, tax\n\
    /// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
    /// #     \x20 size : integer\n  paid : bool\n\
    /// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", false).build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// use kakou::{Reference, Sure, department::{View, find}};
    /// let tax = View::of(&rules, find(&rules, "tax").ok_or("no such department")?);
    /// let seen = kakou::facts::write::to_json(&rules.schema, &tax.facts(&facts));
    /// assert!(seen.contains("paid") && !seen.contains("size"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn facts(&self, facts: &Facts) -> Facts {
        match self.sees_all {
            true => facts.clone(),
            false => facts.only(&self.rules.schema, &self.fields),
        }
    }

    /// What is the department's own of a judgement by these rules: not the exceptions and waivers of
    /// others.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     departments customs, tax\n\
    /// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
    /// #     \x20 size : integer\n  paid : bool\n\
    /// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", false).build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// use kakou::{Reference, Sure, department::{View, find}};
    /// let tax = View::of(&rules, find(&rules, "tax").ok_or("no such department")?);
    /// let all = Reference::new(&rules, Sure::High).judge(&facts, day);
    /// assert_eq!((all.fired.len(), tax.judgement(&all).fired.len()), (2, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn judgement(&self, judgement: &Judgement) -> Judgement {
        let mut own = judgement.clone();
        if self.sees_all {
            return own;
        }
        let ours = |fired: &Fired| self.own.contains(&fired.rule);
        own.fired.retain(ours);
        own.shadow.retain(ours);
        for pilot in &mut own.pilots {
            pilot.fired.retain(ours);
        }
        own.departments = vec![(self.department, own.counted)];
        own.common = OutcomeId::default();
        own.coverage = None;
        own
    }

    /// The verdict on a judgement that is the department's own.
    ///
    /// ```
    /// # let text = "outcomes release < hold missing hold advice hold\n\
    /// #     departments customs, tax\n\
    /// #     declaration judged on date\n  id : text, always\n  date : date, always\n\
    /// #     \x20 size : integer\n  paid : bool\n\
    /// #     law L\n  sure found\nrule C-1\n  by L\n  when size > 5\n  then hold\n\
    /// #     rule T-1\n  by L\n  department tax\n  when not paid\n  then hold\n";
    /// # let folder = kakou::Folder::from_texts([("a.rules", text)]);
    /// # let rules = kakou::load::accept(kakou::compile(&folder, &kakou::Limits::default()))?;
    /// # let facts = kakou::Facts::builder(&rules.schema)
    /// #     .set("id", "D-1").set("date", "2026-08-03").set("size", 6).set("paid", false).build()?;
    /// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
    /// use kakou::{Reference, Sure, department::{View, find}};
    /// let tax = View::of(&rules, find(&rules, "tax").ok_or("no such department")?);
    /// let own = tax.judgement(&Reference::new(tax.rules(), Sure::High).judge(&facts, day));
    /// let verdict = tax.verdict(&facts, &own, Sure::High, &kakou::Limits::default());
    /// assert_eq!(verdict.department.ok_or("whose?")?.name, "tax");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verdict(
        &self,
        facts: &Facts,
        judgement: &Judgement,
        trust: Sure,
        limits: &Limits,
    ) -> Verdict {
        let mut verdict = render(&self.rules, facts, judgement, trust, limits);
        // These rules require nothing, and would not say what kind of movement it is.
        verdict.context = context(&self.whole, facts);
        let departments = &self.rules.schema.departments;
        let department = departments.get(usize::from(self.department.0));
        verdict.department = department.map(|department| Named {
            name: department.name.clone(),
            labels: words::labels(&department.labels, &department.name),
        });
        verdict
    }
}

/// The department of that name or label.
///
/// ```
/// let rules = kakou::load("examples/gate")?;
/// use kakou::{department::find, schema::value::DepartmentId};
/// assert_eq!(find(&rules, "customs"), Some(DepartmentId(0)));
/// assert_eq!(find(&rules, "海关"), Some(DepartmentId(0)));
/// assert_eq!(find(&rules, "custom"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn find(rules: &RuleSet, name: &str) -> Option<DepartmentId> {
    let numbered = (0..=u8::MAX)
        .map(DepartmentId)
        .zip(&rules.schema.departments);
    let mut named = numbered.filter(|(_, department)| {
        let labels = [&department.labels.zh, &department.labels.en];
        let called = labels.into_iter().flatten().any(|label| label == name);
        department.name == name || called
    });
    named.next().map(|(id, _)| id)
}

/// A fact and what reads it.
///
/// ```
/// use kakou::department::read;
/// let rules = kakou::load("examples/gate")?;
/// let weight = rules.schema.field_by_path("weight_error").ok_or("no such field")?;
/// let all = read(&rules, None);
/// let use_of = all.iter().find(|one| one.field == weight).ok_or("not read")?;
/// assert_eq!(use_of.rules, ["G-01"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactUse {
    /// The field.
    pub field: FieldId,
    /// The rules that read it, as written: by a condition, an exception, a waiver, a requirement or a
    /// message.
    pub rules: Vec<String>,
    /// Whether the schema asks for it, always or under a condition, or reads it in such a condition.
    pub required: bool,
    /// Whether coverage depends on it.
    pub coverage: bool,
    /// Whether it says the day to judge on.
    pub judged_on: bool,
}

/// The facts that the rules of a department read, or all rules, by their path in a declaration. What
/// the schema requires and what coverage reads is among those of all, and of a department that sees
/// all.
///
/// ```
/// let rules = kakou::load("examples/gate")?;
/// use kakou::department::{find, read};
/// let customs = find(&rules, "customs");
/// assert!(read(&rules, customs).len() <= read(&rules, None).len());
/// assert_eq!(find(&rules, "police"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(rules: &RuleSet, department: Option<DepartmentId>) -> Vec<FactUse> {
    let one = department.filter(|department| !rules.schema.sees_all(*department));
    let part = match one {
        Some(department) => Part::of(rules, department),
        None => Part::whole(rules),
    };
    let mut reads = part.reads(rules);
    let (mut required, mut coverage) = (Reads::new(&rules.schema), Reads::new(&rules.schema));
    if one.is_none() {
        for one in &rules.required {
            required.field(one.field);
            one.when.iter().for_each(|when| required.condition(when));
        }
        for cover in &rules.covers {
            coverage.condition(&cover.in_force);
            coverage.condition(&cover.scope);
        }
    }
    for field in required.fields().iter().chain(coverage.fields()) {
        reads.entry(*field).or_default();
    }
    reads.entry(rules.schema.judged_on).or_default();
    let row = |(field, by): (FieldId, BTreeSet<RuleId>)| {
        let written = by.into_iter().filter_map(|id| rules.rule(id));
        let mut written: Vec<String> = written.map(|r| rules.written_id(r).to_owned()).collect();
        written.dedup();
        FactUse {
            field,
            rules: written,
            required: required.fields().contains(&field),
            coverage: coverage.fields().contains(&field),
            judged_on: field == rules.schema.judged_on,
        }
    };
    let mut all: Vec<FactUse> = reads.into_iter().map(row).collect();
    all.sort_by_cached_key(|one| path_of(&rules.schema, one.field, &[]));
    all
}

/// The rules that a view rests on.
struct Part {
    /// Those that speak for the department.
    own: BTreeSet<RuleId>,
    /// Those that excuse one of these or of those, or waive what one of those requires.
    beside: BTreeSet<RuleId>,
}

fn numbered(rules: &RuleSet) -> impl Iterator<Item = (RuleId, &Rule)> {
    (0u32..).map(RuleId).zip(&rules.rules)
}

impl Part {
    fn whole(rules: &RuleSet) -> Part {
        Part {
            own: numbered(rules).map(|(id, _)| id).collect(),
            beside: BTreeSet::new(),
        }
    }

    fn of(rules: &RuleSet, department: DepartmentId) -> Part {
        let speaks = |rule: &Rule| rule.departments.contains(&department);
        let own: BTreeSet<RuleId> = numbered(rules)
            .filter(|(_, rule)| speaks(rule))
            .map(|(id, _)| id)
            .collect();
        let ours = own.iter().filter_map(|id| rules.rule(*id));
        let kinds: BTreeSet<_> = ours.flat_map(|r| &r.requires).map(|r| r.kind).collect();
        let waives = |rule: &Rule| rule.waives.iter().any(|waive| kinds.contains(&waive.kind));
        let mut part = Part {
            beside: numbered(rules)
                .filter(|(id, rule)| waives(rule) && !own.contains(id))
                .map(|(id, _)| id)
                .collect(),
            own,
        };
        // What excuses one of them may itself be excused; exceptions have no cycles.
        loop {
            let over = |rule: &Rule| rule.over.iter().any(|excused| part.has(*excused));
            let more: Vec<RuleId> = numbered(rules)
                .filter(|(id, rule)| !part.has(*id) && over(rule))
                .map(|(id, _)| id)
                .collect();
            if more.is_empty() {
                return part;
            }
            part.beside.extend(more);
        }
    }

    fn has(&self, rule: RuleId) -> bool {
        self.own.contains(&rule) || self.beside.contains(&rule)
    }

    /// The fields that the rules read, each with those that do.
    fn reads(&self, rules: &RuleSet) -> BTreeMap<FieldId, BTreeSet<RuleId>> {
        let mut all: BTreeMap<FieldId, BTreeSet<RuleId>> = BTreeMap::new();
        for (id, rule) in numbered(rules).filter(|(id, _)| self.has(*id)) {
            let mut reads = Reads::new(&rules.schema);
            reads.rule(rule);
            reads.waivers(rule);
            if self.own.contains(&id) {
                reads.requirements(rules, rule);
                reads.message(&rule.message);
            }
            for field in reads.into_fields() {
                all.entry(field).or_default().insert(id);
            }
        }
        all
    }

    /// The rule set in which the other rules are silent, and nothing is asked for but by rules.
    fn alone(&self, rules: &RuleSet) -> RuleSet {
        let mut alone = rules.clone();
        for (id, rule) in (0u32..).map(RuleId).zip(&mut alone.rules) {
            if self.own.contains(&id) {
                continue;
            }
            rule.outcome = None;
            rule.requires = Vec::new();
            rule.message = Message::default();
            if !self.beside.contains(&id) {
                silence(rule);
            }
        }
        alone.required = Vec::new();
        alone.covers = vec![Cover {
            in_force: Cond::Always,
            scope: Cond::Always,
            advice: false,
            place: Place::default(),
        }];
        alone
    }
}

/// Nothing satisfies the scope of a silent rule, and nothing hangs on it.
fn silence(rule: &mut Rule) {
    rule.over = Vec::new();
    rule.each = Vec::new();
    rule.in_force = Cond::Always;
    rule.scope = Cond::Or(Vec::new());
    rule.when = Cond::Always;
    rule.unless = None;
    rule.waives = Vec::new();
}
