//! Two things at once, where that pays.

use std::panic::resume_unwind;
use std::thread::{Builder, available_parallelism, scope};

/// Works both out, the first on a thread of its own where that pays and there is one to be had.
///
/// Beginning a thread takes some tens of microseconds. What comes out does not depend on where it was
/// worked out.
pub(crate) fn join<A: Send, B>(
    pays: bool,
    first: impl Fn() -> A + Sync,
    second: impl FnOnce() -> B,
) -> (A, B) {
    if !pays || !available_parallelism().is_ok_and(|threads| threads.get() > 1) {
        return (first(), second());
    }
    scope(|scope| match Builder::new().spawn_scoped(scope, &first) {
        Ok(thread) => {
            let second = second();
            match thread.join() {
                Ok(first) => (first, second),
                // A panic goes on as if there were no thread.
                Err(panic) => resume_unwind(panic),
            }
        }
        // No thread is to be had.
        Err(_) => (first(), second()),
    })
}

/// Works on items in their order, on half of them by weight on a thread of its own where that pays.
pub(crate) fn in_halves<T: Sync, R: Send>(
    pays: bool,
    items: &[T],
    weight: impl Fn(&T) -> usize,
    work: impl Fn(&[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    if !pays {
        return work(items);
    }
    let all: usize = items.iter().map(&weight).sum();
    let mut before = 0;
    let first = items.iter().take_while(|item| {
        before += weight(item);
        before <= all / 2
    });
    let (first, second) = items.split_at(first.count());
    let (mut done, others) = join(pays, || work(first), || work(second));
    done.extend(others);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::current;

    #[test]
    fn both_are_worked_out_and_only_where_it_pays_apart() {
        let here = current().id();
        let (first, second) = join(false, || current().id(), || current().id());
        assert_eq!((first, second), (here, here));
        let (first, second) = join(true, || current().id(), || current().id());
        let apart = available_parallelism().is_ok_and(|threads| threads.get() > 1);
        assert_eq!((first != here, second), (apart, here));
    }

    #[test]
    fn halves_are_by_weight_and_come_out_in_order() {
        let parts = |pays, items: &[usize]| {
            in_halves(pays, items, |item| *item, |part| vec![part.to_vec()])
        };
        assert_eq!(parts(true, &[5, 1, 1, 1, 2]), [vec![5], vec![1, 1, 1, 2]]);
        assert_eq!(parts(true, &[1, 1, 1, 2, 5]), [vec![1, 1, 1, 2], vec![5]]);
        assert_eq!(parts(true, &[9]), [vec![], vec![9]]);
        assert_eq!(parts(false, &[5, 1, 1]), [vec![5, 1, 1]]);
    }

    #[test]
    #[should_panic(expected = "the first")]
    fn a_panic_on_the_thread_is_one_here() {
        join(true, || panic!("the first"), || ());
    }
}
