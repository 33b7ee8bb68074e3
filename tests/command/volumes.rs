//! What large inputs and outputs do: packed, cut off, broken in the middle, killed, full disks.
//! No case waits for a clock; where one has to be ahead of the command, it is so by what it reads.

use super::place::Place;
use super::{Came, kakou, run};
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

fn ask(args: &[&str]) -> Came {
    run(kakou(args), b"")
}

/// Declarations that differ, as NDJSON.
fn many(n: usize) -> String {
    let one = |n: usize| {
        let (zone, total) = (n % 2 + 1, n * 37 % 9000);
        format!(
            "{{\"id\":\"V-{n}\",\"date\":\"2026-08-03\",\"zone\":\"Z{zone}\",\"business\":\"cbec\",\
             \"year_before\":\"1000\",\"items\":[{{\"line_no\":1,\"hs_code\":\"8517130000\",\
             \"total\":\"{total}.00\",\"currency\":\"CNY\"}}]}}\n"
        )
    };
    (0..n).map(one).collect()
}

/// The same kind of declarations as a table that `table.map.json` reads, some cells of two lines.
fn table(n: usize) -> String {
    let one = |n: usize| {
        let remark = if n.is_multiple_of(5) {
            "\"two\nlines\""
        } else {
            "one"
        };
        let zone = ["jiading", "yangshan", "mars"][n % 3];
        format!(
            "T-{n},03/08/2026,{zone},CB,8517130000,{}.00,{remark}\n",
            n * 37 % 9000
        )
    };
    let titles = "No,Day,Zone,Kind,Code,Price,Remark\n".to_owned();
    titles + &(0..n).map(one).collect::<String>()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

fn values(text: &str) -> Vec<serde_json::Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn packed_inputs_say_what_unpacked_ones_do() {
    let place = Place::new();
    let text = many(700);
    let (first, second) = text.as_bytes().split_at(text.len() / 3);
    // Members and frames follow each other, and a frame may hold nothing to read.
    let skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc".to_vec();
    let zst = [zstd(first), skipped, zstd(second)].concat();
    let gz = [gzip(first), gzip(second)].concat();
    place
        .write("plain.ndjson", &text)
        .write("a.ndjson.gz", &gz)
        .write("a.jsonl.zst", &zst);
    let plain = ask(&["run", "small", &place.arg("plain.ndjson")]);
    assert_eq!((plain.code, plain.out.lines().count()), (0, 700));
    for name in ["a.ndjson.gz", "a.jsonl.zst"] {
        let came = ask(&["run", "small", &place.arg(name)]);
        assert!(
            came.code == 0 && came.out == plain.out,
            "{name}: {}",
            came.err
        );
    }
    for bytes in [text.as_bytes(), &gz, &zst] {
        let came = run(kakou(&["run", "small", "-"]), bytes);
        assert!(came.code == 0 && came.out == plain.out, "{}", came.err);
    }
    let map = ["--map", "table.map.json", "--format", "csv"];
    let rows = table(300);
    let of = |bytes: &[u8]| {
        run(
            kakou(&[&["run", "small", "-"], map.as_slice()].concat()),
            bytes,
        )
    };
    let plain = of(rows.as_bytes());
    assert_eq!((plain.code, plain.out.lines().count()), (1, 301));
    assert!(of(&gzip(rows.as_bytes())).out == plain.out);
    assert!(of(&zstd(rows.as_bytes())).out == plain.out);
}

#[test]
fn a_packed_input_that_breaks_off_is_judged_up_to_there() {
    let place = Place::new();
    let text = many(900);
    let (gz, mut zst) = (gzip(text.as_bytes()), zstd(text.as_bytes()));
    let middle = zst.len() - 2;
    zst[middle] ^= 0x55;
    place
        .write("cut.ndjson.gz", &gz[..gz.len() * 2 / 3])
        .write("changed.ndjson.zst", &zst)
        .write("none.ndjson.gz", &text);
    let whole = run(kakou(&["run", "small", "-"]), text.as_bytes());
    for (name, least) in [
        ("cut.ndjson.gz", 100),
        ("changed.ndjson.zst", 0),
        ("none.ndjson.gz", 0),
    ] {
        let came = ask(&["run", "small", &place.arg(name)]);
        let told: Vec<&str> = came.out.lines().collect();
        let (last, before) = told.split_last().unwrap();
        assert_eq!(came.code, 1, "{name}");
        assert!(
            before.len() >= least && before.len() < 900 || name.contains("zst"),
            "{name}"
        );
        assert!(whole.out.starts_with(&before.join("\n")), "{name}");
        let last: serde_json::Value = serde_json::from_str(last).unwrap();
        assert_eq!(last["errors"][0]["code"], "E0723", "{name}: {last}");
        assert_eq!(last["record"], before.len() + 1, "{name}");
    }
}

#[test]
fn what_unpacks_to_far_more_is_read_past() {
    let place = Place::new();
    // Three small files: a record of 24 MiB, as many empty lines, and a window nobody has room for.
    let text = many(2);
    let (first, second) = text.split_once('\n').unwrap();
    let zeros = vec![b'0'; 24 << 20];
    let long = [first.as_bytes(), b"\n", &zeros, b"\n", second.as_bytes()].concat();
    let empty = [
        first.as_bytes(),
        vec![b'\n'; 24 << 20].as_slice(),
        second.as_bytes(),
    ]
    .concat();
    let window = b"\x28\xb5\x2f\xfd\x00\xff\x01\x00\x00".to_vec();
    place
        .write("long.ndjson.gz", gzip(&long))
        .write("empty.ndjson.gz", gzip(&empty))
        .write("window.ndjson.zst", window);
    let codes = |name: &str| {
        let came = ask(&["run", "small", &place.arg(name)]);
        let code = |v: serde_json::Value| v["errors"][0]["code"].as_str().map(str::to_owned);
        values(&came.out).into_iter().map(code).collect::<Vec<_>>()
    };
    assert_eq!(codes("long.ndjson.gz"), [None, Some("E0701".into()), None]);
    assert_eq!(codes("empty.ndjson.gz"), [None, None]);
    assert_eq!(codes("window.ndjson.zst"), [Some("E0723".into())]);
}

#[test]
fn a_broken_row_in_the_middle_is_one_error_whatever_the_threads() {
    let place = Place::new();
    let text = many(3000);
    let at = text.lines().take(1500).map(|l| l.len() + 1).sum::<usize>();
    let (head, tail) = text.split_at(at);
    place.write(
        "broken.ndjson",
        format!("{head}{{\"id\":\"V-\n{tail}{{\"id\":\"cut o"),
    );
    let rows = table(3000);
    let rows = rows.replace("T-1501,03/08/2026", "T-1501,\"03\"/08/2026");
    place.write("broken.csv", &rows[..rows.len() - 9]);
    let (ndjson, csv) = (place.arg("broken.ndjson"), place.arg("broken.csv"));
    let map = ["--map", "table.map.json"];
    for (input, errors) in [(&ndjson, vec![1501, 3002]), (&csv, vec![])] {
        for format in ["ndjson", "csv", "json"] {
            let asked = |threads: &str| {
                let more = ["--format", format, "--threads", threads];
                ask(&[&["run", "small", input], map.as_slice(), &more].concat())
            };
            let one = asked("1");
            assert_eq!(one.code, 1, "{}", one.err);
            for threads in ["2", "5"] {
                assert!(asked(threads).out == one.out, "{format}, {threads} threads");
            }
            if format == "ndjson" {
                let told = values(&one.out);
                let wrong = told.iter().filter(|v| v["error"].is_string());
                let numbers: Vec<_> = wrong.map(|v| v["record"].as_u64().unwrap()).collect();
                match errors.is_empty() {
                    false => assert_eq!(numbers, errors),
                    // A third of the zones is unknown, too; the broken row and the last are among them.
                    true => assert!(numbers.contains(&1502) && numbers.contains(&3000)),
                }
            }
        }
    }
}

/// One run to the end into a file, and what is in it.
fn whole(place: &Place, args: &[&str]) -> Vec<u8> {
    let out = place.arg("whole");
    let came = ask(&[args, &["--output", &out]].concat());
    assert!(came.code < 2, "{}", came.err);
    fs::read(&out).unwrap()
}

#[test]
fn what_was_cut_anywhere_is_resumed_to_the_same_bytes() {
    let place = Place::new();
    place
        .write("a.ndjson", many(400) + "\n{\"id\":\n")
        .write("b.ndjson", many(250))
        .write("a.csv", table(300));
    let (a, b, csv) = (
        place.arg("a.ndjson"),
        place.arg("b.ndjson"),
        place.arg("a.csv"),
    );
    for args in [
        vec!["run", "small", &a, &b],
        vec!["run", "small", &a, &b, "--format", "csv"],
        vec![
            "run",
            "small",
            &csv,
            "--map",
            "table.map.json",
            "--format",
            "csv",
        ],
    ] {
        let whole = whole(&place, &args);
        let resumed = place.arg("resumed");
        let cuts = (0..12).map(|n| whole.len() * n / 11).chain([1, 7, 200]);
        for cut in cuts.flat_map(|cut| [cut, cut.saturating_sub(1)]) {
            place.write("resumed", &whole[..cut]);
            let came = ask(&[args.as_slice(), &["--output", &resumed, "--resume"]].concat());
            assert!(came.code < 2, "{}", came.err);
            assert!(fs::read(&resumed).unwrap() == whole, "cut at {cut}");
        }
        // Where there is nothing yet, it begins.
        fs::remove_file(place.at("resumed")).unwrap();
        ask(&[args.as_slice(), &["--output", &resumed, "--resume"]].concat());
        assert!(fs::read(&resumed).unwrap() == whole);
    }
}

#[test]
#[cfg(unix)]
fn what_was_killed_while_it_wrote_is_resumed_to_the_same_bytes() {
    let place = Place::new();
    place.write("a.ndjson", many(3000));
    let input = place.arg("a.ndjson");
    for format in ["ndjson", "csv"] {
        let args = ["run", "small", &input, "--format", format];
        let whole = whole(&place, &args);
        for blocks in [1, 40, 333, 77, 500] {
            let out = place.arg("killed");
            let _ = fs::remove_file(&out);
            // A file that grows beyond the limit kills whoever writes it, in the midst of a write.
            let limited = format!("ulimit -c 0; ulimit -f {blocks}; exec \"$0\" \"$@\"");
            let mut command = Command::new("sh");
            command.args(["-c", &limited, env!("CARGO_BIN_EXE_kakou")]);
            command
                .args(args)
                .args(["--output", &out])
                .current_dir(super::home());
            let status = command.status().unwrap();
            let left = fs::read(&out).unwrap();
            assert!(status.code().is_none() || left == whole, "{status}");
            assert!(whole.starts_with(&left));
            let came = ask(&[args.as_slice(), &["--output", &out, "--resume"]].concat());
            assert_eq!(came.code, 0, "{}", came.err);
            assert!(
                fs::read(&out).unwrap() == whole,
                "{format} after {blocks} blocks"
            );
        }
    }
}

#[test]
#[cfg(unix)]
fn a_full_disk_leaves_whole_records_and_says_how_many() {
    let place = Place::new();
    place.write("a.ndjson", many(2000));
    let (input, out) = (place.arg("a.ndjson"), place.arg("out"));
    let args = ["run", "small", &input, "--format", "ndjson"];
    let whole = whole(&place, &args);
    let limited = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_kakou")]);
    command
        .args(args)
        .args(["--output", &out])
        .current_dir(super::home())
        .env_clear();
    let came = run(command, b"");
    let left = place.read("out");
    assert_eq!(came.code, 1, "{}", came.err);
    assert!(left.ends_with('\n') && whole.starts_with(left.as_bytes()));
    let n = left.lines().count();
    assert!(
        n > 0 && came.err.contains(&format!("{n} records written whole")),
        "{}",
        came.err
    );
    assert!(came.err.contains("--resume"), "{}", came.err);
    let came = ask(&[args.as_slice(), &["--output", &out, "--resume"]].concat());
    assert_eq!(came.code, 0, "{}", came.err);
    assert!(fs::read(&out).unwrap() == whole);
}

#[test]
#[cfg(target_os = "linux")]
fn a_device_that_is_full_is_told() {
    for more in [
        &["--output", "/dev/full"][..],
        &["--format", "csv", "--output", "/dev/full"],
    ] {
        let came = ask(&[&["run", "small", "small/declarations/good.ndjson"], more].concat());
        assert_eq!((came.code, came.out.as_str()), (1, ""));
        let said = "error: `/dev/full` cannot be written: no space is left\n";
        assert_eq!(came.err, said);
    }
    let mut command = kakou(&["run", "small", "small/declarations/good.ndjson"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("no space is left")
    );
}

#[cfg(unix)]
fn interrupt(id: u32) {
    let status = Command::new("kill")
        .args(["-INT", &id.to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_at_a_whole_record_even_while_a_pipe_is_waited_for() {
    let mut child = kakou(&["run", "small", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in many(5).lines() {
        writeln!(stdin, "{line}").unwrap();
        answers.next().unwrap().unwrap();
    }
    interrupt(child.id());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(answers.next().is_none());
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!(err, "stopped: after 5 records, at record 5 of <stdin>\n");
    drop(stdin);
}

#[test]
#[cfg(unix)]
fn ctrl_c_on_a_file_is_resumed_from_where_it_says() {
    let place = Place::new();
    place.write("a.ndjson", many(20_000));
    let (input, out) = (place.arg("a.ndjson"), place.arg("out"));
    let args = ["run", "small", &input, "--format", "csv"];
    let whole = whole(&place, &args);
    let child = kakou(&[args.as_slice(), &["--output", &out]].concat())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // As soon as something is written, it is asked to stop.
    while fs::metadata(&out).map_or(0, |data| data.len()) == 0 {
        std::thread::yield_now();
    }
    interrupt(child.id());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let left = fs::read(&out).unwrap();
    assert!(left.ends_with(b"\n") && whole.starts_with(&left), "{err}");
    // It may have been done before it was asked.
    if output.status.code() != Some(0) {
        assert_eq!(output.status.code(), Some(130), "{err}");
        let n = left.split(|b| *b == b'\n').count() - 2;
        let shown = match n {
            1000.. => format!("{},{:03}", n / 1000, n % 1000),
            _ => n.to_string(),
        };
        assert!(
            err.contains(&format!(
                "stopped: after {shown} records, at record {shown} of "
            )),
            "{err}"
        );
        assert!(err.contains("`--resume` goes on from there"), "{err}");
    }
    let came = ask(&[args.as_slice(), &["--output", &out, "--resume"]].concat());
    assert_eq!(came.code, 0, "{}", came.err);
    assert!(fs::read(&out).unwrap() == whole);
}

#[test]
fn only_the_same_run_is_gone_on_with() {
    let place = Place::with_rules();
    // All of them are above a limit, so that there is something to be said in a language.
    let many = |n| many(n).replace("before\":\"1000\"", "before\":\"26000\"");
    place.write("a.ndjson", many(40));
    let (rules, input, out) = (place.arg("rules"), place.arg("a.ndjson"), place.arg("out"));
    ask(&["run", &rules, &input, "--output", &out]);
    let lines: Vec<String> = place.read("out").lines().map(str::to_owned).collect();
    let part = lines[..20].join("\n") + "\n";
    let resume = |more: &[&str], input: &str| {
        place.write("out", &part);
        let came = ask(&[&["run", &rules, input, "--output", &out, "--resume"], more].concat());
        assert_eq!(
            (came.code, came.out.as_str()),
            (2, ""),
            "{more:?}: {}",
            came.err
        );
        // What was there is still there.
        assert_eq!(place.read("out"), part, "{more:?}");
        came.err
    };
    for more in [
        &["--lang", "zh"][..],
        &["--as-of", "2030-01-01"],
        &["--trust", "found"],
        &["--format", "csv"],
    ] {
        let err = resume(more, &input);
        assert!(
            err.contains("is the output of another run"),
            "{more:?}: {err}"
        );
    }
    place.write("less.ndjson", many(10));
    let err = resume(&[], &place.arg("less.ndjson"));
    assert!(err.contains("more records than the inputs"), "{err}");
    // The first record is another, or the last one.
    let other = many(40).replace("\"V-0\"", "\"W-0\"");
    place.write("first.ndjson", other);
    let err = resume(&[], &place.arg("first.ndjson"));
    assert!(
        err.contains("its first record has another verdict"),
        "{err}"
    );
    let other = many(40).replace("\"V-19\"", "\"W-19\"");
    place.write("last.ndjson", other);
    let err = resume(&[], &place.arg("last.ndjson"));
    assert!(
        err.contains("its last records have other verdicts"),
        "{err}"
    );
    // No output at all, but a text that somebody has written.
    for text in ["Dear colleague", "{\"format\":1,\"id\":\"V-7", "\n"] {
        for format in ["ndjson", "csv"] {
            place.write("out", text);
            let args = [
                "run", &rules, &input, "--output", &out, "--resume", "--format", format,
            ];
            assert_eq!(ask(&args).code, 2, "{text}");
            assert_eq!(place.read("out"), text);
        }
    }
    // Other rules.
    let text = place.read("rules/rules.rules");
    place.write("rules/rules.rules", text + "\nlaw NEW\n  sure found\n");
    let err = resume(&[], &input);
    assert!(err.contains("is the output of another run"), "{err}");
}

#[test]
fn only_the_summary_is_written_where_it_is_asked_for() {
    let input = "small/declarations/bad.ndjson";
    let table = ask(&["run", "small", input, "--format", "table"]);
    let summary = table.out.split_once("\n\n").unwrap().1;
    for threads in ["1", "3"] {
        let came = ask(&[
            "run",
            "small",
            input,
            "--summary-only",
            "--threads",
            threads,
        ]);
        assert_eq!((came.code, came.out.as_str()), (1, summary));
        assert!(came.err.ends_with("records a second\n"), "{}", came.err);
    }
}
