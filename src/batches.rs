//! Batches of columns judged as they are, for hosts that hold their declarations in Arrow.
//!
//! What a batch costs before its first row depends on its columns and the texts of their
//! dictionaries; each row then is written straight on a sheet and judged, and nothing is allocated
//! for it once the memory that is used again has grown.

use crate::engine::{Engine, Scratch};
use crate::facts::Facts;
use crate::facts::arrow::{Columns, Stack};
use crate::facts::error::FactErrors;
use crate::ground::day::Day;
use crate::verdict::judgement::Judgement;
use arrow_array::RecordBatch;

/// Judges batches with the same columns; each thread has its own.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use kakou::{Engine, Graph, batches::Judge, facts::arrow::Columns, graph::Options};
/// use std::sync::Arc;
///
/// let engine = Engine::from(&Graph::build(&rules, Options::default()).map_err(|_| "no graph")?);
/// let texts = |all: [&str; 3]| -> ArrayRef { Arc::new(StringArray::from(all.to_vec())) };
/// let batch = RecordBatch::try_from_iter([
///     ("id", texts(["D-1", "D-2", "D-3"])),
///     ("date", texts(["2026-08-03", "2026-08-03", "3 August"])),
///     ("line", texts(["second", "second", "first"])),
///     ("weight_error", texts(["0.04", "0.02", "0"])),
/// ])?;
/// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
/// let mut fired = Vec::new();
/// Judge::new(&engine, &columns).each(&batch, |row, judged| match judged {
///     Ok((_, judgement)) => fired.push((row, judgement.fired.len())),
///     Err(errors) => assert_eq!((row, errors.errors[0].path.as_str()), (2, "date")),
/// })?;
/// // The second has an error of weight that is allowed, but nothing is known of its goods.
/// assert_eq!(fired.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Judge<'e> {
    engine: &'e Engine,
    columns: &'e Columns,
    as_of: Option<Day>,
    stack: Stack,
    scratch: Scratch,
}

/// A row has a judgement, or what is wrong with it.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use kakou::{Engine, Graph, batches::Judge, facts::arrow::Columns, graph::Options};
/// let engine = Engine::from(&Graph::build(&rules, Options::default()).map_err(|_| "no graph")?);
/// let lines: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["second", "third"]));
/// let batch = RecordBatch::try_from_iter([("line", lines)])?;
/// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
/// let mut ends = Vec::new();
/// let mut judge = Judge::new(&engine, &columns).on("2026-08-03".parse()?);
/// judge.each(&batch, |_, judged| ends.push(judged.is_ok()))?;
/// assert_eq!(ends, [true, false]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<'e> Judge<'e> {
    /// Judges each declaration on the day that it gives.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use kakou::{Engine, Graph, batches::Judge, facts::arrow::Columns, graph::Options};
    /// let engine = Engine::from(&Graph::build(&rules, Options::default()).map_err(|_| "no graph")?);
    /// let ids: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["D-1"]));
    /// let batch = RecordBatch::try_from_iter([("id", ids)])?;
    /// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
    /// // A declaration without a day is judged on none.
    /// Judge::new(&engine, &columns).each(&batch, |_, judged| {
    ///     assert_eq!(judged.unwrap_err().errors[0].code.0, "E0724");
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(engine: &'e Engine, columns: &'e Columns) -> Judge<'e> {
        Judge {
            engine,
            columns,
            as_of: None,
            stack: Stack::default(),
            scratch: Scratch::default(),
        }
    }

    /// Judges all on one day, whatever day they give.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, RecordBatch, StringArray};
    /// use kakou::{Engine, Graph, batches::Judge, facts::arrow::Columns, graph::Options};
    /// let engine = Engine::from(&Graph::build(&rules, Options::default()).map_err(|_| "no graph")?);
    /// let ids: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["D-1"]));
    /// let batch = RecordBatch::try_from_iter([("id", ids)])?;
    /// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
    /// let day = "2026-08-03".parse()?;
    /// Judge::new(&engine, &columns).on(day).each(&batch, |_, judged| {
    ///     assert_eq!(judged.map(|(_, judgement)| judgement.as_of), Ok(Some(day)));
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on(mut self, as_of: Day) -> Judge<'e> {
        self.as_of = Some(as_of);
        self
    }

    /// Judges each row of a batch and has it told, in order: its number, counted from 0, and its facts
    /// with the judgement on them, or what is wrong with it.
    ///
    /// # Errors
    /// A batch whose columns are others than those that were bound.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
    /// use kakou::{Engine, Graph, batches::Judge, facts::arrow::Columns, graph::Options};
    /// let engine = Engine::from(&Graph::build(&rules, Options::default()).map_err(|_| "no graph")?);
    /// let ids: ArrayRef = std::sync::Arc::new(StringArray::from(vec!["D-1", "D-2"]));
    /// let batch = RecordBatch::try_from_iter([("id", ids)])?;
    /// let columns = Columns::by_name(&rules.schema, &batch.schema())?;
    /// let mut judge = Judge::new(&engine, &columns).on("2026-08-03".parse()?);
    /// let mut ids = Vec::new();
    /// judge.each(&batch, |_, judged| {
    ///     ids.extend(judged.ok().and_then(|(facts, _)| facts.id(&rules.schema).map(str::to_owned)));
    /// })?;
    /// assert_eq!(ids, ["D-1", "D-2"]);
    /// let flags: ArrayRef = std::sync::Arc::new(BooleanArray::from(vec![true]));
    /// let other = RecordBatch::try_from_iter([("id", flags)])?;
    /// assert!(judge.each(&other, |_, _| {}).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn each(
        &mut self,
        batch: &RecordBatch,
        mut tell: impl FnMut(usize, Result<(&Facts, &Judgement), FactErrors>),
    ) -> Result<(), FactErrors> {
        let ready = self.columns.ready(batch)?;
        let schema = self.columns.schema();
        let (stack, scratch) = (&mut self.stack, &mut self.scratch);
        ready.each(stack, |row, read| {
            let dated = read.and_then(|facts| match self.as_of {
                Some(day) => Ok((facts, day)),
                None => Ok((facts, facts.day_to_judge(schema)?)),
            });
            match dated {
                Ok((facts, day)) => {
                    let judgement = self.engine.judge(facts, day, scratch);
                    tell(row, Ok((facts, judgement)));
                }
                Err(errors) => tell(row, Err(errors)),
            }
        });
        Ok(())
    }
}
