//! A small timeline: the periods of a rule's versions, of its laws and of what it reads.

use super::say;
use crate::check::rules::Force;
use crate::ground::day::{Day, RoughDay};
use crate::schema::Lang;

/// Rows of bars over the same years.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// A year and where its first day stands, in percent of the width.
    pub(super) years: Vec<(String, String)>,
    pub(super) rows: Vec<Row>,
}

/// What has periods, and they.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: String,
    /// Where the label leads; empty where nowhere.
    pub(super) link: String,
    /// `rule` or `value`.
    pub(super) class: &'static str,
    pub(super) bars: Vec<Bar>,
}

/// A period of a row.
#[derive(Debug)]
pub(super) struct Bar {
    /// Where it begins, in percent.
    pub(super) left: String,
    /// How wide it is, in percent.
    pub(super) width: String,
    /// It has no first day that is known.
    pub(super) open_left: bool,
    /// It has no last day.
    pub(super) open_right: bool,
    /// A day of it is not known exactly.
    pub(super) rough: bool,
    /// The period in words, with the value.
    pub(super) text: String,
}

/// What is drawn in a row before the years are known.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) label: String,
    pub(super) link: String,
    pub(super) class: &'static str,
    /// Each period with a text before it.
    pub(super) periods: Vec<(Force, String)>,
}

/// Years left free at both ends.
const MARGIN: i32 = 1;
/// Years written below at the most.
const YEARS: i32 = 8;

/// Lays rows out over the years in which anything begins or ends. Nothing where nothing does.
pub(super) fn timeline(given: Vec<Given>, lang: Lang) -> Timeline {
    let days: Vec<Day> = given
        .iter()
        .flat_map(|row| &row.periods)
        .flat_map(|(force, _)| [force.from, force.until])
        .flatten()
        .flat_map(|day| [day.first, day.last])
        .filter(|day| *day != Day::MIN && *day != Day::MAX)
        .collect();
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else {
        return Timeline::default();
    };
    let (from, to) = (year(*first) - MARGIN, year(*last) + 1 + MARGIN);
    let scale = Scale {
        from: number(from),
        to: number(to),
    };
    let step = ((to - from) / YEARS + 1).max(1);
    let written = (from..to).filter(|y| (y - from) % step == 0 && *y > from);
    let years = written.map(|y| (y.to_string(), scale.percent(number(y))));
    let row = |row: Given| Row {
        bars: row
            .periods
            .iter()
            .map(|(force, text)| scale.bar(*force, text, lang))
            .collect(),
        label: row.label,
        link: row.link,
        class: row.class,
    };
    Timeline {
        years: years.collect(),
        rows: given.into_iter().map(row).collect(),
    }
}

fn year(day: Day) -> i32 {
    day.to_string()
        .split('-')
        .next()
        .and_then(|y| y.parse().ok())
        .unwrap_or(0)
}

/// The number of the first day of a year.
fn number(year: i32) -> i32 {
    let year = i16::try_from(year).unwrap_or(i16::MAX);
    Day::from_ymd(year, 1, 1).map_or(0, Day::number)
}

struct Scale {
    from: i32,
    to: i32,
}

impl Scale {
    fn percent(&self, day: i32) -> String {
        let whole = i64::from((self.to - self.from).max(1));
        let tenths = i64::from(day.clamp(self.from, self.to) - self.from) * 1000 / whole;
        format!("{}.{}", tenths / 10, tenths % 10)
    }

    /// From the first day it may begin until the last it may end.
    fn bar(&self, force: Force, text: &str, lang: Lang) -> Bar {
        let known = |day: Option<RoughDay>| day.filter(|d| d.first != Day::MIN);
        let from = known(force.from).map_or(self.from, |d| d.first.number());
        // The last day is in the period.
        let until = known(force.until).map_or(self.to, |d| d.last.number().saturating_add(1));
        let period = say::period(force, lang);
        let text = match text {
            "" => period,
            text => format!("{text}{}{period}", say::say(lang, "：", ": ")),
        };
        let (from, until) = (from.max(self.from), until.min(self.to));
        let whole = i64::from((self.to - self.from).max(1));
        let tenths = (i64::from((until - from).max(0)) * 1000 / whole).max(5);
        Bar {
            left: self.percent(from),
            width: format!("{}.{}", tenths / 10, tenths % 10),
            open_left: known(force.from).is_none(),
            open_right: known(force.until).is_none(),
            rough: [force.from, force.until]
                .into_iter()
                .flatten()
                .any(|d| d.first != d.last),
            text,
        }
    }
}
