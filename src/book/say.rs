//! Days, periods, citations and marks in the words of one language.

use crate::check::rules::{Basis, Force, Sure};
use crate::ground::day::{Day, RoughDay};
use crate::schema::Lang;
use crate::verdict::text::sure_words;

/// One of two texts.
pub(super) fn say<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    lang.pick(zh, en)
}

/// A day; of one that is not known, what is.
pub(super) fn day(day: RoughDay, lang: Lang) -> String {
    if day.first == day.last {
        return day.first.to_string();
    }
    if day.first == Day::MIN && day.last == Day::MAX {
        return say(lang, "日期不详", "a day not known").to_owned();
    }
    let text = day.first.to_string();
    let month = day.last == day.first.end_of_month();
    let year = day.last == day.first.end_of_year() && text.ends_with("-01-01");
    let head = |parts: usize| text.split('-').take(parts).collect::<Vec<_>>().join("-");
    match (month, year) {
        (true, _) => format!("{}{}", head(2), say(lang, "（日不详）", " (day not known)")),
        (_, true) => format!(
            "{}{}",
            head(1),
            say(lang, "（月日不详）", " (day not known)")
        ),
        _ => format!("{text}{}{}", say(lang, " 至 ", " to "), day.last),
    }
}

/// A period.
pub(super) fn period(force: Force, lang: Lang) -> String {
    let unknown =
        |day: Option<RoughDay>| day.is_some_and(|d| d.first == Day::MIN && d.last == Day::MAX);
    match (force.from, force.until) {
        (from, None) if unknown(from) => {
            say(lang, "起始日期不详", "from a day that is not known").to_owned()
        }
        (None, None) => say(lang, "未写起止", "no days stated").to_owned(),
        (Some(from), None) => match lang {
            Lang::Zh => format!("自 {} 起", day(from, lang)),
            Lang::En => format!("from {}", day(from, lang)),
        },
        (None, Some(until)) => match lang {
            Lang::Zh => format!("至 {} 止", day(until, lang)),
            Lang::En => format!("until {}", day(until, lang)),
        },
        (Some(from), Some(until)) => {
            let joint = say(lang, " 至 ", " to ");
            format!("{}{joint}{}", day(from, lang), day(until, lang))
        }
    }
}

/// The article and paragraph of a citation; empty where the whole text is cited.
pub(super) fn article(basis: &Basis, lang: Lang) -> String {
    let numbered = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let part = |text: &Option<String>, unit: &str, word: &str| {
        text.as_ref().map(|text| match lang {
            Lang::Zh if numbered(text) => format!("第 {text} {unit}"),
            Lang::Zh => text.clone(),
            Lang::En => format!("{word} {text}"),
        })
    };
    let parts = [
        part(&basis.article, "条", "article"),
        part(&basis.paragraph, "款", "paragraph"),
    ];
    let glue = say(lang, "", " ");
    parts.into_iter().flatten().collect::<Vec<_>>().join(glue)
}

/// A mark of certainty.
pub(super) fn mark(sure: Sure, lang: Lang) -> &'static str {
    sure_words(sure, lang)
}

/// All marks from the surest.
pub(super) const MARKS: [Sure; 5] = [
    Sure::Found,
    Sure::High,
    Sure::Medium,
    Sure::Low,
    Sure::Design,
];

/// The number that stands before a mark in style sheets.
pub(super) fn grade(sure: Sure) -> &'static str {
    match sure {
        Sure::Found => "found",
        Sure::High => "high",
        Sure::Medium => "medium",
        Sure::Low => "low",
        Sure::Design => "design",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_not_known_are_said_to_be() {
        let rough = |text: &str| RoughDay::parse(text).unwrap();
        let any = RoughDay {
            first: Day::MIN,
            last: Day::MAX,
        };
        for (given, zh, en) in [
            (rough("2020-05-13"), "2020-05-13", "2020-05-13"),
            (
                rough("2020-05"),
                "2020-05（日不详）",
                "2020-05 (day not known)",
            ),
            (rough("2019"), "2019（月日不详）", "2019 (day not known)"),
            (any, "日期不详", "a day not known"),
        ] {
            assert_eq!(
                (day(given, Lang::Zh), day(given, Lang::En)),
                (zh.into(), en.into())
            );
        }
    }
}
