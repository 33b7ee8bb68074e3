//! One turn of a loop that is measured, and the median of several.

use std::time::Duration;

/// How long each turn lasts at least: a system that judges does nothing else, so what another loop
/// left in the caches must not count.
const TURN: Duration = Duration::from_millis(15);

/// The time that this thread has spent on a processor: what else the machine does in between is not
/// in it, though what that leaves in the caches is.
#[cfg(unix)]
pub fn used() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

/// The time that has gone by, where nothing better is known.
#[cfg(not(unix))]
pub fn used() -> Duration {
    static BEGIN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    BEGIN.get_or_init(std::time::Instant::now).elapsed()
}

/// The time a declaration of one turn, in nanoseconds. The first pass over all declarations fills
/// the caches and is not counted.
pub fn turn(count: usize, mut pass: impl FnMut()) -> f64 {
    pass();
    let (start, mut passes) = (used(), 0u32);
    while passes == 0 || used() - start < TURN {
        pass();
        passes += 1;
    }
    (used() - start).as_secs_f64() / f64::from(passes) / count as f64 * 1e9
}

/// The time in the middle.
pub fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
