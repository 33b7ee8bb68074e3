//! How the cells of a volume's fields are found: its keys are counted in steps of their own, so that
//! most take two bytes, and cuts are counted in the same steps each time a volume is told of. Then
//! sixteen keys or eight are compared at once.

use super::Engine;
use super::finder::Run;
use super::group::{Column, Field, GROUP, GroupRoom, add_fields};
use super::sieve::{CodeField, ManyCuts, Part, Sieve};
use crate::facts::volume::{Keys, Narrow, Scaled, Volume};

/// A sieve as a volume needs it. It is made each time one is told of, in room that is used again.
#[derive(Debug, Clone, Default)]
pub(super) struct Lens {
    /// By field, in the order in which a sieve has them; nothing where keys are looked at as they are.
    looks: Vec<Option<Look>>,
    /// What keys of each size have to lie above.
    small: Above<i16>,
    medium: Above<i32>,
    /// Table by table, the numbers of the rows of a stretch, as far as short numbers add up to them.
    short: Vec<[u16; STRETCH]>,
    /// By field, whether it is in these.
    added: Vec<bool>,
}

/// What keys of some size have to lie above, and room for counting.
#[derive(Debug, Clone, Default)]
struct Above<N: Laid> {
    cuts: Vec<[N; CUTS]>,
    counts: Vec<N::Count>,
}

/// So many declarations are looked at together: what a field needs is then looked up once for them, and
/// what is looked up stays near.
const STRETCH: usize = 8 * GROUP;
/// So many cuts are compared while a key is at hand.
const CUTS: usize = 4;

/// How the cell of a field is found.
#[derive(Debug, Clone, Copy)]
enum Look {
    /// The number of the code, or this one.
    Codes(u16),
    /// How many of these it lies above, among those of the size of its keys.
    Cuts(u32, u32),
    /// Its bits, by the runs of a set.
    Bits,
}

/// The most cuts that all are compared, by the size of keys; of more a tree tells faster.
const SMALL_CUTS: usize = 192;
const MEDIUM_CUTS: usize = 96;

impl Lens {
    /// Makes it anew.
    pub(super) fn fit(&mut self, engine: &Engine, volume: &Volume) {
        self.looks.clear();
        self.small.cuts.clear();
        self.medium.cuts.clear();
        let Some(sieve) = &engine.sieve else {
            return;
        };
        for CodeField { count, part, .. } in &sieve.codes {
            let look = volume
                .field(part.slot)
                .and_then(|field| codes(field, part, *count));
            self.looks.push(look);
        }
        let one = |at: &u32| sieve.cuts.get(*at as usize..=*at as usize);
        let few = sieve.few_cuts.iter().chain(&sieve.some_cuts);
        for (at, part) in few {
            let cuts = one(at).unwrap_or_default().as_flattened();
            let look = volume
                .field(part.slot)
                .and_then(|field| self.cuts(field, part, cuts));
            self.looks.push(look);
        }
        for many in &sieve.many_cuts {
            let look = volume.field(many.part.slot);
            let look = look.and_then(|field| self.many(field, many, sieve));
            self.looks.push(look);
        }
        if let Some(many) = &sieve.as_of {
            let look = self.many(volume.days(), many, sieve);
            self.looks.push(look);
        }
        let sets = sieve.sets.iter().map(|(_, part)| part);
        for part in sets.chain(sieve.far_sets.iter().map(|set| &set.part)) {
            let field = volume.field(part.slot);
            let bits = field.filter(|field| field.is_plain() && fits(part).is_some());
            self.looks.push(bits.map(|_| Look::Bits));
        }
    }

    fn many(&mut self, field: &Scaled, many: &ManyCuts, sieve: &Sieve) -> Option<Look> {
        self.cuts(field, &many.part, many.leaves(&sieve.cuts).as_flattened())
    }

    /// Puts the cuts down as keys of the field are counted.
    fn cuts(&mut self, field: &Scaled, part: &Part, cuts: &[i64]) -> Option<Look> {
        fits(part)?;
        // Behind the last there is none.
        let cuts = cuts.iter().copied().filter(|cut| *cut != i64::MAX);
        let count = cuts.clone().count();
        let (from, to) = match field.keys() {
            Keys::Small(_) if count <= SMALL_CUTS => self.small.put(field, cuts),
            Keys::Medium(_) if count <= MEDIUM_CUTS => self.medium.put(field, cuts),
            _ => return None,
        };
        Some(Look::Cuts(
            u32::try_from(from).ok()?,
            u32::try_from(to).ok()?,
        ))
    }

    /// Adds up the numbers of the rows of the stretch that begins there.
    fn add(&mut self, sieve: &Sieve, volume: &Volume, from: usize) {
        self.short.clear();
        self.short.resize(sieve.tables.len(), [0; STRETCH]);
        self.added.clear();
        for (look, (field, runs)) in self.looks.iter().zip(sieve.fields()) {
            let (keys, part) = match field {
                (Field::Header(part), _) => (volume.field(part.slot), part),
                (Field::AsOf, part) => (Some(volume.days()), part),
            };
            let added = keys.zip(*look).and_then(|(keys, look)| {
                let sums = self.short.get_mut(part.table as usize)?;
                let look = (look, runs, u16::try_from(part.stride).ok()?);
                match keys.keys() {
                    Keys::Small(all) => self.small.add(stretch(all, from)?, look, sums),
                    Keys::Medium(all) => self.medium.add(stretch(all, from)?, look, sums),
                    Keys::Large(_) => None,
                }
            });
            self.added.push(added.is_some());
        }
    }
}

impl<N: Laid> Above<N> {
    /// Puts cuts behind the others as keys of the field are counted, and tells where.
    fn put(&mut self, field: &Scaled, mut cuts: impl Iterator<Item = i64>) -> (usize, usize) {
        let from = self.cuts.len();
        while let Some(first) = cuts.next() {
            let mut some = [N::BEHIND; CUTS];
            let cuts = std::iter::once(first).chain(&mut cuts);
            for (place, cut) in some.iter_mut().zip(cuts) {
                *place = field.below(cut);
            }
            self.cuts.push(some);
        }
        (from, self.cuts.len())
    }

    /// Adds what the facts of a field do to the sums of its table; nothing where some of them have no
    /// value.
    fn add(
        &mut self,
        keys: &[N],
        (look, runs, stride): (Look, &[Run], u16),
        sums: &mut [u16],
    ) -> Option<()> {
        let least: i64 = N::least(keys).into();
        let [.., special] = N::SPECIAL;
        match look {
            Look::Cuts(..) if least <= special.into() => return None,
            // What is below zero is no code.
            Look::Codes(_) | Look::Bits if least < 0 => return None,
            Look::Codes(most) => N::codes(keys, most, stride, sums),
            Look::Bits => runs.iter().for_each(|run| {
                let (down, mask) = run.parts();
                N::bits(keys, down, mask, stride, sums);
            }),
            Look::Cuts(first, behind) => {
                self.counts.clear();
                self.counts.resize(keys.len(), N::Count::default());
                for cuts in self.cuts.get(first as usize..behind as usize)? {
                    N::count(keys, cuts, &mut self.counts);
                }
                N::counted(&self.counts, stride, sums);
            }
        }
        Some(())
    }
}

/// The keys from there on, up to as many as a stretch has.
fn stretch<N>(all: &[N], from: usize) -> Option<&[N]> {
    let rest = all.get(from..)?;
    Some(rest.get(..STRETCH).unwrap_or(rest))
}

/// How codes are looked at.
fn codes(field: &Scaled, part: &Part, count: u32) -> Option<Look> {
    fits(part)?;
    let most = u16::try_from(count).ok()?;
    let short = !matches!(field.keys(), Keys::Small(_)) || i16::try_from(most).is_ok();
    (field.is_plain() && short).then_some(Look::Codes(most))
}

/// Whether sums of short numbers suffice for a field.
fn fits(part: &Part) -> Option<()> {
    let most = part.none.checked_mul(part.stride)?;
    u16::try_from(most).ok().map(|_| ())
}

/// What is done with the keys of a stretch, by whatever the processor can do.
trait Laid: Narrow {
    type Count: Copy + Default;

    /// The least of some keys.
    fn least(keys: &[Self]) -> Self;

    /// Adds what codes do, which have this number or a smaller one.
    fn codes(keys: &[Self], most: u16, stride: u16, sums: &mut [u16]);

    /// Adds what some bits of sets do.
    fn bits(keys: &[Self], down: u32, mask: u32, stride: u16, sums: &mut [u16]);

    /// Counts above how many of these each key lies.
    fn count(keys: &[Self], cuts: &[Self; CUTS], counts: &mut [Self::Count]);

    /// Adds what counts do.
    fn counted(counts: &[Self::Count], stride: u16, sums: &mut [u16]);
}

/// Each is a function of its own over slices: a compiler that sees how long they are takes the loops apart
/// and looks at keys one by one.
macro_rules! loops {
    ($within:ident, $key:ty, $count:ty) => {
        mod $within {
            use super::CUTS;
            use multiversion::multiversion;

            #[inline(never)]
            #[multiversion(targets("x86_64+avx2"))]
            pub(super) fn least(keys: &[$key]) -> $key {
                keys.iter().fold(<$key>::MAX, |least, key| least.min(*key))
            }

            #[inline(never)]
            #[multiversion(targets("x86_64+avx2"))]
            pub(super) fn codes(keys: &[$key], most: u16, stride: u16, sums: &mut [u16]) {
                let most = <$count>::from(most);
                for (sum, key) in sums.iter_mut().zip(keys) {
                    add(sum, key.cast_unsigned().min(most), stride);
                }
            }

            #[inline(never)]
            #[multiversion(targets("x86_64+avx2"))]
            pub(super) fn bits(
                keys: &[$key],
                down: u32,
                mask: $count,
                stride: u16,
                sums: &mut [u16],
            ) {
                for (sum, key) in sums.iter_mut().zip(keys) {
                    add(sum, key.cast_unsigned() >> down & mask, stride);
                }
            }

            #[inline(never)]
            #[multiversion(targets("x86_64+avx2"))]
            pub(super) fn count(keys: &[$key], [a, b, c, d]: &[$key; CUTS], counts: &mut [$count]) {
                for (count, key) in counts.iter_mut().zip(keys) {
                    let above = |cut: &$key| <$count>::from(key > cut);
                    *count += above(a) + above(b) + above(c) + above(d);
                }
            }

            #[inline(never)]
            #[multiversion(targets("x86_64+avx2"))]
            pub(super) fn counted(counts: &[$count], stride: u16, sums: &mut [u16]) {
                for (sum, count) in sums.iter_mut().zip(counts) {
                    add(sum, *count, stride);
                }
            }

            /// Adds a cell, which is short.
            #[inline(always)]
            fn add(sum: &mut u16, cell: $count, stride: u16) {
                let [low, high, ..] = cell.to_le_bytes();
                let cell = u16::from_le_bytes([low, high]);
                *sum = sum.wrapping_add(cell.wrapping_mul(stride));
            }
        }

        impl Laid for $key {
            type Count = $count;

            fn least(keys: &[$key]) -> $key {
                $within::least(keys)
            }

            fn codes(keys: &[$key], most: u16, stride: u16, sums: &mut [u16]) {
                $within::codes(keys, most, stride, sums);
            }

            fn bits(keys: &[$key], down: u32, mask: u32, stride: u16, sums: &mut [u16]) {
                // Bits that keys of that size do not have are not set in any.
                if down < <$key>::BITS {
                    let mask = <$count>::try_from(mask & u32::from(<$count>::MAX));
                    $within::bits(keys, down, mask.unwrap_or(<$count>::MAX), stride, sums);
                }
            }

            fn count(keys: &[$key], cuts: &[$key; CUTS], counts: &mut [$count]) {
                $within::count(keys, cuts, counts);
            }

            fn counted(counts: &[$count], stride: u16, sums: &mut [u16]) {
                $within::counted(counts, stride, sums);
            }
        }
    };
}

loops!(small, i16, u16);
loops!(medium, i32, u32);

impl Sieve {
    /// The fields, with the part of each, in the order in which their keys are asked for, and with the runs
    /// of sets.
    fn fields(&self) -> impl Iterator<Item = ((Field<'_>, &Part), &[Run])> {
        let header = |part| (Field::Header(part), part);
        let codes = self.codes.iter().map(|code| &code.part);
        let cuts = self.few_cuts.iter().chain(&self.some_cuts);
        let many = self.many_cuts.iter().map(|many| &many.part);
        let fields = codes.chain(cuts.map(|(_, part)| part)).chain(many);
        let as_of = self.as_of.iter().map(|many| (Field::AsOf, &many.part));
        let fields = fields.map(header).chain(as_of);
        let sets = self.sets.iter();
        let sets = sets.map(|(run, part)| (part, std::slice::from_ref(run)));
        let far_sets = self.far_sets.iter().map(|set| (&set.part, &*set.runs));
        let sets = sets.chain(far_sets);
        let sets = sets.map(move |(part, runs)| (header(part), runs));
        fields.map(|field| (field, &[][..])).chain(sets)
    }
}

impl Lens {
    /// The numbers of the rows of the group at that place, table by table, as far as they are short.
    pub(super) fn short(&self, at: usize) -> impl Iterator<Item = &Column<u16>> + Clone {
        let within = at % (STRETCH / GROUP);
        let short = self.short.iter();
        short.filter_map(move |short| short.as_chunks().0.get(within))
    }
}

/// Adds up the numbers of the rows of a group of declarations that stand field by field: it is the one
/// at that place. Says whether the short ones are all; otherwise they are in the room.
pub(super) fn add_stretch(sieve: &Sieve, volume: &Volume, at: usize, room: &mut GroupRoom) -> bool {
    let from = at * GROUP;
    if from.is_multiple_of(STRETCH) {
        room.lens.add(sieve, volume, from);
    }
    let GroupRoom { sums, lens, .. } = room;
    if !lens.added.contains(&false) {
        return true;
    }
    sums.resize(sieve.tables.len(), [0; GROUP]);
    for (sums, short) in sums.iter_mut().zip(lens.short(at)) {
        widen(short, sums);
    }
    add_others(sieve, (volume, from), &lens.added, sums);
    false
}

#[inline(never)]
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn widen(short: &[u16], sums: &mut [u64]) {
    for (sum, short) in sums.iter_mut().zip(short) {
        *sum = u64::from(*short);
    }
}

/// Adds what the fields do that are looked at as they are.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn add_others(
    sieve: &Sieve,
    (volume, from): (&Volume, usize),
    added: &[bool],
    sums: &mut [Column<u64>],
) {
    let wide = multiversion::target::target_cfg_f!(target_feature = "avx2");
    let nothing = Scaled::default();
    let mut added = added.iter();
    let keys = |field: Field<'_>| {
        if added.next().is_some_and(|added| *added) {
            return None;
        }
        let laid = match field {
            Field::Header(part) => volume.field(part.slot).unwrap_or(&nothing),
            Field::AsOf => volume.days(),
        };
        let mut keys: Column = [0; GROUP];
        laid.put(from, &mut keys);
        Some(keys)
    };
    add_fields(wide, sieve, sums, keys);
}
