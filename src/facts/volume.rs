//! The facts of many declarations field by field, for those who judge the same ones again and again:
//! an analyst who tries rules on the declarations of a year, a pilot whose drafts follow each other.

use super::Facts;
use super::key::Key;
use crate::ground::day::Day;
use crate::schema::value::{Fact, Value};

/// Declarations, with what is known of each field of their header side by side as well.
///
/// It holds the facts as they were given and, besides, for each field of the header and for the day to
/// judge on two, four or eight bytes, by the values that the field has.
/// [`Engine::tell_volume`](crate::Engine::tell_volume) judges them.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, facts::volume::Volume};
/// let day = "2026-08-03".parse()?;
/// let with = |error: &str| Facts::builder(&rules.schema).set("line", "second").set("weight_error", error).build();
/// let volume: Volume = [(with("0.04")?, day), (with("0.03")?, day)].into_iter().collect();
/// assert_eq!((volume.len(), volume.get(1)), (2, Some((&with("0.03")?, day))));
/// assert_eq!(volume.get(2), None); // There is no third.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Volume {
    declarations: Vec<(Facts, Day)>,
    /// By slot, the fields of the header.
    fields: Vec<Scaled>,
    /// The days to judge on.
    days: Scaled,
}

/// The keys of one field, counted in steps from a base, in as few bytes as that allows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scaled {
    base: i64,
    step: i64,
    keys: Keys,
}

/// Keys by size.
#[derive(Debug, Clone)]
pub(crate) enum Keys {
    Small(Vec<i16>),
    Medium(Vec<i32>),
    Large(Vec<i64>),
}

impl Default for Keys {
    fn default() -> Keys {
        Keys::Large(Vec::new())
    }
}

/// A key of some size. The three least say that a fact is unknown, is none or has to be looked at.
pub(crate) trait Narrow: Copy + Ord + TryFrom<i64> + Into<i64> {
    /// The three least.
    const SPECIAL: [Self; 3];
    /// More than any value.
    const BEHIND: Self;
}

impl Narrow for i16 {
    const SPECIAL: [i16; 3] = [i16::MIN, i16::MIN + 1, i16::MIN + 2];
    const BEHIND: i16 = i16::MAX;
}

impl Narrow for i32 {
    const SPECIAL: [i32; 3] = [i32::MIN, i32::MIN + 1, i32::MIN + 2];
    const BEHIND: i32 = i32::MAX;
}

/// Whether a key of that size says that the fact is unknown, is none or has to be looked at.
#[inline(always)]
fn is_special<N: Narrow>(key: N) -> bool {
    let [.., last] = N::SPECIAL;
    key <= last
}

impl Scaled {
    /// Lays out the keys of a field. Those of codes and sets are looked at bit by bit, and not counted.
    fn new(keys: &[Key], is_counted: bool) -> Scaled {
        let values = keys.iter().filter(|key| !key.is_special()).map(|key| key.0);
        let plain = (0, 1);
        let base = values.clone().min().filter(|_| is_counted);
        let counted = base.map_or(plain, |base| {
            let step = values.fold(0, |step, key| divisor(step, key - base));
            (base, step.max(1))
        });
        if let Some((scale, keys)) = first_of(keys, [plain, counted]) {
            return Scaled::of(scale, Keys::Small(keys));
        }
        if let Some((scale, keys)) = first_of(keys, [plain, counted]) {
            return Scaled::of(scale, Keys::Medium(keys));
        }
        Scaled::of(plain, Keys::Large(keys.iter().map(|key| key.0).collect()))
    }

    fn of((base, step): Scale, keys: Keys) -> Scaled {
        Scaled { base, step, keys }
    }

    /// The keys as they are laid out.
    #[inline]
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether keys stand for themselves.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        (self.base, self.step) == (0, 1)
    }

    /// What a value that is laid out lies above, if and only if its key is at least this one.
    pub(crate) fn below<N: Narrow>(&self, cut: i64) -> N {
        let [.., last] = N::SPECIAL;
        let (base, step) = (i128::from(self.base), i128::from(self.step.max(1)));
        let least = (i128::from(cut) - base + step - 1).div_euclid(step) - 1;
        match i64::try_from(least)
            .ok()
            .and_then(|least| N::try_from(least).ok())
        {
            Some(least) => least.max(last),
            None if least < 0 => last,
            None => N::BEHIND,
        }
    }

    /// As many keys as are asked for, as they are; nothing is known where there are none.
    #[inline]
    pub(crate) fn put(&self, from: usize, into: &mut [i64]) {
        into.fill(Key::UNKNOWN.0);
        match &self.keys {
            Keys::Small(all) => self.widen(all.get(from..), into),
            Keys::Medium(all) => self.widen(all.get(from..), into),
            Keys::Large(all) => {
                for (to, key) in into.iter_mut().zip(all.get(from..).unwrap_or(&[])) {
                    *to = *key;
                }
            }
        }
    }

    #[inline(always)]
    fn widen<N: Narrow>(&self, keys: Option<&[N]>, into: &mut [i64]) {
        let [unknown, none, _] = N::SPECIAL;
        for (to, key) in into.iter_mut().zip(keys.unwrap_or(&[])) {
            *to = match is_special(*key) {
                false => self.base + self.step * (*key).into(),
                true if *key == unknown => Key::UNKNOWN.0,
                true if *key == none => Key::NONE.0,
                true => Key::LOOK.0,
            };
        }
    }
}

/// The greatest common divisor.
fn divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// From where a field is counted, and in which steps.
type Scale = (i64, i64);

/// Keys as the first of these counts them of which all fit.
fn first_of<N: Narrow, const K: usize>(
    keys: &[Key],
    scales: [Scale; K],
) -> Option<(Scale, Vec<N>)> {
    let mut scales = scales.into_iter();
    scales.find_map(|scale| Some((scale, narrowed(keys, scale)?)))
}

/// Keys counted like this, where all of them fit.
fn narrowed<N: Narrow>(keys: &[Key], (base, step): Scale) -> Option<Vec<N>> {
    let [unknown, none, look] = N::SPECIAL;
    let narrow = |key: &Key| match *key {
        Key::UNKNOWN => Some(unknown),
        Key::NONE => Some(none),
        Key::LOOK => Some(look),
        Key(key) => {
            let narrow = N::try_from(key.checked_sub(base)? / step).ok()?;
            (!is_special(narrow) && narrow < N::BEHIND).then_some(narrow)
        }
    };
    keys.iter().map(narrow).collect()
}

/// Volumes are made at once and never change.
///
/// ```
/// # let rules = kakou::load("examples/gate")?;
/// use kakou::{Facts, facts::volume::Volume};
/// let day = "2026-08-03".parse()?;
/// let nothing = Facts::unknown(&rules.schema);
/// let volume = Volume::from_iter((0..70).map(|_| (nothing.clone(), day)));
/// assert!(volume.iter().all(|(facts, on)| *facts == nothing && on == day));
/// assert!(Volume::default().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Volume {
    /// How many declarations there are.
    ///
    /// ```
    /// use kakou::facts::volume::Volume;
    /// assert_eq!(Volume::default().len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.declarations.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// use kakou::facts::volume::Volume;
    /// assert!(Volume::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.declarations.is_empty()
    }

    /// The declaration at a place, counted from 0, with the day to judge it on.
    ///
    /// ```
    /// use kakou::facts::volume::Volume;
    /// assert_eq!(Volume::default().get(0), None);
    /// ```
    pub fn get(&self, at: usize) -> Option<(&Facts, Day)> {
        self.declarations.get(at).map(|(facts, day)| (facts, *day))
    }

    /// All of them, in order.
    ///
    /// ```
    /// use kakou::facts::volume::Volume;
    /// assert_eq!(Volume::default().iter().count(), 0);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&Facts, Day)> {
        self.declarations.iter().map(|(facts, day)| (facts, *day))
    }

    /// The declarations as they were given.
    pub(crate) fn declarations(&self) -> &[(Facts, Day)] {
        &self.declarations
    }

    /// The keys of a field of the header; none where no declaration has it.
    #[inline]
    pub(crate) fn field(&self, slot: u32) -> Option<&Scaled> {
        self.fields.get(slot as usize)
    }

    /// The keys of the days to judge on.
    #[inline]
    pub(crate) fn days(&self) -> &Scaled {
        &self.days
    }
}

/// Lays the fields side by side, in time and room that grow with the declarations.
///
/// ```
/// use kakou::facts::volume::Volume;
/// assert!(Volume::from_iter([]).is_empty());
/// ```
impl FromIterator<(Facts, Day)> for Volume {
    fn from_iter<I: IntoIterator<Item = (Facts, Day)>>(declarations: I) -> Volume {
        let declarations: Vec<(Facts, Day)> = declarations.into_iter().collect();
        let slots = declarations.iter().map(|(facts, _)| facts.header.len());
        let slots = slots.max().unwrap_or(0);
        let field = |slot: usize| {
            let facts = declarations.iter().map(|(facts, _)| facts);
            let is_counted = |fact: &Fact| match fact {
                Fact::Value(value) => !matches!(
                    value,
                    Value::Bool(_) | Value::Code(_) | Value::Set(_) | Value::Text(_)
                ),
                Fact::Unknown | Fact::None => true,
            };
            let all_counted = facts
                .clone()
                .all(|facts| facts.header.get(slot).is_none_or(is_counted));
            let keys = facts.map(|facts| facts.keys.get(slot).copied().unwrap_or(Key::UNKNOWN));
            Scaled::new(&keys.collect::<Vec<_>>(), all_counted)
        };
        let days = declarations.iter().map(|(_, day)| Key::of_day(*day));
        Volume {
            fields: (0..slots).map(field).collect(),
            days: Scaled::new(&days.collect::<Vec<_>>(), true),
            declarations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys of each size, with and without steps between them: what lies above a cut is what has
    /// reached it, and what is laid out comes back.
    #[test]
    fn keys_come_back_and_lie_above_the_cuts_that_they_reach() {
        let some = |values: [i64; 4]| {
            let mut keys = vec![Key::UNKNOWN, Key::NONE, Key::LOOK];
            keys.extend(values.map(Key));
            keys
        };
        let mut sizes = [0; 3];
        for (values, is_counted) in [
            ([0, 1, 2, 3], false),
            ([-5, 7, 32_766, -32_765], true),
            ([1_000_000, 1_020_000, 1_640_000, 2_000_000], true),
            ([40_000, 40_001, 90_000, 50_000], false),
            ([0, 32_767, 1, 2], false),
            ([7, 1 << 40, 3 << 40, 9], true),
            ([-(1 << 62), (1 << 62) - 1, 0, 1], true),
            ([5 << 40, (5 << 40) + (1 << 20), 6 << 40, 7 << 40], true),
        ] {
            let keys = some(values);
            let laid = Scaled::new(&keys, is_counted);
            let mut back = [0; 8];
            laid.put(0, &mut back);
            let unknown = [Key::UNKNOWN];
            assert!(
                back.iter()
                    .eq(keys.iter().chain(&unknown).map(|key| &key.0))
            );
            for near in values {
                for cut in [near - 1, near, near + 1, i64::MAX, -(1 << 62)] {
                    let reached = |key: &Key| !key.is_special() && key.0 >= cut;
                    let expected: Vec<bool> = keys.iter().map(reached).collect();
                    let above = match laid.keys() {
                        Keys::Small(all) => above(all, laid.below(cut)),
                        Keys::Medium(all) => above(all, laid.below(cut)),
                        Keys::Large(_) => expected.clone(),
                    };
                    assert_eq!(above, expected, "{values:?} at {cut}");
                }
            }
            sizes[match laid.keys() {
                Keys::Small(_) => 0,
                Keys::Medium(_) => 1,
                Keys::Large(_) => 2,
            }] += 1;
        }
        assert_eq!(sizes, [3, 3, 2], "not each size is tried");
    }

    fn above<N: Narrow>(keys: &[N], below: N) -> Vec<bool> {
        keys.iter().map(|key| *key > below).collect()
    }
}
