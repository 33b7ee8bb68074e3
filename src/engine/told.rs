//! What is told of a declaration before its judgement is made: where all rules that are left say an
//! outcome and nothing else, as of most declarations, bits say as much as the judgement does, and
//! whoever wants only the outcome and the rules need not wait for more.

use super::group::{GROUP, Group, sift};
use super::judge::{Movement, judge, judge_by_cells};
use super::large::{MANY, OF_VOLUME};
use super::sieve::{Sieve, finish_words, sift_one};
use super::sifted::Sifted;
use super::{Desk, Engine, Scratch};
use crate::check::rules::RuleId;
use crate::facts::Facts;
use crate::facts::volume::Volume;
use crate::ground::bits::set_bits;
use crate::ground::day::Day;
use crate::ground::truth::Truth;
use crate::schema::value::OutcomeId;
use crate::verdict::judgement::{Element, Fired, Interval, Judgement};
use std::iter::Peekable;

/// What an engine tells of one declaration: its outcome and the rules that fire at once, and all else
/// with the judgement, which is made when it is asked for.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let facts = kakou::Facts::builder(&rules.schema)
/// #     .set("id", "D-1").set("date", "2026-08-03").set("line", "second").set("weight_error", "0.04")
/// #     .element("items", |item| item.set("hs_code", "8471300000").set("total", "25000.00"))
/// #     .build()?;
/// # let day = facts.as_of(&rules.schema).ok_or("no date")?;
/// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
/// let mut told = engine.tell(&facts, day, &mut scratch);
/// assert_eq!(rules.schema.outcome_name(told.counted().high), "hold");
/// let mut fired = Vec::new();
/// told.each_fired(|one| fired.push(one));
/// assert_eq!(fired, told.judgement().fired);
///
/// // Of a declaration that says nothing, nothing is certain.
/// let nothing = Facts::unknown(&rules.schema);
/// let counted = engine.tell(&nothing, day, &mut scratch).counted();
/// assert!(counted.low < counted.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Told<'t> {
    engine: &'t Engine,
    movement: Movement<'t>,
    desk: &'t mut Desk,
    /// Where its judgement is not made yet, what it will be made of.
    plain: Option<Plain<'t>>,
}

/// Rules that are left and say an outcome and nothing else.
#[derive(Debug, Clone, Copy)]
struct Plain<'t> {
    /// What the judgement is made of, where it need not be worked out anew.
    left: Option<(&'t Sieve, &'t [u64])>,
    /// Where members need one word, those that fire and decide, and the rules of all.
    fires: u64,
    rules: &'t [RuleId; 64],
    /// Where they need more, the rules that fire and decide.
    listed: &'t [RuleId],
    /// What they ask for.
    worst: OutcomeId,
    /// What coverage asks for.
    common: OutcomeId,
}

/// All that is told costs some instructions for each rule that fires; the judgement costs what
/// judging does besides.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
/// for error in ["0.03", "0.04"] {
///     let facts = Facts::builder(&rules.schema).set("line", "second").set("weight_error", error).build()?;
///     let judgement = engine.check(&facts, day);
///     let mut told = engine.tell(&facts, day, &mut scratch);
///     assert_eq!((told.facts(), told.as_of(), told.counted()), (&facts, day, judgement.counted));
///     assert_eq!(told.judgement(), &judgement);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<'t> Told<'t> {
    /// The declaration.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let nothing = Facts::unknown(&rules.schema);
    /// assert_eq!(engine.tell(&nothing, "2026-08-03".parse()?, &mut scratch).facts(), &nothing);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn facts(&self) -> &'t Facts {
        self.movement.facts
    }

    /// The day that it was judged on.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let (nothing, day) = (Facts::unknown(&rules.schema), "2026-08-03".parse()?);
    /// assert_eq!(engine.tell(&nothing, day, &mut scratch).as_of(), day);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_of(&self) -> Day {
        self.movement.as_of
    }

    /// The interval that counts, as [`Judgement::counted`] has it.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let nothing = Facts::unknown(&rules.schema);
    /// let mut told = engine.tell(&nothing, day, &mut scratch);
    /// let counted = told.counted();
    /// assert_eq!(told.judgement().counted, counted);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline(always)]
    pub fn counted(&self) -> Interval {
        match self.plain {
            Some(plain) => plain.counted(),
            None => self.desk.judgement.counted,
        }
    }

    /// Calls the function with each deciding rule that fires, in the order of [`Judgement::fired`].
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let mut count = |error: &str| -> Result<usize, Box<dyn std::error::Error>> {
    ///     let facts = Facts::builder(&rules.schema)
    ///         .set("line", "second")
    ///         .set("weight_error", error)
    ///         .element("items", |item| item.set("total", "9.00"))
    ///         .build()?;
    ///     let mut count = 0;
    ///     engine.tell(&facts, day, &mut scratch).each_fired(|fired| count += usize::from(fired.rule.0 == 0));
    ///     Ok(count)
    /// };
    /// assert_eq!((count("0.04")?, count("0.03")?), (1, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline(always)]
    pub fn each_fired(&self, mut f: impl FnMut(Fired)) {
        match self.plain {
            Some(plain) => plain.each_fired(f),
            None => self.desk.judgement.fired.iter().for_each(|one| f(*one)),
        }
    }

    /// The judgement, which is made when it is first asked for.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let nothing = Facts::unknown(&rules.schema);
    /// assert_eq!(engine.tell(&nothing, day, &mut scratch).judgement(), &engine.check(&nothing, day));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline(always)]
    pub fn judgement(&mut self) -> &Judgement {
        if let Some(plain) = self.plain.take() {
            plain.finish(self.engine, self.movement, self.desk);
        }
        &self.desk.judgement
    }
}

impl<'t> Plain<'t> {
    /// Where the rules that fire and decide are listed, of the declaration at that place.
    #[inline(always)]
    fn listed(
        left: Option<(&'t Sieve, &'t [u64])>,
        listed: &'t [RuleId],
        (worst, common): (OutcomeId, OutcomeId),
    ) -> Plain<'t> {
        Plain {
            left,
            fires: 0,
            rules: &NO_RULES,
            listed,
            worst,
            common,
        }
    }

    /// The outcome where these rules fire for certain, and nothing else is asked.
    #[inline(always)]
    fn counted(&self) -> Interval {
        Interval {
            low: self.worst,
            high: self.worst.max(self.common),
        }
    }

    #[inline(always)]
    fn each_fired(&self, mut f: impl FnMut(Fired)) {
        let mut fires = |rule: RuleId| {
            f(Fired {
                rule,
                element: Element::default(),
                truth: Truth::True,
            });
        };
        for member in set_bits(self.fires) {
            if let Some(rule) = self.rules.get(member as usize) {
                fires(*rule);
            }
        }
        self.listed.iter().for_each(|rule| fires(*rule));
    }

    /// Makes the judgement.
    fn finish(&self, engine: &Engine, movement: Movement<'_>, desk: &mut Desk) {
        match self.left {
            Some((sieve, words)) => finish_words((sieve, engine), movement, words, desk),
            None => judge_by_cells(engine, movement, desk),
        }
    }
}

/// What is told of many declarations costs less than their judgements.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// # let day = "2026-08-03".parse()?;
/// use kakou::{Engine, Facts, Graph, engine::Scratch, facts::volume::Volume, graph::Options};
/// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
/// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
/// let with = |error: &str| Facts::builder(&rules.schema).set("line", "second").set("weight_error", error).build();
/// let volume: Volume = [(with("0.04")?, day), (with("0.03")?, day)].into_iter().collect();
/// let (mut apart, mut together) = (Vec::new(), Vec::new());
/// engine.tell_all(volume.iter(), &mut scratch, |told| apart.push(told.counted()));
/// engine.tell_volume(&volume, &mut scratch, |told| together.push(told.counted()));
/// assert_eq!(apart, together);
/// // Of no declarations nothing is told.
/// engine.tell_volume(&Volume::default(), &mut scratch, |_| together.clear());
/// assert_eq!(together.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Engine {
    /// Tells of one declaration what [`Engine::judge`] says of it.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let first = Facts::builder(&rules.schema).set("line", "first").build()?;
    /// let before = engine.tell(&first, day, &mut scratch).judgement().clone();
    /// engine.tell(&Facts::unknown(&rules.schema), day, &mut scratch);
    /// // What was told before leaves no trace in the scratch.
    /// assert_eq!(engine.tell(&first, day, &mut scratch).judgement(), &before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tell<'t>(&'t self, facts: &'t Facts, as_of: Day, scratch: &'t mut Scratch) -> Told<'t> {
        let movement = Movement { facts, as_of };
        let Some(sieve) = &self.sieve else {
            let takes = self.take(std::iter::once(movement), scratch);
            return self.taken((movement, takes.then_some(0)), scratch);
        };
        let Scratch { desk, sifted, .. } = &mut *scratch;
        // Where the declaration before missed a fact this one may too, and sifting would be in vain.
        let places = &mut desk.rows.places;
        let is_sifted =
            !desk.rows.misses && sift_one((sieve, self), movement, places, sifted).is_some();
        let Scratch { desk, sifted, .. } = scratch;
        if is_sifted {
            return Told::of((self, sieve), movement, sifted, desk);
        }
        judge_by_cells(self, movement, desk);
        Told::judged(self, movement, desk)
    }

    /// Tells of many declarations, and calls the function with what is told of each, in order: of each
    /// what [`Engine::judge`] says of it.
    ///
    /// Where the engine is one block of up to 1,024 rules, declarations are taken 32 at a time, so that
    /// what is known of a field is looked up once for all of them and several keys are compared at once.
    /// Nothing is allocated once the scratch has grown.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let nothing = Facts::unknown(&rules.schema);
    /// let mut count = 0;
    /// engine.tell_all((0..70).map(|_| (&nothing, day)), &mut scratch, |_| count += 1);
    /// assert_eq!(count, 70);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tell_all<'f>(
        &self,
        declarations: impl IntoIterator<Item = (&'f Facts, Day)>,
        scratch: &mut Scratch,
        each: impl FnMut(Told<'_>),
    ) {
        self.all(declarations, scratch, true, each);
    }

    /// The same; where nothing is to be told before judgements are made, it is not worked out.
    pub(super) fn all<'f>(
        &self,
        declarations: impl IntoIterator<Item = (&'f Facts, Day)>,
        scratch: &mut Scratch,
        tells: bool,
        mut each: impl FnMut(Told<'_>),
    ) {
        let mut declarations = declarations.into_iter().peekable();
        if tells && self.sieve.is_none() {
            return self.all_of_many(declarations, scratch, each);
        }
        while let Some(first) = declarations.peek() {
            let mut group = [Movement::from(*first); GROUP];
            let mut count = 0;
            for (place, declaration) in group.iter_mut().zip(&mut declarations) {
                *place = declaration.into();
                count += 1;
            }
            let sieve = match count {
                GROUP => self.sift(Group::Movements(&group), scratch, tells),
                _ => None,
            };
            let group = group.iter().take(count).copied();
            self.tell_group(sieve, group, scratch, &mut each);
        }
    }

    /// Tells of the declarations of a volume, in order, as [`Engine::tell_all`] does. As fields stand
    /// side by side there, what that takes to put them so is spared.
    ///
    /// ```
    /// # let rules = kakou::load("examples/gate")?;
    /// # let day = "2026-08-03".parse()?;
    /// use kakou::{Engine, Facts, Graph, engine::Scratch, facts::volume::Volume, graph::Options};
    /// let graph = Graph::build(&rules, Options::default()).map_err(|refused| format!("{refused:?}"))?;
    /// let (engine, mut scratch) = (Engine::from(&graph), Scratch::default());
    /// let nothing = Facts::unknown(&rules.schema);
    /// let volume = Volume::from_iter((0..70).map(|_| (nothing.clone(), day)));
    /// let expected = engine.check(&nothing, day);
    /// engine.tell_volume(&volume, &mut scratch, |mut told| assert_eq!(told.judgement(), &expected));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tell_volume(
        &self,
        volume: &Volume,
        scratch: &mut Scratch,
        mut each: impl FnMut(Told<'_>),
    ) {
        if self.sieve.is_none() {
            for some in volume.declarations().chunks(OF_VOLUME) {
                self.tell_many(some.iter().map(Movement::from), scratch, &mut each);
            }
            return;
        }
        scratch.desk.rows.group.lens.fit(self, volume);
        for (number, group) in volume.declarations().chunks(GROUP).enumerate() {
            let sieve = match group.len() {
                GROUP => self.sift(Group::Stretch(volume, number), scratch, true),
                _ => None,
            };
            self.tell_group(sieve, group.iter().map(Movement::from), scratch, &mut each);
        }
    }

    /// Sifts a group; gives the sieve where there is one.
    fn sift(&self, group: Group<'_>, scratch: &mut Scratch, tells: bool) -> Option<&Sieve> {
        let Scratch { desk, sifted, .. } = scratch;
        let sieve = self.sieve.as_ref()?;
        sift((sieve, self), group, &mut desk.rows.group, (sifted, tells))?;
        Some(sieve)
    }

    /// Tells of each of a group that was sifted, or of each alone where it was not.
    #[inline(always)]
    fn tell_group<'f>(
        &self,
        sieve: Option<&Sieve>,
        group: impl Iterator<Item = Movement<'f>>,
        scratch: &mut Scratch,
        each: &mut impl FnMut(Told<'_>),
    ) {
        let Some(sieve) = sieve else {
            return group.for_each(|movement| each(self.taken((movement, None), scratch)));
        };
        let Scratch { desk, sifted, .. } = scratch;
        let all = (self, sieve);
        let Some(rules) = sieve.one_word() else {
            return group
                .enumerate()
                .for_each(|(at, movement)| match sifted.plain >> at & 1 {
                    0 => each(Told::open(all, movement, (sifted, at), desk)),
                    _ => each(Told::of_words(all, movement, (sifted, at), desk)),
                });
        };
        // What is known of all of them is looked up once.
        let asked = sifted.worst.iter().zip(&sifted.common);
        let all_told = sifted.words.iter().zip(asked).enumerate();
        for (movement, (at, (word, (worst, common)))) in group.zip(all_told) {
            // Each is told where it is known which of both it is.
            if sifted.plain >> at & 1 == 0 {
                each(Told::open(all, movement, (sifted, at), desk));
                continue;
            }
            let asks = (*worst, *common);
            each(Told::of_word(all, movement, (word, rules, asks), desk));
        }
    }

    /// The same where rules are many, of as many declarations at a time.
    fn all_of_many<'f>(
        &self,
        mut declarations: Peekable<impl Iterator<Item = (&'f Facts, Day)>>,
        scratch: &mut Scratch,
        mut each: impl FnMut(Told<'_>),
    ) {
        while let Some(first) = declarations.peek() {
            let mut some = [Movement::from(*first); MANY];
            let mut count = 0;
            for (place, declaration) in some.iter_mut().zip(&mut declarations) {
                *place = declaration.into();
                count += 1;
            }
            self.tell_many(some.iter().take(count).copied(), scratch, &mut each);
        }
    }

    /// Tells of some declarations where rules are many.
    fn tell_many<'f>(
        &self,
        some: impl ExactSizeIterator<Item = Movement<'f>> + Clone,
        scratch: &mut Scratch,
        each: &mut impl FnMut(Told<'_>),
    ) {
        let takes = self.take(some.clone(), scratch);
        for (at, movement) in some.enumerate() {
            each(self.taken((movement, takes.then_some(at)), scratch));
        }
    }

    /// Takes declarations through all blocks, unless that would be in vain.
    #[inline(never)]
    fn take<'f>(
        &self,
        some: impl ExactSizeIterator<Item = Movement<'f>>,
        scratch: &mut Scratch,
    ) -> bool {
        // Where most of those before missed a fact, and the last of them did, these may too.
        let in_vain = scratch.desk.rows.misses && scratch.passage.was_in_vain();
        let takes = self.program.required.is_empty() && !in_vain;
        if takes {
            scratch.passage.take(self, some);
        }
        takes
    }

    /// What is told of one, which was taken through the blocks at that place, if it was.
    #[inline(always)]
    fn taken<'t>(
        &'t self,
        (movement, at): (Movement<'t>, Option<usize>),
        scratch: &'t mut Scratch,
    ) -> Told<'t> {
        let Scratch { desk, passage, .. } = scratch;
        let Some(sifted) = at.and_then(|at| passage.sifted(&self.program, at)) else {
            judge(self, movement.facts, movement.as_of, desk);
            return Told::judged(self, movement, desk);
        };
        desk.state.steps = sifted.steps;
        let plain = Plain::listed(None, sifted.listed, sifted.asked);
        Told::plain(self, movement, plain, desk)
    }
}

const NO_RULES: [RuleId; 64] = [RuleId(u32::MAX); 64];

impl<'t> Told<'t> {
    /// What is told of one that was sifted alone.
    #[inline(always)]
    fn of(
        all: (&'t Engine, &'t Sieve),
        movement: Movement<'t>,
        sifted: &'t Sifted,
        desk: &'t mut Desk,
    ) -> Told<'t> {
        if sifted.plain & 1 == 0 {
            return Told::open(all, movement, (sifted, 0), desk);
        }
        match (all.1.one_word(), sifted.words.first()) {
            (Some(rules), Some(word)) => {
                Told::of_word(all, movement, (word, rules, sifted.asked(0)), desk)
            }
            _ => Told::of_words(all, movement, (sifted, 0), desk),
        }
    }

    /// What is told of the declaration at that place among those that were sifted, of which all rules that
    /// are left say an outcome and nothing else.
    #[inline(always)]
    fn of_words(
        (engine, sieve): (&'t Engine, &'t Sieve),
        movement: Movement<'t>,
        (sifted, at): (&'t Sifted, usize),
        desk: &'t mut Desk,
    ) -> Told<'t> {
        desk.state.steps = sieve.steps;
        let words = sifted.words_of(sieve, at);
        let plain = Plain::listed(Some((sieve, words)), sifted.listed(at), sifted.asked(at));
        Told::plain(engine, movement, plain, desk)
    }

    /// The same where members need one word, which is given.
    #[inline(always)]
    fn of_word(
        (engine, sieve): (&'t Engine, &'t Sieve),
        movement: Movement<'t>,
        (word, rules, (worst, common)): (&'t u64, &'t [RuleId; 64], (OutcomeId, OutcomeId)),
        desk: &'t mut Desk,
    ) -> Told<'t> {
        desk.state.steps = sieve.steps;
        let plain = Plain {
            left: Some((sieve, std::slice::from_ref(word))),
            fires: word & sieve.decide,
            rules,
            listed: &[],
            worst,
            common,
        };
        Told::plain(engine, movement, plain, desk)
    }

    /// The same where only the judgement tells: of one whose rules say more or of which more is possible than
    /// is certain, and where the judgement was asked for.
    #[inline(always)]
    fn open(
        (engine, sieve): (&'t Engine, &'t Sieve),
        movement: Movement<'t>,
        (sifted, at): (&'t Sifted, usize),
        desk: &'t mut Desk,
    ) -> Told<'t> {
        match sifted.open >> at & 1 {
            0 => finish_words((sieve, engine), movement, sifted.words_of(sieve, at), desk),
            _ => judge_by_cells(engine, movement, desk),
        }
        Told::judged(engine, movement, desk)
    }

    /// One whose judgement is made when it is asked for. Where what is told passed through memory on its
    /// way, that would take longer than all else that is done for few rules.
    #[inline(always)]
    fn plain(
        engine: &'t Engine,
        movement: Movement<'t>,
        plain: Plain<'t>,
        desk: &'t mut Desk,
    ) -> Told<'t> {
        Told {
            engine,
            movement,
            desk,
            plain: Some(plain),
        }
    }

    /// One whose judgement is made.
    fn judged(engine: &'t Engine, movement: Movement<'t>, desk: &'t mut Desk) -> Told<'t> {
        Told {
            engine,
            movement,
            desk,
            plain: None,
        }
    }
}
