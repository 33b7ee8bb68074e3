//! Reading and judging allocate nothing once the sheet and the scratch have grown: neither do they
//! slow down under many threads that would wait for one allocator, nor do they pause.

#[path = "support/law.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod law;

use allocation_counter::measure;
use kakou::engine::{Engine, Scratch};
use kakou::facts::batch::Batch;
use kakou::facts::json::{Reader, from_json};
use kakou::facts::map::Map;
use kakou::facts::sheet::Sheet;
use kakou::facts::volume::Volume;
use kakou::graph::{Graph, Options};
use kakou::verdict::judgement::Judgement;
use kakou::{Facts, Limits};
use std::path::Path;

/// The allocations of judging each of the example declarations by the real rules, in steady state.
fn counted(engine: &Engine, declarations: &[(Facts, kakou::ground::day::Day)]) -> Vec<(u64, bool)> {
    let mut scratch = Scratch::default();
    let open = |judgement: &Judgement| !judgement.missing.is_empty();
    // Small vectors change places in the scratch, so it takes a few rounds until each has grown.
    for _ in 0..20 {
        for (facts, day) in declarations {
            engine.judge(facts, *day, &mut scratch);
        }
    }
    let one = |(facts, day): &(Facts, _)| {
        let mut missing = false;
        let info = measure(|| missing = open(engine.judge(facts, *day, &mut scratch)));
        (info.count_total, missing)
    };
    declarations.iter().map(one).collect()
}

#[test]
fn judging_by_the_real_rules_allocates_nothing_where_nothing_is_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let graph = Graph::build(&rules, Options::default()).unwrap();
    let engine = Engine::from(&graph);
    let text = std::fs::read_to_string(root.join("examples/declarations.ndjson")).unwrap();
    let read = |line: &str| {
        let facts = from_json(&rules.schema, line.as_bytes(), &Limits::default()).unwrap();
        let day = facts.as_of(&rules.schema).unwrap();
        (facts, day)
    };
    let declarations: Vec<_> = text.lines().map(read).collect();
    let counts = counted(&engine, &declarations);
    let settled: Vec<u64> = counts
        .iter()
        .filter(|(_, missing)| !missing)
        .map(|(count, _)| *count)
        .collect();
    assert!(settled.len() >= 40, "{} are settled", settled.len());
    let some: Vec<(usize, u64)> = settled
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(some, [], "settled declarations by number, with allocations");
}

#[test]
fn judging_by_the_real_rules_allocates_nothing_where_facts_are_missing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
    let (reader, text) = examples();
    let mut declarations = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let day = reader.read(line.as_bytes()).unwrap();
        let day = day.as_of(&rules.schema).unwrap();
        let mut header: serde_json::Value = serde_json::from_str(line).unwrap();
        // A fact of the header goes, another one of each declaration, or one of each item.
        let mut items = header.clone();
        without(&mut header, at);
        for item in items["items"].as_array_mut().into_iter().flatten() {
            without(item, at);
        }
        for without in [header, items] {
            let facts = reader.read(without.to_string().as_bytes());
            declarations.extend(facts.ok().map(|facts| (facts, day)));
        }
        declarations.push((Facts::unknown(&rules.schema), day));
    }
    let counts = counted(&engine, &declarations);
    let missing = counts.iter().filter(|(_, missing)| *missing).count();
    assert!(missing >= 120, "{missing} declarations miss something");
    let some: Vec<(usize, u64)> = counts
        .iter()
        .map(|(count, _)| *count)
        .enumerate()
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(some, [], "declarations by number, with allocations");
}

/// Groups with a few declarations that miss facts among them, by engines of few rules and of many, which
/// are judged by rows of different lengths.
#[test]
fn judging_in_groups_allocates_nothing() {
    let mut scratch = Scratch::default();
    for size in [40, 100, 300, 1000] {
        let mut text = "outcomes release < hold missing hold advice hold
departments customs
declaration judged on date
  date : date
  a : integer
  b : integer
law L
  sure found
"
        .to_owned();
        for rule in 0..size {
            let field = ["a", "b"][rule % 2];
            text += &format!("rule R{rule}\n  by L\n  when {field} > {rule}\n  then hold\n");
        }
        let folder = kakou::Folder::from_texts([("a.rules", text.as_str())]);
        let rules = kakou::check::compile(&folder, &Limits::default())
            .rules
            .unwrap();
        let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
        let facts = |at: i64| match at % 20 {
            7 => Facts::unknown(&rules.schema),
            _ => {
                let builder = Facts::builder(&rules.schema)
                    .set("a", at * 7)
                    .set("b", at * 5);
                builder.build().unwrap()
            }
        };
        let all: Vec<Facts> = (0..75).map(facts).collect();
        let day = "2020-01-01".parse().unwrap();
        let volume: Volume = all.iter().map(|facts| (facts.clone(), day)).collect();
        let mut fired = 0;
        let counted = in_steady_state(|| {
            let given = all.iter().map(|facts| (facts, day));
            engine.judge_all(given.clone(), &mut scratch, |judgement| {
                fired += judgement.fired.len()
            });
            engine.tell_all(given, &mut scratch, |told| told.each_fired(|_| fired += 1));
            engine.tell_volume(&volume, &mut scratch, |told| {
                told.each_fired(|_| fired += 1)
            });
            fired += usize::from(engine.tell(&all[0], day, &mut scratch).counted().high.0);
        });
        assert_eq!(counted, 0, "{size} rules");
        assert!(fired > 0);
    }
}

/// Takes one of the members of an object out, but for what tells who and when.
fn without(object: &mut serde_json::Value, at: usize) {
    let Some(object) = object.as_object_mut() else {
        return;
    };
    let may_go = |name: &&String| !["id", "date", "items"].contains(&name.as_str());
    let names: Vec<String> = object.keys().filter(may_go).cloned().collect();
    if let Some(name) = names.get(at * 7 % names.len().max(1)) {
        object.remove(name);
    }
}

/// The example declarations, with the reader of the real schema.
fn examples() -> (Reader, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let text = std::fs::read_to_string(root.join("examples/declarations.ndjson")).unwrap();
    (Reader::new(rules.schema.clone()), text)
}

/// The allocations of a function once it was called often enough for everything to grow.
fn in_steady_state(mut read: impl FnMut()) -> u64 {
    for _ in 0..20 {
        read();
    }
    measure(read).count_total
}

#[test]
fn reading_json_allocates_nothing() {
    let (reader, text) = examples();
    let mut sheet = Sheet::default();
    let counted = in_steady_state(|| {
        for line in text.lines() {
            assert!(reader.read_into(line.as_bytes(), &mut sheet).is_ok());
        }
    });
    assert_eq!(counted, 0);
}

#[test]
fn reading_a_struct_allocates_nothing() {
    let (reader, text) = examples();
    let values: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut sheet = Sheet::default();
    let counted = in_steady_state(|| {
        for value in &values {
            assert!(reader.read_serde_into(value, &mut sheet).is_ok());
        }
    });
    assert_eq!(counted, 0);
}

#[test]
fn reading_lines_and_rows_allocates_nothing_for_a_record() {
    let (reader, text) = examples();
    let map = r#"{"fields": {
        "id": {"column": "No."}, "date": {"column": "Day", "date": "DD/MM/YYYY"},
        "line": {"column": "Line", "codes": {"1": "first", "2": "second"}},
        "documents": {"column": "Documents", "split": ";"},
        "direction": {"column": "Direction", "default": "in"},
        "items[1].hs_code": {"column": "Code", "pad": 10}, "items[1].total": {"column": "Total"},
        "items[1].currency": {"constant": "CNY"}, "items[2].hs_code": {"column": "Code 2"},
        "items[1].duty_rate": {"column": "Rate", "percent": true}
    }}"#;
    let map = Map::parse(reader.schema(), map).unwrap();
    let row = |n: usize| {
        format!(
            "D-{n},0{}/02/2026,{},record_list;bonded_note_list,{},184711{n:03}0,{n}.50,{},{}.5\n",
            1 + n % 9,
            1 + n % 2,
            ["out", ""][n % 2],
            ["", "8471300000"][n % 2],
            n % 7
        )
    };
    let quoted = |n: usize| format!("\"D,\"\"{n}\"\"\",03/02/2026,1,;,in,8471,\"12\",,\n");
    let head = "No.,Day,Line,Documents,Direction,Code,Total,Code 2,Rate\n";
    let table = |rows: usize| {
        let rows = (0..rows).flat_map(|n| [row(n), quoted(n)]);
        std::iter::once(head.to_string())
            .chain(rows)
            .collect::<String>()
    };
    let (mut sheet, mut other) = (Sheet::default(), Sheet::default());
    let mut read_table = |rows: usize| {
        let text = table(rows);
        in_steady_state(|| {
            let mut batch = Batch::csv(map.clone(), Limits::default(), text.as_bytes());
            let mut read = 0;
            while let Some((place, record)) = batch.next_into(&mut sheet) {
                assert!(record.is_ok(), "{place:?} {record:?}");
                read += 1;
            }
            assert_eq!(read, 2 * rows);
        })
    };
    // What a batch itself takes does not depend on how many records it reads.
    assert_eq!(read_table(40), read_table(80));
    let mut read_lines = |times: usize| {
        let text = text.repeat(times);
        in_steady_state(|| {
            let mut batch = Batch::ndjson(reader.clone(), text.as_bytes());
            while let Some((place, record)) = batch.next_into(&mut other) {
                assert!(record.is_ok(), "{place:?}");
            }
        })
    };
    assert_eq!(read_lines(1), read_lines(2));
}

#[cfg(feature = "arrow")]
#[test]
fn reading_columns_allocates_nothing_for_a_declaration() {
    use kakou::facts::arrow::{Columns, Pile};
    let (reader, text) = examples();
    let batch = |times: usize| {
        let mut pile = Pile::new(reader.schema());
        for line in text.repeat(times).lines() {
            pile.add(&reader.read(line.as_bytes()).unwrap());
        }
        pile.batch().unwrap()
    };
    // Enough that each dictionary is worth being looked up once.
    let (few, many) = (batch(40), batch(80));
    let columns = Columns::by_name(reader.schema(), &few.schema()).unwrap();
    let ready = columns.ready(&few).unwrap();
    let mut sheet = Sheet::default();
    let counted = in_steady_state(|| {
        for row in 0..ready.len() {
            assert!(ready.read_into(row, &mut sheet).is_ok());
        }
    });
    assert_eq!(counted, 0);
    // What it takes to make a batch ready does not depend on how many declarations are in it.
    let making = |batch| in_steady_state(|| assert!(columns.ready(batch).is_ok()));
    assert_eq!(making(&few), making(&many));
}

#[test]
fn writing_a_verdict_allocates_nothing() {
    use kakou::verdict::lines::{Lines, Room};
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = kakou::load(root.join("rules")).unwrap();
    let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
    let (reader, text) = examples();
    let facts: Vec<Facts> = text
        .lines()
        .map(|line| reader.read(line.as_bytes()).unwrap())
        .collect();
    let lines = Lines::new(&rules, kakou::Sure::High, &Limits::default());
    let (mut room, mut scratch, mut out) = (Room::default(), Scratch::default(), Vec::new());
    let mut some = Vec::new();
    for facts in &facts {
        let day = facts.as_of(&rules.schema).unwrap();
        let judgement = engine.judge(facts, day, &mut scratch);
        let counted = in_steady_state(|| {
            out.clear();
            lines.write(&mut out, facts, judgement, &mut room);
        });
        if counted > 0 {
            some.push((facts.id(&rules.schema), counted));
        }
    }
    assert_eq!(some, [], "declarations whose verdicts allocate");
}

#[test]
fn a_day_beyond_the_last_year_allocates_nothing() {
    let last = kakou::ground::day::Day::MAX;
    let info = measure(|| assert_eq!(last.add(1, 0), None));
    assert_eq!(info.count_total, 0);
}

#[test]
fn a_table_of_what_a_table_gives_allocates_nothing() {
    let text = r#"
table inner(a) "内" / "inner" gives code mode, first row that fits
  | 1 => 10 |
  | any => 20 |
table outer(mode) "外" / "outer" gives code mode, first row that fits
  | 10 => 20 |
  | any => 30 |
rule A-1 "甲" / "a"
  by L
  when outer(inner(a)) is 20
  then hold
covers cur is CNY or USD
"#;
    let rules = law::rules(text);
    let facts = law::facts(&rules, r#"{"date":"2020-06-15","cur":"USD","a":1}"#);
    let engine = Engine::from(&Graph::build(&rules, Options::default()).unwrap());
    let counts = counted(&engine, &[(facts, law::day())]);
    assert_eq!(counts, [(0, false)]);
}

#[test]
fn the_counter_counts() {
    let info = measure(|| drop(std::hint::black_box(vec![1u8; 64])));
    assert_eq!(info.count_total, 1);
}
