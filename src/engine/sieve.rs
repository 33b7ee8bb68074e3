//! The header's lines of an engine that is one block: the cell of a fact is found and its row anded
//! at once, so that cells are not put down and lines need not be looked up. Where all rules that are
//! left say an outcome and nothing else, as most do, the judgement is told at once too.

use super::build::lines::RowPool;
use super::finder::{
    Cuts, FEW, Finders, Run, cell_among, cell_of_bits, key_at, reached, reached_of_few,
};
use super::judge::{self, Movement, run};
use super::rows::{Bits, Chunk, Lane, WORDS, set};
use super::{Block, Cell, Engine, RowRoom, Scratch};
use crate::check::rules::RuleId;
use crate::decide::eval::Evaluator;
use crate::decide::program::Program;
use crate::decide::resolve::Plain;
use crate::facts::key::Key;
use crate::graph::cells::{FIRST, NONE};
use crate::graph::plan::Subject;
use crate::ground::truth::Truth;
use crate::verdict::judgement::Element;

/// The most stretches that stay in registers.
const STRETCHES: usize = 4;

/// Facts of the header to the rows of the one block that an engine is.
#[derive(Debug, Clone, Default)]
pub(super) struct Sieve {
    /// The number of the block.
    block: u32,
    /// Fields of codes and flags.
    codes: Vec<CodeField>,
    /// Where rows of codes, and of the cells between many cuts, begin in the block; [`NO_ROW`] where
    /// one says less for certain than it leaves possible.
    rows: Vec<u32>,
    /// Fields of sets.
    sets: Vec<SetField>,
    /// Those of sets whose codes have numbers far from each other.
    far_sets: Vec<(Vec<Eight>, Field)>,
    /// Fields of numbers, days and tariff codes with few cuts, and the place of these.
    few_cuts: Vec<(u32, Field)>,
    /// Those with so many that one node of a tree holds them.
    some_cuts: Vec<(u32, Field)>,
    /// Those with many.
    many_cuts: Vec<ManyCuts>,
    /// The as-of date.
    as_of: Option<ManyCuts>,
    cuts: Vec<Cuts>,
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
struct Field {
    slot: u32,
    /// Where the row of the first cell of a value begins in the block; the others follow.
    first: u32,
    /// Where that of none does.
    none: u32,
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
struct CodeField {
    /// How many codes are told apart; behind them stand all others, then none.
    count: u64,
    slot: u32,
    /// How far the rows of a code are from those of the one before.
    stride: u32,
    /// Where the rows of the fields begin, if it is the last of those that share them.
    rows: Option<u32>,
}

impl CodeField {
    /// How far the rows of a code are from the first one's; behind all rows where it is not known.
    #[inline(always)]
    fn of(&self, key: Key) -> usize {
        let number = match key.is_special() {
            // Which codes rules name no processor can foresee, so that nothing branches on it.
            false => key.0.cast_unsigned().min(self.count),
            true if key == Key::NONE => self.count + 1,
            true => return BEHIND,
        };
        number as usize * self.stride as usize
    }
}

/// A field of a set, of which each combination of codes has its row.
#[derive(Debug, Clone, Copy)]
struct SetField {
    /// The bits of the key that tell the codes.
    run: Run,
    field: Field,
}

/// What eight codes of a set add to its cell, by the byte of the key that tells them.
#[derive(Debug, Clone)]
struct Eight {
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
    fn of(&self, key: Key) -> u32 {
        let [byte, ..] = (key.0 >> self.from).to_le_bytes();
        u32::from(self.cells.get(usize::from(byte)).copied().unwrap_or(0))
    }
}

/// A field with many cuts. Many of its cells share a row, as those between the headings of a tariff
/// that rules name, so that it is told apart by place.
#[derive(Debug, Clone, Copy)]
struct ManyCuts {
    slot: u32,
    /// Where the tree of its cuts begins, and how many levels it has.
    tree: (u32, u32),
    /// Where the places of its rows begin.
    first: u32,
}

/// The most codes of a set, with those between them, of which each combination has its row.
const SET_CELLS: usize = 256;
/// The most combinations of codes that share a table of rows.
const COMBINATIONS: usize = 1024;

/// The place of no row.
const NO_ROW: u32 = u32::MAX;
/// More rows than there are, but so few that some times as many can be counted.
const BEHIND: usize = usize::MAX >> 10;
/// The cell of a fact that lies in none.
const NO_CELL: u32 = u32::MAX >> 1;
const NO_CUTS: Cuts = [0; 16];
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
            ..Sieve::default()
        };
        let mut pool = RowPool::of(&block.rows, stretches);
        sieve.add_codes(header, rows_of, &mut pool)?;
        let mut laid = Laid {
            rows: pool.rows,
            stretches,
        };
        for (place, slot, runs) in header.sets() {
            let rows = rows_of(place);
            let run = Run::over(runs);
            if run.cells() > SET_CELLS {
                let field = laid.values(slot, rows)?;
                sieve.far_sets.push((Eight::all(runs)?, field));
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
            tree: (from, levels),
            first,
        })
    }

    /// Judges by the sieve. Says whether it could: where facts are missing, cells are put down and
    /// both lanes are anded instead.
    #[inline]
    pub(super) fn judge(&self, engine: &Engine, movement: Movement, scratch: &mut Scratch) -> bool {
        let mut could = false;
        self.judge_group(engine, &[movement], scratch, |_, judged, _| could = judged);
        could
    }

    /// Judges a group of declarations, one after the other. The function is given the number of each
    /// in the group, and whether it is judged by the sieve.
    #[inline(always)]
    pub(super) fn judge_group<const G: usize>(
        &self,
        engine: &Engine,
        movements: &[Movement; G],
        scratch: &mut Scratch,
        each: impl FnMut(usize, bool, &mut Scratch),
    ) {
        let Some(block) = engine.blocks.get(self.block as usize) else {
            return;
        };
        let all = (self, engine, block);
        match (block.full.len(), block.members.len()) {
            (_, 0..=64) => judge_by::<[u64; 1], G>(all, movements, scratch, each),
            (_, 65..=128) => judge_by::<[u64; 2], G>(all, movements, scratch, each),
            (1, _) => judge_by::<[Chunk; 1], G>(all, movements, scratch, each),
            (2, _) => judge_by::<[Chunk; 2], G>(all, movements, scratch, each),
            (3, _) => judge_by::<[Chunk; 3], G>(all, movements, scratch, each),
            _ => judge_by::<[Chunk; STRETCHES], G>(all, movements, scratch, each),
        }
    }

    /// What the lines leave of each, and which some fact leaves more possible for than it does for
    /// certain, bit by bit.
    #[inline(always)]
    fn left<L: Lane, const G: usize>(
        &self,
        block: &Block,
        movements: &[Movement; G],
        places: &mut Vec<u32>,
    ) -> Option<([L; G], u64)> {
        let mut left = [*L::row(&block.full, 0)?; G];
        let rows = &*block.rows;
        let mut open = 0;
        if L::IS_WORDS {
            self.rows_of::<G>(movements, L::STRETCHES, |at, row| {
                match (left.get_mut(at), L::row(rows, row as usize)) {
                    (Some(left), Some(row)) => left.and(row),
                    _ => open |= 1 << at,
                }
            });
            return Some((left, open));
        }
        // Longer ones stay in registers in one loop only.
        places.clear();
        self.rows_of::<G>(movements, L::STRETCHES, |_, row| places.push(row));
        for (at, left) in left.iter_mut().enumerate() {
            let mut all = *left;
            for row in places.iter().skip(at).step_by(G) {
                match L::row(rows, *row as usize) {
                    Some(row) => all.and(row),
                    None => open |= 1 << at,
                }
            }
            *left = all;
        }
        Some((left, open))
    }

    /// Calls the function, line by line, with the place of the row of each.
    #[inline(always)]
    fn rows_of<const G: usize>(
        &self,
        movements: &[Movement; G],
        stretches: u32,
        mut and: impl FnMut(usize, u32),
    ) {
        let keys = movements.map(|movement| movement.facts.keys());
        let mut sums = [0; G];
        for field in &self.codes {
            for (keys, sum) in keys.iter().zip(&mut sums) {
                *sum += field.of(key_at(keys, field.slot));
            }
            if let Some(first) = field.rows {
                for (at, sum) in sums.iter_mut().enumerate() {
                    let place = self.rows.get(first as usize + *sum);
                    and(at, place.copied().unwrap_or(NO_ROW));
                    *sum = 0;
                }
            }
        }
        for SetField { run, field } in &self.sets {
            for (at, keys) in keys.iter().enumerate() {
                and(at, field.row(keys, stretches, |key| run.of(key)));
            }
        }
        for (at, field) in &self.few_cuts {
            let cuts = self.cuts.get(*at as usize).unwrap_or(&NO_CUTS);
            for (at, keys) in keys.iter().enumerate() {
                and(at, field.row(keys, stretches, |key| reached_of_few(cuts, key)));
            }
        }
        for (at, field) in &self.some_cuts {
            let cuts = self.cuts.get(*at as usize).unwrap_or(&NO_CUTS);
            for (at, keys) in keys.iter().enumerate() {
                and(at, field.row(keys, stretches, |key| reached(cuts, key)));
            }
        }
        for many in &self.many_cuts {
            for (at, keys) in keys.iter().enumerate() {
                let key = key_at(keys, many.slot);
                let cell = match key.is_special() {
                    false => cell_among(&self.cuts, many.tree, key),
                    true if key == Key::NONE => NONE,
                    true => NO_CELL,
                };
                let place = self.rows.get((many.first + cell) as usize);
                and(at, place.copied().unwrap_or(NO_ROW));
            }
        }
        for (eights, field) in &self.far_sets {
            let cell = |key| eights.iter().fold(0, |cell, eight| cell | eight.of(key));
            for (at, keys) in keys.iter().enumerate() {
                and(at, field.row(keys, stretches, cell));
            }
        }
        if let Some(many) = &self.as_of {
            for (at, movement) in movements.iter().enumerate() {
                let cell = cell_among(&self.cuts, many.tree, Key::of_day(movement.as_of));
                let place = self.rows.get((many.first + cell) as usize);
                and(at, place.copied().unwrap_or(NO_ROW));
            }
        }
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let masks = self.covers.iter().chain([&self.plain]);
        let masks = masks.map(|mask| size_of_val(mask.as_slice()));
        let far_sets = self.far_sets.iter();
        let far_sets = far_sets.map(|set| size_of_val(set) + size_of_val(set.0.as_slice()));
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
        Some(Field { slot, first, none })
    }
}

#[inline(always)]
fn judge_by<L: Lane, const G: usize>(
    (sieve, engine, block): (&Sieve, &Engine, &Block),
    movements: &[Movement; G],
    scratch: &mut Scratch,
    mut each: impl FnMut(usize, bool, &mut Scratch),
) {
    let left = sieve.left::<L, G>(block, movements, &mut scratch.rows.places);
    let (Some((left, open)), Some(plain)) = (left, L::row(&sieve.plain, 0)) else {
        return;
    };
    for (at, (movement, left)) in movements.iter().zip(left).enumerate() {
        let could = open >> at & 1 == 0;
        if could {
            sieve.finish((engine, block), *movement, (left, plain), scratch);
        }
        each(at, could, scratch);
    }
}

impl Sieve {
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
