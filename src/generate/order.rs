//! Many declarations at once, by several threads, in the order of their numbers.

use super::{Generator, Record, Room};
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Declarations that one thread makes before it hands them on.
const CHUNK: u64 = 1_000;
/// Chunks of one thread that may wait to be taken.
const WAITING: usize = 2;

/// The order is that of the numbers, whoever makes what.
///
/// ```
/// use kakou::generate::{Generator, Options, Record};
/// let rules = kakou::load("examples/gate")?;
/// let generator = Generator::new(&rules, Options::default());
/// let numbers = |threads| {
///     let mut all: Vec<u64> = Vec::new();
///     let note = |chunk: &mut Vec<u64>, record: &Record| chunk.push(record.number);
///     let took: Result<(), ()> = generator.in_order(1..=2500, threads, note, |_| {}, |chunk| {
///         all.extend(chunk);
///         Ok(())
///     });
///     took.map(|()| all)
/// };
/// let (one, three) = (std::num::NonZeroUsize::MIN, std::num::NonZeroUsize::new(3).ok_or("0")?);
/// assert_eq!(numbers(three), Ok((1..=2500).collect()));
/// assert_eq!(numbers(one), numbers(three));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Generator {
    /// Makes the declarations of those numbers, each thread a chunk at a time: `encode` puts one into
    /// a chunk of the caller's own making, in whichever thread; `take` gets the chunks one by one, in
    /// the order of the numbers. No more than a few chunks of each thread are held.
    ///
    /// The first error of `take` ends it all and is returned.
    ///
    /// ```
    /// use kakou::generate::{Generator, Options, Record};
    /// let rules = kakou::load("examples/gate")?;
    /// let generator = Generator::new(&rules, Options::default());
    /// let lines = kakou::facts::lines::Lines::new(&rules.schema);
    /// let (mut text, threads) = (String::new(), std::num::NonZeroUsize::MIN);
    /// let encode = |chunk: &mut String, record: &Record| record.write(&lines, chunk);
    /// let took: Result<(), ()> = generator.in_order(1..=5, threads, encode, |_| {}, |chunk| {
    ///     text.push_str(&chunk);
    ///     Ok(())
    /// });
    /// assert_eq!((took, text.lines().count()), (Ok(()), 5));
    /// // A disk that is full ends it.
    /// let full = generator.in_order(1..=5, threads, encode, |_| {}, |_| Err("full"));
    /// assert_eq!(full, Err("full"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_order<C: Default + Send, E>(
        &self,
        numbers: RangeInclusive<u64>,
        threads: NonZeroUsize,
        encode: impl Fn(&mut C, &Record) + Sync,
        finish: impl Fn(&mut C) + Sync,
        mut take: impl FnMut(C) -> Result<(), E>,
    ) -> Result<(), E> {
        let (first, last) = (*numbers.start(), *numbers.end());
        if numbers.is_empty() {
            return Ok(());
        }
        let chunks = (last - first) / CHUNK + 1;
        let step = u64::try_from(threads.get()).unwrap_or(1);
        let (encode, finish) = (&encode, &finish);
        let work = |thread: u64, done: SyncSender<C>| {
            let (mut chunk, mut room) = (thread, Room::default());
            while chunk < chunks {
                let start = first + chunk * CHUNK;
                let mut made = C::default();
                for number in start..=last.min(start.saturating_add(CHUNK - 1)) {
                    encode(&mut made, &self.record_in(number, &mut room));
                }
                finish(&mut made);
                // Nobody takes them any more: something went wrong there.
                if done.send(made).is_err() {
                    return;
                }
                chunk += step;
            }
        };
        std::thread::scope(|scope| {
            let start = |thread: u64| {
                let (done, made) = sync_channel(WAITING);
                let work = &work;
                scope.spawn(move || work(thread, done));
                made
            };
            let made: Vec<Receiver<C>> = (0..step.min(chunks)).map(start).collect();
            for (_, from) in (0..chunks).zip(made.iter().cycle()) {
                // A thread that ended early panicked, and the scope passes that on.
                match from.recv() {
                    Ok(chunk) => take(chunk)?,
                    Err(_) => break,
                }
            }
            Ok(())
        })
    }
}
