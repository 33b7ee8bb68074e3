//! What a sieve leaves of declarations, and what there is to tell of them before their judgements are
//! made: the outcome and the rules that fire.

use super::group::GROUP;
use super::rows::Lane;
use super::sieve::Sieve;
use crate::check::rules::RuleId;
use crate::schema::value::OutcomeId;

/// What the lines leave of some declarations.
#[derive(Debug, Clone, Default)]
pub(super) struct Sifted {
    /// The words of each, one declaration after the other.
    pub(super) words: Vec<u64>,
    /// Where members need more words than one, the rules that fire and decide, one declaration after the
    /// other, and where those of each end.
    listed: Vec<RuleId>,
    ends: [usize; GROUP],
    /// What the rules of each ask for.
    pub(super) worst: [OutcomeId; GROUP],
    /// What coverage asks of each.
    pub(super) common: [OutcomeId; GROUP],
    /// A bit for each of which some fact leaves more possible than it does for certain, or of which a
    /// key says too little: nothing is known of them.
    pub(super) open: u32,
    /// A bit for each of which all rules that are left say an outcome and nothing else.
    pub(super) plain: u32,
}

impl Sifted {
    /// Puts down what is left of some declarations, of which nothing is told.
    #[inline(always)]
    pub(super) fn put<L: Lane>(&mut self, left: &[L], open: u32) {
        self.words.clear();
        self.words.extend_from_slice(L::flat(left));
        self.open = open;
        self.plain = 0;
    }

    /// Works out what there is to tell.
    #[inline(always)]
    pub(super) fn tell<L: Lane>(&mut self, sieve: &Sieve, left: &[L]) -> Option<()> {
        let masks = sieve.masks::<L>()?;
        if sieve.requires {
            return None;
        }
        self.plain = within(left, masks.plain) & !self.open;
        if L::IS_ONE {
            let says = (sieve, masks.covers.map(one_word));
            match self.words.as_slice() {
                [word] => {
                    let worst = self.worst.first_chunk_mut()?;
                    asked_of(&[*word], says, worst, self.common.first_chunk_mut()?);
                }
                words => asked(
                    words.first_chunk()?,
                    says,
                    &mut self.worst,
                    &mut self.common,
                ),
            }
            return Some(());
        }
        let decides = L::row(&sieve.decides, 0)?;
        let [outside, informed] = sieve.uncovered;
        self.listed.clear();
        let places = self
            .worst
            .iter_mut()
            .zip(&mut self.common)
            .zip(&mut self.ends);
        for (((worst, common), end), left) in places.zip(left) {
            *common = match masks.covers {
                Some([full, _]) if left.meets(full) => OutcomeId::default(),
                Some([_, advice]) if left.meets(advice) => informed,
                _ => outside,
            };
            let mut left = *left;
            left.and(decides);
            *worst = OutcomeId::default();
            left.each(|member| {
                if let Some((rule, standing)) = sieve.rules.get(member as usize) {
                    self.listed.push(*rule);
                    *worst = standing.outcome.unwrap_or_default().max(*worst);
                }
            });
            *end = self.listed.len();
        }
        Some(())
    }

    /// The same of one declaration.
    #[inline(always)]
    pub(super) fn put_one<L: Lane>(&mut self, sieve: &Sieve, left: L) {
        self.put(&[left], 0);
        self.tell(sieve, &[left]);
    }

    /// What the rules of the declaration at that place ask for, and what coverage does.
    #[inline(always)]
    pub(super) fn asked(&self, at: usize) -> (OutcomeId, OutcomeId) {
        let of = |all: &[OutcomeId; GROUP]| all.get(at).copied().unwrap_or_default();
        (of(&self.worst), of(&self.common))
    }

    /// The words of the declaration at that place, and those behind them.
    #[inline(always)]
    pub(super) fn words_of(&self, sieve: &Sieve, at: usize) -> &[u64] {
        self.words.get(at * sieve.words..).unwrap_or(&[])
    }

    /// The rules of the declaration at that place that fire and decide, where members need more words
    /// than one.
    #[inline(always)]
    pub(super) fn listed(&self, at: usize) -> &[RuleId] {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(0);
        let from = at.checked_sub(1).map_or(0, end);
        self.listed.get(from..end(at)).unwrap_or(&[])
    }
}

/// A bit for each of which all are among those.
#[inline(always)]
fn within<L: Lane>(left: &[L], those: &L) -> u32 {
    // Of most groups all are.
    if left.iter().all(|left| left.is_within(those)) {
        return u32::MAX;
    }
    let bits = left.iter().zip(0u32..);
    bits.fold(0, |all, (left, at)| {
        all | u32::from(left.is_within(those)) << at
    })
}

/// The first words of both covers.
fn one_word<L: Lane>(covers: [&L; 2]) -> [u64; 2] {
    covers.map(|cover| cover.words().first().copied().unwrap_or(0))
}

/// A sieve, and its covers, of members that need one word.
type Says<'s> = (&'s Sieve, Option<[u64; 2]>);

/// What the rules of each ask for and what coverage does, by whatever the processor can do.
#[multiversion::multiversion(targets("x86_64+avx2"))]
fn asked(
    words: &[u64; GROUP],
    says: Says<'_>,
    worst: &mut [OutcomeId; GROUP],
    common: &mut [OutcomeId; GROUP],
) {
    asked_of(words, says, worst, common);
}

/// The same: who asks for a worse outcome asks for the milder ones too.
#[inline(always)]
fn asked_of<const N: usize>(
    words: &[u64; N],
    (sieve, covers): Says<'_>,
    worst: &mut [OutcomeId; N],
    common: &mut [OutcomeId; N],
) {
    let mut counts = [0u64; N];
    for says in &sieve.says {
        for (count, word) in counts.iter_mut().zip(words) {
            *count += u64::from(word & says != 0);
        }
    }
    let least = |count: u64| {
        let [least, ..] = count.to_le_bytes();
        OutcomeId(least)
    };
    for (worst, count) in worst.iter_mut().zip(counts) {
        *worst = least(count);
    }
    let [outside, informed] = sieve.uncovered.map(|outcome| u64::from(outcome.0));
    let [full, advice] = covers.unwrap_or_default();
    for (common, word) in common.iter_mut().zip(words) {
        let asked = if word & advice == 0 {
            outside
        } else {
            informed
        };
        *common = least(if word & full == 0 { asked } else { 0 });
    }
}
