//! Judging one declaration: the worlds of pilots, the interval of outcomes, required fields and
//! coverage.

use super::duties::raise;
use super::fires::{Trial, World};
use super::scene::Here;
use crate::check::rules::{Each, PilotId, Required};
use crate::facts::eval::Eval;
use crate::ground::truth::Truth;
use crate::schema::Home;
use crate::schema::value::{DepartmentId, ListId, OutcomeId};
use crate::verdict::judgement::{Coverage, Duty, FactRef, Fired, Interval, Judgement, PilotView};

/// All that judging works out.
pub fn judge(trial: &Trial<'_>) -> Judgement {
    let live: Vec<PilotId> = pilots(trial, true);
    let base = trial.world([]);
    let counted = trial.world(live.iter().copied());
    let required = trial.required_facts();
    let coverage = trial.coverage();
    let interval = |world: &World, fired: &[Fired], department| {
        trial.interval((world, fired), department, &required, coverage)
    };
    let with_pilot = |pilot: PilotId| {
        let world = trial.world(live.iter().copied().chain([pilot]));
        let fired = trial.fired(&world);
        PilotView {
            pilot: Some(pilot),
            interval: interval(&world, &fired, None),
            fired,
        }
    };
    let fired = trial.fired(&counted);
    let departments = (0..=u8::MAX)
        .map(DepartmentId)
        .zip(&trial.scene.schema().departments)
        .filter(|(_, department)| !department.sees_all);
    let counted_interval = interval(&counted, &fired, None);
    let groups = trial.duties(&counted, None);
    let missing = trial.missing(&counted, counted_interval, &groups, &required, coverage);
    let mut duties: Vec<Duty> = groups
        .into_iter()
        .flat_map(|group| group.owed)
        .map(|one| one.duty)
        .collect();
    duties.sort();
    Judgement {
        as_of: Some(trial.scene.as_of),
        counted: counted_interval,
        base: interval(&base, &trial.fired(&base), None),
        pilots: pilots(trial, false).into_iter().map(with_pilot).collect(),
        departments: departments
            .map(|(d, _)| (d, interval(&counted, &fired, Some(d))))
            .collect(),
        common: trial.common(&required, coverage),
        shadow: trial.shadow(&counted),
        fired,
        duties,
        coverage: Some(coverage),
        missing,
    }
}

/// The pilots that count, or those in shadow, in their order.
pub fn pilots(trial: &Trial<'_>, live: bool) -> Vec<PilotId> {
    let numbered = (0u16..).map(PilotId).zip(&trial.scene.rules.pilots);
    numbered
        .filter(|(_, pilot)| pilot.live == live)
        .map(|(id, _)| id)
        .collect()
}

impl Trial<'_> {
    /// The worst that belongs to no department: the fields that the schema requires, and coverage.
    fn common(&self, required: &[FactRef], coverage: Coverage) -> OutcomeId {
        let missing = match required {
            [] => self.scene.schema().mildest(),
            _ => self.scene.schema().missing,
        };
        missing.max(self.coverage_outcome(coverage))
    }

    /// The interval of outcomes in a world, for all or for one department: the rules that fire and
    /// their requirements; for all also what belongs to no department.
    fn interval(
        &self,
        (world, fired): (&World, &[Fired]),
        department: Option<DepartmentId>,
        required: &[FactRef],
        coverage: Coverage,
    ) -> Interval {
        let schema = self.scene.schema();
        let mut interval = Interval {
            low: schema.mildest(),
            high: schema.mildest(),
        };
        for fired in fired {
            let Some(rule) = self.scene.rules.rule(fired.rule) else {
                continue;
            };
            let ours = department.is_none_or(|d| rule.departments.contains(&d));
            if let (true, Some(outcome)) = (ours, rule.outcome) {
                raise(&mut interval, fired.truth, outcome);
            }
        }
        for group in self.duties(world, department) {
            interval.low = interval.low.max(group.interval.low);
            interval.high = interval.high.max(group.interval.high);
        }
        if department.is_none() {
            interval.high = interval.high.max(self.common(required, coverage));
        }
        interval
    }

    /// The worst that coverage may make of the movement.
    pub(super) fn coverage_outcome(&self, coverage: Coverage) -> OutcomeId {
        let schema = self.scene.schema();
        match coverage {
            Coverage::Full => schema.mildest(),
            Coverage::Advice | Coverage::FullOrAdvice => schema.advice,
            Coverage::Undetermined | Coverage::Outside => schema.worst(),
        }
    }

    /// What coverage says: full where some cover fits, else advice where one that only informs does.
    fn coverage(&self) -> Coverage {
        let here = Here::default();
        let covered = |advice: bool| {
            let covers = self
                .scene
                .rules
                .covers
                .iter()
                .filter(|c| c.advice == advice);
            covers.fold(Truth::False, |truth, cover| {
                let in_force = self.scene.truth(&cover.in_force, &here);
                truth.or(in_force.and(self.scene.truth(&cover.scope, &here)))
            })
        };
        match (covered(false), covered(true)) {
            (Truth::True, _) => Coverage::Full,
            (Truth::False, Truth::True) => Coverage::Advice,
            (Truth::False, Truth::False) => Coverage::Outside,
            (Truth::Unknown, Truth::True) => Coverage::FullOrAdvice,
            _ => Coverage::Undetermined,
        }
    }

    /// The facts that the schema requires and that are unknown or none, sorted.
    fn required_facts(&self) -> Vec<FactRef> {
        let mut facts: Vec<FactRef> = self
            .scene
            .rules
            .required
            .iter()
            .flat_map(|r| self.required_of(r))
            .collect();
        facts.sort();
        facts.dedup();
        facts
    }

    fn required_of(&self, required: &Required) -> Vec<FactRef> {
        match self.scene.schema().field(required.field).map(|f| f.home) {
            Some(Home::Element(list, _)) => {
                let rows = self.rows_of(list, &Here::default());
                rows.iter()
                    .filter_map(|here| self.required_at(required, here))
                    .collect()
            }
            _ => self
                .required_at(required, &Here::default())
                .into_iter()
                .collect(),
        }
    }

    fn required_at(&self, required: &Required, here: &Here) -> Option<FactRef> {
        let wanted = required
            .when
            .as_ref()
            .is_none_or(|c| self.scene.truth(c, here).possible());
        let given = match self.scene.field(required.field, here) {
            Eval::Unknown(_) | Eval::None => false,
            Eval::Value(_) | Eval::Between { .. } => true,
        };
        (wanted && !given).then(|| self.scene.fact_ref(required.field, here))
    }

    /// Every element of a list, over all its owners; one unknown element where it was not given.
    fn rows_of(&self, list: ListId, whole: &Here) -> Vec<Here> {
        let parent = self.scene.schema().list(list).and_then(|l| l.parent);
        let owners = parent.map_or(vec![whole.clone()], |parent| self.rows_of(parent, whole));
        let each = Each::List(list);
        let inside = |owner: &Here| {
            let steps = self.scene.elements(each, owner);
            let steps = steps.unwrap_or_else(|| vec![crate::verdict::judgement::Step::Unknown]);
            steps
                .into_iter()
                .map(|step| owner.with(each, step))
                .collect::<Vec<_>>()
        };
        owners.iter().flat_map(inside).collect()
    }
}
