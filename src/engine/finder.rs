//! From the keys of facts to the cells they lie in, kind by kind.

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
    /// The least keys of their cells after the first.
    cuts: Vec<i64>,
    /// The rest.
    others: Vec<(u32, Other)>,
}

/// Where what is known of an axis stands among that of all.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    slot: u32,
    from: u32,
    count: u32,
}

/// How a cell is found that neither a table nor cuts tell.
#[derive(Debug, Clone)]
enum Other {
    /// Among the least keys of the cells after the first, by the as-of date.
    AsOf(Vec<i64>),
    /// Each of these bits of the key is one of the cell.
    Bits(Vec<u32>),
    /// By looking at the fact.
    Look,
}

/// How the cell of a fact is found.
enum Finder {
    Table(Vec<u32>),
    Cuts(Vec<i64>),
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
                (None, Finder::Cuts(cuts)) => Finder::Other(Other::AsOf(cuts)),
                (_, finder) => finder,
            }
        });
        let mut numbered: Vec<(usize, Finder)> = found.enumerate().collect();
        numbered.sort_by_key(|(at, finder)| {
            let kind = match finder {
                Finder::Table(_) => 0,
                Finder::Cuts(_) => 1,
                Finder::Other(_) => 2,
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
                    made.cells.extend(cells);
                }
                Finder::Cuts(cuts) => {
                    let (from, count) = (length(&made.cuts), length(&cuts));
                    made.numbers.push(Stretch { slot, from, count });
                    made.cuts.extend(cuts);
                }
                Finder::Other(other) => made.others.push((slot, other)),
            }
        }
        (made, places)
    }

    /// How many axes there are.
    pub(super) fn len(&self) -> usize {
        self.axes.len()
    }

    /// Adds the cells of facts by their keys, axis by axis; where a key says too little the fact is
    /// looked at.
    #[inline]
    pub(super) fn find(
        &self,
        keys: &[Key],
        as_of: Key,
        look: impl Fn(Axis) -> u32,
        found: &mut Vec<u32>,
    ) {
        let look = |place: usize| self.axes.get(place).map_or(UNKNOWN, |axis| look(*axis));
        let key = |slot: u32| keys.get(slot as usize).copied().unwrap_or(Key::UNKNOWN);
        found.extend(self.codes.iter().enumerate().map(|(place, code)| {
            let key = key(code.slot);
            // What is no code is not among the first of so many unsigned numbers.
            let number = key.0.cast_unsigned();
            match number < u64::from(code.count) {
                true => self
                    .cells
                    .get(code.from as usize + number as usize)
                    .copied(),
                false if key.is_special() => special(key),
                // No rule names the code.
                false => Some(FIRST),
            }
            .unwrap_or_else(|| look(place))
        }));
        let first = self.codes.len();
        found.extend(self.numbers.iter().zip(first..).map(|(number, place)| {
            let key = key(number.slot);
            if key.is_special() {
                return special(key).unwrap_or_else(|| look(place));
            }
            let from = number.from as usize;
            let cuts = self.cuts.get(from..from + number.count as usize);
            Domain::cell_at(cuts.unwrap_or(&[]), key.0)
        }));
        let first = first + self.numbers.len();
        found.extend(
            self.others
                .iter()
                .zip(first..)
                .map(|((slot, other), place)| {
                    let key = key(*slot);
                    match other {
                        Other::AsOf(cuts) => Domain::cell_at(cuts, as_of.0),
                        _ if key.is_special() => special(key).unwrap_or_else(|| look(place)),
                        Other::Bits(bits) => {
                            let places = (0u32..).zip(bits);
                            let cell = places.fold(0, |cell, (at, bit)| {
                                cell | u32::from(key.0 >> bit & 1 == 1) << at
                            });
                            FIRST + cell
                        }
                        Other::Look => look(place),
                    }
                }),
        );
    }

    /// The bytes they take.
    pub(super) fn bytes(&self) -> usize {
        let others = self.others.iter().map(|(_, other)| {
            size_of::<(u32, Other)>()
                + match other {
                    Other::AsOf(cuts) => cuts.len() * 8,
                    Other::Bits(bits) => bits.len() * 4,
                    Other::Look => 0,
                }
        });
        self.axes.len() * size_of::<Axis>()
            + (self.codes.len() + self.numbers.len()) * size_of::<Stretch>()
            + self.cells.len() * 4
            + self.cuts.len() * 8
            + others.sum::<usize>()
    }
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

/// The finder of an axis. The type is that of its field; none stands for the as-of date.
fn finder(domain: &Domain, typ: Option<Type>) -> Finder {
    match domain {
        Domain::Bools => Finder::Table(vec![FIRST, FIRST + 1]),
        Domain::Codes { cells, .. } => Finder::Table(cells.clone()),
        Domain::Days { cuts } | Domain::Tariff { cuts } => Finder::Cuts(cuts.clone()),
        Domain::Numbers { unit, places, cuts } => {
            // A key does not say the unit, so every fact of the field must have this one.
            let up = PLACES.checked_sub(*places).and_then(power_of_ten);
            match up {
                // The lowest bit says that the cut is behind its number, at any measure.
                Some(up) if typ.and_then(Unit::fixed) == Some(*unit) => cuts
                    .iter()
                    .map(|cut| Some((cut >> 1).checked_mul(up)?.checked_mul(2)? + (cut & 1)))
                    .collect::<Option<Vec<i64>>>()
                    .map_or(Finder::Other(Other::Look), Finder::Cuts),
                _ => Finder::Other(Other::Look),
            }
        }
        Domain::Sets(codes) if codes.iter().all(|code| code.0 < SET_BITS) => {
            Finder::Other(Other::Bits(codes.iter().map(|code| code.0).collect()))
        }
        Domain::Sets(_) | Domain::Texts(_) => Finder::Other(Other::Look),
    }
}
