//! A small world of facts and the shortest way from rule text and a declaration to a verdict.

use kakou::check::compile;
use kakou::check::rules::{RuleSet, Sure};
use kakou::facts::Facts;
use kakou::facts::json::from_json;
use kakou::folder::Folder;
use kakou::ground::day::Day;
use kakou::ground::limits::Limits;
use kakou::reference::Reference;
use kakou::verdict::judgement::Judgement;
use std::sync::Arc;

/// The schema and the laws that the cases are written with.
pub const WORLD: &str = r#"
outcomes release "放行" / "release" < review "审核" / "review" < hold "暂缓" / "hold"
  < reject "退单" / "reject" missing hold advice review
departments customs "海关" / "customs", commerce "商务" / "commerce"
declaration "申报" / "declaration" judged on date
  id : text "编号" / "number"
  date : date, always "日期" / "date"
  a : integer "甲" / "a"
  b : integer "乙" / "b"
  flag : bool "标志" / "flag"
  mode : code mode "方式" / "mode"
  docs : set of code mode "单证" / "documents"
  hs : hs "税号" / "tariff code"
  m : money CNY "金额" / "amount"
  cur : code currency "币制" / "currency"
  mi : money in cur "总价" / "total"
  d1 : date "起" / "start"
  d2 : date "止" / "end"
  items : 0 to 5 item "商品" / "items"
  item.n : integer "数" / "count"
  item.k : code mode "种类" / "kind"
  item.v : money CNY "价值" / "value"
  item.h : hs "品目" / "heading"
codes mode from "mode.csv" key code label zh / en with rank : integer, kind : code kind, closed : date
codes kind from "kind.csv" key code with grade : integer, twin : code mode
currencies currency from "currency.csv" key code rates "rates.csv" in CNY
list pairs "名录" / "pairs" of hs : hs from "pairs.csv" with limit : integer
law L "法一" / "law one"
  sure found
law W "法二" / "law two"
  sure low
"#;

/// The rule set of a text beside the world.
pub fn rules(text: &str) -> Arc<RuleSet> {
    let folder = Folder::from_texts([("a.rules", WORLD), ("b.rules", text)])
        .with_file(
            "mode.csv",
            "code,zh,en,rank,kind,closed\n10,甲类,first,1,x,2020-03-01\n20,乙类,second,,y,2021-01-01\n30,丙类,third,3,,\n",
        )
        .with_file("kind.csv", "code,grade,twin\nx,2,20\ny,,10\n")
        .with_file("currency.csv", "code\nCNY\nUSD\n")
        .with_file(
            "rates.csv",
            "code,from,until,rate\nUSD,2020-01-01,2020-12-31,7\n",
        )
        .with_file("pairs.csv", "hs,limit\n8471,5\n0101,\n");
    let compiled = compile(&folder, &Limits::default());
    let told = || -> Vec<String> {
        let place = |d: &kakou::ground::diagnostic::Diagnostic| {
            let source = compiled.sources.get(d.span().source);
            let line = source.map_or(0, |s| s.line_column(d.span().start).0);
            format!(
                "{} {} | {}",
                d.code.0,
                d.title,
                source.map_or("", |s| s.line(line))
            )
        };
        compiled.diagnostics.iter().map(place).collect()
    };
    compiled
        .rules
        .clone()
        .unwrap_or_else(|| panic!("{}", told().join("\n")))
}

/// The facts of a declaration in JSON.
pub fn facts(rules: &RuleSet, json: &str) -> Facts {
    from_json(&rules.schema, json.as_bytes(), &Limits::default())
        .unwrap_or_else(|e| panic!("{json}: {e}"))
}

/// The as-of date of all cases.
pub fn day() -> Day {
    "2020-06-15".parse().unwrap()
}

/// The judgement at the usual trust.
pub fn judge(rules: &RuleSet, facts: &Facts) -> Judgement {
    Reference::new(rules, Sure::High).judge(facts, day())
}
