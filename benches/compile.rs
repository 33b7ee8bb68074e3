//! A full build, and the build after an edit of one rule, as `support/builds.rs` has them.

#[path = "support/builds.rs"]
mod builds;
#[path = "support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "support/turn.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod turn;

use builds::{Workload, build, line, workloads};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kakou::{Compiler, Folder, Limits, compile};
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

fn compiling(criterion: &mut Criterion) {
    let rulebook = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for work in workloads(&rulebook) {
        println!("{}", line(&work));
        if std::env::var_os("RATIOS_ONLY").is_none() {
            timed(criterion, &work);
        }
    }
}

/// Criterion's own times of the two.
fn timed(criterion: &mut Criterion, work: &Workload) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("compile");
    group
        .measurement_time(Duration::from_secs(5))
        .sample_size(10);
    let mut round = 0;
    let mut next = || {
        round += 1;
        work.edited(round)
    };
    group.bench_function(format!("compile/{}", work.name), |bench| {
        let whole = |folder: Folder| black_box(build(|| compile(&folder, &limits).rules));
        bench.iter_batched(&mut next, whole, BatchSize::PerIteration);
    });
    let mut compiler = Compiler::default();
    compiler.compile(&work.folder, &limits);
    group.bench_function(format!("recompile after one edit/{}", work.name), |bench| {
        let edited = |folder: Folder| black_box(build(|| compiler.compile(&folder, &limits).rules));
        bench.iter_batched(&mut next, edited, BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, compiling);
criterion_main!(benches);
