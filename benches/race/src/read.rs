//! A declaration from its JSON text, as a program would read it that embeds a peer: a typed parse,
//! and then codes, amounts and days as numbers.

use crate::race::{Bare, Declaration};
use kakou::ground::day::Day;

/// The declaration; none where the text is not one.
pub fn declaration(text: &str) -> Option<Declaration> {
    let bare: Bare = serde_json::from_str(text).ok()?;
    let mut licences = 0u16;
    for licence in &bare.licences {
        licences |= 1u16.checked_shl(u32::from(code(licence)?))?;
    }
    Some(Declaration {
        codes: [
            code(bare.zone)?,
            code(bare.zone_type)?,
            code(bare.line)?,
            code(bare.direction)?,
            code(bare.business)?,
            code(bare.mode)?,
            code(bare.origin)?,
        ],
        hs: bare.hs.parse().ok()?,
        numbers: [
            fen(bare.value)?,
            bare.quantity,
            bare.credit,
            day(bare.date)?,
            fen(bare.ytd)?,
            bare.in_zone,
        ],
        licences,
        guarantee: bare.guarantee,
        // No rule of the race names an item.
        items: Vec::new(),
    })
}

/// The number of a code, which the generator spells `c` and the number.
fn code(text: &str) -> Option<u16> {
    text.strip_prefix('c')?.parse().ok()
}

/// An amount with two decimals.
fn fen(text: &str) -> Option<i64> {
    let (yuan, fen) = text.split_once('.')?;
    Some(yuan.parse::<i64>().ok()? * 100 + fen.parse::<i64>().ok()?)
}

/// The number of a day that is written as 2024-10-04.
fn day(text: &str) -> Option<i64> {
    Some(text.parse::<Day>().ok()?.number().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Workload;

    #[test]
    fn texts_are_read_as_they_were_drawn() {
        let workload = Workload::drawn(30);
        for (text, drawn) in workload.race.texts.iter().zip(&workload.race.declarations) {
            let read = declaration(text).expect("a declaration");
            assert_eq!(read.codes, drawn.codes);
            assert_eq!((read.hs, read.numbers), (drawn.hs, drawn.numbers));
            assert_eq!(
                (read.licences, read.guarantee),
                (drawn.licences, drawn.guarantee)
            );
        }
    }

    #[test]
    fn what_is_no_declaration_is_refused() {
        assert!(declaration("{}").is_none());
        assert!(day("2024-02").is_none());
        assert!(fen("12").is_none());
    }
}
