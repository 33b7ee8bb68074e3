//! From the key of a fact to the cell it lies in.

use crate::facts::arith::Unit;
use crate::facts::key::{Key, PLACES, SET_BITS};
use crate::graph::cells::{Domain, FIRST, NONE, UNKNOWN};
use crate::ground::number::power_of_ten;
use crate::schema::value::Type;

/// An axis whose cells are found for each declaration or element.
#[derive(Debug, Clone)]
pub(super) struct Ranked {
    /// Its number.
    pub(super) axis: u32,
    /// The header's slot or the element's column; none for the as-of date.
    pub(super) slot: Option<u32>,
    /// How.
    pub(super) finder: Finder,
}

/// How the cell of a fact is found.
#[derive(Debug, Clone)]
pub(super) enum Finder {
    /// By the number of the code.
    Table(Vec<u32>),
    /// Among the least keys of the cells after the first.
    Cuts(Vec<i64>),
    /// Each of these bits of the key is one of the cell.
    Bits(Vec<u32>),
    /// By looking at the fact.
    Look,
}

impl Finder {
    /// The finder of an axis. The type is that of its field; none stands for the as-of date.
    pub(super) fn new(domain: &Domain, typ: Option<Type>) -> Finder {
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
                        .map_or(Finder::Look, Finder::Cuts),
                    _ => Finder::Look,
                }
            }
            Domain::Sets(codes) if codes.iter().all(|code| code.0 < SET_BITS) => {
                Finder::Bits(codes.iter().map(|code| code.0).collect())
            }
            Domain::Sets(_) | Domain::Texts(_) => Finder::Look,
        }
    }

    /// The cell of a fact by its key; nothing where the key says too little and the fact is looked at.
    #[inline(always)]
    pub(super) fn cell(&self, key: Key) -> Option<u32> {
        match self {
            Finder::Table(cells) => {
                let at = usize::try_from(key.0).ok();
                match at.and_then(|at| cells.get(at)) {
                    Some(cell) => Some(*cell),
                    None => Finder::special(key).unwrap_or(Some(FIRST)),
                }
            }
            Finder::Cuts(cuts) => match key.is_special() {
                false => Some(Domain::cell_at(cuts, key.0)),
                true => Finder::special(key)?,
            },
            Finder::Bits(bits) => {
                if key.is_special() {
                    return Finder::special(key)?;
                }
                let places = (0u32..).zip(bits);
                let cell = places.fold(0, |cell, (at, bit)| {
                    cell | u32::from(key.0 >> bit & 1 == 1) << at
                });
                Some(FIRST + cell)
            }
            Finder::Look => Finder::special(key)?,
        }
    }

    /// That of a key that stands for no value, if it is one; nothing in it where the fact is looked at.
    #[cold]
    fn special(key: Key) -> Option<Option<u32>> {
        match key {
            Key::UNKNOWN => Some(Some(UNKNOWN)),
            Key::NONE => Some(Some(NONE)),
            Key::LOOK => Some(None),
            _ => None,
        }
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Finder::Table(cells) => cells.len() * 4,
            Finder::Cuts(cuts) => cuts.len() * 8,
            Finder::Bits(bits) => bits.len() * 4,
            Finder::Look => 0,
        }
    }
}
