//! The builds of `cargo bench --bench compile` in a program whose allocator is mimalloc.
//!
//! A host that loads one edited state of its rules after another reads what it kept of ten thousand
//! rules each time; with an allocator that lays small things side by side it waits less for memory.

#[path = "../../../support/builds.rs"]
mod builds;
#[path = "../../../support/race.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod race;
#[path = "../../../support/turn.rs"]
#[allow(dead_code, reason = "each bench uses a part")]
mod turn;

use std::path::Path;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let rulebook = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    for work in builds::workloads(&rulebook) {
        println!("{}", builds::line(&work));
    }
}
