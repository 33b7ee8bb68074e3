//! The header's lines of an engine that is one block: the cells of facts are found and their rows
//! anded at once, so that cells are not put down and lines need not be looked up. Fields that have few
//! cells share a table, with a row for each combination. Where all rules that are left say an outcome
//! and nothing else, as most do, the judgement is told at once too.

use super::finder::{Cuts, Run, cell_among, key_at, reached, reached_of_few};
use super::judge::{self, Movement, run};
use super::rows::{Bits, Chunk, Lane, WORDS, by_lane};
use super::sifted::Sifted;
use super::{Block, Desk, Engine, RowRoom};
use crate::check::rules::RuleId;
use crate::decide::eval::Evaluator;
use crate::decide::resolve::Plain;
use crate::decide::standing::Standing;
use crate::facts::key::Key;
use crate::graph::cells::FIRST;
use crate::ground::truth::Truth;
use crate::schema::value::OutcomeId;
use crate::verdict::judgement::{Element, Fired};

/// The most stretches that stay in registers.
pub(super) const STRETCHES: usize = 4;

/// Facts of the header to the rows of the one block that an engine is.
#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    /// The number of the block.
    pub(super) block: u32,
    /// The quads of keys in which its fields stand.
    pub(super) quads: Vec<u32>,
    /// Fields of codes and flags, table by table.
    pub(super) codes: Vec<CodeField>,
    /// Fields of sets, with the bits of the key that tell the codes.
    pub(super) sets: Vec<(Run, Part)>,
    /// Those of sets whose codes have numbers far from each other.
    pub(super) far_sets: Vec<FarSet>,
    /// Fields of numbers, days and tariff codes with few cuts, and the place of these.
    pub(super) few_cuts: Vec<(u32, Part)>,
    /// Those with so many that one node of a tree holds them.
    pub(super) some_cuts: Vec<(u32, Part)>,
    /// Those with many.
    pub(super) many_cuts: Vec<ManyCuts>,
    /// The as-of date.
    pub(super) as_of: Option<ManyCuts>,
    pub(super) cuts: Vec<Cuts>,
    pub(super) tables: Vec<Table>,
    /// Rows of short tables by combination of cells: as many words as members need, side by side.
    pub(super) short: Vec<u64>,
    /// By combination of cells, where the row begins in the block; [`NO_ROW`] where one says less for
    /// certain than it leaves possible.
    pub(super) rows: Vec<u32>,
    /// The rules that say an outcome and nothing else wherever they are left, and the covers that hold
    /// wherever they are.
    pub(super) plain: Vec<Chunk>,
    /// Whether some member is a cover.
    pub(super) has_covers: bool,
    /// The covers; then those that only inform.
    pub(super) covers: [Vec<Chunk>; 2],
    /// All that are rules and no covers.
    pub(super) tells: Vec<Chunk>,
    /// How many words what is left of one takes.
    pub(super) words: usize,
    /// How many steps its lines take.
    pub(super) steps: u64,
    /// Those that are rules and decide.
    pub(super) decides: Vec<Chunk>,
    /// The first 64 of these.
    pub(super) decide: u64,
    /// Of the first 64 members, for each outcome but the mildest those that decide and ask for it or for
    /// a worse one.
    pub(super) says: Vec<u64>,
    /// What coverage asks for where no cover holds, and where one holds that only informs.
    pub(super) uncovered: [OutcomeId; 2],
    /// Whether the schema requires facts, so that rules are not all that says something.
    pub(super) requires: bool,
    /// By member, its rule and how it stands; that of a cover is none.
    pub(super) rules: Vec<(RuleId, Standing)>,
    /// The rules of the first 64, and behind them none.
    pub(super) first_rules: Vec<RuleId>,
}

/// Rows by combination of the cells of some fields.
#[derive(Debug, Clone, Copy)]
pub(super) enum Table {
    /// The rows themselves, from that one of the short ones on.
    Short(u32),
    /// The places of rows, from there on among all.
    Long(u32),
}

/// A field, and what it adds to the number of a row in the table that it shares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part {
    pub(super) slot: u32,
    /// Where it stands among the quads of keys.
    pub(super) column: u32,
    pub(super) table: u32,
    /// What one cell adds.
    pub(super) stride: u32,
    /// The cell of none, which is the last.
    pub(super) none: u32,
    /// Where the rows of its own cells begin among all.
    pub(super) alone: u32,
}

impl Part {
    /// The cell of a fact, where that of a value is asked for; nothing where less is certain than
    /// possible, or a key does not suffice.
    #[inline(always)]
    fn cell(&self, keys: &[Key], of_value: impl FnOnce(Key) -> u32) -> Option<u32> {
        let key = key_at(keys, self.slot);
        match key.is_special() {
            false => Some(of_value(key)),
            true if key == Key::NONE => Some(self.none),
            true => None,
        }
    }
}

/// A field of codes.
#[derive(Debug, Clone, Copy)]
pub(super) struct CodeField {
    /// How many are told apart; behind these stand all others.
    pub(super) count: u32,
    /// Whether it is the last of its table.
    pub(super) is_last: bool,
    pub(super) part: Part,
}

impl CodeField {
    #[inline(always)]
    fn cell(&self, key: Key) -> u32 {
        // Which codes rules name no processor can foresee, so that nothing branches on it.
        let number = key.0.cast_unsigned().min(u64::from(self.count));
        u32::try_from(number).unwrap_or(self.count)
    }
}

/// A field of a set whose codes have numbers far from each other.
#[derive(Debug, Clone)]
pub(super) struct FarSet {
    /// The bits of the key that make the cell, which is found by these where several keys are looked at
    /// at once, and otherwise by eight codes at once.
    pub(super) runs: Vec<Run>,
    pub(super) eights: Vec<Eight>,
    pub(super) part: Part,
}

impl FarSet {
    #[inline(always)]
    pub(super) fn cell(&self, key: Key) -> u32 {
        let eights = self.eights.iter();
        eights.fold(0, |cell, eight| cell | eight.of(key))
    }
}

/// What eight codes of a set add to its cell, by the byte of the key that tells them.
#[derive(Debug, Clone)]
pub(super) struct Eight {
    /// The bit of the key that tells the first of them.
    pub(super) from: u32,
    pub(super) cells: [u8; 256],
}

impl Eight {
    #[inline(always)]
    fn of(&self, key: Key) -> u32 {
        let [byte, ..] = (key.0 >> self.from).to_le_bytes();
        u32::from(self.cells.get(usize::from(byte)).copied().unwrap_or(0))
    }
}

/// A field with many cuts.
#[derive(Debug, Clone, Copy)]
pub(super) struct ManyCuts {
    /// Where the tree of its cuts begins, and how many levels it has.
    pub(super) tree: (u32, u32),
    /// How many leaves it has.
    pub(super) leaves: u32,
    pub(super) part: Part,
}

impl ManyCuts {
    #[inline(always)]
    pub(super) fn cell(&self, cuts: &[Cuts], key: Key) -> u32 {
        cell_among(cuts, self.tree, key) - FIRST
    }
}

/// Where a row is: that of its number among the short ones, or that which begins there in the block.
enum Place {
    Short(u32),
    Long(u32),
}

/// The place of no row.
pub(super) const NO_ROW: u32 = u32::MAX;

impl Sieve {
    /// Judges by the sieve. Says whether it could: where facts are missing, cells are put down and
    /// both lanes are anded instead.
    #[inline]
    pub(super) fn judge(&self, engine: &Engine, movement: Movement, desk: &mut Desk) -> bool {
        let Some(block) = engine.blocks.get(self.block as usize) else {
            return false;
        };
        let all = (self, engine, block);
        by_lane!(block, judge_by(all, movement, desk), false)
    }

    /// What the lines leave; nothing where some fact leaves more possible than it does for certain.
    #[inline(always)]
    fn left<L: Lane>(&self, block: &Block, movement: Movement, places: &mut Vec<u32>) -> Option<L> {
        let mut left = *L::row(&block.full, 0)?;
        let rows = &*block.rows;
        if L::IS_WORDS {
            self.rows_of(movement, |row| {
                left.and(match row {
                    Place::Short(at) => L::short(&self.short, at as usize)?.first()?,
                    Place::Long(at) => L::row(rows, at as usize)?,
                });
                Some(())
            })?;
            return Some(left);
        }
        // Longer ones stay in registers in one loop only.
        places.clear();
        self.rows_of(movement, |row| {
            places.push(match row {
                Place::Short(_) => return None,
                Place::Long(at) => at,
            });
            Some(())
        })?;
        for row in places.iter() {
            left.and(L::row(rows, *row as usize)?);
        }
        Some(left)
    }

    /// Calls the function with the place of the row of each line, until it gives nothing. Codes share
    /// rows as tables have them; a field more in a table would make one wait for another.
    #[inline(always)]
    fn rows_of(&self, movement: Movement, mut of: impl FnMut(Place) -> Option<()>) -> Option<()> {
        let keys = movement.facts.keys();
        let mut sum = 0;
        for field in &self.codes {
            let part = &field.part;
            sum += part.cell(keys, |key| field.cell(key))? * part.stride;
            if field.is_last {
                of(match *self.tables.get(part.table as usize)? {
                    Table::Short(first) => Place::Short(first + sum),
                    Table::Long(first) => Place::Long(*self.rows.get((first + sum) as usize)?),
                })?;
                sum = 0;
            }
        }
        let mut and =
            |first: u32, cell: u32| of(Place::Long(*self.rows.get((first + cell) as usize)?));
        for (run, part) in &self.sets {
            and(part.alone, part.cell(keys, |key| run.of(key))?)?;
        }
        for (at, part) in &self.few_cuts {
            let cuts = self.cuts.get(*at as usize)?;
            and(
                part.alone,
                part.cell(keys, |key| reached_of_few(cuts, key))?,
            )?;
        }
        for (at, part) in &self.some_cuts {
            let cuts = self.cuts.get(*at as usize)?;
            and(part.alone, part.cell(keys, |key| reached(cuts, key))?)?;
        }
        for many in &self.many_cuts {
            // A closure as long as this would be called and not put in its place.
            let key = key_at(keys, many.part.slot);
            let cell = match key.is_special() {
                false => many.cell(&self.cuts, key),
                true if key == Key::NONE => many.part.none,
                true => return None,
            };
            and(many.part.alone, cell)?;
        }
        for set in &self.far_sets {
            and(set.part.alone, set.part.cell(keys, |key| set.cell(key))?)?;
        }
        if let Some(many) = &self.as_of {
            let cell = many.cell(&self.cuts, Key::of_day(movement.as_of));
            and(many.part.alone, cell)?;
        }
        Some(())
    }

    /// The rules of members, where these need one word.
    #[inline(always)]
    pub(super) fn one_word(&self) -> Option<&[RuleId; 64]> {
        let rules = self.first_rules.first_chunk();
        rules.filter(|_| self.words == 1)
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let masks = self
            .covers
            .iter()
            .chain([&self.plain, &self.tells, &self.decides]);
        let masks = masks.map(|mask| size_of_val(mask.as_slice()));
        let far_sets = self.far_sets.iter();
        let far_sets = far_sets.map(|set| {
            size_of_val(set) + size_of_val(set.runs.as_slice()) + size_of_val(set.eights.as_slice())
        });
        size_of_val(self.codes.as_slice())
            + size_of_val(self.sets.as_slice())
            + far_sets.sum::<usize>()
            + size_of_val(self.few_cuts.as_slice())
            + size_of_val(self.some_cuts.as_slice())
            + size_of_val(self.many_cuts.as_slice())
            + size_of_val(self.cuts.as_slice())
            + (self.rows.len() + self.quads.len()) * 4
            + size_of_val(self.tables.as_slice())
            + size_of_val(self.short.as_slice())
            + size_of_val(self.rules.as_slice())
            + size_of_val(self.first_rules.as_slice())
            + size_of_val(self.says.as_slice())
            + masks.sum::<usize>()
    }
}

fn judge_by<L: Lane>(
    (sieve, engine, block): (&Sieve, &Engine, &Block),
    movement: Movement,
    desk: &mut Desk,
) -> bool {
    let left = sieve.left::<L>(block, movement, &mut desk.rows.places);
    let (Some(left), Some(masks)) = (left, sieve.masks::<L>()) else {
        return false;
    };
    finish((engine, block), movement, (left, &masks), desk);
    true
}

/// Puts down what the lines leave of one declaration; nothing where some fact leaves more possible than
/// it does for certain.
pub(super) fn sift_one(
    (sieve, engine): (&Sieve, &Engine),
    movement: Movement,
    places: &mut Vec<u32>,
    sifted: &mut Sifted,
) -> Option<()> {
    let block = engine.blocks.get(sieve.block as usize)?;
    let all = (sieve, block);
    by_lane!(block, sift_one_by(all, movement, places, sifted), None)
}

fn sift_one_by<L: Lane>(
    (sieve, block): (&Sieve, &Block),
    movement: Movement,
    places: &mut Vec<u32>,
    sifted: &mut Sifted,
) -> Option<()> {
    let left = sieve.left::<L>(block, movement, places)?;
    sifted.put_one(sieve, left);
    Some(())
}

/// Makes the judgement of what the lines leave, which are these words.
pub(super) fn finish_words(
    (sieve, engine): (&Sieve, &Engine),
    movement: Movement,
    words: &[u64],
    desk: &mut Desk,
) {
    if let Some(block) = engine.blocks.get(sieve.block as usize) {
        let all = (sieve, engine, block);
        by_lane!(block, finish_words_by(all, movement, words, desk), ());
    }
}

fn finish_words_by<L: Lane>(
    (sieve, engine, block): (&Sieve, &Engine, &Block),
    movement: Movement,
    words: &[u64],
    desk: &mut Desk,
) {
    if let (Some(left), Some(masks)) = (L::of_words(words), sieve.masks::<L>()) {
        finish((engine, block), movement, (*left, &masks), desk);
    }
}

/// Rows that tell members apart.
pub(super) struct Masks<'s, L> {
    pub(super) plain: &'s L,
    tells: &'s L,
    /// None where there are no covers.
    pub(super) covers: Option<[&'s L; 2]>,
    rules: &'s [(RuleId, Standing)],
}

impl Sieve {
    pub(super) fn masks<L: Lane>(&self) -> Option<Masks<'_, L>> {
        let [full, advice] = &self.covers;
        let covers = || Some([L::row(full, 0)?, L::row(advice, 0)?]);
        Some(Masks {
            plain: L::row(&self.plain, 0)?,
            tells: L::row(&self.tells, 0)?,
            covers: if self.has_covers { covers() } else { None },
            rules: &self.rules,
        })
    }
}

/// Makes the judgement of what the lines leave.
#[inline(always)]
fn finish<L: Lane>(
    (engine, block): (&Engine, &Block),
    movement: Movement,
    (mut left, masks): (L, &Masks<'_, L>),
    desk: &mut Desk,
) {
    let steps = (block.header.len() * block.full.len()) as u64;
    if !left.is_within(masks.plain) {
        run(engine, movement, desk, |run, room| {
            run.evaluator.state.steps += steps;
            run.left_of_header(block, &left, room);
        });
        return;
    }
    let mut covers = (Truth::False, Truth::False);
    if let Some([full, advice]) = masks.covers {
        covers = (left.meets(full).into(), left.meets(advice).into());
        left.and(masks.tells);
    }
    let Desk {
        state,
        room,
        judgement,
        ..
    } = desk;
    // Only required facts may have something evaluated.
    if !engine.program.required.is_empty() {
        state.begin(&engine.program);
    }
    state.steps = steps;
    let mut evaluator = Evaluator {
        program: &engine.program,
        facts: movement.facts,
        as_of: movement.as_of,
        state,
    };
    let put = |plain: &mut Plain<'_>| {
        left.each(|member| {
            if let Some((rule, standing)) = masks.rules.get(member as usize) {
                let fired = Fired {
                    rule: *rule,
                    element: Element::default(),
                    truth: Truth::True,
                };
                plain.put(fired, *standing);
            }
        });
    };
    evaluator.tell(put, covers, room, judgement);
}

impl<'a> judge::Run<'a, '_> {
    /// Goes on with the members that the lines of the header leave, certainly.
    fn left_of_header<L: Lane>(&mut self, block: &'a Block, left: &L, room: &mut RowRoom) {
        let Some(list) = block.list else {
            let mut guests = None;
            room.alive.clear();
            left.each(|member| {
                let gathered = (&mut guests, &mut room.alive);
                self.alive_of_header(block, member, Truth::True, gathered);
            });
            return self.guests(block, guests, &mut room.alive);
        };
        // Cells of elements are still those of the declaration before.
        room.ranked = None;
        let mut bits = std::mem::take(&mut room.left);
        bits.clear();
        bits.extend(left.words().chunks(WORDS).map(Bits::of_words));
        self.elements(block, list, &mut bits, room);
        room.left = bits;
    }
}
