//! `kakou bench`: what it says of a few declarations, the figures that move from run to run aside.

use super::place::Place;
use super::{Came, kakou, run};
use serde_json::Value;

/// Declarations made up for the small rules, in a file of a place.
fn made(place: &Place) -> String {
    let path = place.arg("made.ndjson");
    let came = run(
        kakou(&["generate", "small", "-n", "60", "--seed", "3", "-o", &path]),
        b"",
    );
    assert_eq!(came.code, 0, "{}", came.err);
    path
}

fn bench(args: &[&str]) -> Came {
    let mut all = vec!["bench", "small"];
    all.extend(args);
    run(kakou(&all), b"")
}

#[test]
fn every_figure_is_there_as_json() {
    let place = Place::new();
    let came = bench(&[&made(&place), "--json", "--threads", "2"]);
    assert_eq!((came.code, came.err.as_str()), (0, ""));
    let told: Value = serde_json::from_str(&came.out).unwrap();
    assert_eq!(
        (&told["declarations"], &told["wrong"]),
        (&60.into(), &0.into())
    );
    let names = |list: &str, key: &str| {
        let all = told[list].as_array().unwrap().iter();
        all.map(|one| one[key].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        names("stages", "stage"),
        ["read", "parse", "judge", "write"]
    );
    assert_eq!(names("throughput", "threads"), [1, 2]);
    assert_eq!(
        names("latency", "of"),
        ["read_and_parse", "judge", "judge_and_write"]
    );
    let allocations = |stage: usize| told["stages"][stage]["allocations"].as_f64();
    match cfg!(feature = "allocations") {
        // Judging allocates nothing, and writing a verdict does.
        true => assert!(allocations(2) == Some(0.0) && allocations(3) > Some(1.0)),
        false => assert_eq!((allocations(2), allocations(3)), (None, None)),
    }
    let steps = &told["steps"];
    let figure = |name: &str| steps[name].as_f64().unwrap();
    assert!(figure("mean") > 0.0 && figure("mean") <= figure("most"));
    assert!(figure("most") <= figure("bound"), "the bound holds");
    for spread in told["latency"].as_array().unwrap() {
        let at = |name: &str| spread[name].as_u64().unwrap();
        assert!(at("p50") <= at("p90") && at("p90") <= at("p99") && at("p99") <= at("longest"));
    }
}

#[test]
fn hits_are_those_of_the_verdicts() {
    let place = Place::new();
    let path = made(&place);
    let told: Value = serde_json::from_str(&bench(&[&path, "--json"]).out).unwrap();
    let judged = run(kakou(&["run", "small", &path]), b"");
    for cost in told["rule_costs"].as_array().unwrap() {
        let rule = cost["rule"].as_str().unwrap();
        let fires = judged.out.lines().filter(|line| {
            let verdict: Value = serde_json::from_str(line).unwrap();
            let of = |key: &str| verdict[key].as_array().unwrap().clone();
            let all = of("findings").into_iter().chain(of("shadow"));
            all.into_iter()
                .any(|f| f["rule"] == rule && f["value"] == "T")
        });
        let fires = fires.count() as u64;
        // A pilot's own rules fire in its world, which a verdict tells apart.
        assert!(cost["fires"].as_u64().unwrap() >= fires, "{rule}");
    }
    let fired = |cost: &&Value| cost["fires"].as_u64().unwrap() > 0;
    assert!(
        told["rule_costs"]
            .as_array()
            .unwrap()
            .iter()
            .filter(fired)
            .count()
            > 1
    );
}

#[test]
fn people_read_it_in_eighty_columns_in_both_languages() {
    let place = Place::new();
    let path = made(&place);
    for (lang, words) in [
        (
            "en",
            [
                "where the time goes",
                "rules that cost most",
                "the edits that would help most",
            ],
        ),
        ("zh", ["时间去向", "最费时的规则", "最有用的三处修改"]),
    ] {
        let came = bench(&[&path, "--lang", lang]);
        assert_eq!(came.code, 0, "{}", came.err);
        for word in words {
            assert!(came.out.contains(word), "{word} in {}", came.out);
        }
        let longest = came.out.lines().map(unicode_columns).max().unwrap();
        assert!(longest <= 80, "{longest} columns in {}", came.out);
    }
}

/// Columns as a terminal counts them, nearly: what is not ASCII takes two.
fn unicode_columns(line: &str) -> usize {
    line.chars()
        .map(|c| {
            if (c as u32) < 0x2000 || c == '…' {
                1
            } else {
                2
            }
        })
        .sum()
}

#[test]
fn the_picture_is_svg_and_takes_the_place_of_nothing_that_is_read() {
    let place = Place::with_rules();
    let path = made(&place);
    let picture = place.arg("bench.svg");
    let came = bench(&[&path, "--picture", &picture]);
    assert_eq!(came.code, 0, "{}", came.err);
    let drawn = place.read("bench.svg");
    assert!(
        drawn.starts_with("<svg xmlns=") && drawn.ends_with("</svg>\n"),
        "{drawn}"
    );
    assert!(drawn.contains("throughput, declarations a second") && !drawn.contains("NaN"));
    for wrong in [path.as_str(), "small/rules.rules", "bench.png"] {
        let came = bench(&[&path, "--picture", wrong]);
        assert_eq!((came.code, came.out.as_str()), (2, ""), "{wrong}");
    }
}

#[test]
fn what_cannot_be_judged_is_counted_and_nothing_at_all_is_refused() {
    let place = Place::new();
    let came = bench(&["small/declarations/bad.ndjson", "--json"]);
    let told: Value = serde_json::from_str(&came.out).unwrap();
    assert_eq!((came.code, &told["wrong"]), (1, &4.into()));
    place.write("empty.ndjson", "");
    let came = bench(&[&place.arg("empty.ndjson")]);
    assert_eq!((came.code, came.out.as_str()), (2, ""));
    assert!(
        came.err.contains("no declaration that can be judged"),
        "{}",
        came.err
    );
}
