//! The header's lines of an engine that is one block: the cell of a fact is found and its row anded
//! at once, so that cells are not put down and lines need not be looked up. Where all rules that are
//! left say an outcome and nothing else, as most do, the judgement is told at once too.

use super::build::lines::RowPool;
use super::finder::{
    Cuts, FEW, Finders, Run, cell_among, cell_of_bits, key_at, reached, reached_of_few,
};
use super::group::{self, GROUP};
use super::judge::{self, Movement, run};
use super::rows::{Bits, Chunk, Lane, WORDS, set};
use super::{Block, Cell, Engine, RowRoom, Scratch};
use crate::check::rules::RuleId;
use crate::decide::eval::Evaluator;
use crate::decide::program::Program;
use crate::decide::resolve::Plain;
use crate::facts::key::{Key, QUAD};
use crate::graph::cells::{FIRST, NONE};
use crate::graph::plan::Subject;
use crate::ground::truth::Truth;
use crate::verdict::judgement::Element;
use std::collections::BTreeSet;

/// The most stretches that stay in registers.
const STRETCHES: usize = 4;

/// Facts of the header to the rows of the one block that an engine is.
#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    /// The number of the block.
    block: u32,
    /// The quads of keys in which its fields stand.
    pub(super) quads: Vec<u32>,
    /// Fields of codes and flags.
    pub(super) codes: Vec<CodeField>,
    /// Where rows of codes, and of the cells between many cuts, begin in the block; [`NO_ROW`] where
    /// one says less for certain than it leaves possible.
    pub(super) rows: Vec<u32>,
    /// Fields of sets.
    pub(super) sets: Vec<SetField>,
    /// Those of sets whose codes have numbers far from each other.
    pub(super) far_sets: Vec<FarSet>,
    /// Fields of numbers, days and tariff codes with few cuts, and the place of these.
    pub(super) few_cuts: Vec<(u32, Field)>,
    /// Those with so many that one node of a tree holds them.
    pub(super) some_cuts: Vec<(u32, Field)>,
    /// Those with many.
    pub(super) many_cuts: Vec<ManyCuts>,
    /// The as-of date.
    pub(super) as_of: Option<ManyCuts>,
    pub(super) cuts: Vec<Cuts>,
    /// The rules that say an outcome and nothing else wherever they are left, and the covers that hold
    /// wherever they are.
    plain: Vec<Chunk>,
    /// The covers among them; then those that only inform.
    covers: [Vec<Chunk>; 2],
    /// By member, its rule; that of a cover is none.
    rules: Vec<RuleId>,
}

/// A field with a row for each cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    slot: u32,
    /// Where it stands among the quads of keys.
    pub(super) column: u32,
    /// Where the row of the first cell of a value begins in the block; the others follow.
    pub(super) first: u32,
    /// Where that of none does.
    pub(super) none: u32,
}

impl Field {
    /// Where the row of its fact begins in the block, of which rows take so many stretches; the cell
    /// of a value is asked for.
    #[inline(always)]
    fn row(&self, keys: &[Key], stretches: u32, cell: impl FnOnce(Key) -> u32) -> u32 {
        let key = key_at(keys, self.slot);
        match key.is_special() {
            false => self.first + cell(key) * stretches,
            true if key == Key::NONE => self.none,
            // Less is certain than possible, or a key does not suffice.
            true => NO_ROW,
        }
    }
}

/// A field of codes that shares rows with those before it and behind it, of which each combination
/// has its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct CodeField {
    /// How many codes are told apart; behind them stand all others, then none.
    pub(super) count: u64,
    slot: u32,
    /// Where it stands among the quads of keys.
    pub(super) column: u32,
    /// How far the rows of a code are from those of the one before.
    pub(super) stride: u32,
    /// Where the rows of the fields begin, if it is the last of those that share them.
    pub(super) rows: Option<u32>,
}

impl CodeField {
    /// How far the rows of a code are from the first one's; nothing where it is not known.
    #[inline(always)]
    pub(super) fn of(&self, key: Key) -> Option<usize> {
        let number = match key.is_special() {
            // Which codes rules name no processor can foresee, so that nothing branches on it.
            false => key.0.cast_unsigned().min(self.count),
            true if key == Key::NONE => self.count + 1,
            true => return None,
        };
        Some(number as usize * self.stride as usize)
    }
}

/// A field of a set, of which each combination of codes has its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetField {
    /// The bits of the key that tell the codes.
    pub(super) run: Run,
    pub(super) field: Field,
}

/// A field of a set whose codes have numbers far from each other.
#[derive(Debug, Clone)]
pub(super) struct FarSet {
    /// The bits of the key that make the cell, which is found by these where several keys are looked at
    /// at once, and otherwise by eight codes at once.
    pub(super) runs: Vec<Run>,
    pub(super) eights: Vec<Eight>,
    pub(super) field: Field,
}

/// What eight codes of a set add to its cell, by the byte of the key that tells them.
#[derive(Debug, Clone)]
pub(super) struct Eight {
    /// The bit of the key that tells the first of them.
    from: u32,
    cells: [u8; 256],
}

impl Eight {
    /// Those of a set whose cell is made by these runs; nothing where the set has too many cells.
    fn all(runs: &[Run]) -> Option<Vec<Eight>> {
        let mut eights = Vec::new();
        for from in (0..i64::BITS).step_by(8) {
            let mut cells = [0; 256];
            for (byte, cell) in (0i64..).zip(&mut cells) {
                *cell = u8::try_from(cell_of_bits(runs, Key(byte << from)) - FIRST).ok()?;
            }
            if cells != [0; 256] {
                eights.push(Eight { from, cells });
            }
        }
        Some(eights)
    }

    #[inline(always)]
    pub(super) fn of(&self, key: Key) -> u32 {
        let [byte, ..] = (key.0 >> self.from).to_le_bytes();
        u32::from(self.cells.get(usize::from(byte)).copied().unwrap_or(0))
    }
}

/// A field with many cuts. Many of its cells share a row, as those between the headings of a tariff
/// that rules name, so that it is told apart by place.
#[derive(Debug, Clone, Copy)]
pub(super) struct ManyCuts {
    slot: u32,
    /// Where it stands among the quads of keys.
    pub(super) column: u32,
    /// Where the tree of its cuts begins, and how many levels it has.
    pub(super) tree: (u32, u32),
    /// How many leaves it has.
    pub(super) leaves: u32,
    /// Where the places of its rows begin.
    pub(super) first: u32,
}

/// The most codes of a set, with those between them, of which each combination has its row.
const SET_CELLS: usize = 256;
/// The most combinations of codes that share a table of rows.
const COMBINATIONS: usize = 1024;

/// The place of no row.
pub(super) const NO_ROW: u32 = u32::MAX;
/// The rule that a cover is not.
const COVER: RuleId = RuleId(u32::MAX);

/// A field of codes, and by code, for all others and for none where its row begins.
type Coded = (u32, Vec<u32>);

/// Fields that are merged, the largest first, each with the first in which it finds room.
fn merge(mut fields: Vec<Coded>) -> Vec<Vec<Coded>> {
    fields.sort_by_key(|(slot, rows)| (std::cmp::Reverse(rows.len()), *slot));
    let mut merged: Vec<(usize, Vec<Coded>)> = Vec::new();
    for field in fields {
        let dimension = field.1.len();
        let room = |(all, _): &&mut (usize, Vec<Coded>)| *all * dimension <= COMBINATIONS;
        match merged.iter_mut().find(room) {
            Some((all, fields)) => {
                *all *= dimension;
                fields.push(field);
            }
            None => merged.push((dimension, vec![field])),
        }
    }
    merged.into_iter().map(|(_, fields)| fields).collect()
}

/// By combination of the codes of fields, where the row begins that their rows leave. Those of the
/// first field change fastest.
fn combine(fields: &[Coded], pool: &mut RowPool) -> Vec<u32> {
    let all = fields.iter().map(|(_, rows)| rows.len()).product();
    let combined = (0..all).map(|at: usize| {
        let mut rest = at;
        let rows = fields.iter().map(|(_, rows)| {
            let row = rows.get(rest % rows.len());
            rest /= rows.len();
            row.copied().unwrap_or(NO_ROW)
        });
        pool.all(rows).unwrap_or(NO_ROW)
    });
    combined.collect()
}

/// The quads of keys in which the header's fields stand.
fn quads(header: &Finders) -> Vec<u32> {
    let codes = header.codes().map(|(_, slot, _)| slot);
    let sets = header.sets().map(|(_, slot, _)| slot);
    let numbers = header.numbers().map(|(_, slot, _)| slot);
    let quads = codes.chain(sets).chain(numbers).map(|slot| slot / QUAD as u32);
    let quads: BTreeSet<u32> = quads.collect();
    quads.into_iter().collect()
}

/// Where a slot stands among quads of keys.
fn column(quads: &[u32], slot: u32) -> u32 {
    let (quad, rest) = (slot / QUAD as u32, slot % QUAD as u32);
    let at = quads.partition_point(|other| *other < quad);
    u32::try_from(at * QUAD).map_or(u32::MAX, |at| at + rest)
}

impl Sieve {
    /// The sieve of the block of that number, where it pays: the block has rows, but not too many to
    /// stay in registers, and each axis of the header has one line in it. Rows of merged fields are
    /// added to those of the block.
    pub(super) fn new(
        program: &Program,
        header: &Finders,
        (number, block): (u32, &mut Block),
    ) -> Option<Sieve> {
        let stretches = block.full.len();
        let fits = (1..=STRETCHES).contains(&stretches);
        if !fits || !block.is_direct() || !header.is_keyed() || block.header.len() != header.len() {
            return None;
        }
        let mut by_place = vec![Vec::new(); header.len()];
        for line in &block.header {
            let rows = by_place.get_mut(line.place as usize)?;
            rows.extend((0..line.count).map(|cell| match block.cell(line, cell) {
                Cell { possible, certain } if possible == certain => possible,
                _ => NO_ROW,
            }));
        }
        let rows_of = |place: usize| by_place.get(place).map_or(&[][..], Vec::as_slice);
        let mut sieve = Sieve {
            block: number,
            quads: quads(header),
            ..Sieve::default()
        };
        let mut pool = RowPool::of(&block.rows, stretches);
        sieve.add_codes(header, rows_of, &mut pool)?;
        let mut laid = Laid {
            quads: sieve.quads.clone(),
            rows: pool.rows,
            stretches,
        };
        for (place, slot, runs) in header.sets() {
            let rows = rows_of(place);
            let run = Run::over(runs);
            if run.cells() > SET_CELLS {
                let field = laid.values(slot, rows)?;
                sieve.far_sets.push(FarSet {
                    runs: runs.to_vec(),
                    eights: Eight::all(runs)?,
                    field,
                });
                continue;
            }
            let cells = (0u32..).take(run.cells());
            let cells = cells.map(|bits| cell_of_bits(runs, run.key_of(bits)));
            let field = laid.field(slot, rows, cells)?;
            sieve.sets.push(SetField { run, field });
        }
        for (place, slot, (tree, levels)) in header.numbers() {
            let rows = rows_of(place);
            let from = u32::try_from(sieve.cuts.len()).ok()?;
            if levels > 1 {
                let many = sieve.many_cuts(slot, (tree, levels), rows)?;
                sieve.many_cuts.push(many);
                continue;
            }
            sieve.cuts.extend_from_slice(tree);
            let cuts = match rows.len() <= FIRST as usize + 1 + FEW {
                true => &mut sieve.few_cuts,
                false => &mut sieve.some_cuts,
            };
            cuts.push((from, laid.values(slot, rows)?));
        }
        if let Some((place, tree)) = header.as_of() {
            sieve.as_of = Some(sieve.many_cuts(0, tree, rows_of(place))?);
        }
        block.rows = laid.rows.into();
        let none = vec![[0; WORDS]; stretches];
        sieve.plain.clone_from(&none);
        sieve.covers = [none.clone(), none];
        let (mut in_order, mut last) = (true, None);
        for (at, member) in block.members.iter().enumerate() {
            let (rule, plain) = match member.subject {
                Subject::Rule(rule) => (rule, program.standing(rule).traits.is_plain()),
                Subject::Cover(number) => {
                    let cover = program.covers.get(number as usize)?;
                    let [full, advice] = &mut sieve.covers;
                    set(if cover.advice { advice } else { full }, at, true);
                    (COVER, true)
                }
            };
            let plain = plain && member.is_bare;
            set(&mut sieve.plain, at, plain);
            if plain && rule != COVER {
                in_order &= last.replace(rule).is_none_or(|last| last < rule);
            }
            sieve.rules.push(rule);
        }
        if !in_order {
            // What applies would have to be sorted.
            sieve.plain.fill([0; WORDS]);
        }
        Some(sieve)
    }

    /// Adds the fields of codes, with rows for each combination of those that share them.
    fn add_codes<'r>(
        &mut self,
        header: &Finders,
        rows_of: impl Fn(usize) -> &'r [u32],
        pool: &mut RowPool,
    ) -> Option<()> {
        let fields = header.codes().map(|(place, slot, cells)| {
            let rows = rows_of(place);
            let row = |cell: &u32| rows.get(*cell as usize).copied().unwrap_or(NO_ROW);
            let rows: Vec<u32> = cells.iter().chain(&[FIRST, NONE]).map(row).collect();
            (slot, rows)
        });
        for fields in merge(fields.collect()) {
            let mut stride = 1;
            for (slot, rows) in &fields {
                self.codes.push(CodeField {
                    count: rows.len().checked_sub(2)? as u64,
                    slot: *slot,
                    column: column(&self.quads, *slot),
                    stride: u32::try_from(stride).ok()?,
                    rows: None,
                });
                stride *= rows.len();
            }
            if let Some(last) = self.codes.last_mut() {
                last.rows = Some(u32::try_from(self.rows.len()).ok()?);
            }
            self.rows.extend(combine(&fields, pool));
        }
        Some(())
    }

    /// Adds the cuts and the places of the rows of a field.
    fn many_cuts(
        &mut self,
        slot: u32,
        (tree, levels): (&[Cuts], u32),
        rows: &[u32],
    ) -> Option<ManyCuts> {
        let from = u32::try_from(self.cuts.len()).ok()?;
        let first = u32::try_from(self.rows.len()).ok()?;
        self.cuts.extend_from_slice(tree);
        self.rows.extend_from_slice(rows);
        Some(ManyCuts {
            slot,
            column: column(&self.quads, slot),
            tree: (from, levels),
            // Above so few leaves that they are counted there is one node at the most.
            leaves: u32::try_from(tree.len()).ok()?.checked_sub(levels - 1)?,
            first,
        })
    }

    /// Judges by the sieve. Says whether it could: where facts are missing, cells are put down and
    /// both lanes are anded instead.
    #[inline]
    pub(super) fn judge(&self, engine: &Engine, movement: Movement, scratch: &mut Scratch) -> bool {
        let Some(block) = engine.blocks.get(self.block as usize) else {
            return false;
        };
        let all = (self, engine, block);
        match (block.full.len(), block.members.len()) {
            (_, 0..=64) => judge_by::<[u64; 1]>(all, movement, scratch),
            (_, 65..=128) => judge_by::<[u64; 2]>(all, movement, scratch),
            (1, _) => judge_by::<[Chunk; 1]>(all, movement, scratch),
            (2, _) => judge_by::<[Chunk; 2]>(all, movement, scratch),
            (3, _) => judge_by::<[Chunk; 3]>(all, movement, scratch),
            _ => judge_by::<[Chunk; STRETCHES]>(all, movement, scratch),
        }
    }

    /// What the lines leave; nothing where some fact leaves more possible than it does for certain.
    #[inline(always)]
    fn left<L: Lane>(&self, block: &Block, movement: Movement, places: &mut Vec<u32>) -> Option<L> {
        let mut left = *L::row(&block.full, 0)?;
        let rows = &*block.rows;
        if L::IS_WORDS {
            self.rows_of::<L>(movement, |row| {
                left.and(L::row(rows, row as usize)?);
                Some(())
            })?;
            return Some(left);
        }
        // Longer ones stay in registers in one loop only.
        places.clear();
        self.rows_of::<L>(movement, |row| {
            places.push(row);
            Some(())
        })?;
        for row in places.iter() {
            left.and(L::row(rows, *row as usize)?);
        }
        Some(left)
    }

    /// Calls the function with the place of the row of each line, until it gives nothing.
    #[inline(always)]
    fn rows_of<L: Lane>(
        &self,
        movement: Movement,
        mut and: impl FnMut(u32) -> Option<()>,
    ) -> Option<()> {
        let keys = movement.facts.keys();
        let mut at = 0;
        for field in &self.codes {
            at += field.of(key_at(keys, field.slot))?;
            if let Some(first) = field.rows {
                and(*self.rows.get(first as usize + at)?)?;
                at = 0;
            }
        }
        for SetField { run, field } in &self.sets {
            and(field.row(keys, L::STRETCHES, |key| run.of(key)))?;
        }
        for (at, field) in &self.few_cuts {
            let cuts = self.cuts.get(*at as usize)?;
            and(field.row(keys, L::STRETCHES, |key| reached_of_few(cuts, key)))?;
        }
        for (at, field) in &self.some_cuts {
            let cuts = self.cuts.get(*at as usize)?;
            and(field.row(keys, L::STRETCHES, |key| reached(cuts, key)))?;
        }
        for many in &self.many_cuts {
            let key = key_at(keys, many.slot);
            let cell = match key.is_special() {
                false => cell_among(&self.cuts, many.tree, key),
                true if key == Key::NONE => NONE,
                true => return None,
            };
            and(*self.rows.get((many.first + cell) as usize)?)?;
        }
        for FarSet { eights, field, .. } in &self.far_sets {
            let cell = |key| eights.iter().fold(0, |cell, eight| cell | eight.of(key));
            and(field.row(keys, L::STRETCHES, cell))?;
        }
        if let Some(many) = &self.as_of {
            let cell = cell_among(&self.cuts, many.tree, Key::of_day(movement.as_of));
            and(*self.rows.get((many.first + cell) as usize)?)?;
        }
        Some(())
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let masks = self.covers.iter().chain([&self.plain]);
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
            + (self.rows.len() + self.rules.len()) * 4
            + masks.sum::<usize>()
    }
}

/// Rows of a block, to which others are added.
struct Laid {
    quads: Vec<u32>,
    rows: Vec<Chunk>,
    /// Of a row.
    stretches: usize,
}

impl Laid {
    /// Adds the rows of all cells of a field's values.
    fn values(&mut self, slot: u32, rows: &[u32]) -> Option<Field> {
        let count = rows.len().checked_sub(FIRST as usize)?;
        self.field(slot, rows, (FIRST..).take(count))
    }

    /// Adds the rows of a field, of whose cells those of values are named; nothing where one says less
    /// for certain than it leaves possible.
    fn field(
        &mut self,
        slot: u32,
        rows: &[u32],
        cells: impl Iterator<Item = u32>,
    ) -> Option<Field> {
        let first = u32::try_from(self.rows.len()).ok()?;
        for cell in cells {
            let from = *rows.get(cell as usize)? as usize;
            let to = from.checked_add(self.stretches)?;
            self.rows.get(from..to)?;
            self.rows.extend_from_within(from..to);
        }
        let none = *rows.get(NONE as usize)?;
        Some(Field {
            slot,
            column: column(&self.quads, slot),
            first,
            none,
        })
    }
}

fn judge_by<L: Lane>(
    (sieve, engine, block): (&Sieve, &Engine, &Block),
    movement: Movement,
    scratch: &mut Scratch,
) -> bool {
    let left = sieve.left::<L>(block, movement, &mut scratch.rows.places);
    let (Some(left), Some(plain)) = (left, L::row(&sieve.plain, 0)) else {
        return false;
    };
    sieve.finish((engine, block), movement, (left, plain), scratch);
    true
}

/// Judges a group. The function is given the number of each in the group, and whether the sieve
/// could judge it.
fn judge_group_by<L: Lane>(
    (sieve, engine, block): (&Sieve, &Engine, &Block),
    movements: &[Movement; GROUP],
    scratch: &mut Scratch,
    each: &mut dyn FnMut(usize, bool, &mut Scratch),
) {
    let left = group::left::<L>(sieve, block, movements, &mut scratch.rows.group);
    let left = left.zip(L::row(&sieve.plain, 0));
    for (at, movement) in movements.iter().enumerate() {
        let sifted = left.as_ref().filter(|((_, open), _)| open >> at & 1 == 0);
        let sifted = sifted.and_then(|((left, _), plain)| Some((*left.get(at)?, *plain)));
        if let Some(sifted) = sifted {
            sieve.finish((engine, block), *movement, sifted, scratch);
        }
        each(at, sifted.is_some(), scratch);
    }
}

impl Sieve {
    /// Judges a group. The function is given the number of each in the group, and whether the sieve
    /// could judge it.
    pub(super) fn judge_group(
        &self,
        engine: &Engine,
        movements: &[Movement; GROUP],
        scratch: &mut Scratch,
        each: &mut dyn FnMut(usize, bool, &mut Scratch),
    ) {
        let Some(block) = engine.blocks.get(self.block as usize) else {
            return;
        };
        let all = (self, engine, block);
        match (block.full.len(), block.members.len()) {
            (_, 0..=64) => judge_group_by::<[u64; 1]>(all, movements, scratch, each),
            (_, 65..=128) => judge_group_by::<[u64; 2]>(all, movements, scratch, each),
            (1, _) => judge_group_by::<[Chunk; 1]>(all, movements, scratch, each),
            (2, _) => judge_group_by::<[Chunk; 2]>(all, movements, scratch, each),
            (3, _) => judge_group_by::<[Chunk; 3]>(all, movements, scratch, each),
            _ => judge_group_by::<[Chunk; STRETCHES]>(all, movements, scratch, each),
        }
    }

    /// Makes the judgement of what the lines leave.
    #[inline(always)]
    fn finish<L: Lane>(
        &self,
        (engine, block): (&Engine, &Block),
        movement: Movement,
        (left, plain): (L, &L),
        scratch: &mut Scratch,
    ) {
        let steps = (block.header.len() * block.full.len()) as u64;
        if !left.is_within(plain) {
            run(engine, movement, scratch, |run, room| {
                run.evaluator.state.steps += steps;
                run.left_of_header(block, &left, room);
            });
            return;
        }
        let [full, advice] = &self.covers;
        let holds = |covers: &[Chunk]| {
            let covers = L::row(covers, 0);
            Truth::from(covers.is_some_and(|covers| left.meets(covers)))
        };
        let covers = (holds(full), holds(advice));
        let Scratch {
            state,
            room,
            judgement,
            ..
        } = scratch;
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
            left.each(|member| match self.rules.get(member as usize) {
                Some(rule) if *rule != COVER => plain.put(*rule, Element::default()),
                _ => {}
            });
        };
        evaluator.tell(put, covers, room, judgement);
    }
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
