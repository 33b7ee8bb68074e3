//! Two things at once, where that pays.

use std::panic::resume_unwind;
use std::sync::OnceLock;
use std::thread::{Builder, available_parallelism, scope};

/// The stack of a thread begun here: as much as a program's first thread usually has, so that what is
/// not too deep for that is not too deep here.
const STACK: usize = 8 << 20;

/// Works both out, the first on a thread of its own where that pays and there is one to be had.
///
/// Beginning a thread takes some tens of microseconds. What comes out does not depend on where it was
/// worked out.
pub(crate) fn join<A: Send, B>(
    pays: bool,
    first: impl Fn() -> A + Sync,
    second: impl FnOnce() -> B,
) -> (A, B) {
    if !pays || !are_several() {
        return (first(), second());
    }
    let thread = Builder::new().stack_size(STACK);
    scope(|scope| match thread.spawn_scoped(scope, &first) {
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

/// Whether there is more than one processor. To find out, files are read; it is asked once.
fn are_several() -> bool {
    #[cfg(test)]
    if let Some(several) = tests::SEVERAL.get() {
        return several;
    }
    static SEVERAL: OnceLock<bool> = OnceLock::new();
    *SEVERAL.get_or_init(|| available_parallelism().is_ok_and(|threads| threads.get() > 1))
}

/// Works on items in their order; where together they weigh enough, on half of them by weight on a
/// thread of its own.
pub(crate) fn in_halves<T: Sync, R: Send>(
    enough: usize,
    items: &[T],
    weight: impl Fn(&T) -> usize,
    work: impl Fn(&[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let all: usize = items.iter().map(&weight).sum();
    let mut before = 0;
    // The item in the middle goes where most of it lies.
    let first = items.iter().take_while(|item| {
        let weight = weight(item);
        before += weight;
        before - weight / 2 <= all / 2
    });
    let (first, second) = items.split_at(first.count());
    if all < enough || first.is_empty() || second.is_empty() {
        return work(items);
    }
    let (mut done, others) = join(true, || work(first), || work(second));
    done.extend(others);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Compiled, compile};
    use crate::engine::Engine;
    use crate::folder::Folder;
    use crate::graph::{Graph, Options};
    use crate::ground::limits::Limits;
    use std::cell::Cell;
    use std::fmt::Write;
    use std::thread::current;

    thread_local! {
        /// What a test says of the number of processors.
        pub(super) static SEVERAL: Cell<Option<bool>> = const { Cell::new(None) };
    }

    fn where_there_are<R>(several: bool, work: impl FnOnce() -> R) -> R {
        SEVERAL.set(Some(several));
        let done = work();
        SEVERAL.set(None);
        done
    }

    #[test]
    fn both_are_worked_out_and_only_where_it_pays_apart() {
        let here = current().id();
        let threads = |pays| join(pays, || current().id(), || current().id());
        let (first, second) = where_there_are(true, || threads(true));
        assert!(first != here && second == here);
        assert_eq!(where_there_are(true, || threads(false)), (here, here));
        assert_eq!(where_there_are(false, || threads(true)), (here, here));
    }

    #[test]
    fn halves_are_by_weight_and_come_out_in_order() {
        let parts = |pays: bool, items: &[usize]| {
            let enough = if pays { 0 } else { usize::MAX };
            in_halves(enough, items, |item| *item, |part| vec![part.to_vec()])
        };
        assert_eq!(parts(true, &[5, 1, 1, 1, 2]), [vec![5], vec![1, 1, 1, 2]]);
        assert_eq!(parts(true, &[9, 1, 1]), [vec![9], vec![1, 1]]);
        assert_eq!(parts(true, &[1, 1, 1, 2, 5]), [vec![1, 1, 1, 2], vec![5]]);
        assert_eq!(parts(true, &[9]), [vec![9]]);
        assert_eq!(parts(false, &[5, 1, 1]), [vec![5, 1, 1]]);
    }

    #[test]
    #[should_panic(expected = "the first")]
    fn a_panic_on_the_thread_is_one_here() {
        where_there_are(true, || join(true, || panic!("the first"), || ()));
    }

    /// So many rules that all is worked on by two, in two texts.
    fn texts(mistake: &str) -> Folder {
        let mut texts = [String::new(), String::new()];
        texts[0].push_str(
            "outcomes release \"放行\" / \"release\" < hold \"暂缓\" / \"hold\" missing hold \
             advice hold\ndeclaration \"申报\" / \"declaration\" judged on date\n  date : date \
             \"日期\" / \"date\"\n  a : integer \"甲\" / \"a\"\n  h : hs \"税号\" / \"code\"\n\
             law L \"法\" / \"law\"\n  sure found\n",
        );
        for number in 0..1_200 {
            let over = match number % 7 {
                3 => format!("  over R-{}\n", number - 2),
                _ => String::new(),
            };
            let under = ["h under 01", "h under 02"][number % 2];
            let _ = writeln!(
                texts[number / 600],
                "rule R-{number} \"甲\" / \"a\"\n  by L\n{over}  when {under} and a > {}\n  then \
                 hold{mistake}\n",
                number % 400
            );
        }
        let [one, other] = texts;
        Folder::from_texts([("a.rules", one), ("b.rules", other)])
    }

    #[test]
    fn rules_come_out_as_on_one_thread() {
        let compiled = || compile(&texts(""), &Limits::default());
        let built = || {
            let rules = compiled().rules.expect("rules");
            let options = Options {
                split_above: 256,
                ..Options::default()
            };
            let graph = Graph::build(&rules, options).expect("a graph");
            let engine = Engine::from(&graph);
            format!("{graph:?}{engine:?}")
        };
        assert!(where_there_are(true, built) == where_there_are(false, built));
        let wrong = || {
            let Compiled { diagnostics, .. } = compile(&texts(" when"), &Limits::default());
            format!("{diagnostics:?}")
        };
        assert_eq!(where_there_are(true, wrong), where_there_are(false, wrong));
    }
}
