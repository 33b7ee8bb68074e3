//! One turn of a loop that is measured, and the median of several.

use std::time::{Duration, Instant};

/// How long each turn lasts at least: a system that judges does nothing else, so what another loop
/// left in the caches must not count.
const TURN: Duration = Duration::from_millis(15);

/// The time a declaration of one turn, in nanoseconds. The first pass over all declarations fills
/// the caches and is not counted.
pub fn turn(count: usize, mut pass: impl FnMut()) -> f64 {
    pass();
    let (start, mut passes) = (Instant::now(), 0u32);
    while passes == 0 || start.elapsed() < TURN {
        pass();
        passes += 1;
    }
    start.elapsed().as_secs_f64() / f64::from(passes) / count as f64 * 1e9
}

/// The time in the middle.
pub fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
