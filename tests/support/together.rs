//! Declarations given together, and each alone: by whatever way an engine is asked, it says the same.

use kakou::engine::{Scratch, Told};
use kakou::facts::volume::Volume;
use kakou::ground::day::Day;
use kakou::verdict::judgement::{Fired, Judgement};
use kakou::{Engine, Facts};

/// Compares what is said of declarations with what is to be said of them.
pub fn says_of_all(
    engine: &Engine,
    all: &[(&Facts, Day)],
    expected: &[&Judgement],
    scratch: &mut Scratch,
    text: &str,
) {
    let mut judged = 0;
    engine.judge_all(all.iter().copied(), scratch, |judgement| {
        assert_eq!(Some(&judgement), expected.get(judged), "judged\n{text}");
        judged += 1;
    });
    assert_eq!(judged, expected.len());
    let mut told = 0;
    engine.tell_all(all.iter().copied(), scratch, |one| {
        tells(one, expected.get(told), told, text);
        told += 1;
    });
    assert_eq!(told, expected.len());
    let volume: Volume = all
        .iter()
        .map(|(facts, day)| ((*facts).clone(), *day))
        .collect();
    let mut told = 0;
    engine.tell_volume(&volume, scratch, |one| {
        assert_eq!(volume.get(told), Some((one.facts(), one.as_of())));
        tells(one, expected.get(told), told, text);
        told += 1;
    });
    assert_eq!(told, expected.len());
    for (at, (facts, day)) in all.iter().enumerate().take(40) {
        tells(
            engine.tell(facts, *day, scratch),
            expected.get(at),
            at,
            text,
        );
        let taken = scratch.steps();
        engine.judge(facts, *day, scratch);
        assert_eq!(taken, scratch.steps(), "steps\n{text}");
    }
}

/// Compares what is told of one, and the judgement of every other one.
fn tells(mut told: Told<'_>, expected: Option<&&Judgement>, at: usize, text: &str) {
    let expected = *expected.expect("no more than were given");
    assert_eq!(told.counted(), expected.counted, "counted\n{text}");
    let mut fired: Vec<Fired> = Vec::new();
    told.each_fired(|one| fired.push(one));
    assert_eq!(fired, expected.fired, "fired\n{text}");
    if at.is_multiple_of(2) {
        assert_eq!(told.judgement(), expected, "told\n{text}");
        assert_eq!(told.counted(), expected.counted, "counted later\n{text}");
    }
}
