//! The engine: the decision graph laid out flat, for judging declarations by the million.
//!
//! It is made from a [`Graph`] and from nothing else, never changes, and may be shared by any
//! number of threads; each brings its own [`Scratch`].

mod block;
mod build;
mod elements;
mod finder;
mod group;
mod judge;
mod large;
mod lens;
mod order;
mod places;
mod rows;
mod sieve;
mod sifted;
mod told;

use crate::check::rules::RuleId;
use crate::decide::program::{NodeId, Program};
use crate::decide::resolve::Room;
use crate::decide::state::State;
use crate::facts::Facts;
use crate::graph::Graph;
use crate::graph::plan::{AxisPlan, Conjunct, Subject};
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::value::{ListId, OutcomeId};
use crate::verdict::judgement::{Fired, Judgement};
use finder::Finders;
use large::Passage;
use order::{Marks, Order};
use places::Merged;
use rows::{Bits, Chunk, Looked, WORDS};
use sieve::Sieve;
use sifted::Sifted;
use std::num::NonZeroU32;
use std::sync::Arc;

pub use told::Told;

/// Judges declarations.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Engine, Graph, engine::Scratch, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let engine = Engine::from(&graph);
/// assert!(engine.bytes() > 0 && !engine.blocks().is_empty());
///
/// // Any number of threads share the engine; each brings its scratch and uses it again.
/// let mut scratch = Scratch::default();
/// let high = engine.judge(&facts, day, &mut scratch).counted.high;
/// assert_eq!(rules.schema.outcome_name(high), "hold");
/// assert_eq!(engine.check(&facts, day).counted.high, high);
///
/// // Of a declaration that says nothing, nothing is certain.
/// let counted = engine.check(&kakou::Facts::unknown(&rules.schema), day).counted;
/// assert!(counted.low < counted.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    program: Arc<Program>,
    /// The axes.
    axes: Vec<AxisPlan>,
    /// What cells tell, as conditions.
    told: Box<[Conjunct]>,
    plan: Vec<Task>,
    root: u32,
    blocks: Vec<Block>,
    /// Those of the header and the as-of date.
    header_axes: Finders,
    /// Those of the header that are also looked at together; their places are behind all others.
    merged: Box<[Merged]>,
    /// By list, those of its elements.
    element_axes: Vec<Finders>,
    /// The lines of the header, where one block is all there is.
    sieve: Option<Sieve>,
}

/// A node of the plan.
#[derive(Debug, Clone)]
enum Task {
    /// All of these.
    Fork(Vec<u32>),
    /// The one for the cell; the last for a fact that is odd.
    Split {
        /// The place of the axis among those of the header.
        place: u32,
        by_cell: Vec<u32>,
        odd: u32,
    },
    /// A block.
    Match(u32),
}

/// Rules run together as rows of bits, or one by one where they are few and rows would cost more.
#[derive(Debug, Clone)]
struct Block {
    list: Option<ListId>,
    /// All rows, one after another.
    rows: Box<[Chunk]>,
    /// Whether those of a line stand in the order of its cells; otherwise each is there once.
    in_order: bool,
    /// A bit for each member; nothing where there are no rows.
    full: Box<[Chunk]>,
    /// Line by line, where the rows of its cells begin; nothing where they stand in that order.
    cells: Box<[Cell]>,
    /// Line by line, where cells turn, for the lines that keep only those.
    turns: Box<[Turn]>,
    header: Box<[Line]>,
    element: Box<[Line]>,
    /// Where rows stand in the order of cells, how those of the header are found: the place of an axis or of
    /// merged ones, and where its turns begin. Nothing where some known fact leaves more possible than it
    /// does for certain.
    found: Box<[(u32, u32)]>,
    /// Whether some member has residue that reads only the header.
    header_residue: bool,
    members: Box<[Member]>,
    /// By 64 members, those that are bare.
    bare: Box<[Bare]>,
}

/// Those of 64 members that judge the whole and of which nothing is left to ask.
#[derive(Debug, Clone)]
struct Bare {
    /// A bit for each.
    members: u64,
    /// A bit for each of those whose rules follow each other as they do.
    straight: u64,
    /// The rule that the first of the 64 would then be.
    first: u32,
    /// Their rules.
    rules: [RuleId; 64],
}

/// What one axis says of the members of a block.
#[derive(Debug, Clone)]
struct Line {
    /// The place of the axis among those of the header, or of its list.
    place: u32,
    /// Where its cells begin in the block, or its rows where they stand in the order of its cells.
    first: u32,
    /// How many cells its axis has.
    count: u32,
    /// Where its turns begin in the block; nothing where each cell of the axis stands for itself.
    turns: Option<NonZeroU32>,
    /// Where rows stand in the order of cells, behind how many of them those of the members that certainly
    /// still apply stand. Only the row of an unknown fact has one, unless the line is open.
    bank: Option<NonZeroU32>,
    /// Whether some known fact leaves more possible than it does for certain.
    is_open: bool,
    /// Each condition with the member it belongs to, for odd facts.
    tests: Box<[(u32, u32)]>,
}

/// Which of 64 cells of an axis say something else than the cell before.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    /// A bit for each that does.
    cells: u64,
    /// Where stands what is said before these, cell by cell or row by row.
    before: u32,
}

/// Where the rows of a cell begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cell {
    /// That of the members that possibly still apply.
    possible: u32,
    /// That of those that certainly do.
    certain: u32,
}

impl Cell {
    /// That of a fact which lies in no cell. Its parts differ, so that one comparison tells all cells apart
    /// that leave the same for certain as they do possible.
    const ODD: Cell = Cell {
        possible: u32::MAX,
        certain: 0,
    };
}

/// A condition, as it stands or denied, with the number of its atom, so that its node need not be
/// looked at where keys decide it.
#[derive(Debug, Clone, Copy)]
struct Condition {
    node: NodeId,
    atom: u32,
    denied: bool,
}

/// A member of a block.
#[derive(Debug, Clone)]
struct Member {
    subject: Subject,
    /// What is evaluated while it is alive. First what reads only the header; among that what a cell of
    /// one field would tell, where so few members ask for it that the block has no line for it. Then
    /// what a cell of one field of the element tells, as conditions. Then the rest.
    conditions: Box<[Condition]>,
    /// Where the second part begins, and the third.
    parts: (u32, u32),
    /// The list whose elements it judges; it may be another than that of its block, as whose guest
    /// it then is.
    list: Option<ListId>,
    /// Whether it judges something inside the element, or the codes of a set.
    deep: bool,
    /// Whether it judges the whole and nothing is left to ask of it.
    is_bare: bool,
    /// What it does where it applies.
    effect: Effect,
}

/// What a member does where it applies, as far as that is known beforehand.
#[derive(Debug, Clone, Copy)]
enum Effect {
    /// It is bare, asks for an outcome in every world and does nothing else.
    Decides(OutcomeId),
    /// The same, but it only informs.
    Informs,
    /// What it does is worked out.
    Open,
}

/// What judging one declaration needs and the next one uses again.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Engine, Graph, engine::Scratch, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let mut scratch = Scratch::default();
/// Engine::from(&graph).judge(&facts, day, &mut scratch);
/// assert!((1..=graph.stats().steps).contains(&scratch.steps()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    desk: Desk,
    /// What is told of declarations is told from here, while others are judged.
    sifted: Sifted,
    /// The same where rules are many.
    passage: Passage,
}

/// What judging is done on.
#[derive(Debug, Clone, Default)]
struct Desk {
    state: State,
    room: Room,
    judgement: Judgement,
    /// What applies to the whole.
    marks: Marks,
    /// What applies besides.
    applies: Vec<Fired>,
    rows: RowRoom,
}

/// Room for cells and rows.
#[derive(Debug, Clone, Default)]
struct RowRoom {
    /// The cells of the header's axes.
    ranks: Vec<u32>,
    /// Row by row, the cells of a list's axes.
    element_ranks: Vec<u32>,
    /// The list whose cells these are.
    ranked: Option<ListId>,
    /// The rows of the block at hand.
    looked: Looked,
    /// Whether a fact of the header left more possible than it did for certain, in the last block with rows
    /// that was looked at.
    misses: bool,
    /// What its header leaves, stretch by stretch.
    left: Vec<Bits>,
    /// The same for the element at hand.
    here: Vec<Bits>,
    /// The same one by one, where they are few.
    alive: Vec<(u32, Truth)>,
    stack: Vec<(u32, u32)>,
    /// Where the rows of the facts begin in the block at hand.
    places: Vec<u32>,
    /// Room for declarations that are judged together.
    group: group::GroupRoom,
    /// Room to put what applies in order.
    order: Order,
}

/// How long judging took, in steps, which are the same on every machine.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
/// let mut steps = |items: usize| {
///     let builder = Facts::builder(&rules.schema).set("line", "second");
///     let facts = (0..items).fold(builder, |b, _| b.element("items", |item| item.set("total", "9.00"))).build();
///     facts.map(|facts| {
///         engine.judge(&facts, day, &mut scratch);
///         scratch.steps()
///     })
/// };
/// assert!(steps(1)? < steps(50)?);
/// assert_eq!(steps(1)?, steps(1)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Scratch {
    /// Steps taken for the last declaration: blocks of four words of a row, conditions and values
    /// worked out, a requirement and a rule that may waive it, and in the search for missing facts
    /// whatever was looked at or put down.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let mut scratch = Scratch::default();
    /// assert_eq!(scratch.steps(), 0); // Nothing is judged yet.
    /// Engine::from(&graph).judge(&Facts::unknown(&rules.schema), day, &mut scratch);
    /// assert!(scratch.steps() > 0 && scratch.steps() <= graph.stats().steps);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn steps(&self) -> u64 {
        self.desk.state.steps
    }
}

/// The engine says what the reference evaluator says.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::{Engine, Facts, Graph, Reference, Sure, engine::Scratch, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let (engine, reference) = (Engine::from(&graph), Reference::new(&rules, Sure::High));
/// let mut scratch = Scratch::default();
/// for weight_error in ["0.02", "0.03", "0.04"] {
///     let facts = Facts::builder(&rules.schema).set("line", "second").set("weight_error", weight_error).build()?;
///     assert_eq!(engine.judge(&facts, day, &mut scratch), &reference.judge(&facts, day));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Engine {
    /// Judges one declaration into the scratch.
    ///
    /// Once the scratch has grown to the size it needs, nothing is allocated, but for arguments of
    /// requirements that are texts or sets.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let engine = Engine::from(&graph);
    /// let (nothing, first) = (
    ///     Facts::unknown(&rules.schema),
    ///     Facts::builder(&rules.schema).set("line", "first").element("items", |item| item).build()?,
    /// );
    /// let mut scratch = Scratch::default();
    /// let before = engine.judge(&first, day, &mut scratch).clone();
    /// engine.judge(&nothing, day, &mut scratch);
    /// // What was judged before leaves no trace in the scratch.
    /// assert_eq!(engine.judge(&first, day, &mut scratch), &before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn judge<'s>(&self, facts: &Facts, as_of: Day, scratch: &'s mut Scratch) -> &'s Judgement {
        judge::judge(self, facts, as_of, &mut scratch.desk);
        &scratch.desk.judgement
    }

    /// Judges many declarations, and calls the function with each judgement, in order.
    ///
    /// It says what [`Engine::judge`] says of each. Where the engine is one block of up to 1,024 rules,
    /// it takes half the time for few rules: declarations are taken 32 at a time, so that what is known
    /// of a field is looked up once for all of them and several keys are compared at once. Nothing is
    /// allocated once the scratch has grown.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let with = |error: &str| Facts::builder(&rules.schema).set("line", "second").set("weight_error", error).build();
    /// let all = [with("0.04")?, with("0.03")?, Facts::unknown(&rules.schema)];
    /// let mut judged = Vec::new();
    /// engine.judge_all(all.iter().map(|facts| (facts, day)), &mut scratch, |judgement| judged.push(judgement.clone()));
    /// for (facts, judgement) in all.iter().zip(&judged) {
    ///     assert_eq!(engine.judge(facts, day, &mut scratch), judgement);
    /// }
    /// // Of no declarations there are no judgements.
    /// engine.judge_all([], &mut scratch, |_| judged.clear());
    /// assert_eq!(judged.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn judge_all<'f>(
        &self,
        declarations: impl IntoIterator<Item = (&'f Facts, Day)>,
        scratch: &mut Scratch,
        mut each: impl FnMut(&Judgement),
    ) {
        self.all(declarations, scratch, false, |mut told| {
            each(told.judgement());
        });
    }

    /// Judges one declaration with a scratch of its own.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let engine = Engine::from(&graph);
    /// let fires = |error: &str| {
    ///     let facts = Facts::builder(&rules.schema).set("line", "second").set("weight_error", error).build();
    ///     facts.map(|facts| engine.check(&facts, day).fired.iter().any(|fired| fired.rule.0 == 0))
    /// };
    /// assert!(fires("0.0301")?);
    /// assert!(!fires("0.03")?); // The limit itself is no error.
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self, facts: &Facts, as_of: Day) -> Judgement {
        let mut desk = Desk::default();
        judge::judge(self, facts, as_of, &mut desk);
        desk.judgement
    }

    /// The bytes of all that judging reads: rows, cells and plan, conditions, and how rules stand to each
    /// other. The checked rules with their texts, and the lists and code tables beside them, are not
    /// counted.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Engine, Graph, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let engine = Engine::from(&graph);
    /// let words: usize = engine.blocks().iter().map(|(_, words)| words).sum();
    /// assert!(engine.bytes() > words * 8); // The rows of bits, and more.
    /// assert_eq!(engine.bytes(), Engine::from(&graph).bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bytes(&self) -> usize {
        build::bytes(self)
    }

    /// How many blocks of rules there are, and how many words their rows take.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Engine, Graph, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let members: usize = Engine::from(&graph).blocks().iter().map(|(members, _)| members).sum();
    /// // Two rules and the coverage.
    /// assert_eq!(members, rules.rules.len() + rules.covers.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn blocks(&self) -> Vec<(usize, usize)> {
        self.blocks
            .iter()
            .map(|block| (block.members.len(), block.rows.len() * WORDS))
            .collect()
    }
}

impl From<&Graph> for Engine {
    fn from(graph: &Graph) -> Engine {
        build::build(graph)
    }
}
