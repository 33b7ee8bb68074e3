//! Many declarations at a time: their keys stand field by field, so that what is known of a field is
//! looked up once for all of them and several keys are compared at once.

use super::finder::{Cuts, reached, reached_of_few};
use super::judge::Movement;
use super::lens::{Lens, add_stretch};
use super::rows::{Chunk, Lane, by_lane};
use super::sieve::{CodeField, FarSet, ManyCuts, Part, Sieve, Table};
use super::sifted::Sifted;
use super::{Block, Engine};
use crate::facts::key::{Key, QUAD};
use crate::facts::volume::Volume;
use std::borrow::Borrow;

/// How many declarations are judged together.
pub(super) const GROUP: usize = 32;

/// The keys of a field, or what is worked out of them.
pub(super) type Column<N = i64> = [N; GROUP];

/// Numbers of rows in a table.
type Sums = Column<u64>;

/// Room for a group.
#[derive(Debug, Clone, Default)]
pub(super) struct GroupRoom {
    /// Four fields side by side, as they stand in the keys of a declaration.
    columns: Vec<[Column; QUAD]>,
    /// Table by table, the numbers of the rows.
    pub(super) sums: Vec<Sums>,
    /// How the fields of the volume at hand are looked at.
    pub(super) lens: Lens,
}

/// Declarations that are judged together.
#[derive(Clone, Copy)]
pub(super) enum Group<'g> {
    /// Each by itself.
    Movements(&'g [Movement<'g>; GROUP]),
    /// Field by field, those of the stretch at that place.
    Stretch(&'g Volume, usize),
}

/// Puts down what the lines leave of each declaration, and, where it is asked for, what there is to tell
/// before judgements are made.
pub(super) fn sift(
    (sieve, engine): (&Sieve, &Engine),
    group: Group<'_>,
    room: &mut GroupRoom,
    (sifted, tells): (&mut Sifted, bool),
) -> Option<()> {
    let block = engine.blocks.get(sieve.block as usize)?;
    let all = (sieve, block);
    by_lane!(block, sift_by(all, group, room, (sifted, tells)), None)
}

/// The same where members need so many words.
fn sift_by<L: Lane>(
    (sieve, block): (&Sieve, &Block),
    group: Group<'_>,
    room: &mut GroupRoom,
    (sifted, tells): (&mut Sifted, bool),
) -> Option<()> {
    let mut left = [*L::row(&block.full, 0)?; GROUP];
    let open = match group {
        Group::Movements(movements) => {
            add(sieve, movements, room);
            leave(&mut left, (sieve, block), room.sums.iter())
        }
        Group::Stretch(volume, at) => match add_stretch(sieve, volume, at, room) {
            true => leave(&mut left, (sieve, block), room.lens.short(at)),
            false => leave(&mut left, (sieve, block), room.sums.iter()),
        },
    }?;
    sifted.put(&left, open);
    if tells {
        sifted.tell(sieve, &left);
    }
    Some(())
}

/// The number of a row, or one that says that there is none.
pub(super) trait Sum: Copy + Into<u64> {
    /// A bit for each that has no row in a table of short ones.
    fn behind(sums: &Column<Self>) -> u32;
}

impl Sum for u64 {
    #[inline(always)]
    fn behind(sums: &Sums) -> u32 {
        if sums.iter().fold(0, |all, sum| all | sum) < BEHIND {
            return 0;
        }
        let bits = sums.iter().zip(0u32..);
        bits.fold(0, |all, (sum, at)| all | u32::from(*sum >= BEHIND) << at)
    }
}

/// Those that are short are all of rows.
impl Sum for u16 {
    #[inline(always)]
    fn behind(_: &Column<u16>) -> u32 {
        0
    }
}

/// Leaves of each declaration what the tables do. Gives bit by bit those of which some fact leaves more
/// possible than it does for certain, or of which a key says too little.
#[inline(always)]
fn leave<'s, L: Lane, S: Sum + 's>(
    left: &mut [L; GROUP],
    (sieve, block): (&Sieve, &Block),
    sums: impl Iterator<Item = &'s Column<S>> + Clone,
) -> Option<u32> {
    let rows: &[Chunk] = &block.rows;
    let mut open = 0;
    if L::IS_WORDS {
        let mut both = sums.zip(&sieve.tables).peekable();
        while let Some((sums, table)) = both.next() {
            match *table {
                Table::Short(first) => {
                    let short = L::short(&sieve.short, first as usize)?;
                    open |= S::behind(sums);
                    // What is left is written once for two.
                    match both.next_if(|(_, table)| matches!(table, Table::Short(_))) {
                        Some((others, Table::Short(second))) => {
                            open |= S::behind(others);
                            let second = L::short(&sieve.short, *second as usize)?;
                            and_two(left, (short, sums), (second, others));
                        }
                        _ => and_short(left, short, sums),
                    }
                }
                Table::Long(first) => {
                    let table = sieve.rows.get(first as usize..)?;
                    for (at, (left, sum)) in left.iter_mut().zip(sums).enumerate() {
                        match row(table, rows, *sum) {
                            Some(row) => left.and(row),
                            None => open |= 1 << at,
                        }
                    }
                }
            }
        }
        return Some(open);
    }
    // Longer ones stay in registers in one loop only.
    for (at, left) in left.iter_mut().enumerate() {
        let mut all = *left;
        for (sums, table) in sums.clone().zip(&sieve.tables) {
            // Where rows are long none is short.
            let Table::Long(first) = *table else {
                return None;
            };
            let table = sieve.rows.get(first as usize..)?;
            match sums.get(at).and_then(|sum| row(table, rows, *sum)) {
                Some(row) => all.and(row),
                None => open |= 1 << at,
            }
        }
        *left = all;
    }
    Some(open)
}

/// Leaves of all what the rows of a table of short ones do, those that have one.
#[inline(always)]
fn and_short<L: Lane, S: Sum>(left: &mut [L; GROUP], rows: &[L], sums: &Column<S>) {
    for (left, sum) in left.iter_mut().zip(sums) {
        if let Some(row) = short_row(rows, *sum) {
            left.and(row);
        }
    }
}

/// The same of two tables.
#[inline(always)]
fn and_two<L: Lane, S: Sum>(
    left: &mut [L; GROUP],
    first: (&[L], &Column<S>),
    second: (&[L], &Column<S>),
) {
    let sums = first.1.iter().zip(second.1);
    for (left, (one, other)) in left.iter_mut().zip(sums) {
        if let (Some(one), Some(other)) = (short_row(first.0, *one), short_row(second.0, *other)) {
            let mut all = *one;
            all.and(other);
            left.and(&all);
        }
    }
}

#[inline(always)]
fn short_row<L>(rows: &[L], number: impl Sum) -> Option<&L> {
    rows.get(usize::try_from(number.into()).ok()?)
}

/// The row of that number in a table.
#[inline(always)]
fn row<'r, L: Lane>(table: &[u32], rows: &'r [Chunk], number: impl Sum) -> Option<&'r L> {
    let place = table.get(usize::try_from(number.into()).ok()?)?;
    L::row(rows, *place as usize)
}

/// Adds up the numbers of the rows, by whatever the processor can do.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn add(sieve: &Sieve, movements: &[Movement; GROUP], room: &mut GroupRoom) {
    let wide = multiversion::target::target_cfg_f!(target_feature = "avx2");
    add_movements(wide, sieve, movements, room);
}

/// Adds up the numbers of the rows of declarations that lie one by one.
#[inline(always)]
fn add_movements(wide: bool, sieve: &Sieve, movements: &[Movement; GROUP], room: &mut GroupRoom) {
    transpose(movements, sieve, &mut room.columns);
    room.sums.clear();
    room.sums.resize(sieve.tables.len(), [0; GROUP]);
    let mut days = UNKNOWN;
    if sieve.as_of.is_some() {
        for (day, movement) in days.iter_mut().zip(movements) {
            *day = Key::of_day(movement.as_of).0;
        }
    }
    let columns = room.columns.as_flattened();
    let keys = |field: Field<'_>| {
        Some(match field {
            Field::Header(part) => columns.get(part.column as usize).unwrap_or(&UNKNOWN),
            Field::AsOf => &days,
        })
    };
    add_fields(wide, sieve, &mut room.sums, keys);
}

/// Whose keys are asked for.
#[derive(Clone, Copy)]
pub(super) enum Field<'s> {
    Header(&'s Part),
    AsOf,
}

/// Adds what the fields do whose keys are given, which are asked for in the order of [`Sieve::fields`].
/// Where several keys are compared at once, every cut is compared with every key, which is faster than
/// telling where a key lies by few steps.
#[inline(always)]
pub(super) fn add_fields<K: Borrow<Column>>(
    wide: bool,
    sieve: &Sieve,
    sums: &mut [Sums],
    mut keys: impl FnMut(Field<'_>) -> Option<K>,
) {
    for code in &sieve.codes {
        if let Some(keys) = keys(Field::Header(&code.part)) {
            code.add_all(keys.borrow(), sums);
        }
    }
    for cuts in &sieve.few_cuts {
        if let Some(keys) = keys(Field::Header(&cuts.1)) {
            sieve.add_cuts(cuts, true, keys.borrow(), sums, wide);
        }
    }
    for cuts in &sieve.some_cuts {
        if let Some(keys) = keys(Field::Header(&cuts.1)) {
            sieve.add_cuts(cuts, false, keys.borrow(), sums, wide);
        }
    }
    for many in &sieve.many_cuts {
        if let Some(keys) = keys(Field::Header(&many.part)) {
            many.add_all(keys.borrow(), sieve, sums, wide);
        }
    }
    if let Some(many) = &sieve.as_of
        && let Some(keys) = keys(Field::AsOf)
    {
        many.add_all(keys.borrow(), sieve, sums, wide);
    }
    for (run, part) in &sieve.sets {
        if let Some(keys) = keys(Field::Header(part)) {
            part.add_all(keys.borrow(), sums, |key| u64::from(run.of(Key(key))));
        }
    }
    for set in &sieve.far_sets {
        if let Some(keys) = keys(Field::Header(&set.part)) {
            set.add_all(keys.borrow(), sums, wide);
        }
    }
}

impl CodeField {
    #[inline(always)]
    fn add_all(&self, keys: &Column, sums: &mut [Sums]) {
        // Special keys are below zero, and so may be those of another schema's facts.
        if keys.iter().fold(0, |all, key| all | key) < 0 {
            let most = u64::from(self.count);
            self.part
                .add_each(keys, sums, |key| key.cast_unsigned().min(most));
        } else {
            let most = i64::from(self.count);
            self.part
                .add_values(keys, sums, |key| key.min(most).cast_unsigned());
        }
    }
}

impl Sieve {
    /// Adds what a field does whose cuts one node of a tree holds, of which there may be few.
    #[inline(always)]
    fn add_cuts(
        &self,
        (at, part): &(u32, Part),
        few: bool,
        keys: &Column,
        sums: &mut [Sums],
        wide: bool,
    ) {
        let cuts = self.cuts.get(*at as usize).unwrap_or(&NO_CUTS);
        match (wide, few, cuts.first_chunk::<8>()) {
            (true, true, Some(cuts)) => part.add_all(keys, sums, |key| counted(cuts, key)),
            (true, ..) => part.add_all(keys, sums, |key| counted(cuts, key)),
            (false, true, _) => {
                part.add_all(keys, sums, |key| u64::from(reached_of_few(cuts, Key(key))));
            }
            _ => part.add_all(keys, sums, |key| u64::from(reached(cuts, Key(key)))),
        }
    }
}

const UNKNOWN: Column = [Key::UNKNOWN.0; GROUP];
const NO_CUTS: Cuts = [i64::MAX; 16];
/// More rows than a table has.
const BEHIND: u64 = 1 << 40;

/// How many of some cuts a key reaches.
#[inline(always)]
fn counted<const N: usize>(cuts: &[i64; N], key: i64) -> u64 {
    let mut count = 0;
    for cut in cuts {
        count += u64::from(*cut <= key);
    }
    count
}

/// Puts keys field by field.
#[inline(always)]
fn transpose(movements: &[Movement; GROUP], sieve: &Sieve, columns: &mut Vec<[Column; QUAD]>) {
    columns.resize(sieve.quads.len(), [UNKNOWN; QUAD]);
    for (columns, quad) in columns.iter_mut().zip(&sieve.quads) {
        let mut rows = [[0; QUAD]; GROUP];
        for (row, movement) in rows.iter_mut().zip(movements) {
            let (quads, _) = movement.facts.keys().as_chunks::<QUAD>();
            let quad = quads.get(*quad as usize).unwrap_or(&[Key::UNKNOWN; QUAD]);
            for (to, key) in row.iter_mut().zip(quad) {
                *to = key.0;
            }
        }
        let [a, b, c, d] = columns;
        let four = a.iter_mut().zip(b).zip(c).zip(d);
        for ((((a, b), c), d), [w, x, y, z]) in four.zip(&rows) {
            (*a, *b, *c, *d) = (*w, *x, *y, *z);
        }
    }
}

/// Whether a key says that the fact is unknown, none, or has to be looked at.
#[inline(always)]
fn is_some_special(keys: &Column) -> bool {
    let all = keys.iter();
    all.fold(false, |some, key| some | Key(*key).is_special())
}

impl Part {
    /// Adds what facts do to the sums of its table, where the cells of values are asked for.
    #[inline(always)]
    fn add_all(&self, keys: &Column, sums: &mut [Sums], cell: impl Fn(i64) -> u64) {
        match is_some_special(keys) {
            true => self.add_each(keys, sums, cell),
            false => self.add_values(keys, sums, cell),
        }
    }

    /// The same where some have no value.
    #[inline(always)]
    fn add_each(&self, keys: &Column, sums: &mut [Sums], cell: impl Fn(i64) -> u64) {
        let stride = u64::from(self.stride);
        self.add(keys, sums, |key| match Key(key) {
            Key::NONE => u64::from(self.none) * stride,
            special if special.is_special() => BEHIND,
            _ => cell(key) * stride,
        });
    }

    /// The same where all have one.
    #[inline(always)]
    fn add_values(&self, keys: &Column, sums: &mut [Sums], cell: impl Fn(i64) -> u64) {
        let stride = u64::from(self.stride);
        // Both are short, which makes multiplying cheap.
        let short = u64::from(u32::MAX);
        self.add(keys, sums, |key| (cell(key) & short) * stride);
    }

    #[inline(always)]
    fn add(&self, keys: &Column, sums: &mut [Sums], more: impl Fn(i64) -> u64) {
        if let Some(sums) = sums.get_mut(self.table as usize) {
            for (sum, key) in sums.iter_mut().zip(keys) {
                *sum += more(*key);
            }
        }
    }
}

/// The most leaves of a tree of cuts of which all are compared with several keys at once.
const LEAVES: u32 = 8;

impl ManyCuts {
    /// The leaves of its tree.
    #[inline(always)]
    pub(super) fn leaves(self, cuts: &[Cuts]) -> &[Cuts] {
        let (from, levels) = self.tree;
        let leaves = cuts.get((from + levels - 1) as usize..);
        leaves
            .and_then(|cuts| cuts.get(..self.leaves as usize))
            .unwrap_or(&[])
    }

    #[inline(always)]
    fn add_all(&self, keys: &Column, sieve: &Sieve, sums: &mut [Sums], wide: bool) {
        if !wide || self.leaves > LEAVES {
            let cell = |key| u64::from(self.cell(&sieve.cuts, Key(key)));
            return self.part.add_all(keys, sums, cell);
        }
        let mut cells = [0; GROUP];
        for cuts in self.leaves(&sieve.cuts) {
            for (cell, key) in cells.iter_mut().zip(keys) {
                *cell += counted(cuts, *key).cast_signed();
            }
        }
        self.part.add_found(keys, &cells, sums);
    }
}

impl FarSet {
    #[inline(always)]
    fn add_all(&self, keys: &Column, sums: &mut [Sums], wide: bool) {
        if !wide {
            return self
                .part
                .add_all(keys, sums, |key| u64::from(self.cell(Key(key))));
        }
        let mut cells = [0; GROUP];
        for run in &self.runs {
            for (cell, key) in cells.iter_mut().zip(keys) {
                *cell |= i64::from(run.of(Key(*key)));
            }
        }
        self.part.add_found(keys, &cells, sums);
    }
}

impl Part {
    /// Adds what a field does whose cells are found already.
    #[inline(always)]
    fn add_found(&self, keys: &Column, cells: &Column, sums: &mut [Sums]) {
        let mut found = *cells;
        for (cell, key) in found.iter_mut().zip(keys) {
            if Key(*key).is_special() {
                *cell = *key;
            }
        }
        self.add_all(&found, sums, i64::cast_unsigned);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Engine;
    use super::*;
    use crate::check::compile;
    use crate::facts::Facts;
    use crate::facts::given::Given;
    use crate::folder::Folder;
    use crate::graph::{Graph, Options};
    use crate::ground::limits::Limits;
    use std::fmt::Write;

    const SCHEMA: &str = "outcomes release < hold missing hold advice hold
departments customs
codes paper from \"paper.csv\" key code
declaration judged on date
  date : date
  few : integer
  some : integer
  many : integer
  long : integer
  near : set of code paper
  far : set of code paper
  flag : bool
  seven : date
law L
  sure found
";

    /// A processor without wide instructions finds the same rows as one that has them.
    #[test]
    fn every_processor_finds_the_same_rows() {
        let mut text = SCHEMA.to_owned();
        let mut rule = |when: String| {
            let _ = writeln!(
                text,
                "rule R{}\n  by L\n  when {when}\n  then hold",
                text.len()
            );
        };
        for (field, count) in [("some", 7), ("many", 70), ("long", 300)] {
            (0..count).for_each(|cut| rule(format!("{field} >= {}", 7 * cut)));
        }
        // A field that few rules ask for has no line.
        (0..30).for_each(|cut| rule(format!("few >= {}", 7 * (cut % 3))));
        (3..6).for_each(|code| rule(format!("near has p{code}")));
        (0..5).for_each(|code| rule(format!("far has p{}", 11 * code)));
        rule("flag".to_owned());
        (1..8).for_each(|month| rule(format!("seven >= 2020-0{month}-01")));
        rule("as_of > 2020-06-15".to_owned());
        let papers: String = (0..60).map(|code| format!("p{code}\n")).collect();
        let folder = Folder::from_texts([("a.rules", text.as_str())]);
        let folder = folder.with_file("paper.csv", format!("code\n{papers}"));
        let compiled = compile(&folder, &Limits::default());
        let rules = compiled.rules.unwrap();
        let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
        let sieve = engine.sieve.as_ref().unwrap();
        let numbers = [&sieve.few_cuts, &sieve.some_cuts].map(Vec::len);
        assert!(!numbers.contains(&0), "a sort of fields is not tried");
        assert!(!sieve.many_cuts.is_empty() && !sieve.far_sets.is_empty());

        let facts = |at: usize, none: &[&str]| {
            let at = i64::try_from(at).unwrap();
            let paper = |code: i64| format!("p{code}");
            let far = vec![paper(11 * (at % 5)), paper(1), paper(11 * (at % 4) + 2)];
            let seven = format!("2020-{:02}-15", at % 9 + 1);
            let fields: [(&str, Given); 8] = [
                ("seven", seven.into()),
                ("few", (2 * at - 2).into()),
                ("some", (4 * at).into()),
                ("many", (17 * at).into()),
                ("long", (67 * at + 1).into()),
                ("near", vec![paper(at), paper(at + 1)].into()),
                ("far", far.into()),
                ("flag", (at % 2 == 0).into()),
            ];
            let all = fields.into_iter();
            let all = all.fold(Facts::builder(&rules.schema), |builder, (name, given)| {
                let is_none = none.contains(&name);
                builder.set(name, if is_none { Given::None } else { given })
            });
            all.build().unwrap()
        };
        let given: Vec<Facts> = (0..GROUP).map(|at| facts(at, &[])).collect();
        let mut gaps = given.clone();
        gaps[3] = Facts::unknown(&rules.schema);
        gaps[9] = facts(9, &["many", "far", "few", "flag"]);
        for all in [given, gaps] {
            let as_of = "2020-06-16".parse().unwrap();
            let movements = std::array::from_fn(|at| Movement {
                facts: &all[at],
                as_of,
            });
            let [mut wide, mut narrow] = [GroupRoom::default(), GroupRoom::default()];
            add_movements(true, sieve, &movements, &mut wide);
            add_movements(false, sieve, &movements, &mut narrow);
            assert_eq!(wide.sums, narrow.sums);
            assert!(
                wide.sums
                    .iter()
                    .all(|sums| sums.iter().any(|sum| sum != &sums[0]))
            );
        }
    }
}
