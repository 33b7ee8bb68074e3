//! Ctrl-C: the first asks to stop at a whole record, the second stops at once.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a shell adds to the number of the signal that ended a command.
const BY_SIGNAL: u8 = 128;

/// Whether somebody asked to stop.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// Listens from now on. Where that cannot be, a signal ends the process as it always does.
    pub(super) fn listen() -> Stop {
        let stop = Stop::default();
        let again = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            let code = i32::from(code(number));
            // The order matters: the first signal must not find what it sets itself.
            let _ = flag::register_conditional_shutdown(signal, code, again.clone());
            let _ = flag::register(signal, again.clone());
            let _ = flag::register_usize(signal, stop.0.clone(), number);
        }
        stop
    }

    /// The exit code, where it was asked for.
    pub(super) fn asked(&self) -> Option<u8> {
        let signal = self.0.load(Ordering::SeqCst);
        (signal != 0).then(|| code(signal))
    }
}

fn code(signal: usize) -> u8 {
    u8::try_from(signal).map_or(BY_SIGNAL, |signal| BY_SIGNAL.saturating_add(signal))
}
