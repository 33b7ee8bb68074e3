//! The words of the language: one spelling each in English and in Chinese.
//!
//! A word of several parts (`is not`, `end of month of`) is one word here. What follows from a
//! word's place is the grammar's business; this table only says which words can never be names.

use Class::{Free, Reserved, Shy};
use hashbrown::HashMap;
use std::sync::LazyLock;

pub use crate::ground::lang::Lang;

/// Whether a word may also be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Never a name unless it stands in `「」`.
    Reserved,
    /// A name where nothing else could be meant; the printer puts it in `「」` all the same.
    Shy,
    /// Means itself only where the grammar asks for it, and is an ordinary name elsewhere.
    Free,
}

/// One line of the table.
struct Entry {
    word: Word,
    en: &'static str,
    zh: &'static str,
}

macro_rules! words {
    ($($word:ident $en:literal $zh:literal $class:ident,)*) => {
        /// A word of the language, whatever its spelling.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the table below gives both spellings")]
        pub enum Word { $($word,)* }

        const TABLE: &[Entry] = &[$(Entry { word: Word::$word, en: $en, zh: $zh },)*];

        impl Word {
            fn entry(self) -> (&'static str, &'static str, Class) {
                match self { $(Word::$word => ($en, $zh, $class),)* }
            }
        }
    };
}

// An empty spelling: that language says it in another way.
words! {
    Outcomes "outcomes" "结果" Free,
    Departments "departments" "部门表" Free,
    Declaration "declaration" "申报" Free,
    Codes "codes" "代码表" Free,
    Units "units" "单位表" Free,
    Currencies "currencies" "币制表" Free,
    List "list" "清单" Free,
    Requirement "requirement" "要求种类" Free,
    Law "law" "法规" Free,
    Event "event" "事件" Shy,
    Parameter "parameter" "参数" Free,
    Let "let" "定义" Free,
    Rule "rule" "规则" Free,
    Table "table" "表" Free,
    Covers "covers" "覆盖" Free,
    Pilot "pilot" "试点" Free,
    Scenario "scenario" "情形" Free,
    By "by" "依据" Reserved,
    Force "force" "施行" Free,
    Department "department" "部门" Free,
    Over "over" "优先于" Reserved,
    For "for" "适用" Free,
    Each "each" "逐个" Free,
    When "when" "当" Reserved,
    Unless "unless" "除非" Free,
    Then "then" "则" Free,
    Say "say" "提示" Free,
    Title "title" "全称" Free,
    Issuer "issuer" "发文机关" Free,
    Published "published" "公布" Free,
    Sure "sure" "把握" Shy,
    Replaces "replaces" "取代" Free,
    Mode "mode" "方式" Free,
    Suspend "suspend" "暂停" Free,
    Given "given" "已知" Free,
    But "but" "改" Free,
    Without "without" "缺" Free,
    Expect "expect" "预期" Free,
    Trust "trust" "信任" Free,
    Missing "missing" "缺失" Shy,
    Advice "advice" "参考" Shy,
    AsAdvice "as advice" "仅供参考" Reserved,
    From "from" "自" Reserved,
    Until "until" "至" Reserved,
    On "on" "于" Reserved,
    To "to" "到" Reserved,
    And "and" "且" Reserved,
    Or "or" "或" Reserved,
    Not "not" "非" Reserved,
    Is "is" "为" Reserved,
    IsNot "is not" "不为" Reserved,
    In "in" "在" Reserved,
    NotIn "not in" "不在" Reserved,
    Under "under" "属" Reserved,
    NotUnder "not under" "不属" Reserved,
    Has "has" "有" Reserved,
    Where "where" "其中" Reserved,
    With "with" "含" Shy,
    WithSame "with same" "同一" Reserved,
    Of "of" "的" Reserved,
    None "none" "空" Reserved,
    True "true" "真" Reserved,
    False "false" "假" Reserved,
    AsOf "as_of" "判定日" Reserved,
    It "it" "其" Reserved,
    Any "any" "任一" Reserved,
    Every "every" "每一" Reserved,
    No "no" "没有" Reserved,
    Exactly "exactly" "恰有" Reserved,
    AtLeast "at least" "至少" Reserved,
    SumOf "sum of" "之和" Reserved,
    CountOf "count of" "之数" Reserved,
    MinOf "min of" "最小值" Reserved,
    MaxOf "max of" "最大值" Reserved,
    First "first" "" Free,
    DigitsOf "digits of" "位" Free,
    Rounded "rounded" "舍入" Reserved,
    Places "places" "位小数" Shy,
    HalfUp "half up" "四舍五入" Shy,
    HalfEven "half even" "四舍六入" Shy,
    Up "up" "进位" Shy,
    Down "down" "舍去" Shy,
    NumberOf "number of" "数值" Reserved,
    Days "days" "天" Reserved,
    Months "months" "个月" Reserved,
    Years "years" "年" Reserved,
    Within "within" "" Reserved,
    EarlierOf "earlier of" "较早者" Reserved,
    LaterOf "later of" "较晚者" Reserved,
    EndOfMonth "end of month of" "月末" Reserved,
    EndOfYear "end of year of" "年末" Reserved,
    Otherwise "otherwise" "否则" Reserved,
    Met "met" "满足" Shy,
    Combine "combine" "合并" Shy,
    All "all" "全部" Free,
    Largest "largest" "取大" Free,
    Earliest "earliest" "取早" Free,
    One "one" "唯一" Free,
    Pass "pass" "放过" Shy,
    Require "require" "要求" Shy,
    Firmly "firmly" "必须" Shy,
    Waive "waive" "免除" Shy,
    Gives "gives" "得出" Shy,
    ExactlyOneRowFits "exactly one row fits" "恰有一行相符" Reserved,
    FirstRowThatFits "first row that fits" "首个相符行" Reserved,
    AllRowsThatFit "all rows that fit" "全部相符行" Reserved,
    Live "live" "正式" Free,
    Shadow "shadow" "影子" Shy,
    Bool "bool" "是非" Free,
    Integer "integer" "整数" Free,
    Decimal "decimal" "小数" Free,
    Rate "rate" "比率" Free,
    Money "money" "金额" Free,
    Quantity "quantity" "数量" Free,
    Date "date" "日期" Free,
    Text "text" "文本" Free,
    Code "code" "代码" Free,
    Hs "hs" "税号" Free,
    Set "set" "集合" Shy,
    Key "key" "主键" Shy,
    Always "always" "必填" Free,
    AbsentMeansNone "absent means none" "缺省为空" Free,
    JudgedOn "judged on" "判定于" Shy,
    SeesAll "sees all" "通览" Shy,
    Label "label" "名称" Shy,
    Rates "rates" "汇率" Shy,
    Unknown "unknown" "未知" Shy,
    Found "found" "原文" Free,
    High "high" "高" Free,
    Medium "medium" "中等" Free,
    Low "low" "低" Free,
    Design "design" "推定" Free,
    Undetermined "undetermined" "未定" Shy,
    Unmet "unmet" "未满足" Shy,
    Waived "waived" "已免除" Shy,
    Article "article" "第…条" Shy,
    Paragraph "paragraph" "第…款" Shy,
    // Parts of the productions that have an order of their own in Chinese.
    Since "" "起" Reserved,
    Inside "" "内" Reserved,
    Among "" "中" Reserved,
    Pieces "" "项" Reserved,
    Leading "" "前" Reserved,
}

/// The words that begin an item in column 1.
pub const ITEMS: &[Word] = &[
    Word::Outcomes,
    Word::Departments,
    Word::Declaration,
    Word::Codes,
    Word::Units,
    Word::Currencies,
    Word::List,
    Word::Requirement,
    Word::Law,
    Word::Event,
    Word::Parameter,
    Word::Let,
    Word::Rule,
    Word::Table,
    Word::Covers,
    Word::Pilot,
    Word::Scenario,
];

impl Word {
    /// Its spelling; empty where that language says it in another way.
    pub fn spelling(self, lang: Lang) -> &'static str {
        let (en, zh, _) = self.entry();
        lang.pick(zh, en)
    }

    /// Whether it may also be a name.
    pub fn class(self) -> Class {
        self.entry().2
    }

    /// The words that open a clause, as the first of a line, of an item that begins with `self`.
    pub fn clauses(self) -> &'static [Word] {
        use Word::*;
        match self {
            Rule => &[
                By, Force, Department, Pilot, Over, For, Each, When, Unless, Table, Then, Say,
            ],
            Pilot => &[By, For, Force, Mode, Suspend, Over],
            Law => &[Title, Issuer, Published, Force, Sure, Replaces],
            Scenario => &[Given, But, Without, AsOf, Trust, Pilot, Expect],
            _ => &[],
        }
    }
}

/// The word of one part that is spelled so, with its language.
pub fn single(text: &str) -> Option<(Word, Lang)> {
    static INDEX: LazyLock<HashMap<&'static str, (Word, Lang)>> = LazyLock::new(|| {
        let both = |e: &'static Entry| [(e.en, (e.word, Lang::En)), (e.zh, (e.word, Lang::Zh))];
        TABLE
            .iter()
            .flat_map(both)
            .filter(|(spelling, _)| !spelling.is_empty())
            .collect()
    });
    INDEX.get(text).copied()
}

/// The English words of several parts whose first part is spelled so.
pub fn phrases(first: &str) -> impl Iterator<Item = (Word, &'static str)> {
    static INDEX: LazyLock<HashMap<&'static str, Vec<(Word, &'static str)>>> =
        LazyLock::new(|| {
            let mut index: HashMap<_, Vec<_>> = HashMap::new();
            for entry in TABLE {
                if let Some((first, rest)) = entry.en.split_once(' ') {
                    index.entry(first).or_default().push((entry.word, rest));
                }
            }
            index
        });
    INDEX.get(first).into_iter().flatten().copied()
}

/// The item word nearest to what was written, where one is near.
pub fn nearest_item(text: &str) -> Option<&'static str> {
    let candidates = ITEMS
        .iter()
        .flat_map(|w| [w.spelling(Lang::En), w.spelling(Lang::Zh)]);
    let mut best: Option<(f64, &'static str)> = None;
    for candidate in candidates {
        let near = strsim::jaro_winkler(&text.to_lowercase(), candidate);
        let far_enough = if candidate.is_ascii() { 0.75 } else { 0.6 };
        if near >= far_enough && best.is_none_or(|(score, _)| near > score) {
            best = Some((near, candidate));
        }
    }
    best.map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all() -> impl Iterator<Item = Word> {
        TABLE.iter().map(|entry| entry.word)
    }

    #[test]
    fn a_word_is_found_by_either_spelling() {
        assert_eq!(single("law"), Some((Word::Law, Lang::En)));
        assert_eq!(single("或"), Some((Word::Or, Lang::Zh)));
        assert_eq!(single("sum"), None);
        assert_eq!(single(""), None);
    }

    /// Chinese has two words around the duration instead of `within`.
    #[test]
    fn a_language_may_say_it_in_another_way() {
        assert_eq!(Word::IsNot.spelling(Lang::Zh), "不为");
        assert_eq!(Word::Within.spelling(Lang::Zh), "");
    }

    #[test]
    fn words_of_several_parts_are_found_by_the_first() {
        assert!(phrases("is").any(|found| found == (Word::IsNot, "not")));
        assert_eq!(phrases("lien").count(), 0);
    }

    #[test]
    fn the_nearest_item_is_near() {
        assert_eq!(nearest_item("ruel"), Some("rule"));
        assert_eq!(nearest_item("xylophone"), None);
    }

    /// A rule says `when`; a law has no such clause.
    #[test]
    fn clauses_are_those_of_the_item() {
        assert!(Word::Rule.clauses().contains(&Word::When));
        assert!(!Word::Law.clauses().contains(&Word::When));
        assert_eq!((Word::Event.class(), Word::Law.class()), (Shy, Free));
    }

    /// The table of the documentation says the same as the table here.
    #[test]
    fn documented_table_is_this_table() {
        let doc = include_str!("../doc/grammar.md");
        let table = doc.split("## Words").nth(1).unwrap();
        let mut written = BTreeSet::new();
        for line in table.lines().filter(|l| l.starts_with("| ")).skip(1) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            for pair in cells.chunks(2).filter(|p| !p.iter().all(|c| c.is_empty())) {
                let clean = |c: &str| {
                    if c == "—" {
                        String::new()
                    } else {
                        c.to_string()
                    }
                };
                assert!(
                    written.insert((clean(pair[0]), clean(pair[1]))),
                    "twice: {pair:?}"
                );
            }
        }
        let here: BTreeSet<_> = TABLE
            .iter()
            .map(|e| (e.en.to_string(), e.zh.to_string()))
            .collect();
        assert_eq!(written, here);
    }

    /// A spelling stands for one word only, else the printer could not be undone.
    #[test]
    fn spellings_are_unique() {
        for lang in [Lang::En, Lang::Zh] {
            let mut seen = BTreeSet::new();
            for word in all().filter(|w| !w.spelling(lang).is_empty()) {
                assert!(
                    seen.insert(word.spelling(lang)),
                    "twice: {}",
                    word.spelling(lang)
                );
            }
        }
    }

    /// The EBNF and the parser name the same productions and the same words.
    #[test]
    fn documented_grammar_is_this_grammar() {
        let doc = include_str!("../doc/grammar.md");
        let blocks: String = doc
            .split("```")
            .filter_map(|b| b.strip_prefix("ebnf\n"))
            .collect();
        let sources = concat!(
            include_str!("grammar/basic.rs"),
            include_str!("grammar/clauses.rs"),
            include_str!("grammar/expressions.rs"),
            include_str!("grammar/items.rs"),
            include_str!("grammar/primaries.rs"),
            include_str!("grammar/scenarios.rs"),
            include_str!("grammar/schema.rs"),
            include_str!("grammar/tables.rs"),
        );
        for line in blocks.lines().filter(|l| !l.starts_with(' ')) {
            let Some((production, _)) = line.split_once('=') else {
                continue;
            };
            let name = production.trim();
            let found = ["(", "_(", "<", "_of_trust("]
                .iter()
                .any(|end| sources.contains(&format!("fn {name}{end}")));
            assert!(found, "no function for {name}");
        }
        let literals: BTreeSet<&str> = blocks.split('"').skip(1).step_by(2).collect();
        let letters = literals
            .iter()
            .filter(|l| l.chars().all(|c| c.is_alphabetic() || " _".contains(c)));
        for literal in letters.filter(|l| !["第", "条", "款"].contains(l)) {
            let known = all().any(|w| {
                [Lang::En, Lang::Zh]
                    .iter()
                    .any(|l| w.spelling(*l) == *literal)
            });
            assert!(known, "no word {literal}");
        }
        for word in all() {
            let shown = if word.spelling(Lang::En).is_empty() {
                word.spelling(Lang::Zh)
            } else {
                word.spelling(Lang::En)
            };
            assert!(literals.contains(shown), "{shown} is in no production");
        }
    }
}
