//! The sieve of an engine that is one block: which fields share a table, and its rows.

use super::super::finder::{Cuts, FEW, Finders, Run, cell_of_bits};
use super::super::rows::{Chunk, Lane, WORDS, and, by_lane, set};
use super::super::sieve::{
    CodeField, Eight, FarSet, ManyCuts, NO_ROW, Part, STRETCHES, Sieve, Table,
};
use super::super::{Block, Cell};
use super::lines::RowPool;
use crate::check::rules::RuleId;
use crate::decide::program::Program;
use crate::decide::resolve::asked_by_coverage;
use crate::decide::standing::Standing;
use crate::facts::key::{Key, QUAD};
use crate::graph::cells::{FIRST, NONE};
use crate::graph::plan::Subject;
use crate::ground::truth::Truth;
use crate::schema::value::OutcomeId;
use std::collections::BTreeSet;

/// The most codes of a set, with those between them, of which each combination has its row.
const SET_CELLS: usize = 256;
/// The most combinations of cells that share a table of rows, and of one word.
const COMBINATIONS: usize = 1024;
const COMBINATIONS_OF_ONE: usize = 4096;
/// So many members have short rows, so that there may be many: all fields share tables. Where there
/// are more, fields of codes do.
const SHORT: usize = 128;

/// A field before it has its place in a table.
struct Draft {
    slot: u32,
    what: What,
    /// By cell, where the row begins; that of none is the last.
    rows: Vec<u32>,
}

/// How its cells are found.
enum What {
    Codes(u32),
    Set(Run),
    FarSet(Vec<Run>, Vec<Eight>),
    Few(u32),
    Some(u32),
    Many((u32, u32), u32),
    AsOf((u32, u32), u32),
}

/// A table in the making.
struct Shared {
    /// How many combinations it has.
    count: usize,
    /// Whether it holds rows and not their places.
    is_short: bool,
    fields: Vec<Draft>,
}

/// The sieve of the block of that number, where it pays: the block has rows, but not too many to
/// stay in registers, and each axis of the header has one line in it. Rows of combinations are added
/// to those of the block.
pub(super) fn sieve(
    program: &Program,
    header: &Finders,
    (number, block): (u32, &mut Block),
) -> Option<Sieve> {
    let stretches = block.full.len();
    let fits = (1..=STRETCHES).contains(&stretches);
    if !fits || !block.is_direct() || !header.is_keyed() || block.header.len() != header.len() {
        return None;
    }
    let mut sieve = Sieve {
        block: number,
        quads: quads(header),
        ..Sieve::default()
    };
    let drafts = drafts(header, block, &mut sieve.cuts)?;
    let mut pool = RowPool::of(&block.rows, stretches);
    let members = block.members.len();
    for drafts in drafts {
        for table in merge(drafts, members) {
            let is_short = table.is_short;
            let words = is_short.then_some(members.div_ceil(64));
            sieve.add_table(table, words, &mut pool)?;
        }
    }
    sieve.tell(program, block)?;
    block.rows = pool.rows.into();
    Some(sieve)
}

/// The fields of codes, and the others, the larger ones first.
fn drafts(header: &Finders, block: &Block, cuts: &mut Vec<Cuts>) -> Option<[Vec<Draft>; 2]> {
    let mut by_place = vec![Vec::new(); header.len()];
    for line in &block.header {
        let rows = by_place.get_mut(line.place as usize)?;
        rows.extend((0..line.count).map(|cell| match block.cell(line, cell) {
            Cell { possible, certain } if possible == certain => possible,
            _ => NO_ROW,
        }));
    }
    let rows_of = |place: usize| by_place.get(place).map_or(&[][..], Vec::as_slice);
    let row_of = |place: usize, cell: u32| rows_of(place).get(cell as usize).copied();
    // Those of values, then that of none.
    let in_order = |place: usize| {
        let values = rows_of(place).iter().skip(FIRST as usize);
        values.copied().chain(row_of(place, NONE)).collect()
    };
    let (mut codes, mut drafts) = (Vec::new(), Vec::new());
    for (place, slot, cells) in header.codes() {
        let what = What::Codes(u32::try_from(cells.len()).ok()?);
        let cells = cells.iter().chain(&[FIRST, NONE]);
        codes.push(Draft {
            slot,
            what,
            rows: cells
                .map(|cell| row_of(place, *cell))
                .collect::<Option<_>>()?,
        });
    }
    for (place, slot, runs) in header.sets() {
        let run = Run::over(runs);
        if run.cells() > SET_CELLS {
            drafts.push(Draft {
                slot,
                what: What::FarSet(runs.to_vec(), eights(runs)?),
                rows: in_order(place),
            });
            continue;
        }
        let cells = (0u32..).take(run.cells());
        let cells = cells.map(|bits| cell_of_bits(runs, run.key_of(bits)));
        let rows = cells.chain([NONE]).map(|cell| row_of(place, cell));
        drafts.push(Draft {
            slot,
            what: What::Set(run),
            rows: rows.collect::<Option<_>>()?,
        });
    }
    let mut lay = |tree: &[Cuts]| {
        let from = u32::try_from(cuts.len()).ok();
        cuts.extend_from_slice(tree);
        from
    };
    for (place, slot, (tree, levels)) in header.numbers() {
        let from = lay(tree)?;
        let what = match (levels, rows_of(place).len()) {
            (1, cells) if cells <= FIRST as usize + 1 + FEW => What::Few(from),
            (1, _) => What::Some(from),
            _ => What::Many((from, levels), leaves(tree, levels)?),
        };
        let rows = in_order(place);
        drafts.push(Draft { slot, what, rows });
    }
    if let Some((place, (tree, levels))) = header.as_of() {
        drafts.push(Draft {
            slot: 0,
            what: What::AsOf((lay(tree)?, levels), leaves(tree, levels)?),
            rows: in_order(place),
        });
    }
    let mut both = [codes, drafts];
    for drafts in &mut both {
        drafts.sort_by_key(|draft| std::cmp::Reverse(draft.rows.len()));
    }
    Some(both)
}

/// How many leaves a tree of cuts has. Above so few that they are counted there is one node at the
/// most.
fn leaves(tree: &[Cuts], levels: u32) -> Option<u32> {
    u32::try_from(tree.len()).ok()?.checked_sub(levels - 1)
}

/// The eights of a set whose cell is made by these runs; nothing where it has too many cells.
fn eights(runs: &[Run]) -> Option<Vec<Eight>> {
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

/// Tables of fields, each of which is in the first that has room for it.
fn merge(drafts: Vec<Draft>, members: usize) -> Vec<Shared> {
    let most = match members {
        ..=64 => COMBINATIONS_OF_ONE,
        _ => COMBINATIONS,
    };
    let mut tables: Vec<Shared> = Vec::new();
    for draft in drafts {
        let cells = draft.rows.len();
        let is_short = members <= SHORT && !draft.rows.contains(&NO_ROW);
        let shares = is_short || matches!(draft.what, What::Codes(_));
        let room = |table: &&mut Shared| {
            shares && table.is_short == is_short && table.count * cells <= most
        };
        match tables.iter_mut().find(room) {
            Some(table) => {
                table.count *= cells;
                table.fields.push(draft);
            }
            None => tables.push(Shared {
                count: cells,
                is_short,
                fields: vec![draft],
            }),
        }
    }
    tables
}

/// The quads of keys in which the header's fields stand.
fn quads(header: &Finders) -> Vec<u32> {
    let codes = header.codes().map(|(_, slot, _)| slot);
    let sets = header.sets().map(|(_, slot, _)| slot);
    let numbers = header.numbers().map(|(_, slot, _)| slot);
    let slots = codes.chain(sets).chain(numbers);
    let quads: BTreeSet<u32> = slots.map(|slot| slot / QUAD as u32).collect();
    quads.into_iter().collect()
}

/// Where a slot stands among quads of keys.
fn column(quads: &[u32], slot: u32) -> u32 {
    let (quad, rest) = (slot / QUAD as u32, slot % QUAD as u32);
    let at = quads.partition_point(|other| *other < quad);
    u32::try_from(at * QUAD).map_or(u32::MAX, |at| at + rest)
}

/// How many words what is left of a declaration takes.
fn words_of<L: Lane>() -> usize {
    size_of::<L>() / size_of::<u64>()
}

impl Sieve {
    /// Adds a table with its fields, of rows of so many words or of their places. The cells of the
    /// first field change fastest.
    fn add_table(
        &mut self,
        Shared { count, fields, .. }: Shared,
        words: Option<usize>,
        pool: &mut RowPool,
    ) -> Option<()> {
        let table = u32::try_from(self.tables.len()).ok()?;
        let rows_of = |at: usize| {
            let mut rest = at;
            fields.iter().map(move |Draft { rows, .. }| {
                let row = rows.get(rest % rows.len());
                rest /= rows.len();
                row.copied().unwrap_or(NO_ROW)
            })
        };
        if let Some(words) = words {
            self.tables
                .push(Table::Short(u32::try_from(self.short.len() / words).ok()?));
            for at in 0..count {
                let mut all = [u64::MAX; WORDS];
                for row in rows_of(at) {
                    and(&mut all, pool.rows.get(row as usize)?);
                }
                self.short.extend_from_slice(all.get(..words)?);
            }
        } else {
            self.tables
                .push(Table::Long(u32::try_from(self.rows.len()).ok()?));
            self.rows
                .extend((0..count).map(|at| match fields.as_slice() {
                    [one] => one.rows.get(at).copied().unwrap_or(NO_ROW),
                    _ => pool.all(rows_of(at)).unwrap_or(NO_ROW),
                }));
        }
        // One that shares its table with no other has its own rows there.
        let own = match (self.tables.last(), fields.len()) {
            (Some(Table::Long(first)), 1) => Some(*first),
            _ => None,
        };
        let (mut stride, mut left) = (1, fields.len());
        for Draft { slot, what, rows } in fields {
            let cells = u32::try_from(rows.len()).ok()?;
            let part = Part {
                slot,
                column: column(&self.quads, slot),
                table,
                stride,
                none: cells.checked_sub(1)?,
                alone: own.unwrap_or(u32::try_from(self.rows.len()).ok()?),
            };
            stride *= cells;
            left -= 1;
            if own.is_none() && !matches!(what, What::Codes(_)) {
                self.rows.extend(rows);
            }
            match what {
                What::Codes(count) => self.codes.push(CodeField {
                    count,
                    is_last: left == 0,
                    part,
                }),
                What::Set(run) => self.sets.push((run, part)),
                What::FarSet(runs, eights) => {
                    self.far_sets.push(FarSet { runs, eights, part });
                }
                What::Few(cuts) => self.few_cuts.push((cuts, part)),
                What::Some(cuts) => self.some_cuts.push((cuts, part)),
                What::Many(tree, leaves) => self.many_cuts.push(ManyCuts { tree, leaves, part }),
                What::AsOf(tree, leaves) => self.as_of = Some(ManyCuts { tree, leaves, part }),
            }
        }
        Some(())
    }

    /// Puts down which members are told at once, and as what.
    fn tell(&mut self, program: &Program, block: &Block) -> Option<()> {
        let none: Vec<Chunk> = vec![[0; WORDS]; block.full.len()];
        self.plain.clone_from(&none);
        self.tells.clone_from(&none);
        self.decides.clone_from(&none);
        self.covers = [none.clone(), none];
        let (mut in_order, mut last) = (true, None);
        for (at, member) in block.members.iter().enumerate() {
            let (rule, plain) = match member.subject {
                Subject::Rule(rule) => {
                    let standing = program.standing(rule);
                    set(&mut self.tells, at, true);
                    set(&mut self.decides, at, standing.decides());
                    ((rule, standing), standing.traits.is_plain())
                }
                Subject::Cover(number) => {
                    let cover = program.covers.get(number as usize)?;
                    let [full, advice] = &mut self.covers;
                    self.has_covers = true;
                    set(if cover.advice { advice } else { full }, at, true);
                    ((RuleId(u32::MAX), Standing::NONE), true)
                }
            };
            let plain = plain && member.is_bare;
            set(&mut self.plain, at, plain);
            if plain && let Subject::Rule(rule) = member.subject {
                in_order &= last.replace(rule).is_none_or(|last| last < rule);
            }
            self.rules.push(rule);
        }
        let rules = self.rules.iter().map(|(rule, _)| *rule);
        let none = std::iter::repeat(RuleId(u32::MAX));
        self.first_rules = rules.chain(none).take(64).collect();
        if !in_order {
            // What applies would have to be sorted.
            self.plain.fill([0; WORDS]);
        }
        self.words = by_lane!(block, words_of(), 0);
        self.steps = (block.header.len() * block.full.len()) as u64;
        let decides = self.decides.as_flattened();
        self.decide = decides.first().copied().unwrap_or(0);
        let schema = &program.rules.schema;
        for at_least in (1..=schema.worst().0).map(OutcomeId) {
            let first = self.rules.iter().zip(0u64..64);
            let says = first.filter(|((_, standing), _)| standing.decided() >= at_least);
            self.says
                .push(says.fold(0, |all, (_, member)| all | 1 << member));
        }
        self.uncovered = [Truth::False, Truth::True]
            .map(|advice| asked_by_coverage(schema, (Truth::False, advice)));
        self.requires = !program.required.is_empty();
        Some(())
    }
}
