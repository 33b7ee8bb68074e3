//! From the keys of facts to the cells they lie in, kind by kind.

use super::places::Columns;
use crate::facts::arith::Unit;
use crate::facts::key::{Key, PLACES, SET_BITS};
use crate::graph::cells::{Domain, FIRST, NONE, UNKNOWN};
use crate::ground::number::power_of_ten;
use crate::schema::value::Type;

/// An axis of the header or of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    /// Its number.
    pub(super) number: u32,
    /// The header's slot or the element's column; none for the as-of date.
    pub(super) slot: Option<u32>,
}

/// The axes whose cells are found for each declaration or element, those of a kind together, so that
/// which kind one is need not be asked of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Finders {
    /// By place.
    axes: Vec<Axis>,
    /// Those of codes and flags, whose places come first.
    codes: Vec<Stretch>,
    /// Their cells by the number of the code.
    cells: Vec<u32>,
    /// Those of numbers, days and tariff codes, which come next.
    numbers: Vec<Stretch>,
    /// The least keys of their cells after the first, a tree for each axis.
    cuts: Vec<Cuts>,
    /// Those of sets whose codes have numbers side by side, which come next.
    sets: Vec<(u32, Run)>,
    /// The rest.
    others: Vec<(u32, Other)>,
}

/// Where what is known of an axis stands among that of all.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    slot: u32,
    from: u32,
    /// How many codes there are, or how many levels the tree of cuts has.
    count: u32,
}

/// How many keys are compared with a fact's without a branch: four steps tell them apart.
const TOGETHER: u32 = 15;
/// So few are told apart by three.
pub(super) const FEW: usize = 7;

/// So many of the least keys of cells, in order; behind the last one stand keys of no fact, of which
/// one is always there. More of them are a tree, level by level, the leaves last: a node holds where
/// those below begin, but for the first. All levels but the leaves are whole, so that a place tells
/// where the next level goes on.
pub(super) type Cuts = [i64; BELOW as usize];
/// How many nodes are below one.
const BELOW: u32 = TOGETHER + 1;

/// How a cell is found that neither a table nor cuts tell.
#[derive(Debug, Clone)]
enum Other {
    /// Among the least keys of the cells after the first, by the as-of date.
    AsOf(Vec<Cuts>, u32),
    /// By the bits of the key.
    Bits(Vec<Run>),
    /// By looking at the fact.
    Look,
}

/// Bits of a key that stand side by side in it and in the cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// How far the key is moved.
    down: u32,
    /// Those of the cell.
    mask: u32,
}

/// How the cell of a fact is found.
enum Finder {
    Table(Vec<u32>),
    /// With the number of levels.
    Cuts(Vec<Cuts>, u32),
    Set(Run),
    Other(Other),
}

impl Finders {
    /// The finders of axes, each with its domain and the type of its field, and where each of them
    /// is placed.
    pub(super) fn new(axes: &[(Axis, &Domain, Option<Type>)]) -> (Finders, Vec<u32>) {
        let mut made = Finders::default();
        let found = axes.iter().map(|(axis, domain, typ)| {
            let finder = finder(domain, *typ);
            match (axis.slot, finder) {
                (None, Finder::Cuts(cuts, levels)) => Finder::Other(Other::AsOf(cuts, levels)),
                (_, finder) => finder,
            }
        });
        let mut numbered: Vec<(usize, Finder)> = found.enumerate().collect();
        numbered.sort_by_key(|(at, finder)| {
            let kind = match finder {
                Finder::Table(_) => 0,
                Finder::Cuts(..) => 1,
                Finder::Set(_) => 2,
                Finder::Other(_) => 3,
            };
            (kind, *at)
        });
        let mut places = vec![0; axes.len()];
        for (at, finder) in numbered {
            let (Some((axis, ..)), Some(place)) = (axes.get(at), places.get_mut(at)) else {
                continue;
            };
            *place = length(&made.axes);
            made.axes.push(*axis);
            let slot = axis.slot.unwrap_or(u32::MAX);
            match finder {
                Finder::Table(cells) => {
                    let (from, count) = (length(&made.cells), length(&cells));
                    made.codes.push(Stretch { slot, from, count });
                    // Behind them stands that of the codes which no rule names.
                    made.cells.extend(cells.into_iter().chain([FIRST]));
                }
                Finder::Cuts(cuts, levels) => {
                    let from = length(&made.cuts);
                    made.numbers.push(Stretch {
                        slot,
                        from,
                        count: levels,
                    });
                    made.cuts.extend(cuts);
                }
                Finder::Set(run) => made.sets.push((slot, run)),
                Finder::Other(other) => made.others.push((slot, other)),
            }
        }
        (made, places)
    }

    /// How many axes there are.
    pub(super) fn len(&self) -> usize {
        self.axes.len()
    }

    /// The fields of codes and flags: the place of each, its slot, and its cells by the number of the
    /// code.
    pub(super) fn codes(&self) -> impl Iterator<Item = (usize, u32, &[u32])> {
        self.codes.iter().enumerate().map(|(place, code)| {
            let (from, to) = (code.from as usize, (code.from + code.count) as usize);
            (place, code.slot, self.cells.get(from..to).unwrap_or(&[]))
        })
    }

    /// The fields of numbers, days and tariff codes: the place of each, its slot, and the tree of its
    /// cuts with the number of its levels.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (usize, u32, (&[Cuts], u32))> {
        let numbers = self.numbers.iter().zip(self.codes.len()..);
        let ends = self.numbers.iter().skip(1).map(|next| next.from as usize);
        let ends = ends.chain([self.cuts.len()]);
        numbers.zip(ends).map(|((number, place), to)| {
            let tree = self.cuts.get(number.from as usize..to).unwrap_or(&[]);
            (place, number.slot, (tree, number.count))
        })
    }

    /// The as-of date: its place, and the tree of its cuts with the number of its levels.
    pub(super) fn as_of(&self) -> Option<(usize, (&[Cuts], u32))> {
        let others = self.others.iter().zip(self.first_other()..);
        let mut as_of = others.filter_map(|((_, other), place)| match other {
            Other::AsOf(tree, levels) => Some((place, (tree.as_slice(), *levels))),
            Other::Bits(_) | Other::Look => None,
        });
        as_of.next()
    }

    /// The fields of sets: the place of each, its slot, and how bits of its key make the cell.
    pub(super) fn sets(&self) -> impl Iterator<Item = (usize, u32, &[Run])> {
        let near = self
            .sets
            .iter()
            .zip(self.codes.len() + self.numbers.len()..);
        let near = near.map(|((slot, run), place)| (place, *slot, std::slice::from_ref(run)));
        let others = self.others.iter().zip(self.first_other()..);
        near.chain(others.filter_map(|((slot, other), place)| match other {
            Other::Bits(runs) => Some((place, *slot, runs.as_slice())),
            Other::AsOf(..) | Other::Look => None,
        }))
    }

    /// The place of the first of the rest.
    fn first_other(&self) -> usize {
        self.codes.len() + self.numbers.len() + self.sets.len()
    }

    /// Whether keys nearly always suffice.
    pub(super) fn is_keyed(&self) -> bool {
        let looks = |(_, other): &(u32, Other)| matches!(other, Other::Look);
        !self.others.iter().any(looks)
    }

    /// Adds the cells of facts by their keys, axis by axis; where a key says too little the fact is
    /// looked at.
    #[inline]
    pub(super) fn find(
        &self,
        (keys, as_of): (&[Key], Key),
        look: impl Fn(Axis) -> u32,
        found: &mut Vec<u32>,
    ) {
        let look = |place: usize| self.axes.get(place).map_or(UNKNOWN, |axis| look(*axis));
        found.extend(self.codes.iter().enumerate().map(|(place, code)| {
            let key = key_at(keys, code.slot);
            cell_or(key, || look(place), |key| self.cell_of_code(*code, key))
        }));
        let first = self.codes.len();
        found.extend(self.numbers.iter().zip(first..).map(|(number, place)| {
            let key = key_at(keys, number.slot);
            let tree = (number.from, number.count);
            cell_or(key, || look(place), |key| cell_among(&self.cuts, tree, key))
        }));
        let first = first + self.numbers.len();
        found.extend(self.sets.iter().zip(first..).map(|((slot, run), place)| {
            let key = key_at(keys, *slot);
            cell_or(key, || look(place), |key| FIRST + run.of(key))
        }));
        let others = self.others.iter().zip(self.first_other()..);
        found.extend(others.map(|((slot, other), place)| {
            other.cell((key_at(keys, *slot), as_of), || look(place))
        }));
    }

    /// The same of some declarations, field by field, so that what is known of a field is read once. The
    /// cells of a field stand side by side in its column, from that place on.
    #[inline]
    pub(super) fn find_each(
        &self,
        of: &[(&[Key], Key)],
        look: impl Fn(usize, Axis) -> u32,
        (columns, from): (&mut Columns, usize),
    ) {
        // Puts down what is found of each.
        macro_rules! each {
            ($place:expr, $slot:expr, |$key:pat_param, $as_of:pat_param, $look:pat_param| $cell:expr) => {
                let axis = self.axes.get($place);
                let column = columns.of_mut($place).iter_mut().skip(from);
                for (to, (at, (keys, $as_of))) in column.zip(of.iter().enumerate()) {
                    let $key = key_at(keys, $slot);
                    let $look = || axis.map_or(UNKNOWN, |axis| look(at, *axis));
                    *to = $cell;
                }
            };
        }
        for (place, code) in self.codes.iter().enumerate() {
            each!(place, code.slot, |key, _, look| {
                cell_or(key, look, |key| self.cell_of_code(*code, key))
            });
        }
        for (number, place) in self.numbers.iter().zip(self.codes.len()..) {
            // How many levels there are is known where the loop begins.
            macro_rules! by_levels {
                ($levels:expr) => {
                    each!(place, number.slot, |key, _, look| {
                        let tree = (number.from, $levels);
                        cell_or(key, look, |key| cell_among(&self.cuts, tree, key))
                    })
                };
            }
            match number.count {
                1 => {
                    by_levels!(1);
                }
                2 => {
                    by_levels!(2);
                }
                levels => {
                    by_levels!(levels);
                }
            }
        }
        let first = self.codes.len() + self.numbers.len();
        for ((slot, run), place) in self.sets.iter().zip(first..) {
            each!(place, *slot, |key, _, look| {
                cell_or(key, look, |key| FIRST + run.of(key))
            });
        }
        for ((slot, other), place) in self.others.iter().zip(self.first_other()..) {
            each!(place, *slot, |key, as_of, look| other
                .cell((key, *as_of), look));
        }
    }

    /// The cell of a code's key.
    #[inline(always)]
    fn cell_of_code(&self, code: Stretch, key: Key) -> u32 {
        // Which codes rules name no processor can foresee, so that nothing branches on it.
        let number = key.0.cast_unsigned().min(u64::from(code.count));
        let cell = self.cells.get(code.from as usize + number as usize);
        cell.copied().unwrap_or(UNKNOWN)
    }

    /// The bytes they take.
    pub(super) fn bytes(&self) -> usize {
        let others = self.others.iter().map(|(_, other)| {
            size_of::<(u32, Other)>()
                + match other {
                    Other::AsOf(cuts, _) => size_of_val(cuts.as_slice()),
                    Other::Bits(runs) => size_of_val(runs.as_slice()),
                    Other::Look => 0,
                }
        });
        self.axes.len() * size_of::<Axis>()
            + (self.codes.len() + self.numbers.len()) * size_of::<Stretch>()
            + self.cells.len() * 4
            + size_of_val(self.cuts.as_slice())
            + size_of_val(self.sets.as_slice())
            + others.sum::<usize>()
    }
}

/// The cell of a key, found by its value where it stands for one.
#[inline(always)]
fn cell_or(key: Key, look: impl FnOnce() -> u32, find: impl FnOnce(Key) -> u32) -> u32 {
    match key.is_special() {
        true => special(key).unwrap_or_else(look),
        false => find(key),
    }
}

impl Other {
    /// The cell of a fact by its key or by the as-of date, or by looking at it.
    #[inline(always)]
    fn cell(&self, (key, as_of): (Key, Key), look: impl FnOnce() -> u32) -> u32 {
        match self {
            Other::AsOf(cuts, levels) => cell_among(cuts, (0, *levels), as_of),
            Other::Bits(runs) => cell_or(key, look, |key| cell_of_bits(runs, key)),
            Other::Look if key.is_special() => special(key).unwrap_or_else(look),
            Other::Look => look(),
        }
    }
}

/// The key of a fact; unknown where there is none at that place.
#[inline(always)]
pub(super) fn key_at(keys: &[Key], slot: u32) -> Key {
    keys.get(slot as usize).copied().unwrap_or(Key::UNKNOWN)
}

/// The cell of a key, by a tree of the least keys of cells that begins there and has so many levels.
#[inline(always)]
pub(super) fn cell_among(cuts: &[Cuts], (mut from, levels): (u32, u32), key: Key) -> u32 {
    let (mut width, mut node) = (1, 0);
    let here = |at: u32| cuts.get(at as usize).map_or(0, |cuts| reached(cuts, key));
    for _ in 1..levels {
        node = node * BELOW + here(from + node);
        from += width;
        width *= BELOW;
    }
    FIRST + node * TOGETHER + here(from + node)
}

/// How many of these a key reaches.
#[inline(always)]
pub(super) fn reached(cuts: &Cuts, key: Key) -> u32 {
    reached_from(cuts, reaches(cuts, 7, key) << 3, key)
}

/// How many of these a key reaches, of which there are few.
#[inline(always)]
pub(super) fn reached_of_few(cuts: &Cuts, key: Key) -> u32 {
    reached_from(cuts, 0, key)
}

/// Those before that place, of which it reaches all, and of the few behind it those that it does.
#[inline(always)]
fn reached_from(cuts: &Cuts, from: u32, key: Key) -> u32 {
    let half = from + (reaches(cuts, from + 3, key) << 2);
    let quarter = half + (reaches(cuts, half + 1, key) << 1);
    quarter + reaches(cuts, quarter, key)
}

#[inline(always)]
fn reaches(cuts: &Cuts, at: u32, key: Key) -> u32 {
    u32::from(cuts.get(at as usize).is_some_and(|cut| *cut <= key.0))
}

/// The tree of the least keys of cells, and how many levels it has.
fn tree(cuts: &[i64]) -> (Vec<Cuts>, u32) {
    let node = |keys: &mut dyn Iterator<Item = i64>| -> Cuts {
        let mut keys = keys.take(TOGETHER as usize);
        std::array::from_fn(|_| keys.next().unwrap_or(i64::MAX))
    };
    let leaves: Vec<Cuts> = match cuts {
        [] => vec![[i64::MAX; BELOW as usize]],
        cuts => cuts
            .chunks(TOGETHER as usize)
            .map(|some| node(&mut some.iter().copied()))
            .collect(),
    };
    let first = |leaf: usize| leaves.get(leaf).map_or(i64::MAX, |leaf| leaf[0]);
    // How many leaves are below each node of the first level.
    let (mut levels, mut below, mut width) = (1, 1, 1);
    while below < leaves.len() {
        levels += 1;
        below *= BELOW as usize;
    }
    let mut tree = Vec::new();
    for _ in 1..levels {
        let child = below / BELOW as usize;
        for at in 0..width {
            let children = 1..BELOW as usize;
            tree.push(node(
                &mut children.map(|next| first(at * below + next * child)),
            ));
        }
        (below, width) = (child, width * BELOW as usize);
    }
    tree.extend(leaves);
    (tree, levels)
}

/// The lower and the upper half of a key.
#[inline(always)]
fn halves(key: i64) -> [u32; 2] {
    let bytes = key.to_le_bytes();
    let [a, b, c, d, e, f, g, h] = bytes;
    [[a, b, c, d], [e, f, g, h]].map(u32::from_le_bytes)
}

/// The cell that runs of bits of a key make.
#[inline]
pub(super) fn cell_of_bits(runs: &[Run], key: Key) -> u32 {
    FIRST + runs.iter().fold(0, |cell, run| cell | run.of(key))
}

impl Run {
    /// What a key adds to the cell.
    #[inline(always)]
    pub(super) fn of(self, key: Key) -> u32 {
        let [low, _] = halves(key.0 >> self.down);
        low & self.mask
    }

    /// How far it moves a key, and which bits it then leaves.
    pub(super) fn parts(self) -> (u32, u32) {
        (self.down, self.mask)
    }

    /// Its bits of a key.
    fn bits(self) -> u64 {
        u64::from(self.mask) << self.down
    }

    /// The run from the first bit of these to the last.
    pub(super) fn over(runs: &[Run]) -> Run {
        let bits = runs.iter().fold(0, |bits, run| bits | run.bits());
        let down = bits.trailing_zeros() % u64::BITS;
        let above = u64::BITS - bits.leading_zeros();
        let span = above.saturating_sub(down).min(u32::BITS);
        let mask = u32::MAX.checked_shr(u32::BITS - span).unwrap_or(0);
        Run { down, mask }
    }

    /// How many different cells it makes.
    pub(super) fn cells(self) -> usize {
        self.mask as usize + 1
    }

    /// A key of which it makes this.
    pub(super) fn key_of(self, bits: u32) -> Key {
        Key(i64::from(bits) << self.down)
    }
}

/// The runs of bits that make a cell of the numbers of codes, which are in order.
fn runs(codes: &[u32]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, code) in (0u32..).zip(codes) {
        // Before it stand at least as many codes in the key as in the cell.
        let down = code - at;
        match runs.last_mut().filter(|run| run.down == down) {
            Some(run) => run.mask |= 1 << at,
            None => runs.push(Run {
                down,
                mask: 1 << at,
            }),
        }
    }
    runs
}

fn length<T>(of: &[T]) -> u32 {
    u32::try_from(of.len()).unwrap_or(u32::MAX)
}

/// The cell of a key that stands for no value; nothing where the fact is looked at.
#[cold]
fn special(key: Key) -> Option<u32> {
    match key {
        Key::UNKNOWN => Some(UNKNOWN),
        Key::NONE => Some(NONE),
        _ => None,
    }
}

fn of_cuts(cuts: &[i64]) -> Finder {
    let (tree, levels) = tree(cuts);
    Finder::Cuts(tree, levels)
}

/// The finder of an axis. The type is that of its field; none stands for the as-of date.
fn finder(domain: &Domain, typ: Option<Type>) -> Finder {
    match domain {
        Domain::Bools => Finder::Table(vec![FIRST, FIRST + 1]),
        Domain::Codes { cells, .. } => Finder::Table(cells.clone()),
        Domain::Days { cuts } | Domain::Tariff { cuts } => of_cuts(cuts),
        Domain::Numbers { unit, places, cuts } => {
            // A key does not say the unit, so every fact of the field must have this one.
            let up = PLACES.checked_sub(*places).and_then(power_of_ten);
            match up {
                // The lowest bit says that the cut is behind its number, at any measure.
                Some(up) if typ.and_then(Unit::fixed) == Some(*unit) => cuts
                    .iter()
                    .map(|cut| Some((cut >> 1).checked_mul(up)?.checked_mul(2)? + (cut & 1)))
                    .collect::<Option<Vec<i64>>>()
                    .map_or(Finder::Other(Other::Look), |cuts| of_cuts(&cuts)),
                _ => Finder::Other(Other::Look),
            }
        }
        Domain::Sets(codes) if codes.iter().all(|code| code.0 < SET_BITS) => {
            let codes: Vec<u32> = codes.iter().map(|code| code.0).collect();
            match runs(&codes).as_slice() {
                [run] => Finder::Set(*run),
                runs => Finder::Other(Other::Bits(runs.into())),
            }
        }
        Domain::Sets(_) | Domain::Texts(_) => Finder::Other(Other::Look),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few cuts and many, each of them and its neighbours looked for: trees of one to five levels.
    #[test]
    fn a_tree_of_cuts_counts_those_that_a_key_reaches() {
        for count in [
            0, 1, 6, 7, 8, 14, 15, 16, 239, 240, 241, 3839, 3840, 3841, 70_000,
        ] {
            let cuts: Vec<i64> = (0..count).map(|at| at * at + 5).collect();
            let (tree, levels) = tree(&cuts);
            let keys = cuts.iter().flat_map(|cut| [cut - 1, *cut, cut + 1]);
            for key in keys.chain([-(1 << 62), 0, 1 << 62]) {
                let cell = cell_among(&tree, (0, levels), Key(key));
                assert_eq!(cell, Domain::cell_at(&cuts, key), "{count} cuts, key {key}");
                if let [few] = tree.as_slice()
                    && cuts.len() <= FEW
                {
                    assert_eq!(FIRST + reached_of_few(few, Key(key)), cell, "{count} cuts");
                }
            }
        }
    }

    /// Codes side by side are one run; others are put together.
    #[test]
    fn runs_of_bits_make_the_cell_of_a_set() {
        for (codes, count) in [(vec![3, 4, 5], 1), (vec![0, 2, 3, 61], 3), (vec![7], 1)] {
            let runs = runs(&codes);
            assert_eq!(runs.len(), count, "{codes:?}");
            for cell in 0u32..1 << codes.len() {
                let held = codes.iter().zip(0..).filter(|(_, at)| cell >> at & 1 == 1);
                let key = held.fold(0i64, |key, (code, _)| key | 1 << code);
                assert_eq!(cell_of_bits(&runs, Key(key)), FIRST + cell, "{codes:?}");
            }
        }
    }
}
