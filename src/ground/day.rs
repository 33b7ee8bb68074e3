//! Days, and how months and years are counted.
//!
//! A day is a number of days since 1970-01-01, in the Gregorian calendar without time zones.
//! Adding months keeps the day of the month or takes the month's last day where there is no
//! such day: 31 August and 6 months is the last day of February.

use std::fmt;
use std::sync::LazyLock;

/// A calendar day from 0001-01-01 to 9999-12-31.
///
/// ```
/// use kakou::ground::day::Day;
/// let day: Day = "2025-08-31".parse().unwrap();
/// assert_eq!(day.add(6, 0).unwrap().to_string(), "2026-02-28");
/// assert!("2025-02-30".parse::<Day>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// The text was not a day written `YYYY-MM-DD`.
///
/// ```
/// use kakou::ground::day::{Day, NotADay};
/// assert_eq!("2026-8-3".parse::<Day>(), Err(NotADay));
/// assert_eq!(NotADay.to_string(), "not a day written YYYY-MM-DD");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADay;

impl fmt::Display for NotADay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a day written YYYY-MM-DD")
    }
}
impl std::error::Error for NotADay {}

const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

/// The first year whose months are known beforehand, and how many months are. Declarations are full of
/// days of these years; the calendar is asked once where each month begins.
const KNOWN_FROM: i16 = 1950;
const KNOWN: usize = 150 * 12;

/// The first days of known months, and of the one behind the last.
static MONTHS: LazyLock<[i32; KNOWN + 1]> = LazyLock::new(|| {
    let mut month = jiff::civil::date(KNOWN_FROM, 1, 1);
    [(); KNOWN + 1].map(|()| {
        let first = Day::from_civil(month);
        month = month.last_of_month().tomorrow().unwrap_or(month);
        first.map_or(0, Day::number)
    })
});

/// Days, and what lies between them.
///
/// ```
/// use kakou::ground::day::Day;
/// let start = Day::from_ymd(2025, 12, 31).unwrap();
/// // Two months and ten days: the months first, to the last day of February.
/// let end = start.add(2, 10).unwrap();
/// assert_eq!(end, Day::from_ymd(2026, 3, 10).unwrap());
/// assert_eq!(end.number() - start.number(), 31 + 28 + 10);
/// ```
impl Day {
    /// The first day that can be written.
    pub const MIN: Day = Day(-719_162);
    /// The last day that can be written.
    pub const MAX: Day = Day(2_932_896);

    /// The day of that number of days since 1970-01-01, within the years 1 to 9999.
    ///
    /// ```
    /// use kakou::ground::day::Day;
    /// assert_eq!(Day::from_number(0), "1970-01-01".parse().ok());
    /// assert_eq!(Day::from_number(Day::MAX.number() + 1), None); // There is no year 10,000.
    /// ```
    pub fn from_number(days: i32) -> Option<Day> {
        (Day::MIN.0..=Day::MAX.0)
            .contains(&days)
            .then_some(Day(days))
    }

    /// Days since 1970-01-01.
    ///
    /// ```
    /// use kakou::ground::day::Day;
    /// let day = |text: &str| text.parse::<Day>().unwrap();
    /// assert_eq!(day("2024-03-01").number() - day("2024-02-28").number(), 2); // A leap year.
    /// assert_eq!(day("1969-12-31").number(), -1);
    /// ```
    pub fn number(self) -> i32 {
        self.0
    }

    /// The day of a year, month and day of month.
    ///
    /// ```
    /// use kakou::ground::day::Day;
    /// assert_eq!(Day::from_ymd(2024, 2, 29), "2024-02-29".parse().ok());
    /// assert_eq!(Day::from_ymd(2025, 2, 29), None);
    /// ```
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Day> {
        jiff::civil::Date::new(year, month, day)
            .ok()
            .and_then(Day::from_civil)
    }

    /// The day that a text is, written `YYYY-MM-DD` and nothing else.
    pub(crate) fn of_text(text: &[u8]) -> Option<Day> {
        let [a, b, c, d, b'-', e, f, b'-', g, h] = *<&[u8; 10]>::try_from(text).ok()? else {
            return None;
        };
        let digits = [a, b, c, d, e, f, g, h].map(|byte| byte.wrapping_sub(b'0'));
        if digits.iter().any(|digit| *digit > 9) {
            return None;
        }
        let [a, b, c, d, e, f, g, h] = digits.map(i16::from);
        let year = a * 1000 + b * 100 + c * 10 + d;
        let small = |tens: i16, ones: i16| i8::try_from(tens * 10 + ones).ok();
        let (month, day) = (small(e, f)?, small(g, h)?);
        if year == 0 {
            return None;
        }
        let known = usize::try_from(year - KNOWN_FROM).ok();
        let place = known.zip(usize::try_from(month - 1).ok().filter(|month| *month < 12));
        let of_month =
            place.and_then(|(year, month)| MONTHS.get(year * 12 + month..)?.first_chunk());
        match of_month {
            Some([first, next]) => {
                let found = first + i32::from(day) - 1;
                (day > 0 && found < *next).then_some(Day(found))
            }
            None => Day::from_ymd(year, month, day),
        }
    }

    fn from_civil(date: jiff::civil::Date) -> Option<Day> {
        let hours = date.duration_since(EPOCH).as_hours();
        Day::from_number(i32::try_from(hours / 24).ok()?)
    }

    fn civil(self) -> Option<jiff::civil::Date> {
        EPOCH
            .checked_add(jiff::Span::new().try_days(self.0).ok()?)
            .ok()
    }

    /// Months first, clamped to the month's end, then days. Nothing outside the years 1 to 9999.
    ///
    /// ```
    /// use kakou::ground::day::Day;
    /// let day: Day = "2024-01-31".parse().unwrap();
    /// assert_eq!(day.add(1, 0), Day::from_ymd(2024, 2, 29)); // The month has no 31st.
    /// assert_eq!(day.add(1, 1), Day::from_ymd(2024, 3, 1)); // Days are counted from there.
    /// assert_eq!(Day::MAX.add(0, 1), None);
    /// ```
    pub fn add(self, months: i32, days: i32) -> Option<Day> {
        let moved = if months == 0 {
            self
        } else {
            let day = self.civil()?;
            let count = i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
            let count = count.checked_add(months)?;
            // Asked for a month of no year, the calendar would make an error, which allocates.
            let year = i16::try_from(count.div_euclid(12)).ok()?;
            if !(1..=9999).contains(&year) {
                return None;
            }
            let month = i8::try_from(count.rem_euclid(12) + 1).ok()?;
            let first = jiff::civil::Date::new(year, month, 1).ok()?;
            let last = first.last_of_month();
            Day::from_civil(if day.day() < last.day() {
                jiff::civil::Date::new(year, month, day.day()).ok()?
            } else {
                last
            })?
        };
        Day::from_number(moved.0.checked_add(days)?)
    }

    /// The last day of its month.
    pub(crate) fn end_of_month(self) -> Day {
        self.civil()
            .and_then(|d| Day::from_civil(d.last_of_month()))
            .unwrap_or(self)
    }

    /// The last day of its year.
    pub(crate) fn end_of_year(self) -> Day {
        self.civil()
            .and_then(|d| Day::from_civil(d.last_of_year()))
            .unwrap_or(self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.civil() {
            Some(date) => write!(
                f,
                "{:04}-{:02}-{:02}",
                date.year(),
                date.month(),
                date.day()
            ),
            None => f.write_str("????-??-??"),
        }
    }
}

impl std::str::FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Day, NotADay> {
        Day::of_text(text.as_bytes()).ok_or(NotADay)
    }
}

/// A day that may be known only roughly: every day of the span is possible.
///
/// ```
/// use kakou::ground::day::RoughDay;
/// let may = RoughDay::parse("2020-05").unwrap();
/// assert_eq!((may.first.to_string(), may.last.to_string()), ("2020-05-01".into(), "2020-05-31".into()));
/// assert_eq!(RoughDay::exact(may.first), RoughDay::parse("2020-05-01").unwrap());
/// assert_eq!(RoughDay::parse("2020-13"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoughDay {
    /// The first day it can be.
    pub first: Day,
    /// The last day it can be; the same when the day is known.
    pub last: Day,
}

/// A day as texts of law give it: exactly, or to the month or the year.
///
/// ```
/// use kakou::ground::day::RoughDay;
/// let read = |text| RoughDay::parse(text).unwrap();
/// let (day, month, year) = (read("2020-05-16"), read("2020-05"), read("2020"));
/// assert_eq!(day, RoughDay::exact(day.first));
/// // Every day of the month is possible, and every month of the year.
/// assert!(month.first < day.first && day.last < month.last);
/// assert!(year.first < month.first && month.last < year.last);
/// ```
impl RoughDay {
    /// A day that is known.
    ///
    /// ```
    /// use kakou::ground::day::{Day, RoughDay};
    /// let known = RoughDay::exact(Day::MIN);
    /// assert_eq!((known.first, known.last), (Day::MIN, Day::MIN)); // No other day is possible.
    /// ```
    pub fn exact(day: Day) -> Self {
        RoughDay {
            first: day,
            last: day,
        }
    }

    /// Reads `2020-05-16`, `2020-05` (some day of May) or `2020` (some day of the year).
    ///
    /// ```
    /// use kakou::ground::day::RoughDay;
    /// let february = RoughDay::parse("2024-02").unwrap();
    /// assert_eq!(february.last.to_string(), "2024-02-29");
    /// assert_eq!(RoughDay::parse("2024-2"), None);
    /// assert_eq!(RoughDay::parse("2024-02-30"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        match text.len() {
            10 => text.parse().ok().map(RoughDay::exact),
            7 => {
                let first: Day = format!("{text}-01").parse().ok()?;
                Some(RoughDay {
                    first,
                    last: first.end_of_month(),
                })
            }
            4 => {
                let first: Day = format!("{text}-01-01").parse().ok()?;
                Some(RoughDay {
                    first,
                    last: first.end_of_year(),
                })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_known_months_are_those_of_the_calendar() {
        for year in [1, 999, 1900, 2200, 9999].into_iter().chain(1949..=2101) {
            for month in 0..14 {
                for day in 0..33 {
                    let text = format!("{year:04}-{month:02}-{day:02}");
                    let expected = Day::from_ymd(year, month, day);
                    assert_eq!(Day::of_text(text.as_bytes()), expected, "{text}");
                }
            }
        }
        assert_eq!(Day::of_text(b"0000-01-01"), None);
    }
}
