//! Hard cases that are made, not kept: large, broken and hostile inputs, files that may not be
//! touched, readers that go away.

use super::place::Place;
use super::{Came, kakou, run};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

const ONE: &str = r#"{"id":"CB-1","date":"2026-08-03","zone":"Z1","business":"cbec","year_before":"1000","items":[{"line_no":1,"hs_code":"8517130000","total":"3900.00","currency":"CNY"}]}"#;

fn ask(args: &[&str]) -> Came {
    run(kakou(args), b"")
}

/// What `run` makes of one input file.
fn judged(place: &Place, name: &str, more: &[&str]) -> Came {
    let input = place.arg(name);
    let mut args = vec!["run", "small", &input, "--lang", "en"];
    args.extend(more);
    ask(&args)
}

fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn three_hundred_mistakes_are_all_shown_and_counted() {
    let place = Place::with_rules();
    let text: String = (0..300)
        .map(|n| format!("rule M-{n}\n  when nothing_{n} > 5\n  then hold\n"))
        .collect();
    place.write("rules/mistakes.rules", text);
    let came = ask(&["check", &place.arg("rules")]);
    assert_eq!(came.code, 2);
    let said = came.out.lines().last().unwrap().to_owned();
    let count: u64 = said.split(' ').next().unwrap().parse().unwrap();
    assert!(count >= 300, "{said}");
    assert!(came.out.matches("error[").count() >= 300);
    // A verb that needs the rules shows the first and says where the others are.
    let came = ask(&["run", &place.arg("rules"), "small/declarations/good.ndjson"]);
    assert_eq!((came.code, came.out.as_str()), (2, ""));
    assert!(came.err.matches("error[").count() == 10, "{}", came.err);
    assert!(came.err.contains("shows all there is"));
}

#[test]
fn a_line_of_a_hundred_megabytes_is_an_error_and_the_next_line_is_judged() {
    let place = Place::new();
    let mut file = fs::File::create(place.at("long.ndjson")).unwrap();
    writeln!(file, "{ONE}").unwrap();
    file.write_all(b"{\"id\":\"").unwrap();
    for _ in 0..100 {
        file.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    writeln!(file, "\"}}\n{ONE}").unwrap();
    drop(file);
    let came = judged(&place, "long.ndjson", &[]);
    let told = lines(&came.out);
    assert_eq!((came.code, told.len()), (1, 3));
    assert_eq!(told[1]["errors"][0]["code"], "E0701");
    assert_eq!(
        (&told[1]["record"], &told[1]["line"]),
        (&2.into(), &2.into())
    );
    assert_eq!(told[0], told[2]);
    assert_eq!(came.err, "error: 1 of 3 records could not be judged\n");
}

#[test]
fn deep_nesting_long_numbers_and_broken_text_are_errors_of_their_record() {
    let place = Place::new();
    let deep = format!(
        "{{\"items\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let long = ONE.replace("\"3900.00\"", &"9".repeat(400));
    let float = ONE.replace("\"3900.00\"", "3.9e3");
    let twice = ONE.replace("\"zone\":\"Z1\"", "\"zone\":\"Z1\",\"zone\":\"Z2\"");
    let mut bytes = Vec::new();
    for line in [
        deep.as_bytes(),
        long.as_bytes(),
        float.as_bytes(),
        twice.as_bytes(),
        b"{\"id\":\"\xff\"}",
        ONE.as_bytes(),
    ] {
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(b"\r\n");
    }
    place.write(
        "broken.ndjson",
        [b"\xef\xbb\xbf".as_slice(), &bytes].concat(),
    );
    let came = judged(&place, "broken.ndjson", &[]);
    let told = lines(&came.out);
    assert_eq!((came.code, told.len()), (1, 6), "{}", came.out);
    let codes: Vec<&str> = told[1..5]
        .iter()
        .map(|t| t["errors"][0]["code"].as_str().unwrap())
        .collect();
    assert!(told[0]["error"].is_string());
    assert_eq!(codes, ["E0708", "E0709", "E0705", "E0703"]);
    assert_eq!(told[5]["disposition"], "release");
}

#[test]
fn deep_nesting_in_rules_is_refused() {
    let place = Place::with_rules();
    let deep = format!(
        "rule D-1\n  when {}line{}\n  then hold\n",
        "(".repeat(5000),
        ")".repeat(5000)
    );
    place.write("rules/deep.rules", deep);
    let came = ask(&["check", &place.arg("rules")]);
    assert_eq!(came.code, 2);
    assert!(came.out.contains("E0503"), "{}", came.out);
}

#[test]
fn folders_that_hold_no_rules() {
    let place = Place::new();
    fs::create_dir(place.at("empty")).unwrap();
    place
        .write("latin/a.rules", b"law \xe9\n")
        .write("data/a.csv", "a\n");
    for (folder, said) in [
        ("empty", "no `.rules` file is in the folder"),
        ("data", "no `.rules` file is in the folder"),
        ("nowhere", "there is no folder"),
        ("data/a.csv", "is a file"),
        ("latin", "is not UTF-8 at byte 4, on line 1"),
    ] {
        let came = ask(&["check", &place.arg(folder)]);
        assert_eq!((came.code, came.out.as_str()), (2, ""), "{folder}");
        assert!(
            came.err.starts_with("error: ") && came.err.contains(said),
            "{folder}: {}",
            came.err
        );
    }
}

#[test]
fn lists_with_a_bad_row_or_outside_the_folder_are_refused() {
    let place = Place::with_rules();
    place
        .write("rules/lists/catalogue.csv", "hs\n8517\n84x7\n")
        .write("outside.csv", "hs\n8517\n");
    let came = ask(&["check", &place.arg("rules")]);
    assert_eq!(came.code, 2);
    assert!(came.out.contains("lists/catalogue.csv:3"), "{}", came.out);
    let schema = place
        .read("rules/schema.rules")
        .replace("lists/catalogue.csv", "../outside.csv");
    place.write("rules/schema.rules", schema);
    let came = ask(&["check", &place.arg("rules")]);
    assert_eq!(came.code, 2);
    assert!(came.out.contains("leaves the rule folder"), "{}", came.out);
}

#[test]
fn a_typo_in_the_schema_is_told_with_the_nearest_word() {
    let place = Place::with_rules();
    let schema = place
        .read("rules/schema.rules")
        .replace("code zone, always", "code zoen, always");
    place.write("rules/schema.rules", schema);
    let came = ask(&["check", &place.arg("rules")]);
    assert_eq!(came.code, 2);
    assert!(came.out.contains("did you mean `zone`?"), "{}", came.out);
}

#[test]
fn the_output_is_never_a_file_that_is_read_or_rules() {
    let place = Place::with_rules();
    place.write("in.ndjson", ONE);
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.at("in.ndjson"), place.at("link.ndjson")).unwrap();
    for (output, said) in [
        ("in.ndjson", "is a file that is read"),
        #[cfg(unix)]
        ("link.ndjson", "is a file that is read"),
        ("new.rules", "is called like a rule file"),
        (
            "no/such/folder/out.ndjson",
            "cannot be written: there is no such file or folder",
        ),
        ("rules", "cannot be written"),
    ] {
        let came = judged(&place, "in.ndjson", &["--output", &place.arg(output)]);
        assert_eq!((came.code, came.out.as_str()), (2, ""), "{output}");
        assert!(came.err.contains(said), "{output}: {}", came.err);
    }
    assert_eq!(place.read("in.ndjson"), ONE);
    // Nor a list or a rule file of the rules in use.
    let (rules, input) = (place.arg("rules"), place.arg("in.ndjson"));
    for name in [
        "rules/lists/catalogue.csv",
        "rules/codes/zone.csv",
        "rules/rules.rules",
    ] {
        let before = place.read(name);
        let came = ask(&["run", &rules, &input, "--output", &place.arg(name)]);
        assert_eq!(came.code, 2, "{name}");
        assert!(came.err.contains("is a file that is read"), "{}", came.err);
        assert_eq!(place.read(name), before);
    }
}

#[test]
fn an_output_file_holds_what_the_standard_output_would() {
    let place = Place::new();
    let out = place.arg("out.ndjson");
    let input = "small/declarations/bad.ndjson";
    let came = ask(&["run", "small", input, "--output", &out]);
    assert_eq!((came.code, came.out.as_str()), (1, ""));
    assert_eq!(place.read("out.ndjson"), ask(&["run", "small", input]).out);
}

#[test]
fn any_number_of_threads_writes_the_same() {
    let place = Place::new();
    let all: String = (0..2000)
        .map(|n| {
            ONE.replace("CB-1", &format!("N-{n}"))
                .replace("3900", &format!("{}", n * 7))
                + "\n"
        })
        .collect();
    place.write("many.ndjson", all);
    let one = judged(&place, "many.ndjson", &["--threads", "1"]);
    assert_eq!(one.code, 0, "{}", one.err);
    assert_eq!(one.out.lines().count(), 2000);
    for threads in ["2", "7"] {
        assert!(
            judged(&place, "many.ndjson", &["--threads", threads]).out == one.out,
            "{threads} threads"
        );
    }
    assert!(one.out.lines().nth(1234).unwrap().contains("\"N-1234\""));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let place = Place::new();
    place.write("many.ndjson", format!("{ONE}\n").repeat(5000));
    let input = place.arg("many.ndjson");
    let mut command = kakou(&["run", "small", &input]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    let status = child.wait().unwrap();
    assert!(first.contains("CB-1"));
    assert_eq!((status.code(), err.as_str()), (Some(141), ""));
}

#[test]
fn each_line_of_the_standard_input_is_answered_at_once() {
    let mut child = kakou(&["run", "small", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for n in 0..3 {
        writeln!(stdin, "{}", ONE.replace("CB-1", &format!("Q-{n}"))).unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert!(answer.contains(&format!("\"Q-{n}\"")), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn nothing_raw_reaches_a_terminal_or_a_spreadsheet() {
    let place = Place::new();
    let evil = ONE.replace("CB-1", r"=cmd\u001b[2J\u009b1m\u202e\r\n");
    place.write("evil.ndjson", evil);
    for format in ["table", "ndjson", "json", "csv"] {
        let came = judged(&place, "evil.ndjson", &["--format", format]);
        assert_eq!(came.code, 0, "{}", came.err);
        let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!came.out.contains(raw), "{format}: {:?}", came.out);
        if format == "csv" {
            assert!(came.out.contains(",'=cmd"), "{}", came.out);
        }
    }
    let came = ask(&["run", "small", "no\u{1b}[2Jsuch.ndjson"]);
    assert_eq!(came.code, 2);
    assert!(!came.err.contains('\u{1b}'), "{:?}", came.err);
}

#[test]
fn old_files_are_read_in_their_encoding() {
    let place = Place::new();
    // 「维修」 in GB18030, and a line that is none.
    let line = |id: &[u8]| [br#"{"id":""#.as_slice(), id, &ONE.as_bytes()[11..], b"\n"].concat();
    place.write(
        "old.ndjson",
        [line(b"\xce\xac\xd0\xde"), line(b"\xff"), line(b"A")].concat(),
    );
    let came = judged(&place, "old.ndjson", &["--encoding", "gb18030"]);
    let told = lines(&came.out);
    assert_eq!((came.code, told.len()), (1, 3), "{}", came.out);
    assert_eq!(told[0]["id"], "维修");
    assert_eq!(told[1]["errors"][0]["message"], "the text is not GB18030");
    assert_eq!(told[2]["id"], "A");
}

#[test]
fn formatting_keeps_the_language_settles_and_leaves_mistakes_alone() {
    let place = Place::new();
    let zh = "\u{feff}规则 A-1 \"甲\" / \"a\"\r\n 当 size > 5\r\n 则 暂缓\r\n";
    place
        .write("rules/zh.rules", zh)
        .write(
            "rules/en.rules",
            "rule   B-1\n  when size > 5\n  then hold\n",
        )
        .write("rules/wrong.rules", "rule C-1\n  when ( size\n");
    let rules = place.arg("rules");
    let came = ask(&["fmt", &rules, "--check"]);
    assert_eq!(came.code, 2, "{}", came.err);
    assert_eq!(place.read("rules/zh.rules"), zh);
    let came = ask(&["fmt", &rules]);
    assert_eq!(
        (came.code, came.out.as_str()),
        (2, "en.rules\nzh.rules\n"),
        "{}",
        came.err
    );
    assert!(came.err.contains("wrong.rules:2"), "{}", came.err);
    assert_eq!(
        place.read("rules/zh.rules"),
        "规则 A-1 \"甲\" / \"a\"\n  当      size > 5\n  则      暂缓\n"
    );
    assert_eq!(place.read("rules/wrong.rules"), "rule C-1\n  when ( size\n");
    fs::remove_file(place.at("rules/wrong.rules")).unwrap();
    for args in [vec!["fmt", &rules], vec!["fmt", &rules, "--check"]] {
        let came = ask(&args);
        assert_eq!((came.code, came.out.as_str()), (0, ""));
    }
    // No file is left beside those that were written.
    assert_eq!(fs::read_dir(place.at("rules")).unwrap().count(), 2);
}

#[test]
fn the_only_map_in_the_rule_folder_is_used_and_of_several_one_is_asked_for() {
    let place = Place::with_rules();
    let map = fs::read_to_string(super::home().join("table.map.json")).unwrap();
    place.write("rules/a.map.json", &map);
    let rules = place.arg("rules");
    let by_itself = ask(&["run", &rules, "table.csv"]);
    let asked = ask(&["run", "small", "table.csv", "--map", "table.map.json"]);
    assert_eq!((by_itself.code, &by_itself.out), (1, &asked.out));
    place.write("rules/b.map.json", &map);
    let came = ask(&["run", &rules, "table.csv"]);
    assert_eq!((came.code, came.out.as_str()), (2, ""));
    assert!(
        came.err.contains("several maps") && came.err.contains("b.map.json"),
        "{}",
        came.err
    );
}

#[test]
fn what_the_map_assumed_is_said() {
    let came = ask(&["run", "small", "table.csv", "--map", "table.map.json"]);
    let told = lines(&came.out);
    assert_eq!(told[3]["assumed"][0]["path"], "items[1].total");
    assert_eq!(told[3]["assumed"][0]["value"], "1");
    assert_eq!(told[1]["assumed"], serde_json::json!([]));
}

#[test]
fn pictures_and_measures_come_in_every_form() {
    for (format, begins) in [
        ("dot", "digraph"),
        ("mermaid", "flowchart"),
        ("svg", "<"),
        ("stats", "rules"),
    ] {
        let came = ask(&["graph", "small", "--format", format]);
        assert_eq!((came.code, came.err.as_str()), (0, ""), "{format}");
        assert!(came.out.starts_with(begins), "{format}: {}", came.out);
    }
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let came = ask(&["completions", shell]);
        assert_eq!(came.code, 0);
        assert!(came.out.contains("explain"), "{shell}");
    }
}
